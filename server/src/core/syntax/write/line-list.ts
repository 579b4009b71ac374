import type { Change } from '../../findings/changes.js';
import type { SourceFile } from '../../text/source.js';
import type { WrittenEdit } from '../../text/edits.js';

export type LineChange = Extract<Change, { readonly do: 'line' }>;

/** The edit that adds lines a list does not have yet at its end; none where it has them all. */
export function writeLines({ text }: SourceFile, changes: readonly LineChange[]): readonly WrittenEdit[] {
  const known = new Set(text.split(/\r?\n/).map((line) => line.trim()));
  const added = [...new Set(changes.map((change) => change.text))].filter((line) => !known.has(line));
  if (added.length === 0) return [];
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const gap = text === '' || text.endsWith('\n') ? '' : newline;
  return [{ span: { start: text.length, end: text.length }, text: gap + added.map((line) => line + newline).join('') }];
}
