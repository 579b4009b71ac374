import type { Note } from '../model/module.js';
import type { FilePath, Span } from '../text/source.js';
import type { Suppression } from './finding.js';

/** A piece of a comment with its place, in UTF-16 code units from the start of the comment. */
export interface Piece {
  readonly text: string;
  readonly part: Span;
}
/** A suppression comment, taken apart. */
export interface Directive {
  readonly note: Note;
  /** The comment in the file. */
  readonly span: Span;
  /** The word `unlatched-ignore` or `unlatched-ignore-file`. */
  readonly word: Span;
  readonly ids: readonly Piece[];
  /** The two dashes; undefined where none were written. */
  readonly dashes: Span | undefined;
  /** Text after the last id that no dashes announce. */
  readonly loose: Piece | undefined;
  readonly reason: string;
  /** The day as written, valid or not. */
  readonly until: Piece | undefined;
  readonly by: string | undefined;
}

const MOST_IDS = 100;

/** Takes a directive comment apart: `rule[, rule] -- reason (until 2027-03-01, by name)`. Undefined for notes of another kind. `span` is where the note stands in `text`. */
export function readDirective(note: Note, span: Span, text: string): Directive | undefined {
  if (note.kind === 'public') return undefined;
  const comment = text.slice(span.start, span.end);
  const name = note.kind === 'ignore-file' ? 'unlatched-ignore-file' : 'unlatched-ignore';
  const wordStart = Math.max(0, comment.indexOf(name));
  const word = { start: wordStart, end: Math.min(comment.length, wordStart + name.length) };
  const start = Math.max(word.end, comment.indexOf(note.text, word.end));
  const dashesAt = dashes(note.text);
  const head = dashesAt < 0 ? note.text : note.text.slice(0, dashesAt);
  const { ids, loose } = readIds(head, start);
  const tail = dashesAt < 0 ? '' : note.text.slice(dashesAt + 2);
  return {
    note, span, word, ids, loose,
    dashes: dashesAt < 0 ? undefined : { start: start + dashesAt, end: start + dashesAt + 2 },
    ...readReason(tail, start + dashesAt + 2),
  };
}

/** Takes the text after the dashes apart; `start` is where it stands in the comment. */
export function readReason(tail: string, start: number): Pick<Directive, 'reason' | 'until' | 'by'> {
  const plain = { reason: tail.trim(), until: undefined, by: undefined };
  const end = tail.trimEnd().length;
  const open = tail.lastIndexOf('(');
  if (open < 0 || tail[end - 1] !== ')') return plain;
  let until: Piece | undefined;
  let by: string | undefined;
  let at = open + 1;
  for (const clause of tail.slice(open + 1, end - 1).split(',')) {
    const match = /^(\s*)(until|by)\s+(\S.*)$/.exec(clause.trimEnd());
    if (match?.[2] === 'until' && until === undefined) {
      const day = match[3] ?? '';
      const from = start + at + clause.trimEnd().length - day.length;
      until = { text: day, part: { start: from, end: from + day.length } };
    } else if (match?.[2] === 'by' && by === undefined) by = match[3];
    else return plain;
    at += clause.length + 1;
  }
  return { reason: tail.slice(0, open).trim(), until, by };
}

/** Whether the text is a day of the calendar, YYYY-MM-DD. */
export function isDay(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!match) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const length = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  return day >= 1 && day <= length;
}

/** The directive as plain data. */
export function suppressionOf(path: FilePath, directive: Directive): Suppression {
  return {
    rules: directive.ids.map(({ text }) => text),
    reason: directive.reason,
    until: directive.until?.text,
    by: directive.by,
    scope: directive.note.kind === 'ignore-file' ? 'file' : 'line',
    at: { path, span: directive.span },
  };
}

/** Two dashes that stand alone; dashes inside a word (`a--b`) announce nothing. */
function dashes(text: string): number {
  for (let at = text.indexOf('--'); at >= 0; at = text.indexOf('--', at + 1))
    if ((at === 0 || /\s/.test(text[at - 1] ?? '')) && /\s|^$/.test(text[at + 2] ?? '')) return at;
  return -1;
}
function readIds(head: string, start: number): { readonly ids: readonly Piece[]; readonly loose: Piece | undefined } {
  const ids: Piece[] = [];
  let at = 0;
  for (const item of head.split(',').slice(0, MOST_IDS)) {
    const lead = item.length - item.trimStart().length;
    const word = /^\S+/.exec(item.slice(lead))?.[0] ?? '';
    const from = start + at + lead;
    if (word !== '') ids.push({ text: word, part: { start: from, end: from + word.length } });
    const rest = head.slice(at + lead + word.length);
    // Words after an id, before any comma, are prose: the reason someone wrote without dashes.
    if (item.slice(lead + word.length).trim() !== '') {
      const gap = rest.length - rest.trimStart().length;
      const looseStart = from + word.length + gap;
      return { ids, loose: { text: rest.trim(), part: { start: looseStart, end: looseStart + rest.trim().length } } };
    }
    at += item.length + 1;
  }
  return { ids, loose: undefined };
}
