import { gravest, riskOf, type Risk } from '../api-map/risk.js';
import type { MapContent, MapFolder, MapItem, MapOperation, Place } from './item.js';

/** One node of the mind map. The root is the project or, where there are several folders, the workspace; leaves are methods. */
export interface MapNode {
  /** The same as long as the folder, path and method are the same, whatever else changes. */
  readonly id: string;
  readonly kind: 'workspace' | 'folder' | 'path' | 'route';
  /** What is drawn: the name, the segments this node adds, or the method. */
  readonly label: string;
  /** The whole path; '' for the root and folders. */
  readonly path: string;
  readonly children: readonly MapNode[];
  /** Of a route only. */
  readonly item: MapItem | MapOperation | undefined;
  /** The worst of all routes below. */
  readonly risk: Risk;
  /** Numbers of all routes below, by risk, and of operations that no route serves. */
  readonly counts: Readonly<Record<Risk, number>>;
  readonly routes: number;
  readonly findings: number;
  /** No document describes the route, though there is one. */
  readonly undocumented: boolean;
  /** Where it is written; of a branch, its first route. */
  readonly place: Place | undefined;
}

/** Segments beyond these stay together in one label, so that no path makes the tree deeper than a stack. */
const mostSegments = 40;
const order = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE', 'ALL'];

/** The tree of all endpoints, and of the operations no route serves: by folder, then by segment of the path, then by method. A segment that leads to nothing but one other is drawn with it. */
export function buildTree(
  { folders, items, unserved }: Pick<MapContent, 'folders' | 'items' | 'unserved'>,
  workspaceName: string,
): MapNode {
  const byFolder = new Map<string, (MapItem | MapOperation)[]>(folders.map(({ uri }) => [uri, []]));
  for (const item of [...items, ...unserved]) {
    const own = byFolder.get(item.folder);
    if (own) own.push(item);
    else byFolder.set(item.folder, [item]);
  }
  const names = new Map(folders.map(({ uri, name }) => [uri, name]));
  const shown = [...byFolder].map(([uri, own]) => folderNode({ uri, name: names.get(uri) ?? uri }, own));
  const [only] = shown;
  return shown.length === 1 && only ? only : branch({ id: idOf([]), kind: 'workspace', label: workspaceName, path: '' }, shown);
}

/** Every node of a tree, parents before children. */
export function everyNode(root: MapNode): readonly MapNode[] {
  const all = [root];
  for (let index = 0; index < all.length; index++) all.push(...(all[index]?.children ?? []));
  return all;
}

interface Segment {
  readonly path: string;
  readonly label: string;
  readonly below: Map<string, Segment>;
  readonly routes: (MapItem | MapOperation)[];
}

function folderNode({ uri, name }: MapFolder, items: readonly (MapItem | MapOperation)[]): MapNode {
  const top = segment('', '');
  for (const item of items) segmentOf(top, item.path).routes.push(item);
  const head = { id: idOf([uri]), kind: 'folder', label: name, path: '' } as const;
  return branch(head, childrenOf(top, uri));
}
function segmentOf(top: Segment, path: string): Segment {
  let at = top;
  for (const name of segmentsOf(path)) {
    const next = at.below.get(name) ?? segment(`${at.path}/${name}`, `/${name}`);
    at.below.set(name, next);
    at = next;
  }
  return at;
}
function segment(path: string, label: string): Segment {
  return { path, label, below: new Map(), routes: [] };
}
/** `/a/b` gives a and b, `/` gives none, `/a/` gives a and an empty one. */
function segmentsOf(path: string): readonly string[] {
  if (path === '' || path === '/') return [];
  const all = path.split('/').slice(path.startsWith('/') ? 1 : 0);
  return all.length <= mostSegments ? all : [...all.slice(0, mostSegments - 1), all.slice(mostSegments - 1).join('/')];
}
function childrenOf(at: Segment, folder: string): readonly MapNode[] {
  const routes = [...at.routes].sort((a, b) => rank(a.method) - rank(b.method) || (a.method < b.method ? -1 : a.method > b.method ? 1 : 0));
  const leaves = routes.map((item) => leaf(item, at.label === '' ? `${item.method} ${item.path || '/'}` : item.method));
  return [...leaves, ...[...at.below.values()].map((each) => pathNode(each, folder))];
}
function rank(method: string): number {
  const at = order.indexOf(method);
  return at < 0 ? order.length : at;
}
function pathNode(at: Segment, folder: string): MapNode {
  let [deepest, label] = [at, at.label];
  while (deepest.routes.length === 0 && deepest.below.size === 1) {
    const [next] = deepest.below.values();
    if (!next) break;
    [deepest, label] = [next, label + next.label];
  }
  const head = { id: idOf([folder, deepest.path]), kind: 'path', label, path: deepest.path } as const;
  return branch(head, childrenOf(deepest, folder));
}

function leaf(item: MapItem | MapOperation, label: string): MapNode {
  const { id, path, place } = item;
  const head = { id, kind: 'route', label, path, children: [], place } as const;
  if (!('authentication' in item)) {
    return { ...head, item, risk: 'unserved', counts: { ...none, unserved: 1 }, routes: 0, findings: 0, undocumented: false };
  }
  const risk = riskOf(item);
  const undocumented = item.documented === 'no';
  return { ...head, item, risk, counts: { ...none, [risk]: 1 }, routes: 1, findings: item.findings.length, undocumented };
}
function branch(head: Pick<MapNode, 'id' | 'kind' | 'label' | 'path'>, children: readonly MapNode[]): MapNode {
  const total = (of: (node: MapNode) => number): number => children.reduce((sum, each) => sum + of(each), 0);
  const counts = {
    'open-write': total((each) => each.counts['open-write']),
    open: total((each) => each.counts.open),
    unknown: total((each) => each.counts.unknown),
    guarded: total((each) => each.counts.guarded),
    unserved: total((each) => each.counts.unserved),
  };
  return {
    ...head,
    children,
    item: undefined,
    risk: gravest(children.filter(({ routes, counts: own }) => routes + own.unserved > 0).map(({ risk }) => risk)) ?? 'guarded',
    counts,
    routes: total((each) => each.routes),
    findings: total((each) => each.findings),
    undocumented: false,
    place: children.find(({ place }) => place)?.place,
  };
}
const none: Readonly<Record<Risk, number>> = { 'open-write': 0, open: 0, unknown: 0, guarded: 0, unserved: 0 };

function idOf(parts: readonly string[]): string {
  return JSON.stringify(parts);
}
