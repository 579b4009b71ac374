import type { ObjectValue, Value } from '../../model/value.js';
import type { OpenApiDocument, Operation, Pointer } from '../../openapi/document.js';
import { isMarked, led, partsOf, requestSchemas, schemasBelow } from '../../openapi/schemas.js';
import { asArray, asObject, asText, entryOf, valueOf } from '../../openapi/values.js';
import type { At } from '../../text/source.js';
import { listed } from '../facts/prose.js';
import { rule, type Change } from '../rule.js';

interface Bound {
  readonly name: string;
  readonly key: 'maxLength' | 'maxItems' | 'maximum';
  readonly pointer: Pointer;
  readonly at: At;
  /** A page size: the caller chooses how much the server does. */
  readonly size: boolean;
}
interface Evidence {
  readonly document: OpenApiDocument;
  readonly operation: Operation;
  readonly bounds: readonly Bound[];
}
const SIZE = /^(limit|size|page_?size|per_?page|count|top|take|first|max_?results)$/i;
/** Formats whose texts have an end of their own. */
const BOUNDED = /^(date|date-time|time|duration|uuid|byte|binary|ipv4|ipv6|email|idn-email|hostname|int32|int64)$/;
const BOUNDS = { maxLength: 255, maxItems: 100, maximum: 100 } as const;
/** Places one fix completes. */
const MOST = 30;

export default rule<'openapi', Evidence>({
  meta: {
    id: 'openapi/unbounded-input',
    title: 'Input has no upper bound',
    owasp: ['API4:2019', 'API4:2023'],
    cwe: [770, 1284],
    severity: 'hint',
    confidence: 'medium',
    topics: ['openapi-data'],
    since: '0.1.0',
    whenNotToUse: 'Where a gateway limits the size of requests and the server the size of pages.',
    references: ['https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/'],
  },
  on: 'openapi',
  words: ['parameters', 'requestbody'],
  *detect(document) {
    const told = new Set<Value>();
    for (const operation of document.operations) {
      if (operation.section !== 'paths') continue;
      const bounds = [...parameterBounds(document, operation, told), ...bodyBounds(document, operation, told)];
      const [first] = bounds;
      if (!first) continue;
      yield { at: first.at, subject: `${operation.method} ${operation.path}`, evidence: { document, operation, bounds }, ...(bounds.some((bound) => bound.size) ? { severity: 'info' } : {}) };
    }
  },
  explain: ({ bounds }) => {
    const names = [...new Set(bounds.map((bound) => `'${bound.name}'`))];
    const shown = names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : listed(names);
    const limits = [...new Set(bounds.map((bound) => bound.key))];
    return {
      message: `${shown} ${names.length === 1 ? 'has' : 'have'} no upper bound, so one request can be arbitrarily large. Add ${listed(limits)}.`,
      why: 'What the document does not limit is not limited by servers and gateways made from it: one caller can take the memory or the database time of all others.',
      remedy: 'Give texts a length, lists a number of items, and page sizes a maximum.',
    };
  },
  *fix({ evidence: { document, bounds } }) {
    const changes: readonly Change[] = bounds.slice(0, MOST).map((bound) => ({ do: 'set', path: document.path, key: [...bound.pointer, bound.key], value: BOUNDS[bound.key] }));
    yield { title: `Add ${listed([...new Set(bounds.map((bound) => `${bound.key}: ${BOUNDS[bound.key]}`))])}`, safety: 'review', changes };
  },
  examples: [
    {
      title: 'the caller chooses the size of a page',
      bad: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /orders:
            get:
              parameters:
                - { name: limit, in: query, schema: { type: integer } }
        #                 ^^^^^ openapi/unbounded-input "'limit' has no upper bound"
              responses: { default: { description: any } }
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /orders:
            get:
              parameters:
                - { name: limit, in: query, schema: { type: integer, maximum: 100 } }
              responses: { default: { description: any } }
      `,
    },
    {
      title: 'a list of texts',
      bad: `
        #- openapi.yaml
        openapi: 3.0.3
        paths:
          /labels:
            put:
              requestBody:
                content:
                  application/json:
                    schema: { type: array, items: { type: string } }
        #           ^^^^^^ openapi/unbounded-input "Add maxItems and maxLength"
              responses: { default: { description: any } }
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.0.3
        paths:
          /labels:
            put:
              requestBody:
                content:
                  application/json:
                    schema: { type: array, items: { type: string, maxLength: 255 }, maxItems: 100 }
              responses: { default: { description: any } }
      `,
    },
    {
      title: 'properties of a shared schema, in version 2',
      bad: `
        #- swagger.json
        {
          "swagger": "2.0",
          "paths": { "/users": { "post": {
            "parameters": [{ "name": "user", "in": "body", "schema": { "$ref": "#/definitions/User" } }, { "name": "q", "in": "query", "type": "string" }],
                                                                                                                   ^^^ openapi/unbounded-input "'q' and 'name' have no upper bound"
            "responses": { "default": { "description": "any" } }
          } } },
          "definitions": { "User": { "type": "object", "properties": { "name": { "type": "string" } } } }
        }
      `,
      fixed: `
        #- swagger.json
        {
          "swagger": "2.0",
          "paths": { "/users": { "post": {
            "parameters": [{ "name": "user", "in": "body", "schema": { "$ref": "#/definitions/User" } }, { "name": "q", "in": "query", "type": "string", "maxLength": 255 }],
            "responses": { "default": { "description": "any" } }
          } } },
          "definitions": { "User": { "type": "object", "properties": { "name": { "type": "string", "maxLength": 255 } } } }
        }
      `,
    },
    {
      title: 'bounds, formats and choices',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /orders/{id}:
            put:
              parameters:
                - { name: id, in: path, required: true, schema: { type: string, format: uuid } }
                - { name: limit, in: query, schema: { type: integer, minimum: 1, maximum: 100 } }
                - { name: offset, in: query, schema: { type: integer } }
                - { name: sort, in: query, schema: { type: string, enum: [asc, desc] } }
                - { name: code, in: query, schema: { type: string, pattern: '^[a-z]{2,8}$' } }
                - { name: X-Trace, in: header, schema: { type: string } }
              requestBody:
                content:
                  application/json:
                    schema:
                      type: object
                      properties:
                        note: { type: string, maxLength: 80 }
                        id: { type: string, readOnly: true }
                        tags: { type: array, maxItems: 5, items: { $ref: '#/components/schemas/Tag' } }
              responses:
                '200': { description: ok, content: { application/json: { schema: { type: string } } } }
        components: { schemas: { Tag: { allOf: [{ type: string }, { maxLength: 20 }] } } }
      `,
    },
    {
      title: 'bounds of version 2, and answers',
      good: `
        #- swagger.yaml
        swagger: '2.0'
        paths:
          /orders:
            get:
              parameters:
                - { name: q, in: query, type: string, maxLength: 80 }
                - { name: size, in: query, type: integer, maximum: 50 }
              responses: { '200': { description: ok, schema: { type: array, items: { type: string } } } }
      `,
    },
  ],
});

