import type { Conduct, Role } from '../model/api.js';
import type { Branch, FunctionView, ModuleView } from '../model/module.js';
import type { Call, Value } from '../model/value.js';
import { conductOfReturning } from './conduct-returning.js';
import { innerFunctions, isParameter, isTokenCheck, onResponse, refusalOf, testsOf, thrownStatus, type ConductInput, type Roles } from './refusals.js';

type Test = Conduct['tests'][number];
type Touch = Conduct['touches'][number];

export type { ConductInput, Followed } from './refusals.js';

const FILE_WRITES = /(^|\.)(writeFile|writeFileSync|appendFile|appendFileSync|createWriteStream|rename|renameSync|copyFile|copyFileSync|unlink|unlinkSync|rm|rmSync)$/;

/** Parameter positions by count and name: `(err, req, res, next)`, `(req, res, next)`, `(ctx, next)`. */
export function rolesOf(fn: FunctionView): Roles {
  const names = fn.parameters.map((parameter) => parameter.name ?? '');
  if (fn.parameters.length === 4) return { request: 1, response: 2, next: 3 };
  if (/^_?(ctx|context|c)$/.test(names[0] ?? '')) return { request: 0, response: 0, next: 1 };
  return { request: 0, response: 1, next: 2 };
}

/** Parameter positions by what the adapter says they mean; by count and name where nothing is said. */
export function givenRoles(fn: FunctionView, role: Role | undefined): Roles {
  if (!role) return rolesOf(fn);
  const at = (...names: readonly string[]): number => role.parameters.findIndex((one) => names.includes(one));
  return { request: at('request', 'context'), response: at('response', 'context'), next: at('next'), returns: role.as === 'layer' && !role.parameters.includes('next') };
}

const DEEPEST_CALL = 3;

/** What a function does to a request, read from its steps and those of the callbacks inside it, and of the functions it hands the request, response or `next` to. */
export function conductOf(fn: FunctionView, module: ModuleView, input: ConductInput, given: Roles = rolesOf(fn), depth = 0): Conduct {
  const roles = given;
  if (roles.returns === true) return conductOfReturning(fn, module, input, roles, depth, conductOf);
  const inner = innerFunctions(fn, module, input.inside);
  const refuses = new Set<number>();
  const tests = new Set<Test>();
  const touches = new Set<Touch>();
  let passes: Conduct['passes'] = 'never';
  let delegates = false;
  let answers = false;
  let complete = fn.complete;
  let closed = false;

  for (const one of [fn, ...inner]) {
    if (!one.complete) complete = false;
    for (const step of one.steps) {
      const own = step.when.slice(fn.when.length);
      const isTop = one === fn && own.length === 0 && step.zone === 'body';
      const refusal = refusalOf(step, fn, roles);
      if (refusal !== undefined) {
        refuses.add(refusal);
        if (isTop && CLOSING.has(refusal)) closed = true;
        addTests(own);
      }
      if (step.do !== 'call') continue;
      if (isTokenCheck(step.call, fn, roles)) tests.add('identity');
      if (isNext(step.call.target, fn, roles)) {
        const first = step.call.args[0]?.value;
        const isError = first !== undefined && !(first.kind === 'literal' && (first.value === undefined || first.value === 'route' || first.value === 'router' || first.value === null));
        if (isError) {
          // next(err) with whatever a callback gave passes when there was no error.
          if (first.kind === 'ref' && first.root.kind === 'caught') passes = strongest(passes, 'sometimes');
          refuses.add(thrownStatus(first));
        } else passes = strongest(passes, one === fn && own.length === 0 ? 'always' : 'sometimes');
        addTests(own);
      } else if (step.call.args.some((item) => isParameter(item.value, fn, roles.next) || isParameter(item.value, fn, roles.response))) handOn(step.call, isTop, own);
      if (onResponse(step.call, fn, roles)) answers = true;
      if (FILE_WRITES.test(step.call.callee)) touches.add('file-write');
      if (/^(render|sendFile|sendfile)$/.test(step.call.name)) touches.add('html');
    }
  }
  if (delegates && passes !== 'always') passes = refuses.has(401) || refuses.has(403) ? 'sometimes' : 'unknown';
  // Several ways lead to next() and none to an answer: everybody passes.
  if (passes === 'sometimes' && complete && !delegates && !answers && refuses.size === 0) passes = 'always';
  return { passes, refuses: [...refuses].sort((a, b) => a - b), tests: [...tests].sort(), touches: [...touches].sort(), closed: closed && passes === 'never', complete };

  function addTests(own: readonly Branch[]): void {
    for (const branch of own) for (const test of testsOf(branch.test, fn, roles)) tests.add(test);
  }
  /** `return refuse(req, res)`, `checkSession(req, res, next)`: what the called function does is done here. */
  function handOn(call: Call, isTop: boolean, own: readonly Branch[]): void {
    const takesNext = call.args.some((item) => isNext(item.value, fn, roles));
    const target = depth < DEEPEST_CALL && !input.guardName(call.callee || call.name) ? input.follow?.(call.target, module) : undefined;
    if (target && target.fn.id !== fn.id) {
      const at = (index: number): number => call.args.findIndex((item) => isParameter(item.value, fn, index));
      const done = conductOf(target.fn, target.module, input, { request: at(roles.request), response: at(roles.response), next: at(roles.next) }, depth + 1);
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
    if (input.guardName(call.callee || call.name) || (call.receiver?.kind === 'call' && input.guardName(call.receiver.callee))) {
      refuses.add(401);
      passes = strongest(passes, 'sometimes');
    }
  }
}

/** Statuses that say the method is not there for anyone. */
const CLOSING: ReadonlySet<number> = new Set([401, 403, 404, 405, 410, 501]);
const STRENGTH = { never: 0, unknown: 1, sometimes: 2, always: 3 } as const;
function strongest(a: Conduct['passes'], b: Conduct['passes']): Conduct['passes'] {
  return STRENGTH[a] >= STRENGTH[b] ? a : b;
}

function isNext(value: Value, fn: FunctionView, roles: Roles): boolean {
  return isParameter(value, fn, roles.next) && value.path.length === 0;
}
