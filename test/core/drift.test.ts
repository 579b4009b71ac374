import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEngine, type Engine } from '../../server/src/core/engine.js';
import { defaultPolicy, type Policy } from '../../server/src/core/policy/policy.js';
import { filePath, type FilePath } from '../../server/src/core/text/source.js';
import { work } from '../support/worked.js';

type Texts = Readonly<Record<string, string>>;
const DRIFT = /^spec\/(shadow-endpoint|undocumented-method|zombie-endpoint|security-mismatch)$/;
const HANDLER = '(req, res) => res.json({ ok: true })';

/** A document with these operations, as `GET /a`. */
function document(operations: readonly string[], head = ''): string {
  const paths = new Map<string, string[]>();
  for (const one of operations) {
    const [method = '', path = '', security] = one.split(' ');
    const needs = security === undefined ? '' : `security: [{ ${security}: [] }], `;
    paths.set(path, [...(paths.get(path) ?? []), `    ${method.toLowerCase()}: { ${needs}responses: { default: { description: any } } }`]);
  }
  return `openapi: 3.0.3\ninfo: { title: T, version: 1.0.0 }\n${head}paths:\n${[...paths].map(([path, lines]) => `  ${path}:\n${lines.join('\n')}`).join('\n')}\n`;
}
/** An Express application with these routes. */
function app(routes: readonly string[], head = ''): string {
  return `const express = require('express');\nconst app = express();\n${head}${on('app', routes)}app.listen(3000);\n`;
}
function on(name: string, routes: readonly string[]): string {
  return routes.map((one) => one.split(' ')).map(([method = '', path = '']) => `${name}.${method.toLowerCase()}('${path}', ${HANDLER});\n`).join('');
}
/** The operations below a prefix. */
function below(prefix: string, routes: readonly string[]): readonly string[] {
  return routes.map((one) => one.replace(' ', ` ${prefix}`));
}
function engineOf(texts: Texts, policy: Partial<Policy> = {}): Engine {
  const engine = createEngine();
  engine.apply({ set: Object.entries(texts).map(([path, text]) => ({ path: filePath(path), text, revision: 1 })), policies: new Map([['', { ...defaultPolicy, ...policy }]]), today: '2026-11-28' });
  worked(engine);
  return engine;
}
function worked(engine: Engine): readonly FilePath[] {
  return [...work(engine)].sort();
}
/** Rules about drift, with the file and the start of their messages. */
function drift(engine: Engine): readonly string[] {
  const found = engine.files().flatMap((path) => engine.findings(path)).filter(({ rule, state }) => DRIFT.test(rule) && state === 'open');
  return found.map(({ rule, at, explanation }) => `${rule.slice(5)} ${at.path} ${/[A-Z]+ \/[^ ,]*[^ ,.]/.exec(explanation.message)?.[0] ?? ''}`);
}
function driftOf(texts: Texts, policy?: Partial<Policy>): readonly string[] {
  return drift(engineOf(texts, policy));
}
function type(engine: Engine, path: string, text: string): readonly FilePath[] {
  engine.apply({ set: [{ path: filePath(path), text, revision: (engine.source(filePath(path))?.revision ?? 0) + 1 }] });
  return worked(engine);
}

const FOUR = ['GET /orders', 'POST /orders', 'GET /orders/{id}', 'DELETE /orders/{id}'];
const SERVED = ['GET /orders', 'POST /orders', 'GET /orders/:orderId', 'DELETE /orders/:orderId'];

