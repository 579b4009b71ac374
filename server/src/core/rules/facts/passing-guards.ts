import type { Branch, FunctionView, Step } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import { goesOnFrom, handedAs, ofRequest } from './handed.js';
import type { RuleContext } from '../rule.js';
import { authGuardName, roleGuardName } from './guards.js';
import { halfGuards, type HalfGuard } from './half-guards.js';
import { truthIn } from './passing-verifiers.js';
import { askedFor, givesPromise, isBare, promiseIn } from './promises.js';
import { refusingStatus, turnsAway } from './refusals.js';
import { trueTests, type TrueTest } from './true-tests.js';
import { branchesIn, headOf, someIn, someValue } from './walk.js';

/** How a check lets everybody pass although it makes a test. `at` is the call that would have to be another. */
export interface Passing {
  readonly at: At;
  readonly statementAt: At;
  readonly how: 'goes-on' | 'both-ways' | 'either' | 'swallowed' | 'promise' | 'dropped' | 'unthrown' | 'unread' | HalfGuard['how'] | TrueTest['how'];
  /** What the message names: the check, the call or the error. */
  readonly name: string;
  /** Where the request goes on. */
  readonly next: At | undefined;
}
const IDENTITY = /^(user|currentUser|account|auth|session|identity|principal|token|jwt|apiKey|authorization|cookies?|credentials?|role|roles|isAdmin|is_admin|admin|permissions?|scopes?|isOwner|groups?)$/i;
/** Calls whose name says that they may refuse, by an exception. */
const MAY_REFUSE = /auth|verif|token|session|guard|permi|role|access|login|check|valid|ensure|assert|require|protect|secur/i;
/** Of those, questions and readings, which refuse nobody. */
const ONLY_ASKS = /^(is|has|get|find|read|parse|extract|decode|to|from|set|generate|create|make|refresh|save|touch|log)([A-Z_]|$)/;
const ABOUT_CALLER = /auth|verif|valid|token|session|permi|role|admin|access|allow|login|owner|signature|password|compare|credential|api_?key/i;
const STRONG_NAME = /(^|[._])(require|requires|ensure|verify|protect|protected|check|assert|must|only|restrict|guard)|guard$/i;

/** What of a function that stands before handlers, or is called by one, lets everybody pass although it checks. */
export function* passingIn(fn: FunctionView, context: RuleContext): Iterable<Passing> {
  yield* ofPromises(fn, context);
  yield* ofErrors(fn, context);
  yield* ofCallbacks(fn, context);
  yield* ofEither(fn, context);
  yield* trueTests(fn, context);
  const late = goesOn(fn, context);
  if (late) yield late;
  else yield* halfGuards(fn, context);
}

