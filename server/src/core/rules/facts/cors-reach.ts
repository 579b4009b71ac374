import { links, type Endpoint, type Scope } from '../../project/project.js';
import type { ScopeId } from '../../model/api.js';
import type { Call, FunctionId, Value } from '../../model/value.js';
import { samePlace, type At } from '../../text/source.js';
import type { CorsPolicy, RuleContext } from '../rule.js';
import { exchanges } from './guessing.js';
import { adminPath, identityPath, sensitivePath } from './paths.js';

/** The endpoints a CORS setting answers for; `whole`: no others. */
export interface CorsReach {
  readonly endpoints: readonly Endpoint[];
  readonly whole: boolean;
}
const READS = /^(GET|HEAD|OPTIONS)$/;
/** Pages of other sites send these only after a preflight, which a header set by hand alone does not answer. */
const ASKED_FIRST = /^(PUT|PATCH|DELETE|TRACE|CONNECT)$/;
/** Words beside RULES 0.9 that name what belongs to one person. */
const PERSONAL = /(^|[/{}_.-])(me|my|self|mine|private|personal|inbox|mails?|emails?|contacts?|address(es)?|students?|grades?|salar(y|ies)|payroll|medical|records?|bookings?|reservations?|carts?|basket|checkout|chats?|dashboard|metrics|debug|env|members)($|[/{}_.-])/i;

/** What the setting covers: the handlers it stands in, those that call its function, or the routes behind its layer. */
export function corsReach(policy: CorsPolicy, context: RuleContext): CorsReach {
  if (policy.source === 'config') return { endpoints: [], whole: false };
  if (policy.source === 'manual') {
    const handled = context.endpoints({ handler: policy.inside }).filter((endpoint) => !isElsewhere(endpoint, policy));
    if (handled.length > 0) return { endpoints: handled, whole: true };
    const { endpoints, mounts } = context.running(policy.inside);
    // While a file does not parse, what else calls the function there is not known.
    const isRead = (endpoint: Endpoint): boolean => context.top(context.pathOf(endpoint.methodAt))?.complete === true;
    return { endpoints, whole: endpoints.length > 0 && endpoints.every((endpoint) => isRead(endpoint) && (mounts.length === 0 || endpoint.chainComplete)) };
  }
  const through = surelyThrough(policy.at, context);
  if (through.length > 0) {
    const plugin = policy.call?.args[0]?.value.at;
    const scope = context.scopeOf(policy.at) ?? (plugin && context.scopeOf(plugin));
    return { endpoints: through, whole: through.every((endpoint) => endpoint.chainComplete) && (scope?.complete === true || through.every((endpoint) => onRoute(endpoint, policy))) };
  }
  const scope = applicationOf(policy, context);
  const endpoints = scope ? context.endpoints({ scope: scope.id }) : [];
  return { endpoints, whole: scope?.complete === true && endpoints.every((endpoint) => endpoint.chainComplete) };
}
/** The Nest application of `app.enableCors()`, and of options of the call that makes it. */
function applicationOf(policy: CorsPolicy, context: RuleContext): Scope | undefined {
  const made = policy.call?.receiver ? context.resolve(policy.call.receiver).value : policy.call;
  const scope = made ? context.scopeOf(made.at) : undefined;
  return scope?.kind === 'application' && scope.framework === 'nest' ? scope : undefined;
}
/** The endpoint is answered where a test of the handler fails under which the header is set, or the other way round. */
function isElsewhere({ when }: Endpoint, policy: CorsPolicy): boolean {
  return policy.when.some((branch) => when.some((other) => samePlace(other.at, branch.at) && other.holds !== branch.holds));
}
/** The endpoints behind a layer; those of routers that do not hang below it may be elsewhere, where a path is not known: they count only where no other is. */
function surelyThrough(at: At, context: RuleContext): readonly Endpoint[] {
  const through = context.endpointsThrough(at);
  const sure = through.filter((endpoint) => links(endpoint.chain).some(({ layer, sure: isSure, scope }) => (isSure || isBelow(endpoint.scope, scope, context)) && (samePlace(layer.at, at) || (layer.made !== undefined && samePlace(layer.made, at)))));
  return sure.length > 0 ? sure : through;
}
function isBelow(inner: ScopeId, outer: ScopeId, context: RuleContext): boolean {
  const seen = new Set<ScopeId>([inner]);
  for (const id of seen) {
    if (id === outer) return true;
    for (const parent of context.scope(id)?.parents ?? []) seen.add(parent);
  }
  return false;
}
function onRoute(endpoint: Endpoint, policy: CorsPolicy): boolean {
  return links(endpoint.chain).some((link) => link.from === 'route' && samePlace(link.layer.at, policy.at));
}

/** Only reading is open: every route the policy covers is read with GET, or exchanges codes of OAuth, which a page must have first; or the file has no other and the project no guard. */
export function readsOnly(policy: CorsPolicy, context: RuleContext): boolean {
  const { endpoints } = corsReach(policy, context);
  if (endpoints.length > 0) return relevant(policy, endpoints).every((endpoint) => READS.test(endpoint.method) || exchanges(endpoint, context));
  const inFile = context.endpoints({ file: context.pathOf(policy.at) });
  return inFile.length > 0 && inFile.every(({ method }) => READS.test(method)) && context.habits().guards.length === 0;
}
/** Without an answer to the preflight, only what a page may send unasked counts. */
function relevant(policy: CorsPolicy, endpoints: readonly Endpoint[]): readonly Endpoint[] {
  if (policy.source !== 'manual' || policy.methods.state !== 'default') return endpoints;
  const answersFirst = endpoints.some(({ method }) => method === 'OPTIONS' || method === 'all');
  const simple = endpoints.filter(({ method }) => !ASKED_FIRST.test(method));
  return answersFirst || simple.length === 0 ? endpoints : simple;
}

