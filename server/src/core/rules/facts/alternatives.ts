import { branchOf, type Branch } from '../../model/module.js';
import type { Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';
import type { At } from '../../text/source.js';

/** One alternative of a value: `prod ? a : b` has two. `at` is the place first written, `when` the tests that choose it. */
export interface Alternative {
  readonly value: Value;
  readonly at: At;
  readonly when: readonly Branch[];
}
const DEEPEST = 8;
const MOST = 16;

/**
 * The values an expression may have, with the tests that choose between them; names are followed. What follows an
 * environment variable as its fallback counts, a fallback after anything else does not. `whole`: leave this value as it is.
 */
export function alternatives(value: Value, context: Pick<RuleContext, 'resolve'>, whole: (value: Value) => boolean = () => false): readonly Alternative[] {
  const found: Alternative[] = [];
  const collect = (current: Value, place: At | undefined, when: readonly Branch[], depth: number): void => {
    const at = place ?? current.at;
    if (depth > DEEPEST || found.length >= MOST) return;
    if (whole(current)) found.push({ value: current, at, when });
    else if (current.kind === 'choice') {
      collect(current.then, place, [...when, branchOf(current.test, true)], depth + 1);
      collect(current.else, place, [...when, branchOf(current.test, false)], depth + 1);
    } else if (current.kind === 'logic' && current.op === '&&') collect(current.right, place, [...when, branchOf(current.left, true)], depth + 1);
    else if (current.kind === 'logic') {
      found.push({ value: current.left, at: place ?? current.left.at, when });
      if (fromEnvironment(current.left, context)) collect(current.right, place, [...when, branchOf(current.left, false)], depth + 1);
    } else if (current.kind === 'ref') {
      const resolved = context.resolve(current);
      if (resolved.value.kind !== 'ref' && resolved.exact) collect(resolved.value, at, when, depth + 1);
      else found.push({ value: current, at, when });
    } else found.push({ value: current, at, when });
  };
  collect(value, undefined, [], 0);
  return found;
}

/** Whether an environment variable occurs in the value, through names. */
export function fromEnvironment(value: Value, context: Pick<RuleContext, 'resolve'>, depth = 0): boolean {
  if (depth > DEEPEST) return false;
  switch (value.kind) {
    case 'ref': {
      if (value.root.kind === 'env') return true;
      if (value.root.kind === 'value') return fromEnvironment(value.root.of, context, depth + 1);
      const followed = context.resolve(value).value;
      return followed.kind === 'ref' ? followed.root.kind === 'env' : fromEnvironment(followed, context, depth + 1);
    }
    case 'not': return fromEnvironment(value.of, context, depth + 1);
    case 'logic':
    case 'compare': return fromEnvironment(value.left, context, depth + 1) || fromEnvironment(value.right, context, depth + 1);
    case 'call': return (value.receiver !== undefined && fromEnvironment(value.receiver, context, depth + 1)) || value.args.some((arg) => fromEnvironment(arg.value, context, depth + 1));
    default: return false;
  }
}
