/** Half-open [start, end) in UTF-16 code units: the unit of JS strings, the TypeScript parser, yaml and LSP. Only text/, syntax/, findings/fixes.ts and the door see one. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Workspace-relative path with forward slashes. Neither an OS path nor a URI: only host/ and lsp/convert translate. */
export type FilePath = string & { readonly __brand: 'FilePath' };

/** A span that knows its file. */
export interface SourceRange {
  readonly path: FilePath;
  readonly span: Span;
}

/** One version of one file. A value: no I/O stands behind it. */
export interface SourceFile {
  readonly path: FilePath;
  readonly text: string;
  readonly revision: number;
}

/** Replaces `span` by `text`; an insertion has an empty span. */
export interface TextEdit {
  readonly span: Span;
  readonly text: string;
}

/**
 * A place that survives edits elsewhere. `mark >= 0`: surface, an index into the file's `marks` table;
 * `mark < 0`: inside a body, good for one revision of the file. `part` narrows into the place:
 * offsets in UTF-16 code units from the start of the place's source text.
 */
export interface At {
  readonly path: FilePath;
  readonly mark: number;
  readonly part?: Span;
}

/** Makes a FilePath of text that is already workspace-relative; back slashes become slashes, a leading `./` goes. */
export function filePath(text: string): FilePath {
  return text.replaceAll('\\', '/').replace(/^\.\//, '') as FilePath;
}

/** Whether two places have one mark; parts of a place count as the place. */
export function samePlace(a: At, b: At): boolean {
  return a.path === b.path && a.mark === b.mark;
}

/** The file that holds a function or class, by its id. */
export function fileOf(id: string): FilePath {
  return id.slice(0, id.indexOf('#')) as FilePath;
}

/** The span of a place, by a table in which `spans[2 * i], spans[2 * i + 1]` are the offsets of mark `-(i + 1)`; empty at 0 for a place the table does not have. */
export function spanAt(at: At, spans: Int32Array | undefined): Span {
  const index = (-at.mark - 1) * 2;
  const whole = { start: spans?.[index] ?? 0, end: spans?.[index + 1] ?? 0 };
  return at.part ? { start: Math.min(whole.start + at.part.start, whole.end), end: Math.min(whole.start + at.part.end, whole.end) } : whole;
}

/** The folder that holds a path with forward slashes; '' at the top. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}
