import type { Branch, FunctionView } from '../model/module.js';
import type { FunctionId, Value } from '../model/value.js';
import { alternatives, fromEnvironment, type Alternative } from '../rules/facts/alternatives.js';
import { judgePattern, patternOf } from '../rules/facts/origin-pattern.js';
import type { CorsPolicy, RuleContext } from '../rules/rule.js';
import type { At } from '../text/source.js';

/** The questions the normaliser asks. */
export type CorsContext = Pick<RuleContext, 'resolve' | 'constant' | 'option' | 'body' | 'major' | 'depends'>;

/** How one library reads `origin`: what `true`, `'*'`, a list with `'*'` and an empty list do, and how a function is called. */
export interface OriginWords {
  readonly yes: CorsPolicy['origin'];
  /** What `false`, `null` and an empty text do. */
  readonly no: CorsPolicy['origin'];
  readonly star: CorsPolicy['origin'];
  readonly starInList: CorsPolicy['origin'];
  readonly emptyList: CorsPolicy['origin'];
  /** `callback`: (origin, cb); `origin`: returns for an origin; `context`: returns for a request context. */
  readonly calls: 'callback' | 'origin' | 'context';
  /** Patterns are taken. */
  readonly patterns: boolean;
  /** A star in a member of a list stands for any text. */
  readonly starsInItems?: true;
  /** A star anywhere in a text counts as one. */
  readonly starInText?: true;
  /** hapi's word for "answer '*'". */
  readonly ignore?: true;
}
/** What one spelling of `origin` lets in, and under which branches of its own. */
export interface Judged {
  readonly origin: CorsPolicy['origin'];
  readonly values: readonly Value[];
  readonly at: At;
  readonly when: readonly Branch[];
  /** The answer of a function that lets in whoever its test turns away. */
  readonly echoAt?: At;
  /** The values are members of a list. */
  readonly inList?: true;
}
const DEEPEST = 8;

/** The alternatives of an `origin` value; the caller's origin with a fallback stays one value. */
export function arms(value: Value, context: CorsContext): readonly Alternative[] {
  return alternatives(value, context, (one) => one.kind !== 'choice' && originHeader(one, context));
}

/** Judges each alternative of an `origin` option. */
export function judge(value: Value, words: OriginWords, context: CorsContext): readonly Judged[] {
  return arms(value, context).map((arm) => judgeArm(arm, words, context));
}

function judgeArm(arm: Alternative, words: OriginWords, context: CorsContext): Judged {
  const { value, at, when } = arm;
  const answer = (origin: CorsPolicy['origin'], values: readonly Value[] = [value], place = at, more: readonly Branch[] = []): Judged => ({ origin, values, at: place, when: [...when, ...more] });
  // Options made for each request: `(request) => ({ origin: request.headers.get('origin') })`.
  if (originHeader(value, context)) {
    const isOrigin = (one: Value): boolean => originHeader(one, context);
    return answer(when.some(({ test }) => testKind(test, isOrigin, context) !== 'exists' && !fromEnvironment(test, context)) ? 'fn' : 'reflect');
  }
  switch (value.kind) {
    case 'literal': return answer(literalOrigin(value.value, words));
    case 'regex': return answer(!words.patterns ? 'unknown' : everyone(value, context) ? 'reflect' : 'regex');
    case 'call': {
      if (value.callee === 'RegExp') return answer(!words.patterns ? 'unknown' : everyone(value, context) ? 'reflect' : 'regex');
      const items = listItems(value, context);
      return items.length > 0 ? { origin: 'list', values: items.map((item) => item.value), at, when, inList: true } : answer('unknown');
    }
    case 'function': {
      const { origin, when: own, echoAt } = judgeFunction(value.fn, words.calls, context);
      return { ...answer(origin, [value], at, own), ...(echoAt ? { echoAt } : {}) };
    }
    case 'array': {
      const items = listItems(value, context);
      const values = items.map((item) => item.value);
      const answer = (origin: CorsPolicy['origin'], inside: readonly Value[], place = at): Judged => ({ origin, values: inside, at: place, when, inList: true });
      const always = items.filter((item) => item.when.length === 0);
      const star = always.find((item) => item.value.kind === 'literal' && item.value.value === '*');
      if (star && words.starInList !== 'list') return answer(words.starInList, values, star.at);
      const open = words.starsInItems ? always.find((item) => item.value.kind === 'literal' && typeof item.value.value === 'string' && starred(item.value.value)) : undefined;
      if (open) return answer('reflect', values, open.at);
      const wide = words.patterns ? always.find((item) => everyone(item.value, context)) : undefined;
      if (wide) return answer('reflect', values, wide.at);
      if (values.some((item) => item.kind === 'regex' || (item.kind === 'call' && item.callee === 'RegExp'))) return answer('regex', values);
      if (value.items.length === 0 && !value.open) return answer(words.emptyList, values);
      return answer('list', values);
    }
    default: return answer('unknown');
  }
}

