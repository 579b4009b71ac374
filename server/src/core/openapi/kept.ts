import type { Frame, OpenApiDocument, Operation, Pointer } from './document.js';
import type { KeyedEntry } from './values.js';

/**
 * What is found in an operation, found once for as long as the operation is the same object. `find` may look at the operation, at its path item, at
 * what stands outside `paths` and at what these refer to, and at nothing else of the document.
 */
export function ofOperation<V>(find: (operation: Operation, document: OpenApiDocument) => V): (operation: Operation, document: OpenApiDocument) => V {
  const known = new WeakMap<Operation, { readonly value: V }>();
  return (operation, document) => {
    const held = known.get(operation) ?? { value: find(operation, document) };
    known.set(operation, held);
    return held.value;
  };
}
/** An entry of `paths`, with its key path. */
export interface PathEntry {
  readonly entry: KeyedEntry;
  readonly pointer: Pointer;
}
/** The same for an entry of `paths`. */
export function ofPath<V>(find: (path: PathEntry, document: OpenApiDocument) => V): (path: PathEntry, document: OpenApiDocument) => V {
  const known = new WeakMap<KeyedEntry, { readonly frame: Frame; readonly value: V }>();
  return (path, document) => {
    const held = known.get(path.entry);
    if (held?.frame === document.frame) return held.value;
    const value = find(path, document);
    known.set(path.entry, { frame: document.frame, value });
    return value;
  };
}
/** What is found in a document, found once. */
export function ofDocument<V>(find: (document: OpenApiDocument) => V): (document: OpenApiDocument) => V {
  const known = new WeakMap<OpenApiDocument, { readonly value: V }>();
  return (document) => {
    const held = known.get(document) ?? { value: find(document) };
    known.set(document, held);
    return held.value;
  };
}
