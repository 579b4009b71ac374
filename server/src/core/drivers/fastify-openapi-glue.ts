import type { Driver } from './driver.js';

/** fastify-openapi-glue 4.11.4, also under the name of another publisher: an object or instance of functions; version 3 documents have no base path here; a scheme without a check refuses everybody. */
export const fastifyOpenapiGlue: Driver = {
  id: 'fastify-openapi-glue',
  calls: /^(@platformatic\/)?fastify-openapi-glue(\.default|\.fastifyOpenapiGlue)?$/,
  imports: new Set(['fastify-openapi-glue', '@platformatic/fastify-openapi-glue']),
  as: 'plugin',
  framework: 'fastify',
  document: [[1, 'specification']],
  bases: 'basePath',
  prefix: [1, 'prefix'],
  handlers: [[1, 'serviceHandlers'], [1, 'service']],
  naming: { ids: ['operationId'], otherwise: 'method and path' },
  resolver: { at: [1, 'operationResolver'], known: new Map() },
  security: { at: [[1, 'securityHandlers']], welcome: 'silence', lacking: 'refused', none: 'passed' },
};
