import ts from 'typescript';
import type { Span } from '../../text/source.js';
import { nodesAt } from './find.js';
import { replacement, type Edits, type Page } from './page.js';
import { removeStatement, unwrap } from './rearrange.js';

/** What a test decides about: the whole, what runs when it holds, what runs when it does not. */
interface Decided {
  readonly whole: ts.Node;
  readonly then: ts.Node;
  readonly otherwise: ts.Node | undefined;
}

/** Settles the test of an `if`, `&&` or `?:`: what it decided about stays without it, or goes. */
export function settle(page: Page, test: Span, as: 'always' | 'never'): Edits {
  const decided = decidedBy(page, test);
  if (!decided) return undefined;
  const { whole, then, otherwise } = decided;
  const kept = as === 'always' ? then : otherwise;
  if (!kept) return removeStatement(page, spanOf(page, whole));
  // Both ways may leave the function: what follows is then reached or not as before only if nothing stands in the other one.
  if (as === 'always' && otherwise && ts.isStatement(otherwise)) return undefined;
  return spreadItems(page, whole, kept) ?? unwrap(page, spanOf(page, whole), spanOf(page, kept));
}

function decidedBy(page: Page, test: Span): Decided | undefined {
  for (const node of nodesAt(page.tree, test)) {
    let inner = node;
    while (ts.isParenthesizedExpression(inner.parent)) inner = inner.parent;
    const { parent } = inner;
    if (ts.isIfStatement(parent) && parent.expression === inner) return { whole: parent, then: parent.thenStatement, otherwise: parent.elseStatement };
    if (ts.isConditionalExpression(parent) && parent.condition === inner) return { whole: parent, then: parent.whenTrue, otherwise: parent.whenFalse };
    const isAnd = ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken && parent.left === inner;
    if (isAnd && ts.isExpressionStatement(parent.parent)) return { whole: parent, then: parent.right, otherwise: undefined };
  }
  return undefined;
}
/** `...(isProd ? [auth] : [])` becomes `auth`: a list spread into a list is its items. */
function spreadItems(page: Page, whole: ts.Node, kept: ts.Node): Edits {
  let outer = whole;
  while (ts.isParenthesizedExpression(outer.parent)) outer = outer.parent;
  if (!ts.isSpreadElement(outer.parent) || !ts.isArrayLiteralExpression(kept) || kept.elements.length === 0) return undefined;
  const first = kept.elements[0]?.getStart(page.tree) ?? kept.getStart(page.tree);
  const last = kept.elements.at(-1)?.end ?? kept.end;
  return [replacement(spanOf(page, outer.parent), { text: page.text.slice(first, last), slots: [] })];
}
function spanOf(page: Page, node: ts.Node): Span {
  return { start: node.getStart(page.tree), end: node.end };
}
