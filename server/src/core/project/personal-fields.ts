import type { ModuleView } from '../model/module.js';
import type { FunctionId } from '../model/value.js';
import { personalFields, tableOfBusiness } from '../rules/facts/personal-names.js';
import { tableName } from '../rules/facts/field-names.js';
import { tableOf } from '../rules/facts/query-tables.js';
import { keysOf } from './hidden-fields.js';
import { prismaModels, statements } from './schema-texts.js';
import { boundName, fieldsOf } from './schemas.js';

/** Files that name no such field are not looked at. */
const SPEAKS = /mail|phone|mobile|birth|born|dob\b|iban|national|passport|salary|wage|diagnos|insurance|ssn\b|code\b|name\b/i;
const WRITES = /^(create|insert(One|Many)?|values|save|upsert|build)$/;
const TABLES = /^(pg|mysql|sqlite|singlestore)Table$|^(createTable|pgTableCreator)$/;

/** What a file says of records: 'personal driver' where those of the table, model or collection of that name tell of a person what is nobody else's business. */
export function* personalMarks(module: ModuleView, text: string): Iterable<string> {
  if (!SPEAKS.test(text)) return;
  for (const fn of [module.top, ...module.functions.values()]) for (const step of fn.steps) {
    if (step.do !== 'call') continue;
    const { call } = step;
    const [first, second] = call.args.map((item) => item.value);
    const named = first?.kind === 'literal' && typeof first.value === 'string' ? first.value : undefined;
    const isInit = call.name === 'init' && call.receiver?.kind === 'ref';
    if (call.name === 'model' || call.name === 'define' || TABLES.test(call.name) || isInit) {
      const fields = fieldsOf(isInit ? first : second, module, 0);
      if (fields) for (const table of [named ?? (call.receiver?.kind === 'ref' ? call.receiver.text : ''), boundName(call, module) ?? '']) yield* marksOf(table, keysOf(fields));
    }
    // Knex: `createTable('patients', (table) => { table.string('phone'); })`
    if (/^(createTable|createTableIfNotExists|alterTable)$/.test(call.name) && named !== undefined && second?.kind === 'function') yield* marksOf(named, columnsMade(module, second.fn));
    const made = first?.kind === 'array' ? first.items[0]?.value : first;
    if (!WRITES.test(call.name) || made?.kind !== 'object') continue;
    const data = made.entries.find(({ key }) => key === 'data')?.value;
    const table = tableOf(call, () => '');
    if (table !== undefined) yield* marksOf(table, keysOf(data?.kind === 'object' ? data : made));
  }
  for (const view of module.classes.values())
    if (view.decorators.some((one) => one.kind === 'call' && /^(Entity|Schema|Table|ViewEntity)$/.test(one.name))) yield* marksOf(view.name, (view.declared ?? []).map((one) => one.name));
  yield* personalTextMarks(text);
}
function columnsMade(module: ModuleView, fn: FunctionId): readonly string[] {
  return (module.functions.get(fn)?.steps ?? []).flatMap((step) => (step.do === 'call' ? step.call.args.slice(0, 1).flatMap(({ value }) => (value.kind === 'literal' && typeof value.value === 'string' ? [value.value] : [])) : []));
}
/** What statements of SQL say of it. */
export function* personalTextMarks(text: string): Iterable<string> {
  for (const [table, columns] of statements(text)) yield* marksOf(table, columns);
}
/** What the models of a schema of Prisma say of it. */
export function* personalPrismaMarks(text: string): Iterable<string> {
  for (const { name, fields } of prismaModels(text)) yield* marksOf(name, fields.flatMap(({ field, type }) => (/^(String|DateTime|Int|Float|Decimal)$/.test(type) ? [field] : [])));
}
function* marksOf(table: string, fields: readonly string[]): Iterable<string> {
  const name = tableName(table);
  if (name !== '' && !tableOfBusiness(table) && personalFields(fields)) yield `personal ${name}`;
}
