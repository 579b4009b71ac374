import type { Change, Code, Fix } from '../../findings/changes.js';
import type { Scope } from '../../project/project.js';
import type { ObjectValue } from '../../model/value.js';
import { countsAsSetup, handSet, isFullyKnown, isProtected, isServed } from '../facts/header-setup.js';
import { handSetExamples } from '../facts/hand-set-examples.js';
import { headerFacts } from '../facts/headers.js';
import { reachable } from '../facts/listening.js';
import { rule } from '../rule.js';
import type { RuleContext } from '../rule.js';

/** What adds the headers, by framework. */
interface Remedy {
  readonly from: string;
  readonly name: string;
  readonly as: string;
  statement(app: string, as: string): Code;
}
const USE = (app: string, as: string): Code => [`${app}.use(${as}());`];
const HELMET: Remedy = { from: 'helmet', name: 'default', as: 'helmet', statement: USE };
const REMEDIES: ReadonlyMap<string, Remedy> = new Map<string, Remedy>([
  ['express', HELMET],
  ['nest', HELMET],
  ['koa', { ...HELMET, from: 'koa-helmet' }],
  ['hono', { from: 'hono/secure-headers', name: 'secureHeaders', as: 'secureHeaders', statement: USE }],
  ['fastify', { ...HELMET, from: '@fastify/helmet', statement: (app, as) => [`${app}.register(${as});`] }],
]);
/** Hono has no policy of its own, which pages need. */
const POLICY = `{ contentSecurityPolicy: { defaultSrc: ["'self'"] } }`;
const SETUP_NAME = /setup|configure|init|middlewares?|security|bootstrap|load/i;

