import type { Call } from '../../model/value.js';
import type { Endpoint } from '../../project/project.js';
import type { At } from '../../text/source.js';
import { changing } from '../facts/methods.js';
import { openingOption } from '../facts/openings.js';
import { isMeantForAll, isSignUp } from '../facts/peers.js';
import { someValue } from '../facts/walk.js';
import { rule, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly written: string;
  readonly entryAt: At | undefined;
  readonly how: 'option' | 'mode' | 'strategy';
  readonly example: Endpoint;
}
/** Options that let requests without a credential pass: express-jwt 8.5.1 and koa-jwt 4.0.4. */
const OPTIONS: readonly (readonly [RegExp, string, boolean])[] = [
  [/^express-jwt$/, 'credentialsRequired', false],
  [/^(koa-jwt|koa-jwt2)$/, 'passthrough', true],
];

export default rule<'function', Evidence>({
  meta: {
    id: 'auth/optional-auth',
    title: 'Authentication is optional here',
    owasp: ['API2:2019', 'API2:2023'],
    cwe: [287, 306],
    severity: 'warning',
    confidence: 'medium',
    topics: ['auth'],
    since: '0.1.0',
    leansOn: ['express-jwt/optional', 'koa-jwt/passthrough', 'hapi/auth-modes'],
    whenNotToUse: 'The routes behind it serve strangers and members alike, and each handler decides for itself.',
    references: ['https://github.com/auth0/express-jwt', 'https://hapi.dev/api/?v=21#-routeoptionsauthmode'],
  },
  on: 'function',
  words: ['credentialsrequired', 'passthrough', 'try', 'optional', 'anonymous'],
  *detect(fn, context) {
    for (const step of fn.steps) if (step.do === 'call') for (const found of written(step.call, context)) {
      const open = found.how === 'mode' ? asksNothingElse(step.call, context) : risky(context.endpointsThrough(step.call.at));
      const [first] = open.filter((one) => !isMeantForAll(one, context) && !isSignUp(one));
      if (!first) continue;
      yield {
        subject: `${fn.name} ${step.call.name}`, when: step.when, at: found.at, evidence: { written: context.textOf(found.at), entryAt: found.entryAt, how: found.how, example: first },
        confidence: 'high', related: [{ at: first.methodAt, label: `${first.method} ${first.path.text} runs for everybody` }],
      };
    }
    if (context.top(fn.at.path)?.id !== fn.id) return;
    const seen = new Set<string>();
    for (const endpoint of risky(context.endpoints({ file: fn.at.path }))) {
      const option = openingOption(endpoint, context);
      const key = option && `${option.valueAt.mark}:${option.valueAt.part?.start ?? ''}`;
      // One option may stand for several methods.
      if (option?.mode !== true || key === undefined || seen.has(key) || isMeantForAll(endpoint, context)) continue;
      seen.add(key);
      yield { subject: endpoint.id, when: endpoint.when, at: option.valueAt, confidence: 'high', evidence: { written: context.textOf(option.valueAt), entryAt: undefined, how: 'mode', example: endpoint } };
    }
  },
  explain: ({ written: text, how, example }) => ({
    message: `Requests without a ${how === 'option' ? 'token' : 'credential'} pass this check (${text}) and reach ${example.method === 'all' ? 'every method of' : example.method} ${example.path.text}. ` +
      'Require the credential on routes that change or return private data.',
    why: 'The name says authentication, the option takes its effect away: whoever leaves the token out is let through.',
    remedy: 'Take the option away, or use it on public reading routes only.',
  }),
  *fix({ at, evidence: { how, entryAt } }): Iterable<FixAnswer> {
    if (how === 'mode') yield { title: "Use 'required'", safety: 'review', changes: [{ do: 'replace', at, code: [{ quote: 'required' }] }] };
    else if (how === 'strategy') yield { title: 'Remove the anonymous strategy', safety: 'review', changes: [{ do: 'remove', at, as: 'item' }] };
    else if (entryAt) yield { title: 'Require the credential', safety: 'review', changes: [{ do: 'remove', at: entryAt, as: 'entry' }] };
    else yield { refused: 'The option stands in another place.' };
  },
  examples: [
    {
      title: 'hapi: what all routes ask for is a try',
      bad: `
        const Hapi = require('@hapi/hapi');
        const { racks } = require('./racks');
        const server = Hapi.server({ port: 80 });
        server.auth.strategy('keycard', 'cookie', { cookie: { name: 'card', password } });
        server.auth.default({ strategy: 'keycard', mode: 'try' });
        //                                               ^^^^^ auth/optional-auth "reach PUT /racks/{id}"
        server.route([
          { method: 'GET', path: '/racks', handler: () => racks.all() },
          { method: 'PUT', path: '/racks/{id}', handler: (request) => racks.write(request.params.id, request.payload) },
        ]);
      `,
      fixed: `
        const Hapi = require('@hapi/hapi');
        const { racks } = require('./racks');
        const server = Hapi.server({ port: 80 });
        server.auth.strategy('keycard', 'cookie', { cookie: { name: 'card', password } });
        server.auth.default({ strategy: 'keycard', mode: 'required' });
        server.route([
          { method: 'GET', path: '/racks', handler: () => racks.all() },
          { method: 'PUT', path: '/racks/{id}', handler: (request) => racks.write(request.params.id, request.payload) },
        ]);
      `,
    },
    {
      title: 'hapi: a try, and routes that ask for more or look at who it was',
      good: `
        const Hapi = require('@hapi/hapi');
        const { racks } = require('./racks');
        const server = Hapi.server({ port: 80 });
        server.auth.strategy('keycard', 'cookie', { cookie: { name: 'card', password } });
        server.auth.default({ strategy: 'keycard', mode: 'try' });
        server.route([
          { method: 'PUT', path: '/racks/{id}', options: { auth: { mode: 'required' } }, handler: (request) => racks.write(request.params.id, request.payload) },
          { method: 'POST', path: '/notes', handler: (request, h) => (request.auth.isAuthenticated ? racks.note(request.payload) : h.response().code(401)) },
        ]);
      `,
    },
    {
      title: 'express-jwt in front of everything',
      bad: `
        import express from 'express';
        import { expressjwt } from 'express-jwt';
        const app = express();
        app.use(expressjwt({ secret, algorithms: ['HS256'], credentialsRequired: false }));
        //                                                                       ^^^^^ auth/optional-auth "reach DELETE /posts/{id}"
        app.delete('/posts/:id', (req, res) => { remove(req.params.id); res.end(); });
      `,
      fixed: `
        import express from 'express';
        import { expressjwt } from 'express-jwt';
        const app = express();
        app.use(expressjwt({ secret, algorithms: ['HS256'] }));
        app.delete('/posts/:id', (req, res) => { remove(req.params.id); res.end(); });
      `,
    },
    {
      title: 'koa-jwt that passes strangers on',
      bad: `
        const Koa = require('koa');
        const Router = require('@koa/router');
        const jwt = require('koa-jwt');
        const app = new Koa();
        const router = new Router();
        app.use(jwt({ secret: process.env.SECRET, passthrough: true }));
        //                                                     ^^^^ auth/optional-auth
        router.put('/orders/:id', (ctx) => { ctx.body = save(ctx.request.body); });
        app.use(router.routes());
      `,
      fixed: `
        const Koa = require('koa');
        const Router = require('@koa/router');
        const jwt = require('koa-jwt');
        const app = new Koa();
        const router = new Router();
        app.use(jwt({ secret: process.env.SECRET }));
        router.put('/orders/:id', (ctx) => { ctx.body = save(ctx.request.body); });
        app.use(router.routes());
      `,
    },
    {
      title: 'hapi: a changing route that tries only',
      bad: `
        import Hapi from '@hapi/hapi';
        const server = Hapi.server();
        server.auth.strategy('jwt', 'jwt', { keys });
        server.route({ method: 'DELETE', path: '/posts/{id}', options: { auth: { strategy: 'jwt', mode: 'try' } }, handler: (request) => remove(request.params.id) });
        //                                                                                              ^^^^^ auth/optional-auth "'try'"
      `,
      fixed: `
        import Hapi from '@hapi/hapi';
        const server = Hapi.server();
        server.auth.strategy('jwt', 'jwt', { keys });
        server.route({ method: 'DELETE', path: '/posts/{id}', options: { auth: { strategy: 'jwt', mode: 'required' } }, handler: (request) => remove(request.params.id) });
      `,
    },
    {
      title: 'passport: a strategy for everybody',
      bad: `
        import express from 'express';
        import passport from 'passport';
        const app = express();
        app.post('/posts', passport.authenticate(['jwt', 'anonymous'], { session: false }), (req, res) => res.json(add(req.body)));
        //                                               ^^^^^^^^^^^ auth/optional-auth
      `,
      fixed: `
        import express from 'express';
        import passport from 'passport';
        const app = express();
        app.post('/posts', passport.authenticate(['jwt'], { session: false }), (req, res) => res.json(add(req.body)));
      `,
    },
    {
      title: 'a check that has a name, in front of a router of another file',
      bad: `
        //- app.js
        import express from 'express';
        import { expressjwt } from 'express-jwt';
        import { quotes } from './quotes.js';
        const app = express();
        const authenticate = expressjwt({ secret: process.env.SECRET, algorithms: ['HS256'], credentialsRequired: false });
        //                                                                                                        ^^^^^ auth/optional-auth "reach POST /quotes"
        app.use('/quotes', authenticate, quotes);
        //- quotes.js
        import { Router } from 'express';
        import { Quote } from './models.js';
        export const quotes = Router();
        quotes.post('/', async (req, res) => res.json(await Quote.create({ customer: req.auth?.sub ?? null })));
      `,
    },
    {
      title: 'hapi: routes of another file, several methods of one',
      bad: `
        //- routes.js
        module.exports = [
          { method: ['PUT', 'PATCH'], path: '/stock/{sku}', options: { auth: { strategy: 'session', mode: 'try' } }, handler: (request) => update(request.payload) },
          //                                                                                              ^^^^^ auth/optional-auth
        ];
        //- server.js
        const Hapi = require('@hapi/hapi');
        const server = Hapi.server();
        server.auth.strategy('session', 'cookie', { cookie });
        server.route(require('./routes'));
      `,
    },
    {
      title: 'only public reading behind it',
      good: `
        import express from 'express'; import { expressjwt } from 'express-jwt'; const app = express();
        app.get('/posts', expressjwt({ secret, algorithms: ['HS256'], credentialsRequired: false }), list);
      `,
    },
    {
      title: 'a guard follows',
      good: `
        import express from 'express'; import { expressjwt } from 'express-jwt'; const app = express(); app.use(expressjwt({ secret, algorithms: ['HS256'], credentialsRequired: false }));
        app.delete('/posts/:id', requireUser, (req, res) => { remove(req.params.id); res.end(); });
      `,
    },
    {
      title: 'the handler asks who calls',
      good: `
        import express from 'express'; import { expressjwt } from 'express-jwt'; const app = express(); app.use(expressjwt({ secret, algorithms: ['HS256'], credentialsRequired: false }));
        app.post('/posts', (req, res) => { if (!req.auth) return res.sendStatus(401); res.json(add(req.body)); });
      `,
    },
    {
      title: 'paths that need no token are named',
      good: `
        import express from 'express'; import { expressjwt } from 'express-jwt'; const app = express(); app.use(expressjwt({ secret, algorithms: ['RS256'] }).unless({ path: ['/login'] }));
        app.post('/posts', add);
      `,
    },
    {
      title: 'a login, behind an optional check',
      good: `
        import express from 'express'; import { expressjwt } from 'express-jwt'; const app = express(); app.use(expressjwt({ secret, algorithms: ['HS256'], credentialsRequired: false }));
        app.post('/login', (req, res) => res.json(login(req.body)));
      `,
    },
    {
      title: 'hapi: reading that knows its members',
      good: `
        import Hapi from '@hapi/hapi'; const server = Hapi.server(); server.auth.strategy('jwt', 'jwt', { keys });
        server.route({ method: 'GET', path: '/posts', options: { auth: { strategy: 'jwt', mode: 'try' } }, handler: list });
      `,
    },
  ],
});

