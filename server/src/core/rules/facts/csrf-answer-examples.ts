import type { Example } from '../rule.js';

/** What the functions that a check of requests is given decide: csrf/weakened. */
export const csrfAnswerExamples: readonly Example[] = [
  {
    title: 'hapi: the check is skipped for a path whose routes know callers by a cookie',
    bad: `
      import Hapi from '@hapi/hapi';
      import cookie from '@hapi/cookie';
      import crumb from '@hapi/crumb';
      const server = Hapi.server({ port: 80 });
      await server.register(cookie);
      await server.register({ plugin: crumb, options: { cookieOptions: { isSecure: true }, skip: (request) => request.path.startsWith('/v1/') } });
      //                                                                                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ csrf/weakened "exempt from CSRF checks wherever"
      server.auth.strategy('guest', 'cookie', { cookie: { password: process.env.SEAL, isSameSite: 'None' }, validate });
      server.auth.default('guest');
      server.route({ method: 'PUT', path: '/v1/bookings/{id}', handler: (request) => move(request.auth.credentials, request.params.id) });
    `,
  },
  {
    title: 'sites of strangers may call server actions',
    bad: `
      //- next.config.ts
      const config = {
        experimental: { serverActions: { allowedOrigins: ['shop.example.com', '*.netlify.app'] } },
        //                                                                    ^^^^^^^^^^^^^^^ csrf/weakened "Anybody can have a site"
      };
      export default config;
    `,
    fixed: `
      //- next.config.ts
      const config = {
        experimental: { serverActions: { allowedOrigins: ['shop.example.com'] } },
      };
      export default config;
    `,
  },
  {
    title: 'every site may send forms',
    bad: `
      //- svelte.config.js
      const pages = { csrf: { trustedOrigins: ['https://pay.example.com', '*'] } };
      //                                                                  ^^^ csrf/weakened "'*' stands for"
      export default { kit: pages };
    `,
  },
  {
    title: 'a login that trusts every site',
    bad: `
      //- lib/auth.ts
      import { betterAuth } from 'better-auth';
      const origins = ['https://app.example.com', '*'];
      //                                          ^^^ csrf/weakened "'*' stands for"
      export const auth = betterAuth({ database, trustedOrigins: origins });
      //- lib/partners.ts
      import { betterAuth } from 'better-auth/minimal';
      export const partners = betterAuth({ database, trustedOrigins: async (request) => ['https://app.example.com', request.headers.get('origin')] });
      //                                                                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ csrf/weakened
      export const previews = betterAuth({ database, trustedOrigins: process.env.NODE_ENV === 'production' ? ['https://*.vercel.app'] : ['http://localhost:3000'] });
      //                                                                                                      ^^^^^^^^^^^^^^^^^^^^^^ csrf/weakened
    `,
  },
  {
    title: 'a login that trusts sites of its own',
    good: `
      import { betterAuth } from 'better-auth'; import { trustedOrigins } from './own-sites.js';
      export const auth = betterAuth({ database, trustedOrigins: ['https://app.example.com', 'https://*.example.com', 'myapp://'] });
      export const other = betterAuth({ database, trustedOrigins: (request) => sitesOf(request.headers.get('x-tenant')) }); export const list = { trustedOrigins: ['*'] };
    `,
  },
  {
    title: 'sites of one owner, and a path where callers bring a token',
    good: `
      //- next.config.mjs
      export default { experimental: { serverActions: { allowedOrigins: ['shop.example.com', '*.shop.example.com', '*.preview.shop.vercel.app'] } }, images: { allowedOrigins: ['*'] } };
      //- server.js
      import Hapi from '@hapi/hapi'; import jwt from '@hapi/jwt'; import crumb from '@hapi/crumb'; const server = Hapi.server({ port: 80 });
      await server.register(jwt); await server.register({ plugin: crumb, options: { skip: (request) => request.path.startsWith('/v1/') } });
      server.auth.strategy('app', 'jwt', { keys: process.env.KEY, verify: { aud: 'a', iss: 'b', sub: false }, validate }); server.auth.default('app');
      server.route({ method: 'PUT', path: '/v1/bookings/{id}', handler: (request) => move(request.auth.credentials, request.params.id) });
    `,
  },
  {
    title: 'a token that is read from a cookie, where forged requests bring it too',
    bad: `
      import express from 'express';
      import csurf from 'csurf';
      import { doubleCsrf } from 'csrf-csrf';
      export const forms = csurf({ cookie: true, value: (req) => req.headers['x-token'] || req.cookies._csrf });
      //                                                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ csrf/weakened "req.cookies._csrf is a cookie"
      export const { doubleCsrfProtection } = doubleCsrf({
        getSecret: () => process.env.KEY,
        getTokenFromRequest(req) {
          return req.cookies['x-csrf'];
      //         ^^^^^^^^^^^^^^^^^^^^^ csrf/weakened
        },
      });
      const app = express();
      app.use((req, res, next) => {
        if (req.cookies.csrfToken !== req.session.csrfToken) return res.sendStatus(403);
      //    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ csrf/weakened
        next();
      });
    `,
  },
  {
    title: 'hono lets every site in, and others skip whoever says so',
    bad: `
      //- app.ts
      import { Hono } from 'hono';
      import { csrf } from 'hono/csrf';
      const app = new Hono();
      app.use('/desk/*', csrf({ origin: (origin) => true }));
      //                        ^^^^^^ csrf/weakened "every site"
      //- guards.ts
      import { csrfSync } from 'csrf-sync';
      import { doubleCsrf } from 'csrf-csrf';
      export const one = csrfSync({ skipCsrfProtection: (req) => req.get('user-agent').startsWith('Shop/') });
      //                                                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ csrf/weakened "any client may say"
      export const two = doubleCsrf({ getSecret, skipCsrfProtection: () => true });
      //                                         ^^^^^^^^^^^^^^^^^^ csrf/weakened "skipped for all"
      export const three = doubleCsrf({ getSecret, skipCsrfProtection: (req) => req.path === '/hooks' || req.query.app === '1' });
      //                                                                                                 ^^^^^^^^^^^^^^^^^^^^^ csrf/weakened "Whoever adds"
    `,
  },
  {
    title: 'tokens in a header, origins that are compared, and requests that bear a key',
    good: `
      import { csrf } from 'hono/csrf'; import { doubleCsrf } from 'csrf-csrf';
      export const a = csrf({ origin: (origin) => origin === 'https://desk.example' }); export const b = csrf({ origin: process.env.ORIGIN });
      export const c = doubleCsrf({ getSecret, getTokenFromRequest: (req) => req.headers['x-csrf-token'], skipCsrfProtection: (req) => Boolean(req.headers.authorization) });
      export const isSame = (req, res, next) => (req.cookies.csrf === req.headers['x-csrf'] ? next() : res.sendStatus(403));
    `,
  },
];
