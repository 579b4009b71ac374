import type { Binding, FunctionView, ModuleView } from '../../model/module.js';
import type { FunctionId } from '../../model/value.js';

/**
 * The module without the bodies of functions that are not in `keep`: they are read again (`load`) when somebody looks at
 * one. What is left is a tenth of it for a file of request handlers. `load` must give the same text lowered the same way.
 */
export function slimmed(module: ModuleView, keep: ReadonlySet<FunctionId>, load: () => ModuleView): ModuleView {
  const functions = new Map([...module.functions].map(([id, fn]) => [id, keep.has(id) ? fn : withoutSteps(fn, load)]));
  const bindings = module.bindings.map((one) => (one.scope === module.top.id || keep.has(one.scope) ? one : withoutValue(one, load)));
  return { ...module, functions, bindings };
}

function withoutSteps(fn: FunctionView, load: () => ModuleView): FunctionView {
  const { id, name, nameAt, at, bodyAt, parameters, async, owner, within, decorators, when, complete } = fn;
  return {
    id, name, nameAt, at, bodyAt, parameters, async, owner, within, decorators, when, complete,
    get steps() {
      return load().functions.get(id)?.steps ?? [];
    },
  };
}
function withoutValue({ id, name, nameAt, constant, scope, value }: Binding, load: () => ModuleView): Binding {
  const { at } = value;
  return {
    id, name, nameAt, constant, scope,
    get value() {
      return load().bindings[id]?.value ?? { kind: 'unknown', why: 'not read', at };
    },
  };
}
