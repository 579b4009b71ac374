import type { FunctionView, ModuleView } from '../../model/module.js';
import type { At } from '../../text/source.js';
import type { Call, Entry, FunctionId, Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';
import { tableQueries } from './owned-tables.js';
import { isOfAccounts } from './powers.js';
import { publicPath } from './paths.js';
import type { UnaskedMutation } from './resolvers.js';
import { chainOf, someValue } from './walk.js';

const ROUTERS = /^(router|createTRPCRouter|createRouter)$/;
const KINDS = /^(query|mutation)$/;
/** Procedures of people who are not logged in. */
const OPEN_NAME = /log_?in|sign_?(in|up)|register|refresh|forgot|reset_?password|verify|confirm|activate|log_?out|sign_?out|contact|subscribe|token|otp/i;
/** What the context of a procedure holds that has nothing to do with who calls. */
const NO_CALLER = /^(db|prisma|drizzle|knex|sql|res|reply|log|logger|redis|cache|ip|headers|resHeaders|requestId|env|services?|repos?|repositories)$/i;
const DEEPEST = 8;
const MOST_LINKS = 20;

interface Procedure {
  readonly name: string;
  readonly at: At;
  readonly mutates: boolean;
  /** What it is built on, as it is written. */
  readonly base: string;
  /** Middleware before it that may refuse. */
  readonly checks: ReadonlySet<FunctionId>;
  readonly body: FunctionView;
}

/** The mutations of routers of tRPC 10 and 11 before which less is asked than before others about the same table, or nothing where most of the others ask who calls. */
export function* looseProcedures(module: ModuleView, context: RuleContext): Iterable<UnaskedMutation> {
  const levels = new Map<string, ReadonlySet<FunctionId> | undefined>();
  for (const fn of [module.top, ...module.functions.values()]) for (const step of fn.steps) {
    const first = step.do === 'call' && ROUTERS.test(step.call.name) ? step.call.args[0]?.value : undefined;
    const all = first?.kind === 'object' ? first.entries.flatMap((entry) => procedureOf(entry, levels, context)) : [];
    for (const one of all) if (one.mutates && !OPEN_NAME.test(one.name) && !publicPath(`/${one.name}`) && !looksAtCaller(one.body)) yield* judged(one, all, context);
  }
}
function* judged(one: Procedure, all: readonly Procedure[], context: RuleContext): Iterable<UnaskedMutation> {
  const changed = tableQueries(one.body, context).filter(({ kind }) => kind !== 'read');
  const others = all.filter((other) => other !== one && other.mutates && !OPEN_NAME.test(other.name));
  const [first, ...more] = others.filter((other) => other.checks.size > 0);
  if (one.checks.size === 0) {
    if (first && changed.length > 0 && (more.length + 1) * 2 >= others.length) yield { how: 'mutation', name: one.name, at: one.at, guard: first.base, guardAt: first.at, counts: [more.length + 1, others.length] };
    return;
  }
  const isAsking = (other: Procedure): boolean => other.checks.size > one.checks.size && [...one.checks].every((check) => other.checks.has(check));
  const stricter = others.find((other) => isAsking(other) && tableQueries(other.body, context).some(({ kind, table }) => kind !== 'read' && changed.some((own) => own.table === table && (own.kind === 'delete' || kind === 'write' || isOfAccounts(table, context)))));
  if (stricter) yield { how: 'mutation', name: one.name, at: one.at, guard: one.base, guardAt: stricter.at, counts: [1, 1], needed: { other: stricter.name, right: stricter.base } };
}
/** `remove: authed.input(z.string()).mutation(async ({ input }) => ...)` */
function procedureOf({ key, keyAt, value }: Entry, levels: Map<string, ReadonlySet<FunctionId> | undefined>, context: RuleContext): readonly Procedure[] {
  const last = value.kind === 'call' && KINDS.test(value.name) ? value.args.at(-1)?.value : undefined;
  const body = last?.kind === 'function' ? context.body(last.fn) : undefined;
  if (key === undefined || value.kind !== 'call' || !value.receiver || !body?.complete) return [];
  const checks = checksOf(value.receiver, levels, context, 0);
  return checks ? [{ name: key, at: keyAt, mutates: value.name === 'mutation', base: baseOf(value), checks, body }] : [];
}
function baseOf(call: Call): string {
  const first = chainOf(call, MOST_LINKS).at(-1)?.receiver;
  return first?.kind === 'ref' ? first.text : call.name;
}
/** The middleware of a builder of procedures that may refuse; undefined where not all of it can be read. */
function checksOf(value: Value, levels: Map<string, ReadonlySet<FunctionId> | undefined>, context: RuleContext, depth: number): ReadonlySet<FunctionId> | undefined {
  if (depth > DEEPEST) return undefined;
  if (value.kind === 'call') {
    const below = value.receiver && checksOf(value.receiver, levels, context, depth + 1);
    if (!below || value.name !== 'use') return below;
    const check = value.args[0] && middlewareOf(value.args[0].value, context);
    return check && (mayRefuse(check) ? new Set([...below, check.id]) : below);
  }
  if (value.kind !== 'ref') return undefined;
  if (value.path.at(-1) === 'procedure') return new Set();
  const key = `${value.at.path} ${value.text}`;
  if (levels.has(key)) return levels.get(key);
  const end = context.resolve(value).value;
  const found = end === value ? undefined : checksOf(end, levels, context, depth + 1);
  levels.set(key, found);
  return found;
}
/** `t.middleware(async ({ ctx, next }) => ...)`, or the function itself. */
function middlewareOf(value: Value, context: RuleContext): FunctionView | undefined {
  const end = context.resolve(value).value;
  const fn = end.kind === 'call' && /^(middleware|createMiddleware)$/.test(end.name) ? end.args[0]?.value : end;
  return fn?.kind === 'function' ? context.body(fn.fn) : undefined;
}
function mayRefuse(fn: FunctionView): boolean {
  return fn.steps.some((step) => step.do === 'throw' && step.when.length > fn.when.length && step.when.slice(fn.when.length).some(({ test }) => asksContext(test)));
}
function asksContext(test: Value, depth = 0): boolean {
  if (depth > DEEPEST) return false;
  if (test.kind === 'not') return asksContext(test.of, depth + 1);
  if (test.kind === 'logic' || test.kind === 'compare') return asksContext(test.left, depth + 1) || asksContext(test.right, depth + 1);
  if (test.kind === 'call') return test.args.some(({ value }) => asksContext(value, depth + 1));
  return test.kind === 'ref' && isOfCaller(test);
}
function isOfCaller({ root, path }: Extract<Value, { kind: 'ref' }>): boolean {
  return root.kind === 'parameter' && path[0] === 'ctx' && path[1] !== undefined && !NO_CALLER.test(path[1]);
}
function looksAtCaller(fn: FunctionView): boolean {
  return someValue(fn, (value) => value.kind === 'ref' && (isOfCaller(value) || (value.root.kind === 'parameter' && value.path.length === 1 && value.path[0] === 'ctx')));
}
