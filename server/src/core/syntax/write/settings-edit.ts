import type { ArrayValue, Entry, ObjectValue, Value } from '../../model/value.js';
import type { At, Span, TextEdit } from '../../text/source.js';
import { lineEnd, lineStart } from '../yaml-lines.js';
import { blockLines, entryLines, flowText, isInline, isList, jsonText, scalarText, type Data } from './settings-render.js';
import type { SettingsStyle } from './settings-style.js';

/** A settings text, its style, and where its places are. */
export interface Page {
  readonly text: string;
  readonly style: SettingsStyle;
  span(at: At): Span;
}
type Edits = readonly TextEdit[] | undefined;

/** Adds `key: data` behind the last entry; `object` undefined: the text holds nothing but comments. */
export function insertPair(page: Page, object: ObjectValue | undefined, key: string, data: Data): Edits {
  const { text, style } = page;
  if (!object) {
    const gap = text === '' || text.endsWith('\n') ? '' : style.newline;
    return [insertion(text.length, `${gap}${entryLines(keyText(page, undefined, key), data, 0, style).join(style.newline)}${style.newline}`)];
  }
  const span = page.span(object.at);
  const places = object.entries.map((entry) => page.span(entry.at)).filter((one) => one.start >= span.start && one.end <= span.end);
  const isFlow = text[span.start] === '{';
  const name = !isFlow && isPathKey(page, object, key) ? key : keyText(page, object, key);
  if (isFlow) return insertFlow(page, span, places, (indent, tight) => (style.json ? `${JSON.stringify(key)}:${tight ? '' : ' '}${jsonOrFlow(page, data, indent, tight)}` : `${name}: ${flowText(data, style, tight)}`));
  const own = object.entries.filter((entry) => entry.form !== 'spread' || page.span(entry.keyAt).end > page.span(entry.keyAt).start).map((entry) => page.span(entry.keyAt));
  const first = own.reduce<Span | undefined>((found, one) => (!found || one.start < found.start ? one : found), undefined);
  const last = places.reduce((end, one) => Math.max(end, one.end), -1);
  if (!first || last < 0) return undefined;
  const column = columnOf(text, first.start);
  const lines = entryLines(name, data, column, style);
  return [insertion(lineEnd(text, last), `${style.newline}${' '.repeat(column)}${lines.join(style.newline)}`)];
}

/** Adds an item behind the last one. */
export function insertItem(page: Page, array: ArrayValue, data: Data, holder: Entry | undefined): Edits {
  const { text, style } = page;
  const span = page.span(array.at);
  const places = array.items.map((item) => page.span(item.value.at));
  if (text[span.start] === '[') {
    if (places.length === 0 && !style.json && holder && text.slice(span.start + 1, span.end - 1).trim() === '') return [{ span, text: flowText([data], style, false) }];
    return insertFlow(page, span, places, (indent, tight) => (style.json ? jsonOrFlow(page, data, indent, tight) : flowText(data, style, tight)));
  }
  const last = places.at(-1);
  if (!last) return undefined;
  const column = columnOf(text, span.start);
  const lines = blockLines(data, column + 2, style);
  return [insertion(lineEnd(text, last.end), `${style.newline}${' '.repeat(column)}- ${lines.join(style.newline)}`)];
}

/** Replaces a value in place, in its own style. `holder` undefined: it is an item. */
export function replaceValue(page: Page, holder: Entry | undefined, value: Value, data: Data): Edits {
  const { text, style } = page;
  const span = page.span(value.at);
  if (style.json) {
    const indent = indentAt(text, span.start);
    const spread = text.slice(span.start, span.end).includes('\n') || (!isInline(data) && text.slice(0, span.start).includes('\n') && !isCollection(text, span));
    return [{ span, text: spread ? jsonText(data, style, indent) : flowText(data, style, false) }];
  }
  const blockCollection = (value.kind === 'object' || value.kind === 'array') && !isCollection(text, span) && text[span.start] !== '*';
  if (holder && span.start === span.end && !isInline(data) && !insideFlow(page, holder)) {
    const column = columnOf(text, page.span(holder.keyAt).start);
    const below = column + (isList(data) ? style.dash : style.step);
    return [insertion(lineEnd(text, span.end), style.newline + ' '.repeat(below) + blockLines(data, below, style).join(style.newline))];
  }
  if (!blockCollection) return [{ span, text: (span.start === span.end && text[span.start - 1] !== ' ' ? ' ' : '') + flowText(data, style, false) }];
  if (!isInline(data)) return [{ span, text: blockLines(data, columnOf(text, span.start), style).join(style.newline) }];
  const colon = holder ? text.indexOf(':', page.span(holder.keyAt).end) : -1;
  if (holder && (colon < 0 || colon >= span.start)) return undefined;
  return [{ span: { start: holder ? colon + 1 : span.start, end: span.end }, text: `${holder ? ' ' : ''}${flowText(data, style, false)}` }];
}

