import type { Role } from '../../model/api.js';
import type { FunctionView, Step } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import { authGuardName } from '../facts/guards.js';
import { wordsOf } from '../facts/names.js';
import { someValue } from '../facts/walk.js';
import { rule, type Detection, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly name: string;
  readonly how: 'layer' | 'true' | 'done' | 'empty' | 'unused';
  /** What answers a refusal, where it is known: the parameter of the response. */
  readonly response: string | undefined;
  readonly framework: string | undefined;
}
/** Names that say it themselves, or that of a stand-in. */
const OPEN = /^(optional|optionally|maybe|public|noop|allow|anonymous|anyone|everyone|pass|passthrough|fake|mock|stub|dummy|test|base|abstract|skip|disabled?|default|throttl\w*|rate|csrf|cache|log\w*|no|dev)$/i;
const SILENT = /^(console\.\w+|(\w{1,40}\.)?(log|logger)\.\w+|(this\.)?(logger|log)\.\w+|debug|Promise\.resolve)$/;
/** Strategies that hand over what the caller wrote: passport-local 1, passport-http 0.3, passport-http-bearer 1, passport-headerapikey 1, passport-localapikey 0, passport-custom 1. */
const UNCHECKED = /^(passport-(local|http|http-bearer|headerapikey|localapikey(-update)?))$/;
const BASIC_SCHEMES = /^(basic|bearer-access-token|bearer|hapi-auth-basic)$/;
/** Options under which these packages are told who may come in. */
const VERIFIERS: ReadonlyMap<string, string> = new Map([
  ['express-basic-auth', 'authorizer'], ['@fastify/basic-auth', 'validate'], ['hono/basic-auth', 'verifyUser'], ['hono/bearer-auth', 'verifyToken'], ['@fastify/bearer-auth', 'auth'],
]);

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
  words: ['auth', 'guard', 'canactivate', 'verify', 'protect', 'require', 'ensure', 'jwt', 'token', 'login', 'strategy', 'check'],
  *detect(fn, context) {
    yield* ofGuard(fn, context);
    for (const step of fn.steps) if (step.do === 'call') yield* ofCall(step, step.call, context);
  },
  explain: ({ name, how }) => ({
    message:
      how === 'unused' ? `'${name}' only makes a check here; nobody runs it, so every request passes. Give it to the route as a middleware.`
        : `'${name}' lets every request through. Verify the credential here and reject when it fails.`,
    why: 'It looks like protection and is none: whoever reads the routes believes that strangers are kept out.',
    remedy: 'Check the credential, and refuse with 401 where it is missing or wrong.',
  }),
  *fix({ at, evidence: { how, response, framework } }): Iterable<FixAnswer> {
    if (how === 'true') yield { title: 'Reject by default', safety: 'review', changes: [{ do: 'replace', at, code: ['false'] }] };
    else if (how === 'layer' && response !== undefined && framework === 'express') yield { title: 'Reject by default', safety: 'review', changes: [{ do: 'replace', at, code: [`${response}.sendStatus(401)`] }] };
    else if (how === 'layer' && response !== undefined && framework === 'koa') yield { title: 'Reject by default', safety: 'review', changes: [{ do: 'replace', at, code: [`${response}.throw(401)`] }] };
    else yield { refused: how === 'unused' ? 'Where the check belongs is for the author to say.' : 'How the credential is to be verified is for the author to say.' };
  },
  examples: [
    {
      title: 'a guard that only goes on',
      bad: `
        import express from 'express';
        const app = express();
        const requireAuth = (req, res, next) => next();
        //                                      ^^^^^^ auth/always-allow "'requireAuth' lets every request through"
        app.get('/orders', requireAuth, (req, res) => res.json(orders()));
      `,
      fixed: `
        import express from 'express';
        const app = express();
        const requireAuth = (req, res, next) => res.sendStatus(401);
        app.get('/orders', requireAuth, (req, res) => res.json(orders()));
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
      fixed: `
        const Hapi = require('@hapi/hapi');
        const server = Hapi.server();
        server.auth.strategy('s', 'basic', { validate: async () => ({ isValid: false, credentials: {} }) });
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
      fixed: `
        import express from 'express';
        import basicAuth from 'express-basic-auth';
        const app = express();
        app.use(basicAuth({ authorizer: () => false, challenge: true }));
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
      title: 'names that say so',
      good: `
        export const optionalAuth = (req, res, next) => next();
        export const publicGuard = (req, res, next) => next();
        export const noAuth = (req, res, next) => next();
        export class AllowAnonymousGuard { canActivate() { return true; } }
        export class MockAuthGuard { canActivate() { return true; } }
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
    {
      title: 'passport: providers have checked the caller',
      good: `
        import { Strategy } from 'passport-google-oauth20'; new Strategy(options, (accessToken, refreshToken, profile, done) => done(null, profile));
      `,
    },
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

function* ofGuard(fn: FunctionView, context: RuleContext): Iterable<Detection<Evidence>> {
  const owner = ownerOf(fn);
  const isMethod = /(^|\.)canActivate$/.test(fn.name) && owner !== '';
  const name = isMethod ? owner : fn.name;
  if (wordsOf(name).some((word) => OPEN.test(word)) || !fn.complete || fn.when.length > 0) return;
  const base = { subject: name, confidence: 'medium' as const };
  if (isMethod) {
    const returns = fn.steps.filter((step) => step.do === 'return');
    const yes = returns.map((step) => (step.do === 'return' && step.value ? truthIn(step.value) : undefined));
    if (yes.length > 0 && yes.every((at) => at !== undefined) && fn.steps.every(isIdle) && yes[0])
      yield { ...base, at: yes[0], evidence: { name, how: 'true', response: undefined, framework: undefined } };
    return;
  }
  if (!authGuardName(name)) return;
  const role = context.role(fn.id);
  // By its shape alone, a function that is handed a way on stands before handlers.
  const isLayer = role?.as === 'layer' || (role?.as === 'other' && !role.sure && role.parameters.includes('next'));
  if (!role || !isLayer || !fn.steps.every((step) => isIdle(step) || isNext(step, fn, context))) return;
  const next = fn.steps.find((step) => isNext(step, fn, context));
  const response = fn.parameters[role.parameters.findIndex((one) => one === 'response' || one === 'context')]?.name;
  if (next?.do === 'call') yield { ...base, at: next.call.at, evidence: { name, how: 'layer', response, framework: frameworkOf(role) } };
  else if (role.sure && !role.parameters.includes('next') && !fn.steps.some((step) => step.do === 'throw')) yield { ...base, at: fn.nameAt, evidence: { name, how: 'empty', response: undefined, framework: undefined } };
}
function frameworkOf({ framework, parameters }: Role): string | undefined {
  if (framework === 'koa' || framework === 'express') return framework;
  return framework === 'unknown' && parameters.includes('response') ? 'express' : undefined;
}
/** The class a method stands in: `RolesGuard` of `RolesGuard.canActivate`. */
function ownerOf(fn: FunctionView): string {
  const dot = fn.name.lastIndexOf('.');
  return dot > 0 ? fn.name.slice(0, dot) : fn.owner === undefined ? '' : fn.owner.slice(fn.owner.indexOf('#') + 1);
}
/** Nothing that could refuse: a log, a plain assignment, an end. Only under no test. */
function isIdle(step: Step): boolean {
  if (step.when.length > 0) return false;
  if (step.do === 'call') return SILENT.test(step.call.callee);
  if (step.do === 'assign') return step.value.kind === 'literal';
  return step.do === 'return' && (step.value === undefined || step.value.kind === 'literal' || truthIn(step.value) !== undefined || isNextCall(step.value));
}
function isNextCall(value: Value): boolean {
  return value.kind === 'call' && value.args.length === 0 && value.target.kind === 'ref' && value.target.root.kind === 'parameter' && value.target.path.length === 0;
}
function isNext(step: Step, fn: FunctionView, context: RuleContext): boolean {
  if (step.do !== 'call' || step.when.length > 0 || !isNextCall(step.call)) return false;
  const { target } = step.call;
  return target.kind === 'ref' && target.root.kind === 'parameter' && target.root.fn === fn.id && context.role(fn.id)?.parameters[target.root.index] === 'next';
}
/** The `true` a value surely is: itself, `Promise.resolve(true)`, `of(true)`. */
function truthIn(value: Value): At | undefined {
  if (value.kind === 'literal') return value.value === true ? value.at : undefined;
  const [first] = value.kind === 'call' && /^(Promise\.resolve|rxjs\.of|of)$/.test(value.callee) ? value.args : [];
  return first && first.value.kind === 'literal' && first.value.value === true ? first.value.at : undefined;
}

function* ofCall(step: Step, call: Call, context: RuleContext): Iterable<Detection<Evidence>> {
  const { target } = call;
  const from = target.kind === 'ref' && target.root.kind === 'import' ? target.root.from : undefined;
  if (call.form === 'new' && from !== undefined && UNCHECKED.test(from)) yield* ofStrategy(call, context);
  const option = from === undefined ? undefined : VERIFIERS.get(from);
  if (option !== undefined) yield* ofVerifier(call.args.map((item) => item.value), option, context);
  if (call.name === 'register' && call.args[0]?.value.kind === 'ref') {
    const { root } = call.args[0].value;
    const key = root.kind === 'import' ? VERIFIERS.get(root.from) : undefined;
    if (key !== undefined) yield* ofVerifier(call.args.slice(1).map((item) => item.value), key, context);
  }
  const scheme = call.args[1]?.value;
  if (call.name === 'strategy' && scheme && BASIC_SCHEMES.test(String(context.constant(scheme)?.value ?? ''))) yield* ofVerifier(call.args.slice(2).map((item) => item.value), 'validate', context);
  if (call.callee === 'passport.authenticate' && step.do === 'call' && !step.used && isBare(call, step, context))
    yield { at: call.nameAt, subject: 'passport.authenticate', confidence: 'high', evidence: { name: 'passport.authenticate', how: 'unused', response: undefined, framework: undefined } };
}
/** The call is the whole statement: what it gives is thrown away. */
function isBare(call: Call, step: Step, context: RuleContext): boolean {
  return context.textOf(step.statementAt).replace(/;\s*$/, '').trim() === context.textOf(call.at).trim();
}
/** `new LocalStrategy((user, password, done) => done(null, user))`: nothing the caller wrote as proof is read. */
function* ofStrategy(call: Call, context: RuleContext): Iterable<Detection<Evidence>> {
  const last = call.args.at(-1)?.value;
  const end = last && context.resolve(last).value;
  const fn = end?.kind === 'function' ? context.body(end.fn) : undefined;
  const done = fn?.parameters.at(-1);
  if (!fn?.complete || done?.name === undefined || fn.parameters.length < 2 || fn.at.path !== call.at.path) return;
  const proof = fn.parameters.length - 2;
  const isRead = someValue(fn, (value) => value.kind === 'ref' && value.root.kind === 'parameter' && value.root.fn === fn.id && value.root.index === proof);
  const isDone = (step: Step): boolean => step.do === 'call' && step.call.target.kind === 'ref' && step.call.target.root.kind === 'parameter' && step.call.target.root.index === proof + 1;
  const isCalm = fn.steps.every((step) => step.when.length === fn.when.length && (isDone(step) || step.do === 'return' || (step.do === 'call' && SILENT.test(step.call.callee))));
  const found = fn.steps.find(isDone);
  const user = found?.do === 'call' ? found.call.args[1]?.value : undefined;
  if (isRead || !isCalm || found?.do !== 'call' || !user || (user.kind === 'literal' && !user.value)) return;
  const name = call.target.kind === 'ref' ? call.target.text : call.name;
  yield { at: found.call.nameAt, subject: call.name, confidence: 'high', evidence: { name, how: 'done', response: undefined, framework: undefined } };
}
/** `{ validate: () => true }`, `{ validate: async () => ({ isValid: true }) }`, `{ validate(user, password, request, reply, done) { done(); } }`. */
function* ofVerifier(values: readonly Value[], key: string, context: RuleContext): Iterable<Detection<Evidence>> {
  for (const value of values) {
    const held = context.option(value, key);
    const end = held.kind === 'value' ? context.resolve(held.value).value : undefined;
    const fn = end?.kind === 'function' ? context.body(end.fn) : undefined;
    if (held.kind !== 'value' || !fn?.complete || fn.at.path !== value.at.path) continue;
    const returns = fn.steps.filter((step) => step.do === 'return');
    const yes = returns.map((step) => (step.do === 'return' && step.value ? validIn(step.value) : undefined));
    const isCalm = fn.steps.every((step) => step.when.length === fn.when.length && (step.do === 'return' || (step.do === 'call' && SILENT.test(step.call.callee))));
    const base = { subject: key, confidence: 'high' as const };
    if (isCalm && yes[0] && yes.every((at) => at !== undefined)) yield { ...base, at: yes[0], evidence: { name: key, how: 'true', response: undefined, framework: undefined } };
    else if (fn.steps.length === 0 && key === 'validate' && fn.async) yield { ...base, at: held.entry.keyAt, evidence: { name: key, how: 'empty', response: undefined, framework: undefined } };
  }
}
function validIn(value: Value): At | undefined {
  if (value.kind !== 'object') return truthIn(value);
  const entry = value.entries.findLast((one) => one.key === 'isValid');
  return entry?.value.kind === 'literal' && entry.value.value === true ? entry.value.at : undefined;
}
