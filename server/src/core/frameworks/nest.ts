import type { HttpMethod, Role, ScopeEvent } from '../model/api.js';
import type { FunctionView } from '../model/module.js';
import type { Call, Value } from '../model/value.js';
import { looksLikePath, type Decorated, type FrameworkAdapter } from './adapter.js';

const COMMON = '@nestjs/common';
const HANDLER: Role = { framework: 'nest', as: 'handler', parameters: [], returnSends: true, sure: true };
const LAYER: Role = { framework: 'nest', as: 'layer', parameters: ['request', 'response', 'next'], returnSends: false, sure: true };

/** Methods whose decorators bear their names, as @nestjs/common 12.5.1 exports them. */
const METHODS: readonly HttpMethod[] = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'SEARCH', 'PROPFIND', 'PROPPATCH', 'MKCOL', 'COPY', 'MOVE', 'LOCK', 'UNLOCK'];
/** Packages around Nest that bring services, and no guard of the whole application. */
const INFRASTRUCTURE = /^(@nestjs\/|@nestjs-modules\/|@golevelup\/|@sentry\/|@willsoto\/|@mikro-orm\/|nest|@[\w-]{1,60}\/(nest|[\w-]{1,60}-nest))/;
const GUARDS = /auth|secur|guard|keycloak|permission|role|acl|access|oidc|saml|clerk|session/i;
/** Packages whose decorators describe, inject or convert. */
const PLAIN = /^(@nestjs\/|class-validator|class-transformer|typeorm|mongoose|@mikro-orm\/|@golevelup\/|nestjs-(zod|i18n|cls|pino|paginate|form-data|typegoose)|@nestjs-modules\/|@automapper\/|@sentry\/|tsyringe|inversify|reflect-metadata)/;

