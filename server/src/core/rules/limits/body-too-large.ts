import { links, type ChainLink } from '../../project/project.js';
import type { Branch } from '../../model/module.js';
import type { Call } from '../../model/value.js';
import { alternatives } from '../facts/alternatives.js';
import { whereWritten } from '../facts/written.js';
import { bodySettings, bytesOf } from '../facts/body-limits.js';
import { claimsGuard } from '../facts/guards.js';
import { collected } from '../facts/request-streams.js';
import { rule, type Detection, type RuleContext } from '../rule.js';
import { samePlace } from '../../text/source.js';

const MB = 1024 * 1024;
/** More than one route that asks nobody may take. */
const LARGE = 99 * MB;
/** No query needs more. */
const GRAPHQL = 5 * MB;

const CURES = {
  'Every endpoint': 'Lower it, and raise it only on the upload route',
  'Every endpoint of this part': 'Lower it, and raise it only on the upload route',
  'This route': 'Lower it',
  'This handler': 'Count what arrives, and stop with 413',
} as const;
interface Evidence {
  readonly who: keyof typeof CURES;
  readonly size: string;
  readonly replacement: string | { readonly quote: string };
  /** Left out: nothing is written that could be. */
  readonly replaceable: boolean | undefined;
}

export default rule<'function', Evidence>({
  meta: {
    id: 'limits/body-too-large',
    title: 'Very large request bodies are accepted',
    owasp: ['API4:2019', 'API4:2023'],
    cwe: [770],
    severity: 'warning',
    confidence: 'high',
    topics: ['rate-limit', 'upload'],
    since: '0.1.0',
    whereWritten: true,
    leansOn: ['express/body-limit', 'fastify/body-limit', 'hapi/max-bytes'],
    whenNotToUse: 'Every endpoint really takes bodies of this size, and a proxy limits how many arrive at once.',
    references: ['https://expressjs.com/en/api.html#express.json', 'https://fastify.dev/docs/latest/Reference/Server/#bodylimit'],
  },
  on: 'function',
  words: ['data', 'for await', 'limit', 'maxbytes', 'maxsize', 'maxbodysize'],
  *detect(fn, context) {
    const evidence: Evidence = { who: 'This handler', size: 'unlimited', replacement: '', replaceable: undefined };
    for (const { at, when } of collected(fn, context)) yield { at, subject: 'request collected', evidence, when };
    for (const step of fn.steps) if (step.do === 'call') yield* tooLarge(step.call, step.when, context);
  },
  explain: ({ who, size }) => ({
    message: `${who} accepts ${size} bodies${who === 'This route' ? ' from anybody' : ''}; a few requests can exhaust memory. ${CURES[who]}.`,
    why: 'A body is read into memory before the handler runs, often before anybody was asked who they are.',
    remedy: 'Keep the limit of the whole application near the default and give the one route that needs more a parser of its own.',
  }),
  *fix({ at, evidence: { replacement, replaceable } }) {
    if (replaceable) yield { title: 'Lower the limit to 1 MB', safety: 'review', changes: [{ do: 'replace', at, code: [replacement] }] };
    else yield { refused: replaceable === undefined ? 'Where to stop is for the author to say.' : 'The limit is written in another file.' };
  },
  examples: [
    {
      title: 'half a gigabyte of JSON for every route',
      bad: `
        import express from 'express';
        const app = express();
        app.use(express.json({ limit: '500mb' }));
        //                            ^^^^^^^ limits/body-too-large "accepts 500 MB bodies"`,
      fixed: `
        import express from 'express';
        const app = express();
        app.use(express.json({ limit: '1mb' }));`,
    },
    {
      title: 'a part of an application',
      bad: `
        import express from 'express';
        const app = express();
        const part = express();
        part.use(express.json({ limit: '500mb' }));
        //                             ^^^^^^^ limits/body-too-large "Every endpoint of this part accepts 500 MB bodies"
        part.post('/notes', (req, res) => res.json(save(req.body)));
        app.use(part);
        app.listen(3000);`,
    },
    {
      title: 'the body-parser package, and a limit behind a name',
      bad: `
        const express = require('express');
        const bodyParser = require('body-parser');
        const LIMIT = 50 * 1024 * 1024;
        const app = express();
        app.use(bodyParser.urlencoded({ extended: true, limit: LIMIT }));
        //                                                     ^^^^^ limits/body-too-large "50 MB"`,
    },
    {
      title: 'no limit at all',
      bad: `
        import express from 'express';
        const app = express();
        app.use(express.text({ limit: Infinity }));
        //                            ^^^^^^^^ limits/body-too-large "unlimited bodies"`,
    },
    {
      title: 'Fastify',
      bad: `
        import Fastify from 'fastify';
        const app = Fastify({ logger: true, bodyLimit: 1024 * 1024 * 1024 });
        //                                             ^^^^^^^^^^^^^^^^^^ limits/body-too-large "1 GB"`,
      fixed: `
        import Fastify from 'fastify';
        const app = Fastify({ logger: true, bodyLimit: 1024 * 1024 });`,
    },
    {
      title: 'hapi, for all routes',
      bad: `
        import Hapi from '@hapi/hapi';
        const server = Hapi.server({ routes: { payload: { maxBytes: 209715200 } } });
        //                                                          ^^^^^^^^^ limits/body-too-large "200 MB"`,
    },
    {
      title: 'a Koa body parser',
      bad: `
        import Koa from 'koa';
        import bodyParser from 'koa-bodyparser';
        const app = new Koa();
        app.use(bodyParser({ jsonLimit: '100mb' }));
        //                              ^^^^^^^ limits/body-too-large "100 MB"`,
    },
    {
      title: 'a parser of Nest applications',
      bad: `
        import { NestFactory } from '@nestjs/core';
        import { json } from 'express';
        async function bootstrap() {
          const app = await NestFactory.create(AppModule);
          app.use(json({ limit: '50mb' }));
          //                    ^^^^^^ limits/body-too-large "50 MB"
          await app.listen(3000);
        }`,
    },
    { title: 'a small limit', good: `import express from 'express';\nconst app = express();\napp.use(express.json({ limit: '1mb' }));` },
    { title: 'more for one route', good: `import express from 'express';\nconst app = express();\napp.post('/import', express.json({ limit: '20mb' }), importer);` },
    { title: 'more below one path', good: `import express from 'express';\nconst app = express();\napp.use('/uploads', express.json({ limit: '50mb' }));\napp.post('/uploads/photo', h);\napp.get('/', h);` },
    { title: 'a limit from the environment', good: `import express from 'express';\nconst app = express();\napp.use(express.json({ limit: process.env.BODY_LIMIT }));` },
    { title: 'a limit of something else', good: `import { rows } from './db';\nrows({ limit: 100000000 });\nlist.json({ limit: '500mb' });` },
    { title: 'one hapi route that takes files', good: `import Hapi from '@hapi/hapi';\nconst server = Hapi.server();\nserver.route({ method: 'POST', path: '/files', options: { payload: { maxBytes: 209715200 } }, handler });` },
    { title: 'one Fastify route that takes more', good: `import Fastify from 'fastify';\nconst app = Fastify();\napp.post('/files', { bodyLimit: 200 * 1024 * 1024 }, handler);` },
    { title: 'sizes without a unit are bytes', good: `import express from 'express';\nconst app = express();\napp.use(express.json({ limit: 1000000 }));` },
    {
      title: 'Nest on Fastify, and its own parser',
      bad: `
        import { FastifyAdapter } from '@nestjs/platform-fastify';
        export const adapter = new FastifyAdapter({ bodyLimit: 209715200 });
        //                                                     ^^^^^^^^^ limits/body-too-large "200 MB"
        export function setUp(app) { app.useBodyParser('json', { limit: '50mb' }); }
        //                                                              ^^^^^^ limits/body-too-large "50 MB"
      `,
    },
    {
      title: 'a gigabyte on one route that asks nobody, and on a server of GraphQL',
      bad: `
        import express from 'express';
        import { expressMiddleware } from '@as-integrations/express5';
        const app = express();
        app.post('/ingest', express.raw({ type: '*/*', limit: '1gb' }), (req, res) => res.json({ bytes: req.body.length }));
        //                                                    ^^^^^ limits/body-too-large "This route accepts 1 GB bodies from anybody"
        app.use('/graphql', express.json({ limit: '50mb' }), expressMiddleware(server));
        //                                        ^^^^^^ limits/body-too-large "50 MB"
        app.listen(3000);
      `,
    },
    {
      title: 'much for those who are known',
      good: `
        import express from 'express';
        const app = express();
        app.post('/import', requireAuth, express.raw({ limit: '1gb' }), importer);
        app.listen(3000);
      `,
    },
    {
      title: 'the request is collected by hand, whatever its size',
      bad: `
        //- plain.js
        const http = require('http');
        http.createServer((req, res) => {
          let body = '';
          req.on('data', (chunk) => { body += chunk; });
          //     ^^^^^^ limits/body-too-large "This handler accepts unlimited bodies"
          req.on('end', () => res.end(String(JSON.parse(body).name)));
        }).listen(3000);
        //- express.js
        import express from 'express';
        const app = express();
        app.post('/hook', async (req, res) => {
          const chunks = [];
          for await (const chunk of req) chunks.push(chunk);
          //                        ^^^ limits/body-too-large
          res.json({ bytes: Buffer.concat(chunks).length });
        });
      `,
    },
    {
      title: 'counted while it arrives',
      good: `
        const http = require('http');
        const MOST = 1e6;
        http.createServer((req, res) => {
          let body = '';
          req.on('data', (chunk) => {
            body += chunk;
            if (body.length > MOST) req.destroy();
          });
          req.on('end', () => res.end(body));
          fetch('https://api.example.com').then((answer) => answer.body.on('data', (chunk) => { body += chunk; }));
        }).listen(3000);
      `,
    },
    {
      title: 'a list that was parsed before',
      good: `
        import express from 'express';
        const app = express();
        app.use(express.json());
        app.patch('/fields', async (req, res) => { const done = []; for (const one of req.body) done.push(await save(one)); res.json(done); });
      `,
    },
    {
      title: 'below a path that a setting names',
      good: `
        //- connect.js
        import e from 'express';
        const { MCP_PATH = '/mcp' } = process.env;
        export const connect = (expressApp) => {
          expressApp.use(MCP_PATH, e.json({ limit: '10mb' }));
          expressApp.use(MCP_PATH, mcp);
        };
        //- app.js
        import express from 'express';
        const app = express();
        app.use(process.env.HOOKS_PATH, express.json({ limit: '20mb' }), hooks);
        app.post('/a', (req, res) => res.json(a(req.body)));
        export default app;
        //- part.js
        const express = require('express');
        const { HOOKS } = process.env;
        module.exports = (app) => { app.use(\`/\${HOOKS}\`, express.json({ limit: '20mb' })); app.post('/b', (req, res) => res.json(b(req.body))); };`,
    },
  ],
});

