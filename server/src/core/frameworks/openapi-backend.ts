import type { Role, ScopeEvent } from '../model/api.js';
import type { FunctionView } from '../model/module.js';
import type { Value } from '../model/value.js';
import type { FrameworkAdapter } from './adapter.js';

const NEVER = /(?!)/;
const MAKES = /^openapi-backend(\.default)?(\.OpenAPIBackend)?(\.default)?$/;
/** `(c, req, res)` below Express and its like, `(c, ctx)` below Koa; elsewhere what is given back is the answer. */
const ANSWERING: Role = { framework: 'express', as: 'handler', parameters: ['context', 'request', 'response'], returnSends: false, sure: true };
const OF_KOA: Role = { framework: 'koa', as: 'handler', parameters: ['context', 'context'], returnSends: false, sure: true };
const GIVING: Role = { framework: 'openapi-backend', as: 'handler', parameters: ['context', 'other', 'other'], returnSends: true, sure: true };

/** openapi-backend 5: what is registered by name answers the operations of its document. */
const openapiBackend: FrameworkAdapter = {
  id: 'openapi-backend',
  packages: ['openapi-backend'],
  verbs: new Set(['register', 'registerHandler', 'registerSecurityHandler', 'handleRequest', 'init']),
  creates(call) {
    return call.form === 'new' && MAKES.test(call.callee) ? { kind: 'application', options: call.args[0]?.value } : undefined;
  },
  events(call) {
    const values = call.args.map((item): Value => item.value);
    const [first, second] = values;
    if (!first) return [];
    if (call.name === 'registerSecurityHandler') return second ? [named(call.at, first, second, 'security')] : [];
    if (call.name === 'register' || call.name === 'registerHandler') return [second ? named(call.at, first, second, 'handler') : named(call.at, undefined, first, 'handler')];
    return [];
  },
  returns: (call) => (call.name === 'handleRequest' ? undefined : { kind: 'self' }),
  role: (_, fn) => roleOf(fn),
  plain: new Set(['register', 'registerHandler', 'registerSecurityHandler']),
  marks: { name: NEVER, type: NEVER, verbs: new Set() },
  order: { fallThrough: false, caseSensitive: true, layers: 'registration', routesPass: false, copies: 'none', parametersFirst: false },
};
export default openapiBackend;

function named(at: Value['at'], name: Value | undefined, value: Value, as: 'handler' | 'security'): ScopeEvent {
  return { kind: 'named', name, value, as, at };
}
function roleOf({ parameters }: FunctionView): Role {
  const [, second, third] = parameters;
  if (parameters.length === 2 && /^_?(ctx|context)$/.test(second?.name ?? '')) return OF_KOA;
  // `(c, event, context)` of functions in a cloud give what they answer.
  const isGiving = /^_*(event|evt)$/i.test(second?.name ?? '') || /^APIGateway|^Lambda/.test(second?.type ?? '') || /^Lambda/.test(third?.type ?? '');
  return parameters.length < 3 || isGiving ? GIVING : ANSWERING;
}
