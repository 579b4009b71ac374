import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routesOf } from './routes.js';

test('an application of a shared factory is one application for each call, with the fields the factory gives it', () => {
  const factory = `
const express = require('express');
module.exports = (name) => {
  const app = express();
  app.lazyUse = function lazyUse(path, load) { app.use(path, lazyLoad(() => Promise.resolve(load()))); };
  return app;
};
module.exports.Router = () => express.Router();
const { createLazyRouter } = require('express-lazy-router');
const lazyLoad = createLazyRouter();`;
  assert.deepEqual(
    routesOf({
      'shared/express.js': factory,
      'api.js': `
const express = require('./shared/express');
module.exports = function api() { const router = express.Router('api'); router.del = router.delete; router.del('/x', (req, res) => res.end()); return router; };`,
      'app.js': `
const express = require('./shared/express');
function start() { const app = express('root'); app.lazyUse('/api', require('./api')); app.listen(1); }
module.exports = start;`,
    }),
    ['DELETE /api/x unguarded api.js:2'],
  );
});

test('a virtual host passes on to the application it is given; of another wrapper nobody can tell what it does', () => {
  const app = (wrapper: string): Record<string, string> => ({
    'app.js': `
const express = require('express');
const wrap = require('${wrapper}');
const app = express();
const inner = express();
inner.get('/x', (req, res) => res.end());
app.use('/a', wrap('a.example.com', inner));
app.listen(1);`,
  });
  assert.deepEqual(routesOf(app('vhost')), ['GET /a/x unguarded app.js:5']);
  assert.deepEqual(routesOf(app('./nowhere')), ['GET /a/x unknown app.js:5']);
});

test('getters that load a module are followed, and so are lists of guards in other files', () => {
  assert.deepEqual(
    routesOf({
      'app.js': `
const express = require('express');
const mw = require('./mw');
const app = express();
app.get('/a', mw.admin, (req, res) => res.end());
app.get('/b', ...mw.open, (req, res) => res.end());
app.listen(1);`,
      'mw/index.js': `
module.exports = { get admin() { return require('./lists').admin; }, get open() { return require('./lists').open; } };`,
      'mw/lists.js': `
const check = (req, res, next) => { if (!req.user) return res.status(401).end(); next(); };
const log = (req, res, next) => { console.log(req.url); next(); };
exports.admin = [log, [check]];
exports.open = [log];`,
    }),
    ['GET /a guarded app.js:4', 'GET /b unguarded app.js:5'],
  );
});

test('registration that nothing in the project calls is run; what something calls counts there', () => {
  assert.deepEqual(
    routesOf({
      'lib/admin.js': `
const express = require('express');
module.exports = { init: function (settings) { const app = express(); app.get('/flows', (req, res) => res.end()); return app; } };`,
      'lib/index.js': `
const express = require('express');
function init(settings) { const app = express(); app.use('/admin', require('./admin').init(settings)); }
module.exports = { init };`,
    }),
    ['GET /admin/flows unguarded lib/admin.js:2'],
  );
  assert.deepEqual(
    routesOf({
      'server.js': `
const express = require('express');
class Server {
  constructor() { this.app = express(); }
  start() { this.setup(); this.app.listen(1); }
  setup() { this.app.get('/a', (req, res) => res.end()); }
}
module.exports = Server;`,
    }),
    ['GET /a unguarded server.js:5'],
  );
});

test('a single instance is made once: what exists is not made again', () => {
  assert.deepEqual(
    routesOf({
      'server.js': `
const express = require('express');
class Server {
  app = undefined;
  static getInstance() { if (Server.instance == null) { Server.instance = new Server(); } return Server.instance; }
  constructor() { this.app = express(); }
}
module.exports = { Server };`,
      'a.js': `
const { Server } = require('./server');
const app = Server.getInstance().app;
app.use('/a', require('./b'));
app.listen(1);`,
      'b.js': `
const { Server } = require('./server');
const express = require('express');
const router = express.Router();
router.get('/b', (req, res) => res.end());
Server.getInstance().app.get('/c', (req, res) => res.end());
module.exports = router;`,
    }),
    ['GET /a/b unguarded b.js:4', 'GET /c unguarded b.js:5'],
  );
});

