import type { ModuleView } from '../../model/module.js';
import type { ArrayValue, Entry, ObjectValue, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import type { RuleContext } from '../rule.js';
import { contentsOf } from './contents.js';
import { authGuardName } from './guards.js';
import { wordsOf } from './names.js';
import { needsNoGuard } from './open-design.js';
import { adminPath, assetPath, publicPath, sensitivePath } from './paths.js';
import { refusesAt } from './refusals.js';
import { once } from './once.js';
import { someIn, someValue } from './walk.js';

/** A row of a table of routes, or of services behind a gateway, that asks nobody, where the rows beside it say who may call them. */
export interface OpenRow {
  readonly at: At;
  /** The row as messages call it: `DELETE /moves/:id`. */
  readonly name: string;
  /** What says who may call a row: `guard`; undefined: its place in the row. */
  readonly key: string | undefined;
  readonly counts: readonly [number, number];
  /** Its method as written: an endpoint may be registered by it. */
  readonly methodAt: At;
}
/** One row of a table of routes, or of services behind a gateway. */
export interface Row {
  readonly method: string | undefined;
  readonly path: string;
  readonly at: At;
  readonly methodAt: At;
  /** What says who may call it, by key or place. */
  readonly access: ReadonlyMap<string, Value>;
  readonly handler: Value | undefined;
  /** The row as it is written. */
  readonly whole: Value;
}
const METHOD = /^(get|post|put|patch|del|delete|head|options|all|\*)$/i;
const CHANGING = /^(post|put|patch|del|delete|all|\*)$/i;
const KEYED = /^(GET|POST|PUT|PATCH|DELETE|ALL|\*)[ :]\s{0,4}(\/?[\w/:{}.*-]{1,120})$/;
const VERB_KEY = /^(verb|method|http|httpMethod)$/i;
const PATH_KEY = /^(path|url|at|route|prefix|pattern|uri|endpoint|mount)$/i;
const TARGET_KEY = /^(target|upstream|proxy|proxyTo|backend|service|forwardTo|destination)$/i;
const ACCESS_KEY = /^(gates?|guards?|auth|authenticated?|authenticate|authori[sz]e|access|allow(ed)?|roles?|policy|policies|needs?|requires?|requiresAuth|requireAuth|needsAuth|authRequired|permissions?|scopes?|open|public|isPublic|protected|private|secured?|secure|level|who|rights?|security|login)$/i;
/** What says which of those who are known may call. */
const ROLE_KEY = /^(roles?|permissions?|scopes?|rights?|level|polic(y|ies)|allow(ed)?)$/i;
const OPENS_KEY = /^(open|public|isPublic)$/i;
const OPEN_WORD = /^(public|none|open|any|anyone|anybody|anonymous|everyone|everybody|guest|guests|nobody|no|off|visitor|world|unauthenticated)$/i;
/** Steps before a handler that ask nobody who calls. */
const NEUTRAL: ReadonlySet<string> = new Set('slow limit limited limiter rate throttle throttled validate valid schema body json upload csrf cache cached log logged audit cors helmet'.split(' '));
/** What people without an account send in. */
const SENT_IN = /\/(users?|accounts?|members?|customers?|tickets?|feedback|inquir(y|ies)|enquir(y|ies)|leads?|applications?|submissions?|complaints?|rsvps?|reservations?|bookings?|appointments?|donations?|testimonials?|surveys?|waitlist|signatures?|comments?|orders?|messages?|events?|search|query)\/?$/i;
const FEWEST_ROWS = 3;
const FEWEST_CLOSED = 2;
const MOST_ROWS = 300;

/** The open rows of the tables of a file. */
export function* openRows(module: ModuleView, context: RuleContext): Iterable<OpenRow> {
  for (const table of routeTables(module, context)) {
    const told = new Set<Row>();
    for (const one of openIn(table, context)) {
      if (told.has(one.row)) continue;
      told.add(one.row);
      yield one.said;
    }
  }
}
function* openIn(rows: readonly Row[], context: RuleContext): Iterable<{ readonly row: Row; readonly said: OpenRow }> {
  for (const key of new Set(rows.flatMap((row) => [...row.access.keys()]))) {
    const known = rows.map((row) => ({ row, state: stateOf(row.access.get(key), key, context) })).filter(({ row }) => !publicPath(row.path));
    const closed = known.filter(({ state }) => state === 'closed');
    if (closed.length < FEWEST_CLOSED || known.some(({ state }) => state === 'unknown')) continue;
    const changed = closed.filter(({ row }) => isChanging(row));
    for (const { row, state } of known) {
      if (state !== 'open' || !mattersOf(row, changed.length) || asksByItself(row, context)) continue;
      const said = row.access.get(key);
      // A row that says nothing may be closed by what stands before all of them: only one about the same things as a closed one tells.
      if (row.method !== undefined && !isSaid(said, key) && !changed.some((one) => aboutOf(one.row.path) === aboutOf(row.path))) continue;
      // What stands under another key may ask all the same.
      if ([...row.access].some(([other, value]) => other !== key && stateOf(value, other, context) !== 'open')) continue;
      const name = row.method === undefined ? row.path : `${row.method.toUpperCase()} ${row.path}`;
      yield { row, said: { at: said?.at ?? row.methodAt, name, key: /^\d+$/.test(key) ? undefined : key, counts: [closed.length, known.length - 1], methodAt: row.methodAt } };
    }
  }
}
function isChanging(row: Row): boolean {
  return row.method === undefined || CHANGING.test(row.method);
}
/** Something that is for nobody to do or to see who is not known. */
function mattersOf({ method, path }: Row, closedChanges: number): boolean {
  if (assetPath(path)) return false;
  if (method === undefined || !CHANGING.test(method)) return adminPath(path) || sensitivePath(path);
  if (/^post$/i.test(method)) return closedChanges >= FEWEST_CLOSED && !SENT_IN.test(path.startsWith('/') ? path : `/${path}`);
  return closedChanges > 0;
}
/** The value says that everybody may call; `roles: null` and what is left out say nothing of it. */
function isSaid(value: Value | undefined, key: string): boolean {
  return value !== undefined && !(ROLE_KEY.test(key) && value.kind === 'literal' && (value.value === null || value.value === false));
}
/** The things a path is about: its first word that tells them apart from others. */
function aboutOf(path: string): string {
  return path.split('/').find((one) => one !== '' && !/^(api|rest|v\d{1,3}|admin)$/i.test(one) && !/^[:{[*<]/.test(one)) ?? '';
}
/** Its handler looks at who calls, or what is registered by the row stands behind a check. */
function asksByItself({ handler, methodAt }: Row, context: RuleContext): boolean {
  if (context.endpoints({ file: methodAt.path }).some((one) => one.methodAt.mark === methodAt.mark && (one.authentication.state === 'guarded' || needsNoGuard(one, context)))) return true;
  const end = handler && context.resolve(handler).value;
  if (handler && someIn(handler, (one) => one.kind === 'call' && authGuardName(one.callee || one.name))) return true;
  if (end?.kind !== 'function') return false;
  const body = context.body(end.fn);
  const conduct = context.conduct(end.fn);
  return conduct?.refuses.some((status) => status === 401 || status === 403) === true || (body !== undefined && (body.steps.some((step) => refusesAt(step, context)) || someValue(body, (one) => one.kind === 'call' && authGuardName(one.callee || one.name))));
}
function stateOf(written: Value | undefined, key: string, context: RuleContext): 'open' | 'closed' | 'unknown' {
  const opens = OPENS_KEY.test(key);
  if (written === undefined) return opens ? 'closed' : 'open';
  const value = written.kind === 'ref' ? context.resolve(written).value : written;
  if (value.kind === 'literal') {
    // `auth: 'name:word'` is how a gateway presents itself to the service.
    if (key === 'auth' && typeof value.value === 'string' && value.value.includes(':')) return 'unknown';
    if (typeof value.value === 'string') return value.value === '' || OPEN_WORD.test(value.value) || isNeutral(value.value) ? 'open' : 'closed';
    return Boolean(value.value) === opens ? 'open' : 'closed';
  }
  if (value.kind === 'array') {
    // `roles: []` is anybody to some, and anybody with an account to others.
    if (value.open || (value.items.length === 0 && ROLE_KEY.test(key))) return 'unknown';
    const names = value.items.map((item) => nameOf(item.value));
    return names.every((name) => name !== undefined && (OPEN_WORD.test(name) || isNeutral(name))) ? 'open' : 'closed';
  }
  const name = nameOf(written);
  return name === undefined ? 'unknown' : OPEN_WORD.test(name) ? 'open' : isNeutral(name) ? 'unknown' : 'closed';
}
function nameOf(value: Value): string | undefined {
  if (value.kind === 'literal') return typeof value.value === 'string' ? value.value : undefined;
  return value.kind === 'ref' ? (value.path.at(-1) ?? value.text) : value.kind === 'call' ? value.name : undefined;
}
function isNeutral(name: string): boolean {
  return wordsOf(name).some((word) => NEUTRAL.has(word));
}

/** The tables of routes of a file, row by row. */
export const routeTables = once((module: ModuleView, context): readonly (readonly Row[])[] => {
  const { objects, arrays } = contentsOf(module, context);
  return [...arrays, ...objects].sort((one, other) => one.at.mark - other.at.mark).flatMap((value) => {
    if (value.at.path !== module.path) return [];
    const rows = value.kind === 'array' ? rowsOf(value) : keyedRows(value);
    return rows.length >= FEWEST_ROWS ? [rows] : [];
  });
});
/** Rows of one form; a spread or a row of another form hides what is usual. */
function rowsOf({ items, open }: ArrayValue): readonly Row[] {
  if (open || items.length > MOST_ROWS) return [];
  const rows = items.map((item) => (item.value.kind === 'object' ? objectRow(item.value) : item.value.kind === 'array' ? listRow(item.value) : undefined));
  return rows.every((row) => row !== undefined) ? rows : [];
}
function objectRow(whole: ObjectValue): Row | undefined {
  const { entries, open, at } = whole;
  if (open) return undefined;
  const verb = entries.find(({ key, value }) => key !== undefined && VERB_KEY.test(key) && value.kind === 'literal' && typeof value.value === 'string' && METHOD.test(value.value));
  const path = pathIn(entries);
  const handler = entries.find(({ value, form }) => value.kind === 'function' || form === 'method')?.value ?? entries.find(({ key, value }) => key !== undefined && !ACCESS_KEY.test(key) && (value.kind === 'ref' || value.kind === 'call') && /^(run|handler?|handle|action|controller|do|fn|execute|h|call|use)$/i.test(key))?.value;
  const isProxy = verb === undefined && entries.some(({ key, value }) => key !== undefined && TARGET_KEY.test(key) && (value.kind === 'literal' || value.kind === 'template' || value.kind === 'ref'));
  if (path === undefined || (!isProxy && (verb === undefined || handler === undefined))) return undefined;
  const method = verb?.value.kind === 'literal' ? String(verb.value.value) : undefined;
  // `secure` tells a proxy to look at certificates.
  const access = accessOf(isProxy ? entries.filter(({ key }) => key !== 'secure') : entries);
  return { method, path: path.text, at, methodAt: verb?.value.at ?? path.at, access, handler, whole };
}
function pathIn(entries: readonly Entry[]): { readonly text: string; readonly at: At } | undefined {
  for (const { key, value } of entries) {
    if (key === undefined || !PATH_KEY.test(key)) continue;
    if (value.kind === 'literal' && typeof value.value === 'string' && value.value.startsWith('/')) return { text: value.value, at: value.at };
    if (value.kind === 'regex') return { text: plain(value.source), at: value.at };
  }
  return undefined;
}
/** A pattern of a path, as it reads: `^\/wagons\/(?<id>\d+)$` is `/wagons/{id}`. */
function plain(source: string): string {
  return source.replace(/^\^|\$$/g, '').replaceAll('\\/', '/').replace(/\((?:\?<(\w{1,40})>)?[^()]{0,80}\)/g, (_, name: string | undefined) => `{${name ?? 'id'}}`);
}
function accessOf(entries: readonly Entry[]): ReadonlyMap<string, Value> {
  return new Map(entries.flatMap(({ key, value }): [string, Value][] => (key !== undefined && ACCESS_KEY.test(key) ? [[key, value]] : [])));
}
/** `['delete', '/moves/:id', 'none', remove]` */
function listRow(whole: ArrayValue): Row | undefined {
  const { items, open, at } = whole;
  const [verb, path] = items.map((item) => item.value);
  if (open || verb?.kind !== 'literal' || typeof verb.value !== 'string' || !METHOD.test(verb.value) || path?.kind !== 'literal' || typeof path.value !== 'string' || !path.value.startsWith('/')) return undefined;
  const rest = items.slice(2).map((item) => item.value);
  const access = new Map(rest.flatMap((value, index): [string, Value][] => (value.kind === 'literal' || value.kind === 'array' ? [[String(index), value]] : [])));
  const handler = rest.find((value) => value.kind === 'function' || value.kind === 'ref');
  return handler && { method: verb.value, path: path.value, at, methodAt: verb.at, access, handler, whole };
}
/** `{ 'GET crew': { role, run }, ... }` */
function keyedRows({ entries, open }: ObjectValue): readonly Row[] {
  if (open || entries.length > MOST_ROWS) return [];
  const rows = entries.map(({ key, keyAt, value }): Row | undefined => {
    const [, method, path] = KEYED.exec(key ?? '') ?? [];
    if (method === undefined || path === undefined || value.kind !== 'object' || value.open) return undefined;
    const handler = value.entries.find((one) => one.value.kind === 'function' || one.value.kind === 'ref')?.value;
    return handler && { method, path: path.startsWith('/') ? path : `/${path}`, at: keyAt, methodAt: keyAt, access: accessOf(value.entries), handler, whole: value };
  });
  return rows.every((row) => row !== undefined) ? rows : [];
}
