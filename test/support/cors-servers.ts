import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { createServer, request, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import fastifyCors from '@fastify/cors';
import Hapi from '@hapi/hapi';
import cors from 'cors';
import Fastify from 'fastify';
import { Hono } from 'hono';
import { cors as honoCors } from 'hono/cors';
import { Server } from 'socket.io';

/** Koa and its parts come without types. */
interface Koa {
  silent: boolean;
  use(middleware: unknown): void;
  callback(): RequestListener;
}
/** The types of Yoga bring those of a browser with them, which are not those of Node. */
interface Yoga {
  fetch(url: string, init: { readonly method: string; readonly headers: Record<string, string> }): Promise<{ readonly status: number; readonly headers: Iterable<readonly [string, string]> }>;
}
const load = createRequire(import.meta.url);
const KoaApp: new () => Koa = load('koa');
const koaCors: Readonly<Record<'@koa/cors' | '@koa/cors@4', (options?: unknown) => unknown>> = { '@koa/cors': load('@koa/cors'), '@koa/cors@4': load('koa-cors4') };

const { createSchema, createYoga }: { createSchema(options: object): object; createYoga(options: object): Yoga } = load('graphql-yoga');

/** The libraries as CorsPolicy names them; @koa/cors in both majors. */
export type CorsLibrary = 'cors' | '@fastify/cors' | '@koa/cors' | '@koa/cors@4' | 'hono/cors' | '@hapi/hapi' | 'graphql-yoga' | 'socket.io';
/** What is asked of a server: a GET, or the preflight of a PUT with a content type. */
export interface CorsQuestion {
  readonly origin: string;
  readonly preflight: boolean;
}
/** The CORS headers of an answer, in lower case, with Vary. */
export type CorsAnswer = ReadonlyMap<string, string>;

/** The method and the header a preflight asks for. */
export const asked = { method: 'PUT', header: 'content-type' } as const;

/** Runs the real library with these options and asks it; `options` undefined: none are given. Rejects where the program or the request fails. */
export async function askCors(library: CorsLibrary, options: unknown, question: CorsQuestion): Promise<CorsAnswer> {
  const method = question.preflight ? 'OPTIONS' : 'GET';
  const headers: Record<string, string> = { origin: question.origin };
  if (question.preflight) Object.assign(headers, { 'access-control-request-method': asked.method, 'access-control-request-headers': asked.header });
  switch (library) {
    case 'cors': {
      const middleware = options === undefined ? cors() : cors(options as never);
      return overHttp((req, res) => {
        try {
          middleware(req as never, res as never, (error?: unknown) => {
            res.statusCode = error ? 500 : 200;
            res.end('{}');
          });
        } catch {
          res.statusCode = 500;
          res.end();
        }
      }, method, '/', headers);
    }
    case '@koa/cors':
    case '@koa/cors@4': {
      const app = new KoaApp();
      app.silent = true;
      app.use(koaCors[library](options));
      app.use((ctx: { body: unknown }) => {
        ctx.body = {};
      });
      return overHttp(app.callback(), method, '/', headers);
    }
    case '@fastify/cors': {
      const app = Fastify();
      await app.register(fastifyCors, (options ?? {}) as never);
      app.get('/', async () => ({}));
      const answer = await app.inject({ method, url: '/', headers });
      return only(Object.entries(answer.headers), answer.statusCode);
    }
    case '@hapi/hapi': {
      const server = Hapi.server({ routes: { cors: (options ?? true) as never } });
      server.route({ method: ['GET', 'PUT'], path: '/', handler: () => ({}) });
      const answer = await server.inject({ method, url: '/', headers });
      return only(Object.entries(answer.headers), answer.statusCode);
    }
    case 'hono/cors': {
      const app = new Hono();
      app.use('*', options === undefined ? honoCors() : honoCors(options as never));
      app.get('/', (c) => c.json({}));
      app.onError((_, c) => c.text('failed', 500));
      const answer = await app.request('/', { method, headers });
      return only(answer.headers, answer.status);
    }
    case 'graphql-yoga': {
      const schema = createSchema({ typeDefs: 'type Query { a: String }' });
      const yoga = createYoga({ schema, logging: false, ...(options === undefined ? {} : { cors: options }) });
      const answer = await yoga.fetch('http://localhost/graphql?query=%7Ba%7D', { method, headers });
      return only(answer.headers, answer.status);
    }
    case 'socket.io': {
      const server = createServer();
      const io = new Server(server, options === undefined ? {} : { cors: options as never });
      try {
        return await overServer(server, method, '/socket.io/?EIO=4&transport=polling', headers);
      } finally {
        await io.close();
      }
    }
  }
}

async function overHttp(listener: RequestListener, method: string, path: string, headers: Record<string, string>): Promise<CorsAnswer> {
  const server = createServer(listener);
  try {
    return await overServer(server, method, path, headers);
  } finally {
    server.close();
  }
}
async function overServer(server: ReturnType<typeof createServer>, method: string, path: string, headers: Record<string, string>): Promise<CorsAnswer> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const answer = await new Promise<IncomingMessage>((done, fail) => {
    request({ host: '127.0.0.1', port, method, path, headers: { ...headers, connection: 'close' } }, done).on('error', fail).end();
  });
  answer.resume();
  return only(Object.entries(answer.headers), answer.statusCode ?? 0);
}
function only(headers: Iterable<readonly [string, unknown]>, status: number): CorsAnswer {
  assert.ok(status < 500, `answered ${status}`);
  const found = new Map<string, string>();
  for (const [name, value] of headers) if (/^(access-control-|vary$)/.test(name.toLowerCase())) found.set(name.toLowerCase(), Array.isArray(value) ? value.join(', ') : String(value));
  return found;
}
