import type { Example } from '../rule.js';

/** Answers that hold the text of an error nobody foresaw: errors/message-in-response speaks. */
export const leaks: readonly Example[] = [
  {
    title: 'hapi: what it hides is put back',
    bad: `
      const Hapi = require('@hapi/hapi');
      Hapi.server().ext('onPreResponse', (request, h) => {
        const failed = request.response;
        if (failed.isServer) failed.output.payload.message = failed.message;
        //                                                   ^^^^^^^^^^^^^^ errors/message-in-response
        return h.continue;
      });
    `,
  },
  {
    title: 'sockets, and a statement of SQL under a status that blames the client',
    bad: `
      //- sockets.js
      const { Server } = require('socket.io');
      new Server(3000).on('connection', (socket) => {
        socket.on('order', async (data, ack) => { try { await save(data); ack({ ok: true }); } catch (err) { ack({ ok: false, error: err.message }); } });
        //                                                                                                                           ^^^^^^^^^^^ errors/message-in-response
      });
      //- app.js
      const express = require('express');
      const db = require('better-sqlite3')('shop.db');
      express().get('/find', (req, res) => {
        try { res.json(db.prepare('SELECT id FROM items WHERE name MATCH ?').all(req.query.q)); } catch (e) { res.status(400).json({ error: e.message }); }
        //                                                                                                                                  ^^^^^^^^^ errors/message-in-response
      });
    `,
  },
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
  {
    title: 'a handler in front that writes each error down and passes it on',
    bad: `
      import express from 'express';
      const app = express();
      app.get('/', (req, res) => res.send('ok'));
      app.use((err, req, res, next) => {
        report(new Report(500, 'failed'));
        next(new HttpError(500, err.message));
      });
      app.use((err, req, res, next) => { res.status(err.statusCode).json({ message: err.message }); });
      //                                                                            ^^^^^^^^^^^ errors/message-in-response
      app.listen(3000);
    `,
  },
  {
    title: "told apart by the class of what a database's driver throws",
    bad: `
      import express from 'express';
      import mongoose from 'mongoose';
      express().use((err, req, res, next) => {
        if (err instanceof mongoose.Error) return res.status(500).json({ error: err.message });
      //                                                                        ^^^^^^^^^^^ errors/message-in-response
        res.sendStatus(500);
      });
    `,
  },
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
    title: 'Fastify: the handler of all errors sends the error itself',
    bad: `
      import Fastify from 'fastify';
      const app = Fastify();
      app.setErrorHandler((problem, request, reply) => {
        if (problem.validation) return reply.code(400).send({ details: problem.validation });
        return reply.code(500).send(problem);
        //                          ^^^^^^^ errors/message-in-response "(problem)"
      });
    `,
  },
  {
    title: 'hapi: what failed stands where the answer would be',
    bad: `
      const Hapi = require('@hapi/hapi');
      const server = Hapi.server();
      server.ext('onPreResponse', (request, h) => {
        const { response } = request;
        if (!response.isBoom) return h.continue;
        return h.response({ message: response.message }).code(response.output.statusCode);
        //                           ^^^^^^^^^^^^^^^^ errors/message-in-response
      });
    `,
  },
  {
    title: 'the file system says where the file would be, a formatter of GraphQL what was asked of the database',
    bad: `
      //- server.js
      const http = require('http');
      const fs = require('fs');
      const answer = (out, status, body) => { out.writeHead(status); out.end(JSON.stringify(body)); };
      http.createServer((req, res) => {
        fs.readFile(fileOf(req.url), (err, data) => (err ? answer(res, 404, { error: err.message }) : res.end(data)));
        //                                                                           ^^^^^^^^^^^ errors/message-in-response
      }).listen(80);
      //- format.ts
      import { unwrapResolverError } from '@apollo/server/errors';
      export function formatError(formatted, error) {
        const original = unwrapResolverError(error);
        return { ...formatted, extensions: { query: original.query } };
        //                                          ^^^^^^^^^^^^^^ errors/message-in-response
      }
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
  {
    title: 'Fastify: what a schema says of the request',
    good: `
      import Fastify from 'fastify';
      const app = Fastify();
      app.setErrorHandler((err, req, reply) => {
        if (err.validation) return reply.code(400).send({ error: err.message });
        return reply.code(500).send({ error: 'failed' });
      });
      app.listen({ port: 80 });
    `,
  },
];
