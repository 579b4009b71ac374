import type { FunctionView, ModuleView } from '../../model/module.js';
import { links, type Endpoint } from '../../project/project.js';
import type { At } from '../../text/source.js';
import type { RuleContext } from '../rule.js';
import { isHarmless } from './guards.js';
import { saysNothingOfRights } from './levels.js';
import { changing } from './methods.js';
import { wordsOf } from './names.js';
import { needsNoGuard } from './open-design.js';
import { isOfCaller, isWholeRequest, looksAtCaller, tableQueries, type TableQuery } from './owned-tables.js';
import { ownBody } from './own-steps.js';
import { isMeantForAll, standsOpen } from './peers.js';
import { refusesAt } from './refusals.js';
import { requestReads } from './request-reads.js';
import { mapsOf } from './resolvers.js';
import { mayAskInChain } from './rights.js';
import { someIn } from './walk.js';

/** A route that changes whatever record it is told, where another changes only those of who calls. */
export interface OwnedBeside {
  readonly other: Endpoint;
  readonly table: string;
  readonly column: string;
}
/** Columns that say whose something is, and never who wrote it for all to read. */
const PRIVATE_COLUMN: ReadonlySet<string> = new Set('patient patients holder customer client employee student guest buyer payer recipient subscriber applicant borrower guardian candidate resident tenant policyholder insured debtor rider riders driver passenger household donor voter pupil worker'.split(' '));
/** What somebody has for himself alone. */
const PRIVATE_TABLE = new RegExp('order|invoice|payment|payout|message|booking|reservation|ticket|visit|appointment|result|prescription|salary|payslip|document|address|card|transaction|notification|note|subscription|claim|application|cart|contract|statement'
  + '|diagnos|medication|loan|transfer|deposit|balance|wallet|passport|conversation|inbox|consent|enrol|grade|session|device', 'i');
const PUBLIC_TABLE = /^(post|article|comment|recipe|photo|product|listing|event|review|story|song|video|playlist|profile)s?$/i;
const VISIBILITY = /^(public|is_?public|published|is_?published|shared|share_?\w*|visible|visibility|status|state|draft|is_?draft|slug|token|key|code|secret)$/i;

/** Whether a changing route chooses the records it changes without the owner that another of its router asks for. */
export function ownedBeside(open: Endpoint, context: RuleContext): OwnedBeside | undefined {
  const body = ownBody(open, context);
  if (!changing.has(open.method) || open.authorization.state === 'guarded' || mayAskInChain(open) || !body?.complete) return undefined;
  const loose = tableQueries(body, context).filter((one) => one.kind !== 'read' && one.owner === undefined && !one.filters.some(({ column }) => VISIBILITY.test(column)));
  if (loose.length === 0 || looksAtCaller(body, context) || handsOn(body, context, false)) return undefined;
  for (const other of context.endpoints({ scope: open.scope })) {
    const its = other !== open && other.app === open.app && changing.has(other.method) && asksNoMore(open, other) ? ownBody(other, context) : undefined;
    const owned = its && tableQueries(its, context).find((one) => one.kind !== 'read' && one.owner !== undefined && loose.some(({ table }) => table === one.table));
    if (owned?.owner !== undefined) return { other, table: owned.table, column: owned.owner };
  }
  return undefined;
}
/** A reading route that gives the private rows of whoever it names, where another compares the same column with who calls: `/employees/:id/payslips` beside `/me/payslips`. */
export function ownedRead(open: Endpoint, context: RuleContext): OwnedBeside | undefined {
  if (open.method !== 'GET' || !open.path.shape.includes('{}') || open.authentication.state === 'open' || open.authorization.state === 'guarded' || open.chain === undefined || mayAskInChain(open)) return undefined;
  const body = ownBody(open, context);
  const told = body?.complete ? tableQueries(body, context).filter((one) => one.kind === 'read' && one.owner === undefined && one.filters.length > 0 && !one.filters.some(({ column }) => VISIBILITY.test(column))) : [];
  if (!body || told.length === 0 || looksAtCaller(body, context) || handsOn(body, context, false) || body.steps.some((step) => refusesAt(step, context)) || (open.framework === 'nest' && !saysNothingOfRights(open, context))) return undefined;
  for (const other of new Set([...context.endpoints({ scope: open.scope }), ...context.endpoints({ file: open.methodAt.path })])) {
    const its = other !== open && other.app === open.app && other.method === 'GET' && asksNoMore(open, other) ? ownBody(other, context) : undefined;
    const owned = its && tableQueries(its, context).find((one) => one.kind === 'read' && one.owner !== undefined && isPrivate(one) && told.some(({ table, filters }) => table === one.table
      && filters.some(({ column, value }) => column === one.owner && requestReads(value, context).some(({ field }) => field.from === 'param'))));
    if (owned?.owner !== undefined) return { other, table: owned.table, column: owned.owner };
  }
  return undefined;
}
/** Nothing stands before the one that may ask for a right and does not stand before the other. */
function asksNoMore(open: Endpoint, other: Endpoint): boolean {
  const names = new Set(links(other.chain).map(({ layer }) => layer.name));
  return links(open.chain).every(({ layer }) => names.has(layer.name) || isHarmless(layer));
}
/** The request is handed to a function that may ask who calls. `login`: whether a bare call counts that can only refuse who is not known. */
function handsOn(body: FunctionView, context: RuleContext, login: boolean): boolean {
  return body.steps.some((step) => step.do === 'call' && !(login && !step.used) && step.call.args.some(({ value }) => isWholeRequest(value, body, context)));
}

