import type { Value } from '../model/value.js';
import type { Follow } from './followed.js';

const DEEPEST = 5;
/** Objects in both are joined in depth, else the later one counts; undefined where either is not known as data. */
export function merged(before: Value, after: Value, follow: Follow, depth = 0): Value | undefined {
  if (before.kind !== 'object' || after.kind !== 'object') return undefined;
  const entries = [...before.entries];
  for (const entry of after.entries) {
    const index = entry.form === 'pair' ? entries.findLastIndex((one) => one.key === entry.key && one.form !== 'spread') : -1;
    const own = entries[index];
    const joined = own && depth < DEEPEST ? merged(follow(own.value), follow(entry.value), follow, depth + 1) : undefined;
    if (own) entries[index] = joined ? { ...entry, value: joined } : entry;
    else entries.push(entry);
  }
  return { kind: 'object', entries, open: before.open || after.open, at: after.at };
}
