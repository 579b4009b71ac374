import type { FunctionView } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import { links, type Endpoint } from '../../project/project.js';
import { changesOf } from '../facts/changes.js';
import { refusesByItself } from '../facts/methods.js';
import { ownBody } from '../facts/own-steps.js';
import { someIn, someValue } from '../facts/walk.js';
import { ofRequest } from '../facts/handed.js';
import { rule, type Change, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly endpoint: Endpoint;
  /** The word that stands for every method, as it is written. */
  readonly word: string;
}
/** What serves a whole tree by itself and sorts the methods there. */
const WHOLE = /proxy|graphql|yoga|apollo|trpc|next-?auth|nextHandler|toNodeHandler|toNextJsHandler|auth\.handler|bull|adminjs|swagger|socket|upgrade|static|(handle|request)(Request|Handler)|webdav|mcp|rpc|inngest|uploadthing/i;
const AUTH_TREE = /\/(auth|api-auth|graphql|trpc|rpc|mcp|proxy|socket\.io|inngest)(\/|$)/i;
/** As many as make a list of all of them. */
const NEARLY_ALL = 6;

export default rule<'endpoint', Evidence>({
  meta: {
    id: 'methods/all-methods',
    title: 'The route answers every HTTP method',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [650, 749],
    severity: 'warning',
    confidence: 'low',
    topics: ['method'],
    since: '0.1.0',
    leansOn: ['express/all-methods', 'fastify/all-methods', 'hapi/any-method', 'hono/all-methods', 'nest/all-methods', 'koa/any-method', '@koa/router/all-methods', 'express4/wildcard-path', 'express/wildcard-path'],
    whenNotToUse: 'The handlers pass requests on to something that sorts the methods.',
    references: ['https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/'],
  },
  on: 'endpoint',
  words: ['all', '*', 'handler', 'method'],
  *detect(endpoint, context) {
    const { route, path, method, framework } = endpoint;
    const changing = ['PUT', 'DELETE', 'TRACE', 'PATCH'].filter((one) => route.methods.some(({ name }) => name === one)).length;
    const isList = method !== 'all' && route.methods.length >= NEARLY_ALL && route.methods[0]?.name === method && changing >= 3;
    if ((method !== 'all' && !isList) || route.public || framework === 'koa' && route.branch === true) return;
    const last = path.segments.at(-1)?.kind;
    if ((last === 'rest' && !isOrdinary(endpoint)) || last === 'unknown' || path.segments.length === 0 && framework !== 'nest' || AUTH_TREE.test(path.text)) return;
    if (route.path?.kind === 'regex' || refusesByItself(endpoint, context) || isElsewhere(endpoint, context) || sortsBefore(endpoint, context)) return;
    const { conduct } = endpoint;
    if (conduct && (conduct.closed || conduct.tests.includes('method') || conduct.touches.includes('outgoing'))) return;
    const body = ownBody(endpoint, context);
    const changes = body ? changesOf(body, context) : [];
    if (body) {
      const sends = context.sends(body.id);
      const echoed = new Set<number>();
      for (const { value } of sends) someIn(value, (one) => { if (isMethod(one, context)) echoed.add(one.at.mark); return false; });
      if (someValue(route.branch === true ? withoutBefore(body) : body, (value) => isMethod(value, context) && !echoed.has(value.at.mark))) return;
      if (sends.length > 0 && sends.every(({ status }) => Number(status && context.constant(status)?.value) >= 300)) return;
      const ends = body.steps.flatMap((step) => (step.do === 'call' && /^(status|sendStatus|writeHead|code)$/.test(step.call.name) && step.call.args[0] ? [Number(context.constant(step.call.args[0].value)?.value)] : []));
      if (sends.length === 0 && ends.length > 0 && ends.every((status) => status >= 300)) return;
      if (changes.length === 0 && body.steps.some((step) => step.do === 'call' && (/redirect|sendFile|render/i.test(step.call.name) || WHOLE.test(step.call.callee)))) return;
    }
    if (body && answersTheSame(body)) return;
    // A handler that somebody's own function makes, methods and all: `handler().use(staff).get(show)`.
    if (framework === 'next' && !body && links(endpoint.chain).some(({ layer }) => layer.value.kind === 'call' && layer.value.receiver !== undefined)) return;
    // A branch of a server, and a page's handler, are asked by every method; only what changes data should not be.
    if (route.branch === true && changes.length === 0) return;
    const word = context.textOf(endpoint.methodAt);
    yield { at: endpoint.methodAt, subject: endpoint.id, when: endpoint.when, confidence: body ? 'high' : 'low', severity: body && changes.length === 0 && onlyReads(body, context) ? 'info' : 'warning', evidence: { endpoint, word } };
  },
  explain: ({ endpoint, word }) => ({
    message: `${subjectOf(endpoint, word)} answers every method on ${endpoint.path.text}, PUT, DELETE and TRACE too. List the methods it needs.`,
    why: 'Filters and firewalls that allow GET and POST only are passed by, and checks of one method do not stand before the others.',
    remedy: 'Register the handler for the methods it was written for.',
  }),
  *fix({ at, evidence: { endpoint } }, context): Iterable<FixAnswer> {
    const { framework, route } = endpoint;
    const body = endpoint.handler === undefined ? undefined : context.body(endpoint.handler);
    const writes = body !== undefined && changesOf(body, context).length > 0;
    if (route.branch === true || route.methods.length > 1) {
      yield { refused: 'Which methods the handler was written for is for the author to say.' };
      return;
    }
    if (framework === 'hapi') {
      yield { title: 'Answer GET and POST only', safety: 'review', changes: [{ do: 'replace', at, code: ['[', { quote: 'GET' }, ', ', { quote: 'POST' }, ']'] }] };
      return;
    }
    const names = writes ? ['Post', 'Get'] : ['Get', 'Post'];
    for (const name of names) {
      const changes: Change[] = [{ do: 'replace', at, code: [framework === 'nest' ? name : name.toLowerCase()] }];
      if (framework === 'nest') changes.push({ do: 'import', path: at.path, from: '@nestjs/common', name, as: name });
      if (context.textOf(at) === (framework === 'nest' ? 'All' : 'all')) yield { title: `Answer ${name.toUpperCase()} only`, safety: 'review', changes };
    }
  },
  examples: [
    {
      title: 'Express: a handler for all methods',
      bad: `
        import express from 'express';
        const app = express();
        app.all('/orders', (req, res) => res.json(run(req)));
        //  ^^^ methods/all-methods "'all' answers every method on /orders"
      `,
      fixed: `
        import express from 'express';
        const app = express();
        app.get('/orders', (req, res) => res.json(run(req)));
      `,
    },
    {
      title: 'a handler that stores',
      bad: `
        const router = require('express').Router();
        router.all('/orders', async (req, res) => { await Order.create(req.body); res.end(); });
        //     ^^^ methods/all-methods
        module.exports = router;
      `,
      fixed: `
        const router = require('express').Router();
        router.post('/orders', async (req, res) => { await Order.create(req.body); res.end(); });
        module.exports = router;
      `,
    },
    {
      title: 'hapi: the star',
      bad: `
        import Hapi from '@hapi/hapi';
        const server = Hapi.server();
        server.route({ method: '*', path: '/items', handler: () => items() });
        //                     ^^^ methods/all-methods "'*' answers every method on /items"
      `,
      fixed: `
        import Hapi from '@hapi/hapi';
        const server = Hapi.server();
        server.route({ method: ['GET', 'POST'], path: '/items', handler: () => items() });
      `,
    },
    {
      title: 'Nest',
      bad: `
        import { All, Controller, Module } from '@nestjs/common';
        import { NestFactory } from '@nestjs/core';
        @Controller('items')
        class ItemsController {
          @All() any() { return this.items.all(); }
        // ^^^ methods/all-methods
        }
        @Module({ controllers: [ItemsController] }) class AppModule {}
        NestFactory.create(AppModule).then((app) => app.listen(3000));
      `,
      fixed: `
        import { All, Controller, Module, Get } from '@nestjs/common';
        import { NestFactory } from '@nestjs/core';
        @Controller('items')
        class ItemsController {
          @Get() any() { return this.items.all(); }
        }
        @Module({ controllers: [ItemsController] }) class AppModule {}
        NestFactory.create(AppModule).then((app) => app.listen(3000));
      `,
    },
    {
      title: 'Fastify: a list of every method',
      bad: `
        import Fastify from 'fastify';
        const fastify = Fastify();
        fastify.route({ method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'], url: '/x', handler: async () => x() });
        //                       ^^^^^ methods/all-methods
        fastify.all('/y', async () => y());
        //      ^^^ methods/all-methods
      `,
    },
    {
      title: 'Hono and Koa',
      bad: `
        import { Hono } from 'hono';
        import Router from '@koa/router';
        import Koa from 'koa';
        const app = new Hono();
        app.all('/a', (c) => c.json(a()));
        //  ^^^ methods/all-methods
        const router = new Router();
        router.all('/b', (ctx) => { ctx.body = b(); });
        //     ^^^ methods/all-methods
        new Koa().use(router.routes());
      `,
    },
    {
      title: 'Next: a page handler that never looks at the method',
      bad: `
        //- pages/api/orders.ts
        import { prisma } from '../../db';
        export default async function handler(req, res) {
        //                            ^^^^^^^ methods/all-methods
          await prisma.order.create({ data: req.body });
          res.status(200).json({ ok: true });
        }
        //- package.json
        { "dependencies": { "next": "15.0.0" } }
      `,
    },
    {
      title: 'functions of the project that change, behind a rest that has a name',
      bad: `
        import express from 'express';
        import { removeItem } from './store.js';
        const app = express();
        app.all('/:db/_design/:id/_update/*func', (req, res) => { removeItem(req.params.id); res.redirect('/'); });
        //  ^^^ methods/all-methods
        //- store.js
        const items = new Map();
        export function removeItem(id) { if (!items.delete(id)) throw new Error('none'); }
      `,
    },
    {
      title: 'a branch of a plain server that empties a list for every method, and one that asks',
      bad: `
        var http = require('http');
        var alerts = JSON.parse(saved());
        http.createServer(function (req, res) {
          var path = req.url.split('?')[0];
          if (path === '/alerts' && req.method === 'GET') return res.end(JSON.stringify(alerts));
          if (path === '/alerts/clear') { alerts.length = 0; return res.end(); }
          //           ^^^^^^^^^^^^^^^ methods/all-methods
          if (path === '/alerts/count') return res.end(String(alerts.length));
          if (path === '/alerts/drop' && req.method === 'POST') { alerts.length = 0; return res.end(); }
          res.statusCode = 404;
          res.end();
        }).listen(80);
      `,
    },
    {
      title: 'a page whose handler is put together by a function of its own',
      good: `
        //- pages/api/parcels.js
        import { handler, staff } from '../../lib/api';
        export default handler().use(staff).get((req, res) => res.json(all())).post((req, res) => res.json(add(req.body)));
        //- package.json
        { "dependencies": { "next": "13.0.0" } }
      `,
    },
    {
      title: 'a path nobody knows is answered with 404',
      good: `
        import express from 'express'; const app = express(); app.all('/{*any}', (req, res) => res.sendStatus(404)); app.all('/old', (req, res) => res.status(410).end());
      `,
    },
    { title: 'a guard for all methods', good: `import express from 'express'; const app = express(); app.all('/admin', requireAuth); app.all('/log', (req, res, next) => { log(req); next(); });` },
    {
      title: 'methods that are not allowed',
      good: `
        import express from 'express'; const app = express(); app.all('/files', (req, res) => res.sendStatus(405)); app.all('/gone', (req, res) => res.redirect('/here'));
      `,
    },
    {
      title: 'the same answer to everybody, and one that is not the same',
      bad: `
        import express from 'express';
        const app = express();
        app.all('/ping', (req, res) => res.status(200).json({ pong: true, at: null }));
        app.all('/alive', (req, res) => { res.set('cache-control', 'no-store'); res.end('ok'); });
        app.all('/boiler/off', (req, res) => { switchOff(); res.json({ ok: true }); });
        //  ^^^ methods/all-methods
        app.all('/echo', (req, res) => res.json({ said: req.body.text }));
        //  ^^^ methods/all-methods
      `,
    },
    {
      title: 'what is handed on',
      good: `
        import express from 'express'; import { createProxyMiddleware } from 'http-proxy-middleware'; import { toNodeHandler } from 'better-auth/node'; const app = express();
        app.all('/legacy', createProxyMiddleware({ target })); app.all('/api/auth/{*any}', toNodeHandler(auth));
      `,
    },
    {
      title: 'the method is only sent back, with the headers, to TRACE as well',
      bad: `
        import { createFactory } from 'hono/factory';
        import { logger } from 'hono/logger';
        const factory = createFactory({ initApp: (app) => app.use(logger()) });
        const app = factory.createApp().all('/echo', (c) => c.json({ method: c.req.method, headers: c.req.header() }));
        //                              ^^^ methods/all-methods "answers every method on /echo"
        export default app;
      `,
    },
    {
      title: 'the handler sorts the methods',
      good: `
        import express from 'express'; const app = express(); app.all('/a', (req, res) => { switch (req.method) { case 'GET': return res.json(a()); default: return res.sendStatus(405); } });
        app.all('/b', (req, res) => { if (req.method !== 'GET') return res.sendStatus(405); res.json(b()); });
      `,
    },
    { title: 'a list of what is needed', good: `import Fastify from 'fastify'; const fastify = Fastify(); fastify.route({ method: ['GET', 'POST'], url: '/x', handler: async () => x() });` },
    { title: 'a function before it sorts the methods', good: `import express from 'express'; const app = express(); app.all('/a', restrictMethods(['GET']), (req, res) => res.json(a()));` },
    { title: 'Promise.all and Map', good: `const done = Promise.all([a(), b()]); db.all('select 1', (rows) => rows); const items = store.all('/orders', () => 1);` },
  ],
});

