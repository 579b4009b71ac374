import type { Conduct } from '../model/api.js';
import type { FunctionView, ModuleView, Step } from '../model/module.js';
import type { Call, FunctionId, Ref, Value } from '../model/value.js';
import { FOREIGN_CALLER } from './caller-words.js';
import { FUNCTIONS, type Look, type Looks } from './looks.js';

type Test = Conduct['tests'][number];
/** Parameter positions; -1: the function is not given it. */
export interface Roles {
  readonly request: number;
  readonly response: number;
  readonly next: number;
  /** A request goes on when the function returns. */
  readonly returns?: boolean;
  /** What is returned is the answer of a handler. */
  readonly answers?: boolean;
  /** hapi: an error that is returned is an answer, and another answer is one where it takes over. */
  readonly takesOver?: boolean;
}
/** A function a call leads to, with its module. */
export interface Followed {
  readonly fn: FunctionView;
  readonly module: ModuleView;
}
export interface ConductInput {
  guardName(text: string): boolean;
  /** Where a called name leads, when it is a function of the project. */
  follow?(target: Value, from: ModuleView, call?: Call): Followed | undefined;
  /** Called functions are read even where their name says what they do. */
  readonly byText?: true;
  /** Functions by the function they stand in, kept between calls. */
  readonly inside?: WeakMap<ModuleView, ReadonlyMap<FunctionId, readonly FunctionView[]>>;
  /** Notes which functions are looked at. */
  readonly looks?: Looks | undefined;
}

const ROLE = /^(role|roles|isAdmin|is_admin|admin|permissions?|scopes?|isSuperAdmin|isOwner|group|groups|rol|roll?[ae]|ruolo|papel|perfil|uprawnieni[ae]|berechtigung(en)?)$/i;
const CREDENTIAL_HEADER = /^(authorization|x-?api-?key|x-?auth.*|x-?access-?token|x-?token|.*-token|.*-key|cookie)$/i;
/** Also in other languages. */
const IDENTITY = new RegExp('^(user|currentUser|account|auth|session|principal|identity|token|jwt|apiKey|loggedIn|isAuthenticated|userId|userID|uid|admin|member|'
  + `${FOREIGN_CALLER})$`, 'i');
/** The functions that stand in a function, at any depth. */
export function innerFunctions(fn: FunctionView, module: ModuleView, kept: Pick<ConductInput, 'inside' | 'looks'>): FunctionView[] {
  const { looks } = kept;
  const children = childrenOf(module, kept);
  const found: FunctionView[] = [...(children.get(fn.id) ?? [])];
  for (let i = 0; i < found.length; i++) found.push(...(children.get(found[i]?.id ?? fn.id) ?? []));
  if (looks) for (const look of [FUNCTIONS, ...found.map(({ id }) => id)] as const) looks.at(look);
  return found;
}
/** The functions that stand in a function and in no other inside it. Which there are is looked at, and in those. */
export function directlyIn(fn: FunctionView, module: ModuleView, kept: Pick<ConductInput, 'inside' | 'looks'>): readonly FunctionView[] {
  const found = childrenOf(module, kept).get(fn.id) ?? [];
  if (kept.looks) for (const look of [FUNCTIONS, ...found.map(({ id }) => id)] as const) kept.looks.at(look);
  return found;
}
function childrenOf(module: ModuleView, { inside, looks }: Pick<ConductInput, 'inside' | 'looks'>): ReadonlyMap<FunctionId, readonly FunctionView[]> {
  const children = inside?.get(module) ?? (looks ? looks.into(new Set<Look>(), () => childrenIn(module)) : childrenIn(module));
  inside?.set(module, children);
  return children;
}
function childrenIn(module: ModuleView): ReadonlyMap<FunctionId, readonly FunctionView[]> {
  const made = new Map<FunctionId, FunctionView[]>();
  for (const other of module.functions.values()) {
    if (other.within === undefined) continue;
    const known = made.get(other.within);
    if (known) known.push(other);
    else made.set(other.within, [other]);
  }
  return made;
}

