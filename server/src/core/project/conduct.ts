import type { Conduct } from '../model/api.js';
import type { Branch, FunctionView, ModuleView, Step } from '../model/module.js';
import type { Call, FunctionId, Ref, Value } from '../model/value.js';

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
  const [first = '', second = ''] = names;
  // `(anything, next)` and `(anything)`: only a context has `next` right behind it.
  const isContext = /^_?(ctx|context|c)$/.test(first) || (!/^_?req/i.test(first) && (names.length === 1 || (names.length === 2 && /^_?next$/.test(second))));
  if (isContext) return { request: 0, response: 0, next: 1 };
  if (/^_?(ctx|context)$/.test(second)) return { request: 1, response: 1, next: 2 };
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
export function conductOf(fn: FunctionView, module: ModuleView, input: ConductInput, given: Roles = rolesOf(fn), depth = 0): Conduct {
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
  /** A status other than a refusal, or a body under a condition: what is refused at first may be answered after all. */
  let reopened = false;
  let stops: 'no' | 'maybe' | 'throws' = 'no';
  let tries = false;
  let refusesCaught = false;
  const isContext = roles.request === roles.response && roles.request >= 0;

  for (const one of [fn, ...inner]) {
    if (!one.complete) complete = false;
    for (const step of one.steps) {
      const own = step.when.slice(fn.when.length);
      const isTop = one === fn && own.length === 0 && step.zone === 'body';
      const refusal = refusalOf(step, fn, roles);
      if (refusal !== undefined) {
        refuses.add(refusal);
        if (isTop && CLOSING.has(refusal)) closed = true;
        if (one === fn && own.length === 0 && step.zone === 'catch' && (refusal === 401 || refusal === 403)) refusesCaught = true;
        addTests(own);
      }
      if (step.do === 'assign' && isContext && isParameter(step.target, fn, roles.response)) {
        const key = step.target.path.at(-1);
        if (key === 'body') answers = true;
        if ((key === 'status' && refusal === undefined) || (key === 'body' && own.length > 0)) reopened = true;
      }
      if (step.do !== 'call') continue;
      if (throwsOnContext(step.call, fn, roles)) {
        stops = 'throws';
        const [tested] = step.call.args;
        if (step.call.name === 'assert' && tested) for (const test of testsOf(tested.value, fn, roles)) tests.add(test);
      }
      if (isNext(step.call.target, fn, roles)) {
        const first = step.call.args[0]?.value;
        const isError = first !== undefined && !(first.kind === 'literal' && (first.value === undefined || first.value === 'route' || first.value === 'router' || first.value === null));
        if (isError) {
          // next(err) with whatever a callback gave passes when there was no error.
          if (first.kind === 'ref' && first.root.kind === 'caught') passes = strongest(passes, 'sometimes');
          refuses.add(thrownStatus(first));
        } else passes = strongest(passes, one === fn && own.length === 0 && stops === 'no' ? 'always' : 'sometimes');
        addTests(own);
      } else {
        if (one === fn && own.length === 0 && passes === 'never') {
          if (step.zone === 'try') tries = true;
          else if (step.zone === 'body' && VERIFIES.test(step.call.name) && stops === 'no') stops = 'maybe';
        }
        if (step.call.args.some((item) => isParameter(item.value, fn, roles.next) || isWhole(item.value, fn, roles, roles.response))) handOn(step.call, isTop, own);
      }
      if (onResponse(step.call, fn, roles)) answers = true;
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
  if (stops === 'maybe' && !refuses.has(401)) refuses.add(0);
  // Several ways lead to next() and none to an answer: everybody passes.
  if (passes === 'sometimes' && complete && !delegates && !answers && refuses.size === 0) passes = 'always';
  return { passes, refuses: [...refuses].sort((a, b) => a - b), tests: [...tests].sort(), touches: [...touches].sort(), closed: closed && !reopened && passes === 'never', complete };

  function addTests(own: readonly Branch[]): void {
    for (const branch of own) for (const test of testsOf(branch.test, fn, roles)) tests.add(test);
  }
  /** `return refuse(req, res)`, `checkSession(req, res, next)`: what the called function does is done here. */
  function handOn(call: Call, isTop: boolean, own: readonly Branch[]): void {
    const takesNext = call.args.some((item) => isNext(item.value, fn, roles));
    const isNamedGuard = input.guardName(call.callee || call.name);
    const target = depth < DEEPEST_CALL && (!isNamedGuard || (isContext && !takesNext)) ? input.follow?.(call.target, module) : undefined;
    if (target && target.fn.id !== fn.id) {
      const at = (index: number): number => call.args.findIndex((item) => isWhole(item.value, fn, roles, index));
      const done = conductOf(target.fn, target.module, input, { request: at(roles.request), response: at(roles.response), next: at(roles.next) }, depth + 1);
      for (const status of done.refuses) refuses.add(status);
      if (isContext && isTop && !takesNext && throwsInside(target.fn)) stops = 'throws';
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
    if (isContext && isTop && isNamedGuard && !takesNext && stops === 'no') stops = 'maybe';
    if (!takesNext) return;
    delegates = true;
    if (input.guardName(call.callee || call.name) || (call.receiver?.kind === 'call' && input.guardName(call.receiver.callee))) {
      refuses.add(401);
      passes = strongest(passes, 'sometimes');
    }
  }
}

/** Calls that fail for a bad credential, so that what follows them is not reached. */
const VERIFIES = /^(verify\w*|jwt_?verify|authenticate\w*|authorize\w*)$/i;
/** Statuses that say the method is not there for anyone. */
const CLOSING: ReadonlySet<number> = new Set([401, 403, 404, 405, 410, 501]);
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
/** The parameter as a whole. Of a context only itself and its response are: `ctx.params.id` hands no answer on. */
function isWhole(value: Value, fn: FunctionView, roles: Roles, index: number): boolean {
  if (!isParameter(value, fn, index)) return false;
  return roles.request !== roles.response || index === roles.next || value.path.length === 0 || /^(res|response)$/.test(value.path[0] ?? '');
}
/** A throw, or one through a context it was given. */
function throwsInside(fn: FunctionView): boolean {
  return fn.steps.some((step) => step.do === 'throw' || (step.do === 'call' && /^(throw|assert)$/.test(step.call.name) && step.call.receiver?.kind === 'ref' && step.call.receiver.root.kind === 'parameter'));
}
/** `ctx.throw(401)`, `ctx.assert(ctx.state.user, 401)`: what follows is not reached, as after a throw. */
function throwsOnContext(call: Call, fn: FunctionView, roles: Roles): boolean {
  return roles.request === roles.response && (call.name === 'throw' || call.name === 'assert') && call.receiver !== undefined && isParameter(call.receiver, fn, roles.response) && call.receiver.path.length === 0;
}
function isNext(value: Value, fn: FunctionView, roles: Roles): boolean {
  return isParameter(value, fn, roles.next) && value.path.length === 0;
}

/** The status in `{ status: 401 }`. */
function statusOption(options: Value | undefined): number | undefined {
  const found = options?.kind === 'object' ? options.entries.find((entry) => entry.key === 'status')?.value : undefined;
  return found && statusIn(found);
}
/** The status a step refuses with; 0 for a throw. */
function refusalOf(step: Step, fn: FunctionView, roles: Roles): number | undefined {
  if (step.do === 'throw') return thrownStatus(step.value);
  if (step.do === 'return') return step.value?.kind === 'call' && step.value.form === 'new' && step.value.callee === 'Response' ? statusOption(step.value.args[1]?.value) : undefined;
  if (step.do === 'assign') {
    const key = step.target.path.at(-1);
    if ((key === 'status' || key === 'statusCode') && isParameter(step.target, fn, roles.response)) return statusIn(step.value);
    return undefined;
  }
  if (step.do !== 'call') return undefined;
  const { call } = step;
  if (!/^(status|sendStatus|writeHead|code|throw|assert|json|text|html|body|send)$/.test(call.name) || !onResponse(call, fn, roles)) return undefined;
  const isContext = roles.request === roles.response;
  if (call.name === 'throw' || call.name === 'assert') return isContext || call.name === 'throw' ? (call.args.map((item) => statusIn(item.value)).find((status) => status !== undefined) ?? 0) : undefined;
  // Hono answers with the status behind the body: `c.json({}, 401)`.
  if (/^(json|text|html|body|send)$/.test(call.name)) return isContext && call.args[1] ? statusIn(call.args[1].value) : undefined;
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
          // What middleware before has put on the context: `c.get('user')`.
          if (value.name === 'get' && arg.value.kind === 'literal' && typeof arg.value.value === 'string' && roles.request === roles.response) {
            if (ROLE.test(arg.value.value)) found.add('role');
            else if (IDENTITY.test(arg.value.value)) found.add('identity');
          }
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
