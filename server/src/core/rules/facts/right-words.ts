import { links, type Endpoint } from '../../project/project.js';
import type { RuleContext } from '../rule.js';
import { changesOf } from './changes.js';
import { changing } from './methods.js';
import { looksAtCaller } from './owned-tables.js';
import { refusesAt } from './refusals.js';
import { relatives } from './relatives.js';

const READS = /(^|[:._/-])(read|reader|view|viewer|guest|visitor|list|get|readonly|read_?only|ro)([:._/-]|$)/i;
const WRITES = /(^|[:._/-])(write|writer|edit|editor|operator|maintainer|superuser|update|modify|manage|create|delete|remove|admin|rw|all)([:._/-]|$)/i;

const REMOVES = /(^|[:._/-])(delete|remove|destroy)([:._/-]|$)/i;

/** A right to look, and no more, by its name. */
export function readingRight(name: string): boolean {
  return READS.test(name) && !WRITES.test(name);
}
/** A right to change, by its name. */
export function writingRight(name: string): boolean {
  return WRITES.test(name);
}

/** The path of one is below that of the other: `/devices/{}/logs` of `/devices/{}`. */
function isPart(whole: Endpoint, part: Endpoint): boolean {
  return part.path.shape.startsWith(`${whole.path.shape}/`);
}
/** Its handler is known, and nothing in it changes what is stored. */
function changesNothing({ handler }: Endpoint, context: RuleContext): boolean {
  const body = handler === undefined ? undefined : context.body(handler);
  return body?.complete === true && changesOf(body, context).length === 0;
}
/** The rights the guards of a route are told, by guard: `needs('staff:read')`. */
function rightsOf({ route, chain }: Endpoint, context: RuleContext): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const { value, name } of new Set([...route.layers, ...links(chain).map(({ layer }) => layer)])) {
    if (value.kind !== 'call') continue;
    // A wrapper is given what it wraps beside the rights.
    const given = value.args.filter((item) => item.value.kind !== 'function').flatMap((item) => {
      const end = context.resolve(item.value).value;
      return end.kind === 'array' ? end.items.map((one) => context.constant(one.value)?.value) : [context.constant(end)?.value];
    });
    const texts = given.filter((one): one is string => typeof one === 'string');
    if (texts.length > 0 && texts.length === given.length) found.set(name, texts);
  }
  return found;
}
/** A method that removes what it is told for more roles than may change it: `DELETE` for owners and members, `PATCH` for owners. */
export function widerRoles(open: Endpoint, same: readonly Endpoint[], context: RuleContext): { readonly right: string; readonly other: Endpoint; readonly needed: string } | undefined {
  const body = open.method === 'DELETE' && open.path.shape.endsWith('/{}') && open.handler !== undefined ? context.body(open.handler) : undefined;
  if (!body?.complete || looksAtCaller(body, context) || body.steps.some((step) => refusesAt(step, context))) return undefined;
  for (const [name, roles] of rightsOf(open, context)) for (const other of same) {
    const its = /^(PUT|PATCH)$/.test(other.method) ? rightsOf(other, context).get(name) : undefined;
    if (its && roles.length > its.length && its.every((one) => roles.includes(one))) return { right: roles.join(' or '), other, needed: its.join(' or ') };
  }
  return undefined;
}
/** A changing method that asks for a right to read, where another changing one of the same things asks the same guard for a right to write. */
export function weakerRight(open: Endpoint, context: RuleContext): { readonly right: string; readonly other: Endpoint; readonly needed: string } | undefined {
  for (const [name, rights] of rightsOf(open, context)) {
    const [right] = rights;
    if (right === undefined || !rights.every(readingRight)) continue;
    const base = open.path.shape.replace(/\/\{\}$/, '');
    const alike = [open.path.shape, base, `${base}/{}`].flatMap((shape) => context.endpoints({ shape: `${open.app} ${shape}` }));
    for (const other of [...alike, ...relatives(open, context)]) {
      const needed = changing.has(other.method) && other !== open ? rightsOf(other, context).get(name)?.find(writingRight) : undefined;
      // The right to remove a thing is none that another method could ask for.
      if (needed !== undefined && !(isPart(other, open) && changesNothing(open, context)) && (open.method === 'DELETE' || !REMOVES.test(needed))) return { right, other, needed };
    }
  }
  return undefined;
}
