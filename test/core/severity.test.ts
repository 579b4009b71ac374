import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filePath } from '../../server/src/core/text/source.js';
import { allFindings, engineOver } from '../support/analyse.js';

/** The severity of what a rule says of one file; undefined where it is silent. */
function severityOf(rule: string, text: string, path = 'app.js'): string | undefined {
  const files = new Map([[filePath(path), text]]);
  return allFindings(engineOver(files), files).find((finding) => finding.rule === rule)?.severity;
}

test('the error of a method that nobody can follow is worth knowing, that of a database is a warning', () => {
  const answer = (call: string): string => `const app = require('express')();
    app.post('/a', (req, res) => { const it = find(req.body.port); ${call}((err, done) => { if (err) return res.status(500).send({ error: 'failed: ' + err }); res.send(done); }); });`;
  assert.equal(severityOf('errors/message-in-response', answer('it.command')), 'info');
  assert.equal(severityOf('errors/message-in-response', answer('it.save')), 'warning');
});

test('an application that only hands requests on has no pages of its own to protect', () => {
  const app = (routes: string): string => `const Koa = require('koa');\nconst Router = require('@koa/router');\nconst app = new Koa();\nconst router = new Router();\n${routes}\napp.listen(3000);`;
  const proxy = 'app.use(async (ctx, next) => { const answer = await ask(ctx.req); ctx.status = answer.status; ctx.body = answer.body; await next(); });';
  assert.equal(severityOf('headers/helmet-missing', app(proxy)), 'info');
  assert.equal(severityOf('headers/helmet-missing', app(`${proxy}\nrouter.get('/a', (ctx) => ctx.render('page'));\napp.use(router.routes());`)), 'warning');
});

test('a page that everybody may read is worth knowing where it comes in plain, an answer of a service is a warning', () => {
  const load = (rest: string): string => `const got = require('got');\nconst BASE = 'http://news.example-corp.com';\nexports.load = () => got.get(\`\${BASE}${rest});`;
  assert.equal(severityOf('tls/plain-http-url', load('/2591/list.htm`')), 'info');
  assert.equal(severityOf('tls/plain-http-url', load('/v1/list`')), 'warning');
  assert.equal(severityOf('tls/plain-http-url', load('/2591/list.htm`, { headers: { authorization: token } }')), 'error');
});

test('behind a handler of a package that prepares errors, by its name, their text is worth knowing', () => {
  const app = (name: string): string => `const express = require('express');\nconst { ${name} } = require('@house/errors');\nconst app = express();
    app.get('/', (req, res) => res.send('x'));\napp.use([${name}, (err, req, res, next) => { res.json({ message: err.message }); }]);\napp.listen(3000);`;
  assert.equal(severityOf('errors/message-in-response', app('prepareError')), 'info');
  assert.equal(severityOf('errors/message-in-response', app('reportError')), 'warning');
});

test('an unsigned session that proves itself by a digest is worth knowing, one that names somebody is an error', () => {
  const app = (kept: string): string => `const session = require('cookie-session');\nconst crypto = require('crypto');\nconst app = require('express')();\napp.use(session({ name: 's', signed: false }));
    app.post('/in', (req, res) => { const hasher = crypto.createHash('sha256'); hasher.update(process.env.PASSWORD + req.id); ${kept} res.redirect('/'); });\napp.listen(3000);`;
  assert.equal(severityOf('session/insecure-defaults', app("req.session.token = hasher.digest('hex'); req.session.salt = req.id;")), 'info');
  assert.equal(severityOf('session/insecure-defaults', app("req.session.token = hasher.digest('hex'); req.session.user = req.body.user;")), 'error');
});

test('options that a function makes and hardens where the server has a key lack only what nobody sets', () => {
  const app = (hardened: string): string => `const session = require('express-session');\nconst express = require('express');
    const settings = (isSecure) => { const made = { secret: process.env.SECRET, cookie: { maxAge: 1000 } }; ${hardened} return made; };\nexports.setup = (keys) => express().use(session(settings(keys.length > 0)));`;
  assert.equal(severityOf('cookies/insecure-flags', app('if (isSecure) made.cookie.secure = true;')), 'info');
  assert.equal(severityOf('cookies/insecure-flags', app('')), 'warning');
});

