import type { Send } from '../../model/api.js';
import type { Change } from '../../findings/changes.js';
import { errorNamed, isExcused, isFormattedByFramework, isHandedOn, placeOfLeaf, tried } from '../facts/errors.js';
import { genericAnswer, logged } from '../facts/error-fixes.js';
import { filterExamples } from '../facts/filter-examples.js';
import { rule, type FixAnswer, type Leaf, type RuleContext } from '../rule.js';

interface Evidence {
  readonly send: Send;
  readonly leaf: Leaf;
  readonly error: string;
}
/** Calls that hand the error on with all its own fields. */
const KEEPS = /(^|\.)(stringify|assign|serializeError|fromEntries|entries|toJSON|parse|freeze|resolve|from|concat|values|render\w*|art)$/;

const FOR_CLIENTS = /^(Http|BadRequest|Unauthorized|Forbidden|NotFound|Conflict|UnprocessableEntity)Exception$/;

export default rule<'send', Evidence>({
  meta: {
    id: 'errors/raw-error-in-response',
    title: 'The error object itself is the response',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [209],
    severity: 'warning',
    confidence: 'medium',
    topics: ['error-leak'],
    since: '0.1.0',
    leansOn: ['express/error-as-json', 'fastify/error-sent', '@hapi/hapi/failure-hidden'],
    whenNotToUse: 'Every error that reaches this place is made by the application itself, with fields meant for users.',
    references: ['https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/', 'https://cheatsheetseries.owasp.org/cheatsheets/Error_Handling_Cheat_Sheet.html'],
  },
  on: 'send',
  // The error of an error handler may have any name.
  words: [],
  *detect({ send, in: fn }, context) {
    // What the language itself throws prints as {}.
    const trying = tried(send, fn, context);
    if (send.narrowed || trying === 'own' || context.role(fn.id)?.framework === 'graphql-resolver') return;
    // An exception filter that catches only exceptions made for clients.
    if (/(^|\.)catch$/.test(fn.name) && FOR_CLIENTS.test(fn.parameters[0]?.type ?? '')) return;
    const status = send.status && context.constant(send.status)?.value;
    const isClientError = typeof status === 'number' && status >= 400 && status < 500;
    for (const leaf of context.leaves(send.value, fn)) {
      const error = isLastResort(leaf, send) ? undefined : wholeError(leaf, context);
      const place = error === undefined ? undefined : placeOfLeaf(leaf, send);
      if (error === undefined || !place) continue;
      if (isFormattedByFramework(send, leaf.value, fn, context) || isExcused([...send.when, ...leaf.when], fn, context)) continue;
      yield {
        ...place,
        subject: `${error} ${leaf.key ?? ''}`,
        evidence: { send, leaf, error },
        severity: isClientError && trying !== 'others' ? 'info' : 'warning',
        confidence: context.role(fn.id)?.sure === false ? 'medium' : 'high',
        when: [...send.when, ...leaf.when],
      };
      // One diagnostic per response.
      return;
    }
  },
  explain: () => ({
    message: 'The error object is sent as it is; driver and HTTP-client errors carry queries, hosts and tokens. Send a fixed message and log the error.',
    why: 'A plain Error prints as {}, but errors of drivers and HTTP clients have fields of their own: the query, the address, the headers of the call that failed.',
    remedy: 'Answer with a fixed text and write the error to the log.',
  }),
  *fix({ evidence: { send, leaf, error } }, context): Iterable<FixAnswer> {
    if (isHandedOn(leaf, send)) yield { refused: 'The function that builds the answer decides what of the error it sends.' };
    else yield { title: "Send 'Internal server error' and log the error", safety: 'review', changes: [...logged(send, error, context), ...withoutError(send, leaf)] };
  },
  examples: [
    {
      title: 'a promise that fails',
      bad: `
        import express from 'express';
        express().get('/a', (req, res) => {
          load().then((rows) => res.json(rows)).catch((err) => res.status(500).json(err));
        //                                                                          ^^^ errors/raw-error-in-response "as it is"
        });
      `,
    },
    {
      title: 'a caught error as the whole answer',
      bad: `
        import express from 'express';
        express().get('/a', async (req, res) => {
          try {
            res.json(await load());
          } catch (e) {
            res.status(500).send(e);
            //                   ^ errors/raw-error-in-response
          }
        });
      `,
      fixed: `
        import express from 'express';
        express().get('/a', async (req, res) => {
          try {
            res.json(await load());
          } catch (e) {
            console.error(e);
            res.status(500).json({ error: 'Internal server error' });
          }
        });
      `,
    },
    {
      title: 'a route handler of Next.js',
      bad: `
        //- app/api/a/route.ts
        export async function GET() {
          try {
            return Response.json(await load());
          } catch (error) {
            return Response.json({ error }, { status: 500 });
            //                     ^^^^^ errors/raw-error-in-response
          }
        }
      `,
      fixed: `
        //- app/api/a/route.ts
        export async function GET() {
          try {
            return Response.json(await load());
          } catch (error) {
            console.error(error);
            return Response.json({ error: 'Internal server error' }, { status: 500 });
          }
        }
      `,
    },
    {
      title: 'all fields of the error spread',
      bad: `
        const express = require('express');
        const app = express();
        app.use((err, req, res, next) => {
          res.status(500).json({ ok: false, ...err });
          //                                   ^^^ errors/raw-error-in-response
        });
      `,
      fixed: `
        const express = require('express');
        const app = express();
        app.use((err, req, res, next) => {
          console.error(err);
          res.status(500).json({ ok: false, error: 'Internal server error' });
        });
      `,
    },
    {
      title: 'written out as text',
      bad: `
        import { createServer } from 'node:http';
        createServer(async (req, res) => {
          try {
            res.end(await work(req));
          } catch (error) {
            res.statusCode = 500;
            res.end(JSON.stringify({ error }));
            //                       ^^^^^ errors/raw-error-in-response
          }
        }).listen(3000);
      `,
    },
    {
      title: 'the error handed to a page',
      bad: `
        import express from 'express';
        express().use((err, req, res, next) => {
          res.status(err.status || 500);
          res.render('error', { message: 'Something failed', error: err });
          //                                                        ^^^ errors/raw-error-in-response
        });
      `,
      fixed: `
        import express from 'express';
        express().use((err, req, res, next) => {
          res.status(err.status || 500);
          console.error(err);
          res.render('error', { message: 'Something failed', error: 'Internal server error' });
        });
      `,
    },
    {
      title: 'Koa and Hono',
      bad: `
        import Koa from 'koa';
        import { Hono } from 'hono';
        new Koa().use(async (ctx, next) => {
          try { await next(); } catch (err) { ctx.status = 500; ctx.body = err; }
          //                                                               ^^^ errors/raw-error-in-response
        });
        new Hono().onError((problem, c) => c.json({ problem }, 500));
        //                                          ^^^^^^^ errors/raw-error-in-response
      `,
    },
    {
      title: 'a code is answered before, and a page is made of it',
      bad: `
        const express = require('express');
        const pug = require('pug');
        const app = express();
        app.use((err, req, res, next) => {
          if (err.code === 'EBADCSRFTOKEN') return res.status(403).render('error', { message: 'Form expired' });
          if (req.accepts('html')) return res.status(500).render('error', { message: 'Failed', error: err });
          //                                                                                          ^^^ errors/raw-error-in-response
          res.status(500).send(pug.renderFile('error.pug', { err }));
          //                                                 ^^^ errors/raw-error-in-response
        });
      `,
    },
    {
      title: 'a callback, and a name of its own',
      bad: `
        import express from 'express';
        express().get('/a', (req, res) => {
          db.query('select * from users', (err, rows) => {
            const problem = err;
            if (problem) return res.status(400).json({ problem });
            //                                         ^^^^^^^ errors/raw-error-in-response
            res.json(rows);
          });
        });
      `,
    },
    {
      title: 'the environment decides what a page is given',
      good: `
        import express from 'express';
        const app = express();
        app.use((err, req, res, next) => {
          res.locals.error = req.app.get('env') === 'development' ? err : {};
          res.status(500).render('error', { error: process.env.NODE_ENV === 'development' ? err : {} });
        });
      `,
    },
    { title: 'handed on', good: `import express from 'express'; express().get('/a', (req, res, next) => { load().then((rows) => res.json(rows)).catch(next); other((err) => { if (err) return next(err); }); });` },
    {
      title: 'what a validation found',
      good: `
        import express from 'express';
        import { validationResult } from 'express-validator';
        const app = express();
        app.post('/a', (req, res) => {
          const { error } = schema.validate(req.body);
          if (error) return res.status(400).json({ error });
          const errors = validationResult(req);
          if (!errors.isEmpty()) return res.status(400).json({ errors: errors.array() });
          const parsed = shape.safeParse(req.body);
          if (!parsed.success) return res.status(400).json({ error: parsed.error.flatten() });
          res.end();
        });
      `,
    },
    { title: 'a text that is called error', good: `import express from 'express'; express().get('/a', (req, res) => { const error = 'Bad id'; res.status(400).json({ error }); });` },
    {
      title: 'a client that hands out its error',
      good: `
        import express from 'express';
        express().get('/a', async (req, res) => { const { data, error } = await supabase.from('a').select(); if (error) return res.status(400).json({ error }); res.json(data); });
      `,
    },
    {
      title: 'a formatter of GraphQL that replaces what nobody foresaw',
      good: `
        import { ApolloServer } from '@apollo/server';
        import { createYoga } from 'graphql-yoga';
        new ApolloServer({ schema, formatError: (e) => (e.extensions?.code === 'INTERNAL_SERVER_ERROR' ? new Error('failed') : e) });
        createYoga({ schema, maskedErrors: { maskError: (error) => (error.extensions ? error : new Error('failed')) } });
      `,
    },
    {
      title: 'the text of a client error, and the error where there is none',
      good: `
        import express from 'express';
        express().post('/a', (req, res) => {
          try { parse(req.body); } catch (error) { res.status(400).json({ error: error.message || error }); }
        });
      `,
    },
    {
      title: 'Fastify and hapi make an answer of an error of their own',
      good: `
        import Fastify from 'fastify';
        import Hapi from '@hapi/hapi';
        const app = Fastify();
        app.get('/a', async (request, reply) => { try { return await load(); } catch (err) { reply.send(err); } });
        Hapi.server().route({ method: 'GET', path: '/a', handler: async (request, h) => { try { return await load(); } catch (e) { return h.response(e); } } });
      `,
    },
    {
      title: 'a function that answers takes the text out of the error first, or gets one of the language alone',
      good: `
        import express from 'express';
        const fail = (out, problem) => {
          if (problem instanceof Error) problem = 'failed';
          out.status(500).send(problem);
        };
        express().get('/a', (req, res) => { try { work(); } catch (e) { fail(res, e); } });
        express().get('/b', (req, res) => { try { res.json(JSON.parse(req.query.filter)); } catch (e) { res.status(500).json(e); } });
      `,
    },
    {
      title: 'an error that was foreseen',
      good: `
        import express from 'express';
        express().use((err, req, res, next) => {
          if (err instanceof ValidationError) return res.status(400).json(err);
          if (err.name === 'ZodError') return res.status(400).json({ error: err });
          next(err);
        });
      `,
    },
    { title: 'logged, not sent', good: `import express from 'express'; express().use((err, req, res, next) => { console.error(err); logger.error({ err }); res.status(500).json({ error: 'failed' }); });` },
    {
      title: 'an event, not an answer',
      good: `
        import Koa from 'koa';
        const app = new Koa();
        app.use(async (ctx, next) => { try { await next(); } catch (err) { ctx.status = 500; ctx.body = 'failed'; ctx.app.emit('error', err, ctx); } });
      `,
    },
    { title: 'another service answers', good: `axios.get('/a').then((res) => res.json({ ok: true })).catch((err) => save({ err }));` },
    { title: 'whether there was an error', good: `import express from 'express'; express().get('/a', (req, res) => { load((err, rows) => { res.json({ ok: !err, failed: Boolean(err), rows: err ? [] : rows }); }); });` },
    {
      title: 'the framework always gives next: the other side of its test never runs',
      good: `
        //- app.js
        import express from 'express';
        import passport from 'passport';
        import { remove } from './remove.js';
        const app = express();
        app.get('/me', (req, res, next) => {
          passport.authenticate('jwt', async () => {
            try { await load(); } catch (err) { return next ? next(err) : res.status(401).json(err); }
          })(req, res, next);
        });
        app.post('/me', async (req, res, next) => {
          try { await save(req.body); } catch (err) {
            if (typeof next === 'function') return next(err);
            res.status(500).json(err);
          }
        });
        app.delete('/me', remove);
        //- remove.js
        export async function remove(req, res, next) {
          try { await drop(req.body); } catch (err) {
            if (next) next(err);
            else res.status(500).json(err);
          }
        }
      `,
    },
    {
      title: 'a helper that may be called without next',
      bad: `
        //- app.js
        import express from 'express';
        import { fail } from './fail.js';
        const app = express();
        app.get('/me', async (req, res) => { try { await load(); } catch (err) { fail(err, req, res); } });
        //- fail.js
        export function fail(err, req, res, next) {
          if (next) next(err);
          else res.status(500).json(err);
          //                        ^^^ errors/raw-error-in-response
        }
      `,
    },
    ...filterExamples,
  ],
});

