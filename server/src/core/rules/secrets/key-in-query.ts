import type { FunctionView, ModuleView, Step } from '../../model/module.js';
import type { Call, Ref, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import { refsIn } from '../facts/mentions.js';
import { rule, type Change, type Code, type Detection, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly name: string;
  readonly change: Change | readonly Change[] | undefined;
  readonly outgoing: boolean;
}
type Found = Detection<Evidence>;
const CREDENTIAL = /^(api_?key|access_?token|auth|auth_?token|jwt|secret|password|passwd|pwd)$/i;
/** Also names of other things, as of a conversation: a credential where it is compared, verified or handed to a check. */
const MAYBE = /^(key|token|session(_?id)?|sid)$/i;
/** Links that are good once, uploads and downloads that are signed, and what providers send. */
const LINK = /reset|verif|confirm|unsubscribe|invit|magic|callback|download|activat|oauth|share|preview|signed|webhook|one-?time|otp|recover|forgot|accept|subscribe|export|redirect|saml|sso|captcha/i;
const CHECKS = /^(verify|validate|check|authenticate|authorize|decode|introspect|compare|is_?valid|find(One|Unique|First)?(By\w*(Key|Token))|get\w*By(Key|Token)|(load|get|find)Session)/i;
const IN_URL = /[?&](api_?key|access_?token|auth_?token|jwt|token|client_secret|secret|password)=$/i;
const CLIENTS = /^(axios|got|ky|superagent|request|needle|undici|node-fetch|http|https|fetch|\$fetch|ofetch)(\.|$)/;
const HOLDERS: ReadonlySet<string> = new Set(['params', 'qs', 'searchParams', 'query']);

export default rule<'module', Evidence>({
  meta: {
    id: 'secrets/key-in-query',
    title: 'A credential travels in the URL',
    owasp: ['API2:2019', 'API7:2019', 'API2:2023', 'API8:2023'],
    cwe: [598],
    severity: 'warning',
    confidence: 'medium',
    topics: ['secret', 'auth'],
    since: '0.1.0',
    leansOn: ['morgan/query'],
    whenNotToUse: 'A caller that cannot set headers, and credentials that are short-lived and good for one address.',
    references: ['https://cwe.mitre.org/data/definitions/598.html', 'https://datatracker.ietf.org/doc/html/rfc6750#section-5.3'],
  },
  on: 'module',
  words: ['query', 'searchparams', '?', '&', 'params'],
  *detect(module, context) {
    const seen = new Set<string>();
    for (const fn of [module.top, ...module.functions.values()]) {
      const found = [...read(fn, module, context), ...outgoing(fn, context)];
      for (const one of found) {
        const key = `${one.at.mark} ${one.at.part?.start ?? ''}`;
        if (seen.has(key)) continue;
        seen.add(key);
        yield one;
      }
    }
  },
  explain: ({ name, outgoing: out }) => ({
    message: out
      ? `'${name}' in the URL is stored in the logs of every server and proxy on the way. Send it in a header.`
      : `'${name}' in the URL is stored in server logs and browser history. Read it from the Authorization header.`,
    why: 'Addresses are written down by servers, proxies and browsers, and handed on in the Referer header; headers are not.',
    remedy: 'Take credentials from a header, and refuse them in the address.',
  }),
  *fix({ evidence: { change, outgoing: out } }): Iterable<FixAnswer> {
    if (change) yield { title: 'Read it from a header', safety: 'review', changes: 'do' in change ? [change] : change };
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

/** Credentials that are taken from the query of a request. */
function* read(fn: FunctionView, module: ModuleView, context: RuleContext): Iterable<Found> {
  const isLink = LINK.test(fn.name) || context.endpoints({ handler: fn.id }).some((endpoint) => LINK.test(endpoint.path.text));
  for (const step of fn.steps) {
    if (step.do === 'call' && step.call.name === 'fromUrlQueryParameter') yield strategy(step.call, step, context);
    if (isLink) continue;
    if (step.do === 'call') {
      const found = byCall(step.call, step, fn, context);
      if (found) yield found;
    }
    for (const { value, checked } of valuesOf(step)) for (const ref of refsIn(value)) {
      const found = ofRequest(ref, checked, step.when, context);
      if (found) yield found;
    }
  }
  if (isLink) return;
  for (const binding of module.bindings) {
    if (binding.scope !== fn.id || binding.value.kind !== 'ref') continue;
    const field = context.request(binding.value);
    if (field?.from !== 'query' || field.key === undefined) continue;
    const checked = MAYBE.test(field.key) && fn.steps.some((step) => valuesOf(step).some((one) => one.checked && [...refsIn(one.value)].some((ref) => ref.root.kind === 'local' && ref.root.binding === binding.id)));
    const isDestructured = context.textOf(binding.value.at).split('.').at(-1) !== field.key;
    if (isDestructured && (CREDENTIAL.test(field.key) || checked)) yield { at: binding.nameAt, subject: `query ${field.key}`, evidence: { name: field.key, change: undefined, outgoing: false }, confidence: 'medium' };
    else if (!isDestructured) {
      const found = ofRequest(binding.value, checked, [], context);
      if (found) yield found;
    }
  }
}
interface Used {
  readonly value: Value;
  /** Compared, or handed to what verifies. */
  readonly checked: boolean;
}
function valuesOf(step: Step): readonly Used[] {
  const tests = step.when.map((branch) => ({ value: branch.test, checked: comparesSecret(branch.test) }));
  if (step.do === 'call') {
    const checked = CHECKS.test(step.call.name);
    return [...tests, ...step.call.args.map((arg) => ({ value: arg.value, checked }))];
  }
  return step.value ? [...tests, { value: step.value, checked: comparesSecret(step.value) }] : tests;
}
/** A comparison with something that is no constant. */
function comparesSecret(value: Value): boolean {
  switch (value.kind) {
    case 'compare': return /^[!=]==?$/.test(value.op) && value.left.kind !== 'literal' && value.right.kind !== 'literal';
    case 'logic': return comparesSecret(value.left) || comparesSecret(value.right);
    case 'not': return comparesSecret(value.of);
    case 'choice': return comparesSecret(value.test);
    default: return false;
  }
}
function ofRequest(ref: Ref, checked: boolean, when: Step['when'], context: RuleContext): Found | undefined {
  const isSocket = ref.path.includes('handshake') && ref.path.includes('query') && ref.root.kind === 'parameter';
  const field = isSocket ? { from: 'query' as const, key: ref.path.at(-1) } : context.request(ref);
  if (field?.from !== 'query' || field.key === undefined || !(CREDENTIAL.test(field.key) || (MAYBE.test(field.key) && (checked || isSocket)))) return undefined;
  if (ref.path.at(-1) !== field.key) return undefined;
  const holder = context.textOf(ref.at);
  const code = isSocket ? undefined : header(holder.slice(0, holder.search(/\??\.?(query|request\.query)\b/)), field.key, ref, context);
  return {
    at: ref.nameAt, subject: `query ${field.key}`, evidence: { name: field.key, change: code && { do: 'replace', at: ref.at, code }, outgoing: false },
    severity: isSocket ? 'info' : 'warning', confidence: MAYBE.test(field.key) ? 'medium' : 'high', when,
  };
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
/** `c.req.query('api_key')`, `url.searchParams.get('secret')`. */
function byCall(call: Call, step: Step, fn: FunctionView, context: RuleContext): Found | undefined {
  const first = call.args[0]?.value;
  const key = first?.kind === 'literal' && typeof first.value === 'string' ? first.value : undefined;
  if (key === undefined || first === undefined || !CREDENTIAL.test(key)) return undefined;
  const isQuery = call.name === 'query' && context.request(call)?.from === 'query';
  const isParameters = call.name === 'get' && call.receiver?.kind === 'ref' && call.receiver.path.at(-1) === 'searchParams' && isHandler(fn, context);
  return isQuery || isParameters ? { at: first.at, subject: `query ${key}`, evidence: { name: key, change: undefined, outgoing: false }, confidence: 'high', when: step.when } : undefined;
}
function isHandler(fn: FunctionView, context: RuleContext): boolean {
  return context.role(fn.id) !== undefined || /^(GET|POST|PUT|PATCH|DELETE|middleware)$/.test(fn.name);
}
function strategy(call: Call, step: Step, context: RuleContext): Found {
  const first = call.args[0]?.value;
  const key = first && context.constant(first)?.value;
  const changes: readonly Change[] | undefined = first ? [{ do: 'replace', at: call.nameAt, code: ['fromAuthHeaderAsBearerToken'] }, { do: 'remove', at: first.at, as: 'argument' }] : undefined;
  return { at: first?.at ?? call.nameAt, subject: 'passport-jwt query', evidence: { name: typeof key === 'string' ? key : 'token', change: changes, outgoing: false }, confidence: 'high', when: step.when };
}

/** Credentials in the addresses this program asks for. */
function* outgoing(fn: FunctionView, context: RuleContext): Iterable<Found> {
  if (LINK.test(fn.name)) return;
  for (const step of fn.steps) {
    if (step.do !== 'call' || !CLIENTS.test(step.call.callee)) continue;
    for (const { value } of step.call.args) {
      const end = context.resolve(value).value;
      if (end.kind === 'template' && end.at.path === step.call.at.path) yield* inAddress(end, step, context);
      if (value.kind !== 'object') continue;
      for (const entry of value.entries) {
        if (entry.key === undefined || !HOLDERS.has(entry.key) || entry.value.kind !== 'object') continue;
        for (const inner of entry.value.entries)
          if (inner.key !== undefined && inner.value.kind !== 'literal' && CREDENTIAL.test(inner.key) && !/^auth$/.test(inner.key)) yield out(inner.keyAt, inner.key, step);
      }
    }
  }
}
function* inAddress(address: Extract<Value, { kind: 'template' }>, step: Step, context: RuleContext): Iterable<Found> {
  const source = context.textOf(address.at);
  for (const [index, part] of address.parts.entries()) {
    const next = address.parts[index + 1];
    const name = typeof part === 'string' && next !== undefined && typeof next !== 'string' && !LINK.test(part) ? IN_URL.exec(part)?.[1] : undefined;
    const from = name === undefined ? -1 : source.indexOf(`${name}=`);
    if (name !== undefined && from >= 0) yield out(context.within(address.at, from, from + name.length), name, step);
  }
}
function out(at: At, name: string, step: Step): Found {
  // What the other side reads is not decided here.
  return { at, subject: `outgoing ${name}`, evidence: { name, change: undefined, outgoing: true }, severity: 'info', confidence: 'high', when: step.when };
}
