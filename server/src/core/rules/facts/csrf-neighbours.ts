import type { Layer } from '../../model/api.js';
import type { FunctionId, Ref, Value } from '../../model/value.js';
import { links, type Endpoint } from '../../project/project.js';
import { samePlace, type At } from '../../text/source.js';
import type { RuleContext } from '../rule.js';
import { asksForHeader, asksForToken, checks, isProtected, keepsOthersOut, knowsBySession, refusesByOrigin } from './csrf-checks.js';
import { changing } from './methods.js';
import { once } from './once.js';
import { publicPath } from './paths.js';
import { someValue } from './walk.js';

/** Schemes by which callers of hapi bring a token or a password in a header: which of the strategies a route takes is not told apart. */
const HEADER_SCHEMES = ['@hapi/jwt', '@hapi/basic', 'hapi-auth-jwt2', 'hapi-auth-bearer-token', 'hapi-auth-basic'];
const MOST_CALLS = 3;
/** Members and calls that lead to what a browser sends along by itself. */
const KEPT_BY_BROWSER = /^(session|sess|cookies?|signedCookies)$/;
const READS_COOKIE = /^(cookies|getCookie|getSignedCookie|unsignCookie|getIronSession|getServerSession|getSession|isAuthenticated)$/;
/** Packages whose guards ask for a token or a password in a header. */
const MODULES_OF_TOKENS = /jwt|basic|bearer|oauth2|openapi/i;
/** Paths that are open by design, where being made to call them does no harm, or where no login is there yet. */
const SESSION_PATH = /(^|\/)((log|sign)-?(in|out|up|off)|register|sessions?|refresh(-?token)?|tokens?|callback|saml|sso|otp|oauth2?|webhooks?|hooks?)(\/|$)/i;

/** The function, or one it calls, reads a cookie or what a cookie leads to. */
export const readsCookie = once((holder: { readonly fn: FunctionId }, context) => reads(holder.fn, context, 0));
function reads(fn: FunctionId, context: RuleContext, depth: number): boolean {
  const body = context.body(fn);
  if (!body) return false;
  const isCookie = (value: Value): boolean =>
    (value.kind === 'ref' && ofBrowser(value, context)) || (value.kind === 'call' && (READS_COOKIE.test(value.name) || (value.target.kind === 'ref' && value.target.path.some((part) => KEPT_BY_BROWSER.test(part ?? '')))));
  if (someValue(body, isCookie)) return true;
  return depth < MOST_CALLS && body.steps.some((step) => {
    const next = step.do === 'call' ? context.called(step.call) : undefined;
    return next !== undefined && next.id !== fn && reads(next.id, context, depth + 1);
  });
}
/** `req.session`, or a name for a member of it. */
function ofBrowser(ref: Ref, context: RuleContext): boolean {
  if (ref.path.some((part) => KEPT_BY_BROWSER.test(part ?? ''))) return true;
  const end = ref.root.kind === 'local' ? context.resolve(ref).value : ref;
  return end !== ref && end.kind === 'ref' && end.path.some((part) => KEPT_BY_BROWSER.test(part ?? ''));
}
/** Something of the chain, or the handler, knows the caller by a cookie, or by a password that the browser keeps. */
const isByCookie = once((one: Endpoint, context): boolean => {
  if (isByBrowser(one, context)) return true;
  const chain = layersOf(one);
  if ([...chain, ...(one.route.handler ? [one.route.handler] : [])].some((layer) => ofCookie(layer, context))) return true;
  // A guard nobody can read, behind a package that keeps sessions.
  return chain.some(({ name }) => /session$/i.test(name)) && chain.some(({ fn, claims }) => fn === undefined && claims.some(({ protects, because }) => protects === 'authentication' && !MODULES_OF_TOKENS.test(because)));
});
const ofCookie = once((layer: Layer, context): boolean => /^passport\.session$/.test(layer.name) || (layer.fn !== undefined && reads(layer.fn, context, 0)));

