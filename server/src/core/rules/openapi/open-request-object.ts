import type { Entry, ObjectValue, Value } from '../../model/value.js';
import type { OpenApiDocument, Operation, Pointer } from '../../openapi/document.js';
import { at, partsOf, requestSchemas, schemasBelow, type SchemaPlace } from '../../openapi/schemas.js';
import { asArray, asScalar, asText, entriesOf, entryOf, isTrue, valueOf } from '../../openapi/values.js';
import type { At } from '../../text/source.js';
import { habitAt, HABIT, REPEATED } from '../facts/habit.js';
import { rule } from '../rule.js';

interface Evidence {
  readonly document: OpenApiDocument;
  readonly pointer: Pointer;
  /** `true`: any property is allowed in so many words. `nothing`: no property is named. `media`: any type of content. */
  readonly how: 'true' | 'absent' | 'nothing' | 'media';
  /** How many schemas of the document are like it, where they are told together. */
  readonly count: number;
  /** In version 3.0 `additionalProperties: false` beside `allOf` refuses the members' own properties. */
  readonly composed: boolean;
}
const WRITES = new Set(['POST', 'PUT', 'PATCH']);
/** What is called so holds names that callers choose; properties described in it are examples of such. */
const MAP = /^(permissions|meta_?data|labels|headers|custom_?(fields|attributes|properties)|variables|env(ironment)?|extras?|annotations)$/i;
const ANY_MEDIA = /^(\*|application)\/\*$/;
/** Keys beside `type: object` that do not say what is in it. */
const DESCRIBES_NOTHING = /^(type|title|description|nullable|deprecated|xml|externalDocs)$/;

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
  words: ['properties', 'requestbody', 'parameters'],
  *detect(document) {
    const operations = document.operations.filter((operation) => operation.section === 'paths' && WRITES.has(operation.method));
    const media = [...anyMedia(document, operations)];
    if (media.length > HABIT) yield { at: habitAt(document), subject: 'paths media', evidence: { document, pointer: [], how: 'media', count: media.length, composed: false } };
    else for (const { at, pointer } of media) yield { at, subject: pointer.join('/'), evidence: { document, pointer, how: 'media', count: 1, composed: false } };
    const allowed: (Pick<Evidence, 'pointer' | 'composed'> & { readonly at: At })[] = [];
    const unsaid: (Pick<Evidence, 'pointer' | 'composed'> & { readonly at: At })[] = [];
    const roots = operations.flatMap((operation) => requestSchemas(document, operation));
    for (const place of schemasBelow(document, roots)) {
      const { schema, pointer } = place;
      const properties = entryOf(schema, 'properties');
      if (schema.open || isTrue(entryOf(schema, 'x-free-form')?.value)) continue;
      const additional = entryOf(schema, 'additionalProperties') ?? openRest(schema);
      const isOpen = additional && (isTrue(additional.value) || isEmpty(additional.value));
      const isWhole = place.as === 'root' || (place.as === 'items' && place.parent?.as === 'root');
      const isDescribed = properties !== undefined && entriesOf(properties.value).length > 0 && !MAP.test(place.property?.key ?? '');
      if (isOpen && (isDescribed || isWhole)) {
        const evidence = { pointer, composed: additional.key === 'unevaluatedProperties' };
        // A map of anything may be meant; a described object that takes more is a fault.
        if (isDescribed) allowed.push({ at: additional.value.at, ...evidence });
        else yield { at: additional.value.at, subject: pointer.join('/'), evidence: { document, how: 'true', count: 1, ...evidence } };
        continue;
      }
      const type = entryOf(schema, 'type');
      if (isWhole && type && asText(type.value) === 'object' && schema.entries.every(({ key }) => key === undefined || DESCRIBES_NOTHING.test(key))) {
        yield { at: type.value.at, subject: pointer.join('/'), severity: 'hint', evidence: { document, pointer, how: 'nothing', count: 1, composed: false } };
        continue;
      }
      // What a composition accepts is decided by its outermost schema.
      if (additional || place.as === 'member' || isClosed(schema)) continue;
      const composed = entryOf(schema, 'allOf') !== undefined;
      const shown = properties ?? (composed ? entryOf(schema, 'allOf') : undefined);
      if (!shown || (properties && entriesOf(properties.value).length === 0 && !composed) || (composed && hasClosedPart(place, document))) continue;
      unsaid.push({ at: shown.keyAt, pointer, composed });
    }
    if (allowed.length > REPEATED) yield { at: habitAt(document), subject: 'paths true', severity: 'warning', evidence: { document, pointer: [], how: 'true', count: allowed.length, composed: false } };
    else for (const { at, pointer, composed } of allowed) yield { at, subject: pointer.join('/'), severity: 'warning', evidence: { document, pointer, how: 'true', count: 1, composed } };
    // Where so many say nothing, nobody thought of it: that is one decision.
    if (unsaid.length > HABIT) yield { at: habitAt(document), subject: 'paths', evidence: { document, pointer: [], how: 'absent', count: unsaid.length, composed: false } };
    else for (const { at, pointer, composed } of unsaid) yield { at, subject: pointer.join('/'), evidence: { document, pointer, how: 'absent', count: 1, composed } };
  },
  explain: ({ how, count }) => ({
    message: {
      true: `Callers may send any extra property such as 'role'${count > 1 ? ` in ${count} schemas of requests` : ''}, and a server that stores the body stores it too. Set additionalProperties to false.`,
      absent: count > 1
        ? `Callers may send extra properties such as 'role' in ${count} schemas of requests, since none of these says otherwise. Add additionalProperties: false.`
        : "Callers may send extra properties such as 'role'. Add additionalProperties: false.",
      nothing: 'This body may hold anything, since no property of it is described. Describe them and refuse others.',
      media: `Any type of content is accepted${count > 1 ? ` by ${count} operations` : ''}, so parsers that nobody thought of read what callers send. List the media types ${count > 1 ? 'each' : 'the operation'} needs.`,
    }[how],
    why: 'A server that passes a validated body on to its database stores what nobody described: roles, owners, prices.',
    remedy: 'Refuse unknown properties in what callers send.',
  }),
  *fix({ evidence: { document, pointer, how, count, composed } }) {
    const path = document.path;
    if (how === 'media') yield { refused: 'Only the author knows which types the operation reads.' };
    else if (count > 1) yield { refused: `${count} schemas lack it: that is more than one edit should change.` };
    else if (how === 'nothing') yield { refused: 'The properties have to be described before others can be refused.' };
    else if (!composed) yield { title: 'Refuse unknown properties', safety: 'review', changes: [{ do: 'set', path, key: [...pointer, 'additionalProperties'], value: false }] };
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
      title: 'a body of anything, and of any type',
      bad: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /notes/{id}:
            patch:
              requestBody:
                content:
                  application/json:
                    schema:
                      type: object
                      additionalProperties: {}
        #                                   ^^ openapi/open-request-object "any extra property"
              responses: { default: { description: any } }
            put:
              requestBody:
                content:
                  '*/*':
        #         ^^^^^ openapi/open-request-object "Any type of content is accepted"
                    schema:
                      type: object
        #                   ^^^^^^ openapi/open-request-object "This body may hold anything"
              responses: { default: { description: any } }
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
      title: 'a map in which one name is shown',
      good: `
        #- openapi.yaml
        openapi: 3.0.3
        paths:
          /categories:
            post:
              requestBody:
                content:
                  application/json:
                    schema:
                      type: object
                      additionalProperties: false
                      properties:
                        permissions: { type: object, additionalProperties: true, properties: { everyone: { type: integer } } }
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

/** `unevaluatedProperties: true`, in so many words. */
function openRest(schema: ObjectValue): Entry | undefined {
  const rest = entryOf(schema, 'unevaluatedProperties');
  return rest && (isTrue(rest.value) || isEmpty(rest.value)) ? rest : undefined;
}
/** A schema that says nothing: as good as `true`. */
function isEmpty(value: Value): boolean {
  return value.kind === 'object' && !value.open && value.entries.length === 0;
}
/** Bodies of any type, by the ranges of version 3 and the lists of version 2. */
function* anyMedia(document: OpenApiDocument, operations: readonly Operation[]): Iterable<{ readonly at: At; readonly pointer: Pointer }> {
  const seen = new Set<Value>();
  for (const operation of operations) {
    for (const { key, keyAt, value } of entriesOf(valueOf(operation.requestBody, 'content'))) {
      if (!ANY_MEDIA.test(key) || seen.has(value)) continue;
      seen.add(value);
      yield { at: keyAt, pointer: [...operation.pointer, 'requestBody', 'content', key] };
    }
    if (document.version !== '2.0' || requestSchemas(document, operation).length === 0) continue;
    const own = valueOf(at(document, operation.pointer), 'consumes');
    for (const [index, item] of (asArray(own ?? valueOf(document.root, 'consumes'))?.items ?? []).entries()) {
      if (!ANY_MEDIA.test(asText(item.value) ?? '') || seen.has(item.value)) continue;
      seen.add(item.value);
      yield { at: item.value.at, pointer: [...(own ? operation.pointer : []), 'consumes', index] };
    }
  }
}
function isClosed(schema: ObjectValue): boolean {
  return asScalar(entryOf(schema, 'unevaluatedProperties')?.value)?.value === false;
}
/** A member that refuses what it does not name closes the whole. */
function hasClosedPart({ schema }: SchemaPlace, document: OpenApiDocument): boolean {
  for (const part of partsOf(document, schema)) if (part.open || asScalar(entryOf(part, 'additionalProperties')?.value)?.value === false || isClosed(part)) return true;
  return false;
}
