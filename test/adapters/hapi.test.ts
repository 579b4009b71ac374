import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filePath } from '../../server/src/core/text/source.js';
import { engineOver } from '../support/analyse.js';
import { routesOf } from './routes.js';

/** The same lines in any order. */
function same(actual: readonly string[], expected: readonly string[]): void {
  assert.deepEqual([...actual].sort(), [...expected].sort());
}
const HEAD = `
const Hapi = require('@hapi/hapi');
const Boom = require('@hapi/boom');
const server = Hapi.server({ port: 3000 });
const guard = (request, h) => { if (!request.headers.authorization) throw Boom.unauthorized(); return h.continue; };
const handler = () => 'data';
`;
/** The inventory behind some code, without places. */
function listOf(code: string, others: Readonly<Record<string, string>> = {}): readonly string[] {
  return routesOf({ 'app.js': `${HEAD}${code}\nserver.start();`, ...others }).map((line) => line.slice(0, line.lastIndexOf(' ')));
}
/** Authentication and authorization of `GET /x`, or of a route the code adds itself, and its chain. */
function stateOf(code: string, route = "server.route({ method: 'GET', path: '/x', handler });"): string {
  const text = `${HEAD}${code}\n${route}\nserver.start();`;
  const one = engineOver(new Map([[filePath('app.js'), text]])).inventory().find(({ path }) => path === '/x');
  assert.ok(one, 'no route /x');
  return [one.authentication, one.authorization, one.chain.map(({ name }) => name).join(' > ') || '-'].join(' ');
}

