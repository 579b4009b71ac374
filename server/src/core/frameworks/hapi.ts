import type { Described, Place, Protects, Role, ScopeEvent } from '../model/api.js';
import type { FunctionView } from '../model/module.js';
import type { Call, Value } from '../model/value.js';
import type { FrameworkAdapter } from './adapter.js';

const CREATES = /^(@hapi\/)?hapi(\.default)?\.(server|Server|createServer)$/;
const COMPOSES = /^(@hapi\/)?glue(\.default)?\.compose$/;
/** Extension points of a request that come before its handler, in this order, and those that come after it. */
const BEFORE: readonly string[] = ['onRequest', 'onPreAuth', 'onCredentials', 'onPostAuth', 'onPreHandler'];
const AFTER: ReadonlySet<string> = new Set(['onPostHandler', 'onPreResponse', 'onPostResponse']);
/** Extension points of the server: what stands there is given it. */
const OF_SERVER: ReadonlySet<string> = new Set(['onPreStart', 'onPostStart', 'onPreStop', 'onPostStop']);
const DESCRIBED: Described = {
  methods: 'method',
  paths: ['path'],
  layers: new Map<string, Place>([...BEFORE.slice(1).map((name): [string, Place] => [`ext.${name}`, 'layer']), ['pre', 'layer']]),
  handler: 'handler',
  guards: 'pre',
  under: ['options', 'config'],
  functions: { key: 'method', failing: 'failAction', ignored: new Set(['log', 'ignore']) },
  asks: 'auth',
  lists: true,
};
const LIFECYCLE: Role = { framework: 'hapi', as: 'layer', parameters: ['request', 'response'], returnSends: false, sure: true };
const HANDLER: Role = { ...LIFECYCLE, as: 'handler', returnSends: true };

type Read = (value: Value) => Value;

