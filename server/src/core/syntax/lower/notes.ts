import ts from 'typescript';
import type { Note } from '../../model/module.js';
import { at, mark, type Lowering } from './state.js';

const DIRECTIVE = /unlatched(?:-ignore-file|-ignore|:[ \t]{0,3}public)(?![\w-])/g;
const MOST_NOTES = 2000;

/** Directive comments of the file; text that only looks like one inside a string is none. */
export function notes(l: Lowering): Note[] {
  if (!l.text.includes('unlatched')) return [];
  const found: Note[] = [];
  for (const match of l.text.matchAll(DIRECTIVE)) {
    if (found.length >= MOST_NOTES) break;
    const comment = commentAround(l, match.index);
    if (!comment) continue;
    const word = match[0];
    const kind = word.endsWith('-file') ? 'ignore-file' : word.endsWith('-ignore') ? 'ignore' : 'public';
    const text = l.text.slice(match.index + word.length, comment.textEnd).trim();
    found.push({ kind, text, at: mark(l, comment.start, comment.end), governs: statementBelow(l, comment.end) });
  }
  return found;
}

/** The comment that starts with the directive at `position`, if it stands in one. */
function commentAround(l: Lowering, position: number): { start: number; end: number; textEnd: number } | undefined {
  if (insideToken(l.tree, l.tree, position)) return undefined;
  const lineStart = l.text.lastIndexOf('\n', position - 1) + 1;
  const before = l.text.slice(lineStart, position);
  const opener = /(\/\/|\/\*+|^[ \t]*\*)[ \t]*$/.exec(before);
  if (!opener) return undefined;
  const lineEnd = l.text.indexOf('\n', position);
  const stop = lineEnd < 0 ? l.text.length : lineEnd - (l.text[lineEnd - 1] === '\r' ? 1 : 0);
  const start = lineStart + opener.index;
  const close = l.text.indexOf('*/', position);
  if (opener[1] !== '//' && close >= 0 && close < stop) return { start, end: close + 2, textEnd: close };
  return { start, end: stop, textEnd: stop };
}

/** Whether the offset lies inside a string, template, regular expression or JSX text. */
export function insideToken(tree: ts.SourceFile, node: ts.Node, position: number): boolean {
  let current: ts.Node = node;
  for (;;) {
    const next: ts.Node | undefined = current.forEachChild((child) => (position >= child.pos && position < child.end ? child : undefined));
    if (!next) break;
    current = next;
  }
  const isText = ts.isStringLiteralLike(current) || ts.isRegularExpressionLiteral(current) || ts.isJsxText(current) || ts.isTemplateHead(current) || ts.isTemplateMiddleOrTemplateTail(current);
  return isText && position >= current.getStart(tree);
}

function statementBelow(l: Lowering, end: number): Note['governs'] {
  let found: ts.Node | undefined;
  const look = (node: ts.Node): void => {
    if (found || node.end <= end) return;
    if (node.getStart(l.tree) >= end && (ts.isStatement(node) || ts.isClassElement(node) || ts.isPropertyAssignment(node))) {
      found = node;
      return;
    }
    node.forEachChild(look);
  };
  l.tree.forEachChild(look);
  return found && at(l, found);
}
