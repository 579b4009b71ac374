import type { InventoryEndpoint, InventoryOperation, InventoryResult } from '../../../server/src/lsp/protocol.js';

/** A place in a source, counted from 0 as in the protocol. */
export interface Place {
  readonly uri: string;
  readonly line: number;
  readonly character: number;
}
type Same = 'id' | 'folder' | 'method' | 'path' | 'framework' | 'authentication' | 'documented' | 'public' | 'admin' | 'complete';
/** One endpoint as the map needs it: of the inventory what is drawn, said or looked for. */
export interface MapItem extends Pick<InventoryEndpoint, Same> {
  readonly place: Place;
  /** Names of what a request passes before the handler, in this order. */
  readonly chain: readonly string[];
  /** Ids of the rules with open findings at it, one for each finding. */
  readonly findings: readonly string[];
}

/** An operation of a document that no route serves. */
export interface MapOperation extends Pick<InventoryOperation, 'id' | 'folder' | 'method' | 'path' | 'admin'> {
  readonly place: Place;
}

/** A folder of the workspace. */
export interface MapFolder {
  readonly uri: string;
  readonly name: string;
}
/** All that is drawn. */
export interface MapContent {
  readonly folders: readonly MapFolder[];
  readonly items: readonly MapItem[];
  readonly unserved: readonly MapOperation[];
  /** At how many places routes may be missing. */
  readonly gaps: number;
}

/** What the map needs of the inventory. */
export function contentOf({ folders, endpoints, missing, gaps }: InventoryResult): MapContent {
  const unserved = missing.map(({ id, folder, method, path, admin, location }) => ({
    id,
    folder,
    method,
    path,
    admin,
    place: placeOf(location),
  }));
  return { folders: folders.map(({ uri, name }) => ({ uri, name })), items: endpoints.map(itemOf), unserved, gaps: gaps.length };
}
function itemOf(endpoint: InventoryEndpoint): MapItem {
  const { id, folder, method, path, framework, authentication, documented, public: isPublic, admin, complete, location } = endpoint;
  return {
    ...{ id, folder, method, path, framework, authentication, documented, public: isPublic, admin, complete },
    place: placeOf(location),
    chain: endpoint.chain.map(({ name }) => name),
    findings: endpoint.findings.map(({ rule }) => rule),
  };
}
function placeOf({ uri, range }: InventoryEndpoint['location']): Place {
  return { uri, ...range.start };
}
