import type { OpenApiDocument, Operation } from './document.js';
import { isTrue } from './values.js';

/** Whether the author marked the operation, its path item or the whole document `x-public: true`. */
export function markedPublic(operation: Operation, document: OpenApiDocument): boolean {
  return isTrue(operation.extensions.get('x-public')) || isTrue(document.extensions.get('x-public'));
}
