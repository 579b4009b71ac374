import type { Value } from '../model/value.js';
import type { Pointer } from './document.js';
import { asArray, asText, entryOf, valueOf } from './values.js';

/** Hops of one reference chain. */
const HOPS = 20;

/** Where a value led after following `$ref`s. */
export interface Followed {
  readonly value: Value;
  /** Key path of the value inside the document; undefined when it was not reached through a reference. */
  readonly pointer: Pointer | undefined;
  /** False: the reference leads out of the document, nowhere, or round in a circle. */
  readonly known: boolean;
}

/** References already looked up in one document, by their text. */
export type References = Map<string, { readonly value: Value; readonly pointer: Pointer } | undefined>;

/** Follows references inside one document (`#/a/b`), at most 20 hops; what leads to other files was made local before (`bundle.ts`), and others are not fetched. `seen` saves looking one up twice. */
export function follow(root: Value, value: Value, seen?: References): Followed {
  let current = value;
  let pointer: Pointer | undefined;
  for (let hop = 0; hop < HOPS; hop++) {
    const entry = entryOf(current, '$ref');
    if (!entry) return { value: current, pointer, known: true };
    const reference = asText(entry.value);
    const target = reference === undefined ? undefined : known(root, reference, seen);
    if (!target) return { value: current, pointer, known: false };
    current = target.value;
    pointer = target.pointer;
  }
  return { value: current, pointer, known: false };
}

function known(root: Value, reference: string, seen: References | undefined): { readonly value: Value; readonly pointer: Pointer } | undefined {
  if (!seen) return lookUp(root, reference);
  if (!seen.has(reference)) seen.set(reference, lookUp(root, reference));
  return seen.get(reference);
}
/** The value a local reference names, and its key path. References that stand in the way are followed. */
export function lookUp(root: Value, reference: string, budget = { hops: HOPS }): { readonly value: Value; readonly pointer: Pointer } | undefined {
  if (reference === '#') return { value: root, pointer: [] };
  if (!reference.startsWith('#/')) return undefined;
  let current: Value | undefined = root;
  let pointer: (string | number)[] = [];
  for (const raw of reference.slice(2).split('/').slice(0, 50)) {
    const key = decode(raw);
    let next = step(current, key);
    while (!next) {
      const way = asText(valueOf(current, '$ref'));
      const behind: { readonly value: Value; readonly pointer: Pointer } | undefined = way === undefined || budget.hops-- <= 0 ? undefined : lookUp(root, way, budget);
      if (!behind) return undefined;
      current = behind.value;
      pointer = [...behind.pointer];
      next = step(current, key);
    }
    pointer.push(next.key);
    current = next.value;
  }
  return { value: current, pointer };
}
function step(value: Value | undefined, key: string): { readonly value: Value; readonly key: string | number } | undefined {
  const array = asArray(value);
  const index = array && /^\d{1,9}$/.test(key) ? Number(key) : undefined;
  const found = index === undefined ? valueOf(value, key) : array?.items[index]?.value;
  return found && { value: found, key: index ?? key };
}
function decode(raw: string): string {
  const unescaped = raw.replaceAll('~1', '/').replaceAll('~0', '~');
  if (!unescaped.includes('%')) return unescaped;
  try {
    return decodeURIComponent(unescaped);
  } catch {
    return unescaped;
  }
}
