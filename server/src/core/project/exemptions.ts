import type { Methods } from '../model/api.js';
import type { Call, Value } from '../model/value.js';
import type { At } from '../text/source.js';
import type { Abstract, Frame } from './abstract.js';
import { isExempting, shared } from './join-parts.js';
import { elementsOf } from './lists.js';
import { matchesPath, quoted, type PathMatch } from './path-match.js';
import type { Flat } from './path-values.js';

/** Requests that a layer lets by without looking at them: those whose whole path matches a pattern, and whose method is one of these. */
export interface Exemption {
  readonly source: string;
  readonly ignoresCase: boolean;
  readonly methods: Methods | undefined;
  /** Where it is written. */
  readonly at: At;
}
type Evaluate = (value: Value, frame: Frame) => Abstract;

/** The exemptions of `guard.unless({ path, method, ext })` of express-unless 2 and koa-unless 1; undefined where there is none of these, or not all can be read. */
export function exemptionsOf({ value, target, frame }: Pick<Flat, 'value' | 'target' | 'frame'>, framework: string, evaluate: Evaluate): readonly Exemption[] | undefined {
  const made = unlessIn(value, target, frame);
  const options = made?.call.args[0] && evaluate(made.call.args[0].value, made.frame);
  if (options?.is !== 'value' || options.value.kind !== 'object' || options.value.open) return undefined;
  const found: Exemption[] = [];
  for (const { key, value: given } of options.value.entries) {
    const made = key === 'path' ? pathsIn(given, options.frame, framework, evaluate) : key === 'method' ? methodsOnly(given, options.frame, evaluate) : key === 'ext' ? endings(given, options.frame, evaluate) : undefined;
    // `custom` may say anything; a path that is no whole one stands below what nobody knows here.
    if (!made) return undefined;
    found.push(...made);
  }
  return found;
}
/** The registered value is, or is a name for, something with exemptions. */
export function isExempt({ value, target }: Pick<Flat, 'value' | 'target'>): boolean {
  return isExempting(value) || (target.is === 'value' && isExempting(target.value));
}
function unlessIn(value: Value, target: Abstract, frame: Frame): { readonly call: Call; readonly frame: Frame } | undefined {
  if (value.kind === 'call' && isExempting(value)) return { call: value, frame };
  return target.is === 'value' && target.value.kind === 'call' && isExempting(target.value) ? { call: target.value, frame: target.frame } : undefined;
}
/** Whether one of them lets requests to a path by, and which. */
export function exempted(all: readonly Exemption[], path: string, methods: Methods): { readonly how: PathMatch; readonly at: At | undefined } {
  let maybe: At | undefined;
  for (const { source, ignoresCase, methods: some, at } of all) {
    const which = some === undefined ? 'yes' : shared(some, methods);
    const how = which === 'no' ? 'no' : matchesPath(source, path, ignoresCase);
    if (how === 'yes' && which === 'yes') return { how, at };
    if (how !== 'no') maybe ??= at;
  }
  return { how: maybe ? 'maybe' : 'no', at: maybe };
}

function pathsIn(value: Value, frame: Frame, framework: string, evaluate: Evaluate): readonly Exemption[] | undefined {
  return each(value, frame, evaluate, (one, at) => {
    const pattern = patternIn(one, at);
    if (pattern) return [pattern];
    if (one.is !== 'value' || one.value.kind !== 'object' || one.value.open) return undefined;
    // koa-unless 1 compares texts and patterns alone.
    if (framework === 'koa') return [];
    const { frame: inner, value: { entries } } = one;
    const url = entries.findLast(({ key }) => key === 'url')?.value;
    const only = entries.findLast(({ key }) => key === 'methods' || key === 'method')?.value;
    const methods = only && methodNames(only, inner, evaluate);
    const made = url && patternIn(evaluate(url, inner), at);
    return made && !(only && !methods) ? [{ ...made, methods }] : undefined;
  });
}
function patternIn(one: Abstract, at: At): Exemption | undefined {
  if (one.is !== 'value') return undefined;
  if (one.value.kind === 'regex') return { source: one.value.source, ignoresCase: one.value.flags.includes('i'), methods: undefined, at };
  return one.value.kind === 'literal' && typeof one.value.value === 'string' ? { source: `^${quoted(one.value.value)}$`, ignoresCase: false, methods: undefined, at } : undefined;
}
function methodsOnly(value: Value, frame: Frame, evaluate: Evaluate): readonly Exemption[] | undefined {
  const methods = methodNames(value, frame, evaluate);
  return methods && [{ source: '^', ignoresCase: false, methods, at: value.at }];
}
function methodNames(value: Value, frame: Frame, evaluate: Evaluate): Methods | undefined {
  return each(value, frame, evaluate, (one, at) => textIn(one, (text) => ({ name: text.toUpperCase(), at })));
}
function endings(value: Value, frame: Frame, evaluate: Evaluate): readonly Exemption[] | undefined {
  return each(value, frame, evaluate, (one, at) => textIn(one, (text) => ({ source: `${quoted(text)}$`, ignoresCase: false, methods: undefined, at })));
}
function textIn<T>(one: Abstract, make: (text: string) => T): readonly T[] | undefined {
  return one.is === 'value' && one.value.kind === 'literal' && typeof one.value.value === 'string' ? [make(one.value.value)] : undefined;
}
/** What is made of a value, or of each element of a list; undefined where one of them cannot be read. */
function each<T>(value: Value, frame: Frame, evaluate: Evaluate, make: (one: Abstract, at: At) => readonly T[] | undefined): readonly T[] | undefined {
  const got = evaluate(value, frame);
  const isList = got.is === 'list' || (got.is === 'value' && got.value.kind === 'array');
  const items = elementsOf(got, evaluate) ?? (isList ? undefined : [{ value, got }]);
  if (!items) return undefined;
  const found: T[] = [];
  for (const item of items) {
    const made = make(item.got, item.value.at);
    if (!made) return undefined;
    found.push(...made);
  }
  return found;
}
