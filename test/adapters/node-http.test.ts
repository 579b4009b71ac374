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
  {
    name: 'nested tests',
    code: `if (req.url === '/x') {
  if (req.method === 'GET') res.end('a');
  else if (req.method === 'POST') res.end('b');
  else { res.writeHead(405); res.end(); }
}`,
    routes: ['GET /x unguarded app.js:3', 'POST /x unguarded app.js:4'],
  },
  { name: 'a path for all methods', code: "if (req.url === '/x') { res.end('x'); }", routes: ['ALL /x unguarded app.js:2'] },
  {
    name: 'an early return for other methods',
    code: `if (req.method !== 'POST') { res.statusCode = 405; return res.end(); }
if (req.url === '/x') res.end('x');`,
    routes: ['POST /x unguarded app.js:2'],
  },
  {
    name: 'an early return for other paths',
    code: `if (req.url !== '/x') { res.writeHead(404); res.end(); return; }
res.end('x');`,
    routes: ['ALL /x unguarded app.js:2'],
  },
  {
    name: 'a switch over methods',
    code: `switch (req.method) {
  case 'GET': res.end('a'); break;
  case 'PUT': res.end('b'); break;
  default: res.writeHead(405).end();
}`,
    routes: ['GET /{*} unguarded app.js:3', 'PUT /{*} unguarded app.js:4'],
  },
  {
    name: 'a switch over paths',
    code: `const { pathname } = new URL(req.url, 'http://localhost');
switch (pathname) {
  case '/a':
  case '/b': res.end('1'); break;
  case '/c': return res.end('2');
  default: res.statusCode = 404; res.end();
}`,
    routes: ['ALL /a unguarded app.js:4', 'ALL /b unguarded app.js:5', 'ALL /c unguarded app.js:6'],
  },
  {
    name: 'a switch whose default answers',
    code: `switch (req.url) {
  case '/a': return res.end('1');
  default: res.end('home');
}`,
    routes: ['ALL /a unguarded app.js:3', 'ALL /{*} unguarded app.js:4'],
  },
  {
    name: 'a list of methods',
    code: `if (!['GET', 'HEAD'].includes(req.method)) return res.writeHead(405).end();
if (req.url === '/x') res.end();`,
    routes: ['GET /x unguarded app.js:2', 'HEAD /x unguarded app.js:2'],
  },
  {
    name: 'destructured, in small letters',
    code: `const { method, url } = req;
if (method.toLowerCase() === 'get' && url === '/x') res.end();`,
    routes: ['GET /x unguarded app.js:3'],
  },
  { name: 'a prefix', code: "if (req.url.startsWith('/api/')) res.end();", routes: ['ALL /api/{*} unguarded app.js:2'] },
  { name: 'a prefix by position', code: "if (req.url.indexOf('/api/') === 0) res.end();", routes: ['ALL /api/{*} unguarded app.js:2'] },
  {
    name: 'a path below a prefix',
    code: `if (req.url.startsWith('/api/')) {
  if (req.url === '/api/x') return res.end('x');
  if (req.url === '/y') return res.end('never');
  res.writeHead(404).end();
}`,
    routes: ['ALL /api/x unguarded app.js:3'],
  },
  {
    name: 'the legacy parser',
    code: `const parsed = require('url').parse(req.url, true);
if (parsed.pathname === '/x') res.end();`,
    routes: ['ALL /x unguarded app.js:3'],
  },
  {
    name: 'what stands before the question mark',
    code: `const path = req.url.split('?')[0];
if (path === '/x') res.end();`,
    routes: ['ALL /x unguarded app.js:3'],
  },
  {
    name: 'patterns',
    code: `if (/^\\/users\\/(\\d+)$/.test(req.url)) return res.end();
const match = req.url.match(/^\\/posts\\/(?<id>[^/]+)\\/comments$/);
if (match && req.method === 'DELETE') res.end(match.groups.id);`,
    routes: ['ALL /users/{param} unguarded app.js:2', 'DELETE /posts/{id}/comments unguarded app.js:4'],
  },
  {
    name: 'a pattern assigned in the test',
    code: `let found;
if ((found = /^\\/u\\/(\\w+)$/.exec(req.url))) res.end(found[1]);`,
    routes: ['ALL /u/{param} unguarded app.js:3'],
  },
  {
    name: 'pieces between slashes',
    code: `const parts = req.url.split('/');
if (parts[1] === 'users' && parts.length === 3) res.end();
else if (parts[1] === 'posts') res.end();`,
    routes: ['ALL /users/{param} unguarded app.js:3', 'ALL /posts/{*} unguarded app.js:4'],
  },
  {
    name: 'method and path in one text',
    code: `switch (\`\${req.method} \${req.url}\`) {
  case 'GET /x': return res.end('x');
  case 'POST /y': return res.end('y');
}
res.writeHead(404); res.end();`,
    routes: ['GET /x unguarded app.js:3', 'POST /y unguarded app.js:4'],
  },
  { name: 'several paths', code: "if (req.url === '/' || req.url === '/index.html') res.end('home');", routes: ['ALL / unguarded app.js:2', 'ALL /index.html unguarded app.js:2'] },
  {
    name: 'everything',
    code: `res.writeHead(200, { 'Content-Type': 'text/plain' });
res.end('hello');`,
    routes: ['ALL /{*} unguarded app.js:2'],
  },
  {
    name: 'nothing but 404',
    code: `res.writeHead(404);
res.end();`,
    routes: [],
  },
  {
    name: 'nothing but a redirect',
    code: `res.writeHead(301, { Location: 'https://' + req.headers.host + req.url });
res.end();`,
    routes: [],
  },
  { name: 'a redirect of one path', code: "if (req.url === '/old') { res.writeHead(302, { Location: '/new' }); res.end(); }", routes: ['ALL /old unguarded app.js:2'] },
  {
    name: 'preflight requests',
    code: `if (req.method === 'OPTIONS') { res.writeHead(204); return res.end(); }
if (req.url === '/x') res.end();`,
    routes: ['ALL /x unguarded app.js:3'],
  },
  {
    name: 'an answer in a callback',
    code: `if (req.url === '/x' && req.method === 'POST') {
  let body = '';
  req.on('data', (chunk) => { body += chunk; });
  req.on('end', () => { res.writeHead(201); res.end(body); });
  return;
}
res.writeHead(404).end();`,
    routes: ['POST /x unguarded app.js:2'],
  },
  { name: 'a stream', code: "if (req.url === '/x') require('fs').createReadStream('x').pipe(res);", routes: ['ALL /x unguarded app.js:2'] },
  {
    name: 'a test kept under a name',
    code: `const isGet = req.method === 'GET';
const isX = req.url === '/x';
if (isGet && isX) res.end();`,
    routes: ['GET /x unguarded app.js:2'],
  },
  {
    name: 'a predicate of the file',
    code: `const is = (method, path) => req.method === method && req.url === path;
if (is('GET', '/x')) res.end();`,
    routes: ['GET /x unguarded app.js:3'],
  },
  {
    name: 'a helper that answers',
    code: `const json = (status, data) => { res.writeHead(status); res.end(JSON.stringify(data)); };
if (req.url === '/x') return json(200, {});
json(404, {});`,
    routes: ['ALL /x unguarded app.js:3'],
  },
  {
    name: 'a refusal first',
    code: `if (!authorized(req)) { res.writeHead(401); res.end(); return; }
if (req.url === '/x') res.end('x');`,
    routes: ['ALL /x guarded app.js:3'],
  },
  {
    name: 'a refusal in another branch',
    code: `if (req.url === '/a') { if (!req.headers.authorization) { res.writeHead(401); return res.end(); } return res.end('a'); }
if (req.url === '/b') return res.end('b');`,
    routes: ['ALL /a guarded app.js:2', 'ALL /b unguarded app.js:3'],
  },
  {
    name: 'a refusal behind the answer',
    code: `if (req.url === '/a') return res.end('a');
if (!req.headers.authorization) { res.statusCode = 401; return res.end(); }
if (req.url === '/b') return res.end('b');`,
    routes: ['ALL /a unguarded app.js:2', 'ALL /b guarded app.js:4'],
  },
  {
    name: 'a refusal of one method',
    code: `if (req.method === 'POST' && !req.headers.authorization) { res.statusCode = 401; return res.end(); }
if (req.url === '/x') {
  if (req.method === 'GET') return res.end('a');
  if (req.method === 'POST') return res.end('b');
}`,
    routes: ['GET /x unguarded app.js:4', 'POST /x guarded app.js:5'],
  },
  {
    name: 'a refusal a setting decides about',
    code: `if (process.env.TOKEN && req.headers.authorization !== process.env.TOKEN) { res.writeHead(401); return res.end(); }
if (req.url === '/x') res.end();`,
    routes: ['ALL /x unknown app.js:3'],
  },
  {
    name: 'a refusal inside a setting',
    code: `if (options.auth) {
  if (!req.headers.authorization) { res.writeHead(401); return res.end(); }
}
if (req.url === '/x') { if (!file) return res.writeHead(404).end(); res.end(); }`,
    routes: ['ALL /x unknown app.js:5'],
  },
  {
    name: 'returns of nested tests',
    code: `if (req.url === '/x') {
  if (req.method === 'GET') return res.end('a');
  if (req.method === 'POST') return res.end('b');
}
res.end('home');`,
    routes: ['ALL /{*} unguarded app.js:6', 'GET /x unguarded app.js:3', 'POST /x unguarded app.js:4'],
  },
  {
    name: 'many paths in a row',
    code: `${Array.from({ length: 50 }, (_, index) => `if (req.url === '/${String(index)}') return res.end();`).join(' ')}
if (!req.headers.authorization) { res.statusCode = 401; return res.end(); }
if (req.url === '/x') res.end();`,
    routes: [...Array.from({ length: 50 }, (_, index) => `ALL /${String(index)} unguarded app.js:2`), 'ALL /x guarded app.js:4'],
  },
  {
    name: 'open paths before the refusal',
    code: `const open = ['/health', '/login'];
if (!open.includes(req.url) && !req.headers.authorization) { res.writeHead(401); return res.end(); }
if (req.url === '/health') return res.end();
if (req.url === '/x') return res.end();`,
    routes: ['ALL /health unguarded app.js:4', 'ALL /x guarded app.js:5'],
  },
  {
    name: 'another handler for the rest',
    code: `if (req.url === '/x') return res.end('x');
return require('serve-handler')(req, res);`,
    routes: ['ALL /x unguarded app.js:2'],
  },
  { name: 'a router of a package', code: "require('find-my-way')().lookup(req, res);", routes: [] },
  {
    name: 'what nobody can read stands before',
    code: `if (await handle(req, res)) return;
if (req.url === '/x') res.end();`,
    routes: ['ALL /x unknown app.js:3'],
  },
  {
    name: 'a client inside',
    code: `const call = http.request({ method: 'GET', path: '/upstream' }, (answer) => answer.pipe(res));
call.end();
if (config.method === 'GET') log();`,
    routes: ['ALL /{*} unguarded app.js:2'],
  },
];
for (const { name, code, routes } of BODIES) {
  test(`node:http: ${name}`, () => {
    const lines = routesOf({
      'app.js': `const http = require('node:http'); const server = http.createServer(${code.includes('await ') ? 'async ' : ''}(req, res) => {
${code}
});
server.listen(80);`,
    });
    assert.deepEqual([...lines].sort(), [...routes].sort());
  });
}
