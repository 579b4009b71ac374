import type { Branch, FunctionView, Step } from '../../model/module.js';
import type { Ref, Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';
import { refusesAt } from './refusals.js';
import { requestReads } from './request-reads.js';
import { secretName } from './secrets.js';
import { operandsOf, someIn, someValue } from './walk.js';

const VARIABLE = /(KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASS|PWD|CREDENTIALS?|BASIC(_?AUTH)?|AUTH|PIN|HASH|PSK)S?$/i;

/** The key whose absence lets everybody pass: `if (!API_KEY) return next()`, `if (API_KEY && given !== API_KEY) return refuse()`. `passed`: the step lets the request go on. */
export function unsetKey(step: Step, passed: boolean, fn: FunctionView, context: RuleContext): { readonly test: Value; readonly name: string; readonly slight?: true } | undefined {
  const own = step.when.slice(fn.when.length);
  const branch = own.findLast((one) => !one.early);
  if (!branch?.holds) return undefined;
  const equal = (passed || refusesAt(step, context)) && bothUnset(branch.test, passed, fn, context);
  if (equal) return equal;
  if (passed) {
    const ref = operandsOf(branch.test, '||').map(absent).find((one) => one !== undefined);
    const name = ref && keyName(ref, context);
    return ref && name !== undefined && isUsed(ref, fn, context) ? { test: branch.test, name } : undefined;
  }
  const tests = own.filter((one) => !one.early && one.holds);
  const asked = tests.flatMap((one) => operandsOf(one.test, '&&'));
  if (asked.length < 2 || !refusesAt(step, context)) return undefined;
  for (const { test } of tests) for (const ref of operandsOf(test, '&&')) {
    const name = ref.kind === 'ref' ? keyName(ref, context) : undefined;
    if (ref.kind !== 'ref' || name === undefined || !asked.some((other) => other !== ref && isWrong(other, ref, context)) || isRefusedUnset(ref, own, fn, context)) continue;
    return { test, name };
  }
  return undefined;
}
/** `req.get('x-key') === process.env.KEY`: where neither is there they are the same. Nothing else asks for one of the two. */
function bothUnset(test: Value, passed: boolean, fn: FunctionView, context: RuleContext): { readonly test: Value; readonly name: string; readonly slight: true } | undefined {
  for (const part of operandsOf(test, passed ? '&&' : '||')) {
    if (part.kind !== 'compare' || !(passed ? /^===?$/ : /^!==?$/).test(part.op)) continue;
    for (const [key, given] of [[part.left, part.right], [part.right, part.left]] as const) {
      const end = key.kind === 'ref' ? context.resolve(key).value : key;
      const name = end.kind === 'ref' && end.root.kind === 'env' && end.path.length === 0 ? end.root.name : undefined;
      if (name === undefined || !VARIABLE.test(name) || context.projectUses(`checks ${name}`) || !mayBeMissing(given, context)) continue;
      const isEither = (value: Value): boolean => value.kind === 'ref' || value.kind === 'call' ? [key, given].some((one) => one === value || isSame(value, one, context)) : false;
      const isOwn = (value: Value): boolean => value === part;
      // A test of one of them alone, or a use that fails without it.
      const isAsked = someValue(fn, (value) => (value.kind === 'not' && isEither(value.of)) || (value.kind === 'logic' && [value.left, value.right].some(isEither)) || (value.kind === 'compare' && !isOwn(value) && [value.left, value.right].some(isEither)))
        || fn.steps.some((step) => step.when.some((one) => isEither(one.test)) || (step.do === 'call' && step.call.args.some((item) => someIn(item.value, isEither))));
      if (!isAsked) return { test: part, name, slight: true };
    }
  }
  return undefined;
}
/** What a request may not bring, as it is read: no text was made of it, and no list or map of the web answers `null`. */
function mayBeMissing(value: Value, context: RuleContext): boolean {
  const end = value.kind === 'ref' && value.root.kind === 'local' && value.path.length === 0 ? context.resolve(value).value : value;
  const reads = requestReads(end, context);
  const [read] = reads;
  if (!read || reads.length !== 1 || read.field.key === undefined || !/^(header|query|cookie)$/.test(read.field.from)) return false;
  if (end.kind === 'ref') return end.root.kind !== 'value';
  return end.kind === 'call' && end.receiver !== undefined && end.args.length === 1 && (end.name === 'header' || (end.name === 'get' && end.receiver.kind === 'ref' && end.receiver.path.length === 0 && end.receiver.root.kind === 'parameter'));
}
/** What is not there where the test holds. */
function absent(test: Value): Ref | undefined {
  if (test.kind === 'not') return test.of.kind === 'ref' ? test.of : undefined;
  if (test.kind !== 'compare' || !/^===?$/.test(test.op) || test.left.kind !== 'ref' || test.right.kind !== 'literal') return undefined;
  return test.right.value === undefined || test.right.value === null || test.right.value === '' ? test.left : undefined;
}
/** The variable, or the member of a configuration, a key is read from; undefined where it is set in any case. */
function keyName(ref: Ref, context: RuleContext): string | undefined {
  const end = ref.root.kind === 'env' ? ref : context.resolve(ref).value;
  const variable = variableIn(end, context);
  if (variable !== undefined) return VARIABLE.test(variable) && !context.projectUses(`checks ${variable}`) ? variable : undefined;
  const isConfig = ref.root.kind === 'import' && /^[.~#@]/.test(ref.root.from) && ref.path.length > 0;
  const last = ref.path.at(-1) ?? '';
  return isConfig && end.kind === 'ref' && secretName(last) ? last : undefined;
}
/** `process.env.KEY`, `process.env.KEY || ''`. */
function variableIn(value: Value, context: RuleContext): string | undefined {
  if (value.kind === 'ref') return value.root.kind === 'env' && value.path.length === 0 ? value.root.name : undefined;
  if (value.kind === 'call' && /^(trim|toString)$/.test(value.name) && value.receiver) return variableIn(value.receiver, context);
  const isEmpty = value.kind === 'logic' && (value.op === '||' || value.op === '??') && !context.constant(value.right)?.value;
  return isEmpty && context.constant(value.right) !== undefined ? variableIn(value.left, context) : undefined;
}
function isSame(value: Value, ref: Value, context: RuleContext): boolean {
  return (value.kind === 'ref' && ref.kind === 'ref' && value.text === ref.text) || context.sameValue(value, ref);
}
/** The key is what the function compares with. */
function isUsed(ref: Ref, fn: FunctionView, context: RuleContext): boolean {
  const holds = (value: Value): boolean => someIn(value, (one) => isSame(one, ref, context));
  return someValue(fn, (value) => (value.kind === 'compare' ? [value.left, value.right].some((side) => side.kind !== 'literal' && holds(side)) && ![value.left, value.right].some((side) => side.kind === 'literal')
    : value.kind === 'call' && value.args.some((item) => holds(item.value))));
}
/** Something given is not the key. */
function isWrong(test: Value, ref: Ref, context: RuleContext): boolean {
  const holds = (value: Value): boolean => someIn(value, (one) => isSame(one, ref, context));
  if (test.kind === 'compare') return /^!==?$/.test(test.op) && (holds(test.left) || holds(test.right));
  return test.kind === 'not' && test.of.kind === 'call' && test.of.args.some((item) => holds(item.value));
}
/** Somebody is turned away, or the program stops, where the key is missing. */
function isRefusedUnset(ref: Ref, own: readonly Branch[], fn: FunctionView, context: RuleContext): boolean {
  const asks = (branch: Branch): boolean => someIn(branch.test, (value) => value.kind === 'not' && isSame(value.of, ref, context));
  return own.some((one) => one.early && asks(one)) || fn.steps.some((step) => step.when.some((one) => !one.early && asks(one)) && (step.do === 'throw' || refusesAt(step, context)));
}
