import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routesOf } from './routes.js';

const GET = '(req, res) => res.end()';
const app = (lines: string): string => `const express = require('express');\nconst app = express();\n${lines}\napp.listen(1);\n`;
/** What registers routes across files and loops, and the routes there are. */
const table: readonly (readonly [name: string, files: Readonly<Record<string, string>>, routes: readonly string[]])[] = [
  ['a function that is exported and given the application', { 'app.js': app("require('./r')(app);"), 'r.js': `module.exports = (app) => { app.get('/x', ${GET}); };` }, ['GET /x']],
  ['a function that is given a router and a prefix', { 'app.js': app("require('./r')(app, '/v1');"), 'r.js': `module.exports = function (app, prefix) { app.get(prefix + '/x', ${GET}); };` }, ['GET /v1/x']],
  ['a function that gives a router back', { 'app.js': app("app.use('/api', require('./r')({ db: 1 }));"), 'r.js': `const { Router } = require('express');\n` +
        `module.exports = ({ db }) => { const r = Router(); r.get('/x', ${GET}); return r; };` }, ['GET /api/x']],
  ['an object of functions', { 'app.js': app("const r = require('./r');\nr.users(app);\nr.posts(app);"), 'r.js': `exports.users = (app) => app.get('/u', ${GET});\n` +
        `exports.posts = (app) => app.get('/p', ${GET});` }, ['GET /p', 'GET /u']],
  ['a class that holds the application', { 'app.js': app("const S = require('./s');\n" +
        "new S(app).routes();"), 's.js': `module.exports = class S { constructor(app) { this.app = app; } routes() { this.app.get('/x', ${GET}); } };` }, ['GET /x']],
  ['a class that makes a router', { 'app.js': app("const S = require('./s');\napp.use('/api', new S().router);"),
    's.js': `const { Router } = require('express');\nmodule.exports = class S { constructor() { this.router = Router(); this.init(); } init() { this.router.get('/x', ${GET}); } };` }, ['GET /api/x']],
  ['a class with a static method', { 'app.js': app("const { S } = require('./s');\nS.mount(app);"), 's.js': `exports.S = class { static mount(app) { app.get('/x', ${GET}); } };` }, ['GET /x']],
  ['a list of classes', { 'app.js': app("const list = require('./list');\nlist.forEach((C) => app.use('/api', new C().router));"), 'list.js': "module.exports = [require('./a')];",
    'a.js': `const { Router } = require('express');\nmodule.exports = class { constructor() { this.router = Router(); this.router.get('/x', ${GET}); } };` }, ['GET /api/x']],
  ['Object.entries of modules', { 'app.js': app("for (const [path, router] of Object.entries(require('./all'))) app.use('/' + path, router);"), 'all.js': "module.exports = { a: require('./a') };",
    'a.js': `const r = module.exports = require('express').Router();\nr.get('/x', ${GET});` }, ['GET /a/x']],
  ['Object.entries, by forEach', { 'app.js': app(`Object.entries({ '/a': ${GET}, '/b': ${GET} }).forEach(([path, handler]) => app.get(path, handler));`) }, ['GET /a', 'GET /b']],
  ['Object.keys', { 'app.js': app(`const all = { a: ${GET}, b: ${GET} };\nObject.keys(all).forEach((key) => app.get('/' + key, all[key]));`) }, ['GET /a', 'GET /b']],
  ['Object.values', { 'app.js': app(`const P = require('./p');\n` +
        `for (const path of Object.values(P)) app.get(path, ${GET});`), 'p.js': "module.exports = { A: '/a', B: '/b' };" }, ['GET /a', 'GET /b']],
  ['for in', { 'app.js': app(`const all = { a: ${GET}, b: ${GET} };\nfor (const key in all) app.get('/' + key, all[key]);`) }, ['GET /a', 'GET /b']],
  ['a counting loop over a list', { 'app.js': app(`const all = ['a', 'b'];\nfor (let i = 0; i < all.length; i++) app.get('/' + all[i], ${GET});`) }, ['GET /a', 'GET /b']],
  ['a list of routes', { 'app.js': app("require('./list').forEach(({ method, path, handler }) => app[method](path, handler));"),
    'list.js': `module.exports = [{ method: 'get', path: '/a', handler: ${GET} }, { method: 'post', path: '/b', handler: ${GET} }];` }, ['GET /a', 'POST /b']],
  ['map over lists with concat and spread', { 'app.js': app(`const more = ['/c'];\n[].concat(['/a'], ['/b'], ...[more]).map((path) => app.get(path, ${GET}));`) }, ['GET /a', 'GET /b', 'GET /c']],
  ['methods in a loop', { 'app.js': app(`['get', 'post'].forEach((method) => app[method]('/x', ${GET}));`) }, ['GET /x', 'POST /x']],
  ['methods in a loop, for of', { 'app.js': app(`for (const method of ['get', 'put']) { app[method]('/x', ${GET}); }`) }, ['GET /x', 'PUT /x']],
  ['constants of another file', { 'app.ts': `import express from 'express';\nimport { PREFIX, paths } from './c';\nconst app = express();\n` +
        `app.get(\`\${PREFIX}\${paths.users}/:id\`, ${GET});\napp.listen(1);`,
    'c.ts': "export const PREFIX = '/v1';\nexport const paths = { users: '/users' } as const;" }, ['GET /v1/users/{id}']],
  ['enums', { 'app.ts': `import express from 'express';\nimport { Path } from './e';\nconst app = express();\napp.get(Path.Users, ${GET});\n` +
        `app.listen(1);`, 'e.ts': "export enum Path { Users = '/users' }" }, ['GET /users']],
  ['constant enums', { 'app.ts': `import express from 'express';\nconst enum Path { Users = '/users', One = \`\${Users}/1\` }\nconst app = express();\napp.get(Path.Users, ${GET});\n` +
        `app.get(Path['One'], ${GET});\napp.listen(1);` }, ['GET /users', 'GET /users/1']],
  ['a compiled enum', { 'app.js': app(`const { Path } = require('./e');\napp.get(Path.Users, ${GET});`), 'e.js': "var Path;\n(function (Path) {\n    Path[\"Users\"] = \"/users\";\n" +
        "})(Path || (exports.Path = Path = {}));" }, ['GET /users']],
  ['static members', { 'app.ts': `import express from 'express';\nimport { Paths } from './p';\nconst app = express();\napp.get(Paths.USERS, ${GET});\n` +
        `app.listen(1);`, 'p.ts': "export class Paths { static readonly USERS = '/users'; }" }, ['GET /users']],
  ['a namespace', { 'app.ts': `import express from 'express';\nimport { Paths } from './p';\nconst app = express();\napp.get(Paths.USERS, ${GET});\n` +
        `app.listen(1);`, 'p.ts': "export namespace Paths { export const USERS = '/users'; }" }, ['GET /users']],
  ['a path that a function makes', { 'app.js': app(`const { path } = require('./p');\napp.get(path('users'), ${GET});`), 'p.js': 'exports.path = (name) => `/v1/${name}`;' }, ['GET /v1/users']],
  ['a joined path', { 'app.js': app(`app.get(['/v1', 'users'].join('/'), ${GET});`) }, ['GET /v1/users']],
  ['a router mounted twice', { 'app.js': app("const r = require('./r');\napp.use('/a', r);\napp.use('/b', r);"), 'r.js': `const r = module.exports = require('express').Router();\n` +
        `r.get('/x', ${GET});` }, ['GET /a/x', 'GET /b/x']],
  ['a router under several paths', { 'app.js': app("app.use(['/a', '/b'], require('./r'));"), 'r.js': `const r = module.exports = require('express').Router();\n` +
        `r.get('/x', ${GET});` }, ['GET /a/x', 'GET /b/x']],
  ['mounted if', { 'app.js': app("const config = require('./config');\n" +
        "if (config.x) app.use('/a', require('./r'));"), 'config.js': 'module.exports = { x: process.env.X };', 'r.js': `const r = module.exports = require('express').Router();\n` +
        `r.get('/x', ${GET});` }, ['GET /a/x']],
  ['mounted by &&', { 'app.js': app("process.env.X && app.use('/a', require('./r'));"), 'r.js': `const r = module.exports = require('express').Router();\nr.get('/x', ${GET});` }, ['GET /a/x']],
  ['mounted by a choice', { 'app.js': app("app.use('/a', process.env.X ? require('./r') : require('./s'));"), 'r.js': `const r = module.exports = require('express').Router();\nr.get('/x', ${GET});`,
    's.js': `const r = module.exports = require('express').Router();\nr.get('/y', ${GET});` }, ['GET /a/x', 'GET /a/y']],
  ['mounted in either branch', { 'app.js': app("process.env.X ? app.use('/a', require('./r')) : app.use('/b', require('./r'));"), 'r.js': `const r = module.exports = require('express').Router();\n`
    + `r.get('/x', ${GET});` }, ['GET /a/x', 'GET /b/x']],
  ['spread arguments', { 'app.js': app(`const args = ['/x', ${GET}];\napp.get(...args);`) }, ['GET /x']],
  ['spread middleware', { 'app.js': app(`const all = require('./mw');\napp.get('/x', ...all, ${GET});`), 'mw.js': 'module.exports = [(req, res, next) => next()];' }, ['GET /x']],
  ['optional chaining', { 'app.js': app(`app?.get('/x', ${GET});\napp.get?.('/y', ${GET});`) }, ['GET /x', 'GET /y']],
  ['a circle of modules', { 'app.js': "const express = require('express');\nconst app = (module.exports = express());\nrequire('./r');\napp.listen(1);\n" +
        "", 'r.js': `const app = require('./app');\napp.get('/x', ${GET});` }, ['GET /x']],
  ['a module that loads itself', { 'app.js': app(`require('./app');\napp.get('/x', ${GET});`) }, ['GET /x']],
  ['an application of a module of its own', { 'server.js': "const app = require('./app');\nrequire('./r');\n" +
        "app.listen(1);", 'app.js': "module.exports = require('express')();", 'r.js': `require('./app').get('/x', ${GET});` }, ['GET /x']],
  ['a lazy singleton', { 'app.js': app("require('./c').get().use('/a', require('./r'));\napp.use(require('./c').get());"), 'c.js': "let r;\n" +
        "exports.get = () => { if (!r) r = require('express').Router(); return r; };",
    'r.js': `const r = module.exports = require('express').Router();\nr.get('/x', ${GET});` }, ['GET /a/x']],
  ['an await between', { 'app.js': "const express = require('express');\n(async () => {\n  const app = express();\n  await require('./r').load(app);\n  app.listen(1);\n" +
        "})();", 'r.js': `exports.load = async (app) => { await 1; app.get('/x', ${GET}); };` }, ['GET /x']],
  ['a main function', { 'app.js': `const express = require('express');\nfunction main() { const app = express(); register(app); app.listen(1); }\n` +
        `function register(a) { a.get('/x', ${GET}); }\nmain();` }, ['GET /x']],
  ['Map of routers', { 'app.js': app("const all = new Map([['/a', require('./r')]]);\n" +
        "for (const [path, router] of all) app.use(path, router);"), 'r.js': `const r = module.exports = require('express').Router();\nr.get('/x', ${GET});` }, ['GET /a/x']],
  ['Object.assign of tables', { 'app.js': app(`const all = Object.assign({}, { '/a': ${GET} }, require('./more'));\n` +
        `for (const path of Object.keys(all)) app.get(path, all[path]);`), 'more.js': `module.exports = { '/b': ${GET} };` }, ['GET /a', 'GET /b']],
];
for (const [name, files, routes] of table)
  test(`routes across files: ${name}`, () => {
    assert.deepEqual(routesOf(files).map((line) => line.split(' ').slice(0, 2).join(' ')).sort(), routes);
  });
