import type { Value } from '../../model/value.js';
import type { Endpoint } from '../../project/project.js';
import type { RuleContext } from '../rule.js';

/** The route is read, and all it ever answers is yes or no, or a text that stands in the code: `res.json(count > 0)`. Nothing of what is stored leaves with it. */
export function answersYesOrNo({ method, handler }: Endpoint, context: RuleContext): boolean {
  const body = method === 'GET' && handler !== undefined ? context.body(handler) : undefined;
  if (!body?.complete) return false;
  const sends = context.sends(body.id);
  return sends.length > 0 && sends.every(({ value }) => [...context.leaves(value, body)].every((leaf) => isPlain(leaf.value)));
}
function isPlain(value: Value): boolean {
  return value.kind === 'literal' || value.kind === 'compare' || value.kind === 'not' || (value.kind === 'call' && value.callee === 'Boolean');
}
