import type { Branch, FunctionView, ModuleView } from '../model/module.js';
import type { FunctionId } from '../model/value.js';
import { alike } from '../text/alike.js';
import { bindingOf } from '../project/bound.js';
import { kept } from '../project/memo.js';
import { samePlace, type At } from '../text/source.js';
import type { RuleContext } from '../rules/rule.js';

/** A call of a function by its name: the branches it stands in, and the function that makes it. */
interface Site {
  readonly by: FunctionId;
  readonly when: readonly Branch[];
}
type Callers = ReadonlyMap<FunctionId, readonly Site[]>;
/** The calls of each function of a module by its name there. */
export const callersOf = kept((module: ModuleView): Callers => {
  const found = new Map<FunctionId, Site[]>();
  for (const fn of [module.top, ...module.functions.values()])
    for (const step of fn.steps) {
      if (step.do !== 'call') continue;
      const value = bindingOf(step.call.target, module)?.value;
      if (value?.kind !== 'function') continue;
      found.set(value.fn, [...(found.get(value.fn) ?? []), { by: fn.id, when: step.when }]);
    }
  return found;
});

/** What a helper answers stands under the branch of its one caller; with several, under a branch that keeps all of them in development. */
export function calledUnder(fn: FunctionView, module: ModuleView, context: RuleContext): readonly Branch[] {
  if (context.role(fn.id)?.sure) return [];
  const sites = callersOf(module).get(fn.id) ?? [];
  const makers = sites.map(({ by }) => by);
  for (const by of makers) context.looks?.at(by);
  context.looks?.at({ stillIn: (now) => alike((callersOf(now).get(fn.id) ?? []).map(({ by }) => by), makers) });
  const [first] = sites;
  if (first === undefined || sites.length === 1) return first?.when ?? [];
  return sites.every(({ when }) => isDevelopment(when, context)) ? first.when : [];
}

/** A branch under which the routes a function answers are registered, where all of them are in development only. What a setting mounts is judged as it is: whoever sets it is exposed. */
export function servedUnder(fn: FunctionId, context: RuleContext): readonly Branch[] {
  return developmentOf(context.endpoints({ handler: fn }), context);
}

/** A branch under which an application is made, where it is made in a method that endpoints of development alone run. */
export function madeUnder(at: At, module: ModuleView, context: RuleContext): readonly Branch[] {
  const maker = [...module.functions.values()].find((fn) => fn.steps.some((step) => step.do === 'call' && samePlace(step.call.at, at)));
  const isMethod = maker !== undefined && [...module.classes.values()].some(({ methods }) => methods.includes(maker.id));
  if (!isMethod) return [];
  const { endpoints, mounts } = context.running(maker.id, 'methods');
  return mounts.length === 0 ? developmentOf(endpoints, context) : [];
}
/** The branches of the first of these routes, where all of them are in development only. */
function developmentOf(routes: ReturnType<RuleContext['endpoints']>, context: RuleContext): readonly Branch[] {
  const [first] = routes;
  return first && routes.every(({ when }) => when.length > 0 && isDevelopment(when, context)) ? first.when : [];
}
function isDevelopment(when: readonly Branch[], context: RuleContext): boolean {
  return /^(development|unless-production)$/.test(context.environment(when));
}
