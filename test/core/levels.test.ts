import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filePath } from '../../server/src/core/text/source.js';
import { allFindings, engineOver } from '../support/analyse.js';

/** The severities of what a rule says of one file. */
function levels(rule: string, text: string): ReadonlySet<string> {
  const files = new Map([[filePath('app.js'), text]]);
  return new Set(allFindings(engineOver(files), files).filter((finding) => finding.rule === rule).map(({ severity }) => severity));
}
/** The only severity of it; undefined where it is silent. */
function severityOf(rule: string, text: string): string | undefined {
  return [...levels(rule, text)][0];
}

test('an application that sets a policy by hand lacks less than one that sets nothing', () => {
  const app = (routes: string): string => `const Koa = require('koa');\nconst Router = require('@koa/router');\nconst app = new Koa();\nconst router = new Router();\n${routes}\napp.listen(3000);`;
  const proxy = 'app.use(async (ctx, next) => { const answer = await ask(ctx.req); ctx.status = answer.status; ctx.body = answer.body; await next(); });';
  assert.equal(severityOf('headers/helmet-missing', app(`${proxy}\nrouter.get('/a', (ctx) => ctx.render('page'));\napp.use(router.routes());`)), 'warning');
  const own = "app.use(async (ctx, next) => { ctx.set('Content-Security-Policy', \"default-src 'self'\"); await next(); });";
  assert.equal(severityOf('headers/helmet-missing', app(`${own}\n${proxy}\nrouter.get('/a', (ctx) => ctx.render('page'));\napp.use(router.routes());`)), 'info');
});

test('certificates that a switch named so leaves unchecked are worth knowing, a default that callers may replace is a warning', () => {
  const rule = 'tls/verification-disabled';
  const asked = (test: string): string => `const https = require('node:https');\nexports.agent = (${test}, url) => (${test} && url.startsWith('https:') ? new https.Agent({ rejectUnauthorized: false }) : null);`;
  assert.equal(severityOf(rule, asked('allowSelfSigned')), 'info');
  assert.equal(severityOf(rule, asked('wanted')), 'error');
  const mode = (word: string): string => `exports.ssl = {};\nswitch (process.env.DB_SSL) { case '${word}': exports.ssl.options = { rejectUnauthorized: false }; break; default: exports.ssl.options = false; }`;
  assert.equal(severityOf(rule, mode('no-verify')), 'info');
  assert.equal(severityOf(rule, mode('require')), 'warning');
  assert.equal(severityOf(rule, "const _ = require('lodash');\nexports.Peer = class { constructor(given) { _.defaults(this, given, { port: 6697, rejectUnauthorized: false }); } };"), 'warning');
  const agent = (entries: string): string => `const https = require('node:https');\nexports.agent = (options) => new https.Agent({ ${entries} });`;
  assert.equal(severityOf(rule, agent('rejectUnauthorized: false, ...options')), 'warning');
  assert.equal(severityOf(rule, agent('...options, rejectUnauthorized: false')), 'error');
});

test('a helper that reads a token beside one that verifies it is worth knowing: its callers choose', () => {
  const file = (more: string): string => `const jwt = require('jsonwebtoken');\nexports.sign = (user) => jwt.sign(user, process.env.KEY, { expiresIn: '1h' });\nexports.peekAt = (token) => jwt.decode(token);\n${more}`;
  assert.equal(severityOf('jwt/decode-without-verify', file("exports.check = (token) => jwt.verify(token, process.env.KEY, { algorithms: ['HS256'] });").replace('peekAt', 'read')), 'info');
  assert.equal(severityOf('jwt/decode-without-verify', file('').replace('peekAt', 'read')), 'warning');
});

test('a handler that says again what its application says of every answer is worth knowing', () => {
  const app = (first: string): string => `const express = require('express');\nconst cors = require('cors');\nconst app = express();\nconst relay = express();
    relay.use('/', async (req, res) => { const answer = await fetch(process.env.UPSTREAM + req.path, { method: req.method }); res.set('Access-Control-Allow-Origin', '*'); res.send(await answer.text()); });
    ${first}\napp.post('/orders', add);\napp.use('/relay', relay);\napp.listen(3000);`;
  assert.deepEqual(levels('cors/wildcard-origin', app('app.use(cors());')), new Set(['info', 'warning']));
  assert.deepEqual(levels('cors/wildcard-origin', app('')), new Set(['warning']));
});

