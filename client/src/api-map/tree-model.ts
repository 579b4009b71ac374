import type { InventoryEndpoint, InventoryOperation, InventoryResult, InventoryStep } from '../../../server/src/lsp/protocol.js';
import { isKept, isOperationKept, type Filter } from './filters.js';
import { folderTree, type PathNode } from './path-tree.js';
import { riskOf, type Risk } from './risk.js';

/** A node of the tree view. */
export type MapNode =
  | { readonly kind: 'path'; readonly node: PathNode }
  | { readonly kind: 'endpoint'; readonly endpoint: InventoryEndpoint }
  | { readonly kind: 'operation'; readonly operation: InventoryOperation }
  | { readonly kind: 'step'; readonly endpoint: InventoryEndpoint; readonly index: number; readonly step: InventoryStep }
  | { readonly kind: 'handler'; readonly endpoint: InventoryEndpoint; readonly handler: NonNullable<InventoryEndpoint['handler']> };

/** The nodes at the top: what the filters keep, by path. */
export function topNodes({ folders, endpoints, missing }: InventoryResult, on: ReadonlySet<Filter>): readonly MapNode[] {
  return nodesOf(
    folderTree(
      folders,
      endpoints.filter((endpoint) => isKept(endpoint, on)),
      missing.filter((operation) => isOperationKept(operation, on)),
    ),
  );
}

/** What stands below a node, made when it is asked for: the methods of a path before the paths below it. */
export function childrenOf(node: MapNode): readonly MapNode[] {
  if (node.kind === 'path') {
    return [...leavesOf(node.node), ...nodesOf(node.node.children)];
  }
  if (node.kind !== 'endpoint') return [];
  const { endpoint } = node;
  const steps = endpoint.chain.map((step, index): MapNode => ({ kind: 'step', endpoint, index, step }));
  return endpoint.handler ? [...steps, { kind: 'handler', endpoint, handler: endpoint.handler }] : steps;
}

function leavesOf({ endpoints, unserved }: PathNode): readonly MapNode[] {
  return [
    ...endpoints.map((endpoint): MapNode => ({ kind: 'endpoint', endpoint })),
    ...unserved.map((operation): MapNode => ({ kind: 'operation', operation })),
  ];
}

/** A path with one method and nothing below it is that method. */
function nodesOf(paths: readonly PathNode[]): readonly MapNode[] {
  return paths.map((node): MapNode => {
    const [only, ...others] = leavesOf(node);
    return only && others.length === 0 && node.children.length === 0 ? only : { kind: 'path', node };
  });
}

/** Stays from inventory to inventory, so that what was opened stays open. */
export function idOf(node: MapNode): string {
  switch (node.kind) {
    case 'path':
      return `path ${node.node.id}`;
    case 'endpoint':
      return `endpoint ${node.endpoint.id}`;
    case 'operation':
      return `operation ${node.operation.id}`;
    case 'step':
      return `step ${node.index} ${node.endpoint.id}`;
    case 'handler':
      return `handler ${node.endpoint.id}`;
  }
}

/** Name and colour of an icon of the editor. */
export interface Icon {
  readonly name: string;
  readonly color: string | undefined;
}
const riskIcons: Readonly<Record<Risk, Icon>> = {
  'open-write': { name: 'unlock', color: 'charts.red' },
  open: { name: 'globe', color: 'charts.orange' },
  unknown: { name: 'question', color: 'charts.yellow' },
  guarded: { name: 'lock', color: 'charts.green' },
  unserved: { name: 'circle-slash', color: undefined },
};
const stepIcons: Readonly<Record<InventoryStep['state'], Icon>> = {
  guards: { name: 'lock', color: 'charts.green' },
  likely: { name: 'lock', color: 'charts.yellow' },
  unknown: { name: 'question', color: 'charts.yellow' },
  passes: { name: 'arrow-small-down', color: undefined },
};

/** The icon of a node: its shape says the same as its colour. */
export function iconOf(node: MapNode): Icon {
  switch (node.kind) {
    case 'path':
      return { name: 'list-tree', color: node.node.risk === 'open-write' ? 'charts.red' : undefined };
    case 'endpoint':
      return riskIcons[riskOf(node.endpoint)];
    case 'operation':
      return riskIcons.unserved;
    case 'step':
      return stepIcons[node.step.state];
    case 'handler':
      return { name: 'symbol-method', color: undefined };
  }
}

/** What the entries of its menu depend on. */
export function contextOf(node: MapNode): string {
  if (node.kind !== 'step' && node.kind !== 'endpoint') return node.kind;
  return lessonOf(node) === undefined ? node.kind : `${node.kind}.teach`;
}

/** A name the policy could be told, and where it stands. */
export interface Lesson {
  readonly name: string;
  readonly key: 'guards' | 'roleGuards';
  /** URI of the file in which the route is registered: its policy is told. */
  readonly uri: string;
}

/** What Unlatched could be taught at a node: of an endpoint, the last unknown step before the handler. */
export function lessonOf(node: MapNode): Lesson | undefined {
  if (node.kind !== 'step' && node.kind !== 'endpoint') return undefined;
  const { endpoint } = node;
  const unknown = endpoint.authentication === 'unknown' ? endpoint.chain.filter(({ teach }) => teach !== null) : [];
  const step = node.kind === 'step' ? node.step : unknown.at(-1);
  return step && step.teach !== null ? { name: step.name, key: step.teach, uri: endpoint.location.uri } : undefined;
}
