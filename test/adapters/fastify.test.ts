import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routesOf } from './routes.js';

/** The same lines in any order. */
function same(actual: readonly string[], expected: readonly string[]): void {
  assert.deepEqual([...actual].sort(), [...expected].sort());
}

const GUARD = "async (request, reply) => { if (!request.user) return reply.code(401).send({ error: 'login' }); }";
const handler = 'async () => data';
/** The inventory behind some code, without places. */
function listOf(code: string, others: Readonly<Record<string, string>> = {}): readonly string[] {
  return routesOf({ 'app.js': `import Fastify from 'fastify';\nconst app = Fastify({ logger: true });\nconst guard = ${GUARD};\n${code}\napp.listen({ port: 1 });`, ...others }).map((line) => line.slice(0, line.lastIndexOf(' ')));
}
/** The guard state of `GET /x`. */
function stateOf(code: string, others: Readonly<Record<string, string>> = {}): string | undefined {
  return listOf(code, others).find((line) => line.startsWith('GET /x '))?.split(' ')[2];
}

test('a standard application: guards in options, a prefix, a late hook of another scope', () => {
  same(routesOf({
    'app.js': `
import Fastify from 'fastify';
import files from './routes/files.js';
const app = Fastify();
app.get('/health', async () => ({ ok: true }));
app.register(files, { prefix: '/files' });
await app.listen({ port: 3000 });`,
    'routes/files.js': `
import { requireUser, requireAdmin } from '../auth.js';
export default async function (fastify, opts) {
  fastify.get('/', async () => store.all());
  fastify.get('/:id', async (request) => store.one(request.params.id));
  fastify.post('/', { preHandler: requireUser }, create);
  fastify.put('/:id', async (request) => store.replace(request.params.id, request.body));
  fastify.delete('/:id', { onRequest: [requireUser, requireAdmin] }, async (request) => store.remove(request.params.id));
}`,
    'auth.js': `
export async function requireUser(request, reply) {
  if (!request.user) return reply.code(401).send({ error: 'login' });
}
export async function requireAdmin(request, reply) {
  if (request.user.role !== 'admin') return reply.code(403).send({ error: 'no' });
}`,
  }), [
    'GET /health unguarded app.js:4',
    'GET /files unguarded routes/files.js:3',
    'GET /files/{id} unguarded routes/files.js:4',
    'POST /files guarded routes/files.js:5',
    'PUT /files/{id} unguarded routes/files.js:6',
    'DELETE /files/{id} guarded routes/files.js:7',
  ]);
});
test('route objects: one method or several, hooks in every phase, the path as url or path', () => {
  same(listOf(`
app.route({ method: 'GET', url: '/a', handler: ${handler} });
app.route({ method: ['GET', 'PUT'], path: '/b', preValidation: [guard], handler: ${handler} });
app.route({ method: 'post', url: '/c', onRequest: guard, schema: {}, handler: ${handler} });
const shared = { onRequest: [guard] };
app.route({ ...shared, method: 'DELETE', url: '/d', handler: ${handler} });
app.get('/e', { preHandler: guard, handler: ${handler} });
app.get('/f', shared, ${handler});
app.all('/g', ${handler});
app.get('/h', optionsOf('h'), ${handler});
app.route({ method: verb, url: '/i', handler: ${handler} });`), [
    'GET /a unguarded', 'GET /b guarded', 'PUT /b guarded', 'POST /c guarded', 'DELETE /d guarded', 'GET /e guarded', 'GET /f guarded', 'ALL /g unguarded', 'GET /h unknown', 'UNKNOWN /i unguarded',
  ].map((line) => line.replace('UNKNOWN', 'unknown')));
});
test('a hook covers its scope and those below, wherever it stands', () => {
  const route = `app.get('/x', ${handler});`;
  assert.equal(stateOf(route), 'unguarded');
  assert.equal(stateOf(`app.addHook('onRequest', guard);\n${route}`), 'guarded');
  assert.equal(stateOf(`${route}\napp.addHook('onRequest', guard);`), 'guarded');
  assert.equal(stateOf(`app.register(async (child) => { child.get('/x', ${handler}); });\napp.addHook('preHandler', guard);`), 'guarded');
  assert.equal(stateOf(`app.register(async (child) => { child.addHook('preHandler', guard); });\n${route}`), 'unguarded');
  assert.equal(stateOf(`app.register(async (child) => { child.addHook('preHandler', guard); child.register(async (inner) => { inner.get('/x', ${handler}); }); });`), 'guarded');
  assert.equal(stateOf(`app.register(async (child) => { child.addHook('preHandler', guard); });\napp.register(async (child) => { child.get('/x', ${handler}); });`), 'unguarded');
  assert.equal(stateOf(`app.addHook('onSend', guard);\n${route}`), 'unguarded');
  assert.equal(stateOf(`app.addHook('onResponse', guard);\n${route}`), 'unguarded');
  assert.equal(stateOf(`if (config.auth) app.addHook('onRequest', guard);\n${route}`), 'unknown');
  assert.equal(stateOf(`app.addHook(phase, guard);\n${route}`), 'unknown');
  assert.equal(stateOf(`app.addHook('onRoute', (options) => { options.onRequest = guard; });\n${route}`), 'unknown');
});
test('what fastify-plugin wraps registers on the scope itself and knows no prefix', () => {
  const wrapped = `import fp from 'fastify-plugin';\nimport { guard } from './guard.js';\nexport default fp(async (fastify) => { fastify.addHook('onRequest', guard); fastify.get('/inside', ${handler}); });`;
  const guard = `export const guard = ${GUARD};`;
  same(listOf(`import plugin from './plugin.js';\napp.get('/x', ${handler});\napp.register(plugin, { prefix: '/ignored' });`, { 'plugin.js': wrapped, 'guard.js': guard }), ['GET /x guarded', 'GET /inside guarded']);
  assert.equal(stateOf(`import plugin from './plugin.js';\napp.register(plugin);\napp.get('/x', ${handler});`, { 'plugin.js': wrapped.replace('fp(async', '(async'), 'guard.js': guard }), 'unguarded');
  const marked = `const { guard } = require('./guard.js');\nfunction plugin(fastify, opts, done) { fastify.addHook('onRequest', guard); done(); }\nplugin[Symbol.for('skip-override')] = true;\nmodule.exports = plugin;`;
  assert.equal(stateOf(`app.register(require('./plugin.js'));\napp.get('/x', ${handler});`, { 'plugin.js': marked, 'guard.js': guard }), 'guarded');
  assert.equal(stateOf(`import fp from 'fastify-plugin';\napp.register(fp(async (f) => { f.addHook('onRequest', guard); }, { encapsulate: true }));\napp.get('/x', ${handler});`), 'unguarded');
});
test('prefixes add up, and a slash under a prefix is the prefix', () => {
  same(listOf(`
const base = '/v1';
app.register((api, options, done) => {
  api.get('/', ${handler});
  api.register(async function (inner) { inner.get('/', ${handler}); inner.get('/deep', ${handler}); }, { prefix: '/b' });
  done();
}, { prefix: base });
app.register(async (one) => { one.get('/q', ${handler}); }, { prefix: config.prefix });
for (const [prefix, plugin] of []) app.register(plugin, { prefix });
for (const version of ['/v2', '/v3']) app.register(async (api) => { api.get('/loop', ${handler}); }, { prefix: version });`), [
    'GET /v1 unguarded', 'GET /v1/b unguarded', 'GET /v1/b/deep unguarded', 'GET /{?}/q unguarded', 'GET /v2/loop unguarded', 'GET /v3/loop unguarded',
  ]);
});
test('decorated functions are followed, from scopes above as well', () => {
  const jwt = `app.register(require('@fastify/jwt'), { secret: process.env.SECRET });\napp.decorate('authenticate', async (request, reply) => { try { await request.jwtVerify(); } catch (err) { reply.send(err); } });`;
  assert.equal(stateOf(`${jwt}\napp.get('/x', ${handler});`), 'unguarded');
  assert.equal(stateOf(`${jwt}\napp.get('/x', { onRequest: [app.authenticate] }, ${handler});`), 'guarded');
  assert.equal(stateOf(`${jwt}\napp.register(async (child) => { child.addHook('onRequest', child.authenticate); child.get('/x', ${handler}); });`), 'guarded');
  assert.equal(stateOf(`app.decorate('authenticate', async (request) => { request.seen = true; });\napp.get('/x', { onRequest: [app.authenticate] }, ${handler});`), 'unguarded');
  assert.equal(stateOf(`app.get('/x', { onRequest: [app.authenticate] }, ${handler});`), 'guarded');
});
test('what a hook does decides: it answers, throws, checks a token, or lets everybody through', () => {
  const state = (hook: string): string | undefined => stateOf(`app.addHook('onRequest', ${hook});\napp.get('/x', ${handler});`);
  assert.equal(state('async (request) => { await request.jwtVerify(); }'), 'guarded');
  assert.equal(state('(request) => request.jwtVerify()'), 'guarded');
  assert.equal(state('async (request) => { try { await request.jwtVerify(); } catch { } }'), 'unguarded');
  assert.equal(state('async (request) => { if (request.headers.authorization) await request.jwtVerify(); }'), 'unknown');
  assert.equal(state("async (request, reply) => { if (!request.session.user) throw app.httpErrors.unauthorized(); }"), 'guarded');
  assert.equal(state("async (request, reply) => { if (!request.session.user) return reply.unauthorized(); }"), 'guarded');
  assert.equal(state("(request, reply, done) => { if (!request.headers['x-api-key']) { reply.code(401).send(); return; } done(); }"), 'guarded');
  assert.equal(state("(request, reply, done) => { if (!request.user) return done(new UnauthorizedError()); done(); }"), 'guarded');
  assert.equal(state('async (request) => { request.start = Date.now(); }'), 'unguarded');
  assert.equal(state('(request, reply, done) => { request.log.info({ url: request.url }); done(); }'), 'unguarded');
  assert.equal(state("async (request, reply) => { reply.header('x-id', request.id); }"), 'unguarded');
  assert.equal(state('async (request) => { await tenantOf(request); }'), 'unknown');
  assert.equal(state('async (request) => { await verifyUser(request); }'), 'guarded');
  assert.equal(state('unknownHook'), 'unknown');
  assert.equal(state('async (request, reply) => { if (request.routeOptions.config.open) return; if (!request.user) return reply.code(401).send(); }'), 'unknown');
  assert.equal(state("async (request, reply) => { if (request.url === '/health') return; await request.jwtVerify(); }"), 'unknown');
});
test('packages: most only add members; a bearer hook guards; a plugin nobody knows may', () => {
  const state = (plugin: string): string | undefined => stateOf(`app.register(${plugin});\napp.get('/x', ${handler});`);
  assert.equal(state("require('@fastify/jwt'), { secret }"), 'unguarded');
  assert.equal(state("import('@fastify/helmet')"), 'unguarded');
  assert.equal(state("require('@fastify/basic-auth'), { validate }"), 'unguarded');
  assert.equal(state("require('@fastify/bearer-auth'), { keys: ['a'] }"), 'guarded');
  assert.equal(state("require('@fastify/bearer-auth'), { keys: ['a'], addHook: false }"), 'unguarded');
  assert.equal(state("require('@fastify/bearer-auth'), options"), 'unknown');
  assert.equal(state("require('some-plugin')"), 'unknown');
  assert.equal(stateOf(`app.register(require('@fastify/auth'));\napp.after(() => { app.get('/x', { preHandler: app.auth([app.verifyJWT]) }, ${handler}); });`), 'guarded');
  assert.equal(stateOf(`app.register(require('@fastify/basic-auth'), { validate });\napp.after(() => { app.addHook('onRequest', app.basicAuth); });\napp.get('/x', ${handler});`), 'guarded');
});
test('a plugin nobody registers has an unknown prefix and unknown guards', () => {
  const plugin = `export default async function (fastify, opts) {\n  fastify.get('/a', ${handler});\n  fastify.route({ method: 'PUT', url: '/b', preHandler: [fastify.authenticate], handler: ${handler} });\n}`;
  same(routesOf({ 'plugin.js': plugin }), ['GET /{?}/a unknown plugin.js:2', 'PUT /{?}/b guarded plugin.js:3']);
  same(routesOf({ 'plugin.ts': `import type { FastifyInstance } from 'fastify';\nexport async function routes(server: FastifyInstance) {\n  server.get('/a', async () => 1);\n}` }), ['GET /{?}/a unknown plugin.ts:3']);
});
test('an application made elsewhere, typed, chained', () => {
  same(routesOf({
    'build.ts': `
import { fastify, type FastifyInstance } from 'fastify';
export function build(opts = {}): FastifyInstance {
  const app = fastify(opts).withTypeProvider<Any>();
  app.register(routes, { prefix: '/api' });
  return app;
}
async function routes(app: FastifyInstance): Promise<void> {
  app.get<{ Params: P }>('/one', async () => 1).post('/two', async () => 2);
}`,
    'server.ts': `import { build } from './build.js';\nconst server = build({ logger: true });\nserver.get('/', async () => 'hello');\nserver.listen({ port: 1 });`,
  }), ['GET /api/one unguarded build.ts:8', 'POST /api/two unguarded build.ts:8', 'GET / unguarded server.ts:3']);
});
test('calls that only look alike are no routes', () => {
  same(listOf(`
const answer = await app.inject({ method: 'PUT', url: '/x' });
const client = axios.create();
client.put('/remote', { preHandler: guard }, body);
agent.request({ method: 'GET', path: '/outgoing' });
client.route({ method: 'GET', url: '/r', handler: 1 });
container.register(Service, { prefix: '/s' });
app.get('/x', async (request) => request.headers['x']);
await got({ method: 'DELETE', url: '/y' });`), ['GET /x unguarded']);
});
test('a folder of plugins: folders are prefixes, an index stands for its folder, hook files stand before', () => {
  const route = (path: string): string => `export default async function (fastify) {\n  fastify.get('${path}', ${handler});\n}`;
  const files = {
    'routes/root.js': route('/'),
    'routes/users/index.js': route('/:id'),
    'routes/users/helper.js': 'export const limit = 3;',
    'routes/admin/autohooks.js': `export default async function (fastify) { fastify.addHook('onRequest', ${GUARD}); }`,
    'routes/admin/list.js': route('/list'),
    'routes/admin/deep/one.js': route('/one'),
    'plugins/late.js': `import fp from 'fastify-plugin';\nexport default fp(async (fastify) => { fastify.decorate('x', 1); });`,
  };
  const load = (options: string): string => `import autoload from '@fastify/autoload';
import path from 'node:path';
app.register(autoload, { dir: path.join(__dirname, 'plugins') });
app.register(autoload, { dir: path.join(import.meta.dirname, 'routes')${options} });`;
  same(listOf(load(''), files), ['GET / unguarded', 'GET /users/{id} unguarded', 'GET /admin/list unguarded', 'GET /admin/deep/one unguarded']);
  same(listOf(load(", autoHooks: true, options: { prefix: '/api' }"), files), ['GET /api unguarded', 'GET /api/users/{id} unguarded', 'GET /api/admin/list guarded', 'GET /api/admin/deep/one unguarded']);
  same(listOf(load(', autoHooks: true, cascadeHooks: true, dirNameRoutePrefix: false'), files), ['GET / unguarded', 'GET /{id} unguarded', 'GET /list guarded', 'GET /one guarded']);
  same(listOf(load(', ignorePattern: /admin/'), { 'routes/a.js': route('/a') }), ['GET /a unknown']);
  same(listOf(`import autoload from '@fastify/autoload';\napp.register(autoload, { dir: config.dir });\napp.get('/x', ${handler});`), ['GET /x unknown']);
});
test('@fastify/auth: one check is enough unless all are asked for, so the weakest counts', () => {
  const open = 'const open = async (request) => { request.seen = true; };';
  const state = (checks: string): string | undefined => stateOf(`${open}\napp.get('/x', { preHandler: app.auth(${checks}) }, ${handler});`);
  assert.equal(state('[guard]'), 'guarded');
  assert.equal(state('[guard, app.verifyToken]'), 'guarded');
  assert.equal(state('[guard, open]'), 'unguarded');
  assert.equal(state("[guard, open], { relation: 'and' }"), 'guarded');
  assert.equal(state('[guard, unknown]'), 'unknown');
  assert.equal(state("[guard, unknown], { relation: 'or' }"), 'unknown');
});
