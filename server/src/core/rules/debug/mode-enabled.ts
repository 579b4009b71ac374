import type { Change } from '../../findings/changes.js';
import type { Branch, FunctionView, ModuleView, Step } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import type { Severity } from '../../findings/finding.js';
import type { At } from '../../text/source.js';
import { DEVELOPMENT, LOGINS, LOGIN_DEBUG, OF_SYNC, OF_TYPEORM, SWITCHES, type Switch } from '../facts/developer-modes.js';
import { isImported } from '../facts/imported.js';
import { someIn } from '../facts/walk.js';
import { rule, type Detection, type FixAnswer, type RuleContext } from '../rule.js';

interface Evidence {
  readonly what: string;
  readonly consequence: string;
  readonly title: string;
  readonly changes: readonly Change[];
}
interface Mode extends Evidence {
  readonly at: At;
  readonly severity: Severity;
}
const CREATES_HAPI = /^(@hapi\/hapi|hapi)\.([sS]erver)$/;

export default rule<'module', Evidence>({
  meta: {
    id: 'debug/mode-enabled',
    title: 'Debug mode is switched on in code',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [489],
    severity: 'info',
    confidence: 'high',
    topics: ['debug'],
    since: '0.1.0',
    whenNotToUse: 'The program is a tool for developers and never serves anybody else.',
    references: ['https://nodejs.org/en/learn/getting-started/debugging', 'https://cwe.mitre.org/data/definitions/489.html'],
  },
  on: 'module',
  words: ['node_env', 'isdev', 'debug', 'inspector', 'devtools', "'env'", '"env"', 'env:', 'synchronize', 'logging', 'drizzle', 'mikro', 'force', 'development:', 'dev:'],
  *detect(module, context): Iterable<Detection<Evidence>> {
    const told = (found: Mode, when: readonly Branch[]): Detection<Evidence> => ({ at: found.at, subject: found.what, evidence: found, severity: found.severity, when });
    for (const fn of [module.top, ...module.functions.values()])
      for (const step of fn.steps) {
        const one = step.do === 'call' ? ofCall(step.call, step, fn, context) : ofAssignment(step, fn, context);
        for (const found of one ? [one] : step.do === 'call' ? ofTables(step.call, context) : []) if (found.at.path === module.path) yield told(found, step.when);
      }
    for (const found of loginOptions(module, context)) yield told(found, []);
  },
  explain: ({ what, consequence }) => ({
    message: `${what} is on for every environment; ${consequence}. Switch it by NODE_ENV.`,
    why: 'A mode made for developers shows more, checks less and runs slower wherever it is left on.',
    remedy: 'Let NODE_ENV decide, and set NODE_ENV to production where the service runs.',
  }),
  *fix({ evidence: { title, changes } }): Iterable<FixAnswer> {
    if (changes.length > 0) yield { title, safety: 'review', changes };
    else yield { refused: 'It is no statement of its own that could be removed.' };
  },
  examples: [
    {
      title: 'the environment set in code',
      bad: `
        import express from 'express';
        process.env.NODE_ENV = 'development';
        //                     ^^^^^^^^^^^^^ debug/mode-enabled "stack traces"
        express().listen(3000);
      `,
      fixed: `
        import express from 'express';
        express().listen(3000);
      `,
    },
    {
      title: 'a debugger for the whole network',
      bad: `
        import inspector from 'node:inspector';
        inspector.open(9229, '0.0.0.0');
        //                   ^^^^^^^^^ debug/mode-enabled "runs code"
      `,
      fixed: `
        import inspector from 'node:inspector';
        inspector.open(9229, '127.0.0.1');
      `,
    },
    {
      title: 'every query on the console',
      bad: `
        const mongoose = require('mongoose');
        mongoose.set('debug', true);
        //                    ^^^^ debug/mode-enabled
      `,
      fixed: `
        const mongoose = require('mongoose');
        mongoose.set('debug', process.env.NODE_ENV === 'development');
      `,
    },
    {
      title: 'frameworks told that they run in development',
      bad: `
        import express from 'express';
        import Koa from 'koa';
        import Hapi from '@hapi/hapi';
        const app = express();
        app.set('env', 'development');
        //             ^^^^^^^^^^^^^ debug/mode-enabled
        export const koa = new Koa({ env: 'development' });
        //                                ^^^^^^^^^^^^^ debug/mode-enabled
        export const server = Hapi.server({ port: 3000, debug: { request: ['*'] } });
        //                                                                 ^^^ debug/mode-enabled
      `,
    },
    {
      title: 'the environment decides',
      good: `
        import express from 'express';
        import mongoose from 'mongoose';
        import inspector from 'node:inspector';
        process.env.NODE_ENV = process.env.NODE_ENV || 'development';
        process.env.NODE_ENV ??= 'development';
        if (!process.env.NODE_ENV) process.env.NODE_ENV = 'development';
        mongoose.set('debug', process.env.NODE_ENV === 'development');
        inspector.open(9229, '127.0.0.1');
        inspector.open();
        if (process.env.NODE_ENV === 'development') mongoose.set('debug', true);
        express().set('env', process.env.APP_ENV);
      `,
    },
    {
      title: 'tRPC told that it runs in development',
      bad: `
        //- trpc.ts
        import { initTRPC } from '@trpc/server';
        export const t = initTRPC.context<Context>().create({ transformer, isDev: true });
        //                                                                        ^^^^ debug/mode-enabled "stack traces are sent"
        //- plain.ts
        import { initTRPC } from '@trpc/server';
        const options = { isDev: true };
        //                       ^^^^ debug/mode-enabled
        export const t = initTRPC.create(options);
      `,
    },
    { title: 'tRPC asks the environment', good: `import { initTRPC } from '@trpc/server'; export const t = initTRPC.create({ isDev: process.env.NODE_ENV !== 'production' }); const view = boards.create({ isDev: true });` },
    { title: 'production', good: `process.env.NODE_ENV = 'production'; require('express')().set('env', 'production');` },
    { title: 'errors alone on the console of hapi', good: `import Hapi from '@hapi/hapi'; Hapi.server({ debug: { request: ['error'] } }); Hapi.server({ debug: false });` },
    {
      title: 'settings of something else',
      good: `
        import { store } from './store';
        store.set('debug', true);
        store.set('env', 'development');
        const inspector = store.inspector;
        inspector.open(1, '0.0.0.0');
        const env = { NODE_ENV: 'development' };
        spawn('node', [], { env });
      `,
    },
    {
      title: 'a login library that prints what it does',
      bad: `
        //- auth.ts
        import NextAuth from 'next-auth';
        const options = { secret: process.env.NEXTAUTH_SECRET, debug: true, providers: [] };
        //                                                            ^^^^ debug/mode-enabled "tokens and profiles of users are printed"
        export default NextAuth(options);
        //- express.ts
        import { ExpressAuth } from '@auth/express';
        app.use('/auth', ExpressAuth({ providers, debug: true }));
        //                                               ^^^^ debug/mode-enabled
      `,
    },
    {
      title: 'the devtools of Nest',
      bad: `
        import { Module } from '@nestjs/common';
        import { DevtoolsModule } from '@nestjs/devtools-integration';
        @Module({ imports: [DevtoolsModule.register({ http: true })] })
        //                                                  ^^^^ debug/mode-enabled "devtools server"
        export class AppModule {}
      `,
    },
    {
      title: 'tables made anew at every start',
      bad: `
        //- app.module.ts
        import { Module } from '@nestjs/common';
        import { TypeOrmModule } from '@nestjs/typeorm';
        import { SequelizeModule } from '@nestjs/sequelize';
        @Module({ imports: [
          TypeOrmModule.forRoot({ type: 'postgres', url: process.env.DATABASE_URL, synchronize: true }),
          //                                                                                    ^^^^ debug/mode-enabled "alters tables"
          TypeOrmModule.forRootAsync({ useFactory: () => ({ type: 'postgres', synchronize: true }) }),
          //                                                                               ^^^^ debug/mode-enabled
          SequelizeModule.forRoot({ dialect: 'postgres', sync: { force: true } }),
          //                                                            ^^^^ debug/mode-enabled "deletes all data"
        ] })
        export class AppModule {}
        //- main.js
        import { Sequelize } from 'sequelize';
        const sequelize = new Sequelize(process.env.DATABASE_URL);
        await sequelize.sync({ force: true });
        //                            ^^^^ debug/mode-enabled
      `,
      fixed: `
        //- app.module.ts
        import { Module } from '@nestjs/common';
        import { TypeOrmModule } from '@nestjs/typeorm';
        import { SequelizeModule } from '@nestjs/sequelize';
        @Module({ imports: [
          TypeOrmModule.forRoot({ type: 'postgres', url: process.env.DATABASE_URL }),
          TypeOrmModule.forRootAsync({ useFactory: () => ({ type: 'postgres', synchronize: true }) }),
          //                                                                               ^^^^ debug/mode-enabled
          SequelizeModule.forRoot({ dialect: 'postgres', sync: { force: true } }),
          //                                                            ^^^^ debug/mode-enabled "deletes all data"
        ] })
        export class AppModule {}
        //- main.js
        import { Sequelize } from 'sequelize';
        const sequelize = new Sequelize(process.env.DATABASE_URL);
        await sequelize.sync({ force: true });
        //                            ^^^^ debug/mode-enabled
      `,
    },
    {
      title: 'queries with their values, Next.js, routing-controllers and options of a login in a file of their own',
      bad: `
        //- db.js
        const knex = require('knex')({ client: 'pg', connection: process.env.DATABASE_URL, debug: true });
        //                                                                                        ^^^^ debug/mode-enabled
        //- server.js
        import next from 'next';
        export const app = next({ dev: true });
        //                             ^^^^ debug/mode-enabled
        //- api.ts
        import { useExpressServer } from 'routing-controllers';
        useExpressServer(app, { controllers: [], development: true });
        //                                                    ^^^^ debug/mode-enabled "stack traces"
        //- auth.ts
        import type { NextAuthOptions } from 'next-auth';
        export const authOptions: NextAuthOptions = { providers: [], debug: true };
        //                                                                  ^^^^ debug/mode-enabled
      `,
    },
    {
      title: 'tables made anew in development, in memory, or not at all',
      good: `
        import { DataSource } from 'typeorm';
        import next from 'next';
        import { Sequelize } from 'sequelize';
        const dev = process.env.NODE_ENV !== 'production';
        export const source = new DataSource({ type: 'postgres', synchronize: dev });
        export const other = new DataSource({ type: 'postgres', synchronize: false });
        export const memory = new DataSource({ type: 'sqlite', database: ':memory:', synchronize: true });
        export const app = next({ dev });
        const sequelize = new Sequelize(process.env.DATABASE_URL);
        await sequelize.sync();
        if (dev) await sequelize.sync({ force: true });
      `,
    },
    {
      title: 'statements of TypeORM, Drizzle and MikroORM with their values',
      bad: `
        import { DataSource } from 'typeorm';
        import { drizzle } from 'drizzle-orm/node-postgres';
        import { MikroORM } from '@mikro-orm/postgresql';
        export const source = new DataSource({ type: 'mysql', logging: 'all', entities: [] });
        //                                                             ^^^^^ debug/mode-enabled "printed with the values of users"
        export const db = drizzle(process.env.DATABASE_URL, { logger: true });
        //                                                            ^^^^ debug/mode-enabled "'logger' of Drizzle"
        export const orm = await MikroORM.init({ dbName: 'shop', debug: true });
        //                                                              ^^^^ debug/mode-enabled "'debug' of MikroORM"
      `,
    },
    {
      title: 'errors and slow statements alone, and all of them on a desk',
      good: `
        import { DataSource } from 'typeorm';
        import { drizzle } from 'drizzle-orm/node-postgres';
        export const first = new DataSource({ type: 'mysql', logging: ['error', 'warn'] }), second = new DataSource({ type: 'mysql', logging: process.env.NODE_ENV !== 'production' });
        export const db = drizzle(process.env.DATABASE_URL, { logger: new OwnLogger() }), other = drizzle(process.env.DATABASE_URL, { logger: process.env.NODE_ENV === 'development' });
      `,
    },
    { title: 'the devtools in development', good: `import { Module } from '@nestjs/common'; import { DevtoolsModule } from '@nestjs/devtools-integration';
@Module({ imports: [DevtoolsModule.register({ http: process.env.NODE_ENV !== 'production' })] }) export class AppModule {}` },
    { title: 'a login library that prints in development', good: `import NextAuth from 'next-auth'; export default NextAuth({ providers: [], debug: process.env.NODE_ENV === 'development' });` },
    {
      title: 'who calls says so',
      good: `
        module.exports = { init: (opts) => { if (opts.config) process.env.NODE_ENV = 'development'; load(opts); } };
        exports.start = function ({ dev }) { if (dev === true) { process.env.NODE_ENV = 'development'; } listen(); };
        exports.run = (options = {}) => { if (options.env && options.env.dev) process.env.NODE_ENV = 'development'; serve(); };
      `,
    },
  ],
});

