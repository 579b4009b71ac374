import ts from 'typescript';
import type { Span } from '../../text/source.js';

/** What a line before or behind a place refers to. */
export type Anchor =
  /** One of a list of statements or members. */
  | { readonly kind: 'listed'; readonly node: ts.Node }
  /** The one statement of an `if`, `else` or loop without braces. */
  | { readonly kind: 'bare'; readonly node: ts.Statement; readonly parent: ts.Statement }
  /** The expression an arrow function returns. */
  | { readonly kind: 'arrow'; readonly node: ts.Expression; readonly parent: ts.ArrowFunction };

/** Nodes with exactly this span, the outermost first; the file itself is none. */
export function nodesAt(tree: ts.SourceFile, span: Span): readonly ts.Node[] {
  return pathTo(tree, span).filter((node) => !ts.isSourceFile(node) && node.getStart(tree) === span.start && node.end === span.end);
}
/** The smallest node that holds the span. */
export function nodeAround(tree: ts.SourceFile, span: Span): ts.Node {
  return pathTo(tree, span).at(-1) ?? tree;
}
function pathTo(tree: ts.SourceFile, span: Span): readonly ts.Node[] {
  const out: ts.Node[] = [];
  let node: ts.Node | undefined = tree;
  while (node) {
    out.push(node);
    node = ts.forEachChild<ts.Node>(node, (child) => (child.getStart(tree) <= span.start && child.end >= span.end ? child : undefined));
  }
  return out;
}

/** The statement, member or arrow body a place belongs to. */
export function anchorOf(tree: ts.SourceFile, span: Span): Anchor | undefined {
  const exact = nodesAt(tree, span);
  const member = exact.find((node) => ts.isDecorator(node) || ts.isPropertyAssignment(node) || ts.isMethodDeclaration(node) || ts.isSpreadAssignment(node));
  if (member) return { kind: 'listed', node: member };
  for (let node = exact[0] ?? nodeAround(tree, span); node && !ts.isSourceFile(node); node = node.parent) {
    const { parent } = node;
    if (ts.isClassElement(node) && ts.isClassLike(parent)) return { kind: 'listed', node };
    if (ts.isArrowFunction(parent) && parent.body === node && ts.isExpression(node)) return { kind: 'arrow', node, parent };
    if (!ts.isStatement(node)) continue;
    if (isStatementList(parent)) return { kind: 'listed', node };
    if (!ts.isBlock(node) && ts.isStatement(parent)) return { kind: 'bare', node, parent };
  }
  return undefined;
}
export function isStatementList(node: ts.Node): node is ts.SourceFile | ts.Block | ts.ModuleBlock | ts.CaseClause | ts.DefaultClause {
  return ts.isSourceFile(node) || ts.isBlock(node) || ts.isModuleBlock(node) || ts.isCaseClause(node) || ts.isDefaultClause(node);
}

/** The statement, member or decorator a place is: exactly, or as the one expression of a statement. */
export function wholeAt(tree: ts.SourceFile, span: Span): Anchor | undefined {
  const [outermost] = nodesAt(tree, span);
  if (!outermost) return undefined;
  let node = outermost;
  while (ts.isAwaitExpression(node.parent) || ts.isParenthesizedExpression(node.parent) || ts.isVoidExpression(node.parent)) node = node.parent;
  if (ts.isExpressionStatement(node.parent) || ts.isDecorator(node.parent)) node = node.parent;
  if (ts.isDecorator(node) || (ts.isClassElement(node) && ts.isClassLike(node.parent))) return { kind: 'listed', node };
  if (!ts.isStatement(node)) return ts.isArrowFunction(node.parent) && node.parent.body === node && ts.isExpression(node) ? { kind: 'arrow', node, parent: node.parent } : undefined;
  if (isStatementList(node.parent)) return { kind: 'listed', node };
  return !ts.isBlock(node) && ts.isStatement(node.parent) ? { kind: 'bare', node, parent: node.parent } : undefined;
}

/** Where a statement ends; a semicolon that stands on a later line, to start that one, is not counted. */
export function endOf(tree: ts.SourceFile, node: ts.Node): number {
  const last = tree.text[node.end - 1] === ';' ? node.getLastToken(tree) : undefined;
  return last?.kind === ts.SyntaxKind.SemicolonToken && /[\r\n]/.test(tree.text.slice(last.pos, last.end)) ? last.pos : node.end;
}

/** Behind the directives (`'use strict'`) a list of statements starts with: their number. */
export function countDirectives(statements: readonly ts.Statement[]): number {
  const first = statements.findIndex((one) => !(ts.isExpressionStatement(one) && ts.isStringLiteral(one.expression)));
  return first < 0 ? statements.length : first;
}
