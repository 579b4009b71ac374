import { allowListFixes, corsSubject, echoPlace, openOnPurpose } from '../facts/cors.js';
import { publicData, readsOnly } from '../facts/cors-reach.js';
import { rule } from '../rule.js';
import type { CorsPolicy } from '../rule.js';

export default rule<'cors', { readonly policy: CorsPolicy }>({
  meta: {
    id: 'cors/reflected-origin',
    title: "The caller's origin is echoed back unchecked",
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [942],
    severity: 'warning',
    confidence: 'high',
    topics: ['cors'],
    since: '0.1.0',
    leansOn: ['cors/echo', '@hapi/hapi/cors-echo', 'koa-cors4/echo-by-default'],
    whenNotToUse: 'The API is public, holds nothing private and will never use cookies.',
    references: ['https://portswigger.net/web-security/cors', 'https://developer.mozilla.org/docs/Web/HTTP/CORS'],
  },
  on: 'cors',
  words: ['cors', 'access-control-allow-origin', 'graphql-yoga', 'origin'],
  *detect(policy, context) {
    // With credentials it is cors/credentials-any-origin.
    if (policy.told === true || policy.origin !== 'reflect' || policy.credentials === true) return;
    // A star without credentials is answered as an echo, but means a star; and nobody here is known by what a browser adds by itself.
    const isStar = policy.credentials === false && policy.credentialsAt !== undefined && context.textOf(policy.originAt).replace(/['"`]/g, '') === '*';
    if (isStar && !context.projectUses('cookies') && !context.projectUses('sessions')) return;
    const isHarmless = policy.credentials === false && (openOnPurpose(policy, context) || publicData(policy, context));
    const severity = isHarmless ? 'hint' : readsOnly(policy, context) ? 'info' : undefined;
    yield { at: echoPlace(policy), subject: corsSubject(policy), evidence: { policy }, when: policy.when, ...(severity && { severity }) };
  },
  explain: () => ({
    message: 'Every origin is echoed back as trusted. List the origins that may call this API.',
    why: "An echo reaches as far as '*' and becomes exploitable the day someone adds cookies.",
    remedy: 'Compare the origin with a list before answering it.',
  }),
  *fix({ evidence: { policy } }, context) {
    yield* allowListFixes(policy, context, 'Use an allow-list', 'filtered');
  },
  examples: [
    {
      title: 'origin: true echoes the caller',
      bad: `
        import cors from 'cors';
        app.use(cors({ origin: true }));
        //                     ^^^^ cors/reflected-origin "echoed back"`,
      fixed: `
        import cors from 'cors';
        app.use(cors({ origin: (process.env.CORS_ORIGINS ?? '').split(',').filter(Boolean) }));`,
    },
    {
      title: 'without credentials, where login is by a header',
      good: `
        import express from 'express';
        import { createYoga } from 'graphql-yoga';
        import { schema } from './schema.js';
        const app = express();
        app.use('/graphql', createYoga({ schema, context: ({ request }) => load(request.headers.get('authorization')), cors: { origin: '*', credentials: false } }));
        app.listen(4000);`,
    },
    {
      title: 'hapi echoes unless origins are listed',
      bad: `
        import Hapi from '@hapi/hapi';
        const server = Hapi.server({ routes: { cors: true } });
        //                                           ^^^^ cors/reflected-origin`,
      fixed: `
        import Hapi from '@hapi/hapi';
        const server = Hapi.server({ routes: { cors: { origin: ['https://app.example.com'] } } });`,
    },
    {
      title: 'a hapi route that allows every origin',
      bad: `
        import Hapi from '@hapi/hapi';
        const server = Hapi.server();
        server.route({ method: 'GET', path: '/orders', options: { cors: { origin: ['*'] } }, handler });
        //                                                                         ^^^ cors/reflected-origin`,
      fixed: `
        import Hapi from '@hapi/hapi';
        const server = Hapi.server();
        server.route({ method: 'GET', path: '/orders', options: { cors: { origin: ['https://app.example.com'] } }, handler });`,
    },
    {
      title: 'a function that allows whoever asks',
      bad: `
        import cors from 'cors';
        app.use(cors({ origin: (origin, callback) => callback(null, true) }));
        //                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ cors/reflected-origin`,
    },
    {
      title: 'a function that allows on both ways',
      bad: `
        import cors from 'cors';
        function check(origin, callback) {
          if (allowed.includes(origin)) callback(null, true);
          else callback(null, true);
          //                  ^^^^ cors/reflected-origin
        }
        app.use(cors({ origin: check }));`,
    },
    {
      title: 'reading alone is open: a lower level',
      bad: `
        import cors from 'cors';
        import express from 'express';
        const settings = { methods: 'GET', origin: true };
        //                                         ^^^^ cors/reflected-origin
        const app = express();
        app.get('/proxy', cors(settings), proxy);
        app.listen(3000);`,
    },
    {
      title: 'options of each request',
      bad: `
        import cors from 'cors';
        import { createYoga } from 'graphql-yoga';
        app.use(cors((req, callback) => callback(null, { origin: req.header('Origin') })));
        //                                                       ^^^^^^^^^^^^^^^^^^^^ cors/reflected-origin
        const yoga = createYoga({ schema, cors: (request) => ({ origin: request.headers.get('origin') ?? '*', credentials: false }) });
        //                                                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ cors/reflected-origin`,
    },
    {
      title: 'options in a file of their own, where one CORS library is installed',
      bad: `
        //- package.json
        { "dependencies": { "cors": "^2.8.5", "express": "^4.19.0" } }
        //- config/cors.js
        module.exports = { origin: true, methods: ['GET', 'POST'] };
        //                         ^^^^ cors/reflected-origin
        //- app.js
        const cors = require('cors');
        const options = require('./config/cors');
        require('express')().use(cors(options));`,
    },
    {
      title: 'a pattern that matches everything',
      bad: `
        import cors from 'cors';
        app.use(cors({ origin: /.*/ }));
        //                     ^^^^ cors/reflected-origin`,
    },
    {
      title: 'an echo written by hand',
      bad: `
        export function allow(req, res, next) {
          res.setHeader('Access-Control-Allow-Origin', req.headers.origin);
          //                                           ^^^^^^^^^^^^^^^^^^ cors/reflected-origin
          next();
        }`,
    },
    {
      title: 'an echo through a name, with a fallback',
      bad: `
        export function allow(req, res, next) {
          const origin = req.get('Origin');
          if (origin) res.set('Access-Control-Allow-Origin', origin);
          //                                                 ^^^^^^ cors/reflected-origin
          next();
        }
        export const answer = (req, res) => {
          res.header('access-control-allow-origin', req.headers.origin || '*');
          //                                        ^^^^^^^^^^^^^^^^^^^^^^^^^ cors/reflected-origin
          res.end();
        };`,
    },
    {
      title: 'a Koa function that returns the header',
      bad: `
        import cors from '@koa/cors';
        app.use(cors({ origin: (ctx) => ctx.get('Origin') }));
        //                     ^^^^^^^^^^^^^^^^^^^^^^^^^^ cors/reflected-origin`,
    },
    {
      title: '@koa/cors before version 5 echoed by default',
      bad: `
        //- package.json
        { "dependencies": { "@koa/cors": "^4.0.0" } }
        //- app.ts
        import cors from '@koa/cors';
        app.use(cors());
        //      ^^^^ cors/reflected-origin`,
    },
    {
      title: 'a star that covers every host of hapi and of graphql-yoga',
      bad: `
        import Hapi from '@hapi/hapi';
        import { createYoga } from 'graphql-yoga';
        const server = Hapi.server({ routes: { cors: { origin: ['https://*'] } } });
        //                                                      ^^^^^^^^^^^ cors/reflected-origin
        const yoga = createYoga({ schema, cors: { origin: 'https://*.example.com', credentials: false } });
        //                                                ^^^^^^^^^^^^^^^^^^^^^^^ cors/reflected-origin`,
    },
    { title: 'a function that looks the origin up', good: `import cors from 'cors';\napp.use(cors({ origin: (o, cb) => cb(null, !o || list.includes(o)) }));` },
    { title: 'hapi with listed origins', good: `import Hapi from '@hapi/hapi';\nconst server = Hapi.server({ routes: { cors: { origin: ['https://app.example.com'] } } });` },
    {
      title: 'a refusal before the answer',
      good: `
        import cors from 'cors';
        app.use(cors({
          origin(origin, callback) {
            if (!origin) return callback(null, true);
            if (!allowed.has(origin)) return callback(new Error('not allowed'));
            return callback(null, true);
          },
        }));`,
    },
    {
      title: 'a test around the header',
      good: `
        export function allow(req, res, next) {
          const origin = req.headers.origin;
          if (allowed.has(origin)) res.setHeader('Access-Control-Allow-Origin', origin);
          next();
        }`,
    },
    {
      title: 'an early exit before the header',
      good: `
        export function allow(req, res, next) {
          if (!allowed.includes(req.headers.origin)) return next();
          res.setHeader('Access-Control-Allow-Origin', req.headers.origin);
          next();
        }`,
    },
    {
      title: 'a header chosen by a test kept in a name',
      good: `
        export function allow(req, res, next) {
          const isAllowed = allowed.includes(req.headers.origin);
          if (isAllowed) res.setHeader('Access-Control-Allow-Origin', req.headers.origin);
          next();
        }`,
    },
    { title: 'only in development', good: `import cors from 'cors';\napp.use(cors({ origin: process.env.NODE_ENV === 'development' ? true : ['https://app.example.com'] }));` },
    { title: 'an origin function of another module', good: `import cors from 'cors';\nimport { check } from './missing';\napp.use(cors({ origin: check }));` },
    { title: 'a Hono function that tests the origin', good: `import { cors } from 'hono/cors';\napp.use('*', cors({ origin: (origin) => (origin.endsWith('.example.com') ? origin : null) }));` },
    { title: 'an origin the project trusts', good: `import cors from 'cors';\napp.use(cors({ origin: process.env.APP_ORIGIN }));` },
    {
      title: 'the host of the origin is compared',
      good: `
        export function allow(req, res, next) {
          const { hostname } = new URL(req.headers.origin);
          if (hostname.endsWith('.example.com')) res.setHeader('Access-Control-Allow-Origin', req.headers.origin);
          next();
        }`,
    },
    {
      title: 'the origin is a key of a table',
      good: `
        export function allow(req, res, next) {
          const tenant = tenants[req.headers.origin];
          if (!tenant) return next();
          res.setHeader('Access-Control-Allow-Origin', req.headers.origin);
          next();
        }`,
    },
  ],
});
