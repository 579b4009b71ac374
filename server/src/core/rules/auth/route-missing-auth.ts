import { believedEvent, type BelievedEvent } from '../facts/believed-events.js';
import { decoratorExamples } from '../facts/decorator-examples.js';
import { exemptedExamples } from '../facts/exempted-examples.js';
import { eventExamples } from '../facts/event-examples.js';
import { missingCheck, type MissingCheck } from '../facts/missing-auth.js';
import { methodName } from '../facts/methods.js';
import { mountedExamples } from '../facts/mounted-examples.js';
import { openPlaces, openReading, type OpenPlace } from '../facts/open-places.js';
import { openRowExamples } from '../facts/open-row-examples.js';
import { openSockets, type OpenSockets } from '../facts/open-sockets.js';
import { procedureExamples } from '../facts/procedure-examples.js';
import { looseProcedures } from '../facts/procedure-levels.js';
import { handedOutExamples } from '../facts/handed-out-examples.js';
import { guardFix, publicFix } from '../facts/peers.js';
import { personalExamples } from '../facts/personal-examples.js';
import { removalExamples } from '../facts/removal-examples.js';
import { unaskedMutations, type UnaskedMutation } from '../facts/resolvers.js';
import type { At } from '../../text/source.js';
import { rule, type FixAnswer } from '../rule.js';

