import type { MapNode } from './tree.js';

/** A node that is shown, with what the keyboard and a screen reader need to know of where it stands. */
export interface Row {
  readonly node: MapNode;
  /** 1 for the root. */
  readonly level: number;
  /** Its place among its siblings, from 1, and their number. */
  readonly position: number;
  readonly size: number;
  /** Index of the row of its parent; undefined for the root. */
  readonly parent: number | undefined;
  /** Undefined where nothing is below. */
  readonly open: boolean | undefined;
}

/** More rows than these at once are too many to look at. */
export const mostRows = 300;

/** The rows that are shown, in reading order: all below open nodes. */
export function visibleRows(root: MapNode, isOpen: (node: MapNode) => boolean): readonly Row[] {
  const rows: Row[] = [];
  const add = (node: MapNode, level: number, position: number, size: number, parent: number | undefined): void => {
    const open = node.children.length === 0 ? undefined : isOpen(node);
    const index = rows.push({ node, level, position, size, parent, open }) - 1;
    if (open === true) node.children.forEach((each, at) => add(each, level + 1, at + 1, node.children.length, index));
  };
  add(root, 1, 1, 1, undefined);
  return rows;
}

/** The ids that are open at first: as many whole levels as give at most so many rows, and at least the first. */
export function openAtFirst(root: MapNode, most = mostRows): ReadonlySet<string> {
  const open = new Set<string>();
  let level: readonly MapNode[] = [root];
  let rows = 1;
  while (level.length > 0) {
    const below = level.flatMap(({ children }) => children);
    rows += below.length;
    if (rows > most && open.size > 0) break;
    for (const node of level) if (node.children.length > 0) open.add(node.id);
    level = below;
  }
  return open;
}

/** Which nodes are open: as at first, but for those somebody has opened or closed. It outlives the trees it is asked about. */
export class Openness {
  /** What somebody chose, by id. */
  private readonly chosen: Map<string, boolean>;
  /** What every node known so far was at first: a new route must not close what is being looked at. */
  private readonly first = new Map<string, boolean>();

  constructor(chosen: Iterable<readonly [string, boolean]> = []) {
    this.chosen = new Map(chosen);
  }

  /** Takes in a new tree; nodes that were known stay as they are. */
  meet(root: MapNode, nodes: readonly MapNode[]): void {
    const open = openAtFirst(root);
    for (const { id, children } of nodes) if (children.length > 0 && !this.first.has(id)) this.first.set(id, open.has(id));
  }

  isOpen(id: string): boolean {
    return this.chosen.get(id) ?? this.first.get(id) ?? false;
  }

  /** What differs from how it was at first is remembered, nothing else. */
  set(id: string, open: boolean): void {
    if (this.first.get(id) === open) this.chosen.delete(id);
    else this.chosen.set(id, open);
  }

  /** What somebody chose, the latest of it where it is very much. */
  choices(): readonly (readonly [string, boolean])[] {
    return [...this.chosen].slice(-mostChoices);
  }
}
const mostChoices = 2000;
