import type { InventoryEndpoint } from '../../../server/src/lsp/protocol.js';

/**
 * How urgently somebody should look at an endpoint; `open-write`: strangers can change data through it, and nobody said that they may.
 * `unserved`: there is none, only an operation of a document.
 */
export type Risk = 'open-write' | 'open' | 'unknown' | 'guarded' | 'unserved';
/** The gravest first. */
export const risks: readonly Risk[] = ['open-write', 'open', 'unknown', 'guarded', 'unserved'];

const reading: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'CONNECT', 'QUERY', 'unknown']);

/** Whether requests of the method change data, as far as its name says; `ALL` answers such requests too. */
export function isWrite({ method }: Pick<InventoryEndpoint, 'method'>): boolean {
  return !reading.has(method);
}

/** The one class of an endpoint that decides its colour everywhere. */
export function riskOf(endpoint: Pick<InventoryEndpoint, 'method' | 'authentication' | 'public'>): Risk {
  if (endpoint.authentication !== 'unguarded') return endpoint.authentication;
  return isWrite(endpoint) && !endpoint.public ? 'open-write' : 'open';
}

/** The gravest of several; undefined of none. */
export function gravest(several: Iterable<Risk>): Risk | undefined {
  const present = new Set(several);
  return risks.find((risk) => present.has(risk));
}
