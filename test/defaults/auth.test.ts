import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import Hapi from '@hapi/hapi';
import * as common from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import fastifyRateLimit from '@fastify/rate-limit';
import { rateLimit } from 'express-rate-limit';
import Fastify from 'fastify';
import { Hono } from 'hono';
import { verify } from './verify.js';

interface Asked extends IncomingMessage {
  readonly ip: string;
  readonly body: unknown;
}
interface Answered extends ServerResponse {
  json(value: unknown): void;
  sendStatus(status: number): void;
}
type Handler = (req: Asked, res: Answered, next: (error?: unknown) => void) => void;
interface Application extends RequestListener {
  use(...layers: unknown[]): void;
  all(path: string, ...layers: unknown[]): void;
  get(path: string, ...layers: unknown[]): void;
  post(path: string, ...layers: unknown[]): void;
  put(path: string, ...layers: unknown[]): void;
  delete(path: string, ...layers: unknown[]): void;
  set(name: string, value: unknown): void;
}
type Express = (() => Application) & { json(options?: object): Handler };
interface Context {
  body: unknown;
}
type Passing = (ctx: Context, next: () => Promise<void>) => unknown;
interface KoaApplication {
  use(layer: Passing): void;
  callback(): RequestListener;
}
interface KoaRouter {
  all(path: string, handler: Passing): void;
  get(path: string, ...layers: Passing[]): void;
  routes(): Passing;
}
// These packages bring no types of their own.
const load = createRequire(import.meta.url);
const express = load('express') as Express;
const express4 = load('express4') as Express;
const { expressjwt } = load('express-jwt') as { expressjwt(options: object): Handler };
const Koa = load('koa') as new () => KoaApplication;
const { Router } = load('@koa/router') as { Router: new () => KoaRouter };
const koaJwt = load('koa-jwt') as (options: object) => Passing;
const basicAuth = load('express-basic-auth') as (options: object) => Handler;
const methodOverride = load('method-override') as (getter?: string) => Handler;
const csurf = load('csurf') as (options: object) => Handler;
const session = load('express-session') as (options: object) => Handler;

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
}
/** Sends one request of any method; `fetch` refuses TRACE. */
async function send(port: number, method: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> {
  const asked = request({ host: '127.0.0.1', port, method, path, headers: { connection: 'close', ...headers }, agent: false });
  asked.end(body);
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, body: await text(response), headers: response.headers };
}
type Ask = (method: string, path: string, headers?: Record<string, string>, body?: string) => Promise<Answer>;
async function serving(listener: RequestListener, use: (ask: Ask) => Promise<void>): Promise<void> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await use((...args) => send((server.address() as AddressInfo).port, ...args));
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
const ok: Handler = (_req, res) => { res.sendStatus(200); };
const json = { 'content-type': 'application/json' };
const bodyOf = (size: number): string => JSON.stringify({ text: 'x'.repeat(size) });

