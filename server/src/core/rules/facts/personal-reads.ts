import type { FunctionView } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';
import { tableName } from './field-names.js';
import { personalFields, tableOfBusiness } from './personal-names.js';
import { tableOf, textsIn } from './query-tables.js';
import { statementText } from './record-texts.js';
import { holdsHidden } from './held-records.js';
import { answerOf } from './records.js';

/** Steps of a query that leave records what they are. */
const NEUTRAL = /^(where|andWhere|orWhere|whereIn|first|limit|skip|offset|sort|orderBy|order|lean|exec|populate|take|eq|in|gt|gte|lt|lte|ne|toArray|session|from|selectFrom|selectAll|execute|executeTakeFirst\w*|single|maybeSingle|collection|table|getRepository|model|query|raw|all|get|any|one|oneOrNone|many|manyOrNone|prepare|db|knex|select|columns|columns|find\w*|leftJoin|join|innerJoin|match|range|\$queryRaw|\$queryRawUnsafe|sql|scan)$/;
const READS = /^(find(All|Many|One|First|Unique|ById|ByPk|OneBy|By|OneOrFail|UniqueOrThrow|FirstOrThrow|OneByOrFail)?|query|execute|raw|all|get|any|one|oneOrNone|many|manyOrNone|select|from|first|selectAll|execute|executeTakeFirst|toArray|limit|where|orderBy|lean|exec|sort|single|\$queryRaw|\$queryRawUnsafe|sql)$/;
const NARROWING = ['select', 'attributes', 'projection', 'fields', 'columns', 'omit'];
const COLUMNS = /^\s{0,99}select\s{1,9}(?:distinct\s{1,9})?([\w\s,."`*]{1,400}?)\sfrom\s/i;
const DEEPEST = 30;

/** The table whose records a value is, with what they tell of persons in them. */
export function personalRead(value: Value, fn: FunctionView, context: RuleContext): string | undefined {
  const call = value.kind === 'call' ? value : value.kind === 'ref' ? answerOf(value, context) : undefined;
  if (!call || call.form === 'new' || !READS.test(call.name) || !context.body(fn.id)) return undefined;
  const text = (of: Value): string => statementText(context.resolve(of).value) ?? '';
  const table = tableOf(call, text) ?? repositoryOf(call, context);
  if (table === undefined || table === '' || tableOfBusiness(table)) return undefined;
  const columns = columnsOf(call, text, context);
  if (columns === 'unknown') return undefined;
  if (columns !== 'all') return personalFields(columns) ? table : undefined;
  return (context.projectUses(`personal ${tableName(table)}`) && !context.projectUses(`trims ${tableName(table)}`)) || holdsHidden(table, context) ? table : undefined;
}
/** `this.permits.findAll()` where the class says what a repository is of. */
function repositoryOf(call: Call, context: RuleContext): string | undefined {
  let receiver: Value | undefined = call.receiver;
  for (let hops = 0; receiver?.kind === 'call' && hops < DEEPEST; hops++) receiver = receiver.receiver;
  const name = receiver && context.entity(receiver)?.name;
  return name === undefined ? undefined : tableName(name);
}
/** The columns a query names on its way; 'all': it names none. */
function columnsOf(call: Call, text: (of: Value) => string, context: RuleContext): readonly string[] | 'all' | 'unknown' {
  const named: string[] = [];
  let current: Value | undefined = call;
  for (let hops = 0; current?.kind === 'call' && hops < DEEPEST; hops++, current = current.receiver) {
    if (!NEUTRAL.test(current.name) && !/^(db|knex|trx)$/.test(current.callee)) return 'unknown';
    if (current.args.some((item) => item.spread)) return 'unknown';
    if (/^(select|first|columns)$/.test(current.name)) {
      const found = current.args.flatMap(({ value }) => columnsIn(value));
      if (current.args.length > 0 && found.length === 0) return 'unknown';
      named.push(...found);
      continue;
    }
    const isFind = /^find/.test(current.name);
    for (const [index, { value }] of current.args.entries()) {
      const statement = index === 0 ? COLUMNS.exec(text(value))?.[1] : undefined;
      // What is worked out from columns is not the columns.
      if (index === 0 && statement === undefined && /^\s{0,99}select\b/i.test(text(value))) return 'unknown';
      if (statement !== undefined) named.push(...statement.split(',').map((part) => /([\w*]{1,60})["`\]]?\s{0,9}$/.exec(part)?.[1] ?? ''));
      if (!isFind || value.kind === 'function') continue;
      const end = context.resolve(value).value;
      if (end.kind !== 'object') {
        if (index > 0 && end.kind !== 'literal') return 'unknown';
        if (index > 0 && end.kind === 'literal' && typeof end.value === 'string') named.push(...end.value.split(/\s+/));
        continue;
      }
      for (const key of NARROWING) {
        const option = context.option(end, key);
        if (option.kind === 'unknown' && key === 'select') return 'unknown';
        if (option.kind !== 'value') continue;
        if (key === 'omit' || option.resolved.value.kind === 'unknown' || option.resolved.value.kind === 'ref') return 'unknown';
        named.push(...columnsIn(option.resolved.value));
      }
    }
  }
  return named.length === 0 || named.includes('*') ? 'all' : named;
}
function columnsIn(value: Value): readonly string[] {
  if (value.kind !== 'object') return textsIn(value).flatMap((one) => one.split(/[\s,]+/));
  const shown = value.entries.filter((one) => !(one.value.kind === 'literal' && (one.value.value === false || one.value.value === 0)));
  // `{ secret: 0 }` names what is left out.
  return shown.length < value.entries.length && shown.length === 0 ? [] : shown.flatMap(({ key }) => (key === undefined ? [] : [key]));
}
