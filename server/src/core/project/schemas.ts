import type { ClassView, DeclaredField, FunctionView, ModuleView } from '../model/module.js';
import type { Call, Entry, ObjectValue, Value } from '../model/value.js';
import { heldFields, tableName } from '../rules/facts/field-names.js';
import { bindingOf } from './bound.js';
import { linkMark, marksOfFields } from './schema-texts.js';

/** Ways a model writes its records out itself, or scopes that leave fields out. */
const TRIMS = /(^|\.)(toJSON|toObject|defaultScope|serialize\w{0,20}|toClient|hiddenFields|transform|\$formatJson)$/;
const TABLES = /^(pg|mysql|sqlite|singlestore)Table$|^(createTable|table|pgTableCreator)$/;
const HIDES = /^(Exclude|HideField)$/;
const ENTITY = /^(Entity|Schema|Table|ViewEntity)$/;
const COLUMN = /^(Column|Prop|prop|Property|PrimaryKey|PrimaryColumn|PrimaryGeneratedColumn)$/;
const RELATION = /^(ManyToOne|OneToOne|OneToMany|ManyToMany|BelongsTo|HasOne|HasMany|BelongsToMany|Reference)$/;
const ASSOCIATES = /^(belongsTo|hasOne|hasMany|belongsToMany)$/;
const DEEPEST = 4;

/** A schema, a model or a table: the names it is known by, the fields it shows and the names of fields that are left out of what is read of it. */
interface Schema {
  readonly names: readonly string[];
  readonly fields: readonly string[];
  readonly hidden: readonly string[];
  readonly links: readonly (readonly [member: string, target: string, eager: boolean])[];
  /** All of its fields can be read. */
  readonly whole: boolean;
  /** What writes its records out leaves these away; 'all': nobody can tell which stay. */
  readonly trimmed: readonly string[] | 'all';
}

/**
 * What the models of a file say: 'knows user' where all fields are read, 'hides', 'keys' and 'private' with the name of the table and its fields, 'trims user' where
 * such fields are left out of what is read or written out, 'drops user.hash' for each of these, 'links flat.owner person' and 'joins flat person' for what is read along.
 */
export function* schemaMarks(module: ModuleView): Iterable<string> {
  for (const one of [...madeSchemas(module), ...classSchemas(module)]) yield* marksOf(one);
  for (const fn of [module.top, ...module.functions.values()]) for (const step of fn.steps) if (step.do === 'call') {
    yield* linked(step.call, module);
    yield* omitted(step.call);
  }
}
function* marksOf({ names, fields, hidden, links, whole, trimmed }: Schema): Iterable<string> {
  const shown = trimmed === 'all' ? fields.filter((one) => heldFields(fields).secret.includes(one) === false) : fields.filter((one) => !trimmed.includes(one));
  const secret = heldFields([...fields, ...hidden]).secret;
  const isTrimmed = trimmed === 'all' ? fields.length > 0 : secret.length > 0 && !secret.some((one) => shown.includes(one));
  for (const name of new Set(names.map(tableName))) {
    if (name === '') continue;
    if (whole) yield `knows ${name}`;
    if (isTrimmed) yield `trims ${name}`;
    for (const field of secret) if (!shown.includes(field)) yield `drops ${name}.${field}`;
    yield* marksOfFields(name, shown);
    for (const [member, target, eager] of links) {
      yield linkMark(name, member, target);
      if (eager) yield `joins ${name} ${tableName(target)}`;
    }
  }
}

