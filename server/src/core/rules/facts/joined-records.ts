import type { Call, ObjectValue, Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';
import { heldFields, tableName } from './field-names.js';
import { heldBeside, heldBy, joinedTo, type Held, type RecordRead } from './held-records.js';
import { givenName } from './query-tables.js';
import { chainOf } from './walk.js';

/** Steps of a builder that name a further table. */
const JOINS = /^(inner|left|right|full|cross|natural)?(Outer)?Join$|^(join|leftOuterJoin|rightOuterJoin|fullOuterJoin)$/;
const FROM = /^(from|selectFrom)$/;
const CHOOSES = /^(select|selectDistinct|selectDistinctOn|distinct|columns|column|returning|first)$/;
const MANY = /^(find|findAll|findMany|findBy|findAndCount|findAndCountAll|getMany|getManyAndCount|aggregate)$/;
/** What asks a model of an ORM. */
const FINDS = /^(find\w*|get(One|Many)\w*|aggregate|paginate|create|update|upsert|delete|query)$/;
const MOST_CALLS = 30;
const DEEPEST = 4;

interface Found extends Held {
  readonly name: string;
  /** The query asks for the field by its name. */
  readonly asked?: true;
}
/** What a query reads along that not everybody may see: rows of joined tables, records of relations, and fields it asks for by name. */
export function readBeside(call: Call, context: RuleContext): RecordRead | undefined {
  const chain = chainOf(call, MOST_CALLS);
  const found = ofBuilder(chain, context) ?? ofModel(chain, context);
  return found && {
    model: found.name, library: 'other', call, list: chain.some((one) => MANY.test(one.name)), nested: true, proven: found.proven, kind: found.kind,
    ...(found.field === undefined ? {} : { field: found.field }), ...(found.asked ? { asked: found.asked } : {}),
  };
}

/** knex, Kysely and Drizzle: the tables of a query by the names it gives them, and the columns it chooses. */
function ofBuilder(chain: readonly Call[], context: RuleContext): Found | undefined {
  const tables = new Map<string, string>();
  const first = chain.at(-1);
  const name = (value: Value | undefined): void => {
    const text = value && textOf(value, context);
    const named = text === undefined ? null : /^\s{0,9}["`]?([\w.]{1,80})["`]?(?:\s{1,9}(?:as\s{1,9})?(\w{1,60}))?\s{0,9}$/i.exec(text);
    if (named?.[1] !== undefined) tables.set(named[2] ?? named[1].split('.').at(-1) ?? '', named[1]);
    if (value?.kind === 'ref' && text === undefined) tables.set(value.text, givenName(value));
  };
  const joined = chain.filter((one) => JOINS.test(one.name) && one.args.length > 1);
  const from = chain.find((one) => FROM.test(one.name));
  if (first && first.receiver === undefined && from === undefined) name(first.args[0]?.value);
  name(from?.args[0]?.value);
  for (const one of joined) name(one.args[0]?.value);
  const chosen = chain.filter((one) => (CHOOSES.test(one.name) && (one.name !== 'first' || one.args.length > 0)) || one.name === 'selectAll');
  const isBuilder = from !== undefined || joined.length > 0 || (first?.receiver === undefined && chosen.length > 0 && tables.size > 0);
  if (!isBuilder || tables.size === 0 || chain.some((one) => /^(createQueryBuilder|leftJoinAndSelect|innerJoinAndSelect)$/.test(one.name))) return undefined;
  for (const one of chosen) {
    const found = chosenOf(one, tables, joined.length > 0, context);
    if (found) return found;
  }
  // knex without `select`.
  const isAll = chosen.length === 0 && joined.length > 0 && from === undefined && chain.every((one) => !/^(count|sum|avg|min|max|pluck|insert|update|del|delete)\w*$/.test(one.name));
  return isAll ? wholeOf([...tables.values()], context) : undefined;
}
function chosenOf({ name, args, receiver }: Call, tables: ReadonlyMap<string, string>, isJoined: boolean, context: RuleContext): Found | undefined {
  // A single table that is read whole is told elsewhere.
  const every = isJoined ? [...tables.values()] : [];
  if (args.length === 0 && (name === 'selectAll' || (name === 'select' && receiver !== undefined))) return wholeOf(every, context);
  for (const value of args.flatMap((item) => listed(item.value, context))) {
    if (value.kind === 'object') {
      for (const entry of value.entries) {
        const part = entry.value;
        if (part.kind !== 'ref') continue;
        const table = tables.get(part.text);
        const found = table === undefined ? namedColumn(part.path.at(-1), part.path.at(-2) ?? part.text.split('.')[0], context) : wholeOf([table], context);
        if (found) return found;
      }
      continue;
    }
    const text = textOf(value, context);
    if (text === undefined) continue;
    const [, of, column] = /^(?:(\w{1,60})\.)?(\*|\w{1,60})/.exec(text.replace(/["`]/g, '')) ?? [];
    const isWhole = column === '*' || (name === 'selectAll' && of === undefined);
    const whole = isWhole ? (name === 'selectAll' ? tables.get(column ?? '') : of === undefined ? undefined : tables.get(of)) : undefined;
    const found = isWhole ? wholeOf(whole === undefined ? (of === undefined && name !== 'selectAll' ? every : []) : [whole], context) : namedColumn(column, (of === undefined ? undefined : tables.get(of)) ?? [...tables.values()][0], context);
    if (found) return found;
  }
  return undefined;
}
function wholeOf(names: readonly string[], context: RuleContext): Found | undefined {
  const found = names.flatMap((name): readonly Found[] => {
    const held = heldBy(name, context);
    return held ? [{ ...held, name }] : [];
  });
  return found.find((one) => one.proven) ?? found[0];
}
/** A column that is asked for by its name: only what is for nobody counts. */
function namedColumn(column: string | undefined, of: string | undefined, context: RuleContext): Found | undefined {
  if (column === undefined || !isSecret(column, of, context)) return undefined;
  return { kind: 'secret', field: column, proven: true, name: of ?? column, asked: true };
}
function isSecret(column: string, of: string | undefined, context: RuleContext): boolean {
  return heldFields([column]).secret.length > 0 || (of !== undefined && context.projectUses(`hides ${of.toLowerCase()}`) && heldFields([column, 'email']).secret.length > 0 && column !== 'token');
}

