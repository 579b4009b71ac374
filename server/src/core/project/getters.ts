import type { FunctionId } from '../model/value.js';
import type { Abstract, Fn } from './abstract.js';
import type { Machine } from './machine.js';

const UNKNOWN: Abstract = { is: 'unknown' };

/** Runs getters, each once for each object. */
export function createGetters(applyTo: Machine['applyTo']): (getter: Fn, self: Abstract | undefined) => Abstract {
  const gotten = new WeakMap<object, Map<FunctionId, Abstract>>();
  return get;

  function get(getter: Fn, self: Abstract | undefined): Abstract {
    const holder = self ?? getter.frame;
    let known = gotten.get(holder);
    if (!known) gotten.set(holder, (known = new Map()));
    const result = known.get(getter.fn.id);
    if (result) return result;
    known.set(getter.fn.id, UNKNOWN);
    const from = self?.is === 'instance' ? { ...getter.frame, trail: self.trail } : getter.frame;
    const got = applyTo(getter, [], from, getter.fn.at.mark, self, { force: true });
    known.set(getter.fn.id, got);
    return got;
  }
}
