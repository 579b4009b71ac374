import type { Branch, ModuleView } from '../../model/module.js';
import type { Call, Entry, ObjectValue, Value } from '../../model/value.js';
import type { Change } from '../../findings/changes.js';
import { addressVariables, givenUrls } from '../facts/given-urls.js';
import { hostClass, urlsOf } from '../facts/hosts.js';
import { rule, type Detection, type FixAnswer, type RuleContext } from '../rule.js';
import type { At } from '../../text/source.js';

interface Evidence {
  readonly host: string;
  readonly title: string;
  readonly changes: readonly Change[];
  readonly refused: string;
}
type Found = Detection<Evidence>;
/** Calls that connect to a database, a queue, a directory or a mail server. */
const CONNECTS = new RegExp(
  '^(pg|pg-pool|pg-promise|postgres|mysql2?|mysql2/promise|promise-mysql|mariadb|mongoose|mongodb|ioredis|redis|mssql|tedious|amqplib|amqplib/callback_api|amqp-connection-manager|ldapjs|ldapts'
  + '|nodemailer|kafkajs|sequelize|sequelize-typescript|typeorm|knex|@mikro-orm/[\\w-]+|bull|bullmq|cassandra-driver|slonik|@nestjs/(typeorm|mongoose|sequelize|bull|bullmq|microservices)|@keyv/redis|connect-redis|rascal|stompit)(\\.|$)',
);
/** The scheme with TLS that takes the place of each; MongoDB takes it as an option. */
const BETTER: ReadonlyMap<string, string | undefined> = new Map([['redis', 'rediss'], ['amqp', 'amqps'], ['ldap', 'ldaps'], ['mongodb', undefined]]);
const OFF_KEYS = /^(ssl|tls|encrypt|useTLS|useSSL|sslEnabled|tlsEnabled)$/;
const OFF_IN_URL = /[?&](sslmode=disable|ssl=false|ssl=0|tls=false|encrypt=false|ignoreTLS=true)(?=&|$)/i;
const NO_SCHEME = 'MongoDB takes TLS as an option: add tls=true to the address once the server has a certificate.';
const DEEPEST = 5;
/** Drivers that connect without TLS unless they are told: pg 8, mysql 2 and mysql2 3, mariadb 3, ioredis 5, redis 4, bull 4, bullmq 5, amqplib 0.10, kafkajs 2. */
const PLAIN = /^(kafkajs|pg|pg-pool|mysql2?|mysql2\/promise|mariadb|ioredis|redis|bull|bullmq|amqplib|@nestjs\/bull(mq)?)(\.\w{1,20}){0,2}$/;
/** Options that decide on it, or that say where else to connect. */
const DECIDES = ['ssl', 'tls', 'connectionString', 'stream', 'uri', 'url', 'protocol', 'socketPath', 'path', 'sentinels', 'sshTunnel'];

