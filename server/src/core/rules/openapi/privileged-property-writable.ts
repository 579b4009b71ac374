import type { OpenApiDocument, Operation, Pointer } from '../../openapi/document.js';
import { requestSchemas, schemasBelow, standsUnder, type SchemaPlace } from '../../openapi/schemas.js';
import { effective } from '../../openapi/security.js';
import { entryOf } from '../../openapi/values.js';
import { snakeCase } from '../facts/names.js';
import { adminPath } from '../facts/paths.js';
import { rule } from '../rule.js';

interface Evidence {
  readonly document: OpenApiDocument;
  readonly name: string;
  readonly pointer: Pointer;
  /** The property is a reference: nothing may stand beside it before version 3.1. */
  readonly reference: boolean;
}
const PRIVILEGED = /^(roles?|is_?admin|is_?super_?(user|admin)|admin|permissions?|scopes?|is_?verified|verified|email_?verified|balance|credits?|owner_?id|user_?id|tenant_?id|account_?id|password_?hash)$/;
/** What an operation names when it is about the right itself. */
const GRANTS = /(^|\/)(roles?|permissions?|scopes?|grants?|invitations?|invites?|members?|memberships?|api-?keys?|tokens?|clients?|oauth)(\/|$)/i;

export default rule<'openapi', Evidence>({
  meta: {
    id: 'openapi/privileged-property-writable',
    title: 'A request may set a role or owner',
    owasp: ['API6:2019', 'API3:2023'],
    cwe: [915, 269],
    severity: 'warning',
    confidence: 'medium',
    topics: ['openapi-data'],
    since: '0.1.0',
    whenNotToUse: 'Operations of administrators, which a security scope or their path says.',
    references: ['https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/'],
  },
  on: 'openapi',
  words: ['properties'],
  *detect(document) {
    const roots = document.operations.filter((operation) => operation.section === 'paths' && !isForAdmins(operation, document)).flatMap((operation) => requestSchemas(document, operation));
    for (const place of schemasBelow(document, roots)) {
      const { property, pointer } = place;
      if (!property) continue;
      const name = snakeCase(property.key);
      const hinted = name === 'status';
      if ((!hinted && !PRIVILEGED.test(name)) || standsUnder(place, 'readOnly')) continue;
      const key = pointerOf(place);
      const evidence = { document, name: property.key, pointer: key ?? pointer, reference: key === undefined || entryOf(property.value, '$ref') !== undefined };
      yield { at: property.keyAt, subject: (key ?? pointer).join('/'), evidence, ...(hinted ? { severity: 'hint' } : {}) };
    }
  },
  explain: ({ name }) => ({
    message: `Callers can set '${name}' themselves. Mark it readOnly or use a separate request schema.`,
    why: 'A server that stores what its document allows makes callers administrators, or moves their records to somebody else.',
    remedy: 'Describe what callers may send by a schema without the fields that only the server decides.',
  }),
  *fix({ evidence: { document, name, pointer, reference } }) {
    if (reference && document.version !== '3.1' && document.version !== '3.2') yield { refused: `Nothing may stand beside a reference in OpenAPI ${document.version}: the property needs a schema of its own.` };
    else yield { title: `Mark '${name}' readOnly`, safety: 'review', changes: [{ do: 'set', path: document.path, key: [...pointer, 'readOnly'], value: true }] };
  },
  examples: [
    {
      title: 'everybody may become an administrator',
      bad: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /users:
            post:
              requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/NewUser' } } } }
              responses: { default: { description: any } }
        components:
          schemas:
            NewUser:
              type: object
              additionalProperties: false
              properties:
                email: { type: string }
                isAdmin: { type: boolean }
        #       ^^^^^^^ openapi/privileged-property-writable "Callers can set 'isAdmin' themselves"
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /users:
            post:
              requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/NewUser' } } } }
              responses: { default: { description: any } }
        components:
          schemas:
            NewUser:
              type: object
              additionalProperties: false
              properties:
                email: { type: string }
                isAdmin: { type: boolean, readOnly: true }
      `,
    },
    {
      title: 'an order is given to somebody else, inside a list',
      bad: `
        #- openapi.json
        {
          "openapi": "3.0.3",
          "paths": { "/orders": { "patch": {
            "requestBody": { "content": { "application/json": { "schema": { "type": "array", "items": { "allOf": [
              { "type": "object", "properties": { "ownerId": { "type": "string" } } }
                                                  ^^^^^^^^^ openapi/privileged-property-writable "'ownerId'"
            ] } } } } },
            "responses": { "default": { "description": "any" } }
          } } }
        }
      `,
      fixed: `
        #- openapi.json
        {
          "openapi": "3.0.3",
          "paths": { "/orders": { "patch": {
            "requestBody": { "content": { "application/json": { "schema": { "type": "array", "items": { "allOf": [
              { "type": "object", "properties": { "ownerId": { "type": "string", "readOnly": true } } }
            ] } } } } },
            "responses": { "default": { "description": "any" } }
          } } }
        }
      `,
    },
    {
      title: 'answers, administrators, and operations that grant rights',
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
                      properties: { email: { type: string }, role: { type: string, readOnly: true }, owner: { $ref: '#/components/schemas/Id', readOnly: true } }
              responses:
                '201': { description: created, content: { application/json: { schema: { type: object, properties: { isAdmin: { type: boolean } } } } } }
          /admin/users:
            post:
              requestBody: { content: { application/json: { schema: { type: object, properties: { role: { type: string } } } } } }
              responses: { default: { description: any } }
          /people/{id}:
            put:
              security: [{ oauth: ['users:admin'] }]
              requestBody: { content: { application/json: { schema: { type: object, properties: { role: { type: string } } } } } }
              responses: { default: { description: any } }
          /projects/{id}/members:
            post:
              requestBody: { content: { application/json: { schema: { type: object, properties: { userId: { type: string }, role: { type: string } } } } } }
              responses: { default: { description: any } }
        components: { schemas: { Id: { type: string } } }
      `,
    },
    {
      title: 'the whole object is readOnly, in version 2',
      good: `
        #- swagger.yaml
        swagger: '2.0'
        paths:
          /users:
            put:
              parameters:
                - in: body
                  name: user
                  schema:
                    type: object
                    properties:
                      name: { type: string }
                      meta: { type: object, readOnly: true, properties: { role: { type: string } } }
              responses: { default: { description: any } }
      `,
    },
  ],
});

function isForAdmins(operation: Operation, document: OpenApiDocument): boolean {
  if (adminPath(operation.path) || GRANTS.test(operation.path)) return true;
  const needs = effective(operation, document);
  return needs.kind === 'required' && needs.alternatives.every((alternative) => alternative.some(({ scheme, scopes }) => [scheme, ...scopes].some((name) => /admin|owner|manage|super|root|internal|service/i.test(name))));
}
/** The key path of the property itself, where it stands in its parent. */
function pointerOf({ property, parent }: SchemaPlace): Pointer | undefined {
  return property && parent ? [...parent.pointer, 'properties', property.key] : undefined;
}