function ofCall(call: Call, step: Step, fn: FunctionView, context: RuleContext): Mode | undefined {
  const [first, second] = call.args;
  const key = first && context.constant(first.value)?.value;
  const value = second && context.constant(second.value)?.value;
  if (isImported(call) && /^(node:)?inspector\.open$/.test(call.callee) && second && (value === '0.0.0.0' || value === '::')) {
    return {
      at: second.value.at, severity: 'error', what: 'The debugger', consequence: 'whoever reaches its port runs code in this process',
      title: 'Listen on this machine only', changes: second.value.kind === 'literal' ? [{ do: 'replace', at: second.value.at, code: [{ quote: '127.0.0.1' }] }] : [],
    };
  }
  if (isImported(call) && call.callee === 'mongoose.set' && key === 'debug' && value === true && second) {
    return {
      at: second.value.at, severity: 'info', what: "mongoose 'debug'", consequence: 'every query is printed with the values of users',
      title: 'Switch it by NODE_ENV', changes: [{ do: 'replace', at: second.value.at, code: ['process.env.NODE_ENV === ', { quote: 'development' }] }],
    };
  }
  if (call.name === 'set' && key === 'env' && typeof value === 'string' && DEVELOPMENT.test(value) && second && isApplication(call.receiver, context)) {
    return {
      at: second.value.at, severity: 'info', what: `env '${value}'`, consequence: 'stack traces are sent to clients', title: 'Remove the setting',
      changes: step.do === 'call' && !step.used && call.receiver?.kind === 'ref' ? [{ do: 'remove', at: step.statementAt, as: 'statement' }] : [],
    };
  }
  const known = SWITCHES.find(({ made }) => made(call));
  if (known) return switchedOn(context.option(call.args.at(known.argument)?.value, known.option), known, context);
  if (!CREATES_HAPI.test(call.callee) || !first) return undefined;
  const debug = context.option(first.value, 'debug');
  const request = debug.kind === 'value' ? context.option(debug.value, 'request') : undefined;
  const all = request?.kind === 'value' && request.resolved.value.kind === 'array' ? request.resolved.value.items.find((item) => context.constant(item.value)?.value === '*') : undefined;
  if (!all || debug.kind !== 'value' || all.value.at.path !== call.at.path) return undefined;
  return {
    at: all.value.at, severity: 'info', what: "hapi debug '*'", consequence: 'every event of a request is printed with its data', title: 'Print errors only',
    changes: all.value.kind === 'literal' ? [{ do: 'replace', at: all.value.at, code: [{ quote: 'error' }] }] : [],
  };
}
/** Tables that are altered or dropped to fit the code each time the program starts, and statements that are printed: TypeORM and Sequelize. */
function ofTables(call: Call, context: RuleContext): readonly Mode[] {
  const isTypeorm = /^(@nestjs\/typeorm\.TypeOrmModule\.forRoot(Async)?|typeorm\.(DataSource|createConnection))$/.test(call.callee);
  const isSequelize = /^@nestjs\/sequelize\.SequelizeModule\.forRoot(Async)?$/.test(call.callee);
  const isSync = call.name === 'sync' && call.receiver?.kind === 'ref' && context.projectUses('sequelize');
  if (!isTypeorm && !isSequelize && !isSync) return [];
  return call.args.flatMap((item) => optionsIn(item.value, context)).flatMap((options) => {
    const holder = isSequelize ? context.option(options, 'sync') : undefined;
    const given = holder === undefined ? options : holder.kind === 'value' ? holder.value : undefined;
    const database = context.option(options, 'database');
    if (given === undefined || (database.kind === 'value' && context.constant(database.value)?.value === ':memory:')) return [];
    return (isTypeorm ? OF_TYPEORM : OF_SYNC).flatMap((one) => switchedOn(context.option(given, one.option), one, context) ?? []);
  });
}
/** The options as an object, also those a factory makes: `forRootAsync({ useFactory: () => ({ ... }) })`. */
function optionsIn(value: Value, context: RuleContext): readonly Value[] {
  const end = context.resolve(value).value;
  const factory = context.option(end, 'useFactory');
  const made = factory.kind === 'value' ? factory.resolved.value : undefined;
  const body = made?.kind === 'function' ? context.body(made.fn) : undefined;
  return body ? body.steps.flatMap((step) => (step.do === 'return' && step.value ? [step.value] : [])) : [end];
}
/** Options of next-auth under a name, which other files hand over: an object with providers in a file that imports it. */
function* loginOptions(module: ModuleView, context: RuleContext): Iterable<Mode> {
  if (!module.imports.some((one) => /^(next-auth|@auth)(\/|$)/.test(one.from))) return;
  for (const { value } of module.bindings) {
    if (value.kind !== 'object' || context.option(value, 'providers').kind !== 'value') continue;
    const isHanded = [module.top, ...module.functions.values()].some((fn) => fn.steps.some((step) => step.do === 'call' && LOGINS.test(step.call.callee) && step.call.args.some((item) => context.resolve(item.value).value === value)));
    const found = isHanded ? undefined : switchedOn(context.option(value, LOGIN_DEBUG.option), LOGIN_DEBUG, context);
    if (found && found.at.path === module.path) yield found;
  }
}
function switchedOn(answer: ReturnType<RuleContext['option']>, { what, consequence, severity = 'info', isOn = (value) => value === true }: Switch, context: RuleContext): Mode | undefined {
  if (answer.kind !== 'value' || !isOn(context.constant(answer.value)?.value)) return undefined;
  return { at: answer.value.at, severity, what, consequence, title: 'Remove the setting', changes: [{ do: 'remove', at: answer.entry.at, as: 'entry' }] };
}
/** `process.env.NODE_ENV = 'development'`, not only where it is unset. */
function ofAssignment(step: Step, fn: FunctionView, context: RuleContext): Mode | undefined {
  if (step.do !== 'assign' || step.target.root.kind !== 'env' || step.target.root.name !== 'NODE_ENV' || step.target.path.length > 0) return undefined;
  const value = context.constant(step.value)?.value;
  if (typeof value !== 'string' || !DEVELOPMENT.test(value) || step.when.some((branch) => asksForNodeEnv(branch.test, 0) || asksCaller(branch, fn))) return undefined;
  return {
    at: step.value.at, severity: 'warning', what: `NODE_ENV '${value}'`, consequence: 'stack traces are sent to clients and protections for production stay off',
    title: 'Remove the assignment', changes: [{ do: 'remove', at: step.statementAt, as: 'statement' }],
  };
}
/** `if (options.config)`: who calls says whether it is so. */
function asksCaller({ test, early }: Branch, fn: FunctionView): boolean {
  return early !== true && fn.parameters.length > 0 && someIn(test, (one) => one.kind === 'ref' && one.root.kind === 'parameter' && one.root.fn === fn.id);
}
function asksForNodeEnv(test: Value, depth: number): boolean {
  if (depth > 6) return false;
  switch (test.kind) {
    case 'not': return asksForNodeEnv(test.of, depth + 1);
    case 'compare':
    case 'logic': return asksForNodeEnv(test.left, depth + 1) || asksForNodeEnv(test.right, depth + 1);
    case 'ref': return test.root.kind === 'env' && test.root.name === 'NODE_ENV';
    default: return false;
  }
}
function isApplication(receiver: Value | undefined, context: RuleContext): boolean {
  const made = receiver?.kind === 'ref' ? context.resolve(receiver).value : receiver;
  return made?.kind === 'call' && made.callee === 'express';
}
