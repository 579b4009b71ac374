import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** The project's folder; `scripts/run.mjs` makes it the current one. */
export const root = process.cwd();

/** Paths of all files below a folder of the project, relative to the project, with forward slashes, sorted. A missing folder holds none. */
export function filesBelow(folder: string, skip: readonly string[] = []): readonly string[] {
  const top = join(root, folder);
  if (!existsSync(top)) return [];
  const found: string[] = [];
  const visit = (directory: string): void => {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      const name = relative(root, path).split(sep).join('/');
      if (skip.some((prefix) => name === prefix || name.startsWith(`${prefix}/`))) continue;
      if (entry.isDirectory()) visit(path);
      else if (entry.isFile()) found.push(name);
    }
  };
  visit(top);
  return found.sort();
}
/** The text of a project file, undefined when there is none. */
export function textOf(path: string): string | undefined {
  const full = join(root, path);
  return existsSync(full) ? readFileSync(full, 'utf8') : undefined;
}
/** Time of the last change in milliseconds; 0 when there is no such file. */
export function changedAt(path: string): number {
  const full = join(root, path);
  return existsSync(full) ? statSync(full).mtimeMs : 0;
}
