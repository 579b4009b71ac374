import type { Layer } from '../../model/api.js';
import type { FunctionView } from '../../model/module.js';
import type { FunctionId, Value } from '../../model/value.js';
import { samePlace } from '../../text/source.js';
import type { RuleContext } from '../rule.js';
import { handedAs } from './handed.js';
import { lastSegments } from './names.js';
import { someIn } from './walk.js';

/** What handlers in front of an error handler make of the errors nobody foresaw. */
export type InFront = 'replaced' | 'perhaps' | 'nothing';
/** Names of handlers of packages that make one kind of error of all. */
const PREPARES = /^(prepare|normali[sz]e|convert|transform|wrap|saniti[sz]e)\w{0,20}(err|error|errors)$/i;

/** Whether an error handler gets what others in front of it made of each error, wherever it is mounted. */
export function errorsInFront(fn: FunctionId, context: RuleContext): InFront {
  const { mounts } = context.running(fn);
  const each = mounts.map(({ at }): InFront => {
    const order = context.scopeOf(at)?.order ?? [];
    const own = order.findIndex((entry) => entry.kind === 'layer' && entry.layer?.fn === fn && samePlace(entry.at, at));
    const made = order.slice(0, Math.max(own, 0)).flatMap(({ layer }) => (layer ? [madeBy(layer, context)] : []));
    return made.includes('replaced') ? 'replaced' : made.includes('perhaps') ? 'perhaps' : 'nothing';
  });
  if (each.length === 0 || each.includes('nothing')) return 'nothing';
  return each.includes('perhaps') ? 'perhaps' : 'replaced';
}
function madeBy(layer: Layer, context: RuleContext): InFront {
  const body = layer.fn === undefined ? undefined : context.body(layer.fn);
  if (body) return context.role(body.id)?.as === 'error' && passesFixedText(body, context) ? 'replaced' : 'nothing';
  return PREPARES.test(lastSegments(layer.name).at(-1) ?? '') ? 'perhaps' : 'nothing';
}
/** `next(new HttpError(500, 'failed'))`: an error that holds nothing of the one it stands for. */
function passesFixedText(body: FunctionView, context: RuleContext): boolean {
  const isFixed = (value: Value | undefined): boolean => {
    const end = value?.kind === 'ref' && !context.isError(value) ? context.resolve(value).value : value;
    return end?.kind === 'call' && end.form === 'new' && end.args.length > 0 && !end.args.some((item) => someIn(item.value, (one) => context.isError(one)));
  };
  return body.steps.some((step) => (step.do === 'call' ? handedAs(step.call.target, context) === 'next' && isFixed(step.call.args[0]?.value)
    : step.do === 'assign' && step.target.path.length === 0 && context.isError(step.target) && isFixed(step.value)));
}
