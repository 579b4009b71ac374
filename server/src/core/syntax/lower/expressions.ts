import ts from 'typescript';
import type { Call, CompareOperator, Entry, Item, Ref, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import { exportsByCall, loadsModules, wrapsModule } from './common-js.js';
import { decoratedBy } from './decorated.js';
import { environment, isReceiver, spell, unwrapped } from './spelling.js';
import { DEEPEST, at, lookUp, mark, step, under, unknown, type FunctionNaming, type Lowering } from './state.js';

/** Lowers an expression; each call in it becomes a step of the current function. */
export function expression(l: Lowering, node: ts.Expression, used = true): Value {
  if (l.depth > DEEPEST) {
    l.frame.complete = false;
    return unknown(l, node, 'nested too deeply');
  }
  l.depth++;
  try {
    return lower(l, node, used);
  } finally {
    l.depth--;
  }
}

/** The kinds a program has most of come first. */
function lower(l: Lowering, node: ts.Expression, used: boolean): Value {
  if (ts.isIdentifier(node) || node.kind === ts.SyntaxKind.ThisKeyword || node.kind === ts.SyntaxKind.SuperKeyword) return name(l, node);
  if (ts.isPropertyAccessExpression(node) || ts.isCallExpression(node) || ts.isElementAccessExpression(node)) return chain(l, node, used);
  if (ts.isStringLiteralLike(node)) return { kind: 'literal', value: node.text, at: at(l, node) };
  if (ts.isBinaryExpression(node)) return binary(l, node, used);
  if (ts.isObjectLiteralExpression(node)) return object(l, node);
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return { kind: 'function', fn: l.functionLike(l, node, { name: node.name?.text ?? 'anonymous' }), at: at(l, node) };
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isNonNullExpression(node) || ts.isTypeAssertionExpression(node))
    return expression(l, node.expression, used);
  if (ts.isAwaitExpression(node)) {
    l.awaited = bare(node.expression);
    const value = expression(l, node.expression, used);
    return value.kind === 'call' && !value.awaited ? { ...value, awaited: true } : value;
  }
  if (ts.isNumericLiteral(node)) return { kind: 'literal', value: Number(node.text), at: at(l, node) };
  if (ts.isRegularExpressionLiteral(node)) return regex(l, node);
  switch (node.kind) {
    case ts.SyntaxKind.TrueKeyword: return { kind: 'literal', value: true, at: at(l, node) };
    case ts.SyntaxKind.FalseKeyword: return { kind: 'literal', value: false, at: at(l, node) };
    case ts.SyntaxKind.NullKeyword: return { kind: 'literal', value: null, at: at(l, node) };
  }
  if (ts.isNewExpression(node)) return call(l, node, callTarget(l, node.expression), node.arguments ?? [], 'new', used);
  if (ts.isTemplateExpression(node)) return template(l, node);
  if (ts.isTaggedTemplateExpression(node)) return tagged(l, node, used);
  if (ts.isArrayLiteralExpression(node)) return { kind: 'array', items: items(l, node.elements), open: false, at: at(l, node) };
  if (ts.isClassExpression(node)) return { kind: 'class', id: l.classLike(l, node, node.name?.text ?? 'class'), at: at(l, node) };
  if (ts.isConditionalExpression(node)) return choice(l, node, used);
  if (ts.isPrefixUnaryExpression(node)) return prefix(l, node);
  if (ts.isVoidExpression(node)) {
    expression(l, node.expression, false);
    return { kind: 'literal', value: undefined, folded: true, at: at(l, node) };
  }
  if (ts.isTypeOfExpression(node)) return { kind: 'unknown', why: 'typeof', of: expression(l, node.expression), at: at(l, node) };
  if (ts.isDeleteExpression(node)) return removal(l, node);
  if (ts.isYieldExpression(node)) return node.expression ? expression(l, node.expression) : unknown(l, node, 'yield');
  node.forEachChild((child) => inside(l, child));
  return unknown(l, node, ts.SyntaxKind[node.kind] ?? 'expression');
}

/** Reads the calls of a node whose own value is not modelled (JSX, ...). */
function inside(l: Lowering, node: ts.Node): void {
  if (ts.isExpression(node) && !ts.isJsxOpeningLikeElement(node)) expression(l, node);
  else node.forEachChild((child) => inside(l, child));
}

