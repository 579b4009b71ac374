import type { Conduct, Role } from '../model/api.js';
import type { Branch, CallStep, FunctionView, ModuleView, Step, StepFrame } from '../model/module.js';
import type { Call, Value } from '../model/value.js';
import { bindingOf } from './bound.js';
import { conductOfReturning } from './conduct-returning.js';
import {
  innerFunctions, isContextual, isOfCaller, isParameter, isTokenCheck, isWhole, onResponse, refusalOf, stepsOf, testsOf, thrownStatus, throwsInside, throwsOnContext, type ConductInput, type Followed, type Roles,
} from './refusals.js';
import { guardModules, moduleClaim } from '../rules/facts/guards.js';
import { best, strangerIn, worst, type Reach } from './strangers.js';
import { waysIn } from './ways.js';

type Test = Conduct['tests'][number];
type Touch = Conduct['touches'][number];

export type { ConductInput, Followed } from './refusals.js';

const FILE_WRITES = /(^|\.)(writeFile|writeFileSync|appendFile|appendFileSync|createWriteStream|rename|renameSync|copyFile|copyFileSync|unlink|unlinkSync|rm|rmSync)$/;

/** Parameter positions by count and name: `(err, req, res, next)`, `(req, res, next)`, `(ctx, next)`. */
function rolesOf(fn: FunctionView): Roles {
  const names = fn.parameters.map((parameter) => parameter.name ?? '');
  if (fn.parameters.length === 4) return { request: 1, response: 2, next: 3 };
  const [first = '', second = ''] = names;
  // `(anything, next)` and `(anything)`: only a context has `next` right behind it.
  const isContext = /^_?(ctx|context|c)$/.test(first) || (!/^_?req/i.test(first) && (names.length === 1 || (names.length === 2 && /^_?next$/.test(second))));
  if (isContext) return { request: 0, response: 0, next: 1 };
  if (/^_?(ctx|context)$/.test(second)) return { request: 1, response: 1, next: 2 };
  return { request: 0, response: 1, next: 2 };
}

/** Parameter positions by what the adapter says they mean; by count and name where nothing is said. */
export function givenRoles(fn: FunctionView, role: Role | undefined): Roles {
  if (!role) return rolesOf(fn);
  const at = (...names: readonly string[]): number => names.map((name) => role.parameters.findIndex((one) => one === name)).find((index) => index >= 0) ?? -1;
  const roles = { request: at('request', 'context'), response: at('response', 'context'), next: at('next'), returns: role.as === 'layer' && !role.parameters.includes('next') };
  return role.framework === 'hapi' ? { ...roles, takesOver: true, answers: role.returnSends } : roles;
}

const DEEPEST_CALL = 3;

