import type { OpenApiDocument, Operation } from '../../openapi/document.js';
import { markedPublic } from '../../openapi/public.js';
import type { RuleContext } from '../rule.js';
import { pathMatches, publicPath } from './paths.js';

/** Whether an operation is meant for strangers: by its path, its `x-public` mark, or the policy. */
export function meantPublic(operation: Operation, document: OpenApiDocument, context: Pick<RuleContext, 'policy'>): boolean {
  return publicPath(operation.path) || markedPublic(operation, document) || context.policy('auth').publicPaths.some((glob) => pathMatches(glob, operation.path));
}
