import ts from 'typescript';
import type { SourceFile, Span } from '../../text/source.js';
import { scriptKind } from '../javascript.js';

/** A file as a fix sees it: its tree with parents, and how it is written. */
export interface Page {
  readonly text: string;
  readonly tree: ts.SourceFile;
  readonly newline: string;
  readonly quote: "'" | '"';
  readonly semicolon: '' | ';';
}

/** Parses a file afresh for writing. */
export function openPage(file: SourceFile): Page {
  const { text } = file;
  const count = (pattern: RegExp): number => [...text.slice(0, 20_000).matchAll(pattern)].length;
  return {
    text, tree: ts.createSourceFile(file.path, text, { languageVersion: ts.ScriptTarget.Latest, jsDocParsingMode: ts.JSDocParsingMode.ParseNone }, true, scriptKind(file.path)),
    newline: text.includes('\r\n') ? '\r\n' : '\n', quote: count(/"/g) > count(/'/g) ? '"' : "'",
    semicolon: count(/;[ \t]*\r?(\n|$)/g) * 3 >= count(/[)\w'"\]][ \t]*\r?(\n|$)/g) ? ';' : '',
  };
}

/** The outermost node with exactly this span that `fits`. */
export function nodeAt<T extends ts.Node>(page: Page, span: Span, fits: (node: ts.Node) => node is T): T | undefined {
  let found: T | undefined;
  const visit = (node: ts.Node): void => {
    if (found || node.end < span.end || node.pos > span.start) return;
    if (node.end === span.end && node.getStart(page.tree) === span.start && fits(node)) {
      found = node;
      return;
    }
    node.forEachChild(visit);
  };
  visit(page.tree);
  return found;
}

/** Start of the line of an offset. */
export function lineStart(page: Page, offset: number): number {
  return page.text.lastIndexOf('\n', offset - 1) + 1;
}
/** Offset behind the line's end; the text's end on the last line. */
export function lineEnd(page: Page, offset: number): number {
  const end = page.text.indexOf('\n', offset);
  return end < 0 ? page.text.length : end + 1;
}
/** White space the line of an offset starts with. */
export function indentOf(page: Page, offset: number): string {
  return /^[ \t]*/.exec(page.text.slice(lineStart(page, offset), offset))?.[0] ?? '';
}
/** Whether a span is all that stands on its lines, a trailing comma or semicolon aside. */
export function aloneOnLines(page: Page, span: Span): boolean {
  const before = page.text.slice(lineStart(page, span.start), span.start);
  const after = page.text.slice(span.end, lineEnd(page, span.end));
  return /^[ \t]*$/.test(before) && /^[ \t]*[,;]?[ \t]*\r?\n?$/.test(after);
}
