import type { FunctionView } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import { wordsOf } from './names.js';

/** A call that changes stored data, as far as its name and what it is called on tell. */
export interface DataWrite {
  readonly call: Call;
  readonly kind: 'delete' | 'write';
  /** As a person would name it: `User.findByIdAndDelete`, `DELETE FROM`. */
  readonly name: string;
}
const DELETES = /^(delete|deleteOne|deleteMany|deleteById|findByIdAndDelete|findOneAndDelete|findByIdAndRemove|findOneAndRemove|destroy|remove|del|drop|dropTable|truncate|softDelete|softRemove|deleteFrom|removeAndFlush|nativeDelete)$/;
const WRITES = /^(update|updateOne|updateMany|updateById|findByIdAndUpdate|findOneAndUpdate|findOneAndReplace|replaceOne|insert|insertOne|insertMany|increment|decrement|create|createMany|bulkCreate|bulkWrite|save|upsert|updateTable|insertInto|persistAndFlush|nativeUpdate|patch|patchAndFetchById|updateAndFetchById)$/;
/** Words of names that hold what only remembers something: sessions, counts, logs, caches. */
const ASIDE: ReadonlySet<string> = new Set((
  'cache caches cached map set sets session sessions cookie cookies storage localstorage sessionstorage log logs logger audit audits auditlog history view views visit visits hit hits counter counters metric metrics stat stats '
  + 'analytics event events tracker tracking params searchparams headers token tokens nonce nonces lock locks queue timer timers element dom document crypto object array promise url store stores stripe axios client http api response res req request app router '
  + 'limiter bucket buffer formatter factory builder schema validator zod yup joi'
).split(' '));
/** Names under which a database is reached; what stands below is a table. */
const DATABASE = /^(_?(prisma(client)?|db|database|knex|sequelize|em|entitymanager|manager|(app_?)?data_?source|orm|drizzle|mongo(db)?|supabase|sql|conn|connection|pool|tx|trx))$/i;
const MODEL = /(repository|repo|model|dao|collection|entity)$/i;
/** Calls that tell of a statement, or keep one for later. */
const SAYS = /^(log|info|debug|warn|error|trace|prepare|describe|it|test|push|match|includes|replace|split)$/;
const STATEMENT = /^\s*(delete\s+from|update\s+\S{1,80}\s+set|insert\s+into|drop\s+table|truncate)\b/i;

/** The calls of a body that change stored data. */
export function dataWrites(body: FunctionView): readonly DataWrite[] {
  return body.steps.flatMap((step): readonly DataWrite[] => {
    const found = step.do === 'call' ? dataWrite(step.call) : undefined;
    return found ? [found] : [];
  });
}
/** What a call does to stored data; undefined where it does nothing to it, or nobody can tell. */
export function dataWrite(call: Call): DataWrite | undefined {
  const statement = statementIn(call);
  if (statement !== undefined) return statementWrite(call, statement);
  const kind = writeNamed(call.name);
  if (!kind || !call.receiver || !isTable(call.receiver, call, 0)) return undefined;
  return { call, kind, name: call.target.kind === 'ref' ? call.target.text : call.name };
}
/** What a method of a table, a model or a repository does, by its name. */
export function writeNamed(name: string): DataWrite['kind'] | undefined {
  return DELETES.test(name) ? 'delete' : WRITES.test(name) ? 'write' : undefined;
}
/** What a statement of SQL changes; undefined where it changes nothing. */
export function statementWrite(call: Call, text: string): DataWrite | undefined {
  const found = STATEMENT.exec(text)?.[1]?.replace(/\s+/g, ' ').split(' ').slice(0, 2).join(' ').toUpperCase();
  return found === undefined ? undefined : { call, kind: /^(delete|drop|truncate)/i.test(found) ? 'delete' : 'write', name: found };
}
/** `db.query('DELETE FROM carts')`, through a helper, or as `{ text: ... }`; a statement that is only prepared changes nothing yet. */
function statementIn(call: Call): string | undefined {
  if (SAYS.test(call.name)) return undefined;
  // `db.prepare('DELETE FROM carts').run(id)`: better-sqlite3, node:sqlite, D1.
  const made = preparedBy(call) ?? call;
  const first = made.args[0]?.value;
  const given = first?.kind === 'object' ? first.entries.find(({ key }) => key === 'text' || key === 'sql')?.value : first;
  const text = given?.kind === 'literal' ? String(given.value) : given?.kind === 'template' && typeof given.parts[0] === 'string' ? given.parts[0] : '';
  return STATEMENT.test(text) ? text : undefined;
}
/** The `prepare` call a statement comes from that is run here. */
function preparedBy(call: Call): Call | undefined {
  if (!/^(run|all|get|first)$/.test(call.name)) return undefined;
  let current = call.receiver;
  for (let hops = 0; current?.kind === 'call' && hops < 4; hops++) {
    if (current.name === 'prepare') return current;
    current = current.receiver;
  }
  return undefined;
}
/** `db()`, `userRepository()`. */
function isStore(name: string): boolean {
  return DATABASE.test(name) || MODEL.test(name);
}
/** Whether a value is a table, a model or a repository, or a query on one, as far as names tell. */
export function isTable(receiver: Value, call: Call, depth: number): boolean {
  if (depth > 4) return false;
  if (receiver.kind === 'call') {
    // `knex('users').where(...).del()`, `db.collection('users').deleteOne()`, `getRepository(User).remove()`.
    if (/^(collection|table|from|into|getRepository|getCustomRepository|model|withSchema)$/.test(receiver.name)) return true;
    if (receiver.receiver === undefined) return isStore(receiver.target.kind === 'ref' ? receiver.target.text : receiver.callee);
    return isTable(receiver.receiver, call, depth + 1);
  }
  if (receiver.kind !== 'ref') return false;
  const names = receiver.text.replace(/^this\./, '').split('.').filter((part) => part !== '');
  const last = names.at(-1) ?? '';
  if (names.some((name) => wordsOf(name).some((word) => ASIDE.has(word)) && !DATABASE.test(name))) return false;
  if (names.length > 1 && names.slice(0, -1).some((name) => DATABASE.test(name))) return true;
  if (MODEL.test(last)) return true;
  // A name with a capital is a model where it is called like one; `new Date()` and built-in names are none.
  if (names.length === 1 && /^[A-Z][a-zA-Z0-9]{1,60}$/.test(last)) return receiver.root.kind !== 'global' || !BUILT_IN.test(last);
  return names.length === 1 && DATABASE.test(last) && call.args.length > 0 && call.name !== 'create' && call.name !== 'save';
}
const BUILT_IN = /^(Object|Array|Map|Set|WeakMap|WeakSet|Promise|Reflect|Proxy|Date|Math|JSON|Intl|URL|Buffer|Symbol|String|Number|Boolean|Error|Atomics)$/;
