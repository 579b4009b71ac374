import type { FunctionView, ModuleView, Step } from '../../model/module.js';
import type { BindingId, Call, Ref, Value } from '../../model/value.js';
import { urlCredentials, type UrlCredential } from '../facts/url-credentials.js';
import { credentialKey, urlCredentialName } from '../facts/credential-names.js';
import { bindingsIn } from '../facts/contents.js';
import { linkName, servesLink } from '../facts/links.js';
import { refsIn } from '../facts/mentions.js';
import { signsAddress } from '../facts/link-signatures.js';
import { wordsOf } from '../facts/names.js';
import { checkedValues, flowsInto, queryParameters, queryRead, type QueryRead } from '../facts/query-reads.js';
import { branchesIn } from '../facts/walk.js';
import { rule, type Change, type Code, type Detection, type FixAnswer, type RuleContext, type Severity } from '../rule.js';

interface Evidence {
  readonly name: string;
  readonly changes: readonly Change[];
  readonly outgoing: boolean;
  /** The other side is somebody else's, by its name. */
  readonly foreign: boolean;
}
type Found = Detection<Evidence>;
/** Also names of other things, as of a conversation: a credential where it is compared, verified or handed to a check. */
const MAYBE = /^(key|token|session([-_]?id)?|sid|cred|credentials?)$/i;
/** These open more than the one thing that a link is good for. */
const NEVER_A_LINK = /^(x[-_])?(api[-_]?key|(admin|master|private)[-_]?\w*|pass(word|wd)?|pwd)$/i;

