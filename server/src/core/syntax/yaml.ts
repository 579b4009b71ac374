import type { NotedValue } from '../openapi/document.js';
import type { At, SourceFile, Span } from '../text/source.js';
import { TOO_DEEP, type Parsed, type SyntaxProblem } from './parsed.js';
import { createBuilder, type Builder } from './yaml-build.js';
import { buildFromEvents, yamlEvents } from './yaml-events.js';
import { deepLines, deepSpans, replaced } from './yaml-deep.js';
import { holeAt, type Hole } from './yaml-holes.js';
import { firstJsonProblem, readJson } from './yaml-json.js';
import { readLenient } from './yaml-lenient.js';
import { lineEnd, lineStart } from './yaml-lines.js';
import { readNotes } from './yaml-notes.js';

/** Broken texts above this (UTF-16 units) are not given to the slow recovering parser. */
const LENIENT_LIMIT = 4_000_000;
/** Brackets in brackets that the clean parser can hold, with room for the lines around them. */
const DEEPEST = 500;

/**
 * Reads a settings file: `.json` tolerantly, everything else as YAML (its first document). `mark` allots a place for each span
 * (half-open UTF-16 offsets). Aliases are shared, not copied, and bounded; merge keys stand first as spread entries; of equal keys all are kept.
 */
export function readSettings(file: SourceFile, mark: (span: Span) => At): Parsed<NotedValue> {
  if (/\.jsonc?$/i.test(file.path)) {
    const json = readJson(file.text, mark);
    return result(json.builder, json.problems, json.holes, []);
  }
  return readYaml(file.text, mark);
}

/** What keeps a settings file from being read as it stands, by a parser that stops at the first fault; undefined where nothing does. */
export function firstProblem({ path, text }: SourceFile): SyntaxProblem | undefined {
  if (/\.jsonc?$/i.test(path)) return firstJsonProblem(text);
  const clean = yamlEvents(text);
  return 'events' in clean ? undefined : { span: { start: clean.offset, end: Math.min(clean.offset + 1, text.length) }, message: clean.message };
}

function readYaml(text: string, mark: (span: Span) => At): Parsed<NotedValue> {
  const clean = yamlEvents(text);
  if ('events' in clean) {
    const builder = createBuilder(text, mark, []);
    buildFromEvents(text, clean.events, builder);
    return finish(text, mark, builder, [], []);
  }
  const problem = { span: { start: clean.offset, end: Math.min(clean.offset + 1, text.length) }, message: clean.message };
  const tooDeep = problem.message === TOO_DEEP ? [deepSpans(text, DEEPEST), [deepLines(text, clean.offset)]].filter((spans) => spans.length > 0) : [];
  for (const spans of [...tooDeep, ...[...unclosed(text, clean), ...suspects(text, clean.offset)].map((span) => [span])]) {
    const blanked = replaced(text, spans, '');
    const retried = yamlEvents(blanked);
    if (!('events' in retried)) continue;
    const holes = spans.slice(0, 100).map((span) => holeAt(text, span, true));
    const builder = createBuilder(text, mark, holes);
    buildFromEvents(blanked, retried.events, builder);
    return finish(text, mark, builder, [problem], holes);
  }
  const lenient = text.length <= LENIENT_LIMIT ? readLenient(text) : undefined;
  // The other reader says more of a broken text, and less of one that is merely too deep.
  const found = lenient && lenient.problems.length > 0 && problem.message !== TOO_DEEP ? lenient.problems : [problem];
  const holes = found.slice(0, 100).map((one) => holeAt(text, lenient ? lineOf(text, one.span.start) : { start: 0, end: text.length }, false));
  const builder = createBuilder(text, mark, holes);
  try {
    lenient?.build(builder);
  } catch {
    return result(createBuilder(text, mark, [holeAt(text, { start: 0, end: text.length }, false)]), found, holes, []);
  }
  return finish(text, mark, builder, found, holes);
}

/** The last line with a quote that is never closed: it swallows all that follows. */
function unclosed(text: string, { offset, message }: { readonly offset: number; readonly message: string }): readonly Span[] {
  if (!/quoted|deficient/.test(message)) return [];
  for (let end = Math.min(offset, text.length); end > 0; ) {
    const start = lineStart(text, end);
    const line = text.slice(start, lineEnd(text, start));
    if ([/(?<!\\)"/g, /'/g].some((quote) => (line.match(quote)?.length ?? 0) % 2 === 1)) return [{ start, end: start + line.length }];
    end = start - 1;
  }
  return [];
}
/** Lines whose removal may make the text readable: a half-typed line is mostly blamed on the one below it. */
function suspects(text: string, offset: number): readonly Span[] {
  const line = lineOf(text, offset);
  let before = line.start;
  let previous: Span | undefined;
  while (before > 0) {
    previous = lineOf(text, before - 1);
    if (text.slice(previous.start, previous.end).trim() !== '') break;
    before = previous.start;
  }
  const spans = (previous ? [previous, line] : [line]).filter((span) => span.end > span.start);
  return [...spans.filter((span) => !looksWhole(text.slice(span.start, span.end))), ...spans.filter((span) => looksWhole(text.slice(span.start, span.end)))];
}
/** An entry, an item or a comment, rather than a word that waits for its colon. */
function looksWhole(line: string): boolean {
  const trimmed = line.trim();
  if (line.startsWith('\t')) return false;
  return trimmed.includes(': ') || trimmed.endsWith(':') || trimmed.startsWith('- ') || trimmed.startsWith('#');
}
function lineOf(text: string, offset: number): Span {
  const start = lineStart(text, Math.min(offset, text.length));
  return { start, end: lineEnd(text, start) };
}

function finish(text: string, mark: (span: Span) => At, builder: Builder, problems: readonly SyntaxProblem[], holes: readonly Hole[]): Parsed<NotedValue> {
  const notes = text.includes('unlatched-ignore') ? readNotes(text, builder.scalars, mark) : [];
  return result(builder, problems, holes, notes);
}
function result(builder: Builder, problems: readonly SyntaxProblem[], holes: readonly Hole[], notes: NotedValue['notes']): Parsed<NotedValue> {
  const root = builder.finish();
  return { value: { root, notes }, problems: [...problems, ...builder.complaints], holes: holes.map((hole) => hole.span) };
}
