import type { Call, Value } from '../model/value.js';
import type { Abstract, Bound, Frame } from './abstract.js';
import { assigned, joinedTexts, membersListed, type Reader } from './members.js';
import { collectionOf, elementsOf, push } from './lists.js';

const GIVES_FIRST: ReadonlySet<string> = new Set(['Promise.resolve', 'Object.freeze', 'Object.seal', 'util.promisify', 'Array.from', 'structuredClone']);
const CASES: ReadonlyMap<string, (text: string) => string> = new Map([
  ['toLowerCase', (text: string): string => text.toLowerCase()],
  ['toUpperCase', (text: string): string => text.toUpperCase()],
  ['trim', (text: string): string => text.trim()],
  ['toString', (text: string): string => text],
]);

/** Calls of the language itself whose result can be known: lists, text in another case, what wraps a value and gives it back. */
export function builtin(call: Call, receiver: Abstract | undefined, frame: Frame, reader: Reader): Abstract | undefined {
  const { evaluate } = reader;
  const [first] = call.args;
  if (GIVES_FIRST.has(call.callee) && first && !first.spread) return evaluate(first.value, frame);
  const made = membersListed(call, frame, reader) ?? assigned(call, frame);
  if (made) return made;
  if (receiver?.is !== 'value' && receiver?.is !== 'list') return undefined;
  if (receiver.is === 'value' && receiver.value.kind === 'literal' && typeof receiver.value.value === 'string') {
    const change = CASES.get(call.name);
    return change && { is: 'value', value: { ...receiver.value, value: change(receiver.value.value) }, frame: receiver.frame };
  }
  if (call.name === 'entries' && collectionOf(receiver) === 'Map') return receiver;
  if (receiver.is === 'value' && receiver.value.kind !== 'array') return undefined;
  if (call.name === 'push' && receiver.is === 'value') {
    push(receiver, call.args.flatMap((item) => given(item.value, item.spread, frame, evaluate)));
    return { is: 'unknown' };
  }
  if (call.name === 'filter' && first?.value.kind === 'ref' && first.value.root.kind === 'global' && first.value.text === 'Boolean') {
    const items = elementsOf(receiver, evaluate);
    return items && { is: 'list', items: items.filter(({ value }) => value.kind !== 'literal') };
  }
  const own = call.name === 'concat' || call.name === 'join' ? elementsOf(receiver, evaluate) : undefined;
  if (!own) return undefined;
  if (call.name === 'join') return first?.value.kind === 'literal' ? joinedTexts(own, String(first.value.value), call.at, frame) : undefined;
  const more: Bound[] = [];
  for (const item of call.args) {
    const got = evaluate(item.value, frame);
    if (got.is === 'unknown') return undefined;
    more.push(...(elementsOf(got, evaluate) ?? [{ value: item.value, frame, got }]));
  }
  return { is: 'list', items: [...own, ...more] };
}
function given(value: Value, spread: boolean, frame: Frame, evaluate: Reader['evaluate']): readonly Bound[] {
  const got = evaluate(value, frame);
  return (spread ? elementsOf(got, evaluate) : undefined) ?? [{ value, frame, got }];
}
