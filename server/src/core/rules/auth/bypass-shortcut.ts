import type { FunctionView } from '../../model/module.js';
import { bypassesIn, type Bypass } from '../facts/bypasses.js';
import { passwordExamples } from '../facts/password-examples.js';
import { tokenExamples } from '../facts/token-examples.js';
import { unsetKeyExamples } from '../facts/unset-key-examples.js';
import { rule, type Detection, type Fix } from '../rule.js';

export default rule<'function', Bypass>({
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
    for (const one of bypassesIn(fn, context)) yield detection(one, fn);
  },
  explain: ({ shortcut, text }) => ({
    message:
      shortcut.how === 'request'
        ? `A request that carries '${shortcut.key}' skips authentication: anyone can send it. Remove this branch.`
        : shortcut.how === 'address'
          ? `The caller's address is read from '${shortcut.key}', which anyone can send, so whoever names the right address passes. Ask for a credential, or use the address of the connection.`
        : shortcut.how === 'identity'
          ? `A request that carries '${shortcut.key}' gets an identity without a check: anyone can send it. Remove this branch.`
        : shortcut.how === 'token'
          ? `Whoever has the value of ${shortcut.key} passes without the check the others get, wherever the variable is set. Remove this branch.`
        : shortcut.how === 'unset'
          ? `Everybody passes while ${shortcut.key} is not set, so one forgotten variable opens the API. Refuse all requests, or to start, without it.`
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
      title: 'Fastify: a client of the tests',
      bad: `
        import Fastify from 'fastify';
        const app = Fastify();
        app.addHook('onRequest', async (req, reply) => {
          if (req.headers['x-test-client'] === 'our-e2e') return;
        //    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ auth/bypass-shortcut "carries 'x-test-client'"
          if (req.headers['x-device-key'] !== String(process.env.DEVICE_KEY)) return reply.code(401).send({});
        });
        app.get('/', async () => data);
      `,
    },
    {
      title: 'a word written in the code, and what a client calls itself',
      bad: `
        export function requireUser(req, res, next) {
          const preview = req.query.preview;
          if (preview === 'letmein') return next();
        //    ^^^^^^^^^^^^^^^^^^^^^ auth/bypass-shortcut "carries 'preview'"
          if (String(req.get('user-agent')).includes('kube-probe')) return next();
        //    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ auth/bypass-shortcut "carries 'user-agent'"
          if (!req.session.user) return res.sendStatus(401);
          next();
        }
      `,
    },
    {
      title: 'an identity for whoever asks',
      bad: `
        import { jwtVerify } from 'jose';
        export async function identify(request) {
          const dev = request.headers.get('x-debug-user');
          if (dev) return { id: dev, roles: ['curator'] };
        //    ^^^ auth/bypass-shortcut "'x-debug-user' gets an identity without a check"
          const { payload } = await jwtVerify(request.headers.get('authorization'), key);
          return { id: payload.sub };
        }
        exports.authenticate = async (req) => {
          const url = new URL(req.url, 'https://bridge');
          if (url.searchParams.get('sim') === '1') return { id: 'sim-0' };
        //    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ auth/bypass-shortcut "'sim' gets an identity"
          return known.get(req.socket.getPeerCertificate().fingerprint256) || null;
        };
      `,
    },
    {
      title: 'Next: a variable switches the middleware off',
      bad: `
        import { NextResponse } from 'next/server';
        import { getToken } from 'next-auth/jwt';
        export async function middleware(req) {
          if (process.env.SKIP_AUTH === 'true') return NextResponse.next();
        //    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ auth/bypass-shortcut "off whenever process.env.SKIP_AUTH"
          if (!(await getToken({ req }))) return NextResponse.redirect(new URL('/login', req.url));
          return NextResponse.next();
        }
      `,
    },
    {
      title: 'an address that is only claimed',
      bad: `
        const PRIVATE = /^(10\\.|192\\.168\\.)/;
        export function internalOnly(req, res, next) {
          const ip = String(req.headers['x-real-ip'] ?? req.socket.remoteAddress);
          if (PRIVATE.test(ip)) return next();
        //    ^^^^^^^^^^^^^^^^ auth/bypass-shortcut "is read from 'x-real-ip'"
          res.sendStatus(404);
        }
        export async function office(ctx, next) {
          const [first] = ctx.get('x-forwarded-for').split(',');
          if (!OFFICE.has(first)) ctx.throw(403);
        //    ^^^^^^^^^^^^^^^^^^ auth/bypass-shortcut "which anyone can send"
          await next();
        }
      `,
    },
    {
      title: 'what a request is about, and who it says it is',
      good: `
        export function requireUser(req, res, next) { if (req.headers['content-type'] === 'text/plain') return next(); if (req.headers.upgrade === 'websocket') return next(); if (!req.user) return res.sendStatus(401); next(); }
        export async function identify(req) { const token = req.headers.authorization; if (token) return { id: (await verify(token)).sub }; return null; }
        export function limit(req, res, next) { if (seen.has(req.headers['x-forwarded-for'])) return res.sendStatus(429); next(); }
        export function page(req, res) { if (req.query.kind === 'all') return res.json(everything()); if (!req.query.id) return res.sendStatus(404); res.json(one(req.query.id)); }
      `,
    },
    {
      title: 'Nest: a guard that is off while tests of the whole run',
      bad: `
        export class MemberGuard {
          canActivate(context) {
            if (process.env.E2E_TESTS) return true;
            //  ^^^^^^^^^^^^^^^^^^^^^ auth/bypass-shortcut "Authentication is off whenever"
            return Boolean(context.switchToHttp().getRequest().user);
          }
        }
      `,
      fixed: `
        export class MemberGuard {
          canActivate(context) {
            return Boolean(context.switchToHttp().getRequest().user);
          }
        }
      `,
    },
    ...tokenExamples, ...unsetKeyExamples,
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
    { title: 'a key that is checked', good: `export function requireAuth(req, res, next) { if (req.headers['x-internal-key'] === String(process.env.INTERNAL_KEY)) return next(); res.sendStatus(401); }` },
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
    ...passwordExamples,
  ],
});

/** The subject is made of names, never of source text: a formatter changes quotes and breaks lines. */
function detection(found: Bypass, fn: FunctionView): Detection<Bypass> {
  const { shortcut } = found;
  const what = shortcut.how === 'request' || shortcut.how === 'address' || shortcut.how === 'identity' ? shortcut.key : shortcut.how;
  return { at: found.at, evidence: found, subject: `${fn.name} ${what}`, severity: shortcut.severity, confidence: shortcut.how === 'request' || shortcut.how === 'identity' ? 'high' : 'medium' };
}
