import type { Branch, FunctionView } from '../../model/module.js';
import type { Value } from '../../model/value.js';

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
    const below = (next: Value | undefined): void => visit(next, when, depth + 1);
    switch (value.kind) {
      case 'compare': {
        const key = `${value.at.mark} ${value.at.part?.start ?? ''}`;
        if (!found.has(key)) found.set(key, { compare: value, when });
        below(value.left);
        below(value.right);
        return;
      }
      case 'logic':
        below(value.left);
        below(value.right);
        return;
      case 'not':
        below(value.of);
        return;
      case 'choice':
        below(value.test);
        below(value.then);
        below(value.else);
        return;
      case 'call':
        below(value.receiver);
        for (const item of value.args) below(item.value);
        return;
      case 'object':
        for (const entry of value.entries) below(entry.value);
        return;
      case 'array':
        for (const item of value.items) below(item.value);
        return;
      default:
    }
  };
  for (const step of fn.steps) {
    for (const [index, branch] of step.when.entries()) visit(branch.test, step.when.slice(0, index), 0);
    visit(step.do === 'call' ? step.call : step.value, step.when, 0);
  }
  return [...found.values()];
}
