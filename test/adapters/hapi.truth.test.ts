import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routesOf } from './routes.js';
import { differences, run } from './truth.js';

interface Server {
  inject(request: { readonly method: string; readonly url: string }): Promise<{ readonly statusCode: number; readonly payload: string }>;
  table(): readonly { readonly method: string; readonly path: string }[];
  initialize(): Promise<void>;
  stop(): Promise<void>;
}
const HEAD = `
const Hapi = require('@hapi/hapi');
const Boom = require('@hapi/boom');
const server = Hapi.server({ debug: false });
const guard = (request, h) => { if (!request.headers.authorization) throw Boom.unauthorized(); return h.continue; };
const scheme = () => ({ authenticate: (request, h) => { if (!request.headers.authorization) throw Boom.unauthorized(null, 'Custom'); return h.authenticated({ credentials: { scope: ['user'] } }); } });
const handler = () => 'data';
server.auth.scheme('custom', scheme);
server.auth.strategy('token', 'custom');
`;
const X = "server.route({ method: 'GET', path: '/x', handler });";
/** Applications, how many requests each is asked, and those of them that strangers are told apart for. */
const APPLICATIONS: readonly { readonly name: string; readonly code: string; readonly routes: number; readonly dead?: readonly string[] }[] = [
  { name: 'a default strategy covers what was added before', routes: 2, code: `${X}\nserver.auth.default('token');\nserver.route({ method: 'PUT', path: '/x', handler });` },
  { name: 'what a route asks for replaces the default', routes: 7, code: `
server.auth.default({ strategy: 'token', mode: 'try' });
server.route([
  { method: 'GET', path: '/1', handler, options: { auth: false } },
  { method: 'GET', path: '/2', handler, options: { auth: 'token' } },
  { method: 'GET', path: '/3', handler, options: { auth: { mode: 'required' } } },
  { method: 'GET', path: '/4', handler, options: { auth: { strategies: ['token'], mode: 'optional' } } },
  { method: 'GET', path: '/5', handler },
  { method: 'GET', path: '/6', handler, options: { auth: { strategies: ['token'] } } },
  { method: 'GET', path: '/7', handler, options: { auth: { strategy: 'token', scope: ['admin'] } } },
]);` },
  { name: 'options of a route fill up from the default', routes: 2, code: `
server.auth.default({ strategy: 'token', mode: 'required' });
server.route({ method: 'GET', path: '/1', handler, options: { auth: { mode: 'try' } } });
server.route({ method: 'GET', path: '/2', handler, options: { auth: { scope: ['x'] } } });` },
  { name: 'extensions of a plugin cover the server', routes: 2, code: `${X}
await server.register({ name: 'p', register: (one) => { one.ext('onPreHandler', guard); one.route({ method: 'GET', path: '/y', handler }); } });` },
  { name: 'extensions in a sandbox cover the plugin, not those below it', routes: 3, code: `${X}
await server.register({ name: 'p', register: async (one) => {
  one.ext('onPreAuth', guard, { sandbox: 'plugin' });
  one.route({ method: 'GET', path: '/y', handler });
  await one.register({ name: 'q', register: (two) => two.route({ method: 'GET', path: '/z', handler }) });
} });` },
  { name: 'extension points', routes: 2, code: `
server.ext([{ type: 'onPostHandler', method: (request, h) => h.continue }, { type: 'onPreResponse', method: (request, h) => { if (request.never) throw Boom.unauthorized(); return h.continue; } }]);
server.route({ method: 'GET', path: '/x', handler, options: { ext: { onPreAuth: { method: guard } } } });
server.route({ method: 'GET', path: '/y', handler, options: { ext: { onPreHandler: [{ method: guard }] } } });` },
  { name: 'an extension written as an object, after the route', routes: 1, code: `${X}\nserver.ext({ type: 'onRequest', method: [guard] });` },
  { name: 'prefixes', routes: 5, dead: ['/x', '/b/x', '/a/w'], code: `
const plug = (name, path, more) => ({ name, register: async (one) => { one.route({ method: 'GET', path, handler }); if (more) await more(one); } });
await server.register(plug('a', '/', async (one) => {
  await one.register(plug('b', '/x'), { routes: { prefix: '/b' } });
  await one.register({ plugin: plug('c', '/w'), routes: { prefix: '/c' } });
  await one.register(plug('d', '/v'));
}), { routes: { prefix: '/a' } });
await server.register({ plugin: { plugin: plug('e', '/u') } });` },
  { name: 'paths', routes: 10, code: `
server.route({ method: 'GET', path: '/a/{id}', handler });
server.route({ method: 'GET', path: '/b/{id?}', handler });
server.route({ method: 'GET', path: '/c/{rest*}', handler });
server.route({ method: 'GET', path: '/d/{two*2}', handler: () => 'two' });
server.route({ method: 'GET', path: '/e/{name}.{ext}', handler });
server.route({ method: ['PUT', 'POST'], path: '/f/v1:run', handler });
server.route({ method: '*', path: '/g', handler });
server.route({ method: 'get', path: '/h/{p}/x{q}', handler });` },
  { name: 'steps before a handler', routes: 7, code: `
const route = (path, pre) => server.route({ method: 'GET', path, handler, options: { pre } });
route('/1', [guard]);
route('/2', [{ method: guard, assign: 'a' }]);
route('/3', [[{ method: () => 1, assign: 'a' }, { method: guard }], () => 2]);
route('/4', [{ method: guard, failAction: 'ignore' }]);
route('/5', [(request, h) => h.response('no').code(401)]);
route('/6', [(request, h) => (request.headers.authorization ? 1 : h.response('no').code(401).takeover())]);
route('/7', [(request) => (request.headers.authorization ? 1 : Boom.unauthorized())]);` },
  { name: 'handlers that ask themselves', routes: 5, code: `
server.route({ method: 'GET', path: '/1', handler: (request) => { if (!request.auth.isAuthenticated) throw Boom.unauthorized(); return 'data'; } });
server.route({ method: 'GET', path: '/2', handler: (request, h) => (request.auth.credentials ? 'data' : h.response('no').code(403)) });
server.route({ method: 'GET', path: '/3', handler: (request) => { if (!request.auth.isAuthenticated) return Boom.forbidden(); return 'data'; } });
server.route({ method: 'GET', path: '/4', handler: (request) => { if (request.auth.isAuthenticated && !request.auth.credentials.admin) throw Boom.forbidden(); return 'data'; } });
server.route({ method: 'GET', path: '/5', options: { handler: () => 'data' } });` },
  { name: 'schemes of own code', routes: 3, code: `
server.auth.scheme('open', () => ({ authenticate: (request, h) => h.authenticated({ credentials: {} }) }));
server.auth.scheme('shut', (one, options) => {
  const made = { authenticate(request, h) {
    const token = request.headers.authorization;
    if (!token) return h.unauthenticated(Boom.unauthorized());
    return h.authenticated({ credentials: { token } });
  } };
  return made;
});
server.auth.strategy('anyone', 'open');
server.auth.strategy('known', 'shut', { secret: 'x' });
server.route({ method: 'GET', path: '/1', handler, options: { auth: 'anyone' } });
server.route({ method: 'GET', path: '/2', handler, options: { auth: { strategies: ['known', 'token'] } } });
server.route({ method: 'GET', path: '/3', handler, options: { auth: { strategies: ['known', 'anyone'] } } });` },
  { name: 'options that a function gives, and lists that are made', routes: 4, code: `
server.route({ method: 'GET', path: '/1', handler, options: () => ({ auth: 'token' }) });
const routes = [{ method: 'GET', path: '/2', handler }];
routes.push({ method: 'GET', path: '/3', handler, config: undefined });
routes.forEach((route) => server.route(route));
server.route(['/4'].map((path) => ({ method: 'GET', path, handler, options: { auth: 'token' } })));` },
  { name: 'what the program adds to the server', routes: 2, code: `
await server.register({ name: 'p', register: (one) => one.decorate('server', 'open', function (path) { this.route({ method: 'GET', path, handler }); }) });
server.open('/1');
server.ext('onPreStart', (one) => { one.route({ method: 'GET', path: '/2', handler, options: { auth: 'token' } }); });` },
];

