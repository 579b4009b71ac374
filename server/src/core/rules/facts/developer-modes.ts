import type { Severity } from '../../findings/finding.js';
import type { Call, Value } from '../../model/value.js';

/** Values of NODE_ENV that are not production. */
export const DEVELOPMENT = /^(development|dev|test)$/;
/** Libraries whose debug mode prints what identifies users. */
export const LOGINS = /^(next-auth(\/next)?(\.default)?|@auth\/(core|express|sveltekit|solid-start|qwik)\.\w{1,40}|(next-auth|@auth\/core)\.(NextAuth|Auth))$/;
/** An option that is a mode of developers, as long as it is on. */
export interface Switch {
  readonly option: string;
  readonly what: string;
  readonly consequence: string;
  readonly severity?: Severity;
  /** `true` where it is not said. */
  readonly isOn?: (value: unknown) => boolean;
}
export const LOGIN_DEBUG: Switch = { option: 'debug', what: "'debug' of the login library", consequence: 'tokens and profiles of users are printed' };
const [ALTERS, DELETES] = ['a start with other code alters tables and loses what they hold', 'each start deletes all data'];
const PRINTS = 'every query is printed with the values of users';
/** What alters or drops tables at each start, and what prints each statement with its values (typeorm 0.3, drizzle-orm 0.3x and 0.4x, @mikro-orm/core 6: their documentation of logging). */
export const OF_TYPEORM: readonly Switch[] = [
  { option: 'synchronize', what: "'synchronize' of TypeORM", consequence: ALTERS, severity: 'warning' },
  { option: 'dropSchema', what: "'dropSchema' of TypeORM", consequence: DELETES, severity: 'warning' },
  { option: 'logging', what: "'logging' of TypeORM", consequence: PRINTS, isOn: (value) => value === true || value === 'all' },
];
/** The same of Sequelize's `sync`. */
export const OF_SYNC: readonly Switch[] = [
  { option: 'force', what: "'force' of sync", consequence: DELETES, severity: 'warning' },
  { option: 'alter', what: "'alter' of sync", consequence: ALTERS, severity: 'warning' },
];
const named = (pattern: RegExp) => ({ callee }: Call): boolean => pattern.test(callee);
/** What is made with such an option, and which of its arguments holds it. */
export const SWITCHES: readonly (Switch & { readonly made: (call: Call) => boolean; readonly argument: 0 | -1 })[] = [
  { made: named(/^koa$/), argument: 0, option: 'env', what: "Koa env 'development'", consequence: 'what asks for it behaves as on a desk', isOn: isDevelopment },
  { made: named(LOGINS), argument: -1, ...LOGIN_DEBUG },
  { made: named(/^knex(\.(default|knex))?$/), argument: 0, option: 'debug', what: "'debug' of knex", consequence: PRINTS },
  { made: named(/^drizzle-orm\/[\w-]{1,40}\.drizzle$/), argument: -1, option: 'logger', what: "'logger' of Drizzle", consequence: PRINTS },
  { made: named(/^@mikro-orm\/[\w-]{1,40}\.MikroORM\.init(Sync)?$/), argument: 0, option: 'debug', what: "'debug' of MikroORM", consequence: PRINTS },
  { made: named(/^next(\.default)?$/), argument: 0, option: 'dev', what: "'dev' of Next.js", consequence: 'stack traces and sources are shown to visitors' },
  {
    made: named(/^routing-controllers\.(useExpressServer|useKoaServer|createExpressServer|createKoaServer)$/), argument: -1,
    option: 'development', what: "'development' of routing-controllers", consequence: 'stack traces are sent to clients', severity: 'warning',
  },
  { made: isTrpc, argument: 0, option: 'isDev', what: "'isDev' of tRPC", consequence: 'stack traces are sent to clients', severity: 'warning' },
  {
    made: named(/^@nestjs\/devtools-integration\.DevtoolsModule\.register$/), argument: 0,
    option: 'http', what: 'the devtools server of Nest', consequence: 'whoever reaches its port sees how the program is put together', severity: 'warning',
  },
];

/** `initTRPC.create(...)`, `initTRPC.context<Context>().meta<Meta>().create(...)`. */
function isTrpc(call: Call): boolean {
  if (call.name !== 'create') return false;
  let current: Value | undefined = call;
  for (let hops = 0; current?.kind === 'call' && hops < 10; hops++) {
    if (/^@trpc\/server\.initTRPC\./.test(current.callee)) return true;
    current = current.receiver;
  }
  return false;
}
function isDevelopment(value: unknown): boolean {
  return typeof value === 'string' && DEVELOPMENT.test(value);
}
