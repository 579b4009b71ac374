import type { Role } from '../model/api.js';
import type { ModuleView } from '../model/module.js';
import type { FunctionId, ObjectValue, Value } from '../model/value.js';
import { partsOf } from '../rules/facts/walk.js';
import { bindingOf } from './bound.js';

const DEEPEST = 8;
const ROOTS = /^(Query|Mutation|Subscription)$/;
const DECORATORS = /^(@nestjs\/graphql|type-graphql)\.(Query|Mutation|Subscription|ResolveField|FieldResolver)$/;
const CODE_FIRST = /^(graphql|nexus|@pothos\/core|graphql-compose)$/;

/** The functions of a file that answer fields of GraphQL: in a map of resolvers by type, under `resolve` of a field, or in a decorated class. */
export function resolversIn(module: ModuleView): ReadonlySet<FunctionId> {
  const found = new Set<FunctionId>();
  const isCodeFirst = module.imports.some((one) => CODE_FIRST.test(one.from));
  const behind = (value: Value): Value => bindingOf(value, module)?.value ?? value;
  const add = (value: Value): void => {
    const end = behind(value);
    if (end.kind === 'function') found.add(end.fn);
  };
  const ofMap = (map: ObjectValue): void => {
    for (const { key, value } of map.entries) {
      const end = behind(value);
      if (key !== undefined && /^[A-Z]/.test(key) && end.kind === 'object') for (const entry of end.entries) add(entry.value);
    }
  };
  const visit = (value: Value, depth: number): void => {
    if (depth > DEEPEST) return;
    if (value.kind === 'object') {
      if (value.entries.some(({ key, value: held }) => key !== undefined && ROOTS.test(key) && behind(held).kind === 'object')) ofMap(value);
      const resolve = isCodeFirst ? value.entries.find(({ key }) => key === 'resolve') : undefined;
      if (resolve) add(resolve.value);
    }
    for (const part of partsOf(value)) visit(part, depth + 1);
  };
  for (const binding of module.bindings) {
    visit(binding.value, 0);
    // `export const Query = { ... }` of a file of its own.
    if (ROOTS.test(binding.name) && binding.scope === module.top.id && binding.value.kind === 'object') for (const entry of binding.value.entries) add(entry.value);
  }
  for (const one of module.exports) visit(one.value, 0);
  for (const step of module.top.steps) if (step.do === 'call') visit(step.call, 0); else if (step.value) visit(step.value, 0);
  for (const fn of module.functions.values()) if (fn.decorators.some((one) => one.kind === 'call' && DECORATORS.test(one.callee))) found.add(fn.id);
  return found;
}
/** What such a function gives back is the answer, as far as the schema lets it through. */
export const RESOLVER: Role = { framework: 'graphql-resolver', as: 'other', parameters: ['other', 'other', 'other', 'other'], returnSends: true, sure: false };
