import type { Layer, Protects } from '../../model/api.js';
import { lastSegments, snakeCase, wordsOf } from './names.js';

const AUTH = /(^|[._])(auth[nz]?|authed|authenticated?|authentication|authori[sz]ed?|authori[sz]ation|authenticate_(token|user|jwt|request|session|api_?key|admin)|(auth[nz]?|authentication|authorization|jwt)_?(middleware|guard|hook|check|verify)|protect(ed)?|requires?_?(auth[a-z0-9_]{0,40}|user|login|session|token|jwt|api_?key)|ensure_?(auth[a-z0-9_]{0,40}|logged_?in|login|session)|is_?(auth[a-z0-9_]{0,40}|logged_?in|signed_?in)|(verify|validate|check)_?([a-z0-9_]{1,40}_)?(token|jwt|session|api_?key|auth[a-z0-9_]{0,40}|login)|verify_?(user|access)|jwt(_?auth)?|bearer(_?auth)?|basic_?auth|api_?key(_?auth)?|(auth|login|session|token)[._]?required|with_?auth|guard|clerk[a-z0-9_]{0,40}|oauth2?(_?(bearer|guard|required|middleware))?|keycloak\.protect|firebase_?auth|cognito[a-z0-9_]{0,40})$/;
const ROLE = /(^|[._])(is|require[sd]?|ensure|check|has|verify|only|must_?be|allow(ed)?|restrict|authorize|needs?)_?(to|only|any|all)?_?(super_?)?(admin|owner|staff|root|moderator|role|permission|scope|grant|ability|abilities|access)s?(_(or|and)_[a-z0-9_]{1,40}|_only|_guard|_middleware)?$/;
const ROLE_ALONE = /^(admin_?only|owner_?or_?admin|admin_?(guard|auth|middleware|required))$/;
const ROLE_WITH_ARGUMENT = /^(authorize|can|acl|rbac|permit|restrict_?to|roles?|scope)$/;
/** A part of every name that any of these takes, as it is written: most names are settled by it. */
const GUARDISH = /auth|protect|user|log|sign|session|token|jwt|api[^a-z]?key|bearer|guard|clerk|keycloak|cognito|admin|owner|staff|root|moderator|role|permi|scope|grant|abilit|access|acl|rbac|restrict|(?<![a-z])can(?![a-z])/i;
/** Words of names that end like a guard and let every caller pass. */
const NO_GUARD: ReadonlySet<string> = new Set(['csrf', 'xsrf', 'throttle', 'throttler', 'throttling', 'captcha', 'recaptcha', 'cache', 'limiter', 'limit', 'brute', 'helmet', 'cors', 'optional', 'optionally', 'maybe', 'anonymous', 'passthrough']);

/** RULES 0.7: the name reads like a check of who calls. `text` is source text (`passport.authenticate`, `requireAuth`, `auth('x')`); role guards count. */
export function authGuardName(text: string): boolean {
  if (!GUARDISH.test(text)) return false;
  const spelled = spellings(text);
  if (spelled.length === 0 || wordsOf(spelled.join('_')).some((word) => NO_GUARD.has(word))) return false;
  return spelled.some((name) => AUTH.test(name) || name === 'can') || roleGuardName(text, true);
}

/** RULES 0.7: the name reads like a check of role, permission or ownership. Bare words such as `authorize` and `can` need an argument to be one. */
export function roleGuardName(text: string, hasArgument: boolean): boolean {
  const spelled = spellings(text);
  const last = spelled.at(-1) ?? '';
  if (spelled.some((name) => ROLE.test(name)) || ROLE_ALONE.test(last)) return true;
  return hasArgument && ROLE_WITH_ARGUMENT.test(last);
}

/** A name that could be a guard's although nothing proves it: what "Teach Unlatched this guard" offers first. */
export function guardLikeName(text: string): boolean {
  return /auth|secur|protect|guard|permit|permission|role|acl|access|login|session|token|tenant|private|restrict|policy|policies/i.test(text) || /(^|\.)can[A-Z]/.test(text);
}

