import type { FunctionView, ModuleView } from '../model/module.js';
import type { Call, ObjectValue, Ref, Value } from '../model/value.js';
import { holdsSensitive, sensitiveField, tableName } from '../rules/facts/field-names.js';
import { refsIn } from '../rules/facts/mentions.js';
import { tableOf, textsIn } from '../rules/facts/query-tables.js';
import { statementText } from '../rules/facts/record-texts.js';
import { bindingOf } from './bound.js';

/** Files that speak of neither are not looked at. */
const SPEAKS = /pass|hash|salt|senha|clave|secret|pwd|kennwort|pin\b|digest|contrase|wachtwoord|bcrypt|argon2|scrypt|timingSafe/i;
/** The file decides itself what its records look like in an answer. */
const TRIMS = /\b(toJSON|toObject|defaultScope|serialize\w{0,20}|toClient|hiddenFields)\b/;
const HASHES = /(^|\.)(hash|hashSync|hash_?password|scrypt|scryptSync|pbkdf2|pbkdf2Sync|make_?hash|encrypt_?password)$/i;
const COMPARES = /^(node:)?(bcrypt(js|-ts)?|argon2|@node-rs\/(bcrypt|argon2)|crypto|scrypt-kdf|oslo\/password)\.(\w+\.)?(compare(Sync)?|verify(Sync)?|timingSafeEqual|scrypt(Sync)?|pbkdf2(Sync)?)$/;
const WRITES = /^(create|insert(One|Many)?|values|save|upsert|build|update(One)?|set|register)$/;
const PASSES = /^(rows|0|_doc|dataValues|data|results)$/;
const TABLES = /^(pg|mysql|sqlite|singlestore)Table$|^(createTable|table|pgTableCreator)$/;
const HIDES = /^(Exclude|HideField)$/;
const DEEPEST = 30;

/**
 * What a file says of records: 'hides user' and 'hides user.hash' where the table, model or collection of that name holds a field that no client
 * needs (a hash of a password, a salt), 'trims user' where it is left out of what is read or written out,
 * 'signs in user' where passport is given whole records of it.
 */
export function* recordMarks(module: ModuleView, text: string): Iterable<string> {
  if (!SPEAKS.test(text)) return;
  const found = new Set<string>();
  const hide = (name: string | undefined, fields: readonly string[], word = 'hides'): void => {
    if (name === undefined || name === '') return;
    found.add(`${word} ${name}`);
    if (word === 'hides') for (const field of fields) found.add(`hides ${name}.${field}`);
  };
  const trims = TRIMS.test(text);
  for (const fn of [module.top, ...module.functions.values()]) for (const step of fn.steps) {
    if (step.do !== 'call') continue;
    const { call } = step;
    const made = schemaOf(call, module);
    if (made) for (const name of [...made.names, boundName(call, module)]) hide(name, made.fields, made.hides && !(made.owner === undefined ? trims : trimsItself(made.owner, call, module)) ? 'hides' : 'trims');
    if (COMPARES.test(call.callee)) for (const { value } of call.args) for (const ref of refsIn(value)) hide(recordRead(ref, fn, module), [ref.path.at(-1) ?? '']);
    if (WRITES.test(call.name) || call.form === 'new') for (const { value } of call.args) {
      const fields = written(value, module);
      if (fields.length > 0) hide(call.form === 'new' ? tableName(call.callee) : tableOf(call, (value) => textOf(value, module)), fields);
    }
    if (call.name === 'deserializeUser' || /Strategy$/.test(call.form === 'new' ? call.callee : '')) for (const name of signedIn(call, module)) found.add(`signs in ${name}`);
    if (!/^(select|first|returning|columns|column|pluck)$/.test(call.name)) continue;
    const fields = sensitiveIn(call.args.flatMap((item) => textsIn(item.value)));
    if (fields.length > 0) hide(tableOf(call, (value) => textOf(value, module)), fields);
  }
  for (const view of module.classes.values()) {
    if (!view.decorators.some((one) => one.kind === 'call' && /^(Entity|Schema|Table|ViewEntity)$/.test(one.name))) continue;
    const fields = (view.declared ?? []).filter((one) => sensitiveField(one.name) === 'sure');
    if (fields.length > 0) hide(tableName(view.name), fields.map((one) => one.name), fields.some((one) => !isHidden(one.decorators)) && !view.methods.some((id) => TRIMS.test(id)) ? 'hides' : 'trims');
  }
  for (const mark of textMarks(text)) found.add(mark);
  yield* found;
}

