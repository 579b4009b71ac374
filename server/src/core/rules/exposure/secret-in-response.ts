import type { Branch } from '../../model/module.js';
import type { Call, Ref, Value } from '../../model/value.js';
import type { Endpoint } from '../../project/project.js';
import { handedAs } from '../facts/handed.js';
import { snakeCase } from '../facts/names.js';
import { secretName, secretValue, tokenName } from '../facts/secrets.js';
import { operandsOf } from '../facts/walk.js';
import { rule, type Fix, type Leaf, type RuleContext } from '../rule.js';

interface Evidence {
  readonly name: string;
  readonly endpoint: Endpoint | undefined;
  readonly leaf: Leaf;
}
const SECRET_KEY = /^(apiKey|adminKey|masterKey|adminApiKey|secret|clientSecret|privateKey|accessKey|secretKey|dbPassword|connectionString)$/;
const CONNECTION = /(^|_)(database|db|mongo(db)?|postgres(ql)?|pg|mysql|mariadb|redis|amqp|rabbitmq|clickhouse|cosmos(db)?|sql(server)?|jdbc|smtp)_?(private_?|direct_?|replica_?|read_?)?(url|uri|dsn|connection|connection_?string)$/i;
const CONFIG = /^(\w*config|conf|cfg|settings|env|environment|secrets|credentials)$/i;
const CONFIG_STORE = /^(\w*config|conf|cfg|nconf|settings|configService)$/i;
const PUBLIC = /(^|_)(PUBLIC|PUBLISHABLE|ANON|SITE_KEY|CLIENT_ID)(_|$)|(public|publishable)/i;
const READS = /^(find\w*|get\w*|query|fetch\w*|load\w*|select|first|one)$/i;
const OWN = /(^|\/)(me|self|account|profile)(\/|$)/i;
const SHOWN_ONCE = /\/(api-?)?(keys?|tokens?|webhooks?)$/i;

