import type { Call, Value } from '../model/value.js';
import { isLoginPage, LOGIN } from './refusals.js';

/** What a call of the web's own vocabulary, or of Next's, makes of a request. */
export type WebMade =
  /** A response with the status of an option; undefined: none is written. */
  | { readonly is: 'response'; readonly status: Value | undefined }
  /** Sent elsewhere; `login`: to where callers say who they are. */
  | { readonly is: 'redirect'; readonly login: boolean; readonly to: Value | undefined }
  /** `NextResponse.next()`: goes on. */
  | { readonly is: 'passes' }
  /** `notFound()` and its kin of `next/navigation` 15: thrown where it is called. */
  | { readonly is: 'thrown'; readonly status: number };

const RESPONSE = /(^|[./])(Next)?Response$/;
const RESPONSE_METHOD = /(^|[./])(Next)?Response\.(json|redirect|rewrite|next|error)$/;
const THROWN: ReadonlyMap<string, number> = new Map([['notFound', 404], ['unauthorized', 401], ['forbidden', 403]]);

/** Fetch standard, `next/server` and `next/navigation` 16; undefined for every other call. */
export function webMade(call: Call): WebMade | undefined {
  const [first, second] = call.args;
  if (call.form === 'new') return RESPONSE.test(call.callee) ? { is: 'response', status: statusOption(second?.value) } : undefined;
  const method = RESPONSE_METHOD.exec(call.callee)?.[3];
  if (method === 'json') return { is: 'response', status: statusOption(second?.value) };
  if (method === 'next') return { is: 'passes' };
  if (method === 'redirect') return { is: 'redirect', login: first !== undefined && leadsToLogin(first.value, 0), to: first?.value };
  // What is rewritten is answered by the page it is rewritten to.
  if (method === 'rewrite') return first !== undefined && leadsToLogin(first.value, 0) ? { is: 'redirect', login: true, to: first.value } : { is: 'passes' };
  if (method === 'error') return { is: 'response', status: undefined };
  const ofNavigation = /^next\/navigation\.(\w+)$/.exec(call.callee)?.[1];
  if (ofNavigation === undefined) return undefined;
  if (ofNavigation === 'redirect' || ofNavigation === 'permanentRedirect') return { is: 'redirect', login: first !== undefined && leadsToLogin(first.value, 0), to: first?.value };
  const status = THROWN.get(ofNavigation);
  return status === undefined ? undefined : { is: 'thrown', status };
}
/** The call leaves the function it stands in, as a throw does. */
export function leavesAtOnce(call: Call): boolean {
  return /^next\/navigation\./.test(call.callee) && webMade(call) !== undefined;
}
function statusOption(options: Value | undefined): Value | undefined {
  return options?.kind === 'object' ? options.entries.findLast((entry) => entry.key === 'status')?.value : undefined;
}
/** Whether an address is that of a page where callers say who they are: `'/login'`, `new URL('/login', request.url)` and what is made of them. */
export function leadsToLogin(value: Value, depth: number): boolean {
  if (isLoginPage(value)) return true;
  if (depth > 4) return false;
  if (value.kind === 'call') return [...value.args.map((item) => item.value), ...(value.receiver ? [value.receiver] : [])].some((one) => one.kind !== 'function' && leadsToLogin(one, depth + 1));
  return value.kind === 'template' && value.parts.some((part) => typeof part !== 'string' && leadsToLogin(part, depth + 1));
}

/** Calls that give the session, user or token of the caller, and nothing where there is none. */
const ASKS_IDENTITY: ReadonlySet<string> = new Set([
  'auth', 'authenticate', 'getServerSession', 'getServerAuthSession', 'unstable_getServerSession', 'getSession', 'useSession', 'getToken', 'currentUser', 'getCurrentUser', 'getUser', 'getAuth', 'getAuthUser',
  'getAuthSession', 'getLoggedInUser', 'getSessionUser', 'getUserFromRequest', 'getUserFromSession', 'getServerUser', 'validateRequest', 'validateSession', 'getIronSession', 'verifySession', 'getSessionFromRequest',
  'getCurrentSession', 'getClaims', 'getUserId', 'getUserIdFromRequest',
]);
/** The call asks who calls, and gives what is missing where nobody says so: next-auth 4 and 5, Clerk, Supabase, Lucia, better-auth, iron-session. */
export function asksIdentity(call: Call): boolean {
  return call.form === 'call' && ASKS_IDENTITY.has(call.name);
}

const SAYS_WHO = /\b(un-?authenticated|un-?authori[sz]ed|not (authenticated|authori[sz]ed|logged in|signed in)|login required|must be (logged|signed) in)\b/i;
const SAYS_NO = /\b(forbidden|access denied|permission denied|insufficient permissions?|not allowed)\b/i;
/** The status the words of an error stand for: `new Error('Unauthorized')`, `new ApiError({ code: 'unauthorized' })`. */
export function saidStatus(error: Value | undefined): number | undefined {
  if (error?.kind !== 'call') return undefined;
  const texts = error.args.slice(0, 3).flatMap(({ value }) => (value.kind === 'object' ? value.entries.flatMap((entry) => (/^(code|type|name|message|error)$/.test(entry.key ?? '') ? [entry.value] : [])) : [value]));
  for (const text of texts) {
    if (text.kind !== 'literal' || typeof text.value !== 'string') continue;
    const said = text.value.slice(0, 200).replaceAll('_', ' ');
    if (SAYS_WHO.test(said)) return 401;
    if (SAYS_NO.test(said)) return 403;
  }
  return undefined;
}
/** The status a call answers with by its name: `unauthorized()`, `redirectToSignIn()` of Clerk 6. */
export function refusalNamed(name: string): number | undefined {
  if (/^redirectTo(SignIn|Login)(Page)?$/i.test(name)) return LOGIN;
  if (/unauthori[sz]ed|unauthenticated/i.test(name)) return 401;
  return /forbidden|accessdenied/i.test(name) ? 403 : undefined;
}
/** `{ req, request }` of a callback that is told who calls. */
export function holding(request: Value): Value {
  const { at } = request;
  return { kind: 'object', open: true, at, entries: ['req', 'request'].map((key) => ({ key, keyAt: at, value: request, form: 'pair', at })) };
}
