import type { Example } from '../rule.js';

/** What limits/rate-limit-ineffective says of the options of limiters. */
export const limitOptionExamples: readonly Example[] = [
  {
    title: 'seconds where milliseconds count',
    bad: `
      //- web.js
      import rateLimit from 'express-rate-limit';
      export const first = rateLimit({ windowMs: 15 * 60, limit: 5 });
      //                                         ^^^^^^^ limits/rate-limit-ineffective "counts over 900 milliseconds"
      export const second = rateLimit({ windowMs: 3600, limit: 5 });
      //                                          ^^^^ limits/rate-limit-ineffective
      //- app.module.ts
      import { Module } from '@nestjs/common';
      import { ThrottlerModule } from '@nestjs/throttler';
      @Module({ imports: [ThrottlerModule.forRoot([{ ttl: 60, limit: 10 }])] })
      //                                                  ^^ limits/rate-limit-ineffective "counts over 60 milliseconds"
      export class AppModule {}
    `,
  },
  {
    title: 'Nest: limits that are none',
    bad: `
      import { Body, Controller, Module, Post, UnauthorizedException } from '@nestjs/common';
      import { APP_GUARD, NestFactory } from '@nestjs/core';
      import { Throttle, ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
      @Controller('crew')
      class Crew {
        @Throttle({ default: { ttl: 60_000, limit: 5_000 } })
        //                                         ^^^^^ limits/rate-limit-ineffective "300000 attempts an hour"
        @Post('login')
        async login(@Body() body) {
          const one = await store.byBadge(body.badge);
          if (!one || !(await compare(body.pin, one.pinHash))) throw new UnauthorizedException();
          return { token: await sign(one) };
        }
        @Throttle({ default: { ttl: 60_000, limit: 5_000 } })
        @Post('shifts')
        shifts(@Body() body) { return plan(body.week); }
      }
      @Module({
        imports: [ThrottlerModule.forRoot({ throttlers: [{ ttl: 1_000, limit: 2_000 }] })],
        //                                                                    ^^^^^ limits/rate-limit-ineffective "120000 requests a minute"
        controllers: [Crew], providers: [{ provide: APP_GUARD, useClass: ThrottlerGuard }],
      })
      class App {}
      await (await NestFactory.create(App)).listen(3000);
    `,
  },
  {
    title: 'milliseconds, also few of them, and the seconds of an old version',
    good: `
      //- web.js
      import rateLimit from 'express-rate-limit';
      export const first = rateLimit({ windowMs: 15 * 60 * 1000, limit: 5 });
      export const second = rateLimit({ windowMs: 1000, limit: 5 });
      //- app.module.ts
      import { Module } from '@nestjs/common';
      import { ThrottlerModule } from '@nestjs/throttler';
      @Module({ imports: [ThrottlerModule.forRoot([{ ttl: 60, limit: 10 }])] }) export class AppModule {}
      //- package.json
      { "dependencies": { "@nestjs/throttler": "^4.2.1", "express-rate-limit": "^7.0.0" } }
    `,
  },
  {
    title: 'a bucket of points nobody uses up, and buckets that end',
    bad: `
      const { RateLimiterMemory, RateLimiterRedis } = require('rate-limiter-flexible');
      const options = { points: 50_000, duration: 1 };
      //                        ^^^^^^ limits/rate-limit-ineffective "3000000 requests a minute"
      exports.wide = new RateLimiterMemory(options);
      exports.narrow = new RateLimiterRedis({ storeClient, points: 10, duration: 1 });
      exports.daily = new RateLimiterRedis({ storeClient, points: 100_000, duration: 86400 });
    `,
  },
  {
    title: 'the login is left out, a name the caller chooses is counted, and hapi only when asked',
    bad: `
      import rateLimit from 'express-rate-limit';
      import limiter from 'hapi-rate-limit';
      export const first = rateLimit({ limit: 20, skip: (req) => req.path.startsWith('/auth') || req.path === '/health' });
      //                                          ^^^^ limits/rate-limit-ineffective "leaves out the paths where passwords are tried"
      export const second = rateLimit({ limit: 20, keyGenerator: (req) => req.get('x-device-id') });
      //                                           ^^^^^^^^^^^^ limits/rate-limit-ineffective "a header the caller writes"
      await server.register({ plugin: limiter, options: { userLimit: 100, enabled: process.env.LIMITS === 'on' } });
      //                                                                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^ limits/rate-limit-ineffective "off unless a variable is set"
    `,
  },
  {
    title: 'probes are left out, and a variable switches it off',
    good: `
      import rateLimit from 'express-rate-limit';
      import limiter from 'hapi-rate-limit';
      export const first = rateLimit({ limit: 20, skip: (req) => req.path === '/health' || req.path.startsWith('/assets') });
      await server.register({ plugin: limiter, options: { userLimit: 100, enabled: process.env.LIMITS !== 'off' } });
    `,
  },
  {
    title: 'Fastify: a long token of a mail needs no limit',
    good: `
      import Fastify from 'fastify';
      import rateLimit from '@fastify/rate-limit';
      const app = Fastify();
      await app.register(rateLimit, { max: 100, timeWindow: '1 minute' });
      app.post('/account/verify/:token', { config: { rateLimit: false } }, async (request) => verifyEmailToken(request.params.token));
      app.post('/verify', { config: { rateLimit: false } }, async (request) => { const { token } = request.body; return confirm(token); });
    `,
  },
];
