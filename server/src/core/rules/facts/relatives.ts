import { links, type Endpoint } from '../../project/project.js';
import type { RuleContext } from '../rule.js';
import { levelOf, saysNothingOfRights } from './levels.js';
import { changing } from './methods.js';
import { publicPath } from './paths.js';

/** A method of the controller about the same things that asks for a right by a decorator the guard before both reads. */
export function leveled(open: Endpoint, same: readonly Endpoint[], context: RuleContext): { readonly other: Endpoint; readonly written: string } | undefined {
  if (links(open.chain).length === 0 || open.authentication.state === 'open' || !saysNothingOfRights(open, context)) return undefined;
  const all = open.method === 'POST' ? same : [...same, ...relatives(open, context)];
  for (const other of all) {
    const written = other !== open && other.scope === open.scope && changing.has(other.method) && sharesLayers(open, other) ? levelOf(other, context) : undefined;
    if (written !== undefined) return { other, written };
  }
  return undefined;
}
function sharesLayers(open: Endpoint, one: Endpoint): boolean {
  const names = new Set(links(one.chain).map(({ layer }) => layer.name));
  return links(open.chain).every(({ layer }) => names.has(layer.name));
}
/** Other changing routes of the router about the same things: `POST /cards/{}/points` beside `PUT /cards/{}`. */
export function relatives(open: Endpoint, context: RuleContext): readonly Endpoint[] {
  const root = thingOf(open);
  if (root === undefined || !open.path.shape.includes('{}')) return [];
  return context.endpoints({ scope: open.scope }).filter((one) => one !== open && one.app === open.app && changing.has(one.method) && one.path.shape !== open.path.shape && thingOf(one) === root);
}
/** What a path is about: the words before its first parameter, or all of them. */
function thingOf({ path: { segments } }: Endpoint): string | undefined {
  // What nobody knows in front is the same for all routes of a router.
  const known = segments.slice(Math.max(0, segments.findIndex((one) => one.kind !== 'unknown')));
  const first = known.findIndex((one) => one.kind !== 'text');
  const own = first < 0 ? known : known.slice(0, first);
  return own.length === 0 ? undefined : own.map((one) => one.text).join('/');
}
/** It refuses who brings a wrong password, and that says nothing of what may be done to the session by others. */
export function isLogin({ method, path, route }: Endpoint): boolean {
  const isOfHandler = !route.layers.some((layer) => layer.claims.some((claim) => claim.protects === 'authentication'));
  return method === 'POST' && isOfHandler && (/\/(sessions?|auth)$/i.test(path.text) || publicPath(path.text));
}
/** Whatever stands before the handler stands before the other's too, which asks for a role beside it. */
export function repeats(open: Endpoint, other: Endpoint): boolean {
  const [own, others] = [open, other].map((one) => new Set(links(one.chain).map(({ layer }) => layer.name)));
  return own !== undefined && others !== undefined && (others.size > own.size || other.conduct?.tests.includes('role') === true) && [...own].every((name) => others.has(name));
}
