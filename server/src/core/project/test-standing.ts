import type { FunctionView, ModuleView, Step } from '../model/module.js';
import type { Call, FunctionId, Value } from '../model/value.js';
import type { At } from '../text/source.js';
import type { CorsContext } from './cors-origin.js';
import type { Decider } from './origin-deciders.js';

/** What hangs on a test. */
export interface Standing {
  /** Its success lets the caller in, turns it away, or leads to something nobody can tell. */
  readonly leads: 'in' | 'away' | 'unknown';
  /** The other tests that must hold with it. */
  readonly joined: readonly Value[];
  /** The test together with its comparison: `origin.indexOf(x) !== -1`. */
  readonly at: At | undefined;
  /** `origin.indexOf(x) === 0`: the text must begin with it. */
  readonly start: boolean;
}
/** The module a test stands in, and the functions in it that a CORS library asks about an origin. */
export interface Reader {
  readonly module: ModuleView;
  readonly context: CorsContext;
  readonly origins: ReadonlyMap<FunctionId, Decider>;
}
interface Found {
  readonly positive: boolean;
  readonly joined: readonly Value[];
  readonly at: At | undefined;
  readonly start: boolean;
}
const DEEPEST = 10;
const WALKING = /^(some|find|findIndex|every|filter|any)$/;
/** A function that decides about origins, by its name: `isAllowedOrigin`, `checkOrigin`, `corsOptionsDelegate`. */
const DECIDES = /cors|(allow|valid|trust|check|verify|permit|match|white|safe|accept|is)\w{0,20}(origin|referr?er)|(origin|referr?er)\w{0,20}(allow|valid|trust|check|match|ok|permit|accept)/i;

/** What such a function is called where its parameter says that it is about origins: `isOurs(origin)`, `allowed(origin)`. */
const VERB = /^(is|allow|valid|trust|check|verify|permit|match|accept|ok$|can|may|known|safe|ours?$)/i;
/** Names of functions that ask something else of an origin. */
const TELLS_APART = /local|secure|https|null|same|cross|block|denied|deny|forbid|bad|banned|reject|extension|native|mobile|dev|empty|external|foreign/i;

/** Finds the condition a test is part of, and what is done when the test holds. */
export function standing(test: Value, fn: FunctionView, reader: Reader, depth = 0): Standing {
  const { context } = reader;
  const branches = new Set<Value>();
  for (const step of fn.steps) for (const branch of step.when) branches.add(branch.test);
  // The left side of `a || b` is a test of its own for what the right side does.
  let partly: Standing | undefined;
  for (const value of branches) {
    const found = search(value, test, context, 0);
    if (!found) continue;
    const under = (holds: boolean): readonly Step[] => fn.steps.filter((step) => step.when.some((branch) => branch.test === value && branch.holds === holds));
    const held = under(found.positive);
    const missed = under(!found.positive);
    const around = fn.steps.find((step) => step.when.some((branch) => branch.test === value))?.when.filter((branch) => branch.test !== value && branch.holds).map((branch) => branch.test) ?? [];
    const away = held.some((step) => step.when.at(-1)?.test === value && (turnsAway(step) || answersOff(step, fn, reader)));
    const lets = held.some((step) => letsIn(step, fn, reader) || marksIn(step, fn, reader));
    const handed = held.some((step) => step.do === 'call' && step.call.args.length === 2 && isCallback(step.call, fn, reader));
    const leads = lets ? 'in' : away ? 'away' : !handed && missed.some((step) => turnsAway(step)) ? 'in' : 'unknown';
    const answer: Standing = { leads, joined: [...found.joined, ...around], at: found.at, start: found.start };
    if (leads !== 'unknown') return answer;
    partly ??= answer;
  }
  for (const { value, decides } of resultsOf(fn, reader)) {
    const found = search(value, test, context, 0);
    if (!found) continue;
    const base = { joined: found.joined, at: found.at, start: found.start };
    if (decides) return { ...base, leads: found.positive ? 'in' : 'away' };
    const outer = depth < 3 ? walkerOf(fn.id, reader) : undefined;
    if (!outer) return { ...base, leads: 'unknown' };
    const whole = standing(outer.call, outer.fn, reader, depth + 1);
    return { ...base, joined: [...base.joined, ...whole.joined], leads: whole.leads === 'unknown' || found.positive ? whole.leads : whole.leads === 'in' ? 'away' : 'in' };
  }
  return partly ?? { leads: 'unknown', joined: [], at: undefined, start: false };
}

