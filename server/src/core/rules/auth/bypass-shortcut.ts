import type { Branch, FunctionView, Step } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import { authGuardName } from '../facts/guards.js';
import { disjuncts, environmentShortcut, requestShortcut, type Shortcut } from '../facts/shortcuts.js';
import { rule, type Detection, type Fix, type RuleContext } from '../rule.js';
import type { At } from '../../text/source.js';

interface Evidence {
  readonly shortcut: Shortcut;
  readonly text: string;
  /** How a fix settles the test: the shortcut goes (`never`), the guard stays without it (`always`). */
  readonly settled: 'never' | 'always' | undefined;
}
const REGISTERS = /^(use|addHook|register|useGlobalGuards|all|get|post|put|patch|delete|route)$/;
const IDENTITY = /^(user|auth|session|currentUser|account)$/;

export default rule<'function', Evidence>({
  meta: {
    id: 'auth/bypass-shortcut',
    title: 'Authentication has a back door for testing',
    owasp: ['API2:2019', 'API7:2019', 'API2:2023', 'API8:2023'],
    cwe: [489, 287, 288],
    severity: 'error',
    confidence: 'medium',
    topics: ['auth'],
    since: '0.1.0',
    whenNotToUse: 'Never in code that is deployed; inject a test identity in tests instead.',
    references: ['https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/', 'https://cwe.mitre.org/data/definitions/489.html'],
  },
  on: 'function',
  // A guard is known by what it does, its names may be any.
  words: [],
  *detect(fn, context) {
    const seen = new Set<unknown>();
    for (const step of fn.steps) {
      const branch = step.when.findLast((one) => !one.early && !fn.when.includes(one));
      const passed = branch !== undefined && !seen.has(branch.test) && passes(step, fn, context);
      const shortcut = passed && branch ? shortcutOf(branch, fn, context) : undefined;
      if (branch && shortcut) {
        seen.add(branch.test);
        const text = context.textOf(branch.test.at);
        yield { ...detection(branch.test.at, shortcut, fn), evidence: { shortcut, text, settled: branch.holds ? 'never' : undefined } };
      }
      if (step.do === 'call' && REGISTERS.test(step.call.name) && step.call.receiver) yield* conditional(step.call, step, fn, context);
    }
  },
  explain: ({ shortcut, text }) => ({
    message:
      shortcut.how === 'request'
        ? `A request that carries '${shortcut.key}' skips authentication: anyone can send it. Remove this branch.`
        : shortcut.how === 'value'
          ? 'The fixed value is a password for everyone. Remove it.'
          : `Authentication is off whenever ${text}; an unset or mistyped variable opens the API. Keep the check always on and inject a test identity in tests.`,
    why: 'Shortcuts made for tests reach production, and then one header or one missing variable opens every route.',
    remedy: 'Let the check run always; in tests, sign a token for a test user.',
  }),
  *fix({ at, evidence: { settled } }): Iterable<Fix> {
    if (settled) yield { title: 'Remove the shortcut', safety: 'review', changes: [{ do: 'settle', at, as: settled }] };
  },
  examples: [
    {
      title: 'a guard that is off outside production',
      bad: `
        export function requireAuth(req, res, next) {
          if (process.env.NODE_ENV !== 'production') return next();
        //    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ auth/bypass-shortcut "Authentication is off whenever process.env.NODE_ENV !== 'production'"
          check(req, res, next);
        }
      `,
      fixed: `
        export function requireAuth(req, res, next) {
          check(req, res, next);
        }
      `,
    },
    {
      title: 'a guard that refuses by a function of another file',
      bad: `
        //- gate.js
        import { refuse } from './refuse';
        export function gate(req, res, next) {
          if (process.env.NODE_ENV !== 'production') return next();
        //    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ auth/bypass-shortcut "Authentication is off whenever"
          if (!req.session.user) return refuse(req, res);
          next();
        }
        //- refuse.js
        export function refuse(req, res) {
          res.status(401).end();
        }
      `,
    },
    {
      title: 'a made-up user, on several lines',
      bad: `
        export const authenticate = async (req, res, next) => {
          if (process.env.NODE_ENV === 'test') {
        //    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ auth/bypass-shortcut "Authentication is off whenever"
            req.user = { id: 'tester', role: 'admin' };
            return next();
          }
          // every other request
          await verify(req);
          next();
        };
      `,
      fixed: `
        export const authenticate = async (req, res, next) => {
          // every other request
          await verify(req);
          next();
        };
      `,
    },
    {
      title: 'a list that is empty outside production',
      bad: `
        import express from 'express';
        import { auth } from './auth';
        const app = express();
        const isProd = process.env.NODE_ENV === 'production';
        app.get('/orders', ...(isProd ? [auth] : []), show);
        //                     ^^^^^^ auth/bypass-shortcut "not (isProd)"
      `,
      fixed: `
        import express from 'express';
        import { auth } from './auth';
        const app = express();
        const isProd = process.env.NODE_ENV === 'production';
        app.get('/orders', auth, show);
      `,
    },
    {
      title: 'a guard made under a test',
      bad: `
        import express from 'express';
        import { requireAuth } from './auth';
        const guard = process.env.NODE_ENV === 'production' ? requireAuth : (req, res, next) => next();
        //            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ auth/bypass-shortcut
        express().use(guard);
      `,
      fixed: `
        import express from 'express';
        import { requireAuth } from './auth';
        const guard = requireAuth;
        express().use(guard);
      `,
    },
    {
      title: 'addresses of the own machine',
      bad: `
        export function requireLogin(req, res, next) {
          if (['127.0.0.1', '::1'].includes(req.ip)) return next();
        //    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ auth/bypass-shortcut "'127.0.0.1'"
          check(req, next);
        }
      `,
    },
    {
      title: 'a header that skips the check',
      bad: `
        import express from 'express';
        const app = express();
        app.use((req, res, next) => {
          if (req.headers['x-bypass-auth'] === 'true') return next();
        //    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ auth/bypass-shortcut "carries 'x-bypass-auth'"
          res.sendStatus(401);
        });
      `,
    },
    {
      title: 'a switch in a guard class',
      bad: `
        export class JwtGuard extends Base {
          canActivate(context) {
            if (process.env.SKIP_AUTH) return true;
        //      ^^^^^^^^^^^^^^^^^^^^^ auth/bypass-shortcut "off whenever process.env.SKIP_AUTH"
            return super.canActivate(context);
          }
        }
      `,
    },
    {
      title: 'a guard replaced by nothing',
      bad: `
        import express from 'express';
        import { auth } from './auth';
        const app = express();
        app.use(process.env.NODE_ENV === 'production' ? auth : (q, s, n) => n());
        //      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ auth/bypass-shortcut
      `,
      fixed: `
        import express from 'express';
        import { auth } from './auth';
        const app = express();
        app.use(auth);
      `,
    },
    {
      title: 'a guard in production only',
      bad: `
        import express from 'express';
        import { requireAuth } from './auth';
        const app = express();
        const isProd = process.env.NODE_ENV === 'production';
        if (isProd) app.use(requireAuth);
        //  ^^^^^^ auth/bypass-shortcut
      `,
      fixed: `
        import express from 'express';
        import { requireAuth } from './auth';
        const app = express();
        const isProd = process.env.NODE_ENV === 'production';
        app.use(requireAuth);
      `,
    },
    {
      title: 'a fixed token',
      bad: `
        export function requireAuth(req, res, next) {
          const token = req.get('authorization');
          if (token === 'dev-token') return next();
        //    ^^^^^^^^^^^^^^^^^^^^^ auth/bypass-shortcut "password for everyone"
          verify(token, next);
        }
      `,
    },
    {
      title: 'a host that anyone can claim',
      bad: `
        export function requireAuth(req, res, next) {
          if (req.hostname === 'localhost') return next();
        //    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ auth/bypass-shortcut "skips authentication"
          verify(req, res, next);
        }
      `,
    },
    {
      title: 'a preflight and public paths',
      good: `export function requireAuth(req, res, next) { if (req.method === 'OPTIONS') return next(); if (publicPaths.has(req.path)) return next();
if (PUBLIC.includes(req.path)) return next(); if (req.path === '/health') return next(); verify(req, res, next); }`,
    },
    {
      title: 'Fastify: a hook that returns early',
      bad: `
        import Fastify from 'fastify';
        const app = Fastify();
        app.addHook('onRequest', async (request, reply) => {
          if (request.headers['x-bypass-auth'] === 'true') return;
        //    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ auth/bypass-shortcut "skips authentication"
          if (!request.user) return reply.code(401).send();
        });
        app.get('/', async () => data);
      `,
      fixed: `
        import Fastify from 'fastify';
        const app = Fastify();
        app.addHook('onRequest', async (request, reply) => {
          if (!request.user) return reply.code(401).send();
        });
        app.get('/', async () => data);
      `,
    },
    {
      title: 'Fastify: a hook that leaves out a kind of request',
      good: `
        import Fastify from 'fastify'; Fastify().addHook('onRequest', async (request, reply) => { if (request.method === 'OPTIONS') return; await request.jwtVerify(); });
      `,
    },
    {
      title: 'another check outside production',
      good: `
        import express from 'express'; import { requireAuth, checkStaff } from './auth'; express().use(process.env.NODE_ENV === 'production' ? requireAuth : checkStaff);
      `,
    },
    { title: 'a logger in development', good: `import express from 'express'; import morgan from 'morgan'; const app = express(); if (process.env.NODE_ENV !== 'production') app.use(morgan('dev'));` },
    { title: 'more strictness in production', good: `import express from 'express'; const app = express(); app.use(requireAuth); if (process.env.NODE_ENV === 'production') app.use(requireToken);` },
    {
      title: 'no guard: a redirect to https',
      good: `
        export function https(req, res, next) { if (process.env.NODE_ENV !== 'production') return next(); res.redirect('https://example.com' + req.url); }
      `,
    },
    { title: 'a key that is checked', good: `export function requireAuth(req, res, next) { if (req.headers['x-internal-key'] === process.env.INTERNAL_KEY) return next(); res.sendStatus(401); }` },
    {
      title: 'a key that has to be there and to be right',
      good: `
        export function requireAuth(req, res, next) {
          const key = req.headers['x-internal-token'];
          if (key && key === process.env.INTERNAL_TOKEN) return next();
          verify(req, res, next);
        }
      `,
    },
    { title: 'a host that is refused', good: `export function requireAuth(req, res, next) { if (req.hostname === 'localhost') return res.sendStatus(403); verify(req, res, next); }` },
    { title: 'rate limits and other protections', good: `import rateLimit from 'express-rate-limit'; export const limiter = rateLimit({ skip: () => process.env.NODE_ENV !== 'production' });` },
  ],
});

