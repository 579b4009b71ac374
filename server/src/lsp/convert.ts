import type { FilePath, Span } from '../core/text/source.js';
import { filePath } from '../core/text/source.js';
import { indexLines, type Lines } from '../core/text/lines.js';
import type { Position, Range } from 'vscode-languageserver';

/** The unit of `Position.character`. */
export type Encoding = 'utf-16' | 'utf-8' | 'utf-32';

/** Offsets of one text to positions and back; everything outside the text is clamped. */
export interface Converter {
  position(offset: number): Position;
  range(span: Span): Range;
  offset(position: Position): number;
  /** A reversed range is taken the right way round. */
  span(range: Range): Span;
}

/** UTF-16 unless the client offers encodings and it is not among them. */
export function chooseEncoding(offered: readonly string[] | undefined): Encoding {
  if (!offered || offered.length === 0 || offered.includes('utf-16')) return 'utf-16';
  if (offered.includes('utf-32')) return 'utf-32';
  return offered.includes('utf-8') ? 'utf-8' : 'utf-16';
}

/** Indexes one text. */
export function converter(text: string, encoding: Encoding): Converter {
  return converterOver(text, indexLines(text), encoding);
}

/** What a converter asks of an index of lines, in UTF-16. */
type LineIndex = Pick<Lines, 'position' | 'offset'>;

/** Over an index there is already; the only maker of positions. */
export function converterOver(text: string, lines: LineIndex, encoding: Encoding): Converter {
  const position = (offset: number): Position => {
    const { line, column } = lines.position(offset);
    if (encoding === 'utf-16') return { line, character: column };
    const start = lines.offset(line, 0);
    return { line, character: measure(text.slice(start, start + column), encoding) };
  };
  const offset = ({ line, character }: Position): number => {
    if (encoding === 'utf-16' || line < 0) return lines.offset(line, character);
    const start = lines.offset(line, 0);
    return start + unitsWithin(text.slice(start, lines.offset(line, Number.MAX_SAFE_INTEGER)), character, encoding);
  };
  return {
    position,
    offset,
    range: (span) => ({ start: position(span.start), end: position(span.end) }),
    span(range) {
      const start = offset(range.start);
      const end = offset(range.end);
      return start <= end ? { start, end } : { start: end, end: start };
    },
  };
}

function width(point: number, encoding: Encoding): number {
  if (encoding === 'utf-32') return 1;
  if (encoding === 'utf-16') return point > 0xffff ? 2 : 1;
  return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
}

function measure(text: string, encoding: Encoding): number {
  let total = 0;
  for (const character of text) total += width(character.codePointAt(0) ?? 0, encoding);
  return total;
}

function unitsWithin(line: string, columns: number, encoding: Encoding): number {
  let left = columns;
  let units = 0;
  for (const character of line) {
    left -= width(character.codePointAt(0) ?? 0, encoding);
    if (left < 0) break;
    units += character.length;
  }
  return units;
}

/** One spelling per URI, so that two spellings of one file compare equal: decoded, drive letter in lower case, no closing slash. */
export function canonicalUri(uri: string): string {
  let text = uri;
  try {
    text = decodeURIComponent(uri);
  } catch {
    // A lone percent sign: the text itself is the best name there is.
  }
  text = text.replace(/^file:\/\/\/([A-Za-z]):/, (_, drive: string) => `file:///${drive.toLowerCase()}:`);
  return text.length > 1 && text.endsWith('/') ? text.slice(0, -1) : text;
}

/** The path of a document below a folder; undefined when it is not below it. */
export function pathWithin(folderUri: string, uri: string): FilePath | undefined {
  const folder = canonicalUri(folderUri);
  const document = canonicalUri(uri);
  const prefix = folder.endsWith('/') ? folder : `${folder}/`;
  if (!document.startsWith(prefix) || document.length === prefix.length) return undefined;
  return filePath(document.slice(prefix.length));
}

/** The URI of a file below a folder, percent-encoded as VS Code does; `../` leads above it. */
export function uriOf(folderUri: string, path: FilePath): string {
  let base = folderUri.endsWith('/') ? folderUri.slice(0, -1) : folderUri;
  let rest: string = path;
  for (; rest.startsWith('../'); rest = rest.slice(3)) base = parentUri(base);
  return `${base}/${rest.split('/').map(encodeSegment).join('/')}`;
}

function encodeSegment(segment: string): string {
  try {
    return encodeURIComponent(segment).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  } catch {
    return segment;
  }
}

/** The URI of the folder that holds a document: all that comes before the last slash. */
export function parentUri(uri: string): string {
  const slash = uri.lastIndexOf('/');
  return slash > 0 ? uri.slice(0, slash) : uri;
}
