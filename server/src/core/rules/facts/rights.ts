import type { Code } from '../../findings/changes.js';
import type { FunctionView } from '../../model/module.js';
import type { Ref, Value } from '../../model/value.js';
import { links, type Endpoint } from '../../project/project.js';
import type { At } from '../../text/source.js';
import type { Change, Fix, RuleContext } from '../rule.js';
import { guardInserted } from './guard-place.js';
import { authGuardName } from './guards.js';
import { wordsOf } from './names.js';
import { requestReads } from './request-reads.js';
import { someValue } from './walk.js';

const RIGHTS: ReadonlySet<string> = new Set(['admin', 'admins', 'administrator', 'superadmin', 'superuser', 'staff', 'root', 'owner', 'moderator', 'role', 'roles', 'permission', 'permissions', 'acl', 'rbac', 'scope', 'scopes', 'ability', 'abilities', 'policy', 'policies', 'rights', 'can', 'grant']);
/** Checks of a key that operators hold: whoever has it is an administrator already. */
const OPERATORS = /basic_?auth|api_?key|secret|internal|master|service_?token|system|ops/i;

const TENANT = /^((active|current|default)_?)?(tenant|workspace|organi[sz]ation|org|company)(_?id|_?slug)?$/i;

/** Scopes of npm; what else begins with `@` may be a name for a folder of the project. */
const PACKAGES = /^@(nestjs|fastify|hapi|hono|auth|clerk|koa)\//;

