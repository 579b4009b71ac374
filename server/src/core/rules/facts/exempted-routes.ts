import type { ModuleView } from '../../model/module.js';
import type { Endpoint } from '../../project/project.js';
import type { At } from '../../text/source.js';
import type { RuleContext } from '../rule.js';
import { changing } from './methods.js';
import { needsNoGuard } from './open-design.js';
import { adminPath, assetPath, identityPath, sensitivePath, strongAdminPath } from './paths.js';
import { isMeantForAll, isSignUp } from './peers.js';

/** What a guard is told to let by, and the routes that are for nobody to call who is not known. */
export interface ExemptedRoutes {
  readonly at: At;
  readonly guard: string;
  /** The first of them, one that changes data where there is one, and how many there are. */
  readonly first: Endpoint;
  readonly count: number;
  /** Administration, accounts or confidential things are among them, by their paths. */
  readonly named: boolean;
}
/** All there is, in one answer. */
const WHOLE = /\/(export|exports|backup|backups|dump|audit|audit-?logs?)(\.\w{2,5})?$/i;

/** The exemptions of guards of a file that open more than logins, probes and what anybody may read: `.unless({ path: [/^\/admin/] })`, `.exclude('stock/export')`. */
export function* exemptedRoutes(module: ModuleView, context: RuleContext): Iterable<ExemptedRoutes> {
  const byPlace = new Map<string, Endpoint[]>();
  for (const endpoint of context.endpoints({ exemptIn: module.path })) {
    const { exempt } = endpoint;
    // A name that leads nowhere may be that of a check that is still to be typed.
    if (!exempt || endpoint.handler === undefined || !isForSome(endpoint, context)) continue;
    const key = `${exempt.at.mark}:${exempt.at.part?.start ?? ''}`;
    const known = byPlace.get(key);
    if (known) known.push(endpoint);
    else byPlace.set(key, [endpoint]);
  }
  for (const all of byPlace.values()) {
    const named = all.filter((one) => isNamed(one));
    const first = (named.length > 0 ? named : all).find((one) => changing.has(one.method)) ?? named[0] ?? all[0];
    if (first?.exempt) yield { at: first.exempt.at, guard: first.exempt.layer.name.replace(/\.unless$/, ''), first, count: all.length, named: named.length > 0 };
  }
}
function isForSome(endpoint: Endpoint, context: RuleContext): boolean {
  const { method, path: { text }, authentication } = endpoint;
  if (authentication.state !== 'open' || method === 'OPTIONS' || method === 'HEAD' || isMeantForAll(endpoint, context) || isSignUp(endpoint) || assetPath(text)) return false;
  return (changing.has(method) || strongAdminPath(text) || WHOLE.test(text)) && !needsNoGuard(endpoint, context);
}
function isNamed({ method, path: { text } }: Endpoint): boolean {
  return strongAdminPath(text) || WHOLE.test(text) || (changing.has(method) && (adminPath(text) || identityPath(text) || sensitivePath(text)));
}
