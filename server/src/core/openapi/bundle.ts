import type { Entry, Item, Value } from '../model/value.js';
import type { At, FilePath } from '../text/source.js';
import { targetOf, type Target } from './outer.js';
import { lookUp } from './references.js';
import { asText } from './values.js';

/** Why a reference is not followed. `missing`: the file is not there; `nowhere`: it has no such part; `many`: there are more files than are read. */
export type Unfollowed = Exclude<Target['to'], 'here' | 'file' | 'text'> | 'missing' | 'nowhere' | 'many';
/** A document put together with the files it refers to. */
export interface Bundle {
  /** The root, with the other files under keys of `partKey`, and every reference as one inside this value. Places are those of the files. */
  readonly root: Value;
  /** The other files. */
  readonly parts: ReadonlySet<FilePath>;
  /** Files that were looked for, those that are not there included. */
  readonly sought: ReadonlySet<FilePath>;
  readonly unfollowed: readonly { readonly why: Unfollowed; readonly text: string; readonly at: At }[];
}

/** Files of one document. */
const MOST_PARTS = 2000;

/** The key under which a bundle holds another file. */
export function partKey(path: FilePath): string {
  return `\0${path}`;
}
/** The text of a reference to a part of a bundle; `pointer` is what stands behind the file, with its `#`. */
export function partReference(key: string, pointer: string): string {
  return `#/${key.replaceAll('%', '%25').replaceAll('~', '~0').replaceAll('/', '~1')}${pointer.startsWith('#/') ? pointer.slice(1) : ''}`;
}

/** Puts a document together with all files it refers to, however far. `part` gives the root of a file; circles end, since each file is held once. */
export function bundle(path: FilePath, root: Value, part: (path: FilePath) => Value | undefined): Bundle {
  const parts = new Map<FilePath, Value>();
  const sought = new Set<FilePath>();
  const waiting: { readonly path: FilePath; readonly root: Value }[] = [];
  const unfollowed: Bundle['unfollowed'][number][] = [];
  const made = new Map<string, { readonly text: string; readonly at: At }>();

  const reference = (text: string, from: FilePath, at: At): string => {
    const target = targetOf(text, from);
    if (target.to === 'text') return text;
    if (target.to === 'here' || (target.to === 'file' && target.path === path)) {
      if (from !== path && target.to === 'here') return partReference(partKey(from), target.pointer);
      return target.pointer === '' ? '#' : target.pointer;
    }
    if (target.to !== 'file') {
      unfollowed.push({ why: target.to, text, at });
      return text;
    }
    const known = take(target.path);
    if (known !== undefined) {
      unfollowed.push({ why: known, text, at });
      return text;
    }
    // An anchor (`#name`) is looked for nowhere.
    if (target.pointer.length > 1 && !target.pointer.startsWith('#/')) return text;
    const inner = partReference(partKey(target.path), target.pointer);
    if (!made.has(inner)) made.set(inner, { text, at });
    return inner;
  };
  /** Takes a file in; else why not. */
  const take = (file: FilePath): Unfollowed | undefined => {
    if (parts.has(file)) return undefined;
    sought.add(file);
    if (parts.size >= MOST_PARTS) return 'many';
    const found = part(file);
    if (!found) return 'missing';
    parts.set(file, found);
    waiting.push({ path: file, root: found });
    return undefined;
  };

  const own = rewrite(root, (text, at) => reference(text, path, at));
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const { path: from } = next;
    parts.set(from, rewrite(next.root, (text, at) => reference(text, from, at)));
  }
  if (own.kind !== 'object') return { root: own, parts: new Set(), sought, unfollowed };
  // First: the keys of the document itself are looked up from the end.
  const whole: Value = { ...own, entries: [...[...parts].map(([file, value]): Entry => ({ key: partKey(file), keyAt: value.at, value, form: 'pair', at: value.at })), ...own.entries] };
  for (const [inner, { text, at }] of made) if (!lookUp(whole, inner)) unfollowed.push({ why: 'nowhere', text, at });
  return { root: whole, parts: new Set(parts.keys()), sought, unfollowed };
}

/** A value with the text of each `$ref` changed; what has none stays the same object. */
function rewrite(root: Value, change: (text: string, at: At) => string): Value {
  // Aliases share their parts.
  const entries = new Map<readonly Entry[], readonly Entry[]>();
  const items = new Map<readonly Item[], readonly Item[]>();
  const entryOf = (entry: Entry): Entry => {
    const text = entry.key === '$ref' && entry.value.kind === 'literal' ? asText(entry.value) : undefined;
    if (text === undefined) {
      const value = valueOf(entry.value);
      return value === entry.value ? entry : { ...entry, value };
    }
    const changed = change(text, entry.value.at);
    return changed === text ? entry : { ...entry, value: { kind: 'literal', value: changed, at: entry.value.at } };
  };
  const valueOf = (value: Value): Value => {
    if (value.kind === 'object') {
      const known = entries.get(value.entries) ?? same(value.entries, value.entries.map(entryOf));
      entries.set(value.entries, known);
      return known === value.entries ? value : { ...value, entries: known };
    }
    if (value.kind !== 'array') return value;
    const known = items.get(value.items) ?? same(value.items, value.items.map((item) => itemOf(item)));
    items.set(value.items, known);
    return known === value.items ? value : { ...value, items: known };
  };
  const itemOf = (item: Item): Item => {
    const value = valueOf(item.value);
    return value === item.value ? item : { ...item, value };
  };
  return valueOf(root);
}
function same<T>(before: readonly T[], after: readonly T[]): readonly T[] {
  return after.every((one, index) => one === before[index]) ? before : after;
}