/** Takes an entry out with its line or comma; the last one leaves `{}`. */
export function removePair(page: Page, object: ObjectValue, entry: Entry, holder: Entry | undefined): Edits {
  const spans = object.entries.map((one) => page.span(one.at)).sort((a, b) => a.start - b.start);
  const target = page.span(entry.at);
  const whole = page.span(object.at);
  if (page.text[whole.start] === '{') return removeFlow(page, whole, spans, target);
  if (spans.length === 1) return replaceValue(page, holder, object, {});
  return removeBlock(page.text, target, spans, target.start);
}
/** Takes an item out with its line or comma; the last one leaves `[]`. */
export function removeItem(page: Page, array: ArrayValue, index: number, holder: Entry | undefined): Edits {
  const spans = array.items.map((item) => page.span(item.value.at));
  const target = spans[index];
  const whole = page.span(array.at);
  if (!target) return undefined;
  if (page.text[whole.start] === '[') return removeFlow(page, whole, spans, target);
  if (spans.length === 1) return replaceValue(page, holder, array, []);
  const dashes = spans.map((span, at) => ({ start: dashBefore(page.text, span.start, at === 0 ? whole.start : (spans[at - 1]?.end ?? 0)), end: span.end }));
  const dashed = dashes[index];
  return dashed && removeBlock(page.text, dashed, dashes, dashed.start);
}