export default rule<'module', MissingCheck | UnaskedMutation | OpenSockets | BelievedEvent | OpenPlace>({
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
  on: 'module',
  words: [],
  *detect(module, context) {
    const told = new Set<At['mark']>();
    yield* openPlaces(module, context, ({ mark }) => told.add(mark));
    for (const endpoint of context.endpoints({ file: module.path })) {
      if (endpoint.methodAt.path !== module.path || told.has(endpoint.methodAt.mark)) continue;
      const event = believedEvent(endpoint, context);
      if (event) yield { at: endpoint.methodAt, subject: `${endpoint.id} event`, when: endpoint.when, confidence: 'medium', evidence: event };
      else {
        const missing = [...missingCheck(endpoint, context)];
        yield* missing.length > 0 ? missing : openReading(endpoint, context);
      }
    }
    for (const one of openSockets(module, context)) yield { at: one.at, subject: `sockets ${one.change}`, confidence: 'medium', evidence: one };
    if (context.depends('graphql-shield', module.path) === true) return;
    const unasked = [...unaskedMutations(module, context), ...looseProcedures(module, context)];
    for (const one of unasked) yield { at: one.at, subject: `Mutation.${one.name}`, confidence: 'medium', evidence: one, related: [{ at: one.guardAt, label: 'guarded here' }] };
  },
  explain: (evidence) => ({
    message: sentenceOf(evidence),
    why: 'One forgotten route is enough: whoever finds it needs no account at all.',
    remedy: 'Put the check its neighbours have in front of it, or say above it why everybody may call it: `// unlatched: public -- reason`.',
  }),
  *fix({ evidence }, context): Iterable<FixAnswer> {
    if (evidence.how === 'mutation') return yield { refused: 'What the resolver has to check is for the author to say.' };
    if (evidence.how === 'place') return yield { refused: evidence.refused };
    if (evidence.how === 'sockets' || evidence.how === 'event') return yield { refused: `How a ${evidence.how === 'event' ? 'sender' : 'socket'} proves who it is, is for the author to say.` };
    const { endpoint, guard, off, how } = evidence;
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
      title: 'GraphQL: one mutation of a map does not ask',
      bad: `
        import { GraphQLError } from 'graphql';
        const products = new Map();
        function need(ctx, role) {
          if (ctx.user?.role !== role) throw new GraphQLError('forbidden', { extensions: { code: 'FORBIDDEN' } });
        }
        export const resolvers = {
          Query: { products: () => [...products.values()] },
          Mutation: {
            rename: (_, { id, name }, ctx) => { need(ctx, 'editor'); products.get(id).name = name; },
            removeProduct: (_, { id }) => products.delete(id),
        //  ^^^^^^^^^^^^^ auth/route-missing-auth "Mutation removeProduct asks nobody who calls while 1 of 1 others here use 'need'"
            login: (_, { email, password }) => signIn(email, password),
          },
        };
      `,
    },
    {
      title: 'GraphQL: wrapped resolvers, and a resolver class of Nest',
      bad: `
        //- resolvers.js
        const { createSchema } = require('graphql-yoga');
        const { authenticated } = require('./authenticated');
        module.exports = createSchema({ typeDefs, resolvers: { Mutation: {
          addPost: authenticated(async (_, args, ctx) => ctx.db.post.create(args)),
          dropPost: async (_, args, ctx) => ctx.db.post.delete(args),
        //^^^^^^^^ auth/route-missing-auth "use 'authenticated'"
        } } });
        //- courses.resolver.ts
        import { UseGuards } from '@nestjs/common';
        import { Mutation, Query, Resolver } from '@nestjs/graphql';
        import { GqlAuthGuard } from './gql-auth.guard';
        @Resolver()
        export class CoursesResolver {
          @Query() courses() { return this.rows.all(); }
          @UseGuards(GqlAuthGuard)
          @Mutation() addCourse(title) { return this.rows.add(title); }
          @Mutation() dropCourse(id) { return this.rows.delete(id); }
          //          ^^^^^^^^^^ auth/route-missing-auth "use 'GqlAuthGuard'"
        }
      `,
    },
    {
      title: 'GraphQL: all ask, the class does, or none',
      good: `
        import { UseGuards } from '@nestjs/common';
        import { Mutation, Resolver } from '@nestjs/graphql';
        @UseGuards(GqlAuthGuard) @Resolver() export class A { @UseGuards(RolesGuard) @Mutation() add() { return 1; } @Mutation() drop() { return 2; } }
        @Resolver() export class B { @Mutation() add() { return 1; } @Mutation() drop() { return 2; } }
        export const resolvers = { Mutation: {
          add: (_, args, ctx) => { if (!ctx.user) throw new Error('no'); return save(args); }, drop: (_, args, { user }) => { if (!user) throw new Error('no'); return remove(args); },
          refreshToken: (_, args) => refresh(args), imported,
        } };
      `,
    },
    {
      title: 'Fastify: what is read by everybody does not say that it may be cancelled by everybody',
      bad: `
        import Fastify from 'fastify';
        const app = Fastify();
        const member = { onRequest: (request) => request.jwtVerify() };
        app.get('/trips', async () => list());
        app.get('/trips/:id', async (request) => one(request.params.id));
        app.post('/trips', member, async (request) => add(request.body));
        app.route({ method: 'PUT', url: '/trips/:id', ...member, handler: async (request) => change(request.body) });
        app.route({ method: ['POST', 'DELETE'], url: '/trips/:id/seats', handler: async (request) => drop(request.params.id) });
        //                   ^^^^^^ auth/route-missing-auth "has no authentication"
        //                           ^^^^^^^^ auth/route-missing-auth
      `,
    },
    {
      title: 'files that are read by everybody, and written by some',
      good: `import { Router } from 'express'; const r = Router(); r.post('/files', auth, add); r.delete('/files/:name', auth, drop); r.get('/files/:name', (req, res) => res.download(req.params.name)); export default r;`,
    },
    {
      title: 'hapi: what answers all other paths, and only says that there is nothing',
      good: `
        import Hapi from '@hapi/hapi'; import Boom from '@hapi/boom'; const server = Hapi.server();
        server.auth.strategy('token', 'jwt', { keys }); server.auth.default('token');
        server.route({ method: 'DELETE', path: '/items/{id}', handler: remove });
        server.route({ method: '*', path: '/{any*}', options: { auth: false }, handler: () => Boom.notFound() });
      `,
    },
    {
      title: 'the guard of the administration says nothing of the pages before it',
      good: `
        import { Hono } from 'hono'; import { bearerAuth } from 'hono/bearer-auth'; const app = new Hono(); const only = bearerAuth({ token: process.env.TOKEN });
        app.put('/admin/times', only, put); app.delete('/admin/times', only, drop); app.post('/votes', (c) => c.body(null, 204)); export default app;
      `,
    },
    { title: 'whether a server is well', good: `import { Router } from 'express'; const r = Router(); r.get('/orders', auth, a); r.post('/orders', auth, b); r.all('/-/healthy', (req, res) => res.end('ok')); export default r;` },
    { title: 'more open routes than guarded ones', good: `import { Router } from 'express'; const r = Router(); r.post('/a', x); r.post('/b', x); r.post('/c', x); r.post('/d', auth, x); r.post('/e', auth, x); export default r;` },
    {
      title: 'a public route above the line, by intent',
      good: `import { Router } from 'express'; const r = Router(); r.post('/webhooks/stripe', hook); r.post('/forgot-password', forgot); r.use(protect); r.patch('/me', change); export default r;`,
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
      good: `import { Router } from 'express'; import { gate } from 'gate'; const r = Router(); r.get('/orders', auth, a); r.post('/orders', auth, b); r.post('/quotes', gate, c); export default r;`,
    },
    {
      title: 'options that cannot be read',
      good: `import Fastify from 'fastify'; const f = Fastify(); f.get('/users', { onRequest: verifyJwt }, a); f.get('/orders', { onRequest: verifyJwt }, b); f.post('/quotes', { ...guarded }, c);`,
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
      good: `import express from 'express'; const r = express(); r.get('/orders', auth, a); r.post('/orders', auth, b); r.post('/quotes', c);`,
    },
    {
      title: 'Fastify: a hook below the routes covers them all the same',
      good: `import Fastify from 'fastify'; const f = Fastify(); f.post('/orders', create); f.addHook('onRequest', verifyJwt); f.get('/orders', list);`,
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
    ...openRowExamples, ...personalExamples,
    ...eventExamples, ...removalExamples, ...handedOutExamples,
    ...decoratorExamples, ...exemptedExamples, ...mountedExamples, ...procedureExamples,
  ],
});

