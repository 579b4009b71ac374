import type { Value } from '../model/value.js';
import type { Abstract, Bound, Frame } from './abstract.js';

const MOST_ITEMS = 500;
type Read = (value: Value, frame: Frame) => Abstract;

/** The elements of a list, written out or built; undefined when they cannot all be known. */
export function elementsOf(list: Abstract, read: Read, depth = 0): readonly Bound[] | undefined {
  if (list.is === 'list') return list.items;
  const given = collectionOf(list) && list.is === 'value' && list.value.kind === 'call' ? list.value.args[0] : undefined;
  if (given && !given.spread && list.is === 'value' && depth <= 5) return elementsOf(read(given.value, list.frame), read, depth + 1);
  if (list.is !== 'value' || list.value.kind !== 'array' || list.value.open || depth > 5) return undefined;
  const { frame, value } = list;
  if (value.items.length > MOST_ITEMS) return undefined;
  const out: Bound[] = [];
  for (const item of value.items) {
    const got = read(item.value, frame);
    if (!item.spread) {
      out.push({ value: item.value, frame, got });
      continue;
    }
    const inner = elementsOf(got, read, depth + 1);
    if (!inner) return undefined;
    out.push(...inner);
  }
  out.push(...(frame.pushed.get(value.at.mark) ?? []));
  return out.length > MOST_ITEMS ? undefined : out;
}

/** Which collection a value is that was made of a list: `new Map([...])`. */
export function collectionOf(of: Abstract): 'Map' | 'Set' | undefined {
  if (of.is !== 'value' || of.value.kind !== 'call' || of.value.form !== 'new') return undefined;
  return of.value.callee === 'Map' ? 'Map' : of.value.callee === 'Set' ? 'Set' : undefined;
}
/** Adds to a list literal of a frame what a call pushes onto it. */
export function push(list: Extract<Abstract, { is: 'value' }>, items: readonly Bound[]): void {
  const mark = list.value.at.mark;
  const known = list.frame.pushed.get(mark);
  if (!known) list.frame.pushed.set(mark, [...items]);
  else if (known.length < MOST_ITEMS) known.push(...items);
}
/** Texts of one value or of a list of them, each as `text` reads it; undefined where one is unknown. */
export function flattenedTexts(value: Value, frame: Frame, text: (value: Value, frame: Frame) => string | undefined, read: Read): readonly string[] | undefined {
  const items = elementsOf(read(value, frame), read);
  const texts = items ? items.map((item) => text(item.value, item.frame)) : [text(value, frame)];
  const known = texts.flatMap((one) => one ?? []);
  return known.length === texts.length ? known : undefined;
}
