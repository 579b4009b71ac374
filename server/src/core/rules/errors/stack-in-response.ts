import type { Send } from '../../model/api.js';
import type { Ref, Value } from '../../model/value.js';
import { genericAnswer, logged } from '../facts/error-fixes.js';
import { placeOfLeaf } from '../facts/errors.js';
import { fieldsOf } from '../facts/error-texts.js';
import { shapedText } from '../facts/shaped.js';
import { rule, type Fix, type Leaf } from '../rule.js';

interface Evidence {
  readonly send: Send;
  readonly leaf: Leaf;
  readonly error: string;
}
const ERROR_NAME = /^(e|ex|err|error|exception|reason)$/;
const INSPECTS = /^(util\.inspect|serialize-error\.serializeError|serialize-error|Object\.getOwnPropertyNames)$/;

export default rule<'send', Evidence>({
  meta: {
    id: 'errors/stack-in-response',
    title: 'Stack trace is sent to the client',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [209, 497],
    severity: 'error',
    confidence: 'medium',
    topics: ['error-leak'],
    since: '0.1.0',
    whenNotToUse: 'The API is reached by its own developers only, and the network keeps everybody else out.',
    references: ['https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/'],
  },
  on: 'send',
  // The function that reads the stack may stand in another file.
  words: [],
  *detect({ send, in: fn }, context) {
    const seen = new Set<unknown>();
    for (const leaf of context.leaves(send.value, fn)) {
      const value = shapedText(leaf.value);
      const hit = stackIn(
        value,
        (one) => context.isError(one),
        (one) => context.resolve(one).value,
        (one) => fieldsOf(one, context),
      );
      const place = hit && placeOfLeaf({ ...leaf, value }, send);
      // A name and what it was made of are one leak.
      if (!place || seen.has(leaf.entry ?? leaf.key)) continue;
      seen.add(leaf.entry ?? leaf.key);
      yield { ...place, subject: `${hit.error}.stack ${leaf.key ?? ''}`, evidence: { send, leaf, error: hit.error }, confidence: hit.sure ? 'high' : 'medium', when: [...send.when, ...leaf.when] };
    }
  },
  explain: () => ({
    message: 'The stack trace in this response shows file paths and library internals to the client. Log it and send a generic message.',
    why: 'Paths, versions and query text are a map for an attacker, and no client needs them.',
    remedy: 'Log the error on the server and answer with a fixed text.',
  }),
  *fix({ evidence: { send, leaf, error } }, context): Iterable<Fix> {
    const only = leaf.entry && leaf.entry.form !== 'spread' && leaf.entry.value === leaf.value;
    if (!only && send.call && isWhole(send, leaf)) {
      yield { title: 'Send a generic message', safety: 'review', changes: [...logged(send, error, context), ...genericAnswer(send)] };
    }
    if (only && leaf.entry) {
      yield { title: 'Remove the stack from the response', safety: 'review', changes: [{ do: 'remove', at: leaf.entry.at, as: 'entry' }] };
      const name = leaf.entry.key ?? 'stack';
      yield {
        title: 'Send the stack in development only',
        safety: 'review',
        changes: [{ do: 'replace', at: leaf.entry.at, code: ['...(process.env.NODE_ENV === ', { quote: 'development' }, ` ? { ${name}: `, { copy: leaf.value.at }, ' } : {})'] }],
      };
    } else if (!isWhole(send, leaf)) yield { title: 'Replace the stack by a fixed text', safety: 'review', changes: [{ do: 'replace', at: leaf.value.at, code: [{ quote: 'Internal server error' }] }] };
  },
  examples: [
    {
      title: 'a page of Fastify, the errors of mercurius, a socket',
      bad: `
        //- app.js
        import Fastify from 'fastify';
        import mercurius from 'mercurius';
        const app = Fastify();
        app.register(mercurius, { schema, errorFormatter: (done) => ({ statusCode: 200, response: { errors: done.errors.map((one) => ({ message: one.message, trace: one.originalError?.stack })) } }) });
        //                                                                                                                                                           ^^^^^^^^^^^^^^^^^^^^^^^^ errors/stack-in-response
        app.setErrorHandler((error, request, reply) => reply.view('failed.ejs', { trace: error.stack }));
        //                                                                               ^^^^^^^^^^^ errors/stack-in-response
        //- sockets.js
        import { WebSocketServer } from 'ws';
        new WebSocketServer({ port: 3000 }).on('connection', (ws) => {
          ws.on('message', async (text) => { try { await handle(text); } catch (e) { ws.send(JSON.stringify({ stack: e.stack })); } });
          //                                                                                                         ^^^^^^^ errors/stack-in-response
        });
      `,
    },
    {
      title: 'an error handler that answers with the stack',
      bad: `
        import express from 'express';
        const app = express();
        app.use((err, req, res, next) => {
          res.status(500).send(err.stack);
        //                     ^^^^^^^^^ errors/stack-in-response "shows file paths"
        });
      `,
      fixed: `
        import express from 'express';
        const app = express();
        app.use((err, req, res, next) => {
          console.error(err);
          res.status(500).json({ error: 'Internal server error' });
        });
      `,
    },
    {
      title: 'hapi: what a handler returns is the answer',
      bad: `
        import Hapi from '@hapi/hapi';
        const server = Hapi.server();
        server.route({ method: 'GET', path: '/a', handler: async (request, h) => {
          try { return await load(); } catch (e) { return h.response({ error: e.stack }).code(500); }
        //                                                                    ^^^^^^^ errors/stack-in-response
        } });
      `,
    },
    {
      title: 'hapi answers 500 without details for an error that is returned or thrown',
      good: `
        import Hapi from '@hapi/hapi';
        const server = Hapi.server();
        server.route({ method: 'GET', path: '/a', handler: async () => { try { return await load(); } catch (e) { return e; } } });
        server.route({ method: 'GET', path: '/b', handler: async (request, h) => { try { return await load(); } catch (e) { return h.response(e); } } });
      `,
    },
    {
      title: 'the listener of a plain Node server, whatever its parameters are called',
      bad: `
        import { createServer } from 'node:http';
        createServer(async (incoming, answer) => {
          try {
            await work(incoming);
            answer.end();
          } catch (error) {
            answer.writeHead(500).end(error.stack);
            //                        ^^^^^^^^^^^ errors/stack-in-response
          }
        }).listen(process.env.PORT);
      `,
    },
    {
      title: 'the stack as one property of the answer',
      bad: `
        import express from 'express';
        const app = express();
        app.get('/a', (req, res) => {
          try { run(); } catch (e) { res.status(500).json({ msg: 'x', trace: e.stack }); }
        //                                                                   ^^^^^^^ errors/stack-in-response
        });
      `,
      fixed: `
        import express from 'express';
        const app = express();
        app.get('/a', (req, res) => {
          try { run(); } catch (e) { res.status(500).json({ msg: 'x' }); }
        });
      `,
    },
    {
      title: 'destructured from the error',
      bad: `
        import express from 'express';
        express().use((err, req, res, next) => {
          const { message, stack } = err;
          res.json({ message, stack });
        //                    ^^^^^ errors/stack-in-response
        });
      `,
    },
    {
      title: 'inside a template',
      bad: `
        import express from 'express';
        express().get('/', (req, res) => {
          work().catch((reason) => res.send(\`Error: \${reason.stack}\`));
        //                                            ^^^^^^^^^^^^ errors/stack-in-response
        });
      `,
    },
    {
      title: 'cut into lines',
      bad: `
        import express from 'express';
        express().use((err, req, res, next) => {
          res.status(500).json({ ok: false, trace: err.stack.split('\\n').slice(1) });
        //                                         ^^^^^^^^^ errors/stack-in-response
        });
      `,
      fixed: `
        import express from 'express';
        express().use((err, req, res, next) => {
          res.status(500).json({ ok: false });
        });
      `,
    },
    {
      title: 'added to the answer on a line of its own',
      bad: `
        import express from 'express';
        express().use((err, req, res, next) => {
          const body = { message: 'failed' };
          body.stack = err.stack;
        //             ^^^^^^^^^ errors/stack-in-response
          res.status(500).json(body);
        });
      `,
    },
    {
      title: 'a function that answers for others',
      bad: `
        import express from 'express';
        function fail(res, err) {
          res.status(500).json({ message: 'failed', stack: err.stack });
        //                                                 ^^^^^^^^^ errors/stack-in-response
        }
        express().get('/', (req, res) => { try { work(); } catch (e) { fail(res, e); } });
      `,
    },
    {
      title: 'a function of another file that builds the answer',
      bad: `
        //- answers.js
        export function toBody(problem) {
          const body = { message: 'failed' };
          if (process.env.NODE_ENV === 'development') body.debug = problem.stack;
          body.trace = problem.stack;
          return body;
        }
        export class Responder {
          fail(out, problem) { out.status(500).json({ stack: problem.stack }); }
        }
        //- app.js
        import express from 'express';
        import { Responder, toBody } from './answers.js';
        const responder = new Responder();
        express().get('/', (req, res) => {
          try { work(); } catch (e) { res.status(500).json(toBody(e)); }
          //                                                      ^ errors/stack-in-response
          try { more(); } catch (e) { responder.fail(res, e); }
          //                                              ^ errors/stack-in-response
        });
      `,
    },
    {
      title: 'a function that hands the response on with a status, as its file exports it',
      bad: `
        //- respond.js
        exports.json = (res, status, body) => { res.writeHead(status); res.end(JSON.stringify(body)); };
        exports.fail = (res, err) => {
          const body = { name: err.name, stack: err.stack };
          //                                    ^^^^^^^^^ errors/stack-in-response
          exports.json(res, 500, body);
        };
        const send = (out, status, text) => out.status(status).send(text);
        exports.refuse = (reply, error) => send(reply, 500, error.stack);
        //                                                  ^^^^^^^^^^^ errors/stack-in-response
        //- app.js
        const http = require('node:http');
        const { fail } = require('./respond');
        http.createServer(async (req, res) => { try { await work(req); } catch (e) { fail(res, e); } }).listen(3000);
      `,
    },
    {
      title: 'a filter of Nest',
      bad: `
        import { Catch } from '@nestjs/common';
        @Catch()
        export class Filter {
          catch(problem, host) {
            const out = host.switchToHttp().getResponse();
            out.status(500).json({ stack: problem.stack });
            //                            ^^^^^^^^^^^^^ errors/stack-in-response
          }
        }
      `,
    },
    {
      title: 'a formatter of GraphQL',
      bad: `
        const express = require('express');
        const { graphqlHTTP } = require('express-graphql');
        express().use('/graphql', graphqlHTTP(() => ({
          schema,
          customFormatErrorFn: (problem) => ({ message: problem.message, stack: problem.originalError.stack }),
          //                                                                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^ errors/stack-in-response
        })));
      `,
    },
    {
      title: 'all own properties of the error',
      bad: `
        import express from 'express';
        express().use((err, req, res, next) => {
          res.json(JSON.parse(JSON.stringify(err, Object.getOwnPropertyNames(err))));
        //                                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ errors/stack-in-response
        });
      `,
    },
    {
      title: 'a function that answers in development only',
      good: `
        import express from 'express';
        const sendDetails = (err, res) => { res.status(500).json({ stack: err.stack }); };
        express().use((err, req, res, next) => {
          if (process.env.NODE_ENV === 'development') sendDetails(err, res);
          else res.status(500).json({ error: 'Internal error' });
        });
      `,
    },
    {
      title: 'a function of another file that minds the environment',
      good: `
        //- answers.js
        exports.toBody = (problem) => ({ message: 'failed', ...(process.env.NODE_ENV === 'development' ? { stack: problem.stack } : {}) });
        //- app.js
        const { toBody } = require('./answers');
        require('express')().use((err, req, res, next) => { res.status(500).json(toBody(err)); });
      `,
    },
    {
      title: 'taken out again in production',
      good: `
        import express from 'express';
        express().use((err, req, res, next) => {
          const body = { message: 'failed', stack: err.stack };
          if (process.env.NODE_ENV === 'production') delete body.stack;
          res.status(500).json(body);
        });
      `,
    },
    {
      title: 'logged, not sent',
      good: `
        import express from 'express';
        express().use((err, req, res, next) => {
          logger.error(err.stack);
          res.status(500).json({ error: 'Internal error' });
        });
      `,
    },
    {
      title: 'in development only',
      good: `
        import express from 'express';
        express().use((err, req, res, next) => {
          res.json({ error: 'x', ...(process.env.NODE_ENV === 'development' && { stack: err.stack }) });
          const isDev = process.env.NODE_ENV !== 'production';
          res.json({ stack: isDev ? err.stack : null });
        });
      `,
    },
    { title: 'the stack of a router is no error', good: `import express from 'express'; const app = express(); app.get('/', (req, res) => { const names = []; app._router.stack.forEach((l) => names.push(l.name)); res.json(names); });` },
    { title: 'an error that is wrapped, not sent', good: `import express from 'express'; express().get('/', (req, res, next) => { try { run(); } catch (err) { next(new ApiError(500, err.message, true, err.stack)); } });` },
  ],
});