export default rule<'module', Evidence>({
  meta: {
    id: 'secrets/key-in-query',
    title: 'A credential travels in the URL',
    owasp: ['API2:2019', 'API7:2019', 'API2:2023', 'API8:2023'],
    cwe: [598],
    severity: 'warning',
    confidence: 'medium',
    topics: ['secret'],
    since: '0.1.0',
    leansOn: ['morgan/query'],
    whenNotToUse: 'A caller that cannot set headers, and credentials that are short-lived and good for one address.',
    references: ['https://cwe.mitre.org/data/definitions/598.html', 'https://datatracker.ietf.org/doc/html/rfc6750#section-5.3'],
  },
  on: 'module',
  words: ['query', 'searchparams', '?', '&', 'params'],
  *detect(module, context) {
    for (const fn of [module.top, ...module.functions.values()]) {
      yield* incoming(fn, module, context);
      yield* outgoing(fn, context);
    }
  },
  explain: ({ name, outgoing: out, foreign }) => ({
    message: out
      ? `'${name}' in the URL is stored in the logs of every server and proxy on the way. Send it in a header${foreign ? ', if that API takes one' : ''}.`
      : `'${name}' in the URL is stored in server logs and browser history. Read it from the Authorization header.`,
    why: 'Addresses are written down by servers, proxies and browsers, and handed on in the Referer header; headers are not.',
    remedy: 'Take credentials from a header, and refuse them in the address.',
  }),
  *fix({ evidence: { changes, outgoing: out } }): Iterable<FixAnswer> {
    if (changes.length > 0) yield { title: 'Read it from a header', safety: 'review', changes };
    else yield { refused: out ? 'Which header the other side reads is for its documentation to say.' : 'It is taken out of the query together with others.' };
  },
  examples: [
    {
      title: 'a key compared',
      bad: `
        import express from 'express';
        const app = express();
        app.use((req, res, next) => {
          if (req.query.api_key !== process.env.API_KEY) return res.sendStatus(401);
          //            ^^^^^^^ secrets/key-in-query "'api_key' in the URL is stored in server logs"
          next();
        });
      `,
      fixed: `
        import express from 'express';
        const app = express();
        app.use((req, res, next) => {
          if (req.get('x-api-key') !== process.env.API_KEY) return res.sendStatus(401);
          next();
        });
      `,
    },
    {
      title: 'a token verified, a password read',
      bad: `
        import express from 'express';
        import jwt from 'jsonwebtoken';
        const app = express();
        app.get('/orders', (req, res) => {
          const user = jwt.verify(req.query.token, process.env.JWT_SECRET, { algorithms: ['HS256'] });
          //                                ^^^^^ secrets/key-in-query "'token'"
          res.json(orders(user));
        });
        app.get('/login', (req, res) => {
          const { name, password } = req.query;
          //            ^^^^^^^^ secrets/key-in-query "'password'"
          res.json(login(name, password));
        });
      `,
      fixed: `
        import express from 'express';
        import jwt from 'jsonwebtoken';
        const app = express();
        app.get('/orders', (req, res) => {
          const user = jwt.verify(req.get('authorization')?.replace(/^Bearer /i, ''), process.env.JWT_SECRET, { algorithms: ['HS256'] });
          res.json(orders(user));
        });
        app.get('/login', (req, res) => {
          const { name, password } = req.query;
          res.json(login(name, password));
        });
      `,
    },
    {
      title: 'Hono, Koa, Next, a strategy of passport',
      bad: `
        import { Hono } from 'hono';
        import Koa from 'koa';
        import { ExtractJwt } from 'passport-jwt';
        new Hono().get('/a', (c) => (c.req.query('apiKey') === process.env.API_KEY ? c.text('ok') : c.text('no', 401)));
        //                                       ^^^^^^^^ secrets/key-in-query "'apiKey'"
        new Koa().use(async (ctx, next) => { if (ctx.query.access_token !== process.env.ACCESS_TOKEN) ctx.throw(401); await next(); });
        //                                                 ^^^^^^^^^^^^ secrets/key-in-query
        export const from = ExtractJwt.fromUrlQueryParameter('jwt');
        //                                                   ^^^^^ secrets/key-in-query "'jwt'"
        export async function GET(request) {
          const secret = new URL(request.url).searchParams.get('secret');
          //                                                   ^^^^^^^^ secrets/key-in-query
          return secret === process.env.CRON_SECRET ? Response.json({}) : new Response('no', { status: 401 });
        }
      `,
    },
    {
      title: 'sent to others',
      bad: `
        import axios from 'axios';
        export const one = (token) => fetch(\`https://api.example.com/v1?access_token=\${token}\`);
        //                                                              ^^^^^^^^^^^^ secrets/key-in-query "of every server and proxy"
        export const two = (apiKey) => axios.get('https://api.example.com/v1', { params: { apiKey, page: 1 } });
        //                                                                                 ^^^^^^ secrets/key-in-query
      `,
    },
    {
      title: 'a helper of a plain server, a key of administrators, a stand-in for a header',
      bad: `
        //- server.js
        const http = require('http');
        const API_KEY = process.env.API_KEY;
        function authorised(req) {
          const url = new URL(req.url, 'http://localhost');
          return url.searchParams.get('key') === API_KEY;
          //                          ^^^^^ secrets/key-in-query "'key'"
        }
        http.createServer((req, res) => res.end(authorised(req) ? 'yes' : 'no'));
        //- app/api/results/route.ts
        export async function GET(req: Request) {
          const key = new URL(req.url).searchParams.get('admin_key');
          //                                            ^^^^^^^^^^^ secrets/key-in-query "'admin_key'"
          if (key !== process.env.ADMIN_KEY) return new Response(null, { status: 401 });
          return Response.json({});
        }
        //- staff.js
        const jwt = require('jsonwebtoken');
        exports.staff = (req, res, next) => {
          const token = req.get('x-access-token') || req.query.token;
          //                                                   ^^^^^ secrets/key-in-query "'token'"
          jwt.verify(token, process.env.JWT_SECRET, { algorithms: ['HS256'] }, (err, user) => { req.staff = user; next(err); });
        };
      `,
    },
    {
      title: 'Nest, the parser of Node, a name that is compared later, one finding for each key',
      bad: `
        import { Controller, ForbiddenException, Get, Query } from '@nestjs/common';
        import url from 'node:url';
        import Koa from 'koa';
        import Fastify from 'fastify';
        @Controller('stats')
        export class StatsController {
          @Get()
          all(@Query('api_key') given: string) {
            //       ^^^^^^^^^ secrets/key-in-query "'api_key'"
            if (given !== process.env.STATS_KEY) throw new ForbiddenException();
            return [];
          }
        }
        export function verifyToken(req, res, next) {
          const { query } = url.parse(req.url, true);
          if (query.access_token !== process.env.TOKEN) return res.end();
          //        ^^^^^^^^^^^^ secrets/key-in-query
          next();
        }
        new Koa().use(async (ctx, next) => {
          const given = ctx.query.key;
          //                      ^^^ secrets/key-in-query "'key'"
          if (config.accessKey && config.accessKey === given) await next();
        });
        Fastify().addHook('onRequest', async (request, reply) => {
          if (request.query.token) request.token = request.query.token;
          if (!tokens.has(request.query.token)) return reply.code(401).send();
          //                            ^^^^^ secrets/key-in-query
        });
      `,
    },
    {
      title: 'addresses that are put together for others',
      bad: `
        import axios from 'axios';
        import { request } from 'undici';
        const partner = axios.create({ baseURL: process.env.PARTNER_URL });
        export const push = (event) => partner.post('/events', event, { params: { api_key: process.env.REPORTING_KEY } });
        //                                                                        ^^^^^^^ secrets/key-in-query "Send it in a header."
        export async function load(id) {
          const url = new URL('/v1/items', process.env.STOCK_URL);
          url.searchParams.set('access_token', process.env.STOCK_TOKEN);
          //                   ^^^^^^^^^^^^^^ secrets/key-in-query
          return fetch(url);
        }
        export async function rates() {
          const params = new URLSearchParams({ base: 'EUR', apiKey: process.env.RATES_KEY });
          //                                                ^^^^^^ secrets/key-in-query "if that API takes one"
          return request(\`https://rates.corp-site.com/latest?\${params}\`);
        }
        export const exportAll = (token) => axios({ url: \`\${process.env.BASE}/all?token=\${token}\`, method: 'GET' });
        //                                                                        ^^^^^ secrets/key-in-query
      `,
    },
    { title: 'in a header', good: `import express from 'express'; express().use((req, res, next) => { const key = req.get('x-api-key'); if (key !== expected()) return res.sendStatus(401); next(); });` },
    {
      title: 'links that are good once',
      good: `
        import express from 'express';
        const app = express();
        app.get('/reset-password', (q, s) => use(q.query.token));
        app.get('/auth/callback', (req, res) => exchange(req.query.code, req.query.state));
        export const link = (token) => send(\`https://x.io/verify-email?token=\${token}\`);
      `,
    },
    {
      title: 'a link of a mail behind a wrapper, a helper that is told what to verify',
      good: `
        import express from 'express';
        const router = express.Router();
        router.get('/register/verify-email', asyncHandler(async (req, res) => { await users.check(verified(req.query.token)); res.redirect('/'); }));
        router.get('/orders/:id/where', (req, res) => {
          const token = typeof req.query.token === 'string' ? req.query.token : '';
          const known = verifyTrackingToken(token); res.render('where', { known: known && known.order === req.params.id });
        });
        router.post('/join', safely(async (req, res) => { await service.verifyRegistration(req.query.token); res.end(); }));
      `,
    },
    {
      title: 'a token that is made for this one call, a body that holds a secret',
      good: `
        import jwt from 'jsonwebtoken';
        export async function artifact(id) {
          const token = jwt.sign({ id }, process.env.KEY, { expiresIn: '5m' });
          return fetch(\`\${process.env.STORE}/artifacts/\${id}?token=\${token}\`);
        }
        export const login = (code) => fetch(process.env.TOKEN_URL, { method: 'POST', body: new URLSearchParams({ code, client_secret: process.env.CLIENT_SECRET }) });
      `,
    },
    { title: 'the signature of a link', good: `import { createHmac } from 'node:crypto'; import express from 'express'; express().use((req, res, next) => { const key = req.query.key;
      const made = createHmac('sha256', process.env.K).update(req.query.id).digest('hex'); return made === key ? next() : res.sendStatus(401); });` },
    { title: 'an item found by its key', good: `import express from 'express'; express().get('/items', (req, res) => { res.json(items.find((one) => one.key === req.query.key)); });` },
    {
      title: 'pages, sorting, things found by a key',
      good: `
        import express from 'express';
        express().get('/items', (req, res) => { res.json(list({ after: req.query.pageToken, cursor: req.query.cursor, key: req.query.key, sort: req.query.sort })); });
      `,
    },
    {
      title: 'an address that is only compared',
      good: `
        export const isKeyed = (url) => url.includes('?api_key=');
        export const doc = 'https://api.example.com/?api_key=YOUR_KEY';
        export const map = (id) => \`https://maps.example.com/js?key=\${id}\`;
      `,
    },
  ],
});