function literalOrigin(value: unknown, words: OriginWords): CorsPolicy['origin'] {
  if (value === true) return words.yes;
  if (value === false || value === '' || value === null || value === undefined) return words.no;
  if (value === '*' || (words.starInText && typeof value === 'string' && value.includes('*'))) return words.star;
  if (value === 'ignore' && words.ignore) return 'any';
  if (value === 'null') return 'null';
  return typeof value === 'string' ? 'list' : 'unknown';
}

/** A text with stars that covers every origin of a scheme: `https://*`. */
function starred(text: string): boolean {
  const source = text.replace(/[.+?^${}()|[\]\\/]/g, '\\$&').replaceAll('*', '.*');
  return text.includes('*') && judgePattern(`^${source}$`, '')?.lets === 'everyone';
}
/** A pattern that accepts every origin. */
function everyone(value: Value, context: CorsContext): boolean {
  const pattern = patternOf(value, context);
  return pattern !== undefined && judgePattern(pattern.source, pattern.flags)?.lets === 'everyone';
}

/** The members of a list, with the tests that add them: spread lists, `concat`, and lists that are filtered, trimmed or made a set. */
export function listItems(value: Value, context: CorsContext, depth = 0): readonly Alternative[] {
  if (depth > DEEPEST) return [];
  const resolved = followed(value, context);
  if (resolved.kind === 'array')
    return resolved.items.slice(0, 500).flatMap((item) => {
      if (!item.spread) return [{ value: followed(item.value, context), at: item.value.at, when: [] }];
      return alternatives(item.value, context).flatMap((arm) => listItems(arm.value, context, depth + 1).map((one) => ({ ...one, when: [...arm.when, ...one.when] })));
    });
  if (resolved.kind !== 'call') return [];
  if (resolved.callee === 'Set' || resolved.callee === 'Array.from') return resolved.args[0] ? listItems(resolved.args[0].value, context, depth + 1) : [];
  if (!resolved.receiver) return [];
  if (/^(filter|flat|slice|values)$/.test(resolved.name)) return listItems(resolved.receiver, context, depth + 1);
  if (resolved.name === 'concat') return [resolved.receiver, ...resolved.args.map((arg) => arg.value)].flatMap((one) => {
    const inner = listItems(one, context, depth + 1);
    return inner.length > 0 ? inner : followed(one, context).kind === 'literal' ? [{ value: followed(one, context), at: one.at, when: [] }] : [];
  });
  return [];
}

type Verdict = 'echo' | 'any' | 'deny' | 'tested' | 'unknown';
interface Way {
  readonly verdict: Verdict;
  readonly at?: At;
  readonly when: readonly Branch[];
}