/** A guard of the project that is told something: `auth('manageUsers')`. The words of a package's guard (`authenticate('jwt')`) name a way to log in. */
export function mayAskForRights(value: Value): boolean {
  if (value.kind === 'array') return value.items.some((item) => mayAskForRights(item.value));
  if (value.kind !== 'call' || /authenticate$/i.test(value.callee) || isPackage(value.target)) return false;
  return authGuardName(value.callee || value.name) && value.args.some(({ value: arg }) => arg.kind === 'array' || (arg.kind === 'literal' && typeof arg.value === 'string') || (arg.kind === 'ref' && arg.path.length > 0));
}
function isPackage(target: Value): boolean {
  return target.kind === 'ref' && target.root.kind === 'import' && (PACKAGES.test(target.root.from) || !/^[./~#@]/.test(target.root.from));
}

/** Something before the handler may ask for a role, by its name or by what it is told, or asks for what only operators have. */
export function mayAskInChain(endpoint: Endpoint): boolean {
  return links(endpoint.chain).some(({ layer }) => mayAskForRights(layer.value) || wordsOf(layer.name).some((word) => RIGHTS.has(word)) || OPERATORS.test(layer.name) || isOwnToken(layer.value));
}
/** Hono 4: one token for all who call, which only operators hold. */
function isOwnToken(value: Value): boolean {
  const [first] = value.kind === 'call' && /^hono\/bearer-auth\.bearerAuth$/.test(value.callee) ? value.args : [];
  return first?.value.kind === 'object' && first.value.entries.some(({ key }) => key === 'token');
}

/** A function before the handler compares a key of the request with one of the server's: whoever has it is an operator. */
export function comparesKey(fn: FunctionView, context: RuleContext): boolean {
  return someValue(fn, (value) => {
    if (value.kind === 'call') return /(^|\.)(timingSafeEqual|safeCompare|safeEqual|constantTimeEqual|tsscmp|scmp)$/i.test(value.callee || value.name) && readsKey(fn, context);
    return value.kind === 'compare' && /^[!=]==?$/.test(value.op) && [value.left, value.right].some((one) => isKey(one, context)) && ![value.left, value.right].some((one) => one.kind === 'literal');
  });
}
function readsKey(fn: FunctionView, context: RuleContext): boolean {
  return someValue(fn, (value) => isKey(value, context));
}
function isKey(value: Value, context: RuleContext): boolean {
  return (value.kind === 'ref' || value.kind === 'call') && requestReads(value, context).some(({ field }) => field.from === 'header' && /admin|key|secret|internal|ops/i.test(field.key ?? ''));
}

/** Puts a role guard of the project, or a placeholder, right in front of the handler; undefined where there is no place for one. */
export function roleFix(endpoint: Endpoint, context: RuleContext): Fix | undefined {
  const known = roleGuardFor(endpoint.methodAt, context);
  const code = known ?? { slot: endpoint.framework === 'nest' ? 'RolesGuard' : "requireRole('admin')" };
  const changes = endpoint.framework === 'nest' ? decorated(endpoint, code, context) : placed(endpoint, code, context);
  return changes && { title: 'Require an admin role', safety: known === undefined ? 'manual' : 'review', changes };
}
type Piece = Code[number];
/** The role guard this file uses, as it is written there, or a name the project uses for one and this file knows. */
export function roleGuardFor(at: At, context: RuleContext): Piece | undefined {
  const own = context.endpoints({ file: at.path }).flatMap(({ route }) => route.layers.filter((layer) => layer.at.path === at.path && layer.claims.some((claim) => claim.protects === 'authorization')));
  const [first] = own.filter((layer) => layer.value.kind === 'ref' || layer.value.kind === 'call');
  if (first) return { copy: first.at };
  return context.habits().roleGuards.map(({ text }) => text).find((text) => context.visible(text.split('.')[0] ?? '', at) === 'present');
}
function decorated(endpoint: Endpoint, code: Piece, context: RuleContext): readonly Change[] | undefined {
  const method = endpoint.handler === undefined ? undefined : context.body(endpoint.handler);
  if (!method || method.at.path !== endpoint.methodAt.path) return undefined;
  return [
    { do: 'insert', at: method.at, where: 'line-before', code: ['@UseGuards(', code, ')'] },
    { do: 'import', path: method.at.path, from: '@nestjs/common', name: 'UseGuards', as: 'UseGuards' },
  ];
}
function placed({ route, methodAt }: Endpoint, code: Piece, context: RuleContext): readonly Change[] | undefined {
  const handlerAt = route.handler?.at;
  if (route.branch === true) return undefined;
  if (!route.options || route.options.at.path !== methodAt.path) {
    const isListed = route.layersUnder === undefined && handlerAt?.path === methodAt.path;
    if (isListed && handlerAt) return [{ do: 'insert', at: handlerAt, where: 'before', code: [code, ', '] }];
  }
  const change = route.layersUnder && guardInserted(route, [code]);
  return change ? [change] : behindHook(route.options, code, methodAt.path, context);
}
/** Behind the hooks a Fastify route has already. */
function behindHook(options: Value | undefined, code: Piece, path: string, context: RuleContext): readonly Change[] | undefined {
  for (const key of ['preHandler', 'preValidation', 'onRequest']) {
    const held = options && context.option(options, key);
    if (held?.kind !== 'value' || held.value.at.path !== path) continue;
    if (held.value.kind === 'array') return [{ do: 'insert', at: held.value.at, where: 'entry-last', code: [code] }];
    return held.value.kind === 'ref' || held.value.kind === 'call' ? [{ do: 'replace', at: held.value.at, code: ['[', { copy: held.value.at }, ', ', code, ']'] }] : undefined;
  }
  return undefined;
}
/** Something in the function looks at who calls. */
export function readsCaller(body: FunctionView, context: RuleContext): boolean {
  return someValue(body, (value) => value.kind === 'ref' && isOfCaller(value, context));
}
/** The same, of the caller itself: all members of a tenant share what only tells tenants apart. */
export function readsCallerItself(body: FunctionView, context: RuleContext): boolean {
  return someValue(body, (value) => value.kind === 'ref' && isOfCaller(value, context) && !TENANT.test(value.path.at(-1) ?? value.text));
}
function isOfCaller(value: Ref, context: RuleContext): boolean {
  return context.request(value)?.from === 'identity' || value.path.some((key) => key === 'user' || key === 'session' || key === 'auth');
}
