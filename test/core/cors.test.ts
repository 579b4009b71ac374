import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filePath } from '../../server/src/core/text/source.js';
import { allFindings, engineOver } from '../support/analyse.js';

const IDS: ReadonlyMap<string, string> = new Map([['cors/wildcard-origin', 'any'], ['cors/reflected-origin', 'reflect'], ['cors/credentials-any-origin', 'credentials']]);
/** What the three origin rules say of a file, `any@text` by the underlined text, in order; other files may stand beside it. */
function said(code: string, others: Readonly<Record<string, string>> = {}): readonly string[] {
  const files = new Map([[filePath('app.ts'), code], ...Object.entries(others).map(([path, text]): [ReturnType<typeof filePath>, string] => [filePath(path), text])]);
  return allFindings(engineOver(files), files).filter(({ rule }) => IDS.has(rule)).map(({ rule, at }) => `${IDS.get(rule) ?? ''}@${(files.get(at.path) ?? '').slice(at.span.start, at.span.end)}`);
}
function cases(table: readonly (readonly [code: string, ...expected: string[]])[], prefix = ''): void {
  for (const [code, ...expected] of table) assert.deepEqual(said(prefix + code), expected, code);
}

test('the cors package in all its spellings', () => {
  cases([
    ['app.use(cors({}))', 'any@cors'],
    ['app.use(cors(undefined))', 'any@cors'],
    ['app.options("*", cors())', 'any@cors'],
    ['const o = { credentials: true }; app.use(cors(o))', 'credentials@true'],
    ['app.use(cors({ origin: undefined }))'],
    ['app.use(cors({ origin: "" }))'],
    ['app.use(cors({ origin: null }))'],
    ['app.use(cors({ origin: "null" }))'],
    ['app.use(cors({ origin: [] }))'],
    ['app.use(cors({ origin: /\\.example\\.com$/ }))'],
    ['const open = "*"; app.use(cors({ origin: open }))', 'any@open'],
    ['app.use(cors({ origin: process.env.ORIGIN || "*" }))', 'any@"*"'],
    ['app.use(cors({ origin: config.origin || "*" }))'],
    ['const base = { origin: "*" }; app.use(cors({ ...base, methods: ["GET", "PUT"] }))', 'any@"*"'],
    ['const base = { origin: "*" }; app.use(cors({ ...base, methods: ["GET"] }))'],
    ['const base = { origin: "*" }; app.use(cors({ ...base, origin: "https://a.example.com" }))'],
    ['app.use(cors((req, cb) => cb(null, { origin: true })))', 'reflect@true'],
    ['app.use(cors((req, cb) => { if (list.has(req.headers.origin)) cb(null, { origin: true }); else cb(null, {}); }))'],
    ['app.use(cors({ origin: "*", credentials: process.env.X === "1" }))', 'any@"*"'],
    ['let origin = "*"; origin = list(); app.use(cors({ origin }))'],
  ], "import cors from 'cors';\n");
});
test('origin functions: an echo, a look-up, and what lies between', () => {
  cases([
    ['app.use(cors({ origin: (o, cb) => cb(null, o) }))', 'reflect@(o, cb) => cb(null, o)'],
    ['app.use(cors({ origin: (o, cb) => { if (!o) return cb(null, true); cb(null, o === "https://a.example.com"); } }))'],
    ['app.use(cors({ origin: (o, cb) => { if (o) { cb(null, true); } else { cb(null, false); } } }))', 'reflect@(o, cb) => { if (o) { cb(null, true); } else { cb(null, false); } }'],
    ['app.use(cors({ origin: (o, cb) => { if (list.indexOf(o) !== -1 || !o) cb(null, true); else cb(new Error("no")); } }))'],
    ['app.use(cors({ origin: (o, cb) => { if (process.env.NODE_ENV !== "production") return cb(null, true); cb(null, list.includes(o)); } }))'],
    ['app.use(cors({ origin: async (o, cb) => { const ok = await db.find(o); cb(null, ok); } }))'],
    ['app.use(cors({ origin: (o, cb) => { find(o, (error, ok) => cb(error, ok)); } }))'],
    ['app.use(cors({ origin: (o, cb) => cb(null, "*") }))', 'any@(o, cb) => cb(null, "*")'],
    ['app.use(cors({ origin: (o, cb) => { const ok = list.some((x) => x === o); cb(null, ok); } }))'],
  ], "import cors from 'cors';\n");
});
test('every framework has its own words', () => {
  cases([
    ["import { cors } from 'hono/cors'; app.use(cors({ credentials: true }))", 'credentials@true'],
    ["import { cors } from 'hono/cors'; app.use(cors({ origin: ['*'] }))"],
    ["import { cors } from 'hono/cors'; app.use(cors({ origin: (o, c) => (allowed(o) ? o : null) }))"],
    ["import cors from '@koa/cors'; app.use(cors({ origin: (ctx) => ctx.request.header.origin, credentials: true }))", 'credentials@(ctx) => ctx.request.header.origin'],
    ["import cors from '@koa/cors'; app.use(cors({ origin: (ctx) => { const o = ctx.get('Origin'); return list.includes(o) ? o : ''; } }))"],
    ["import cors from 'koa2-cors'; app.use(cors())"],
    ["import Hapi from '@hapi/hapi'; Hapi.server({ routes: { cors: { origin: 'ignore' } } })", "any@'ignore'"],
    ["import Hapi from '@hapi/hapi'; Hapi.server({ routes: { cors: {} } })", 'reflect@cors'],
    ["import Hapi from '@hapi/hapi'; Hapi.server({ routes: { cors: false } })"],
    ["import Hapi from '@hapi/hapi'; Hapi.server()"],
    ["import { createYoga } from 'graphql-yoga'; createYoga({ schema, cors: { origin: ['https://a.example.com'] } })"],
    ["import { createYoga } from 'graphql-yoga'; createYoga(options)"],
    ["import { Server } from 'socket.io'; new Server(http, { cors: { origin: '*' } })", "any@'*'"],
    ["const io = require('socket.io')(http, { cors: { origin: '*' } })", "any@'*'"],
    ["import { WebSocketGateway } from '@nestjs/websockets'; @WebSocketGateway({ cors: { origin: '*' } }) export class G {}", "any@'*'"],
    ["import fastifyCors from '@fastify/cors'; app.register(fastifyCors)", 'any@fastifyCors'],
    ["const app = require('fastify')(); app.register(require('@fastify/cors'), { origin: true })", 'reflect@true'],
    ["import fastifyCors from '@fastify/cors'; app.register(fastifyCors, { delegator: (req, cb) => cb(null, {}) })"],
    ["app.enableCors(options)"],
    ["import { NestFactory } from '@nestjs/core'; import { FastifyAdapter } from '@nestjs/platform-fastify'; const app = await NestFactory.create(M, new FastifyAdapter()); app.enableCors({ origin: ['*'] })", "any@'*'"],
    ["import { NestFactory } from '@nestjs/core'; const app = await NestFactory.create(M); app.enableCors({ origin: ['*'] })"],
    ["import cors from '@koa/cors'; app.use(cors({ origin: false }))", 'any@false'],
    ["import cors from '@koa/cors'; app.use(cors({ origin: '', credentials: true }))", "credentials@''"],
    ["import Hapi from '@hapi/hapi'; Hapi.server({ routes: { cors: { origin: ['https://*'] } } })", "reflect@'https://*'"],
    ["import Hapi from '@hapi/hapi'; Hapi.server({ routes: { cors: { origin: ['https://*.example.com'] } } })"],
    ["import { createYoga } from 'graphql-yoga'; createYoga({ schema, cors: { origin: 'https://*.example.com' } })", "credentials@'https://*.example.com'"],
    ["import cors from 'cors'; app.use(cors({ origin: [...list, /.*/] }))", 'reflect@/.*/'],
    ["import cors from 'cors'; app.use(cors({ origin: ['https://a.example.com', process.env.X].filter(Boolean) }))"],
    ["import { cors } from 'hono/cors'; app.use(cors({ origin: /.*/ }))"],
    ["app.enableCors({ origin: true, credentials: true }); // cors", 'credentials@true'],
  ]);
});
test('headers set by hand', () => {
  const within = (body: string): string => `export function h(req, res, next) { const list = ['https://a.example.com']; ${body} next(); }`;
  cases([
    [within("res.setHeader('Access-Control-Allow-Origin', 'https://a.example.com');")],
    [within("res.set({ 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Credentials': 'true' });"), "credentials@'*'"],
    [within("res.setHeader('Access-Control-Allow-Origin', `${req.headers.origin}`);"), 'reflect@`${req.headers.origin}`'],
    [within("const { origin } = req.headers; res.setHeader('Access-Control-Allow-Origin', origin);"), 'reflect@origin'],
    [within("if (req.method === 'OPTIONS') res.setHeader('Access-Control-Allow-Origin', req.headers.origin);"), 'reflect@req.headers.origin'],
    [within("res.setHeader('Access-Control-Allow-Origin', list.includes(req.headers.origin) ? req.headers.origin : list[0]);")],
    [within("const o = req.headers.origin; if (list.some((x) => x === o)) res.setHeader('Access-Control-Allow-Origin', o);")],
    [within("if (isAllowed(req.headers.origin)) res.setHeader('Access-Control-Allow-Origin', req.headers.origin);")],
    [within("res.setHeader('Access-Control-Allow-Origin', pick(req));")],
    [within("req.headers.set('Access-Control-Allow-Origin', '*');")],
    [within("const m = new Map(); m.set('Access-Control-Allow-Origin', '*');")],
    [within("// res.setHeader('Access-Control-Allow-Origin', '*');")],
    ["export async function GET() { return new Response('x', { headers: { 'Access-Control-Allow-Origin': '*' } }); }", "any@'*'"],
    ["export async function GET() { const r = NextResponse.json({}); r.headers.set('Access-Control-Allow-Origin', '*'); return r; }", "any@'*'"],
    ["import axios from 'axios'; axios.get('/x', { headers: { 'Access-Control-Allow-Origin': '*' } })"],
    ["app.get('/x', (c) => { c.header('Access-Control-Allow-Origin', c.req.header('origin')); return c.text('x'); })", "reflect@c.req.header('origin')"],
    ["class C { @Get('x') @Header('Access-Control-Allow-Origin', '*') x() {} }", "any@'*'"],
  ]);
});
test('options of another module are reported where they are handed over', () => {
  assert.deepEqual(said("import cors from 'cors';\nimport { options } from './options.js';\napp.use(cors(options));", { 'options.ts': "export const options = { origin: '*' };" }), ['any@options']);
  assert.deepEqual(said("import cors from 'cors';\nimport { options } from './options.js';\napp.use(cors(options));", { 'options.ts': "export const options = { origin: ['https://a.example.com'] };" }), []);
});
