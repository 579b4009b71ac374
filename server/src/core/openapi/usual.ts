import type { OpenApiDocument } from './document.js';
import { entryOf, valueAt } from './values.js';

const OTHER_NAMES: ReadonlyMap<string, readonly string[]> = new Map([
  ['BadRequest', ['ValidationError']], ['TooManyRequests', ['RateLimited']], ['Unauthorized', ['UnauthorizedError']], ['Forbidden', ['ForbiddenError']], ['NotFound', ['NotFoundError']],
]);

/** The document's own response or error schema, where it has one by a usual name. */
export function usualResponse(document: OpenApiDocument, description: string): unknown {
  const old = document.version === '2.0';
  const plain = description.replaceAll(' ', '');
  const usual = plain === 'Error' ? ['Error', 'InternalServerError', 'InternalError', 'ServerError', 'UnexpectedError'] : [plain, ...(OTHER_NAMES.get(plain) ?? [])];
  const shared = usual.find((name) => entryOf(old ? valueAt(document.root, 'responses') : valueAt(document.root, 'components', 'responses'), name));
  if (shared !== undefined) return { $ref: `#/${old ? '' : 'components/'}responses/${shared}` };
  const schemas = old ? valueAt(document.root, 'definitions') : valueAt(document.root, 'components', 'schemas');
  const schema = ['Error', 'ErrorResponse', 'ApiError', 'Problem', 'ProblemDetails'].find((name) => entryOf(schemas, name));
  if (schema === undefined) return { description };
  if (old) return { description, schema: { $ref: `#/definitions/${schema}` } };
  return { description, content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } } };
}
