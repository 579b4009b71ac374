import type { Call } from '../../model/value.js';
import type { Scope } from '../../project/project.js';
import type { At } from '../../text/source.js';
import { calledModule } from '../facts/imported.js';
import { changing } from '../facts/methods.js';
import { looksAtOrigin } from '../facts/origin-checks.js';
import { publicPath } from '../facts/paths.js';
import { rule, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly call: Call;
  /** Where the flags of the cookie stand: an object to add to, or the call's options that hold none yet. */
  readonly cookieAt: At | undefined;
  readonly optionsAt: At | undefined;
  /** The flag itself, where it is there and lets other sites in. */
  readonly flagAt: At | undefined;
}
const SESSIONS = /^(express-session|cookie-session|koa-session|koa-generic-session|@fastify\/session|@fastify\/secure-session)$/;
const PROTECTS = /csrf|csurf|xsrf|crumb|lusca/i;
const PACKAGES = ['csurf', 'csrf', 'csrf-csrf', 'csrf-sync', 'tiny-csrf', 'lusca', '@fastify/csrf-protection', '@hapi/crumb', 'koa-csrf', 'hono/csrf', '@dr.pogodin/csurf', '@otterhttp/csrf'];
const FORMS = /^(urlencoded|multer|upload|koa-?body|bodyParser|single|array|fields|any|none|formidable|fileUpload|formbody|multipart)$/i;

export default rule<'call', Evidence>({
  meta: {
    id: 'csrf/missing',
    title: 'Cookie login without CSRF protection',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [352],
    severity: 'info',
    confidence: 'medium',
    topics: ['csrf'],
    since: '0.1.0',
    leansOn: ['express-session/cookie-flags'],
    whenNotToUse: 'The cookie identifies nobody: what it protects is asked for with a token in a header.',
    references: ['https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html'],
  },
  on: 'call',
  words: ['session'],
  *detect({ call, step, in: fn }, context) {
    // Next to a syntax error the check may be what is just being typed.
    if (!fn.complete) return;
    const from = calledModule(call) ?? '';
    const flags = SESSIONS.test(from) && call.form === 'call' ? flagsOf(call, from, context) : undefined;
    const scope = flags && context.scopeOf(call.at);
    if (!flags || !scope || PACKAGES.some((name) => context.projectUses(name)) || !takesForms(scope, context)) return;
    yield { at: call.nameAt, subject: `${fn.name} session`, when: step.when, confidence: 'medium', evidence: { call, ...flags } };
  },
  explain: () => ({
    message: "Logged-in users can be made to submit requests from other sites. Set sameSite: 'lax' or add CSRF protection.",
    why: 'A form on any other site is sent with the cookie of whoever looks at it, and the application cannot tell the difference.',
    remedy: "Give the session's cookie sameSite: 'lax', or check a token with every form.",
  }),
  *fix({ evidence: { cookieAt, optionsAt, flagAt } }): Iterable<FixAnswer> {
    const title = "Set sameSite: 'lax'";
    if (flagAt) yield { title, safety: 'review', changes: [{ do: 'replace', at: flagAt, code: [{ quote: 'lax' }] }] };
    else if (cookieAt) yield { title, safety: 'review', changes: [{ do: 'insert', at: cookieAt, where: 'entry-last', code: ['sameSite: ', { quote: 'lax' }] }] };
    else if (optionsAt) yield { title, safety: 'review', changes: [{ do: 'insert', at: optionsAt, where: 'entry-last', code: ['cookie: { sameSite: ', { quote: 'lax' }, ' }'] }] };
    else yield { refused: 'The options of the session stand in another place.' };
  },
  examples: [
    {
      title: 'a session and a form',
      bad: `
        import express from 'express';
        import session from 'express-session';
        const app = express();
        app.use(session({ secret: process.env.SECRET, cookie: { secure: true } }));
        //      ^^^^^^^ csrf/missing "from other sites"
        app.use(express.urlencoded({ extended: false }));
        app.post('/pay', auth, (req, res) => res.json(pay(req.session.user)));
      `,
      fixed: `
        import express from 'express';
        import session from 'express-session';
        const app = express();
        app.use(session({ secret: process.env.SECRET, cookie: { secure: true, sameSite: 'lax' } }));
        app.use(express.urlencoded({ extended: false }));
        app.post('/pay', auth, (req, res) => res.json(pay(req.session.user)));
      `,
    },
    {
      title: 'a session in the cookie, and an upload',
      bad: `
        const express = require('express');
        const cookieSession = require('cookie-session');
        const multer = require('multer');
        const app = express();
        app.use(cookieSession({ keys: [process.env.KEY] }));
        //      ^^^^^^^^^^^^^ csrf/missing
        app.post('/transfer', multer().single('f'), auth, (req, res) => res.json(transfer(req.body)));
      `,
      fixed: `
        const express = require('express');
        const cookieSession = require('cookie-session');
        const multer = require('multer');
        const app = express();
        app.use(cookieSession({ keys: [process.env.KEY], sameSite: 'lax' }));
        app.post('/transfer', multer().single('f'), auth, (req, res) => res.json(transfer(req.body)));
      `,
    },
    {
      title: 'a flag that lets other sites in',
      bad: `
        import express from 'express';
        import session from 'express-session';
        const app = express();
        app.use(session({ secret: process.env.SECRET, cookie: { secure: true, sameSite: 'none' } }));
        //      ^^^^^^^ csrf/missing
        app.use(express.urlencoded());
        app.post('/pay', auth, (req, res) => res.json(pay(req.session.user)));
      `,
      fixed: `
        import express from 'express';
        import session from 'express-session';
        const app = express();
        app.use(session({ secret: process.env.SECRET, cookie: { secure: true, sameSite: 'lax' } }));
        app.use(express.urlencoded());
        app.post('/pay', auth, (req, res) => res.json(pay(req.session.user)));
      `,
    },
    {
      title: 'other sites send no cookie',
      good: `
        import express from 'express'; import session from 'express-session'; const app = express(); app.use(session({ secret, cookie: { secure: true, sameSite: 'lax' } }));
        app.use(express.urlencoded()); app.post('/pay', auth, pay);
      `,
    },
    {
      title: 'tokens in a header',
      good: `
        import express from 'express'; import { expressjwt } from 'express-jwt'; const app = express(); app.use(expressjwt({ secret, algorithms: ['RS256'] })); app.use(express.urlencoded());
        app.post('/pay', pay);
      `,
    },
    {
      title: 'a check of a token',
      good: `
        import express from 'express'; import session from 'express-session'; import csurf from 'csurf'; const app = express(); app.use(session({ secret })); app.use(express.urlencoded());
        app.use(csurf()); app.post('/pay', auth, pay);
      `,
    },
    {
      title: 'a check by an own name',
      good: `
        import express from 'express'; import session from 'express-session'; import { csrfProtection } from './csrf.js'; const app = express(); app.use(session({ secret }));
        app.use(express.urlencoded()); app.post('/pay', csrfProtection, pay);
      `,
    },
    {
      title: 'only JSON is read',
      good: `
        import express from 'express'; import session from 'express-session'; const app = express(); app.use(session({ secret })); app.use(express.json()); app.post('/pay', auth, pay);
      `,
    },
    {
      title: 'the origin is looked at',
      good: `
        import express from 'express'; import session from 'express-session'; const app = express(); app.use(session({ secret })); app.use(express.urlencoded());
        app.use((req, res, next) => { if (req.headers.origin !== process.env.ORIGIN) return res.sendStatus(403); next(); }); app.post('/pay', auth, pay);
      `,
    },
    {
      title: 'nothing is changed',
      good: `
        import express from 'express'; import session from 'express-session'; const app = express(); app.use(session({ secret })); app.use(express.urlencoded()); app.post('/login', login);
        app.get('/a', a);
      `,
    },
  ],
});

