import type { Call, Value } from '../../model/value.js';
import type { RuleContext } from '../rule.js';
import { once } from './once.js';

/** A value that says where a client connects to, and everything the call is given besides. */
export interface ClientTarget {
  readonly value: Value;
  /** A host without a scheme: `http.request({ host })`. */
  readonly bare: boolean;
  readonly call: Call;
}
/** Functions whose first argument is the URL (or an object that holds it), by callee. */
const FIRST = new RegExp(
  '^((globalThis\\.|window\\.)?fetch|node-fetch|cross-fetch(\\.fetch)?|isomorphic-fetch|ofetch\\.(ofetch|\\$fetch)|undici\\.(fetch|request|stream|pipeline|connect|Client|Pool|BalancedPool|ProxyAgent)'
  + '|(request|request-promise|request-promise-native|superagent|needle|got|ky|axios|phin|bent|wretch|popsicle|urllib)(\\.(default|get|post|put|patch|delete|del|head|options|request|stream|all))?'
  + '|node:https?\\.(get|request)|https?\\.(get|request)|graphql-request\\.(GraphQLClient|request|rawRequest)|soap\\.(createClient|createClientAsync)|jose\\.createRemoteJWKSet'
  + '|socket\\.io-client(\\.(io|connect|default))?|ws|ws\\.WebSocket|WebSocket|EventSource|eventsource|mqtt\\.connect(Async)?|express-http-proxy|(http|https|socks)-proxy-agent(\\.\\w+)?|global-agent\\.bootstrap)$',
);
/** Methods of a client that was made by one of these. */
const MAKERS = /^(axios\.(create|Axios)|axios\.default\.create|got\.extend|ky\.(create|extend)|request\.defaults|request-promise\.defaults|ofetch\.\$fetch\.create|superagent\.agent|needle\.defaults|@nestjs\/axios\.HttpService)$/;
const VERBS = /^(get|post|put|patch|delete|del|head|options|request|stream|query)$/;
const ANY_URL_KEY = /^(url|uri|baseURL|baseUrl|prefixUrl)$/;
/** Options of other calls that name a server by URL, by callee. */
const KEYED: readonly { readonly callee: RegExp; readonly keys: RegExp }[] = [
  { callee: /^(axios|got|ky|request|request-promise(-native)?|needle|undici|ofetch)(\.|$)/, keys: /^(url|uri|baseURL|baseUrl|prefixUrl|proxy)$/ },
  { callee: /(^|\.)(createProxyMiddleware|createProxyServer|createProxy|httpProxy|proxyMiddleware)$|^(http-proxy|koa-proxy|koa-proxies|koa-http-proxy|fastify-http-proxy)/, keys: /^(target|upstream|host|forward|router)$/ },
  { callee: /^(jwks-rsa|jwks-rsa\.\w+|express-jwt-jwks|get-jwks)$/, keys: /^(jwksUri|issuer|domain)$/ },
  { callee: /^(@apollo\/|apollo-)/, keys: /^(uri|url|endpoint|schemaReporting)$/ },
  { callee: /^(passport-|@node-saml\/|openid-client|express-openid-connect|express-oauth2-jwt-bearer|simple-oauth2|@okta\/|oauth2?-)/, keys: /^(authorizationURL|tokenURL|userInfoURL|userProfileURL|callbackURL|redirectURI|redirect_uri|redirect_uris|issuer|issuerBaseURL|jwksUri|entryPoint|tokenHost|serverURL|server)$/ },
  { callee: /^(@elastic\/elasticsearch|@opensearch-project\/opensearch|elasticsearch|@influxdata\/influxdb-client|influx|@clickhouse\/client|meilisearch|typesense|@qdrant\/js-client-rest|weaviate-ts-client|minio|@aws-sdk\/[\w-]+|aws-sdk|nats|consul|node-vault|@grpc\/grpc-js)(\.|$)/, keys: /^(node|nodes|host|hosts|url|endpoint|servers|basePath|apiVersionUrl)$/ },
  { callee: /(^|\.)(RemoteGraphQLDataSource|GraphQLClient|ApolloGateway|IntrospectAndCompose|HttpLink|createHttpLink|createClient|WebSocketLink)$/, keys: /^(url|uri|endpoint)$/ },
];
/** Plugins that are handed over by name: `app.register(proxy, { upstream })`. */
const PLUGINS = /^(@fastify\/(http-proxy|reply-from|oauth2)|fastify-http-proxy|fastify-reply-from|@hapi\/h2o2)$/;
const PLUGIN_KEYS = /^(upstream|base|uri|discovery|issuer|tokenHost|callbackUri)$/;

