import type { Branch, FunctionView, ModuleView } from '../../model/module.js';
import type { Call, Ref, Value } from '../../model/value.js';
import type { Severity } from '../../findings/finding.js';
import type { Change } from '../../findings/changes.js';
import { alternatives } from '../facts/alternatives.js';
import { assignedLater, sessionLibrary } from '../facts/cookies.js';
import { secretName } from '../facts/secrets.js';
import { ofRequest } from '../facts/handed.js';
import { outward } from '../facts/outward.js';
import { rule, type Detection, type FixAnswer, type OptionAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  /** The option with its value, as the message quotes it. */
  readonly what: string;
  readonly does: string;
  readonly cure: string;
  readonly changes: readonly Change[];
  readonly refused: string;
}
type Found = Detection<Evidence>;
const DAY = 86_400_000;
const LOGIN_FIELD = /^(user|userId|user_id|uid|account|accountId|loggedIn|loggedin|isLoggedIn|isAuthenticated|authenticated|isAuth)$/;
const CHECKS_LOGIN = /^(compare|compareSync|verify|verifyPassword|checkPassword|comparePassword|validatePassword|authenticate|login|signIn)$/;

export default rule<'module', Evidence>({
  meta: {
    id: 'session/insecure-defaults',
    title: 'Session options are left at risky defaults',
    owasp: ['API2:2019', 'API2:2023'],
    cwe: [613, 384],
    severity: 'info',
    confidence: 'medium',
    topics: ['cookie'],
    since: '0.1.0',
    whereWritten: true,
    leansOn: ['cookie-session/unsigned', 'cookie-session/readable', 'express-session/uninitialized'],
    whenNotToUse: 'Sessions hold nothing but preferences of visitors who do not log in.',
    references: ['https://expressjs.com/en/resources/middleware/session.html', 'https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html'],
  },
  on: 'module',
  words: ['session'],
  *detect(module, context) {
    for (const view of [module.top, ...module.functions.values()])
      for (const step of view.steps) {
        if (step.do === 'call') yield* ofCall(step.call, step.when, module, context);
        else if (step.do === 'assign') yield* ofAssignment(step.target, step.when, view, module, context);
      }
  },
  explain: ({ what, does, cure }) => ({
    message: `'${what}' ${does}. ${cure}.`,
    why: 'A session is a login: whoever can make one, keep one or bring one back is somebody else.',
    remedy: 'Make sessions at login only, keep them in a store, sign them, and let them end.',
  }),
  *fix({ evidence: { what, changes, refused } }): Iterable<FixAnswer> {
    yield changes.length > 0 ? { title: what.startsWith('signed') ? 'Sign the cookie' : 'Set it to false', safety: 'review', changes } : { refused };
  },
  examples: [
    {
      title: 'a cookie anyone can write',
      bad: `
        import cookieSession from 'cookie-session';
        app.use(cookieSession({ name: 's', signed: false }));
        //                                         ^^^^^ session/insecure-defaults "'signed: false' lets anyone write their own session"`,
      fixed: `
        import cookieSession from 'cookie-session';
        app.use(cookieSession({ name: 's' }));`,
    },
    {
      title: 'a session for every visitor, in memory',
      bad: `
        import session from 'express-session';
        app.use(session({ secret: process.env.SECRET, resave: false, saveUninitialized: true }));
        //      ^^^^^^^ session/insecure-defaults "keeps sessions in memory"
        //                                                                              ^^^^ session/insecure-defaults "stores a session for every visitor"`,
    },
    {
      title: 'settings of another file, with flags',
      good: `
        //- conf.js
        exports.session = { secret: process.env.SECRET, resave: false, saveUninitialized: false, cookie: { secure: true, sameSite: 'strict' } };
        //- web.js
        const session = require('express-session');
        const conf = require('./conf');
        app.use(session(conf.session));`,
    },
    {
      title: 'sessions that come back, and last',
      bad: `
        const session = require('express-session');
        const RedisStore = require('connect-redis').default;
        app.use(session({ store: new RedisStore({ client }), secret: process.env.SECRET, resave: true, saveUninitialized: false, cookie: { maxAge: 1000 * 60 * 60 * 24 * 365 } }));
        //                                                                                       ^^^^ session/insecure-defaults "bring back a session"
        //                                                                                                                                         ^^^^^^^^^^^^^^^^^^^^^^^^^ session/insecure-defaults "valid for 365 days"`,
      fixed: `
        const session = require('express-session');
        const RedisStore = require('connect-redis').default;
        app.use(session({ store: new RedisStore({ client }), secret: process.env.SECRET, resave: false, saveUninitialized: false, cookie: { maxAge: 1000 * 60 * 60 * 24 * 365 } }));`,
    },
    {
      title: 'a secret in a cookie that can be read',
      bad: `
        import express from 'express';
        import cookieSession from 'cookie-session';
        const app = express();
        app.use(cookieSession({ keys: [process.env.KEY] }));
        app.post('/connect', async (req, res) => {
          req.session.clientSecret = await load(req.body);
          //          ^^^^^^^^^^^^ session/insecure-defaults "readable in the cookie"
          res.end();
        });`,
    },
    {
      title: 'a login that keeps the session of before',
      bad: `
        import express from 'express';
        import session from 'express-session';
        import bcrypt from 'bcrypt';
        const app = express();
        app.use(session({ store, secret: process.env.SECRET, saveUninitialized: false, resave: false }));
        app.post('/login', async (req, res) => {
          const user = await find(req.body.name);
          if (!(await bcrypt.compare(req.body.password, user.hash))) return res.sendStatus(401);
          req.session.userId = user.id;
          //          ^^^^^^ session/insecure-defaults "keeps the session id of before the login"
          res.end();
        });`,
    },
    {
      title: 'in memory, with all flags of the cookie set',
      good: `
        import session from 'express-session';
        const isLive = process.env.NODE_ENV === 'production';
        app.use(session({ secret: process.env.SECRET, resave: false, saveUninitialized: false, cookie: { secure: isLive, sameSite: 'lax' } }));`,
    },
    { title: 'a store, and nothing before login', good: `import session from 'express-session'; session({ secret: process.env.SECRET, resave: false, saveUninitialized: false, store }); session({ ...base, secret: process.env.SECRET });` },
    { title: 'a signed cookie for a day', good: `import cookieSession from 'cookie-session'; cookieSession({ keys: [process.env.K1], maxAge: 864e5 });` },
    { title: 'a store added later', good: `const session = require('express-session'); const options = { secret: process.env.SECRET, resave: false, saveUninitialized: false }; options.store = new Store(); app.use(session(options));` },
    { title: 'in development only', good: `import session from 'express-session'; const dev = process.env.NODE_ENV === 'development'; if (dev) app.use(session({ secret: 'x', resave: true, saveUninitialized: true }));` },
    {
      title: 'a fresh id at login',
      good: `
        import express from 'express';
        import session from 'express-session';
        const app = express();
        app.use(session({ store, secret: process.env.SECRET, saveUninitialized: false, resave: false }));
        app.post('/login', async (req, res, next) => {
          const user = await authenticate(req.body);
          req.session.regenerate(() => { req.session.user = user.id; res.end(); });
        });`,
    },
    { title: 'tokens in a session that the server keeps', good: `
        import express from 'express';
        import session from 'express-session'; express().get('/cb', async (req, res) => { req.session.accessToken = await load(req.query.code); res.end(); });` },
  ],
});

