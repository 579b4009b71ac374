import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEngine, type Engine } from '../../server/src/core/engine.js';
import { filePath, type SourceFile } from '../../server/src/core/text/source.js';
import { routesOf } from './routes.js';

const HEAD = 'openapi: 3.0.3\ninfo: { title: Pets, version: 1.0.0 }\n';
const SCHEMES = 'components: { securitySchemes: { key: { type: apiKey, in: header, name: x-key } } }\n';
/** Answered by openapi-backend 5.21.2 below `apiRoot: /api` as it says here: run with express 5.2. */
const DOCUMENT = `${HEAD}servers: [{ url: /v9 }]
paths:
  /pets:
    get: { operationId: listPets, responses: { '200': { description: all } } }
    post: { operationId: addPet, security: [{ key: [] }], responses: { '201': { description: added } } }
  /pets/{id}:
    put: { operationId: putPet, security: [{ key: [] }, {}], responses: { '200': { description: put } } }
    delete: { operationId: dropPet, security: [{ key: [] }], responses: { '204': { description: gone } } }
${SCHEMES}`;
const HANDLERS = `
const listPets = (c, req, res) => res.json([]);
const addPet = (c, req, res) => res.status(201).end();
const putPet = (c, req, res) => res.end();
`;
function backend(rest: string, options = ''): Record<string, string> {
  return {
    'package.json': '{ "dependencies": { "express": "5.2.1", "openapi-backend": "5.21.2" } }',
    'openapi.yaml': DOCUMENT,
    'app.js': `import express from 'express';
import { OpenAPIBackend } from 'openapi-backend';
${HANDLERS.trim()}
const api = new OpenAPIBackend({ definition: './openapi.yaml', apiRoot: '/api', ${options} });
api.register({ listPets, addPet });
api.register('putPet', putPet);
${rest}
const app = express();
app.use((req, res) => api.handleRequest(req, req, res));
app.listen(3000);
`,
  };
}
const CHECK = `api.registerSecurityHandler('key', (c) => c.request.headers['x-key'] === process.env.KEY);`;
const REFUSES = `api.register('unauthorizedHandler', (c, req, res) => res.status(401).end());`;
const named = (files: Record<string, string>): readonly string[] => routesOf(files).map((one) => one.split(' ').slice(0, 3).join(' '));

test('openapi-backend: operations with a function are served below its own root, and a check refuses where somebody refuses whom it does not welcome', () => {
  assert.deepEqual(routesOf(backend(`${CHECK}\n${REFUSES}`)), ['GET /api/pets unguarded app.js:7', 'POST /api/pets guarded app.js:7', 'PUT /api/pets/{id} unguarded app.js:8']);
  assert.deepEqual(named(backend(REFUSES)), ['GET /api/pets unguarded', 'POST /api/pets guarded', 'PUT /api/pets/{id} unguarded'], 'no check welcomes anybody');
  assert.deepEqual(named(backend(CHECK)), ['GET /api/pets unguarded', 'POST /api/pets unguarded', 'PUT /api/pets/{id} unguarded']);
  assert.deepEqual(named(backend(CHECK, 'strict: true')), ['GET /api/pets unguarded', 'POST /api/pets unknown', 'PUT /api/pets/{id} unguarded']);
  assert.deepEqual(named(backend(`${REFUSES}\napi.registerSecurityHandler('key', () => true);`))[1], 'POST /api/pets unguarded', 'a check that welcomes everybody');
});
test('openapi-backend: what stands before it in the application stands before its operations', () => {
  const files = backend('');
  const code = (files['app.js'] ?? '').replace('const app = express();', `const app = express();\napp.use((req, res, next) => (req.headers.authorization === process.env.TOKEN ? next() : res.sendStatus(401)));`);
  assert.deepEqual(named({ ...files, 'app.js': code }), ['GET /api/pets guarded', 'POST /api/pets guarded', 'PUT /api/pets/{id} guarded']);
  const apart = (files['app.js'] ?? '').replace('app.use((req, res) => api.handleRequest(req, req, res));', 'hand(app, api);').replace('const app', "import { hand } from 'somewhere';\nconst app");
  assert.ok(named({ ...files, 'app.js': apart }).every((one) => !one.endsWith(' unguarded')), 'nobody knows what hands requests to it');
});