function regex(l: Lowering, node: ts.RegularExpressionLiteral): Value {
  const end = node.text.lastIndexOf('/');
  return { kind: 'regex', source: node.text.slice(1, end), flags: node.text.slice(end + 1), at: at(l, node) };
}

function template(l: Lowering, node: ts.TemplateExpression): Value {
  const parts: (string | Value)[] = node.head.text ? [node.head.text] : [];
  for (const span of node.templateSpans) {
    parts.push(expression(l, span.expression));
    if (span.literal.text) parts.push(span.literal.text);
  }
  return joined(parts, at(l, node));
}

/** Text pieces next to each other merge; only text is a literal. */
function joined(parts: readonly (string | Value)[], place: At): Value {
  const merged: (string | Value)[] = [];
  for (const part of parts) {
    const text = typeof part === 'string' ? part : part.kind === 'literal' && part.value !== undefined && part.value !== null ? String(part.value) : undefined;
    const last = merged.at(-1);
    if (text === undefined) merged.push(part);
    else if (typeof last === 'string') merged[merged.length - 1] = last + text;
    else merged.push(text);
  }
  const only = merged[0];
  if (merged.length === 0) return { kind: 'literal', value: '', folded: true, at: place };
  if (merged.length === 1 && typeof only === 'string') return { kind: 'literal', value: only, folded: true, at: place };
  return { kind: 'template', parts: merged, at: place };
}

function object(l: Lowering, node: ts.ObjectLiteralExpression): Value {
  const entries: Entry[] = [];
  let open = false;
  for (const property of node.properties) {
    if (ts.isSpreadAssignment(property)) {
      const value = expression(l, property.expression);
      if (value.kind !== 'object' || value.open) open = true;
      entries.push({ key: undefined, keyAt: at(l, property), value, form: 'spread', at: at(l, property) });
      continue;
    }
    const key = propertyName(property.name);
    const keyAt = at(l, property.name ?? property);
    if (key === undefined) open = true;
    if (ts.isComputedPropertyName(property.name) && key === undefined) expression(l, property.name.expression);
    const form = key === undefined ? 'computed' : ts.isShorthandPropertyAssignment(property) ? 'shorthand' : ts.isPropertyAssignment(property) ? 'pair' : 'method';
    const value = ts.isPropertyAssignment(property) ? named(l, property.initializer, key ?? 'computed')
      : ts.isShorthandPropertyAssignment(property) ? name(l, property.name)
      : ts.isMethodDeclaration(property) ? { kind: 'function' as const, fn: l.functionLike(l, property, { name: key ?? 'computed', nameNode: property.name }), at: at(l, property) }
      : ts.isGetAccessor(property) ? { kind: 'function' as const, fn: l.functionLike(l, property, { name: key ?? 'computed', nameNode: property.name }), at: at(l, property) }
      : unknown(l, property, 'accessor');
    if (ts.isSetAccessor(property)) l.functionLike(l, property, { name: key ?? 'computed' });
    entries.push({ key, keyAt, value, form, at: at(l, property) });
  }
  return { kind: 'object', entries, open, at: at(l, node) };
}

/** The constant key of a property, undefined when it is computed. */
export function propertyName(name: ts.PropertyName | undefined): string | undefined {
  if (!name) return undefined;
  if (ts.isIdentifier(name) || ts.isStringLiteralLike(name) || ts.isNumericLiteral(name) || ts.isPrivateIdentifier(name)) return name.text;
  if (ts.isComputedPropertyName(name) && ts.isStringLiteralLike(name.expression)) return name.expression.text;
  return undefined;
}

/** An expression that gives its function or class a name: `const save = () => ...`, `{ save: () => ... }`. */
export function named(l: Lowering, node: ts.Expression, name: string, naming?: Partial<FunctionNaming>): Value {
  let inner = node;
  while (ts.isParenthesizedExpression(inner) || ts.isAsExpression(inner) || ts.isSatisfiesExpression(inner)) inner = inner.expression;
  if (ts.isArrowFunction(inner) || ts.isFunctionExpression(inner)) return { kind: 'function', fn: l.functionLike(l, inner, { ...naming, name: inner.name?.text ?? name }), at: at(l, inner) };
  if (ts.isClassExpression(inner)) return { kind: 'class', id: l.classLike(l, inner, inner.name?.text ?? name), at: at(l, inner) };
  return expression(l, node);
}

