import type { Conduct } from '../model/api.js';
import type { Branch, FunctionView, ModuleView, Step } from '../model/module.js';
import type { Call, FunctionId, Ref, Value } from '../model/value.js';
import { guardModules } from '../rules/facts/guards.js';
import { best, strangerIn, worst, type Reach } from './strangers.js';
import { waysIn } from './ways.js';

type Test = Conduct['tests'][number];
type Touch = Conduct['touches'][number];
/** Parameter positions; -1: the function is not given it. */
interface Roles {
  readonly request: number;
  readonly response: number;
  readonly next: number;
}

const FILE_WRITES = /(^|\.)(writeFile|writeFileSync|appendFile|appendFileSync|createWriteStream|rename|renameSync|copyFile|copyFileSync|unlink|unlinkSync|rm|rmSync)$/;
const IDENTITY = /^(user|currentUser|account|auth|session|principal|identity|token|jwt|apiKey|loggedIn|isAuthenticated|userId|userID|uid|admin|member)$/i;
const CREDENTIAL_HEADER = /^(authorization|x-?api-?key|x-?auth.*|x-?access-?token|x-?token|.*-token|.*-key|cookie)$/i;
const ROLE = /^(role|roles|isAdmin|is_admin|admin|permissions?|scopes?|isSuperAdmin|isOwner|group|groups)$/i;

/** Parameter positions by count and name: `(err, req, res, next)`, `(req, res, next)`, `(ctx, next)`. */
export function rolesOf(fn: FunctionView): Roles {
  const names = fn.parameters.map((parameter) => parameter.name ?? '');
  if (fn.parameters.length === 4) return { request: 1, response: 2, next: 3 };
  if (/^_?(ctx|context|c)$/.test(names[0] ?? '')) return { request: 0, response: 0, next: 1 };
  return { request: 0, response: 1, next: 2 };
}

/** A function a call leads to, with its module. */
export interface Followed {
  readonly fn: FunctionView;
  readonly module: ModuleView;
}
export interface ConductInput {
  guardName(text: string): boolean;
  /** Where a called name leads, when it is a function of the project. */
  follow?(target: Value, from: ModuleView): Followed | undefined;
  /** Functions by the function they stand in, kept between calls. */
  readonly inside?: Map<ModuleView, ReadonlyMap<FunctionId, readonly FunctionView[]>>;
}
const DEEPEST_CALL = 3;

