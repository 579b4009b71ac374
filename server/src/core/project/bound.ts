import type { Binding, ModuleView } from '../model/module.js';
import type { Value } from '../model/value.js';

/** The binding a bare name of the module stands for; undefined for every other value, and for names from elsewhere. */
export function bindingOf(value: Value, module: Pick<ModuleView, 'bindings'>): Binding | undefined {
  return value.kind === 'ref' && value.root.kind === 'local' && value.path.length === 0 ? module.bindings[value.root.binding] : undefined;
}