test('what only a socket of this machine gives out is worth knowing, an address of this machine a warning', () => {
  const app = (where: string): string => `const app = require('fastify')();\napp.get('/env', async () => ({ ...process.env }));\napp.listen(${where});`;
  assert.equal(severityOf('exposure/env-or-config-in-response', app("{ path: '/run/shop/socket' }")), 'info');
  assert.equal(severityOf('exposure/env-or-config-in-response', app("{ port: 1, host: '127.0.0.1' }")), 'warning');
  assert.equal(severityOf('exposure/env-or-config-in-response', app("{ port: 1, host: '0.0.0.0' }")), 'error');
});

test('reflected origins with credentials are worth knowing where a layer behind ends the sessions of origins it does not trust', () => {
  const app = (more: string): string => `const express = require('express');\nconst session = require('express-session');\nconst cors = require('cors');\nconst app = express();
    app.use(cors({ origin: true, credentials: true }));\napp.use(session({ secret: process.env.SECRET }));\n${more}\napp.post('/notes', (req, res) => res.json(add(req.session.userId, req.body)));\napp.listen(3000);`;
  const ends = "app.use((req, res, next) => { const origin = req.get('origin'); if (!trusted.includes(origin)) { delete req.session.userId; } next(); });";
  assert.equal(severityOf('cors/credentials-any-origin', app(ends)), 'info');
  assert.equal(severityOf('cors/credentials-any-origin', app('')), 'error');
});

test('a file of one fixed name, in a folder the caller chooses, is worth knowing; a file the caller names is more', () => {
  const read = (file: string): string => `const express = require('express');\nconst fs = require('node:fs');\nconst path = require('node:path');\nconst app = express();
    app.get('/read', (req, res) => { const name = '.gitignore'; fs.readFile(${file}, 'utf8', (error, text) => res.send(text)); });`;
  const rule = 'exposure/static-risky-root';
  assert.equal(severityOf(rule, read("path.join(req.query.folder, '.gitignore')")), 'info');
  assert.equal(severityOf(rule, read('path.resolve(req.query.folder, name)')), 'info');
  assert.equal(severityOf(rule, read('`${req.query.folder}/meta/package.json`')), 'info');
  assert.equal(severityOf(rule, read('path.join(req.query.folder, req.query.name)')), 'warning');
  assert.equal(severityOf(rule, read('`${req.query.name}.json`')), 'warning');
  const write = (file: string): string => `const express = require('express');\nconst fs = require('node:fs');\nconst path = require('node:path');\nconst app = express();
    app.put('/write', requireAuth, (req, res) => { fs.writeFile(${file}, req.body.data, () => res.end()); });`;
  assert.equal(severityOf('uploads/put-writes-file', write("path.join(req.body.folder, '.gitignore')")), 'info');
  assert.equal(severityOf('uploads/put-writes-file', write('path.join(req.body.folder, req.body.name)')), 'warning');
});

test('the address crash reports are sent to holds nothing that opens a store', () => {
  const key = '58f16d6f010d4c77900bb1de9c02185f';
  assert.equal(severityOf('secrets/connection-string', `require('raven').config('https://${key}:84b7432f56674fbc8522bc84cc7b30f4@app.getsentry.com/12434');`), 'info');
  assert.equal(severityOf('secrets/connection-string', `connect('https://${key}:84b7432f56674fbc8522bc84cc7b30f4@store.example.net/12434');`), 'error');
});

test('a throw-away account of a mail catcher opens nothing of worth', () => {
  const mail = (user: string): string => `const nodemailer = require('nodemailer');\nexports.mail = nodemailer.createTransport({ host: 'mail.example.net', port: 587, auth: { user: '${user}', pass: 'K4DvD8U31VKseT7vQC' } });`;
  assert.equal(severityOf('secrets/connection-string', mail('oren.satterfield@ethereal.email')), 'info');
  assert.equal(severityOf('secrets/connection-string', mail('shop@example.net')), 'error');
});

