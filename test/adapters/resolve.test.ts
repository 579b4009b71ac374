import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filePath } from '../../server/src/core/text/source.js';
import { engineOver } from '../support/analyse.js';
import { routesOf } from './routes.js';

/** What stands where routes are: a router with one route, in the way the file's name asks for. */
const ROUTER = "import { Router } from 'express';\nconst router = Router();\nrouter.get('/x', (req, res) => res.end());\nexport default router;\nexport { router };\n";
const COMMON = "const { Router } = require('express');\nconst router = Router();\nrouter.get('/x', (req, res) => res.end());\nmodule.exports = router;\n";
/** An application that mounts what a name leads to. */
const app = (specifier: string): string => `import express from 'express';\nimport router from '${specifier}';\nconst app = express();\napp.use('/api', router);\napp.listen(1);\n`;
const required = (specifier: string): string => `const express = require('express');\nconst app = express();\napp.use('/api', require('${specifier}'));\napp.listen(1);\n`;

/** A name of a module, the files around it, and the file it must lead to; `undefined` where it must lead nowhere. */
type Line = readonly [name: string, app: readonly [path: string, text: string], files: Readonly<Record<string, string>>, target: string | undefined];
const tsconfig = (options: unknown, more: object = {}): string => JSON.stringify({ compilerOptions: options, ...more });
const table: readonly Line[] = [
  ['a file by its whole name', ['app.ts', app('./r.ts')], { 'r.ts': ROUTER }, 'r.ts'],
  ['.js is written for .ts', ['app.ts', app('./r.js')], { 'r.ts': ROUTER }, 'r.ts'],
  ['.mjs is written for .mts', ['app.mts', app('./r.mjs')], { 'r.mts': ROUTER }, 'r.mts'],
  ['.cjs is written for .cts', ['app.ts', app('./r.cjs')], { 'r.cts': ROUTER }, 'r.cts'],
  ['.jsx is written for .tsx', ['app.ts', app('./r.jsx')], { 'r.tsx': ROUTER }, 'r.tsx'],
  ['a name without extension', ['app.js', required('./r')], { 'r.cjs': COMMON }, 'r.cjs'],
  ['a dot in the name is no extension', ['app.js', required('./r.v1')], { 'r.v1.js': COMMON }, 'r.v1.js'],
  ['a folder by its index', ['app.js', required('./r')], { 'r/index.js': COMMON }, 'r/index.js'],
  ['a file before the folder of its name', ['app.js', required('./r')], { 'r/index.js': '', 'r.js': COMMON }, 'r.js'],
  ['a folder, said by a slash', ['app.js', required('./r/')], { 'r/index.js': COMMON, 'r.js': '' }, 'r/index.js'],
  ['the folder itself', ['src/app.js', required('.')], { 'src/index.js': COMMON }, 'src/index.js'],
  ['the folder above', ['src/app.js', required('..')], { 'index.js': COMMON }, 'index.js'],
  ['a folder by the main of its package.json', ['app.js', required('./r')], { 'r/package.json': '{"main":"lib/start"}', 'r/lib/start.js': COMMON, 'r/index.js': '' }, 'r/lib/start.js'],
  ['a main that is not there, by the index', ['app.js', required('./r')], { 'r/package.json': '{"main":"none.js"}', 'r/index.js': COMMON }, 'r/index.js'],
  ['sources beside their compiled twins: TypeScript', ['app.ts', app('./r')], { 'r.ts': ROUTER, 'r.js': '' }, 'r.ts'],
  ['sources beside their compiled twins: JavaScript', ['app.js', required('./r')], { 'r.ts': '', 'r.js': COMMON }, 'r.js'],
  ['a built file by its source', ['index.js', required('./dist/r.js')], { 'src/r.ts': ROUTER }, 'src/r.ts'],
  ['another letter case', ['app.js', required('./Routes/R')], { 'routes/r.js': COMMON }, 'routes/r.js'],
  ['two spellings of one file', ['src/app.js', required('../src/./a/../r.js')], { 'src/r.js': COMMON }, 'src/r.js'],
  ['nowhere', ['src/app.js', required('../../../r')], { 'r.js': COMMON }, undefined],

  ['paths with a star', ['src/app.ts', app('@/r')], { 'tsconfig.json': tsconfig({ baseUrl: '.', paths: { '@/*': ['src/*'] } }), 'src/r.ts': ROUTER }, 'src/r.ts'],
  ['paths without baseUrl', ['src/app.ts', app('@/r')], { 'tsconfig.json': tsconfig({ paths: { '@/*': ['./src/*'] } }), 'src/r.ts': ROUTER }, 'src/r.ts'],
  ['paths, exactly', ['src/app.ts', app('router')], { 'tsconfig.json': tsconfig({ paths: { router: ['./src/r.ts'] } }), 'src/r.ts': ROUTER }, 'src/r.ts'],
  ['paths, the longest text before the star', ['src/app.ts', app('@a/b/r')], { 'tsconfig.json': tsconfig({ paths: { '@a/*': ['./x/*'], '@a/b/*': ['./y/*'] } }), 'x/b/r.ts': '', 'y/r.ts': ROUTER }, 'y/r.ts'],
  ['paths, the second target', ['src/app.ts', app('@/r')], { 'tsconfig.json': tsconfig({ paths: { '@/*': ['./none/*', './src/*'] } }), 'src/r.ts': ROUTER }, 'src/r.ts'],
  ['paths to a folder', ['src/app.ts', app('@routes')], { 'tsconfig.json': tsconfig({ paths: { '@routes': ['./src/routes'] } }), 'src/routes/index.ts': ROUTER }, 'src/routes/index.ts'],
  ['paths with .js for .ts', ['src/app.ts', app('@/r.js')], { 'tsconfig.json': tsconfig({ paths: { '@/*': ['./src/*'] } }), 'src/r.ts': ROUTER }, 'src/r.ts'],
  ['comments and trailing commas', ['src/app.ts', app('@/r')], { 'tsconfig.json': '\uFEFF{ // names\n "compilerOptions": { /* all */ "paths": { "@/*": ["./src/*",], }, }, }', 'src/r.ts': ROUTER }, 'src/r.ts'],
  ['jsconfig.json', ['src/app.js', app('@/r')], { 'jsconfig.json': tsconfig({ paths: { '@/*': ['./src/*'] } }), 'src/r.js': ROUTER }, 'src/r.js'],
  ['baseUrl', ['src/app.ts', app('routes/r')], { 'tsconfig.json': tsconfig({ baseUrl: './src' }), 'src/routes/r.ts': ROUTER }, 'src/routes/r.ts'],
  ['extends', ['src/app.ts', app('@/r')], { 'tsconfig.json': '{"extends":"./config/base"}', 'config/base.json': tsconfig({ paths: { '@/*': ['../src/*'] } }), 'src/r.ts': ROUTER }, 'src/r.ts'],
  ['extends, several: the later one', ['src/app.ts', app('@/r')], { 'tsconfig.json': '{"extends":["./a.json","./b.json"]}', 'a.json': tsconfig({ paths: { '@/*': ['./none/*'] } }),
    'b.json': tsconfig({ paths: { '@/*': ['./src/*'] } }), 'src/r.ts': ROUTER }, 'src/r.ts'],
  ['extends in circles', ['src/app.ts', app('@/r')], { 'tsconfig.json': '{"extends":"./b.json"}', 'b.json': '{"extends":"./tsconfig.json","compilerOptions":{"paths":{"@/*":["./src/*"]}}}', 'src/r.ts': ROUTER }, 'src/r.ts'],
  ['extends a package of the project', ['app/app.ts', app('@/r')], { 'app/tsconfig.json': '{"extends":"@my/config/base.json"}', 'config/package.json': '{"name":"@my/config"}',
    'config/base.json': tsconfig({ paths: { '@/*': ['${configDir}/src/*'] } }), 'app/src/r.ts': ROUTER }, 'app/src/r.ts'],
  ['a configuration it refers to', ['src/app.ts', app('@/r')], { 'tsconfig.json': '{"files":[],"references":[{"path":"./tsconfig.app.json"}]}', 'tsconfig.app.json': tsconfig({ paths: { '@/*': ['./src/*'] } }),
    'src/r.ts': ROUTER }, 'src/r.ts'],
  ['the nearest configuration', ['a/app.ts', app('@/r')], { 'tsconfig.json': tsconfig({ paths: { '@/*': ['./x/*'] } }), 'a/tsconfig.json': tsconfig({ paths: { '@/*': ['./y/*'] } }), 'x/r.ts': '', 'a/y/r.ts': ROUTER }, 'a/y/r.ts'],
  ['an alias that leads nowhere', ['src/app.ts', app('@/none')], { 'tsconfig.json': tsconfig({ paths: { '@/*': ['./src/*'] } }), 'src/r.ts': ROUTER }, undefined],
  ['module-alias', ['app.js', required('@routes/r')], { 'package.json': '{"_moduleAliases":{"@routes":"src/routes"}}', 'src/routes/r.js': COMMON }, 'src/routes/r.js'],

  ['imports', ['src/app.js', app('#r')], { 'package.json': '{"imports":{"#r":"./lib/r.js"}}', 'lib/r.js': ROUTER }, 'lib/r.js'],
  ['imports with a star', ['src/app.js', app('#in/r.js')], { 'package.json': '{"imports":{"#in/*":"./lib/*"}}', 'lib/r.js': ROUTER }, 'lib/r.js'],
  ['imports under conditions, nested', ['src/app.js', app('#r')], { 'package.json': '{"imports":{"#r":{"browser":"./b.js","node":{"import":"./lib/r.js","require":"./c.js"}}}}', 'lib/r.js': ROUTER, 'b.js': '', 'c.js': '' }, 'lib/r.js'],
  ['imports for require', ['src/app.js', required('#r')], { 'package.json': '{"imports":{"#r":{"import":"./i.js","require":"./lib/r.js"}}}', 'lib/r.js': COMMON, 'i.js': '' }, 'lib/r.js'],
  ['imports that are closed', ['src/app.js', app('#in/r.js')], { 'package.json': '{"imports":{"#in/*":"./lib/*","#in/r.js":null}}', 'lib/r.js': ROUTER }, undefined],
  ['imports of a built file', ['src/app.ts', app('#r')], { 'package.json': '{"imports":{"#r":"./dist/r.js"}}', 'src/r.ts': ROUTER }, 'src/r.ts'],
  ['the own name', ['src/app.js', app('me/r')], { 'package.json': '{"name":"me","exports":{"./r":"./lib/r.js"}}', 'lib/r.js': ROUTER }, 'lib/r.js'],
  ['the own name, not exported', ['src/app.js', app('me/r')], { 'package.json': '{"name":"me","exports":{".":"./lib/r.js"}}', 'lib/r.js': ROUTER }, undefined],

  ['a package of the project', ['app/app.js', app('@my/r')], { 'package.json': '{"workspaces":["packages/*"]}', 'packages/r/package.json': '{"name":"@my/r","main":"r.js"}', 'packages/r/r.js': ROUTER }, 'packages/r/r.js'],
  ['a package without main', ['app/app.js', app('@my/r')], { 'r/package.json': '{"name":"@my/r"}', 'r/index.js': ROUTER }, 'r/index.js'],
  ['a package by its source', ['app/app.ts', app('@my/r')], { 'r/package.json': '{"name":"@my/r","main":"dist/index.js"}', 'r/src/index.ts': ROUTER }, 'r/src/index.ts'],
  ['a package by its source, built for both', ['app/app.ts', app('@my/r')], { 'r/package.json': '{"name":"@my/r","main":"dist/cjs/index.js"}', 'r/src/index.ts': ROUTER }, 'r/src/index.ts'],
  ['exports by their source', ['app/app.ts', app('@my/r')], { 'r/package.json': '{"name":"@my/r","exports":{".":{"types":"./dist/index.d.ts","import":"./dist/index.js"}}}', 'r/src/index.ts': ROUTER }, 'r/src/index.ts'],
  ['exports under a condition of the project', ['app/app.ts', app('@my/r')], { 'r/package.json': '{"name":"@my/r","exports":{".":{"@my/source":"./code/r.ts","default":"./made/r.js"}}}', 'r/code/r.ts': ROUTER }, 'r/code/r.ts'],
  ['a file of a package', ['app/app.ts', app('@my/r/routes/a')], { 'r/package.json': '{"name":"@my/r"}', 'r/routes/a.ts': ROUTER }, 'r/routes/a.ts'],
  ['a file of a package by its source', ['app/app.ts', app('@my/r/dist/a')], { 'r/package.json': '{"name":"@my/r"}', 'r/src/a.ts': ROUTER }, 'r/src/a.ts'],
  ['a subpath that is exported with a star', ['app/app.ts', app('@my/r/a')], { 'r/package.json': '{"name":"@my/r","exports":{"./*":"./src/*.ts"}}', 'r/src/a.ts': ROUTER }, 'r/src/a.ts'],
  ['a package of no name here', ['app/app.js', app('@my/other')], { 'r/package.json': '{"name":"@my/r"}', 'r/index.js': ROUTER }, undefined],
];
for (const [name, [path, text], files, target] of table)
  test(`a name leads to its file: ${name}`, () => {
    const routes = routesOf({ [path]: text, ...files });
    const mounted = routes.filter((line) => line.startsWith('GET /api/x '));
    assert.deepEqual(mounted, target === undefined ? [] : [`GET /api/x unguarded ${target}:3`], routes.join('\n'));
  });

