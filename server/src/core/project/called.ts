import type { ClassView, FunctionView, ModuleView } from '../model/module.js';
import type { ClassId, FunctionId, Ref, Value } from '../model/value.js';
import { fileOf } from '../text/source.js';
import { resolveValue, type Followed } from './values.js';

/** What finding a called function needs of the project. */
export interface Calling extends Followed {
  body(fn: FunctionId): FunctionView | undefined;
}
const MOST_BASES = 6;

/**
 * The function a call surely runs: by its name, through files; as a method of the class around it or of one above, of an instance a field or
 * a name holds, or of a class itself. `made`: the constructor of a class that is made anew.
 */
export function calledFunction(target: Value, made: boolean, project: Calling): FunctionView | undefined {
  if (target.kind !== 'ref') return undefined;
  const { value: end, exact } = resolveValue(target, project);
  if (made) return end.kind === 'class' ? constructorOf(end.id, project, 0) : undefined;
  if (exact && end.kind === 'function') return project.body(end.fn);
  const name = target.path.at(-1);
  if (name === undefined) return undefined;
  const owner = ownerOf({ ...target, path: target.path.slice(0, -1) }, project);
  return owner && methodOf(owner, name, project, 0);
}

/** The class whose member is called: of `this`, of an instance, or the class itself. */
function ownerOf(ref: Ref, project: Calling): ClassId | undefined {
  if (ref.root.kind === 'this') {
    const own = ref.root.class;
    const [field, ...rest] = ref.path;
    if (own === undefined || field === undefined) return own;
    return rest.length === 0 ? fieldOf(own, field, project) : undefined;
  }
  if (ref.root.kind !== 'local' && ref.root.kind !== 'import') return undefined;
  return classIn(resolveValue(ref, project).value, project);
}
/** The class a value is, or is an instance of. */
function classIn(value: Value, project: Calling): ClassId | undefined {
  if (value.kind === 'class') return value.id;
  if (value.kind !== 'call' || value.form !== 'new') return undefined;
  const made = resolveValue(value.target, project).value;
  return made.kind === 'class' ? made.id : undefined;
}
/** What a field holds: an instance made at its declaration, or one the constructor is handed and whose type is named. */
function fieldOf(owner: ClassId, name: string, project: Calling): ClassId | undefined {
  const module = moduleOf(owner, project);
  const view = module?.classes.get(owner);
  if (!module || !view) return undefined;
  const field = view.fields.find((one) => one.name === name);
  const held = field && classIn(field.value, project);
  if (held) return held;
  // `this.repo = repo`, `this.repo = new Repo(db)`.
  const set = module.fields?.get(owner)?.get(name);
  const made = set && classIn(resolveValue(set, project).value, project);
  if (made) return made;
  const given = view.construct === undefined ? undefined : module.functions.get(view.construct)?.parameters;
  const index = set?.kind === 'ref' && set.root.kind === 'parameter' && set.root.fn === view.construct && set.path.length === 0 ? set.root.index : undefined;
  const parameter = given?.find((one) => one.name === name) ?? (index === undefined ? undefined : given?.[index]);
  if (parameter?.type !== undefined) return typed(parameter.type, module, project);
  return parameter?.initial && classIn(resolveValue(parameter.initial, project).value, project);
}
function typed(type: string, module: ModuleView, project: Calling): ClassId | undefined {
  const own = [...module.classes.values()].find((one) => one.name === type);
  if (own) return own.id;
  const from = module.imports.find((one) => one.local === type);
  if (!from) return undefined;
  const name: Value = { kind: 'ref', root: { kind: 'import', from: from.from, name: from.name }, path: [], text: type, at: from.at, nameAt: from.at };
  return classIn(resolveValue(name, project).value, project);
}
function methodOf(owner: ClassId, name: string, project: Calling, hops: number): FunctionView | undefined {
  const module = moduleOf(owner, project);
  const view = module?.classes.get(owner);
  if (!module || !view || hops > MOST_BASES) return undefined;
  for (const id of view.methods) {
    const method = module.functions.get(id);
    if (method?.name === `${view.name}.${name}` && method.accessor === undefined) return method;
  }
  const field = view.fields.find((one) => one.name === name);
  if (field?.value.kind === 'function') return module.functions.get(field.value.fn);
  const base = baseOf(view, project);
  return base && methodOf(base, name, project, hops + 1);
}
function constructorOf(id: ClassId, project: Calling, hops: number): FunctionView | undefined {
  const module = moduleOf(id, project);
  const view = module?.classes.get(id);
  if (!module || !view || hops > MOST_BASES) return undefined;
  if (view.construct) return module.functions.get(view.construct);
  const base = baseOf(view, project);
  return base && constructorOf(base, project, hops + 1);
}
function baseOf(view: ClassView, project: Calling): ClassId | undefined {
  const base = view.extends && resolveValue(view.extends, project).value;
  return base?.kind === 'class' ? base.id : undefined;
}
function moduleOf(id: ClassId, project: Calling): ModuleView | undefined {
  return project.module(fileOf(id));
}
