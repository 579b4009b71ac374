import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filePath } from '../../server/src/core/text/source.js';
import { engineOver } from '../support/analyse.js';
import { routesOf } from './routes.js';

/** The same lines in any order. */
function same(actual: readonly string[], expected: readonly string[]): void {
  assert.deepEqual([...actual].sort(), [...expected].sort());
}
const HEAD = `
const Hapi = require('@hapi/hapi');
const Boom = require('@hapi/boom');
const server = Hapi.server({ port: 3000 });
const guard = (request, h) => { if (!request.headers.authorization) throw Boom.unauthorized(); return h.continue; };
const handler = () => 'data';
`;
/** The inventory behind some code, without places. */
function listOf(code: string, others: Readonly<Record<string, string>> = {}): readonly string[] {
  return routesOf({ 'app.js': `${HEAD}${code}\nserver.start();`, ...others }).map((line) => line.slice(0, line.lastIndexOf(' ')));
}
/** Authentication and authorization of `GET /x`, or of a route the code adds itself, and its chain. */
function stateOf(code: string, route = "server.route({ method: 'GET', path: '/x', handler });"): string {
  const text = `${HEAD}${code}\n${route}\nserver.start();`;
  const one = engineOver(new Map([[filePath('app.js'), text]])).inventory().find(({ path }) => path === '/x');
  assert.ok(one, 'no route /x');
  return [one.authentication, one.authorization, one.chain.map(({ name }) => name).join(' > ') || '-'].join(' ');
}

test('a standard application: routes of a plugin under a prefix, a strategy asked for by name', () => {
  same(routesOf({
    'app.js': `
const Hapi = require('@hapi/hapi');
const users = require('./plugins/users');
const init = async () => {
  const server = Hapi.server({ port: 3000 });
  await server.register(require('@hapi/jwt'));
  server.auth.strategy('token', 'jwt', { keys: process.env.KEY });
  server.route({ method: 'GET', path: '/health', handler: () => 'ok' });
  await server.register({ plugin: users, routes: { prefix: '/users' } });
  await server.start();
};
init();`,
    'plugins/users.js': `
exports.plugin = {
  name: 'users',
  register: async (server, options) => {
    server.route([
      { method: 'GET', path: '/', handler: list },
      { method: 'POST', path: '/', options: { auth: 'token', handler: create } },
      { method: ['PUT', 'PATCH'], path: '/{id}', handler: replace },
      { method: 'DELETE', path: '/{id}', options: { auth: { strategy: 'token', scope: ['admin'] } }, handler: remove },
    ]);
  },
};`,
  }), [
    'GET /health unguarded app.js:7',
    'GET /users unguarded plugins/users.js:5',
    'POST /users guarded plugins/users.js:6',
    'PUT /users/{id} unguarded plugins/users.js:7',
    'PATCH /users/{id} unguarded plugins/users.js:7',
    'DELETE /users/{id} guarded plugins/users.js:8',
  ]);
});
