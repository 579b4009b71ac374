import type { Branch, FunctionView, ModuleView, Step } from '../model/module.js';
import type { Call, FunctionId, Ref, Value } from '../model/value.js';
import type { Frame } from './abstract.js';
import { innerFunctions } from './refusals.js';
import { holdsIn } from './request-cases.js';
import type { Tests } from './request-tests.js';
import type { Case, Formula } from './request-forms.js';

/** What of a function runs for the requests of a case: its steps with the branches that ask for something else. */
export interface View {
  readonly fn: FunctionView;
  /** The module with the functions inside it, each seen in the same way. */
  readonly module: ModuleView;
  readonly inner: readonly FunctionView[];
  /** All branches a step stands in, those that are decided with the others. */
  full(step: Step): readonly Branch[];
  /** Functions whose steps were put in place of calls. */
  readonly inlined: readonly FunctionView[];
}
const DEEPEST = 12;
const DEEPEST_CALL = 4;
const MOST_STEPS = 20_000;
const MOST_EXITS = 60;

/** The functions inside another. */
export interface Inside {
  readonly all: readonly FunctionView[];
  readonly byId: ReadonlyMap<FunctionId, FunctionView>;
  /** Those bound to a name: they run where that is called. */
  readonly named: ReadonlySet<FunctionId>;
  /** Those written as an argument of a call. */
  readonly handed: ReadonlySet<FunctionId>;
}
export function insideOf(fn: FunctionView, module: ModuleView): Inside {
  const all = innerFunctions(fn, module, {});
  const ids = new Set(all.map((one) => one.id));
  const named = new Set(module.bindings.flatMap(({ value }) => (value.kind === 'function' && ids.has(value.fn) ? [value.fn] : [])));
  const handed = new Set([fn, ...all].flatMap((one) => one.steps.flatMap((step) => (step.do === 'call' ? handedTo(step.call) : []))));
  return { all, byId: new Map(all.map((one) => [one.id, one])), named, handed };
}
function handedTo(call: Call): readonly FunctionId[] {
  return call.args.flatMap(({ value }) => (value.kind === 'function' ? [value.fn] : []));
}

