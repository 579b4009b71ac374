import type { Composed } from '../frameworks/adapter.js';
import type { ScopeId } from '../model/api.js';
import type { Branch, CallStep, FunctionView, Loop, ModuleView, Step, StepFrame } from '../model/module.js';
import type { Call, ClassId, FunctionId, Ref, Value } from '../model/value.js';
import type { At, FilePath } from '../text/source.js';
import type { Abstract, Bound, Fn, Frame, LoggedEvent, RunId, ScopeState } from './abstract.js';
import { createCalls } from './calls.js';
import { createClasses, isSuper } from './classes.js';
import { classify } from './file-class.js';
import type { Evaluation, Modules } from './evaluation.js';
import { existence } from './existence.js';
import { createGetters } from './getters.js';
import { createHandedNotes } from './handed-over.js';
import { elementsOf } from './lists.js';
import { scopesIn, type How, type Instance, type Machine, type Made } from './machine.js';
import { createListeners } from './listeners.js';
import { missingModule } from './missing.js';
import { createNames } from './names.js';
import { createOperations } from './operations.js';
import { OPEN_MARK } from './plugins.js';
import { storesRoutes } from './roots.js';
import { createRouteFiles } from './route-files.js';
import { createServed } from './served.js';
import { createUncalled } from './uncalled.js';
import type { Listening } from './listening.js';

const UNKNOWN: Abstract = { is: 'unknown' };
const DEEPEST_APPLY = 12;
const MOST_BRANCHES = 24;
const MOST_APPLIES = 50_000;

