import { METHODS } from '../frameworks/adapter.js';
import type { ScopeEvent } from '../model/api.js';
import type { ObjectValue, Ref, Value } from '../model/value.js';
import type { At } from '../text/source.js';
import type { Abstract, Fn, Frame } from './abstract.js';
import { givenBy } from './class-made.js';
import type { Machine } from './machine.js';

/** A route that a table has, with the frame in which its handler is to be read. */
export interface TableRoute {
  readonly event: ScopeEvent;
  readonly frame: Frame;
  readonly at: At;
}
type Table = Extract<Abstract, { is: 'value' }>;
/** What a function looks up, and whether the first key is the path or the method. */
interface Lookup {
  readonly table: Ref;
  readonly first: 'path' | 'method';
  /** What the path is looked up by, where something else than the request itself decides that. */
  readonly by: string | undefined;
}
/** Members of a request that hold its path. */
const PATHS = /^(path|pathname|url|originalUrl)$/;
const DEEPEST = 5;
const MOST_ROUTES = 1_000;

/**
 * Routes of middleware that looks its handler up in a table of paths and methods and calls it with the request:
 * `(ctx) => { const found = table[ctx.path]; const handler = found && found[ctx.method.toLowerCase()]; return handler(ctx); }`,
 * also where a function that is given the table makes it. None where the key is more than a member of the request, or an entry of the table is no route.
 */
export function createTables({ names, applied }: Pick<Machine, 'names' | 'applied'>): (value: Value, frame: Frame) => readonly TableRoute[] {
  const { evaluate, settled } = names;
  const read = (value: Value, frame: Frame): Abstract => settled(evaluate(value, frame));
  return (value, frame) => functionsOf(value, frame).flatMap((fn) => lookupsIn(fn).flatMap((one) => routesOf(one, fn)));

  function functionsOf(value: Value, frame: Frame): readonly Fn[] {
    const got = read(value, frame);
    if (got.is === 'function') return [got];
    const call = value.kind === 'call' ? { of: value, frame } : got.is === 'value' && got.value.kind === 'call' ? { of: got.value, frame: got.frame } : undefined;
    if (!call || call.of.form !== 'call') return [];
    const seen = new Set<Fn['fn']['id']>();
    const made = givenBy(call.of, call.frame, read, seen).map((given) => read(given.value, given.frame)).filter((one) => one.is === 'function');
    if (made.length > 0) for (const id of seen) applied.add(id);
    return made;
  }
  function routesOf({ table, first, by }: Lookup, { fn, frame }: Fn): readonly TableRoute[] {
    const doubt = by === undefined ? {} : { doubt: `${by} decides which of the table answers` };
    const outer = membersOf(read(table, frame));
    const found: TableRoute[] = [];
    for (const [key, { value: inner, at, frame: from }] of outer ?? []) {
      const members = membersOf(read(inner, from));
      if (!members) return [];
      for (const [innerKey, member] of members) {
        const [path, method] = first === 'path' ? [{ text: key, at }, { text: innerKey, at: member.at }] : [{ text: innerKey, at: member.at }, { text: key, at }];
        const name = METHODS.get(method.text.toLowerCase());
        if (!path.text.startsWith('/') || name === undefined || found.length >= MOST_ROUTES) return [];
        const written: Value = { kind: 'literal', value: path.text.replace(/\{(\w+)\}/g, ':$1'), at: path.at };
        found.push({ event: { kind: 'route', methods: [{ name, at: method.at }], path: written, values: [member.value], found: true, ...doubt, at: member.whole }, frame: member.frame, at: member.whole });
      }
    }
    if (found.length > 0) applied.add(fn.id);
    return found;
  }
}

/** The members of an object that is written out; undefined for all others. */
function membersOf(got: Abstract): ReadonlyMap<string, { readonly value: Value; readonly at: At; readonly whole: At; readonly frame: Frame }> | undefined {
  if (got.is !== 'value' || !isWhole(got)) return undefined;
  return new Map(got.value.entries.flatMap(({ key, keyAt, value, at }) => (key === undefined ? [] : [[key, { value, at: keyAt, whole: at, frame: got.frame }] as const])));
}
function isWhole(got: Table): got is Table & { readonly value: ObjectValue } {
  return got.value.kind === 'object' && !got.value.open && got.value.entries.length > 0 && got.value.entries.every(({ key, form }) => key !== undefined && form !== 'spread');
}

/** What the function looks up by the request and calls with it. */
function lookupsIn({ fn, frame: { module } }: Fn): readonly Lookup[] {
  const isOwn = ({ root }: Ref): boolean => root.kind === 'parameter' && root.fn === fn.id;
  const found: Lookup[] = [];
  for (const step of fn.steps) {
    if (step.do !== 'call' || !step.call.args.some(({ value }) => value.kind === 'ref' && value.path.length === 0 && isOwn(value))) continue;
    for (const handler of ways(step.call.target, 0)) {
      const last = lookedUp(handler);
      for (const holder of last ? ways(last.of, 0) : []) {
        const before = lookedUp(holder);
        if (!last || !before || isOwn(before.of) || before.of.path.includes(undefined)) continue;
        const first = isMethod(last.by) ? 'path' : 'method';
        const path = first === 'path' ? before.by : last.by;
        if (isMember(path) && (first === 'path' || isMethod(before.by))) found.push({ table: before.of, first, by: ways(path, 0).flatMap((one) => (one.kind === 'ref' && !PATHS.test(one.path.at(-1) ?? '') ? [one.text] : []))[0] });
      }
    }
  }
  return found;

  /** What a name of the function may stand for. */
  function ways(value: Value, depth: number): readonly Value[] {
    if (depth > DEEPEST) return [];
    if (value.kind === 'choice') return [...ways(value.then, depth + 1), ...ways(value.else, depth + 1)];
    if (value.kind === 'logic') return value.op === '&&' ? ways(value.right, depth + 1) : [...ways(value.left, depth + 1), ...ways(value.right, depth + 1)];
    const binding = value.kind === 'ref' && value.root.kind === 'local' && value.path.length === 0 ? module.bindings[value.root.binding] : undefined;
    return binding?.scope === fn.id ? ways(binding.value, depth + 1) : [value];
  }
  /** The request's method, in lower or upper case. */
  function isMethod(value: Value): boolean {
    return ways(value, 0).some((one) => {
      const of = one.kind === 'call' && /^to(Lower|Upper)Case$/.test(one.name) && one.receiver ? one.receiver : one;
      return isMember(of) && ways(of, 0).every((way) => way.kind === 'ref' && way.path.at(-1) === 'method');
    });
  }
  /** A member of the request as it is: what is cut off a path would stand before those of the table. */
  function isMember(value: Value): boolean {
    return ways(value, 0).every((one) => one.kind === 'ref' && isOwn(one) && one.path.length > 0 && !one.path.includes(undefined));
  }
}
function lookedUp(value: Value): { readonly of: Ref; readonly by: Value } | undefined {
  if (value.kind !== 'ref' || value.computed === undefined || value.path.length === 0 || value.path.at(-1) !== undefined) return undefined;
  const { computed, ...rest } = value;
  return { of: { ...rest, path: value.path.slice(0, -1) }, by: computed };
}
