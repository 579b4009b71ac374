import type { Branch, FunctionView } from '../../model/module.js';
import type { Value } from '../../model/value.js';
import type { Endpoint } from '../../project/project.js';
import type { RuleContext } from '../rule.js';

const DEEPEST = 8;

/** The handler's body without what only requests of other methods and paths run, where one function answers several endpoints by tests of its own. */
export function ownBody(endpoint: Endpoint, context: RuleContext): FunctionView | undefined {
  const body = endpoint.handler === undefined ? undefined : context.body(endpoint.handler);
  if (!body || endpoint.route.branch !== true) return body;
  return { ...body, steps: body.steps.filter((step) => step.when.every((branch) => mayHold(branch, endpoint, context))) };
}
function mayHold({ test, holds }: Branch, endpoint: Endpoint, context: RuleContext): boolean {
  const verdict = verdictOf(test, endpoint, context, 0);
  return verdict === undefined || verdict === holds;
}
/** Whether a test holds for requests of the endpoint; undefined: nobody can tell. */
function verdictOf(test: Value, endpoint: Endpoint, context: RuleContext, depth: number): boolean | undefined {
  if (depth > DEEPEST) return undefined;
  const of = (value: Value): boolean | undefined => verdictOf(value, endpoint, context, depth + 1);
  if (test.kind === 'not') {
    const inner = of(test.of);
    return inner === undefined ? undefined : !inner;
  }
  if (test.kind === 'logic') {
    const sides = [of(test.left), of(test.right)];
    if (test.op === '&&') return sides.includes(false) ? false : sides.includes(undefined) ? undefined : true;
    if (test.op === '||') return sides.includes(true) ? true : sides.includes(undefined) ? undefined : false;
    return undefined;
  }
  if (test.kind !== 'compare' || !/^[!=]==?$/.test(test.op)) return undefined;
  const [asked, literal] = test.right.kind === 'literal' ? [test.left, test.right] : [test.right, test.left];
  if (literal.kind !== 'literal' || typeof literal.value !== 'string') return undefined;
  const equal = test.op.startsWith('=');
  if (isMethod(asked, context)) return endpoint.method === 'all' ? undefined : (literal.value.toUpperCase() === endpoint.method) === equal;
  // `pathname === '/items'`: whatever is compared with a path is one.
  const isPath = literal.value.startsWith('/') && endpoint.path.known && endpoint.path.segments.every((one) => one.kind === 'text');
  return isPath ? (literal.value.toLowerCase() === endpoint.path.text.toLowerCase()) === equal : undefined;
}
function isMethod(value: Value, context: RuleContext): boolean {
  return context.request(value)?.from === 'method' || (value.kind === 'ref' && /(^|\.)method$/.test(value.text));
}
