import { branchOf, type Branch, type FunctionView, type ModuleView } from '../../model/module.js';
import type { Call, Entry, ObjectValue, Value } from '../../model/value.js';

/** One entry of an object anywhere in a file, with what it stands in. */
export interface PlacedEntry {
  readonly entry: Entry;
  readonly object: ObjectValue;
  /** The innermost call that is given the object, and as which argument. */
  readonly call: Call | undefined;
  readonly argument: number | undefined;
  /** The keys above it, from the argument or the name on. */
  readonly keys: readonly string[];
  /** What the outermost object is bound or assigned to. */
  readonly name: string | undefined;
  readonly when: readonly Branch[];
}
type Place = Omit<PlacedEntry, 'entry' | 'object'>;
const DEEPEST = 12;

/** Every object entry of a file, each once; those given to a call first, for these know the tests they stand under. */
export function* entriesOf(module: ModuleView): Iterable<PlacedEntry> {
  const seen = new Set<number>();
  const nowhere: Place = { call: undefined, argument: undefined, keys: [], name: undefined, when: [] };
  const views: readonly FunctionView[] = [module.top, ...module.functions.values()];
  function* visit(value: Value, place: Place, depth: number): Iterable<PlacedEntry> {
    if (depth > DEEPEST) return;
    switch (value.kind) {
      case 'call':
        for (const [index, item] of value.args.entries()) yield* visit(item.value, { ...place, call: value, argument: index, keys: [], name: undefined }, depth + 1);
        return;
      case 'object':
        for (const entry of value.entries) {
          if (seen.has(entry.at.mark)) continue;
          seen.add(entry.at.mark);
          yield { ...place, entry, object: value };
          yield* visit(entry.value, entry.key === undefined ? place : { ...place, keys: [...place.keys, entry.key] }, depth + 1);
        }
        return;
      case 'array':
        for (const item of value.items) yield* visit(item.value, place, depth + 1);
        return;
      case 'choice':
        yield* visit(value.then, { ...place, when: [...place.when, branchOf(value.test, true)] }, depth + 1);
        yield* visit(value.else, { ...place, when: [...place.when, branchOf(value.test, false)] }, depth + 1);
        return;
      case 'logic':
        if (value.op !== '&&') yield* visit(value.left, place, depth + 1);
        yield* visit(value.right, value.op === '&&' ? { ...place, when: [...place.when, branchOf(value.left, true)] } : place, depth + 1);
        return;
      case 'ref':
        if (value.root.kind === 'value') yield* visit(value.root.of, place, depth + 1);
        return;
      default:
    }
  }
  for (const view of views)
    for (const step of view.steps) {
      const place: Place = { ...nowhere, when: step.when };
      if (step.do === 'call') yield* visit(step.call, place, 0);
      else if (step.do === 'assign') yield* visit(step.value, { ...place, name: step.target.path.at(-1) ?? step.target.text }, 0);
      else if (step.value) yield* visit(step.value, place, 0);
    }
  for (const binding of module.bindings) yield* visit(binding.value, { ...nowhere, when: binding.when, name: binding.name }, 0);
  for (const one of module.exports) yield* visit(one.value, { ...nowhere, name: one.name }, 0);
  for (const view of module.classes.values()) {
    for (const decorator of view.decorators) yield* visit(decorator, nowhere, 0);
    for (const field of view.fields) yield* visit(field.value, { ...nowhere, name: field.name }, 0);
  }
}
