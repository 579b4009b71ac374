import type { FunctionView } from '../../model/module.js';
import type { FunctionId } from '../../model/value.js';

/** A function and those it stands in, the innermost first, `most` of them at the most. `body`: what an id stands for. */
export function* outward(fn: FunctionView, body: (id: FunctionId) => FunctionView | undefined, most: number): Iterable<FunctionView> {
  let current: FunctionView | undefined = fn;
  for (let count = 0; current && count < most; count++) {
    yield current;
    current = current.within === undefined ? undefined : body(current.within);
  }
}
