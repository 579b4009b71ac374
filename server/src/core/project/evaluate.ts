import type { FrameworkAdapter } from '../frameworks/adapter.js';
import type { ScopeId } from '../model/api.js';
import type { Branch, CallStep, FunctionView, Loop, ModuleView, Step, StepFrame } from '../model/module.js';
import type { Call, FunctionId, Ref, Value } from '../model/value.js';
import type { At, FilePath } from '../text/source.js';
import type { Abstract, Frame, ScopeState } from './abstract.js';
import { registersOn } from './guess.js';
import { LOOKS, SERVES, looksLikeHandler } from './outside.js';
import { createNames } from './names.js';
import { isWorthBuilding } from './relevance.js';

/** What the evaluation of a whole project gives. */
export interface Evaluation {
  readonly scopes: readonly ScopeState[];
  evaluate(value: Value, frame: Frame): Abstract;
  /** Runs a factory call (`auth('admin')`) to the function it returns, if it does. */
  frameOf(path: FilePath): Frame | undefined;
  /** Functions that were run: what stands in them is part of the result. */
  readonly applied: ReadonlySet<FunctionId>;
}
export interface Modules {
  readonly modules: ReadonlyMap<FilePath, ModuleView>;
  resolve(specifier: string, from: FilePath): FilePath | undefined;
  readonly adapters: readonly FrameworkAdapter[];
  /** Functions of a module that can have to do with registration. */
  relevantIn(module: ModuleView): ReadonlySet<FunctionId>;
}

const UNKNOWN: Abstract = { is: 'unknown' };
const DEEPEST_APPLY = 12;
const MOST_APPLIES = 50_000;
const MOST_ITEMS = 500;

