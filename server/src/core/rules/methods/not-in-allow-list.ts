import type { Endpoint } from '../../project/project.js';
import { pathMatches } from '../facts/paths.js';
import { isAlone } from '../facts/peers.js';
import { rule, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly endpoint: Endpoint;
  readonly allowed: readonly string[];
  /** The glob of the policy that says so; undefined for the list of all paths. */
  readonly glob: string | undefined;
}

export default rule<'endpoint', Evidence>({
  meta: {
    id: 'methods/not-in-allow-list',
    title: "The method is outside the project's allow-list",
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [650],
    severity: 'warning',
    confidence: 'high',
    topics: ['method'],
    since: '0.1.0',
    whenNotToUse: 'The policy has no list of methods: then this rule is silent.',
    references: ['https://owasp.org/API-Security/editions/2019/en/0xa7-security-misconfiguration/'],
  },
  on: 'endpoint',
  words: [],
  *detect(endpoint, context) {
    const found = allowedFor(endpoint, context);
    const { method } = endpoint;
    if (!found || method === 'OPTIONS' || method === 'unknown' || isAllowed(method, found.allowed) || endpoint.conduct?.closed === true) return;
    yield { at: endpoint.methodAt, subject: endpoint.id, when: endpoint.when, confidence: 'high', evidence: { endpoint, ...found } };
  },
  explain: ({ endpoint, allowed }) => ({
    message: `${endpoint.method === 'all' ? 'Every method' : endpoint.method} is not allowed for ${endpoint.path.text} (allowed: ${allowed.join(', ')}). Remove the route or change the policy.`,
    why: 'The list of methods is what firewalls, gateways and reviewers rely on; a method beside it is one nobody watches.',
    remedy: 'Take the route away, use an allowed method, or write the method into the policy.',
  }),
  *fix({ at, evidence: { endpoint, glob } }, context): Iterable<FixAnswer> {
    if (endpoint.route.methods.length > 1 && at.path === endpoint.route.at.path) yield { title: `Remove ${endpoint.method} from the list`, safety: 'review', changes: [{ do: 'remove', at, as: 'item' }] };
    else if (isAlone(endpoint, context) && endpoint.route.branch !== true) yield { title: 'Remove this route', safety: 'review', changes: [{ do: 'remove', at: endpoint.route.statementAt, as: 'statement' }] };
    const path = context.policy('source');
    if (path !== undefined && endpoint.method !== 'all') {
      const key = glob === undefined ? ['methods', 'allow'] : ['methods', 'paths', glob];
      yield { title: `Allow ${endpoint.method} in the policy`, safety: 'review', changes: [{ do: 'append', path, key, value: endpoint.method }] };
    }
  },
  examples: [
    {
      title: 'a method the list does not name',
      policy: { methods: { allow: ['GET', 'POST'], paths: new Map() } },
      bad: `
        import express from 'express';
        const app = express();
        app.patch('/orders/:id', auth, change);
        //  ^^^^^ methods/not-in-allow-list "PATCH is not allowed for /orders/{id} (allowed: GET, POST)"
        app.post('/orders', auth, add);
      `,
      fixed: `
        import express from 'express';
        const app = express();
        app.post('/orders', auth, add);
      `,
    },
    {
      title: 'a list of some paths',
      policy: { methods: { allow: ['GET', 'POST'], paths: new Map([['/admin/**', ['GET']]]) } },
      bad: `
        import Koa from 'koa';
        import Router from '@koa/router';
        const router = new Router();
        router.post('/admin/users', admin, add);
        //     ^^^^ methods/not-in-allow-list "(allowed: GET)"
        new Koa().use(router.routes());
      `,
    },
    {
      title: 'one of several methods, and all of them',
      policy: { methods: { allow: ['get', 'post'], paths: new Map() } },
      bad: `
        import Fastify from 'fastify';
        const fastify = Fastify();
        fastify.route({ method: ['GET', 'DELETE'], url: '/notes', handler });
        //                              ^^^^^^^^ methods/not-in-allow-list
        fastify.all('/x', handler);
        //      ^^^ methods/not-in-allow-list "Every method"
      `,
      fixed: `
        import Fastify from 'fastify';
        const fastify = Fastify();
        fastify.route({ method: ['GET'], url: '/notes', handler });
        fastify.all('/x', handler);
      `,
    },
    {
      title: 'allowed methods, HEAD with GET, and OPTIONS',
      policy: { methods: { allow: ['GET', 'POST'], paths: new Map() } },
      good: `
        import express from 'express'; const app = express(); app.post('/orders', auth, h); app.head('/orders', h); app.options('/orders', h);
      `,
    },
    { title: 'no policy', good: `import express from 'express'; const app = express(); app.patch('/orders/:id', auth, h);` },
    { title: 'a client', policy: { methods: { allow: ['GET'], paths: new Map() } }, good: `import axios from 'axios'; await axios.patch('/orders/1', body); request(app).delete('/x');` },
    {
      title: 'a method that is denied',
      policy: { methods: { allow: ['GET'], paths: new Map() } },
      good: `
        import express from 'express'; const app = express(); app.put('/files', (req, res) => res.sendStatus(405));
      `,
    },
  ],
});

function allowedFor({ path }: Endpoint, context: RuleContext): { readonly allowed: readonly string[]; readonly glob: string | undefined } | undefined {
  const { allow, paths } = context.policy('methods');
  const special = [...paths].find(([glob]) => pathMatches(glob, path.text));
  if (special) return { allowed: special[1], glob: special[0] };
  return allow && { allowed: allow, glob: undefined };
}
function isAllowed(method: string, allowed: readonly string[]): boolean {
  const names = allowed.map((one) => one.toUpperCase());
  return names.includes(method) || (method === 'HEAD' && names.includes('GET'));
}
