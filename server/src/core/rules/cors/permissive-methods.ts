import type { Code } from '../../findings/changes.js';
import type { Endpoint } from '../../project/project.js';
import type { At } from '../../text/source.js';
import { openOnPurpose } from '../facts/cors.js';
import { corsReach, publicData } from '../facts/cors-reach.js';
import { rule } from '../rule.js';
import type { CorsPolicy, Detection, RuleContext } from '../rule.js';

/** Libraries whose default allows PUT, PATCH and DELETE: cors 2.8.6, @koa/cors 5.0.0, hono 4.13.19; @fastify/cors does not. */
const OPEN_BY_DEFAULT = /^(cors|@nestjs\/core|@koa\/cors|hono\/cors)$/;
const CHANGING: readonly string[] = ['PUT', 'PATCH', 'DELETE'];
/** Never needed by pages: everything, echoes of a request, tunnels. */
const NEVER = /^(\*|TRACE|CONNECT)$/i;

type What = 'never' | 'unused' | 'default';
interface Evidence {
  readonly policy: CorsPolicy;
  readonly methods: readonly string[];
  /** The methods of the app's routes, where they are known. */
  readonly used: readonly string[];
  readonly what: What;
}

export default rule<'cors', Evidence>({
  meta: {
    id: 'cors/permissive-methods',
    title: 'Cross-site callers may use methods they do not need',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [942, 650],
    severity: 'info',
    confidence: 'high',
    topics: ['cors'],
    since: '0.1.0',
    leansOn: ['cors/open', '@fastify/cors/defaults', '@koa/cors/credentials-echo'],
    whenNotToUse: 'Routes are added by packages that are not part of the code, such as a plug-in system.',
    references: ['https://developer.mozilla.org/docs/Web/HTTP/Headers/Access-Control-Allow-Methods'],
  },
  on: 'cors',
  words: ['cors', 'access-control-allow-methods'],
  *detect(policy, context) {
    if (policy.origin === 'off' || openOnPurpose(policy, context)) return;
    const { methods } = policy;
    const used = usedMethods(policy, context);
    const found = (at: At, names: readonly string[], what: What): Detection<Evidence> =>
      ({ at, subject: `${policy.inside} ${policy.library} methods ${names.join(' ')}`, evidence: { policy, methods: names, used: used ?? [], what }, when: policy.when });
    const listed = new Set<string>();
    for (const { text, at } of methods.names) {
      if (listed.has(text.toUpperCase())) continue;
      listed.add(text.toUpperCase());
      if (NEVER.test(text)) yield { ...found(at, [text.toUpperCase()], 'never'), severity: 'warning' };
    }
    if (!used) return;
    const unused = CHANGING.filter((method) => !used.includes(method));
    // Origins that are trusted to change data are trusted with one method more.
    const isOpen = policy.origin === 'any' || policy.origin === 'reflect' || policy.origin === 'null';
    if (!isOpen && unused.length < CHANGING.length) return;
    if (methods.state === 'default' && !publicData(policy, context) && OPEN_BY_DEFAULT.test(policy.library) && (policy.origin === 'any' || policy.origin === 'reflect') && unused.length > 0)
      yield found(policy.call?.nameAt ?? policy.originAt, unused, 'default');
    const places = new Map<number, { readonly at: At; readonly names: string[] }>();
    for (const { text, at } of methods.names) {
      if (!unused.includes(text.toUpperCase())) continue;
      const place = places.get(at.mark) ?? { at, names: [] };
      if (!place.names.includes(text.toUpperCase())) place.names.push(text.toUpperCase());
      places.set(at.mark, place);
    }
    for (const { at, names } of places.values()) yield found(at, names, 'unused');
  },
  explain: ({ methods, what }) => ({
    message: what === 'never'
      ? methods[0] === '*' ? 'Cross-site pages may send every method. List only the methods in use.' : `Cross-site pages may send ${methods.join(', ')}, which no page needs. List only the methods in use.`
      : `Cross-site pages may send ${methods.join(', ')}${what === 'default' ? ' by default' : ''}, but this app has no such route. List only the methods in use.`,
    why: 'The day somebody adds such a route, every page that may call this API may call it too.',
    remedy: 'Write the methods pages use, and no others.',
  }),
  *fix({ at, evidence: { policy, used, what } }) {
    const { methods, library } = policy;
    if (used.length === 0) return yield { refused: 'Which methods this app answers is not known here.' };
    const list: Code = used.flatMap((method, index) => (index === 0 ? [{ quote: method }] : [', ', { quote: method }]));
    const title = 'List the methods in use';
    if (what === 'default') {
      const key = library === 'cors' || library === '@nestjs/core' ? 'methods' : 'allowMethods';
      const { options, call } = policy;
      const entry: Code = [`${key}: [`, ...list, ']'];
      if (options?.at.path === at.path) yield { title, safety: 'review', changes: [{ do: 'insert', at: options.at, where: 'entry-last', code: entry }] };
      else if (call?.args.length === 0) yield { title, safety: 'review', changes: [{ do: 'insert', at: call.at, where: 'argument-last', code: ['{ ', ...entry, ' }'] }] };
      else yield { refused: 'The options are written elsewhere.' };
      return;
    }
    if (!methods.at || methods.at.path !== at.path || methods.state !== 'listed') return yield { refused: 'The list of methods is put together or written elsewhere.' };
    yield { title, safety: 'review', changes: [{ do: 'replace', at: methods.at, code: policy.source === 'module' ? ['[', ...list, ']'] : [{ quote: used.join(', ') }] }] };
  },
  examples: [
    {
      title: 'every method',
      bad: `
        import cors from 'cors';
        import express from 'express';
        const app = express();
        app.use(cors({ origin: ['https://app.example.com'], methods: '*' }));
        //                                                           ^^^ cors/permissive-methods "every method"
        app.get('/pets', list);
        app.post('/pets', add);
        app.listen(3000);`,
      fixed: `
        import cors from 'cors';
        import express from 'express';
        const app = express();
        app.use(cors({ origin: ['https://app.example.com'], methods: ['GET', 'POST'] }));
        app.get('/pets', list);
        app.post('/pets', add);
        app.listen(3000);`,
    },
    {
      title: 'a header set by hand',
      bad: `
        export function allow(req, res, next) {
          res.setHeader('Access-Control-Allow-Methods', '*');
          //                                            ^^^ cors/permissive-methods
          next();
        }`,
    },
    {
      title: 'a header set by hand for methods that have a route',
      good: `
        import express from 'express';
        const app = express();
        app.use('/notes', (req, res, next) => {
          const own = req.get('origin');
          res.setHeader('Access-Control-Allow-Origin', own === process.env.SITE ? own : 'https://app.example.com');
          res.setHeader('Access-Control-Allow-Methods', 'GET,PUT,PATCH,DELETE');
          next();
        });
        app.put('/notes/:id', save);
        app.patch('/notes/:id', save);
        app.delete('/notes/:id', drop);
        app.listen(3000);`,
    },
    {
      title: 'methods without a route',
      bad: `
        import cors from 'cors';
        import express from 'express';
        const app = express();
        app.use(cors({ origin: ['https://app.example.com'], methods: ['GET', 'PUT', 'DELETE'] }));
        //                                                                   ^^^^^ cors/permissive-methods "PUT"
        //                                                                          ^^^^^^^^ cors/permissive-methods "DELETE"
        app.get('/pets', list);
        app.listen(3000);`,
    },
    {
      title: 'a method that echoes requests',
      bad: `
        import fastifyCors from '@fastify/cors';
        await app.register(fastifyCors, { origin: ['https://app.example.com'], methods: ['GET', 'TRACE'] });
        //                                                                                      ^^^^^^^ cors/permissive-methods "TRACE"`,
    },
    {
      title: 'the default of the library',
      bad: `
        import cors from 'cors';
        import express from 'express';
        const app = express();
        app.use(cors({ origin: true }));
        //      ^^^^ cors/permissive-methods "PUT, PATCH, DELETE by default"
        app.get('/pets', list);
        app.post('/pets', add);
        app.listen(3000);`,
      fixed: `
        import cors from 'cors';
        import express from 'express';
        const app = express();
        app.use(cors({ origin: true, methods: ['GET', 'POST'] }));
        app.get('/pets', list);
        app.post('/pets', add);
        app.listen(3000);`,
    },
    { title: 'the methods in use', good: `import cors from 'cors';\napp.use(cors({ origin: list, methods: ['GET', 'POST'] }));` },
    { title: 'the default of Fastify is narrow', good: `import fastifyCors from '@fastify/cors';\nawait fastify.register(fastifyCors, { origin: list });` },
    {
      title: 'methods that have a route',
      good: `
        import cors from 'cors';
        import express from 'express';
        const app = express();
        app.use(cors({ origin: ['https://app.example.com'], methods: ['GET', 'PUT', 'DELETE'] }));
        app.get('/pets', list);
        app.put('/pets/:id', save);
        app.delete('/pets/:id', remove);
        app.listen(3000);`,
    },
    {
      title: 'routes in a router that is mounted',
      good: `
        //- app.ts
        import cors from 'cors';
        import express from 'express';
        import { pets } from './pets.js';
        const app = express();
        app.use(cors({ origin: ['https://app.example.com'], methods: 'GET,PUT' }));
        app.use('/pets', pets);
        app.listen(3000);
        //- pets.ts
        import { Router } from 'express';
        export const pets = Router();
        pets.put('/:id', save);
        pets.get('/', list);`,
    },
    {
      title: 'routes that are not known here',
      good: `
        import cors from 'cors';
        import express from 'express';
        import { mount } from './missing.js';
        const app = express();
        app.use(cors({ origin: ['https://app.example.com'], methods: ['GET', 'PUT'] }));
        app.get('/pets', list);
        mount(app);
        app.listen(3000);`,
    },
    {
      title: 'one method more for sites that are trusted to change data',
      good: `
        import { Hono } from 'hono';
        import { cors } from 'hono/cors';
        const app = new Hono();
        app.use('*', cors({ origin: ['https://app.example.com'], allowMethods: ['GET', 'PUT', 'DELETE'] }));
        app.get('/notes', (c) => c.json(notes));
        app.delete('/notes/:id', (c) => c.json(remove(c.req.param('id'))));
        export default app;`,
    },
    {
      title: 'the methods of a Next.js route',
      bad: `
        //- app/api/export/route.ts
        import { NextResponse } from 'next/server';
        const allow = {
          'Access-Control-Allow-Methods': 'GET,PUT,DELETE',
          //                              ^^^^^^^^^^^^^^^^ cors/permissive-methods "PUT, DELETE"
        };
        export async function GET(request) {
          return NextResponse.json(rows, { headers: { ...allow, 'Access-Control-Allow-Origin': request.headers.get('origin') } });
        }`,
    },
    { title: 'a list from elsewhere', good: `import cors from 'cors';\nexport const setup = (methods) => app.use(cors({ origin: 'https://app.example.com', methods }));` },
    { title: 'an answer to a question about methods', good: `export const options = (req, res) => { res.setHeader('Allow', 'GET, PUT, DELETE'); res.end(); };` },
    { title: 'only in development', good: `import cors from 'cors';\nif (process.env.NODE_ENV !== 'production') app.use(cors({ origin: 'http://localhost:3000', methods: '*' }));` },
  ],
});

/** Methods of the routes this setting covers, where all of them are known. A header set by hand speaks for the paths of its handler. */
function usedMethods(policy: CorsPolicy, context: RuleContext): readonly string[] | undefined {
  const { endpoints, whole } = corsReach(policy, context);
  if (!whole || endpoints.length === 0) return undefined;
  const covered = policy.source === 'module' ? endpoints : endpoints.flatMap((endpoint) => context.endpoints({ shape: `${endpoint.app} ${endpoint.path.shape}` }));
  const isKnown = (endpoint: Endpoint): boolean => endpoint.method !== 'all' && endpoint.path.known && endpoint.chainComplete;
  if (!covered.every(isKnown)) return undefined;
  return [...new Set(covered.map(({ method }) => method))].filter((method) => method !== 'OPTIONS').sort((a, b) => rank(a) - rank(b));
}
function rank(method: string): number {
  const index = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'].indexOf(method);
  return index < 0 ? 9 : index;
}
