import type { ClassView, FunctionView, ModuleView } from '../model/module.js';
import type { Abstract } from './abstract.js';
import { looksLikeHandler } from './outside.js';
import type { Traits } from './traits.js';

type Class = Extract<Abstract, { is: 'class' }>;
/** Whether a class is one of routers of its own: it stores routes, and one of its methods, or of its bases', registers them under a computed name. */
export function storesRoutes(byName: Traits['byName']): (of: Class, baseOf: (of: Class) => Abstract | undefined) => boolean {
  const known = new Map<ClassView, boolean>();
  return stores;

  function stores(of: Class, baseOf: (of: Class) => Abstract | undefined, hops = 0): boolean {
    const before = known.get(of.view);
    if (before !== undefined) return before;
    known.set(of.view, false);
    const own = [...of.frame.module.functions.values()].some((fn) => isWithin(fn, of.view, of.frame.module) && byName(fn));
    const base = own || hops > 8 ? undefined : baseOf(of);
    const found = own || (base?.is === 'class' && stores(base, baseOf, hops + 1));
    known.set(of.view, found);
    return found;
  }
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
