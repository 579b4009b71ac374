import { runFiles } from './run.js';
import type { Running, StandardApp } from './contract.js';

export const FASTIFY_GUARDS = `
exports.requireUser = async (request, reply) => {
  if (!request.headers.authorization) return reply.code(401).send({ error: 'login' });
};
exports.requireAdmin = async (request, reply) => {
  if (request.user.role !== 'admin') return reply.code(403).send({ error: 'no' });
};
exports.gate = async (request, reply) => {
  if (process.env.GATE !== 'on') return;
  return exports.requireUser(request, reply);
};
`;
const FILES: Readonly<Record<string, string>> = {
  'src/app.js': `
const fastify = require('fastify');
const { requireUser, gate } = require('./guards');
const app = fastify({ logger: false });
const open = async () => 'data';
app.get('/health', open);
app.post('/login', { schema: { body: { type: 'object' } }, attachValidation: true }, open);
app.register(require('./users'), { prefix: '/api' });
app.route({ method: 'POST', url: '/files', onRequest: requireUser, handler: open });
app.put('/files/:id', open);
app.get('/reports', { preHandler: [gate] }, open);
if (require.main === module) app.listen({ port: process.env.PORT });
module.exports = app;
`,
  'src/users.js': `
const { requireUser, requireAdmin } = require('./guards');
const data = async () => [];
module.exports = async function users(api) {
  api.get('/users', data);
  api.withTypeProvider().get('/users/:id', data);
  api.delete('/users/:id', { preHandler: requireAdmin }, data);
  api.addHook('onRequest', requireUser);
};
`,
  'src/guards.js': FASTIFY_GUARDS,
};
interface Server {
  addHook(name: 'onRoute', heard: (route: { readonly method: string | readonly string[]; readonly url: string }) => void): void;
  inject(request: { readonly method: string; readonly url: string }): Promise<{ readonly statusCode: number }>;
  ready(): Promise<unknown>;
  close(): Promise<void>;
}
function isServer(value: unknown): value is Server {
  return (typeof value === 'object' || typeof value === 'function') && value !== null && 'inject' in value && 'addHook' in value;
}
/** Asks an application of Fastify whose routes were heard while they were registered. */
export function runningFastify(app: unknown, heard: ReadonlySet<string>): Running {
  if (!isServer(app)) throw new Error('no server');
  return {
    ask: async (method, path) => (await app.inject({ method, url: path })).statusCode,
    routes: async () => {
      await app.ready();
      return [...heard];
    },
    close: () => app.close(),
  };
}
/** The installed package with every new application told to note its routes. */
export function listening(fastify: unknown, heard: Set<string>): unknown {
  return (...args: readonly unknown[]) => {
    const app: unknown = typeof fastify === 'function' ? Reflect.apply(fastify, undefined, args) : undefined;
    if (!isServer(app)) throw new Error('no server');
    app.addHook('onRoute', ({ method, url }) => {
      for (const one of [method].flat()) if (one !== 'HEAD') heard.add(`${one} ${url.replace(/(.)\/$/, '$1').replace(/:(\w+)/g, '{$1}')}`);
    });
    return app;
  };
}

/** The standard API on one version of Fastify; `name` is the installed package. */
export function fastifyApp(name: 'fastify' | 'fastify4'): StandardApp {
  return {
    framework: name,
    files: FILES,
    start() {
      const heard = new Set<string>();
      return runningFastify(runFiles(FILES, 'src/app.js', { fastify: name }, { fastify: (real) => listening(real, heard) }), heard);
    },
  };
}
