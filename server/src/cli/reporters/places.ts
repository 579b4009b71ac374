import { indexLines, type Lines } from '../../core/text/lines.js';
import type { FilePath, SourceFile, SourceRange } from '../../core/text/source.js';

/** Lines and columns from 1, columns in UTF-16 code units, the end exclusive. */
export interface Place {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}
/** Answers for any number of ranges and indexes each file once. */
export interface Places {
  of(range: SourceRange): Place;
  /** Offset at which a line, counted from 1, starts. */
  startOf(path: FilePath, line: number): number;
}

/** A byte order mark is no character of the first line, as in editors. A file that is not there has one empty line. */
export function placesIn(source: (path: FilePath) => SourceFile | undefined): Places {
  const known = new Map<FilePath, { readonly lines: Lines; readonly mark: number }>();
  const fileOf = (path: FilePath): { readonly lines: Lines; readonly mark: number } => {
    const found = known.get(path);
    if (found) return found;
    const text = source(path)?.text ?? '';
    const made = { lines: indexLines(text), mark: text.startsWith('\ufeff') ? 1 : 0 };
    known.set(path, made);
    return made;
  };
  return {
    of({ path, span }) {
      const { lines, mark } = fileOf(path);
      const place = (offset: number): { line: number; column: number } => {
        const { line, column } = lines.position(offset);
        return { line: line + 1, column: Math.max(0, line === 0 ? column - mark : column) + 1 };
      };
      const start = place(span.start);
      const end = place(Math.max(span.start, span.end));
      return { line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
    },
    startOf(path, line) {
      const { lines, mark } = fileOf(path);
      return lines.offset(line - 1, 0) + (line === 1 ? mark : 0);
    },
  };
}
