import { driverOf, drivers } from '../drivers/index.js';
import type { Driver } from '../drivers/driver.js';
import type { ScopeEvent } from '../model/api.js';
import type { StepFrame } from '../model/module.js';
import type { Call, Value } from '../model/value.js';
import type { Abstract, Frame, LoggedEvent, ScopeState } from './abstract.js';
import { moduleOf } from './guards.js';
import type { Machine } from './machine.js';
import type { Names } from './names.js';

type Unlogged = Omit<LoggedEvent, 'order'>;
/** Notes where the operations of documents are answered; the routes are made when all is known that answers them. */
export interface Driving {
  /** A scope of a driver's own framework was made. */
  begun(scope: ScopeState, call: Call, frame: Frame, step: StepFrame | undefined): void;
  /** A call that is given the application, or makes one; undefined for others. */
  called(call: Call, frame: Frame, step: StepFrame | undefined): Abstract | undefined;
  /** Whether what is registered answers a document, and is nothing else. */
  registered(event: ScopeEvent, call: Call, logged: Unlogged, scope: ScopeState, step: StepFrame | undefined): boolean;
}
/** The member that hands a request to a scope of a driver's own framework. */
export const HANDS_ON = 'handleRequest';
const MOST_STEPS = 200;

export function createDriving({ names, create, record, applied, applyTo }: Pick<Machine, 'names' | 'create' | 'record' | 'applied' | 'applyTo'>): Driving {
  const { evaluate, settled, member } = names;
  return { begun, called, registered };

  function begun(scope: ScopeState, call: Call, frame: Frame, step: StepFrame | undefined): void {
    const driver = driverOf(call);
    if (driver?.as === 'own' && !scope.log.some(({ event }) => event.kind === 'operations')) note(driver, scope, argsOf(call), call, frame, step);
  }
  function called(call: Call, frame: Frame, step: StepFrame | undefined): Abstract | undefined {
    if (driverOf(call)?.then !== undefined) return handedBack(call, frame);
    const driver = driverAt(call, frame);
    if (driver?.as === 'maker') {
      const scope = create('express', { kind: 'application', options: undefined }, call, frame, step);
      below(driver, scope, argsOf(call), call, frame, step);
      return { is: 'scope', scope };
    }
    if (driver?.as !== 'given' || !driver.app) return undefined;
    const args = argsFor(driver, call, frame);
    const app = settled(spotIn(args, driver.app, frame, names));
    if (app.is !== 'scope' || (driver.optional === true && !isGiven(driver, args, frame, names))) return undefined;
    below(driver, app.scope, args, call, frame, step);
    return { is: 'value', value: call, frame };
  }
  /** `initializeMiddleware(document, (middleware) => ...)`: what it calls back with last is known by the call. */
  function handedBack(call: Call, frame: Frame): Abstract {
    const made: Abstract = { is: 'value', value: call, frame };
    const callback = settled(evaluateLast(call, frame));
    if (callback.is === 'function') applyTo(callback, callback.fn.parameters.map((_, index, all): Abstract => (index === all.length - 1 ? made : { is: 'unknown' })), frame, call.at.mark, undefined, { force: true });
    return made;
  }
  function evaluateLast({ args }: Call, frame: Frame): Abstract {
    const last = args.at(-1);
    return last ? evaluate(last.value, frame) : { is: 'unknown' };
  }
  /** The driver whose routes a call makes. */
  function driverAt(call: Call, frame: Frame): Driver | undefined {
    const direct = driverOf(call);
    if (direct) return direct.then === undefined ? direct : undefined;
    const begun = drivers.some(({ then }) => then === call.name) ? begunBy(call, frame) : undefined;
    return begun?.then === call.name ? begun : undefined;
  }
  /** The driver that called back with what a member is called on. */
  function begunBy({ receiver }: Call, frame: Frame): Driver | undefined {
    const from = receiver ? settled(evaluate(receiver, frame)) : undefined;
    const driver = from?.is === 'value' && from.value.kind === 'call' ? driverOf(from.value) : undefined;
    return driver?.then === undefined ? undefined : driver;
  }
  /** Middleware that works for the routes of a document, and does nothing to others. */
  function isPart(call: Call, frame: Frame): boolean {
    return drivers.some(({ parts }) => parts?.has(call.name) === true) && begunBy(call, frame)?.parts?.has(call.name) === true;
  }
  /** What is said at the call, and where it began: the document first, then what the call itself is given, and what stands beside it. */
  function argsFor({ then, beside }: Driver, call: Call, frame: Frame): Args {
    if (then === undefined) return argsOf(call);
    const from = call.receiver ? settled(evaluate(call.receiver, frame)) : undefined;
    const [first] = from?.is === 'value' && from.value.kind === 'call' ? argsOf(from.value) : [];
    return [first, undefined, argsOf(call)[0], beside === undefined ? undefined : besideOf(beside, call, frame)];
  }
  /** What a member of the same thing is given, in the function of the call or near it; where the thing is handed on, nobody can tell. */
  function besideOf(name: string, { at }: Call, { module, fn }: Frame): Value | undefined {
    const own = module.functions.get(fn);
    const near = [...(own ? [own] : []), ...module.functions.values()].flatMap(({ steps }) => steps).find((step) => step.do === 'call' && step.call.name === name);
    if (near?.do === 'call') return argsOf(near.call)[0] ?? { kind: 'object', entries: [], open: false, at: near.call.at };
    const isHandedOn = own?.steps.some((step) => step.do === 'call' && step.call.args.some(({ value }) => value.kind === 'ref' && value.root.kind === 'parameter' && value.root.fn === fn && value.path.length === 0)) === true;
    return isHandedOn ? { kind: 'unknown', why: 'what it is handed on to', at } : undefined;
  }
  function registered(event: ScopeEvent, call: Call, logged: Unlogged, scope: ScopeState, step: StepFrame | undefined): boolean {
    if (event.kind === 'plugin') {
      const from = moduleOf(event.value);
      const driver = drivers.find((one) => one.as === 'plugin' && from !== undefined && one.calls.test(from));
      if (!driver) return false;
      below(driver, scope, [event.value, event.options], call, logged.frame, step, logged);
      return true;
    }
    if (event.kind !== 'use' && event.kind !== 'route') return false;
    let isAll = event.values.length > 0;
    for (const value of event.values) if (!answered(event, value, call, logged, scope, step)) isAll = false;
    return isAll;
  }
  /** Whether one of the registered values is a document's, or hands requests to what answers one. */
  function answered(event: Extract<ScopeEvent, { kind: 'use' | 'route' }>, value: Value, call: Call, logged: Unlogged, scope: ScopeState, step: StepFrame | undefined): boolean {
    const got = settled(evaluate(value, logged.frame));
    if (got.is === 'value' && got.value.kind === 'call' && event.kind === 'use') {
      const driver = driverAt(got.value, got.frame);
      if (driver?.as !== 'middleware') return isPart(got.value, got.frame);
      const args = argsFor(driver, got.value, got.frame);
      if (driver.optional === true && !isGiven(driver, args, got.frame, names)) return false;
      below(driver, scope, args, call, got.frame, step, logged);
      // What checks requests of other routes as well stays where it is.
      return driver.checks !== true;
    }
    // `{ method, url, handler }`
    const handler = event.kind === 'route' && event.described && got.is === 'value' ? settled(member(got, event.described.handler)) : got;
    const own = handler.is === 'function' ? handedTo(handler) : undefined;
    if (!own) return false;
    const paths = event.kind === 'use' ? event.paths : [];
    record(scope, { ...logged, event: { kind: 'use', paths, values: [], at: event.at }, child: own });
    return true;
  }
  /** `(req, res) => api.handleRequest(req, req, res)`. */
  function handedTo({ fn, frame }: Extract<Abstract, { is: 'function' }>): ScopeState | undefined {
    for (const step of fn.steps.slice(0, MOST_STEPS)) {
      const call = step.do === 'call' ? step.call : undefined;
      if (call?.name !== HANDS_ON || !call.receiver) continue;
      const of = settled(evaluate(call.receiver, frame));
      if (of.is !== 'scope' || !drivers.some((one) => one.as === 'own' && one.framework === of.scope.framework)) continue;
      applied.add(fn.id);
      return of.scope;
    }
    return undefined;
  }
  function below(driver: Driver, scope: ScopeState, args: Args, call: Call, frame: Frame, step: StepFrame | undefined, logged?: Unlogged): void {
    const child = create(driver.framework, { kind: 'router', options: undefined, outer: scope, turn: `>${driver.id}` }, call, frame, step);
    const when = [...frame.when, ...(step?.when ?? [])];
    const plain: Omit<Unlogged, 'event'> = logged ?? { when, loop: step?.loop, frame, statementAt: step?.statementAt ?? call.at, openLoop: false, under: [] };
    record(scope, { ...plain, event: { kind: 'use', paths: [], values: [], at: call.at }, child });
    if (driver.errors === true) record(scope, { ...plain, event: { kind: 'use', paths: [], values: [{ kind: 'unknown', why: 'what answers errors', at: call.at }], as: 'error', at: call.at } });
    if (!child.log.some(({ event }) => event.kind === 'operations')) note(driver, child, args, call, frame, step);
  }
  function note(driver: Driver, scope: ScopeState, args: Args, call: Call, frame: Frame, step: StepFrame | undefined): void {
    record(scope, { event: { kind: 'operations', driver: driver.id, args, at: call.nameAt }, when: [], loop: undefined, frame, statementAt: step?.statementAt ?? call.at, openLoop: false, under: [] });
  }
}
type Args = readonly (Value | undefined)[];
function argsOf({ args }: Call): Args {
  return args.map(({ value, spread }) => (spread ? undefined : value));
}
/** Whether a call says what answers operations. */
function isGiven(driver: Driver, args: Args, frame: Frame, names: Names): boolean {
  return driver.handlers.some((spot) => {
    const got = spotIn(args, spot, frame, names);
    return got.is !== 'unknown' && !(got.is === 'value' && got.value.kind === 'literal' && typeof got.value.value !== 'string');
  });
}
/** What stands at a place in what a call is given. */
export function spotIn(args: Args, [index, ...keys]: Driver['document'][number], frame: Frame, { evaluate, settled, member }: Names): Abstract {
  const value = args[index];
  let got: Abstract = value ? evaluate(value, frame) : { is: 'unknown' };
  for (const key of keys) got = member(settled(got), key);
  return got;
}
