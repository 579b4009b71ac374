import type { Step } from '../model/module.js';
import type { Call, Entry, Value } from '../model/value.js';
import { fileOf } from '../text/source.js';
import type { Follow, Followed } from './followed.js';
import { merged } from './merged.js';
import { settingsRead } from './settings-files.js';

/** Calls whose result is their first argument. */
const GIVES_FIRST: ReadonlySet<string> = new Set(['Object.freeze', 'Object.seal', 'structuredClone']);
/** The later argument wins, as a whole: `Object.assign` of the language, `assign` and `extend` of lodash 4. */
const ASSIGNS = /^(Object\.assign|lodash(\.default)?\.(assign|extend)|object-assign(\.default)?|xtend(\.default)?)$/;
/** Objects in both are joined in depth: `merge` of lodash 4, deepmerge 4. */
const MERGES = /^(lodash(\.default)?\.merge|lodash\.merge(\.default)?|deepmerge(\.default)?|merge-deep(\.default)?|deep-extend(\.default)?)$/;
/** The earlier argument wins. */
const DEFAULTS = /^(lodash(\.default)?\.defaults|lodash\.defaults(\.default)?)$/;
const MOST_PARTS = 12;

/**
 * The data a call surely gives: of `Object.freeze(x)` and its like, objects joined with others, what a function of the project
 * returns in its only way, and what is read from a settings file of the project. Undefined for everything else.
 */
export function givenBy(call: Call, project: Followed, follow: Follow): Value | undefined {
  const [first] = call.args;
  if (call.form === 'tagged' || call.form === 'decorator') return undefined;
  if (GIVES_FIRST.has(call.callee)) return first && !first.spread ? first.value : undefined;
  const parts = joinedParts(call);
  if (parts) return parts.deep ? mergedAll(parts.of, call, follow) : { kind: 'object', entries: parts.of.map(spreadOf), open: false, at: call.at };
  return settingsRead(call, project, follow) ?? returnedBy(call, project, follow);
}

function joinedParts(call: Call): { readonly of: readonly Value[]; readonly deep: boolean } | undefined {
  const deep = MERGES.test(call.callee);
  const isTurned = DEFAULTS.test(call.callee);
  if (!deep && !isTurned && !ASSIGNS.test(call.callee)) return undefined;
  if (call.args.length > MOST_PARTS || call.args.some((item) => item.spread)) return undefined;
  const of = call.args.map((item) => item.value);
  return { of: isTurned ? of.reverse() : of, deep };
}
function spreadOf(value: Value): Entry {
  return { key: undefined, keyAt: value.at, value, form: 'spread', at: value.at };
}
function mergedAll(parts: readonly Value[], call: Call, follow: Follow): Value | undefined {
  const [first, ...rest] = parts.map(follow);
  let whole = first;
  for (const next of rest) whole = whole && merged(whole, next, follow);
  return whole?.kind === 'object' ? { ...whole, at: call.at } : undefined;
}
/** The data a function of the project returns, where it has one way to return. */
function returnedBy(call: Call, project: Followed, follow: Follow): Value | undefined {
  if (call.form !== 'call' || call.target.kind !== 'ref' || (call.target.root.kind !== 'local' && call.target.root.kind !== 'import')) return undefined;
  const end = follow(call.target);
  if (end.kind !== 'function') return undefined;
  const fn = project.module(fileOf(end.fn))?.functions.get(end.fn);
  if (!fn?.complete) return undefined;
  const ways = fn.steps.filter((step): step is Extract<Step, { readonly do: 'return' | 'throw' }> => step.do === 'return' || step.do === 'throw');
  const [only] = ways;
  if (!only || ways.length > 1 || only.do === 'throw' || only.loop || only.when.length > fn.when.length) return undefined;
  const value = only.value;
  // A promise is awaited, or it is no data.
  if (!value || (fn.async && !call.awaited)) return undefined;
  return isData(value) || isData(follow(value)) ? value : undefined;
}
function isData(value: Value): boolean {
  return value.kind === 'object' || value.kind === 'array' || value.kind === 'literal' || value.kind === 'regex';
}