/** What an origin function does with an origin it has not tested (RULES 0.13, last paragraph). */
function judgeFunction(id: FunctionId, calls: OriginWords['calls'], context: CorsContext): Pick<Judged, 'origin' | 'when' | 'echoAt'> {
  const body = context.body(id);
  if (!body) return { origin: 'unknown', when: [] };
  const isOrigin = originOf(body, calls, context);
  const ways = waysOf(body, calls, isOrigin, context);
  const open: Way[] = [];
  for (const way of ways) {
    if (way.verdict !== 'echo' && way.verdict !== 'any') continue;
    const kinds = way.when.map((one) => ({ one, kind: testKind(one.test, isOrigin, context) }));
    if (kinds.some(({ one, kind }) => kind === 'exists' && !present(one.test, one.holds, isOrigin, context))) continue;
    const rest = kinds.filter(({ kind }) => kind !== 'exists');
    if (rest.every(({ kind }) => kind === 'environment')) return { origin: way.verdict === 'any' ? 'any' : 'reflect', when: rest.map(({ one }) => one) };
    open.push(way);
  }
  const closed = ways.some((way) => way.verdict !== 'echo' && way.verdict !== 'any');
  const both = closed ? undefined : open.find((b, index) => open.slice(0, index).some((a) => opposite(a.when, b.when)));
  if (both) return { origin: 'reflect', when: [], ...(both.at ? { echoAt: both.at } : {}) };
  if (open.length > 0 || ways.some((way) => way.verdict === 'tested' || way.verdict === 'deny')) return { origin: 'fn', when: [] };
  return { origin: 'unknown', when: [] };
}

/** The answers of the function: arguments of its callback, or what it returns. */
function waysOf(body: FunctionView, calls: OriginWords['calls'], isOrigin: IsOrigin, context: CorsContext): readonly Way[] {
  const inner = (when: readonly Branch[]): readonly Branch[] => when.slice(body.when.length);
  const found: Way[] = [];
  if (calls === 'callback' && body.parameters.length > 1) {
    for (const step of body.steps) {
      if (step.do !== 'call' || step.call.target.kind !== 'ref') continue;
      const { root, path } = step.call.target;
      if (root.kind !== 'parameter' || root.fn !== body.id || root.index !== 1 || path.length > 0) continue;
      const error = step.call.args[0]?.value;
      const passes = error !== undefined && error.kind === 'literal' && !error.value;
      const allowed = step.call.args[1]?.value;
      found.push({ verdict: passes && allowed ? verdict(allowed, isOrigin, context, 0) : 'deny', ...(allowed ? { at: allowed.at } : {}), when: inner(step.when) });
    }
    return found;
  }
  for (const step of body.steps) {
    if (step.do === 'throw') found.push({ verdict: 'deny', when: inner(step.when) });
    if (step.do === 'return') found.push({ verdict: step.value ? verdict(step.value, isOrigin, context, 0) : 'deny', ...(step.value ? { at: step.value.at } : {}), when: inner(step.when) });
  }
  return found;
}

function verdict(value: Value, isOrigin: IsOrigin, context: CorsContext, depth: number): Verdict {
  if (depth > DEEPEST) return 'unknown';
  if (isOrigin(value)) return 'echo';
  switch (value.kind) {
    case 'literal': return value.value === true ? 'echo' : value.value === '*' ? 'any' : value.value ? 'tested' : 'deny';
    case 'array': return 'tested';
    case 'regex': return 'tested';
    case 'template': {
      const only = value.parts.length === 1 ? value.parts[0] : undefined;
      return only !== undefined && typeof only !== 'string' ? verdict(only, isOrigin, context, depth + 1) : 'unknown';
    }
    case 'not': return isOrigin(value.of) ? 'deny' : mentions(value.of, isOrigin, context) ? 'tested' : 'unknown';
    case 'compare':
    case 'call': return mentions(value, isOrigin, context) ? 'tested' : 'unknown';
    case 'logic': {
      const left = verdict(value.left, isOrigin, context, depth + 1);
      const right = verdict(value.right, isOrigin, context, depth + 1);
      if (left === 'tested' || right === 'tested') return 'tested';
      if (value.op === '&&') return left === 'echo' ? right : left === 'unknown' || right === 'unknown' ? 'unknown' : left;
      return left === 'deny' ? right : left;
    }
    case 'choice': {
      const kind = testKind(value.test, isOrigin, context);
      if (kind === 'tested') return 'tested';
      const then = verdict(value.then, isOrigin, context, depth + 1);
      const other = verdict(value.else, isOrigin, context, depth + 1);
      if (then === other) return then;
      if (kind !== 'exists') return 'unknown';
      return present(value.test, true, isOrigin, context) ? then : other;
    }
    case 'ref': {
      const resolved = context.resolve(value);
      return resolved.exact && resolved.value.kind !== 'ref' ? verdict(resolved.value, isOrigin, context, depth + 1) : 'unknown';
    }
    default: return 'unknown';
  }
}

