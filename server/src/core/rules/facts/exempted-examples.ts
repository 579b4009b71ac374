import type { Example } from '../rule.js';

/** Routes a guard is told to let by: auth/route-missing-auth. */
export const exemptedExamples: readonly Example[] = [
  {
    title: 'Express: the exemptions of a guard reach further than the login',
    bad: `
      //- app.js
      import express from 'express';
      import { expressjwt } from 'express-jwt';
      import { members } from './members.js';
      const app = express();
      const known = expressjwt({ secret: process.env.KEY, algorithms: ['HS256'] }).unless({
        path: ['/login', { url: /^\\/members/, methods: ['GET', 'PUT'] }],
      //                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ auth/route-missing-auth "lets PUT /members/{id} by here"
      });
      app.use(known);
      app.use('/members', members);
      app.post('/login', (req, res) => res.json(login(req.body)));
      app.listen(3000);
      //- members.js
      import { Router } from 'express';
      export const members = Router();
      members.get('/', (req, res) => res.json(names()));
      members.put('/:id', (req, res) => res.json(rename(req.params.id, req.body.name)));
      members.delete('/:id', (req, res) => res.json(drop(req.params.id)));
    `,
  },
  {
    title: 'Koa: a path of the operators among the exemptions, in a list of its own',
    bad: `
      import Koa from 'koa';
      import Router from '@koa/router';
      import jwt from 'koa-jwt';
      const OPEN = [/^\\/ping/, /^\\/tools\\/backup$/];
      //                       ^^^^^^^^^^^^^^^^^^^ auth/route-missing-auth "'jwt' lets GET /tools/backup by here"
      const router = new Router();
      router.get('/ping', (ctx) => { ctx.body = 'pong'; });
      router.get('/tools/backup', async (ctx) => { ctx.body = await everything(); });
      router.post('/tools/clean', async (ctx) => { ctx.body = await clean(); });
      new Koa().use(jwt({ secret: process.env.KEY, algorithms: ['HS256'] }).unless({ path: OPEN })).use(router.routes()).listen(3000);
    `,
  },
  {
    title: 'Nest: a middleware is told to leave the export out',
    bad: `
      import { Controller, Get, Module, UnauthorizedException } from '@nestjs/common';
      import { NestFactory } from '@nestjs/core';
      class Tokens { use(req, res, next) { if (!req.headers.authorization) throw new UnauthorizedException(); req.user = verify(req.headers.authorization); next(); } }
      @Controller('parts')
      class Parts {
        @Get() list() { return this.parts.find({ take: 100 }); }
        @Get('export') all() { return this.parts.find(); }
      }
      @Module({ controllers: [Parts] })
      class AppModule {
        configure(consumer) { consumer.apply(Tokens).exclude('parts/export').forRoutes(Parts); }
      //                                                     ^^^^^^^^^^^^^^ auth/route-missing-auth "'Tokens' lets GET /parts/export by here"
      }
      NestFactory.create(AppModule).then((app) => app.listen(3000));
    `,
  },
  {
    title: 'exemptions for logins, what everybody may read, methods without data, and what has another check',
    good: `
      import express from 'express';
      import { expressjwt } from 'express-jwt';
      const app = express();
      app.use(expressjwt({ secret: process.env.KEY, algorithms: ['HS256'] }).unless({ path: ['/login', /^\\/plans/, '/jobs/nightly', { url: '/members', methods: ['POST'] }], method: ['OPTIONS'] }));
      app.post('/login', (req, res) => res.json(login(req.body)));
      app.get('/plans', (req, res) => res.json(plans()));
      app.post('/jobs/nightly', requireApiKey, (req, res) => res.json(run()));
      app.post('/members', (req, res) => res.json(join(req.body)));
      app.put('/members/:id', (req, res) => res.json(rename(req.params.id, req.body)));
      app.listen(3000);
    `,
  },
  {
    title: 'exemptions that nobody can read',
    good: `
      import express from 'express';
      import { expressjwt } from 'express-jwt';
      import { isOpen } from './open.js';
      const app = express();
      app.use(expressjwt({ secret: process.env.KEY, algorithms: ['HS256'] }).unless({ path: ['/members/1'], custom: isOpen }));
      app.put('/members/:id', (req, res) => res.json(rename(req.params.id, req.body)));
      app.listen(3000);
    `,
  },
];