const VARIABLES = 'servers: [{ url: "{scheme}://example.com/{base}/v2", variables: { scheme: { default: https }, base: { default: api } } }]\n';
const LIST = 'get: { responses: { default: { description: any } } }';
const VALIDATOR = "const v = require('express-openapi-validator');\napp.use(v.middleware({ apiSpec: 'openapi.yaml', operationHandlers: __dirname, validateResponses: true }));\n";
const AGREEING: readonly { readonly name: string; readonly texts: Texts }[] = [
  { name: 'the names of parameters and a last slash', texts: { 'app.js': app(['GET /orders/', 'POST /orders', 'GET /orders/:no', 'DELETE /orders/:what']), 'openapi.yaml': document(FOUR) } },
  { name: 'the path of an absolute server', texts: { 'app.js': app(below('/api/v1', SERVED)), 'openapi.yaml': document(FOUR, 'servers: [{ url: "https://example.com/api/v1/" }]\n') } },
  { name: 'a relative server', texts: { 'app.js': app(below('/api', SERVED)), 'openapi.yaml': document(FOUR, 'servers: [{ url: /api }]\n') } },
  { name: 'a server with variables', texts: { 'app.js': app(below('/api/v2', SERVED)), 'openapi.yaml': document(FOUR, VARIABLES) } },
  { name: 'the base path of version 2', texts: { 'app.js': app(below('/api', SERVED)), 'swagger.yaml': document(FOUR, 'basePath: /api\n').replace('openapi: 3.0.3', "swagger: '2.0'") } },
  { name: 'a proxy takes the base away', texts: { 'app.js': app(SERVED), 'openapi.yaml': document(FOUR, 'servers: [{ url: /api }]\n') } },
  { name: 'a prefix of the code that the document does not tell', texts: { 'app.js': app(below('/internal/api', SERVED)), 'openapi.yaml': document(FOUR) } },
  { name: 'a prefix of the document that the code does not have', texts: { 'app.js': app(SERVED), 'openapi.yaml': document(below('/shop/v1', FOUR)) } },
  { name: 'servers of a path', texts: { 'app.js': app([...SERVED, 'GET /files/list']), 'openapi.yaml': `${document(FOUR)}  /list:\n    servers: [{ url: /files }]\n    ${LIST}\n` } },
  { name: 'servers of an operation', texts: { 'app.js': app([...SERVED, 'GET /files/list']), 'openapi.yaml': `${document(FOUR)}  /list:\n    get: { servers: [{ url: /files }], responses: { default: { description: any } } }\n` } },
  { name: 'the rest of a path', texts: { 'app.js': app([...SERVED, 'GET /files/*']), 'openapi.yaml': document([...FOUR, 'GET /files/{path}']) } },
  { name: 'a last parameter that may be left out, or stand several times', texts: { 'app.js': app([...SERVED, 'GET /help/:command*?']), 'openapi.yaml': document([...FOUR, 'GET /help']) } },
  { name: 'versions in two documents', texts: { 'app.js': app([...below('/v1', SERVED), ...below('/v2', SERVED)]), 'docs/v1.yaml': document(FOUR, 'servers: [{ url: /v1 }]\n'), 'docs/v2.yaml': document(FOUR, 'servers: [{ url: /v2 }]\n') } },
  { name: 'a router that is mounted twice', texts: { 'app.js': app([], `const r = express.Router();\n${on('r', SERVED)}app.use('/api', r);\napp.use('/latest', r);\n`), 'openapi.yaml': document(FOUR, 'servers: [{ url: /api }]\n') } },
  { name: 'handlers found by their operation', texts: { 'app.js': app(SERVED, "const { initialize } = require('express-openapi');\n"), 'openapi.yaml': document([...FOUR, 'GET /more', 'PUT /orders/{id}']) } },
  { name: 'operations answered by functions of a folder', texts: { 'app.js': app([...SERVED, 'PUT /other'], VALIDATOR), 'openapi.yaml': document([...FOUR, 'GET /more']) } },
  { name: 'a document that is made of the code', texts: { 'app.js': app([...SERVED, 'PUT /other'], "const make = require('swagger-autogen');\n"), 'swagger.yaml': document(FOUR) } },
];
for (const { name, texts } of AGREEING) test(`code and document agree: ${name}`, () => assert.deepEqual(driftOf(texts), []));

