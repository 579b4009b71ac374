import type { Severity } from '../../findings/finding.js';
import type { Endpoint } from '../../project/project.js';
import type { At } from '../../text/source.js';
import { changing, methodName, refusesByItself } from '../facts/methods.js';
import { laterGuard, switchedOff } from '../facts/openings.js';
import { adminPath, assetPath, identityPath, sensitivePath, strongAdminPath } from '../facts/paths.js';
import { commonGuard, guardFix, isMeantForAll, isSignUp, publicFix, standsOpen, type PeerGuard } from '../facts/peers.js';
import { rule, type Fix, type RuleContext } from '../rule.js';

interface Evidence {
  readonly endpoint: Endpoint;
  readonly how: 'peers' | 'order' | 'decorator' | 'option';
  /** The guard's name, or what switches it off. */
  readonly name: string;
  readonly guard: PeerGuard | undefined;
  readonly counts: readonly [number, number];
  /** What switches the check off, where it can be taken away. */
  readonly off: At | undefined;
}
const NO_DATA = /\/(docs?|api-docs|swagger(-ui)?|openapi|metrics|csp-report)(\/|$)/i;
/** Fewest neighbours, and the part of them, that make a habit. */
const FEWEST = 2;
const MOST_OF = 0.6;

export default rule<'endpoint', Evidence>({
  meta: {
    id: 'auth/route-missing-auth',
    title: 'This route has no authentication, its neighbours do',
    owasp: ['API2:2019', 'API5:2019', 'API2:2023', 'API5:2023'],
    cwe: [306],
    severity: 'warning',
    confidence: 'low',
    topics: ['auth'],
    since: '0.1.0',
    whenNotToUse: 'A gateway in front authenticates every call: say `auth: { at: gateway }` in the policy.',
    references: ['https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/', 'https://cwe.mitre.org/data/definitions/306.html'],
  },
  on: 'endpoint',
  words: [],
  *detect(endpoint, context) {
    const { method, path } = endpoint;
    if (method === 'OPTIONS' || method === 'HEAD' || endpoint.route.statementAt.mark === 0 || isMeantForAll(endpoint, context)) return;
    const isChanging = changing.has(method);
    if (!isChanging && !(sensitivePath(path.text) || identityPath(path.text) || adminPath(path.text))) return;
    if (assetPath(path.text) || NO_DATA.test(path.text) || refusesByItself(endpoint, context)) return;
    const base = { subject: endpoint.id, when: endpoint.when };
    const severity: Severity = isSignUp(endpoint) || context.policy('auth').at === 'gateway' ? 'hint' : isChanging && strongAdminPath(path.text) ? 'error' : 'warning';
    const off = isChanging && endpoint.authentication.state !== 'guarded' ? switchedOff(endpoint, context) : undefined;
    if (off) {
      const named = sensitivePath(path.text) || adminPath(path.text);
      yield { ...base, at: off.at, severity: named || severity === 'hint' ? severity : 'info', confidence: named ? 'medium' : 'low', evidence: { endpoint, how: off.how, name: off.name, guard: undefined, counts: [0, 0], off: off.whole } };
      return;
    }
    if (!standsOpen(endpoint)) return;
    const late = isChanging ? laterGuard(endpoint, context) : undefined;
    if (late) {
      yield {
        ...base, at: endpoint.methodAt, severity, confidence: 'medium',
        evidence: { endpoint, how: 'order', name: late.name, guard: { name: late.name, at: late.at }, counts: [0, 0], off: undefined },
        related: [{ at: late.at, label: 'registered only here' }],
      };
      return;
    }
    const peers = neighbours(endpoint, context);
    const guarded = peers.filter((one) => one.authentication.state === 'guarded' && one.conduct?.closed !== true);
    if (guarded.length < FEWEST || guarded.length < MOST_OF * peers.length) return;
    const common = commonGuard(guarded);
    yield {
      ...base, at: endpoint.methodAt, severity, confidence: 'medium',
      evidence: { endpoint, how: 'peers', name: common?.name ?? 'a check in their handlers', guard: common?.guard, counts: [guarded.length, peers.length], off: undefined },
      related: [{ at: common?.guard?.at ?? (guarded[0] ?? endpoint).methodAt, label: 'guarded here' }],
    };
  },
  explain: ({ endpoint, how, name, counts: [count, all] }) => ({
    message:
      how === 'order' ? `'${name}' is registered after ${methodName(endpoint)} ${endpoint.path.text}, so it never runs for it. Move the route below that line, or add the check here.`
        : how === 'decorator' ? `${name} opens ${methodName(endpoint)} ${endpoint.path.text} to everybody although it changes data. Remove it, or mark the route as public.`
          : how === 'option' ? `${name} lets everybody call ${methodName(endpoint)} ${endpoint.path.text}, which changes data. Remove it, or mark the route as public.`
            : `${methodName(endpoint)} ${endpoint.path.text} has no authentication while ${count} of ${all} routes here use ${/ /.test(name) ? name : `'${name}'`}. Add it, or mark the route as public.`,
    why: 'One forgotten route is enough: whoever finds it needs no account at all.',
    remedy: 'Put the check its neighbours have in front of it, or say above it why everybody may call it: `// unlatched: public -- reason`.',
  }),
  *fix({ evidence: { endpoint, guard, off, how } }, context): Iterable<Fix> {
    const added = guard && guardFix(endpoint, guard, context);
    if (added) yield added;
    if (off && how === 'decorator') yield { title: 'Remove the decorator', safety: 'review', changes: [{ do: 'remove', at: off, as: 'statement' }] };
    if (off && how === 'option') yield { title: 'Remove auth: false', safety: 'review', changes: [{ do: 'remove', at: off, as: 'entry' }] };
    const open = publicFix(endpoint, context);
    if (open) yield open;
  },
  examples: [
    {
      title: 'one reading route among guarded ones',
      bad: `
        import { Router } from 'express';
        import { auth } from './auth.js';
        const router = Router();
        router.get('/invoices', auth, list);
        router.get('/invoices/:id', auth, show);
        router.get('/invoices/export', exported);
        //     ^^^ auth/route-missing-auth "has no authentication while 2 of 2 routes here use 'auth'"
        export default router;
      `,
      fixed: `
        import { Router } from 'express';
        import { auth } from './auth.js';
        const router = Router();
        router.get('/invoices', auth, list);
        router.get('/invoices/:id', auth, show);
        router.get('/invoices/export', auth, exported);
        export default router;
      `,
    },
    {
      title: 'the guard is registered below the route',
      bad: `
        const router = require('express').Router();
        const { requireAuth } = require('./auth');
        router.post('/orders', create);
        //     ^^^^ auth/route-missing-auth "'requireAuth' is registered after POST"
        router.use(requireAuth);
        router.get('/orders', list);
        module.exports = router;
      `,
      fixed: `
        const router = require('express').Router();
        const { requireAuth } = require('./auth');
        router.post('/orders', requireAuth, create);
        router.use(requireAuth);
        router.get('/orders', list);
        module.exports = router;
      `,
    },
    {
      title: 'Koa: a changing route below guarded ones, in a chain',
      bad: `
        import Koa from 'koa';
        import Router from '@koa/router';
        import { authenticate } from './auth.js';
        const router = new Router();
        router.get('/items', authenticate, list).post('/items', authenticate, add).put('/stock', put);
        //                                                                         ^^^ auth/route-missing-auth
        new Koa().use(router.routes()).listen(3000);
      `,
    },
    {
      title: 'Fastify: a plugin whose other routes ask first',
      bad: `
        export default async function routes(fastify) {
          fastify.get('/users', { onRequest: [fastify.authenticate] }, list);
          fastify.patch('/users/:id', { onRequest: [fastify.authenticate] }, change);
          fastify.post('/transfers', transfer);
        //        ^^^^ auth/route-missing-auth "POST /{?}/transfers"
        }
      `,
      fixed: `
        export default async function routes(fastify) {
          fastify.get('/users', { onRequest: [fastify.authenticate] }, list);
          fastify.patch('/users/:id', { onRequest: [fastify.authenticate] }, change);
          fastify.post('/transfers', { preHandler: fastify.authenticate }, transfer);
        }
      `,
    },
    {
      title: 'Nest: methods of one controller',
      bad: `
        import { Controller, Delete, Get, Module, Post, UseGuards } from '@nestjs/common';
        import { NestFactory } from '@nestjs/core';
        import { JwtAuthGuard } from './jwt-auth.guard';
        @Controller('projects')
        class ProjectsController {
          @UseGuards(JwtAuthGuard)
          @Get() list() { return this.projects.all(); }
          @UseGuards(JwtAuthGuard)
          @Post() add() { return this.projects.add(); }
          @Post('import')
        // ^^^^ auth/route-missing-auth "POST /projects/import has no authentication while 2 of 2 routes here use 'JwtAuthGuard'"
          bring() { return this.projects.import(); }
        }
        @Module({ controllers: [ProjectsController] }) class AppModule {}
        NestFactory.create(AppModule).then((app) => app.listen(3000));
      `,
      fixed: `
        import { Controller, Delete, Get, Module, Post, UseGuards } from '@nestjs/common';
        import { NestFactory } from '@nestjs/core';
        import { JwtAuthGuard } from './jwt-auth.guard';
        @Controller('projects')
        class ProjectsController {
          @UseGuards(JwtAuthGuard)
          @Get() list() { return this.projects.all(); }
          @UseGuards(JwtAuthGuard)
          @Post() add() { return this.projects.add(); }
          @UseGuards(JwtAuthGuard)
          @Post('import')
          bring() { return this.projects.import(); }
        }
        @Module({ controllers: [ProjectsController] }) class AppModule {}
        NestFactory.create(AppModule).then((app) => app.listen(3000));
      `,
    },
    {
      title: 'Nest: a decorator opens a changing route',
      bad: `
        //- orders.ts
        import { Controller, Delete, Module } from '@nestjs/common';
        import { APP_GUARD, NestFactory } from '@nestjs/core';
        import { JwtAuthGuard } from './jwt-auth.guard';
        import { Public } from './public.decorator';
        @Controller('orders')
        class OrdersController {
          @Public()
        // ^^^^^^ auth/route-missing-auth "opens DELETE /orders/{id} to everybody"
          @Delete(':id') remove() { return this.orders.remove(); }
        }
        @Module({ controllers: [OrdersController], providers: [{ provide: APP_GUARD, useClass: JwtAuthGuard }] }) class AppModule {}
        NestFactory.create(AppModule).then((app) => app.listen(3000));
        //- jwt-auth.guard.ts
        import { Injectable } from '@nestjs/common';
        import { Reflector } from '@nestjs/core';
        import { AuthGuard } from '@nestjs/passport';
        @Injectable()
        export class JwtAuthGuard extends AuthGuard('jwt') {
          constructor(private reflector: Reflector) { super(); }
          canActivate(context) {
            const open = this.reflector.getAllAndOverride('open', [context.getHandler(), context.getClass()]);
            return open ? true : super.canActivate(context);
          }
        }
        //- public.decorator.ts
        import { SetMetadata } from '@nestjs/common';
        export const Public = () => SetMetadata('open', true);
      `,
      fixed: `
        //- orders.ts
        import { Controller, Delete, Module } from '@nestjs/common';
        import { APP_GUARD, NestFactory } from '@nestjs/core';
        import { JwtAuthGuard } from './jwt-auth.guard';
        import { Public } from './public.decorator';
        @Controller('orders')
        class OrdersController {
          @Delete(':id') remove() { return this.orders.remove(); }
        }
        @Module({ controllers: [OrdersController], providers: [{ provide: APP_GUARD, useClass: JwtAuthGuard }] }) class AppModule {}
        NestFactory.create(AppModule).then((app) => app.listen(3000));
      `,
    },
    {
      title: 'hapi: a route leaves the default strategy out',
      bad: `
        import Hapi from '@hapi/hapi';
        const server = Hapi.server();
        server.auth.strategy('token', 'jwt', { keys });
        server.auth.default('token');
        server.route({ method: 'DELETE', path: '/orders/{id}', options: { auth: false, handler: remove } });
        //                                                                      ^^^^^ auth/route-missing-auth "lets everybody call DELETE"
      `,
      fixed: `
        import Hapi from '@hapi/hapi';
        const server = Hapi.server();
        server.auth.strategy('token', 'jwt', { keys });
        server.auth.default('token');
        server.route({ method: 'DELETE', path: '/orders/{id}', options: { handler: remove } });
      `,
    },
    {
      title: 'a login among guarded routes',
      good: `
        import { Router } from 'express'; const router = Router(); router.post('/login', login); router.get('/orders', auth, list); router.post('/orders', auth, create); export default router;
      `,
    },
    {
      title: 'a catalogue anybody may read',
      good: `
        import { Router } from 'express'; const router = Router(); router.get('/products', list); router.post('/products', auth, add); router.put('/products/:id', auth, put); export default router;
      `,
    },
    {
      title: 'more open routes than guarded ones',
      good: `
        import { Router } from 'express'; const r = Router(); r.post('/a', x); r.post('/b', x); r.post('/c', x); r.post('/d', auth, x); r.post('/e', auth, x); export default r;
      `,
    },
    {
      title: 'a public route above the line, by intent',
      good: `
        import { Router } from 'express'; const r = Router(); r.post('/webhooks/stripe', hook); r.post('/forgot-password', forgot); r.use(protect); r.patch('/me', change); export default r;
      `,
    },
    {
      title: 'marked public',
      good: `
        import { Router } from 'express';
        const r = Router();
        r.get('/orders', auth, a);
        r.post('/orders', auth, b);
        // unlatched: public -- a form on the site
        r.post('/quotes', c);
        export default r;
      `,
    },
    {
      title: 'what stands before cannot be read',
      good: `
        import { Router } from 'express'; import { gate } from 'gate'; const r = Router(); r.get('/orders', auth, a); r.post('/orders', auth, b); r.post('/quotes', gate, c); export default r;
      `,
    },
    {
      title: 'options that cannot be read',
      good: `
        import Fastify from 'fastify'; const f = Fastify(); f.get('/users', { onRequest: verifyJwt }, a); f.get('/orders', { onRequest: verifyJwt }, b); f.post('/quotes', { ...guarded }, c);
      `,
    },
    {
      title: 'the handler looks at a signature',
      good: `
        import { Router } from 'express'; const r = Router(); r.get('/orders', auth, a); r.post('/orders', auth, b);
        r.post('/paid', (req, res) => { stripe.webhooks.constructEvent(req.body, req.headers['stripe-signature'], key); res.end(); }); export default r;
      `,
    },
    {
      title: 'public by the policy',
      policy: { auth: { at: 'code', publicPaths: ['/quotes'], guards: [], roleGuards: [], trustedHeaders: [] } },
      good: `
        import express from 'express'; const r = express(); r.get('/orders', auth, a); r.post('/orders', auth, b); r.post('/quotes', c);
      `,
    },
    {
      title: 'Fastify: a hook below the routes covers them all the same',
      good: `
        import Fastify from 'fastify'; const f = Fastify(); f.post('/orders', create); f.addHook('onRequest', verifyJwt); f.get('/orders', list);
      `,
    },
    {
      title: 'hapi: an account is made, and a login',
      good: `
        import Hapi from '@hapi/hapi';
        const server = Hapi.server();
        server.auth.strategy('token', 'jwt', { keys });
        server.auth.default('token');
        server.route({ method: 'POST', path: '/login', options: { auth: false }, handler: login });
        server.route({ method: 'GET', path: '/items', options: { auth: false }, handler: list });
      `,
    },
  ],
});

/** Other routes of the same router, controller or file that are not meant for everybody. */
function neighbours(endpoint: Endpoint, context: RuleContext): readonly Endpoint[] {
  const all = context.endpoints({ scope: endpoint.scope }).filter((one) => one.methodAt.mark !== endpoint.methodAt.mark || one.methodAt.path !== endpoint.methodAt.path);
  return all.filter((one) => one.method !== 'OPTIONS' && one.method !== 'HEAD' && !isMeantForAll(one, context) && !assetPath(one.path.text) && !NO_DATA.test(one.path.text));
}
