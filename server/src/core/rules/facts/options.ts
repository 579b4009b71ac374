import type { Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';

/** The value of an option, followed through names and spreads; undefined where it is not there, or where nobody can tell. */
export function optionValue(options: Value | undefined, key: string, context: RuleContext): Value | undefined {
  const answer = context.option(options, key);
  return answer.kind === 'value' ? answer.value : undefined;
}
