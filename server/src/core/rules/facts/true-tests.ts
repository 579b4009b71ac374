import type { Branch, FunctionView, Step } from '../../model/module.js';
import type { Call, Ref, Value } from '../../model/value.js';
import { links } from '../../project/project.js';
import type { At } from '../../text/source.js';
import type { RuleContext } from '../rule.js';
import { authGuardName, claimsGuard, guardLikeName, isHarmless } from './guards.js';
import { goesOnFrom } from './handed.js';
import { askedFor, isBare } from './promises.js';
import { refusesAt, refusingStatus } from './refusals.js';
import { requestReads } from './request-reads.js';
import { readsCallerItself } from './rights.js';
import { SILENT } from './passing-verifiers.js';
import { branchesIn, headOf, operandsOf, partsOf, someIn } from './walk.js';

/** A test that holds for whoever should be refused. `at` is the part of it that is wrong. */
export interface TrueTest {
  readonly at: At;
  readonly statementAt: At;
  readonly how: 'assigned' | 'index' | 'list' | 'settled' | 'presence' | 'not-a-role' | 'goes-on';
  /** What the message names: what is set, the call, the field, or the role that is asked for. */
  readonly name: string;
  readonly next: At | undefined;
}
const POWER = /^(roles?|(is_?)?(admin|staff|owner|moderator|editor|super_?user|super_?admin|manager|authenticated|authori[sz]ed|logged_?in|verified)|permissions?|scopes?|rank|access_?level|groups?|user_?type|rights?)$/i;
const ROLE = /^(roles?|rank|level|access_?level|user_?type|account_?type|type|kind|group|tier|permission)$/i;
const STATUS = /^(code|status)$/;
const POSITION = /^(indexOf|lastIndexOf|findIndex|search)$/;
const ABOUT_CALLER = /role|scope|perm|group|admin|right|claim|user|member|owner|origin|token|key|allow|trusted|grant|access|session|auth|white_?list/i;
const CREDENTIAL = /^(authorization|x-auth|(x-)?(\w+-)?(auth|api|access|admin|internal|secret|client|service|preview|session|device|bot|hook)?[-_]?(key|token|secret|pass|password|pin|signature)|api_?key|auth|jwt|bearer|sid|session|sess)$/i;

/** The tests of a function that let in whom they are there to keep out. */
export function* trueTests(fn: FunctionView, context: RuleContext): Iterable<TrueTest> {
  yield* assigned(fn, context);
  yield* positions(fn, context);
  yield* settled(fn, context);
  const one = presence(fn, context) ?? otherRole(fn, context) ?? onlyStatus(fn, context);
  if (one) yield one;
}

