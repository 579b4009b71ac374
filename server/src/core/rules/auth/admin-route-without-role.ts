import type { Severity } from '../../findings/finding.js';
import type { FunctionId } from '../../model/value.js';
import { links, type Endpoint } from '../../project/project.js';
import type { At } from '../../text/source.js';
import { changing, methodName, refusesByItself } from '../facts/methods.js';
import { adminPath, assetPath, publicPath, strongAdminPath } from '../facts/paths.js';
import { guardedTwin } from '../facts/mounted-twice.js';
import { isMeantForAll } from '../facts/peers.js';
import { answersYesOrNo } from '../facts/plain-answers.js';
import { comparesKey, mayAskInChain, roleFix, roleGuardFor } from '../facts/rights.js';
import { someValue } from '../facts/walk.js';
import { answersLocally } from '../facts/listening.js';
import { rule, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly endpoint: Endpoint;
  /** The login check that runs; undefined where nothing does. */
  readonly guard: string | undefined;
  /** The router a mount puts below an admin path, and how many of its routes are meant. */
  readonly mountAt: At | undefined;
  readonly count: number;
}
const ADMIN_SEGMENT = /(^|\/)(admin\w{0,40}|superadmin|root|back-?office|sudo|impersonate)(?=\/|$)/i;
const WEAK_SEGMENT = /(^|\/)(internal|management|manage|ops|staff|moderation|system|tenants|feature-?flags|settings|config|configuration|maintenance)(?=\/|$)/i;
/** Settings and the like of the caller's own. */
const OWN = /(^|\/)(me|self|my|users?|accounts?|profile)\/(\{[^}]{0,60}\}\/)?(settings|config|configuration)(\/|$)/i;
const ROLE_FIELD = /^(roles?|isAdmin|is_admin|admin|isSuperAdmin|superuser|permissions?|scopes?|abilities|accessLevel|rights)$/i;
const ROLE_CALL = /(^|\.)(is|check|has|require|assert|ensure|must)\w{0,30}(admin|role|permission|access|rights|scope)\w{0,30}$|(^|\.)(can|cannot|authorize|enforce)$/i;

