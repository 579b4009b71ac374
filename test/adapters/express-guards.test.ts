import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routesOf } from './routes.js';

/** The guard state of `GET /x` behind some code. */
function stateOf(code: string, others: Readonly<Record<string, string>> = {}): string | undefined {
  const routes = routesOf({ 'app.js': `const express = require('express');\nconst app = express();\n${code}\napp.listen(1);`, ...others });
  return routes.find((line) => line.startsWith('GET /x '))?.split(' ')[2];
}
const handler = '(req, res) => res.json(data)';

test('a guard stands for a route only under the branches the route stands in too', () => {
  const guard = "app.use((req, res, next) => { if (!req.user) return res.status(401).end(); next(); });";
  assert.equal(stateOf(`${guard}\napp.get('/x', ${handler});`), 'guarded');
  assert.equal(stateOf(`if (config.auth) { ${guard} }\napp.get('/x', ${handler});`), 'unknown');
  assert.equal(stateOf(`if (config.auth) { ${guard}\napp.get('/x', ${handler}); }`), 'guarded');
  assert.equal(stateOf(`function setup(app) { ${guard} }\nif (config.auth) setup(app);\napp.get('/x', ${handler});`), 'unknown');
  assert.equal(stateOf(`const check = (req, res, next) => res.status(401).end();\napp.use(config.auth ? check : (req, res, next) => next());\napp.get('/x', ${handler});`), 'unknown');
});
test('the refusal may stand in another function or file', () => {
  const refuse = "module.exports.refuse = (req, res) => { res.status(401); res.end(); };";
  assert.equal(stateOf(`const { refuse } = require('./refuse');\napp.use((req, res, next) => { if (!req.headers['x-key']) return refuse(req, res); next(); });\napp.get('/x', ${handler});`, { 'refuse.js': refuse }), 'guarded');
  assert.equal(stateOf(`const deny = (req, res, next) => next(new errors.UnauthorizedError('no'));\napp.get('/x', (req, res, next) => { if (!req.session.user) return deny(req, res, next); res.json(data); });`), 'guarded');
  assert.equal(stateOf(`app.use((req, res, next) => { if (!req.member) return next(new errors.NoPermissionError({ message: 'no' })); next(); });\napp.get('/x', ${handler});`), 'guarded');
});
test('a name that reads like a guard proves nothing where the function was read and lets everybody pass', () => {
  assert.equal(stateOf(`const handleAuth = (req, res, next) => { if (!req.config) return next(); req.auth = read(req); return next(); };\napp.use(handleAuth);\napp.get('/x', ${handler});`), 'unguarded');
});
test('403 without a question who calls is a list of addresses or a switch, not a guard', () => {
  assert.equal(stateOf(`app.use((req, res, next) => { if (!allowList.includes(req.ip)) return res.status(403).end(); next(); });\napp.get('/x', ${handler});`), 'unknown');
  assert.equal(stateOf(`app.use((req, res, next) => { if (!req.user) return res.status(403).end(); next(); });\napp.get('/x', ${handler});`), 'guarded');
});
test('a wrapper of the project is looked through to the function it wraps', () => {
  const wrap = "module.exports = (fn) => (req, res, next) => Promise.resolve(fn(req, res, next)).catch(next);";
  const lenient = 'const authenticate = wrap(async (req, res, next) => { req.accountability = await read(req); return next(); });';
  const strict = "const authenticate = wrap(async (req, res, next) => { if (!req.user) return res.status(401).end(); return next(); });";
  for (const [code, state] of [[lenient, 'unguarded'], [strict, 'guarded']]) assert.equal(stateOf(`const wrap = require('./wrap');\n${code ?? ''}\napp.use(authenticate);\napp.get('/x', ${handler});`, { 'wrap.js': wrap }), state);
});
test('a check that lets some paths through leaves its routes unknown', () => {
  const check = "(req, res, next) => { if (open.includes(req.path) || req.path.startsWith('/public')) return next(); if (!req.user) return res.status(401).end(); next(); }";
  assert.equal(stateOf(`app.use(${check});\napp.get('/x', ${handler});`), 'unknown');
});
test('a factory that gives back one function or another leaves the route unknown', () => {
  const make = 'const make = (on) => { if (!on) return (req, res, next) => next(); return (req, res, next) => pipeline(req, res, next); };';
  assert.equal(stateOf(`${make}\napp.use(make(config.on));\napp.get('/x', ${handler});`), 'unknown');
});
