import type { FunctionView, ModuleView } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';
import { jwtUses } from './jwt.js';
import { holdsCall } from './mentions.js';

/** `logBadToken`: by its name it writes a line of a log. */
const TELLS = /(^|[.#])(log|warn|trace|audit|print)[A-Z_]/;

/** A function that writes to a log and leaves nothing behind: it gives nothing back and sets nothing outside itself. */
export function onlyTells(fn: FunctionView): boolean {
  return TELLS.test(fn.name) && fn.steps.every((step) => (step.do === 'assign' ? step.target.root.kind === 'local' && step.target.path.length === 0 : step.do === 'call' || step.value === undefined));
}
/** A helper of its own that gives back what it read, in a file that also verifies: whether a token is believed is for its callers to say. */
export function leavesTheChoice(call: Call, fn: FunctionView, module: ModuleView, context: RuleContext): boolean {
  const given = fn.steps.filter((step) => step.do === 'return' && step.value !== undefined);
  const isHelper = fn !== module.top && context.role(fn.id)?.sure !== true && given.length > 0 && fn.steps.every((step) => step.do === 'call' || (step.do === 'return' && step.value !== undefined && holdsCall(step.value, call)));
  return isHelper && jwtUses(module, context).some((use) => use.does === 'verify' && use.through === undefined && use.in !== fn);
}
/** `token && typeof token !== 'string'`, `token === null`: the whole is asked for, and no member of it. */
export function isAskedFor(test: Value): boolean {
  switch (test.kind) {
    case 'ref': return test.path.length === 0 && test.root.kind === 'local';
    case 'not': return isAskedFor(test.of);
    case 'logic': return isAskedFor(test.left) && isAskedFor(test.right);
    case 'compare': return [test.left, test.right].every((side) => side.kind === 'literal' || side.kind === 'unknown' || (side.kind === 'call' && side.callee === 'typeof') || isAskedFor(side));
    case 'unknown': return true;
    default: return false;
  }
}
/** `claims.lxm != null`: whether a claim is there at all, and not what it says; `tells` names claims whose presence alone says who somebody is. */
export function asksPresence(value: Value, tells: (key: string) => boolean): boolean {
  if (value.kind === 'not') return asksPresence(value.of, tells);
  if (value.kind !== 'compare' || !/^[!=]==?$/.test(value.op)) return false;
  const [named, to] = value.left.kind === 'literal' ? [value.right, value.left] : [value.left, value.right];
  return named.kind === 'ref' && named.path.length > 0 && to.kind === 'literal' && (to.value === null || to.value === undefined) && !tells(named.path.at(-1) ?? '');
}
