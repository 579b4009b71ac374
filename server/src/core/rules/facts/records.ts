import type { FunctionView } from '../../model/module.js';
import type { Call, Ref, Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';
import { refsOf } from './mentions.js';
import { ofStatement } from './record-texts.js';
import { personName, sensitiveField, tableName } from './field-names.js';

/** A whole record of a person read from a database, no field left out. */
export interface RecordRead {
  /** As the code names it: `User`. */
  readonly model: string;
  readonly library: 'mongoose' | 'prisma' | 'sequelize' | 'other';
  /** The call that asks for it; undefined: the program keeps it itself. */
  readonly call: Call | undefined;
  readonly list: boolean;
  /** The field no client needs, where it is known. */
  readonly field?: string;
  /** It stands below another record: `include: { author: true }`. */
  readonly nested?: true;
  /** The schema is known, and holds such a field. */
  readonly proven: boolean;
}
const PERSON = /^(user|account|customer|member|admin|employee|patient)s?$/i;
const READS = /^(find|findAll|findMany|findOne|findFirst|findUnique|findById|findByPk|findOneBy|findBy|findOneOrFail|findOneByOrFail|findUniqueOrThrow|findFirstOrThrow|findOneAnd(Update|Replace|Delete)|findByIdAnd(Update|Delete|Remove)|create|save|upsert|scan)$/;
const MANY = /^(find|findAll|findMany|findBy|scan)$/;
/** Steps of a query that leave all fields in it. */
const NEUTRAL = /^(where|andWhere|orWhere|whereIn|first|limit|skip|offset|sort|orderBy|order|lean|exec|populate|take|equals|in|gt|gte|lt|lte|ne|toArray|session|collation|cache|hint|catch|join|leftJoin|getOne|getMany|unscoped|selectAll|execute|executeTakeFirst|executeTakeFirstOrThrow|single|maybeSingle|eq|match|range|returning)$/;
/** Members of an answer that are its records, or a record as it is. */
const PASSES = /^(rows|0|_doc|dataValues|data|Items?|recordset)$/;
/** Steps that change records. */
const CHANGES = /^(insert|update|delete|del|insertInto|updateTable|deleteFrom|into|upsert)$/;
/** Those who own or made a record are persons too. */
const MAKER = /^(author|owner|creator|seller|buyer|createdBy)s?$/i;
/** Options that leave fields out. */
const NARROWING = ['select', 'omit', 'attributes', 'projection', 'fields', 'columns', 'exclude'];
/** Options that do not: an object of others is a projection. */
const OPTIONS = /^(where|include|order|limit|offset|relations|raw|transaction|lean|session|new|upsert|runValidators|populate|paranoid|returnDocument|returnOriginal|rejectOnEmpty|nest|cache|sort|skip|take|useFindAndModify|setDefaultsOnInsert|context|individualHooks|validate|include_docs)$/;

/** Something in the project says that the records of this table or model hold such a field, and nothing that it is left out of what is read. */
export function holdsHidden(name: string, context: RuleContext): boolean {
  const table = tableName(name);
  return table !== '' && context.projectUses(`hides ${table}`) && !context.projectUses(`trims ${table}`);
}
const FIELDS = ['password', 'passwordHash', 'password_hash', 'hashedPassword', 'hashed_password', 'passHash', 'hash', 'passwd', 'pwd', 'pin', 'pin_hash', 'pinHash', 'senha', 'contrasena', 'motDePasse', 'passwort', 'salt'];
/** What that field is called, where it is one of the usual names. */
function hiddenField(name: string, context: RuleContext): string | undefined {
  const table = tableName(name);
  return FIELDS.find((field) => context.projectUses(`hides ${table}.${field}`));
}
/** A table or a model whose whole records are too much for an answer: of persons, or known for what they hold. */
function isTelling(name: string, context: RuleContext): boolean {
  return holdsHidden(name, context) || (personName(name) && !context.projectUses(`trims ${tableName(name)}`));
}
/** The function takes such a field away: `user.password = undefined`, `delete user.password`. */
export function takesAway(fn: FunctionView): boolean {
  return fn.steps.some((step) => step.do === 'assign' && step.target.path.some((key) => key !== undefined && sensitiveField(key) !== undefined));
}

/** The query a value surely is the whole answer of. */
export function recordRead(value: Value, fn: FunctionView, context: RuleContext): RecordRead | undefined {
  const call = value.kind === 'call' ? value : value.kind === 'ref' ? answerOf(value, context) : undefined;
  if (!call) return undefined;
  const each = copiedEach(call, context);
  if (each) return recordRead(each, fn, context);
  if (call.form === 'new') return isTelling(call.callee.split('.').at(-1) ?? '', context) && isSaved(value, call, fn) ? known(call.target, call, false, context) : undefined;
  return ofQuery(call, context) ?? stated(call, context) ?? (value.kind === 'ref' ? comparedRecord(value, call, fn, context) : undefined);
}
function stated(call: Call, context: RuleContext): RecordRead | undefined {
  const found = ofStatement(call, (table) => isTable(table, context), context);
  return found && { ...found, library: 'other', proven: found.proven || holdsHidden(found.model, context) };
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

function ofQuery(call: Call, context: RuleContext): RecordRead | undefined {
  let current: Call = call;
  let all = false;
  let returns = false;
  for (let hops = 0; hops < 30; hops++) {
    const receiver = queried(current.receiver);
    // `.first('id', 'name')` of knex names the columns.
    if (isOfList(current, context) || (current.name === 'first' && receiver?.kind === 'call' && current.args.length > 0 && current.args.every(({ value }) => { const column = context.constant(value)?.value; return typeof column === 'string' && column !== '*'; }))) return undefined;
    if ((READS.test(current.name) || (/^(update|delete)$/.test(current.name) && isPrisma(receiver, context))) && receiver) {
      const held = /^find/.test(current.name) && !isNarrowed(current, context) ? ofEntity(receiver, current, context) : undefined;
      if (held && (held.field !== undefined || !holdsHidden(held.model, context))) return held.field === undefined ? undefined : held;
      const model = modelOf(receiver, current, context);
      if (model && !isNarrowed(current, context)) return known(model, current, MANY.test(current.name), context);
    }
    // All rows of a model of Objection, and one that was just written.
    const asked = current.name === 'query' && current.args.length === 0 ? receiver : receiver !== current.receiver && /^(insert|\w+AndFetch(ById)?)$/.test(current.name) ? receiver : undefined;
    if (asked?.kind === 'ref' && holdsHidden(asked.text, context)) return { model: asked.text, library: 'other', call: current, list: current.name === 'query', proven: true };
    const beside = /^find|^(create|update|upsert|delete)$/.test(current.name) && !isNarrowed(current, context) ? included(current, context) : undefined;
    if (beside !== undefined) return { model: beside, library: 'other', call: current, list: MANY.test(current.name), nested: true, proven: false };
    const from = selectedFrom(current, all, context);
    if (from !== undefined) return { model: from, library: 'other', call: current, list: true, proven: holdsHidden(from, context) };
    const table = receiver === undefined && (current !== call || /^(knex|db|trx)$/.test(current.name)) ? context.constant(current.args[0]?.value ?? current)?.value : undefined;
    if (typeof table === 'string' && isTable(table, context)) return { model: table, library: 'other', call: current, list: call.name !== 'first', proven: holdsHidden(table, context) };
    const isSelectAll = current.name === 'select' && current.args.every((item) => item.value.kind === 'literal' && item.value.value === '*');
    all ||= current.name === 'selectAll' || (isSelectAll && current.name === 'select');
    returns ||= /^returning(All)?$/.test(current.name) && current.args.every(({ value }) => context.constant(value)?.value === '*');
    const changed = returns && CHANGES.test(current.name) ? changedTable(current, context) : undefined;
    if (changed !== undefined) return { model: changed, library: 'other', call: current, list: true, proven: holdsHidden(changed, context) };
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
  const text = named?.kind === 'ref' ? (named.path.at(-1) ?? named.text) : named && context.constant(named)?.value;
  return typeof text === 'string' && isTable(text, context) ? text : undefined;
}
/** The person a record of Prisma is read with, all fields of it: `include: { author: true }`. */
function included(call: Call, context: RuleContext): string | undefined {
  const include = context.option(call.args[0]?.value, 'include');
  const end = include.kind === 'value' ? include.resolved.value : undefined;
  if (end?.kind !== 'object') return undefined;
  return end.entries.find(({ key, value }) => key !== undefined && (PERSON.test(key) || MAKER.test(key) || holdsHidden(key, context)) && context.constant(value)?.value === true)?.key;
}
/** The table of persons all columns are read from: of Kysely after `selectAll()`, of Drizzle and Supabase around `select()`. */
function selectedFrom({ name, args, receiver }: Call, all: boolean, context: RuleContext): string | undefined {
  const first = args[0]?.value;
  if (!first || args.length !== 1 || !receiver) return undefined;
  const isAll = all || (receiver.kind === 'call' && receiver.name === 'select' && receiver.args.every((item) => item.value.kind === 'literal' && item.value.value === '*'));
  if (!isAll || !/^(selectFrom|from)$/.test(name)) return undefined;
  const text = first.kind === 'ref' ? (first.path.at(-1) ?? first.text) : context.constant(first)?.value;
  const table = typeof text === 'string' ? text.replace(/\s+as\s+\w+$/i, '') : '';
  return isTable(table, context) ? table : undefined;
}
/** A table of persons, or one that is known for what it holds. */
function isTable(name: string, context: RuleContext): boolean {
  return (PERSON.test(name) && isTelling(name, context)) || holdsHidden(name, context);
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
  const field = entity.fields.find((one) => sensitiveField(one.name) !== undefined && !isHidden(one.decorators, context))?.name;
  return { model: entity.name, library: 'other', call, list: MANY.test(call.name), proven: field !== undefined, ...(field === undefined ? {} : { field }) };
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
      return made.kind === 'call' && made.form === 'new' && isTelling(made.callee.split('.').at(-1) ?? '', context) ? made.target : undefined;
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
  const field = hiddenField(name, context);
  const found: RecordRead = { model: name, library, call, list, proven: holdsHidden(name, context), ...(field === undefined ? {} : { field }) };
  if (made.kind !== 'call' || !(made.name === 'model' || made.name === 'define')) return found;
  const written = made.args[1] && context.resolve(made.args[1].value).value;
  const schema = written?.kind === 'call' ? { fields: written.args[0], options: written.args[1], call: written } : { fields: made.args[1], options: made.args[2], call: made };
  const fields = schema.fields && context.resolve(schema.fields.value).value;
  if (fields?.kind !== 'object') return found;
  if (['toJSON', 'toObject', 'defaultScope'].some((key) => context.option(schema.options?.value, key).kind === 'value') || isTrimmed(schema.call, context)) return undefined;
  const shown = fields.entries.filter((one) => one.key !== undefined && sensitiveField(one.key) !== undefined && context.constant(selectOf(one.value, context))?.value !== false);
  const [first] = shown;
  if (first?.key !== undefined) return { ...found, proven: true, field: first.key };
  return fields.open ? found : undefined;
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