/** What a function does to a request, read from its steps and those of the callbacks inside it, and of the functions it hands the request, response or `next` to. */
export function conductOf(fn: FunctionView, module: ModuleView, input: ConductInput, given: Roles = rolesOf(fn), depth = 0, lacking: ReadonlySet<number> = new Set()): Conduct {
  const roles = given;
  const inner = innerFunctions(fn, module, input.inside);
  const refuses = new Set<number>();
  const tests = new Set<Test>();
  const touches = new Set<Touch>();
  let passes: Conduct['passes'] = 'never';
  let delegates = false;
  let answers = false;
  let complete = fn.complete;
  let closed = false;
  let byName: string | undefined;
  let refusesItself = false;
  let strangers: Reach = 'no';
  let welcomes: Reach = 'no';
  let stops: Reach = 'no';
  let turnsAway: Reach = 'no';
  /** Steps that let a request go on, whoever sent it. */
  const passed = new Set<Step>();
  const stranger = strangerIn({ fn, module, request: roles.request, absent: lacking }, inner);
  const ways = waysIn({ fn, inner, stranger, passes: (step) => passed.has(step), isGuard: input.guardName, stopped });

  for (const one of [fn, ...inner]) {
    if (!one.complete) complete = false;
    for (const step of one.steps) {
      const own = step.when.slice(fn.when.length);
      const isTop = one === fn && own.length === 0 && step.zone === 'body';
      const refusal = refusalOf(step, fn, roles);
      if (refusal !== undefined) {
        refuses.add(refusal);
        refusesItself ||= CALLER.has(refusal);
        if (isTop && CLOSING.has(refusal)) closed = true;
        addTests(own);
        stopsAt(refusal, stranger.takes(own));
      }
      if (step.do !== 'call') continue;
      if (isNext(step.call.target, fn, roles)) {
        const first = step.call.args[0]?.value;
        const isError = first !== undefined && !(first.kind === 'literal' && (first.value === undefined || first.value === 'route' || first.value === 'router' || first.value === null));
        if (isError) {
          // next(err) with whatever a callback gave passes when there was no error.
          if (first.kind === 'ref' && first.root.kind === 'caught') {
            passes = strongest(passes, 'sometimes');
            strangers = best(strangers, worst('maybe', ways.to(one, step)));
          }
          refuses.add(thrownStatus(first));
          refusesItself ||= CALLER.has(thrownStatus(first));
          stopsAt(thrownStatus(first), stranger.takes(own));
        } else {
          passes = strongest(passes, one === fn && own.length === 0 ? 'always' : 'sometimes');
          strangers = best(strangers, ways.to(one, step));
          passed.add(step);
        }
        addTests(own);
      } else if (step.call.args.some((item) => isParameter(item.value, fn, roles.next) || isParameter(item.value, fn, roles.response))) handOn(step, step.call, isTop, own, () => ways.to(one, step));
      if (onResponse(step.call, fn, roles)) {
        answers = true;
        if (isWelcome(step.call, step.zone) && !refusesBeside(one, step)) welcomes = best(welcomes, ways.to(one, step));
      }
      if (FILE_WRITES.test(step.call.callee)) touches.add('file-write');
      if (/^(render|sendFile|sendfile)$/.test(step.call.name)) touches.add('html');
    }
  }
  if (delegates && passes !== 'always') passes = refuses.has(401) || refuses.has(403) ? 'sometimes' : 'unknown';
  // Several ways lead to next() and none to an answer: everybody passes.
  if (passes === 'sometimes' && complete && !delegates && !answers && refuses.size === 0) passes = 'always';
  const done = { refuses: [...refuses].sort((a, b) => a - b), tests: [...tests].sort(), touches: [...touches].sort() };
  return {
    ...done, passes, complete, closed: closed && passes === 'never',
    strangers, welcomes, stops, turnsAway, settings: [...stranger.settings], byName: refuses.has(401) && !refusesItself ? byName : undefined,
  };

  function stopsAt(status: number, reach: Reach): void {
    stops = best(stops, reach);
    if (CALLER.has(status)) turnsAway = best(turnsAway, reach);
  }
  function addTests(own: readonly Branch[]): void {
    for (const branch of own) for (const test of testsOf(branch.test, fn, roles)) tests.add(test);
  }
  /** Whether a function that is called stops a request without credentials; undefined where it cannot be read. */
  function stopped(call: Call): boolean | undefined {
    const target = depth < DEEPEST_CALL ? input.follow?.(call.target, module) : undefined;
    if (!target || target.fn.id === fn.id) return undefined;
    const done = inside(call, target);
    return done.stops !== 'no' || !done.complete;
  }
  function inside(call: Call, target: Followed): Conduct {
    const at = (index: number): number => call.args.findIndex((item) => isParameter(item.value, fn, index) && item.value.path.length === 0);
    const without = new Set(call.args.flatMap((item, index) => (stranger.lacks(item.value) ? [index] : [])));
    return conductOf(target.fn, target.module, input, { request: at(roles.request), response: at(roles.response), next: at(roles.next) }, depth + 1, without);
  }
  /** The status of the answer is set by a statement of its own: `res.status(401); res.end();`. */
  function refusesBeside(one: FunctionView, step: Step): boolean {
    return one.steps.some((other) => other.when.length === step.when.length && other.when.at(-1) === step.when.at(-1) && refusalOf(other, fn, roles) !== undefined);
  }
  /** `return refuse(req, res)`, `checkSession(req, res, next)`: what the called function does is done here. */
  function handOn(step: Step, call: Call, isTop: boolean, own: readonly Branch[], way: () => Reach): void {
    const takesNext = call.args.some((item) => isNext(item.value, fn, roles));
    const target = depth < DEEPEST_CALL && !input.guardName(call.callee || call.name) ? input.follow?.(call.target, module) : undefined;
    if (target && target.fn.id !== fn.id) {
      const done = inside(call, target);
      stops = best(stops, worst(stranger.takes(own), done.stops));
      turnsAway = best(turnsAway, worst(stranger.takes(own), done.turnsAway));
      if (done.welcomes !== 'no') welcomes = best(welcomes, worst(way(), done.welcomes));
      if (takesNext && done.strangers !== 'no') strangers = best(strangers, worst(way(), done.strangers));
      if (takesNext && done.strangers === 'yes') passed.add(step);
      for (const setting of done.settings) stranger.settings.add(setting);
      if (done.byName !== undefined) byName = done.byName;
      else refusesItself ||= done.refuses.some((status) => CALLER.has(status));
      for (const status of done.refuses) refuses.add(status);
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
    answers = true;
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
/** The answer of a route that lets its caller in. */
function isWelcome(call: Call, zone: Step['zone']): boolean {
  if (zone === 'catch' || !/^(json|send|end|render|sendFile|sendfile|download)$/.test(call.name)) return false;
  for (let receiver = call.receiver; receiver?.kind === 'call'; receiver = receiver.receiver) {
    const status = receiver.args[0]?.value;
    if (/^(status|code|writeHead|sendStatus)$/.test(receiver.name) && !isSuccess(status)) return false;
  }
  return true;
}

function isSuccess(status: Value | undefined): boolean {
  if (status?.kind === 'literal') return typeof status.value === 'number' && status.value < 400;
  return status?.kind === 'ref' && /^(ok|created|accepted|no_?content|success)$/i.test(status.path.at(-1) ?? '');
}
/** Statuses that say the method is not there for anyone. */
const CLOSING: ReadonlySet<number> = new Set([401, 403, 404, 405, 410, 501]);
/** Statuses for callers who are not known or not allowed. */
const CALLER: ReadonlySet<number> = new Set([401, 403]);
const STRENGTH = { never: 0, unknown: 1, sometimes: 2, always: 3 } as const;
function strongest(a: Conduct['passes'], b: Conduct['passes']): Conduct['passes'] {
  return STRENGTH[a] >= STRENGTH[b] ? a : b;
}

/** The functions that stand in a function, at any depth. */
function innerFunctions(fn: FunctionView, module: ModuleView, kept: ConductInput['inside']): FunctionView[] {
  let children = kept?.get(module);
  if (!children) {
    const made = new Map<FunctionId, FunctionView[]>();
    for (const other of module.functions.values()) {
      if (other.within === undefined) continue;
      const known = made.get(other.within);
      if (known) known.push(other);
      else made.set(other.within, [other]);
    }
    children = made;
    kept?.set(module, made);
  }
  const found: FunctionView[] = [...(children.get(fn.id) ?? [])];
  for (let i = 0; i < found.length; i++) found.push(...(children.get(found[i]?.id ?? fn.id) ?? []));
  return found;
}

function isParameter(value: Value, fn: FunctionView, index: number): value is Ref {
  return value.kind === 'ref' && value.root.kind === 'parameter' && value.root.fn === fn.id && value.root.index === index;
}
function isNext(value: Value, fn: FunctionView, roles: Roles): boolean {
  return isParameter(value, fn, roles.next) && value.path.length === 0;
}

/** The status a step refuses with; 0 for a throw. */
function refusalOf(step: Step, fn: FunctionView, roles: Roles): number | undefined {
  if (step.do === 'throw') return thrownStatus(step.value);
  if (step.do === 'assign') {
    const key = step.target.path.at(-1);
    if ((key === 'status' || key === 'statusCode') && isParameter(step.target, fn, roles.response)) return statusIn(step.value);
    return undefined;
  }
  if (step.do !== 'call') return undefined;
  const { call } = step;
  if (!/^(status|sendStatus|writeHead|code|throw|json|send)$/.test(call.name) || !onResponse(call, fn, roles)) return undefined;
  if (call.name === 'json' || call.name === 'send') return undefined;
  const status = call.args[0] ? statusIn(call.args[0].value) : undefined;
  return status;
}
function onResponse(call: Call, fn: FunctionView, roles: Roles): boolean {
  let receiver = call.receiver;
  for (let hops = 0; receiver?.kind === 'call' && hops < 50; hops++) receiver = receiver.receiver;
  return receiver !== undefined && isParameter(receiver, fn, roles.response);
}
function statusIn(value: Value): number | undefined {
  if (value.kind === 'literal' && typeof value.value === 'number') return value.value >= 400 ? value.value : undefined;
  if (value.kind === 'ref') {
    const name = value.path.at(-1) ?? value.text;
    if (/unauthori[sz]ed/i.test(name)) return 401;
    if (/forbidden/i.test(name)) return 403;
  }
  return undefined;
}
function thrownStatus(value: Value | undefined): number {
  if (value?.kind !== 'call') return 0;
  if (/unauthori[sz]ed|unauthenticated|notauthenticated/i.test(value.callee || value.name)) return 401;
  if (/forbidden|accessdenied|permissiondenied|nopermission|notpermitted/i.test(value.callee || value.name)) return 403;
  for (const { value: arg } of value.args.slice(0, 3)) {
    const status = statusIn(arg) ?? (arg.kind === 'object' ? arg.entries.flatMap((entry) => (/^(status|statusCode|code)$/.test(entry.key ?? '') ? (statusIn(entry.value) ?? []) : []))[0] : undefined);
    if (status !== undefined) return status;
  }
  return 0;
}

/** What a branch asks of the request. */
function testsOf(test: Value, fn: FunctionView, roles: Roles): Test[] {
  const found = new Set<Test>();
  const visit = (value: Value, depth: number): void => {
    if (depth > 12) return;
    switch (value.kind) {
      case 'ref': {
        if (value.root.kind === 'env') found.add('environment');
        const onRequest = isParameter(value, fn, roles.request);
        for (const key of value.path) {
          if (key === undefined) continue;
          if (ROLE.test(key)) found.add('role');
          else if (IDENTITY.test(key) || CREDENTIAL_HEADER.test(key)) found.add('identity');
          else if (onRequest && key === 'method') found.add('method');
          else if (onRequest && (key === 'path' || key === 'originalUrl' || key === 'url')) found.add('path');
        }
        if (value.root.kind === 'local' || value.root.kind === 'parameter') {
          if (IDENTITY.test(value.text) || /token|authori|credential|session|user$/i.test(value.text)) found.add('identity');
          if (ROLE.test(value.text)) found.add('role');
        }
        if (value.root.kind === 'value') visit(value.root.of, depth + 1);
        return;
      }
      case 'call': {
        for (const arg of value.args) {
          visit(arg.value, depth + 1);
          if (arg.value.kind === 'literal' && typeof arg.value.value === 'string' && CREDENTIAL_HEADER.test(arg.value.value)) found.add('identity');
        }
        if (/role|admin|permission|scope|^can$|ability/i.test(value.name)) found.add('role');
        if (/authenticat|loggedin|verify|compare|session|token/i.test(value.name)) found.add('identity');
        if (value.receiver) visit(value.receiver, depth + 1);
        return;
      }
      case 'not': return visit(value.of, depth + 1);
      case 'compare':
      case 'logic':
        visit(value.left, depth + 1);
        return visit(value.right, depth + 1);
      case 'choice':
        visit(value.test, depth + 1);
        visit(value.then, depth + 1);
        return visit(value.else, depth + 1);
      case 'template':
        for (const part of value.parts) if (typeof part !== 'string') visit(part, depth + 1);
        return;
      default: return;
    }
  };
  visit(test, 0);
  return [...found];
}
