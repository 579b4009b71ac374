import type { FunctionView } from '../../model/module.js';
import type { Call, Ref, Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';
import { heldFields, lastName, peopleTable, sensitiveField, tableName } from './field-names.js';
import { heldBy, holdsHidden, isTelling, type RecordRead } from './held-records.js';
import { readBeside } from './joined-records.js';
import { refsOf } from './mentions.js';
import { givenName } from './query-tables.js';
import { ofStatement } from './record-texts.js';

const PERSON = /^(user|account|customer|member|admin|employee|patient)s?$/i;
const READS = /^(find|findAll|findMany|findOne|findFirst|findUnique|findById|findByPk|findOneBy|findBy|findOneOrFail|findOneByOrFail|findUniqueOrThrow|findFirstOrThrow|findAndCount|findAndCountAll|findOrCreate|findAndCountBy|paginate|findOneAnd(Update|Replace|Delete)|findByIdAnd(Update|Delete|Remove)|create|save|upsert|scan)$/;
const MANY = /^(find|findAll|findMany|findBy|findAndCount|findAndCountAll|scan)$/;
/** Steps of a query that leave all fields in it. */
const NEUTRAL = /^(where|andWhere|orWhere|whereIn|first|limit|skip|offset|sort|orderBy|order|lean|exec|populate|take|equals|in|gt|gte|lt|lte|ne|toArray|session|collation|cache|hint|catch|join|leftJoin|getOne|getMany|getOneOrFail|getManyAndCount|createQueryBuilder|groupBy|innerJoin|rightJoin|fullJoin|leftOuterJoin|setParameter|setParameters|setLock|addOrderBy|having|relation|select_all|plain|nocache|unscoped|selectAll|all|execute|executeTakeFirst|executeTakeFirstOrThrow|single|maybeSingle|eq|match|range|returning)$/;
/** Members of an answer that are its records, or a record as it is. */
const PASSES = /^(rows|0|_doc|dataValues|data|Items?|recordset|docs)$/;
/** Calls that hand a record, or some records of a list, on as they are. */
const HANDS_ON = /^(toObject|toJSON|get|lean|filter|slice|sort|toSorted|reverse|toReversed|at|find|findLast|pop|shift|reduce|flat|concat)$/;
/** Calls that wait for several queries at once. */
const SEVERAL = /(^|\.)(all|allSettled|\$transaction|batch)$/;
/** Steps that change records. */
const CHANGES = /^(insert|update|delete|del|insertInto|updateTable|deleteFrom|into|upsert)$/;
/** Options that leave fields out. */
const NARROWING = ['select', 'omit', 'attributes', 'projection', 'fields', 'columns', 'exclude'];
/** Options that do not: an object of others is a projection. */
const OPTIONS = /^(where|include|order|limit|offset|relations|raw|transaction|lean|session|new|upsert|runValidators|populate|paranoid|returnDocument|returnOriginal|rejectOnEmpty|nest|cache|sort|skip|take|useFindAndModify|setDefaultsOnInsert|context|individualHooks|validate|include_docs)$/;

/** The function takes such a field away: `user.password = undefined`, `delete user.password`; `sent`: from what is sent, not from an object of another kind. */
export function takesAway(fn: FunctionView, sent?: { readonly value: Value; readonly context: RuleContext }): boolean {
  const inner = sent === undefined ? [] : sent.context.inner(fn).flatMap((one) => one.steps.filter((step) => step.do === 'assign' && step.target.root.kind === 'parameter'));
  return [...fn.steps, ...inner].some((step) => step.do === 'assign' && step.target.path.some((key) => key !== undefined && (sensitiveField(key) !== undefined || heldFields([key]).secret.length > 0)) && !(sent && isOther(step.target, sent.value, sent.context)));
}
/** An object the function made itself of literals, or the answer of another query. */
function isOther(target: Ref, sent: Value, context: RuleContext): boolean {
  if (target.root.kind !== 'local' || sent.kind !== 'ref' || sent.root.kind !== 'local' || target.root.binding === sent.root.binding) return false;
  const made = context.resolve({ ...target, path: [], nameAt: target.at }).value;
  return made.kind === 'object' && made.entries.every(({ form, value }) => form !== 'spread' && value.kind === 'literal');
}

/** The query a value surely is the whole answer of. */
export function recordRead(value: Value, fn: FunctionView, context: RuleContext): RecordRead | undefined {
  const call = value.kind === 'call' ? value : value.kind === 'ref' ? answerOf(value, context) : undefined;
  if (!call) return undefined;
  const each = copiedEach(call, context) ?? handedOn(call);
  if (each) return recordRead(each, fn, context);
  if (call.form === 'new') return isTelling(lastName(call.callee), context) && isSaved(value, call, fn) ? known(call.target, call, false, context) : undefined;
  const own = ofQuery(call, context);
  // What is known of a table that is joined says more than the name of the first.
  const beside = own?.proven !== true ? readBeside(call, context) : undefined;
  return (beside?.proven === true ? beside : (own ?? beside)) ?? stated(call, context) ?? (value.kind === 'ref' ? comparedRecord(value, call, fn, context) : undefined);
}
/** A statement that a function of the project is handed, to run it. */
export function statedRead(value: Value, context: RuleContext): RecordRead | undefined {
  return value.kind === 'call' ? stated(value, context) : undefined;
}
function stated(call: Call, context: RuleContext): RecordRead | undefined {
  const found = ofStatement(call, (table) => isTable(table, context), context);
  if (!found) return undefined;
  return found.proven ? { ...found, library: 'other', asked: true, nested: true } : ofTable(found.model, found.call, found.list, context);
}
/** `user.toObject()`, `user.get({ plain: true })`, `rows.filter((row) => row.active)`: what is asked of a name, not of a model. */
function handedOn({ name, receiver, args }: Call): Value | undefined {
  if (!receiver || !HANDS_ON.test(name)) return undefined;
  const isPlain = name === 'get' ? args.every(({ value }) => value.kind === 'object') : !/^(find|findLast|filter|reduce)$/.test(name) || args[0]?.value.kind === 'function';
  return isPlain && (receiver.kind === 'call' || (receiver.kind === 'ref' && (receiver.root.kind === 'local' || receiver.root.kind === 'parameter'))) ? receiver : undefined;
}
/** `rows.map((row) => ({ ...row, seen: true }))`: all of each record is in it still. */
function copiedEach({ name, receiver, args }: Call, context: RuleContext): Value | undefined {
  const made = name === 'map' ? args[0]?.value : undefined;
  const body = made?.kind === 'function' ? context.body(made.fn) : undefined;
  const returned = body?.steps.flatMap((step) => (step.do === 'return' && step.value ? [step.value] : [])) ?? [];
  const [only] = returned;
  if (!body || !receiver || returned.length !== 1 || only?.kind !== 'object' || takesAway(body) || only.entries.some((one) => sensitiveField(one.key ?? '') !== undefined)) return undefined;
  const isWhole = only.entries.some(({ form, value }) => form === 'spread' && value.kind === 'ref' && value.root.kind === 'parameter' && value.root.fn === body.id && value.root.index === 0 && value.path.length === 0);
  return isWhole ? receiver : undefined;
}
/** A record whose password the same function compares: it was read with it. */
function comparedRecord(value: Ref, call: Call, fn: FunctionView, context: RuleContext): RecordRead | undefined {
  const { root } = value;
  if (root.kind !== 'local' || value.path.length > 0 || !/^(find|get|load|fetch|read|lookup|select|first|one)|^(create|save|upsert)$/i.test(call.name) || isNarrowed(call, context)) return undefined;
  const field = [...refsOf(fn)].find((ref) => ref.root.kind === 'local' && ref.root.binding === root.binding && ref.path.length === 1 && sensitiveField(ref.path[0] ?? '') === 'sure')?.path[0];
  return field === undefined ? undefined : { model: value.text, library: 'other', call, list: false, field, proven: true };
}
/** `new User(...)` is a record once it was saved. */
function isSaved(value: Value, made: Call, fn: FunctionView): boolean {
  return fn.steps.some((step) => step.do === 'call' && step.call.name === 'save' && step.call.receiver?.kind === 'ref' && step.call.receiver.path.length === 0 && (value === made || value.kind === 'ref') && step.call.receiver.root.kind === 'local');
}
/** The call whose answer a name holds: a member of it that is the record, or a parameter of a function it hands its answer to. */
export function answerOf(written: Ref, context: RuleContext): Call | undefined {
  const end = written.root.kind === 'local' ? context.resolve(written).value : written;
  if (end.kind === 'call') return end;
  const ref = end.kind === 'ref' ? end : written;
  const several = ref.root.kind === 'value' && ref.root.of.kind === 'call' && SEVERAL.test(ref.root.of.callee || ref.root.of.name) ? context.resolve(ref.root.of.args[0]?.value ?? ref).value : undefined;
  if (several?.kind === 'array') {
    const asked = several.items[Number(ref.path[0])]?.value;
    return asked?.kind === 'call' && ref.path.slice(1).every((key) => key !== undefined && PASSES.test(key)) ? asked : undefined;
  }
  const made = ref.root.kind === 'local' && ref.path.length > 0 ? context.resolve({ ...ref, path: [] }).value : undefined;
  if (made?.kind === 'call') return ref.path.every((key) => key !== undefined && PASSES.test(key)) ? made : undefined;
  if (!ref.path.every((key) => key !== undefined && PASSES.test(key))) return undefined;
  if (ref.root.kind === 'value') return ref.root.of.kind === 'call' ? ref.root.of : undefined;
  if (ref.root.kind !== 'parameter') return undefined;
  const { fn, index } = ref.root;
  const around = context.body(fn)?.within;
  const outer = around === undefined ? undefined : context.body(around);
  for (const step of outer?.steps ?? []) {
    if (step.do !== 'call' || !step.call.args.some((item) => item.value.kind === 'function' && item.value.fn === fn)) continue;
    if (step.call.name === 'then') return index === 0 && step.call.receiver?.kind === 'call' ? step.call.receiver : undefined;
    return index === 1 ? step.call : undefined;
  }
  return undefined;
}

/** `.first('id', 'name')` and `.first(columns)` of knex 3 name the columns; a list nobody can read is one. */
function namesColumns({ args }: Call, context: RuleContext): boolean {
  return args.length > 0 && args.every(({ value }) => context.resolve(value).value.kind !== 'function' && context.constant(value)?.value !== '*');
}
function ofQuery(call: Call, context: RuleContext): RecordRead | undefined {
  let current: Call = call;
  let all = false;
  let returns = false;
  for (let hops = 0; hops < 30; hops++) {
    const receiver = queried(current.receiver);
    if (isOfList(current, context) || (current.name === 'first' && receiver?.kind === 'call' && namesColumns(current, context))) return undefined;
    if ((READS.test(current.name) || (/^(update|delete)$/.test(current.name) && isPrisma(receiver, context))) && receiver) {
      const held = /^find/.test(current.name) && !isNarrowed(current, context) ? ofEntity(receiver, current, context) : undefined;
      if (held && (held.field !== undefined || !holdsHidden(held.model, context))) return held.field === undefined ? undefined : held;
      const model = modelOf(receiver, current, context);
      if (model && !isNarrowed(current, context)) return known(model, current, MANY.test(current.name), context);
    }
    // All rows of a model of Objection, and one that was just written.
    const asked = current.name === 'query' && current.args.length === 0 ? receiver : receiver !== current.receiver && /^(insert|\w+AndFetch(ById)?)$/.test(current.name) ? receiver : undefined;
    if (asked?.kind === 'ref' && heldBy(asked.text, context)?.proven === true) return ofTable(asked.text, current, current.name === 'query', context);
    const entity = current.name === 'createQueryBuilder' && receiver ? (ofEntity(receiver, current, context) ?? builtOn(receiver, current, context)) : undefined;
    if (entity) return entity;
    const from = selectedFrom(current, all, context);
    if (from !== undefined) return ofTable(from, current, true, context);
    const table = receiver === undefined && (current !== call || /^(knex|db|trx)$/.test(current.name)) ? context.constant(current.args[0]?.value ?? current)?.value : undefined;
    if (typeof table === 'string' && isTable(table, context)) return ofTable(table, current, call.name !== 'first', context);
    const isSelectAll = current.name === 'select' && current.args.every((item) => item.value.kind === 'literal' && item.value.value === '*');
    all ||= current.name === 'selectAll' || (isSelectAll && current.name === 'select');
    returns ||= /^returning(All)?$/.test(current.name) && current.args.every(({ value }) => context.constant(value)?.value === '*');
    const changed = returns && CHANGES.test(current.name) ? changedTable(current, context) : undefined;
    if (changed !== undefined) return ofTable(changed, current, true, context);
    if (receiver?.kind !== 'call' || !((returns && (CHANGES.test(current.name) || /^(values|set|onConflict\w*)$/.test(current.name))) || NEUTRAL.test(current.name) || isSelectAll)) return undefined;
    current = receiver;
  }
  return undefined;
}
/** Objection: `Person.query().findById(1)` is asked of `Person`. */
function queried(receiver: Value | undefined): Value | undefined {
  return receiver?.kind === 'call' && /^(query|unscoped)$/.test(receiver.name) && receiver.receiver?.kind === 'ref' && /(^|\.)[A-Z]\w*$/.test(receiver.receiver.text) ? receiver.receiver : receiver;
}
/** The table a statement of Drizzle, Kysely or knex changes, which gives the changed records back. */
function changedTable({ args, receiver }: Call, context: RuleContext): string | undefined {
  const first = args[0]?.value;
  const named = receiver?.kind === 'call' && receiver.receiver === undefined ? receiver.args[0]?.value : first;
  const text = named?.kind === 'ref' ? givenName(named) : named && context.constant(named)?.value;
  return typeof text === 'string' && isTable(text, context) ? text : undefined;
}
/** The table of persons all columns are read from: of Kysely after `selectAll()`, of Drizzle and Supabase around `select()`. */
function selectedFrom({ name, args, receiver }: Call, all: boolean, context: RuleContext): string | undefined {
  const first = args[0]?.value;
  if (!first || args.length !== 1 || !receiver) return undefined;
  const isAll = all || (receiver.kind === 'call' && receiver.name === 'select' && receiver.args.every((item) => item.value.kind === 'literal' && item.value.value === '*'));
  if (!isAll || !/^(selectFrom|from)$/.test(name)) return undefined;
  const text = first.kind === 'ref' ? givenName(first) : context.constant(first)?.value;
  const table = typeof text === 'string' ? text.replace(/\s+as\s+\w+$/i, '') : '';
  return isTable(table, context) ? table : undefined;
}
/** A table of persons, or one that is known for what it holds. */
function isTable(name: string, context: RuleContext): boolean {
  const held = heldBy(name, context);
  return held !== undefined ? held.proven || PERSON.test(name) : isOfPeople(name, context);
}
/** People whose columns nobody can tell: nothing in the project makes the table. */
function isOfPeople(name: string, context: RuleContext): boolean {
  const table = tableName(name);
  return peopleTable(table) && !['knows', 'trims'].some((mark) => context.projectUses(`${mark} ${table}`));
}
function ofTable(model: string, call: Call, list: boolean, context: RuleContext): RecordRead {
  const held = heldBy(model, context) ?? (isOfPeople(model, context) ? { kind: 'personal' as const, field: undefined, proven: false } : undefined);
  return { model, library: 'other', call, list, proven: held?.proven === true, ...(held?.field === undefined ? {} : { field: held.field }), ...(held === undefined || held.kind === 'secret' ? {} : { kind: held.kind }) };
}
/** `getRepository(Trainer).createQueryBuilder('t')`. */
function builtOn(receiver: Value, call: Call, context: RuleContext): RecordRead | undefined {
  const first = receiver.kind === 'call' && receiver.name === 'getRepository' ? receiver.args[0]?.value : undefined;
  const name = first?.kind === 'ref' ? first.text : receiver.kind === 'ref' ? (receiver.path.at(-1) ?? receiver.text) : undefined;
  return name !== undefined && heldBy(name, context)?.proven === true ? ofTable(name, call, true, context) : undefined;
}
/** `users.find((one) => ...)`: a list of the program, not a query. */
function isOfList({ name, receiver, args }: Call, context: RuleContext): boolean {
  const first = args[0]?.value;
  return name === 'find' && receiver?.kind === 'ref' && first?.kind === 'function' && context.body(first.fn)?.parameters.length === 1;
}
/** `prisma.user`, `this.prisma.user`. */
function isPrisma(value: Value | undefined, context: RuleContext): boolean {
  return value?.kind === 'ref' && /(^|\.)_?(prisma\w*|db)\.\w+$/i.test(value.text) && isTelling(value.path.at(-1) ?? '', context);
}
/** The class behind a repository declares such a field, and nothing leaves it out. */
function ofEntity(receiver: Value, call: Call, context: RuleContext): RecordRead | undefined {
  const entity = context.entity(receiver);
  if (!entity || entity.fields.length === 0) return undefined;
  const held = heldFields(entity.fields.filter((one) => !isHidden(one.decorators, context) && !/^boolean\b/.test(one.type ?? '')).map((one) => one.name));
  const kind = held.secret.length > 0 || context.projectUses(`hides ${tableName(entity.name)}`) ? 'secret' : held.key.length > 0 ? 'key' : 'personal';
  // What the schema takes out whenever it writes a record out.
  const field = kind === 'secret' && context.projectUses(`trims ${tableName(entity.name)}`) ? undefined : held[kind][0];
  const found: RecordRead = { model: entity.name, library: 'other', call, list: MANY.test(call.name), proven: field !== undefined };
  return field === undefined ? found : { ...found, field, ...(kind === 'secret' ? {} : { kind }) };
}
/** `@Column({ select: false })`, `@Exclude()`, `@Property({ hidden: true })`. */
function isHidden(decorators: readonly Value[], context: RuleContext): boolean {
  return decorators.some((one) => {
    if (one.kind !== 'call') return false;
    const isLeftOut = (key: string, value: boolean): boolean => one.args.some((item) => { const answer = context.option(item.value, key); return answer.kind === 'value' && context.constant(answer.value)?.value === value; });
    return /^(Exclude|HideField)$/.test(one.name) || isLeftOut('select', false) || isLeftOut('hidden', true);
  });
}
/** What names the model: `User`, `prisma.user`, `this.usersRepository`, `getRepository(User)`, or the entity handed over. */
function modelOf(receiver: Value, call: Call, context: RuleContext): Value | undefined {
  if (receiver.kind === 'ref') {
    if (call.name === 'save' && receiver.path.length === 0) {
      const made = context.resolve(receiver).value;
      return made.kind === 'call' && made.form === 'new' && isTelling(lastName(made.callee), context) ? made.target : undefined;
    }
    const name = receiver.path.at(-1) ?? receiver.text.split('.').at(-1) ?? '';
    if (isTelling(name, context) && (name !== name.toLowerCase() || receiver.path.length > 0 || !/^create|save$/.test(call.name))) return receiver;
    const first = call.args[0]?.value;
    return /^(em|manager|entityManager)$/.test(name) && first?.kind === 'ref' && isTelling(first.text, context) ? first : undefined;
  }
  const first = receiver.kind === 'call' && /^(getRepository|getModel)$/.test(receiver.name) ? receiver.args[0]?.value : undefined;
  // `db.collection('users')`.
  const named = receiver.kind === 'call' && /^(collection|table|getCollection|model)$/.test(receiver.name) && receiver.args[0] ? context.constant(receiver.args[0].value)?.value : undefined;
  if (typeof named === 'string' && isTelling(named, context)) return receiver;
  return first?.kind === 'ref' && isTelling(first.text, context) ? first : undefined;
}
/** An argument leaves fields out, or may do so. */
export function isNarrowed(call: Call, context: RuleContext): boolean {
  const takesOptions = /^(findAll|findMany|findFirst|findUnique|findUniqueOrThrow|findFirstOrThrow|upsert)$/.test(call.name);
  return call.args.some(({ value, spread }, index) => {
    if (spread) return true;
    if (value.kind === 'function') return false;
    const end = context.resolve(value).value;
    if (end.kind !== 'object') return index === 0 ? takesOptions && end.kind !== 'literal' : /^find(One|ById)?$/.test(call.name) && !(end.kind === 'literal' && (end.value === null || end.value === undefined));
    if (NARROWING.some((key) => context.option(end, key).kind === 'value')) return true;
    if (end.open && (index > 0 || takesOptions)) return true;
    return index === 1 && /^find(One|ById)?$/.test(call.name) && end.entries.some((one) => one.key !== undefined && !OPTIONS.test(one.key));
  });
}
/** What the schema says where it can be read: with no such field in it, or all of them left out, nothing leaks. */
function known(model: Value, call: Call, list: boolean, context: RuleContext): RecordRead | undefined {
  const named = model.kind === 'call' ? context.constant(model.args[0]?.value ?? model)?.value : undefined;
  const text = model.kind === 'ref' ? model.text.replace(/^this\./, '') : typeof named === 'string' ? named : 'User';
  const name = text.split('.').at(-1) ?? text;
  const made = context.resolve(model).value;
  const isPrisma = /(^|\.)_?(prisma|prismaClient|prismaService)\.\w+$/i.test(text) || /^(findMany|findUnique|findFirst)/.test(call.name);
  const library = isPrisma ? 'prisma' : made.kind === 'call' && made.name === 'model' ? 'mongoose' : made.kind === 'call' && made.name === 'define' ? 'sequelize' : byMethod(call, context);
  const found: RecordRead = { ...ofTable(name, call, list, context), library };
  if (made.kind !== 'call' || !(made.name === 'model' || made.name === 'define')) return found;
  const written = made.args[1] && context.resolve(made.args[1].value).value;
  const schema = written?.kind === 'call' ? { fields: written.args[0], options: written.args[1], call: written } : { fields: made.args[1], options: made.args[2], call: made };
  const fields = schema.fields && context.resolve(schema.fields.value).value;
  if (fields?.kind !== 'object') return found;
  if (['toJSON', 'toObject', 'defaultScope'].some((key) => context.option(schema.options?.value, key).kind === 'value') || isTrimmed(schema.call, context)) return undefined;
  const shown = fields.entries.filter((one) => one.key !== undefined && sensitiveField(one.key) !== undefined && context.constant(selectOf(one.value, context))?.value !== false);
  const [first] = shown;
  if (first?.key !== undefined) return { ...found, proven: true, field: first.key };
  return fields.open || found.kind !== undefined ? found : undefined;
}
function selectOf(value: Value, context: RuleContext): Value {
  const answer = context.option(value, 'select');
  return answer.kind === 'value' ? answer.value : { kind: 'literal', value: undefined, at: value.at };
}
function byMethod(call: Call, context: RuleContext): RecordRead['library'] {
  if (/^(findAll|findByPk)$/.test(call.name)) return 'sequelize';
  if (/^(findById|findByIdAnd\w+|findOneAnd\w+)$/.test(call.name)) return 'mongoose';
  return context.projectUses('mongoose') && !context.projectUses('sequelize') && !context.projectUses('typeorm') ? 'mongoose' : 'other';
}
/** `schema.methods.toJSON = ...`, `schema.set('toJSON', ...)`, `User.prototype.toJSON = ...`, or a plugin nobody knows, in the file of the schema. */
function isTrimmed(schema: Call, context: RuleContext): boolean {
  const top = context.top(context.pathOf(schema.at));
  return (top?.steps ?? []).some((step) => {
    if (step.do === 'assign') return step.target.path.some((key) => key === 'toJSON' || key === 'toObject' || key === 'transform');
    if (step.do !== 'call') return false;
    const first = step.call.args[0];
    if (step.call.name === 'plugin') return first !== undefined && /json|private|hidden|toJSON/i.test(first.value.kind === 'ref' ? first.value.text : '');
    return (step.call.name === 'set' || step.call.name === 'method') && first?.value.kind === 'literal' && /^to(JSON|Object)$/.test(String(first.value.value));
  });
}
