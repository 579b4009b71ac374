import ts from 'typescript';
import type { ClassView, DeclaredField, FunctionView, Parameter } from '../../model/module.js';
import type { BindingId, ClassId, FunctionId, Value } from '../../model/value.js';
import { readOnce } from './again.js';
import { expression, named, propertyName } from './expressions.js';
import { declarePattern, hoist, statements } from './statements.js';
import { at, mark, openScope, step, uniqueId, type FunctionFrame, type FunctionNaming, type Lowering, type Writable } from './state.js';

const NO_BINDING = -1 as BindingId;

/** Lowers one function with its body; returns its id. */
export function functionLike(l: Lowering, node: ts.FunctionLikeDeclaration, naming: FunctionNaming): FunctionId {
  return readOnce(l, node, naming, () => readFunction(l, node, naming));
}
function readFunction(l: Lowering, node: ts.FunctionLikeDeclaration, naming: FunctionNaming): FunctionId {
  const outerFrame = l.frame;
  const within = outerFrame.id;
  const outerName = within.slice(within.indexOf('#') + 1);
  const id = uniqueId(l, `${outerName && !naming.owner ? `${outerName}>` : ''}${naming.name}`) as FunctionId;
  const nameNode = naming.nameNode ?? node.name;
  const start = node.getStart(l.tree);
  const isDeclaration = ts.isFunctionDeclaration(node) || naming.owner !== undefined;
  const owner = naming.owner ?? (ts.isArrowFunction(node) ? outerFrame.owner : undefined);
  const frame: FunctionFrame = { id, steps: [], when: isDeclaration ? [] : outerFrame.when, loop: undefined, zone: 'body', tries: undefined, attempts: 0, statementAt: outerFrame.statementAt, owner, complete: true };
  const view: Writable<FunctionView> = {
    id, name: naming.name, nameAt: nameNode ? at(l, nameNode) : mark(l, start, start), at: at(l, node), bodyAt: node.body ? at(l, node.body) : at(l, node),
    parameters: [], async: (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Async) !== 0, owner, within: within.endsWith('#') ? undefined : within,
    ...(ts.isGetAccessor(node) ? { accessor: 'get' as const } : ts.isSetAccessor(node) ? { accessor: 'set' as const } : {}),
    ...((ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Static) !== 0 ? { static: true as const } : {}),
    decorators: decorators(l, node), when: frame.when, steps: frame.steps, complete: true,
  };
  l.functions.set(id, view);
  l.frame = frame;
  const outerScope = openScope(l, id);
  const said = node.body && ts.isBlock(node.body) ? directive(node.body.statements) : undefined;
  if (said !== undefined) view.directive = said;
  view.parameters = parameters(l, node, id, naming, outerFrame);
  body(l, node);
  view.complete = frame.complete;
  l.scope = outerScope;
  l.frame = outerFrame;
  return id;
}

/** `'use server'`: text that stands alone before everything else. */
export function directive(statements: readonly ts.Statement[]): string | undefined {
  for (const one of statements.slice(0, 8)) {
    if (!ts.isExpressionStatement(one) || !ts.isStringLiteral(one.expression)) return undefined;
    if (one.expression.text === 'use server') return one.expression.text;
  }
  return undefined;
}
function parameters(l: Lowering, node: ts.FunctionLikeDeclaration, id: FunctionId, naming: FunctionNaming, outer: FunctionFrame): Parameter[] {
  const real = node.parameters.filter((parameter) => !(ts.isIdentifier(parameter.name) && parameter.name.text === 'this'));
  return real.map((parameter, index) => {
    const root = index === 0 && naming.caught ? { kind: 'caught' as const, how: naming.caught } : { kind: 'parameter' as const, fn: id, index };
    declarePattern(l.scope, parameter.name, { root, path: [] });
    const initial = parameter.initializer && expression(l, parameter.initializer);
    const defaults = ts.isObjectBindingPattern(parameter.name) ? defaultsOf(l, parameter.name) : [];
    return {
      ...(initial ? { initial } : {}),
      ...(defaults.length > 0 ? { defaults } : {}),
      ...(parameter.dotDotDotToken ? { rest: true as const } : {}),
      name: ts.isIdentifier(parameter.name) ? parameter.name.text : undefined,
      type: parameter.type?.getText(l.tree).slice(0, 200),
      decorators: parameterDecorators(l, parameter, outer),
      at: at(l, parameter),
    };
  });
}

