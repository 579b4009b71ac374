import type { FrameworkAdapter } from '../frameworks/adapter.js';
import type { ScopeId } from '../model/api.js';
import type { Branch, CallStep, FunctionView, Loop, ModuleView, Step, StepFrame } from '../model/module.js';
import type { Call, ClassId, FunctionId, Ref, Value } from '../model/value.js';
import type { At, FilePath } from '../text/source.js';
import type { Abstract, Bound, Frame, RunId, ScopeState } from './abstract.js';
import { builtin } from './builtins.js';
import { registersOn } from './guess.js';
import { elementsOf } from './lists.js';
import { FORWARDS, LOOKS, SERVES, isLoader, looksLikeHandler } from './outside.js';
import { createNames } from './names.js';
import { entries, starters } from './roots.js';
import { existence } from './existence.js';
import { isWorthBuilding, relevance } from './relevance.js';

/** What the evaluation of a whole project gives. */
export interface Evaluation {
  readonly scopes: readonly ScopeState[];
  evaluate(value: Value, frame: Frame): Abstract;
  /** Runs a factory call (`auth('admin')`) to the function it returns, if it does. */
  frameOf(path: FilePath): Frame | undefined;
}
export interface Modules {
  readonly modules: ReadonlyMap<FilePath, ModuleView>;
  resolve(specifier: string, from: FilePath): FilePath | undefined;
  readonly adapters: readonly FrameworkAdapter[];
}

const UNKNOWN: Abstract = { is: 'unknown' };
const DEEPEST_APPLY = 12;
const DEEPEST_NESTING = 3;
const MOST_BRANCHES = 24;
const MOST_APPLIES = 50_000;

