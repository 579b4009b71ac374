import type { Entry, Item, Value } from '../model/value.js';
import { filePath, type At, type FilePath } from '../text/source.js';
import type { Pointer } from './document.js';
import { fileUri, type Identities, type Resource } from './identities.js';
import { targetOf, type Target } from './outer.js';
import { lookUp } from './references.js';
import { resolvedUri } from './uri.js';
import { asText, entryOf } from './values.js';

/**
 * Why a reference is not followed. `missing`: the file is not there; `nowhere`: it has no such part; `many`: there are more files than are read;
 * `several`: more than one place is called so; `dynamic`: where it leads depends on where evaluation began; `gone`: the document itself has no such part.
 */
export type Unfollowed = Exclude<Target['to'], 'here' | 'file' | 'text'> | 'missing' | 'nowhere' | 'many' | 'several' | 'dynamic' | 'gone';
/** A document put together with the files it refers to. */
export interface Bundle {
  /** The root, with the other files under keys of `partKey`, and every reference as one inside this value. Places are those of the files. */
  readonly root: Value;
  /** The other files. */
  readonly parts: ReadonlySet<FilePath>;
  /** Files that were looked for, those that are not there included. */
  readonly sought: ReadonlySet<FilePath>;
  /** What URIs that were looked for lead to. */
  readonly named: ReadonlyMap<string, Named>;
  readonly unfollowed: readonly { readonly why: Unfollowed; readonly text: string; readonly at: At }[];
}
/** The file that calls itself, or a schema in it, by a URI; false where more than one does. */
export type Named = FilePath | false | undefined;
/** What is asked of files that a document refers to. */
export interface Parts {
  /** The root of a file. */
  part(path: FilePath): Value | undefined;
  /** What it says its parts are called; undefined where it says nothing of that. */
  identities(path: FilePath): Identities | undefined;
  /** Who has an absolute URI that is not that of a file. */
  named(uri: string): Named;
}

/** Files of one document. */
const MOST_PARTS = 2000;
const ABSOLUTE = /^\s*[A-Za-z][A-Za-z0-9+.-]{0,30}:/;
const FILE = fileUri(filePath(''));

/** The key under which a bundle holds another file. */
export function partKey(path: FilePath): string {
  return `\0${path}`;
}
/** The text of a reference to a part of a bundle; `pointer` is what stands behind the file, with its `#`. */
export function partReference(key: string, pointer: string): string {
  return `#/${escaped(key)}${pointer.startsWith('#/') ? pointer.slice(1) : ''}`;
}
function escaped(key: string | number): string {
  return String(key).replaceAll('%', '%25').replaceAll('~', '~0').replaceAll('/', '~1');
}
function pointerText(pointer: Pointer): string {
  return pointer.length === 0 ? '' : `#/${pointer.map(escaped).join('/')}`;
}

/** A schema that begins a resource, or a file, as a reference leads to it. */
interface Reached {
  readonly file: FilePath;
  readonly resource: Resource | undefined;
}
/** A `$dynamicRef` to a `$dynamicAnchor`: it leads there if no other is of that name. */
interface Dynamic {
  readonly name: string;
  readonly text: string;
  readonly at: At;
  readonly to: string;
}

/**
 * Puts a document together with all files it refers to, however far; circles end, since each file is held once. `identified`: `$id`, `$self`, anchors
 * and `$dynamicRef` mean what they do since version 3.1.
 */