function* madeSchemas(module: ModuleView): Iterable<Schema> {
  for (const fn of [module.top, ...module.functions.values()]) for (const step of fn.steps) {
    const made = step.do === 'call' ? schemaOf(step.call, module) : undefined;
    if (made) yield made;
  }
}
function schemaOf(call: Call, module: ModuleView): Schema | undefined {
  const [first, second] = call.args.map((item) => item.value);
  const text = textOf(first);
  if (/^(createTable|alterTable|table|createTableIfNotExists)$/.test(call.name) && text !== undefined && second?.kind === 'function') {
    const columns = [...(module.functions.get(second.fn)?.steps ?? [])].flatMap((step) => (step.do === 'call' && !/^bool/.test(step.call.name) ? textsIn(step.call.args[0]?.value) : []));
    return { names: [text], fields: columns, hidden: [], links: [], whole: /^create/.test(call.name), trimmed: [] };
  }
  if (call.name === 'addColumn' && text !== undefined && second) return { names: [text], fields: textsIn(second), hidden: [], links: [], whole: false, trimmed: [] };
  const isInit = call.name === 'init' && call.receiver?.kind === 'ref';
  if (!isInit && call.name !== 'model' && call.name !== 'define' && !TABLES.test(call.name)) return undefined;
  const written = isInit ? first : second;
  const fields = fieldsOf(written, module, 0);
  if (!fields) return undefined;
  const owner = isInit && call.receiver?.kind === 'ref' ? call.receiver.text : undefined;
  const names = [text ?? owner, boundName(call, module), ...optionTexts(call, /^(tableName|modelName|collection)$/)];
  const owners = [owner, boundName(call, module), written?.kind === 'ref' ? written.text : undefined].filter((one) => one !== undefined);
  const options = [...call.args.slice(isInit ? 1 : 2), ...schemaCall(written, module).slice(1)].map((item) => item.value);
  const all = fields.entries.flatMap((entry) => ofEntry(entry, 0));
  return {
    names: names.flatMap((one) => one ?? []),
    fields: all.filter((one) => !one.hidden).map((one) => one.name),
    hidden: all.filter((one) => one.hidden).map((one) => one.name),
    links: fields.entries.flatMap((entry) => referenceOf(entry)),
    whole: !fields.open,
    trimmed: trimmedBy(options, owners, module),
  };
}
/** The fields an entry of a schema makes: nested objects of Mongoose hold fields of their own; switches are none that tell. */
function ofEntry({ key, value }: Entry, depth: number): readonly { readonly name: string; readonly hidden: boolean }[] {
  if (key === undefined || isSwitch(value)) return [];
  const inner = value.kind === 'object' && depth < 2 && !value.entries.some((one) => one.key === 'type') && value.entries.length > 0 ? value.entries.flatMap((one) => ofEntry(one, depth + 1)) : [];
  return [{ name: key, hidden: value.kind === 'object' && isLeftOut(value) }, ...inner];
}
function isSwitch(value: Value): boolean {
  const type = value.kind === 'object' ? value.entries.find((one) => one.key === 'type')?.value : value;
  return (type?.kind === 'ref' && /^(.{0,20}\.)?bool(ean)?$/i.test(type.text)) || (type?.kind === 'call' && /^bool(ean)?$/i.test(type.name));
}
function isLeftOut({ entries }: ObjectValue): boolean {
  return entries.some((one) => (one.key === 'select' && isLiteral(one.value, false)) || (one.key === 'hidden' && isLiteral(one.value, true)) || (one.key === 'private' && isLiteral(one.value, true)));
}
/** `{ type: ObjectId, ref: 'Sailor' }`, also in a list. */
function referenceOf({ key, value }: Entry): readonly (readonly [string, string, boolean])[] {
  const one = value.kind === 'array' ? value.items[0]?.value : value;
  const type = one?.kind === 'object' ? one.entries.find((entry) => entry.key === 'type')?.value : undefined;
  const inner = type?.kind === 'array' ? type.items[0]?.value : one;
  const ref = inner?.kind === 'object' ? inner.entries.find((entry) => entry.key === 'ref')?.value : undefined;
  const target = textOf(ref) ?? (ref?.kind === 'ref' ? ref.text : undefined);
  const isEager = inner?.kind === 'object' && inner.entries.some((entry) => entry.key === 'autopopulate' && !isLiteral(entry.value, false));
  return key === undefined || target === undefined ? [] : [[key, target, isEager]];
}

