import type { Entry, Value } from '../model/value.js';
import { changedPart } from '../text/edits.js';
import { spanAt, type At, type SourceFile, type Span } from '../text/source.js';
import { lineEnd, lineStart } from './yaml-lines.js';
import type { SyntaxProblem } from './parsed.js';
import { firstProblem, readSettings } from './yaml.js';

/** A settings file as it was read: without problems and without directives. `spans[2 * i], spans[2 * i + 1]` are the offsets of mark `-(i + 1)`. */
export interface ReadBefore {
  readonly file: SourceFile;
  readonly root: Value;
  readonly spans: Int32Array;
}
export interface Reread {
  readonly root: Value;
  readonly spans: Int32Array;
}

/** How deep the entry may stand that is read alone: `paths` and an item of it, or a schema of `components`. */
const LEVELS = 3;
/** A deeper one is left to the whole reading, which knows where to stop. */
const HEIGHT = 100;
/** A smaller text is read as a whole in no time. */
const SMALLEST = 20_000;
/** Places of what was replaced pile up: numbers for each character of the text. */
const MOST_GROWTH = 2;

/**
 * The new text of a settings file, read by the one entry that an edit changed; everything else keeps its values and its marks. Undefined where
 * the edit may change more than that entry: then the whole is to be read.
 */
export function rereadEntry(before: ReadBefore, file: SourceFile): Reread | undefined {
  const { text } = file;
  const old = before.file.text;
  if (old.length < SMALLEST || before.spans.length > old.length * MOST_GROWTH) return undefined;
  const edit = changedPart(old, text);
  const growth = text.length - old.length;
  const spanOf = (at: At): Span => spanAt(at, before.spans);
  const way = wayTo(before.root, edit, spanOf);
  const entry = way.at(-1);
  if (!entry) return undefined;
  // Elsewhere an alias may stand for what holds the entry.
  if (way.some((one) => old.slice(spanOf(one.keyAt).end, spanOf(one.value.at).start + 1).includes('&'))) return undefined;
  const value = spanOf(entry.value.at);
  const chunk = /\.jsonc?$/i.test(file.path) ? value : linesOf(old, spanOf(entry.keyAt), value);
  if (!chunk) return undefined;
  const now = text.slice(chunk.start, chunk.end + growth);
  if (chunk !== value && (isTied(old.slice(chunk.start, chunk.end)) || isTied(now))) return undefined;

  const added: number[] = [];
  const mark = (span: Span): At => {
    added.push(span.start + chunk.start, span.end + chunk.start);
    return { path: file.path, mark: -((before.spans.length + added.length) / 2) };
  };
  const parsed = readSettings({ ...file, text: now }, mark);
  if (parsed.problems.length > 0 || parsed.holes.length > 0) return undefined;
  const read = chunk === value ? parsed.value.root : onlyValue(parsed.value.root, entry.key);
  if (read?.kind !== 'object' || isHigher(read, HEIGHT)) return undefined;
  const index = (-read.at.mark - 1) * 2 - before.spans.length;
  // What ends elsewhere may have moved the ends of what it stands in.
  if (added[index] !== value.start || added[index + 1] !== value.end + growth) return undefined;
  const moved = movedPlaces(entry.value, read);
  const textAt = (span: Span): string => text.slice(span.start, span.end);
  if (moved) {
    const spans = shifted(before.spans, edit, growth, []);
    const isSame = moved.every(({ from, to, container }) => {
      const [was, is] = [(-from.mark - 1) * 2, (-to.mark - 1) * 2 - before.spans.length];
      const place = { start: added[is] ?? 0, end: added[is + 1] ?? 0 };
      spans[was] = place.start;
      spans[was + 1] = place.end;
      return container || textAt(place) === old.slice(before.spans[was], before.spans[was + 1]);
    });
    if (isSame) return { root: before.root, spans };
  }
  return { root: replaced(before.root, way, read), spans: shifted(before.spans, edit, growth, added) };
}
interface MovedPlace {
  readonly from: At;
  readonly to: At;
  /** Comments and space may differ in it. */
  readonly container: boolean;
}
/** The places of a value and those of another that says the same; undefined where it says something else, or a place is a part of another. */
function movedPlaces(from: Value, to: Value): readonly MovedPlace[] | undefined {
  const found: MovedPlace[] = [];
  const isPlain = (at: At): boolean => at.part === undefined;
  const pair = (a: At, b: At, container: boolean): boolean => found.push({ from: a, to: b, container }) > 0 && isPlain(a) && isPlain(b);
  const same = (a: Value, b: Value): boolean => {
    if (a.kind === 'literal') return b.kind === 'literal' && a.value === b.value && a.folded === b.folded && pair(a.at, b.at, false);
    if (a.kind === 'array') return b.kind === 'array' && a.open === b.open && a.items.length === b.items.length && pair(a.at, b.at, true) && a.items.every((item, index) => {
      const other = b.items[index];
      return other !== undefined && item.spread === other.spread && pair(item.at, other.at, true) && same(item.value, other.value);
    });
    return a.kind === 'object' && b.kind === 'object' && a.open === b.open && a.entries.length === b.entries.length && pair(a.at, b.at, true) && a.entries.every((entry, index) => {
      const other = b.entries[index];
      return other !== undefined && entry.form === other.form && entry.key === other.key && pair(entry.at, other.at, true) && pair(entry.keyAt, other.keyAt, false) && same(entry.value, other.value);
    });
  };
  return same(from, to) ? found : undefined;
}

