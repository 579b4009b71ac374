import type { Binding, FunctionView, ModuleView } from '../model/module.js';
import type { FunctionId } from '../model/value.js';
import { groupedBy } from '../rules/facts/names.js';
import { createAlike } from '../text/alike.js';

/**
 * The module with the very functions and bindings of an earlier revision where they say the same at the same places: whoever
 * remembers something of a function by the object it is goes on doing so. Both must have their places in one table
 * (`createPlaces` with the record before). A function is taken with all it declares or not at all, and one inside another
 * only if what it can see of that one is the same, so that what was one object stays one object.
 */
export function withStanding(now: ModuleView, was: ModuleView): ModuleView {
  const alike = createAlike();
  /** What was found alike once is: neither ever changes. */
  const alikeAgain = (a: object, b: object): boolean => {
    if (a === b || proven.get(a) === b) return true;
    const same = alike(a, b);
    if (same) proven.set(a, b);
    return same;
  };
  const declared = groupedBy(now.bindings, ({ scope }) => scope);
  const before = groupedBy(was.bindings, ({ scope }) => scope);
  const decided = new Map<FunctionId, boolean>();
  const declares = new Map<FunctionId, boolean>();
  const sameBindings = (a: readonly Binding[], b: readonly Binding[]): boolean => a.length === b.length && a.every((one, index) => alikeAgain(one, b[index] ?? one));
  /** All that a function declares is what it was. */
  const declaresSame = (id: FunctionId): boolean => {
    const known = declares.get(id) ?? sameBindings(declared.get(id) ?? NONE, before.get(id) ?? NONE);
    declares.set(id, known);
    return known;
  };
  const isTop = declaresSame(now.top.id) && alike(now.exports, was.exports) && alike(now.imports, was.imports) && alike(now.classes, was.classes) && alike({ ...now.top, complete: true }, { ...was.top, complete: true });
  const stands = (id: FunctionId): boolean => {
    const known = decided.get(id);
    if (known !== undefined) return known;
    decided.set(id, false);
    const [fn, old] = [now.functions.get(id), was.functions.get(id)];
    const does = fn !== undefined && old !== undefined && seesSame(fn) && declaresSame(id) && alikeAgain(fn, old);
    decided.set(id, does);
    return does;
  };
  /** What stands around it: all of it, or what it declares where the branches the function stands in are none. */
  const seesSame = ({ when, within }: FunctionView): boolean => {
    if (within === undefined || within === now.top.id) return isTop || (when.length === 0 && declaresSame(now.top.id));
    if (stands(within)) return true;
    const [outer, old] = [now.functions.get(within), was.functions.get(within)];
    return when.length === 0 && outer !== undefined && old !== undefined && declaresSame(within) && alike(outer.parameters, old.parameters) && seesSame(outer);
  };
  const functions = new Map([...now.functions].map(([id, fn]) => [id, (stands(id) ? was.functions.get(id) : undefined) ?? fn] as const));
  const keeps = (scope: FunctionId): boolean => (scope === now.top.id ? isTop : decided.get(scope) === true);
  const bindings = now.bindings.map((one) => (keeps(one.scope) ? was.bindings[one.id] : undefined) ?? one);
  if (!isTop) return { ...now, functions, bindings };
  const top = now.top.complete === was.top.complete ? was.top : { ...was.top, complete: now.top.complete };
  return { ...now, functions, bindings, top, exports: was.exports, imports: was.imports, classes: was.classes };
}
const NONE: readonly Binding[] = [];
/** Of functions and bindings. */
const proven = new WeakMap<object, object>();
