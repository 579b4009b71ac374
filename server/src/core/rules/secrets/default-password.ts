import type { ModuleView } from '../../model/module.js';
import type { Call, Entry, FunctionId, ObjectValue, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import { constantTime } from '../facts/constant-time.js';
import { keyTexts } from '../facts/key-texts.js';
import { placeholder, weakPassword } from '../facts/secrets.js';
import { optionValue } from '../facts/options.js';
import { rule, type Detection, type FixAnswer, type RuleContext, type Severity } from '../rule.js';

interface Evidence {
  readonly user: string | undefined;
  /** The literal to replace; undefined: an empty one. */
  readonly literal: At | undefined;
  readonly variable: string;
  /** The comparison it stands in, and what it is compared with. */
  readonly compare?: { readonly whole: At; readonly op: string; readonly with: At };
}
type Found = Detection<Evidence>;
const PASSWORD = /^(password|pass|pwd|passwd|plainPassword|plaintextPassword|rawPassword)$/i;
const PERSON = /^(role|roles|isAdmin|is_admin|admin|username|userName|user_name|user|login|email|mail|name)$/;
const STORES = /^(create\w*|insert\w*|save\w*|upsert\w*|register\w*|signUp\w*|add\w*|bulkCreate|bulkInsert|seed\w*|findOrCreate|hash\w*|push|User|Admin|Account)$/;
const HASHES = /^(bcrypt|bcryptjs|bcrypt-nodejs|argon2|@node-rs\/(bcrypt|argon2)|scrypt-js|@phc\/\w+)\.(hash|hashSync)$|(^|\.)(hashPassword|encryptPassword|hashPasswordSync|generateHash)$/;
/** Hashed so that an unknown user takes as long as a known one. */
const DECOY = /dummy|fake|timing|decoy|placeholder|never|random/i;
const BASIC = /^(Basic) [A-Za-z0-9+/]{4,200}={0,2}$/;

export default rule<'module', Evidence>({
  meta: {
    id: 'secrets/default-password',
    title: 'Built-in login with a guessable password',
    owasp: ['API2:2019', 'API7:2019', 'API2:2023', 'API8:2023'],
    cwe: [1392, 259],
    severity: 'error',
    confidence: 'medium',
    topics: ['secret'],
    since: '0.1.0',
    alsoInTests: true,
    leansOn: ['express-basic-auth/any-password'],
    whenNotToUse: 'The account is made for a demonstration and holds nothing.',
    references: ['https://cwe.mitre.org/data/definitions/1392.html'],
  },
  on: 'module',
  words: ['pass', 'pwd', 'basic', 'hash', 'sequelize'],
  *detect(module, context) {
    const fileClass = context.fileClass(module.path);
    // Seeds run in production, too.
    if (fileClass !== 'source' && fileClass !== 'seed') return;
    const seen = new Set<string>();
    for (const found of [...logins(module, context), ...accounts(module, context)]) {
      const key = `${found.at.path} ${found.at.mark}`;
      if (seen.has(key)) continue;
      seen.add(key);
      yield fileClass === 'seed' ? { ...found, severity: 'warning' } : found;
    }
  },
  explain: ({ user }) => ({
    message: `${user === undefined ? 'This login' : `'${user}'`} gets a fixed password that anyone can guess or read here. Take it from the environment or force a change on first login.`,
    why: 'Built-in logins are the first thing that is tried, and few of them are ever changed.',
    remedy: 'Read the first password from the environment, or make a random one and show it once.',
  }),
  *fix({ evidence: { literal, variable, compare } }): Iterable<FixAnswer> {
    if (!literal) yield { refused: 'The login is written as one text, or in another file.' };
    else
      yield {
        title: `Read ${variable} from the environment`,
        safety: 'review',
        changes: [
          ...(compare ? constantTime(compare.whole, compare.op, [{ copy: compare.with }], [`process.env.${variable}`]) : [{ do: 'replace' as const, at: literal, code: [`process.env.${variable}`] }]),
          { do: 'require-env', path: literal.path, name: variable },
        ],
      };
  },
  examples: [
    { title: 'a connection of Sequelize', bad: "import { Sequelize } from 'sequelize';\nnew Sequelize('shop', 'root', 'root1234');\n//                            ^^^^^^^^^^ secrets/default-password" },
    {
      title: 'a password before the admin pages',
      bad: `
        import express from 'express';
        import basicAuth from 'express-basic-auth';
        const app = express();
        app.use('/admin', basicAuth({ users: { admin: 'supersecret' } }));
        //                                            ^^^^^^^^^^^^^ secrets/default-password "'admin' gets a fixed password"
      `,
      fixed: `
        import express from 'express';
        import basicAuth from 'express-basic-auth';
        if (!process.env.ADMIN_PASSWORD) throw new Error('ADMIN_PASSWORD is not set');
        const app = express();
        app.use('/admin', basicAuth({ users: { admin: process.env.ADMIN_PASSWORD } }));
      `,
    },
    {
      title: 'a first account',
      bad: `
        import bcrypt from 'bcrypt';
        await User.create({ email: 'root@x.io', password: await bcrypt.hash('admin123', 10), role: 'admin' });
        //                                                                  ^^^^^^^^^^ secrets/default-password
        await prisma.user.upsert({ where: { id: 1 }, create: { username: 'boss', password: 'changeme' }, update: {} });
        //                                                                                 ^^^^^^^^^^ secrets/default-password "'boss'"
      `,
      fixed: `
        import bcrypt from 'bcrypt';
        if (!process.env.ADMIN_PASSWORD) throw new Error('ADMIN_PASSWORD is not set');
        await User.create({ email: 'root@x.io', password: await bcrypt.hash(process.env.ADMIN_PASSWORD, 10), role: 'admin' });
        await prisma.user.upsert({ where: { id: 1 }, create: { username: 'boss', password: 'changeme' }, update: {} });
      `,
    },
    {
      title: 'Hono, hapi, Fastify, Koa',
      bad: `
        import { Hono } from 'hono';
        import { basicAuth } from 'hono/basic-auth';
        import koaBasic from 'koa-basic-auth';
        import Fastify from 'fastify';
        const app = new Hono();
        app.use('/ops/*', basicAuth({ username: 'ops', password: 'Ops-2024' }));
        //                                                       ^^^^^^^^^^ secrets/default-password "'ops'"
        koaBasic({ name: 'tobi', pass: 'ferret' });
        //                             ^^^^^^^^ secrets/default-password "'tobi'"
        Fastify().register(import('@fastify/basic-auth'), { validate: async (username, password) => { if (username !== 'bob' || password !== 'builder') throw new Error('no'); } });
        //                                                                                                                                   ^^^^^^^^^ secrets/default-password
        export function setUp(server) {
          server.auth.strategy('simple', 'basic', { validate: async (request, username, password) => ({ isValid: password === 'hapi-pw' }) });
          //                                                                                                                  ^^^^^^^^^ secrets/default-password
        }
      `,
    },
    {
      title: 'compared by hand',
      bad: `
        import express from 'express';
        import auth from 'basic-auth';
        const app = express();
        app.post('/login', (req, res) => {
          if (req.body.username === 'admin' && req.body.password === 'hunter2') return res.send('in');
          //                                                         ^^^^^^^^^ secrets/default-password
          res.sendStatus(401);
        });
        app.use((req, res, next) => {
          const user = auth(req);
          if (!user || user.pass !== 'ops-pass') return res.sendStatus(401);
          //                         ^^^^^^^^^^ secrets/default-password
          next();
        });
        app.use('/metrics', (req, res, next) => (req.headers.authorization === 'Basic YWRtaW46YWRtaW4=' ? next() : res.sendStatus(401)));
        //                                                                     ^^^^^^^^^^^^^^^^^^^^^^^^ secrets/default-password
      `,
    },
    {
      title: 'a strategy of passport, an authorizer',
      bad: `
        import basicAuth from 'express-basic-auth';
        import { Strategy } from 'passport-local';
        basicAuth({ authorizer: (user, pass) => basicAuth.safeCompare(user, 'me') && basicAuth.safeCompare(pass, 'me-too') });
        //                                                                                                       ^^^^^^^^ secrets/default-password
        new Strategy((username, password, done) => done(null, password === 'letmein' ? { username } : false));
        //                                                                 ^^^^^^^^^ secrets/default-password
      `,
    },
    {
      title: 'a list of first users, the owner of the database',
      bad: `
        import mysql from 'mysql2';
        const users = [{ email: 'ann@x.io', role: 'admin', password: '123456' }];
        //                                                           ^^^^^^^^ secrets/default-password "'ann@x.io'"
        await User.insertMany(users);
        mysql.createConnection({ host: 'db.example.com', user: 'root', password: '' });
        //                                                                       ^^ secrets/default-password "'root'"
      `,
    },
    {
      title: 'a seed',
      bad: `
        //- db/seeds/users.ts
        import { hash } from 'bcryptjs';
        export const seed = async (knex) => knex('users').insert({ email: 'a@x.io', role: 'admin', password: await hash('welcome1', 10) });
        //                                                                                                              ^^^^^^^^^^ secrets/default-password
      `,
    },
    { title: 'from the environment', good: `import basicAuth from 'express-basic-auth'; app.use('/admin', basicAuth({ users: { admin: process.env.ADMIN_PASSWORD } })); app.use(basicAuth({ users: { [process.env.U]: process.env.P } }));` },
    { title: 'a list of passwords that are refused', good: `const WEAK = ['admin123', 'password']; const messages = { password: 'password', email: 'email' }; export const isWeak = (p) => WEAK.includes(p);` },
    {
      title: 'a form, a schema, a sample of a document',
      good: `
        export const user = { email: { type: 'string' }, password: { type: 'string', example: 'secret' } }; form.create({ email: 'Email', password: 'Password' });
        validate({ username: 'required', password: 'required' });
      `,
    },
    { title: 'a decoy for users that are not there', good: `import bcrypt from 'bcrypt'; const DUMMY_HASH = bcrypt.hashSync('dummy', 10); export const same = (a) => bcrypt.compare(a, DUMMY_HASH);` },
    {
      title: 'what the user wrote',
      good: `
        import bcrypt from 'bcrypt';
        app.post('/users', async (req, res) => { if (req.body.password === '') return res.sendStatus(400);
        if (req.body.password === req.body.confirm) await User.create({ email: req.body.email, password: await bcrypt.hash(req.body.password, 10) }); });
      `,
    },
    { title: 'in development only', good: `import bcrypt from 'bcrypt'; if (process.env.NODE_ENV !== 'production') { await User.create({ email: 'dev@x.io', password: await bcrypt.hash('admin123', 10), role: 'admin' }); }` },
  ],
});

function found(value: Value, user: string | undefined, subject: string, module: ModuleView, context: RuleContext, more: Partial<Found>): readonly Found[] {
  return keyTexts(value, context)
    .filter((text) => !text.fallback && text.value !== '' && !placeholder(text.value))
    .flatMap((text) => {
      const at = text.at.path === module.path ? text.at : text.via;
      const literal = text.at;
      return at ? [{ at, subject, evidence: { user, literal, variable: variableOf(user) }, ...more, when: [...(more.when ?? []), ...text.when] }] : [];
    });
}
function variableOf(user: string | undefined): string {
  const name = user?.replace(/@.*$/, '').replace(/[^A-Za-z0-9]+/g, '_').toUpperCase() ?? '';
  return /^[A-Z][A-Z0-9_]{1,30}$/.test(name) && !/^(ROOT|USER|TEST)$/.test(name) ? `${name}_PASSWORD` : 'ADMIN_PASSWORD';
}

/** Logins that a library or a comparison lets in. */
function* logins(module: ModuleView, context: RuleContext): Iterable<Found> {
  for (const fn of [module.top, ...module.functions.values()])
    for (const step of fn.steps) {
      if (step.do === 'call') {
        const when = step.when;
        yield* byOptions(step.call, module, context).map((one) => ({ ...one, when: [...when, ...(one.when ?? [])] }));
        for (const checker of checkers(step.call, context)) yield* compared(checker.fn, checker.index, module, context);
      }
    }
  for (const fn of [module.top, ...module.functions.values()]) yield* byHand(fn.id, module, context);
}
/** express-basic-auth 1, hono 4, koa-basic-auth 4. */
function byOptions({ callee, args }: Call, module: ModuleView, context: RuleContext): readonly Found[] {
  const options = args[0]?.value;
  if (!options) return [];
  if (callee === 'express-basic-auth') {
    const users = context.option(options, 'users');
    const object = users.kind === 'value' ? users.resolved.value : undefined;
    return object?.kind === 'object' ? object.entries.filter(({ form }) => form !== 'spread').flatMap((entry) => found(entry.value, entry.key, `user ${entry.key ?? ''}`, module, context, { confidence: 'high' })) : [];
  }
  const keys: readonly [string, string] | undefined = callee === 'hono/basic-auth.basicAuth' ? ['username', 'password'] : callee === 'koa-basic-auth' ? ['name', 'pass'] : undefined;
  if (!keys) return [];
  const [user, password] = keys.map((key) => context.option(options, key));
  const name = user?.kind === 'value' ? context.constant(user.value)?.value : undefined;
  return password?.kind === 'value' ? found(password.value, typeof name === 'string' ? name : undefined, `user ${String(name)}`, module, context, { confidence: 'high' }) : [];
}
/** Functions that are handed a password to check, and its place among their parameters. */
function checkers(call: Call, context: RuleContext): readonly { readonly fn: FunctionId; readonly index: number }[] {
  const given = (value: Value | undefined, index: number): readonly { readonly fn: FunctionId; readonly index: number }[] => {
    const end = value && context.resolve(value).value;
    return end?.kind === 'function' ? [{ fn: end.fn, index }] : [];
  };
  const first = call.args[0]?.value;
  if (call.callee === 'express-basic-auth') return given(optionValue(first, 'authorizer', context), 1);
  if (/^passport-(local|http)\.(Strategy|BasicStrategy)$/.test(call.callee)) return call.args.flatMap((arg) => given(arg.value, 1));
  if (call.callee === 'hono/basic-auth.basicAuth') return given(optionValue(first, 'verifyUser', context), 1);
  const scheme = call.callee.endsWith('.auth.strategy') && call.args[1] ? context.constant(call.args[1].value)?.value : undefined;
  if (scheme === 'basic') return given(optionValue(call.args[2]?.value, 'validate', context), 2);
  const plugin = call.name === 'register' && first ? context.resolve(first).value : undefined;
  return plugin?.kind === 'ref' && plugin.root.kind === 'import' && /^(@fastify|fastify-)\/?basic-auth$/.test(plugin.root.from) ? given(optionValue(call.args[1]?.value, 'validate', context), 1) : [];
}
/** Comparisons with a parameter: `password === 'x'`, `safeCompare(password, 'x')`. */
function* compared(id: FunctionId, index: number, module: ModuleView, context: RuleContext): Iterable<Found> {
  const fn = context.body(id);
  if (!fn || !id.startsWith(`${module.path}#`)) return;
  const isParameter = (value: Value): boolean => value.kind === 'ref' && value.root.kind === 'parameter' && value.root.fn === id && value.root.index === index && value.path.length === 0;
  for (const { whole, left, right } of comparisonsIn(id, context)) {
    const other = isParameter(left) ? right : isParameter(right) ? left : undefined;
    if (other) yield* inComparison(found(other, undefined, 'compared password', module, context, { confidence: 'high' }), whole, other, other === left ? right : left);
  }
}
/** A password that is written in the comparison itself is compared in constant time once it is a secret. */
function inComparison(all: readonly Found[], whole: Comparison['whole'], literal: Value, other: Value): readonly Found[] {
  return all.map((one) => (whole && one.evidence.literal === literal.at ? { ...one, evidence: { ...one.evidence, compare: { whole: whole.at, op: whole.op, with: other.at } } } : one));
}
/** Comparisons with what a request brought: its password, the parts of its basic login, the whole header. */
function* byHand(id: FunctionId, module: ModuleView, context: RuleContext): Iterable<Found> {
  const isPassword = (value: Value): boolean => {
    const field = context.request(value);
    if (field?.from === 'body' && field.key !== undefined && PASSWORD.test(field.key)) return true;
    if (value.kind !== 'ref' || value.path.at(-1) !== 'pass') return false;
    const holder = value.root.kind === 'value' ? value.root.of : value.root.kind === 'local' ? module.bindings[value.root.binding]?.value : undefined;
    return holder?.kind === 'call' && /^basic-auth(\.parse)?$/.test(holder.callee);
  };
  for (const { whole, left, right, when } of comparisonsIn(id, context)) {
    for (const [one, other] of [[left, right], [right, left]] as const) {
      if (isPassword(one)) yield* inComparison(found(other, undefined, 'compared password', module, context, { confidence: 'high', when }), whole, other, one);
      const text = other.kind === 'literal' && typeof other.value === 'string' ? other.value : '';
      const field = BASIC.test(text) ? context.request(one) : undefined;
      if (field?.from === 'header') yield { at: other.at, subject: 'basic header', evidence: { user: undefined, literal: undefined, variable: '' }, confidence: 'high', when };
    }
  }
}
interface Comparison {
  readonly whole: { readonly at: At; readonly op: string } | undefined;
  readonly left: Value;
  readonly right: Value;
  readonly when: NonNullable<Found['when']>;
}
function comparisonsIn(id: FunctionId, context: RuleContext): readonly Comparison[] {
  const all: Comparison[] = [];
  const visit = (value: Value | undefined, when: Comparison['when'], depth: number): void => {
    if (!value || depth > 12) return;
    switch (value.kind) {
      case 'compare': if (/^[!=]==?$/.test(value.op)) all.push({ whole: value, left: value.left, right: value.right, when }); return;
      case 'not': visit(value.of, when, depth + 1); return;
      case 'logic':
        visit(value.left, when, depth + 1);
        visit(value.right, when, depth + 1);
        return;
      case 'choice':
        visit(value.test, when, depth + 1);
        visit(value.then, when, depth + 1);
        visit(value.else, when, depth + 1);
        return;
      case 'object': for (const entry of value.entries) visit(entry.value, when, depth + 1); return;
      case 'call':
        if (/^(safeCompare|timingSafeEqual|tsscmp|safeEqual)$/.test(value.name) && value.args[0] && value.args[1]) all.push({ whole: undefined, left: value.args[0].value, right: value.args[1].value, when });
        for (const arg of value.args) visit(arg.value, when, depth + 1);
        return;
      default:
    }
  };
  for (const step of context.body(id)?.steps ?? []) {
    step.when.forEach((branch, index) => { visit(branch.test, step.when.slice(0, index), 0); });
    if (step.do === 'call') visit(step.call, step.when, 0);
    else visit(step.value, step.when, 0);
  }
  return all;
}

/** Accounts that are made: objects with a person and a weak password, texts that are hashed, owners of databases. */
function* accounts(module: ModuleView, context: RuleContext): Iterable<Found> {
  for (const fn of [module.top, ...module.functions.values()])
    for (const step of fn.steps) {
      if (step.do !== 'call') continue;
      const { call, when } = step;
      const given = call.form === 'new' && /^sequelize(-typescript)?(\.(Sequelize|default))?$/.test(call.callee) ? call.args[2]?.value : undefined;
      if (given) yield* found(given, undefined, 'database password', module, context, { when }).filter(({ at }) => at.path === module.path);
      if (HASHES.test(call.callee) && call.args[0] && !DECOY.test(`${fn.name} ${context.textOf(call.at).slice(0, 200)}`))
        yield* found(call.args[0].value, undefined, 'hashed', module, context, { when }).filter(({ at }) => !DECOY.test(bindingOf(call, module) ?? '') && at.path === module.path);
      for (const { value } of call.args) {
        const end = value.kind === 'ref' ? context.resolve(value).value : value;
        for (const object of objectsIn(end, 0)) {
          if (STORES.test(call.name)) yield* person(object, module, context, when);
          yield* owner(object, context, module, when);
        }
      }
    }
}
function bindingOf(call: Call, module: ModuleView): string | undefined {
  return module.bindings.find((one) => one.value.at.mark === call.at.mark)?.name;
}
function person(object: ObjectValue, module: ModuleView, context: RuleContext, when: NonNullable<Found['when']>): readonly Found[] {
  const secret = object.entries.find((entry) => entry.key !== undefined && PASSWORD.test(entry.key));
  const name = object.entries.find((entry) => entry.key !== undefined && PERSON.test(entry.key));
  if (!secret || !name) return [];
  return found(secret.value, userIn(object, context), 'account', module, context, { when, confidence: 'high' }).filter(({ evidence }) => {
    const text = evidence.literal && textAt(secret, context);
    // Words of a form: the label of a field is its own name.
    return text !== undefined && weakPassword(text) && !isLabels(object, context);
  });
}
function textAt(entry: Entry, context: RuleContext): string | undefined {
  const text = context.constant(entry.value)?.value;
  return typeof text === 'string' ? text : undefined;
}
/** Texts of a form: `{ email: 'Email', password: 'Password' }`. */
function isLabels(object: ObjectValue, context: RuleContext): boolean {
  const labels = object.entries.filter((entry) => entry.key !== undefined && textAt(entry, context)?.toLowerCase() === entry.key.toLowerCase());
  return labels.length > 1 || labels.some((entry) => textAt(entry, context) !== textAt(entry, context)?.toLowerCase());
}
function userIn(object: ObjectValue, context: RuleContext): string | undefined {
  for (const key of ['username', 'userName', 'user', 'login', 'email', 'mail', 'name']) {
    const entry = object.entries.find((one) => one.key === key);
    const text = entry && textAt(entry, context);
    if (text !== undefined && /^[\w.@+-]{1,60}$/.test(text)) return text;
  }
  return undefined;
}
/** A database whose owner has no password, or the own name as one. */
function* owner(object: ObjectValue, context: RuleContext, module: ModuleView, when: NonNullable<Found['when']>): Iterable<Found> {
  const entry = (key: RegExp): Entry | undefined => object.entries.find((one) => one.key !== undefined && key.test(one.key));
  const [user, secret, host] = [entry(/^(user|username)$/), entry(/^(password|pass)$/), entry(/^(host|hostname|server)$/)];
  const name = user && textAt(user, context);
  const password = secret && textAt(secret, context);
  if (!secret || !host || name === undefined || password === undefined || !/^(root|sa|postgres|admin)$/.test(name) || (password !== '' && password !== name)) return;
  const place = textAt(host, context);
  const severity: Severity = place !== undefined && /^(localhost|127\.0\.0\.1|::1)$/.test(place) ? 'info' : 'error';
  if (secret.value.kind === 'literal' && secret.value.at.path === module.path)
    yield {
      at: secret.value.at, subject: `database user ${name}`,
      evidence: { user: name, literal: secret.value.at, variable: 'DB_PASSWORD' }, severity,
      confidence: 'high', when,
    };
}
function* objectsIn(value: Value, depth: number): Iterable<ObjectValue> {
  if (depth > 6) return;
  if (value.kind === 'object') {
    yield value;
    for (const entry of value.entries) yield* objectsIn(entry.value, depth + 1);
  } else if (value.kind === 'array') for (const item of value.items) yield* objectsIn(item.value, depth + 1);
}