/** Credentials that are taken from the query of a request: one finding for each key of a function. */
function* incoming(fn: FunctionView, module: ModuleView, context: RuleContext): Iterable<Found> {
  for (const step of fn.steps) if (step.do === 'call' && step.call.name === 'fromUrlQueryParameter') yield strategy(step.call, step, context);
  const byKey = new Map<string, Placed[]>();
  for (const one of readsIn(fn, module, context)) {
    const key = one.read.key.toLowerCase();
    const isKnown = urlCredentialName(key) || (MAYBE.test(key) && (one.read.socket || flowsInto(one.read, one.binding, checkedValues(module, context), module)));
    if (isKnown) byKey.set(key, [...(byKey.get(key) ?? []), one]);
  }
  if (byKey.size === 0) return;
  const isLink = servesLink(fn, module, context);
  const signs = fn.steps.some((step) => step.do === 'call' && /^(createHmac|hmac|verifySignature|signUrl|verifySignedUrl)$/i.test(step.call.name));
  const ofLinks = fn.steps.flatMap((step) => (step.do === 'call' && wordsOf(step.call.name).length > 1 && linkName(step.call.name) ? step.call.args.map(({ value }) => value) : []));
  for (const places of byKey.values()) {
    const [first] = places;
    if (!first || (!NEVER_A_LINK.test(first.read.key) && (isLink || places.some((one) => flowsInto(one.read, one.binding, ofLinks, module) || signsAddress(one, fn, context))))) continue;
    const { key, at, socket } = first.read;
    const isGuess = MAYBE.test(key);
    // The signature of a link stands in the link.
    const severity: Severity = socket || (signs && isGuess) ? 'info' : 'warning';
    yield { at, subject: `query ${key}`, evidence: { name: key, changes: repairs(places, context), outgoing: false, foreign: false }, severity, confidence: isGuess ? 'medium' : 'high', when: first.step?.when ?? [] };
  }
}
interface Placed {
  readonly read: QueryRead;
  readonly step: Step | undefined;
  readonly binding: BindingId | undefined;
}
/** Each reading once, in the order of the file. */
function readsIn(fn: FunctionView, module: ModuleView, context: RuleContext): readonly Placed[] {
  const found = new Map<string, Placed>();
  const add = (placed: Placed): void => {
    const { at } = placed.read;
    const mark = `${at.mark} ${at.part?.start ?? ''}`;
    if (!found.has(mark)) found.set(mark, placed);
  };
  const search = (value: Value, step: Step): void => {
    for (const ref of refsIn(value)) {
      const read = mayBe(ref.path.at(-1)) ? queryRead(ref, fn, context) : undefined;
      if (read) add({ read, step, binding: undefined });
    }
  };
  for (const one of queryParameters(fn, context)) {
    const parameter = fn.steps.find((step) => [...valuesOf(step)].some((value) => [...refsIn(value)].some((ref) => ref.root.kind === 'parameter' && ref.root.fn === fn.id && ref.root.index === one.index)));
    if (urlCredentialName(one.key)) add({ read: one, step: parameter, binding: undefined });
  }
  for (const binding of bindingsIn(module, context).get(fn.id) ?? []) {
    if (!mayBe(binding.value.kind === 'ref' ? binding.value.path.at(-1) : 'key')) continue;
    const read = queryRead(binding.value, fn, context);
    const isTaken = read !== undefined && binding.value.kind === 'ref' && context.textOf(binding.value.at).split('.').at(-1) !== read.key;
    if (read) add({ read: isTaken ? { ...read, at: binding.nameAt } : read, step: undefined, binding: binding.id });
    else if (binding.value.kind !== 'function') for (const ref of refsIn(binding.value)) {
      const inner = mayBe(ref.path.at(-1)) ? queryRead(ref, fn, context) : undefined;
      if (inner) add({ read: inner, step: undefined, binding: undefined });
    }
  }
  for (const { branch, step } of branchesIn(fn)) search(branch.test, step);
  for (const step of fn.steps) {
    const read = step.do === 'call' ? queryRead(step.call, fn, context) : undefined;
    if (read && mayBe(read.key)) add({ read, step, binding: undefined });
    if (step.do === 'call') for (const arg of step.call.args) search(arg.value, step);
    else if (step.value) search(step.value, step);
  }
  return [...found.values()].filter(({ read }) => mayBe(read.key));
}
function mayBe(key: string | undefined): boolean {
  return key !== undefined && (urlCredentialName(key) || MAYBE.test(key));
}
function* valuesOf(step: Step): Iterable<Value> {
  for (const branch of step.when) yield branch.test;
  if (step.do === 'call') for (const arg of step.call.args) yield arg.value;
  else if (step.value) yield step.value;
}
/** All readings of the key, out of a header in the words of the framework; none where one of them cannot be. */
function repairs(places: readonly Placed[], context: RuleContext): readonly Change[] {
  const changes = places.map(({ read }): Change | undefined => {
    const ref = read.value?.kind === 'ref' && !read.socket ? read.value : undefined;
    const holder = ref && context.textOf(ref.at);
    const code = ref && holder !== undefined ? header(holder.slice(0, holder.search(/\??\.?(query|request\.query)\b/)), read.key, ref, context) : undefined;
    return ref && code && read.at.mark === ref.nameAt.mark ? { do: 'replace', at: ref.at, code } : undefined;
  });
  const known = changes.filter((one): one is Change => one !== undefined);
  return known.length === changes.length ? known : [];
}
/** The same credential out of a header, in the words of the framework. */
function header(request: string, key: string, ref: Ref, context: RuleContext): Code | undefined {
  const role = ref.root.kind === 'parameter' ? context.role(ref.root.fn) : undefined;
  if (!role || !/^[\w$]{1,30}$/.test(request)) return undefined;
  const isBearer = /token|jwt|^auth$/i.test(key);
  const name = isBearer ? 'authorization' : 'x-api-key';
  if (!isBearer && !/key/i.test(key)) return undefined;
  const taken: Code | undefined = /^(express|koa)$/.test(role.framework) ? [`${request}.get(`, { quote: name }, ')'] : /^(fastify|hapi)$/.test(role.framework) ? [`${request}.headers[`, { quote: name }, ']'] : undefined;
  return taken && (isBearer ? [...taken, '?.replace(/^Bearer /i, ', { quote: '' }, ')'] : taken);
}
function strategy(call: Call, step: Step, context: RuleContext): Found {
  const first = call.args[0]?.value;
  const key = first && context.constant(first)?.value;
  const changes: readonly Change[] = first ? [{ do: 'replace', at: call.nameAt, code: ['fromAuthHeaderAsBearerToken'] }, { do: 'remove', at: first.at, as: 'argument' }] : [];
  return { at: first?.at ?? call.nameAt, subject: 'passport-jwt query', evidence: { name: typeof key === 'string' ? key : 'token', changes, outgoing: false, foreign: false }, confidence: 'high', when: step.when };
}

/** Credentials in the addresses this program asks for. */
function* outgoing(fn: FunctionView, context: RuleContext): Iterable<Found> {
  const seen = new Set<string>();
  for (const one of urlCredentials(fn, credentialKey, context)) {
    if (linkName(fn.name)) return;
    const mark = `${one.at.mark} ${one.at.part?.start ?? ''}`;
    if (!seen.has(mark)) yield out(one);
    seen.add(mark);
  }
}
function out({ at, key, step, foreign }: UrlCredential): Found {
  // What the other side reads is not decided here.
  return { at, subject: `outgoing ${key}`, evidence: { name: key, changes: [], outgoing: true, foreign }, severity: foreign ? 'hint' : 'info', confidence: 'high', when: step.when };
}
