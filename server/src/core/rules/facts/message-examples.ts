import type { Example } from '../rule.js';

/** What errors/message-in-response is asked of, and what it says. */
export const examples: readonly Example[] = [
  {
    title: 'Fastify: an error handler, and a value a handler returns',
    bad: `
      import Fastify from 'fastify';
      const app = Fastify();
      app.setErrorHandler((error, request, reply) => {
        reply.code(500).send({ message: error.message });
      //                                ^^^^^^^^^^^^^ errors/message-in-response
      });
      app.get('/', async (request, reply) => {
        try { return await work(); } catch (err) { reply.code(500); return { error: err.message }; }
      //                                                                            ^^^^^^^^^^^ errors/message-in-response
      });
    `,
  },
  { title: 'Fastify: a hook that only looks at errors', good: `import Fastify from 'fastify'; Fastify().addHook('onError', async (request, reply, error) => { request.log.error({ message: error.message }); });` },
  {
    title: 'a caught error, status 500',
    bad: `
      import express from 'express';
      express().get('/', (req, res) => {
        try { work(); } catch (e) { res.status(500).json({ error: e.message }); }
      //                                                          ^^^^^^^^^ errors/message-in-response "e.message"
      });
    `,
    fixed: `
      import express from 'express';
      express().get('/', (req, res) => {
        try { work(); } catch (e) { res.status(500).json({ error: 'Internal server error' }); }
      });
    `,
  },
  {
    title: 'the last error handler',
    bad: `
      import express from 'express';
      express().use((err, req, res, next) => {
        res.status(err.status || 500).json({ message: err.message });
      //                                              ^^^^^^^^^^^ errors/message-in-response
      });
    `,
  },
  {
    title: 'an error handler is known by its parameters, whatever their names',
    bad: `
      import express from 'express';
      express().use((problem, req, res, next) => res.status(500).json({ message: problem.message }));
      //                                                                         ^^^^^^^^^^^^^^^ errors/message-in-response
    `,
  },
  {
    title: 'the error as text',
    bad: `
      import express from 'express';
      express().get('/', (req, res) => {
        load((err, data) => { if (err) res.send(\`failed: \${err}\`); });
      //                                                   ^^^ errors/message-in-response
      });
    `,
  },
  {
    title: 'an error taken apart in the parameters',
    bad: `
      import express from 'express';
      express().use(({ message, status }, req, res, next) => { res.status(status || 500).json({ message }); });
      //                                                                                        ^^^^^^^ errors/message-in-response
    `,
  },
  {
    title: 'asked only whether it is an error at all',
    bad: `
      import express from 'express';
      express().get('/', (req, res) => {
        try { work(); } catch (e) { if (e instanceof Error) res.status(500).json({ error: e.message }); }
      //                                                                                  ^^^^^^^^^ errors/message-in-response
      });
    `,
  },
  {
    title: 'the text of a database, called a client error',
    bad: `
      import express from 'express';
      import { pool } from './pool';
      express().get('/', async (req, res) => {
        try { res.json(await pool.query('select 1')); } catch (e) { res.status(400).json({ error: e.message.trim() }); }
      //                                                                                          ^^^^^^^^^ errors/message-in-response
      });
    `,
  },
  {
    title: 'handed to a function that answers',
    bad: `
      //- respond.js
      export const respond = (out, status, message) => out.status(status).json({ ok: false, message });
      //- app.js
      import express from 'express';
      import { respond } from './respond.js';
      express().get('/', async (req, res) => {
        try { await work(); } catch (e) { respond(res, 500, e.message); }
        //                                                  ^^^^^^^^^ errors/message-in-response
      });
    `,
    fixed: `
      //- app.js
      import express from 'express';
      import { respond } from './respond.js';
      express().get('/', async (req, res) => {
        try { await work(); } catch (e) { respond(res, 500, 'Internal server error'); }
      });
    `,
  },
  {
    title: 'handed to a function that logs it and answers',
    bad: `
      import Koa from 'koa';
      function fail(ctx, status, message) {
        console.log(message);
        ctx.body = message;
        ctx.status = status;
      }
      new Koa().use(async (ctx) => {
        try { await work(); } catch (err) {
          fail(ctx, 500, \`failed: \${err}\`);
          //                        ^^^ errors/message-in-response
        }
      });
    `,
    fixed: `
      import Koa from 'koa';
      function fail(ctx, status, message) {
        console.log(message);
        ctx.body = message;
        ctx.status = status;
      }
      new Koa().use(async (ctx) => {
        try { await work(); } catch (err) {
          console.error(err);
          fail(ctx, 500, \`failed: \${'Internal server error'}\`);
        }
      });
    `,
  },
  {
    title: 'put into an object or a class of the project first',
    bad: `
      import express from 'express';
      class Failure { constructor(text) { this.text = text; } static of(text) { return { ok: false, text }; } }
      express().get('/', async (req, res) => {
        try { await work(); } catch (e) { res.status(500).json(new Failure(e.message)); }
        //                                                                 ^^^^^^^^^ errors/message-in-response
        try { await work(); } catch (e) { res.status(500).json(Failure.of(e.message)); }
        //                                                                ^^^^^^^^^ errors/message-in-response
      });
    `,
  },
  {
    title: 'a copy of the error, replaced where it was foreseen',
    bad: `
      import express from 'express';
      express().use((err, req, res, next) => {
        let error = { ...err };
        error.message = err.message;
        if (err.name === 'CastError') error = new NotFound();
        res.status(error.statusCode || 500).json({ ok: false, error: error.message || 'Server error' });
        //                                                           ^^^^^^^^^^^^^ errors/message-in-response
      });
    `,
  },
  {
    title: 'a filter of Nest that lets the platform answer',
    bad: `
      import { Catch } from '@nestjs/common';
      @Catch()
      export class Filter {
        catch(problem, host) {
          this.adapterHost.httpAdapter.reply(host.switchToHttp().getResponse(), { message: problem.message }, 500);
          //                                                                               ^^^^^^^^^^^^^^^ errors/message-in-response
        }
      }
    `,
  },
  {
    title: 'a function that answers takes the text out of the error',
    bad: `
      const http = require('http');
      class Server {
        fail(out, problem, status) {
          if (problem instanceof Error) problem = problem.message;
          //                                      ^^^^^^^^^^^^^^^ errors/message-in-response
          out.writeHead(status).end(problem);
        }
        start() {
          http.createServer((req, res) => { try { work(req); } catch (error) { this.fail(res, error, 500); } }).listen(80);
        }
      }
      new Server().start();
    `,
  },
  {
    title: 'the case of server errors, and a status that is set later',
    bad: `
      import express from 'express';
      import Koa from 'koa';
      express().use((err, req, res, next) => {
        res.statusCode = err.statusCode || 500;
        switch (res.statusCode) {
          case 404: res.json({ message: err.message }); break;
          case 500: res.json({ message: err.message }); break;
          //                            ^^^^^^^^^^^ errors/message-in-response
          default: res.json({ message: err.message });
        }
      });
      new Koa().use(async (ctx, next) => {
        try { await next(); ctx.status = 204; } catch (e) { ctx.body = e.message; ctx.status = 500; }
        //                                                             ^^^^^^^^^ errors/message-in-response
      });
    `,
  },
  {
    title: 'a handler of all errors that calls them client errors, and a page made of the text',
    bad: `
      import express from 'express';
      import { art } from './art';
      express().use((err, req, res, next) => { res.status(400).json({ message: err.toString() }); });
      //                                                                       ^^^^^^^^^^^^^^ errors/message-in-response
      express().get('/', async (req, res) => {
        try { await work(); } catch (e) { res.end(art('error', { message: e.message })); }
        //                                                                ^^^^^^^^^ errors/message-in-response
      });
    `,
  },
  {
    title: 'unless the error was made for clients, wrapped with its own text',
    bad: `
      import express from 'express';
      express().use((err, req, res, next) => {
        if (!err.isOperational) return res.status(500).json({ message: err.message });
        //                                                             ^^^^^^^^^^^ errors/message-in-response
        res.status(err.status).json({ message: err.message });
      });
      express().use((err, req, res, next) => {
        if (!(err instanceof ApiError)) err = new ApiError(500, err.message);
        //                                                      ^^^^^^^^^^^ errors/message-in-response
        res.status(err.status).json({ message: err.message });
      });
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
    title: 'an error that was foreseen',
    good: `import express from 'express'; express().get('/', (req, res, next) => { try { work(); } catch (e) { if (e instanceof ZodError) return res.status(400).json({ error: e.message }); next(e); } });`,
  },
  { title: 'client errors only', good: `import express from 'express'; express().use((err, req, res, next) => { const s = err.status || 500; res.status(s).json({ message: s < 500 ? err.message : 'Internal server error' }); });` },
  { title: 'a client error', good: `import express from 'express'; express().post('/', (req, res) => { try { parse(req.body); } catch (e) { res.status(400).json({ error: e.message }); } });` },
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
    title: 'mounted everywhere, and once more in development',
    bad: `
      //- app.js
      import Koa from 'koa';
      import Router from '@koa/router';
      import { state } from './state.js';
      const app = new Koa();
      const open = new Router();
      open.get('/state', state);
      const extra = new Router();
      extra.get('/debug/state', state);
      app.use(open.routes());
      if (process.env.NODE_ENV === 'development') app.use(extra.routes());
      //- state.js
      export async function state(ctx) {
        try { ctx.body = await load(); } catch (err) { ctx.status = 500; ctx.body = { error: err.message }; }
        //                                                                                   ^^^^^^^^^^^ errors/message-in-response
      }
    `,
  },
];
