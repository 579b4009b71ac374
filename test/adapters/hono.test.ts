import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filePath } from '../../server/src/core/text/source.js';
import { engineOver } from '../support/analyse.js';
import { routesOf } from './routes.js';

const HEAD = `
import { Hono } from 'hono';
import { createFactory, createMiddleware } from 'hono/factory';
import { every, some } from 'hono/combine';
import { HTTPException } from 'hono/http-exception';
import { bearerAuth } from 'hono/bearer-auth';
import { jwt } from 'hono/jwt';
import { logger } from 'hono/logger';
import { OpenAPIHono, createRoute } from '@hono/zod-openapi';
const app = new Hono();
`;
const GUARD = "const guard = async (c, next) => { if (!c.get('user')) return c.json({ error: 'no' }, 401); await next(); };\nconst handler = (c) => c.json(data);\n";
/** Method, path and state of every route behind some code. */
function routes(code: string): readonly string[] {
  return routesOf({ 'app.ts': `${HEAD}${GUARD}${code}\nexport default app;` }).map((line) => line.split(' ').slice(0, 3).join(' '));
}
function stateBehind(middleware: string): string | undefined {
  return routes(`app.get('/x', ${middleware}, handler);`)[0]?.split(' ')[2];
}

test('an API over three files: list, read, create, update behind a guard, delete for administrators, an open PUT', () => {
  const files = {
    'app.ts': `
import { Hono } from 'hono';
import { serve } from '@hono/node-server';
import { cors } from 'hono/cors';
import users from './routes/users';
const app = new Hono().basePath('/api');
app.use(cors({ origin: 'https://example.com' }));
app.route('/users', users);
serve({ fetch: app.fetch, port: 3000 });`,
    'routes/users.ts': `
import { Hono } from 'hono';
import { requireAdmin, requireUser } from '../guards';
import { db } from '../db';
const users = new Hono()
  .get('/', async (c) => c.json(await db.all()))
  .get('/:id', async (c) => c.json(await db.one(c.req.param('id'))))
  .post('/', requireUser, async (c) => c.json(await db.add(await c.req.json()), 201))
  .put('/:id', async (c) => c.json(await db.set(c.req.param('id'), await c.req.json())))
  .patch('/:id', requireUser, async (c) => c.json(await db.set(c.req.param('id'), await c.req.json())))
  .delete('/:id', requireUser, requireAdmin, async (c) => { await db.drop(c.req.param('id')); return c.body(null, 204); });
db.get('/not-a-route', () => 1);
export default users;`,
    'guards.ts': `
import { createMiddleware } from 'hono/factory';
import { HTTPException } from 'hono/http-exception';
export const requireUser = createMiddleware(async (c, next) => { if (!c.get('user')) throw new HTTPException(401, { message: 'no' }); await next(); });
export const requireAdmin = createMiddleware(async (c, next) => { if (c.get('user').role !== 'admin') return c.text('no', 403); await next(); });`,
  };
  assert.deepEqual(routesOf(files), [
    'GET /api/users unguarded routes/users.ts:5',
    'POST /api/users guarded routes/users.ts:7',
    'DELETE /api/users/{id} guarded routes/users.ts:10',
    'GET /api/users/{id} unguarded routes/users.ts:6',
    'PATCH /api/users/{id} guarded routes/users.ts:9',
    'PUT /api/users/{id} unguarded routes/users.ts:8',
  ]);
});

