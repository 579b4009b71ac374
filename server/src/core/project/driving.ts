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
/** Members that hand a request to a scope of a driver's own framework. */
const HANDS_ON = 'handleRequest';
const MOST_STEPS = 200;

export function createDriving({ names, create, record, applied }: Pick<Machine, 'names' | 'create' | 'record' | 'applied'>): Driving {
  const { evaluate, settled } = names;
  return { begun, called, registered };

  function begun(scope: ScopeState, call: Call, frame: Frame, step: StepFrame | undefined): void {
    const driver = driverOf(call);
    if (driver?.as === 'own' && !scope.log.some(({ event }) => event.kind === 'operations')) note(driver, scope, argsOf(call), call, frame, step);
  }
  function called(call: Call, frame: Frame, step: StepFrame | undefined): Abstract | undefined {
    const driver = driverOf(call);
    if (driver?.as === 'maker') {
      const scope = create('express', { kind: 'application', options: undefined }, call, frame, step);
      below(driver, scope, argsOf(call), call, frame, step);
      return { is: 'scope', scope };
    }
    const app = driver?.as === 'given' && driver.app ? settled(spotIn(argsOf(call), driver.app, frame, names)) : undefined;
    if (!driver || app?.is !== 'scope' || (driver.optional === true && !isGiven(driver, argsOf(call), frame, names))) return undefined;
    below(driver, app.scope, argsOf(call), call, frame, step);
    return { is: 'value', value: call, frame };
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
      const driver = driverOf(got.value);
      if (driver?.as !== 'middleware' || (driver.optional === true && !isGiven(driver, argsOf(got.value), got.frame, names))) return false;
      below(driver, scope, argsOf(got.value), call, got.frame, step, logged);
      // What checks requests of other routes as well stays where it is.
      return driver.checks !== true;
    }
    const own = got.is === 'function' ? handedTo(got) : undefined;
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
