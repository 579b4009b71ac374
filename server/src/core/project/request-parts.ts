import type { FunctionView } from '../model/module.js';
import type { Call, Ref, Value } from '../model/value.js';
import type { Abstract, Frame } from './abstract.js';
import type { Machine } from './machine.js';

/** What of the request a value is: the whole of it, its answer, its method, its path or pieces of that. */
export type Part =
  | { readonly is: 'request' | 'response' | 'method' | 'url' | 'halves' }
  /** `cut`: its first slash was taken off. */
  | { readonly is: 'path'; readonly cut: boolean }
  /** The path at its slashes; `skips` empty pieces at its start. */
  | { readonly is: 'segments' | 'count'; readonly skips: number }
  | { readonly is: 'segment'; readonly index: number }
  /** Method and path in one text. */
  | { readonly is: 'both'; readonly between: string };
/** Reads values of functions that answer requests. */
export interface Parts {
  partOf(value: Value, frame: Frame, depth?: number): Part | undefined;
  /** The functions a listener is given a request and its answer by: arguments of a frame. */
  given(what: 'request' | 'response', fn: FunctionView, frame: Frame): Abstract;
  /** What a name was bound or assigned to, with the frame it is read in. */
  boundTo(ref: Ref, frame: Frame): readonly { readonly value: Value; readonly frame: Frame }[];
  /** A function of the project as a call enters it. */
  entered(call: Call, target: Extract<Abstract, { is: 'function' }>, frame: Frame): Frame;
  /** The only thing a function of the project gives back. */
  resultOf(call: Call, frame: Frame): { readonly value: Value; readonly frame: Frame } | undefined;
}
const REQUEST = 'the request of a listener';
const RESPONSE = 'the answer of a listener';
const PATH: Part = { is: 'path', cut: false };
const DEEPEST = 24;
const DEEPEST_FRAME = 16;
/** Text functions whose result is compared as the text itself would be. */
const SAME = /^(toLowerCase|toUpperCase|toLocaleLowerCase|trim|trimEnd|toString|replace|replaceAll|normalize)$/;
const SAME_OF = /(^|\.)(decodeURI|decodeURIComponent|String|normalize|unescape|parseUrl|stripQuery)$/;

