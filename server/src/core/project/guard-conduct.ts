import type { Conduct } from '../model/api.js';
import type { Binding, Branch, FunctionView, ModuleView, Step } from '../model/module.js';
import type { Call, FunctionId, Ref, Value } from '../model/value.js';
import { authGuardName } from '../rules/facts/guards.js';
import { bindingOf } from './bound.js';
import type { Abstract, Fn, Frame } from './abstract.js';
import { innerFunctions, testsOf, thrownStatus, type Roles } from './refusals.js';
import { replaced } from './request-views.js';
import { best, strangerIn, worst, type Reach } from './strangers.js';
import { waysIn } from './ways.js';

/** What a guard's function does to a request without credentials: it passes by giving something true, and refuses by giving something false or by throwing. */
export interface Activation {
  readonly passes: Reach;
  readonly refuses: Reach;
  readonly throws: Reach;
  /** Of what it throws. */
  readonly statuses: ReadonlySet<number>;
  readonly tests: ReadonlySet<Conduct['tests'][number]>;
  readonly settings: ReadonlySet<string>;
  readonly complete: boolean;
  /** Nothing in it has to do with who calls. */
  readonly isBlind: boolean;
}
export interface ActivationInput {
  evaluate(value: Value, frame: Frame): Abstract;
  /** What metadata a call asks for is worth; undefined where the call asks for none. */
  metadata(call: Call, frame: Frame): Value | undefined;
  /** What the method of that name of the class above does. */
  above(call: Call): Activation | undefined;
  /** Functions that were read. */
  readonly read: Set<FunctionId>;
}
/** Where the request stands among the parameters of a function that is only given a way to it. */
const REQUEST = 90;
const DEEPEST = 3;
const DEEPEST_TRUTH = 8;
const LOOKED_THROUGH = /^(Promise\.resolve|Boolean|rxjs\.of|rxjs\.from|of|from)$/;
const OBJECT = /^(Object\.assign|(tslib\.)?(__assign|_extends|_object_spread(_props)?))$/;
const ASKS = /user|auth|token|session|role|permission|identity|principal|credential|jwt|api_?key|login|verify|signature|secret|account|access|abilit|polic/i;
const NONE: Activation = { passes: 'maybe', refuses: 'maybe', throws: 'no', statuses: new Set(), tests: new Set(), settings: new Set(), complete: false, isBlind: true };

