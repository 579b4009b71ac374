import type { Example } from '../rule.js';

/** Answers that look as if they held one and do not: errors/message-in-response is silent. */
export const answers: readonly Example[] = [
  { title: 'Fastify: a hook that only looks at errors', good: `import Fastify from 'fastify'; Fastify().addHook('onError', async (request, reply, error) => { request.log.error({ message: error.message }); });` },
  {
    title: 'hapi: server errors get a text of their own',
    good: `
      const Hapi = require('@hapi/hapi');
      const server = Hapi.server();
      server.ext('onPreResponse', (request, h) => {
        if (!request.response.isBoom) return h.continue;
        if (request.response.isServer) return h.response({ message: 'failed' }).code(500);
        return h.response({ message: request.response.message }).code(request.response.output.statusCode);
      });
    `,
  },
  {
    title: 'GraphQL answers with the text of every error',
    good: `
      import { ApolloServer } from '@apollo/server';
      new ApolloServer({ schema, formatError: (formatted, error) => ({ ...formatted, message: error.message, extensions: { code: formatted.extensions.code } }) });
    `,
  },
  {
    title: 'a body that is replaced before it is sent',
    good: `
      import Koa from 'koa';
      const fail = (ctx, status) => { ctx.status = status; ctx.body = 'failed'; };
      new Koa().use(async (ctx, next) => {
        try { await next(); } catch (e) { ctx.body = e.message; ctx.status = 500; ctx.body = 'failed'; }
        try { await more(); } catch (e) { ctx.body = e.message; fail(ctx, 500); }
      });
    `,
  },
  {
    title: 'the status of the answer is set behind it, and the try asks the application itself',
    good: `
      import Koa from 'koa';
      import { pool } from './pool';
      const refuse = (ctx, status, text) => { ctx.body = text; ctx.status = status; };
      new Koa().use(async (ctx) => {
        try {
          const rows = await pool.query('select 1');
          try { check(ctx.request.body); } catch (e) { ctx.body = e.message; ctx.status = 400; }
          try { check(rows); } catch (e) { refuse(ctx, 400, e.message); }
        } catch (e) { ctx.throw(500); }
      });
    `,
  },
  {
    title: 'an error of another kind is replaced first',
    good: `
      import express from 'express';
      express().use((err, req, res, next) => {
        if (!(err instanceof ApiError)) err = new ApiError(500, 'Internal server error');
        res.status(err.status).json({ message: err.message });
      });
      express().use((err, req, res, next) => {
        if (!(err instanceof ApiError) && !err.isOperational) return res.sendStatus(500);
        res.status(err.status).json({ message: err.message });
      });
    `,
  },
  {
    title: 'a function that answers client errors',
    good: `
      import express from 'express';
      const refuse = (out, status, message) => out.status(status).json({ message });
      express().get('/', (req, res) => { try { parse(req.body); } catch (e) { refuse(res, 400, e.message); } });
    `,
  },
  {
    title: 'a table of the codes that were foreseen',
    good: `
      const express = require('express');
      const TEXTS = new Map([['LIMIT_FILE_SIZE', 'Too large']]);
      const KNOWN = { LIMIT_FILE_SIZE: 413, ENOENT: 404 };
      express().use((err, req, res, next) => { res.status(KNOWN[err.code] || 500).json({ error: KNOWN[err.code] ? err.code : 'failed' }); });
      express().use((err, req, res, next) => { res.status(500).json({ error: TEXTS.has(err.code) ? err.message : 'failed' }); });
      express().use((err, req, res, next) => {
        const status = KNOWN[err.name];
        if (!status) return res.status(500).json({ error: 'failed' });
        res.status(status).json({ error: err.message });
      });
      express().use((err, req, res, next) => { res.json({ error: err.code in KNOWN ? err.message : 'failed' }); });
    `,
  },
  {
    title: 'a function that is handed the environment',
    good: `
      //- problems.mjs
      export const problems = (mode) => async (ctx, next) => {
        try { await next(); } catch (e) { ctx.status = 500; ctx.body = mode === 'production' ? { error: 500 } : { error: e.message }; }
      };
      export class Failures {
        constructor(options) { this.env = options.env; }
        answer() { return (err, req, res, next) => { res.status(500).json({ error: this.env === 'development' ? err.message : 'failed' }); }; }
      }
      //- main.mjs
      import Koa from 'koa';
      import express from 'express';
      import { Failures, problems } from './problems.mjs';
      new Koa().use(problems(process.env.NODE_ENV));
      express().use(new Failures({ env: process.env.NODE_ENV }).answer());
    `,
  },
  {
    title: 'an environment that was checked first',
    good: `
      //- env.js
      import { z } from 'zod';
      export const env = z.object({ NODE_ENV: z.enum(['development', 'production']).default('production') }).parse(process.env);
      //- app.js
      import express from 'express';
      import { env } from './env.js';
      express().use((err, req, res, next) => { res.status(500).send(env.NODE_ENV === 'development' ? err.message : 'failed'); });
    `,
  },
  {
    title: 'an answer built for foreseen errors',
    good: `
      import express from 'express';
      express().use((err, req, res, next) => {
        let body = { error: 'Internal server error' };
        if (err instanceof NotFound) body = { error: err.message };
        res.json(body);
      });
    `,
  },
  {
    title: 'replaced where it was not foreseen',
    good: `
      import express from 'express';
      express().use((err, req, res, next) => {
        let { statusCode, message } = err;
        if (!err.isOperational) message = 'Internal server error';
        res.status(statusCode).json({ message });
      });
    `,
  },
  {
    title: 'the class of errors that a package makes for clients',
    good: `
      const parse = load(require('parse/node'));
      function load(it) { return it && it.__esModule ? it : { default: it }; }
      const Shop = require('shop-errors');
      const express = require('express');
      express().use((err, req, res, next) => {
        if (err instanceof parse.default.Error) return res.status(400).json({ code: err.code, error: err.message });
        if (err instanceof Shop.Error) return res.json({ error: err.message });
        res.sendStatus(500);
      });
    `,
  },
  {
    title: 'a handler in front that passes a fixed text on for what nobody foresaw',
    good: `
      import express from 'express';
      const app = express();
      app.get('/', (req, res) => res.send('ok'));
      app.use((err, req, res, next) => {
        if (!(err instanceof HttpError)) return next(new HttpError(500, 'Something went wrong'));
        next(err);
      });
      app.use((err, req, res, next) => { res.status(err.statusCode).json({ message: err.message }); });
      app.listen(3000);
    `,
  },
  {
    title: 'an error that was foreseen',
    good: `import express from 'express'; express().get('/', (req, res, next) => { try { work(); } catch (e) { if (e instanceof ZodError) return res.status(400).json({ error: e.message }); next(e); } });`,
  },
  { title: 'client errors only', good: `import express from 'express'; express().use((err, req, res, next) => { const s = err.status || 500; res.status(s).json({ message: s < 500 ? err.message : 'Internal server error' }); });` },
  { title: 'a client error', good: `import express from 'express'; express().post('/', (req, res) => { try { parse(req.body); } catch (e) { res.status(400).json({ error: e.message }); } });` },
  { title: 'the page of the generator of Express', good: `import express from 'express'; express().use((err, req, res, next) => { res.status(500); res.render('error', { message: err.message, error: req.app.get('env') === 'development' ? err : {} }); });` },
  { title: 'hapi: what is added to the answer, and the texts of client errors', good: `const Hapi = require('@hapi/hapi'); Hapi.server().ext('onPreResponse', (request, h) => { const { response } = request; if (response.isBoom) response.output.payload.id = request.info.id; return h.continue; });` },
  { title: 'logged, not sent', good: `import express from 'express'; express().get('/', (req, res) => { try { work(); } catch (e) { console.error(e.message); res.status(500).end(); } });` },
  { title: 'another service answers', good: `fetch('/a').then((res) => res.json()).catch((err) => console.log(err.message));` },
  {
    title: 'a router that is mounted outside production only, by another file',
    good: `
      //- app.js
      const express = require('express');
      const setup = require('./setup');
      const app = express();
      setup(app, { enabled: process.env.INSPECTOR === 'true' });
      app.listen(3000);
      //- setup.js
      module.exports = function setup(app, options) {
        const isProduction = process.env.NODE_ENV === 'production';
        const wanted = options.enabled && !isProduction;
        if (!wanted) return null;
        const createInspector = require('./inspector');
        app.use('/inspector', createInspector());
      };
      //- inspector.js
      const express = require('express');
      module.exports = function createInspector() {
        const router = express.Router();
        router.get('/state', async (req, res) => { try { res.json(await state()); } catch (err) { res.status(500).json({ error: err.message }); } });
        return router;
      };
    `,
  },
  {
    title: 'the status stands in the same statement, and a name the compiler announces gets its value later',
    good: `
      //- app.js
      const express = require('express');
      const http = require('node:http');
      const { isDev } = require('./flags');
      http.createServer((req, res) => {
        try { check(req.headers); } catch (error) { res.writeHead(400).end(String(error)); }
      }).listen(3000);
      const app = express();
      if (isDev) app.get('/state', async (req, res) => { try { res.json(await state()); } catch (err) { res.status(500).json({ error: err.message }); } });
      //- flags.js
      exports.isDev = exports.isLoud = void 0;
      exports.isDev = process.env.NODE_ENV === 'development';
    `,
  },
  {
    title: 'what was sent is checked, and nothing else is done',
    good: `
      import { Hono } from 'hono';
      import superjson from 'superjson';
      import { assertAllowed, validateQuery } from './checks.js';
      const app = new Hono();
      app.get('/sql', async (c) => {
        const query = superjson.parse(c.req.query('sql'));
        try { await validateQuery(query.sql); } catch (error) { return c.text(error.message, 500); }
        return c.json(await run(query));
      });
      app.get('/plain', async (c) => {
        try { assertAllowed(c.req.query('sql'), 'select'); } catch (error) { return c.json({ message: error.message }, 500); }
        return c.json(await run(c.req.query('sql')));
      });
      app.post('/body', async (c) => {
        const body = await c.req.json();
        try { await validateQuery(body); } catch (error) { return c.json({ message: error.message }, 500); }
        return c.json(await run(body));
      });
    `,
  },
  {
    title: 'what was sent is checked, and then it is run',
    bad: `
      import { Hono } from 'hono';
      import { validateQuery } from './checks.js';
      const app = new Hono();
      app.get('/sql', async (c) => {
        const sql = c.req.query('sql');
        try { await validateQuery(sql); return c.json(await db.query(sql)); } catch (error) { return c.text(error.message, 500); }
        //                                                                                                  ^^^^^^^^^^^^^ errors/message-in-response
      });
    `,
  },
  {
    title: 'a status that is read as a number: no error, but where to go on',
    good: `
      import express from 'express';
      const app = express();
      app.get('/a', (req, res) => res.json(list()));
      app.use((err, req, res, next) => {
        if (parseInt(err.status, 10) === 302 && err.path) return res.status(302).json(err.path);
        if (Number(err.statusCode) < 500) return res.json({ message: err.message });
        if (Number.parseInt(err.status || err.statusCode, 10) === 404) return res.send(err.message);
        res.status(500).send('failed');
      });
    `,
  },
  {
    title: 'a status of the server, read as a number',
    bad: `
      import express from 'express';
      const app = express();
      app.get('/a', (req, res) => res.json(list()));
      app.use((err, req, res, next) => {
        if (parseInt(err.status, 10) === 503) return res.status(503).json({ message: err.message });
        //                                                                           ^^^^^^^^^^^ errors/message-in-response
        res.status(500).send('failed');
      });
    `,
  },
  {
    title: 'a text that was compared with a known one, and an environment behind a function',
    good: `
      //- app.js
      import express from 'express';
      import { inDevelopment, isProduction } from './mode.js';
      const app = express();
      const live = isProduction();
      app.get('/a', async (req, res) => { try { res.json(await list()); } catch (error) { res.status(500).json({ message: isProduction() ? 'failed' : error.message }); } });
      app.get('/b', async (req, res) => { try { res.json(await list()); } catch (error) { res.status(500).json({ message: live ? 'failed' : error.message }); } });
      app.get('/c', async (req, res) => { try { res.json(await list()); } catch (error) { res.status(500).json(inDevelopment() ? { message: error.message } : {}); } });
      app.use((err, req, res, next) => {
        if (err && err.message === 'Connection is closed.') return res.status(503).send({ message: err.message });
        if ('too many' === err.message) return res.status(503).send(err.message);
        next(err);
      });
      //- mode.js
      export function isProduction() { return process.env.NODE_ENV === 'production'; }
      export const inDevelopment = () => process.env.NODE_ENV === 'development';
    `,
  },
  {
    title: 'a function that asks something else',
    bad: `
      //- app.js
      import express from 'express';
      import { isShort } from './mode.js';
      express().get('/a', async (req, res) => { try { res.json(await list()); } catch (error) { res.status(500).json({ message: isShort() ? 'failed' : error.message }); } });
      //                                                                                                                                               ^^^^^^^^^^^^^ errors/message-in-response
      //- mode.js
      import { lines } from './lines.js';
      export function isShort() { return lines.size === 3; }
    `,
  },
];
