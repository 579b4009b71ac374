import type { OpenApiDocument } from '../../openapi/document.js';
import type { At } from '../../text/source.js';

/** More than so many places of a document that lack the same are its habit, one decision that is told once. */
export const HABIT = 30;
/** The same where it is a fault to be repaired, and not an omission. */
export const REPEATED = 5;
/** Places or operations that one fix completes. */
export const MOST_COMPLETED = 100;

/** Where the habit of a document is told: at its `paths`, else at its version. */
export function habitAt(document: OpenApiDocument): At {
  return document.pathsAt ?? document.versionAt;
}
/** What a message calls operations: the one there is by method and path, else how many. */
export function operationsNamed(operations: OpenApiDocument['operations']): string {
  const [first] = operations;
  return first && operations.length === 1 ? `${first.method} ${first.path}` : `${operations.length} operations`;
}
