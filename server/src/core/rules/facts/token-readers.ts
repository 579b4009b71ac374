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

const MOST_CALLERS = 20;
/** A token a provider gave the server for another: handed to the callback of `exchangeToken(...)`, or to a function of the file that is given nothing else. */
export function isExchanged(token: Value | undefined, module: ModuleView, context: RuleContext, depth = 0): boolean {
  const end = token?.kind === 'ref' && token.root.kind === 'local' ? context.resolve(token).value : token;
  if (end?.kind !== 'ref' || end.path.length > 0 || depth > 3 || (end.root.kind !== 'parameter' && end.root.kind !== 'caught')) return false;
  const fn = end.root.kind === 'parameter' ? context.body(end.root.fn) : undefined;
  if (!fn || end.root.kind !== 'parameter') return false;
  const { index } = end.root;
  const steps = [module.top, ...module.functions.values()].flatMap((one) => one.steps);
  const handedTo = steps.find((step) => step.do === 'call' && step.call.args.some(({ value }) => value.kind === 'function' && value.fn === fn.id));
  if (handedTo?.do === 'call') return /^(exchange\w*|getToken\w*|requestToken\w*)$/i.test(handedTo.call.name);
  if (module.exports.some((one) => one.value.kind === 'function' && one.value.fn === fn.id)) return false;
  const callers = steps.flatMap((step) => (step.do === 'call' && context.called(step.call)?.id === fn.id ? [step.call] : [])).slice(0, MOST_CALLERS);
  const given = callers.map((call) => call.args[index]?.value).filter((value) => value !== undefined && !(value.kind === 'literal' && value.value === null));
  return given.length > 0 && given.every((value) => isExchanged(value, module, context, depth + 1));
}
