import type { Note } from '../model/module.js';
import type { At, Span } from '../text/source.js';

const DIRECTIVE = /#[ \t]{0,40}unlatched-ignore(-file)?(?![\w-])([^\r\n]*)/g;

/** Directive comments of a YAML text. `scalars` are the spans of its scalars in source order: a directive inside one is text. */
export function readNotes(text: string, scalars: readonly Span[], mark: (span: Span) => At): readonly Note[] {
  const notes: Note[] = [];
  let next = 0;
  for (const match of text.matchAll(DIRECTIVE)) {
    const start = match.index;
    const before = start === 0 ? '\n' : (text[start - 1] ?? '\n');
    if (!/[\s\uFEFF]/.test(before)) continue;
    while (next < scalars.length && (scalars[next]?.end ?? 0) <= start) next++;
    if ((scalars[next]?.start ?? Infinity) <= start) continue;
    const end = start + match[0].trimEnd().length;
    notes.push({ kind: match[1] === undefined ? 'ignore' : 'ignore-file', text: (match[2] ?? '').trim(), at: mark({ start, end }), governs: undefined });
  }
  return notes;
}
