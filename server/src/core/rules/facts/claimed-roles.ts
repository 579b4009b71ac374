import type { RequestField } from '../../model/api.js';
import type { Branch, FunctionView, Step } from '../../model/module.js';
import type { Call, Entry, Value } from '../../model/value.js';
import { callsParameter, goesOn, ofRequest } from './handed.js';
import type { RuleContext } from '../rule.js';
import { authGuardName } from './guards.js';
import { refusesAt } from './refusals.js';
import { requestReads } from './request-reads.js';

/** A role, or an identity, that the caller of a function states itself. */
export interface Claimed {
  readonly value: Value;
  readonly key: string;
  /** Asked in a test, or kept as what the caller is. `named`: only who it is, not what it may do. */
  readonly how: 'tested' | 'kept' | 'named';
  readonly from: RequestField['from'];
  /** The comparison it stands in, and what it is compared with. */
  readonly test: Value | undefined;
  readonly role: string | undefined;
  readonly step: Step;
}
const ROLE_HEADER = /^x-((client|caller|account|auth|user)-?)?((user-?)?(roles?|permissions?|scopes?|groups?)|(is-?)?(admin|manager|staff)|admin-?user|is-?superuser)$/i;
const ROLE_FIELD = /^(((as|my|acting|current|user|account|member)_?)?roles?|(is_?)?(admin|manager|staff|superuser|super_?admin|moderator|owner)|permissions|scopes|accessLevel|access_level)$/i;
/** A cookie that a program names after itself: `shop_role`. */
const ROLE_COOKIE = /^[a-z]{1,20}[-_.]((user|account)[-_]?)?(roles?|is_?admin|admin)$/i;
const ROLE_KEY = /^(roles?|(is_?)?(admin|moderator|staff|superuser|super_?admin|manager|owner)|permissions|scopes?|groups|access_?level)$/i;
const WHO_KEY = /^(id|_id|userId|user_id|uid|sub|username|name|email|login)$/i;
const WHO_FIELD = /^(x-)?(auth(enticated)?-?)?(user|account|member|customer|tenant|caller|remote-user)?[-_]?(id|name|email|sub|login|as)?$/i;
const PLACES = /^(user|auth|identity|account|currentUser|principal|credentials|session|viewer)$/;
const IDENTITY_FUNCTION = /(^|\.)(\w*context\w*|identify\w*|authenticate\w*|(get|load|read|resolve)\w*(User|Identity|Viewer|Caller|Principal|Context))$/i;
const QUIET = /^(get|header|json|send|end|status|redirect|sendStatus|set|String|Number|parseInt|split|trim|next|log|info|debug|view|render|save|regenerate|cookie|url|res|continue)$/;

