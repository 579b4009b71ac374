import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import jwt from 'jsonwebtoken';
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
// These packages bring no types of their own.
const load = createRequire(import.meta.url);
const express = load('express') as () => Application;
const cookieSession = load('cookie-session') as (options: object) => unknown;
const session = load('express-session') as (options: object) => unknown;
const jwt8 = load('jsonwebtoken8') as typeof jwt;

const part = (data: object): string => Buffer.from(JSON.stringify(data)).toString('base64url');
/** A token nobody signed. */
const unsigned = `${part({ alg: 'none', typ: 'JWT' })}.${part({ admin: true })}.`;

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
