import { printParseErrorCode, visit } from 'jsonc-parser';
import type { At, Span } from '../text/source.js';
import { TOO_DEEP } from './parsed.js';
import { createBuilder, type Builder } from './yaml-build.js';
import { deepSpans, replaced } from './yaml-deep.js';
import { holeAt, type Hole } from './yaml-holes.js';

/** Nesting beyond this could exhaust the parser's stack. */
const MAX_NESTING = 1000;

/** What reading a JSON text gave; the builder is not finished. */
export interface ReadJson {
  readonly builder: Builder;
  readonly problems: readonly { readonly span: Span; readonly message: string }[];
  readonly holes: readonly Hole[];
}

/** Reads JSON, also with comments, trailing commas and errors in it. */
export function readJson(source: string, mark: (span: Span) => At): ReadJson {
  const text = source.charCodeAt(0) === 0xfeff ? ` ${source.slice(1)}` : source;
  const problems: { span: Span; message: string; local: boolean }[] = [];
  const deep = deepSpans(text, MAX_NESTING);
  const deepAt = new Map(deep.map((span) => [span.start, span]));
  const shallow = replaced(text, deep, '0');
  let builder = createBuilder(text, mark, []);
  const feed = (): void => visit(shallow, {
    onObjectBegin: (offset) => { builder.open('object', offset, true, undefined, ''); },
    onArrayBegin: (offset) => { builder.open('array', offset, true, undefined, ''); },
    onObjectProperty: (property, offset, length) => { builder.key(property, { start: offset, end: offset + length }); },
    onLiteralValue: (value: unknown, offset, length) => {
      const tooDeep = deepAt.get(offset);
      const span = tooDeep ?? { start: offset, end: offset + length };
      if (tooDeep) return builder.scalar('', { why: TOO_DEEP }, span, undefined, false);
      const scalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null ? value : undefined;
      builder.scalar(typeof scalar === 'string' ? scalar : text.slice(offset, offset + length), { value: scalar }, span, undefined, false);
    },
    onObjectEnd: (offset, length) => { builder.close(offset + length); },
    onArrayEnd: (offset, length) => { builder.close(offset + length); },
    onError: (code, offset, length) => {
      problems.push({ span: { start: offset, end: offset + length }, message: printParseErrorCode(code), local: !GLOBAL.has(printParseErrorCode(code)) });
    },
  }, { disallowComments: false, allowTrailingComma: true });
  feed();
  const [first] = deep;
  const said = first ? [{ span: first, message: TOO_DEEP }] : [];
  if (problems.length === 0) return { builder, problems: said, holes: [] };
  const found = problems.splice(0);
  const holes = found.slice(0, 100).map((problem) => holeAt(text, problem.span, problem.local));
  builder = createBuilder(text, mark, holes);
  feed();
  return { builder, problems: [...said, ...found], holes };
}

/** The first fault of a JSON text that may hold comments and trailing commas; undefined where there is none. */
export function firstJsonProblem(source: string): { readonly span: Span; readonly message: string } | undefined {
  const text = source.charCodeAt(0) === 0xfeff ? ` ${source.slice(1)}` : source;
  const deep = deepSpans(text, MAX_NESTING)[0];
  if (deep) return { span: deep, message: TOO_DEEP };
  const found: { span: Span; message: string }[] = [];
  visit(text, { onError: (code, offset, length) => { found.push({ span: { start: offset, end: offset + length }, message: printParseErrorCode(code) }); } }, { disallowComments: false, allowTrailingComma: true });
  return found[0];
}

/** Errors after which brackets may belong to other values than it seems. */
const GLOBAL: ReadonlySet<string> = new Set(['CloseBraceExpected', 'CloseBracketExpected', 'EndOfFileExpected', 'UnexpectedEndOfString', 'UnexpectedEndOfComment']);
