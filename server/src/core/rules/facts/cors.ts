import { links } from '../../project/project.js';
import type { Endpoint, Scope } from '../../project/project.js';
import type { ObjectValue, Value } from '../../model/value.js';
import { samePlace } from '../../text/source.js';
import type { Code, Fix } from '../../findings/changes.js';
import type { CorsPolicy, RuleContext } from '../rule.js';
import { registration } from './cors-reach.js';
import { assetPath, pathMatches, publicPath } from './paths.js';
import { partsOf } from './walk.js';

/** The placeholder of fixes that cannot know which site needs the API. */
const PLACEHOLDER = "'https://app.example.com'";

/** A constant that names where files are served. */
const FILES = /^\w*(^|_|[a-z](?=[A-Z]))(static|assets?|images?|img|media|fonts?|icons?)(_|[A-Z]|$)\w*$/i;
/** A path of a settings file that says itself that it is for everybody. */
const MEANT_FOR_ALL = /\/(public|open-?data|\.well-known|oembed|embed|widgets?)(\/|$)/i;

/** The same of a path in code, where `widgets` may be any resource. */
const OPEN_DATA = /\/(open-?data|oembed)(\/|$)/i;

/** Names the setting for the fingerprint: never a position. */
export function corsSubject(policy: CorsPolicy): string {
  return `${policy.inside} ${policy.library} origin`;
}

/** Where everybody is let in: the origin as it is written, or the answer of its function that gives its test away. */
export function echoPlace({ echoAt, originAt }: CorsPolicy): CorsPolicy['originAt'] {
  return echoAt?.path === originAt.path ? echoAt : originAt;
}

/** `'*'` stands where a list or a setting that nobody knows here was asked for `'*'`: whoever runs the server chose it. */
export function isStarOfSetting({ when }: CorsPolicy, context: RuleContext): boolean {
  return when.some(({ test, holds }) => holds && asksForStar(test, context, 0));
}
function asksForStar(test: Value, context: RuleContext, depth: number): boolean {
  if (depth > 6) return false;
  const end = test.kind === 'ref' ? context.resolve(test).value : test;
  const isStar = (value: Value | undefined): boolean => value !== undefined && context.constant(value)?.value === '*';
  if (end.kind === 'logic') return end.op === '&&' && (asksForStar(end.left, context, depth + 1) || asksForStar(end.right, context, depth + 1));
  // `isAnyAllowed(rule)` of the project, which asks what it is handed for a star; `list.some((one) => one === '*')`.
  const each = end.kind === 'call' && end.name === 'some' ? end.args[0]?.value : undefined;
  const asked = end.kind !== 'call' || depth > 3 ? undefined : each?.kind === 'function' ? context.body(each.fn) : end.args.length > 0 ? context.called(end) : undefined;
  if (asked) return asked.complete && asked.steps.some((step) => (step.do === 'return' && step.value !== undefined && asksForStar(step.value, context, depth + 2)) || step.when.some((branch) => branch.holds && asksForStar(branch.test, context, depth + 2)));
  if (end.kind === 'call') return /^(includes|has)$/.test(end.name) && isStar(end.args[0]?.value) && end.receiver !== undefined && !holdsStar(end.receiver, context, 0);
  if (end.kind !== 'compare') return false;
  if (end.left.kind === 'call' && end.left.name === 'indexOf') return isStar(end.left.args[0]?.value) && end.left.receiver !== undefined && !holdsStar(end.left.receiver, context, 0);
  const other = isStar(end.right) ? end.left : isStar(end.left) ? end.right : undefined;
  return /^===?$/.test(end.op) && other !== undefined && !holdsStar(other, context, 0);
}
/** A star is written in the value or in what its names stand for, as the default of a setting is. */
function holdsStar(value: Value, context: RuleContext, depth: number): boolean {
  if (depth > 8) return false;
  if (value.kind === 'literal') return typeof value.value === 'string' && value.value.includes('*');
  const end = value.kind === 'ref' ? context.resolve(value).value : value;
  return end !== value && end.kind !== 'ref' ? holdsStar(end, context, depth + 1) : partsOf(end).some((part) => holdsStar(part, context, depth + 1));
}

