import type { ModuleView } from '../../model/module.js';
import type { Literal } from '../../model/value.js';
import { alternatives } from '../facts/alternatives.js';
import { fallbacksIn, isRefused, type Repair } from '../facts/fallbacks.js';
import { wordsOf } from '../facts/names.js';
import { pointsToKey, secretName, secretValue, shortSecretName, tokenName, weakPassword } from '../facts/secrets.js';
import { someIn } from '../facts/walk.js';
import { rule, type FixAnswer } from '../rule.js';

interface Evidence {
  readonly variable: string;
  readonly repair: Repair;
}
const PUBLIC = /^(NEXT_PUBLIC|VITE|REACT_APP|EXPO_PUBLIC|PUBLIC|NUXT_PUBLIC|GATSBY)_/;
/** Words of names that speak of a secret without being one. */
const ABOUT: ReadonlySet<string> = new Set(
  'expire expiration expiresin lifetime age duration issuer audience alg algorithm algorithms size rounds file dir store provider mode enabled required version region bucket table column'.split(' '),
);
/** Keys that open nothing. */
const OTHER_KEYS: ReadonlySet<string> = new Set((
  'public cache storage object redis queue topic hash sort primary foreign partition map lookup group index page lock idempotency ' +
  'route routing row search filter name config option header field item cookie maps analytics recaptcha site client publishable measurement'
).split(' '));
/** Stands where a client library wants some text: nothing opens with it. */
const STAND_IN = /^(dummy|none|n\/?a|unset|missing|undefined|null|nil|disabled|not[-_ ]?(set|configured|provided|available|needed|required|used)|no[-_ ]?(key|token|password|secret)|ollama|empty|build|mock|fake)([-_ ].{0,40})?$/i;