test('a router class of its own that stores routes and registers them by name later', () => {
  assert.deepEqual(
    routesOf({
      'promise-router.js': `
const express = require('express');
class PromiseRouter {
  constructor(routes = []) { this.routes = routes; this.mountRoutes(); }
  mountRoutes() {}
  route(method, path, ...handlers) { this.routes.push({ path: path, method: method, handler: handlers[0] }); }
  mountOnto(app) {
    this.routes.forEach(route => { const method = route.method.toLowerCase(); app[method].call(app, route.path, (req, res) => res.end()); });
    return app;
  }
  expressRouter() { return this.mountOnto(express.Router()); }
}
exports.default = void 0;
exports.default = PromiseRouter;`,
      'users.js': `
const PromiseRouter = require('./promise-router').default;
class Users extends PromiseRouter {
  mountRoutes() {
    this.route('GET', '/users', () => 1);
    this.route('DELETE', '/users/:id', () => 1);
  }
}
module.exports = Users;`,
      'app.js': `
const express = require('express');
const Users = require('./users');
const PromiseRouter = require('./promise-router').default;
const routes = [new Users()].reduce((memo, router) => memo.concat(router.routes), []);
const app = express();
app.use('/1', new PromiseRouter(routes).expressRouter());
app.listen(1);`,
    }),
    ['GET /1/users unguarded users.js:4', 'DELETE /1/users/{id} unguarded users.js:5'],
  );
});

test('methods taken as values and names that are computed', () => {
  const app = (code: string): readonly string[] => routesOf({ 'app.js': `const express = require('express');\nconst app = express();\n${code}\napp.listen(1);` });
  assert.deepEqual(app("for (const m of ['get', 'post']) app[m]('/x', (req, res) => res.end());"), ['GET /x unguarded app.js:3', 'POST /x unguarded app.js:3']);
  assert.deepEqual(app("['put'].forEach((m) => { app[m]('/x', (req, res) => res.end()); });"), ['PUT /x unguarded app.js:3']);
  assert.deepEqual(app("app[process.env.M]('/x', (req, res) => res.end());"), ['unknown /x unguarded app.js:3']);
  assert.deepEqual(app("let add = app.get;\nif (process.env.P) add = app.post;\nadd.call(app, '/x', (req, res) => res.end());"), ['unknown /x unguarded app.js:5']);
});

test('a regular expression is a path: literal as far as it is, as written after that', () => {
  const app = (code: string): readonly string[] => routesOf({ 'app.js': `const express = require('express');\nconst app = express();\n${code}\napp.listen(1);` });
  assert.deepEqual(app('app.get(/^\\/nodes\\/list$/, (req, res) => res.end());'), ['GET /nodes/list unguarded app.js:3']);
  assert.deepEqual(app('app.get(/^\\/nodes\\/(\\d+)$/, (req, res) => res.end());'), ['GET /nodes/{\\/(\\d+)$} unguarded app.js:3']);
  assert.deepEqual(app("app.use('/nodes', (req, res) => res.status(401).end());\napp.get(/^\\/nodes\\/(\\d+)$/, (req, res) => res.end());"), ['GET /nodes/{\\/(\\d+)$} guarded app.js:4']);
});

test('a path that only turns out to be text', () => {
  assert.deepEqual(
    routesOf({
      'app.js': `
const express = require('express');
const { join } = require('path');
const where = require('./where');
const app = express();
const inner = express.Router();
inner.get('/x', (req, res) => res.end());
app.use(where.here, inner);
app.use(where.subdir(), inner);
app.listen(1);`,
      'where.js': "exports.here = '/here'; exports.subdir = () => process.env.SUBDIR;",
    }),
    ['GET /here/x unguarded app.js:6', 'GET /{?}/x unguarded app.js:6'],
  );
});

