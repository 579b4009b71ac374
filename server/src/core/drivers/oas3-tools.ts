import type { Driver } from './driver.js';

/** oas3-tools 2.2.3, which servers of code generators use: controllers of a folder, security handlers by scheme. */
export const oas3Tools: Driver = {
  id: 'oas3-tools',
  calls: /^oas3-tools(\.default)?\.expressAppConfig$/,
  imports: new Set(['oas3-tools']),
  as: 'maker',
  framework: 'oas-controllers',
  document: [[0]],
  bases: 'servers',
  handlers: [[1, 'routing', 'controllers'], [1, 'controllers']],
  errors: true,
  naming: { ids: ['operationId'], files: ['x-swagger-router-controller', 'x-openapi-router-controller'], camel: true, joined: true },
  security: { at: [[1, 'openApiValidator', 'validateSecurity', 'handlers'], [1, 'securityHandlers']], welcome: 'truth', lacking: 'refused', none: 'passed' },
};
