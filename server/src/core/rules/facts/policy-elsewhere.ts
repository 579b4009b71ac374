import type { FunctionView } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import { links } from '../../project/project.js';
import type { RuleContext } from '../rule.js';
import { handSet, headersOf, isHeaderSetup } from './header-setup.js';

/** Another layer of the same application, or another call beside this one, sets the policy. */
export function setElsewhere(call: Call, steps: FunctionView['steps'], context: RuleContext): boolean {
  const isPolicy = (written: Value): boolean => {
    const value = written.kind === 'ref' ? context.resolve(written).value : written;
    return value.kind === 'call' && value !== call && setsPolicy(value);
  };
  const setsPolicy = (value: Call): boolean =>
    (/(^|\.)(contentSecurityPolicy|csp)$/.test(value.callee) ||
      /^(helmet-csp|content-security-policy|blankie)$/.test(value.callee) ||
      (isHeaderSetup(value) && context.option(value.args[0]?.value, 'contentSecurityPolicy').kind === 'value' && value.args[0] !== undefined && !isOff(value, context)));
  const setsByHand = (value: Call): boolean => headersOf(value, context).some(({ name }) => name === 'content-security-policy');
  if (steps.some((step) => step.do === 'call' && (isPolicy(step.call) || setsByHand(step.call)))) return true;
  const scope = context.scopeOf(call.at);
  const layers = [
    ...(scope?.layers ?? []),
    ...context
      .endpointsThrough(call.at)
      .slice(0, 1)
      .flatMap((endpoint) => links(endpoint.chain)),
  ];
  return (
    layers.some(({ layer }) => {
      if (isPolicy(layer.value)) return true;
      const body = layer.fn === undefined ? undefined : context.body(layer.fn);
      return body !== undefined && handSet(body, context).has('content-security-policy');
    }) || functionsBeside(steps, context)
  );
}
function isOff(call: Call, context: RuleContext): boolean {
  const answer = context.option(call.args[0]?.value, 'contentSecurityPolicy');
  return answer.kind === 'value' && context.constant(answer.value)?.value === false;
}
/** Middleware written in place: `app.use((req, res, next) => ...)`. */
function functionsBeside(steps: FunctionView['steps'], context: RuleContext): boolean {
  return steps.some(
    (step) =>
      step.do === 'call' &&
      step.call.args.some(({ value }) => {
        const body = value.kind === 'function' ? context.body(value.fn) : undefined;
        return body !== undefined && handSet(body, context).has('content-security-policy');
      }),
  );
}
/** The policy says which sites may frame a page, which counts more than X-Frame-Options. */
export function governedByPolicy(options: Value, context: RuleContext): boolean {
  const policy = context.option(options, 'contentSecurityPolicy');
  if (policy.kind !== 'value') return policy.kind === 'unknown';
  if (context.constant(policy.value)?.value === false) return false;
  const directives = context.option(policy.value, 'directives');
  const where = directives.kind === 'value' ? directives.value : policy.value;
  return ['frameAncestors', 'frame-ancestors'].some((key) => {
    const answer = context.option(where, key);
    if (answer.kind !== 'value') return answer.kind === 'unknown';
    const constant = context.constant(answer.value);
    // `null` takes a directive out.
    return !constant || (constant.value !== null && constant.value !== false);
  });
}