test('packages of one name, equally near: which is meant nobody can tell', () => {
  const routes = routesOf({ 'app/app.js': app('@my/r'), 'a/package.json': '{"name":"@my/r"}', 'a/index.js': ROUTER, 'b/package.json': '{"name":"@my/r"}', 'b/index.js': ROUTER });
  assert.ok(!routes.some((line) => line.startsWith('GET /api/x ')), routes.join('\n'));
});
test('the sources of a framework do not take its name away', () => {
  const routes = routesOf({ 'package.json': '{"name":"express"}', 'index.js': 'module.exports = function () {};\n',
    'app.js': "const express = require('express');\nconst app = express();\napp.get('/x', (req, res) => res.end());\napp.listen(1);\n" });
  assert.deepEqual(routes, ['GET /x unguarded app.js:3']);
});
test('data are read as they are written: paths in a JSON file', () => {
  const json = '{ "prefix": "/v1", "routes": [{ "path": "/a", "method": "get" }, { "path": "/b", "method": "post" }] }';
  const loop = 'for (const route of data.routes) app[route.method](data.prefix + route.path, (req, res) => res.end());\napp.listen(1);\n';
  const wanted = ['GET /v1/a', 'POST /v1/b'];
  for (const load of ["const data = require('./routes.json');", "import data from './routes.json' with { type: 'json' };", "const data = require('./routes');"]) {
    const routes = routesOf({ 'app.js': `import express from 'express';\n${load}\nconst app = express();\n${loop}`, 'routes.json': json });
    assert.deepEqual(routes, wanted.map((line) => `${line} unguarded app.js:4`), load);
  }
});

