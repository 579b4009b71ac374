import type { Call, Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';
import { holdsSensitive } from './field-names.js';

const TABLE = '["`[]?(?:\\w{1,60}["`\\]]?\\.)?["`[]?(\\w{1,60})\\b';
const READ = new RegExp(`\\bselect\\s{1,9}(?:\\w{1,40}\\.)?\\*\\s{1,9}from\\s{1,9}${TABLE}`, 'i');
const NAMED = new RegExp(`^\\s{0,99}select\\s{1,9}(?:distinct\\s{1,9})?([\\w\\s,."\`]{1,400}?)\\sfrom\\s{1,9}${TABLE}`, 'i');
const CHANGED = new RegExp(`\\b(?:insert\\s{1,9}into|update|delete\\s{1,9}from)\\s{1,9}${TABLE}`, 'i');
const GIVES_ALL = /\breturning\s{1,9}(\w{1,40}\.)?\*/i;

/** What a statement of SQL gives whole records of. `proven`: it names such a column itself. */
export interface Stated {
  readonly model: string;
  readonly call: Call;
  readonly list: boolean;
  readonly proven: boolean;
}
/** The records a statement of SQL gives: all columns of a table that is known for what it holds, or such a column by its name. */
export function ofStatement(call: Call, isTable: (name: string) => boolean, context: RuleContext): Stated | undefined {
  const text = statementOf(call, context);
  if (text === undefined) return undefined;
  const list = !/^(get|one|oneOrNone)$/.test(call.name);
  const columns = NAMED.exec(text);
  if (columns?.[1] !== undefined && columns[2] !== undefined)
    return holdsSensitive(columns[1].split(',').map(columnOf)) ? { model: columns[2], call, list, proven: true } : undefined;
  const table = READ.exec(text)?.[1] ?? (GIVES_ALL.test(text) ? CHANGED.exec(text)?.[1] : undefined);
  return table === undefined || !isTable(table) ? undefined : { model: table, call, list, proven: false };
}
/** The name a column has in the answer: `u.password_hash`, `pin_hash AS hash`. */
function columnOf(part: string): string {
  return /(\w{1,60})["`\]]?\s{0,9}$/.exec(part)?.[1] ?? '';
}
/** `query('SELECT ...')`, `sql`SELECT ...``, `db.prepare('SELECT ...').all()`, also of a statement that was prepared before. */
function statementOf(call: Call, context: RuleContext): string | undefined {
  const isRun = /^(all|get|iterate)$/.test(call.name);
  const receiver = isRun && call.receiver?.kind === 'ref' ? context.resolve(call.receiver).value : call.receiver;
  const prepared = isRun && receiver?.kind === 'call' && receiver.name === 'prepare' ? receiver : undefined;
  if (call.form !== 'tagged' && !prepared && !/^(query|execute|raw|all|get|any|one|oneOrNone|many|manyOrNone|\$queryRawUnsafe|unsafe)$/.test(call.name)) return undefined;
  const [asked] = prepared ? prepared.args : call.args;
  return asked && textOf(asked.value, context);
}
function textOf(value: Value, context: RuleContext): string | undefined {
  const end = context.resolve(value).value;
  const constant = context.constant(end)?.value;
  return statementText(end) ?? (typeof constant === 'string' ? constant : undefined);
}
/** A statement as it is written, with a mark where a value comes in. */
export function statementText(value: Value): string | undefined {
  if (value.kind === 'template') return value.parts.map((part) => (typeof part === 'string' ? part : ' ? ')).join('');
  return value.kind === 'literal' && typeof value.value === 'string' ? value.value : undefined;
}