/** All that the file keeps in a session is a digest and what it was made with: whoever writes one himself has to know what is hashed. */
function provesItself(module: ModuleView, context: RuleContext): boolean {
  const kept = [module.top, ...module.functions.values()].flatMap(({ steps }) => steps.flatMap((step) => (step.do === 'assign' && step.target.path.at(-2) === 'session' ? [step] : [])));
  const isDigest = (value: Value): boolean => {
    const end = context.resolve(value).value;
    return end.kind === 'call' && end.name === 'digest';
  };
  return kept.some(({ value }) => isDigest(value)) && kept.every(({ target, value }) => isDigest(value) || /^(salt|nonce|iv|time|issued(At)?|expires(At)?)$/i.test(target.path.at(-1) ?? ''));
}
function* ofCall(call: Call, when: readonly Branch[], module: ModuleView, context: RuleContext): Iterable<Found> {
  const found = sessionLibrary(call);
  const options = found && call.args[found.index]?.value;
  if (!found || found.library === 'iron-session') return;
  const { library } = found;
  type Text = Omit<Evidence, 'what' | 'changes'>;
  type Changed = (at: Found['at'], entry: Found['at']) => readonly Change[];
  const report = function* (key: string, wanted: (value: unknown) => boolean, text: (value: unknown) => Text, severity: Severity, change: Changed, holder = options): Iterable<Found> {
    const answer = context.option(holder, key);
    if (answer.kind !== 'value' || (answer.value.at.path !== module.path && !context.spokenOf(answer.value.at.path)) || assignedLater(options, [key], module, context)) return;
    for (const one of alternatives(answer.value, context)) {
      const value = one.value.kind === 'literal' ? one.value.value : undefined;
      if (one.value.kind !== 'literal' || !wanted(value)) continue;
      const isPair = answer.entry.form === 'pair' && one.when.length === 0;
      yield {
        at: one.at, subject: `${library} ${key}`,
        evidence: { what: `${key}: ${String(value)}`, changes: isPair ? change(one.at, answer.entry.at) : [], ...text(value) }, severity, confidence: 'high', when: [...when, ...one.when],
      };
    }
  };
  const toFalse = (at: Found['at']): readonly Change[] => [{ do: 'replace', at, code: ['false'] }];
  const elsewhere = 'The value stands elsewhere.';
  if (library === 'express-session') {
    yield* report('saveUninitialized', (value) => value === true, () => ({ does: 'stores a session for every visitor before login', cure: 'Set it to false', refused: elsewhere }), 'info', toFalse);
    yield* report('resave', (value) => value === true, () => ({ does: 'can bring back a session that was just ended', cure: 'Set it to false', refused: elsewhere }), 'info', toFalse);
    // Settings of another file are put together with others there.
    if (options && context.resolve(options).value.at.path === module.path && context.option(options, 'store').kind === 'absent' && !assignedLater(options, ['store'], module, context) && !hasSafeFlags(options, context))
      yield {
        at: call.nameAt, subject: 'express-session store', severity: 'info', confidence: 'high', when,
        evidence: { what: 'no store', does: 'keeps sessions in memory: they leak and are lost on restart', cure: 'Add a store', changes: [], refused: 'Which store fits is a decision about your servers.' },
      };
  }
  const signs = library === 'cookie-session' || (library === 'koa-session' && context.option(options, 'store').kind === 'absent');
  if (signs)
    yield* report(
      'signed', (value) => value === false, () => ({ does: 'lets anyone write their own session', cure: 'Remove it and set keys', refused: elsewhere }),
      provesItself(module, context) ? 'info' : 'error', (_, entry) => [{ do: 'remove', at: entry, as: 'entry' }],
    );
  const cookie = library === 'express-session' || library === '@fastify/session' ? context.option(options, 'cookie') : undefined;
  const holder = cookie === undefined ? options : cookie.kind === 'value' ? cookie.value : undefined;
  const days = (value: unknown): number => Math.round(Number(value) / DAY);
  yield* report(
    'maxAge', (value) => typeof value === 'number' && value > 30 * DAY,
    (value) => ({ does: `keeps stolen sessions valid for ${days(value)} days`, cure: 'Shorten it', refused: 'How long a login lasts is a decision about your users.' }),
    'info', () => [], holder,
  );
}

