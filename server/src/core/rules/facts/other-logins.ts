import type { FunctionView, ModuleView } from '../../model/module.js';
import type { Call, Entry, Value } from '../../model/value.js';
import { samePlace, type At } from '../../text/source.js';
import type { RuleContext } from '../rule.js';
import { contentsOf } from './contents.js';
import { authGuardName } from './guards.js';
import { guessedAtPath, guessedIn, isSecretName, type Guessed } from './guessing.js';
import { LIMITS, mentionsLimit, saysLimited } from './limiters.js';
import { routeTables } from './open-rows.js';
import { mutationMaps } from './resolvers.js';
import { baseOf, someIn, someValue } from './walk.js';

/** A login, or a check of a code, that is no route of its own: a mutation, a procedure, a provider of logins, a row of a table. */
export interface OtherLogin {
  /** As messages call it: `Mutation.login`. */
  readonly name: string;
  readonly kind: Guessed;
  readonly at: At;
}
const LOGS_IN = /^((user|admin|member|customer|staff|account)_?)?(log_?in|sign_?in|log_?on|authenticate|token_?auth|obtain_?token|create_?session)(_?(user|admin|member|customer|with_?(email|password|credentials)))?$/i;
const ENTERS_CODE = /^(verify|confirm|check|redeem|submit|validate)_?(otp|totp|pin|mfa|2fa|two_?factor|(one_?time|sms|login|verification|email|phone)_?code)(_?code)?$/i;
const ENROLS = /^(forgot_?password|request_?password_?reset|send_?(otp|password_?reset|reset_?\w{1,20}|verification_?\w{1,20})|sign_?up|register(_?(user|account|member|customer))?)$/i;
/** Packages whose decorators make routes of methods. */
const DECORATES = /^(routing-controllers|tsoa|@tsoa\/runtime|@tsed\/[\w-]{1,30}|@loopback\/rest|inversify-express-utils|@overnightjs\/core|@foal\/core)\.(Post|post|httpPost|All|all)$/;
const MUTATION = /(^|\.)Mutation$/;
/** Where the framework calls what a file exports. */
const EXPORTS = /^(@sveltejs\/kit|@remix-run\/[\w-]{1,30}|react-router|h3|nitropack|#imports|@solidjs\/start)(\/|$)/;
const CREDENTIALS = /^(next-auth|@auth\/[\w-]{1,30})\/providers\/credentials/;
const DEEPEST = 8;

/** The logins of a file that are no routes, where nothing in the whole project limits how often anything may be tried. */
export function* otherLogins(module: ModuleView, context: RuleContext): Iterable<OtherLogin> {
  if (context.projectUses(LIMITS)) return yield* besideLimited(module, context);
  const told = new Set<number>();
  for (const one of [...resolvers(module, context), ...procedures(module, context), ...providers(module, context), ...methods(module, context), ...rows(module, context), ...exported(module, context)]) {
    if (told.has(one.at.mark)) continue;
    told.add(one.at.mark);
    yield one;
  }
}
function* resolvers(module: ModuleView, context: RuleContext): Iterable<OtherLogin> {
  for (const entry of mutationMaps(module, context).flat()) yield* ofEntry(entry, `Mutation.${entry.key ?? ''}`, context);
  for (const fn of module.functions.values()) {
    if (!fn.decorators.some((one) => one.kind === 'call' && MUTATION.test(one.callee)) || fn.decorators.some(isGuard)) continue;
    const name = fn.name.slice(fn.name.lastIndexOf('.') + 1);
    const kind = kindOf(name, fn, context);
    if (kind !== undefined) yield { name: `Mutation.${name}`, kind, at: fn.nameAt };
  }
}
function* ofEntry({ key, keyAt, value, form }: Entry, name: string, context: RuleContext): Iterable<OtherLogin> {
  if (key === undefined || form === 'spread') return;
  const body = bodyOf(value, context);
  const kind = body && kindOf(key, body, context);
  if (kind !== undefined) yield { name, kind, at: keyAt };
}
/** tRPC: `login: publicProcedure.input(...).mutation(({ input }) => ...)` */
function* procedures(module: ModuleView, context: RuleContext): Iterable<OtherLogin> {
  for (const entry of entriesIn(module, context)) {
    const { key, keyAt, value } = entry;
    if (key === undefined || value.kind !== 'call' || value.name !== 'mutation') continue;
    const base = baseOf(value);
    const text = base?.kind === 'ref' ? base.text : '';
    if (!/procedure|\bt$|trpc/i.test(`${text}.${linksOf(value).join('.')}`) || /protected|private|authed|admin|member|logged/i.test(text) || linksOf(value).some(authGuardName)) continue;
    const body = value.args[0] && bodyOf(value.args[0].value, context);
    const kind = body && kindOf(key, body, context);
    if (kind !== undefined) yield { name: `procedure ${key}`, kind, at: keyAt };
  }
}
/** Procedures of tRPC that stand on nothing but the bare one, in a file where others stand on one that limits: `login: limited.mutation(...)`, `pin: open.mutation(...)`. */
function* besideLimited(module: ModuleView, context: RuleContext): Iterable<OtherLogin> {
  if (!context.projectUses('@trpc/server')) return;
  const bare: Entry[] = [];
  let limits = false;
  for (const entry of entriesIn(module, context)) {
    if (entry.key === undefined || entry.value.kind !== 'call' || entry.value.name !== 'mutation') continue;
    const layers = layersUnder(entry.value, context);
    if (layers?.length === 0) bare.push(entry);
    limits ||= layers?.some((body) => mentionsLimit(body, context)) === true;
  }
  if (limits) for (const { key = '', keyAt, value } of bare) {
    const body = value.kind === 'call' && value.args[0] ? bodyOf(value.args[0].value, context) : undefined;
    const kind = body && kindOf(key, body, context);
    if (kind !== undefined) yield { name: `procedure ${key}`, kind, at: keyAt };
  }
}
/** What runs before a procedure, given with `use`, down to `t.procedure`; undefined where some of it cannot be read. */
function layersUnder(procedure: Call, context: RuleContext): readonly FunctionView[] | undefined {
  const found: FunctionView[] = [];
  let current: Value | undefined = procedure;
  for (let hops = 0; current !== undefined && hops < DEEPEST * 3; hops++) {
    if (current.kind === 'ref') {
      if (current.path.at(-1) === 'procedure') return found;
      const end: Value = context.resolve(current).value;
      if (end === current) return undefined;
      current = end;
      continue;
    }
    if (current.kind !== 'call') return undefined;
    if (current.name === 'use' || current.name === 'concat') {
      const given: Value | undefined = current.args[0] && context.resolve(current.args[0].value).value;
      // `t.middleware(fn)`
      const body: FunctionView | undefined = given && bodyOf(given.kind === 'call' && given.args[0] ? given.args[0].value : given, context);
      if (!body) return undefined;
      found.push(body);
    }
    current = current.receiver;
  }
  return undefined;
}
/** `Credentials({ authorize })` of next-auth. */
function* providers(module: ModuleView, context: RuleContext): Iterable<OtherLogin> {
  for (const call of callsIn(module)) {
    if (!CREDENTIALS.test(call.callee)) continue;
    const authorize = context.option(call.args[0]?.value, 'authorize');
    if (authorize.kind !== 'value' || authorize.entry.at.path !== module.path) continue;
    const body = bodyOf(authorize.value, context);
    if (body && !mentionsLimit(body, context) && mentions(body, 'password')) yield { name: 'The login by credentials', kind: 'password', at: authorize.entry.keyAt };
  }
}
/** Methods that decorators of other frameworks make routes of, and the handlers Elysia is given. */
function* methods(module: ModuleView, context: RuleContext): Iterable<OtherLogin> {
  for (const fn of module.functions.values()) {
    const route = fn.decorators.find((one): one is Call => one.kind === 'call' && DECORATES.test(one.callee));
    if (!route || fn.decorators.some(isGuard)) continue;
    const kind = kindAt(textOf(route.args[0]?.value), fn, context);
    if (kind !== undefined) yield { name: fn.name.slice(fn.name.lastIndexOf('.') + 1), kind, at: route.nameAt };
  }
  const unread = context.endpoints({ file: module.path }).some((one) => one.handler === undefined && /^(all|POST)$/.test(one.method));
  for (const one of module.exports) {
    // What a team puts around its handlers: `export default handler().post(login)`, `export default withSession(login)`
    const given = one.value.kind === 'call' && /^(default|=|POST)$/.test(one.name) ? (postedIn(one.value) ?? (unread && one.value.receiver === undefined ? one.value : undefined)) : undefined;
    const body = given && bodyOf(given.args.find(({ value }) => value.kind === 'function')?.value ?? given.args[0]?.value ?? given, context);
    const kind = body?.at.path === module.path ? ofBody(body, context) : undefined;
    if (given && kind !== undefined) yield { name: 'POST of this file', kind, at: given.nameAt };
  }
  if (!module.imports.some(({ from }) => from === 'elysia')) return;
  for (const call of callsIn(module)) {
    const path = call.name === 'post' && call.receiver ? textOf(call.args[0]?.value) : '';
    const body = path.startsWith('/') && call.args[1] ? bodyOf(call.args[1].value, context) : undefined;
    const kind = body && kindAt(path, body, context);
    if (kind !== undefined) yield { name: `POST ${path}`, kind, at: call.nameAt };
  }
}
/** Rows of tables that some code of the project makes routes of. */
function* rows(module: ModuleView, context: RuleContext): Iterable<OtherLogin> {
  for (const { method, path, handler, methodAt, whole } of routeTables(module, context).flat()) {
    if (method === undefined || !/^(post|all|\*)$/i.test(method) || !handler || saysLimited(whole) || context.endpoints({ file: module.path }).some((one) => samePlace(one.methodAt, methodAt))) continue;
    const body = bodyOf(handler, context);
    const kind = body ? kindAt(path, body, context) : guessedAtPath(path);
    if (kind !== undefined) yield { name: `${method.toUpperCase()} ${path}`, kind, at: methodAt };
  }
}
/** What a page of SvelteKit, Remix or Nuxt does with a form. */
function* exported(module: ModuleView, context: RuleContext): Iterable<OtherLogin> {
  if (!module.imports.some(({ from }) => EXPORTS.test(from))) return;
  for (const { name, value, nameAt } of module.exports) {
    const end = context.resolve(value).value;
    if (name === 'actions' && end.kind === 'object') {
      for (const { key, keyAt, value: action } of end.entries) {
        const body = keyAt.path === module.path ? bodyOf(action, context) : undefined;
        const kind = body && ofBody(body, context);
        if (key !== undefined && kind !== undefined) yield { name: `action ${key}`, kind, at: keyAt };
      }
    } else if (/^(POST|action|default)$/.test(name)) {
      const body = bodyOf(end.kind === 'call' && end.args[0] ? end.args[0].value : value, context);
      const kind = body?.at.path === module.path ? ofBody(body, context) : undefined;
      if (kind !== undefined) yield { name: name === 'default' ? 'The handler' : name, kind, at: nameAt };
    }
  }
}

/** By what the function does, or by its name where the password is handed on. */
function kindOf(name: string, body: FunctionView, context: RuleContext): Guessed | undefined {
  const held = ofBody(body, context);
  if (held !== undefined || mentionsLimit(body, context)) return held;
  if (LOGS_IN.test(name) && (mentions(body, 'password') || handsOn(body))) return 'password';
  if (ENTERS_CODE.test(name) && (mentions(body, 'code') || handsOn(body))) return readsUser(body) ? undefined : 'code';
  return ENROLS.test(name) && !readsUser(body) && body.steps.some((step) => step.do === 'call') ? 'enrols' : undefined;
}
function kindAt(path: string, body: FunctionView, context: RuleContext): Guessed | undefined {
  if (mentionsLimit(body, context)) return undefined;
  return guessedAtPath(path) ?? ofBody(body, context);
}
function ofBody(body: FunctionView, context: RuleContext): Guessed | undefined {
  return mentionsLimit(body, context) || readsUser(body) ? undefined : guessedIn(body, context);
}
function mentions(body: FunctionView, kind: Guessed): boolean {
  return someValue(body, (value) => value.kind === 'ref' && isSecretName(value.path.at(-1) ?? value.text) === kind);
}
/** A parameter goes on as it is: `login: (_, args) => accounts.login(args)`. */
function handsOn(body: FunctionView): boolean {
  return body.steps.some((step) => step.do === 'call' && step.call.args.some(({ value }) => value.kind === 'ref' && value.root.kind === 'parameter' && (value.path.length === 0 || value.path.at(-1) === 'input')));
}
/** The caller is known already: he changes what is his. */
function readsUser(body: FunctionView): boolean {
  return body.steps.some((step) => step.do !== 'assign' && [...step.when.map(({ test }) => test), ...(step.do === 'call' ? [step.call] : step.value ? [step.value] : [])]
    .some((value) => someIn(value, (one) => one.kind === 'ref' && one.root.kind === 'parameter' && one.path.slice(0, 3).some((key) => key !== undefined && /^(user|viewer|currentUser|userId|me|uid)$/.test(key)) && !one.path.some((key) => key === 'body' || key === 'input'))));
}
function isGuard(value: Value): boolean {
  return value.kind === 'call' && (authGuardName(value.callee) || (value.name === 'UseGuards' && value.args.some(({ value: one }) => !/local/i.test(one.kind === 'ref' ? one.text : ''))) || /^(Authorized|Authenticate|Security|authenticate)$/.test(value.name));
}
function postedIn(call: Call): Call | undefined {
  let current: Value | undefined = call;
  for (let hops = 0; current?.kind === 'call' && hops < DEEPEST; hops++, current = current.receiver) if (current.name === 'post' && current.receiver?.kind === 'call' && current.args.length === 1) return current;
  return undefined;
}
function textOf(value: Value | undefined): string {
  return value?.kind === 'literal' && typeof value.value === 'string' ? value.value : '';
}
function bodyOf(value: Value, context: RuleContext): FunctionView | undefined {
  const end = context.resolve(value).value;
  if (end.kind === 'function') return context.body(end.fn);
  // `login: { resolve: (_, args) => ... }`
  const resolve = end.kind === 'object' ? end.entries.find(({ key }) => key === 'resolve') : undefined;
  const inner = resolve && context.resolve(resolve.value).value;
  return inner?.kind === 'function' ? context.body(inner.fn) : undefined;
}
/** The names a chain of calls is made of. */
function linksOf(call: Call): readonly string[] {
  const names: string[] = [];
  let current: Value | undefined = call;
  for (let hops = 0; current?.kind === 'call' && hops < DEEPEST * 2; hops++, current = current.receiver) {
    names.push(current.name);
    for (const { value } of current.args) if (value.kind === 'ref') names.push(value.text);
  }
  return names;
}
function callsIn(module: ModuleView): readonly Call[] {
  return [module.top, ...module.functions.values()].flatMap((fn) => fn.steps.flatMap((step) => (step.do === 'call' ? [step.call] : [])));
}
function entriesIn(module: ModuleView, context: RuleContext): readonly Entry[] {
  const found = new Map<number, Entry>();
  for (const { entries } of contentsOf(module, context).objects) for (const entry of entries) found.set(entry.keyAt.mark, entry);
  return [...found.values()];
}
