import type { Branch, FunctionView } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import { ownStatement, wrapped } from '../facts/development.js';
import { authGuardName } from '../facts/guards.js';
import { guards, reachedBy } from '../facts/mounts.js';
import { dottedName } from '../facts/names.js';
import { rule, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly path: string;
  readonly statementAt: At | undefined;
}
/** Calls that make the pages of an API console, given to a mount. */
const PAGES: ReadonlySet<string> = new Set([
  'swagger-ui-express.setup', 'redoc-express', 'redoc-express.redoc', '@scalar/express-api-reference.apiReference', '@scalar/nestjs-api-reference.apiReference', '@scalar/hono-api-reference.apiReference',
  '@scalar/hono-api-reference.Scalar', '@hono/swagger-ui.swaggerUI', 'koa2-swagger-ui', 'koa2-swagger-ui.koaSwagger', 'swagger-ui-koa.setup',
]);
/** Plugins that mount them by themselves, and the option that names the path. */
const PLUGINS: ReadonlyMap<string, string> = new Map([
  ['@fastify/swagger-ui', 'routePrefix'], ['fastify-swagger-ui', 'routePrefix'], ['@scalar/fastify-api-reference', 'routePrefix'], ['hapi-swagger', 'documentationPath'],
]);
interface Console {
  /** The mount's path, or what else tells best. */
  readonly at: At;
  readonly path: string;
  readonly open: boolean;
  readonly statementAt: At | undefined;
}