function textOf(code: string): string {
  return `const main = async () => {${HEAD}${code}\nawait server.initialize();\nreturn server;\n};\n`;
}
/** What the router of hapi holds, spelled as the inventory is. */
function tableOf(server: Server): readonly string[] {
  return server.table().flatMap(({ method, path }) => {
    const name = method === '*' ? 'ALL' : method.toUpperCase();
    const plain = path.replace(/\{(\w+)\*\d*\}/g, '{*$1}').replace(/\{(\w+)\?\}/g, '{$1}');
    return path.includes('?}') ? [`${name} ${plain}`, `${name} ${plain.slice(0, plain.lastIndexOf('/'))}`] : [`${name} ${plain}`];
  });
}
function isServer(value: unknown): value is Server {
  return typeof value === 'object' && value !== null && 'inject' in value && 'table' in value;
}

for (const { name, code, routes, dead = [] } of APPLICATIONS) test(`hapi answers as the inventory says: ${name}`, async () => {
  const text = `${textOf(code)}main();`;
  const server: unknown = await run(`${textOf(code)}return main();`);
  assert.ok(isServer(server));
  const ask = async (method: string, url: string): Promise<number> => (await server.inject({ method, url: url.replace('/d/1', '/d/1/2') })).statusCode;
  assert.deepEqual(await differences(text, ask), []);
  const listed = routesOf({ 'app.js': text }).map((line) => line.split(' ').slice(0, 2).join(' '));
  assert.deepEqual([...listed].sort(), [...tableOf(server)].sort());
  assert.equal(listed.length, routes);
  for (const path of dead) assert.equal(await ask('GET', path), 404, path);
  await server.stop();
});
test('hapi tells a stranger nothing of an error that is returned, and takes none as a body', async () => {
  const code = `
server.route({ method: 'GET', path: '/1', handler: () => new Error('secret') });
server.route({ method: 'GET', path: '/2', handler: (request, h) => h.response(new Error('secret')) });
server.route({ method: 'GET', path: '/3', handler: (request, h) => h.response({ error: new Error('secret').message }) });`;
  const server: unknown = await run(`${textOf(code)}return main();`);
  assert.ok(isServer(server));
  const bodies = await Promise.all(['/1', '/2', '/3'].map(async (url) => (await server.inject({ method: 'GET', url })).payload.includes('secret')));
  assert.deepEqual(bodies, [false, false, true]);
  await server.stop();
});
