import type { Code } from '../../findings/changes.js';
import { openOnPurpose } from '../facts/cors.js';
import { rule } from '../rule.js';
import type { CorsPolicy } from '../rule.js';

type What = 'all' | 'echo' | 'exposed';
const USUAL: readonly string[] = ['Content-Type', 'Authorization'];

export default rule<'cors', { readonly policy: CorsPolicy; readonly what: What; readonly name: string }>({
  meta: {
    id: 'cors/permissive-headers',
    title: 'Every request or response header is exposed',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [942],
    severity: 'info',
    confidence: 'high',
    topics: ['cors'],
    since: '0.1.0',
    whenNotToUse: 'Clients that are not known send headers of their own, and the API holds nothing private.',
    references: ['https://developer.mozilla.org/docs/Web/HTTP/Headers/Access-Control-Allow-Headers', 'https://developer.mozilla.org/docs/Web/HTTP/Headers/Access-Control-Expose-Headers'],
  },
  on: 'cors',
  words: ['cors', 'access-control-allow-headers', 'access-control-expose-headers'],
  *detect(policy, context) {
    if (policy.origin === 'off' || openOnPurpose(policy, context)) return;
    const { headers, exposed } = policy;
    const subject = `${policy.inside} ${policy.library}`;
    const star = headers.names.find(({ text }) => text === '*');
    if (star) yield { at: star.at, subject: `${subject} allowed`, evidence: { policy, what: 'all', name: '*' }, when: policy.when };
    if (headers.state === 'echo' && headers.at) yield { at: headers.at, subject: `${subject} echo`, evidence: { policy, what: 'echo', name: '' }, when: policy.when };
    const shown = exposed.names.find(({ text }) => /^(\*|authorization|set-cookie)$/i.test(text));
    if (shown) yield { at: shown.at, subject: `${subject} exposed ${shown.text.toLowerCase()}`, evidence: { policy, what: 'exposed', name: shown.text }, when: policy.when };
  },
  explain: ({ what, name }) => ({
    message: what === 'exposed'
      ? name === '*' ? 'Cross-site pages may read every response header. List the headers the client reads.' : `Cross-site pages may read the response header ${name}. List the headers the client reads, without those that hold credentials.`
      : what === 'echo'
        ? 'Whatever headers a page asks for are allowed cross-site. List the headers the client uses.'
        : 'All headers are allowed cross-site. List the headers the client uses.',
    why: what === 'exposed' ? 'A page that may call this API also learns what its headers tell, tokens among them.' : 'Headers that switch debugging, tenants or methods can be sent by every page that may call this API.',
    remedy: 'Name the few headers that pages need.',
  }),
  *fix({ at, evidence: { policy, what, name } }, context) {
    const { headers, exposed, source } = policy;
    if (what === 'exposed') {
      const all = exposed.names.map(({ text }) => text);
      const isItem = exposed.at !== undefined && exposed.at.mark !== at.mark;
      if (isItem && all.length > 1) return yield { title: `Remove ${name}`, safety: 'review', changes: [{ do: 'remove', at, as: 'item' }] };
      const kept = all.filter((text) => text !== name);
      if (kept.length === 0 || isItem || exposed.state !== 'listed') return yield { refused: 'Which response headers the client reads is not told here.' };
      return yield { title: `Remove ${name}`, safety: 'review', changes: [{ do: 'replace', at, code: [{ quote: kept.join(', ') }] }] };
    }
    if (at.path !== (headers.at ?? at).path) return yield { refused: 'The list of headers is written elsewhere.' };
    const items: Code = USUAL.flatMap((one, index) => (index === 0 ? [{ quote: one }] : [', ', { quote: one }]));
    const isItem = headers.at !== undefined && headers.at.mark !== at.mark;
    if (isItem && headers.names.length > 1) return yield { title: "Remove '*'", safety: 'review', changes: [{ do: 'remove', at, as: 'item' }] };
    if (what === 'all' && headers.names.length > 1) {
      const kept = headers.names.map(({ text }) => text).filter((text) => text !== '*');
      return yield { title: "Remove '*'", safety: 'review', changes: [{ do: 'replace', at, code: [{ quote: kept.join(', ') }] }] };
    }
    if (!isItem && context.textOf(at).startsWith('`')) return yield { refused: 'The text is put together.' };
    yield { title: 'List the usual headers', safety: 'review', changes: [{ do: 'replace', at, code: isItem ? items : source === 'module' ? ['[', ...items, ']'] : [{ quote: USUAL.join(', ') }] }] };
  },
  examples: [
    {
      title: 'every request header',
      bad: `
        import cors from 'cors';
        app.use(cors({ origin: ['https://app.example.com'], allowedHeaders: '*' }));
        //                                                                  ^^^ cors/permissive-headers "All headers"`,
      fixed: `
        import cors from 'cors';
        app.use(cors({ origin: ['https://app.example.com'], allowedHeaders: ['Content-Type', 'Authorization'] }));`,
    },
    {
      title: 'a header set by hand',
      bad: `
        export function allow(req, res, next) {
          res.set('Access-Control-Allow-Headers', '*');
          //                                      ^^^ cors/permissive-headers
          next();
        }`,
      fixed: `
        export function allow(req, res, next) {
          res.set('Access-Control-Allow-Headers', 'Content-Type, Authorization');
          next();
        }`,
    },
    {
      title: 'what is asked for, written back',
      bad: `
        export function allow(req, res, next) {
          res.setHeader('Access-Control-Allow-Origin', 'https://app.example.com');
          res.setHeader('Access-Control-Allow-Headers', req.headers['access-control-request-headers']);
          //                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ cors/permissive-headers "asks for"
          next();
        }`,
      fixed: `
        export function allow(req, res, next) {
          res.setHeader('Access-Control-Allow-Origin', 'https://app.example.com');
          res.setHeader('Access-Control-Allow-Headers', 'Content-Type, Authorization');
          next();
        }`,
    },
    {
      title: 'a response header that holds a token',
      bad: `
        import { cors } from 'hono/cors';
        app.use(cors({ origin: 'https://app.example.com', exposeHeaders: ['X-Total', 'Authorization'] }));
        //                                                                           ^^^^^^^^^^^^^^^ cors/permissive-headers "Authorization"`,
      fixed: `
        import { cors } from 'hono/cors';
        app.use(cors({ origin: 'https://app.example.com', exposeHeaders: ['X-Total'] }));`,
    },
    {
      title: 'the lists of @koa/cors, Fastify and Nest',
      bad: `
        import koaCors from '@koa/cors';
        import fastifyCors from '@fastify/cors';
        koa.use(koaCors({ origin: 'https://app.example.com', allowHeaders: ['*'] }));
        //                                                                  ^^^ cors/permissive-headers
        await fastify.register(fastifyCors, { origin: ['https://app.example.com'], exposedHeaders: '*' });
        //                                                                                         ^^^ cors/permissive-headers
        nest.enableCors({ origin: ['https://app.example.com'], allowedHeaders: 'Content-Type, *' });
        //                                                                     ^^^^^^^^^^^^^^^^^ cors/permissive-headers`,
    },
    {
      title: 'the headers of a Next.js configuration',
      bad: `
        //- next.config.mjs
        export default {
          async headers() {
            return [{
              source: '/api/:path*',
              headers: [
                { key: 'Access-Control-Allow-Origin', value: 'https://app.example.com' },
                { key: 'Access-Control-Allow-Headers', value: '*' },
                //                                            ^^^ cors/permissive-headers
              ],
            }];
          },
        };`,
    },
    { title: 'the headers in use', good: `import cors from 'cors';\napp.use(cors({ origin: list, allowedHeaders: ['Content-Type'], exposedHeaders: ['X-Total'] }));` },
    { title: 'the default of the library', good: `import cors from 'cors';\napp.use(cors({ origin: list }));` },
    { title: 'the middleware switched off', good: `import cors from 'cors';\napp.use(cors({ origin: false, allowedHeaders: '*' }));` },
    { title: 'headers from elsewhere', good: `import cors from 'cors';\nexport const setup = (allowedHeaders) => app.use(cors({ origin: 'https://app.example.com', allowedHeaders }));` },
    { title: 'only in development', good: `import cors from 'cors';\nif (process.env.NODE_ENV === 'development') app.use(cors({ origin: 'http://localhost:3000', allowedHeaders: '*' }));` },
    { title: 'fonts that every site may load', good: `import cors from 'cors';\nimport express from 'express';\nconst app = express();\napp.get('/fonts/:f', cors({ allowedHeaders: '*' }), serveFont);` },
    { title: 'headers of a request', good: `export const call = () => fetch('https://api.example.com', { headers: { 'Access-Control-Allow-Headers': '*' } });` },
  ],
});
