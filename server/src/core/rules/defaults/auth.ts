import type { LibraryDefault } from './fact.js';

/** Library defaults that the rules of this area lean on; run by test/defaults/auth.test.ts. */
export const authDefaults: readonly LibraryDefault[] = [
  { id: 'express/all-methods', name: 'express', version: '5.3.0', installed: 'express', says: 'app.all() and app.use() answer every method, TRACE and PROPFIND too.' },
  { id: 'express/other-method', name: 'express', version: '5.3.0', installed: 'express', says: 'A path with a GET route answers PUT with 404, and OPTIONS with the methods it has.' },
  { id: 'express/sibling-middleware', name: 'express', version: '5.3.0', installed: 'express', says: 'The middleware of one method does not stand before another method of the same path.' },
  { id: 'express4/wildcard-path', name: 'express', version: '4.22.3', installed: 'express4', says: "The path '*' answers everything." },
  { id: 'express/wildcard-path', name: 'express', version: '5.3.0', installed: 'express', says: "The path '*' throws; '/{*any}' answers everything." },
  { id: 'fastify/all-methods', name: 'fastify', version: '5.12.8', installed: 'fastify', says: 'all() answers GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD and TRACE.' },
  { id: 'koa/any-method', name: 'koa', version: '3.3.0', installed: 'koa', says: 'A function given to use() answers TRACE and PUT.' },
  { id: '@koa/router/all-methods', name: '@koa/router', version: '15.7.0', installed: '@koa/router', says: 'all() answers GET, POST, PUT, PATCH, DELETE, HEAD and OPTIONS.' },
  { id: 'hapi/any-method', name: '@hapi/hapi', version: '21.4.10', installed: '@hapi/hapi', says: "The method '*' answers TRACE, PUT and DELETE." },
  { id: 'hapi/auth-modes', name: '@hapi/hapi', version: '21.4.10', installed: '@hapi/hapi', says: "mode 'try' lets every caller through, 'optional' those without credentials." },
  { id: 'hono/all-methods', name: 'hono', version: '4.13.19', installed: 'hono', says: 'all() answers PUT, DELETE and OPTIONS.' },
  { id: 'nest/all-methods', name: '@nestjs/common', version: '12.5.1', installed: '@nestjs/common', says: '@All() answers PUT, DELETE and TRACE.' },
  { id: 'express-jwt/optional', name: 'express-jwt', version: '8.5.1', installed: 'express-jwt', says: 'With credentialsRequired: false, a request without a token passes.' },
  { id: 'koa-jwt/passthrough', name: 'koa-jwt', version: '4.0.4', installed: 'koa-jwt', says: 'With passthrough: true, a request without a token, or with a wrong one, passes.' },
  { id: 'express-basic-auth/authorizer', name: 'express-basic-auth', version: '1.2.1', installed: 'express-basic-auth', says: 'An authorizer that gives true lets every name and password in.' },
];
