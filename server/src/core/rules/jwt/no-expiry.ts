import type { FunctionView, ModuleView, Step } from '../../model/module.js';
import type { Entry, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import { joseChain, jwtUses, optionAdded, type JwtUse } from '../facts/jwt.js';
import { daysOf } from '../facts/lifetime.js';
import { acceptsExpired, comparesEnd, endlessSigner, givesEnd, goesToOthers, lacksEnd, product } from '../facts/token-ends.js';
import { nestEndExamples } from '../facts/nest-end-examples.js';
import { rule, type Change, type Code, type Detection, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly how: 'never' | 'long' | 'ignored';
  readonly days: number;
  readonly change: Change | undefined;
  readonly manual: boolean;
}
const LONGEST_DAYS = 30;
/** Also for links, invitations and refresh tokens: longer is for ever. */
const FOREVER_DAYS = 400;
const REFRESH = /refresh|remember|offline|renew/i;
/** Links in mails and invitations have ends of their own. */
const LINK = /verif(y|ication)|confirm|reset|invit|unsubscribe|email|mail|magic|activation/i;
const QUARTER: Code = ["'15m'"];

export default rule<'module', Evidence>({
  meta: {
    id: 'jwt/no-expiry',
    title: 'Tokens never expire',
    owasp: ['API2:2019', 'API2:2023'],
    cwe: [613],
    severity: 'warning',
    confidence: 'medium',
    topics: ['jwt'],
    since: '0.1.0',
    leansOn: ['jsonwebtoken/no-expiry', 'passport-jwt/algorithms'],
    whenNotToUse: 'Every token is looked up in a store on each request, and taken out there.',
    references: ['https://datatracker.ietf.org/doc/html/rfc8725#section-3.10', 'https://cwe.mitre.org/data/definitions/613.html'],
  },
  on: 'module',
  words: ['jwt', 'jose', 'sign'],
  *detect(module, context) {
    const uses = jwtUses(module, context);
    for (const use of uses) {
      const found = use.does === 'sign' ? signed(use, uses, module, context) : undefined;
      if (found) yield found;
      yield* ignored(use, module, context);
      yield* tooLong(use, module, context);
    }
  },
  explain: ({ how, days }) => ({
    message:
      how === 'never' ? 'A leaked token stays valid for ever. Set an expiry.'
      : how === 'ignored' ? 'Expired tokens are accepted, so a leaked one works for ever. Remove the option.'
      : `A leaked token stays valid for ${days} days. Set an expiry of minutes or hours, and renew it with a refresh token.`,
    why: 'Tokens are copied into logs, proxies and browsers; what ends their use is the time in them alone.',
    remedy: 'Give access tokens minutes, and a refresh token that can be withdrawn.',
  }),
  *fix({ evidence: { how, change, manual } }): Iterable<FixAnswer> {
    if (!change) yield { refused: how === 'never' ? 'The payload or the options are put together elsewhere.' : 'The option is written in another file.' };
    else if (how === 'ignored') yield { title: 'Refuse expired tokens', safety: 'review', changes: [change] };
    else yield { title: 'Let the token expire after 15 minutes', safety: manual ? 'manual' : 'review', changes: [change] };
  },
  examples: [
    {
      title: 'a token without an end',
      bad: `
        import jwt from 'jsonwebtoken';
        export const make = (id, key) => jwt.sign({ sub: id }, key);
        //                                   ^^^^ jwt/no-expiry "stays valid for ever"
      `,
      fixed: `
        import jwt from 'jsonwebtoken';
        export const make = (id, key) => jwt.sign({ sub: id }, key, { expiresIn: '15m' });
      `,
    },
    {
      title: 'expired tokens are let in',
      bad: `
        import jwt from 'jsonwebtoken';
        export const read = (t, key) => jwt.verify(t, key, { algorithms: ['HS256'], ignoreExpiration: true });
        //                                                                                            ^^^^ jwt/no-expiry "Expired tokens are accepted"
      `,
      fixed: `
        import jwt from 'jsonwebtoken';
        export const read = (t, key) => jwt.verify(t, key, { algorithms: ['HS256'] });
      `,
    },
    {
      title: 'other options, and a callback',
      bad: `
        const jwt = require('jsonwebtoken');
        const options = { issuer: 'api' };
        exports.one = (user, done) => jwt.sign({ id: user.id }, process.env.KEY, { algorithm: 'HS256' }, done);
        //                                ^^^^ jwt/no-expiry
        exports.two = (user, done) => jwt.sign({ id: user.id }, process.env.KEY, done);
        exports.three = (user) => { const payload = { id: user.id }; return jwt.sign(payload, process.env.KEY, options); };
        //                                                                      ^^^^ jwt/no-expiry
      `,
      fixed: `
        const jwt = require('jsonwebtoken');
        const options = { issuer: 'api' };
        exports.one = (user, done) => jwt.sign({ id: user.id }, process.env.KEY, { algorithm: 'HS256', expiresIn: '15m' }, done);
        exports.two = (user, done) => jwt.sign({ id: user.id }, process.env.KEY, done);
        exports.three = (user) => { const payload = { id: user.id }; return jwt.sign(payload, process.env.KEY, options); };
      `,
    },
    {
      title: 'jose',
      bad: `
        import { SignJWT } from 'jose';
        export const make = (id, key) => new SignJWT({ id }).setProtectedHeader({ alg: 'HS256' }).setIssuedAt().sign(key);
        //                                                                                                      ^^^^ jwt/no-expiry
      `,
      fixed: `
        import { SignJWT } from 'jose';
        export const make = (id, key) => new SignJWT({ id }).setProtectedHeader({ alg: 'HS256' }).setIssuedAt().setExpirationTime('15m').sign(key);
      `,
    },
    {
      title: 'hono, jwt-simple: the end stands in the payload',
      bad: `
        import { sign } from 'hono/jwt';
        import simple from 'jwt-simple';
        export const one = (id, key) => sign({ sub: id }, key);
        //                              ^^^^ jwt/no-expiry
        export const two = (id, key) => simple.encode({ sub: id }, key);
        //                                     ^^^^^^ jwt/no-expiry
      `,
      fixed: `
        import { sign } from 'hono/jwt';
        import simple from 'jwt-simple';
        export const one = (id, key) => sign({ sub: id, exp: Math.floor(Date.now() / 1000) + 15 * 60 }, key);
        export const two = (id, key) => simple.encode({ sub: id }, key);
      `,
    },
    {
      title: 'months, and a refresh token for ever',
      bad: `
        import jwt from 'jsonwebtoken';
        export const make = (id, key) => jwt.sign({ sub: id }, key, { expiresIn: '365d' });
        //                                                                       ^^^^^^ jwt/no-expiry "valid for 365 days"
        export const long = (id, key) => jwt.sign({ sub: id }, key, { expiresIn: 60 * 60 * 24 * 90 });
        //                                                                       ^^^^^^^^^^^^^^^^^ jwt/no-expiry "valid for 90 days"
        export const refreshToken = (id, key) => jwt.sign({ sub: id, kind: 'refresh' }, key);
        //                                           ^^^^ jwt/no-expiry
      `,
    },
    ...nestEndExamples,
    {
      title: 'Nest and Fastify',
      bad: `
        import { JwtModule, JwtService } from '@nestjs/jwt';
        import Fastify from 'fastify';
        export const tokens = JwtModule.register({ secret: process.env.JWT_SECRET });
        //                              ^^^^^^^^ jwt/no-expiry
        const app = Fastify();
        app.register(import('@fastify/jwt'), { secret: process.env.JWT_SECRET });
        app.post('/login', async (request, reply) => reply.jwtSign({ id: request.body.id }));
        //                                                 ^^^^^^^ jwt/no-expiry
      `,
      fixed: `
        import { JwtModule, JwtService } from '@nestjs/jwt';
        import Fastify from 'fastify';
        export const tokens = JwtModule.register({ secret: process.env.JWT_SECRET, signOptions: { expiresIn: '15m' } });
        const app = Fastify();
        app.register(import('@fastify/jwt'), { secret: process.env.JWT_SECRET });
        app.post('/login', async (request, reply) => reply.jwtSign({ id: request.body.id }));
      `,
    },
    {
      title: 'Fastify, set up in another file; ten years of an invitation',
      bad: `
        //- app.ts
        import Fastify from 'fastify';
        import jwt from '@fastify/jwt';
        export const app = Fastify();
        app.register(jwt, { secret: process.env.JWT_SECRET });
        //- login.ts
        export async function login(app, user) { return { token: app.jwt.sign({ sub: user.id, role: user.role }) }; }
        //                                                               ^^^^ jwt/no-expiry "stays valid for ever"
        //- invite.js
        const jwt = require('jsonwebtoken');
        exports.signInvite = (email, key) => jwt.sign({ email, purpose: 'invite' }, key, { expiresIn: '3650d' });
        //                                                                                            ^^^^^^^ jwt/no-expiry "valid for 3650 days"
        const DAY = 24 * 60 * 60;
        exports.signPass = (id, key) => jwt.sign({ id }, key, { expiresIn: 730 * DAY });
        //                                                                 ^^^^^^^^^ jwt/no-expiry "valid for 730 days"
      `,
    },
    {
      title: 'Fastify, set up with an end in another file',
      good: `
        //- app.ts
        import Fastify from 'fastify';
        import jwt from '@fastify/jwt';
        Fastify().register(jwt, { secret: process.env.JWT_SECRET, sign: { expiresIn: '10m' } });
        //- login.ts
        export async function login(app, user) { return { token: app.jwt.sign({ sub: user.id }) }; }
      `,
    },
    {
      title: 'a signer of fast-jwt, options of Nest from a factory',
      bad: `
        //- signer.mjs
        import { createSigner } from 'fast-jwt';
        export const sign = createSigner({ key: process.env.DEVICE_KEY, algorithm: 'HS256' });
        //                  ^^^^^^^^^^^^ jwt/no-expiry "stays valid for ever"
        //- auth.module.ts
        import { JwtModule } from '@nestjs/jwt';
        import { ConfigService } from '@nestjs/config';
        export const tokens = JwtModule.registerAsync({
          //                            ^^^^^^^^^^^^^ jwt/no-expiry "stays valid for ever"
          inject: [ConfigService],
          useFactory: (config: ConfigService) => ({ secret: config.get('JWT_SECRET'), signOptions: { algorithm: 'HS256' } }),
        });
      `,
    },
    {
      title: 'hapi and Hono are told not to look at the end',
      bad: `
        //- server.js
        const server = require('@hapi/hapi').server();
        server.auth.strategy('member', 'jwt', { keys: process.env.KEY, verify: { aud: 'shop', iss: false, sub: false, exp: false }, validate });
        //                                                                                                                 ^^^^^ jwt/no-expiry "Expired tokens are accepted"
        //- edge.ts
        import { verify } from 'hono/jwt';
        export const read = (token: string) => verify(token, process.env.KEY, { alg: 'HS256', exp: false });
        //                                                                                         ^^^^^ jwt/no-expiry "Expired tokens are accepted"
      `,
    },
    {
      title: 'a signer with an end, its own or of what it signs; hapi looks at it',
      good: `
        //- signer.mjs
        import { createSigner } from 'fast-jwt';
        export const sign = createSigner({ key: process.env.KEY, expiresIn: 900_000 });
        export const later = createSigner(options);
        //- by-payload.mjs
        import { createSigner } from 'fast-jwt';
        const sign = createSigner({ key: process.env.KEY });
        export const token = (id) => sign({ sub: id, exp: Math.floor(Date.now() / 1000) + 900 });
        //- auth.module.ts
        import { JwtModule } from '@nestjs/jwt';
        export const tokens = JwtModule.registerAsync({ useFactory: () => ({ secret: process.env.KEY, signOptions: { expiresIn: '10m' } }) });
        export const others = JwtModule.registerAsync({ useClass: TokenOptions });
        //- server.js
        require('@hapi/hapi').server().auth.strategy('member', 'jwt', { keys: process.env.KEY, verify: { aud: 'shop', exp: true }, validate });
      `,
    },
    { title: 'with an end', good: `import jwt from 'jsonwebtoken'; export const make = (id, key) => jwt.sign({ sub: id }, key, { expiresIn: '15m' });` },
    { title: 'an end in the payload, by hand or later', good: `import jwt from 'jsonwebtoken'; jwt.sign({ sub: id, exp: Math.floor(Date.now() / 1000) + 900 }, key); const claims = { sub: id }; claims.exp = soon(); jwt.sign(claims, key);` },
    {
      title: 'payload or options that are not known',
      good: `
        import jwt from 'jsonwebtoken';
        export const make = (payload, options) => [jwt.sign(payload, key), jwt.sign({ id: 1 }, key, options), jwt.sign({ ...payload }, key), jwt.sign({ id: 1 }, key, { ...options })];
      `,
    },
    {
      title: 'jose, with an end',
      good: `
        import { SignJWT } from 'jose';
        new SignJWT({ id }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('2h').sign(key);
        const later = new SignJWT({ id }); later.setExpirationTime('1h'); later.sign(key);
      `,
    },
    { title: 'set up with an end', good: `import { JwtModule } from '@nestjs/jwt'; JwtModule.register({ secret: k, signOptions: { expiresIn: '60s' } }); JwtModule.register({}); JwtModule.register({ secret: k, signOptions });` },
    { title: 'links in mails, a week', good: `import jwt from 'jsonwebtoken'; export const confirmEmailToken = (id, key) => jwt.sign({ id }, key); export const make = (id, key) => jwt.sign({ id }, key, { expiresIn: '7d' });` },
    { title: 'another sign', good: `import crypto from 'node:crypto'; crypto.sign('sha256', data, key); aws4.sign({ host: 'x' }, key); wallet.sign({ to: 'x' }, key);` },
  ],
});

type Found = Detection<Evidence>;
/** A call that signs, and whose token surely has no end. */
function signed(use: JwtUse, uses: readonly JwtUse[], module: ModuleView, context: RuleContext): Found | undefined {
  const { library, payload, in: fn, call } = use;
  if (use.through || call.args.some((item) => item.spread) || LINK.test(`${fn.name} ${nameOfPayload(payload)}`)) return undefined;
  if (library === '@nestjs/jwt' || goesToOthers(use, module, context) || hasEnd(payload, fn.steps, context) !== false) return undefined;
  const chain = library === 'jose' ? joseChain(call, context) : undefined;
  if (chain ? setsEnd(fn, module) : hasOption(use, context) !== false) return undefined;
  if (library === '@fastify/jwt' && !isSetUpWithout(uses, context)) return undefined;
  const change = chain ? chainChange(use) : payloadLibrary(library) ? payloadChange(payload, module) : library === '@fastify/jwt' ? undefined : expiryAdded(use, module);
  const isRefresh = REFRESH.test(`${fn.name} ${context.textOf(call.at).slice(0, 300)}`);
  return { at: use.at, subject: `${library} sign`, evidence: { how: 'never', days: 0, change, manual: false }, severity: isRefresh || isAnonymous(payload, context) ? 'hint' : 'warning', confidence: 'high', when: use.step.when };
}
/** A token for nobody in particular gives no rights away. */
function isAnonymous(payload: Value | undefined, context: RuleContext): boolean {
  return ['sub', 'role'].some((key) => {
    const answer = context.option(payload, key);
    return answer.kind === 'value' && /^(public|anonymous|anon|guest)$/i.test(String(context.constant(answer.value)?.value));
  });
}
function payloadLibrary(library: string): boolean {
  return library === 'hono' || library === 'jwt-simple' || library === '@tsndr/cloudflare-worker-jwt';
}
/** Whether the payload says when it ends; undefined: nobody can tell. */
function hasEnd(payload: Value | undefined, steps: readonly Step[], context: RuleContext): boolean | undefined {
  if (!payload) return undefined;
  const answer = context.option(payload, 'exp');
  if (answer.kind !== 'absent' || context.constant(payload) !== undefined) return answer.kind === 'value' ? true : undefined;
  return steps.some((step) => step.do === 'assign' && (step.target.path.at(-1) === 'exp' || step.target.path.includes(undefined))) ? undefined : false;
}
function hasOption({ library, options, step, in: fn }: JwtUse, context: RuleContext): boolean | undefined {
  if (payloadLibrary(library)) return false;
  if (options === undefined) return false;
  if (library === '@hapi/jwt') return answerOf(context.option(options, 'ttlSec').kind);
  const nested = library === '@fastify/jwt' ? context.option(options, 'sign') : undefined;
  const answer = context.option(nested?.kind === 'value' ? nested.value : options, 'expiresIn');
  const later = fn.steps.some((one) => one !== step && one.do === 'assign' && one.target.path.at(-1) === 'expiresIn');
  return later ? undefined : answerOf(answer.kind);
}
function answerOf(kind: 'value' | 'absent' | 'unknown'): boolean | undefined {
  return kind === 'value' ? true : kind === 'absent' ? false : undefined;
}
/** The plugin is set up without an end of its own, here or in another file. */
function isSetUpWithout(uses: readonly JwtUse[], context: RuleContext): boolean {
  const setUp = uses.find((one) => one.library === '@fastify/jwt' && one.does === 'setup');
  const sign = setUp && context.option(setUp.options, 'sign');
  if (!setUp) return context.projectUses('endless-tokens');
  return sign?.kind === 'absent' || (sign?.kind === 'value' && context.option(sign.value, 'expiresIn').kind === 'absent');
}
function setsEnd(fn: FunctionView, module: ModuleView): boolean {
  return [fn, ...(fn === module.top ? [] : [module.top])].some((one) => one.steps.some((step) => step.do === 'call' && step.call.name === 'setExpirationTime'));
}
function nameOfPayload(payload: Value | undefined): string {
  return payload?.kind === 'ref' ? payload.text.slice(0, 60) : payload?.kind === 'object' ? payload.entries.map((entry) => (entry.value.kind === 'literal' ? String(entry.value.value) : '')).join(' ').slice(0, 200) : '';
}
function chainChange({ call }: JwtUse): Change | undefined {
  return call.receiver?.kind === 'call' ? { do: 'insert', at: call.receiver.at, where: 'after', code: ['.setExpirationTime(', { quote: '15m' }, ')'] } : undefined;
}
function payloadChange(payload: Value | undefined, module: ModuleView): Change | undefined {
  return payload?.kind === 'object' && payload.at.path === module.path ? { do: 'insert', at: payload.at, where: 'entry-last', code: ['exp: Math.floor(Date.now() / 1000) + 15 * 60'] } : undefined;
}
function expiryAdded(use: JwtUse, module: ModuleView): Change | undefined {
  const { options, call } = use;
  const code: Code = ['expiresIn: ', { quote: '15m' }];
  if (options?.kind === 'object') return options.at.path === module.path ? optionAdded(use, options, code) : undefined;
  if (options !== undefined) return undefined;
  const third = call.args[2];
  if (third) return { do: 'insert', at: third.at, where: 'before', code: ['{ ', ...code, ' }, '] };
  return call.args.length === 2 ? { do: 'insert', at: call.at, where: 'argument-last', code: ['{ ', ...code, ' }'] } : undefined;
}

/** Expired tokens are let in where tokens are checked. */
function* ignored(use: JwtUse, module: ModuleView, context: RuleContext): Iterable<Found> {
  for (const answer of acceptsExpired(use, context)) {
    const at = inFile(answer.value.at, use.options?.at, module);
    // A route that renews or ends a session has to read what has expired.
    const renews = /refresh|renew|expired|logout|sign_?out|revoke/i.test(use.in.name);
    if (at && !comparesEnd(module, context)) yield {
      at, subject: `${use.library} ignoreExpiration`,
      evidence: { how: 'ignored', days: 0, change: changeOf(answer.entry, module), manual: false },
      severity: renews ? 'info' : 'error', confidence: 'high', when: use.step.when,
    };
  }
}
function changeOf(entry: Entry, module: ModuleView): Change | undefined {
  return entry.at.path === module.path ? { do: 'remove', at: entry.at, as: 'entry' } : undefined;
}
function inFile(at: At, otherwise: At | undefined, module: ModuleView): At | undefined {
  return at.path === module.path ? at : otherwise?.path === module.path ? otherwise : undefined;
}
/** An end that is more than a month away; a module of Nest that gives none. */
function* tooLong(use: JwtUse, module: ModuleView, context: RuleContext): Iterable<Found> {
  if (use.through || use.does === 'decode' || use.does === 'verify') return;
  const under = context.option(use.options, use.library === '@fastify/jwt' ? 'sign' : 'signOptions');
  const options = use.does === 'setup' ? (under.kind === 'value' ? under.value : undefined) : use.options;
  if (LINK.test(use.in.name) && use.does === 'setup') return;
  if (endlessSigner(use, module, context)) {
    const options = use.call.args[0]?.value;
    const change: Change | undefined = options?.kind === 'object' ? { do: 'insert', at: options.at, where: 'entry-last', code: ['expiresIn: ', { quote: '15m' }] } : undefined;
    yield { at: use.at, subject: 'signer setup', evidence: { how: 'never', days: 0, change, manual: false }, confidence: 'medium', when: use.step.when };
    return;
  }
  if (/^@nestjs\/jwt\.JwtModule\.register(Async)?$/.test(use.call.callee) && use.key && lacksEnd(use, under, context)) {
    const object = under.kind === 'value' ? under.resolved.value : use.options;
    const code: Code = under.kind === 'value' ? ['expiresIn: ', { quote: '15m' }] : ['signOptions: { expiresIn: ', { quote: '15m' }, ' }'];
    const change: Change | undefined = object?.kind === 'object' && object.at.path === module.path ? { do: 'insert', at: object.at, where: 'entry-last', code } : undefined;
    if (!givesEnd(module, context)) yield { at: use.at, subject: 'nest setup', evidence: { how: 'never', days: 0, change, manual: false }, confidence: 'medium', when: use.step.when };
    return;
  }
  const answer = context.option(options, 'expiresIn');
  const days = answer.kind === 'value' ? daysOf(context.constant(answer.value)?.value ?? product(answer.value, module, context)) : 0;
  if (answer.kind !== 'value' || days <= LONGEST_DAYS) return;
  const mayLast = LINK.test(`${use.in.name} ${nameOfPayload(use.payload)}`) || REFRESH.test(`${use.in.name} ${context.textOf(use.call.at).slice(0, 300)}`);
  if (mayLast && days <= FOREVER_DAYS) return;
  const at = inFile(answer.resolved.value.at, answer.value.at, module);
  if (at) yield {
    at, subject: `${use.library} expiresIn`,
    evidence: { how: 'long', days: Math.round(days), change: at === answer.value.at ? { do: 'replace', at, code: [{ slot: QUARTER.join('') }] } : undefined, manual: true },
    confidence: 'high', when: use.step.when,
  };
}
