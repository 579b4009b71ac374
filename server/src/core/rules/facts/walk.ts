import type { Branch, FunctionView, Step } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';

const DEEPEST = 12;
const NO_PARTS: readonly Value[] = [];
const valueOf = ({ value }: { readonly value: Value }): Value => value;

/** Whether a value anywhere in the body is such a one: in its tests, its calls, what it assigns, gives back and throws. Values inside others are looked at; functions in it are not. */
export function someValue(body: FunctionView, wanted: (value: Value) => boolean): boolean {
  return body.steps.some((step) => {
    for (let index = body.when.length; index < step.when.length; index++) {
      const branch = step.when[index];
      if (branch && someIn(branch.test, wanted)) return true;
    }
    if (step.do === 'call') return someIn(step.call, wanted);
    if (step.do === 'assign') return someIn(step.target, wanted) || someIn(step.value, wanted);
    return step.value !== undefined && someIn(step.value, wanted);
  });
}

/** The branches of a function's own, each once, with the first step that stands in it. */
export function branchesIn(body: FunctionView): readonly { readonly branch: Branch; readonly step: Step }[] {
  const seen = new Map<Branch, Step>();
  for (const step of body.steps) for (let index = body.when.length; index < step.when.length; index++) {
    const branch = step.when[index];
    if (branch && !seen.has(branch)) seen.set(branch, step);
  }
  return [...seen].map(([branch, step]) => ({ branch, step }));
}
/** Whether the value or one inside it is such a one. */
export function someIn(value: Value, wanted: (value: Value) => boolean, depth = 0): boolean {
  if (depth > DEEPEST) return false;
  if (wanted(value)) return true;
  for (const one of partsOf(value)) if (someIn(one, wanted, depth + 1)) return true;
  return value.kind === 'ref' && value.computed !== undefined && someIn(value.computed, wanted, depth + 1);
}

/** The values a value is made of, one step down, in source order; what a member is read from counts, the key of a computed member and the body of a function do not. */
export function partsOf(value: Value): readonly Value[] {
  switch (value.kind) {
    case 'ref': return value.root.kind === 'value' ? [value.root.of] : NO_PARTS;
    case 'call': {
      if (!value.receiver) return value.args.length === 0 ? NO_PARTS : value.args.map(valueOf);
      return value.args.length === 0 ? [value.receiver] : [value.receiver, ...value.args.map(valueOf)];
    }
    case 'object': return value.entries.map(valueOf);
    case 'array': return value.items.map(valueOf);
    case 'template': return value.parts.filter((part): part is Value => typeof part !== 'string');
    case 'choice': return [value.test, value.then, value.else];
    case 'logic':
    case 'compare': return [value.left, value.right];
    case 'not': return [value.of];
    default: return NO_PARTS;
  }
}

const MOST_NESTED = 8;
/** The parts of `a || b || c`, or of `a && b && c`; the value itself where it is neither. */
export function operandsOf(value: Value, op: '&&' | '||', depth = 0): readonly Value[] {
  return value.kind === 'logic' && value.op === op && depth < MOST_NESTED ? [...operandsOf(value.left, op, depth + 1), ...operandsOf(value.right, op, depth + 1)] : [value];
}

const MOST_CHAINED = 20;
/** What a chain of calls is made on: `res` of `res.status(200).type('text')`; undefined where it begins with a call of a function, or is longer. */
export function baseOf(value: Value | undefined, most = MOST_CHAINED): Value | undefined {
  let base = value;
  for (let hops = 0; base?.kind === 'call' && hops < most; hops++) base = base.receiver;
  return base;
}
/** The calls of a chain, the last first, at most so many. */
export function chainOf(call: Call, most = MOST_CHAINED): readonly Call[] {
  const found: Call[] = [];
  for (let at: Value | undefined = call; at?.kind === 'call' && found.length < most; at = at.receiver) found.push(at);
  return found;
}
/** What a chain of calls begins with: the value it is made on, or its first call, where that has none. */
export function headOf(value: Value): Value {
  let at = value;
  for (let hops = 0; at.kind === 'call' && at.receiver && hops < MOST_CHAINED; hops++) at = at.receiver;
  return at;
}