/** Sees a function as a case does; without a case, all of it. */
export function viewOf(fn: FunctionView, frame: Frame, of: Case | undefined, tests: Tests, inside: Inside): View {
  const { module } = frame;
  const fulls = new WeakMap<Step, readonly Branch[]>();
  const kept = new Map<Branch, Branch | boolean>();
  const inlined = new Set<FunctionView>();
  const base = fn.when.length;
  let left = MOST_STEPS;

  const steps = stepsOf(fn.steps, [], (value) => value, 0);
  const reached = new Set(steps.flatMap((step) => (step.do === 'call' ? handedTo(step.call) : [])));
  const inner: FunctionView[] = [];
  for (const one of inside.all) {
    if (inside.named.has(one.id) || (one.within !== fn.id && !inner.some((other) => other.id === one.within))) continue;
    const when = inside.handed.has(one.id) && !reached.has(one.id) ? undefined : branchesOf(one.when.slice(base));
    if (!when) continue;
    const own = stepsOf(one.steps, [], (value) => value, 0);
    inner.push({ ...one, when: [...fn.when, ...when], steps: own });
    for (const step of own) if (step.do === 'call') for (const id of handedTo(step.call)) reached.add(id);
  }
  const seen: FunctionView = { ...fn, steps };
  const functions = new Map([seen, ...inner].map((one) => [one.id, one]));
  return { fn: seen, module: { ...module, functions }, inner, inlined: [...inlined], full: (step) => fulls.get(step) ?? step.when };

  /** The branches that are not decided; undefined when the case never takes them. */
  function branchesOf(when: readonly Branch[]): readonly Branch[] | undefined {
    const out: Branch[] = [];
    for (const branch of when) {
      const known = kept.get(branch);
      const is = known === undefined ? residue(branch) : known;
      kept.set(branch, is);
      if (is === false) return undefined;
      if (is !== true) out.push(is);
    }
    return out;
  }
  function residue(branch: Branch): Branch | boolean {
    if (!of) return branch;
    const found = simplified(branch.test, 0);
    if (typeof found === 'boolean') return found === branch.holds;
    return found === branch.test ? branch : { ...branch, test: found };
  }
  function simplified(test: Value, depth: number): Value | boolean {
    const formula: Formula = tests.compile(test, frame);
    const holds = of && holdsIn(formula, of);
    if (holds !== undefined || depth > DEEPEST) return holds ?? test;
    if (test.kind === 'not') {
      const inner = simplified(test.of, depth + 1);
      return typeof inner === 'boolean' ? !inner : inner === test.of ? test : { ...test, of: inner };
    }
    if (test.kind !== 'logic' || test.op === 'default') return test;
    const first = simplified(test.left, depth + 1);
    const second = simplified(test.right, depth + 1);
    const decides = test.op !== '&&';
    if (typeof first === 'boolean') return first === decides ? first : second;
    if (typeof second === 'boolean') return second === decides ? second : first;
    return first === test.left && second === test.right ? test : { ...test, left: first, right: second };
  }

  /** The steps that may run, in order, up to one that surely leaves. */
  function stepsOf(all: readonly Step[], around: readonly Branch[], given: (value: Value) => Value, depth: number): readonly Step[] {
    const out: Step[] = [];
    const exits: Exit[] = [];
    let isLeft = false;
    for (const step of all) {
      if (left-- <= 0) break;
      if (isLeft && (step.zone === 'body' || step.zone === 'try')) continue;
      const decided = branchesOf(step.when.slice(base));
      if (!decided) continue;
      const own = of && step.zone !== 'catch' && step.zone !== 'finally' ? [...exits.flatMap((exit) => behind(exit, decided)), ...decided] : decided;
      const when = own.length === 0 && around.length === 0 ? fn.when : [...fn.when, ...around, ...own];
      const made = depth === 0 && when.length === step.when.length && own.every((branch, at) => branch === step.when[at + base]) ? step : substituted({ ...step, when }, given);
      const isExit = made.do === 'return' || made.do === 'throw';
      if (isExit && own.length === 0 && step.loop === undefined && (step.zone === 'body' || (step.zone === 'try' && made.do === 'return'))) isLeft = true;
      else if (isExit && step.loop === undefined && (step.zone === 'body' || (step.zone === 'try' && made.do === 'return')) && exits.length < MOST_EXITS) exits.push({ when: decided, made: new Map() });
      const called = made.do === 'call' ? namedInside(made.call) : undefined;
      if (made.do === 'call' && called && depth < DEEPEST_CALL) {
        inlined.add(called.fn);
        if (called.isHanded) {
          fulls.set(made, depth === 0 ? step.when : made.when);
          out.push(made);
        }
        out.push(...inline(called.fn, depth === 0 ? step.when : made.when, called.args, when.slice(base), depth));
        continue;
      }
      // What is left is the function in whose place it stands.
      if (depth > 0 && made.do === 'return') continue;
      fulls.set(made, depth === 0 ? step.when : step.when.slice(base).map((branch) => branchWith(branch, given)));
      out.push(made);
    }
    return out;
  }
  function inline(called: FunctionView, full: readonly Branch[], args: Call['args'], around: readonly Branch[], depth: number): readonly Step[] {
    const steps = stepsOf(called.steps, around, (value) => {
      if (value.kind !== 'ref' || value.root.kind !== 'parameter' || value.root.fn !== called.id) return value;
      const arg = args[value.root.index]?.value;
      if (!arg) return value;
      if (value.path.length === 0) return arg;
      return arg.kind === 'ref' ? { ...value, root: arg.root, path: [...arg.path, ...value.path] } : { ...value, root: { kind: 'value', of: arg } };
    }, depth + 1);
    for (const step of steps) fulls.set(step, [...full, ...(fulls.get(step) ?? [])]);
    return steps;
  }
  /** A function of its own name inside this one, called, or handed on by its name: it runs where that stands. */
  function namedInside(call: Call): { readonly fn: FunctionView; readonly args: Call['args']; readonly isHanded: boolean } | undefined {
    const own = namedBy(call.target);
    if (own) return { fn: own, args: call.args, isHanded: false };
    for (const { value } of call.args) {
      const handed = value.kind === 'ref' ? namedBy(value) : undefined;
      if (handed) return { fn: handed, args: [], isHanded: true };
    }
    return undefined;
  }
  function namedBy(target: Value): FunctionView | undefined {
    if (target.kind !== 'ref' || target.root.kind !== 'local' || target.path.length > 0) return undefined;
    const value = module.bindings[target.root.binding]?.value;
    return value?.kind === 'function' ? inside.byId.get(value.fn) : undefined;
  }
}

