import type { Note } from '../model/module.js';
import type { Value } from '../model/value.js';
import { outerReferences, type OuterReference } from '../openapi/outer.js';
import type { SyntaxProblem } from '../syntax/parsed.js';
import { readSettings } from '../syntax/yaml.js';
import type { At, SourceFile, Span } from '../text/source.js';

/** A settings file that a document refers to: what it holds, and which other files it refers to itself. */
export interface Part {
  readonly root: Value;
  readonly notes: readonly Note[];
  /** `spans[2 * i], spans[2 * i + 1]` are the offsets of mark `-(i + 1)`. */
  readonly spans: Int32Array;
  readonly problems: readonly SyntaxProblem[];
  readonly outer: readonly OuterReference[];
}

/** Reads a file as a part. Its places are counted as those of a data module, which the same file may be to code. */
export function readPart(file: SourceFile): Part {
  const spans: number[] = [];
  const mark = (span: Span): At => {
    spans.push(span.start, span.end);
    return { path: file.path, mark: -(spans.length / 2) };
  };
  mark({ start: 0, end: file.text.length });
  const { value, problems } = readSettings(file, mark);
  return { root: value.root, notes: value.notes, spans: Int32Array.from(spans), problems, outer: outerReferences(file.text, value.root) };
}
