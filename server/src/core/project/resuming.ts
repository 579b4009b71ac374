import type { FunctionView } from '../model/module.js';
import type { Call, Value } from '../model/value.js';
import type { Active } from './active.js';

/** Whether an error handler `(err, req, res, next)` may call `next()` without the error: the request then goes on as if nothing had happened. */
export function resumes(fn: FunctionView): boolean {
  return fn.steps.some((step) => step.do === 'call' && (isHandedOn(step.call) || (isParameter(step.call.target, fn, 3) && step.call.args.length === 0)) && !step.when.some((branch) => saysHarmless(branch.test, branch.holds, fn)));
}
/** The same, where it may not be enough to keep a request out. */
export function unsure(active: Active): Active {
  return { ...active, sure: false };
}

/** `made.apply(this, arguments)`, as compilers write async functions: what is made is not read, and may do anything. */
function isHandedOn({ name, args }: Call): boolean {
  const last = args[1]?.value;
  return name === 'apply' && last?.kind === 'ref' && last.text === 'arguments';
}
/** There is no error (`if (!err) return next()`), or the answer has been sent. */
function saysHarmless(test: Value, holds: boolean, fn: FunctionView): boolean {
  if (test.kind === 'not') return saysHarmless(test.of, !holds, fn);
  if (test.kind === 'compare' && isParameter(test.left, fn, 0) && isNothing(test.right)) return (test.op === '==' || test.op === '===') === holds;
  if (test.kind === 'ref' && test.path.at(-1) === 'headersSent') return holds;
  return !holds && isParameter(test, fn, 0);
}
function isNothing(value: Value): boolean {
  return value.kind === 'literal' && (value.value === null || value.value === undefined);
}
function isParameter(value: Value, fn: FunctionView, index: number): boolean {
  return value.kind === 'ref' && value.root.kind === 'parameter' && value.root.fn === fn.id && value.root.index === index && value.path.length === 0;
}