/** What a branch does, without the branches that were left before it. */
function withoutBefore(body: FunctionView): FunctionView {
  return { ...body, steps: body.steps.map((step) => ({ ...step, when: step.when.filter((branch) => !branch.early) })) };
}
function isMethod(value: Value, context: RuleContext): boolean {
  return context.request(value)?.from === 'method' || (value.kind === 'ref' && value.path.at(-1) === 'method');
}
/** A rest that has a name, behind words and other parameters: `/{db}/_design/{id}/_update/{func*}`. */
function isOrdinary({ path: { segments } }: Endpoint): boolean {
  return segments.at(-1)?.text !== '' && segments.some((one) => one.kind === 'parameter') && segments.some((one) => one.kind === 'text');
}
/** Nothing of what was sent is read, and the request is handed to nobody. */
function onlyReads(body: FunctionView, context: RuleContext): boolean {
  return !someValue(body, (value) => {
    const from = context.request(value)?.from;
    return from === 'body' || from === 'whole' || from === 'file' || (value.kind === 'call' && value.args.some((item) => isContext(item.value, context)));
  });
}
function isContext(value: Value, context: RuleContext): boolean {
  return value.kind === 'ref' && value.path.length === 0 && ofRequest(value, context);
}
/** What a message begins with: the word that stands for every method, as it is written. */
function subjectOf({ route, framework }: Endpoint, word: string): string {
  if (route.branch === true && framework === 'node:http') return 'This branch';
  return /^['"]|^\[/.test(word) ? word : `'${word}'`;
}
/** All it does is to answer with what stands there: `res.json({ pong: true })`. */
function answersTheSame(body: FunctionView): boolean {
  const isPlain = (value: Value): boolean => (value.kind === 'ref' ? value.root.kind === 'parameter' && value.path.length === 0 : /^(literal|object|array|not)$/.test(value.kind));
  const isFixed = (value: Value): boolean => !someIn(value, (one) => !isPlain(one));
  return body.complete && body.steps.length > 0 && body.steps.every((step) => {
    if (step.do === 'call') return step.call.args.every((item) => isFixed(item.value)) && isOfResponse(step.call);
    if (step.do === 'assign') return step.target.root.kind === 'parameter' && isFixed(step.value);
    return step.do === 'return' && (step.value === undefined || step.value.kind === 'call' || isFixed(step.value));
  });
}
/** `res.status(200).json(...)`: a chain that begins with what the handler is given. */
function isOfResponse(call: Call): boolean {
  let current: Value | undefined = call.target;
  for (let hops = 0; current && hops < 12; hops++) {
    if (current.kind === 'call') current = current.target;
    else if (current.kind === 'ref' && current.root.kind === 'value') current = current.root.of;
    else return current.kind === 'ref' && current.root.kind === 'parameter' && current.path.length <= 2;
  }
  return false;
}
/** The handler comes from a package, or its name says that it serves a tree of its own. */
function isElsewhere({ route }: Endpoint, context: RuleContext): boolean {
  const value = route.handler?.value;
  if (!value) return false;
  const target = value.kind === 'call' ? value.target : value;
  const isPackage = target.kind === 'ref' && target.root.kind === 'import' && !/^[.~#]|^@\//.test(target.root.from);
  return isPackage || WHOLE.test(context.textOf(value.at).slice(0, 60).split(/[({]/)[0] ?? '') || WHOLE.test(route.handler.name);
}
/** A function before the handler lets some methods through only: `restrictMethods(['GET'])`. */
function sortsBefore({ chain }: Endpoint, context: RuleContext): boolean {
  return links(chain).some(({ layer }) => /methods?$/i.test(layer.name) || (layer.fn !== undefined && context.conduct(layer.fn)?.tests.includes('method') === true));
}