/** Whether a value is the caller's origin itself. */
export type IsOrigin = (value: Value) => boolean;

function originOf(body: FunctionView, calls: OriginWords['calls'], context: CorsContext): IsOrigin {
  return (value) => {
    if (value.kind !== 'ref') return originHeader(value, context);
    const seen = [value, context.resolve(value).value];
    return seen.some((one) => (one.kind === 'ref' && calls !== 'context' && one.root.kind === 'parameter' && one.root.fn === body.id && one.root.index === 0 && one.path.length === 0) || originHeader(one, context));
  };
}

/** `req.headers.origin`, `req.get('origin')`, `ctx.get('Origin')`, `c.req.header('origin')`, `request.headers.get('origin')`: directly or through a name. */
export function originHeader(value: Value, context: CorsContext, name = 'origin'): boolean {
  const found = value.kind === 'ref' ? [value, context.resolve(value).value] : [value];
  return found.some((one) => {
    if (one.kind === 'ref') {
      const keys = one.path.map((key) => key?.toLowerCase());
      return keys.at(-1) === name && keys.slice(0, -1).some((key) => key === 'headers' || key === 'header');
    }
    if (one.kind === 'call') return /^(get|header|getHeader)$/.test(one.name) && (one.receiver !== undefined || one.target.kind === 'ref') && isText(one.args[0]?.value, name, context);
    if (one.kind === 'logic') return one.op !== '&&' && originHeader(one.left, context, name);
    if (one.kind === 'template') {
      const only = one.parts.length === 1 ? one.parts[0] : undefined;
      return only !== undefined && typeof only !== 'string' && originHeader(only, context, name);
    }
    return false;
  });
}
function isText(value: Value | undefined, lower: string, context: CorsContext): boolean {
  const text = value && context.constant(value)?.value;
  return typeof text === 'string' && text.toLowerCase() === lower;
}

/** What a test says of the origin: that there is one, something about it, something about the environment, or nothing. */
export function testKind(test: Value, isOrigin: IsOrigin, context: CorsContext, depth = 0): 'exists' | 'tested' | 'environment' | 'other' {
  if (depth > DEEPEST) return 'other';
  if (isOrigin(test)) return 'exists';
  switch (test.kind) {
    case 'not': return testKind(test.of, isOrigin, context, depth + 1);
    case 'compare': {
      const empty = [test.left, test.right].some((side) => side.kind === 'literal' && (side.value === undefined || side.value === null || side.value === ''));
      if (empty && (isOrigin(test.left) || isOrigin(test.right))) return 'exists';
      if (mentions(test, isOrigin, context)) return 'tested';
      return fromEnvironment(test, context) ? 'environment' : 'other';
    }
    case 'logic': {
      const sides = [testKind(test.left, isOrigin, context, depth + 1), testKind(test.right, isOrigin, context, depth + 1)];
      return sides.includes('tested') ? 'tested' : sides.includes('other') ? 'other' : sides.includes('environment') ? 'environment' : 'exists';
    }
    case 'ref': {
      const resolved = context.resolve(test);
      if (resolved.value.kind !== 'ref') return testKind(resolved.value, isOrigin, context, depth + 1);
      return mentions(test, isOrigin, context) ? 'tested' : fromEnvironment(resolved.value, context) ? 'environment' : 'other';
    }
    default: return mentions(test, isOrigin, context) ? 'tested' : fromEnvironment(test, context) ? 'environment' : 'other';
  }
}

/** Whether the branch is taken when there is an origin. */
function present(test: Value, holds: boolean, isOrigin: IsOrigin, context: CorsContext): boolean {
  if (test.kind === 'not') return present(test.of, !holds, isOrigin, context);
  if (test.kind === 'compare') return (test.op === '!==' || test.op === '!=') === holds;
  return holds;
}

