import type { Change } from '../../findings/changes.js';
import type { FunctionView, ModuleView } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import { cspPolicies } from '../facts/csp.js';
import { helmetInside } from '../facts/csp-defaults.js';
import { docsPage, docsReason } from '../facts/docs-page.js';
import { handSet } from '../facts/header-setup.js';
import { securityHeaders } from '../facts/headers.js';
import { setHeaders } from '../facts/set-headers.js';
import { rule } from '../rule.js';
import type { Detection, RuleContext } from '../rule.js';

interface Evidence {
  /** How the set-up is named to a person. */
  readonly setup: string;
  readonly change: Change | undefined;
  readonly refused: string;
}
type Found = Detection<Evidence>;
const CSP = 'content-security-policy';
const ELSEWHERE = 'The options are made elsewhere.';

export default rule<'module', Evidence>({
  meta: {
    id: 'headers/csp-missing',
    title: 'Helmet-like setup without a CSP',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [693],
    severity: 'info',
    confidence: 'medium',
    topics: ['headers'],
    since: '0.1.0',
    leansOn: ['helmet3/defaults', 'hono/secure-headers', 'hapi/security'],
    whenNotToUse: 'A proxy in front adds the policy, or each page brings one in a meta element.',
    references: ['https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CSP', 'https://hono.dev/docs/middleware/builtin/secure-headers'],
  },
  on: 'module',
  words: ['helmet', 'secureheaders', 'security', 'headers'],
  *detect(module, context) {
    // One policy in the file may be the one of all its set-ups.
    if (!cspPolicies(module, context)[Symbol.iterator]().next().done) return;
    if (/(^|\/)next\.config\.[cm]?[jt]s$/.test(module.path)) {
      yield* nextSettings(module, context);
      return;
    }
    const views: readonly FunctionView[] = [module.top, ...module.functions.values()];
    for (const view of views)
      for (const step of view.steps) {
        if (step.do !== 'call') continue;
        const found = setupOf(step.call, context);
        if (!found || !servesPages(step.call, context) || isSetElsewhere(step.call, context)) continue;
        const docs = docsPage(views, { call: step.call }, context);
        const evidence = docs ? { ...found, change: undefined, refused: docsReason(docs.path) } : found;
        yield { at: step.call.nameAt, subject: `${view.id} ${found.setup} policy`, evidence, when: step.when };
      }
  },
  explain: ({ setup }) => ({
    message: `${setup} sends no Content-Security-Policy. Add one for the pages this app serves.`,
    why: 'Without a policy browsers run every script that finds its way into a page, wherever it comes from.',
    remedy: "Begin with default-src 'self' and open what the pages need.",
  }),
  *fix({ evidence: { change, refused } }) {
    if (change) yield { title: 'Add a policy', safety: 'review', changes: [change] };
    else yield { refused };
  },
  examples: [
    {
      title: 'Hono has no policy unless one is given',
      bad: `
        import { Hono } from 'hono';
        import { secureHeaders } from 'hono/secure-headers';
        const app = new Hono();
        app.use(secureHeaders());
        //      ^^^^^^^^^^^^^ headers/csp-missing "secureHeaders() sends no Content-Security-Policy"
        app.get('/', (c) => c.html(page));
        export default app;`,
      fixed: `
        import { Hono } from 'hono';
        import { secureHeaders } from 'hono/secure-headers';
        const app = new Hono();
        app.use(secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'self'"] } }));
        app.get('/', (c) => c.html(page));
        export default app;`,
    },
    {
      title: 'helmet 3 has none of its own',
      bad: `
        //- package.json
        { "dependencies": { "express": "^4.17.0", "helmet": "^3.23.0" } }
        //- app.js
        const express = require('express');
        const helmet = require('helmet');
        const app = express();
        app.use(helmet({ frameguard: { action: 'deny' } }));
        //      ^^^^^^ headers/csp-missing "helmet 3"
        app.get('/', (req, res) => res.render('home'));
        app.listen(3000);`,
      fixed: `
        //- package.json
        { "dependencies": { "express": "^4.17.0", "helmet": "^3.23.0" } }
        //- app.js
        const express = require('express');
        const helmet = require('helmet');
        const app = express();
        app.use(helmet({ frameguard: { action: 'deny' }, contentSecurityPolicy: { directives: { defaultSrc: ["'self'"] } } }));
        app.get('/', (req, res) => res.render('home'));
        app.listen(3000);`,
    },
    {
      title: 'the security of hapi knows no policy',
      bad: `
        import Hapi from '@hapi/hapi';
        const server = Hapi.server({ routes: { security: { hsts: 31536000, xframe: 'sameorigin' } } });
        //                  ^^^^^^ headers/csp-missing
        server.route({ method: 'GET', path: '/', handler: (request, h) => h.view('home') });
        await server.start();`,
    },
    {
      title: 'headers of Next.js without the one that counts',
      bad: `
        //- next.config.js
        const securityHeaders = [
          { key: 'X-Frame-Options', value: 'DENY' },
          //     ^^^^^^^^^^^^^^^^^ headers/csp-missing
          { key: 'X-Content-Type-Options', value: 'nosniff' },
        ];
        module.exports = { async headers() { return [{ source: '/(.*)', headers: securityHeaders }]; } };`,
      fixed: `
        //- next.config.js
        const securityHeaders = [
          { key: 'Content-Security-Policy', value: "default-src 'self'" },
          { key: 'X-Frame-Options', value: 'DENY' },
          { key: 'X-Content-Type-Options', value: 'nosniff' },
        ];
        module.exports = { async headers() { return [{ source: '/(.*)', headers: securityHeaders }]; } };`,
    },
    {
      title: 'a page of documentation brings scripts of its own',
      bad: `
        import { Hono } from 'hono';
        import { swaggerUI } from '@hono/swagger-ui';
        import { secureHeaders } from 'hono/secure-headers';
        const app = new Hono();
        app.use(secureHeaders());
        //      ^^^^^^^^^^^^^ headers/csp-missing
        app.get('/docs', swaggerUI({ url: '/doc' }));
        app.get('/', (c) => c.html(page));
        export default app;`,
    },
    {
      title: 'Next.js with routes alone',
      good: `
        //- next.config.js
        module.exports = { async headers() { return [{ source: '/(.*)', headers: [{ key: 'X-Frame-Options', value: 'SAMEORIGIN' }, { key: 'X-Content-Type-Options', value: 'nosniff' }] }]; } };
        //- app/api/tides/route.ts
        export const GET = () => Response.json(tides);
        //- pages/api/ports.ts
        export default (req, res) => res.json(ports);`,
    },
    {
      title: 'Next.js with a page beside its routes',
      bad: `
        //- next.config.js
        module.exports = { async headers() { return [{ source: '/(.*)', headers: [{ key: 'X-Frame-Options', value: 'SAMEORIGIN' }, { key: 'X-Content-Type-Options', value: 'nosniff' }] }]; } };
        //                                                                               ^^^^^^^^^^^^^^^^^ headers/csp-missing
        //- src/app/(site)/page.tsx
        export default () => <h1>Tides</h1>;
        //- src/app/api/tides/route.ts
        export const GET = () => Response.json(tides);`,
    },
    {
      title: 'an API that answers JSON',
      good: `
        import { Hono } from 'hono';
        import { secureHeaders } from 'hono/secure-headers';
        const api = new Hono();
        api.use(secureHeaders());
        api.get('/', (c) => c.json({}));
        export default api;`,
    },
    { title: 'a policy is given', good: `import { secureHeaders } from 'hono/secure-headers';\napp.use(secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'self'"] } }));\napp.get('/', (c) => c.html(page));` },
    { title: 'helmet since 4 brings one', good: `import express from 'express';\nimport helmet from 'helmet';\nconst app = express();\napp.use(helmet());\napp.get('/', (req, res) => res.render('home'));\napp.listen(3000);` },
    {
      title: 'blankie sets it for hapi',
      good: `
        import Hapi from '@hapi/hapi';
        import Blankie from 'blankie';
        const server = Hapi.server({ routes: { security: true } });
        await server.register(Blankie);
        server.route({ method: 'GET', path: '/', handler: (request, h) => h.view('home') });`,
    },
    {
      title: 'set by hand in another layer',
      good: `
        import { Hono } from 'hono';
        import { secureHeaders } from 'hono/secure-headers';
        const app = new Hono();
        app.use(secureHeaders());
        app.use(async (c, next) => { await next(); c.header('Content-Security-Policy', policy); });
        app.get('/', (c) => c.html(page));`,
    },
    {
      title: 'one header of Next.js',
      good: `
        //- next.config.js
        module.exports = { async headers() { return [{ source: '/fonts/(.*)', headers: [{ key: 'Cache-Control', value: 'public' }, { key: 'X-Content-Type-Options', value: 'nosniff' }] }]; } };`,
    },
  ],
});