/** What of owned records is open to read: where, which table, whose column, and what asks for the owner. */
export interface OwnedOpen {
  readonly table: string;
  readonly column: string;
  readonly otherAt: At;
}
/** A reading route for everybody, on a table that another takes only the caller's own rows of. */
export function ownedOpen(endpoint: Endpoint, context: RuleContext): OwnedOpen | undefined {
  if ((endpoint.method !== 'GET' && endpoint.method !== 'all') || !standsOpen(endpoint) || isMeantForAll(endpoint, context) || needsNoGuard(endpoint, context)) return undefined;
  const body = ownBody(endpoint, context);
  if (!body?.complete || handsOn(body, context, false)) return undefined;
  const others = context.endpoints({ scope: endpoint.scope }).flatMap((other) => {
    const its = other === endpoint ? undefined : ownBody(other, context);
    return its ? [{ body: its, at: other.methodAt }] : [];
  });
  return openAmong(body, others, context);
}
function openAmong(body: FunctionView, others: readonly { readonly body: FunctionView; readonly at: At }[], context: RuleContext): OwnedOpen | undefined {
  const loose = tableQueries(body, context).filter((one) => one.kind === 'read' && one.owner === undefined && one.filters.length > 0 && !one.filters.some(({ column }) => VISIBILITY.test(column)));
  if (loose.length === 0 || looksAtCaller(body, context)) return undefined;
  for (const other of others) {
    const owned = tableQueries(other.body, context).find((one) => one.kind === 'read' && one.owner !== undefined && loose.some((open) => open.table === one.table && isPrivate(one)));
    if (owned?.owner !== undefined) return { table: owned.table, column: owned.owner, otherAt: other.at };
  }
  return undefined;
}
function isPrivate({ table, owner = '' }: TableQuery): boolean {
  return !PUBLIC_TABLE.test(table) && (wordsOf(owner).some((word) => PRIVATE_COLUMN.has(word)) || (PRIVATE_TABLE.test(table) && /^(users?|owners?|accounts?|members?|persons?|profiles?)(_?id)?$|^(user|owner|account|member|person)(_?id|Id|_uuid)$/i.test(owner)));
}