test('an error text that only staff reads is worth knowing, one that everybody with an account reads is a warning', () => {
  const app = (guard: string): string => `const express = require('express');\nconst app = express();\nconst signedIn = (req, res, next) => (req.user ? next() : res.sendStatus(401));
    const isAdmin = (req, res, next) => (req.user && req.user.role === 'admin' ? next() : res.sendStatus(403));\nconst caught = (fn) => (req, res, next) => Promise.resolve(fn(req, res, next)).catch(next);
    app.post('/sites', ${guard}, caught(async (req, res) => { try { res.json(await add(req.body)); } catch (e) { res.json({ error: e.message }); } }));\napp.listen(3000);`;
  assert.equal(severityOf('errors/message-in-response', app('isAdmin')), 'info');
  assert.equal(severityOf('errors/message-in-response', app('signedIn')), 'warning');
  const shared = app('isAdmin').replace('app.post', 'const one = ').replace("'/sites', isAdmin, ", '');
  assert.equal(severityOf('errors/message-in-response', shared.replace('app.listen', "app.post('/sites', isAdmin, one);\napp.post('/open', one);\napp.listen")), 'warning');
});

test('what a callback in the handler of a socket answers is answered by the handler', () => {
  const app = (how: string): string => `const { Server } = require('socket.io');\nnew Server(3000).on('connection', (socket) => { socket.on('probe', (name, callback) => { ${how} }); });`;
  assert.equal(severityOf('errors/message-in-response', app('probe(name).catch((e) => { callback({ ok: false, msg: e.message }); });')), 'info');
});

test('a protection that a setting takes away is a warning where the setting does so by default', () => {
  const app = (usual: string): string => `const express = require('express');\nconst helmet = require('helmet');\nconst { state } = require('./state');\nconst app = express();\nconst options = { xFrameOptions: { action: 'deny' } };
    const framed = state().getConfig('framed', ${usual});\nif (framed) options.xFrameOptions = false;\napp.use(helmet(options));\napp.listen(3000);`;
  assert.equal(severityOf('headers/protection-disabled', app('false')), 'info');
  assert.equal(severityOf('headers/protection-disabled', app('true')), 'warning');
});

test('a cookie other sites may send is a hint where something looks who sent a request, and a warning elsewhere', () => {
  const app = (check: string): string => `const session = require('express-session');\nconst app = require('express')();\n${check}
    app.use(session({ secret: process.env.SECRET, cookie: { sameSite: 'none', secure: true } }));`;
  assert.equal(severityOf('cookies/samesite-none', app("app.use(function sameOrigin(req, res, next) { req.get('origin') === process.env.HOME_PAGE ? next() : res.sendStatus(403); });")), 'hint');
  assert.equal(severityOf('cookies/samesite-none', app('app.use(function sameSize(req, res, next) { next(); });')), 'warning');
});

test('certificates that a setting of that name stops to be checked are worth knowing', () => {
  const pool = (name: string): string => `const { Pool } = require('pg');\nexports.open = (config) => new Pool({ ssl: config.get('${name}') === '1' ? { rejectUnauthorized: false } : true });`;
  assert.equal(severityOf('tls/verification-disabled', pool('DB_INSECURE')), 'info');
  assert.equal(severityOf('tls/verification-disabled', pool('DB_SSL')), 'warning');
});

test('a policy that is switched off where no page is sent is a hint', () => {
  const app = (answer: string): string => `const helmet = require('helmet');\nconst app = require('express')();\napp.use(helmet({ contentSecurityPolicy: false }));\napp.get('/', (req, res) => ${answer});\napp.listen(80);`;
  assert.equal(severityOf('headers/protection-disabled', app('res.json({ ok: true })')), 'hint');
  assert.equal(severityOf('headers/protection-disabled', app("res.render('home')")), 'warning');
});