test('what stands after the route does not guard it, in a chain neither', () => {
  assert.deepEqual(routes("app.get('/x', handler);\napp.use(guard);\napp.get('/y', handler);"), ['GET /x unguarded', 'GET /y guarded']);
  assert.deepEqual(routes("app.get('/x', handler).use(guard).get('/y', handler);"), ['GET /x unguarded', 'GET /y guarded']);
  assert.deepEqual(routes("const sub = new Hono();\nsub.get('/x', handler);\napp.route('/b', sub);\napp.use(guard);"), ['GET /b/x unguarded']);
  assert.deepEqual(routes("app.get('/x', handler, guard);"), ['GET /x unguarded']);
});
test('mounting copies: what is added later does not serve there', () => {
  assert.deepEqual(routes("const sub = new Hono();\nsub.get('/x', handler);\napp.route('/b', sub);\nsub.get('/late', handler);"), ['GET /b/x unguarded']);
});
test('the guard of a mounted application also stands before later routes under its path', () => {
  assert.deepEqual(routes(`
const sub = new Hono();
sub.use(guard);
sub.get('/x', handler);
app.get('/b/before', handler);
app.route('/b', sub);
app.get('/b/after', handler);
app.get('/c', handler);`), ['GET /b/after guarded', 'GET /b/before unguarded', 'GET /b/x guarded', 'GET /c unguarded']);
});
test('a path covers itself alone; a star what is below it and itself, letter case included', () => {
  const behind = (path: string): readonly string[] => routes(`app.use('${path}', guard);\napp.get('/admin', handler);\napp.get('/admin/x', handler);\napp.get('/administrator', handler);`);
  assert.deepEqual(behind('/admin'), ['GET /admin guarded', 'GET /admin/x unguarded', 'GET /administrator unguarded']);
  assert.deepEqual(behind('/admin/*'), ['GET /admin guarded', 'GET /admin/x guarded', 'GET /administrator unguarded']);
  assert.deepEqual(behind('/Admin/*'), ['GET /admin unguarded', 'GET /admin/x unguarded', 'GET /administrator unguarded']);
  assert.deepEqual(behind('*'), ['GET /admin guarded', 'GET /admin/x guarded', 'GET /administrator guarded']);
  assert.deepEqual(behind('/*/x'), ['GET /admin unguarded', 'GET /admin/x unknown', 'GET /administrator unguarded']);
});
test('a path nobody knows makes its guard one that may not run', () => {
  assert.deepEqual(routes("app.use(entry.path, guard);\napp.get('/x', handler);"), ['GET /x unknown']);
});
test('a base path is a new instance over the same routes', () => {
  assert.deepEqual(routes(`
const v1 = app.basePath('/v1');
v1.get('/x', handler);
v1.use(guard);
v1.get('/y', handler);
app.get('/z', handler);
v1.basePath('/deep').get('/w', handler);`), ['GET /v1/deep/w guarded', 'GET /v1/x unguarded', 'GET /v1/y guarded', 'GET /z unguarded']);
});
test('several methods and paths at once, computed methods, and a chain that keeps its path', () => {
  assert.deepEqual(routes("app.on(['PUT', 'DELETE'], ['/x', '/y'], handler);"), ['DELETE /x unguarded', 'PUT /x unguarded', 'DELETE /y unguarded', 'PUT /y unguarded']);
  assert.deepEqual(routes("const METHODS = ['get', 'PURGE'];\napp.on(METHODS, '/x', guard, handler);\napp.on(verb, '/y', handler);"), ['GET /x guarded', 'PURGE /x guarded', 'unknown /y unguarded']);
  assert.deepEqual(routes("app.get('/x', handler).post(handler);\nconst sub = new Hono().get(handler);\napp.route('/sub', sub);"), ['GET /sub unguarded', 'GET /x unguarded', 'POST /x unguarded']);
  assert.deepEqual(routes("app.all('/all', handler);\napp.all('/x/*', guard);\napp.get('/x/1', handler);"), ['ALL /all unguarded', 'GET /x/1 guarded']);
});
test('a guard for some methods of a path stands before what is registered for them later', () => {
  const code = (methods: string): readonly string[] => routes(`app.${methods}, bearerAuth({ token }));
app.get('/api/x', handler);
app.post('/api/x', handler);`);
  assert.deepEqual(code("on(['POST', 'PUT'], '/api/*'"), ['GET /api/x unguarded', 'POST /api/x guarded']);
  assert.deepEqual(code("get('/api/x'"), ['GET /api/x guarded', 'GET /api/x guarded', 'POST /api/x unguarded']);
  assert.deepEqual(routes("const sub = new Hono();\nsub.post('*', guard);\napp.route('/b', sub);\napp.post('/b/x', handler);\napp.get('/b/x', handler);"), ['GET /b/x unguarded', 'POST /b/x guarded', 'POST /b/{*} guarded']);
});
test('parameters with patterns', () => {
  assert.deepEqual(routes(`
app.get('/:date{[0-9]+}/:file{.+\\\\.png}', handler);
app.get('/f/:path{.+}', handler);
app.get('/o/:id?', handler);`), ['GET /f/{*path} unguarded', 'GET /o unguarded', 'GET /o/{id} unguarded', 'GET /{date}/{file} unguarded']);
});
test('a chain of three hundred routes is read to its end', () => {
  const chain = Array.from({ length: 300 }, (_, index) => `.get('/r${String(index)}', handler)`).join('');
  const found = routes(`const sub = new Hono().use(guard)${chain};\napp.route('/s', sub);`);
  assert.equal(found.length, 300);
  assert.ok(found.every((line) => line.endsWith(' guarded')));
});
test('factories make applications, middleware and lists of handlers', () => {
  const factory = 'const factory = createFactory();\n';
  assert.deepEqual(routes(`${factory}const made = factory.createApp();\nmade.get('/x', ...factory.createHandlers(guard, handler));\napp.route('/f', made);`), ['GET /f/x guarded']);
  assert.deepEqual(routesOf({
    'factory.ts': `import { createFactory } from 'hono/factory';\nimport { bearerAuth } from 'hono/bearer-auth';\nexport const factory = createFactory({ initApp: (app) => { app.use('/own/*', bearerAuth({ token })); } });`,
    'app.ts': `import { factory } from './factory';\nexport default factory.createApp()\n.get('/own/x', (c) => c.json(data))\n.get('/y', (c) => c.json(data));`,
  }), ['GET /own/x guarded app.ts:3', 'GET /y unguarded app.ts:4']);
  assert.deepEqual(routes(`const made = createFactory().createApp();\nmade.get('/x', handler);\napp.route('/f', made);`), ['GET /f/x unguarded']);
  assert.equal(stateBehind("createMiddleware(async (c, next) => { if (!c.var.user) throw new HTTPException(401); await next(); })"), 'guarded');
  assert.equal(stateBehind('createMiddleware(async (c, next) => { await next(); })'), 'unguarded');
});
test('OpenAPIHono: the description of a route says method, path and middleware, in this file or another', () => {
  const described = "createRoute({ method: 'get', path: '/users/{id}', middleware: [guard], responses: {} })";
  assert.deepEqual(routes(`const api = new OpenAPIHono();\napi.openapi(${described}, handler);\napp.route('/o', api);`), ['GET /o/users/{id} guarded']);
  const files = {
    'routes.ts': `import { createRoute } from '@hono/zod-openapi';
import { guard } from './guard';
export const read = createRoute({ method: 'get', path: '/a/{id}', responses: {} });
export const write = createRoute({ method: 'put', path: '/a/{id}', middleware: guard, responses: {} });`,
    'guard.ts': "export const guard = async (c, next) => { if (!c.get('user')) return c.json({}, 401); await next(); };",
    'app.ts': `
import { OpenAPIHono } from '@hono/zod-openapi';
import { read, write } from './routes';
const app = new OpenAPIHono();
app.openapi(read, (c) => c.json(1)).openapi(write, (c) => c.json(2));
export default app;`,
  };
  assert.deepEqual(routesOf(files).map((line) => line.split(' ').slice(0, 3).join(' ')), ['GET /a/{id} unguarded', 'PUT /a/{id} guarded']);
});
test('middleware of the package', () => {
  assert.equal(stateBehind('bearerAuth({ token })'), 'guarded');
  assert.equal(stateBehind('jwt({ secret })'), 'guarded');
  assert.equal(stateBehind('logger()'), 'unguarded');
  assert.equal(stateBehind('every(logger(), bearerAuth({ token }))'), 'guarded');
  assert.equal(stateBehind('some(isLocal, bearerAuth({ token }))'), 'unknown');
  assert.equal(stateBehind('elsewhere()'), 'unknown');
});
test('what a middleware does to a stranger', () => {
  assert.equal(stateBehind("async (c, next) => { if (c.req.header('Authorization') !== token) return new Response('no', { status: 401 }); await next(); }"), 'guarded');
  assert.equal(stateBehind("async (c, next) => { try { c.set('user', await verify(c.req.header('Authorization'))); } catch { return c.text('no', 401); } await next(); }"), 'guarded');
  assert.equal(stateBehind("async (c, next) => { c.set('user', await find(c.req.header('Authorization')).catch(() => null)); await next(); }"), 'unguarded');
  assert.equal(stateBehind("async (c, next) => { await next(); c.header('X-Time', '1'); }"), 'unguarded');
  assert.equal(stateBehind("async (c, next) => { if (c.get('user')) { if (!known(c)) return c.json({}, 401); } await next(); }"), 'unknown');
});

test('a function that registers on what it is given, called by nobody, is read as what its file is about', () => {
  const text = "import type { Hono } from 'hono';\nexport function register(app: Hono) { app.get('/x', (c) => c.json({})); }";
  const [one] = engineOver(new Map([[filePath('routes.ts'), text]])).inventory();
  assert.equal(one?.framework, 'hono');
});
test('the rules see what handlers and error handlers answer, and what a request gives', () => {
  const path = filePath('app.ts');
  const text = `${HEAD}app.get('/x', async (context) => { try { return context.json(await work()); } catch (error) { return context.json({ stack: error.stack }, 500); } });
app.onError((failure, context) => context.json({ trace: failure.stack }, 500));
export default app;`;
  assert.deepEqual(engineOver(new Map([[path, text]])).findings(path).map((one) => one.rule).sort(), ['errors/stack-in-response', 'errors/stack-in-response', 'headers/helmet-missing']);
});
