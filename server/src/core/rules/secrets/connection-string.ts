import type { ModuleView } from '../../model/module.js';
import type { Call, Entry, ObjectValue, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import { fallbacksIn, givesOutsideProduction, unreachedDefaults } from '../facts/fallbacks.js';
import { urlsOf } from '../facts/hosts.js';
import { placeholder } from '../facts/secrets.js';
import { writtenTexts } from '../facts/texts.js';
import { rule, type Detection, type Fix, type RuleContext, type Severity } from '../rule.js';

interface Evidence {
  readonly host: string;
  /** What the environment replaces: the whole address, or the password. */
  readonly replace: { readonly at: At; readonly variable: string } | undefined;
}
const URL_WITH_PASSWORD =
  /\b(postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|mssql|sqlserver|ldaps?|smtps?|ftps?|sftp|https?|clickhouse|nats|cockroachdb):\/\/([^:/\s@'"`]{0,100}):([^@\s/'"`]{1,200})@([^\s/'"`:?,]{1,200})/g;
const LOCAL = /^(localhost|127\.0\.0\.1|\[?::1\]?|0\.0\.0\.0|host\.docker\.internal|db|database|postgres(ql)?|pg|redis|mongo(db)?|mysql|mariadb|rabbitmq|cache)$/i;
const WEAK: ReadonlySet<string> = new Set('password pass postgres root secret admin test example user mysql mongo redis guest rabbitmq dev 123456 changeme'.split(' '));
/** Calls that connect: pg, mysql, mysql2, mariadb, mongoose, typeorm, sequelize, knex, redis, ioredis, nodemailer, mssql, amqplib, ldapjs. */
const CONNECTS =
  /(^|\.)(createPool|createConnection|Pool|Client|Sequelize|connect|forRoot|forRootAsync|DataSource|knex|createTransport|createClient|Redis|createPoolCluster|postgres|ConnectionPool|defineConfig|drizzle|MikroORM\.init|init)$/;
const VARIABLES: readonly (readonly [RegExp, string])[] = [[/^mongodb/, 'MONGODB_URI'], [/^redis/, 'REDIS_URL'], [/^amqp/, 'AMQP_URL'], [/^smtp/, 'SMTP_URL'], [/^ldap/, 'LDAP_URL'], [/^(https?|s?ftps?)$/, 'SERVICE_URL']];

export default rule<'module', Evidence>({
  meta: {
    id: 'secrets/connection-string',
    title: 'Database password is in the URL',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [798, 259],
    severity: 'error',
    confidence: 'medium',
    topics: ['secret'],
    since: '0.1.0',
    whenNotToUse: 'The database holds nothing and runs on the same machine only.',
    references: ['https://cwe.mitre.org/data/definitions/259.html'],
  },
  on: 'module',
  words: ['://', 'password', 'pass', 'pwd'],
  *detect(module, context) {
    const apart = developmentValues(module);
    const defaults = new Set(fallbacksIn(module, context).map(({ fallback }) => fallback.at.mark));
    const unreached = unreachedDefaults(module, context);
    for (const { value, call, when } of writtenTexts(module, context))
      for (const found of inUrl(value, context)) {
        const isOfDevelopment = apart.has(value.at.mark) || unreached.has(value.at.mark) || (call !== undefined && givesOutsideProduction(call, context));
        if (isOfDevelopment && isLocal(found.evidence.host)) continue;
        // Who deploys sets the variable: what stands here is the account every checkout has.
        yield { ...found, ...(found.severity === 'info' && defaults.has(value.at.mark) ? { severity: 'hint' as const } : {}), when };
      }
    const seen = new Set<number>();
    for (const { object, call, when } of settingsIn(module, context)) {
      const found = seen.has(object.at.mark) ? undefined : inSettings(object, call, context);
      seen.add(object.at.mark);
      if (found && !(apart.has(object.at.mark) && isLocal(found.evidence.host))) yield { ...found, when };
    }
  },
  explain: ({ host }) => ({
    message: `The password for ${host} is part of the source. Load the connection string from the environment and rotate the password.`,
    why: 'Everyone with the repository can log in to the store behind the API, past every check the API makes.',
    remedy: 'Read it from the environment or a secret store, and change the password: the old one stays in the history.',
  }),
  *fix({ evidence: { replace } }): Iterable<Fix> {
    if (!replace) return;
    yield {
      title: `Read ${replace.variable} from the environment`,
      safety: 'review',
      changes: [{ do: 'replace', at: replace.at, code: [`process.env.${replace.variable}`] }, { do: 'require-env', path: replace.at.path, name: replace.variable }],
    };
  },
  examples: [
    {
      title: 'a password in the address of a database',
      bad: `
        import mongoose from 'mongoose';
        mongoose.connect('mongodb+srv://api:Tr0ub4dor@cluster0.example.net/app');
        //                                  ^^^^^^^^^ secrets/connection-string "The password for cluster0.example.net"
      `,
      fixed: `
        import mongoose from 'mongoose';
        if (!process.env.MONGODB_URI) throw new Error('MONGODB_URI is not set');
        mongoose.connect(process.env.MONGODB_URI);
      `,
    },
    {
      title: 'a password among the options',
      bad: `
        import { Pool } from 'pg';
        export const pool = new Pool({ host: 'db.example.com', user: 'api', password: 'S3rv1ce!' });
        //                                                                            ^^^^^^^^^^ secrets/connection-string "db.example.com"
      `,
      fixed: `
        import { Pool } from 'pg';
        if (!process.env.DB_PASSWORD) throw new Error('DB_PASSWORD is not set');
        export const pool = new Pool({ host: 'db.example.com', user: 'api', password: process.env.DB_PASSWORD });
      `,
    },
    {
      title: 'options through a constant, positions, a mail server',
      bad: `
        import { Sequelize } from 'sequelize';
        import nodemailer from 'nodemailer';
        import { TypeOrmModule } from '@nestjs/typeorm';
        const PASSWORD = 'orm-S3rv1ce';
        //               ^^^^^^^^^^^^^ secrets/connection-string
        export const orm = TypeOrmModule.forRoot({ type: 'postgres', host: 'db.internal', username: 'api', password: PASSWORD });
        export const db = new Sequelize('shop', 'api', 'S3rv1ce!', { host: 'db.internal', dialect: 'mysql' });
        //                                             ^^^^^^^^^^ secrets/connection-string "db.internal"
        export const mail = nodemailer.createTransport({ host: 'smtp.example.com', auth: { user: 'api', pass: 'ma1l-pw' } });
        //                                                                                                    ^^^^^^^^^ secrets/connection-string "smtp.example.com"
      `,
    },
    {
      title: 'a configuration that another tool reads, a template',
      bad: `
        module.exports = { client: 'pg', connection: { host: 'db.example.com', user: 'api', password: 'S3rv1ce!' } };
        //                                                                                            ^^^^^^^^^^ secrets/connection-string
        const name = process.env.DB_NAME;
        module.exports.url = \`postgres://api:S3rv1ce!@db.example.com/\${name}\`;
        //                                   ^^^^^^^^ secrets/connection-string
      `,
    },
    {
      title: 'a fallback, and a database on this machine',
      bad: `
        export const url = process.env.DATABASE_URL || 'postgres://api:Tr0ub4dor@db.example.com/app';
        //                                                             ^^^^^^^^^ secrets/connection-string
        export const local = 'postgres://postgres:postgres@localhost:5432/app';
        //                                        ^^^^^^^^ secrets/connection-string "localhost"
      `,
    },
    {
      title: 'stores without users, a queue by its parts, a login of Kafka, a login beside an address',
      bad: `
        const Redis = require('ioredis');
        const amqp = require('amqplib');
        const mongoose = require('mongoose');
        const { createClient } = require('redis');
        const { Kafka } = require('kafkajs');
        exports.cache = new Redis({ host: 'redis.corp-site.io', port: 6379, password: 'c4che-pw' });
        //                                                                            ^^^^^^^^^^ secrets/connection-string "redis.corp-site.io"
        exports.old = new Redis(6379, 'redis.corp-site.io', { password: 'c4che-pw' });
        //                                                              ^^^^^^^^^^ secrets/connection-string "redis.corp-site.io"
        exports.client = createClient({ socket: { host: 'redis.corp-site.io', port: 6379 }, password: 'c4che-pw' });
        //                                                                                            ^^^^^^^^^^ secrets/connection-string
        exports.kafka = new Kafka({ brokers: ['kafka.corp-site.io:9093'], ssl: true, sasl: { mechanism: 'plain', username: 'svc', password: 'k4fka-pw' } });
        //                                                                                                                                  ^^^^^^^^^^ secrets/connection-string
        exports.queue = () => amqp.connect({ protocol: 'amqps', hostname: 'mq.corp-site.io', username: 'svc', password: 'r4bbit-pw' });
        //                                                                                                              ^^^^^^^^^^^ secrets/connection-string "mq.corp-site.io"
        exports.open = () => mongoose.connect('mongodb://mongo.corp-site.io/shop', { user: 'app', pass: 'm0ngo-pw' });
        //                                                                                              ^^^^^^^^^^ secrets/connection-string "mongo.corp-site.io"
        exports.url = process.env.REDIS_URL ?? 'redis://:hunter2pass@cache.payhub.example:6379';
        //                                               ^^^^^^^^^^^ secrets/connection-string "cache.payhub.example"
      `,
    },
    { title: 'from the environment', good: `import { Pool } from 'pg'; new Pool({ connectionString: process.env.DATABASE_URL }); new Pool({ host: 'db', user: 'api', password: process.env.DB_PASSWORD });` },
    { title: 'an address in a help text', good: `export const help = 'postgres://<user>:<password>@host/db', usage = 'mongodb://user:***@host/db', form = 'redis://:password@host:port', doc = 'mysql://USER:PASSWORD@HOST/db';` },
    { title: 'put together from the environment', good: 'export const url = `postgres://${process.env.DB_USER}:${process.env.DB_PASSWORD}@${process.env.DB_HOST}/app`; export const partly = `amqp://api:${secret}@queue`;' },
    { title: 'no password', good: `import mysql from 'mysql2'; mysql.createPool({ host: 'localhost', user: 'root', password: '' }); export const url = 'https://example.com:8443/@team', redis = 'redis://localhost:6379';` },
    { title: 'in development only', good: `const url = process.env.NODE_ENV === 'production' ? process.env.DATABASE_URL : 'postgres://api:Tr0ub4dor@localhost/app'; connect(url);` },
    {
      title: 'a database on this machine in the part for development',
      good: `
        //- knexfile.js
        module.exports = {
          development: { client: 'pg', connection: 'postgres://app:app@localhost:5432/app' },
          test: { client: 'mysql2', connection: { host: '127.0.0.1', user: 'root', password: 'root-pw', database: 'app' } },
          production: { client: 'pg', connection: process.env.DATABASE_URL },
        };
        //- database.ts
        export const settings = { dev: { url: process.env.DEV_DB ?? 'mysql://shop:shop@localhost/shop' }, production: { url: process.env.DB } };
      `,
    },
    {
      title: 'a default for this machine that production never gets',
      good: `
        //- config.js
        const isProd = process.env.NODE_ENV === 'production';
        function must(name, devValue) {
          const v = process.env[name];
          if (v) return v;
          if (isProd) throw new Error(\`\${name} is not set\`);
          return devValue;
        }
        module.exports = { databaseUrl: must('DATABASE_URL', 'postgres://clinic:clinic@localhost:5432/clinic') };
        //- settings.ts
        if (process.env.NODE_ENV === 'production' && !process.env.DATABASE_URL) throw new Error('DATABASE_URL');
        export const settings = { db: process.env.DATABASE_URL ?? 'postgres://quiz:quiz@localhost/quiz' };
        //- store.ts
        import { need } from './need';
        export const url = need('AMQP_URL', 'amqp://guest:guest@127.0.0.1:5672');
        //- need.ts
        export const need = (name: string, otherwise: string) => {
          if (!process.env[name] && process.env.NODE_ENV === 'production') throw new Error(name);
          return process.env[name] ?? otherwise;
        };
      `,
    },
    {
      title: 'a default that production may get, and one for a server elsewhere',
      bad: `
        function must(name, devValue) {
          if (process.env[name]) return process.env[name];
          if (process.env.NODE_ENV === 'production') throw new Error(name);
          return devValue;
        }
        const given = (name, other) => process.env[name] ?? other;
        export const queue = must('AMQP_URL', 'amqps://svc:r4bbit-pw@mq.corp-site.io/app');
        //                                                 ^^^^^^^^^ secrets/connection-string "mq.corp-site.io"
        export const store = given('STORE_URL', 'postgres://api:Tr0ub4dor@localhost/app');
        //                                                      ^^^^^^^^^ secrets/connection-string "localhost"
      `,
    },
    {
      title: 'a server elsewhere in the part for development, and this machine in the part for production',
      bad: `
        module.exports = {
          development: { client: 'pg', connection: 'postgres://api:Tr0ub4dor@db.corp-site.io/app' },
          //                                                       ^^^^^^^^^ secrets/connection-string "db.corp-site.io"
          production: { client: 'pg', connection: 'postgres://api:Tr0ub4dor@localhost/app' },
          //                                                      ^^^^^^^^^ secrets/connection-string "localhost"
        };
      `,
    },
    {
      title: 'a form, a schema, a text',
      good: `
        export const form = { host: 'Host', user: 'User name', password: 'Password' }, rules = { host: 'string', user: 'string', password: 'string' }, errors = { user: 'No user', password: 'Enter a password' };
      `,
    },
    {
      title: 'where crash reports are sent to, of the old form',
      bad: `
        const raven = require('raven');
        raven.config('https://58f16d6f010d4c77900bb1de9c02185f:84b7432f56674fbc8522bc84cc7b30f4@app.getsentry.com/12434').install();
        //                                                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ secrets/connection-string
      `,
    },
  ],
});

