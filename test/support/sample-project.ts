import { defaultPolicy, type Policy } from '../../server/src/core/policy/policy.js';

/** The pieces a file of the sample project may hold; each is one statement or comment, or a few that belong together. */
export interface SampleFile {
  readonly path: string;
  /** What it holds at first, as indices into `pool`. */
  readonly first: readonly number[];
  readonly pool: readonly string[];
}

function file(path: string, holds: readonly string[], others: readonly string[]): SampleFile {
  return { path, first: holds.map((_, index) => index), pool: [...holds, ...others] };
}

/** Pieces that may stand in any code file. */
const anywhere: readonly string[] = [
  '',
  '// a comment',
  '/* a longer\n   comment */',
  'console.log("here");',
  'const unused = { a: [1, 2, { b: () => 3 }] };',
  'export const extra = 1;',
  '// unlatched-ignore-file headers/helmet-missing -- behind a proxy that sets them',
  '// unlatched-ignore no/such-rule -- a reason',
  'if (process.env.NODE_ENV === "test") { app.put("/test-only", (req, res) => { res.json({ ok: true }); }); }',
];
const handler = '(req, res) => { res.json({ ok: true }); }';

/** A small API in several files that import each other, with routes, guards, mounts, re-exports, configuration and a document. */
export const sampleProject: readonly SampleFile[] = [
  file(
    'app.js',
    [
      `import express from 'express';`,
      `import cors from 'cors';`,
      `import { requireUser, requireRole } from './middleware/auth.js';`,
      `import { files, users } from './routes/index.js';`,
      `import { mount } from './mount.js';`,
      `import { reportError } from './middleware/errors.js';`,
      `import { corsOptions, ADMIN_API_KEY, settings } from './config.js';`,
      `const app = express();`,
      `app.use(cors(corsOptions));`,
      `app.use('/files', files);`,
      `app.use('/users', requireUser, users);`,
      `mount(app);`,
      `app.post('/direct', requireUser, ${handler});`,
      `app.put('/direct', ${handler});`,
      `app.patch('/files', ${handler});`,
      `app.get('/limits', requireUser, (req, res) => { res.json({ ...settings, key: ADMIN_API_KEY }); });`,
      `app.use(reportError);`,
      `app.listen(3000);`,
    ],
    [
      ...anywhere,
      `import helmet from 'helmet';`,
      `app.use(helmet());`,
      `app.use(helmet({ contentSecurityPolicy: false }));`,
      `app.disable('x-powered-by');`,
      `app.use(requireUser);`,
      `app.use(requireRole('admin'));`,
      `app.use('/api', requireUser);`,
      `app.use(cors({ origin: '*' }));`,
      `app.use(cors({ origin: true, credentials: true }));`,
      `app.use(cors({ origin: '*' })); // unlatched-ignore cors/wildcard-origin -- a public API`,
      `// unlatched-ignore methods/unguarded-sibling -- the gateway asks (until 2026-01-01)`,
      `// unlatched-ignore methods/put-enabled`,
      `app.delete('/direct', ${handler});`,
      `app.delete('/direct', requireUser, requireRole('admin'), ${handler});`,
      `app.put('/direct/:id', (req, res) => { try { save(req.body); } catch (err) { res.status(500).json({ e: err.stack }); } });`,
      `// unlatched: public -- anybody may\napp.patch('/direct', ${handler});`,
      `app.use((err, req, res, next) => { res.status(500).send(err.message); });`,
      `app.use('/again', files);`,
      `app.route('/chain').get(${handler}).put(requireUser, ${handler}).delete(${handler});`,
      `for (const name of ['a', 'b']) app.put('/loop/' + name, ${handler});`,
      `process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';`,
      `import { requireUser as login } from './middleware/auth.js';`,
      `app.put('/login', login, ${handler});\napp.post('/login', ${handler});`,
      `import * as auth from './middleware/auth.js';`,
      `app.put('/star', auth.requireUser, ${handler});\napp.delete('/star', ${handler});`,
      `app.use(unknownMiddleware);`,
      `app.get('/env', (req, res) => { res.json(process.env); });`,
      `app.use((`,
      `});`,
    ],
  ),
  file(
    'routes/index.js',
    [`export { files } from './files.js';`, `export * from './users.js';`],
    [
      ...anywhere,
      `export { files as users } from './files.js';`,
      `import { users } from './users.js';\nusers.put('/from-barrel', ${handler});`,
    ],
  ),
  file(
    'routes/files.js',
    [
      `import { Router } from 'express';`,
      `import { requireUser } from '../middleware/auth.js';`,
      `import * as controller from '../controllers/files.js';`,
      `export const files = Router();`,
      `files.post('/', requireUser, controller.create);`,
      `files.put('/', controller.replace);`,
      `files.delete('/:id', requireUser, controller.remove);`,
    ],
    [
      ...anywhere,
      `files.use(requireUser);`,
      `files.get('/', controller.list);`,
      `files.put('/', requireUser, controller.replace);`,
      `import { users } from './users.js';\nfiles.use('/of-users', users);`,
      `export const other = Router({ mergeParams: true });\nother.put('/x', controller.replace);\nfiles.use('/other', other);`,
      `files.param('id', (req, res, next) => { next(); });`,
      `// unlatched-ignore methods/unguarded-sibling -- reviewed\nfiles.patch('/', controller.replace);`,
    ],
  ),
  file(
    'routes/users.js',
    [
      `import { Router } from 'express';`,
      `import { requireUser, requireRole } from '../middleware/auth.js';`,
      `export const users = Router();`,
      `users.get('/:id', requireUser, ${handler});`,
      `users.delete('/:id', requireUser, (req, res) => { store.removeUser(req.params.id); res.end(); });`,
    ],
    [
      ...anywhere,
      `users.delete('/:id', requireUser, requireRole('admin'), ${handler});`,
      `users.use(requireRole('admin'));`,
      `users.put('/:id', ${handler});`,
      `const users = Router();\nexport default users;`,
      `import { files } from './files.js';\nusers.use('/files', files);`,
    ],
  ),
  file(
    'controllers/files.js',
    [
      `import { writeFileSync } from 'node:fs';`,
      `import { settings } from '../config.js';`,
      `export function create(req, res) { res.status(201).json(req.body); }`,
      `export function replace(req, res) { res.json(req.body); }`,
      `export const remove = async (req, res) => { try { await gone(req.params.id); } catch (err) { res.status(500).json({ error: err.message }); } };`,
    ],
    [
      ...anywhere,
      `export function replace(req, res) { writeFileSync(req.query.name, req.body); res.end(); }`,
      `export function list(req, res) { res.json(settings); }`,
      `export function create(req, res, next) { if (!req.user) return res.sendStatus(401); res.json({}); }`,
    ],
  ),
  file(
    'middleware/auth.js',
    [
      `import { ADMIN_API_KEY } from '../config.js';`,
      `export function requireUser(req, res, next) {\n  if (!req.user) return res.status(401).json({ error: 'login' });\n  next();\n}`,
      `export function requireRole(role) {\n  return (req, res, next) => {\n    if (req.user.role !== role) return res.sendStatus(403);\n    next();\n  };\n}`,
    ],
    [
      ...anywhere,
      `export function requireUser(req, res, next) { next(); }`,
      `export function requireUser(req, res, next) {\n  if (req.headers['x-bypass'] === 'true') return next();\n  if (!req.user) return res.sendStatus(401);\n  next();\n}`,
      `export const requireUser = (req, res, next) => check(req) ? next() : res.sendStatus(401);`,
      `export function requireRole() { return (req, res, next) => next(); }`,
      `export { requireUser as requireRole };`,
      `export * from './errors.js';`,
      `export function isAdmin(req) { return req.get('x-key') === ADMIN_API_KEY; }`,
    ],
  ),
  file(
    'middleware/errors.js',
    [`export function reportError(err, req, res, next) {\n  res.status(500).json({ error: 'failed', stack: err.stack });\n}`],
    [
      ...anywhere,
      `export function reportError(err, req, res, next) { res.status(500).json({ error: 'failed' }); }`,
      `export function requireUser(req, res, next) { if (!req.session) return res.sendStatus(401); next(); }`,
    ],
  ),
  file(
    'config.js',
    [
      `export const corsOptions = { origin: '*' };`,
      `export const ADMIN_API_KEY = 'fd-adm-7b1de0c4a77f4e21';`,
      `export const settings = { uploadMegabytes: 25 };`,
    ],
    [
      ...anywhere,
      `export const corsOptions = { origin: ['https://app.example.org'] };`,
      `export const corsOptions = { origin: true, credentials: true };`,
      `export const ADMIN_API_KEY = process.env.ADMIN_API_KEY;`,
      `export const settings = { adminKey: ADMIN_API_KEY };`,
      `export const settings = process.env;`,
    ],
  ),
  file(
    'mount.js',
    [
      `const { requireUser } = require('./middleware/auth.js');`,
      `exports.mount = function mount(server) {\n  server.post('/mounted', requireUser, (req, res) => res.end());\n  server.put('/mounted', (req, res) => res.end());\n};`,
    ],
    [
      ...anywhere,
      `exports.mount = (server) => { server.use(requireUser); };`,
      `module.exports = { mount(server) { server.disable('x-powered-by'); } };`,
      `import('./routes/files.js');`,
    ],
  ),
  file(
    'service/server.js',
    [
      `import Fastify from 'fastify';`,
      `import fp from 'fastify-plugin';`,
      `import notes from './notes.js';`,
      `import { login } from './hooks.js';`,
      `const service = Fastify({ logger: true });`,
      `service.decorate('authenticate', login);`,
      `service.register(notes, { prefix: '/notes' });`,
      `service.get('/status', async () => ({ ok: true }));`,
      `service.put('/status', { onRequest: [service.authenticate] }, async () => ({ ok: true }));`,
      `service.listen({ port: 1 });`,
    ],
    [
      ...anywhere,
      `service.addHook('onRequest', login);`,
      `service.addHook('onSend', login);`,
      `service.register(fp(async (scope) => { scope.addHook('preHandler', login); }));`,
      `service.register(async (scope) => { scope.addHook('preHandler', login); });`,
      `service.register(import('@fastify/helmet'));`,
      `service.register(notes, { prefix: '/again' });`,
      `service.setErrorHandler((error, request, reply) => { reply.code(500).send({ message: error.message }); });`,
    ],
  ),
  file(
    'service/notes.js',
    [
      `const options = { schema: {} };`,
      `export default async function notes(scope, given) {
  scope.get('/', async () => []);
  scope.put('/:id', options, async (request) => request.body);
  scope.post('/', { preHandler: scope.authenticate }, async (request) => request.body);\n}`,
    ],
    [...anywhere, `import { login } from './hooks.js';\noptions.preHandler = login;`, `const options = { schema: {}, preHandler: [login] };`, `export async function other(fastify) { fastify.delete('/unregistered', async () => 1); }`],
  ),
  file(
    'service/hooks.js',
    [`export const login = async (request, reply) => {\n  if (!request.user) return reply.code(401).send({ error: 'login' });\n};`],
    [
      ...anywhere,
      `export const login = async (request) => { request.seen = true; };`,
      `export const login = async (request) => { await request.jwtVerify(); };`,
      `export const login = async (request, reply) => { try { await check(request); } catch (err) { reply.send(err); } };\nasync function check(request) { if (!request.user) throw new UnauthorizedError(); }`,
      `export const login = (request, reply, done) => { done(); };`,
      `export function login(request, reply) { return tenantOf(request); }`,
    ],
  ),
  file(
    'package.json',
    [`{ "name": "sample", "type": "module", "dependencies": { "express": "^5.0.0", "cors": "^2.8.5" } }`],
    [`{ "name": "sample", "dependencies": { "express": "^4.17.0", "helmet": "^3.0.0" } }`, `{`, `[]`],
  ),
  file(
    'openapi.yaml',
    [
      `openapi: 3.1.0\ninfo: { title: Sample, version: 1.0.0 }`,
      `servers:\n  - url: http://api.example.com`,
      `components:\n  securitySchemes:\n    session: { type: http, scheme: bearer }`,
      `paths:\n  /direct:\n    post:\n      security: [{ session: [] }]\n      responses: { '200': { description: ok } }\n    put:\n      responses: { '200': { description: ok } }`,
      `  /files: { post: { responses: { '200': { description: ok } } }, put: { security: [{ session: [] }], responses: { '200': { description: ok } } } }`,
      `  /files/{id}:\n    delete: { responses: { '204': { description: gone } } }`,
      `  /users/{userId}:\n    get: { deprecated: true, responses: { '200': { description: ok } } }`,
      `  /mounted:\n    post: { responses: { '200': { description: ok } } }`,
    ],
    [
      '',
      '# a comment',
      '# unlatched-ignore-file openapi/insecure-server-url -- inside only',
      `security: [{ session: [] }]`,
      `  /files:\n    put: { responses: {} }`,
      `servers: [{ url: 'https://api.example.com' }]`,
      `  bad: [`,
    ],
  ),
];

const policy = (change: Partial<Policy>): Policy => ({ ...defaultPolicy, ...change });
/** Policies to change between; each replaces all. */
export const samplePolicies: readonly ReadonlyMap<string, Policy>[] = [
  new Map(),
  new Map([
    [
      '',
      policy({
        rules: new Map([
          ['cors/wildcard-origin', 'off'],
          ['headers/powered-by', 'error'],
        ]),
      }),
    ],
  ]),
  new Map([['', policy({ methods: { allow: ['GET', 'POST'], paths: new Map([['/direct', ['PUT']]]) } })]]),
  new Map([['', policy({ auth: { ...defaultPolicy.auth, guards: ['unknownMiddleware', 'login'], publicPaths: ['/files'] } })]]),
  new Map([
    ['routes', policy({ minConfidence: 'high' })],
    ['', policy({ rules: new Map([['methods/put-enabled', 'hint']]) })],
  ]),
  new Map([['', policy({ auth: { ...defaultPolicy.auth, at: 'gateway' } })]]),
];
