import type { Described, HttpMethod, Methods, Place, Protects, Role, ScopeEvent } from '../model/api.js';
import type { FunctionView } from '../model/module.js';
import type { Call, Value } from '../model/value.js';
import type { FrameworkAdapter } from './adapter.js';

/** The shorthand methods of fastify 5.12.8; `all` is every supported one. */
const METHODS: ReadonlyMap<string, HttpMethod | 'all'> = new Map<string, HttpMethod | 'all'>([
  ...[
    'get', 'head', 'post', 'put', 'patch', 'delete', 'options', 'trace', 'query', 'propfind', 'proppatch', 'mkcol', 'copy', 'move', 'lock', 'unlock', 'search', 'report', 'mkcalendar',
  ].map((name): [string, HttpMethod] => [name, name.toUpperCase()]),
  ['all', 'all'],
]);
/** Hooks that run before the handler, in this order, and what they are handed. */
const BEFORE: ReadonlyMap<string, Place> = new Map<string, Place>([['onRequest', 'layer'], ['preParsing', 'payload'], ['preValidation', 'layer'], ['preHandler', 'layer']]);
const AFTER: ReadonlyMap<string, Place> = new Map<string, Place>([['preSerialization', 'payload'], ['onSend', 'payload'], ['onResponse', 'layer'], ['onTimeout', 'layer'], ['onRequestAbort', 'layer'], ['onError', 'failure']]);
/** Hooks of the server rather than of requests. */
const SERVER_HOOKS: ReadonlySet<string> = new Set(['onReady', 'onListen', 'onClose', 'preClose', 'onRegister']);
const DESCRIBED: Described = { methods: 'method', paths: ['url', 'path'], layers: BEFORE, handler: 'handler', guards: 'preHandler' };
/** Calls that give the scope back, whatever they do. */
const CHAINS: ReadonlySet<string> = new Set([
  ...METHODS.keys(), 'route', 'register', 'addHook', 'decorate', 'decorateRequest', 'decorateReply', 'after', 'ready', 'use', 'setErrorHandler', 'setNotFoundHandler', 'addSchema', 'addContentTypeParser',
  'addHttpMethod', 'setValidatorCompiler', 'setSerializerCompiler', 'setSchemaController', 'setReplySerializer', 'setSchemaErrorFormatter', 'withTypeProvider', 'removeContentTypeParser', 'removeAllContentTypeParsers',
]);
/** Verbs whose first argument may be anything. */
const PLAIN: ReadonlySet<string> = new Set(['register', 'addHook', 'decorate', 'route', 'use', 'after', 'setErrorHandler', 'listen']);

/** Fastify 4 and 5: hooks cover their scope and those below in any order, plugins have scopes of their own unless `fastify-plugin` opens them. */
const fastify: FrameworkAdapter = {
  id: 'fastify',
  packages: ['fastify'],
  verbs: new Set([...CHAINS, 'listen', 'inject']),
  creates(call) {
    const isFastify = /^(fastify|fastify\.fastify|fastify\.default)$/.test(call.callee) && call.target.kind === 'ref' && call.target.root.kind === 'import';
    return isFastify ? { kind: 'application', options: call.args[0]?.value } : undefined;
  },
  events(call) {
    const values = call.args.map((item): Value => item.value);
    const [first, second] = values;
    const method = METHODS.get(call.name);
    if (method) return first && second ? [route(call, [{ name: method, at: call.nameAt }], first, values.slice(1))] : [];
    switch (call.name) {
      case '': return first && second && isPath(first) ? [route(call, [{ name: 'unknown', at: call.nameAt }], first, values.slice(1))] : [];
      case 'route': return first ? [route(call, [], undefined, [first])] : [];
      case 'register': return first ? [{ kind: 'plugin', value: first, gives: ['scope', 'options', 'other'], options: second, open: false, at: call.at }] : [];
      case 'after':
      case 'ready': return first ? [{ kind: 'plugin', value: first, gives: ['other', 'scope', 'other'], options: undefined, open: true, at: call.at }] : [];
      case 'decorate': return first && second ? [{ kind: 'member', name: first, value: second, at: call.at }] : [];
      case 'addHook': return first && second ? hook(call, first, second) : [];
      case 'use': return first ? [{ kind: 'use', paths: second ? [first] : [], values: second ? values.slice(1) : values, at: call.at }] : [];
      case 'setErrorHandler': return first ? [{ kind: 'use', paths: [], values: [first], as: 'error', at: call.at }] : [];
      case 'listen': return [{ kind: 'serves', at: call.at }];
      default: return [];
    }
  },
  returns: (call) => (CHAINS.has(call.name) ? { kind: 'self' } : undefined),
  role,
  plain: PLAIN,
  marks: {
    name: /^_?(fastify|instance|app|server|api|router|routes|scope|f)$|(fastify|instance|app|server)$/i,
    type: /\bFastify\w*Instance\b/,
    verbs: new Set(['register', 'addHook', 'decorate', 'decorateRequest', 'decorateReply', 'withTypeProvider', 'setErrorHandler', 'setNotFoundHandler', 'addSchema', 'addContentTypeParser']),
    options: true,
    keys: new Set(['url', 'schema', 'onRequest', 'preParsing', 'preValidation', 'preHandler']),
  },
  opens(call) {
    const value = call.args[0]?.value;
    if (!/^fastify-plugin(\.(default|fastifyPlugin))?$/.test(call.callee) || !value) return undefined;
    const options = call.args[1]?.value;
    const isClosed = options?.kind === 'object' && options.entries.some((one) => one.key === 'encapsulate' && one.value.kind === 'literal' && one.value.value === true);
    return { value, open: !isClosed };
  },
  combines(call) {
    const [first, second] = call.args;
    if (call.name !== 'auth' || !call.receiver || first?.value.kind !== 'array' || first.value.open || first.value.items.length === 0) return undefined;
    const options = second?.value;
    const relation = options?.kind === 'object' && !options.open ? options.entries.find((one) => one.key === 'relation')?.value : undefined;
    return { values: first.value.items.map((item) => item.value), all: relation?.kind === 'literal' && relation.value === 'and' };
  },
  folders: new Set(['@fastify/autoload', 'fastify-autoload']),
  plugin(from, options) {
    if (from === '@fastify/bearer-auth') return hasFalse(options, 'addHook') ? 'nothing' : isClosedObject(options) ? 'authentication' : undefined;
    return PLUGINS.get(from) ?? (/^@fastify\/(?!autoload$)/.test(from) ? 'nothing' : undefined);
  },
  order: { fallThrough: false, caseSensitive: true, caseOptions: ['caseSensitive'], layers: 'scope', routesPass: false, copies: 'none', parametersFirst: false },
};
export default fastify;