/** The roles and identities a function takes from what the caller wrote. */
export function* claimedIn(fn: FunctionView, context: RuleContext): Iterable<Claimed> {
  for (const step of fn.steps) {
    for (const { test, holds } of allowing(step, fn, context)) for (const leaf of leavesOf(test, holds, 0)) {
      const field = leaf.positive ? roleField(leaf.value, context) : undefined;
      // What is shown may depend on what was asked for; a cookie or a header is not asked for by hand.
      const isChosen = step.do === 'return' && step.value?.kind === 'choice' && !authGuardName(fn.name);
      if (field?.key !== undefined && !(isChosen && field.from !== 'cookie' && field.from !== 'header')) yield { value: leaf.value, key: field.key, how: 'tested', from: field.from, test: leaf.whole, role: leaf.role, step };
    }
    yield* keptAt(step, fn, context);
  }
}
/** Tests under which the step lets the caller go on, or without which it is refused. */
function allowing(step: Step, fn: FunctionView, context: RuleContext): readonly { readonly test: Value; readonly holds: boolean }[] {
  const own = step.when.slice(fn.when.length);
  const nearest = own.findLast((branch) => !branch.early);
  if (step.do === 'call' && isNext(step.call, context)) return own.filter((one) => !one.early).map(({ test, holds }) => ({ test, holds }));
  if (nearest && refusesAt(step, context)) return [{ test: nearest.test, holds: !nearest.holds }];
  if (step.do === 'return' && step.value && (authGuardName(fn.name) || /(^|\.)canActivate$/.test(fn.name)) && step.value.kind !== 'literal') return [{ test: step.value, holds: true }];
  if (step.do === 'return' && step.value?.kind === 'choice' && isNothing(step.value.else) && !isNothing(step.value.then)) return [{ test: step.value.test, holds: true }];
  if (step.do === 'return' && step.value?.kind === 'literal' && step.value.value === true && /(^|\.)canActivate$/.test(fn.name)) return own.filter((one: Branch) => !one.early).map(({ test, holds }) => ({ test, holds }));
  return [];
}
function isNext(call: Call, context: RuleContext): boolean {
  return goesOn(call, context) || (callsParameter(call) && call.name === 'next');
}
function isNothing(value: Value): boolean {
  return value.kind === 'literal' && (value.value === null || value.value === undefined || value.value === false);
}
interface Leaf {
  readonly value: Value;
  readonly positive: boolean;
  readonly whole: Value;
  readonly role: string | undefined;
}
/** The parts of a test that have to hold, or not to hold, for it to come out that way. */
function* leavesOf(test: Value, holds: boolean, depth: number): Iterable<Leaf> {
  if (depth > 8) return;
  switch (test.kind) {
    case 'not': yield* leavesOf(test.of, !holds, depth + 1); break;
    case 'logic':
      yield* leavesOf(test.left, holds, depth + 1);
      yield* leavesOf(test.right, holds, depth + 1);
      break;
    case 'compare': {
      const [value, other] = test.left.kind === 'literal' ? [test.right, test.left] : [test.left, test.right];
      const isEqual = test.op === '===' || test.op === '==';
      const isNothing = other.kind === 'literal' && (other.value === false || other.value === undefined || other.value === null || other.value === 'false');
      const role = other.kind === 'literal' && typeof other.value === 'string' && other.value !== 'true' ? other.value : undefined;
      if (other.kind === 'literal' && (isEqual || test.op.startsWith('!'))) yield { value, positive: (isEqual === holds) !== isNothing, whole: test, role };
      break;
    }
    case 'call': {
      const [first] = test.args;
      if (/^(includes|has)$/.test(test.name) && first) yield { value: first.value, positive: holds, whole: test, role: undefined };
      else yield { value: test, positive: holds, whole: test, role: undefined };
      break;
    }
    default: yield { value: test, positive: holds, whole: test, role: undefined };
  }
}
/** A field of the request that names a role, as its caller wrote it. */
function roleField(value: Value, context: RuleContext): RequestField | undefined {
  return requestReads(value, context).map(({ field }) => field).find(isRole);
}
function isRole({ from, key }: RequestField): boolean {
  if (key === undefined) return false;
  return from === 'header' ? ROLE_HEADER.test(key) : (from === 'query' || from === 'body' || from === 'cookie') && (ROLE_FIELD.test(key) || (from === 'cookie' && ROLE_COOKIE.test(key)));
}

