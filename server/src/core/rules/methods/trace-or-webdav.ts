import type { Endpoint } from '../../project/project.js';
import { isAlone } from '../facts/peers.js';
import { someValue } from '../facts/walk.js';
import { rule, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly method: string;
  readonly path: string;
  readonly endpoint: Endpoint;
}
const UNUSED: ReadonlySet<string> = new Set(['TRACE', 'TRACK', 'CONNECT', 'PROPFIND', 'PROPPATCH', 'MKCOL', 'COPY', 'MOVE', 'LOCK', 'UNLOCK', 'SEARCH', 'LINK', 'UNLINK', 'DEBUG']);
/** Servers that speak the protocol of CouchDB, which has COPY. */
const COUCH = ['pouchdb', 'pouchdb-core', 'express-pouchdb', 'nano', 'couchdb-nano'];
const WEBDAV = ['webdav-server', 'jsdav', 'nephele', '@nephele/adapter-file-system'];

export default rule<'endpoint', Evidence>({
  meta: {
    id: 'methods/trace-or-webdav',
    title: 'TRACE or a WebDAV method is enabled',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [650, 693],
    severity: 'warning',
    confidence: 'high',
    topics: ['method'],
    since: '0.1.0',
    whenNotToUse: 'The service speaks WebDAV to its clients.',
    references: ['https://owasp.org/www-community/attacks/Cross_Site_Tracing'],
  },
  on: 'endpoint',
  words: [...UNUSED].map((one) => one.toLowerCase()),
  *detect(endpoint, context) {
    if (!UNUSED.has(endpoint.method) || endpoint.route.public || WEBDAV.some((name) => context.depends(name, endpoint.methodAt.path) === true)) return;
    if (endpoint.conduct?.closed === true || isReadOf(endpoint, context) || (endpoint.method === 'COPY' && COUCH.some((name) => context.depends(name, endpoint.methodAt.path) === true))) return;
    // One finding for each method of an application and file; the other routes are named beside it.
    const alike = context.endpoints({ file: endpoint.methodAt.path }).filter((one) => one.method === endpoint.method && one.app === endpoint.app && one.conduct?.closed !== true);
    if (alike[0] && alike[0].id !== endpoint.id && alike[0].route.methods.length === 1 && endpoint.route.methods.length === 1) return;
    yield {
      at: endpoint.methodAt, subject: endpoint.id, when: endpoint.when, confidence: 'high', severity: endpoint.method === 'SEARCH' || speaksIt(endpoint, context) ? 'info' : 'warning',
      evidence: { method: endpoint.method, path: endpoint.path.text, endpoint },
      related: alike.slice(1, 6).filter((one) => one.methodAt.mark !== endpoint.methodAt.mark).map((one) => ({ at: one.methodAt, label: `${one.method} ${one.path.text}` })),
    };
  },
  explain: ({ method, path }) => ({
    message: `${method} is enabled on ${path}: ${method === 'TRACE' || method === 'TRACK' ? 'it echoes request headers, cookies included' : 'APIs rarely need it'}. Remove this route.`,
    why: 'Methods nobody expects are the ones no filter, no test and no access rule was written for.',
    remedy: 'Take the route away, or the method out of its list.',
  }),
  *fix({ at, evidence: { endpoint } }, context): Iterable<FixAnswer> {
    if (endpoint.route.methods.length > 1 && at.path === endpoint.route.at.path) yield { title: `Remove ${endpoint.method} from the list`, safety: 'review', changes: [{ do: 'remove', at, as: 'item' }] };
    else if (isAlone(endpoint, context) && endpoint.route.branch !== true) yield { title: 'Remove this route', safety: 'review', changes: [{ do: 'remove', at: endpoint.route.statementAt, as: 'statement' }] };
    else yield { refused: 'The method is answered inside a function that does more.' };
  },
  examples: [
    {
      title: 'Express: TRACE',
      bad: `
        import express from 'express';
        const app = express();
        app.trace('/ping', echo);
        //  ^^^^^ methods/trace-or-webdav "it echoes request headers"
        app.get('/ping', pong);
      `,
      fixed: `
        import express from 'express';
        const app = express();
        app.get('/ping', pong);
      `,
    },
    {
      title: 'Fastify: one of a list',
      bad: `
        import Fastify from 'fastify';
        const fastify = Fastify();
        fastify.route({ method: ['GET', 'TRACE'], url: '/x', handler });
        //                              ^^^^^^^ methods/trace-or-webdav
      `,
      fixed: `
        import Fastify from 'fastify';
        const fastify = Fastify();
        fastify.route({ method: ['GET'], url: '/x', handler });
      `,
    },
    {
      title: 'hapi and Fastify: WebDAV',
      bad: `
        import Hapi from '@hapi/hapi';
        import Fastify from 'fastify';
        Hapi.server().route({ method: 'PROPFIND', path: '/files', handler });
        //                            ^^^^^^^^^^ methods/trace-or-webdav "APIs rarely need it"
        Fastify().mkcol('/files', handler);
        //        ^^^^^ methods/trace-or-webdav
      `,
    },
    {
      title: 'a plain server',
      bad: `
        import http from 'node:http';
        http.createServer((req, res) => {
          if (req.method === 'TRACE' && req.url === '/ping') return res.end(JSON.stringify(req.headers));
        //                   ^^^^^^^ methods/trace-or-webdav
          res.writeHead(404).end();
        }).listen(3000);
      `,
    },
    {
      title: 'a log and a span',
      good: `
        import pino from 'pino'; import { trace } from '@opentelemetry/api'; const logger = pino(); logger.trace('start'); const tracer = trace.getTracer('x'); tracer.trace('db');
        console.trace('here'); store.search('/x', find);
      `,
    },
    {
      title: 'one finding for all routes of a method; a header of the protocol',
      bad: `
        import { createServer } from './server.js';
        import express from 'express';
        const app = express();
        app.propfind('/a', (req, res) => res.end(list()));
        //  ^^^^^^^^ methods/trace-or-webdav
        app.propfind('/b', (req, res) => res.end(list()));
        app.move('/a', (req, res) => { rename(req.path, req.headers.destination); res.end(); });
        //  ^^^^ methods/trace-or-webdav
      `,
    },
    {
      title: 'SEARCH reads as GET does',
      good: `
        import express from 'express'; const app = express(); function read(req, res) { res.json(find(req.query, req.body)); } app.get('/items', read); app.search('/items', read);
      `,
    },
    { title: 'other methods', good: `import express from 'express'; const app = express(); app.get('/a', a); app.post('/a', a); app.options('/a', a);` },
    {
      title: 'TRACE is refused',
      good: `
        import http from 'node:http'; http.createServer((req, res) => { if (req.method === 'TRACE') { res.writeHead(405); return res.end(); } res.end('ok'); }).listen(3000);
      `,
    },
  ],
});

/** SEARCH and QUERY ask with a body what GET asks on the same path. */
function isReadOf({ app, path, method, handler }: Endpoint, context: RuleContext): boolean {
  if ((method !== 'SEARCH' && method !== 'QUERY') || handler === undefined) return false;
  return context.endpoints({ shape: `${app} ${path.shape}` }).some((one) => one.method === 'GET' && one.handler === handler);
}
/** The handler reads a header of that protocol. */
function speaksIt({ handler }: Endpoint, context: RuleContext): boolean {
  const body = handler === undefined ? undefined : context.body(handler);
  return body !== undefined && someValue(body, (value) => /^(destination|depth|overwrite|lock-token|timeout)$/.test(context.request(value)?.key ?? ''));
}