/** hapi: extensions and the default strategy cover every route of the server, whenever they were added; plugins have scopes of their own. */
const hapi: FrameworkAdapter = {
  id: 'hapi',
  packages: ['@hapi/hapi', 'hapi', '@hapi/glue', 'glue'],
  verbs: new Set(['route', 'register', 'ext', 'strategy', 'scheme', 'default', 'decorate', 'dependency', 'initialize', 'start', 'connection', 'select']),
  members: new Set(['auth']),
  creates(call) {
    // A local name that is spelled `hapi` is none.
    const isPackage = call.callee.startsWith('@') || call.target.kind !== 'ref' || (call.target.root.kind !== 'local' && call.target.root.kind !== 'parameter' && call.target.root.kind !== 'global');
    const first = call.args[0]?.value;
    if (isPackage && CREATES.test(call.callee)) return { kind: 'application', options: call.args.at(-1)?.value };
    if (!isPackage || !COMPOSES.test(call.callee) || !first) return undefined;
    return { kind: 'application', options: member(first, 'server'), then: { name: 'register', args: [member(first, 'register', 'plugins')] } };
  },
  events(call, _, __, read) {
    const values = call.args.map((item): Value => item.value);
    const [first, second, third] = values;
    const { at } = call;
    switch (call.name) {
      case 'route': return first ? [{ kind: 'route', methods: [], path: undefined, values: [first], described: DESCRIBED, at }] : [];
      case 'register': return first ? registered(call, first, values, read) : [];
      case 'ext': return first ? (second ? extension(first, second, third, at, read) : listed(first, read).flatMap((one) => extension(member(one, 'type'), member(one, 'method'), member(one, 'options'), at, read))) : [];
      case 'dependency': return second ? [{ kind: 'plugin', value: second, gives: ['scope', 'other'], options: undefined, open: true, at }] : [];
      case 'decorate': return second && third && first && textOf(read(first)) === 'server' ? [{ kind: 'member', name: second, value: third, reach: 'application', at }] : [];
      case 'auth.scheme': return first && second ? [{ kind: 'scheme', name: first, value: second, at }] : [];
      case 'auth.strategy': return first && second ? [{ kind: 'strategy', name: first, scheme: second, at }, ...(third && isMode(read(third)) ? [{ kind: 'default', value: first, mode: third, at } as const] : [])] : [];
      case 'auth.default': return first ? [{ kind: 'default', value: first, mode: undefined, at }] : [];
      case 'initialize':
      case 'start': return [{ kind: 'serves', at }];
      default: return [];
    }
  },
  returns: (call) => (/^(connection|select|register|initialize)$/.test(call.name) ? { kind: 'self' } : undefined),
  role,
  plain: new Set(['route', 'register', 'ext', 'strategy', 'scheme']),
  marks: {
    name: /^_?(server|hapi|srv|plugin|connection)$|server$/i,
    type: /\b(Hapi\.)?(Hapi)?Server\b/,
    verbs: new Set(['ext', 'strategy', 'scheme', 'dependency', 'expose', 'method', 'bind', 'views', 'state', 'initialize', 'start']),
    keys: new Set(['path', 'options', 'config', 'vhost']),
    lists: true,
  },
  plugin: (from) => PLUGINS.get(from) ?? (/^@hapi\//.test(from) || /^hapi-(auth|swagger|openapi|pino|good|bunyan|require-https|dev-errors|boom|prometheus|alive|sentry|i18n|mongo|sequelize|redis)/.test(from) ? 'nothing' : undefined),
  schemes: new Set(['basic', 'cookie', 'bell', 'jwt', 'hawk', 'bewit', 'bearer-access-token', 'bearer', 'bearer-token', 'oz', 'keycloak-jwt', 'iron']),
  order: { fallThrough: false, caseSensitive: true, layers: 'scope', routesPass: false, copies: 'none', parametersFirst: false, braces: true },
};
export default hapi;

/** Plugins whose purpose is known; those of `@hapi` that are not here only add schemes, kinds of handlers, views and the like. */
const PLUGINS: ReadonlyMap<string, Protects> = new Map<string, Protects>([
  ['blankie', 'headers'], ['disinfect', 'schema'], ['@hapi/crumb', 'csrf'], ['crumb', 'csrf'], ['hapi-cors', 'cors'], ['hapi-cors-headers', 'cors'],
  ['hapi-rate-limit', 'rate'], ['hapi-rate-limitor', 'rate'], ['hapi-ratelimit', 'rate'], ['hapi-rate-limiter', 'rate'],
  ...[
    'inert', 'vision', 'good', 'lout', 'blipp', 'yar', 'nes', 'bell', 'scooter', 'h2o2', 'tv', 'schwifty', 'schmervice', 'hapi-pulse', 'hapi-geo-locate', 'hapi-plugin-prometheus', 'hapi-api-version', 'hapi-qs',
    'hapi-graceful-shutdown', 'hapi-response-time', 'hapi-async-handler', 'hapi-server-session', 'hapi-remote-address', '@promster/hapi',
  ].map((name): [string, Protects] => [name, 'nothing']),
]);

/** What the parameters mean is the same everywhere; a handler's result is the answer. */
function role(at: Place, fn: FunctionView): Role {
  if (at === 'plugin') return { ...LIFECYCLE, as: 'other', parameters: [] };
  // `(request, reply)` before hapi 17 answers through what it is handed.
  if (at === 'handler') return fn.parameters[1]?.name === 'reply' ? { ...HANDLER, returnSends: false } : HANDLER;
  return LIFECYCLE;
}

/** `ext('onPreAuth', check)`: one or several functions at a point in the life of every request, or of those to the plugin's own routes. */
function extension(name: Value, method: Value, options: Value | undefined, at: Call['at'], read: Read): readonly ScopeEvent[] {
  const point = textOf(read(name));
  if (point === undefined) return [{ kind: 'incomplete', why: 'an extension under a name that cannot be read', at }];
  if (OF_SERVER.has(point)) return [{ kind: 'plugin', value: method, gives: ['scope'], options: undefined, open: true, at }];
  const isOfPlugin = options !== undefined && textOf(read(member(options, 'sandbox'))) === 'plugin';
  const common = { kind: 'use', paths: [], values: [method], reach: isOfPlugin ? 'own' : 'application', at } as const;
  if (AFTER.has(point)) return [{ ...common, late: true }];
  return BEFORE.includes(point) ? [common] : [];
}
/** `register(plugins, options?, done?)`. */
function registered({ at }: Call, first: Value, [, second, third]: readonly Value[], read: Read): readonly ScopeEvent[] {
  const isDone = (value: Value | undefined): value is Value => value !== undefined && read(value).kind === 'function';
  const done = isDone(second) ? second : isDone(third) ? third : undefined;
  const options = second === done ? undefined : second;
  const plugins: ScopeEvent = { kind: 'plugin', value: first, gives: ['scope', 'options', 'other'], options, open: false, written: 'objects', at };
  return done ? [plugins, { kind: 'plugin', value: done, gives: ['other'], options: undefined, open: true, at }] : [plugins];
}
/** The values of a list, or the one that is no list. */
function listed(value: Value, read: Read): readonly Value[] {
  const all = read(value);
  return all.kind === 'array' && !all.open ? all.items.map((_, index) => member(value, String(index))) : [value];
}
/** The mode of old versions: `strategy('session', 'cookie', 'try', options)`. */
function isMode(value: Value): boolean {
  return value.kind === 'literal' && (value.value === true || typeof value.value === 'string');
}
function textOf(value: Value): string | undefined {
  return value.kind === 'literal' && typeof value.value === 'string' ? value.value : undefined;
}
function member(of: Value, ...path: readonly string[]): Value {
  return { kind: 'ref', root: { kind: 'value', of }, path, text: path.at(-1) ?? '', at: of.at, nameAt: of.at };
}
