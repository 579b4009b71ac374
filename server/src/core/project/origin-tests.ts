import { branchOf, type Branch, type FunctionView, type Loop, type ModuleView } from '../model/module.js';
import type { Call, Ref, Value } from '../model/value.js';
import type { CorsPolicy, OriginTest } from '../rules/rule.js';
import type { At } from '../text/source.js';
import { listItems, originHeader, type CorsContext } from './cors-origin.js';
import { alternatives } from '../rules/facts/alternatives.js';
import { shapedText } from '../rules/facts/shaped.js';
import { addAsked, givenDeciders } from './origin-deciders.js';
import { standing, type Reader } from './test-standing.js';

const COMPARING: ReadonlyMap<string, OriginTest['how']> = new Map([
  ['startsWith', 'starts'], ['endsWith', 'ends'], ['includes', 'contains'], ['indexOf', 'contains'], ['lastIndexOf', 'contains'], ['search', 'contains'], ['match', 'matches'], ['test', 'matches'], ['exec', 'matches'],
]);
const LISTING = /^(includes|has|indexOf|lastIndexOf)$/;
const WALKING = /^(some|find|findIndex|every|filter|any)$/;
const ORIGIN_NAME = /^(req(uest)?_?|incoming_?|caller_?|client_?|header_?|the_?)?origin$/i;
const REFERER_NAME = /^(req(uest)?_?)?referr?er$/i;
const DEEPEST = 8;
const MOST_ASKED = 3;

/** Every place of a module where origins are told apart: what its CORS settings name, and tests of an origin in its code. */
export function* originTests(module: ModuleView, policies: readonly CorsPolicy[], context: CorsContext): Iterable<OriginTest> {
  const seen = new Set<string>();
  for (const test of everyTest(module, policies, context)) {
    const key = `${test.at.mark}:${test.at.part?.start ?? ''}:${test.how}`;
    if (test.at.path !== module.path || seen.has(key)) continue;
    seen.add(key);
    yield test;
  }
}
function* everyTest(module: ModuleView, policies: readonly CorsPolicy[], context: CorsContext): Iterable<OriginTest> {
  for (const policy of policies) yield* named(policy, module, context);
  const origins = givenDeciders(module, policies, context);
  const reader: Reader = { module, context, origins };
  const subject = (value: Value): 'origin' | 'host' | undefined => {
    const of = subjectOf(value, reader, 0)?.of;
    return of === 'referer' ? undefined : of;
  };
  const lets = (call: Call, fn: FunctionView): CorsPolicy | boolean => standing(call, fn, reader).leads === 'in' && (askedIn(fn, reader) ?? true);
  for (let round = 0; round < MOST_ASKED && addAsked(origins, module, context, subject, lets); round++);
  for (const fn of [module.top, ...module.functions.values()]) {
    for (const step of fn.steps) if (step.do === 'call') yield* ofCall(step.call, step.when, step.loop, fn, reader);
    for (const { value, when } of valuesOf(fn, module)) yield* ofComparisons(value, when, fn, reader, 0);
  }
}

/** The setting a function decides for, itself or through the function around it. */
function askedIn(fn: FunctionView, { origins, context }: Reader): CorsPolicy | undefined {
  let current: FunctionView | undefined = fn;
  for (let hops = 0; current && hops < 4; hops++) {
    const found = origins.get(current.id)?.policy;
    if (found) return found;
    current = current.within === undefined ? undefined : context.body(current.within);
  }
  return undefined;
}

/** What a setting names. */
function* named(policy: CorsPolicy, module: ModuleView, context: CorsContext): Iterable<OriginTest> {
  if (policy.told === true || !/^(list|regex|null|reflect|any)$/.test(policy.origin)) return;
  const option = policy.options && context.option(policy.options, 'origin');
  const items = option?.kind === 'value' ? listItems(option.value, context) : [];
  for (const value of policy.values) {
    if (value.kind !== 'literal' && value.kind !== 'regex' && value.kind !== 'call') continue;
    const item = items.find((one) => one.value === value);
    const places = [value.at, ...(item ? [item.at] : []), policy.originAt];
    const at = places.find((place) => place.path === module.path) ?? policy.originAt;
    yield {
      how: value.kind === 'literal' ? 'equals' : 'matches',
      with: [value], at, of: 'origin', value: undefined, inList: item !== undefined,
      beside: policy.values.filter((other) => other !== value), call: undefined, testAt: undefined, leads: 'in', sure: true, policy, within: undefined,
      when: [...policy.when, ...(item?.when ?? [])], inside: policy.inside,
    };
  }
}

