import type { FunctionId } from '../../model/value.js';
import type { RuleContext } from '../rule.js';

const OUTERMOST = 8;

/** The framework that runs a function, or the nearest one around it that a framework runs: a callback in a handler answers for the handler. Empty where no one does. */
export function answersFor(fn: FunctionId, context: RuleContext): string {
  let at: FunctionId | undefined = fn;
  for (let steps = 0; at !== undefined && steps < OUTERMOST; steps++) {
    const role = context.role(at);
    if (role?.sure || role?.framework === 'socket') return role.framework;
    at = context.body(at)?.within;
  }
  return context.role(fn)?.framework ?? '';
}
/** All endpoints that run a function surely ask for a role or a right, and there is one: who reads its answers runs the service. */
export function answersStaff(fn: FunctionId, context: RuleContext): boolean {
  const { endpoints, mounts } = context.running(fn);
  return mounts.length === 0 && endpoints.length > 0 && endpoints.every(({ authorization }) => authorization.state === 'guarded' && authorization.likely !== true);
}
