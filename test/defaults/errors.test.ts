import { HttpException, InternalServerErrorException, Module, Controller, Get } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import Hapi from '@hapi/hapi';
import Fastify from 'fastify';
import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { verify } from './verify.js';

interface Response {
  status(code: number): Response;
  json(body: unknown): void;
  send(body: unknown): void;
}
interface Application extends RequestListener {
  use(...layers: readonly unknown[]): void;
  get(path: string, handler: (req: unknown, res: Response) => void): void;
}
interface KoaContext {
  readonly path: string;
  throw(status: number, text: string, options?: object): never;
}
interface KoaApplication {
  silent: boolean;
  use(layer: (ctx: KoaContext) => void): void;
  callback(): RequestListener;
}
interface Express {
  (): Application;
  static(root: string, options?: object): unknown;
}
const load = createRequire(import.meta.url);
const express = load('express') as Express;
const express4 = load('express4') as Express;
const Koa = load('koa') as new () => KoaApplication;
const errorHandler = load('errorhandler') as (options?: object) => unknown;
const serveIndex = load('serve-index') as (root: string, options?: object) => unknown;
const swaggerUi = load('swagger-ui-express') as { readonly serve: unknown; setup(document: object): unknown };

/** A folder with one file of each kind. */
const folder = mkdtempSync(join(tmpdir(), 'unlatched-static-'));
mkdirSync(join(folder, '.git'));
mkdirSync(join(folder, 'sub'));
for (const name of ['a.txt', '.env', '.git/config', 'sub/b.txt']) writeFileSync(join(folder, name), name);
after(() => { rmSync(folder, { recursive: true, force: true }); });