/** The value is a parameter, or a member of it. */
export function isParameter(value: Value, fn: FunctionView, index: number): value is Ref {
  return value.kind === 'ref' && value.root.kind === 'parameter' && value.root.fn === fn.id && value.root.index === index;
}

/** Request and response are one: `(ctx, next)`. */
export function isContextual(roles: Roles): boolean {
  return roles.request === roles.response && roles.request >= 0;
}
/** The parameter as a whole. Of a context only itself and its response are: `ctx.params.id` hands no answer on. */
export function isWhole(value: Value, fn: FunctionView, roles: Roles, index: number): boolean {
  if (!isParameter(value, fn, index)) return false;
  return !isContextual(roles) || index === roles.next || value.path.length === 0 || /^(res|response)$/.test(value.path[0] ?? '');
}
/** A throw, or one through a context it was given. */
export function throwsInside(fn: FunctionView): boolean {
  return fn.steps.some((step) => step.do === 'throw' || (step.do === 'call' && /^(throw|assert)$/.test(step.call.name) && step.call.receiver?.kind === 'ref' && step.call.receiver.root.kind === 'parameter'));
}
/** `ctx.throw(401)`, `ctx.assert(ctx.state.user, 401)`: what follows is not reached, as after a throw. */
export function throwsOnContext(call: Call, fn: FunctionView, roles: Roles): boolean {
  return isContextual(roles) && (call.name === 'throw' || call.name === 'assert') && call.receiver !== undefined && isParameter(call.receiver, fn, roles.response) && call.receiver.path.length === 0;
}
/** The status in `{ status: 401 }`. */
function statusOption(options: Value | undefined): number | undefined {
  const found = options?.kind === 'object' ? options.entries.find((entry) => entry.key === 'status')?.value : undefined;
  return found && statusIn(found);
}

/** How a redirect to the login is kept among the statuses of refusals. */
export const LOGIN = 302;
/** Statuses that tell a caller to say who it is, or that it may not. */
export function isOfCaller(status: number): boolean {
  return status === 401 || status === 403 || status === LOGIN;
}
const LOGIN_PAGE = /(^|[/_.-])(log[-_]?in|sign[-_]?in|sso|oauth2?|authenticate|anmelden|einloggen|connexion|entrar|acceder|ingresar|(iniciar|inicio)-?(de-?)?sesion|logowanie|zaloguj|accedi|accesso|inloggen|giris)(?![a-z])/i;
/** Whether a redirect leads to a page where a caller says who it is. */
export function isLoginPage(value: Value): boolean {
  if (value.kind === 'literal') return typeof value.value === 'string' && LOGIN_PAGE.test(value.value.slice(0, 300));
  if (value.kind === 'template') return value.parts.some((part) => typeof part === 'string' && LOGIN_PAGE.test(part.slice(0, 300)));
  if (value.kind === 'choice') return isLoginPage(value.then) || isLoginPage(value.else);
  if (value.kind === 'logic') return isLoginPage(value.left) || isLoginPage(value.right);
  return value.kind === 'ref' && /(log_?in|sign_?in)_?(page|path|route|ur[il])?$/i.test(value.path.at(-1) ?? value.text);
}

