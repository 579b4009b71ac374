import type { InventoryEndpoint, InventoryOperation } from '../../../server/src/lsp/protocol.js';
import { gravest, riskOf, type Risk } from './risk.js';

/** A part of a path and all below it. Parts that lead to one place only are folded into one: `/api/v1`. */
export interface PathNode {
  /** The folder and the whole path from its start; unique in a tree. */
  readonly id: string;
  /** What it adds to the path of its parent, with a leading slash; the name of the folder for a node that stands for one. */
  readonly label: string;
  /** The whole path; empty for a node that stands for a folder. */
  readonly path: string;
  readonly children: readonly PathNode[];
  /** Those whose path ends here, in the order of the inventory. */
  readonly endpoints: readonly InventoryEndpoint[];
  /** Operations of documents with this path that no route serves. */
  readonly unserved: readonly InventoryOperation[];
  /** How many endpoints stand here and below. */
  readonly count: number;
  /** The gravest of them. */
  readonly risk: Risk;
}

interface Draft {
  readonly segment: string;
  readonly path: string;
  readonly children: Map<string, Draft>;
  readonly endpoints: InventoryEndpoint[];
  readonly unserved: InventoryOperation[];
}

/** The endpoints of one folder, and what documents have besides, by path, in order; none for none. */
export function pathTree(
  folder: string,
  endpoints: readonly InventoryEndpoint[],
  unserved: readonly InventoryOperation[] = [],
): readonly PathNode[] {
  const root = draft('', '');
  const at = (path: string): Draft => {
    let found = root;
    for (const segment of segmentsOf(path)) {
      const known = found.children.get(segment) ?? draft(segment, found.path + segment);
      found.children.set(segment, known);
      found = known;
    }
    return found;
  };
  for (const endpoint of endpoints) at(endpoint.path).endpoints.push(endpoint);
  for (const operation of unserved) at(operation.path).unserved.push(operation);
  return finished(folder, root.children);
}
function draft(segment: string, path: string): Draft {
  return { segment, path, children: new Map(), endpoints: [], unserved: [] };
}

/** The paths of several folders: with one folder its paths, else a node for each. */
export function folderTree(
  folders: readonly { readonly uri: string; readonly name: string }[],
  endpoints: readonly InventoryEndpoint[],
  unserved: readonly InventoryOperation[] = [],
): readonly PathNode[] {
  const [ownOf, besides] = [byFolder(endpoints), byFolder(unserved)];
  const trees = folders.flatMap(({ uri, name }) => {
    const children = pathTree(uri, ownOf.get(uri) ?? [], besides.get(uri));
    return children.length === 0 ? [] : [{ uri, name, children }];
  });
  const [only] = trees;
  if (folders.length < 2) return only?.children ?? [];
  return trees.map(({ uri, name, children }) => node({ id: uri, label: name, path: '', children, endpoints: [], unserved: [] }));
}
function byFolder<T extends { readonly folder: string }>(all: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const found = new Map<string, T[]>();
  for (const one of all) {
    const own = found.get(one.folder);
    if (own) own.push(one);
    else found.set(one.folder, [one]);
  }
  return found;
}

/** `/api`, `/{id}`; a path that does not start with a slash starts with what it has, and `/` alone is one segment. */
function segmentsOf(path: string): readonly string[] {
  const found = path.match(/\/?[^/]+|\/(?=\/|$)/g);
  return found ?? ['/'];
}
/** Without recursion: a path may have any number of segments. */
function finished(folder: string, drafts: ReadonlyMap<string, Draft>): readonly PathNode[] {
  const made = new Map<Draft, PathNode>();
  const open: { readonly draft: Draft; readonly label: string; readonly ready: boolean }[] = [...drafts.values()].map((draft) => ({
    draft,
    label: draft.segment,
    ready: false,
  }));
  const tops = new Map([...drafts.values()].map((draft) => [draft, draft]));
  const foldedInto = new Map<Draft, Draft>();
  for (let next = open.pop(); next; next = open.pop()) {
    const { draft, label, ready } = next;
    const [only, ...others] = draft.children.values();
    if (only && others.length === 0 && draft.endpoints.length === 0 && draft.unserved.length === 0) {
      foldedInto.set(draft, only);
      open.push({ draft: only, label: label + only.segment, ready: false });
    } else if (!ready) {
      open.push(
        { draft, label, ready: true },
        ...[...draft.children.values()].map((child) => ({ draft: child, label: child.segment, ready: false })),
      );
    } else {
      const children = sorted([...draft.children.values()].flatMap((child) => nodeOf(child) ?? []));
      made.set(
        draft,
        node({ id: `${folder}#${draft.path}`, label, path: draft.path, children, endpoints: draft.endpoints, unserved: draft.unserved }),
      );
    }
  }
  return sorted([...tops.keys()].flatMap((draft) => nodeOf(draft) ?? []));

  function nodeOf(draft: Draft): PathNode | undefined {
    let end = draft;
    for (let into = foldedInto.get(end); into; into = foldedInto.get(end)) end = into;
    return made.get(end);
  }
}
function node(parts: Pick<PathNode, 'id' | 'label' | 'path' | 'children' | 'endpoints' | 'unserved'>): PathNode {
  const { children, endpoints, unserved } = parts;
  return {
    ...parts,
    count: children.reduce((sum, child) => sum + child.count, endpoints.length),
    risk:
      gravest([
        ...endpoints.map((endpoint) => riskOf(endpoint)),
        ...children.map((child) => child.risk),
        ...unserved.map((): Risk => 'unserved'),
      ]) ?? 'guarded',
  };
}
function sorted(nodes: readonly PathNode[]): readonly PathNode[] {
  return [...nodes].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}