test('a standard application: routes of a plugin under a prefix, a strategy asked for by name', () => {
  same(routesOf({
    'app.js': `
const Hapi = require('@hapi/hapi');
const users = require('./plugins/users');
const init = async () => {
  const server = Hapi.server({ port: 3000 });
  await server.register(require('@hapi/jwt'));
  server.auth.strategy('token', 'jwt', { keys: process.env.KEY });
  server.route({ method: 'GET', path: '/health', handler: () => 'ok' });
  await server.register({ plugin: users, routes: { prefix: '/users' } });
  await server.start();
};
init();`,
    'plugins/users.js': `
exports.plugin = {
  name: 'users',
  register: async (server, options) => {
    server.route([
      { method: 'GET', path: '/', handler: list },
      { method: 'POST', path: '/', options: { auth: 'token', handler: create } },
      { method: ['PUT', 'PATCH'], path: '/{id}', handler: replace },
      { method: 'DELETE', path: '/{id}', options: { auth: { strategy: 'token', scope: ['admin'] } }, handler: remove },
    ]);
  },
};`,
  }), [
    'GET /health unguarded app.js:7',
    'GET /users unguarded plugins/users.js:5',
    'POST /users guarded plugins/users.js:6',
    'PUT /users/{id} unguarded plugins/users.js:7',
    'PATCH /users/{id} unguarded plugins/users.js:7',
    'DELETE /users/{id} guarded plugins/users.js:8',
  ]);
});
test('a server is made by server, Server and createServer, of the package under both its names', () => {
  const rest = "server.route({ method: 'GET', path: '/x', handler: () => 1 });";
  for (const head of [
    "import Hapi from '@hapi/hapi';\nconst server = Hapi.server();",
    "import * as Hapi from '@hapi/hapi';\nconst server = new Hapi.Server({ port: 1 });",
    "import { server as create } from '@hapi/hapi';\nconst server = create();",
    "import { Server } from '@hapi/hapi';\nconst server: Server = new Server();",
    "const { Server } = require('@hapi/hapi');\nconst server = new Server();",
    "const Hapi = require('hapi');\nconst server = new Hapi.Server();\nserver.connection({ port: 1 });",
    "const server = require('hapi').createServer('localhost', 8000);",
  ]) same(routesOf({ 'app.ts': `${head}\n${rest}` }).map((line) => line.slice(0, line.lastIndexOf(' '))), ['GET /x unguarded']);
  same(routesOf({ 'app.js': `const hapi = make();\nconst server = hapi.server();\n${rest}` }), []);
});
test('paths keep their parameters; an optional one gives two, a wildcard takes the rest', () => {
  same(listOf(`
const on = (path) => server.route({ method: 'GET', path, handler });
on('/a/{id}');
on('/b/{id?}');
on('/c/{rest*}');
on('/d/{two*2}');
on('/e/{name}.{ext}');
on('/f/v1:run');
on(\`\${base}/g/{id}\`);`), [
    'GET /a/{id} unguarded', 'GET /b unguarded', 'GET /b/{id} unguarded', 'GET /c/{*rest} unguarded', 'GET /d/{*two} unguarded', 'GET /e/{name}.{ext} unguarded', 'GET /f/v1:run unguarded', 'GET /{?}/g/{id} unguarded',
  ]);
});
test('methods: one, a list, all of them, in any case', () => {
  same(listOf("server.route({ method: ['get', 'POST'], path: '/a', handler });\nserver.route({ method: '*', path: '/b', handler });\nserver.route({ method: verb, path: '/c', handler });"), [
    'GET /a unguarded', 'POST /a unguarded', 'ALL /b unguarded', 'unknown /c unguarded',
  ]);
});
test('routes of other files: a list, an object, a function, a spread, a loop', () => {
  same(routesOf({
    'app.js': `
import Hapi from '@hapi/hapi';
import users from './users.js';
import * as files from './files.js';
const server = Hapi.server();
server.route(users);
server.route([files.list, ...files.more, files.make('/c')]);
for (const route of files.looped) server.route(route);
server.route(users.map((route) => ({ ...route, path: '/v2' + route.path })));
server.start();`,
    'users.js': "export default [\n  { method: 'GET', path: '/users', handler: () => 1 },\n  { method: 'DELETE', path: '/users/{id}', handler: () => 1 },\n];",
    'files.js': `
const list = { method: 'GET', path: '/a', handler: () => 1 };
export { list };
export const more = [{ method: 'PUT', path: '/b', handler: () => 1 }];
export const make = (path) => ({ method: 'GET', path, config: { handler: () => 1 } });
export const looped = [{ ...list, path: '/d' }];`,
  }), [
    'GET /users unguarded users.js:2', 'DELETE /users/{id} unguarded users.js:3', 'GET /a unguarded files.js:1', 'PUT /b unguarded files.js:3', 'GET /c unguarded files.js:4', 'GET /d unguarded files.js:1',
    'GET /v2/users unguarded users.js:2', 'DELETE /v2/users/{id} unguarded users.js:3',
  ]);
});
test('plugins: objects, exports of files, classes, functions; what a name leads to is loaded', () => {
  same(listOf(`
class Third { constructor() { this.name = 'third'; } register(server) { server.route({ method: 'GET', path: '/c', handler }); } }
const init = async () => {
  await server.register([require('./first'), { plugin: require('./second'), options: { base: '/b' } }]);
  await server.register(new Third());
  await Promise.all(['fourth', 'fifth'].map((name) => server.register({ plugin: require(\`./\${name}\`), routes: { prefix: '/v1' } })));
  await server.register(require('@hapi/inert'));
};
init();`, {
    'first.js': "exports.plugin = { name: 'first', register: (server) => server.route({ method: 'GET', path: '/a', handler: () => 1 }) };",
    'second.js': "module.exports = { name: 'second', async register(server, options) { server.route({ method: 'GET', path: options.base, handler: () => 1 }); } };",
    'fourth.js': "const register = (server) => { server.route({ method: 'GET', path: '/d', handler: () => 1 }); };\nmodule.exports = { name: 'fourth', register };",
    'fifth.js': "module.exports.plugin = { pkg: require('./package.json'), register };\nfunction register(server) { server.route({ method: 'GET', path: '/e', handler: () => 1 }); }",
  }), ['GET /a unguarded', 'GET /b unguarded', 'GET /c unguarded', 'GET /v1/d unguarded', 'GET /v1/e unguarded']);
});
test('plugins of old versions: a function with attributes, a callback behind the registration', () => {
  same(listOf(`
server.register([{ register: require('./old'), options: {} }], { routes: { prefix: '/o' } }, (err) => {
  server.route({ method: 'GET', path: '/b', handler: (request, reply) => reply('b') });
});`, { 'old.js': `
exports.register = function (server, options, next) {
  server.route({ method: 'GET', path: '/a', config: { handler: (request, reply) => reply('a') } });
  next();
};
exports.register.attributes = { name: 'old' };` }), ['GET /o/a unguarded', 'GET /b unguarded']);
});
test('a plugin nobody registers has routes under an unknown prefix', () => {
  same(routesOf({ 'plugin.js': `
exports.plugin = {
  name: 'p',
  register(server, options) {
    server.route({ method: 'GET', path: '/x', options: { handler: () => 1 } });
    server.route({ method: 'GET', path: '/y', options: { auth: 'token', handler: () => 1 } });
  },
};` }), [
    'GET /{?}/x unknown plugin.js:4', 'GET /{?}/y guarded plugin.js:5',
  ]);
});
test('a composed server has the plugins of its manifest', () => {
  same(routesOf({
    'app.js': `
const Glue = require('@hapi/glue');
const manifest = { server: { port: 1 }, register: { plugins: [{ plugin: require('./p'), routes: { prefix: '/p' } }] } };
exports.deploy = async () => { const server = await Glue.compose(manifest, { relativeTo: __dirname }); await server.start(); };`,
    'p.js': "exports.plugin = { name: 'p', register: (server) => server.route({ method: 'GET', path: '/x', handler: () => 1 }) };",
  }), ['GET /p/x unguarded p.js:1']);
});
test('a strategy is a guard by the package of its scheme, by what its own scheme does, or by being asked for', () => {
  const X = (auth: string): string => `server.route({ method: 'GET', path: '/x', handler, options: { auth: ${auth} } });`;
  assert.equal(stateOf("server.auth.strategy('token', 'jwt', {});", X("'token'")), 'guarded unguarded token');
  assert.equal(stateOf('', X("'elsewhere'")), 'guarded unguarded elsewhere');
  assert.equal(stateOf('', X('false')), 'unguarded unguarded -');
  assert.equal(stateOf("server.auth.default('token');", X('false')), 'unguarded unguarded -');
  assert.equal(stateOf("server.auth.default('token');"), 'guarded unguarded token');
  assert.equal(stateOf("server.auth.default({ strategy: 'token', mode: 'try' });"), 'unguarded unguarded token');
  assert.equal(stateOf("server.auth.default({ strategies: ['a', 'b'], access: { scope: ['admin'] } });"), 'guarded guarded a, b');
  assert.equal(stateOf("server.auth.default('token');", X("{ scope: 'admin' }")), 'guarded guarded token');
  assert.equal(stateOf('', X("{ strategy: 'token', entity: 'user' }")), 'guarded unguarded token');
  assert.equal(stateOf("server.auth.strategy('token', 'jwt', true, {});"), 'guarded unguarded token');
  assert.equal(stateOf("server.auth.strategy('token', 'jwt', 'try', {});"), 'unguarded unguarded token');
  assert.equal(stateOf("server.auth.strategy('token', 'jwt', false, {});"), 'unguarded unguarded -');
});
test('what a setting decides is unknown', () => {
  assert.match(stateOf('', "server.route({ method: 'GET', path: '/x', handler, options: { auth: config.auth } });"), /^unknown unknown/);
  assert.match(stateOf('', "server.route({ method: 'GET', path: '/x', handler, options: { auth: process.env.OPEN ? false : 'token' } });"), /^unknown unknown/);
  assert.match(stateOf("if (process.env.LOCKED) server.auth.default('token');"), /^unknown unguarded token/);
  assert.match(stateOf('', "server.route({ method: 'GET', path: '/x', handler, options: { ...shared } });"), /^unknown unknown/);
  assert.match(stateOf('server.register(plugins);'), /^unknown unknown/);
  assert.match(stateOf("server.register(require('hapi-of-nobody'));"), /^unknown unknown/);
});
test('functions in front of a handler', () => {
  assert.equal(stateOf("server.ext('onPreHandler', guard);"), 'guarded unguarded guard');
  assert.equal(stateOf('', "server.route({ method: 'GET', path: '/x', config: { pre: [[{ method: guard, assign: 'user' }]], handler } });"), 'guarded unguarded guard');
  assert.equal(stateOf("server.ext('onPreResponse', guard);"), 'unguarded unguarded -');
  assert.equal(stateOf("server.ext('onRequest', (request, h) => { request.log('in'); return h.continue; });"), 'unguarded unguarded inline function');
  assert.equal(stateOf("server.ext('onPreAuth', (request, reply) => { if (!request.headers.authorization) return reply(Boom.unauthorized()); return reply.continue(); });").split(' ')[0], 'guarded');
});
test('files of a folder that are listed to be loaded', () => {
  const users = "module.exports = [{ method: 'GET', path: '/users', handler: () => 1 }];";
  for (const list of [
    "Glob.sync('**/*.routes.js', { cwd: __dirname, ignore: 'old/**' }).forEach((file) => server.route(require('./' + file)));",
    "fs.readdirSync(path.join(__dirname, 'api')).filter((file) => file !== 'index.js').forEach((file) => server.route(require(path.join(__dirname, 'api', file))));",
    "for (const file of glob.sync(`${__dirname}/api/*.{js,ts}`)) { const routes = require(file); server.route(routes); }",
  ]) same(routesOf({
    'src/app.js': `const Glob = require('glob');\nconst glob = require('fast-glob');\nconst fs = require('fs');\nconst path = require('path');\nconst Hapi = require('@hapi/hapi');\nconst server = Hapi.server();\n${list}\nserver.start();`,
    'src/api/users.routes.js': users, 'src/api/users.routes.test.js': users, 'src/old/x.routes.js': users, 'other/y.routes.js': users,
  }), ['GET /users unguarded src/api/users.routes.js:1']);
});
test('a list of plugins without those that are switched off', () => {
  same(listOf('server.register([require("./a"), process.env.B && require("./b")].filter(Boolean));', {
    'a.js': "exports.plugin = { name: 'a', register: (server) => server.route({ method: 'GET', path: '/a', handler: () => 1 }) };",
    'b.js': "exports.plugin = { name: 'b', register: (server) => server.route({ method: 'GET', path: '/b', handler: () => 1 }) };",
  }), ['GET /a unguarded', 'GET /b unguarded']);
});
test('a function of one server is told from one of another by the keys of its routes', () => {
  const frameworkOf = (code: string): string | undefined => engineOver(new Map([[filePath('routes.js'), code]])).inventory()[0]?.framework;
  assert.equal(frameworkOf("module.exports = (server) => { server.route({ method: 'GET', path: '/x', config: { handler } }); };"), 'hapi');
  assert.equal(frameworkOf("const routes = require('./list');\nexports.register = (server, options) => { server.ext('onPreAuth', check); server.route({ method: 'GET', path: '/x', handler }); };"), 'hapi');
});