test('a form that says its method in the body, before a check against forgery, is a note', () => {
  const app = (getter: string, check: string): string => `const express = require('express');\nconst methodOverride = require('method-override');
    const { csrfSync } = require('csrf-sync');\nconst { csrfSynchronisedProtection } = csrfSync();\nconst app = express();
    app.use(express.urlencoded({ extended: false }));\napp.use(methodOverride(${getter}));\napp.delete('/tents/:id', ${check}(req, res) => res.end(drop(req.params.id)));\napp.listen(3000);`;
  const rule = 'methods/method-override';
  assert.equal(severityOf(rule, app('(req) => req.body && req.body._method', 'csrfSynchronisedProtection, ')), 'hint');
  assert.equal(severityOf(rule, app('(req) => req.body && req.body._method', '')), 'info');
  assert.equal(severityOf(rule, app('(req) => req.body._method || req.query._method', 'csrfSynchronisedProtection, ')), 'info');
});

test('a default account of this machine that a variable replaces is a hint, one that nothing replaces is worth knowing', () => {
  const rule = 'secrets/connection-string';
  assert.equal(severityOf(rule, "exports.db = process.env.DATABASE_URL ?? 'postgres://quiz:quiz@localhost/quiz';"), 'hint');
  assert.equal(severityOf(rule, "exports.db = 'postgres://quiz:quiz@localhost/quiz';"), 'info');
  assert.equal(severityOf(rule, "exports.db = process.env.DATABASE_URL ?? 'postgres://quiz:Tr0ub4dor@localhost/quiz';"), 'warning');
  assert.equal(severityOf(rule, "exports.db = process.env.DATABASE_URL ?? 'postgres://quiz:quiz@db.corp-site.io/quiz';"), 'error');
});

test('large files that are written to disk as they arrive are a hint, those that are kept in memory or have hardly an end are worth knowing', () => {
  const rule = 'uploads/no-limits';
  const multer = (options: string): string => `const multer = require('multer');\nexports.upload = multer({ ${options}, limits: { fileSize: 300 * 1024 * 1024 } });`;
  const plugin = (options: string): string => `const app = require('fastify')();\napp.register(require('@fastify/multipart'), { ${options} });`;
  assert.equal(severityOf(rule, "const formidable = require('formidable');\nexports.form = formidable({ maxFileSize: 200 * 1024 * 1024 });"), 'hint');
  assert.equal(severityOf(rule, "const formidable = require('formidable');\nexports.form = formidable({ maxFileSize: 2 * 1024 * 1024 * 1024 });"), 'info');
  assert.equal(severityOf(rule, plugin('limits: { fileSize: 3e8 }')), 'hint');
  assert.equal(severityOf(rule, plugin('attachFieldsToBody: true, limits: { fileSize: 3e8 }')), 'info');
  assert.equal(severityOf(rule, multer("dest: 'scans/'")), 'hint');
  assert.equal(severityOf(rule, multer("storage: multer.diskStorage({ destination: 'scans/' })")), 'hint');
  assert.equal(severityOf(rule, multer('storage: multer.memoryStorage()')), 'info');
});

test('a file named by the id of a row that was found before is a hint, one that is named by what nobody looked up is more', () => {
  const rule = 'uploads/put-writes-file';
  const app = (before: string, inside: string, name = 'req.params.id'): string => `const express = require('express');\nconst fs = require('node:fs');\nconst path = require('node:path');\nconst app = express();
    const own = async (req, res, next) => { const row = await db('shows').where({ id: req.params.id, owner: req.user.id }).first(); if (!row) return res.sendStatus(404); next(); };
    const seen = async (req, res, next) => { await db('shows').where({ id: req.params.id }).first(); next(); };
    app.put('/shows/:id/:part', requireAuth, ${before}async (req, res) => { ${inside} fs.writeFileSync(path.join('covers', ${name}), req.body); res.end(); });`;
  assert.equal(severityOf(rule, app('own, ', '')), 'hint');
  assert.equal(severityOf(rule, app('', 'const show = await Show.findOne({ id: req.params.id }); if (!show) return res.sendStatus(404);')), 'hint');
  assert.equal(severityOf(rule, app('', 'const show = await prisma.show.findUnique({ where: { id: req.params.id } }); if (!show) { res.sendStatus(404); return; }', '`${req.params.id}.png`')), 'hint');
  assert.equal(severityOf(rule, app('seen, ', '')), 'warning');
  assert.equal(severityOf(rule, app('own, ', '', 'req.params.part')), 'warning');
  assert.equal(severityOf(rule, app('', '')), 'warning');
});