/** Evaluates the registration code of all modules symbolically: scopes with their events in the order they happen. Never throws; bounded by depth and number of applies. */
export function evaluateProject({ modules, resolve, adapters, relevantIn }: Modules): Evaluation {
  const scopes: ScopeState[] = [];
  const byCreation = new Map<string, ScopeState>();
  const tops = new Map<FilePath, Frame>();
  const started = new Set<FilePath>();
  const applied = new Set<FunctionId>();
  let applies = 0;
  const verbs = new Set(adapters.flatMap((adapter) => [...adapter.verbs]));
  const adapterOf = new Map(adapters.map((adapter) => [adapter.id, adapter]));

  const { evaluate, settled, selfOf, homeOf } = createNames({ modules, resolve, topFrame, runModule, runCall: (call, frame) => runCall(call, frame, undefined, false) });

  function topFrame(path: FilePath): Frame | undefined {
    const known = tops.get(path);
    if (known) return known;
    const module = modules.get(path);
    if (!module) return undefined;
    const frame: Frame = { module, fn: module.top.id, parent: undefined, args: [], self: undefined, locals: new Map(), results: new Map(), depth: 0, trail: '' };
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
    for (const item of items) {
      // What was declared inside the loop belongs to one turn of it.
      for (const binding of [...frame.locals.keys()]) if (binding > loop.binding) frame.locals.delete(binding);
      frame.locals.set(loop.binding, item);
      for (const step of body) if (step.do === 'call') frame.results.delete(step.call.at.mark);
      for (const step of body) runStep(step, frame, false);
    }
  }

  /** The elements of a list that is written out; undefined when they cannot be known. */
  function itemsOf(over: Value, frame: Frame): Abstract[] | undefined {
    const value = evaluate(over, frame);
    if (value.is !== 'value' || value.value.kind !== 'array' || value.value.items.length > MOST_ITEMS) return undefined;
    if (value.value.items.some((item) => item.spread)) return undefined;
    return value.value.items.map((item) => evaluate(item.value, value.frame));
  }

  function runStep(step: Step, frame: Frame, openLoop: boolean): void {
    if (step.do === 'call') {
      if (worthRunning(step.call)) runCall(step.call, frame, step, openLoop);
    } else if (step.do === 'assign') assign(step.target, step.value, frame);
  }

  /** Calls on globals that take no function are not part of registration. */
  function worthRunning(call: Call): boolean {
    if (verbs.has(call.name) || call.form === 'new' || call.target.kind === 'function') return true;
    if (call.target.kind === 'ref' && call.target.root.kind === 'global') return call.args.some((item) => item.value.kind === 'function' || item.value.kind === 'ref');
    return true;
  }

  function assign(target: Ref, value: Value, frame: Frame): void {
    const key = target.path[0];
    if (target.root.kind === 'this' && target.path.length === 1 && key !== undefined) {
      const self = selfOf(frame);
      if (self?.is === 'instance') self.fields.set(key, evaluate(value, frame));
    } else if (target.root.kind === 'local' && target.path.length === 0) {
      const home = homeOf(frame, target.root.binding);
      const result = evaluate(value, frame);
      if (home && result.is !== 'unknown') home.locals.set(target.root.binding, result);
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

  function resultOf(call: Call, frame: Frame, step: (StepFrame & CallStep) | undefined, openLoop: boolean): Abstract {
    for (const adapter of adapters) {
      const made = adapter.creates(call);
      if (made) return { is: 'scope', scope: create(adapter.id, made, call, frame, step) };
    }
    const receiver = call.receiver ? settled(evaluate(call.receiver, frame)) : undefined;
    if (receiver && (receiver.is === 'scope' || receiver.is === 'builder')) return onScope(call, receiver, frame, step, openLoop);
    const target = settled(evaluate(call.target, frame));
    if (target.is === 'function' && call.form !== 'new') return apply(target, call, frame, receiver?.is === 'instance' ? receiver : undefined);
    if (target.is === 'class') return construct(target, call, frame);
    if (call.name === 'bind' && receiver?.is === 'function') return receiver;
    if (call.name === 'forEach' || call.name === 'map') return overItems(call, frame);
    return outside(call, frame, step);
  }

  function overItems(call: Call, frame: Frame): Abstract {
    const callback = call.args[0] && settled(evaluate(call.args[0].value, frame));
    if (callback?.is !== 'function') return UNKNOWN;
    const items = call.receiver && itemsOf(call.receiver, frame);
    if (items) for (const item of items) applyTo(callback, [item], frame, call.at.mark, undefined);
    else applyTo(callback, [], frame, call.at.mark, undefined, true);
    return UNKNOWN;
  }

  function create(framework: string, made: { kind: 'application' | 'router'; options: Value | undefined }, call: Call, frame: Frame, step: StepFrame | undefined): ScopeState {
    const key = `${call.at.path}#${call.at.mark}${frame.trail}`;
    const known = byCreation.get(key);
    if (known) return known;
    const ordinal = scopes.filter((one) => one.file === call.at.path).length;
    const scope: ScopeState = {
      id: `${call.at.path}#${made.kind}${ordinal}` as ScopeId,
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
      guessed: false,
      binding: undefined,
    };
    scopes.push(scope);
    byCreation.set(key, scope);
    return scope;
  }
  function statementOf(frame: Frame, call: Call): At | undefined {
    const fn = frame.module.functions.get(frame.fn) ?? frame.module.top;
    return fn.steps.find((step) => step.do === 'call' && step.call.at.mark === call.at.mark)?.statementAt;
  }

  function onScope(call: Call, receiver: Extract<Abstract, { is: 'scope' | 'builder' }>, frame: Frame, step: StepFrame | undefined, openLoop: boolean): Abstract {
    const { scope } = receiver;
    const adapter = adapterOf.get(scope.framework);
    if (!adapter) return UNKNOWN;
    const when: readonly Branch[] = step?.when ?? [];
    const path = receiver.is === 'builder' ? receiver.path : undefined;
    for (const event of adapter.events(call, receiver.is === 'builder' ? 'builder' : scope.kind, path)) {
      scope.log.push({ event, when, loop: step?.loop, frame, statementAt: step?.statementAt ?? call.at, openLoop });
      scope.files.add(call.at.path);
    }
    const next = adapter.returns(call);
    if (next?.kind === 'builder') return { is: 'builder', scope, path: next.path, frame };
    return next ? receiver : UNKNOWN;
  }

  function apply(target: Extract<Abstract, { is: 'function' }>, call: Call, frame: Frame, self: Abstract | undefined): Abstract {
    const args = call.args.map((item) => (item.spread ? UNKNOWN : settled(evaluate(item.value, frame))));
    return applyTo(target, args, frame, call.at.mark, self);
  }

  function applyTo(target: Extract<Abstract, { is: 'function' }>, args: readonly Abstract[], from: Frame, mark: number, self: Abstract | undefined, openLoop = false): Abstract {
    const isGiven = args.some((arg) => arg.is === 'scope' || arg.is === 'fields' || arg.is === 'instance' || arg.is === 'builder');
    if (!isGiven && !relevantIn(target.frame.module).has(target.fn.id)) return UNKNOWN;
    if (from.depth >= DEEPEST_APPLY || applies >= MOST_APPLIES) {
      for (const arg of args) if (arg.is === 'scope') incomplete(arg.scope, 'too many nested calls', from, target.fn.at);
      return UNKNOWN;
    }
    for (let f: Frame | undefined = from; f; f = f.parent) if (f.fn === target.fn.id && f.depth > 3) return UNKNOWN;
    applies++;
    applied.add(target.fn.id);
    const inner: Frame = {
      module: target.frame.module,
      fn: target.fn.id,
      parent: target.frame,
      args,
      self: self ?? target.frame.self,
      locals: new Map(),
      results: new Map(),
      depth: from.depth + 1,
      trail: `${from.trail}>${from.module.path === target.frame.module.path ? '' : from.module.path}${mark}`,
    };
    if (openLoop) for (const step of target.fn.steps) runStep(step, inner, true);
    else runSteps(target.fn.steps, inner);
    return returned(target.fn, inner);
  }

  function returned(fn: FunctionView, frame: Frame): Abstract {
    let found: Abstract = UNKNOWN;
    for (const step of fn.steps) {
      if (step.do !== 'return' || !step.value) continue;
      const value = settled(evaluate(step.value, frame));
      if (value.is !== 'unknown') found = value;
      if (value.is === 'scope' || value.is === 'function') break;
    }
    return found;
  }

  function construct(target: Extract<Abstract, { is: 'class' }>, call: Call, frame: Frame): Abstract {
    const instance: Extract<Abstract, { is: 'instance' }> = { is: 'instance', fields: new Map(), of: target };
    const args = call.args.map((item) => settled(evaluate(item.value, frame)));
    if (frame.depth >= DEEPEST_APPLY || ++applies >= MOST_APPLIES || !isWorthBuilding(target, args, relevantIn)) return instance;
    build(target, instance, args, frame, call.at.mark, 0);
    return instance;
  }
  function build(target: Extract<Abstract, { is: 'class' }>, instance: Extract<Abstract, { is: 'instance' }>, args: readonly Abstract[], frame: Frame, mark: number, hops: number): void {
    const base = hops < 8 && target.view.extends ? evaluate(target.view.extends, target.frame) : undefined;
    if (base?.is === 'class') build(base, instance, args, frame, mark, hops + 1);
    for (const field of target.view.fields) instance.fields.set(field.name, evaluate(field.value, { ...target.frame, self: instance, results: new Map(), depth: frame.depth + 1, trail: `${frame.trail}>${mark}` }));
    const fn = target.view.construct && target.frame.module.functions.get(target.view.construct);
    if (!fn) return;
    fn.parameters.forEach((parameter, index) => {
      // `constructor(private readonly app: Express)` makes a field of the parameter.
      const arg = args[index];
      if (parameter.name !== undefined && arg) instance.fields.set(parameter.name, arg);
    });
    applyTo({ is: 'function', fn, frame: target.frame }, args, frame, mark, instance);
  }

  /** A call into code that is not ours: it may serve an application, or register on it what nobody can see. */
  function outside(call: Call, frame: Frame, step: StepFrame | undefined): Abstract {
    for (const item of call.args) {
      // `load({ app })` hands the application over just as well.
      if (item.value.kind === 'object') for (const entry of item.value.entries) handsOver(settled(evaluate(entry.value, frame)), call, frame);
      const arg = settled(evaluate(item.value, frame));
      if (arg.is === 'function' && !applied.has(arg.fn.id) && item.value.kind === 'function' && !looksLikeHandler(arg.fn)) applyTo(arg, [], frame, call.at.mark, undefined);
      if (arg.is !== 'scope') continue;
      if (SERVES.test(call.callee || call.name)) arg.scope.log.push({ event: { kind: 'serves', at: call.at }, when: step?.when ?? [], loop: undefined, frame, statementAt: step?.statementAt ?? call.at, openLoop: false });
      else if (!LOOKS.test(call.callee)) incomplete(arg.scope, call.callee || call.name, frame, call.at);
    }
    return { is: 'value', value: call, frame };
  }
  function handsOver(arg: Abstract, call: Call, frame: Frame): void {
    if (arg.is === 'scope' && !SERVES.test(call.callee || call.name) && !LOOKS.test(call.callee)) incomplete(arg.scope, call.callee || call.name, frame, call.at);
  }
  function incomplete(scope: ScopeState, why: string, frame: Frame, at: At): void {
    scope.log.push({ event: { kind: 'incomplete', why, at }, when: [], loop: undefined, frame, statementAt: at, openLoop: false });
  }

  /** Functions that take an application and that nobody calls: their routes stand on a scope with an unknown prefix. */
  function guess(path: FilePath, module: ModuleView): void {
    const frame = topFrame(path);
    if (!frame) return;
    for (const fn of module.functions.values()) {
      if (applied.has(fn.id)) continue;
      const found = fn.parameters.map((_, index) => ({ index, member: registersOn(fn, index, verbs) })).find((one) => one.member !== undefined);
      const parameter = found && fn.parameters[found.index];
      const adapter = adapters[0];
      if (!found || !parameter || !adapter) continue;
      const scope: ScopeState = {
        id: `${path}#${fn.id.slice(fn.id.indexOf('#') + 1)}(${parameter.name ?? found.index})` as ScopeId,
        framework: adapter.id,
        kind: 'router',
        at: parameter.at,
        nameAt: parameter.at,
        statementAt: parameter.at,
        file: path,
        options: undefined,
        log: [],
        parents: new Set(),
        files: new Set([path]),
        guessed: true,
        binding: parameter.name,
      };
      scopes.push(scope);
      const holder: Abstract = found.member === '' ? { is: 'scope', scope } : { is: 'fields', fields: new Map([[found.member ?? '', { is: 'scope', scope }]]) };
      const args: Abstract[] = fn.parameters.map((_, i) => (i === found.index ? holder : UNKNOWN));
      applyTo({ is: 'function', fn, frame }, args, frame, fn.at.mark, undefined);
    }
  }

  for (const path of modules.keys()) runModule(path);
  for (const [path, module] of modules) guess(path, module);
  return { scopes, evaluate: (value, frame) => settled(evaluate(value, frame)), frameOf: topFrame, applied };
}
