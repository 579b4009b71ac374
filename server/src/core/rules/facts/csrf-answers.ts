import type { FunctionView } from '../../model/module.js';
import type { Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';
import { requestReads } from './request-reads.js';
import { operandsOf, someIn } from './walk.js';

/** What the function under the key gives back in this file. */
export function returnedBy(options: Value, key: string, context: RuleContext): readonly Value[] {
  const held = context.option(options, key);
  const end = held.kind === 'value' ? context.resolve(held.value).value : undefined;
  const body = end?.kind === 'function' && end.at.path === options.at.path ? context.body(end.fn) : undefined;
  return (body?.steps ?? []).flatMap((step) => (step.do === 'return' && step.value ? [step.value] : []));
}
/** Words of a request that a page or a visitor chooses, and no header that asks first: the address, the body, the name of the browser. */
export function isFreeWord(test: Value, context: RuleContext): boolean {
  if (test.kind === 'logic' && test.op === '&&') return isFreeWord(test.left, context) && isFreeWord(test.right, context);
  const inner = test.kind === 'logic' && test.op === '??' ? test.left : test;
  const subject = inner.kind === 'compare' ? (inner.right.kind === 'literal' ? inner.left : inner.right) : inner.kind === 'call' && /^(includes|startsWith|endsWith|match|test|Boolean)$/.test(inner.name) ? (inner.name === 'test' || !inner.receiver ? inner.args[0]?.value : inner.receiver) : inner;
  const read = subject ? requestReads(subject, context) : [];
  return read.length > 0 && read.every(({ field }) => field.from === 'query' || field.from === 'body' || (field.from === 'header' && /^(user-agent|referer)$/i.test(field.key ?? '')));
}
/** A function that gives back true, whatever it is asked. */
export function saysYes(value: Value, context: RuleContext): boolean {
  const end = context.resolve(value).value;
  const body = end.kind === 'function' ? context.body(end.fn) : undefined;
  const given = (body?.steps ?? []).filter((step) => step.do === 'return');
  return body?.complete === true && given.length > 0 && given.every((step) => step.do === 'return' && step.value !== undefined && context.constant(step.value)?.value === true);
}
/** A test of {@link isFreeWord} reads a header. */
export function isHeader(test: Value, context: RuleContext): boolean {
  return someIn(test, (value) => requestReads(value, context).some(({ field }) => field.from === 'header'));
}
/** Comparisons of a function by which a CSRF token is held against another where both come with cookies: `req.cookies.csrf !== req.session.csrf` holds for forged requests too. */
export function* cookieTests(fn: FunctionView, context: RuleContext): Iterable<{ readonly test: Value; readonly cookie: Value }> {
  const seen = new Set<Value>();
  for (const { when, ...step } of fn.steps) {
    const given = step.do === 'return' && step.value ? [step.value] : [];
    for (const root of [...when.slice(fn.when.length).map(({ test }) => test), ...given]) {
      if (seen.has(root)) continue;
      seen.add(root);
      for (const side of operandsOf(root, '||')) for (const test of operandsOf(side, '&&')) {
        if (test.kind !== 'compare' || !/^[!=]==?$/.test(test.op)) continue;
        const [left, right] = [test.left, test.right].map((one) => carried(one, context));
        if (!left || !right || ![left, right].some(({ name }) => /csrf|xsrf/i.test(name))) continue;
        const cookie = [left, right].find(({ how }) => how === 'cookie');
        if (cookie) yield { test, cookie: cookie.value };
      }
    }
  }
}
/** What a browser adds to every request by itself: a cookie, or what the session that a cookie names holds. */
function carried(value: Value, context: RuleContext): { readonly how: 'cookie' | 'session'; readonly value: Value; readonly name: string } | undefined {
  const reads = requestReads(value, context);
  const [first] = reads;
  if (first && reads.every(({ field }) => field.from === 'cookie')) return { how: 'cookie', value, name: first.field.key ?? '' };
  const end = value.kind === 'ref' && value.root.kind === 'local' ? context.resolve(value).value : value;
  const index = end.kind === 'ref' ? end.path.findIndex((part) => part === 'session') : -1;
  return end.kind === 'ref' && index >= 0 && end.path.length === index + 2 ? { how: 'session', value, name: end.path.at(-1) ?? '' } : undefined;
}
