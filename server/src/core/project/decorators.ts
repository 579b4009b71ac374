import type { Decorated } from '../frameworks/adapter.js';
import type { Call, Value } from '../model/value.js';
import type { At } from '../text/source.js';
import { bindingOf } from './bound.js';
import type { Abstract, Bound, Fn, Frame } from './abstract.js';
import { packageCallee } from './outside.js';
import { elementsOf } from './lists.js';
import type { Machine } from './machine.js';

/** One decorator of a package, or metadata of an own one, that a written decorator comes down to. */
export interface Mark {
  /** Dotted with its package: `@nestjs/common.Get`; as it is written where nobody knows what it does. */
  readonly callee: string;
  readonly args: readonly Value[];
  readonly frame: Frame;
  /** The token on the class or method. */
  readonly at: At;
  readonly value: Value;
  /** What it keeps, under a key that is equal for equal keys; the value undefined where none is given. */
  readonly metadata?: { readonly key: string | undefined; readonly value: Value | undefined };
  /** Whether it counts depends on something nobody knows. */
  readonly unsure: boolean;
  /** It could not be looked into. */
  readonly unread: boolean;
}
export interface Decorators {
  of(values: readonly Value[], frame: Frame): readonly Mark[];
}
const UNKNOWN: Abstract = { is: 'unknown' };
const DEEPEST = 10;
const MOST_MARKS = 200;

/** The frame a function is read in, without being run, when a call enters it. */
export function entered(target: Fn, args: readonly Bound[], from: Frame, mark: number): Frame {
  const rest = target.fn.parameters.findIndex((one) => one.rest);
  const given: Abstract[] = args.slice(0, rest < 0 ? args.length : rest).map(({ got }) => got);
  if (rest >= 0) given.push({ is: 'list', items: args.slice(rest) });
  return {
    ...target.frame, fn: target.fn.id, parent: target.frame, args: given, locals: new Map(), results: new Map(), pushed: new Map(), assigned: new Map(),
    depth: from.depth + 1, trail: `${from.trail}>${from.module.path === target.frame.module.path ? '' : from.module.path}${mark}`, run: from.run, origin: from.origin, when: from.when,
  };
}

