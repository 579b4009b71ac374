import type { Methods, Role, ScopeEvent } from '../model/api.js';
import type { Call, Value } from '../model/value.js';
import { METHODS, looksLikePath, type FrameworkAdapter } from './adapter.js';

const ROUTERS = new Set(['@koa/router', '@koa/router.Router', 'koa-router', 'koa-router.Router']);
const LAYER: Role = { framework: 'koa', as: 'layer', parameters: ['context', 'next'], returnSends: false, sure: true };
/** `param('id', (id, ctx, next) => ...)` */
const PARAMETER: Role = { ...LAYER, parameters: ['other', 'context', 'next'] };
const HANDLER: Role = { ...LAYER, as: 'handler' };

/** Koa with @koa/router (whose verbs are those of `http.METHODS`, as Express has them), koa-router or koa-route, koa-mount and koa-compose. */
const koa: FrameworkAdapter = {
  id: 'koa',
  packages: ['koa', '@koa/router', 'koa-router', 'koa-route'],
  verbs: new Set([...METHODS.keys(), 'use', 'register', 'prefix', 'param', 'listen']),
  creates(call) {
    const options = call.args[0]?.value;
    if (call.callee === 'koa' || call.callee === 'koa.Koa') return { kind: 'application', options };
    if (!ROUTERS.has(call.callee)) return undefined;
    const prefix = options && prefixIn(options);
    return { kind: 'router', options, ...(prefix ? { prefix } : {}) };
  },
  events(call, on) {
    const values = call.args.map((item): Value => item.value);
    if (call.name === 'use') return on === 'application' ? values.map((value) => single(value) ?? { kind: 'use', paths: [], values: [value], at: call.at }) : [use(call, values)];
    if (call.name === 'listen' || call.name === 'callback') return [{ kind: 'serves', at: call.at }];
    if (on === 'application') return [];
    const [first, second, third] = values;
    if (call.name === '') return first && values.length > 1 && isText(first) ? [route(call, [{ name: 'unknown', at: call.nameAt }], values)] : [];
    const method = METHODS.get(call.name);
    if (method) return values.length > 1 ? [route(call, [{ name: method, at: call.nameAt }], values)] : [];
    if (call.name === 'prefix' && first) return [{ kind: 'prefix', path: first, at: call.at }];
    if (call.name === 'param' && first) return [{ kind: 'parameter', name: first, values: values.slice(1), at: call.at }];
    if (call.name === 'register' && second && third) return [{ kind: 'route', methods: methodsIn(second, call), path: first, values: [third], at: call.at }];
    return [];
  },
  returns(call) {
    if (call.name === 'allowedMethods') return { kind: 'harmless' };
    return call.name === 'listen' || call.name === 'register' ? undefined : { kind: 'self' };
  },
  composes(call) {
    const values = call.args.map((item): Value => item.value);
    if (call.callee === 'koa-compose') return { path: undefined, values: values.slice(0, 1) };
    if (call.callee !== 'koa-mount') return undefined;
    return values.length > 1 ? { path: values[0], values: values.slice(1, 2) } : { path: undefined, values };
  },
  role(as, fn) {
    if (fn.parameters.length === 3) return PARAMETER;
    return as === 'handler' ? HANDLER : LAYER;
  },
  plain: new Set(['use', 'listen']),
  marks: { name: /^_?(app|application|server|router|routes?|api|koa)$|(app|router|server)$/i, type: /\b(Koa|KoaRouter|Router)\b/, verbs: new Set(['use', 'param', 'prefix', 'allowedMethods']) },
  order: { fallThrough: false, caseSensitive: false, caseOptions: ['sensitive'], layers: 'registration', routesPass: true, copies: 'routers', parametersFirst: true },
};
export default koa;

/** The prefix of `new Router({ prefix: '/v1' })`; options that stand elsewhere are asked for theirs. */
function prefixIn(options: Value): Value | undefined {
  if (options.kind === 'object') return options.entries.findLast((entry) => entry.key === 'prefix')?.value;
  return { kind: 'ref', root: { kind: 'value', of: options }, path: ['prefix'], text: 'prefix', at: options.at, nameAt: options.at };
}

/** `app.use(route.get('/x', handler))` of koa-route 4: one route, whatever comes after it. */
function single(value: Value): ScopeEvent | undefined {
  if (value.kind !== 'call' || value.receiver === undefined || !value.callee.startsWith('koa-route.')) return undefined;
  const method = METHODS.get(value.name);
  const [path, ...rest] = value.args.map((item) => item.value);
  return method && rest.length > 0 ? { kind: 'route', methods: [{ name: method, at: value.nameAt }], path, values: rest, at: value.at } : undefined;
}
/** `get(name?, path, ...middleware)`: of two texts the first is a name. */
function route(call: Call, methods: Methods, values: readonly Value[]): ScopeEvent {
  const [first, second] = values;
  const isNamed = first !== undefined && second !== undefined && isText(first) && isText(second);
  const [path, ...rest] = isNamed ? values.slice(1) : values;
  return { kind: 'route', methods, path, values: rest, at: call.at };
}

/** `use(path?, ...middleware)`; a path that ends in a slash covers only itself. */
function use(call: Call, values: readonly Value[]): ScopeEvent {
  const [first, ...rest] = values;
  if (first === undefined || rest.length === 0 || !looksLikePath(first)) return { kind: 'use', paths: [], values, at: call.at };
  const isItself = first.kind === 'literal' && typeof first.value === 'string' && first.value.endsWith('/');
  return { kind: 'use', paths: [first], values: rest, ...(isItself ? { exact: true } : {}), at: call.at };
}

function methodsIn(value: Value, call: Call): Methods {
  if (value.kind === 'array' && !value.open) return value.items.flatMap((item) => methodsIn(item.value, call));
  if (value.kind === 'literal' && typeof value.value === 'string') return [{ name: value.value.toUpperCase(), at: value.at }];
  return [{ name: 'unknown', at: call.nameAt }];
}

function isText(value: Value): boolean {
  if (value.kind === 'array') return value.items.length > 0 && value.items.every((item) => isText(item.value));
  return value.kind === 'template' || value.kind === 'regex' || (value.kind === 'literal' && typeof value.value === 'string');
}
