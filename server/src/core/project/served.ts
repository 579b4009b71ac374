import type { Decorated, FrameworkAdapter } from '../frameworks/adapter.js';
import type { ScopeEvent } from '../model/api.js';
import type { Branch } from '../model/module.js';
import type { Call, Value } from '../model/value.js';
import type { At } from '../text/source.js';
import type { Frame, LoggedEvent, RunId, ScopeState, Standing } from './abstract.js';
import { createConsumers } from './consumers.js';
import { callOf, createControllers, type ControllerRoute } from './controllers.js';
import { createDecorators } from './decorators.js';
import { isUnder } from './join-parts.js';
import type { Class, Machine } from './machine.js';
import { createModules, type Graph } from './modules.js';
import { unknownMark, type PathPiece } from './paths.js';
import { createPrefixes, joinedText, type Prefixes } from './prefixes.js';

type Decorating = Pick<FrameworkAdapter, 'id'> & { readonly decorated: Decorated };
const NO_MODULE = 'nobody can tell which module the application is made of';
const ALONE = 'no application here serves this controller';

/** Puts the routes of controllers where an application begins to serve: what was set before covers them, what comes later does not. */
export function createServed(machine: Machine, { id, decorated: words }: Decorating, isCurrent: (run: RunId | undefined) => boolean): { run(): void } {
  const { modules, scopes, names, topFrame, isTest } = machine;
  const reads = { evaluate: (value: Value, frame: Frame) => names.settled(names.evaluate(value, frame)) };
  const decorators = createDecorators(machine, words);
  const graphs = createModules(machine, words, decorators, reads);
  const controllers = createControllers(machine, words, decorators, reads);
  const consumers = createConsumers(machine, controllers);
  return { run };

  function run(): void {
    const apps = scopes.filter((scope) => scope.framework === id && scope.kind === 'application' && isCurrent(scope.run));
    const served = new Set<string>();
    const graphOf = new Map(apps.map((app) => [app, serve(app)]));
    for (const graph of graphOf.values()) for (const { cls } of graph?.controllers ?? []) served.add(graphs.keyOf(cls));
    const programs = apps.filter((app) => !isTest(app.origin));
    alone(served, programs.length > 0 && programs.every((app) => (graphOf.get(app)?.modules.length ?? 0) > 0));
  }

  function serve(app: ScopeState): Graph | undefined {
    const log = app.log.filter((logged) => isCurrent(logged.frame.run));
    const first = log.findIndex(({ event }) => event.kind === 'serves');
    const before = first < 0 ? log : log.slice(0, first);
    const root = before.findLast(({ event }) => event.kind === 'module');
    const base: readonly Branch[] = root?.when ?? [];
    const prefixes = createPrefixes(names, words, reads, before, (logged) => isUnder(logged.when, base) && !logged.openLoop);
    const out: LoggedEvent[] = [];
    const add = (event: ScopeEvent, frame: Frame, when: readonly Branch[], statementAt: At, more: Partial<LoggedEvent> = {}): void => {
      out.push({ event, when: [...base, ...when], loop: undefined, frame: { ...frame, run: app.run }, statementAt, openLoop: false, under: [], order: log[first]?.order ?? log.at(-1)?.order ?? 0, ...more });
    };
    const graph = root?.event.kind === 'module' ? graphs.graphOf({ value: root.event.value, frame: root.frame }) : undefined;
    const home = root?.frame ?? topFrame(app.file);
    if (!home) return undefined;
    if (!graph) add({ kind: 'incomplete', why: NO_MODULE, at: app.at }, home, [], app.statementAt);
    for (const { why, at } of graph?.gaps ?? []) add({ kind: 'incomplete', why, at }, home, [], at);
    for (const { cls, when } of graph?.modules ?? []) {
      const { uses, gaps } = consumers.of(cls, prefixes);
      for (const { why, at } of gaps) add({ kind: 'incomplete', why, at }, home, [], at);
      for (const one of uses) add(one.event, one.frame, [...when, ...one.when], one.statementAt);
    }
    const guards = graph ? globalGuards(before, base, graph) : [];
    const mounted = new Set<string>();
    for (const { cls, module, when } of graph?.controllers ?? []) {
      const path = graph?.pathOf(module) ?? [];
      const key = `${graphs.keyOf(cls)} ${joinedText(path)}`;
      if (mounted.has(key)) continue;
      mounted.add(key);
      const child = scopeOf(cls, app, mounted.size);
      if (child) {
        add({ kind: 'use', paths: [], values: [], at: child.at }, cls.frame, when, child.statementAt, { child });
        for (const route of controllers.routesOf(cls)) record(child, route, cls, app, prefixes, path, guards);
      } else for (const route of controllers.routesOf(cls).slice(0, 1)) add({ kind: 'incomplete', why: cls.view.name, at: route.fn.at }, home, [], route.fn.at);
    }
    const position = first < 0 ? app.log.length : app.log.findIndex((logged) => logged === log[first]);
    app.log.splice(position, 0, ...out);
    return graph;
  }
  function globalGuards(before: readonly LoggedEvent[], base: readonly Branch[], graph: Graph): readonly Standing[] {
    const used = before.flatMap(({ event, frame, when }): readonly Standing[] => {
      if (event.kind !== 'guard') return [];
      return event.values.map((value) => ({ value, frame, global: true, when: when.filter((one) => !base.includes(one)), unsure: false }));
    });
    return [...used, ...graph.guards.map(({ value, frame, when, unsure }) => ({ value, frame, when, unsure, global: true }))];
  }

  /** A scope of its own for each controller of an application. */
  function scopeOf(cls: Class, app: ScopeState | undefined, turn: number): ScopeState | undefined {
    const mark = controllers.markOf(cls);
    const call = mark && callOf(mark);
    if (!call) return undefined;
    const at = cls.view.nameAt;
    const made: Call = { ...call, at: { ...call.at }, nameAt: at };
    const created = { kind: 'router', options: undefined, turn: `>${cls.view.id}${cls.frame.trail}>${app?.id ?? ''}${turn}` } as const;
    const scope = machine.create(id, created, made, { ...cls.frame, run: app?.run }, { when: [], loop: undefined, zone: 'body', at: call.at, statementAt: cls.view.at });
    scope.binding = cls.view.name;
    return scope;
  }
  function record(scope: ScopeState, route: ControllerRoute, cls: Class, app: ScopeState | undefined, prefixes: Prefixes | undefined, module: readonly PathPiece[], guards: readonly Standing[]): void {
    const { fn, frame, methods, controllerPath, path, piece, version, attached } = route;
    const pieces = [...module, controllerPath];
    const handler: Value = { kind: 'function', fn: fn.id, at: fn.nameAt };
    const text = (one: PathPiece): Value => {
      if (typeof one === 'object' && 'regex' in one) return { kind: 'regex', source: one.regex, flags: '', at: path.at };
      return { kind: 'literal', value: typeof one === 'string' ? one : unknownMark(one), at: path.at };
    };
    for (const before of prefixes?.before([...pieces, piece], methods, version) ?? [[]]) {
      machine.record(scope, {
        event: { kind: 'route', methods, path: text(piece), values: [handler], at: methods[0]?.at ?? fn.at }, when: [], loop: undefined, frame: { ...frame, run: app?.run }, statementAt: fn.at, openLoop: false,
        under: [...before, ...pieces].filter((one) => one !== '').map((one) => ({ value: text(one), frame })), attached: { guards: [...guards, ...attached.guards], metadata: attached.metadata },
      });
    }
    scope.files.add(fn.at.path).add(cls.view.at.path);
  }

  /** Controllers no application serves, as far as is known: those of a library, or of a module that is imported elsewhere. `isWhole`: what the applications of the program are made of is known. */
  function alone(served: ReadonlySet<string>, isWhole: boolean): void {
    const listed = new Set<string>();
    for (const cls of classesIn()) if (graphs.isModule(cls)) for (const one of graphs.controllersOf(cls)) listed.add(graphs.keyOf(one.cls));
    let turn = 0;
    for (const cls of classesIn()) {
      const key = graphs.keyOf(cls);
      if (served.has(key) || !controllers.markOf(cls) || (isWhole && !listed.has(key))) continue;
      const scope = scopeOf(cls, undefined, ++turn);
      if (!scope) continue;
      machine.incomplete(scope, ALONE, cls.frame, cls.view.nameAt);
      for (const route of controllers.routesOf(cls)) record(scope, route, cls, undefined, undefined, [], []);
    }
  }
  function* classesIn(): Iterable<Class> {
    for (const [path, module] of modules) {
      const frame = topFrame(path);
      if (!frame || isTest(path)) continue;
      for (const view of module.classes.values()) if (view.decorators.length > 0) yield { is: 'class', view, frame };
    }
  }
}
