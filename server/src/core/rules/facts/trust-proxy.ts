import type { Call } from '../../model/value.js';
import type { Scope } from '../../project/project.js';
import type { At } from '../../text/source.js';
import type { RuleContext } from '../rule.js';

/** The value by which every X-Forwarded-For is believed: `app.set('trust proxy', true)`, `Fastify({ trustProxy: true })`, `new Koa({ proxy: true })`; for `app.enable('trust proxy')` the word. */
export function trustedEverywhere(call: Call, context: RuleContext): At | undefined {
  const [first, second] = call.args;
  const text = first && context.constant(first.value)?.value;
  if (text === 'trust proxy' && isApplication(call, context)) {
    if (call.name === 'enable') return call.nameAt;
    return call.name === 'set' && second && context.constant(second.value)?.value === true ? second.value.at : undefined;
  }
  const isFastify = /^(fastify|fastify\.fastify|fastify\.default)$/.test(call.callee);
  const isKoa = call.form === 'new' && call.callee === 'koa';
  if (!first || (!isFastify && !isKoa)) return undefined;
  const held = context.option(first.value, isFastify ? 'trustProxy' : 'proxy');
  if (held.kind !== 'value' || context.constant(held.value)?.value !== true || held.value.at.path !== call.at.path) return undefined;
  // Koa 3 reads one header, from its end, where it is told how many to believe.
  if (isKoa && (context.option(first.value, 'maxIpsCount').kind !== 'absent' || context.option(first.value, 'proxyIpHeader').kind !== 'absent')) return undefined;
  return held.value.at;
}
/** The application a call makes, or is made on. */
export function applicationOf(call: Call, context: RuleContext): Scope | undefined {
  const made = call.receiver && context.resolve(call.receiver).value;
  return context.scopeOf(made?.kind === 'call' ? made.at : call.at);
}
function isApplication(call: Call, context: RuleContext): boolean {
  return applicationOf(call, context) !== undefined || (call.receiver?.kind === 'ref' && /(^|\.)(app|server|expressApp|application)$/.test(call.receiver.text));
}