test('every undocumented and every missing operation is named, and none is invented', () => {
  const code = app([...SERVED, 'PUT /orders/:orderId', 'POST /refunds', 'GET /healthz', 'OPTIONS /orders']);
  assert.deepEqual(driftOf({ 'src/app.js': code, 'docs/openapi.yaml': document([...FOUR, 'GET /orders/{id}/files']) }), [
    'zombie-endpoint docs/openapi.yaml GET /orders/{id}/files',
    'undocumented-method src/app.js PUT /orders/{orderId}',
    'shadow-endpoint src/app.js POST /refunds',
  ]);
});
test('services of one repository have a document each', () => {
  const other = ['GET /users', 'POST /users', 'GET /users/{id}', 'PUT /users/{id}'];
  const texts = {
    'services/a/package.json': '{}', 'services/a/src/app.js': app([...SERVED, 'GET /users']), 'services/a/openapi.yaml': document(FOUR),
    'services/b/package.json': '{}', 'services/b/src/app.js': app(other.map((one) => one.replace('{id}', ':id'))), 'services/b/openapi.yaml': document([...other, 'DELETE /users/{id}']),
  };
  assert.deepEqual(driftOf(texts), ['shadow-endpoint services/a/src/app.js GET /users', 'zombie-endpoint services/b/openapi.yaml DELETE /users/{id}']);
});
test('one document at the top may speak of several services', () => {
  const texts = { 'package.json': '{}', 'openapi.yaml': document([...FOUR, 'GET /users']), 'services/a/app.js': app(SERVED), 'services/b/app.js': app(['GET /users', 'POST /users']) };
  assert.deepEqual(driftOf(texts), ['undocumented-method services/b/app.js POST /users']);
});
test('the document of a client in another package is not that of the server', () => {
  const texts = { 'server/package.json': '{}', 'server/app.js': app(['GET /orders', 'GET /secret', 'POST /orders']), 'client/package.json': '{}', 'client/api.yaml': document(['GET /orders', 'GET /charges']) };
  assert.deepEqual(driftOf(texts), []);
});
test('the policy names the documents that count', () => {
  const texts = { 'app.js': app([...SERVED, 'GET /more', 'GET /less', 'GET /other', 'GET /last', 'GET /end']), 'api/main.yaml': document(FOUR.slice(0, 1)), 'api/old.yaml': document([...FOUR, 'GET /more']) };
  assert.equal(driftOf(texts, { spec: ['./api/main.yaml'] }).filter((one) => one.startsWith('shadow')).length, 7);
  assert.deepEqual(driftOf({ ...texts, 'app.js': app([...SERVED, 'GET /x']) }, { spec: ['api/old.yaml'] }), ['zombie-endpoint api/old.yaml GET /more', 'shadow-endpoint app.js GET /x']);
});
test('of several documents the one that has what lies beside is named', () => {
  const texts = { 'app.js': app([...SERVED, 'GET /users', 'GET /users/:id', 'PUT /users/:id/role', 'GET /orders/:id/lines']), 'docs/a.yaml': document(FOUR), 'docs/b.yaml': document(['GET /users', 'GET /users/{id}']) };
  const found = engineOf(texts).findings(filePath('app.js')).filter(({ rule }) => rule === 'spec/shadow-endpoint').map(({ explanation }) => explanation.message.split(':')[0]);
  assert.deepEqual(found, ['PUT /users/{id}/role is not in docs/b.yaml', 'GET /orders/{id}/lines is not in docs/a.yaml']);
});
test('a document of one area speaks of that area alone', () => {
  const others = ['GET /api/settings', 'PUT /api/settings', ...['a', 'b', 'c', 'd', 'e', 'f'].map((one) => `GET /pages/${one}`)];
  const texts = { 'app.js': app([...below('/api/radars', SERVED), 'PUT /api/radars/rain', ...others]), 'radars/openapi.yaml': document(FOUR, 'servers: [{ url: /api/radars }]\n') };
  assert.deepEqual(driftOf(texts), ['shadow-endpoint app.js PUT /api/radars/rain']);
});
test('the page at the top is not the top of an API elsewhere, and what is served where the document says is not served beside it', () => {
  const listed = document(['GET /', 'POST /', 'GET /{id}', 'GET /orders'], 'servers: [{ url: /api/radars }]\n');
  const texts = { 'app.js': app(['GET /api/radars', 'POST /api/radars', 'GET /api/radars/:id', 'GET /api/radars/orders', 'GET /orders', 'GET /']), 'openapi.yaml': listed };
  const operations = engineOf(texts).inventory().flatMap(({ method, path, operation }) => (operation ? [`${method} ${path}`] : []));
  assert.deepEqual(operations.sort(), ['GET /api/radars', 'GET /api/radars/orders', 'GET /api/radars/{id}', 'POST /api/radars']);
  const twice = app([], "const router = express.Router();\nrouter.get('/orders', h); router.get('/users', h); router.get('/refunds', h);\napp.use('/api', router); app.use('/', router);\n");
  assert.deepEqual(driftOf({ 'app.js': twice, 'openapi.yaml': document(['GET /orders', 'GET /users', 'GET /refunds'], 'servers: [{ url: /api }]\n') }), []);
});
test('routes that are registered while a promise is made', () => {
  const api = `class Api {
  constructor(app) { this.app = app; }
  start() { return new Promise(async (resolve) => { this.listen(); resolve(); }); }
  listen() { ${on('this.app', [...SERVED, 'GET /more']).replaceAll('\n', ' ')} }
}
module.exports = { Api };
`;
  const texts = { 'api.js': api, 'app.js': app([], "const { Api } = require('./api');\nconst api = new Api(app);\nPromise.all([api.start()]);\n"), 'openapi.yaml': document(FOUR) };
  assert.deepEqual(driftOf(texts), ['shadow-endpoint api.js GET /more']);
});
test('what cannot be seen claims nothing', () => {
  assert.deepEqual(driftOf({ 'app.js': app([...SERVED, 'GET /more']), 'openapi.yaml': document(FOUR).replace('paths:', 'paths:\n  : [') }), []);
  assert.deepEqual(driftOf({ 'app.js': app([...SERVED, 'GET /more']), 'openapi.yaml': 'openapi: 3.0.3\npaths:\n  $ref: ./paths.yaml\n' }), []);
  const gateway = document([...FOUR, 'GET /more']).replace('default: { description: any } } }', 'default: { description: any } }, x-amazon-apigateway-integration: { uri: x } }');
  assert.deepEqual(driftOf({ 'app.js': app(SERVED), 'openapi.yaml': gateway }), []);
  assert.deepEqual(driftOf({ 'app.js': app(SERVED, "app.use('/more', require('more-for-express'));\n"), 'openapi.yaml': document([...FOUR, 'GET /more/of']) }), []);
  assert.deepEqual(driftOf({ 'app.js': app(SERVED, "const base = require('./settings');\napp.get(base.path + '/more', (req, res) => res.end());\n"), 'openapi.yaml': document([...FOUR, 'GET /more']) }), []);
});

