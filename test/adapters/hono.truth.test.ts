import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differences, requestsOf, run } from './truth.js';

const HEAD = `
const { Hono } = require('hono');
const { createFactory, createMiddleware } = require('hono/factory');
const { every } = require('hono/combine');
const { HTTPException } = require('hono/http-exception');
const { bearerAuth } = require('hono/bearer-auth');
const { basicAuth } = require('hono/basic-auth');
const { logger } = require('hono/logger');
const app = new Hono();
const guard = async (c, next) => { if (!c.get('user')) return c.json({ error: 'no' }, 401); await next(); };
const handler = (c) => c.text('data');
`;
/** Applications with how many requests each is asked, and paths nothing answers. */
const APPLICATIONS: readonly { readonly name: string; readonly code: string; readonly routes: number; readonly dead?: readonly string[] }[] = [
  { name: 'order', routes: 3, code: "app.get('/x', handler);\napp.use(guard);\napp.get('/y', handler);\napp.put('/z', handler, guard);" },
  { name: 'order in a chain', routes: 2, code: "app.get('/x', handler).use(guard).get('/y', handler);" },
  { name: 'guards after a mount', routes: 1, code: "const sub = new Hono();\nsub.get('/x', handler);\napp.route('/b', sub);\napp.use(guard);" },
  { name: 'added after the mount', routes: 1, dead: ['/b/late'], code: "const sub = new Hono();\nsub.get('/x', handler);\napp.route('/b', sub);\nsub.get('/late', handler);" },
  { name: 'guards added after the mount', routes: 2, code: `
const sub = new Hono();
sub.get('/x', handler);
app.route('/b', sub);
sub.use(guard);
sub.get('/y', handler);
app.route('/c', sub);` .replace("app.route('/c', sub);", `
const other = new Hono();
other.use(guard);
other.get('/z', handler);
app.route('/c', other);`) },
  { name: 'guards of a mounted application', routes: 4, code: `
const sub = new Hono();
sub.use(guard);
sub.get('/x', handler);
app.get('/b/before', handler);
app.route('/b', sub);
app.get('/b/after', handler);
app.get('/c', handler);` },
  { name: 'a guard without a path in an application mounted at the root', routes: 2, code: `
const sub = new Hono();
sub.use(guard);
sub.get('/x', handler);
app.route('/', sub);
app.get('/y', handler);` },
  { name: 'an exact path', routes: 3, code: "app.use('/admin', guard);\napp.get('/admin', handler);\napp.get('/admin/x', handler);\napp.get('/administrator', handler);" },
  { name: 'a path with a star', routes: 4, code: `
app.use('/admin/*', guard);
app.get('/admin', handler);
app.get('/admin/x', handler);
app.get('/administrator', handler);
app.get('/Admin/x', handler);` },
  { name: 'a star alone and one in the middle', routes: 3, code: "app.get('/first', handler);\napp.use('/*/x', guard);\napp.get('/a/x', handler);\napp.use('*', guard);\napp.get('/last', handler);" },
  { name: 'base paths', routes: 4, dead: ['/x'], code: `
const v1 = app.basePath('/v1');
v1.get('/x', handler);
v1.use(guard);
v1.get('/y', handler);
app.get('/z', handler);
v1.basePath('/deep').get('/w', handler);` },
  { name: 'a mounted base path', routes: 2, code: "const sub = new Hono().basePath('/s');\nsub.get('/x', handler);\nsub.use('/y', guard);\nsub.get('/y', handler);\napp.route('/m', sub);" },
  { name: 'methods and paths at once', routes: 4, code: "app.on(['PUT', 'DELETE'], ['/x', '/y'], handler);" },
  { name: 'a chain that keeps its path', routes: 3, code: "app.get('/x', handler).post(handler);\nconst sub = new Hono().get(handler);\napp.route('/sub', sub);" },
  { name: 'all methods', routes: 2, code: "app.all('/all', handler);\napp.all('/x/*', guard);\napp.get('/x/1', handler);" },
  { name: 'guards of some methods', routes: 4, code: `
app.on(['POST', 'PUT'], '/api/*', bearerAuth({ token: 'a'.repeat(9) }));
app.get('/api/x', handler);
app.post('/api/x', handler);
const sub = new Hono();
sub.post('*', guard);
app.route('/b', sub);
app.post('/b/x', handler);` },
  { name: 'parameters', routes: 4, code: "app.use('/u/:id', guard);\napp.get('/u/:id', handler);\napp.get('/n/:n{[0-9]+}', handler);\napp.get('/o/:id?', handler);" },
  { name: 'factories', routes: 3, code: `
const factory = createFactory();
const made = factory.createApp();
made.get('/x', ...factory.createHandlers(guard, handler));
made.get('/y', createMiddleware(async (c, next) => { await next(); }), handler);
made.get('/z', factory.createMiddleware(async (c, next) => { if (!c.var.user) throw new HTTPException(401); await next(); }), handler);
app.route('/f', made);` },
  { name: 'middleware of the package', routes: 4, code: `
const quiet = () => undefined;
app.get('/1', bearerAuth({ token: 'a'.repeat(9) }), handler);
app.get('/2', basicAuth({ username: 'a', password: 'b' }), handler);
app.get('/3', logger(quiet), handler);
app.get('/4', every(logger(quiet), bearerAuth({ token: 'a'.repeat(9) })), handler);` },
  { name: 'refusals', routes: 4, code: `
const verify = async () => { throw new Error('no'); };
app.get('/1', async (c, next) => { if (c.req.header('Authorization') !== 'x') return new Response('no', { status: 401 }); await next(); }, handler);
app.get('/2', async (c, next) => { try { c.set('user', await verify(c.req.header('Authorization'))); } catch { return c.text('no', 401); } await next(); }, handler);
app.get('/3', async (c, next) => { try { c.set('user', await verify(c.req.header('Authorization'))); } catch { c.set('user', null); } await next(); }, handler);
app.get('/4', async (c, next) => { await next(); c.header('X-Time', '1'); }, handler);` },
];

/** Asks the application in this process; the status of the answer. */
function askOf(code: string): (method: string, path: string) => Promise<number> {
  const request = run(`${HEAD}${code}\nreturn (path, method) => app.request(path, { method });`);
  return async (method, path) => {
    const answer: unknown = typeof request === 'function' ? await Reflect.apply(request, undefined, [path, method]) : undefined;
    return answer instanceof Response ? answer.status : 0;
  };
}

for (const { name, code, routes, dead = [] } of APPLICATIONS) test(`hono answers as the inventory says: ${name}`, async () => {
  const text = `${HEAD}${code}\nmodule.exports = app;`;
  const ask = askOf(code);
  assert.deepEqual(await differences(text, ask), []);
  assert.equal(requestsOf(text).length, routes);
  for (const path of dead) assert.equal(await ask('GET', path), 404, path);
});