export default rule<'endpoint', Evidence>({
  meta: {
    id: 'auth/admin-route-without-role',
    title: 'Admin route checks login, not role',
    owasp: ['API5:2019', 'API5:2023'],
    cwe: [862, 285],
    severity: 'warning',
    confidence: 'low',
    topics: ['auth'],
    since: '0.1.0',
    whenNotToUse: 'Everybody who can log in to this service is an administrator.',
    references: ['https://owasp.org/API-Security/editions/2023/en/0xa5-broken-function-level-authorization/'],
  },
  on: 'endpoint',
  words: [],
  *detect(endpoint, context) {
    const strong = isWantedStrong(endpoint);
    if (!concerns(endpoint, strong, context)) return;
    const isOpen = endpoint.authentication.state === 'open';
    const isGateway = context.policy('auth').at === 'gateway';
    const severity: Severity = isGateway ? 'hint' : !strong ? 'info' : isOpen ? 'error' : 'warning';
    const base = { subject: endpoint.id, when: endpoint.when, severity };
    const guard = isOpen ? undefined : (endpoint.authentication.by?.layer.name ?? 'a login check');
    const own = segmentOf(endpoint.pathAt, endpoint, strong, context);
    const confidence = strong && endpoint.handler !== undefined ? 'medium' : 'low';
    if (own) {
      yield { ...base, at: own, confidence, evidence: { endpoint, guard, mountAt: undefined, count: 1 } };
      return;
    }
    // The prefix stands elsewhere: one finding for all routes of the router.
    const alike = context.endpoints({ scope: endpoint.scope }).filter((one) => concerns(one, isWantedStrong(one), context) && !segmentOf(one.pathAt, one, isWantedStrong(one), context));
    if (alike[0] && alike[0].id !== endpoint.id) return;
    const mount = mountOf(endpoint, strong, context);
    yield {
      ...base, at: mount?.segmentAt ?? endpoint.methodAt, confidence, evidence: { endpoint, guard, mountAt: mount?.at, count: alike.length },
      ...(mount ? { related: [{ at: endpoint.methodAt, label: 'a route below it' }] } : {}),
    };
  },
  explain: ({ endpoint, guard, count }) => ({
    message: `${methodName(endpoint)} ${endpoint.path.text}${count > 1 ? ` and ${count - 1} more beside it` : ''} ${count > 1 ? 'are admin routes' : 'is an admin route'} ` +
      `but ${guard === undefined ? 'no check' : guard === 'a login check' ? `only ${guard}` : `only '${guard}'`} runs before it. Require the admin role.`,
    why: 'A login says who calls, not what the caller may do: every registered user is an administrator here.',
    remedy: 'Put a check of the role in front of the whole admin router.',
  }),
  *fix({ evidence: { endpoint, mountAt } }, context): Iterable<FixAnswer> {
    if (mountAt && mountAt.path === endpoint.methodAt.path) {
      const known = roleGuardFor(mountAt, context);
      yield { title: 'Require an admin role', safety: known === undefined ? 'manual' : 'review', changes: [{ do: 'insert', at: mountAt, where: 'before', code: [known ?? { slot: "requireRole('admin')" }, ', '] }] };
      return;
    }
    yield roleFix(endpoint, context) ?? { refused: 'The route is answered inside a function, where a check has no place of its own.' };
  },
  examples: [
    {
      title: 'a router that is mounted behind a login only',
      bad: `
        import express from 'express';
        import { requireAuth } from './auth.js';
        const app = express();
        const adminRouter = express.Router();
        adminRouter.get('/stats', (req, res) => res.json(stats()));
        adminRouter.post('/users', (req, res) => res.json(make(req.body)));
        app.use('/admin', requireAuth, adminRouter);
        //        ^^^^^ auth/admin-route-without-role "GET /admin/stats and 1 more beside it are admin routes but only 'requireAuth'"
        app.listen(3000);
      `,
      fixed: `
        import express from 'express';
        import { requireAuth } from './auth.js';
        const app = express();
        const adminRouter = express.Router();
        adminRouter.get('/stats', (req, res) => res.json(stats()));
        adminRouter.post('/users', (req, res) => res.json(make(req.body)));
        app.use('/admin', requireAuth, requireRole('admin'), adminRouter);
        app.listen(3000);
      `,
    },
    {
      title: 'no check at all',
      bad: `
        const express = require('express');
        const app = express();
        app.post('/admin/users', (req, res) => res.json(make(req.body)));
        //         ^^^^^ auth/admin-route-without-role "is an admin route but no check runs before it"
        app.listen(3000);
      `,
    },
    {
      title: 'the role guard of the neighbours is used',
      bad: `
        import express from 'express';
        import { requireAuth, requireRole } from './auth.js';
        const app = express();
        app.get('/reports', requireAuth, requireRole('auditor'), (req, res) => res.json(reports()));
        app.delete('/admin/cache', requireAuth, (req, res) => res.json(clear()));
        //           ^^^^^ auth/admin-route-without-role "only 'requireAuth'"
        app.listen(3000);
      `,
      fixed: `
        import express from 'express';
        import { requireAuth, requireRole } from './auth.js';
        const app = express();
        app.get('/reports', requireAuth, requireRole('auditor'), (req, res) => res.json(reports()));
        app.delete('/admin/cache', requireAuth, requireRole('auditor'), (req, res) => res.json(clear()));
        app.listen(3000);
      `,
    },
    {
      title: 'Fastify: a hook that asks for a login',
      bad: `
        import Fastify from 'fastify';
        const fastify = Fastify();
        fastify.get('/admin/users', { preHandler: [verifyJwt] }, async () => all());
        //            ^^^^^ auth/admin-route-without-role "only 'verifyJwt'"
      `,
      fixed: `
        import Fastify from 'fastify';
        const fastify = Fastify();
        fastify.get('/admin/users', { preHandler: [verifyJwt, requireRole('admin')] }, async () => all());
      `,
    },
    {
      title: 'Nest: a controller behind a login',
      bad: `
        import { Controller, Get, Module, UseGuards } from '@nestjs/common';
        import { NestFactory } from '@nestjs/core';
        import { AuthGuard } from '@nestjs/passport';
        @UseGuards(AuthGuard('jwt'))
        @Controller('admin')
        class AdminController {
          @Get('stats') stats() { return this.service.stats(); }
        // ^^^ auth/admin-route-without-role "only 'AuthGuard'"
        }
        @Module({ controllers: [AdminController] }) class AppModule {}
        NestFactory.create(AppModule).then((app) => app.listen(3000));
      `,
      fixed: `
        import { Controller, Get, Module, UseGuards } from '@nestjs/common';
        import { NestFactory } from '@nestjs/core';
        import { AuthGuard } from '@nestjs/passport';
        @UseGuards(AuthGuard('jwt'))
        @Controller('admin')
        class AdminController {
          @UseGuards(RolesGuard)
          @Get('stats') stats() { return this.service.stats(); }
        }
        @Module({ controllers: [AdminController] }) class AppModule {}
        NestFactory.create(AppModule).then((app) => app.listen(3000));
      `,
    },
    {
      title: 'a role is asked for before the router',
      good: `
        import express from 'express'; const app = express(); const r = express.Router(); r.get('/stats', (q, s) => s.json(stats())); app.use('/admin', requireAuth, requireRole('admin'), r);
        app.listen(3000);
      `,
    },
    {
      title: 'Hono: a token that only operators hold',
      good: `
        import { Hono } from 'hono'; import { bearerAuth } from 'hono/bearer-auth'; const app = new Hono(); app.use('/admin/*', bearerAuth({ token: process.env.ADMIN_TOKEN })); app.get('/admin/stats', (c) => c.json(a()));
        export default app;
      `,
    },
    {
      title: 'Hono: a token of anybody with an account',
      bad: `
        import { Hono } from 'hono';
        import { bearerAuth } from 'hono/bearer-auth';
        const app = new Hono();
        app.use('/admin/*', bearerAuth({ verifyToken: (token, c) => known(token, c) }));
        app.get('/admin/stats', (c) => c.json(a()));
        //        ^^^^^ auth/admin-route-without-role
        export default app;
      `,
    },
    { title: 'the login of the admin pages', good: `import express from 'express'; const app = express(); app.post('/admin/login', limiter, (q, s) => s.json(login(q.body))); app.listen(3000);` },
    {
      title: 'a guard whose name says admin',
      good: `
        import express from 'express'; import { adminAuth, verifyAdminToken } from './auth.js'; const app = express(); app.get('/admin/a', adminAuth, (q, s) => s.json(a()));
        app.get('/admin/b', verifyAdminToken, (q, s) => s.json(a())); app.listen(3000);
      `,
    },
    {
      title: 'the handler asks for the role',
      good: `
        import express from 'express'; const app = express(); app.get('/admin/a', requireAuth, (q, s) => { if (q.user.role !== 'admin') return s.sendStatus(403); s.json(a()); });
        app.get('/admin/b', requireAuth, (q, s) => s.json(q.user.isAdmin ? all() : own())); app.listen(3000);
      `,
    },
    {
      title: 'a key that only operators have',
      good: `
        import express from 'express'; import basicAuth from 'express-basic-auth'; const app = express(); app.get('/admin/a', basicAuth({ users }), (q, s) => s.json(a()));
        app.get('/admin/b', requireApiKey, (q, s) => s.json(a())); app.listen(3000);
      `,
    },
    {
      title: 'a key that is compared in front of the router, or in a hook',
      good: `
        import express from 'express'; import Fastify from 'fastify'; import { timingSafeEqual } from 'node:crypto'; const app = express(); const fastify = Fastify();
        app.use('/admin', (q, s, next) => { if (q.get('x-admin-key') !== process.env.ADMIN_KEY) return s.sendStatus(401); next(); }); app.get('/admin/stats', (q, s) => s.json(a())); app.listen(3000);
        fastify.register(async (admin) => {
          admin.addHook('onRequest', async (req, reply) => { const given = digest(String(req.headers['x-admin-key'] ?? '')); if (!timingSafeEqual(given, expected)) return reply.code(401).send({}); });
          admin.get('/stats', async () => a());
        }, { prefix: '/admin' });
      `,
    },
    {
      title: 'what the first page asks before anybody can log in: yes or no',
      good: `
        import express from 'express'; const app = express();
        app.get('/admin/is-set-up', (req, res) => {
          try { const owners = countOwners(); res.json({ ready: owners > 0 }); } catch { res.status(500).json({ error: 'Not now' }); }
        });
        app.listen(3000);
      `,
    },
    {
      title: 'a count of what is there is more than yes or no',
      bad: `
        import express from 'express';
        const app = express();
        app.get('/admin/owners', (req, res) => res.json({ ready: true, owners: listOwners() }));
        //        ^^^^^ auth/admin-route-without-role
        app.listen(3000);
      `,
    },
    { title: 'pictures and scripts of the admin pages', good: `import express from 'express'; const app = express(); app.get('/admin/assets/app.js', (q, s) => s.sendFile(file)); app.listen(3000);` },
    {
      title: 'nobody knows what stands before',
      good: `
        import { Router } from 'express'; import { gate } from 'gate'; const r = Router(); r.get('/admin/stats', requireAuth, (q, s) => s.json(a())); export default r;
      `,
    },
    { title: 'a server of this machine alone', good: `import express from 'express'; const app = express(); app.get('/admin/stats', (q, s) => s.json(a())); app.listen(3000, '127.0.0.1');` },
    { title: 'Nest: roles of the class', good: `
        import { Controller, Get, Module, UseGuards } from '@nestjs/common';
        import { NestFactory } from '@nestjs/core';
        import { JwtAuthGuard, RolesGuard, Roles } from './guards';
        @UseGuards(JwtAuthGuard, RolesGuard) @Roles('admin') @Controller('admin')
        class AdminController { @Get('stats') stats() { return this.service.stats(); } }
        @Module({ controllers: [AdminController] }) class AppModule {}
        NestFactory.create(AppModule).then((app) => app.listen(3000));
      ` },
    {
      title: 'own settings are no administration',
      good: `
        import express from 'express'; const app = express(); app.put('/users/:id/settings', requireAuth, (q, s) => s.json(save(q.body)));
        app.put('/me/settings', requireAuth, (q, s) => s.json(save(q.body))); app.listen(3000);
      `,
    },
  ],
});

