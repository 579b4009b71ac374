import type { FunctionView } from '../../model/module.js';
import type { Value } from '../../model/value.js';
import { links, type Endpoint } from '../../project/project.js';
import type { RuleContext } from '../rule.js';
import { cookieSet } from './cookies.js';
import { claimsGuard } from './guards.js';
import { ownBody } from './own-steps.js';
import { requestReads } from './request-reads.js';
import { someIn, someValue } from './walk.js';

const COOKIES = /^(cookies|signedCookies|state)$/;
const MOST_NAMES = 8;

/** The route is where callers get what the guard of its neighbours asks for: it puts something new, which the caller does not choose, into the very cookie or place of the session that the guard reads. */
export function handsOutWhatIsAsked(endpoint: Endpoint, guarded: readonly Endpoint[], context: RuleContext): boolean {
  const body = ownBody(endpoint, context);
  const given = body ? [...givenIn(body, context)].slice(0, MOST_NAMES) : [];
  return given.length > 0 && guarded.every((one) => guardBodies(one, context).some((guard) => given.some((place) => readsPlace(guard, place, context))));
}
function guardBodies(endpoint: Endpoint, context: RuleContext): readonly FunctionView[] {
  return [...endpoint.route.layers, ...links(endpoint.chain).map(({ layer }) => layer)].filter(claimsGuard).flatMap(({ fn }) => (fn === undefined ? [] : (context.body(fn) ?? [])));
}
interface Place {
  readonly of: 'cookie' | 'session';
  readonly name: string;
}
function* givenIn(body: FunctionView, context: RuleContext): Iterable<Place> {
  for (const step of body.steps) {
    if (step.do === 'call') {
      const set = cookieSet(step.call, context);
      const name = set?.name && context.constant(set.name)?.value;
      if (typeof name === 'string' && set?.value && isNew(set.value, context)) yield { of: 'cookie', name };
    } else if (step.do === 'assign') {
      const name = step.target.path.at(-1);
      if (name !== undefined && step.target.path.at(-2) === 'session' && isNew(step.value, context)) yield { of: 'session', name };
    }
  }
}
/** Made by a call here, of nothing the caller sent. */
function isNew(value: Value, context: RuleContext): boolean {
  const end = value.kind === 'ref' ? context.resolve(value).value : value;
  return end.kind === 'call' && !someIn(end, (one) => (one.kind === 'ref' || one.kind === 'call') && requestReads(one, context).length > 0);
}
function readsPlace(guard: FunctionView, { of, name }: Place, context: RuleContext): boolean {
  return someValue(guard, (value) => {
    if (value.kind === 'ref') return value.path.some((key, index) => key === name && index > 0 && (of === 'session' ? value.path[index - 1] === 'session' : COOKIES.test(value.path[index - 1] ?? '')));
    return of === 'cookie' && value.kind === 'call' && /^(get(Signed)?Cookie|get)$/.test(value.name) && value.args.some((item) => context.constant(item.value)?.value === name);
  });
}
