import type { Example } from '../rule.js';

/** Logins that other shapes of limiters leave out, and logins by numbers: limits/no-rate-limit. */
export const unlimitedExamples: readonly Example[] = [
  {
    title: 'a number on a card logs in, beside a login with a limit',
    bad: `
      const express = require('express');
      const session = require('express-session');
      const rateLimit = require('express-rate-limit');
      const app = express();
      app.use(session({ secret: process.env.SECRET, cookie: { secure: true, sameSite: 'lax' } }));
      app.post('/login', rateLimit({ windowMs: 900000, limit: 10 }), async (req, res) => {
        const reader = await readers.findOne({ mail: String(req.body.mail) });
        if (!reader || !(await bcrypt.compare(String(req.body.password), reader.hash))) return res.sendStatus(401);
        req.session.reader = reader.id;
        res.json({});
      });
      app.post('/badge', async (req, res) => {
      //  ^^^^ limits/no-rate-limit "codes can be guessed"
        const reader = await readers.findOne({ card: String(req.body.cardNumber) });
        if (!reader) return res.sendStatus(401);
        req.session.reader = reader.id;
        res.json({});
      });
      app.listen(3000);
    `,
  },
  {
    title: 'a code that a query is asked for',
    bad: `
      import Fastify from 'fastify';
      const app = Fastify();
      app.post('/unlock', async (request, reply) => {
      //  ^^^^ limits/no-rate-limit "codes can be guessed"
        const { rows } = await pool.query('select id from lockers where phone = $1 and code = $2', [request.body.phone, request.body.code]);
        if (rows.length === 0) return reply.code(401).send({});
        return open(rows[0].id);
      });
      app.post('/pick-up', async (request, reply) => {
        const parcel = await knex('parcels').where({ phone: request.body.phone, code: request.body.code }).first('id');
        return parcel ? open(parcel.id) : reply.code(401).send({});
      });
      app.listen({ port: 3000 });
    `,
  },
  {
    title: 'Nest: the guard that limits stands before another method only',
    bad: `
      import { Body, Controller, Module, Post, UnauthorizedException, UseGuards } from '@nestjs/common';
      import { NestFactory } from '@nestjs/core';
      import { ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
      @Controller('members')
      class Members {
        @UseGuards(ThrottlerGuard)
        @Post('login')
        async login(@Body() body) {
          const member = await store.byMail(body.mail);
          if (!member || !(await bcrypt.compare(body.password, member.hash))) throw new UnauthorizedException();
          return { token: await sign(member) };
        }
        @Post('reset')
      // ^^^^ limits/no-rate-limit "codes can be guessed"
        async reset(@Body('mail') mail: string, @Body('code') code: string, @Body('password') password: string) {
          if (!(await store.takeCode(mail, code))) throw new UnauthorizedException();
          await store.setPassword(mail, await bcrypt.hash(password, 12));
        }
      }
      @Module({ imports: [ThrottlerModule.forRoot([{ ttl: 60000, limit: 10 }])], controllers: [Members] })
      class App {}
      await (await NestFactory.create(App)).listen(3000);
    `,
  },
  {
    title: 'tRPC: one procedure of two stands on the bare one',
    bad: `
      //- base.ts
      import { initTRPC } from '@trpc/server';
      import { RateLimiterMemory } from 'rate-limiter-flexible';
      const t = initTRPC.create();
      const perIp = new RateLimiterMemory({ points: 5, duration: 60 });
      const counted = t.middleware(async ({ ctx, next }) => { await perIp.consume(ctx.ip); return next(); });
      export const anybody = t.procedure;
      export const guesser = anybody.use(counted);
      export const router = t.router;
      //- door.ts
      import { anybody, guesser, router } from './base';
      export const door = router({
        enter: guesser.input(schema).mutation(async ({ input }) => {
          const member = await store.find(input.mail);
          if (!(await argon2.verify(member.hash, input.password))) throw new Error('no');
          return issue(member);
        }),
        kiosk: anybody.input(schema).mutation(async ({ input }) => {
      //^^^^^ limits/no-rate-limit "procedure kiosk has no rate limit"
          const member = await store.find(input.id);
          if (!(await argon2.verify(member.pinHash, input.pin))) throw new Error('no');
          return issue(member);
        }),
      });
    `,
  },
  {
    title: 'a guard that limits everything under a name of its own, a link that logs in, and a shop that asks for numbers',
    good: `
      //- app.ts
      import { Body, Controller, Module, Post, UnauthorizedException, UseGuards } from '@nestjs/common'; import { APP_GUARD, NestFactory } from '@nestjs/core'; import { ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
      class Slow extends ThrottlerGuard {}
      @Controller('members') class Members {
        @Post('reset') async reset(@Body('mail') mail: string, @Body('code') code: string) { if (!(await store.takeCode(mail, code))) throw new UnauthorizedException(); }
      }
      @Module({ imports: [ThrottlerModule.forRoot([{ ttl: 60000, limit: 10 }])], controllers: [Members], providers: [{ provide: APP_GUARD, useClass: Slow }] }) class App {}
      await (await NestFactory.create(App)).listen(3000);
      //- links.js
      const express = require('express'); const app = express();
      app.post('/enter', async (req, res) => { const one = await links.findOne({ linkToken: String(req.body.token) }); if (!one) return res.sendStatus(401); req.session.reader = one.reader; res.json({}); });
      app.post('/orders/find', async (req, res) => { const one = await orders.findOne({ number: String(req.body.number) }); if (!one) return res.sendStatus(404); res.json({ state: one.state }); });
      app.listen(3000);
    `,
  },
];