function* ofCall(call: Call, when: readonly Branch[], loop: Loop | undefined, fn: FunctionView, reader: Reader): Iterable<OriginTest> {
  const how = COMPARING.get(call.name) ?? (call.name === 'has' ? 'contains' : undefined);
  const first = call.args[0]?.value;
  if (!how || !call.receiver || !first) return;
  const { context } = reader;
  const isTest = call.name === 'test' || call.name === 'exec';
  const text = isTest ? first : call.receiver;
  const subject = subjectOf(text, reader, 0);
  const found = subject ? standing(call, fn, reader) : undefined;
  if (subject && found && call.name !== 'has') {
    const compared = walked(isTest ? call.receiver : first, loop, reader);
    for (const { values, at } of compared)
      yield {
        ...subject, how: isTest || call.name === 'match' || call.name === 'search' ? 'matches' : found.start ? 'starts' : how, with: values,
        at: how === 'matches' && at !== undefined ? at : call.nameAt, value: text, inList: false, beside: found.joined, call, testAt: found.at, leads: found.leads,
        policy: undefined, within: askedIn(fn, reader), when: [...when, ...found.joined.map((test) => branchOf(test, true))], inside: fn.id,
      };
    return;
  }
  if (!LISTING.test(call.name)) return;
  const member = subjectOf(first, reader, 0);
  if (!member) return;
  const items = listItems(call.receiver, context);
  if (items.length === 0) return;
  const { leads, joined } = standing(call, fn, reader);
  for (const item of items)
    yield {
      ...member, how: 'equals', with: [item.value], at: item.value.at.path === reader.module.path ? item.value.at : item.at, value: first, inList: true,
      beside: items.filter((other) => other !== item).map((other) => other.value), call, testAt: undefined, leads, policy: undefined, within: askedIn(fn, reader), inside: fn.id,
      when: [...when, ...joined.map((test) => branchOf(test, true)), ...item.when],
    };
}


/** Comparisons with `===`, wherever they stand. */
function* ofComparisons(value: Value, when: readonly Branch[], fn: FunctionView, reader: Reader, depth: number): Iterable<OriginTest> {
  if (depth > DEEPEST) return;
  switch (value.kind) {
    case 'not': return yield* ofComparisons(value.of, when, fn, reader, depth + 1);
    case 'logic':
      yield* ofComparisons(value.left, when, fn, reader, depth + 1);
      return yield* ofComparisons(value.right, when, fn, reader, depth + 1);
    case 'choice':
      for (const one of [value.test, value.then, value.else]) yield* ofComparisons(one, when, fn, reader, depth + 1);
      return;
    case 'compare': {
      if (!/^[=!]==?$/.test(value.op)) return;
      for (const [side, other] of [[value.left, value.right], [value.right, value.left]] as const) {
        const literal = other.kind === 'ref' ? reader.context.resolve(other).value : other;
        if (literal.kind !== 'literal' || typeof literal.value !== 'string') continue;
        const subject = subjectOf(side, reader, 0);
        if (!subject) continue;
        const { leads: same, joined } = standing(value, fn, reader);
        const leads = value.op.startsWith('!') && same !== 'unknown' ? (same === 'in' ? 'away' : 'in') : same;
        const at = literal.at.path === reader.module.path ? literal.at : other.at;
        yield {
          ...subject, how: 'equals', with: [literal], at, value: side, inList: false, beside: joined, call: undefined, testAt: value.at, leads, policy: undefined, within: askedIn(fn, reader),
          when: [...when, ...joined.map((test) => branchOf(test, true))], inside: fn.id,
        };
      }
    }
  }
}
function* valuesOf(fn: FunctionView, module: ModuleView): Iterable<{ readonly value: Value; readonly when: readonly Branch[] }> {
  const tests = new Set<Value>();
  for (const step of fn.steps) {
    for (const [index, branch] of step.when.entries()) {
      if (tests.has(branch.test)) continue;
      tests.add(branch.test);
      yield { value: branch.test, when: step.when.slice(0, index) };
    }
    if ((step.do === 'return' || step.do === 'assign') && step.value) yield { value: step.value, when: step.when };
    if (step.do === 'call') for (const arg of step.call.args) yield { value: arg.value, when: step.when };
  }
  for (const binding of module.bindings) if (binding.scope === fn.id) yield { value: binding.value, when: [] };
}

