import { branchOf, type Binding, type Branch, type ModuleView } from '../../model/module.js';
import type { BindingId, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import type { RuleContext } from '../rule.js';
import { partsOf, someIn } from './walk.js';

const DEEPEST = 12;
/** Constants made of constants that are followed. */
const MOST_STEPS = 3;

/**
 * The branches of a use of the constant that holds what stands at a place, where the file uses it outside production
 * only: `const lab = new Agent({ ... })` in `production ? checked : lab`. Undefined where one use stands elsewhere, it is
 * exported, nothing uses it, or making it connects already.
 */
export function setAside(at: At, module: ModuleView, context: RuleContext): readonly Branch[] | undefined {
  const holder = module.bindings.find(({ constant, value }) => constant && (value.kind === 'object' || (value.kind === 'call' && !/connect/i.test(value.name))) && someIn(value, (one) => one.at.mark === at.mark));
  return holder && usedOutside(holder, module, context, 0);
}
function usedOutside(holder: Binding, module: ModuleView, context: RuleContext, steps: number): readonly Branch[] | undefined {
  if (steps > MOST_STEPS) return undefined;
  const [first, ...more] = usesOf(holder, module, context, steps);
  return first && [first, ...more].every((when) => isOutside(when, context)) ? first : undefined;
}
function isOutside(when: readonly Branch[], context: RuleContext): boolean {
  const where = context.environment(when);
  return where === 'development' || where === 'unless-production';
}
/** The branches each use of a constant stands in; a constant made of it counts by its own uses. */
function usesOf(holder: Binding, module: ModuleView, context: RuleContext, steps: number): readonly (readonly Branch[])[] {
  const found: (readonly Branch[])[] = [];
  const made = new Set<number>();
  const collect = (value: Value, when: readonly Branch[]): void => {
    found.push(...usesIn(value, holder.id, when, 0));
  };
  for (const binding of module.bindings) {
    if (binding === holder) continue;
    const uses = [...usesIn(binding.value, holder.id, binding.when, 0)];
    if (uses.length === 0) continue;
    const isSame = binding.constant && (binding.value.kind === 'object' || binding.value.kind === 'call') && !uses.every((when) => isOutside(when, context));
    const further = isSame ? usedOutside(binding, module, context, steps + 1) : undefined;
    if (further) made.add(binding.value.at.mark);
    found.push(...(further ? [further] : uses));
  }
  for (const fn of [module.top, ...module.functions.values()]) {
    for (const { initial } of fn.parameters) if (initial) collect(initial, fn.when);
    for (const step of fn.steps) {
      for (const { test } of step.when) collect(test, step.when);
      if (step.do === 'call') {
        if (!made.has(step.call.at.mark)) collect(step.call, step.when);
      } else if (step.value) collect(step.value, step.when);
    }
  }
  for (const view of module.classes.values()) for (const field of view.fields) collect(field.value, []);
  for (const one of module.exports) collect(one.value, []);
  return found;
}
function* usesIn(value: Value, id: BindingId, when: readonly Branch[], depth: number): Iterable<readonly Branch[]> {
  if (depth > DEEPEST) return;
  if (value.kind === 'ref' && value.root.kind === 'local' && value.root.binding === id) yield when;
  if (value.kind === 'choice') {
    yield* usesIn(value.test, id, when, depth + 1);
    yield* usesIn(value.then, id, [...when, branchOf(value.test, true)], depth + 1);
    yield* usesIn(value.else, id, [...when, branchOf(value.test, false)], depth + 1);
  } else if (value.kind === 'logic' && (value.op === '&&' || value.op === '||')) {
    yield* usesIn(value.left, id, when, depth + 1);
    yield* usesIn(value.right, id, [...when, branchOf(value.left, value.op === '&&')], depth + 1);
  } else for (const part of partsOf(value)) yield* usesIn(part, id, when, depth + 1);
}