export default rule<'send', Evidence>({
  meta: {
    id: 'exposure/secret-in-response',
    title: 'A key or token of the server is sent to callers',
    owasp: ['API3:2019', 'API3:2023'],
    cwe: [200, 522],
    severity: 'error',
    confidence: 'medium',
    topics: ['data-exposure'],
    since: '0.1.0',
    whenNotToUse: 'The value is meant for callers although its name reads like a secret.',
    references: ['https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/'],
  },
  on: 'send',
  // The secret may stand in another file than the answer.
  words: [],
  *detect({ send, in: fn }, context) {
    const seen = new Set<unknown>();
    const endpoint = context.endpoints({ handler: fn.id })[0];
    for (const leaf of context.leaves(send.value, fn)) {
      // What another file holds is reported where this one sends it.
      const isCarried = leaf.through.length > 0 && leaf.via?.at.path === send.at.path;
      const at = leaf.value.at.path === send.at.path && !isCarried ? leaf.value.at : leaf.via?.at;
      if (at === undefined || seen.has(leaf.entry ?? leaf.value) || seen.has(at.mark)) continue;
      const found = leaf.value.kind === 'ref' ? secretOf(leaf.value, leaf, endpoint, context) : leaf.value.kind === 'call' ? settingOf(leaf.value, context) : undefined;
      if (!found || isForAdmins([...send.when, ...leaf.when], context)) continue;
      // A name and what it was made of are one leak.
      seen.add(leaf.entry ?? leaf.value);
      seen.add(at.mark);
      yield {
        at,
        subject: `${found.name} ${leaf.key ?? ''}`,
        evidence: { name: found.name, endpoint, leaf },
        severity: endpoint?.authorization.state === 'guarded' ? 'warning' : 'error',
        confidence: found.sure ? 'high' : 'medium',
        when: [...send.when, ...leaf.when],
      };
      if (!leaf.entry) return;
    }
  },
  explain: ({ name, endpoint }) => ({
    message: `'${name}' is sent to every caller of ${endpoint ? `${endpoint.method === 'all' ? 'every method of' : endpoint.method} ${endpoint.path.text}` : 'this endpoint'}. Keep it on the server; issue a scoped token per user instead.`,
    why: 'Whoever holds the key acts as the server itself, and a key once sent stays in caches, logs and browsers.',
    remedy: 'Leave the field out, and replace a key that was already sent.',
  }),
  *fix({ at, evidence: { leaf } }): Iterable<Fix> {
    if (leaf.entry && leaf.entry.form !== 'spread' && leaf.entry.at.path === at.path) yield { title: 'Remove the field', safety: 'review', changes: [{ do: 'remove', at: leaf.entry.at, as: 'entry' }] };
  },
  examples: [
    {
      title: 'a key from the environment',
      bad: `
        import express from 'express';
        const app = express();
        app.get('/settings', auth, (req, res) => res.json({ theme, adminApiKey: process.env.ADMIN_API_KEY }));
        //                                                                      ^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/secret-in-response "'ADMIN_API_KEY' is sent to every caller of GET /settings"
      `,
      fixed: `
        import express from 'express';
        const app = express();
        app.get('/settings', auth, (req, res) => res.json({ theme }));
      `,
    },
    {
      title: 'the address of a database, which holds its password',
      bad: `
        //- app/api/debug/route.ts
        import { NextResponse } from 'next/server';
        import config from '../../../config';
        export async function GET() {
          return NextResponse.json({ region: process.env.VERCEL_REGION, database: process.env.DATABASE_URL, site: process.env.SITE_URL });
          //                                                                      ^^^^^^^^^^^^^^^^^^^^^^^^ exposure/secret-in-response "'DATABASE_URL'"
        }
        export async function POST() {
          return NextResponse.json({ url: config.site.url, store: config.mongo.uri });
          //                                                      ^^^^^^^^^^^^^^^^ exposure/secret-in-response
        }
      `,
    },
    {
      title: 'a member of the configuration',
      bad: `
        import express from 'express';
        import config from './config';
        const app = express();
        app.get('/me', (req, res) => { res.json({ user, apiKey: config.maps.secretKey }); });
        //                                                      ^^^^^^^^^^^^^^^^^^^^^ exposure/secret-in-response "secretKey"
      `,
    },
    {
      title: 'a constant of the module, as a shorthand',
      bad: `
        import express from 'express';
        const adminKey = process.env.ADMIN_KEY;
        express().get('/a', (req, res) => { res.json({ adminKey }); });
        //                                             ^^^^^^^^ exposure/secret-in-response "adminKey"
      `,
    },
    {
      title: 'a field of a record',
      bad: `
        import express from 'express';
        express().get('/shops/:id', async (req, res) => {
          const shop = await Shop.findById(req.params.id);
          res.json({ name: shop.name, clientSecret: shop.clientSecret });
        //                                          ^^^^^^^^^^^^^^^^^ exposure/secret-in-response "clientSecret"
        });
      `,
    },
    {
      title: 'settings of another file, spread into the answer',
      bad: `
        //- limits.js
        module.exports = { max: 100, adminApiKey: process.env.ADMIN_API_KEY };
        //- app.js
        const limits = require('./limits');
        require('express')().get('/limits', (req, res) => { res.json({ ...limits }); });
        //                                                                ^^^^^^ exposure/secret-in-response "ADMIN_API_KEY"
      `,
    },
    {
      title: 'asked of the configuration by its key',
      bad: `
        const config = require('config');
        require('express')().get('/maps', (req, res) => { res.json({ key: config.get('admin.apiKey') }); });
        //                                                                ^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/secret-in-response "'apiKey' is sent"
      `,
    },
    {
      title: 'added on a line of its own',
      bad: `
        import express from 'express';
        express().get('/a', (req, res) => {
          const out = {};
          out.adminKey = process.env.ADMIN_KEY;
        //               ^^^^^^^^^^^^^^^^^^^^^ exposure/secret-in-response
          res.json(out);
        });
      `,
    },
    {
      title: 'bindings of a worker, settings on the application, a resolver',
      bad: `
        //- worker.js
        import { Hono } from 'hono';
        const app = new Hono();
        app.get('/who', (c) => c.json({ stage: c.env.STAGE, adminKey: c.env.ADMIN_KEY }));
        //                                                            ^^^^^^^^^^^^^^^ exposure/secret-in-response "ADMIN_KEY"
        export default app;
        //- app.js
        import Fastify from 'fastify';
        const app = Fastify();
        app.get('/info', async () => ({ port: app.config.PORT, key: app.config.ADMIN_API_KEY }));
        //                                                          ^^^^^^^^^^^^^^^^^^^^^^^^ exposure/secret-in-response
        app.listen({ port: 3000 });
        //- resolvers.js
        const { env } = process;
        const options = { port: env.PORT, claveJwt: env.CLAVE_JWT };
        //                                          ^^^^^^^^^^^^^ exposure/secret-in-response
        export const resolvers = { Query: { setup: () => JSON.stringify({ db: env.DATABASE_URL }), version: () => '1' } };
        //                                                                    ^^^^^^^^^^^^^^^^ exposure/secret-in-response
        require('express')().get('/opciones', (req, res) => { res.json(options); });
      `,
    },
    { title: 'what a resolver is handed', good: `export const resolvers = { Query: { me: (_, args, { user }) => user, stage: () => process.env.STAGE }, User: { token: (user) => user.token } };` },
    { title: 'asked of a cache', good: `import express from 'express'; express().get('/a', (req, res) => { res.json({ hits: cache.get('token') }); });` },
    {
      title: 'a token made for this caller',
      good: `import express from 'express'; import jwt from 'jsonwebtoken';
express().post('/login', (req, res) => { const token = jwt.sign({ sub: user.id }, process.env.JWT_SECRET);
res.json({ token, again: jwt.sign({ sub: 1 }, process.env.JWT_SECRET) }); });`,
    },
    {
      title: 'a publishable key and a yes or no',
      good: `import express from 'express';
express().get('/c', (req, res) => res.json({ publishableKey: process.env.STRIPE_PUBLISHABLE_KEY, site: process.env.RECAPTCHA_SITE_KEY,
  vapid: process.env.VAPID_PUBLIC_KEY, app: process.env.NEXT_PUBLIC_API_KEY, hasMail: !!process.env.SMTP_PASSWORD }));`,
    },
    { title: 'masked', good: `import express from 'express'; express().get('/c', (req, res) => res.json({ key: mask(process.env.API_KEY), end: process.env.API_KEY.slice(-4) }));` },
    { title: 'shown once at creation', good: `import express from 'express'; express().post('/api-keys', async (req, res) => { const made = await keys.findOne({}); res.json({ apiKey: made.apiKey }); });` },
    { title: 'in development only', good: `import express from 'express'; const app = express(); if (process.env.NODE_ENV === 'development') app.get('/c', (req, res) => res.json({ key: process.env.API_KEY }));` },
    {
      title: 'for administrators alone',
      good: `
        import Fastify from 'fastify';
        const app = Fastify();
        app.get('/settings', async (request, reply) => {
          const answer = { name: app.settings.get('name') };
          if (request.session.User.admin) answer['stats:token'] = app.settings.get('stats:token');
          reply.send(answer);
        });
        app.get('/about', async (request, reply) => reply.send({ version: 1, ...(request.user.isAdmin ? { key: app.settings.get('api:key') } : {}) }));
        app.get('/more', async (request, reply) => {
          if (request.user && request.user.is_admin) return reply.send({ apiKey: app.settings.get('apiKey') });
          return reply.send({});
        });
      `,
    },
    {
      title: 'for who says to be one',
      bad: `
        import Fastify from 'fastify';
        const app = Fastify();
        app.get('/settings', async (request, reply) => {
          const answer = {};
          if (request.query.admin) answer.apiKey = app.settings.get('apiKey');
          //                                       ^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/secret-in-response
          reply.send(answer);
        });
      `,
    },
  ],
});

