import type { DeclaredField, FunctionView, ModuleView } from '../model/module.js';
import type { ClassId, FunctionId, Ref, Value } from '../model/value.js';
import { fileOf } from '../text/source.js';
import { resolveValue, type Followed } from './values.js';

/** A class whose instances a repository or model gives out, with the fields it declares. */
export interface Entity {
  readonly name: string;
  readonly fields: readonly DeclaredField[];
}
/** What finding entities needs of the project. */
export interface Declaring extends Followed {
  body(fn: FunctionId): FunctionView | undefined;
}
/** `Repository<User>`, `Model<UserDocument>`, `typeof User`. */
const HOLDS = /^(?:\w{1,40}\.)?(?:\w{0,20}Repository|Model|ReturnModelType|PaginateModel)<(?:typeof )?(\w{1,60})|^typeof (\w{1,60})$/;
const GIVES = /^(getRepository|getMongoRepository|getTreeRepository|getModel)$/;

/** The class behind a repository: named in the type of the field or parameter that holds it, or handed to the call that gave it. */
export function entityBehind(value: Value, project: Declaring): Entity | undefined {
  const end = value.kind === 'ref' && value.root.kind !== 'this' && value.root.kind !== 'parameter' ? resolveValue(value, project).value : value;
  if (end.kind === 'call') {
    const first = end.args[0]?.value;
    return GIVES.test(end.name) && first ? entityOf(resolveValue(first, project).value, project) : undefined;
  }
  if (end.kind === 'class') return entityOf(end, project);
  const type = end.kind === 'ref' ? declaredType(end, project) : undefined;
  const found = type === undefined ? null : HOLDS.exec(type);
  const name = found?.[1] ?? found?.[2];
  const module = project.module(value.at.path);
  if (name === undefined || !module) return undefined;
  const own = [...module.classes.values()].find((one) => one.name === name);
  if (own) return { name, fields: own.declared ?? [] };
  const from = module.imports.find((one) => one.local === name);
  return from && entityOf(resolveValue({ kind: 'ref', root: { kind: 'import', from: from.from, name: from.name }, path: [], text: name, at: from.at, nameAt: from.at }, project).value, project);
}
function entityOf(value: Value, project: Declaring): Entity | undefined {
  if (value.kind !== 'class') return undefined;
  const view = project.module(fileOf(value.id))?.classes.get(value.id);
  return view && { name: view.name, fields: view.declared ?? [] };
}
/** The type of a field of the class around it, or of a parameter, as it is written. */
export function declaredType({ root, path }: Ref, project: Declaring): string | undefined {
  if (root.kind === 'parameter') return path.length === 0 ? project.body(root.fn)?.parameters[root.index]?.type : undefined;
  if (root.kind !== 'this' || root.class === undefined || path.length !== 1) return undefined;
  const module = project.module(fileOf(root.class));
  return module && fieldType(root.class, path[0], module);
}
function fieldType(owner: ClassId, name: string | undefined, module: ModuleView): string | undefined {
  const view = module.classes.get(owner);
  const declared = view?.declared?.find((one) => one.name === name)?.type;
  const made = view?.construct === undefined ? undefined : module.functions.get(view.construct);
  return declared ?? made?.parameters.find((one) => one.name === name)?.type;
}
