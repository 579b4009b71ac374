import ts from 'typescript';
import type { Attempt, Branch } from '../../model/module.js';
import type { BindingId, Value } from '../../model/value.js';
import { wrapsModule } from './common-js.js';
import { expression, named, propertyName } from './expressions.js';
import { enumObject, namespaceObject } from './typescript.js';
import { MOST_EARLY, at, declare, lookUp, openScope, step, under, type Declared, type Lowering, type NameScope } from './state.js';
import { environment } from './spelling.js';

const NO_BINDING = -1 as BindingId;

/** Reads statements in order; what follows `if (t) return` carries the branch `!t`. */
export function statements(l: Lowering, nodes: readonly ts.Statement[]): void {
  const before = l.frame.when;
  for (const node of nodes) {
    l.frame.statementAt = at(l, node);
    const early = statement(l, node);
    if (early) l.frame.when = [...l.frame.when, early].slice(0, Math.max(MOST_EARLY, before.length));
  }
  l.frame.when = before;
}

/** Reads a nested statement, which may be a block or a single one. */
function nested(l: Lowering, node: ts.Statement): void {
  if (ts.isBlock(node)) block(l, node);
  else statements(l, [node]);
}

export function block(l: Lowering, node: ts.Block): void {
  const outer = openScope(l, l.scope.fn);
  hoist(l, node.statements);
  statements(l, node.statements);
  l.scope = outer;
}

/** Reads one statement; returns the branch that holds for what follows it, if it is an early exit. */
function statement(l: Lowering, node: ts.Statement): Branch | undefined {
  if (ts.isExpressionStatement(node)) {
    expression(l, node.expression, false);
    return undefined;
  }
  if (ts.isVariableStatement(node)) {
    for (const declaration of node.declarationList.declarations) variable(l, declaration, (node.declarationList.flags & ts.NodeFlags.Const) !== 0);
    return undefined;
  }
  if (ts.isIfStatement(node)) return conditional(l, node);
  if (ts.isReturnStatement(node) || ts.isThrowStatement(node)) {
    const value = node.expression ? expression(l, node.expression) : undefined;
    step(l, node, { do: ts.isReturnStatement(node) ? 'return' : 'throw', value });
    return undefined;
  }
  if (ts.isBlock(node)) block(l, node);
  else if (ts.isTryStatement(node)) attempt(l, node);
  else if (ts.isSwitchStatement(node)) choose(l, node);
  else if (ts.isForOfStatement(node) || (ts.isForInStatement(node) && ts.isVariableDeclarationList(node.initializer))) forOf(l, node);
  else if (ts.isForStatement(node) && counted(node)) countedLoop(l, node, counted(node));
  else if (ts.isForStatement(node) || ts.isForInStatement(node) || ts.isWhileStatement(node) || ts.isDoStatement(node)) loop(l, node);
  else if (ts.isLabeledStatement(node)) nested(l, node.statement);
  else if (ts.isFunctionDeclaration(node)) functionDeclaration(l, node);
  else if (ts.isClassDeclaration(node)) classDeclaration(l, node);
  else if (ts.isModuleDeclaration(node) && node.body && ts.isModuleBlock(node.body)) {
    const outer = openScope(l, l.scope.fn);
    hoist(l, node.body.statements);
    statements(l, node.body.statements);
    const value = namespaceObject(l, node, node.body);
    l.scope = outer;
    if (ts.isIdentifier(node.name)) fill(l, node.name.text, value);
  } else if (ts.isEnumDeclaration(node)) fill(l, node.name.text, enumObject(l, node));
  else if (ts.isExportAssignment(node)) expression(l, node.expression);
  return undefined;
}

export function functionDeclaration(l: Lowering, node: ts.FunctionDeclaration): Value | undefined {
  if (!node.body) return undefined;
  const name = node.name?.text ?? 'default';
  const fn = l.functionLike(l, node, { name, ...(node.name ? { nameNode: node.name } : {}) });
  const value: Value = { kind: 'function', fn, at: at(l, node) };
  fill(l, name, value);
  return value;
}
export function classDeclaration(l: Lowering, node: ts.ClassDeclaration): Value {
  const name = node.name?.text ?? 'default';
  const value: Value = { kind: 'class', id: l.classLike(l, node, name), at: at(l, node) };
  fill(l, name, value);
  return value;
}

/** Gives a declared name its value. */
function fill(l: Lowering, name: string, value: Value): void {
  const declared = lookUp(l.scope, name);
  if (declared?.root.kind !== 'local') return;
  const binding = l.bindings[declared.root.binding];
  const isAdded = value.kind === 'object' && (binding?.value.kind === 'function' || binding?.value.kind === 'class');
  if (!binding || isAdded) return;
  binding.value = value;
  binding.when = l.frame.when;
}

