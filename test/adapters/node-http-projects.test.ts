import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routesOf } from './routes.js';

const HEAD = `const http = require('node:http');
`;
/** Whole projects. */
const PROJECTS: readonly { readonly name: string; readonly files: Readonly<Record<string, string>>; readonly routes: readonly string[] }[] = [
  {
    name: 'a named listener',
    files: {
      'app.js': `${HEAD}http.createServer(listener);
function listener(request, response) {
  if (request.url === '/x') response.end();
}`,
    },
    routes: ['ALL /x unguarded app.js:4'],
  },
  {
    name: 'a listener of another file',
    files: {
      'app.js': `import { createServer } from 'http';
import { listener } from './listener.js';
createServer({ keepAlive: true }, listener).listen(80);`,
      'listener.js': `export const listener = async (req, res) => {
  if (req.url === '/x') res.end();
};`,
    },
    routes: ['ALL /x unguarded listener.js:2'],
  },
  {
    name: 'https, http2 and Server',
    files: {
      'app.js': `import https from 'node:https';
import http2 from 'node:http2';
import { Server } from 'node:http';
https.createServer({ key }, (req, res) => { if (req.url === '/a') res.end(); });
http2.createSecureServer({ key }, (req, res) => { if (req.url === '/b') res.end(); });
new Server((req, res) => { if (req.url === '/c') res.end(); });`,
    },
    routes: ['ALL /a unguarded app.js:4', 'ALL /b unguarded app.js:5', 'ALL /c unguarded app.js:6'],
  },
  {
    name: "server.on('request')",
    files: {
      'app.js': `${HEAD}const server = http.createServer();
server.on('request', (req, res) => { if (req.url === '/x') res.end(); });
server.on('upgrade', (req, socket) => { if (req.url === '/socket') socket.end(); });
server.on('connection', (req, res) => res.end());`,
    },
    routes: ['ALL /x unguarded app.js:3'],
  },
  {
    name: 'a method of a class',
    files: {
      'app.js': `${HEAD}class Api {
  constructor() { this.server = http.createServer(this.handle.bind(this)); }
  handle(req, res) {
    if (req.method === 'GET' && req.url === '/users') return this.list(req, res);
    res.writeHead(404); res.end();
  }
  list(req, res) { if (!this.check(req, res)) return; res.end('[]'); }
  check(req, res) { if (req.headers.authorization) return true; res.writeHead(401); res.end(); return false; }
}
new Api();`,
    },
    routes: ['GET /users guarded app.js:5'],
  },
  {
    name: 'arrow fields',
    files: {
      'app.ts': `import * as http from 'http';
export class Api {
  private handle = (req: http.IncomingMessage, res: http.ServerResponse): void => { if (req.url === '/x') res.end(); };
  start(): void { http.createServer((req, res) => this.handle(req, res)).listen(80); }
}`,
    },
    routes: ['ALL /x unguarded app.ts:3'],
  },
  {
    name: 'a function that makes the listener',
    files: {
      'app.js': `${HEAD}const make = (name) => (req, res) => { if (req.url === '/x') res.end(name); };
http.createServer(make('a'));`,
    },
    routes: ['ALL /x unguarded app.js:2'],
  },
  {
    name: 'a server made in a function',
    files: {
      'app.js': `${HEAD}module.exports.start = (port) => {
  const server = http.createServer((req, res) => { if (req.url === '/x') res.end(); });
  server.listen(port);
};`,
    },
    routes: ['ALL /x unguarded app.js:3'],
  },
  {
    name: 'tests in functions that are handed the request',
    files: {
      'app.js': `${HEAD}const users = require('./users');
http.createServer((req, res) => {
  const url = new URL(req.url, 'http://a');
  if (url.pathname.startsWith('/users')) return users(req, res, url.pathname);
  res.writeHead(404).end();
});`,
      'users.js': `const { requireUser, send } = require('./tools');
module.exports = (req, res, path) => {
  if (path === '/users' && req.method === 'GET') return send(res, 200, []);
  if (!requireUser(req, res)) return;
  if (path === '/users' && req.method === 'POST') return send(res, 201, {});
  send(res, 404, {});
};`,
      'tools.js': `exports.send = (res, status, data) => { res.writeHead(status, { 'Content-Type': 'application/json' }); res.end(JSON.stringify(data)); };
exports.requireUser = (req, res) => {
  if (req.headers.authorization) return true;
  exports.send(res, 401, {});
  return false;
};`,
    },
    routes: ['GET /users unguarded users.js:3', 'POST /users guarded users.js:5'],
  },
  {
    name: 'a table of paths',
    files: {
      'app.js': `${HEAD}const list = (req, res) => res.end('[]');
const secret = (req, res) => { if (!req.headers.authorization) { res.statusCode = 401; return res.end(); } res.end('s'); };
const routes = {
  '/list': list,
  '/secret': secret,
};
http.createServer((req, res) => {
  const handler = routes[req.url];
  if (!handler) { res.writeHead(404); return res.end(); }
  handler(req, res);
});`,
    },
    routes: ['ALL /list unguarded app.js:5', 'ALL /secret guarded app.js:6'],
  },
  {
    name: 'a table of methods and paths',
    files: {
      'app.js': `${HEAD}const routes = {
  'GET /a'(req, res) { res.end(); },
  'POST /b': (req, res) => res.end(),
};
const none = (req, res) => res.writeHead(404).end();
http.createServer((req, res) => (routes[req.method + ' ' + req.url] || none)(req, res));`,
    },
    routes: ['GET /a unguarded app.js:3', 'POST /b unguarded app.js:4'],
  },
  {
    name: 'a table in a table, optional call',
    files: {
      'app.js': `${HEAD}const routes = { '/a': { GET: (req, res) => res.end(), PUT: (req, res) => res.end() } };
http.createServer((req, res) => {
  const route = routes[req.url];
  route?.[req.method]?.(req, res);
});`,
    },
    routes: ['GET /a unguarded app.js:2', 'PUT /a unguarded app.js:2'],
  },
  {
    name: 'a Map',
    files: {
      'app.js': `${HEAD}const routes = new Map([
  ['/a', (req, res) => res.end()],
]);
http.createServer((req, res) => {
  if (routes.has(req.url)) return routes.get(req.url)(req, res);
  res.writeHead(404).end();
});`,
    },
    routes: ['ALL /a unguarded app.js:3'],
  },
  {
    name: 'a list that is searched',
    files: {
      'app.js': `${HEAD}const routes = [
  { method: 'GET', path: '/a', handler: (req, res) => res.end() },
  { method: 'POST', path: '/b', handler: (req, res) => res.end() },
];
http.createServer((req, res) => {
  const route = routes.find((one) => one.method === req.method && one.path === req.url);
  if (!route) return res.writeHead(404).end();
  route.handler(req, res);
});`,
    },
    routes: ['GET /a unguarded app.js:3', 'POST /b unguarded app.js:4'],
  },
  {
    name: 'constants of another file',
    files: {
      'app.js': `import http from 'http';
import { PREFIX } from './paths.js';
http.createServer((req, res) => {
  if (req.url === \`\${PREFIX}/x\`) res.end();
});`,
      'paths.js': "export const PREFIX = '/v1';",
    },
    routes: ['ALL /v1/x unguarded app.js:4'],
  },
  {
    name: 'an Express application is none',
    files: {
      'app.js': `${HEAD}const express = require('express');
const app = express();
app.get('/x', (req, res) => res.send('x'));
http.createServer(app).listen(80);
http.createServer((req, res) => app(req, res));`,
    },
    routes: ['GET /x unguarded app.js:4'],
  },
  {
    name: 'a Koa application is none',
    files: {
      'app.js': `${HEAD}const Koa = require('koa');
const app = new Koa();
app.use((ctx) => { if (ctx.url === '/x' && ctx.method === 'GET') ctx.body = 'x'; });
http.createServer(app.callback()).listen(80);`,
    },
    routes: [],
  },
  {
    name: 'a health check beside an Express application',
    files: {
      'app.js': `${HEAD}const app = require('express')();
app.get('/x', (req, res) => res.send('x'));
http.createServer((req, res) => {
  if (req.url === '/health') return res.end('ok');
  app(req, res);
});`,
    },
    routes: ['ALL /health unguarded app.js:5', 'GET /x unguarded app.js:3'],
  },
  {
    name: 'clients and settings',
    files: {
      'app.js': `${HEAD}http.request({ method: 'GET', path: '/x' }, (res) => res.end());
http.get('http://a/x', (res) => { if (res.url === '/x') res.pipe(process.stdout); });
function proxy(req, res) { req.url = req.url.replace('/api', ''); if (req.url === '/x') res.end(); }
if (config.method === 'GET' && config.url === '/y') run();`,
    },
    routes: [],
  },
];
for (const { name, files, routes } of PROJECTS) {
  test(`node:http: ${name}`, () => {
    assert.deepEqual([...routesOf(files)].sort(), [...routes].sort());
  });
}