/** A promise that is asked for its truth, kept as an identity, or that nobody waits for. */
function* ofPromises(fn: FunctionView, context: RuleContext): Iterable<Passing> {
  const seen = new Set<string>();
  const found = (call: Call, step: Step, how: Passing['how'], sure = false): Passing | undefined => {
    const key = `${call.at.mark}:${call.at.part?.start ?? ''}`;
    if (seen.has(key) || !(sure || ABOUT_CALLER.test(call.callee || call.name))) return undefined;
    seen.add(key);
    return { at: call.nameAt, statementAt: step.statementAt, how, name: call.target.kind === 'ref' ? call.target.text : call.name, next: undefined };
  };
  for (const { branch, step } of branchesIn(fn)) for (const asked of askedFor(branch.test)) {
    const call = promiseIn(asked, fn, context);
    const one = call && found(call, step, 'promise');
    if (one) yield one;
  }
  for (const step of fn.steps) {
    // A promise that is given back is waited for; one that is asked for its truth on the way is not.
    const answer = step.do === 'return' && step.value && /^(not|logic|compare)$/.test(step.value.kind) && isDecision(fn) ? [...askedFor(step.value)].filter((asked) => step.value?.kind !== 'logic' || asked !== step.value.right) : [];
    for (const asked of answer) {
      const call = promiseIn(asked, fn, context);
      const one = call && found(call, step, 'promise', true);
      if (one) yield one;
    }
    if (step.do === 'assign' && step.value.kind === 'call' && IDENTITY.test(step.target.path.at(-1) ?? '') && onRequest(step.target, context)) {
      const call = promiseIn(step.value, fn, context);
      const one = call && !context.textOf(fn.bodyAt).includes(`await ${context.textOf(step.target.at)}`) ? found(call, step, 'promise') : undefined;
      if (one) yield one;
    }
    if (step.do === 'call' && !step.used && !step.call.awaited && isCheck(step.call) && givesPromise(step.call, context) && isBare(step.call, step, context) && mayThrow(step.call, fn, context)) {
      const one = found(step.call, step, 'promise');
      if (one) yield one;
    } else if (step.do === 'call' && !step.used && isQuestion(step, step.call, context)) {
      const one = found(step.call, step, 'dropped');
      if (one) yield one;
    }
  }
}
/** What it answers is whether somebody may do something. */
function isDecision(fn: FunctionView): boolean {
  return /(^|\.)canActivate$/.test(fn.name) || (/^(is|has|can|may)[A-Z]/.test(fn.name.split('.').at(-1) ?? '') && ABOUT_CALLER.test(fn.name));
}
/** By its name it is there to refuse: `requireUser(req)`, `checkPermission(user)`. */
function isCheck({ name }: Call): boolean {
  return /^(verify|check|require|ensure|assert|validate|authorize|authenticate|protect|guard|must|demand|enforce|restrict)|Verify$/i.test(name);
}
/** What is called refuses by an exception, which is lost with the promise. */
function mayThrow(call: Call, fn: FunctionView, context: RuleContext): boolean {
  const end = context.resolve(call.target).value;
  const body = end.kind === 'function' ? context.body(end.fn) : undefined;
  // A function written inside answers by what it closes over.
  if (body?.within === fn.id) return false;
  return body === undefined || body.steps.some((step) => step.do === 'throw' || (step.do === 'call' && MAY_REFUSE.test(step.call.name) && step.zone !== 'try'));
}
/** `jwt.verify(token, key, (error, claims) => { req.user = claims; next(); })`: whether it failed is never asked. */
function* ofCallbacks(fn: FunctionView, context: RuleContext): Iterable<Passing> {
  for (const step of fn.steps) {
    const last = step.do === 'call' && /^jsonwebtoken(\.default)?\.verify$/.test(step.call.callee) ? step.call.args.at(-1)?.value : undefined;
    const body = last?.kind === 'function' ? context.body(last.fn) : undefined;
    if (step.do !== 'call' || !body?.complete || body.parameters.length < 2) continue;
    const isOf = (value: Value, index: number): boolean => value.kind === 'ref' && value.root.kind === 'caught' ? index === 0 : value.kind === 'ref' && value.root.kind === 'parameter' && value.root.fn === body.id && value.root.index === index;
    const isAsked = someValue(body, (value) => isOf(value, 0)) || body.steps.some((one) => one.when.slice(body.when.length).length > 0);
    const next = body.steps.find((one) => one.do === 'call' && one.call.args.length === 0 && one.call.target.kind === 'ref' && one.call.target.root.kind === 'parameter' && one.call.target.path.length === 0 && /^next$/.test(one.call.target.text));
    const isDangerous = body.steps.some((one) => (one.do === 'call' && one !== next) || (one.do === 'assign' && someIn(one.value, (value) => value.kind === 'ref' && value.path.length > 0 && isOf(value, 1))));
    // A member of what is not there cannot be read, and another function may ask.
    if (!isAsked && next?.do === 'call' && !isDangerous) yield { at: step.call.nameAt, statementAt: step.statementAt, how: 'unread', name: step.call.target.kind === 'ref' ? step.call.target.text : step.call.name, next: next.call.nameAt };
  }
}
/** `if (req.user || req.user.isAdmin) return next()`: whoever has the one passes, and the other is never asked. */
function* ofEither(fn: FunctionView, context: RuleContext): Iterable<Passing> {
  const seen = new Set<number>();
  for (const step of fn.steps) {
    const mayGoOn = step.when.length > fn.when.length || step.do === 'return';
    if (!mayGoOn || step.do === 'assign' || step.do === 'throw') continue;
    const branch = step.when.findLast((one) => !one.early && !fn.when.includes(one));
    const goes = isNext(step, fn, context) || (step.do === 'return' && step.value?.kind === 'call' && goesOnFrom(step.value, fn, context));
    const test = goes && branch?.holds === true ? branch.test : step.do === 'return' && /(^|\.)canActivate$/.test(fn.name) ? step.value : undefined;
    const wrong = test && eitherIn(test, 0);
    if (!wrong || seen.has(wrong.at.mark)) continue;
    seen.add(wrong.at.mark);
    yield { at: wrong.at, statementAt: step.statementAt, how: 'either', name: context.textOf(wrong.at).slice(0, 80), next: undefined };
  }
}
/** The part `a || a.b...` of a test, also `a || a.b === 'x'`. */
function eitherIn(test: Value, depth: number): Value | undefined {
  if (test.kind !== 'logic' || depth > 6) return undefined;
  if (test.op === '||' && test.left.kind === 'ref' && test.left.path.length > 0) {
    const { left } = test;
    const under = (value: Value): boolean => value.kind === 'ref' && value.text.startsWith(`${left.text}.`) && value.path.length > left.path.length;
    const asked = test.right.kind === 'compare' ? [test.right.left, test.right.right] : test.right.kind === 'call' && test.right.receiver ? [test.right.receiver] : [test.right];
    if (IDENTITY.test(left.path.at(-1) ?? '') && asked.some(under)) return test;
  }
  return eitherIn(test.left, depth + 1) ?? eitherIn(test.right, depth + 1);
}
/** A call that only answers yes or no, whose answer is thrown away: `isAdmin(req.user);`. */
function isQuestion(step: Step, call: Call, context: RuleContext): boolean {
  const isComparison = /^(bcrypt|bcryptjs)\.compare(Sync)?$|^argon2\.verify$|(^|\.)timingSafeEqual$/.test(call.callee) && !call.args.some(({ value }) => value.kind === 'function');
  if (!isComparison && !/^(is|has|can)[A-Z]/.test(call.name)) return false;
  const text = context.textOf(step.statementAt).replace(/;\s*$/, '').trim();
  const own = context.textOf(call.at).trim();
  if (text !== own && text !== `await ${own}`) return false;
  if (isComparison) return true;
  const end = context.resolve(call.target).value;
  const body = end.kind === 'function' ? context.body(end.fn) : undefined;
  if (!body?.complete || call.args.some(({ value }) => isResponse(value, context))) return false;
  return body.steps.some((one) => one.do === 'return' && one.value !== undefined) && body.steps.every((one) => one.do === 'return' || (one.do === 'call' && !MAY_REFUSE.test(one.call.name) && one.used));
}
function isResponse(value: Value, context: RuleContext): boolean {
  return /^(response|context|next)$/.test(handedAs(value, context) ?? '');
}
function onRequest(value: Value, context: RuleContext): boolean {
  if (value.kind !== 'ref') return false;
  if (value.root.kind === 'parameter') return ofRequest(value, context);
  return /^(req|request|ctx)\b/.test(value.text);
}

