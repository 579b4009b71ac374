import type { Change } from '../findings/changes.js';
import type { OpenApiDocument, Operation } from './document.js';
import { ofOperation } from './kept.js';
import { effective, isChanging, type Requirement } from './security.js';
import { entryOf, valueAt } from './values.js';

/** Whether an answer with this status is documented, by itself or by a range. */
function documents(operation: Operation, status: '401' | '403'): boolean {
  return [...operation.responses.keys()].some((key) => key === status || key.toUpperCase() === '4XX' || key === 'default');
}

/** Whether an answer to failures of the server is documented. */
export function documentsFailures({ responses }: Operation): boolean {
  return [...responses.keys()].some((status) => /^(default|5(\d\d|XX))$/i.test(status));
}

/** The refusals a secured operation should document and does not: 401, and 403 where scopes are asked for or something is changed. */
export function missingRefusals(operation: Operation, needs: Requirement): readonly ('401' | '403')[] {
  if (needs.kind !== 'required') return [];
  const forbids = isChanging(operation) || needs.alternatives.some((alternative) => alternative.some((part) => part.scopes.length > 0));
  const wanted: readonly ('401' | '403')[] = forbids ? ['401', '403'] : ['401'];
  return wanted.filter((status) => !documents(operation, status));
}

/** Changes that document refusals: by the document's own component where it has one, else by a description. */
export function documentRefusals(operation: Operation, document: OpenApiDocument, statuses: readonly ('401' | '403')[]): readonly Change[] {
  return statuses.map((status) => ({ do: 'set', path: document.path, key: [...operation.pointer, 'responses', status], value: refusal(document, status === '401' ? 'Unauthorized' : 'Forbidden') }));
}
function refusal(document: OpenApiDocument, name: string): unknown {
  const holder = document.version === '2.0' ? valueAt(document.root, 'responses') : valueAt(document.root, 'components', 'responses');
  if (!entryOf(holder, name)) return { description: name };
  return { $ref: document.version === '2.0' ? `#/responses/${name}` : `#/components/responses/${name}` };
}

/** What an operation would have to document once it, or the whole document, asks for credentials. At most `limit` operations are completed. */
export function refusalsOnceSecured(operations: readonly Operation[], document: OpenApiDocument, limit: number): readonly Change[] {
  const required: Requirement = { kind: 'required', alternatives: [] };
  const lacking = operations.filter((operation) => operation.section === 'paths' && operation.complete && missingRefusals(operation, required).length > 0);
  if (lacking.length > limit) return [];
  return lacking.flatMap((operation) => documentRefusals(operation, document, missingRefusals(operation, required)));
}

/** Missing refusals of an operation as it stands. */
export const undocumentedRefusals = ofOperation((operation, document): readonly ('401' | '403')[] => {
  const needs = effective(operation, document);
  return needs.kind === 'absent' ? [] : missingRefusals(operation, needs);
});
