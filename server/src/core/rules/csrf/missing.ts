import type { Call } from '../../model/value.js';
import { links, type ChainLink, type Endpoint } from '../../project/project.js';
import { samePlace, type At } from '../../text/source.js';
import { changesNothing } from '../facts/doing-nothing.js';
import { csrfBrowserExamples } from '../facts/csrf-browser-examples.js';
import { asksForHeader, asksForToken, checks, isProtected, knowsBySession } from '../facts/csrf-checks.js';
import { csrfMountExamples } from '../facts/csrf-mount-examples.js';
import { exemptFromCrumb, lacksNeighboursCheck, mountWithout } from '../facts/csrf-neighbours.js';
import { changing } from '../facts/methods.js';
import { idlePosts } from '../facts/idle-post-examples.js';
import { adminPath, publicPath } from '../facts/paths.js';
import { rule, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly endpoint: Endpoint;
  /** No check at all, one that stands behind the route and never runs for it, or one that only the neighbours have. */
  readonly how: 'missing' | 'late' | 'forgotten' | 'mount' | 'exempt';
  /** Where the flags of the cookie stand: an object to add to, or the call's options that hold none yet. */
  readonly cookieAt: At | undefined;
  readonly optionsAt: At | undefined;
  /** The flag itself, where it is there and lets other sites in. */
  readonly flagAt: At | undefined;
}
const SESSIONS = /^(express-session|cookie-session|koa-session|koa-generic-session|@fastify\/session|@fastify\/secure-session)$/;
const PACKAGES = ['csurf', 'csrf', 'csrf-csrf', 'csrf-sync', 'tiny-csrf', 'lusca', '@fastify/csrf-protection', '@hapi/crumb', 'koa-csrf', 'hono/csrf', '@dr.pogodin/csurf', '@otterhttp/csrf'];
const OVERRIDES = ['method-override', 'koa-methodoverride', 'koa-override', 'hono/method-override'];
const FORMS = /^(urlencoded|multer|upload|koa-?body|bodyParser|single|array|fields|any|none|formidable|fileUpload|formbody|multipart)$/i;

