import type { OpenApiDocument, Operation } from '../../openapi/document.js';
import { ofOperation } from '../../openapi/kept.js';
import { documentsFailures } from '../../openapi/refusals.js';
import { isChanging } from '../../openapi/security.js';
import { usualResponse } from '../../openapi/usual.js';
import { asText, valueOf } from '../../openapi/values.js';
import { habitAt, HABIT, MOST_COMPLETED, operationsNamed } from '../facts/habit.js';
import { rule } from '../rule.js';

/** `server`: refusals of callers are described, failures of the server are not. */
type Lack = 'errors' | 'server' | 'invalid' | 'limit';
interface Evidence {
  readonly document: OpenApiDocument;
  readonly lack: Lack;
  /** One, or all of the document where none of them is told by itself. */
  readonly operations: readonly Operation[];
}
const SIGN_IN = /(^|\/)(log-?in|sign-?in|token|otp|forgot(-?password)?|reset(-?password)?|register|sign-?up)$/i;

export default rule<'openapi', Evidence>({
  meta: {
    id: 'openapi/missing-error-response',
    title: 'No response for errors',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [1059, 755],
    severity: 'info',
    confidence: 'high',
    topics: ['openapi-error'],
    since: '0.1.0',
    whenNotToUse: 'Where errors are described once for the whole API outside the document.',
    references: ['https://spec.openapis.org/oas/v3.1.0#responses-object', 'https://www.rfc-editor.org/rfc/rfc9457'],
  },
  on: 'openapi',
  words: ['responses'],
  *detect(document) {
    const lacking = new Map<Lack, Operation[]>();
    let described = 0;
    for (const operation of document.operations) {
      if (operation.section !== 'paths' || !operation.complete || operation.responses.size === 0) continue;
      const lack = lackOf(operation, document);
      if (documentsFailures(operation)) described++;
      const others = lack && lacking.get(lack);
      if (others) others.push(operation);
      else if (lack) lacking.set(lack, [operation]);
    }
    for (const [lack, operations] of lacking) {
      const severity = lack === 'errors' ? 'info' : 'hint';
      // Where hardly any operation describes failures, that is a decision about the whole document.
      const together = (lack === 'server' && described < operations.length && operations.length > 1) || operations.length > HABIT;
      if (together) yield { at: habitAt(document), subject: `paths ${lack}`, severity, evidence: { document, lack, operations } };
      else for (const one of operations) yield { at: one.responsesAt ?? one.methodAt, subject: `${one.method} ${one.path}`, severity, evidence: { document, lack, operations: [one] } };
    }
  },
  explain: ({ operations, lack }) => {
    const name = operationsNamed(operations);
    const [verb, takes] = operations.length === 1 ? ['documents', 'takes'] : ['document', 'take'];
    const message = {
      errors: `${name} ${verb} no error response, so leaks there go unnoticed. Add a default response with a fixed schema.`,
      server: `${name} ${verb} refusals, but no failure of the server: what it tells then goes unnoticed. Add a default response with a fixed schema.`,
      invalid: `${name} ${takes} input and ${verb} no answer to what is invalid, so nothing says how much a refusal tells. Add a 400 response.`,
      limit: `${name} ${verb} no 429, so clients and tests never meet a rate limit. Add the response, and the limit.`,
    }[lack];
    return {
      message,
      why: 'Answers nobody described are where stack traces and database messages appear, and no validation of responses can stop them.',
      remedy: 'Describe errors once, by a schema with a code and a message, and refer to it from every operation.',
    };
  },
  *fix({ evidence: { operations, document, lack } }) {
    if (operations.length > MOST_COMPLETED) {
      yield { refused: `${operations.length} operations lack it: that is more than one edit should change.` };
      return;
    }
    const status = lack === 'errors' || lack === 'server' ? 'default' : lack === 'invalid' ? '400' : '429';
    const name = status === 'default' ? 'Error' : lack === 'invalid' ? 'Bad Request' : 'Too Many Requests';
    yield {
      title: `Document ${status === 'default' ? 'errors' : status} of ${operationsNamed(operations)}`,
      safety: 'safe',
      changes: operations.map((operation) => ({ do: 'set', path: document.path, key: [...operation.pointer, 'responses', status], value: usualResponse(document, name) })),
    };
  },
  examples: [
    {
      title: 'a creation that always succeeds',
      bad: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /orders:
            post:
              responses:
        #     ^^^^^^^^^ openapi/missing-error-response "POST /orders documents no error response"
                '201': { description: created }
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /orders:
            post:
              responses:
                '201': { description: created }
                default:
                  description: Error
      `,
    },
    {
      title: 'an error schema that other operations use',
      bad: `
        #- openapi.json
        {
          "openapi": "3.0.3",
          "paths": { "/orders": { "get": { "responses": { "200": { "description": "ok" } } } } },
                                           ^^^^^^^^^^^ openapi/missing-error-response "Add a default response with a fixed schema"
          "components": { "schemas": { "Error": { "type": "object", "properties": { "code": { "type": "string" } } } } }
        }
      `,
      fixed: `
        #- openapi.json
        {
          "openapi": "3.0.3",
          "paths": { "/orders": { "get": { "responses": { "200": { "description": "ok" }, "default": { "description": "Error", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Error" } } } } } } } },
          "components": { "schemas": { "Error": { "type": "object", "properties": { "code": { "type": "string" } } } } }
        }
      `,
    },
    {
      title: 'refusals are described everywhere, failures nowhere',
      bad: `
        #- openapi.yaml
        openapi: 3.0.3
        paths:
        # <- openapi/missing-error-response "2 operations document refusals, but no failure of the server"
          /boats:
            get: { responses: { '200': { description: ok }, '401': { description: no token } } }
          /boats/{id}:
            get: { responses: { '200': { description: ok }, '404': { description: none } } }
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.0.3
        paths:
          /boats:
            get: { responses: { '200': { description: ok }, '401': { description: no token }, default: { description: Error } } }
          /boats/{id}:
            get: { responses: { '200': { description: ok }, '404': { description: none }, default: { description: Error } } }
      `,
    },
    {
      title: 'other operations describe failures, this one refusals only',
      bad: `
        #- openapi.json
        {
          "openapi": "3.1.0",
          "paths": { "/boats": {
            "get": { "responses": { "200": { "description": "ok" }, "5XX": { "description": "failure" } } },
            "head": { "responses": { "200": { "description": "ok" }, "404": { "description": "none" } } }
                      ^^^^^^^^^^^ openapi/missing-error-response "HEAD /boats documents refusals, but no failure of the server"
          } }
        }
      `,
    },
    {
      title: 'what happens to invalid input, in version 2',
      bad: `
        #- swagger.yaml
        swagger: '2.0'
        paths:
          /orders:
            get:
              parameters:
                - { name: from, in: query, type: string, format: date }
              responses:
        #     ^^^^^^^^^ openapi/missing-error-response "documents no answer to what is invalid"
                '200': { description: ok }
                '500': { $ref: '#/responses/Error' }
        responses:
          BadRequest: { description: The input is invalid. }
          Error: { description: Error }
      `,
      fixed: `
        #- swagger.yaml
        swagger: '2.0'
        paths:
          /orders:
            get:
              parameters:
                - { name: from, in: query, type: string, format: date }
              responses:
                '200': { description: ok }
                '500': { $ref: '#/responses/Error' }
                '400':
                  $ref: '#/responses/BadRequest'
        responses:
          BadRequest: { description: The input is invalid. }
          Error: { description: Error }
      `,
    },
    {
      title: 'a login without a limit',
      bad: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /login:
            post:
              requestBody: { content: { application/json: { schema: { type: object } } } }
              responses: { '200': { description: ok }, '400': { description: invalid }, '401': { description: wrong }, 5XX: { description: Error } }
        #     ^^^^^^^^^ openapi/missing-error-response "documents no 429"
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /login:
            post:
              requestBody: { content: { application/json: { schema: { type: object } } } }
              responses: { '200': { description: ok }, '400': { description: invalid }, '401': { description: wrong }, 5XX: { description: Error }, '429': { description: Too Many Requests } }
      `,
    },
    {
      title: 'a default answer, ranges, and what is not an endpoint of this API',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /orders:
            post:
              requestBody: { content: { application/json: { schema: { type: object } } } }
              responses: { '201': { description: created }, default: { description: Error } }
            get:
              parameters: [{ name: limit, in: query, schema: { type: integer } }]
              responses: { '200': { description: ok }, 4XX: { description: refused }, 5XX: { description: Error } }
          /health:
            get: { responses: { '200': { description: ok }, '503': { description: down } } }
          /orders/{id}:
            get:
              parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
              responses: { '200': { description: ok }, '404': { description: none }, '500': { description: Error } }
        webhooks:
          paid:
            post: { responses: { '200': { description: taken } } }
      `,
    },
    {
      title: 'responses behind a reference',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /orders:
            get:
              responses: { $ref: ./responses.yaml }
      `,
    },
  ],
});

const lackOf = ofOperation((operation): Lack | undefined => {
  const statuses = [...operation.responses.keys()].map((key) => key.toUpperCase());
  if (statuses.includes('DEFAULT')) return undefined;
  if (!documentsFailures(operation)) return statuses.some((status) => /^4(\d\d|XX)$/.test(status)) ? 'server' : 'errors';
  if (statuses.includes('4XX')) return undefined;
  // A path that does not exist is answered by 404.
  const takes = operation.requestBody !== undefined || operation.parameters.some(({ value }) => asText(valueOf(value, 'in')) !== 'path');
  if (takes && !statuses.includes('400') && !statuses.includes('422')) return 'invalid';
  return (isChanging(operation) && operation.requestBody !== undefined && SIGN_IN.test(operation.path)) && !statuses.includes('429') ? 'limit' : undefined;
});
