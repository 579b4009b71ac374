import assert from 'node:assert/strict';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { differences, requestsOf, run } from './truth.js';

const HEAD = `
const Koa = require('koa');
const Router = require('@koa/router');
const compose = require('koa-compose');
const app = new Koa();
app.silent = true;
const guard = async (ctx, next) => { if (!ctx.state.user) ctx.throw(401); await next(); };
const handler = (ctx) => { ctx.body = 'data'; };
`;
/** Applications with how many requests each is asked, and paths nothing answers. */
const APPLICATIONS: readonly { readonly name: string; readonly code: string; readonly routes: number; readonly dead?: readonly string[] }[] = [
  { name: 'order in a router', routes: 3, code: "const r = new Router();\nr.get('/x', handler);\nr.use(guard);\nr.get('/y', handler);\nr.put('/z', handler, guard);\napp.use(r.routes());" },
  { name: 'order in the application', routes: 2, code: "const a = new Router();\na.get('/x', handler);\nconst b = new Router();\nb.get('/y', handler);\napp.use(a.routes());\napp.use(guard);\napp.use(b.routes());\na.allowedMethods();" },
  { name: 'added after the mount', routes: 1, code: "const r = new Router();\napp.use(r.routes());\nr.get('/x', handler);" },
  { name: 'added after the nesting', routes: 1, dead: ['/n/late'], code: "const r = new Router();\nconst n = new Router();\nn.get('/x', handler);\nr.use('/n', n.routes());\nn.get('/late', handler);\napp.use(r.routes());" },
  { name: 'guards of two routers', routes: 2, code: "const a = new Router();\na.use(guard);\na.get('/x', handler);\nconst b = new Router();\nb.get('/y', handler);\napp.use(a.routes());\napp.use(b.routes());" },
  { name: 'guards of a nested router', routes: 4, code: "const n = new Router();\nn.use(guard);\nn.get('/x', handler);\nconst r = new Router();\nr.get('/n/before', handler);\nr.use('/n', n.routes());\nr.get('/n/after', handler);\nr.get('/z', handler);\napp.use(r.routes());" },
  { name: 'a guard between two nested routers', routes: 2, code: "const a = new Router();\na.get('/x', handler);\nconst b = new Router();\nb.get('/y', handler);\nconst r = new Router({ prefix: '/p' });\nr.use(a.routes());\nr.use(guard);\nr.use(b.routes());\napp.use(r.routes());" },
  { name: 'a guard in front of a nested router', routes: 2, code: "const n = new Router();\nn.get('/x', handler);\nconst r = new Router();\nr.use('/n', guard, n.routes());\nr.get('/n/z', handler);\napp.use(r.routes());" },
  { name: 'paths of guards', routes: 5, code: "const r = new Router();\nr.use('/adm', guard);\nr.use(['/a', '/b'], guard);\nr.get('/adm', handler);\nr.get('/adm/x', handler);\nr.get('/administrator', handler);\nr.get('/b/1', handler);\nr.get('/c', handler);\napp.use(r.routes());" },
  { name: 'a slash as the path of a guard', routes: 1, code: "const r = new Router();\nr.use('/', guard);\nr.get('/x', handler);\napp.use(r.routes());" },
  { name: 'letter case', routes: 1, code: "const r = new Router();\nr.use('/ADM', guard);\nr.get('/adm/x', handler);\napp.use(r.routes());" },
  { name: 'prefixes', routes: 3, dead: ['/a/x', '/x', '/p/n/x'], code: "const q = new Router({ prefix: '/q' });\nq.get('/x', handler);\nconst p = new Router({ prefix: '/p' });\np.use('/n', q.routes());\napp.use(p.routes());\nconst r = new Router({ prefix: '/a' });\nr.get('/x', handler);\nr.prefix('/b');\nr.get('/y', handler);\napp.use(r.routes());" },
  { name: 'mounted twice', routes: 3, code: "const n = new Router();\nn.get('/x', handler);\nconst r = new Router();\nr.use('/a', n.routes());\nr.use(guard);\nr.use('/b', n.routes());\napp.use(r.routes());\napp.use(n.routes());" },
  { name: 'all methods and parameters', routes: 4, code: "const r = new Router();\nr.all('/x', guard);\nr.get('/x', handler);\nr.get('/u/:id', handler);\nr.get('/u', handler);\nr.param('id', (id, ctx, next) => { if (!ctx.state.user) ctx.throw(401); return next(); });\nr.all('/all', handler);\napp.use(r.routes());" },
  { name: 'names, lists and register', routes: 6, code: "const r = new Router();\nr.get('name', '/x', handler);\nr.get('/y', '/z', handler);\nr.get(['/a', '/b'], guard, handler);\nr.register('/r', ['PUT'], handler);\nr.del('/d', handler);\napp.use(r.middleware());" },
  { name: 'composed', routes: 2, code: "const a = new Router();\na.get('/x', handler);\nconst b = new Router();\nb.get('/y', handler);\napp.use(compose([a.routes(), guard, b.routes()]));" },
  { name: 'refusals', routes: 5, code: "const verify = () => { throw new Error('no'); };\nconst r = new Router();\nr.get('/1', async (ctx, next) => { ctx.assert(ctx.state.user, 401); await next(); }, handler);\nr.get('/2', async (ctx, next) => { try { ctx.state.user = verify(ctx.get('authorization')); await next(); } catch (error) { ctx.status = 401; } }, handler);\nr.get('/3', async (ctx, next) => { try { ctx.state.user = verify(ctx.get('authorization')); } catch (error) { ctx.state.user = null; } await next(); }, handler);\nr.get('/4', async ({ response, state }, next) => { if (!state.user) { response.status = 401; return; } await next(); }, handler);\nr.get('/6', async (ctx, next) => { try { await next(); } catch (error) { ctx.status = 401; } }, handler);\napp.use(r.routes());" },
];

/** Asks the application without a socket; the status of the answer. */
function ask(answer: (request: IncomingMessage, response: ServerResponse) => void, method: string, path: string): Promise<number> {
  const request = Object.assign(new IncomingMessage(new Socket()), { method, url: path, headers: { host: 'localhost' } });
  request.push(null);
  const response = new ServerResponse(request);
  return new Promise((resolve) => {
    response.end = () => {
      resolve(response.statusCode);
      return response;
    };
    answer(request, response);
  });
}
function answerOf(code: string): (request: IncomingMessage, response: ServerResponse) => void {
  const made = run(`${HEAD}${code}\nreturn app.callback();`);
  return (request, response) => {
    if (typeof made === 'function') Reflect.apply(made, undefined, [request, response]);
  };
}

for (const { name, code, routes, dead = [] } of APPLICATIONS) test(`koa answers as the inventory says: ${name}`, async () => {
  const text = `${HEAD}${code}\napp.listen(1);`;
  const answer = answerOf(code);
  assert.deepEqual(await differences(text, (method, path) => ask(answer, method, path)), []);
  assert.equal(requestsOf(text).length, routes);
  for (const path of dead) assert.equal(await ask(answer, 'GET', path), 404, path);
});
