import type { Note } from '../model/module.js';
import type { Entry, Item, Value } from '../model/value.js';
import type { At, SourceFile, Span } from '../text/source.js';
import type { Parsed } from './parsed.js';
import type { Documents } from './yaml-documents.js';

const MATCH = /match[ \t]+((?:\/(?:\{\w{1,100}(?:=\*\*)?\}|[\w$.()-]{1,100})){1,40})\/?\s{0,200}\{/y;
const ALLOW = /allow\s{1,200}(\w{1,20}(?:\s{0,50},\s{0,50}\w{1,20}){0,10})\s{0,200}/y;
const WORD = /[A-Za-z_]\w*/y;
const NOTE = /^\/\/[ \t]{0,40}unlatched-ignore(-file)?(?![\w-])(.*)$/;
const DEEPEST = 100;
const MOST = 5_000;

/**
 * Reads security rules of Firestore and Cloud Storage. The one root is a list with an object for each `allow`: the `path` of the
 * matches around it, its `methods` as written, and the text of its `condition`, or `true` where none is written. Never fails.
 */
export function readFirebaseRules({ text }: SourceFile, mark: (span: Span) => At): Parsed<Documents> {
  const items: Item[] = [];
  const notes: Note[] = [];
  /** Paths of open blocks; empty for what is no match. */
  const open: { readonly path: string; readonly at: Span }[] = [];
  for (let at = 0; at < text.length && items.length < MOST;) {
    const after = skipped(text, at);
    if (after > at) {
      const note = NOTE.exec(text.slice(at, after).trimEnd());
      if (note) notes.push({ kind: note[1] === undefined ? 'ignore' : 'ignore-file', text: (note[2] ?? '').trim(), at: mark({ start: at, end: at + note[0].length }), governs: undefined });
      at = after;
      continue;
    }
    const match = found(MATCH, text, at);
    if (match?.[1] !== undefined && open.length < DEEPEST) {
      open.push({ path: match[1], at: { start: at + match[0].indexOf('/'), end: at + match[0].indexOf('/') + match[1].length } });
      at += match[0].length;
      continue;
    }
    const allow = found(ALLOW, text, at);
    if (allow?.[1] !== undefined) {
      const start = at + allow[0].indexOf(allow[1], 5);
      const methods = { start, end: start + allow[1].length };
      const end = statementEnd(text, at + allow[0].length);
      items.push(ruleOf(open, allow[1], methods, conditionIn(text, at + allow[0].length, end), text, mark));
      at = Math.max(end, at + allow[0].length);
      continue;
    }
    const sign = text[at];
    if (sign === '{') open.push({ path: '', at: { start: at, end: at } });
    else if (sign === '}') open.pop();
    at += found(WORD, text, at)?.[0].length ?? 1;
  }
  const root: Value = { kind: 'array', items, open: false, at: mark({ start: 0, end: text.length }) };
  return { value: { roots: [root], notes }, problems: [], holes: [] };
}

function ruleOf(open: readonly { readonly path: string; readonly at: Span }[], names: string, methods: Span, condition: Span | undefined, text: string, mark: (span: Span) => At): Item {
  const at = mark(methods);
  const last = open.findLast(({ path }) => path !== '');
  const entry = (key: string, value: string | true, place: At): Entry => ({ key, keyAt: place, value: { kind: 'literal', value, at: place }, form: 'pair', at: place });
  const entries = [
    entry('path', open.map(({ path }) => path).join(''), last ? mark(last.at) : at), entry('methods', names, at),
    condition ? entry('condition', text.slice(condition.start, condition.end), mark(condition)) : entry('condition', true, at),
  ];
  return { value: { kind: 'object', entries, open: false, at }, spread: false, at };
}
/** What stands behind `: if`, without its semicolon. */
function conditionIn(text: string, from: number, end: number): Span | undefined {
  const head = /^:\s{0,200}if\b\s{0,200}/.exec(text.slice(from, end));
  if (!head) return undefined;
  const start = from + head[0].length;
  const length = text.slice(start, end).trimEnd().length;
  return length > 0 ? { start, end: start + length } : undefined;
}
/** The semicolon that ends a statement, or the bracket that ends its block. */
function statementEnd(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length;) {
    const after = skipped(text, at);
    if (after > at) {
      at = after;
      continue;
    }
    const sign = text[at];
    if (sign === ';' || (sign === '}' && depth === 0)) return at;
    if (sign === '{') depth++;
    else if (sign === '}') depth--;
    at++;
  }
  return text.length;
}
/** The end of the comment or text in quotes that begins here. */
function skipped(text: string, at: number): number {
  const sign = text[at];
  if (sign === '/' && (text[at + 1] === '/' || text[at + 1] === '*')) {
    const end = text[at + 1] === '/' ? text.indexOf('\n', at) : text.indexOf('*/', at + 2);
    return end < 0 ? text.length : text[at + 1] === '/' ? end : end + 2;
  }
  if (sign !== "'" && sign !== '"') return at;
  for (let end = at + 1; end < text.length && text[end] !== '\n'; end++) {
    if (text[end] === '\\') end++;
    else if (text[end] === sign) return end + 1;
  }
  return at + 1;
}
/** A match that begins a word here. */
function found(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  if (at > 0 && /\w/.test(text[at - 1] ?? '')) return null;
  pattern.lastIndex = at;
  return pattern.exec(text);
}