const isByBrowser = once((one: Endpoint, context): boolean => {
  const chain = layersOf(one);
  return chain.some((layer) => asksForPassword(layer, context)) || (chain.some((layer) => readsTokenCookie(layer, context)) && [...chain, ...(one.route.handler ? [one.route.handler] : [])].some((layer) => verifiesToken(layer, context)));
});
/** What stands before the handler, with the checks that others are made of. */
function layersOf(one: Endpoint): readonly Layer[] {
  return links(one.chain).flatMap(({ layer }) => [layer, ...(layer.parts ?? [])]);
}
/** A package that has the browser ask for a password, and so send it with every request: koa-basic-auth, hono/basic-auth and @fastify/basic-auth always do, express-basic-auth 1.2.1 with `challenge`. */
const asksForPassword = once((layer: Layer, context): boolean => {
  const call = context.resolve(layer.value).value;
  const from = call.kind === 'call' && call.target.kind === 'ref' && call.target.root.kind === 'import' ? call.target.root.from : undefined;
  if (call.kind !== 'call' || from === undefined) return false;
  if (from !== 'express-basic-auth') return /^(koa-basic-auth|hono\/basic-auth|basic-auth-connect)$/.test(from);
  const challenge = call.args[0] && context.option(call.args[0].value, 'challenge');
  return challenge?.kind === 'value' && context.constant(challenge.value)?.value === true;
});
/** The plugin @fastify/jwt (its README, 9.0) where it is registered with `cookie`: where no header brings one, it takes the token from there. */
const readsTokenCookie = once(({ value }: Layer, context): boolean => {
  if (value.kind !== 'ref' || value.root.kind !== 'import' || !/^(@fastify\/|fastify-)jwt$/.test(value.root.from)) return false;
  const top = context.top(value.at.path);
  return [...(top ? [top] : []), ...context.functions(value.at.path)].some(({ steps }) => steps.some((step) => {
    if (step.do !== 'call' || step.call.name !== 'register') return false;
    const [plugin, options] = step.call.args;
    const cookie = plugin && options && samePlace(plugin.value.at, value.at) ? context.option(options.value, 'cookie') : undefined;
    return cookie?.kind === 'value' && cookie.value.kind === 'object';
  }));
});
const verifiesToken = once(({ fn }: Layer, context): boolean => {
  const body = fn === undefined ? undefined : context.body(fn);
  return body !== undefined && body.steps.some((step) => step.do === 'call' && step.call.name === 'jwtVerify' && step.call.receiver !== undefined && context.request(step.call.receiver)?.from === 'whole');
});

/** A changing endpoint for callers who are known by a cookie: what a page of another site could send in their name. */
const isByCookieChange = once((one: Endpoint, context): boolean => {
  if (!changing.has(one.method) || one.method === 'all' || !one.chainComplete || SESSION_PATH.test(one.path.text)) return false;
  if (!isGuarded(one, context) || !isByCookie(one, context)) return false;
  return !links(one.chain).some((link) => asksForHeader(link, context) || asksForToken(link, context));
});
/** Strangers are refused, as far as is known, by a function of the route itself where the path looks open by design. */
function isGuarded(one: Endpoint, context: RuleContext): boolean {
  const own = one.route.layers.some((layer) => layer.fn !== undefined && !checks(layer) && !refusesByOrigin(layer.fn, context) && (context.conduct(layer.fn)?.refuses ?? []).some((status) => status === 401 || status === 403));
  return own || (one.authentication.state === 'guarded' && !publicPath(one.path.text));
}
/**
 * Callers of a changing endpoint are known by a cookie, and nothing looks whether a page of another site sent the request, while most endpoints of that kind that the file
 * registers or mounts have such a check. A method no form can send counts only where the check stands before such a method, too.
 */
