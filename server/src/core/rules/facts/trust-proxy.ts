import type { AssignStep, ModuleView } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import type { Scope } from '../../project/project.js';
import type { At } from '../../text/source.js';
import type { RuleContext } from '../rule.js';
import { whereWritten } from './written.js';

/** The value by which every X-Forwarded-For is believed: `app.set('trust proxy', true)`, `Fastify({ trustProxy: true })`, `new Koa({ proxy: true })`; for `app.enable('trust proxy')` the word. */
export function trustedEverywhere(call: Call, context: RuleContext): At | undefined {
  const [first, second] = call.args;
  const text = first && context.constant(first.value)?.value;
  if (text === 'trust proxy' && isApplication(call, context)) {
    if (call.name === 'enable') return call.nameAt;
    return call.name === 'set' && second && (context.constant(second.value)?.value === true || isTrueUnset(second.value, context)) ? whereWritten(second.value, second.value.at, context) : undefined;
  }
  const isFastify = /^(fastify|fastify\.fastify|fastify\.default)$/.test(call.callee);
  const isKoa = call.form === 'new' && call.callee === 'koa';
  if (!first || (!isFastify && !isKoa)) return undefined;
  const held = context.option(first.value, isFastify ? 'trustProxy' : 'proxy');
  if (held.kind !== 'value' || (context.constant(held.value)?.value !== true && !saysTrue(held.value, context))) return undefined;
  // Koa 3 reads one header, from its end, where it is told how many to believe.
  if (isKoa && (context.option(first.value, 'maxIpsCount').kind !== 'absent' || context.option(first.value, 'proxyIpHeader').kind !== 'absent')) return undefined;
  return held.value.at.path === call.at.path || context.spokenOf(held.value.at.path) ? held.value.at : first.value.at;
}
/** Koa: `app.proxy = true`; the call that makes the application of the file. */
export function trustedLater(step: AssignStep, module: ModuleView, context: RuleContext): Call | undefined {
  if (step.target.path.at(-1) !== 'proxy' || context.constant(step.value)?.value !== true) return undefined;
  for (const fn of [module.top, ...module.functions.values()]) for (const one of fn.steps) {
    if (one.do !== 'call' || one.call.form !== 'new' || one.call.callee !== 'koa') continue;
    const options = one.call.args[0]?.value;
    return options === undefined || ['maxIpsCount', 'proxyIpHeader'].every((key) => context.option(options, key).kind === 'absent') ? one.call : undefined;
  }
  return undefined;
}
/** A function that believes every hop: `trustProxy: () => true`. */
function saysTrue(value: Value, context: RuleContext): boolean {
  const end = context.resolve(value).value;
  const steps = end.kind === 'function' ? context.body(end.fn)?.steps : undefined;
  const [only] = steps ?? [];
  return steps?.length === 1 && only?.do === 'return' && only.value?.kind === 'literal' && only.value.value === true;
}
/** The application a call makes, or is made on. */
export function applicationOf(call: Call, context: RuleContext): Scope | undefined {
  const made = call.receiver && context.resolve(call.receiver).value;
  return context.scopeOf(made?.kind === 'call' ? made.at : call.at);
}
function isApplication(call: Call, context: RuleContext): boolean {
  return applicationOf(call, context) !== undefined || (call.receiver?.kind === 'ref' && /(^|\.)(app|server|expressApp|application)$/.test(call.receiver.text));
}

/** A variable that becomes `true` where nobody set anything: `if (!trust) trust = true;`. */
function isTrueUnset(value: Value, context: RuleContext): boolean {
  if (value.kind !== 'ref' || value.root.kind !== 'local' || value.path.length > 0) return false;
  const { binding } = value.root;
  return context.functions(value.at.path).some((fn) => fn.steps.some((step) => {
    if (step.do !== 'assign' || step.target.root.kind !== 'local' || step.target.root.binding !== binding || step.target.path.length > 0) return false;
    return step.value.kind === 'literal' && step.value.value === true && step.when.some(({ test, holds }) => asksIfUnset(test, holds, 0));
  }));
}
function asksIfUnset(test: Value, holds: boolean, depth: number): boolean {
  if (depth > 6) return false;
  if (test.kind === 'not') return asksIfUnset(test.of, !holds, depth + 1);
  if (test.kind === 'ref') return !holds;
  if (test.kind === 'logic') return test.op === '||' && holds && (asksIfUnset(test.left, holds, depth + 1) || asksIfUnset(test.right, holds, depth + 1));
  if (test.kind !== 'compare' || test.right.kind !== 'literal' || !/^==/.test(test.op)) return false;
  const { value } = test.right;
  return holds && (value === undefined || value === null || value === '' || (value === 'undefined' && test.left.kind === 'unknown'));
}
