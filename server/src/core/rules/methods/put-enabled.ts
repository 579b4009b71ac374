import type { Endpoint } from '../../project/project.js';
import { oneTimePath, pathMatches } from '../facts/paths.js';
import { needsNoGuard } from '../facts/open-design.js';
import { isAlone, insertGuard } from '../facts/peers.js';
import { someValue } from '../facts/walk.js';
import type { FunctionId } from '../../model/value.js';
import { rule, type Change, type Fix, type RuleContext } from '../rule.js';

interface Evidence {
  readonly endpoint: Endpoint;
  readonly kind: 'policy' | 'open' | 'twin';
  readonly allowed: readonly string[];
  readonly guard: string | undefined;
  readonly policy: string | undefined;
}

export default rule<'endpoint', Evidence>({
  meta: {
    id: 'methods/put-enabled',
    title: 'PUT is open although the policy does not need it',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [650],
    severity: 'warning',
    confidence: 'medium',
    topics: ['method', 'auth'],
    since: '0.1.0',
    leansOn: ['express/other-method'],
    whenNotToUse: 'A gateway in front authenticates every call: say `auth: { at: gateway }` in the policy.',
    references: ['https://owasp.org/API-Security/editions/2019/en/0xa7-security-misconfiguration/'],
  },
  on: 'endpoint',
  words: ['put'],
  *detect(endpoint, context) {
    if (endpoint.method !== 'PUT' || endpoint.route.public) return;
    const { allow, paths } = context.policy('methods');
    const special = [...paths].find(([glob]) => pathMatches(glob, endpoint.path.text))?.[1];
    const allowed = special ?? allow;
    const policy = context.policy('source');
    const base = { at: endpoint.methodAt, subject: endpoint.id, when: endpoint.when };
    if (allowed) {
      if (!allowed.some((method) => method.toUpperCase() === 'PUT')) yield { ...base, evidence: { endpoint, kind: 'policy', allowed, guard: undefined, policy }, confidence: 'high' };
      return;
    }
    if (endpoint.authentication.state === 'open' && endpoint.chainComplete && !oneTimePath(endpoint.path.text) && !(endpoint.conduct?.touches.includes('file-write') ?? false) && !needsNoGuard(endpoint, context)) {
      const { at } = context.policy('auth');
      const { publicPaths } = context.policy('auth');
      if (publicPaths.some((glob) => pathMatches(glob, endpoint.path.text))) return;
      yield {
        ...base,
        evidence: { endpoint, kind: 'open', allowed: [], guard: context.habits().guards.find((habit) => context.visible(habit.text.split('.')[0] ?? '', endpoint.methodAt) === 'present')?.text, policy },
        confidence: 'high',
        ...(at === 'gateway' ? { severity: 'hint' as const } : {}),
      };
      return;
    }
    const twin = endpoint.authentication.state === 'guarded' ? undefined : twinOf(endpoint, context);
    if (twin && !functionsOf(endpoint).some((fn) => asksForMethod(fn, context) || goesOn(fn, context)))
      yield { ...base, evidence: { endpoint, kind: 'twin', allowed: [], guard: undefined, policy }, severity: 'info', related: [{ at: twin.methodAt, label: 'PATCH has the same handler' }] };
  },
  explain: ({ endpoint, kind, allowed }) => ({
    message:
      kind === 'policy'
        ? `PUT is not in this project's allowed methods (${allowed.join(', ')}). Remove the route or add PUT to the policy.`
        : kind === 'open'
          ? `PUT ${endpoint.path.text} accepts writes from anyone: no authentication runs before the handler. Remove it if it is not needed, or put an authentication check in front.`
          : `PUT ${endpoint.path.text} does what PATCH on the same path does. Remove one of them.`,
    why: 'PUT replaces whole resources; a method nobody needs is attack surface.',
    remedy: 'Remove the route, or authenticate its callers.',
  }),
  *fix({ evidence: { endpoint, kind, guard, policy } }, context): Iterable<Fix> {
    const change = kind === 'open' && guard !== undefined ? insertGuard(endpoint, [guard], context) : undefined;
    if (change && guard !== undefined) yield { title: `Add ${guard}`, safety: 'review', changes: change };
    if (isAlone(endpoint, context) && endpoint.route.branch !== true) yield { title: 'Remove this route', safety: 'review', changes: [{ do: 'remove', at: endpoint.route.statementAt, as: 'statement' }] };
    if (kind === 'policy' && policy !== undefined) {
      const change: Change = { do: 'append', path: context.policy('source') ?? endpoint.methodAt.path, key: ['methods', 'allow'], value: 'PUT' };
      yield { title: 'Allow PUT in the policy', safety: 'review', changes: [change] };
    }
  },
  examples: [
    {
      title: 'an open PUT',
      bad: `
        import express from 'express';
        const app = express();
        app.put('/profile', (req, res) => { store(req.body); res.end(); });
        //  ^^^ methods/put-enabled "accepts writes from anyone"
        app.listen(3000);
      `,
      fixed: `
        import express from 'express';
        const app = express();
        app.listen(3000);
      `,
    },
    {
      title: 'the policy does not allow PUT',
      policy: { methods: { allow: ['GET', 'POST'], paths: new Map() } },
      bad: `
        import express from 'express';
        const app = express();
        app.put('/profile', requireAuth, (req, res) => res.end());
        //  ^^^ methods/put-enabled "allowed methods (GET, POST)"
      `,
    },
    { title: 'a token that is sent by mail is the permission', good: `import express from 'express'; const app = express(); app.put('/reset-password/:token', (req, res) => { store(req.body); res.end(); });` },
    { title: 'guarded', good: `import express from 'express'; const app = express(); app.put('/profile', requireAuth, saveProfile);` },
    { title: 'a client and a cache are no servers', good: `import axios from 'axios'; const cache = new Map(); cache.put('k', v); await axios.put('/x', body); request(app).put('/y').send({});` },
    { title: 'nobody knows where the router is mounted', good: `import { Router } from 'express'; const router = Router(); router.put('/profile', save); export default router;` },
    { title: 'a method that is refused', good: `import express from 'express'; const app = express(); app.put('/files', (req, res) => res.sendStatus(405));` },
    { title: 'a method that is denied by name', good: `import express from 'express'; const app = express(); app.put('/files', security.denyAll());` },
    {
      title: 'a signed request',
      good: `import express from 'express'; import crypto from 'node:crypto'; const app = express();
app.put('/hook', (req, res) => { const mac = crypto.createHmac('sha256', key).update(req.rawBody).digest('hex'); if (mac !== req.headers['x-sig']) return res.sendStatus(401); store(req.body); res.end(); });`,
    },
    {
      title: 'an application set up by code that is not here',
      good: `
        import express from 'express'; import { setup } from './missing'; const app = express(); setup({ app }); app.put('/a', (req, res) => { store(req.body); res.end(); });
      `,
    },
    {
      title: 'one handler that does something else for each method',
      good: `import { Router } from 'express'; const router = Router();
        function save(req, res) { res.json(req.method === 'PATCH' ? merge(req.body) : replace(req.body)); }
        router.put('/posts/:id', save);
        router.patch('/posts/:id', save);
        export default router;`,
    },
    {
      title: 'the same behaviour for both',
      bad: `
        import { Router } from 'express';
        const router = Router();
        function save(req, res) { res.json(merge(req.body)); }
        router.put('/posts/:id', save);
        //     ^^^ methods/put-enabled "does what PATCH on the same path does"
        router.patch('/posts/:id', save);
        export default router;
      `,
    },
    {
      title: 'a step before the shared answer, or after the real handlers, makes the difference',
      good: `
        import { Router } from 'express'; const router = Router();
        function update(req, res, next) { res.locals.data = req.method === 'PATCH' ? merge(req.body) : replace(req.body); next(); }
        function answer(req, res) { res.json(res.locals.data); } function notify(req, res) { res.end(); publish(req.url); }
        router.put('/a/:id', update, answer); router.patch('/a/:id', update, answer);
        router.put('/b/:id', putB); router.patch('/b/:id', patchB); router.put('/b/:id', notify); router.patch('/b/:id', notify);
        function putB(req, res, next) { replace(req.body); next(); } function patchB(req, res, next) { merge(req.body); next(); }
        export default router;
      `,
    },
    {
      title: 'Hono: a guard for some methods of a pattern, before other middleware',
      good: `
        import { Hono } from 'hono'; import { bearerAuth } from 'hono/bearer-auth'; import { bodyLimit } from 'hono/body-limit'; const app = new Hono();
        app.on(['PUT', 'DELETE'], '/blobs/*', bearerAuth({ token: process.env.BLOB_TOKEN }), bodyLimit({ maxSize: 65536 }));
        app.put('/blobs/:name', async (c) => { await store(c.req.param('name'), await c.req.text()); return c.body(null, 204); });
        export default app;
      `,
    },
    {
      title: 'Hono: the guard of a pattern is for another method',
      bad: `
        import { Hono } from 'hono';
        import { bearerAuth } from 'hono/bearer-auth';
        import { bodyLimit } from 'hono/body-limit';
        const app = new Hono();
        app.on(['DELETE'], '/blobs/*', bearerAuth({ token: process.env.BLOB_TOKEN }), bodyLimit({ maxSize: 65536 }));
        app.put('/blobs/:name', async (c) => c.body(await store(c.req.param('name'), await c.req.text()), 200));
        //  ^^^ methods/put-enabled "accepts writes from anyone"
        export default app;
      `,
    },
    {
      title: 'a table says which role each method needs',
      good: `
        import express from 'express'; import { table } from './table.js'; const app = express();
        app.put('/x', async (req, res) => { const rule = table[req.method]; if (rule.role !== req.who?.role) return res.status(req.who ? 403 : 401).end(); res.json(await rule.run(req.body)); });
      `,
    },
    { title: 'a guard in front of everything', good: `import express from 'express'; const app = express(); app.use(requireLogin); app.put('/profile', (req, res) => res.end());` },
  ],
});

