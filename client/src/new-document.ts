/** Where a new document can go; the editor outside tests. */
export interface Desk {
  exists(): Promise<boolean>;
  /** What to do with the file that is there; undefined: nothing. */
  ask(): Promise<'replace' | 'beside' | undefined>;
  write(text: string): Promise<void>;
  /** Shows the text without saving it anywhere. */
  show(text: string): Promise<void>;
}

/** Puts a document into its file. One that is there is replaced only where somebody says so. */
export async function placeDocument(text: string, desk: Desk): Promise<'written' | 'shown' | 'nothing'> {
  const answer = (await desk.exists()) ? await desk.ask() : 'replace';
  if (answer === undefined) return 'nothing';
  if (answer === 'beside') {
    await desk.show(text);
    return 'shown';
  }
  await desk.write(text);
  return 'written';
}