/** A stack in a leaf: read from an error, or made by a call that writes one out. */
function stackIn(value: Value, isError: (value: Value) => boolean, resolve: (value: Value) => Value, fields: (value: Ref) => readonly (string | undefined)[]): { error: string; sure: boolean } | undefined {
  if (value.kind === 'ref') {
    const end = value.path.length === 0 ? resolve(value) : value;
    const ref = end.kind === 'ref' ? end : value;
    if (ref.path.at(-1) !== 'stack') return undefined;
    if (ref.root.kind === 'value') return ref.root.of.kind === 'call' && ref.root.of.form === 'new' && /(^|\.)\w*Error$/.test(ref.root.of.callee) ? { error: 'error', sure: true } : undefined;
    const name = ref.text.replace(/[?.[].*$/s, '');
    const error = ref === value ? name : 'error';
    if (isError(ref) && (ref.path.length === 1 || fields(ref).length === 1)) return { error, sure: true };
    return ref.path.length === 1 && ERROR_NAME.test(name) ? { error: name, sure: false } : undefined;
  }
  if (value.kind === 'call' && INSPECTS.test(value.callee)) {
    const first = value.args[0]?.value;
    if (first && isError(first) && first.kind === 'ref' && first.path.length === 0) return { error: first.text, sure: true };
  }
  return undefined;
}

/** The leaf is all that is sent. */
function isWhole(send: Send, leaf: Leaf): boolean {
  return send.value === leaf.value;
}