const GLUE = (version: string): string => `${version}info: { title: Pets, version: 1.0.0 }
paths:
  /pets:
    get: { responses: { '200': { description: all } } }
    post: { operationId: addPet, security: [{ key: [] }], responses: { '200': { description: added } } }
    delete: { operationId: dropPets, responses: { '200': { description: gone } } }
`;
const V3 = GLUE('openapi: 3.0.3\nservers: [{ url: /v3 }]\n') + SCHEMES;
const V2 = `${GLUE("swagger: '2.0'\nbasePath: /v2\n")}securityDefinitions: { key: { type: apiKey, in: header, name: x-key } }\n`;
function glue(document: string, options: string): Record<string, string> {
  return {
    'package.json': '{ "type": "module", "dependencies": { "fastify": "5.12.8", "fastify-openapi-glue": "4.11.4" } }',
    'pets.yaml': document,
    'service.js': 'export class Service {\n  async getPets() { return []; }\n  async addPet(request) { return request.body; }\n}\n',
    'app.js': `import Fastify from 'fastify';
import openapiGlue from 'fastify-openapi-glue';
import { Service } from './service.js';
const app = Fastify();
app.register(openapiGlue, { specification: new URL('./pets.yaml', import.meta.url).pathname, serviceHandlers: new Service(), ${options} });
app.listen({ port: 3000 });
`,
  };
}
test('fastify-openapi-glue 4.11.4: methods of a service answer, the prefix replaces a base path, servers of version 3 say nothing', () => {
  assert.deepEqual(routesOf(glue(V3, '')), ['GET /pets unguarded service.js:2', 'POST /pets unguarded service.js:3']);
  assert.deepEqual(named(glue(V2, '')), ['GET /v2/pets unguarded', 'POST /v2/pets unguarded']);
  assert.deepEqual(named(glue(V3, "prefix: 'p'")), ['GET /p/pets unguarded', 'POST /p/pets unguarded']);
  assert.deepEqual(named(glue(V3, 'securityHandlers: { async key(request) { await verify(request); } }')), ['GET /pets unguarded', 'POST /pets guarded']);
  assert.deepEqual(named(glue(V3, 'securityHandlers: { async other() {} }')), ['GET /pets unguarded', 'POST /pets guarded'], 'a scheme without a check refuses everybody');
  assert.deepEqual(named(glue(V3, 'securityHandlers: { async key() {} }')), ['GET /pets unguarded', 'POST /pets unguarded'], 'a check that does nothing welcomes everybody');
});

