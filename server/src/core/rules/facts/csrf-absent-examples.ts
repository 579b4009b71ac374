import type { Example } from '../rule.js';

/** Checks that only look at requests which bring a token: csrf/weakened. */
export const csrfAbsentExamples: readonly Example[] = [
  {
    title: 'a request without a token goes on',
    bad: `
      import express from 'express';
      import session from 'express-session';
      const app = express();
      app.use(session({ secret: process.env.SECRET }));
      function csrfCheck(req, res, next) {
        if (req.method === 'GET') return next();
        const given = req.headers['x-csrf-token'];
        if (given == null) {
      //    ^^^^^^^^^^^^^ csrf/weakened "Only requests with 'given' are checked"
          next();
          return;
        }
        if (given !== req.session.csrf) return res.status(403).json({ error: 'token' });
        next();
      }
      app.use(csrfCheck);
    `,
  },
  {
    title: 'compared only where it was sent',
    bad: `
      //- koa.js
      import Koa from 'koa';
      const app = new Koa();
      app.use(async (ctx, next) => {
        const token = ctx.get('x-xsrf-token');
        if (token && token !== ctx.session.xsrf) ctx.throw(403);
      //    ^^^^^ csrf/weakened
        await next();
      });
      //- express.js
      import express from 'express';
      const app = express();
      app.use((req, res, next) => {
        if (req.body._csrf) {
      //    ^^^^^^^^^^^^^^ csrf/weakened "Only requests with 'req.body._csrf' are checked"
          if (req.body._csrf !== req.session.token) return next(new Error('forged'));
        }
        next();
      });
    `,
  },
  {
    title: 'hapi: no check without a referrer',
    bad: `
      import Hapi from '@hapi/hapi';
      import crumb from '@hapi/crumb';
      import { doubleCsrf } from 'csrf-csrf';
      const server = Hapi.server({ port: 80 });
      await server.register({ plugin: crumb, options: { skip: (request) => request.path === '/hooks/mail' || request.headers.referer == null } });
      //                                                                                                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ csrf/weakened
      export const { doubleCsrfProtection } = doubleCsrf({ getSecret: () => process.env.KEY, skipCsrfProtection: (req) => !req.headers['x-csrf-token'] });
      //                                                                                                                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ csrf/weakened
    `,
  },
  {
    title: 'requests without a token are refused, and those without a session go on',
    good: `
      import express from 'express'; import crumb from '@hapi/crumb'; const app = express();
      app.use((req, res, next) => { const sent = req.get('x-csrf-token'); if (!sent) return res.sendStatus(403); if (sent !== req.session.csrf) return res.sendStatus(403); next(); });
      app.use(function csrf(req, res, next) { if (!req.cookies.sid) return next(); if (!req.body._csrf || req.body._csrf !== req.session.csrf) return res.sendStatus(403); next(); });
      app.use((req, res, next) => { const sent = req.get('x-csrf-token'); if (sent === req.session.csrf) req.checked = true; next(); });
      app.use((req, res, next) => { if (req.get('x-csrf-token')) { if (req.get('x-csrf-token') !== req.session.csrf) return res.sendStatus(403); } else if (req.get('origin') !== 'https://a.example.com') return res.sendStatus(403); next(); });
      export const plugin = (server) => server.register({ plugin: crumb, options: { skip: (request) => !request.headers.cookie || !request.headers.origin } });
    `,
  },
];
