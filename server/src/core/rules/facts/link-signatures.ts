import type { FunctionView } from '../../model/module.js';
import type { BindingId, Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';
import { someIn } from './walk.js';

/** What a function reads from an address: the value as it is written, and the name it is given. */
export interface ReadValue {
  readonly read: { readonly value: Value | undefined };
  readonly binding: BindingId | undefined;
}

/** Whether what is read is held against a digest made with a key (`createHmac(...).update(id).digest('hex') !== read`): it signs the address it stands in, and opens nothing else. */
export function signsAddress({ read, binding }: ReadValue, fn: FunctionView, context: RuleContext): boolean {
  const isRead = (one: Value): boolean => one.kind === 'ref' && (binding !== undefined ? one.root.kind === 'local' && one.root.binding === binding : read.value?.kind === 'ref' && one.text === read.value.text);
  const isHeld = (one: Value, other: Value): boolean => someIn(one, isRead) && someIn(other, (inner) => isDigest(inner, context));
  const isTest = (one: Value): boolean => one.kind === 'compare' && (isHeld(one.left, one.right) || isHeld(one.right, one.left));
  return fn.steps.some((step) => {
    if (step.when.some(({ test }) => someIn(test, isTest))) return true;
    if (step.do !== 'call' || !/^(timingSafeEqual|safeEqual|safeCompare|tsscmp)$/.test(step.call.name)) return false;
    const [left, right] = step.call.args;
    return left !== undefined && right !== undefined && (isHeld(left.value, right.value) || isHeld(right.value, left.value));
  });
}
function isDigest(value: Value, context: RuleContext): boolean {
  const made = value.kind === 'ref' ? context.resolve(value).value : value;
  if (made.kind !== 'call' || made.name !== 'digest') return false;
  let at: Value | undefined = made.receiver;
  for (let hops = 0; at !== undefined && hops < 10; hops++) {
    const end: Value = at.kind === 'ref' ? context.resolve(at).value : at;
    if (end.kind !== 'call') return false;
    if (/(^|\.)createHmac$/.test(end.callee || end.name)) return true;
    at = end.receiver;
  }
  return false;
}
