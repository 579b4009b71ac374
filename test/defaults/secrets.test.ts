import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { createRequire } from 'node:module';
import basicAuth from 'express-basic-auth';
import { expressjwt } from 'express-jwt';
import { SignJWT, UnsecuredJWT, decodeJwt, jwtVerify } from 'jose';
import jwt from 'jsonwebtoken';
import koaJwt from 'koa-jwt';
import { verify } from './verify.js';

interface Request {
  readonly sessionID: string;
  readonly session: Record<string, unknown>;
}
interface Response {
  send(body: string): void;
}
interface Application extends RequestListener {
  use(layer: unknown): void;
  get(path: string, handler: (req: Request, res: Response) => void): void;
}
interface KoaApplication {
  use(layer: unknown): void;
  callback(): RequestListener;
}
interface JwtStrategy {
  authenticate(request: object): void;
}
// These packages bring no types of their own.
const load = createRequire(import.meta.url);
const express = load('express') as () => Application;
const cookieSession = load('cookie-session') as (options: object) => unknown;
const session = load('express-session') as (options: object) => unknown;
const morgan = load('morgan') as (format: string, options: object) => unknown;
const jwt8 = load('jsonwebtoken8') as typeof jwt;
const Koa = load('koa') as new () => KoaApplication;
const { ExtractJwt, Strategy } = load('passport-jwt') as {
  readonly ExtractJwt: { fromAuthHeaderAsBearerToken(): unknown };
  readonly Strategy: new (options: object, verify: (payload: unknown, done: (error: unknown, user: unknown) => void) => void) => JwtStrategy;
};