export function bundle(path: FilePath, root: Value, { part, identities, named }: Parts, identified: boolean): Bundle {
  const parts = new Map<FilePath, Value>();
  const sought = new Set<FilePath>();
  const asked = new Map<string, Named>();
  const waiting: { readonly path: FilePath; readonly root: Value }[] = [];
  const unfollowed: Bundle['unfollowed'][number][] = [];
  const made = new Map<string, { readonly text: string; readonly at: At }>();
  const dynamics = new Map<At, Dynamic>();

  /** Who is called by a URI, of all files of the document. */
  const uris = new Map<string, Reached>();
  const idsOf = (file: FilePath): Identities | undefined => (identified ? identities(file) : undefined);
  const note = (file: FilePath): void => {
    for (const [uri, resource] of idsOf(file)?.byUri ?? []) if (!uris.has(uri)) uris.set(uri, { file, resource });
  };
  const inFile = (file: FilePath, pointer: string): string => (file === path ? (pointer === '' ? '#' : pointer) : partReference(partKey(file), pointer));
  /** Takes a file in; else why not. */
  const take = (file: FilePath): Unfollowed | undefined => {
    if (file === path || parts.has(file)) return undefined;
    sought.add(file);
    if (parts.size >= MOST_PARTS) return 'many';
    const found = part(file);
    if (!found) return 'missing';
    parts.set(file, found);
    note(file);
    waiting.push({ path: file, root: found });
    return undefined;
  };
  /** Who is called by a URI: in the file that asks, in those of the document, then in any other. */
  const called = (uri: string, from: FilePath): Reached | Unfollowed | undefined => {
    const resource = idsOf(from)?.byUri.get(uri);
    const known = resource ? { file: from, resource } : uris.get(uri);
    if (known) return known;
    if (!identified || uri.startsWith('file:')) return undefined;
    const file = named(uri);
    asked.set(uri, file);
    if (file === undefined) return undefined;
    if (file === false) return 'several';
    return take(file) ?? { file, resource: idsOf(file)?.byUri.get(uri) };
  };
  /** Where the text before the `#` of a reference leads. */
  const reach = (text: string, from: FilePath, resource: Resource | undefined): Reached | Unfollowed | 'text' => {
    const base = resource?.uri ?? fileUri(from);
    const file = text.split('#', 1)[0] ?? '';
    if (file.trim() === '') return { file: from, resource };
    const known = uris.size > 0 || ABSOLUTE.test(file) ? called(resolvedUri(file, base), from) : undefined;
    if (known !== undefined) return known;
    const target = targetOf(text, base.startsWith(FILE) ? filePath(base.slice(FILE.length)) : from);
    if (target.to === 'here') return { file: from, resource };
    if (target.to !== 'file') return target.to;
    return take(target.path) ?? { file: target.path, resource: idsOf(target.path)?.whole };
  };
  const reference = (text: string, from: FilePath, at: At, resource: Resource | undefined, isDynamic: boolean): string => {
    const reached = reach(text, from, resource);
    if (reached === 'text') return text;
    const found = typeof reached === 'string' ? reached : within(reached, text.includes('#') ? text.slice(text.indexOf('#')) : '');
    if (typeof found === 'string') {
      unfollowed.push({ why: found, text, at });
      return text;
    }
    if (isDynamic && found.name !== undefined) {
      dynamics.set(at, { name: found.name, text, at, to: found.to });
      return text;
    }
    if (typeof reached === 'object' && reached.file !== path && reached.file !== from && !made.has(found.to)) made.set(found.to, { text, at });
    return found.to;
  };
  /** What the fragment names in a resource; `name` where that is a dynamic anchor. */
  const within = ({ file, resource }: Reached, fragment: string): { readonly to: string; readonly name?: string } | Unfollowed => {
    if (fragment.length > 1 && !fragment.startsWith('#/')) {
      const anchor = resource?.anchors.get(fragment.slice(1));
      if (anchor?.twice) return 'several';
      return anchor ? { to: inFile(file, pointerText(anchor.pointer)), ...(anchor.dynamic ? { name: fragment.slice(1) } : {}) } : file === path ? 'gone' : 'nowhere';
    }
    const own = resource ? pointerText(resource.pointer) : '';
    if (fragment.length < 2) return { to: inFile(file, own) };
    // Readers that know no `$id` look from the top of the file, and documents are written for them.
    const whole = file === path ? root : part(file);
    const isOwn = own !== '' && whole !== undefined && lookUp(whole, own + fragment.slice(1)) !== undefined;
    return { to: inFile(file, isOwn ? own + fragment.slice(1) : fragment) };
  };
  const rewritten = (value: Value, from: FilePath): Value => {
    const ids = idsOf(from);
    return rewrite(value, ids, (key, text, at, resource) => {
      if (key === '$ref') return reference(text, from, at, resource, false);
      return identified ? reference(text, from, at, resource, true) : undefined;
    });
  };

  note(path);
  let own = rewritten(root, path);
  for (let next = waiting.shift(); next; next = waiting.shift()) parts.set(next.path, rewritten(next.root, next.path));
  if (own.kind !== 'object') return { root: own, parts: new Set(), sought, named: asked, unfollowed };
  if (dynamics.size > 0) {
    const files = [path, ...parts.keys()];
    const isAlone = (name: string): boolean => files.flatMap((file) => [...(idsOf(file)?.byUri.values() ?? [])]).filter(({ anchors }) => anchors.get(name)?.dynamic).length < 2;
    const settled = (_: string, text: string, at: At): string | undefined => {
      const one = dynamics.get(at);
      return one && isAlone(one.name) ? one.to : undefined;
    };
    for (const { name, text, at } of dynamics.values()) if (!isAlone(name)) unfollowed.push({ why: 'dynamic', text, at });
    own = rewrite(own, undefined, settled);
    for (const [file, value] of parts) parts.set(file, rewrite(value, undefined, settled));
  }
  if (own.kind !== 'object') return { root: own, parts: new Set(), sought, named: asked, unfollowed };
  // First: the keys of the document itself are looked up from the end.
  const whole: Value = { ...own, entries: [...[...parts].map(([file, value]): Entry => ({ key: partKey(file), keyAt: value.at, value, form: 'pair', at: value.at })), ...own.entries] };
  for (const [inner, { text, at }] of made) if (!lookUp(whole, inner)) unfollowed.push({ why: 'nowhere', text, at });
  return { root: whole, parts: new Set(parts.keys()), sought, named: asked, unfollowed };
}

