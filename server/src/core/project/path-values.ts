import type { Value } from '../model/value.js';
import type { Abstract, Frame } from './abstract.js';
import type { Evaluation } from './evaluation.js';
import { elementsOf } from './lists.js';
import { isKnown, unknownMark, type PathPiece } from './paths.js';
import { keyOfUnknown } from './unknown-pieces.js';

/** One middleware or handler of a list, with the frame it is to be read in; `unsure` where a list cannot be read. */
export interface Flat {
  readonly value: Value;
  readonly frame: Frame;
  readonly target: Abstract;
  readonly unsure: boolean;
  /** Paths it was put under where it was made: `mount('/m', app)`. */
  readonly under?: readonly PathPiece[];
}
const DEEPEST_LIST = 5;
/** What reading paths needs of the evaluation. */
export type PathReads = Pick<Evaluation, 'evaluate'>;

/** Arrays and spreads of middleware written out, across files. */
export function flattenValues(evaluation: Evaluation, values: readonly Value[], frame: Frame): Flat[] {
  return values.flatMap((value) => flat(evaluation, { value, frame, target: evaluation.evaluate(value, frame), unsure: false }, 0));
}
function flat(evaluation: Evaluation, one: Flat, depth: number): Flat[] {
  const { target } = one;
  const either = depth > DEEPEST_LIST ? undefined : eitherScope(evaluation, one);
  if (either) return either.flatMap((branch) => flat(evaluation, branch, depth + 1));
  const isList = target.is === 'list' || (target.is === 'value' && target.value.kind === 'array');
  if (!isList) return composed(evaluation, one, depth);
  const items = depth > DEEPEST_LIST ? undefined : elementsOf(target, (value, frame) => evaluation.evaluate(value, frame));
  if (items) return items.flatMap(({ value, frame, got }) => flat(evaluation, { value, frame, target: got, unsure: false }, depth + 1));
  // An element that cannot be read leaves the others readable.
  if (target.is !== 'value' || target.value.kind !== 'array' || depth > DEEPEST_LIST) return [{ ...one, unsure: true }];
  return target.value.items.flatMap((item) => flat(evaluation, { value: item.value, frame: target.frame, target: evaluation.evaluate(item.value, target.frame), unsure: item.spread }, depth + 1));
}

/** `x ? a : b` of two routers or applications: either may be mounted. */
function eitherScope(evaluation: Evaluation, { value, frame, unsure }: Flat): readonly Flat[] | undefined {
  if (value.kind !== 'choice') return undefined;
  const both = [value.then, value.else].map((branch): Flat => ({ value: branch, frame, target: evaluation.evaluate(branch, frame), unsure }));
  return both.every(({ target }) => target.is === 'scope') ? both : undefined;
}
/** `compose([a, b])` is a and b; `mount('/m', a)` is a under a path. */
function composed(evaluation: Evaluation, one: Flat, depth: number): Flat[] {
  const { target } = one;
  const parts = target.is === 'value' && target.value.kind === 'call' && depth <= DEEPEST_LIST ? evaluation.composed(target.value, target.frame) : undefined;
  if (target.is !== 'value' || !parts) return [one];
  const { frame } = target;
  const [only] = parts.values;
  // `createMiddleware(async (c, next) => ...)` keeps the name it was given.
  if (parts.path === undefined && parts.values.length === 1 && only?.kind === 'function') return [{ ...one, target: evaluation.evaluate(only, frame) }];
  const under = parts.path === undefined ? [] : pathPieces(evaluation, parts.path, frame).slice(0, 1);
  return parts.values.flatMap((value) => flat(evaluation, { value, frame, target: evaluation.evaluate(value, frame), unsure: false }, depth + 1)).map((inner) => ({ ...inner, under: [...under, ...(inner.under ?? [])] }));
}

