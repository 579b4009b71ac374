import type { Example } from '../rule.js';

/** Checks that are named and not called, and such as let whoever brings nothing pass: auth/always-allow. */
export const halfGuardExamples: readonly Example[] = [
  {
    title: 'a function is always true',
    bad: `
      //- routes.js
      const passport = require('passport');
      const { isModerator } = require('./people');
      const curators = (req, res, next) => (req.isAuthenticated && req.user.curator ? next() : res.sendStatus(403));
      //                                        ^^^^^^^^^^^^^^^ auth/always-allow "'req.isAuthenticated' is only named here"
      const known = (req, res, next) => {
        if (!req.isAuthenticated) return res.redirect('/login');
        //       ^^^^^^^^^^^^^^^ auth/always-allow "Call it"
        next();
      };
      module.exports = (app) => {
        app.use(passport.session());
        app.put('/shelves/:id', known, curators, (req, res) => {
          if (!isModerator) return res.sendStatus(403);
          //   ^^^^^^^^^^^ auth/always-allow
          res.end();
        });
      };
      //- people.js
      exports.isModerator = (user) => user.groups.includes('curators');
    `,
  },
  {
    title: 'named and called, or a flag of the application',
    good: `
      //- app.js
      const passport = require('passport');
      const { isModerator } = require('./people');
      const known = (req, res, next) => (req.isAuthenticated && req.isAuthenticated() ? next() : res.sendStatus(401));
      const curators = (req, res, next) => { if (isModerator && !isModerator(req.user)) return res.sendStatus(403); next(); };
      module.exports = [passport.session(), known, curators];
      //- people.js
      exports.isModerator = (user) => user.groups.includes('curators');
      //- flag.js
      const mark = (req, res, next) => { req.isAuthenticated = Boolean(req.session.uid); next(); };
      const known = (req, res, next) => { if (!req.isAuthenticated) return res.sendStatus(401); next(); };
      module.exports = [mark, known];
    `,
  },
  {
    title: 'only a wrong token is refused',
    bad: `
      import Koa from 'koa';
      import jwt from 'jsonwebtoken';
      export const requireMember = async (ctx, next) => {
        const token = ctx.cookies.get('token');
        if (!token) return next();
        //                 ^^^^ auth/always-allow "'requireMember' lets whoever brings no credential pass"
        try {
          ctx.state.user = jwt.verify(token, process.env.KEY, { algorithms: ['HS256'] });
        } catch {
          ctx.throw(401);
        }
        await next();
      };
      new Koa().use(requireMember);
    `,
  },
  {
    title: 'a policy that says yes to nobody in particular',
    bad: `
      import { Injectable } from '@nestjs/common';
      @Injectable()
      export class PermissionsGuard {
        canActivate(context) {
          const { user } = context.switchToHttp().getRequest();
          if (!user) return true;
          //                ^^^^ auth/always-allow "lets whoever brings no credential pass"
          return user.permissions.includes('beds:write');
        }
      }
    `,
  },
  {
    title: 'callers that are welcome without a token, and guards of other things',
    good: `
      import jwt from 'jsonwebtoken';
      export const optionalMember = (req, res, next) => {
        if (!req.cookies.token) return next();
        try { req.user = jwt.verify(req.cookies.token, process.env.KEY, { algorithms: ['HS256'] }); } catch { return res.sendStatus(401); }
        next();
      };
      export class TermsGuard { canActivate(context) { const { user } = context.switchToHttp().getRequest(); if (!user) return true; return user.acceptedTerms; } }
      export class RolesGuard { canActivate(context) { const { user } = context.switchToHttp().getRequest(); if (!user) return false; return user.roles.includes('ward'); } }
    `,
  },
  {
    title: 'what counts requests asks nobody who they are',
    good: `
      import { Injectable } from '@nestjs/common';
      @Injectable()
      export class UploadLimiterGuard { async canActivate(context) { return true; } }
      export class ExportQuotaGuard { canActivate() { return true; } }
    `,
  },
  {
    title: 'a way on for everybody until a setting puts a check in its place',
    good: `
      import express from 'express';
      import { config } from './config.js';
      import { real } from './real.js';
      const app = express();
      let ensureAuthenticated = (req, res, next) => { next(); };
      if (config.authentication) ensureAuthenticated = (req, res, next) => { if (req.user) return next(); res.sendStatus(401); };
      app.get('/orders', ensureAuthenticated, (req, res) => res.json(orders()));
      let requireUser = function (req, res, next) { next(); };
      export function setUp(options) { requireUser = options.guard || requireUser; }
      app.get('/users', (req, res, next) => requireUser(req, res, next), list);
      let checkToken = async (req, res, next) => next();
      switch (config.kind) { case 'real': checkToken = real; break; }
      app.get('/tokens', checkToken, list);
    `,
  },
];