/** Values a function gives away, and whether somebody lets callers in by them. */
function* resultsOf(fn: FunctionView, reader: Reader): Iterable<{ readonly value: Value; readonly decides: boolean }> {
  const isOrigin = reader.origins.has(fn.id) || decidesByName(fn, reader);
  for (const step of fn.steps) {
    if (step.do === 'return' && step.value) yield { value: step.value, decides: isOrigin };
    if (step.do === 'call') for (const { value } of step.call.args) yield { value, decides: isCallback(step.call, fn, reader) || setsOrigin(step.call, reader.context) };
  }
  for (const step of fn.steps) if (step.do === 'assign') yield { value: step.value, decides: false };
  for (const binding of reader.module.bindings) if (binding.scope === fn.id) yield { value: binding.value, decides: false };
}
function decidesByName(fn: FunctionView, { module }: Reader): boolean {
  const bound = module.bindings.find(({ value }) => value.kind === 'function' && value.fn === fn.id)?.name;
  const names = [fn.name, ...(bound === undefined ? [] : [bound])];
  return names.some((name) => DECIDES.test(name)) || (isAskedOrigin(fn) && names.some((name) => VERB.test(name.split('.').at(-1) ?? '') && !TELLS_APART.test(name)));
}
/** Its one subject is called an origin. */
function isAskedOrigin({ parameters }: FunctionView): boolean {
  return /^(\w{2,10}_?)?origin$/i.test(parameters[0]?.name ?? '');
}
/** The `list.some(fn)` a function is given to. */
function walkerOf(id: FunctionId, { module }: Reader): { readonly call: Call; readonly fn: FunctionView } | undefined {
  for (const fn of [module.top, ...module.functions.values()])
    for (const step of fn.steps) {
      if (step.do !== 'call' || !WALKING.test(step.call.name)) continue;
      const [callback] = step.call.args;
      if (callback?.value.kind === 'function' && callback.value.fn === id) return { call: step.call, fn };
    }
  return undefined;
}

function search(value: Value, test: Value, context: CorsContext, depth: number): Found | undefined {
  if (depth > DEEPEST) return undefined;
  if (value === test || (value.kind === test.kind && value.at.path === test.at.path && value.at.mark === test.at.mark)) return { positive: true, joined: [], at: value.at, start: false };
  switch (value.kind) {
    case 'not': {
      const found = search(value.of, test, context, depth + 1);
      return found && { ...found, positive: !found.positive };
    }
    case 'logic':
      for (const [side, other] of [[value.left, value.right], [value.right, value.left]] as const) {
        const found = search(side, test, context, depth + 1);
        if (found) return value.op === '&&' ? { ...found, joined: [...found.joined, other] } : found;
      }
      return undefined;
    case 'compare': {
      const found = search(value.left, test, context, depth + 1) ?? search(value.right, test, context, depth + 1);
      const literal = [value.left, value.right].find((side) => side.kind === 'literal');
      if (!found || literal?.kind !== 'literal') return found;
      const equal = value.op === '===' || value.op === '==';
      if (literal.value === 0 && (equal || value.op === '!==' || value.op === '!=')) return { ...found, positive: equal, at: value.at, start: true };
      const missing = literal.value === -1 || literal.value === false || literal.value === null;
      const same = value.op === '<' ? false : value.op === '>' || value.op === '>=' ? true : equal !== missing;
      return { ...found, positive: found.positive === same, at: value.at };
    }
    case 'choice': {
      const found = search(value.test, test, context, depth + 1);
      if (!found) return search(value.then, test, context, depth + 1) ?? search(value.else, test, context, depth + 1);
      const refuses = value.then.kind === 'literal' && !value.then.value;
      return refuses ? { ...found, positive: !found.positive } : found;
    }
    case 'ref': {
      const resolved = value.path.length === 0 && value.root.kind === 'local' ? context.resolve(value).value : value;
      return resolved === value ? undefined : search(resolved, test, context, depth + 1);
    }
    default: return undefined;
  }
}

