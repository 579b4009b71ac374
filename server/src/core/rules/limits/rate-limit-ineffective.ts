import type { FunctionView } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import { samePlace, type At } from '../../text/source.js';
import type { Severity } from '../../findings/finding.js';
import { someValue } from '../facts/walk.js';
import { applicationOf, trustedEverywhere } from '../facts/trust-proxy.js';
import { links } from '../../project/project.js';
import { guessedAt, makesAccount } from '../facts/guessing.js';
import { limitOptionExamples } from '../facts/limit-option-examples.js';
import { provesByToken } from '../facts/long-tokens.js';
import { leavesOutLogin, looseSetup, manyLogins, manyRequests, MOST_A_MINUTE, MOST_LOGINS, secondsGiven } from '../facts/limit-options.js';
import { rule, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly reason: string;
  readonly todo: string;
  readonly fix: { readonly code: string } | { readonly entryAt: At } | undefined;
}
interface Found extends Evidence {
  readonly at: At;
  readonly severity: Severity;
}
const PACKAGES = /^(express-rate-limit|express-slow-down|@fastify\/rate-limit|fastify-rate-limit|koa-ratelimit|hono-rate-limiter)$/;
const MINUTE = 60_000;

export default rule<'call', Evidence>({
  meta: {
    id: 'limits/rate-limit-ineffective',
    title: 'The rate limit can be bypassed',
    owasp: ['API4:2019', 'API4:2023'],
    cwe: [770],
    severity: 'warning',
    confidence: 'high',
    topics: ['rate-limit'],
    since: '0.1.0',
    leansOn: ['express-rate-limit/defaults', 'express-rate-limit/spoofed', '@fastify/rate-limit/defaults'],
    whenNotToUse: 'A proxy in front overwrites X-Forwarded-For, and nobody can reach the service around it.',
    references: ['https://express-rate-limit.mintlify.app/guides/troubleshooting-proxy-issues'],
  },
  on: 'call',
  words: ['rate', 'limit', 'slow', 'skipthrottle', 'proxy', 'throttle'],
  *detect({ call, step, in: fn }, context) {
    const trusted = trustedEverywhere(call, context);
    const found = [...(trusted ? limitedThrough(call, trusted, context) : []), ...inOptions(call, context), ...offForRoute(call, context)];
    for (const one of found) yield { at: one.at, subject: `${fn.name} ${one.reason}`, severity: one.severity, when: step.when, evidence: one };
  },
  explain: ({ reason, todo }) => ({
    message: `${reason}, so callers can send as many requests as they like. ${todo}`,
    why: 'A limit that can be walked around is none: passwords are guessed and services are flooded.',
    remedy: 'Count by an address the caller cannot choose, and by few requests in a minute.',
  }),
  *fix({ at, evidence: { fix } }): Iterable<FixAnswer> {
    if (!fix) yield { refused: 'How many requests are right is for the author to say.' };
    else if ('code' in fix) yield { title: `Use ${fix.code}`, safety: 'review', changes: [{ do: 'replace', at, code: [fix.code] }] };
    else yield { title: 'Remove the option', safety: 'review', changes: [{ do: 'remove', at: fix.entryAt, as: 'entry' }] };
  },
  examples: [
    {
      title: 'a login that may be tried all day, and a code without any limit',
      bad: `
        //- web.js
        import express from 'express';
        import { rateLimit } from 'express-rate-limit';
        const app = express();
        app.post('/login', rateLimit({ windowMs: 15 * 60 * 1000, limit: 5000 }), (req, res) => res.json(check(req.body.password)));
        //                                                              ^^^^ limits/rate-limit-ineffective "20000 attempts an hour"
        app.get('/news', rateLimit({ windowMs: 15 * 60 * 1000, limit: 5000 }), (req, res) => res.json([]));
        app.listen(3000);
        //- desk.js
        import Fastify from 'fastify';
        import rateLimit from '@fastify/rate-limit';
        const desk = Fastify();
        await desk.register(rateLimit, { max: 100, timeWindow: '1 minute' });
        desk.post('/verify-code', { config: { rateLimit: false } }, async (request) => ({ ok: await redeem(request.body.code) }));
        //                                               ^^^^^ limits/rate-limit-ineffective "where a code can be guessed"
        desk.get('/ping', { config: { rateLimit: false } }, async () => ({ ok: true }));
        desk.post('/unlock', { config: { rateLimit: { max: 50_000, timeWindow: '1 minute' } } }, async (request) => ({ ok: await redeem(request.body.code) }));
        //                                                 ^^^^^^ limits/rate-limit-ineffective "50000 requests a minute"
        desk.post('/open', { config: { rateLimit: { max: 30, timeWindow: '1 minute' } } }, async (request) => ({ ok: await redeem(request.body.code) }));
        await desk.listen({ port: 3001 });`,
    },
    {
      title: 'the limiter a library has for its logins',
      bad: `
        import { betterAuth } from 'better-auth';
        export const auth = betterAuth({ emailAndPassword: { enabled: true }, rateLimit: { enabled: false, window: 60 } });
        //                                                                                          ^^^^^ limits/rate-limit-ineffective "The limit on logins is switched off"
      `,
      fixed: `
        import { betterAuth } from 'better-auth';
        export const auth = betterAuth({ emailAndPassword: { enabled: true }, rateLimit: { window: 60 } });
      `,
    },
    {
      title: 'on where it is not development',
      good: `
        import { betterAuth } from 'better-auth';
        export const auth = betterAuth({ emailAndPassword: { enabled: true }, rateLimit: { enabled: process.env.NODE_ENV === 'production' } });
      `,
    },
    {
      title: 'accounts anyone can make by the thousand',
      bad: `
        import Fastify from 'fastify';
        import rateLimit from '@fastify/rate-limit';
        const app = Fastify();
        await app.register(rateLimit, { max: 100 });
        app.post('/register', { config: { rateLimit: false } }, async (request) => users.create({ email: request.body.email, password: await hash(request.body.password) }));
        //                                           ^^^^^ limits/rate-limit-ineffective "where accounts can be made"
        await app.listen({ port: 3000 });
      `,
    },
    {
      title: 'every address is believed',
      bad: `
        import express from 'express';
        import rateLimit from 'express-rate-limit';
        const app = express();
        app.set('trust proxy', true);
        //                     ^^^^ limits/rate-limit-ineffective "X-Forwarded-For"
        app.use(rateLimit({ limit: 100 }));
        app.get('/a', a);
      `,
      fixed: `
        import express from 'express';
        import rateLimit from 'express-rate-limit';
        const app = express();
        app.set('trust proxy', 1);
        app.use(rateLimit({ limit: 100 }));
        app.get('/a', a);
      `,
    },
    {
      title: 'the key is what the caller sends',
      bad: `
        import rateLimit from 'express-rate-limit';
        export const limiter = rateLimit({
          windowMs: 60000,
          limit: 20,
          keyGenerator: (req) => req.headers['x-forwarded-for'] || req.ip,
        //^^^^^^^^^^^^ limits/rate-limit-ineffective "The key comes from a header"
        });
      `,
      fixed: `
        import rateLimit from 'express-rate-limit';
        export const limiter = rateLimit({
          windowMs: 60000,
          limit: 20,
        });
      `,
    },
    {
      title: 'a limit nobody reaches, and one that is always skipped',
      bad: `
        const rateLimit = require('express-rate-limit');
        exports.wide = rateLimit({ windowMs: 1000, limit: 100000 });
        //                                                ^^^^^^ limits/rate-limit-ineffective "6000000 requests a minute"
        exports.skipped = rateLimit({ limit: 10, skip: () => true });
        //                                       ^^^^ limits/rate-limit-ineffective "skipped for every request"
      `,
    },
    {
      title: 'Fastify: all addresses are exempt',
      bad: `
        import Fastify from 'fastify';
        import limit from '@fastify/rate-limit';
        const fastify = Fastify();
        fastify.register(limit, { max: 100, allowList: ['10.0.0.0/8', '0.0.0.0/0'] });
        //                                                            ^^^^^^^^^^^ limits/rate-limit-ineffective "every address"
      `,
    },
    {
      title: 'old versions take 0 for no limit',
      bad: `
        //- app.js
        import rateLimit from 'express-rate-limit';
        export const limiter = rateLimit({ windowMs: 60000, max: 0 });
        //                                                       ^ limits/rate-limit-ineffective "max: 0 switches the limit off"
        //- package.json
        { "dependencies": { "express-rate-limit": "^6.7.0" } }
      `,
    },
    ...limitOptionExamples,
    {
      title: 'a number of hops, and networks',
      good: `
        import express from 'express'; import rateLimit from 'express-rate-limit'; const app = express(); app.set('trust proxy', 1); app.use(rateLimit({ limit: 100 })); const other = express();
        other.set('trust proxy', ['loopback', '10.0.0.0/8']); other.use(rateLimit({ limit: 100 }));
      `,
    },
    { title: 'every address is believed, without a limit', good: `import express from 'express'; const app = express(); app.set('trust proxy', true); app.get('/a', a);` },
    { title: 'a key of who is logged in', good: `import rateLimit from 'express-rate-limit'; export const limiter = rateLimit({ limit: 100, keyGenerator: (req) => req.user.id });` },
    {
      title: 'skipped in tests, and for some',
      good: `
        import rateLimit from 'express-rate-limit'; export const limiter = rateLimit({ limit: 100, skip: () => process.env.NODE_ENV === 'test' });
        export const other = rateLimit({ limit: 100, skip: (req) => req.path === '/health' });
      `,
    },
    {
      title: 'a header switches the limit off',
      bad: `
        import rateLimit from 'express-rate-limit';
        export const first = rateLimit({ limit: 20, skip: (req) => Boolean(req.get('x-no-limit')) });
        //                                          ^^^^ limits/rate-limit-ineffective "What the caller sends"
        export const second = rateLimit({ limit: 20, skip: (req) => req.query.internal === '1' });
        //                                           ^^^^ limits/rate-limit-ineffective "What the caller sends"
        export const third = rateLimit({
          limit: 20,
          skip(req) { return !!req.headers['x-partner']; },
        //^^^^ limits/rate-limit-ineffective "What the caller sends"
        });
      `,
    },
    {
      title: 'restify counts by the forwarded address',
      bad: `
        const restify = require('restify');
        const server = restify.createServer();
        server.use(restify.plugins.throttle({ burst: 10, rate: 5, xff: true }));
        //                                                             ^^^^ limits/rate-limit-ineffective "The key comes from a header"
      `,
    },
    {
      title: 'skipped for who knows a secret or has logged in, and restify by the connection',
      good: `
        import rateLimit from 'express-rate-limit';
        import restify from 'restify';
        export const first = rateLimit({ limit: 20, skip: (req) => req.get('x-internal') === process.env.INTERNAL_KEY });
        export const second = rateLimit({ limit: 20, skip: (req) => Boolean(req.user?.staff) });
        restify.createServer().use(restify.plugins.throttle({ burst: 10, rate: 5, ip: true }));
      `,
    },
    { title: 'a large limit over a day', good: `import rateLimit from 'express-rate-limit'; export const limiter = rateLimit({ windowMs: 24 * 60 * 60 * 1000, limit: 100000 });` },
    { title: '0 refuses all in version 7 and later', good: `import rateLimit from 'express-rate-limit'; export const limiter = rateLimit({ max: 0 });` },
  ],
});

