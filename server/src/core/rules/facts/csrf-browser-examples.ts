import type { Example } from '../rule.js';

/** What a browser sends by itself beside cookies of sessions, and checks of many shapes: csrf/missing. */
export const csrfBrowserExamples: readonly Example[] = [
  {
    title: 'Fastify: checks put together, of which one list lacks the look at the origin',
    bad: `
      import Fastify from 'fastify';
      import cookie from '@fastify/cookie';
      import jwt from '@fastify/jwt';
      import auth from '@fastify/auth';
      const app = Fastify();
      await app.register(cookie);
      await app.register(jwt, { secret: process.env.JWT_KEY, cookie: { cookieName: 'club', signed: false } });
      await app.register(auth);
      app.decorate('member', async (request) => request.jwtVerify());
      app.decorate('ours', async (request) => {
        if (request.headers.origin !== process.env.SITE) throw app.httpErrors.forbidden('origin');
      });
      const writes = app.auth([app.member, app.ours], { relation: 'and' });
      const reads = app.auth([app.member], { relation: 'and' });
      app.post('/boats', { preHandler: writes }, async (request) => boats.add(request.body.name, request.user.id));
      app.post('/boats/:id/sink', { preHandler: reads }, async (request) => boats.sink(request.params.id, request.user.id));
      //  ^^^^ csrf/missing "lacks the check against forged requests that its neighbours have"
      await app.listen({ port: 3000 });
    `,
  },
  {
    title: 'a password that the browser keeps',
    bad: `
      const express = require('express');
      const basicAuth = require('express-basic-auth');
      const app = express();
      app.use((req, res, next) => {
        res.set('Access-Control-Allow-Origin', req.headers.origin ?? '*');
        next();
      });
      app.use(basicAuth({ users: { desk: process.env.DESK_PASSWORD }, challenge: true }));
      const fromHere = (req, res, next) => (req.get('sec-fetch-site') === 'same-origin' ? next() : res.sendStatus(403));
      app.post('/lamps', fromHere, async (req, res) => res.json(await lamps.add(req.query.name)));
      app.post('/lamps/:id/wipe', async (req, res) => res.json(await lamps.remove(req.params.id)));
      //  ^^^^ csrf/missing
      app.listen(3000);
    `,
  },
  {
    title: 'Koa: who logged in with Basic',
    bad: `
      import Koa from 'koa';
      import Router from '@koa/router';
      import auth from 'koa-basic-auth';
      const app = new Koa();
      app.use(auth({ name: 'ops', pass: process.env.OPS_PASSWORD }));
      const ours = (ctx, next) => {
        if (ctx.get('x-requested-with') !== 'ops-console') ctx.throw(403);
        return next();
      };
      const desk = new Router();
      desk.post('/queues', ours, async (ctx) => { ctx.body = await queues.add(ctx.request.body); });
      desk.post('/queues/:id/drain', async (ctx) => { ctx.body = await queues.drain(ctx.params.id); });
      //   ^^^^ csrf/missing
      app.use(desk.routes());
      app.listen(80);
    `,
  },
  {
    title: 'a server without a framework: one handler of two asks for a header no form can send',
    bad: `
      import http from 'node:http';
      const reply = (res, status, body) => {
        res.writeHead(status, { 'content-type': 'application/json' });
        res.end(JSON.stringify(body));
      };
      const jar = (req) => new Map((req.headers.cookie ?? '').split('; ').map((one) => one.split('=')));
      const whoIs = (req) => seats.get(jar(req).get('seat'));
      async function enter(req, res) {
        res.setHeader('Set-Cookie', \`seat=\${await open(req)}; HttpOnly; Secure; SameSite=None\`);
        reply(res, 200, {});
      }
      const table = {
        'POST /login': enter,
        'POST /moves': async (req, res) => {
          const player = whoIs(req);
          if (!player) return reply(res, 401, {});
          if (req.headers['x-requested-with'] !== 'board') return reply(res, 403, {});
          reply(res, 201, await moves.add(player.id));
        },
        'POST /resign': async (req, res) => {
      //^^^^^^^^^^^^^^ csrf/missing
          const player = whoIs(req);
          if (!player) return reply(res, 401, {});
          reply(res, 200, await games.drop(player.id));
        },
      };
      http.createServer((req, res) => {
        const handler = table[\`\${req.method} \${req.url}\`];
        return handler ? handler(req, res) : reply(res, 404, {});
      }).listen(8080, '127.0.0.1');
    `,
  },
  {
    title: 'a router mounted before the check, whose handlers look at the session themselves',
    bad: `
      //- app.js
      import express from 'express';
      import session from 'express-session';
      import { doubleCsrf } from 'csrf-csrf';
      import { profile } from './profile.js';
      const app = express();
      const { doubleCsrfProtection } = doubleCsrf({ getSecret: () => process.env.CSRF_SECRET });
      app.use(session({ secret: process.env.SECRET, cookie: { secure: true, sameSite: 'lax' } }));
      app.use('/profile', profile);
      //      ^^^^^^^^^^ csrf/missing "registered before the check"
      app.use(doubleCsrfProtection);
      app.listen(3000);
      //- profile.js
      import { Router } from 'express';
      export const profile = Router();
      profile.post('/mail', async (req, res) => {
        const me = req.session.reader;
        if (!me) return res.sendStatus(401);
        await db.readers.update({ where: { id: me.id }, data: { mail: String(req.body.mail) } });
        res.sendStatus(204);
      });
    `,
  },
  {
    title: 'a password that only programs send, and a token in a header',
    good: `
      //- app.js
      const express = require('express'); const basicAuth = require('express-basic-auth'); const app = express();
      app.use(basicAuth({ users: { robot: process.env.ROBOT_PASSWORD } }));
      const fromHere = (req, res, next) => (req.get('sec-fetch-site') === 'same-origin' ? next() : res.sendStatus(403));
      app.post('/lamps', fromHere, async (req, res) => res.json(await lamps.add(req.query.name))); app.post('/lamps/:id/wipe', async (req, res) => res.json(await lamps.remove(req.params.id)));
      app.listen(3000);
      //- api.js
      import Fastify from 'fastify'; import jwt from '@fastify/jwt'; import auth from '@fastify/auth'; const api = Fastify();
      await api.register(jwt, { secret: process.env.JWT_KEY }); await api.register(auth);
      api.decorate('member', async (request) => request.jwtVerify()); api.decorate('ours', async (request) => { if (request.headers.origin !== process.env.SITE) throw api.httpErrors.forbidden('origin'); });
      const writes = api.auth([api.member, api.ours], { relation: 'and' }); const reads = api.auth([api.member], { relation: 'and' });
      api.post('/boats', { preHandler: writes }, async (request) => boats.add(request.body.name)); api.post('/boats/:id/sink', { preHandler: reads }, async (request) => boats.sink(request.params.id));
      await api.listen({ port: 3000 });
    `,
  },
];