/** Longest part of a text that was typed since it parsed, in UTF-16 units: a line or two. */
const MOST_TYPED = 300;

/**
 * The places of the last whole text in one that does not parse since a line was typed, and why it does not: so long what it said stands.
 * Undefined where the text parses, or where more changed: then the whole is to be read.
 */
export function standsFor(before: ReadBefore, file: SourceFile): { readonly spans: Int32Array; readonly problem: SyntaxProblem } | undefined {
  const { text } = file;
  const old = before.file.text;
  if (old.length < SMALLEST) return undefined;
  const edit = changedPart(old, text);
  const growth = text.length - old.length;
  if (edit.end - edit.start > MOST_TYPED || edit.end - edit.start + growth > MOST_TYPED) return undefined;
  const problem = firstProblem(file);
  return problem && { spans: shifted(before.spans, edit, growth, []), problem };
}

/** The entries from the root to the deepest map that holds the whole edit inside. */
function wayTo(root: Value, edit: Span, spanOf: (at: At) => Span): readonly Entry[] {
  const way: Entry[] = [];
  for (let value = root; value.kind === 'object' && way.length < LEVELS; ) {
    const next: Entry | undefined = value.entries.find((entry) => {
      const span = spanOf(entry.value.at);
      return entry.form === 'pair' && entry.value.kind === 'object' && span.start < edit.start && edit.end < span.end;
    });
    if (!next) break;
    way.push(next);
    value = next.value;
  }
  return way;
}
/** The lines of an entry of a block map; undefined where it shares a line with others, or has its value on the line of its key. */
function linesOf(text: string, key: Span, value: Span): Span | undefined {
  const start = lineStart(text, key.start);
  const end = lineEnd(text, value.end);
  const isAlone = text.slice(start, key.start).trim() === '' && /^[ \t]*(?:#.*)?$/.test(text.slice(value.end, end)) && text[value.start] !== '{';
  const behind = end < text.length ? end + (text[end] === '\r' ? 2 : 1) : end;
  return isAlone && lineStart(text, value.start) > key.end ? { start, end: behind } : undefined;
}
/** Anchors, kept line ends and marks between documents tie a part to what stands around it. */
function isTied(chunk: string): boolean {
  return /(?:^|[\s,:[{-])&[^\s&]/.test(chunk) || /^(?:---|\.\.\.|%)/m.test(chunk) || /[|>]\d?\+/.test(chunk);
}
function onlyValue(root: Value, key: string | undefined): Value | undefined {
  const [only, ...others] = root.kind === 'object' ? root.entries : [];
  return only && others.length === 0 && only.form === 'pair' && only.key === key ? only.value : undefined;
}
function isHigher(value: Value, limit: number): boolean {
  if (limit < 0) return true;
  if (value.kind === 'array') return value.items.some((item) => isHigher(item.value, limit - 1));
  return value.kind === 'object' && value.entries.some((entry) => isHigher(entry.value, limit - 1));
}
function replaced(root: Value, [entry, ...rest]: readonly Entry[], by: Value): Value {
  if (!entry || root.kind !== 'object') return by;
  return { ...root, entries: root.entries.map((one) => (one === entry ? { ...one, value: replaced(one.value, rest, by) } : one)) };
}
/** Places after the edit are moved; what stood in it is nobody's any more. */
function shifted(before: Int32Array, edit: Span, growth: number, added: readonly number[]): Int32Array {
  const spans = new Int32Array(before.length + added.length);
  for (let i = 0; i < before.length; i++) {
    const at = before[i] ?? 0;
    spans[i] = at >= edit.end ? at + growth : Math.min(at, edit.start);
  }
  spans.set(added, before.length);
  return spans;
}
