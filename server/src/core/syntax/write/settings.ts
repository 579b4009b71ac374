import type { Change } from '../../findings/changes.js';
import type { Entry, Value } from '../../model/value.js';
import type { At, SourceFile, Span, TextEdit } from '../../text/source.js';
import { readSettings } from '../yaml.js';
import { expected, same } from './settings-expect.js';
import { insertItem, insertPair, removeItem, removePair, replaceValue, type Page } from './settings-edit.js';
import { asData, type Data } from './settings-render.js';
import { styleOf } from './settings-style.js';

/** The intents this writer knows. */
export type SettingsChange = Extract<Change, { readonly do: 'set' | 'append' | 'unset' }>;

/**
 * Text edits for one change of a YAML or JSON file by key path; everything else keeps its bytes. An empty list: it is so already.
 * Undefined when it cannot be done: the file has errors, the place stands behind an alias or merge key, or the result would not read as asked.
 */
export function writeSettings(file: SourceFile, change: SettingsChange): readonly TextEdit[] | undefined {
  const json = /\.jsonc?$/i.test(file.path);
  const data = change.do === 'unset' ? null : asData(change.value);
  if (data === undefined || change.key.length === 0) return undefined;
  const page = pageOf(file, json);
  if (isBlank(file)) return change.do === 'unset' ? [] : create(file, change, data, json, page);
  const before = readSettings(file, page.mark);
  if (before.problems.length > 0) return undefined;
  const wanted = expected(before.value.root, change.key, change.do, data);
  if (!wanted) return undefined;
  if (same(wanted, before.value.root)) return [];
  const edits = edit(page, before.value.root, change.key, change.do, data);
  return edits && readsAs(file, edits, wanted) ? edits : undefined;
}
interface Marked extends Page {
  mark(span: Span): At;
}
function pageOf(file: SourceFile, json: boolean): Marked {
  const spans: Span[] = [];
  return { text: file.text, style: styleOf(file.text, json), span: (at) => spans[at.mark] ?? { start: 0, end: 0 }, mark: (span) => ({ path: file.path, mark: spans.push(span) - 1 }) };
}
function isBlank({ text }: SourceFile): boolean {
  return text.replace(/^\uFEFF/, '').trim() === '';
}
/** Whether the file reads as wanted once it is edited. */
function readsAs(file: SourceFile, edits: readonly TextEdit[], wanted: Value): boolean {
  const after = readSettings({ ...file, text: applyEdits(file.text, edits) }, () => ({ path: file.path, mark: 0 }));
  return after.problems.length === 0 && same(wanted, after.value.root);
}

/** Edits for several changes, each made on the result of those before it, as edits of the original text. Undefined when one cannot be made. */
export function writeAllSettings(file: SourceFile, changes: readonly SettingsChange[]): readonly TextEdit[] | undefined {
  const atOnce = writeAtOnce(file, changes);
  if (atOnce) return atOnce;
  let text = file.text;
  // Pieces of the new text: spans of the old one, or new text.
  let pieces: readonly Piece[] = [{ start: 0, end: text.length }];
  for (const change of changes) {
    const edits = writeSettings({ ...file, text }, change);
    if (!edits) return undefined;
    pieces = cut(pieces, sorted(edits));
    text = applyEdits(text, edits);
  }
  return between(pieces, file.text.length);
}

/** The same for changes that do not meet: the file is read twice, however many they are. Undefined where they meet, or one is no plain setting of a value. */
function writeAtOnce(file: SourceFile, changes: readonly SettingsChange[]): readonly TextEdit[] | undefined {
  if (changes.length < 2 || isBlank(file)) return undefined;
  const page = pageOf(file, /\.jsonc?$/i.test(file.path));
  const before = readSettings(file, page.mark);
  if (before.problems.length > 0) return undefined;
  let wanted = before.value.root;
  const all: (TextEdit & { readonly depth: number })[] = [];
  for (const change of changes) {
    const data = change.do === 'set' ? asData(change.value) : undefined;
    const next = data !== undefined && change.key.length > 0 ? expected(wanted, change.key, 'set', data) : undefined;
    if (data === undefined || !next) return undefined;
    if (same(next, wanted)) continue;
    const edits = edit(page, before.value.root, change.key, 'set', data);
    if (!edits) return undefined;
    wanted = next;
    all.push(...edits.map((one) => ({ ...one, depth: change.key.length })));
  }
  // At one place the inner end comes before the outer one.
  const ordered = sorted(all.sort((a, b) => b.depth - a.depth)).map(({ span, text }) => ({ span, text }));
  if (ordered.some(({ span }, index) => span.start < (ordered[index - 1]?.span.end ?? 0))) return undefined;
  return readsAs(file, ordered, wanted) ? joined(ordered) : undefined;
}

/** Insertions at one place as one. */
function joined(edits: readonly TextEdit[]): readonly TextEdit[] {
  const out: TextEdit[] = [];
  for (const one of edits) {
    const last = out.at(-1);
    if (last && last.span.end === one.span.start) out.splice(-1, 1, { span: { start: last.span.start, end: one.span.end }, text: last.text + one.text });
    else out.push(one);
  }
  return out;
}

