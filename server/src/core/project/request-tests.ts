import type { FunctionView, Step } from '../model/module.js';
import type { Call, Ref, Value } from '../model/value.js';
import type { At } from '../text/source.js';
import type { Abstract, Frame } from './abstract.js';
import { elementsOf } from './lists.js';
import { patternOf } from './path-match.js';
import type { Names } from './names.js';
import type { Part, Parts } from './request-parts.js';
import type { Formula } from './request-forms.js';

/** One of the handlers a table or list holds, and when it is the one. */
export interface Choice {
  readonly formula: Formula;
  readonly got: Abstract;
}
/** Reads tests of functions that answer requests. */
export interface Tests {
  compile(value: Value, frame: Frame): Formula;
  /** What a lookup by method or path may give: `routes[pathname]`, `routes.get(key)`, `routes.find(...)`. */
  choices(value: Value, frame: Frame): readonly Choice[] | undefined;
}
const OTHER: Formula = { is: 'other' };
const DEEPEST = 24;
const MOST_CHOICES = 300;
const METHOD_KEY = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$/i;

export function createTests({ evaluate, settled, textOf }: Pick<Names, 'evaluate' | 'settled' | 'textOf'>, parts: Parts, member: Names['member']): Tests {
  const known = new Map<Frame, Map<Value, Formula>>();
  const defaults = new WeakMap<FunctionView, ReadonlyMap<Value, readonly Value[]>>();
  let depth = 0;
  return { compile, choices };

  function compile(value: Value, frame: Frame): Formula {
    const byValue = known.get(frame) ?? new Map<Value, Formula>();
    known.set(frame, byValue);
    const before = byValue.get(value);
    if (before) return before;
    if (depth > DEEPEST) return OTHER;
    depth++;
    const made = compiled(value, frame);
    depth--;
    byValue.set(value, made);
    return made;
  }
  function compiled(value: Value, frame: Frame): Formula {
    switch (value.kind) {
      case 'not': return negated(compile(value.of, frame));
      case 'logic': {
        if (value.op === 'default') return OTHER;
        return { is: value.op === '&&' ? 'all' : 'any', of: [compile(value.left, frame), compile(value.right, frame)] };
      }
      case 'compare': return compared(value, frame);
      case 'literal': return { is: 'flat', holds: Boolean(value.value) };
      case 'call': return called(value, frame);
      case 'ref': return named(value, frame);
      case 'unknown': return ofDefault(value, frame);
      default: return OTHER;
    }
  }
  /** `default:` is what no other case of its switch is. */
  function ofDefault(value: Value, frame: Frame): Formula {
    if (value.kind !== 'unknown' || value.why !== 'default case') return OTHER;
    const fn = frame.module.functions.get(frame.fn);
    if (!fn) return OTHER;
    let byDefault = defaults.get(fn);
    if (!byDefault) {
      const inside = [...frame.module.functions.values()].filter((one) => one.id === fn.id || one.id.startsWith(`${fn.id}>`));
      byDefault = casesOf(inside.flatMap((one) => one.steps));
      defaults.set(fn, byDefault);
    }
    const cases = byDefault.get(value);
    return cases === undefined || cases.length === 0 ? OTHER : negated({ is: 'any', of: cases.map((one) => compile(one, frame)) });
  }

  function compared({ op, left, right, at }: Extract<Value, { kind: 'compare' }>, frame: Frame): Formula {
    if (op === 'in') return keyed(left, right, frame);
    const isEqual = op === '===' || op === '==';
    const isUnequal = op === '!==' || op === '!=';
    const found = position(left, right, op, frame);
    if (found) return found;
    if (!isEqual && !isUnequal) {
      return OTHER;
    }
    const leftPart = parts.partOf(left, frame);
    const part = leftPart ?? parts.partOf(right, frame);
    if (!part) {
      // `(handler !== undefined)`
      const isNothing = right.kind === 'literal' && (right.value === undefined || right.value === null);
      const of = isNothing ? compile(left, frame) : OTHER;
      return of.is === 'other' ? OTHER : isEqual ? negated(of) : of;
    }
    const other = leftPart ? right : left;
    if (other.kind === 'literal' && (other.value === undefined || other.value === null))
      return part.is === 'segment' ? withSign(isUnequal, { is: 'path', test: { is: 'segment', index: part.index, text: undefined }, at }) : { is: 'flat', holds: isUnequal };
    if (part.is === 'count') return other.kind === 'literal' && typeof other.value === 'number' ? withSign(isEqual, { is: 'path', test: { is: 'count', count: other.value - part.skips }, at: other.at }) : OTHER;
    return withSign(isEqual, equals(part, other, frame));
  }
  function equals(part: Part, other: Value, frame: Frame): Formula {
    const text = textIn(other, frame);
    if (text === undefined) return part.is === 'path' ? unread(other) : OTHER;
    return isText(part, text.text, text.at);
  }
  /** A part of the request is this text. */
  function isText(part: Part, text: string, at: At): Formula {
    if (part.is === 'method') return /^[A-Za-z-]{2,20}$/.test(text) ? { is: 'method', name: text.toUpperCase(), at } : OTHER;
    if (part.is === 'path') {
      const path = pathText(text, part.cut);
      return path === undefined ? OTHER : { is: 'path', test: { is: 'text', text: path }, at };
    }
    if (part.is === 'segment') return { is: 'path', test: { is: 'segment', index: part.index, text }, at };
    if (part.is !== 'both') return OTHER;
    const cut = part.between === '' ? text.indexOf('/') : text.indexOf(part.between);
    if (cut <= 0) return OTHER;
    return { is: 'all', of: [isText({ is: 'method' }, text.slice(0, cut), at), isText({ is: 'path', cut: false }, text.slice(cut + part.between.length), at)] };
  }
  /** `url.indexOf('/x') === 0`, `methods.indexOf(req.method) !== -1` */
  function position(left: Value, right: Value, op: string, frame: Frame): Formula | undefined {
    if (left.kind !== 'call' || left.name !== 'indexOf' || right.kind !== 'literal' || !left.receiver) return undefined;
    const part = parts.partOf(left.receiver, frame);
    const first = left.args[0]?.value;
    const isThere = (right.value === -1 && (op === '!==' || op === '!=' || op === '>')) || (right.value === 0 && op === '>=');
    const isMissing = (right.value === -1 && (op === '===' || op === '==')) || (right.value === 0 && op === '<');
    if (part?.is === 'path' && first) {
      const text = textIn(first, frame);
      if (text === undefined) return OTHER;
      if (right.value === 0 && (op === '===' || op === '==')) return { is: 'path', test: { is: 'prefix', text: text.text }, at: text.at };
      return isThere || isMissing ? withSign(isThere, { is: 'path', test: { is: 'part', text: text.text }, at: text.at }) : OTHER;
    }
    return isThere || isMissing ? withSign(isThere, oneOf(left.receiver, first, frame)) : undefined;
  }
  /** The part is one of a list written out. */
  function oneOf(list: Value, of: Value | undefined, frame: Frame): Formula {
    const part = of && parts.partOf(of, frame);
    if (!part) return OTHER;
    const got = settled(evaluate(list, frame));
    const inside = got.is === 'value' && got.value.kind === 'call' && got.value.form === 'new' && got.value.name === 'Set' ? got.value.args[0]?.value : undefined;
    const items = inside && got.is === 'value' ? elementsOf(evaluate(inside, got.frame), evaluate) : elementsOf(got, evaluate);
    if (!items) return OTHER;
    return { is: 'any', of: items.slice(0, MOST_CHOICES).map((item) => { const text = textIn(item.value, item.frame); return text === undefined ? OTHER : isText(part, text.text, text.at); }) };
  }
  /** `pathname in routes`, `routes.has(pathname)` */
  function keyed(key: Value, table: Value, frame: Frame): Formula {
    const found = tableOf(table, key, frame);
    return found ? { is: 'any', of: found.map(({ formula }) => formula) } : OTHER;
  }

  function called(call: Call, frame: Frame): Formula {
    const first = call.args[0]?.value;
    const on = call.receiver && parts.partOf(call.receiver, frame);
    if (on?.is === 'path' && first) {
      if (call.name === 'match') return matching(first, frame);
      const is = call.name === 'startsWith' ? 'prefix' : call.name === 'endsWith' ? 'suffix' : call.name === 'includes' ? 'part' : undefined;
      if (!is) return OTHER;
      const text = textIn(first, frame);
      return text === undefined ? unread(first) : { is: 'path', test: { is, text: is === 'prefix' && on.cut ? `/${text.text}` : text.text }, at: text.at };
    }
    if (call.receiver && first) {
      if ((call.name === 'test' || call.name === 'exec') && parts.partOf(first, frame)?.is === 'path') return matching(call.receiver, frame);
      if (call.name === 'includes') return oneOf(call.receiver, first, frame);
      if (call.name === 'has' || call.name === 'hasOwnProperty') {
        const one = oneOf(call.receiver, first, frame);
        return one.is === 'other' ? keyed(first, call.receiver, frame) : one;
      }
      if (call.name === 'hasOwn' && call.args[1]) return keyed(call.args[1].value, first, frame);
      if (call.name === 'some') return anyChoice(found(call, frame));
    }
    if (/(^|\.)Boolean$/.test(call.callee) && first) return compile(first, frame);
    const chosen = anyChoice(choices(call, frame));
    if (chosen.is !== 'other') return chosen;
    const matched = byMatcher(call, frame);
    if (matched) return matched;
    const result = parts.resultOf(call, frame);
    return result ? compile(result.value, result.frame) : OTHER;
  }
  /** `createRouteMatcher(['/admin(.*)'])` of Clerk 6, called with the request. */
  function byMatcher(call: Call, frame: Frame): Formula | undefined {
    const got = call.target.kind === 'ref' ? evaluate(call.target, frame) : undefined;
    if (got?.is !== 'value' || got.value.kind !== 'call' || got.value.name !== 'createRouteMatcher') return undefined;
    const list = got.value.args[0] && settled(evaluate(got.value.args[0].value, got.frame));
    const one = list?.is === 'value' && list.value.kind !== 'array' ? [{ value: list.value, frame: list.frame }] : undefined;
    const items = (list && elementsOf(list, evaluate)) ?? one;
    if (!items) return OTHER;
    const sources = items.slice(0, MOST_CHOICES).map(({ value, frame: at }) => ({ at: value.at, source: patternOf(textOf(value, at)?.text ?? '(') }));
    return { is: 'any', of: sources.map(({ at, source }): Formula => (source === undefined ? OTHER : { is: 'path', test: { is: 'regex', text: source }, at })) };
  }
  function matching(pattern: Value, frame: Frame): Formula {
    const got = settled(evaluate(pattern, frame));
    return got.is === 'value' && got.value.kind === 'regex' ? { is: 'path', test: { is: 'regex', text: got.value.source }, at: pattern.at } : OTHER;
  }
  function named(ref: Ref, frame: Frame): Formula {
    const part = parts.partOf(ref, frame);
    if (part?.is === 'segment') return { is: 'path', test: { is: 'segment', index: part.index, text: undefined }, at: ref.at };
    if (part) return part.is === 'count' ? OTHER : { is: 'flat', holds: true };
    const chosen = anyChoice(choices(ref, frame));
    if (chosen.is !== 'other') return chosen;
    if (ref.path.length > 0) return OTHER;
    if (ref.root.kind === 'parameter') {
      const got = evaluate(ref, frame);
      return got.is === 'value' && got.value !== ref ? compile(got.value, got.frame) : OTHER;
    }
    for (const bound of parts.boundTo(ref, frame)) {
      const found = bound.value === ref ? OTHER : compile(bound.value, bound.frame);
      if (found.is !== 'other' && found.is !== 'flat') return found;
    }
    return OTHER;
  }
  function anyChoice(of: readonly Choice[] | undefined): Formula {
    return of ? { is: 'any', of: of.map(({ formula }) => formula) } : OTHER;
  }

  function choices(value: Value, frame: Frame): readonly Choice[] | undefined {
    if (depth > DEEPEST) return undefined;
    depth++;
    const found = chosen(value, frame);
    depth--;
    return found && found.length > 0 ? found : undefined;
  }
  function chosen(value: Value, frame: Frame): readonly Choice[] | undefined {
    if (value.kind === 'logic' && value.op !== '&&') return choices(value.left, frame);
    if (value.kind === 'call') {
      if (value.name === 'find' && value.receiver) return found(value, frame);
      const key = value.args[0]?.value;
      return value.name === 'get' && value.receiver && key ? tableOf(value.receiver, key, frame) : undefined;
    }
    if (value.kind !== 'ref') return undefined;
    const last = value.path.at(-1);
    if (value.path.length > 0 && last === undefined) return tableOf({ ...value, path: value.path.slice(0, -1) }, value.computed, frame);
    if (value.root.kind === 'value' && value.path.length > 0) return members(choices(value.root.of, frame), value.path);
    if (value.root.kind !== 'local') return undefined;
    for (const bound of parts.boundTo({ ...value, path: [] }, frame)) {
      if (bound.value === value || (bound.value.kind !== 'ref' && bound.value.kind !== 'call' && bound.value.kind !== 'logic')) continue;
      const found = members(choices(bound.value, bound.frame), value.path);
      if (found) return found;
    }
    return undefined;
  }
  function members(of: readonly Choice[] | undefined, path: readonly (string | undefined)[]): readonly Choice[] | undefined {
    if (path.includes(undefined)) return undefined;
    return of?.map(({ formula, got }) => ({ formula, got: path.reduce((at: Abstract, key) => member(at, key ?? ''), got) }));
  }
  /** `routes.find((route) => route.path === pathname)` */
  function found(call: Call, frame: Frame): readonly Choice[] | undefined {
    const test = call.args[0] && settled(evaluate(call.args[0].value, frame));
    const items = call.receiver && elementsOf(settled(evaluate(call.receiver, frame)), evaluate);
    if (test?.is !== 'function' || !items) return undefined;
    const exit = test.fn.steps.filter((step) => step.do === 'return');
    const [only] = exit;
    if (exit.length !== 1 || only?.do !== 'return' || !only.value) return undefined;
    const { value } = only;
    return items.slice(0, MOST_CHOICES).map(({ got }) => ({ formula: compile(value, { ...frame, fn: test.fn.id, parent: test.frame, args: [got], locals: new Map(), results: new Map() }), got }));
  }
  /** The entries of a table, by what its key says of the request. */
  function tableOf(table: Value, key: Value | undefined, frame: Frame): readonly Choice[] | undefined {
    const part = key && parts.partOf(key, frame);
    if (key && !part) return undefined;
    const got = settled(evaluate(table, frame));
    const own = entriesOf(got);
    if (own) return own.flatMap(({ key: text, at, got: inner }) => { const formula = keyFormula(part, text, at); return formula ? [{ formula, got: inner }] : []; });
    const outer = choices(table, frame);
    return outer?.flatMap((choice) => (entriesOf(choice.got) ?? []).flatMap(({ key: text, at, got: inner }) => {
      const formula = keyFormula(part, text, at);
      return formula ? [{ formula: { is: 'all' as const, of: [choice.formula, formula] }, got: inner }] : [];
    })).slice(0, MOST_CHOICES);
  }
  /** The key of `routes[method][path]` that is not kept is known by what the keys look like. */
  function keyFormula(part: Part | undefined, key: string, at: At): Formula | undefined {
    const made = isText(part ?? (METHOD_KEY.test(key) ? { is: 'method' } : { is: 'path', cut: false }), key, at);
    return made.is === 'other' || (made.is === 'all' && made.of.some((one) => one.is === 'other')) ? undefined : made;
  }
  function entriesOf(got: Abstract): readonly { readonly key: string; readonly at: At; readonly got: Abstract }[] | undefined {
    if (got.is !== 'value') return undefined;
    const { value, frame } = got;
    if (value.kind === 'object') {
      const written = value.entries.flatMap(({ key, keyAt, value: inner }) => (key === undefined ? [] : [{ key, at: keyAt, got: settled(evaluate(inner, frame)) }]));
      const later = [...(frame.assigned.get(value.at.mark) ?? [])].map(([key, inner]) => ({ key, at: inner.is === 'function' ? inner.fn.nameAt : value.at, got: settled(inner) }));
      return [...written, ...later].slice(0, MOST_CHOICES);
    }
    if (value.kind !== 'call' || value.form !== 'new' || value.name !== 'Map') return undefined;
    const pairs = value.args[0] && elementsOf(evaluate(value.args[0].value, frame), evaluate);
    return pairs?.slice(0, MOST_CHOICES).flatMap(({ got: pair }) => {
      const [key, inner] = elementsOf(pair, evaluate) ?? [];
      const text = key && textIn(key.value, key.frame);
      return text && inner ? [{ key: text.text, at: text.at, got: settled(inner.got) }] : [];
    });
  }
  /** Text that is known, or known but for pieces of it. */
  function textIn(value: Value, frame: Frame): { readonly text: string; readonly at: At } | undefined {
    const whole = textOf(value, frame);
    if (whole) return { text: whole.text, at: value.kind === 'ref' && value.root.kind !== 'parameter' ? value.at : whole.at };
    const got = evaluate(value, frame);
    const inner = got.is === 'value' ? got.value : value;
    if (inner.kind !== 'template' || got.is !== 'value') return undefined;
    const text = inner.parts.map((part) => (typeof part === 'string' ? part : (textOf(part, got.frame)?.text ?? '{?}'))).join('');
    return text === '{?}' ? undefined : { text, at: value.at };
  }
}