/** Whether the origin occurs anywhere in a value; bounded. */
export function mentions(value: Value, isOrigin: IsOrigin, context: CorsContext): boolean {
  let left = 200;
  const visit = (current: Value, depth: number): boolean => {
    if (left-- <= 0 || depth > 12) return false;
    if (isOrigin(current)) return true;
    switch (current.kind) {
      case 'not': return visit(current.of, depth + 1);
      case 'compare':
      case 'logic': return visit(current.left, depth + 1) || visit(current.right, depth + 1);
      case 'choice': return visit(current.test, depth + 1) || visit(current.then, depth + 1) || visit(current.else, depth + 1);
      case 'call': return current.args.some((arg) => visit(arg.value, depth + 1)) || (current.receiver !== undefined && visit(current.receiver, depth + 1));
      case 'template': return current.parts.some((part) => typeof part !== 'string' && visit(part, depth + 1));
      case 'array': return current.items.some((item) => visit(item.value, depth + 1));
      case 'object': return current.entries.some((entry) => visit(entry.value, depth + 1));
      case 'function': return context.body(current.fn)?.steps.some((step) => step.do === 'return' && step.value !== undefined && visit(step.value, depth + 1)) === true;
      case 'ref': {
        if (current.root.kind === 'value') return visit(current.root.of, depth + 1);
        if (current.path.length > 0 && isOrigin({ ...current, path: [] })) return true;
        const resolved = context.resolve(current).value;
        // `const { hostname } = new URL(origin)` ends at a member of the call.
        if (resolved.kind === 'ref') return resolved !== current && resolved.root.kind === 'value' && visit(resolved.root.of, depth + 1);
        return visit(resolved, depth + 1);
      }
      default: return false;
    }
  };
  return visit(value, 0);
}

function opposite(a: readonly Branch[], b: readonly Branch[]): boolean {
  const x = a.at(-1);
  const y = b.at(-1);
  return a.length === b.length && x !== undefined && y !== undefined && x.holds !== y.holds && sameTest(x, y) && a.slice(0, -1).every((one, index) => sameTest(one, b[index]) && one.holds === b[index]?.holds);
}
function sameTest(a: Branch, b: Branch | undefined): boolean {
  return b !== undefined && (a.test === b.test || (a.test.at.path === b.test.at.path && a.test.at.mark === b.test.at.mark));
}
/** Branches that cannot both be taken. */
export function exclusive(a: readonly Branch[], b: readonly Branch[]): boolean {
  return a.some((one) => b.some((other) => one.holds !== other.holds && sameTest(one, other)));
}
/** Branches that ask the same in words of their own and come out differently: `list === '*' ? ... : ...` and `if (list !== '*')`. */
export function opposed(a: readonly Branch[], b: readonly Branch[]): boolean {
  const all = (branches: readonly Branch[]): readonly Asked[] => branches.flatMap((one) => partsAsked(one.test, one.holds, 0));
  const others = all(b);
  return all(a).some((one) => others.some((other) => one.what === other.what && one.holds !== other.holds));
}
interface Asked {
  readonly what: string;
  readonly holds: boolean;
}
/** What surely was asked: both sides of an `&&` that held, and of an `||` that did not. */
function partsAsked(test: Value, holds: boolean, depth: number): readonly Asked[] {
  if (test.kind === 'logic' && depth < 6) return (test.op === '&&') === holds && test.op !== '??' ? [...partsAsked(test.left, holds, depth + 1), ...partsAsked(test.right, holds, depth + 1)] : [];
  const one = asked(test, holds);
  return one ? [one] : [];
}
/** What a test asks, in one spelling, and how it came out; undefined where a call may answer differently each time. */
function asked(test: Value, holds: boolean, depth = 0): Asked | undefined {
  if (test.kind === 'not') return depth > 4 ? undefined : asked(test.of, !holds, depth + 1);
  if (test.kind === 'ref') return { what: test.text, holds };
  if (test.kind !== 'compare' || !/^[!=]==?$/.test(test.op)) return undefined;
  const [name, to] = test.left.kind === 'literal' ? [test.right, test.left] : [test.left, test.right];
  return name.kind === 'ref' && to.kind === 'literal' ? { what: `${name.text} ${JSON.stringify(to.value)}`, holds: test.op.startsWith('=') === holds } : undefined;
}
function followed(value: Value, context: CorsContext): Value {
  if (value.kind !== 'ref') return value;
  const resolved = context.resolve(value);
  return resolved.exact ? resolved.value : value;
}