type Piece = Span | string;

function create(file: SourceFile, change: SettingsChange, data: Data, json: boolean, page: Page): readonly TextEdit[] | undefined {
  const [first, ...rest] = change.key;
  const below = wrap(rest, change.do === 'append' ? [data] : data);
  if (typeof first !== 'string' || below === undefined) return undefined;
  const { newline } = page.style;
  if (!json) return insertPair(page, undefined, first, below);
  return [{ span: { start: 0, end: file.text.length }, text: `${JSON.stringify({ [first]: below }, null, 2).split('\n').join(newline)}${newline}` }];
}

function edit(page: Page, root: Value, key: readonly (string | number)[], action: SettingsChange['do'], data: Data): readonly TextEdit[] | undefined {
  let node = root;
  let holder: Entry | undefined;
  for (const [depth, part] of key.entries()) {
    const last = depth === key.length - 1;
    // What an alias or a merge key brings belongs to another place, too.
    if (page.text[page.span(node.at).start] === '*') return undefined;
    const rest = wrap(key.slice(depth + 1), action === 'append' ? [data] : data);
    if (node.kind === 'literal' && node.value === null) {
      if (action === 'unset' || typeof part === 'number' || rest === undefined) return undefined;
      return holder ? replaceValue(page, holder, node, { [part]: rest }) : insertPair(page, undefined, part, rest);
    }
    if (node.kind === 'array') {
      const item = typeof part === 'number' ? node.items[part] : undefined;
      if (!item) return undefined;
      if (last && action === 'unset') return removeItem(page, node, Number(part), holder);
      if (last && action === 'set') return replaceValue(page, undefined, item.value, data);
      node = item.value;
      holder = undefined;
    } else if (node.kind === 'object') {
      const name = String(part);
      const found = node.entries.filter((entry) => entry.form === 'pair' && entry.key === name);
      const entry = found.at(-1);
      if (!entry) {
        if (action === 'unset' || rest === undefined || node.entries.some((one) => one.form === 'spread' && hasKey(one.value, name))) return undefined;
        return insertPair(page, node, name, rest);
      }
      if (last && action === 'unset') return found.length > 1 ? undefined : removePair(page, node, entry, holder);
      if (last && action === 'set') return replaceValue(page, entry, entry.value, data);
      node = entry.value;
      holder = entry;
    } else return undefined;
  }
  if (page.text[page.span(node.at).start] === '*') return undefined;
  if (node.kind === 'array') return insertItem(page, node, data, holder);
  return node.kind === 'literal' && node.value === null && holder ? replaceValue(page, holder, node, [data]) : undefined;
}
function hasKey(value: Value, key: string): boolean {
  return value.kind !== 'object' || value.entries.some((entry) => entry.key === key || (entry.form === 'spread' && hasKey(entry.value, key)));
}
/** The data below missing parents; a list cannot be made from an index other than 0. */
function wrap(key: readonly (string | number)[], data: Data): Data | undefined {
  let whole: Data = data;
  for (const part of [...key].reverse()) {
    if (typeof part === 'number' && part !== 0) return undefined;
    whole = typeof part === 'number' ? [whole] : { [part]: whole };
  }
  return whole;
}

function sorted(edits: readonly TextEdit[]): readonly TextEdit[] {
  return [...edits].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
}
function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let out = '';
  let at = 0;
  for (const { span, text: insert } of sorted(edits)) {
    out += text.slice(at, span.start) + insert;
    at = span.end;
  }
  return out + text.slice(at);
}

/** Applies edits (offsets of the text the pieces make) to the pieces. */
function cut(pieces: readonly Piece[], edits: readonly TextEdit[]): readonly Piece[] {
  const out: Piece[] = [];
  let offset = 0;
  let next = 0;
  for (const piece of pieces) {
    const length = typeof piece === 'string' ? piece.length : piece.end - piece.start;
    let used = 0;
    while (next < edits.length) {
      const one = edits[next];
      if (!one || one.span.start > offset + length || (one.span.start === offset + length && piece !== pieces.at(-1))) break;
      if (one.span.start >= offset + used) out.push(part(piece, used, one.span.start - offset), one.text);
      used = Math.max(used, Math.min(length, one.span.end - offset));
      if (one.span.end > offset + length) break;
      next++;
    }
    out.push(part(piece, used, length));
    offset += length;
  }
  return out.filter((piece) => (typeof piece === 'string' ? piece !== '' : piece.end > piece.start));
}
function part(piece: Piece, from: number, to: number): Piece {
  return typeof piece === 'string' ? piece.slice(from, to) : { start: piece.start + from, end: piece.start + to };
}
function between(pieces: readonly Piece[], length: number): readonly TextEdit[] {
  const edits: TextEdit[] = [];
  let at = 0;
  let text = '';
  for (const piece of [...pieces, { start: length, end: length }]) {
    if (typeof piece === 'string') {
      text += piece;
      continue;
    }
    if (piece.start > at || text !== '') edits.push({ span: { start: at, end: piece.start }, text });
    at = piece.end;
    text = '';
  }
  return edits;
}
