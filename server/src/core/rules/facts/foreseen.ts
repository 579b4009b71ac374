import type { Branch } from '../../model/module.js';
import type { Value } from '../../model/value.js';

const NARROWS = /^(name|isOperational|expose|status|statusCode|isJoi|isBoom|code|type|errors|isClient|isPublic|userMessage|constructor)$/;
/** Under an `instanceof`, a name or a status test: the error is one that was foreseen. */
export function isForeseen(when: readonly Branch[]): boolean {
  const narrows = (value: Value, depth: number): boolean => {
    if (depth > 8) return false;
    switch (value.kind) {
      case 'compare': return (value.op === 'instanceof' && !isAnyError(value.right)) || narrows(value.left, depth + 1) || narrows(value.right, depth + 1);
      case 'not': return narrows(value.of, depth + 1);
      case 'logic': return narrows(value.left, depth + 1) || narrows(value.right, depth + 1);
      case 'ref': return value.path.some((key) => key !== undefined && NARROWS.test(key)) && (value.root.kind === 'caught' || value.root.kind === 'parameter' || value.root.kind === 'local');
      case 'call': return /^(is[A-Z]\w*(Error|Exception)|isHttpError|isAxiosError|isBoom)$/.test(value.name);
      default: return false;
    }
  };
  return when.some((branch) => (branch.holds || branch.early) && narrows(branch.test, 0) && !(branch.early && !branch.holds));
}

/** `err instanceof Error` holds for every error there is. */
function isAnyError(value: Value): boolean {
  return value.kind === 'ref' && value.root.kind === 'global' && value.root.name === 'Error' && value.path.length === 0;
}