/** What a function does to a request, read from its steps and those of the callbacks inside it, and of the functions it hands the request, response or `next` to. */
export function conductOf(fn: FunctionView, module: ModuleView, input: ConductInput, given: Roles = rolesOf(fn), depth = 0, lacking: ReadonlySet<number> = new Set()): Conduct {
  const roles = given;
  if (roles.returns === true) return conductOfReturning(fn, module, input, roles, depth, conductOf);
  const inner = innerFunctions(fn, module, input);
  const refuses = new Set<number>();
  const tests = new Set<Test>();
  const touches = new Set<Touch>();
  let passes: Conduct['passes'] = 'never';
  let delegates = false;
  let answers = false;
  let complete = fn.complete;
  let closed = false;
  let byName: string | undefined;
  let enrols: string | undefined;
  /** A credential was verified where a failure is caught. */
  let verified = false;
  let refusesItself = false;
  let strangers: Reach = 'no';
  let welcomes: Reach = 'no';
  let stops: Reach = 'no';
  let turnsAway: Reach = 'no';
  /** A status other than a refusal, or a body under a condition: what is refused at first may be answered after all. */
  let reopened = false;
  /** Whether a call on the way goes no further for some. */
  let halts: 'no' | 'maybe' | 'throws' = 'no';
  let tries = false;
  let refusesCaught = false;
  /** It refuses someone before anything goes on. */
  let refusesFirst = false;
  const isContext = isContextual(roles);
  /** Steps that let a request go on, whoever sent it. */
  const passed = new Set<Step>();
  const stranger = strangerIn({ fn, module, request: roles.request, absent: lacking }, inner);
  const among = { fn, inner, passes: (step: Step): boolean => passed.has(step), isGuard: input.guardName, stopped, halts: haltsAt };
  const ways = waysIn({ ...among, stranger });
  /** The ways of somebody who brings a password of his own choice. */
  const applicantWays = (): typeof ways => waysIn({ ...among, stranger: strangerIn({ fn, module, request: roles.request, absent: lacking, known: (value) => (isPassword(value) ? 'present' : undefined) }, inner) });

  for (const one of [fn, ...inner]) {
    if (!one.complete) complete = false;
    for (const step of stepsOf(one, roles)) {
      const own = step.when.slice(fn.when.length);
      const isTop = one === fn && own.length === 0 && step.zone === 'body';
      const refusal = refusalOf(step, fn, roles);
      if (refusal !== undefined) {
        refuses.add(refusal);
        refusesItself ||= isOfCaller(refusal);
        if (isTop && CLOSING.has(refusal)) closed = true;
        refusesFirst ||= passes === 'never' && step.zone !== 'catch';
        if (one === fn && own.length === 0 && step.zone === 'catch' && isOfCaller(refusal)) refusesCaught = true;
        addTests(own);
        // What is caught may be any failure, unless a credential was verified.
        stopsAt(refusal, stranger.takes(own), step.zone === 'catch' && !verified ? 'maybe' : 'yes');
      }
      if (step.do === 'assign' && isContext && isParameter(step.target, fn, roles.response)) {
        const key = step.target.path.at(-1);
        if (key === 'body') {
          answers = true;
          if (step.zone !== 'catch' && !refusesBeside(one, step)) welcomes = best(welcomes, ways.to(one, step));
        }
        if ((key === 'status' && refusal === undefined) || (key === 'body' && own.length > 0)) reopened = true;
      }
      if (step.do === 'return' && one === fn && roles.answers === true && refusal === undefined && step.zone !== 'catch' && step.value && !isRedirect(step.value)) {
        answers = true;
        welcomes = best(welcomes, ways.to(one, step));
      }
      if (step.do !== 'call') continue;
      verified ||= step.zone === 'try' && VERIFIES.test(step.call.name);
      if (enrols === undefined && ENROLS.test(step.call.name) && applicantWays().to(one, step) !== 'no') enrols = step.call.name;
      if (isTokenCheck(step.call, fn, roles)) tests.add('identity');
      if (throwsOnContext(step.call, fn, roles)) {
        halts = 'throws';
        const [tested] = step.call.args;
        if (step.call.name === 'assert' && tested) for (const test of testsOf(tested.value, fn, roles, module)) tests.add(test);
      }
      if (isNext(step.call.target, fn, roles)) {
        const first = step.call.args[0]?.value;
        const word = first?.kind === 'literal' ? first.value : undefined;
        const isError = first !== undefined && !(first.kind === 'literal' && (word === undefined || word === 'route' || word === 'router' || word === null));
        if (word === 'route' || word === 'router') {
          // The request goes past the route, or out of the router, to whatever stands behind.
          passes = strongest(passes, 'sometimes');
          strangers = best(strangers, worst('maybe', ways.to(one, step)));
          stopsAt(404, stranger.takes(own));
        } else if (isError) {
          // next(err) with whatever a callback gave passes when there was no error.
          if (first.kind === 'ref' && first.root.kind === 'caught') {
            passes = strongest(passes, 'sometimes');
            strangers = best(strangers, worst('maybe', ways.to(one, step)));
          }
          refuses.add(thrownStatus(first));
          refusesItself ||= isOfCaller(thrownStatus(first));
          stopsAt(thrownStatus(first), stranger.takes(own));
        } else {
          passes = strongest(passes, one === fn && own.length === 0 && halts === 'no' ? 'always' : 'sometimes');
          strangers = best(strangers, ways.to(one, step));
          passed.add(step);
        }
        addTests(own);
      } else {
        if (one === fn && own.length === 0 && passes === 'never') {
          if (step.zone === 'try') tries = true;
          else if (step.zone === 'body' && VERIFIES.test(step.call.name) && halts === 'no') halts = 'maybe';
        }
        if (step.call.args.some((item) => isParameter(item.value, fn, roles.next) || isWhole(item.value, fn, roles, roles.response))) handOn(step, step.call, isTop, own, () => ways.to(one, step));
      }
      if (onResponse(step.call, fn, roles)) {
        answers = true;
        if (isWelcome(step.call, step.zone, isContext) && !refusesBeside(one, step)) welcomes = best(welcomes, ways.to(one, step));
      }
      if (FILE_WRITES.test(step.call.callee)) touches.add('file-write');
      if (/^(render|sendFile|sendfile)$/.test(step.call.name)) touches.add('html');
    }
  }
  if (delegates && passes !== 'always') passes = refuses.has(401) || refuses.has(403) ? 'sometimes' : 'unknown';
  // What throws for a bad credential is refused where it is caught: whoever comes past it was let in.
  if (tries && refusesCaught) {
    if (passes === 'always') passes = 'sometimes';
    tests.add('credential');
  }
  if (halts === 'maybe' && !refuses.has(401)) {
    refuses.add(0);
    stops = best(stops, 'maybe');
  }
  // Several ways lead to next() and none to an answer: everybody passes.
  if (passes === 'sometimes' && complete && !delegates && !answers && refuses.size === 0) passes = 'always';
  // Of what goes on whoever calls, a refusal is an answer to an error behind it, or one that is written over.
  if (isContext && complete && !refusesFirst && passes === 'always' && strangers === 'yes') refuses.clear();
  const done = { refuses: [...refuses].sort((a, b) => a - b), tests: [...tests].sort(), touches: [...touches].sort() };
  return {
    ...done, passes, complete, closed: closed && !reopened && passes === 'never',
    strangers, welcomes, stops, turnsAway, settings: [...stranger.settings], byName: refuses.has(401) && !refusesItself ? byName : undefined,
    ...(enrols === undefined ? {} : { enrols }),
  };

  function stopsAt(status: number, reach: Reach, most: Reach = 'yes'): void {
    stops = best(stops, reach);
    if (isOfCaller(status)) turnsAway = best(turnsAway, worst(most, reach));
  }
  function addTests(own: readonly Branch[]): void {
    for (const branch of own) for (const test of testsOf(branch.test, fn, roles, module)) tests.add(test);
  }
  /** Whether a function that is called stops a request without credentials; undefined where it cannot be read. */
  function stopped(call: Call): boolean | undefined {
    const target = depth < DEEPEST_CALL ? input.follow?.(call.target, module, call) : undefined;
    if (!target || target.fn.id === fn.id) return undefined;
    // A status set on the context stops nobody while the caller goes on.
    if (isContext && !throwsInside(target.fn) && call.args.some(({ value }) => isWhole(value, fn, roles, roles.response))) return false;
    const done = inside(call, target);
    return done.stops !== 'no' || !done.complete;
  }
  function inside(call: Call, target: Followed): Conduct {
    const at = (index: number): number => call.args.findIndex((item) => (isContext ? isWhole(item.value, fn, roles, index) : isParameter(item.value, fn, index) && item.value.path.length === 0));
    const without = new Set(call.args.flatMap((item, index) => (stranger.lacks(item.value) ? [index] : [])));
    return conductOf(target.fn, target.module, input, { request: at(roles.request), response: at(roles.response), next: at(roles.next) }, depth + 1, without);
  }
  /** Whether a request without credentials that comes to a call goes no further: `ctx.throw(401)`, `ctx.assert(user, 401)`, `requireUser(ctx)`. */
  function haltsAt({ call, when }: CallStep & StepFrame): Reach {
    if (!isContext) return 'no';
    const [tested] = call.args;
    if (throwsOnContext(call, fn, roles)) return call.name === 'assert' && tested ? stranger.takes([{ test: tested.value, holds: false, early: false, at: call.at }]) : 'yes';
    if (call.args.some(({ value }) => isNext(value, fn, roles)) || !call.args.some(({ value }) => isWhole(value, fn, roles, roles.response))) return 'no';
    const target = depth < DEEPEST_CALL ? input.follow?.(call.target, module, call) : undefined;
    if (!target || target.fn.id === fn.id) return input.guardName(call.callee || call.name) && when.length === fn.when.length ? 'maybe' : 'no';
    return throwsInside(target.fn) ? inside(call, target).stops : 'no';
  }
  /** The status of the answer is set by a statement of its own: `res.status(401); res.end();`. */
  function refusesBeside(one: FunctionView, step: Step): boolean {
    return one.steps.some((other) => other.when.length === step.when.length && other.when.at(-1) === step.when.at(-1) && refusalOf(other, fn, roles) !== undefined);
  }
  /** `return refuse(req, res)`, `checkSession(req, res, next)`: what the called function does is done here. */
  function handOn(step: Step, call: Call, isTop: boolean, own: readonly Branch[], way: () => Reach): void {
    const takesNext = call.args.some((item) => isNext(item.value, fn, roles));
    const isNamedGuard = input.guardName(call.callee || call.name);
    const target = depth < DEEPEST_CALL && (input.byText === true || !isNamedGuard || (isContext && !takesNext)) ? input.follow?.(call.target, module, call) : undefined;
    if (target && target.fn.id !== fn.id) {
      const done = inside(call, target);
      stops = best(stops, worst(stranger.takes(own), done.stops));
      turnsAway = best(turnsAway, worst(stranger.takes(own), done.turnsAway));
      if (done.welcomes !== 'no') welcomes = best(welcomes, worst(way(), done.welcomes));
      if (takesNext && done.strangers !== 'no') strangers = best(strangers, worst(way(), done.strangers));
      if (takesNext && done.strangers === 'yes') passed.add(step);
      for (const setting of done.settings) stranger.settings.add(setting);
      if (done.byName !== undefined) byName = done.byName;
      else refusesItself ||= done.refuses.some((status) => isOfCaller(status));
      for (const status of done.refuses) refuses.add(status);
      if (isContext && isTop && !takesNext && throwsInside(target.fn)) halts = 'throws';
      if (done.refuses.length > 0) {
        addTests(own);
        for (const test of done.tests) tests.add(test);
      }
      if (!done.complete) complete = false;
      if (done.closed && isTop) closed = true;
      answers = true;
      if (!takesNext) return;
      if (done.passes === 'unknown') delegates = true;
      else if (done.passes !== 'never') passes = strongest(passes, done.passes === 'always' && isTop ? 'always' : 'sometimes');
      return;
    }
    if (takesNext && isHarmless(call.target, module)) {
      passes = strongest(passes, 'sometimes');
      strangers = best(strangers, way());
      return;
    }
    answers = true;
    if (isContext && isTop && isNamedGuard && !takesNext && halts === 'no') halts = 'maybe';
    if (!takesNext) return;
    delegates = true;
    const guard = [call.callee || call.name, call.receiver?.kind === 'call' ? call.receiver.callee : ''].find((name) => input.guardName(name));
    if (guard !== undefined) {
      refuses.add(401);
      if (guardModules.has(guard.split('.', 1)[0] ?? '')) refusesItself = true;
      else byName = guard;
      stopsAt(401, stranger.takes(own));
      passes = strongest(passes, 'sometimes');
    } else strangers = best(strangers, worst(way(), 'maybe'));
  }
}
/** What a package made that turns nobody away for who he is is handed the request: `csrf(req, res, next)`, `express.json()(req, res, next)`. */
function isHarmless(target: Value, module: ModuleView): boolean {
  const binding = bindingOf(target, module);
  const made = target.kind === 'call' ? target : binding?.constant === true && binding.value.kind === 'call' ? binding.value : undefined;
  const of = made?.target.kind === 'ref' && made.target.root.kind === 'import' && made.target.path.length < 2 ? made.target : undefined;
  if (of?.root.kind !== 'import' || /^[./~#]/.test(of.root.from)) return false;
  const member = of.path[0] ?? (of.root.name === 'default' || of.root.name === '*' ? undefined : of.root.name);
  const claim = moduleClaim(of.root.from, member);
  return claim !== undefined && claim !== 'authentication' && claim !== 'authorization';
}
/** The answer of a route that lets its caller in. */
function isWelcome(call: Call, zone: Step['zone'], isContext: boolean): boolean {
  if (zone === 'catch' || !(isContext ? ANSWERS_ON_CONTEXT : ANSWERS).test(call.name)) return false;
  for (let receiver = call.receiver; receiver?.kind === 'call'; receiver = receiver.receiver) {
    const status = receiver.args[0]?.value;
    if (/^(status|code|writeHead|sendStatus)$/.test(receiver.name) && !isSuccess(status)) return false;
  }
  return true;
}

/** `h.redirect('/login')`: whoever is sent elsewhere is not let in. */
function isRedirect(value: Value): boolean {
  return value.kind === 'call' && (value.name === 'redirect' || (value.receiver !== undefined && isRedirect(value.receiver)));
}
function isSuccess(status: Value | undefined): boolean {
  if (status?.kind === 'literal') return typeof status.value === 'number' && status.value < 400;
  return status?.kind === 'ref' && /^(ok|created|accepted|no_?content|success)$/i.test(status.path.at(-1) ?? '');
}
const ANSWERS = /^(json|send|end|render|sendFile|sendfile|download)$/;
const ANSWERS_ON_CONTEXT = /^(json|text|html|body|render|send|end)$/;
/** Calls that make an account of what a request brings. */
const ENROLS = /^(add|create|register|insert|sign_?up)_?(new_?)?(user|account|member|customer)$|^(sign_?up|register)$/i;
function isPassword(value: Value): boolean {
  return value.kind === 'ref' && /(^|_)(pass|pwd)$|passwo?r?d$/i.test(value.path.at(-1) ?? value.text);
}
/** Calls that fail for a bad credential, so that what follows them is not reached. */
const VERIFIES = /^(verify\w*|jwt_?verify|authenticate\w*|authorize\w*)$/i;
/** Statuses that say the method is not there for anyone. */
const CLOSING: ReadonlySet<number> = new Set([401, 403, 404, 405, 410, 501]);
/** Statuses for callers who are not known or not allowed. */
const STRENGTH = { never: 0, unknown: 1, sometimes: 2, always: 3 } as const;
function strongest(a: Conduct['passes'], b: Conduct['passes']): Conduct['passes'] {
  return STRENGTH[a] >= STRENGTH[b] ? a : b;
}

function isNext(value: Value, fn: FunctionView, roles: Roles): boolean {
  return isParameter(value, fn, roles.next) && value.path.length === 0;
}
