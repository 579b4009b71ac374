import { ask, listenerOf } from '../node-http-run.js';
import type { StandardApp } from './contract.js';

const FILES: Readonly<Record<string, string>> = {
  'src/app.js': `
const http = require('node:http');
const { requireUser, gate } = require('./guards');
const { send } = require('./send');
const users = require('./users');
async function listener(req, res) {
  const { method } = req;
  const { pathname } = new URL(req.url, 'http://localhost');
  if (method === 'GET' && pathname === '/health') return send(res, 200, 'data');
  if (pathname.startsWith('/api/')) return users(req, res, pathname);
  switch (method + ' ' + pathname) {
    case 'POST /login':
      return send(res, 200, 'data');
    case 'POST /files':
      if (!requireUser(req, res)) return;
      return send(res, 201, 'data');
    case 'GET /reports':
      if (!gate(req, res)) return;
      return send(res, 200, 'data');
  }
  if (method === 'PUT' && /^\\/files\\/(?<id>[^/]+)$/.test(pathname)) return send(res, 200, 'data');
  send(res, 404, 'not found');
}
http.createServer(listener).listen(process.env.PORT);
`,
  'src/users.js': `
const { requireAdmin, requireUser } = require('./guards');
const { send } = require('./send');
module.exports = (req, res, path) => {
  if (!requireUser(req, res)) return;
  if (path === '/api/users') {
    if (req.method !== 'GET') return send(res, 405, 'no');
    return send(res, 200, []);
  }
  const match = path.match(/^\\/api\\/users\\/(?<id>\\d+)$/);
  if (!match) return send(res, 404, 'not found');
  if (req.method === 'GET') return send(res, 200, match.groups.id);
  if (req.method === 'DELETE') {
    if (!requireAdmin(req, res)) return;
    return send(res, 204, '');
  }
  send(res, 405, 'no');
};
`,
  'src/send.js': `
exports.send = (res, status, data) => {
  res.writeHead(status, { 'Content-Type': 'application/json' });
  res.end(JSON.stringify(data));
};
`,
  'src/guards.js': `
const { send } = require('./send');
exports.requireUser = (req, res) => {
  if (req.user) return true;
  send(res, 401, 'who are you');
  return false;
};
exports.requireAdmin = (req, res) => {
  if (req.user.role === 'admin') return true;
  send(res, 403, 'no');
  return false;
};
exports.gate = (req, res) => {
  if (process.env.GATE !== 'on') return true;
  return exports.requireUser(req, res);
};
`,
};
const METHODS = ['DELETE', 'GET', 'PATCH', 'POST', 'PUT'];
const PATHS = ['/', '/api', '/api/roles', '/api/users', '/api/users/{id}', '/files', '/files/{id}', '/health', '/login', '/reports', '/reports/{id}'];

/** The standard API as one listener and the functions it hands requests on to. */
export const nodeHttp: StandardApp = {
  framework: 'node:http',
  files: FILES,
  withoutChains: true,
  start() {
    const listener = listenerOf(FILES, 'src/app.js');
    return {
      ask: (method, path) => ask(listener, method, path),
      // Node keeps no list of routes: it serves what it answers other than 404 and 405. The caller is known: a guard would answer before the path is told apart.
      async routes() {
        const served: string[] = [];
        for (const path of PATHS)
          for (const method of METHODS) {
            const asked = path.replace(/\{[^{}]*\}/g, '1');
            const status = await ask((request, response) => listener(Object.assign(request, { user: { role: 'admin' } }), response), method, asked);
            if (status !== 404 && status !== 405) served.push(`${method} ${path}`);
          }
        return served;
      },
    };
  },
};