/** `new UnauthorizedException();`, `Boom.forbidden();`: an error that is made and never thrown. */
function* ofErrors(fn: FunctionView, context: RuleContext): Iterable<Passing> {
  for (const step of fn.steps) {
    if (step.do !== 'call' || step.used) continue;
    const { call } = step;
    const isError = call.form === 'new' ? isUnsent(call, context) || /^(Unauthori[sz]ed|Forbidden|AccessDenied|NotAuthenticated|Unauthenticated)\w*$/.test(call.name) && /(Error|Exception)$/.test(call.name)
      : isUnsent(call, context) || /^(@hapi\/boom|boom)\.(default\.)?(unauthorized|forbidden)$/.test(call.callee) || (/^(http-errors)(\.default)?$/.test(call.callee) && refusingStatus(call.args[0]?.value, context));
    if (isError && isBare(call, step, context)) yield { at: call.nameAt, statementAt: step.statementAt, how: 'unthrown', name: call.target.kind === 'ref' ? call.target.text : call.name, next: undefined };
  }
}

const RESPONSE = /(^|\.)((Next)?Response(\.(json|redirect))?|HTTPException|HttpException|TRPCError|GraphQLError|HttpError|ApiError|createHttpError|httpErrors\.(unauthorized|forbidden))$/;
/** `new Response('no', { status: 403 });`, `NextResponse.json({}, { status: 401 });`: an answer that is made, and neither given back nor thrown. */
function isUnsent(call: Call, context: RuleContext): boolean {
  return RESPONSE.test(call.callee || call.name) && (turnsAway(call, context) || /\.(unauthorized|forbidden)$/.test(call.callee));
}