test('an edit of either side updates the findings of the other at once', () => {
  const code = app([...SERVED, 'POST /refunds']);
  const texts = { 'src/app.js': code, 'src/other.js': 'module.exports = 1;\n', 'openapi.yaml': document(FOUR) };
  const engine = engineOf(texts);
  assert.deepEqual(drift(engine), ['shadow-endpoint src/app.js POST /refunds']);
  assert.deepEqual(type(engine, 'openapi.yaml', document([...FOUR, 'POST /refunds'])), ['openapi.yaml', 'src/app.js']);
  assert.deepEqual(drift(engine), []);
  assert.deepEqual(type(engine, 'src/app.js', app(SERVED)), ['openapi.yaml', 'src/app.js']);
  assert.deepEqual(drift(engine), ['zombie-endpoint openapi.yaml POST /refunds']);
  assert.deepEqual(type(engine, 'src/app.js', app(SERVED, '// a comment\n')), ['src/app.js']);
  type(engine, 'src/app.js', code);
  assert.deepEqual(drift(engine), []);
});
test('a requirement that comes into the document is held against the code, and a guard that comes into the code against the document', () => {
  const engine = engineOf({ 'app.js': app(SERVED), 'openapi.yaml': document(FOUR) });
  assert.deepEqual(drift(engine), []);
  type(engine, 'openapi.yaml', document([...FOUR.slice(0, 3), 'DELETE /orders/{id} jwt']));
  assert.deepEqual(drift(engine), ['security-mismatch app.js DELETE /orders/{id}']);
  type(engine, 'app.js', app(SERVED, 'app.use((req, res, next) => { if (!req.user) return res.status(401).end(); next(); });\n'));
  assert.deepEqual(drift(engine), ['security-mismatch openapi.yaml GET /orders', 'security-mismatch openapi.yaml GET /orders/{id}']);
});
test('a document that comes and goes, and a file that makes routes of it', () => {
  const engine = engineOf({ 'app.js': app([...SERVED, 'POST /refunds']) });
  assert.deepEqual(drift(engine), []);
  type(engine, 'openapi.yaml', document(FOUR));
  assert.deepEqual(drift(engine), ['shadow-endpoint app.js POST /refunds']);
  type(engine, 'driven.js', "const { OpenAPIBackend } = require('openapi-backend');\n");
  assert.deepEqual(drift(engine), []);
  type(engine, 'driven.js', '// nothing\n');
  assert.deepEqual(drift(engine), ['shadow-endpoint app.js POST /refunds']);
  engine.apply({ remove: [filePath('openapi.yaml')] });
  worked(engine);
  assert.deepEqual(drift(engine), []);
});
test('the fix of a route nobody listed is an edit of the document, and both fall silent', () => {
  const engine = engineOf({ 'app.js': app([...SERVED, 'GET /orders/:no/lines']), 'openapi.yaml': document(FOUR, '# kept\n') });
  const [finding] = engine.findings(filePath('app.js')).filter(({ rule }) => rule === 'spec/shadow-endpoint');
  assert.ok(finding);
  const fix = engine.fixes(finding.at).find((one) => one.finding.fingerprint === finding.fingerprint)?.fix;
  assert.ok(fix);
  assert.deepEqual([...fix.edits.keys()], ['openapi.yaml']);
  const text = engine.source(filePath('openapi.yaml'))?.text ?? '';
  let after = text;
  for (const { span, text: insert } of [...(fix.edits.get(filePath('openapi.yaml')) ?? [])].sort((a, b) => b.span.start - a.span.start)) after = after.slice(0, span.start) + insert + after.slice(span.end);
  assert.ok(after.startsWith(text.trimEnd()), 'all that was there stays as it was');
  assert.match(after, /\n {2}\/orders\/\{id\}\/lines:\n {4}get:\n {6}parameters:\n/);
  type(engine, 'openapi.yaml', after);
  assert.deepEqual(drift(engine), []);
});

