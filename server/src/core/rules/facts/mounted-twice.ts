import type { ModuleView } from '../../model/module.js';
import type { Endpoint } from '../../project/project.js';
import type { At } from '../../text/source.js';
import type { RuleContext } from '../rule.js';
import { changing } from './methods.js';
import { needsNoGuard } from './open-design.js';
import { adminPath, assetPath, identityPath, sensitivePath, strongAdminPath } from './paths.js';
import { isMeantForAll } from './peers.js';

/** A router that is mounted again where the check before its other mount does not stand. */
export interface MountedOpen {
  readonly at: At;
  readonly guard: string;
  readonly guardAt: At;
  /** The first route that is open there, and how many are. */
  readonly first: Endpoint;
  readonly count: number;
  /** The same route behind the check. */
  readonly guarded: Endpoint;
  readonly admin: boolean;
}

/** The mounts of a file by which routes are reached around the check that another mount has. */
export function* mountedOpen(module: ModuleView, context: RuleContext): Iterable<MountedOpen> {
  const found = new Map<string, MountedOpen>();
  for (const endpoint of new Set([...context.endpoints({ file: module.path }), ...context.endpoints({ mountedIn: module.path })])) {
    const guarded = guardedTwin(endpoint, context);
    const at = guarded && endpoint.mounts.findLast((one) => one.path === module.path && !guarded.mounts.some((other) => isSame(one, other)));
    const guard = guarded?.authentication.by?.layer;
    if (!at || !guard || !matters(endpoint, context)) continue;
    const key = `${at.mark}:${at.part?.start ?? ''}`;
    const known = found.get(key);
    found.set(key, known ? { ...known, count: known.count + 1 } : { at, guard: guard.name, guardAt: guard.at, first: endpoint, count: 1, guarded, admin: strongAdminPath(endpoint.path.text) });
  }
  yield* found.values();
}
/** The same route below another mount, behind a check that stands before it there; undefined where it is not open here. */
export function guardedTwin(open: Endpoint, context: RuleContext): Endpoint | undefined {
  if (open.authentication.state !== 'open' || open.mounts.length === 0) return undefined;
  return context.endpoints({ scope: open.scope }).find((one) => one !== open && one.app === open.app && one.method === open.method && isSame(one.methodAt, open.methodAt)
    && one.authentication.state === 'guarded' && one.authentication.by !== undefined && one.authentication.by.from !== 'route' && one.path.shape !== open.path.shape);
}
function matters(endpoint: Endpoint, context: RuleContext): boolean {
  const { method, path: { text } } = endpoint;
  if (method === 'OPTIONS' || method === 'HEAD' || isMeantForAll(endpoint, context) || assetPath(text)) return false;
  return (changing.has(method) || adminPath(text) || sensitivePath(text) || identityPath(text)) && !needsNoGuard(endpoint, context);
}
function isSame(one: At, other: At): boolean {
  return one.path === other.path && one.mark === other.mark && one.part?.start === other.part?.start;
}