/** Reads `canActivate(context)`, or what it hands the context or the request on to. `given` stands in place of parameters, `absent` are those that hold a missing credential. */
export function activationOf(target: Fn, input: ActivationInput, given: ReadonlyMap<number, Value> = new Map(), absent: ReadonlySet<number> = new Set(), depth = 0): Activation {
  input.read.add(target.fn.id);
  const { fn, module, frame, inner } = seen(target, input, given);
  for (const one of inner) input.read.add(one.id);
  const stranger = strangerIn({ fn, module, request: REQUEST, absent }, inner);
  const ways = waysIn({ fn, inner, stranger, passes: () => false, isGuard: authGuardName, stopped, halts: ({ call }) => halted(call) });
  const called = new Map<Call, Activation | undefined>();
  const statuses = new Set<number>();
  const tests = new Set<Conduct['tests'][number]>();
  let passes: Reach = 'no';
  let refuses: Reach = 'no';
  let throws: Reach = 'no';
  let isBlind = true;
  const roles: Roles = { request: REQUEST, response: -1, next: -1 };

  for (const one of [fn, ...inner]) for (const step of one.steps) {
    for (const branch of step.when.slice(fn.when.length)) for (const test of testsOf(branch.test, fn, roles, module)) tests.add(test);
    if (step.do === 'call') {
      if (ASKS.test(step.call.callee || step.call.name) || step.call.args.some(({ value }) => mentions(value))) isBlind = false;
      const under = calledInside(step.call);
      if (under) {
        if (step.zone !== 'try') for (const status of under.statuses) statuses.add(status);
        for (const test of under.tests) tests.add(test);
        isBlind &&= under.isBlind;
        // What is caught is not thrown; what catches it may throw itself.
        if (step.zone !== 'try') throws = best(throws, worst(under.throws, stranger.takes(step.when.slice(fn.when.length))));
      }
      continue;
    }
    if (step.do === 'throw') {
      const status = thrownStatus(step.value);
      statuses.add(status === 0 ? 403 : status);
      throws = best(throws, one !== fn || step.zone === 'catch' ? worst('maybe', ways.to(one, step)) : ways.to(one, step));
      continue;
    }
    if (step.do === 'return' && step.value) {
      for (const test of testsOf(step.value, fn, roles, module)) tests.add(test);
      if (mentions(step.value)) isBlind = false;
    }
    if (step.do !== 'return' || one !== fn) continue;
    const reach = ways.to(fn, step);
    const told = truth(step.value ?? { kind: 'literal', value: undefined, at: step.at }, 0);
    passes = best(passes, worst(reach, told.passes));
    refuses = best(refuses, worst(reach, told.refuses));
  }
  return { passes, refuses, throws, statuses, tests, settings: stranger.settings, complete: fn.complete, isBlind };

  function mentions(value: Value): boolean {
    if (value.kind === 'ref') return (value.root.kind === 'parameter' && value.root.index === REQUEST && value.path.some((key) => key !== undefined && ASKS.test(key))) || ASKS.test(value.text.slice(0, 200));
    if (value.kind === 'call') return ASKS.test(value.callee || value.name) || value.args.some((item) => mentions(item.value)) || (value.receiver !== undefined && mentions(value.receiver));
    if (value.kind === 'not') return mentions(value.of);
    if (value.kind === 'logic' || value.kind === 'compare') return mentions(value.left) || mentions(value.right);
    return value.kind === 'choice' && (mentions(value.test) || mentions(value.then) || mentions(value.else));
  }
  /** Whether what is given lets a request without credentials pass, and whether it refuses it. */
  function truth(value: Value, hops: number): Pick<Activation, 'passes' | 'refuses'> {
    if (hops > DEEPEST_TRUTH) return NONE;
    switch (value.kind) {
      case 'literal': return value.value ? { passes: 'yes', refuses: 'no' } : { passes: 'no', refuses: 'yes' };
      case 'call': {
        const [first] = value.args;
        if (LOOKED_THROUGH.test(value.callee) && first) return truth(first.value, hops + 1);
        // What compilers make of `{ ...user }`.
        if (OBJECT.test(value.callee)) return { passes: 'yes', refuses: 'no' };
        const under = calledInside(value);
        if (under) return { passes: under.passes, refuses: best(under.refuses, under.throws) };
        // `roles.some((role) => user.roles.includes(role))`
        const callback = value.args.find((item) => item.value.kind === 'function')?.value;
        if (/^(some|every|find|includes)$/.test(value.name) && callback?.kind === 'function' && givesMissing(callback.fn)) return { passes: 'no', refuses: 'yes' };
        break;
      }
      case 'not': {
        const of = truth(value.of, hops + 1);
        return { passes: of.refuses, refuses: of.passes };
      }
      case 'logic': {
        if (value.op === 'default') break;
        const left = truth(value.left, hops + 1);
        const right = truth(value.right, hops + 1);
        return value.op === '&&' ? { passes: worst(left.passes, right.passes), refuses: best(left.refuses, right.refuses) } : { passes: best(left.passes, right.passes), refuses: worst(left.refuses, right.refuses) };
      }
      case 'choice': {
        const then = truth(value.then, hops + 1);
        const other = truth(value.else, hops + 1);
        const [yes, no] = [true, false].map((holds) => stranger.takes([{ test: value.test, holds, early: false, at: value.at }]));
        return { passes: best(worst(yes ?? 'maybe', then.passes), worst(no ?? 'maybe', other.passes)), refuses: best(worst(yes ?? 'maybe', then.refuses), worst(no ?? 'maybe', other.refuses)) };
      }
      case 'ref': {
        const bound = bindingOf(value, module);
        if (bound?.constant === true && (bound.value.kind === 'call' || bound.value.kind === 'choice' || bound.value.kind === 'logic') && !stranger.lacks(value)) return truth(bound.value, hops + 1);
        break;
      }
    }
    const takes = (holds: boolean): Reach => stranger.takes([{ test: value, holds, early: false, at: value.at }]);
    return { passes: takes(true), refuses: takes(false) };
  }
  function givesMissing(id: FunctionId): boolean {
    const given = module.functions.get(id)?.steps.flatMap((step) => (step.do === 'return' && step.value ? [step.value] : [])) ?? [];
    return given.length > 0 && given.every((value) => stranger.takes([{ test: value, holds: true, early: false, at: value.at }]) === 'no');
  }
  /** What an own function does that is handed the context or the request, and the one of the class above. */
  function calledInside(call: Call): Activation | undefined {
    if (called.has(call)) return called.get(call);
    const made = readInside(call);
    called.set(call, made);
    return made;
  }
  function readInside(call: Call): Activation | undefined {
    if (call.target.kind === 'ref' && call.target.root.kind === 'global' && call.target.root.name === 'super') return input.above(call);
    if (depth >= DEEPEST) return undefined;
    const inside = input.evaluate(call.target, frame);
    if (inside.is !== 'function' || inside.fn.id === fn.id) return undefined;
    const isOwn = call.target.kind === 'ref' && call.target.root.kind === 'this';
    return activationOf(isOwn ? { ...inside, frame: { ...inside.frame, self: frame.self } } : inside, input, handed(call, inside.fn), new Set(call.args.flatMap((item, index) => (stranger.lacks(item.value) ? [index] : []))), depth + 1);
  }
  function handed(call: Call, to: FunctionView): ReadonlyMap<number, Value> {
    const out = new Map<number, Value>();
    for (const [index, { value }] of call.args.entries()) {
      if (value.kind === 'ref' && value.root.kind === 'parameter' && value.root.index === REQUEST) out.set(index, { ...value, root: { kind: 'parameter', fn: to.id, index: REQUEST } });
      else if (value.kind === 'literal') out.set(index, value);
    }
    return out;
  }
  function stopped(call: Call): boolean | undefined {
    const under = calledInside(call);
    return under && (under.throws !== 'no' || under.refuses !== 'no' || !under.complete);
  }
  /** What is called on the way and throws lets nothing behind it be reached. */
  function halted(call: Call): Reach {
    const under = calledInside(call);
    if (!under) return 'no';
    return under.passes === 'no' && under.throws !== 'no' && under.refuses === 'no' ? 'yes' : under.throws;
  }
}

