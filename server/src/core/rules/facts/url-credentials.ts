import type { FunctionView, Step } from '../../model/module.js';
import type { BindingId, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import type { RuleContext } from '../rule.js';
import { clientTargets } from './clients.js';
import { urlsOf } from './hosts.js';
import { isBrief } from './lifetime.js';
import { linkText } from './links.js';

/** A credential in the address, or in the parameters, of a request this program makes. */
export interface UrlCredential {
  readonly key: string;
  readonly at: At;
  readonly step: Step;
  /** The address is a constant: what its server reads is its own matter. */
  readonly foreign: boolean;
}
/** Whether a key of an address, with its value, holds a credential. */
export type IsCredential = (key: string, value: Value | undefined) => boolean;
const CLIENTS = /^(axios|got|ky|superagent|request|needle|undici|node-fetch|cross-fetch|http|https|node:https?|fetch|\$fetch|ofetch)(\.|$)/;
const HOLDERS: ReadonlySet<string> = new Set(['params', 'qs', 'searchParams', 'query']);
const BEFORE_VALUE = /[?&]([\w-]{1,40})=$/;
const DEEPEST = 6;

/** Every credential that a function puts into an address it asks for; links that are sent to people are none. */
export function* urlCredentials(fn: FunctionView, isCredential: IsCredential, context: RuleContext): Iterable<UrlCredential> {
  for (const step of fn.steps) {
    if (step.do !== 'call') continue;
    const { call } = step;
    const targets = clientTargets(call, context).filter((target) => !target.bare).map((target) => target.value);
    const onAgent = call.name === 'query' && call.receiver?.kind === 'call' && CLIENTS.test(rootOf(call.receiver));
    if (targets.length === 0 && !CLIENTS.test(call.callee) && !onAgent) continue;
    const addresses = [...new Set([...targets, ...call.args.slice(0, 1).map((arg) => arg.value)])];
    const foreign = addresses.some((value) => urlsOf(value, context).some((url) => url.where === 'remote' && url.when.length === 0));
    const told = (key: string, value: Value | undefined, at: At): UrlCredential | undefined =>
      at.path === call.at.path && isCredential(key, value) && !isBrief(value, context) && !(value?.kind === 'literal' && typeof value.value !== 'string') ? { key, at, step, foreign } : undefined;
    for (const address of addresses) yield* inAddress(address, fn, told, context, 0);
    for (const { value } of call.args) {
      const options = context.resolve(value).value;
      if (options.kind !== 'object') continue;
      if (onAgent) yield* inParameters(options, fn, told, context, 0);
      for (const entry of options.entries) if (entry.key !== undefined && HOLDERS.has(entry.key)) yield* inParameters(entry.value, fn, told, context, 0);
    }
  }
}
type Told = (key: string, value: Value | undefined, at: At) => UrlCredential | undefined;
/** `${base}?api_key=${key}`, `base + '?' + params`, `new URL(...)` and what is set on it later. */
function* inAddress(address: Value, fn: FunctionView, told: Told, context: RuleContext, depth: number): Iterable<UrlCredential> {
  if (depth > DEEPEST) return;
  if (address.kind === 'ref' && address.root.kind === 'local') yield* setOn(address.root.binding, 'searchParams', fn, told, context);
  const end = context.resolve(address).value;
  if (end.kind === 'call') {
    if (/^(toString|href)$/.test(end.name) && end.receiver) yield* inAddress(end.receiver, fn, told, context, depth + 1);
    else if (/(^|\.)(URL|Request)$/.test(end.callee)) for (const { value } of end.args.slice(0, 1)) yield* inAddress(value, fn, told, context, depth + 1);
    return;
  }
  if (end.kind === 'ref') {
    if (end.root.kind === 'value' && end.path.at(-1) === 'href') yield* inAddress(end.root.of, fn, told, context, depth + 1);
    else if (end.root.kind === 'local' && end.path.at(-1) === 'href') yield* inAddress({ ...end, path: end.path.slice(0, -1) }, fn, told, context, depth + 1);
    return;
  }
  if (end.kind !== 'template') return;
  const source = context.textOf(end.at);
  for (const [index, part] of end.parts.entries()) {
    const next = end.parts[index + 1];
    if (typeof part !== 'string' || next === undefined || typeof next === 'string' || linkText(part)) continue;
    const name = BEFORE_VALUE.exec(part)?.[1];
    const from = name === undefined ? -1 : source.indexOf(`${name}=`);
    const bare = next.kind === 'call' && /^encodeURIComponent|^String$/.test(next.callee) ? next.args[0]?.value : next;
    const found = name !== undefined && from >= 0 ? told(name, bare, context.within(end.at, from, from + name.length)) : undefined;
    if (found) yield found;
    if (/[?&]$/.test(part)) yield* inParameters(next, fn, told, context, depth + 1);
  }
}
/** `{ api_key }`, `new URLSearchParams({ api_key })`, `qs.stringify({ api_key })`, and what is set on them later. */
function* inParameters(value: Value, fn: FunctionView, told: Told, context: RuleContext, depth: number): Iterable<UrlCredential> {
  if (depth > DEEPEST) return;
  if (value.kind === 'ref' && value.root.kind === 'local') yield* setOn(value.root.binding, undefined, fn, told, context);
  const end = context.resolve(value).value;
  if (end.kind === 'object')
    for (const entry of end.entries) {
      const found = entry.key === undefined ? undefined : told(entry.key, entry.value, entry.keyAt);
      if (found) yield found;
    }
  else if (end.kind === 'call') {
    if (end.name === 'toString' && end.receiver) yield* inParameters(end.receiver, fn, told, context, depth + 1);
    else if (/(^|\.)(URLSearchParams|stringify)$/.test(end.callee)) for (const arg of end.args.slice(0, 1)) yield* inParameters(arg.value, fn, told, context, depth + 1);
  }
}
/** `url.searchParams.set('api_key', key)`, `params.append('api_key', key)`. */
function* setOn(binding: BindingId, member: 'searchParams' | undefined, fn: FunctionView, told: Told, context: RuleContext): Iterable<UrlCredential> {
  for (const step of fn.steps) {
    if (step.do !== 'call' || !/^(set|append)$/.test(step.call.name) || step.call.receiver?.kind !== 'ref') continue;
    const { root, path } = step.call.receiver;
    if (root.kind !== 'local' || root.binding !== binding || path.length !== (member === undefined ? 0 : 1) || path[0] !== member) continue;
    const [key, value] = step.call.args;
    const text = key && context.constant(key.value)?.value;
    const found = key && typeof text === 'string' ? told(text, value?.value, key.value.at) : undefined;
    if (found) yield found;
  }
}
/** What a chain of calls begins with: `superagent.get` of `superagent.get(url).set(...).query(...)`. */
function rootOf(value: Value): string {
  let current: Value | undefined = value;
  for (let hops = 0; current?.kind === 'call' && hops < 12; hops++) {
    if (current.callee !== '' || !current.receiver) return current.callee;
    current = current.receiver;
  }
  return '';
}
