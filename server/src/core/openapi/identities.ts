import type { Entry, Value } from '../model/value.js';
import type { FilePath } from '../text/source.js';
import type { Pointer } from './document.js';
import { resolvedUri } from './uri.js';
import { asText, entriesOf, valueOf } from './values.js';

/** What references stand in and are resolved against: a file, or a schema with a `$id` (JSON Schema 2020-12, section 8.2). */
export interface Resource {
  /** Absolute, without fragment; that of a file without one of its own is `file:///` and its path. */
  readonly uri: string;
  readonly pointer: Pointer;
  /** By the names of `$anchor` and `$dynamicAnchor`. */
  readonly anchors: Map<string, Anchor>;
}
export interface Anchor {
  readonly pointer: Pointer;
  /** Which schema it names depends on where evaluation began, if the name stands more than once. */
  readonly dynamic: boolean;
  /** Another schema of the resource is called so, too: which one is meant, nobody can tell. */
  readonly twice: boolean;
}
/** The identities and anchors of one file. */
export interface Identities {
  /** The file itself. */
  readonly whole: Resource;
  /** The resource that begins at an object, by its entries. */
  readonly at: ReadonlyMap<readonly Entry[], Resource>;
  readonly byUri: ReadonlyMap<string, Resource>;
}

/** Keys that give a text as an identity or an anchor, or that need one. */
const KEYS = /\$(?:id|self|anchor|dynamicAnchor|dynamicRef)["']?[ \t]{0,20}:[ \t\r\n]{0,200}["']?[^\s"'{[]/;
/** One of them stands in whatever the pattern finds; looking for words is much faster. */
const WORDS: readonly string[] = ['$id', '$self', '$anchor', '$dynamic'];
const URIS = /\$(?:id|self)["']?[ \t]{0,20}:/;
const ANCHOR = /^[A-Za-z_][-A-Za-z0-9._]{0,200}$/;
/** What stands under these is data, in which `$id` means nothing. */
const DATA: ReadonlySet<string> = new Set(['example', 'examples', 'default', 'const', 'enum', 'value', 'dataValue']);
/** The keys of these are names, and no words of a schema. */
const NAMES: ReadonlySet<string> = new Set([
  'properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas', 'schemas', 'responses', 'parameters', 'headers', 'requestBodies', 'pathItems', 'paths', 'webhooks', 'callbacks', 'links', 'content', 'mediaTypes',
]);

/** A cheap test on the text of a file: false only where it holds neither identity nor anchor, and no `$dynamicRef`. */
export function mayIdentify(text: string): boolean {
  return WORDS.some((word) => text.includes(word)) && KEYS.test(text);
}
/** The same for identities alone, by which other files may refer to this one. */
export function mayBeNamed(text: string): boolean {
  return (text.includes('$id') || text.includes('$self')) && URIS.test(text);
}
/** The URI of a file that gives itself none. */
export function fileUri(path: FilePath): string {
  return `file:///${path}`;
}

/** Reads what a file says its parts are called. Each map and list is read once, however often aliases lead there. */
export function identitiesOf(path: FilePath, root: Value): Identities {
  const at = new Map<readonly Entry[], Resource>();
  const byUri = new Map<string, Resource>();
  const seen = new Set<unknown>();
  const begin = (uri: string, pointer: Pointer): Resource => {
    const resource: Resource = { uri, pointer, anchors: new Map() };
    if (!byUri.has(uri)) byUri.set(uri, resource);
    return resource;
  };
  const walk = (value: Value, pointer: Pointer, outer: Resource, isNamed: boolean): void => {
    if (value.kind === 'array') {
      if (seen.has(value.items)) return;
      seen.add(value.items);
      for (const [index, item] of value.items.entries()) walk(item.value, [...pointer, index], outer, false);
    }
    if (value.kind !== 'object' || seen.has(value.entries)) return;
    seen.add(value.entries);
    const own = isNamed ? outer : ownOf(value, pointer, outer);
    for (const entry of entriesOf(value)) {
      const { key } = entry;
      if (!isNamed && (DATA.has(key) || key.startsWith('x-'))) continue;
      walk(entry.value, [...pointer, key], own, !isNamed && NAMES.has(key));
    }
  };
  /** The resource a schema stands in, which may begin with it; what it is called is noted. */
  const ownOf = (value: Extract<Value, { readonly kind: 'object' }>, pointer: Pointer, outer: Resource): Resource => {
    const id = pointer.length === 0 ? undefined : asText(valueOf(value, '$id'));
    const uri = id === undefined ? undefined : id.split('#', 1)[0];
    const own = uri === undefined || uri === '' ? outer : begin(resolvedUri(uri, outer.uri), pointer);
    if (own !== outer) at.set(value.entries, own);
    const name = (text: string | undefined, dynamic: boolean): void => {
      if (text !== undefined && ANCHOR.test(text)) own.anchors.set(text, { pointer, dynamic, twice: own.anchors.has(text) });
    };
    name(asText(valueOf(value, '$anchor')), false);
    name(asText(valueOf(value, '$dynamicAnchor')), true);
    // Before version 2019-09 this was how an anchor was written.
    if (id?.startsWith('#')) name(id.slice(1), false);
    return own;
  };
  const version = asText(valueOf(root, 'openapi'));
  const called = asText(version === undefined ? valueOf(root, '$id') : version.startsWith('3.2') ? valueOf(root, '$self') : undefined)?.split('#', 1)[0];
  const whole = begin(called === undefined ? fileUri(path) : resolvedUri(called, fileUri(path)), []);
  walk(root, [], whole, false);
  return { whole, at, byUri };
}
