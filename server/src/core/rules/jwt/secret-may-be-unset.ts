import type { Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import { jwtUses } from '../facts/jwt.js';
import { refsIn } from '../facts/mentions.js';
import { rule, type RuleContext, type Severity } from '../rule.js';

interface Evidence {
  readonly variable: string;
  readonly becomes: 'unsigned' | 'empty' | 'text' | 'refused';
  /** The variable as it should be read, where the code makes a text of what is not there. */
  readonly plain: At | undefined;
  readonly at: At;
}
/** The variable a key is, and what the key becomes without it. */
interface Unset {
  readonly variable: string;
  readonly as: 'nothing' | 'empty' | 'text';
  readonly at: At;
}
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
    const checked = CHECKERS.some((name) => context.projectUses(name));
    for (const use of jwtUses(module, context)) {
      if (use.library !== 'jsonwebtoken' || (use.does !== 'verify' && use.does !== 'sign') || use.through || !use.key) continue;
      const unset = unsetOf(use.key, context, 0);
      if (!unset || checked || context.projectUses(`checks ${unset.variable}`)) continue;
      if (use.step.when.some((branch) => [...refsIn(branch.test)].some((ref) => variableOf(ref, context) === unset.variable))) continue;
      // A key that is no text, and signs: the library throws.
      if (use.does === 'sign' && unset.as !== 'text') continue;
      const isOld = (context.major('jsonwebtoken', module.path) ?? 9) < 9;
      const pinned = context.option(use.options, 'algorithms').kind !== 'absent';
      const severity: Severity | undefined = unset.as === 'text' ? 'warning' : isOld && !pinned ? 'error' : isOld || pinned ? undefined : 'info';
      const at = unset.at.path === module.path ? unset.at : use.key.at;
      if (!severity || seen.has(at.mark)) continue;
      seen.add(at.mark);
      const becomes = unset.as === 'text' ? 'text' : isOld ? 'unsigned' : unset.as === 'empty' ? 'empty' : 'refused';
      yield { at, subject: `${unset.variable} ${use.does}`, evidence: { variable: unset.variable, becomes, plain: undefined, at }, severity, confidence: severity === 'error' ? 'high' : 'medium', when: use.step.when };
    }
  },
  explain: ({ variable, becomes }) => ({
    message:
      becomes === 'unsigned' ? `If ${variable} is not set, unsigned tokens are accepted. Stop at start-up when it is missing.`
      : becomes === 'text' ? `If ${variable} is not set, the key is a text everybody can guess, and anyone can sign. Stop at start-up when it is missing.`
      : `If ${variable} is not set, the key is empty. Stop at start-up when it is missing.`,
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
      title: 'a newer library refuses, and says so late',
      bad: `
        import jwt from 'jsonwebtoken';
        export const read = (token) => jwt.verify(token, process.env.JWT_SECRET as string);
        //                                               ^^^^^^^^^^^^^^^^^^^^^^ jwt/secret-may-be-unset
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
      const inner = first && value.callee === 'String' ? unsetOf(first, context, depth + 1) : undefined;
      return inner && { ...inner, as: 'text', at: value.at };
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