function items(l: Lowering, nodes: readonly ts.Expression[], context?: { callee: string; caught: boolean; literal: string }): Item[] {
  return nodes.map((node, index) => {
    if (ts.isSpreadElement(node)) return { value: expression(l, node.expression), spread: true, at: at(l, node) };
    if (!context) return { value: expression(l, node), spread: false, at: at(l, node) };
    const name = `${context.callee}(${context.literal})`;
    return { value: named(l, node, name, callbackNaming(node, context, index)), spread: false, at: at(l, node) };
  });
}

const ERROR_NAME = /^(e|err|error|ex|exception)$/;

/** `.catch(e => ...)`, `.then(_, e => ...)` and node callbacks `(err, data) => ...`: their first parameter is a caught error. */
function callbackNaming(node: ts.Expression, context: { callee: string; caught: boolean }, index: number): Partial<FunctionNaming> {
  if (!ts.isArrowFunction(node) && !ts.isFunctionExpression(node)) return {};
  if (context.caught && (context.callee.endsWith('catch') || index === 1)) return { caught: 'promise' };
  const first = node.parameters[0]?.name;
  if (first && ts.isIdentifier(first) && ERROR_NAME.test(first.text) && node.parameters.length <= 3) return { caught: 'callback' };
  return {};
}

function choice(l: Lowering, node: ts.ConditionalExpression, used: boolean): Value {
  const test = expression(l, node.condition);
  const place = at(l, node.condition);
  const then = under(l, { test, holds: true, early: false, at: place }, () => expression(l, node.whenTrue, used));
  const other = under(l, { test, holds: false, early: false, at: place }, () => expression(l, node.whenFalse, used));
  return { kind: 'choice', test, then, else: other, at: at(l, node) };
}

const COMPARE: ReadonlyMap<ts.SyntaxKind, CompareOperator> = new Map([
  [ts.SyntaxKind.EqualsEqualsEqualsToken, '==='], [ts.SyntaxKind.EqualsEqualsToken, '=='], [ts.SyntaxKind.ExclamationEqualsEqualsToken, '!=='],
  [ts.SyntaxKind.ExclamationEqualsToken, '!='], [ts.SyntaxKind.LessThanToken, '<'], [ts.SyntaxKind.LessThanEqualsToken, '<='],
  [ts.SyntaxKind.GreaterThanToken, '>'], [ts.SyntaxKind.GreaterThanEqualsToken, '>='], [ts.SyntaxKind.InKeyword, 'in'], [ts.SyntaxKind.InstanceOfKeyword, 'instanceof'],
]);
const ARITHMETIC: ReadonlyMap<ts.SyntaxKind, (a: number, b: number) => number> = new Map([
  [ts.SyntaxKind.AsteriskToken, (a, b) => a * b], [ts.SyntaxKind.AsteriskAsteriskToken, (a, b) => a ** b], [ts.SyntaxKind.MinusToken, (a, b) => a - b], [ts.SyntaxKind.SlashToken, (a, b) => a / b], [ts.SyntaxKind.PlusToken, (a, b) => a + b],
]);