/** The subject is made of names, never of source text: a formatter changes quotes and breaks lines. */
function detection(at: At, shortcut: Shortcut, fn: FunctionView): Omit<Detection<Evidence>, 'evidence'> {
  return { at, subject: `${fn.name} ${shortcut.how === 'request' ? shortcut.key : shortcut.how}`, severity: shortcut.severity, confidence: shortcut.how === 'request' ? 'high' : 'medium' };
}
/** The step lets the request through: `next()`, `return true` of a guard, a made-up user. */
function passes(step: Step, fn: FunctionView, context: RuleContext): boolean {
  if (step.do === 'call') return isNext(step.call, context);
  if (step.do === 'assign')
    return (
      step.value.kind === 'object' && step.value.entries.length > 0 && step.value.entries.every((one) => isFixed(one.value)) && IDENTITY.test(step.target.path.at(-1) ?? '') && context.request(step.target)?.from === 'identity'
    );
  if (step.do !== 'return') return false;
  // A hook that is given no `next` goes on by returning.
  const role = context.role(fn.id);
  if (!step.value || (step.value.kind === 'literal' && step.value.value === undefined)) return role?.sure === true && role.as === 'layer' && !role.parameters.includes('next');
  return step.value.kind === 'literal' && step.value.value === true && isGuardName(fn.name);
}
/** A constant, or a list of constants. */
function isFixed(value: Value): boolean {
  return value.kind === 'literal' || (value.kind === 'array' && value.items.every((item) => item.value.kind === 'literal'));
}
function isNext(call: Call, context: RuleContext): boolean {
  if (call.args.length > 0 || call.target.kind !== 'ref' || call.target.root.kind !== 'parameter' || call.target.path.length > 0) return false;
  return call.name === 'next' || context.role(call.target.root.fn)?.parameters[call.target.root.index] === 'next';
}
function isGuardName(name: string): boolean {
  return /(^|\.)canActivate$/.test(name) || authGuardName(name);
}
function isGuard(fn: FunctionView, context: RuleContext): boolean {
  if (isGuardName(fn.name)) return true;
  const conduct = context.conduct(fn.id);
  return conduct !== undefined && (conduct.refuses.includes(401) || (conduct.refuses.includes(403) && conduct.tests.some((one) => one === 'identity' || one === 'credential')));
}