/** `if (req.session.role = 'owner')`: set, not compared. */
function* assigned(fn: FunctionView, context: RuleContext): Iterable<TrueTest> {
  for (const step of fn.steps) {
    if (step.do !== 'assign' || !POWER.test(step.target.path.at(-1) ?? step.target.text)) continue;
    const given = context.constant(step.value)?.value;
    if (given === undefined || given === null || given === false || given === '' || !standsInTest(step, context)) continue;
    yield { at: step.at, statementAt: step.statementAt, how: 'assigned', name: step.target.text, next: undefined };
  }
}
/** The statement it stands in is an `if`, and it is no statement of its own below it. */
function standsInTest(step: Step, context: RuleContext): boolean {
  return /^if\s*\(/.test(context.textOf(step.statementAt).slice(0, 20).trimStart());
}

/** `if (scopes.indexOf(name)) next()`: -1 is true, and the first of the list is not. */
function* positions(fn: FunctionView, context: RuleContext): Iterable<TrueTest> {
  const seen = new Set<string>();
  const answers = isDecision(fn) ? fn.steps.flatMap((step) => (step.do === 'return' && step.value ? [{ test: step.value.kind === 'choice' ? step.value.test : step.value, step }] : [])) : [];
  for (const { test, step } of [...branchesIn(fn).map((one) => ({ test: one.branch.test, step: one.step })), ...answers]) for (const value of askedFor(test)) {
    const position = positionIn(value, context);
    const call = position ?? listIn(value, context);
    const key = call && `${call.at.mark}:${call.at.part?.start ?? ''}`;
    if (!call || key === undefined || seen.has(key)) continue;
    seen.add(key);
    if (ABOUT_CALLER.test(context.textOf(call.at).slice(0, 200)) && isCheck(fn, context)) yield { at: call.nameAt, statementAt: step.statementAt, how: position ? 'index' : 'list', name: call.name, next: undefined };
  }
}
function positionIn(value: Value, context: RuleContext): Call | undefined {
  const end = value.kind === 'ref' && value.root.kind === 'local' && value.path.length === 0 ? context.resolve(value).value : value;
  return end.kind === 'call' && POSITION.test(end.name) && end.receiver !== undefined ? end : undefined;
}
/** A list, which is true whatever it holds: `if (roles.filter((one) => one === user.role)) next()`. */
function listIn(value: Value, context: RuleContext): Call | undefined {
  const end = value.kind === 'ref' && value.root.kind === 'local' && value.path.length === 0 ? context.resolve(value).value : value;
  if (end.kind !== 'call' || end.form !== 'call') return undefined;
  const isList = /^(filter|map|flatMap)$/.test(end.name) && end.receiver !== undefined && end.args[0]?.value.kind === 'function';
  return isList && context.called(end) === undefined ? end : undefined;
}
/** `if (row.owner === req.user.id || true) next()`: a constant decides whom a check lets in. */
function* settled(fn: FunctionView, context: RuleContext): Iterable<TrueTest> {
  if (!fn.settled || (context.role(fn.id)?.as !== 'layer' && !isCheck(fn, context)) || context.conduct(fn.id)?.passes === 'never') return;
  for (const { test } of new Set(fn.settled)) for (const [op, wanted] of [['||', true], ['&&', false]] as const) {
    const parts = operandsOf(test, op);
    const constant = parts.length > 1 ? parts.find((one) => one.kind === 'literal' && (one.value === wanted || (wanted && isWord(one.value)))) : undefined;
    const isSlip = constant?.kind === 'literal' && isWord(constant.value) && isCheck(fn, context);
    if (constant?.kind === 'literal' && (isSlip || parts.some((one) => one !== constant && ABOUT_CALLER.test(context.textOf(one.at).slice(0, 200))))) {
      yield { at: constant.at, statementAt: constant.at, how: 'settled', name: `${op} ${String(constant.value)}`, next: undefined };
      return;
    }
  }
}
/** A word that stands where a comparison was meant: `role === 'chief' || 'warden'`. */
function isWord(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
function isDecision(fn: FunctionView): boolean {
  return /(^|\.)canActivate$/.test(fn.name) || /^(is|has|can|may)[A-Z]/.test(fn.name.split('.').at(-1) ?? '');
}
/** It turns some away for who they are, or is asked whether to. */
function isCheck(fn: FunctionView, context: RuleContext): boolean {
  return isDecision(fn) || authGuardName(fn.name) || context.conduct(fn.id)?.refuses.some((status) => status === 401 || status === 403) === true || fn.steps.some((step) => refusesAt(step, context));
}

/** `if (!req.headers['x-api-key']) return res.sendStatus(401); next()`, where nobody else looks at the key: any value will do. */
function presence(fn: FunctionView, context: RuleContext): TrueTest | undefined {
  const role = context.role(fn.id);
  if (!fn.complete || role?.as !== 'layer' || !role.sure || !isCheck(fn, context)) return undefined;
  let found: { readonly key: string; readonly at: At; readonly statementAt: At } | undefined;
  for (const step of fn.steps) {
    for (const branch of step.when.slice(fn.when.length)) for (const part of presentIn(branch.test)) {
      const reads = part ? requestReads(part, context) : [];
      const [read] = reads;
      const key = read?.field.key;
      if (key === undefined || reads.length !== 1 || !/^(header|query|cookie|body)$/.test(read?.field.from ?? '') || !CREDENTIAL.test(key) || (found && found.key !== key)) return undefined;
      found ??= { key, at: branch.test.at, statementAt: step.statementAt };
    }
    // Whatever else is called, or kept, may look at it.
    if (step.do === 'assign' || (step.do === 'call' && !isPlain(step.call, fn, context))) return undefined;
    if (step.do === 'return' && step.value && !isPlainAnswer(step.value, fn, context)) return undefined;
  }
  const { endpoints } = context.running(fn.id);
  if (!found || endpoints.length === 0) return undefined;
  const { key, at, statementAt } = found;
  const isAlone = endpoints.every((endpoint) => {
    const others = links(endpoint.chain).filter(({ layer }) => layer.fn !== fn.id);
    if (!endpoint.chainComplete || others.some(({ layer }) => !isHarmless(layer))) return false;
    const bodies = [...others.map(({ layer }) => layer.fn), endpoint.handler].map((id) => (id === undefined ? undefined : context.body(id)));
    const handler = bodies.at(-1);
    return handler?.complete === true && !bodies.some((body) => body !== undefined && context.textOf(body.bodyAt).toLowerCase().includes(key.toLowerCase()));
  });
  return isAlone ? { at, statementAt, how: 'presence', name: key, next: undefined } : undefined;
}
/** What a test asks the presence of, part by part; undefined for a part that asks something else. */
function presentIn(test: Value, depth = 0): readonly (Value | undefined)[] {
  if (depth > 6) return [undefined];
  if (test.kind === 'not') return presentIn(test.of, depth + 1);
  if (test.kind === 'logic') return [...presentIn(test.left, depth + 1), ...presentIn(test.right, depth + 1)];
  if (test.kind === 'ref' || test.kind === 'call') return [test];
  if (test.kind !== 'compare') return [undefined];
  const [value, other] = test.left.kind === 'literal' ? [test.right, test.left] : [test.left, test.right];
  const isNothing = other.kind === 'literal' && (other.value === undefined || other.value === null || other.value === '');
  return [isNothing && /^[!=]==?$/.test(test.op) ? value : undefined];
}
function isPlain(call: Call, fn: FunctionView, context: RuleContext): boolean {
  if (goesOnFrom(call, fn, context) || SILENT.test(call.callee) || call.form === 'new' || /^Object\.assign$/.test(call.callee)) return true;
  if (requestReads(call, context).length > 0) return true;
  const base = headOf(call);
  const role = base.kind === 'ref' && base.root.kind === 'parameter' && base.root.fn === fn.id ? context.role(fn.id)?.parameters[base.root.index] : undefined;
  return role === 'response' || role === 'context';
}
function isPlainAnswer(value: Value, fn: FunctionView, context: RuleContext): boolean {
  return value.kind === 'literal' || (value.kind === 'call' && isPlain(value, fn, context)) || value.kind === 'choice';
}

/** `if (ctx.session?.rank !== 'member') return next()`: whoever has no rank at all passes too, where nothing asked before. */
function otherRole(fn: FunctionView, context: RuleContext): TrueTest | undefined {
  const role = context.role(fn.id);
  if (!fn.complete || role?.as !== 'layer' || !isCheck(fn, context)) return undefined;
  for (const step of fn.steps) {
    const own = step.when.slice(fn.when.length);
    const passes = step.do === 'call' && goesOnFrom(step.call, fn, context);
    const refuses = !passes && refusesAt(step, context);
    const branch = own.findLast((one) => !one.early);
    if ((!passes && !refuses) || !branch || own.length > 1) continue;
    const parts = operandsOf(branch.test, '&&');
    const wrong = parts.length === 1 ? leftOut(branch, passes) : undefined;
    if (!wrong || fn.steps.some((other) => other !== step && other.when.slice(fn.when.length).some((one) => one.test !== branch.test && asksPresence(one, wrong)))) continue;
    const { endpoints } = context.running(fn.id);
    const isFirst = endpoints.some((endpoint) => {
      const others = links(endpoint.chain).filter(({ layer }) => layer.fn !== fn.id);
      const handler = endpoint.handler === undefined ? undefined : context.body(endpoint.handler);
      return handler?.complete === true && !readsCallerItself(handler, context) && others.every(({ layer }) => !guardLikeName(layer.name.replace(/^session$|csrf/i, '')) && !claimsGuard(layer))
        && (endpoint.conduct?.refuses.some((status) => status === 401 || status === 403) !== true);
    });
    if (isFirst) return { at: branch.test.at, statementAt: step.statementAt, how: 'not-a-role', name: wrong.text.replaceAll('?', ''), next: undefined };
  }
  return undefined;
}
/** The role of the caller that a test passes over where it is not there: by `?.`, or as a member of a session, which is there for everybody. */
function leftOut({ test, holds }: Branch, passes: boolean): Ref | undefined {
  if (test.kind !== 'compare' || test.right.kind !== 'literal' || test.left.kind !== 'ref') return undefined;
  // A flag that only some sessions were ever given is not false in the others.
  if (test.right.value === false) return !passes && holds && test.op === '===' && test.left.path.at(-2) === 'session' && test.left.path.length > 1 ? test.left : undefined;
  if (typeof test.right.value !== 'string') return undefined;
  const isOther = test.op.startsWith('!') === holds;
  const { left } = test;
  const above = left.path.at(-2);
  const isOfCaller = above !== undefined && /^(session|user|auth|claims|account|member|principal|identity|credentials)$/.test(above);
  return isOther === passes && isOfCaller && ROLE.test(left.path.at(-1) ?? '') && (above === 'session' || left.text.includes('?.')) ? left : undefined;
}
function asksPresence({ test }: Branch, role: Ref): boolean {
  const base = role.text.replaceAll('?', '').split('.').slice(0, -1).join('.');
  return someIn(test, (value) => value.kind === 'ref' && value.text.replaceAll('?', '').startsWith(base)) || partsOf(test).some((part) => part.kind === 'call');
}

/** `if (!request.user.lead) reply.code(403);` in a hook of Fastify 4 or 5 that is given no `done`: it goes on when it returns, and nothing was sent. */
function onlyStatus(fn: FunctionView, context: RuleContext): TrueTest | undefined {
  const reply = fn.parameters.findIndex(({ name }) => /^_?(reply|rep)$/.test(name ?? ''));
  if (reply < 1 || !fn.complete || !fn.async || fn.parameters.length > reply + 1 || context.role(fn.id)?.as === 'handler') return undefined;
  const isReply = (value: Value): boolean => value.kind === 'ref' && value.root.kind === 'parameter' && value.root.fn === fn.id && value.root.index === reply;
  const isAnswered = fn.steps.some((step) => (step.do === 'call' && !STATUS.test(step.call.name) && (isReply(headOf(step.call)) || step.call.args.some(({ value }) => isReply(value)))) || (step.do === 'return' && step.value !== undefined && isReply(step.value)));
  if (isAnswered) return undefined;
  for (const step of fn.steps) {
    if (step.do !== 'call' || !STATUS.test(step.call.name) || !step.call.receiver || !isReply(step.call.receiver) || !refusingStatus(step.call.args[0]?.value, context)) continue;
    const last = step.when.at(-1);
    if (step.when.length === fn.when.length || !isBare(step.call, step, context) || fn.steps.some((other) => other.do === 'throw' && (last === undefined || other.when.some((one) => one.test === last.test && one.holds === last.holds)))) continue;
    return { at: step.call.nameAt, statementAt: step.statementAt, how: 'goes-on', name: fn.name, next: undefined };
  }
  return undefined;
}
