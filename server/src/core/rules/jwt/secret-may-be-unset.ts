import type { ModuleView, Step, StepFrame } from '../../model/module.js';
import type { Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import { jwtUses, type JwtUse } from '../facts/jwt.js';
import { bytesOf } from '../facts/key-texts.js';
import { refsIn } from '../facts/mentions.js';
import { rule, type RuleContext, type Severity } from '../rule.js';

interface Evidence {
  readonly variable: string;
  readonly becomes: Becomes;
  readonly at: At;
}
type Becomes = 'unsigned' | 'empty' | 'text' | 'refused';
/** The variable a key is, and what the key becomes without it. */
interface Unset {
  readonly variable: string;
  readonly as: 'nothing' | 'empty' | 'text';
  readonly at: At;
}
const PUBLIC_KEY = /(^|_)(PUBLIC|PUB)(_?KEY|_?PEM|_?CERT)?($|_)/i;
/** Libraries that refuse to start, or to load a file, without their variables. */
const CHECKERS = ['envalid', '@t3-oss/env-core', '@t3-oss/env-nextjs', 'env-schema', '@fastify/env', 'dotenv-safe', 'znv', 'env-var', 'convict'];

export default rule<'module', Evidence>({
  meta: {
    id: 'jwt/secret-may-be-unset',
    title: 'An unset key lets forged tokens in',
    owasp: ['API2:2019', 'API2:2023'],
    cwe: [347, 1188],
    severity: 'warning',
    confidence: 'medium',
    topics: ['jwt'],
    since: '0.1.0',
    leansOn: ['jsonwebtoken8/unset-key', 'jsonwebtoken/unset-key', 'jsonwebtoken/text-of-nothing'],
    whenNotToUse: 'The deployment refuses to start the service without its variables.',
    references: ['https://github.com/auth0/node-jsonwebtoken/security/advisories/GHSA-qwph-4952-7xr6', 'https://cwe.mitre.org/data/definitions/1188.html'],
  },
  on: 'module',
  words: ['verify', 'jwt', 'secret'],
  *detect(module, context) {
    const seen = new Set<number>();
    if (CHECKERS.some((name) => context.projectUses(name))) return;
    for (const { key, step, does, judge } of [...jwtKeys(module, context), ...macKeys(module)]) {
      const unset = unsetOf(key, context, 0);
      // Without its public half nothing is let in, whatever it is called.
      if (!unset || /(^|_)PUBLIC(_|$)/.test(unset.variable) || context.projectUses(`checks ${unset.variable}`)) continue;
      if (step.when.some((branch) => [...refsIn(branch.test)].some((ref) => variableOf(ref, context) === unset.variable))) continue;
      const verdict = judge(unset.as, unset.variable);
      const at = unset.at.path === module.path ? unset.at : key.at;
      if (!verdict || seen.has(at.mark)) continue;
      seen.add(at.mark);
      const { becomes, severity } = verdict;
      yield { at, subject: `${unset.variable} ${does}`, evidence: { variable: unset.variable, becomes, at }, severity, confidence: severity === 'error' ? 'high' : 'medium', when: step.when };
    }
  },
  explain: ({ variable, becomes }) => ({
    message:
      becomes === 'unsigned' ? `If ${variable} is not set, unsigned tokens are accepted. Stop at start-up when it is missing.`
      : becomes === 'text' ? `If ${variable} is not set, the key is a text everybody can guess, and anyone can sign. Stop at start-up when it is missing.`
      : becomes === 'empty' ? `If ${variable} is not set, the key is empty, and anyone can sign. Stop at start-up when it is missing.`
      : `If ${variable} is not set, the key is empty and every token is refused, which only shows at the first login. Stop at start-up when it is missing.`,
    why: 'A variable forgotten in one environment is noticed by nobody but the one who tries it.',
    remedy: 'Throw at start-up when the variable is missing, and name the algorithm.',
  }),
  *fix({ evidence: { variable, at } }) {
    yield { title: `Stop when ${variable} is not set`, safety: 'review', changes: [{ do: 'require-env', path: at.path, name: variable }] };
  },
  examples: [
    {
      title: 'a library that then accepts unsigned tokens',
      bad: `
        //- package.json
        { "dependencies": { "jsonwebtoken": "^8.5.1" } }
        //- tokens.js
        const jwt = require('jsonwebtoken');
        exports.read = (token) => jwt.verify(token, process.env.JWT_SECRET);
        //                                          ^^^^^^^^^^^^^^^^^^^^^^ jwt/secret-may-be-unset "unsigned tokens are accepted"
      `,
      fixed: `
        //- package.json
        { "dependencies": { "jsonwebtoken": "^8.5.1" } }
        //- tokens.js
        const jwt = require('jsonwebtoken');
        if (!process.env.JWT_SECRET) throw new Error('JWT_SECRET is not set');
        exports.read = (token) => jwt.verify(token, process.env.JWT_SECRET);
      `,
    },
    {
      title: 'the text of nothing',
      bad: `
        import jwt from 'jsonwebtoken';
        const key = \`\${process.env.JWT_SECRET}\`;
        //          ^^^^^^^^^^^^^^^^^^^^^^^^^^^ jwt/secret-may-be-unset "a text everybody can guess"
        export const make = (id) => jwt.sign({ id }, key, { expiresIn: '5m' });
        export const read = (token) => jwt.verify(token, String(process.env.OTHER_SECRET), { algorithms: ['HS256'] });
        //                                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ jwt/secret-may-be-unset "OTHER_SECRET"
      `,
    },
    {
      title: 'an empty default, settings of another file',
      bad: `
        //- package.json
        { "dependencies": { "jsonwebtoken": "8.3.0" } }
        //- config.js
        exports.jwt = { secret: process.env.JWT_SECRET || '' };
        //- auth.js
        const jwt = require('jsonwebtoken');
        const config = require('./config');
        exports.read = (token) => jwt.verify(token, config.jwt.secret);
        //                                          ^^^^^^^^^^^^^^^^^ jwt/secret-may-be-unset "JWT_SECRET"
      `,
    },
    {
      title: 'an empty default that a newer library refuses late, and that a hash takes as a key',
      bad: `
        import jwt from 'jsonwebtoken';
        import { jwtVerify } from 'jose';
        import { createHmac } from 'node:crypto';
        const secret = process.env.JWT_SECRET || '';
        //             ^^^^^^^^^^^^^^^^^^^^^^ jwt/secret-may-be-unset "every token is refused"
        export const read = (token) => jwt.verify(token, secret, { algorithms: ['HS256'] });
        const key = new TextEncoder().encode(process.env.SESSION_KEY ?? '');
        //                                   ^^^^^^^^^^^^^^^^^^^^^^^ jwt/secret-may-be-unset "SESSION_KEY"
        export const session = (token) => jwtVerify(token, key, { algorithms: ['HS256'] });
        export const signed = (body) => createHmac('sha256', process.env.WEBHOOK_KEY ?? '').update(body).digest('hex');
        //                                                   ^^^^^^^^^^^^^^^^^^^^^^^ jwt/secret-may-be-unset "the key is empty, and anyone can sign"
      `,
    },
    {
      title: 'the text of nothing, in other libraries',
      bad: `
        import { jwtVerify } from 'jose';
        import { jwt } from 'hono/jwt';
        import { expressjwt } from 'express-jwt';
        export const read = (t) => jwtVerify(t, new TextEncoder().encode(\`\${process.env.A_SECRET}\`));
        //                                                               ^^^^^^^^^^^^^^^^^^^^^^^^^ jwt/secret-may-be-unset "A_SECRET"
        export const one = jwt({ secret: String(process.env.B_SECRET), alg: 'HS256' });
        //                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ jwt/secret-may-be-unset "B_SECRET"
        export const two = expressjwt({ secret: \`\${process.env.C_SECRET}\`, algorithms: ['HS256'] });
        //                                      ^^^^^^^^^^^^^^^^^^^^^^^^^ jwt/secret-may-be-unset "C_SECRET"
      `,
    },
    {
      title: 'newer libraries refuse what is not there',
      good: `
        import jwt from 'jsonwebtoken';
        import { jwtVerify } from 'jose';
        export const one = (t) => jwt.verify(t, process.env.JWT_SECRET as string);
        export const two = (t) => jwtVerify(t, new TextEncoder().encode(process.env.JWT_SECRET));
      `,
    },
    {
      title: 'an old library, and a login that signs with the same key and fails without it',
      good: `
        //- package.json
        { "dependencies": { "jsonwebtoken": "^8.5.1" } }
        //- login.js
        const jwt = require('jsonwebtoken');
        exports.login = (user) => jwt.sign({ id: user.id }, process.env.JWT_SECRET, { expiresIn: '1h' });
        //- check.js
        const jwt = require('jsonwebtoken');
        exports.check = (token) => jwt.verify(token, process.env.JWT_SECRET);
      `,
    },
    { title: 'stops at start-up', good: `import jwt from 'jsonwebtoken'; if (!process.env.JWT_SECRET) throw new Error('JWT_SECRET is not set'); export const read = (t) => jwt.verify(t, process.env.JWT_SECRET);` },
    {
      title: 'stops at start-up, in another file',
      good: `
        //- server.js
        require('dotenv').config();
        for (const name of ['JWT_SECRET', 'PORT']) if (!process.env[name]) { console.error(name); process.exit(1); }
        //- auth.js
        const jwt = require('jsonwebtoken');
        exports.read = (token) => jwt.verify(token, process.env.JWT_SECRET);
      `,
    },
    {
      title: 'checked by a schema',
      good: `
        import jwt from 'jsonwebtoken';
        import { z } from 'zod';
        export const env = z.object({ JWT_SECRET: z.string().min(32) }).parse(process.env);
        export const read = (t) => jwt.verify(t, process.env.JWT_SECRET);
      `,
    },
    {
      title: 'checked by a library',
      good: `
        import jwt from 'jsonwebtoken';
        import { cleanEnv, str } from 'envalid';
        const env = cleanEnv(process.env, { JWT_SECRET: str() });
        export const read = (t) => jwt.verify(t, env.JWT_SECRET, { algorithms: ['HS256'] });
      `,
    },
    { title: 'asked for where it is used', good: `import jwt from 'jsonwebtoken'; const key = process.env.JWT_SECRET; export function read(t) { if (!key) throw new Error('no key'); return jwt.verify(t, key); }` },
    { title: 'an algorithm is named, and the library is new', good: `import jwt from 'jsonwebtoken'; export const read = (t) => jwt.verify(t, process.env.JWT_SECRET, { algorithms: ['HS256'] });` },
    { title: 'asserted', good: `import jwt from 'jsonwebtoken'; import assert from 'node:assert'; assert(process.env.JWT_SECRET, 'JWT_SECRET is not set'); export const read = (t) => jwt.verify(t, process.env.JWT_SECRET);` },
  ],
});

interface Keyed {
  readonly key: Value;
  readonly step: StepFrame;
  readonly does: string;
  /** What becomes of a key that is not there; undefined: nothing that this rule says. */
  readonly judge: (as: Unset['as'], variable: string) => { readonly becomes: Becomes; readonly severity: Severity } | undefined;
}
/** Keys that tokens are checked, or with a guessable text also signed, with. */
function* jwtKeys(module: ModuleView, context: RuleContext): Iterable<Keyed> {
  for (const use of jwtUses(module, context))
    if (use.does !== 'decode' && !use.through && use.key) yield { key: use.key, step: use.step, does: use.does, judge: (as, variable) => judged(use, as, variable, module, context) };
}
function judged(use: JwtUse, as: Unset['as'], variable: string, module: ModuleView, context: RuleContext): ReturnType<Keyed['judge']> {
  if (as === 'text') return { becomes: 'text', severity: 'warning' };
  // A key that is no text, and signs: every library throws.
  if (use.does === 'sign') return undefined;
  const accepts = use.library === 'jsonwebtoken' && (context.major('jsonwebtoken', module.path) ?? 9) < 9 && context.option(use.options, 'algorithms').kind === 'absent';
  // Signing throws without the key: what nobody can log in to is set up before it is used.
  if (accepts && as === 'nothing' && signsWith(use.key, context)) return undefined;
  if (accepts) return { becomes: 'unsigned', severity: 'error' };
  // Nothing is given in place of the variable: the library refuses, and nothing says otherwise.
  // A public key is no secret that could be guessed.
  return as === 'empty' && !PUBLIC_KEY.test(variable) ? { becomes: 'refused', severity: 'info' } : undefined;
}
/** The project signs its tokens with the same variable. */
function signsWith(key: Value | undefined, context: RuleContext): boolean {
  const variable = key && variableOf(key, context);
  return variable !== undefined && context.projectUses(`signs ${variable}`);
}
/** Node takes the empty text as the key of a hash, and nothing at all as an error. */
function* macKeys(module: ModuleView): Iterable<Keyed> {
  for (const fn of [module.top, ...module.functions.values()])
    for (const step of fn.steps) {
      const key = macKey(step);
      if (key) yield { key, step, does: 'hash', judge: (as) => (as === 'nothing' ? undefined : { becomes: as, severity: 'warning' }) };
    }
}
function macKey(step: Step): Value | undefined {
  return step.do === 'call' && /^((node:)?crypto\.)?createHmac$/.test(step.call.callee) ? step.call.args[1]?.value : undefined;
}

function unsetOf(value: Value, context: RuleContext, depth: number): Unset | undefined {
  if (depth > 6) return undefined;
  switch (value.kind) {
    case 'ref': {
      const variable = value.root.kind === 'env' && value.path.length === 0 ? value.root.name : undefined;
      if (variable !== undefined) return { variable, as: 'nothing', at: value.at };
      const end = context.resolve(value).value;
      const found = end === value ? undefined : unsetOf(end, context, depth + 1);
      return found && { ...found, at: found.as === 'nothing' ? value.at : found.at };
    }
    case 'logic': {
      if (value.op === '&&') return undefined;
      const left = unsetOf(value.left, context, depth + 1);
      const right = context.constant(value.right);
      return left && right && (right.value === '' || right.value === null || right.value === undefined) ? { ...left, as: 'empty' } : undefined;
    }
    case 'template': {
      const only = value.parts.length === 1 ? value.parts[0] : undefined;
      const inner = only !== undefined && typeof only !== 'string' ? unsetOf(only, context, depth + 1) : undefined;
      return inner && { ...inner, as: 'text', at: value.at };
    }
    case 'call': {
      const first = value.args[0]?.value;
      if (first && value.callee === 'String') {
        const inner = unsetOf(first, context, depth + 1);
        return inner && { ...inner, as: 'text', at: value.at };
      }
      const bytes = bytesOf(value, context);
      return bytes && unsetOf(bytes, context, depth + 1);
    }
    default: return undefined;
  }
}
function variableOf(value: Value, context: RuleContext): string | undefined {
  if (value.kind !== 'ref') return undefined;
  if (value.root.kind === 'env') return value.root.name;
  const end = context.resolve(value).value;
  return end.kind === 'ref' && end.root.kind === 'env' ? end.root.name : undefined;
}
