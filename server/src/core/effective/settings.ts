import type { ArrayValue, Call, ObjectValue, Scalar, Value } from '../model/value.js';
import type { EffectiveContext } from './effective.js';

/** Options as data: what a library would be handed, as far as the code tells. */
export type Setting = Scalar | SettingList | SettingObject | SettingPattern | SettingOther;
export interface SettingList {
  readonly is: 'list';
  readonly items: readonly Setting[];
}
/** `open`: may have more keys than are known. Entries are in the order of the object. */
export interface SettingObject {
  readonly is: 'object';
  readonly entries: ReadonlyMap<string, Setting>;
  readonly open: boolean;
}
export interface SettingPattern {
  readonly is: 'pattern';
  readonly source: string;
  readonly flags: string;
}
/** 'no-default-src' is helmet's symbol `dangerouslyDisableDefaultSrc`. */
export interface SettingOther {
  readonly is: 'unknown' | 'function' | 'no-default-src';
}
export const UNKNOWN: SettingOther = { is: 'unknown' };
const DEEPEST = 8;
const MOST_ENTRIES = 500;

/** Reads a value as data. What only development code would pass is passed over: it is the running product that is asked about. `known` reads calls of a library's own. */
export function readSetting(value: Value | undefined, context: EffectiveContext, known: (call: Call) => Setting = () => UNKNOWN): Setting {
  return value === undefined ? undefined : read(value, context, known, 0);
}

function read(written: Value, context: EffectiveContext, known: (call: Call) => Setting, depth: number): Setting {
  if (depth > DEEPEST) return UNKNOWN;
  if (written.kind === 'ref' && written.path.at(-1) === 'dangerouslyDisableDefaultSrc') return { is: 'no-default-src' };
  const { value, exact } = context.resolve(written);
  switch (value.kind) {
    case 'literal': return value.value;
    case 'template': {
      const constant = context.constant(value);
      return constant ? constant.value : UNKNOWN;
    }
    case 'function': return { is: 'function' };
    case 'regex': return { is: 'pattern', source: value.source, flags: value.flags };
    case 'array': return list(value, context, known, depth);
    case 'object': return object(value, context, known, depth);
    case 'call': return known(value);
    case 'choice': {
      const holds = decided(value.test, context);
      return holds === undefined ? UNKNOWN : read(holds ? value.then : value.else, context, known, depth + 1);
    }
    case 'logic': return logic(value, context, known, depth);
    case 'not':
    case 'compare': {
      const holds = decided(value, context);
      return holds ?? UNKNOWN;
    }
    case 'ref': return exact && value.root.kind === 'global' && value.text === 'undefined' ? undefined : UNKNOWN;
    default: return UNKNOWN;
  }
}

/** What a test of the environment says in production; undefined for any other test. */
function decided(test: Value, context: EffectiveContext): boolean | undefined {
  const where = (holds: boolean): string => context.environment([{ test, holds, early: false, at: test.at }]);
  const isAway = (holds: boolean): boolean => where(holds) === 'development' || where(holds) === 'unless-production';
  if (isAway(true)) return false;
  return isAway(false) ? true : undefined;
}

function logic({ op, left, right }: Extract<Value, { kind: 'logic' }>, context: EffectiveContext, known: (call: Call) => Setting, depth: number): Setting {
  const test = decided(left, context);
  const first = test ?? read(left, context, known, depth + 1);
  if (isUnknown(first)) return UNKNOWN;
  const passes = op === '&&' ? !truthy(first) : op === '||' ? truthy(first) : op === '??' ? first !== undefined && first !== null : first !== undefined;
  return passes ? first : read(right, context, known, depth + 1);
}

function list({ items, open }: ArrayValue, context: EffectiveContext, known: (call: Call) => Setting, depth: number): Setting {
  if (open && !items.some(({ spread }) => spread)) return UNKNOWN;
  const out: Setting[] = [];
  for (const { value, spread } of items) {
    const one = read(value, context, known, depth + 1);
    if (!spread) out.push(one);
    else if (isList(one)) out.push(...one.items);
    else return UNKNOWN;
    if (out.length > MOST_ENTRIES) return UNKNOWN;
  }
  return { is: 'list', items: out };
}

function object({ entries }: ObjectValue, context: EffectiveContext, known: (call: Call) => Setting, depth: number): Setting {
  const out = new Map<string, Setting>();
  let open = false;
  // What nobody knows may replace anything that stands before it.
  const blur = (): void => {
    open = true;
    for (const key of out.keys()) out.set(key, UNKNOWN);
  };
  for (const { key, value, form } of entries.slice(0, MOST_ENTRIES)) {
    if (form === 'spread') {
      const spread = read(value, context, known, depth + 1);
      if (isObject(spread)) {
        if (spread.open) blur();
        for (const [name, inner] of spread.entries) out.set(name, inner);
      } else if (isUnknown(spread)) blur();
    } else if (key === undefined) blur();
    else out.set(key, form === 'method' ? { is: 'function' } : read(value, context, known, depth + 1));
  }
  return { is: 'object', entries: out, open: open || entries.length > MOST_ENTRIES };
}

export function isObject(setting: Setting): setting is SettingObject {
  return typeof setting === 'object' && setting !== null && setting.is === 'object';
}
export function isList(setting: Setting): setting is SettingList {
  return typeof setting === 'object' && setting !== null && setting.is === 'list';
}
export function isUnknown(setting: Setting): boolean {
  return typeof setting === 'object' && setting !== null && setting.is === 'unknown';
}
/** As JavaScript tests it; an unknown one counts as true, so ask for that first. */
export function truthy(setting: Setting): boolean {
  return Boolean(setting);
}
/** The member of an object; undefined of everything else but null, as JavaScript reads it. */
export function member(setting: Setting, key: string): Setting {
  if (isUnknown(setting)) return UNKNOWN;
  if (!isObject(setting)) return undefined;
  return setting.entries.has(key) ? setting.entries.get(key) : setting.open ? UNKNOWN : undefined;
}
/** `key in setting`; undefined where nobody can tell. */
export function has(setting: Setting, key: string): boolean | undefined {
  if (!isObject(setting)) return isUnknown(setting) ? undefined : false;
  return setting.entries.has(key) ? true : setting.open ? undefined : false;
}
