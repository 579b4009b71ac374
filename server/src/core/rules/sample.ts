import { filePath, type FilePath, type Span } from '../text/source.js';

/** What a mark line says: these characters are reported by this rule, with these words in the message. */
export interface Mark {
  readonly path: FilePath;
  /** UTF-16, half-open, in the file's text without mark lines. */
  readonly span: Span;
  readonly rule: string;
  /** A part of the message; empty: the wording is not tested. */
  readonly words: string;
}
/** A sample read: its files without mark lines, and the marks. */
export interface Sample {
  readonly files: ReadonlyMap<FilePath, string>;
  readonly marks: readonly Mark[];
  /** Marks that cover nothing, in words. */
  readonly problems: readonly string[];
}

/** Reads a marked sample: `//- path` or `#- path` starts a file, a line of `^^^ rule-id "words"` marks the line above it. Never throws: what is wrong with a mark is listed. */
export function readSample(source: string, defaultPath = 'app.ts'): Sample {
  const files = new Map<FilePath, string>();
  const marks: Mark[] = [];
  const problems: string[] = [];
  let path = filePath(defaultPath);
  let text = '';
  let line = { start: 0, length: 0 };
  let open = false;
  for (const raw of dedent(source).split('\n')) {
    const header = headerPath(raw);
    const mark = header === undefined ? readMark(raw) : undefined;
    if (header !== undefined) {
      if (open) files.set(path, text);
      path = filePath(header);
      text = '';
      line = { start: 0, length: 0 };
      open = true;
    } else if (mark !== undefined) {
      if (mark.column + mark.length > line.length) problems.push(`the mark reaches past the end of its line in ${path}: ${raw.trim()}`);
      const start = line.start + mark.column;
      marks.push({ path, span: { start, end: start + mark.length }, rule: mark.rule, words: mark.words });
    } else {
      open = true;
      line = { start: text.length, length: raw.length };
      text += `${raw}\n`;
    }
  }
  if (open) files.set(path, text);
  return { files, marks, problems };
}

/** The path a file header names, undefined when the line is none. */
function headerPath(line: string): string | undefined {
  const words = line.trim().split(' ');
  return words.length === 2 && (words[0] === '//-' || words[0] === '#-') ? words[1] : undefined;
}
/** A mark line: an optional comment opener, carets or `<-`, a rule id, perhaps words in quotes. */
function readMark(line: string): { column: number; length: number; rule: string; words: string } | undefined {
  const lead = line.length - line.trimStart().length;
  const opener = line.startsWith('//', lead) ? 2 : line.startsWith('#', lead) ? 1 : 0;
  let at = lead + opener;
  while (line[at] === ' ') at++;
  let end = at;
  while (line[end] === '^') end++;
  const arrow = end === at && line.startsWith('<-', at);
  if (end === at && !arrow) return undefined;
  const rest = line.slice(arrow ? at + 2 : end).trim();
  const gap = rest.indexOf(' ');
  const rule = gap < 0 ? rest : rest.slice(0, gap);
  if (!/^[a-z][a-z0-9/-]*$/.test(rule)) return undefined;
  const quoted = gap < 0 ? '' : rest.slice(gap).trim();
  if (quoted !== '' && !(quoted.length > 1 && quoted.startsWith('"') && quoted.endsWith('"'))) return undefined;
  return { column: arrow ? lead : at, length: arrow ? 1 : end - at, rule, words: quoted.slice(1, -1) };
}
/** Takes away the first line break, the last one with the spaces after it, and the indent all lines share. */
function dedent(source: string): string {
  const body = source.startsWith('\n') ? source.slice(1) : source;
  const last = body.lastIndexOf('\n');
  const lines = (last >= 0 && body.slice(last).trim() === '' ? body.slice(0, last) : body).split('\n');
  let depth = Infinity;
  for (const line of lines) if (line.trim() !== '') depth = Math.min(depth, line.length - line.trimStart().length);
  return lines.map((line) => line.slice(Number.isFinite(depth) ? depth : 0)).join('\n');
}