test('below a prefix nobody knows, what the document has is found and what it lacks is named', () => {
  const [operations, served] = [[...FOUR, 'GET /items', 'GET /items/{id}'], [...SERVED, 'GET /items', 'GET /items/:id']];
  const plugin = (routes: readonly string[]): string => `exports.register = async (expressApp) => {\n${on('expressApp', routes)}};\n`;
  const router = (routes: readonly string[]): string =>
    `const express = require('express');\nexports.createRouter = async () => {\n  const router = express.Router();\n${on('router', routes)}  return router;\n};\n`;
  for (const written of [plugin, router]) {
    const texts = { 'plugin.js': written([...served, 'PUT /orders', 'POST /orders/:id/void']), 'openapi.yaml': document([...operations, 'GET /elsewhere']) };
    assert.deepEqual(driftOf(texts), ['undocumented-method plugin.js PUT /orders', 'shadow-endpoint plugin.js POST /orders/{id}/void']);
    const listed = engineOf(texts).inventory().map(({ method, path, documented }) => `${method} ${path} ${documented}`);
    const items = ['GET /{?}/items yes', 'GET /{?}/items/{id} yes'];
    assert.deepEqual(listed, [...items, 'GET /{?}/orders yes', 'POST /{?}/orders yes', 'PUT /{?}/orders no', 'POST /{?}/orders/{id}/void no', 'DELETE /{?}/orders/{orderId} yes', 'GET /{?}/orders/{orderId} yes']);
  }
  // Tops and parameters are alike everywhere, two paths say little, and so does a document with a prefix of its own.
  const top = { 'plugin.js': router(['GET /', 'GET /:id', 'DELETE /:id', 'GET /:id/:part', 'PUT /']), 'openapi.yaml': document(['GET /', 'GET /{id}', 'DELETE /{id}', 'GET /{id}/{part}']) };
  const few = { 'plugin.js': router(['GET /a', 'GET /b', 'PUT /a']), 'openapi.yaml': document(['GET /a', 'GET /b']) };
  const prefixed = { 'plugin.js': router(['GET /', 'GET /a', 'GET /b', 'GET /c', 'PUT /a']), 'openapi.yaml': document(['GET /orders', 'GET /orders/a', 'GET /orders/b', 'GET /orders/c']) };
  const half = { 'plugin.js': router([...served, 'GET /x', 'GET /y', 'GET /z']), 'openapi.yaml': document(operations) };
  for (const texts of [top, few, prefixed, half]) assert.deepEqual(driftOf(texts), []);
  // The document is that of the application beside it.
  assert.deepEqual(driftOf({ 'app.js': app(served), 'old/plugin.js': router([...served, 'PUT /orders']), 'openapi.yaml': document(operations) }), []);
  // Two prefixes are two places.
  const parts = on('  app', served).split('\n').map((line, index) => line.replace("'/", `'/' + ${index < 2 ? 'first' : 'second'} + '/`)).join('\n');
  const split = `module.exports = (first, second) => {\n  const app = require('express')();\n${parts}  app.put('/' + second + '/orders', () => {});\n  app.listen(1);\n};\n`;
  assert.deepEqual(driftOf({ 'app.js': split, 'openapi.yaml': document(operations) }), []);
});

test('a path that code takes from the document is followed as the document is typed', () => {
  const written = (path: string): string => `{ "openapi": "3.0.3", "info": { "title": "T", "version": "1" }, "paths": { "/a": { "x-path": "${path}", "get": { "responses": {} } } } }`;
  const engine = engineOf({ 'app.js': app([], `app.get(require('./openapi.json').paths['/a']['x-path'], ${HANDLER});\n`), 'openapi.json': written('/a') });
  const paths = (): readonly string[] => engine.inventory().map(({ path }) => path);
  assert.deepEqual(paths(), ['/a']);
  type(engine, 'openapi.json', written('/b'));
  assert.deepEqual(paths(), ['/b']);
  assert.deepEqual(engine.missing(), []);
});
