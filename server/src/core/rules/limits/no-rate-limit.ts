import type { ModuleView } from '../../model/module.js';
import type { Call, FunctionId, Value } from '../../model/value.js';
import type { Endpoint } from '../../project/project.js';
import { refusesByItself } from '../facts/methods.js';
import { guessedAt, isKnownBefore, type Guessed } from '../facts/guessing.js';
import { limitExamples } from '../facts/limit-examples.js';
import { mayBeLimited, saysLimited, skipsThrottle } from '../facts/limiters.js';
import { routeTables } from '../facts/open-rows.js';
import { provesByToken } from '../facts/long-tokens.js';
import { otherLogins, type OtherLogin } from '../facts/other-logins.js';
import { insertGuard } from '../facts/peers.js';
import { unlimitedExamples } from '../facts/unlimited-examples.js';
import { rule, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  /** Undefined: it is no route of its own. */
  readonly endpoint: Endpoint | undefined;
  readonly name: string;
  readonly kind: Guessed;
  readonly count: number;
}
const GUESSED: Readonly<Record<Guessed, string>> = { password: 'passwords can be guessed', code: 'codes can be guessed', enrols: 'accounts and mails can be made by the thousand' };
const LOCAL_LIMITER = 'rateLimit({ windowMs: 15 * 60 * 1000, limit: 10 })';

