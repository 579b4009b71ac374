import type { Driver } from './driver.js';

/** @oas-tools/core 3.1.0: is given the application; controllers of a folder, checks by scheme where security is not switched off. */
export const oasTools: Driver = {
  id: '@oas-tools/core',
  calls: /^@oas-tools\/core(\.default)?\.initialize$/,
  as: 'given',
  framework: 'oas-controllers',
  app: [0],
  document: [[1, 'oasFile']],
  bases: 'servers',
  handlers: [[1, 'middleware', 'router', 'controllers']],
  naming: { ids: ['operationId'], files: ['x-router-controller'] },
  security: [[1, 'middleware', 'security', 'auth']],
};
