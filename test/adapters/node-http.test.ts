import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routesOf } from './routes.js';

interface Case {
  readonly name: string;
  readonly code: string;
  readonly routes: readonly string[];
}
/** Bodies of a listener `(req, res)`; the first line of the body is line 2. */
const BODIES: readonly Case[] = [
  { name: 'method and url in one test', code: "if (req.method === 'GET' && req.url === '/x') res.end('x');", routes: ['GET /x unguarded app.js:2'] },
  { name: 'nested tests', code: "if (req.url === '/x') {\n  if (req.method === 'GET') res.end('a');\n  else if (req.method === 'POST') res.end('b');\n  else { res.writeHead(405); res.end(); }\n}", routes: ['GET /x unguarded app.js:3', 'POST /x unguarded app.js:4'] },
  { name: 'a path for all methods', code: "if (req.url === '/x') { res.end('x'); }", routes: ['ALL /x unguarded app.js:2'] },
  { name: 'an early return for other methods', code: "if (req.method !== 'POST') { res.statusCode = 405; return res.end(); }\nif (req.url === '/x') res.end('x');", routes: ['POST /x unguarded app.js:2'] },
  { name: 'an early return for other paths', code: "if (req.url !== '/x') { res.writeHead(404); res.end(); return; }\nres.end('x');", routes: ['ALL /x unguarded app.js:2'] },
  { name: 'a switch over methods', code: "switch (req.method) {\n  case 'GET': res.end('a'); break;\n  case 'PUT': res.end('b'); break;\n  default: res.writeHead(405).end();\n}", routes: ['GET /{*} unguarded app.js:3', 'PUT /{*} unguarded app.js:4'] },
  { name: 'a switch over paths', code: "const { pathname } = new URL(req.url, 'http://localhost');\nswitch (pathname) {\n  case '/a':\n  case '/b': res.end('1'); break;\n  case '/c': return res.end('2');\n  default: res.statusCode = 404; res.end();\n}", routes: ['ALL /a unguarded app.js:4', 'ALL /b unguarded app.js:5', 'ALL /c unguarded app.js:6'] },
  { name: 'a switch whose default answers', code: "switch (req.url) {\n  case '/a': return res.end('1');\n  default: res.end('home');\n}", routes: ['ALL /a unguarded app.js:3', 'ALL /{*} unguarded app.js:4'] },
  { name: 'a list of methods', code: "if (!['GET', 'HEAD'].includes(req.method)) return res.writeHead(405).end();\nif (req.url === '/x') res.end();", routes: ['GET /x unguarded app.js:2', 'HEAD /x unguarded app.js:2'] },
  { name: 'destructured, in small letters', code: "const { method, url } = req;\nif (method.toLowerCase() === 'get' && url === '/x') res.end();", routes: ['GET /x unguarded app.js:3'] },
  { name: 'a prefix', code: "if (req.url.startsWith('/api/')) res.end();", routes: ['ALL /api/{*} unguarded app.js:2'] },
  { name: 'a prefix by position', code: "if (req.url.indexOf('/api/') === 0) res.end();", routes: ['ALL /api/{*} unguarded app.js:2'] },
  { name: 'a path below a prefix', code: "if (req.url.startsWith('/api/')) {\n  if (req.url === '/api/x') return res.end('x');\n  if (req.url === '/y') return res.end('never');\n  res.writeHead(404).end();\n}", routes: ['ALL /api/x unguarded app.js:3'] },
  { name: 'the legacy parser', code: "const parsed = require('url').parse(req.url, true);\nif (parsed.pathname === '/x') res.end();", routes: ['ALL /x unguarded app.js:3'] },
  { name: 'what stands before the question mark', code: "const path = req.url.split('?')[0];\nif (path === '/x') res.end();", routes: ['ALL /x unguarded app.js:3'] },
  { name: 'patterns', code: "if (/^\\/users\\/(\\d+)$/.test(req.url)) return res.end();\nconst match = req.url.match(/^\\/posts\\/(?<id>[^/]+)\\/comments$/);\nif (match && req.method === 'DELETE') res.end(match.groups.id);", routes: ['ALL /users/{param} unguarded app.js:2', 'DELETE /posts/{id}/comments unguarded app.js:4'] },
  { name: 'a pattern assigned in the test', code: "let found;\nif ((found = /^\\/u\\/(\\w+)$/.exec(req.url))) res.end(found[1]);", routes: ['ALL /u/{param} unguarded app.js:3'] },
  { name: 'pieces between slashes', code: "const parts = req.url.split('/');\nif (parts[1] === 'users' && parts.length === 3) res.end();\nelse if (parts[1] === 'posts') res.end();", routes: ['ALL /users/{param} unguarded app.js:3', 'ALL /posts/{*} unguarded app.js:4'] },
  { name: 'method and path in one text', code: "switch (`${req.method} ${req.url}`) {\n  case 'GET /x': return res.end('x');\n  case 'POST /y': return res.end('y');\n}\nres.writeHead(404); res.end();", routes: ['GET /x unguarded app.js:3', 'POST /y unguarded app.js:4'] },
  { name: 'several paths', code: "if (req.url === '/' || req.url === '/index.html') res.end('home');", routes: ['ALL / unguarded app.js:2', 'ALL /index.html unguarded app.js:2'] },
  { name: 'everything', code: "res.writeHead(200, { 'Content-Type': 'text/plain' });\nres.end('hello');", routes: ['ALL /{*} unguarded app.js:2'] },
  { name: 'nothing but 404', code: 'res.writeHead(404);\nres.end();', routes: [] },
  { name: 'nothing but a redirect', code: "res.writeHead(301, { Location: 'https://' + req.headers.host + req.url });\nres.end();", routes: [] },
  { name: 'a redirect of one path', code: "if (req.url === '/old') { res.writeHead(302, { Location: '/new' }); res.end(); }", routes: ['ALL /old unguarded app.js:2'] },
  { name: 'preflight requests', code: "if (req.method === 'OPTIONS') { res.writeHead(204); return res.end(); }\nif (req.url === '/x') res.end();", routes: ['ALL /x unguarded app.js:3'] },
  { name: 'an answer in a callback', code: "if (req.url === '/x' && req.method === 'POST') {\n  let body = '';\n  req.on('data', (chunk) => { body += chunk; });\n  req.on('end', () => { res.writeHead(201); res.end(body); });\n  return;\n}\nres.writeHead(404).end();", routes: ['POST /x unguarded app.js:2'] },
  { name: 'a stream', code: "if (req.url === '/x') require('fs').createReadStream('x').pipe(res);", routes: ['ALL /x unguarded app.js:2'] },
  { name: 'a test kept under a name', code: "const isGet = req.method === 'GET';\nconst isX = req.url === '/x';\nif (isGet && isX) res.end();", routes: ['GET /x unguarded app.js:2'] },
  { name: 'a predicate of the file', code: "const is = (method, path) => req.method === method && req.url === path;\nif (is('GET', '/x')) res.end();", routes: ['GET /x unguarded app.js:3'] },
  { name: 'a helper that answers', code: "const json = (status, data) => { res.writeHead(status); res.end(JSON.stringify(data)); };\nif (req.url === '/x') return json(200, {});\njson(404, {});", routes: ['ALL /x unguarded app.js:3'] },
  { name: 'a refusal first', code: "if (!authorized(req)) { res.writeHead(401); res.end(); return; }\nif (req.url === '/x') res.end('x');", routes: ['ALL /x guarded app.js:3'] },
  { name: 'a refusal in another branch', code: "if (req.url === '/a') { if (!req.headers.authorization) { res.writeHead(401); return res.end(); } return res.end('a'); }\nif (req.url === '/b') return res.end('b');", routes: ['ALL /a guarded app.js:2', 'ALL /b unguarded app.js:3'] },
  { name: 'a refusal behind the answer', code: "if (req.url === '/a') return res.end('a');\nif (!req.headers.authorization) { res.statusCode = 401; return res.end(); }\nif (req.url === '/b') return res.end('b');", routes: ['ALL /a unguarded app.js:2', 'ALL /b guarded app.js:4'] },
  { name: 'a refusal of one method', code: "if (req.method === 'POST' && !req.headers.authorization) { res.statusCode = 401; return res.end(); }\nif (req.url === '/x') {\n  if (req.method === 'GET') return res.end('a');\n  if (req.method === 'POST') return res.end('b');\n}", routes: ['GET /x unguarded app.js:4', 'POST /x guarded app.js:5'] },
  { name: 'a refusal a setting decides about', code: "if (process.env.TOKEN && req.headers.authorization !== process.env.TOKEN) { res.writeHead(401); return res.end(); }\nif (req.url === '/x') res.end();", routes: ['ALL /x unknown app.js:3'] },
  { name: 'a refusal inside a setting', code: "if (options.auth) {\n  if (!req.headers.authorization) { res.writeHead(401); return res.end(); }\n}\nif (req.url === '/x') { if (!file) return res.writeHead(404).end(); res.end(); }", routes: ['ALL /x unknown app.js:5'] },
  { name: 'returns of nested tests', code: "if (req.url === '/x') {\n  if (req.method === 'GET') return res.end('a');\n  if (req.method === 'POST') return res.end('b');\n}\nres.end('home');", routes: ['ALL /{*} unguarded app.js:6', 'GET /x unguarded app.js:3', 'POST /x unguarded app.js:4'] },
  { name: 'many paths in a row', code: `${Array.from({ length: 50 }, (_, index) => `if (req.url === '/${String(index)}') return res.end();`).join(' ')}\nif (!req.headers.authorization) { res.statusCode = 401; return res.end(); }\nif (req.url === '/x') res.end();`, routes: [...Array.from({ length: 50 }, (_, index) => `ALL /${String(index)} unguarded app.js:2`), 'ALL /x guarded app.js:4'] },
  { name: 'open paths before the refusal', code: "const open = ['/health', '/login'];\nif (!open.includes(req.url) && !req.headers.authorization) { res.writeHead(401); return res.end(); }\nif (req.url === '/health') return res.end();\nif (req.url === '/x') return res.end();", routes: ['ALL /health unguarded app.js:4', 'ALL /x guarded app.js:5'] },
  { name: 'another handler for the rest', code: "if (req.url === '/x') return res.end('x');\nreturn require('serve-handler')(req, res);", routes: ['ALL /x unguarded app.js:2'] },
  { name: 'a router of a package', code: "require('find-my-way')().lookup(req, res);", routes: [] },
  { name: 'what nobody can read stands before', code: "if (await handle(req, res)) return;\nif (req.url === '/x') res.end();", routes: ['ALL /x unknown app.js:3'] },
  { name: 'a client inside', code: "const call = http.request({ method: 'GET', path: '/upstream' }, (answer) => answer.pipe(res));\ncall.end();\nif (config.method === 'GET') log();", routes: ['ALL /{*} unguarded app.js:2'] },
];
for (const { name, code, routes } of BODIES) {
  test(`node:http: ${name}`, () => {
    const lines = routesOf({ 'app.js': `const http = require('node:http'); const server = http.createServer(${code.includes('await ') ? 'async ' : ''}(req, res) => {\n${code}\n});\nserver.listen(80);` });
    assert.deepEqual([...lines].sort(), [...routes].sort());
  });
}

