import type { Value } from '../model/value.js';
import type { Abstract } from './abstract.js';

/** Whether a test surely holds, judged by what is known to exist; undefined where nobody can tell. Plain values decide nothing: they are set by whoever runs the program. */
export function existence(test: Value, read: (value: Value) => Abstract, depth = 0): boolean | undefined {
  if (depth > 6) return undefined;
  switch (test.kind) {
    case 'ref': return exists(read(test)) ? true : undefined;
    case 'not': return negated(existence(test.of, read, depth + 1));
    case 'compare': {
      const [name, other] = test.right.kind === 'literal' ? [test.left, test.right] : [test.right, test.left];
      if (other.kind !== 'literal' || (other.value !== null && other.value !== undefined) || name.kind !== 'ref' || !exists(read(name))) return undefined;
      return test.op === '!==' || test.op === '!=' ? true : test.op === '===' || test.op === '==' ? false : undefined;
    }
    case 'logic': {
      const left = existence(test.left, read, depth + 1);
      const right = existence(test.right, read, depth + 1);
      const decides = test.op === '&&' ? false : true;
      if (left === decides || right === decides) return decides;
      return left === undefined || right === undefined ? undefined : !decides;
    }
    default: return undefined;
  }
}
function exists(value: Abstract): boolean {
  return value.is === 'scope' || value.is === 'instance' || value.is === 'builder';
}
function negated(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value;
}
