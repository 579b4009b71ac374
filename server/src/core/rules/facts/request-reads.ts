import type { RequestField } from '../../model/api.js';
import type { Call, Ref, Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';
import { once } from './once.js';

/** A part of a request that a value is made of. */
export interface RequestRead {
  readonly field: RequestField;
  /** What reads it, as it is written. */
  readonly value: Value;
}
const DEEPEST = 10;
/** Functions that give the text they are given, or a piece of it. */
const SAME = /^(String|Number|Boolean|parseInt|decodeURIComponent|JSON\.parse|Buffer\.from)$/;
const SAME_OF = /^(toString|trim|trimStart|trimEnd|toLowerCase|toUpperCase|split|replace|replaceAll|slice|substring|substr|at|pop|shift|concat|normalize)$/;
const PARTS: ReadonlyMap<string, RequestField['from']> = new Map([['headers', 'header'], ['query', 'query'], ['body', 'body'], ['cookies', 'cookie'], ['params', 'param']]);
const BODY = /^(json|formData|parseBody|text)$/;

/** What a value reads from a request: through names, defaults, conversions, `new URL(req.url).searchParams` and `await req.json()`. */
export function requestReads(value: Value, context: RuleContext, depth = 0): readonly RequestRead[] {
  return depth === 0 && (value.kind === 'ref' || value.kind === 'call') ? known(value, context) : readsOf(value, context, depth);
}
/** Several rules ask about each name and call. */
const known = once((value: Value, context): readonly RequestRead[] => readsOf(value, context, 0));
function readsOf(value: Value, context: RuleContext, depth: number): readonly RequestRead[] {
  if (depth > DEEPEST) return [];
  switch (value.kind) {
    case 'ref': return ofRef(value, context, depth);
    case 'call': return ofCall(value, context, depth);
    case 'logic': return value.op === '&&' ? requestReads(value.right, context, depth + 1) : [...requestReads(value.left, context, depth + 1), ...requestReads(value.right, context, depth + 1)];
    case 'choice': return [...requestReads(value.then, context, depth + 1), ...requestReads(value.else, context, depth + 1)];
    case 'template': return value.parts.flatMap((part) => (typeof part === 'string' ? [] : requestReads(part, context, depth + 1)));
    default: return [];
  }
}
function ofRef(ref: Ref, context: RuleContext, depth: number): readonly RequestRead[] {
  // What the server signed is not the caller's word.
  if (ref.path.includes('signedCookies')) return [];
  const field = context.request(ref) ?? ofParameter(ref, context) ?? fieldAt(pathOfNest(ref, context));
  if (field) return field.from === 'whole' || field.from === 'identity' ? [] : [{ field, value: ref }];
  const { root, path } = ref;
  if (root.kind === 'value') {
    const of = root.of;
    if (of.kind === 'call' && isBody(of, context)) return [{ field: { from: 'body', key: path[0] }, value: ref }];
    // `cookies().get('role')?.value`, `header.split(',')[0]`
    return of.kind === 'call' && (path.length === 0 || (path.length === 1 && /^(value|\d+|length)$/.test(path[0] ?? '0'))) ? requestReads(of, context, depth + 1) : [];
  }
  if (root.kind !== 'local') return [];
  const end = context.resolve(ref).value;
  if (end === ref || (end.kind === 'ref' && end.root.kind === 'local')) return ofBound(ref, context, depth);
  return requestReads(end, context, depth + 1).map((read) => ({ ...read, value: ref }));
}
/** A member of a name that a call is bound to: `const body = await req.json()`, and `body.role`. */
function ofBound(ref: Ref, context: RuleContext, depth: number): readonly RequestRead[] {
  const [key, ...rest] = ref.path;
  if (key === undefined || rest.length > 0) return [];
  const whole = context.resolve({ ...ref, path: [] }).value;
  if (whole.kind === 'call' && isBody(whole, context)) return [{ field: { from: 'body', key }, value: ref }];
  const copied = copyOf(whole);
  if (copied) return requestReads({ ...copied, path: [...copied.path, key] }, context, depth + 1).map((read) => ({ ...read, value: ref }));
  if (whole.kind !== 'ref' || whole === ref) return [];
  return requestReads({ ...whole, path: [...whole.path, key] }, context, depth + 1).map((read) => ({ ...read, value: ref }));
}
/** What `Object.fromEntries(Object.entries(headers))` and `{ ...headers }` copy. */
function copyOf(value: Value): Ref | undefined {
  if (value.kind === 'object') {
    const [only, ...others] = value.entries;
    return only?.form === 'spread' && others.length === 0 && only.value.kind === 'ref' ? only.value : undefined;
  }
  if (value.kind !== 'call' || !/^Object\.(fromEntries|entries|assign)$/.test(value.callee)) return undefined;
  const first = value.args.at(-1)?.value;
  return first?.kind === 'ref' ? first : first && copyOf(first);
}
/** A parameter that is a request by its name or type, though nobody registered the function: `identify(request)`, `context({ req })`. */
function ofParameter(ref: Ref, context: RuleContext): RequestField | undefined {
  return fieldAt(pathOnRequest(ref, context));
}
function fieldAt(path: readonly (string | undefined)[] | undefined): RequestField | undefined {
  const from = path?.[0] === undefined ? undefined : PARTS.get(path[0]);
  const key = path?.[1];
  return from && key !== undefined ? { from, key: from === 'header' ? key.toLowerCase() : key } : undefined;
}
/** The path on what a guard of Nest asks its context for: `context.switchToHttp().getRequest().headers.x`, `GqlExecutionContext.create(context).getContext().req.headers.x`, also through a name. */
function pathOfNest(ref: Ref, context: RuleContext): readonly (string | undefined)[] | undefined {
  const whole = ref.root.kind === 'local' ? context.resolve({ ...ref, path: [] }).value : ref;
  const [call, path] = whole.kind === 'call' ? [whole, ref.path]
    : whole.kind === 'ref' && whole.root.kind === 'value' ? [whole.root.of, whole === ref ? ref.path : [...whole.path, ...ref.path]] : [undefined, []];
  if (call?.kind !== 'call' || call.receiver === undefined) return undefined;
  if (call.name === 'getRequest') return path;
  return call.name === 'getContext' && path[0] === 'req' ? path.slice(1) : undefined;
}
function pathOnRequest({ root, path }: Ref, context: RuleContext): readonly (string | undefined)[] | undefined {
  if (root.kind !== 'parameter') return undefined;
  const parameter = context.body(root.fn)?.parameters[root.index];
  if (path[0] === 'req' || path[0] === 'request') return path.slice(1);
  // `identify(headers)`
  if (parameter?.name === 'headers') return ['headers', ...path];
  const isRequest = parameter !== undefined && (/^_?(req|request)$/i.test(parameter.name ?? '') || /(^|\.)(\w*Request|IncomingMessage)(<.{0,200}>)?$/.test(parameter.type ?? ''));
  return isRequest ? path : undefined;
}
function isRequest(value: Value, context: RuleContext): boolean {
  if (value.kind !== 'ref') return false;
  const end = context.resolve(value).value;
  const ref = end.kind === 'ref' ? end : value;
  const path = pathOnRequest(ref, context);
  if (path?.length === 0) return true;
  const field = context.request(ref);
  return field?.from === 'whole' || (field === undefined && ref.root.kind === 'parameter' && ref.path.length === 1 && /^(req|request)$/.test(ref.path[0] ?? ''));
}
function isBody(call: Call, context: RuleContext): boolean {
  return context.request(call)?.from === 'body' || (BODY.test(call.name) && call.receiver !== undefined && isRequest(call.receiver, context));
}
function ofCall(call: Call, context: RuleContext, depth: number): readonly RequestRead[] {
  const own = context.request(call);
  if (own?.key !== undefined) return [{ field: own, value: call }];
  const [first] = call.args;
  if (SAME.test(call.callee) && first) return requestReads(first.value, context, depth + 1).map((read) => ({ ...read, value: read.value }));
  if (!call.receiver) return [];
  if (/^(get|header)$/.test(call.name) && first) {
    const key = context.constant(first.value)?.value;
    const from = typeof key === 'string' ? storeOf(call.receiver, context, 0) : undefined;
    if (from && typeof key === 'string') return [{ field: { from, key: from === 'header' ? key.toLowerCase() : key }, value: call }];
  }
  return SAME_OF.test(call.name) ? requestReads(call.receiver, context, depth + 1) : [];
}
/** What a `get` is asked of: `headers`, `cookies()`, `url.searchParams`, a form. */
function storeOf(receiver: Value, context: RuleContext, depth: number): RequestField['from'] | undefined {
  if (depth > 4) return undefined;
  if (receiver.kind === 'call') {
    if (receiver.callee === 'next/headers.headers') return 'header';
    if (receiver.callee === 'next/headers.cookies') return 'cookie';
    if (receiver.form === 'new' && receiver.name === 'URLSearchParams') return receiver.args[0] && isAddress(receiver.args[0].value, context, depth + 1) ? 'query' : undefined;
    return isBody(receiver, context) ? 'body' : isRequest(receiver, context) ? 'header' : undefined;
  }
  if (receiver.kind !== 'ref') return undefined;
  const last = receiver.path.at(-1);
  const above = receiver.path.length > 0 ? aboveOf(receiver) : undefined;
  if (last === 'searchParams' && above) return isAddress(above, context, depth + 1) ? 'query' : undefined;
  if ((last === 'headers' || last === 'cookies') && above && isRequest(above, context)) return last === 'headers' ? 'header' : 'cookie';
  if (isRequest(receiver, context)) return 'header';
  const end = receiver.root.kind === 'local' ? context.resolve(receiver).value : receiver;
  return end === receiver ? undefined : storeOf(end, context, depth + 1);
}
function aboveOf(ref: Ref): Value {
  if (ref.path.length === 1 && ref.root.kind === 'value') return ref.root.of;
  return { ...ref, path: ref.path.slice(0, -1) };
}
/** The address of a request: `new URL(req.url)`, `req.nextUrl`. */
function isAddress(value: Value, context: RuleContext, depth: number): boolean {
  if (depth > 6) return false;
  if (value.kind === 'call') return /^(URL|parse|parseUrl)$/.test(value.name) && value.args[0] !== undefined && isAddress(value.args[0].value, context, depth + 1);
  if (value.kind === 'template') return value.parts.some((part) => typeof part !== 'string' && isAddress(part, context, depth + 1));
  if (value.kind !== 'ref') return false;
  const last = value.path.at(-1);
  if ((last === 'url' || last === 'nextUrl' || last === 'originalUrl' || last === 'search') && isAsked(aboveOf(value), context)) return true;
  const end = context.resolve(value).value;
  return end !== value && isAddress(end, context, depth + 1);
}
function isAsked(value: Value, context: RuleContext): boolean {
  return isRequest(value, context) || (value.kind === 'ref' && value.path.at(-1) === 'nextUrl');
}