export function lacksNeighboursCheck(endpoint: Endpoint, context: RuleContext): boolean {
  if (!(knowsBySession(context) || isByBrowser(endpoint, context)) || !isByCookieChange(endpoint, context) || isProtected(endpoint, context)) return false;
  const file = endpoint.methodAt.path;
  const others = [...context.endpoints({ file }), ...context.endpoints({ mountedIn: file })].filter((one) => one !== endpoint && one.app === endpoint.app && changing.has(one.method) && one.method !== 'all');
  const kept = others.filter((one) => isProtected(one, context));
  const open = others.filter((one) => !isProtected(one, context) && isByCookieChange(one, context));
  return kept.length > open.length && kept.some((one) => (endpoint.method === 'POST' || one.method !== 'POST') && hasOwnCheck(one, endpoint, context));
}
/** What keeps the endpoint stands where it does not stand before the other. */
function hasOwnCheck(kept: Endpoint, other: Endpoint, context: RuleContext): boolean {
  const before = new Set(links(other.chain).map(({ layer }) => layer));
  return kept.handler !== undefined && refusesByOrigin(kept.handler, context)
    || [...links(kept.chain).map(({ layer }) => layer), ...kept.route.layers].some((layer) => !before.has(layer) && keepsOthersOut(layer, context));
}
/** A page of another site could send it in the name of a caller who is known by a cookie, were there no check. */
export function changesByCookie(endpoint: Endpoint, context: RuleContext): boolean {
  return changesByCookieOfHapi(endpoint, context) || ((knowsBySession(context) || isByBrowser(endpoint, context)) && isByCookieChange(endpoint, context));
}
function changesByCookieOfHapi(endpoint: Endpoint, context: RuleContext): boolean {
  if (endpoint.framework !== 'hapi' || !changing.has(endpoint.method) || !['@hapi/cookie', '@hapi/yar', 'hapi-auth-cookie'].some((name) => context.projectUses(name))) return false;
  return endpoint.authentication.state === 'guarded' && !publicPath(endpoint.path.text) && !SESSION_PATH.test(endpoint.path.text) && !HEADER_SCHEMES.some((name) => context.projectUses(name));
}
/** Where a route of hapi that logged-in callers change something by takes itself out of what @hapi/crumb 9.0.1 checks: `plugins: { crumb: false }`. */
export function exemptFromCrumb(endpoint: Endpoint, context: RuleContext): At | undefined {
  if (!changesByCookieOfHapi(endpoint, context)) return undefined;
  if (!links(endpoint.chain).some(({ layer }) => checks(layer))) return undefined;
  for (const options of [context.option(endpoint.route.options, 'options'), context.option(endpoint.route.options, 'config')].flatMap((one) => (one.kind === 'value' ? [one.value] : []))) {
    const plugins = context.option(options, 'plugins');
    const crumb = plugins.kind === 'value' ? context.option(plugins.value, 'crumb') : undefined;
    if (crumb?.kind === 'value' && context.constant(crumb.value)?.value === false) return crumb.entry.keyAt;
  }
  return undefined;
}
/** A page of another site can have a logged-in caller send it. */
const isForgeable = once((one: Endpoint, context): boolean => isByCookieChange(one, context) && !publicPath(one.path.text) && !isProtected(one, context));

/** The mount of a router whose changing routes logged-in callers reach without the check, told for the first of them: another router is mounted with it, or it stands behind the mount. */
export function mountWithout(endpoint: Endpoint, context: RuleContext): { readonly at: At; readonly how: 'mount' | 'late' } | undefined {
  if (endpoint.mounts.length === 0 || !knowsBySession(context)) return undefined;
  for (const mount of endpoint.mounts) {
    const order = context.scopeOf(mount)?.order ?? [];
    const own = order.findIndex((one) => one.kind === 'mount' && samePlace(one.at, mount));
    const it = order[own];
    if (!it) continue;
    const isBeside = order.some((one) => one.kind === 'layer' && one.layer !== undefined && one.path !== undefined && one.path.segments.length > 0 && checks(one.layer)
      && order.some((other) => other.kind === 'mount' && other.path?.text === one.path?.text && other.path?.text !== it.path?.text));
    const isLate = order.some((one, index) => index > own && one.kind === 'layer' && one.when.length === 0 && one.layer !== undefined && checks(one.layer) && (one.path === undefined || one.path.segments.length === 0));
    if (!isBeside && !isLate) continue;
    const isFirst = isForgeable(endpoint, context) && context.endpoints({ scope: endpoint.scope }).find((one) => isForgeable(one, context)) === endpoint;
    return isFirst ? { at: it.pathAt ?? it.at, how: isBeside ? 'mount' : 'late' } : undefined;
  }
  return undefined;
}