/** Models of ORMs: relations that are read along, and attributes that are asked for by name. */
function ofModel(chain: readonly Call[], context: RuleContext): Found | undefined {
  const asks = chain.find((one) => FINDS.test(one.name) && one.receiver !== undefined);
  if (!asks) return undefined;
  const owner = ownerOf(chain, asks, context);
  const dropped = owner !== undefined && chain.some(isUnscoped) && /^find/.test(asks.name) ? context.marksFrom(`drops ${tableName(owner)}.`)[0] : undefined;
  if (owner !== undefined && dropped !== undefined && !asks.args.some(({ value }) => context.option(value, 'attributes').kind !== 'absent' && value.kind === 'object')) return { kind: 'secret', field: dropped, proven: true, name: owner };
  for (const one of chain) {
    const found = ofStep(one, owner, context);
    if (found) return found;
  }
  for (const { value } of asks.args) {
    const end = context.resolve(value).value;
    const found = end.kind === 'object' ? ofOptions(end, owner, context, 0) : undefined;
    if (found) return found;
  }
  const isNarrow = chain.some((one) => /^(select|project|map|only|pick)$/.test(one.name)) || asks.args.some(({ value }) => ['select', 'attributes', 'loadEagerRelations', 'fields'].some((key) => context.option(value, key).kind !== 'absent' && value.kind === 'object'));
  return owner === undefined || isNarrow || !/^find/.test(asks.name) ? undefined : joinedTo(owner, context);
}
/** `Member.unscoped()`, `Member.scope('withPassword')`: what the default scope leaves out is read again. */
function isUnscoped({ name, args }: Call): boolean {
  const first = args[0]?.value;
  return name === 'unscoped' || (name === 'scope' && first?.kind === 'literal' && /^(with|all|full|secret|auth|include)/i.test(String(first.value)));
}
/** The model a query is about. */
function ownerOf(chain: readonly Call[], asks: Call, context: RuleContext): string | undefined {
  const made = chain.find((one) => /^(getRepository|getModel|model|collection|createQueryBuilder)$/.test(one.name) && one.args[0]?.value.kind === 'ref');
  const entity = asks.receiver && context.entity(asks.receiver)?.name;
  if (entity !== undefined) return entity;
  const first = made?.args[0]?.value ?? (/(^|\.)(em|manager|entityManager)$/.test(asks.receiver?.kind === 'ref' ? asks.receiver.text : '') ? asks.args[0]?.value : undefined);
  if (first?.kind === 'ref') return first.text;
  const base = chain.at(-1)?.receiver;
  return base?.kind === 'ref' ? ((base.root.kind === 'local' ? context.entity(base)?.name : undefined) ?? base.path.at(-1) ?? base.text) : undefined;
}
/** `.populate('skipper')`, `.leftJoinAndSelect('l.trainer', 't')`, `.select('+password')`, `.addSelect('n.hash')`, `$lookup`. */
function ofStep({ name, args }: Call, owner: string | undefined, context: RuleContext): Found | undefined {
  const [first, second] = args.map((item) => item.value);
  if (!first) return undefined;
  if (name === 'populate') return second === undefined ? ofPopulate(first, owner, context, 0) : ofPopulated(textOf(first, context), second, owner, context);
  if (/JoinAndSelect$/.test(name)) return beside(owner, textOf(first, context)?.split('.').at(-1), context);
  if (/^(withGraphFetched|withGraphJoined|preload|with|load)$/.test(name)) return beside(owner, /^\W{0,3}(\w{1,60})(?![\w(])/.exec(textOf(first, context) ?? '')?.[1], context);
  if (name === 'select' || name === 'addSelect') {
    for (const text of args.flatMap((item) => listed(item.value, context)).flatMap((value) => (textOf(value, context) ?? '').split(/[\s,]+/))) {
      const column = text.replace(/^\+/, '').split('.').at(-1) ?? '';
      if (!text.startsWith('-') && isSecret(column, owner, context)) return { kind: 'secret', field: column, proven: true, name: owner ?? column, asked: true };
    }
    return undefined;
  }
  return name === 'aggregate' ? ofStages(first, context) : undefined;
}
function ofPopulate(value: Value, owner: string | undefined, context: RuleContext, depth: number): Found | undefined {
  if (depth > DEEPEST) return undefined;
  const text = textOf(value, context);
  if (text !== undefined) return text.split(/\s+/).map((one) => beside(owner, one.split('.').at(-1), context)).find((one) => one !== undefined);
  const end = context.resolve(value).value;
  if (end.kind === 'array') return end.items.map((item) => ofPopulate(item.value, owner, context, depth + 1)).find((one) => one !== undefined);
  if (end.kind !== 'object') return undefined;
  const path = context.option(end, 'path');
  const select = context.option(end, 'select');
  if (path.kind !== 'value' || select.kind === 'unknown') return undefined;
  return select.kind === 'value' ? ofPopulated(textOf(path.value, context), select.value, owner, context) : ofPopulate(path.value, owner, context, depth + 1);
}
/** `populate('skipper', 'name')` names what is wanted; `'-email'` leaves out what it names. */
function ofPopulated(member: string | undefined, chosen: Value, owner: string | undefined, context: RuleContext): Found | undefined {
  const text = textOf(chosen, context);
  if (text === undefined) return undefined;
  const fields = text.split(/[\s,]+/).filter((one) => one !== '');
  const asked = fields.find((one) => !one.startsWith('-') && heldFields([one.replace(/^\+/, ''), 'email']).secret.length > 0);
  const found = beside(owner, member, context);
  if (asked !== undefined && found) return { ...found, kind: 'secret', field: asked.replace(/^\+/, ''), proven: true, asked: true };
  const isLeftOut = fields.length === 0 || !fields.every((one) => one.startsWith('-')) || (found?.field !== undefined ? fields.includes(`-${found.field}`) : fields.some((one) => heldFields([one.slice(1), 'email']).secret.length > 0));
  return isLeftOut ? undefined : found;
}
/** `$lookup: { from: 'sailors' }` with nothing chosen after it. */
function ofStages(value: Value, context: RuleContext): Found | undefined {
  const end = context.resolve(value).value;
  const stages = end.kind === 'array' ? end.items.map((item) => context.resolve(item.value).value) : [];
  const keys = stages.flatMap((one) => (one.kind === 'object' ? one.entries.map((entry) => entry.key) : [undefined]));
  if (keys.some((key) => key === undefined || /^\$(project|group|unset|count|replaceRoot|replaceWith|facet)$/.test(key))) return undefined;
  for (const stage of stages) {
    const lookup = stage.kind === 'object' ? context.option(stage, '$lookup') : undefined;
    const from = lookup?.kind === 'value' && context.option(lookup.value, 'pipeline').kind === 'absent' ? context.option(lookup.value, 'from') : undefined;
    const found = from?.kind === 'value' ? wholeOf([textOf(from.value, context) ?? ''], context) : undefined;
    if (found) return found;
  }
  return undefined;
}
/** `include`, `relations`, `with`, `populate`, `select` and `attributes` of a query. */
function ofOptions(options: ObjectValue, owner: string | undefined, context: RuleContext, depth: number): Found | undefined {
  if (depth > DEEPEST) return undefined;
  const chosen = ['select', 'attributes', 'columns', 'fields'].map((key) => context.option(options, key)).find((one) => one.kind === 'value');
  const fields = chosen?.kind === 'value' ? ofChosen(chosen.value, owner, context) : undefined;
  if (fields) return fields;
  for (const entry of options.entries) {
    if (!/^(include|relations|with|populate|select)$/.test(entry.key ?? '')) continue;
    // What TypeORM is told to choose holds for relations too.
    if (entry.key === 'relations' && context.option(options, 'select').kind !== 'absent') continue;
    const end = context.resolve(entry.value).value;
    const named = entry.value.kind === 'ref' && !/^(object|array|literal)$/.test(end.kind) ? entry.value : end;
    const found = entry.key === 'select' && end.kind !== 'object' ? undefined : ofInclude(named, owner, context, depth, entry.key === 'select');
    if (found) return found;
  }
  return undefined;
}
/** Fields that are asked for by name: `['id', 'passwordHash']`, `{ passwordHash: true }`. */
function ofChosen(value: Value, owner: string | undefined, context: RuleContext): Found | undefined {
  const end = context.resolve(value).value;
  const names = end.kind === 'object'
    ? end.entries.flatMap((one) => (one.key !== undefined && context.constant(one.value)?.value === true ? [one.key] : one.key === 'include' ? textsOf(one.value, context) : []))
    : end.kind === 'array' ? textsOf(end, context) : [];
  const field = names.find((one) => isSecret(one, owner, context));
  return field === undefined ? undefined : { kind: 'secret', field, proven: true, name: owner ?? field, asked: true };
}
/** What is read along: by its name, by the model, or in an object that says more of it. */
function ofInclude(value: Value, owner: string | undefined, context: RuleContext, depth: number, known: boolean): Found | undefined {
  if (depth > DEEPEST) return undefined;
  if (value.kind === 'array') {
    return value.items.map((item) => ofInclude(context.constant(item.value) === undefined && item.value.kind === 'ref' && context.resolve(item.value).value.kind === 'object' ? context.resolve(item.value).value : item.value, owner, context, depth + 1, known)).find((one) => one !== undefined);
  }
  const text = textOf(value, context);
  if (text !== undefined) return beside(owner, text.split('.').at(-1), context);
  if (value.kind === 'ref') return wholeOf([value.path.at(-1) ?? value.text], context);
  if (value.kind !== 'object') return undefined;
  const model = value.entries.find((one) => one.key === 'model' || one.key === 'association');
  if (model) {
    const name = model.value.kind === 'ref' ? (model.value.path.at(-1) ?? model.value.text) : '';
    const inner = ofOptions(value, name, context, depth + 1);
    if (inner) return inner;
    const attributes = context.option(value, 'attributes');
    const excluded = attributes.kind === 'value' ? context.option(attributes.value, 'exclude') : undefined;
    if (attributes.kind !== 'absent' && excluded?.kind !== 'value') return undefined;
    const found = wholeOf([name], context);
    return excluded?.kind === 'value' && (found?.field === undefined || textsOf(excluded.value, context).includes(found.field)) ? undefined : found;
  }
  for (const { key, value: held } of value.entries) {
    if (key === undefined) continue;
    const end = context.resolve(held).value;
    if (context.constant(held)?.value === true) {
      const found = known && linkless(key) ? undefined : beside(owner, key, context);
      // A choice of fields may name a column that is called like a person.
      if (found && (found.proven || !known)) return found;
    }
    if (end.kind !== 'object') continue;
    const isChosen = ['select', 'columns', 'attributes', 'omit', 'fields'].some((one) => context.option(end, one).kind !== 'absent');
    // TypeORM nests relations in each other without a word between.
    const inner = ofOptions(end, key, context, depth + 1);
    if (inner) return inner;
    const whole = isChosen || known ? undefined : beside(owner, key, context);
    if (whole) return whole;
  }
  return undefined;
}
/** A column, when a choice of fields names it: `select: { user: true }` is a relation, `select: { pin: true }` is told elsewhere. */
function linkless(key: string): boolean {
  return heldFields([key]).secret.length > 0;
}
function beside(owner: string | undefined, member: string | undefined, context: RuleContext): Found | undefined {
  return member === undefined || member === '' ? undefined : heldBeside(owner, member, context);
}
function listed(value: Value, context: RuleContext): readonly Value[] {
  if (value.kind === 'array') return value.items.map((item) => item.value);
  const end = value.kind === 'ref' && value.path.length === 0 ? context.resolve(value).value : value;
  return end.kind === 'array' ? end.items.map((item) => item.value) : end.kind === 'object' ? [end] : [value];
}
function textOf(value: Value, context: RuleContext): string | undefined {
  const found = context.constant(value)?.value;
  return typeof found === 'string' ? found : undefined;
}
function textsOf(value: Value, context: RuleContext): readonly string[] {
  const end = context.resolve(value).value;
  return end.kind === 'array' ? end.items.flatMap((item) => textOf(item.value, context) ?? []) : [];
}
