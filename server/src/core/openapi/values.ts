import type { ArrayValue, Entry, ObjectValue, Scalar, Value } from '../model/value.js';

/** The value as an object, if it is one. */
export function asObject(value: Value | undefined): ObjectValue | undefined {
  return value?.kind === 'object' ? value : undefined;
}
/** The value as an array, if it is one. */
export function asArray(value: Value | undefined): ArrayValue | undefined {
  return value?.kind === 'array' ? value : undefined;
}
/** The text of a string literal. */
export function asText(value: Value | undefined): string | undefined {
  return value?.kind === 'literal' && typeof value.value === 'string' ? value.value : undefined;
}
/** The scalar of a literal, wrapped because it may be null. */
export function asScalar(value: Value | undefined): { readonly value: Scalar } | undefined {
  return value?.kind === 'literal' ? { value: value.value } : undefined;
}
/** Whether the literal `true` stands there. */
export function isTrue(value: Value | undefined): boolean {
  return value?.kind === 'literal' && value.value === true;
}

/** The entry that decides a key: the last one with that name, own entries before merged ones. Undefined for anything but an object. */
export function entryOf(value: Value | undefined, key: string): Entry | undefined {
  const object = asObject(value);
  if (!object) return undefined;
  if (object.entries.length > FEW) return indexOf(object).get(key);
  for (let i = object.entries.length - 1; i >= 0; i--) {
    const entry = object.entries[i];
    if (!entry) continue;
    if (entry.key === key) return entry;
    if (entry.form === 'spread') {
      const inner = entryOf(entry.value, key);
      if (inner) return inner;
    }
  }
  return undefined;
}
/** Entries up to which looking through them is quicker than an index. */
const FEW = 12;
/** Values never change once read, so what is found in one stays. */
const indexes = new WeakMap<ObjectValue, ReadonlyMap<string, Entry>>();
function indexOf(object: ObjectValue): ReadonlyMap<string, Entry> {
  const held = indexes.get(object);
  if (held) return held;
  const found = new Map<string, KeyedEntry>();
  collect(object, found);
  indexes.set(object, found);
  return found;
}
/** The value under a key. */
export function valueOf(value: Value | undefined, key: string): Value | undefined {
  return entryOf(value, key)?.value;
}
/** The value under a path of keys. */
export function valueAt(value: Value | undefined, ...keys: readonly string[]): Value | undefined {
  let current = value;
  for (const key of keys) current = valueOf(current, key);
  return current;
}

/** An entry whose key is known. */
export type KeyedEntry = Entry & { readonly key: string };

/** The deciding entry of every key, in order of first appearance, merged keys included. */
export function entriesOf(value: Value | undefined): readonly KeyedEntry[] {
  const object = asObject(value);
  if (!object || object.entries.length === 0) return [];
  const found = new Map<string, KeyedEntry>();
  collect(object, found);
  return [...found.values()];
}
function collect(value: Value, into: Map<string, KeyedEntry>): void {
  if (value.kind !== 'object') return;
  for (const entry of value.entries) {
    if (entry.form === 'spread') collect(entry.value, into);
    else if (isKeyed(entry)) into.set(entry.key, entry);
  }
}
function isKeyed(entry: Entry): entry is KeyedEntry {
  return entry.key !== undefined;
}

/** The `x-` entries of an object. */
export function extensionsOf(value: Value | undefined): ReadonlyMap<string, Value> {
  const found = new Map<string, Value>();
  collectExtensions(value, found);
  return found;
}
function collectExtensions(value: Value | undefined, into: Map<string, Value>): void {
  for (const entry of asObject(value)?.entries ?? []) {
    if (entry.form === 'spread') collectExtensions(entry.value, into);
    else if (entry.key?.startsWith('x-')) into.set(entry.key, entry.value);
  }
}

/** Plain data of a value, for fixes that copy it; undefined where a part is no constant. At most `budget` nodes. */
export function plain(value: Value, budget = { left: 2000 }): { readonly data: unknown } | undefined {
  if (budget.left-- <= 0) return undefined;
  if (value.kind === 'literal') return value.value === undefined ? undefined : { data: value.value };
  if (value.kind === 'array') {
    const items: unknown[] = [];
    for (const item of value.items) {
      const inner = plain(item.value, budget);
      if (!inner) return undefined;
      items.push(inner.data);
    }
    return value.open ? undefined : { data: items };
  }
  if (value.kind !== 'object' || value.open) return undefined;
  const pairs: [string, unknown][] = [];
  for (const entry of entriesOf(value)) {
    const inner = plain(entry.value, budget);
    if (!inner) return undefined;
    pairs.push([entry.key, inner.data]);
  }
  return { data: Object.fromEntries(pairs) };
}
