import type { Driver } from './driver.js';

/** fastify-openapi-glue 4.11.4: an object or instance of functions; version 3 documents have no base path here; a scheme without a check refuses everybody. */
export const fastifyOpenapiGlue: Driver = {
  id: 'fastify-openapi-glue',
  calls: /^fastify-openapi-glue(\.default|\.fastifyOpenapiGlue)?$/,
  imports: new Set(['fastify-openapi-glue']),
  as: 'plugin',
  framework: 'fastify',
  document: [[1, 'specification']],
  bases: 'basePath',
  prefix: [1, 'prefix'],
  handlers: [[1, 'serviceHandlers'], [1, 'service']],
  naming: { ids: ['operationId'], otherwise: 'method and path' },
  resolver: { at: [1, 'operationResolver'], known: new Map() },
  security: [[1, 'securityHandlers']],
};
