import type { Branch, CallStep, FunctionView, Step, StepFrame } from '../model/module.js';
import type { Call, Value } from '../model/value.js';
import { best, worst, type Reach, type Stranger } from './strangers.js';

export interface WaysInput {
  readonly fn: FunctionView;
  readonly inner: readonly FunctionView[];
  readonly stranger: Stranger;
  /** A step that lets the request go on. */
  passes(step: Step): boolean;
  isGuard(name: string): boolean;
  /** Whether a called function stops a request without credentials; undefined where it cannot be read. */
  stopped(call: Call): boolean | undefined;
  /** Whether such a request that comes to the call goes no further. */
  halts(step: CallStep & StepFrame): Reach;
}
/** How a request without credentials gets to the steps of a function. */
export interface Ways {
  /** Whether it gets to a step of the function, or of a callback in it. */
  to(one: FunctionView, step: Step): Reach;
}

/** Reads branches, the calls a step stands behind, and what a callback is given to. */
export function waysIn({ fn, inner, stranger, passes, isGuard, stopped, halts }: WaysInput): Ways {
  return {
    to(one, step) {
      const own = step.when.slice(fn.when.length).filter((branch, index) => !passesBothWays(one, step, fn.when.length + index, branch));
      const reach = one === fn ? stranger.takes(own) : worst(stranger.takes(own), throughCallback(one, own));
      if (reach === 'no' || isCheckedBefore(one, step)) return 'no';
      const halted = haltedBefore(one, step);
      return halted === 'no' ? reach : worst(reach, halted === 'yes' ? 'no' : halted);
    },
  };

  /** `if (t) return next(); ...; next()`: whichever way the test goes, the request goes on. */
  function passesBothWays(one: FunctionView, step: Step, index: number, branch: Branch): boolean {
    return one.steps.some((other) => {
      const end = other.when[index];
      return other.when.length === index + 1 && end !== undefined && end.holds !== branch.holds && end.at.mark === branch.at.mark && passes(other) && other.when.slice(0, index).every((before, at) => before === step.when[at]);
    });
  }

  /** A callback runs when what it was given to says so: `verify(token).then(() => next())`, `requireLogin(req, res, () => next())`. */
  function throughCallback(one: FunctionView, own: readonly Branch[]): Reach {
    const site = siteOf(one);
    if (!site) return 'maybe';
    const { call } = site;
    const isPassport = call.name === 'authenticate' && one.parameters.length >= 2;
    const first = one.parameters[0]?.name ?? '';
    if (isPassport) return 'yes';
    if (call.name === 'then') return call.receiver?.kind === 'call' && checks(call.receiver) ? 'no' : 'yes';
    if (call.name === 'catch' || call.name === 'finally') return 'yes';
    const { target } = call;
    const made = target.kind === 'call' ? target : target.kind === 'ref' && target.root.kind === 'value' && target.root.of.kind === 'call' ? target.root.of : undefined;
    const guards = isGuard(call.callee || call.name) || (made !== undefined && isGuard(made.callee));
    // Where the caller is asked for once more inside, the guard around has let it through.
    if (guards) return own.length > one.when.length - fn.when.length && stranger.takes(own) === 'yes' ? 'yes' : 'no';
    if (checks(call)) return /^_?(e|err|error)$/i.test(first) && !testsError(one, first) ? 'yes' : 'no';
    return 'yes';
  }
  function testsError(one: FunctionView, name: string): boolean {
    return one.steps.some((step) => step.when.some((branch) => mentions(branch.test, name)));
  }
  function siteOf(one: FunctionView): { readonly call: Call } | undefined {
    for (const around of [fn, ...inner])
      for (const step of around.steps) if (step.do === 'call' && step.call.args.some(({ value }) => value.kind === 'function' && value.fn === one.id)) return { call: step.call };
    return undefined;
  }
  /** A call on the way throws or refuses where no credential is brought. */
  function isCheckedBefore(one: FunctionView, step: Step): boolean {
    for (const before of one.steps) {
      if (before === step) break;
      if (before.do !== 'call' || before.call === (step.do === 'call' ? step.call : undefined)) continue;
      if (before.zone === 'catch' || before.zone === 'finally' || !before.when.every((branch) => step.when.includes(branch))) continue;
      if (before.zone === 'try' && step.zone !== 'try' && (step.zone !== 'body' || !catchLeaves(one))) continue;
      if (checks(before.call)) return true;
    }
    return false;
  }
  /** Whether it is stopped before the step by a call that leaves the function as a throw does. */
  function haltedBefore(one: FunctionView, step: Step): Reach {
    let halted: Reach = 'no';
    for (const before of one.steps) {
      if (before === step) break;
      if (before.do !== 'call' || before.zone === 'catch' || before.zone === 'finally' || (before.zone === 'try' && step.zone !== 'try' && (step.zone !== 'body' || !catchLeaves(one)))) continue;
      const how = halts(before);
      if (how !== 'no') halted = best(halted, worst(how, stranger.takes(before.when.slice(fn.when.length))));
    }
    return halted;
  }
  /** What goes wrong in the `try` does not run on behind it. */
  function catchLeaves(one: FunctionView): boolean {
    return one.steps.some((step) => step.zone === 'catch' && (step.do === 'return' || step.do === 'throw' || (step.do === 'call' && halts(step) === 'yes')));
  }
  function checks(call: Call): boolean {
    const bringsNothing = call.args.some(({ value }) => stranger.lacks(value));
    if (!bringsNothing && !stranger.verifies(call)) return false;
    return stopped(call) ?? stranger.verifies(call);
  }
}

function mentions(value: Value, name: string): boolean {
  switch (value.kind) {
    case 'ref': return value.text === name || value.text.startsWith(`${name}.`) || value.text.startsWith(`${name}?`);
    case 'not': return mentions(value.of, name);
    case 'logic':
    case 'compare': return mentions(value.left, name) || mentions(value.right, name);
    case 'call': return value.args.some((item) => mentions(item.value, name));
    default: return false;
  }
}
