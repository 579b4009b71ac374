import type { OpenApiDocument, Operation } from './document.js';
import { basesOf } from './bases.js';
import { at } from './schemas.js';
import { effective, type Requirement } from './security.js';
import { asText, extensionsOf, valueOf } from './values.js';

/** An operation as whoever answers it by name sees it: plain data without places. */
export interface DrivenOperation {
  readonly method: string;
  readonly path: string;
  /** `operationId` and the extension keys that hold text, of the operation, its path item and the document, the nearest of each. */
  readonly keys: ReadonlyMap<string, string>;
  /** Lists of schemes, each of which is enough; one that is empty asks for nothing. Undefined: nobody can tell. */
  readonly security: readonly (readonly DrivenScheme[])[] | undefined;
}
export interface DrivenScheme {
  readonly name: string;
  readonly scoped: boolean;
}
/** A document as far as routes are made of it. */
export interface DrivenDocument {
  readonly path: string;
  readonly complete: boolean;
  /** The paths of its servers; `['']` where it names none. */
  readonly bases: readonly string[];
  readonly swagger: boolean;
  readonly operations: readonly DrivenOperation[];
}
const MOST_BASES = 10;

/** What of a document tells routes. */
export function drivenOf(document: OpenApiDocument): DrivenDocument {
  const bases = [...new Set(basesOf(document.servers).map(({ path }) => path))].slice(0, MOST_BASES);
  const general = textsOf([...extensionsOf(document.root), ...extensionsOf(valueOf(document.root, 'paths'))]);
  return {
    path: document.path,
    complete: document.complete,
    bases: bases.length === 0 ? [''] : bases,
    swagger: document.version === '2.0',
    operations: document.operations.filter(({ section }) => section === 'paths').map((operation) => ({
      method: operation.method, path: operation.path, keys: new Map([...general, ...textsOf(operation.extensions), ...idOf(operation, document)]), security: securityOf(effective(operation, document)),
    })),
  };
}
function textsOf(entries: Iterable<readonly [string, Parameters<typeof asText>[0]]>): readonly (readonly [string, string])[] {
  return [...entries].flatMap(([key, value]) => {
    const text = asText(value);
    return text === undefined ? [] : [[key, text] as const];
  });
}
function idOf({ pointer }: Operation, document: OpenApiDocument): readonly (readonly [string, string])[] {
  const id = asText(valueOf(at(document, pointer), 'operationId'));
  return id === undefined ? [] : [['operationId', id]];
}
function securityOf(required: Requirement | { readonly kind: 'absent' }): DrivenOperation['security'] {
  if (required.kind === 'unknown') return undefined;
  if (required.kind === 'absent' || required.kind === 'none') return [];
  const lists = required.alternatives.map((one) => one.map(({ scheme, scopes }) => ({ name: scheme, scoped: scopes.length > 0 })));
  return required.kind === 'optional' ? [...lists, []] : lists;
}
/** One text for all of it that tells routes: equal where they are the same. */
export function drivenText(document: DrivenDocument | undefined): string {
  return JSON.stringify(document, (_, value: unknown) => (value instanceof Map ? [...value] : value)) ?? '';
}