function removeBlock(text: string, target: Span, all: readonly Span[], start: number): Edits {
  const line = lineStart(text, start);
  const stop = lineEnd(text, target.end);
  if (!/^[ \t]*(?:#.*)?$/.test(text.slice(target.end, stop))) return undefined;
  if (text.slice(line, start).replace(/^\uFEFF/, '').trim() !== '') {
    const next = all.find((span) => span.start > target.start);
    return next && [{ span: { start, end: next.start }, text: '' }];
  }
  if (stop < text.length) return [{ span: { start: line, end: stop + (text[stop] === '\r' ? 2 : 1) }, text: '' }];
  const before = line > 0 ? line - (text[line - 2] === '\r' ? 2 : 1) : line;
  return [{ span: { start: before, end: stop }, text: '' }];
}
function removeFlow(page: Page, whole: Span, all: readonly Span[], target: Span): Edits {
  const { text } = page;
  const index = all.findIndex((span) => span.start === target.start);
  const next = all[index + 1];
  const previous = all[index - 1];
  if (next && text.slice(target.end, next.start).includes('#')) return undefined;
  if (next) return [{ span: { start: target.start, end: next.start }, text: '' }];
  if (previous) return [{ span: { start: previous.end, end: target.end }, text: '' }];
  const around = text.slice(whole.start + 1, target.start) + text.slice(target.end, whole.end - 1);
  return around.replace(',', '').trim() === '' ? [{ span: { start: whole.start + 1, end: whole.end - 1 }, text: '' }] : undefined;
}

/** Adds to a flow collection; `write` gets the indent of its line, undefined for a collection on one line, and whether spaces are left out. */
function insertFlow(page: Page, whole: Span, places: readonly Span[], write: (indent: string | undefined, tight: boolean) => string): Edits {
  const { text, style } = page;
  const inner = text.slice(whole.start + 1, whole.end - 1);
  if (places.length === 0) {
    if (inner.trim() !== '') return undefined;
    if (style.json && (text.trim().length <= 2 || text.trim().includes('\n'))) {
      const outer = indentAt(text, whole.start);
      const indent = outer + unit(style);
      return [{ span: { start: whole.start + 1, end: whole.end - 1 }, text: `${style.newline}${indent}${write(indent, false)}${style.newline}${outer}` }];
    }
    const gap = text[whole.start] === '{' && !style.json ? ' ' : '';
    return [{ span: { start: whole.start + 1, end: whole.end - 1 }, text: `${gap}${write(undefined, style.json)}${gap}` }];
  }
  const first = places.reduce((found, one) => Math.min(found, one.start), whole.end);
  const last = places.reduce((found, one) => Math.max(found, one.end), whole.start);
  const trailing = /^[ \t\r\n]{0,1000},/.exec(text.slice(last, whole.end))?.[0].length;
  const tight = !/[:,]\s/.test(text.slice(whole.start, whole.end));
  if (!text.slice(whole.start, first).includes('\n')) {
    const gap = tight ? '' : ' ';
    return [insertion(last + (trailing ?? 0), `${trailing === undefined ? ',' : ''}${gap}${write(undefined, tight)}`)];
  }
  const indent = indentAt(text, first);
  const end = lineEnd(text, last + (trailing ?? 0));
  const comment = text.slice(last + (trailing ?? 0), end);
  const line = `${style.newline}${indent}${write(indent, false)}${trailing === undefined ? '' : ','}`;
  if (/^[ \t]*(?:#|\/\/)/.test(comment)) return trailing === undefined ? [insertion(last, ','), insertion(end, line)] : [insertion(end, line)];
  return [insertion(last + (trailing ?? 0), `${trailing === undefined ? ',' : ''}${line}`)];
}

function jsonOrFlow(page: Page, data: Data, indent: string | undefined, tight: boolean): string {
  return indent === undefined ? flowText(data, page.style, tight) : jsonText(data, page.style, indent);
}
/** The key in the quotes of its neighbours: `401` beside `200`, `'401'` beside `'200'`. */
function keyText(page: Page, object: ObjectValue | undefined, key: string): string {
  if (page.style.json) return JSON.stringify(key);
  const peer = object?.entries.findLast((entry) => entry.form === 'pair' && isNumeral(entry.key ?? '') === isNumeral(key));
  if (!peer) return scalarText(key, page.style);
  const first = page.text[page.span(peer.keyAt).start];
  if (first === '"') return JSON.stringify(key);
  if (first === "'") return `'${key.replaceAll("'", "''")}'`;
  return isNumeral(key) ? key : scalarText(key, page.style);
}
/** Braces inside a key need no quotes in a block, where its neighbours have none: `/files/{id}`. */
function isPathKey(page: Page, object: ObjectValue, key: string): boolean {
  const peer = object.entries.findLast((entry) => entry.form === 'pair' && entry.key?.startsWith('/'));
  return !page.style.json && peer !== undefined && page.text[page.span(peer.keyAt).start] === '/' && /^\/[\w\-./{}~]{0,500}$/.test(key);
}
function isNumeral(text: string): boolean {
  return /^\d{1,9}$/.test(text);
}
function insideFlow(page: Page, holder: Entry): boolean {
  const { text } = page;
  const after = text.slice(page.span(holder.at).end, lineEnd(text, page.span(holder.at).end));
  return !/^[ \t]*(?:#.*)?$/.test(after);
}
function isCollection(text: string, span: Span): boolean {
  return text[span.start] === '{' || text[span.start] === '[';
}
function insertion(offset: number, text: string): TextEdit {
  return { span: { start: offset, end: offset }, text };
}
function unit(style: SettingsStyle): string {
  return style.tab ? '\t'.repeat(style.step) : ' '.repeat(style.step);
}
function columnOf(text: string, offset: number): number {
  const start = lineStart(text, offset);
  return offset - start - (text.charCodeAt(start) === 0xfeff ? 1 : 0);
}
function indentAt(text: string, offset: number): string {
  const start = lineStart(text, offset);
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? '';
}
/** The dash of an item, looked for backwards. */
function dashBefore(text: string, from: number, stop: number): number {
  for (let i = from - 1; i >= stop; i--) if (text[i] === '-' && /\s/.test(text[i + 1] ?? ' ') && /\s/.test(text[i - 1] ?? '\n')) return i;
  return from;
}
