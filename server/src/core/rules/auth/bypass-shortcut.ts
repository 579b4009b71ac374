import type { Branch, FunctionView, Step } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import type { Severity } from '../../findings/finding.js';
import { authGuardName } from '../facts/guards.js';
import { secretName } from '../facts/secrets.js';
import { rule, type Detection, type Fix, type RuleContext } from '../rule.js';
import type { At } from '../../text/source.js';

type Shortcut = { readonly how: 'request'; readonly key: string; readonly severity: Severity } | { readonly how: 'environment'; readonly severity: Severity } | { readonly how: 'value'; readonly severity: Severity };
interface Evidence {
  readonly shortcut: Shortcut;
  readonly text: string;
  /** How a fix settles the test: the shortcut goes (`never`), the guard stays without it (`always`). */
  readonly settled: 'never' | 'always' | undefined;
}
const BYPASS = /^(x-)?(bypass|skip|no|disable|test|debug|dev|internal|fake|mock|impersonate|override)[-_]?(auth|authentication|login|user|admin|token|key|mode)?$/i;
const ABOUT_AUTH = /auth|login|user|admin|token/i;
const SWITCH = /(^|_)(SKIP|DISABLED?|BYPASS|NO|MOCK|FAKE)_?(\w+_)?AUTH|(^|_)AUTH\w*_(DISABLED?|BYPASS|OFF|SKIP)/i;
const LOCAL_HOST = /^(localhost|127\.0\.0\.1|::1|::ffff:127\.0\.0\.1|0\.0\.0\.0)(:\d+)?$/;
const REGISTERS = /^(use|addHook|register|useGlobalGuards|all|get|post|put|patch|delete|route)$/;
const CODE = /(^|[._])(otp|pin|passcode|mfa_?code|authorization)$/i;
const NO_SECRET = /^(undefined|null|bearer|basic|.{0,2})$/i;
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
  words: ['auth', 'next', 'canactivate', 'guard', 'user'],
  *detect(fn, context) {
    const seen = new Set<unknown>();
    for (const step of fn.steps) {
      const branch = step.when.findLast((one) => !one.early && !fn.when.includes(one));
      const passed = branch !== undefined && !seen.has(branch.test) && passes(step, fn, context);
      const shortcut = passed && branch ? shortcutOf(branch, fn, context) : undefined;
      if (branch && shortcut) {
        seen.add(branch.test);
        const text = context.textOf(branch.test.at);
        yield { ...detection(branch.test.at, shortcut, text), evidence: { shortcut, text, settled: branch.holds ? 'never' : undefined } };
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
        app.get('/admin', ...(isProd ? [auth] : []), show);
        //                    ^^^^^^ auth/bypass-shortcut "not (isProd)"
      `,
      fixed: `
        import express from 'express';
        import { auth } from './auth';
        const app = express();
        const isProd = process.env.NODE_ENV === 'production';
        app.get('/admin', auth, show);
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
    { title: 'another check outside production', good: `import express from 'express'; import { requireAuth, checkStaff } from './auth'; express().use(process.env.NODE_ENV === 'production' ? requireAuth : checkStaff);` },
    { title: 'a logger in development', good: `import express from 'express'; import morgan from 'morgan'; const app = express(); if (process.env.NODE_ENV !== 'production') app.use(morgan('dev'));` },
    { title: 'more strictness in production', good: `import express from 'express'; const app = express(); app.use(requireAuth); if (process.env.NODE_ENV === 'production') app.use(requireToken);` },
    { title: 'no guard: a redirect to https', good: `export function https(req, res, next) { if (process.env.NODE_ENV !== 'production') return next(); res.redirect('https://example.com' + req.url); }` },
    { title: 'a key that is checked', good: `export function requireAuth(req, res, next) { if (req.headers['x-internal-key'] === process.env.INTERNAL_KEY) return next(); res.sendStatus(401); }` },
    { title: 'a key that has to be there and to be right', good: `export function requireAuth(req, res, next) { const key = req.headers['x-internal-token']; if (key && key === process.env.INTERNAL_TOKEN) return next(); verify(req, res, next); }` },
    { title: 'a host that is refused', good: `export function requireAuth(req, res, next) { if (req.hostname === 'localhost') return res.sendStatus(403); verify(req, res, next); }` },
    { title: 'rate limits and other protections', good: `import rateLimit from 'express-rate-limit'; export const limiter = rateLimit({ skip: () => process.env.NODE_ENV !== 'production' });` },
  ],
});