test('a class that holds instances of itself, and an object that spreads itself, end', () => {
  assert.deepEqual(
    routesOf({
      'a.js': `
const express = require('express');
class Type { static A = new Type('a'); static B = new Type('b'); constructor(value) { this.value = value; } static make() { return new Type('c'); } }
let options = { a: 1 };
options = { ...options, b: 2 };
const app = express();
app.get(options.path, (req, res) => res.json(Type.A));
app.get('/x', (req, res) => res.end());
app.listen(1);`,
    }),
    ['GET /x unguarded a.js:7', 'GET /{?} unguarded a.js:6'],
  );
});
test('each turn of a loop registers what it holds', () => {
  const handler = '(req, res) => res.end()';
  const code = (loop: string): string => `
const app = express();
const list = [{ path: '/a', method: 'get' }, { path: '/b', method: 'put' }];
function add(path) { app.get(path, ${handler}); }
${loop}
app.listen(1);`;
  const of = (loop: string): readonly string[] => routesOf({ 'app.js': `const express = require('express');${code(loop)}` }).map((line) => line.split(' ').slice(0, 2).join(' '));
  assert.deepEqual(of(`for (const name of ['a', 'b']) app.put('/' + name, ${handler});`), ['PUT /a', 'PUT /b']);
  assert.deepEqual(of(`for (const one of list) app[one.method](one.path, ${handler});`), ['GET /a', 'PUT /b']);
  assert.deepEqual(of("for (const name of ['a', 'b']) add('/' + name);"), ['GET /a', 'GET /b']);
  assert.deepEqual(of(`for (const one of list) { const router = express.Router(); router.get('/x', ${handler}); app.use(one.path, router); }`), ['GET /a/x', 'GET /b/x']);
});

test('a router that holds its requests against a document is one, also where the document is generated beside it', () => {
  const routes = `
exports.createRouter = async (options) => {
  const router = await createOpenApiRouter({ validatorOptions: {} });
  router.get('/entities', (req, res) => res.end());
  return router;
};`;
  assert.deepEqual(
    routesOf({
      'generated.js': `
const utils = require('@backstage/backend-openapi-utils');
const spec = { openapi: '3.1.0', paths: {} };
exports.createOpenApiRouter = async (options) => utils.createValidatedOpenApiRouterFromGeneratedEndpointMap(spec, options);`,
      'router.js': `const { createOpenApiRouter } = require('./generated');${routes}`,
    }),
    ['GET /{?}/entities unknown router.js:4'],
  );
  assert.deepEqual(
    routesOf({ 'router.js': `const { createValidatedOpenApiRouter } = require('@backstage/backend-openapi-utils');
const createOpenApiRouter = (options) => createValidatedOpenApiRouter({ openapi: '3.1.0', paths: {} }, options);${routes}` }),
    ['GET /{?}/entities unknown router.js:5'],
  );
});

test('paths and methods that code takes from the document it ships, also through methods that only give them', () => {
  const item = (method: string, path: string): string => `"${path}": { "${method}": { "x-http": { "verb": "${method}", "path": "${path}" }, "responses": {} } }`;
  const texts = {
    'openapi.json': `{ "openapi": "3.0.3", "info": { "title": "T", "version": "1" }, "paths": { ${item('get', '/api/health')}, ${item('put', '/api/jobs')}, ${item('post', '/api/runs')} } }`,
    'app.js': `
const express = require('express');
const spec = require('./openapi.json');
const { Endpoint } = require('./endpoint');
const app = express();
const { '/api/health': own } = spec.paths;
const { path, verb } = own.get['x-http'];
app[verb](path, (req, res) => res.end());
new Endpoint(spec).register(app);
app.listen(1);`,
    'endpoint.js': `
const spec = require('./openapi.json');
class Endpoint {
  constructor(options) { this.options = options; }
  get item() { return spec.paths['/api/jobs']; }
  getPath() { return this.item.put['x-http'].path; }
  getVerb() { const item = this.item; return item.put['x-http'].verb; }
  getHandler() { return this.answer.bind(this); }
  answer(req, res) { if (!req.user) return res.sendStatus(401); res.end(); }
  register(app) { registerEndpoint(app, this); }
}
function registerEndpoint(webApp, endpoint) {
  const path = endpoint.getPath();
  const register = webApp[endpoint.getVerb()].bind(webApp);
  register(path, endpoint.getHandler());
}
exports.Endpoint = Endpoint;`,
  };
  assert.deepEqual(routesOf(texts), ['GET /api/health unguarded app.js:7', 'PUT /api/jobs guarded endpoint.js:14']);
});
