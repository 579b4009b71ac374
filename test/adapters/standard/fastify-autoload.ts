import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { compileFunction } from 'node:vm';
import type { StandardApp } from './contract.js';
import { FASTIFY_GUARDS, listening, runningFastify } from './fastify.js';

const load = createRequire(import.meta.url);
const FILES: Readonly<Record<string, string>> = {
  'src/app.js': `
const path = require('node:path');
const app = require('fastify')({ logger: false });
const autoload = require('@fastify/autoload');
app.register(autoload, { dir: path.join(__dirname, 'routes'), autoHooks: true, cascadeHooks: true, routeParams: true });
if (require.main === module) app.listen({ port: process.env.PORT });
module.exports = app;
`,
  'src/routes/root.js': `
const { requireUser, gate } = require('../guards');
module.exports = async (app) => {
  const open = async () => 'data';
  app.get('/health', open);
  app.post('/login', open);
  app.post('/files', { preHandler: [requireUser] }, open);
  app.put('/files/:id', open);
  app.get('/reports', { onRequest: gate }, open);
};
`,
  'src/routes/api/autohooks.js': `
const { requireUser } = require('../../guards');
module.exports = async (api) => {
  api.addHook('onRequest', requireUser);
};
`,
  'src/routes/api/users/index.js': `
module.exports = async (users) => {
  users.get('/', async () => []);
};
`,
  'src/routes/api/users/_id/index.js': `
const { requireAdmin } = require('../../../../guards');
module.exports = async (user) => {
  user.get('/', async () => ({}));
  user.delete('/', { preHandler: requireAdmin }, async () => ({}));
};
`,
  'src/guards.js': FASTIFY_GUARDS,
};

/** The standard API for Fastify in a folder of plugins that @fastify/autoload loads, with a file of hooks. */
export const fastifyAutoload: StandardApp = {
  framework: 'fastify, with @fastify/autoload',
  files: FILES,
  start() {
    const folder = mkdtempSync(join(tmpdir(), 'unlatched-autoload-'));
    for (const [path, text] of Object.entries(FILES)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const heard = new Set<string>();
    const module: { exports: unknown } = { exports: {} };
    const require = (name: string): unknown => (name === 'fastify' ? listening(load(name), heard) : load(name));
    Reflect.apply(compileFunction(FILES['src/app.js'] ?? '', ['require', 'module', '__dirname']), undefined, [require, module, join(folder, 'src')]);
    const running = runningFastify(module.exports, heard);
    return {
      ...running,
      async close() {
        await running.close?.();
        rmSync(folder, { recursive: true });
      },
    };
  },
};
