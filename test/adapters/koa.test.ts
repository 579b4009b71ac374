import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filePath } from '../../server/src/core/text/source.js';
import { engineOver } from '../support/analyse.js';
import { routesOf } from './routes.js';

const HEAD = `
const Koa = require('koa');
const Router = require('@koa/router');
const mount = require('koa-mount');
const compose = require('koa-compose');
const jwt = require('koa-jwt');
const app = new Koa();
`;
const GUARD = 'const guard = async (ctx, next) => { if (!ctx.state.user) ctx.throw(401); await next(); };\nconst handler = (ctx) => { ctx.body = data; };\n';
/** Method, path and state of every route behind some code. */
function routes(code: string): readonly string[] {
  return routesOf({ 'app.js': `${HEAD}${GUARD}${code}\napp.listen(1);` }).map((line) => line.split(' ').slice(0, 3).join(' '));
}
/** The state of `GET /x` behind one middleware. */
function stateBehind(middleware: string): string | undefined {
  return routes(`const router = new Router();\nrouter.get('/x', ${middleware}, handler);\napp.use(router.routes());`)[0]?.split(' ')[2];
}

test('an API over three files: list, read, create, update behind a guard, delete for administrators, an open PUT', () => {
  const files = {
    'app.js': `
import Koa from 'koa';
import bodyParser from 'koa-bodyparser';
import users from './routes/users.js';
const app = new Koa();
app.on('error', (err, ctx) => console.error(err));
app.use(bodyParser());
app.use(users.routes()).use(users.allowedMethods());
app.listen(3000);`,
    'routes/users.js': `
import Router from '@koa/router';
import { requireAdmin, requireUser } from '../guards.js';
import { db } from '../db.js';
const router = new Router({ prefix: '/users' });
router.get('/', async (ctx) => { ctx.body = await db.all(); });
router.get('/:id', async (ctx) => { ctx.body = await db.one(ctx.params.id); });
router.post('/', requireUser, async (ctx) => { ctx.status = 201; ctx.body = await db.add(ctx.request.body); });
router.put('/:id', async (ctx) => { ctx.body = await db.set(ctx.params.id, ctx.request.body); });
router.patch('/:id', requireUser, async (ctx) => { ctx.body = await db.set(ctx.params.id, ctx.request.body); });
router.del('/:id', requireUser, requireAdmin, async (ctx) => { await db.drop(ctx.params.id); ctx.status = 204; });
db.get('/not-a-route', () => 1);
export default router;`,
    'guards.js': `
export async function requireUser(ctx, next) { if (!ctx.state.user) { ctx.status = 401; return; } await next(); }
export const requireAdmin = async (ctx, next) => { if (ctx.state.user.role !== 'admin') ctx.throw(403); return next(); };`,
  };
  assert.deepEqual(routesOf(files), [
    'GET /users unguarded routes/users.js:5',
    'POST /users guarded routes/users.js:7',
    'DELETE /users/{id} guarded routes/users.js:10',
    'GET /users/{id} unguarded routes/users.js:6',
    'PATCH /users/{id} guarded routes/users.js:9',
    'PUT /users/{id} unguarded routes/users.js:8',
  ]);
});

