import type { Conduct } from '../model/api.js';
import type { Branch } from '../model/module.js';
import type { Call, Ref, Value } from '../model/value.js';
import type { Abstract, Frame } from './abstract.js';
import type { View } from './request-views.js';
import type { Met, Reach, Stranger } from './strangers.js';
import { asksIdentity, webMade } from './web-values.js';
import type { Case } from './request-forms.js';

/** How a function is met. `next`: what it hands the request on to; `of`: the requests that are asked about. */
export interface WebAsked {
  readonly of: Case | undefined;
  readonly next: Abstract | undefined;
  /** Who returns nothing lets the request go on. */
  readonly passesByNothing?: true;
  /** The parameter that is the request, the first where nothing is said. */
  readonly request?: number;
  /** Its first parameter says who calls, and holds the request. */
  readonly told?: true;
}
/** One run of a function, as a stranger meets it. */
export interface Run {
  readonly frame: Frame;
  readonly view: View;
  readonly stranger: Stranger;
  readonly asked: WebAsked;
  readonly depth: number;
  readonly refuses: Set<number>;
  readonly tests: Set<Conduct['tests'][number]>;
  readonly unread: Set<string>;
  readonly mets: Map<Value, Met | undefined>;
  readonly returns: { readonly value: Value | undefined; readonly reach: Reach }[];
  answered: Reach;
  passed: Reach;
  refused: Reach;
  turnedAway: Reach;
  threw: Reach;
  complete: boolean;
  /** Some way out is no refusal, whoever takes it. */
  answersSomebody: boolean;
  /** Some answer has no status of its own, or one of a success. */
  plain: boolean;
  /** The branches under which strangers may be answered or let through, and those under which callers are refused. */
  readonly open: (readonly Branch[])[];
  readonly refusals: (readonly Branch[])[];
}
/** A value with the run it is read in. */
export interface Traced {
  readonly value: Value;
  readonly run: Run;
}
/** Follows values through the functions of a project, as far as a stranger comes. */
export interface Sources {
  /** What a value may be, and where that is read: constants, assignments, members of what functions give back. */
  trace(value: Value, run: Run): readonly Traced[];
  /** What a stranger finds in a value, where functions of the project say so. */
  known(value: Value, run: Run): Met | undefined;
}
/** How far values are followed, and how many of them one may be. */
export const DEEPEST_TRACE = 12;
export const MOST_TRACED = 8;

