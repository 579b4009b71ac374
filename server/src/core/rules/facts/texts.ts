import { branchOf, type Branch, type ModuleView } from '../../model/module.js';
import type { Call, Literal, Template, Value } from '../../model/value.js';
import { once } from './once.js';

/** A text as written: a constant, or a template whose holes are values. */
export interface WrittenText {
  readonly value: Template | (Literal & { readonly value: string });
  /** The call it is handed to. */
  readonly call: Call | undefined;
  readonly when: readonly Branch[];
}
const DEEPEST = 30;

/** Every text of a file, each once: what calls are given first, for these know the branches they stand in. */
export const writtenTexts = once(textsOf);
function textsOf(module: ModuleView): readonly WrittenText[] {
  const found = new Map<number, WrittenText>();
  const calls = new Set<Call>();
  const visit = (value: Value, call: Call | undefined, when: readonly Branch[], depth: number): void => {
    if (depth > DEEPEST) return;
    const below = (next: Value, more: readonly Branch[] = when): void => { visit(next, call, more, depth + 1); };
    switch (value.kind) {
      case 'literal':
        if (isText(value) && !found.has(value.at.mark)) found.set(value.at.mark, { value, call, when });
        return;
      case 'template':
        if (!found.has(value.at.mark)) found.set(value.at.mark, { value, call, when });
        for (const part of value.parts) if (typeof part !== 'string') below(part);
        return;
      case 'object': for (const entry of value.entries) below(entry.value); return;
      case 'array': for (const item of value.items) below(item.value); return;
      case 'call':
        if (calls.has(value)) return;
        calls.add(value);
        for (const item of value.args) visit(item.value, value, when, depth + 1);
        if (value.receiver) below(value.receiver);
        return;
      case 'choice':
        below(value.test);
        below(value.then, [...when, branchOf(value.test, true)]);
        below(value.else, [...when, branchOf(value.test, false)]);
        return;
      case 'logic':
        below(value.left);
        below(value.right, value.op === '&&' ? [...when, branchOf(value.left, true)] : when);
        return;
      case 'compare':
        below(value.left);
        below(value.right);
        return;
      case 'not': below(value.of); return;
      case 'ref': if (value.root.kind === 'value') below(value.root.of); return;
      default:
    }
  };
  for (const fn of [module.top, ...module.functions.values()])
    for (const step of fn.steps) {
      for (const branch of step.when) visit(branch.test, undefined, [], 1);
      if (step.do === 'call') visit(step.call, undefined, step.when, 0);
      else if (step.value) visit(step.value, undefined, step.when, 0);
    }
  for (const binding of module.bindings) visit(binding.value, undefined, binding.when, 0);
  for (const view of module.classes.values()) for (const field of view.fields) visit(field.value, undefined, [], 0);
  for (const one of module.exports) visit(one.value, undefined, [], 0);
  return [...found.values()];
}
function isText(value: Literal): value is Literal & { readonly value: string } {
  return typeof value.value === 'string';
}