export default rule<'module', Evidence>({
  meta: {
    id: 'secrets/env-fallback',
    title: 'A known default replaces a missing secret',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [1188, 798],
    severity: 'error',
    confidence: 'medium',
    topics: ['secret'],
    since: '0.1.0',
    whenNotToUse: 'The default opens nothing, because the service behind it is not there without the variable.',
    references: ['https://cwe.mitre.org/data/definitions/1188.html', 'https://12factor.net/config'],
  },
  on: 'module',
  words: ['env', 'config', 'default', 'fallback', 'secret', 'token', 'password', 'key'],
  *detect(module, context) {
    const seen = new Set<number>();
    const opening = openers(module);
    for (const found of fallbacksIn(module, context)) {
      const named = found.names.find((name) => isSecret(name)) ?? (isKeyVariable(found.variable) ? found.variable : undefined);
      if (named === undefined || PUBLIC.test(found.variable) || isRefused(module, found.variable, context)) continue;
      for (const { value, at, when } of alternatives(found.fallback, context)) {
        if (value.kind !== 'literal' || typeof value.value !== 'string' || seen.has(at.mark) || !(opening.has(at.mark) ? value.value !== '' : isKnown(value, named))) continue;
        seen.add(at.mark);
        yield { at, subject: `${found.variable} default`, evidence: { variable: found.variable, repair: found.repair }, when: [...found.when, ...when] };
      }
    }
  },
  explain: ({ variable }) => ({
    message: `If ${variable} is not set, this falls back to a value anyone can read in the source. Fail at start-up instead.`,
    why: 'A variable that is forgotten once, in one environment, turns the secret into a public one, and nothing shows it.',
    remedy: 'Refuse to start without the variable; keep a default for development behind a test of NODE_ENV.',
  }),
  *fix({ evidence: { variable, repair } }): Iterable<FixAnswer> {
    if (repair.how === 'refuse') yield { refused: repair.why };
    else if (repair.how === 'changes') yield { title: repair.title, safety: 'review', changes: repair.changes };
    else if (repair.top && repair.name !== undefined)
      yield {
        title: 'Fail when unset',
        safety: 'review',
        changes: [
          { do: 'replace', at: repair.whole, code: [{ copy: repair.left }] },
          { do: 'insert', at: repair.whole, where: 'line-after', code: [`if (!${repair.name}) throw new Error(`, { quote: `${variable} is not set` }, ');'] },
        ],
      };
    else
      yield {
        title: 'Fail when unset',
        safety: 'review',
        changes: [{ do: 'replace', at: repair.whole, code: [{ copy: repair.left }, ' ?? (() => { throw new Error(', { quote: `${variable} is not set` }, '); })()'] }],
      };
  },
  examples: [
    {
      title: 'a constant of the module',
      bad: `
        const JWT_SECRET = process.env.JWT_SECRET || 'secret';
        //                                           ^^^^^^^^ secrets/env-fallback "If JWT_SECRET is not set"
        export { JWT_SECRET };
      `,
      fixed: `
        const JWT_SECRET = process.env.JWT_SECRET;
        if (!JWT_SECRET) throw new Error('JWT_SECRET is not set');
        export { JWT_SECRET };
      `,
    },
    {
      title: 'in an object of settings',
      bad: `
        module.exports = {
          port: process.env.PORT || 3000,
          jwt: { secret: process.env.JWT_KEY ?? 'dev-secret', expiresIn: process.env.JWT_SECRET_EXPIRES || '15m' },
          //                                    ^^^^^^^^^^^^ secrets/env-fallback "If JWT_KEY is not set"
        };
      `,
      fixed: `
        module.exports = {
          port: process.env.PORT || 3000,
          jwt: { secret: process.env.JWT_KEY ?? (() => { throw new Error('JWT_KEY is not set'); })(), expiresIn: process.env.JWT_SECRET_EXPIRES || '15m' },
        };
      `,
    },
    {
      title: 'a password under its short name, and what Nest injects under any name',
      bad: `
        import { JwtModule } from '@nestjs/jwt';
        import { ConfigService } from '@nestjs/config';
        const BOARD_PASS = process.env.BOARD_PASS ?? 'admin';
        //                                           ^^^^^^^ secrets/env-fallback "If BOARD_PASS is not set"
        export const tokens = JwtModule.registerAsync({ inject: [ConfigService], useFactory: (c: ConfigService) => ({ secret: c.get('JWT_SECRET', 'depot') }) });
        //                                                                                                                                        ^^^^^^^ secrets/env-fallback
        export { BOARD_PASS };
      `,
    },
    {
      title: 'the key of a partner',
      bad: `
        import { createHash } from 'node:crypto';
        export const settings = { partner: process.env.PARTNER_KEY || 'partner-2020' };
        //                                                            ^^^^^^^^^^^^^^ secrets/env-fallback "If PARTNER_KEY is not set"
        export const wanted = createHash('sha256').update(process.env.DROP_KEY ?? 'drop-key').digest();
        //                                                                        ^^^^^^^^^^ secrets/env-fallback
      `,
    },
    { title: 'keys of lists and caches, and one that is public', good: `export const keys = [process.env.QUEUE_KEY || 'jobs-v2', process.env.SORT_KEY || 'key', process.env.SITE_KEY ?? '6Lc0-site-key', process.env.THEME_KEY || 'dark'];` },
    { title: 'a pass that is no password', good: `export const rate = process.env.PASS_RATE ?? 'high', bypass = process.env.BYPASS ?? 'none', boarding = process.env.BOARDING_PASS_URL ?? 'none';` },
    {
      title: 'destructured with a default',
      bad: `
        const { SESSION_SECRET = 'changeme', PORT = '3000' } = process.env;
        //                       ^^^^^^^^^^ secrets/env-fallback "SESSION_SECRET"
        export { SESSION_SECRET, PORT };
      `,
    },
    {
      title: 'chosen by a test, and set later',
      bad: `
        export const password = process.env.DB_PASSWORD ? process.env.DB_PASSWORD : 'postgres';
        //                                                                          ^^^^^^^^^^ secrets/env-fallback "DB_PASSWORD"
        if (!process.env.COOKIE_SECRET) process.env.COOKIE_SECRET = 'cookie';
        //                                                          ^^^^^^^^ secrets/env-fallback "COOKIE_SECRET"
      `,
    },
    {
      title: "asked of Nest's configuration",
      bad: `
        import { ConfigService } from '@nestjs/config';
        import { JwtModule } from '@nestjs/jwt';
        export default JwtModule.registerAsync({ inject: [ConfigService], useFactory: (configService: ConfigService) => ({ secret: configService.get('JWT_SECRET', 'fallback-key') }) });
        //                                                                                                                                                         ^^^^^^^^^^^^^^ secrets/env-fallback
      `,
      fixed: `
        import { ConfigService } from '@nestjs/config';
        import { JwtModule } from '@nestjs/jwt';
        export default JwtModule.registerAsync({ inject: [ConfigService], useFactory: (configService: ConfigService) => ({ secret: configService.getOrThrow('JWT_SECRET') }) });
      `,
    },
    {
      title: 'a function of the project with a default, a list of variables, a constant',
      bad: `
        import { env } from './env';
        const DEFAULT_KEY = 'k3y-of-all';
        export const key = env('ADMIN_API_KEY', DEFAULT_KEY);
        //                                      ^^^^^^^^^^^ secrets/env-fallback "ADMIN_API_KEY"
        export const token = process.env.API_SECRET || process.env.APP_SECRET || DEFAULT_KEY;
        //                                                                       ^^^^^^^^^^^ secrets/env-fallback "API_SECRET"
        export const config = { get jwtSecret() { return process.env['JWT_SECRET'] || \`dev\`; } };
        //                                                                            ^^^^^ secrets/env-fallback
      `,
    },
    {
      title: 'schemas: zod, joi, envalid, convict',
      bad: `
        import { z } from 'zod';
        import Joi from 'joi';
        import { cleanEnv, str } from 'envalid';
        import convict from 'convict';
        export const a = z.object({ JWT_SECRET: z.string().min(1).default('zod-secret'), PORT: z.string().default('3000') }).parse(process.env);
        //                                                                ^^^^^^^^^^^^ secrets/env-fallback "JWT_SECRET"
        export const b = Joi.object({ SESSION_SECRET: Joi.string().default('joi-secret') });
        //                                                                 ^^^^^^^^^^^^ secrets/env-fallback
        export const c = cleanEnv(process.env, { API_SECRET: str({ default: 'envalid-secret', devDefault: 'dev' }) });
        //                                                                  ^^^^^^^^^^^^^^^^ secrets/env-fallback
        export const d = convict({ secret: { format: String, default: 'convict-secret', env: 'AUTH_SECRET' } });
        //                                                            ^^^^^^^^^^^^^^^^ secrets/env-fallback "AUTH_SECRET"
      `,
      fixed: `
        import { z } from 'zod';
        import Joi from 'joi';
        import { cleanEnv, str } from 'envalid';
        import convict from 'convict';
        export const a = z.object({ JWT_SECRET: z.string().min(1), PORT: z.string().default('3000') }).parse(process.env);
        export const b = Joi.object({ SESSION_SECRET: Joi.string().default('joi-secret') });
        export const c = cleanEnv(process.env, { API_SECRET: str({ default: 'envalid-secret', devDefault: 'dev' }) });
        export const d = convict({ secret: { format: String, default: 'convict-secret', env: 'AUTH_SECRET' } });
      `,
    },
    {
      title: 'settings that are no secrets',
      good: `
        export const port = process.env.PORT || 3000, host = process.env.HOST || 'localhost', ttl = process.env.TOKEN_EXPIRY || '15m', key = process.env.NEXT_PUBLIC_API_KEY || 'pk-1';
        export const alg = process.env.JWT_ALGORITHM || 'HS256', file = process.env.PRIVATE_KEY_FILE || 'key.pem', id = process.env.ACCESS_KEY_ID || 'local';
      `,
    },
    { title: 'another variable, and the empty text', good: `export const key = process.env.API_KEY ?? process.env.LEGACY_API_KEY; export const secret = process.env.JWT_SECRET || '';` },
    {
      title: 'in tests and development only',
      good: `
        export const s = process.env.NODE_ENV === 'test' ? 'test-secret' : required('JWT_SECRET');
        export const k = process.env.JWT_SECRET || (process.env.NODE_ENV !== 'production' ? 'dev' : null);
        if (process.env.NODE_ENV === 'development') process.env.API_SECRET = process.env.API_SECRET || 'dev-key';
      `,
    },
    {
      title: 'refused in production',
      good: `
        const JWT_SECRET = process.env.JWT_SECRET || 'dev-secret';
        if (process.env.NODE_ENV === 'production' && !process.env.JWT_SECRET) throw new Error('JWT_SECRET is not set');
        export { JWT_SECRET };
      `,
    },
    { title: 'what a client library wants in place of a key', good: `import OpenAI from 'openai'; export const ai = new OpenAI({ apiKey: process.env.OPENAI_API_KEY || 'not-needed', baseURL: process.env.LLM_URL });` },
    { title: 'which of two, said by name', good: `export const wins = { env: 'MERGE_BY_DEVICE_TOKEN', default: 'deviceToken' }, keep = process.env.MERGE_ON_TOKEN || 'installation-id';` },
    { title: 'made anew at each start', good: `import { randomBytes } from 'node:crypto'; export const secret = process.env.SESSION_SECRET || randomBytes(32).toString('hex');` },
    {
      title: 'a function of the project by any name, defaults under what is read, other languages',
      bad: `
        import fs from 'node:fs';
        import nconf from 'nconf';
        const given = (name, { fallback } = {}) => process.env[name] ?? fallback;
        export const gate = given('GATE_TOKEN', { fallback: 'gate-token' });
        //                                                  ^^^^^^^^^^^^ secrets/env-fallback "GATE_TOKEN"
        export const own = { port: 80, adminPassword: 'lantern7', ...JSON.parse(fs.readFileSync('own.json', 'utf8')) };
        //                                            ^^^^^^^^^^ secrets/env-fallback "adminPassword"
        nconf.env().defaults({ port: 80, SESSION_SECRET: 'lantern' });
        //                                               ^^^^^^^^^ secrets/env-fallback
        export const clave = process.env.CLAVE_SESION || 'solo para pruebas';
        //                                               ^^^^^^^^^^^^^^^^^^^ secrets/env-fallback
      `,
    },
    {
      title: 'a function that refuses what production forgot, and names of tokens',
      good: `
        const given = (name, fallback) => {
          if (process.env[name]) return process.env[name];
          if (process.env.NODE_ENV === 'production') throw new Error(name);
          return fallback;
        };
        export const secret = given('COOKIE_SECRET', 'for-the-desk'), port = given('PORT', '80'), device = process.env.DEVICE_TOKEN || 'deviceToken';
        export const defaults = { adminPassword: 'x', ...{ theme: 'dark' } };
      `,
    },
    { title: 'other getters', good: `map.get('secret', 'none'); cache.get('token', 'fallback'); i18n.get('password', 'Password');` },
    {
      title: 'the function has returned before, in production',
      good: `
        export function seed(config) {
          const isProduction = process.env.NODE_ENV === 'production';
          const wanted = config.seed && !isProduction;
          if (!wanted) return null;
          const masterKey = process.env.SEED_SECRET_KEY || 'jeCh4vaiPhooZ7ma';
          return connect({ masterKey });
        }
      `,
    },
    {
      title: 'a token that lets in whoever brings it, variables by another name',
      bad: `
        import { Hono } from 'hono';
        import { bearerAuth } from 'hono/bearer-auth';
        const { env } = process;
        export const settings = { cookieSecret: env.COOKIE_SECRET ?? 'kiosk' };
        //                                                           ^^^^^^^ secrets/env-fallback
        new Hono().use('/members/*', bearerAuth({ token: process.env.MEMBER_TOKEN ?? 'club-members' }));
        //                                                                           ^^^^^^^^^^^^^^ secrets/env-fallback
      `,
    },
    {
      title: 'the key an administrator begins with',
      bad: `
        const ADMIN = process.env.ADMIN_BOOTSTRAP_KEY ?? 'hr-admin-bootstrap-0001';
        //                                               ^^^^^^^^^^^^^^^^^^^^^^^^^ secrets/env-fallback
        export const isAdmin = (req) => req.get('x-admin-key') === ADMIN;
      `,
    },
  ],
});