function binary(l: Lowering, node: ts.BinaryExpression, used: boolean): Value {
  const operator = node.operatorToken.kind;
  if (operator === ts.SyntaxKind.EqualsToken) return assignment(l, node);
  if (operator === ts.SyntaxKind.AmpersandAmpersandToken || operator === ts.SyntaxKind.BarBarToken || operator === ts.SyntaxKind.QuestionQuestionToken) {
    const left = expression(l, node.left);
    const right = under(l, { test: left, holds: operator === ts.SyntaxKind.AmpersandAmpersandToken, early: false, at: left.at }, () => expression(l, node.right, used));
    const op = operator === ts.SyntaxKind.AmpersandAmpersandToken ? '&&' : operator === ts.SyntaxKind.BarBarToken ? '||' : '??';
    return { kind: 'logic', op, left, right, at: at(l, node) };
  }
  if (operator === ts.SyntaxKind.PlusToken) return plus(l, node);
  if (operator === ts.SyntaxKind.CommaToken) {
    expression(l, node.left, false);
    return expression(l, node.right, used);
  }
  const compare = COMPARE.get(operator);
  const left = expression(l, node.left);
  const right = expression(l, node.right);
  if (compare) return { kind: 'compare', op: compare, left, right, at: at(l, node) };
  const fold = ARITHMETIC.get(operator);
  if (fold && left.kind === 'literal' && right.kind === 'literal' && typeof left.value === 'number' && typeof right.value === 'number')
    return { kind: 'literal', value: fold(left.value, right.value), folded: true, at: at(l, node) };
  // `a ||= b` is `a = a || b`.
  const filled = operator === ts.SyntaxKind.BarBarEqualsToken ? '||' : operator === ts.SyntaxKind.QuestionQuestionEqualsToken ? '??' : undefined;
  if (left.kind === 'ref' && filled) {
    const value: Value = { kind: 'logic', op: filled, left, right, at: at(l, node) };
    step(l, node, { do: 'assign', target: left, value });
    return value;
  }
  if (left.kind === 'ref' && operator >= ts.SyntaxKind.FirstCompoundAssignment && operator <= ts.SyntaxKind.LastCompoundAssignment) step(l, node, { do: 'assign', target: left, value: unknown(l, node, 'compound assignment') });
  return unknown(l, node, 'operator');
}

/** `a + b + c` is a left-deep tree: read in a loop, so that ten thousand pieces need no stack. */
function plus(l: Lowering, node: ts.BinaryExpression): Value {
  const operands: ts.Expression[] = [];
  let rest: ts.Expression = node;
  while (ts.isBinaryExpression(rest) && rest.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    operands.push(rest.right);
    rest = rest.left;
  }
  operands.push(rest);
  const values = operands.reverse().map((operand) => expression(l, operand));
  const numbers = values.map((value) => (value.kind === 'literal' && typeof value.value === 'number' ? value.value : undefined));
  if (numbers.every((number) => number !== undefined)) return { kind: 'literal', value: numbers.reduce((sum, n) => sum + n, 0), folded: true, at: at(l, node) };
  return joined(values.flatMap((value) => (value.kind === 'template' ? value.parts : [value])), at(l, node));
}

function assignment(l: Lowering, node: ts.BinaryExpression): Value {
  const left = node.left;
  if (ts.isObjectLiteralExpression(left) || ts.isArrayLiteralExpression(left)) return expression(l, node.right);
  const target = expression(l, left);
  const value = named(l, node.right, target.kind === 'ref' ? target.text.replaceAll('?', '') : 'assigned');
  if (target.kind === 'ref') {
    step(l, node, { do: 'assign', target, value });
    commonJsExport(l, target, value, at(l, node));
  }
  return value;
}

/** `module.exports = v`, `module.exports.x = v`, `exports.x = v`. */
function commonJsExport(l: Lowering, target: Ref, value: Value, place: At): void {
  if (target.root.kind !== 'global' || l.frame.owner !== undefined) return;
  const path = target.root.name === 'module' && target.path[0] === 'exports' ? target.path.slice(1) : target.root.name === 'exports' && target.path.length > 0 ? target.path : undefined;
  if (!path || path.length > 1) return;
  l.usesCommonJs = true;
  const key = path[0];
  if (path.length === 0) l.exports.push({ name: '=', value, at: place, nameAt: target.at });
  else if (key !== undefined) l.exports.push({ name: key, value, at: place, nameAt: target.nameAt });
}

function prefix(l: Lowering, node: ts.PrefixUnaryExpression): Value {
  const value = expression(l, node.operand);
  if (node.operator === ts.SyntaxKind.ExclamationToken) return value.kind === 'literal' ? { kind: 'literal', value: !value.value, folded: true, at: at(l, node) } : { kind: 'not', of: value, at: at(l, node) };
  if (node.operator === ts.SyntaxKind.MinusToken && value.kind === 'literal' && typeof value.value === 'number') return { kind: 'literal', value: -value.value, folded: true, at: at(l, node) };
  return unknown(l, node, 'operator');
}

/** Without parentheses and type assertions around it. */
function bare(node: ts.Expression): ts.Expression {
  let inner = node;
  while (ts.isParenthesizedExpression(inner) || ts.isAsExpression(inner) || ts.isNonNullExpression(inner)) inner = inner.expression;
  return inner;
}

