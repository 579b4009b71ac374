import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routesOf } from './routes.js';

/** Every framework is at hand, so that a call could be taken for one of any of them. */
const SERVERS = `
const express = require('express');
const fastify = require('fastify')();
const Koa = require('koa');
const Router = require('@koa/router');
const Hapi = require('@hapi/hapi');
const { Hono } = require('hono');
const server = Hapi.server();
const app = express();
`;
/** Code without a single route; it stands at the top of a file, in a function, and beside applications of all frameworks. */
const CASES: Readonly<Record<string, readonly string[]>> = {
  'tests that send requests': [
    "const request = require('supertest');\nrequest(app).put('/x').send({}).expect(200);\nrequest(app).delete(`/v1/users/${id}`);",
    "const agent = require('supertest').agent('http://localhost');\nagent.get('/users').expect(200, done);\nagent.post('/users', body);",
    "const chai = require('chai');\nchai.request(app).get('/x').end(() => {});",
    "await app.inject({ method: 'GET', url: '/x' });\nawait server.inject({ method: 'POST', url: '/x', payload: {} });\nawait fastify.inject().get('/x');",
    "const fetchMock = require('fetch-mock');\nfetchMock.get('/api/x', { status: 200 });\nfetchMock.post('/api/x', () => ({ body: 1 })).put('/y', 200);",
    "const nock = require('nock');\nnock('http://x').get('/users').reply(200, {});\nconst mock = new MockAdapter(axios);\nmock.onGet('/users').reply(200, []);",
  ],
  'clients of other services': [
    "const axios = require('axios');\naxios.get('/users', { params });\naxios.request({ method: 'GET', path: '/x', url: '/x' });\naxios({ method: 'DELETE', url: '/users/1' });",
    "const axios = require('axios');\nconst api = axios.create({ baseURL: '/api' });\napi.get('/users', { headers });\napi.delete('/users/1', (response) => response);\nexport const load = () => api.post('/users', () => 1);",
    "const client = new Client({ method: 'GET', path: '/x', handler: () => 1 });\nclient.request({ method: 'GET', path: '/x' });\nclient.route({ method: 'POST', path: '/x', handler() {} });",
    "const http = require('http');\nhttp.request({ method: 'GET', path: '/x', hostname: 'h' }, (res) => res.resume());\nhttp.get('/x', (res) => res);",
    "const ky = require('ky');\nky.get('/x', { retry: 2 });\nconst got = require('got');\ngot.post('/x', { json: {} });",
    "const calls = [{ method: 'GET', path: '/a', handler: 'x' }, { method: 'PUT', path: '/b', options: {} }];\ncalls.forEach((call) => client.send(call));\nmodule.exports = { calls };",
    "class Api {\n constructor(http) { this.http = http; }\n get(path, options) { return this.http.get(path, options); }\n list() { return this.get('/users', {}); }\n}\nnew Api(require('axios')).list();",
  ],
  'stores of settings': [
    "const Config = require('@hapipal/confidence');\nConfig.get('/port/web');\nConfig.get('/port/web', { env: 'test' });",
    "const config = require('config');\nconfig.get('secret');\nconfig.get('/api/base', 'x');\nconfig.set('/a', () => 1);",
    "configService.get('app.port');\nconfigService.get('/app/port', () => 1);",
    "app.get('env');\napp.get('port');\napp.get('/not/a/route');\napp.set('x', 1);",
  ],
  'what a handler reads of its request': [
    "module.exports = async (ctx, next) => { ctx.cookies.get('/view', { signed: true }); ctx.get('/x'); await next(); };",
    "exports.read = (req, res) => { req.headers.get('/cookie', 1); req.app.get('env'); req.get('/x'); res.set('/a', () => 1); req.session.delete('/x', () => 1); };",
    "export const show = (c) => { c.req.param('/id', 1); c.get('/user', () => 1); c.req.query('/q', 1); return c.env.COUNTERS.get('/id', () => 1); };",
    "exports.list = async (request, h) => { request.server.methods.get('/x', () => 1); request.yar.get('/x', true); return h.response(request.server.table()); };",
  ],
  'things kept by a key': [
    "const COUNTERS = new Map();\nCOUNTERS.get('/x');\nCOUNTERS.set('/x', () => 1);\nCOUNTERS.delete('/x', () => 1);",
    "const seen = new Set();\nseen.delete('/x', handler);",
    "const LRU = require('lru-cache');\nconst cache = new LRU({ max: 1 });\ncache.delete('/x', () => 1);\ncache.get('/x', () => 1);",
    "await prisma.apiKey.delete({ where: { id } });\nprisma.route.create({ data: { method: 'GET', path: '/x', handler: 'h' } });\nrepository.delete('/x', handler);",
    "const url = new URL('/x', base);\nurl.searchParams.set('/a', 'b');\nurl.searchParams.get('/a', 'b');\nheaders.get('/cookie', () => 1);",
    "localStorage.get('/x', () => 1);\nsession.get('/x', () => 1);\nregistry.register({ name: 'x', register(one) { one.get('/x', () => 1); } });",
  ],
  'the delete operator': ['delete response.stack;\ndelete Object.prototype.x;\ndelete app.locals.x;'],
  'lists of methods': [
    "app.use(require('cors')({ methods: ['GET', 'PUT', 'DELETE'], path: '/x' }));\nconst ALLOW = 'GET, PUT, DELETE';\nconst options = { methods: ['PUT'], path: '/x', handler: () => 1 };",
  ],
  'code kept as text': [
    "const snippet = `const app = express();\\napp.get('/x', (req, res) => res.send('x'));`;\nconst other = \"server.route({ method: 'GET', path: '/x', handler })\";\nfiles.set('server.js', 'app.put(\"/x\", h)');",
  ],
  'commented out': [
    "// app.get('/x', (req, res) => res.send('x'));\n/* server.route({ method: 'GET', path: '/x', handler: () => 1 });\nfastify.get('/y', async () => 1); */\n/** router.delete('/z', h); */",
  ],
  'frameworks that are not read': [
    "const restify = require('restify');\nconst api = restify.createServer();\napi.get('/x', (req, res, next) => next());\napi.del('/x', requireUser, (req, res, next) => next());\napi.listen(1);",
    "const restify = require('restify');\nconst server = restify.createServer({ name: 'x' });\nserver.use(restify.plugins.bodyParser());\nserver.get('/x', handler);\nserver.post({ path: '/y' }, handler);\nserver.listen(80);",
    "import { createServer } from 'restify';\nimport routes from './routes.js';\nconst server = createServer();\nroutes(server);\nserver.listen(1);",
    "const server = require('restify').createServer();\nfor (const name of ['a', 'b']) require(`./routes/${name}`)(server);\nrequire('./routes')(server);\nserver.opts('/x', handler);",
    "const restify = require('restify');\nconst server = restify.createServer();\nfs.readdirSync('routes').forEach((file) => require(path.join(__dirname, 'routes', file))(server));\nserver.opts('/x', handler);",
    "const { Router } = require('itty-router');\nconst router = Router();\nrouter.get('/x', () => new Response('x'));",
    "const polka = require('polka');\npolka().get('/x', (req, res) => res.end('x')).listen(3000);",
  ],
};
const OTHERS = { 'routes.js': "export default function (server) {\n  server.get('/x', requireUser, (req, res, next) => res.send(1));\n  server.put({ path: '/y', version: '1.0.0' }, handler);\n}" };

for (const [what, cases] of Object.entries(CASES)) test(`no routes: ${what}`, () => {
  for (const code of cases) {
    const isOwn = /const server|import |routes/.test(code);
    assert.deepEqual(routesOf({ 'main.js': code, ...(/routes/.test(code) ? OTHERS : {}) }), [], code);
    if (isOwn) continue;
    assert.deepEqual(routesOf({ 'main.js': `${SERVERS}${code}\nserver.start();\napp.listen(1);` }), [], code);
    assert.deepEqual(routesOf({ 'main.js': `${SERVERS}async function run(handler, client, repository) {\n${code.replace('export ', '').replace(/^module\.exports.*$/m, '')}\n}\nrun();\napp.listen(1);` }), [], code);
  }
});
