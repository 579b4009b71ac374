import type { FunctionView } from '../../model/module.js';
import type { Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import { handedAs } from './handed.js';
import type { RuleContext } from '../rule.js';
import { someValue } from './walk.js';

const OF_REQUEST = /^(raw|req|request|payload|body|stream)$/;
const OF_CONTEXT = /^(req|request|request\.req|request\.body|req\.raw\.body)$/;

/** The request as it comes in, byte by byte: `req`, `request.raw`, `ctx.req`, or a name bound to it. */
export function isRequestStream(value: Value, context: RuleContext): boolean {
  const end = value.kind === 'ref' ? context.resolve(value).value : value;
  if (end.kind !== 'ref') return false;
  const role = handedAs(end, context);
  if (role === 'request') return end.path.length === 0 || (end.path.length === 1 && OF_REQUEST.test(end.path[0] ?? ''));
  return role === 'context' && OF_CONTEXT.test(end.path.join('.'));
}
/** Something in the body is held against a size, or asks for the announced length. */
export function measures(body: FunctionView | undefined): boolean {
  return body !== undefined && someValue(body, (value) => {
    if (value.kind === 'compare') return /[<>]/.test(value.op) && [value.left, value.right].some(isSize);
    return (value.kind === 'literal' && value.value === 'content-length') || (value.kind === 'ref' && value.path.includes('content-length'));
  });
}
/** Where a function collects the whole request in memory and never asks how much it is. */
export function* collected(fn: FunctionView, context: RuleContext): Iterable<{ readonly at: At; readonly when: FunctionView['when'] }> {
  const isMeasured = (): boolean => measures(fn) || (fn.within !== undefined && measures(context.body(fn.within)));
  for (const step of fn.steps) {
    if (step.loop?.awaited && isRequestStream(step.loop.over, context) && grows(step)) {
      if (!isMeasured()) yield { at: step.loop.over.at, when: step.when };
      return;
    }
    if (step.do !== 'call' || !/^(on|addListener)$/.test(step.call.name) || !step.call.receiver) continue;
    const [event, listener] = step.call.args.map(({ value }) => value);
    if (event?.kind !== 'literal' || event.value !== 'data' || listener?.kind !== 'function' || !isRequestStream(step.call.receiver, context)) continue;
    const body = context.body(listener.fn);
    if (body && !measures(body) && body.steps.some(grows) && !isMeasured()) yield { at: event.at, when: step.when };
  }
}
/** `body += chunk`, `chunks.push(chunk)`, `body = Buffer.concat([body, chunk])`. */
function grows(step: FunctionView['steps'][number]): boolean {
  if (step.do === 'call') return step.call.name === 'push';
  return step.do === 'assign' && ((step.value.kind === 'unknown' && step.value.why === 'compound assignment') || (step.value.kind === 'call' && step.value.name === 'concat') || step.value.kind === 'template');
}
function isSize(value: Value): boolean {
  return value.kind === 'ref' && /size|bytes|length|limit|max|total|received/i.test(value.path.at(-1) ?? value.text);
}
