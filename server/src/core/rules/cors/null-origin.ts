import { rule } from '../rule.js';
import type { OriginTest } from '../rule.js';

export default rule<'origin', { readonly test: OriginTest; readonly fallback: boolean }>({
  meta: {
    id: 'cors/null-origin',
    title: 'Sandboxed pages may call this API',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [346],
    severity: 'error',
    confidence: 'medium',
    topics: ['cors'],
    since: '0.1.0',
    leansOn: ['cors/null-origin', 'graphql-yoga/cors-texts'],
    whenNotToUse: 'Files opened from disk must call the API, and nothing in it is private.',
    references: ['https://portswigger.net/web-security/cors', 'https://developer.mozilla.org/docs/Web/HTTP/Headers/Origin'],
  },
  on: 'origin',
  words: ['null', 'graphql-yoga'],
  *detect(test, context) {
    if (test.how !== 'equals' || test.of !== 'origin' || test.leads !== 'in') return;
    const [value] = test.with;
    const { policy } = test;
    // graphql-yoga answers callers that are not in its list of several with the text null.
    if (policy?.library === 'graphql-yoga' && policy.origin === 'list' && policy.inList && policy.values.length > 1 && policy.values[0] === value && policy.credentialsEntryAt === undefined)
      yield { at: policy.originAt, subject: `${test.inside} graphql-yoga fallback`, evidence: { test, fallback: true }, when: policy.when, confidence: 'high' };
    if (!value || context.constant(value)?.value !== 'null') return;
    // Apps that load their pages from disk name schemes of their own beside it.
    const app = test.beside.some((other) => /^(capacitor|file|ionic|app|electron):\/\//.test(String(context.constant(other)?.value ?? '')));
    yield {
      at: test.at,
      subject: `${test.inside} ${test.policy?.library ?? 'test'} null`,
      evidence: { test, fallback: false },
      when: test.when,
      confidence: test.sure ? 'high' : 'medium',
      ...(app ? { severity: 'info' } : {}),
    };
  },
  explain: ({ fallback }) => ({
    message: fallback
      ? "graphql-yoga answers callers beside this list with the origin 'null' and credentials, and sandboxed frames have that origin. Give cors a function that answers one origin of the list."
      : "Origin 'null' is sent by sandboxed frames that any website can create. Remove it from the allowed origins.",
    why: 'A page puts a sandboxed frame into itself, and the script in it calls this API as an allowed origin.',
    remedy: 'Allow the origins of real pages only; a missing Origin header is something else and needs no entry.',
  }),
  *fix({ evidence: { test, fallback } }) {
    if (fallback) return yield { refused: 'The whole cors option has to become a function of the request.' };
    const { policy, at } = test;
    const [value] = test.with;
    if (!value || value.at.path !== at.path || value.at.mark !== at.mark) return yield { refused: "The 'null' is named here but written elsewhere." };
    if (test.inList && test.beside.length > 0) return yield { title: "Remove 'null'", safety: 'review', changes: [{ do: 'remove', at, as: 'item' }] };
    if (policy || test.inList) return yield { title: "Name a trusted origin instead of 'null'", safety: 'manual', changes: [{ do: 'replace', at, code: [{ slot: "'https://app.example.com'" }] }] };
    yield { refused: 'What else is done where the comparison holds cannot be told, so the test has to be taken out by hand.' };
  },
  examples: [
    {
      title: 'null in a list',
      bad: `
        import cors from 'cors';
        app.use(cors({ origin: ['https://app.example.com', 'null'] }));
        //                                                 ^^^^^^ cors/null-origin "sandboxed frames"`,
      fixed: `
        import cors from 'cors';
        app.use(cors({ origin: ['https://app.example.com'] }));`,
    },
    {
      title: 'null as the only origin',
      bad: `
        import cors from 'cors';
        app.use(cors({ origin: 'null', credentials: true }));
        //                     ^^^^^^ cors/null-origin`,
      fixed: `
        import cors from 'cors';
        app.use(cors({ origin: 'https://app.example.com', credentials: true }));`,
    },
    {
      title: 'a comparison that lets null in',
      bad: `
        const list = ['https://app.example.com'];
        export function allow(req, res, next) {
          const { origin } = req.headers;
          if (origin === 'null' || list.includes(origin)) res.set('Access-Control-Allow-Origin', origin);
          //             ^^^^^^ cors/null-origin
          next();
        }`,
    },
    {
      title: 'null in a list that a function looks up',
      bad: `
        const cors = require('cors');
        const allowed = new Set(['https://app.example.com', 'null']);
        //                                                  ^^^^^^ cors/null-origin
        app.use(cors({ origin: (origin, cb) => cb(null, allowed.has(origin)) }));`,
      fixed: `
        const cors = require('cors');
        const allowed = new Set(['https://app.example.com']);
        app.use(cors({ origin: (origin, cb) => cb(null, allowed.has(origin)) }));`,
    },
    {
      title: 'a header set by hand',
      bad: `
        import http from 'node:http';
        http.createServer((req, res) => {
          res.setHeader('Access-Control-Allow-Origin', 'null');
          //                                           ^^^^^^ cors/null-origin
          res.end('{}');
        });`,
      fixed: `
        import http from 'node:http';
        http.createServer((req, res) => {
          res.setHeader('Access-Control-Allow-Origin', 'https://app.example.com');
          res.end('{}');
        });`,
    },
    {
      title: 'pages of a hybrid app beside it',
      bad: `
        import cors from 'cors';
        app.use(cors({ origin: ['capacitor://localhost', 'null'] }));
        //                                               ^^^^^^ cors/null-origin`,
    },
    {
      title: 'the Hono and Fastify libraries',
      bad: `
        import { cors } from 'hono/cors';
        import fastifyCors from '@fastify/cors';
        hono.use(cors({ origin: ['null', 'https://app.example.com'] }));
        //                       ^^^^^^ cors/null-origin
        await fastify.register(fastifyCors, { origin: ['https://app.example.com', 'null'] });
        //                                                                        ^^^^^^ cors/null-origin`,
    },
    {
      title: 'the answer of graphql-yoga to everybody beside its list',
      bad: `
        import { createYoga } from 'graphql-yoga';
        const yoga = createYoga({ schema, cors: { origin: ['https://app.example.com', 'https://admin.example.com'] } });
        //                                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ cors/null-origin "beside this list"`,
    },
    { title: 'graphql-yoga with one origin, or without credentials', good: `
        import { createYoga } from 'graphql-yoga';
        const a = createYoga({ schema, cors: { origin: ['https://app.example.com'] } });
        const b = createYoga({ schema, cors: { origin: ['https://a.example.com', 'https://b.example.com'], credentials: false } });` },
    {
      title: 'options that switch the answer off for null',
      good: `
        import cors from 'cors';
        app.use(cors((req, callback) => {
          const origin = req.get('origin');
          if (origin === 'null') return callback(null, { origin: false });
          callback(null, { origin: allowed.has(origin) });
        }));`,
    },
    {
      title: 'options that are switched off, and on later for others',
      good: `
        const cors = require('cors');
        function delegate(req, callback) {
          const origin = req.header('Origin');
          const options = { origin: false, credentials: true };
          if (!origin || origin === 'null') {
            return callback(null, options);
          }
          let url;
          try { url = new URL(origin); } catch (err) { return callback(new Error('no origin')); }
          if (url.host === siteHost) options.origin = true;
          callback(null, options);
        }
        app.use(cors(delegate));`,
    },
    { title: 'listed origins', good: `import cors from 'cors';\napp.use(cors({ origin: ['https://app.example.com'] }));` },
    { title: 'the value null switches the middleware off', good: `import cors from 'cors';\napp.use(cors({ origin: null }));` },
    { title: 'a request without an origin', good: `import cors from 'cors';\napp.use(cors({ origin: (origin, cb) => cb(null, !origin || allowed.has(origin)) }));` },
    { title: 'null is turned away', good: `import cors from 'cors';\napp.use(cors({ origin(origin, cb) { if (origin === 'null') return cb(new Error('no')); cb(null, allowed.has(origin)); } }));` },
    { title: 'null is left out', good: `export const isAllowedOrigin = (origin) => origin !== 'null' && allowed.has(origin);` },
    { title: 'only in development', good: `import cors from 'cors';\nif (process.env.NODE_ENV === 'development') app.use(cors({ origin: ['http://localhost:3000', 'null'] }));` },
    { title: 'the word null elsewhere', good: `export const parse = (text) => (text === 'null' ? null : JSON.parse(text));\nconst list = ['null', 'none'];\nexport const isEmpty = (value) => list.includes(value);` },
  ],
});