type Subject = Pick<OriginTest, 'of' | 'sure'>;
/** Whether a text is an origin, a referer, or the host of one; through names, `toLowerCase()`, `?? ''` and `new URL()`. */
function subjectOf(value: Value, reader: Reader, depth: number): Subject | undefined {
  const { context } = reader;
  if (depth > DEEPEST) return undefined;
  if (value.kind === 'logic') return value.op === '&&' ? undefined : subjectOf(value.left, reader, depth + 1);
  if (originHeader(value, context)) return { of: 'origin', sure: true };
  if (originHeader(value, context, 'referer') || originHeader(value, context, 'referrer')) return { of: 'referer', sure: true };
  if (value.kind === 'template') {
    const [only, ...more] = value.parts;
    return only !== undefined && typeof only !== 'string' && more.length === 0 ? subjectOf(only, reader, depth + 1) : undefined;
  }
  if (value.kind === 'call') {
    const [first] = value.args;
    if (/^(toLowerCase|trim|toString)$/.test(value.name) && value.receiver) return subjectOf(value.receiver, reader, depth + 1);
    if (value.callee === 'String' && first) return subjectOf(first.value, reader, depth + 1);
    if (value.name === 'replace' && value.receiver && first?.value.kind === 'regex' && /^\^?\(?https?/.test(first.value.source)) {
      const inner = subjectOf(value.receiver, reader, depth + 1);
      return inner && { ...inner, of: inner.of === 'origin' ? 'host' : inner.of };
    }
    return value.args.length === 1 && first && isTidied(value, context) ? subjectOf(first.value, reader, depth + 1) : undefined;
  }
  if (value.kind !== 'ref') return undefined;
  const parsed = hostOf(value, reader, depth);
  if (parsed) return parsed;
  const parameter = byParameter(value, reader);
  if (parameter) return parameter;
  const resolved = context.resolve(value).value;
  const assigned = assignedOnce(value, reader);
  if (assigned) return subjectOf(assigned, reader, depth + 1);
  if (resolved === value) return undefined;
  if (resolved.kind !== 'ref') return subjectOf(resolved, reader, depth + 1);
  return hostOf(resolved, reader, depth) ?? byParameter(resolved, reader);
}
/** A function of the project that only tidies the one text it is given: `(o) => o.replace(/\/$/, '').toLowerCase()`. */
function isTidied({ target }: Call, context: CorsContext): boolean {
  const end = target.kind === 'ref' ? context.resolve(target).value : target;
  const steps = end.kind === 'function' ? context.body(end.fn)?.steps.filter((step) => step.do !== 'call') : undefined;
  const [only] = steps ?? [];
  if (end.kind !== 'function' || steps?.length !== 1 || only?.do !== 'return' || !only.value) return false;
  const text = shapedText(only.value);
  return text !== only.value && text.kind === 'ref' && text.root.kind === 'parameter' && text.root.fn === end.fn && text.root.index === 0 && text.path.length === 0;
}
/** `let host; try { host = new URL(origin).hostname } catch { ... }`: the one value a declared name gets. */
function assignedOnce({ root, path }: Ref, { module }: Reader): Value | undefined {
  const declared = root.kind === 'local' && path.length === 0 ? module.bindings[root.binding] : undefined;
  if (root.kind !== 'local' || !declared || declared.constant) return undefined;
  const fn = declared.scope === module.top.id ? module.top : module.functions.get(declared.scope);
  const values = (fn?.steps ?? []).flatMap((step) => (step.do === 'assign' && step.target.root.kind === 'local' && step.target.root.binding === root.binding && step.target.path.length === 0 ? [step.value] : []));
  const [only, ...more] = values.filter((one) => one.kind !== 'literal');
  return more.length === 0 ? only : undefined;
}
/** `new URL(origin).hostname`. */
function hostOf(value: Ref, reader: Reader, depth: number): Subject | undefined {
  const member = value.path.at(-1);
  if (member !== 'hostname' && member !== 'host' && member !== 'origin') return undefined;
  const made = value.root.kind === 'value' ? value.root.of : value.path.length === 1 ? reader.context.resolve({ ...value, path: [] }).value : undefined;
  if (made?.kind !== 'call' || !/(^|\.)(URL|parse|URL\.parse)$/.test(made.callee) || !made.args[0]) return undefined;
  const inner = subjectOf(made.args[0].value, reader, depth + 1);
  return inner && { ...inner, of: member === 'origin' ? 'origin' : 'host' };
}
function byParameter({ root, path }: Ref, { context, origins }: Reader): Subject | undefined {
  if (root.kind !== 'parameter') return undefined;
  const decider = origins.get(root.fn);
  if (decider?.index === root.index && path.length === (decider.member ? 1 : 0) && path[0] === decider.member) return { of: decider.of, sure: true };
  if (path.length > 0) return undefined;
  const name = context.body(root.fn)?.parameters[root.index]?.name;
  if (name === undefined) return undefined;
  if (ORIGIN_NAME.test(name)) return { of: 'origin', sure: false };
  return REFERER_NAME.test(name) ? { of: 'referer', sure: false } : undefined;
}

/** What a test compares with: one constant, one pattern, or each member of the list that is walked through: `list.some((one) => origin.startsWith(one))`. */
function walked(value: Value, loop: Loop | undefined, reader: Reader): readonly { readonly values: readonly Value[]; readonly at: At | undefined }[] {
  const { context, module } = reader;
  const here = (one: Value, place: At): At | undefined => (one.at.path === module.path ? one.at : place.path === module.path ? place : undefined);
  const resolved = value.kind === 'ref' ? context.resolve(value).value : value;
  if (resolved.kind !== 'ref') return [{ values: [resolved], at: here(resolved, value.at) }];
  const list = walkedList(resolved, loop, reader);
  const items = list ? listItems(list, context) : [];
  if (items.some((item) => item.value.kind === 'regex')) return items.filter((item) => item.value.kind === 'regex').map((item) => ({ values: [item.value], at: here(item.value, item.at) }));
  if (items.length > 0) return [{ values: items.map((item) => item.value), at: undefined }];
  // The members are not known: that they are walked through is.
  return list ? [{ values: defaultsIn(list, reader), at: undefined }] : [];
}
/** What `(process.env.ORIGINS || 'a,b').split(',')` holds where nothing is set; else one value nobody knows. */
function defaultsIn(list: Value, { context }: Reader): readonly Value[] {
  const made = context.resolve(list).value;
  const texts = made.kind === 'call' && made.name === 'split' && made.receiver ? alternatives(made.receiver, context).flatMap(({ value }) => (value.kind === 'literal' && typeof value.value === 'string' ? [value] : [])) : [];
  const parts = texts.flatMap((text): readonly Value[] => String(text.value).split(',').map((part) => ({ kind: 'literal', value: part.trim(), folded: true, at: text.at })));
  return parts.length > 0 ? parts : [made];
}
function walkedList({ root, path }: Ref, loop: Loop | undefined, { module }: Reader): Value | undefined {
  if (path.length > 0) return undefined;
  if (root.kind === 'local') return loop?.binding === root.binding ? loop.over : undefined;
  if (root.kind !== 'parameter' || root.index !== 0) return undefined;
  for (const fn of [module.top, ...module.functions.values()])
    for (const step of fn.steps) {
      if (step.do !== 'call' || !WALKING.test(step.call.name)) continue;
      const [callback] = step.call.args;
      if (callback?.value.kind === 'function' && callback.value.fn === root.fn) return step.call.receiver;
    }
  return undefined;
}
