import ts from 'typescript';
import type { ClassView } from '../../model/module.js';
import type { FunctionId, Value } from '../../model/value.js';
import { unknown, type Decoration, type Lowering } from './state.js';

/** What compilers write for decorators: TypeScript 5 and its tslib, swc 1 and esbuild 0.2x. */
const HELPER = /(^|\.)(__decorate|__decorateClass|_ts_decorate)(\._)?$/;
const PARAMETER = /^(__param|__decorateParam|_ts_param|__decorateElement)$/;
const TYPES = /^(__metadata|_ts_metadata)$/;

/** Keeps what a call of such a helper decorates; what it gives is the class itself, under any name it is assigned to. Undefined when the call is none. */
export function decoratedBy(l: Lowering, callee: string, args: readonly ts.Expression[], read: (l: Lowering, node: ts.Expression) => Value): Value | undefined {
  if (!HELPER.test(callee)) return undefined;
  const [list, target, key] = args;
  if (!list || !target || !ts.isArrayLiteralExpression(list)) return undefined;
  const on = read(l, target);
  const values: Value[] = [];
  const parameters: Decoration['parameters'][number][] = [];
  for (const node of list.elements) {
    const called = ts.isCallExpression(node) ? lastName(node.expression) : '';
    if (TYPES.test(called)) continue;
    if (!ts.isCallExpression(node) || !PARAMETER.test(called)) values.push(asDecorator(read(l, node)));
    else if (node.arguments[0] && node.arguments[1] && ts.isNumericLiteral(node.arguments[0])) parameters.push({ index: Number(node.arguments[0].text), value: asDecorator(read(l, node.arguments[1])) });
  }
  l.decorations.push({ on, key: key && ts.isStringLiteralLike(key) ? key.text : undefined, values, parameters });
  return key === undefined ? on : unknown(l, list, 'decorated member');
}
function lastName(node: ts.Expression): string {
  return ts.isIdentifier(node) ? node.text : ts.isPropertyAccessExpression(node) ? node.name.text : ts.isParenthesizedExpression(node) && ts.isBinaryExpression(node.expression) ? lastName(node.expression.right) : '';
}
function asDecorator(value: Value): Value {
  return value.kind === 'call' ? { ...value, form: 'decorator' } : value;
}

/** Puts decorators that were handed to helpers where those of TypeScript stand. */
export function decorateAll(l: Lowering): void {
  for (const { on, key, values, parameters } of l.decorations) {
    const view = classIn(l, on);
    if (!view) continue;
    if (key === undefined && on.kind === 'ref' && on.path.length === 0) {
      l.classes.set(view.id, { ...view, decorators: [...view.decorators, ...values] });
      const construct = view.construct;
      if (construct) decorateFunction(l, construct, [], parameters);
    } else if (key !== undefined) {
      const method = view.methods.find((id) => id.slice(id.lastIndexOf('.') + 1).split('~', 1)[0] === key);
      if (method) decorateFunction(l, method, values, parameters);
    }
  }
}
function decorateFunction(l: Lowering, id: FunctionId, values: readonly Value[], parameters: Decoration['parameters']): void {
  const fn = l.functions.get(id);
  if (!fn) return;
  const own = (index: number): readonly Value[] => parameters.flatMap((one) => (one.index === index ? [one.value] : []));
  l.functions.set(id, { ...fn, decorators: [...fn.decorators, ...values], parameters: fn.parameters.map((one, index) => ({ ...one, decorators: [...one.decorators, ...own(index)] })) });
}
/** The class a name leads to, itself or its prototype. */
function classIn(l: Lowering, on: Value): ClassView | undefined {
  if (on.kind !== 'ref' || on.root.kind !== 'local' || (on.path.length > 0 && on.path[0] !== 'prototype') || on.path.length > 1) return undefined;
  const value = l.bindings[on.root.binding]?.value;
  return value?.kind === 'class' ? l.classes.get(value.id) : undefined;
}
