import type { Call, FunctionId, Value } from '../../model/value.js';
import type { FunctionView } from '../../model/module.js';
import type { At } from '../../text/source.js';
import { rule, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly kind: 'method' | 'skip' | 'path' | 'unused';
  readonly text: string;
  readonly entryAt: At | undefined;
}
/** Packages that check requests against forgery. */
const PACKAGES = /^(csurf|csrf-csrf|csrf-sync|tiny-csrf|lusca|koa-csrf|@fastify\/csrf-protection|@hapi\/crumb|@dr\.pogodin\/csurf)$/;
const CHANGING = /^(POST|PUT|PATCH|DELETE)$/i;
/** Machines call these without cookies. */
const MACHINES = /webhook|hook|callback|stripe|github|ipn|health|metrics|oauth|token|saml|graphql/i;

export default rule<'call', Evidence>({
  meta: {
    id: 'csrf/weakened',
    title: 'CSRF protection is bypassed for changing methods',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [352],
    severity: 'warning',
    confidence: 'medium',
    topics: ['csrf'],
    since: '0.1.0',
    leansOn: ['csurf/ignored-methods'],
    whenNotToUse: 'The exempt requests carry a token in a header, never a cookie.',
    references: ['https://owasp.org/www-community/attacks/csrf'],
  },
  on: 'call',
  words: ['csrf', 'csurf', 'xsrf', 'crumb', 'lusca'],
  *detect({ call, step, in: fn }, context) {
    const base = { subject: `${fn.name} csrf`, when: step.when };
    if (isPackage(call)) for (const { value: options } of call.args) for (const key of ['ignoreMethods', 'ignoredMethods', 'excludedMethods']) {
      const held = context.option(options, key);
      if (held.kind !== 'value' || held.value.kind !== 'array') continue;
      for (const item of held.value.items) {
        const method = context.constant(item.value)?.value;
        if (typeof method === 'string' && CHANGING.test(method) && item.at.path === call.at.path)
          yield { ...base, subject: `${fn.name} csrf ${method}`, at: item.at, confidence: 'high', evidence: { kind: 'method', text: method.toUpperCase(), entryAt: undefined } };
      }
    }
    // The plugin only adds a function that routes or hooks have to call.
    const plugin = call.name === 'register' ? call.args[0]?.value : undefined;
    if (plugin?.kind === 'ref' && plugin.root.kind === 'import' && /^(@fastify\/csrf-protection|fastify-csrf)$/.test(plugin.root.from) && !context.projectUses('csrf-hook'))
      yield { ...base, at: plugin.at, confidence: 'high', evidence: { kind: 'unused', text: context.textOf(plugin.at), entryAt: undefined } };
    if (isPackage(call) || call.args.some((item) => isCrumb(item.value))) for (const { value } of call.args) yield* skipping(value, base, context, 0);
    const around = exempting(call, context);
    if (around) yield { ...base, at: around, evidence: { kind: 'path', text: context.textOf(around), entryAt: undefined } };
  },
  explain: ({ kind, text }) => ({
    message: kind === 'method' ? `${text} requests are exempt from CSRF checks. Remove it from the list.`
      : kind === 'unused' ? `'${text}' is registered, but no route or hook calls the csrfProtection it adds, so nothing is checked. Add it as an onRequest or preHandler hook.`
      : kind === 'skip' ? 'The check against forged requests is skipped for all of them. Remove the option.'
        : `Requests that change data are exempt from CSRF checks wherever ${text}. Exempt single paths of machines only.`,
    why: 'A form on any other site can send these requests with the cookies of whoever looks at it.',
    remedy: 'Leave GET, HEAD and OPTIONS out of the check, and nothing else.',
  }),
  *fix({ at, evidence: { kind, entryAt } }): Iterable<FixAnswer> {
    if (kind === 'method') yield { title: 'Remove it from the list', safety: 'review', changes: [{ do: 'remove', at, as: 'item' }] };
    else if (kind === 'unused') yield { refused: 'Which routes take cookies, and where the hook belongs, cannot be told.' };
    else if (entryAt) yield { title: 'Remove the option', safety: 'review', changes: [{ do: 'remove', at: entryAt, as: 'entry' }] };
    else yield { title: 'Check every request', safety: 'review', changes: [{ do: 'settle', at, as: 'never' }] };
  },
  examples: [
    {
      title: 'POST is ignored',
      bad: `
        import csurf from 'csurf';
        export const protect = csurf({ cookie: true, ignoreMethods: ['GET', 'HEAD', 'OPTIONS', 'POST'] });
        //                                                                                     ^^^^^^ csrf/weakened "POST requests are exempt"
      `,
      fixed: `
        import csurf from 'csurf';
        export const protect = csurf({ cookie: true, ignoreMethods: ['GET', 'HEAD', 'OPTIONS'] });
      `,
    },
    {
      title: 'csrf-csrf',
      bad: `
        const { doubleCsrf } = require('csrf-csrf');
        const { doubleCsrfProtection } = doubleCsrf({ getSecret, ignoredMethods: ['GET', 'DELETE'] });
        //                                                                               ^^^^^^^^ csrf/weakened
      `,
      fixed: `
        const { doubleCsrf } = require('csrf-csrf');
        const { doubleCsrfProtection } = doubleCsrf({ getSecret, ignoredMethods: ['GET'] });
      `,
    },
    {
      title: 'hapi: skipped for every request',
      bad: `
        import Hapi from '@hapi/hapi';
        import Crumb from '@hapi/crumb';
        const server = Hapi.server();
        await server.register({ plugin: Crumb, options: { skip: () => true } });
        //                                                ^^^^ csrf/weakened "skipped for all"
      `,
      fixed: `
        import Hapi from '@hapi/hapi';
        import Crumb from '@hapi/crumb';
        const server = Hapi.server();
        await server.register({ plugin: Crumb, options: {} });
      `,
    },
    {
      title: 'a plugin whose check nobody calls',
      bad: `
        import Fastify from 'fastify';
        import cookie from '@fastify/cookie';
        import csrf from '@fastify/csrf-protection';
        const app = Fastify();
        await app.register(cookie);
        await app.register(csrf, { cookieOpts: { signed: true } });
        //                 ^^^^ csrf/weakened "nothing is checked"
        app.post('/transfer', async (request) => transfer(request.body));
        await app.listen({ port: 3000 });
      `,
    },
    {
      title: 'a Nest application that registers it, and nothing else',
      bad: `
        import { NestFactory } from '@nestjs/core';
        import { FastifyAdapter } from '@nestjs/platform-fastify';
        import fastifyCsrf from '@fastify/csrf-protection';
        const app = await NestFactory.create(AppModule, new FastifyAdapter());
        await app.register(fastifyCsrf);
        //                 ^^^^^^^^^^^ csrf/weakened
        await app.listen(3000);
      `,
    },
    {
      title: 'a plugin whose check is a hook',
      good: `
        import Fastify from 'fastify';
        import csrf from '@fastify/csrf-protection';
        const app = Fastify();
        await app.register(csrf);
        app.addHook('preHandler', (request, reply, done) => app.csrfProtection(request, reply, done));
        app.post('/transfer', async (request) => transfer(request.body));
      `,
    },
    {
      title: 'a whole prefix goes around the check',
      bad: `
        import express from 'express';
        import session from 'express-session';
        import csurf from 'csurf';
        const app = express();
        const csrfProtection = csurf();
        app.use(session({ secret: process.env.SECRET }));
        app.use((req, res, next) => {
          if (req.path.startsWith('/account')) return next();
        //    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ csrf/weakened "wherever req.path.startsWith('/account')"
          csrfProtection(req, res, next);
        });
      `,
      fixed: `
        import express from 'express';
        import session from 'express-session';
        import csurf from 'csurf';
        const app = express();
        const csrfProtection = csurf();
        app.use(session({ secret: process.env.SECRET }));
        app.use((req, res, next) => {
          csrfProtection(req, res, next);
        });
      `,
    },
    { title: 'reading methods', good: `import csurf from 'csurf'; export const protect = csurf({ ignoreMethods: ['GET', 'HEAD', 'OPTIONS'] });` },
    {
      title: 'a webhook',
      good: `
        import express from 'express'; import csurf from 'csurf'; const app = express(); const csrfProtection = csurf();
        app.use((req, res, next) => { if (req.path === '/webhooks/stripe') return next(); csrfProtection(req, res, next); });
      `,
    },
    {
      title: 'requests that bear a token',
      good: `
        import express from 'express'; import csurf from 'csurf'; const app = express(); const csrfProtection = csurf();
        app.use((req, res, next) => { if (req.headers.authorization) return next(); csrfProtection(req, res, next); });
        app.use((req, res, next) => (req.path.startsWith('/api') ? next() : csrfProtection(req, res, next)));
      `,
    },
    { title: 'other lists of methods', good: `import cors from 'cors'; export const a = cors({ ignoreMethods: ['POST'] }); export const b = cache({ ignoredMethods: ['POST', 'PUT'] });` },
  ],
});