export default rule<'endpoint', Evidence>({
  meta: {
    id: 'csrf/missing',
    title: 'Cookie login without CSRF protection',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [352],
    severity: 'info',
    confidence: 'medium',
    topics: ['csrf'],
    whereMounted: true,
    since: '0.1.0',
    leansOn: ['express-session/cookie-flags'],
    whenNotToUse: 'The cookie identifies nobody: what it protects is asked for with a token in a header.',
    references: ['https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html'],
  },
  on: 'endpoint',
  words: [],
  *detect(endpoint, context) {
    const path = context.pathOf(endpoint.methodAt);
    const nowhere = { cookieAt: undefined, optionsAt: undefined, flagAt: undefined };
    const mount = mountWithout(endpoint, context);
    if (mount) yield { at: mount.at, subject: `${endpoint.scope} csrf`, when: endpoint.when, confidence: 'medium', evidence: { endpoint, how: mount.how, ...nowhere } };
    // Next to a syntax error the check may be what is just being typed.
    if (!context.isAsked(path) || context.top(path)?.complete !== true) return;
    const found = { at: endpoint.methodAt, subject: `${endpoint.id} csrf`, when: endpoint.when, confidence: 'medium' as const };
    if (!mount && lacksNeighboursCheck(endpoint, context) && !isIdle(endpoint, context)) {
      yield { ...found, evidence: { endpoint, how: 'forgotten', ...nowhere } };
      return;
    }
    const exempt = exemptFromCrumb(endpoint, context);
    if (exempt) yield { ...found, at: exempt, evidence: { endpoint, how: 'exempt', ...nowhere } };
    if (exempt || !isChange(endpoint, context)) return;
    // What is before an endpoint takes longest to read: only where there is something to say.
    const chain = links(endpoint.chain);
    const said = faultOf(endpoint, chain, mount !== undefined, context);
    if (!said || isProtected(endpoint, context) || chain.some((link) => asksForHeader(link, context) || asksForToken(link, context)) || isIdle(endpoint, context)) return;
    yield { ...found, evidence: { endpoint, ...nowhere, ...said } };
  },
  explain: ({ endpoint, how }) => ({
    message: how === 'mount'
      ? `${endpoint.method} ${endpoint.path.text} lacks the check against forged requests that other routers are mounted with. Add it to the mount of this one as well.`
      : how === 'exempt'
      ? `${endpoint.method} ${endpoint.path.text} takes itself out of the check against forged requests, though a cookie tells who calls. Leave the check on.`
      : how === 'forgotten'
      ? `${endpoint.method} ${endpoint.path.text} lacks the check against forged requests that its neighbours have. Add it here as well.`
      : how === 'late'
      ? `${endpoint.method} ${endpoint.path.text} is registered before the check against forged requests, which never runs for it. Register the check first.`
      : `Logged-in users can be made to submit ${endpoint.method} ${endpoint.path.text} from other sites. Set sameSite: 'lax' or add CSRF protection.`,
    why: 'A form on any other site is sent with the cookie of whoever looks at it, and the application cannot tell the difference.',
    remedy: "Give the session's cookie sameSite: 'lax', or check a token with every form.",
  }),
  *fix({ evidence: { cookieAt, optionsAt, flagAt, how } }): Iterable<FixAnswer> {
    if (how === 'forgotten' || how === 'mount' || how === 'exempt') return yield { refused: 'The form has to send the token first.' };
    if (how === 'late') return yield { refused: 'Which of the statements between the two may move cannot be told.' };
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
        app.use(express.urlencoded({ extended: false }));
        app.post('/pay', auth, (req, res) => res.json(pay(req.session.user)));
        //  ^^^^ csrf/missing "POST /pay from other sites"
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
        app.post('/transfer', multer().single('f'), auth, (req, res) => res.json(transfer(req.body)));
        //  ^^^^ csrf/missing
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
        app.use(express.urlencoded());
        app.post('/pay', auth, (req, res) => res.json(pay(req.session.user)));
        //  ^^^^ csrf/missing
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
      title: 'a router of another file behind a cookie for every site',
      bad: `
        //- app.js
        const express = require('express');
        const cookieSession = require('cookie-session');
        const cards = require('./cards');
        const app = express();
        app.use(cookieSession({ keys: [process.env.KEY], sameSite: 'none', secure: true }));
        app.use(express.json());
        app.use('/cards', cards);
        app.listen(3000);
        //- cards.js
        const { Router } = require('express');
        const router = Router();
        router.get('/', (req, res) => res.json(list(req.session.account)));
        router.post('/', (req, res) => res.json(add(req.session.account)));
        //     ^^^^ csrf/missing "POST /cards"
        module.exports = router;
      `,
    },
    {
      title: 'a route before the check',
      bad: `
        import express from 'express';
        import cookieParser from 'cookie-parser';
        import { doubleCsrf } from 'csrf-csrf';
        const { doubleCsrfProtection } = doubleCsrf({ getSecret: () => process.env.SECRET });
        const signedIn = (req, res, next) => (users.has(req.cookies.token) ? next() : res.sendStatus(401));
        const app = express();
        app.use(cookieParser());
        app.post('/invoices', signedIn, (req, res) => res.json(add(req.body)));
        //  ^^^^ csrf/missing "never runs for it"
        app.use(doubleCsrfProtection);
        app.listen(3000);
      `,
    },
    {
      title: 'one form of several without the check',
      bad: `
        import express from 'express';
        import cookieParser from 'cookie-parser';
        import csurf from 'csurf';
        const app = express();
        const protect = csurf({ cookie: true });
        const signedIn = (req, res, next) => (users.has(req.cookies.who) ? next() : res.redirect('/login'));
        app.use(cookieParser(), signedIn);
        app.post('/loans', protect, (req, res) => res.json(add(req.body)));
        app.post('/loans/:id/extend', (req, res) => res.json(extend(req.params.id)));
        //  ^^^^ csrf/missing "lacks the check against forged requests that its neighbours have"
        app.listen(3000);
      `,
    },
    {
      title: 'methods that no form can send',
      good: `
        import Koa from 'koa';
        import Router from '@koa/router';
        import session from 'koa-session';
        const app = new Koa();
        const desk = new Router();
        app.use(session({ sameSite: 'none', secure: true }, app));
        desk.delete('/jobs/:id', (ctx) => { ctx.status = 204; });
        desk.put('/jobs/:id', (ctx) => { ctx.status = 204; });
        app.use(desk.routes());
        app.listen(3000);
      `,
    },
    {
      title: 'a form that names another method, beside a route that answers to any',
      bad: `
        const express = require('express');
        const session = require('express-session');
        const methodOverride = require('method-override');
        const app = express();
        app.use(session({ secret: process.env.SECRET, cookie: { secure: true } }), express.urlencoded(), methodOverride('_method'));
        app.all('/notes/:id/pin', auth, (req, res) => res.json(pin(req.params.id)));
        app.delete('/notes/:id', auth, (req, res) => res.json(drop(req.params.id)));
        //  ^^^^^^ csrf/missing "DELETE /notes/{id} from other sites"
      `,
      fixed: `
        const express = require('express');
        const session = require('express-session');
        const methodOverride = require('method-override');
        const app = express();
        app.use(session({ secret: process.env.SECRET, cookie: { secure: true, sameSite: 'lax' } }), express.urlencoded(), methodOverride('_method'));
        app.all('/notes/:id/pin', auth, (req, res) => res.json(pin(req.params.id)));
        app.delete('/notes/:id', auth, (req, res) => res.json(drop(req.params.id)));
      `,
    },
    ...csrfMountExamples,
    ...csrfBrowserExamples,
    {
      title: 'a guard that asks for a header',
      good: `
        import express from 'express';
        import session from 'express-session';
        const app = express();
        app.use(session({ secret: process.env.SECRET, cookie: { secure: true, sameSite: 'none' } }));
        const partner = (req, res, next) => (req.get('x-partner-key') === process.env.PARTNER_KEY ? next() : res.sendStatus(401));
        app.post('/orders', partner, (req, res) => res.json(add(req.body)));
        app.listen(3000);
      `,
    },
    ...idlePosts,
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

function isIdle({ route }: Endpoint, context: RuleContext): boolean {
  // Files a layer before it keeps are a change.
  const keepsFiles = route.layers.some(({ name }) => /^(single|array|fields|any)$/.test(name.split('.').at(-1) ?? ''));
  return !keepsFiles && route.handler?.fn !== undefined && changesNothing(route.handler.fn, context);
}
/** What would be wrong with an endpoint that nothing protects: others of its file are checked, the check comes after it, or there is none for all of them, which the first is told for. */
function faultOf(endpoint: Endpoint, chain: readonly ChainLink[], isMounted: boolean, context: RuleContext): Pick<Evidence, 'how'> & Partial<Omit<Evidence, 'endpoint' | 'how'>> | undefined {
  const others = context.endpoints({ file: context.pathOf(endpoint.methodAt) }).filter((one) => one.app === endpoint.app && isChange(one, context));
  const knowsByCookie = knowsBySession(context);
  if (knowsByCookie && endpoint.chainComplete && others.some((one) => one.route.layers.some((layer) => checks(layer)))) return { how: 'forgotten' };
  if (others[0] !== endpoint) return undefined;
  if (PACKAGES.some((name) => context.projectUses(name)))
    return !isMounted && checkedLater(endpoint, chain, context) && knowsByCookie && endpoint.authentication.state === 'guarded' ? { how: 'late' } : undefined;
  const flags = chain.map(({ layer }) => sessionFlags(layer.value, context)).find((one) => one !== undefined);
  return flags && (flags.isNone || takesForms(endpoint, chain)) ? { how: 'missing', ...flags } : undefined;
}
/** A page of another site can send it without being asked first: only what a form can send, unless a form can name another method. */
function isChange({ method, path }: Endpoint, context: RuleContext): boolean {
  const canForge = method === 'POST' || (method !== 'all' && changing.has(method) && OVERRIDES.some((name) => context.projectUses(name)));
  return canForge && (!publicPath(path.text) || adminPath(path.text));
}
/** A check for all routes of the application stands after this one. */
function checkedLater(endpoint: Endpoint, chain: readonly ChainLink[], context: RuleContext): boolean {
  const outer = chain.find((link) => link.from === 'application');
  const scope = outer && context.scopeOf(outer.layer.at);
  if (!scope?.complete || !endpoint.chainComplete) return false;
  const later = scope.order.findIndex(({ kind, layer, when }) => kind === 'layer' && when.length === 0 && layer !== undefined && checks(layer));
  const own = scope.order.findIndex(({ at }) => samePlace(at, endpoint.methodAt) || endpoint.mounts.some((mount) => samePlace(at, mount)));
  return own >= 0 && later > own;
}
/** The body is read as a form, which any page can send. */
function takesForms(endpoint: Endpoint, chain: readonly ChainLink[]): boolean {
  return [...chain.map(({ layer }) => layer), ...endpoint.route.layers].some((layer) => FORMS.test(layer.name.split('.').at(-1) ?? ''));
}
function sessionFlags(value: ChainLink['layer']['value'], context: RuleContext): (Omit<Evidence, 'endpoint' | 'how'> & { readonly isNone: boolean }) | undefined {
  const call = context.resolve(value).value;
  if (call.kind !== 'call' || call.form !== 'call' || call.target.kind !== 'ref' || call.target.root.kind !== 'import' || call.target.path.length > 0) return undefined;
  const { from } = call.target.root;
  return SESSIONS.test(from) ? flagsOf(call, from, context) : undefined;
}
/** What stands where the flag for other sites would; undefined where it keeps them out, or nobody can tell. */
function flagsOf(call: Call, from: string, context: RuleContext): ReturnType<typeof sessionFlags> {
  const options = call.args.map((item) => item.value).find((value) => value.kind === 'object');
  if (call.args.some((item) => item.value.kind !== 'object' && item.value.kind !== 'ref' && item.value.kind !== 'literal')) return undefined;
  if (!options) return call.args.length === 0 ? undefined : { isNone: false, cookieAt: undefined, optionsAt: undefined, flagAt: undefined };
  const isFlat = from === 'cookie-session' || from === 'koa-session';
  const cookie = isFlat ? undefined : context.option(options, 'cookie');
  if (cookie?.kind === 'unknown') return undefined;
  if (cookie?.kind === 'absent') return { isNone: false, cookieAt: undefined, optionsAt: options.at, flagAt: undefined };
  const holder = cookie?.kind === 'value' ? cookie.value : options;
  const flag = context.option(holder, 'sameSite');
  const here = holder.at.path === call.at.path && holder.kind === 'object' ? holder.at : undefined;
  if (flag.kind === 'absent') return { isNone: false, cookieAt: here, optionsAt: undefined, flagAt: undefined };
  if (flag.kind !== 'value') return undefined;
  const value = context.constant(flag.value)?.value;
  return value === 'none' || value === false ? { isNone: value === 'none', cookieAt: undefined, optionsAt: undefined, flagAt: flag.value.at.path === call.at.path ? flag.value.at : undefined } : undefined;
}