export default rule<'call', Evidence>({
  meta: {
    id: 'exposure/api-docs-unprotected',
    title: 'API console is open to everyone',
    owasp: ['API7:2019', 'API9:2019', 'API8:2023', 'API9:2023'],
    cwe: [200, 1059],
    severity: 'info',
    confidence: 'medium',
    topics: ['debug', 'data-exposure'],
    since: '0.1.0',
    leansOn: ['swagger-ui-express/open'],
    whenNotToUse: 'The API is public and its documentation is meant for everyone: say `docs: { public: true }` in the policy.',
    references: ['https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/'],
  },
  on: 'call',
  words: ['swagger', 'scalar', 'redoc'],
  *detect({ call, step, in: fn }, context) {
    if (context.policy('docs').public) return;
    const found = PAGES.has(call.callee) ? mounted(call, fn, context) : (ofNest(call, fn, context) ?? plugged(call, fn, context));
    if (found?.open !== true || isAskedFor(step.when, context)) return;
    yield { at: found.at, subject: `docs ${found.path}`, evidence: { path: found.path, statementAt: found.statementAt }, when: step.when };
  },
  explain: ({ path }) => ({
    message: `${path} shows every endpoint to anyone, in production too. Protect it or mount it only in development.`,
    why: 'The list of all endpoints, with their parameters, is what an attacker would otherwise have to guess.',
    remedy: 'Put a login in front of the console, or mount it in development only.',
  }),
  *fix({ evidence: { statementAt } }): Iterable<FixAnswer> {
    if (statementAt) yield { title: 'Mount it in development only', safety: 'review', changes: wrapped(statementAt) };
    else yield { refused: 'The mount is no statement of its own that a test could be put before.' };
  },
  examples: [
    {
      title: 'Swagger UI without a login',
      bad: `
        import express from 'express';
        import swaggerUi from 'swagger-ui-express';
        const app = express();
        app.use('/docs', swaggerUi.serve, swaggerUi.setup(doc));
        //      ^^^^^^^ exposure/api-docs-unprotected "/docs shows every endpoint"
        app.listen(3000);
      `,
      fixed: `
        import express from 'express';
        import swaggerUi from 'swagger-ui-express';
        const app = express();
        if (process.env.NODE_ENV === 'development') app.use('/docs', swaggerUi.serve, swaggerUi.setup(doc));
        app.listen(3000);
      `,
    },
    {
      title: 'Nest',
      bad: `
        import { NestFactory } from '@nestjs/core';
        import { SwaggerModule, DocumentBuilder } from '@nestjs/swagger';
        async function bootstrap() {
          const app = await NestFactory.create(AppModule);
          const document = SwaggerModule.createDocument(app, new DocumentBuilder().build());
          SwaggerModule.setup('api', app, document);
          //                  ^^^^^ exposure/api-docs-unprotected
          await app.listen(3000);
        }
        bootstrap();
      `,
      fixed: `
        import { NestFactory } from '@nestjs/core';
        import { SwaggerModule, DocumentBuilder } from '@nestjs/swagger';
        async function bootstrap() {
          const app = await NestFactory.create(AppModule);
          const document = SwaggerModule.createDocument(app, new DocumentBuilder().build());
          if (process.env.NODE_ENV === 'development') SwaggerModule.setup('api', app, document);
          await app.listen(3000);
        }
        bootstrap();
      `,
    },
    {
      title: 'Fastify',
      bad: `
        import Fastify from 'fastify';
        import swaggerUi from '@fastify/swagger-ui';
        const app = Fastify();
        app.register(swaggerUi, { routePrefix: '/documentation' });
        //                                     ^^^^^^^^^^^^^^^^ exposure/api-docs-unprotected
        app.listen({ port: 3000 });
      `,
    },
    {
      title: 'a route of a router, and Scalar',
      bad: `
        const express = require('express');
        const swaggerUi = require('swagger-ui-express');
        const { apiReference } = require('@scalar/express-api-reference');
        const app = express();
        const router = express.Router();
        router.use('/', swaggerUi.serve);
        router.get('/console', swaggerUi.setup(doc));
        //         ^^^^^^^^^^ exposure/api-docs-unprotected
        app.use('/docs', router);
        app.use('/reference', apiReference({ url: '/openapi.json' }));
        //      ^^^^^^^^^^^^ exposure/api-docs-unprotected
        app.listen(3000);
      `,
    },
    {
      title: 'behind a login',
      good: `
        import express from 'express';
        import basicAuth from 'express-basic-auth';
        import swaggerUi from 'swagger-ui-express';
        const app = express();
        app.use('/docs', requireAuth, swaggerUi.serve, swaggerUi.setup(doc));
        app.use('/more', basicAuth({ users }));
        app.use('/more', swaggerUi.serve, swaggerUi.setup(doc));
      `,
    },
    {
      title: 'behind a login, in Nest and Fastify',
      good: `
        import { NestFactory } from '@nestjs/core';
        import { SwaggerModule } from '@nestjs/swagger';
        import basicAuth from 'express-basic-auth';
        import Fastify from 'fastify';
        import swaggerUi from '@fastify/swagger-ui';
        const nest = await NestFactory.create(AppModule);
        nest.use(['/api'], basicAuth({ users }));
        SwaggerModule.setup('api', nest, document);
        const app = Fastify();
        app.register(swaggerUi, { routePrefix: '/docs', uiHooks: { onRequest: checkLogin } });
      `,
    },
    {
      title: 'not in production',
      good: `
        import { NestFactory } from '@nestjs/core';
        import { SwaggerModule } from '@nestjs/swagger';
        const app = await NestFactory.create(AppModule);
        if (process.env.NODE_ENV !== 'production') SwaggerModule.setup('api', app, document);
      `,
    },
    {
      title: 'somebody has to switch it on',
      good: `
        import express from 'express';
        import swaggerUi from 'swagger-ui-express';
        import { NestFactory } from '@nestjs/core';
        import { SwaggerModule } from '@nestjs/swagger';
        export function build(settings) {
          const app = express();
          if (settings.showDocs) app.use('/docs', swaggerUi.serve, swaggerUi.setup(doc));
          app.listen(3000);
        }
        const nest = await NestFactory.create(AppModule);
        if (process.env.SWAGGER_ENABLED === 'true') SwaggerModule.setup('api', nest, document);
      `,
    },
    {
      title: 'a switch that stands at on, and one that is off only when it is set',
      bad: `
        import express from 'express';
        import swaggerUi from 'swagger-ui-express';
        const config = { docs: true };
        const app = express();
        if (config.docs) app.use('/docs', swaggerUi.serve, swaggerUi.setup(doc));
        //                       ^^^^^^^ exposure/api-docs-unprotected
        if (process.env.REFERENCE !== 'off') app.use('/reference', swaggerUi.serve, swaggerUi.setup(doc));
        //                                           ^^^^^^^^^^^^ exposure/api-docs-unprotected
        app.listen(3000);
      `,
    },
    {
      title: 'a public API',
      policy: { docs: { public: true } },
      good: `import express from 'express'; import swaggerUi from 'swagger-ui-express'; const app = express(); app.use('/docs', swaggerUi.serve, swaggerUi.setup(doc)); app.listen(3000);`,
    },
    { title: 'a document, not a console', good: `import { SwaggerModule } from '@nestjs/swagger'; import swaggerUi from './swagger-ui'; export const document = SwaggerModule.createDocument(app, config); swaggerUi.setup(document);` },
  ],
});