/** The status a step refuses with; 0 for a throw. */
export function refusalOf(step: Step, fn: FunctionView, roles: Roles): number | undefined {
  if (step.do === 'throw') return thrownStatus(step.value);
  if (step.do === 'return' && roles.takesOver === true) return step.value?.kind === 'call' ? returnedRefusal(step.value, fn, roles) : undefined;
  if (step.do === 'return') return step.value?.kind === 'call' && step.value.form === 'new' && step.value.callee === 'Response' ? statusOption(step.value.args[1]?.value) : undefined;
  if (step.do === 'assign') {
    const key = step.target.path.at(-1);
    if ((key === 'status' || key === 'statusCode') && isParameter(step.target, fn, roles.response)) return statusIn(step.value);
    return undefined;
  }
  if (step.do !== 'call') return undefined;
  const { call } = step;
  if (roles.takesOver === true) {
    // What a call on the toolkit makes is an answer where it is returned; `reply(...)` of old versions is one.
    if (isReply(call, fn, roles)) return call.args[0] && (thrownStatus(call.args[0].value) || undefined);
    return call.name === 'code' && isReply(call.receiver, fn, roles) && call.args[0] ? statusIn(call.args[0].value) : undefined;
  }
  // Throws unless the token is good, where nothing catches it.
  if (isTokenCheck(call, fn, roles)) return step.zone === 'try' ? undefined : 401;
  if (call.name === 'redirect') return onResponse(call, fn, roles) && call.args.some(({ value }) => isLoginPage(value)) ? LOGIN : undefined;
  if (/^(unauthorized|forbidden)$/.test(call.name) && onResponse(call, fn, roles)) return call.name === 'forbidden' ? 403 : 401;
  if (!/^(status|sendStatus|writeHead|code|throw|assert|json|text|html|body|send)$/.test(call.name) || !onResponse(call, fn, roles)) return undefined;
  const isContext = isContextual(roles);
  if (call.name === 'throw' || call.name === 'assert') return isContext || call.name === 'throw' ? (call.args.map((item) => statusIn(item.value)).find((status) => status !== undefined) ?? 0) : undefined;
  // Hono answers with the status behind the body: `c.json({}, 401)`.
  if (isContext && /^(json|text|html|body|send)$/.test(call.name)) return call.args[1] ? statusIn(call.args[1].value) : undefined;
  if (call.name === 'send' && call.args[0]?.value.kind === 'call') return thrownStatus(call.args[0].value) || undefined;
  if (/^(json|text|html|body|send)$/.test(call.name)) return undefined;
  const status = call.args[0] ? statusIn(call.args[0].value) : undefined;
  return status;
}
/** `request.jwtVerify()` of `@fastify/jwt`, under whatever namespace. */
export function isTokenCheck(call: Call, fn: FunctionView, roles: Roles): boolean {
  return /^(\w{0,40}J|j)wtVerify$/.test(call.name) && call.receiver !== undefined && isParameter(call.receiver, fn, roles.request);
}
/** The call is made on the response, at the end of a chain of calls or alone. */
export function onResponse(call: Call, fn: FunctionView, roles: Roles): boolean {
  let receiver = call.receiver;
  for (let hops = 0; receiver?.kind === 'call' && hops < 50; hops++) receiver = receiver.receiver;
  if (receiver === undefined || !isParameter(receiver, fn, roles.response)) return false;
  // `c.req.json()` reads what was sent.
  return !isContextual(roles) || !/^(req|request)$/.test(receiver.path[0] ?? '');
}
/** The steps of a function; what a handler of hapi returns on each side of a test is a step of its own. */
export function stepsOf(one: FunctionView, roles: Roles): readonly Step[] {
  if (roles.takesOver !== true || !one.steps.some((step) => step.do === 'return' && step.value?.kind === 'choice')) return one.steps;
  return one.steps.flatMap((step) => sidesOf(step, 0));
}
function sidesOf(step: Step, depth: number): Step[] {
  if (step.do !== 'return' || step.value?.kind !== 'choice' || depth > 4) return [step];
  const { test, then, else: other, at } = step.value;
  return [{ value: then, holds: true }, { value: other, holds: false }].flatMap(({ value, holds }) => sidesOf({ ...step, value, when: [...step.when, { test, holds, early: false, at }] }, depth + 1));
}
/** `reply(data)`: the response is called. */
export function isReply(call: Value | undefined, fn: FunctionView, roles: Roles): boolean {
  return call?.kind === 'call' && isParameter(call.target, fn, roles.response) && call.target.path.length === 0;
}
/** The status of `return Boom.unauthorized()`, `return h.unauthenticated(error)` and `return h.response(x).code(401)`; of a layer only where it takes over. */
function returnedRefusal(value: Call, fn: FunctionView, roles: Roles): number | undefined {
  if (!onResponse(value, fn, roles)) return thrownStatus(value) || (/^@?(hapi\/)?boom\b/i.test(value.callee) ? 0 : undefined);
  let takesOver = roles.returns !== true;
  let status: number | undefined;
  let at: Value | undefined = value;
  for (let hops = 0; at?.kind === 'call' && hops < 50; hops++, at = at.receiver) {
    if (at.name === 'takeover') takesOver = true;
    if (at.name === 'unauthenticated') return 401;
    const first = at.args[0]?.value;
    if (first && at.name === 'code') status = statusIn(first);
    if (first && at.name === 'response') status ??= thrownStatus(first) || undefined;
  }
  return takesOver ? status : undefined;
}
function statusIn(value: Value): number | undefined {
  if (value.kind === 'literal' && typeof value.value === 'number') return value.value >= 400 ? value.value : undefined;
  if (value.kind === 'ref') {
    const name = value.path.at(-1) ?? value.text;
    if (/unauthori[sz]ed/i.test(name)) return 401;
    if (/forbidden/i.test(name)) return 403;
  }
  // `user ? 403 : 401`
  if (value.kind === 'choice') {
    const [then, other] = [statusIn(value.then), statusIn(value.else)];
    return then === undefined || other === undefined ? undefined : isOfCaller(then) ? then : other;
  }
  return undefined;
}
/** The status an error stands for; 0 when it says none. */
export function thrownStatus(value: Value | undefined): number {
  if (value?.kind !== 'call') return 0;
  if (/unauthori[sz]ed|unauthenticated|notauthenticated/i.test(value.callee || value.name)) return 401;
  if (/forbidden|accessdenied|permissiondenied|nopermission|notpermitted/i.test(value.callee || value.name)) return 403;
  for (const { value: arg } of value.args.slice(0, 3)) {
    const status = statusIn(arg) ?? (arg.kind === 'object' ? arg.entries.flatMap((entry) => (/^(status|statusCode|code)$/.test(entry.key ?? '') ? (statusIn(entry.value) ?? []) : []))[0] : undefined);
    if (status !== undefined) return status;
  }
  return 0;
}

