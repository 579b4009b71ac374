import type { Code } from '../../findings/changes.js';
import type { Endpoint } from '../../project/project.js';
import type { At } from '../../text/source.js';
import { links } from '../../project/project.js';
import type { Change, Fix, RuleContext } from '../rule.js';
import { guardInserted } from './guard-place.js';
import { pathMatches, publicPath } from './paths.js';

/** A guard other routes have, as it is written there. */
export interface PeerGuard {
  readonly name: string;
  readonly at: At;
  /** The option of a route it stands under. */
  readonly key?: string;
}

/** Nothing asks who calls, as far as the route, its router and its handler tell: what stands before a router nobody mounts is shared by its neighbours. */
export function standsOpen(endpoint: Endpoint): boolean {
  return endpoint.authentication.state === 'open' || peersOpen(endpoint);
}

/** Where the prefix is unknown: nothing of the router's own may be a guard, nor the route's, nor the handler. */
export function peersOpen(endpoint: Endpoint): boolean {
  if (endpoint.chainComplete || endpoint.route.unread === true || endpoint.authentication.state !== 'unknown' || endpoint.authentication.by !== undefined) return false;
  return !(endpoint.conduct?.refuses.includes(401) || endpoint.conduct?.refuses.includes(403));
}

/** An account is made there, which is open by design: `POST /users`. */
export function isSignUp(endpoint: Endpoint): boolean {
  return endpoint.method === 'POST' && /\/(users?|accounts?|members?|customers?)$/i.test(endpoint.path.text);
}

/** Meant for everybody: by its path, by the policy or by a note above it. */
export function isMeantForAll(endpoint: Endpoint, context: RuleContext): boolean {
  return endpoint.route.public || publicPath(endpoint.path.text) || isPublicByPolicy(endpoint, context);
}

/** The guard most of these routes have, if one of them is written so that it can be repeated; else the first by name. */
export function commonGuard(guarded: readonly Endpoint[]): { readonly name: string; readonly guard: PeerGuard | undefined } | undefined {
  const counts = new Map<string, { count: number; guard: PeerGuard | undefined }>();
  for (const endpoint of guarded) {
    const own = endpoint.route.layers.find((layer) => layer.claims.some((claim) => claim.protects === 'authentication'));
    const layer = own ?? links(endpoint.chain).find((one) => one.sure && one.layer.claims.some((claim) => claim.protects === 'authentication'))?.layer;
    if (!layer) continue;
    const known = counts.get(layer.name) ?? { count: 0, guard: undefined };
    known.count++;
    known.guard ??= { name: layer.name, at: layer.at, ...(own?.key === undefined ? {} : { key: own.key }) };
    counts.set(layer.name, known);
  }
  const [best] = [...counts].sort((a, b) => b[1].count - a[1].count || (a[0] < b[0] ? -1 : 1));
  return best && { name: best[0], guard: best[1].guard };
}

/** Puts the guard in front of the handler as its framework writes it; undefined where there is no place for one, or its name means nothing there. */
export function guardFix(open: Endpoint, guard: PeerGuard, context: RuleContext): Fix | undefined {
  const isHere = guard.at.path === open.methodAt.path;
  const text = context.textOf(guard.at);
  // A guard of another file is repeated only where its bare name means something here.
  const isKnown = isHere || /^(['"])[\w -]{1,60}\1$/.test(text) || (/^[\w$.]+$/.test(text) && context.visible(text.split('.')[0] ?? text, open.methodAt) === 'present');
  if (!isKnown || text.length > 200) return undefined;
  const code = isHere ? [{ copy: guard.at }] : [text];
  const changes = insertGuard(open, code, context, guard.key);
  return changes && { title: `Add ${text.split('\n')[0] ?? guard.name}`, safety: 'review', changes };
}
/** The changes that put a guard in front of the handler; `own`: the option it stands under elsewhere. */
export function insertGuard(open: Endpoint, code: Code, context: RuleContext, own?: string): readonly Change[] | undefined {
  if (open.framework === 'nest') return decorated(open, code, context);
  const change = guardInserted(open.route, code, own);
  return change && [change];
}

/** The comment that says a route is meant for everybody; its reason is the author's. */
export function publicFix(open: Endpoint, context: RuleContext): Fix | undefined {
  if (open.route.branch === true || !isAlone(open, context)) return undefined;
  return { title: 'Mark as intentionally public', safety: 'manual', changes: [{ do: 'insert', at: open.route.statementAt, where: 'line-before', code: ['// unlatched: public -- ', { slot: 'say why everybody may call it' }] }] };
}

/** No other route is registered by the same statement. */
export function isAlone(open: Endpoint, context: RuleContext): boolean {
  return context.endpoints({ file: open.methodAt.path }).every((one) => one.route.statementAt.mark !== open.route.statementAt.mark || one.methodAt.mark === open.methodAt.mark);
}

/** `@UseGuards(X)` on the line above the method's decorators. */
function decorated(open: Endpoint, code: Code, context: RuleContext): Change[] | undefined {
  const method = open.handler === undefined ? undefined : context.body(open.handler);
  if (!method || method.at.path !== open.methodAt.path) return undefined;
  return [
    { do: 'insert', at: method.at, where: 'line-before', code: ['@UseGuards(', ...code, ')'] },
    { do: 'import', path: method.at.path, from: '@nestjs/common', name: 'UseGuards', as: 'UseGuards' },
  ];
}
function isPublicByPolicy(endpoint: Endpoint, context: RuleContext): boolean {
  return context.policy('auth').publicPaths.some((glob) => pathMatches(glob, endpoint.path.text));
}
