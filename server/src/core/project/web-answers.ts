import type { Conduct } from '../model/api.js';
import type { Branch, FunctionView, Step } from '../model/module.js';
import type { Call, FunctionId, Value } from '../model/value.js';
import { authGuardName, harmlessModules, harmlessName } from '../rules/facts/guards.js';
import type { Abstract, Fn, Frame } from './abstract.js';
import { moduleOf } from './guards.js';
import type { Machine } from './machine.js';
import { isOfCaller, LOGIN, testsOf, thrownStatus, type Roles } from './refusals.js';
import { createParts } from './request-parts.js';
import { createTests } from './request-tests.js';
import { insideOf, viewOf, withConstants, type Inside } from './request-views.js';
import { best, opposite, strangerIn, worst, type Reach } from './strangers.js';
import { createSources, DEEPEST_TRACE, isNothing, MOST_TRACED, type Run, type Traced, type WebAsked } from './web-sources.js';
import { createStatuses } from './web-status.js';
import { asksIdentity, holding, leavesAtOnce, refusalNamed, saidStatus, webMade } from './web-values.js';
import type { Case } from './request-forms.js';

/** What a function that answers by what it returns does to a request without credentials. */
export interface WebOutcome {
  readonly conduct: Conduct;
  /** Calls of which nobody can tell what they do to a request. */
  readonly unread: readonly string[];
  /** It depends on something else than the caller, and nobody can tell on what, whether a request goes on or is answered. */
  readonly byOther: boolean;
  /** Whether a stranger is stopped by what is thrown. */
  readonly threw: Reach;
}
/** Answers what functions that return a response do. */
export interface WebAnswers {
  outcome(target: Fn, asked: WebAsked): WebOutcome;
  /** Whether a function that is asked whether strangers may pass says yes to them. */
  says(target: Fn, of: Case): Reach;
  /** What a call of a function of the project surely gives back. */
  resultOf(call: Call, frame: Frame): { readonly value: Value; readonly frame: Frame } | undefined;
  /** The function a call of a function of the project gives back; undefined where nobody can tell. */
  madeBy(call: Call, frame: Frame): Fn | undefined;
}
const DEEPEST = 6;

