import type { Value } from '../../model/value.js';
import type { OpenApiDocument, Pointer } from '../../openapi/document.js';
import { ofDocument, ofOperation } from '../../openapi/kept.js';
import { follow } from '../../openapi/references.js';
import { partsOf, requestSchemas, schemasBelow, standsUnder, type SchemaPlace } from '../../openapi/schemas.js';
import { effective } from '../../openapi/security.js';
import { typesOf } from '../../openapi/types.js';
import { asArray, asObject, asText, entriesOf, entryOf, valueOf } from '../../openapi/values.js';
import { decidedField, describedAsDecided, isOfPersons, speaksOfWhole } from '../facts/decided-fields.js';
import { nameOfProperty } from '../facts/names.js';
import { adminPath } from '../facts/paths.js';
import { rule } from '../rule.js';

interface Evidence {
  readonly document: OpenApiDocument;
  readonly name: string;
  readonly pointer: Pointer;
  /** The property is a reference: nothing may stand beside it before version 3.1. */
  readonly reference: boolean;
}
/** What the server fills in is told by its name. */
const FILLED = /(^|_)(ids?|uuid|at|on|date|time|timestamp|url|uri|href|link|etag|version)$/;
const CHOSEN = /^(draft|published|unpublished|archived|scheduled|public|private|hidden|visible|open|closed|to[-_ ]?do|backlog|in[-_ ]?progress|done|completed|paused)$/i;
const LEVEL = { likely: 'info', maybe: 'hint' } as const;
/** What an operation names when it is about the right itself. */
const GRANTS = /(^|\/)(roles?|roles?-?(update|assignment|change|grant)s?|permissions?|scopes?|grants?|consents?|invitations?|invites?|members?|memberships?|(api-?)?keys?|([a-z]{1,20}[-_])?tokens?|clients?|oauth)(\/|$)/i;
/** Where a role of somebody in something is what is set. */
const SHARES = /(^|\/)(teams?|groups?|collaborators?|shares?|sharing|access|acls?|policies)(\/|$)|\}\/(users|people|participants|assignees)(\/|$)/i;
/** Whom something belongs to. */
const OWNER = /^(owner|user|tenant|account)_?id$/;
/** Operations from which on their paths show how the document names things. */
const ENOUGH = 3;

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
      const name = nameOfProperty(property);
      const { path } = place.root.operation;
      const types = typesIn(place, document);
      const isTold = decidedField({ name, types, values: valuesOf(place, document), path });
      const decided = isTold && isOfWhole(place, types) && !isOther(place, name, document) ? isTold : saysDecided(place, name) ? 'likely' : undefined;
      if (!decided || (name === 'status' && isForAuthors(place)) || standsUnder(place, 'readOnly') || (/^(role|permission|scope|access|user_?id)/.test(name) && SHARES.test(path))) continue;
      const key = pointerOf(place);
      const evidence = { document, name: property.key, pointer: key ?? pointer, reference: key === undefined || entryOf(property.value, '$ref') !== undefined };
      yield { at: property.keyAt, subject: (key ?? pointer).join('/'), evidence, ...(decided === 'operators' ? {} : { severity: LEVEL[decided] }) };
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
      title: 'outcomes of a check, what others pay for, and what the document itself gives to the staff',
      bad: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /claims:
            post:
              requestBody:
                content:
                  application/json:
                    schema:
                      type: object
                      properties:
                        text: { type: string }
                        doctorVerified: { type: [boolean, 'null'] }
        #               ^^^^^^^^^^^^^^ openapi/privileged-property-writable "Callers can set 'doctorVerified' themselves"
                        surcharge: { type: number }
        #               ^^^^^^^^^ openapi/privileged-property-writable "'surcharge'"
                        handling: { type: string, description: Set by the office after a call }
        #               ^^^^^^^^ openapi/privileged-property-writable "'handling'"
              responses: { default: { description: any } }
      `,
    },
    {
      title: 'an address of administrators that everybody may call',
      bad: `
        #- swagger.json
        {
          "swagger": "2.0",
          "paths": { "/admin/users": { "put": {
            "security": [],
            "parameters": [{ "in": "body", "name": "user", "schema": { "type": "object", "properties": { "staff": { "type": "boolean" } } } }],
                                                                                                         ^^^^^^^ openapi/privileged-property-writable "'staff'"
            "responses": { "default": { "description": "any" } }
          } } }
        }
      `,
    },
    {
      title: 'a status whose values are for authors to choose',
      good: `
        #- openapi.yaml
        openapi: 3.0.3
        paths:
          /articles:
            post:
              requestBody:
                content:
                  application/json:
                    schema:
                      type: object
                      properties:
                        status: { type: string, enum: [draft, published, archived] }
              responses: { default: { description: any } }
      `,
    },
    {
      title: 'words that mean something else elsewhere',
      good: `
        #- openapi.json
        {
          "openapi": "3.0.3",
          "paths": {
            "/products": { "post": {
              "requestBody": { "content": { "application/json": { "schema": { "type": "object", "properties": {
                "price": { "type": "number" }, "discount": { "type": "number" }, "subsidised": { "type": "boolean" } } } } } },
              "responses": { "default": { "description": "any" } }
            } },
            "/notes": { "post": {
              "requestBody": { "content": { "application/json": { "schema": { "type": "object", "properties": {
                "approved": { "type": "array", "items": { "type": "string" } }, "termsAccepted": { "type": "boolean" }, "price": { "type": "number" },
                "slug": { "type": "string", "description": "Chosen by the author" } } } } } },
              "responses": { "default": { "description": "any" } }
            } }
          }
        }
      `,
    },
    {
      title: 'a state that others give, and the role of somebody named inside the body',
      bad: `
        #- openapi.yaml
        openapi: 3.0.3
        paths:
          /orders/{id}:
            put:
              requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/Order' } } } }
              responses: { default: { description: any } }
        components:
          schemas:
            Order:
              properties:
                status: { type: string, enum: [open, paid, shipped] }
        #       ^^^^^^ openapi/privileged-property-writable "'status'"
                customer: { type: object, properties: { role: { type: string } } }
        #                                               ^^^^ openapi/privileged-property-writable "'role'"
      `,
    },
    {
      title: 'roles, rights and amounts of parts of what is sent, accounts of other services, and states that are switched',
      good: `
        #- openapi.yaml
        openapi: 3.0.3
        paths:
          /containers/{id}:
            put:
              requestBody:
                content:
                  application/json:
                    schema:
                      type: object
                      properties:
                        role: { type: string, enum: [worker, manager] }
                        seLinux: { type: object, properties: { role: { type: string } } }
                        limits: { type: object, properties: { diskQuota: { type: integer } } }
                        status: { type: string, enum: [enabled, disabled] }
                        permissions: { type: object, additionalProperties: { type: string } }
                        credits: { type: array, items: { type: string } }
                        accountId: { type: string, description: The account at the cloud }
                        dutyPaid: { type: boolean, description: Delivered duty paid }
                        port: { type: integer, description: Usually assigned by the system }
              responses: { default: { description: any } }
          /registries: { post: { requestBody: { content: { application/json: { schema: { type: object, properties: { tenantId: { type: string }, clientId: { type: string } } } } } }, responses: { default: { description: any } } } }
      `,
    },
    {
      title: 'paths name calls, whose bodies say what they are about',
      good: `
        #- swagger.yaml
        swagger: '2.0'
        paths:
          /items/get: { post: { parameters: [{ in: body, name: b, schema: { type: object, properties: { userId: { type: string } } } }], responses: { default: { description: any } } } }
          /rates/get: { post: { responses: { default: { description: any } } } }
          /rates/set: { post: { responses: { default: { description: any } } } }
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
          /projects/{id}/users:
            post:
              requestBody: { content: { application/json: { schema: { type: object, properties: { userId: { type: string }, role: { type: string } } } } } }
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