/** `pathname === options.endpoint` */
function unread(value: Value): Formula {
  return value.kind === 'ref' && value.root.kind !== 'caught' ? { is: 'path', test: { is: 'unread', text: value.text }, at: value.at } : OTHER;
}
function negated(of: Formula): Formula {
  return of.is === 'other' ? of : of.is === 'not' ? of.of : of.is === 'flat' ? { is: 'flat', holds: !of.holds } : { is: 'not', of };
}
function withSign(holds: boolean, of: Formula): Formula {
  return holds ? of : negated(of);
}
/** The path a text is compared with; undefined when it is none. */
function pathText(text: string, cut: boolean): string | undefined {
  const path = text.split(/[?#]/, 1)[0] ?? '';
  if (cut) return `/${path}`;
  return path === '' || path.startsWith('/') || path.startsWith('{?}') ? path || '/' : undefined;
}

/** The tests of a switch's cases, by the value that stands for its default: cases compare one and the same value. */
function casesOf(steps: readonly Step[]): ReadonlyMap<Value, readonly Value[]> {
  const out = new Map<Value, readonly Value[]>();
  for (const [order, step] of steps.entries())
    for (const [index, { test }] of step.when.entries()) {
      const fallback = defaultIn(test);
      if (!fallback || out.has(fallback)) continue;
      const beside = (other: Step): readonly Value[] => {
        const branch = other.when[index];
        return branch && other.when.slice(0, index).every((before, at) => before === step.when[at]) ? casesIn(branch.test) : [];
      };
      const nearest = steps.slice(0, order).findLast((other) => beside(other).length > 0) ?? steps.slice(order).find((other) => beside(other).length > 0);
      const subject = nearest && leftOf(beside(nearest)[0]);
      out.set(fallback, subject ? [...new Set(steps.flatMap((other) => beside(other).filter((one) => leftOf(one) === subject)))] : []);
    }
  return out;
}
function casesIn(test: Value): readonly Value[] {
  return test.kind === 'logic' && test.op === '||' ? [...casesIn(test.left), ...casesIn(test.right)] : test.kind === 'compare' && test.op === '===' ? [test] : [];
}
function defaultIn(test: Value): Value | undefined {
  if (test.kind === 'logic' && test.op === '||') return defaultIn(test.right) ?? defaultIn(test.left);
  return test.kind === 'unknown' && test.why === 'default case' ? test : undefined;
}
function leftOf(test: Value | undefined): Value | undefined {
  return test?.kind === 'compare' ? test.left : undefined;
}
