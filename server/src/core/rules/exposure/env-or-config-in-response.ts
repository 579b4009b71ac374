import type { Call, Ref, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import { LOWER, type Severity } from '../../findings/finding.js';
import { answersAtSocket, answersLocally } from '../facts/listening.js';
import { adminPath } from '../facts/paths.js';
import { secretName } from '../facts/secrets.js';
import { someValue } from '../facts/walk.js';
import { handedAs } from '../facts/handed.js';
import { rule, type Fix, type Leaf, type RuleContext } from '../rule.js';

interface Found {
  readonly what: 'environment' | 'configuration' | 'process' | 'memory' | 'server' | 'request';
  readonly text: string;
  readonly severity: Severity;
  readonly sure: boolean;
}
interface Evidence extends Found {
  /** What a fix puts picked fields in the place of; undefined: the name stands elsewhere. */
  readonly place: { readonly at: At; readonly spread: boolean } | undefined;
}
const NAMES = /^(config|configuration|conf|cfg|settings|env|secrets|credentials|konfiguration|einstellungen|configuracion|configuracao|ajustes|impostazioni)$/;
const FILES = /(^|\/)(config|env|environment|settings|secrets)[^/]*(\/index)?(\.[cm]?[jt]s|\.json)?$|(^|\/)config\//i;
const RENDERS = /(^|\.)(render\w*|art)$/;
const WRITES_OUT = /(^|\.)(stringify|inspect|format)$/;
const ONLY_NAMES = /(^|\.)(keys|getOwnPropertyNames)$/;
const WORDS: Readonly<Record<Found['what'], string>> = {
  environment: 'the whole environment, secrets included',
  configuration: 'the configuration object, secrets included',
  memory: 'a snapshot of the memory, secrets included',
  process: 'details of the process and its host',
  server: 'internal objects of the server',
  request: 'the request as it came in, cookies and tokens included',
};

export default rule<'send', Evidence>({
  meta: {
    id: 'exposure/env-or-config-in-response',
    title: "The endpoint returns the server's configuration",
    owasp: ['API3:2019', 'API7:2019', 'API3:2023', 'API8:2023'],
    cwe: [200, 497, 526],
    severity: 'error',
    confidence: 'medium',
    topics: ['data-exposure'],
    since: '0.1.0',
    whenNotToUse: 'Every field of the object that is sent is public.',
    references: ['https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/'],
  },
  on: 'send',
  words: [],
  *detect({ send, in: fn }, context) {
    const seen = new Set<unknown>();
    // Of an object GraphQL sends the fields its schema names.
    const isTyped = context.role(fn.id)?.framework === 'graphql-resolver';
    const own = context.endpoints({ handler: fn.id });
    const level = answersAtSocket(own, context) ? (severity: Severity): Severity => LOWER[LOWER[severity]] : answersLocally(own, context) ? (severity: Severity): Severity => LOWER[severity] : (severity: Severity): Severity => severity;
    // What of the configuration a page shows is for its template to say.
    const isPage = send.call?.name === 'render';
    for (const leaf of context.leaves(send.value, fn)) {
      if (seen.has(leaf.entry) || leaf.through.some((name) => ONLY_NAMES.test(name))) continue;
      const found = exposed(leaf, context);
      if (!found || (found.what === 'configuration' && (isPage || isTyped) && !leaf.through.some((name) => WRITES_OUT.test(name)))) continue;
      if (found.what === 'process' && context.endpoints({ handler: fn.id }).some((one) => adminPath(one.path.text) && one.authentication.state === 'guarded')) continue;
      seen.add(leaf.entry);
      yield {
        at: leaf.value.at,
        subject: `${found.text} ${leaf.key ?? ''}`,
        evidence: { ...found, place: leaf.via === undefined ? { at: leaf.entry?.form === 'spread' ? leaf.entry.at : leaf.value.at, spread: leaf.entry?.form === 'spread' } : undefined },
        severity: level(found.severity),
        confidence: found.sure ? 'high' : 'medium',
        when: [...send.when, ...leaf.when],
      };
      if (!leaf.entry) return;
    }
  },
  explain: ({ what }) => ({
    message: `This response contains ${WORDS[what]}. ${what === 'memory' ? 'Take it where only operators get at it.' : 'Return only the fields the client needs.'}`,
    why: 'The environment and the configuration hold every secret of the process, and tomorrow those that are added to them.',
    remedy: 'Name the fields that are sent, one by one.',
  }),
  *fix({ evidence: { what, place } }): Iterable<Fix> {
    if (!place || what !== 'environment') return;
    const field = 'version: process.env.npm_package_version';
    yield { title: 'Pick fields', safety: 'review', changes: [{ do: 'replace', at: place.at, code: [place.spread ? field : `{ ${field} }`] }] };
  },
  examples: [
    {
      title: 'the whole environment',
      bad: `
        import express from 'express';
        const app = express();
        app.get('/debug/env', (req, res) => res.json(process.env));
        //                                           ^^^^^^^^^^^ exposure/env-or-config-in-response "the whole environment, secrets included"
      `,
      fixed: `
        import express from 'express';
        const app = express();
        app.get('/debug/env', (req, res) => res.json({ version: process.env.npm_package_version }));
      `,
    },
    {
      title: 'the configuration module',
      bad: `
        const express = require('express');
        const config = require('./config');
        const router = express.Router();
        router.get('/config', (req, res) => res.send(config));
        //                                           ^^^^^^ exposure/env-or-config-in-response "the configuration object"
        module.exports = router;
      `,
    },
    {
      title: 'spread among other fields',
      bad: `
        import express from 'express';
        express().get('/a', (req, res) => { res.json({ ...process.env, ok: true }); });
        //                                                ^^^^^^^^^^^ exposure/env-or-config-in-response
      `,
      fixed: `
        import express from 'express';
        express().get('/a', (req, res) => { res.json({ version: process.env.npm_package_version, ok: true }); });
      `,
    },
    {
      title: 'taken off the process first',
      bad: `
        import express from 'express';
        const { env } = process;
        express().get('/a', (req, res) => { res.json({ env }); });
        //                                             ^^^ exposure/env-or-config-in-response
      `,
    },
    {
      title: 'all properties of a configuration',
      bad: `
        const config = require('./config');
        require('express')().get('/a', (req, res) => { res.json(config.getProperties()); });
        //                                                      ^^^^^^^^^^^^^^^^^^^^^^ exposure/env-or-config-in-response
      `,
    },
    {
      title: 'an object that holds a secret',
      bad: `
        import express from 'express';
        const settings = { theme: 'dark', dbPassword: process.env.DB_PASSWORD };
        express().get('/a', (req, res) => { res.json({ settings }); });
        //                                             ^^^^^^^^ exposure/env-or-config-in-response
      `,
    },
    {
      title: 'the memory of the process',
      bad: `
        import v8 from 'node:v8';
        import http from 'node:http';
        import Fastify from 'fastify';
        Fastify().get('/heap', async (request, reply) => reply.send(v8.getHeapSnapshot()));
        //                                                          ^^^^^^^^^^^^^^^^^^^^ exposure/env-or-config-in-response "snapshot of the memory"
        http.createServer((req, res) => { v8.getHeapSnapshot().pipe(res); }).listen(3000);
        //                                ^^^^^^^^^^^^^^^^^^^^ exposure/env-or-config-in-response
      `,
    },
    {
      title: 'the request echoed',
      bad: `
        import express from 'express';
        express().get('/echo', (req, res) => { res.json({ headers: req.headers }); });
        //                                                         ^^^^^^^^^^^ exposure/env-or-config-in-response "the request as it came in"
      `,
    },
    {
      title: 'the headers echoed by Hono and by a plain server',
      bad: `
        //- app.js
        import { Hono } from 'hono';
        const app = new Hono();
        app.all('/echo', (c) => c.json({ method: c.req.method, headers: c.req.header() }));
        //                                                              ^^^^^^^^^^^^^^ exposure/env-or-config-in-response "the request as it came in"
        app.get('/raw', (c) => c.json(Object.fromEntries(c.req.raw.headers)));
        //                                               ^^^^^^^^^^^^^^^^^ exposure/env-or-config-in-response
        app.get('/agent', (c) => c.json({ agent: c.req.header('user-agent') }));
        //- plain.js
        import { createServer } from 'node:http';
        createServer((req, res) => { res.end(JSON.stringify(req.headers)); }).listen(3000);
        //                                                  ^^^^^^^^^^^ exposure/env-or-config-in-response
      `,
    },
    {
      title: 'all variables written as a list',
      bad: `
        import express from 'express';
        import { Controller, Get } from '@nestjs/common';
        express().get('/env', (req, res) => res.send(Object.entries(process.env).map(([name, value]) => name + '=' + value).join(' ')));
        //                                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/env-or-config-in-response "the whole environment"
        @Controller('inside')
        export class Inside {
          @Get()
          all() {
            return Object.entries(process.env).sort().map((pair) => pair.join('='));
            //     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ exposure/env-or-config-in-response
          }
        }
      `,
    },
    {
      title: 'a field of GraphQL',
      bad: `
        import { config } from './config';
        export const resolvers = {
          Query: {
            dump: () => JSON.stringify(process.env),
        //                             ^^^^^^^^^^^ exposure/env-or-config-in-response "the whole environment"
            setup: () => JSON.stringify(config),
        //                              ^^^^^^ exposure/env-or-config-in-response "the configuration object"
          },
        };
      `,
    },
    { title: 'an object of which GraphQL sends what its schema names', good: `import { config } from './config'; export const resolvers = { Query: { setup: () => config, users: () => prisma.user.findMany() } };` },
    {
      title: 'the names of variables alone, and those made for the browser',
      good: `
        import express from 'express';
        const app = express();
        app.get('/names', (req, res) => res.json(Object.entries(process.env).map(([name]) => name)));
        app.get('/public', (req, res) => res.json(Object.entries(process.env).filter(([name]) => name.startsWith('PUBLIC_')).map(([name, value]) => name + value)));
      `,
    },
    {
      title: 'one named field',
      good: `import express from 'express'; import config from './config'; express().get('/v', (req, res) => res.json({ version: process.env.npm_package_version, env: process.env.NODE_ENV, url: config.publicUrl, v: config.version }));`,
    },
    { title: 'the public part', good: `import express from 'express'; import { publicConfig, clientConfig } from './config'; express().get('/v', (req, res) => res.json({ publicConfig, clientConfig }));` },
    { title: 'picked fields', good: `import express from 'express'; import pick from 'lodash/pick'; import config from './config'; express().get('/v', (req, res) => res.json(pick(config, ['theme'])));` },
    { title: 'in development only', good: `import express from 'express'; const app = express(); if (process.env.NODE_ENV === 'development') app.get('/env', (req, res) => res.json(process.env));` },
    { title: 'variables made for the browser', good: "import express from 'express'; express().get('/v.js', (req, res) => res.send(`window.api = \"${process.env.NEXT_PUBLIC_API}\"; ${process.env.VITE_NAME}`));" },
    {
      title: 'settings without a secret, and rows of a database',
      good: `import express from 'express'; const config = { theme: 'dark' }; express().get('/v', async (req, res) => { const settings = await Settings.findOne({}); res.json({ config, settings }); });`,
    },
    { title: 'details of the process for guarded administrators', good: `import express from 'express'; const app = express(); app.get('/admin/process', requireAuth, (req, res) => res.json(process.memoryUsage()));` },
    {
      title: 'a page whose template is handed the configuration',
      good: `
        //- app.js
        import express from 'express';
        import { config } from './config/index.js';
        express().get('/login', (req, res) => { res.render('login', { user: req.user, config }); });
        //- config/index.js
        import { load } from './load.js';
        export const config = load();
      `,
    },
    {
      title: 'pages that are rendered with a look at the request',
      good: `
        import express from 'express';
        import { renderPage } from 'pages';
        import { renderToHtml } from './html.js';
        const app = express();
        app.get('/a', (req, res) => { res.send(renderPage(req)); });
        app.get('/b', (req, res) => { res.send(renderToHtml('b', req)); });
        //- html.js
        export const renderToHtml = (name, req) => (req.query.plain ? name : '<p>' + name + '</p>');
      `,
    },
  ],
});

function exposed(leaf: Leaf, context: RuleContext): Found | undefined {
  const { value } = leaf;
  if (value.kind === 'call') {
    if (/^(process\.memoryUsage|(node:)?os\.[a-z]\w{2,30})$/i.test(value.callee)) return { what: 'process', text: value.callee, severity: 'info', sure: false };
    if (/^(node:)?v8\.(getHeapSnapshot|writeHeapSnapshot)$|^heapdump\.writeSnapshot$|^process\.report\.(getReport|writeReport)$/.test(value.callee)) return { what: 'memory', text: value.callee, severity: 'error', sure: true };
    if (isListing(value, context)) return { what: 'environment', text: 'process.env', severity: 'error', sure: true };
    if (isAllHeaders(value, context)) return { what: 'request', text: value.callee || value.name, severity: 'warning', sure: true };
    return isWholeConfiguration(value, context) ? { what: 'configuration', text: value.callee || value.name, severity: 'error', sure: false } : undefined;
  }
  if (value.kind !== 'ref') return undefined;
  const end = context.resolve(value).value;
  if (isEnvironment(value) || isEnvironment(end)) return { what: 'environment', text: value.text, severity: 'error', sure: true };
  // What @fastify/env puts on the application.
  if (/^(app|fastify|server|instance|(req|request)\.server)\.config$/.test(value.text) && context.projectUses('@fastify/env')) return { what: 'configuration', text: value.text, severity: 'error', sure: true };
  const request = context.request(value);
  if (value.root.kind === 'parameter') {
    if (value.path.length === 1 && value.path[0] === 'env' && handedAs(value, context) === 'context') return { what: 'environment', text: value.text, severity: 'error', sure: true };
    // What renders a page takes the request to look things up in it.
    const isHeaders = (request?.from === 'header' && request.key === undefined && value.path.at(-1) === 'headers') || isRawHeaders(value, context);
    const isEcho = !leaf.through.some((name) => RENDERS.test(name)) && ((request?.from === 'whole' && value.path.length === 0) || isHeaders);
    return isEcho ? { what: 'request', text: value.text, severity: 'warning', sure: true } : undefined;
  }
  if (value.text === 'process.versions') return { what: 'process', text: value.text, severity: 'info', sure: false };
  if (/^(app\.settings|server\.settings|mongoose\.connection)$/.test(value.text)) return { what: 'server', text: value.text, severity: 'warning', sure: false };
  return isConfiguration(value, end) ? { what: 'configuration', text: value.text, severity: 'error', sure: end.kind === 'object' } : undefined;
}
function isEnvironment(value: Value): boolean {
  if (value.kind !== 'ref') return false;
  // `const { env } = process` reads it off the process.
  if (value.root.kind === 'global') return value.root.name === 'process' && value.path.length === 1 && value.path[0] === 'env';
  return value.root.kind === 'env' && value.root.name === undefined && value.path.length === 0;
}
/** `Object.entries(process.env).map(([name, value]) => ...)`: a list of all variables, not of their names alone. */
function isListing(call: Call, context: RuleContext): boolean {
  let current: Value | undefined = call;
  for (let hops = 0; current?.kind === 'call' && hops < 8; hops++) {
    if (/^Object\.(entries|values)$/.test(current.callee)) {
      const first = current.args[0]?.value;
      return hops > 0 && first !== undefined && (isEnvironment(first) || isEnvironment(context.resolve(first).value));
    }
    if (!/^(map|flatMap|sort|toSorted|join|reverse)$/.test(current.name)) return false;
    const made = current.args[0]?.value;
    const body = made?.kind === 'function' ? context.body(made.fn) : undefined;
    if (/^(map|flatMap)$/.test(current.name) && (!body || !someValue(body, (one) => one.kind === 'ref' && one.root.kind === 'parameter' && one.root.fn === body.id && one.root.index === 0 && one.path[0] !== '0'))) return false;
    current = current.receiver;
  }
  return false;
}
/** `c.req.header()` of Hono, `c.req.raw.headers.entries()`: all of them. */
function isAllHeaders(call: Call, context: RuleContext): boolean {
  if (call.args.length > 0 || call.receiver?.kind !== 'ref') return false;
  if (call.name === 'entries') return call.receiver.path.at(-1) === 'headers' && (context.request(call.receiver)?.from === 'header' || isRawHeaders(call.receiver, context));
  return call.name === 'header' && call.receiver.path.join('.') === 'req' && context.request(call)?.from === 'header';
}
/** `c.req.raw.headers` of Hono. */
function isRawHeaders(value: Ref, context: RuleContext): boolean {
  return value.path.join('.') === 'req.raw.headers' && handedAs(value, context) === 'context';
}
/** `config.getProperties()` of convict, `config.util.toObject()` of config: all of it at once. */
function isWholeConfiguration(call: Call, context: RuleContext): boolean {
  const { receiver } = call;
  if (!/^(getProperties|toObject)$/.test(call.name) || receiver?.kind !== 'ref' || !NAMES.test(receiver.text.split('.')[0] ?? '')) return false;
  const end = context.resolve(receiver.root.kind === 'import' ? receiver : { ...receiver, path: [] }).value;
  return fromConfigFile(receiver) || (end.kind === 'ref' && fromConfigFile(end)) || (end.kind === 'call' && /^convict(\.|$)/.test(end.callee));
}
/** A whole object by the name of a configuration: its literal holds a secret, or it comes from a configuration file whose content is not known. */
function isConfiguration(value: Ref, end: Value): boolean {
  if (value.path.length > 0 || !NAMES.test(value.text)) return false;
  if (end.kind === 'object') return holdsSecret(end, 0) || (end.open && fromConfigFile(value));
  return fromConfigFile(value) || (end.kind === 'ref' && end.path.length === 0 && fromConfigFile(end));
}
function fromConfigFile(value: Ref): boolean {
  return value.root.kind === 'import' && (value.root.from === 'convict' || value.root.from === 'config' || (/^[./~@#]/.test(value.root.from) && FILES.test(value.root.from)));
}
function holdsSecret(value: Value, depth: number): boolean {
  if (value.kind !== 'object' || depth > 4) return false;
  return value.entries.some((entry) => (entry.key !== undefined && secretName(entry.key)) || holdsSecret(entry.value, depth + 1) || (entry.form === 'spread' && isEnvironment(entry.value)));
}
