import type { FunctionView } from '../../model/module.js';
import type { Endpoint } from '../../project/project.js';
import type { RuleContext } from '../rule.js';
import { isSecretName } from './guessing.js';
import { someValue } from './walk.js';

/** What a mail or a link brings back, by its name: `token`, `resetToken`, `temp_token`. Those of sessions and of forms are others. */
const TOKEN = /^(?!(csrf|xsrf|access|refresh|auth|bearer|session|id)_?token$)(\w{1,40}_)?(token|[a-z0-9]{1,40}Token)$/;
const DEEPEST = 2;
const MOST_BODIES = 12;

/**
 * What is sent to an endpoint and proves something there is called a token, in its handler or in what the handler surely
 * calls, and nothing is called a code or a PIN: a token from a mail is long, and no limit is what keeps it from being guessed.
 */
export function provesByToken(endpoint: Endpoint, context: RuleContext): boolean {
  const handler = endpoint.handler === undefined ? undefined : context.body(endpoint.handler);
  const bodies: FunctionView[] = handler ? [handler] : [];
  let from = 0;
  for (let depth = 0; depth < DEEPEST; depth++) {
    const level = bodies.slice(from);
    from = bodies.length;
    for (const body of level) for (const step of body.steps) {
      const next = step.do === 'call' && bodies.length < MOST_BODIES ? context.called(step.call) : undefined;
      if (next && !bodies.includes(next)) bodies.push(next);
    }
  }
  const reads = (wanted: (name: string) => boolean): boolean =>
    bodies.some((body) => someValue(body, (one) => one.kind === 'ref' && one.root.kind !== 'import' && wanted(one.path.at(-1) ?? (one.root.kind === 'global' ? '' : one.text))));
  return reads((name) => TOKEN.test(name)) && !reads((name) => isSecretName(name) === 'code');
}