/** `follow`: the run of a called function of the project; `isEntry`: what a frame was given the framework gives. */
export function createSources(follow: (call: Call, run: Run) => Run | undefined, isEntry: (frame: Frame) => boolean): Sources {
  let knowing = 0;
  return { trace: (value, run) => trace(value, run, 0), known: knownIn };

  /** What a name may hold, as far as a stranger comes: constants, assignments, members of what functions of the project return. */
  function trace(value: Value, run: Run, depth: number): readonly Traced[] {
    if (depth > DEEPEST_TRACE) return [];
    if (value.kind === 'call') {
      const inner = webMade(value) || asksIdentity(value) ? undefined : follow(value, run);
      if (!inner) return [{ value, run }];
      return inner.returns.filter((one) => one.reach !== 'no').flatMap((one) => (one.value ? trace(one.value, inner, depth + 1) : [{ value: missing(value), run: inner }])).slice(0, MOST_TRACED);
    }
    if (value.kind !== 'ref') return [{ value, run }];
    const roots = rootsOf(value, run, depth + 1);
    const [root] = roots;
    // It leads nowhere.
    if (roots.length === 1 && root && (root.value.kind === 'ref' || (value.root.kind === 'value' && root.value === value.root.of && root.value.kind !== 'object'))) {
      if (root.value.kind !== 'ref' || (root.run === run && root.value.text === value.text)) return [{ value, run }];
    }
    return value.path.reduce((found: readonly Traced[], key) => found.flatMap((one) => memberOf(one, key, depth + 1)), roots).slice(0, MOST_TRACED);
  }
  function rootsOf(ref: Ref, run: Run, depth: number): readonly Traced[] {
    const { root } = ref;
    if (root.kind === 'value') return trace(root.of, run, depth);
    if (root.kind !== 'local') return [{ value: { ...ref, path: [] }, run }];
    const binding = run.view.module.bindings[root.binding];
    const isOwn = binding && (binding.scope === run.view.fn.id || run.view.inner.some(({ id }) => id === binding.scope));
    if (!binding || !isOwn) return [{ value: { ...ref, path: [] }, run }];
    if (binding.constant) return trace(binding.value, run, depth);
    let found: readonly Traced[] = binding.value.kind === 'unknown' ? [{ value: missing(binding.value), run }] : trace(binding.value, run, depth);
    for (const step of run.view.fn.steps) {
      if (step.do !== 'assign' || step.target.root.kind !== 'local' || step.target.root.binding !== root.binding || step.target.path.length > 0 || step.value === binding.value) continue;
      const own = step.when.slice(run.view.fn.when.length);
      // `if (!error && ...) error = ...`: it is given where it was missing before.
      const rest = withoutMissing(own, root.binding);
      const reach = run.stranger.takes(rest ?? own);
      if (reach === 'no') continue;
      const given = trace(step.value, run, depth);
      const kept = reach === 'yes' ? (rest ? found.filter((one) => !isNothing(one.value)) : []) : found;
      found = [...kept, ...given];
    }
    return found;
  }
  function memberOf({ value, run }: Traced, key: string | undefined, depth: number): readonly Traced[] {
    if (value.kind === 'object' && key !== undefined) {
      const entry = value.entries.findLast((one) => one.key === key);
      if (entry) return trace(entry.value, run, depth);
      return value.open ? [] : [{ value: missing(value), run }];
    }
    if (value.kind === 'ref') return [{ value: { ...value, path: [...value.path, key] }, run }];
    return isNothing(value) ? [{ value, run }] : [{ value: { kind: 'ref', root: { kind: 'value', of: value }, path: [key], text: key ?? '', at: value.at, nameAt: value.at }, run }];
  }
  /** What a stranger finds in a value, where functions of the project say so. */
  function knownIn(value: Value, run: Run): Met | undefined {
    if (run.mets.has(value)) return run.mets.get(value);
    // Whatever leads back to itself is not known.
    run.mets.set(value, undefined);
    if (knowing > DEEPEST_TRACE) return undefined;
    knowing++;
    const made = knownNow(value, run);
    knowing--;
    run.mets.set(value, made);
    return made;
  }
  function knownNow(value: Value, run: Run): Met | undefined {
    if (value.kind === 'call') {
      if (asksIdentity(value)) return 'absent';
      if (webMade(value)) return 'present';
      if (value.form === 'new') return undefined;
    }
    // What a callback of next-auth is told of the caller: `authorized({ token })`, `authorized({ auth })`.
    if (value.kind === 'ref' && value.root.kind === 'parameter' && run.depth === 0 && value.root.fn === run.view.fn.id && /^(token|auth)$/.test(value.path[0] ?? '')) return run.asked.told === true ? 'absent' : undefined;
    if (value.kind === 'ref' && value.root.kind === 'value' && value.root.of.kind === 'call' && asksIdentity(value.root.of)) return value.path.includes('error') ? 'maybe' : 'absent';
    if (value.kind !== 'call' && value.kind !== 'ref') return undefined;
    if (value.kind === 'ref' && value.root.kind === 'parameter') return ofParameter(value, value.root, run.frame);
    if (value.kind === 'ref' && value.root.kind !== 'local' && value.root.kind !== 'value') return undefined;
    const traced = trace(value, run, 0);
    const mets = new Set(traced.map((one) => (one.value === value ? undefined : metOf(one))));
    const [only] = mets;
    return mets.size === 1 ? only : mets.has(undefined) || traced.length === 0 ? undefined : 'maybe';
  }
  /** What a caller of the project gives, or does not: `parse(request, schema)` leaves out the options. */
  function ofParameter({ path }: Ref, root: Extract<Ref['root'], { kind: 'parameter' }>, from: Frame): Met | undefined {
    let frame: Frame | undefined = from;
    while (frame && frame.fn !== root.fn) frame = frame.parent;
    const parameter = frame?.module.functions.get(root.fn)?.parameters[root.index];
    if (!frame || !parameter || isEntry(frame) || parameter.rest === true || path.length > 1) return undefined;
    const arg = frame.args[root.index];
    const given = arg === undefined ? parameter.initial : arg.is === 'value' ? arg.value : undefined;
    if (arg !== undefined && !given) return undefined;
    const [key] = path;
    if (!given) return key === undefined || parameter.defaults === undefined ? 'absent' : undefined;
    if (key === undefined) return flat(given);
    if (given.kind !== 'object' || given.open) return isNothing(given) ? 'absent' : undefined;
    const entry = given.entries.findLast((one) => one.key === key)?.value ?? parameter.defaults?.find((one) => one.key === key)?.value;
    return entry ? flat(entry) : 'absent';
  }
  function flat(value: Value): Met | undefined {
    return value.kind === 'literal' ? (value.value ? 'present' : 'absent') : value.kind === 'object' || value.kind === 'array' || value.kind === 'function' ? 'present' : undefined;
  }
  function metOf({ value, run }: Traced): Met | undefined {
    if (value.kind === 'function' || value.kind === 'object' || value.kind === 'array' || value.kind === 'class' || value.kind === 'regex') return 'present';
    if (value.kind === 'literal') return value.value ? 'present' : 'absent';
    const got = run.stranger.met(value);
    return got === 'absent' || got === 'present' || got === 'hollow' ? got : undefined;
  }
}
/** The branches without those that ask whether a name holds nothing; undefined where none of them does. */
function withoutMissing(own: readonly Branch[], binding: number): readonly Branch[] | undefined {
  let isAsked = false;
  const atoms = own.flatMap((branch) => conjuncts(branch, 0)).filter(({ test, holds }) => {
    const isIt = !holds && test.kind === 'ref' && test.root.kind === 'local' && test.root.binding === binding && test.path.length === 0;
    isAsked ||= isIt;
    return !isIt;
  });
  return isAsked ? atoms : undefined;
}
/** `!a && b` as two branches. */
function conjuncts(branch: Branch, depth: number): readonly Branch[] {
  const { test, holds } = branch;
  if (depth > 12) return [branch];
  if (test.kind === 'not') return conjuncts({ ...branch, test: test.of, holds: !holds }, depth + 1);
  const splits = test.kind === 'logic' && ((test.op === '&&' && holds) || (test.op === '||' && !holds));
  return test.kind === 'logic' && splits ? [test.left, test.right].flatMap((side) => conjuncts({ ...branch, test: side }, depth + 1)) : [branch];
}
/** What tells nobody anything. */
export function isNothing(value: Value): boolean {
  return value.kind === 'literal' && (value.value === undefined || value.value === null || value.value === false);
}
function missing({ at }: Value): Value {
  return { kind: 'literal', value: undefined, at };
}
