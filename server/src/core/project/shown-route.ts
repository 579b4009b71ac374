import type { Described, Methods, Place, Route, ScopeEvent } from '../model/api.js';
import type { Entry, Value } from '../model/value.js';
import type { Abstract, Frame, LoggedEvent } from './abstract.js';
import type { Evaluation } from './evaluation.js';
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
  /** The object under one of the keys for options, where there is one. */
  readonly inner?: Value;
  /** What the route says of the strategies it asks for, where its framework has them. */
  readonly asks?: Asks;
  /** Something may stand before the handler that cannot be seen. */
  readonly unsure: boolean;
}
/** What stands under the key for strategies; unclear where there may be one that cannot be seen. */
export type Asks = { readonly is: 'absent' } | { readonly is: 'there'; readonly value: Value; readonly frame: Frame } | { readonly is: 'unclear'; readonly value: Value; readonly at: Value['at'] };
type RouteEvent = Extract<ScopeEvent, { kind: 'route' }>;
/** The entries of an object and of what it spreads. */
export type ObjectHeld = { readonly entries: readonly Held[]; readonly open: boolean; readonly value: Value };
/** An entry with the frame it is to be read in. */
export interface Held {
  readonly entry: Entry;
  readonly frame: Frame;
}
const DEEPEST_SPREAD = 5;

export function shownRoute(evaluation: Evaluation, event: RouteEvent, { frame, got }: Pick<LoggedEvent, 'frame' | 'got'>): ShownRoute {
  if (event.described) return describedRoute(evaluation, event, event.described, frame, got);
  const values = flattenValues(evaluation, event.values, frame);
  return { methods: event.methods, path: event.path, paths: pathPieces(evaluation, event.path, frame), values, handlerIndex: undefined, places: [], options: event.options, unsure: false };
}

