import type { Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import type { RuleContext } from '../rule.js';

/** The place a value of another file is written at, where that file is asked about it (rules with `whereWritten`); else the place that hands it over. */
export function whereWritten(value: Value, handedAt: At, context: Pick<RuleContext, 'resolve' | 'spokenOf'>): At {
  const { at } = context.resolve(value).value;
  return at.path !== handedAt.path && context.spokenOf(at.path) ? at : handedAt;
}
