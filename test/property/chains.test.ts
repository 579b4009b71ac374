import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { askListener, runFiles } from '../adapters/standard/run.js';
import { differences, requestsOf } from '../adapters/truth.js';
import { programs, written, type Spelling } from '../support/random-servers.js';

const numRuns = 60 * Number(process.env['RUNS'] ?? 1);
const seed = Number(process.env['SEED'] ?? 20261128);

type Ask = (method: string, path: string) => Promise<number>;
interface Framework {
  readonly name: string;
  readonly head: string;
  readonly foot: string;
  readonly spelling: Spelling;
  readonly packages?: Readonly<Record<string, string>>;
  /** What the program exports answers requests. */
  readonly asks: (exported: unknown) => Ask;
}
const args = (guard: 'none' | 'before' | 'after'): string => (guard === 'none' ? 'handler' : guard === 'before' ? 'guard, handler' : 'handler, guard');
const at = (path: string): string => (path === '' ? '' : `'${path}', `);

const EXPRESS: Spelling = {
  layer: (on, guard, path) => `${on}.use(${at(path)}${guard});`,
  route: (on, method, path, guard) => `${on}.${method}('${path}', ${args(guard)});`,
  router: (router) => `const ${router} = express.Router();`,
  mount: (on, path, router, guard) => `${on}.use(${at(path)}${guard ? 'guard, ' : ''}${router});`,
};
const expressOf = (name: 'express' | 'express4'): Framework => ({
  name,
  head: `const express = require('express');
const app = express();
const guard = (req, res, next) => (req.user ? next() : res.status(401).end());
const pass = (req, res, next) => next();
const handler = (req, res) => res.end('data');`,
  foot: 'module.exports = app;',
  spelling: EXPRESS,
  packages: { express: name },
  asks: (app) => (method, path) => askListener(app, method, path),
});
const KOA: Framework = {
  name: 'koa',
  head: `const Koa = require('koa');
const Router = require('@koa/router');
const app = new Router();
const guard = async (ctx, next) => { if (!ctx.state.user) ctx.throw(401); await next(); };
const pass = async (ctx, next) => { await next(); };
const handler = (ctx) => { ctx.body = 'data'; };`,
  foot: `const server = new Koa();
server.silent = true;
server.use(app.routes());
module.exports = server.callback();`,
  spelling: { ...EXPRESS, router: (router) => `const ${router} = new Router();`, mount: (on, path, router, guard) => `${on}.use(${at(path)}${guard ? 'guard, ' : ''}${router}.routes());` },
  asks: (callback) => (method, path) => askListener(callback, method, path),
};
const HONO: Framework = {
  name: 'hono',
  head: `const { Hono } = require('hono');
const app = new Hono();
const guard = async (c, next) => { if (!c.req.header('authorization')) return c.text('no', 401); await next(); };
const pass = async (c, next) => { await next(); };
const handler = (c) => c.text('data');`,
  foot: 'module.exports = app;',
  spelling: {
    layer: (on, guard, path) => `${on}.use('${path}/*', ${guard});`,
    route: EXPRESS.route,
    router: (router) => `const ${router} = new Hono();`,
    mount: (on, path, router, guard) => `${guard ? `${on}.use('${path}/*', guard);\n` : ''}${on}.route('${path === '' ? '/' : path}', ${router});`,
  },
  asks: (app) => async (method, path) => {
    const request: unknown = Reflect.get(Object(app), 'request');
    const answer: unknown = typeof request === 'function' ? await Reflect.apply(request, app, [path, { method }]) : undefined;
    return answer instanceof Response ? answer.status : 0;
  },
};

const fastifyOf = (name: 'fastify' | 'fastify4'): Framework => ({
  name,
  head: `const app = require('fastify')();
const guard = async (request, reply) => { if (!request.headers.authorization) return reply.code(401).send(); };
const pass = async () => {};
const handler = async () => 'data';`,
  foot: 'module.exports = app;',
  packages: { fastify: name },
  spelling: {
    layer: (on, guard) => `${on}.addHook('preHandler', ${guard});`,
    route: (on, method, path, guard) => `${on}.${method}('${path}', { ${guard === 'none' ? '' : guard === 'before' ? 'preValidation: [guard]' : 'onResponse: guard'} }, handler);`,
    router: (router, on) => `${on}.register(async (${router}) => {`,
    mount: (_, path, router, guard) => `${guard ? `${router}.addHook('onRequest', guard);\n` : ''}}, { prefix: '${path}' });`,
    encloses: true,
  },
  asks: (app) => async (method, path) => {
    const inject: unknown = Reflect.get(Object(app), 'inject');
    const answer: unknown = typeof inject === 'function' ? await Reflect.apply(inject, app, [{ method, url: path }]) : undefined;
    return Number(Reflect.get(Object(answer), 'statusCode'));
  },
});

for (const { name, head, foot, spelling, packages, asks } of [expressOf('express'), expressOf('express4'), KOA, HONO, fastifyOf('fastify'), fastifyOf('fastify4')])
  test(`${name} answers every program of routers in routers as the inventory says`, async () => {
    await fc.assert(
      fc.asyncProperty(programs, async (program) => {
        const { code, paths } = written(program, spelling);
        const text = `${head}\n${code}\n${foot}`;
        const ask = asks(runFiles({ 'app.js': text }, 'app.js', packages));
        assert.deepEqual(await differences(text, ask), []);
        const known = new Set(requestsOf(text).map(({ path }) => path));
        for (const path of paths) {
          const statuses = [await ask('GET', path), await ask('PUT', path)];
          if (statuses.some((status) => status === 200)) assert.ok(known.has(path), `${path} is served and not in the inventory`);
        }
      }),
      { seed, numRuns, includeErrorInReport: true },
    );
  });
