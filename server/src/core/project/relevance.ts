import { driverOf } from '../drivers/index.js';
import type { FrameworkAdapter } from '../frameworks/adapter.js';
import type { ModuleView, Step } from '../model/module.js';
import type { Call, FunctionId, Value } from '../model/value.js';
import type { FilePath } from '../text/source.js';
import { bindingOf } from './bound.js';
import type { Abstract } from './abstract.js';
import { isRouteObject } from './route-lists.js';

/** Tells which functions of a module can have to do with registration, so that the evaluation need not run the rest of a program. */
export function relevance(adapters: readonly FrameworkAdapter[], isOwn: (specifier: string, from: FilePath) => boolean): (module: ModuleView) => ReadonlySet<FunctionId> {
  const verbs = new Set(adapters.flatMap((adapter) => [...adapter.verbs]));
  const plain = new Set(adapters.flatMap((adapter) => [...adapter.plain]));

  return (module) => {
    const callers = callersOf(module);
    const relevant = new Set<FunctionId>();
    const fresh: FunctionId[] = [];
    const add = (id: FunctionId | undefined): void => {
      if (id === undefined || relevant.has(id)) return;
      relevant.add(id);
      fresh.push(id);
    };
    for (const fn of module.functions.values()) if (fn.steps.some((step) => direct(step, module) || givesRoutes(step, module))) add(fn.id);
    // A function that holds or calls a relevant one is relevant itself.
    for (let id = fresh.pop(); id !== undefined; id = fresh.pop()) {
      add(module.functions.get(id)?.within);
      for (const caller of callers.byFunction.get(id) ?? []) add(caller);
      for (const caller of callers.byMethod.get(id.slice(id.lastIndexOf('.') + 1)) ?? []) add(caller);
    }
    return relevant;
  };

  function direct(step: Step, { path }: ModuleView): boolean {
    // `() => require('./routes')` gives what a module of the project is.
    if (step.do === 'return') return step.value?.kind === 'function' || step.value?.kind === 'class' || (step.value !== undefined && isOurs(step.value, path));
    if (step.do !== 'call') return false;
    const { call } = step;
    if (adapters.some((adapter) => adapter.creates(call) !== undefined || adapter.listens?.(call, call.callee) !== undefined)) return true;
    if (call.form === 'new' && call.target.kind === 'ref' && call.target.root.kind !== 'global') return true;
    if (call.callee === 'require' && step.used) return true;
    if (isOurs(call.target, path)) return call.args.some((item) => item.value.kind === 'ref') || step.used;
    // `ext(app)`: a function nobody knows is given something.
    if (call.target.kind === 'ref' && call.target.root.kind === 'parameter' && call.target.path.length === 0 && call.args.some((item) => item.value.kind === 'ref')) return true;
    return registers(call) || driverOf(call) !== undefined;
  }
  function isOurs(value: Value, path: FilePath): boolean {
    return value.kind === 'ref' && value.root.kind === 'import' && (OURS.test(value.root.from) || isOwn(value.root.from, path));
  }
  function registers(call: Call): boolean {
    if (!verbs.has(call.name) || call.receiver === undefined) return false;
    if (call.receiver.kind === 'ref' && call.receiver.root.kind === 'global') return false;
    const [first] = call.args;
    if (plain.has(call.name)) return first !== undefined;
    const isPath = first?.value.kind === 'literal' ? typeof first.value.value === 'string' && /^([/*(]|$)/.test(first.value.value) : first !== undefined;
    return isPath && (call.name === 'route' || call.args.length > 1);
  }
}

/** A function that gives back a route, or a list of them, written as an object. */
function givesRoutes(step: Step, module: ModuleView): boolean {
  return step.do === 'return' && step.value !== undefined && isRoute(step.value, module, 0);
}
function isRoute(value: Value, module: ModuleView, depth: number): boolean {
  if (value.kind === 'object') return isRouteObject(value);
  if (depth > 2) return false;
  if (value.kind === 'array') return value.items.some((item) => isRoute(item.value, module, depth + 1));
  const bound = bindingOf(value, module);
  return bound !== undefined && isRoute(bound.value, module, depth + 1);
}
/** Specifiers that lead to the project's own files: relative ones, and the usual spellings of aliases. */
const OURS = /^(\.|#|~|@\/)/;

interface Callers {
  readonly byFunction: ReadonlyMap<FunctionId, readonly FunctionId[]>;
  /** Callers of `this.x()` by x: any class of the file may be meant. */
  readonly byMethod: ReadonlyMap<string, readonly FunctionId[]>;
}
function callersOf(module: ModuleView): Callers {
  const byFunction = new Map<FunctionId, FunctionId[]>();
  const byMethod = new Map<string, FunctionId[]>();
  for (const fn of module.functions.values()) for (const step of fn.steps) {
    if (step.do !== 'call' || step.call.target.kind !== 'ref') continue;
    const { root, path } = step.call.target;
    if (root.kind === 'this') append(byMethod, path[0] ?? '', fn.id);
    else if (root.kind === 'local') {
      const value = module.bindings[root.binding]?.value;
      if (value?.kind === 'function') append(byFunction, value.fn, fn.id);
    }
  }
  return { byFunction, byMethod };
}
function append<K>(map: Map<K, FunctionId[]>, key: K, id: FunctionId): void {
  const known = map.get(key);
  if (known) known.push(id);
  else map.set(key, [id]);
}

/** Whether building an instance can matter: the class is given an application, or its own code may register something. */
export function isWorthBuilding(
  target: Extract<Abstract, { is: 'class' }>,
  args: readonly Abstract[],
  relevantIn: (module: ModuleView) => ReadonlySet<FunctionId>,
): boolean {
  if (args.some((arg) => arg.is === 'scope' || arg.is === 'instance' || arg.is === 'fields') || target.view.extends) return true;
  const { module } = target.frame;
  return [...target.view.methods, ...(target.view.construct ? [target.view.construct] : [])].some((id) => {
    return relevantIn(module).has(id);
  });
}
