import type { Value } from '../model/value.js';
import type { LoggedEvent } from './abstract.js';
import type { Evaluation } from './evaluate.js';
import type { PathPiece } from './paths.js';

/** Arrays and spreads of middleware written out; `unsure` where a list cannot be read. */
export function flattenValues(evaluation: Evaluation, values: readonly Value[], logged: LoggedEvent, depth = 0): { value: Value; unsure: boolean }[] {
  return values.flatMap((value) => {
    if (depth > 5) return [{ value, unsure: true }];
    if (value.kind === 'array')
      return flattenValues(evaluation, 
        value.items.map((item) => item.value),
        logged,
        depth + 1,
      );
    if (value.kind === 'ref') {
      const target = evaluation.evaluate(value, logged.frame);
      if (target.is === 'value' && target.value.kind === 'array')
        return flattenValues(evaluation, 
          target.value.items.map((item) => item.value),
          { ...logged, frame: target.frame },
          depth + 1,
        );
    }
    return [{ value, unsure: false }];
  });
}

/** Constant text of a path value; undefined for what cannot be known. Lists give several. */
export function pathPieces(evaluation: Evaluation, value: Value | undefined, logged: LoggedEvent, depth = 0): PathPiece[] {
  if (!value || depth > 12) return [undefined];
  switch (value.kind) {
    case 'literal':
      return typeof value.value === 'string' ? [value.value] : [undefined];
    case 'regex':
      return [undefined];
    case 'array':
      return value.items.flatMap((item) => pathPieces(evaluation, item.value, logged, depth + 1));
    case 'template': {
      const parts = value.parts.map((part) => (typeof part === 'string' ? part : (pathPieces(evaluation, part, logged, depth + 1)[0] ?? '{?}')));
      return [parts.join('')];
    }
    case 'logic': {
      const right = pathPieces(evaluation, value.right, logged, depth + 1);
      return value.op === '&&' ? right : pathPieces(evaluation, value.left, logged, depth + 1)[0] === undefined && right[0] !== undefined && value.left.kind !== 'ref' ? right : [undefined];
    }
    case 'ref':
    case 'call': {
      const target = evaluation.evaluate(value, logged.frame);
      if (target.is !== 'value' || target.value === value) return [undefined];
      return pathPieces(evaluation, target.value, { ...logged, frame: target.frame }, depth + 1);
    }
    default:
      return [undefined];
  }
}