/** RULES 0.8: middleware whose purpose is known and which refuses nobody for who they are; undefined where the name says nothing. Ask `authGuardName` first. */
export function harmlessName(text: string): Protects | undefined {
  const segments = lastSegments(text).map(snakeCase);
  const last = segments.at(-1);
  if (last === undefined || last === '') return undefined;
  const before = segments.length > 1 ? segments[0] : undefined;
  const both = before === undefined ? last : `${before}.${last}`;
  const exact = EXACT.get(last) ?? EXACT.get(both);
  if (exact && (before === undefined || !VALIDATOR_WORDS.has(last) || /valid/.test(before))) return exact;
  if (before !== undefined && /^(upload|uploader|multer)s?$/.test(before) && /^(single|array|fields|any|none)$/.test(last)) return 'nothing';
  const words = wordsOf(both);
  if (words.some((word) => word === 'csrf' || word === 'xsrf')) return 'csrf';
  if (/(^|_)(limiter|throttler?|rate_?limit(er|ing)?|slow_?down)$/.test(last) || /^(rate_?limit|throttle)/.test(last)) return 'rate';
  if (words.includes('cors')) return 'cors';
  if (words.includes('helmet') || /^(secure|security)_headers?(_middleware)?$/.test(last)) return 'headers';
  if (guardLikeName(text)) return undefined;
  if (/^(validate|validator|celebrate|z_?validator)(_|$)/.test(last) || (/_(validator|validation|schema)$/.test(last) && last !== 'pre_validation')) return 'schema';
  if (/^(cache|no_cache|pino|morgan)(_|$)/.test(last) || /(^|_)(logger|logging|cache)$/.test(last)) return 'nothing';
  return undefined;
}
const VALIDATOR_WORDS: ReadonlySet<string> = new Set(['body', 'param', 'query', 'check']);
const EXACT: ReadonlyMap<string, Protects> = new Map<string, Protects>([
  ...pairs('size', ['json', 'urlencoded', 'raw', 'text', 'body_parser', 'bodyparser', 'koa_body', 'body_limit']),
  ...pairs('nothing', [
    'compression', 'compress', 'morgan', 'logger', 'access_log', 'access_logger', 'log_requests', 'request_log', 'cookie_parser', 'session', 'cookie_session', 'express_session',
    'static', 'serve_static', 'serve_favicon', 'favicon', 'multer', 'upload', 'timeout', 'request_id', 'i18n', 'response_time', 'etag', 'poweredby', 'method_override', 'pino_http',
    'passport.initialize', 'passport.session', 'keycloak.middleware',
  ]),
  ...pairs('schema', ['body', 'param', 'query', 'check', 'celebrate', 'z_validator', 'zod_validator', 'check_schema', 'checkschema']),
  ...pairs('cors', ['cors', 'enable_cors']),
  ...pairs('headers', ['helmet', 'secure_headers', 'lusca', 'hsts', 'nosniff', 'frameguard', 'no_sniff']),
  ...pairs('rate', ['limiter', 'slow_down', 'rate_limit', 'rate_limiter']),
  ...pairs('csrf', ['csrf', 'csurf', 'lusca.csrf']),
]);

/** It is known that the layer asks who calls, or for a right. */
export function claimsGuard({ claims }: Pick<Layer, 'claims'>): boolean {
  return claims.some(({ protects }) => protects === 'authentication' || protects === 'authorization');
}
/** It is known what the layer is good for, and that this is neither. */
export function isHarmless(layer: Pick<Layer, 'claims'>): boolean {
  return layer.claims.length > 0 && !claimsGuard(layer);
}

/** Functions that only wrap their argument (`asyncHandler(fn)`): look at what they are given. */
export function wrapperName(text: string): boolean {
  const last = snakeCase(lastSegments(text).at(-1) ?? '');
  return /^(async_?handler|express_async_handler|catch_?async|catch_?errors|wrap(_?async|_?handler|per)?|async_?wrap(per)?|async_?middleware|try_?catch|safe|promisify_?handler|to_?handler)$/.test(last);
}

/** npm packages whose middleware keeps strangers out. Sub-paths and scopes: ask `moduleClaim`. */
export const guardModules: ReadonlyMap<string, Protects> = new Map(pairs('authentication', [
  'express-jwt', 'koa-jwt', 'passport', 'koa-passport', '@fastify/passport', 'express-basic-auth', 'express-oauth2-jwt-bearer', 'express-openid-connect', '@fastify/jwt', '@fastify/auth', '@fastify/basic-auth',
  '@fastify/bearer-auth', 'hono/jwt', 'hono/jwk', 'hono/basic-auth', 'hono/bearer-auth', 'next-auth', 'next-auth/middleware', '@auth0/nextjs-auth0', '@upstash/qstash/nextjs', '@upstash/qstash/dist/nextjs', 'keycloak-connect', 'koa-basic-auth', 'supertokens-node', '@hono/clerk-auth', '@hono/oidc-auth', '@hapi/jwt', '@hapi/basic',
]));