/** A resolver of GraphQL beside which another asks for the owner of the rows. */
export interface OwnedResolver extends OwnedOpen {
  readonly name: string;
  readonly at: At;
  readonly how: 'read' | 'changed' | 'unasked';
}
/** Resolvers that read for everybody, or change for everybody with an account, what others take only the caller's own rows of. */
export function* ownedResolvers(module: ModuleView, context: RuleContext): Iterable<OwnedResolver> {
  const all = [...module.functions.values()].filter((fn) => context.role(fn.id)?.framework === 'graphql-resolver');
  if (all.length < 2 || !all.some((fn) => tableQueries(fn, context).some((one) => one.owner !== undefined))) return;
  const places = new Map(['Query', 'Mutation'].flatMap((type) => mapsOf(module, type, context)).flat().flatMap(({ value, keyAt }): [FunctionView['id'], At][] => (value.kind === 'function' ? [[value.fn, keyAt]] : [])));
  for (const body of all) {
    const at = places.get(body.id) ?? body.nameAt;
    if (!body.complete || isChecked(body, module)) continue;
    const others = all.flatMap((one) => (one === body ? [] : [{ body: one, at: places.get(one.id) ?? one.nameAt }]));
    const name = body.name.slice(body.name.lastIndexOf('.') + 1);
    const open = asksNobody(body, module, context) ? openAmong(body, others, context) : undefined;
    if (open) yield { ...open, name, at, how: 'read' };
    if (isOwnedOf(body, context) || !callsCheck(body, module, context)) continue;
    const loose = tableQueries(body, context).filter((one) => one.kind !== 'read' && one.filters.length > 0);
    const beside = others.map((other) => ({ ...other, query: tableQueries(other.body, context).find((one) => one.kind !== 'read' && one.owner !== undefined && loose.some(({ table }) => table === one.table)) })).find(({ query }) => query !== undefined);
    if (beside?.query?.owner !== undefined) yield { name, at, how: 'changed', table: beside.query.table, column: beside.query.owner, otherAt: beside.at };
    else if (loose.length > 0 && !asksRight(body, context)) {
      const stricter = others.find((other) => (asksRight(other.body, context) || isChecked(other.body, module)) && tableQueries(other.body, context).some(({ table }) => loose.some((one) => one.table === table)));
      const table = stricter && loose[0]?.table;
      if (table !== undefined) yield { name, at, how: 'unasked', table, column: '', otherAt: stricter?.at ?? at };
    }
  }
}
/** It asks for an account and no more: by a bare call that is handed the context, or a guard before it. */
function callsCheck(fn: FunctionView, module: ModuleView, context: RuleContext): boolean {
  return fn.steps.some((step) => step.do === 'call' && !step.used && step.call.args.some(({ value }) => isWholeRequest(value, fn, context))) || decoratorsOf(fn, module).some((one) => one.kind === 'call' && one.name === 'UseGuards');
}
/** It throws where something is not true of who calls, other than being known: `if (!need(context).moderator) throw ...`. */
function asksRight(fn: FunctionView, context: RuleContext, depth = 0): boolean {
  return fn.steps.some((step) => {
    if (step.do === 'throw') return step.when.slice(fn.when.length).some((branch) => someIn(branch.test, (one) => one.kind === 'ref' && (depth > 0 || isOfCaller(one, fn, context)) && (one.path.length > 1 || (one.root.kind === 'value' && one.path.length > 0)) && !/id$|^(sub|user|viewer|session)$/i.test(one.path.at(-1) ?? 'id')));
    const inner = step.do === 'call' && depth === 0 && step.call.args.some(({ value }) => isWholeRequest(value, fn, context)) ? context.called(step.call) : undefined;
    return inner !== undefined && inner.complete && asksRight(inner, context, 1);
  });
}
const ROLES = /^(Roles?|Permissions?|HasRole|Authorized|CheckAbilities|RequireRole)$/;
/** A decorator asks for more than an account: by a role, or by two guards. */
function isChecked(fn: FunctionView, module: ModuleView): boolean {
  return decoratorsOf(fn, module).some((one) => one.kind === 'call' && (ROLES.test(one.name) || (one.name === 'UseGuards' && one.args.length > 1)));
}
function decoratorsOf(fn: FunctionView, module: ModuleView): FunctionView['decorators'] {
  return [...fn.decorators, ...(fn.owner === undefined ? [] : (module.classes.get(fn.owner)?.decorators ?? []))];
}
/** No guard stands before it, and it does not look at the context, nor hands it on. */
function asksNobody(fn: FunctionView, module: ModuleView, context: RuleContext): boolean {
  const isField = fn.owner !== undefined && !fn.decorators.some((one) => one.kind === 'call' && /(^|\.)Query$/.test(one.callee));
  return !isField && !decoratorsOf(fn, module).some((one) => one.kind === 'call' && /^(UseGuards|UseMiddleware|Auth\w*|.*Guard)$/.test(one.name)) && !handsOn(fn, context, false) && !fn.steps.some((step) => step.do === 'throw');
}
/** Who calls is looked at other than by a bare call that refuses strangers, or by a test. */
function isOwnedOf(fn: FunctionView, context: RuleContext): boolean {
  if (handsOn(fn, context, true)) return true;
  return fn.steps.some((step) => {
    if (step.do === 'call' && !step.used && step.call.args.every(({ value }) => isWholeRequest(value, fn, context)) && step.call.args.length > 0) return false;
    if (step.when.slice(fn.when.length).some((branch) => isOfCaller(branch.test, fn, context))) return true;
    return step.do === 'call' ? someIn(step.call, (one) => one !== step.call && isOfCaller(one, fn, context)) : step.value !== undefined && isOfCaller(step.value, fn, context);
  });
}
