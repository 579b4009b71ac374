import type { FunctionView, ModuleView } from '../../model/module.js';
import type { BindingId, Call, Ref, Value } from '../../model/value.js';

const DEEPEST = 14;

/** Every name a value is made of, with the members read from it: outermost first, not through functions. */
export function* refsIn(value: Value, depth = 0): Iterable<Ref> {
  if (depth > DEEPEST) return;
  switch (value.kind) {
    case 'ref':
      yield value;
      if (value.root.kind === 'value') yield* refsIn(value.root.of, depth + 1);
      return;
    case 'template': for (const part of value.parts) if (typeof part !== 'string') yield* refsIn(part, depth + 1); return;
    case 'object': for (const entry of value.entries) yield* refsIn(entry.value, depth + 1); return;
    case 'array': for (const item of value.items) yield* refsIn(item.value, depth + 1); return;
    case 'call':
      if (value.receiver) yield* refsIn(value.receiver, depth + 1);
      for (const arg of value.args) yield* refsIn(arg.value, depth + 1);
      return;
    case 'choice':
      yield* refsIn(value.test, depth + 1);
      yield* refsIn(value.then, depth + 1);
      yield* refsIn(value.else, depth + 1);
      return;
    case 'logic':
    case 'compare':
      yield* refsIn(value.left, depth + 1);
      yield* refsIn(value.right, depth + 1);
      return;
    case 'not': yield* refsIn(value.of, depth + 1); return;
    default:
  }
}
/** Whether a call stands somewhere in a value. */
export function holdsCall(value: Value, call: Call, depth = 0): boolean {
  if (depth > DEEPEST) return false;
  if (value.kind === 'call') {
    if (value.at.mark === call.at.mark) return true;
    return (value.receiver !== undefined && holdsCall(value.receiver, call, depth + 1)) || value.args.some((arg) => holdsCall(arg.value, call, depth + 1));
  }
  switch (value.kind) {
    case 'ref': return value.root.kind === 'value' && holdsCall(value.root.of, call, depth + 1);
    case 'object': return value.entries.some((entry) => holdsCall(entry.value, call, depth + 1));
    case 'array': return value.items.some((item) => holdsCall(item.value, call, depth + 1));
    case 'logic':
    case 'compare': return holdsCall(value.left, call, depth + 1) || holdsCall(value.right, call, depth + 1);
    case 'choice': return holdsCall(value.test, call, depth + 1) || holdsCall(value.then, call, depth + 1) || holdsCall(value.else, call, depth + 1);
    case 'not': return holdsCall(value.of, call, depth + 1);
    case 'template': return value.parts.some((part) => typeof part !== 'string' && holdsCall(part, call, depth + 1));
    default: return false;
  }
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
