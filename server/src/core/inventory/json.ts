import type { InventoryEntry, InventoryOperation } from '../engine-types.js';
import { inOrder } from '../project/inventory.js';
import type { SourceRange } from '../text/source.js';

/** A place of a file as people count: lines and columns from 1, columns in UTF-16 code units. */
export interface LinePlace {
  readonly line: number;
  readonly column: number;
}
type PlaceOf = (range: SourceRange) => LinePlace;

/** The endpoints as JSON with two spaces a level, ended by one newline; the only form that has everything. Operations that no route serves stand among them where they are given, and `served` then tells both apart. */
export function inventoryJson(entries: readonly InventoryEntry[], placeOf: PlaceOf, unserved?: readonly InventoryOperation[]): string {
  const elements = unserved
    ? [...entries.map((one) => ({ at: one, json: { ...served(one, placeOf), served: true } })), ...unserved.map((one) => ({ at: one, json: notServed(one, placeOf) }))].sort((a, b) => inOrder(a.at, b.at)).map(({ json }) => json)
    : entries.map((one) => served(one, placeOf));
  return `${JSON.stringify(elements, undefined, 2)}\n`;
}
function served({ method, path, framework, at, chain, authentication, authorization, operation, findings }: InventoryEntry, placeOf: PlaceOf): object {
  const { line, column } = placeOf(at);
  return {
    method,
    path,
    framework,
    file: at.path,
    line,
    column,
    chain: chain.map((layer) => ({ name: layer.name, file: layer.at.path, line: placeOf(layer.at).line, protects: layer.protects })),
    authentication,
    authorization,
    operation: operation === undefined ? null : { file: operation.path, line: placeOf(operation).line },
    findings,
  };
}
/** The same keys: nothing of code is known, and the place is that of the document. */
function notServed({ method, path, at, findings }: InventoryOperation, placeOf: PlaceOf): object {
  const { line, column } = placeOf(at);
  return { method, path, framework: null, file: at.path, line, column, chain: [], authentication: 'unknown', authorization: 'unknown', operation: { file: at.path, line }, findings, served: false };
}
