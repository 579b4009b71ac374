import type { FunctionView, ModuleView } from '../../model/module.js';
import type { Call, ClassId, Entry, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import type { RuleContext } from '../rule.js';
import { contentsOf } from './contents.js';
import { authGuardName, roleGuardName } from './guards.js';
import { wordsOf } from './names.js';
import { publicPath } from './paths.js';
import { personalRead } from './personal-reads.js';
import { turnsAway } from './refusals.js';
import { someIn, someValue } from './walk.js';

/** A mutation of GraphQL, as a map of resolvers or a class of them holds it. */
interface Mutation {
  readonly name: string;
  readonly at: At;
  /** What checks the caller before it does its work, by name; undefined: nothing does. */
  readonly guard: string | undefined;
  /** Nobody can tell: it comes from elsewhere, or through a wrapper without a telling name. */
  readonly unclear: boolean;
  /** The role or right it asks for. */
  readonly right: string | undefined;
  /** Who calls says what is changed. */
  readonly own: boolean;
}
/** Mutations of people who are not logged in. */
const OPEN_MUTATION = /log_?in|sign_?(in|up)|register|refresh|forgot|reset_?password|verify|confirm|activate|log_?out|sign_?out|contact|subscribe|token|otp/i;
const DECORATOR = /^(@nestjs\/graphql|type-graphql)\.Mutation$/;
const GUARDS = /^(UseGuards|Authorized|Roles|Auth|Authenticated|RequireAuth|HasRole|Permissions?|CheckAbilities|UseMiddleware)$/;
const OPENS = /^(Public|SkipAuth|AllowAnonymous|NoAuth|IsPublic)$/;
/** Mutations that take away or change what is there. */
const CHANGES = /^(delete|remove|drop|destroy|purge|erase|wipe|clear|ban|reset|update|edit|change|set|rename|replace|cancel|close|archive|publish|approve)/;
const DEEPEST_CALL = 2;

/** The groups of mutations of a module: each map, and each class. */
function mutationsIn(module: ModuleView, context: RuleContext): readonly (readonly Mutation[])[] {
  return [...ofMaps(module, context), ...ofClasses(module)];
}
/** A mutation that asks nothing where others of the same map or class do. */
export interface UnaskedMutation {
  readonly how: 'mutation';
  readonly name: string;
  readonly at: At;
  /** What the others use, where the first of them stands, and how many do of how many. */
  readonly guard: string;
  readonly guardAt: At;
  readonly counts: readonly [number, number];
  /** The right that another mutation of the same things asks for, where this one asks for a login only. */
  readonly needed?: { readonly other: string; readonly right: string };
}
/** The mutations of a module that ask nobody, where most beside them do. */
export function* unaskedMutations(module: ModuleView, context: RuleContext): Iterable<UnaskedMutation> {
  for (const group of mutationsIn(module, context)) {
    const judged = group.filter((one) => !publicPath(`/${one.name}`) && !OPEN_MUTATION.test(one.name));
    for (const one of judged) {
      const others = judged.filter((other) => other !== one && !other.unclear);
      const guarded = others.filter((other) => other.guard !== undefined);
      const [first] = guarded;
      const stricter = one.guard !== undefined && one.right === undefined && !one.unclear && !one.own && CHANGES.test(one.name) ? others.find((other) => other.right !== undefined && nounOf(other.name) === nounOf(one.name)) : undefined;
      if (one.guard !== undefined && stricter?.right !== undefined) yield { how: 'mutation', name: one.name, at: one.at, guard: one.guard, guardAt: stricter.at, counts: [1, 1], needed: { other: stricter.name, right: stricter.right } };
      if (one.guard !== undefined || one.unclear || !first?.guard || guarded.length * 2 < others.length) continue;
      yield { how: 'mutation', name: one.name, at: one.at, guard: first.guard, guardAt: first.at, counts: [guarded.length, others.length] };
    }
  }
}
/** What is changed, without the verb: `dropFlat`, `addFlats`. */
function nounOf(name: string): string {
  const words = wordsOf(name);
  return words.length < 2 ? ' ' + name : words.slice(1).join(' ').replace(/s$/, '');
}
function ofMaps(module: ModuleView, context: RuleContext): readonly (readonly Mutation[])[] {
  return mapsOf(module, 'Mutation', context).map((entries) => entries.flatMap((entry) => (entry.key === undefined || entry.form === 'spread' ? [] : [ofEntry(entry.key, entry, context)])));
}
/** The objects of resolvers of a file that change data. */
export function mutationMaps(module: ModuleView, context: RuleContext): readonly (readonly Entry[])[] {
  return mapsOf(module, 'Mutation', context);
}
/** The objects of resolvers of a file that stand under a key. */
export function mapsOf(module: ModuleView, key: string, context: RuleContext): readonly (readonly Entry[])[] {
  const maps = new Map<string, readonly Entry[]>();
  for (const { entries } of contentsOf(module, context).objects) for (const entry of entries) {
    const held = entry.key === key ? context.resolve(entry.value).value : undefined;
    if (held?.kind === 'object' && held.at.path === module.path) maps.set(`${held.at.mark}:${held.at.part?.start ?? ''}`, held.entries);
  }
  return [...maps.values()];
}
/** A query of GraphQL that gives records of persons to everybody, in a file whose other resolvers ask who calls. */
export interface OpenQuery {
  readonly name: string;
  readonly at: At;
  readonly table: string;
  readonly guard: string;
  readonly guardAt: At;
}
export function* openQueries(module: ModuleView, context: RuleContext): Iterable<OpenQuery> {
  const queries = mapsOf(module, 'Query', context).flat();
  if (queries.length === 0) return;
  const all = [...queries, ...mapsOf(module, 'Mutation', context).flat()].flatMap((entry) => (entry.key === undefined || entry.form === 'spread' ? [] : [ofEntry(entry.key, entry, context)]));
  const guarded = all.find((one) => one.guard !== undefined);
  if (guarded?.guard === undefined) return;
  for (const { key, keyAt, value } of queries) {
    const end = context.resolve(value).value;
    const fn = end.kind === 'function' ? context.body(end.fn) : undefined;
    // Whoever looks at the context may tell its callers apart in some way of its own.
    if (key === undefined || !fn?.complete || publicPath(`/${key}`) || checkIn(fn, context, 0) !== undefined || someValue(fn, (one) => someIn(one, isContext))) continue;
    const table = tableGiven(fn, context);
    if (table !== undefined) yield { name: `Query.${key}`, at: keyAt, table, guard: guarded.guard, guardAt: guarded.at };
  }
}
function tableGiven(fn: FunctionView, context: RuleContext): string | undefined {
  for (const step of fn.steps) {
    if (step.do !== 'return' || !step.value) continue;
    for (const leaf of context.leaves(step.value, fn)) {
      const table = personalRead(leaf.value, fn, context);
      if (table !== undefined) return table;
    }
  }
  return undefined;
}
function ofEntry(name: string, { value, keyAt }: Entry, context: RuleContext): Mutation {
  const wrapped = value.kind === 'call' ? guardIn(value, 0) : undefined;
  if (wrapped !== undefined && value.kind === 'call') return { name, at: keyAt, guard: wrapped, unclear: false, right: rightOfCall(value) ?? (roleGuardName(wrapped, false) ? wrapped : undefined), own: value.args.some((item) => isOwn(item.value, context)) };
  const end = context.resolve(value).value;
  const fn = end.kind === 'function' ? context.body(end.fn) : undefined;
  return fn ? { name, at: keyAt, guard: checkIn(fn, context, 0), unclear: !fn.complete, right: rightIn(fn), own: readsWho(fn) } : { name, at: keyAt, guard: undefined, unclear: true, right: undefined, own: false };
}
/** A role or right a guard is told: `must(user, 'landlord')`, `need(ctx, Role.Editor)`. */
function rightOfCall({ args }: Call): string | undefined {
  for (const { value } of args) {
    const one = value.kind === 'array' ? value.items[0]?.value : value;
    if (one?.kind === 'literal' && typeof one.value === 'string' && one.value !== '') return one.value;
    if (one?.kind === 'ref' && one.path.length === 1 && /^[A-Z]/.test(one.text)) return one.text;
  }
  return undefined;
}
function rightIn(fn: FunctionView): string | undefined {
  for (const step of fn.steps) {
    if (step.do === 'call' && isCheck(step.call)) {
      const right = rightOfCall(step.call) ?? (roleGuardName(step.call.callee || step.call.name, false) ? step.call.name : undefined);
      if (right !== undefined) return right;
    }
    for (const { test } of step.when) {
      const role = test.kind === 'compare' && test.left.kind === 'ref' && /^(role|permission)s?$/i.test(test.left.path.at(-1) ?? '') && test.right.kind === 'literal' ? test.right.value : undefined;
      if (typeof role === 'string') return role;
    }
  }
  return undefined;
}
/** The caller's id is read, so what belongs to the caller may be all it touches. */
function readsWho(fn: FunctionView): boolean {
  return someValue(fn, (value) => value.kind === 'ref' && /^_?(id|sub|uid|email|userId)$/.test(value.path.at(-1) ?? '') && value.path.length > 1 && value.path.some((key) => key !== undefined && /^(user|viewer|me|session|auth|currentUser)$/.test(key)));
}
function isOwn(value: Value, context: RuleContext): boolean {
  const fn = value.kind === 'function' ? context.body(value.fn) : undefined;
  return value.kind === 'function' && (fn === undefined || readsWho(fn));
}
/** `requireAuth(async () => ...)`, `combineResolvers(isAuthenticated, remove)`. */
function guardIn(value: Value, depth: number): string | undefined {
  if (depth > 3) return undefined;
  if (value.kind === 'ref') return isGuardName(value.text) ? value.text : undefined;
  if (value.kind !== 'call') return undefined;
  if (isGuardName(value.callee || value.name)) return value.name;
  return value.args.map((item) => guardIn(item.value, depth + 1)).find((one) => one !== undefined);
}
function isGuardName(text: string): boolean {
  return authGuardName(text) || roleGuardName(text, true) || /(^|[._])(authed|logged_?in|signed_?in|with_?(user|role|permission|admin)|only_?\w+|authenticated\w*)$/i.test(text);
}
/** What a resolver calls, or tests, that turns strangers away. `given`: which parameter the context is handed on as. */
function checkIn(fn: FunctionView, context: RuleContext, depth: number, given = 2): string | undefined {
  const isHanded = (value: Value): boolean => value.kind === 'ref' && value.root.kind === 'parameter' && value.root.fn === fn.id && value.root.index === given;
  const tellsCaller = (value: Value): boolean => someIn(value, isHanded) || (value.kind === 'ref' && value.root.kind === 'local' && someIn(context.resolve(value).value, isHanded));
  for (const step of fn.steps) {
    if (step.do === 'throw' && step.value && (turnsAway(step.value, context) || step.when.slice(fn.when.length).some((branch) => asksCaller(branch.test) || someIn(branch.test, tellsCaller)))) return 'a check of the caller';
    if (step.do !== 'call') continue;
    const { call } = step;
    if (isCheck(call)) return call.name;
    const end = depth < DEEPEST_CALL && call.args.some(({ value }) => someIn(value, isContext)) ? context.resolve(call.target).value : undefined;
    const target = end?.kind === 'function' ? context.body(end.fn) : undefined;
    const index = call.args.findIndex(({ value }) => someIn(value, isContext));
    if (target && target.id !== fn.id && checkIn(target, context, depth + 1, index) !== undefined) return call.name;
  }
  return undefined;
}
function isCheck(call: Call): boolean {
  const isCalled = call.args.length > 0 || call.receiver !== undefined;
  return isCalled && (isGuardName(call.callee || call.name) || /^(need|require|ensure|assert|must|check|demand|authorize|can)([A-Z_]|$)/.test(call.name));
}
function asksCaller(test: Value): boolean {
  return someIn(test, (value) => value.kind === 'ref' && (isContext(value) || value.path.some((key) => key !== undefined && /^(user|viewer|currentUser|session|auth|role|roles|isAdmin|userId)$/.test(key))));
}
function isContext(value: Value): boolean {
  return value.kind === 'ref' && value.root.kind === 'parameter' && value.root.index === 2;
}

function ofClasses(module: ModuleView): readonly (readonly Mutation[])[] {
  const byClass = new Map<ClassId, Mutation[]>();
  for (const fn of module.functions.values()) {
    if (fn.owner === undefined || !fn.decorators.some((one) => DECORATOR.test(calleeOf(one)))) continue;
    const around = module.classes.get(fn.owner)?.decorators ?? [];
    const guard = [...fn.decorators, ...around].find((one) => GUARDS.test(nameOf(one)));
    const opens = fn.decorators.some((one) => OPENS.test(nameOf(one)));
    const made: Mutation = { name: fn.name.slice(fn.name.lastIndexOf('.') + 1), at: fn.nameAt, guard: guard && guardNamed(guard), unclear: opens, right: rightOfDecorators([...fn.decorators, ...around]), own: readsWho(fn) || fn.parameters.some((one) => /user|viewer|me$/i.test(one.name ?? '')) };
    byClass.set(fn.owner, [...(byClass.get(fn.owner) ?? []), made]);
  }
  return [...byClass.values()];
}
function rightOfDecorators(decorators: readonly Value[]): string | undefined {
  return decorators.map((one) => (one.kind === 'call' && /^(Authorized|Roles|HasRole|Permissions?|RequireRole)$/.test(one.name) ? rightOfCall(one) : undefined)).find((one) => one !== undefined);
}
function calleeOf(value: Value): string {
  return value.kind === 'call' ? value.callee : '';
}
function nameOf(value: Value): string {
  return value.kind === 'call' ? value.name : value.kind === 'ref' ? (value.path.at(-1) ?? value.text) : '';
}
function guardNamed(value: Value): string {
  const first = value.kind === 'call' ? value.args[0]?.value : undefined;
  return first?.kind === 'ref' ? first.text : first?.kind === 'call' ? first.name : nameOf(value);
}