/** Follows decorators to those of packages: through own functions, `applyDecorators`, and decorators written as functions. */
export function createDecorators({ names, applied }: Pick<Machine, 'names' | 'applied'>, words: Decorated): Decorators {
  const { evaluate, settled } = names;
  const known = new WeakMap<readonly Value[], Map<Frame, readonly Mark[]>>();
  const read = (value: Value, frame: Frame): Abstract => settled(evaluate(value, frame));
  return { of };

  function of(values: readonly Value[], frame: Frame): readonly Mark[] {
    if (values.length === 0) return [];
    const byFrame = known.get(values) ?? new Map<Frame, readonly Mark[]>();
    known.set(values, byFrame);
    const before = byFrame.get(frame);
    if (before) return before;
    const made = values.flatMap((value) => flat(value, frame, value.kind === 'call' || value.kind === 'ref' ? value.nameAt : value.at, false, 0)).slice(0, MOST_MARKS);
    byFrame.set(frame, made);
    return made;
  }
  function flat(value: Value, frame: Frame, at: At, unsure: boolean, depth: number): readonly Mark[] {
    if (depth > DEEPEST) return [unread(value, frame, at)];
    switch (value.kind) {
      case 'call': return called(value, frame, at, unsure, depth);
      case 'ref': return named(value, frame, at, unsure, depth);
      case 'function': {
        const fn = frame.module.functions.get(value.fn);
        return fn ? body({ is: 'function', fn, frame }, at, unsure, depth) : [];
      }
      case 'choice': return [...flat(value.then, frame, at, true, depth + 1), ...flat(value.else, frame, at, true, depth + 1)];
      case 'logic': return [...(value.op === '&&' ? [] : flat(value.left, frame, at, true, depth + 1)), ...flat(value.right, frame, at, true, depth + 1)];
      case 'literal': return [];
      default: return [unread(value, frame, at)];
    }
  }
  function named(value: Extract<Value, { kind: 'ref' }>, frame: Frame, at: At, unsure: boolean, depth: number): readonly Mark[] {
    const got = settled(evaluate(value, frame));
    if (got.is === 'function') return body(got, at, unsure, depth);
    if (got.is === 'value' && got.value !== value && got.value.kind !== 'ref') return flat(got.value, got.frame, at, unsure, depth + 1);
    const binding = bindingOf(value, frame.module);
    const home = binding && names.homeOf(frame, binding.id);
    if (binding && home && binding.value.kind !== 'unknown' && got.is === 'unknown') return flat(binding.value, home, at, unsure, depth + 1);
    const callee = packageCallee(got);
    return [{ callee: callee ?? value.text, args: [], frame, at, value, unsure, unread: callee === undefined || callee.startsWith('.') }];
  }
  function called(call: Call, frame: Frame, at: At, unsure: boolean, depth: number): readonly Mark[] {
    const target = settled(evaluate(call.target, frame));
    if (target.is === 'function') return returned(target, call, frame, at, unsure, depth);
    const args = call.args.map((item) => item.value);
    if (target.is === 'value' && target.value.kind === 'call') {
      const made = calleeIn(target.value, target.frame);
      if (made !== words.maker) return [unread(call, frame, at)];
      return [{ callee: made, args, frame, at, value: call, metadata: { key: placeOf(target.value), value: target.value.args.length > 0 ? { kind: 'array', items: [], open: true, at: call.at } : args[0] }, unsure, unread: false }];
    }
    const callee = packageCallee(target);
    if (callee === words.together) return call.args.flatMap((item) => (item.spread ? spread(item.value, frame, at, unsure, depth) : flat(item.value, frame, at, unsure, depth + 1)));
    const common = { args, frame, at, value: call, unsure };
    if (callee === undefined) return [{ ...common, callee: call.callee || call.name, unread: true }];
    if (callee !== words.metadata) return [{ ...common, callee, unread: callee.startsWith('.') }];
    return [{ ...common, callee, metadata: { key: args[0] && keyOf(args[0], frame, read), value: args[1] }, unread: false }];
  }
  /** `applyDecorators(...decorators)`, with what was pushed onto the list before. */
  function spread(value: Value, frame: Frame, at: At, unsure: boolean, depth: number): readonly Mark[] {
    if (value.kind === 'choice') return [...spread(value.then, frame, at, true, depth + 1), ...spread(value.else, frame, at, true, depth + 1)];
    const list = settled(evaluate(value, frame));
    const items = elementsOf(list, evaluate);
    if (!items) return [unread(value, frame, at)];
    const found = items.flatMap((item) => flat(item.value, item.frame, at, unsure, depth + 1));
    const fn = frame.module.functions.get(frame.fn);
    const pushed = value.kind !== 'ref' || !fn ? [] : fn.steps.flatMap((step) => (step.do === 'call' && step.call.name === 'push' && step.call.receiver?.kind === 'ref' && step.call.receiver.text === value.text
      ? step.call.args.flatMap((item) => flat(item.value, frame, at, unsure || step.when.length > fn.when.length, depth + 1)) : []));
    return [...found, ...pushed];
  }
  /** What an own function gives is the decorator. */
  function returned(target: Fn, call: Call, frame: Frame, at: At, unsure: boolean, depth: number): readonly Mark[] {
    applied.add(target.fn.id);
    const inner = entered(target, call.args.map(({ value, spread: isSpread }) => ({ value, frame, got: isSpread ? UNKNOWN : settled(evaluate(value, frame)) })), frame, call.at.mark);
    const returns = target.fn.steps.flatMap((step) => (step.do === 'return' && step.value ? [step.value] : []));
    if (returns.length === 0) return [unread(call, frame, at)];
    const isSure = returns.length === 1 && !unsure;
    return returns.flatMap((value) => flat(value, inner, at, !isSure, depth + 1)).map((mark) => (mark.unread && mark.value.kind !== 'call' ? { ...mark, value: call, callee: call.callee || call.name } : mark));
  }
  /** `(target, key, descriptor) => { UseGuards(Guard)(target, key, descriptor); }` */
  function body({ fn, frame }: Fn, at: At, unsure: boolean, depth: number): readonly Mark[] {
    applied.add(fn.id);
    const inner = entered({ is: 'function', fn, frame }, [], frame, fn.at.mark);
    return fn.steps.flatMap((step): readonly Mark[] => {
      if (step.do !== 'call') return [];
      const isUnsure = unsure || step.when.length > fn.when.length;
      if (step.call.target.kind === 'call') return flat(step.call.target, inner, at, isUnsure, depth + 1);
      const [key, value] = step.call.args;
      if (step.call.callee !== 'Reflect.defineMetadata' || !key) return [];
      return [{ callee: words.metadata, args: [], frame: inner, at, value: step.call, metadata: { key: keyOf(key.value, inner, read), value: value?.value }, unsure: isUnsure, unread: false }];
    });
  }
  function calleeIn(call: Call, frame: Frame): string {
    return packageCallee(settled(evaluate(call.target, frame))) ?? call.callee;
  }
  function unread(value: Value, frame: Frame, at: At): Mark {
    return { callee: value.kind === 'call' ? value.callee || value.name : value.kind === 'ref' ? value.text : 'a decorator', args: [], frame, at, value, unsure: true, unread: true };
  }
}
/** What a key of metadata is told apart by: its text, the call that made it, or its name; undefined where it may be any. */
export function keyOf(value: Value, frame: Frame, read: (value: Value, frame: Frame) => Abstract): string | undefined {
  const got = read(value, frame);
  // `Roles.KEY` of a decorator that keeps its own.
  if (value.kind === 'ref' && value.path.at(-1) === 'KEY' && (got.is !== 'value' || got.value.kind === 'ref')) return keyOf({ ...value, path: value.path.slice(0, -1) }, frame, read);
  if (got.is !== 'value') return undefined;
  if (got.value.kind === 'literal') return `text ${String(got.value.value)}`;
  if (got.value.kind === 'call') return placeOf(got.value);
  return got.value.kind === 'ref' ? `name ${packageCallee(got) ?? got.value.text}` : undefined;
}
function placeOf({ at }: Call): string {
  return `made ${at.path} ${at.mark}`;
}
