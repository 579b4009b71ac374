import type { Example } from '../rule.js';

/** Routes and routers that lack the check their neighbours have: csrf/missing. */
export const csrfMountExamples: readonly Example[] = [
  {
    title: 'Fastify: the plugin is registered, and one route of a path does not use it',
    bad: `
      import Fastify from 'fastify';
      import cookie from '@fastify/cookie';
      import session from '@fastify/secure-session';
      import csrf from '@fastify/csrf-protection';
      const app = Fastify();
      await app.register(cookie);
      await app.register(session, { key: process.env.SESSION_KEY, cookie: { httpOnly: true, secure: true, sameSite: 'none' } });
      await app.register(csrf, { sessionPlugin: '@fastify/secure-session' });
      const member = async (request, reply) => { if (!request.session.get('member')) return reply.code(401).send({}); };
      app.put('/profile', { onRequest: app.csrfProtection, preHandler: member }, async (request) => { await profiles.change(request.session.get('member'), request.body.nick); return {}; });
      app.delete('/profile', { preHandler: member }, async (request, reply) => { await profiles.drop(request.session.get('member')); return reply.code(204).send(); });
      //  ^^^^^^ csrf/missing
      await app.listen({ port: 3000 });
    `,
  },
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
    title: 'a router of another file is mounted without the check, one before it',
    bad: `
      //- app.js
      const express = require('express');
      const { getIronSession } = require('iron-session');
      const lusca = require('lusca');
      const app = express();
      app.use(async (req, res, next) => { req.session = await getIronSession(req, res, { cookieName: 'b', password: process.env.SEAL }); next(); });
      app.use('/berths', require('./berths'));
      //      ^^^^^^^^^ csrf/missing "registered before the check"
      app.use(lusca.csrf());
      app.use('/boats', require('./boats'));
      app.listen(80);
      //- berths.js
      const berths = require('express').Router();
      berths.get('/', (req, res) => res.json(all()));
      berths.post('/', (req, res, next) => (req.session.sailor ? next() : res.sendStatus(401)), (req, res) => res.json(book(req.session.sailor, req.body)));
      module.exports = berths;
      //- boats.js
      const boats = require('express').Router();
      boats.put('/:id', (req, res, next) => (req.session.sailor ? next() : res.sendStatus(401)), (req, res) => res.json(paint(req.params.id)));
      module.exports = boats;
    `,
  },
  {
    title: 'Koa: all but one look where the request comes from, among them one that removes',
    bad: `
      const Koa = require('koa');
      const Router = require('@koa/router');
      const session = require('koa-session');
      const multer = require('@koa/multer');
      const helmet = require('koa-helmet');
      const app = new Koa();
      app.use(helmet.default ? helmet.default() : helmet());
      app.use(session({ sameSite: 'none', secure: true }, app));
      const keeper = (ctx, next) => {
        if (!ctx.session.keeper) ctx.throw(401);
        return next();
      };
      const homeOnly = (ctx, next) => {
        if (!isHome(ctx)) ctx.throw(403);
        return next();
      };
      const isHome = (ctx) => ctx.get('Origin') === process.env.HOME_ORIGIN;
      const zoo = new Router();
      zoo.put('/cages/:id', keeper, homeOnly, async (ctx) => { ctx.body = await store.move(ctx.params.id); });
      zoo.post('/cages', keeper, homeOnly, async (ctx) => { ctx.body = await store.add(ctx.request.body); });
      zoo.post('/plans', keeper, multer({ dest: 'plans' }).single('plan'), (ctx) => { ctx.status = 204; });
      //  ^^^^ csrf/missing "lacks the check against forged requests that its neighbours have"
      zoo.delete('/cages/:id', keeper, async (ctx) => { ctx.body = await store.drop(ctx.params.id); });
      //  ^^^^^^ csrf/missing
      app.use(zoo.routes());
      app.listen(80);
    `,
  },
  {
    title: 'a function of a route file lacks what the others of it ask',
    bad: `
      //- app/api/trips/route.ts
      import { cookies, headers } from 'next/headers';
      async function whoAsks() { return find(cookies().get('trip')?.value); }
      function ours() { return headers().get('origin') === process.env.SITE; }
      export async function POST(req: Request) {
        if (!ours()) return new Response('no', { status: 403 });
        const user = await whoAsks();
        if (!user) return new Response('login', { status: 401 });
        return Response.json(await db.trips.create(await req.json()));
      }
      export async function PATCH(req: Request) {
        if (!ours()) return new Response('no', { status: 403 });
        const user = await whoAsks();
        if (!user) return new Response('login', { status: 401 });
        return Response.json(await db.trips.update(await req.json()));
      }
      export async function DELETE() {
      //                    ^^^^^^ csrf/missing
        const user = await whoAsks();
        if (!user) return new Response('login', { status: 401 });
        await db.trips.removeAll(user.id);
        return new Response(null, { status: 204 });
      }
      //- app/api/login/route.ts
      import { cookies } from 'next/headers';
      export async function POST(req: Request) {
        cookies().set('trip', await enter(req), { sameSite: 'none', secure: true });
        return new Response(null, { status: 204 });
      }
    `,
  },
  {
    title: 'hapi: a route takes itself out of the check',
    bad: `
      import Hapi from '@hapi/hapi';
      const server = Hapi.server({ port: 80 });
      await server.register([(await import('@hapi/cookie')).default]);
      await server.register({ plugin: crumb, options: { restful: true } });
      import crumb from '@hapi/crumb';
      import cookie from '@hapi/cookie';
      server.auth.strategy('desk', 'cookie', { cookie: { password: process.env.SEAL, isSameSite: false }, validate });
      server.auth.default('desk');
      server.route({ method: 'POST', path: '/keys', options: { plugins: { crumb: false } }, handler: (request, h) => hand(request.auth.credentials, request.payload) });
      //                                                                  ^^^^^ csrf/missing "takes itself out"
      server.route({ method: 'POST', path: '/login', options: { auth: false, plugins: { crumb: false } }, handler: (request, h) => enter(request, h) });
    `,
  },
  {
    title: 'a write by a bearer token beside forms with the check',
    good: `
      const express = require('express'); const session = require('express-session'); const { expressjwt } = require('express-jwt'); const csurf = require('csurf');
      const app = express(); app.use(session({ secret: process.env.SECRET, cookie: { sameSite: 'lax' } })); const protect = csurf();
      const signedIn = (req, res, next) => (req.session.who ? next() : res.sendStatus(401));
      app.put('/books/:id', signedIn, protect, (req, res) => res.json(save(req.body))); app.delete('/books/:id', signedIn, protect, (req, res) => res.json(drop(req.params.id)));
      app.delete('/api/books/:id', expressjwt({ secret: process.env.KEY, algorithms: ['HS256'] }), (req, res) => res.json(drop(req.params.id))); app.listen(80);
    `,
  },
  {
    title: 'a check that is no habit yet, and one that ends the session',
    good: `
      const express = require('express'); const session = require('express-session'); const app = express(); app.use(session({ secret: process.env.SECRET, cookie: { sameSite: 'lax' } }));
      const signedIn = (req, res, next) => (req.session.who ? next() : res.sendStatus(401)); const ours = (req, res, next) => (req.headers.origin === process.env.SITE ? next() : res.sendStatus(403));
      app.put('/books/:id', signedIn, ours, (req, res) => res.json(save(req.body))); app.put('/shelves/:id', signedIn, (req, res) => res.json(save(req.body)));
      app.patch('/rooms/:id', signedIn, (req, res) => res.json(save(req.body))); app.delete('/session', signedIn, (req, res) => res.json(end(req.session))); app.listen(80);
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