verify('express/all-methods', async () => {
  const app = express();
  app.all('/a', ok);
  app.use('/u', ok);
  await serving(app, async (ask) => {
    for (const path of ['/a', '/u']) for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND']) assert.equal((await ask(method, path)).status, 200, `${method} ${path}`);
  });
});
verify('express/other-method', async () => {
  const app = express();
  app.get('/a', ok);
  await serving(app, async (ask) => {
    assert.equal((await ask('PUT', '/a')).status, 404);
    const options = await ask('OPTIONS', '/a');
    assert.equal(options.status, 200);
    assert.deepEqual(options.headers.allow?.split(/, ?/), ['GET', 'HEAD']);
  });
});
verify('express/sibling-middleware', async () => {
  const app = express();
  app.post('/files', ((_req, res) => { res.sendStatus(403); }) satisfies Handler, ok);
  app.put('/files', ok);
  await serving(app, async (ask) => {
    assert.equal((await ask('POST', '/files')).status, 403);
    assert.equal((await ask('PUT', '/files')).status, 200);
  });
});
verify('express/body-limit', async () => {
  const app = express();
  app.use(express.json());
  app.post('/a', ok);
  await serving(app, async (ask) => {
    assert.equal((await ask('POST', '/a', json, bodyOf(100_000))).status, 200);
    assert.equal((await ask('POST', '/a', json, bodyOf(110_000))).status, 413);
  });
});
verify('express/trust-proxy', async () => {
  const app = express();
  app.get('/ip', ((req, res) => { res.json(req.ip); }) satisfies Handler);
  const forwarded = { 'x-forwarded-for': '9.9.9.9, 8.8.8.8' };
  await serving(app, async (ask) => {
    assert.match((await ask('GET', '/ip', forwarded)).body, /127\.0\.0\.1/);
    app.set('trust proxy', true);
    assert.equal((await ask('GET', '/ip', forwarded)).body, '"9.9.9.9"');
    app.set('trust proxy', 1);
    assert.equal((await ask('GET', '/ip', forwarded)).body, '"8.8.8.8"');
  });
});
verify('express4/wildcard-path', async () => {
  const app = express4();
  app.all('*', ok);
  await serving(app, async (ask) => { assert.equal((await ask('PUT', '/any/thing')).status, 200); });
});
verify('express/wildcard-path', async () => {
  const app = express();
  assert.throws(() => { app.all('*', ok); }, /[Mm]issing parameter name/);
  app.all('/{*any}', ok);
  await serving(app, async (ask) => { for (const path of ['/', '/any/thing']) assert.equal((await ask('PUT', path)).status, 200); });
});
verify('fastify/all-methods', async () => {
  const app = Fastify();
  app.all('/a', () => 'ok');
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'TRACE'] as const) assert.equal((await app.inject({ method: method as 'GET', url: '/a' })).statusCode, 200, method);
  await app.close();
});
verify('fastify/body-limit', async () => {
  const app = Fastify();
  app.post('/a', () => 'ok');
  const post = async (size: number): Promise<number> => (await app.inject({ method: 'POST', url: '/a', headers: json, payload: bodyOf(size) })).statusCode;
  assert.equal(await post(1_000_000), 200);
  assert.equal(await post(1_100_000), 413);
  await app.close();
});
const schema = { body: { type: 'object', properties: { count: { type: 'integer' } }, required: ['count'], additionalProperties: false } };
verify('fastify/attach-validation', async () => {
  const app = Fastify();
  app.post('/checked', { schema }, () => 'ok');
  app.post('/attached', { schema, attachValidation: true }, (req) => ({ failed: req.validationError !== undefined }));
  const post = async (url: string): Promise<{ status: number; body: string }> => {
    const { statusCode, body } = await app.inject({ method: 'POST', url, payload: { count: 'many' } });
    return { status: statusCode, body };
  };
  assert.equal((await post('/checked')).status, 400);
  assert.deepEqual(await post('/attached'), { status: 200, body: '{"failed":true}' });
  await app.close();
});
verify('fastify/remove-additional', async () => {
  const app = Fastify();
  app.post('/a', { schema }, (req) => req.body);
  assert.equal((await app.inject({ method: 'POST', url: '/a', payload: { count: 1, role: 'admin' } })).body, '{"count":1}');
  await app.close();
});
verify('fastify/trust-proxy', async () => {
  for (const [trustProxy, ip] of [[false, '127.0.0.1'], [true, '9.9.9.9']] as const) {
    const app = Fastify({ trustProxy });
    app.get('/ip', (req) => req.ip);
    assert.equal((await app.inject({ url: '/ip', headers: { 'x-forwarded-for': '9.9.9.9, 8.8.8.8' } })).body, ip);
    await app.close();
  }
});
verify('koa/any-method', async () => {
  const app = new Koa();
  app.use((ctx) => { ctx.body = 'ok'; });
  await serving(app.callback(), async (ask) => { for (const method of ['TRACE', 'PUT']) assert.equal((await ask(method, '/')).status, 200); });
});
verify('@koa/router/all-methods', async () => {
  const app = new Koa();
  const router = new Router();
  router.all('/a', (ctx) => { ctx.body = 'ok'; });
  app.use(router.routes());
  await serving(app.callback(), async (ask) => { for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']) assert.equal((await ask(method, '/a')).status, 200, method); });
});
verify('hapi/any-method', async () => {
  const server = Hapi.server();
  server.route({ method: '*', path: '/a', handler: () => 'ok' });
  for (const method of ['TRACE', 'PUT', 'DELETE']) assert.equal((await server.inject({ method, url: '/a' })).statusCode, 200, method);
});
verify('hapi/max-bytes', async () => {
  const server = Hapi.server();
  server.route({ method: 'POST', path: '/a', handler: () => 'ok' });
  const post = async (size: number): Promise<number> => (await server.inject({ method: 'POST', url: '/a', headers: json, payload: bodyOf(size) })).statusCode;
  assert.equal(await post(900_000), 200);
  assert.equal(await post(1_100_000), 413);
});
verify('hapi/fail-action', async () => {
  const server = Hapi.server();
  const validate = (): never => { throw new Error('wrong'); };
  for (const failAction of ['error', 'ignore', 'log'] as const) server.route({ method: 'POST', path: `/${failAction}`, handler: () => 'ok', options: { validate: { payload: validate, failAction } } });
  const statuses = await Promise.all(['error', 'ignore', 'log'].map(async (one) => (await server.inject({ method: 'POST', url: `/${one}`, payload: {} })).statusCode));
  assert.deepEqual(statuses, [400, 200, 200]);
});
verify('hapi/auth-modes', async () => {
  const server = Hapi.server();
  server.auth.scheme('key', () => ({
    authenticate(req, h) {
      const key: unknown = req.headers['x-key'];
      if (key === 'right') return h.authenticated({ credentials: {} });
      const isThere = key !== undefined;
      return h.unauthenticated(Object.assign(new Error('no'), { isBoom: true, isMissing: !isThere, output: { statusCode: 401, payload: {}, headers: {} } }) as never);
    },
  }));
  server.auth.strategy('key', 'key');
  for (const mode of ['required', 'optional', 'try'] as const) server.route({ method: 'GET', path: `/${mode}`, handler: () => 'ok', options: { auth: { strategy: 'key', mode } } });
  const ask = async (path: string, key?: string): Promise<number> => (await server.inject({ url: path, headers: key === undefined ? {} : { 'x-key': key } })).statusCode;
  assert.deepEqual([await ask('/required'), await ask('/optional'), await ask('/try')], [401, 200, 200]);
  assert.deepEqual([await ask('/required', 'wrong'), await ask('/optional', 'wrong'), await ask('/try', 'wrong')], [401, 401, 200]);
});
verify('hono/all-methods', async () => {
  const app = new Hono();
  app.all('/a', (c) => c.text('ok'));
  for (const method of ['PUT', 'DELETE', 'OPTIONS']) assert.equal((await app.request('/a', { method })).status, 200, method);
});
verify('nest/all-methods', async () => {
  class Items {
    any(): string {
      return 'ok';
    }
  }
  const any = Object.getOwnPropertyDescriptor(Items.prototype, 'any');
  assert.ok(any);
  common.All('a')(Items.prototype, 'any', any);
  common.Controller()(Items);
  class Main {}
  common.Module({ controllers: [Items] })(Main);
  const app = await NestFactory.create(Main, { logger: false });
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as { address(): AddressInfo }).address();
  for (const method of ['PUT', 'DELETE', 'TRACE']) assert.equal((await send(port, method, '/a')).status, 200, method);
  await app.close();
});
verify('express-jwt/optional', async () => {
  const app = express();
  app.get('/required', expressjwt({ secret: 'x', algorithms: ['HS256'] }), ok);
  app.get('/optional', expressjwt({ secret: 'x', algorithms: ['HS256'], credentialsRequired: false }), ok);
  app.use(((error, _req, res, _next) => { res.sendStatus((error as { status: number }).status); }) as (error: unknown, req: Asked, res: Answered, next: unknown) => void);
  await serving(app, async (ask) => {
    assert.equal((await ask('GET', '/required')).status, 401);
    assert.equal((await ask('GET', '/optional')).status, 200);
    assert.equal((await ask('GET', '/optional', { authorization: 'Bearer wrong' })).status, 401);
  });
});
verify('koa-jwt/passthrough', async () => {
  const app = new Koa();
  const router = new Router();
  router.get('/required', koaJwt({ secret: 'x' }), (ctx) => { ctx.body = 'ok'; });
  router.get('/passing', koaJwt({ secret: 'x', passthrough: true }), (ctx) => { ctx.body = 'ok'; });
  app.use(router.routes());
  await serving(app.callback(), async (ask) => {
    assert.equal((await ask('GET', '/required')).status, 401);
    assert.equal((await ask('GET', '/passing')).status, 200);
    assert.equal((await ask('GET', '/passing', { authorization: 'Bearer wrong' })).status, 200);
  });
});
verify('express-basic-auth/authorizer', async () => {
  const app = express();
  app.get('/open', basicAuth({ authorizer: () => true }), ok);
  app.get('/closed', basicAuth({ users: { a: 'b' } }), ok);
  const headers = { authorization: `Basic ${Buffer.from('anybody:anything').toString('base64')}` };
  await serving(app, async (ask) => {
    assert.equal((await ask('GET', '/open', headers)).status, 200);
    assert.equal((await ask('GET', '/closed', headers)).status, 401);
  });
});
verify('method-override/post', async () => {
  const app = express();
  app.use(methodOverride());
  app.delete('/a', ok);
  await serving(app, async (ask) => {
    assert.equal((await ask('POST', '/a', { 'x-http-method-override': 'DELETE' })).status, 200);
    assert.equal((await ask('GET', '/a', { 'x-http-method-override': 'DELETE' })).status, 404);
    assert.equal((await ask('POST', '/a')).status, 404);
  });
});
verify('csurf/ignored-methods', async () => {
  for (const [ignoreMethods, status] of [[['GET', 'HEAD', 'OPTIONS'], 403], [['GET', 'HEAD', 'OPTIONS', 'POST'], 200]] as const) {
    const app = express();
    app.use(session({ secret: 'x', resave: false, saveUninitialized: true }));
    app.use(csurf({ ignoreMethods }));
    app.post('/a', ok);
    app.use(((_error, _req, res, _next) => { res.sendStatus(403); }) as (error: unknown, req: Asked, res: Answered, next: unknown) => void);
    await serving(app, async (ask) => { assert.equal((await ask('POST', '/a')).status, status); });
  }
});
const quiet = { validate: false } as const;
verify('express-rate-limit/defaults', async () => {
  const app = express();
  app.get('/a', rateLimit(quiet), ok);
  app.get('/none', rateLimit({ ...quiet, max: 0 }), ok);
  await serving(app, async (ask) => {
    const statuses: number[] = [];
    for (let turn = 0; turn < 6; turn++) statuses.push((await ask('GET', '/a')).status);
    assert.deepEqual(statuses, [200, 200, 200, 200, 200, 429]);
    assert.equal((await ask('GET', '/none')).status, 429);
  });
});
verify('express-rate-limit/spoofed', async () => {
  const app = express();
  app.set('trust proxy', true);
  app.get('/a', rateLimit({ ...quiet, limit: 1 }), ok);
  await serving(app, async (ask) => {
    for (let turn = 1; turn < 5; turn++) assert.equal((await ask('GET', '/a', { 'x-forwarded-for': `9.9.9.${turn}` })).status, 200);
    assert.equal((await ask('GET', '/a', { 'x-forwarded-for': '9.9.9.1' })).status, 429);
  });
});
verify('@fastify/rate-limit/defaults', async () => {
  const app = Fastify();
  await app.register(fastifyRateLimit);
  app.get('/a', () => 'ok');
  const { headers } = await app.inject('/a');
  assert.equal(headers['x-ratelimit-limit'], '1000');
  assert.equal(headers['x-ratelimit-reset'], '60');
  await app.close();
});