/** Constant text of a path value; what cannot be known has a key where one can tell it from others. Lists give several. */
export function pathPieces(evaluation: PathReads, value: Value | undefined, frame: Frame, depth = 0): PathPiece[] {
  if (!value) return [undefined];
  return readPieces(evaluation, value, frame, depth).map((piece) => piece ?? keyed(evaluation, value, frame));
}
function keyed(evaluation: PathReads, value: Value, frame: Frame): PathPiece {
  const key = keyOfUnknown(value, frame, evaluation.evaluate);
  return key === undefined ? undefined : { unknown: key };
}
function readPieces(evaluation: PathReads, value: Value, frame: Frame, depth: number): PathPiece[] {
  if (depth > 12) return [undefined];
  switch (value.kind) {
    case 'literal':
      return typeof value.value === 'string' ? [value.value] : [undefined];
    case 'regex':
      return [{ regex: value.source }];
    case 'array':
      return value.items.flatMap((item) => pathPieces(evaluation, item.value, frame, depth + 1));
    case 'template':
      return [value.parts.map((part) => (typeof part === 'string' ? part : textOf(pathPieces(evaluation, part, frame, depth + 1)[0]))).join('')];
    case 'logic': {
      const right = pathPieces(evaluation, value.right, frame, depth + 1);
      const [left] = pathPieces(evaluation, value.left, frame, depth + 1);
      return value.op === '&&' ? right : !isKnown(left) && isKnown(right[0]) && value.left.kind !== 'ref' ? right : [undefined];
    }
    case 'choice': {
      const test = decided(evaluation, value.test, frame);
      return test === undefined ? [undefined] : pathPieces(evaluation, test ? value.then : value.else, frame, depth + 1);
    }
    case 'call': {
      const joined = joinedPath(evaluation, value, frame, depth);
      if (joined) return [joined];
      return followed(evaluation, value, frame, depth);
    }
    case 'ref':
      return followed(evaluation, value, frame, depth);
    default:
      return [undefined];
  }
}
/** How a comparison of constants comes out: `mode === 'global'` where the caller said so. */
function decided(evaluation: PathReads, test: Value, frame: Frame): boolean | undefined {
  if (test.kind === 'not') {
    const of = decided(evaluation, test.of, frame);
    return of === undefined ? undefined : !of;
  }
  if (test.kind !== 'compare' || !/^[!=]==?$/.test(test.op)) return undefined;
  const [left, right] = [test.left, test.right].map((side) => evaluation.evaluate(side, frame));
  if (left?.is !== 'value' || right?.is !== 'value' || left.value.kind !== 'literal' || right.value.kind !== 'literal') return undefined;
  return (left.value.value === right.value.value) === test.op.startsWith('=');
}
function followed(evaluation: PathReads, value: Value, frame: Frame, depth: number): PathPiece[] {
  const target = evaluation.evaluate(value, frame);
  const items = target.is === 'list' ? target.items : undefined;
  if (items) return items.flatMap((item) => pathPieces(evaluation, item.value, item.frame, depth + 1));
  if (target.is !== 'value' || target.value === value) return [undefined];
  return pathPieces(evaluation, target.value, target.frame, depth + 1);
}
/** `path.join('/api', name)`: its pieces with one slash between them. */
function joinedPath(evaluation: PathReads, call: Extract<Value, { kind: 'call' }>, frame: Frame, depth: number): string | undefined {
  const parts = call.name === 'join' && call.receiver && isText(call.args[0]?.value, '/') ? elementsOf(evaluation.evaluate(call.receiver, frame), (value, at) => evaluation.evaluate(value, at)) : undefined;
  if (parts) return parts.map((part) => textOf(pathPieces(evaluation, part.value, part.frame, depth + 1)[0])).join('/').replace(/\/{2,}/g, '/');
  if (!/^((node:)?path(\.posix|\.default)?\.join|url-?join(\.default)?)$/.test(call.callee)) return undefined;
  return call.args.map((item) => textOf(item.spread ? undefined : pathPieces(evaluation, item.value, frame, depth + 1)[0])).join('/').replace(/\/{2,}/g, '/');
}
function isText(value: Value | undefined, text: string): boolean {
  return value?.kind === 'literal' && value.value === text;
}
function textOf(piece: PathPiece): string {
  return typeof piece === 'string' ? piece : unknownMark(piece);
}