/** The PATCH of the same path, where each registration of both leads to the same functions, and to no third method. */
function twinOf(endpoint: Endpoint, context: RuleContext): Endpoint | undefined {
  const all = context.endpoints({ shape: `${endpoint.app} ${endpoint.path.shape}` });
  const put = all.filter((one) => one.method === 'PUT');
  const patch = all.filter((one) => one.method === 'PATCH');
  const isSame = put.length === patch.length && put.every((one, at) => sameFunctions(functionsOf(one), patch[at] && functionsOf(patch[at])));
  const others = new Set(all.filter((one) => one.handler !== undefined && one.handler === endpoint.handler).map((one) => one.method));
  return isSame && others.size <= 2 ? patch.find((one) => one.handler !== undefined && one.handler === endpoint.handler) : undefined;
}
function functionsOf({ route, handler }: Endpoint): readonly (FunctionId | undefined)[] {
  return [...route.layers.map((layer) => layer.fn), handler];
}
function sameFunctions(a: readonly (FunctionId | undefined)[], b: readonly (FunctionId | undefined)[] | undefined): boolean {
  return a.length === b?.length && a.every((fn, at) => fn !== undefined && fn === b[at]);
}
/** The shared function does something else for each method. */
function asksForMethod(fn: FunctionId | undefined, context: RuleContext): boolean {
  const body = fn === undefined ? undefined : context.body(fn);
  return body !== undefined && someValue(body, (value) => context.request(value)?.from === 'method');
}
/** A handler that hands on is no answer. */
function goesOn(fn: FunctionId | undefined, context: RuleContext): boolean {
  return fn !== undefined && context.conduct(fn)?.passes === 'always';
}
