import type { Value } from '../../model/value.js';
import type { OpenApiDocument, Operation, Placed } from '../../openapi/document.js';
import { ofOperation } from '../../openapi/kept.js';
import { at, led, partsOf, responsesOf } from '../../openapi/schemas.js';
import { asArray, asObject, asText, entriesOf, entryOf, isTrue, valueOf, type KeyedEntry } from '../../openapi/values.js';
import { rule } from '../rule.js';

interface Evidence {
  readonly document: OpenApiDocument;
  readonly operation: Operation;
  readonly status: string;
  /** Where a schema is missing altogether. */
  readonly holder: Placed | undefined;
}
const NOT_JSON = /^(text\/(?!json)|image\/|audio\/|video\/|font\/|multipart\/|application\/(octet-stream|pdf|zip|gzip|x-|vnd\.(?![\w.-]*\+json)|javascript|xhtml|xml|ld-patch|jwt|msword|rtf|wasm|protobuf|grpc))/i;

export default rule<'openapi', Evidence>({
  meta: {
    id: 'openapi/response-without-schema',
    title: 'A success response has no schema',
    owasp: ['API3:2019', 'API3:2023'],
    cwe: [1059, 213],
    severity: 'hint',
    confidence: 'high',
    topics: ['openapi-data'],
    since: '0.1.0',
    whenNotToUse: 'Endpoints that pass through what another service describes.',
    references: ['https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/'],
  },
  on: 'openapi',
  words: ['responses'],
  *detect(document) {
    const seen = new Set<Value>();
    for (const operation of document.operations) {
      for (const { response, lack } of lacking(operation, document)) {
        if (seen.has(response.value)) continue;
        seen.add(response.value);
        const status = response.entry.key;
        const at = lack.shared ? lack.shared.keyAt : response.entry.keyAt;
        yield { at, subject: `${operation.method} ${operation.path} ${status}`, evidence: { document, operation, status, holder: lack.holder } };
      }
    }
  },
  explain: () => ({
    message: 'Nothing limits what this response may contain, so extra fields leak unnoticed. Describe its properties.',
    why: 'Responses can be checked against the document, in tests and by the server itself, only where the document says what they hold.',
    remedy: 'Describe the object that is returned, field by field.',
  }),
  *fix({ evidence: { document, holder } }) {
    if (!holder) {
      yield { refused: 'Which properties the object has is for its author to say.' };
      return;
    }
    const schema = { type: 'object', additionalProperties: false, properties: {} };
    const [key, value] = document.version === '2.0' ? [['schema'], schema] : entryOf(holder.value, 'content') ? [['content', 'application/json', 'schema'], schema] : [['content', 'application/json'], { schema }];
    yield { title: 'Add a schema to fill in', safety: 'manual', changes: [{ do: 'set', path: document.path, key: [...holder.pointer, ...key], value }] };
  },
  examples: [
    {
      title: 'an object of which nothing is known',
      bad: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /orders:
            get:
              responses:
                '200': { description: ok, content: { application/json: { schema: { type: object } } } }
        #       ^^^^^ openapi/response-without-schema "Nothing limits what this response may contain"
      `,
    },
    {
      title: 'no schema at all',
      bad: `
        #- openapi.yaml
        openapi: 3.0.3
        paths:
          /orders:
            get:
              responses:
                '200':
        #       ^^^^^ openapi/response-without-schema "Describe its properties"
                  description: ok
                  content:
                    application/json: {}
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.0.3
        paths:
          /orders:
            get:
              responses:
                '200':
                  description: ok
                  content:
                    application/json: { schema: { type: object, additionalProperties: false, properties: {} } }
      `,
    },
    {
      title: 'version 2, which says what is produced',
      bad: `
        #- swagger.json
        {
          "swagger": "2.0",
          "produces": ["application/json"],
          "paths": { "/orders": { "get": { "responses": { "200": { "description": "ok" } } } } }
                                                          ^^^^^ openapi/response-without-schema "Describe its properties"
        }
      `,
    },
    {
      title: 'schemas, files, texts and answers without a body',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /orders:
            get:
              responses:
                '200': { description: ok, content: { application/json: { schema: { $ref: '#/components/schemas/Order' } } } }
            delete:
              responses: { '204': { description: gone }, '200': { description: gone } }
            put:
              responses: { '202': { description: taken, content: { application/json: { schema: { allOf: [{ $ref: '#/components/schemas/Order' }] } } } } }
          /file:
            get:
              responses:
                '200': { description: file, content: { application/pdf: { schema: { type: string, format: binary } } } }
          /list:
            get:
              responses:
                '200': { description: names, content: { application/json: { schema: { type: array, items: { type: string } } } } }
          /labels:
            get:
              responses:
                '200': { description: labels, content: { application/json: { schema: { type: object, additionalProperties: { type: string } } } } }
        components: { schemas: { Order: { type: object, properties: { id: { type: string } } } } }
      `,
    },
    {
      title: 'a schema in another file, and the answer to HEAD',
      good: `
        #- openapi.yaml
        openapi: 3.0.3
        paths:
          /orders:
            get:
              responses: { '200': { description: ok, content: { application/json: { schema: { $ref: ./order.yaml } } } } }
            head:
              responses: { '200': { description: ok, content: { application/json: {} } } }
      `,
    },
  ],
});