/** Serves some requests; gives status and text of each. */
async function ask(listener: RequestListener, requests: readonly (string | readonly [string, RequestInit])[]): Promise<readonly { status: number; text: string }[]> {
  const server = createServer(listener).listen(0);
  await once(server, 'listening');
  try {
    const answers: { status: number; text: string }[] = [];
    for (const request of requests) {
      const [path, init] = typeof request === 'string' ? [request, {}] : request;
      const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, init);
      answers.push({ status: response.status, text: await response.text() });
    }
    return answers;
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
const statuses = async (listener: RequestListener, paths: readonly string[]): Promise<readonly number[]> => (await ask(listener, paths)).map(({ status }) => status);
/** Runs under another NODE_ENV; what reads it when it starts must be made inside. */
async function under<T>(value: string | undefined, run: () => Promise<T>): Promise<T> {
  const before = process.env['NODE_ENV'];
  if (value === undefined) delete process.env['NODE_ENV'];
  else process.env['NODE_ENV'] = value;
  try {
    return await run();
  } finally {
    if (before === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = before;
  }
}
const fail = (): never => { throw new Error('boom secret'); };
/** What Express prints to the console about failures is of no interest here. */
async function quietly<T>(run: () => Promise<T>): Promise<T> {
  const before = console.error;
  console.error = () => undefined;
  try {
    return await run();
  } finally {
    console.error = before;
  }
}

const showsStack = (make: Express): Promise<void> => quietly(async () => {
  const text = (value: string | undefined): Promise<string> => under(value, async () => {
    const app = make();
    app.get('/', fail);
    return (await ask(app, ['/']))[0]?.text ?? '';
  });
  for (const value of [undefined, 'development', 'test', 'staging']) assert.match(await text(value), /boom secret[^]*errors\.test/, String(value));
  assert.doesNotMatch(await text('production'), /boom|errors\.test/);
});
verify('express/stack-outside-production', () => showsStack(express));
verify('express4/stack-outside-production', () => showsStack(express4));
verify('express/error-as-json', async () => {
  const app = express();
  app.get('/json', (_, res) => { res.json(new Error('x')); });
  app.get('/send', (_, res) => { res.send(new Error('x')); });
  app.get('/driver', (_, res) => { res.json({ error: Object.assign(new Error('x'), { code: 'ER_DUP', sql: 'SELECT' }) }); });
  assert.deepEqual((await ask(app, ['/json', '/send', '/driver'])).map(({ text }) => text), ['{}', '{}', '{"error":{"code":"ER_DUP","sql":"SELECT"}}']);
});
verify('express/error-as-text', async () => {
  const app = express();
  app.get('/', (_, res) => { res.send(String(new Error('x'))); });
  assert.deepEqual(await ask(app, ['/']), [{ status: 200, text: 'Error: x' }]);
});
verify('express4/static-dot-folders', async () => {
  const app = express4();
  app.use('/default', express4.static(folder));
  for (const dotfiles of ['allow', 'deny', 'ignore']) app.use(`/${dotfiles}`, express4.static(folder, { dotfiles }));
  assert.deepEqual(await statuses(app, ['/default/.env', '/default/.git/config', '/allow/.env', '/allow/.git/config']), [404, 200, 200, 200]);
  for (const status of await statuses(app, ['/deny/.env', '/deny/.git/config', '/ignore/.env', '/ignore/.git/config'])) assert.notEqual(status, 200);
});
verify('express/static-dotfiles', async () => {
  const app = express();
  app.use('/default', express.static(folder));
  app.use('/allow', express.static(folder, { dotfiles: 'allow' }));
  assert.deepEqual(await statuses(app, ['/default/.env', '/default/.git/config', '/allow/.env', '/allow/.git/config']), [404, 404, 200, 200]);
});
verify('express/static-no-listing', async () => {
  const app = express();
  app.use(express.static(folder));
  const answers = await ask(app, ['/sub/', ['/a.txt', { method: 'PUT' }], '/a.txt']);
  assert.deepEqual(answers.map(({ status }) => status), [404, 404, 200]);
});
verify('fastify/default-handler', () => under('production', async () => {
  const app = Fastify();
  app.get('/', () => { throw Object.assign(new Error('db password leak'), { code: 'E_DB' }); });
  const { statusCode, body } = await app.inject('/');
  assert.deepEqual([statusCode, JSON.parse(body)], [500, { statusCode: 500, code: 'E_DB', error: 'Internal Server Error', message: 'db password leak' }]);
}));
verify('fastify/error-sent', async () => {
  const app = Fastify();
  app.get('/sent', (_, reply) => { reply.send(new Error('sent')); });
  app.get('/part', () => ({ error: new Error('part') }));
  assert.match((await app.inject('/sent')).body, /"message":"sent"/);
  assert.equal((await app.inject('/part')).body, '{"error":{}}');
});
verify('koa/expose', async () => {
  const app = new Koa();
  app.silent = true;
  app.use((ctx) => {
    if (ctx.path === '/400') ctx.throw(400, 'x');
    if (ctx.path === '/500') ctx.throw(500, 'x');
    if (ctx.path === '/exposed') ctx.throw(500, 'x', { expose: true });
    throw Object.assign(new Error('x'), ctx.path === '/own' ? { expose: true } : {});
  });
  const texts = (await ask(app.callback(), ['/400', '/500', '/plain', '/exposed', '/own'])).map(({ text }) => text);
  assert.deepEqual(texts, ['x', 'Internal Server Error', 'Internal Server Error', 'x', 'x']);
});
verify('@hapi/hapi/failure-hidden', async () => {
  const server = Hapi.server({ debug: false });
  server.route([
    { method: 'GET', path: '/thrown', handler: fail },
    { method: 'GET', path: '/returned', handler: () => new Error('boom') },
    { method: 'GET', path: '/wrapped', handler: (_, h) => h.response(new Error('boom') as never) },
  ]);
  for (const url of ['/thrown', '/returned', '/wrapped']) {
    const { statusCode, payload } = await server.inject(url);
    assert.deepEqual([statusCode, payload.includes('boom')], [500, false], url);
  }
});
verify('hono/http-exception', () => quietly(async () => {
  const app = new Hono();
  app.get('/plain', fail);
  app.get('/http', () => { throw new HTTPException(500, { message: 'db down at 10.0.0.1' }); });
  assert.equal(await (await app.request('/plain')).text(), 'Internal Server Error');
  assert.equal(await (await app.request('/http')).text(), 'db down at 10.0.0.1');
}));
verify('@nestjs/core/exception-message', async () => {
  class Failing {
    plain(): never { return fail(); }
    server(): never { throw new InternalServerErrorException('pw http'); }
    http(): never { throw new HttpException('pw http', 503); }
    cause(): never { throw new InternalServerErrorException('failed', { cause: new Error('boom') }); }
  }
  for (const name of ['plain', 'server', 'http', 'cause'] as const) Get(name)(Failing.prototype, name, Object.getOwnPropertyDescriptor(Failing.prototype, name) ?? {});
  Controller()(Failing);
  class Root {}
  Module({ controllers: [Failing] })(Root);
  const app = await NestFactory.create(Root, { logger: false });
  await app.init();
  const [plain, server, http, cause] = await ask(app.getHttpAdapter().getInstance() as RequestListener, ['/plain', '/server', '/http', '/cause']);
  await app.close();
  assert.doesNotMatch(plain?.text ?? 'boom', /boom/);
  assert.match(server?.text ?? '', /pw http/);
  assert.match(http?.text ?? '', /pw http/);
  assert.match(cause?.text ?? '', /failed/);
  assert.doesNotMatch(cause?.text ?? 'boom', /boom/);
});
verify('errorhandler/always', () => quietly(() => under('production', async () => {
  const app = express();
  app.get('/', fail);
  app.use(errorHandler());
  assert.match((await ask(app, [['/', { headers: { accept: 'application/json' } }]]))[0]?.text ?? '', /boom secret[^]*errors\.test/);
})));
verify('serve-index/lists', async () => {
  const app = express();
  app.use('/shown', serveIndex(folder));
  app.use('/hidden', serveIndex(folder, { hidden: true }));
  const [shown, hidden] = await ask(app, [['/shown', { headers: { accept: 'application/json' } }], ['/hidden', { headers: { accept: 'application/json' } }]]);
  assert.match(shown?.text ?? '', /a\.txt/);
  assert.doesNotMatch(shown?.text ?? '.env', /\.env|\.git/);
  assert.match(hidden?.text ?? '', /\.env/);
});
verify('@fastify/static/dotfiles', async () => {
  const ofFiles = async (dotfiles?: 'ignore' | 'deny'): Promise<readonly number[]> => {
    const app = Fastify();
    await app.register(import('@fastify/static'), { root: folder, ...(dotfiles ? { dotfiles } : {}) });
    return [(await app.inject('/.env')).statusCode, (await app.inject('/.git/config')).statusCode];
  };
  assert.deepEqual(await ofFiles(), [200, 200]);
  assert.deepEqual(await ofFiles('ignore'), [404, 404]);
  assert.deepEqual(await ofFiles('deny'), [403, 403]);
});
verify('@fastify/static/list', async () => {
  const app = Fastify();
  await app.register(import('@fastify/static'), { root: folder, list: true, index: false });
  const { body } = await app.inject('/');
  assert.deepEqual(JSON.parse(body), { dirs: ['.git', 'sub'], files: ['.env', 'a.txt'] });
});
verify('@hono/node-server/dotfiles', async () => {
  const { serveStatic } = await import('@hono/node-server/serve-static');
  const app = new Hono();
  app.use('/*', serveStatic({ root: folder }));
  assert.deepEqual([(await app.request('/.env')).status, (await app.request('/.git/config')).status], [200, 200]);
});
verify('@hapi/inert/listing', async () => {
  const inert = load('@hapi/inert') as Hapi.Plugin<object>;
  const server = Hapi.server({ debug: false, routes: { files: { relativeTo: folder } } });
  await server.register(inert);
  const directory = { path: '.', index: false };
  server.route({ method: 'GET', path: '/d/{p*}', handler: { directory } as never });
  server.route({ method: 'GET', path: '/l/{p*}', handler: { directory: { ...directory, listing: true, showHidden: true } } as never });
  const status = async (url: string): Promise<number> => (await server.inject(url)).statusCode;
  assert.deepEqual([await status('/d/'), await status('/d/.env'), await status('/d/a.txt')], [403, 404, 200]);
  assert.match((await server.inject('/l/')).payload, /\.env/);
});
verify('swagger-ui-express/open', () => under('production', async () => {
  const app = express();
  app.use('/docs', swaggerUi.serve, swaggerUi.setup({ openapi: '3.0.0', info: { title: 'x', version: '1' }, paths: {} }));
  const [page] = await ask(app, ['/docs/']);
  assert.equal(page?.status, 200);
  assert.match(page.text, /swagger-ui/);
}));
