import type { FunctionView } from '../../model/module.js';
import type { Layer } from '../../model/api.js';
import { links, type Endpoint } from '../../project/project.js';
import type { RuleContext } from '../rule.js';
import { isHarmless, roleGuardName } from './guards.js';
import { changesOf } from './changes.js';
import { changing } from './methods.js';
import { wordsOf } from './names.js';
import { isWholeRequest, looksAtCaller, tableQueries } from './owned-tables.js';
import { publicPath } from './paths.js';
import { relatives } from './relatives.js';
import { refusesAt } from './refusals.js';

/** A route about the same things before which a check stands that this one lacks. */
export interface FewerChecks {
  readonly other: Endpoint;
  readonly layer: Layer;
  /** The same stands before this one, and asks for no right. */
  readonly scoped: boolean;
}
/** Who is trusted with what belongs to others. */
const OFFICE: ReadonlySet<string> = new Set('admin admins administrator superadmin superuser super root staff operator operators moderator moderators manager managers editor editors supervisor librarian curator lead chief owner sre backoffice'.split(' '));
/** As many routes beside it make a habit. */
const FEWEST_USUAL = 3;
const MOST_OF = 0.75;
const NO_RIGHT = /csrf|xsrf|cors|origin|limit|throttle|captcha|ip|host|schema|valid|body|upload|json|own|self|mine/i;

/** A changing route that anybody with an account may call for the things of everybody, where others about the same things ask for more. */
export function fewerChecks(open: Endpoint, same: readonly Endpoint[], body: FunctionView | undefined, context: RuleContext): FewerChecks | undefined {
  if (!body?.complete || open.route.layers.length + links(open.chain).length === 0 || open.authentication.state === 'open') return undefined;
  const wide = widely(open, body, context);
  const usual = wide ? [] : rightsUsual(open, body, context);
  if (!open.path.shape.includes('{}') && !wide && usual.length === 0) return undefined;
  if (looksAtCaller(body, context) || body.steps.some((step) => refusesAt(step, context) || (step.do === 'call' && step.call.args.some(({ value }) => isWholeRequest(value, body, context))))) return undefined;
  const own = layersOf(open);
  if (own.some((layer) => isOffice(layer))) return undefined;
  const near = open.method === 'POST' ? [] : relatives(open, context);
  const list = open.method === 'DELETE' ? context.endpoints({ scope: open.scope }).filter((one) => one.method === 'GET' && `${one.path.shape}/{}` === open.path.shape) : [];
  const others = wide ? wide : [...same.filter((one) => one !== open && one.method !== open.method && changing.has(one.method)), ...near, ...list, ...usual];
  for (const other of others) {
    if (other.app !== open.app) continue;
    const its = layersOf(other);
    const names = new Set(own.map(({ name }) => name));
    const more = its.filter((layer) => (!names.has(layer.name) || asksMore(layer, own)) && !NO_RIGHT.test(layer.name));
    const isSuperset = own.every((layer) => its.some((one) => one.name === layer.name) || isHarmless(layer));
    const layer = more.find((one) => (isSuperset && (refusesRight(one, context) || names.has(one.name))) || (isOffice(one) && one.fn !== undefined && turnsAway(one, context) && own.some((mine) => mine.fn !== undefined && turnsAway(mine, context))));
    if (layer) return { other, layer, scoped: names.has(layer.name) };
  }
  return undefined;
}
/** The same strategy, of which a right is asked for as well: `auth: { scope: ['desk'] }`. */
function asksMore(layer: Layer, own: readonly Layer[]): boolean {
  const isRight = ({ claims }: Layer): boolean => claims.some((claim) => claim.protects === 'authorization');
  return isRight(layer) && !own.some((mine) => mine.name === layer.name && isRight(mine));
}
/** The other routes of the router that ask for a right by a layer of their own, where most do, and this one changes what is stored and asks for none. */
function rightsUsual(open: Endpoint, body: FunctionView, context: RuleContext): readonly Endpoint[] {
  const others = context.endpoints({ scope: open.scope }).filter((one) => one.app === open.app && one.method !== 'OPTIONS' && one.method !== 'HEAD' && one.methodAt.mark !== open.methodAt.mark && !publicPath(one.path.text));
  const isAsked = (one: Endpoint): boolean => one.route.layers.some((layer) => refusesRight(layer, context) || layer.claims.some((claim) => claim.protects === 'authorization'));
  const asked = others.filter(isAsked);
  if (asked.length < FEWEST_USUAL || asked.length < MOST_OF * others.length || !asked.some((one) => changing.has(one.method))) return [];
  return changesOf(body, context).some((one) => !one.held) ? [...asked].sort((one, other) => Number(changing.has(other.method)) - Number(changing.has(one.method))) : [];
}
function layersOf({ route, chain }: Endpoint): readonly Layer[] {
  return [...new Set([...links(chain).map(({ layer }) => layer), ...route.layers])];
}
function isOffice({ name, value }: Layer): boolean {
  if (wordsOf(name).some((word) => OFFICE.has(word)) || roleGuardName(name, value.kind === 'call' && value.args.length > 0)) return true;
  return value.kind === 'call' && value.args.some(({ value: arg }) => arg.kind === 'literal' && typeof arg.value === 'string' && wordsOf(arg.value).some((word) => OFFICE.has(word)));
}
/** It refuses with 403: who calls is known, and may not do this. */
function refusesRight({ fn, name }: Layer, context: RuleContext): boolean {
  const conduct = fn === undefined ? undefined : context.conduct(fn);
  return conduct !== undefined && conduct.refuses.includes(403) && !conduct.closed && !NO_RIGHT.test(name);
}
function turnsAway({ fn }: Layer, context: RuleContext): boolean {
  const refuses = (fn === undefined ? undefined : context.conduct(fn)?.refuses) ?? [];
  return refuses.some((status) => status === 401 || status === 403 || status === 0);
}
/** The routes that take away one row of a table, where this one takes away many at once. */
function widely(open: Endpoint, body: FunctionView, context: RuleContext): readonly Endpoint[] | undefined {
  if (open.path.shape.includes('{}') || !/^(POST|DELETE)$/.test(open.method)) return undefined;
  const tables = new Set(tableQueries(body, context).flatMap((one) => (one.kind === 'delete' && one.owner === undefined ? [one.table] : [])));
  if (tables.size === 0) return undefined;
  return context.endpoints({ scope: open.scope }).filter((one) => {
    const its = one === open || one.method !== 'DELETE' || one.handler === undefined ? undefined : context.body(one.handler);
    return its !== undefined && tableQueries(its, context).some(({ kind, table }) => kind === 'delete' && tables.has(table));
  });
}
