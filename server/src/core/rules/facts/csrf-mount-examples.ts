import type { Example } from '../rule.js';

/** Routes and routers that lack the check their neighbours have: csrf/missing. */
export const csrfMountExamples: readonly Example[] = [
  {
    title: 'Fastify: the plugin only brings the function, which one route lacks',
    bad: `
      const fastify = require('fastify')();
      fastify.register(require('@fastify/cookie'));
      fastify.register(require('@fastify/session'), { secret: process.env.SECRET, cookie: { sameSite: 'none' } });
      fastify.register(require('@fastify/csrf-protection'), { sessionPlugin: '@fastify/session' });
      fastify.register(async (app) => {
        app.post('/seat/name', { preHandler: app.csrfProtection }, async (req, reply) => {
          if (!req.session.guest) return reply.redirect('/login');
          return rename(req.session.guest, req.body.name);
        });
        app.post('/seat/leave', async (req, reply) => {
      //    ^^^^ csrf/missing "lacks the check against forged requests that its neighbours have"
          if (!req.session.guest) return reply.redirect('/login');
          return leave(req.session.guest);
        });
      });
      fastify.listen({ port: 80 });
    `,
  },
  {
    title: 'one router is mounted with the check, another without',
    bad: `
      import express from 'express';
      import session from 'express-session';
      import { csrfSync } from 'csrf-sync';
      const app = express();
      const { csrfSynchronisedProtection } = csrfSync();
      app.use(session({ secret: process.env.SECRET, cookie: { sameSite: 'lax' } }));
      const beds = express.Router();
      beds.put('/:id', isLoggedIn, (req, res) => res.end());
      const crew = express.Router();
      crew.put('/:id', isLoggedIn, (req, res) => res.end());
      app.use('/beds', csrfSynchronisedProtection, beds);
      app.use('/crew', crew);
      //      ^^^^^^^ csrf/missing "other routers are mounted with"
      app.listen(80);
    `,
  },
  {
    title: 'a router that asks for a key in a header is mounted without the check',
    good: `
      import express from 'express'; import session from 'express-session'; import { csrfSync } from 'csrf-sync';
      const app = express(); const { csrfSynchronisedProtection } = csrfSync(); app.use(session({ secret: process.env.SECRET, cookie: { sameSite: 'lax' } }));
      const beds = express.Router(); beds.put('/:id', isLoggedIn, (req, res) => res.end());
      const feed = express.Router(); feed.put('/:id', (req, res, next) => (req.headers['x-api-key'] === process.env.FEED_KEY ? next() : res.sendStatus(401)), (req, res) => res.end());
      app.use('/beds', csrfSynchronisedProtection, beds); app.use('/feed', feed); app.listen(80);
    `,
  },
];
