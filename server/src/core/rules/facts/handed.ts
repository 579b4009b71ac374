import type { Role } from '../../model/api.js';
import type { FunctionView } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';

/** What the framework hands over at the parameter a value reads, by the role of its function: `request`, `response`, `context`, `next`. Members count by their root; undefined for any other value. */
export function handedAs(value: Value | undefined, context: Pick<RuleContext, 'role'>): Role['parameters'][number] | undefined {
  return value?.kind === 'ref' && value.root.kind === 'parameter' ? context.role(value.root.fn)?.parameters[value.root.index] : undefined;
}
/** The value is the request, or the context that stands for it, or a member of either. */
export function ofRequest(value: Value | undefined, context: Pick<RuleContext, 'role'>): boolean {
  const role = handedAs(value, context);
  return role === 'request' || role === 'context';
}
/** A parameter is called with nothing, as `next()` is. */
export function callsParameter({ args, target }: Call): boolean {
  return args.length === 0 && target.kind === 'ref' && target.root.kind === 'parameter' && target.path.length === 0;
}
/** The call goes on to what stands behind its function: `next()`, whatever the parameter is called. */
export function goesOn(call: Call, context: Pick<RuleContext, 'role'>): boolean {
  return callsParameter(call) && handedAs(call.target, context) === 'next';
}
/** The same, of the function's own `next`. */
export function goesOnFrom(call: Call, fn: FunctionView, context: Pick<RuleContext, 'role'>): boolean {
  return goesOn(call, context) && call.target.kind === 'ref' && call.target.root.kind === 'parameter' && call.target.root.fn === fn.id;
}
