import type { Endpoint } from '../../project/project.js';
import { links } from '../../project/project.js';

/** Methods that change data; 'all' answers them too. */
export const changing: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE', 'all']);

/** How a method is written in messages. */
export function methodName(endpoint: Endpoint): string {
  return endpoint.method === 'all' ? 'Every method of' : endpoint.method;
}

/** The layers written in the route's own call that protect it, first one. */
export function routeGuard(endpoint: Endpoint, kind: 'authentication' | 'authorization'): { readonly name: string; readonly at: Endpoint['methodAt']; readonly own: boolean } | undefined {
  const own = endpoint.route.layers.find((layer) => layer.claims.some((claim) => claim.protects === kind));
  if (own) return { name: own.name, at: own.at, own: true };
  const link = links(endpoint.chain).find((one) => one.sure && one.layer.claims.some((claim) => claim.protects === kind));
  return link && { name: link.layer.name, at: link.layer.at, own: false };
}
