import type { Fix } from '../../findings/changes.js';
import type { Severity } from '../../findings/finding.js';
import { links } from '../../project/project.js';
import { allowListFixes, corsSubject, echoPlace } from '../facts/cors.js';
import { looksAtOrigin } from '../facts/origin-checks.js';
import { rule } from '../rule.js';
import type { CorsPolicy, RuleContext } from '../rule.js';

const MOST = 50;

export default rule<'cors', { readonly policy: CorsPolicy }>({
  meta: {
    id: 'cors/credentials-any-origin',
    title: "Any website can act with the visitor's cookies",
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [942],
    severity: 'error',
    confidence: 'high',
    topics: ['cors'],
    since: '0.1.0',
    leansOn: ['cors/wildcard-credentials', '@koa/cors/credentials-echo', 'graphql-yoga/cors-on', 'graphql-yoga/cors-texts'],
    whenNotToUse: 'Never for an API that knows its users by cookie, Basic or client certificate.',
    references: ['https://portswigger.net/web-security/cors', 'https://fetch.spec.whatwg.org/#cors-protocol-and-credentials'],
  },
  on: 'cors',
  words: ['cors', 'access-control-allow-origin', 'graphql-yoga', 'origin'],
  *detect(policy, context) {
    if (policy.told === true || policy.credentials !== true || (policy.origin !== 'reflect' && policy.origin !== 'any')) return;
    const severity = severityOf(policy, context);
    yield { at: policy.originWritten ? echoPlace(policy) : (atHome(policy) ?? policy.originAt), subject: corsSubject(policy), evidence: { policy }, when: policy.when, ...(severity ? { severity } : {}) };
  },
  explain: ({ policy }) => ({
    message: policy.origin === 'any'
      ? "'*' together with credentials is refused by browsers; the usual next step, reflecting the origin, would expose users. List the origins you trust, or drop credentials."
      : "This CORS policy returns every caller's origin and allows cookies, so any website a user visits can read this API as that user. List the origins you trust.",
    why: "A hostile page sends requests with the visitor's cookies and reads the private answers.",
    remedy: 'Answer only origins of a list, or drop credentials.',
  }),
  *fix({ evidence: { policy } }, context) {
    yield* allowListFixes(policy, context, 'Use an allow-list', 'filtered');
    yield* dropCredentials(policy);
  },
  examples: [
    {
      title: 'origin: true with credentials',
      bad: `
        import cors from 'cors';
        app.use(cors({ origin: true, credentials: true }));
        //                     ^^^^ cors/credentials-any-origin "as that user"`,
      fixed: `
        import cors from 'cors';
        app.use(cors({ origin: (process.env.CORS_ORIGINS ?? '').split(',').filter(Boolean), credentials: true }));`,
    },
    {
      title: 'a function of graphql-yoga that answers whoever asks',
      bad: `
        import { createYoga } from 'graphql-yoga';
        const yoga = createYoga({
          schema,
          cors: (request) => ({ origin: request.headers.get('origin') ?? '*', credentials: true }),
          //                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ cors/credentials-any-origin
        });`,
    },
    {
      title: 'options in a file of their own whose test lets everybody in',
      bad: `
        //- package.json
        { "dependencies": { "cors": "^2.8.5", "express": "^4.19.0" } }
        //- cors-options.js
        const list = ['https://app.example.com'];
        exports.corsOptions = {
          origin: (origin, callback) => {
            if (!origin || list.indexOf(origin) >= 0) callback(null, true);
            else callback(null, true);
            //                  ^^^^ cors/credentials-any-origin
          },
          credentials: true,
        };
        //- app.js
        const cors = require('cors');
        const { corsOptions } = require('./cors-options');
        require('express')().use(cors(corsOptions));`,
    },
    {
      title: '@koa/cors echoes as soon as credentials are on',
      bad: `
        import koaCors from '@koa/cors';
        app.use(koaCors({ credentials: true }));
        //                             ^^^^ cors/credentials-any-origin "as that user"`,
      fixed: `
        import koaCors from '@koa/cors';
        app.use(koaCors({ origin: (ctx) => (process.env.CORS_ORIGINS ?? '').split(',').includes(ctx.get('Origin')) ? ctx.get('Origin') : '', credentials: true }));`,
    },
    {
      title: "@koa/cors with '*' and credentials",
      bad: `
        import koaCors from '@koa/cors';
        app.use(koaCors({ origin: '*', credentials: true }));
        //                        ^^^ cors/credentials-any-origin`,
    },
    {
      title: 'options handed to a callback for every request',
      bad: `
        import cors from 'cors';
        app.use(cors((req, cb) => cb(null, { origin: true, credentials: true })));
        //                                           ^^^^ cors/credentials-any-origin`,
    },
    {
      title: 'options chosen by the origin',
      good: `
        import cors from 'cors';
        app.use(cors((req, cb) => { if (list.includes(req.header('Origin'))) cb(null, { origin: true, credentials: true }); else cb(null, { origin: false }); }));`,
    },
    {
      title: 'both headers set by hand',
      bad: `
        export function allow(req, res, next) {
          res.setHeader('Access-Control-Allow-Origin', req.headers.origin);
          //                                           ^^^^^^^^^^^^^^^^^^ cors/credentials-any-origin
          res.setHeader('Access-Control-Allow-Credentials', 'true');
          next();
        }`,
      fixed: `
        export function allow(req, res, next) {
          res.setHeader('Access-Control-Allow-Origin', 'https://app.example.com');
          res.setHeader('Access-Control-Allow-Credentials', 'true');
          next();
        }`,
    },
    {
      title: 'a Hono function that returns its argument',
      bad: `
        import { cors as honoCors } from 'hono/cors';
        app.use('*', honoCors({ origin: (o) => o, credentials: true }));
        //                              ^^^^^^^^ cors/credentials-any-origin`,
      fixed: `
        import { cors as honoCors } from 'hono/cors';
        app.use('*', honoCors({ origin: (process.env.CORS_ORIGINS ?? '').split(',').filter(Boolean), credentials: true }));`,
    },
    {
      title: 'hapi with credentials and no list',
      bad: `
        import Hapi from '@hapi/hapi';
        const server = Hapi.server({ routes: { cors: { credentials: true } } });
        //                                                          ^^^^ cors/credentials-any-origin`,
      fixed: `
        import Hapi from '@hapi/hapi';
        const server = Hapi.server({ routes: { cors: { origin: ['https://app.example.com'], credentials: true } } });`,
    },
    {
      title: 'GraphQL Yoga answers every origin with credentials by default',
      bad: `
        import { createYoga } from 'graphql-yoga';
        const yoga = createYoga({ schema });
        //           ^^^^^^^^^^ cors/credentials-any-origin`,
      fixed: `
        import { createYoga } from 'graphql-yoga';
        const yoga = createYoga({ schema, cors: { origin: ['https://app.example.com'], credentials: true } });`,
    },
    {
      title: 'a wildcard with credentials is refused by browsers',
      bad: `
        import cors from 'cors';
        app.use(cors({ origin: '*', credentials: true }));
        //                     ^^^ cors/credentials-any-origin "refused by browsers"`,
    },
    {
      title: 'a Nest application that echoes',
      bad: `
        import { NestFactory } from '@nestjs/core';
        const app = await NestFactory.create(AppModule);
        app.enableCors({ origin: (origin, callback) => callback(null, origin), credentials: true });
        //                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ cors/credentials-any-origin`,
    },
    {
      title: 'a socket server that echoes',
      bad: `
        import { Server } from 'socket.io';
        const io = new Server(server, { cors: { origin: true, credentials: true } });
        //                                              ^^^^ cors/credentials-any-origin`,
    },
    { title: 'listed origins with credentials', good: `import cors from 'cors';\napp.use(cors({ origin: ['https://shop.example.com'], credentials: true }));` },
    { title: 'a function that looks the origin up', good: `import cors from 'cors';\napp.use(cors({ origin: (o, cb) => cb(null, !o || allowed.has(o)), credentials: true }));` },
    {
      title: 'a test around both headers',
      good: `
        export function allow(req, res, next) {
          if (allowed.has(req.headers.origin)) {
            res.setHeader('Access-Control-Allow-Origin', req.headers.origin);
            res.setHeader('Access-Control-Allow-Credentials', 'true');
          }
          next();
        }`,
    },
    {
      title: 'credentials only for listed origins',
      good: `
        export function allow(req, res, next) {
          if (allowed.has(req.headers.origin)) {
            res.setHeader('Access-Control-Allow-Origin', req.headers.origin);
            res.setHeader('Access-Control-Allow-Credentials', 'true');
          } else {
            res.setHeader('Access-Control-Allow-Origin', '*');
          }
          next();
        }`,
    },
    { title: 'only in development', good: `import cors from 'cors';\nif (process.env.NODE_ENV === 'development') app.use(cors({ origin: true, credentials: true }));` },
    { title: 'credentials that are not known', good: `import cors from 'cors';\nexport const setup = (credentials) => app.use(cors({ origin: true, credentials }));` },
    { title: 'Yoga with cross-origin answers off', good: `import { createYoga } from 'graphql-yoga';\nconst yoga = createYoga({ schema, cors: false });` },
    {
      title: "'*' for public lists, credentials for the others",
      good: `
        import express from 'express';
        const app = express();
        app.use((req, res, next) => {
          const rule = ruleFor(req);
          const { origin } = req.headers;
          if (!matches(origin, rule)) return next();
          res.setHeader('Access-Control-Allow-Origin', rule.origins === '*' ? '*' : origin);
          if (rule.origins !== '*') res.setHeader('Access-Control-Allow-Credentials', 'true');
          next();
        });
        app.get('/a', (req, res) => {
          const open = listOf(req) === '*';
          res.set('Access-Control-Allow-Origin', open ? '*' : 'https://shop.example.com');
          if (!open) res.set('Access-Control-Allow-Credentials', 'true');
          res.json(a());
        });
        app.get('/c', (req, res) => {
          const wanted = ruleFor(req);
          if (isAny(wanted) && !wanted.credentials) res.set('Access-Control-Allow-Origin', '*');
          else res.set('Access-Control-Allow-Origin', wanted.origin);
          if (wanted.credentials) res.set('Access-Control-Allow-Credentials', 'true');
          res.json(c());
        });
        app.get('/b', (req, res) => {
          if ('*' === req.list) res.set('Access-Control-Allow-Origin', '*');
          if (req.list !== '*') res.set('Access-Control-Allow-Credentials', 'true');
          res.json(b());
        });`,
    },
    {
      title: 'credentials under a test of something else',
      bad: `
        export function allow(req, res, next) {
          res.setHeader('Access-Control-Allow-Origin', req.all === '*' ? '*' : 'https://shop.example.com');
          //                                                             ^^^ cors/credentials-any-origin
          if (req.kind !== '*') res.setHeader('Access-Control-Allow-Credentials', 'true');
          next();
        }`,
    },
  ],
});