/** Evaluates the registration code of all modules symbolically: scopes with their events in the order they happen. Never throws; bounded by depth and number of applies. */
export function evaluateProject({ modules, resolve, data, document, isOwn, adapters, traits, depends }: Modules): Evaluation {
  const scopes: ScopeState[] = [];
  const byCreation = new Map<string, ScopeState>();
  const tops = new Map<FilePath, Frame>();
  const started = new Set<FilePath>();
  const applied = new Set<FunctionId>();
  const handed = createHandedNotes();
  const created = new Map<string, number>();
  const built = new Map<ClassId, Instance>();
  const runs = new Set<RunId>();
  const superseded = new Set<RunId>();
  const statics = new Map<FunctionId | ClassId, Map<string, Abstract>>();
  const tests = new Set([...modules.keys()].filter((path) => classify(path) === 'test'));
  const isTest = (path: FilePath): boolean => tests.has(path);
  const listening: Listening[] = [];
  /** The branches under which the call being run is made, through all its callers. */
  let callers: readonly Branch[] = [];
  let applies = 0;
  let events = 0;
  const verbs = new Set(adapters.flatMap((adapter) => [...adapter.verbs]));
  const answering = new Set(adapters.flatMap((adapter) => [...(adapter.answering ?? [])]));
  const taken = new Set([...verbs, ...adapters.flatMap((adapter) => [...(adapter.members ?? [])])]);
  const names = createNames({ moduleAt, resolve, topFrame, runModule, runCall: (call, frame) => runCall(call, frame, undefined, false), get: createGetters(applyTo), statics, verbs: taken, answering });
  const { evaluate, settled, homeOf } = names;
  const machine: Machine = {
    adapters, modules, missing: (value) => missingModule(value, { resolve, isOwn }), runModule, verbs, names, traits, stores: storesRoutes(traits.byName), scopes, listening, applied, built, runs, superseded, isTest, statics,
      topFrame, itemsOf,
    create, incomplete, record, composed, memberOfResult, mayRun, apply, applyTo,
  };
  const { stores } = machine;
  const { byName, relevantIn } = traits;
  const classes = createClasses(machine);
  const resultOf = createCalls(machine, classes);
  const uncalled = createUncalled(machine, classes);

  function moduleAt(path: FilePath): ModuleView | undefined {
    return modules.get(path) ?? data(path);
  }
  function topFrame(path: FilePath): Frame | undefined {
    const known = tops.get(path);
    if (known) return known;
    const module = moduleAt(path);
    if (!module) return undefined;
    const frame: Frame = { module, fn: module.top.id, parent: undefined, args: [], self: undefined, ...fresh(), depth: 0, trail: '', origin: path, run: undefined, when: [] };
    tops.set(path, frame);
    return frame;
  }

  function runModule(path: FilePath): void {
    if (started.has(path)) return;
    started.add(path);
    const frame = topFrame(path);
    if (!frame) return;
    for (const one of frame.module.imports) {
      if (one.typeOnly || one.lazy) continue;
      const target = resolve(one.from, path);
      if (target) runModule(target);
    }
    runSteps(frame.module.top.steps, frame);
  }

  function runSteps(steps: readonly Step[], frame: Frame): void {
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i];
      if (!step) continue;
      if (!step.loop) {
        runStep(step, frame, false);
        continue;
      }
      const body: Step[] = [];
      const { loop } = step;
      while (steps[i]?.loop === loop) {
        const next = steps[i];
        if (next) body.push(next);
        i++;
      }
      i--;
      runLoop(loop, body, frame);
    }
  }

  function runLoop(loop: Loop, body: readonly Step[], frame: Frame): void {
    const items = itemsOf(loop.over, frame);
    if (!items) {
      for (const step of body) runStep(step, frame, true);
      return;
    }
    for (const [index, item] of items.entries()) {
      // What was declared inside the loop belongs to one turn of it, and what is registered there is read later.
      const before = [...frame.locals].filter(([binding]) => binding < loop.binding);
      const turn: Frame = { ...frame, locals: new Map(before), results: new Map(frame.results), trail: `${frame.trail}~${index}`, outside: { frame, binding: loop.binding } };
      turn.locals.set(loop.binding, item);
      for (const step of body) if (step.do === 'call') turn.results.delete(step.call.at.mark);
      for (const step of body) runStep(step, turn, false);
      for (const [binding, value] of turn.locals) if (binding < loop.binding) frame.locals.set(binding, value);
    }
  }

  /** The elements of a list; undefined when they cannot be known. */
  function itemsOf(over: Value, frame: Frame): readonly Abstract[] | undefined {
    return elementsOf(settled(evaluate(over, frame)), evaluate)?.map((item) => item.got);
  }

  function runStep(step: Step, frame: Frame, openLoop: boolean): void {
    if (step.when.length > 0 && isSurelySkipped(step.when, frame)) return;
    const outer = callers;
    callers = step.when.length === 0 ? frame.when : [...frame.when, ...step.when];
    if (step.do === 'assign') assign(step.target, step.value, frame);
    else if (step.do === 'call' && worthRunning(step.call)) runCall(step.call, frame, step, openLoop);
    callers = outer;
  }
  /** `if (!instance) instance = new Server()`: what is known to be there already is not made again. */
  function isSurelySkipped(when: readonly Branch[], frame: Frame): boolean {
    return when.some((branch) => {
      const found = existence(branch.test, (value) => evaluate(value, frame));
      return found !== undefined && found !== branch.holds;
    });
  }

  /** Calls on globals that take no function are not part of registration. */
  function worthRunning(call: Call): boolean {
    if (verbs.has(call.name) || call.form === 'new' || call.target.kind === 'function' || isSuper(call)) return true;
    if (call.target.kind === 'ref' && call.target.root.kind === 'global') return call.args.some((item) => item.value.kind === 'function' || item.value.kind === 'ref');
    return true;
  }

  function assign(target: Ref, value: Value, frame: Frame): void {
    const key = target.path.at(-1);
    if (target.path.length > 0) {
      if (key === undefined && target.computed) markAsOpen(target, frame);
      if (key === undefined || (target.root.kind === 'global' && (target.root.name === 'module' || target.root.name === 'exports'))) return;
      assignField(settled(evaluate({ ...target, path: target.path.slice(0, -1) }, frame)), target, key, value, frame);
    } else if (target.root.kind === 'local') {
      const home = homeOf(frame, target.root.binding);
      const result = evaluate(value, frame);
      if (!home || result.is === 'unknown') return;
      const known = home.locals.get(target.root.binding);
      // `let register = app.get; if (x) register = app.post`: one of both.
      const isEither = known !== undefined && known !== 'busy' && known.is === 'verb' && result.is === 'verb' && known.name !== result.name;
      home.locals.set(target.root.binding, isEither ? { ...result, name: '' } : result);
    }
  }
  /** `plugin[Symbol.for('skip-override')] = true`: what `fastify-plugin` does. */
  function markAsOpen(target: Ref, frame: Frame): void {
    const { computed } = target;
    const name = computed?.kind === 'call' && computed.callee === 'Symbol.for' ? computed.args[0]?.value : undefined;
    if (name?.kind !== 'literal' || name.value !== 'skip-override') return;
    const of = settled(evaluate({ ...target, path: target.path.slice(0, -1) }, frame));
    if (of.is === 'function') keyed(statics, of.fn.id).set(OPEN_MARK, UNKNOWN);
  }
  function assignField(of: Abstract, target: Ref, key: string, value: Value, frame: Frame): void {
    if (of.is === 'instance') of.fields.set(key, evaluate(value, frame));
    else if (of.is === 'scope') {
      const result = evaluate(value, frame);
      if (result.is === 'function' || result.is === 'verb' || result.is === 'scope') of.scope.fields.set(key, result);
    } else if (of.is === 'value' && of.value.kind === 'object') keyed(of.frame.assigned, of.value.at.mark).set(key, evaluate(value, frame));
    else if (of.is === 'function') keyed(statics, of.fn.id).set(key, evaluate(value, frame));
    else if (of.is === 'class') keyed(statics, of.view.id).set(key, evaluate(value, frame));
    else if (target.path.length === 2 && target.path[0] === 'prototype') {
      // `F.prototype.start = ...` is a method of what `new F()` makes.
      const owner = settled(evaluate({ ...target, path: [] }, frame));
      if (owner.is === 'function') keyed(statics, owner.fn.id).set(`prototype.${key}`, evaluate(value, frame));
    }
  }

  function runCall(call: Call, frame: Frame, step: (StepFrame & CallStep) | undefined, openLoop: boolean): Abstract {
    const known = frame.results.get(call.at.mark);
    if (known) return known;
    frame.results.set(call.at.mark, UNKNOWN);
    const result = resultOf(call, frame, step, openLoop);
    frame.results.set(call.at.mark, result);
    return result;
  }

  function create(framework: string, made: Made, call: Call, frame: Frame, step: StepFrame | undefined): ScopeState {
    const key = `${call.at.path}#${call.at.mark}${frame.trail}${made.turn ?? ''}`;
    const known = byCreation.get(key);
    if (known) return known;
    // Each kind is counted apart: an application that comes or goes does not rename the routers beside it.
    const kinds = `${call.at.path}#${made.kind}`;
    const ordinal = created.get(kinds) ?? 0;
    created.set(kinds, ordinal + 1);
    const scope: ScopeState = {
      id: `${kinds}${ordinal}` as ScopeId,
      framework,
      kind: made.kind,
      at: call.at,
      nameAt: call.nameAt,
      statementAt: step?.statementAt ?? statementOf(frame, call) ?? call.at,
      file: call.at.path,
      options: made.options,
      log: [],
      parents: new Set(),
      files: new Set([call.at.path]),
      fields: new Map(),
      run: frame.run,
      origin: frame.origin,
      guessed: false,
      outer: made.outer,
      binding: undefined,
    };
    scopes.push(scope);
    byCreation.set(key, scope);
    if (made.prefix) record(scope, { event: { kind: 'prefix', path: made.prefix, at: call.at }, when: [], loop: undefined, frame, statementAt: scope.statementAt, openLoop: false, under: [] });
    return scope;
  }
  function statementOf(frame: Frame, call: Call): At | undefined {
    const fn = frame.module.functions.get(frame.fn) ?? frame.module.top;
    return fn.steps.find((step) => step.do === 'call' && step.call.at.mark === call.at.mark)?.statementAt;
  }

  function apply(target: Fn, call: Call, frame: Frame, self: Abstract | undefined): Abstract {
    const args = call.args.map((item) => (item.spread ? UNKNOWN : settled(evaluate(item.value, frame))));
    const rest = target.fn.parameters.findIndex((one) => one.rest);
    if (rest >= 0 && args.length > rest) {
      const items = call.args.slice(rest).map((item, index): Bound => ({ value: item.value, frame, got: args[rest + index] ?? UNKNOWN }));
      args.splice(rest, args.length - rest, call.args.slice(rest).some((item) => item.spread) ? UNKNOWN : { is: 'list', items });
    }
    const force = (self?.is === 'instance' && self.of !== undefined && stores(self.of, (of) => of.view.extends && settled(evaluate(of.view.extends, of.frame)))) || byName(target.fn)
      || isPlain(target.fn) || (call.target.kind === 'function' && isFilling(target.fn));
    const before = events + scopes.length;
    const result = applyTo(target, args, frame, call.at.mark, self, { force, via: call });
    // It puts an application together: what it is told holds for what it registers.
    if (rest < 0 && !isTest(frame.origin) && (events + scopes.length > before || result.is === 'scope')) handed.note(target.fn.id, call, args);
    return result;
  }
  function mayRun(from: Frame): boolean {
    return from.depth < DEEPEST_APPLY && ++applies < MOST_APPLIES;
  }
  function applyTo(target: Fn, args: readonly Abstract[], from: Frame, mark: number, self: Abstract | undefined, how: How = {}): Abstract {
    const isGiven = args.some((arg) => arg.is === 'scope' || arg.is === 'fields' || arg.is === 'instance' || arg.is === 'builder' || arg.is === 'verb' || scopesIn(arg, evaluate).length > 0);
    const isWorth = how.force === true || isGiven || relevantIn(target.frame.module).has(target.fn.id) || traits.makesText(target.fn) || (self?.is === 'instance' && traits.givesMember(target.fn));
    if (!isWorth) return UNKNOWN;
    if (!mayRun(from)) {
      for (const arg of args) for (const scope of scopesIn(arg, evaluate)) incomplete(scope, 'too many nested calls', from, target.fn.at);
      return UNKNOWN;
    }
    for (let f: Frame | undefined = from; f; f = f.parent) if (f.fn === target.fn.id && f.depth > 3) return UNKNOWN;
    applied.add(target.fn.id);
    const run = how.run ?? from.run;
    if (runs.has(target.fn.id) && run !== target.fn.id && !isTest(from.origin)) superseded.add(target.fn.id);
    const inner: Frame = {
      module: target.frame.module,
      fn: target.fn.id,
      parent: target.frame,
      args,
      self: self ?? target.frame.self,
      ...(how.via ? { via: how.via } : {}),
      ...fresh(),
      depth: from.depth + 1,
      trail: `${from.trail}>${from.module.path === target.frame.module.path ? '' : from.module.path}${mark}${how.turn === undefined ? '' : `.${how.turn}`}`,
      run,
      origin: from.origin,
      when: callers.slice(0, MOST_BRANCHES),
    };
    if (how.openLoop === true) for (const step of target.fn.steps) runStep(step, inner, true);
    else runSteps(target.fn.steps, inner);
    return returned(target.fn, inner);
  }

  function returned(fn: FunctionView, frame: Frame): Abstract {
    let found: Abstract = UNKNOWN;
    const made = new Map<ScopeId, Extract<Abstract, { is: 'scope' }>>();
    for (const step of fn.steps) {
      if (step.do !== 'return' || !step.value) continue;
      const value = settled(evaluate(step.value, frame));
      // `if (off) return pass; return check`: which of both nobody knows.
      if (value.is === 'function' && found.is === 'function' && value.fn.id !== found.fn.id) return UNKNOWN;
      if (value.is !== 'unknown') found = value;
      if (value.is === 'scope') made.set(value.scope.id, value);
    }
    if (made.size === 0) return found;
    // `if (!enabled) return Router()`: the one that holds something.
    const [first, ...others] = [...made.values()].filter(({ scope }) => scope.log.length > 0);
    if (!first) return [...made.values()][0] ?? found;
    return others.length === 0 ? first : { is: 'wrapped', scopes: [first, ...others].map(({ scope }) => scope), by: undefined };
  }

  function incomplete(scope: ScopeState, why: string, frame: Frame, at: At): void {
    record(scope, { event: { kind: 'incomplete', why, at }, when: [], loop: undefined, frame, statementAt: at, openLoop: false, under: [] });
  }
  function composed(call: Call, frame: Frame): Composed | undefined {
    const member = memberOfResult(call, frame);
    const named = member === undefined ? call : { ...call, callee: member };
    for (const adapter of adapters) {
      const found = adapter.composes?.(named);
      if (found) return found;
    }
    return undefined;
  }
  function memberOfResult(call: Call, frame: Frame): string | undefined {
    const receiver = call.receiver && settled(evaluate(call.receiver, frame));
    if (receiver?.is !== 'value' || receiver.value.kind !== 'call' || receiver.value.callee === '') return undefined;
    return `${receiver.value.callee}().${call.name}`;
  }
  function record(scope: ScopeState, logged: Omit<LoggedEvent, 'order'>): void {
    scope.log.push({ ...logged, order: events++ });
  }

  // Tests last: what they call is the program's all the same, and how they call it says nothing of how it runs.
  for (const late of [false, true]) {
    const part = [...modules].filter(([path]) => tests.has(path) === late);
    for (const [path] of part) runModule(path);
    callers = [];
    for (const [path, module] of part) uncalled.runUncalled(path, module);
  }
  for (const [path, module] of modules) uncalled.guess(path, module);
  const answered = createOperations(machine, document).run();
  createRouteFiles(machine, depends).run();
  createListeners(machine).run(listening);
  const isCurrent = (run: RunId | undefined): boolean => run === undefined || !superseded.has(run);
  for (const { id, decorated } of adapters) if (decorated) createServed(machine, { id, decorated }, isCurrent).run();
  const current = withoutTests(scopes.filter((scope) => isCurrent(scope.run)), tests);
  for (const scope of current) {
    const kept = scope.log.filter((logged) => isCurrent(logged.frame.run));
    if (kept.length < scope.log.length) scope.log.splice(0, scope.log.length, ...kept);
  }
  return { scopes: current, evaluate: (value, frame) => settled(evaluate(value, frame)), frameOf: topFrame, composed, applied, handed: handed.noted, answered };
}
/** A function that only puts a text together. */
function isPlain({ steps }: FunctionView): boolean {
  const [only] = steps;
  return steps.length === 1 && only?.do === 'return' && (only.value?.kind === 'template' || (only.value?.kind === 'literal' && typeof only.value.value === 'string'));
}
/** `(function (Path) { Path["Users"] = "/users"; })(Path || (Path = {}))`: what becomes of an enum. */
function isFilling({ id, steps }: FunctionView): boolean {
  return steps.length > 0 && steps.every((step) => step.do === 'assign' && step.target.root.kind === 'parameter' && step.target.root.fn === id);
}
function fresh(): Pick<Frame, 'locals' | 'results' | 'pushed' | 'assigned'> {
  return { locals: new Map(), results: new Map(), pushed: new Map(), assigned: new Map() };
}
/** What a test makes by a call of the program is not another application beside the one the program makes there itself. */
function withoutTests(scopes: readonly ScopeState[], tests: ReadonlySet<FilePath>): readonly ScopeState[] {
  const placeOf = ({ at }: ScopeState): string => `${at.path}#${at.mark}`;
  const made = new Set(scopes.filter((one) => !tests.has(one.origin)).map(placeOf));
  return scopes.filter((one) => !tests.has(one.origin) || !made.has(placeOf(one)));
}
function keyed<K, V>(map: Map<K, Map<string, V>>, key: K): Map<string, V> {
  const known = map.get(key);
  if (known) return known;
  const made = new Map<string, V>();
  map.set(key, made);
  return made;
}