/** `err.message || err`: every error has a text. */
function isLastResort({ value, entry }: Leaf, send: Send): boolean {
  return [entry?.value, send.value].some((one) => one?.kind === 'logic' && one.op !== '&&' && one.right === value && one.left.kind === 'ref' && one.left.path.at(-1) === 'message');
}
/** The name of the error a leaf holds whole. */
function wholeError({ value, through, key }: Leaf, context: RuleContext): string | undefined {
  if (value.kind !== 'ref' || value.path.length > 0 || !through.every((name) => KEEPS.test(name))) return undefined;
  const end = errorNamed(value, context);
  if (!context.isError(end) || end.path.length > 0) return undefined;
  return key === 'cause' ? undefined : value.text;
}

function withoutError(send: Send, { value, entry }: Leaf): readonly Change[] {
  if (send.value === value) return genericAnswer(send);
  if (!entry || entry.value !== value) return [{ do: 'replace', at: value.at, code: ['{ error: ', { quote: 'Internal server error' }, ' }'] }];
  const key = entry.form === 'spread' ? 'error' : entry.key;
  if (entry.form === 'pair') return [{ do: 'replace', at: value.at, code: [{ quote: 'Internal server error' }] }];
  return [{ do: 'replace', at: entry.at, code: [`${key ?? 'error'}: `, { quote: 'Internal server error' }] }];
}
