import type { Driver } from './driver.js';

/** express-openapi 12.1.3 with `operations`: is given the application, and functions by their operation ids; a scheme without a function is passed over. */
export const expressOpenapi: Driver = {
  id: 'express-openapi',
  calls: /^express-openapi(\.default)?\.initialize$/,
  imports: new Set(['express-openapi']),
  as: 'given',
  framework: 'express',
  app: [0, 'app'],
  document: [[0, 'apiDoc']],
  bases: 'servers',
  handlers: [[0, 'operations']],
  naming: { ids: ['operationId'] },
  optional: true,
  security: { at: [[0, 'securityHandlers']], welcome: 'truth', lacking: 'passed', none: 'passed' },
};