/** A secret asked of a configuration by its key: `config.get('admin.apiKey')`. */
function settingOf(call: Call, context: RuleContext): { readonly name: string; readonly sure: boolean } | undefined {
  const { receiver } = call;
  if (!/^(get|getOrThrow)$/.test(call.name) || receiver?.kind !== 'ref' || !CONFIG_STORE.test(receiver.path.at(-1) ?? receiver.text)) return undefined;
  const first = call.args[0];
  const key = first && context.constant(first.value)?.value;
  const name = typeof key === 'string' ? (key.split(/[.:]/).at(-1) ?? '') : '';
  return secretName(name) && !PUBLIC.test(name) ? { name, sure: false } : undefined;
}
/** The secret a value carries: from the environment, from a configuration object, a constant, or a record. */
function secretOf(ref: Ref, leaf: Leaf, endpoint: Endpoint | undefined, context: RuleContext): { readonly name: string; readonly sure: boolean } | undefined {
  const last = ref.path.at(-1) ?? (ref.path.length === 0 ? ref.text : undefined);
  const end = context.resolve(ref).value;
  const name = last ?? '';
  if (PUBLIC.test(leaf.key ?? '') || PUBLIC.test(name)) return undefined;
  // Bindings of a worker: `c.env.ADMIN_KEY` of Hono.
  if (ref.root.kind === 'parameter' && ref.path.length === 2 && ref.path[0] === 'env' && handedAs(ref, context) === 'context') return secretName(name) || connectionName(name) ? { name, sure: true } : undefined;
  // Settings that a plugin puts on the application: `app.config.ADMIN_KEY`.
  const isKept = ref.path.length > 1 && ref.path.length < 5 && /^(config|settings)$/.test(ref.path.at(-2) ?? '') && context.request(ref)?.from !== 'body';
  if (isKept && (ref.root.kind === 'parameter' || isApplication(ref, context))) return secretName(name) && !tokenName(name) ? { name, sure: false } : undefined;
  if (end.kind === 'ref' && end.root.kind === 'env') {
    const variable = end.root.name;
    if (variable === undefined || end.path.length > 0 || PUBLIC.test(variable) || !(secretName(variable) || connectionName(variable))) return undefined;
    return { name: ref.root.kind === 'env' ? variable : name, sure: true };
  }
  if (!secretName(name) && !connectionName(snakeCase(ref.path.slice(-2).join('_'))) && !(leaf.key !== undefined && SECRET_KEY.test(leaf.key) && SECRET_KEY.test(name))) return undefined;
  if (end.kind === 'literal') return typeof end.value === 'string' && !end.value.startsWith('pk_') && secretValue(end.value, { name, anyValue: !tokenName(name) }) ? { name, sure: true } : undefined;
  if (ref.path.length === 0 || !(ref.root.kind === 'import' || ref.root.kind === 'local')) return undefined;
  const [owner] = ref.text.split('.');
  // The web key of Firebase is public by design.
  if (CONFIG.test(owner ?? '') && isModuleThing(ref, context)) return /firebase/i.test(ref.text) ? undefined : { name, sure: ref.root.kind === 'import' };
  if (endpoint && (OWN.test(endpoint.path.text) || (endpoint.method === 'POST' && SHOWN_ONCE.test(endpoint.path.text)))) return undefined;
  return leaf.key !== undefined && SECRET_KEY.test(leaf.key) && isRecord(end) ? { name, sure: false } : undefined;
}
/** `const app = Fastify()`, whatever it is called. */
function isApplication(ref: Ref, context: RuleContext): boolean {
  const made = ref.root.kind === 'local' ? context.resolve({ ...ref, path: [], nameAt: ref.at }).value : undefined;
  return made?.kind === 'call' && /^(fastify|express|koa|hono|@hapi\/hapi)\b/i.test(made.callee);
}
function isModuleThing(ref: Ref, context: RuleContext): boolean {
  if (ref.root.kind === 'import') return true;
  const end = context.resolve(ref).value;
  return end.kind === 'ref' ? end.root.kind === 'import' : end.kind === 'unknown';
}
/** The address of a database or queue, which holds its password. */
function connectionName(name: string): boolean {
  return CONNECTION.test(name);
}
/** `if (req.user.isAdmin) answer.token = ...`: whoever runs the server is shown its settings. */
function isForAdmins(when: readonly Branch[], context: RuleContext): boolean {
  return when.some(({ test, holds }) => holds && operandsOf(test, '&&').some((one) => {
    if (one.kind !== 'ref' || one.path.length < 2 || !/^(is_?)?(super|site|server|global)?_?admin$/i.test(one.path.at(-1) ?? '')) return false;
    const field = context.request(one);
    return field === undefined || !/^(query|body|header|param|cookie)$/.test(field.from);
  }));
}
/** What a query gave. */
function isRecord(value: Value): boolean {
  return value.kind === 'ref' && value.root.kind === 'value' && value.root.of.kind === 'call' && READS.test(value.root.of.name);
}