/** Whether any row of `KEYED` may hold for a callee: most calls are told apart in one go. */
const ANY_KEYED = new RegExp(KEYED.map(({ callee }) => callee.source).join('|'));

/** The servers a call connects to, as it is told: URLs at a place that only a client has. */
export const clientTargets = once((call: Call, context): readonly ClientTarget[] => [...targetsOf(call, context)]);
function* targetsOf(call: Call, context: RuleContext): Iterable<ClientTarget> {
  const target = (value: Value, bare = false): ClientTarget => ({ value, bare, call });
  const first = call.args[0]?.spread ? undefined : call.args[0]?.value;
  const takesUrl = FIRST.test(call.callee) || isClientMethod(call, context);
  if (takesUrl && first) {
    const end = context.resolve(first).value;
    if (end.kind !== 'object') yield target(first);
    for (const item of call.args.slice(0, 2)) yield* below(item.value, ANY_URL_KEY);
    if (/^(node:)?http\.(get|request)$/.test(call.callee)) yield* hostOf(first);
  }
  if (call.name === 'register' && first?.kind === 'ref' && first.root.kind === 'import' && PLUGINS.test(first.root.from)) yield* below(call.args[1]?.value, PLUGIN_KEYS);
  if (ANY_KEYED.test(call.callee)) for (const { callee, keys } of KEYED) if (callee.test(call.callee)) for (const item of call.args) yield* below(item.value, keys);
  function* below(options: Value | undefined, keys: RegExp, depth = 0): Iterable<ClientTarget> {
    const object = options && context.resolve(options).value;
    if (object?.kind === 'array' && depth < 4) for (const item of object.items) yield* below(item.value, keys, depth + 1);
    if (object?.kind !== 'object' || depth > 3) return;
    for (const { key, value } of object.entries) {
      if (key === undefined) continue;
      const end = keys.test(key) ? context.resolve(value).value : undefined;
      if (end?.kind === 'array') for (const item of end.items) yield target(item.value);
      else if (end && end.kind !== 'object' && end.kind !== 'function') yield target(value);
      else if (/^(client|auth|serviceList|subgraphs|supergraphSdl|options|credentials|httpOptions)$/.test(key) || (end?.kind === 'object')) yield* below(value, keys, depth + 1);
    }
  }
  function* hostOf(options: Value): Iterable<ClientTarget> {
    for (const key of ['hostname', 'host']) {
      const answer = context.option(options, key);
      if (answer.kind === 'value') {
        yield target(answer.value, true);
        return;
      }
    }
  }
}
/** `api.get(...)` where `api` was made by a client library, and `this.httpService.get(...)` of Nest. */
function isClientMethod(call: Call, context: RuleContext): boolean {
  if (MAKERS.test(call.callee)) return true;
  if (!call.receiver || !VERBS.test(call.name)) return false;
  if (call.receiver.kind === 'ref' && /(^|\.)(httpService|axiosRef)$|^this\.(http|httpClient)$/.test(call.receiver.text)) return true;
  const made = context.resolve(call.receiver).value;
  return made.kind === 'call' && MAKERS.test(made.callee);
}

const CREDENTIAL = /^(authorization|proxy-authorization|cookie|(x-)?(api|access|auth|admin|secret|app|functions)[-_]?(key|token|secret)|x-token|apikey|password|passwd|client_?secret|access_?token|bearer|auth)$/i;
/** Whether the same call carries a login: a header, an option or a key in the address. */
export function carriesCredentials(call: Call, context: RuleContext): boolean {
  const look = (value: Value, depth: number): boolean => {
    const end = depth > 5 ? value : value.kind === 'ref' && value.root.kind !== 'parameter' ? context.resolve(value).value : value;
    if (end.kind === 'object') return end.entries.some((entry) => (entry.key !== undefined && CREDENTIAL.test(entry.key) && !isNothing(entry.value)) || look(entry.value, depth + 1));
    if (end.kind === 'call') return /stringify$/.test(end.name) && end.args.some((item) => look(item.value, depth + 1));
    if (end.kind === 'array') return end.items.some((item) => look(item.value, depth + 1));
    return false;
  };
  return call.args.some((item) => look(item.value, 0) || /[?&](api_?key|access_token|token|password|secret)=/i.test(context.textOf(item.value.at).slice(0, 500)));
}
function isNothing(value: Value): boolean {
  return value.kind === 'literal' && (value.value === undefined || value.value === null || value.value === false || value.value === '');
}
