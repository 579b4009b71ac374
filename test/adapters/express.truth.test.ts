import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askListener, runFiles } from './standard/run.js';
import { differences, requestsOf } from './truth.js';

const HEAD = `
const express = require('express');
const app = express();
const guard = (req, res, next) => (req.user ? next() : res.status(401).end());
const handler = (req, res) => res.end('data');
const pass = (req, res, next) => next();
`;
interface Application {
  readonly name: string;
  readonly code: string;
  /** How many requests the inventory has. */
  readonly routes: number;
  /** Written as only one version takes it. */
  readonly only?: 'express' | 'express4';
  /** Where the inventory is wrong today: its repair is noticed here. */
  readonly wrong?: readonly string[];
}
const APPLICATIONS: readonly Application[] = [
  { name: 'added after the mount', routes: 1, code: "const r = express.Router();\napp.use('/r', r);\nr.get('/x', handler);" },
  { name: 'a guard after the route', routes: 2, code: "app.get('/x', handler);\napp.use(guard);\napp.get('/y', handler);" },
  { name: 'a guard after the handler', routes: 1, code: "app.get('/x', handler, guard);" },
  { name: 'a guard of a router that a request falls through', routes: 3, code: "const r = express.Router();\nr.use(guard);\nr.get('/x', handler);\napp.use('/api', r);\napp.get('/api/late', handler);\napp.get('/other', handler);" },
  { name: 'a guard of a router at the root', routes: 2, code: "const r = express.Router();\nr.use(guard);\napp.get('/early', handler);\napp.use('/', r);\napp.get('/late', handler);" },
  { name: 'the path of a guard', routes: 4, code: "app.use('/admin', guard);\napp.get('/admin', handler);\napp.get('/admin/x', handler);\napp.get('/administrator', handler);\napp.get('/Admin/y', handler);" },
  { name: 'several paths of a guard', routes: 3, code: "app.use(['/a', '/b'], guard);\napp.get('/a/x', handler);\napp.get('/b/x', handler);\napp.get('/c/x', handler);" },
  { name: 'several paths of a guard of a router', routes: 2, code: "const r = express.Router();\nr.use(['/a', '/b'], guard);\nr.get('/b', handler);\nr.get('/c', handler);\napp.use(r);" },
  { name: 'all before the verb', routes: 2, code: "app.all('/x/:id', guard);\napp.get('/x/:id', handler);\napp.get('/y', handler);" },
  { name: 'a route object with all', routes: 2, code: "app.route('/x').all(guard).get(handler).put(handler);" },
  { name: 'all after a verb', routes: 2, code: "app.route('/x').get(handler).all(guard).put(handler);" },
  { name: 'several functions at once', routes: 1, code: "app.use('/api', guard, pass);\napp.get('/api/x', handler);" },
  { name: 'lists of guards', routes: 2, code: "app.get('/x', [pass, guard], handler);\napp.get('/y', [pass, [[guard]]], handler);" },
  { name: 'a parameter that checks', routes: 3, code: "app.param('id', guard);\nconst r = express.Router();\nr.get('/in/:id', handler);\napp.get('/own/:id', handler);\napp.get('/plain', handler);\napp.use('/r', r);" },
  { name: 'mounted twice', routes: 2, code: "const r = express.Router();\nr.get('/x', handler);\napp.use('/a', r);\napp.use('/b', guard, r);" },
  { name: 'an application in an application', routes: 2, code: "const sub = express();\nsub.use(guard);\nsub.get('/x', handler);\napp.use('/sub', sub);\napp.get('/y', handler);" },
  { name: 'nested routers', routes: 2, code: "const b = express.Router({ mergeParams: true });\nb.get('/x', handler);\nconst a = express.Router();\na.use('/:id/b', guard, b);\na.get('/y', handler);\napp.use('/a', a);" },
  { name: 'an error handler is no guard', routes: 2, code: "app.use((error, req, res, next) => res.status(401).end());\napp.get('/x', handler);\napp.get('/y', pass, handler);" },
  { name: 'lists of paths', routes: 2, code: "app.get(['/x', '/y'], guard, handler);" },
  { name: 'loops', routes: 2, code: "for (const name of ['x', 'y']) app.get(`/${name}`, guard, handler);" },
  { name: 'a function that registers', routes: 2, code: "const setup = (to, check) => { to.get('/x', check, handler); };\nconst r = express.Router();\nsetup(app, guard);\nsetup(r, pass);\napp.use('/r', r);" },
  { name: 'a strict router', routes: 1, code: "const r = express.Router({ strict: true });\nr.use(guard);\nr.get('/x', handler);\napp.use('/r', r);" },
  {
    name: 'a case-sensitive router',
    routes: 2,
    code: "const r = express.Router({ caseSensitive: true });\nr.use('/Adm', guard);\nr.get('/Adm/x', handler);\nr.get('/adm/x', handler);\napp.use('/r', r);",
  },
  { name: 'an application that minds the case', routes: 3, code: "app.enable('case sensitive routing');\napp.use('/Adm', guard);\napp.get('/Adm/x', handler);\napp.get('/adm/x', handler);\napp.get('/b', handler);" },
  { name: 'past the route', routes: 2, code: "app.get('/x', (req, res, next) => (req.user ? next() : next('route')), handler);\napp.get('/x', handler);" },
  { name: 'out of the router', routes: 2, code: "const r = express.Router();\nr.use((req, res, next) => (req.user ? next() : next('router')));\nr.get('/x', handler);\napp.use('/r', r);\napp.get('/r/x', handler);" },
  { name: 'optional parameters of version 5', routes: 2, only: 'express', code: "app.get('/x{/:id}', guard, handler);" },
  { name: 'optional parameters of version 4', routes: 2, only: 'express4', code: "app.get('/x/:id?', guard, handler);" },
  { name: 'a wildcard of version 5', routes: 2, only: 'express', code: "app.use('/w/*rest', guard);\napp.get('/w/*rest', handler);\napp.get('/v', handler);" },
  { name: 'a wildcard of version 4', routes: 2, only: 'express4', code: "app.use('/w/*', guard);\napp.get('/w/*', handler);\napp.get('/v', handler);" },
];

for (const version of ['express', 'express4'] as const)
  for (const { name, code, routes, only = version, wrong = [] } of APPLICATIONS)
    if (only === version)
      test(`${version} answers as the inventory says: ${name}`, async () => {
        const text = `${HEAD}${code}\nmodule.exports = app;`;
        const app = runFiles({ 'app.js': text }, 'app.js', { express: version });
        assert.deepEqual(await differences(text, (method, path) => askListener(app, method, path)), wrong);
        assert.equal(requestsOf(text).length, routes);
      });
