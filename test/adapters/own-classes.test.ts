import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routesOf } from './routes.js';

const CONTROLLER = `
import { Router } from 'express';
export default class Controller {
  constructor(config) { this.app = Router(); this.config = config; }
  route(options) { this.app[options.method](options.path, options.handler.bind(this)); }
  get(path, handler) { this.route({ method: 'get', path, handler }); }
  use(path, router) { this.app.use(path, router); }
  get router() { return this.app; }
}
`;

test('routes of a class that inherits its router are where the class registers them', () => {
  assert.deepEqual(
    routesOf({
      'src/controller.js': CONTROLLER,
      'src/tags.js': `
import Controller from './controller.js';
export default class TagController extends Controller {
  constructor(config) {
    super(config);
    this.route({ method: 'post', path: '', handler: this.create });
    this.get('/:id', this.one);
  }
  create(req, res) { res.json({}); }
  one(req, res) { res.json({}); }
}
`,
      'src/app.js': `
import express from 'express';
import Controller from './controller.js';
import TagController from './tags.js';
class Api extends Controller {
  constructor(config) { super(config); this.use('/tags', new TagController(config).router); }
}
const app = express();
app.use('/api', new Api({}).router);
app.listen(1);
`,
    }),
    ['POST /api/tags unguarded src/tags.js:5', 'GET /api/tags/{id} unguarded src/tags.js:6'],
  );
});

test('a method that registers whatever it is told is no route of its own', () => {
  assert.deepEqual(routesOf({ 'src/controller.js': CONTROLLER }), []);
});

test('an application that tests make by the call the program makes is listed once', () => {
  const files = {
    'src/app.js': `
import express from 'express';
export function getApp(config) {
  const app = express();
  if (config.docs) app.use(config.docs);
  app.get('/a', (req, res) => res.end());
  return app;
}
`,
    'src/server.js': "import { getApp } from './app.js';\nexport function start() { getApp({}).listen(1); }\n",
    'src/app.test.js': "import { getApp } from './app.js';\nimport docs from 'docs';\nrequest(getApp({ docs })).get('/a');\n",
  };
  assert.deepEqual(routesOf(files).length, 1);
  const { 'src/server.js': _, ...onlyTests } = files;
  assert.deepEqual(routesOf(onlyTests).length, 1);
});

test('what an application registers once it is mounted is its own', () => {
  assert.deepEqual(
    routesOf({
      'app.js': `
const express = require('express');
function dashboard() {
  const app = express();
  app.on('mount', function () {
    app.get('/login', (req, res) => res.end());
  });
  return app;
}
const main = express();
main.use('/dashboard', dashboard());
main.listen(1);
`,
    }),
    ['GET /dashboard/login unguarded app.js:5'],
  );
});

test('a prefix chosen by what a constructor was told is known', () => {
  assert.deepEqual(
    routesOf({
      'app.js': `
const express = require('express');
class Context {
  constructor(mode) {
    const prefix = mode === 'global' ? '/all' : '/:projectId/context';
    this.router = express.Router();
    this.router.get(prefix, (req, res) => res.end());
  }
}
const app = express();
app.use('/context', new Context('global').router);
app.use('/projects', new Context('project').router);
app.listen(1);
`,
    }),
    ['GET /context/all unguarded app.js:6', 'GET /projects/{projectId}/context unguarded app.js:6'],
  );
});

test('a guard factory whose guard asks nobody for what it was given leaves the route unknown', () => {
  assert.deepEqual(
    routesOf({
      'app.js': `
const express = require('express');
const checkPermission = (permission = []) => async (req, res, next) => {
  const permissions = (Array.isArray(permission) ? permission : [permission]).filter((one) => one !== 'NONE');
  if (!permissions.length) return next();
  if (await req.checkRbac(permissions)) return next();
  return res.status(403).end();
};
const check = async (req, res, next) => { if (await req.checkRbac('x')) return next(); return res.status(403).end(); };
const app = express();
app.get('/a', checkPermission('NONE'), (req, res) => res.end());
app.get('/b', check, (req, res) => res.end());
app.listen(1);
`,
    }),
    ['GET /a unknown app.js:10', 'GET /b unknown app.js:11'],
  );
});

test('of a function that may give an empty router the one that holds routes counts', () => {
  assert.deepEqual(
    routesOf({
      'app.js': `
const express = require('express');
function files(config) {
  if (!config.bucket) return express.Router();
  return express.Router().get('/a', (req, res) => res.end());
}
function versions(old) {
  const one = express.Router();
  one.get('/one', (req, res) => res.end());
  const two = express.Router();
  two.get('/two', (req, res) => res.end());
  if (old) return one;
  return two;
}
const app = express();
app.use('/files', files(settings));
app.use('/v', versions(settings.old));
app.listen(1);
`,
    }),
    ['GET /files/a unguarded app.js:4', 'GET /v/one unguarded app.js:8', 'GET /v/two unguarded app.js:10'],
  );
});
