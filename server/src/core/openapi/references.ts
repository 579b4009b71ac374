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

/** Follows local references (`#/a/b`) inside one document, at most 20 hops; others are not fetched. `seen` saves looking one up twice. */
export function follow(root: Value, value: Value, seen?: References): Followed {
  let current = value;
  let pointer: Pointer | undefined;
  for (let hop = 0; hop < HOPS; hop++) {
    const entry = entryOf(current, '$ref');
    if (!entry) return { value: current, pointer, known: true };
    const reference = asText(entry.value);
    const target = reference === undefined ? undefined : lookUp(root, reference, seen);
    if (!target) return { value: current, pointer, known: false };
    current = target.value;
    pointer = target.pointer;
  }
  return { value: current, pointer, known: false };
}

function lookUp(root: Value, reference: string, seen: References | undefined): { readonly value: Value; readonly pointer: Pointer } | undefined {
  if (!seen) return local(root, reference);
  if (!seen.has(reference)) seen.set(reference, local(root, reference));
  return seen.get(reference);
}
function local(root: Value, reference: string): { readonly value: Value; readonly pointer: Pointer } | undefined {
  if (reference === '#') return { value: root, pointer: [] };
  if (!reference.startsWith('#/')) return undefined;
  let current: Value | undefined = root;
  const pointer: (string | number)[] = [];
  for (const raw of reference.slice(2).split('/').slice(0, 50)) {
    const key = decode(raw);
    const array = asArray(current);
    const index = array && /^\d{1,9}$/.test(key) ? Number(key) : undefined;
    current = index === undefined ? valueOf(current, key) : array?.items[index]?.value;
    if (!current) return undefined;
    pointer.push(index ?? key);
  }
  return { value: current, pointer };
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
