import { isObject, isUnknown, type Setting } from './settings.js';

/** One header as it is made of its options: a value, undefined where nobody can tell it, or the library's refusal. */
export type Made = { readonly is: 'sent'; readonly value: string | undefined } | { readonly is: 'refused'; readonly why: string };

export const sent = (value: string | undefined): Made => ({ is: 'sent', value });
export const refused = (why: string): Made => ({ is: 'refused', why });

/** Options of one header: none for `true` and nothing; undefined for null, which no library takes apart. */
export function optionsOf(setting: Setting): Setting | undefined {
  if (setting === null) return undefined;
  return isObject(setting) || isUnknown(setting) ? setting : { is: 'object', entries: new Map(), open: false };
}
/** The value if the list holds it, the library's own for nothing, a refusal for the rest. */
export function oneOf(setting: Setting, own: string, allowed: readonly string[], header: string): Made {
  if (setting === undefined) return sent(own);
  if (isUnknown(setting)) return sent(undefined);
  return typeof setting === 'string' && allowed.includes(setting) ? sent(setting) : refused(`${header} does not take this value.`);
}