/** The limits a call sets that are too large for what stands behind it. */
function* tooLarge(call: Call, outer: readonly Branch[], context: RuleContext): Iterable<Detection<Evidence>> {
  for (const setting of bodySettings(call, context)) {
    const some = setting.scope === 'layer' && onlySomeRoutes(call, context);
    // One route may take more, as long as it knows who sends it or is not left without any limit.
    const most = !some ? setting.most : standsOpen(call, context) ? (isGraphql(call, context) ? GRAPHQL : LARGE) : undefined;
    if (most === undefined) continue;
    for (const { value, at, when } of alternatives(setting.value, context)) {
      const read = bytesOf(value, context);
      // restify takes 0 for no limit.
      const bytes = setting.key === 'maxBodySize' && read === 0 ? Infinity : read;
      if (bytes === undefined || bytes <= most) continue;
      const branches: readonly Branch[] = [...outer, ...when];
      const replacement = setting.text ? { quote: '1mb' } : '1024 * 1024';
      const written = whereWritten(value, at, context);
      yield {
        at: written, subject: `${call.callee} ${setting.key}`, when: branches,
        evidence: { who: some ? 'This route' : isMounted(call, context) ? 'Every endpoint of this part' : 'Every endpoint', size: sizeText(bytes), replacement, replaceable: at.path === call.at.path },
      };
    }
  }
}
/** What it stands in is one part of a larger application. */
function isMounted(call: Call, context: RuleContext): boolean {
  return context.scopeOf(call.at)?.root === false;
}
/** The parser stands before some routes only: on one route, or below a path of its own. */
function onlySomeRoutes(call: Call, context: RuleContext): boolean {
  const scope = context.scopeOf(call.at);
  const layer = scope?.order.find((entry) => entry.kind === 'layer' && samePlace(entry.at, call.at));
  // A path nobody can tell is one: `app.use(process.env.MCP_PATH, json(...))`.
  if (layer?.path && (!layer.path.known || layer.path.segments.length > 0)) return true;
  const through = context.endpointsThrough(call.at);
  const isThis = (link: ChainLink): boolean => link.from === 'route' && samePlace(link.layer.at, call.at);
  return through.length > 0 && through.every(({ chain }) => links(chain).some(isThis));
}

/** Everything the layer stands before is known to ask nobody who it is. */
function standsOpen(call: Call, context: RuleContext): boolean {
  const through = context.endpointsThrough(call.at);
  if (through.length > 0) return through.every(({ authentication, authorization, chainComplete }) => authentication.state === 'open' && authorization.state !== 'guarded' && chainComplete);
  return isGraphql(call, context);
}
/** A server of GraphQL stands behind the parser, under the same path. */
function isGraphql(call: Call, context: RuleContext): boolean {
  const layers = context.scopeOf(call.at)?.order.filter((entry) => entry.layer !== undefined) ?? [];
  const own = layers.find((entry) => samePlace(entry.at, call.at));
  const path = own?.path;
  if (path?.segments.at(-1)?.text.toLowerCase() !== 'graphql') return false;
  return !layers.some((one) => one.path?.text === path.text && one.layer !== undefined && claimsGuard(one.layer));
}

function sizeText(bytes: number): string {
  if (!Number.isFinite(bytes)) return 'unlimited';
  const [amount, unit] = bytes >= 1024 * MB ? [bytes / (1024 * MB), 'GB'] : [bytes / MB, 'MB'];
  return `${Math.round(amount * 10) / 10} ${unit}`;
}
