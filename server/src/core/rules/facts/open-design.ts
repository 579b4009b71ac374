import type { FunctionView } from '../../model/module.js';
import type { Value } from '../../model/value.js';
import { links, type Endpoint } from '../../project/project.js';
import type { RuleContext } from '../rule.js';
import { asksForSecret } from './asked-secrets.js';
import { claimsGuard } from './guards.js';
import { refusesByItself } from './methods.js';
import { wordsOf } from './names.js';
import { tableQueries } from './owned-tables.js';
import { ownBody } from './own-steps.js';
import { requestReads } from './request-reads.js';
import { adminPath, identityPath, sensitivePath } from './paths.js';
import { someIn, someValue } from './walk.js';

/** Who works in the back office: what only they may read may well be sent in by anybody. */
const OFFICE: ReadonlySet<string> = new Set((
  'admin admins administrator superadmin superuser staff officer office manager moderator mod operator ops editor curator clerk reviewer supervisor support backoffice employee agent internal organizer organiser steward warden'
).split(' '));
/** Questions about the caller and a thing: `plants.owns(me.id, id)`. */
const ASKS_OWNER = /^(owns|isOwner\w*|isOwned\w*|ownedBy|belongsTo|isMine|hasAccess\w*|(can|may)[A-Z]\w*)$/;
/** What people without an account send in. */
const SENT_IN = /\/(tickets?|feedback|inquir(y|ies)|enquir(y|ies)|leads?|applications?|submissions?|complaints?|suggestions?|rsvps?|reservations?|bookings?|appointments?|donations?|enrol?lments?|testimonials?|surveys?|waitlist|signatures?)$/i;
/** Columns of a key that is handed out for one thing. */
const HELD_KEY = /^((share|shared|invite|invitation|access|public|view|download|preview|guest|link|unsubscribe|magic|claim|tracking)_?(key|token|code|hash|secret|uuid)|token|secret)$/i;
const DEEPEST = 5;
const SESSION_CALL = /^(cookies|getServerSession|getSession|getIronSession|currentUser|getCurrentUser|getToken|jwtVerify|verifySession|validateSession|getCookie)$/;
const SESSION_KEY = /^(cookies?|session|authorization|accesstoken)$/i;

/** The route needs no check of its own before it: it turns everybody away, asks who calls in its handler, or takes in what anybody may send. */
export function needsNoGuard(endpoint: Endpoint, context: RuleContext): boolean {
  return refusesByItself(endpoint, context) || answersNobody(endpoint) || asksInside(endpoint, context) || givesConstants(endpoint, context) || isHeldByKey(endpoint, context) || asksForSecret(endpoint, context) || isSubmission(endpoint, context);
}
/** What it answers stands in the code: a list of plans, of countries. */
function givesConstants({ method, handler }: Endpoint, context: RuleContext): boolean {
  const sent = method === 'GET' && handler !== undefined ? context.sends(handler) : [];
  return sent.length > 0 && sent.every(({ value }) => isFixed(value, context, 0)) && handler !== undefined && context.body(handler)?.complete === true;
}
function isFixed(value: Value, context: RuleContext, depth: number): boolean {
  const end = context.resolve(value).value;
  if (depth > DEEPEST) return false;
  if (end.kind === 'array') return !end.open && end.items.every((item) => isFixed(item.value, context, depth + 1));
  if (end.kind === 'object') return !end.open && end.entries.every((entry) => isFixed(entry.value, context, depth + 1));
  return end.kind === 'literal';
}
/** What it reads is chosen by a key that only those know who were given it: `File.findOne({ shareKey: req.params.key })`. */
function isHeldByKey(endpoint: Endpoint, context: RuleContext): boolean {
  const body = endpoint.method === 'GET' ? ownBody(endpoint, context) : undefined;
  const queries = body?.complete ? tableQueries(body, context) : [];
  return queries.length > 0 && queries.every(({ kind, filters }) => kind === 'read' && filters.some(({ column, value }) => HELD_KEY.test(column) && someIn(value, (one) => (one.kind === 'ref' || one.kind === 'call') && requestReads(one, context).length > 0)));
}
/** What answers all paths nothing else does, and only refuses: `() => Boom.notFound()`. */
function answersNobody({ path, conduct }: Endpoint): boolean {
  return /\{\*\}$/.test(path.shape) && conduct !== undefined && conduct.complete && conduct.passes === 'never' && conduct.welcomes === 'no' && conduct.stops === 'yes';
}
/** The handler refuses some for who they are, in whatever words: `if (!me || !owns(me, id)) return notFound()`. */
function asksInside(endpoint: Endpoint, context: RuleContext): boolean {
  const { conduct } = endpoint;
  if (!conduct || conduct.refuses.length === 0) return false;
  if (conduct.tests.some((one) => one === 'role' || one === 'owner')) return true;
  const body = ownBody(endpoint, context);
  return body !== undefined && body.steps.some((step) => step.when.slice(body.when.length).some((branch) => branch.early && someIn(branch.test, (value) => isOfCaller(value, context))));
}
/** An owner is asked for, or a name stands for what a function makes of the session. */
function isOfCaller(value: Value, context: RuleContext): boolean {
  if (value.kind === 'call' && ASKS_OWNER.test(value.name)) return true;
  const made = value.kind === 'ref' && value.root.kind === 'local' ? context.resolve({ ...value, path: [], nameAt: value.at }).value : value;
  if (made.kind !== 'call') return false;
  if (SESSION_CALL.test(made.name)) return true;
  const end = context.resolve(made.target).value;
  const body = end.kind === 'function' ? context.body(end.fn) : undefined;
  return body !== undefined && readsSession(body);
}
function readsSession(body: FunctionView): boolean {
  return someValue(body, (value) => (value.kind === 'call' ? SESSION_CALL.test(value.name) : value.kind === 'ref' && value.path.some((key) => key !== undefined && SESSION_KEY.test(key))));
}
/** `POST /forms` for everybody, where only the office reads and deletes what came in. */
export function isSubmission(open: Endpoint, context: RuleContext): boolean {
  if (open.method !== 'POST' || open.path.shape.endsWith('/{}') || adminPath(open.path.text)) return false;
  const around = [open.path.shape, `${open.path.shape}/{}`].flatMap((shape) => context.endpoints({ shape: `${open.app} ${shape}` })).filter((one) => one !== open && one.authentication.state === 'guarded');
  const isSentIn = SENT_IN.test(open.path.text);
  return around.some((one) => one.method === 'GET') && around.every((one) => one.method !== 'POST' && one.method !== 'all' && (isSentIn || isOfOffice(one)));
}
function isOfOffice(endpoint: Endpoint): boolean {
  const layers = [...endpoint.route.layers, ...links(endpoint.chain).map((link) => link.layer)].filter(claimsGuard);
  return layers.some((layer) => wordsOf(layer.name).some((word) => OFFICE.has(word)) || (layer.value.kind === 'call' && layer.value.args.some(({ value }) => value.kind === 'literal' && wordsOf(String(value.value)).some((word) => OFFICE.has(word)))));
}
/** Neighbours that say what is usual for a route: for a file or a list that is read only others that are read, and a guard of the office says nothing of what lies outside it. */
export function saysNothingOf(endpoint: Endpoint, guarded: readonly Endpoint[], isChanging: boolean): boolean {
  const { text } = endpoint.path;
  if (!isChanging && sensitivePath(text) && !adminPath(text) && !identityPath(text)) return !guarded.some((one) => one.method === 'GET' || one.method === 'all');
  return !adminPath(text) && guarded.every((one) => adminPath(one.path.text));
}
