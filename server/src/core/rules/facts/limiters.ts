import type { Layer } from '../../model/api.js';
import type { FunctionView } from '../../model/module.js';
import type { Call, ObjectValue, Value } from '../../model/value.js';
import { links, type Endpoint } from '../../project/project.js';
import type { RuleContext } from '../rule.js';
import { someIn, someValue } from './walk.js';

/** Packages that limit how often a client may ask; known to be there, their place is looked for in the chain. */
export const LIMITERS = /^(express-rate-limit|express-slow-down|rate-limiter-flexible|@fastify\/rate-limit|fastify-rate-limit|koa-ratelimit|koa2-ratelimit|hapi-rate-limit|hapi-rate-limitor|@nestjs\/throttler|hono-rate-limiter|@upstash\/ratelimit|express-brute|limiter|@arcjet\/\w+|ratelimit)$/;
/** Of these, the ones that stand before every route wherever they are set up. */
const EVERYWHERE = ['@nestjs/throttler', '@fastify/rate-limit', 'fastify-rate-limit', 'hapi-rate-limit', 'hapi-rate-limitor', '@arcjet/node', '@arcjet/nest', '@arcjet/next'];
const LIMITING = /limit|throttl|brute|slow_?down|lock_?out|attempt|captcha|turnstile|ratelimit|arcjet|flood|quota|too_?many|fail2ban|bruteforce|(?<![a-z])tries\b|strikes|cool_?down|penalt|blocked_?until|versuch|gesperrt|intentos|tentativ|essais/i;

const KNOWN_SCOPES = /^@(fastify|hapi|koa|nestjs|hono|trpc|apollo|as-integrations|graphql-yoga|graphql-tools|mikro-orm|prisma|sentry|clerk|auth|auth0|opentelemetry|godaddy|feathersjs|adonisjs)\//;
const SHIELDS = /limit|throttl|brute|slow|ddos|busy|shield|secur|protect|firewall|waf|guard|gateway|captcha/i;
const DEEPEST = 3;
/** The mark of files that speak of limits on how often something may be tried, whatever they name them. */
export const LIMITS = 'limits requests';
/** The mark of files that name the guard of @nestjs/throttler, other than before single routes, where it is in their chain. */
const THROTTLES = 'throttler guard';

