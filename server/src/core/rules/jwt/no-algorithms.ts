import type { ArrayValue, Value } from '../../model/value.js';
import { jwtUses, optionAdded, type JwtUse } from '../facts/jwt.js';
import type { FilePath } from '../../text/source.js';
import { rule, type Code, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly use: JwtUse;
  readonly mixed: boolean;
  /** The list is what the token itself says. */
  readonly told: boolean;
  /** The object the option goes into, under the name of an option of its own where the library wants that. */
  readonly within: Value | undefined;
  readonly algorithm: 'HS256' | 'RS256' | undefined;
}
/** Libraries that do without a list. express-jwt 6 and newer and hono want one; what Nest's service checks may be said where its module is set up. */
const OPTIONAL: ReadonlySet<string> = new Set(['jsonwebtoken', 'jose', 'koa-jwt', 'passport-jwt', '@fastify/jwt']);
const PUBLIC_KEY = /public|pem|cert|rsa|jwk|spki/i;
const SECRET_KEY = /secret|hmac|shared/i;

export default rule<'module', Evidence>({
  meta: {
    id: 'jwt/no-algorithms',
    title: 'Accepted algorithms are not pinned',
    owasp: ['API2:2019', 'API2:2023'],
    cwe: [347],
    severity: 'info',
    confidence: 'high',
    topics: ['jwt'],
    since: '0.1.0',
    leansOn: ['jsonwebtoken/guessed-algorithm', 'koa-jwt/algorithms', 'passport-jwt/algorithms', 'express-jwt/algorithms'],
    whenNotToUse: 'The library is new enough to derive the algorithms from the key, and keys are never chosen by the token.',
    references: ['https://datatracker.ietf.org/doc/html/rfc8725#section-3.1'],
  },
  on: 'module',
  words: ['jwt', 'jose'],
  *detect(module, context) {
    for (const use of jwtUses(module, context)) {
      // jose binds each key to its algorithms.
      if (use.library === 'jose' && use.call.callee !== 'jose.JWT.verify' && !isOld(use, module.path, context) && context.option(use.options, 'algorithms').kind === 'absent') continue;
      if (!OPTIONAL.has(use.library) || use.through || (use.does !== 'verify' && use.does !== 'setup') || isEmpty(use.key, context)) continue;
      const nested = use.library === '@fastify/jwt' ? context.option(use.options, 'verify') : undefined;
      if (nested?.kind === 'unknown' || (use.library === '@fastify/jwt' && use.does === 'verify')) continue;
      const within = nested?.kind === 'value' ? nested.value : use.options;
      // A call with more arguments than are understood, or that is handed everything: nothing is known to be missing.
      if (use.call.args.some((item) => item.spread)) continue;
      const answer = nested?.kind === 'absent' ? nested : context.option(within, 'algorithms');
      const algorithm = algorithmOf(use, context);
      // Libraries take the algorithms from the kind of the key: with a secret there is no other to confuse it with.
      if (answer.kind === 'absent' && algorithm !== 'RS256' && (algorithm === 'HS256' || !isOld(use, module.path, context))) continue;
      const evidence: Evidence = { use, mixed: false, told: false, within, algorithm };
      if (answer.kind === 'absent') {
        const chosen = isCallback(use.key, context);
        yield { at: use.at, subject: `${use.library} ${use.does}`, evidence, severity: chosen ? 'warning' : 'info', when: use.step.when };
      } else if (answer.kind === 'value') {
        const list = answer.resolved.value;
        const told = list.kind === 'array' ? list.items.find((item) => isOfToken(item.value, context)) : undefined;
        if (told && told.at.path === module.path) yield { at: told.at, subject: `${use.library} ${use.does} token`, evidence: { ...evidence, told: true }, severity: 'error', when: use.step.when };
        if (list.kind !== 'array' || !mixes(list, context)) continue;
        const at = list.at.path === module.path ? list.at : answer.value.at;
        if (at.path === module.path) yield { at, subject: `${use.library} ${use.does} list`, evidence: { ...evidence, mixed: true }, severity: 'warning', when: use.step.when };
      }
    }
  },
  explain: ({ mixed, told }) => ({
    message: told
      ? 'The token itself says how it is to be checked here, so whoever wrote it chooses. Name the one algorithm you sign with.'
      : mixed
      ? 'Tokens may be signed with a shared secret or with a private key, so a public key may pass for the secret and anyone can sign. Name the one algorithm you sign with.'
      : 'Name the algorithm you sign with, so a token cannot choose another.',
    why: 'Which algorithm a token is checked with is read from the token itself, which its author wrote.',
    remedy: "List the one algorithm the tokens are signed with: `algorithms: ['HS256']` for a secret, `['RS256']` for a key pair.",
  }),
  *fix({ evidence: { use, mixed, told, within, algorithm } }): Iterable<FixAnswer> {
    if (mixed || told) {
      yield { refused: 'Which of the algorithms the tokens are signed with, the code does not say.' };
      return;
    }
    const list: Code = algorithm === undefined ? ['algorithms: [', { slot: "'HS256'" }, ']'] : ['algorithms: [', { quote: algorithm }, ']'];
    const change = optionAdded(use, within, list);
    if (change) yield { title: algorithm === undefined ? 'Name the algorithm' : `Accept ${algorithm} only`, safety: algorithm === undefined ? 'manual' : 'review', changes: [change] };
    else yield { refused: 'The options are put together elsewhere.' };
  },
  examples: [
    {
      title: 'a public key',
      bad: `
        import jwt from 'jsonwebtoken';
        export const read = (token, publicKey) => jwt.verify(token, publicKey);
        //                                            ^^^^^^ jwt/no-algorithms "Name the algorithm you sign with"
      `,
      fixed: `
        import jwt from 'jsonwebtoken';
        export const read = (token, publicKey) => jwt.verify(token, publicKey, { algorithms: ['RS256'] });
      `,
    },
    {
      title: 'an old library, a key of whatever kind, and other options',
      bad: `
        //- package.json
        { "dependencies": { "jsonwebtoken": "^8.5.1" } }
        //- read.js
        const jwt = require('jsonwebtoken');
        exports.read = (token, done) => jwt.verify(token, process.env.JWT_KEY, { issuer: 'api' }, done);
        //                                  ^^^^^^ jwt/no-algorithms
      `,
      fixed: `
        //- package.json
        { "dependencies": { "jsonwebtoken": "^8.5.1" } }
        //- read.js
        const jwt = require('jsonwebtoken');
        exports.read = (token, done) => jwt.verify(token, process.env.JWT_KEY, { issuer: 'api', algorithms: ['HS256'] }, done);
      `,
    },
    {
      title: 'the algorithm the token names',
      bad: `
        import jwt from 'jsonwebtoken';
        import { keyFor } from './keys';
        export function read(token) {
          const { header } = jwt.decode(token, { complete: true });
          return jwt.verify(token, keyFor(header.kid), { algorithms: [header.alg] });
          //                                                          ^^^^^^^^^^ jwt/no-algorithms "The token itself says"
        }
      `,
    },
    {
      title: 'a callback in place of options',
      bad: `
        const { verify } = require('jsonwebtoken');
        exports.read = (token, done) => verify(token, process.env.JWT_PUBLIC_KEY, (error, claims) => done(error, claims));
        //                              ^^^^^^ jwt/no-algorithms
      `,
      fixed: `
        const { verify } = require('jsonwebtoken');
        exports.read = (token, done) => verify(token, process.env.JWT_PUBLIC_KEY, { algorithms: ['RS256'] }, (error, claims) => done(error, claims));
      `,
    },
    {
      title: 'a key that the token chooses, and a list that mixes',
      bad: `
        import jwt from 'jsonwebtoken';
        function getKey(header, done) { client.getSigningKey(header.kid, (error, key) => done(error, key.getPublicKey())); }
        export const one = (token, done) => jwt.verify(token, getKey, {}, done);
        //                                      ^^^^^^ jwt/no-algorithms
        export const two = (token, done) => jwt.verify(token, getKey, { algorithms: ['HS256', 'RS256'] }, done);
        //                                                                          ^^^^^^^^^^^^^^^^^^ jwt/no-algorithms "a public key may pass for the secret"
      `,
    },
    {
      title: 'middleware and strategies with a public key or an old library',
      bad: `
        //- package.json
        { "dependencies": { "koa-jwt": "^3.6.0", "passport-jwt": "^4.0.1", "@fastify/jwt": "^9.0.0" } }
        //- app.ts
        import { readFileSync } from 'node:fs';
        import koaJwt from 'koa-jwt';
        import { Strategy, ExtractJwt } from 'passport-jwt';
        import Fastify from 'fastify';
        koaJwt({ secret: process.env.JWT_KEY });
        // <- jwt/no-algorithms
        new Strategy({ jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(), secretOrKey: readFileSync('public.pem') }, () => {});
        //  ^^^^^^^^ jwt/no-algorithms
        Fastify().register(import('@fastify/jwt'), { secret: { public: readFileSync('public.pem') } });
        //        ^^^^^^^^ jwt/no-algorithms
      `,
    },
    {
      title: 'a secret, with libraries that take the algorithms from the key',
      good: `
        import jwt from 'jsonwebtoken';
        import koaJwt from 'koa-jwt';
        import { Strategy, ExtractJwt } from 'passport-jwt';
        import { createRemoteJWKSet, jwtVerify } from 'jose';
        import Fastify from 'fastify';
        export const read = (token) => jwt.verify(token, process.env.JWT_SECRET!);
        export const later = (token, done) => jwt.verify(token, config.jwt.secret, { issuer: 'api' }, done);
        koaJwt({ secret: process.env.JWT_SECRET });
        new Strategy({ jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(), secretOrKey: process.env.JWT_SECRET }, () => {});
        Fastify().register(import('@fastify/jwt'), { secret: process.env.JWT_SECRET });
        const keys = createRemoteJWKSet(new URL('https://id.example.com/jwks.json'));
        export const one = (token) => jwtVerify(token, new TextEncoder().encode(process.env.JWT_SECRET)), two = (token) => jwtVerify(token, keys);
      `,
    },
    {
      title: 'an old library that takes the algorithms from the key, too',
      good: `
        //- package.json
        { "dependencies": { "jsonwebtoken": "^8.5.1" } }
        //- read.js
        const jwt = require('jsonwebtoken');
        if (!process.env.TOKEN_SECRET) throw new Error('TOKEN_SECRET is not set');
        exports.read = (token) => jwt.verify(token, process.env.TOKEN_SECRET, { issuer: 'api' });
      `,
    },
    { title: 'pinned', good: `import jwt from 'jsonwebtoken'; export const read = (token, publicKey) => jwt.verify(token, publicKey, { algorithms: ['RS256'] });` },
    { title: 'libraries that want a list', good: `import { expressjwt } from 'express-jwt'; import { jwt } from 'hono/jwt'; expressjwt({ secret, algorithms: ['HS256'] }); jwt({ secret, alg: 'HS256' });` },
    {
      title: 'options that are not known',
      good: `
        import jwt from 'jsonwebtoken';
        import { options } from './settings';
        jwt.verify(token, key, options);
        jwt.verify(token, key, { ...defaults, issuer: 'api' });
        jwt.verify(...args);
        jwt.verify(token, key, config.jwt);
      `,
    },
    { title: 'one family', good: `import jwt from 'jsonwebtoken'; jwt.verify(token, key, { algorithms: ['RS256', 'ES256', 'PS256'] }); jwt.verify(token, key, { algorithms: ['HS256', 'HS512'] });` },
    { title: 'another verify', good: `import { verify } from 'argon2'; import crypto from 'node:crypto'; verify(hash, password); crypto.createVerify('sha256').verify(key, signature); captcha.verify(token, secret);` },
  ],
});

