import type { FrameworkAdapter } from '../frameworks/adapter.js';
import type { ClassView, FunctionView, ModuleView } from '../model/module.js';
import type { Call, FunctionId } from '../model/value.js';
import type { Abstract } from './abstract.js';
import { looksLikeHandler } from './outside.js';

/** Questions about functions and classes whose code registers something by itself. */
export interface Starters {
  /** The body makes an application or router, or registers on one it was not given. */
  starts(fn: FunctionView): boolean;
  /** Registers under a computed method name: `app[method](path, handler)`. */
  byName(fn: FunctionView): boolean;
  /** A class of routers of its own: it stores routes, and one of its methods registers them under a computed name. */
  stores(of: Extract<Abstract, { is: 'class' }>, baseOf: (of: Extract<Abstract, { is: 'class' }>) => Abstract | undefined): boolean;
}

/** Answers are kept: each function and class is read once. */
export function starters(adapters: readonly FrameworkAdapter[], verbs: ReadonlySet<string>): Starters {
  const byNameOf = new Map<FunctionId, boolean>();
  const storesOf = new Map<ClassView, boolean>();

  function byName(fn: FunctionView): boolean {
    const known = byNameOf.get(fn.id);
    if (known !== undefined) return known;
    const found = fn.steps.some((step) => step.do === 'call' && step.call.target.kind === 'ref' && step.call.target.computed !== undefined && step.call.args.length > 0);
    byNameOf.set(fn.id, found);
    return found;
  }
  function stores(of: Extract<Abstract, { is: 'class' }>, baseOf: (of: Extract<Abstract, { is: 'class' }>) => Abstract | undefined, hops = 0): boolean {
    const known = storesOf.get(of.view);
    if (known !== undefined) return known;
    storesOf.set(of.view, false);
    const own = [...of.frame.module.functions.values()].some((fn) => isWithin(fn, of.view, of.frame.module) && byName(fn));
    const base = own || hops > 8 ? undefined : baseOf(of);
    const found = own || (base?.is === 'class' && stores(base, baseOf, hops + 1));
    storesOf.set(of.view, found);
    return found;
  }
  function starts(fn: FunctionView): boolean {
    return fn.steps.some((step) => step.do === 'call' && (adapters.some((adapter) => adapter.creates(step.call) !== undefined) || registers(step.call, fn)));
  }
  function registers(call: Call, fn: FunctionView): boolean {
    const { receiver } = call;
    if (!verbs.has(call.name) || receiver?.kind !== 'ref') return false;
    if (receiver.root.kind !== 'local' && receiver.root.kind !== 'this' && receiver.root.kind !== 'import') return false;
    if (receiver.root.kind === 'local' && fn.parameters.some((one) => one.name === receiver.text)) return false;
    if (call.name === 'use' || call.name === 'listen') return call.args.length > 0;
    const first = call.args[0]?.value;
    const isPath = first?.kind === 'regex' || first?.kind === 'template' || (first?.kind === 'literal' && typeof first.value === 'string' && first.value.startsWith('/'));
    return isPath && (call.name === 'route' || call.args.length > 1);
  }
  return { starts, byName, stores };
}

/** The class a function belongs to, through the callbacks it stands in. */
function isWithin(fn: FunctionView, view: ClassView, module: ModuleView): boolean {
  let at: FunctionView | undefined = fn;
  for (let hops = 0; at && hops < 20; hops++) {
    if (at.owner === view.id) return true;
    at = at.within === undefined ? undefined : module.functions.get(at.within);
  }
  return false;
}

/** Functions of a module that a program could call from outside: not nested, no method, no request handler. */
export function entries(module: ModuleView): readonly FunctionView[] {
  return [...module.functions.values()].filter((fn) => fn.within === undefined && fn.owner === undefined && fn.accessor !== 'set' && !looksLikeHandler(fn));
}