const isForAdmins = ofOperation((operation, document): boolean => {
  const needs = effective(operation, document);
  // What anybody may call is not for administrators, whatever its path says.
  if (operation.own && (needs.kind === 'none' || needs.kind === 'optional')) return false;
  if (adminPath(operation.path) || GRANTS.test(operation.path)) return true;
  return needs.kind === 'required' && needs.alternatives.every((alternative) => alternative.some(({ scheme, scopes }) => [scheme, ...scopes].some((name) => /admin|owner|manage|super|root|internal|service/i.test(name))));
});
/** All the values of a status are ones that whoever writes something chooses: a draft, published, done. */
function isForAuthors({ schema }: SchemaPlace): boolean {
  const values = (asArray(valueOf(schema, 'enum'))?.items ?? []).map((item) => asText(item.value) ?? '');
  return values.length > 0 && values.every((value) => CHOSEN.test(value));
}
/** The types of a property, those of its parts where it names none itself; what has properties is an object, and so is a list of such. */
function typesIn({ schema }: SchemaPlace, document: OpenApiDocument): readonly string[] {
  const own = typesOf(schema);
  const parts = [...partsOf(document, schema)];
  const items = parts.flatMap((part) => asObject(follow(document.root, valueOf(part, 'items') ?? part).value) ?? []);
  const isBuilt = [...parts, ...items].some((part) => entryOf(part, 'properties'));
  return [...(own.length > 0 ? own : parts.flatMap(typesOf)), ...(isBuilt ? ['object'] : [])];
}
function valuesOf({ schema }: SchemaPlace, document: OpenApiDocument): readonly string[] {
  return [...partsOf(document, schema)].flatMap((part) => asArray(valueOf(part, 'enum'))?.items ?? []).map((item) => asText(item.value) ?? '');
}
/** A flag says by itself whom it is about; a role or an amount may be one of a part of what is sent. */
function isOfWhole(place: SchemaPlace, types: readonly string[]): boolean {
  if (types.includes('boolean')) return true;
  for (let one = place.parent; one; one = one.parent) if (one.property) return speaksOfWhole(nameOfProperty(one.property), place.root.operation.path);
  return true;
}
/** It names who or what a call is about, or somebody of another service. */
function isOther(place: SchemaPlace, name: string, document: OpenApiDocument): boolean {
  if (/^roles?$/.test(name)) return isRoleOfThing(place, document);
  if (!OWNER.test(name)) return false;
  const { parent } = place;
  const isOfService = /^(account|tenant)_?id$/.test(name);
  if (name.startsWith('account') && !knowsAccounts(document)) return true;
  // The identity an application has at a cloud.
  return (isOfService && ['client_id', 'clientId'].some((key) => entryOf(valueOf(parent?.schema, 'properties'), key))) || isOfCalls(document);
}
/** Its values are listed, and neither path nor neighbours are about somebody: the part a machine plays. */
function isRoleOfThing(place: SchemaPlace, document: OpenApiDocument): boolean {
  if (valuesOf(place, document).length === 0 || isOfPersons(place.root.operation.path)) return false;
  return !entriesOf(valueOf(place.parent?.schema, 'properties')).some(({ key }) => /e?mail|user|login|password|phone|(first|last|full)_?name/i.test(key));
}
/** Paths name calls, as in /items/get: bodies say what they are about. */
const isOfCalls = ofDocument(({ operations }) => operations.length >= ENOUGH && !operations.some(({ path }) => path.includes('{')));
const knowsAccounts = ofDocument(({ operations }) => operations.some(({ path }) => /(^|\/)accounts?(\/|$)/i.test(path)));
/** Its description says that callers do not decide it. */
function saysDecided({ property, schema }: SchemaPlace, name: string): boolean {
  if (FILLED.test(name)) return false;
  return isSaid(schema) || (property !== undefined && property.value !== schema && isSaid(property.value));
}
function isSaid(holder: Value): boolean {
  const held = said.get(holder) ?? describedAsDecided(asText(valueOf(holder, 'description')) ?? '');
  said.set(holder, held);
  return held;
}
const said = new WeakMap<Value, boolean>();
/** The key path of the property itself, where it stands in its parent. */
function pointerOf({ property, parent }: SchemaPlace): Pointer | undefined {
  return property && parent ? [...parent.pointer, 'properties', property.key] : undefined;
}