/** Somebody has to switch it on: `if (config.docs)`, `if (process.env.DOCS === 'on')`. What a file sets to true itself is no such switch. */
function isAskedFor(when: readonly Branch[], context: RuleContext): boolean {
  return when.some((branch) => !branch.early && context.environment([branch]) === 'switchable' && switchesOn(branch.test, branch.holds, context));
}
function switchesOn(test: Value, holds: boolean, context: RuleContext): boolean {
  if (test.kind === 'not') return switchesOn(test.of, !holds, context);
  if (test.kind === 'logic') return holds === (test.op === '&&') && (switchesOn(test.left, holds, context) || switchesOn(test.right, holds, context));
  if (test.kind === 'compare') return (holds ? /^===?$/ : /^!==?$/).test(test.op) && [test.left, test.right].some((side) => side.kind === 'literal' && /^(true|1|on|yes|enabled?)$/i.test(String(side.value)));
  if (!holds || (test.kind !== 'ref' && test.kind !== 'call')) return false;
  const end = context.resolve(test).value;
  return end.kind === 'compare' ? switchesOn(end, true, context) : end.kind === 'ref' || end.kind === 'call' || end.kind === 'unknown';
}
/** `app.use('/docs', serve, setup(doc))`, `router.get('/docs', setup(doc))`. */
function mounted(call: Call, fn: FunctionView, context: RuleContext): Console | undefined {
  const step = fn.steps.find((one) => one.do === 'call' && one.call !== call && one.call.args.some((item) => item.value.at.mark === call.at.mark));
  if (step?.do !== 'call') return undefined;
  const mount = step.call;
  const first = mount.args[0]?.value;
  const path = first && context.constant(first)?.value;
  const endpoint = context.endpoints({ file: context.pathOf(call.at) }).find((one) => one.route.at.mark === mount.at.mark);
  const isOpen = endpoint ? endpoint.authentication.state === 'open' && endpoint.chainComplete : isReached(call, mount, context);
  return { at: typeof path === 'string' && first ? first.at : call.nameAt, path: typeof path === 'string' ? path : 'This page', open: isOpen, statementAt: ownStatement(mount.at, fn) };
}
function isReached(call: Call, mount: Call, context: RuleContext): boolean {
  if (mount.args.some(({ value }) => authGuardName(dottedName(value)))) return false;
  const reached = reachedBy(call, context);
  return reached.by === 'everyone' && !reached.internal;
}
function ofNest(call: Call, fn: FunctionView, context: RuleContext): Console | undefined {
  const [first, , , options] = call.args;
  if (call.callee !== '@nestjs/swagger.SwaggerModule.setup' || !first) return undefined;
  const isOff = ['swaggerUiEnabled', 'ui'].some((key) => {
    const answer = context.option(options?.value, key);
    return answer.kind === 'value' && context.constant(answer.value)?.value !== true;
  });
  const isGuarded = fn.steps.some((one) => one.do === 'call' && one.call.name === 'use' && one.call.args.some(({ value }) => /auth|login|guard|protect/i.test(dottedName(value))));
  const path = context.constant(first.value)?.value;
  return { at: first.value.at, path: typeof path === 'string' ? `/${path.replace(/^\//, '')}` : 'This page', open: !isOff && !isGuarded, statementAt: ownStatement(call.at, fn) };
}
function plugged(call: Call, fn: FunctionView, context: RuleContext): Console | undefined {
  const [first, second] = call.args;
  if (call.name !== 'register' || !first) return undefined;
  const given = first.value.kind === 'object' ? context.option(first.value, 'plugin') : undefined;
  const plugin = given?.kind === 'value' ? given.value : first.value;
  const key = plugin.kind === 'ref' && plugin.root.kind === 'import' ? PLUGINS.get(plugin.root.from) : undefined;
  if (key === undefined) return undefined;
  const inner = given ? context.option(first.value, 'options') : undefined;
  const options = given ? (inner?.kind === 'value' ? inner.value : undefined) : second?.value;
  const path = context.option(options, key);
  const text = path.kind === 'value' ? context.constant(path.value)?.value : undefined;
  const isGuarded = ['uiHooks', 'hooks', 'auth', 'preHandler', 'onRequest'].some((one) => context.option(options, one).kind !== 'absent');
  const made = call.receiver && context.resolve(call.receiver).value;
  const scope = context.scopeOf(call.at) ?? (made?.kind === 'call' ? context.scopeOf(made.at) : undefined);
  const isKnown = scope !== undefined && (scope.complete || !scope.incompleteBecause.some((name) => /auth|login|guard|session|protect|jwt|bearer|passport|acl|rbac|secur/i.test(name)));
  const isOpen = !isGuarded && isKnown && scope.root && !scope.layers.some((link) => guards(link.layer)) && !scope.settings.has('auth');
  const at = path.kind === 'value' && typeof text === 'string' ? path.value.at : plugin.kind === 'ref' ? plugin.nameAt : call.nameAt;
  return { at, path: typeof text === 'string' ? text : '/documentation', open: isOpen, statementAt: ownStatement(call.at, fn) };
}
