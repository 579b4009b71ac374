import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { runInThisContext } from 'node:vm';
import { routesOf } from './routes.js';

type Method = 'GET' | 'PUT' | 'POST' | 'DELETE' | 'PATCH';
interface Server {
  inject(request: { readonly method: Method; readonly url: string }): Promise<{ readonly statusCode: number }>;
  close(): Promise<void>;
}
const load = createRequire(import.meta.url);
const HEAD = `
const guard = async (request, reply) => { if (request.headers['x-user'] === undefined) return reply.code(401).send({ error: 'login' }); };
const ok = async () => ({ ok: true });
`;

/** Runs the code on the real framework, asks each route it really has as a stranger, and compares with what is read from the text. */
async function compare(code: string, version: 'fastify' | 'fastify4'): Promise<void> {
  const text = `const Fastify = require('fastify');\nconst app = Fastify();\n${HEAD}${code}\nmodule.exports = app;`;
  const stated = new Map(routesOf({ 'app.js': text }).map((line): [string, string] => {
    const [method = '', path = '', state = ''] = line.split(' ');
    return [`${method} ${path}`, state];
  }));
  const real = new Set<string>();
  const holder: { exports: unknown } = { exports: undefined };
  const recorded = text.replace('const app = Fastify();', "const app = Fastify(); app.addHook('onRoute', (route) => record(route));");
  const record = (route: { readonly method: string | readonly string[]; readonly url: string }): void => {
    for (const method of [route.method].flat()) if (method !== 'HEAD') real.add(`${method} ${route.url.length > 1 ? route.url.replace(/\/$/, '') : route.url}`);
  };
  const run: unknown = runInThisContext(`(function (require, module, record) {${recorded}\n})`);
  assert.ok(typeof run === 'function');
  run((name: string): unknown => load(name === 'fastify' ? version : name), holder, record);
  const app = holder.exports;
  assert.ok(isServer(app));
  try {
    await app.inject({ method: 'GET', url: '/-' });
    assert.deepEqual([...stated.keys()].sort(), [...real].map((route) => route.replace(/:(\w+)/g, '{$1}')).sort(), code);
    for (const route of real) {
      const [method = '', url = ''] = route.split(' ');
      if (!isMethod(method)) throw new Error(`no such method: ${method}`);
      const { statusCode } = await app.inject({ method, url: url.replace(/:\w+/g, '1') });
      assert.equal(stated.get(route.replace(/:(\w+)/g, '{$1}')), statusCode === 401 ? 'guarded' : 'unguarded', `${route} of ${code}`);
    }
  } finally {
    await app.close();
  }
}
function isServer(value: unknown): value is Server {
  return typeof value === 'object' && value !== null && 'inject' in value;
}
function isMethod(text: string): text is Method {
  return ['GET', 'PUT', 'POST', 'DELETE', 'PATCH'].includes(text);
}

const cases: Readonly<Record<string, string>> = {
  'options, objects and lists of methods': `
    app.get('/a', ok);
    app.post('/a', { preHandler: guard }, ok);
    app.route({ method: ['PUT', 'PATCH'], url: '/a/:id', onRequest: [guard], handler: ok });
    app.route({ method: 'DELETE', path: '/a/:id', handler: ok });
    const shared = { preValidation: guard };
    app.get('/b', shared, ok);
    app.get('/c', { ...shared, handler: ok });`,
  'a hook after the route': `app.get('/x', ok); app.addHook('onRequest', guard);`,
  'a hook of a child': `app.register(async (child) => { child.addHook('onRequest', guard); child.get('/in', ok); }); app.get('/out', ok);`,
  'a hook of the parent after the child': `app.register(async (child) => { child.get('/in', ok); }); app.addHook('preHandler', guard);`,
  'a hook of the parent after a child that was awaited': `app.register(async (child) => { child.get('/in', ok); }).after(() => { app.addHook('preHandler', guard); });`,
  'siblings': `app.register(async (one) => { one.addHook('onRequest', guard); one.get('/one', ok); }); app.register(async (two) => { two.get('/two', ok); });`,
  'an open plugin': `
    const plugin = async (scope) => { scope.addHook('onRequest', guard); scope.get('/inside', ok); };
    plugin[Symbol.for('skip-override')] = true;
    app.get('/before', ok);
    app.register(plugin, { prefix: '/ignored' });`,
  'prefixes': `
    app.register((api, options, done) => {
      api.get('/', ok);
      api.register(async function (inner) { inner.get('/', ok); inner.put('/deep', ok); }, { prefix: '/b' });
      done();
    }, { prefix: '/a' });`,
  'decorated functions': `
    app.decorate('authenticate', guard);
    app.register(async (child) => { child.get('/x', { onRequest: [child.authenticate] }, ok); child.get('/y', ok); });`,
  'after': `app.after(() => { app.get('/late', { preHandler: guard }, ok); }); app.get('/early', ok);`,
  'hooks behind the handler': `app.addHook('onResponse', async () => {}); app.addHook('onSend', async (request, reply, payload) => payload); app.get('/x', ok);`,
  'hooks with done': `
    app.addHook('onRequest', (request, reply, done) => { if (request.headers['x-user'] === undefined) { reply.code(401).send(); return; } done(); });
    app.get('/x', ok);`,
  'a hook that throws': `
    app.addHook('preParsing', async (request) => { if (request.headers['x-user'] === undefined) { const error = new Error('login'); error.statusCode = 401; throw error; } });
    app.get('/x', ok);`,
  'a hook of another phase of a child below a child': `app.register(async (one) => { one.addHook('preValidation', guard); one.register(async (two) => { two.get('/x', ok); }, { prefix: '/two' }); }, { prefix: '/one' });`,
  'a handler that refuses': `app.delete('/x', async (request, reply) => reply.code(401).send()); app.put('/x', async (request, reply) => { if (!request.user) return reply.code(401).send(); return ok(); });`,
};
for (const version of ['fastify', 'fastify4'] as const)
  for (const [title, code] of Object.entries(cases)) test(`as ${version} answers: ${title}`, () => compare(code, version));