function defaultsOf(l: Lowering, pattern: ts.ObjectBindingPattern): NonNullable<Parameter['defaults']> {
  return pattern.elements.flatMap((element) => {
    const key = propertyName(element.propertyName ?? (ts.isIdentifier(element.name) ? element.name : undefined));
    return element.initializer && key !== undefined ? [{ key, value: expression(l, element.initializer) }] : [];
  });
}
function body(l: Lowering, node: ts.FunctionLikeDeclaration): void {
  if (!node.body) return;
  if (ts.isBlock(node.body)) {
    hoist(l, node.body.statements);
    statements(l, node.body.statements);
    return;
  }
  l.frame.statementAt = at(l, node.body);
  const value = expression(l, node.body);
  step(l, node.body, { do: 'return', value });
}

function decorators(l: Lowering, node: ts.Node): Value[] {
  if (!ts.canHaveDecorators(node)) return [];
  return (ts.getDecorators(node) ?? []).map((decorator) => {
    const value = expression(l, decorator.expression);
    return value.kind === 'call' ? { ...value, form: 'decorator' as const } : value;
  });
}
/** Decorators of a parameter run when the class is made, not when its method is called. */
function parameterDecorators(l: Lowering, node: ts.ParameterDeclaration, outer: FunctionFrame): Value[] {
  const { frame } = l;
  l.frame = outer;
  const values = decorators(l, node);
  l.frame = frame;
  return values;
}

/** A field of a class; what its decorators are handed is no step of anything. */
function declaredField(l: Lowering, member: ts.PropertyDeclaration): DeclaredField {
  const { frame } = l;
  l.frame = { ...frame, steps: [] };
  const found = decorators(l, member);
  l.frame = frame;
  return { name: propertyName(member.name) ?? 'computed', type: member.type?.getText(l.tree).slice(0, 200), decorators: found };
}
/** Lowers a class: its fields, methods and constructor. */
export function classLike(l: Lowering, node: ts.ClassLikeDeclaration, name: string): ClassId {
  const id = uniqueId(l, name) as ClassId;
  const heritage = node.heritageClauses ?? [];
  const declared: DeclaredField[] = [];
  const base = heritage.find((clause) => clause.token === ts.SyntaxKind.ExtendsKeyword)?.types[0]?.expression;
  const view: Writable<ClassView> & { fields: ClassView['fields'][number][]; methods: FunctionId[] } = {
    id, name, nameAt: at(l, node.name ?? node), at: at(l, node), extends: base ? expression(l, base) : undefined,
    implements: heritage.filter((clause) => clause.token === ts.SyntaxKind.ImplementsKeyword).flatMap((clause) => clause.types.map((type) => type.expression.getText(l.tree))),
    decorators: decorators(l, node), fields: [], declared, methods: [], construct: undefined,
  };
  l.classes.set(id, view);
  const owner = l.frame.owner;
  l.frame.owner = id;
  for (const member of node.members) {
    if (ts.isConstructorDeclaration(member)) {
      if (member.body) view.construct = l.functionLike(l, member, { name: `${name}.constructor`, owner: id });
    } else if (ts.isMethodDeclaration(member) || ts.isAccessor(member)) {
      if (member.body) view.methods.push(l.functionLike(l, member, { name: `${name}.${propertyName(member.name) ?? 'computed'}`, nameNode: member.name, owner: id }));
    }
    if (ts.isPropertyDeclaration(member)) declared.push(declaredField(l, member));
    if (ts.isPropertyDeclaration(member) && member.initializer) {
      const key = propertyName(member.name) ?? 'computed';
      const value = named(l, member.initializer, `${name}.${key}`, { owner: id });
      view.fields.push({ id: NO_BINDING, name: key, nameAt: at(l, member.name), constant: true, value, scope: l.scope.fn, when: l.frame.when });
    } else if (ts.isClassStaticBlockDeclaration(member)) statements(l, member.body.statements);
  }
  l.frame.owner = owner;
  return id;
}
