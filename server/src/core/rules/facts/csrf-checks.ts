import type { Layer, RequestField } from '../../model/api.js';
import type { FunctionView } from '../../model/module.js';
import type { FunctionId, Value } from '../../model/value.js';
import { links, type ChainLink, type Endpoint } from '../../project/project.js';
import type { RuleContext } from '../rule.js';
import { once } from './once.js';
import { looksAtOrigin } from './origin-checks.js';
import { refusesAt } from './refusals.js';
import { someValue } from './walk.js';

const PROTECTS = /csrf|csurf|xsrf|crumb|lusca/i;
/** Headers that a page of another site cannot send without being asked first, and a form cannot send at all. */
const OWN_HEADER = /^(x-requested-with|(x-)?[cx]srf(-\w{1,30})?)$/i;
const TOKEN_HEADER = /^(authorization|x-[\w-]{0,40}(key|token|secret|signature|auth))$/i;

/** Callers of the project are known by a cookie. */
export function knowsBySession(context: RuleContext): boolean {
  return ['cookies', 'sessions', '@fastify/session', '@fastify/secure-session', 'koa-session', 'koa-generic-session', 'iron-session', '@hapi/cookie', '@hapi/yar'].some((mark) => context.projectUses(mark));
}
const PLUGIN = /^(@fastify\/csrf-protection|fastify-csrf)$/;
/** The layer checks requests against forgery. */
export function checks(layer: Layer): boolean {
  // The plugin only brings the function that checks.
  const from = layer.value.kind === 'ref' && layer.value.root.kind === 'import' ? layer.value.root.from : layer.name;
  if (PLUGIN.test(from)) return false;
  return PROTECTS.test(layer.name) || layer.claims.some((claim) => claim.protects === 'csrf') || (layer.parts ?? []).some(checks);
}
/** The layer, or one it is made of, checks tokens, or turns away what pages of other sites send. */
export function keepsOthersOut(layer: Layer, context: RuleContext): boolean {
  return checks(layer) || (layer.fn !== undefined && refusesByOrigin(layer.fn, context)) || (layer.parts ?? []).some((part) => keepsOthersOut(part, context));
}
/** Something before the handler checks tokens or the origin. */
export const isProtected = once((endpoint: Endpoint, context) => isKept(endpoint, context));
function isKept(endpoint: Endpoint, context: RuleContext): boolean {
  return links(endpoint.chain).some(({ layer }) => keepsOthersOut(layer, context) || (layer.fn !== undefined && looksAtOrigin(layer.fn, context) && !refusesNobody(layer.fn, context))) || endpoint.route.layers.some((layer) => PROTECTS.test(layer.name))
    || (endpoint.handler !== undefined && refusesByOrigin(endpoint.handler, context));
}
/** Read in full, it lets everybody go on, as what only allows other origins by headers does. */
function refusesNobody(fn: FunctionId, context: RuleContext): boolean {
  const does = context.conduct(fn);
  return does?.complete === true && does.refuses.length === 0 && does.passes !== 'unknown';
}
/** The function, or one it asks, reads where a request comes from, or a header that no form can send, and it refuses some. */
export function refusesByOrigin(fn: FunctionId, context: RuleContext): boolean {
  const body = context.body(fn);
  return body !== undefined && refusesOthers(body, context);
}
/** A guard stands before many endpoints. */
const refusesOthers = once(({ id: fn, steps }: FunctionView, context): boolean => {
  const refuses = context.conduct(fn)?.refuses ?? [];
  if (!refuses.some((status) => status === 0 || (status >= 400 && status < 500)) && !steps.some((step) => refusesAt(step, context))) return false;
  return tellsOthersApart(fn, context) || steps.some((step) => {
    const asked = step.do === 'call' ? context.called(step.call) : undefined;
    return asked !== undefined && asked.id !== fn && tellsOthersApart(asked.id, context);
  });
});
function tellsOthersApart(fn: FunctionId, context: RuleContext): boolean {
  if (looksAtOrigin(fn, context)) return true;
  const body = context.body(fn);
  return body !== undefined && someValue(body, (value) => {
    const field = context.request(value);
    return field?.from === 'header' && OWN_HEADER.test(field.key ?? '');
  });
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
