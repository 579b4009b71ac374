import type { At } from '../../text/source.js';
import { halfGuardExamples } from '../facts/half-guard-examples.js';
import { idleGuard } from '../facts/idle-guards.js';
import { passingIn, prefixFor, type Passing } from '../facts/passing-guards.js';
import { eitherExamples, passingMessages, unreadExamples } from '../facts/passing-texts.js';
import { welcomesIn } from '../facts/passing-verifiers.js';
import { trueTestExamples } from '../facts/true-test-examples.js';
import { rule, type FixAnswer } from '../rule.js';

interface Evidence {
  readonly name: string;
  readonly how: 'layer' | 'true' | 'done' | 'empty' | 'unused' | Passing['how'];
  /** What answers a refusal, where it is known: the parameter of the response. */
  readonly response: string | undefined;
  readonly framework: string | undefined;
  /** Code that goes before the statement and repairs it, and the statement. */
  readonly prefix?: { readonly at: At; readonly word: string };
}
export default rule<'function', Evidence>({
  meta: {
    id: 'auth/always-allow',
    title: 'This check accepts everybody',
    owasp: ['API2:2019', 'API2:2023'],
    cwe: [287],
    severity: 'error',
    confidence: 'medium',
    topics: ['auth'],
    since: '0.1.0',
    leansOn: ['express-basic-auth/authorizer'],
    whenNotToUse: 'The function stands in for a check in a demonstration.',
    references: ['https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/'],
  },
  on: 'function',
  words: [],
  *detect(fn, context) {
    const idle = idleGuard(fn, context);
    if (idle) yield { at: idle.at, subject: idle.name, confidence: 'medium', evidence: idle };
    for (const step of fn.steps) if (step.do === 'call') for (const { name, subject, at, how } of welcomesIn(step, step.call, context))
      yield { at, subject, confidence: 'high', evidence: { name, how, response: undefined, framework: undefined } };
    for (const one of passingIn(fn, context)) {
      const prefix = prefixFor(one, fn, context);
      yield {
        at: one.at, subject: `${fn.name} ${one.name} ${one.how}`, confidence: 'medium', when: fn.when,
        evidence: { name: one.name, how: one.how, response: undefined, framework: undefined, ...(prefix === undefined ? {} : { prefix }) },
        ...(one.next && one.next !== one.at ? { related: [{ at: one.next, label: 'the request goes on here' }] } : {}),
      };
    }
  },
  explain: ({ name, how }) => ({
    message:
      how === 'unused' ? `'${name}' only makes a check here; nobody runs it, so every request passes. Give it to the route as a middleware.`
        : (passingMessages[how]?.(name) ?? `'${name}' lets every request through. Verify the credential here and reject when it fails.`),
    why: 'It looks like protection and is none: whoever reads the routes believes that strangers are kept out.',
    remedy: 'Check the credential, and refuse with 401 where it is missing or wrong.',
  }),
  *fix({ at, evidence: { how, response, framework, prefix } }): Iterable<FixAnswer> {
    if (prefix) yield { title: `Add ${prefix.word.trim()}`, safety: 'review', changes: [{ do: 'insert', at: prefix.at, where: 'before', code: [prefix.word] }] };
    else if (how === 'true') yield { title: 'Reject by default', safety: 'review', changes: [{ do: 'replace', at, code: ['false'] }] };
    else if (how === 'layer' && response !== undefined && framework === 'express') yield { title: 'Reject by default', safety: 'review', changes: [{ do: 'replace', at, code: [`${response}.sendStatus(401)`] }] };
    else if (how === 'layer' && response !== undefined && framework === 'koa') yield { title: 'Reject by default', safety: 'review', changes: [{ do: 'replace', at, code: [`${response}.throw(401)`] }] };
    else yield { refused: how === 'unused' ? 'Where the check belongs is for the author to say.' : 'How the credential is to be verified is for the author to say.' };
  },
  examples: [
    {
      title: 'a guard that only goes on',
      bad: `
        import express from 'express';
        const requireAuth = (req, res, next) => next();
        //                                      ^^^^^^ auth/always-allow "'requireAuth' lets every request through"
        express().get('/orders', requireAuth, (req, res) => res.json(orders()));
      `,
      fixed: `
        import express from 'express';
        const requireAuth = (req, res, next) => res.sendStatus(401);
        express().get('/orders', requireAuth, (req, res) => res.json(orders()));
      `,
    },
    {
      title: 'a guard that logs and goes on',
      bad: `
        exports.isAuthenticated = function (req, res, next) {
          console.log('checking', req.url);
          next();
        //^^^^^^ auth/always-allow "lets every request through"
        };
      `,
    },
    {
      title: 'Koa',
      bad: `
        import Koa from 'koa';
        const app = new Koa();
        async function authenticate(ctx, next) {
          await next();
        //      ^^^^^^ auth/always-allow
        }
        app.use(authenticate);
      `,
    },
    {
      title: 'Fastify: a hook with nothing in it',
      bad: `
        import Fastify from 'fastify';
        const app = Fastify();
        async function verifyJwt(request, reply) {}
        //             ^^^^^^^^^ auth/always-allow
        app.addHook('onRequest', verifyJwt);
        app.get('/a', async () => a());
      `,
    },
    {
      title: 'Nest: a guard class',
      bad: `
        import { CanActivate, Injectable } from '@nestjs/common';
        @Injectable()
        export class RolesGuard implements CanActivate {
          canActivate(context) {
            return true;
        //         ^^^^ auth/always-allow "'RolesGuard' lets every request through"
          }
        }
      `,
      fixed: `
        import { CanActivate, Injectable } from '@nestjs/common';
        @Injectable()
        export class RolesGuard implements CanActivate {
          canActivate(context) {
            return false;
          }
        }
      `,
    },
    {
      title: 'passport: the password is never looked at',
      bad: `
        import passport from 'passport';
        import { Strategy as LocalStrategy } from 'passport-local';
        passport.use(new LocalStrategy((user, pass, done) => done(null, { id: user })));
        //                                                   ^^^^ auth/always-allow "'LocalStrategy' lets"
      `,
    },
    {
      title: 'hapi: a strategy that says yes',
      bad: `
        const Hapi = require('@hapi/hapi');
        const server = Hapi.server();
        server.auth.strategy('s', 'basic', { validate: async () => ({ isValid: true, credentials: {} }) });
        //                                                                     ^^^^ auth/always-allow "'validate' lets"
      `,
    },
    {
      title: 'packages that are told whom to let in',
      bad: `
        import express from 'express';
        import basicAuth from 'express-basic-auth';
        const app = express();
        app.use(basicAuth({ authorizer: () => true, challenge: true }));
        //                                    ^^^^ auth/always-allow "'authorizer' lets"
      `,
    },
    {
      title: 'Hono: a token that is not read',
      bad: `
        import { Hono } from 'hono';
        import { bearerAuth } from 'hono/bearer-auth';
        const app = new Hono();
        app.use('/api/*', bearerAuth({ verifyToken: async (token, c) => { return true; } }));
        //                                                                       ^^^^ auth/always-allow
      `,
    },
    {
      title: 'a check that is made and never run',
      bad: `
        import express from 'express';
        import passport from 'passport';
        const app = express();
        app.post('/orders', (req, res) => {
          passport.authenticate('jwt', { session: false });
        //         ^^^^^^^^^^^^ auth/always-allow "nobody runs it"
          res.json(save(req.body));
        });
      `,
    },
    {
      title: 'refused, and on it goes',
      bad: `
        export function tokenOnly(req, res, next) {
          if (!req.headers.authorization) {
            res.status(401).json({ error: 'no token' });
        //      ^^^^^^ auth/always-allow "'tokenOnly' refuses here and goes on all the same"
          }
          next();
        }
      `,
      fixed: `
        export function tokenOnly(req, res, next) {
          if (!req.headers.authorization) {
            return res.status(401).json({ error: 'no token' });
          }
          next();
        }
      `,
    },
    {
      title: 'a status that ends nothing, and a role that makes no difference',
      bad: `
        const jwt = require('jsonwebtoken');
        exports.token = (req, res, next) => {
          let user;
          try { user = jwt.verify(req.cookies.t, process.env.KEY, { algorithms: ['HS256'] }); }
          catch (e) { res.status(401); }
          //              ^^^^^^ auth/always-allow "goes on all the same"
          req.user = user;
          next();
        };
        exports.staff = (req, res, next) => {
          if (req.session.user.role === 'staff') next();
          next();
        //^^^^ auth/always-allow "goes on here whatever its test found"
        };
      `,
    },
    {
      title: 'Koa: a status, and the handler after it',
      bad: `
        import Koa from 'koa';
        new Koa().use(async (ctx, next) => {
          if (!ctx.state.user) ctx.status = 401;
          //                       ^^^^^^ auth/always-allow "This check refuses here and goes on"
          await next();
        });
      `,
    },
    {
      title: 'a failure that is caught and forgotten',
      bad: `
        import jwt from 'jsonwebtoken';
        export function requireUser(req, res, next) {
          try { req.user = jwt.verify(req.headers.authorization, process.env.KEY); } catch (err) { console.warn(err.message); }
          next();
        //^^^^ auth/always-allow "caught and forgotten"
        }
      `,
    },
    {
      title: 'Nest: a promise that is taken for a user',
      bad: `
        //- guard.ts
        import { CanActivate, Injectable } from '@nestjs/common';
        import { verifyToken } from './token';
        @Injectable()
        export class ApiGuard implements CanActivate {
          async canActivate(context) {
            const request = context.switchToHttp().getRequest();
            request.user = verifyToken(request.headers.authorization);
        //                 ^^^^^^^^^^^ auth/always-allow "nobody waits for it"
            return true;
        //         ^^^^ auth/always-allow "'ApiGuard' lets every request through"
          }
        }
        //- token.ts
        import { jwtVerify } from 'jose';
        export async function verifyToken(header) {
          const { payload } = await jwtVerify(header.slice(7), key);
          return payload;
        }
      `,
    },
    {
      title: 'a promise is always true',
      bad: `
        import bcrypt from 'bcrypt';
        import { isAdmin } from './rights.js';
        export async function login(req, res) {
          const user = await find(req.body.email);
          if (!user || !bcrypt.compare(req.body.password, user.hash)) return res.sendStatus(401);
        //                     ^^^^^^^ auth/always-allow "passes for everybody"
          res.json(sign(user));
        }
        export async function wipe(req, res) {
          const allowed = isAdmin(req.user);
        //                ^^^^^^^ auth/always-allow
          if (!allowed) return res.sendStatus(403);
          res.json(await empty());
        }
        //- rights.js
        export async function isAdmin(user) { return (await rolesOf(user)).includes('admin'); }
      `,
    },
    {
      title: 'an error nobody throws, and an answer nobody looks at',
      bad: `
        import { ForbiddenException } from '@nestjs/common';
        import { isOwner } from './owner.js';
        export function change(req, res) {
          if (!req.user) new ForbiddenException('no');
        //                   ^^^^^^^^^^^^^^^^^^ auth/always-allow "never thrown"
          isOwner(req.user, req.params.id);
        //^^^^^^^ auth/always-allow "is thrown away"
          res.json(save(req.body));
        }
        //- owner.js
        export function isOwner(user, id) { return user.id === id; }
      `,
    },
    {
      title: 'hapi: a scheme that knows everybody',
      bad: `
        const Hapi = require('@hapi/hapi');
        const server = Hapi.server();
        server.auth.scheme('key', () => ({ authenticate: (request, h) => h.authenticated({ credentials: { id: request.headers['x-id'] } }) }));
        //                                                                 ^^^^^^^^^^^^^ auth/always-allow "'authenticate' lets"
      `,
    },
    ...eitherExamples,
    ...unreadExamples,
    ...halfGuardExamples,
    ...trueTestExamples,
    {
      title: 'refused, and left',
      good: `
        export function requireUser(req, res, next) { if (!req.user) { res.status(401).json({}); return; } next(); }
        export function requireRole(req, res, next) { if (req.user.role !== 'admin') res.sendStatus(403); else next(); }
        export function verify(req, res, next) { try { req.user = check(req); } catch { return res.sendStatus(401); } next(); }
        export async function guard(ctx, next) { if (!ctx.state.user) ctx.throw(401); await next(); }
        export async function late(ctx, next) { await next(); if (ctx.status === 404) ctx.status = 403; }
      `,
    },
    {
      title: 'who is known is looked up, strangers are welcome',
      good: `
        export function loadUser(req, res, next) { try { req.user = jwt.verify(req.cookies.t, key); } catch { req.user = null; } next(); }
        export function verifyIfGiven(req, res, next) { if (!req.headers.authorization) return next(); req.user = jwt.verify(req.headers.authorization, key); next(); }
      `,
    },
    {
      title: 'promises that are waited for, and others',
      good: `
        export async function login(req, res) {
          const found = bcrypt.compare(req.body.password, hash);
          if (!(await found)) return res.sendStatus(401);
          audit.loginSeen(req.body.email);
          if (!(await bcrypt.compare(a, b)) || !bcrypt.compareSync(a, b)) return res.sendStatus(401);
          res.end();
        }
      `,
    },
    {
      title: 'names that say so',
      good: `
        export const optionalAuth = (req, res, next) => next();
        export const publicGuard = (req, res, next) => next();
        export const noAuth = (req, res, next) => next();
        export class AllowAnonymousGuard { canActivate() { return true; } } export class MockAuthGuard { canActivate() { return true; } }
      `,
    },
    {
      title: 'a guard that verifies',
      good: `
        export class JwtGuard { canActivate(ctx) { return this.jwt.verify(ctx); } }
        export class OtherGuard { async canActivate(ctx) { await this.auth.check(ctx); return true; } }
      `,
    },
    { title: 'a guard that throws', good: `export class JwtGuard { canActivate(ctx) { if (!ctx.user) throw new UnauthorizedException(); return true; } }` },
    {
      title: 'what a guard calls may throw',
      good: `
        export function requireAuth(req, res, next) { checkToken(req); next(); }
        export class AGuard { canActivate(ctx) { assertUser(ctx); return true; } }
      `,
    },
    { title: 'a check that is called', good: `import passport from 'passport'; export function requireAuth(req, res, next) { passport.authenticate('jwt', { session: false })(req, res, next); }` },
    {
      title: 'a check that is returned, or given on',
      good: `
        import passport from 'passport'; export const guard = () => passport.authenticate('jwt');
        export const list = [passport.authenticate('jwt')];
      `,
    },
    {
      title: 'passport: a password that is compared',
      good: `
        import { Strategy } from 'passport-local';
        new Strategy(async (user, pass, done) => { const found = await find(user); if (!found || !(await same(pass, found))) return done(null, false); done(null, found); });
      `,
    },
    { title: 'passport: providers have checked the caller', good: `import { Strategy } from 'passport-google-oauth20'; new Strategy(options, (accessToken, refreshToken, profile, done) => done(null, profile));` },
    {
      title: '@hapi/jwt has verified the signature before',
      good: `
        import Hapi from '@hapi/hapi'; const server = Hapi.server(); server.auth.strategy('s', 'jwt', { keys, validate: (artifacts) => ({ isValid: true, credentials: artifacts.decoded.payload }) });
      `,
    },
    { title: 'no guard by its name', good: `export const logger = (req, res, next) => next();\nexport function session(req, res, next) { next(); }` },
    { title: 'a method of a client', good: `export class Api { authenticate() { return true; } authorize(user, done) { done(null, user); } }` },
  ],
});