/** Plugins whose purpose is known; those of `@fastify` that are not here, even `@fastify/jwt`, only add members that routes may use. */
const PLUGINS: ReadonlyMap<string, Protects> = new Map<string, Protects>([
  ['@fastify/helmet', 'headers'], ['fastify-helmet', 'headers'], ['@fastify/cors', 'cors'], ['fastify-cors', 'cors'], ['@fastify/rate-limit', 'rate'], ['fastify-rate-limit', 'rate'],
  ...[
    'fastify-swagger', 'fastify-swagger-ui', 'fastify-static', 'fastify-cookie', 'fastify-session', 'fastify-formbody', 'fastify-multipart', 'fastify-sensible', 'fastify-jwt', 'fastify-auth', 'fastify-compress',
    'fastify-websocket', 'fastify-metrics', 'fastify-graceful-shutdown', 'fastify-healthcheck', 'fastify-raw-body', 'fastify-print-routes', 'fastify-type-provider-zod', 'fastify-socket.io', 'fastify-mongodb',
    'fastify-postgres', '@scalar/fastify-api-reference',
  ].map((name): [string, Protects] => [name, 'nothing']),
]);

function route(call: Call, methods: Methods, path: Value | undefined, values: readonly Value[]): ScopeEvent {
  return { kind: 'route', methods, path, values, described: DESCRIBED, at: call.at };
}
function hook(call: Call, name: Value, value: Value): readonly ScopeEvent[] {
  const text = name.kind === 'literal' && typeof name.value === 'string' ? name.value : undefined;
  const before = text === undefined ? undefined : BEFORE.get(text);
  if (before) return [{ kind: 'use', paths: [], values: [value], as: before, at: call.at }];
  const after = text === undefined ? undefined : AFTER.get(text);
  if (after) return [{ kind: 'use', paths: [], values: [value], as: after, late: true, at: call.at }];
  if (text !== undefined && SERVER_HOOKS.has(text)) return [];
  // What is told of each route may give it hooks.
  return [{ kind: 'incomplete', why: text === undefined ? 'a hook under a name that cannot be read' : `the hook ${text}`, at: call.at }];
}
const PARAMETERS: Readonly<Record<Place, Role['parameters']>> = {
  handler: ['request', 'response'],
  layer: ['request', 'response', 'next'],
  payload: ['request', 'response', 'other', 'next'],
  failure: ['request', 'response', 'error', 'next'],
  error: ['error', 'request', 'response'],
  plugin: ['other', 'other', 'next'],
};
/** A hook that is async or takes no `done` passes a request on by returning. */
function role(at: Place, fn: FunctionView): Role {
  const all = PARAMETERS[at];
  const isCallback = !fn.async && fn.parameters.length >= all.length;
  const parameters = isCallback ? all : all.filter((one) => one !== 'next');
  const as = at === 'handler' || at === 'error' ? at : at === 'plugin' ? 'other' : 'layer';
  return { framework: 'fastify', as, parameters, returnSends: as === 'handler' || as === 'error', sure: true };
}
function isPath(value: Value): boolean {
  return value.kind === 'template' || (value.kind === 'literal' && typeof value.value === 'string' && value.value.startsWith('/'));
}
function hasFalse(options: Value | undefined, key: string): boolean {
  return options?.kind === 'object' && options.entries.some((one) => one.key === key && one.value.kind === 'literal' && one.value.value === false);
}
function isClosedObject(options: Value | undefined): boolean {
  return options?.kind === 'object' && !options.open && options.entries.every((one) => one.key !== 'addHook');
}