/** The name of a secret, and not of something about it. */
/** `PARTNER_KEY`: the key of somebody, where no word before it says that it is one of a cache, a list or the like. */
function isKeyVariable(name: string): boolean {
  const words = wordsOf(name);
  return words.length > 1 && words.at(-1) === 'key' && !words.some((word) => OTHER_KEYS.has(word) || ABOUT.has(word));
}
function isSecret(name: string): boolean {
  return secretName(name.replaceAll('.', '_')) && !wordsOf(name).some((word) => ABOUT.has(word));
}
/** Calls that let in whoever brings what they are told: Hono, @fastify/bearer-auth, express-basic-auth. */
const LETS_IN = /^(hono\/(bearer-auth\.bearerAuth|basic-auth\.basicAuth)|@fastify\/bearer-auth|express-basic-auth|koa-basic-auth)$/;
/** Marks of the texts such calls are given: any of them opens the door. */
function openers(module: ModuleView): ReadonlySet<number> {
  const found = new Set<number>();
  for (const fn of [module.top, ...module.functions.values()]) for (const step of fn.steps)
    if (step.do === 'call' && LETS_IN.test(step.call.callee))
      for (const { value } of step.call.args) someIn(value, (one) => {
        if (one.kind === 'literal' && typeof one.value === 'string') found.add(one.at.mark);
        return false;
      });
  return found;
}
/** A text somebody could use in place of the secret. */
function isKnown({ value }: Literal, name: string): boolean {
  if (typeof value !== 'string' || value === '' || pointsToKey(value) || /^(true|false|\d{1,5}|\d+ ?(ms|s|m|h|d|w|days?|hours?|minutes?))$/i.test(value)) return false;
  if (shortSecretName(name)) return true;
  if (STAND_IN.test(value)) return false;
  if (!secretName(name.replaceAll('.', '_'))) return secretValue(value, { shortest: 6, anyValue: true }) && /\d|key|secret|pass|token/i.test(value);
  // `DEVICE_TOKEN_WINS || 'deviceToken'`: words are the names of things.
  if (!tokenName(name) || weakPassword(value)) return true;
  // `OPS_TOKEN ?? 'ops-token'`: the variable is the token, and the text says that it is one.
  if (wordsOf(name).at(-1) === 'token' && /[-_]/.test(value) && /(^|[-_])(token|secret|dev|local|test|default|admin|demo|change)([-_]|$)/i.test(value)) return true;
  return secretValue(value) && !/^[A-Za-z]+([-_.][A-Za-z]+){0,20}$/.test(value);
}
