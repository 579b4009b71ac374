import type { Branch, FunctionView, Step } from '../../model/module.js';
import type { ObjectValue, Ref, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import { authGuardName } from '../facts/guards.js';
import { ofRequest } from '../facts/handed.js';
import { rule, type Detection, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly role: string | undefined;
  /** The statement that sets it. */
  readonly statementAt: At | undefined;
}
const PLACES = /^(user|auth|identity|account|currentUser|principal|credentials)$/;
const WHO = /^(id|_id|userId|user_id|uid|sub|email|username|login)$/;
const POWER = /^(role|roles|isAdmin|is_admin|admin|permissions|scope|scopes|groups)$/;
const NOBODY = /^(guest|anonymous|anon|public|visitor|none|unauthenticated|unknown)$/i;
const CHECKS = /verify|validate|decode|compare|authenticate|introspect|lookup|equal/i;

export default rule<'function', Evidence>({
  meta: {
    id: 'debug/test-identity',
    title: 'A fixed test user is injected',
    owasp: ['API2:2019', 'API2:2023'],
    cwe: [489, 287],
    severity: 'error',
    confidence: 'medium',
    topics: ['debug'],
    since: '0.1.0',
    whenNotToUse: 'The service has one user only, and something in front of it keeps everybody else out.',
    references: ['https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/', 'https://cwe.mitre.org/data/definitions/489.html'],
  },
  on: 'function',
  words: ['user', 'auth', 'identity', 'account', 'principal', 'credentials'],
  *detect(fn, context): Iterable<Detection<Evidence>> {
    for (const step of fn.steps) {
      const given = identityGiven(step, context);
      const found = given && fixedIn(given.value, given.target, context);
      if (!given || !found || !isForEveryone(step, fn, context)) continue;
      const role = roleIn(found.object, context);
      yield {
        at: found.at,
        subject: `${given.name} identity`,
        evidence: { role, statementAt: step.do === 'call' && step.used ? undefined : step.statementAt },
        confidence: 'medium',
        when: step.when,
      };
    }
  },
  explain: ({ role }) => ({
    message: `Every request gets this fixed identity${role === undefined ? '' : ` with role '${role}'`}. Set the user only from a verified credential.`,
    why: 'Whoever sends a request without a login is that user, with all it may do.',
    remedy: 'Take the user from a token or session that was checked, and refuse everybody else.',
  }),
  *fix({ evidence: { statementAt } }): Iterable<FixAnswer> {
    if (statementAt) yield { title: 'Remove the fixed identity', safety: 'review', changes: [{ do: 'remove', at: statementAt, as: 'statement' }] };
    else yield { refused: 'It is no statement of its own that could be removed.' };
  },
  examples: [
    {
      title: 'everybody is an administrator',
      bad: `
        import express from 'express';
        const app = express();
        app.use((req, res, next) => {
          req.user = { id: 1, role: 'admin' };
          //         ^^^^^^^^^^^^^^^^^^^^^^^^ debug/test-identity "identity with role 'admin'"
          next();
        });
      `,
      fixed: `
        import express from 'express';
        const app = express();
        app.use((req, res, next) => {
          next();
        });
      `,
    },
    {
      title: 'whoever has no login',
      bad: `
        export function loadUser(req, res, next) {
          req.user = req.user || { id: 'dev', isAdmin: true };
          //                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ debug/test-identity
          next();
        }
      `,
      fixed: `
        export function loadUser(req, res, next) {
          next();
        }
      `,
    },
    {
      title: 'under a test for the user, from a constant',
      bad: `
        const TEST_USER = { id: 7, email: 'dev@example.com' };
        module.exports = (req, res, next) => {
          if (!req.user) req.user = TEST_USER;
          //                        ^^^^^^^^^ debug/test-identity
          req.account ??= { id: 1, role: 'owner' };
          //              ^^^^^^^^^^^^^^^^^^^^^^^^ debug/test-identity
          next();
        };
      `,
    },
    {
      title: 'Koa, Fastify and Hono',
      bad: `
        import Koa from 'koa';
        import Fastify from 'fastify';
        import { Hono } from 'hono';
        new Koa().use(async (ctx, next) => { ctx.state.user = { id: 1, roles: ['admin'] }; await next(); });
        //                                                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^ debug/test-identity
        Fastify().addHook('onRequest', async (request) => { request.user = { id: 1, name: 'Test' }; });
        //                                                                 ^^^^^^^^^^^^^^^^^^^^^^^ debug/test-identity
        new Hono().use(async (c, next) => { c.set('user', { id: 1, role: 'admin' }); await next(); });
        //                                                ^^^^^^^^^^^^^^^^^^^^^^^^ debug/test-identity
      `,
    },
    {
      title: 'a user from a token or a database',
      good: `
        export async function auth(req, res, next) {
          const payload = jwt.verify(req.headers.authorization, key);
          req.user = await User.findById(payload.sub).select('role');
          req.user = { id: payload.sub, role: 'user' };
          next();
        }
      `,
    },
    {
      title: 'nobody in particular',
      good: `import express from 'express'; express().use((req, res, next) => { req.user = { role: 'anonymous' }; req.user = null; req.account = { id: 0, role: 'guest' }; next(); });`,
    },
    {
      title: 'behind a check of a key',
      good: `
        export function service(req, res, next) {
          if (req.headers['x-key'] !== process.env.SERVICE_KEY) return res.sendStatus(401);
          req.user = { id: 'service', role: 'service' };
          next();
        }
        export function other(req, res, next) {
          if (safeEqual(req.headers['x-key'], key)) req.user = { id: 'service', role: 'service' };
          next();
        }
        export async function third(req, res, next) {
          await verifyToken(req.headers.authorization);
          req.user = { id: 'service' };
          next();
        }
      `,
    },
    { title: 'in development only', good: `import express from 'express'; const app = express(); if (process.env.NODE_ENV === 'development') app.use((req, res, next) => { req.user = { id: 1, role: 'admin' }; next(); });` },
    {
      title: 'what the caller is to be, and other objects',
      good: `
        import express from 'express';
        express().post('/', (req, res) => { const made = {}; made.user = { id: 1, role: 'admin' }; res.locals.page = { id: 1 }; req.body.kind = { id: 1 }; res.json(made); });
      `,
    },
  ],
});

/** An identity that is put on a request or context. */
function identityGiven(step: Step, context: RuleContext): { readonly value: Value; readonly target: Ref | undefined; readonly name: string } | undefined {
  if (step.do === 'assign') {
    const { target } = step;
    const [first, second] = target.path;
    const name = target.path.at(-1);
    const isPlace = name !== undefined && PLACES.test(name) && (target.path.length === 1 || (target.path.length === 2 && /^(state|session|request|req)$/.test(first ?? '') && second === name));
    return isPlace && ofRequest(target, context) ? { value: step.value, target, name } : undefined;
  }
  if (step.do !== 'call' || step.call.name !== 'set' || step.call.args.length !== 2 || step.call.receiver?.kind !== 'ref') return undefined;
  const [key, value] = step.call.args;
  const name = key && context.constant(key.value)?.value;
  return typeof name === 'string' && value && PLACES.test(name) && ofRequest(step.call.receiver, context) ? { value: value.value, target: undefined, name } : undefined;
}
/** The object written out that says who the caller is, whatever the request brings. */
function fixedIn(value: Value, target: Ref | undefined, context: RuleContext): { readonly object: ObjectValue; readonly at: At } | undefined {
  if (value.kind === 'logic' && (value.op === '||' || value.op === '??')) {
    const isSame = target !== undefined && context.sameValue(value.left, target);
    return isSame ? fixedIn(value.right, undefined, context) : undefined;
  }
  const end = value.kind === 'ref' ? context.resolve(value).value : value;
  if (end.kind !== 'object' || end.open) return undefined;
  const entries = end.entries.filter((one) => one.key !== undefined && (WHO.test(one.key) || POWER.test(one.key)));
  if (entries.length === 0 || !entries.every((one) => isConstant(one.value, context))) return undefined;
  const isNobody = end.entries.some((one) => {
    const text = context.constant(one.value)?.value;
    return text === null || (typeof text === 'string' && NOBODY.test(text));
  });
  const isSomebody = entries.some((one) => one.key !== undefined && (WHO.test(one.key) || context.constant(one.value)?.value !== false));
  return isNobody || !isSomebody ? undefined : { object: end, at: value.at };
}
function isConstant(value: Value, context: RuleContext): boolean {
  return value.kind === 'array' ? value.items.every((item) => isConstant(item.value, context)) : context.constant(value) !== undefined;
}
/** Nothing in the function asks who calls before. */
function isForEveryone(step: Step, fn: FunctionView, context: RuleContext): boolean {
  const own = step.when.slice(fn.when.length);
  if (!own.every((branch) => context.environment([branch]) !== 'any' || asksForIdentity(branch, context))) return false;
  const before = fn.steps.slice(0, fn.steps.indexOf(step));
  return !before.some((one) => one.do === 'call' && (authGuardName(one.call.callee || one.call.name) || CHECKS.test(one.call.name)));
}
/** `if (!req.user)`. */
function asksForIdentity({ test, holds }: Branch, context: RuleContext): boolean {
  return holds && test.kind === 'not' && context.request(test.of)?.from === 'identity';
}
function roleIn(object: ObjectValue, context: RuleContext): string | undefined {
  for (const { key, value } of object.entries) {
    const text = key === 'role' ? context.constant(value)?.value : undefined;
    if (typeof text === 'string') return text;
  }
  return undefined;
}
