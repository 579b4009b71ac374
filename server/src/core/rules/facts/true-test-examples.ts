import type { Example } from '../rule.js';

/** Tests that hold for whoever should be refused: auth/always-allow. */
export const trueTestExamples: readonly Example[] = [
  {
    title: 'set in place of compared',
    bad: `
      export const chiefOnly = (req, res, next) => {
        if (req.user.role = 'chief') next();
      //    ^^^^^^^^^^^^^^^^^^^^^^^ auth/always-allow "'req.user.role' is set here and not compared"
        else res.sendStatus(403);
      };
      export async function crew(ctx, next) {
        if (!ctx.state.user || !(ctx.state.user.isStaff = true)) ctx.throw(403);
      //                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ auth/always-allow
        await next();
      }
    `,
  },
  {
    title: 'where it was found is taken for whether',
    bad: `
      export const needs = (right) => (req, res, next) => {
        if (!req.auth.rights.indexOf(right)) return res.sendStatus(403);
        //                   ^^^^^^^ auth/always-allow "'indexOf' answers -1 where nothing was found"
        next();
      };
      export class GrantGuard {
        canActivate(context) {
          return context.switchToHttp().getRequest().user.grants.findIndex((one) => one.id === 'archive') && true;
      //                                                         ^^^^^^^^^ auth/always-allow
        }
      }
    `,
  },
  {
    title: 'an empty list is true as well',
    bad: `
      export class WardenGuard {
        canActivate(context) {
          const { user } = context.switchToHttp().getRequest();
          return ['warden', 'chief'].filter((role) => role === user?.role) ? true : false;
      //                             ^^^^^^ auth/always-allow "'filter' gives a list, which counts as true even when it is empty"
        }
      }
      export const needs = (right) => (req, res, next) => {
        const held = req.auth.rights.filter((one) => one === right);
      //                             ^^^^^^ auth/always-allow
        if (!held) return res.sendStatus(403);
        next();
      };
    `,
  },
  {
    title: 'a constant beside the real test',
    bad: `
      export const ownPlot = (find) => async (req, res, next) => {
        const plot = await find(req.params.id);
        if (!plot) return res.sendStatus(404);
        if (plot.grower === req.user.id || true) return next();
      //                                   ^^^^ auth/always-allow "decides this test whatever stands beside it"
        res.sendStatus(403);
      };
      require('express')().put('/plots/:id', needsToken, ownPlot(byId), (req, res) => res.end());
      export function needsToken(req, res, next) {
        if (!req.headers.authorization && false) return res.sendStatus(401);
      //                                  ^^^^^ auth/always-allow
        next();
      }
    `,
  },
  {
    title: 'a word in place of a comparison, and a flag that strangers do not have',
    bad: `
      import express from 'express';
      const app = express();
      const keepers = (req, res, next) => {
        if (req.session.rank === 'keeper' || 'warden') return next();
      //                                     ^^^^^^^^ auth/always-allow "'|| warden' decides this test"
        res.sendStatus(403);
      };
      const grownUps = (req, res, next) => {
        if (req.session.grown === false) return res.sendStatus(403);
      //    ^^^^^^^^^^^^^^^^^^^^^^^^^^^ auth/always-allow "Whoever has no 'req.session.grown' at all passes here"
        next();
      };
      app.get('/nests', keepers, (req, res) => res.json(nests()));
      app.get('/cellar', grownUps, (req, res) => res.json(bottles()));
      app.listen(3000);
    `,
  },
  {
    title: 'a default beside what is compared, and a flag behind a login',
    good: `
      import express from 'express';
      const app = express();
      const keepers = (req, res, next) => { if ((req.session.rank || 'guest') === 'keeper') return next(); res.sendStatus(403); };
      const signedIn = (req, res, next) => { if (!req.session.uid) return res.sendStatus(401); next(); };
      const active = (req, res, next) => { if (req.session.active === false) return res.sendStatus(403); next(); };
      app.get('/nests', keepers, (req, res) => res.json(nests()));
      app.get('/cellar', signedIn, active, (req, res) => res.json(bottles()));
      app.listen(3000);
    `,
  },
  {
    title: 'constants that keep everybody out, or that ask about something else',
    good: `
      export const closed = (req, res, next) => { if (!req.user || true) return res.sendStatus(403); next(); };
      export const noted = (req, res, next) => { if (req.query.verbose || true) console.log(req.url); if (!req.user) return res.sendStatus(401); next(); };
      require('express')().put('/plots/:id', closed, noted, (req, res) => res.end());
    `,
  },
  {
    title: 'lists whose length is asked for, and lists that may be missing',
    good: `
      export const needs = (right) => (req, res, next) => {
        if (req.auth.rights.filter((one) => one === right).length === 0) return res.sendStatus(403);
        if (!req.auth.rights.some((one) => one === right) || !req.auth.rights.find((one) => one === right)) return res.sendStatus(403);
        next();
      };
      export class CrewGuard { canActivate(context) { return context.switchToHttp().getRequest().user.roles?.length > 0; } }
    `,
  },
  {
    title: 'positions that are compared, names that are set, and lists of other things',
    good: `
      export const needs = (right) => (req, res, next) => {
        if (req.auth.rights.indexOf(right) === -1 || !~req.auth.groups.indexOf(right)) return res.sendStatus(403);
        next();
      };
      export function enter(req, res, next) {
        let found;
        if ((found = req.session.user)) req.role = found.role;
        if (req.session.user) { req.session.role = 'reader'; return next(); }
        res.sendStatus(401);
      }
      export function tail(text) { if (text.indexOf('#')) return text; return text.slice(1); }
    `,
  },
  {
    title: 'any key will do',
    bad: `
      import express from 'express';
      const app = express();
      function partners(req, res, next) {
        if (!req.get('x-partner-key')) return res.status(401).json({ error: 'key' });
      //    ^^^^^^^^^^^^^^^^^^^^^^^^^ auth/always-allow "Any value of 'x-partner-key' passes here"
        next();
      }
      app.get('/quotes', partners, (req, res) => res.json(quotes()));
      app.listen(3000);
    `,
  },
  {
    title: 'Fastify: a key in the query that only has to be there',
    bad: `
      import Fastify from 'fastify';
      const app = Fastify();
      const withKey = async (request, reply) => {
        if (request.query.token != null) return;
      //    ^^^^^^^^^^^^^^^^^^^^^^^^^^^ auth/always-allow "Any value of 'token' passes here"
        throw Object.assign(new Error('key'), { statusCode: 401 });
      };
      app.get('/drafts', { preHandler: withKey }, async () => drafts());
    `,
  },
  {
    title: 'a key that is looked at later, or compared',
    good: `
      import express from 'express';
      const app = express();
      const given = (req, res, next) => { if (!req.headers.authorization) return res.sendStatus(401); next(); };
      const known = async (req, res, next) => { if (!req.get('x-partner-key')) return res.sendStatus(401); req.partner = await byKey(req.get('x-partner-key')); next(); };
      app.get('/quotes', given, (req, res) => res.json(quotesFor(verify(req.headers.authorization))));
      app.get('/rates', known, (req, res) => res.json(rates()));
      app.get('/stock', given, requireAuth, (req, res) => res.json(stock()));
      app.listen(3000);
    `,
  },
  {
    title: 'only one role is refused',
    bad: `
      import express from 'express';
      const app = express();
      const insiders = (req, res, next) => {
        if (req.session.role === 'visitor') return res.sendStatus(403);
      //    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ auth/always-allow "Whoever has no 'req.session.role' at all passes here"
        next();
      };
      app.delete('/shelves/:id', insiders, (req, res) => res.json(drop(req.params.id)));
      app.listen(3000);
    `,
  },
  {
    title: 'one role is refused of those who are known',
    good: `
      import express from 'express';
      const app = express();
      const insiders = (req, res, next) => { if (req.session?.user?.role === 'visitor') return res.sendStatus(403); next(); };
      const others = (req, res, next) => { if (!req.session.user) return res.sendStatus(401); if (req.session.user?.role === 'visitor') return res.sendStatus(403); next(); };
      app.delete('/shelves/:id', requireAuth, insiders, (req, res) => res.json(drop(req.params.id)));
      app.delete('/racks/:id', others, (req, res) => res.json(drop(req.params.id)));
      app.listen(3000);
    `,
  },
  {
    title: 'Fastify: a status, and nothing sent',
    bad: `
      import Fastify from 'fastify';
      const app = Fastify();
      app.decorate('lead', async (request, reply) => {
        if (!request.user.isLead) reply.code(403);
      //                                ^^^^ auth/always-allow "refuses here and goes on all the same"
      });
      async function warden(request, reply) {
        if (request.user.role !== 'warden') {
          reply.status(401);
      //        ^^^^^^ auth/always-allow "'warden' refuses here and goes on"
          return;
        }
      }
      app.put('/gates/:id', { preHandler: [app.lead, warden] }, async (request) => open(request.params.id));
    `,
  },
  {
    title: 'Fastify: a status with what is sent or thrown',
    good: `
      import Fastify from 'fastify';
      const app = Fastify();
      app.decorate('lead', async (request, reply) => { if (!request.user.isLead) { reply.code(403); throw new Error('leads only'); } });
      app.decorate('crew', async (request, reply) => { if (!request.user.isCrew) { reply.code(403); await reply.send({}); return reply; } });
      app.get('/gates', async (request, reply) => { if (!gates()) { reply.code(403); return { error: 'closed' }; } return gates(); });
    `,
  },
  {
    title: 'a response that is made and not given, and the promise of a method',
    bad: `
      import { NextResponse } from 'next/server';
      import { Injectable } from '@nestjs/common';
      export async function requireEditor() {
        const user = await currentUser();
        if (!user.editor) NextResponse.json({ error: 'no' }, { status: 403 });
      //                               ^^^^ auth/always-allow "is made here and never thrown"
        if (!user.active) new Response('no', { status: 401 });
      //                      ^^^^^^^^ auth/always-allow "'Response' is made here and never thrown"
        return user;
      }
      @Injectable()
      export class ChiefGuard {
        canActivate(context) { return !!this.look(context); }
      //                                     ^^^^ auth/always-allow "nobody waits for it"
        private async look(context) { return context.switchToHttp().getRequest().session.chief; }
      }
    `,
  },
  {
    title: 'responses that are given back, kept or of another kind, and promises that are given on',
    good: `
      export async function requireEditor() {
        const user = await currentUser();
        if (!user.editor) throw new Response('no', { status: 403 });
        if (!user.active) return Response.json({}, { status: 401 });
        const sent = new Response('no', { status: 403 });
        new Response('', { status: 204 });
        return sent;
      }
      export class ChiefGuard { canActivate(context) { return this.look(context); } async look(context) { return context.switchToHttp().getRequest().session.chief; } }
      export class CrewGuard { async canActivate(context) { return !!(await this.look(context)); } async look(context) { return context.switchToHttp().getRequest().session.crew; } }
    `,
  },
];
