import type { Driver } from './driver.js';

/** openapi-backend 5: runs behind whatever hands requests to `handleRequest`; checks only mark a request, the unauthorized handler refuses it (5.21.2 refuses in strict mode as well). */
export const openapiBackend: Driver = {
  id: 'openapi-backend',
  calls: /^openapi-backend(\.default)?(\.OpenAPIBackend)?(\.default)?$/,
  imports: new Set(['openapi-backend']),
  as: 'own',
  framework: 'openapi-backend',
  document: [[0, 'definition']],
  bases: 'none',
  prefix: [0, 'apiRoot'],
  handlers: [[0, 'handlers']],
  naming: { ids: ['operationId'] },
  security: { at: [[0, 'securityHandlers']], welcome: 'truth', lacking: 'refused', none: 'refused', refusedBy: { name: 'unauthorizedHandler', strict: [0, 'strict'] } },
  around: new Set(['preRoutingHandler', 'postRoutingHandler', 'postSecurityHandler', 'preOperationHandler']),
};
