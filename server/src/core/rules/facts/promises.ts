import type { FunctionView, Step } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';

/** Calls that give a promise wherever they come from. */
const BY_NAME = /^(verifyAsync|jwtVerify|jwtDecrypt|verifyIdToken|verifySessionCookie|getServerSession|findUserByToken|compareAsync)$/;
/** Members of packages that do so without a callback: bcrypt 5, bcryptjs 2 and 3, argon2 0.40. */
const BY_CALLEE = /^(bcrypt|bcryptjs|@node-rs\/bcrypt)\.compare$|^(argon2|@node-rs\/argon2)\.verify$/;
const DEEPEST = 8;

/** The call gives a promise: it is one of those above, or an `async` function of the project. */
export function givesPromise(call: Call, context: RuleContext): boolean {
  if (call.form !== 'call' || call.args.some(({ value }) => value.kind === 'function')) return false;
  if (BY_CALLEE.test(call.callee) || (BY_NAME.test(call.name) && call.receiver?.kind !== 'call')) return true;
  const end = context.resolve(call.target).value;
  return end.kind === 'function' && context.body(end.fn)?.async === true;
}
/** The call is the whole statement, and nobody waits for it: neither `await` nor `return`, nor a `then` behind it. */
export function isBare(call: Call, step: Step, context: RuleContext): boolean {
  return context.textOf(step.statementAt).replace(/;\s*$/, '').trim() === context.textOf(call.at).trim();
}
/** The parts of a test that are asked for their truth: a promise there is always true. */
export function askedFor(test: Value, depth = 0): readonly Value[] {
  if (depth > DEEPEST) return [];
  if (test.kind === 'not') return askedFor(test.of, depth + 1);
  if (test.kind === 'logic') return [...askedFor(test.left, depth + 1), ...askedFor(test.right, depth + 1)];
  if (test.kind === 'compare') return [test.left, test.right].some((one) => one.kind === 'literal' && (one.value === false || one.value === null || one.value === undefined)) ? [test.left, test.right].flatMap((one) => askedFor(one, depth + 1)) : [];
  return test.kind === 'ref' || test.kind === 'call' ? [test] : [];
}
/** The same, of an `async` method of the class around it, whose truth is asked for: one that is only started may well run on its own. */
function isPromise(call: Call, context: RuleContext): boolean {
  return givesPromise(call, context) || (call.form === 'call' && call.target.kind === 'ref' && call.target.root.kind === 'this' && context.called(call)?.async === true);
}
/** The promise a value is, where nobody has waited for it: the call itself, or a name bound to it. */
export function promiseIn(value: Value, fn: FunctionView, context: RuleContext): Call | undefined {
  if (value.kind === 'call') return !value.awaited && isPromise(value, context) ? value : undefined;
  if (value.kind !== 'ref' || value.root.kind !== 'local' || value.path.length > 0) return undefined;
  const { value: end, trail } = context.resolve(value);
  if (trail.length !== 1 || end.kind !== 'call' || end.awaited || end.at.path !== value.at.path || !isPromise(end, context)) return undefined;
  // `const found = check(id); const user = await found;`
  const name = value.text.replace(/[^\w$]/g, '');
  const text = context.textOf(fn.bodyAt);
  return name !== '' && !text.includes(`await ${name}`) && !text.includes(`${name}.then`) && !/Promise\.(all|race|allSettled)/.test(text) ? end : undefined;
}
