import type { Call } from '../model/value.js';
import type { Driver } from './driver.js';
import { exegesis } from './exegesis.js';
import { expressOpenapi } from './express-openapi.js';
import { expressOpenapiValidator, expressOpenapiValidatorInstalled } from './express-openapi-validator.js';
import { fastifyOpenapiGlue } from './fastify-openapi-glue.js';
import { oas3Tools } from './oas3-tools.js';
import { oasTools } from './oas-tools.js';
import { openapiBackend } from './openapi-backend.js';
import { swaggerExpress } from './swagger-express.js';
import { swaggerTools } from './swagger-tools.js';

/** Packages that answer the operations of a document by functions with names. */
export const drivers: readonly Driver[] = [openapiBackend, expressOpenapiValidator, expressOpenapiValidatorInstalled, exegesis, fastifyOpenapiGlue, oas3Tools, oasTools, expressOpenapi, swaggerTools, swaggerExpress];

/** The driver a call belongs to. */
export function driverOf({ callee }: Pick<Call, 'callee'>): Driver | undefined {
  return callee === '' ? undefined : drivers.find((one) => one.calls.test(callee));
}
export function driverNamed(id: string): Driver | undefined {
  return drivers.find((one) => one.id === id);
}
