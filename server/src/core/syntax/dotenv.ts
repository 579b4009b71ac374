import type { Entry, Value } from '../model/value.js';
import type { At, SourceFile, Span } from '../text/source.js';
import type { Parsed } from './parsed.js';
import type { Documents } from './yaml-documents.js';
import { readNotes } from './yaml-notes.js';

const NAME = /^([ \t]*(?:export[ \t]+)?)([\w.-]+)[ \t]*(?:=|:[ \t])[ \t]*/;
const VARIABLE = /\$(?:\{([A-Za-z_]\w*)[^}\n]*\}|([A-Za-z_]\w*))/g;
/** A text in quotes may have line breaks in it, up to here. */
const LONGEST = 20_000;
const MOST = 10_000;

/**
 * Reads an environment file as the package `dotenv` 17 does: `NAME=value`, quotes, texts over several lines, comments. The one
 * root is an object; a value that names other variables is a template of them. Never fails.
 */
export function readDotenv(file: SourceFile, mark: (span: Span) => At): Parsed<Documents> {
  const { text } = file;
  const entries: Entry[] = [];
  const values: Span[] = [];
  for (let at = text.charCodeAt(0) === 0xfeff ? 1 : 0; at < text.length && entries.length < MOST;) {
    const found = assignment(text, at);
    if (!found) {
      at = nextLine(text, at);
      continue;
    }
    const { name, span } = found;
    values.push(span);
    const key = text.slice(name.start, name.end);
    entries.push({ key, keyAt: mark(name), value: valueOf(text, span, mark), form: 'pair', at: mark({ start: name.start, end: span.end }) });
    at = nextLine(text, span.end);
  }
  const root: Value = { kind: 'object', entries, open: false, at: mark({ start: 0, end: text.length }) };
  const notes = text.includes('unlatched-ignore') ? readNotes(text, values, mark) : [];
  return { value: { roots: [root], notes }, problems: [], holes: [] };
}

function assignment(text: string, from: number): { readonly name: Span; readonly span: Span } | undefined {
  const match = NAME.exec(text.slice(from, lineEnd(text, from)));
  if (!match) return undefined;
  const [whole, before = '', name = ''] = match;
  const nameStart = from + before.length;
  const start = from + whole.length;
  return { name: { start: nameStart, end: nameStart + name.length }, span: quoted(text, start) ?? plain(text, start) };
}
/** A text in quotes with nothing but a comment behind it. */
function quoted(text: string, start: number): Span | undefined {
  const quote = text[start];
  if (quote !== "'" && quote !== '"' && quote !== '`') return undefined;
  for (let at = start + 1; at < text.length && at - start < LONGEST; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === quote) return /^[ \t]*(?:#|\r?\n|\r|$)/.test(text.slice(at + 1, nextLine(text, at + 1))) ? { start, end: at + 1 } : undefined;
  }
  return undefined;
}
function plain(text: string, start: number): Span {
  const line = text.slice(start, lineEnd(text, start));
  const comment = line.indexOf('#');
  return { start, end: start + (comment < 0 ? line : line.slice(0, comment)).trimEnd().length };
}
function valueOf(text: string, span: Span, mark: (span: Span) => At): Value {
  const raw = text.slice(span.start, span.end);
  const isQuoted = raw.length > 1 && /^['"`]/.test(raw) && raw.endsWith(raw[0] ?? '');
  const inner = isQuoted ? raw.slice(1, -1) : raw;
  const at = mark(span);
  if (raw.startsWith("'") || !inner.includes('$')) return { kind: 'literal', value: raw.startsWith('"') ? unescaped(inner) : inner, at };
  const parts: (string | Value)[] = [];
  let last = 0;
  for (const match of inner.matchAll(VARIABLE)) {
    if (inner[match.index - 1] === '\\') continue;
    const name = match[1] ?? match[2] ?? '';
    const start = span.start + (isQuoted ? 1 : 0) + match.index;
    const place = mark({ start, end: start + match[0].length });
    parts.push(inner.slice(last, match.index), { kind: 'ref', root: { kind: 'env', name }, path: [], text: name, at: place, nameAt: place });
    last = match.index + match[0].length;
  }
  if (parts.length === 0) return { kind: 'literal', value: inner, at };
  return { kind: 'template', parts: [...parts, inner.slice(last)].filter((part) => part !== ''), at };
}
function unescaped(text: string): string {
  return text.replace(/\\n/g, '\n').replace(/\\r/g, '\r');
}
function lineEnd(text: string, from: number): number {
  const end = text.slice(from, from + LONGEST).search(/[\r\n]/);
  return end >= 0 ? from + end : text.length - from <= LONGEST ? text.length : from + LONGEST;
}
function nextLine(text: string, from: number): number {
  const end = lineEnd(text, from);
  return text.startsWith('\r\n', end) ? end + 2 : end + 1;
}