export function variable(l: Lowering, node: ts.VariableDeclaration, constant: boolean): void {
  if (ts.isIdentifier(node.name)) {
    if (!node.initializer) return;
    const value = named(l, node.initializer, node.name.text);
    fill(l, node.name.text, value);
    if (!constant) assignDeclared(l, node, node.name, value);
    return;
  }
  if (!node.initializer) return;
  destructure(l, node.name, expression(l, node.initializer));
}

function assignDeclared(l: Lowering, node: ts.Node, name: ts.Identifier, value: Value): void {
  const declared = lookUp(l.scope, name.text);
  if (declared) step(l, node, { do: 'assign', target: { kind: 'ref', root: declared.root, path: declared.path, text: name.text, at: at(l, name), nameAt: at(l, name) }, value });
}

/** `const { a, b: [c] = d } = source`: each name gets the source with a longer path. */
function destructure(l: Lowering, pattern: ts.BindingPattern, source: Value): void {
  pattern.elements.forEach((element, index) => {
    if (ts.isOmittedExpression(element)) return;
    const rest = element.dotDotDotToken !== undefined;
    const key = ts.isArrayBindingPattern(pattern) ? String(index) : propertyName(element.propertyName ?? (ts.isIdentifier(element.name) ? element.name : undefined));
    let value: Value = rest ? { kind: 'unknown', why: 'rest of a destructuring', at: at(l, element) } : memberOf(l, source, key, element);
    if (element.initializer && !rest) value = { kind: 'logic', op: 'default', left: value, right: expression(l, element.initializer), at: at(l, element) };
    if (ts.isIdentifier(element.name)) fill(l, element.name.text, value);
    else destructure(l, element.name, value);
  });
}

function memberOf(l: Lowering, source: Value, key: string | undefined, node: ts.Node): Value {
  const place = at(l, node);
  const text = node.getText(l.tree);
  if (source.kind !== 'ref') return { kind: 'ref', root: { kind: 'value', of: source }, path: [key], text, at: place, nameAt: place };
  return { kind: 'ref', ...environment(source.root, [...source.path, key]), text, at: place, nameAt: place };
}

function conditional(l: Lowering, node: ts.IfStatement): Branch | undefined {
  const test = expression(l, node.expression);
  const place = at(l, node.expression);
  under(l, { test, holds: true, early: false, at: place }, () => nested(l, node.thenStatement));
  const other = node.elseStatement;
  if (other) under(l, { test, holds: false, early: false, at: place }, () => nested(l, other));
  if (leaves(node.thenStatement)) return { test, holds: false, early: true, at: place };
  if (other && leaves(other)) return { test, holds: true, early: true, at: place };
  return undefined;
}

/** Whether control never runs past the statement. */
function leaves(node: ts.Statement): boolean {
  if (ts.isReturnStatement(node) || ts.isThrowStatement(node) || ts.isContinueStatement(node) || ts.isBreakStatement(node)) return true;
  if (ts.isBlock(node)) return node.statements.some(leaves);
  if (ts.isIfStatement(node)) return node.elseStatement !== undefined && leaves(node.thenStatement) && leaves(node.elseStatement);
  return false;
}

function attempt(l: Lowering, node: ts.TryStatement): void {
  const { frame } = l;
  const { zone, tries } = frame;
  const of = frame.attempts++;
  const enter = (part: Attempt['zone']): void => {
    frame.zone = part;
    frame.tries = [...(tries ?? []), { of, zone: part }];
  };
  enter('try');
  block(l, node.tryBlock);
  if (node.catchClause) {
    enter('catch');
    const outer = openScope(l, l.scope.fn);
    const name = node.catchClause.variableDeclaration?.name;
    if (name) declarePattern(l.scope, name, { root: { kind: 'caught', how: 'catch' }, path: [] });
    block(l, node.catchClause.block);
    l.scope = outer;
  }
  enter('finally');
  if (node.finallyBlock) block(l, node.finallyBlock);
  frame.zone = zone;
  frame.tries = tries;
}

/** Every name of a parameter or catch pattern leads to the same root with its own path. */
export function declarePattern(scope: NameScope, name: ts.BindingName, declared: Declared): void {
  if (ts.isIdentifier(name)) {
    scope.names.set(name.text, declared);
    return;
  }
  name.elements.forEach((element, index) => {
    if (ts.isOmittedExpression(element)) return;
    const key = ts.isArrayBindingPattern(name) ? String(index) : propertyName(element.propertyName ?? (ts.isIdentifier(element.name) ? element.name : undefined));
    declarePattern(scope, element.name, { root: declared.root, path: [...declared.path, element.dotDotDotToken ? undefined : key] });
  });
}