/** Evaluates the registration code of all modules symbolically: scopes with their events in the order they happen. Never throws; bounded by depth and number of applies. */
export function evaluateProject({ modules, resolve: resolveAnew, adapters }: Modules): Evaluation {
  const resolve = remembering(resolveAnew);
  const scopes: ScopeState[] = [];
  const byCreation = new Map<string, ScopeState>();
  const tops = new Map<FilePath, Frame>();
  const started = new Set<FilePath>();
  const applied = new Set<FunctionId>();
  const created = new Map<FilePath, number>();
  /** Instances by class, the first of each: methods that nothing calls are run on it. */
  const built = new Map<ClassId, Extract<Abstract, { is: 'instance' }>>();
  /** Uncalled functions that were run, and those of them that something turned out to call. */
  const runs = new Set<RunId>();
  const superseded = new Set<RunId>();
  const statics = new Map<FunctionId | ClassId, Map<string, Abstract>>();
  const gotten = new WeakMap<object, Map<FunctionId, Abstract>>();
  /** The branches under which the call being run is made, through all its callers. */
  let callers: readonly Branch[] = [];
  const building = new Map<ClassId, number>();
  let applies = 0;
  const verbs = new Set(adapters.flatMap((adapter) => [...adapter.verbs]));
  const isRelevant = relevance(adapters, verbs, (specifier, module) => resolve(specifier, module.path) !== undefined);
  const adapterOf = new Map(adapters.map((adapter) => [adapter.id, adapter]));

  const { starts, byName, stores } = starters(adapters, verbs);
  const { evaluate, settled, selfOf, homeOf, textOf, member } = createNames({ modules, resolve, topFrame, runModule, runCall: (call, frame) => runCall(call, frame, undefined, false), get, statics, verbs });

  function topFrame(path: FilePath): Frame | undefined {
    const known = tops.get(path);
    if (known) return known;
    const module = modules.get(path);
    if (!module) return undefined;
    const frame: Frame = { module, fn: module.top.id, parent: undefined, args: [], self: undefined, ...fresh(), depth: 0, trail: '', run: undefined, when: [] };
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
    if (verbs.has(call.name) || call.form === 'new' || call.target.kind === 'function') return true;
    if (call.target.kind === 'ref' && call.target.root.kind === 'global') return call.args.some((item) => item.value.kind === 'function' || item.value.kind === 'ref');
    return true;
  }

  function assign(target: Ref, value: Value, frame: Frame): void {
    const key = target.path.at(-1);
    if (target.path.length > 0) {
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

  function resultOf(call: Call, frame: Frame, step: (StepFrame & CallStep) | undefined, openLoop: boolean): Abstract {
    for (const adapter of adapters) {
      const made = adapter.creates(call);
      if (made) return { is: 'scope', scope: create(adapter.id, made, call, frame, step) };
    }
    const receiver = call.receiver ? settled(evaluate(call.receiver, frame)) : undefined;
    if (receiver?.is === 'builder') return onScope(call, receiver, frame, step, openLoop);
    if (receiver?.is === 'scope') return onMember(call, receiver, frame, step, openLoop);
    const target = settled(evaluate(call.target, frame));
    if (target.is === 'function') return call.form === 'new' ? constructPlain(target, call, frame) : apply(target, call, frame, receiver?.is === 'instance' ? receiver : undefined);
    if (target.is === 'class') return construct(target, call, frame);
    if (target.is === 'verb') return onScope(renamed(call, target.name, frame), { is: 'scope', scope: target.scope }, frame, step, openLoop);
    if (receiver?.is === 'function' || receiver?.is === 'verb') {
      const through = throughFunction(call, receiver, frame, step, openLoop);
      if (through) return through;
    }
    const plain = builtin(call, receiver, frame, { evaluate });
    if (plain) return plain;
    if (call.name === 'forEach' || call.name === 'map' || call.name === 'reduce') {
      const known = overItems(call, frame);
      if (known) return known;
    }
    return outside(call, target, frame, step);
  }

  /** A call on an application or router: a field the program gave it, or a method of the framework. */
  function onMember(call: Call, receiver: Extract<Abstract, { is: 'scope' }>, frame: Frame, step: StepFrame | undefined, openLoop: boolean): Abstract {
    const own = receiver.scope.fields.get(call.name);
    if (own?.is === 'function') return apply(own, call, frame, undefined);
    if (own?.is === 'verb') return onScope(renamed(call, own.name, frame), { is: 'scope', scope: own.scope }, frame, step, openLoop);
    const isComputed = call.target.kind === 'ref' && call.target.path.at(-1) === undefined && call.target.computed !== undefined;
    return onScope(isComputed ? renamed(call, undefined, frame) : call, receiver, frame, step, openLoop);
  }
  /** The call under the name of the method it really calls; a name written elsewhere (`this.route('GET', path)`) is where the route is. */
  function renamed(call: Call, name: string | undefined, frame: Frame): Call {
    const target = call.target.kind === 'ref' && call.target.computed ? call.target : call.receiver;
    const text = target?.kind === 'ref' && target.computed ? textOf(target.computed, frame) : undefined;
    let isNear = false;
    for (let f: Frame | undefined = frame; f && text; f = f.parent) if (f.fn === text.frame.fn && f.module === text.frame.module) isNear = true;
    return { ...call, name: name ?? text?.text.toLowerCase() ?? '', nameAt: text && !isNear ? text.at : call.nameAt };
  }
  /** `f.call(self, ...)`, `f.apply(...)`, `f.bind(...)`, of own functions and of methods of a scope. */
  function throughFunction(call: Call, receiver: Extract<Abstract, { is: 'function' | 'verb' }>, frame: Frame, step: StepFrame | undefined, openLoop: boolean): Abstract | undefined {
    if (call.name === 'bind') return receiver;
    if (call.name !== 'call' && call.name !== 'apply') return undefined;
    const self = call.args[0] && settled(evaluate(call.args[0].value, frame));
    const rest = call.name === 'call' ? { ...call, args: call.args.slice(1) } : { ...call, args: [] };
    if (receiver.is === 'function') return apply(receiver, rest, frame, self?.is === 'instance' ? self : undefined);
    if (call.name === 'apply') return UNKNOWN;
    return onScope(renamed(rest, receiver.name, frame), { is: 'scope', scope: self?.is === 'scope' ? self.scope : receiver.scope }, frame, step, openLoop);
  }

  function overItems(call: Call, frame: Frame): Abstract | undefined {
    const callback = call.args[0] && settled(evaluate(call.args[0].value, frame));
    if (callback?.is !== 'function') return undefined;
    const items = call.receiver && itemsOf(call.receiver, frame);
    const how = { force: byName(callback.fn) || call.name === 'reduce' };
    if (!items) {
      if (call.name !== 'reduce') applyTo(callback, [], frame, call.at.mark, undefined, { ...how, openLoop: true });
      return UNKNOWN;
    }
    if (call.name === 'reduce') {
      let memo: Abstract = call.args[1] ? evaluate(call.args[1].value, frame) : UNKNOWN;
      for (const item of items) memo = applyTo(callback, [memo, item], frame, call.at.mark, undefined, how);
      return memo;
    }
    const results = items.map((item, index): Bound => ({ value: call, frame, got: applyTo(callback, [item], frame, call.at.mark, undefined, { ...how, turn: index }) }));
    return call.name === 'map' && results.every((one) => one.got.is !== 'unknown') ? { is: 'list', items: results } : UNKNOWN;
  }

  function create(framework: string, made: { kind: 'application' | 'router'; options: Value | undefined }, call: Call, frame: Frame, step: StepFrame | undefined): ScopeState {
    const key = `${call.at.path}#${call.at.mark}${frame.trail}`;
    const known = byCreation.get(key);
    if (known) return known;
    const ordinal = created.get(call.at.path) ?? 0;
    created.set(call.at.path, ordinal + 1);
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
      fields: new Map(),
      run: frame.run,
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
    const when: readonly Branch[] = [...frame.when, ...(step?.when ?? [])];
    const path = receiver.is === 'builder' ? receiver.path : undefined;
    // What is used here is read here: it may create a scope, and it may be something else later.
    for (const item of call.args) if (item.value.kind === 'ref') evaluate(item.value, frame);
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
    const rest = target.fn.parameters.findIndex((one) => one.rest);
    if (rest >= 0 && args.length > rest) {
      const items = call.args.slice(rest).map((item, index): Bound => ({ value: item.value, frame, got: args[rest + index] ?? UNKNOWN }));
      args.splice(rest, args.length - rest, call.args.slice(rest).some((item) => item.spread) ? UNKNOWN : { is: 'list', items });
    }
    const force = (self?.is === 'instance' && self.of !== undefined && stores(self.of, baseOf)) || byName(target.fn);
    return applyTo(target, args, frame, call.at.mark, self, { force });
  }
  function baseOf(of: Extract<Abstract, { is: 'class' }>): Abstract | undefined {
    return of.view.extends && settled(evaluate(of.view.extends, of.frame));
  }

  /** A getter runs once for each object. */
  function get(getter: Extract<Abstract, { is: 'function' }>, self: Abstract | undefined): Abstract {
    const holder = self ?? getter.frame;
    let known = gotten.get(holder);
    if (!known) gotten.set(holder, (known = new Map()));
    const result = known.get(getter.fn.id);
    if (result) return result;
    known.set(getter.fn.id, UNKNOWN);
    const from = self?.is === 'instance' ? { ...getter.frame, trail: self.trail } : getter.frame;
    const got = applyTo(getter, [], from, getter.fn.at.mark, self, { force: true });
    known.set(getter.fn.id, got);
    return got;
  }

  /** `force`: run it whatever it looks like. `turn`: which item of a list this is for. */
  function applyTo(target: Extract<Abstract, { is: 'function' }>, args: readonly Abstract[], from: Frame, mark: number, self: Abstract | undefined, how: { readonly openLoop?: boolean; readonly force?: boolean; readonly turn?: number; readonly run?: RunId } = {}): Abstract {
    const isGiven = args.some((arg) => arg.is === 'scope' || arg.is === 'fields' || arg.is === 'instance' || arg.is === 'builder' || arg.is === 'verb' || scopesIn(arg).length > 0);
    if (how.force !== true && !isGiven && !isRelevant(target.fn, target.frame.module)) return UNKNOWN;
    if (from.depth >= DEEPEST_APPLY || applies >= MOST_APPLIES) {
      for (const arg of args) for (const scope of scopesIn(arg)) incomplete(scope, 'too many nested calls', from, target.fn.at);
      return UNKNOWN;
    }
    for (let f: Frame | undefined = from; f; f = f.parent) if (f.fn === target.fn.id && f.depth > 3) return UNKNOWN;
    applies++;
    applied.add(target.fn.id);
    const run = how.run ?? from.run;
    if (runs.has(target.fn.id) && run !== target.fn.id) superseded.add(target.fn.id);
    const inner: Frame = {
      module: target.frame.module,
      fn: target.fn.id,
      parent: target.frame,
      args,
      self: self ?? target.frame.self,
      ...fresh(),
      depth: from.depth + 1,
      trail: `${from.trail}>${from.module.path === target.frame.module.path ? '' : from.module.path}${mark}${how.turn === undefined ? '' : `.${how.turn}`}`,
      run,
      when: callers.slice(0, MOST_BRANCHES),
    };
    if (how.openLoop === true) for (const step of target.fn.steps) runStep(step, inner, true);
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
    const args = call.args.map((item) => settled(evaluate(item.value, frame)));
    if (call.target.kind === 'ref' && call.target.root.kind === 'global' && call.target.root.name === 'super' && call.target.path.length === 0) {
      const self = selfOf(frame);
      if (self?.is === 'instance') build(target, self, args, frame, call.at.mark, 1);
      return UNKNOWN;
    }
    const instance: Extract<Abstract, { is: 'instance' }> = { is: 'instance', trail: `${frame.trail}>${call.at.path}${call.at.mark}`, fields: new Map(), of: target };
    if (runs.has(target.view.id) && frame.run !== target.view.id) superseded.add(target.view.id);
    if (!built.has(target.view.id)) built.set(target.view.id, instance);
    // A class may hold instances of itself, as static fields or as children.
    const nested = building.get(target.view.id) ?? 0;
    if (nested >= DEEPEST_NESTING) return instance;
    if (frame.depth >= DEEPEST_APPLY || ++applies >= MOST_APPLIES || !isWorthBuilding(target, args, isRelevant)) return instance;
    building.set(target.view.id, nested + 1);
    build(target, instance, args, frame, call.at.mark, 0);
    building.set(target.view.id, nested);
    return instance;
  }
  /** `new F()` of a plain function: its prototype's methods, and what it gives itself. */
  function constructPlain(target: Extract<Abstract, { is: 'function' }>, call: Call, frame: Frame): Abstract {
    const fields = new Map<string, Abstract>();
    const own = statics.get(target.fn.id);
    const whole = own?.get('prototype');
    if (whole?.is === 'value' && whole.value.kind === 'object') for (const { key } of whole.value.entries) if (key !== undefined) fields.set(key, member(whole, key));
    for (const [key, value] of own ?? []) if (key.startsWith('prototype.')) fields.set(key.slice('prototype.'.length), value);
    const instance: Abstract = { is: 'instance', trail: `${frame.trail}>${call.at.path}${call.at.mark}`, fields, of: undefined };
    const given = apply(target, call, frame, instance);
    return given.is === 'scope' || given.is === 'instance' ? given : instance;
  }
  function build(target: Extract<Abstract, { is: 'class' }>, instance: Extract<Abstract, { is: 'instance' }>, args: readonly Abstract[], frame: Frame, mark: number, hops: number): void {
    if (hops > 8) return;
    const fn = target.view.construct && target.frame.module.functions.get(target.view.construct);
    const base = fn ? undefined : baseOf(target);
    if (base?.is === 'class') build(base, instance, args, frame, mark, hops + 1);
    const inside: Frame = { ...target.frame, self: instance, results: new Map(), depth: frame.depth + 1, trail: `${frame.trail}>${mark}`, run: frame.run };
    for (const field of target.view.fields) instance.fields.set(field.name, evaluate(field.value, inside));
    if (!fn) return;
    fn.parameters.forEach((parameter, index) => {
      // `constructor(private readonly app: Express)` makes a field of the parameter.
      const arg = args[index];
      if (parameter.name !== undefined && arg) instance.fields.set(parameter.name, arg);
    });
    applyTo({ is: 'function', fn, frame: target.frame }, args, frame, mark, instance, { force: target.view.extends !== undefined || stores(target, baseOf) });
  }

  /** A call into code that is not ours: it may serve an application, or register on it what nobody can see. */
  function outside(call: Call, target: Abstract, frame: Frame, step: StepFrame | undefined): Abstract {
    const spelled = target.is === 'value' && target.value.kind === 'call' ? target.value.callee || call.callee : call.callee;
    const forwards = FORWARDS.test(spelled);
    const wrapped: ScopeState[] = [];
    for (const item of call.args) {
      const arg = settled(evaluate(item.value, frame));
      if (arg.is === 'function' && item.value.kind === 'function' && !looksLikeHandler(arg.fn)) {
        const isLoad = isLoader(arg.fn);
        const made = isLoad || !applied.has(arg.fn.id) ? applyTo(arg, [], frame, call.at.mark, undefined, { force: isLoad }) : UNKNOWN;
        if (made.is === 'scope') wrapped.push(made.scope);
      }
      for (const scope of scopesIn(arg)) {
        if (SERVES.test(call.callee || call.name)) scope.log.push({ event: { kind: 'serves', at: call.at }, when: [...frame.when, ...(step?.when ?? [])], loop: undefined, frame, statementAt: step?.statementAt ?? call.at, openLoop: false });
        else if (forwards) wrapped.push(scope);
        else if (!LOOKS.test(call.callee)) {
          incomplete(scope, call.callee || call.name, frame, call.at);
          if (arg.is === 'scope') wrapped.push(scope);
        }
      }
    }
    if (wrapped.length > 0) return { is: 'wrapped', scopes: wrapped, by: forwards ? undefined : call.callee || call.name };
    return { is: 'value', value: call, frame };
  }
  /** The scopes an argument hands over, itself or in an object written out. */
  function scopesIn(arg: Abstract): readonly ScopeState[] {
    if (arg.is === 'scope') return [arg.scope];
    if (arg.is !== 'value' || arg.value.kind !== 'object' || arg.value.entries.length > 50) return [];
    const { frame } = arg;
    return arg.value.entries.flatMap((entry) => {
      const { value } = entry;
      if (value.kind !== 'ref' || value.root.kind === 'global') return [];
      const got = evaluate(value, frame);
      return got.is === 'scope' ? [got.scope] : [];
    });
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
        fields: new Map(),
        run: undefined,
        guessed: true,
        binding: parameter.name,
      };
      scopes.push(scope);
      const holder: Abstract = found.member === '' ? { is: 'scope', scope } : { is: 'fields', fields: new Map([[found.member ?? '', { is: 'scope', scope }]]) };
      const args: Abstract[] = fn.parameters.map((_, i) => (i === found.index ? holder : UNKNOWN));
      applyTo({ is: 'function', fn, frame }, args, frame, fn.at.mark, undefined);
    }
  }

  /** Runs what begins a registration and is called by nobody here: `init` of a library, a class others are to build. What something else turns out to call counts there instead. */
  function runUncalled(path: FilePath, module: ModuleView): void {
    const frame = topFrame(path);
    if (!frame) return;
    for (const fn of entries(module)) if (!applied.has(fn.id) && starts(fn)) begin(fn.id, () => applyTo({ is: 'function', fn, frame: { ...frame, run: fn.id } }, [], outsideOf(frame, fn.id), fn.at.mark, undefined, { force: true, run: fn.id }));
    for (const view of module.classes.values()) {
      const methods = view.methods.flatMap((id) => module.functions.get(id) ?? []);
      if (!methods.some((fn) => starts(fn)) && !(built.has(view.id) === false && view.construct && startsOf(module, view.construct))) continue;
      const self = built.get(view.id) ?? begin(view.id, () => {
        const instance: Extract<Abstract, { is: 'instance' }> = { is: 'instance', trail: `>${view.id}`, fields: new Map(), of: { is: 'class', view, frame } };
        built.set(view.id, instance);
        build({ is: 'class', view, frame }, instance, [], outsideOf(frame, view.id), view.at.mark, 0);
        return instance;
      });
      for (const fn of methods) {
        if (applied.has(fn.id) || fn.accessor !== undefined || looksLikeHandler(fn) || !(starts(fn) || isRelevant(fn, module))) continue;
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
    callers = [];
    return { ...frame, results: new Map(), trail: `>${run}`, run };
  }

  for (const path of modules.keys()) runModule(path);
  for (const [path, module] of modules) runUncalled(path, module);
  for (const [path, module] of modules) guess(path, module);
  const isCurrent = (run: RunId | undefined): boolean => run === undefined || !superseded.has(run);
  const current = scopes.filter((scope) => isCurrent(scope.run));
  for (const scope of current) {
    const kept = scope.log.filter((logged) => isCurrent(logged.frame.run));
    if (kept.length < scope.log.length) scope.log.splice(0, scope.log.length, ...kept);
  }
  return { scopes: current, evaluate: (value, frame) => settled(evaluate(value, frame)), frameOf: topFrame };
}
function fresh(): Pick<Frame, 'locals' | 'results' | 'pushed' | 'assigned'> {
  return { locals: new Map(), results: new Map(), pushed: new Map(), assigned: new Map() };
}
/** The same few specifiers are followed again and again. */
function remembering(resolve: Modules['resolve']): Modules['resolve'] {
  const known = new Map<FilePath, Map<string, FilePath | undefined>>();
  return (specifier, from) => {
    let own = known.get(from);
    if (!own) known.set(from, (own = new Map()));
    if (own.has(specifier)) return own.get(specifier);
    const found = resolve(specifier, from);
    own.set(specifier, found);
    return found;
  };
}
function keyed<K, V>(map: Map<K, Map<string, V>>, key: K): Map<string, V> {
  const known = map.get(key);
  if (known) return known;
  const made = new Map<string, V>();
  map.set(key, made);
  return made;
}
