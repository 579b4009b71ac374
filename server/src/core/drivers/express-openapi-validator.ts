import type { Driver, Naming } from './driver.js';

const FILED: Naming = { ids: ['x-eov-operation-id', 'operationId'], files: ['x-eov-operation-handler'], whole: true };

/** express-openapi-validator 5.6.2 with `operationHandlers`: files of a folder, by an extension key of the operation or by a dotted name. */
export const expressOpenapiValidator: Driver = {
  id: 'express-openapi-validator',
  calls: /^express-openapi-validator(\.default)?\.middleware$/,
  as: 'middleware',
  framework: 'express',
  document: [[0, 'apiSpec']],
  bases: 'servers',
  handlers: [[0, 'operationHandlers', 'basePath'], [0, 'operationHandlers']],
  naming: FILED,
  resolver: { at: [0, 'operationHandlers', 'resolver'], known: new Map([['modulePathResolver', { ids: ['operationId'], dotted: true }], ['defaultResolver', FILED]]) },
  optional: true,
  checks: true,
  security: { at: [[0, 'validateSecurity', 'handlers']], welcome: 'truth', lacking: 'refused', none: 'passed' },
};
/** The same of version 3, which is installed on an application. */
export const expressOpenapiValidatorInstalled: Driver = {
  ...expressOpenapiValidator,
  id: 'express-openapi-validator 3',
  calls: /^express-openapi-validator\.OpenApiValidator$/,
  then: 'install',
  as: 'given',
  app: [2],
};
