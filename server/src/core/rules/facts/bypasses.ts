import type { Branch, FunctionView, Step } from '../../model/module.js';
import type { Call, ObjectValue, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import { callsParameter, goesOn } from './handed.js';
import type { RuleContext } from '../rule.js';
import { authGuardName } from './guards.js';
import { refusesAt, turnsAway } from './refusals.js';
import { requestReads } from './request-reads.js';
import { unsetKey } from './unset-keys.js';
import { claimedAddress, environmentShortcut, fixedBeside, masterPassword, namedShortcut, requestShortcut, type Shortcut } from './shortcuts.js';
import { operandsOf } from './walk.js';

/** A test under which a check does not run. */
export interface Bypass {
  readonly at: At;
  readonly shortcut: Shortcut;
  readonly text: string;
  /** How a fix settles the test: the shortcut goes (`never`), the guard stays without it (`always`). */
  readonly settled: 'never' | 'always' | undefined;
}
const IDENTITY = /^(user|auth|session|currentUser|account)$/;

const REGISTERS = /^(use|addHook|register|useGlobalGuards|all|get|post|put|patch|delete|route)$/;
/** What an identity is told by, and the words under which one is kept. */
const WHO = /^(id|_id|userId|user_id|uid|sub|email|username|login|user|viewer|account|role|roles|isAdmin|admin|permissions|scopes?|credentials|principal|identity)$/;
/** Functions that say who sent a request. */
const IDENTIFIES = /(^|\.)(authenticate\w*|identify\w*|(get|load|read|resolve|find|require|fetch|parse|extract)\w*(User|Session|Identity|Viewer|Caller|Principal|Actor|Account|Context|Auth)\w*|current_?user\w*|user_?from\w*|\w*context\w*|who_?(is|am_?i)\w*|viewer|validate|verify\w*)$/i;
const VERIFIES = /^(verify\w*|jwtVerify|authenticate\w*|introspect\w*|getPeerCertificate|unseal\w*|compare\w*|timingSafeEqual|lookup\w*|findBy(Token|Key)\w*)$/i;
const CREDENTIAL = /authori[sz]ation|cookie|token|jwt|session|api-?key|^key$|signature|secret|password/i;
/** Functions that are asked for the account of who logs in. */
const LOGS_IN = /(^|[._])(authorize|log_?in|sign_?in|check_?(login|password|credentials))$/i;
/** Statuses with which somebody is turned away for who he is, or where he comes from. */
const REFUSALS: ReadonlySet<number> = new Set([302, 401, 403, 404]);

/** The back doors of a function: tests under which it does not check, and checks that are registered under a test only. */
export function* bypassesIn(fn: FunctionView, context: RuleContext): Iterable<Bypass> {
  const seen = new Set<unknown>();
  const known: { guard?: boolean; identity?: boolean } = {};
  for (const step of fn.steps) {
    const branch = step.when.findLast((one) => !one.early && !fn.when.includes(one));
    const isNew = branch !== undefined && !seen.has(branch.test);
    const passed = isNew && passes(step, fn, context);
    let shortcut = passed ? shortcutOf(branch, (known.guard ??= isGuard(fn, context)), context) : undefined;
    if (isNew && !shortcut && step.do === 'return' && step.value) {
      const identity = identityIn(step.value, context);
      if (identity && (known.identity ??= identifies(fn))) shortcut = identityShortcut(branch, identity, context);
    }
    if (isNew && !shortcut && isGiven(step) && branch.holds && (LOGS_IN.test(fn.name) || (known.identity ??= identifies(fn))) && isEverywhere(branch, context) && masterPassword(branch.test, context)) shortcut = { how: 'value', severity: 'error' };
    shortcut ??= isNew ? addressShortcut(branch, step, passed, fn, context) : undefined;
    const unset = isNew && !shortcut && (!passed || (known.guard ??= isGuard(fn, context)) || turnsOthersDown(fn)) ? unsetKey(step, passed, fn, context) : undefined;
    if (unset && branch && !seen.has(unset.test)) {
      seen.add(branch.test).add(unset.test);
      yield { at: unset.test.at, shortcut: { how: 'unset', key: unset.name, severity: unset.slight ? 'info' : 'warning' }, text: context.textOf(unset.test.at), settled: undefined };
    }
    const fixed = isNew && !shortcut && !unset && branch.holds ? fixedBeside(branch.test, context) : undefined;
    if (fixed && branch && refusesAt(step, context)) {
      seen.add(branch.test);
      yield { at: fixed.at, shortcut: { how: 'value', severity: 'error' }, text: context.textOf(fixed.at), settled: undefined };
    }
    if (branch && shortcut) {
      seen.add(branch.test);
      yield { at: branch.test.at, shortcut, text: context.textOf(branch.test.at), settled: branch.holds && shortcut.how !== 'address' ? 'never' : undefined };
    }
    for (const one of besideOthers(step, fn, () => (known.guard ??= isGuard(fn, context)), context)) if (!seen.has(one.test)) {
      seen.add(one.test);
      yield { at: one.test.at, shortcut: one.shortcut, text: context.textOf(one.test.at), settled: undefined };
    }
    if (step.do === 'call' && REGISTERS.test(step.call.name) && step.call.receiver) yield* conditional(step.call, step, fn, context);
  }
}
/** A way round that stands beside the real test: `return session.teller || query.e2e === 'true'`, `if (!user && query.e2e !== 'true') return refuse()`. */
function* besideOthers(step: Step, fn: FunctionView, guards: () => boolean, context: RuleContext): Iterable<{ readonly test: Value; readonly shortcut: Shortcut }> {
  const given = step.do === 'return' && step.value?.kind === 'ref' ? context.resolve(step.value).value : step.do === 'return' ? step.value : undefined;
  const branch = step.when.findLast((one) => !one.early && !fn.when.includes(one));
  if (given?.kind === 'logic' && given.at.path === step.at.path && (isGuardName(fn.name) || turnsOthersDown(fn))) {
    const parts = operandsOf(given, '||');
    if (parts.length > 1) for (const test of parts) {
      const shortcut = requestShortcut(test, guards(), context);
      if (shortcut && shortcut.how !== 'address') yield { test, shortcut };
    }
  } else if (branch?.holds && branch.test.kind === 'logic' && refusesAt(step, context)) {
    const parts = operandsOf(branch.test, '&&');
    for (const test of parts) {
      const turned: Value | undefined = test.kind === 'not' ? test.of : test.kind === 'compare' && test.op.startsWith('!') ? { ...test, op: '===' } : undefined;
      const shortcut = turned && namedShortcut(turned, context);
      if (shortcut && guards()) yield { test, shortcut };
    }
  }
}
/** It answers whether somebody may come in: `return timingSafeEqual(given, wanted)`. */
function turnsOthersDown(fn: FunctionView): boolean {
  return fn.steps.some((step) => step.do === 'return' && ((step.value?.kind === 'call' && VERIFIES.test(step.value.name)) || step.value?.kind === 'compare'));
}
/** Not in development only: no test of the environment stands beside it. */
function isEverywhere(branch: Branch, context: RuleContext): boolean {
  const where = context.environment([branch]);
  return where !== 'development' && where !== 'unless-production';
}
/** Something is given back that is not nothing. */
function isGiven(step: Step): boolean {
  return step.do === 'return' && step.value !== undefined && !(step.value.kind === 'literal' && !step.value.value);
}
/** The step lets the request through: `next()`, `return true` of a guard, a made-up user, the handler a wrapper was given. */
function passes(step: Step, fn: FunctionView, context: RuleContext): boolean {
  if (step.do === 'call') return isNext(step.call, context) || isWrapped(step.call, fn);
  if (step.do === 'assign')
    return (
      step.value.kind === 'object' && step.value.entries.length > 0 && step.value.entries.every((one) => isFixed(one.value)) && IDENTITY.test(step.target.path.at(-1) ?? '') && context.request(step.target)?.from === 'identity'
    );
  if (step.do !== 'return') return false;
  // A hook that is given no `next` goes on by returning.
  const role = context.role(fn.id);
  if (!step.value || (step.value.kind === 'literal' && step.value.value === undefined)) return (role?.sure === true && role.as === 'layer' && !role.parameters.includes('next')) || /(^|\.)middleware$/.test(fn.name);
  const given = step.value.kind === 'ref' ? context.resolve(step.value).value : step.value;
  if (given.kind === 'call' && /^(next\/server\.)?NextResponse\.next$/.test(given.callee)) return true;
  return step.value.kind === 'literal' && step.value.value === true && (isGuardName(fn.name) || turnsOthersDown(fn));
}
/** `return handler(req, res)` in what a wrapper such as `withAuth(handler)` gives back. */
function isWrapped({ target, args }: Call, fn: FunctionView): boolean {
  return target.kind === 'ref' && target.root.kind === 'parameter' && target.path.length === 0 && target.root.fn === fn.within && args.some(({ value }) => value.kind === 'ref' && value.root.kind === 'parameter' && value.root.fn === fn.id && value.root.index === 0);
}
/** The object that says who the caller is. */
function identityIn(value: Value, context: RuleContext): ObjectValue | undefined {
  const end = value.kind === 'ref' ? context.resolve(value).value : value;
  if (end.kind !== 'object') return undefined;
  const whole = end.entries.length === 1 ? end.entries[0]?.value : undefined;
  const inner = whole?.kind === 'object' ? whole : end;
  return inner.entries.some((one) => one.key !== undefined && WHO.test(one.key)) ? inner : undefined;
}
function identifies(fn: FunctionView): boolean {
  return IDENTIFIES.test(fn.name) || fn.steps.some((step) => step.do === 'call' && VERIFIES.test(step.call.name));
}
/** An identity that is given for a fixed value, a key made for tests, or to whoever names it. */
function identityShortcut(branch: Branch, identity: ObjectValue, context: RuleContext): Shortcut | undefined {
  if (!branch.holds || context.environment([branch]) === 'development') return undefined;
  const isFixedIdentity = identity.entries.every((one) => isFixed(one.value));
  for (const test of operandsOf(branch.test, '||')) {
    const asked = requestShortcut(test, true, context);
    if (asked?.how === 'request') return { ...asked, how: 'identity' };
    if (asked?.how === 'value' && isEverywhere(branch, context)) return asked;
    const [read] = requestReads(test, context);
    if (!read || read.field.key === undefined || CREDENTIAL.test(read.field.key) || isFixedIdentity) continue;
    const isNamed = identity.entries.some((one) => one.key !== undefined && WHO.test(one.key) && requestReads(one.value, context).some(({ field }) => field.key === read.field.key));
    if (isNamed && !isTrusted(read.field.key, context)) return { how: 'identity', key: read.field.key, severity: 'error' };
  }
  return undefined;
}
function isTrusted(key: string, context: RuleContext): boolean {
  return context.policy('auth').trustedHeaders.some((one) => one.toLowerCase() === key.toLowerCase());
}
/** A list or range of addresses that is asked for what a header says. */
function addressShortcut(branch: Branch | undefined, step: Step, passed: boolean, fn: FunctionView, context: RuleContext): Shortcut | undefined {
  const isRefused = step.do === 'throw' || (step.do === 'call' && /^(status|sendStatus|writeHead|code|throw)$/.test(step.call.name));
  const role = context.role(fn.id);
  if (!branch || (!passed && !isRefused) || branch.test.kind === 'ref' || (role?.as !== 'layer' && role?.as !== 'other' && role?.as !== 'handler')) return undefined;
  const key = claimedAddress(branch.test, context);
  if (key === undefined || isTrusted(key, context)) return undefined;
  const refuses = context.conduct(fn.id)?.refuses ?? [];
  return refuses.some((status) => REFUSALS.has(status) || status === 0) && !refuses.includes(429) ? { how: 'address', key, severity: 'warning' } : undefined;
}
/** A constant, or a list of constants. */
function isFixed(value: Value): boolean {
  return value.kind === 'literal' || (value.kind === 'array' && value.items.every((item) => item.value.kind === 'literal'));
}
function isNext(call: Call, context: RuleContext): boolean {
  return goesOn(call, context) || (callsParameter(call) && call.name === 'next');
}
function isGuardName(name: string): boolean {
  return /(^|\.)canActivate$/.test(name) || authGuardName(name);
}
/** The function checks callers: its name says so, or it turns some away. */
function isGuard(fn: FunctionView, context: RuleContext): boolean {
  if (isGuardName(fn.name)) return true;
  const conduct = context.conduct(fn.id);
  const asks = conduct?.tests.some((one) => one === 'identity' || one === 'credential' || one === 'role') === true;
  if (conduct && (conduct.refuses.includes(401) || (asks && conduct.refuses.some((status) => status === 403 || status === 302)))) return true;
  return fn.steps.some((step) => step.do === 'return' && step.value !== undefined && turnsAway(step.value, context));
}

/** What kind of back door a test is. Only the way that the branch takes counts. */
function shortcutOf(branch: Branch, guard: boolean, context: RuleContext): Shortcut | undefined {
  const environment = environmentShortcut(branch, context);
  if (environment && guard) return environment;
  if (!branch.holds) return undefined;
  return operandsOf(branch.test, '||')
    .map((test) => requestShortcut(test, guard, context))
    .find((found) => found !== undefined);
}
/** A guard that is registered, or made, under an environment test only. */
function* conditional(call: Call, step: Step, fn: FunctionView, context: RuleContext): Iterable<Bypass> {
  for (const { value: arg } of call.args) {
    const made = arg.kind === 'ref' ? context.resolve(arg).value : arg;
    if (made.at.path === call.at.path) yield* chosen(made, context);
  }
  if (!/^(use|addHook|register|useGlobalGuards)$/.test(call.name)) return;
  const guard = call.args.find((arg) => isGuardValue(arg.value));
  const branch = step.when.findLast((one) => !one.early && !fn.when.includes(one));
  if (!guard || !branch) return;
  const shortcut = environmentShortcut({ ...branch, holds: !branch.holds }, context);
  // Another guard stands anyway, or instead: only the strictness differs.
  const another = fn.steps.some(
    (other) => other !== step && other.do === 'call' && other.call.name === call.name && other.call.args.some((arg) => isGuardValue(arg.value)) && !other.when.some((one) => one.test === branch.test && one.holds === branch.holds),
  );
  if (!shortcut || another) return;
  const text = context.textOf(branch.test.at);
  yield { at: branch.test.at, shortcut, text: branch.holds ? `not (${text})` : text, settled: branch.holds ? 'always' : undefined };
}
/** `isProd ? requireAuth : (q, s, n) => n()`, also spread from lists. */
function* chosen(value: Value, context: RuleContext): Iterable<Bypass> {
  if (value.kind !== 'choice') return;
  const [first, second] = [isGuardValue(value.then), isGuardValue(value.else)];
  if (first === second || !letsPass(first ? value.else : value.then, context)) return;
  const shortcut = environmentShortcut({ test: value.test, holds: second, early: false, at: value.test.at }, context);
  const text = context.textOf(value.test.at);
  if (shortcut) yield { at: value.test.at, shortcut, text: first ? `not (${text})` : text, settled: first ? 'always' : 'never' };
}
/** Nothing at all, an empty list, or a function that only goes on. Another check by another name is none. */
function letsPass(value: Value, context: RuleContext): boolean {
  const end = value.kind === 'ref' ? context.resolve(value).value : value;
  if (end.kind === 'array') return end.items.length === 0;
  if (end.kind === 'literal') return true;
  const body = end.kind === 'function' ? context.body(end.fn) : undefined;
  return body !== undefined && body.complete && body.steps.every((step) => step.do === 'return' || (step.do === 'call' && step.call.args.length === 0) || step.do === 'assign');
}
function isGuardValue(value: Value): boolean {
  if (value.kind === 'ref') return authGuardName(value.text);
  if (value.kind === 'call') return authGuardName(value.callee || value.name);
  return value.kind === 'array' && value.items.some((item) => isGuardValue(item.value));
}
