import type { HttpMethod, Methods, Role, ScopeEvent } from '../model/api.js';
import type { Call, Value } from '../model/value.js';
import { looksLikePath, type Composed, type FrameworkAdapter } from './adapter.js';

/** The methods hono 4.13.19 defines on an application; others go through `on`. */
const METHODS: ReadonlyMap<string, HttpMethod | 'all'> = new Map(['get', 'post', 'put', 'delete', 'options', 'patch', 'query'].map((name): [string, HttpMethod | 'all'] => [name, name.toUpperCase()]).concat([['all', 'all']]));
const CHAINED = new Set([...METHODS.keys(), 'on', 'use', 'route', 'mount', 'onError', 'notFound', 'openapi', 'doc', 'doc31']);
/** `new Hono()` of the package, under the names runtimes give it. */
const CREATES = /^((npm:|jsr:@hono\/)?hono(@[\w.^~-]{1,30})?(\/(tiny|quick))?\.Hono|(npm:)?@hono\/zod-openapi\.OpenAPIHono)$/;
const FACTORY = 'hono/factory.createFactory()';
/** The option of a factory that is given every application it makes. */
const INITIAL = 'initApp';
const LAYER: Role = { framework: 'hono', as: 'layer', parameters: ['context', 'next'], returnSends: false, sure: true };
const HANDLER: Role = { ...LAYER, as: 'handler' };
const ERROR: Role = { ...LAYER, as: 'error', parameters: ['error', 'context'] };

type Read = (value: Value) => Value;

/** Hono, with its factories and `OpenAPIHono`. */
const hono: FrameworkAdapter = {
  id: 'hono',
  packages: ['hono', '@hono/zod-openapi'],
  verbs: new Set([...METHODS.keys(), 'on', 'use', 'route', 'basePath', 'onError', 'notFound', 'openapi']),
  answering: new Set(['fetch']),
  creates(call) {
    const isMade = call.callee === `${FACTORY}.createApp`;
    return isMade || CREATES.test(call.callee) ? { kind: 'application', options: call.args[0]?.value, ...(isMade ? { made: INITIAL } : {}) } : undefined;
  },
  events(call, _, __, read) {
    const values = call.args.map((item): Value => item.value);
    const [first, second] = values;
    const { at } = call;
    const method = METHODS.get(call.name);
    if (method) return values.length === 0 ? [] : [route(call, [{ name: method, at: call.nameAt }], values, read)];
    switch (call.name) {
      // A computed name that cannot be known: a route if it reads like one.
      case '': return first && values.length > 1 && isText(first) ? [route(call, [{ name: 'unknown', at: call.nameAt }], values, read)] : [];
      case 'on': {
        if (!first || !second) return [];
        const methods = methodsIn(read(first), call);
        // `on('PUT', '/files/*', guard())`: what calls make stands before the routes of these methods.
        const isLayers = second.kind === 'literal' && String(second.value).endsWith('*') && values.length > 2 && values.at(-1)?.kind === 'call';
        return [isLayers ? { kind: 'use', paths: [second], values: values.slice(2), methods, exact: true, at } : { kind: 'route', methods, path: second, values: values.slice(2), at }];
      }
      case 'use': return first ? [use(call, values)] : [];
      case 'route': return first && second ? [{ kind: 'use', paths: [first], values: [second], at }] : [];
      case 'openapi': return first && second ? [described(call, first, values.slice(1, 2), read)] : [];
      case INITIAL: return first ? [{ kind: 'plugin', value: first, gives: ['scope'], options: undefined, open: true, at }] : [];
      case 'onError': return [{ kind: 'use', paths: [], values, as: 'error', at }];
      case 'notFound': return [{ kind: 'answers', values, at }];
      case 'fetch':
      case 'fire': return [{ kind: 'serves', at }];
      default: return [];
    }
  },
  returns(call) {
    if (call.name === 'basePath') return { kind: 'derived', path: call.args[0]?.value };
    return CHAINED.has(call.name) || call.name === '' ? { kind: 'self' } : undefined;
  },
  composes(call): Composed | undefined {
    const values = call.args.map((item): Value => item.value);
    switch (call.callee) {
      case 'hono/factory.createMiddleware':
      case `${FACTORY}.createMiddleware`:
      case `${FACTORY}.createHandlers`:
      case 'hono/combine.every': return { path: undefined, values };
      case '@hono/zod-openapi.createRoute': return { path: undefined, values, same: true };
      default: return undefined;
    }
  },
  role(as) {
    if (as === 'error') return ERROR;
    return as === 'handler' ? HANDLER : LAYER;
  },
  plain: new Set(['use']),
  marks: { name: /^_?(app|application|server|router|routes?|api|hono)$|(app|router)$/i, type: /\b(OpenAPI)?Hono\b/, verbs: new Set(['use', 'on', 'route', 'basePath', 'onError', 'notFound', 'openapi']) },
  order: { fallThrough: true, caseSensitive: true, layers: 'registration', routesPass: true, copies: 'all', parametersFirst: false },
};
export default hono;