const part = (data: object): string => Buffer.from(JSON.stringify(data)).toString('base64url');
/** A token nobody signed. */
const unsigned = `${part({ alg: 'none', typ: 'JWT' })}.${part({ admin: true })}.`;
/** The same with a signature somebody made up. */
const forged = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ admin: true })}.AAAA`;

/** Serves one request; gives what came back. */
async function ask(listener: RequestListener, path: string, headers: Record<string, string> = {}): Promise<globalThis.Response> {
  const server = createServer(listener).listen(0);
  await once(server, 'listening');
  try {
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, { headers });
    await response.clone().text();
    return response;
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

verify('jsonwebtoken8/unset-key', () => {
  for (const key of [undefined, null, '', false]) assert.deepEqual(jwt8.verify(unsigned, key as never), { admin: true });
  assert.throws(() => jwt8.verify(unsigned, 'key'));
});
verify('jsonwebtoken/unset-key', () => {
  for (const key of [undefined, null, '', false]) {
    assert.throws(() => jwt.verify(unsigned, key as never), /none/);
    assert.throws(() => jwt.verify(forged, key as never));
  }
});
verify('jsonwebtoken/none-algorithm', () => {
  assert.deepEqual(jwt.verify(unsigned, undefined as never, { algorithms: ['none'] }), { admin: true });
  assert.throws(() => jwt.verify(unsigned, 'key', { algorithms: ['none', 'HS256'] }), /signature is required/);
});
verify('jsonwebtoken/guessed-algorithm', () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const byHand = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ admin: true })}`;
  // jsonwebtoken refuses to make such a token, so it is put together by hand.
  const token = `${byHand}.${jwt.sign({ a: 1 }, 'x').split('.')[2] ?? ''}`;
  assert.throws(() => jwt.verify(token, pem), /invalid algorithm/);
});
verify('jsonwebtoken/no-expiry', () => {
  assert.deepEqual(Object.keys(jwt.verify(jwt.sign({ a: 1 }, 'key'), 'key')), ['a', 'iat']);
  const old = jwt.sign({ a: 1, exp: 1 }, 'key');
  assert.throws(() => jwt.verify(old, 'key'), /jwt expired/);
  assert.equal((jwt.verify(old, 'key', { ignoreExpiration: true }) as { a: number }).a, 1);
});
verify('jsonwebtoken/decode', () => {
  assert.deepEqual(jwt.decode(forged), { admin: true });
  assert.deepEqual(jwt.decode(unsigned), { admin: true });
});
verify('jsonwebtoken/short-key', () => {
  assert.equal((jwt.verify(jwt.sign({ a: 1 }, 'k'), 'k') as { a: number }).a, 1);
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  assert.throws(() => jwt.sign({ a: 1 }, privateKey, { algorithm: 'RS256' }), /minimum key size of 2048/);
  assert.ok(jwt.sign({ a: 1 }, privateKey, { algorithm: 'RS256', allowInsecureKeySizes: true }));
});
verify('jsonwebtoken/text-of-nothing', () => {
  const nothing: string | undefined = undefined;
  const token = jwt.sign({ admin: true }, 'undefined');
  assert.equal((jwt.verify(token, `${String(nothing)}`) as { admin: boolean }).admin, true);
});
verify('jose/decode', async () => {
  const key = new TextEncoder().encode('k');
  assert.deepEqual(decodeJwt(forged), { admin: true });
  assert.deepEqual(UnsecuredJWT.decode(unsigned).payload, { admin: true });
  await assert.rejects(jwtVerify(unsigned, key));
  await assert.rejects(jwtVerify(forged, key));
  const { payload } = await jwtVerify(await new SignJWT({ a: 1 }).setProtectedHeader({ alg: 'HS256' }).sign(key), key);
  assert.deepEqual(payload, { a: 1 });
});
verify('express-jwt/algorithms', () => {
  assert.throws(() => expressjwt({ secret: 'key' } as never), /algorithms/);
});
verify('koa-jwt/algorithms', async () => {
  const app = new Koa();
  app.use(koaJwt({ secret: 'key' }));
  app.use((ctx: { body: unknown; state: Record<string, unknown> }) => { ctx.body = ctx.state['user']; });
  const good = await ask(app.callback(), '/', { authorization: `Bearer ${jwt.sign({ a: 1 }, 'key')}` });
  assert.equal(good.status, 200);
  assert.equal((await ask(app.callback(), '/', { authorization: `Bearer ${forged}` })).status, 401);
});
verify('passport-jwt/algorithms', async () => {
  const expired = jwt.sign({ a: 1, exp: 1 }, 'key');
  const outcome = (options: object): Promise<string> =>
    new Promise((resolve) => {
      const strategy = new Strategy({ jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(), secretOrKey: 'key', ...options }, (payload, done) => { done(null, payload); });
      Object.assign(strategy, { success: () => { resolve('let in'); }, fail: () => { resolve('refused'); } });
      strategy.authenticate({ headers: { authorization: `Bearer ${expired}` } });
    });
  assert.equal(await outcome({}), 'refused');
  assert.equal(await outcome({ ignoreExpiration: true }), 'let in');
});
verify('express-session/no-secret', async () => {
  const app = express();
  app.use(session({ secret: 'x', resave: false, saveUninitialized: true }));
  app.get('/', (req, res) => { res.send(req.sessionID); });
  const first = await ask(app, '/');
  const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? '';
  assert.match(cookie, /^connect\.sid=s%3A/);
  assert.equal((await ask(app, '/', { cookie })).headers.get('set-cookie'), null);
});
verify('cookie-session/readable-payload', async () => {
  const app = express();
  app.use(cookieSession({ keys: ['k'] }));
  app.get('/', (req, res) => {
    req.session['user'] = 'ada';
    res.send('ok');
  });
  const cookies = (await ask(app, '/')).headers.getSetCookie();
  const value = /^session=([^;]+)/.exec(cookies[0] ?? '')?.[1] ?? '';
  assert.deepEqual(JSON.parse(Buffer.from(value, 'base64').toString()), { user: 'ada' });
  assert.match(cookies[1] ?? '', /^session\.sig=/);
  assert.throws(() => cookieSession({}), /keys required/);
});
verify('express-basic-auth/any-password', async () => {
  const app = express();
  app.use(basicAuth({ users: { admin: 'admin' } }));
  app.get('/', (_req, res) => { res.send('in'); });
  assert.equal((await ask(app, '/', { authorization: `Basic ${Buffer.from('admin:admin').toString('base64')}` })).status, 200);
  assert.equal((await ask(app, '/')).status, 401);
});
verify('morgan/query', async () => {
  const lines: string[] = [];
  const stream = new Writable({ write(chunk: Buffer, _encoding, done) { lines.push(chunk.toString()); done(); } });
  const app = express();
  app.use(morgan('combined', { stream }));
  app.get('/', (_req, res) => { res.send('ok'); });
  await ask(app, '/?api_key=SECRET&token=abc', { authorization: 'Bearer HIDDEN' });
  assert.match(lines.join(''), /\/\?api_key=SECRET&token=abc/);
  assert.doesNotMatch(lines.join(''), /HIDDEN/);
});