function choose(l: Lowering, node: ts.SwitchStatement): void {
  const subject = expression(l, node.expression);
  const outer = openScope(l, l.scope.fn);
  hoist(l, node.caseBlock.clauses.flatMap((clause) => [...clause.statements]));
  let test: Value | undefined;
  for (const clause of node.caseBlock.clauses) {
    const place = at(l, clause);
    const own: Value = ts.isCaseClause(clause) ? { kind: 'compare', op: '===', left: subject, right: expression(l, clause.expression), at: place } : { kind: 'unknown', why: 'default case', at: place };
    // A clause that falls through shares its body with the next one.
    test = test ? { kind: 'logic', op: '||', left: test, right: own, at: place } : own;
    under(l, { test, holds: true, early: false, at: place }, () => statements(l, clause.statements));
    if (clause.statements.some(leaves)) test = undefined;
  }
  l.scope = outer;
}

function forOf(l: Lowering, node: ts.ForOfStatement | ts.ForInStatement): void {
  const given = expression(l, node.expression);
  const over = ts.isForInStatement(node) ? keysOf(l, given, node) : given;
  const awaited = ts.isForOfStatement(node) && node.awaitModifier ? { awaited: true as const } : {};
  const outer = openScope(l, l.scope.fn);
  const before = l.frame.loop;
  const declaration = ts.isVariableDeclarationList(node.initializer) ? node.initializer.declarations[0] : undefined;
  if (declaration && ts.isIdentifier(declaration.name)) {
    const binding = declare(l, declaration.name.text, declaration.name, true, { kind: 'unknown', why: 'loop variable', at: at(l, declaration) });
    l.frame.loop = { binding: binding.id, over, ...awaited };
  } else if (declaration) {
    const item = declare(l, ' item', declaration, true, { kind: 'unknown', why: 'loop variable', at: at(l, declaration) });
    hoistPattern(l, declaration.name, true);
    destructurePattern(l, declaration.name, { kind: 'ref', root: { kind: 'local', binding: item.id }, path: [], text: 'item', at: at(l, declaration), nameAt: at(l, declaration) });
    l.frame.loop = { binding: item.id, over, ...awaited };
  }
  nested(l, node.statement);
  l.frame.loop = before;
  l.scope = outer;
}
/** What `for (const key in x)` runs over. */
function keysOf(l: Lowering, of: Value, node: ts.Node): Value {
  const place = at(l, node);
  const target: Value = { kind: 'ref', root: { kind: 'global', name: 'Object' }, path: ['keys'], text: 'Object.keys', at: place, nameAt: place };
  return { kind: 'call', callee: 'Object.keys', name: 'keys', nameAt: place, target, receiver: undefined, args: [{ value: of, spread: false, at: of.at }], form: 'call', awaited: false, at: place };
}
/** `for (let i = 0; i < list.length; i++)`: its counter, and the list. */
function counted({ initializer, condition, incrementor }: ts.ForStatement): { readonly name: ts.Identifier; readonly of: ts.Expression } | undefined {
  const declaration = initializer && ts.isVariableDeclarationList(initializer) ? initializer.declarations[0] : undefined;
  if (!declaration || !ts.isIdentifier(declaration.name) || !declaration.initializer || !ts.isNumericLiteral(declaration.initializer) || declaration.initializer.text !== '0') return undefined;
  const { name } = declaration;
  const isName = (node: ts.Expression): boolean => ts.isIdentifier(node) && node.text === name.text;
  if (!condition || !ts.isBinaryExpression(condition) || condition.operatorToken.kind !== ts.SyntaxKind.LessThanToken || !isName(condition.left)) return undefined;
  const steps = incrementor && (ts.isPostfixUnaryExpression(incrementor) || ts.isPrefixUnaryExpression(incrementor)) && incrementor.operator === ts.SyntaxKind.PlusPlusToken && isName(incrementor.operand);
  return steps === true && ts.isPropertyAccessExpression(condition.right) && condition.right.name.text === 'length' ? { name, of: condition.right.expression } : undefined;
}
function countedLoop(l: Lowering, node: ts.ForStatement, found: ReturnType<typeof counted>): void {
  if (!found) return;
  const { name, of } = found;
  const outer = openScope(l, l.scope.fn);
  const before = l.frame.loop;
  const binding = declare(l, name.text, name, true, { kind: 'unknown', why: 'loop variable', at: at(l, name) });
  l.frame.loop = { binding: binding.id, over: keysOf(l, expression(l, of), node) };
  nested(l, node.statement);
  l.frame.loop = before;
  l.scope = outer;
}
function destructurePattern(l: Lowering, name: ts.BindingName, source: Value): void {
  if (!ts.isIdentifier(name)) destructure(l, name, source);
}

