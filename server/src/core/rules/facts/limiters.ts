import type { Layer } from '../../model/api.js';
import { links, type Endpoint } from '../../project/project.js';
import type { RuleContext } from '../rule.js';
import { someValue } from './walk.js';

/** Packages that limit how often a client may ask; known to be there, their place is looked for in the chain. */
export const LIMITERS = /^(express-rate-limit|express-slow-down|rate-limiter-flexible|@fastify\/rate-limit|fastify-rate-limit|koa-ratelimit|koa2-ratelimit|hapi-rate-limit|hapi-rate-limitor|@nestjs\/throttler|hono-rate-limiter|@upstash\/ratelimit|express-brute|limiter|@arcjet\/\w+|ratelimit)$/;
/** Of these, the ones that stand before every route wherever they are set up. */
const EVERYWHERE = ['@nestjs/throttler', '@fastify/rate-limit', 'fastify-rate-limit', 'hapi-rate-limit', 'hapi-rate-limitor', '@arcjet/node', '@arcjet/nest', '@arcjet/next'];
const LIMITING = /limit|throttl|brute|slow_?down|lock_?out|attempt|captcha|turnstile|ratelimit|arcjet|flood|quota|too_?many|fail2ban|bruteforce/i;

/** Something may limit requests to the endpoint: in its chain, for the whole application, or in its handler. */
export function mayBeLimited(endpoint: Endpoint, context: RuleContext): boolean {
  if (isExempt(endpoint, context)) return false;
  const every = links(endpoint.chain).map(({ layer }) => layer);
  const optIn = every.filter((layer) => isOptIn(layer, context));
  const chain = every.filter((layer) => !optIn.includes(layer));
  if (chain.some((layer) => LIMITING.test(layer.name) || layer.claims.some((claim) => claim.protects === 'rate'))) return true;
  // What cannot be read may limit as well.
  if (chain.some((layer) => layer.claims.length === 0 && layer.doubt === undefined)) return true;
  if (EVERYWHERE.some((name) => context.projectUses(name) && !(optIn.length > 0 && /fastify/.test(name)))) return true;
  const body = endpoint.handler === undefined ? undefined : context.body(endpoint.handler);
  const named = (text: string): boolean => LIMITING.test(text.slice(0, 120));
  if (body && someValue(body, (value) => (value.kind === 'call' ? named(value.callee || value.name) : value.kind === 'ref' && named(value.text)))) return true;
  const options = endpoint.route.options;
  return options !== undefined && named(context.textOf(options.at));
}
/** The route leaves the limiter of the application: `@SkipThrottle()`. With arguments it leaves one of several limiters, or takes one back. */
function isExempt(endpoint: Endpoint, context: RuleContext): boolean {
  const body = endpoint.handler === undefined ? undefined : context.body(endpoint.handler);
  return body?.decorators.some((one) => one.kind === 'call' && one.callee === '@nestjs/throttler.SkipThrottle' && one.args.length === 0) === true;
}
/** `register(rateLimit, { global: false })`: @fastify/rate-limit then limits the routes that ask for it, and no other. */
function isOptIn(layer: Layer, context: RuleContext): boolean {
  if (!layer.claims.some((claim) => claim.protects === 'rate')) return false;
  return context.functions(layer.at.path).some((fn) => fn.steps.some((step) => {
    const [plugin, options] = step.do === 'call' && step.call.name === 'register' ? step.call.args : [];
    if (plugin?.value.at.mark !== layer.value.at.mark) return false;
    const global = context.option(options?.value, 'global');
    return global.kind === 'value' && context.constant(global.value)?.value === false;
  }));
}
