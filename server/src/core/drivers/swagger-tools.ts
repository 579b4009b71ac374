import type { Driver } from './driver.js';

/** swagger-tools 0.10.4, which servers of code generators use: calls back with middleware that is used one by one; a version 2 document as data. */
export const swaggerTools: Driver = {
  id: 'swagger-tools',
  calls: /^swagger-tools(\.default)?\.initializeMiddleware$/,
  imports: new Set(['swagger-tools']),
  then: 'swaggerRouter',
  beside: 'swaggerSecurity',
  parts: new Set(['swaggerMetadata', 'swaggerSecurity', 'swaggerValidator', 'swaggerUi']),
  as: 'middleware',
  framework: 'oas-controllers',
  document: [[0]],
  bases: 'servers',
  handlers: [[2, 'controllers']],
  naming: { ids: ['operationId'], files: ['x-swagger-router-controller'], otherwise: 'method', joined: true },
  security: { at: [[3]], welcome: 'callback', lacking: 'refused', none: 'passed' },
};