/** The function with the request, metadata and short methods in place of what leads to them. */
function seen(target: Fn, input: ActivationInput, given: ReadonlyMap<number, Value>): { readonly fn: FunctionView; readonly module: ModuleView; readonly frame: Frame; readonly inner: readonly FunctionView[] } {
  const { fn, frame: around } = target;
  const frame: Frame = { ...around, fn: fn.id, parent: around, args: [], locals: new Map(), results: new Map(), pushed: new Map(), assigned: new Map() };
  const { module } = around;
  const inside = innerFunctions(fn, module, {});
  const own = new Set([fn.id, ...inside.map(({ id }) => id)]);
  const bound = new Map<Binding, Value | 'busy'>();
  const branches = new Map<Branch, Branch>();
  const request: Ref = { kind: 'ref', root: { kind: 'parameter', fn: fn.id, index: REQUEST }, path: [], text: 'request', at: fn.at, nameAt: fn.at };

  const valueOf = (binding: Binding): Value => {
    const known = bound.get(binding);
    if (known) return known === 'busy' ? binding.value : known;
    bound.set(binding, 'busy');
    const made = replaced(binding.value, put);
    bound.set(binding, made);
    return made;
  };
  const isRequest = (value: Value): value is Ref => value.kind === 'ref' && value.root.kind === 'parameter' && value.root.index === REQUEST;
  function put(value: Value): Value {
    if (value.kind === 'call') {
      if (value.name === 'getRequest' || (value.name === 'getArgByIndex' && value.args[0]?.value.kind === 'literal' && value.args[0].value.value === 0)) return { ...request, at: value.at };
      return input.metadata(value, frame) ?? value;
    }
    if (value.kind === 'compare' && /^[!=]==?$/.test(value.op)) {
      const [left, right] = [replaced(value.left, put), replaced(value.right, put)];
      const isKnown = left.kind === 'literal' && right.kind === 'literal';
      return isKnown ? { kind: 'literal', value: (left.value === right.value) === value.op.startsWith('='), at: value.at } : left === value.left && right === value.right ? value : { ...value, left, right };
    }
    if (value.kind !== 'ref') return value;
    const { root, path } = value;
    if (root.kind === 'parameter' && root.fn === fn.id) {
      const arg = given.get(root.index);
      if (!arg) return value;
      return arg.kind === 'ref' ? { ...arg, path: [...arg.path, ...path], text: value.text } : path.length === 0 ? arg : value;
    }
    if (root.kind === 'local') {
      const binding = module.bindings[root.binding];
      if (!binding?.constant || !own.has(binding.scope)) return value;
      const made = valueOf(binding);
      if (isRequest(made)) return { ...made, path: [...made.path, ...path], text: value.text };
      return path.length === 0 && (made.kind === 'literal' || (made.kind === 'array' && made.open)) ? made : value;
    }
    if (root.kind !== 'value') return value;
    const of = root.of;
    if (of.kind === 'call' && of.name === 'getContext' && /^(req|request)$/.test(path[0] ?? '')) return { ...request, path: path.slice(1), text: value.text, at: value.at };
    const made = replaced(of, put);
    return isRequest(made) ? { ...made, path: [...made.path, ...path], text: value.text } : value;
  }
  const branch = (one: Branch): Branch => {
    const known = branches.get(one);
    if (known) return known;
    const test = replaced(one.test, put);
    const made = test === one.test ? one : { ...one, test };
    branches.set(one, made);
    return made;
  };
  const stepIn = (step: Step): Step => {
    const when = step.when.map(branch);
    if (step.do === 'call') {
      const call = replaced(step.call, put);
      return { ...step, when, call: call.kind === 'call' ? call : step.call };
    }
    if (step.do === 'assign') return { ...step, when, value: replaced(step.value, put) };
    return { ...step, when, value: step.value && replaced(step.value, put) };
  };
  const view = (one: FunctionView): FunctionView => ({ ...one, when: one.when.map(branch), steps: one.steps.map(stepIn) });
  const main = view(fn);
  const inner = inside.map(view);
  const bindings = module.bindings.map((one) => (own.has(one.scope) ? { ...one, value: valueOf(one) } : one));
  return { fn: main, module: { ...module, bindings, functions: new Map([...module.functions, ...[main, ...inner].map((one): [FunctionId, FunctionView] => [one.id, one])]) }, frame, inner };
}
