import type { Value } from '../../model/value.js';

/** Longest name that is read: longer text is cut, so that every test on names is bounded. */
const LONGEST = 96;

/** The lower-case words of a name: camelCase, digits' neighbours, dashes, underscores and dots separate (`isJWTAdmin` gives is, jwt, admin). */
export function wordsOf(name: string): readonly string[] {
  return snakeCase(name).split(/[._]/).filter((word) => word !== '');
}

/** `requireAuth` as `require_auth`, `JWTGuard` as `jwt_guard`; dots stay, every other separator becomes `_`. At most 96 characters are read. */
export function snakeCase(name: string): string {
  let out = '';
  let before = '';
  for (let index = Math.max(0, name.length - LONGEST); index < name.length; index++) {
    const here = name.charAt(index);
    const isUpper = here >= 'A' && here <= 'Z';
    if (isUpper && (isPlain(before) || (before >= 'A' && before <= 'Z' && isLower(name.charAt(index + 1))))) out += '_';
    out += isUpper ? here.toLowerCase() : isPlain(here) || here === '.' ? here : '_';
    before = here;
  }
  return out;
}
/** The name of a property in snake case, found once for as long as the entry is the same object. */
export function nameOfProperty(entry: { readonly key: string }): string {
  const held = names.get(entry) ?? snakeCase(entry.key);
  names.set(entry, held);
  return held;
}
const names = new WeakMap<object, string>();
function isPlain(one: string): boolean {
  return isLower(one) || (one >= '0' && one <= '9');
}
function isLower(one: string): boolean {
  return one >= 'a' && one <= 'z';
}

/** The name a call or member is recognised by: no `new`, `await`, `this`, arguments, optional marks; its last two segments. */
export function lastSegments(text: string): readonly string[] {
  const open = text.search(/[(<\s[]/);
  const head = /^(new|await)\s/.test(text) ? text.slice(text.indexOf(' ') + 1) : text;
  const end = head === text ? open : head.search(/[(<\s[]/);
  const bare = (end < 0 ? head : head.slice(0, end)).replace(/[?!]/g, '');
  return bare.split('.').filter((segment) => segment !== '' && segment !== 'this').slice(-2);
}

/** The dotted name of what is called or read; '' for a value without one. */
export function dottedName(value: Value | undefined): string {
  return value?.kind === 'call' ? value.callee || value.name : value?.kind === 'ref' ? value.text : '';
}

/** Things apart by a name they share, in the order of the first of each. */
export function groupedBy<T, K extends string>(things: Iterable<T>, nameOf: (thing: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const thing of things) {
    const group = groups.get(nameOf(thing));
    if (group) group.push(thing);
    else groups.set(nameOf(thing), [thing]);
  }
  return groups;
}
