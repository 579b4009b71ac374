import type { FunctionView, ModuleView } from '../../model/module.js';
import type { Call, Ref, Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import type { RuleContext } from '../rule.js';
import { dataWrite } from './data-writes.js';
import { outward } from './outward.js';
import { someIn, someValue } from './walk.js';

/** Sockets that are taken from anybody, and change what is stored. */
export interface OpenSockets {
  readonly how: 'sockets';
  readonly at: At;
  /** A change that a message of such a socket makes: `Message.create`. */
  readonly change: string;
  /** Where a check belongs. */
  readonly first: string;
  /** `change` is the name of a namespace, which the check of the main one does not cover. */
  readonly namespace?: true;
}
const DEEPEST = 5;
/** Servers of the package ws. */
const PLAIN = /^ws\.((default\.)?Server|WebSocketServer|WebSocket\.Server)$/;

/** `io.on('connection', ...)` of socket.io without a check of who connects, in a program whose routes ask for a login. */
export function* openSockets(module: ModuleView, context: RuleContext): Iterable<OpenSockets> {
  const all = [module.top, ...module.functions.values()];
  for (const fn of all)
    for (const step of fn.steps) {
      if (step.do !== 'call' || !/^(on|addListener)$/.test(step.call.name) || step.call.receiver?.kind !== 'ref') continue;
      const [event, listener] = step.call.args;
      const made = context.resolve(step.call.receiver).value;
      const heard = event && context.constant(event.value)?.value;
      if (!event || (heard !== 'connection' && heard !== 'connect') || made.kind !== 'call') continue;
      const receiver = step.call.receiver;
      if (made.name === 'of' && made.receiver?.kind === 'ref') {
        yield* openNamespace(made, receiver, listener?.value, event.value.at, all, context);
        continue;
      }
      const isPlain = PLAIN.test(made.callee);
      if (!isPlain && !/^socket\.io(\.(Server|default))?$/.test(made.callee)) continue;
      // Whoever takes the handshake in by itself looks at it there.
      if (isPlain && ['verifyClient', 'noServer'].some((key) => context.option(made.args[0]?.value, key).kind !== 'absent')) continue;
      const isTold = context.option(made.args.at(-1)?.value, 'allowRequest').kind === 'value' || all.some((one) => one.steps.some((other) => other.do === 'call' && /^(use|of)$/.test(other.call.name) && other.call.receiver !== undefined && context.sameValue(other.call.receiver, receiver)));
      const end = listener && context.resolve(listener.value).value;
      const body = end?.kind === 'function' ? context.body(end.fn) : undefined;
      // Whoever gets the server from here may put a check before it.
      if (isTold || !body?.complete || module.exports.some((one) => context.sameValue(one.value, receiver)) || !asksForLogin(module, context)) continue;
      const inside = [body, ...all.filter((one) => isWithin(one, body, module))];
      const change = inside.flatMap((one) => one.steps).map((one) => (one.do === 'call' ? dataWrite(one.call) : undefined)).find((one) => one !== undefined);
      if (change && !inside.some((one) => someValue(one, (value) => asksWho(value, one)))) yield { how: 'sockets', at: event.value.at, change: change.name, first: isPlain ? 'verifyClient' : 'io.use()' };
    }
}
/** `io.of('/host')` beside `io.use(check)`: that check stands before the main namespace alone (socket.io 3 and later). */
function* openNamespace(made: Call, receiver: Ref, listener: Value | undefined, at: At, all: readonly FunctionView[], context: RuleContext): Iterable<OpenSockets> {
  const root = made.receiver;
  const name = made.args[0] && context.constant(made.args[0].value)?.value;
  if (root === undefined || typeof name !== 'string' || name === '/' || (context.major('socket.io', at.path) ?? 99) < 3) return;
  const checks = (of: Value): boolean => all.some((one) => one.steps.some((step) => step.do === 'call' && step.call.name === 'use' && step.call.receiver !== undefined && context.sameValue(step.call.receiver, of)));
  const end = listener && context.resolve(listener).value;
  const body = end?.kind === 'function' ? context.body(end.fn) : undefined;
  if (!checks(root) || checks(receiver) || !body?.complete || someValue(body, (value) => asksWho(value, body))) return;
  yield { how: 'sockets', at: made.args[0]?.value.at.path === at.path ? made.args[0].value.at : at, change: name, first: 'use() of the namespace', namespace: true };
}

function isWithin(fn: FunctionView, outer: FunctionView, module: ModuleView): boolean {
  return [...outward(fn, (id) => module.functions.get(id), 1 + DEEPEST)].slice(1).some(({ id }) => id === outer.id);
}
/** Routes of the file, or of the program, ask who calls. */
function asksForLogin(module: ModuleView, context: RuleContext): boolean {
  return context.habits().guards.length > 0 || context.endpoints({ file: module.path }).some((one) => one.authentication.state === 'guarded');
}
/** What tells who is at the other end: the handshake, a check, an identity kept at the socket. */
function asksWho(value: Value, fn: FunctionView): boolean {
  if (value.kind === 'call') return /^(verify|authenticate|authorize|validate|check|require|ensure|assert|is|has|can)/i.test(value.name) && value.args.length > 0;
  return value.kind === 'ref' && value.root.kind === 'parameter' && value.path.some((key) => key !== undefined && /^(handshake|request|user|userId|auth|session|decoded|decodedToken|headers|token|secret|password|apiKey)$/i.test(key)) && !someIn(value, (one) => one !== value && one.kind === 'ref' && one.root.kind === 'parameter' && one.root.fn !== fn.id);
}
