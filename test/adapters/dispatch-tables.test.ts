import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routesOf } from './routes.js';

const HANDLERS = `
const get = async (ctx) => { ctx.body = 1; };
const put = async (ctx) => { if (!ctx.state.user) ctx.throw(401); ctx.body = 1; };
module.exports = {
  '/orders': { get },
  '/orders/{id}': { get, put: put },
};`;
const app = (router: string, before = ''): Record<string, string> => ({
  'app.js': `const Koa = require('koa');\nconst router = require('./router');\nconst app = new Koa();\n${before}app.use(router(require('./handlers')));\napp.listen(1);`,
  'router.js': `module.exports = (table) => async (ctx, next) => {\n${router}\n  await next();\n};`,
  'handlers.js': HANDLERS,
});
/** Looks the handler up by this. */
const byPath = (path: string, method = 'ctx.method.toLowerCase()'): string =>
  `  const found = table[${path}];\n  const handler = found ? found[${method}] : undefined;\n  if (!handler) ctx.status = 404;\n  else await handler(ctx);`;

test('middleware that looks its handler up in a table of paths and methods has the routes of the table', () => {
  assert.deepEqual(routesOf(app(byPath('ctx.path'))), ['GET /orders unguarded handlers.js:4', 'GET /orders/{id} unguarded handlers.js:5', 'PUT /orders/{id} guarded handlers.js:5']);
  const before = 'app.use(async (ctx, next) => { if (!ctx.state.user) ctx.throw(401); await next(); });\n';
  assert.deepEqual(routesOf(app(byPath('ctx.request.path'), before)), ['GET /orders guarded handlers.js:4', 'GET /orders/{id} guarded handlers.js:5', 'PUT /orders/{id} guarded handlers.js:5']);
  assert.deepEqual(
    routesOf({
      'app.js': `
const app = require('express')();
const table = { GET: { '/a': (req, res) => res.end() }, DELETE: { '/b/:id': (req, res) => res.end() } };
app.use((req, res, next) => {
  const { method, path } = req;
  const found = table[method];
  const handler = found && found[path];
  if (!handler) return next();
  handler(req, res);
});
app.listen(1);`,
    }),
    ['GET /a unguarded app.js:2', 'DELETE /b/{id} unguarded app.js:2'],
  );
});

test('where something else than the request says which entry answers, who may is not known', () => {
  assert.deepEqual(routesOf(app(byPath('ctx.state.path.pattern'))).map((one) => one.split(' ')[2]), ['unknown', 'unknown', 'guarded']);
});

test('a table that is none of routes, or whose paths are not those of requests, has none', () => {
  const limits = '  const found = table[ctx.path];\n  const limit = found && found[ctx.method];\n  ctx.limit = limit;';
  for (const router of [byPath('ctx.path.slice(4)'), byPath('ctx.path', 'ctx.query.how'), byPath('names[ctx.path]'), limits]) assert.deepEqual(routesOf(app(router)), [], router);
  const others = ["  '/orders': { get },\n  ...require('./more'),", "  'orders': { get },", "  '/orders': { get, limit: 5 },", "  '/orders': get,"];
  for (const entries of others) assert.deepEqual(routesOf({ ...app(byPath('ctx.path')), 'handlers.js': `const get = (ctx) => { ctx.body = 1; };\nmodule.exports = {\n${entries}\n};` }), [], entries);
});
