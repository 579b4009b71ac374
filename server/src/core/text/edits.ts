import type { TextEdit } from './source.js';

/** Applies edits of one text; several insertions at one place keep their order. Undefined when they overlap or leave the text. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string | undefined {
  const sorted = sortEdits(edits);
  let out = '';
  let from = 0;
  for (const { span, text: inserted } of sorted) {
    if (span.start < from || span.end < span.start || span.end > text.length) return undefined;
    out += text.slice(from, span.start) + inserted;
    from = span.end;
  }
  return out + text.slice(from);
}

/** Edits by place; those at one place in the order given, insertions before what replaces there. */
export function sortEdits(edits: readonly TextEdit[]): readonly TextEdit[] {
  return edits.map((edit, index) => ({ edit, index })).sort((a, b) => a.edit.span.start - b.edit.span.start || a.edit.span.end - b.edit.span.end || a.index - b.index).map(({ edit }) => edit);
}

/** Several lists as one: an edit that stands in it already is left out; undefined when two touch the same text. */
export function mergeEdits(lists: readonly (readonly TextEdit[])[]): readonly TextEdit[] | undefined {
  const out: TextEdit[] = [];
  for (const edit of lists.flat()) if (!out.some((one) => one.span.start === edit.span.start && one.span.end === edit.span.end && one.text === edit.text)) out.push(edit);
  const sorted = sortEdits(out);
  for (let i = 1; i < sorted.length; i++) {
    const before = sorted[i - 1];
    const edit = sorted[i];
    if (before && edit && before.span.end > edit.span.start) return undefined;
  }
  return sorted;
}
