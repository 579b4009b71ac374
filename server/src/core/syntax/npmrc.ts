import type { Entry, Value } from '../model/value.js';
import type { At, SourceFile, Span } from '../text/source.js';
import type { Parsed } from './parsed.js';
import type { Documents } from './yaml-documents.js';
import { readNotes } from './yaml-notes.js';

/** `key = value`; what follows `;` or `#` is a comment. */
const LINE = /^([ \t]*)([^=;#[\s][^=]{0,300}?)[ \t]*=[ \t]*(.*)$/;
const VARIABLE = /\$\{([A-Za-z_]\w*)[^}\n]*\}/g;
const LONGEST = 20_000;
const MOST = 2_000;

/** Reads the settings of npm and pnpm as `ini` 5 and npm's own expansion do: `key=value`, `${NAME}` for variables. The one root is an object; sections and lists (`key[]`) are passed over. Never fails. */
export function readNpmrc(file: SourceFile, mark: (span: Span) => At): Parsed<Documents> {
  const { text } = file;
  const entries: Entry[] = [];
  const values: Span[] = [];
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let inSection = false;
  for (const whole of text.slice(at).split('\n')) {
    const line = whole.slice(0, LONGEST).replace(/\r$/, '');
    if (/^[ \t]*\[/.test(line)) inSection = true;
    const [, before = '', name = '', rest = ''] = entries.length < MOST && !inSection ? (LINE.exec(line) ?? []) : [];
    if (name !== '' && !name.endsWith('[]')) {
      const key = { start: at + before.length, end: at + before.length + name.length };
      const start = at + line.length - rest.length;
      const span = { start, end: start + valueLength(rest) };
      values.push(span);
      entries.push({ key: unquoted(name), keyAt: mark(key), value: valueOf(text, span, mark), form: 'pair', at: mark({ start: key.start, end: span.end }) });
    }
    at += whole.length + 1;
  }
  const root: Value = { kind: 'object', entries, open: false, at: mark({ start: 0, end: text.length }) };
  const notes = text.includes('unlatched-ignore') ? readNotes(text, values, mark) : [];
  return { value: { roots: [root], notes }, problems: [], holes: [] };
}
function valueLength(rest: string): number {
  const quote = rest[0];
  const end = quote === '"' || quote === "'" ? rest.indexOf(quote, 1) : -1;
  if (end > 0) return end + 1;
  const comment = rest.search(/[;#]/);
  return (comment < 0 ? rest : rest.slice(0, comment)).trimEnd().length;
}
function unquoted(text: string): string {
  return /^(["']).*\1$/.test(text) && text.length > 1 ? text.slice(1, -1) : text;
}
function valueOf(text: string, span: Span, mark: (span: Span) => At): Value {
  const raw = text.slice(span.start, span.end);
  const inner = unquoted(raw);
  const at = mark(span);
  const parts: (string | Value)[] = [];
  let last = 0;
  for (const match of inner.matchAll(VARIABLE)) {
    const name = match[1] ?? '';
    const start = span.start + (inner === raw ? 0 : 1) + match.index;
    const place = mark({ start, end: start + match[0].length });
    parts.push(inner.slice(last, match.index), { kind: 'ref', root: { kind: 'env', name }, path: [], text: name, at: place, nameAt: place });
    last = match.index + match[0].length;
  }
  if (parts.length === 0) return { kind: 'literal', value: inner, at };
  return { kind: 'template', parts: [...parts, inner.slice(last)].filter((part) => part !== ''), at };
}