/** npm packages whose middleware refuses nobody for who they are, and what it is good for. */
export const harmlessModules: ReadonlyMap<string, Protects> = new Map<string, Protects>([
  ...pairs('headers', ['helmet', '@fastify/helmet', 'fastify-helmet', 'koa-helmet', 'hono/secure-headers', 'lusca', 'koa-lusca', 'blankie', 'hsts', 'frameguard', 'dont-sniff-mimetype', 'helmet-csp', 'content-security-policy']),
  ...pairs('cors', ['cors', '@fastify/cors', 'fastify-cors', '@koa/cors', 'koa2-cors', 'koa-cors', 'kcors', 'hono/cors']),
  ...pairs('rate', ['express-rate-limit', '@fastify/rate-limit', 'fastify-rate-limit', 'koa-ratelimit', 'koa2-ratelimit', 'express-slow-down', 'rate-limiter-flexible', 'hono-rate-limiter', 'express-brute', '@nestjs/throttler', 'hapi-rate-limit', 'hapi-rate-limitor']),
  ...pairs('size', ['body-parser', 'koa-body', 'koa-bodyparser', '@koa/bodyparser', 'hono/body-limit', 'raw-body', 'co-body']),
  ...pairs('schema', ['celebrate', 'express-validator', 'express-validation', 'joi', 'zod', '@hono/zod-validator', '@hono/valibot-validator', 'hono/validator', 'express-openapi-validator', 'express-joi-validation', 'koa-joi-router', 'ajv', 'yup', 'zod-express-middleware']),
  ...pairs('csrf', ['csurf', 'csrf', 'csrf-csrf', 'csrf-sync', 'lusca.csrf', 'hono/csrf', '@fastify/csrf-protection', 'koa-csrf', '@hapi/crumb', '@dr.pogodin/csurf', 'tiny-csrf']),
  ...pairs('nothing', [
    'compression', 'koa-compress', '@fastify/compress', 'hono/compress', 'morgan', 'koa-morgan', 'koa-logger', 'hono/logger', 'pino-http', 'express-pino-logger', 'express-winston', 'express-bunyan-logger', 'winston', 'pino', 'bunyan',
    'cookie-parser', '@fastify/cookie', 'express-session', 'cookie-session', 'koa-session', '@fastify/session', '@fastify/secure-session', 'connect-flash', 'serve-static', 'koa-static', 'koa-mount', 'koa-send', '@fastify/static', 'serve-favicon', 'koa-favicon',
    'serve-index', 'multer', '@koa/multer', 'fastify-multer', '@fastify/multipart', 'express-fileupload', 'connect-busboy', 'connect-timeout', 'express-request-id', 'express-requestid', 'koa-requestid', 'hono/request-id', 'hono/timing', 'hono/etag', 'hono/pretty-json', 'hono/powered-by', 'hono/cache', 'hono/context-storage', 'hono/language', 'hono/method-override', 'hono/trailing-slash', 'hono/jsx-renderer',
    'i18n', 'i18next-http-middleware', 'response-time', 'koa-response-time', 'method-override', 'koa-override', 'errorhandler', 'koa-json-error', 'koa-error', 'koa-etag', 'koa-conditional-get', 'koa-json', 'koa-views', 'express-ejs-layouts', 'express-handlebars',
    'express-async-errors', 'express-status-monitor', 'express-prom-bundle', 'express-useragent', 'hpp', 'express-mongo-sanitize', 'xss-clean', 'apicache', 'nocache', 'swagger-ui-express', '@fastify/swagger', '@fastify/swagger-ui', '@fastify/formbody',
    '@fastify/sensible', '@fastify/websocket', '@fastify/view', '@fastify/accepts', '@fastify/etag', '@fastify/under-pressure', '@fastify/env', 'connect-livereload', 'webpack-dev-middleware', 'webpack-hot-middleware', 'cls-rtracer', '@hapi/inert', '@hapi/vision', '@hapi/good',
  ]),
]);

/** What the member `member` (undefined: the module itself) of the module `from` protects; undefined where the module is not known. `passport.initialize` protects nothing. */
export function moduleClaim(from: string, member: string | undefined): Protects | undefined {
  const name = from.replace(/^node:/, '');
  if (member !== undefined && PASSIVE.has(`${name}.${member}`)) return 'nothing';
  if (name.startsWith('@clerk/') || name.startsWith('supertokens-node/') || name.startsWith('next-auth/')) return 'authentication';
  if (name === 'express' && member !== undefined) return member === 'static' ? 'nothing' : /^(json|urlencoded|raw|text)$/.test(member) ? 'size' : undefined;
  if (name === 'lusca' && member === 'csrf') return 'csrf';
  return guardModules.get(name) ?? harmlessModules.get(name);
}
const PASSIVE: ReadonlySet<string> = new Set(['passport.initialize', 'passport.session', 'koa-passport.initialize', 'koa-passport.session', '@fastify/passport.initialize', '@fastify/passport.secureSession', 'express-openid-connect.attemptSilentLogin', 'keycloak-connect.middleware']);

/** The name as RULES 0.7 tests it: its last two segments, and the two joined as one word; the last alone stands at the end. */
function spellings(text: string): readonly string[] {
  const segments = lastSegments(text).map(snakeCase);
  const last = segments.at(-1);
  if (last === undefined) return [];
  return segments.length > 1 ? [segments.join('.'), segments.join('_'), last] : [last];
}
function pairs(protects: Protects, names: readonly string[]): [string, Protects][] {
  return names.map((name) => [name, protects]);
}
