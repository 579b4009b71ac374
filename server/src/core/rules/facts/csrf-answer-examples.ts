import type { Example } from '../rule.js';

/** What the functions that a check of requests is given decide: csrf/weakened. */
export const csrfAnswerExamples: readonly Example[] = [
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
