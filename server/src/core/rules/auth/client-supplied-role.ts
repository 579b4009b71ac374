import type { FunctionView } from '../../model/module.js';
import type { Value } from '../../model/value.js';
import { claimedIn, type Claimed } from '../facts/claimed-roles.js';
import { massAssignment } from '../facts/mass-assignment.js';
import { additionExamples, openAdditions } from '../facts/open-additions.js';
import { rule, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly kind: Claimed['how'] | 'assignment' | 'open-schema' | 'addition';
  readonly text: string;
  /** The comparison the field stands in, and the request it is read from, where both can be written anew. */
  readonly test: Value | undefined;
  readonly request: string | undefined;
  readonly role: string | undefined;
}

export default rule<'function', Evidence>({
  meta: {
    id: 'auth/client-supplied-role',
    title: 'The caller states its own role',
    owasp: ['API5:2019', 'API6:2019', 'API5:2023', 'API3:2023'],
    cwe: [639, 807, 915],
    severity: 'error',
    confidence: 'medium',
    topics: ['auth'],
    since: '0.1.0',
    leansOn: ['fastify/remove-additional'],
    whenNotToUse: 'A gateway in front sets the header and strips it from what callers send: name it in `auth.trustedHeaders`.',
    references: ['https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/', 'https://cwe.mitre.org/data/definitions/807.html'],
  },
  on: 'function',
  words: ['role', 'admin', 'permission', 'scope', 'superuser', 'is_staff', '.body', 'create', 'update', 'assign', 'user', 'manager'],
  *detect(fn, context) {
    const seen = new Set<string>();
    for (const claimed of claimedIn(fn, context)) {
      const { value, step, test, role, how, key: field } = claimed;
      const key = `${value.at.mark}:${value.at.part?.start ?? ''}`;
      if (seen.has(key) || isTrusted(claimed, context) || isGuarded(fn, context)) continue;
      seen.add(key);
      const text = context.textOf(value.at);
      // What names a caller may be written by a gateway in front.
      const isOfGateway = how === 'named' && claimed.from === 'header';
      yield {
        at: value.at, subject: `${fn.name} ${field}`, when: step.when.slice(0, fn.when.length), severity: isOfGateway ? 'warning' : 'error', confidence: how === 'tested' || how === 'kept' ? 'high' : 'medium',
        evidence: { kind: how, text, test, request: /^(\w+)[.?[]/.exec(text)?.[1], role },
      };
    }
    for (const step of fn.steps) {
      if (step.do === 'call') for (const { key = '', keyAt } of openAdditions(step.call, context))
        yield { at: keyAt, subject: `addition ${key}`, severity: 'error', confidence: 'high', when: step.when, evidence: { kind: 'addition', text: key, test: undefined, request: undefined, role: undefined } };
      const stored = step.do === 'call' ? massAssignment(step.call, fn, context) : undefined;
      if (stored && !isGuarded(fn, context))
        yield {
          at: stored.value.at, subject: `${fn.name} ${context.textOf(stored.value.at)}`, when: step.when, severity: stored.through === 'nothing' ? 'warning' : 'info', confidence: 'medium',
          evidence: { kind: stored.through === 'nothing' ? 'assignment' : 'open-schema', text: context.textOf(stored.value.at), test: undefined, request: undefined, role: undefined },
        };
    }
  },
  explain: ({ kind, text }) => ({
    message: kind === 'tested' || kind === 'kept' ? `The role comes from the request itself (${text}), so any caller can become admin. Read it from the verified session or token.`
      : kind === 'named' ? `Who the caller is comes from the request itself (${text}), so anybody can be anybody. Read it from the verified session or token.`
        : kind === 'addition' ? `Whoever signs up may set '${text}', since input is true unless it is said, so anybody can become admin. Set input: false.`
        : kind === 'open-schema' ? `Fields the schema does not name are stored too (${text}). Set additionalProperties to false, or name the fields that may be set.`
          : `Whatever the caller sends (${text}) is stored as it is, a role or an owner too. Name the fields that may be set.`,
    why: 'Headers, queries, cookies and bodies are what the caller writes; anybody can write `admin` there.',
    remedy: 'Take the role from the session or token that was verified, and take single fields from the body.',
  }),
  *fix({ at, evidence: { kind, test, request, role, text } }): Iterable<FixAnswer> {
    if (kind === 'assignment' || kind === 'open-schema') yield { title: 'Name the fields', safety: 'manual', changes: [{ do: 'replace', at, code: ['{ ', { slot: `name: ${text}.name` }, ' }'] }] };
    else if (test && request !== undefined && /^(req|request|ctx)$/.test(request))
      yield { title: 'Read the role of the verified user', safety: 'review', changes: [{ do: 'replace', at: test.at, code: [`${request}.user?.role === `, { quote: role ?? 'admin' }] }] };
    else yield { refused: 'Where the verified role is kept is for the author to say.' };
  },
  examples: [
    ...additionExamples,
    {
      title: 'a flag of the login form',
      bad: `
        const router = require('express').Router();
        router.post('/login', (req, res) => {
          const known = find(req.body.name);
          if (!known || !matches(req.body.password, known.hash)) return res.sendStatus(401);
          req.session.regenerate(() => {
            req.session.user = { id: known.id, manager: req.body.manager === 'on' || known.manager };
            //                                          ^^^^^^^^^^^^^^^^ auth/client-supplied-role "The role comes from the request itself"
            res.redirect('/');
          });
        });
        module.exports = router;
      `,
    },
    {
      title: 'a header says admin',
      bad: `
        import express from 'express';
        export function requireAdmin(req, res, next) {
          if (req.headers['x-admin'] === 'true') return next();
        //    ^^^^^^^^^^^^^^^^^^^^^^ auth/client-supplied-role "(req.headers['x-admin']), so any caller can become admin"
          res.sendStatus(403);
        }
      `,
      fixed: `
        import express from 'express';
        export function requireAdmin(req, res, next) {
          if (req.user?.role === 'admin') return next();
          res.sendStatus(403);
        }
      `,
    },
    {
      title: 'a cookie beside the session says what somebody may do',
      bad: `
        import { cookies } from 'next/headers';
        import { reader } from './reader';
        export async function librarian() {
          const known = await reader();
          return known && cookies().get('lib_role')?.value === 'librarian' ? known : null;
        //                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ auth/client-supplied-role "The role comes from the request itself"
        }
      `,
    },
    { title: 'what is shown depends on what was asked for', good: `export function list(req) { return req.query.role === 'editor' ? editors() : null; }` },
    {
      title: 'refused unless the caller says so',
      bad: `
        const express = require('express');
        const app = express();
        app.delete('/posts/:id', requireAuth, (req, res) => {
          if (req.body.role !== 'admin') return res.status(403).end();
        //    ^^^^^^^^^^^^^ auth/client-supplied-role
          res.json(remove(req.params.id));
        });
      `,
    },
    {
      title: 'Koa: a role from the query',
      bad: `
        import Koa from 'koa';
        const app = new Koa();
        app.use(async (ctx, next) => {
          if (!ctx.query.isAdmin) ctx.throw(403);
        //     ^^^^^^^^^^^^^^^^^ auth/client-supplied-role
          await next();
        });
      `,
    },
    {
      title: 'the body becomes the account',
      bad: `
        import express from 'express';
        import { User } from './models.js';
        const app = express();
        app.post('/users', async (req, res) => {
          res.json(await User.create(req.body));
        //                           ^^^^^^^^ auth/client-supplied-role "stored as it is"
        });
        app.patch('/me', requireAuth, async (req, res) => {
          await prisma.user.update({ where: { id: req.user.id }, data: { ...req.body } });
        //                                                                  ^^^^^^^^ auth/client-supplied-role
          res.end();
        });
      `,
    },
    {
      title: 'an account that takes all over',
      bad: `
        const { User } = require('./models');
        exports.change = async (req, res) => {
          const user = await User.findById(req.user.id);
          Object.assign(user, req.body);
        //                    ^^^^^^^^ auth/client-supplied-role
          await user.save();
          res.end();
        };
      `,
    },
    {
      title: 'Next: a role in the body that was read',
      bad: `
        import { NextResponse } from 'next/server';
        export async function PUT(req) {
          const body = await req.json();
          if (body.role !== 'admin') return NextResponse.json({ error: 'forbidden' }, { status: 403 });
        //    ^^^^^^^^^ auth/client-supplied-role "(body.role), so any caller can become admin"
          return NextResponse.json(await rename(body.id));
        }
      `,
    },
    {
      title: 'Hono and Nest: a manager by its own word',
      bad: `
        import { Hono } from 'hono';
        import { ForbiddenException } from '@nestjs/common';
        new Hono().post('/shifts', async (c) => {
          const { isManager } = await c.req.json();
          if (!isManager) return c.json({}, 403);
        //     ^^^^^^^^^ auth/client-supplied-role
          return c.json(await add());
        });
        export function plan(req, res) {
          if (req.body.isManager !== true) throw new ForbiddenException();
        //    ^^^^^^^^^^^^^^^^^^ auth/client-supplied-role
          res.json(planned());
        }
      `,
    },
    {
      title: 'the context of GraphQL: a header before the signed claim',
      bad: `
        import jwt from 'jsonwebtoken';
        export async function contextFrom({ req }) {
          const claims = jwt.verify(req.headers.authorization, key, { algorithms: ['ES256'] });
          return { user: { id: claims.sub, role: String(req.headers['x-role'] ?? claims.role) } };
        //                                              ^^^^^^^^^^^^^^^^^^^^^ auth/client-supplied-role
        }
      `,
    },
    {
      title: 'Nest: a guard whose role comes from a header first',
      bad: `
        export class RightsGuard {
          canActivate(context) {
            const request = context.switchToHttp().getRequest();
            return ['chief', 'deputy'].includes(request.headers['x-role'] ?? request.session.role);
            //                                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ auth/client-supplied-role "The role comes from the request itself"
          }
        }
      `,
    },
    {
      title: 'a refusal by a function that is handed the response',
      bad: `
        import { deny } from './answers.js';
        export function chiefs(req, res, next) {
          if (req.headers['x-is-admin'] !== 'yes') return deny(res, 403);
          //  ^^^^^^^^^^^^^^^^^^^^^^^^^ auth/client-supplied-role
          next();
        }
      `,
    },
    {
      title: 'a body that says as whom it acts',
      bad: `
        import express from 'express';
        const app = express();
        app.delete('/stands/:id', (req, res) => {
          if (req.body.actingRole !== 'warden') return res.sendStatus(403);
          //  ^^^^^^^^^^^^^^^^^^^ auth/client-supplied-role
          res.end();
        });
      `,
    },
    {
      title: 'Nest: the role of the session',
      good: `export class RightsGuard { canActivate(context) { const request = context.switchToHttp().getRequest(); return ['chief'].includes(request.session.role); } }`,
    },
    {
      title: 'an identity that is taken over as it is sent',
      bad: `
        const app = require('express')();
        app.use((req, res, next) => {
          req.user = { id: req.headers['x-user-id'], role: req.headers['x-user-role'] };
        //                 ^^^^^^^^^^^^^^^^^^^^^^^^ auth/client-supplied-role "Who the caller is comes from the request itself"
        //                                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^ auth/client-supplied-role "The role comes"
          next();
        });
        app.get('/login-as/:name', (req, res) => {
          req.session.user = { name: req.params.name };
        //                           ^^^^^^^^^^^^^^^ auth/client-supplied-role "anybody can be anybody"
          res.redirect('/');
        });
      `,
    },
    {
      title: 'a service that has an open schema',
      bad: `
        import express from 'express';
        import * as users from './users.js';
        express().post('/users', async (req, res) => res.json(await users.insert(req.body)));
        //                                                                       ^^^^^^^^ auth/client-supplied-role "does not name are stored too"
        //- users.js
        import { validate } from './validate.js';
        const schema = { type: 'object', properties: { name: { type: 'string' } } };
        export function insert(user) { validate(schema, user); return store.add(user); }
        //- validate.js
        import Ajv from 'ajv';
        export function validate(schema, value) { if (!new Ajv().validate(schema, value)) throw new Error('invalid'); }
      `,
    },
    {
      title: 'a service that looks at the fields',
      good: `
        import express from 'express';
        import * as users from './users.js';
        express().put('/users/:id', async (req, res) => res.json(await users.update(req.params.id, req.body)));
        //- users.js
        const FIELDS = ['name', 'email'];
        export function update(id, given) { check(given); return store.set(id, given); }
        function check(given) { if (!Object.keys(given).every((key) => FIELDS.includes(key))) throw new Error('invalid'); }
      `,
    },
    {
      title: 'a user who was found, and one whose password was right',
      good: `
        export async function login(req, res) {
          if (!(await verify(req.body.email, req.body.password))) return res.sendStatus(401);
          req.session.user = { email: req.body.email };
          res.redirect('/');
        }
        export async function load(req, res, next) { const user = await find(req.cookies.sid); req.user = { id: user.id, role: user.role, lang: req.headers['accept-language'] }; next(); }
      `,
    },
    {
      title: 'the role of the verified user',
      good: `
        export function requireAdmin(req, res, next) { if (req.user?.role === 'admin') return next(); res.sendStatus(403); }
        export function other(ctx, next) { if (ctx.state.user.isAdmin) return next(); ctx.throw(403); }
      `,
    },
    {
      title: 'a role is refused where it is given',
      good: `
        export const create = (req, res) => { if (req.body.role) return res.sendStatus(400); if (req.body.isAdmin === true) return res.status(403).end(); res.json(add(req.body.name)); };
      `,
    },
    {
      title: 'what was parsed before',
      good: `
        import { z } from 'zod'; import { User } from './models.js'; export const create = async (req, res) => { const body = CreateUser.parse(req.body); res.json(await User.create(body)); };
      `,
    },
    { title: 'single fields', good: `import { User } from './models.js'; export const create = async (req, res) => res.json(await User.create({ name: req.body.name, email: req.body.email }));` },
    {
      title: 'an administrator makes users',
      good: `
        import express from 'express'; import { User } from './models.js'; const app = express();
        app.post('/users', requireAuth, requireRole('admin'), async (req, res) => { if (req.body.role === 'admin') log(req.user); res.json(await User.create(req.body)); });
      `,
    },
    {
      title: 'a schema stands before it',
      good: `
        import express from 'express'; import { User } from './models.js'; const app = express(); app.post('/users', validate(createUser), async (req, res) => res.json(await User.create(req.body)));
      `,
    },
    {
      title: 'a header of the gateway',
      policy: { auth: { at: 'code', publicPaths: [], guards: [], roleGuards: [], trustedHeaders: ['X-Role'] } },
      good: `
        export function requireAdmin(req, res, next) { if (req.headers['x-role'] === 'admin') return next(); res.sendStatus(403); }
      `,
    },
    {
      title: 'a filter of a list',
      good: `
        import express from 'express'; const app = express();
        app.get('/users', requireAuth, (req, res) => { const where = {}; if (req.query.role) where.role = req.query.role; res.json(find(where)); });
      `,
    },
    { title: 'other things that are stored', good: `import { Post } from './models.js'; export const add = async (req, res) => res.json(await Post.create(req.body));` },
    {
      title: 'refused above where it has other fields',
      good: `
        import { checkInput, validateRoleInput } from './validation.js';
        import { getService } from './utils.js';
        export const roles = {
          async create(ctx) {
            await validateRoleInput(ctx.request.body);
            const roleService = getService('role');
            ctx.body = await roleService.create(ctx.request.body);
          },
          async update(ctx) {
            const { error } = schema.validate(ctx.request.body);
            if (error) ctx.throw(400);
            ctx.body = await userService.update(ctx.params.id, ctx.request.body);
          },
        };
        export async function add(req, res) { assertFields(req.body, ['name', 'email']); res.json(await User.create(req.body)); }
      `,
    },
    {
      title: 'parsed, and stored as it came',
      bad: `
        import { z } from 'zod';
        import { User } from './models.js';
        const CreateUser = z.object({ name: z.string() });
        export const create = async (req, res) => { CreateUser.parse(req.body); res.json(await User.create(req.body)); };
        //                                                                                                 ^^^^^^^^ auth/client-supplied-role
      `,
    },
  ],
});

function isTrusted({ from, key }: Claimed, context: RuleContext): boolean {
  return from === 'header' && context.policy('auth').trustedHeaders.some((one) => one.toLowerCase() === key.toLowerCase());
}
/** A role is asked for before: administrators may say which role somebody gets. */
function isGuarded(fn: FunctionView, context: RuleContext): boolean {
  return context.endpoints({ handler: fn.id }).some((one) => one.authorization.state === 'guarded' && one.authorization.by !== undefined);
}