function sentenceOf(evidence: MissingCheck | UnaskedMutation | OpenSockets | BelievedEvent | OpenPlace): string {
  if (evidence.how === 'place') return evidence.message;
  if (evidence.how === 'mutation') return mutationMessage(evidence);
  return evidence.how === 'sockets' ? socketsMessage(evidence) : evidence.how === 'event' ? eventMessage(evidence) : messageOf(evidence);
}
function socketsMessage({ change, first, namespace }: OpenSockets): string {
  if (namespace) return `The namespace '${change}' takes sockets from anybody: what io.use() checks does not stand before it. Check the token in ${first} too.`;
  return `Sockets are taken from anybody, and what they send changes data (${change}), while routes here ask for a login. Check the token in ${first} first.`;
}
function eventMessage({ endpoint, about, beside }: BelievedEvent): string {
  if (beside) return `POST ${endpoint.path.text} believes whoever sends it, while ${about} beside it looks at the signature. Verify the sender's signature here as well.`;
  return `POST ${endpoint.path.text} believes whoever sends it that money was paid ('${about}'): nothing proves where it comes from. Verify the sender's signature first.`;
}
function mutationMessage({ name, guard, counts: [count, all], needed }: UnaskedMutation): string {
  if (needed !== undefined) return `Mutation ${name} asks no more than who is logged in, while ${needed.other} asks for '${needed.right}'. Ask for the same right here.`;
  return `Mutation ${name} asks nobody who calls while ${count} of ${all} others here ${/ /.test(guard) ? `have ${guard}` : `use '${guard}'`}. Add it.`;
}
function messageOf({ endpoint, how, name, counts: [count, all] }: MissingCheck): string {
  const route = `${methodName(endpoint)} ${endpoint.path.text}`;
  if (how === 'order') return `'${name}' is registered after ${route}, so it never runs for it. Move the route below that line, or add the check here.`;
  if (how === 'decorator') return `${name} opens ${route} to everybody although it changes data. Remove it, or mark the route as public.`;
  if (how === 'option') return `${name} lets everybody call ${route}, which changes data. Remove it, or mark the route as public.`;
  return `${route} has no authentication while ${count} of ${all} routes here use ${/ /.test(name) ? name : `'${name}'`}. Add it, or mark the route as public.`;
}
