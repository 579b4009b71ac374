import ts from 'typescript';
import type { Attempt, Binding, Branch, ClassView, Export, FunctionView, Import, Loop, Step } from '../../model/module.js';
import type { BindingId, ClassId, FunctionId, Ref, Root, Value } from '../../model/value.js';
import type { Places } from '../../text/places.js';
import type { At, FilePath } from '../../text/source.js';

/** What a declared name leads to; `path` is what destructuring read on the way. */
export interface Declared {
  readonly root: Root;
  readonly path: readonly (string | undefined)[];
}
/** Names of one block or function; looked up from inside out. */
export interface NameScope {
  readonly parent: NameScope | undefined;
  readonly names: Map<string, Declared>;
  readonly fn: FunctionId;
}
/** The function whose body is being read. */
export interface FunctionFrame {
  readonly id: FunctionId;
  readonly steps: Step[];
  when: readonly Branch[];
  loop: Loop | undefined;
  zone: Step['zone'];
  tries: readonly Attempt[] | undefined;
  attempts: number;
  statementAt: At;
  owner: ClassId | undefined;
  complete: boolean;
}
export type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** How a function value gets its name and what its parameters are known to be. */
export interface FunctionNaming {
  readonly name: string;
  readonly nameNode?: ts.Node;
  /** The first parameter is an error: `.catch(e => ...)`, `(err, data) => ...`. */
  readonly caught?: 'promise' | 'callback';
  readonly owner?: ClassId;
}

/** What a compiler's helper was told to decorate: `__decorate([Get(), __param(0, Body())], Files.prototype, 'list', null)`. */
export interface Decoration {
  readonly on: Value;
  readonly key: string | undefined;
  readonly values: readonly Value[];
  readonly parameters: readonly { readonly index: number; readonly value: Value }[];
}

/** A name that was given to a function or class, for the how manieth time. */
export interface Given {
  readonly name: string;
  readonly count: number;
}
/** What reading one function added to its module, and where the reading stood. */
export interface ReadFunction {
  readonly id: FunctionId;
  readonly naming: Omit<FunctionNaming, 'nameNode'>;
  readonly outer: FunctionId;
  readonly statementAt: At;
  readonly depth: number;
  readonly firstBinding: number;
  readonly given: readonly Given[];
  readonly functions: readonly FunctionView[];
  readonly bindings: readonly Binding[];
  /** What the function around it does for it: decorators. */
  readonly steps: readonly Step[];
}
/** Functions that were read in earlier revisions, by their nodes: the parser keeps a node whose text and surroundings did not change. */
export type ReadFunctions = WeakMap<ts.Node, ReadFunction>;

/** All that one lowering run builds. Dropped when the ModuleView is made. */
export interface Lowering {
  readonly path: FilePath;
  readonly tree: ts.SourceFile;
  readonly text: string;
  readonly places: Places;
  readonly imports: Import[];
  readonly exports: Export[];
  /** Names given to an object that may become the exports: esbuild's `__export(x, { ... })`. */
  readonly handed: (Export & { readonly of: Ref })[];
  readonly bindings: Writable<Binding>[];
  readonly functions: Map<FunctionId, FunctionView>;
  readonly classes: Map<ClassId, ClassView>;
  readonly ids: Map<string, number>;
  /** The same, one after the other. */
  readonly given: Given[];
  readonly decorations: Decoration[];
  scope: NameScope;
  frame: FunctionFrame;
  depth: number;
  usesCommonJs: boolean;
  usesEsm: boolean;
  /** What the last `await` waits for. */
  awaited?: ts.Expression;
  /** Functions read before, and now; undefined: nothing is kept. */
  readonly known: ReadFunctions | undefined;
  /** The names of the module are what they were, so that what was read of functions before still holds. */
  mayTake: boolean;
  /** Set by lower.ts: expressions, functions and classes call each other. */
  readonly functionLike: (l: Lowering, node: ts.FunctionLikeDeclaration, naming: FunctionNaming) => FunctionId;
  readonly classLike: (l: Lowering, node: ts.ClassLikeDeclaration, name: string) => ClassId;
}

/** Deeper expressions become unknown: recursion stays far from the stack's end. */
export const DEEPEST = 120;
export const MOST_STEPS = 5000;
export const MOST_BRANCHES = 64;
/** Of those, early exits before: the branches a step stands in count for more. */
export const MOST_EARLY = 32;

/** The place of a node, without its leading comments. */
export function at(l: Lowering, node: ts.Node): At {
  return mark(l, node.getStart(l.tree), node.end);
}
/** The place [start, end); the same span is the same mark. */
export function mark(l: Lowering, start: number, end: number): At {
  return l.places.mark(start, end);
}
export function unknown(l: Lowering, node: ts.Node, why: string): Value {
  return { kind: 'unknown', why, at: at(l, node) };
}
/** A name no other function or class of the file has: equal ones get an ordinal. */
export function uniqueId(l: Lowering, name: string): string {
  const full = `${l.path}#${name}`;
  const given = { name: full, count: (l.ids.get(full) ?? 0) + 1 };
  l.ids.set(full, given.count);
  l.given.push(given);
  return idOf(given);
}
export function idOf({ name, count }: Given): string {
  return count === 1 ? name : `${name}~${count}`;
}
export function lookUp(scope: NameScope, name: string): Declared | undefined {
  for (let s: NameScope | undefined = scope; s; s = s.parent) {
    const found = s.names.get(name);
    if (found) return found;
  }
  return undefined;
}
export function openScope(l: Lowering, fn: FunctionId): NameScope {
  const outer = l.scope;
  l.scope = { parent: outer, names: new Map(), fn };
  return outer;
}
/** Declares a binding in the current scope; its value is filled in when the initialiser is read. */
export function declare(l: Lowering, name: string, nameNode: ts.Node, constant: boolean, value?: Value): Writable<Binding> {
  const nameAt = at(l, nameNode);
  const id = l.bindings.length as BindingId;
  const binding: Writable<Binding> = { id, name, nameAt, constant, value: value ?? { kind: 'unknown', why: 'not initialised', at: nameAt }, scope: l.scope.fn, when: l.frame.when };
  l.bindings.push(binding);
  l.scope.names.set(name, { root: { kind: 'local', binding: id }, path: [] });
  return binding;
}
/** Adds a step to the function being read. */
export function step(
  l: Lowering,
  node: ts.Node,
  what: { do: 'call'; call: Extract<Value, { kind: 'call' }>; used: boolean } | { do: 'assign'; target: Extract<Value, { kind: 'ref' }>; value: Value } | { do: 'return' | 'throw'; value: Value | undefined },
): void {
  const { frame } = l;
  if (frame.steps.length >= MOST_STEPS) {
    frame.complete = false;
    return;
  }
  const place = what.do === 'call' ? what.call.at : at(l, node);
  const { when, loop, zone, tries, statementAt } = frame;
  const own = tries ? { when, loop, zone, tries, at: place, statementAt } : { when, loop, zone, at: place, statementAt };
  if (what.do === 'call') frame.steps.push({ ...own, do: 'call', call: what.call, used: what.used });
  else if (what.do === 'assign') frame.steps.push({ ...own, do: 'assign', target: what.target, value: what.value });
  else frame.steps.push({ ...own, do: what.do, value: what.value });
}
/** Runs `read` under one more branch. */
export function under<T>(l: Lowering, branch: Branch, read: () => T): T {
  const { frame } = l;
  const before = frame.when;
  if (before.length < MOST_BRANCHES) frame.when = [...before, branch];
  else frame.complete = false;
  try {
    return read();
  } finally {
    frame.when = before;
  }
}
