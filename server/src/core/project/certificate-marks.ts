import type { ModuleView } from '../model/module.js';
import type { BindingId, Ref, Value } from '../model/value.js';
import { someIn } from '../rules/facts/walk.js';

const SOCKET = /^(socket|connection|client|stream|tlsSocket|raw)$/;

/** `judges-certificates`: a test asks whether the certificate of the other side of a connection was accepted (`socket.authorized` of Node's TLS sockets), so that a server may let all in and refuse some later. */
export function* certificateMarks(module: ModuleView, text: string): Iterable<string> {
  if (!text.includes('authorized')) return;
  const sockets = new Set<BindingId>(module.bindings.filter(({ value }) => value.kind === 'ref' && SOCKET.test(value.path.at(-1) ?? '')).map(({ id }) => id));
  const isAsked = (value: Value): boolean => value.kind === 'ref' && value.path.at(-1) === 'authorized' && (isSocket(value.path.at(-2) ?? '') || isOfSocket(value, sockets, module));
  const isJudged = [module.top, ...module.functions.values()].some((fn) => fn.steps.some((step) => step.when.some(({ test }) => someIn(test, isAsked))));
  if (isJudged) yield 'judges-certificates';
}
function isSocket(name: string): boolean {
  return SOCKET.test(name);
}
/** A name for a socket: bound to one, or a parameter that is called one or has its type. */
function isOfSocket({ root, text }: Ref, sockets: ReadonlySet<BindingId>, module: ModuleView): boolean {
  if (root.kind === 'local') return sockets.has(root.binding);
  if (root.kind === 'value') return root.of.kind === 'ref' && isSocket(root.of.path.at(-1) ?? '');
  if (root.kind !== 'parameter') return false;
  const given = [module.top, ...module.functions.values()].find(({ id }) => id === root.fn)?.parameters[root.index];
  return isSocket(text.split('.')[0] ?? '') || (given !== undefined && /\bTLSSocket\b/.test(given.type ?? ''));
}