type Found = Omit<Detection<Evidence>, 'when'>;
const DEVELOPMENT = /^(development|develop|dev|test|testing|local|ci)$/i;
/** Marks of what stands below the key of an environment that serves nobody: `{ development: { connection } }`. */
function developmentValues(module: ModuleView): ReadonlySet<number> {
  const found = new Set<number>();
  const visit = (value: Value, below: boolean, depth: number): void => {
    if (depth > 8) return;
    if (below) found.add(value.at.mark);
    if (value.kind === 'object') for (const entry of value.entries) visit(entry.value, below || (entry.key !== undefined && DEVELOPMENT.test(entry.key)), depth + 1);
    else if (value.kind === 'array') for (const item of value.items) visit(item.value, below, depth + 1);
    else if (value.kind === 'logic' || value.kind === 'compare') {
      visit(value.left, below, depth + 1);
      visit(value.right, below, depth + 1);
    } else if (value.kind === 'call') for (const item of value.args) visit(item.value, below, depth + 1);
  };
  for (const { value } of [...module.bindings, ...module.exports]) visit(value, false, 0);
  for (const fn of [module.top, ...module.functions.values()]) for (const step of fn.steps) if (step.do === 'assign' || step.do === 'return') {
    const named = step.do === 'assign' ? step.target.path.at(-1) : undefined;
    if (step.value) visit(step.value, named !== undefined && DEVELOPMENT.test(named), 0);
  }
  return found;
}
/** Passwords between the colon and the at sign of an address. */
function* inUrl(value: Value, context: RuleContext): Iterable<Found> {
  const source = context.textOf(value.at);
  if (!source.includes('://')) return;
  for (const match of source.matchAll(URL_WITH_PASSWORD)) {
    const [, scheme = '', user = '', password = '', host = ''] = match;
    const severity = severityOf(scheme, user, password, host);
    if (!severity) continue;
    const start = match.index + scheme.length + 3 + user.length + 1;
    const isWhole = value.kind === 'template' || (value.kind === 'literal' && value.folded !== true && match.index === 1);
    const variable = VARIABLES.find(([form]) => form.test(scheme))?.[1] ?? 'DATABASE_URL';
    const isFixed = isWhole && value.kind === 'literal' && match.index === 1;
    yield { at: context.within(value.at, start, start + password.length), subject: `${scheme} ${host}`, evidence: { host: shown(host), replace: isFixed ? { at: value.at, variable } : undefined }, severity, confidence: 'high' };
  }
}
function severityOf(scheme: string, user: string, password: string, host: string): Severity | undefined {
  const clean = password.replace(/^%3C.*%3E$/i, '<>');
  if (placeholder(clean) || /[${<[(]|^(pass(word)?|pwd|secret|token)$/i.test(clean) && !isLocal(host)) return undefined;
  if (/[<>{}$*]/.test(user + password + host) || /^(user(name)?|foo|bar|xxx)$/i.test(user) && /^(pass(word)?|pwd|bar|baz|xxx)$/i.test(password)) return undefined;
  if (/(^|\.)(invalid|test)$|^example$/i.test(host) || /^(host(name)?|server|domain|example\.com)$/i.test(host) || (/^https?$/.test(scheme) && user === '')) return undefined;
  // The address crash reports are sent to: programs that users hold carry it, and its old second half opens nothing else.
  if (/^https?$/.test(scheme) && /^[\da-f]{32}$/.test(user) && /^[\da-f]{32}$/.test(password) && /(^|\.)(get)?sentry\.io$|(^|\.)getsentry\.com$/i.test(host)) return 'info';
  if (isLocal(host)) return WEAK.has(password.toLowerCase()) || password === user ? 'info' : 'warning';
  return 'error';
}
function isLocal(host: string): boolean {
  return LOCAL.test(host);
}
function shown(host: string): string {
  return /^[\w.-]{1,100}$/.test(host) ? host : 'the server';
}

interface Settings {
  readonly object: ObjectValue;
  readonly call: Call | undefined;
  readonly when: NonNullable<Detection<Evidence>['when']>;
}
/** Objects that say where to connect: what connecting calls are given, and what a file exports or keeps. */
function* settingsIn(module: ModuleView, context: RuleContext): Iterable<Settings> {
  for (const fn of [module.top, ...module.functions.values()])
    for (const step of fn.steps)
      if (step.do === 'call') {
        for (const { value } of step.call.args) {
          const end = value.kind === 'ref' ? context.resolve(value).value : value;
          for (const object of objectsIn(end, 0)) yield { object, call: step.call, when: step.when };
        }
      } else if (step.value) for (const object of objectsIn(step.value, 0)) yield { object, call: undefined, when: step.when };
  for (const binding of module.bindings) for (const object of objectsIn(binding.value, 0)) yield { object, call: undefined, when: binding.when };
  for (const one of module.exports) for (const object of objectsIn(one.value, 0)) yield { object, call: undefined, when: [] };
}
function* objectsIn(value: Value, depth: number): Iterable<ObjectValue> {
  if (depth > 6) return;
  if (value.kind === 'object') {
    yield value;
    for (const entry of value.entries) yield* objectsIn(entry.value, depth + 1);
  } else if (value.kind === 'array') for (const item of value.items) yield* objectsIn(item.value, depth + 1);
  else if (value.kind === 'choice') {
    yield* objectsIn(value.then, depth + 1);
    yield* objectsIn(value.else, depth + 1);
  }
}
function inSettings(object: ObjectValue, call: Call | undefined, context: RuleContext): Found | undefined {
  const positional = call && /(^|\.)Sequelize$/.test(call.callee) ? sequelize(call, object, context) : undefined;
  if (positional) return positional;
  const [user, host] = [entryIn(object, /^(user|username|userName|login)$/), entryIn(object, /^(host|hostname|server|hosts|url)$/)];
  const auth = entryIn(object, /^auth$/)?.value;
  // Mail servers: the login stands one level below.
  const secret = entryIn(object, /^(password|pass|passwd|pwd)$/) ?? (auth?.kind === 'object' && entryIn(auth, /^user$/) ? entryIn(auth, /^pass$/) : undefined);
  // A login of Kafka names its mechanism; a store of keys and values has no users.
  const isSasl = entryIn(object, /^mechanism$/) !== undefined;
  const isStore = call !== undefined && /(^|\.)(ioredis|redis|bull|bullmq)(\.|$)|(^|\.)(Redis|Queue|Worker|BullModule\.forRoot\w*)$/.test(call.callee);
  const socket = entryIn(object, /^socket$/)?.value;
  const place = host ?? (socket?.kind === 'object' ? entryIn(socket, /^host$/) : undefined);
  if (secret && isStore && !user && call) return asFound(secret.value, place ? textOf(place, context) : secondText(call, context), undefined, 'REDIS_PASSWORD', context);
  if (secret && user && isSasl) return asFound(secret.value, undefined, textOf(user, context), 'KAFKA_PASSWORD', context);
  const beside = call && !host && user && /^mongoose\.(connect|createConnection)$|(^|\.)MongoClient(\.connect)?$/.test(call.callee) ? hostOf(call.args[0]?.value, context) : undefined;
  if (secret && beside !== undefined) return asFound(secret.value, beside, user && textOf(user, context), 'MONGODB_PASSWORD', context);
  if (!secret || (!user && !auth) || !host) return undefined;
  const isNamed = (call !== undefined && CONNECTS.test(call.callee || call.name)) || entryIn(object, /^(database|dialect|port|client|type|db|ssl|auth)$/) !== undefined;
  const isConnection = isNamed || /\.[a-z]{2,}$|^\d{1,3}(\.\d{1,3}){3}$|:\d{2,5}$/.test(textOf(host, context) ?? '');
  const login = user ?? (auth?.kind === 'object' ? entryIn(auth, /^user$/) : undefined);
  return isConnection ? asFound(secret.value, textOf(host, context), login && textOf(login, context), call?.name === 'createTransport' ? 'SMTP_PASSWORD' : 'DB_PASSWORD', context) : undefined;
}
/** `new Redis(6379, 'cache.corp.net', options)`. */
function secondText(call: Call, context: RuleContext): string | undefined {
  const second = call.args[1]?.value;
  return second && constantText(second, context);
}
/** The host of an address, where that is known. */
function hostOf(address: Value | undefined, context: RuleContext): string | undefined {
  return address && urlsOf(address, context)[0]?.host;
}
/** `new Sequelize(database, user, password, options)`. */
function sequelize(call: Call, options: ObjectValue, context: RuleContext): Found | undefined {
  const [, user, password] = call.args;
  const host = entryIn(options, /^host$/);
  return user && password ? asFound(password.value, host && textOf(host, context), constantText(user.value, context), 'DB_PASSWORD', context) : undefined;
}
function asFound(value: Value, host: string | undefined, user: string | undefined, variable: string, context: RuleContext): Found | undefined {
  const end = value.kind === 'ref' ? context.resolve(value).value : value;
  const password = end.kind === 'literal' && typeof end.value === 'string' ? end.value : undefined;
  if (password === undefined || placeholder(password) || /\s|^(string|text|Password)$/.test(password) || (host !== undefined && /\s|^[A-Z][a-z]+$/.test(host))) return undefined;
  const at = end.at.path === value.at.path ? end.at : value.at;
  // Ethereal gives accounts to throw away, whose mails reach nobody.
  const severity = /@ethereal\.email$/i.test(user ?? '') ? 'info' : host !== undefined && isLocal(host) ? (WEAK.has(password.toLowerCase()) || password === user ? 'info' : 'warning') : 'error';
  return { at, subject: `password of ${host ?? 'a server'}`, evidence: { host: shown(host ?? ''), replace: { at: end.at, variable } }, severity, confidence: 'high' };
}
function entryIn(object: ObjectValue, key: RegExp): Entry | undefined {
  return object.entries.find((entry) => entry.key !== undefined && key.test(entry.key));
}
function textOf(entry: Entry, context: RuleContext): string | undefined {
  return constantText(entry.value, context);
}
function constantText(value: Value, context: RuleContext): string | undefined {
  const text = context.constant(value)?.value;
  return typeof text === 'string' ? text : undefined;
}
