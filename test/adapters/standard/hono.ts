import { runFiles } from './run.js';
import type { StandardApp } from './contract.js';

const FILES: Readonly<Record<string, string>> = {
  'src/app.ts': `
import { Hono } from 'hono';
import { gate, requireUser } from './guards';
import users from './users';

const app = new Hono();
app
  .get('/health', (c) => c.text('data'))
  .post('/login', (c) => c.json({ token: 'x' }))
  .on('POST', ['/files'], requireUser, (c) => c.text('data'));
app.put('/files/:id', (c) => c.text('data'));
app.get('/reports', gate, (c) => c.text('data'));
app.route('/api/users', users);
export default app;
`,
  'src/users.ts': `
import { createFactory } from 'hono/factory';
import { requireAdmin, requireUser } from './guards';

const users = createFactory().createApp();
users.use(requireUser);
users.get('/', (c) => c.json([]));
users.get('/:id', (c) => c.json({}));
users.delete('/:id', requireAdmin, (c) => c.json({}));
export default users;
`,
  'src/guards.ts': `
import { createMiddleware } from 'hono/factory';
import { HTTPException } from 'hono/http-exception';

export const requireUser = createMiddleware(async (c, next) => {
  if (!c.req.header('authorization')) return c.json({ error: 'login' }, 401);
  await next();
});
export const requireAdmin = createMiddleware(async (c, next) => {
  if (c.get('user').role !== 'admin') throw new HTTPException(403);
  await next();
});
export const gate = createMiddleware(async (c, next) => {
  if (process.env.GATE !== 'on') return next();
  return requireUser(c, next);
});
`,
};
interface App {
  readonly routes: readonly { readonly method: string; readonly path: string }[];
  request(path: string, options: { readonly method: string }): Promise<{ readonly status: number }> | { readonly status: number };
}
function isApp(value: unknown): value is App {
  return typeof value === 'object' && value !== null && 'routes' in value && 'request' in value;
}

/** The standard API for Hono in TypeScript modules: a chain, a list of paths, a router made by a factory. */
export const hono: StandardApp = {
  framework: 'hono',
  files: FILES,
  start() {
    const app: unknown = Reflect.get(Object(runFiles(FILES, 'src/app.ts')), 'default');
    if (!isApp(app)) throw new Error('no application');
    return {
      ask: async (method, path) => (await app.request(path, { method })).status,
      routes: () => [...new Set(app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`))],
    };
  },
};
