import { writeFile } from 'node:fs/promises';
import { UsageError } from './usage-error.js';

/** Writes to a file when one is named, else to stdout; resolves when everything is written. A closed pipe ends quietly. */
export async function emit(text: string, file?: string): Promise<void> {
  if (file !== undefined) {
    try {
      await writeFile(file, text);
    } catch (error) {
      throw new UsageError(`cannot write ${file}: ${error instanceof Error ? error.message : String(error)}`);
    }
    return;
  }
  await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()));
}
