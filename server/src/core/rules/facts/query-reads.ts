import type { FunctionView, ModuleView } from '../../model/module.js';
import type { BindingId, Call, Ref, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import { ofRequest } from './handed.js';
import type { RuleContext } from '../rule.js';
import { lastSegments, wordsOf } from './names.js';
import { holdsCall, refsIn } from './mentions.js';
import { once } from './once.js';
import { secretName, secretValue } from './secrets.js';
import { partsOf } from './walk.js';

/** One value taken out of the query of a request, in whatever words the framework or Node has for it. */
export interface QueryRead {
  readonly key: string;
  /** The key or the name it is read by. */
  readonly at: At;
  /** The reading itself; a parameter that the framework fills has none. */
  readonly value: Ref | Call | undefined;
  /** The first request of a socket, which browsers can give no headers. */
  readonly socket: boolean;
}
const REQUEST_NAME = /^(req|request|incoming|message|event|ctx|context|c|info|upgrade)$/i;
const SOCKET_NAME = /^(ws|socket|head|conn|connection|client)$/i;

/** The query value that a name or a call reads; undefined for all else. */
export function queryRead(value: Value, fn: FunctionView, context: RuleContext): QueryRead | undefined {
  if (value.kind === 'call') {
    const first = value.args[0]?.value;
    const key = first && context.constant(first)?.value;
    if (first === undefined || typeof key !== 'string') return undefined;
    const isQuery = value.name === 'query' && context.request(value)?.from === 'query';
    const isParameters = /^(get|getAll)$/.test(value.name) && value.receiver !== undefined && isParametersOf(value.receiver, context);
    const at = first.kind === 'literal' && first.at.path === fn.at.path ? first.at : value.nameAt;
    return isQuery || isParameters ? { key, at, value, socket: isSocket(fn) } : undefined;
  }
  if (value.kind !== 'ref') return undefined;
  const key = value.path.at(-1);
  if (key === undefined) return undefined;
  const inHandshake = value.path.includes('handshake') && value.path.includes('query') && value.root.kind === 'parameter';
  if (inHandshake) return { key, at: value.nameAt, value, socket: true };
  if (fieldKey(value, context) === key) return { key, at: value.nameAt, value, socket: isSocket(fn) };
  // `const { query } = req; query.key`
  const end = context.resolve(value).value;
  return end !== value && end.kind === 'ref' && fieldKey(end, context) === key ? { key, at: value.nameAt, value, socket: isSocket(fn) } : undefined;
}
function fieldKey(ref: Ref, context: RuleContext): string | undefined {
  const field = context.request(ref);
  if (field) return field.from === 'query' ? field.key : undefined;
  // `url.parse(req.url, true).query.key`
  const made = ref.root.kind === 'value' && ref.root.of.kind === 'call' ? ref.root.of : undefined;
  const isParsed = made !== undefined && /(^|\.)(url\.parse|parseUrl|parseurl)$/.test(made.callee) && ref.path.length === 2 && ref.path[0] === 'query' && asksForUrl(made, context);
  return isParsed ? ref.path[1] : undefined;
}
/** `new URL(req.url).searchParams`, `req.nextUrl.searchParams`, `new URLSearchParams(req.url.split('?')[1])`. */
function isParametersOf(receiver: Value, context: RuleContext): boolean {
  for (const value of [receiver, context.resolve(receiver).value]) {
    if (value.kind === 'call' && value.form === 'new' && value.callee === 'URLSearchParams' && asksForUrl(value, context)) return true;
    if (value.kind !== 'ref' || value.path.at(-1) !== 'searchParams') continue;
    if (value.root.kind === 'value' && value.root.of.kind === 'call' && /(^|\.)URL$/.test(value.root.of.callee) && asksForUrl(value.root.of, context)) return true;
    if (value.root.kind === 'parameter' && (isRequest(value, context) || value.path.includes('nextUrl') || value.path.includes('URL'))) return true;
    if (value.root.kind === 'local') {
      const owner = context.resolve({ ...value, path: value.path.slice(0, -1), text: value.text.replace(/\.searchParams$/, '') }).value;
      if (owner.kind === 'call' && /(^|\.)URL$/.test(owner.callee) && asksForUrl(owner, context)) return true;
    }
  }
  return false;
}
function asksForUrl(call: Call, context: RuleContext): boolean {
  return call.args.some(({ value }) => [...refsIn(value), ...refsIn(context.resolve(value).value)].some((ref) => {
    const field = context.request(ref);
    return field?.from === 'url' || field?.from === 'query' || (ref.root.kind === 'parameter' && /^(url|originalUrl|search|nextUrl)$/.test(ref.path.at(-1) ?? '') && isRequest(ref, context));
  }));
}
function isRequest(ref: Ref, context: RuleContext): boolean {
  if (ref.root.kind !== 'parameter') return false;
  return ofRequest(ref, context) || REQUEST_NAME.test(context.body(ref.root.fn)?.parameters[ref.root.index]?.name ?? '');
}
function isSocket(fn: FunctionView): boolean {
  return fn.parameters.some((one) => one.name !== undefined && SOCKET_NAME.test(one.name)) || /websocket|verifyClient|(^|\.)(handleUpgrade|onConnection|onUpgrade)$/i.test(fn.name);
}
/** `@Query('api_key') key`: parameters that Nest fills from the query. */
export function queryParameters(fn: FunctionView, context: RuleContext): readonly (QueryRead & { readonly index: number })[] {
  return fn.parameters.flatMap((parameter, index) => parameter.decorators.flatMap((one) => {
    const first = one.kind === 'call' && /(^|\.)Query$/.test(one.callee) ? one.args[0]?.value : undefined;
    const key = first && context.constant(first)?.value;
    return first && typeof key === 'string' ? [{ key, at: first.at, value: undefined, socket: false, index }] : [];
  }));
}

const CHECKS =
  /^(verify|validate|check|authenticate|authorize|decode|introspect|is_?valid|find(One|Unique|First)?(By\w*(Key|Token))|get\w*By(Key|Token)|(load|get|find)Session|timing_?safe_?equal|safe_?(equals?|compare)|constant_?time\w*|tsscmp|scmp|secure_?compare|compare_?(keys?|tokens?|secrets?))/i;
const GIVES = /^(get|read|extract|find|take|fetch|resolve|parse|jwt)$/;
const DEEPEST = 10;

/** The values of a file that are compared with a secret, handed to what verifies them, or given to it as the caller's credential. */
export const checkedValues = once(checkedIn);
function checkedIn(module: ModuleView, context: RuleContext): readonly Value[] {
  const found: Value[] = [];
  for (const fn of [module.top, ...module.functions.values()]) {
    const gives = givesCredential(fn);
    for (const step of fn.steps) {
      for (const { test } of step.when) collect(test, found, context, 0);
      if (step.do === 'call') {
        if (CHECKS.test(step.call.name)) for (const { value } of step.call.args) found.push(value);
        const list = lastSegments(step.call.receiver?.kind === 'ref' ? step.call.receiver.text : '').at(-1) ?? '';
        if (/^(includes|has|get|equals)$/.test(step.call.name) && /(key|token|secret)s?(set|map|list)?$/i.test(list)) for (const { value } of step.call.args) found.push(value);
        for (const { value } of step.call.args) collect(value, found, context, 0);
      } else if (step.value) {
        if (step.do === 'return' && gives) found.push(step.value);
        collect(step.value, found, context, 0);
      }
    }
  }
  for (const binding of module.bindings) collect(binding.value, found, context, 0);
  return found;
}
/** `getToken`, `extractApiKey`, `jwtFromRequest`: what it gives back is who the caller is. */
function givesCredential(fn: FunctionView): boolean {
  const words = wordsOf(fn.name.slice(fn.name.lastIndexOf('.') + 1));
  return words.length > 1 && GIVES.test(words[0] ?? '') && words.some((word) => /^(token|key|jwt|bearer|credentials?)$/.test(word)) && !words.some((word) => /^(page|cursor|next|cache)$/.test(word));
}
function collect(value: Value, found: Value[], context: RuleContext, depth: number): void {
  if (depth > DEEPEST) return;
  if (value.kind === 'compare' && /^[!=]==?$/.test(value.op)) {
    if (isSecretSide(value.right, context)) found.push(value.left);
    if (isSecretSide(value.left, context)) found.push(value.right);
  }
  // A stand-in for a credential that is looked for in a header first.
  if (value.kind === 'logic' && value.op !== '&&' && [value.left, value.right].some((side) => isHeader(side, context, 0))) found.push(value);
  if (value.kind === 'choice' && [value.then, value.else].some((side) => isHeader(side, context, 0))) found.push(value);
  for (const part of partsOf(value)) collect(part, found, context, depth + 1);
}
/** What a credential is compared with: no constant but a secret one, nor an item of a list that is searched. */
function isSecretSide(side: Value, context: RuleContext): boolean {
  if (side.kind === 'literal') return typeof side.value === 'string' && secretValue(side.value);
  if (side.kind === 'compare' || side.kind === 'not' || side.kind === 'regex') return false;
  if (side.kind !== 'ref') return true;
  if (side.root.kind === 'global' && side.text === 'undefined') return false;
  if (side.root.kind === 'parameter' && context.role(side.root.fn) === undefined) return secretName(side.path.at(-1) ?? side.text);
  return true;
}
function isHeader(value: Value, context: RuleContext, depth: number): boolean {
  const field = context.request(value);
  if (field) return (field.from === 'header' && field.key !== undefined && /auth|key|token|secret/.test(field.key)) || (field.from === 'cookie' && field.key !== undefined && /token|session|jwt|auth/i.test(field.key));
  return depth < 4 && partsOf(value).some((part) => isHeader(part, context, depth + 1));
}

/** Whether a reading is, or is bound to a name that is, part of one of the values. */
export function flowsInto(read: QueryRead, binding: BindingId | undefined, values: readonly Value[], module: ModuleView): boolean {
  const names = new Set<BindingId>(binding === undefined ? [] : [binding]);
  const holds = (value: Value): boolean => {
    if (read.value?.kind === 'call' && holdsCall(value, read.value)) return true;
    for (const ref of refsIn(value)) {
      if (read.value?.kind === 'ref' && ref.at.mark === read.value.at.mark && ref.text === read.value.text) return true;
      if (ref.root.kind === 'local' && names.has(ref.root.binding)) return true;
    }
    return false;
  };
  for (let round = 0; round < 2; round++) {
    for (const one of module.bindings) if (!names.has(one.id) && isPassedOn(one.value) && holds(one.value)) names.add(one.id);
    for (const fn of [module.top, ...module.functions.values()])
      for (const step of fn.steps) if (step.do === 'assign' && step.target.root.kind === 'local' && step.target.path.length === 0 && isPassedOn(step.value) && holds(step.value)) names.add(step.target.root.binding);
  }
  return values.some(holds);
}
/** What is bound is still the value, not something made with it. */
function isPassedOn(value: Value): boolean {
  if (value.kind === 'call') return /^(String|trim|toString|replace|slice|substring|get|query|getAll|split|at)$/.test(value.name);
  return value.kind !== 'function' && value.kind !== 'object' && value.kind !== 'compare';
}
