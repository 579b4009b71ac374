import type { Note } from '../model/module.js';
import type { Value } from '../model/value.js';
import type { At, SourceFile, Span } from '../text/source.js';
import type { Parsed, SyntaxProblem } from './parsed.js';
import { readSettings } from './yaml.js';

/** The documents of one settings file, and its directive comments. */
export interface Documents {
  readonly roots: readonly Value[];
  readonly notes: readonly Note[];
}

const MOST = 500;
const SEPARATOR = /^---(?=[ \t\r\n]|$)/gm;

/** Reads every document of a YAML file, and the one of a JSON file. Never fails. */
export function readDocuments(file: SourceFile, mark: (span: Span) => At): Parsed<Documents> {
  const roots: Value[] = [];
  const notes: Note[] = [];
  const problems: SyntaxProblem[] = [];
  const holes: Span[] = [];
  for (const { start, end } of partsOf(file)) {
    const moved = (span: Span): Span => ({ start: span.start + start, end: span.end + start });
    const read = readSettings({ ...file, text: file.text.slice(start, end) }, (span) => mark(moved(span)));
    roots.push(read.value.root);
    notes.push(...read.value.notes);
    problems.push(...read.problems.map(({ span, message }) => ({ span: moved(span), message })));
    holes.push(...read.holes.map(moved));
  }
  return { value: { roots, notes }, problems, holes };
}

/** Each document with the line that opens it; what stands before the first counts where it is more than comments. */
function partsOf({ path, text }: SourceFile): readonly Span[] {
  const whole = { start: 0, end: text.length };
  if (/\.jsonc?$/i.test(path)) return [whole];
  const cuts = [...text.matchAll(SEPARATOR)].slice(0, MOST).map(({ index }) => index);
  if (cuts.length === 0) return [whole];
  const parts = [0, ...cuts.filter((at) => at > 0)].map((start, index, all) => ({ start, end: all[index + 1] ?? text.length }));
  const [first, ...rest] = parts;
  // Comments and `%` lines above the first separator belong to the document below it.
  if (!first || rest.length === 0 || !/^(?:[ \t]*(?:[#%][^\n]*)?\r?(?:\n|$))*$/.test(text.slice(first.start, first.end))) return parts;
  const [second, ...others] = rest;
  return second ? [{ start: 0, end: second.end }, ...others] : parts;
}
