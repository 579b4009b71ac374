import ts from 'typescript';
import type { Span, TextEdit } from '../../text/source.js';
import { aloneOnLines, lineEnd, lineStart, type Page } from './page.js';

/** Removes one member of a comma-separated list with its comma and, when it stands alone there, its line. */
export function removeFromList(page: Page, nodes: readonly ts.Node[], index: number): TextEdit | undefined {
  const node = nodes[index];
  if (!node) return undefined;
  const start = node.getStart(page.tree);
  const next = nodes[index + 1];
  const before = nodes[index - 1];
  const comma = commaAfter(page, node.end);
  if (aloneOnLines(page, { start, end: node.end })) {
    const isLastWithoutComma = !next && before && comma === undefined;
    // The line above keeps its comma only if the file leaves such commas; here it had none to spare.
    const from = isLastWithoutComma ? before.end : lineStart(page, start);
    const end = isLastWithoutComma ? node.end : lineEnd(page, node.end);
    return { span: { start: from, end }, text: '' };
  }
  if (next) return { span: { start, end: next.getStart(page.tree) }, text: '' };
  if (before) return { span: { start: before.end, end: node.end }, text: '' };
  return { span: { start: node.pos, end: comma ?? node.end }, text: '' };
}

/** Removes an object's property; an object left empty goes with it where it is the argument of a call. */
export function removeEntry(page: Page, node: ts.ObjectLiteralElementLike): TextEdit | undefined {
  const object = node.parent;
  if (!ts.isObjectLiteralExpression(object)) return undefined;
  if (object.properties.length > 1) return removeFromList(page, object.properties, object.properties.indexOf(node));
  const call = object.parent;
  if ((ts.isCallExpression(call) || ts.isNewExpression(call)) && call.arguments) return removeFromList(page, call.arguments, call.arguments.indexOf(object));
  return { span: span(page, object), text: '{}' };
}
function span(page: Page, node: ts.Node): Span {
  return { start: node.getStart(page.tree), end: node.end };
}
function commaAfter(page: Page, end: number): number | undefined {
  const found = /^\s*,/.exec(page.text.slice(end, end + 200));
  return found ? end + found[0].length : undefined;
}