export default rule<'module', Evidence>({
  meta: {
    id: 'limits/no-rate-limit',
    title: 'Login can be tried without limit',
    owasp: ['API4:2019', 'API2:2019', 'API4:2023', 'API2:2023'],
    cwe: [307, 770],
    severity: 'warning',
    confidence: 'medium',
    topics: ['rate-limit'],
    since: '0.1.0',
    whenNotToUse: 'A gateway in front of the service counts requests.',
    references: ['https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/', 'https://express-rate-limit.mintlify.app/'],
  },
  on: 'module',
  words: [],
  *detect(module, context) {
    const leaves = unthrottled(module);
    const limited = routeTables(module, context).flat().filter(({ whole }) => saysLimited(whole));
    const alike = new Map<Guessed, Endpoint[]>();
    const places = new Set<number>();
    for (const endpoint of context.endpoints({ file: module.path })) {
      // One registration may make several.
      if (endpoint.methodAt.path !== module.path || places.has(endpoint.methodAt.mark) || limited.some(({ path, methodAt }) => path === endpoint.path.text || methodAt.mark === endpoint.methodAt.mark)) continue;
      const kind = concerns(endpoint, leaves.has(endpoint.handler), context);
      if (kind === undefined || (kind === 'code' && provesByToken(endpoint, context))) continue;
      places.add(endpoint.methodAt.mark);
      alike.set(kind, [...(alike.get(kind) ?? []), endpoint]);
    }
    // One finding for each kind in a file: what helps one route helps them all.
    for (const [kind, [endpoint, ...more]] of alike) {
      if (!endpoint) continue;
      yield {
        at: endpoint.methodAt, subject: endpoint.id, when: endpoint.when, confidence: 'medium',
        severity: context.policy('auth').at === 'gateway' ? 'hint' : endpoint.chainComplete ? 'warning' : 'info',
        evidence: { endpoint, name: `${endpoint.method === 'all' ? 'POST' : endpoint.method} ${endpoint.path.text}`, kind, count: more.length + 1 },
        related: more.slice(0, 3).map((one) => ({ at: one.methodAt, label: `${one.path.text} has none either` })),
      };
    }
    const others = new Map<Guessed, OtherLogin[]>();
    for (const one of otherLogins(module, context)) if (!places.has(one.at.mark)) others.set(one.kind, [...(others.get(one.kind) ?? []), one]);
    for (const [kind, [first, ...more]] of others) {
      if (!first || alike.has(kind)) continue;
      yield {
        at: first.at, subject: first.name, confidence: 'medium', ...(context.policy('auth').at === 'gateway' ? { severity: 'hint' } : {}),
        evidence: { endpoint: undefined, name: first.name, kind, count: more.length + 1 },
        related: more.slice(0, 3).map((one) => ({ at: one.at, label: `${one.name} has none either` })),
      };
    }
  },
  explain: ({ name, count, kind }) => ({
    message: `${name}${count > 1 ? ` (and ${count - 1} more in this file)` : ''} has no rate limit, so ${GUESSED[kind]}. Add a limiter.`,
    why: 'A code of six digits is guessed in an hour by a single client that may ask as often as it likes.',
    remedy: 'Let a client try such a route a few times in a quarter of an hour.',
  }),
  *fix({ evidence: { endpoint } }, context): Iterable<FixAnswer> {
    if (!endpoint) return yield { refused: 'Where the attempts of one client are counted, is for the author to say.' };
    const { path } = endpoint.methodAt;
    const changes = endpoint.framework === 'express' ? insertGuard(endpoint, [LOCAL_LIMITER], context) : undefined;
    if (changes) {
      const name = context.localName(path, 'express-rate-limit', 'rateLimit') ?? context.localName(path, 'express-rate-limit', 'default');
      const known = name === undefined ? changes : insertGuard(endpoint, [LOCAL_LIMITER.replace('rateLimit', name)], context);
      yield {
        title: 'Add a rate limit', safety: 'review',
        changes: [...(known ?? changes), ...(name === undefined ? [{ do: 'import', path, from: 'express-rate-limit', name: 'rateLimit', as: 'rateLimit' } as const] : [])],
        ...(context.depends('express-rate-limit', path) === false ? { installs: ['express-rate-limit'] } : {}),
      };
      return;
    }
    yield { refused: 'The limiter of this framework is set up once for the whole application: where, is for the author to say.' };
  },
  examples: [
    {
      title: 'a login whose words are of another language',
      bad: `
        import Fastify from 'fastify';
        const app = Fastify();
        app.post('/entrar', async (request, reply) => {
        //  ^^^^ limits/no-rate-limit "passwords can be guessed"
          const { correo, clave } = request.body;
          const persona = await buscar(correo, clave);
          if (!persona) return reply.code(401).send();
          request.session.persona = persona.id;
          return { ok: true };
        });
        app.listen({ port: 3000 });`,
    },
    {
      title: 'a login anybody may try for ever',
      bad: `
        import express from 'express';
        const app = express();
        app.post('/login', (req, res) => res.json(login(req.body)));
        //  ^^^^ limits/no-rate-limit "POST /login has no rate limit"
        app.listen(3000);
      `,
      fixed: `
        import express from 'express';
        import { rateLimit } from 'express-rate-limit';
        const app = express();
        app.post('/login', rateLimit({ windowMs: 15 * 60 * 1000, limit: 10 }), (req, res) => res.json(login(req.body)));
        app.listen(3000);
      `,
    },
    {
      title: 'a strategy that takes passwords',
      bad: `
        const passport = require('passport');
        const app = require('express')();
        app.post('/willkommen', passport.authenticate('local', { successRedirect: '/' }));
        //  ^^^^ limits/no-rate-limit "POST /willkommen has no rate limit"
        app.listen(3000);
      `,
    },
    {
      title: 'a limiter that only stands before routes that ask for it',
      bad: `
        import Fastify from 'fastify';
        import limit from '@fastify/rate-limit';
        const api = Fastify();
        await api.register(limit, { global: false });
        api.post('/orders', { config: { rateLimit: { max: 30 } } }, add);
        api.post('/login', async (request) => login(request.body));
        //  ^^^^ limits/no-rate-limit
        api.listen({ port: 3001 });
      `,
    },
    {
      title: 'a route that asks for the limiter',
      good: `
        import Fastify from 'fastify';
        import limit from '@fastify/rate-limit';
        const api = Fastify();
        await api.register(limit, { global: false });
        api.post('/login', { config: { rateLimit: { max: 5 } } }, async (request) => login(request.body));
        api.listen({ port: 3001 });
      `,
    },
    {
      title: 'one finding for all of a file',
      bad: `
        const router = require('express').Router();
        const users = require('./users');
        router.post('/signin', users.signIn);
        //     ^^^^ limits/no-rate-limit "(and 2 more in this file)"
        router.post('/authenticate', users.signIn);
        router.post('/admin/log-in', users.adminSignIn);
        module.exports = router;
      `,
    },
    {
      title: 'Fastify',
      bad: `
        import Fastify from 'fastify';
        const fastify = Fastify();
        fastify.post('/auth/login', async (request) => login(request.body));
        //      ^^^^ limits/no-rate-limit
      `,
    },
    {
      title: 'Nest and Hono',
      bad: `
        import { Body, Controller, Module, Post } from '@nestjs/common';
        import { NestFactory } from '@nestjs/core';
        import { Hono } from 'hono';
        @Controller('auth')
        class AuthController {
          @Post('login') login(@Body() body) { return this.service.login(body); }
        // ^^^^ limits/no-rate-limit "(and 1 more in this file)"
        }
        @Module({ controllers: [AuthController] }) class AppModule {}
        NestFactory.create(AppModule).then((app) => app.listen(3000));
        const app = new Hono();
        app.post('/token', (c) => c.json(tokens()));
      `,
    },
    {
      title: 'a limiter of the route',
      good: `
        import express from 'express'; import rateLimit from 'express-rate-limit'; const app = express(); app.post('/login', rateLimit({ windowMs: 6e5, limit: 10 }), login); app.listen(3000);
      `,
    },
    {
      title: 'a limiter before a path',
      good: `
        import express from 'express'; import rateLimit from 'express-rate-limit'; const app = express(); app.use('/auth', rateLimit({ limit: 20 })); app.post('/auth/login', login); app.listen(3000);
      `,
    },
    {
      title: 'a limiter by its name, in another file',
      good: `
        import express from 'express'; import { loginLimiter } from './limits.js'; const app = express(); app.post('/login', loginLimiter, login); app.listen(3000);
      `,
    },
    {
      title: 'the handler counts',
      good: `
        import express from 'express'; const app = express(); app.post('/login', async (req, res) => { await limiter.consume(req.ip); res.json(login(req.body)); }); app.listen(3000);
      `,
    },
    {
      title: 'Fastify: a plugin for the whole application',
      good: `
        import Fastify from 'fastify'; import limit from '@fastify/rate-limit'; const fastify = Fastify(); await fastify.register(limit); fastify.post('/login', login);
      `,
    },
    {
      title: 'what stands before cannot be read',
      good: `
        import express from 'express'; import { shield } from './shield.js'; const app = express(); app.use(shield); app.post('/login', login); app.listen(3000);
      `,
    },
    {
      title: 'reading a login page, and other routes',
      good: `
        import express from 'express'; const app = express(); app.get('/login', page); app.post('/orders', auth, add); app.post('/pins/:id/items', auth, add); app.listen(3000);
      `,
    },
    {
      title: 'behind a login already',
      good: `
        import express from 'express'; const app = express(); app.post('/devices/register', requireAuth, (req, res) => res.json(add(req.body))); app.listen(3000);
      `,
    },
    {
      title: 'a password is checked under another name: Nest, Hono, the routers of Next',
      bad: `
        //- sessions.ts
        import { Body, Controller, Module, Post } from '@nestjs/common';
        import { NestFactory } from '@nestjs/core';
        @Controller('sessions')
        class Sessions {
          @Post() open(@Body() body: { email: string; password: string }) { return createSession(body.email, body.password); }
        // ^^^^ limits/no-rate-limit "passwords can be guessed"
        }
        @Module({ controllers: [Sessions] }) class AppModule {}
        NestFactory.create(AppModule).then((app) => app.listen(3000));
        //- hono.ts
        import { Hono } from 'hono';
        const app = new Hono();
        app.post('/door', async (c) => {
        //  ^^^^ limits/no-rate-limit
          const { pin } = await c.req.json();
          return c.json({ open: await matches(pin) });
        });
        export default app;
        //- app/api/enter/route.ts
        import { NextResponse } from 'next/server';
        export async function POST(request: Request) {
        //                    ^^^^ limits/no-rate-limit
          const form = await request.formData();
          const user = await verifyPassword(form.get('email'), form.get('password'));
          return NextResponse.json({ ok: user !== null });
        }
      `,
    },
    {
      title: 'a login and a code are two things, a login by passport is one',
      bad: `
        import express from 'express';
        import passport from 'passport';
        const app = express();
        app.post('/register', (req, res) => res.json(add(req.body)));
        //  ^^^^ limits/no-rate-limit "accounts and mails"
        app.post('/login', passport.authenticate('local'), (req, res) => res.json({}));
        //  ^^^^ limits/no-rate-limit "passwords can be guessed"
        app.post('/auth/reset', async (req, res) => res.json(await finish(req.body.email, req.body.code)));
        //  ^^^^ limits/no-rate-limit "codes can be guessed"
        app.listen(3000);
      `,
    },
    {
      title: 'the password of an account that is made, changed or searched for',
      good: `
        import express from 'express';
        const app = express();
        app.post('/accounts', async (req, res) => res.json(await Account.create({ name: req.body.name, password: await hash(req.body.password) })));
        app.post('/me/password', async (req, res) => {
          const ok = await bcrypt.compare(req.body.password, (await load(req.user.id)).password);
          res.json({ ok });
        });
        app.post('/coupons', (req, res) => res.json(check(req.body.code)));
        app.listen(3000);
      `,
    },
    {
      title: 'OAuth: random codes are exchanged for tokens',
      good: `
        import { Hono } from 'hono';
        const app = new Hono();
        app.post('/token', async (c) => {
          const form = await c.req.formData();
          if (form.get('grant_type') === 'authorization_code') return c.json(await exchange(form.get('code')));
          return c.json(await refresh(form.get('refresh_token')));
        });
        export default app;
      `,
    },
    {
      title: 'a login that is left out of the limiter of the application, and one that is taken back',
      bad: `
        import { Body, Controller, Module, Post, UnauthorizedException } from '@nestjs/common';
        import { APP_GUARD, NestFactory } from '@nestjs/core';
        import { SkipThrottle, ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
        @Controller('auth')
        class AuthController {
          @SkipThrottle()
          @Post('login')
        // ^^^^ limits/no-rate-limit "POST /auth/login (and 1 more in this file) has no rate limit"
          async login(@Body() body) {
            const user = await users.findOneBy({ email: body.email });
            if (!user || !(await bcrypt.compare(body.password, user.hash))) throw new UnauthorizedException();
            return { token: await sign(user) };
          }
          @SkipThrottle({ default: true })
          @Post('log-on')
          logOn(@Body() body) { return this.login(body); }
          @SkipThrottle({ default: false })
          @Post('signin')
          signIn(@Body() body) { return this.login(body); }
        }
        @Module({
          imports: [ThrottlerModule.forRoot([{ ttl: 60000, limit: 10 }])],
          controllers: [AuthController],
          providers: [{ provide: APP_GUARD, useClass: ThrottlerGuard }],
        })
        class AppModule {}
        await (await NestFactory.create(AppModule)).listen(3000);
      `,
    },
    {
      title: 'a field of a form that has a name of its own',
      bad: `
        import { Hono } from 'hono';
        const routes = new Hono();
        routes.post('/authorize', async (c) => {
        //     ^^^^ limits/no-rate-limit "passwords can be guessed"
          const form = await c.req.formData();
          const password = form.get('password')?.toString();
          return c.json({ ok: password && (await hasher.verify(password, await stored(c))) });
        });
        export default routes;
      `,
    },
    ...limitExamples,
    ...unlimitedExamples,
  ],
});

/** Methods that leave the limiter of the application: `@SkipThrottle()` and `@SkipThrottle({ default: true })` above them or their class, and nothing that takes it back. */
function unthrottled(module: ModuleView): ReadonlySet<FunctionId | undefined> {
  const isNamed = (one: Value, name: string): one is Call => one.kind === 'call' && one.callee === `@nestjs/throttler.${name}`;
  const found = new Set<FunctionId>();
  for (const { decorators, methods } of module.classes.values()) {
    const isAway = decorators.some(skipsThrottle);
    for (const id of methods) {
      const own = module.functions.get(id)?.decorators ?? [];
      if (own.some(skipsThrottle) || (isAway && !own.some((one) => isNamed(one, 'SkipThrottle') || isNamed(one, 'Throttle')))) found.add(id);
    }
  }
  return found;
}
function concerns(endpoint: Endpoint, exempt: boolean, context: RuleContext): Guessed | undefined {
  if ((endpoint.method !== 'POST' && endpoint.method !== 'all') || endpoint.route.public || isKnownBefore(endpoint, context)) return undefined;
  const kind = guessedAt(endpoint, context);
  return kind === undefined || refusesByItself(endpoint, context) || mayBeLimited(endpoint, context, exempt) ? undefined : kind;
}