function* classSchemas(module: ModuleView): Iterable<Schema> {
  for (const view of module.classes.values()) {
    const declared = view.declared ?? [];
    const decorator = view.decorators.find((one) => ENTITY.test(decoratorName(one)));
    if (!decorator && !declared.some((one) => one.decorators.some((held) => COLUMN.test(decoratorName(held))))) continue;
    const columns = declared.filter((one) => one.type === undefined || !/^boolean\b/.test(one.type));
    const isClosed = view.decorators.some((one) => decoratorName(one) === 'Exclude');
    yield {
      names: [view.name, ...(decorator?.kind === 'call' ? [textOf(decorator.args[0]?.value), ...optionTexts(decorator, /^(name|tableName|collection)$/)] : [])].flatMap((one) => one ?? []),
      fields: columns.filter((one) => !isClosed && !isHidden(one.decorators)).map((one) => one.name),
      hidden: columns.filter((one) => isClosed || isHidden(one.decorators)).map((one) => one.name),
      links: declared.flatMap((one) => relationOf(one)),
      whole: view.extends === undefined || (view.extends.kind === 'ref' && /(^|\.)(Model|BaseEntity|Document)$/.test(view.extends.text)),
      trimmed: joinTrims([ownTrims(view, module), trimmedBy(decorator?.kind === 'call' ? decorator.args.map(({ value }) => value) : [], madeOf(view, module), module)]),
    };
  }
}
/** The schemas @nestjs/mongoose (10, 11) makes of a class: `SchemaFactory.createForClass(User)`. */
function madeOf(view: ClassView, module: ModuleView): readonly string[] {
  const isOf = (value: Value): boolean => value.kind === 'call' && value.name === 'createForClass' && value.args[0]?.value.kind === 'ref' && value.args[0].value.text === view.name;
  return module.bindings.flatMap((one) => (isOf(one.value) ? [one.name] : []));
}
/** `@Column()` and `@Column`, under whichever name it was imported. */
function decoratorName(value: Value): string {
  const called = value.kind === 'call' ? value.target : value;
  if (called.kind !== 'ref') return '';
  return called.root.kind === 'import' && called.path.length === 0 ? called.root.name : (called.path.at(-1) ?? called.text);
}
/** What a class leaves out itself: in methods that write it out, or in a list of hidden fields. */
function ownTrims(view: ClassView, module: ModuleView): Schema['trimmed'] {
  if (view.fields.some((one) => /^(hidden|visible|\$hidden)$/.test(one.name)) || view.methods.some((id) => /\.(hidden|visible)$/.test(id))) return 'all';
  return joinTrims(view.methods.filter((id) => TRIMS.test(id)).flatMap((id) => module.functions.get(id) ?? []).map((fn) => trimmedIn(fn, module)));
}
function relationOf({ name, type, decorators }: DeclaredField): readonly (readonly [string, string, boolean])[] {
  const made = decorators.find((one) => one.kind === 'call' && RELATION.test(one.name));
  const target = /^(?:Promise<|Relation<|Ref<|Collection<|Array<)?(\w{1,60})/.exec(type ?? '')?.[1];
  if (made?.kind !== 'call' || target === undefined) return [];
  return [[name, target, made.args.some(({ value }) => value.kind === 'object' && value.entries.some((one) => one.key === 'eager' && isLiteral(one.value, true)))]];
}

/** What Prisma is told to leave out of every answer: `new PrismaClient({ omit: { user: { password: true } } })`. */
function* omitted({ name, form, args }: Call): Iterable<string> {
  const options = args[0]?.value;
  const told = name === 'PrismaClient' && form === 'new' ? 'omit' : name === '$extends' ? 'result' : undefined;
  const models = options?.kind === 'object' ? options.entries.find((one) => one.key === told)?.value : undefined;
  if (told === undefined || models?.kind !== 'object') return;
  for (const { key, value } of models.entries) {
    if (key !== undefined && value.kind === 'object' && heldFields([...value.entries.flatMap((one) => one.key ?? []), 'email']).secret.length > 0) yield `trims ${tableName(key)}`;
  }
}
/** What associations and relations say: `Pet.belongsTo(Vet, { as: 'doctor' })`, `relations(dishes, ({ one }) => ({ chef: one(chefs) }))`. */
function* linked(call: Call, module: ModuleView): Iterable<string> {
  const [first, second] = call.args.map((item) => item.value);
  if (first?.kind !== 'ref') return;
  if (ASSOCIATES.test(call.name) && call.receiver?.kind === 'ref') {
    const [as] = optionTexts(call, /^as$/);
    yield linkMark(call.receiver.text, as ?? first.text, first.text);
  }
  const body = call.name === 'relations' && second?.kind === 'function' ? module.functions.get(second.fn) : undefined;
  for (const step of body?.steps ?? []) {
    const made = step.do === 'return' && step.value?.kind === 'object' ? step.value.entries : [];
    for (const { key, value } of made) {
      const target = value.kind === 'call' && /^(one|many)$/.test(value.name) ? value.args[0]?.value : undefined;
      if (key !== undefined && target?.kind === 'ref') yield linkMark(first.text, key, target.text);
    }
  }
}

