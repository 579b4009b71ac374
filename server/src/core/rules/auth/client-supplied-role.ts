import type { Branch, FunctionView, Step } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import type { RequestField } from '../../model/api.js';
import { links } from '../../project/project.js';
import { authGuardName } from '../facts/guards.js';
import { rule, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly kind: 'role' | 'assignment';
  readonly text: string;
  /** The comparison the field stands in, and the request it is read from, where both can be written anew. */
  readonly test: Value | undefined;
  readonly request: string | undefined;
  readonly role: string | undefined;
}
const ROLE_HEADER = /^x-((user-?)?(roles?|permissions?|scopes?)|(is-?)?admin|admin-?user|is-?superuser)$/i;
const ROLE_FIELD = /^(role|roles|isAdmin|is_admin|admin|isSuperAdmin|superuser|is_staff|permissions)$/i;
const IDENTITY_MODEL = /^(user|account|member|customer|admin|employee|tenant|organi[sz]ation|role)s?(model|repository|repo|entity|collection|dao)?$/i;
const STORES = /^(create|insert|insertOne|insertMany|update|updateOne|updateMany|findByIdAndUpdate|findOneAndUpdate|upsert|bulkCreate|build|save)$/;
const DENIES = /^(sendStatus|status|throw|writeHead|code|abort)$/;

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
  words: ['role', 'admin', 'permission', 'scope', 'superuser', 'is_staff', '.body', 'create', 'update', 'assign'],
  *detect(fn, context) {
    const seen = new Set<string>();
    for (const step of fn.steps) {
      for (const { test, holds } of allowing(step, fn, context)) for (const leaf of leavesOf(test, holds, 0)) {
        const field = roleField(leaf.value, context);
        const key = `${leaf.value.at.mark}:${leaf.value.at.part?.start ?? ''}`;
        if (!field || seen.has(key) || !leaf.positive || isTrusted(field, context) || isGuarded(fn, context)) continue;
        seen.add(key);
        const text = context.textOf(leaf.value.at);
        yield {
          at: leaf.value.at, subject: `${fn.name} ${field.key ?? ''}`, when: step.when.slice(0, fn.when.length), severity: 'error', confidence: 'high',
          evidence: { kind: 'role', text, test: leaf.whole, request: /^(\w+)[.?[]/.exec(text)?.[1], role: leaf.role },
        };
      }
      const stored = step.do === 'call' ? massAssigned(step.call, context) : undefined;
      if (stored && !isGuarded(fn, context) && !isChecked(fn, context))
        yield {
          at: stored.at, subject: `${fn.name} ${context.textOf(stored.at)}`, when: step.when, severity: 'warning', confidence: 'medium',
          evidence: { kind: 'assignment', text: context.textOf(stored.at), test: undefined, request: undefined, role: undefined },
        };
    }
  },
  explain: ({ kind, text }) => ({
    message: kind === 'role'
      ? `The role comes from the request itself (${text}), so any caller can become admin. Read it from the verified session or token.`
      : `Whatever the caller sends (${text}) is stored as it is, a role or an owner too. Name the fields that may be set.`,
    why: 'Headers, queries, cookies and bodies are what the caller writes; anybody can write `admin` there.',
    remedy: 'Take the role from the session or token that was verified, and take single fields from the body.',
  }),
  *fix({ at, evidence: { kind, test, request, role, text } }): Iterable<FixAnswer> {
    if (kind === 'assignment') yield { title: 'Name the fields', safety: 'manual', changes: [{ do: 'replace', at, code: ['{ ', { slot: `name: ${text}.name` }, ' }'] }] };
    else if (test && request !== undefined) yield { title: 'Read the role of the verified user', safety: 'review', changes: [{ do: 'replace', at: test.at, code: [`${request}.user?.role === `, { quote: role ?? 'admin' }] }] };
    else yield { refused: 'Where the verified role is kept is for the author to say.' };
  },
  examples: [
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
  ],
});

