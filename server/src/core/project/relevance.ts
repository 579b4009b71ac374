import type { FrameworkAdapter } from '../frameworks/adapter.js';
import type { FunctionView, ModuleView, Step } from '../model/module.js';
import type { Call, FunctionId } from '../model/value.js';
import type { Abstract } from './abstract.js';

/** Calls of calls; a longer way round is not followed. */
const MOST_ROUNDS = 20;

/** Tells which functions can have to do with registration, so that the evaluation need not run the rest of a program. */
export function relevance(adapters: readonly FrameworkAdapter[], verbs: ReadonlySet<string>, isOurs: (specifier: string, module: ModuleView) => boolean): (fn: FunctionView, module: ModuleView) => boolean {
  const known = new Map<FunctionId, boolean>();
  const byModule = new Map<ModuleView, ReadonlySet<FunctionId>>();

  function relevantIn(module: ModuleView): ReadonlySet<FunctionId> {
    const found = byModule.get(module);
    if (found) return found;
    const relevant = new Set<FunctionId>();
    const all = [...module.functions.values()];
    for (const fn of all) if (fn.steps.some((step) => direct(step, module))) relevant.add(fn.id);
    // A function that holds or calls a relevant one is relevant itself.
    for (let changed = true, rounds = 0; changed && rounds < MOST_ROUNDS; rounds++) {
      changed = false;
      for (const fn of [...all].reverse()) {
        if (!relevant.has(fn.id) && fn.steps.some((step) => reaches(step, module, relevant))) changed = add(fn.id);
        if (relevant.has(fn.id) && fn.within !== undefined && !relevant.has(fn.within)) changed = add(fn.within);
      }
    }
    function add(id: FunctionId): true {
      relevant.add(id);
      return true;
    }
    byModule.set(module, relevant);
    return relevant;
  }

  function direct(step: Step, module: ModuleView): boolean {
    if (step.do === 'return') return step.value?.kind === 'function' || step.value?.kind === 'class';
    if (step.do !== 'call') return false;
    const { call } = step;
    if (adapters.some((adapter) => adapter.creates(call) !== undefined)) return true;
    if (call.form === 'new' && call.target.kind === 'ref' && call.target.root.kind !== 'global') return true;
    if (call.target.kind === 'ref' && call.target.root.kind === 'import' && isOurs(call.target.root.from, module)) return call.args.some((item) => item.value.kind === 'ref') || step.used;
    // `ext(app)`: a function nobody knows is given something.
    if (call.target.kind === 'ref' && call.target.root.kind === 'parameter' && call.target.path.length === 0 && call.args.some((item) => item.value.kind === 'ref')) return true;
    return registers(call);
  }
  function registers(call: Call): boolean {
    if (!verbs.has(call.name) || call.receiver === undefined) return false;
    if (call.receiver.kind === 'ref' && call.receiver.root.kind === 'global') return false;
    const [first] = call.args;
    if (call.name === 'use' || call.name === 'listen') return first !== undefined;
    const isPath = first?.value.kind === 'literal' ? typeof first.value.value === 'string' && /^([/*(]|$)/.test(first.value.value) : first !== undefined;
    return isPath && (call.name === 'route' || call.args.length > 1);
  }
  function reaches(step: Step, module: ModuleView, relevant: ReadonlySet<FunctionId>): boolean {
    if (step.do !== 'call' || step.call.target.kind !== 'ref') return false;
    const { root, path } = step.call.target;
    if (root.kind === 'this') return [...relevant].some((id) => id.endsWith(`.${path[0] ?? ''}`));
    if (root.kind !== 'local') return false;
    const value = module.bindings[root.binding]?.value;
    return value?.kind === 'function' && relevant.has(value.fn);
  }

  return (fn, module) => {
    const answer = known.get(fn.id);
    if (answer !== undefined) return answer;
    const isRelevant = relevantIn(module).has(fn.id);
    known.set(fn.id, isRelevant);
    return isRelevant;
  };
}

/** Whether building an instance can matter: the class is given an application, or its own code may register something. */
export function isWorthBuilding(
  target: Extract<Abstract, { is: 'class' }>,
  args: readonly Abstract[],
  isRelevant: (fn: FunctionView, module: ModuleView) => boolean,
): boolean {
  if (args.some((arg) => arg.is === 'scope' || arg.is === 'instance' || arg.is === 'fields') || target.view.extends) return true;
  const { module } = target.frame;
  return [...target.view.methods, ...(target.view.construct ? [target.view.construct] : [])].some((id) => {
    const fn = module.functions.get(id);
    return fn !== undefined && isRelevant(fn, module);
  });
}
