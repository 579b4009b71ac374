import type { FunctionView, ModuleView } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import type { RuleContext } from '../rule.js';
import { contentsOf } from './contents.js';
import { heldFields, peopleTable, personName, sensitiveField, tableName } from './field-names.js';

/** A field of an output type of GraphQL that no client needs. */
export interface GraphField {
  readonly type: string;
  readonly field: string;
  readonly at: At;
  /** What is kept of a password: nobody has a use for it. */
  readonly isHash: boolean;
}
const SCHEMA = /\b(?:type|interface)\s{1,9}[A-Z_]\w{0,60}[^{}"'`;()=]{0,200}\{/;
const TYPE = /(?:^|[\s}`"'])(?:type|interface)\s{1,9}([A-Z_]\w{0,60})([^{}]{0,200})\{([^{}]{0,8000})\}/g;
const FIELD = /(?<![\w@$"])([A-Za-z_]\w{0,60})\s{0,9}(?:\([^()]{0,400}\)\s{0,9})?:\s{0,9}\[?\s{0,9}(\w{1,60})[\]!\s]{0,9}((?:@\w{1,60}(?:\([^()]{0,200}\))?\s{0,9}){0,6})/g;
const ROOTS = /^(Query|Mutation|Subscription)$/;
/** Types whose sense it is to hand out what was just made. */
const ISSUES = /auth|login|sign_?(in|up)|token|session|payload|result|response|credential|secret|key|webhook|otp|totp|mfa|tfa|two_?fa|2fa|viewer|^me$/i;
/** Types of what somebody sets up, whose keys he may see. */
const SETS_UP = /integration|app$|application|client|connection|settings?$|config|project|licen[cs]e|invit|share|link$/i;
const PLAIN = /^(String|ID|Int|Float|Bytes|Any|JSON)$/;

/** The fields of output types, in any of the ways a schema is written, that hold what is for no client. */
export function* graphFields(module: ModuleView, context: RuleContext): Iterable<GraphField> {
  const { texts, calls, objects } = contentsOf(module, context);
  const written = texts.filter((one) => one.kind === 'template' || (one.kind === 'literal' && typeof one.value === 'string' && SCHEMA.test(one.value)));
  const schemas = [...written, ...calls.filter((one) => one.form === 'tagged')];
  const answered = new Set<string>();
  if (schemas.length > 0) for (const { entries } of objects) for (const { key, value } of entries)
    if (key !== undefined && value.kind === 'object') for (const one of value.entries) if (one.value.kind === 'function') answered.add(`${key}.${one.key ?? ''}`);
  const unique = new Map(schemas.map((one) => [`${one.at.mark} ${one.at.part?.start ?? ''}`, one]));
  for (const value of unique.values()) yield* inText(value, answered, context);
  yield* inClasses(module);
  yield* inCalls(module);
}
/** What a schema in a text shows: `type User { passwordHash: String }`, unless a resolver of its own answers, or a directive guards it. */
function* inText(value: Value, answered: ReadonlySet<string>, context: RuleContext): Iterable<GraphField> {
  const text = context.textOf(value.at);
  if (!SCHEMA.test(text)) return;
  for (const match of text.matchAll(TYPE)) {
    const [whole, type = '', head = '', body = ''] = match;
    if (ROOTS.test(type) || head.includes('@')) continue;
    const start = match.index + whole.length - 1 - body.length;
    const fields = [...body.matchAll(FIELD)].filter(([, , of = '', directives = '']) => PLAIN.test(of) && !/@(?!deprecated)/.test(directives));
    const told = toldIn(type, fields.map((one) => one[1] ?? ''));
    for (const one of fields) {
      const field = one[1] ?? '';
      if (!told.includes(field) || answered.has(`${type}.${field}`)) continue;
      const from = start + one.index + one[0].indexOf(field);
      yield { type, field, at: context.within(value.at, from, from + field.length), isHash: isHash(field) };
    }
  }
}
/** Those of the fields of a type that are for nobody; a type that hands out keys and tokens shows them on purpose. */
function toldIn(type: string, fields: readonly string[]): readonly string[] {
  const held = heldFields(personName(type) || peopleTable(tableName(type)) ? [...fields, 'email'] : fields);
  return ISSUES.test(type) ? held.secret.filter((field) => /(hash|digest|salt|passw|pwd)/i.test(field)) : [...held.secret, ...(SETS_UP.test(type) ? [] : held.key)];
}
function isHash(field: string): boolean {
  return /(hash|digest|salt)/i.test(field) || sensitiveField(field) === 'sure';
}
/** Classes of Nest and type-graphql: `@Field() passwordHash: string`. */
function* inClasses(module: ModuleView): Iterable<GraphField> {
  for (const view of module.classes.values()) {
    const made = view.decorators.find((one) => one.kind === 'call' && /^(ObjectType|InterfaceType)$/.test(one.name));
    if (!made) continue;
    const shown = (view.declared ?? []).flatMap(({ name, decorators }) => {
      const field = decorators.find((one) => one.kind === 'call' && one.name === 'Field');
      return field && !decorators.some((one) => one.kind === 'call' && /^(HideField|Authorized|UseMiddleware|Extensions|Directive)$/.test(one.name)) ? [{ name, at: field.at }] : [];
    });
    const told = toldIn(view.name, shown.map((one) => one.name));
    for (const { name, at } of shown) if (told.includes(name)) yield { type: view.name, field: name, at, isHash: isHash(name) };
  }
}
/** Types that code makes: of graphql-js, nexus and Pothos. */
function* inCalls(module: ModuleView): Iterable<GraphField> {
  for (const fn of [module.top, ...module.functions.values()]) for (const step of fn.steps) {
    if (step.do !== 'call') continue;
    const { call } = step;
    const named = call.args.map((item) => item.value);
    const first = named[0];
    if (call.form === 'new' && call.name === 'GraphQLObjectType' && first?.kind === 'object') yield* ofEntries(nameOf(first) ?? 'type', bodyOf(first, 'fields', module));
    if (/^(objectType|interfaceType)$/.test(call.name) && first?.kind === 'object' && call.receiver === undefined) {
      const type = nameOf(first) ?? 'type';
      const defined = first.entries.find((one) => one.key === 'definition')?.value;
      const body = defined?.kind === 'function' ? module.functions.get(defined.fn) : undefined;
      if (body) yield* ofSteps(type, body);
    }
    // Pothos: `hash: t.exposeString('hashedPassword')`.
    const options = named[1];
    if (/^(objectType|prismaObject|prismaNode|drizzleObject|objectField|node)$/.test(call.name) && call.receiver !== undefined && options?.kind === 'object') {
      const type = first?.kind === 'literal' ? String(first.value) : (nameOf(options) ?? 'type');
      for (const value of bodyOf(options, 'fields', module)) if (value.kind === 'object') {
        const exposed = value.entries.flatMap((one) => (one.value.kind === 'call' && /^expose/.test(one.value.name) ? [one.value] : []));
        yield* ofExposed(type, exposed);
      }
    }
  }
}
function* ofExposed(type: string, calls: readonly Call[]): Iterable<GraphField> {
  const named = calls.flatMap((call) => {
    const first = call.args[0]?.value;
    return first?.kind === 'literal' && typeof first.value === 'string' && !call.args.some(({ value }) => value.kind === 'object' && value.entries.some((one) => /^(authScopes|auth)$/.test(one.key ?? ''))) ? [{ name: first.value, at: first.at }] : [];
  });
  const told = toldIn(type, named.map((one) => one.name));
  for (const { name, at } of named) if (told.includes(name)) yield { type, field: name, at, isHash: isHash(name) };
}
function* ofSteps(type: string, body: FunctionView): Iterable<GraphField> {
  const named = body.steps.flatMap((step) => {
    if (step.do !== 'call') return [];
    const { call } = step;
    const first = call.args[0]?.value;
    if (call.receiver?.kind === 'ref' && call.receiver.path.at(-1) === 'model') return [{ name: call.name, at: call.nameAt }];
    const isPlain = first?.kind === 'literal' && typeof first.value === 'string' && /^(string|id|int|float|field|nonNull|nullable)$/.test(call.name);
    return isPlain && !call.args.some(({ value }) => value.kind === 'object' && value.entries.some((one) => /^(resolve|authorize)$/.test(one.key ?? ''))) ? [{ name: String(first.value), at: first.at }] : [];
  });
  const told = toldIn(type, named.map((one) => one.name));
  for (const { name, at } of named) if (told.includes(name)) yield { type, field: name, at, isHash: isHash(name) };
}
function* ofEntries(type: string, bodies: readonly Value[]): Iterable<GraphField> {
  for (const value of bodies) {
    if (value.kind !== 'object') continue;
    const shown = value.entries.filter((one) => one.key !== undefined && !(one.value.kind === 'object' && one.value.entries.some((entry) => entry.key === 'resolve')));
    const told = toldIn(type, shown.map((one) => one.key ?? ''));
    for (const { key, keyAt } of shown) if (key !== undefined && told.includes(key)) yield { type, field: key, at: keyAt, isHash: isHash(key) };
  }
}
/** What an option is, or what the function gives back that stands there. */
function bodyOf(value: Value, key: string, module: ModuleView): readonly Value[] {
  const held = value.kind === 'object' ? value.entries.find((one) => one.key === key)?.value : undefined;
  if (held?.kind !== 'function') return held ? [held] : [];
  return (module.functions.get(held.fn)?.steps ?? []).flatMap((step) => (step.do === 'return' && step.value ? [step.value] : []));
}
function nameOf(value: Value): string | undefined {
  const name = value.kind === 'object' ? value.entries.find((one) => one.key === 'name')?.value : undefined;
  return name?.kind === 'literal' && typeof name.value === 'string' ? name.value : undefined;
}
