import type { Entry } from '../model/value.js';
import type { At, SourceFile, Span } from '../text/source.js';
import type { Parsed } from './parsed.js';
import type { Documents } from './yaml-documents.js';
import { readNotes } from './yaml-notes.js';

const LINE = /^([A-Za-z0-9_-]{1,100}):[ \t]*(.*)$/;
const MOST = 1_000;

/** Reads a process file, `type: command` a line, as an object. Never fails. */
export function readProcfile({ text }: SourceFile, mark: (span: Span) => At): Parsed<Documents> {
  const entries: Entry[] = [];
  const values: Span[] = [];
  let start = 0;
  for (const line of text.split('\n').slice(0, MOST)) {
    const [, key, command] = LINE.exec(line.replace(/\r$/, '').trimEnd()) ?? [];
    if (key !== undefined && command !== undefined) {
      const from = start + line.indexOf(command, key.length + 1);
      const span = { start: from, end: from + command.length };
      values.push(span);
      entries.push({ key, keyAt: mark({ start, end: start + key.length }), value: { kind: 'literal', value: command, at: mark(span) }, form: 'pair', at: mark({ start, end: span.end }) });
    }
    start += line.length + 1;
  }
  const notes = text.includes('unlatched-ignore') ? readNotes(text, values, mark) : [];
  return { value: { roots: [{ kind: 'object', entries, open: false, at: mark({ start: 0, end: text.length }) }], notes }, problems: [], holes: [] };
}
