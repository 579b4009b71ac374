import type { Checks } from '../drivers/driver.js';
import type { FunctionView, Step } from '../model/module.js';
import type { Call, Value } from '../model/value.js';

/** Whether a check of a security scheme welcomes whoever comes: nothing it does depends on the request, and what it does is how it welcomes. */
export function welcomesEach(fn: FunctionView, welcome: Checks['welcome']): boolean {
  const steps = fn.steps.filter((step) => !(step.do === 'call' && /^console\./.test(step.call.callee)));
  if (steps.some((step) => step.when.length > fn.when.length || step.loop !== undefined)) return false;
  if (welcome === 'callback') return steps.length > 0 && steps.every((step) => callsBack(step));
  if (!steps.every((step) => step.do === 'return' || (step.do === 'call' && isSettled(step.call)))) return false;
  const given = steps.flatMap((step) => (step.do === 'return' && step.value ? [settledOf(step.value)] : []));
  if (welcome === 'silence') return given.every((value) => value.kind === 'literal');
  return given.length > 0 && given.every((value) => (welcome === 'truth' ? isTrue(value) : isSuccess(value)));
}
/** `return cb();`, `cb(null);` */
function callsBack(step: Step): boolean {
  const value = step.do === 'call' ? step.call : step.do === 'return' ? step.value : undefined;
  if (step.do === 'return' && value === undefined) return true;
  if (value?.kind !== 'call' || value.target.kind !== 'ref' || value.target.root.kind !== 'parameter' || value.target.path.length > 0) return false;
  return value.args.every((item) => item.value.kind === 'literal' && (item.value.value === null || item.value.value === undefined));
}
function isSettled({ callee }: Call): boolean {
  return callee === 'Promise.resolve';
}
/** What `Promise.resolve(value)` gives. */
function settledOf(value: Value): Value {
  const [first] = value.kind === 'call' && isSettled(value) ? value.args : [];
  return first && !first.spread ? first.value : value;
}
function isTrue(value: Value): boolean {
  return (value.kind === 'literal' && Boolean(value.value)) || (value.kind === 'object' && !value.entries.some(({ key }) => key === undefined || key === 'error'));
}
function isSuccess(value: Value): boolean {
  return value.kind === 'object' && value.entries.some(({ key, value: of }) => key === 'type' && of.kind === 'literal' && of.value === 'success');
}