/** Every site may read what stands here, and that is the purpose: login pages, fonts, feeds, and what the policy calls public. */
export function openOnPurpose(policy: CorsPolicy, context: RuleContext): boolean {
  const { origins, publicPaths } = context.policy('cors');
  if (origins.includes('*')) return true;
  // A settings file says for which paths.
  const { path } = policy;
  if (path !== undefined) return MEANT_FOR_ALL.test(path) || assetPath(path.replace(/\/?(:\w+\*?|\(\.\*\))$/, '')) || publicPaths.some((glob) => pathMatches(glob, path));
  const handled = policy.source === 'manual' ? context.endpoints({ handler: policy.inside }) : [];
  const through = handled.length > 0 ? handled : context.endpointsThrough(policy.at);
  if (through.length > 0 && publicPaths.length > 0 && through.every((endpoint) => publicPaths.some((glob) => pathMatches(glob, endpoint.path.text)))) return true;
  const isOpen = (mounted: string): boolean => publicPath(mounted) || assetPath(mounted) || OPEN_DATA.test(mounted) || publicPaths.some((glob) => pathMatches(glob, mounted));
  const mounted = mountedPath(policy, context.scopeOf(policy.at));
  if (mounted !== undefined && isOpen(mounted)) return true;
  const named = namedMounts(policy, context);
  if (named.length > 0 && named.every((path) => path !== undefined && isOpen(path)) && through.every((endpoint) => isOpen(endpoint.path.text))) return true;
  if (isForFiles(policy, context) || policy.when.some(({ test, holds }) => isListed(test, holds, context))) return true;
  const registered = policy.source === 'manual' && handled.length === 0 ? registration(policy.inside, context) : undefined;
  if (registered && (publicPath(registered.tail) || (registered.method === 'get' && assetPath(registered.tail)))) return true;
  const isRouteLevel = handled.length > 0 || through.every((endpoint) => links(endpoint.chain).some((link) => link.from === 'route' && samePlace(link.layer.at, policy.at)));
  return through.length > 0 && isRouteLevel && through.every(isPublic);
}
function isPublic(endpoint: Endpoint): boolean {
  return publicPath(endpoint.path.text) || ((endpoint.method === 'GET' || endpoint.method === 'HEAD') && assetPath(endpoint.path.text));
}
/** Set for the paths of a list alone, each of which is meant for everybody: `if (!OPEN.includes(path)) return next()`. */
function isListed(test: Value, holds: boolean, context: RuleContext): boolean {
  if (test.kind === 'not') return isListed(test.of, !holds, context);
  const list = test.kind === 'call' && holds && /^(includes|has)$/.test(test.name) && test.receiver ? context.resolve(test.receiver).value : undefined;
  const items = list?.kind === 'array' ? list.items.map(({ value }) => context.constant(value)?.value) : [];
  return items.length > 0 && items.every((item) => typeof item === 'string' && item.startsWith('/') && publicPath(item));
}
/** Mounted at a path nobody can read whose constant says that files are served there: `app.use(STATIC_IMAGE_PREFIX, allow, serve)`. */
function isForFiles(policy: CorsPolicy, context: RuleContext): boolean {
  const own = context.scopeOf(policy.at)?.order.filter((entry) => entry.kind === 'layer' && samePlace(entry.at, policy.at)) ?? [];
  const mounts = policy.source === 'manual' ? [...own, ...context.running(policy.inside).mounts] : own;
  return mounts.length > 0 && mounts.every(({ path, pathAt }) => path?.known === false && pathAt !== undefined && FILES.test(context.textOf(pathAt).split('.').at(-1) ?? ''));
}
/** The path a layer is mounted at, when it is not the whole application. */
function mountedPath(policy: CorsPolicy, scope: Scope | undefined): string | undefined {
  const path = scope?.order.find((entry) => entry.kind === 'layer' && (samePlace(entry.at, policy.at) || (policy.source === 'manual' && entry.layer?.fn === policy.inside)))?.path;
  return path?.known && path.segments.some((segment) => segment.kind === 'text') ? path.text : undefined;
}

/** The paths a setting with a name is mounted at in its file, `const open = cors(); app.use('/status', open)`; undefined: the whole application, or a path nobody can read. */
function namedMounts(policy: CorsPolicy, context: RuleContext): readonly (string | undefined)[] {
  if (policy.source !== 'module') return [];
  const scopes = new Set(context.endpoints({ file: context.pathOf(policy.at) }).flatMap(({ scope, app }) => [scope, app]));
  const entries = [...scopes].flatMap((id) => context.scope(id)?.order ?? []).filter(({ kind, layer }) => kind === 'layer' && layer?.made !== undefined && samePlace(layer.made, policy.at));
  return entries.map(({ path }) => (path?.known && path.segments.some((segment) => segment.kind === 'text') ? path.text : undefined));
}