function isPackage(call: Call): boolean {
  return call.target.kind === 'ref' && call.target.root.kind === 'import' && PACKAGES.test(call.target.root.from);
}
function isCrumb(value: Value): boolean {
  if (value.kind === 'array') return value.items.some((item) => isCrumb(item.value));
  if (value.kind === 'object') return value.entries.some((entry) => entry.key === 'plugin' && isCrumb(entry.value));
  return value.kind === 'ref' && value.root.kind === 'import' && PACKAGES.test(value.root.from);
}
/** `skip: () => true`, also below `options`. */
function* skipping(value: Value, base: { readonly subject: string }, context: RuleContext, depth: number): Iterable<{ at: At; subject: string; evidence: Evidence }> {
  if (depth > 3) return;
  if (value.kind === 'array') for (const item of value.items) yield* skipping(item.value, base, context, depth + 1);
  if (value.kind !== 'object') return;
  for (const entry of value.entries) {
    if (entry.key === 'options') yield* skipping(entry.value, base, context, depth + 1);
    if (entry.key !== 'skip') continue;
    const end = context.resolve(entry.value).value;
    const body = end.kind === 'function' ? context.body(end.fn) : undefined;
    const [only] = body?.steps ?? [];
    const isAlways = body?.steps.length === 1 && only?.do === 'return' && only.value?.kind === 'literal' && only.value.value === true;
    if (isAlways) yield { ...base, at: entry.keyAt, evidence: { kind: 'skip', text: '', entryAt: entry.at } };
  }
}
/** The test of the path under which a function goes on without the check it runs otherwise. */
function exempting(call: Call, context: RuleContext): At | undefined {
  if (!/csrf|csurf|xsrf/i.test(call.name) || call.args.length < 2 || call.target.kind !== 'ref') return undefined;
  const owner = call.args[0]?.value;
  const inside = owner?.kind === 'ref' && owner.root.kind === 'parameter' ? owner.root.fn : undefined;
  const body: FunctionView | undefined = inside === undefined ? undefined : context.body(inside);
  for (const step of body?.steps ?? []) {
    if (step.do !== 'call' || step.call.args.length > 0 || !isOwn(step.call.target, inside)) continue;
    const [branch] = step.when.slice(body?.when.length ?? 0).filter((one) => !one.early && one.holds);
    if (branch?.test.kind !== 'call' || branch.test.name !== 'startsWith' || !branch.test.receiver || context.request(branch.test.receiver)?.from === undefined) continue;
    const prefix = branch.test.args[0] && context.constant(branch.test.args[0].value)?.value;
    // A prefix of machines may bear tokens.
    if (typeof prefix === 'string' && !MACHINES.test(prefix) && !/^\/(api|v\d|public|static|assets)\b/i.test(prefix)) return branch.test.at;
  }
  return undefined;
}
function isOwn(target: Value, fn: FunctionId | undefined): boolean {
  return target.kind === 'ref' && target.root.kind === 'parameter' && target.root.fn === fn && target.path.length === 0;
}