/** What becomes of the text of a `$ref` or `$dynamicRef` in a resource; undefined: the entry stays as it is. */
type Change = (key: string, text: string, at: At, resource: Resource | undefined) => string | undefined;

/** A value with each reference changed, as a `$ref`; what has none stays the same object. */
function rewrite(root: Value, ids: Identities | undefined, change: Change): Value {
  // Aliases share their parts.
  const entries = new Map<readonly Entry[], readonly Entry[]>();
  const items = new Map<readonly Item[], readonly Item[]>();
  const entryIn = (entry: Entry, resource: Resource | undefined, owner: Value): Entry => {
    const isReference = entry.key === '$ref' || (entry.key === '$dynamicRef' && !entryOf(owner, '$ref'));
    const text = isReference && entry.value.kind === 'literal' ? asText(entry.value) : undefined;
    if (text === undefined || entry.key === undefined) {
      const value = valueIn(entry.value, resource);
      return value === entry.value ? entry : { ...entry, value };
    }
    const changed = change(entry.key, text, entry.value.at, resource);
    if (changed === undefined || (changed === text && (entry.key === '$ref' || !changed.startsWith('#/')))) return entry;
    return { ...entry, key: '$ref', value: { kind: 'literal', value: changed, at: entry.value.at } };
  };
  const valueIn = (value: Value, outer: Resource | undefined): Value => {
    if (value.kind === 'object') {
      const resource = ids?.at.get(value.entries) ?? outer;
      const known = entries.get(value.entries) ?? same(value.entries, value.entries.map((entry) => entryIn(entry, resource, value)));
      entries.set(value.entries, known);
      return known === value.entries ? value : { ...value, entries: known };
    }
    if (value.kind !== 'array') return value;
    const known = items.get(value.items) ?? same(value.items, value.items.map((item) => itemIn(item, outer)));
    items.set(value.items, known);
    return known === value.items ? value : { ...value, items: known };
  };
  const itemIn = (item: Item, resource: Resource | undefined): Item => {
    const value = valueIn(item.value, resource);
    return value === item.value ? item : { ...item, value };
  };
  return valueIn(root, ids?.whole);
}
function same<T>(before: readonly T[], after: readonly T[]): readonly T[] {
  return after.every((one, index) => one === before[index]) ? before : after;
}
