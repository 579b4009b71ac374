import type { Span, TextEdit } from './source.js';

/** An edit whose new text holds places the author fills; `slots` are spans of `text`. */
export interface WrittenEdit extends TextEdit {
  readonly slots?: readonly Span[];
}

/** Applies edits of one text, in any order; inserts at one place keep their order. Undefined when two overlap or one lies outside the text. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string | undefined {
  const sorted = sortEdits(edits);
  if (!sorted) return undefined;
  let out = '';
  let at = 0;
  for (const { span, text: insert } of sorted) {
    if (span.end > text.length) return undefined;
    out += text.slice(at, span.start) + insert;
    at = span.end;
  }
  return out + text.slice(at);
}

/** One list of several, by place. Equal edits count once, inserts at one place become one. Undefined when two overlap. */
export function mergeEdits(
  lists: readonly (readonly WrittenEdit[])[],
  unite: (first: WrittenEdit, second: WrittenEdit) => WrittenEdit = appendInsert,
): readonly WrittenEdit[] | undefined {
  const unique = lists.flat().filter((edit, index, all) => all.findIndex((other) => isSameEdit(edit, other)) === index);
  const sorted = sortEdits(unique);
  if (!sorted) return undefined;
  const out: WrittenEdit[] = [];
  for (const edit of sorted) {
    const last = out.at(-1);
    if (last && isInsert(last) && isInsert(edit) && last.span.start === edit.span.start) out[out.length - 1] = unite(last, edit);
    else out.push(edit);
  }
  return out;
}

/** Both inserts at one place, the second behind the first. */
export function appendInsert(first: WrittenEdit, second: WrittenEdit): WrittenEdit {
  const behind = (second.slots ?? []).map((slot) => ({ start: slot.start + first.text.length, end: slot.end + first.text.length }));
  const slots = [...(first.slots ?? []), ...behind];
  return { span: first.span, text: first.text + second.text, ...(slots.length > 0 ? { slots } : {}) };
}

/**
 * Where a span of the old text stands after the edits. Text inserted at its start moves it, at its end it does not widen;
 * an end that lay inside a replaced part is clamped to the new part.
 */
export function shift(span: Span, edits: readonly TextEdit[]): Span {
  const start = moved(span.start, edits, 'start');
  return { start, end: span.start === span.end ? start : Math.max(start, moved(span.end, edits, 'end')) };
}

/** Signs compared at once. */
const BLOCK = 4096;
/** The part of the old text that is not the same in the new one, between their common beginning and their common end. */
export function changedPart(old: string, text: string): Span {
  const shorter = Math.min(old.length, text.length);
  let start = 0;
  // Whole blocks are compared much faster than one sign after the other.
  while (start + BLOCK < shorter && old.slice(start, start + BLOCK) === text.slice(start, start + BLOCK)) start += BLOCK;
  while (start < shorter && old.charCodeAt(start) === text.charCodeAt(start)) start++;
  let tail = 0;
  while (tail + BLOCK < shorter - start && old.slice(old.length - tail - BLOCK, old.length - tail) === text.slice(text.length - tail - BLOCK, text.length - tail)) tail += BLOCK;
  while (tail < shorter - start && old.charCodeAt(old.length - 1 - tail) === text.charCodeAt(text.length - 1 - tail)) tail++;
  return { start, end: old.length - tail };
}

/** The slots of edits that are sorted and apart, as spans of the text after them. */
export function slotsAfter(edits: readonly WrittenEdit[]): readonly Span[] {
  let growth = 0;
  return edits.flatMap((edit) => {
    const from = edit.span.start + growth;
    growth += edit.text.length - (edit.span.end - edit.span.start);
    return (edit.slots ?? []).map((slot) => ({ start: from + slot.start, end: from + slot.end }));
  });
}

/** Adds nothing but text. */
export function isInsert(edit: TextEdit): boolean {
  return edit.span.start === edit.span.end;
}
/** The same text at the same place. */
export function isSameEdit(a: TextEdit, b: TextEdit): boolean {
  return a.span.start === b.span.start && a.span.end === b.span.end && a.text === b.text;
}

/** By place, an insert before what starts there; undefined when two overlap or one is no span. */
function sortEdits<E extends TextEdit>(edits: readonly E[]): readonly E[] | undefined {
  const sorted = [...edits].sort((a, b) => a.span.start - b.span.start || Math.min(1, a.span.end - a.span.start) - Math.min(1, b.span.end - b.span.start));
  let at = 0;
  for (const { span } of sorted) {
    if (span.start < at || span.end < span.start) return undefined;
    at = span.end;
  }
  return sorted;
}

function moved(offset: number, edits: readonly TextEdit[], side: 'start' | 'end'): number {
  let change = 0;
  for (const { span, text } of edits) {
    const isBefore = span.start === span.end ? span.start < offset || (span.start === offset && side === 'start') : span.end <= offset;
    if (isBefore) change += text.length - (span.end - span.start);
    else if (span.start < offset && offset < span.end) change += span.start - offset + (side === 'end' ? text.length : 0);
  }
  return offset + change;
}
