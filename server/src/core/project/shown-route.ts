import type { Described, Methods, Place, Route, ScopeEvent } from '../model/api.js';
import type { Entry, Value } from '../model/value.js';
import type { Abstract, Frame } from './abstract.js';
import type { Evaluation } from './evaluate.js';
import { flattenValues, pathPieces, type Flat } from './path-values.js';
import type { PathPiece } from './paths.js';

/** A registered route with the functions it runs, whether they were arguments or stood in an object. */
export interface ShownRoute {
  readonly methods: Methods;
  readonly path: Value | undefined;
  readonly paths: readonly PathPiece[];
  readonly values: readonly Flat[];
  /** Of `values`; undefined where their order says it. */
  readonly handlerIndex: number | undefined;
  /** What stands where, of `values`. */
  readonly places: readonly (Place | undefined)[];
  readonly options: Value | undefined;
  /** Something may stand before the handler that cannot be seen. */
  readonly unsure: boolean;
}
type RouteEvent = Extract<ScopeEvent, { kind: 'route' }>;
type ObjectHeld = { readonly entries: readonly Held[]; readonly open: boolean; readonly value: Value };
interface Held {
  readonly entry: Entry;
  readonly frame: Frame;
}
const DEEPEST_SPREAD = 5;

export function shownRoute(evaluation: Evaluation, event: RouteEvent, frame: Frame): ShownRoute {
  if (event.described) return describedRoute(evaluation, event, event.described, frame);
  const values = flattenValues(evaluation, event.values, frame);
  return { methods: event.methods, path: event.path, paths: pathPieces(evaluation, event.path, frame), values, handlerIndex: undefined, places: [], options: event.options, unsure: false };
}

/** `get(path, options?, handler?)` and `route({ method, url, ... })`: the options are an object if they turn out to be one. */
function describedRoute(evaluation: Evaluation, event: RouteEvent, keys: Described, frame: Frame): ShownRoute {
  const [first, second] = event.values;
  const got = first && evaluation.evaluate(first, frame);
  const isAlone = second === undefined && event.path !== undefined;
  const isHandler = isAlone && (got === undefined || !(got.is === 'value' && got.value.kind === 'object'));
  const options = isHandler || !got ? undefined : objectOf(evaluation, got, 0);
  const handler = isHandler ? first : second;
  const held = (key: string): Held | undefined => options?.entries.findLast((one) => one.entry.key === key);

  const values: Flat[] = [];
  const places: (Place | undefined)[] = [];
  for (const [key, place] of keys.layers) {
    const one = held(key);
    if (!one) continue;
    for (const flat of flattenValues(evaluation, [one.entry.value], one.frame)) {
      if (isNothing(flat.value)) continue;
      values.push(flat);
      places.push(place);
    }
  }
  const written = held(keys.handler);
  const handlers = handler ? flattenValues(evaluation, [handler], frame) : written ? flattenValues(evaluation, [written.entry.value], written.frame) : [];
  const pathAt = event.path ? { value: event.path, frame } : keys.paths.flatMap((key) => { const one = held(key); return one ? [{ value: one.entry.value, frame: one.frame }] : []; })[0];
  const method = held(keys.methods);
  return {
    methods: event.methods.length > 0 ? event.methods : methodsOf(evaluation, method, event),
    path: pathAt?.value,
    paths: pathPieces(evaluation, pathAt?.value, pathAt?.frame ?? frame),
    values: [...values, ...handlers.slice(0, 1)],
    handlerIndex: handlers.length > 0 ? values.length : -1,
    places,
    options: options?.value,
    unsure: !isHandler && (!options || options.open),
  };
}

/** Where a guard can be added: in the options written at the route, or as new options before its handler. */
export function placeOfGuards({ options }: ShownRoute, event: RouteEvent): Pick<Route, 'layersAt' | 'layersUnder'> {
  const [first, second] = event.values;
  const key = event.described?.guards;
  if (first === undefined || key === undefined) return { layersAt: undefined };
  if (!options) return second === undefined && event.path ? { layersAt: first.at, layersUnder: { key, as: 'object' } } : { layersAt: undefined };
  const isHere = first.kind === 'object' && first === options && first.entries.every((entry) => entry.key !== undefined && event.described?.layers.has(entry.key) !== true);
  return isHere ? { layersAt: first.at, layersUnder: { key, as: 'entry' } } : { layersAt: undefined };
}

/** The entries of an object, those of spread objects in their place. */
function objectOf(evaluation: Evaluation, got: Abstract, depth: number): ObjectHeld | undefined {
  if (got.is !== 'value' || got.value.kind !== 'object' || depth > DEEPEST_SPREAD) return undefined;
  const entries: Held[] = [];
  let open = false;
  for (const entry of got.value.entries) {
    if (entry.form !== 'spread') {
      if (entry.key === undefined) open = true;
      else entries.push({ entry, frame: got.frame });
      continue;
    }
    const inner = objectOf(evaluation, evaluation.evaluate(entry.value, got.frame), depth + 1);
    if (!inner || inner.open) open = true;
    if (inner) entries.push(...inner.entries);
  }
  // `open` says more than spreads only where there are none.
  return { entries, open: open || (got.value.open && got.value.entries.every((entry) => entry.form !== 'spread')), value: got.value };
}

/** One method or a list of them; unknown where it cannot be read. */
function methodsOf(evaluation: Evaluation, held: Held | undefined, event: RouteEvent): Methods {
  if (!held) return [{ name: 'unknown', at: event.at }];
  return flattenValues(evaluation, [held.entry.value], held.frame).map(({ value, target, unsure }) => {
    const text = target.is === 'value' && target.value.kind === 'literal' ? target.value.value : undefined;
    const name = typeof text === 'string' && !unsure ? (text === '*' ? 'all' : text.toUpperCase()) : 'unknown';
    return { name, at: value.at };
  });
}
function isNothing(value: Value): boolean {
  return value.kind === 'literal' && (value.value === undefined || value.value === null);
}
