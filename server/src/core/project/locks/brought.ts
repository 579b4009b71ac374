import type { Span } from '../../text/source.js';
import type { Lock, LockedPackage, LockQuestion } from './answer.js';

/** A package that another one brings in. */
export interface Brought extends LockedPackage {
  /** The packages that lead to it: first the one the manifest names, last itself. */
  readonly way: readonly LockedPackage[];
  /** Where the lock file has it. */
  readonly place: Span | undefined;
}

/**
 * The packages that are brought in by those a manifest names (`roots`), as a lock file has them, each once: below the name that
 * leads to it by the fewest steps, the earlier of two. What the manifest names itself is not brought in.
 */
export function broughtIn(lock: Lock, roots: readonly LockQuestion[], isMeant: (one: LockedPackage) => boolean): ReadonlyMap<string, readonly Brought[]> {
  const found = new Map<string, Brought[]>();
  /** What led to a package; undefined for those the manifest names. */
  const from = new Map<string, string | undefined>();
  const owner = new Map<string, string>();
  const told = new Set<string>();
  let todo: string[] = [];
  for (const root of roots) {
    const id = lock.find(root);
    if (id === undefined || from.has(id)) continue;
    from.set(id, undefined);
    owner.set(id, root.name);
    told.add(key(lock.package(id)));
    todo.push(id);
  }
  while (todo.length > 0) {
    const next: string[] = [];
    for (const id of todo) for (const needed of lock.needs(id)) {
      if (from.has(needed)) continue;
      const name = owner.get(id) ?? '';
      from.set(needed, id);
      owner.set(needed, name);
      next.push(needed);
      const one = lock.package(needed);
      if (!one || told.has(key(one)) || !isMeant(one)) continue;
      told.add(key(one));
      found.set(name, [...(found.get(name) ?? []), { ...one, way: wayTo(needed), place: lock.placeOf(needed) }]);
    }
    todo = next;
  }
  return found;

  function wayTo(id: string): readonly LockedPackage[] {
    const way: LockedPackage[] = [];
    for (let at: string | undefined = id; at !== undefined; at = from.get(at)) way.unshift(...[lock.package(at) ?? []].flat());
    return way;
  }
}
function key(one: LockedPackage | undefined): string {
  return one ? `${one.name}@${one.version}` : '';
}
