import type { ModuleView } from '../../model/module.js';
import type { Value } from '../../model/value.js';
import { jwtUses } from '../facts/jwt.js';
import { unreachedDefaults } from '../facts/fallbacks.js';
import { keyTexts, type KeyText } from '../facts/key-texts.js';
import { pointsToKey, variableFor } from '../facts/secrets.js';
import { tokensIn } from '../facts/token-formats.js';
import type { At } from '../../text/source.js';
import { rule, type Change, type Detection, type Fix, type RuleContext } from '../rule.js';

interface Evidence {
  readonly variable: string;
  readonly text: KeyText;
}

export default rule<'module', Evidence>({
  meta: {
    id: 'secrets/hardcoded-jwt-secret',
    title: 'Token signing key is in the source',
    owasp: ['API2:2019', 'API2:2023'],
    cwe: [798, 321],
    severity: 'error',
    confidence: 'high',
    topics: ['secret', 'jwt'],
    since: '0.1.0',
    leansOn: ['jsonwebtoken8/unset-key'],
    whenNotToUse: 'Never for a key in use; suppress a sample with its reason.',
    references: ['https://datatracker.ietf.org/doc/html/rfc8725#section-3.5', 'https://cwe.mitre.org/data/definitions/321.html'],
  },
  on: 'module',
  words: ['jwt', 'jose', 'token', 'sign', 'verify', 'auth'],
  *detect(module, context) {
    const seen = new Set<string>();
    for (const { key, when, given } of keysOf(module, context))
      for (const text of keyTexts(key, context)) {
        const at = text.at.path === module.path ? text.at : (text.via ?? given);
        const mark = `${text.at.path} ${text.at.mark} ${text.at.part?.start ?? ''}`;
        // A private key in the source is a finding of its own.
        // A default in another file is told there.
        const isTold = text.fallback && (text.at.path !== module.path || unreachedDefaults(module, context).has(text.at.mark));
        if (!at || isTold || seen.has(mark) || pointsToKey(text.value) || tokensIn(text.value).length > 0) continue;
        seen.add(mark);
        const name = text.via ? lastName(context.textOf(text.via)) : undefined;
        const used = text.via ?? key.at;
        yield {
          at,
          subject: `key ${name ?? 'written in place'}`,
          evidence: { variable: variableFor(name, 'JWT_SECRET'), text },
          when: [...when, ...text.when],
          ...(used.path === at.path && used.mark !== at.mark ? { related: [{ at: used, label: 'used as the key here' }] } : text.at.path !== at.path ? { related: [{ at: text.at, label: 'the key is written here' }] } : {}),
        };
      }
  },
  explain: () => ({
    message: 'The JWT key is fixed in source code, so anyone who reads it can sign tokens for any user. Load it from the environment, rotate it, and use 32+ random bytes.',
    why: 'Whoever holds the key makes tokens with any user id and any role, and nothing tells them from real ones.',
    remedy: 'Read the key from the environment, refuse to start without it, and replace it: the old one stays in the history.',
  }),
  *fix({ evidence: { variable, text } }): Iterable<Fix> {
    // Behind another value the default has to go, and what happens without it is the author's to say.
    if (text.fallback || text.index > 0) return;
    // An unset key is no key: jsonwebtoken 8 then accepts unsigned tokens.
    const changes: Change[] = [{ do: 'replace', at: text.at, code: [`process.env.${variable}`] }, { do: 'require-env', path: text.at.path, name: variable }];
    yield { title: `Read ${variable} from the environment`, safety: 'review', changes };
  },
  examples: [
    {
      title: 'a key written in the call',
      bad: `
        import jwt from 'jsonwebtoken';
        export const tokenFor = (user) => jwt.sign({ sub: user.id }, 'shhhh', { expiresIn: '1h' });
        //                                                           ^^^^^^^ secrets/hardcoded-jwt-secret "The JWT key is fixed in source code"
      `,
      fixed: `
        import jwt from 'jsonwebtoken';
        if (!process.env.JWT_SECRET) throw new Error('JWT_SECRET is not set');
        export const tokenFor = (user) => jwt.sign({ sub: user.id }, process.env.JWT_SECRET, { expiresIn: '1h' });
      `,
    },
    {
      title: 'one constant for both ways is one finding, at the constant',
      bad: `
        const jwt = require('jsonwebtoken');
        const REFRESH_TOKEN_SECRET = 'my refresh key';
        //                           ^^^^^^^^^^^^^^^^ secrets/hardcoded-jwt-secret
        exports.make = (user) => jwt.sign({ sub: user.id }, REFRESH_TOKEN_SECRET, { expiresIn: '7d' });
        exports.read = (token) => jwt.verify(token, REFRESH_TOKEN_SECRET);
      `,
      fixed: `
        const jwt = require('jsonwebtoken');
        if (!process.env.REFRESH_TOKEN_SECRET) throw new Error('REFRESH_TOKEN_SECRET is not set');
        const REFRESH_TOKEN_SECRET = process.env.REFRESH_TOKEN_SECRET;
        exports.make = (user) => jwt.sign({ sub: user.id }, REFRESH_TOKEN_SECRET, { expiresIn: '7d' });
        exports.read = (token) => jwt.verify(token, REFRESH_TOKEN_SECRET);
      `,
    },
    {
      title: 'Nest: constants of another file',
      bad: `
        //- auth/constants.ts
        export const jwtConstants = { secret: 'secretKey' };
        //- auth/auth.module.ts
        import { Module } from '@nestjs/common';
        import { JwtModule } from '@nestjs/jwt';
        import { jwtConstants } from './constants';
        @Module({ imports: [JwtModule.register({ secret: jwtConstants.secret, signOptions: { expiresIn: '60s' } })] })
        //                                               ^^^^^^^^^^^^^^^^^^^ secrets/hardcoded-jwt-secret
        export class AuthModule {}
      `,
      fixed: `
        //- auth/constants.ts
        if (!process.env.JWT_SECRET) throw new Error('JWT_SECRET is not set');
        export const jwtConstants = { secret: process.env.JWT_SECRET };
        //- auth/auth.module.ts
        import { Module } from '@nestjs/common';
        import { JwtModule } from '@nestjs/jwt';
        import { jwtConstants } from './constants';
        @Module({ imports: [JwtModule.register({ secret: jwtConstants.secret, signOptions: { expiresIn: '60s' } })] })
        export class AuthModule {}
      `,
    },
    {
      title: 'Nest: a factory, a strategy and a call',
      bad: `
        import { Injectable, Module } from '@nestjs/common';
        import { JwtModule, JwtService } from '@nestjs/jwt';
        import { PassportStrategy } from '@nestjs/passport';
        import { ExtractJwt, Strategy } from 'passport-jwt';
        @Module({ imports: [JwtModule.registerAsync({ useFactory: async () => ({ secret: 'nest-key-1' }) })] })
        //                                                                               ^^^^^^^^^^^^ secrets/hardcoded-jwt-secret
        export class AuthModule {}
        @Injectable()
        export class JwtStrategy extends PassportStrategy(Strategy) {
          constructor() {
            super({ jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(), secretOrKey: 'nest-key-2' });
            //                                                                             ^^^^^^^^^^^^ secrets/hardcoded-jwt-secret
          }
        }
        @Injectable()
        export class Mails {
          constructor(private readonly tokens: JwtService) {}
          link(user) { return this.tokens.sign({ sub: user.id }, { secret: 'mail-key', expiresIn: '1d' }); }
          //                                                               ^^^^^^^^^^ secrets/hardcoded-jwt-secret
        }
      `,
    },
    {
      title: 'jose: bytes of a text',
      bad: `
        import { SignJWT, jwtVerify } from 'jose';
        const key = new TextEncoder().encode('my-256-bit-secret');
        //                                   ^^^^^^^^^^^^^^^^^^^ secrets/hardcoded-jwt-secret
        export const read = (token) => jwtVerify(token, key, { algorithms: ['HS256'] });
        export const make = (id) => new SignJWT({ id }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('1h').sign(Buffer.from('other-key'));
        //                                                                                                                            ^^^^^^^^^^^ secrets/hardcoded-jwt-secret
      `,
    },
    {
      title: 'middleware of Express, Koa, Hono and Fastify',
      bad: `
        import { expressjwt } from 'express-jwt';
        import koaJwt from 'koa-jwt';
        import { jwt } from 'hono/jwt';
        import Fastify from 'fastify';
        import fastifyJwt from '@fastify/jwt';
        expressjwt({ secret: 'one', algorithms: ['HS256'] });
        //                   ^^^^^ secrets/hardcoded-jwt-secret
        koaJwt({ secret: ['two-new', 'two-old'] });
        //                ^^^^^^^^^ secrets/hardcoded-jwt-secret
        //                           ^^^^^^^^^ secrets/hardcoded-jwt-secret
        jwt({ secret: 'three', alg: 'HS256' });
        //            ^^^^^^^ secrets/hardcoded-jwt-secret
        const app = Fastify();
        app.register(fastifyJwt, { secret: 'four' });
        //                                 ^^^^^^ secrets/hardcoded-jwt-secret
      `,
    },
    {
      title: 'the options of passport-jwt, as its manual writes them',
      bad: `
        const { Strategy, ExtractJwt } = require('passport-jwt');
        const opts = {};
        opts.jwtFromRequest = ExtractJwt.fromAuthHeaderAsBearerToken();
        opts.secretOrKey = 'secret';
        //                 ^^^^^^^^ secrets/hardcoded-jwt-secret
        require('passport').use(new Strategy(opts, (payload, done) => done(null, payload)));
      `,
    },
    {
      title: 'promisified, and handed to a function of the project',
      bad: `
        //- tokens.js
        const jwt = require('jsonwebtoken');
        const { promisify } = require('util');
        const verify = promisify(jwt.verify);
        exports.read = (token) => verify(token, 'k1');
        //                                      ^^^^ secrets/hardcoded-jwt-secret
        exports.make = (payload, key) => jwt.sign(payload, key, { expiresIn: '1h' });
        //- login.js
        const { make } = require('./tokens');
        module.exports = (user) => make({ sub: user.id }, 'k2');
        //                                                ^^^^ secrets/hardcoded-jwt-secret
      `,
    },
    {
      title: 'a callback that gives the key, a field of the class',
      bad: `
        import jwt from 'jsonwebtoken';
        export class Tokens {
          private readonly secret = 'field-key';
          //                        ^^^^^^^^^^^ secrets/hardcoded-jwt-secret
          make(id: string) { return jwt.sign({ id }, this.secret, { expiresIn: '1h' }); }
          read(token: string, done: () => void) { jwt.verify(token, (header, give) => give(null, 'given-key'), { algorithms: ['HS256'] }, done); }
          //                                                                                     ^^^^^^^^^^^ secrets/hardcoded-jwt-secret
        }
      `,
    },
    {
      title: 'hapi and NextAuth',
      bad: `
        import NextAuth from 'next-auth';
        import Jwt from '@hapi/jwt';
        export const authOptions = { providers: [], secret: 'next-key' };
        //                                                  ^^^^^^^^^^ secrets/hardcoded-jwt-secret
        export default NextAuth(authOptions);
        export function setUp(server) {
          server.auth.strategy('session', 'jwt', { keys: 'hapi-key', verify: { aud: 'api' }, validate: () => ({ isValid: true }) });
          //                                             ^^^^^^^^^^ secrets/hardcoded-jwt-secret
          return Jwt.token.generate({ sub: 1 }, { key: 'other-key', algorithm: 'HS256' });
          //                                           ^^^^^^^^^^^ secrets/hardcoded-jwt-secret
        }
      `,
    },
    { title: 'from the environment', good: `import jwt from 'jsonwebtoken'; export const make = (sub) => jwt.sign({ sub }, process.env.JWT_SECRET, { expiresIn: '1h' });` },
    {
      title: 'public keys, addresses and names of files',
      good: `
        import jwt from 'jsonwebtoken';
        import { jwtVerify, createRemoteJWKSet } from 'jose';
        import { readFileSync } from 'node:fs';
        const publicPem = '-----BEGIN PUBLIC KEY-----\\nMIIBIjANBg\\n-----END PUBLIC KEY-----';
        export const a = (t) => jwt.verify(t, publicPem, { algorithms: ['RS256'] });
        export const b = (t) => jwt.verify(t, readFileSync('keys/public.pem'), { algorithms: ['RS256'] });
        export const c = (t) => jwtVerify(t, createRemoteJWKSet(new URL('https://id.example.com/jwks.json')));
      `,
    },
    {
      title: 'a key set in the constructor',
      bad: `
        const jwt = require('jsonwebtoken');
        class Tokens {
          constructor() { this.secret = 'tokens-key'; }
          //                            ^^^^^^^^^^^^ secrets/hardcoded-jwt-secret
          make(id) { return jwt.sign({ id }, this.secret, { expiresIn: '1h' }); }
        }
        module.exports = Tokens;
      `,
    },
    {
      title: 'a default in another file, where it is told',
      good: `
        //- config.js
        exports.jwt = { secret: process.env.JWT_SECRET || 'known' };
        //- tokens.js
        const jwt = require('jsonwebtoken');
        const config = require('./config');
        exports.make = (id) => jwt.sign({ id }, config.jwt.secret, { expiresIn: '1h' });
      `,
    },
    {
      title: 'a default that production refuses to run with',
      good: `
        import { jwtVerify } from 'jose';
        const raw = process.env.SESSION_KEY;
        if (!raw && process.env.NODE_ENV === 'production') throw new Error('SESSION_KEY');
        const key = new TextEncoder().encode(raw ?? 'only-on-this-machine');
        export const read = (token) => jwtVerify(token, key, { algorithms: ['HS256'] });
      `,
    },
    { title: 'in development only', good: `import jwt from 'jsonwebtoken'; const key = process.env.NODE_ENV === 'production' ? process.env.JWT_SECRET : 'dev-key'; export const make = (sub) => jwt.sign({ sub }, key);` },
    { title: 'another sign and another verify', good: `import { sign } from './letters'; import crypto from 'node:crypto'; sign({ a: 1 }, 'RSA-SHA256'); crypto.createVerify('RSA-SHA256').verify(key, 'base64'); aws4.sign({ host }, 'x');` },
    {
      title: 'no key: reading, and asking a configuration',
      good: `
        import jwt from 'jsonwebtoken';
        import config from 'config';
        jwt.decode(token, { complete: true });
        jwt.verify(token, config.get('jwt.secret'), { algorithms: ['HS256'] });
      `,
    },
    {
      title: 'all options stand in another file',
      bad: `
        //- conf.ts
        export const conf = { jwt: { secret: 'depot-jwt-key', sign: { expiresIn: '10m' } } };
        //- app.ts
        import Fastify from 'fastify';
        import jwt from '@fastify/jwt';
        import { conf } from './conf';
        Fastify().register(jwt, conf.jwt);
        //        ^^^^^^^^ secrets/hardcoded-jwt-secret
      `,
    },
    { title: 'production without the variable has ended before', good: `
        import { jwtVerify } from 'jose';
        const raw = process.env.SESSION_KEY;
        if (!raw && process.env.NODE_ENV === 'production') throw new Error('SESSION_KEY is not set');
        const key = new TextEncoder().encode(raw ?? 'development-only-key-do-not-deploy');
        export const read = (token) => jwtVerify(token, key, { algorithms: ['HS256'] });` },
  ],
});

/** Values at places of keys, with the branches they stand in. */
function* keysOf(module: ModuleView, context: RuleContext): Iterable<{ readonly key: Value; readonly when: NonNullable<Detection<Evidence>['when']>; readonly given?: At }> {
  for (const { key, does, step, at } of jwtUses(module, context)) if (key && does !== 'decode') yield { key, when: step.when, given: at };
  const imports = (name: RegExp): boolean => module.imports.some((one) => name.test(one.from));
  if (imports(/^passport-jwt$/))
    for (const fn of [module.top, ...module.functions.values()])
      for (const step of fn.steps) if (step.do === 'assign' && step.target.path.at(-1) === 'secretOrKey') yield { key: step.value, when: step.when };
  if (imports(/^next-auth/))
    for (const one of module.bindings) {
      const secret = /^(next)?auth(options|config)$/i.test(one.name) ? context.option(one.value, 'secret') : undefined;
      if (secret?.kind === 'value') yield { key: secret.value, when: [] };
    }
}
function lastName(text: string): string {
  return text.slice(text.lastIndexOf('.') + 1);
}
