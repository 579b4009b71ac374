import type { Branch, FunctionView, Step } from '../../model/module.js';
import type { FunctionId, Ref, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import type { RuleContext } from '../rule.js';
import { authGuardName } from './guards.js';
import { goesOnFrom, ofRequest } from './handed.js';
import { changing } from './methods.js';
import { wordsOf } from './names.js';
import { once } from './once.js';
import { readsCaller } from './rights.js';
import { branchesIn, someIn } from './walk.js';

/** A check that is named where it should be called, or that asks only those who bring a credential. */
export interface HalfGuard {
  readonly at: At;
  readonly statementAt: At;
  readonly how: 'uncalled' | 'stranger';
  readonly name: string;
  readonly next: At | undefined;
}
const QUESTION = /^(is|has|can|may)_?[A-Z]/;
const ABOUT_CALLER = /auth|log|sign|admin|staff|role|perm|allow|owner|access|valid|token|session|user|member|moderator|editor/i;
/** Names that promise that nobody passes without a credential. */
const DEMANDS = /^(protect(ed)?|(require|ensure|must|restrict|only)[A-Z_]\w*|is_?(auth\w*|logged_?in|signed_?in)|(auth|login|token|session|jwt)_?required)$/i;
const WELCOMES: ReadonlySet<string> = new Set('optional optionally maybe if try soft load populate attach set get current parse public guest anonymous identify deserialize extract inject detect resolve add enrich decode'.split(' '));
/** Functions that are asked whether somebody may do something, by their names or by the option they stand under. */
const DECIDES = /(^|\.)(applyPolicy|authChecker|authorizer|isAuthori[sz]ed|isAllowed|hasAccess|hasPermission|hasRole|check(Access|Permission|Role|Auth)\w*)$/;
const ABOUT_RIGHTS = /auth|jwt|role|permission|admin|token|api_?key|session|login|acl|access/i;
const WHO = /^(user|currentUser|viewer|account|session|principal|identity|token|jwt|authorization|credentials?|apiKey|member|auth|authUser|me|userId|reader|actor|caller)$/i;
/** What mercurius-auth hands its policy last: the context of the request. */
const POLICY_CONTEXT = 3;

/** The checks of a function that are open at one end. */
export function* halfGuards(fn: FunctionView, context: RuleContext): Iterable<HalfGuard> {
  yield* uncalled(fn, context);
  const one = strangerPasses(fn, context) ?? decidesForNobody(fn, context);
  if (one) yield one;
}

/** `if (req.isAuthenticated && ...)`: a function is always true. */
function* uncalled(fn: FunctionView, context: RuleContext): Iterable<HalfGuard> {
  const seen = new Set<string>();
  for (const { step, branch } of branchesIn(fn)) for (const ref of truthsIn(branch.test, 0)) {
    const key = `${ref.at.mark}:${ref.at.part?.start ?? ''}`;
    if (seen.has(key)) continue;
    seen.add(key);
    if (isOfPassport(ref, context) || isQuestion(ref, context)) {
      if (!isCalledBeside(ref, branch, fn)) yield { at: ref.nameAt, statementAt: step.statementAt, how: 'uncalled', name: ref.text, next: undefined };
    }
  }
}
/** The values whose truth a test asks for. */
function truthsIn(test: Value, depth: number): readonly Ref[] {
  if (depth > 8) return [];
  if (test.kind === 'ref') return [test];
  if (test.kind === 'not') return truthsIn(test.of, depth + 1);
  return test.kind === 'logic' ? [...truthsIn(test.left, depth + 1), ...truthsIn(test.right, depth + 1)] : [];
}
function isOfPassport(ref: Ref, context: RuleContext): boolean {
  const [key, ...rest] = ref.path;
  if (key === undefined || rest.length > 0 || !/^is(Una|A)uthenticated$/.test(key) || !(ofRequest(ref, context) || /^_?(req|request)\./.test(ref.text))) return false;
  return context.projectUses('passport') && !context.functions(ref.at.path).some((one) => one.steps.some((step) => step.do === 'assign' && step.target.path.at(-1) === key));
}
function isQuestion(ref: Ref, context: RuleContext): boolean {
  if (ref.path.length > 0 && ref.root.kind !== 'import') return false;
  const name = ref.path.at(-1) ?? ref.text;
  return QUESTION.test(name) && ABOUT_CALLER.test(name) && (ref.root.kind === 'local' || ref.root.kind === 'import') && context.resolve(ref).value.kind === 'function';
}
/** `isAdmin && isAdmin(user)`: only asked for whether it is there. */
function isCalledBeside(ref: Ref, branch: Branch, fn: FunctionView): boolean {
  const calls = (value: Value): boolean => value.kind === 'call' && value.target.kind === 'ref' && value.target.text === ref.text;
  return someIn(branch.test, calls) || fn.steps.some((step) => step.when.some((one) => one.test === branch.test) && (step.do === 'call' ? someIn(step.call, calls) : step.value !== undefined && someIn(step.value, calls)));
}

/** A layer that refuses a wrong credential, and lets whoever brings none go on. */
function strangerPasses(fn: FunctionView, context: RuleContext): HalfGuard | undefined {
  const name = fn.name.replace(/^(module\.)?exports\./, '');
  const demands = DEMANDS.test(name);
  if (!fn.complete || !(demands || authGuardName(name)) || wordsOf(name).some((word) => WELCOMES.has(word))) return undefined;
  const conduct = context.conduct(fn.id);
  if (conduct?.strangers !== 'yes' || !conduct.refuses.some((status) => status === 401 || status === 403) || !(demands || standsAlone(fn, context))) return undefined;
  const nexts = fn.steps.flatMap((step) => (step.do === 'call' && goesOnFrom(step.call, fn, context) && step.zone === 'body' ? [{ step, call: step.call }] : []));
  const asked = nexts.find(({ step }) => step.when.slice(fn.when.length).some((branch) => !branch.early && isNothing(branch)));
  const found = asked ?? nexts.findLast(({ step }) => step.when.slice(fn.when.length).every((branch) => branch.early));
  return found && { at: found.call.nameAt, statementAt: found.step.statementAt, how: 'stranger', name, next: undefined };
}
/** Something that changes data stands behind it and does not look at the caller again. */
function standsAlone(fn: FunctionView, context: RuleContext): boolean {
  return context.running(fn.id).endpoints.some((endpoint) => {
    const body = endpoint.handler === undefined ? undefined : context.body(endpoint.handler);
    return changing.has(endpoint.method) && endpoint.authentication.state !== 'guarded' && body !== undefined && body.complete && !readsCaller(body, context);
  });
}
/** The branch is taken where there is no credential, or no caller. */
function isNothing({ test, holds }: Branch): boolean {
  if (test.kind === 'not') return holds && test.of.kind === 'ref' && isWho(test.of);
  if (test.kind === 'ref') return !holds && isWho(test);
  if (test.kind !== 'compare' || !/^===?$/.test(test.op) || !holds) return false;
  const [value, other] = test.left.kind === 'literal' ? [test.right, test.left] : [test.left, test.right];
  return value.kind === 'ref' && isWho(value) && other.kind === 'literal' && (other.value === undefined || other.value === null);
}
function isWho(ref: Ref): boolean {
  return WHO.test(ref.path.at(-1) ?? ref.text) || (ref.path.length === 0 && /(token|user|header)$/i.test(ref.text));
}

/** `if (!context.user) return true`, where others are asked for a right. */
function decidesForNobody(fn: FunctionView, context: RuleContext): HalfGuard | undefined {
  const owner = /(^|\.)canActivate$/.test(fn.name) ? (fn.owner ?? fn.name) : undefined;
  const decides = owner === undefined ? DECIDES.test(fn.name) || isPolicy(fn, context) : ABOUT_RIGHTS.test(owner) && !/optional|public|anonymous|maybe/i.test(owner);
  if (!decides || !fn.complete) return undefined;
  const isTrue = (step: Step): boolean => step.do === 'return' && step.value?.kind === 'literal' && step.value.value === true;
  const isAsked = fn.steps.some((step) => step.do === 'throw' || (step.do === 'return' && step.value !== undefined && !isTrue(step)));
  const open = fn.steps.find((step) => isTrue(step) && step.when.slice(fn.when.length).some((branch) => !branch.early && (isNothing(branch) || isOfContext(branch, fn))));
  return isAsked && open?.do === 'return' && open.value ? { at: open.value.at, statementAt: open.statementAt, how: 'stranger', name: fn.name.split('.').at(-1) ?? fn.name, next: undefined } : undefined;
}
/** The function that mercurius-auth asks, by the option it stands under. */
function isPolicy(fn: FunctionView, context: RuleContext): boolean {
  const top = fn.parameters.length > POLICY_CONTEXT ? context.top(fn.at.path) : undefined;
  return top !== undefined && policiesOf(top, context).has(fn.id);
}
/** The functions of a file that are handed over as `applyPolicy`. */
const policiesOf = once((top: FunctionView, context): ReadonlySet<FunctionId> => new Set(context.functions(top.at.path).flatMap(({ steps }) => steps.flatMap((step) => (step.do !== 'call' ? [] : step.call.args.flatMap(({ value }) =>
  (value.kind !== 'object' ? [] : value.entries.flatMap(({ key, value: fn }) => (key === 'applyPolicy' && fn.kind === 'function' ? [fn.fn] : [])))))))));
/** Nothing of that name was put on the context of the request. */
function isOfContext({ test, holds }: Branch, fn: FunctionView): boolean {
  return holds && test.kind === 'not' && test.of.kind === 'ref' && test.of.root.kind === 'parameter' && test.of.root.fn === fn.id && test.of.root.index === POLICY_CONTEXT && test.of.path.length === 1;
}