export default rule<'module', Evidence>({
  meta: {
    id: 'tls/db-plain',
    title: 'Database connection is not encrypted',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [319],
    severity: 'warning',
    confidence: 'high',
    topics: ['tls'],
    since: '0.1.0',
    leansOn: ['pg/ssl-off'],
    whenNotToUse: 'A tunnel or a service mesh encrypts the way to this server, and nothing can reach it otherwise.',
    references: ['https://node-postgres.com/features/ssl', 'https://cwe.mitre.org/data/definitions/319.html'],
  },
  on: 'module',
  // The address may stand in another file: then a driver's name does here.
  words: ['pg', 'postgres', 'mysql', 'maria', 'mongo', 'redis', 'mssql', 'tedious', 'amqp', 'ldap', 'mailer', 'kafka', 'sequelize', 'typeorm', 'knex', 'orm', 'bull', 'cassandra', 'slonik', 'keyv', 'rascal', 'stompit'],
  *detect(module, context) {
    const seen = new Set<string>();
    for (const found of everything(module, context)) {
      const key = `${found.at.path} ${found.at.mark} ${found.at.part?.start ?? ''}`;
      if (!seen.has(key)) yield found;
      seen.add(key);
    }
  },
  explain: ({ host }) => ({
    message: `Queries and the password travel unencrypted to ${host}. Turn TLS on.`,
    why: 'Between the service and a server elsewhere lie networks that others share; the login and every record can be read and changed on the way.',
    remedy: 'Connect with TLS, and let the server refuse connections without it.',
  }),
  *fix({ evidence: { title, changes, refused } }): Iterable<FixAnswer> {
    yield changes.length > 0 ? { title, safety: 'review', changes } : { refused };
  },
  examples: [
    {
      title: 'TLS switched off for a server elsewhere',
      bad: `
        import { Pool } from 'pg';
        export const pool = new Pool({ host: 'db.eu.example-cloud.com', ssl: false });
        //                                                                   ^^^^^ tls/db-plain "unencrypted to db.eu.example-cloud.com"`,
      fixed: `
        import { Pool } from 'pg';
        export const pool = new Pool({ host: 'db.eu.example-cloud.com', ssl: true });`,
    },
    {
      title: 'a cache by its address',
      bad: `
        import { createClient } from 'redis';
        export const cache = createClient({ url: 'redis://cache.example-cloud.com:6379' });
        //                                        ^^^^^ tls/db-plain`,
      fixed: `
        import { createClient } from 'redis';
        export const cache = createClient({ url: 'rediss://cache.example-cloud.com:6379' });`,
    },
    {
      title: 'an address that says so',
      bad: `
        const mysql = require('mysql2');
        const { Client } = require('pg');
        mysql.createConnection('mysql://u@db.example-cloud.com/app?ssl=false');
        //                                                         ^^^^^^^^^ tls/db-plain
        new Client({ connectionString: 'postgres://db.example-cloud.com/app?sslmode=disable' });
        //                                                                  ^^^^^^^^^^^^^^^ tls/db-plain`,
    },
    {
      title: 'an address of PostgreSQL without TLS',
      bad: `
        import { Client } from 'pg';
        new Client('postgres://db.example-cloud.com/app?sslmode=disable');
        //                                              ^^^^^^^^^^^^^^^ tls/db-plain`,
      fixed: `
        import { Client } from 'pg';
        new Client('postgres://db.example-cloud.com/app?sslmode=verify-full');`,
    },
    {
      title: 'documents, and a queue in another file',
      bad: `
        //- settings.ts
        export const QUEUE = 'amqp://mq.example-cloud.com';
        //- app.ts
        import mongoose from 'mongoose';
        import amqp from 'amqplib';
        import { QUEUE } from './settings';
        await mongoose.connect('mongodb://mongo.example-cloud.com/app');
        //                      ^^^^^^^ tls/db-plain "mongo.example-cloud.com"
        await amqp.connect(QUEUE);
        //                 ^^^^^ tls/db-plain "mq.example-cloud.com"`,
    },
    {
      title: 'below another key, and a mail server',
      bad: `
        import { Sequelize } from 'sequelize';
        import nodemailer from 'nodemailer';
        new Sequelize('app', 'u', process.env.PW, { host: 'db.example-cloud.com', dialectOptions: { ssl: false } });
        //                                                                                               ^^^^^ tls/db-plain
        nodemailer.createTransport({ host: 'smtp.example-cloud.com', port: 587, secure: false, ignoreTLS: true });
        //                                                                                                ^^^^ tls/db-plain`,
    },
    {
      title: 'inside the network, where the policy asks for TLS',
      policy: { tls: { internalHosts: 'require' } },
      bad: `
        import Redis from 'ioredis';
        export const cache = new Redis('redis://cache:6379');
        //                              ^^^^^ tls/db-plain "cache"`,
      fixed: `
        import Redis from 'ioredis';
        export const cache = new Redis('rediss://cache:6379');`,
    },
    {
      title: 'nothing said to a driver that is plain then',
      bad: `
        import pg from 'pg';
        export const pool = new pg.Pool({ host: 'db.example-cloud.com', user: 'app' });
        //                                      ^^^^^^^^^^^^^^^^^^^^^^ tls/db-plain "db.example-cloud.com"`,
      fixed: `
        import pg from 'pg';
        export const pool = new pg.Pool({ host: 'db.example-cloud.com', user: 'app', ssl: true });`,
    },
    {
      title: 'caches and queues by their parts, which have no TLS by themselves',
      bad: `
        import Redis from 'ioredis';
        import { Queue } from 'bullmq';
        import mysql from 'mysql2/promise';
        export const cache = new Redis({ host: 'cache.payhub.example', port: 6379, password: process.env.REDIS_PASSWORD });
        //                                     ^^^^^^^^^^^^^^^^^^^^^^ tls/db-plain "cache.payhub.example"
        export const mails = new Queue('mail', { connection: { host: 'cache.example-cloud.com', port: 6379 } });
        //                                                           ^^^^^^^^^^^^^^^^^^^^^^^^^ tls/db-plain
        export const db = mysql.createPool({ host: 'db.example-cloud.com', user: 'shop', password: process.env.DB_PASSWORD });
        //                                         ^^^^^^^^^^^^^^^^^^^^^^ tls/db-plain`,
    },
    {
      title: 'an option behind the address of the environment',
      bad: `
        import { Pool } from 'pg';
        import mysql from 'mysql2/promise';
        const address = process.env.MYSQL_URL;
        export const db = new Pool({ connectionString: process.env.DATABASE_URL + '?sslmode=disable' });
        //                                                                          ^^^^^^^^^^^^^^^ tls/db-plain "to the server"
        export const other = mysql.createPool(\`\${address}?ssl=false\`);
        //                                                ^^^^^^^^^ tls/db-plain "to the server"
      `,
    },
    {
      title: 'addresses that an environment file and a manifest give to the variables of clients',
      bad: `
        //- config/production.env
        REDIS_URL=redis://cache.payhub.example:6379
        LDAP_URL=ldaps://dc1.payhub.example
        SMTP_URL=smtp://mail.payhub.example:25?ignoreTLS=true
        //- deploy/api.yaml
        apiVersion: v1
        kind: ConfigMap
        metadata: { name: api }
        data:
          BROKER_URL: amqp://mq.payhub.example:5672
          MONGO_URL: mongodb://mongo:27017/app
        //- cache.ts
        import { createClient } from 'redis';
        export const cache = createClient({ url: process.env.REDIS_URL });
        //                                       ^^^^^^^^^^^^^^^^^^^^^ tls/db-plain "cache.payhub.example"
        //- other.ts
        import amqp from 'amqplib';
        import ldap from 'ldapjs';
        import mongoose from 'mongoose';
        import nodemailer from 'nodemailer';
        export const mq = await amqp.connect(process.env.BROKER_URL);
        //                                   ^^^^^^^^^^^^^^^^^^^^^^ tls/db-plain "mq.payhub.example"
        export const mails = nodemailer.createTransport(process.env.SMTP_URL);
        //                                              ^^^^^^^^^^^^^^^^^^^^ tls/db-plain "mail.payhub.example"
        export const people = ldap.createClient({ url: process.env.LDAP_URL });
        await mongoose.connect(process.env.MONGO_URL);
      `,
      fixed: `
        //- config/production.env
        REDIS_URL=rediss://cache.payhub.example:6379
        LDAP_URL=ldaps://dc1.payhub.example
        SMTP_URL=smtp://mail.payhub.example:25?ignoreTLS=true
      `,
    },
    {
      title: 'brokers elsewhere, which get no TLS by themselves',
      bad: `
        import { Kafka } from 'kafkajs';
        export const kafka = new Kafka({ clientId: 'api', brokers: ['kafka-1.payhub.example:9092', 'kafka-2.payhub.example:9092'] });
        //                                                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ tls/db-plain "kafka-1.payhub.example"
      `,
    },
    { title: 'brokers of the own network, and with TLS', good: `
        import { Kafka } from 'kafkajs'; new Kafka({ brokers: ['kafka:9092'] }); new Kafka({ brokers: ['kafka-1.payhub.example:9093'], ssl: true });
        new Kafka({ brokers: process.env.BROKERS.split(','), ssl: false });` },
    { title: 'an address of a file for developers, and one with TLS as an option', good: `
        //- .env.development
        REDIS_URL=redis://cache.payhub.example:6379
        //- .env
        MONGO_URL=mongodb://mongo.payhub.example/app?tls=true
        QUEUE_URL=amqp://mq.payhub.example
        //- app.ts
        import Redis from 'ioredis'; import mongoose from 'mongoose'; import amqp from 'amqplib';
        new Redis(process.env.REDIS_URL); await mongoose.connect(process.env.MONGO_URL); console.log(process.env.QUEUE_URL);
        await amqp.connect(process.env.QUEUE_ADDRESS);` },
    { title: 'an option behind the address that asks for TLS', good: `import { Pool } from 'pg'; export const db = new Pool({ connectionString: process.env.DATABASE_URL + '?sslmode=verify-full' });` },
    { title: 'this machine and the own network', good: `
        import { Pool } from 'pg'; import { createClient } from 'redis'; new Pool({ host: 'localhost', ssl: false }); new Pool({ host: 'db', ssl: false });
        createClient({ url: 'redis://10.0.0.5' }); new Pool({ host: '/var/run/postgresql', ssl: false });` },
    { title: 'encrypted', good: `
        import { createClient } from 'redis'; import mongoose from 'mongoose'; createClient({ url: 'rediss://cache.example-cloud.com' });
        mongoose.connect('mongodb+srv://c.example-cloud.com/app'); mongoose.connect('mongodb://c.example-cloud.com/app?tls=true');
        mongoose.connect('mongodb://c.example-cloud.com/app', { tls: true });` },
    { title: 'a mail server that is asked for TLS later', good: `
        import nodemailer from 'nodemailer'; nodemailer.createTransport({ host: 'smtp.example-cloud.com', port: 587, secure: false });
        nodemailer.createTransport({ host: 'smtp.example-cloud.com', secure: false, requireTLS: true });` },
    { title: 'in development only', good: `
        import { Pool } from 'pg'; if (process.env.NODE_ENV !== 'production') new Pool({ host: 'db.example-cloud.com', ssl: false });
        new Pool({ host: 'db.example-cloud.com', ssl: process.env.NODE_ENV === 'production' });` },
    { title: 'a host or a switch nobody knows', good: `import { Pool } from 'pg'; new Pool({ host: process.env.DB_HOST, ssl: false }); export const make = (host, ssl) => new Pool({ host, ssl });` },
    { title: 'not a connection', good: `import Redis from 'ioredis'; export const help = 'redis://cache.example-cloud.com'; describe({ host: 'db.example-cloud.com', ssl: false }); new Redis({ host: 'cache.example-cloud.com', tls: {} });` },
  ],
});