/** A callback of the function itself: `callback(null, true)`. */
function isCallback(call: Call, fn: FunctionView, { origins }: Reader): boolean {
  const { target } = call;
  if (target.kind !== 'ref' || target.root.kind !== 'parameter' || target.path.length > 0) return false;
  return target.root.fn === fn.id ? target.root.index > 0 : origins.has(target.root.fn);
}
function setsOrigin(call: Call, context: CorsContext): boolean {
  return call.args.some(({ value }) => {
    if (value.kind === 'object') return value.entries.some((entry) => entry.key?.toLowerCase() === 'access-control-allow-origin');
    const text = value.kind === 'literal' || value.kind === 'ref' ? context.constant(value)?.value : undefined;
    return typeof text === 'string' && text.toLowerCase() === 'access-control-allow-origin';
  });
}
function letsIn(step: Step, fn: FunctionView, reader: Reader): boolean {
  if (step.do === 'return') return step.value?.kind === 'literal' ? step.value.value === true && (reader.origins.has(fn.id) || decidesByName(fn, reader)) : step.value?.kind === 'ref' && reader.origins.has(fn.id);
  if (step.do !== 'call') return false;
  if (setsOrigin(step.call, reader.context)) return true;
  const [error, allowed] = step.call.args;
  return isCallback(step.call, fn, reader) && error?.value.kind === 'literal' && !error.value.value && allowed !== undefined && allows(allowed.value, reader.context);
}
/** What a callback hands back lets the caller in: true, an origin, or options of the cors package that do not switch it off (`{ origin: false }`). */
function allows(value: Value, context: Reader['context']): boolean {
  const end = context.resolve(value).value;
  if (end.kind === 'literal') return Boolean(end.value);
  if (end.kind !== 'object') return true;
  const origin = context.option(end, 'origin');
  return origin.kind === 'value' && !(origin.resolved.value.kind === 'literal' && !origin.resolved.value.value);
}
/** The callback is handed options that answer no origin, and nothing has changed them on the way: `callback(null, { origin: false })`. */
function answersOff(step: Step, fn: FunctionView, reader: Reader): boolean {
  if (step.do !== 'call' || !isCallback(step.call, fn, reader)) return false;
  const [error, options] = step.call.args;
  if (error?.value.kind !== 'literal' || error.value.value || !options) return false;
  const { value } = options;
  const end = reader.context.resolve(value).value;
  if (end.kind !== 'object' || allows(value, reader.context)) return false;
  const binding = value.kind === 'ref' && value.root.kind === 'local' ? value.root.binding : undefined;
  const before = fn.steps.slice(0, fn.steps.indexOf(step));
  return !before.some((one) => one.do === 'assign' && one.target.root.kind === 'local' && one.target.root.binding === binding && one.target.path[0] === 'origin');
}
/** `ok = true`, where the caller is let in under `ok` later, or `ok` is what the function answers. */
function marksIn(step: Step, fn: FunctionView, reader: Reader): boolean {
  if (step.do !== 'assign' || step.value.kind !== 'literal' || step.value.value !== true || step.target.root.kind !== 'local' || step.target.path.length > 0) return false;
  const { binding } = step.target.root;
  const isMark = (value: Value | undefined): boolean => value?.kind === 'ref' && value.root.kind === 'local' && value.root.binding === binding && value.path.length === 0;
  return fn.steps.some((other) => {
    if (other.do === 'return' && isMark(other.value)) return decidesByName(fn, reader) || reader.origins.has(fn.id);
    if (other.do === 'call' && isCallback(other.call, fn, reader) && other.call.args.some(({ value }) => isMark(value))) return true;
    return letsIn(other, fn, reader) && other.when.some((branch) => branch.holds && isMark(branch.test));
  });
}
/** Ends the request with a refusal: a throw, a 4xx, `return false`, an error or `false` for the callback. */
function turnsAway(step: Step): boolean {
  if (step.do === 'throw') return true;
  if (step.do === 'return') return step.value?.kind === 'literal' && (step.value.value === false || step.value.value === null);
  if (step.do !== 'call') return false;
  const { call } = step;
  if (call.args.some(({ value }) => value.kind === 'literal' && typeof value.value === 'number' && value.value >= 400 && value.value < 500)) return true;
  if (/^(forbidden|unauthorized|reject|deny|abort|badRequest|destroy|terminate)$/i.test(call.name)) return true;
  if (call.target.kind !== 'ref' || call.target.root.kind !== 'parameter' || call.target.path.length > 0) return false;
  const [first, second] = call.args;
  const fails = first !== undefined && call.target.root.index > 0 && (first.value.kind === 'call' || (first.value.kind === 'literal' && first.value.value === false));
  return fails || (second?.value.kind === 'literal' && second.value.value === false);
}