/** A call that sets security headers up, but no policy. */
function setupOf(call: Call, context: RuleContext): Evidence | undefined {
  const first = call.args[0]?.value;
  if (call.callee === 'hono/secure-headers.secureHeaders') {
    if (!lacks(first, ['contentSecurityPolicy', 'contentSecurityPolicyReportOnly'], context)) return undefined;
    return evidence('secureHeaders()', call, `contentSecurityPolicy: { defaultSrc: ["'self'"] }`, context);
  }
  if (/^(@hapi\/hapi|hapi)\.(server|Server)$/.test(call.callee)) {
    const routes = context.option(first, 'routes');
    const security = routes.kind === 'value' ? context.option(routes.value, 'security') : routes;
    // A bare `true` is what repairs an application without any headers: it is not blamed for what it cannot give.
    const isOwn = security.kind === 'value' && security.resolved.value.kind === 'object';
    if (!isOwn || context.projectUses('blankie')) return undefined;
    return { setup: "hapi's security", change: undefined, refused: 'hapi has no option for it: register the plugin blankie with the sources your pages need.' };
  }
  if (call.callee !== 'helmet' && call.callee !== 'koa-helmet') return undefined;
  const own = context.major(call.callee, call.at.path);
  const major = call.callee === 'helmet' ? own : helmetInside(call.callee, own);
  if (major === undefined || major >= 4 || !lacks(first, ['contentSecurityPolicy'], context)) return undefined;
  return evidence(`${call.callee} ${own ?? major}`, call, `contentSecurityPolicy: { directives: { defaultSrc: ["'self'"] } }`, context);
}
function lacks(options: Value | undefined, keys: readonly string[], context: RuleContext): boolean {
  return keys.every((key) => context.option(options, key).kind === 'absent');
}
function evidence(setup: string, call: Call, entry: string, context: RuleContext): Evidence {
  const first = call.args[0]?.value;
  const options = first && context.resolve(first).value;
  const change: Change | undefined = !first
    ? { do: 'insert', at: call.at, where: 'argument-last', code: [`{ ${entry} }`] }
    : options?.kind === 'object' && options.at.path === call.at.path ? { do: 'insert', at: options.at, where: 'entry-last', code: [entry] } : undefined;
  return { setup, change, refused: ELSEWHERE };
}
/** The application of the call renders pages, or any file does where nobody knows the application. */
function servesPages(call: Call, context: RuleContext): boolean {
  const scope = context.scopeOf(call.at);
  return scope ? scope.reaches.has('html') : context.projectUses('html');
}
function isSetElsewhere(call: Call, context: RuleContext): boolean {
  return (context.scopeOf(call.at)?.layers ?? []).some(({ layer }) => {
    const value = context.resolve(layer.value).value;
    if (value.kind === 'call' && /(^|\.)(contentSecurityPolicy|csp|helmet-csp)$/.test(value.callee)) return true;
    const body = layer.fn === undefined ? undefined : context.body(layer.fn);
    return body !== undefined && handSet(body, context).has(CSP);
  });
}

