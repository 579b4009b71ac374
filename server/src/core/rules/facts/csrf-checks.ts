import type { Layer, RequestField } from '../../model/api.js';
import type { Value } from '../../model/value.js';
import { links, type ChainLink, type Endpoint } from '../../project/project.js';
import { samePlace, type At } from '../../text/source.js';
import type { RuleContext } from '../rule.js';
import { changing } from './methods.js';
import { once } from './once.js';
import { looksAtOrigin } from './origin-checks.js';
import { publicPath } from './paths.js';
import { someValue } from './walk.js';

const PROTECTS = /csrf|csurf|xsrf|crumb|lusca/i;
const TOKEN_HEADER = /^(authorization|x-[\w-]{0,40}(key|token|secret|signature|auth))$/i;

/** Callers of the project are known by a cookie. */
export function knowsBySession(context: RuleContext): boolean {
  return ['cookies', 'sessions', '@fastify/session', '@fastify/secure-session', 'koa-session', 'iron-session'].some((mark) => context.projectUses(mark));
}
/** The layer checks requests against forgery. */
export function checks(layer: Layer): boolean {
  // The plugin only brings the function that checks.
  if (/^(@fastify\/csrf-protection|fastify-csrf)$/.test(layer.name)) return false;
  return PROTECTS.test(layer.name) || layer.claims.some((claim) => claim.protects === 'csrf');
}
/** Something before the handler checks tokens or the origin. */
export const isProtected = once((endpoint: Endpoint, context) => isKept(endpoint, context));
function isKept(endpoint: Endpoint, context: RuleContext): boolean {
  return links(endpoint.chain).some(({ layer }) => checks(layer) || (layer.fn !== undefined && looksAtOrigin(layer.fn, context))) || endpoint.route.layers.some((layer) => PROTECTS.test(layer.name));
}
/** Turns away whoever brings no credential in a header of their own, which no page of another site can send; reads nothing a browser adds by itself. */
export function asksForHeader({ layer }: ChainLink, context: RuleContext): boolean {
  return asksByHeader(layer, context);
}
const asksByHeader = once((layer: Layer, context): boolean => {
  const body = layer.fn === undefined ? undefined : context.body(layer.fn);
  if (!body || layer.fn === undefined || context.conduct(layer.fn)?.strangers !== 'no') return false;
  const reads = (wanted: (field: RequestField) => boolean): boolean => someValue(body, (value) => {
    const field = context.request(value);
    return field !== undefined && wanted(field);
  });
  const byBrowser = (value: Value): boolean => value.kind === 'ref' && value.path.some((part) => part === 'session' || part === 'cookies');
  return reads(({ from, key }) => from === 'header' && TOKEN_HEADER.test(key ?? '')) && !reads(({ from, key }) => from === 'cookie' || (from === 'header' && key === 'cookie')) && !someValue(body, byBrowser);
});
/** A strategy that remembers nobody: `passport.authenticate('bearer', { session: false })`, also inside a function of the project. */
export function asksForToken({ layer }: ChainLink, context: RuleContext): boolean {
  return asksByToken(layer, context);
}
const asksByToken = once((layer: Layer, context): boolean => {
  const isTokens = (value: Value): boolean => {
    if (value.kind !== 'call' || value.name !== 'authenticate') return false;
    return value.args.some(({ value: options }) => {
      const session = context.option(options, 'session');
      return session.kind === 'value' && context.constant(session.value)?.value === false;
    });
  };
  const body = layer.fn === undefined ? undefined : context.body(layer.fn);
  return isTokens(context.resolve(layer.value).value) || (body !== undefined && someValue(body, isTokens));
});
/** A page of another site can have a logged-in caller send it. */
const isForgeable = once((one: Endpoint, context): boolean => changing.has(one.method) && one.method !== 'all' && one.chainComplete && one.authentication.state === 'guarded' && !publicPath(one.path.text) && !isProtected(one, context)
  && !links(one.chain).some((link) => asksForHeader(link, context) || asksForToken(link, context)));
/** The mount of a router whose changing routes logged-in callers reach without the check, where another is mounted with it: told for the first of them. */
export function mountWithout(endpoint: Endpoint, context: RuleContext): At | undefined {
  if (endpoint.mounts.length === 0 || !knowsBySession(context) || !isForgeable(endpoint, context)) return undefined;
  if (context.endpoints({ scope: endpoint.scope }).find((one) => isForgeable(one, context)) !== endpoint) return undefined;
  for (const mount of endpoint.mounts) {
    const order = context.scopeOf(mount)?.order ?? [];
    const own = order.find((one) => one.kind === 'mount' && samePlace(one.at, mount));
    const isBeside = order.some((one) => one.kind === 'layer' && one.layer !== undefined && one.path !== undefined && one.path.segments.length > 0 && checks(one.layer)
      && order.some((other) => other.kind === 'mount' && other.path?.text === one.path?.text && other.path?.text !== own?.path?.text));
    if (own && isBeside) return own.pathAt ?? own.at;
  }
  return undefined;
}
