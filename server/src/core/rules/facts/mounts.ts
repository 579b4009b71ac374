import type { Call } from '../../model/value.js';
import { links, type Scope } from '../../project/project.js';
import type { Layer } from '../../model/api.js';
import type { RuleContext } from '../rule.js';
import { isLocalOnly } from './listening.js';
import { authGuardName, claimsGuard } from './guards.js';

/** What stands at a call that is given to `use`, or registers by itself: whether strangers get there. */
export interface Reached {
  /** 'guarded' counts guards that may be none. */
  readonly by: 'everyone' | 'guarded' | 'unknown';
  /** The application listens on this machine alone. */
  readonly internal: boolean;
}

/** Who gets to a layer: guards in the same call, before it on its router, and before that router. */
export function reachedBy(call: Call, context: RuleContext): Reached {
  const scope = context.scopeOf(call.at);
  if (!scope) return { by: 'unknown', internal: false };
  const index = scope.order.findIndex((one) => one.layer !== undefined && (one.layer.at.mark === call.at.mark || holds(one.layer, call)) && one.at.path === call.at.path);
  const entry = scope.order[index];
  const internal = isLocalOnly(scope, context);
  // What registers on the application itself is no layer of it: guards in front of everything still stand before it.
  const before = scope.order.slice(0, index < 0 ? scope.order.length : index).filter((one) => index >= 0 || one.path === undefined || one.path.segments.length === 0);
  const isGuarded = before.some((one) => one.layer !== undefined && one.layer.phase !== 'error' && guards(one.layer) && covers(one.path?.segments.map(({ text }) => text), entry?.path?.segments.map(({ text }) => text)));
  if (isGuarded) return { by: 'guarded', internal };
  if (scope.root) return { by: 'everyone', internal };
  const neighbour = context.endpoints({ scope: scope.id })[0];
  if (!neighbour) return { by: mountedOpenly(scope, context) ? 'everyone' : 'unknown', internal };
  const outer = links(neighbour.chain).filter((link) => link.scope !== scope.id);
  return { by: outer.some((link) => guards(link.layer)) ? 'guarded' : neighbour.chainComplete ? 'everyone' : 'unknown', internal };
}
/** A layer that keeps strangers out, or may. */
export function guards(layer: Layer): boolean {
  return claimsGuard(layer) || authGuardName(layer.name) || (layer.claims.length === 0 && /auth|guard|protect|login|session|admin|restrict|allow|ip|vpn|secure|token/i.test(layer.name));
}
function holds(layer: Layer, call: Call): boolean {
  return layer.value.kind === 'call' && (layer.value.at.mark === call.at.mark || (layer.value.receiver?.kind === 'call' && layer.value.receiver.at.mark === call.at.mark));
}
function covers(outer: readonly string[] | undefined, inner: readonly string[] | undefined): boolean {
  if (outer === undefined || outer.length === 0) return true;
  return inner !== undefined && outer.every((segment, index) => segment === '*' || segment === inner[index]);
}
/** Nothing but what is known to be harmless stands above a router without routes. */
function mountedOpenly(scope: Scope, context: RuleContext): boolean {
  return scope.parents.every((id) => context.endpoints({ scope: id }).slice(0, 20).every((one) => !links(one.chain).some((link) => link.from === 'application' && guards(link.layer)))) && scope.complete;
}
