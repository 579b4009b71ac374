import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askListener } from './standard/run.js';
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
  { name: 'order in the application', routes: 2, code: `
const a = new Router();
a.get('/x', handler);
const b = new Router();
b.get('/y', handler);
app.use(a.routes());
app.use(guard);
app.use(b.routes());
a.allowedMethods();` },
  { name: 'added after the mount', routes: 1, code: "const r = new Router();\napp.use(r.routes());\nr.get('/x', handler);" },
  { name: 'added after the nesting', routes: 1, dead: ['/n/late'], code: `
const r = new Router();
const n = new Router();
n.get('/x', handler);
r.use('/n', n.routes());
n.get('/late', handler);
app.use(r.routes());` },
  { name: 'guards of two routers', routes: 2, code: `
const a = new Router();
a.use(guard);
a.get('/x', handler);
const b = new Router();
b.get('/y', handler);
app.use(a.routes());
app.use(b.routes());` },
  { name: 'guards of a nested router', routes: 4, code: `
const n = new Router();
n.use(guard);
n.get('/x', handler);
const r = new Router();
r.get('/n/before', handler);
r.use('/n', n.routes());
r.get('/n/after', handler);
r.get('/z', handler);
app.use(r.routes());` },
  { name: 'a guard between two nested routers', routes: 2, code: `
const a = new Router();
a.get('/x', handler);
const b = new Router();
b.get('/y', handler);
const r = new Router({ prefix: '/p' });
r.use(a.routes());
r.use(guard);
r.use(b.routes());
app.use(r.routes());` },
  { name: 'a guard in front of a nested router', routes: 2, code: `
const n = new Router();
n.get('/x', handler);
const r = new Router();
r.use('/n', guard, n.routes());
r.get('/n/z', handler);
app.use(r.routes());` },
  { name: 'paths of guards', routes: 5, code: `
const r = new Router();
r.use('/adm', guard);
r.use(['/a', '/b'], guard);
r.get('/adm', handler);
r.get('/adm/x', handler);
r.get('/administrator', handler);
r.get('/b/1', handler);
r.get('/c', handler);
app.use(r.routes());` },
  { name: 'a slash as the path of a guard', routes: 1, code: "const r = new Router();\nr.use('/', guard);\nr.get('/x', handler);\napp.use(r.routes());" },
  { name: 'letter case', routes: 1, code: "const r = new Router();\nr.use('/ADM', guard);\nr.get('/adm/x', handler);\napp.use(r.routes());" },
  { name: 'prefixes', routes: 3, dead: ['/a/x', '/x', '/p/n/x'], code: `
const q = new Router({ prefix: '/q' });
q.get('/x', handler);
const p = new Router({ prefix: '/p' });
p.use('/n', q.routes());
app.use(p.routes());
const r = new Router({ prefix: '/a' });
r.get('/x', handler);
r.prefix('/b');
r.get('/y', handler);
app.use(r.routes());` },
  { name: 'mounted twice', routes: 3, code: `
const n = new Router();
n.get('/x', handler);
const r = new Router();
r.use('/a', n.routes());
r.use(guard);
r.use('/b', n.routes());
app.use(r.routes());
app.use(n.routes());` },
  { name: 'all methods and parameters', routes: 4, code: `
const r = new Router();
r.all('/x', guard);
r.get('/x', handler);
r.get('/u/:id', handler);
r.get('/u', handler);
r.param('id', (id, ctx, next) => { if (!ctx.state.user) ctx.throw(401); return next(); });
r.all('/all', handler);
app.use(r.routes());` },
  { name: 'names, lists and register', routes: 6, code: `
const r = new Router();
r.get('name', '/x', handler);
r.get('/y', '/z', handler);
r.get(['/a', '/b'], guard, handler);
r.register('/r', ['PUT'], handler);
r.del('/d', handler);
app.use(r.middleware());` },
  { name: 'composed', routes: 2, code: "const a = new Router();\na.get('/x', handler);\nconst b = new Router();\nb.get('/y', handler);\napp.use(compose([a.routes(), guard, b.routes()]));" },
  { name: 'refusals', routes: 5, code: `
const verify = () => { throw new Error('no'); };
const r = new Router();
r.get('/1', async (ctx, next) => { ctx.assert(ctx.state.user, 401); await next(); }, handler);
r.get('/2', async (ctx, next) => { try { ctx.state.user = verify(ctx.get('authorization')); await next(); } catch (error) { ctx.status = 401; } }, handler);
r.get('/3', async (ctx, next) => { try { ctx.state.user = verify(ctx.get('authorization')); } catch (error) { ctx.state.user = null; } await next(); }, handler);
r.get('/4', async ({ response, state }, next) => { if (!state.user) { response.status = 401; return; } await next(); }, handler);
r.get('/6', async (ctx, next) => { try { await next(); } catch (error) { ctx.status = 401; } }, handler);
app.use(r.routes());` },
];

for (const { name, code, routes, dead = [] } of APPLICATIONS) test(`koa answers as the inventory says: ${name}`, async () => {
  const text = `${HEAD}${code}\napp.listen(1);`;
  const answer = run(`${HEAD}${code}\nreturn app.callback();`);
  assert.deepEqual(await differences(text, (method, path) => askListener(answer, method, path)), []);
  assert.equal(requestsOf(text).length, routes);
  for (const path of dead) assert.equal(await askListener(answer, 'GET', path), 404, path);
});
