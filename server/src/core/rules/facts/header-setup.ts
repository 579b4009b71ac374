import { links, type Scope } from '../../project/project.js';
import type { Layer } from '../../model/api.js';
import type { FunctionView } from '../../model/module.js';
import type { Call, Value } from '../../model/value.js';
import { handedAs } from './handed.js';
import type { RuleContext } from '../rule.js';
import { headerModules, headerSetup, securityHeaders } from './headers.js';
import { baseOf } from './walk.js';

const SETTERS: ReadonlySet<string> = new Set(['setHeader', 'header', 'headers', 'set', 'append', 'writeHead']);

/** Whether a value is helmet or an equal: called, or handed over as a plugin. */
export function isHeaderSetup(value: Value): boolean {
  if (value.kind === 'call') return headerSetup(value.callee) || (value.name === 'register' && value.args[0] !== undefined && isHeaderSetup(value.args[0].value));
  return value.kind === 'ref' && value.root.kind === 'import' && headerModules.includes(value.root.from);
}

/** The layer sets the whole group of security headers, or at least three of them by hand. */
export function setsHeaders(layer: Layer, context: RuleContext): boolean {
  if (layer.claims.some((one) => one.protects === 'headers') || isHeaderSetup(layer.value)) return true;
  return layer.fn !== undefined && countsAsSetup(context.body(layer.fn), context);
}

/** At least three different security headers are set in the function. */
export function countsAsSetup(body: FunctionView | undefined, context: RuleContext): boolean {
  return body !== undefined && handSet(body, context).size >= 3;
}

/** The response headers a function sets, lower case. */
export function handSet(body: FunctionView, context: RuleContext): ReadonlySet<string> {
  const found = new Set<string>();
  for (const step of body.steps) if (step.do === 'call') for (const { name } of headersOf(step.call, context)) if (securityHeaders.includes(name)) found.add(name);
  return found;
}

/** One header a call sets: its name in lower case, where it stands, and its value. */
export interface HandSet {
  readonly name: string;
  readonly nameAt: Value['at'];
  readonly value: Value;
}
/** The headers one call sets: `setHeader('a', b)`, `set({ a: b })`, `writeHead(200, { a: b })`. */
export function headersOf(call: Call, context: RuleContext): readonly HandSet[] {
  if (!SETTERS.has(call.name) || !call.receiver) return [];
  const found: HandSet[] = [];
  const [first, second] = call.args;
  const name = first && context.constant(first.value)?.value;
  if (typeof name === 'string' && second && first) found.push({ name: name.toLowerCase(), nameAt: first.value.at, value: second.value });
  for (const { value } of call.args.slice(0, 3)) {
    const object = value.kind === 'ref' ? context.resolve(value).value : value;
    if (object.kind === 'object') for (const entry of object.entries) if (entry.key !== undefined) found.push({ name: entry.key.toLowerCase(), nameAt: entry.keyAt, value: entry.value });
  }
  return found;
}

/** The call is made on a server's response, known by its role: `res.set`, `res.status(200).header`, `ctx.set`. */
export function onResponse(call: Call, context: RuleContext): boolean {
  const base = baseOf(call.receiver);
  if (base?.kind !== 'ref') return false;
  const role = handedAs(base, context);
  const [field] = base.path;
  return role === 'response' ? field === undefined : role === 'context' && (field === undefined || /^(res|response)$/.test(field));
}

/** An application that answers requests: it listens or is handed out, nobody mounts it, and it does more than carry a socket. */
export function isServed(scope: Scope): boolean {
  return scope.kind === 'application' && scope.root && (scope.serves.length > 0 || scope.exported) && !(scope.complete && scope.order.length === 0);
}

/** Something that every request of the application passes sets its security headers, or a module for it is loaded where its routes are made. */
export function isProtected(scope: Scope, context: RuleContext): boolean {
  if (scope.layers.some((link) => setsHeaders(link.layer, context))) return true;
  if (headerModules.some((name) => scope.reaches.has(name))) return true;
  const endpoints = context.endpoints({ scope: scope.id });
  return endpoints.slice(0, 50).some((endpoint) => links(endpoint.chain).some((link) => setsHeaders(link.layer, context)));
}

/** Every middleware is known well enough to say that none of them sets the headers. */
export function isFullyKnown(scope: Scope, context: RuleContext): boolean {
  return scope.complete && scope.layers.every(({ layer }) => (layer.fn === undefined ? isKnown(layer, context) : !setsAnything(context.body(layer.fn), context, 0)));
}
/** Sets headers whose names stand elsewhere: `Object.entries(HEADERS).forEach(([name, value]) => res.setHeader(name, value))`. */
function setsAnything(body: FunctionView | undefined, context: RuleContext, depth: number): boolean {
  return (body?.steps ?? []).some((step) => {
    if (step.do !== 'call') return false;
    const { call } = step;
    const name = call.args[0]?.value;
    const isSetter = SETTERS.has(call.name) && call.args.length > 1 && call.name !== 'writeHead' && name !== undefined;
    if (isSetter && onResponse(call, context) && !context.constant(name)) return true;
    return depth < 2 && call.args.some(({ value }) => value.kind === 'function' && setsAnything(context.body(value.fn), context, depth + 1));
  });
}
/** npm middleware is known by its name; a file of the project that could not be read is not, whatever its name says. */
function isKnown({ value, claims }: Layer, context: RuleContext): boolean {
  const from = packageOf(value) ?? packageOf(context.resolve(value).value);
  return from === undefined ? claims.length > 0 : !/^([./~#]|@\/)/.test(from);
}
function packageOf(value: Value): string | undefined {
  if (value.kind === 'call') return packageOf(value.target);
  if (value.kind !== 'ref') return undefined;
  if (value.root.kind === 'value') return packageOf(value.root.of);
  return value.root.kind === 'import' ? value.root.from : undefined;
}
