import type { InventoryEntry } from '../engine-types.js';
import type { SourceRange } from '../text/source.js';

/** A place of a file as people count: lines and columns from 1, columns in UTF-16 code units. */
export interface LinePlace {
  readonly line: number;
  readonly column: number;
}

/** The endpoints as JSON with two spaces a level, ended by one newline; the only form that has everything. */
export function inventoryJson(entries: readonly InventoryEntry[], placeOf: (range: SourceRange) => LinePlace): string {
  const element = ({ method, path, framework, at, chain, authentication, authorization, operation, findings }: InventoryEntry): object => {
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
  };
  return `${JSON.stringify(entries.map(element), undefined, 2)}\n`;
}
