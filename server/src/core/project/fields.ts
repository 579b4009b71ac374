import type { FunctionView, ModuleView, Step } from '../model/module.js';
import type { ClassId, Value } from '../model/value.js';

interface FieldSet {
  readonly fn: FunctionView;
  readonly step: Extract<Step, { readonly do: 'assign' }>;
}
type Sets = ReadonlyMap<string, readonly FieldSet[]>;

/** What the fields of a module's classes are for as long as an object lives: as declared, or as the constructor sets them, once. Fields that change are left out. */
export function lastingFields(module: ModuleView): ReadonlyMap<ClassId, ReadonlyMap<string, Value>> {
  const found = new Map<ClassId, ReadonlyMap<string, Value>>();
  if (module.classes.size === 0) return found;
  const sets = setsOf(module);
  for (const [id, view] of module.classes) {
    const own = sets.get(id);
    const fields = new Map<string, Value>();
    for (const name of new Set([...view.fields.map((one) => one.name), ...(own?.keys() ?? [])])) {
      const declared = view.fields.find((one) => one.name === name)?.value;
      const [only, ...more] = own?.get(name) ?? [];
      const isDeclared = declared !== undefined && declared.kind !== 'unknown' && !(declared.kind === 'literal' && declared.value === undefined);
      if (isDeclared && !only) fields.set(name, declared);
      else if (!isDeclared && only && more.length === 0 && only.fn.id === view.construct && only.step.when.length === 0) fields.set(name, only.step.value);
    }
    found.set(id, fields);
  }
  return found;
}
/** Assignments to `this.x`, by class and name. */
function setsOf(module: ModuleView): ReadonlyMap<ClassId, Sets> {
  const found = new Map<ClassId, Map<string, FieldSet[]>>();
  for (const fn of module.functions.values()) {
    for (const step of fn.steps) {
      if (step.do !== 'assign' || step.target.root.kind !== 'this' || step.target.path.length !== 1) continue;
      const { class: owner } = step.target.root;
      const [name] = step.target.path;
      if (owner === undefined || name === undefined) continue;
      const own = found.get(owner) ?? new Map<string, FieldSet[]>();
      found.set(owner, own.set(name, [...(own.get(name) ?? []), { fn, step }]));
    }
  }
  return found;
}