/** Why routes may be missing, with the line. */
function gapsOf(files: Readonly<Record<string, string>>): readonly string[] {
  const texts = new Map(Object.entries(files).map(([path, text]) => [filePath(path), text]));
  return engineOver(texts).gaps().map(({ at, why }) => `${at.path}:${(texts.get(at.path) ?? '').slice(0, at.span.start).split('\n').length} ${why}`);
}
test('an own module that leads nowhere may hold routes; a package of a known name does not', () => {
  const use = (specifier: string): string => `const express = require('express');\nconst app = express();\napp.use('/api', require('${specifier}'));\napp.listen(1);\n`;
  const give = (specifier: string): string => `const express = require('express');\nconst { createServer } = require('${specifier}');\nconst app = express();\ncreateServer(app);\napp.listen(1);\n`;
  for (const specifier of ['./none', '@/none', '#none', '~/none']) {
    assert.deepEqual(gapsOf({ 'app.js': use(specifier) }), [`app.js:3 what is registered by ${specifier} is not known: no such file was read`]);
    assert.deepEqual(gapsOf({ 'app.js': give(specifier) }), [`app.js:4 nobody can tell what ${specifier}.createServer does with the application`]);
  }
  assert.equal(gapsOf({ 'tsconfig.json': '{"compilerOptions":{"paths":{"app/*":["./src/*"]}}}', 'app.js': use('app/none') }).length, 1);
  assert.equal(gapsOf({ 'p/package.json': '{"name":"mine","main":"none"}', 'app.js': use('mine') }).length, 1);
  for (const specifier of ['http', 'node:http', 'cors']) assert.deepEqual([gapsOf({ 'app.js': use(specifier) }), gapsOf({ 'app.js': give(specifier) })], [[], []], specifier);
});
