import type { Driver } from './driver.js';

/** @oas-tools/core and oas-tools 3.1.0: is given the application; controllers of a folder, checks by scheme where security is switched on. */
export const oasTools: Driver = {
  id: '@oas-tools/core',
  calls: /^(@oas-tools\/core|oas-tools)(\.default)?\.initialize$/,
  imports: new Set(['@oas-tools/core', 'oas-tools']),
  as: 'given',
  framework: 'oas-controllers',
  app: [0],
  document: [[1, 'oasFile']],
  bases: 'servers',
  handlers: [[1, 'middleware', 'router', 'controllers']],
  errors: true,
  naming: { ids: ['operationId'], files: ['x-router-controller'], otherwise: 'letters' },
  usual: { document: 'api/oas-file.yaml', handlers: 'controllers' },
  security: { at: [[1, 'middleware', 'security', 'auth']], off: [1, 'middleware', 'security', 'disable'], welcome: 'silence', lacking: 'refused', none: 'refused' },
};
