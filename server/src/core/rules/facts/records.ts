import type { FunctionView } from '../../model/module.js';
import type { Call, Ref, Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';
import { refsOf } from './mentions.js';
import { snakeCase } from './names.js';

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
const OWNER = /^_?(user|account|customer|member|admin|employee|patient)s?(_?(model|repository|repo|entity|collection|table|schema))?$/i;
const READS = /^(find|findAll|findMany|findOne|findFirst|findUnique|findById|findByPk|findOneBy|findBy|findOneOrFail|findOneByOrFail|findUniqueOrThrow|findFirstOrThrow|findOneAnd(Update|Replace|Delete)|findByIdAnd(Update|Delete|Remove)|create|save|upsert|scan)$/;
const MANY = /^(find|findAll|findMany|findBy|scan)$/;
/** Steps of a query that leave all fields in it. */
const NEUTRAL = /^(where|andWhere|orWhere|whereIn|first|limit|skip|offset|sort|orderBy|order|lean|exec|populate|take|equals|in|gt|gte|lt|lte|ne|toArray|session|collation|cache|hint|catch|join|leftJoin|getOne|getMany|unscoped|selectAll|execute|executeTakeFirst|executeTakeFirstOrThrow|single|maybeSingle|eq|match|range|returning)$/;
/** Those who own or made a record are persons too. */
const MAKER = /^(author|owner|creator|seller|buyer|createdBy)s?$/i;
/** Options that leave fields out. */
const NARROWING = ['select', 'omit', 'attributes', 'projection', 'fields', 'columns', 'exclude'];
/** Options that do not: an object of others is a projection. */
const OPTIONS = /^(where|include|order|limit|offset|relations|raw|transaction|lean|session|new|upsert|runValidators|populate|paranoid|returnDocument|returnOriginal|rejectOnEmpty|nest|cache|sort|skip|take|useFindAndModify|setDefaultsOnInsert|context|individualHooks|validate|include_docs)$/;
const SQL = /\bselect\s{1,9}(\w{1,40}\.)?\*\s{1,9}from\s{1,9}["`[]?(\w{1,40}\.)?["`[]?(users?|accounts?|customers?|members?|admins?|employees?|patients?)\b/i;
const STRONG = /^((hashed_|encrypted_)?password|passwd|password_(hash|digest|salt)|totp_secret|otp_secret|two_factor_secret|mfa_secret|(password_)?reset_token|reset_password_token|ssn|cvv|cvc|card_number)$/;
const WEAK = /^(hash|salt|otp|pin)$/;

/** A field no client needs: its name alone says so, or only in a record of a person ('likely'). */
export function sensitiveField(name: string): 'sure' | 'likely' | undefined {
  const words = snakeCase(name).replaceAll('.', '_');
  return STRONG.test(words) ? 'sure' : WEAK.test(words) ? 'likely' : undefined;
}
/** The name of a variable or model that holds a person. */
export function personName(name: string): boolean {
  return OWNER.test(name);
}
/** The function takes such a field away: `user.password = undefined`, `delete user.password`. */
export function takesAway(fn: FunctionView): boolean {
  return fn.steps.some((step) => step.do === 'assign' && step.target.path.some((key) => key !== undefined && sensitiveField(key) !== undefined));
}

/** The query a value surely is the whole answer of. */
export function recordRead(value: Value, fn: FunctionView, context: RuleContext): RecordRead | undefined {
  const call = value.kind === 'call' ? value : value.kind === 'ref' ? answerOf(value, context) : undefined;
  if (!call) return undefined;
  if (call.form === 'new') return personName(call.callee.split('.').at(-1) ?? '') && isSaved(value, call, fn) ? known(call.target, call, false, context) : undefined;
  return ofQuery(call, context) ?? ofText(call, context) ?? (value.kind === 'ref' ? comparedRecord(value, call, fn, context) : undefined);
}
/** A record whose password the same function compares: it was read with it. */
function comparedRecord(value: Ref, call: Call, fn: FunctionView, context: RuleContext): RecordRead | undefined {
  const { root } = value;
  if (root.kind !== 'local' || value.path.length > 0 || !READS.test(call.name) || isNarrowed(call, context)) return undefined;
  const field = [...refsOf(fn)].find((ref) => ref.root.kind === 'local' && ref.root.binding === root.binding && ref.path.length === 1 && sensitiveField(ref.path[0] ?? '') === 'sure')?.path[0];
  return field === undefined ? undefined : { model: value.text, library: 'other', call, list: false, field, proven: true };
}
/** `new User(...)` is a record once it was saved. */
function isSaved(value: Value, made: Call, fn: FunctionView): boolean {
  return fn.steps.some((step) => step.do === 'call' && step.call.name === 'save' && step.call.receiver?.kind === 'ref' && step.call.receiver.path.length === 0 && (value === made || value.kind === 'ref') && step.call.receiver.root.kind === 'local');
}
/** The call whose answer a name holds: a member of it that is the record, or a parameter of a function it hands its answer to. */
function answerOf(written: Ref, context: RuleContext): Call | undefined {
  const end = written.root.kind === 'local' ? context.resolve(written).value : written;
  if (end.kind === 'call') return end;
  const ref = end.kind === 'ref' ? end : written;
  if (!ref.path.every((key) => key !== undefined && /^(rows|0|_doc|dataValues|data)$/.test(key))) return undefined;
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
  for (let hops = 0; hops < 30; hops++) {
    const { receiver } = current;
    // `.first('id', 'name')` of knex names the columns.
    if (isOfList(current, context) || (current.name === 'first' && receiver?.kind === 'call' && current.args.length > 0 && current.args.every(({ value }) => typeof context.constant(value)?.value === 'string'))) return undefined;
    if ((READS.test(current.name) || (/^(update|delete)$/.test(current.name) && isPrisma(receiver))) && receiver) {
      const held = /^find/.test(current.name) && !isNarrowed(current, context) ? ofEntity(receiver, current, context) : undefined;
      if (held) return held.field === undefined ? undefined : held;
      const model = modelOf(receiver, current, context);
      if (model && !isNarrowed(current, context)) return known(model, current, MANY.test(current.name), context);
    }
    const beside = /^find|^(create|update|upsert|delete)$/.test(current.name) && !isNarrowed(current, context) ? included(current, context) : undefined;
    if (beside !== undefined) return { model: beside, library: 'other', call: current, list: MANY.test(current.name), nested: true, proven: false };
    const from = selectedFrom(current, all, context);
    if (from !== undefined) return { model: from, library: 'other', call: current, list: true, proven: false };
    const table = receiver === undefined && current !== call ? context.constant(current.args[0]?.value ?? current)?.value : undefined;
    if (typeof table === 'string' && PERSON.test(table)) return { model: table, library: 'other', call: current, list: call.name !== 'first', proven: false };
    const isSelectAll = current.name === 'select' && current.args.every((item) => item.value.kind === 'literal' && item.value.value === '*');
    all ||= current.name === 'selectAll' || (isSelectAll && current.name === 'select');
    if (receiver?.kind !== 'call' || !(NEUTRAL.test(current.name) || isSelectAll)) return undefined;
    current = receiver;
  }
  return undefined;
}
/** The person a record of Prisma is read with, all fields of it: `include: { author: true }`. */
function included(call: Call, context: RuleContext): string | undefined {
  const include = context.option(call.args[0]?.value, 'include');
  const end = include.kind === 'value' ? include.resolved.value : undefined;
  if (end?.kind !== 'object') return undefined;
  return end.entries.find(({ key, value }) => key !== undefined && (PERSON.test(key) || MAKER.test(key)) && context.constant(value)?.value === true)?.key;
}
/** The table of persons all columns are read from: of Kysely after `selectAll()`, of Drizzle and Supabase around `select()`. */
function selectedFrom({ name, args, receiver }: Call, all: boolean, context: RuleContext): string | undefined {
  const first = args[0]?.value;
  if (!first || args.length !== 1 || !receiver) return undefined;
  const isAll = all || (receiver.kind === 'call' && receiver.name === 'select' && receiver.args.every((item) => item.value.kind === 'literal' && item.value.value === '*'));
  if (!isAll || !/^(selectFrom|from)$/.test(name)) return undefined;
  const text = first.kind === 'ref' ? (first.path.at(-1) ?? first.text) : context.constant(first)?.value;
  const table = typeof text === 'string' ? text.replace(/\s+as\s+\w+$/i, '') : '';
  return PERSON.test(table) ? table : undefined;
}
/** `users.find((one) => ...)`: a list of the program, not a query. */
function isOfList({ name, receiver, args }: Call, context: RuleContext): boolean {
  const first = args[0]?.value;
  return name === 'find' && receiver?.kind === 'ref' && first?.kind === 'function' && context.body(first.fn)?.parameters.length === 1;
}
/** `prisma.user`, `this.prisma.user`. */
function isPrisma(value: Value | undefined): boolean {
  return value?.kind === 'ref' && /(^|\.)_?(prisma\w*|db)\.\w+$/i.test(value.text) && personName(value.path.at(-1) ?? '');
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
      return made.kind === 'call' && made.form === 'new' && personName(made.callee.split('.').at(-1) ?? '') ? made.target : undefined;
    }
    const name = receiver.path.at(-1) ?? receiver.text.split('.').at(-1) ?? '';
    if (personName(name) && (name !== name.toLowerCase() || receiver.path.length > 0 || !/^create|save$/.test(call.name))) return receiver;
    const first = call.args[0]?.value;
    return /^(em|manager|entityManager)$/.test(name) && first?.kind === 'ref' && personName(first.text) ? first : undefined;
  }
  const first = receiver.kind === 'call' && /^(getRepository|getModel)$/.test(receiver.name) ? receiver.args[0]?.value : undefined;
  // `db.collection('users')`.
  const named = receiver.kind === 'call' && /^(collection|table|getCollection)$/.test(receiver.name) && receiver.args[0] ? context.constant(receiver.args[0].value)?.value : undefined;
  if (typeof named === 'string' && personName(named)) return receiver;
  return first?.kind === 'ref' && personName(first.text) ? first : undefined;
}
/** An argument leaves fields out, or may do so. */
function isNarrowed(call: Call, context: RuleContext): boolean {
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
/** `query('SELECT * FROM users')`. */
function ofText(call: Call, context: RuleContext): RecordRead | undefined {
  // `sql`SELECT ...``, `db.prepare('SELECT ...').all()`.
  const isPrepared = /^(all|get|iterate)$/.test(call.name) && call.receiver?.kind === 'call' && call.receiver.name === 'prepare';
  if (call.form !== 'tagged' && !isPrepared && !/^(query|execute|raw|all|get|any|one|oneOrNone|many|manyOrNone|\$queryRawUnsafe)$/.test(call.name)) return undefined;
  const [asked] = isPrepared && call.receiver?.kind === 'call' ? call.receiver.args : call.args;
  const text = asked && textOf(asked.value, context);
  const table = text === undefined ? undefined : SQL.exec(text)?.[3];
  return table === undefined ? undefined : { model: table, library: 'other', call, list: !/^(get|one|oneOrNone)$/.test(call.name), proven: false };
}
function textOf(value: Value, context: RuleContext): string | undefined {
  const end = context.resolve(value).value;
  if (end.kind === 'template') return end.parts.map((part) => (typeof part === 'string' ? part : ' ? ')).join('');
  const constant = context.constant(end)?.value;
  return typeof constant === 'string' ? constant : undefined;
}

/** What the schema says where it can be read: with no such field in it, or all of them left out, nothing leaks. */
function known(model: Value, call: Call, list: boolean, context: RuleContext): RecordRead | undefined {
  const named = model.kind === 'call' ? context.constant(model.args[0]?.value ?? model)?.value : undefined;
  const text = model.kind === 'ref' ? model.text.replace(/^this\./, '') : typeof named === 'string' ? named : 'User';
  const name = text.split('.').at(-1) ?? text;
  const made = context.resolve(model).value;
  const isPrisma = /(^|\.)_?(prisma|prismaClient|prismaService)\.\w+$/i.test(text) || /^(findMany|findUnique|findFirst)/.test(call.name);
  const library = isPrisma ? 'prisma' : made.kind === 'call' && made.name === 'model' ? 'mongoose' : made.kind === 'call' && made.name === 'define' ? 'sequelize' : byMethod(call, context);
  const found: RecordRead = { model: name, library, call, list, proven: false };
  if (made.kind !== 'call' || !(made.name === 'model' || made.name === 'define')) return found;
  const written = made.args[1] && context.resolve(made.args[1].value).value;
  const schema = written?.kind === 'call' ? { fields: written.args[0], options: written.args[1], call: written } : { fields: made.args[1], options: made.args[2], call: made };
  const fields = schema.fields && context.resolve(schema.fields.value).value;
  if (fields?.kind !== 'object') return found;
  if (['toJSON', 'toObject', 'defaultScope'].some((key) => context.option(schema.options?.value, key).kind === 'value') || isTrimmed(schema.call, context)) return undefined;
  const shown = fields.entries.filter((one) => one.key !== undefined && sensitiveField(one.key) !== undefined && context.constant(selectOf(one.value, context))?.value !== false);
  if (shown.length > 0) return { ...found, proven: true };
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