/** `get(path, options?, handler?)` and `route({ method, url, ... })`: the options are an object if they turn out to be one. */
function describedRoute(evaluation: Evaluation, event: RouteEvent, keys: Described, frame: Frame, known: Abstract | undefined): ShownRoute {
  const [first, second] = event.values;
  const got = known ?? (first && evaluation.evaluate(first, frame));
  const isAlone = second === undefined && event.path !== undefined;
  const isHandler = isAlone && (got === undefined || !(got.is === 'value' && got.value.kind === 'object'));
  const options = isHandler || !got ? undefined : objectOf(evaluation, got, 0);
  const handler = isHandler ? first : second;
  const below = options && keys.under ? objectUnder(evaluation, options, keys.under) : undefined;
  const held = (key: string): Held | undefined => (options && entryOf(evaluation, options, key)) ?? (below && entryOf(evaluation, below, key));

  const values: Flat[] = [];
  const places: (Place | undefined)[] = [];
  for (const [key, place] of keys.layers) {
    const one = held(key);
    if (!one) continue;
    for (const flat of flattenValues(evaluation, [one.entry.value], one.frame)) {
      const fn = isNothing(flat.value) ? undefined : functionIn(evaluation, flat, keys);
      if (!fn) continue;
      values.push(fn);
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
    ...(below ? { inner: below.value } : {}),
    ...(keys.asks === undefined || !first ? {} : { asks: asksIn(held(keys.asks), first, !options || options.open || below?.open === true) }),
    unsure: !isHandler && (!options || options.open || below?.open === true),
  };
}
function asksIn(held: Held | undefined, route: Value, isOpen: boolean): Asks {
  if (held) return { is: 'there', value: held.entry.value, frame: held.frame };
  return isOpen ? { is: 'unclear', value: route, at: route.at } : { is: 'absent' };
}
/** The object that stands under one of the keys, or that a function there gives; an open one where it cannot be read. */
function objectUnder(evaluation: Evaluation, { entries }: ObjectHeld, under: readonly string[]): ObjectHeld | undefined {
  const held = entries.findLast((one) => under.includes(one.entry.key ?? ''));
  if (!held || isNothing(held.entry.value)) return undefined;
  const got = evaluation.evaluate(held.entry.value, held.frame);
  const made = got.is === 'function' ? returnedOf(got) : undefined;
  return objectOf(evaluation, made ? evaluation.evaluate(made.value, made.frame) : got, 0) ?? { entries: [], open: true, value: held.entry.value };
}
/** An entry by its key; `ext.onPreAuth` is one of the object under `ext`. */
function entryOf(evaluation: Evaluation, { entries }: ObjectHeld, key: string): Held | undefined {
  const dot = key.indexOf('.');
  if (dot < 0) return entries.findLast((one) => one.entry.key === key);
  const outer = entries.findLast((one) => one.entry.key === key.slice(0, dot));
  const object = outer && objectOf(evaluation, evaluation.evaluate(outer.entry.value, outer.frame), 0);
  return object && entryOf(evaluation, object, key.slice(dot + 1));
}
/** The function in `{ method: check, assign: 'user' }`; undefined where what it throws is ignored. */
function functionIn(evaluation: Evaluation, flat: Flat, { functions }: Described): Flat | undefined {
  const object = functions && flat.target.is === 'value' && flat.target.value.kind === 'object' ? objectOf(evaluation, flat.target, 0) : undefined;
  const method = object?.entries.findLast((one) => one.entry.key === functions?.key);
  if (!functions || !object || !method) return flat;
  const failing = object.entries.findLast((one) => one.entry.key === functions.failing);
  const how = failing && evaluation.evaluate(failing.entry.value, failing.frame);
  const text = how?.is === 'value' && how.value.kind === 'literal' ? how.value.value : undefined;
  if (typeof text === 'string' && functions.ignored.has(text)) return undefined;
  const { entry: { value }, frame } = method;
  return { value, frame, target: evaluation.evaluate(value, frame), unsure: (failing !== undefined && text !== 'error') || object.open };
}
/** What a function gives back, and where that is to be read; undefined where nobody can tell. */
export function returnedOf(got: Abstract): { readonly value: Value; readonly frame: Frame } | undefined {
  if (got.is !== 'function') return undefined;
  const returns = got.fn.steps.flatMap((step) => (step.do === 'return' && step.value ? [step.value] : []));
  const [only] = returns;
  if (!only || returns.length > 1) return undefined;
  const { frame } = got;
  const inside: Frame = { ...frame, fn: got.fn.id, parent: frame, args: [], locals: new Map(), results: new Map(), pushed: new Map(), assigned: new Map(), trail: `${frame.trail}>${got.fn.id}`, depth: frame.depth + 1 };
  return { value: only, frame: inside };
}

/** Where a guard can be added: in the options written at the route, or as new options before its handler. */
export function placeOfGuards({ options, inner }: ShownRoute, event: RouteEvent): Pick<Route, 'layersAt' | 'layersUnder'> {
  const [first, second] = event.values;
  const key = event.described?.guards;
  if (first === undefined || key === undefined) return { layersAt: undefined };
  const under = event.described?.under;
  if (under) {
    if (first.kind !== 'object' || first !== options || inner?.kind === 'call') return { layersAt: undefined };
    const isThere = first.entries.some((entry) => under.includes(entry.key ?? ''));
    if (!isThere) return { layersAt: first.at, layersUnder: { key, as: 'entry', within: under[0] ?? key, listed: true } };
    const isFree = inner?.kind === 'object' && first.entries.some((entry) => entry.value === inner) && inner.entries.every((entry) => entry.key !== undefined && entry.key !== key && entry.key !== event.described?.asks);
    return isFree ? { layersAt: inner.at, layersUnder: { key, as: 'entry', listed: true } } : { layersAt: undefined };
  }
  if (!options) return second === undefined && event.path ? { layersAt: first.at, layersUnder: { key, as: 'object' } } : { layersAt: undefined };
  const isHere = first.kind === 'object' && first === options && first.entries.every((entry) => entry.key !== undefined && event.described?.layers.has(entry.key) !== true);
  return isHere ? { layersAt: first.at, layersUnder: { key, as: 'entry' } } : { layersAt: undefined };
}

/** The entries of an object, those of spread objects in their place. */
export function objectOf(evaluation: Evaluation, got: Abstract, depth: number): ObjectHeld | undefined {
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
