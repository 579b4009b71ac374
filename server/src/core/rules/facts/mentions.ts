import type { FunctionView, ModuleView } from '../../model/module.js';
import type { BindingId, Call, Ref, Value } from '../../model/value.js';
import { partsOf } from './walk.js';

const DEEPEST = 14;

/** Every name a value is made of, with the members read from it: outermost first, not through functions. */
export function refsIn(value: Value): readonly Ref[] {
  if (value.kind === 'literal' || value.kind === 'function') return NONE;
  const found: Ref[] = [];
  collect(value, found, 0);
  return found;
}
const NONE: readonly Ref[] = [];
function collect(value: Value, found: Ref[], depth: number): void {
  if (depth > DEEPEST) return;
  if (value.kind === 'ref') found.push(value);
  for (const part of partsOf(value)) collect(part, found, depth + 1);
}
/** Every name a function reads: in its tests, in what it hands to calls, assigns, gives back and throws. */
export function* refsOf(fn: FunctionView): Iterable<Ref> {
  for (const step of fn.steps) {
    for (const { test } of step.when) yield* refsIn(test);
    if (step.do === 'call') for (const { value } of step.call.args) yield* refsIn(value);
    else if (step.value) yield* refsIn(step.value);
  }
}
/** Whether a call stands somewhere in a value. */
export function holdsCall(value: Value, call: Call, depth = 0): boolean {
  if (depth > DEEPEST) return false;
  return (value.kind === 'call' && value.at.mark === call.at.mark) || partsOf(value).some((part) => holdsCall(part, call, depth + 1));
}
/** The names of a file that hold what a call gives, or a part of it: bound to it, taken out of it, or of a name that is. */
export function namesOf(call: Call, fn: FunctionView, module: ModuleView): ReadonlySet<BindingId> {
  const found = new Set<BindingId>();
  const isPart = (value: Value): boolean => holdsCall(value, call) || [...refsIn(value)].some((ref) => ref.root.kind === 'local' && found.has(ref.root.binding));
  for (let round = 0; round < 3; round++) {
    const before = found.size;
    for (const binding of module.bindings) if (!found.has(binding.id) && isPart(binding.value)) found.add(binding.id);
    for (const step of fn.steps) if (step.do === 'assign' && step.target.root.kind === 'local' && step.target.path.length === 0 && isPart(step.value)) found.add(step.target.root.binding);
    if (found.size === before) break;
  }
  return found;
}
