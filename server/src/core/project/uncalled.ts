import type { ScopeId } from '../model/api.js';
import type { ModuleView } from '../model/module.js';
import type { FunctionId } from '../model/value.js';
import type { FilePath } from '../text/source.js';
import type { Abstract, Frame, RunId, ScopeState } from './abstract.js';
import type { Classes } from './classes.js';
import type { Instance, Machine } from './machine.js';
import { looksLikeHandler } from './outside.js';
import { entries } from './roots.js';

const UNKNOWN: Abstract = { is: 'unknown' };
/** Servers no adapter reads, whose applications have methods of the same names. */
const FOREIGN = /^(restify|polka|tinyhttp|@tinyhttp\/app|itty-router|find-my-way|@oak\/oak|oak|micro|moleculer-web|total4|sails)$/;
export interface Uncalled {
  runUncalled(path: FilePath, module: ModuleView): void;
  guess(path: FilePath, module: ModuleView): void;
}

/** What nothing in the project calls and yet registers: entry points of libraries, classes others build, functions others give an application. */
export function createUncalled(machine: Machine, { build }: Pick<Classes, 'build'>): Uncalled {
  const { adapters, scopes, applied, built, runs, traits, topFrame, applyTo } = machine;
  const { starts, relevantIn } = traits;
  let isForeign: boolean | undefined;
  return { runUncalled, guess };

  /** Functions that take an application and that nobody calls: their routes stand on a scope with an unknown prefix. */
  function guess(path: FilePath, module: ModuleView): void {
    const frame = topFrame(path);
    if (!frame || (usesForeign() && !scopes.some((scope) => !scope.guessed))) return;
    for (const fn of module.functions.values()) {
      if (applied.has(fn.id)) continue;
      const found = traits.registersOn(fn);
      const parameter = found && fn.parameters[found.index];
      if (!found || !parameter) continue;
      const scope: ScopeState = {
        id: `${path}#${fn.id.slice(fn.id.indexOf('#') + 1)}(${parameter.name ?? found.index})` as ScopeId,
        framework: likely(module, [found.framework, ...found.others]),
        kind: 'router',
        at: parameter.at,
        nameAt: parameter.at,
        statementAt: parameter.at,
        file: path,
        options: undefined,
        log: [],
        parents: new Set(),
        files: new Set([path]),
        fields: new Map(),
        run: fn.id,
        origin: path,
        guessed: true,
        outer: undefined,
        binding: parameter.name,
      };
      scopes.push(scope);
      const holder: Abstract = found.member === '' ? { is: 'scope', scope } : { is: 'fields', fields: new Map([[found.member, { is: 'scope', scope }]]) };
      const args: Abstract[] = fn.parameters.map((_, i) => (i === found.index ? holder : UNKNOWN));
      begin(fn.id, () => applyTo({ is: 'function', fn, frame }, args, frame, fn.at.mark, undefined, { run: fn.id }));
    }
  }

  function usesForeign(): boolean {
    isForeign ??= [...machine.modules.values()].some((one) => one.imports.some(({ from }) => FOREIGN.test(from)));
    return isForeign;
  }
  /** Of frameworks the function may be for: the one its file imports, else the only one this project uses, else the first. */
  function likely(module: ModuleView, among: readonly [string, ...string[]]): string {
    const imported = adapters.find((one) => among.includes(one.id) && module.imports.some(({ from }) => one.packages.includes(from)));
    if (imported) return imported.id;
    const used = new Set(scopes.filter((one) => !one.guessed && among.includes(one.framework)).map((one) => one.framework));
    const [only] = used;
    return (used.size === 1 ? only : undefined) ?? among[0];
  }
  /** Runs what begins a registration and is called by nobody here: `init` of a library, a class others are to build. What something else turns out to call counts there instead. */
  function runUncalled(path: FilePath, module: ModuleView): void {
    const frame = topFrame(path);
    if (!frame) return;
    for (const fn of entries(module)) {
      if (applied.has(fn.id) || !starts(fn)) continue;
      begin(fn.id, () => applyTo({ is: 'function', fn, frame: { ...frame, run: fn.id } }, [], outsideOf(frame, fn.id), fn.at.mark, undefined, { force: true, run: fn.id }));
    }
    for (const view of module.classes.values()) {
      const methods = view.methods.flatMap((id) => module.functions.get(id) ?? []);
      if (!methods.some((fn) => starts(fn)) && !(built.has(view.id) === false && view.construct && startsOf(module, view.construct))) continue;
      const self = built.get(view.id) ?? begin(view.id, () => {
        const instance: Instance = { is: 'instance', trail: `>${view.id}`, fields: new Map(), of: { is: 'class', view, frame } };
        built.set(view.id, instance);
        build({ is: 'class', view, frame }, instance, [], outsideOf(frame, view.id), view.at.mark, 0);
        return instance;
      });
      for (const fn of methods) {
        if (applied.has(fn.id) || fn.accessor !== undefined || looksLikeHandler(fn) || !(starts(fn) || relevantIn(module).has(fn.id))) continue;
        begin(fn.id, () => applyTo({ is: 'function', fn, frame }, [], outsideOf(frame, fn.id), fn.at.mark, self, { force: true, run: fn.id }));
      }
    }
  }
  function startsOf(module: ModuleView, id: FunctionId): boolean {
    const fn = module.functions.get(id);
    return fn !== undefined && starts(fn);
  }
  function begin<T>(run: RunId, what: () => T): T {
    runs.add(run);
    return what();
  }
  /** Where a caller nobody knows stands: a frame of its own, so that results do not mix. */
  function outsideOf(frame: Frame, run: RunId): Frame {
    return { ...frame, results: new Map(), trail: `>${run}`, run };
  }
}
