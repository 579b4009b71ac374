import assert from 'node:assert/strict';
import http from 'node:http';
import https from 'node:https';
import { createRequire } from 'node:module';
import tls from 'node:tls';
import { ownCertificate } from './certificate.js';
import { cookieFrom, served, type Listener } from './serving.js';
import { verify } from './verify.js';

const load = createRequire(import.meta.url);
type Handler = (...values: unknown[]) => unknown;
interface ExpressLike extends Listener {
  use(...handlers: Handler[]): void;
  get(path: string, ...handlers: Handler[]): void;
  post(path: string, ...handlers: Handler[]): void;
}
interface Answer {
  cookie(name: string, value: string): void;
  json(value: unknown): void;
  end(): void;
}
const express: () => ExpressLike = load('express');

/** The cookie an Express application with this session sets when something is stored in it. */
async function sessionCookie(session: Handler): Promise<string> {
  const app = express();
  app.use(session);
  app.get('/', (request, response) => {
    const { session: state }: { session?: { user?: string } } = Object(request);
    if (state) state.user = 'ann';
    const answer: Answer = Object(response);
    answer.end();
  });
  return cookieFrom(app);
}

verify('express/cookie-flags', async () => {
  const app = express();
  app.get('/', (_request, response) => {
    const answer: Answer = Object(response);
    answer.cookie('sid', '1');
    answer.end();
  });
  assert.equal(await cookieFrom(app), 'sid=1; Path=/');
});
verify('express-session/cookie-flags', async () => {
  const session: (options: object) => Handler = load('express-session');
  const cookie = await sessionCookie(session({ secret: 'for this test only', resave: false, saveUninitialized: false }));
  assert.match(cookie, /^connect\.sid=[^;]+; Path=\/; HttpOnly$/);
});
verify('cookie-session/cookie-flags', async () => {
  const session: (options: object) => Handler = load('cookie-session');
  const cookie = await sessionCookie(session({ name: 's', keys: ['for this test only'] }));
  assert.match(cookie, /httponly/i);
  assert.doesNotMatch(cookie, /secure|samesite/i);
});
interface FastifyLike {
  register(plugin: unknown, options?: object): unknown;
  get(path: string, handler: Handler): void;
  post(path: string, handler: Handler): void;
  inject(request: object): Promise<{ readonly statusCode: number; readonly headers: Readonly<Record<string, unknown>>; readonly body: string }>;
  close(): Promise<void>;
}
const fastify: () => FastifyLike = load('fastify');
verify('@fastify/session/cookie-flags', async () => {
  const app = fastify();
  app.register(load('@fastify/cookie'));
  app.register(load('@fastify/session'), { secret: 'a text of more than thirty-two characters' });
  app.get('/', (request) => {
    const { session }: { session: { set(key: string, value: string): void } } = Object(request);
    session.set('user', 'ann');
    return 'ok';
  });
  const plain = await app.inject({ url: '/' });
  assert.equal(plain.headers['set-cookie'], undefined);
  await app.close();
  const behind: (options: object) => FastifyLike = load('fastify');
  const trusting = behind({ trustProxy: true });
  trusting.register(load('@fastify/cookie'));
  trusting.register(load('@fastify/session'), { secret: 'a text of more than thirty-two characters' });
  trusting.get('/', (request) => {
    const { session }: { session: { set(key: string, value: string): void } } = Object(request);
    session.set('user', 'ann');
    return 'ok';
  });
  const secure = await trusting.inject({ url: '/', headers: { 'x-forwarded-proto': 'https' } });
  assert.match(String(secure.headers['set-cookie']), /HttpOnly; Secure/);
  await trusting.close();
});
verify('@fastify/cookie/cookie-flags', async () => {
  const app = fastify();
  app.register(load('@fastify/cookie'));
  app.get('/', (_request, reply) => {
    const answer: { setCookie(name: string, value: string): void; send(text: string): unknown } = Object(reply);
    answer.setCookie('a', '1');
    return answer.send('ok');
  });
  assert.equal(String((await app.inject({ url: '/' })).headers['set-cookie']), 'a=1; SameSite=Lax');
  await app.close();
});
interface KoaLike {
  keys: readonly string[];
  use(handler: unknown): void;
  callback(): http.RequestListener;
}
interface KoaContext {
  cookies: { set(name: string, value: string): void };
  session: { user: string };
  body: string;
}
verify('koa/cookie-flags', async () => {
  const Koa: { readonly default: new () => KoaLike } = load('koa');
  const app = new Koa.default();
  app.use((ctx: KoaContext) => {
    ctx.cookies.set('sid', '1');
    ctx.body = 'ok';
  });
  assert.equal(await cookieFrom(app.callback()), 'sid=1; path=/; httponly');
});
verify('koa-session/cookie-flags', async () => {
  const Koa: { readonly default: new () => KoaLike } = load('koa');
  const { createSession }: { createSession(options: object, app: KoaLike): unknown } = load('koa-session');
  const app = new Koa.default();
  app.keys = ['for this test only'];
  app.use(createSession({}, app));
  app.use((ctx: KoaContext) => {
    ctx.session.user = 'ann';
    ctx.body = 'ok';
  });
  const cookie = await cookieFrom(app.callback());
  assert.match(cookie, /httponly/i);
  assert.doesNotMatch(cookie, /; ?secure|samesite/i);
});
verify('@hapi/hapi/cookie-flags', async () => {
  interface HapiLike {
    route(route: object): void;
    inject(path: string): Promise<{ readonly headers: Readonly<Record<string, unknown>> }>;
  }
  const hapi: { server(): HapiLike } = load('@hapi/hapi');
  const server = hapi.server();
  server.route({ method: 'GET', path: '/', handler: (_request: unknown, h: { response(text: string): { state(name: string, value: string): unknown } }) => h.response('ok').state('sid', '1') });
  assert.match(String((await server.inject('/')).headers['set-cookie']), /^sid=1; Secure; HttpOnly; SameSite=Strict/);
});
verify('hono/cookie-flags', async () => {
  const { Hono } = await import('hono');
  const { setCookie } = await import('hono/cookie');
  const app = new Hono();
  app.get('/', (c) => {
    setCookie(c, 'sid', '1');
    return c.text('ok');
  });
  assert.equal((await app.request('/')).headers.get('set-cookie'), 'sid=1; Path=/');
});

