import type { Value } from '../../model/value.js';

/** Calls that only reshape the text they are called on: what goes in comes out, at least in part. */
const SHAPES: ReadonlySet<string> = new Set(['split', 'trim', 'trimEnd', 'trimStart', 'slice', 'substring', 'substr', 'replace', 'replaceAll', 'toUpperCase', 'toLowerCase', 'map', 'filter', 'join', 'concat', 'toString', 'at']);
const DEEPEST = 8;

/** The value whose text a chain of such calls works on: `err.stack` of `err.stack.split('\n')` and of `(err.stack || '').slice(1)`. */
export function shapedText(value: Value): Value {
  let current = value;
  for (let hops = 0; hops < DEEPEST; hops++) {
    if (current.kind === 'call' && current.receiver && SHAPES.has(current.name)) current = current.receiver;
    else if (current.kind === 'logic' && current.op !== '&&') current = current.left;
    else break;
  }
  return current;
}
