import type { Created, FrameworkAdapter } from '../frameworks/adapter.js';
import type { Branch, CallStep, StepFrame } from '../model/module.js';
import type { Call, Value } from '../model/value.js';
import { bindingOf } from './bound.js';
import { memberOf, type Abstract, type Bound, type Frame, type ScopeState } from './abstract.js';
import { builtin } from './builtins.js';
import { isSuper, type Classes } from './classes.js';
import { createTables } from './dispatch-tables.js';
import { createDriving } from './driving.js';
import { filesListed, specifierOf } from './folder-lists.js';
import { scopesIn, type Machine } from './machine.js';
import { collectionOf } from './lists.js';
import { remembered } from './looks.js';
import { spreadOut } from './members.js';
import { pathText } from './plugin-folders.js';
import { createPlugins } from './plugins.js';
import { givesRoute, listedRoutes, makesSomething } from './route-lists.js';
import { FORWARDS, LOOKS, isLoader, looksLikeHandler, packageCallee, serves } from './outside.js';

const UNKNOWN: Abstract = { is: 'unknown' };

/** What calls are worth: on scopes they register, on own functions they run, elsewhere they may hand a scope to code nobody can see. */
export function createCalls(machine: Machine, { construct, constructPlain }: Pick<Classes, 'construct' | 'constructPlain'>): (call: Call, frame: Frame, step: (StepFrame & CallStep) | undefined, openLoop: boolean) => Abstract {
  const { adapters, applied, names, traits, itemsOf, create, apply, applyTo, incomplete, record } = machine;
  const { evaluate, settled, textOf } = names;
  const { byName } = traits;
  const { plug, give } = createPlugins(machine);
  const driving = createDriving(machine);
  const tabled = createTables(machine);
  const adapterOf = new Map(adapters.map((adapter) => [adapter.id, adapter]));
  /** What adapters say of a call by its text, which is run again for each caller of its function. */
  const knownTo = remembered(undefined, (call: Call): 'opens' | { readonly adapter: FrameworkAdapter; readonly made: Created } | undefined => {
    if (adapters.some((adapter) => adapter.opens?.(call) !== undefined)) return 'opens';
    for (const adapter of adapters) {
      const made = adapter.creates(call);
      if (made) return { adapter, made };
    }
    return undefined;
  });
  return resultOf;

  function resultOf(call: Call, frame: Frame, step: (StepFrame & CallStep) | undefined, openLoop: boolean): Abstract {
    const known = knownTo(call);
    // A plugin that is only marked is run where it is registered.
    if (known === 'opens') return { is: 'value', value: call, frame };
    if (known) return begun(known.adapter, known.made, call, frame, step);
    const later = afterwards(call, frame) ?? driving.called(call, frame, step);
    if (later) return later;
    const receiver = call.receiver ? settled(evaluate(call.receiver, frame)) : undefined;
    if (receiver?.is === 'builder') return onScope(call, receiver, frame, step, openLoop);
    // What is put together of checks is kept until a route uses it.
    if (receiver?.is === 'scope' && adapterOf.get(receiver.scope.framework)?.combines?.(call)) return { is: 'value', value: call, frame };
    if (receiver?.is === 'scope') return onMember(call, receiver, frame, step, openLoop);
    // `server.auth.strategy(...)`
    const isMember = receiver?.is === 'verb' && adapterOf.get(receiver.scope.framework)?.members?.has(receiver.name) === true;
    if (isMember) return onScope({ ...call, name: `${receiver.name}.${call.name}` }, { is: 'scope', scope: receiver.scope }, frame, step, openLoop);
    const target = settled(evaluate(call.target, frame));
    if (target.is === 'function') return call.form === 'new' ? constructPlain(target, call, frame) : apply(target, call, frame, receiver?.is === 'instance' ? receiver : undefined);
    if (target.is === 'class') return construct(target, call, frame);
    if (target.is === 'instance' && target.of && isSuper(call)) return construct(target.of, call, frame);
    const parts = machine.composed(call, frame);
    const loaded = loads(call, frame);
    if (loaded) return loaded;
    if (parts) return parts.same === true && parts.values[0] ? evaluate(parts.values[0], frame) : { is: 'value', value: call, frame };
    const elsewhere = machine.memberOfResult(call, frame) ?? packageCallee(target);
    const named = elsewhere === undefined ? undefined : { ...call, callee: elsewhere };
    if (named) for (const adapter of adapters) {
      const made = adapter.creates(named);
      if (made) return begun(adapter, made, call, frame, step);
    }
    if (target.is === 'verb') return onScope(renamed(call, target.name, frame), { is: 'scope', scope: target.scope }, frame, step, openLoop);
    if (receiver?.is === 'function' || receiver?.is === 'verb') {
      const through = throughFunction(call, receiver, frame, step, openLoop);
      if (through) return through;
    }
    const plain = builtin(call, receiver, frame, { evaluate, settled, member: names.member, names: names.exportsOf });
    if (plain) return plain;
    if (call.name === 'forEach' || call.name === 'map' || call.name === 'reduce') {
      const known = overItems(call, frame);
      if (known) return known;
    }
    if (call.form === 'new' && call.callee === 'Promise') return started(call, frame);
    return outside(call, target, frame, step);
  }

  /** `new Promise((resolve) => ...)` runs its function at once. */
  function started({ args, at }: Call, frame: Frame): Abstract {
    const run = args[0] && settled(evaluate(args[0].value, frame));
    if (run?.is === 'function') applyTo(run, [], frame, at.mark, undefined, { force: byName(run.fn) });
    return UNKNOWN;
  }
  /** A new scope, with what is called on it at once. */
  function begun(adapter: FrameworkAdapter, made: Created, call: Call, frame: Frame, step: StepFrame | undefined): Abstract {
    const scope: Extract<Abstract, { is: 'scope' }> = { is: 'scope', scope: create(adapter.id, made, call, frame, step) };
    driving.begun(scope.scope, call, frame, step);
    const { then, made: by } = made;
    if (then) onScope({ ...call, name: then.name, args: then.args.map((value) => ({ value, spread: false, at: value.at })) }, scope, frame, step, false);
    const maker = by !== undefined && call.receiver ? settled(evaluate(call.receiver, frame)) : undefined;
    const given = maker?.is === 'value' && maker.value.kind === 'call' ? maker.value.args[0]?.value : undefined;
    const options = maker?.is === 'value' && given ? settled(evaluate(given, maker.frame)) : undefined;
    const entry = options?.is === 'value' && options.value.kind === 'object' ? options.value.entries.findLast(({ key }) => key === by) : undefined;
    if (entry && by !== undefined && options?.is === 'value') onScope({ ...call, name: by, args: [{ value: entry.value, spread: false, at: entry.value.at }] }, scope, options.frame, step, false);
    return scope;
  }
  /** A call on an application or router: a field the program gave it, or a method of the framework. */
  function onMember(call: Call, receiver: Extract<Abstract, { is: 'scope' }>, frame: Frame, step: StepFrame | undefined, openLoop: boolean): Abstract {
    const own = memberOf(receiver.scope, call.name);
    if (own?.is === 'function') return apply(own, call, frame, receiver);
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
    // `this.get(path, ...)` of an own class that hands on `{ method: 'get' }`: the route is where the call is.
    const via = text?.frame.via;
    const place = via && via.name.toLowerCase() === text.text.toLowerCase() ? via.nameAt : text?.at;
    // Data are no code: a method that is read from a file of them is where it is called.
    const isCode = place !== undefined && !/\.json$/i.test(place.path);
    return { ...call, name: name ?? text?.text.toLowerCase() ?? '', nameAt: place && isCode && !isNear ? place : call.nameAt };
  }
  /** `require(name)` of a name that is known here, and names of files that are listed to be loaded. */
  function loads(call: Call, frame: Frame): Abstract | undefined {
    const { callee, args, at, nameAt } = call;
    const [first] = args;
    if (callee !== 'require' || !first) return filesListed(call, frame, machine.modules.keys(), evaluate);
    const from = (text: string): Abstract => evaluate({ kind: 'ref', root: { kind: 'import', from: text, name: '*' }, path: [], text, at, nameAt }, frame);
    const text = textOf(first.value, frame)?.text;
    if (text?.startsWith('.') === true) return from(text);
    const path = pathText(first.value, frame, evaluate);
    const found = path === undefined ? undefined : from(specifierOf(path, frame.module.path));
    return found?.is === 'module' ? found : text === undefined ? undefined : from(text);
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

  /** `import('./x').then((x) => ...)`, and `Promise.resolve().then(() => require('./x'))`, which compilers make of it. */
  function afterwards({ name, receiver, args, at }: Call, frame: Frame): Abstract | undefined {
    const [first] = args;
    if (name !== 'then' || !first || !receiver) return undefined;
    const of = evaluate(receiver, frame);
    const isStart = receiver.kind === 'call' && receiver.callee === 'Promise.resolve';
    const callback = of.is === 'module' || isStart ? settled(evaluate(first.value, frame)) : undefined;
    return callback?.is === 'function' ? applyTo(callback, [of], frame, at.mark, undefined, { force: true }) : undefined;
  }
  function overItems(call: Call, frame: Frame): Abstract | undefined {
    const callback = call.args[0] && settled(evaluate(call.args[0].value, frame));
    if (callback?.is !== 'function') return undefined;
    const items = call.receiver && itemsOf(call.receiver, frame);
    const how = { force: byName(callback.fn) || call.name === 'reduce' || ((call.name === 'map' || call.name === 'forEach') && makesSomething(callback.fn)) };
    if (!items) {
      // Over an unknown list of hooks: what is handed on there may be registered on.
      if (handsScopeOn(callback)) how.force = true;
      const made = call.name === 'reduce' ? UNKNOWN : applyTo(callback, [], frame, call.at.mark, undefined, { ...how, openLoop: true });
      // Nobody knows how many routes are made, but what they have in common.
      return call.name === 'map' && givesRoute(callback.fn) ? { is: 'list', items: [{ value: call, frame, got: made }] } : UNKNOWN;
    }
    if (call.name === 'reduce') {
      let memo: Abstract = call.args[1] ? evaluate(call.args[1].value, frame) : UNKNOWN;
      for (const item of items) memo = applyTo(callback, [memo, item], frame, call.at.mark, undefined, how);
      return memo;
    }
    const of = call.receiver && evaluate(call.receiver, frame);
    const isMap = of !== undefined && collectionOf(of) === 'Map';
    const argsOf = (item: Abstract): readonly Abstract[] => (isMap ? [names.member(item, '1'), names.member(item, '0')] : [item]);
    const results = items.map((item, index): Bound => ({ value: call, frame, got: applyTo(callback, argsOf(item), frame, call.at.mark, undefined, { ...how, turn: index }) }));
    return call.name === 'map' && results.every((one) => one.got.is !== 'unknown') ? { is: 'list', items: results } : UNKNOWN;
  }

  /** The callback hands an application its surroundings were given to something else. */
  function handsScopeOn({ fn, frame }: Extract<Abstract, { is: 'function' }>): boolean {
    return fn.steps.some((step) => step.do === 'call' && step.call.args.some(({ value }) => value.kind === 'ref' && value.root.kind === 'parameter' && value.path.length === 0 && scopesIn(evaluate(value, frame), evaluate).length > 0));
  }

  function onScope(given: Call, receiver: Extract<Abstract, { is: 'scope' | 'builder' }>, frame: Frame, step: StepFrame | undefined, openLoop: boolean): Abstract {
    const call = spreadOut(given, frame, evaluate);
    const { scope } = receiver;
    const adapter = adapterOf.get(scope.framework);
    if (!adapter) return UNKNOWN;
    const when: readonly Branch[] = [...frame.when, ...(step?.when ?? [])];
    const path = receiver.is === 'builder' ? receiver.path : undefined;
    const under = receiver.is === 'scope' ? (receiver.under ?? []) : [];
    // What is used here is read here: it may create a scope, and it may be something else later.
    for (const item of call.args) if (item.value.kind === 'ref') evaluate(item.value, frame);
    for (const event of adapter.events(call, receiver.is === 'builder' ? 'builder' : scope.kind, path, (value) => read(value, frame))) {
      const logged = { event, when, loop: step?.loop, frame, statementAt: step?.statementAt ?? call.at, openLoop, under };
      if (event.kind === 'route' && event.path && isUntold(event.path, frame, 0)) continue;
      for (const one of event.kind === 'use' && event.paths.length === 0 ? event.values.flatMap((value) => tabled(value, frame)) : []) {
        record(scope, { ...logged, event: one.event, frame: one.frame, statementAt: one.at });
        scope.files.add(one.at.path);
      }
      if (driving.registered(event, call, logged, scope, step)) scope.files.add(call.at.path);
      else if (event.kind === 'plugin') plug(event, call, logged, scope, step);
      else if (event.kind === 'member') give(event, scope, frame);
      else for (const one of listedRoutes(logged, names)) record(scope, one);
      scope.files.add(call.at.path);
    }
    const next = adapter.returns(call);
    if (next?.kind === 'builder') return { is: 'builder', scope, path: next.path, frame };
    if (next?.kind === 'derived') return { is: 'scope', scope, under: next.path ? [...under, { value: next.path, frame }] : under };
    if (next?.kind === 'harmless') return { is: 'wrapped', scopes: [], by: undefined };
    return next ? receiver : UNKNOWN;
  }

  /** The path is what the uncalled function this run began with would be told: a helper that registers routes, and no route. */
  function isUntold(path: Value, frame: Frame, depth: number): boolean {
    if (frame.run === undefined || path.kind !== 'ref' || path.root.kind !== 'parameter' || depth > 5) return false;
    const { root, path: keys } = path;
    let at: Frame | undefined = frame;
    while (at && at.fn !== root.fn) at = at.parent;
    const arg = at?.args[root.index];
    if (!arg || arg.is === 'unknown') return at?.fn === frame.run && keys.length === 0;
    if (keys.length !== 1 || arg.is !== 'value' || arg.value.kind !== 'object') return false;
    const entry = arg.value.entries.findLast(({ key }) => key === keys[0]);
    return entry !== undefined && isUntold(entry.value, arg.frame, depth + 1);
  }
  function serve(scope: ScopeState, { at }: Call, frame: Frame, step: StepFrame | undefined): void {
    record(scope, { event: { kind: 'serves', at }, when: [...frame.when, ...(step?.when ?? [])], loop: undefined, frame, statementAt: step?.statementAt ?? at, openLoop: false, under: [] });
  }
  function read(value: Value, frame: Frame): Value {
    const got = settled(evaluate(value, frame));
    if (got.is === 'function') return { kind: 'function', fn: got.fn.id, at: got.fn.at };
    return got.is === 'value' ? got.value : value;
  }
  /** `createServer(listener)`, `server.on('request', listener)`: a function of the project answers all requests. */
  function listen(call: Call, target: Abstract, frame: Frame, step: StepFrame | undefined): void {
    const callee = machine.memberOfResult(call, frame) ?? packageCallee(target) ?? call.callee;
    for (const adapter of adapters) {
      const value = adapter.listens?.(call, callee)?.listener;
      const listener = value && settled(evaluate(value, frame));
      const bind = listener?.is === 'function' && value ? boundBy(value, frame, 0) : undefined;
      if (listener?.is === 'function') machine.listening.push({ framework: adapter.id, listener, bound: bind ?? [], call, frame, step });
    }
  }
  /** What `f.bind(this, a)` gives before all other arguments. */
  function boundBy(value: Value, frame: Frame, hops: number): readonly Value[] | undefined {
    if (value.kind === 'call') return value.name === 'bind' ? value.args.slice(1).map((item) => item.value) : undefined;
    const binding = hops < 3 ? bindingOf(value, frame.module) : undefined;
    return binding && boundBy(binding.value, frame, hops + 1);
  }
  /** `SwaggerModule.setup('docs', app, document)`: packages around a framework that register no guard. */
  function isInfrastructure({ callee }: Call, { framework }: ScopeState): boolean {
    return adapterOf.get(framework)?.decorated?.isInfrastructure(callee) === true;
  }
  /** A call into code that is not ours: it may serve an application, or register on it what nobody can see. */
  function outside(call: Call, target: Abstract, frame: Frame, step: StepFrame | undefined): Abstract {
    listen(call, target, frame, step);
    // An own module that is not at hand is no package of its name: it may do anything.
    const isMissing = target.is === 'value' && machine.missing(target.value) !== undefined;
    const spelled = target.is === 'value' && target.value.kind === 'call' ? target.value.callee || call.callee : call.callee;
    const forwards = !isMissing && FORWARDS.test(spelled);
    const wrapped: ScopeState[] = [];
    for (const item of call.args) {
      const arg = settled(evaluate(item.value, frame));
      if (arg.is === 'function' && item.value.kind === 'function' && !looksLikeHandler(arg.fn)) {
        const isLoad = isLoader(arg.fn);
        const made = isLoad || !applied.has(arg.fn.id) ? applyTo(arg, [], frame, call.at.mark, undefined, { force: isLoad }) : UNKNOWN;
        if (made.is === 'scope') wrapped.push(made.scope);
      }
      for (const scope of scopesIn(arg, evaluate)) {
        if (!isMissing && serves(call.callee || call.name)) serve(scope, call, frame, step);
        else if (forwards) wrapped.push(scope);
        else if (isMissing || !(LOOKS.test(call.callee) || isInfrastructure(call, scope))) {
          incomplete(scope, call.callee || call.name, frame, call.at);
          if (arg.is === 'scope') wrapped.push(scope);
        }
      }
    }
    if (wrapped.length > 0) return { is: 'wrapped', scopes: wrapped, by: forwards ? undefined : call.callee || call.name };
    return { is: 'value', value: call, frame };
  }
}