/** The fields that options, and what is done to a schema or model by name, leave out of what is written out. */
function trimmedBy(options: readonly Value[], owners: readonly string[], module: ModuleView): Schema['trimmed'] {
  const own = (value: Value | undefined): boolean => value?.kind === 'ref' && owners.some((name) => value.text === name || value.text.startsWith(`${name}.`));
  const found: Value[] = options.flatMap((one) => (one.kind === 'object' ? one.entries.flatMap(({ key, value }) => (key !== undefined && TRIMS.test(key) ? [value] : [])) : []));
  for (const fn of [module.top, ...module.functions.values()]) for (const step of fn.steps) {
    if (step.do === 'assign' && own(step.target) && step.target.path.some((key) => key !== undefined && TRIMS.test(key))) found.push(step.value);
    if (step.do !== 'call' || !own(step.call.receiver)) continue;
    const [first, second] = step.call.args.map((item) => item.value);
    if (/^(set|method|addScope)$/.test(step.call.name) && TRIMS.test(textOf(first) ?? '') && second) found.push(second);
    if (step.call.name === 'loadClass' || (step.call.name === 'plugin' && first?.kind === 'ref' && /json|private|hidden/i.test(first.text))) return 'all';
  }
  const classes = [...module.classes.values()].filter((view) => owners.includes(view.name));
  return joinTrims([...found.map((value) => trimmedWith(value, module, 0)), ...classes.map((view) => ownTrims(view, module))]);
}
function joinTrims(found: readonly Schema['trimmed'][]): Schema['trimmed'] {
  return found.includes('all') ? 'all' : found.flatMap((one) => (one === 'all' ? [] : one));
}
/** `{ transform(doc, ret) { delete ret.hash; } }`, `{ attributes: { exclude: ['hash'] } }`; options that leave nothing out are none. */
function trimmedWith(value: Value, module: ModuleView, depth: number): Schema['trimmed'] {
  if (depth > DEEPEST) return 'all';
  if (value.kind === 'function') {
    const fn = module.functions.get(value.fn);
    return fn ? trimmedIn(fn, module) : 'all';
  }
  if (value.kind !== 'object') return bindingOf(value, module) === undefined ? 'all' : trimmedWith(bindingOf(value, module)?.value ?? value, module, depth + 1);
  const told = value.entries.find((one) => /^(transform|attributes)$/.test(one.key ?? ''));
  if (!told) return value.open ? 'all' : [];
  const left = told.value.kind === 'object' ? told.value.entries.find((one) => one.key === 'exclude')?.value : undefined;
  if (left) return textsIn(left);
  return told.key === 'attributes' ? 'all' : trimmedWith(told.value, module, depth + 1);
}
/** The members a function takes away before it gives a record back; 'all': it builds something else. */
function trimmedIn(fn: FunctionView, module: ModuleView): Schema['trimmed'] {
  const gone = fn.steps.flatMap((step) => (step.do === 'assign' && step.value.kind === 'literal' ? [step.target.path.at(-1) ?? ''] : []));
  const apart = module.bindings.filter((one) => one.scope === fn.id && one.value.kind === 'ref' && one.value.path.at(-1) === one.name).map((one) => one.name);
  const calls = fn.steps.flatMap((step) => (step.do === 'call' && /^(omit|pick|only|without|reject|filter)$/.test(step.call.name) ? [step.call] : []));
  return gone.length + apart.length === 0 || calls.length > 0 ? 'all' : [...gone, ...apart];
}

/** The fields of a schema: written there, under a name, or in `new Schema({ ... })`. */
export function fieldsOf(value: Value | undefined, module: ModuleView, depth: number): ObjectValue | undefined {
  if (value === undefined || depth > DEEPEST) return undefined;
  if (value.kind === 'object') return value;
  if (value.kind === 'call') return /Schema$/.test(value.name) ? fieldsOf(value.args[0]?.value, module, depth + 1) : undefined;
  return fieldsOf(bindingOf(value, module)?.value, module, depth + 1);
}
function schemaCall(value: Value | undefined, module: ModuleView): Call['args'] {
  const end = value?.kind === 'ref' ? bindingOf(value, module)?.value : value;
  return end?.kind === 'call' && /Schema$/.test(end.name) ? end.args : [];
}
/** The name a model or a table that a call makes is bound to. */
export function boundName(call: Call, module: ModuleView): string | undefined {
  return module.bindings.find((one) => one.value === call)?.name;
}
function isHidden(decorators: readonly Value[]): boolean {
  return decorators.some((one) => one.kind === 'call' && (HIDES.test(one.name) || one.args.some(({ value }) => value.kind === 'object' && isLeftOut(value))));
}
function isLiteral(value: Value, wanted: boolean): boolean {
  return value.kind === 'literal' && value.value === wanted;
}
function textOf(value: Value | undefined): string | undefined {
  return value?.kind === 'literal' && typeof value.value === 'string' ? value.value : undefined;
}
function textsIn(value: Value | undefined): readonly string[] {
  if (value?.kind === 'array') return value.items.flatMap((item) => textsIn(item.value));
  const text = textOf(value);
  return text === undefined ? [] : [text];
}
function optionTexts(call: Call, keys: RegExp): readonly string[] {
  return call.args.flatMap(({ value }) => (value.kind === 'object' ? value.entries.flatMap((one) => (keys.test(one.key ?? '') ? (textOf(one.value) ?? []) : [])) : []));
}
