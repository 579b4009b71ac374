import type { FunctionView, ModuleView } from '../model/module.js';
import type { Call, ObjectValue, Ref, Value } from '../model/value.js';
import { heldFields, tableName } from '../rules/facts/field-names.js';
import { refsIn } from '../rules/facts/mentions.js';
import { tableOf, textsIn } from '../rules/facts/query-tables.js';
import { statementText } from '../rules/facts/record-texts.js';
import { bindingOf } from './bound.js';
import { heldMarks, textMarks, typeMarks } from './schema-texts.js';
import { schemaMarks } from './schemas.js';

/** Files that speak of neither are not looked at. */
const SPEAKS = /pass|hash|salt|senha|clave|secret|pwd|kennwort|pin\b|digest|contrase|wachtwoord|bcrypt|argon2|scrypt|timingSafe|token|key|iban|salar|gehalt|national|otp|mfa|create\s{1,9}table/i;
/** Interceptors that write answers out through a class that names what may be seen. */
const SERIALIZES = /\bexcludeExtraneousValues\b|\bexcludeAll\b|\b(Zod)?Serialize(Interceptor|rInterceptor|rDto|With)?\(|\bMapInterceptor\(/;
const HASHES = /(^|\.)(hash|hashSync|hash_?password|scrypt|scryptSync|pbkdf2|pbkdf2Sync|make_?hash|encrypt_?password)$/i;
const COMPARES = /^(node:)?(bcrypt(js|-ts)?|argon2|@node-rs\/(bcrypt|argon2)|crypto|scrypt-kdf|oslo\/password)\.(\w+\.)?(compare(Sync)?|verify(Sync)?|timingSafeEqual|scrypt(Sync)?|pbkdf2(Sync)?)$/;
const WRITES = /^(create|insert(One|Many)?|values|save|upsert|build|update(One)?|set|register)$/;
const PASSES = /^(rows|0|_doc|dataValues|data|results)$/;
const DEEPEST = 30;

/**
 * What a file says of records: 'hides user' and 'hides user.hash' where the table, model or collection of that name holds a field that no client
 * needs (a hash of a password, a salt), 'signs in user' where passport is given whole records of it, what its schemas say, and 'class-serializer' and 'own-serializer' for
 * interceptors that write answers out through classes.
 */
export function* recordMarks(module: ModuleView, text: string): Iterable<string> {
  yield* schemaMarks(module);
  if (text.includes('ClassSerializerInterceptor')) yield 'class-serializer';
  if (SERIALIZES.test(text)) yield 'own-serializer';
  if (!SPEAKS.test(text)) return;
  const found = new Set<string>();
  const hide = (name: string | undefined, fields: readonly string[]): void => {
    if (name === undefined || name === '') return;
    found.add(`hides ${name}`);
    for (const field of fields) found.add(`hides ${name}.${field}`);
  };
  for (const fn of [module.top, ...module.functions.values()]) for (const step of fn.steps) {
    if (step.do !== 'call') continue;
    const { call } = step;
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
  for (const mark of [...textMarks(text), ...typeMarks(text), ...heldMarks(text)]) found.add(mark);
  yield* found;
}

/** Those of the fields of one record that no client needs. */
function sensitiveIn(names: readonly string[]): readonly string[] {
  return heldFields(names).secret;
}

/** What a local name was made as. */
function behind(value: Value, module: ModuleView): Value | undefined {
  return bindingOf(value, module)?.value;
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
/** The keys that are written in an object. */
export function keysOf({ entries }: ObjectValue): readonly string[] {
  return entries.flatMap(({ key }) => (key === undefined ? [] : [key]));
}

function textOf(value: Value, module: ModuleView): string {
  const end = behind(value, module) ?? value;
  return statementText(end) ?? '';
}
