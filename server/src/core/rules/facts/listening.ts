import type { Endpoint, Scope } from '../../project/project.js';
import type { Call, Value } from '../../model/value.js';
import { samePlace, type At } from '../../text/source.js';
import type { RuleContext } from '../rule.js';
import { once } from './once.js';

/**
 * Who can reach what an application listens on: 'socket', a file or pipe of this machine; 'loopback', an address only this
 * machine has; 'default', Fastify that is told no host and then takes such an address.
 */
export type Reachable = 'socket' | 'loopback' | 'default' | 'network' | 'unknown';
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i;
const OPENNESS: readonly Reachable[] = ['socket', 'loopback', 'default', 'unknown', 'network'];

/** The most open of all places an application listens on. */
export const reachable = once((scope: Scope, context): Reachable => {
  const places = scope.serves.flatMap((at) => placesOf(at, scope, context));
  return places.reduce<Reachable>((most, one) => (OPENNESS.indexOf(one) > OPENNESS.indexOf(most) ? one : most), places[0] ?? 'unknown');
});
/** Nothing but this machine reaches the application, as it is written. */
export function isLocalOnly(scope: Scope, context: RuleContext): boolean {
  return /^(socket|loopback)$/.test(reachable(scope, context));
}
/** The same of everything a function answers. */
export function answersLocally(endpoints: readonly Endpoint[], context: RuleContext): boolean {
  return endpoints.length > 0 && endpoints.every(({ app }) => {
    const scope = context.scope(app);
    return scope !== undefined && isLocalOnly(scope, context);
  });
}
/** Everything a function answers comes through a file or pipe, which no browser and no other machine opens. */
export function answersAtSocket(endpoints: readonly Endpoint[], context: RuleContext): boolean {
  return endpoints.length > 0 && endpoints.every(({ app }) => {
    const scope = context.scope(app);
    return scope !== undefined && reachable(scope, context) === 'socket';
  });
}

function placesOf(at: At, scope: Scope, context: RuleContext): readonly Reachable[] {
  const calls = context.functions(at.path).flatMap((fn) => fn.steps.flatMap((step) => (step.do === 'call' ? [step.call] : [])));
  const call = calls.find((one) => samePlace(one.at, at));
  if (!call) return ['unknown'];
  if (/^listen(Async)?$/.test(call.name)) return [listens(call, scope.framework, context)];
  if (scope.framework === 'hapi') return [ofOptions(scope.options, 'network', context)];
  if (call.name === 'serve') return [ofOptions(call.args[0]?.value, 'network', context)];
  // `createServer(app)`, which listens later; `app.callback()` stands in such a call.
  const made = [call, ...calls.filter((one) => one.args.some(({ value }) => value.kind === 'call' && samePlace(value.at, at)))];
  const listening = calls.filter((one) => one.name === 'listen' && one.receiver !== undefined && isOneOf(one.receiver, made, context));
  return listening.length === 0 ? ['unknown'] : listening.map((one) => listens(one, 'node', context));
}
function isOneOf(receiver: Value, made: readonly Call[], context: RuleContext): boolean {
  const end = receiver.kind === 'ref' ? context.resolve(receiver).value : receiver;
  return end.kind === 'call' && made.some((one) => samePlace(one.at, end.at));
}
/** `listen(port, host)`, `listen(path)`, `listen({ port, host, path })`. */
function listens({ args }: Call, framework: string, context: RuleContext): Reachable {
  const unsaid: Reachable = framework === 'fastify' ? 'default' : 'network';
  const [first, second] = args;
  if (!first) return unsaid;
  if (args.some(({ spread }) => spread)) return 'unknown';
  const end = context.resolve(first.value).value;
  if (end.kind === 'object') return ofOptions(end, unsaid, context);
  const text = context.constant(first.value)?.value;
  if (typeof text === 'string' && /[/\\]/.test(text)) return 'socket';
  if (!second) return unsaid;
  const host = context.resolve(second.value).value;
  if (host.kind === 'function' || (host.kind === 'literal' && typeof host.value !== 'string')) return unsaid;
  return ofHost(second.value, context);
}
function ofOptions(options: Value | undefined, unsaid: Reachable, context: RuleContext): Reachable {
  if (context.option(options, 'path').kind === 'value') return 'socket';
  for (const key of ['host', 'hostname', 'address']) {
    const host = context.option(options, key);
    if (host.kind === 'unknown') return 'unknown';
    if (host.kind === 'value') return ofHost(host.value, context);
  }
  return unsaid;
}
function ofHost(value: Value, context: RuleContext): Reachable {
  const text = context.constant(value)?.value;
  return typeof text === 'string' ? (LOOPBACK.test(text) ? 'loopback' : 'network') : 'unknown';
}