const HEAD = "const http = require('node:http');\n";
/** Whole projects. */
const PROJECTS: readonly { readonly name: string; readonly files: Readonly<Record<string, string>>; readonly routes: readonly string[] }[] = [
  { name: 'a named listener', files: { 'app.js': `${HEAD}http.createServer(listener);\nfunction listener(request, response) {\n  if (request.url === '/x') response.end();\n}` }, routes: ['ALL /x unguarded app.js:4'] },
  { name: 'a listener of another file', files: { 'app.js': "import { createServer } from 'http';\nimport { listener } from './listener.js';\ncreateServer({ keepAlive: true }, listener).listen(80);", 'listener.js': "export const listener = async (req, res) => {\n  if (req.url === '/x') res.end();\n};" }, routes: ['ALL /x unguarded listener.js:2'] },
  { name: 'https, http2 and Server', files: { 'app.js': "import https from 'node:https';\nimport http2 from 'node:http2';\nimport { Server } from 'node:http';\nhttps.createServer({ key }, (req, res) => { if (req.url === '/a') res.end(); });\nhttp2.createSecureServer({ key }, (req, res) => { if (req.url === '/b') res.end(); });\nnew Server((req, res) => { if (req.url === '/c') res.end(); });" }, routes: ['ALL /a unguarded app.js:4', 'ALL /b unguarded app.js:5', 'ALL /c unguarded app.js:6'] },
  { name: "server.on('request')", files: { 'app.js': `${HEAD}const server = http.createServer();\nserver.on('request', (req, res) => { if (req.url === '/x') res.end(); });\nserver.on('upgrade', (req, socket) => { if (req.url === '/socket') socket.end(); });\nserver.on('connection', (req, res) => res.end());` }, routes: ['ALL /x unguarded app.js:3'] },
  { name: 'a method of a class', files: { 'app.js': `${HEAD}class Api {\n  constructor() { this.server = http.createServer(this.handle.bind(this)); }\n  handle(req, res) {\n    if (req.method === 'GET' && req.url === '/users') return this.list(req, res);\n    res.writeHead(404); res.end();\n  }\n  list(req, res) { if (!this.check(req, res)) return; res.end('[]'); }\n  check(req, res) { if (req.headers.authorization) return true; res.writeHead(401); res.end(); return false; }\n}\nnew Api();` }, routes: ['GET /users guarded app.js:5'] },
  { name: 'arrow fields', files: { 'app.ts': "import * as http from 'http';\nexport class Api {\n  private handle = (req: http.IncomingMessage, res: http.ServerResponse): void => { if (req.url === '/x') res.end(); };\n  start(): void { http.createServer((req, res) => this.handle(req, res)).listen(80); }\n}" }, routes: ['ALL /x unguarded app.ts:3'] },
  { name: 'a function that makes the listener', files: { 'app.js': `${HEAD}const make = (name) => (req, res) => { if (req.url === '/x') res.end(name); };\nhttp.createServer(make('a'));` }, routes: ['ALL /x unguarded app.js:2'] },
  { name: 'a server made in a function', files: { 'app.js': `${HEAD}module.exports.start = (port) => {\n  const server = http.createServer((req, res) => { if (req.url === '/x') res.end(); });\n  server.listen(port);\n};` }, routes: ['ALL /x unguarded app.js:3'] },
  { name: 'tests in functions that are handed the request', files: { 'app.js': `${HEAD}const users = require('./users');\nhttp.createServer((req, res) => {\n  const url = new URL(req.url, 'http://a');\n  if (url.pathname.startsWith('/users')) return users(req, res, url.pathname);\n  res.writeHead(404).end();\n});`, 'users.js': "const { requireUser, send } = require('./tools');\nmodule.exports = (req, res, path) => {\n  if (path === '/users' && req.method === 'GET') return send(res, 200, []);\n  if (!requireUser(req, res)) return;\n  if (path === '/users' && req.method === 'POST') return send(res, 201, {});\n  send(res, 404, {});\n};", 'tools.js': "exports.send = (res, status, data) => { res.writeHead(status, { 'Content-Type': 'application/json' }); res.end(JSON.stringify(data)); };\nexports.requireUser = (req, res) => {\n  if (req.headers.authorization) return true;\n  exports.send(res, 401, {});\n  return false;\n};" }, routes: ['GET /users unguarded users.js:3', 'POST /users guarded users.js:5'] },
  { name: 'a table of paths', files: { 'app.js': `${HEAD}const list = (req, res) => res.end('[]');\nconst secret = (req, res) => { if (!req.headers.authorization) { res.statusCode = 401; return res.end(); } res.end('s'); };\nconst routes = {\n  '/list': list,\n  '/secret': secret,\n};\nhttp.createServer((req, res) => {\n  const handler = routes[req.url];\n  if (!handler) { res.writeHead(404); return res.end(); }\n  handler(req, res);\n});` }, routes: ['ALL /list unguarded app.js:5', 'ALL /secret guarded app.js:6'] },
  { name: 'a table of methods and paths', files: { 'app.js': `${HEAD}const routes = {\n  'GET /a'(req, res) { res.end(); },\n  'POST /b': (req, res) => res.end(),\n};\nconst none = (req, res) => res.writeHead(404).end();\nhttp.createServer((req, res) => (routes[req.method + ' ' + req.url] || none)(req, res));` }, routes: ['GET /a unguarded app.js:3', 'POST /b unguarded app.js:4'] },
  { name: 'a table in a table, optional call', files: { 'app.js': `${HEAD}const routes = { '/a': { GET: (req, res) => res.end(), PUT: (req, res) => res.end() } };\nhttp.createServer((req, res) => {\n  const route = routes[req.url];\n  route?.[req.method]?.(req, res);\n});` }, routes: ['GET /a unguarded app.js:2', 'PUT /a unguarded app.js:2'] },
  { name: 'a Map', files: { 'app.js': `${HEAD}const routes = new Map([\n  ['/a', (req, res) => res.end()],\n]);\nhttp.createServer((req, res) => {\n  if (routes.has(req.url)) return routes.get(req.url)(req, res);\n  res.writeHead(404).end();\n});` }, routes: ['ALL /a unguarded app.js:3'] },
  { name: 'a list that is searched', files: { 'app.js': `${HEAD}const routes = [\n  { method: 'GET', path: '/a', handler: (req, res) => res.end() },\n  { method: 'POST', path: '/b', handler: (req, res) => res.end() },\n];\nhttp.createServer((req, res) => {\n  const route = routes.find((one) => one.method === req.method && one.path === req.url);\n  if (!route) return res.writeHead(404).end();\n  route.handler(req, res);\n});` }, routes: ['GET /a unguarded app.js:3', 'POST /b unguarded app.js:4'] },
  { name: 'constants of another file', files: { 'app.js': "import http from 'http';\nimport { PREFIX } from './paths.js';\nhttp.createServer((req, res) => {\n  if (req.url === `${PREFIX}/x`) res.end();\n});", 'paths.js': "export const PREFIX = '/v1';" }, routes: ['ALL /v1/x unguarded app.js:4'] },
  { name: 'an Express application is none', files: { 'app.js': `${HEAD}const express = require('express');\nconst app = express();\napp.get('/x', (req, res) => res.send('x'));\nhttp.createServer(app).listen(80);\nhttp.createServer((req, res) => app(req, res));` }, routes: ['GET /x unguarded app.js:4'] },
  { name: 'a Koa application is none', files: { 'app.js': `${HEAD}const Koa = require('koa');\nconst app = new Koa();\napp.use((ctx) => { if (ctx.url === '/x' && ctx.method === 'GET') ctx.body = 'x'; });\nhttp.createServer(app.callback()).listen(80);` }, routes: [] },
  { name: 'a health check beside an Express application', files: { 'app.js': `${HEAD}const app = require('express')();\napp.get('/x', (req, res) => res.send('x'));\nhttp.createServer((req, res) => {\n  if (req.url === '/health') return res.end('ok');\n  app(req, res);\n});` }, routes: ['ALL /health unguarded app.js:5', 'GET /x unguarded app.js:3'] },
  { name: 'clients and settings', files: { 'app.js': `${HEAD}http.request({ method: 'GET', path: '/x' }, (res) => res.end());\nhttp.get('http://a/x', (res) => { if (res.url === '/x') res.pipe(process.stdout); });\nfunction proxy(req, res) { req.url = req.url.replace('/api', ''); if (req.url === '/x') res.end(); }\nif (config.method === 'GET' && config.url === '/y') run();` }, routes: [] },
];
for (const { name, files, routes } of PROJECTS) {
  test(`node:http: ${name}`, () => {
    assert.deepEqual([...routesOf(files)].sort(), [...routes].sort());
  });
}