/** `req.user = { id: req.headers['x-user-id'] }`, `req.session.role = req.body.role`, and what a function gives back as the caller. */
function* keptAt(step: Step, fn: FunctionView, context: RuleContext): Iterable<Claimed> {
  if (step.do === 'assign') {
    const last = step.target.path.at(-1);
    const place = step.target.path.at(-2);
    if (last !== undefined && ROLE_KEY.test(last) && place !== undefined && PLACES.test(place) && isOnRequest(step.target, context)) yield* ofValue(step.value, last, step, fn, context);
    else if (last !== undefined && PLACES.test(last) && isOnRequest(step.target, context)) yield* ofObject(step.value, step, fn, context);
  } else if (step.do === 'call' && step.call.name === 'set' && step.call.args.length === 2) {
    const name = step.call.args[0] && context.constant(step.call.args[0].value)?.value;
    const given = step.call.args[1]?.value;
    if (typeof name === 'string' && PLACES.test(name) && given && step.call.receiver && isOnRequest(step.call.receiver, context)) yield* ofObject(given, step, fn, context);
  } else if (step.do === 'return' && step.value && (IDENTITY_FUNCTION.test(fn.name) || isContextObject(step.value))) yield* ofObject(step.value, step, fn, context);
}
function isOnRequest(value: Value, context: RuleContext): boolean {
  if (value.kind !== 'ref') return false;
  if (value.root.kind === 'parameter') return ofRequest(value, context) || /^(req|request|ctx)$/.test(value.path[0] ?? '');
  return context.request(value)?.from === 'identity';
}
/** `{ user: { id, role } }`: what a GraphQL server is given as its context. */
function isContextObject(value: Value): boolean {
  return value.kind === 'object' && value.entries.some((one) => one.key !== undefined && /^(user|viewer|currentUser|auth|session)$/.test(one.key) && one.value.kind === 'object');
}
function* ofObject(value: Value, step: Step, fn: FunctionView, context: RuleContext): Iterable<Claimed> {
  if (value.kind === 'logic' && value.op !== '&&') {
    yield* ofObject(value.left, step, fn, context);
    yield* ofObject(value.right, step, fn, context);
  }
  if (value.kind === 'choice') yield* ofObject(value.then, step, fn, context);
  if (value.kind !== 'object') return;
  const inner = value.entries.flatMap((one): readonly Entry[] => (one.value.kind === 'object' && one.key !== undefined && PLACES.test(one.key) ? one.value.entries : [one]));
  for (const entry of inner) if (entry.key !== undefined) yield* ofValue(entry.value, entry.key, step, fn, context);
}
function* ofValue(value: Value, key: string, step: Step, fn: FunctionView, context: RuleContext): Iterable<Claimed> {
  if (!ROLE_KEY.test(key) && !WHO_KEY.test(key)) return;
  const isPower = ROLE_KEY.test(key);
  for (const { field, value: read } of isPower ? askedIn(value, 0).flatMap((one) => requestReads(one, context)) : requestReads(value, context)) {
    if (field.key === undefined || field.from === 'path' || field.from === 'url') continue;
    if (isPower ? !isRole(field) : !(WHO_FIELD.test(field.key) && isUnchecked(step, fn, context))) continue;
    yield { value: read, key: field.key, how: isPower ? 'kept' : 'named', from: field.from, test: undefined, role: undefined, step };
    return;
  }
}
/** What makes a flag true: `req.body.admin === 'yes' || known.admin`. */
function askedIn(value: Value, depth: number): readonly Value[] {
  if (depth > 6) return [];
  if (value.kind === 'compare') return /^===?$/.test(value.op) && [value.left, value.right].some((side) => side.kind === 'literal') ? [value.left, value.right].flatMap((side) => askedIn(side, depth + 1)) : [];
  if (value.kind === 'not') return value.of.kind === 'not' ? askedIn(value.of.of, depth + 1) : [];
  return value.kind === 'logic' && value.op !== '&&' ? [value.left, value.right].flatMap((side) => askedIn(side, depth + 1)) : [value];
}
/** Nothing was looked up, compared or awaited before: who the caller is rests on its word alone. */
function isUnchecked(step: Step, fn: FunctionView, context: RuleContext): boolean {
  if (fn.within !== undefined && (context.body(fn.within)?.steps ?? []).some((one) => one.do === 'call' && /verify|compare|authenticate|find|query/i.test(one.call.name))) return false;
  const asksOther = step.when.slice(fn.when.length).some((branch) => requestReads(strip(branch.test), context).length === 0);
  return !asksOther && fn.steps.every((one) => one.do !== 'call' || QUIET.test(one.call.name) || isNext(one.call, context) || one.call.args.some(({ value }) => value.kind === 'function'));
}
function strip(test: Value): Value {
  return test.kind === 'not' ? strip(test.of) : test;
}
