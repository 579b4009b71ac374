import type { FunctionView } from '../model/module.js';
import type { ObjectValue, Value } from '../model/value.js';
import type { Abstract, Frame, LoggedEvent } from './abstract.js';
import { elementsOf } from './lists.js';
import type { Names } from './names.js';

type Unlogged = Omit<LoggedEvent, 'order'>;
const MOST_ROUTES = 1_000;
const DEEPEST_LIST = 5;

/** The routes of `route([a, b])`, one by one, each with what it is worth now. */
export function listedRoutes(logged: Unlogged, { evaluate, settled }: Names): readonly Unlogged[] {
  const { event, frame } = logged;
  const first = event.kind === 'route' && event.described?.lists === true ? event.values[0] : undefined;
  if (event.kind !== 'route' || !first) return [logged];
  const found: Unlogged[] = [];
  add(first, frame, settled(evaluate(first, frame)), 0, false);
  return found;

  function add(value: Value, from: Frame, got: Abstract, depth: number, isItem: boolean): void {
    if (event.kind !== 'route' || found.length >= MOST_ROUTES) return;
    const items = depth > DEEPEST_LIST ? undefined : elementsOf(got, evaluate);
    if (items) {
      for (const item of items) add(item.value, item.frame, settled(item.got), depth + 1, true);
      return;
    }
    // An element that cannot be read leaves the others readable.
    if (got.is === 'value' && got.value.kind === 'array' && depth <= DEEPEST_LIST) {
      for (const item of got.value.items) add(item.value, got.frame, settled(evaluate(item.value, got.frame)), depth + 1, true);
      return;
    }
    if (got.is === 'value' && got.value.kind === 'call' && got.value.name === 'concat' && depth <= DEEPEST_LIST) {
      const parts = [...(got.value.receiver ? [got.value.receiver] : []), ...got.value.args.map((item) => item.value)];
      for (const part of parts) add(part, got.frame, settled(evaluate(part, got.frame)), depth + 1, true);
      return;
    }
    found.push({ ...logged, event: { ...event, values: [value], at: isItem ? value.at : event.at }, frame: from, got });
  }
}
/** A callback that gives back an object or a loaded file: `name => require(name)`, `(route) => ({ ...route, path })`. */
export function makesSomething(fn: FunctionView): boolean {
  return fn.steps.some((step) => step.do === 'return' && (step.value?.kind === 'object' || (step.value?.kind === 'call' && step.value.callee === 'require')));
}
/** A callback that gives back a route written as an object. */
export function givesRoute(fn: FunctionView): boolean {
  return fn.steps.some((step) => step.do === 'return' && step.value?.kind === 'object' && isRouteObject(step.value));
}
/** An object with the keys of a route. */
export function isRouteObject({ entries }: ObjectValue): boolean {
  const has = (...keys: readonly string[]): boolean => entries.some(({ key }) => key !== undefined && keys.includes(key));
  return has('method', 'methods') && has('path', 'url') && has('handler', 'options', 'config');
}
