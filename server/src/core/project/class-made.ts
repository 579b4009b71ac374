import type { Call, FunctionId, Value } from '../model/value.js';
import type { Abstract, Frame, Placed } from './abstract.js';
import { entered } from './decorators.js';
import type { Class } from './machine.js';

type Read = (value: Value, frame: Frame) => Abstract;
const MOST_HOPS = 4;

/** What an own function gives where it is called, each value with the frame it is to be read in. */
export function givenBy(call: Call, frame: Frame, read: Read, seen: Set<FunctionId>): readonly Placed[] {
  const target = read(call.target, frame);
  if (target.is !== 'function') return [];
  seen.add(target.fn.id);
  const inner = entered(target, call.args.map((item) => ({ value: item.value, frame, got: item.spread ? { is: 'unknown' } : read(item.value, frame) })), frame, call.at.mark);
  return target.fn.steps.flatMap((step) => (step.do === 'return' && step.value ? [{ value: step.value, frame: inner }] : []));
}
/** The class a value is, or that an own function makes: `crud(Cat)`, `mixin(Guard)`. */
export function classMade(value: Value, frame: Frame, read: Read, seen: Set<FunctionId>, hops = 0): Class | undefined {
  const got = read(value, frame);
  if (got.is === 'class') return got;
  const call = value.kind === 'call' ? { value, frame } : got.is === 'value' && got.value.kind === 'call' ? { value: got.value, frame: got.frame } : undefined;
  if (!call || call.value.form === 'new' || hops > MOST_HOPS) return undefined;
  const [first] = call.value.args;
  if (call.value.name === 'mixin' && first) return classMade(first.value, call.frame, read, seen, hops + 1);
  for (const given of givenBy(call.value, call.frame, read, seen)) {
    const made = classMade(given.value, given.frame, read, seen, hops + 1);
    if (made) return made;
  }
  return undefined;
}
