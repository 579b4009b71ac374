import type { Value } from '../model/value.js';
import type { OpenApiDocument } from './document.js';
import { ofPath } from './kept.js';
import { follow } from './references.js';
import { pathEntries } from './urls.js';
import { asArray, asText, entriesOf, entryOf, valueAt, valueOf } from './values.js';

/** Where a server stands: the path before those of the document ('' for the top), and its host where the url names one. */
export interface Base {
  readonly path: string;
  readonly host: string | undefined;
}
/** Servers that path items and operations name for themselves. */
export interface OwnBases {
  /** By the path as it is written. */
  readonly items: ReadonlyMap<string, readonly Base[]>;
  /** By the lower-case method and the path, with a blank between. */
  readonly operations: ReadonlyMap<string, readonly Base[]>;
}
const MOST_SERVERS = 50;

/** The bases of servers, with the defaults of their variables; one whose path nobody can tell is left out. */
export function basesOf(servers: readonly Value[]): readonly Base[] {
  const found: Base[] = [];
  for (const server of servers.slice(0, MOST_SERVERS)) {
    const url = asText(valueOf(server, 'url'));
    if (url === undefined) continue;
    const written = url.slice(0, 2000).replace(/\{([^{}]{1,100})\}/g, (whole, name: string) => asText(valueAt(server, 'variables', name, 'default')) ?? whole);
    const parts = /^(?:(?:[a-z][a-z0-9+.-]{0,30}|\{[^{}/]{0,100}\}):)?(?:\/\/([^/?#]{0,500}))?([^?#]*)/i.exec(written);
    const path = `/${(parts?.[2] ?? '').split('/').filter((one) => one !== '').join('/')}`;
    if (!path.includes('{')) found.push({ path: path === '/' ? '' : path, host: parts?.[1]?.toLowerCase() });
  }
  return found;
}

/** What path items and operations of a document say of their servers; undefined where none does. */
export function ownBases(document: OpenApiDocument): OwnBases | undefined {
  if (document.version === '2.0') return undefined;
  const items = new Map<string, readonly Base[]>();
  const operations = new Map<string, readonly Base[]>();
  for (const path of pathEntries(document)) {
    const { key } = path.entry;
    for (const { of, bases } of basesIn(path, document)) {
      if (of === undefined) items.set(key, bases);
      else operations.set(`${of.toLowerCase()} ${key}`, bases);
    }
  }
  return items.size + operations.size === 0 ? undefined : { items, operations };
}
/** Servers of a path item (`of` undefined) and of its operations. */
const basesIn = ofPath(({ entry: { value } }, { root }) => {
  const item = follow(root, value).value;
  return entriesOf(item).flatMap((entry): readonly { readonly of: string | undefined; readonly bases: readonly Base[] }[] => {
    if (entry.key === 'servers') return [{ of: undefined, bases: serversIn(item) }];
    return entryOf(entry.value, 'servers') ? [{ of: entry.key, bases: serversIn(entry.value) }] : [];
  });
});
function serversIn(holder: Value): readonly Base[] {
  return basesOf((asArray(valueOf(holder, 'servers'))?.items ?? []).map((item) => item.value));
}