const own = ownCertificate('localhost');
/** What a client of an own server with a certificate that nobody vouches for is told: 'ok' or the error's code. */
async function connected(options: tls.ConnectionOptions, server: https.ServerOptions = {}): Promise<string> {
  return await served(https.createServer({ ...server, key: own.key, cert: own.cert }, (_request, response) => response.end('ok')), (port) =>
    new Promise((resolve) => {
      const socket = tls.connect({ port, host: '127.0.0.1', servername: 'localhost', ...options }, () => {
        resolve('ok');
        socket.destroy();
      });
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'failed'));
    }),
  );
}
verify('node/reject-unauthorized', async () => {
  assert.equal(await connected({}), 'DEPTH_ZERO_SELF_SIGNED_CERT');
  assert.equal(await connected({ rejectUnauthorized: false }), 'ok');
  assert.equal(await connected({ ca: own.cert }), 'ok');
});
verify('node/check-server-identity', async () => {
  assert.equal(await connected({ ca: own.cert, servername: 'other.test' }), 'ERR_TLS_CERT_ALTNAME_INVALID');
  assert.equal(await connected({ ca: own.cert, servername: 'other.test', checkServerIdentity: () => undefined }), 'ok');
});
verify('node/environment-switch', async () => {
  const { NODE_TLS_REJECT_UNAUTHORIZED: before } = process.env;
  const { emitWarning } = process;
  // Node says once how dangerous this is; the output of the tests stays clean.
  process.emitWarning = () => undefined;
  try {
    for (const [value, outcome] of [['0', 'ok'], ['1', 'DEPTH_ZERO_SELF_SIGNED_CERT'], ['false', 'DEPTH_ZERO_SELF_SIGNED_CERT'], ['', 'DEPTH_ZERO_SELF_SIGNED_CERT']] as const) {
      process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = value;
      assert.equal(await connected({}), outcome, `'${value}'`);
    }
  } finally {
    process.emitWarning = emitWarning;
    if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
  }
});
verify('node/old-protocol', async () => {
  const old: tls.ConnectionOptions = { rejectUnauthorized: false, minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' };
  assert.equal(tls.DEFAULT_MIN_VERSION, 'TLSv1.2');
  assert.notEqual(await connected(old), 'ok');
  assert.equal(await connected(old, { minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' }), 'ok');
});
verify('axios/inert-option', async () => {
  const axios: { get(url: string, options: object): Promise<{ readonly status: number }> } = load('axios');
  await served(https.createServer({ key: own.key, cert: own.cert }, (_request, response) => response.end('ok')), async (port) => {
    const url = `https://localhost:${port}/`;
    const options = { proxy: false, lookup: (_host: string, _options: object, done: (error: null, address: string, family: number) => void) => done(null, '127.0.0.1', 4) };
    await assert.rejects(axios.get(url, { ...options, rejectUnauthorized: false }), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    assert.equal((await axios.get(url, { ...options, httpsAgent: new https.Agent({ rejectUnauthorized: false }) })).status, 200);
  });
});

verify('pg/ssl-off', () => {
  const { Client }: { Client: new (options: object) => { readonly ssl: unknown } } = load('pg');
  assert.equal(new Client({ host: 'db.example.com' }).ssl, false);
  assert.equal(new Client({ host: 'db.example.com', ssl: true }).ssl, true);
});

/** A form with one file of so many bytes. */
function form(size: number, filename = 'a.bin'): { readonly headers: Record<string, string>; readonly body: Buffer } {
  const head = `--x\r\nContent-Disposition: form-data; name="file"; filename="${filename}"\r\nContent-Type: application/octet-stream\r\n\r\n`;
  return { headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: Buffer.concat([Buffer.from(head), Buffer.alloc(size, 1), Buffer.from('\r\n--x--\r\n')]) };
}
async function uploaded(handler: Handler, size: number): Promise<{ readonly status: number; readonly size: number }> {
  const app = express();
  app.post('/', handler, (request, response) => {
    const { file, files }: { file?: { size: number }; files?: { file?: { size: number } } } = Object(request);
    const answer: Answer = Object(response);
    answer.json({ size: file?.size ?? files?.file?.size ?? 0 });
  });
  const refuse: Handler = (_error, _request, response, _next) => {
    const answer: { status(code: number): Answer } = Object(response);
    answer.status(413).json({ size: 0 });
  };
  app.use(refuse);
  return await served(http.createServer(app), async (port) => {
    const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', ...form(size) });
    const body: { size?: number } = answer.status === 200 ? Object(await answer.json()) : {};
    return { status: answer.status, size: body.size ?? 0 };
  });
}
const SIZE = 12 * 1024 * 1024;
verify('multer/no-limit', async () => {
  const multer: { (options: object): { single(field: string): Handler }; memoryStorage(): object } = load('multer');
  assert.deepEqual(await uploaded(multer({ storage: multer.memoryStorage() }).single('file'), SIZE), { status: 200, size: SIZE });
  assert.equal((await uploaded(multer({ storage: multer.memoryStorage(), limits: { fileSize: 1000 } }).single('file'), 2000)).status, 413);
});
verify('express-fileupload/truncates', async () => {
  const fileUpload: (options: object) => Handler = load('express-fileupload');
  assert.deepEqual(await uploaded(fileUpload({}), SIZE), { status: 200, size: SIZE });
  assert.deepEqual(await uploaded(fileUpload({ limits: { fileSize: 1000 } }), 2000), { status: 200, size: 1000 });
  assert.equal((await uploaded(fileUpload({ limits: { fileSize: 1000 }, abortOnLimit: true }), 2000)).status, 413);
});
verify('@fastify/multipart/limit', async () => {
  const app = fastify();
  app.register(load('@fastify/multipart'));
  app.post('/', async (request) => {
    const parts: { file(): Promise<{ toBuffer(): Promise<Buffer> }> } = Object(request);
    return { size: (await (await parts.file()).toBuffer()).length };
  });
  const send = async (size: number): Promise<number> => {
    const { headers, body } = form(size);
    return (await app.inject({ method: 'POST', url: '/', headers, payload: body })).statusCode;
  };
  assert.equal(await send(1000), 200);
  assert.equal(await send(2 * 1024 * 1024), 413);
  await app.close();
});

/** The name a handler is told for a file that calls itself `../../evil.html`. */
async function nameOf(handler: Handler): Promise<string> {
  const app = express();
  app.post('/', handler, (request, response) => {
    const { file, files }: { file?: { originalname: string }; files?: { file?: { name: string } } } = Object(request);
    const answer: Answer = Object(response);
    answer.json({ name: file?.originalname ?? files?.file?.name });
  });
  return await served(http.createServer(app), async (port) => {
    const { name }: { name?: string } = Object(await (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', ...form(10, '../../evil.html') })).json());
    return name ?? '';
  });
}
verify('multer/original-name', async () => {
  const multer: () => { single(field: string): Handler } = load('multer');
  assert.equal(await nameOf(multer().single('file')), 'evil.html');
});
verify('express-fileupload/original-name', async () => {
  const fileUpload: () => Handler = load('express-fileupload');
  assert.equal(await nameOf(fileUpload()), 'evil.html');
});

interface SessionState {
  user?: string;
}
/** What a handler behind this session finds in it, and the cookie it sets, for a request with a cookie. */
async function sessionOf(session: Handler, cookie: string, store?: string): Promise<{ readonly found: string; readonly cookie: string }> {
  const app = express();
  app.use(session);
  app.get('/', (request, response) => {
    const { session: state }: { session: SessionState } = Object(request);
    const answer: Answer = Object(response);
    const found = state.user ?? '';
    if (store !== undefined) state.user = store;
    answer.json({ found });
  });
  return await served(http.createServer(app), async (port) => {
    const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { cookie } });
    const { found }: { found?: string } = Object(await answer.json());
    return { found: found ?? '', cookie: answer.headers.get('set-cookie') ?? '' };
  });
}
const written = `s=${Buffer.from(JSON.stringify({ user: 'admin' })).toString('base64')}`;
verify('cookie-session/unsigned', async () => {
  const session: (options: object) => Handler = load('cookie-session');
  assert.equal((await sessionOf(session({ name: 's', signed: false }), written)).found, 'admin');
  assert.equal((await sessionOf(session({ name: 's', keys: ['for this test only'] }), written)).found, '');
});
verify('cookie-session/readable', async () => {
  const session: (options: object) => Handler = load('cookie-session');
  const { cookie } = await sessionOf(session({ name: 's', keys: ['for this test only'] }), '', 'ann');
  assert.match(Buffer.from(/s=([^;]+)/.exec(cookie)?.[1] ?? '', 'base64').toString(), /"user":"ann"/);
});
verify('express-session/uninitialized', async () => {
  const session: (options: object) => Handler = load('express-session');
  const options = { secret: 'for this test only', resave: false };
  assert.match((await sessionOf(session({ ...options, saveUninitialized: true }), '')).cookie, /^connect\.sid=/);
  assert.equal((await sessionOf(session({ ...options, saveUninitialized: false }), '')).cookie, '');
});