/** '*' with credentials is refused by browsers. What else says that there is somebody to act as: a cookie, a session, a guard. */
function severityOf(policy: CorsPolicy, context: RuleContext): Severity | undefined {
  if (policy.origin === 'any') return 'warning';
  const path = context.pathOf(policy.at);
  // Yoga's default counts where cookies are in use beside it.
  if (policy.library === 'graphql-yoga' && !policy.credentialsAt) return context.uses(path, 'cookies') || context.uses(path, 'sessions') ? undefined : 'warning';
  const knows = ['cookies', 'sessions', 'credentials-read'].some((mark) => context.projectUses(mark)) || context.habits().guards.length > 0 || context.habits().roleGuards.length > 0;
  if (policy.source === 'module' && refusesByOrigin(policy, context)) return 'info';
  return knows ? undefined : 'warning';
}
/** A layer behind the policy looks at the origin and ends the session, or refuses, for those it does not trust. */
function refusesByOrigin(policy: CorsPolicy, context: RuleContext): boolean {
  return context.endpointsThrough(policy.at).slice(0, MOST)
    .some((endpoint) => links(endpoint.chain).some(({ layer, from }) => from !== 'route' && layer.fn !== undefined && looksAtOrigin(layer.fn, context)));
}
function atHome(policy: CorsPolicy): CorsPolicy['credentialsAt'] {
  return policy.credentialsAt?.path === policy.originAt.path ? policy.credentialsAt : undefined;
}
function* dropCredentials(policy: CorsPolicy): Iterable<Fix> {
  const at = policy.credentialsEntryAt;
  // Options without a call are handed to it elsewhere: there the echo would be reported instead.
  if (!at || policy.source === 'manual' || !policy.call) return;
  yield { title: 'Drop credentials', safety: 'review', changes: [{ do: 'remove', at, as: 'entry' }] };
}
