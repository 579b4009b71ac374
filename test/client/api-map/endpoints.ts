import type { InventoryEndpoint } from '../../../server/src/lsp/protocol.js';

/** An open endpoint with nothing before it, from `GET /path`, with what a test wants otherwise. */
export function endpoint(text: string, more: Partial<InventoryEndpoint> = {}): InventoryEndpoint {
  const space = text.indexOf(' ');
  const nowhere = { uri: 'file:///work/src/app.js', range: { start: { line: 0, character: 4 }, end: { line: 0, character: 7 } } };
  return {
    id: `f#${text}`,
    folder: 'f',
    method: text.slice(0, space),
    path: text.slice(space + 1),
    framework: 'express',
    location: nowhere,
    chain: [],
    handler: { name: 'handler', location: nowhere },
    authentication: 'unguarded',
    because: 'nothing in the chain asks who the caller is',
    likely: false,
    by: null,
    authorization: 'unguarded',
    authorizationBecause: 'nothing in the chain asks who the caller is',
    operation: null,
    documented: 'unknown',
    public: false,
    admin: false,
    findings: [],
    complete: true,
    ...more,
  };
}