function removal(l: Lowering, node: ts.DeleteExpression): Value {
  const target = expression(l, node.expression);
  const value: Value = { kind: 'literal', value: undefined, folded: true, at: at(l, node) };
  if (target.kind === 'ref') step(l, node, { do: 'assign', target, value });
  return value;
}

function tagged(l: Lowering, node: ts.TaggedTemplateExpression, used: boolean): Value {
  const values = ts.isTemplateExpression(node.template) ? node.template.templateSpans.map((span) => span.expression) : [];
  return call(l, node, callTarget(l, node.tag), values, 'tagged', used);
}

function name(l: Lowering, node: ts.Expression): Value {
  const place = at(l, node);
  const text = node.getText(l.tree);
  if (node.kind === ts.SyntaxKind.ThisKeyword) return { kind: 'ref', root: { kind: 'this', class: l.frame.owner }, path: [], text, at: place, nameAt: place };
  if (text === 'undefined') return { kind: 'literal', value: undefined, at: place };
  const declared = lookUp(l.scope, text);
  if (declared) return { kind: 'ref', root: declared.root, path: declared.path, text, at: place, nameAt: place };
  return { kind: 'ref', root: { kind: 'global', name: text }, path: [], text, at: place, nameAt: place };
}

/** A chain of members and calls, read from its innermost part outwards in a loop: a chain of 2,000 calls needs no stack. */
function chain(l: Lowering, node: ts.Expression, used: boolean): Value {
  const links: (ts.PropertyAccessExpression | ts.ElementAccessExpression | ts.CallExpression)[] = [];
  let inner: ts.Expression = node;
  for (;;) {
    if (ts.isPropertyAccessExpression(inner) || ts.isElementAccessExpression(inner) || ts.isCallExpression(inner)) {
      links.push(inner);
      inner = inner.expression;
    } else if (ts.isNonNullExpression(inner) || ts.isParenthesizedExpression(inner) || ts.isAsExpression(inner)) inner = inner.expression;
    else break;
  }
  if (inner.kind === ts.SyntaxKind.ImportKeyword) return dynamicImport(l, links, used);
  let value = expression(l, inner);
  let before: Value | undefined;
  for (let i = links.length - 1; i >= 0; i--) {
    const link = links[i];
    if (!link) break;
    const last: Value = value;
    if (ts.isCallExpression(link)) value = call(l, link, value, link.arguments, 'call', used || i > 0, before);
    else value = ts.isPropertyAccessExpression(link) ? member(l, link, value, link.name.text, link.name) : element(l, link, value);
    before = last;
  }
  return value;
}

function dynamicImport(l: Lowering, links: readonly ts.Expression[], used: boolean): Value {
  const outer = links[0];
  const innermost = links.at(-1);
  if (!outer || !innermost || !ts.isCallExpression(innermost)) return { kind: 'unknown', why: 'import', at: mark(l, 0, 0) };
  const specifier = innermost.arguments[0];
  if (!specifier || !ts.isStringLiteralLike(specifier)) return unknown(l, outer, 'computed import');
  l.imports.push({ from: specifier.text, name: '*', local: undefined, order: l.imports.length, lazy: true, typeOnly: false, at: at(l, innermost) });
  const place = at(l, innermost);
  let value: Value = { kind: 'ref', root: { kind: 'import', from: specifier.text, name: '*' }, path: [], text: innermost.getText(l.tree), at: place, nameAt: place };
  for (let i = links.length - 2; i >= 0; i--) {
    const link = links[i];
    if (link && ts.isPropertyAccessExpression(link)) value = member(l, link, value, link.name.text, link.name);
    else if (link && ts.isCallExpression(link)) value = call(l, link, value, link.arguments, 'call', used || i > 0);
  }
  return value;
}

function element(l: Lowering, node: ts.ElementAccessExpression, of: Value): Value {
  const key = expression(l, node.argumentExpression);
  const constant = key.kind === 'literal' && (typeof key.value === 'string' || typeof key.value === 'number') ? String(key.value) : undefined;
  const value = member(l, node, of, constant, node.argumentExpression);
  return constant === undefined ? { ...value, computed: key } : value;
}