/** A limiter of an application that believes every address: the counted address is the caller's own invention. */
function* limitedThrough(call: Call, at: At, context: RuleContext): Iterable<Found> {
  const scope = applicationOf(call, context);
  const limited = scope?.layers.some(({ layer }) => layer.claims.some((claim) => claim.protects === 'rate')) === true
    || (scope && context.endpoints({ scope: scope.id }).some((one) => one.route.layers.some((layer) => layer.claims.some((claim) => claim.protects === 'rate'))));
  const isWritten = context.textOf(at) === 'true' || call.name === 'enable' || call.name === 'set';
  if (limited) yield { at, severity: 'warning', reason: 'Every X-Forwarded-For is believed and counts as a new client', todo: 'State how many proxies are in front.', fix: isWritten ? { code: '1' } : undefined };
}
function* inOptions(call: Call, context: RuleContext): Iterable<Found> {
  const forwarded = call.callee === 'restify.plugins.throttle' ? context.option(call.args[0]?.value, 'xff') : undefined;
  if (forwarded?.kind === 'value' && context.constant(forwarded.value)?.value === true)
    yield { at: forwarded.value.at, severity: 'warning', reason: 'The key comes from a header the caller writes', todo: 'Count by the address of the connection.', fix: { entryAt: forwarded.entry.at } };
  // better-auth limits its logins in production unless told otherwise (its documentation, "Rate Limit").
  const own = call.callee === 'better-auth.betterAuth' ? context.option(call.args[0]?.value, 'rateLimit') : undefined;
  const enabled = own?.kind === 'value' ? context.option(own.value, 'enabled') : undefined;
  if (enabled?.kind === 'value' && enabled.value.at.path === call.at.path && enabled.value.kind === 'literal' && enabled.value.value === false)
    yield { at: enabled.value.at, severity: 'warning', reason: 'The limit on logins is switched off', todo: 'Remove the option.', fix: { entryAt: enabled.entry.at } };
  for (const one of looseSetup(call, context)) yield { ...one, severity: 'warning', fix: undefined };
  const from = packageOf(call);
  if (from === undefined) return;
  const options = call.args.map((item) => item.value).find((value) => context.resolve(value).value.kind === 'object');
  if (!options || options.kind !== 'object') return;
  const key = context.option(options, 'keyGenerator');
  const keyed = key.kind === 'value' ? bodyOf(key.value, context) : undefined;
  if (key.kind === 'value' && keyed && readsHeader(keyed, context))
    yield { at: key.entry.keyAt, severity: 'warning', reason: 'The key comes from a header the caller writes', todo: 'Count by req.ip, with trust proxy set to the number of proxies.', fix: { entryAt: key.entry.at } };
  const skip = context.option(options, 'skip');
  const skipped = skip.kind === 'value' ? bodyOf(skip.value, context) : undefined;
  const returned = skipped?.steps.length === 1 && skipped.steps[0]?.do === 'return' ? skipped.steps[0].value : undefined;
  if (skip.kind === 'value' && returned?.kind === 'literal' && returned.value === true)
    yield { at: skip.entry.keyAt, severity: 'warning', reason: 'The limit is skipped for every request', todo: 'Remove the option.', fix: { entryAt: skip.entry.at } };
  if (skip.kind === 'value' && skipped && leavesOutLogin(skipped))
    yield { at: skip.entry.keyAt, severity: 'warning', reason: 'The limit leaves out the paths where passwords are tried', todo: 'Count those first of all.', fix: undefined };
  const time = context.option(options, /fastify/.test(from) ? 'timeWindow' : /koa/.test(from) ? 'duration' : 'windowMs');
  if (time.kind === 'value' && time.value.at.path === call.at.path) for (const one of secondsGiven(time.value, context)) yield { ...one, severity: 'warning', fix: undefined };
  for (const name of ['skip', 'allowList', 'whitelist']) {
    const given = context.option(options, name);
    const body = given.kind === 'value' ? bodyOf(given.value, context) : undefined;
    const [only, ...more] = body?.steps.filter((step) => step.do !== 'call') ?? [];
    if (given.kind === 'value' && more.length === 0 && only?.do === 'return' && only.value && callerSays(only.value, context, 0))
      yield { at: given.entry.keyAt, severity: 'warning', reason: 'What the caller sends switches the limit off', todo: 'Remove the option.', fix: { entryAt: given.entry.at } };
  }
  yield* tooMany(options, from, call, context);
  const list = context.option(options, 'allowList');
  if (list.kind === 'value' && list.value.kind === 'array') for (const item of list.value.items)
    if (item.value.kind === 'literal' && /^(0\.0\.0\.0\/0|::\/0|\*)$/.test(String(item.value.value))) yield { at: item.at, severity: 'warning', reason: 'The limit lets every address by', todo: 'Name single addresses.', fix: undefined };
}
/** `config: { rateLimit: false }` of a route where something can be guessed, and a limit of its own that is none. */
function* offForRoute(call: Call, context: RuleContext): Iterable<Found> {
  for (const { value } of call.args) {
    if (value.kind === 'function' || value.kind === 'literal') continue;
    const config = context.option(value, 'config');
    const off = config.kind === 'value' ? context.option(config.value, 'rateLimit') : config;
    if (off.kind !== 'value' || off.value.at.path !== call.at.path) continue;
    if (off.value.kind === 'object') yield* tooMany(off.value, '@fastify/rate-limit', call, context);
    if (context.constant(off.value)?.value !== false) continue;
    const endpoint = context.endpoints({ file: call.at.path }).find(({ route }) => samePlace(route.at, call.at));
    const body = endpoint?.handler === undefined ? undefined : context.body(endpoint.handler);
    const guessed = endpoint && (guessedAt(endpoint, context) ?? (body && makesAccount(body, context) ? 'enrols' : undefined));
    if (guessed === undefined || (guessed === 'code' && endpoint && provesByToken(endpoint, context))) continue;
    yield { at: off.value.at, severity: 'warning', reason: `The limit is switched off where ${guessed === 'enrols' ? 'accounts can be made' : `a ${guessed} can be guessed`}`, todo: 'Remove the option.', fix: { entryAt: off.entry.at } };
  }
}
/** The limiter stands before a login, and before little else. */
function isForLogin(call: Call, context: RuleContext): boolean {
  const through = context.endpointsThrough(call.at);
  if (call.name === 'register' || through.length === 0 || through.length > 3) return false;
  return through.every(({ chain }) => links(chain).some(({ from }) => from === 'route')) && through.some((endpoint) => /^(password|code)$/.test(guessedAt(endpoint, context) ?? ''));
}
function* tooMany(options: Value, from: string, call: Call, context: RuleContext): Iterable<Found> {
  for (const name of ['limit', 'max']) {
    const held = context.option(options, name);
    if (held.kind !== 'value') continue;
    const count = context.constant(held.value)?.value;
    if (typeof count !== 'number') continue;
    if (count === 0 && name === 'max' && from === 'express-rate-limit' && (context.major(from, held.value.at.path) ?? 99) < 7) {
      yield { at: held.value.at, severity: 'warning', reason: 'In this version max: 0 switches the limit off', todo: 'Give a number of requests.', fix: undefined };
      continue;
    }
    const window = windowOf(options, from, context);
    const perHour = window === undefined ? 0 : Math.round((count * 60 * MINUTE) / window);
    if (perHour > MOST_LOGINS && isForLogin(call, context)) {
      yield { at: held.value.at, severity: 'warning', ...manyLogins(perHour), fix: undefined };
      continue;
    }
    const perMinute = window === undefined ? undefined : Math.round((count * MINUTE) / window);
    if (window !== undefined && window <= MINUTE && perMinute !== undefined && perMinute > MOST_A_MINUTE)
      yield { at: held.value.at, severity: 'warning', ...manyRequests(perMinute), fix: undefined };
  }
}
/** The time a limit counts over, in milliseconds: 60 s where nothing is said. */
function windowOf(options: Value, from: string, context: RuleContext): number | undefined {
  const held = context.option(options, /fastify/.test(from) ? 'timeWindow' : /koa/.test(from) ? 'duration' : 'windowMs');
  if (held.kind === 'absent') return MINUTE;
  const value = held.kind === 'value' ? context.constant(held.value)?.value : undefined;
  if (typeof value === 'number' && value > 0) return value;
  return typeof value === 'string' && /^1 ?(m|min|minute)s?$/.test(value) ? MINUTE : undefined;
}
function packageOf(call: Call): string | undefined {
  const value = call.name === 'register' ? call.args[0]?.value : call.target;
  const root = value?.kind === 'ref' ? value.root : undefined;
  return root?.kind === 'import' && PACKAGES.test(root.from) ? root.from : undefined;
}
/** True for whoever sends a header or a parameter, with any value or with one that is written here. */
function callerSays(value: Value, context: RuleContext, depth: number): boolean {
  if (depth > 6) return false;
  if (value.kind === 'ref' && value.root.kind === 'parameter') return value.root.index === 0 && value.path.length > 1 && /^(headers|query|cookies|body)$/.test(value.path.at(-2) ?? '');
  if (value.kind === 'call' && value.args.length === 1 && /^(get|header)$/.test(value.name)) return value.receiver?.kind === 'ref' && value.receiver.root.kind === 'parameter' && value.receiver.root.index === 0;
  if (value.kind === 'not') return value.of.kind === 'not' && callerSays(value.of.of, context, depth + 1);
  if (value.kind === 'logic') return value.op === '||' && (callerSays(value.left, context, depth + 1) || callerSays(value.right, context, depth + 1));
  if (value.kind === 'compare') return /^(===?|!==?)$/.test(value.op) && value.right.kind === 'literal' && callerSays(value.left, context, depth + 1);
  return value.kind === 'call' && value.callee === 'Boolean' && value.args[0] !== undefined && callerSays(value.args[0].value, context, depth + 1);
}
function bodyOf(value: Value, context: RuleContext): FunctionView | undefined {
  const end = context.resolve(value).value;
  return end.kind === 'function' ? context.body(end.fn) : undefined;
}
/** An address as a header says it, with no proxy to answer for it. */
function readsHeader(body: FunctionView, context: RuleContext): boolean {
  const isAddress = (key: string): boolean => /^(x-forwarded-for|x-real-ip|x-client-ip|client-ip|true-client-ip|forwarded|user-agent|x-(client|device|session|request|visitor|browser)-?(id|key|uuid)|x-fingerprint)$/i.test(key);
  return someValue(body, (value) => {
    if (value.kind === 'ref' && value.root.kind === 'parameter') return value.path.some((key) => key !== undefined && isAddress(key));
    if (value.kind !== 'call' || !/^(get|header)$/.test(value.name)) return false;
    const key = value.args[0] && context.constant(value.args[0].value)?.value;
    return typeof key === 'string' && isAddress(key);
  });
}