/** Two security headers for one path of Next.js, and no policy. */
function* nextSettings(module: ModuleView, context: RuleContext): Iterable<Found> {
  const seen = new Set<string>();
  if (answersOnly(module, context)) return;
  for (const header of setHeaders(module, context)) {
    if (header.path === undefined || !securityHeaders.includes(header.name) || seen.has(header.path)) continue;
    const beside = new Set(header.beside.filter((name) => securityHeaders.includes(name)));
    seen.add(header.path);
    if (beside.size < 2 || header.nameAt.path !== module.path) continue;
    yield { at: header.nameAt, subject: `${header.path} policy`, evidence: { setup: 'This set of headers', change: entryBefore(header.nameAt, module, context), refused: ELSEWHERE } };
  }
}
/** The application has routes and no pages: no file is one, and no setting says that pages end otherwise or that another server has them. */
function answersOnly(module: ModuleView, context: RuleContext): boolean {
  if (!context.projectUses('route file') || context.projectUses('page file') || context.projectUses('html')) return false;
  const config = module.exports.find(({ name }) => name === '=' || name === 'default');
  return config !== undefined && context.option(config.value, 'pageExtensions').kind === 'absent';
}
/** One more `{ key, value }` before the first one. */
function entryBefore(nameAt: At, module: ModuleView, context: RuleContext): Change | undefined {
  const holder = (value: Value, depth: number): At | undefined => {
    if (depth > 6) return undefined;
    if (value.kind === 'array') for (const item of value.items) {
      const key = item.value.kind === 'object' ? context.option(item.value, 'key') : undefined;
      if (key?.kind === 'value' && key.value.at === nameAt) return item.at;
      const inner = holder(item.value, depth + 1);
      if (inner) return inner;
    } else if (value.kind === 'object') for (const entry of value.entries) {
      const inner = holder(entry.value, depth + 1);
      if (inner) return inner;
    }
    return undefined;
  };
  const values = [...module.bindings.map((binding) => binding.value), ...[...module.functions.values()].flatMap((fn) => fn.steps.flatMap((step) => (step.do === 'return' && step.value ? [step.value] : [])))];
  for (const value of values) {
    const at = holder(value, 0);
    if (at) return { do: 'insert', at, where: 'before', code: ['{ key: ', { quote: 'Content-Security-Policy' }, `, value: "default-src 'self'" }, `] };
  }
  return undefined;
}
