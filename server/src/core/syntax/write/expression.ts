import ts from 'typescript';
import type { Code } from '../../findings/changes.js';
import type { Span } from '../../text/source.js';
import { parseJavaScript } from '../javascript.js';
import { concat, write, type Written } from './code.js';
import { nodeAround, nodesAt } from './find.js';
import { indentAt } from './lines.js';
import { replacement, type Edits, type Page } from './page.js';

/** Replaces a place: in parentheses where the new text would bind otherwise, with its key where a shorthand property stood, escaped inside a string. */
export function replace(page: Page, span: Span, code: Code): Edits {
  const made = write(page, code, indentAt(page.text, span.start));
  if (!made) return undefined;
  const whole = fit(page, span, made);
  return [replacement(span, whole)];
}

/** The new text as it must stand in place of what the span holds. */
export function fit(page: Page, span: Span, made: Written): Written {
  const nodes = nodesAt(page.tree, span);
  const old = nodes.find((node) => ts.isExpression(node) && !ts.isStatement(node));
  if (!old) return nodes.length === 0 ? escaped(page, span, made) : made;
  const parsed = expressionOf(page, made.text);
  if (!parsed) return made;
  const shorthand = nodes.find(ts.isShorthandPropertyAssignment);
  if (shorthand) return concat(`${shorthand.name.text}: `, made);
  return needsParentheses(old, parsed) ? concat('(', made, ')') : made;
}

/** The text as one expression, or undefined when it is none. */
export function expressionOf(page: Page, text: string): ts.Expression | undefined {
  const { value, problems } = parseJavaScript({ ...page.file, text: `(${text}\n);` });
  const [statement, more] = value.statements;
  if (problems.length > 0 || more || !statement || !ts.isExpressionStatement(statement)) return undefined;
  return ts.isParenthesizedExpression(statement.expression) ? statement.expression.expression : undefined;
}

function needsParentheses(old: ts.Node, made: ts.Expression): boolean {
  const { parent } = old;
  if (ts.isParenthesizedExpression(parent)) return false;
  if (isComma(made)) return true;
  if (ts.isExpressionStatement(parent) || (ts.isArrowFunction(parent) && parent.body === old)) {
    const first = leftmost(made);
    return ts.isObjectLiteralExpression(first) || (ts.isExpressionStatement(parent) && (ts.isFunctionExpression(first) || ts.isClassExpression(first)));
  }
  const isHead = (ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent) || ts.isCallExpression(parent) || ts.isNewExpression(parent) || ts.isNonNullExpression(parent)) && parent.expression === old;
  if (isHead || (ts.isTaggedTemplateExpression(parent) && parent.tag === old)) {
    return isLoose(made) || isUnary(made) || ts.isFunctionExpression(made) || ts.isObjectLiteralExpression(made) || ts.isNumericLiteral(made) || (ts.isNewExpression(parent) && ts.isCallExpression(made));
  }
  if (ts.isBinaryExpression(parent)) return isLoose(made) && !(isAssignment(parent) && parent.right === old);
  if (ts.isConditionalExpression(parent) && parent.condition === old) return isLoose(made) && !(ts.isBinaryExpression(made) && !isAssignment(made));
  if (ts.isPrefixUnaryExpression(parent) || ts.isAwaitExpression(parent) || ts.isTypeOfExpression(parent) || ts.isVoidExpression(parent) || ts.isDeleteExpression(parent)) return isLoose(made);
  return (ts.isAsExpression(parent) || ts.isSatisfiesExpression(parent) || ts.isExpressionWithTypeArguments(parent)) && isLoose(made);
}
function isLoose(node: ts.Expression): boolean {
  return ts.isConditionalExpression(node) || ts.isBinaryExpression(node) || ts.isArrowFunction(node) || ts.isYieldExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node);
}
function isUnary(node: ts.Expression): boolean {
  return ts.isPrefixUnaryExpression(node) || ts.isAwaitExpression(node) || ts.isTypeOfExpression(node) || ts.isVoidExpression(node) || ts.isDeleteExpression(node);
}
function isComma(node: ts.Expression): boolean {
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.CommaToken;
}
function isAssignment(node: ts.BinaryExpression): boolean {
  return node.operatorToken.kind >= ts.SyntaxKind.FirstAssignment && node.operatorToken.kind <= ts.SyntaxKind.LastAssignment;
}
/** The expression the text starts with. */
function leftmost(node: ts.Expression): ts.Expression {
  let first = node;
  for (;;) {
    if (ts.isPropertyAccessExpression(first) || ts.isElementAccessExpression(first) || ts.isCallExpression(first) || ts.isNonNullExpression(first) || ts.isAsExpression(first)) first = first.expression;
    else if (ts.isBinaryExpression(first)) first = first.left;
    else if (ts.isConditionalExpression(first)) first = first.condition;
    else return first;
  }
}

/** Inside a string literal the literal's own quotes are escaped. */
function escaped(page: Page, span: Span, made: Written): Written {
  const around = nodeAround(page.tree, span);
  if (!ts.isStringLiteral(around) || span.start <= around.getStart(page.tree) || span.end >= around.end) return made;
  const quote = page.text[around.getStart(page.tree)] ?? "'";
  return made.text.includes(quote) && made.slots.length === 0 ? { text: made.text.replaceAll(quote, `\\${quote}`), slots: [] } : made;
}