/** Tests under which the step lets the caller go on, or without which it is refused. */
function allowing(step: Step, fn: FunctionView, context: RuleContext): readonly { readonly test: Value; readonly holds: boolean }[] {
  const own = step.when.slice(fn.when.length);
  const nearest = own.findLast((branch) => !branch.early);
  if (step.do === 'call' && isNext(step.call, context)) return own.filter((one) => !one.early).map(({ test, holds }) => ({ test, holds }));
  if (nearest && isRefusal(step, context)) return [{ test: nearest.test, holds: !nearest.holds }];
  if (step.do === 'return' && step.value && (authGuardName(fn.name) || /(^|\.)canActivate$/.test(fn.name)) && step.value.kind !== 'literal') return [{ test: step.value, holds: true }];
  if (step.do === 'return' && step.value?.kind === 'literal' && step.value.value === true && /(^|\.)canActivate$/.test(fn.name)) return own.filter((one: Branch) => !one.early).map(({ test, holds }) => ({ test, holds }));
  return [];
}
function isNext(call: Call, context: RuleContext): boolean {
  if (call.args.length > 0 || call.target.kind !== 'ref' || call.target.root.kind !== 'parameter' || call.target.path.length > 0) return false;
  return context.role(call.target.root.fn)?.parameters[call.target.root.index] === 'next' || call.name === 'next';
}
/** `res.sendStatus(403)`, `ctx.throw(403)`, `throw new ForbiddenException()`. */
function isRefusal(step: Step, context: RuleContext): boolean {
  if (step.do === 'throw') return step.value?.kind === 'call' && /^(Forbidden|Unauthori[sz]ed)/i.test(step.value.name);
  if (step.do !== 'call' || !DENIES.test(step.call.name) || !step.call.args[0]) return false;
  const status = context.constant(step.call.args[0].value)?.value;
  return status === 401 || status === 403;
}
interface Leaf {
  readonly value: Value;
  readonly positive: boolean;
  readonly whole: Value;
  readonly role: string | undefined;
}
/** The parts of a test that have to hold, or not to hold, for it to come out that way. */
function* leavesOf(test: Value, holds: boolean, depth: number): Iterable<Leaf> {
  if (depth > 8) return;
  switch (test.kind) {
    case 'not': yield* leavesOf(test.of, !holds, depth + 1); break;
    case 'logic':
      yield* leavesOf(test.left, holds, depth + 1);
      yield* leavesOf(test.right, holds, depth + 1);
      break;
    case 'compare': {
      const [value, other] = test.left.kind === 'literal' ? [test.right, test.left] : [test.left, test.right];
      const isEqual = test.op === '===' || test.op === '==';
      const isNothing = other.kind === 'literal' && (other.value === false || other.value === undefined || other.value === null || other.value === 'false');
      const role = other.kind === 'literal' && typeof other.value === 'string' && other.value !== 'true' ? other.value : undefined;
      if (other.kind === 'literal' && (isEqual || test.op.startsWith('!'))) yield { value, positive: (isEqual === holds) !== isNothing, whole: test, role };
      break;
    }
    case 'call': {
      const [first] = test.args;
      if (/^(includes|has)$/.test(test.name) && first) yield { value: first.value, positive: holds, whole: test, role: undefined };
      else yield { value: test, positive: holds, whole: test, role: undefined };
      break;
    }
    default: yield { value: test, positive: holds, whole: test, role: undefined };
  }
}
/** A field of the request that names a role, as its caller wrote it. */
function roleField(value: Value, context: RuleContext): RequestField | undefined {
  if (value.kind === 'ref' && value.path.includes('signedCookies')) return undefined;
  const field = context.request(value);
  if (!field || field.key === undefined) return undefined;
  if (field.from === 'header') return ROLE_HEADER.test(field.key) ? field : undefined;
  return (field.from === 'query' || field.from === 'body' || field.from === 'cookie') && ROLE_FIELD.test(field.key) ? field : undefined;
}
function isTrusted({ from, key }: RequestField, context: RuleContext): boolean {
  return from === 'header' && context.policy('auth').trustedHeaders.some((one) => one.toLowerCase() === key?.toLowerCase());
}
/** A role is asked for before: administrators may say which role somebody gets. */
function isGuarded(fn: FunctionView, context: RuleContext): boolean {
  return context.endpoints({ handler: fn.id }).some((one) => one.authorization.state === 'guarded' && one.authorization.by !== undefined);
}
/** A schema stands before it, which may take away what it does not name. */
function isChecked(fn: FunctionView, context: RuleContext): boolean {
  return context.endpoints({ handler: fn.id }).some((one) => {
    const options = one.route.options;
    return links(one.chain).some(({ layer }) => layer.claims.length === 0 || layer.claims.some((claim) => claim.protects === 'schema')) || (options !== undefined && /schema|validate/.test(context.textOf(options.at).slice(0, 400)));
  });
}
/** The whole body handed to what stores accounts: `User.create(req.body)`, `{ ...req.body }`. */
function massAssigned(call: Call, context: RuleContext): Value | undefined {
  if (call.callee === 'Object.assign') {
    const [to, ...from] = call.args;
    const made = to && to.value.kind === 'ref' ? (to.value.path.at(-1) ?? to.value.text) : '';
    return IDENTITY_MODEL.test(made) ? from.map((item) => wholeBody(item.value, context)).find((one) => one !== undefined) : undefined;
  }
  if (!STORES.test(call.name) || call.receiver?.kind !== 'ref') return undefined;
  const name = call.receiver.path.at(-1) ?? call.receiver.text;
  if (!IDENTITY_MODEL.test(name.replace(/^.*\./, ''))) return undefined;
  return call.args.map((item) => bodyIn(item.value, context, 0)).find((one) => one !== undefined);
}
function bodyIn(value: Value, context: RuleContext, depth: number): Value | undefined {
  if (value.kind !== 'object' || depth > 3) return wholeBody(value, context);
  for (const entry of value.entries) {
    if (entry.form !== 'spread' && !/^(data|\$set|values|update|create)$/.test(entry.key ?? '')) continue;
    const found = bodyIn(entry.value, context, depth + 1);
    if (found) return found;
  }
  return undefined;
}
function wholeBody(value: Value, context: RuleContext): Value | undefined {
  if (value.kind !== 'ref' || value.root.kind !== 'parameter' || !/^(body|payload)$/.test(value.path.at(-1) ?? '')) return undefined;
  const field = context.request(value);
  return field?.from === 'body' && field.key === undefined ? value : undefined;
}