const FILED = (keys: string): string => `${HEAD}servers: [{ url: /v1 }]
paths:
  /pets:
    get: { operationId: listPets, ${keys}, responses: { '200': { description: all } } }
    post: { operationId: addPet, ${keys}, security: [{ key: [] }], responses: { '201': { description: added } } }
    delete: { operationId: dropPets, ${keys}, security: [{ key: [] }], responses: { '204': { description: gone } } }
${SCHEMES}`;
const CONTROLLER = 'exports.listPets = (req, res) => res.json([]);\nexports.addPet = (req, res) => res.status(201).end();\n';
function validator(options: string, before = ''): Record<string, string> {
  return {
    'package.json': '{ "dependencies": { "express": "5.2.1", "express-openapi-validator": "5.6.2" } }',
    'api.yaml': FILED('x-eov-operation-handler: pets'),
    'handlers/pets.js': CONTROLLER,
    'app.js': `const path = require('path');
const express = require('express');
const OpenApiValidator = require('express-openapi-validator');
const app = express();
${before}
app.use(OpenApiValidator.middleware({ apiSpec: path.join(__dirname, 'api.yaml'), operationHandlers: path.join(__dirname, 'handlers'), ${options} }));
app.listen(3000);
`,
  };
}
test('express-openapi-validator 5.6.2: files of a folder answer below the servers of the document, also where it is used under their path', () => {
  assert.deepEqual(routesOf(validator('')), ['GET /v1/pets unguarded handlers/pets.js:1', 'POST /v1/pets unguarded handlers/pets.js:2'], 'any key is welcome without handlers');
  assert.deepEqual(named(validator('validateSecurity: { handlers: { key: (req) => isKnown(req) } }')), ['GET /v1/pets unguarded', 'POST /v1/pets guarded']);
  assert.deepEqual(named(validator('validateSecurity: { handlers: { key: () => true } }')), ['GET /v1/pets unguarded', 'POST /v1/pets unguarded']);
  assert.deepEqual(named(validator('', "app.use('/v1', (req, res, next) => (req.headers.authorization === process.env.TOKEN ? next() : res.sendStatus(401)));")), ['GET /v1/pets guarded', 'POST /v1/pets guarded']);
  const mounted = validator('');
  assert.deepEqual(named({ ...mounted, 'app.js': (mounted['app.js'] ?? '').replace('app.use(Open', "app.use('/v1', Open") }), ['GET /v1/pets unguarded', 'POST /v1/pets unguarded']);
});
test('exegesis 4.3.0: controllers of a folder answer, and what they need not have stops the start', () => {
  const files = (options: string): Record<string, string> => ({
    'package.json': '{ "dependencies": { "express": "5.2.1", "exegesis-express": "4.0.0" } }',
    'api.yaml': FILED('x-exegesis-controller: pets'),
    'controllers/pets.js': "exports.listPets = () => [];\nexports.addPet = (context) => { context.res.status(201); return {}; };\n",
    'app.js': `const path = require('path');
const express = require('express');
const exegesisExpress = require('exegesis-express');
async function start() {
  const options = { controllers: path.resolve(__dirname, 'controllers'), ${options} };
  const app = express();
  app.use(await exegesisExpress.middleware(path.resolve(__dirname, 'api.yaml'), options));
  app.listen(3000);
}
start();
`,
  });
  assert.deepEqual(routesOf(files('authenticators: { key: async (context) => known(context.req.headers) }')), ['GET /v1/pets unguarded controllers/pets.js:1', 'POST /v1/pets guarded controllers/pets.js:2']);
});
test('controllers of oas3-tools answer, whatever their number of parameters', () => {
  const files = {
    'package.json': '{ "dependencies": { "oas3-tools": "2.2.3" } }',
    'api/openapi.yaml': FILED('x-openapi-router-controller: Pets'),
    'controllers/Pets.js': "module.exports.listPets = function listPets (req, res, next) {\n  res.json([]);\n};\nmodule.exports.addPet = function addPet (req, res, next, body) {\n  res.json(body);\n};\n",
    'index.js': `const path = require('path');
const http = require('http');
const oas3Tools = require('oas3-tools');
const options = { routing: { controllers: path.join(__dirname, './controllers') } };
const expressAppConfig = oas3Tools.expressAppConfig(path.join(__dirname, 'api/openapi.yaml'), options);
const app = expressAppConfig.getApp();
http.createServer(app).listen(8080);
`,
  };
  assert.deepEqual(routesOf(files), ['GET /v1/pets unguarded controllers/Pets.js:1', 'POST /v1/pets unguarded controllers/Pets.js:4']);
});

/** All an engine says, as text. */
function said(engine: Engine): string {
  return JSON.stringify([engine.files().flatMap((path) => engine.findings(path)), engine.inventory()]);
}
test('an engine that has seen the document, a check and a function change says what a new one says', () => {
  const files = new Map(Object.entries(validator('validateSecurity: { handlers: { key: (req) => isKnown(req) } }')));
  const engine = createEngine();
  const set = (): SourceFile[] => [...files].map(([path, text]) => ({ path: filePath(path), text, revision: 1 }));
  engine.apply({ set: set() });
  const edits: readonly (readonly [string, (text: string) => string])[] = [
    ['api.yaml', (text) => text.replace('security: [{ key: [] }]', 'security: []')],
    ['api.yaml', (text) => text.replace('/pets:', '/animals:')],
    ['handlers/pets.js', (text) => `${text}exports.dropPets = (req, res) => res.status(204).end();\n`],
    ['api.yaml', (text) => text.replace('servers: [{ url: /v1 }]', 'servers: [{ url: /v2 }]')],
    ['handlers/pets.js', (text) => text.replace('exports.addPet', 'exports.addOne')],
    ['app.js', (text) => text.replace('(req) => isKnown(req)', '() => true')],
    ['api.yaml', (text) => text.replace('description: all', 'description: everything')],
  ];
  for (const [path, change] of edits) {
    const text = change(files.get(path) ?? '');
    assert.notEqual(text, files.get(path));
    files.set(path, text);
    said(engine);
    engine.apply({ set: [{ path: filePath(path), text, revision: 2 }] });
    const other = createEngine();
    other.apply({ set: set() });
    assert.equal(said(engine), said(other), `${path} ${text}`);
  }
});
