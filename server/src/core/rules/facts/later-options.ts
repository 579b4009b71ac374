import type { Branch, ModuleView } from '../../model/module.js';
import type { Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';
import { fromEnvironment } from './alternatives.js';

/** A value an option gets after its object was made: `options.hsts = false`. */
export interface LaterOption {
  readonly value: Value;
  readonly when: readonly Branch[];
}

/** What is assigned to an option of an object of this file, in source order. */
export function laterOptions(options: Value, key: string, module: ModuleView): readonly LaterOption[] {
  if (options.kind !== 'ref' || options.root.kind !== 'local') return [];
  const { root, path } = options;
  const found: LaterOption[] = [];
  for (const view of [module.top, ...module.functions.values()])
    for (const step of view.steps) {
      if (step.do !== 'assign' || step.target.root.kind !== 'local' || step.target.root.binding !== root.binding) continue;
      const { target } = step;
      if (target.path.length === path.length + 1 && target.path.at(-1) === key && path.every((part, index) => part !== undefined && part === target.path[index])) found.push({ value: step.value, when: step.when });
    }
  return found;
}

/** Whether the tests that choose a value are known here: settled by constants, or asked of the environment. What a caller or another part decides is not. */
export function isChosenHere(when: readonly Branch[], context: Pick<RuleContext, 'resolve' | 'constant'>): boolean {
  return when.every(({ test, holds }) => {
    const known = context.constant(test);
    return known ? Boolean(known.value) === holds : fromEnvironment(test, context);
  });
}