test('what stands after the route does not guard it; a second handler never runs', () => {
  assert.deepEqual(routes("const router = new Router();\nrouter.get('/x', handler);\napp.use(router.routes());\napp.use(guard);"), ['GET /x unguarded']);
  assert.deepEqual(routes(`
const router = new Router();
router.get('/x', handler);
router.use(guard);
router.get('/y', handler);
app.use(router.routes());`), ['GET /x unguarded', 'GET /y guarded']);
  assert.deepEqual(routes("const router = new Router();\nrouter.get('/x', handler, guard);\napp.use(router.routes());"), ['GET /x unguarded']);
});
test('an application mounts a router by reference: what is added later serves', () => {
  assert.deepEqual(routes("const router = new Router();\napp.use(router.routes());\nrouter.get('/x', handler);"), ['GET /x unguarded']);
});
test('a router takes another as it is at that moment: what is added later does not serve there', () => {
  assert.deepEqual(routes(`
const router = new Router();
const inner = new Router();
inner.get('/x', handler);
router.use('/n', inner.routes());
inner.get('/late', handler);
app.use(router.routes());`), ['GET /n/x unguarded']);
});
test('a guard of a router stays in it; a nested router hands its guards to the routes after it', () => {
  const two = "const one = new Router();\none.use(guard);\none.get('/x', handler);\nconst two = new Router();\ntwo.get('/y', handler);\n";
  assert.deepEqual(routes(`${two}app.use(one.routes());\napp.use(two.routes());`), ['GET /x guarded', 'GET /y unguarded']);
  assert.deepEqual(routes(`${two}two.use('/n', one.routes());
two.get('/n/z', handler);
two.get('/z', handler);
app.use(two.routes());`), ['GET /n/x guarded', 'GET /n/z guarded', 'GET /y unguarded', 'GET /z unguarded']);
});
test('a path of a guard ends at a segment; several paths guard several places; a slash covers only itself', () => {
  const router = (paths: string): readonly string[] => routes(`const router = new Router();
router.use(${paths}, guard);
router.get('/adm', handler);
router.get('/adm/x', handler);
router.get('/administrator', handler);
router.get('/b/y', handler);
app.use(router.routes());`);
  assert.deepEqual(router("'/adm'"), ['GET /adm guarded', 'GET /adm/x guarded', 'GET /administrator unguarded', 'GET /b/y unguarded']);
  assert.deepEqual(router("['/adm', '/b']"), ['GET /adm guarded', 'GET /adm/x guarded', 'GET /administrator unguarded', 'GET /b/y guarded']);
  assert.deepEqual(router("'/'"), ['GET /adm unguarded', 'GET /adm/x unguarded', 'GET /administrator unguarded', 'GET /b/y unguarded']);
});
test('prefixes add up, whenever the prefix is set; the last one counts', () => {
  assert.deepEqual(routes(`
const inner = new Router({ prefix: '/q' });
inner.get('/x', handler);
const router = new Router({ prefix: '/p' });
router.use('/n', inner.routes());
app.use(router.routes());`), ['GET /p/n/q/x unguarded']);
  assert.deepEqual(routes("const router = new Router({ prefix: '/a' });\nrouter.get('/x', handler);\nrouter.prefix('/b');\napp.use(router.routes());"), ['GET /b/x unguarded']);
  assert.deepEqual(routes("const options = { prefix: '/o' };\nconst router = new Router(options);\nrouter.get('/x', handler);\napp.use(router.routes());"), ['GET /o/x unguarded']);
});
test('koa-mount puts an application, a router or a guard under a path that ends at a segment', () => {
  assert.deepEqual(routes("const sub = new Koa();\nconst inner = new Router();\ninner.get('/x', handler);\nsub.use(inner.routes());\napp.use(mount('/m', sub));"), ['GET /m/x unguarded']);
  assert.deepEqual(routes(`
const router = new Router();
router.get('/m/x', handler);
router.get('/mx', handler);
app.use(mount('/m', guard));
app.use(router.routes());`), ['GET /m/x guarded', 'GET /mx unguarded']);
});
test('koa-compose is its parts, in order', () => {
  assert.deepEqual(routes(`
const router = new Router();
router.get('/x', handler);
const late = new Router();
late.get('/y', handler);
app.use(compose([late.routes(), guard, router.routes()]));`), ['GET /x guarded', 'GET /y unguarded']);
  assert.equal(stateBehind('compose([guard])'), 'guarded');
});
test('names, lists of paths, register, all and computed methods', () => {
  assert.deepEqual(routes(`
const router = new Router();
router.get('users', '/x', handler);
router.get(['/a', '/b'], guard, handler);
router.register('/r', ['PUT', 'get'], [guard, handler]);
router.all('/all', handler);
router[verb]('/c', handler);
app.use(router.middleware());`), [
    'GET /a guarded', 'ALL /all unguarded', 'GET /b guarded', 'unknown /c unguarded', 'GET /r guarded', 'PUT /r guarded', 'GET /x unguarded',
  ]);
});
test('a guard for all methods of a path, and a check of a parameter wherever it stands', () => {
  assert.deepEqual(routes(`
const router = new Router();
router.all('/x', guard);
router.get('/x', handler);
router.get('/y', handler);
app.use(router.routes());`), ['GET /x guarded', 'GET /y unguarded']);
  assert.deepEqual(routes(`
const router = new Router();
router.get('/x/:id', handler);
router.get('/x', handler);
router.param('id', (id, ctx, next) => { if (!ctx.state.user) ctx.throw(401); return next(); });
app.use(router.routes());`), ['GET /x unguarded', 'GET /x/{id} guarded']);
});
test('a router nobody mounts has an unknown prefix and is not called open', () => {
  assert.deepEqual(routes("const router = new Router();\nrouter.get('/x', handler);"), ['GET /{?}/x unknown']);
});
test('a factory makes a router of its own at each call; a function is given the router it registers on', () => {
  assert.deepEqual(routes(`
const make = (check) => { const router = new Router(); router.use(check); router.get('/x', handler); return router; };
app.use(mount('/a', make(guard).routes()));
app.use(mount('/b', make((ctx, next) => next()).routes()));`), ['GET /a/x guarded', 'GET /b/x unguarded']);
  assert.deepEqual(routes("const router = new Router();\nconst register = (to) => { to.get('/x', handler); };\nregister(router);\napp.use(router.routes());"), ['GET /x unguarded']);
});

