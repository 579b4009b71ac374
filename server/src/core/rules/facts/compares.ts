import type { Branch, FunctionView } from '../../model/module.js';
import type { Value } from '../../model/value.js';
import { partsOf } from './walk.js';

export type Compare = Extract<Value, { readonly kind: 'compare' }>;
/** A comparison in a function, with the branches the statement around it stands in. */
export interface PlacedCompare {
  readonly compare: Compare;
  readonly when: readonly Branch[];
}
const DEEPEST = 12;

/** Every comparison a function makes, in tests, results, arguments and assignments; each once. */
export function comparesOf(fn: FunctionView): readonly PlacedCompare[] {
  const found = new Map<string, PlacedCompare>();
  const visit = (value: Value | undefined, when: readonly Branch[], depth: number): void => {
    if (!value || depth > DEEPEST) return;
    if (value.kind === 'compare') {
      const key = `${value.at.mark} ${value.at.part?.start ?? ''}`;
      if (!found.has(key)) found.set(key, { compare: value, when });
    }
    // What is read from a comparison, or written with one, decides nothing.
    if (value.kind !== 'ref' && value.kind !== 'template') for (const part of partsOf(value)) visit(part, when, depth + 1);
  };
  for (const step of fn.steps) {
    for (const [index, branch] of step.when.entries()) visit(branch.test, step.when.slice(0, index), 0);
    visit(step.do === 'call' ? step.call : step.value, step.when, 0);
  }
  return [...found.values()];
}