function detection(at: At, shortcut: Shortcut, text: string): Omit<Detection<Evidence>, 'evidence'> {
  return { at, subject: text, severity: shortcut.severity, confidence: shortcut.how === 'request' ? 'high' : 'medium' };
}
/** The step lets the request through: `next()`, `return true` of a guard, a made-up user. */
function passes(step: Step, fn: FunctionView, context: RuleContext): boolean {
  if (step.do === 'call') return isNext(step.call, context);
  if (step.do === 'assign')
    return (
      step.value.kind === 'object' && step.value.entries.length > 0 && step.value.entries.every((one) => isFixed(one.value)) && IDENTITY.test(step.target.path.at(-1) ?? '') && context.request(step.target)?.from === 'identity'
    );
  if (step.do !== 'return' || !step.value) return false;
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
function environmentShortcut(branch: Branch, context: RuleContext): Shortcut | undefined {
  const test = branch.test;
  for (const one of branch.holds ? disjuncts(test, 0) : [test]) {
    const where = context.environment([{ ...branch, test: one }]);
    if (where === 'unless-production') return { how: 'environment', severity: 'error' };
    if (where === 'development') return { how: 'environment', severity: 'warning' };
    if (branch.holds && one.kind === 'not' && one.of.kind === 'ref' && one.of.root.kind === 'env' && one.of.root.name === 'NODE_ENV') return { how: 'environment', severity: 'error' };
    if (where === 'switchable' && namesSwitch(one, branch.holds, context, 0)) return { how: 'environment', severity: 'warning' };
  }
  return undefined;
}
/** `SKIP_AUTH`, `SKIP_AUTH === 'true'`, taken when it is set. */
function namesSwitch(test: Value, holds: boolean, context: RuleContext, depth: number): boolean {
  if (depth > 6) return false;
  switch (test.kind) {
    case 'not':
      return namesSwitch(test.of, !holds, context, depth + 1);
    case 'logic':
      return namesSwitch(test.left, holds, context, depth + 1) || namesSwitch(test.right, holds, context, depth + 1);
    case 'compare':
      return test.op.startsWith('=') === holds && (namesSwitch(test.left, true, context, depth + 1) || namesSwitch(test.right, true, context, depth + 1));
    case 'ref': {
      if (!holds) return false;
      const end = test.root.kind === 'env' ? test : context.resolve(test).value;
      if (end.kind === 'ref') return end.root.kind === 'env' && SWITCH.test(end.root.name ?? '');
      return end.kind !== 'unknown' && namesSwitch(end, holds, context, depth + 1);
    }
    default:
      return false;
  }
}
function requestShortcut(test: Value, guard: boolean, context: RuleContext): Shortcut | undefined {
  if (test.kind === 'logic' && test.op === '&&') {
    if (isRealCheck(test.left, context) || isRealCheck(test.right, context)) return undefined;
    return requestShortcut(test.left, guard, context) ?? requestShortcut(test.right, guard, context);
  }
  if (test.kind === 'call' && test.name === 'includes') return byHostList(test, guard, context);
  if (test.kind !== 'compare') return byKey(test, guard, context);
  if (test.op !== '===' && test.op !== '==') return undefined;
  const [value, literal] = test.right.kind === 'literal' ? [test.left, test.right] : [test.right, context.constant(test.left) ? test.left : test.right];
  const text = context.constant(literal)?.value;
  if (typeof text !== 'string' && typeof text !== 'boolean' && typeof text !== 'number') return undefined;
  const keyed = byKey(value, guard, context);
  if (keyed) return keyed;
  if (typeof text !== 'string' || !guard) return undefined;
  const host = LOCAL_HOST.test(text) ? byHost(value, text, context) : undefined;
  if (host) return host;
  const name = value.kind === 'ref' ? (value.path.at(-1) ?? value.text) : '';
  return !NO_SECRET.test(text) && (secretName(name) || CODE.test(name)) && value.kind === 'ref' && value.root.kind !== 'env' ? { how: 'value', severity: 'error' } : undefined;
}
/** Two things nobody knows beforehand are compared: `key === process.env.INTERNAL_TOKEN`. */
function isRealCheck(test: Value, context: RuleContext): boolean {
  return test.kind === 'compare' && (test.op === '===' || test.op === '==') && !context.constant(test.left) && !context.constant(test.right);
}
/** `['127.0.0.1', '::1'].includes(req.ip)`. */
function byHostList(test: Call, guard: boolean, context: RuleContext): Shortcut | undefined {
  const list = test.receiver && context.resolve(test.receiver).value;
  const asked = test.args[0]?.value;
  if (!guard || list?.kind !== 'array' || !asked) return undefined;
  const text = list.items.flatMap(({ value }) => (value.kind === 'literal' && LOCAL_HOST.test(String(value.value)) ? [String(value.value)] : []))[0];
  return text === undefined ? undefined : byHost(asked, text, context);
}
function byHost(value: Value, text: string, context: RuleContext): Shortcut | undefined {
  const field = context.request(value.kind === 'ref' ? context.resolve(value).value : value) ?? context.request(value);
  const isClaimed = field?.from === 'host' || field?.from === 'ip' || (field?.from === 'header' && /^(x-forwarded-for|x-real-ip|host|origin|referer)$/.test(field.key ?? ''));
  if (!field || !isClaimed) return undefined;
  return { how: 'request', key: field.key ?? (field.from === 'host' ? 'host' : text), severity: field.from === 'ip' ? 'warning' : 'error' };
}
function byKey(value: Value, guard: boolean, context: RuleContext): Shortcut | undefined {
  const field = context.request(value) ?? (value.kind === 'ref' && value.root.kind === 'local' ? context.request(context.resolve(value).value) : undefined);
  if (!field || field.key === undefined || !['header', 'query', 'cookie', 'body'].includes(field.from) || !BYPASS.test(field.key)) return undefined;
  return guard || ABOUT_AUTH.test(field.key) ? { how: 'request', key: field.key, severity: 'error' } : undefined;
}
function disjuncts(test: Value, depth: number): readonly Value[] {
  return test.kind === 'logic' && test.op === '||' && depth < 8 ? [...disjuncts(test.left, depth + 1), ...disjuncts(test.right, depth + 1)] : [test];
}

/** A guard that is registered, or made, under an environment test only. */
function* conditional(call: Call, step: Step, fn: FunctionView, context: RuleContext): Iterable<Detection<Evidence>> {
  for (const { value: arg } of call.args) {
    const made = arg.kind === 'ref' ? context.resolve(arg).value : arg;
    if (made.at.path === call.at.path) yield* chosen(made, context);
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
  yield { ...detection(branch.test.at, shortcut, text), evidence: { shortcut, text: branch.holds ? `not (${text})` : text, settled: branch.holds ? 'always' : undefined } };
}
/** `isProd ? requireAuth : (q, s, n) => n()`, also spread from lists. */
function* chosen(value: Value, context: RuleContext): Iterable<Detection<Evidence>> {
  if (value.kind !== 'choice') return;
  const [first, second] = [isGuardValue(value.then), isGuardValue(value.else)];
  if (first === second || !letsPass(first ? value.else : value.then, context)) return;
  const shortcut = environmentShortcut({ test: value.test, holds: second, early: false, at: value.test.at }, context);
  const text = context.textOf(value.test.at);
  if (shortcut) yield { ...detection(value.test.at, shortcut, text), evidence: { shortcut, text: first ? `not (${text})` : text, settled: first ? 'always' : 'never' } };
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