test('what a middleware does to a stranger', () => {
  assert.equal(stateBehind('async (ctx, next) => { ctx.assert(ctx.state.user, 401); await next(); }'), 'guarded');
  assert.equal(stateBehind('async (ctx, next) => { if (ctx.state.user) { await next(); } else { ctx.status = 401; } }'), 'guarded');
  assert.equal(stateBehind('async ({ request, response, state }, next) => { if (!state.user) { response.status = 401; return; } await next(); }'), 'guarded');
  assert.equal(stateBehind("async (ctx, next) => { try { ctx.state.user = token.verify(ctx.get('authorization')); await next(); } catch (error) { ctx.status = 401; } }"), 'guarded');
  assert.equal(stateBehind("async (ctx, next) => { try { ctx.state.user = token.verify(ctx.get('authorization')); } catch (error) { ctx.state.user = null; } await next(); }"), 'unguarded');
  assert.equal(stateBehind("async (ctx, next) => { ctx.state.user = token.verify(ctx.get('authorization')); await next(); }"), 'unknown');
  assert.equal(stateBehind('async (ctx, next) => { const start = Date.now(); await next(); ctx.set("X-Response-Time", String(Date.now() - start)); }'), 'unguarded');
  assert.equal(stateBehind('async (ctx, next) => { try { await next(); } catch (error) { ctx.status = 401; } }'), 'unguarded');
  assert.equal(stateBehind('async (ctx, next) => { await next(); if (!ctx.body) ctx.throw(404); }'), 'unguarded');
  assert.equal(stateBehind('async (ctx, next) => { if (!ctx.state.user) ctx.throw(401); await next(); }'), 'guarded');
  assert.equal(stateBehind('async (ctx, next) => { if (ctx.headers.authorization) { if (!known(ctx.headers.authorization)) ctx.throw(401); } await next(); }'), 'unknown');
  assert.equal(stateBehind('async (ctx, next) => { if (config.auth && !ctx.state.user) ctx.throw(401); await next(); }'), 'unknown');
});
test('a refusal that stands in a function the context is handed to', () => {
  const state = (refusal: string): string | undefined => routes(`function requireUser(context) { if (!context.state.user) ${refusal}; }
const router = new Router();
router.get('/x', async (ctx, next) => { requireUser(ctx); await next(); }, handler);
app.use(router.routes());`)[0];
  assert.equal(state('context.throw(401)'), 'GET /x guarded');
  assert.equal(state('context.status = 401'), 'GET /x unguarded');
});
test('koa-jwt guards, with passthrough it does not, with exceptions where they do not match', () => {
  assert.equal(stateBehind('jwt({ secret })'), 'guarded');
  assert.equal(stateBehind('jwt({ secret, passthrough: true })'), 'unguarded');
  const behind = (middleware: string): string | undefined => routes(`const router = new Router();\nrouter.get('/x', handler);\napp.use(${middleware}).use(router.routes());`)[0]?.split(' ')[2];
  assert.equal(behind('jwt({ secret }).unless({ path: [/^\\/public/] })'), 'guarded');
  assert.equal(behind('jwt({ secret }).unless({ path: [/^\\/X/i] })'), 'unguarded');
  assert.equal(behind("jwt({ secret }).unless({ path: '/x' })"), 'unguarded');
  assert.equal(behind("jwt({ secret }).unless({ path: '/X' })"), 'guarded');
  assert.equal(behind("jwt({ secret }).unless({ path: ['/x', elsewhere] })"), 'unknown');
  assert.equal(behind("jwt({ secret }).unless({ method: 'OPTIONS' })"), 'guarded');
  assert.equal(behind("jwt({ secret }).unless({ method: ['OPTIONS', 'get'] })"), 'unguarded');
  assert.equal(behind("jwt({ secret }).unless({ path: { url: '/x' } })"), 'guarded');
  assert.equal(behind("jwt({ secret }).unless({ path: '/y', custom: (ctx) => open(ctx) })"), 'unknown');
  assert.equal(stateBehind('elsewhere()'), 'unknown');
});
test('a handler that checks the caller itself, and one that refuses at first and answers after all', () => {
  const state = (body: string): string | undefined => routes(`const router = new Router();\nrouter.get('/x', async (ctx) => { ${body} });\napp.use(router.routes());`)[0]?.split(' ')[2];
  assert.equal(state('if (!ctx.state.user) ctx.throw(401); ctx.body = data;'), 'guarded');
  assert.equal(state('ctx.status = 405;'), 'guarded');
  assert.equal(state('ctx.status = 404; const found = await db.one(ctx.params.id); if (found) { ctx.status = 200; ctx.body = found; }'), 'unguarded');
});

test('the rules see what a handler sends through the body of its context', () => {
  const path = filePath('app.js');
  const text = `${HEAD}const router = new Router();
router.get('/x', async (koaContext) => { try { await work(); } catch (error) { koaContext.status = 500; koaContext.body = { stack: error.stack }; } });
app.use(router.routes());
app.listen(1);`;
  assert.deepEqual(engineOver(new Map([[path, text]])).findings(path).map((one) => one.rule).sort(), ['errors/stack-in-response', 'headers/helmet-missing']);
});

test('a route of koa-route stands where it is used', () => {
  assert.deepEqual(
    routesOf({
      'app.js': `
import Koa from 'koa';
import route from 'koa-route';
const app = new Koa();
app.use(route.get('/a', (ctx) => { ctx.body = 1; }));
app.use(async (ctx, next) => { if (!ctx.state.user) ctx.throw(401); await next(); });
app.use(route.put('/b/:id', (ctx, id) => { ctx.body = 1; }));
app.listen(1);
`,
    }),
    ['GET /a unguarded app.js:4', 'PUT /b/{id} guarded app.js:6'],
  );
});