const decorated: Decorated = {
  methods: new Map<string, HttpMethod | 'all'>([
    ...METHODS.map((name): [string, HttpMethod] => [`${COMMON}.${name.charAt(0)}${name.slice(1).toLowerCase()}`, name]),
    [`${COMMON}.All`, 'all'],
    [`${COMMON}.Sse`, 'GET'],
    [`${COMMON}.QueryMethod`, 'QUERY'],
  ]),
  mapping: `${COMMON}.RequestMapping`,
  enumeration: `${COMMON}.RequestMethod`,
  controller: `${COMMON}.Controller`,
  module: `${COMMON}.Module`,
  guards: `${COMMON}.UseGuards`,
  metadata: `${COMMON}.SetMetadata`,
  version: `${COMMON}.Version`,
  neutral: `${COMMON}.VERSION_NEUTRAL`,
  together: `${COMMON}.applyDecorators`,
  maker: '@nestjs/core.Reflector.createDecorator',
  guardToken: '@nestjs/core.APP_GUARD',
  later: `${COMMON}.forwardRef`,
  tree: new Set(['@nestjs/core.RouterModule.register', 'nest-router.RouterModule.forRoutes', 'nest-router.RouterModule.register']),
  isInfrastructure: (callee) => INFRASTRUCTURE.test(callee) && (/^@nestjs\//.test(callee) || !GUARDS.test(callee)),
  isPlain: (callee) => PLAIN.test(callee) || !GUARDS.test(callee.slice(callee.lastIndexOf('.') + 1)),
};

/** NestJS: routes are decorated methods of controllers; those a module graph holds are registered when the application begins to serve. */
const nest: FrameworkAdapter = {
  id: 'nest',
  packages: ['@nestjs/core', '@nestjs/common', '@nestjs/platform-express', '@nestjs/platform-fastify'],
  verbs: new Set(['use', 'useGlobalGuards', 'setGlobalPrefix', 'enableVersioning', 'enableCors', 'listen', 'listenAsync', 'init', 'register', 'disable', 'enable', 'set', 'getHttpAdapter', 'getInstance']),
  creates(call) {
    if (call.callee !== '@nestjs/core.NestFactory.create') return undefined;
    const [module, ...others] = call.args.map((item): Value => item.value);
    const options = others.find((value) => value.kind === 'object') ?? others.findLast((value) => value.kind !== 'call');
    const server = others.find(takesServer);
    return { kind: 'application', options, ...(module ? { then: { name: ROOT, args: server ? [module, server] : [module] } } : {}) };
  },
  events(call, on) {
    const values = call.args.map((item): Value => item.value);
    const [first, second] = values;
    const { at } = call;
    if (on !== 'application') return [];
    switch (call.name) {
      // What stands on a server that was made before stands before all routes.
      case ROOT: return first ? [{ kind: 'module', value: first, at }, ...(second ? [{ kind: 'incomplete', why: 'nobody can tell what stands on the server it is given', at: second.at } as const] : [])] : [];
      case 'use': return [use(call, values)];
      case 'useGlobalGuards': return [{ kind: 'guard', values, at }];
      case 'setGlobalPrefix': return first ? [{ kind: 'setting', name: 'globalPrefix', value: first, at }, ...(second ? [{ kind: 'setting', name: 'globalPrefixOptions', value: second, at } as const] : [])] : [];
      case 'enableVersioning': return [{ kind: 'setting', name: 'versioning', value: first ?? true, at }];
      // A plugin of Fastify covers the whole application, whenever it is registered.
      case 'register': return first ? [{ kind: 'use', paths: [], values: [first], as: 'plugin', reach: 'application', at }] : [];
      case 'enable':
      case 'disable': return first?.kind === 'literal' ? [{ kind: 'setting', name: String(first.value), value: call.name === 'enable', at }] : [];
      case 'set': return first?.kind === 'literal' && second ? [{ kind: 'setting', name: String(first.value), value: second, at }] : [];
      case 'init':
      case 'listen':
      case 'listenAsync': return [{ kind: 'serves', at }];
      default: return [];
    }
  },
  // What stands behind the application is set up through the same methods.
  returns: (call) => (/^(use|useGlobal\w+|setGlobalPrefix|enable\w*|disable|set|getHttpAdapter|getInstance|init|register)$/.test(call.name) ? { kind: 'self' } : undefined),
  role,
  plain: new Set(['useGlobalGuards', 'setGlobalPrefix']),
  marks: {
    name: /(?!)/,
    type: /\bI?Nest(Express|Fastify)?Application\b/,
    verbs: new Set(['useGlobalGuards', 'useGlobalPipes', 'useGlobalFilters', 'useGlobalInterceptors', 'setGlobalPrefix', 'enableVersioning', 'enableCors', 'enableShutdownHooks', 'getHttpAdapter']),
  },
  plugin: (from) => (/^(@fastify|fastify-)/.test(from) ? (/helmet/.test(from) ? 'headers' : /cors/.test(from) ? 'cors' : /rate/.test(from) ? 'rate' : /csrf/.test(from) ? 'csrf' : 'nothing') : undefined),
  order: { fallThrough: false, caseSensitive: false, layers: 'registration', routesPass: false, copies: 'none', parametersFirst: false },
  decorated,
};
export default nest;

/** `new ExpressAdapter(server)`: options of a new server are written as an object. */
function takesServer(value: Value): boolean {
  return value.kind === 'call' && value.args.some((item) => item.value.kind !== 'object' && item.value.kind !== 'literal');
}
/** How the root module is told, in place of a call. */
const ROOT = 'module of the application';

/** Parameters of handlers mean what their decorators say; a handler that takes the response answers itself. */
function role(at: 'handler' | string, fn: FunctionView): Role {
  if (at !== 'handler') return fn.parameters.length === 4 ? { ...LAYER, as: 'error', parameters: ['error', 'request', 'response', 'next'] } : LAYER;
  const parameters = fn.parameters.map((one): Role['parameters'][number] => {
    const names = one.decorators.flatMap((value) => (value.kind === 'call' ? [value] : []));
    if (names.some(({ callee }) => /\.(Req|Request)$/.test(callee))) return 'request';
    if (names.some(({ callee }) => /\.(Res|Response)$/.test(callee))) return 'response';
    return names.some(({ callee }) => /\.Next$/.test(callee)) ? 'next' : 'other';
  });
  const takesResponse = fn.parameters.some((one, index) => parameters[index] === 'response' && !one.decorators.some((value) => value.kind === 'call' && value.args.length > 0));
  return { ...HANDLER, parameters, returnSends: !takesResponse };
}

/** `use(path?, ...middleware)` of the server below. */
function use(call: Call, values: readonly Value[]): ScopeEvent {
  const [first, ...rest] = values;
  const isPath = first !== undefined && rest.length > 0 && looksLikePath(first);
  return { kind: 'use', paths: isPath ? [first] : [], values: isPath ? rest : values, at: call.at };
}
