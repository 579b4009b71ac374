import { allowListFixes, corsSubject, isStarOfSetting, openOnPurpose } from '../facts/cors.js';
import { isSaidAbove, publicData, readsOnly, repeatsEarlier } from '../facts/cors-reach.js';
import { starsOfSettings } from '../facts/star-examples.js';
import { rule } from '../rule.js';
import type { CorsPolicy } from '../rule.js';

export default rule<'cors', { readonly policy: CorsPolicy }>({
  meta: {
    id: 'cors/wildcard-origin',
    title: 'Any website can read this API',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [942],
    severity: 'warning',
    confidence: 'high',
    topics: ['cors'],
    since: '0.1.0',
    leansOn: ['cors/open', 'cors/function-star', '@fastify/cors/defaults', '@koa/cors/no-off', 'hono/cors-defaults', '@nestjs/core/cors-off', 'socket.io/cors-off', 'cors/off'],
    whenNotToUse: 'The API is meant for every website, holds nothing private and runs on no internal network. Name its paths in `cors.publicPaths` rather than switching the rule off.',
    references: ['https://developer.mozilla.org/docs/Web/HTTP/CORS', 'https://fetch.spec.whatwg.org/#http-cors-protocol'],
  },
  on: 'cors',
  words: ['cors', 'access-control-allow-origin'],
  *detect(policy, context) {
    if (policy.origin !== 'any' || policy.credentials === true || openOnPurpose(policy, context) || isStarOfSetting(policy, context) || publicData(policy, context) || repeatsEarlier(policy, context)) return;
    yield { at: policy.originAt, subject: corsSubject(policy), evidence: { policy }, when: policy.when, ...(readsOnly(policy, context) || isSaidAbove(policy, context) ? { severity: 'info' } : {}) };
  },
  explain: ({ policy }) => ({
    message: `Every website may call this API from a visitor's browser ('*'${policy.originWritten ? '' : ', the default of cors()'}). Name the origins that need it.`,
    why: 'Any page a visitor opens can read the answers: a leak for everything on an internal network and for pages that hold a token.',
    remedy: 'List the sites that call this API.',
  }),
  *fix({ evidence: { policy } }, context) {
    yield* allowListFixes(policy, context, 'Name trusted origins', 'optional');
  },
  examples: [
    {
      title: 'cors() without options answers every origin',
      bad: `
        import cors from 'cors';
        import express from 'express';
        const app = express();
        app.use(cors());
        //      ^^^^ cors/wildcard-origin "the default of cors()"`,
      fixed: `
        import cors from 'cors';
        import express from 'express';
        const app = express();
        app.use(cors({ origin: process.env.CORS_ORIGINS?.split(',') ?? [] }));`,
    },
    {
      title: 'a wildcard written out',
      bad: `
        import cors from 'cors';
        import express from 'express';
        const app = express();
        app.use(cors({ origin: '*' }));
        //                     ^^^ cors/wildcard-origin "Every website"`,
      fixed: `
        import cors from 'cors';
        import express from 'express';
        const app = express();
        app.use(cors({ origin: process.env.CORS_ORIGINS?.split(',') ?? [] }));`,
    },
    {
      title: 'a wildcard in options kept in a constant',
      bad: `
        const cors = require('cors');
        const options = { methods: ['GET', 'POST'], origin: '*' };
        //                                                  ^^^ cors/wildcard-origin
        require('express')().use(cors(options));`,
    },
    {
      title: 'options a function returns',
      bad: `
        import cors from 'cors';
        const corsOptions = () => ({ origin: '*' });
        //                                   ^^^ cors/wildcard-origin
        app.use(cors(corsOptions()));`,
    },
    {
      title: 'options put together',
      bad: `
        import cors from 'cors';
        app.use(cors(Object.assign({ origin: '*' }, { maxAge: 600 })));
        //                                   ^^^ cors/wildcard-origin`,
    },
    {
      title: 'options without an origin',
      bad: `import cors from 'cors';\napp.use(cors({ methods: ['GET', 'POST'] }));\n//      ^^^^ cors/wildcard-origin`,
      fixed: `import cors from 'cors';\napp.use(cors({ methods: ['GET', 'POST'], origin: process.env.CORS_ORIGINS?.split(',') ?? [] }));`,
    },
    {
      title: 'the fix names the origins of the policy',
      policy: { cors: { origins: ['https://shop.example.com'], publicPaths: [] } },
      bad: `
        import cors from 'cors';
        app.use(cors({ origin: '*' }));
        //                     ^^^ cors/wildcard-origin`,
      fixed: `
        import cors from 'cors';
        app.use(cors({ origin: ['https://shop.example.com'] }));`,
    },
    {
      title: 'the Fastify plugin with a wildcard',
      bad: `
        import Fastify from 'fastify';
        import fastifyCors from '@fastify/cors';
        const app = Fastify();
        await app.register(fastifyCors, { origin: '*' });
        //                                        ^^^ cors/wildcard-origin`,
    },
    {
      title: 'a list with a wildcard is a wildcard for Fastify',
      bad: `
        import fastifyCors from '@fastify/cors';
        await app.register(fastifyCors, { origin: ['*'] });
        //                                         ^^^ cors/wildcard-origin`,
    },
    {
      title: 'a header set by hand',
      bad: `
        import express from 'express';
        const app = express();
        app.use((req, res, next) => {
          res.header('Access-Control-Allow-Origin', '*');
          //                                        ^^^ cors/wildcard-origin
          next();
        });`,
      fixed: `
        import express from 'express';
        const app = express();
        app.use((req, res, next) => {
          res.header('Access-Control-Allow-Origin', 'https://app.example.com');
          next();
        });`,
    },
    {
      title: 'a header in another letter case, among others',
      bad: `
        import http from 'node:http';
        http.createServer((req, res) => {
          res.writeHead(200, { 'content-type': 'text/plain', 'access-control-allow-origin': '*' });
          //                                                                                ^^^ cors/wildcard-origin
          res.end('hello');
        });`,
    },
    {
      title: 'a Nest application created with cors: true',
      bad: `
        import { NestFactory } from '@nestjs/core';
        const app = await NestFactory.create(AppModule, { cors: true });
        //                                                      ^^^^ cors/wildcard-origin`,
      fixed: `
        import { NestFactory } from '@nestjs/core';
        const app = await NestFactory.create(AppModule, { cors: { origin: process.env.CORS_ORIGINS?.split(',') ?? [] } });`,
    },
    {
      title: 'enableCors() of a Nest application',
      bad: `
        import { NestFactory } from '@nestjs/core';
        const app = await NestFactory.create(AppModule);
        app.enableCors();
        //  ^^^^^^^^^^ cors/wildcard-origin`,
    },
    {
      title: 'the defaults of the Hono and Koa middleware',
      bad: `
        import { cors } from 'hono/cors';
        import koaCors from '@koa/cors';
        hono.use('*', cors());
        //            ^^^^ cors/wildcard-origin
        koa.use(koaCors());
        //      ^^^^^^^ cors/wildcard-origin`,
    },
    {
      title: 'the API of a Next.js configuration, beside a script that every site may load',
      bad: `
        //- next.config.mjs
        export default {
          async headers() {
            return [
              { source: '/tracker.js', headers: [{ key: 'Access-Control-Allow-Origin', value: '*' }] },
              { source: '/api/:path*', headers: [{ key: 'Access-Control-Allow-Origin', value: '*' }] },
              //                                                                              ^^^ cors/wildcard-origin
            ];
          },
        };`,
      fixed: `
        //- next.config.mjs
        export default {
          async headers() {
            return [
              { source: '/tracker.js', headers: [{ key: 'Access-Control-Allow-Origin', value: '*' }] },
              { source: '/api/:path*', headers: [{ key: 'Access-Control-Allow-Origin', value: 'https://app.example.com' }] },
            ];
          },
        };`,
    },
    {
      title: 'reading what belongs to people',
      bad: `
        import cors from 'cors';
        import express from 'express';
        const app = express();
        app.use(cors());
        //      ^^^^ cors/wildcard-origin
        app.get('/customers', (req, res) => res.json(customers));
        app.listen(3000);`,
    },
    {
      title: 'reading that asks for a key',
      bad: `
        import { Hono } from 'hono';
        import { cors } from 'hono/cors';
        import { bearerAuth } from 'hono/bearer-auth';
        const app = new Hono();
        app.use('*', cors({ origin: '*' }));
        //                          ^^^ cors/wildcard-origin
        app.use('*', bearerAuth({ token: process.env.TOKEN }));
        app.get('/forecasts', (c) => c.json(forecasts));
        export default app;`,
    },
    {
      title: 'a helper that a writing handler calls',
      bad: `
        import http from 'node:http';
        function send(res, body) {
          res.writeHead(200, { 'Access-Control-Allow-Origin': '*' });
          //                                                  ^^^ cors/wildcard-origin
          res.end(JSON.stringify(body));
        }
        http.createServer((req, res) => {
          if (req.method === 'GET') return send(res, list());
          if (req.method === 'POST') return send(res, add(req));
          res.writeHead(405).end();
        }).listen(3000);`,
    },
    {
      title: 'a GraphQL interface that changes data',
      bad: `
        import express from 'express';
        import cors from 'cors';
        import { expressMiddleware } from '@apollo/server/express4';
        const typeDefs = 'type Query { paintings: [Painting] } type Mutation { addPainting(title: String): Painting } type Painting { title: String }';
        const app = express();
        app.use('/graphql', cors({ origin: '*' }), express.json(), expressMiddleware(serverOf(typeDefs)));
        //                                 ^^^ cors/wildcard-origin
        app.listen(4000);`,
    },
    ...starsOfSettings,
    { title: 'listed origins', good: `import cors from 'cors';\napp.use(cors({ origin: ['https://app.example.com'] }));` },
    {
      title: 'a font that every site may load',
      good: `
        import cors from 'cors';
        import express from 'express';
        const app = express();
        app.get('/fonts/:f', cors(), serveFont);`,
    },
    {
      title: 'a path every site may read by its name',
      good: `
        import cors from 'cors';
        import express from 'express';
        const app = express();
        app.get('/.well-known/jwks.json', cors(), keys);
        app.use('/assets', cors(), express.static('assets'));`,
    },
    {
      title: 'a setting with a name, mounted at paths for everybody',
      good: `import cors from 'cors';\nconst app = require('express')();\nconst anyone = cors();\napp.get('/', h);\napp.use('/status', anyone, up);\napp.use('/open-data', anyone, stations);\napp.listen(3000);`,
    },
    {
      title: 'a setting with a name, mounted at another path too',
      bad: `
        import cors from 'cors';
        import express from 'express';
        const app = express();
        const anyone = cors();
        //             ^^^^ cors/wildcard-origin
        app.get('/', (req, res) => res.json({ name: 'weather' }));
        app.use('/status', anyone, (req, res) => res.json({ up: true }));
        app.use('/drivers', anyone, drivers);
        app.listen(3000);`,
    },
    {
      title: 'a header set by hand for fonts only',
      good: `
        import express from 'express';
        const app = express();
        app.use('/fonts', (req, res, next) => {
          res.set('Access-Control-Allow-Origin', '*');
          next();
        });
        app.get('/feed.json', (req, res) => {
          res.set('Access-Control-Allow-Origin', '*').json(feed);
        });`,
    },
    {
      title: 'a path the policy calls public',
      policy: { cors: { origins: [], publicPaths: ['/v1/catalog/**'] } },
      good: `
        import cors from 'cors';
        import express from 'express';
        const app = express();
        app.get('/v1/catalog/items', cors(), list);`,
    },
    {
      title: 'data for everybody: all routes behind it are read and ask nobody who they are',
      good: `
        import Fastify from 'fastify';
        import cors from '@fastify/cors';
        const app = Fastify();
        await app.register(cors, { origin: '*', methods: ['GET'] });
        app.get('/v1/forecast/:city', async (request) => forecastOf(request.params.city));
        await app.listen({ port: 3000 });`,
    },
    { title: 'for readers alone, where nobody is known by a cookie', good: `import { cors } from 'hono/cors';\nexport const readers = cors({ origin: '*', allowMethods: ['GET', 'HEAD'] });` },
    {
      title: 'a path of the settings that is for everybody', good: `//- next.config.js\nmodule.exports = { async headers() { return [{ source: '/api/public/:path*', headers: [{ key: 'Access-Control-Allow-Origin', value: '*' }] }]; } };`,
    },
    {
      title: 'public routes beside those of the people who log in',
      good: `
        import { Hono } from 'hono';
        import { cors } from 'hono/cors';
        import { jwt } from 'hono/jwt';
        const app = new Hono();
        app.use('/listings/*', cors());
        app.use('/me/*', jwt({ secret: process.env.JWT_SECRET, alg: 'HS256' }));
        app.get('/listings/:id', (c) => c.json(find(c.req.param('id'))));
        app.put('/me/favourites', (c) => c.json(save(c)));
        export default app;`,
    },
    {
      title: 'one public answer of a Next.js route',
      good: `
        //- app/api/quiz/[id]/route.ts
        import { NextResponse } from 'next/server';
        export async function GET(request, { params }) {
          return NextResponse.json(open(params.id), { headers: { 'Access-Control-Allow-Origin': '*' } });
        }
        export async function POST(request) {
          return NextResponse.json(score(await request.json()));
        }`,
    },
    {
      title: 'a helper of handlers that read, without an answer to a preflight',
      good: `
        const http = require('http');
        const { send } = require('./send');
        http.createServer((req, res) => {
          if (req.method === 'GET') return send(res, list());
          if (req.method === 'DELETE') return send(res, remove(req));
          res.writeHead(405).end();
        }).listen(3000);
        //- send.js
        exports.send = (res, body) => {
          res.setHeader('Access-Control-Allow-Origin', '*');
          res.end(JSON.stringify(body));
        };`,
    },
    {
      title: 'a GraphQL interface that only reads, in a project that knows nobody',
      good: `
        import express from 'express';
        import cors from 'cors';
        import { expressMiddleware } from '@apollo/server/express4';
        const typeDefs = 'type Query { paintings: [Painting] } type Painting { title: String }';
        const app = express();
        app.use('/graphql', cors({ origin: '*' }), express.json(), expressMiddleware(serverOf(typeDefs)));
        app.listen(4000);`,
    },
    {
      title: 'a route that repeats what its router says',
      bad: `
        import cors from 'cors';
        import express from 'express';
        const app = express();
        const router = express.Router();
        router.use(cors());
        //         ^^^^ cors/wildcard-origin
        router.post('/orders', cors(), add);
        app.use(router);
        app.listen(3000);`,
    },
    { title: 'only outside production', good: `import cors from 'cors';\nif (process.env.NODE_ENV !== 'production') app.use(cors());` },
    { title: 'a wildcard only in development', good: `import cors from 'cors';\napp.use(cors({ origin: process.env.NODE_ENV === 'development' ? '*' : ['https://app.example.com'] }));` },
    { title: 'the middleware switched off', good: `import cors from 'cors';\napp.use(cors({ origin: false }));` },
    { title: 'a list with a wildcard matches nothing in the cors package', good: `import cors from 'cors';\napp.use(cors({ origin: ['*'] }));` },
    { title: 'options that are not known here', good: `import cors from 'cors';\nexport const setup = (options) => app.use(cors(options));` },
    { title: 'origins from the environment', good: `import cors from 'cors';\napp.use(cors({ origin: process.env.CORS_ORIGINS.split(',') }));` },
    { title: 'options with an unknown part', good: `import cors from 'cors';\nimport { base } from './missing';\napp.use(cors({ ...base, methods: ['GET'] }));` },
    { title: 'other headers with a wildcard', good: `export const h = (req, res) => { res.setHeader('Timing-Allow-Origin', '*'); res.setHeader('Cross-Origin-Resource-Policy', 'cross-origin'); res.end(); };` },
    { title: 'a socket server without cross-origin settings', good: `import { Server } from 'socket.io';\nconst io = new Server(server);\nconst more = new Server(other, { cors: { origin: 'https://app.example.com' } });` },
    { title: 'a request of a client', good: `export const call = (req) => { const headers = new Headers(); headers.set('Access-Control-Allow-Origin', '*'); return fetch('https://api.example.com', { headers }); };` },
  ],
});
