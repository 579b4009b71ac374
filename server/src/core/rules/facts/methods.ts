import type { Endpoint } from '../../project/project.js';
import { links } from '../../project/project.js';
import type { RuleContext } from '../rule.js';
import { dottedName } from './names.js';
import { ownBody } from './own-steps.js';

/** Methods that change data; 'all' answers them too. */
export const changing: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE', 'all']);

/** How a method is written in messages. */
export function methodName(endpoint: Endpoint): string {
  return endpoint.method === 'all' ? 'Every method of' : endpoint.method;
}

/** The layers written in the route's own call that protect it, first one. */
export function routeGuard(endpoint: Endpoint, kind: 'authentication' | 'authorization'): { readonly name: string; readonly at: Endpoint['methodAt']; readonly own: boolean; readonly key?: string } | undefined {
  const own = endpoint.route.layers.find((layer) => layer.claims.some((claim) => claim.protects === kind));
  if (own) return { name: own.name, at: own.at, own: true, ...(own.key === undefined ? {} : { key: own.key }) };
  const link = links(endpoint.chain).find((one) => one.sure && one.layer.claims.some((claim) => claim.protects === kind));
  return link && { name: link.layer.name, at: link.layer.at, own: false };
}

const DENIES = /(^|\.)(denyAll|deny(All)?(Methods?)?|forbid(All|den)?|disallow(ed)?|methodNotAllowed|notAllowed|notSupported|notImplemented)$/i;
const SIGNED = /(^|\.)(constructEvent(Async)?|createHmac|verify\w*(Signature|Webhook)|(validate|check)\w*Signature|validateRequest)$/;

/** The handler lets nobody in, by its name, or looks at the signature of what it was sent, as webhooks do. */
export function refusesByItself(endpoint: Endpoint, context: RuleContext): boolean {
  const value = endpoint.route.handler?.value;
  if (DENIES.test(dottedName(value))) return true;
  const body = ownBody(endpoint, context);
  return body !== undefined && body.steps.some((step) => step.do === 'call' && SIGNED.test(step.call.callee || step.call.name));
}
