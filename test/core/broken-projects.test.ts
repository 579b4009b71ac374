import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filePath } from '../../server/src/core/text/source.js';
import { routesOf } from '../adapters/routes.js';
import { engineOver } from '../support/analyse.js';

const ROUTER = "const router = require('express').Router();\n";
const PROJECT: Readonly<Record<string, string>> = {
  'app.js': "const app = require('express')();\napp.use('/good', require('./good'));\napp.use('/broken', require('./broken'));\napp.get('/x', (req, res) => res.end());\napp.listen(1);",
  'good.js': `${ROUTER}router.get('/y', (req, res) => res.end());\nmodule.exports = router;`,
};
function gapsOf(files: Readonly<Record<string, string>>): readonly string[] {
  const texts = new Map(Object.entries(files).map(([path, text]) => [filePath(path), text]));
  return engineOver(texts).gaps().map(({ at, why }) => `${at.path}: ${why}`);
}
const ALL_ELSE = ['GET /good/y unguarded good.js:2', 'GET /x unguarded app.js:4'];

test('a file that does not parse costs only its own routes, and is named', () => {
  for (const broken of [`${ROUTER}router.get('/z', ((((\nmodule.exports = router;`, `${ROUTER}}}}} )) router.put(\`\${ `, "import express from 'express';\nconst \u0000 = {{{[[["]) {
    const files = { ...PROJECT, 'broken.js': broken };
    const found = routesOf(files);
    for (const line of ALL_ELSE) assert.ok(found.includes(line), line);
    assert.ok(found.every((line) => ALL_ELSE.includes(line) || line.includes('broken.js')), found.join('\n'));
    assert.ok(gapsOf(files).some((gap) => gap === 'broken.js: the file does not parse here'), gapsOf(files).join('\n'));
  }
});
test('a broken file that registers nothing is not named', () => {
  assert.deepEqual(gapsOf({ 'good.js': `${ROUTER}router.get('/y', (req, res) => res.end());\nmodule.exports = router;`, 'view.js': 'document.get(((' }).filter((gap) => gap.startsWith('view.js')), []);
});
test('modules that import each other in a circle end, each route once per mount', () => {
  const files = {
    'app.js': "const app = require('express')();\napp.use('/a', require('./a'));\napp.listen(1);",
    'a.js': `${ROUTER}module.exports = router;\nconst b = require('./b');\nrouter.get('/one', (req, res) => res.end());\nrouter.use('/b', b);`,
    'b.js': `${ROUTER}module.exports = router;\nconst a = require('./a');\nrouter.get('/two', (req, res) => res.end());\nrouter.use('/a', a);`,
  };
  assert.deepEqual(routesOf(files), ['GET /a/b/two unguarded b.js:4', 'GET /a/one unguarded a.js:4']);
  assert.ok(gapsOf(files).some((gap) => gap.includes('routers mount each other')));
});
test('five thousand routes in fifty routers are all there, with their chains', () => {
  const files: Record<string, string> = { 'app.js': `const app = require('express')();\nconst check = (req, res, next) => (req.user ? next() : res.sendStatus(401));\n` };
  for (let file = 0; file < 50; file++) {
    const routes = Array.from({ length: 100 }, (_, index) => `router.${index % 2 ? 'put' : 'get'}('/r${index}/:id', (req, res) => res.end());`);
    files[`r${file}.js`] = `${ROUTER}${routes.join('\n')}\nmodule.exports = router;`;
    files['app.js'] += `app.use('/m${file}', ${file % 2 ? 'check, ' : ''}require('./r${file}'));\n`;
  }
  files['app.js'] += 'app.listen(1);';
  const found = routesOf(files);
  assert.equal(found.length, 5000);
  assert.equal(found.filter((line) => line.includes(' guarded ')).length, 2500);
  assert.ok(found.every((line) => /^(GET|PUT) \/m\d+\/r\d+\/\{id\} (guarded|unguarded) r\d+\.js:\d+$/.test(line)));
});