/** The successes of an operation that do not say what they hold. */
const lacking = ofOperation((operation, document) => {
  if (operation.section !== 'paths' || operation.method === 'HEAD' || operation.method === 'OPTIONS') return [];
  return responsesOf(document, operation).filter(({ entry: { key } }) => /^2(\d\d|XX)$/i.test(key) && key !== '204' && key !== '205').flatMap((response) => {
    const lack = lackOf(document, operation, response);
    return lack ? [{ response, lack }] : [];
  });
});
/** Whether a response says nothing about what it holds. `shared`: the response is described elsewhere in the document. */
function lackOf(document: OpenApiDocument, operation: Operation, response: Placed & { readonly entry: KeyedEntry }): { readonly holder: Placed | undefined; readonly shared: KeyedEntry | undefined } | undefined {
  const { value } = response;
  if (value.kind !== 'object' || value.open || entryOf(value, '$ref')) return undefined;
  if (document.version === '2.0') {
    const schema = valueOf(value, 'schema');
    if (schema) return saysNothing(document, schema) ? { holder: undefined, shared: undefined } : undefined;
    // Without a schema version 2 means no content, unless the operation says what it produces.
    return producesJson(document, operation) && operation.method === 'GET' ? { holder: response, shared: undefined } : undefined;
  }
  const media = entriesOf(valueOf(value, 'content')).filter((one) => !NOT_JSON.test(one.key));
  for (const one of media) {
    const schema = valueOf(one.value, 'schema');
    if (!schema && one.value.kind === 'object' && !one.value.open && !entryOf(one.value, '$ref')) return { holder: one.key === 'application/json' ? response : undefined, shared: undefined };
    if (schema && saysNothing(document, schema)) return { holder: undefined, shared: undefined };
  }
  return undefined;
}
function saysNothing(document: OpenApiDocument, value: Value): boolean {
  if (isTrue(value)) return true;
  const schema = asObject(led(document, { value, pointer: [] }).value);
  if (!schema || schema.open) return false;
  const says = ['properties', 'additionalProperties', 'patternProperties', 'unevaluatedProperties', 'items', 'enum', 'const', 'format', '$ref', 'if', 'discriminator', '$dynamicRef', 'not', 'prefixItems'];
  for (const part of partsOf(document, schema)) {
    if (part.open || says.some((key) => entryOf(part, key))) return false;
    const type = valueOf(part, 'type');
    if (type && asText(type) !== 'object') return false;
  }
  return true;
}
function producesJson(document: OpenApiDocument, operation: Operation): boolean {
  const own = valueOf(at(document, operation.pointer), 'produces');
  return (asArray(own ?? valueOf(document.root, 'produces'))?.items ?? []).some((item) => /json/i.test(asText(item.value) ?? ''));
}