/** What a branch asks of the request, by names and by what the constants of the function hold: `const me = req.session.staff`. */
export function testsOf(test: Value, fn: FunctionView, roles: Roles, module: ModuleView): Test[] {
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
          else if (onRequest && (key === 'routeOptions' || key === 'routerPath' || key === 'routeConfig' || key === 'path' || key === 'originalUrl' || key === 'url')) found.add('path');
        }
        if (value.root.kind === 'local' || value.root.kind === 'parameter') {
          if (IDENTITY.test(value.text) || /token|authori|credential|session|user$/i.test(value.text)) found.add('identity');
          if (ROLE.test(value.text)) found.add('role');
        }
        const held = value.root.kind === 'local' ? module.bindings[value.root.binding] : undefined;
        if (held?.constant === true && held.scope !== module.top.id && /^(ref|logic|call)$/.test(held.value.kind)) visit(held.value, depth + 3);
        if (value.root.kind === 'value') visit(value.root.of, depth + 1);
        return;
      }
      case 'call': {
        for (const arg of value.args) {
          visit(arg.value, depth + 1);
          if (arg.value.kind === 'literal' && typeof arg.value.value === 'string' && CREDENTIAL_HEADER.test(arg.value.value)) found.add('identity');
          // What middleware before has put on the context: `c.get('user')`.
          if (value.name === 'get' && arg.value.kind === 'literal' && typeof arg.value.value === 'string' && isContextual(roles)) {
            if (ROLE.test(arg.value.value)) found.add('role');
            else if (IDENTITY.test(arg.value.value)) found.add('identity');
          }
        }
        if (/role|admin|permission|scope|^can$|ability/i.test(value.name) || /^can(?!Activate$)[A-Z]/.test(value.name)) found.add('role');
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
