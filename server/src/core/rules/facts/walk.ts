import type { FunctionView } from '../../model/module.js';
import type { Value } from '../../model/value.js';

const DEEPEST = 12;

/** Whether a value anywhere in the body is such a one: in its tests, its calls, what it assigns, gives back and throws. Values inside others are looked at; functions in it are not. */
export function someValue(body: FunctionView, wanted: (value: Value) => boolean): boolean {
  return body.steps.some((step) => {
    if (step.when.slice(body.when.length).some((branch) => someIn(branch.test, wanted))) return true;
    if (step.do === 'call') return someIn(step.call, wanted);
    if (step.do === 'assign') return someIn(step.target, wanted) || someIn(step.value, wanted);
    return step.value !== undefined && someIn(step.value, wanted);
  });
}

/** Whether the value or one inside it is such a one. */
export function someIn(value: Value, wanted: (value: Value) => boolean, depth = 0): boolean {
  if (depth > DEEPEST) return false;
  if (wanted(value)) return true;
  const within = (inner: Value): boolean => someIn(inner, wanted, depth + 1);
  switch (value.kind) {
    case 'ref': return (value.root.kind === 'value' && within(value.root.of)) || (value.computed !== undefined && within(value.computed));
    case 'call': return value.args.some((item) => within(item.value)) || (value.receiver !== undefined && within(value.receiver));
    case 'object': return value.entries.some((entry) => within(entry.value));
    case 'array': return value.items.some((item) => within(item.value));
    case 'template': return value.parts.some((part) => typeof part !== 'string' && within(part));
    case 'choice': return within(value.test) || within(value.then) || within(value.else);
    case 'logic':
    case 'compare': return within(value.left) || within(value.right);
    case 'not': return within(value.of);
    default: return false;
  }
}
