import type { Call, Item, Ref, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import type { Lowering } from './state.js';

/** What wraps a loaded module so that it looks the same to both module systems: babel 7, typescript 5 and tslib 2, swc 1, esbuild 0.25, rollup 1 to 4. */
const WRAPS = /(^|[./])_*(interopRequire(Default|Wildcard)|interop_require_(default|wildcard)|interop(Default|Namespace)(Default|DefaultOnly|Compat|Legacy)?|import(Default|Star)|toESM|toCommonJS)(\.default)?$/;
/** What gives a module all names of another one. */
const GIVES_ALL = /(^|\.)_*(exportStar|export_star|reExport)$/;
/** What gives a module names with getters: swc and esbuild. */
const GIVES = /^_*export$/;

/** Whether a call only gives back its first argument, a module. */
export function wrapsModule(callee: string): boolean {
  return WRAPS.test(callee);
}
/** Whether what is called loads modules: `require`, and what `createRequire` of node:module made. */
export function loadsModules(l: Lowering, callee: string, target: Value): boolean {
  if (callee === 'require' || isLoader(target)) return true;
  const binding = target.kind === 'ref' && target.root.kind === 'local' && target.path.length === 0 ? l.bindings[target.root.binding] : undefined;
  return binding !== undefined && isLoader(binding.value);
}
function isLoader(value: Value): boolean {
  return value.kind === 'call' && /^module(\.default|\.Module)?\.createRequire$/.test(value.callee);
}

/** Takes note of what a call gives the module's exports: `Object.defineProperty(exports, 'x', { get })`, `__exportStar(require('./y'), exports)` and the like. */
export function exportsByCall(l: Lowering, { callee, args, at, receiver }: Call): void {
  const [first, second, third] = args;
  if (!first) return;
  if (callee === 'Object.defineProperty' && second && third && isExports(first.value)) {
    const key = second.value.kind === 'literal' ? second.value.value : undefined;
    if (typeof key === 'string' && key !== '__esModule') give(l, key, defined(l, third.value), at);
  } else if (callee === 'Object.assign' && isExports(first.value)) for (const item of args.slice(1)) giveAll(l, item, at);
  else if (GIVES_ALL.test(callee)) giveAll(l, args.find(({ value }) => isModule(value)) ?? first, at);
  else if (GIVES.test(callee) && second?.value.kind === 'object' && (isExports(first.value) || isLocal(first.value))) {
    for (const { key, value } of second.value.entries) if (key !== undefined) give(l, key, returnedBy(l, value), at, isLocal(first.value) ? first.value : undefined);
  } else if (callee.endsWith('toCommonJS') && isLocal(first.value)) {
    const { root } = first.value;
    for (const { of, ...one } of l.handed) if (root.kind === 'local' && of.root.kind === 'local' && of.root.binding === root.binding) l.exports.push(one);
  } else if (receiver?.kind === 'call' && receiver.callee === 'Object.keys') keysGiven(l, receiver, first.value, at);
}
/** `Object.keys(_y).forEach(function (key) { ... exports[key] = _y[key] ... })`: babel's export of all. */
function keysGiven(l: Lowering, receiver: Value | undefined, callback: Value, at: At): void {
  const from = receiver?.kind === 'call' && receiver.callee === 'Object.keys' ? receiver.args[0] : undefined;
  const fn = callback.kind === 'function' ? l.functions.get(callback.fn) : undefined;
  if (!from || !fn) return;
  const gives = fn.steps.some((step) => (step.do === 'assign' ? isExports(step.target, 1) : step.do === 'call' && step.call.callee === 'Object.defineProperty' && step.call.args[0] !== undefined && isExports(step.call.args[0].value)));
  if (gives) giveAll(l, from, at);
}
function giveAll(l: Lowering, { value }: Item, at: At): void {
  if (isModule(value)) give(l, '*', value, at);
  else if (value.kind === 'object') for (const { key, value: given } of value.entries) if (key !== undefined) give(l, key, given, at);
}
function give(l: Lowering, name: string, value: Value | undefined, at: At, of?: Ref): void {
  if (!value) return;
  if (of) {
    l.handed.push({ name, value, at, nameAt: at, of });
    return;
  }
  l.usesCommonJs = true;
  l.exports.push({ name, value, at, nameAt: at });
}
/** What a descriptor gives: its value, or what its getter gives. */
function defined(l: Lowering, descriptor: Value): Value | undefined {
  if (descriptor.kind !== 'object') return undefined;
  const value = descriptor.entries.findLast(({ key }) => key === 'value')?.value;
  const getter = descriptor.entries.findLast(({ key }) => key === 'get')?.value;
  return value ?? (getter && returnedBy(l, getter));
}
/** What a function without branches returns, wherever it is called. */
function returnedBy(l: Lowering, value: Value): Value | undefined {
  const steps = value.kind === 'function' ? (l.functions.get(value.fn)?.steps.filter((step) => step.do === 'return') ?? []) : [];
  return steps.length === 1 && steps[0]?.do === 'return' ? steps[0].value : undefined;
}
/** `exports` and `module.exports`, with so many members behind. */
function isExports(value: Value, members = 0): boolean {
  if (value.kind !== 'ref' || value.root.kind !== 'global') return false;
  return value.root.name === 'exports' ? value.path.length === members : value.root.name === 'module' && value.path[0] === 'exports' && value.path.length === members + 1;
}
function isModule(value: Value): boolean {
  return value.kind === 'ref' && value.root.kind === 'import' && value.root.name === '*' && value.path.length === 0;
}
function isLocal(value: Value): value is Ref {
  return value.kind === 'ref' && value.root.kind === 'local' && value.path.length === 0;
}