export function createParts({ names, topFrame }: Pick<Machine, 'names' | 'topFrame'>): Parts {
  const { evaluate, settled, homeOf } = names;
  const frames = new Map<Frame, Map<string, Frame>>();
  return { partOf, given, boundTo, entered, resultOf };

  function given(what: 'request' | 'response', fn: FunctionView, frame: Frame): Abstract {
    return { is: 'value', value: { kind: 'unknown', why: what === 'request' ? REQUEST : RESPONSE, at: fn.at }, frame };
  }
  function partOf(value: Value, frame: Frame, depth = 0): Part | undefined {
    if (depth > DEEPEST) return undefined;
    switch (value.kind) {
      case 'unknown': return value.why === REQUEST ? { is: 'request' } : value.why === RESPONSE ? { is: 'response' } : undefined;
      case 'ref': return ofRef(value, frame, depth + 1);
      case 'call': return ofCall(value, frame, depth + 1);
      case 'logic': return value.op === '&&' ? partOf(value.right, frame, depth + 1) : (partOf(value.left, frame, depth + 1) ?? partOf(value.right, frame, depth + 1));
      case 'choice': return partOf(value.then, frame, depth + 1) ?? partOf(value.else, frame, depth + 1);
      case 'template': return ofTemplate(value.parts, frame, depth + 1);
      default: return undefined;
    }
  }

  function ofTemplate(parts: readonly (string | Value)[], frame: Frame, depth: number): Part | undefined {
    const [first, second, third] = parts.filter((part) => part !== '');
    const left = first === undefined || typeof first === 'string' ? undefined : partOf(first, frame, depth);
    if (second === undefined) return left;
    if (left?.is !== 'method') return undefined;
    const last = third ?? second;
    const right = typeof last === 'string' ? undefined : partOf(last, frame, depth);
    if (right?.is !== 'path' || (third !== undefined && typeof second !== 'string')) return undefined;
    return { is: 'both', between: third !== undefined && typeof second === 'string' ? second : '' };
  }

  function ofRef(ref: Ref, frame: Frame, depth: number): Part | undefined {
    const { root, path } = ref;
    if (root.kind === 'parameter') {
      let at: Frame | undefined = frame;
      while (at && at.fn !== root.fn) at = at.parent;
      const arg = at?.args[root.index];
      // Handed over in an object: `({ auth, request }) => ...`.
      const entry = arg?.is === 'value' && arg.value.kind === 'object' ? arg.value.entries.find((one) => one.key === path[0]) : undefined;
      if (entry && arg?.is === 'value') return along(partOf(entry.value, arg.frame, depth), path.slice(1));
      if (arg?.is === 'value') return along(partOf(arg.value, arg.frame, depth), path) ?? evaluated(ref, frame, depth);
      return evaluated(ref, frame, depth);
    }
    if (root.kind === 'value') return along(partOf(root.of, frame, depth), path) ?? evaluated(ref, frame, depth);
    if (root.kind === 'local') {
      for (const bound of boundTo(ref, frame)) {
        const found = along(partOf(bound.value, bound.frame, depth), path);
        if (found) return found;
      }
    }
    return root.kind === 'global' || root.kind === 'caught' ? undefined : evaluated(ref, frame, depth);
  }
  function evaluated(ref: Ref, frame: Frame, depth: number): Part | undefined {
    const got = evaluate(ref, frame);
    return got.is === 'value' && got.value !== ref && !(got.value.kind === 'ref' && got.value.text === ref.text && got.value.path.length === ref.path.length) ? partOf(got.value, got.frame, depth) : undefined;
  }
  function along(part: Part | undefined, path: readonly (string | undefined)[]): Part | undefined {
    let at = part;
    for (const key of path) at = at && key !== undefined ? memberOf(at, key) : undefined;
    return at;
  }
  function memberOf(part: Part, key: string): Part | undefined {
    switch (part.is) {
      case 'request': return key === 'method' ? { is: 'method' } : key === 'nextUrl' ? { is: 'url' } : key === 'url' || key === 'pathname' ? PATH : undefined;
      case 'url': return key === 'pathname' || key === 'path' || key === 'href' ? PATH : undefined;
      case 'halves': return key === '0' ? PATH : undefined;
      case 'segments': return key === 'length' ? { is: 'count', skips: part.skips } : /^\d{1,2}$/.test(key) ? { is: 'segment', index: Number(key) - part.skips } : undefined;
      default: return undefined;
    }
  }
  function boundTo(ref: Ref, frame: Frame): readonly { readonly value: Value; readonly frame: Frame }[] {
    if (ref.root.kind !== 'local') return [];
    const { binding: id } = ref.root;
    const binding = frame.module.bindings[id];
    const home = homeOf(frame, id);
    if (!binding || !home) return [];
    const own = binding.value.kind === 'unknown' ? [] : [{ value: binding.value, frame: home }];
    if (binding.constant) return own;
    const fn = frame.module.functions.get(binding.scope) ?? frame.module.top;
    const later = fn.steps.flatMap((step) => {
      const isIt = step.do === 'assign' && step.target.path.length === 0 && step.target.root.kind === 'local' && step.target.root.binding === id;
      return isIt && step.value !== binding.value ? [{ value: step.value, frame: home }] : [];
    });
    return [...own, ...later.slice(0, 4)];
  }

  function ofCall(call: Call, frame: Frame, depth: number): Part | undefined {
    const first = call.args[0]?.value;
    if (call.form === 'new') return call.name === 'URL' && first && isUrlText(first, frame, depth) ? { is: 'url' } : undefined;
    const on = call.receiver && partOf(call.receiver, frame, depth);
    if (on) return ofMethod(call, on);
    if (!first) return ofFunction(call, frame, depth);
    if (/(^|\.)(parse|parseurl)$/i.test(call.callee || call.name) || call.callee === 'URL.parse') {
      const of = partOf(first, frame, depth);
      if (of?.is === 'path' || (of?.is === 'request' && /parseurl/i.test(call.callee)) || isUrlText(first, frame, depth)) return { is: 'url' };
    }
    if (SAME_OF.test(call.callee)) {
      const of = partOf(first, frame, depth);
      if (of) return of;
    }
    return ofFunction(call, frame, depth);
  }
  /** `pathOf(req)`: a function of the project that gives back one thing. */
  function ofFunction(call: Call, frame: Frame, depth: number): Part | undefined {
    const result = resultOf(call, frame);
    return result && partOf(result.value, result.frame, depth);
  }
  function ofMethod(call: Call, on: Part): Part | undefined {
    if (on.is === 'url' && call.name === 'clone') return on;
    const literals = call.args.map(({ value }) => (value.kind === 'literal' ? value.value : undefined));
    if (SAME.test(call.name)) return on;
    if (on.is === 'path') {
      if (call.name === 'split') return literals[0] === '/' ? { is: 'segments', skips: on.cut ? 0 : 1 } : { is: 'halves' };
      if (/^(slice|substr|substring)$/.test(call.name)) return literals[0] === 0 ? on : literals[0] === 1 && call.args.length === 1 ? { is: 'path', cut: true } : undefined;
      return undefined;
    }
    if (on.is === 'halves') return call.name === 'shift' || (call.name === 'at' && literals[0] === 0) ? PATH : undefined;
    if (on.is === 'segments' && call.name === 'filter') return { is: 'segments', skips: 0 };
    if (on.is === 'segments' && call.name === 'slice' && literals[0] === 1 && call.args.length === 1) return { is: 'segments', skips: on.skips - 1 };
    return undefined;
  }
  /** The text of an address whose path is the request's. */
  function isUrlText(value: Value, frame: Frame, depth: number): boolean {
    if (partOf(value, frame, depth)?.is === 'path') return true;
    const last = value.kind === 'template' ? value.parts.findLast((part) => part !== '') : undefined;
    return last !== undefined && typeof last !== 'string' && partOf(last, frame, depth)?.is === 'path';
  }

  function resultOf(call: Call, frame: Frame): { readonly value: Value; readonly frame: Frame } | undefined {
    if (call.form !== 'call' || frame.depth > DEEPEST_FRAME) return undefined;
    const target = settled(evaluate(call.target, frame));
    if (target.is !== 'function') return undefined;
    const exits = target.fn.steps.filter((step) => step.do === 'return');
    const [only] = exits;
    if (exits.length !== 1 || only?.do !== 'return' || !only.value || only.when.length > target.fn.when.length) return undefined;
    return { value: only.value, frame: entered(call, target, frame) };
  }
  function entered(call: Call, target: Extract<Abstract, { is: 'function' }>, frame: Frame): Frame {
    const byCall = frames.get(frame) ?? new Map<string, Frame>();
    frames.set(frame, byCall);
    const key = `${call.at.path}#${call.at.mark}>${target.fn.id}`;
    const known = byCall.get(key);
    if (known) return known;
    const args = call.args.map(({ value, spread }): Abstract => {
      if (spread) return { is: 'unknown' };
      const got = settled(evaluate(value, frame));
      return got.is === 'unknown' ? { is: 'value', value, frame } : got;
    });
    const made: Frame = {
      ...(topFrame(target.frame.module.path) ?? target.frame),
      fn: target.fn.id, parent: target.frame, args, self: target.frame.self,
      locals: new Map(), results: new Map(), pushed: new Map(), assigned: new Map(), depth: frame.depth + 1, trail: `${frame.trail}>${call.at.mark}`, run: frame.run, when: [],
    };
    byCall.set(key, made);
    return made;
  }
}
