import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, listenerOf } from './node-http-run.js';
import { differences, requestsOf } from './truth.js';

/** Listeners, with how many requests each is asked, and requests nothing answers. */
const LISTENERS: readonly { readonly name: string; readonly code: string; readonly routes: number; readonly dead?: readonly string[] }[] = [
  { name: 'branches', routes: 3, dead: ['GET /z', 'PUT /y'], code: `
if (req.method === 'GET' && req.url === '/x') return res.end('x');
if (req.url === '/y') {
  if (req.method === 'POST') { if (!req.headers.authorization) return deny(res); return res.end('y'); }
  if (req.method === 'GET') return res.end('y');
  res.writeHead(405);
  return res.end();
}
res.writeHead(404).end();` },
  { name: 'order of checks', routes: 2, dead: [], code: `
if (req.url === '/before') return res.end('data');
if (!req.headers.authorization) return deny(res);
if (req.url === '/after') return res.end('data');
res.writeHead(404).end();` },
  { name: 'a check of one method before all paths', routes: 3, dead: ['DELETE /x'], code: `
if (req.method !== 'GET' && !req.headers.authorization) return deny(res);
if (req.url === '/x' && req.method === 'GET') return res.end();
if (req.url === '/x' && req.method === 'POST') return res.end();
if (req.url === '/y' && req.method === 'PUT') return res.end();
res.writeHead(404).end();`.replace("req.method !== 'GET' &&", "req.method !== 'GET' && req.method !== 'DELETE' &&") },
  { name: 'a check whose answer nobody heeds', routes: 1, dead: ['GET /y'], code: `
if (req.url === '/x') res.end('x');
else if (!req.headers.authorization) res.writeHead(404).end();` },
  { name: 'patterns and prefixes', routes: 3, dead: ['GET /users/a', 'GET /static', 'GET /posts/1'], code: `
const match = /^\\/users\\/(\\d+)$/.exec(req.url);
if (match) return res.end(match[1]);
if (req.url.startsWith('/static/')) return res.end('file');
const parts = req.url.split('/');
if (parts[1] === 'posts' && parts[3] === 'comments' && parts.length === 4) return res.end('comments');
res.writeHead(404).end();` },
  { name: 'a switch', routes: 3, dead: ['GET /c'], code: `
switch (req.url.split('?')[0]) {
  case '/a':
  case '/b': res.end(); break;
  case '/admin':
    if (!check(req, res)) return;
    res.end();
    break;
  default: res.statusCode = 404; res.end();
}` },
  { name: 'tables', routes: 3, dead: ['POST /a', 'GET /c'], code: `
const secret = (request, response) => (check(request, response) ? response.end() : undefined);
const routes = { 'GET /a': (request, response) => response.end(), 'GET /b': secret, 'POST /b': secret };
const handler = routes[\`\${req.method} \${req.url}\`];
if (!handler) { res.writeHead(404); return res.end(); }
return handler(req, res);` },
  { name: 'callbacks', routes: 2, dead: ['GET /'], code: `
if (req.method === 'POST' && req.url === '/x') {
  if (!req.headers.authorization) return deny(res);
  req.resume();
  req.on('end', () => { res.statusCode = 201; res.end(); });
} else if (req.method === 'PUT') {
  req.resume();
  req.on('end', () => res.end());
} else res.writeHead(404).end();` },
  { name: 'a caught error', routes: 1, dead: ['GET /y'], code: `
const verify = (token) => { if (!token) throw new Error('no token'); };
if (req.url !== '/x') return res.writeHead(404).end();
try {
  verify(req.headers.authorization);
} catch (error) {
  res.statusCode = 401;
  return res.end();
}
res.end();` },
  { name: 'everything', routes: 1, code: "res.setHeader('Content-Type', 'text/plain');\nres.end('hello');" },
];
const HEAD = `
const http = require('node:http');
function deny(res) { res.writeHead(401); res.end(); }
function check(req, res) { if (req.headers.authorization) return true; deny(res); return false; }
http.createServer((req, res) => {`;
for (const { name, code, routes, dead = [] } of LISTENERS) {
  test(`node:http answers as its inventory says: ${name}`, async () => {
    const text = `${HEAD}${code}\n}).listen(80);`;
    const listener = listenerOf({ 'app.js': text }, 'app.js');
    assert.equal(requestsOf(text).length, routes, requestsOf(text).map(({ method, path, state }) => `${method} ${path} ${state}`).join('\n'));
    assert.deepEqual(await differences(text, (method, path) => ask(listener, method, path)), []);
    for (const line of dead) {
      const [method = '', path = ''] = line.split(' ');
      const status = await ask(listener, method, path);
      assert.ok(status === 404 || status === 405, `${line} answers ${String(status)}`);
    }
  });
}

