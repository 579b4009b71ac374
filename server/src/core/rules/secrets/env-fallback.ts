import type { Branch, ModuleView } from '../../model/module.js';
import type { Call, Literal, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import { wordsOf } from '../facts/names.js';
import { alternatives } from '../facts/alternatives.js';
import { pointsToKey, secretName, secretValue, shortSecretName, tokenName } from '../facts/secrets.js';
import { rule, type Change, type FixAnswer, type RuleContext } from '../rule.js';

/** What to do about it: the text without the default, and where the variable is then asked for. */
type Repair =
  | { readonly how: 'throw'; readonly whole: At; readonly left: At; readonly top: boolean; readonly name: string | undefined }
  | { readonly how: 'changes'; readonly title: string; readonly changes: readonly Change[] }
  | { readonly how: 'refuse'; readonly why: string };
interface Evidence {
  readonly variable: string;
  readonly repair: Repair;
}
interface Found {
  readonly variable: string;
  /** Names it is known by: of the variable, of what it is bound to. */
  readonly names: readonly string[];
  readonly fallback: Value;
  readonly when: readonly Branch[];
  readonly repair: Repair;
}
const PUBLIC = /^(NEXT_PUBLIC|VITE|REACT_APP|EXPO_PUBLIC|PUBLIC|NUXT_PUBLIC|GATSBY)_/;
/** Words of names that speak of a secret without being one. */
const ABOUT: ReadonlySet<string> = new Set('expire expiration expiresin lifetime age duration issuer audience alg algorithm algorithms size rounds file dir store provider mode enabled required version region bucket table column'.split(' '));
/** Stands where a client library wants some text: nothing opens with it. */
const STAND_IN = /^(dummy|none|n\/?a|unset|missing|undefined|null|nil|disabled|not[-_ ]?(set|configured|provided|available|needed|required|used)|no[-_ ]?(key|token|password|secret)|ollama|empty|build|mock|fake)([-_ ].{0,40})?$/i;
const GETS = /^(get|env|getEnv|getenv|requireEnv|fromEnv|readEnv|envOr|getOrDefault|getString|string|str|optional)$/i;
const STORE = /(^|\.|_)(config|conf|configService|cfg|nconf|settings|env|environment)$/i;

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
  words: ['env', 'config', 'default'],
  *detect(module, context) {
    const seen = new Set<number>();
    for (const found of fallbacksIn(module, context)) {
      const named = found.names.find((name) => isSecret(name));
      if (named === undefined || PUBLIC.test(found.variable) || isRefused(module, found.variable, context)) continue;
      for (const { value, at, when } of alternatives(found.fallback, context)) {
        if (value.kind !== 'literal' || typeof value.value !== 'string' || seen.has(at.mark) || !isKnown(value, named)) continue;
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
    { title: 'settings that are no secrets', good: `export const port = process.env.PORT || 3000, host = process.env.HOST || 'localhost', ttl = process.env.TOKEN_EXPIRY || '15m', key = process.env.NEXT_PUBLIC_API_KEY || 'pk-1', alg = process.env.JWT_ALGORITHM || 'HS256', file = process.env.PRIVATE_KEY_FILE || 'key.pem', id = process.env.ACCESS_KEY_ID || 'local';` },
    { title: 'another variable, and the empty text', good: `export const key = process.env.API_KEY ?? process.env.LEGACY_API_KEY; export const secret = process.env.JWT_SECRET || '';` },
    { title: 'in tests and development only', good: `export const s = process.env.NODE_ENV === 'test' ? 'test-secret' : required('JWT_SECRET'); export const k = process.env.JWT_SECRET || (process.env.NODE_ENV !== 'production' ? 'dev' : null); if (process.env.NODE_ENV === 'development') process.env.API_SECRET = process.env.API_SECRET || 'dev-key';` },
    { title: 'refused in production', good: `const JWT_SECRET = process.env.JWT_SECRET || 'dev-secret'; if (process.env.NODE_ENV === 'production' && !process.env.JWT_SECRET) throw new Error('JWT_SECRET is not set'); export { JWT_SECRET };` },
    { title: 'what a client library wants in place of a key', good: `import OpenAI from 'openai'; export const ai = new OpenAI({ apiKey: process.env.OPENAI_API_KEY || 'not-needed', baseURL: process.env.LLM_URL });` },
    { title: 'made anew at each start', good: `import { randomBytes } from 'node:crypto'; export const secret = process.env.SESSION_SECRET || randomBytes(32).toString('hex');` },
    { title: 'other getters', good: `map.get('secret', 'none'); cache.get('token', 'fallback'); i18n.get('password', 'Password');` },
  ],
});

/** The name of a secret, and not of something about it. */
function isSecret(name: string): boolean {
  return secretName(name.replaceAll('.', '_')) && !wordsOf(name).some((word) => ABOUT.has(word));
}
/** A text somebody could use in place of the secret. */
function isKnown({ value }: Literal, name: string): boolean {
  if (typeof value !== 'string' || value === '' || pointsToKey(value) || /^(true|false|\d{1,5}|\d+ ?(ms|s|m|h|d|w|days?|hours?|minutes?))$/i.test(value)) return false;
  if (shortSecretName(name)) return true;
  if (STAND_IN.test(value)) return false;
  return !tokenName(name) || secretValue(value);
}

function* fallbacksIn(module: ModuleView, context: RuleContext): Iterable<Found> {
  const calls = new Set<Call>();
  const roots = new Map<number, string>();
  for (const binding of module.bindings) if (binding.constant && binding.scope === module.top.id) roots.set(binding.value.at.mark, binding.name);
  const visit = function* (value: Value, name: string | undefined, when: readonly Branch[], depth: number): Iterable<Found> {
    if (depth > 20) return;
    const found = read(value, name, when, roots, module, context);
    if (found) yield found;
    switch (value.kind) {
      case 'object':
        for (const entry of value.entries) yield* visit(entry.value, entry.key ?? name, when, depth + 1);
        return;
      case 'array': for (const item of value.items) yield* visit(item.value, name, when, depth + 1); return;
      case 'call':
        if (calls.has(value)) return;
        calls.add(value);
        for (const item of value.args) yield* visit(item.value, undefined, when, depth + 1);
        if (value.receiver) yield* visit(value.receiver, undefined, when, depth + 1);
        return;
      case 'logic':
        if (!found) yield* visit(value.left, name, when, depth + 1);
        yield* visit(value.right, name, value.op === '&&' ? [...when, { test: value.left, holds: true, early: false, at: value.left.at }] : when, depth + 1);
        return;
      case 'choice':
        yield* visit(value.then, name, [...when, { test: value.test, holds: true, early: false, at: value.test.at }], depth + 1);
        yield* visit(value.else, name, [...when, { test: value.test, holds: false, early: false, at: value.test.at }], depth + 1);
        return;
      default:
    }
  };
  // Calls of a module know the branches they stand in: their arguments are looked at through the steps, not through what holds them.
  for (const fn of [module.top, ...module.functions.values()])
    for (const step of fn.steps) {
      if (step.do === 'call') for (const { value } of step.call.args) yield* entriesOf(value, step.when, (one, key, branches) => visit(one, key, branches, 1));
      if (step.do === 'assign') {
        yield* visit(step.value, step.target.path.at(-1) ?? step.target.text, step.when, 0);
        const set = step.target.root.kind === 'env' ? step.target.root.name : undefined;
        const test = step.when.find((branch) => set !== undefined && unsetTest(branch) === set);
        if (set !== undefined && test) yield { variable: set, names: [set], fallback: step.value, when: step.when, repair: { how: 'refuse', why: 'The line that sets the default is the author\'s to take out or to put under a test of NODE_ENV.' } };
      } else if (step.do === 'return' && step.value) yield* visit(step.value, fn.name.slice(fn.name.lastIndexOf('.') + 1), step.when, 0);
      if (step.do === 'call') {
        const found = asked(step.call, undefined, step.when, module, context);
        if (found) yield found;
      }
    }
  for (const binding of module.bindings) yield* visit(binding.value, binding.name, [], 0);
  for (const view of module.classes.values()) for (const field of view.fields) yield* visit(field.value, field.name, [], 0);
  for (const one of module.exports) yield* visit(one.value, one.name, [], 0);
}
function* entriesOf(value: Value, when: readonly Branch[], visit: (value: Value, key: string | undefined, when: readonly Branch[]) => Iterable<Found>): Iterable<Found> {
  if (value.kind === 'object') for (const entry of value.entries) yield* visit(entry.value, entry.key, when);
  else yield* visit(value, undefined, when);
}

function read(value: Value, name: string | undefined, when: readonly Branch[], roots: ReadonlyMap<number, string>, module: ModuleView, context: RuleContext): Found | undefined {
  const names = (variable: string): readonly string[] => [variable, ...(name === undefined ? [] : [name])];
  if (value.kind === 'logic' && value.op !== '&&') {
    const variable = variableIn(value.left, context, 0);
    if (variable === undefined) return undefined;
    const bound = roots.get(value.at.mark);
    const repair: Repair = value.op === 'default' ? { how: 'refuse', why: 'The variable is taken out of process.env together with others: the check for it goes where they are used.' } : { how: 'throw', whole: value.at, left: value.left.at, top: bound !== undefined, name: bound };
    return { variable, names: names(variable), fallback: value.right, when, repair };
  }
  if (value.kind === 'choice') {
    const unset = unsetTest({ test: value.test, holds: true, early: false, at: value.test.at });
    const set = unsetTest({ test: value.test, holds: false, early: false, at: value.test.at });
    const variable = unset ?? set;
    if (variable === undefined) return undefined;
    const [fallback, kept] = unset === undefined ? [value.else, value.then] : [value.then, value.else];
    const bound = roots.get(value.at.mark);
    return { variable, names: names(variable), fallback, when, repair: { how: 'throw', whole: value.at, left: kept.at, top: bound !== undefined, name: bound } };
  }
  return value.kind === 'call' && name !== undefined ? declared(value, name, when, context) : value.kind === 'object' ? convict(value, name, when, context) : undefined;
}
/** The environment variable a value is: through names, casts and `.trim()`, the first of several. */
function variableIn(value: Value, context: RuleContext, depth: number): string | undefined {
  if (depth > 4) return undefined;
  if (value.kind === 'logic' && value.op !== '&&') return variableIn(value.left, context, depth + 1);
  if (value.kind === 'call') {
    if (value.receiver && /^(trim|toString)$/.test(value.name)) return variableIn(value.receiver, context, depth + 1);
    const first = value.args[0] && context.constant(value.args[0].value)?.value;
    return value.args.length === 1 && typeof first === 'string' && isStore(value) ? first : undefined;
  }
  if (value.kind !== 'ref') return undefined;
  if (value.root.kind === 'env') return value.path.length === 0 ? value.root.name : undefined;
  const end = context.resolve(value).value;
  return end.kind === 'ref' && end.root.kind === 'env' && end.path.length === 0 ? end.root.name : undefined;
}
/** The variable a test finds unset, where the branch holds: `!process.env.A`, `process.env.A === undefined`. */
function unsetTest({ test, holds }: Branch): string | undefined {
  if (test.kind === 'not') return unsetTest({ test: test.of, holds: !holds, early: false, at: test.at });
  if (test.kind === 'ref') return !holds && test.root.kind === 'env' && test.path.length === 0 ? test.root.name : undefined;
  if (test.kind !== 'compare' || test.left.kind !== 'ref' || test.left.root.kind !== 'env' || test.right.kind !== 'literal') return undefined;
  const isEqual = test.op === '===' || test.op === '==';
  return (test.right.value === undefined || test.right.value === null || test.right.value === '') && isEqual === holds ? test.left.root.name : undefined;
}
function isStore(call: Call): boolean {
  if (!GETS.test(call.name)) return false;
  const receiver = call.receiver;
  if (!receiver) return !/^get$/i.test(call.name);
  return receiver.kind === 'ref' && (STORE.test(receiver.path.at(-1) ?? receiver.text) || (receiver.root.kind === 'import' && /^(config|nconf|env-var|@nestjs\/config)$/.test(receiver.root.from)));
}
/** `config.get('jwt.secret', 'x')`, `env('A', 'x')`. */
function asked(call: Call, name: string | undefined, when: readonly Branch[], module: ModuleView, context: RuleContext): Found | undefined {
  const [first, second] = call.args;
  const key = first && context.constant(first.value)?.value;
  if (typeof key !== 'string' || !second || !isStore(call)) return undefined;
  const without: Change = { do: 'remove', at: second.at, as: 'argument' };
  const isNest = call.name === 'get' && module.imports.some((one) => one.from === '@nestjs/config');
  const repair: Repair = isNest
    ? { how: 'changes', title: 'Fail when unset', changes: [{ do: 'replace', at: call.nameAt, code: ['getOrThrow'] }, without] }
    : call.receiver?.kind === 'ref' && call.receiver.root.kind === 'import' && call.receiver.root.from === 'config'
      ? { how: 'changes', title: 'Take the default away', changes: [without] }
      : { how: 'refuse', why: 'What this call does without a default is not known here.' };
  return { variable: key, names: name === undefined ? [key] : [key, name], fallback: second.value, when, repair };
}
/** `JWT_SECRET: z.string().default('x')` of zod and joi, `JWT_SECRET: str({ default: 'x' })` of envalid. */
function declared(call: Call, name: string, when: readonly Branch[], context: RuleContext): Found | undefined {
  let current: Value = call;
  for (let hops = 0; current.kind === 'call' && hops < 12; hops++) {
    const first = current.args[0]?.value;
    if (/^(default|catch|prefault)$/.test(current.name) && first && current.receiver && rootOf(current.receiver)) {
      const repair: Repair = /^(z|zod)\b/.test(rootOf(current.receiver)) && current.at.mark === call.at.mark
        ? { how: 'changes', title: 'Require the variable', changes: [{ do: 'replace', at: current.at, code: [{ copy: current.receiver.at }] }] }
        : { how: 'refuse', why: 'Without the default the schema has to say that the variable is required, in its own words.' };
      return { variable: name, names: [name], fallback: first, when, repair };
    }
    if (/^(str|makeValidator|string)$/.test(current.name) && /^envalid\./.test(current.callee)) {
      const given = context.option(first, 'default');
      return given.kind === 'value' ? { variable: name, names: [name], fallback: given.value, when, repair: { how: 'changes', title: 'Require the variable', changes: [{ do: 'remove', at: given.entry.at, as: 'entry' }] } } : undefined;
    }
    if (!current.receiver) return undefined;
    current = current.receiver;
  }
  return undefined;
}
/** The library a chain of schema calls begins with, '' for another one. */
function rootOf(value: Value): string {
  let current: Value = value;
  for (let hops = 0; current.kind === 'call' && hops < 12; hops++) {
    const found = /^(zod|@hapi\/joi|joi|yup|env-var|z|Joi|t|v)\./.exec(current.callee)?.[1];
    if (found !== undefined) return found;
    if (!current.receiver) return '';
    current = current.receiver;
  }
  return '';
}
/** convict: `{ default: 'x', env: 'JWT_SECRET' }`. */
function convict(value: Extract<Value, { kind: 'object' }>, name: string | undefined, when: readonly Branch[], context: RuleContext): Found | undefined {
  const [variable, fallback] = [value.entries.find((entry) => entry.key === 'env'), value.entries.find((entry) => entry.key === 'default')];
  const text = variable && context.constant(variable.value)?.value;
  if (typeof text !== 'string' || !fallback) return undefined;
  return { variable: text, names: name === undefined ? [text] : [text, name], fallback: fallback.value, when, repair: { how: 'refuse', why: 'convict wants a default: give it null and a format that refuses null.' } };
}

/** The program ends, or throws, in production where the variable is not set. */
function isRefused(module: ModuleView, variable: string, context: RuleContext): boolean {
  const speaksOf = (value: Value, depth: number): boolean => {
    if (depth > 8) return false;
    switch (value.kind) {
      case 'ref': return variableIn(value, context, 3) === variable || (value.root.kind === 'local' && speaksOf(behind(value, context), depth + 4));
      case 'not': return speaksOf(value.of, depth + 1);
      case 'logic':
      case 'compare': return speaksOf(value.left, depth + 1) || speaksOf(value.right, depth + 1);
      default: return false;
    }
  };
  return [module.top, ...module.functions.values()].some((fn) =>
    fn.steps.some((step) => (step.do === 'throw' || (step.do === 'call' && step.call.callee === 'process.exit')) && step.when.some((branch) => speaksOf(branch.test, 0))),
  );
}
function behind(value: Value, context: RuleContext): Value {
  const end = context.resolve(value).value;
  return end.kind === 'logic' ? end.left : end;
}