/** What kind of back door a test is. Only the way that the branch takes counts. */
function shortcutOf(branch: Branch, fn: FunctionView, context: RuleContext): Shortcut | undefined {
  const guard = isGuard(fn, context);
  const environment = environmentShortcut(branch, context);
  if (environment && guard) return environment;
  if (!branch.holds) return undefined;
  return disjuncts(branch.test, 0)
    .map((test) => requestShortcut(test, guard, context))
    .find((found) => found !== undefined);
}
/** A guard that is registered, or made, under an environment test only. */
function* conditional(call: Call, step: Step, fn: FunctionView, context: RuleContext): Iterable<Detection<Evidence>> {
  for (const { value: arg } of call.args) {
    const made = arg.kind === 'ref' ? context.resolve(arg).value : arg;
    if (made.at.path === call.at.path) yield* chosen(made, fn, context);
  }
  if (!/^(use|addHook|register|useGlobalGuards)$/.test(call.name)) return;
  const guard = call.args.find((arg) => isGuardValue(arg.value));
  const branch = step.when.findLast((one) => !one.early && !fn.when.includes(one));
  if (!guard || !branch) return;
  const shortcut = environmentShortcut({ ...branch, holds: !branch.holds }, context);
  // Another guard stands anyway, or instead: only the strictness differs.
  const another = fn.steps.some(
    (other) => other !== step && other.do === 'call' && other.call.name === call.name && other.call.args.some((arg) => isGuardValue(arg.value)) && !other.when.some((one) => one.test === branch.test && one.holds === branch.holds),
  );
  if (!shortcut || another) return;
  const text = context.textOf(branch.test.at);
  yield { ...detection(branch.test.at, shortcut, fn), evidence: { shortcut, text: branch.holds ? `not (${text})` : text, settled: branch.holds ? 'always' : undefined } };
}
/** `isProd ? requireAuth : (q, s, n) => n()`, also spread from lists. */
function* chosen(value: Value, fn: FunctionView, context: RuleContext): Iterable<Detection<Evidence>> {
  if (value.kind !== 'choice') return;
  const [first, second] = [isGuardValue(value.then), isGuardValue(value.else)];
  if (first === second || !letsPass(first ? value.else : value.then, context)) return;
  const shortcut = environmentShortcut({ test: value.test, holds: second, early: false, at: value.test.at }, context);
  const text = context.textOf(value.test.at);
  if (shortcut) yield { ...detection(value.test.at, shortcut, fn), evidence: { shortcut, text: first ? `not (${text})` : text, settled: first ? 'always' : 'never' } };
}
/** Nothing at all, an empty list, or a function that only goes on. Another check by another name is none. */
function letsPass(value: Value, context: RuleContext): boolean {
  const end = value.kind === 'ref' ? context.resolve(value).value : value;
  if (end.kind === 'array') return end.items.length === 0;
  if (end.kind === 'literal') return true;
  const body = end.kind === 'function' ? context.body(end.fn) : undefined;
  return body !== undefined && body.complete && body.steps.every((step) => step.do === 'return' || (step.do === 'call' && step.call.args.length === 0) || step.do === 'assign');
}
function isGuardValue(value: Value): boolean {
  if (value.kind === 'ref') return authGuardName(value.text);
  if (value.kind === 'call') return authGuardName(value.callee || value.name);
  return value.kind === 'array' && value.items.some((item) => isGuardValue(item.value));
}
