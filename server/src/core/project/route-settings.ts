import type { Value } from '../model/value.js';
import type { Abstract, Frame } from './abstract.js';
import type { Names } from './names.js';

const DEEPEST = 6;

/** A setting in an object, in what a function gives back, or in what is handed to a wrapper of a package: `withSentry({ basePath })`. */
export function settingIn(got: Abstract, key: string, names: Pick<Names, 'evaluate' | 'settled'>, depth = 0): { readonly value: Value; readonly frame: Frame } | undefined {
  if (depth > DEEPEST) return undefined;
  const within = (value: Value, frame: Frame): ReturnType<typeof settingIn> => settingIn(names.settled(names.evaluate(value, frame)), key, names, depth + 1);
  if (got.is === 'function') {
    for (const step of got.fn.steps) {
      const found = step.do === 'return' && step.value ? within(step.value, got.frame) : undefined;
      if (found) return found;
    }
    return undefined;
  }
  if (got.is !== 'value') return undefined;
  const { value, frame } = got;
  if (value.kind === 'call') {
    for (const arg of [...value.args.map((item) => item.value), value.target]) {
      const found = arg === value.target && value.target.kind !== 'call' ? undefined : within(arg, frame);
      if (found) return found;
    }
  }
  if (value.kind !== 'object') return undefined;
  for (const entry of value.entries.toReversed()) {
    if (entry.key === key) return { value: entry.value, frame };
    const found = entry.form === 'spread' ? within(entry.value, frame) : undefined;
    if (found) return found;
  }
  return undefined;
}
