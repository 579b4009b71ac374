import { compileFunction } from 'node:vm';
import { createRequire } from 'node:module';
import type { StandardApp } from './contract.js';

const load = createRequire(import.meta.url);
const FILES: Readonly<Record<string, string>> = {
  'src/app.js': `
const Hapi = require('@hapi/hapi');
const { guards, gate } = require('./guards');
const users = require('./users');
const open = () => 'data';
const start = async () => {
  const server = Hapi.server({ port: process.env.PORT, debug: false });
  await server.register(guards);
  server.route([
    { method: 'GET', path: '/health', handler: open },
    { method: 'POST', path: '/login', handler: open },
    { method: 'POST', path: '/files', options: { auth: 'requireUser', handler: open } },
    { method: 'PUT', path: '/files/{id}', handler: open },
    { method: 'GET', path: '/reports', options: { pre: [gate], handler: open } },
  ]);
  await server.register({ plugin: users, routes: { prefix: '/api' } });
  await server.initialize();
  return server;
};
module.exports = start();
`,
  'src/users.js': `
const { requireAdmin } = require('./guards');
const data = () => [];
exports.plugin = {
  name: 'users',
  register(server) {
    server.route({ method: 'GET', path: '/users', options: { auth: 'requireUser' }, handler: data });
    server.route({ method: 'GET', path: '/users/{id}', options: { auth: 'requireUser' }, handler: data });
    server.route({ method: 'DELETE', path: '/users/{id}', options: { auth: 'requireUser', pre: [{ method: requireAdmin }] }, handler: data });
  },
};
`,
  'src/guards.js': `
const Boom = require('@hapi/boom');
const scheme = () => ({
  authenticate(request, h) {
    if (!request.headers.authorization) throw Boom.unauthorized();
    return h.authenticated({ credentials: { role: 'user' } });
  },
});
exports.guards = {
  name: 'guards',
  register(server) {
    server.auth.scheme('own', scheme);
    server.auth.strategy('requireUser', 'own');
  },
};
exports.requireAdmin = (request, h) => {
  if (request.auth.credentials.role !== 'admin') throw Boom.forbidden();
  return h.continue;
};
exports.gate = (request, h) => {
  if (process.env.GATE !== 'on') return h.continue;
  if (!request.auth.isAuthenticated) throw Boom.unauthorized();
  return h.continue;
};
`,
};
interface Server {
  inject(request: { readonly method: string; readonly url: string }): Promise<{ readonly statusCode: number }>;
  table(): readonly { readonly method: string; readonly path: string }[];
  stop(): Promise<void>;
}
function isServer(value: unknown): value is Server {
  return typeof value === 'object' && value !== null && 'inject' in value && 'table' in value;
}
/** What a file of the application exports. */
function exportsOf(path: string): unknown {
  const module: { exports: unknown } = { exports: {} };
  const require = (name: string): unknown => (name.startsWith('./') ? exportsOf(`src/${name.slice(2)}.js`) : load(name));
  Reflect.apply(compileFunction(FILES[path] ?? '', ['require', 'module', 'exports']), undefined, [require, module, module.exports]);
  return module.exports;
}

/** The standard API for hapi: strategies by name, a plugin with a prefix, steps before handlers. */
export const hapi: StandardApp = {
  framework: 'hapi',
  files: FILES,
  async start() {
    const server: unknown = await exportsOf('src/app.js');
    if (!isServer(server)) throw new Error('no server');
    return {
      ask: async (method, path) => (await server.inject({ method, url: path })).statusCode,
      routes: () => server.table().map((route) => `${route.method.toUpperCase()} ${route.path}`),
      close: () => server.stop(),
    };
  },
};
