import { indexLines, type Lines } from '../../core/text/lines.js';
import type { FilePath, SourceFile, SourceRange } from '../../core/text/source.js';

/** A range as people and formats count: lines and columns from 1, columns in UTF-16 code units, end exclusive. */
export interface Place {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** Turns ranges into places, indexing each file once. */
export function placer(files: ReadonlyMap<FilePath, SourceFile>): (range: SourceRange) => Place {
  const known = new Map<FilePath, Lines>();
  return ({ path, span }) => {
    let lines = known.get(path);
    if (!lines) {
      lines = indexLines(files.get(path)?.text ?? '');
      known.set(path, lines);
    }
    const start = lines.position(span.start);
    const end = lines.position(span.end);
    return { line: start.line + 1, column: start.column + 1, endLine: end.line + 1, endColumn: end.column + 1 };
  };
}