/** Something may limit requests to the endpoint: in its chain, for the whole application, or in its handler. `exempt`: the class of its handler leaves the limiter. */
export function mayBeLimited(endpoint: Endpoint, context: RuleContext, exempt = false): boolean {
  if (exempt || isExempt(endpoint, context)) return false;
  const every = links(endpoint.chain).map(({ layer }) => layer);
  const optIn = every.filter((layer) => isOptIn(layer, context));
  const chain = every.filter((layer) => !optIn.includes(layer));
  // `bodyLimit` counts bytes.
  if (chain.some((layer) => layer.claims.some((claim) => claim.protects === 'rate') || (LIMITING.test(layer.name) && !layer.claims.some((claim) => claim.protects === 'size')))) return true;
  // What cannot be read may limit as well.
  if (chain.some((layer) => layer.claims.length === 0 && layer.doubt === undefined && !/^server action /.test(layer.name) && !isReadable(layer, context) && (context.projectUses(LIMITS) || isForeign(layer.value, context)))) return true;
  // A limiter of Fastify limits what is registered in its scope: where all of that is known, it would be in the chain. One of Nest does nothing without its guard.
  const isElsewhere = (name: string): boolean => (/fastify/.test(name) ? optIn.length > 0 || (endpoint.framework === 'fastify' && endpoint.chainComplete) : /nestjs\/throttler/.test(name) && !context.projectUses(THROTTLES));
  if (EVERYWHERE.some((name) => context.projectUses(name) && !isElsewhere(name))) return true;
  const body = endpoint.handler === undefined ? undefined : context.body(endpoint.handler);
  const named = (text: string): boolean => LIMITING.test(text.slice(0, 120));
  if (body && mentionsLimit(body, context)) return true;
  const options = endpoint.route.options;
  return options !== undefined && (options.kind === 'object' ? asksForLimit(options, 0) : named(context.textOf(options.at)));
}
/** A row of a table of routes says that it is limited: `limited: true`, `gate: ['slow']`, or a limiter at its end. */
export function saysLimited(row: Value): boolean {
  const isLimit = (text: string): boolean => LIMITING.test(text.slice(0, 120)) || /^slow/i.test(text);
  if (row.kind === 'object') return row.entries.some(({ key, value }) => key !== undefined && !/body_?limit/i.test(key) && value.kind !== 'function' && ((LIMITING.test(key) && !(value.kind === 'literal' && value.value === false)) || someIn(value, (one) => isNamed(one, isLimit))));
  return row.kind === 'array' && row.items.some(({ value }) => someIn(value, (one) => isNamed(one, isLimit)));
}
function isNamed(value: Value, wanted: (text: string) => boolean): boolean {
  if (value.kind === 'literal') return typeof value.value === 'string' && !value.value.startsWith('/') && wanted(value.value);
  return value.kind === 'ref' ? wanted(value.text) : value.kind === 'call' && wanted(value.callee || value.name);
}
/** The function speaks of limits, attempts or riddles; how many records a query reads is none of these. */
export function mentionsLimit(body: FunctionView, context: RuleContext, depth = 0): boolean {
  const named = (text: string): boolean => LIMITING.test(text.slice(0, 120));
  return someValue(body, (value) => {
    if (value.kind === 'literal') return value.value === 429;
    // `.then(next).catch(() => res.status(429).end())`
    const inner = value.kind === 'function' && depth < DEEPEST ? context.body(value.fn) : undefined;
    if (inner) return mentionsLimit(inner, context, depth + 1);
    if (value.kind === 'call') return (named(value.callee || value.name) && !countsRecords(value)) || asksLimiter(value, context);
    return value.kind === 'ref' && named(value.text) && !/(^|\.)limit$/.test(value.text);
  });
}
/** What comes from outside: a file that is not there, or a package nobody knows. The rest of the project would speak of limits. */
function isForeign(value: Value, context: RuleContext): boolean {
  const named = value.kind === 'call' ? value.target : value;
  const end = context.resolve(named).value;
  const ref = end.kind === 'ref' ? end : named;
  if (ref.kind !== 'ref' || ref.root.kind !== 'import') return end.kind === 'ref' && end.root.kind === 'global';
  const { from } = ref.root;
  return /^[.~#/]/.test(from) || (from.startsWith('@') ? !KNOWN_SCOPES.test(from) : SHIELDS.test(from));
}
/** A wrapper of the project that is read to its end: it would speak of limits. */
function isReadable({ fn }: Layer, context: RuleContext): boolean {
  const body = fn === undefined ? undefined : context.body(fn);
  return body?.complete === true && !mentionsLimit(body, context) && body.steps.every((step) => step.do !== 'call' || isKnownCall(step.call, context));
}
function isKnownCall(call: Call, context: RuleContext): boolean {
  const inner = context.called(call);
  if (inner) return !mentionsLimit(inner, context);
  const { target } = call;
  return !(target.kind === 'ref' && target.root.kind === 'import' && /^[.~#@/]/.test(target.root.from) && !/^@[a-z0-9-]+\//.test(target.root.from));
}
/** `perIp.consume(req.ip)`, where the name stands for `new RateLimiterMemory(...)`. */
function asksLimiter({ receiver }: Call, context: RuleContext): boolean {
  const made = receiver?.kind === 'ref' ? context.resolve(receiver).value : undefined;
  return made?.kind === 'call' && LIMITING.test((made.callee || made.name).slice(0, 120)) && !countsRecords(made);
}
/** `.where(...).limit(1)` */
function countsRecords({ name, receiver, args }: Call): boolean {
  return name === 'limit' && receiver !== undefined && args.length < 2 && (receiver.kind === 'call' || args[0]?.value.kind === 'literal');
}
/** `config: { rateLimit: { max: 5 } }` of the options of a route; `false` takes a limiter away, and `bodyLimit` counts bytes. */
function asksForLimit({ entries }: ObjectValue, depth: number): boolean {
  return entries.some(({ key, value, form }) => {
    if (form === 'spread' || key === undefined) return value.kind !== 'ref' || LIMITING.test(value.text);
    const isOff = value.kind === 'literal' && value.value === false;
    if (LIMITING.test(key) && !/^(body_?limit|limits?)$/i.test(key)) return !isOff;
    if (value.kind === 'object') return depth < DEEPEST && !/^(schema|validate|response|body|querystring|payload)$/.test(key) && asksForLimit(value, depth + 1);
    return /^(pre|on[A-Z]|preHandler|plugins|config|use)/.test(key) && someIn(value, (one) => (one.kind === 'ref' || one.kind === 'call') && LIMITING.test(one.kind === 'call' ? one.callee || one.name : one.text));
  });
}
/** The route leaves the limiter of the application: `@SkipThrottle()`. Other names leave one of several limiters, `false` takes one back. */
function isExempt(endpoint: Endpoint, context: RuleContext): boolean {
  const body = endpoint.handler === undefined ? undefined : context.body(endpoint.handler);
  return body?.decorators.some((one) => skipsThrottle(one)) === true;
}
/** `@SkipThrottle()`, `@SkipThrottle({ default: true })` of @nestjs/throttler (5, 6): the limiter without a name of its own is called so. */
export function skipsThrottle(decorator: Value): boolean {
  if (decorator.kind !== 'call' || decorator.callee !== '@nestjs/throttler.SkipThrottle') return false;
  const given = decorator.args[0]?.value;
  const only = given?.kind === 'object' && given.entries.length === 1 ? given.entries[0] : undefined;
  return given === undefined || (only?.key === 'default' && only.value.kind === 'literal' && only.value.value === true);
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
