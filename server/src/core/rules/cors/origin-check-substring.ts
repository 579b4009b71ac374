import type { Code, Fix } from '../../findings/changes.js';
import { localHost } from '../facts/domains.js';
import { doubtBeside, encryptedBeside, lookAlike, refusedBeside } from '../facts/origin-text.js';
import { rule } from '../rule.js';
import type { OriginTest } from '../rule.js';

export default rule<'origin', { readonly test: OriginTest; readonly text: string; readonly example: string; readonly subdomain: boolean; readonly method: string }>({
  meta: {
    id: 'cors/origin-check-substring',
    title: 'Origin check can be passed by a look-alike domain',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [346, 183],
    severity: 'error',
    confidence: 'medium',
    topics: ['cors'],
    since: '0.1.0',
    whenNotToUse: 'The test only chooses between texts or languages, and no answer depends on it.',
    references: ['https://portswigger.net/web-security/cors', 'https://cwe.mitre.org/data/definitions/183.html'],
  },
  on: 'origin',
  words: ['origin', 'referer', 'referrer'],
  *detect(test, context) {
    if (!test.call || test.leads !== 'in' || test.how === 'equals' || test.how === 'matches') return;
    const texts = test.with.map((value) => context.constant(value)?.value);
    // In a list that is walked through, one member that is not known says nothing about the others.
    for (const text of texts) {
      if (typeof text !== 'string') continue;
      const found = lookAlike(test, text);
      if (!found || (found.subdomain && encryptedBeside(test, found.example, context)) || refusedBeside(test, found.example, context) || doubtBeside(test, found.example, context)) continue;
      // A name alone is none of a caller's: what it is compared with has to look like a host.
      if (!test.sure && !/[a-z0-9]\.[a-z0-9]|:\/\/|localhost/i.test(text)) continue;
      yield {
        at: test.at,
        subject: `${test.inside} ${test.call.name} ${text}`,
        evidence: { test, text, example: found.example, subdomain: found.subdomain, method: test.call.name },
        when: test.when,
        confidence: test.sure ? 'high' : 'medium',
        ...(found.subdomain ? { severity: 'info' } : {}),
      };
      return;
    }
    // Whatever stands there: an origin goes on behind what it begins with.
    if (test.how !== 'starts' || !test.sure || test.of === 'referer' || texts.some((text) => typeof text === 'string') || test.beside.length > 0 || test.with.length === 0) return;
    const example = test.of === 'host' ? 'https://known.host.attacker.com' : 'https://known.origin.attacker.com';
    yield { at: test.at, subject: `${test.inside} ${test.call.name} of a list`, evidence: { test, text: '', example, subdomain: false, method: test.call.name }, when: test.when, confidence: 'medium' };
  },
  explain: ({ method, example, subdomain }) => ({
    message: subdomain
      ? `'${method}' accepts every subdomain, also over plain HTTP: ${example.replace('attacker.', 'any.')}. Compare the whole origin with a list.`
      : `'${method}' also accepts ${example}, which an attacker can register. Compare the whole origin with a list.`,
    why: subdomain ? 'One forgotten or taken-over subdomain is enough to read this API.' : 'The look-alike passes the test, and its pages read the API as the visitor.',
    remedy: 'Keep the allowed origins in a list and look the whole origin up in it.',
  }),
  *fix({ evidence: { test, text } }, context) {
    const { value, call, testAt } = test;
    if (!value || !call || test.of !== 'origin') return yield { refused: 'Only the whole origin can be looked up in a list, and here a part of an address is compared.' };
    if (test.with.length !== 1) return yield { refused: 'The list that is walked through may hold parts of hosts, so its members have to be written out first.' };
    const trusted = context.policy('cors').origins.filter((origin) => origin !== '*' && origin !== 'null');
    const own = originIn(text);
    const items: Code = trusted.length > 0 ? trusted.flatMap((origin, index) => (index === 0 ? [{ quote: origin }] : [', ', { quote: origin }])) : own === undefined ? [{ slot: "'https://app.example.com'" }] : [{ quote: own }];
    const fix: Fix = {
      title: 'Compare the whole origin with a list',
      safety: trusted.length > 0 || own !== undefined ? 'review' : 'manual',
      changes: [{ do: 'replace', at: testAt ?? call.at, code: ['[', ...items, '].includes(', { copy: value.at }, ')'] }],
    };
    yield fix;
  },
  examples: [
    {
      title: 'the end of the origin',
      bad: `
        import cors from 'cors';
        app.use(cors({ origin: (o, cb) => cb(null, o.endsWith('example.com')) }));
        //                                           ^^^^^^^^ cors/origin-check-substring "https://attackerexample.com"`,
      fixed: `
        import cors from 'cors';
        app.use(cors({ origin: (o, cb) => cb(null, ['https://example.com'].includes(o)) }));`,
    },
    {
      title: 'own subdomains over HTTPS alone',
      good: `
        import cors from 'cors';
        import { cors as honoCors } from 'hono/cors';
        app.use(honoCors({ origin: (o) => (o.startsWith('https://') && o.endsWith('.shop.example') ? o : null), credentials: true }));
        app.use(cors({
          origin(origin, done) {
            const { protocol, hostname } = new URL(origin);
            done(null, protocol === 'https:' && hostname.endsWith('.shop.example'));
          },
        }));`,
    },
    {
      title: 'the beginning of the origin',
      bad: `
        export function allow(req, res, next) {
          if (req.headers.origin.startsWith('https://app.example.com')) res.set('Access-Control-Allow-Origin', req.headers.origin);
          //                     ^^^^^^^^^^ cors/origin-check-substring "https://app.example.com.attacker.com"
          next();
        }`,
      fixed: `
        export function allow(req, res, next) {
          if (['https://app.example.com'].includes(req.headers.origin)) res.set('Access-Control-Allow-Origin', req.headers.origin);
          next();
        }`,
    },
    {
      title: 'a part of the origin, found by its place',
      bad: `
        import cors from 'cors';
        app.use(cors({
          origin(origin, callback) {
            if (origin.indexOf('mysite') !== -1) callback(null, true);
            //         ^^^^^^^ cors/origin-check-substring "https://mysite.attacker.com"
            else callback(new Error('not allowed'));
          },
        }));`,
    },
    {
      title: 'a place that must be the first is a beginning',
      bad: `
        export function isAllowedOrigin(origin) {
          return origin.indexOf('https://app.example.com') === 0;
          //            ^^^^^^^ cors/origin-check-substring "https://app.example.com.attacker.com"
        }`,
      fixed: `
        export function isAllowedOrigin(origin) {
          return ['https://app.example.com'].includes(origin);
        }`,
    },
    {
      title: 'each member of a list as a beginning',
      bad: `
        const cors = require('cors');
        const allowed = ['https://app.example.com', 'https://admin.example.com'];
        app.use(cors({
          origin: (origin, cb) => cb(null, !origin || allowed.some((one) => origin.startsWith(one))),
          //                                                                       ^^^^^^^^^^ cors/origin-check-substring
        }));`,
    },
    {
      title: 'a function that is asked in turn',
      bad: `
        import cors from 'cors';
        const ROOT = 'shop.example';
        function ours(origin) {
          if (!origin) return true;
          return origin.endsWith(ROOT);
          //            ^^^^^^^^ cors/origin-check-substring "attackershop.example"
        }
        app.use(cors({ origin: (asked, cb) => cb(null, ours(asked)), credentials: true }));`,
    },
    {
      title: 'a host that is asked for in a file of its own',
      bad: `
        const DOMAINS = ['shop.example', 'shop-labs.example'];
        exports.allow = (origin, cb) => {
          let host;
          try {
            host = new URL(origin).hostname;
          } catch {
            return cb(null, false);
          }
          const ok = DOMAINS.some((one) => host === one || host.startsWith(one));
          //                                                    ^^^^^^^^^^ cors/origin-check-substring
          cb(null, ok ? origin : false);
        };`,
    },
    {
      title: 'sockets',
      bad: `
        import { WebSocketServer } from 'ws';
        new WebSocketServer({ server, verifyClient: ({ origin }, done) => done(origin.endsWith('example.com')) });
        //                                                                            ^^^^^^^^ cors/origin-check-substring
        server.on('upgrade', (req, socket, head) => {
          if (!(req.headers.origin ?? '').includes('example.com')) return socket.destroy();
          //                              ^^^^^^^^ cors/origin-check-substring
          sockets.handleUpgrade(req, socket, head, greet);
        });`,
    },
    {
      title: 'a function that asks something else of an origin',
      good: `
        export const isExtension = (origin) => origin.startsWith('chrome-extension://abc.example');
        export const isLocal = (origin) => origin.includes('localhost');`,
    },
    {
      title: 'a loop over a list',
      bad: `
        const domains = ['example.com'];
        export function checkOrigin(origin) {
          for (const domain of domains) if (origin.endsWith(domain)) return true;
          //                                       ^^^^^^^^ cors/origin-check-substring "https://attackerexample.com"
          return false;
        }`,
    },
    {
      title: 'a mark that is set in a loop',
      bad: `
        function setCors(req, res) {
          const origin = req.headers.origin || '';
          let ok = false;
          for (const domain of ['example.com', 'example.org']) {
            if (origin.endsWith(domain)) {
              //       ^^^^^^^^ cors/origin-check-substring "https://attackerexample.com"
              ok = true;
              break;
            }
          }
          if (ok) res.setHeader('Access-Control-Allow-Origin', origin);
        }
        module.exports = setCors;`,
    },
    {
      title: 'the name of the host, by its end',
      bad: `
        export const setCors = (req, res, next) => {
          const { hostname } = new URL(req.get('origin'));
          if (hostname.endsWith('example.com')) res.set('Access-Control-Allow-Origin', req.get('origin'));
          //           ^^^^^^^^ cors/origin-check-substring "https://attackerexample.com"
          next();
        };`,
    },
    {
      title: 'the page a request comes from',
      bad: `
        export function guard(req, res, next) {
          const referer = req.headers.referer ?? '';
          if (!referer.includes('app.example.com')) return res.sendStatus(403);
          //           ^^^^^^^^ cors/origin-check-substring "https://attacker.com/?app.example.com"
          next();
        }`,
    },
    {
      title: 'hosts anybody can have for nothing',
      bad: `
        import { cors } from 'hono/cors';
        app.use('*', cors({ origin: (origin) => (origin.endsWith('.vercel.app') ? origin : null), credentials: true }));
        //                                              ^^^^^^^^ cors/origin-check-substring "https://attacker.vercel.app"`,
      fixed: `
        import { cors } from 'hono/cors';
        app.use('*', cors({ origin: (origin) => (['https://app.example.com'].includes(origin) ? origin : null), credentials: true }));`,
    },
    {
      title: 'every subdomain is more than needed',
      bad: `
        import fastifyCors from '@fastify/cors';
        await app.register(fastifyCors, { origin: (origin, cb) => cb(null, origin.endsWith('.example.com')) });
        //                                                                        ^^^^^^^^ cors/origin-check-substring "every subdomain"`,
    },
    {
      title: 'a Koa function',
      bad: `
        import cors from '@koa/cors';
        app.use(cors({ origin: (ctx) => { const origin = ctx.get('Origin'); return origin.includes('example.com') ? origin : ''; } }));
        //                                                                                ^^^^^^^^ cors/origin-check-substring "https://example.com.attacker.com"`,
      fixed: `
        import cors from '@koa/cors';
        app.use(cors({ origin: (ctx) => { const origin = ctx.get('Origin'); return ['https://example.com'].includes(origin) ? origin : ''; } }));`,
    },
    {
      title: 'the fix names the origins of the policy',
      policy: { cors: { origins: ['https://shop.example.com'], publicPaths: [] } },
      bad: `
        import cors from 'cors';
        app.use(cors({ origin: (o, cb) => cb(null, o.includes('shop.example.com')) }));
        //                                           ^^^^^^^^ cors/origin-check-substring`,
      fixed: `
        import cors from 'cors';
        app.use(cors({ origin: (o, cb) => cb(null, ['https://shop.example.com'].includes(o)) }));`,
    },
    {
      title: 'what members of a list begin with, and end with where nothing is set',
      bad: `
        import cors from 'cors';
        const ends = (process.env.SITES || 'shop.example').split(',');
        const tidy = (text) => text.toLowerCase();
        export const corsFor = (list) => cors({ credentials: true, origin: (origin, done) => done(null, list.some((one) => tidy(origin).indexOf(one) === 0)) });
        //                                                                                                                              ^^^^^^^ cors/origin-check-substring "https://known.origin.attacker.com"
        export const isOurs = (origin) => ends.some((end) => origin.endsWith(end));
        //                                                          ^^^^^^^^ cors/origin-check-substring "https://attackershop.example"
        export const site = cors({ credentials: true, origin: (origin, done) => done(null, isOurs(origin)) });`,
    },
    { title: 'a list of origins', good: `import cors from 'cors';\napp.use(cors({ origin: (o, cb) => cb(null, allowedOrigins.includes(o)) }));` },
    { title: 'a list written on the spot', good: `import cors from 'cors';\napp.use(cors({ origin: (o, cb) => cb(null, ['https://a.example.com'].indexOf(o) !== -1) }));` },
    { title: 'a list from the environment', good: `import cors from 'cors';\nconst list = (process.env.ORIGINS ?? '').split(',');\napp.use(cors({ origin: (o, cb) => cb(null, list.includes(o)) }));` },
    { title: 'equality', good: `export const checkOrigin = (origin) => origin === 'https://app.example.com';` },
    { title: 'a scheme alone, beside another test', good: `import cors from 'cors';\napp.use(cors({ origin: (o, cb) => cb(null, o.startsWith('https://') && allowed.has(o)) }));` },
    { title: 'a host and its port are whole', good: `import cors from 'cors';\napp.use(cors({ origin: (o, cb) => cb(null, o.startsWith('http://localhost:')) }));` },
    { title: 'an end that holds the scheme is whole', good: `import cors from 'cors';\napp.use(cors({ origin: (o, cb) => cb(null, o.endsWith('https://example.com') || o.endsWith('://example.com')) }));` },
    { title: 'an address up to its first slash', good: `export function guard(req, res, next) { if (!req.headers.referer.startsWith('https://app.example.com/')) return res.sendStatus(403); next(); }` },
    { title: 'only in development', good: `import cors from 'cors';\nif (process.env.NODE_ENV === 'development') app.use(cors({ origin: (o, cb) => cb(null, o.startsWith('http://localhost')) }));` },
    {
      title: 'a test that turns callers away',
      good: `
        import cors from 'cors';
        app.use(cors({ origin(origin, cb) { if (origin.includes('spam.example.net')) return cb(new Error('no')); cb(null, allowed.has(origin)); } }));
        export function guard(req, res, next) { if (req.headers.referer?.includes('spam.example.net')) return res.sendStatus(403); next(); }`,
    },
    {
      title: 'a beginning and an end that leave only own hosts',
      good: `
        import cors from 'cors';
        app.use(cors({ origin: (o, cb) => cb(null, o.startsWith('https://app-') && o.endsWith('.preview.example.com') && known.has(o)) }));`,
    },
    {
      title: 'a test that counts in development only',
      good: `
        import { Hono } from 'hono';
        const app = new Hono();
        app.use('*', async (c, next) => {
          const origin = c.req.header('Origin') ?? '';
          const isLocal = origin.startsWith('http://localhost');
          if (allowed.has(origin) || (isLocal && process.env.NODE_ENV !== 'production')) c.header('Access-Control-Allow-Origin', origin);
          await next();
        });`,
    },
    { title: 'a text chosen by the page of the client', good: `export const baseFor = (origin) => (origin.includes('localhost') ? 'http://localhost:3000' : 'https://api.example.com');` },
    { title: 'an origin that is no web origin', good: `export const isDomestic = (origin) => origin.startsWith('DE') || origin.includes('EU');\nexport const near = (flight) => flight.origin.includes('HAM');` },
    { title: 'a log line', good: `export function log(req, res, next) { if (req.headers.origin?.includes('example.com')) console.log('ours'); next(); }` },
    { title: 'text in other code', good: `export const find = (text, list) => list.some((one) => text.includes(one)) || text.endsWith('example.com');` },
  ],
});

/** The origin a compared text names: as it is, or that of a host. */
function originIn(text: string): string | undefined {
  if (/^https?:\/\/[a-z0-9.-]+[a-z0-9](:\d+)?$/i.test(text)) return text.toLowerCase();
  return /^[a-z0-9][a-z0-9-]*(\.[a-z0-9-]+)*\.[a-z]{2,}$/i.test(text) && !localHost(text) ? `https://${text.toLowerCase()}` : undefined;
}
