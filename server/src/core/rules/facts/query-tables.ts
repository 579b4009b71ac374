import type { Call, Ref, Value } from '../../model/value.js';
import { tableName } from './field-names.js';

const READS = /^(find\w*|get|query\w*|first|create|save|upsert|update\w*|insert\w*|delete|values|set)$/;
const NAMES_TABLE = /^(from|into|table|collection|getCollection|getRepository|getModel|model|selectFrom|insertInto|updateTable|insert|update|createTable|alterTable|addColumn)$/;
const ASKS = /^(query|execute|raw|all|get|any|one|oneOrNone|many|prepare|\$queryRawUnsafe|sql|unsafe|run)$/;
const HOLDERS = /^(db|database|knex|trx|client|pool|conn|connection|em|manager|entityManager|repository|repo|prisma|orm|models?|this|sql|query)$/i;
const DEEPEST = 30;

/** The columns that an argument names. */
export function textsIn(value: Value | undefined): readonly string[] {
  if (value?.kind === 'literal') return typeof value.value === 'string' ? [value.value] : [];
  if (value?.kind === 'array') return value.items.flatMap((item) => textsIn(item.value));
  // Drizzle: `db.select({ hash: users.hash })`.
  return value?.kind === 'object' ? value.entries.flatMap((one) => (one.value.kind === 'ref' && one.value.path.length > 0 ? [one.value.path.at(-1) ?? ''] : [])) : [];
}

/** What a table is called where it is made, whatever the import calls it: `import { customers as c }`. */
export function givenName({ root, path, text }: Ref): string {
  return path.at(-1) ?? (root.kind === 'import' && root.name !== 'default' && root.name !== '*' ? root.name : text);
}
/** The table a query is about: of its statement, of what names it on the way, or the model it is asked of. */
export function tableOf(call: Call, textOf: (value: Value) => string): string | undefined {
  let current: Call = call;
  for (let hops = 0; hops < DEEPEST; hops++) {
    const first = current.args[0]?.value;
    if (NAMES_TABLE.test(current.name) && first) {
      if (first.kind === 'literal' && typeof first.value === 'string') return tableName(first.value);
      if (first.kind === 'ref') return tableName(givenName(first));
    }
    if (first && (ASKS.test(current.name) || current.form === 'tagged')) {
      const found = /\b(?:from|into|update)\s{1,9}["`[]?((?:\w{1,60}["`\]]?\.["`[]?)?\w{1,60})/i.exec(textOf(first))?.[1];
      if (found !== undefined) return tableName(found);
    }
    const { receiver } = current;
    if (receiver === undefined) return current !== call && first?.kind === 'literal' && typeof first.value === 'string' && /^\w{1,60}$/.test(first.value) ? tableName(first.value) : undefined;
    if (receiver.kind === 'ref') {
      const name = receiver.path.at(-1) ?? receiver.text;
      return READS.test(current.name) && !HOLDERS.test(name) ? tableName(name) : undefined;
    }
    if (receiver.kind !== 'call') return undefined;
    // Objection: `Person.query().findById(1)`.
    if (receiver.name === 'query' && receiver.receiver?.kind === 'ref' && /(^|\.)[A-Z]\w*$/.test(receiver.receiver.text)) return tableName(receiver.receiver.text);
    current = receiver;
  }
  return undefined;
}
