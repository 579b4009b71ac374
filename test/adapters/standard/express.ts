import { askListener, runFiles } from './run.js';
import type { StandardApp } from './contract.js';

/** The standard API in two files, for Express 4 and 5 alike. */
export const EXPRESS_FILES: Readonly<Record<string, string>> = {
  'src/app.js': `
const express = require('express');
const { requireUser, gate } = require('./guards');
const users = require('./users');
const app = express();
const open = (req, res) => res.send('data');
app.get('/health', open);
app.post('/login', open);
app.use('/api', requireUser, users);
app.post('/files', requireUser, open);
app.put('/files/:id', open);
app.get('/reports', gate, open);
app.listen(process.env.PORT);
module.exports = app;
`,
  'src/users.js': `
const express = require('express');
const { requireAdmin } = require('./guards');
const router = express.Router();
const data = (req, res) => res.json([]);
router.get('/users', data);
router.route('/users/:id').get(data).delete(requireAdmin, data);
module.exports = router;
`,
  'src/guards.js': `
exports.requireUser = (req, res, next) => (req.user ? next() : res.status(401).end());
exports.requireAdmin = (req, res, next) => (req.user.role === 'admin' ? next() : res.status(403).end());
exports.gate = (req, res, next) => {
  if (process.env.GATE !== 'on') return next();
  return exports.requireUser(req, res, next);
};
`,
};

/** The standard API on one version of Express; `name` is the installed package. */
export function expressApp(name: 'express' | 'express4'): StandardApp {
  return {
    framework: name,
    files: EXPRESS_FILES,
    start() {
      // Not listening: the port is never opened.
      const files = { ...EXPRESS_FILES, 'src/app.js': (EXPRESS_FILES['src/app.js'] ?? '').replace(/^app\.listen.*$/m, '') };
      const app = runFiles(files, 'src/app.js', { express: name });
      return { ask: (method, path) => askListener(app, method, path), routes: () => routesOf(Reflect.get(Object(app), name === 'express' ? 'router' : '_router')) };
    },
  };
}
const MODULES: Readonly<Record<string, string>> = {
  'src/server.ts': `
import { createApp } from './app.js';

createApp().listen(Number(process.env.PORT));
`,
  'src/app.ts': `
import express, { type Express, type RequestHandler } from 'express';
import { gate, requireUser } from './guards.js';
import { usersRouter } from './routes/index.js';

const open: RequestHandler = (req, res) => void res.send('data');
export function createApp(): Express {
  const app = express();
  app.get('/health', open);
  app.post('/login', open);
  app.use(API, requireUser, usersRouter());
  app.post('/files', requireUser, open);
  app.put('/files/:id', open);
  app.get('/reports', gate, open);
  return app;
}
const API = '/api';
`,
  'src/routes/index.js': `
export { default as usersRouter } from './users.js';
`,
  'src/routes/users.ts': `
import { Router, type Request, type Response } from 'express';
import { requireAdmin } from '../guards.js';

class Users {
  readonly router = Router();
  constructor(private readonly path: \`/\${string}\`) {
    this.router.get(this.path, this.data);
    this.router.get(\`\${this.path}/:id\`, this.data);
    this.router.delete(\`\${this.path}/:id\`, requireAdmin, this.data);
  }
  private data = (req: Request, res: Response): void => {
    res.json([]);
  };
}
export default (): Router => new Users('/users').router;
`,
  'src/guards.ts': `
import type { RequestHandler } from 'express';

export const requireUser: RequestHandler = (req, res, next) => {
  if (!Reflect.get(req, 'user')) {
    res.status(401).end();
    return;
  }
  next();
};
export const requireAdmin: RequestHandler = (req, res, next) => (Reflect.get(req, 'user').role === 'admin' ? next() : void res.status(403).end());
export const gate: RequestHandler = (req, res, next) => {
  if (process.env.GATE !== 'on') return next();
  return requireUser(req, res, next);
};
`,
};
/** The standard API for Express in TypeScript modules: factories, a barrel, a class that holds its router. */
export const expressModules: StandardApp = {
  framework: 'express, in TypeScript modules',
  files: MODULES,
  start() {
    const create: unknown = Reflect.get(Object(runFiles(MODULES, 'src/app.ts')), 'createApp');
    const app: unknown = typeof create === 'function' ? Reflect.apply(create, undefined, []) : undefined;
    return { ask: (method, path) => askListener(app, method, path), routes: () => routesOf(Reflect.get(Object(app), 'router')) };
  },
};
interface StackLayer {
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
  readonly handle?: unknown;
}
/** What the stack of a router holds; Express keeps no text of a mount, and the only router that is mounted here stands at `/api`. */
function routesOf(router: unknown, prefix = ''): readonly string[] {
  const stack: readonly StackLayer[] = Reflect.get(Object(router), 'stack') ?? [];
  return stack.flatMap(({ route, handle }) => {
    if (route) return Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${prefix}${route.path.replace(/:(\w+)/g, '{$1}')}`);
    return typeof handle === 'function' && 'stack' in handle ? routesOf(handle, '/api') : [];
  });
}
