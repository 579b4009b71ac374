import { askListener, runFiles } from './run.js';
import type { StandardApp } from './contract.js';

const FILES: Readonly<Record<string, string>> = {
  'src/app.js': `
const Koa = require('koa');
const mount = require('koa-mount');
const Router = require('@koa/router');
const { requireUser, gate } = require('./guards');
const users = require('./users');
const app = new Koa();
const router = new Router();
const open = (ctx) => { ctx.body = 'data'; };
router.get('/health', open);
router.post('/login', open);
router.post('/files', requireUser, open);
router.put('/files/:id', open);
router.get('/reports', gate, open);
app.use(router.routes());
app.use(router.allowedMethods());
app.use(mount('/api', users));
if (require.main === module) app.listen(process.env.PORT);
module.exports = { app, router };
`,
  'src/users.js': `
const compose = require('koa-compose');
const Router = require('@koa/router');
const { requireUser, requireAdmin } = require('./guards');
const router = new Router({ prefix: '/users' });
const data = (ctx) => { ctx.body = []; };
router.get('/', data);
router.get('/:id', data);
router.delete('/:id', requireAdmin, data);
module.exports = compose([requireUser, router.routes()]);
module.exports.router = router;
`,
  'src/guards.js': `
exports.requireUser = async (ctx, next) => {
  if (!ctx.state.user) ctx.throw(401);
  await next();
};
exports.requireAdmin = async (ctx, next) => {
  if (ctx.state.user.role !== 'admin') ctx.throw(403);
  await next();
};
exports.gate = async (ctx, next) => {
  if (process.env.GATE !== 'on') return next();
  return exports.requireUser(ctx, next);
};
`,
};
interface Stack {
  readonly stack: readonly { readonly methods: readonly string[]; readonly path: unknown }[];
}
function stackOf(router: unknown): Stack['stack'] {
  const found: unknown = Reflect.get(Object(router), 'stack');
  return Array.isArray(found) ? found : [];
}

/** The standard API for Koa with @koa/router, koa-mount and koa-compose. */
export const koa: StandardApp = {
  framework: 'koa',
  files: FILES,
  start() {
    const exported = Object(runFiles(FILES, 'src/app.js'));
    const app: unknown = Reflect.get(exported, 'app');
    Reflect.set(Object(app), 'silent', true);
    const callback: unknown = Reflect.get(Object(app), 'callback');
    const listener: unknown = typeof callback === 'function' ? Reflect.apply(callback, app, []) : undefined;
    return {
      ask: (method, path) => askListener(listener, method, path),
      routes() {
        const users = Reflect.get(Object(runFiles(FILES, 'src/users.js')), 'router');
        const linesOf = (router: unknown, under: string): readonly string[] =>
          stackOf(router).flatMap(({ methods, path }) => methods.filter((method) => method !== 'HEAD').map((method) => `${method} ${under}${String(path).replace(/(.)\/$/, '$1').replace(/:(\w+)/g, '{$1}')}`));
        return [...linesOf(Reflect.get(exported, 'router'), ''), ...linesOf(users, '/api')];
      },
    };
  },
};
