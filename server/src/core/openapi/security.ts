import type { Item, Value } from '../model/value.js';
import type { OpenApiDocument, Operation } from './document.js';
import { ofDocument, ofOperation } from './kept.js';
import { asArray, asObject, asText, entriesOf, type KeyedEntry } from './values.js';

/** One way to satisfy a requirement: all schemes of it together. */
export type Alternative = readonly { readonly scheme: string; readonly scopes: readonly string[] }[];

/**
 * What a `security` value asks of a caller. `none`: an empty list. `optional`: one alternative is `{}`, found at `empty`.
 * `unknown`: not what the specification allows, or a part of it could not be read.
 */
export type Requirement =
  | { readonly kind: 'none'; readonly at: Value }
  | { readonly kind: 'optional'; readonly empty: Value; readonly index: number; readonly alternatives: readonly Alternative[] }
  | { readonly kind: 'required'; readonly alternatives: readonly Alternative[] }
  | { readonly kind: 'unknown' };

/** Reads one `security` value. */
export function readRequirement(security: Value): Requirement {
  const list = asArray(security);
  if (!list || list.open) return { kind: 'unknown' };
  if (list.items.length === 0) return { kind: 'none', at: security };
  const alternatives: Alternative[] = [];
  let empty: { value: Value; index: number } | undefined;
  for (const [index, item] of list.items.entries()) {
    const object = asObject(item.value);
    if (!object || object.open) return { kind: 'unknown' };
    const parts = entriesOf(object).map((entry) => ({ scheme: entry.key, scopes: (asArray(entry.value)?.items ?? []).flatMap((scope) => asText(scope.value) ?? []) }));
    if (parts.length === 0) empty ??= { value: item.value, index };
    else alternatives.push(parts);
  }
  return empty ? { kind: 'optional', empty: empty.value, index: empty.index, alternatives } : { kind: 'required', alternatives };
}

/** What an operation asks for after inheritance. `absent`: neither it nor the document says anything. */
export const effective = ofOperation((operation, document): Requirement | { readonly kind: 'absent' } => {
  if (operation.own) return readRequirement(operation.own);
  if (document.security) return readRequirement(document.security);
  const rootKnown = document.root.kind === 'object' && !document.root.open;
  return operation.complete && rootKnown ? { kind: 'absent' } : { kind: 'unknown' };
});

/** Whether the operation answers without credentials, as far as the document proves it. */
export function isOpenOperation(operation: Operation, document: OpenApiDocument): boolean {
  const kind = effective(operation, document).kind;
  return kind === 'absent' || kind === 'none' || kind === 'optional';
}

/** Whether the document holds no `security` key at all, neither at its root nor in any operation: proven only for complete documents. */
export function mentionsNoSecurity(document: OpenApiDocument): boolean {
  return document.complete && !document.mentionsSecurity;
}

/** Every mention of a scheme in a requirement, in order. */
export interface SchemeUse {
  readonly entry: KeyedEntry;
  readonly scopes: readonly Item[];
  /** Undefined: the requirement of the whole document. */
  readonly operation: Operation | undefined;
}
/** The schemes that the document and its operations require. */
export function* schemeUses(document: OpenApiDocument): Iterable<SchemeUse> {
  yield* usesIn(document.security, undefined);
  for (const operation of document.operations) yield* ownUses(operation, document);
}
const ownUses = ofOperation((operation) => usesIn(operation.own, operation));
function usesIn(security: Value | undefined, operation: Operation | undefined): readonly SchemeUse[] {
  return (asArray(security)?.items ?? []).flatMap((item) => entriesOf(item.value).map((entry) => ({ entry, scopes: asArray(entry.value)?.items ?? [], operation })));
}
/** The names of the schemes that are required anywhere. */
export const requiredSchemes = ofDocument((document): ReadonlySet<string> => new Set([...schemeUses(document)].map(({ entry }) => entry.key)));

const READING = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'QUERY', 'SEARCH', 'PROPFIND', 'REPORT']);

/** The last segment of a path that names a call, and the call reads: `/items/get`, `/search`. */
const READ = /\/(get|list|search|find|query|lookup|fetch)$/i;

/** Whether something is changed: by PUT, PATCH, DELETE, a POST whose path does not end in a word for reading, and every additional operation that is not a known read. */
export function isChanging(operation: Operation): boolean {
  return !READING.has(operation.method.toUpperCase()) && !(operation.method === 'POST' && READ.test(operation.path));
}

/** A changing operation on the same path that demands credentials, where this one, also changing, proves to demand none. */
export const securedSibling = ofOperation((operation, document): { readonly operation: Operation; readonly alternatives: readonly Alternative[] } | undefined => {
  if (operation.section !== 'paths' || !isChanging(operation) || !isOpenOperation(operation, document)) return undefined;
  for (const other of neighbours(operation, document)) {
    if (!isChanging(other)) continue;
    const needs = effective(other, document);
    if (needs.kind === 'required') return { operation: other, alternatives: needs.alternatives };
  }
  return undefined;
});

/** Where the operations of a document stand among each other. */
const indexOf = ofDocument(({ operations }): ReadonlyMap<Operation, number> => new Map(operations.map((operation, index) => [operation, index])));
/** The other operations of the same path. */
export function neighbours(operation: Operation, document: OpenApiDocument): readonly Operation[] {
  const { operations } = document;
  const index = indexOf(document).get(operation) ?? -1;
  const found: Operation[] = [];
  for (const step of [-1, 1]) {
    for (let i = index + step; i >= 0 && i < operations.length; i += step) {
      const other = operations[i];
      if (!other) break;
      // Callbacks stand between the operations of a path.
      if (other.section !== operation.section) continue;
      if (other.path !== operation.path) break;
      found.push(other);
    }
  }
  return found;
}

/** The scheme names of one alternative, for a message: `jwt`, `key + jwt`. */
export function schemeNames(alternative: Alternative | undefined): string {
  return (alternative ?? []).map((part) => part.scheme).join(' + ');
}
