import type { Entry, Value } from '../model/value.js';
import type { At, FilePath } from '../text/source.js';
import { partKey, partReference } from './bundle.js';
import { asObject, entriesOf, entryOf, valueOf, type KeyedEntry } from './values.js';

/** A piece of a document that stands in a documentation comment, or in a YAML file that is put together with such. */
export interface Piece {
  readonly path: FilePath;
  /** Its number among those of its file; undefined: it is all of a YAML file. */
  readonly index: number | undefined;
  readonly root: Value;
  readonly at: At;
  /** All of it could be read. */
  readonly whole: boolean;
}
/** What the comments complete. `undefined`: nobody can tell. */
export type Definition = Value | undefined;

/** Keys of a piece under which names stand; every other key with a slash is a path. */
const NAMED = ['paths', 'securityDefinitions', 'definitions', 'parameters', 'responses'];

/** The key under which the root holds a piece. */
export function pieceKey({ path, index }: Pick<Piece, 'path' | 'index'>): string {
  return index === undefined ? partKey(path) : `\0${path}\0${index}`;
}

/** Puts the pieces of a document together with the definition they complete, as swagger-jsdoc does: paths and named components are joined by their names. */
export function joinPieces(definition: Definition, pieces: readonly Piece[], at: At): Value {
  const found = new Map<string, Map<string, Found[]>>();
  for (const piece of pieces) {
    for (const entry of entriesOf(piece.root)) {
      if (entry.key.startsWith('/')) add(found, 'paths', { piece, entry, pointer: [entry.key] });
      else if (NAMED.includes(entry.key)) for (const inner of entriesOf(entry.value)) add(found, entry.key, { piece, entry: inner, pointer: [entry.key, inner.key] });
      if (entry.key !== 'components') continue;
      for (const group of entriesOf(entry.value)) for (const inner of entriesOf(group.value)) add(found, `components ${group.key}`, { piece, entry: inner, pointer: ['components', group.key, inner.key] });
    }
  }
  const isWhole = definition?.kind === 'object' && pieces.every((piece) => piece.whole);
  const held = pieces.map((piece): Entry => pair(pieceKey(piece), piece.root, piece.root.at));
  const own = asObject(definition)?.entries ?? [];
  const base = definition ?? { kind: 'object', entries: [], open: true, at };
  const version = entryOf(base, 'openapi') ?? entryOf(base, 'swagger');
  const groups = new Set([...found.keys()].flatMap((name) => (name.startsWith('components ') ? [name.slice(11)] : [])));
  const components = valueOf(base, 'components');
  const joined = [
    ...NAMED.filter((name) => name === 'paths' || found.has(name) || !isWhole).map((name) => pair(name, named(valueOf(base, name), found.get(name), isWhole, at), entryOf(base, name)?.keyAt ?? at)),
    ...(groups.size === 0 && isWhole ? [] : [pair('components', {
      kind: 'object', open: !isWhole || (components !== undefined && (components.kind !== 'object' || components.open)), at: components?.at ?? at,
      entries: [...(asObject(components)?.entries ?? []), ...[...groups].map((group) => pair(group, named(valueOf(components, group), found.get(`components ${group}`), isWhole, at), entryOf(components, group)?.keyAt ?? at))],
    }, entryOf(base, 'components')?.keyAt ?? at)]),
  ];
  // Without a version it is one of the second.
  const versions = version ? [] : [definition ? pair('swagger', { kind: 'literal', value: '2.0', at }, at) : pair('openapi', { kind: 'literal', value: '3.0.0', at }, at)];
  return { kind: 'object', entries: [...held, ...own, ...joined, ...versions], open: base.kind !== 'object' || base.open, at: base.at };
}

interface Found {
  readonly piece: Piece;
  readonly entry: KeyedEntry;
  readonly pointer: readonly string[];
}
function add(to: Map<string, Map<string, Found[]>>, name: string, one: Found): void {
  const group = to.get(name) ?? new Map<string, Found[]>();
  to.set(name, group);
  group.set(one.entry.key, [...(group.get(one.entry.key) ?? []), one]);
}
function named(own: Value | undefined, found: ReadonlyMap<string, readonly Found[]> | undefined, isWhole: boolean, at: At): Value {
  const entries = [...(found ?? [])].flatMap(([key, all]): readonly Entry[] => {
    const [first, ...others] = all;
    if (!first) return [];
    const before = entryOf(own, key);
    if (others.length === 0 && !before) return [pair(key, reference(first, []), first.entry.keyAt)];
    // Several comments speak of one path: each of its methods is where it is written.
    const merged = new Map<string, Entry>((before ? entriesOf(before.value) : []).map((entry) => [entry.key, entry]));
    for (const one of all) for (const inner of entriesOf(one.entry.value)) merged.set(inner.key, inner.value.kind === 'object' ? pair(inner.key, reference(one, [inner.key]), inner.keyAt) : inner);
    return [pair(key, { kind: 'object', entries: [...merged.values()], open: false, at: first.entry.value.at }, first.entry.keyAt)];
  });
  return { kind: 'object', entries: [...(asObject(own)?.entries ?? []), ...entries], open: own ? own.kind !== 'object' || own.open || !isWhole : !isWhole, at: own?.at ?? at };
}
function reference({ piece, entry, pointer }: Found, below: readonly string[]): Value {
  const rest = [...pointer, ...below].map((key) => key.replaceAll('%', '%25').replaceAll('~', '~0').replaceAll('/', '~1')).join('/');
  const { at } = entry.value;
  return { kind: 'object', entries: [pair('$ref', { kind: 'literal', value: partReference(pieceKey(piece), `#/${rest}`), at }, at)], open: false, at };
}
function pair(key: string, value: Value, keyAt: At): Entry {
  return { key, keyAt, value, form: 'pair', at: value.at };
}
