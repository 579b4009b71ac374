import type { Branch, FunctionView, Step } from '../../model/module.js';
import type { Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';
import { looksAtOrigin } from './origin-checks.js';
import { refusesAt } from './refusals.js';
import { requestReads } from './request-reads.js';
import { operandsOf } from './walk.js';

/** Headers that a browser adds to forged requests by itself, or that say who logs in without them. */
const BY_BROWSER = /^(origin|sec-fetch-\w+|cookie|user-agent|host|accept[\w-]*|content-[\w-]+|transfer-encoding)$/i;
const TOKEN = /[cx]srf/i;

/** What the test finds missing, where a page of another site may leave it out of the request: `!req.headers.referer`, `req.body._csrf === undefined`; undefined: it is no such test. */
export function missingWord(test: Value, context: RuleContext): Value | undefined {
  if (test.kind === 'not') return isOptional(test.of, context) ? test.of : undefined;
  if (test.kind !== 'compare' || !/^===?$/.test(test.op) || !isNothing(test.right, context)) return undefined;
  return isOptional(test.left, context) ? test.left : undefined;
}
/** The word is there: `sent`, `Boolean(sent)`, `sent !== undefined`. */
function presentWord(test: Value, context: RuleContext): Value | undefined {
  if (test.kind === 'not') return missingWord(test.of, context);
  if (test.kind === 'compare') return /^!==?$/.test(test.op) && isNothing(test.right, context) && isOptional(test.left, context) ? test.left : undefined;
  return isOptional(test, context) ? test : undefined;
}
function isNothing(value: Value, context: RuleContext): boolean {
  if (value.kind === 'ref' && value.text === 'undefined') return true;
  const known = value.kind === 'literal' ? value : undefined;
  return known !== undefined && (known.value === undefined || known.value === null || known.value === '') && context.constant(value) !== undefined;
}
function isOptional(value: Value, context: RuleContext): boolean {
  const reads = value.kind === 'ref' || value.kind === 'call' || value.kind === 'logic' ? requestReads(value, context) : [];
  return reads.length > 0 && reads.every(({ field: { from, key } }) => key !== undefined && (from === 'body' || from === 'query' || (from === 'header' && !BY_BROWSER.test(key))));
}
function isToken(value: Value, fn: FunctionView, context: RuleContext): boolean {
  return TOKEN.test(fn.name) || requestReads(value, context).some(({ field }) => TOKEN.test(field.key ?? ''));
}

/**
 * The token without which a function that checks tokens lets a request go on: `if (!sent) return next();`, `if (sent && sent !== held) return res.sendStatus(403);`.
 * Undefined where it refuses such requests, looks at where they come from, or is not read in full.
 */
export function checkedIfSent(fn: FunctionView, context: RuleContext): { readonly at: Value['at']; readonly word: Value } | undefined {
  if (!fn.complete || looksAtOrigin(fn.id, context)) return undefined;
  const refusals = fn.steps.filter((step) => refusesAt(step, context) || isHandedOn(step, fn));
  if (refusals.length === 0) return undefined;
  for (const step of fn.steps) {
    if (!goesOn(step, fn, context)) continue;
    const own = ownTests(step.when.slice(fn.when.length));
    const [only, ...more] = own;
    if (!only || more.length > 0 || !only.holds) continue;
    for (const test of operandsOf(only.test, '||')) {
      const word = missingWord(test, context);
      if (word && isToken(word, fn, context)) return { at: test.at, word };
    }
  }
  // Else every refusal asks first whether the token is there.
  const asked = refusals.map((step) => {
    const tests = ownTests(step.when.slice(fn.when.length)).flatMap((one) => (one.holds ? operandsOf(one.test, '&&') : []));
    return tests.length < 2 ? undefined : tests.map((test) => ({ at: test.at, word: presentWord(test, context) })).find(({ word }) => word && isToken(word, fn, context));
  });
  const [first] = asked;
  return first?.word && asked.every((one) => one?.word !== undefined) ? { at: first.at, word: first.word } : undefined;
}
function ownTests(when: readonly Branch[]): readonly Branch[] {
  return when.filter((one) => !one.early);
}
/** `next()`, or the `true` of a guard. */
function goesOn(step: Step, fn: FunctionView, context: RuleContext): boolean {
  if (step.do === 'return') return /^(canActivate|validate\w*|verify\w*|check\w*|is\w*)$/.test(fn.name) && step.value !== undefined && context.constant(step.value)?.value === true;
  return step.do === 'call' && step.call.args.length === 0 && isOwnCall(step, fn);
}
/** `next(error)` */
function isHandedOn(step: Step, fn: FunctionView): boolean {
  return step.do === 'call' && step.call.args.length === 1 && isOwnCall(step, fn);
}
function isOwnCall(step: Step, fn: FunctionView): boolean {
  if (step.do !== 'call') return false;
  const { target } = step.call;
  return target.kind === 'ref' && target.root.kind === 'parameter' && target.root.fn === fn.id && target.root.index > 0 && target.path.length === 0;
}
