import type { InventoryEndpoint, InventoryOperation } from '../../../server/src/lsp/protocol.js';
import { isWrite } from './risk.js';

/** What the API map can be narrowed to. */
export type Filter = 'publicWrites' | 'admin' | 'documented' | 'undocumented' | 'unserved' | 'unknown';
/** In the order in which they are offered. */
export const filters: readonly Filter[] = ['publicWrites', 'admin', 'documented', 'undocumented', 'unserved', 'unknown'];

/** What they ask of an endpoint. */
type Asked = Pick<InventoryEndpoint, 'authentication' | 'method' | 'admin' | 'documented' | 'complete'>;
const keeps: Readonly<Record<Filter, (endpoint: Asked) => boolean>> = {
  publicWrites: (endpoint) => endpoint.authentication === 'unguarded' && isWrite(endpoint),
  admin: (endpoint) => endpoint.admin,
  documented: (endpoint) => endpoint.documented === 'yes',
  undocumented: (endpoint) => endpoint.documented === 'no',
  unserved: () => false,
  unknown: (endpoint) => endpoint.authentication === 'unknown' || !endpoint.complete,
};

/** Whether every filter that is on keeps the endpoint. */
export function isKept(endpoint: Asked, on: ReadonlySet<Filter>): boolean {
  return filters.every((filter) => !on.has(filter) || keeps[filter](endpoint));
}

/** The same of an operation that no route serves: only of its path more is known. */
export function isOperationKept({ admin }: Pick<InventoryOperation, 'admin'>, on: ReadonlySet<Filter>): boolean {
  return filters.every((filter) => !on.has(filter) || filter === 'unserved' || (filter === 'admin' && admin));
}

/** The filters named in a stored value; whatever else it holds is nothing. */
export function readFilters(stored: unknown): ReadonlySet<Filter> {
  return new Set(Array.isArray(stored) ? filters.filter((filter) => stored.includes(filter)) : []);
}