/** `get(path?, ...handlers)`: without a path it is that of the call before in the chain. */
function route(call: Call, methods: Methods, values: readonly Value[], read: Read): ScopeEvent {
  const [first, ...rest] = values;
  const hasPath = first !== undefined && rest.length > 0 && (isText(first) || (first.kind === 'ref' && read(first).kind !== 'function'));
  return hasPath ? { kind: 'route', methods, path: first, values: rest, at: call.at } : { kind: 'route', methods, path: pathBefore(call), values, at: call.at };
}
const LONGEST_CHAIN = 2_000;
/** The path a chain is at; undefined where it does not begin at a new application. */
function pathBefore(call: Call): Value | undefined {
  let at = call.receiver;
  for (let hops = 0; at?.kind === 'call' && hops < LONGEST_CHAIN; hops++, at = at.receiver) {
    const [first, second] = at.args;
    if (at.form === 'new') return { kind: 'literal', value: '/', at: at.at };
    if (at.name === 'on') return second?.value;
    if ((METHODS.has(at.name) || at.name === 'use') && first && isText(first.value)) return first.value;
    if (at.name === 'use') return { kind: 'literal', value: '*', at: at.at };
  }
  return undefined;
}

/** `use(path?, ...middleware)`: the path covers itself alone, and what is below it only with a `*`. */
function use(call: Call, values: readonly Value[]): ScopeEvent {
  const [first, ...rest] = values;
  const hasPath = first !== undefined && rest.length > 0 && looksLikePath(first);
  return { kind: 'use', paths: hasPath ? [first] : [], values: hasPath ? rest : values, exact: true, at: call.at };
}

/** `openapi(createRoute({ method, path, middleware }), handler)`. */
function described(call: Call, first: Value, handlers: readonly Value[], read: Read): ScopeEvent {
  const description = read(first);
  const entry = (key: string): Value | undefined => (description.kind === 'object' ? description.entries.findLast((one) => one.key === key)?.value : undefined);
  const member = (key: string): Value => ({ kind: 'ref', root: { kind: 'value', of: first }, path: [key], text: key, at: first.at, nameAt: first.at });
  const path = entry('path');
  const method = entry('method');
  const isKnown = path?.kind === 'literal' && typeof path.value === 'string';
  return {
    kind: 'route',
    methods: method ? methodsIn(method, call) : [{ name: 'unknown', at: call.nameAt }],
    // OpenAPI writes `{id}` for `:id`.
    path: isKnown ? { kind: 'literal', value: String(path.value).replace(/\{([^{}]{1,200})\}/g, ':$1'), at: path.at } : member('path'),
    values: entry('middleware') ? [member('middleware'), ...handlers] : handlers,
    at: call.at,
  };
}

function methodsIn(value: Value, call: Call): Methods {
  if (value.kind === 'array' && !value.open) return value.items.flatMap((item) => methodsIn(item.value, call));
  if (value.kind === 'literal' && typeof value.value === 'string') return [{ name: value.value.toUpperCase() === 'ALL' ? 'all' : value.value.toUpperCase(), at: value.at }];
  return [{ name: 'unknown', at: call.nameAt }];
}
function isText(value: Value): boolean {
  return value.kind === 'template' || (value.kind === 'literal' && typeof value.value === 'string');
}