/** Somebody chose the flags of the cookie: what the store is for a running server is not told by the options alone. */
function hasSafeFlags(options: Value, context: RuleContext): boolean {
  const cookie = context.option(options, 'cookie');
  if (cookie.kind !== 'value') return false;
  const [secure, sameSite, httpOnly] = ['secure', 'sameSite', 'httpOnly'].map((key) => context.option(cookie.value, key));
  const value = (answer: OptionAnswer | undefined): unknown => (answer?.kind === 'value' ? context.constant(answer.value)?.value : undefined);
  return secure?.kind === 'value' && value(secure) !== false && sameSite?.kind === 'value' && value(sameSite) !== false && value(sameSite) !== 'none' && value(httpOnly) !== false;
}

/** `req.session.x = ...`: a secret in a cookie, a login in a session that was there before. */
function* ofAssignment(target: Ref, when: readonly Branch[], fn: FunctionView, module: ModuleView, context: RuleContext): Iterable<Found> {
  const key = target.path.at(-1);
  if (key === undefined || target.path.length !== 2 || target.path[0] !== 'session' || !ofRequest(target, context)) return;
  const found = { at: target.nameAt, subject: `session ${key}`, when };
  if (secretName(key) && context.projectUses('cookie-session') && !context.projectUses('express-session')) {
    yield { ...found, evidence: { what: `session.${key}`, does: `puts '${key}' readable in the cookie`, cure: 'Keep it on the server', changes: [], refused: 'A store on the server is needed first.' } };
    return;
  }
  if (!LOGIN_FIELD.test(key) || !context.projectUses('express-session')) return;
  const isFresh = [module.top, ...module.functions.values()].some((one) => one.steps.some((step) => step.do === 'call' && /^regenerate/.test(step.call.name)));
  if (isFresh || !logsIn(fn, context)) return;
  yield {
    ...found, severity: 'hint',
    evidence: {
      what: `session.${key}`,
      does: 'keeps the session id of before the login, which an attacker may have set',
      cure: 'Call req.session.regenerate first',
      changes: [],
      refused: 'What follows has to move into the callback of regenerate.',
    },
  };
}
function logsIn(fn: FunctionView, context: RuleContext): boolean {
  for (const view of outward(fn, context.body, 5)) if (view.steps.some((step) => step.do === 'call' && CHECKS_LOGIN.test(step.call.name))) return true;
  return context.endpoints({ handler: fn.id }).some((one) => one.method === 'POST' && /(^|\/)(login|log-in|signin|sign-in)$/i.test(one.path.text));
}
