import type { Example } from '../rule.js';

/** What limits/no-rate-limit says of logins that are no routes of their own, and of routes that only seem limited. */
export const limitExamples: readonly Example[] = [
  {
    title: 'GraphQL: a mutation that logs in',
    bad: `
      import bcrypt from 'bcryptjs';
      import { GraphQLError } from 'graphql';
      export const resolvers = {
        Mutation: {
          signIn: async (_, { email, password }) => {
      //  ^^^^^^ limits/no-rate-limit "Mutation.signIn has no rate limit, so passwords can be guessed"
            const member = await Member.findOne({ email });
            if (!member || !(await bcrypt.compare(password, member.hash))) throw new GraphQLError('wrong');
            return sign(member);
          },
          verifyOtp: (_, args) => codes.use(args),
      //  ^^^^^^^^^ limits/no-rate-limit "codes can be guessed"
          changePassword: async (_, { old, password }, { user }) => {
            if (!(await bcrypt.compare(old, user.hash))) throw new GraphQLError('wrong');
            return save(user.id, await bcrypt.hash(password, 12));
          },
        },
      };
    `,
  },
  {
    title: 'tRPC, the credentials of next-auth, and an action of a page',
    bad: `
      //- router.ts
      import { initTRPC } from '@trpc/server';
      import { z } from 'zod';
      import argon2 from 'argon2';
      const t = initTRPC.create();
      export const router = t.router({
        login: t.procedure.input(z.object({ email: z.string(), password: z.string() })).mutation(async ({ input }) => {
      //^^^^^ limits/no-rate-limit "procedure login"
          const user = await users.byEmail(input.email);
          return user && (await argon2.verify(user.hash, input.password)) ? sign(user) : null;
        }),
      });
      //- auth.ts
      import NextAuth from 'next-auth';
      import Credentials from 'next-auth/providers/credentials';
      import bcrypt from 'bcryptjs';
      export const { handlers } = NextAuth({
        providers: [Credentials({
          credentials: { email: {}, password: {} },
          async authorize({ email, password }) {
      //        ^^^^^^^^^ limits/no-rate-limit "The login by credentials"
            const row = await find(email);
            return row && (await bcrypt.compare(password, row.hash)) ? row : null;
          },
        })],
      });
      //- app/login/actions.ts
      'use server';
      import { cookies } from 'next/headers';
      import { verify } from '@node-rs/argon2';
      import { db } from '../db';
      export async function enter(form: FormData) {
      //                    ^^^^^ limits/no-rate-limit "passwords can be guessed"
        const row = await db.find(form.get('email'));
        const password = form.get('password') as string;
        if (!row || !(await verify(row.hash, password))) return { error: 'wrong' };
        (await cookies()).set('sid', await begin(row.id));
      }
    `,
  },
  {
    title: 'decorators of another framework, and a row of a table',
    bad: `
      //- login.controller.ts
      import { Body, JsonController, Post, UnauthorizedError } from 'routing-controllers';
      import bcrypt from 'bcrypt';
      @JsonController('/session')
      export class SessionController {
        @Post('/')
      // ^^^^ limits/no-rate-limit
        async open(@Body() body: { email: string; password: string }) {
          const one = await users.byEmail(body.email);
          if (!one || !(await bcrypt.compare(body.password, one.hash))) throw new UnauthorizedError();
          return sign(one);
        }
      }
      //- table.ts
      export const table = [
        { verb: 'post', at: '/login', run: async (req, res) => res.json(await login(req.body)) },
      //        ^^^^^^ limits/no-rate-limit "POST /login"
        { verb: 'get', at: '/items', run: items },
        { verb: 'post', at: '/items', run: add },
      ];
    `,
  },
  {
    title: 'something in the project counts, or the caller is known',
    good: `
      //- limit.ts
      import { RateLimiterMemory } from 'rate-limiter-flexible';
      export const limiter = new RateLimiterMemory({ points: 5, duration: 900 });
      //- resolvers.ts
      import bcrypt from 'bcryptjs';
      export const resolvers = {
        Mutation: {
          login: async (_, { email, password }) => {
            const member = await Member.findOne({ email });
            return member && (await bcrypt.compare(password, member.hash)) ? sign(member) : null;
          },
        },
      };
    `,
  },
  {
    title: 'rows of a table that are limited, and a handler that counts the tries itself',
    good: `
      //- table.js
      import express from 'express';
      const app = express();
      const table = [
        { verb: 'post', path: '/login', gate: ['slow'], run: people.login },
        { verb: 'post', path: '/signin', limited: true, run: people.login },
        { verb: 'get', path: '/tools', run: list },
      ];
      for (const { verb, path, run } of table) app[verb](path, run);
      app.listen(3000);
      //- gated.js
      import express from 'express';
      import { gate } from './gate.js';
      const gated = express();
      gated.post('/login', gate, (req, res) => res.json(check(req.body.password)));
      gated.listen(3001);
      //- gate.js
      import { RateLimiterMemory } from 'rate-limiter-flexible';
      const perIp = new RateLimiterMemory({ points: 10, duration: 900 });
      export const gate = (req, res, next) => perIp.consume(req.ip).then(() => next()).catch(() => res.status(429).end());
      //- app/api/login/route.ts
      const tries = new Map();
      export async function POST(request) {
        const { email, password } = await request.json();
        const seen = tries.get(email) ?? { n: 0, until: 0 };
        if (seen.until > Date.now()) return Response.json({}, { status: 403 });
        const user = await check(email, password);
        tries.set(email, { n: user ? 0 : seen.n + 1, until: seen.n > 5 ? Date.now() + 900000 : 0 });
        return Response.json({ ok: Boolean(user) });
      }
    `,
  },
  {
    title: 'what only looks like a login: names of other things, and procedures of who is known',
    good: `
      import { initTRPC } from '@trpc/server';
      const t = initTRPC.create();
      const protectedProcedure = t.procedure.use(isSignedIn);
      export const router = t.router({
        verifyPin: protectedProcedure.mutation(({ input }) => pins.use(input)),
        addUser: t.procedure.mutation(({ input }) => users.add({ name: input.name })),
      });
      export const resolvers = { Mutation: {
        signOut: (_, __, { session }) => session.destroy(),
        loginLink: (_, { email }) => email,
        setPassword: async (_, { password }, { user }) => users.update(user.id, { hash: await hash(password) }),
      } };
    `,
  },
  {
    title: 'what counts bytes and records limits no attempts',
    bad: `
      import { Hono } from 'hono';
      import { bodyLimit } from 'hono/body-limit';
      import { eq } from 'drizzle-orm';
      const app = new Hono();
      app.use(bodyLimit({ maxSize: 1024 }));
      app.post('/login', async (c) => {
      //  ^^^^ limits/no-rate-limit
        const { email, password } = await c.req.json();
        const [row] = await db.select().from(users).where(eq(users.email, email)).limit(1);
        return row && (await verify(row.hash, password)) ? c.json(sign(row)) : c.json({}, 401);
      });
      export default app;
    `,
  },
  {
    title: 'Nest: the guard that takes the password, a class that leaves the limiter',
    bad: `
      import { Body, Controller, Module, Post, Req, UseGuards } from '@nestjs/common';
      import { APP_GUARD, NestFactory } from '@nestjs/core';
      import { AuthGuard } from '@nestjs/passport';
      import { SkipThrottle, ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
      @SkipThrottle()
      @Controller('auth')
      class AuthController {
        @UseGuards(AuthGuard('local'))
        @Post('enter') enter(@Req() req) { return sign(req.user); }
      // ^^^^ limits/no-rate-limit "POST /auth/enter has no rate limit"
        @SkipThrottle({ default: false })
        @Post('login') login(@Body() body) { return check(body.password); }
      }
      @Module({ imports: [ThrottlerModule.forRoot([{ ttl: 60000, limit: 10 }])], controllers: [AuthController], providers: [{ provide: APP_GUARD, useClass: ThrottlerGuard }] })
      class AppModule {}
      await (await NestFactory.create(AppModule)).listen(3000);
    `,
  },
  {
    title: 'Nest: a limiter is set up, and no guard asks it',
    bad: `
      import { Body, Controller, Module, Post } from '@nestjs/common';
      import { NestFactory } from '@nestjs/core';
      import { ThrottlerModule } from '@nestjs/throttler';
      @Controller()
      class LoginController {
        @Post('login') login(@Body() body) { return check(body.password); }
      // ^^^^ limits/no-rate-limit
      }
      @Module({ imports: [ThrottlerModule.forRoot([{ ttl: 60000, limit: 10 }])], controllers: [LoginController] }) class AppModule {}
      await (await NestFactory.create(AppModule)).listen(3000);
    `,
  },
  {
    title: 'Fastify: the limiter stands in another scope',
    bad: `
      import Fastify from 'fastify';
      import limit from '@fastify/rate-limit';
      const app = Fastify();
      app.register(async (search) => {
        await search.register(limit, { max: 20 });
        search.get('/find', find);
      }, { prefix: '/search' });
      app.post('/login', { bodyLimit: 1024 }, async (request) => login(request.body));
      //  ^^^^ limits/no-rate-limit
      app.listen({ port: 3000 });
    `,
  },
  {
    title: 'words of other languages, a session that is made anew',
    bad: `
      import Fastify from 'fastify';
      const app = Fastify();
      app.post('/sitzung', async (request, reply) => {
      //  ^^^^ limits/no-rate-limit "passwords can be guessed"
        const { name, kennwort } = request.body;
        const person = await suche(name, kennwort);
        if (!person) return reply.code(401).send();
        await request.session.regenerate();
        request.session.person = person.id;
        return { ok: true };
      });
      app.post('/kurse/:id/anmelden', async (request) => buche(request.params.id));
      app.listen({ port: 3000 });
    `,
  },
  {
    title: 'a token from a mail is no code, also where a service takes it',
    good: `
      //- app.js
      const express = require('express');
      const { AccountController } = require('./account');
      const account = new AccountController();
      const app = express();
      app.post('/account/verify', account.verify);
      app.post('/account/reset-password', (req, res) => res.json(reset(req.body.resetToken, req.body.password)));
      app.listen(3000);
      //- account.js
      const { AccountService } = require('./service');
      exports.AccountController = class AccountController {
        async verify(req, res) {
          const service = new AccountService();
          res.json(await service.verify(req.body));
        }
      };
      //- service.js
      exports.AccountService = class AccountService {
        async verify(data) {
          if (!data.user.tempToken) throw new Error('no token');
          return this.users.byToken(data.user.tempToken);
        }
      };
    `,
  },
];