export default rule<'scope', { readonly scope: Scope; readonly sent: readonly string[] }>({
  meta: {
    id: 'headers/helmet-missing',
    title: 'No security headers are set',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [693, 1021],
    severity: 'warning',
    confidence: 'high',
    topics: ['headers'],
    since: '0.1.0',
    leansOn: ['frameworks/no-powered-by', 'hapi/security'],
    whenNotToUse: 'A proxy or gateway in front of every instance sets the headers, and nothing reaches the application past it.',
    references: ['https://helmetjs.github.io/', 'https://cheatsheetseries.owasp.org/cheatsheets/HTTP_Headers_Cheat_Sheet.html'],
  },
  on: 'scope',
  words: ['express', 'fastify', 'koa', 'hono', 'nest', 'hapi'],
  *detect(scope, context) {
    if (!isServed(scope)) return;
    if (!REMEDIES.has(scope.framework) && scope.framework !== 'hapi') return;
    if (/(^|\/|[._-])(mock|mocks|fake|stub)([._/-]|$)/i.test(context.pathOf(scope.at)) || isProtected(scope, context)) return;
    if (scope.framework === 'hapi' && hasHapiSecurity(scope, context)) return;
    if (answersWithHeaders(scope, context)) return;
    const where = reachable(scope, context);
    if (where === 'socket') return;
    const subject = `${scope.binding ?? scope.framework} headers`;
    const sent = sentBy(scope, context);
    const isMild = isJsonOnly(scope, context) || sent.includes('Content-Security-Policy');
    const level: { readonly severity?: 'hint' | 'info' } = where === 'loopback' || (isMild && where === 'default') ? { severity: 'hint' } : isMild ? { severity: 'info' } : {};
    if (isFullyKnown(scope, context)) yield { at: scope.nameAt, subject, evidence: { scope, sent }, when: [], ...level };
    else if (!scope.complete && scope.incompleteBecause.some((why) => SETUP_NAME.test(why))) yield { at: scope.nameAt, subject, evidence: { scope, sent }, severity: 'hint', confidence: 'low' };
  },
  explain: ({ scope, sent }) => ({
    message: `${firstSentence(sent)} ${scope.framework === 'hapi' ? 'Set security in the options of its routes.' : 'Add helmet before the routes.'}`,
    why: 'No framework sends them by default, so browsers run injected scripts, frame the pages and guess content types.',
    remedy: 'Register helmet, or the equal of your framework, before the first route.',
  }),
  *fix({ evidence: { scope } }, context) {
    const path = context.pathOf(scope.at);
    if (scope.framework === 'hapi') {
      yield* hapiFix(scope, context);
      return;
    }
    const remedy = REMEDIES.get(scope.framework);
    if (!remedy) return;
    if (scope.binding === undefined) {
      yield { refused: 'The application is bound to no name here that middleware could be added to.' };
      return;
    }
    const known = context.localName(path, remedy.from, remedy.name);
    const as = known ?? (context.visible(remedy.as, scope.at) === 'present' ? `${remedy.as}Headers` : remedy.as);
    const changes: Change[] = known === undefined ? [{ do: 'import', path, from: remedy.from, name: remedy.name, as }] : [];
    const npm = remedy.from.startsWith('hono/') ? 'hono' : remedy.from;
    const fix: Fix = { title: remedy.as === 'helmet' ? 'Add helmet' : `Add ${remedy.as}`, safety: 'review',
      changes: [...changes, { do: 'insert', at: scope.statementAt, where: 'line-after', code: scope.framework === 'hono' && scope.reaches.has('html') ? [`${scope.binding}.use(${as}(${POLICY}));`] : remedy.statement(scope.binding, as) }] };
    yield context.depends(npm, path) === false ? { ...fix, installs: [npm] } : fix;
  },
  examples: [
    {
      title: 'an Express application without headers',
      bad: `
        import express from 'express';
        const app = express();
        //          ^^^^^^^ headers/helmet-missing "no security headers"
        app.get('/', h);
        app.listen(3000);`,
      fixed: `
        import express from 'express';
        import helmet from 'helmet';
        const app = express();
        app.use(helmet());
        app.get('/', h);
        app.listen(3000);`,
    },
    {
      title: 'an exported application that only serves JSON',
      bad: `
        const express = require('express');
        const app = express();
        //          ^^^^^^^ headers/helmet-missing
        app.get('/', (req, res) => res.json({}));
        module.exports = app;`,
      fixed: `
        const express = require('express');
        const helmet = require('helmet');
        const app = express();
        app.use(helmet());
        app.get('/', (req, res) => res.json({}));
        module.exports = app;`,
    },
    {
      title: 'a Fastify application without headers',
      bad: `
        import Fastify from 'fastify';
        const app = Fastify({ logger: true });
        //          ^^^^^^^ headers/helmet-missing
        app.register(routes);
        await app.listen({ port: 3000 });
        async function routes(fastify) { fastify.get('/', h); }`,
      fixed: `
        import Fastify from 'fastify';
        import helmet from '@fastify/helmet';
        const app = Fastify({ logger: true });
        app.register(helmet);
        app.register(routes);
        await app.listen({ port: 3000 });
        async function routes(fastify) { fastify.get('/', h); }`,
    },
    {
      title: 'a Fastify application whose plugin registers helmet',
      good: `
        //- app.js
        import Fastify from 'fastify';
        import security from './security.js';
        const app = Fastify();
        app.get('/', h);
        app.register(security);
        app.listen({ port: 3000 });
        //- security.js
        import fp from 'fastify-plugin';
        export default fp(async (fastify) => { await fastify.register(import('@fastify/helmet')); });`,
    },
    {
      title: 'a Koa application without headers',
      bad: `
        import Koa from 'koa';
        import Router from '@koa/router';
        const app = new Koa();
        //              ^^^ headers/helmet-missing
        const router = new Router();
        router.get('/', (ctx) => { ctx.body = page; });
        app.use(router.routes());
        app.listen(3000);`,
      fixed: `
        import Koa from 'koa';
        import Router from '@koa/router';
        import helmet from 'koa-helmet';
        const app = new Koa();
        app.use(helmet());
        const router = new Router();
        router.get('/', (ctx) => { ctx.body = page; });
        app.use(router.routes());
        app.listen(3000);`,
    },
    {
      title: 'a Hono application with pages',
      bad: `
        import { Hono } from 'hono';
        const app = new Hono();
        //              ^^^^ headers/helmet-missing
        app.get('/', (c) => c.html('<p>home</p>'));
        export default app;`,
      fixed: `
        import { Hono } from 'hono';
        import { secureHeaders } from 'hono/secure-headers';
        const app = new Hono();
        app.use(secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'self'"] } }));
        app.get('/', (c) => c.html('<p>home</p>'));
        export default app;`,
    },
    {
      title: 'a Nest application without headers',
      bad: `
        import { Controller, Get, Module } from '@nestjs/common';
        import { NestFactory } from '@nestjs/core';
        @Controller() class Pages { @Get() home() { return 'home'; } }
        @Module({ controllers: [Pages] }) class AppModule {}
        async function bootstrap() {
          const app = await NestFactory.create(AppModule);
          //                            ^^^^^^ headers/helmet-missing
          await app.listen(3000);
        }
        bootstrap();`,
      fixed: `
        import { Controller, Get, Module } from '@nestjs/common';
        import { NestFactory } from '@nestjs/core';
        import helmet from 'helmet';
        @Controller() class Pages { @Get() home() { return 'home'; } }
        @Module({ controllers: [Pages] }) class AppModule {}
        async function bootstrap() {
          const app = await NestFactory.create(AppModule);
          app.use(helmet());
          await app.listen(3000);
        }
        bootstrap();`,
    },
    {
      title: 'helmet in a module of a Nest application',
      good: `
        import { Controller, Get, Module } from '@nestjs/common';
        import { NestFactory } from '@nestjs/core';
        import helmet from 'helmet';
        @Controller() class Pages { @Get() home() { return 'home'; } }
        @Module({ controllers: [Pages] }) class AppModule { configure(consumer) { consumer.apply(helmet()).forRoutes('*'); } }
        const app = await NestFactory.create(AppModule);
        await app.listen(3000);`,
    },
    {
      title: 'a Nest application made of a module that is not here',
      good: `
        import { NestFactory } from '@nestjs/core';
        import { AppModule } from './app.module';
        const app = await NestFactory.create(AppModule);
        await app.listen(3000);`,
    },
    {
      title: 'Hono with its secure headers',
      good: `
        import { Hono } from 'hono';
        import { secureHeaders } from 'hono/secure-headers';
        const app = new Hono();
        app.use(secureHeaders());
        app.get('/', (c) => c.json({}));
        export default app;`,
    },
    {
      title: 'helmet before the routes',
      good: `
        import express from 'express';
        import helmet from 'helmet';
        const app = express();
        app.use(helmet());
        app.get('/', h);
        app.listen(3000);`,
    },
    { title: 'an application without a route carries a socket', good: `import express from 'express';\nimport { createServer } from 'node:http';\nconst app = express();\ncreateServer(app).listen(3000);` },
    { title: 'a router is not an application', good: `import express from 'express';\nconst router = express.Router();\nrouter.get('/', h);\nexport default router;` },
    { title: 'an application that neither listens nor leaves the file', good: `import express from 'express';\nconst app = express();\napp.get('/', h);` },
    {
      title: 'a sub-application of one with helmet',
      good: `
        import express from 'express';
        import helmet from 'helmet';
        const app = express();
        const admin = express();
        admin.get('/', h);
        app.use(helmet());
        app.use('/admin', admin);
        app.listen(3000);`,
    },
    ...handSetExamples,
    {
      title: 'middleware of a file that is not here',
      good: `
        import express from 'express';
        import security from './missing';
        const app = express();
        app.use(security);
        app.get('/', h);
        app.listen(3000);`,
    },
    {
      title: 'handed in an object to a loader that is not here',
      bad: `
        import express from 'express';
        import loaders from './missing-loaders';
        const app = express();
        //          ^^^^^^^ headers/helmet-missing
        await loaders({ expressApp: app });
        app.listen(3000);`,
    },
    { title: 'handed in an object to code that is not here', good: `import express from 'express';\nimport { start } from './missing';\nconst app = express();\nawait start({ expressApp: app });\napp.get('/', h);\napp.listen(3000);` },
    {
      title: 'headers set by a list',
      good: `
        import express from 'express';
        import { headers } from './headers';
        const app = express();
        app.use((req, res, next) => { Object.entries(headers).forEach(([name, value]) => res.setHeader(name, value)); next(); });
        app.get('/', h);
        app.listen(3000);`,
    },
    {
      title: 'a hapi server without headers',
      bad: `
        import Hapi from '@hapi/hapi';
        const server = Hapi.server({ port: 3000 });
        //                  ^^^^^^ headers/helmet-missing "Set security"
        server.route({ method: 'GET', path: '/', handler: (request, h) => h.view('home') });
        await server.start();`,
      fixed: `
        import Hapi from '@hapi/hapi';
        const server = Hapi.server({ port: 3000, routes: { security: true } });
        server.route({ method: 'GET', path: '/', handler: (request, h) => h.view('home') });
        await server.start();`,
    },
    {
      title: 'a plugin for hapi sets the policy',
      good: `
        import Hapi from '@hapi/hapi';
        import Blankie from 'blankie';
        const server = Hapi.server();
        await server.register(Blankie);
        server.route({ method: 'GET', path: '/', handler });
        await server.start();`,
    },
    { title: 'hapi with its own headers', good: `import Hapi from '@hapi/hapi';\nconst server = Hapi.server({ routes: { security: true } });\nawait server.start();` },
    {
      title: 'a mock server',
      good: `
        //- src/mock/server.ts
        import express from 'express';
        const app = express();
        app.get('/', h);
        app.listen(3000);`,
    },
    {
      title: 'only a socket or pipe of this machine',
      good: `
        import http from 'node:http'; import express from 'express'; import Fastify from 'fastify';
        const app = express(); app.get('/', h); app.listen('/run/app.sock');
        const fast = Fastify(); fast.get('/', h); fast.listen({ path: process.env.PIPE });
        const other = express(); http.createServer(other).listen({ path: '/run/other.sock' }); other.get('/', h);`,
    },
  ],
});

