import type { Example } from '../rule.js';

/** Tokens that stand beside the real check: auth/bypass-shortcut. */
export const tokenExamples: readonly Example[] = [
  {
    title: 'a token of the tests that is worth a verified one',
    bad: `
      import jwt from 'jsonwebtoken';
      export function member(req, res, next) {
        const token = req.get('authorization') ?? '';
        if (token === process.env.SMOKE_TEST_TOKEN) return next();
        //  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ auth/bypass-shortcut "Whoever has the value of SMOKE_TEST_TOKEN passes"
        try { req.user = jwt.verify(token, process.env.KEY, { algorithms: ['HS256'] }); } catch { return res.sendStatus(401); }
        next();
      }
    `,
    fixed: `
      import jwt from 'jsonwebtoken';
      export function member(req, res, next) {
        const token = req.get('authorization') ?? '';
        try { req.user = jwt.verify(token, process.env.KEY, { algorithms: ['HS256'] }); } catch { return res.sendStatus(401); }
        next();
      }
    `,
  },
  {
    title: 'a key written in the code, beside the real one',
    bad: `
      import express from 'express';
      const app = express();
      app.post('/readings', (req, res) => {
        const given = req.headers['x-station'];
        if (given !== process.env.STATION_KEY && given !== 'station-4711') return res.status(401).end();
        //                                                 ^^^^^^^^^^^^^^ auth/bypass-shortcut "The fixed value is a password for everyone"
        res.status(201).end();
      });
    `,
  },
  {
    title: 'Koa: the key in the code comes first',
    bad: `
      import Koa from 'koa';
      const app = new Koa();
      app.use(async (ctx, next) => {
        if ('let-me-in' !== ctx.get('x-device') && process.env.DEVICE_SECRET !== ctx.get('x-device')) ctx.throw(401);
        //  ^^^^^^^^^^^ auth/bypass-shortcut
        await next();
      });
    `,
  },
  {
    title: 'one of two real keys, and a kind of request beside a key',
    good: `
      import express from 'express'; const app = express();
      app.post('/a', (req, res) => { const given = req.get('x-key'); if (given !== process.env.KEY && given !== process.env.OLD_KEY) return res.sendStatus(401); res.end(); });
      app.post('/b', (req, res) => { if (req.get('x-key') !== process.env.KEY && req.get('x-kind') !== 'probe') return res.sendStatus(404); res.end(); });
    `,
  },
  {
    title: 'a way round beside the real test',
    bad: `
      import { Injectable } from '@nestjs/common';
      import { settings } from './settings';
      @Injectable()
      export class CashierGuard {
        canActivate(context) {
          const request = context.switchToHttp().getRequest();
          return request.session?.cashier || request.query.testing === 'yes';
          //                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ auth/bypass-shortcut "A request that carries 'testing' skips authentication"
        }
      }
      export function cashier(req, res, next) {
        if (!req.session.cashier && req.headers['x-e2e'] !== '1') return res.sendStatus(403);
        //                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ auth/bypass-shortcut "A request that carries 'x-e2e'"
        next();
      }
      export function teller(req, res, next) {
        const token = (req.headers.authorization ?? '').replace('Bearer ', '');
        if (token === settings.SMOKE_TOKEN) return next();
        //  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ auth/bypass-shortcut "Whoever has the value of SMOKE_TOKEN passes"
        try { req.user = verify(token); next(); } catch { res.sendStatus(401); }
      }
    `,
  },
  {
    title: 'two rights, and two kinds of request',
    good: `
      export class CashierGuard { canActivate(context) { const { session, query } = context.switchToHttp().getRequest(); return session.cashier || session.manager || query.code === session.code; } }
      export function grant(req, res, next) { if (req.body.grant_type !== 'password' && req.body.grant_type !== 'refresh_token') return res.sendStatus(401); next(); }
    `,
  },
];
