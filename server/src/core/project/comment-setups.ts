import type { ModuleView } from '../model/module.js';
import type { Call, Value } from '../model/value.js';
import type { RuleContext } from '../rules/rule.js';
import type { FilePath } from '../text/source.js';

/** Packages that put the OpenAPI parts of comments together, and the name by which they do. */
const PACKAGES: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['swagger-jsdoc', new Set(['default', '*', '='])],
  ['next-swagger-doc', new Set(['createSwaggerSpec', 'withSwagger'])],
]);
/** Values of one definition. */
const MOST = 5000;
const DEPTH = 20;

/** The calls of a module that make a document of comments: `swaggerJsdoc({ definition, apis })`. */
export function commentSetups(module: ModuleView): readonly Call[] {
  if (!module.imports.some((one) => PACKAGES.has(one.from))) return [];
  const found: Call[] = [];
  for (const fn of [module.top, ...module.functions.values()]) for (const step of fn.steps) {
    if (step.do !== 'call' || step.call.target.kind !== 'ref' || step.call.target.root.kind !== 'import') continue;
    const { root, path } = step.call.target;
    const names = PACKAGES.get(root.from);
    if (names?.has(root.name) || path.some((name) => name !== undefined && names?.has(name))) found.push(step.call);
  }
  return found;
}

/** Whether all that a call puts together stands in comments: lists that name YAML files too, or that nobody can read, may bring more. */
export function readsCommentsOnly(call: Call, context: RuleContext): boolean {
  const options = call.args[0]?.value;
  const [apis, folder] = ['apis', 'apiFolder'].map((key) => context.option(options, key));
  if (apis?.kind !== 'value') return folder?.kind === 'value' && apis?.kind === 'absent';
  const { value, exact } = apis.resolved;
  return exact && value.kind === 'array' && !value.open && value.items.every((item) => !OTHERS.test(context.textOf(item.value.at)) && !item.spread);
}
/** What may name a YAML file, in the text of a pattern. */
const OTHERS = /ya?ml|\*\.\*|\*['"`]|^[A-Za-z_$][\w$]*$/i;

/** The definition a call is given, as a value without names: what is no constant is unknown. Undefined where nothing can be told of it. `from`: takes the files it stands in. */
export function definitionOf(call: Call, context: RuleContext, from: Set<FilePath>): Value | undefined {
  const options = call.args[0]?.value;
  const given = ['definition', 'swaggerDefinition'].map((key) => context.option(options, key)).find((answer) => answer.kind === 'value');
  if (given?.kind !== 'value') return undefined;
  const plain = plainValue(given.value, context, from, { left: MOST }, 0);
  return plain.kind === 'object' ? plain : undefined;
}

function plainValue(value: Value, context: RuleContext, from: Set<FilePath>, budget: { left: number }, depth: number): Value {
  const { value: end, exact } = context.resolve(value);
  from.add(end.at.path);
  const unknown: Value = { kind: 'unknown', why: 'no constant', at: end.at };
  if (!exact || budget.left-- <= 0 || depth > DEPTH) return unknown;
  if (end.kind === 'literal') return end;
  const inner = (one: Value): Value => plainValue(one, context, from, budget, depth + 1);
  if (end.kind === 'array') {
    const items = end.items.flatMap((item) => (item.spread ? [] : [{ ...item, value: inner(item.value) }]));
    return { ...end, items, open: end.open || items.length < end.items.length };
  }
  if (end.kind !== 'object') return unknown;
  let { open } = end;
  const entries = end.entries.flatMap((entry) => {
    if (entry.form !== 'spread') {
      if (entry.key === undefined) open = true;
      return [{ ...entry, form: entry.key === undefined ? entry.form : ('pair' as const), value: inner(entry.value) }];
    }
    const spread = inner(entry.value);
    if (spread.kind === 'object') {
      open ||= spread.open;
      return spread.entries;
    }
    open = true;
    return [];
  });
  return { ...end, entries, open: open };
}
