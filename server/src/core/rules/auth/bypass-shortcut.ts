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
  /** The text a fix removes or unwraps, and what it keeps. */
  readonly whole: At | undefined;
  readonly keep: At | undefined;
}
const BYPASS = /^(x-)?(bypass|skip|no|disable|test|debug|dev|internal|fake|mock|impersonate|override)[-_]?(auth|authentication|login|user|admin|token|key|mode)?$/i;
const ABOUT_AUTH = /auth|login|user|admin|token/i;
const SWITCH = /(^|_)(SKIP|DISABLED?|BYPASS|NO|MOCK|FAKE)_?(\w+_)?AUTH|(^|_)AUTH\w*_(DISABLED?|BYPASS|OFF|SKIP)/i;
const LOCAL_HOST = /^(localhost|127\.0\.0\.1|::1|::ffff:127\.0\.0\.1|0\.0\.0\.0)(:\d+)?$/;
const CODE = /(^|[._])(otp|pin|passcode|mfa_?code)$/i;
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
        yield { ...detection(branch.test.at, shortcut, fn), evidence: { shortcut, text, whole: branch.holds ? wholeIf(branch, step, fn, context) : undefined, keep: undefined } };
      }
      if (step.do === 'call' && /^(use|addHook|register|useGlobalGuards)$/.test(step.call.name)) yield* conditional(step.call, step, fn, context);
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
  *fix({ evidence: { whole, keep } }): Iterable<Fix> {
    if (!whole) return;
    yield { title: 'Remove the shortcut', safety: 'review', changes: [keep ? { do: 'replace', at: whole, code: [{ copy: keep }] } : { do: 'remove', at: whole, as: 'text' }] };
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
    { title: 'a logger in development', good: `import express from 'express'; import morgan from 'morgan'; const app = express(); if (process.env.NODE_ENV !== 'production') app.use(morgan('dev'));` },
    { title: 'more strictness in production', good: `import express from 'express'; const app = express(); app.use(requireAuth); if (process.env.NODE_ENV === 'production') app.use(requireToken);` },
    { title: 'no guard: a redirect to https', good: `export function https(req, res, next) { if (process.env.NODE_ENV !== 'production') return next(); res.redirect('https://example.com' + req.url); }` },
    { title: 'a key that is checked', good: `export function requireAuth(req, res, next) { if (req.headers['x-internal-key'] === process.env.INTERNAL_KEY) return next(); res.sendStatus(401); }` },
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
      step.value.kind === 'object' && step.value.entries.length > 0 && step.value.entries.every((one) => one.value.kind === 'literal') && IDENTITY.test(step.target.path.at(-1) ?? '') && context.request(step.target)?.from === 'identity'
    );
  if (step.do !== 'return' || !step.value) return false;
  return step.value.kind === 'literal' && step.value.value === true && isGuardName(fn.name);
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
  if (test.kind === 'logic' && test.op === '&&') return requestShortcut(test.left, guard, context) ?? requestShortcut(test.right, guard, context);
  if (test.kind !== 'compare') return byKey(test, guard, context);
  if (test.op !== '===' && test.op !== '==') return undefined;
  const [value, literal] = test.right.kind === 'literal' ? [test.left, test.right] : [test.right, context.constant(test.left) ? test.left : test.right];
  const text = context.constant(literal)?.value;
  if (typeof text !== 'string' && typeof text !== 'boolean' && typeof text !== 'number') return undefined;
  const keyed = byKey(value, guard, context);
  if (keyed) return keyed;
  if (typeof text !== 'string' || !guard) return undefined;
  const field = context.request(value.kind === 'ref' ? context.resolve(value).value : value) ?? context.request(value);
  if (LOCAL_HOST.test(text) && (field?.from === 'host' || field?.from === 'ip' || (field?.from === 'header' && /^(x-forwarded-for|x-real-ip|host|origin|referer)$/.test(field.key ?? ''))))
    return { how: 'request', key: field.key ?? (field.from === 'host' ? 'host' : text), severity: field.from === 'ip' ? 'warning' : 'error' };
  const name = value.kind === 'ref' ? (value.path.at(-1) ?? value.text) : '';
  return text.length > 2 && text !== 'undefined' && text !== 'null' && (secretName(name) || CODE.test(name)) && value.kind === 'ref' && value.root.kind !== 'env' ? { how: 'value', severity: 'error' } : undefined;
}
function byKey(value: Value, guard: boolean, context: RuleContext): Shortcut | undefined {
  const field = context.request(value) ?? (value.kind === 'ref' && value.root.kind === 'local' ? context.request(context.resolve(value).value) : undefined);
  if (!field || field.key === undefined || !['header', 'query', 'cookie', 'body'].includes(field.from) || !BYPASS.test(field.key)) return undefined;
  return guard || ABOUT_AUTH.test(field.key) ? { how: 'request', key: field.key, severity: 'error' } : undefined;
}
function disjuncts(test: Value, depth: number): readonly Value[] {
  return test.kind === 'logic' && test.op === '||' && depth < 8 ? [...disjuncts(test.left, depth + 1), ...disjuncts(test.right, depth + 1)] : [test];
}

/** A guard that is registered under an environment test only. */
function* conditional(call: Call, step: Step, fn: FunctionView, context: RuleContext): Iterable<Detection<Evidence>> {
  for (const { value: arg } of call.args) {
    if (arg.kind !== 'choice') continue;
    const [first, second] = [isGuardValue(arg.then), isGuardValue(arg.else)];
    if (first === second) continue;
    const shortcut = environmentShortcut({ test: arg.test, holds: second, early: false, at: arg.test.at }, context);
    const text = context.textOf(arg.test.at);
    if (shortcut) yield { ...detection(arg.test.at, shortcut, fn), evidence: { shortcut, text: first ? `not (${text})` : text, whole: arg.at, keep: first ? arg.then.at : arg.else.at } };
  }
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
  yield { ...detection(branch.test.at, shortcut, fn), evidence: { shortcut, text: branch.holds ? `not (${text})` : text, whole: wholeIf(branch, step, fn, context), keep: step.statementAt } };
}
function isGuardValue(value: Value): boolean {
  if (value.kind === 'ref') return authGuardName(value.text);
  if (value.kind === 'call') return authGuardName(value.callee || value.name);
  return value.kind === 'array' && value.items.some((item) => isGuardValue(item.value));
}

/** The whole `if` around one statement, where its text is found once and has no `else`. */
function wholeIf(branch: Branch, step: Step, fn: FunctionView, context: RuleContext): At | undefined {
  const body = context.textOf(fn.bodyAt);
  const test = context.textOf(branch.test.at);
  const statement = context.textOf(step.statementAt);
  const found = [`if (${test}) ${statement}`, `if (${test}) { ${statement} }`].find((text) => body.includes(text));
  if (found === undefined) return undefined;
  const from = body.indexOf(found);
  const after = body.slice(from + found.length, from + found.length + 40).trimStart();
  if (body.includes(found, from + 1) || after.startsWith('else')) return undefined;
  return context.within(fn.bodyAt, from, from + found.length);
}