/** What statements of SQL in a text say: columns that are made, written or read. */
export function* textMarks(text: string): Iterable<string> {
  for (const [table, columns] of statements(text)) yield* marksOf(table, columns);
}
/** The models of a schema of Prisma. */
export function* prismaMarks(text: string): Iterable<string> {
  for (const [, name = '', body = ''] of text.matchAll(/^\s{0,8}model\s{1,9}(\w{1,60})\s{0,9}\{([^}]{0,8000})\}/gm)) {
    const fields = [...body.matchAll(/^[ \t]{0,20}(\w{1,60})[ \t]{1,40}(?:String|Bytes)\b/gm)].map((match) => match[1] ?? '');
    yield* marksOf(name, fields);
  }
}
function* marksOf(table: string, columns: readonly string[]): Iterable<string> {
  const fields = sensitiveIn(columns);
  if (fields.length > 0) yield `hides ${tableName(table)}`;
  for (const field of fields) yield `hides ${tableName(table)}.${field}`;
}
/** Those of the fields of one record that no client needs. */
function sensitiveIn(names: readonly string[]): readonly string[] {
  return holdsSensitive(names) ? names.filter((name) => sensitiveField(name) !== undefined) : [];
}

/** The tables that statements of SQL in a text name, with the columns they name of each. */
export function* statements(text: string): Iterable<readonly [string, readonly string[]]> {
  for (const match of text.matchAll(/\b(?:create\s{1,9}table\s{1,9}(?:if\s{1,9}not\s{1,9}exists\s{1,9})?|insert\s{1,9}(?:or\s{1,9}\w{1,20}\s{1,9})?into\s{1,9})["`[]?((?:\w{1,60}["`\]]?\.["`[]?)?\w{1,60})["`\]]?\s{0,9}\(/gi))
    yield [match[1] ?? '', columnsIn(text.slice(match.index + match[0].length, match.index + match[0].length + 4000))];
  for (const match of text.matchAll(/\bselect\s{1,9}([\w\s,."`]{1,400})\sfrom\s{1,9}["`[]?((?:\w{1,60}["`\]]?\.["`[]?)?\w{1,60})/gi))
    if (!/\bfrom\b/i.test(match[1] ?? '')) yield [match[2] ?? '', namesIn(match[1] ?? '')];
  for (const match of text.matchAll(/\bupdate\s{1,9}["`[]?((?:\w{1,60}["`\]]?\.["`[]?)?\w{1,60})["`\]]?\s{1,9}set\s{1,9}([^;]{1,200})/gi))
    yield [match[1] ?? '', [...(match[2] ?? '').matchAll(/(\w{1,60})["`\]]?\s{0,4}=/g)].map((one) => one[1] ?? '')];
  for (const match of text.matchAll(/\balter\s{1,9}table\s{1,9}["`[]?((?:\w{1,60}["`\]]?\.["`[]?)?\w{1,60})["`\]]?\s{1,9}add\s{1,9}(?:column\s{1,9})?(?:if\s{1,9}not\s{1,9}exists\s{1,9})?["`[]?(\w{1,60})/gi))
    yield [match[1] ?? '', [match[2] ?? '']];
}
/** The first name of each part up to the bracket that closes the list. */
function columnsIn(text: string): readonly string[] {
  let depth = 1;
  let end = 0;
  while (end < text.length && depth > 0) {
    const character = text[end];
    if (character === '(') depth++;
    else if (character === ')') depth--;
    end++;
  }
  return namesIn(text.slice(0, end));
}
function namesIn(list: string): readonly string[] {
  return list.split(',').map((part) => /^[\s"`[]{0,40}(?:\w{1,60}["`\]]?\.["`[]?)?(\w{1,60})/.exec(part)?.[1] ?? '');
}

/** A schema, a model or a table that a call makes: the names it is known by, and whether what is read of it holds such a field. */
function schemaOf(call: Call, module: ModuleView): { readonly names: readonly string[]; readonly fields: readonly string[]; readonly hides: boolean; readonly owner?: string } | undefined {
  const [first, second] = call.args.map((item) => item.value);
  const text = first?.kind === 'literal' && typeof first.value === 'string' ? first.value : undefined;
  if (/^(createTable|alterTable|table|createTableIfNotExists)$/.test(call.name) && text !== undefined && second?.kind === 'function') {
    const columns = [...(module.functions.get(second.fn)?.steps ?? [])].flatMap((step) => (step.do === 'call' ? textsIn(step.call.args[0]?.value) : []));
    return holdsSensitive(columns) ? { names: [tableName(text)], fields: sensitiveIn(columns), hides: true } : undefined;
  }
  if (call.name === 'addColumn' && text !== undefined && second) return holdsSensitive(textsIn(second)) ? { names: [tableName(text)], fields: textsIn(second), hides: true } : undefined;
  const isInit = call.name === 'init' && call.receiver?.kind === 'ref';
  const isModel = call.name === 'model' || call.name === 'define' || TABLES.test(call.name);
  if (!isModel && !isInit) return undefined;
  const fields = fieldsOf(isInit ? first : second, module, 0);
  if (!fields) return undefined;
  const names = sensitiveIn(keysOf(fields));
  const sensitive = fields.entries.filter(({ key }) => key !== undefined && names.includes(key));
  if (sensitive.length === 0) return undefined;
  const shown = sensitive.filter(({ value }) => !(value.kind === 'object' && value.entries.some((one) => (one.key === 'select' && isLiteral(one.value, false)) || (one.key === 'hidden' && isLiteral(one.value, true)))));
  const owner = isInit && call.receiver?.kind === 'ref' ? { owner: call.receiver.text } : {};
  return { names: [tableName(text ?? (call.receiver?.kind === 'ref' ? call.receiver.text : ''))], fields: shown.flatMap(({ key }) => (key === undefined ? [] : [key])), hides: shown.length > 0, ...owner };
}
/** A class of a model has a way of its own to write its records out, or a scope that leaves fields out. */
function trimsItself(owner: string, call: Call, module: ModuleView): boolean {
  const view = [...module.classes.values()].find((one) => one.name === owner);
  return view?.methods.some((id) => TRIMS.test(id)) === true || call.args.some(({ value }) => value.kind === 'object' && value.entries.some((one) => TRIMS.test(one.key ?? '')));
}
function isLiteral(value: Value, wanted: boolean): boolean {
  return value.kind === 'literal' && value.value === wanted;
}
/** The fields of a schema: written there, under a name, or in `new Schema({ ... })`. */
export function fieldsOf(value: Value | undefined, module: ModuleView, depth: number): ObjectValue | undefined {
  if (value === undefined || depth > 3) return undefined;
  if (value.kind === 'object') return value;
  if (value.kind === 'call') return /Schema$/.test(value.name) ? fieldsOf(value.args[0]?.value, module, depth + 1) : undefined;
  return fieldsOf(behind(value, module), module, depth + 1);
}
/** What a local name was made as. */
function behind(value: Value, module: ModuleView): Value | undefined {
  return bindingOf(value, module)?.value;
}
/** The table a call makes, by the name it is bound to. */
export function boundName(call: Call, module: ModuleView): string | undefined {
  const bound = module.bindings.find((one) => one.value === call);
  return bound && tableName(bound.name);
}
function isHidden(decorators: readonly Value[]): boolean {
  return decorators.some((one) => one.kind === 'call' && (HIDES.test(one.name) || one.args.some(({ value }) => value.kind === 'object' &&
    value.entries.some((entry) => (entry.key === 'select' && isLiteral(entry.value, false)) || (entry.key === 'hidden' && isLiteral(entry.value, true))))));
}

/** The models whose whole records a callback hands to passport: `done(null, user)`, `User.findById(id, done)`. */
function signedIn(call: Call, module: ModuleView): readonly string[] {
  const outer = call.args.map((item) => item.value).findLast((one) => one.kind === 'function');
  const callback = outer && module.functions.get(outer.fn);
  if (!callback) return [];
  const isDone = (value: Value): boolean => value.kind === 'ref' && value.path.length === 0 && value.root.kind === 'parameter' && value.root.fn === callback.id && value.root.index === callback.parameters.length - 1;
  return [...module.functions.values()].filter((fn) => fn.id === callback.id || fn.within === callback.id).flatMap((fn) => fn.steps.flatMap((step) => {
    if (step.do !== 'call') return [];
    const given = step.call.args[1]?.value;
    const read = isDone(step.call.target) ? (given?.kind === 'ref' ? sourceOf(given, fn, module, 0) : undefined) : step.call.args.some(({ value }) => isDone(value)) && step.call.name !== 'then' ? step.call : undefined;
    const name = read && !isNarrowed(read) ? tableOf(read, (value) => textOf(value, module)) : undefined;
    return name === undefined || name === '' ? [] : [name];
  }));
}
/** Some step of a query names the fields it wants. */
function isNarrowed(call: Call): boolean {
  let current: Value | undefined = call;
  for (let hops = 0; current?.kind === 'call' && hops < DEEPEST; hops++) {
    if (/^(select|only|pick|columns|map)$/.test(current.name)) return true;
    const narrows = current.args.some(({ value }, index) =>
      (value.kind === 'object' && value.entries.some((one) => /^(select|omit|attributes|projection|fields|columns)$/.test(one.key ?? ''))) || (index > 0 && value.kind === 'literal' && typeof value.value === 'string'));
    if (narrows) return true;
    current = current.receiver;
  }
  return false;
}

/** The table a compared member was read from: `bcrypt.compare(given, row.pin)` says that the records of `row` hold it. */
function recordRead(ref: Ref, fn: FunctionView, module: ModuleView): string | undefined {
  if (ref.path.length === 0 || ref.path.at(-1) === undefined) return undefined;
  const source = sourceOf({ ...ref, path: ref.path.slice(0, -1) }, fn, module, 0);
  return source && tableOf(source, (value) => textOf(value, module));
}
/** The query a name holds the answer of, or a part of it that is a record. */
function sourceOf(ref: Ref, fn: FunctionView, module: ModuleView, depth: number): Call | undefined {
  if (depth > 4 || !ref.path.every((key) => key === undefined || PASSES.test(key))) return undefined;
  if (ref.root.kind === 'value') return ref.root.of.kind === 'call' ? ref.root.of : undefined;
  if (ref.root.kind === 'parameter') return callAround(ref.root.fn, ref.root.index, fn, module);
  const made = ref.root.kind === 'local' ? module.bindings[ref.root.binding]?.value : undefined;
  return made?.kind === 'call' ? made : made?.kind === 'ref' ? sourceOf(made, fn, module, depth + 1) : undefined;
}
/** `User.findOne({ ... }, (err, user) => ...)`, `User.findOne({ ... }).then((user) => ...)`. */
function callAround(id: FunctionView['id'], index: number, inner: FunctionView, module: ModuleView): Call | undefined {
  const callback = module.functions.get(id) ?? inner;
  const outer = callback.within === undefined || callback.within === module.top.id ? module.top : module.functions.get(callback.within);
  const step = outer?.steps.find((one) => one.do === 'call' && one.call.args.some(({ value }) => value.kind === 'function' && value.fn === id));
  if (step?.do !== 'call') return undefined;
  if (step.call.name === 'then') return index === 0 && step.call.receiver?.kind === 'call' ? step.call.receiver : undefined;
  return index === 1 ? step.call : undefined;
}

/** What an object puts into a record that no client needs, `{ senha: await bcrypt.hash(...) }`, also as `data` or in a list. */
function written(value: Value, module: ModuleView): readonly string[] {
  if (value.kind === 'array') return value.items.flatMap((item) => written(item.value, module));
  if (value.kind !== 'object') return [];
  const made = value.entries.flatMap((one) => {
    const end = behind(one.value, module) ?? one.value;
    if (one.key === undefined) return [];
    if (/^(data|defaults|create)$/.test(one.key)) return written(end, module);
    return end.kind === 'call' && HASHES.test(end.callee || end.name) && !/^(e_?tag|checksum|key|file)/i.test(one.key) ? [one.key] : [];
  });
  return [...made, ...sensitiveIn(keysOf(value))];
}
/** The keys of an object that are known. */
export function keysOf({ entries }: ObjectValue): readonly string[] {
  return entries.flatMap(({ key }) => (key === undefined ? [] : [key]));
}
function textOf(value: Value, module: ModuleView): string {
  const end = behind(value, module) ?? value;
  return statementText(end) ?? '';
}