function member(l: Lowering, node: ts.Expression, of: Value, key: string | undefined, keyNode: ts.Node): Ref {
  const place = at(l, node);
  const nameAt = at(l, keyNode);
  const text = node.getText(l.tree);
  if (of.kind !== 'ref') return { kind: 'ref', root: { kind: 'value', of }, path: [key], text, at: place, nameAt };
  return { kind: 'ref', ...environment(of.root, [...of.path, key]), ...(of.computed ? { computed: of.computed } : {}), text, at: place, nameAt };
}

function callTarget(l: Lowering, node: ts.Expression): Value {
  return expression(l, node);
}

function call(l: Lowering, node: ts.Expression, target: Value, args: readonly ts.Expression[], form: Call['form'], used: boolean, before?: Value): Value {
  const callee = spell(target);
  const required = form === 'call' ? requireOf(l, node, callee, target, args) : undefined;
  if (required) return required;
  const decorated = form === 'call' ? decoratedBy(l, callee, args, expression) : undefined;
  if (decorated) return decorated;
  const calledName = target.kind === 'ref' ? (target.path.at(-1) ?? (target.path.length === 0 ? callee.slice(callee.lastIndexOf('.') + 1) || target.text : '')) : '';
  const nameAt = target.kind === 'ref' ? target.nameAt : target.at;
  const literal = args.find((arg) => ts.isStringLiteralLike(arg));
  const context = { callee: callee || calledName, caught: calledName === 'catch' || calledName === 'then', literal: literal && ts.isStringLiteralLike(literal) ? literal.text : '' };
  const receiver = isReceiver(before, target) ? before : receiverOf(l, node, target);
  const value: Call = { kind: 'call', callee, name: calledName, nameAt, target, receiver, args: items(l, args, context), form, awaited: l.awaited === node, at: at(l, node) };
  if (callee === 'Deno.env.get') {
    const key = value.args[0]?.value;
    if (key?.kind === 'literal' && typeof key.value === 'string') return { kind: 'ref', root: { kind: 'env', name: key.value }, path: [], text: node.getText(l.tree), at: value.at, nameAt: value.at };
  }
  step(l, node, { do: 'call', call: value, used });
  exportsByCall(l, value);
  return value;
}

/** What stands before the called name. */
function receiverOf(l: Lowering, node: ts.Expression, target: Value): Value | undefined {
  if (target.kind !== 'ref' || target.path.length === 0) return undefined;
  if (target.root.kind === 'value' && target.path.length === 1) return target.root.of;
  const called = ts.isCallExpression(node) || ts.isNewExpression(node) ? unwrapped(node.expression) : undefined;
  if (!called || !(ts.isPropertyAccessExpression(called) || ts.isElementAccessExpression(called))) return undefined;
  const inner = unwrapped(called.expression);
  const nameNode = ts.isPropertyAccessExpression(inner) ? inner.name : inner;
  const path = target.path.slice(0, -1);
  return { kind: 'ref', root: target.root, path, ...(target.computed && path.includes(undefined) ? { computed: target.computed } : {}), text: inner.getText(l.tree), at: at(l, inner), nameAt: at(l, nameNode) };
}

/** `require('m')` is the module itself, also inside the interop wrappers compilers write. */
function requireOf(l: Lowering, node: ts.Expression, callee: string, target: Value, args: readonly ts.Expression[]): Value | undefined {
  const first = args[0];
  if (!first) return undefined;
  if (ts.isStringLiteralLike(first) && loadsModules(l, callee, target)) {
    const place = at(l, node);
    l.usesCommonJs = true;
    l.imports.push({ from: first.text, name: '*', local: undefined, order: l.imports.length, lazy: l.scope.fn !== `${l.path}#`, typeOnly: false, at: place });
    return { kind: 'ref', root: { kind: 'import', from: first.text, name: '*' }, path: [], text: node.getText(l.tree), at: place, nameAt: place };
  }
  if (!wrapsModule(callee) || ts.isSpreadElement(first)) return undefined;
  const value = expression(l, first);
  exportsByCall(l, { kind: 'call', callee, name: '', nameAt: value.at, target, receiver: undefined, args: [{ value, spread: false, at: value.at }], form: 'call', awaited: false, at: value.at });
  return value;
}

