import type { FunctionView, ModuleView } from '../model/module.js';
import type { Call, FunctionId, Value } from '../model/value.js';
import type { CorsPolicy } from '../rules/rule.js';
import type { CorsContext } from './cors-origin.js';

/** A function that is asked about a caller's origin and decides by what it answers. */
export interface Decider {
  /** The setting it decides for, where that is known. */
  readonly policy: CorsPolicy | undefined;
  /** The parameter that is the origin, and the member of it. */
  readonly index: number;
  readonly member?: 'origin';
  /** What it is handed of the origin. */
  readonly of: 'origin' | 'host';
}
const MOST_NESTED = 6;
const ORIGIN_NAME = /^(req(uest)?_?|incoming_?|caller_?|client_?|header_?|the_?)?origin$/i;

/** The functions a file hands to CORS and WebSocket libraries, and those that have the shape of one: `(origin, callback) => callback(null, ...)`. */
export function givenDeciders(module: ModuleView, policies: readonly CorsPolicy[], context: CorsContext): Map<FunctionId, Decider> {
  const found = new Map<FunctionId, Decider>();
  for (const fn of module.functions.values()) if (isShaped(fn)) found.set(fn.id, { policy: undefined, index: 0, of: 'origin' });
  for (const fn of [module.top, ...module.functions.values()])
    for (const step of fn.steps) {
      const verify = step.do === 'call' && step.call.form === 'new' && /^ws(\.|$)/.test(step.call.callee) ? context.option(step.call.args[0]?.value, 'verifyClient') : undefined;
      if (verify?.kind === 'value' && verify.resolved.value.kind === 'function') found.set(verify.resolved.value.fn, { policy: undefined, index: 0, member: 'origin', of: 'origin' });
    }
  for (const policy of policies) {
    const [only] = policy.values;
    if (only?.kind === 'function') found.set(only.fn, { policy, index: 0, of: 'origin' });
  }
  return found;
}
function isShaped({ id, parameters, steps }: FunctionView): boolean {
  const [origin, callback] = parameters;
  if (!callback || !ORIGIN_NAME.test(origin?.name ?? '')) return false;
  return steps.some((step) => step.do === 'call' && calls(step.call, id) && step.call.args.length === 2 && step.call.args[0]?.value.kind === 'literal' && !step.call.args[0].value.value);
}
function calls({ target }: Call, fn: FunctionId): boolean {
  return target.kind === 'ref' && target.root.kind === 'parameter' && target.root.fn === fn && target.root.index === 1 && target.path.length === 0;
}

/**
 * Adds the functions that are asked in turn: `isOurs(origin)` inside a decider, or before a header is set.
 * `subject`: what of an origin a value is; `lets`: the success of a call lets the caller in.
 */
export function addAsked(
  found: Map<FunctionId, Decider>, module: ModuleView, context: CorsContext,
  subject: (value: Value) => 'origin' | 'host' | undefined, lets: (call: Call, fn: FunctionView) => CorsPolicy | boolean | undefined,
): boolean {
  const before = found.size;
  for (const fn of [module.top, ...module.functions.values()])
    for (const step of fn.steps) {
      if (step.do !== 'call' || step.call.target.kind !== 'ref' || step.call.args.length === 0) continue;
      const target = context.resolve(step.call.target).value;
      if (target.kind !== 'function' || found.has(target.fn) || !tellsYesOrNo(module.functions.get(target.fn))) continue;
      const index = step.call.args.findIndex(({ value }) => subject(value) !== undefined);
      const of = index < 0 ? undefined : subject(step.call.args[index]?.value ?? target);
      const policy = of && lets(step.call, fn);
      if (of && policy) found.set(target.fn, { policy: policy === true ? undefined : policy, index, of });
    }
  return found.size > before;
}

/** Whatever it gives back is the outcome of a test. */
function tellsYesOrNo(fn: FunctionView | undefined): boolean {
  const given = (fn?.steps ?? []).flatMap((step) => (step.do === 'return' ? [step.value] : []));
  return given.length > 0 && given.every((value) => value === undefined || isOutcome(value, 0));
}
function isOutcome(value: Value, depth: number): boolean {
  if (depth > MOST_NESTED) return false;
  switch (value.kind) {
    case 'literal': return typeof value.value === 'boolean';
    case 'compare':
    case 'not': return true;
    case 'logic': return isOutcome(value.left, depth + 1) && isOutcome(value.right, depth + 1);
    case 'choice': return isOutcome(value.then, depth + 1) && isOutcome(value.else, depth + 1);
    case 'call': return /^(test|includes|has|startsWith|endsWith|some|every|Boolean|(is|allow|match)[A-Za-z]*)$/.test(value.name);
    case 'ref': return value.path.length === 0 && value.root.kind === 'local';
    default: return false;
  }
}