/** The `true` a guard class gives whatever it found, where nothing on the way throws; undefined where something may refuse. */
export function givesTrueAlways(fn: FunctionView, context: RuleContext): At | undefined {
  const gives = fn.steps.flatMap((step) => (step.do === 'return' ? [step.value && truthIn(step.value)] : []));
  if (!fn.complete || gives.length === 0 || gives.some((at) => at === undefined) || fn.steps.some((step) => step.do === 'throw' || (step.do === 'call' && mayThrowAt(step, step.call, fn, context)))) return undefined;
  return gives.at(-1);
}
const ACCESSORS = /^(switchTo\w+|getRequest|getResponse|getContext|getHandler|getClass|getAllAndOverride|getAllAndMerge|getArgs|getArgByIndex|getType|create|get|has|set|log|warn|debug|error|info|verbose|String|Boolean|Number|push|now|next)$/;
const OF_LANGUAGE = /^(includes|indexOf|startsWith|endsWith|filter|map|some|every|find|forEach|concat|join|split|slice|substring|replace|trim|toLowerCase|toUpperCase|toString|keys|entries|values|isArray|pop|shift|at|match|test|parse)$/;
function mayThrowAt(step: Step, call: Call, fn: FunctionView, context: RuleContext, depth = 0): boolean {
  if (step.zone === 'try' && !fn.steps.some((other) => other.zone === 'catch' && other.do === 'throw')) return false;
  if (ACCESSORS.test(call.name) || (OF_LANGUAGE.test(call.name) && call.receiver) || isBuiltIn(call)) return false;
  if (givesPromise(call, context)) return !isBareOrKept(step, call, context);
  const end = context.resolve(call.target).value;
  const body = end.kind === 'function' ? context.body(end.fn) : undefined;
  if (!body?.complete || depth > 2) return true;
  return body.steps.some((one) => one.do === 'throw' || (one.do === 'call' && mayThrowAt(one, one.call, body, context, depth + 1)));
}
function isBuiltIn(call: Call): boolean {
  return call.target.kind === 'ref' && call.target.root.kind === 'global' && /^(String|Boolean|Number|Object|Array|JSON|Math|Date|console)$/.test(call.target.root.name);
}
/** The promise is not waited for, so what it is rejected with stops nobody. */
function isBareOrKept(step: Step, call: Call, context: RuleContext): boolean {
  return !context.textOf(step.statementAt).includes('await') && !/^return\b/.test(context.textOf(step.statementAt).trim()) && call.form === 'call';
}

