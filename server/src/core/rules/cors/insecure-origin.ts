import type { Code } from '../../findings/changes.js';
import { localHost } from '../facts/domains.js';
import { rule } from '../rule.js';
import type { OriginTest, RuleContext } from '../rule.js';

export default rule<'origin', { readonly test: OriginTest; readonly text: string; readonly host: string; readonly local: boolean }>({
  meta: {
    id: 'cors/insecure-origin',
    title: 'A plain-HTTP or localhost origin is trusted',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [319, 489],
    severity: 'info',
    confidence: 'high',
    topics: ['cors'],
    since: '0.1.0',
    whenNotToUse: 'The pages are served inside a closed network that has no certificates.',
    references: ['https://portswigger.net/web-security/cors', 'https://developer.mozilla.org/docs/Web/Security/Secure_Contexts'],
  },
  on: 'origin',
  words: ['http://'],
  *detect(test, context) {
    if (test.how !== 'equals' || test.of !== 'origin' || test.leads !== 'in') return;
    const [value] = test.with;
    const text = value && context.constant(value)?.value;
    if (typeof text !== 'string' || context.policy('cors').origins.includes(text)) return;
    const host = /^http:\/\/(\[[0-9a-f:.]{2,45}\]|[a-z0-9.-]{1,253})(:\d+)?\/?$/i.exec(text)?.[1];
    if (host === undefined) return;
    const found = { at: test.at, subject: `${test.inside} ${test.policy?.library ?? 'test'} ${text}`, when: test.when, confidence: test.sure ? 'high' : 'medium' } as const;
    if (isOwnMachine(host)) {
      const setting = test.policy ?? test.within;
      if (!test.inList || setting?.credentials !== true || !test.beside.some((other) => isProduction(other, context))) return;
      const app = test.beside.some((other) => /^(capacitor|ionic):\/\//.test(String(context.constant(other)?.value ?? '')));
      yield { ...found, evidence: { test, text, host, local: true }, ...(app ? { severity: 'hint' } : {}) };
      return;
    }
    // Names without a dot and addresses of private networks are not reached from outside.
    if (!host.includes('.') || localHost(host) || /^[\d.]+$/.test(host)) return;
    yield { ...found, evidence: { test, text, host, local: false }, severity: 'warning' };
  },
  explain: ({ host, local }) => ({
    message: local
      ? `Pages from ${host} are trusted with this API in production too. Keep it out of production.`
      : `Pages loaded over plain HTTP from ${host} are trusted with this API. Use https.`,
    why: local ? "Whatever program of a visitor's machine serves pages there reads this API as that visitor." : 'Whoever sits between a visitor and the page puts a script into it that reads this API.',
    remedy: local ? 'Add it only where NODE_ENV says development.' : 'Serve the page over https and trust that origin alone.',
  }),
  *fix({ evidence: { test, text, local } }) {
    const [value] = test.with;
    if (value?.kind !== 'literal' || value.at.path !== test.at.path || value.at.mark !== test.at.mark) return yield { refused: 'The origin is put together or written elsewhere.' };
    const code: Code = local ? ['...(process.env.NODE_ENV === ', { quote: 'development' }, ' ? [', { quote: text }, '] : [])'] : [{ quote: text.replace(/^http:/i, 'https:').replace(/:80(?=\/?$)/, '') }];
    yield { title: local ? 'Trust it in development only' : 'Use https', safety: 'review', changes: [{ do: 'replace', at: test.at, code }] };
  },
  examples: [
    {
      title: 'a page without TLS',
      bad: `
        import cors from 'cors';
        app.use(cors({ origin: ['http://app.example-corp.com'], credentials: true }));
        //                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ cors/insecure-origin "over plain HTTP from app.example-corp.com"`,
      fixed: `
        import cors from 'cors';
        app.use(cors({ origin: ['https://app.example-corp.com'], credentials: true }));`,
    },
    {
      title: 'this machine beside the real page',
      bad: `
        import cors from 'cors';
        app.use(cors({ origin: ['https://app.example.com', 'http://localhost:3000'], credentials: true }));
        //                                                 ^^^^^^^^^^^^^^^^^^^^^^^ cors/insecure-origin "out of production"`,
      fixed: `
        import cors from 'cors';
        app.use(cors({ origin: ['https://app.example.com', ...(process.env.NODE_ENV === 'development' ? ['http://localhost:3000'] : [])], credentials: true }));`,
    },
    {
      title: 'a list that the origin function looks up',
      bad: `
        const cors = require('cors');
        const allowed = ['https://app.example.com', 'http://127.0.0.1:5173', 'http://old.example.com:8080'];
        //                                          ^^^^^^^^^^^^^^^^^^^^^^^ cors/insecure-origin
        //                                                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ cors/insecure-origin
        app.use(cors({
          origin: (origin, cb) => (!origin || allowed.indexOf(origin) !== -1 ? cb(null, true) : cb(new Error('not allowed'))),
          credentials: true,
        }));`,
      fixed: `
        const cors = require('cors');
        const allowed = ['https://app.example.com', ...(process.env.NODE_ENV === 'development' ? ['http://127.0.0.1:5173'] : []), 'http://old.example.com:8080'];
        app.use(cors({
          origin: (origin, cb) => (!origin || allowed.indexOf(origin) !== -1 ? cb(null, true) : cb(new Error('not allowed'))),
          credentials: true,
        }));`,
    },
    {
      title: 'a header set by hand',
      bad: `
        export function allow(req, res, next) {
          res.setHeader('Access-Control-Allow-Origin', 'http://shop.example.com');
          //                                           ^^^^^^^^^^^^^^^^^^^^^^^^^ cors/insecure-origin
          next();
        }`,
    },
    {
      title: 'the settings of Fastify, hapi and Next.js',
      bad: `
        //- app.ts
        import fastifyCors from '@fastify/cors';
        import Hapi from '@hapi/hapi';
        await app.register(fastifyCors, { origin: 'http://shop.example.com' });
        //                                        ^^^^^^^^^^^^^^^^^^^^^^^^^ cors/insecure-origin
        const server = Hapi.server({ routes: { cors: { origin: ['http://shop.example.com'] } } });
        //                                                      ^^^^^^^^^^^^^^^^^^^^^^^^^ cors/insecure-origin
        //- next.config.mjs
        export default { async headers() { return [{ source: '/api/:path*', headers: [{ key: 'Access-Control-Allow-Origin', value: 'http://shop.example.com' }] }]; } };
        //                                                                                                                         ^^^^^^^^^^^^^^^^^^^^^^^^^ cors/insecure-origin`,
    },
    {
      title: 'the page of a hybrid app',
      bad: `
        import cors from 'cors';
        app.use(cors({ origin: ['https://app.example.com', 'capacitor://localhost', 'http://localhost'], credentials: true }));
        //                                                                          ^^^^^^^^^^^^^^^^^^ cors/insecure-origin`,
    },
    {
      title: 'this machine in development only',
      good: `
        import cors from 'cors';
        const dev = process.env.NODE_ENV === 'development';
        app.use(cors({ origin: ['https://app.example.com', ...(dev ? ['http://localhost:3000'] : [])], credentials: true }));`,
    },
    { title: 'a setting for development', good: `import cors from 'cors';\nif (process.env.NODE_ENV === 'development') app.use(cors({ origin: 'http://localhost:5173' }));` },
    { title: 'local origins alone', good: `import cors from 'cors';\napp.use(cors({ origin: ['http://localhost:3000', 'http://127.0.0.1:3000'], credentials: true }));` },
    { title: 'local origins without credentials', good: `import cors from 'cors';\napp.use(cors({ origin: ['https://app.example.com', 'http://localhost:3000'] }));` },
    { title: 'a fallback where a setting is missing', good: `import cors from 'cors';\napp.use(cors({ origin: process.env.FRONTEND || 'http://localhost:3000', credentials: true }));` },
    { title: 'hosts of a closed network', good: `import cors from 'cors';\napp.use(cors({ origin: ['http://frontend:3000', 'http://192.168.1.20', 'http://nas.local', 'http://kiosk.internal'] }));` },
    { title: 'an origin the policy trusts', policy: { cors: { origins: ['http://old.example.com'], publicPaths: [] } }, good: `import cors from 'cors';\napp.use(cors({ origin: ['http://old.example.com'] }));` },
    { title: 'chosen by the environment', good: `import cors from 'cors';\napp.use(cors({ origin: process.env.NODE_ENV === 'production' ? 'https://app.example.com' : 'http://app.example.org', credentials: true }));` },
    { title: 'other lists of addresses', good: `const mirrors = ['http://a.example.com', 'http://b.example.com'];\nexport const known = (url) => mirrors.includes(url);` },
  ],
});

function isOwnMachine(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|0\.0\.0\.0|\[::1\])$/i.test(host) || /\.localhost$/i.test(host);
}
/** An origin of the real pages: over https, and of no local host. */
function isProduction(value: OriginTest['with'][number], context: RuleContext): boolean {
  const text = context.constant(value)?.value;
  const host = typeof text === 'string' ? /^https:\/\/([a-z0-9.-]+)/i.exec(text)?.[1] : undefined;
  return host !== undefined && host.includes('.') && !localHost(host);
}
