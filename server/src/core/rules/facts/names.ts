import type { Value } from '../../model/value.js';

/** Longest name that is read: longer text is cut, so that every test on names is bounded. */
const LONGEST = 96;

/** The lower-case words of a name: camelCase, digits' neighbours, dashes, underscores and dots separate (`isJWTAdmin` gives is, jwt, admin). */
export function wordsOf(name: string): readonly string[] {
  return snakeCase(name).split(/[._]/).filter((word) => word !== '');
}

/** `requireAuth` as `require_auth`, `JWTGuard` as `jwt_guard`; dots stay, every other separator becomes `_`. At most 96 characters are read. */
export function snakeCase(name: string): string {
  return name
    .slice(-LONGEST)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9.]/g, '_')
    .toLowerCase();
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
