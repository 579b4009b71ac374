import type { HttpMethod, Methods, Role, ScopeEvent } from '../model/api.js';
import type { Call, Value } from '../model/value.js';
import { METHODS, looksLikePath, type FrameworkAdapter } from './adapter.js';

const SETTINGS = new Set(['set', 'enable', 'disable']);

/** Routers that hold requests against a document, as `@backstage/backend-openapi-utils` 0.6 makes them. */
const OF_DOCUMENTS = /^@backstage\/backend-openapi-utils\.createValidatedOpenApiRouter(FromGeneratedEndpointMap)?$/;

const HANDLER: Role = { framework: 'express', as: 'handler', parameters: ['request', 'response', 'next'], returnSends: false, sure: true };
const LAYER: Role = { ...HANDLER, as: 'layer' };
const ERROR: Role = { framework: 'express', as: 'error', parameters: ['error', 'request', 'response', 'next'], returnSends: false, sure: true };

/** Express 4 and 5: `express()`, `express.Router()`, and the packages whose routers behave alike. */
const express: FrameworkAdapter = {
  id: 'express',
  packages: ['express', 'express-promise-router', 'router', '@backstage/backend-openapi-utils'],
  verbs: new Set([...METHODS.keys(), ...SETTINGS, 'use', 'route', 'param', 'on', 'listen']),
  creates(call) {
    const first = call.args[0]?.value;
    switch (call.callee) {
      case 'express': return { kind: 'application', options: first };
      case 'express.Router':
      case 'express-promise-router':
      case 'router': return { kind: 'router', options: first };
      default: return OF_DOCUMENTS.test(call.callee) ? { kind: 'router', options: call.args[1]?.value } : undefined;
    }
  },
  events(call, on, path) {
    const values = call.args.map((item): Value => item.value);
    const method = METHODS.get(call.name);
    if (on === 'builder' && call.name === '') return [route(call, 'unknown', path, values)];
    if (on === 'builder') return method ? [route(call, method, path, values)] : [];
    if (call.name === 'use') return [use(call, values)];
    // One argument is a getter of a setting, never a route: app.get('port').
    // A computed name that cannot be known: a route if it reads like one.
    if (call.name === '') return values.length > 1 && values[0] && looksLikePath(values[0]) ? [route(call, 'unknown', values[0], values.slice(1))] : [];
    if (method) return values.length > 1 ? [route(call, method, values[0], values.slice(1))] : [];
    if (call.name === 'param' && values[0]) return [{ kind: 'parameter', name: values[0], values: values.slice(1), at: call.at }];
    // `app.on('mount', ...)` runs once the application is mounted, and registers on it as if it stood there.
    if (call.name === 'on') return isText(values[0], 'mount') && values[1] ? [{ kind: 'plugin', value: values[1], gives: ['other'], options: undefined, open: true, at: call.at }] : [];
    if (call.name === 'listen') return [{ kind: 'serves', at: call.at }];
    const [key, value] = values;
    if (SETTINGS.has(call.name) && key?.kind === 'literal' && typeof key.value === 'string') {
      const set = call.name === 'set' ? value : call.name === 'enable';
      return set === undefined ? [] : [{ kind: 'setting', name: key.value, value: set, at: call.at }];
    }
    return [];
  },
  returns(call) {
    if (call.name === 'route') return { kind: 'builder', path: call.args[0]?.value };
    return call.name === 'listen' ? undefined : { kind: 'self' };
  },
  role(at, fn) {
    if (fn.parameters.length === 4) return ERROR;
    return at === 'handler' || fn.parameters.length === 2 ? HANDLER : LAYER;
  },
  plain: new Set(['use', 'listen']),
  marks: { name: /^_?(app|application|server|router|routes?|api|express|expressapp|webserver)$|(app|router|server)$/i, type: /\b(Express|Application|Router|IRouter)\b/, verbs: new Set(['use', 'param', 'set', 'enable', 'disable']) },
  order: { fallThrough: true, caseSensitive: false, caseOptions: ['caseSensitive', 'case sensitive routing'], layers: 'registration', routesPass: true, copies: 'none', parametersFirst: false },
};
export default express;

function isText(value: Value | undefined, text: string): boolean {
  return value?.kind === 'literal' && value.value === text;
}
function route(call: Call, method: HttpMethod | 'all', path: Value | undefined, values: readonly Value[]): ScopeEvent {
  const methods: Methods = [{ name: method, at: call.nameAt }];
  return { kind: 'route', methods, path, values, at: call.at };
}

/** `use(path?, ...middleware)`: a first argument that is text, a pattern or a list of them is the path. */
function use(call: Call, values: readonly Value[]): ScopeEvent {
  const [first, ...rest] = values;
  const isPath = first !== undefined && rest.length > 0 && looksLikePath(first);
  return { kind: 'use', paths: isPath ? [first] : [], values: isPath ? rest : values, at: call.at };
}