/** Fix "use an allow-list": origins of the policy file, else the environment where the library takes an empty list, else a placeholder. `spelling` is how the environment is read. */
export function* allowListFixes(policy: CorsPolicy, context: RuleContext, title: string, spelling: 'filtered' | 'optional'): Iterable<Fix> {
  const trusted = context.policy('cors').origins.filter((origin) => origin !== '*' && origin !== 'null');
  const list = listOf(policy, trusted, spelling);
  const fix = (changes: Fix['changes']): Fix => ({ title, safety: list.complete ? 'review' : 'manual', changes });
  if (policy.originWritten) {
    if (policy.values.some((value) => value.at.path !== policy.originAt.path)) return;
    yield fix([{ do: 'replace', at: policy.originAt, code: inList(policy, context) ? list.item : list.code }]);
    return;
  }
  const { call } = policy;
  if (!call) return;
  if (policy.library === 'graphql-yoga' && context.textOf(policy.originAt) !== 'cors') {
    const entry: Code = ['cors: { origin: ', ...list.code, ', credentials: true }'];
    const options = objectOf(call.args[0]?.value, context);
    if (options) yield fix([{ do: 'insert', at: options.at, where: 'entry-last', code: entry }]);
    else if (call.args.length === 0) yield fix([{ do: 'insert', at: call.at, where: 'argument-last', code: ['{ ', ...entry, ' }'] }]);
    return;
  }
  if (context.textOf(policy.originAt) === 'true') {
    yield fix([{ do: 'replace', at: policy.originAt, code: ['{ origin: ', ...list.code, ' }'] }]);
    return;
  }
  if (policy.credentialsEntryAt) {
    yield fix([{ do: 'insert', at: policy.credentialsEntryAt, where: 'before', code: ['origin: ', ...list.code, ', '] }]);
    return;
  }
  const options = optionsOf(policy, context);
  if (options) yield fix([{ do: 'insert', at: options.at, where: 'entry-last', code: ['origin: ', ...list.code] }]);
  else if (call.args.length === (call.name === 'register' ? 1 : 0)) yield fix([{ do: 'insert', at: call.at, where: 'argument-last', code: ['{ origin: ', ...list.code, ' }'] }]);
}

/** The object the CORS options stand in. */
function optionsOf(policy: CorsPolicy, context: RuleContext): ObjectValue | undefined {
  const args = policy.call?.args ?? [];
  for (const { value } of args) {
    const direct = objectOf(value, context);
    if (!direct) continue;
    const nested = context.option(direct, 'cors');
    if (nested.kind === 'value') return objectOf(nested.value, context);
    const routes = context.option(direct, 'routes');
    const inner = routes.kind === 'value' ? context.option(routes.value, 'cors') : routes;
    return inner.kind === 'value' ? objectOf(inner.value, context) : direct;
  }
  return undefined;
}
function objectOf(value: Value | undefined, context: RuleContext): ObjectValue | undefined {
  const resolved = value && context.resolve(value).value;
  return resolved?.kind === 'object' ? resolved : undefined;
}
/** The place to replace is one item of a list, not the whole value. */
function inList(policy: CorsPolicy, context: RuleContext): boolean {
  // hapi knows lists and the word 'ignore'.
  if (policy.library === '@hapi/hapi') return !context.textOf(policy.originAt).includes('ignore');
  const options = optionsOf(policy, context);
  const origin = options && context.option(options, 'origin');
  return origin?.kind === 'value' && origin.resolved.value.kind === 'array' && !samePlace(origin.value.at, policy.originAt);
}

interface List {
  readonly code: Code;
  /** The same inside a list that is already there. */
  readonly item: Code;
  readonly complete: boolean;
}
function listOf(policy: CorsPolicy, trusted: readonly string[], spelling: 'filtered' | 'optional'): List {
  const items: Code = trusted.flatMap((origin, index) => (index === 0 ? [{ quote: origin }] : [', ', { quote: origin }]));
  const first = trusted[0];
  const quotedList: Code = trusted.length > 0 ? ['[', ...items, ']'] : ['[', { slot: PLACEHOLDER }, ']'];
  const item: Code = trusted.length > 0 ? items : [{ slot: PLACEHOLDER }];
  if (policy.source !== 'module') return { code: first === undefined ? [{ slot: PLACEHOLDER }] : [{ quote: first }], item, complete: first !== undefined };
  // hapi refuses an empty list, and Yoga reads one as "every origin".
  if (policy.library === '@hapi/hapi' || policy.library === 'graphql-yoga') return { code: quotedList, item, complete: trusted.length > 0 };
  const environment: Code = spelling === 'filtered'
    ? ['(process.env.CORS_ORIGINS ?? ', { quote: '' }, ').split(', { quote: ',' }, ').filter(Boolean)']
    : ['process.env.CORS_ORIGINS?.split(', { quote: ',' }, ') ?? []'];
  if (policy.library === '@koa/cors' || /^(koa2-cors|koa-cors|kcors)$/.test(policy.library)) {
    const known: Code = trusted.length > 0 ? quotedList : ['(process.env.CORS_ORIGINS ?? ', { quote: '' }, ').split(', { quote: ',' }, ')'];
    const header: Code = ['ctx.get(', { quote: 'Origin' }, ')'];
    return { code: ['(ctx) => ', ...known, '.includes(', ...header, ') ? ', ...header, ' : ', { quote: '' }], item, complete: true };
  }
  return trusted.length > 0 ? { code: quotedList, item, complete: true } : { code: environment, item: ['...(', ...environment, ')'], complete: true };
}
