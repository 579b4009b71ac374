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
/** Rule and file of each finding. */
function findings(files: Record<string, string>): readonly string[] {
  const engine = fresh(new Map(Object.entries(files)));
  return engine.files().flatMap((path) => engine.findings(path).map((one) => `${one.rule} ${path}`));
}
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
  const made = "const OpenApiValidator = require('express-openapi-validator');\nexports.made = (apiSpec) => OpenApiValidator.middleware({ apiSpec, operationHandlers: 'handlers' });\n";
  const apart = (mounted['app.js'] ?? '').replace(/app\.use\(Open.*/, "app.use(require('./made').made(path.join(__dirname, 'api.yaml')));");
  assert.deepEqual(named({ ...mounted, 'made.js': made, 'app.js': apart }), ['GET /v1/pets unguarded', 'POST /v1/pets unguarded'], 'as a function of the project makes it');
  const third = "new OpenApiValidator.OpenApiValidator({ apiSpec: path.join(__dirname, 'api.yaml'), operationHandlers: path.join(__dirname, 'handlers') }).install(app);";
  assert.deepEqual(named({ ...mounted, 'app.js': (mounted['app.js'] ?? '').replace(/app\.use\(Open.*/, third) }), ['GET /v1/pets unguarded', 'POST /v1/pets unguarded'], 'as version 3 is installed');
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

test('openapi-backend: functions that a loop registers stand where they are written, and a check nobody can read leaves its operations open to doubt', () => {
  const files = (security: string, hands = 'api.handleRequest(event, event)'): Record<string, string> => ({
    'package.json': '{ "dependencies": { "openapi-backend": "5.21.2" } }',
    'openapi.yaml': DOCUMENT,
    'app.js': `import { OpenAPIBackend } from 'openapi-backend';
import { known } from 'somewhere';
const handlers = {
  listPets: async () => ({ statusCode: 200 }),
  addPet: async (c) => ({ statusCode: 201, body: c.request.requestBody }),
};
const api = new OpenAPIBackend({ definition: './openapi.yaml', securityHandlers: { ${security} } });
for (const [id, handle] of Object.entries(handlers)) api.register(id, handle);
${REFUSES}
export const handler = (event) => ${hands};
`,
  });
  assert.deepEqual(routesOf(files('key: known')), ['GET /pets unguarded app.js:4', 'POST /pets unknown app.js:5']);
  assert.deepEqual(named(files('key: (c) => c.request.headers.key === process.env.KEY')), ['GET /pets unguarded', 'POST /pets guarded']);
  assert.deepEqual(named(files("key: () => ({ user: 'all' })")), ['GET /pets unguarded', 'POST /pets unguarded'], 'what is true welcomes');
  assert.deepEqual(named(files('key: () => {}')), ['GET /pets unguarded', 'POST /pets guarded'], 'nothing is not true');
});
test('openapi-backend: a document written in code, and requests that a route of another framework hands on', () => {
  const files = {
    'package.json': '{ "dependencies": { "fastify": "5.12.8", "openapi-backend": "5.21.2" } }',
    'app.js': `const OpenAPIBackend = require('openapi-backend').default;
const fastify = require('fastify')();
const key = { type: 'apiKey', in: 'header', name: 'x-key' };
const pets = { get: { operationId: 'listPets' }, post: { operationId: 'addPet', security: [{ key: [] }] } };
const api = new OpenAPIBackend({
  definition: { openapi: '3.0.3', info: { title: 'Pets', version: '1' }, components: { securitySchemes: { key } }, paths: { '/pets': pets } },
  handlers: {
    listPets: async (c, request, reply) => reply.send([]),
    addPet: async (c, request, reply) => reply.send(c.request.requestBody),
  },
  securityHandlers: { key: (c) => c.request.headers['x-key'] === process.env.KEY },
});
${REFUSES}
fastify.route({ method: ['GET', 'POST'], url: '/*', handler: async (request, reply) => api.handleRequest({ method: request.method, path: request.url }, request, reply) });
fastify.listen({ port: 9000 });
`,
  };
  assert.deepEqual(routesOf(files), ['GET /pets unguarded app.js:8', 'POST /pets guarded app.js:9']);
  const hooked = files['app.js'].replace('fastify.route', "fastify.addHook('onRequest', async (request, reply) => { if (request.headers.authorization !== process.env.TOKEN) return reply.code(401).send(); });\nfastify.route");
  assert.deepEqual(named({ ...files, 'app.js': hooked }), ['GET /pets guarded', 'POST /pets guarded']);
});
const V2_FILED = `swagger: '2.0'
info: { title: Pets, version: 1.0.0 }
basePath: /v2
securityDefinitions: { key: { type: apiKey, in: header, name: x-key } }
paths:
  /pets:
    x-swagger-router-controller: pets
    get: { responses: { '200': { description: all } } }
    post: { operationId: addPet, security: [{ key: [] }], responses: { '201': { description: added } } }
    delete: { operationId: dropPets, security: [{ key: [] }], responses: { '204': { description: gone } } }
`;
const V2_CONTROLLER = `module.exports.get = function get (req, res, next) {
  res.json([]);
};
module.exports.addPet = function addPet (req, res, next) {
  res.json(req.swagger.params.body.value);
};
`;
test('swagger-tools 0.10.4: what it calls back with makes the routes, its security middleware the checks', () => {
  const files = (security: string, rest = ''): Record<string, string> => ({
    'package.json': '{ "dependencies": { "express": "4.21.2", "swagger-tools": "0.10.4" } }',
    'api/swagger.yaml': V2_FILED,
    'controllers/pets.js': V2_CONTROLLER,
    'index.js': `const fs = require('fs');
const path = require('path');
const app = require('express')();
const swaggerTools = require('swagger-tools');
const jsyaml = require('js-yaml');
const options = { controllers: path.join(__dirname, './controllers') };
const document = jsyaml.safeLoad(fs.readFileSync(path.join(__dirname, 'api/swagger.yaml'), 'utf8'));
swaggerTools.initializeMiddleware(document, function (middleware) {
  app.use(middleware.swaggerMetadata());
  ${security}
  app.use(middleware.swaggerRouter(options));
  app.use(middleware.swaggerUi());
  app.listen(8080);
});
${rest}`,
  });
  const check = (body: string): string => `app.use(middleware.swaggerSecurity({ key: (req, definition, given, callback) => { ${body} } }));`;
  assert.deepEqual(routesOf(files(check('callback(given === process.env.KEY ? undefined : new Error());'))), ['GET /v2/pets unguarded controllers/pets.js:1', 'POST /v2/pets guarded controllers/pets.js:4']);
  assert.deepEqual(named(files(check('callback();'))), ['GET /v2/pets unguarded', 'POST /v2/pets unguarded'], 'a check that calls back at once welcomes everybody');
  assert.deepEqual(named(files('')), ['GET /v2/pets unguarded', 'POST /v2/pets unguarded']);
  assert.deepEqual(named(files('app.use(middleware.swaggerSecurity());')), ['GET /v2/pets unguarded', 'POST /v2/pets guarded'], 'a scheme without a check refuses everybody');
  assert.deepEqual(named(files('require("./security")(middleware);')), ['GET /v2/pets unguarded', 'POST /v2/pets unknown'], 'what the middleware is handed on to may check');
});
test('swagger-express-mw 0.7.0: registers itself on the application, from its usual folders', () => {
  const files = (options: string): Record<string, string> => ({
    'package.json': '{ "dependencies": { "express": "4.21.2", "swagger-express-mw": "0.7.0" } }',
    'api/swagger/swagger.yaml': V2_FILED,
    'api/controllers/pets.js': V2_CONTROLLER,
    'app.js': `const SwaggerExpress = require('swagger-express-mw');
const app = require('express')();
SwaggerExpress.create({ appRoot: __dirname, ${options} }, function (err, swaggerExpress) {
  if (err) { throw err; }
  swaggerExpress.register(app);
  app.listen(10010);
});
`,
  });
  const asking = 'securityHandlers: { key: (req, definition, given, cb) => cb(given === process.env.KEY ? null : new Error()) }';
  assert.deepEqual(routesOf(files(asking)), ['GET /v2/pets unguarded api/controllers/pets.js:1', 'POST /v2/pets guarded api/controllers/pets.js:4']);
  assert.deepEqual(named(files('')), ['GET /v2/pets unguarded', 'POST /v2/pets unknown']);
});
test('@oas-tools/core 3.1.0: usual files, names made of paths, and checks only where security is switched on', () => {
  const files = (security: string): Record<string, string> => ({
    'package.json': '{ "type": "module", "dependencies": { "express": "4.21.2", "@oas-tools/core": "3.1.0" } }',
    'api/oas-file.yaml': `${FILED('x-router-controller: pets')}`.replace('paths:', "paths:\n  /cats/{id}:\n    get: { responses: { '200': { description: one } } }"),
    'controllers/pets.js': 'export function listPets(req, res) { res.json([]); }\nexport function addPet(req, res) { res.json(res.locals.oas.body); }\n',
    'controllers/catsidController.js': 'export function funccatsid(req, res) { res.end(); }\n',
    'index.js': `import http from 'http';
import express from 'express';
import { initialize } from '@oas-tools/core';
const app = express();
initialize(app, { middleware: { security: { ${security} auth: { key: (token) => { if (token !== process.env.KEY) throw new Error('no'); } } } } }).then(() => {
  http.createServer(app).listen(8080);
});
`,
  });
  assert.deepEqual(named(files('disable: false,')), ['GET /v1/cats/{id} unguarded', 'GET /v1/pets unguarded', 'POST /v1/pets guarded']);
  assert.deepEqual(named(files('')), ['GET /v1/cats/{id} unguarded', 'GET /v1/pets unguarded', 'POST /v1/pets unguarded']);
});
test('a document that is filled in while the program runs is not known', () => {
  const files = {
    'package.json': '{ "dependencies": { "express": "5.2.1", "openapi-backend": "5.21.2" } }',
    'app.js': `const { OpenAPIBackend } = require('openapi-backend');
const app = require('express')();
const definition = { openapi: '3.0.3', info: { title: 'Pets', version: '1' }, paths: {} };
for (const path of all()) definition.paths[path] = { get: { operationId: path } };
const api = new OpenAPIBackend({ definition, handlers: { list: (c, req, res) => res.end() } });
app.use((req, res) => api.handleRequest(req, req, res));
app.listen(3000);
`,
  };
  assert.deepEqual(routesOf(files), []);
  assert.ok(fresh(new Map(Object.entries(files))).gaps().some(({ why }) => why.includes('document')));
});
test('what only checks requests against a document, and a document nobody can find, claim nothing', () => {
  const checking = {
    'package.json': '{ "dependencies": { "openapi-backend": "5.21.2" } }',
    'openapi.yaml': DOCUMENT,
    'check.js': "import OpenAPIBackend from 'openapi-backend';\nconst api = new OpenAPIBackend({ definition: './openapi.yaml' });\nexport const check = (request) => api.validateRequest(request);\n",
  };
  assert.deepEqual(routesOf(checking), []);
  assert.deepEqual(findings(checking).filter((one) => one.startsWith('spec/')), []);
  const lost = validator('');
  const { 'api.yaml': document, ...rest } = lost;
  assert.ok(document);
  assert.deepEqual(routesOf(rest), []);
});
test('the rules about code speak in functions an operation is answered by', () => {
  const files = validator('');
  const code = "exports.listPets = (req, res) => { try { res.json(all()); } catch (error) { res.status(500).send(error.stack); } };\n";
  assert.ok(findings({ ...files, 'handlers/pets.js': code }).includes('errors/stack-in-response handlers/pets.js'));
  const exegesis = {
    'package.json': '{ "dependencies": { "express": "5.2.1", "exegesis-express": "4.0.0" } }',
    'api.yaml': FILED('x-exegesis-controller: pets').replace(/security: \[\{ key: \[\] \}\], /g, ''),
    'controllers/pets.js': 'exports.listPets = async (context) => { try { return await all(); } catch (error) { context.res.status(500).json({ stack: error.stack }); } };\n',
    'app.js': "const exegesisExpress = require('exegesis-express');\nconst app = require('express')();\nexegesisExpress.middleware('./api.yaml', { controllers: './controllers' }).then((made) => { app.use(made); app.listen(3000); });\n",
  };
  assert.ok(findings(exegesis).includes('errors/stack-in-response controllers/pets.js'));
  const storing = (parameters: string, body: string): string => `const User = require('../models/user');\nexports.listPets = async (${parameters}) => { await User.create(${body}); };\n`;
  for (const [parameters, body] of [['context', 'context.requestBody'], ['context', 'context.params.query.name']] as const) {
    const found = findings({ ...exegesis, 'controllers/pets.js': storing(parameters, body) });
    assert.equal(found.includes('auth/client-supplied-role controllers/pets.js'), body.endsWith('requestBody'), body);
  }
});

/** A new engine of these files. */
function fresh(files: ReadonlyMap<string, string>): Engine {
  const engine = createEngine();
  engine.apply({ set: [...files].map(([path, text]): SourceFile => ({ path: filePath(path), text, revision: 1 })) });
  return engine;
}
/** All an engine says, as text. */
function said(engine: Engine): string {
  return JSON.stringify([engine.files().flatMap((path) => engine.findings(path)), engine.inventory()]);
}
test('an engine that has seen the document, a check and a function change says what a new one says', () => {
  const files = new Map(Object.entries(validator('validateSecurity: { handlers: { key: (req) => isKnown(req) } }')));
  const engine = fresh(files);
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
    assert.equal(said(engine), said(fresh(files)), `${path} ${text}`);
  }
  // Files that go, and come back.
  for (const path of ['handlers/pets.js', 'api.yaml']) {
    const text = files.get(path) ?? '';
    files.delete(path);
    engine.apply({ remove: [filePath(path)] });
    assert.equal(said(engine), said(fresh(files)), `${path} goes`);
    files.set(path, text);
    engine.apply({ set: [{ path: filePath(path), text, revision: 3 }] });
    assert.equal(said(engine), said(fresh(files)), `${path} comes back`);
  }
});
