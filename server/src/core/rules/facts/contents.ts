import type { ModuleView } from '../../model/module.js';
import type { ArrayValue, Call, ObjectValue, Value } from '../../model/value.js';
import { groupedBy } from './names.js';
import { once } from './once.js';
import { partsOf } from './walk.js';

/** The values a file is made of, each once, those of bindings first, then of exports, then in the order of the steps. */
export interface Contents {
  readonly objects: readonly ObjectValue[];
  readonly arrays: readonly ArrayValue[];
  /** Templates, and constants that are texts. */
  readonly texts: readonly Value[];
  /** Calls of steps, and those that stand inside other values. */
  readonly calls: readonly Call[];
}
const DEEPEST = 12;
const MOST_VALUES = 60_000;

/** All values of a file that rules look through for what they know by its form. */
export const contentsOf = once((module: ModuleView): Contents => {
  const seen = new Set<Value>();
  const places = new Set<string>();
  const objects: ObjectValue[] = [];
  const arrays: ArrayValue[] = [];
  const texts: Value[] = [];
  const calls: Call[] = [];
  const visit = (value: Value, depth: number): void => {
    switch (value.kind) {
      case 'literal':
        if (typeof value.value === 'string') texts.push(value);
        return;
      case 'ref':
        if (value.root.kind !== 'value') return;
        break;
      case 'function': case 'unknown': case 'regex': return;
      default:
    }
    if (depth > DEEPEST || seen.size > MOST_VALUES || seen.has(value)) return;
    seen.add(value);
    if (value.kind === 'object' || value.kind === 'array') {
      // What is written once may stand in several values.
      const place = `${value.at.path}:${value.at.mark}:${value.at.part?.start ?? ''}`;
      if (places.has(place)) return;
      places.add(place);
      if (value.kind === 'object') objects.push(value);
      else arrays.push(value);
    }
    if (value.kind === 'call') calls.push(value);
    else if (value.kind === 'template') texts.push(value);
    for (const part of partsOf(value)) visit(part, depth + 1);
  };
  for (const binding of module.bindings) visit(binding.value, 0);
  for (const one of module.exports) visit(one.value, 0);
  for (const fn of [module.top, ...module.functions.values()]) for (const step of fn.steps) {
    const value = step.do === 'call' ? step.call : step.value;
    if (value) visit(value, 0);
  }
  return { objects, arrays, texts, calls };
});
/** The bindings of a file by the function they are declared in. */
export const bindingsIn = once((module: ModuleView) => groupedBy(module.bindings, ({ scope }) => scope));
