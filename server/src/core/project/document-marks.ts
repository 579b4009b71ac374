import type { ModuleView } from '../model/module.js';
import type { Value } from '../model/value.js';
import { drivers } from '../drivers/index.js';

/** Packages that make routes of the operations of a document: what answers is found by its name. */
const DRIVEN: ReadonlySet<string> = new Set((
  'exegesis-koa swagger-node-runner swagger-hapi swagger-restify-mw koa-openapi '
  + 'openapi-framework hapi-openapi swaggerize-express swaggerize-hapi swaggerize-koa swaggerize-routes express-openapi-connector swagger-routes-express openapi-enforcer-middleware @byu-oit/openapi-enforcer-middleware '
  + 'koa-oai-router koa-oas3-router fastify-swaggergen fastify-openapi openapi-router openapi-service-router @openapi-ts/backend openapi-ts-backend connexion swagger2-koa blueoak-server @mridang/openapi-nest'
).split(' '));
/** Packages that write a document from code while it runs or is built. */
const MADE: ReadonlySet<string> = new Set((
  'swagger-autogen express-jsdoc-swagger express-swagger-generator express-oas-generator express-list-routes-openapi @nestjs/swagger '
  + 'tsoa @tsoa/runtime @asteasolutions/zod-to-openapi zod-openapi @hono/zod-openapi @wesleytodd/openapi'
).split(' '));

/** Marks of a file for the comparison with documents: 'routes-from-document', 'document-from-code'. */
export function documentMarks(module: ModuleView): readonly string[] {
  const imports = module.imports.filter((one) => !one.typeOnly).map((one) => one.from);
  const isDriven = imports.some((from) => DRIVEN.has(from) || drivers.some((one) => one.imports?.has(from))) || (imports.includes('express-openapi-validator') && namesHandlers(module));
  return [...(isDriven ? ['routes-from-document'] : []), ...(imports.some((from) => MADE.has(from)) ? ['document-from-code'] : [])];
}
/** `OpenApiValidator.middleware({ apiSpec, operationHandlers: dir })`: operations are answered by functions of a folder. */
function namesHandlers(module: ModuleView): boolean {
  const names = (value: Value | undefined): boolean =>
    value?.kind === 'object' && value.entries.some((entry) => entry.key === 'operationHandlers' && !(entry.value.kind === 'literal' && (entry.value.value === false || entry.value.value === undefined)));
  const isNamed = module.bindings.some((binding) => names(binding.value));
  return isNamed || [module.top, ...module.functions.values()].some((fn) => fn.steps.some((step) => step.do === 'call' && step.call.args.some(({ value }) => names(value))));
}
