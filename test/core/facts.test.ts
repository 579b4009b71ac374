import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authGuardName, guardLikeName, guardModules, harmlessModules, harmlessName, moduleClaim, roleGuardName, wrapperName } from '../../server/src/core/rules/facts/guards.js';
import { headerFacts, headerOption, headerSetup, securityHeaders } from '../../server/src/core/rules/facts/headers.js';
import { adminPath, assetPath, identityPath, pathMatches, publicPath, sensitivePath, strongAdminPath } from '../../server/src/core/rules/facts/paths.js';
import { entropy, masked, placeholder, secretName, secretValue, shortSecretName, tokenName } from '../../server/src/core/rules/facts/secrets.js';

/** Every text answers as its column says. */
function all(claim: (text: string) => boolean, yes: readonly string[], no: readonly string[]): void {
  assert.deepEqual(
    yes.filter((text) => !claim(text)),
    [],
    'should hold',
  );
  assert.deepEqual(no.filter(claim), [], 'should not hold');
}

test('names of authentication guards are recognised, camel case and members too', () => {
  all(
    authGuardName,
    [
      'auth',
      'requireAuth',
      'requireUser',
      'passport.authenticate',
      "passport.authenticate('jwt')",
      'auth.required',
      'isLoggedIn',
      'ensureLoggedIn',
      'verifyToken',
      'validateUserToken',
      'checkJwt',
      'jwtMiddleware',
      'JwtAuthGuard',
      'AuthGuard',
      'basicAuth',
      'bearerAuth',
      'apiKeyAuth',
      'requiresAuth',
      'withAuth',
      'loginRequired',
      'keycloak.protect',
      'this.auth.required',
      'protect',
      'clerkMiddleware',
      'auth?.required',
      'requireAdmin',
      'isAdmin',
      'can',
      'authorize',
      'security.isAuthorized',
      'verifyUser',
      'authenticateToken',
    ],
    [
      'json',
      'cors',
      'helmet',
      'author',
      'authors',
      'decryptRequest',
      'logger',
      'ThrottlerGuard',
      'CsrfGuard',
      'csrfProtection',
      'verifyCsrfToken',
      'session',
      'loginLimiter',
      'upload.single',
      'parseToken',
      'saveUser',
      'app.get',
      '',
      'validateBody',
      'protection',
      'cacheGuard',
    ],
  );
});
test('role guards need an argument where their name is a plain word', () => {
  all(
    (text) => roleGuardName(text, false),
    ['requireAdmin', 'isAdmin', 'isSuperAdmin', 'requireRole', 'hasPermission', 'checkPermissions', 'adminOnly', 'ownerOrAdmin', 'adminGuard', 'requireAdminOrOwner', 'auth.requireRole'],
    ['authorize', 'can', 'roles', 'requireAuth', 'admin', 'isActive', 'json', ''],
  );
  all((text) => roleGuardName(text, true), ['authorize', 'can', 'restrictTo', 'acl', 'permit', 'roles', 'auth.restrictTo'], ['requireAuth', 'validate', 'cors']);
});
test('middleware that keeps nobody out is told apart by what it does', () => {
  const said = Object.fromEntries(
    [
      'express.json',
      'bodyParser.urlencoded',
      'cors',
      'corsMiddleware',
      'helmet',
      'compression',
      'requestLogger',
      'cookieParser',
      'session',
      'express.static',
      'upload.single',
      'rateLimit',
      'apiLimiter',
      'loginLimiter',
      'validateBody',
      'celebrate',
      'body',
      'noCache',
      'csrfProtection',
      'passport.initialize',
      'morgan',
      'secureHeaders',
    ].map((name) => [name, harmlessName(name)]),
  );
  assert.deepEqual(said, {
    'express.json': 'size',
    'bodyParser.urlencoded': 'size',
    cors: 'cors',
    corsMiddleware: 'cors',
    helmet: 'headers',
    compression: 'nothing',
    requestLogger: 'nothing',
    cookieParser: 'nothing',
    session: 'nothing',
    'express.static': 'nothing',
    'upload.single': 'nothing',
    rateLimit: 'rate',
    apiLimiter: 'rate',
    loginLimiter: 'rate',
    validateBody: 'schema',
    celebrate: 'schema',
    body: 'schema',
    noCache: 'nothing',
    csrfProtection: 'csrf',
    'passport.initialize': 'nothing',
    morgan: 'nothing',
    secureHeaders: 'headers',
  });
  all((name) => harmlessName(name) === undefined, ['requireAuth', 'validateSession', 'guard.check', 'loadUser', 'asyncHandler', 'tenantCache', 'accessControl', ''], ['cors']);
});
test('no name is both a guard and harmless', () => {
  const names = ['auth', 'requireAuth', 'session', 'validateToken', 'csrfToken', 'checkJwt', 'cors', 'helmet', 'verifyCsrfToken', 'apiKeyAuth', 'loginLimiter', 'requireAdmin', 'jwt', 'AuthGuard', 'ThrottlerGuard'];
  assert.deepEqual(
    names.filter((name) => authGuardName(name) && harmlessName(name) !== undefined),
    [],
  );
  assert.deepEqual(
    [...guardModules.keys()].filter((name) => harmlessModules.has(name)),
    [],
  );
});
test('wrappers and guard-like names are named as such', () => {
  all(wrapperName, ['asyncHandler', 'catchAsync', 'wrap', 'wrapAsync', 'errors.catchAsync'], ['requireAuth', 'handler', 'json']);
  all(guardLikeName, ['checkTenant', 'securityLayer', 'canEdit', 'accessLevel'], ['scan', 'cancel', 'parse']);
});
test('modules speak for their members', () => {
  assert.equal(moduleClaim('passport', 'authenticate'), 'authentication');
  assert.equal(moduleClaim('passport', 'initialize'), 'nothing');
  assert.equal(moduleClaim('express', 'static'), 'nothing');
  assert.equal(moduleClaim('express', 'json'), 'size');
  assert.equal(moduleClaim('express', 'Router'), undefined);
  assert.equal(moduleClaim('@clerk/express', 'requireAuth'), 'authentication');
  assert.equal(moduleClaim('supertokens-node/recipe/session', undefined), 'authentication');
  assert.equal(moduleClaim('helmet', undefined), 'headers');
  assert.equal(moduleClaim('left-pad', undefined), undefined);
});
test('names of any length are answered', () => {
  for (const piece of ['a_', 'verify_', 'check_auth_', 'verifyX', 'A', '.', 'require_admin_or_']) {
    const text = piece.repeat(50_000);
    const answers = [authGuardName(text), roleGuardName(text, true), secretName(text), placeholder(text), secretValue(text), harmlessName(text) !== undefined];
    assert.ok(
      answers.every((answer) => typeof answer === 'boolean'),
      piece,
    );
  }
});
test('paths are sorted by who they are for', () => {
  all(
    publicPath,
    ['/login', '/api/v1/sign-up', '/users/register', '/webhooks/stripe', '/healthz', '/.well-known/jwks.json', '/reset-password/{token}', '/oauth2/x', '/public/file', '/LOGIN', '/verify-email/:token'],
    ['/users', '/orders/{id}', '/status/{id}', '/', '', '/logins', '/reports'],
  );
  all(adminPath, ['/admin/users', '/api/internal/x', '/settings', '/ops'], ['/administrate', '/users', '/configs']);
  all(strongAdminPath, ['/admin', '/admin-panel', '/superadmin/x', '/impersonate/{id}'], ['/settings', '/internal', '/staff']);
  all(sensitivePath, ['/users', '/user/{id}', '/companies/{id}/invoices', '/api-keys', '/files', '/audit'], ['/posts', '/tags', '/{user}', '/categories']);
  all(identityPath, ['/users/{id}', '/accounts/:id', '/organizations/[id]/x'], ['/users', '/users/me', '/posts/{id}']);
  all(assetPath, ['/fonts/{f}', '/assets/app.css', '/feed.json', '/.well-known/x'], ['/users', '/api/orders']);
});
test('globs of the policy cover segments', () => {
  const matching = [
    ['/fonts/**', '/fonts/a/b'],
    ['/fonts/**', '/fonts'],
    ['/v1/*/items', '/v1/{id}/items'],
    ['**', '/x'],
    ['/a*c', '/abbc'],
    ['/users/{id}', '/users/{userId}'],
  ] as const;
  const missing = [
    ['/fonts/**', '/font'],
    ['/v1/*', '/v1/a/b'],
    ['/a', '/a/b'],
    ['/a*c', '/ab'],
  ] as const;
  assert.deepEqual(
    matching.filter(([glob, path]) => !pathMatches(glob, path)),
    [],
  );
  assert.deepEqual(
    missing.filter(([glob, path]) => pathMatches(glob, path)),
    [],
  );
});
test('names of secrets are told from names about secrets', () => {
  all(
    secretName,
    [
      'password',
      'DB_PASSWORD',
      'dbPassword',
      'apiKey',
      'x-api-key',
      'STRIPE_SECRET_KEY',
      'jwtSecret',
      'clientSecret',
      'ADMIN_API_KEY',
      'accessToken',
      'token',
      'connectionString',
      'privateKey',
      'pwd',
      'credentials',
      'WEBHOOK_SECRET',
      'authtoken',
    ],
    [
      'passwordField',
      'publicKey',
      'NEXT_PUBLIC_API_KEY',
      'csrfToken',
      'secretName',
      'tokenUrl',
      'apiKeyHeader',
      'passwordMinLength',
      'resetToken',
      'secretId',
      'tokenExpires',
      'secretary',
      'tokenizer',
      'maxTokens',
      'key',
      'user',
      'passwordPolicy',
      'errorMessage',
      '',
    ],
  );
  all(tokenName, ['token', 'accessToken', 'authtoken'], ['tokenSecret', 'password', 'apiKey']);
  all(shortSecretName, ['password', 'sessionSecret', 'JWT_SECRET', 'secret', 'dbPassword'], ['apiKey', 'accessToken', 'adminKey']);
});
test('values that may be secrets are told from everyday text', () => {
  all(
    (text) => secretValue(text),
    ['adm_7f9c2e51b0', '9b1de0c4a77f4e21', 'sk_live_4eC39HqLyjWDarjtT1zdp7dc', 'correcthorsebattery', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx.c2ln'],
    ['short', 'aaaaaaaaaa', 'your-secret-here', '<api-key>', '${SECRET}', 'https://example.com/x', '/etc/keys/private', 'application/json', 'errors.password.invalid', 'two words here', '#ff00ff00', 'xxxxxxxx', ''],
  );
  assert.equal(secretValue('secret', { shortest: 1, anyValue: true }), true);
  assert.equal(secretValue('JWT_SECRET', { name: 'jwtSecret', shortest: 1, anyValue: true }), false);
  all(placeholder, ['', '...', '<x>', '{{x}}', '%X%', 'xxxx', '****', 'replace-me', 'your_key', 'ENTER_KEY', 'enterhere', 'todo', 'x-todo', 'insert-token'], ['Summer2023todo', 'todoadmin', 'Center2024', 'reinsert9',
    'changeme', 'secret', 'password', 'admin', '123456', 'keyboard cat', 'shhhh', 'test', 'supersecret']);
  assert.equal(entropy('aaaa'), 0);
  assert.equal(entropy('abcd'), 2);
  assert.equal(masked('x'.repeat(32), 'key'), 'a 32-character key');
});
test('option names of helmet, old and new, lead to one header', () => {
  assert.equal(headerOption('hsts'), headerOption('strictTransportSecurity'));
  assert.equal(headerOption('frameguard')?.header, 'X-Frame-Options');
  assert.equal(headerOption('crossOriginEmbedderPolicy')?.whenOff, 'none');
  assert.equal(headerOption('nothing'), undefined);
  assert.deepEqual(securityHeaders, ['content-security-policy', 'strict-transport-security', 'x-frame-options', 'x-content-type-options', 'referrer-policy']);
  assert.equal(
    new Set(headerFacts.flatMap((one) => [one.option, ...one.aliases])).size,
    headerFacts.reduce((sum, one) => sum + 1 + one.aliases.length, 0),
  );
  all(headerSetup, ['helmet', 'koa-helmet', 'hono/secure-headers.secureHeaders'], ['helmet.hsts', 'cors']);
});