/** A layer that refuses, and then goes on for everybody all the same. */
function goesOn(fn: FunctionView, context: RuleContext): Passing | undefined {
  if (!fn.complete) return undefined;
  const at = fn.steps.findIndex((step) => step.when.length === fn.when.length && step.loop === undefined && (step.zone === 'body' || step.zone === 'finally') && isNext(step, fn, context));
  const role = at < 0 ? undefined : context.role(fn.id);
  if (!role || role.as === 'error' || !(role.as === 'layer' || (role.as === 'other' && !role.sure && role.parameters.includes('next')))) return undefined;
  const last = fn.steps[at];
  if (!last) return undefined;
  const next = last.do === 'call' ? last.call.nameAt : last.at;
  const before = fn.steps.slice(0, at);
  if (before.some((step) => mayStop(step, before, context))) return undefined;
  const name = fn.name;
  for (const step of before) {
    const refused = refusedBy(step, fn, context);
    if (!refused || isLeft(step, before)) continue;
    return { at: refused, statementAt: step.statementAt, how: 'goes-on', name, next };
  }
  const one = before.find((step) => isNext(step, fn, context) && step.when.length > fn.when.length && step.when.slice(fn.when.length).some((branch) => !branch.early && asksWho(branch.test)));
  if (one && !isLeft(one, before)) return { at: next, statementAt: last.statementAt, how: 'both-ways', name, next };
  const checked = before.find((step) => step.do === 'call' && step.zone === 'try' && VERIFIES.test(step.call.name));
  const isStrong = STRONG_NAME.test(name) && (authGuardName(name) || roleGuardName(name, true));
  if (checked && isStrong && !/optional|maybe|soft|try/i.test(name) && !before.some((step) => step.when.length > fn.when.length && asksNothing(step.when.slice(fn.when.length)))) return { at: next, statementAt: last.statementAt, how: 'swallowed', name, next };
  return undefined;
}
const VERIFIES = /^(verify\w*|jwtVerify|authenticate\w*|introspect\w*)$/i;
/** `if (!token) return next()`: a caller without a credential is let through on purpose. */
function asksNothing(when: readonly Branch[]): boolean {
  return when.some((branch) => branch.early && branch.test.kind === 'not');
}
function isNext(step: Step, fn: FunctionView, context: RuleContext): boolean {
  return step.do === 'call' && goesOnFrom(step.call, fn, context);
}
/** The step may end the request by itself, as an exception does, or by what it is handed. */
function mayStop(step: Step, before: readonly Step[], context: RuleContext): boolean {
  if (step.do === 'throw') return step.when.length === 0;
  if (step.do !== 'call') return false;
  const { call } = step;
  if (step.zone === 'try' && !before.some((other) => other.zone === 'catch' && (other.do === 'return' || other.do === 'throw' || (other.do === 'call' && /^(throw|next)$/.test(other.call.name))))) return false;
  if (call.receiver && isResponse(headOf(call.receiver), context)) return call.name === 'throw' || call.name === 'assert';
  if (call.args.some(({ value }) => isResponse(value, context))) return true;
  if (call.args.some(({ value }) => value.kind === 'function')) return step.zone !== 'try';
  if (!MAY_REFUSE.test(call.name) || ONLY_ASKS.test(call.name)) return false;
  return call.awaited || !givesPromise(call, context) || context.textOf(step.statementAt).includes('await');
}
/** Where a step refuses with 401 or 403, or sends to the login. */
function refusedBy(step: Step, fn: FunctionView, context: RuleContext): At | undefined {
  if (step.when.length === fn.when.length && step.zone !== 'catch') return undefined;
  if (step.do === 'assign') {
    const isStatus = /^(status|statusCode)$/.test(step.target.path.at(-1) ?? '') && isResponse(step.target, context) && refusingStatus(step.value, context);
    return isStatus ? step.target.nameAt : undefined;
  }
  if (step.do !== 'call' || !step.call.receiver || !isResponse(headOf(step.call.receiver), context)) return undefined;
  const { call } = step;
  const [first, second] = call.args;
  if (/^(status|sendStatus|writeHead|code)$/.test(call.name) && refusingStatus(first?.value, context)) return call.nameAt;
  if (/^(json|text|html|body)$/.test(call.name) && refusingStatus(second?.value, context)) return call.nameAt;
  const where = first?.value.kind === 'literal' ? first.value.value : undefined;
  return call.name === 'redirect' && typeof where === 'string' && /log-?in|sign-?in/i.test(where) ? call.nameAt : undefined;
}
/** The function is left where the step stands: what follows it is not reached that way. */
function isLeft(step: Step, before: readonly Step[]): boolean {
  const index = before.indexOf(step);
  return before.slice(index).some((other) => {
    const isExit = other.do === 'return' || other.do === 'throw' || (other.do === 'call' && other.call.name === 'throw');
    return isExit && other.zone === step.zone && other.when.length <= step.when.length && other.when.every((branch, at) => branch === step.when[at]) && (other.when.length > 0 || step.zone === 'catch');
  });
}
function asksWho(test: Value): boolean {
  return someIn(test, (value) => (value.kind === 'ref' ? value.path.some((key) => key !== undefined && IDENTITY.test(key)) : value.kind === 'call' && /^(isAuthenticated|isLoggedIn|verify\w*|hasRole|isAdmin)$/i.test(value.name)));
}
/** The word that repairs it where it stands: `return`, `await`, `throw`. */
export function prefixFor({ how, statementAt }: Passing, fn: FunctionView, context: RuleContext): { readonly at: At; readonly word: string } | undefined {
  const text = context.textOf(statementAt).trim();
  if (how === 'unthrown') return { at: statementAt, word: 'throw ' };
  if (how === 'promise' && fn.async && /^[\w$.]+\(/.test(text)) return { at: statementAt, word: 'await ' };
  return how === 'goes-on' && /\.(json|send|end|sendStatus|redirect|render)\(/.test(text) && /^[\w$]+\./.test(text) ? { at: statementAt, word: 'return ' } : undefined;
}