function isWantedStrong(endpoint: Endpoint): boolean {
  return strongAdminPath(endpoint.path.text);
}
/** An admin route of which it is known that nothing before its handler, nor the handler, asks for a role. */
function concerns(endpoint: Endpoint, strong: boolean, context: RuleContext): boolean {
  const { path, method, authentication, authorization } = endpoint;
  if (method === 'OPTIONS' || method === 'HEAD' || (!strong && !(adminPath(path.text) && changing.has(method) && !OWN.test(path.text)))) return false;
  if (publicPath(path.text) || isMeantForAll(endpoint, context) || assetPath(path.text) || refusesByItself(endpoint, context) || answersYesOrNo(endpoint, context)) return false;
  if (!endpoint.chainComplete || authorization.state !== 'open' || authentication.state === 'unknown' || mayAskInChain(endpoint) || guardedTwin(endpoint, context)) return false;
  // Weak words alone say nothing where nobody has to log in.
  if (!strong && authentication.state !== 'guarded') return false;
  if (links(endpoint.chain).some(({ layer }) => layer.claims.length === 0)) return false;
  if (links(endpoint.chain).some(({ layer }) => layer.fn !== undefined && holdsKey(layer.fn, context))) return false;
  const body = endpoint.handler === undefined ? undefined : context.body(endpoint.handler);
  if (body && someValue(body, (value) => (value.kind === 'ref' ? value.path.some((key) => key !== undefined && ROLE_FIELD.test(key)) : value.kind === 'call' && ROLE_CALL.test(value.callee || value.name)))) return false;
  return !answersLocally([endpoint], context);
}
function holdsKey(id: FunctionId, context: RuleContext): boolean {
  const fn = context.body(id);
  return fn !== undefined && comparesKey(fn, context);
}
/** The admin word in the path as it is written there. */
function segmentOf(at: At | undefined, endpoint: Endpoint, strong: boolean, context: RuleContext): At | undefined {
  if (!at || at.path !== endpoint.methodAt.path) return undefined;
  const found = (strong ? ADMIN_SEGMENT : WEAK_SEGMENT).exec(context.textOf(at).replace(/['"`]/g, '/'));
  if (!found) return undefined;
  const start = found.index + (found[1]?.length ?? 0);
  return context.within(at, start, start + (found[2]?.length ?? 0));
}
/** The mount of this file that puts the router below an admin path. */
function mountOf(endpoint: Endpoint, strong: boolean, context: RuleContext): { readonly at: At; readonly segmentAt: At } | undefined {
  for (const mount of endpoint.mounts) {
    const entry = context.scopeOf(mount)?.order.find((one) => one.kind === 'mount' && one.at.path === mount.path && one.at.mark === mount.mark && one.at.part?.start === mount.part?.start);
    const segmentAt = segmentOf(entry?.pathAt, endpoint, strong, context);
    if (segmentAt) return { at: mount, segmentAt };
  }
  return undefined;
}
