import type { FunctionView, ModuleView, Step } from '../../model/module.js';
import type { BindingId, Call, Ref, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import { jwtUses, type JwtUse } from '../facts/jwt.js';
import { keyFileExamples } from '../facts/key-file-examples.js';
import { keyFiles } from '../facts/key-files.js';
import { holdsCall, namesOf, refsIn } from '../facts/mentions.js';
import { asksPresence, isAskedFor, isExchanged, leavesTheChoice, onlyTells } from '../facts/token-readers.js';
import { rule, type Change, type FixAnswer, type RuleContext, type Severity } from '../rule.js';

interface Evidence {
  readonly callee: string;
  readonly use: JwtUse | undefined;
  /** A file is read whose name the token gives. */
  readonly isFile?: true;
  /** The key other calls of the file verify or sign with. */
  readonly key: At | undefined;
}
interface Reading {
  readonly call: Call;
  readonly at: At;
  readonly callee: string;
  readonly token: Value | undefined;
  readonly use: JwtUse | undefined;
  readonly step: Step;
  readonly in: FunctionView;
}
const SERVER =
  /^(express|fastify|koa|@koa\/router|koa-router|@hapi\/hapi|hono|@nestjs\/[\w-]+|next\/server|next\/headers|http|https|http2|jsonwebtoken|passport|passport-[\w-]+|mongoose|@prisma\/client|@apollo\/server|socket\.io|aws-lambda)$/;
const CLIENT_PATH = /(^|\/)(client|frontend|web|ui|components|hooks|composables|stores?|contexts?|providers)\/|\.[jt]sx$/i;
const IDENTITY = /^(user|users?Id|userId|uid|auth|session|account|identity|currentUser|principal|claims|jwt|decoded|tokenPayload|payload|role|roles|isAdmin|tenant|tenantId|username|email)$/i;
const POWER = /^(role|roles|isAdmin|admin|scope|scopes|permissions?|groups?|sub|id|_id|userId|uid|tenant|tenantId|email|username|type|aud)$/i;
const QUERIES = /^(find\w*|get\w*|query|fetch\w*|load\w*|select|update\w*|delete\w*|remove\w*|create\w*|insert\w*|where|exec\w*|set|has|count\w*)$/i;
/** Read to choose a key, or to know when to renew. */
const HARMLESS: ReadonlySet<string> = new Set(['header', 'kid', 'alg', 'iss', 'exp', 'iat', 'nbf', 'typ', 'x5t', 'jti']);
/** Names of functions that read for timing, or that say that what they give is not to be trusted. */
const TIMING = /exp(ir|$)|header|kid|issuer|ttl|lifetime|debug|inspect|peek|unverified|untrusted/i;
const LOGS = /^(console|logger|log|debug|winston)\b/;

export default rule<'module', Evidence>({
  meta: {
    id: 'jwt/decode-without-verify',
    title: 'Token content is trusted without a signature check',
    owasp: ['API2:2019', 'API2:2023'],
    cwe: [345, 347],
    severity: 'error',
    confidence: 'medium',
    topics: ['jwt'],
    since: '0.1.0',
    leansOn: ['jsonwebtoken/decode', 'jose/decode'],
    whenNotToUse: 'A gateway in front of the service verifies every token and nothing else can reach it.',
    references: ['https://github.com/auth0/node-jsonwebtoken#jwtdecodetoken--options', 'https://cwe.mitre.org/data/definitions/345.html'],
  },
  on: 'module',
  words: ['decode', 'atob', 'base64', 'kid'],
  *detect(module, context) {
    for (const { call, fn, step } of keyFiles(module, context)) {
      const evidence = { callee: call.name, use: undefined, isFile: true as const, key: undefined };
      yield { at: call.nameAt, subject: `${call.name} in ${fn.name}`, evidence, severity: 'error', confidence: 'high', when: step.when };
    }
    if (module.top.directive === 'use client' || CLIENT_PATH.test(module.path) || !isServer(module, context)) return;
    for (const reading of readings(module, context)) {
      const severity = trusted(reading, module, context);
      if (severity) yield {
        at: reading.at, subject: `${reading.callee} in ${reading.in.name}`,
        evidence: { callee: reading.callee, use: reading.use, key: keyIn(module, context) }, severity,
        confidence: severity === 'error' ? 'high' : 'medium', when: reading.step.when,
      };
    }
  },
  explain: ({ callee, isFile }) => ({
    message: isFile
      ? `'${callee}' reads the key from a file the token names ('kid'), so a caller points it at a file with a content he knows, and signs for himself. Take keys from a fixed list.`
      : `'${callee}' reads the token without checking its signature, so a caller can write any user id or role into it. Use verify with a key.`,
    why: 'What a token says is worth as much as its signature; without the check it is one more field of the request.',
    remedy: 'Verify the token with the key and the algorithm it is signed with, and use what that gives.',
  }),
  *fix({ evidence: { use, key } }): Iterable<FixAnswer> {
    const refused = { refused: 'Verifying needs a key, and with this library another call.' };
    if (!use) return yield refused;
    const { call, library } = use;
    const first = call.args[0];
    const options = call.args[1];
    const without: readonly Change[] = options ? [{ do: 'remove', at: options.at, as: 'argument' }] : [];
    if (library === '@nestjs/jwt' || library === '@fastify/jwt') return yield { title: 'Verify the token', safety: 'review', changes: [{ do: 'replace', at: use.at, code: ['verify'] }, ...without] };
    if (library !== 'jsonwebtoken' || !first || call.receiver === undefined || call.args.length > 2) return yield refused;
    const given = key ? [{ copy: key }] : ['process.env.JWT_SECRET'];
    const changes: Change[] = [
      { do: 'replace', at: use.at, code: ['verify'] },
      options ? { do: 'replace', at: options.at, code: given } : { do: 'insert', at: call.at, where: 'argument-last', code: given },
      { do: 'insert', at: call.at, where: 'argument-last', code: ['{ algorithms: [', { quote: 'HS256' }, '] }'] },
    ];
    yield { title: 'Verify the token', safety: 'review', changes: key ? changes : [...changes, { do: 'require-env', path: call.at.path, name: 'JWT_SECRET' }] };
  },
  examples: [
    {
      title: 'who the caller is, as the caller says',
      bad: `
        import jwt from 'jsonwebtoken';
        export function auth(req, res, next) {
          const token = req.headers.authorization.split(' ')[1];
          req.user = jwt.decode(token);
          //             ^^^^^^ jwt/decode-without-verify "'jwt.decode' reads the token without checking its signature"
          next();
        }
      `,
      fixed: `
        import jwt from 'jsonwebtoken';
        if (!process.env.JWT_SECRET) throw new Error('JWT_SECRET is not set');
        export function auth(req, res, next) {
          const token = req.headers.authorization.split(' ')[1];
          req.user = jwt.verify(token, process.env.JWT_SECRET, { algorithms: ['HS256'] });
          next();
        }
      `,
    },
    {
      title: 'taken apart by hand',
      bad: `
        import express from 'express';
        const app = express();
        app.delete('/users/:id', (req, res) => {
          const { role } = JSON.parse(atob(req.headers.authorization.split('.')[1]));
          //                    ^^^^^ jwt/decode-without-verify "'JSON.parse'"
          if (role !== 'admin') return res.sendStatus(403);
          remove(req.params.id);
        });
        app.get('/me', (req, res) => {
          const claims = JSON.parse(Buffer.from(req.get('authorization').split('.')[1], 'base64').toString());
          //                  ^^^^^ jwt/decode-without-verify
          res.json(load(claims.sub));
        });
      `,
    },
    {
      title: 'Nest, jose, jwt-decode',
      bad: `
        import { CanActivate, ExecutionContext, Injectable } from '@nestjs/common';
        import { JwtService } from '@nestjs/jwt';
        import { decodeJwt } from 'jose';
        import { jwtDecode } from 'jwt-decode';
        @Injectable()
        export class AuthGuard implements CanActivate {
          constructor(private jwtService: JwtService) {}
          canActivate(context: ExecutionContext) {
            const request = context.switchToHttp().getRequest();
            request.user = this.jwtService.decode(request.headers.authorization);
            //                             ^^^^^^ jwt/decode-without-verify "'this.jwtService.decode'"
            return true;
          }
        }
        export const roleOf = (token: string) => decodeJwt(token).role === 'admin';
        //                                       ^^^^^^^^^ jwt/decode-without-verify
        export function tenant(req, res, next) { req.tenantId = jwtDecode(req.headers['x-token']).tid; next(); }
        //                                                      ^^^^^^^^^ jwt/decode-without-verify
      `,
    },
    {
      title: 'given back to whoever asks',
      bad: `
        const jwt = require('jsonwebtoken');
        exports.claimsOf = (token) => jwt.decode(token);
        //                                ^^^^^^ jwt/decode-without-verify
      `,
    },
    {
      title: 'the header, to choose the key',
      good: `
        import jwt from 'jsonwebtoken';
        export function read(t) { const { header } = jwt.decode(t, { complete: true }); return jwt.verify(t, keyFor(header.kid), { algorithms: ['RS256'] }); } export const kidOf = (t) => jwt.decode(t, { complete: true }).header.kid;
      `,
    },
    {
      title: 'verified before',
      good: `
        import jwt from 'jsonwebtoken';
        export function read(req, res, next) { jwt.verify(req.token, key, { algorithms: ['HS256'] });
        req.user = jwt.decode(req.token);
        next(); } export async function other(req) { await verifyToken(req.token);
        req.user = jwt.decode(req.token); }
      `,
    },
    {
      title: 'when it ends',
      good: `
        import jwt from 'jsonwebtoken';
        export const isStale = (t) => jwt.decode(t).exp * 1000 < Date.now();
        export function tokenExpiry(t) { return jwt.decode(t); } export function stale(t) { const whole = jwt.decode(t, { complete: true }); return whole.payload.exp * 1000 < Date.now(); }
      `,
    },
    { title: 'in the browser', good: `import { jwtDecode } from 'jwt-decode'; export const nameOf = (token) => jwtDecode(token).name;` },
    {
      title: 'an answer of the identity provider, a token just made',
      good: `
        import jwt from 'jsonwebtoken';
        export async function callback(req) { const tokens = await exchange(req.query.code);
        req.user = jwt.decode(tokens.id_token); } export function made(user) { const t = jwt.sign({ id: user.id, exp: 1 }, key); return jwt.decode(t); }
      `,
    },
    {
      title: 'another decode',
      good: `
        import express from 'express';
        const basic = Buffer.from(req.headers.authorization.split(' ')[1], 'base64').toString();
        const text = new TextDecoder().decode(bytes);
        const image = Buffer.from(data.split(',')[1], 'base64'); he.decode(html); JSON.parse(Buffer.from(cursor, 'base64').toString());
      `,
    },
    {
      title: 'how long the token of a provider lasts, after a look at what it is',
      good: `
        const jwt = require('jsonwebtoken');
        exports.lifetimeOf = (user) => (user.ssoToken ? minutesOf(user) : 60);
        const minutesOf = (user) => {
          const whole = jwt.decode(user.ssoToken, { complete: false });
          if (whole && typeof whole !== 'string') {
            const seconds = whole.exp;
            if (seconds) return (seconds * 1000 - Date.now()) / 60000;
          }
          return 60;
        };
      `,
    },
    {
      title: 'a look that says it is no more',
      good: `
        const jwt = require('jsonwebtoken');
        exports.peekSubject = (token) => (jwt.decode(token) || {}).sub;
        exports.unverifiedClaims = (token) => jwt.decode(token);
      `,
    },
    { title: 'said in a log', good: `import jwt from 'jsonwebtoken'; export function debugToken(t) { console.log(jwt.decode(t)); }` },
    {
      title: 'when a token ends, kept under a name of its own',
      good: `
        import jwt from 'jsonwebtoken';
        export const refreshAt = (user) => { const seen = jwt.decode(user.providerToken, { complete: true }); const seconds = seen?.payload.exp; return seconds ? schedule(seconds) : 60; };
      `,
    },
    ...keyFileExamples,
  ],
});

function isServer(module: ModuleView, context: RuleContext): boolean {
  return module.imports.some((one) => SERVER.test(one.from.replace(/^node:/, ''))) || [...module.functions.keys()].some((id) => context.role(id)?.sure === true)
    // Whoever signs holds the key.
    || jwtUses(module, context).some((use) => use.does === 'sign');
}
function* readings(module: ModuleView, context: RuleContext): Iterable<Reading> {
  for (const use of jwtUses(module, context)) {
    if (use.through || use.call.callee === 'jose.UnsecuredJWT.decode') continue;
    // jwt-simple 0.5: `decode(token, key, noVerify)`.
    const skips = use.library === 'jwt-simple' && use.does === 'verify' && use.call.args[2] !== undefined && context.constant(use.call.args[2].value)?.value === true;
    if (use.does === 'decode' || skips) yield { call: use.call, at: use.at, callee: calleeOf(use.call, context), token: use.token, use, step: stepOf(use), in: use.in };
  }
  for (const fn of [module.top, ...module.functions.values()])
    for (const step of fn.steps) {
      const token = step.do === 'call' && step.call.callee === 'JSON.parse' ? byHand(step.call.args[0]?.value, context, 0) : undefined;
      if (step.do === 'call' && token) yield { call: step.call, at: step.call.nameAt, callee: 'JSON.parse', token, use: undefined, step, in: fn };
    }
}
function stepOf(use: JwtUse): Step {
  return { ...use.step, do: 'call', call: use.call, used: true };
}
/** The token whose second part is decoded: `atob(t.split('.')[1])`, `Buffer.from(t.split('.')[1], 'base64').toString()`. */
function byHand(value: Value | undefined, context: RuleContext, depth: number): Value | undefined {
  if (!value || depth > 8) return undefined;
  if (value.kind === 'ref' && value.root.kind === 'local') {
    const end = context.resolve(value).value;
    return end === value ? undefined : byHand(end, context, depth + 1);
  }
  if (value.kind === 'ref' && value.root.kind === 'value' && value.path.length === 1 && value.path[0] === '1') {
    const split = value.root.of;
    const dot = split.kind === 'call' && split.name === 'split' ? split.args[0]?.value : undefined;
    return split.kind === 'call' && dot?.kind === 'literal' && dot.value === '.' ? split.receiver : undefined;
  }
  if (value.kind !== 'call') return undefined;
  if (/(^|\.)(atob|Buffer\.from|decodeURIComponent|base64url?\.decode|Buffer)$/.test(value.callee)) return byHand(value.args[0]?.value, context, depth + 1);
  return value.receiver && /^(toString|replace|replaceAll|decode|trim|map|join)$/.test(value.name) ? byHand(value.receiver, context, depth + 1) : undefined;
}
function calleeOf(call: Call, context: RuleContext): string {
  const text = call.receiver ? `${context.textOf(call.receiver.at)}.${call.name}` : call.name;
  return /^[\w.$]{1,60}$/.test(text) ? text : call.name;
}

/** How sure it is that what the token says is believed; undefined: it is not, or was verified. */
function trusted(reading: Reading, module: ModuleView, context: RuleContext): Severity | undefined {
  const { call, token, in: fn } = reading;
  const isForTiming = TIMING.test(fn.name.replace(/(from|by|of|in)_?(auth\w{0,12}_?)?headers?/i, ''));
  if (isForTiming || onlyTells(fn) || isOwnOrProviders(token, fn, context) || isExchanged(token, module, context) || (!isAfterRefusal(reading) && isVerified(fn, token, module, context))) return undefined;
  const names = namesOf(call, fn, module);
  const around = [fn, ...inner(fn, module)];
  const read = new Set<string>();
  let severity: Severity = 'warning';
  let [logged, other, presence] = [0, 0, 0];
  const holds = (value: Value): boolean => holdsCall(value, call) || [...refsIn(value)].some((ref) => isNamed(ref.root, names));
  const note = (value: Value): void => {
    for (const ref of refsIn(value))
      if (isNamed(ref.root, names) || (ref.root.kind === 'value' && ref.root.of.kind === 'call' && ref.root.of.at.mark === call.at.mark)) for (const field of fieldsOf(ref, call, names, module)) read.add(field);
  };
  for (const binding of module.bindings) if (binding.value.kind === 'ref' && holdsCall(binding.value, call)) note(binding.value);
  for (const one of around)
    for (const step of one.steps) {
      for (const branch of step.when) {
        if (!holds(branch.test)) continue;
        // Whether there is anything, and of what type, says nothing of what is in it.
        if (!isAskedFor(branch.test)) note(branch.test);
        if (branch.test.kind === 'compare' && [...refsIn(branch.test)].some((ref) => POWER.test(ref.path.at(-1) ?? ref.text))) severity = 'error';
      }
      if (step.do === 'assign' && holds(step.value)) {
        note(step.value);
        other++;
        const key = step.target.path.find((part) => part !== undefined && IDENTITY.test(part));
        if (key !== undefined && step.target.root.kind !== 'local') severity = 'error';
      } else if (step.do === 'call' && step.call.at.mark !== call.at.mark && step.call.args.some((arg) => holds(arg.value))) {
        for (const arg of step.call.args) note(arg.value);
        if (LOGS.test(step.call.callee)) logged++;
        else other++;
        const first = step.call.args[0]?.value;
        const sets = step.call.name === 'set' && first?.kind === 'literal' && typeof first.value === 'string' && IDENTITY.test(first.value);
        if (sets || (QUERIES.test(step.call.name) && step.call.receiver !== undefined && step.call.callee !== 'JSON.parse')) severity = 'error';
      } else if ((step.do === 'return' || step.do === 'throw') && step.value && holds(step.value)) {
        other++;
        if (asksPresence(step.value, (key) => POWER.test(key) || IDENTITY.test(key))) {
          presence++;
          continue;
        }
        note(step.value);
        if (step.value.kind === 'compare' && [...refsIn(step.value)].some((ref) => POWER.test(ref.path.at(-1) ?? ''))) severity = 'error';
      }
    }
  if ((logged > 0 && other === 0) || (presence > 0 && presence === other && read.size === 0)) return undefined;
  for (const field of readInSums(call, names, fn, module, context)) read.add(field);
  const fields = [...read].filter((field) => field !== '');
  if (fields.length > 0 && read.size === fields.length && fields.every((field) => HARMLESS.has(field))) return undefined;
  return severity === 'warning' && leavesTheChoice(call, fn, module, context) ? 'info' : severity;
}
/** The members of the token that a name or a part of one stands for: of `const at = token.payload.exp`, `at` stands for `exp`. */
function fieldsOf(ref: Ref, call: Call, names: ReadonlySet<BindingId>, module: ModuleView, depth = 0): readonly string[] {
  const own = ref.path[0] === 'payload' ? ref.path[1] : ref.path[0];
  const bound = ref.root.kind === 'local' ? module.bindings[ref.root.binding] : undefined;
  if (own !== undefined || !bound?.constant || depth > 3 || holdsCall(bound.value, call)) return [own ?? ''];
  const parts = [...refsIn(bound.value)].filter((one) => isNamed(one.root, names));
  return parts.length === 0 ? [''] : parts.flatMap((one) => fieldsOf(one, call, names, module, depth + 1));
}
/** Members read where the model keeps no value, as in `claims.exp * 1000`: they can only make it harmless. */
function readInSums(call: Call, names: ReadonlySet<BindingId>, fn: FunctionView, module: ModuleView, context: RuleContext): readonly string[] {
  const text = context.textOf(fn.bodyAt).slice(0, 20_000);
  const own = context.textOf(call.at);
  const from = text.indexOf(own);
  const direct = from < 0 ? undefined : /^[)\s!]{0,4}\??\.(?:payload\??\.)?(\w{1,40})/.exec(text.slice(from + own.length, from + own.length + 60))?.[1];
  const found = direct === undefined ? [] : [direct];
  for (const match of text.matchAll(/\b(\w{1,40})[?!]?\.(?:payload\??\.)?(\w{1,40})/g)) if ([...names].some((id) => module.bindings[id]?.name === match[1])) found.push(match[2] ?? '');
  return found;
}
function isNamed(root: { readonly kind: string; readonly binding?: BindingId }, names: ReadonlySet<BindingId>): boolean {
  return root.kind === 'local' && root.binding !== undefined && names.has(root.binding);
}
/** Functions written inside it. */
function inner(fn: FunctionView, module: ModuleView): readonly FunctionView[] {
  return fn === module.top ? [] : [...module.functions.values()].filter((one) => one.within === fn.id);
}
/** A token this server made or was handed by the identity provider itself. */
function isOwnOrProviders(token: Value | undefined, fn: FunctionView, context: RuleContext): boolean {
  const name = token?.kind === 'ref' ? (token.path.at(-1) ?? token.text) : '';
  if (/^id_?token$/i.test(name)) return true;
  const end = token && context.resolve(token).value;
  return (end?.kind === 'call' && /^(sign|signAsync|generate|exchange|getToken)\w*$/i.test(end.name)) || fn.steps.some((step) => step.do === 'call' && /^(sign|signAsync|jwtSign)$/.test(step.call.name));
}
/** It is read because the check has just failed: `catch { user = jwt.decode(token) }`. */
function isAfterRefusal({ step, in: fn }: Reading): boolean {
  return step.zone === 'catch' && fn.steps.some((one) => one.do === 'call' && one.zone === 'try' && /^(jwt_?)?verify\w*$/i.test(one.call.name) && /jwt|jose|jsonwebtoken/i.test(one.call.callee));
}
/** The function, or the one around it, checks a token: before or after, the content is not believed for nothing. */
function isVerified(fn: FunctionView, token: Value | undefined, module: ModuleView, context: RuleContext): boolean {
  const isOther = (value: Value | undefined): boolean => value?.kind === 'ref' && token?.kind === 'ref' && value.root.kind === 'local' && token.root.kind === 'local' && value.path.length === 0 && token.path.length === 0
    && value.root.binding !== token.root.binding && !madeOf(value, token, module) && !madeOf(token, value, module);
  const verifies = (one: FunctionView | undefined): boolean => one !== undefined && one.steps.some((step) => step.do === 'call' && /^(jwt_?)?(verify|authenticate|introspect|validate)\w*$/i.test(step.call.name)
    && !(/jwt|jose|jsonwebtoken/i.test(step.call.callee) && isOther(step.call.args[0]?.value)));
  const outer = fn.within === undefined ? undefined : module.functions.get(fn.within);
  return verifies(fn) || verifies(outer) || (fn !== module.top && jwtUses(module, context).some((use) => use.does === 'verify' && use.in.within === fn.id));
}
/** A name is bound to something made of what another stands for. */
function madeOf(value: Ref, from: Ref, module: ModuleView): boolean {
  const bound = value.root.kind === 'local' ? module.bindings[value.root.binding] : undefined;
  return bound === undefined || !bound.constant || [...refsIn(bound.value)].some((ref) => ref.text === from.text);
}
/** The key that the file verifies or signs with. */
function keyIn(module: ModuleView, context: RuleContext): At | undefined {
  const isTold = (key: Value | undefined): key is Value => key?.kind === 'ref' && (key.root.kind === 'env' || key.root.kind === 'import');
  const keys = jwtUses(module, context).flatMap(({ key, does, library }) => (library === 'jsonwebtoken' && (does === 'verify' || does === 'sign') && isTold(key) ? [key] : []));
  return keys[0]?.at;
}