function loop(l: Lowering, node: ts.ForStatement | ts.ForInStatement | ts.WhileStatement | ts.DoStatement): void {
  const outer = openScope(l, l.scope.fn);
  const initializer = ts.isForStatement(node) || ts.isForInStatement(node) ? node.initializer : undefined;
  if (initializer && ts.isVariableDeclarationList(initializer)) {
    for (const declaration of initializer.declarations) {
      hoistPattern(l, declaration.name, false);
      variable(l, declaration, false);
    }
  } else if (initializer) expression(l, initializer, false);
  const test = ts.isForStatement(node) ? node.condition : node.expression;
  const value = test ? expression(l, test) : undefined;
  if (ts.isForStatement(node) && node.incrementor) expression(l, node.incrementor, false);
  const body = (): void => nested(l, node.statement);
  const before = l.frame.loop;
  // How often an open loop runs is unknown: registrations in it make the scope incomplete.
  l.frame.loop = { binding: NO_BINDING, over: { kind: 'unknown', why: 'open loop', at: at(l, node) } };
  if (value && !ts.isForInStatement(node)) under(l, { test: value, holds: true, early: false, at: value.at }, body);
  else body();
  l.frame.loop = before;
  l.scope = outer;
}

/** Declares what a block's statements declare, before any of them is read: functions are used above their text. */
export function hoist(l: Lowering, nodes: readonly ts.Statement[]): void {
  for (const node of nodes) {
    if (ts.isVariableStatement(node)) for (const declaration of node.declarationList.declarations) hoistVariable(l, declaration, (node.declarationList.flags & ts.NodeFlags.Const) !== 0);
    else if ((ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node) || ts.isEnumDeclaration(node)) && node.name) declare(l, node.name.text, node.name, true);
    // A namespace may add to a function or class of its name.
    else if (ts.isModuleDeclaration(node) && ts.isIdentifier(node.name) && node.body && !l.scope.names.has(node.name.text)) declare(l, node.name.text, node.name, true);
  }
}

function hoistVariable(l: Lowering, node: ts.VariableDeclaration, constant: boolean): void {
  const required = node.initializer ? requiredModule(l, node.initializer) : undefined;
  if (required) {
    declarePattern(l.scope, node.name, required);
    return;
  }
  hoistPattern(l, node.name, constant);
}

export function hoistPattern(l: Lowering, name: ts.BindingName, constant: boolean): void {
  if (ts.isIdentifier(name)) {
    declare(l, name.text, name, constant);
    return;
  }
  for (const element of name.elements) if (!ts.isOmittedExpression(element)) hoistPattern(l, element.name, constant);
}

/** `require('m')`, `require('m').a.b`, `await import('m')`: the name stands for the module, wherever it is used. */
function requiredModule(l: Lowering, node: ts.Expression): Declared | undefined {
  if (ts.isPropertyAccessExpression(node)) {
    const inner = requiredModule(l, node.expression);
    return inner && { root: inner.root, path: [...inner.path, node.name.text] };
  }
  if (ts.isParenthesizedExpression(node) || ts.isAwaitExpression(node) || ts.isAsExpression(node) || ts.isNonNullExpression(node)) return requiredModule(l, node.expression);
  if (!ts.isCallExpression(node)) return undefined;
  const [first] = node.arguments;
  if (!first) return undefined;
  const called = ts.isIdentifier(node.expression) ? node.expression : ts.isPropertyAccessExpression(node.expression) ? node.expression.name : undefined;
  if (called && wrapsModule(called.text)) return requiredModule(l, first) ?? moduleNamed(l, first);
  const loads = node.expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(node.expression) && node.expression.text === 'require' && !lookUp(l.scope, 'require'));
  return loads && ts.isStringLiteralLike(first) ? { root: { kind: 'import', from: first.text, name: '*' }, path: [] } : undefined;
}
/** A name that stands for a whole module already, as babel 6 wraps it: `var _r = require('r'); var _r2 = _interopRequireDefault(_r);`. */
function moduleNamed(l: Lowering, node: ts.Expression): Declared | undefined {
  const found = ts.isIdentifier(node) ? lookUp(l.scope, node.text) : undefined;
  return found?.root.kind === 'import' && found.root.name === '*' && found.path.length === 0 ? found : undefined;
}