/** jsonwebtoken before 9, and what is built on it; jose before 3. */
function isOld({ library }: JwtUse, path: FilePath, context: RuleContext): boolean {
  const before = (name: string, major: number): boolean => (context.major(name, path) ?? major) < major;
  if (library === 'jose') return before('jose', 3);
  if (library === '@fastify/jwt') return false;
  return before('jsonwebtoken', 9) || (library !== 'jsonwebtoken' && before(library, 4));
}
function isEmpty(key: Value | undefined, context: RuleContext): boolean {
  if (!key) return false;
  const known = context.constant(key);
  return known !== undefined && (known.value === '' || known.value === null || known.value === undefined || known.value === false);
}
function isCallback(key: Value | undefined, context: RuleContext): boolean {
  const end = key && context.resolve(key).value;
  return end?.kind === 'function' || (end?.kind === 'call' && /jwks|jwtSecret|JWKSet|keyProvider/i.test(end.callee || end.name));
}
/** What the key's name, or what gives it, says about the algorithm. */
function algorithmOf({ key }: JwtUse, context: RuleContext): Evidence['algorithm'] {
  if (!key) return undefined;
  if (isCallback(key, context)) return 'RS256';
  const text = context.textOf(key.at).slice(0, 200);
  if (PUBLIC_KEY.test(text) || /readFile/.test(text)) return 'RS256';
  const known = context.constant(key)?.value;
  if (typeof known === 'string') return known.includes('-----BEGIN') ? 'RS256' : 'HS256';
  return SECRET_KEY.test(text) ? 'HS256' : undefined;
}
/** `header.alg` of the token that is about to be checked. */
function isOfToken(value: Value, context: RuleContext): boolean {
  if (value.kind !== 'ref' || !/(^|\.)alg$/.test(value.text) || value.root.kind === 'env' || value.root.kind === 'import') return false;
  const { root } = value;
  const whole = root.kind === 'local' ? context.resolve({ ...value, path: [], nameAt: value.at }).value : value;
  const call = whole.kind === 'call' ? whole : whole.kind === 'ref' && whole.root.kind === 'value' ? whole.root.of : undefined;
  return (call?.kind === 'call' && /decode|parse/i.test(call.name)) || (root.kind === 'parameter' && /(^|\.)(header|head|decoded|token|jwt)\.alg$/i.test(value.text));
}
function mixes(list: ArrayValue, context: RuleContext): boolean {
  const names = list.items.map((item) => context.constant(item.value)?.value).filter((one): one is string => typeof one === 'string');
  return names.some((one) => /^HS/.test(one)) && names.some((one) => /^(RS|ES|PS|EdDSA)/.test(one));
}
