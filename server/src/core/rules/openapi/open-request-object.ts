import type { ObjectValue } from '../../model/value.js';
import type { OpenApiDocument, Pointer } from '../../openapi/document.js';
import { partsOf, requestSchemas, schemasBelow, type SchemaPlace } from '../../openapi/schemas.js';
import { asScalar, entriesOf, entryOf, isTrue } from '../../openapi/values.js';
import { rule } from '../rule.js';

interface Evidence {
  readonly document: OpenApiDocument;
  readonly pointer: Pointer;
  /** `additionalProperties: true` is written. */
  readonly written: boolean;
  /** In version 3.0 `additionalProperties: false` beside `allOf` refuses the members' own properties. */
  readonly composed: boolean;
}
const WRITES = new Set(['POST', 'PUT', 'PATCH']);

export default rule<'openapi', Evidence>({
  meta: {
    id: 'openapi/open-request-object',
    title: 'The request accepts unknown properties',
    owasp: ['API6:2019', 'API3:2023'],
    cwe: [915, 20],
    severity: 'info',
    confidence: 'high',
    topics: ['openapi-data'],
    since: '0.1.0',
    whenNotToUse: 'Where the server takes single fields from the body by name, and unknown ones have no effect. Mark objects that take any content `x-free-form: true`.',
    references: ['https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/'],
  },
  on: 'openapi',
  words: ['properties'],
  *detect(document) {
    const roots = document.operations.filter((operation) => operation.section === 'paths' && WRITES.has(operation.method)).flatMap((operation) => requestSchemas(document, operation));
    for (const place of schemasBelow(document, roots)) {
      const { schema, pointer } = place;
      const properties = entryOf(schema, 'properties');
      if (schema.open || isTrue(entryOf(schema, 'x-free-form')?.value)) continue;
      const additional = entryOf(schema, 'additionalProperties');
      if (additional && isTrue(additional.value) && properties) {
        yield { at: additional.value.at, subject: pointer.join('/'), severity: 'warning', evidence: { document, pointer, written: true, composed: false } };
        continue;
      }
      // What a composition accepts is decided by its outermost schema.
      if (additional || place.as === 'member' || isClosed(schema)) continue;
      const composed = entryOf(schema, 'allOf') !== undefined;
      const shown = properties ?? (composed ? entryOf(schema, 'allOf') : undefined);
      if (!shown || (properties && entriesOf(properties.value).length === 0 && !composed) || (composed && hasClosedPart(place, document))) continue;
      yield { at: shown.keyAt, subject: pointer.join('/'), evidence: { document, pointer, written: false, composed } };
    }
  },
  explain: ({ written }) => ({
    message: written
      ? "Callers may send any extra property such as 'role', and a server that stores the body stores it too. Set additionalProperties to false."
      : "Callers may send extra properties such as 'role'. Add additionalProperties: false.",
    why: 'A server that passes a validated body on to its database stores what nobody described: roles, owners, prices.',
    remedy: 'Refuse unknown properties in what callers send.',
  }),
  *fix({ evidence: { document, pointer, composed } }) {
    const path = document.path;
    if (!composed) yield { title: 'Refuse unknown properties', safety: 'review', changes: [{ do: 'set', path, key: [...pointer, 'additionalProperties'], value: false }] };
    else if (document.version === '2.0' || document.version === '3.0') yield { refused: `Beside allOf, additionalProperties: false refuses the properties of the members too; OpenAPI ${document.version} has no other way.` };
    else yield { title: 'Refuse unknown properties', safety: 'review', changes: [{ do: 'set', path, key: [...pointer, 'unevaluatedProperties'], value: false }] };
  },
  examples: [
    {
      title: 'a body that takes more than it names',
      bad: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /users:
            post:
              requestBody:
                content:
                  application/json:
                    schema:
                      type: object
                      # what a user may choose
                      properties:
        #             ^^^^^^^^^^ openapi/open-request-object "such as 'role'"
                        name: { type: string }
              responses: { default: { description: any } }
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /users:
            post:
              requestBody:
                content:
                  application/json:
                    schema:
                      type: object
                      # what a user may choose
                      properties:
                        name: { type: string }
                      additionalProperties: false
              responses: { default: { description: any } }
      `,
    },
    {
      title: 'any property is welcome, in version 2',
      bad: `
        #- swagger.json
        {
          "swagger": "2.0",
          "paths": { "/users": { "put": {
            "parameters": [{ "name": "user", "in": "body", "schema": { "$ref": "#/definitions/User" } }],
            "responses": { "default": { "description": "any" } }
          } } },
          "definitions": { "User": { "type": "object", "additionalProperties": true, "properties": { "name": { "type": "string" } } } }
                                                                               ^^^^ openapi/open-request-object "any extra property"
        }
      `,
      fixed: `
        #- swagger.json
        {
          "swagger": "2.0",
          "paths": { "/users": { "put": {
            "parameters": [{ "name": "user", "in": "body", "schema": { "$ref": "#/definitions/User" } }],
            "responses": { "default": { "description": "any" } }
          } } },
          "definitions": { "User": { "type": "object", "additionalProperties": false, "properties": { "name": { "type": "string" } } } }
        }
      `,
    },
    {
      title: 'a composition, at its outermost schema',
      bad: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /users:
            patch:
              requestBody:
                content:
                  application/json:
                    schema:
                      allOf:
        #             ^^^^^ openapi/open-request-object "Add additionalProperties: false"
                        - { type: object, properties: { name: { type: string } } }
                        - { type: object, properties: { mail: { type: string } } }
              responses: { default: { description: any } }
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /users:
            patch:
              requestBody:
                content:
                  application/json:
                    schema:
                      allOf:
                        - { type: object, properties: { name: { type: string } } }
                        - { type: object, properties: { mail: { type: string } } }
                      unevaluatedProperties: false
              responses: { default: { description: any } }
      `,
    },
    {
      title: 'closed objects, maps, answers and free content',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /users:
            post:
              requestBody:
                content:
                  application/json:
                    schema:
                      type: object
                      additionalProperties: false
                      properties:
                        name: { type: string, maxLength: 80 }
                        labels: { type: object, additionalProperties: { type: string, maxLength: 20 } }
                        extra: { type: object, x-free-form: true, properties: { note: { type: string } } }
              responses:
                '200':
                  description: ok
                  content: { application/json: { schema: { type: object, properties: { id: { type: string } } } } }
          /search:
            get:
              requestBody: { content: { application/json: { schema: { type: object, properties: { q: { type: string } } } } } }
              responses: { default: { description: any } }
      `,
    },
    {
      title: 'a composition that is closed as a whole',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /users:
            post:
              requestBody:
                content:
                  application/json:
                    schema:
                      unevaluatedProperties: false
                      allOf:
                        - { type: object, properties: { name: { type: string } } }
                        - { type: object, properties: { mail: { type: string } } }
              responses: { default: { description: any } }
      `,
    },
  ],
});

function isClosed(schema: ObjectValue): boolean {
  return asScalar(entryOf(schema, 'unevaluatedProperties')?.value)?.value === false;
}
/** A member that refuses what it does not name closes the whole. */
function hasClosedPart({ schema }: SchemaPlace, document: OpenApiDocument): boolean {
  for (const part of partsOf(document, schema)) if (part.open || asScalar(entryOf(part, 'additionalProperties')?.value)?.value === false || isClosed(part)) return true;
  return false;
}