function* parameterBounds(document: OpenApiDocument, operation: Operation, told: Set<Value>): Iterable<Bound> {
  for (const { value, pointer } of operation.parameters) {
    const place = asText(valueOf(value, 'in'));
    const name = entryOf(value, 'name');
    const text = asText(name?.value);
    if (!name || text === undefined || (place !== 'query' && place !== 'path' && place !== 'formData') || told.has(value)) continue;
    told.add(value);
    const own = valueOf(value, 'schema');
    const schema = own ? led(document, { value: own, pointer: [...pointer, 'schema'] }) : { value, pointer };
    const object = asObject(schema.value);
    if (!object || told.has(object) && object !== value) continue;
    told.add(object);
    const key = missingBound(document, object, text);
    if (key) yield { name: text, key, pointer: schema.pointer, at: name.value.at, size: SIZE.test(text) };
  }
}
function* bodyBounds(document: OpenApiDocument, operation: Operation, told: Set<Value>): Iterable<Bound> {
  for (const root of requestSchemas(document, operation)) {
    for (const place of schemasBelow(document, [root], told)) {
      // The members of a composition bound each other.
      if (place.as === 'member' || isMarked(place, 'readOnly')) continue;
      const name = place.property?.key ?? (place.as === 'items' ? `${place.parent?.property?.key ?? 'the list'}[]` : 'the body');
      const key = missingBound(document, place.schema, name);
      if (key) yield { name, key, pointer: place.pointer, at: place.property?.keyAt ?? schemaKeyAt(document, root.operation, place.schema), size: SIZE.test(name) };
    }
  }
}
/** The `schema` key of the body, else the schema itself. */
function schemaKeyAt(document: OpenApiDocument, operation: Operation, schema: ObjectValue): At {
  for (const media of asObject(valueOf(operation.requestBody, 'content'))?.entries ?? []) {
    const entry = entryOf(media.value, 'schema');
    if (entry) return entry.keyAt;
  }
  return document.version === '2.0' ? operation.methodAt : schema.at;
}

function missingBound(document: OpenApiDocument, schema: ObjectValue, name: string): Bound['key'] | undefined {
  const parts = [...partsOf(document, schema)];
  const has = (key: string): boolean => parts.some((part) => entryOf(part, key));
  if (parts.some((part) => part.open) || has('enum') || has('const') || has('$ref')) return undefined;
  const types = parts.flatMap((part) => typesOf(part));
  if (types.includes('string')) {
    const format = parts.map((part) => asText(valueOf(part, 'format'))).find((one) => one !== undefined);
    if (has('maxLength') || (format !== undefined && BOUNDED.test(format))) return undefined;
    return parts.some((part) => isFinitePattern(asText(valueOf(part, 'pattern')))) ? undefined : 'maxLength';
  }
  if (types.includes('array')) return has('maxItems') ? undefined : 'maxItems';
  if (types.includes('integer') || types.includes('number')) return SIZE.test(name) && !has('maximum') && !has('exclusiveMaximum') ? 'maximum' : undefined;
  return undefined;
}
function typesOf(schema: ObjectValue): readonly string[] {
  const type = valueOf(schema, 'type');
  const one = asText(type);
  return one === undefined ? (asArray(type)?.items ?? []).flatMap((item) => asText(item.value) ?? []) : [one];
}
/** Anchored at both ends and without a repetition that has no end. */
function isFinitePattern(pattern: string | undefined): boolean {
  if (pattern === undefined || !pattern.startsWith('^') || !pattern.endsWith('$')) return false;
  const outside = pattern.replace(/\\./g, 'x').replace(/\[[^\]]*\]/g, 'x');
  return !/[*+]|\{\d*,\}/.test(outside);
}