/**
 * What every site may read here is meant for everybody: all routes the policy covers are known, are read with GET, ask
 * nobody who they are, and name nothing that belongs to a person. A policy that allows reading alone may cover guarded
 * routes beside them: no page holds the header they ask for.
 */
export function publicData(policy: CorsPolicy, context: RuleContext): boolean {
  if (policy.credentials !== false) return false;
  const { endpoints, whole } = corsReach(policy, context);
  const forReaders = isReadingPolicy(policy);
  const counted = relevant(policy, endpoints);
  const open = forReaders ? counted.filter(({ method, authentication }) => authentication.state !== 'guarded' && READS.test(method)) : counted;
  // Written for readers alone, and nothing that is known behind it speaks against it.
  if (forReaders && open.every((endpoint) => isPublicRead(endpoint))) return true;
  if (!whole) return readsGraph(policy, context);
  return open.length > 0 && open.every((endpoint) => isPublicRead(endpoint));
}
/** Stands at the path of a GraphQL interface that changes nothing, in a project that knows nobody. */
function readsGraph(policy: CorsPolicy, context: RuleContext): boolean {
  const entry = context.scopeOf(policy.at)?.order.find(({ kind, at }) => kind === 'layer' && samePlace(at, policy.at));
  if (entry?.path?.segments.at(-1)?.text.toLowerCase() !== 'graphql') return false;
  const knows = ['graph-private', 'graph-changes', 'credentials-read', 'cookies', 'sessions'].some((mark) => context.projectUses(mark));
  return context.projectUses('graph-reads') && !knows && context.habits().guards.length === 0;
}
function isPublicRead({ method, path, authentication, conduct }: Endpoint): boolean {
  if (!READS.test(method) || !path.known || authentication.state !== 'open') return false;
  if (sensitivePath(path.text) || adminPath(path.text) || identityPath(path.text) || PERSONAL.test(path.text)) return false;
  return conduct !== undefined && !conduct.tests.some((test) => /^(identity|role|owner|credential)$/.test(test));
}
function isReadingPolicy({ methods, originWritten }: CorsPolicy): boolean {
  return originWritten && methods.state === 'listed' && methods.names.length > 0 && methods.names.every(({ text }) => READS.test(text.toUpperCase()));
}

/** Every route behind the policy has passed another one that says the same before: the router's own is the finding. */
export function repeatsEarlier(policy: CorsPolicy, context: RuleContext): boolean {
  if (policy.source !== 'module' || policy.call === undefined) return false;
  const { call } = policy;
  const through = context.endpointsThrough(policy.at);
  return through.length > 0 && through.every((endpoint) => {
    const all = links(endpoint.chain);
    const own = all.findIndex((link) => samePlace(link.layer.at, call.at));
    return all.slice(0, Math.max(own, 0)).some((link) => isOpen(link.layer.value, call, context));
  });
}
function isOpen(value: Value, like: Call, context: RuleContext): boolean {
  const made = context.resolve(value).value;
  return made.kind === 'call' && made.callee === like.callee && !samePlace(made.at, like.at) && leavesOpen(made, context);
}
function leavesOpen({ args: [options] }: Call, context: RuleContext): boolean {
  if (!options) return true;
  const origin = context.option(options.value, 'origin');
  return origin.kind === 'absent' || (origin.kind === 'value' && context.constant(origin.value)?.value === '*');
}

const MODULES = /^(cors|@koa\/cors|koa2-cors|hono\/cors\.cors)$/;
/** A header set by hand in a router whose application answers every origin already, before it mounts anything: `app.use(cors())`. */
export function isSaidAbove({ source, inside }: CorsPolicy, context: RuleContext): boolean {
  if (source !== 'manual') return false;
  const { endpoints, mounts } = context.running(inside);
  const scopes = [...endpoints.map(({ scope }) => context.scope(scope)), ...mounts.map(({ at }) => context.scopeOf(at))];
  return scopes.length > 0 && scopes.every((scope) => scope !== undefined && scope.parents.length > 0 && scope.parents.every((id) => opensFirst(context.scope(id), context)));
}
function opensFirst(scope: Scope | undefined, context: RuleContext): boolean {
  const order = scope?.order ?? [];
  const mount = order.findIndex(({ kind }) => kind === 'mount');
  return order.slice(0, Math.max(mount, 0)).some(({ kind, path, layer }) => {
    const made = kind === 'layer' && layer && (path === undefined || path.text === '/') ? context.resolve(layer.value).value : undefined;
    return made?.kind === 'call' && MODULES.test(made.callee) && leavesOpen(made, context);
  });
}
/** How a function is registered where its route is not known: `app.get(`${root}/openapi.json`, handler)`. */
export function registration(fn: FunctionId, context: RuleContext): { readonly method: string; readonly tail: string } | undefined {
  const around = context.body(fn)?.within;
  const outer = around === undefined ? undefined : context.body(around);
  for (const step of outer?.steps ?? []) {
    if (step.do !== 'call' || !step.call.args.some(({ value }) => value.kind === 'function' && value.fn === fn)) continue;
    const path = step.call.args[0]?.value;
    const tail = path && textTail(path);
    if (/^(get|head|all|use|route)$/.test(step.call.name) && tail !== undefined) return { method: step.call.name, tail };
  }
  return undefined;
}
/** The constant text a partly known path ends with, from its first slash on. */
function textTail(path: Value): string | undefined {
  const last = path.kind === 'template' ? path.parts.at(-1) : undefined;
  const slash = typeof last === 'string' ? last.indexOf('/') : -1;
  return typeof last === 'string' && slash >= 0 ? last.slice(slash) : undefined;
}