function* everything(module: ModuleView, context: RuleContext): Iterable<Found> {
  for (const view of [module.top, ...module.functions.values()])
    for (const step of view.steps) {
      if (step.do !== 'call' || !CONNECTS.test(step.call.callee)) continue;
      for (const { value } of step.call.args) yield* search(value, step.call, step.when, context, 0);
    }
}
/** Addresses and options anywhere in what a connecting call is given. */
function* search(value: Value, call: Call, when: readonly Branch[], context: RuleContext, depth: number): Iterable<Found> {
  if (depth > DEEPEST) return;
  const end = value.kind === 'ref' ? context.resolve(value).value : value;
  if (end.kind === 'object') {
    yield* ofOptions(end, end, call, when, context, depth);
    for (const entry of end.entries) if (entry.form !== 'spread') yield* search(entry.value, call, when, context, depth + 1);
  } else if (end.kind === 'template') {
    yield* appended(end, value.at, call, when, context);
    yield* ofUrl(value, call, when, context);
  } else if (end.kind === 'array') for (const item of end.items) yield* search(item.value, call, when, context, depth + 1);
  else yield* ofUrl(value, call, when, context);
  if (end.kind !== 'object' && end.kind !== 'array') yield* ofGiven(value, call, when, context);
}
/** An address that a configuration file gives to the variable a client connects by. */
function* ofGiven(value: Value, call: Call, when: readonly Branch[], context: RuleContext): Iterable<Found> {
  for (const { name, at, when: inner } of addressVariables(value, context)) {
    if (at.path !== call.at.path) continue;
    for (const { scheme, host, rest, schemeAt } of givenUrls(context).get(name) ?? []) {
      const isOff = OFF_IN_URL.test(rest);
      if (!counts(host, context) || (!isOff && (!BETTER.has(scheme) || /[?&](tls|ssl)=true/i.test(rest) || call.args.some((item) => hasTls(item.value, context))))) continue;
      const better = isOff ? undefined : BETTER.get(scheme);
      yield {
        at, subject: `${call.name} ${name} ${host}`, when: [...when, ...inner], related: [{ at: schemeAt, label: `the address, given to ${name}` }],
        evidence: {
          host, title: `Use ${better ?? 'TLS'}`, changes: better === undefined ? [] : [{ do: 'replace', at: schemeAt, code: [better] }],
          refused: isOff ? 'How this driver is told to use TLS depends on its version.' : NO_SCHEME,
        },
      };
    }
  }
}
function counts(host: string, context: RuleContext): boolean {
  const where = hostClass(host);
  return where === 'remote' || (where === 'internal' && context.policy('tls').internalHosts === 'require');
}
/** An address of the environment, with an option behind it that switches TLS off. */
function* appended({ parts, at }: Extract<Value, { kind: 'template' }>, used: At, call: Call, when: readonly Branch[], context: RuleContext): Iterable<Found> {
  const [first, ...rest] = parts;
  const end = first === undefined || typeof first === 'string' ? undefined : context.resolve(first).value;
  const off = end?.kind === 'ref' && end.root.kind === 'env' ? OFF_IN_URL.exec(rest.filter((part) => typeof part === 'string').join(''))?.[1] : undefined;
  if (off === undefined) return;
  const from = context.textOf(at).indexOf(off);
  const own = at.path === call.at.path && from >= 0 ? context.within(at, from, from + off.length) : used;
  const changes: readonly Change[] = own !== used && /^sslmode=/i.test(off) ? [{ do: 'replace', at: own, code: ['sslmode=verify-full'] }] : [];
  yield { at: own, subject: `${call.name} appended`, when, evidence: { host: 'the server', title: 'Check the certificate of the server', changes, refused: 'How this driver is told to use TLS depends on its version.' } };
}
function* ofUrl(value: Value, call: Call, when: readonly Branch[], context: RuleContext): Iterable<Found> {
  for (const url of urlsOf(value, context)) {
    if (!counts(url.host, context)) continue;
    const found = { subject: `${call.name} ${url.host}`, when: [...when, ...url.when] };
    const off = OFF_IN_URL.exec(url.rest)?.[1];
    const whole = off === undefined ? undefined : literalOf(value, context);
    if (off !== undefined) {
      const from = whole ? context.textOf(whole).indexOf(off) : -1;
      const at = whole && from >= 0 ? context.within(whole, from, from + off.length) : undefined;
      const changes: readonly Change[] = at && /^sslmode=/i.test(off) ? [{ do: 'replace', at, code: ['sslmode=verify-full'] }] : [];
      yield { ...found, at: at && at.path === call.at.path ? at : url.at, evidence: { host: url.host, title: 'Check the certificate of the server', changes, refused: 'How this driver is told to use TLS depends on its version.' } };
      continue;
    }
    if (!BETTER.has(url.scheme) || /[?&](tls|ssl)=true/i.test(url.rest) || call.args.some((item) => hasTls(item.value, context))) continue;
    const better = BETTER.get(url.scheme);
    const changes: readonly Change[] = better === undefined ? [] : [{ do: 'replace', at: url.schemeAt, code: [better] }];
    yield { ...found, at: url.at, evidence: { host: url.host, title: `Use ${better ?? 'TLS'}`, changes, refused: NO_SCHEME } };
  }
}
/** The text of an address, where it stands in one piece. */
function literalOf(value: Value, context: RuleContext): At | undefined {
  const end = context.resolve(value).value;
  return end.kind === 'literal' ? end.at : undefined;
}
function hasTls(value: Value, context: RuleContext): boolean {
  return ['tls', 'ssl', 'sslOptions', 'socket'].some((key) => {
    const answer = context.option(value, key);
    if (answer.kind !== 'value') return false;
    if (key === 'socket') return context.option(answer.value, 'tls').kind !== 'absent';
    return context.constant(answer.value)?.value !== false;
  });
}
/** `{ host: 'db.example-cloud.com', ssl: false }`, also with the switch in an object below. */
function* ofOptions(object: ObjectValue, holder: ObjectValue, call: Call, when: readonly Branch[], context: RuleContext, depth: number): Iterable<Found> {
  const host = hostIn(holder, context);
  if (host === undefined || !counts(host, context)) return;
  const isOpen = object === holder && PLAIN.test(call.callee) && DECIDES.every((key) => context.option(holder, key).kind === 'absent');
  if (isOpen && holder.at.path === call.at.path) {
    const given = ['host', 'hostname', 'brokers'].map((key) => context.option(holder, key)).find((answer) => answer.kind !== 'absent') ?? { kind: 'absent' as const };
    const changes: readonly Change[] = /^pg/.test(call.callee) ? [{ do: 'insert', at: holder.at, where: 'entry-last', code: ['ssl: true'] }] : [];
    if (given.kind === 'value' && given.value.at.path === call.at.path)
      yield { at: given.value.at, subject: `${call.name} ssl`, when, severity: 'info', evidence: { host, title: 'Turn TLS on', changes, refused: 'How this driver is told to use TLS depends on its version.' } };
  }
  for (const entry of object.entries) {
    if (entry.key === undefined) continue;
    const constant = context.constant(entry.value)?.value;
    const isMail = /^nodemailer(\.|$)/.test(call.callee);
    const isOff = isMail ? (entry.key === 'ignoreTLS' && constant === true) || plainMail(entry, holder, context) : OFF_KEYS.test(entry.key) && constant === false;
    if (isOff) {
      const isPair = entry.form === 'pair' && entry.value.kind === 'literal';
      const changes: readonly Change[] = !isPair ? [] : isMail ? [{ do: 'replace', at: entry.at, code: ['requireTLS: true'] }] : [{ do: 'replace', at: entry.value.at, code: ['true'] }];
      const at = entry.at.path === call.at.path ? entry.value.at : call.nameAt;
      yield { at, subject: `${call.name} ${entry.key}`, when, severity: entry.key === 'secure' ? 'info' : 'warning', evidence: { host, title: 'Turn TLS on', changes, refused: 'The value stands elsewhere.' } };
    } else if (depth < DEEPEST && /^(dialectOptions|options|connection|socket|extra|driverOptions|connectionOptions|config)$/.test(entry.key)) {
      const inner = context.resolve(entry.value).value;
      if (inner.kind === 'object' && hostIn(inner, context) === undefined) yield* ofOptions(inner, holder, call, when, context, depth + 1);
    }
  }
}
/** Port 25 is plain unless the server offers more, which an attacker can hide. */
function plainMail(entry: Entry, object: ObjectValue, context: RuleContext): boolean {
  if (entry.key !== 'secure' || context.constant(entry.value)?.value !== false) return false;
  const port = context.option(object, 'port');
  const asks = context.option(object, 'requireTLS');
  return port.kind === 'value' && Number(context.constant(port.value)?.value) === 25 && asks.kind === 'absent' && context.option(object, 'ignoreTLS').kind === 'absent';
}
function hostIn(object: ObjectValue, context: RuleContext): string | undefined {
  const brokers = context.option(object, 'brokers');
  const [first] = brokers.kind === 'value' && brokers.resolved.value.kind === 'array' ? brokers.resolved.value.items : [];
  const broker = first && !first.spread ? context.constant(first.value)?.value : undefined;
  if (typeof broker === 'string') return /^([\w.-]{1,253}):\d{1,5}$/.exec(broker)?.[1];
  for (const key of ['host', 'hostname', 'server']) {
    const answer = context.option(object, key);
    const text = answer.kind === 'value' ? context.constant(answer.value)?.value : undefined;
    if (typeof text === 'string' && /^[\w.-]{1,253}$/.test(text)) return text;
  }
  return undefined;
}
