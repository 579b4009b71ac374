import type { Value } from '../../model/value.js';
import type { Endpoint } from '../../project/project.js';
import type { RuleContext } from '../rule.js';
import { ownBody } from './own-steps.js';
import { someIn } from './walk.js';

/** Held against what is stored; a name that speaks of the form alone (`validatePassword`, `checkPasswordStrength`) says nothing. */
const HOLDS_AGAINST = /^(check|verify|compare|authenticate|matches|match)/i;
const OF_THE_FORM = /(strength|format|policy|rules?|length|complexity)$/i;
const SECRET = /^(\w+_)?(current|old|admin)?_?(pass(word|wd|phrase|code)|pin|secret)$/i;
const STORED_COMPARE = /^(compare|compareSync|verify|verifySync)$/;

/** The handler turns everybody away who does not send a password it holds against the stored one: `if (!(await checkPassword(req.body.password))) return ...`. */
export function asksForSecret(endpoint: Endpoint, context: RuleContext): boolean {
  const body = ownBody(endpoint, context);
  return body !== undefined && body.steps.some((step) => step.when.slice(body.when.length).some(({ early, holds, test }) => early && !holds && refused(test, context)));
}
/** A negated check: what comes after it ran for those alone who passed. */
function refused(test: Value, context: RuleContext): boolean {
  if (test.kind === 'logic' && test.op === '||') return refused(test.left, context) || refused(test.right, context);
  if (test.kind !== 'not') return false;
  const made = test.of.kind === 'ref' ? context.resolve(test.of).value : test.of;
  if (made.kind !== 'call' || OF_THE_FORM.test(made.name) || !(HOLDS_AGAINST.test(made.name) || STORED_COMPARE.test(made.name))) return false;
  return made.args.some(({ value }) => someIn(value, (one) => {
    const field = context.request(one);
    return field !== undefined && field.from === 'body' && field.key !== undefined && SECRET.test(field.key);
  }));
}
