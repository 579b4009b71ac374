import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filePath, type FilePath } from '../../server/src/core/text/source.js';
import { allFindings, engineOver } from '../support/analyse.js';

const START = "const express = require('express');\nconst cors = require('cors');\n";
const ROUTES = "\napp.get('/me', (req, res) => res.json(load(req)));\napp.post('/me', requireAuth, (req, res) => res.json(save(req)));\napp.listen(1);\n";
const WILD = '{ "cors": { "origin": true, "credentials": true } }';
const TAME = '{ "cors": { "origin": ["https://app.acme.dev"], "credentials": true } }';

/** The rule and the marked text of each CORS finding, in whichever file. */
function corsOf(code: string, others: Readonly<Record<string, string>> = {}): readonly string[] {
  return corsIn(`const app = express();\n${code}${ROUTES}`, others);
}
function corsIn(code: string, others: Readonly<Record<string, string>>): readonly string[] {
  const files = new Map<FilePath, string>([[filePath('src/app.js'), START + code], ...Object.entries(others).map(([path, text]) => [filePath(path), text] as const)]);
  return allFindings(engineOver(files), files).filter(({ rule }) => rule.startsWith('cors/')).map(({ rule, at }) => `${rule} ${files.get(at.path)?.slice(at.span.start, at.span.end)}`);
}
const ANY = 'cors/credentials-any-origin';

test('options that a JSON file holds are told where code uses them, however it is read', () => {
  assert.deepEqual(corsOf("app.use(cors(require('../settings.json').cors));", { 'settings.json': WILD }), [`${ANY} require('../settings.json').cors`]);
  assert.deepEqual(corsOf("const fs = require('fs');\nconst path = require('path');\nconst settings = JSON.parse(fs.readFileSync(path.join(__dirname, '..', 'settings.json'), 'utf8'));\n" +
    "app.use(cors(settings.cors));", { 'settings.json': WILD }), [`${ANY} settings.cors`]);
  assert.deepEqual(corsOf("const { readFileSync } = require('node:fs');\nconst settings = JSON.parse(readFileSync(process.env.SETTINGS || './settings.json').toString());\n" +
    "app.use(cors(settings.cors));", { 'settings.json': WILD }), [`${ANY} settings.cors`]);
  assert.deepEqual(corsOf("app.use(cors(require('../settings.json').cors));", { 'settings.json': TAME }), []);
});

test('the package config reads its default file with that of production over it, and the environment over both', () => {
  const code = "const config = require('config');\napp.use(cors(config.get('cors')));";
  assert.deepEqual(corsOf(code, { 'config/default.json': WILD }), [`${ANY} config.get('cors')`]);
  assert.deepEqual(corsOf(code, { 'config/default.json': TAME, 'config/production.json': '{ "cors": { "origin": true } }' }), [`${ANY} config.get('cors')`]);
  assert.deepEqual(corsOf(code, { 'config/default.yaml': 'cors:\n  origin: true\n  credentials: true\n' }), [`${ANY} config.get('cors')`]);
  assert.deepEqual(corsOf(code, { 'config/default.json': WILD, 'config/production.json': '{ "cors": { "origin": ["https://app.acme.dev"] } }' }), []);
  assert.deepEqual(corsOf(code, { 'config/default.json': WILD, 'config/custom-environment-variables.json': '{ "cors": "CORS" }' }), []);
});

test('options are what a function of the project returns, frozen or joined with others', () => {
  assert.deepEqual(corsOf('function options() {\n  return { origin: true, credentials: true };\n}\napp.use(cors(options()));'), [`${ANY} true`]);
  assert.deepEqual(corsOf('const options = () => Object.freeze({ origin: true, credentials: true });\napp.use(cors(options()));'), [`${ANY} true`]);
  assert.deepEqual(corsOf("const { merge } = require('lodash');\nconst base = { cors: { origin: ['https://app.acme.dev'], credentials: true } };\napp.use(cors(merge({}, base, { cors: { origin: true } }).cors));"), [`${ANY} true`]);
  assert.deepEqual(corsOf("const base = { origin: true, credentials: true };\napp.use(cors(Object.assign({}, base, { origin: 'https://app.acme.dev' })));"), []);
  assert.deepEqual(corsOf("function options(isOpen) {\n  if (isOpen) return { origin: true, credentials: true };\n  return { origin: 'https://app.acme.dev' };\n}\napp.use(cors(options(flag)));"), []);
  assert.deepEqual(corsOf('function options() {\n  return options();\n}\napp.use(cors(options()));'), []);
});

test('a setting that is off in production switches off what stands under it', () => {
  const code = "const config = require('config');\nconst open = config.has('open') && config.get('open.cors');\nif (open) app.use(cors({ origin: true, credentials: true }));";
  assert.deepEqual(corsOf(code, { 'config/default.json': '{ "open": { "cors": true } }', 'config/production.json': '{ "open": { "cors": false } }' }), []);
  assert.deepEqual(corsOf(code, { 'config/default.json': '{ "open": { "cors": true } }' }), [`${ANY} true`]);
});

test('what the one caller hands to a function that makes the application is known in it', () => {
  const create = "module.exports = function create(config, { limits }) {\n  const app = express();\n" +
    "  app.use(cors({ origin: config.cors.origins, credentials: config.cors.credentials }));\n  app.get('/me', requireAuth, (req, res) => res.json(load(req)));\n  return app;\n};";
  const files = (main: string): Readonly<Record<string, string>> => ({ 'server.js': main, 'config.js': "module.exports = { cors: { origins: true, credentials: true } };" });
  assert.deepEqual(corsIn(create, files("require('./src/app')(require('./config'), { limits: {} }).listen(3000);")), [`${ANY} config.cors.origins`]);
  assert.deepEqual(corsIn(create, files("const create = require('./src/app');\ncreate(require('./config'), {}).listen(1);\ncreate(load(), {}).listen(2);")), []);
  assert.deepEqual(corsIn(create, files("require('./src/app')(settings, {}).listen(3000);")), []);
});

test('of a table of stages what runs in production counts', () => {
  const stages = "const stages = { development: { cors: { origin: 'http://localhost:5173' } }, production: { cors: { origin: true, credentials: true } } };\n";
  assert.deepEqual(corsOf(`${stages}app.use(cors(stages[process.env.NODE_ENV].cors));`), [`${ANY} true`]);
  assert.deepEqual(corsOf(`${stages}const stage = stages[process.env.NODE_ENV || 'development'] || stages.development;\napp.use(cors(stage.cors));`), [`${ANY} true`]);
  assert.deepEqual(corsOf(`${stages}app.use(cors(stages[process.env.REGION].cors));`), []);
});
