import type { FunctionView } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import type { RuleContext } from '../rule.js';
import { writeNamed } from './data-writes.js';
import { tableName } from './field-names.js';
import { handedAs } from './handed.js';
import { once } from './once.js';
import { tableOf } from './query-tables.js';
import { statementText } from './record-texts.js';
import { chainOf, someIn, someValue } from './walk.js';

/** A query of a function: what it is about, and which of its rows it takes. */
export interface TableQuery {
  readonly table: string;
  readonly kind: 'read' | 'write' | 'delete';
  readonly at: At;
  /** The columns its rows are chosen by, and what they are compared with. */
  readonly filters: readonly { readonly column: string; readonly value: Value }[];
  /** The column that is compared with who calls. */
  readonly owner: string | undefined;
}
const MAKES = /^(create\w*|insert\w*|bulkCreate|save|build|add|values|set|data|returning|select|orderBy|populate|include|with|\$with)$/;
const CHOOSES = /^(where|andWhere|orWhere|whereIn|find\w*|update\w*|delete\w*|remove\w*|destroy|del|replaceOne|count\w*|filter|match|eq|first|increment|decrement|softDelete|restore|query|execute|raw|all|get|run|any|one\w*|many\w*|none)$/i;
const READS = /^(find\w*|select|first|query|execute|raw|all|get|any|one\w*|many\w*|getMany|getOne|toArray|selectFrom|count\w*|aggregate|distinct)$/;
/** Under which who calls is kept. */
const CALLER = /^(user|users?Id|session|auth|claims|jwt|jwtPayload|viewer|currentUser|credentials|principal|identity|me|account|uid|sub|memberId|accountId)$/;
/** Functions that answer who calls, by their names. */
const TELLS = /^(uid|me|who\w*|viewer|caller|actor|(my|own)[A-Z]\w*|(need|require|current|get|load|ensure|must)_?(auth\w*|user\w*|session\w*|login|viewer|member\w*|account\w*|caller|identity)?|auth\w*|session\w*|user(Id|Of|From)?\w*|identify\w*)$/;
/** What a request is itself, in Express 5, Fastify 5, hapi 21 and Node; what else it holds, something before the handler has put there. */
const OF_REQUEST = /^(params|query|body|headers|header|rawHeaders|trailers|cookies|signedCookies|url|originalUrl|baseUrl|path|route|routeOptions|method|ip|ips|host|hostname|protocol|secure|subdomains|file|files|log|server|app|res|raw|req|socket|connection|httpVersion|id|info|payload|pre|plugins|state|get|accepts|is|xhr|fresh|stale|context|url\w*|valid\w*|csrf\w*|t|i18n|locale|language|fields|parts|mime|orig|logger)$/;
const DECORATED = /user|session|auth|account|viewer|principal|^Req$|^Request$/i;
const COLUMN = /["'`[]?(\w{1,60})["'`\]]?\s{0,5}=\s{0,5}(\$(\d{1,3})|\?|:(\w{1,40}))/gi;
const MOST_LINKS = 30;
const DEEPEST = 5;

/** The queries of a function on tables, and whose rows they take. */
export const tableQueries: (fn: FunctionView, context: RuleContext) => readonly TableQuery[] = once(queriesOf);
function queriesOf(fn: FunctionView, context: RuleContext): readonly TableQuery[] {
  const calls = fn.steps.flatMap((step) => (step.do === 'call' ? [step.call] : []));
  const inner = new Set<number | string>();
  for (const call of calls) if (call.receiver?.kind === 'call') inner.add(keyOf(call.receiver));
  return calls.flatMap((call): readonly TableQuery[] => {
    if (call.form === 'new' || inner.has(keyOf(call))) return [];
    const chain = chainOf(call, MOST_LINKS);
    const base = chain.at(-1)?.receiver;
    const kind = base && isWholeRequest(base, fn, context) ? undefined : kindOf(chain);
    const table = kind && tableIn(call, chain, context);
    if (!kind || table === undefined || table === '') return [];
    // better-sqlite3 and D1: `prepare(statement).run(id)`, `prepare(statement).bind(id).run()`.
    const filters = chain.flatMap((one, index) => filtersOf(one, one.name === 'prepare' ? (chain[index - 1]?.args ?? []) : one.args.slice(1), context));
    return [{ table, kind, at: call.nameAt, filters, owner: filters.find(({ value }) => isOfCaller(value, fn, context))?.column }];
  });
}
function keyOf(call: Call): string {
  return `${call.at.mark}:${call.at.part?.start ?? ''}`;
}
function kindOf(chain: readonly Call[]): TableQuery['kind'] | undefined {
  for (const { name, args } of chain) {
    const statement = args[0] && statementText(args[0].value);
    if (statement !== undefined && /^\s{0,99}(delete|update|select|insert)\b/i.test(statement)) return /^\s*delete/i.test(statement) ? 'delete' : /^\s*update/i.test(statement) ? 'write' : /^\s*select/i.test(statement) ? 'read' : undefined;
    if (/^(create\w*|insert\w*|bulkCreate|save|upsert|add)$/.test(name)) return undefined;
    const kind = writeNamed(name);
    if (kind) return kind;
  }
  return chain.some(({ name }) => READS.test(name)) || /^(db|knex|trx)$/.test(chain.at(-1)?.callee ?? '') ? 'read' : undefined;
}
function tableIn(call: Call, chain: readonly Call[], context: RuleContext): string | undefined {
  // Drizzle: `db.delete(notes).where(...)`
  const taken = chain.find(({ name, args, receiver }) => /^(delete|deleteFrom)$/.test(name) && receiver?.kind === 'ref' && /^(db|tx|trx|database|orm)$/i.test(receiver.path.at(-1) ?? receiver.text) && args[0]?.value.kind === 'ref')?.args[0]?.value;
  if (taken?.kind === 'ref' && taken.path.length < 2 && taken.root.kind !== 'parameter') return tableName(taken.path.at(-1) ?? taken.text);
  const found = tableOf(call, (value) => statementText(context.resolve(value).value) ?? '');
  if (found !== undefined) return found;
  const last = chain.at(-1);
  const entity = last?.receiver && context.entity(last.receiver)?.name;
  if (entity !== undefined) return tableName(entity);
  const model = last?.receiver?.kind === 'ref' && last.receiver.path.length === 0 && /^[A-Z]\w{1,60}$/.test(last.receiver.text) && last.receiver.root.kind !== 'global' ? last.receiver.text : undefined;
  if (model !== undefined) return tableName(model);
  const held = last?.receiver?.kind === 'ref' && last.receiver.path.length > 0 && writeNamed(last.name) && /^(prisma\w*|db|database|tx|trx|orm)$/i.test(last.receiver.path.length > 1 ? (last.receiver.path.at(-2) ?? '') : (last.receiver.text.split('.')[0] ?? '')) ? last.receiver.path.at(-1) : undefined;
  if (held !== undefined) return tableName(held);
  // `const repo = () => source.getRepository(Person)`
  const maker = last && last.receiver === undefined ? context.called(last) : undefined;
  const given = maker?.steps.find((step) => step.do === 'return');
  return given?.do === 'return' && given.value?.kind === 'call' && given.value !== call ? tableOf(given.value, () => '') : undefined;
}
type Filter = TableQuery['filters'][number];
/** `bound`: the values of the marks of a statement. */
function filtersOf(call: Call, bound: Call['args'], context: RuleContext): readonly Filter[] {
  if (MAKES.test(call.name)) return [];
  const [first, second] = call.args;
  const statement = first && statementText(context.resolve(first.value).value);
  if (statement !== undefined && /\bwhere\b/i.test(statement)) return inStatement(first?.value, statement, bound, context);
  const objects = call.args.map(({ value }) => context.resolve(value).value);
  const wheres = objects.flatMap((one) => (one.kind === 'object' ? one.entries.filter(({ key }) => key === 'where').map(({ value }) => value) : []));
  if (wheres.length > 0) return wheres.flatMap((one) => inObject(one, context, 0));
  if (!CHOOSES.test(call.name)) return [];
  if (first?.value.kind === 'literal' && typeof first.value.value === 'string' && second) return /where/i.test(call.name) ? [{ column: last(first.value.value), value: call.args.at(-1)?.value ?? second.value }] : [];
  if (!first) return [];
  // `repository.delete(+id)`, `Model.findByIdAndUpdate(id, ...)`
  const isKey = /^(delete|update|remove|softDelete|find\w*ById\w*|findByPk|deleteById|updateById)$/.test(call.name) && /^(literal|ref|unknown|template)$/.test(objects[0]?.kind ?? '');
  return isKey ? [{ column: 'id', value: first.value }] : inObject(first.value, context, 0);
}
/** `{ id, owner: req.user.id }`, `{ AND: [...] }`, and the conditions of Drizzle: `and(eq(notes.id, id), eq(notes.ownerId, me))`. */
function inObject(value: Value, context: RuleContext, depth: number): readonly Filter[] {
  const end = context.resolve(value).value;
  if (depth > DEEPEST) return [];
  if (end.kind === 'object') return end.entries.flatMap(({ key, value: held }): readonly Filter[] => {
    if (key === undefined) return [];
    const inner = context.resolve(held).value;
    if (/^(\$?and|\$?or|not)$/i.test(key)) return inObject(held, context, depth + 1);
    return inner.kind === 'object' ? [...inObject(inner, context, depth + 1).map((one) => ({ column: key, value: one.value }))] : [{ column: key, value: held }];
  });
  if (end.kind === 'array') return end.items.flatMap((item) => inObject(item.value, context, depth + 1));
  if (end.kind !== 'call') return [];
  if (/^(eq|equals|is)$/.test(end.name) && end.args.length === 2) {
    const [column, other] = end.args;
    return column?.value.kind === 'ref' && other ? [{ column: column.value.path.at(-1) ?? column.value.text, value: other.value }] : [];
  }
  return /^(and|or|not)$/.test(end.name) ? end.args.flatMap((item) => inObject(item.value, context, depth + 1)) : [];
}
function last(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}
function inStatement(first: Value | undefined, statement: string, bound: Call['args'], context: RuleContext): readonly Filter[] {
  const where = statement.search(/\bwhere\b/i);
  if (first?.kind === 'template') {
    // What stands before the value says which column it is.
    return first.parts.flatMap((part, index): readonly Filter[] => {
      const before = first.parts[index - 1];
      const column = typeof part !== 'string' && typeof before === 'string' ? /(\w{1,60})["'`\]]?\s{0,5}=\s{0,5}['"]?$/.exec(before)?.[1] : undefined;
      return column !== undefined && typeof part !== 'string' ? [{ column, value: part }] : [];
    });
  }
  const given = bound.flatMap(({ value }) => {
    const end = context.resolve(value).value;
    return end.kind === 'array' ? end.items.map((item) => item.value) : [value];
  });
  let index = statement.slice(0, where).split('?').length - 1;
  return [...statement.slice(where).matchAll(COLUMN)].flatMap(([, column, mark, number]): readonly Filter[] => {
    const value = number !== undefined ? given[Number(number) - 1] : mark === '?' ? given[index++] : undefined;
    return column !== undefined && value ? [{ column, value }] : [];
  });
}

/** The value is, or is made of, who calls. */
export function isOfCaller(value: Value, fn: FunctionView, context: RuleContext): boolean {
  return someIn(value, (one) => isCaller(one, fn, context, 0));
}
/** Something in the function looks at who calls. */
export function looksAtCaller(fn: FunctionView, context: RuleContext): boolean {
  return someValue(fn, (one) => isCaller(one, fn, context, 0));
}
function isCaller(value: Value, fn: FunctionView, context: RuleContext, depth: number): boolean {
  if (depth > DEEPEST) return false;
  if (value.kind === 'call') return tellsCaller(value, fn, context);
  if (value.kind !== 'ref') return false;
  if (context.request(value)?.from === 'identity') return true;
  const { root, path } = value;
  if (root.kind === 'parameter') {
    if (root.fn !== fn.id && context.role(root.fn) === undefined) return false;
    const parameter = context.body(root.fn)?.parameters[root.index];
    if (isGraph(root.fn, context) && root.index === CONTEXT_OF_RESOLVER) return path.length > 0;
    if (parameter?.decorators.some((one) => one.kind === 'call' && DECORATED.test(one.name) && (!/^Req/.test(one.name) || path.some((key) => key !== undefined && CALLER.test(key))))) return true;
    const of = handedAs(value, context);
    const isPut = of === 'request' ? path.length > 1 && path[0] !== undefined && !OF_REQUEST.test(path[0]) : of === 'response' ? path[0] === 'locals' && path.length > 1 : of === 'context' && /^(state|var)$/.test(path[0] ?? '') && path.length > 1;
    if (isPut) return true;
    return (of !== undefined && of !== 'other') || /^_?(req|request|ctx|context|c)$/.test(parameter?.name ?? '') ? path.some((key) => key !== undefined && CALLER.test(key)) : false;
  }
  if (root.kind === 'value') return isCaller(root.of, fn, context, depth + 1);
  if (root.kind !== 'local') return false;
  const whole = context.resolve({ ...value, path: [], nameAt: value.at }).value;
  return whole !== value && whole.kind !== 'ref' ? isCaller(whole, fn, context, depth + 1) : whole.kind === 'ref' && whole.root.kind !== 'local' && isCaller({ ...whole, path: [...whole.path, ...path] }, fn, context, depth + 1);
}
/** The context is the third a resolver of a map is given. */
const CONTEXT_OF_RESOLVER = 2;
function isGraph(id: FunctionView['id'], context: RuleContext): boolean {
  return context.role(id)?.framework === 'graphql-resolver';
}
/** `uid(c)`, `me(request).sub`, `c.get('jwtPayload')`, `req.session.get('id')`: a call that is handed the request, or asks it, and gives who sent it. */
function tellsCaller(call: Call, fn: FunctionView, context: RuleContext): boolean {
  const key = call.args[0] && context.constant(call.args[0].value)?.value;
  // Hono 4: what middleware has put on the context.
  if (call.name === 'get' && typeof key === 'string' && call.receiver?.kind === 'ref' && call.receiver.root.kind === 'parameter' && call.receiver.path.length === 0)
    return CALLER.test(key) || (handedAs(call.receiver, context) === 'context' && context.request(call) === undefined);
  if (call.receiver?.kind === 'ref' && call.receiver.path.some((one) => one === 'session') && /^(get|id)$/.test(call.name)) return true;
  if (/^(getServerSession|currentUser|getSession|auth|getUser|getIronSession|requireUser)$/.test(call.name)) return true;
  const isHanded = call.args.some(({ value }) => value.kind === 'ref' && isWholeRequest(value, fn, context));
  return isHanded && (TELLS.test(call.name) || readsIdentity(context.called(call), isGraph(fn.id, context), context));
}
/** The request, or the context that stands for it, whole. */
export function isWholeRequest(value: Value, fn: FunctionView, context: RuleContext): boolean {
  if (value.kind !== 'ref' || value.root.kind !== 'parameter' || value.path.length > 0) return false;
  const of = handedAs(value, context);
  return of === 'request' || of === 'context' || (isGraph(value.root.fn, context) && value.root.index === CONTEXT_OF_RESOLVER) || /^_?(req|request|ctx|context|c)$/.test(context.body(fn.id)?.parameters[value.root.index]?.name ?? '');
}
/** `graph`: it is handed the context of a resolver, whose members say who calls. */
function readsIdentity(body: FunctionView | undefined, graph: boolean, context: RuleContext): boolean {
  return body !== undefined && body.steps.some((step) => step.do === 'return' && step.value !== undefined && someIn(step.value, (one) => one.kind === 'ref' && ((graph && one.root.kind === 'parameter' && one.root.fn === body.id && one.path.length > 0) || context.request(one)?.from === 'identity' || one.path.some((key) => key !== undefined && CALLER.test(key)))));
}
