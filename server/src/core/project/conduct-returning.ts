import type { Conduct } from '../model/api.js';
import type { Branch, FunctionView, ModuleView, Step } from '../model/module.js';
import type { Call } from '../model/value.js';
import { innerFunctions, isParameter, isTokenCheck, onResponse, refusalOf, stepsOf, testsOf, type ConductInput, type Roles } from './refusals.js';
import { best, strangerIn, type Reach } from './strangers.js';

type Recurse = (fn: FunctionView, module: ModuleView, input: ConductInput, given: Roles, depth: number) => Conduct;
const DEEPEST_CALL = 3;
/** Methods of text and lists: whatever the receiver's name, they refuse nobody. */
const OF_LANGUAGE = /^(includes|indexOf|startsWith|endsWith|filter|map|find|some|every|forEach|reduce|push|concat|join|split|slice|replace|trim|toLowerCase|toUpperCase|toString|keys|entries|isArray)$/;
/** Calls whose name says that they may refuse: an exception of theirs is an answer. */
const MAY_REFUSE = /auth|verif|token|session|guard|permi|role|access|login|check|valid|ensure|assert|require|protect|secur/i;
const ANSWERS = /^(send|redirect|hijack|sendFile|view|callNotFound|unauthorized|forbidden|notFound|badRequest)$/;
/** Of hapi, whose toolkit only makes what is returned. */
const TAKES_OVER = /^(takeover|unauthenticated)$/;

/** What a hook does to a request that goes on when the hook returns: it refuses by answering or throwing. */
export function conductOfReturning(fn: FunctionView, module: ModuleView, input: ConductInput, roles: Roles, depth: number, recurse: Recurse): Conduct {
  const refuses = new Set<number>();
  const tests = new Set<Conduct['tests'][number]>();
  let complete = fn.complete;
  let answers = false;
  let ends = false;
  let closed = false;
  let isUnclear = false;
  /** Refusals of calls that stand in a `try`: they count when what catches them refuses. */
  const tried = new Set<number>();
  let catchRefuses = false;

  const inner = innerFunctions(fn, module, input);
  const stranger = strangerIn({ fn, module, request: roles.request, absent: new Set() }, inner);
  let strangers: Reach = 'no';
  for (const one of [fn, ...inner]) {
    if (!one.complete) complete = false;
    for (const step of stepsOf(one, roles)) look(step, step.when.slice(fn.when.length), one === fn);
  }
  if (catchRefuses) for (const status of tried) refuses.add(status);
  const refusesStrangers = refuses.has(401) || refuses.has(403);
  const passes: Conduct['passes'] = ends ? 'never' : isUnclear && !refusesStrangers ? 'unknown' : refuses.size > 0 || answers ? 'sometimes' : 'always';
  const reach = passes === 'always' ? 'yes' : passes === 'never' ? 'no' : best('maybe', strangers);
  const what: Pick<Conduct, 'passes' | 'refuses' | 'tests' | 'touches' | 'closed' | 'complete'> = {
    passes, refuses: [...refuses].sort((a, b) => a - b), tests: [...tests].sort(), touches: [], closed: closed && passes === 'never', complete,
  };
  return { ...what, strangers: reach, welcomes: 'no', stops: refusesStrangers ? 'maybe' : 'no', turnsAway: refusesStrangers ? 'maybe' : 'no', settings: [...stranger.settings], byName: undefined };

  function look(step: Step, own: readonly Branch[], isOwn: boolean): void {
    const isTop = isOwn && own.length === 0 && step.zone === 'body';
    const refusal = refusalOf(step, fn, roles);
    if (refusal !== undefined) {
      // A check that is only made of those who bring something lets all others through.
      if (step.do === 'call' && isTokenCheck(step.call, fn, roles)) {
        if (isSkippable(own)) isUnclear = true;
        else check(401, step.zone, own);
        return;
      }
      refuses.add(refusal);
      addTests(own);
      if (step.zone === 'catch') catchRefuses = true;
      if (isTop && step.do === 'throw') ends = true;
      if (isTop && (refusal === 401 || refusal === 403 || refusal === 404 || refusal === 405)) closed = true;
    }
    if (step.do === 'assign' && /^(status|statusCode)$/.test(step.target.path.at(-1) ?? '') && step.value.kind === 'literal' && (step.value.value === 401 || step.value.value === 403)) {
      refuses.add(step.value.value);
      addTests(own);
    }
    // `if (!token) return;`: a request that brings nothing goes on.
    if (step.do === 'return' && isOwn && own.length > 0 && refusal === undefined && (step.value?.kind !== 'call' || (roles.takesOver === true && onResponse(step.value, fn, roles)))) strangers = best(strangers, stranger.takes(own));
    if (step.do !== 'call') return;
    const { call } = step;
    if (isTokenCheck(call, fn, roles)) {
      check(401, step.zone, own);
      return;
    }
    if (onResponse(call, fn, roles)) {
      const isAnswer = (roles.takesOver === true ? TAKES_OVER : ANSWERS).test(call.name);
      answers ||= isAnswer;
      if (step.zone === 'catch' && isAnswer) catchRefuses = true;
      if (isTop && isAnswer) ends = true;
      return;
    }
    handOn(call, step.zone, own, isTop);
  }
  function check(status: number, zone: Step['zone'], own: readonly Branch[]): void {
    (zone === 'try' ? tried : refuses).add(status);
    tests.add('identity');
    addTests(own);
  }

  /** `await verify(request, reply)`: what the called function does is done here, an exception included. */
  function handOn(call: Call, zone: Step['zone'], own: readonly Branch[], isTop: boolean): void {
    if (isOfLog(call) || (OF_LANGUAGE.test(call.name) && call.receiver !== undefined)) return;
    const handed = call.args.some(({ value }) => isParameter(value, fn, roles.request) || isParameter(value, fn, roles.response));
    const name = call.callee || call.name;
    if (!handed && !MAY_REFUSE.test(name)) return;
    const target = depth < DEEPEST_CALL ? input.follow?.(call.target, module) : undefined;
    if (target && target.fn.id !== fn.id) {
      const at = (index: number): number => call.args.findIndex((item) => isParameter(item.value, fn, index) && item.value.path.length === 0);
      const done = recurse(target.fn, target.module, input, { request: at(roles.request), response: at(roles.response), next: -1, returns: true, ...(roles.takesOver === true ? { takesOver: true } : {}) }, depth + 1);
      for (const status of done.refuses) (zone === 'try' ? tried : refuses).add(status);
      if (done.refuses.length > 0) {
        addTests(own);
        for (const test of done.tests) tests.add(test);
      }
      if (!done.complete) complete = false;
      if (done.passes === 'never' && isTop) ends = true;
      if (done.passes === 'unknown') isUnclear = true;
      if (done.passes === 'sometimes') answers = true;
      return;
    }
    if (handed && input.guardName(name) && !isSkippable(own)) check(401, zone, own);
    else isUnclear = true;
  }
  function addTests(own: readonly Branch[]): void {
    for (const branch of own) for (const test of testsOf(branch.test, fn, roles, module)) tests.add(test);
  }
  /** `request.log.warn(...)`, `console.log(...)`. */
  function isOfLog({ callee, receiver }: Call): boolean {
    return /(^|\.)(log|logger|console)\.\w+$/.test(callee) || (receiver?.kind === 'ref' && receiver.path.at(-1) === 'log');
  }
}

/** The step stands inside a branch, rather than after an exit. */
function isSkippable(own: readonly Branch[]): boolean {
  return own.some((branch) => !branch.early);
}