/** Reads functions that return a `Response`, wrappers around them, and the helpers both call: web standard, whatever the framework. */
export function createWebAnswers(machine: Machine): WebAnswers {
  const { names, applied, topFrame } = machine;
  const { evaluate, settled } = names;
  const parts = createParts(machine);
  const tests = createTests(names, parts, names.member);
  const insides = new WeakMap<FunctionView, Inside>();
  const runs = new Map<Frame, Map<string, Run>>();
  const entries = new Map<FunctionId, Map<Frame, Frame>>();
  const running = new Set<string>();
  const begun = new WeakSet<Frame>();
  const sources = createSources(follow, (frame) => begun.has(frame));
  const { numbersIn, numberIn, isToLogin } = createStatuses((value, frame) => settled(evaluate(value, frame)), sources);
  return { outcome, says, madeBy, resultOf: parts.resultOf };

  function outcome(target: Fn, asked: WebAsked): WebOutcome {
    const run = runOf(target, entered(target, asked), asked, 0);
    if (!run) return { conduct: NOTHING, unread: [target.fn.name], byOther: false, threw: 'no' };
    const { refuses, passed, answered, refused, turnedAway, complete } = run;
    // Who is told 401 was asked who it is.
    const tested = turnedAway === 'yes' || (turnedAway !== 'no' && (refuses.has(401) || refuses.has(LOGIN))) ? [...run.tests, 'credential' as const] : [...run.tests];
    const passes = passed === 'no' ? 'never' : refuses.size === 0 && answered === 'no' && complete ? 'always' : 'sometimes';
    return {
      conduct: {
        passes, refuses: [...refuses].sort((a, b) => a - b), tests: [...new Set(tested)].sort(), touches: [], complete, byName: undefined,
        closed: !run.answersSomebody && passed === 'no' && complete && refuses.size > 0 && [...refuses].every((status) => CLOSING.has(status)),
        strangers: passed, welcomes: answered, stops: refused, turnsAway: turnedAway, settings: [...run.stranger.settings],
      },
      unread: [...run.unread], byOther: run.open.some((own) => !asksCaller(own, run)), threw: run.threw,
    };
  }
  function says(target: Fn, of: Case): Reach {
    const asked: WebAsked = { of, next: undefined, told: true };
    const run = runOf(target, entered(target, asked), asked, 0);
    if (!run) return 'maybe';
    let found: Reach = run.passed;
    for (const { value, reach } of run.returns) {
      if (!value || isNothing(value) || (value.kind === 'call' && webMade(value))) continue;
      found = best(found, worst(reach, run.stranger.takes([{ test: value, holds: true, early: false, at: value.at }])));
    }
    return found;
  }
  /** The frame in which a function is given a request. */
  function entered({ fn, frame }: Fn, { request = 0, told }: Partial<WebAsked> = {}): Frame {
    const byFrame = entries.get(fn.id) ?? new Map<Frame, Frame>();
    entries.set(fn.id, byFrame);
    const known = byFrame.get(frame);
    if (known) return known;
    const given = parts.given('request', fn, frame);
    const args: Abstract[] = Array.from({ length: request }, () => ({ is: 'unknown' }));
    args.push(told && given.is === 'value' ? { is: 'value', value: holding(given.value), frame } : given);
    const made: Frame = {
      ...(topFrame(frame.module.path) ?? frame), fn: fn.id, parent: frame, args, self: frame.self,
      locals: new Map(), results: new Map(), pushed: new Map(), assigned: new Map(), depth: 0, trail: `${frame.trail}>${fn.id}`, run: frame.run, when: [],
    };
    byFrame.set(frame, made);
    begun.add(made);
    return made;
  }

  function runOf({ fn }: Fn, frame: Frame, asked: WebAsked, depth: number): Run | undefined {
    const byKey = runs.get(frame) ?? new Map<string, Run>();
    runs.set(frame, byKey);
    const key = `${fn.id} ${asked.of?.key ?? ''}`;
    const known = byKey.get(key);
    if (known) return known;
    const busy = `${fn.id}@${asked.of?.key ?? ''}`;
    if (depth > DEEPEST || running.has(busy)) return undefined;
    running.add(busy);
    const inside = insides.get(fn) ?? insideOf(fn, frame.module);
    insides.set(fn, inside);
    applied.add(fn.id);
    for (const one of inside.all) applied.add(one.id);
    const view = withConstants(viewOf(fn, frame, asked.of, tests, inside), frame);
    const request = frame.args.findIndex((arg) => arg.is === 'value' && parts.partOf(arg.value, arg.frame)?.is === 'request');
    const run: Run = {
      frame, view, asked, depth, refuses: new Set(), tests: new Set(), unread: new Set(), mets: new Map(), returns: [], answered: 'no', passed: 'no', refused: 'no', turnedAway: 'no', threw: 'no',
      complete: view.fn.complete, answersSomebody: false, open: [], refusals: [], plain: false, stranger: strangerIn({ fn: view.fn, module: view.module, request, absent: new Set(), known: (value) => sources.known(value, run) }, view.inner),
    };
    byKey.set(key, run);
    walk(run);
    running.delete(busy);
    return run;
  }

  function walk(run: Run): void {
    const { view, stranger } = run;
    const { fn } = view;
    const roles: Roles = { request: 0, response: -1, next: -1 };
    /** Whether a stranger still runs, before and inside a `try`. */
    let alive: Reach = 'yes';
    let before: Reach = 'yes';
    let caught: Reach = 'no';
    let zone: Step['zone'] = 'body';
    let ends: Reach = 'yes';
    const isCaughtHere = fn.steps.some((step) => step.zone === 'catch');
    /** What strangers were refused with in a `try`. */
    const tried = new Set<number>();
    const outs: (readonly Branch[])[] = [];
    const leavesCatch = fn.steps.some((step) => step.zone === 'catch' && (step.do === 'return' || step.do === 'throw'));
    for (const step of fn.steps) {
      if (step.zone === 'try' && zone !== 'try') before = alive;
      if (step.zone === 'body' && (zone === 'catch' || zone === 'try') && !leavesCatch && isCaughtHere) alive = best(alive, worst(before, caught));
      zone = step.zone;
      const own = step.when.slice(fn.when.length);
      const takes = stranger.takes(own);
      // Whoever comes here under the branches of an earlier way out took that.
      const isOut = (zone === 'body' || zone === 'try') && outs.some((out) => stranger.takes(out.filter((branch) => !own.includes(branch))) === 'yes');
      const here = isOut ? 'no' : worst(zone === 'catch' ? caught : zone === 'finally' ? before : alive, takes);
      const stop = (status: number, reach: Reach, isThrown: boolean): void => {
        if (isThrown && zone === 'try' && isCaughtHere) {
          caught = best(caught, reach);
          // What is thrown in a `try` may be answered by what catches it.
          if (isOfCaller(status)) tried.add(status);
        } else refuse(run, status, reach, own, roles);
        if (isThrown && !(zone === 'try' && isCaughtHere)) run.threw = best(run.threw, reach);
      };
      if (step.do === 'call') {
        const halts = met(step.call, step, run, here, own, roles);
        if (halts.reach !== 'no') {
          for (const status of halts.statuses) stop(status, worst(here, halts.reach), true);
          const blocked = worst(takes, halts.reach);
          alive = worst(alive, opposite(blocked));
          if (halts.reach === 'yes' && zone !== 'catch') outs.push(own);
        }
      } else if (step.do === 'throw') {
        stop(thrownStatus(step.value) || (saidStatus(step.value) ?? 0), here, true);
        ends = worst(ends, opposite(worst(alive, takes)));
        if (zone === 'body' || zone === 'try') {
          alive = worst(alive, opposite(takes));
          if (step.loop === undefined) outs.push(own);
        }
      } else if (step.do === 'return') {
        if (zone === 'catch' && step.value && isFailure(step.value, run)) {
          for (const status of tried.size > 0 ? tried : [0]) refuse(run, status, here, own, roles);
        } else answer(run, step.value, here, own, roles, 0);
        if (here === 'maybe' && (run.answered === 'maybe' || run.passed === 'maybe') && (zone === 'body' || zone === 'try')) run.open.push(own);
        run.returns.push({ value: step.value, reach: here });
        ends = worst(ends, opposite(zone === 'catch' ? worst(caught, takes) : worst(alive, takes)));
        if (zone === 'body' || zone === 'try') {
          alive = worst(alive, opposite(takes));
          if (step.loop === undefined) outs.push(own);
        }
      }
    }
    if (!fn.steps.some((step) => (step.do === 'return' || step.do === 'throw') && step.when.length === fn.when.length && step.zone === 'body')) {
      const reach = worst(ends, alive);
      run.returns.push({ value: undefined, reach });
      nothing(run, reach);
    }
  }
  function refuse(run: Run, status: number, reach: Reach, own: readonly Branch[], roles: Roles): void {
    run.refuses.add(status);
    run.refused = best(run.refused, reach);
    if (isOfCaller(status)) {
      run.refusals.push(own);
      run.turnedAway = best(run.turnedAway, reach);
    }
    for (const branch of own) for (const test of testsOf(branch.test, run.view.fn, roles, run.view.module)) run.tests.add(test);
  }
  /** Of the branches nobody can judge, one leads to a refusal of the caller on its other side, or there is none. */
  function asksCaller(own: readonly Branch[], run: Run): boolean {
    const open = own.filter((branch) => run.stranger.takes([branch]) === 'maybe');
    return open.length === 0 || open.some(({ at, holds }) => run.refusals.some((refused) => refused.some((other) => other.at.mark === at.mark && other.holds !== holds)));
  }
  function nothing(run: Run, reach: Reach): void {
    if (run.asked.passesByNothing === true) run.passed = best(run.passed, reach);
    run.answersSomebody = true;
  }

  /** A call on the way: whether a stranger goes no further, and what it is told. */
  function met(call: Call, step: Step, run: Run, here: Reach, own: readonly Branch[], roles: Roles): { readonly reach: Reach; readonly statuses: readonly number[] } {
    if (isNext(call, run)) {
      if (here === 'maybe') run.open.push(own);
      run.passed = best(run.passed, here);
      return GOES_ON;
    }
    const made = webMade(call);
    if (made && leavesAtOnce(call)) return { reach: 'yes', statuses: [made.is === 'redirect' ? (isToLogin(made, run) ? LOGIN : 307) : made.is === 'thrown' ? made.status : 0] };
    if (made) return GOES_ON;
    // `await auth.protect()` of Clerk 6: strangers are sent to the login, or not found.
    if (call.name === 'protect' && call.receiver) {
      run.tests.add('identity');
      return { reach: 'yes', statuses: [401] };
    }
    const inner = follow(call, run);
    if (inner) {
      if (inner.refuses.size > 0) for (const test of inner.tests) run.tests.add(test);
      if (inner.threw !== 'no') for (const branch of own) for (const test of testsOf(branch.test, run.view.fn, roles, run.view.module)) run.tests.add(test);
      const statuses = [...inner.refuses].filter((status) => status === 0 || status >= 300);
      if (inner.passed !== 'no') run.passed = best(run.passed, worst(here, inner.passed));
      if (inner.threw === 'setting') for (const setting of inner.stranger.settings) run.stranger.settings.add(setting);
      return inner.threw === 'no' ? GOES_ON : { reach: inner.threw, statuses: statuses.length > 0 ? statuses : [0] };
    }
    const name = call.callee || call.name;
    if (step.do === 'call' && !step.used && authGuardName(name) && !isHarmless(call, name)) run.unread.add(name);
    else if (call.args.some(({ value }) => run.stranger.lacks(value)) && run.stranger.verifies(call)) {
      run.tests.add('credential');
      return { reach: 'maybe', statuses: [0] };
    }
    return GOES_ON;
  }
  function isNext(call: Call, run: Run): boolean {
    const { next } = run.asked;
    if (!next || next.is === 'unknown') return false;
    const got = settled(evaluate(call.target, run.frame));
    if (next.is === 'function') return got.is === 'function' && got.fn.id === next.fn.id;
    return next.is === 'value' && got.is === 'value' && got.value === next.value;
  }
  function isHarmless(call: Call, name: string): boolean {
    return harmlessModules.has(moduleOf(call) ?? '') || harmlessName(name) !== undefined || asksIdentity(call);
  }

  /** Where a call of a function of the project leads, once. */
  function follow(call: Call, run: Run): Run | undefined {
    if (call.form !== 'call' || run.depth >= DEEPEST) return undefined;
    // What a name holds for strangers says more than what was assigned to it last.
    const several = functionsAt(call.target, run);
    const got = several.length === 0 ? settled(evaluate(call.target, run.frame)) : several[0];
    const target = got?.is === 'function' && several.length < 2 ? got : undefined;
    if (!target) return undefined;
    return runOf(target, parts.entered(call, target, run.frame), { of: run.asked.of, next: run.asked.next }, run.depth + 1);
  }
  /** What is written as an argument of a function nobody can read, which gives back what that does: `startSpan(options, async () => ...)`. */
  function callbackOf(call: Call, run: Run): Run | undefined {
    const last = call.args.findLast(({ value }) => value.kind === 'function')?.value;
    const fn = last?.kind === 'function' ? run.view.module.functions.get(last.fn) : undefined;
    if (!fn || run.depth >= DEEPEST) return undefined;
    const target: Fn = { is: 'function', fn, frame: run.frame };
    return runOf(target, { ...entered(target), args: [] }, { of: run.asked.of, next: run.asked.next }, run.depth + 1);
  }
  /** The functions a name may hold: `error()` of `error = () => unauthorized()`. */
  function functionsAt(target: Value, run: Run): readonly Fn[] {
    if (target.kind !== 'ref' || target.root.kind === 'import' || target.root.kind === 'global') return [];
    return sources.trace(target, run).flatMap(({ value, run: at }) => {
      const got = value.kind === 'function' ? settled(evaluate(value, at.frame)) : undefined;
      return got?.is === 'function' ? [got] : [];
    });
  }

  /** What is returned, as an answer. */
  function answer(run: Run, value: Value | undefined, reach: Reach, own: readonly Branch[], roles: Roles, depth: number): void {
    if (depth > DEEPEST_TRACE) return;
    if (!value || isNothing(value)) return nothing(run, reach);
    if (value.kind === 'choice') {
      for (const [side, holds] of [[value.then, true], [value.else, false]] as const) {
        const branch: Branch = { test: value.test, holds, early: false, at: value.at };
        answer(run, side, worst(reach, run.stranger.takes([branch])), [...own, branch], roles, depth + 1);
      }
      return;
    }
    if (value.kind === 'logic') {
      for (const side of [value.left, value.right]) answer(run, side, worst(reach, 'maybe'), own, roles, depth + 1);
      return;
    }
    if (value.kind === 'call') return ofCall(run, value, reach, own, roles);
    if (value.kind === 'ref') {
      const traced = sources.trace(value, run).filter((one) => one.value !== value);
      if (traced.length > 0) {
        for (const one of traced.slice(0, MOST_TRACED)) ofTraced(run, one, traced.length === 1 ? reach : worst(reach, 'maybe'), own, roles, depth + 1);
        return;
      }
    }
    run.answered = best(run.answered, reach);
    run.answersSomebody = true;
  }
  function ofTraced(run: Run, { value, run: from }: Traced, reach: Reach, own: readonly Branch[], roles: Roles, depth: number): void {
    if (value.kind !== 'call' || from === run) return answer(run, value, reach, own, roles, depth);
    const made = webMade(value);
    if (made) return ofMade(run, made, from, reach, own, roles);
    const inner = follow(value, from);
    if (inner) merge(run, inner, reach, own, roles);
    else {
      run.answered = best(run.answered, reach);
      run.answersSomebody = true;
    }
  }
  function ofCall(run: Run, call: Call, reach: Reach, own: readonly Branch[], roles: Roles): void {
    const made = webMade(call);
    if (made) return leavesAtOnce(call) ? undefined : ofMade(run, made, run, reach, own, roles);
    if (isNext(call, run)) return;
    const inner = follow(call, run);
    if (inner) return merge(run, inner, reach, own, roles);
    const several = functionsAt(call.target, run);
    for (const target of several) {
      const one = runOf(target, parts.entered(call, target, target.frame), { of: run.asked.of, next: run.asked.next }, run.depth + 1);
      if (one) merge(run, one, several.length === 1 ? reach : worst(reach, one.answered === 'no' ? reach : 'maybe'), own, roles);
    }
    if (several.length > 0) return;
    const status = refusalNamed(call.name);
    if (status !== undefined) return refuse(run, status, reach, own, roles);
    const given = callbackOf(call, run);
    if (given) {
      if (authGuardName(call.callee || call.name) && !isHarmless(call, call.callee || call.name)) run.unread.add(call.callee || call.name);
      return merge(run, given, reach, own, roles);
    }
    // A function nobody can read is handed the request, or is the answer of a test nobody can judge.
    const takesRequest = call.args.some(({ value }) => parts.partOf(value, run.frame)?.is === 'request' || (value.kind === 'object' && value.entries.some((entry) => parts.partOf(entry.value, run.frame)?.is === 'request')));
    const isBare = call.args.every(({ value }) => value.kind === 'literal');
    if (takesRequest || (own.length > 0 && reach !== 'no' && isBare)) run.unread.add(call.callee || call.name);
    run.answered = best(run.answered, takesRequest ? worst(reach, 'maybe') : reach);
    run.answersSomebody = true;
  }
  function ofMade(run: Run, made: NonNullable<ReturnType<typeof webMade>>, from: Run, reach: Reach, own: readonly Branch[], roles: Roles): void {
    if (made.is === 'passes') {
      run.passed = best(run.passed, reach);
      return;
    }
    const isOpen = made.is === 'response' && made.status !== undefined && numbersIn(made.status, from).includes(undefined);
    const status = made.is === 'thrown' ? made.status : made.is === 'redirect' ? (isToLogin(made, from) ? LOGIN : 307) : made.status ? numberIn(made.status, from) : 200;
    if (status >= 400 || status === LOGIN) return refuse(run, status, reach, own, roles);
    if (status >= 300) {
      run.answersSomebody = true;
      if (run.asked.passesByNothing === true) run.refused = best(run.refused, reach);
      else run.answered = best(run.answered, reach);
      return;
    }
    run.plain ||= !isOpen;
    run.answered = best(run.answered, reach);
    run.answersSomebody = true;
  }
  /** What a called function answers is answered here. */
  function merge(run: Run, inner: Run, reach: Reach, own: readonly Branch[], roles: Roles): void {
    for (const status of inner.refuses) {
      const part = isOfCaller(status) ? inner.turnedAway : inner.refused;
      refuse(run, status, worst(reach, part), own, roles);
    }
    for (const test of inner.tests) run.tests.add(test);
    for (const name of inner.unread) run.unread.add(name);
    run.answered = best(run.answered, worst(reach, inner.answered));
    run.answersSomebody ||= inner.answersSomebody;
    run.plain ||= inner.plain;
    if (!inner.complete) run.complete = false;
  }
  /** An answer of a `catch` that is none of a success: with a status of its own, or made by a function nobody can read. */
  function isFailure(value: Value, run: Run): boolean {
    if (value.kind !== 'call') return false;
    const made = webMade(value);
    if (made?.is === 'response') return made.status !== undefined && numbersIn(made.status, run).every((status) => status === undefined || status >= 400);
    if (made) return made.is === 'thrown';
    const inner = follow(value, run);
    return inner ? !inner.plain : value.args.some(({ value: arg }) => arg.kind === 'ref' && arg.root.kind === 'caught');
  }
  function madeBy(call: Call, frame: Frame): Fn | undefined {
    const target = settled(evaluate(call.target, frame));
    const maker = target.is === 'function' ? target : target.is === 'value' && target.value.kind === 'call' ? madeBy(target.value, target.frame) : undefined;
    if (!maker || frame.depth > DEEPEST) return undefined;
    applied.add(maker.fn.id);
    const inner = parts.entered(call, maker, frame);
    for (const step of maker.fn.steps) {
      if (step.do !== 'return' || !step.value) continue;
      const got = settled(evaluate(step.value, inner));
      if (got.is === 'function') return got;
      if (got.is === 'value' && got.value.kind === 'call') return madeBy(got.value, got.frame);
    }
    return undefined;
  }
}
const GOES_ON = { reach: 'no', statuses: [] } as const;
const CLOSING: ReadonlySet<number> = new Set([401, 403, 404, 405, 410, 501]);
const NOTHING: Conduct = { passes: 'unknown', refuses: [], tests: [], touches: [], closed: false, complete: false, strangers: 'maybe', welcomes: 'maybe', stops: 'maybe', turnsAway: 'no', settings: [], byName: undefined };
