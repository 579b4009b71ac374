import type { Entry, Value } from '../../model/value.js';
import { filePath, type At } from '../../text/source.js';
import { isList, isMapping, type Data } from './settings-render.js';

const NOWHERE: At = { path: filePath(''), mark: -1 };

/** The value as it should read after a change; undefined when the change has no place in it. */
export function expected(value: Value, key: readonly (string | number)[], action: 'set' | 'unset' | 'append', data: Data): Value | undefined {
  const [part, ...rest] = key;
  if (part === undefined) {
    if (action !== 'append') return valueFrom(data);
    if (isNull(value)) return valueFrom([data]);
    return value.kind === 'array' ? { ...value, items: [...value.items, { value: valueFrom(data), spread: false, at: NOWHERE }] } : undefined;
  }
  if (value.kind === 'array') {
    const item = typeof part === 'number' ? value.items[part] : undefined;
    if (!item) return action === 'unset' ? value : undefined;
    if (rest.length === 0 && action === 'unset') return { ...value, items: value.items.filter((one) => one !== item) };
    const inner = expected(item.value, rest, action, data);
    return inner && { ...value, items: value.items.map((one) => (one === item ? { ...one, value: inner } : one)) };
  }
  const entries: readonly Entry[] | undefined = value.kind === 'object' ? value.entries : isNull(value) ? [] : undefined;
  if (!entries) return action === 'unset' && value.kind === 'literal' ? value : undefined;
  const name = String(part);
  const base: Value = value.kind === 'object' ? value : { kind: 'object', entries: [], open: false, at: NOWHERE };
  if (base.kind !== 'object') return undefined;
  const entry = entries.findLast((one) => one.form === 'pair' && one.key === name);
  if (!entry && action === 'unset') return value;
  if (rest.length === 0 && action === 'unset') return { ...base, entries: entries.filter((one) => one !== entry) };
  const inner = expected(entry?.value ?? { kind: 'literal', value: null, at: NOWHERE }, rest, action, data);
  if (!inner) return undefined;
  if (!entry) return { ...base, entries: [...entries, pair(name, inner)] };
  return { ...base, entries: entries.map((one) => (one === entry ? { ...one, value: inner } : one)) };
}
function isNull(value: Value): boolean {
  return value.kind === 'literal' && value.value === null;
}
function pair(key: string, value: Value): Entry {
  return { key, keyAt: NOWHERE, value, form: 'pair', at: NOWHERE };
}
function valueFrom(data: Data): Value {
  if (isList(data)) return { kind: 'array', items: data.map((item) => ({ value: valueFrom(item), spread: false, at: NOWHERE })), open: false, at: NOWHERE };
  if (isMapping(data)) return { kind: 'object', entries: Object.entries(data).map(([key, value]) => pair(key, valueFrom(value))), open: false, at: NOWHERE };
  return { kind: 'literal', value: data, at: NOWHERE };
}

/** Whether two settings values say the same, wherever they stand. */
export function same(a: Value, b: Value): boolean {
  if (a.kind === 'literal') return b.kind === 'literal' && Object.is(a.value, b.value);
  if (a.kind === 'unknown') return b.kind === 'unknown' && a.why === b.why;
  if (a.kind === 'array') return b.kind === 'array' && a.items.length === b.items.length && a.items.every((item, index) => sameAt(item.value, b.items[index]?.value));
  if (a.kind !== 'object' || b.kind !== 'object' || a.entries.length !== b.entries.length) return false;
  return a.entries.every((entry, index) => {
    const other = b.entries[index];
    return other !== undefined && entry.key === other.key && entry.form === other.form && same(entry.value, other.value);
  });
}
function sameAt(a: Value, b: Value | undefined): boolean {
  return b !== undefined && same(a, b);
}
