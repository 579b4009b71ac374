import type { Driver } from './driver.js';

/** swagger-express-mw 0.7.0 with its usual configuration: calls back with something that registers itself on the application. */
export const swaggerExpress: Driver = {
  id: 'swagger-express-mw',
  calls: /^swagger-express-mw(\.default)?\.create$/,
  imports: new Set(['swagger-express-mw']),
  then: 'register',
  as: 'given',
  framework: 'oas-controllers',
  app: [2],
  document: [[0, 'swaggerFile'], [0, 'swagger']],
  bases: 'servers',
  handlers: [],
  naming: { ids: ['operationId'], files: ['x-swagger-router-controller'], otherwise: 'method' },
  usual: { document: 'api/swagger/swagger.yaml', handlers: 'api/controllers', checks: 'api/helpers/securityHandlers' },
  security: { at: [[0, 'swaggerSecurityHandlers'], [0, 'securityHandlers']], welcome: 'callback', lacking: 'refused', none: 'unknown' },
};