/** The security headers some layer of the application sets by hand, fewer than count as a set. */
function sentBy(scope: Scope, context: RuleContext): readonly string[] {
  const names = new Set(scope.layers.flatMap(({ layer }) => {
    const body = layer.fn === undefined ? undefined : context.body(layer.fn);
    return body ? [...handSet(body, context)] : [];
  }));
  return headerFacts.filter(({ header }) => names.has(header.toLowerCase())).map(({ header }) => header);
}
function firstSentence(sent: readonly string[]): string {
  if (sent.length === 0) return 'This app sends no security headers (CSP, HSTS, nosniff, frame protection).';
  const missing = headerFacts.filter(({ counts, whenOff, header }) => counts && whenOff === 'warning' && !sent.includes(header)).map(({ header }) => header);
  return `Of the security headers this app sends ${sent.join(' and ')} alone; others are missing (${missing.join(', ')}).`;
}
/** No page is rendered or served, and every handler could be read. */
function isJsonOnly(scope: Scope, context: RuleContext): boolean {
  const endpoints = context.endpoints({ scope: scope.id });
  // Without a route of its own it hands requests on: the pages are those of what stands behind it.
  return !scope.reaches.has('html') && endpoints.every((endpoint) => endpoint.handler !== undefined);
}
/** A single handler that sets the headers itself, as small servers do. */
function answersWithHeaders(scope: Scope, context: RuleContext): boolean {
  const endpoints = context.endpoints({ scope: scope.id });
  return endpoints.length > 0 && endpoints.every((endpoint) => endpoint.handler !== undefined && countsAsSetup(context.body(endpoint.handler), context));
}
function hasHapiSecurity(scope: Scope, context: RuleContext): boolean {
  if (!scope.options) return false;
  const routes = context.option(scope.options, 'routes');
  if (routes.kind !== 'value') return routes.kind === 'unknown';
  const security = context.option(routes.value, 'security');
  if (security.kind !== 'value') return security.kind === 'unknown';
  return context.constant(security.value)?.value !== false;
}
function* hapiFix(scope: Scope, context: RuleContext): Iterable<Fix> {
  const fix = (change: Change): Fix => ({ title: 'Add security headers', safety: 'review', changes: [change] });
  if (!scope.options) {
    yield fix({ do: 'insert', at: scope.at, where: 'argument-last', code: ['{ routes: { security: true } }'] });
    return;
  }
  const options = context.resolve(scope.options).value;
  if (options.kind !== 'object') return;
  const routes = context.option(options, 'routes');
  const inner: ObjectValue | undefined = routes.kind === 'value' && routes.resolved.value.kind === 'object' ? routes.resolved.value : undefined;
  if (inner && context.option(inner, 'security').kind === 'absent') yield fix({ do: 'insert', at: inner.at, where: 'entry-last', code: ['security: true'] });
  else if (routes.kind === 'absent') yield fix({ do: 'insert', at: options.at, where: 'entry-last', code: ['routes: { security: true }'] });
}
