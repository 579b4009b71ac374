import type { Call, Value } from '../model/value.js';
import type { At } from '../text/source.js';
import type { Abstract, Bound, Frame } from './abstract.js';
import { elementsOf } from './lists.js';

/** What reading a call of the language needs. */
export interface Reader {
  evaluate(value: Value, frame: Frame): Abstract;
  /** A module as its `module.exports`. */
  settled(value: Abstract): Abstract;
  member(of: Abstract, key: string): Abstract;
  /** The names a module exports, if it is one and all are known. */
  names(of: Abstract): readonly string[] | undefined;
}
type Read = (value: Value, frame: Frame) => Abstract;
const MOST_MEMBERS = 500;
const DEEPEST = 6;

/** `Object.keys(x)`, `Object.values(x)` and `Object.entries(x)` of what is known; undefined for other calls, and where a member may be missing. */
export function membersListed(call: Call, frame: Frame, { evaluate, settled, member, names }: Reader): Abstract | undefined {
  const how = /^Object\.(keys|values|entries)$/.exec(call.callee)?.[1];
  const [first] = call.args;
  if (how === undefined || !first || first.spread || call.args.length > 1) return undefined;
  const whole = evaluate(first.value, frame);
  const exported = names(whole);
  const of = exported ? whole : settled(whole);
  const keys = exported ?? keysOf(of, (value, at) => settled(evaluate(value, at)), 0);
  if (!keys || keys.length > MOST_MEMBERS) return undefined;
  const items = keys.map((key): Bound => {
    const name = textBound(key, call.at, frame);
    const got = member(of, key);
    const value = got.is === 'value' ? { value: got.value, frame: got.frame, got } : { value: call, frame, got };
    if (how !== 'entries') return how === 'keys' ? name : value;
    return { value: call, frame, got: { is: 'list', items: [name, value] } };
  });
  return { is: 'list', items };
}
function textBound(text: string, at: At, frame: Frame): Bound {
  const value: Value = { kind: 'literal', value: text, at };
  return { value, frame, got: { is: 'value', value, frame } };
}
/** The keys of an object written out, or of a list, in the order in which they were given. */
function keysOf(of: Abstract, evaluate: Read, depth: number): readonly string[] | undefined {
  const elements = elementsOf(of, evaluate);
  if (elements) return elements.map((_, index) => String(index));
  if (of.is !== 'value' || of.value.kind !== 'object' || depth > DEEPEST) return undefined;
  const keys = new Set<string>();
  for (const { key, form, value } of of.value.entries) {
    if (key !== undefined) keys.add(key);
    else {
      const inner = form === 'spread' ? keysOf(evaluate(value, of.frame), evaluate, depth + 1) : undefined;
      if (!inner) return undefined;
      for (const one of inner) keys.add(one);
    }
  }
  for (const key of of.frame.assigned.get(of.value.at.mark)?.keys() ?? []) keys.add(key);
  return [...keys];
}

/** `Object.assign({}, a, b)` is `{ ...a, ...b }`. */
export function assigned(call: Call, frame: Frame): Abstract | undefined {
  const [first, ...rest] = call.args;
  if (call.callee !== 'Object.assign' || first?.value.kind !== 'object' || call.args.some(({ spread }) => spread)) return undefined;
  const more = rest.map(({ value, at }) => ({ key: undefined, keyAt: at, value, form: 'spread' as const, at }));
  return { is: 'value', value: { kind: 'object', entries: [...first.value.entries, ...more], open: first.value.open || more.length > 0, at: call.at }, frame };
}
/** The texts of a list with another between them; undefined where one is unknown. */
export function joinedTexts(items: readonly Bound[], between: string, at: At, frame: Frame): Abstract | undefined {
  const texts = items.map(({ got }) => (got.is === 'value' && got.value.kind === 'literal' && (typeof got.value.value === 'string' || typeof got.value.value === 'number') ? String(got.value.value) : undefined));
  if (texts.includes(undefined)) return undefined;
  return { is: 'value', value: { kind: 'literal', value: texts.join(between), at }, frame };
}
/** Arguments with lists spread out that are known, and written where these names mean the same. */
export function spreadOut(call: Call, frame: Frame, evaluate: Read): Call {
  if (!call.args.some(({ spread }) => spread)) return call;
  const args = call.args.flatMap((item) => {
    const items = item.spread ? elementsOf(evaluate(item.value, frame), evaluate) : undefined;
    return items?.every((one) => isAround(one.frame, frame)) === true ? items.map(({ value }) => ({ value, spread: false, at: item.at })) : [item];
  });
  return { ...call, args };
}
function isAround(outer: Frame, frame: Frame): boolean {
  for (let f: Frame | undefined = frame; f; f = f.parent) if (f === outer) return true;
  return false;
}