/** Endpoints that change data although nothing behind the check refuses a stranger. */
/** Routes of the same application that change something, ask for nothing of their own, and whose handlers do not ask who calls. */
function asksNothingElse({ receiver }: Call, context: RuleContext): readonly Endpoint[] {
  const made = receiver?.kind === 'ref' ? context.resolve({ ...receiver, path: receiver.path.slice(0, -1), nameAt: receiver.at }).value : undefined;
  const scope = made && context.scopeOf(made.at);
  return (scope ? context.endpoints({ scope: scope.id }) : []).filter((one) => {
    if (!changing.has(one.method) || one.framework !== 'hapi' || one.route.unread === true || one.conduct?.tests.includes('identity') === true) return false;
    const says = ['options', 'config'].some((key) => {
      const held = context.option(one.route.options, key);
      return held.kind === 'unknown' || (held.kind === 'value' && context.option(held.value, 'auth').kind !== 'absent');
    });
    const body = one.handler === undefined ? undefined : context.body(one.handler);
    return !says && body !== undefined && !someValue(body, (value) => value.kind === 'ref' && value.path.includes('auth'));
  });
}
function risky(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  return endpoints.filter((one) => changing.has(one.method) && one.authentication.state === 'open');
}
interface Written {
  readonly at: At;
  readonly entryAt: At | undefined;
  readonly how: 'option' | 'strategy' | 'mode';
}
function* written(call: Call, context: RuleContext): Iterable<Written> {
  const from = call.target.kind === 'ref' && call.target.root.kind === 'import' ? call.target.root.from : '';
  for (const [module, key, value] of OPTIONS) {
    if (!module.test(from)) continue;
    for (const { value: options } of call.args) {
      const held = context.option(options, key);
      if (held.kind === 'value' && context.constant(held.value)?.value === value && held.value.at.path === call.at.path) yield { at: held.value.at, entryAt: held.entry.at, how: 'option' };
    }
  }
  // hapi: `server.auth.default({ strategy: 'session', mode: 'try' })`
  if (call.name === 'default' && call.receiver?.kind === 'ref' && call.receiver.path.at(-1) === 'auth' && call.args[0]) {
    const mode = context.option(call.args[0].value, 'mode');
    if (mode.kind === 'value' && /^(try|optional)$/.test(String(context.constant(mode.value)?.value)) && mode.value.at.path === call.at.path) yield { at: mode.value.at, entryAt: undefined, how: 'mode' };
  }
  const [strategies] = call.name === 'authenticate' && /^(koa-)?passport\b/.test(call.callee) ? call.args : [];
  if (strategies?.value.kind !== 'array') return;
  for (const item of strategies.value.items) if (item.value.kind === 'literal' && item.value.value === 'anonymous') yield { at: item.at, entryAt: undefined, how: 'strategy' };
}