/** What stands where the flag for other sites would; undefined where it keeps them out, or nobody can tell. */
function flagsOf(call: Call, from: string, context: RuleContext): Omit<Evidence, 'call'> | undefined {
  const options = call.args.map((item) => item.value).find((value) => value.kind === 'object');
  if (call.args.some((item) => item.value.kind !== 'object' && item.value.kind !== 'ref' && item.value.kind !== 'literal')) return undefined;
  if (!options) return call.args.length === 0 ? undefined : { cookieAt: undefined, optionsAt: undefined, flagAt: undefined };
  const isFlat = from === 'cookie-session' || from === 'koa-session';
  const cookie = isFlat ? undefined : context.option(options, 'cookie');
  if (cookie?.kind === 'unknown') return undefined;
  if (cookie?.kind === 'absent') return { cookieAt: undefined, optionsAt: options.at, flagAt: undefined };
  const holder = cookie?.kind === 'value' ? cookie.value : options;
  const flag = context.option(holder, 'sameSite');
  const here = holder.at.path === call.at.path && holder.kind === 'object' ? holder.at : undefined;
  if (flag.kind === 'absent') return { cookieAt: here, optionsAt: undefined, flagAt: undefined };
  if (flag.kind !== 'value') return undefined;
  const value = context.constant(flag.value)?.value;
  return value === 'none' || value === false ? { cookieAt: undefined, optionsAt: undefined, flagAt: flag.value.at.path === call.at.path ? flag.value.at : undefined } : undefined;
}
/** The application changes data at the request of a form, and nothing in it looks where that came from. */
function takesForms(scope: Scope, context: RuleContext): boolean {
  const layers = scope.layers.map(({ layer }) => layer);
  const endpoints = context.endpoints({ scope: scope.id });
  const all = [...layers, ...endpoints.flatMap((one) => one.route.layers)];
  if (all.some((layer) => PROTECTS.test(layer.name) || layer.claims.some((claim) => claim.protects === 'csrf') || (layer.fn !== undefined && looksAtOrigin(layer.fn, context)))) return false;
  const isChanging = endpoints.some((one) => changing.has(one.method) && !publicPath(one.path.text) && one.method !== 'all');
  return isChanging && all.some((layer) => FORMS.test(layer.name.split('.').at(-1) ?? ''));
}