/** A way out of the function under some branches. */
interface Exit {
  readonly when: readonly Branch[];
  readonly made: Map<number, Branch>;
}
/** What is behind `if (a) { if (b) return; }` is not reached by requests that take both. */
function behind({ when, made }: Exit, own: readonly Branch[]): readonly Branch[] {
  const isOther = when.some((branch) => own.some((one) => one.at.mark === branch.at.mark && one.holds !== branch.holds));
  if (isOther) return [];
  const shared = when.findIndex((branch, index) => own[index] !== branch);
  const [first, ...rest] = when.slice(shared);
  if (shared < 0 || !first) return [];
  const known = made.get(shared);
  if (known) return [known];
  const test = rest.reduce((left: Value, branch): Value => ({ kind: 'logic', op: '&&', left, right: taken(branch), at: branch.at }), taken(first));
  const branch: Branch = { test, holds: false, early: true, at: first.at };
  made.set(shared, branch);
  return [branch];
}
function taken({ test, holds, at }: Branch): Value {
  return holds ? test : { kind: 'not', of: test, at };
}

/** The step with other values in place of some. */
function substituted(step: Step, given: (value: Value) => Value): Step {
  const put = (value: Value): Value => replaced(value, given, 0);
  const when = step.when.map((branch) => branchWith(branch, given));
  switch (step.do) {
    case 'call': {
      const call = put(step.call);
      return call.kind === 'call' ? { ...step, when, call } : { ...step, when };
    }
    case 'assign': {
      const target = put(step.target);
      return { ...step, when, target: target.kind === 'ref' ? target : step.target, value: put(step.value) };
    }
    default: return { ...step, when, value: step.value && put(step.value) };
  }
}
function branchWith(branch: Branch, given: (value: Value) => Value): Branch {
  const test = replaced(branch.test, given, 0);
  return test === branch.test ? branch : { ...branch, test };
}
/** The value with others in place of parts of it; `given` is asked for each part, the whole first. */
export function replaced(value: Value, given: (value: Value) => Value, depth = 0): Value {
  const changed = given(value);
  if (changed !== value || depth > DEEPEST) return changed;
  const put = (inner: Value): Value => replaced(inner, given, depth + 1);
  switch (value.kind) {
    case 'ref': return value.root.kind === 'value' ? rooted(value, put(value.root.of)) : value;
    case 'call': {
      const receiver = value.receiver && put(value.receiver);
      const target = put(value.target);
      const args = value.args.map((item) => { const inner = put(item.value); return inner === item.value ? item : { ...item, value: inner }; });
      const isSame = receiver === value.receiver && target === value.target && args.every((item, index) => item === value.args[index]);
      return isSame ? value : { ...value, receiver, target, args };
    }
    case 'not': {
      const of = put(value.of);
      return of === value.of ? value : { ...value, of };
    }
    case 'logic':
    case 'compare': {
      const left = put(value.left);
      const right = put(value.right);
      return left === value.left && right === value.right ? value : { ...value, left, right };
    }
    case 'choice': return { ...value, test: put(value.test), then: put(value.then), else: put(value.else) };
    case 'template': return { ...value, parts: value.parts.map((part) => (typeof part === 'string' ? part : put(part))) };
    case 'object': return { ...value, entries: value.entries.map((entry) => ({ ...entry, value: put(entry.value) })) };
    default: return value;
  }
}
function rooted(ref: Ref, of: Value): Ref {
  return ref.root.kind === 'value' && ref.root.of === of ? ref : { ...ref, root: { kind: 'value', of } };
}

/** The view with constants in place of parameters that were given one: `send(res, 401, text)`. */
export function withConstants(view: View, frame: Frame): View {
  const constants = new Map<number, Value>();
  for (const [index, arg] of frame.args.entries()) if (arg.is === 'value' && arg.value.kind === 'literal') constants.set(index, arg.value);
  if (constants.size === 0) return view;
  const given = (value: Value): Value => {
    if (value.kind !== 'ref' || value.root.kind !== 'parameter' || value.root.fn !== frame.fn || value.path.length > 0) return value;
    return constants.get(value.root.index) ?? value;
  };
  return withSteps(view, (step) => substituted(step, given));
}
/** The view with other steps in place of its own. */
export function withSteps(view: View, change: (step: Step) => Step): View {
  const fulls = new Map<Step, readonly Branch[]>();
  const put = (one: FunctionView): FunctionView => ({ ...one, steps: one.steps.map((step) => { const made = change(step); fulls.set(made, view.full(step)); return made; }) });
  const fn = put(view.fn);
  const inner = view.inner.map(put);
  return { ...view, fn, inner, module: { ...view.module, functions: new Map([fn, ...inner].map((one) => [one.id, one])) }, full: (step) => fulls.get(step) ?? view.full(step) };
}
