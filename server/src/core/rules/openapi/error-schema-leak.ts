import type { Value } from '../../model/value.js';
import { withoutProperty } from '../../openapi/changes.js';
import type { OpenApiDocument, Placed, Pointer } from '../../openapi/document.js';
import { led, responseSchemas, responsesOf, schemasBelow, type SchemaPlace } from '../../openapi/schemas.js';
import { asText, entriesOf, valueOf } from '../../openapi/values.js';
import type { At } from '../../text/source.js';
import { rule } from '../rule.js';

interface Evidence {
  readonly document: OpenApiDocument;
  /** The property, or undefined where an example shows it. */
  readonly name: string | undefined;
  readonly pointer: Pointer;
  readonly at: At;
}
const SURE = /^(stack|stack_?trace|trace|exception|sql|inner_?exception)$/i;
/** Everyday words, which mean internals only beside another of either list. */
const BESIDE = /^(query|debug|file|line(_?number)?|cause)$/i;
const SHOWN = /\bat [^\n()]{1,200}\([^\n()]{1,300}:\d{1,6}:\d{1,6}\)|Traceback \(most recent|\bORA-\d{5}|\bSQLSTATE\b/;
const MOST = 50;

export default rule<'openapi', Evidence>({
  meta: {
    id: 'openapi/error-schema-leak',
    title: 'Error responses promise a stack trace',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [209],
    severity: 'warning',
    confidence: 'high',
    topics: ['openapi-error'],
    since: '0.1.0',
    whenNotToUse: 'Where the document describes an interface for developers of the service only.',
    references: ['https://cheatsheetseries.owasp.org/cheatsheets/Error_Handling_Cheat_Sheet.html', 'https://www.rfc-editor.org/rfc/rfc9457'],
  },
  on: 'openapi',
  words: ['responses'],
  *detect(document) {
    const operations = document.operations.filter((operation) => operation.section === 'paths');
    const roots = operations.flatMap((operation) => responseSchemas(document, operation, isError));
    let count = 0;
    for (const place of schemasBelow(document, roots)) {
      for (const { name, pointer, keyAt } of leaks(place)) {
        if (count++ >= MOST) return;
        yield { at: keyAt, subject: pointer.join('/'), evidence: { document, name, pointer, at: keyAt } };
      }
      for (const example of examplesOf(place.schema, place.pointer)) yield* shown(document, example);
    }
    const seen = new Set<Value>();
    for (const operation of operations) {
      for (const response of responsesOf(document, operation)) {
        if (!isError(response.entry.key) || seen.has(response.value)) continue;
        seen.add(response.value);
        const holders = [response, ...entriesOf(valueOf(response.value, 'content')).map((media) => ({ value: media.value, pointer: [...response.pointer, 'content', media.key] }))];
        for (const holder of holders) for (const example of examplesOf(holder.value, holder.pointer)) yield* shown(document, example);
      }
    }
  },
  explain: ({ name }) => ({
    message: name === undefined
      ? 'Error responses are documented with a stack trace or database text, which shows internals to callers. Return a code and a message.'
      : `Error responses are documented to carry '${name}', which shows internals to callers. Return a code and a message.`,
    why: 'Names of files, libraries and tables tell an attacker what to try next, and a schema that names them makes every server and client built from it pass them on.',
    remedy: 'Describe errors by a code, a message for people and an identifier under which the log holds the rest.',
  }),
  *fix({ evidence: { document, name, pointer, at: place } }) {
    if (name === undefined) {
      yield { title: 'Show a plain message in the example', safety: 'review', changes: [{ do: 'replace', at: place, code: [{ quote: 'Internal Server Error' }] }] };
      return;
    }
    yield { title: `Remove '${name}' from error responses`, safety: 'review', changes: withoutProperty(document, pointer, name) };
  },
  examples: [
    {
      title: 'a shared error schema with a stack trace',
      bad: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /files:
            get:
              responses:
                '200': { description: ok }
                '500':
                  description: Error
                  content:
                    application/json:
                      schema: { $ref: '#/components/schemas/Error' }
        components:
          schemas:
            Error:
              type: object
              required: [message, stack]
              properties:
                message: { type: string }
                stack: { type: string }
        #       ^^^^^ openapi/error-schema-leak "documented to carry 'stack'"
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /files:
            get:
              responses:
                '200': { description: ok }
                '500':
                  description: Error
                  content:
                    application/json:
                      schema: { $ref: '#/components/schemas/Error' }
        components:
          schemas:
            Error:
              type: object
              required: [message]
              properties:
                message: { type: string }
      `,
    },
    {
      title: 'an error that names file and line, in version 2',
      bad: `
        #- swagger.json
        {
          "swagger": "2.0",
          "paths": { "/files": { "get": { "responses": {
            "default": { "description": "Error", "schema": { "allOf": [
              { "type": "object", "properties": { "code": { "type": "string" } } },
              { "type": "object", "properties": {
                "file": { "type": "string" },
                ^^^^^^ openapi/error-schema-leak "'file'"
                "lineNumber": { "type": "integer" }
                ^^^^^^^^^^^^ openapi/error-schema-leak "'lineNumber'"
              } }
            ] } }
          } } } }
        }
      `,
    },
    {
      title: 'an example that shows a stack trace',
      bad: `
        #- openapi.yaml
        openapi: 3.0.3
        paths:
          /files:
            get:
              responses:
                '500':
                  description: Error
                  content:
                    text/plain:
                      example: "Error: no such table\\n    at run (/srv/app/db.js:10:5)"
        #                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ openapi/error-schema-leak "with a stack trace or database text"
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.0.3
        paths:
          /files:
            get:
              responses:
                '500':
                  description: Error
                  content:
                    text/plain:
                      example: 'Internal Server Error'
      `,
    },
    {
      title: 'identifiers by which the log is searched, and a file in a success response',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /reports:
            get:
              responses:
                '200':
                  description: ok
                  content:
                    application/json:
                      schema: { type: object, properties: { file: { type: string }, line: { type: integer }, stack: { type: string } } }
                4XX:
                  description: Error
                  content:
                    application/json:
                      schema: { type: object, properties: { code: { type: string }, traceId: { type: string }, file: { type: string } } }
      `,
    },
    {
      title: 'a file alone is no stack trace',
      good: `
        #- swagger.yaml
        swagger: '2.0'
        paths:
          /uploads:
            post:
              responses:
                default: { description: Error, schema: { type: object, properties: { message: { type: string }, file: { type: string } } }, examples: { application/json: { message: no such file } } }
      `,
    },
  ],
});

function isError(status: string): boolean {
  return status === 'default' || /^[45](\d\d|XX)$/i.test(status);
}
function leaks({ schema, pointer }: SchemaPlace): readonly { readonly name: string; readonly pointer: Pointer; readonly keyAt: At }[] {
  const named = entriesOf(valueOf(schema, 'properties')).filter((entry) => SURE.test(entry.key) || BESIDE.test(entry.key));
  if (!named.some((entry) => SURE.test(entry.key)) && named.length < 2) return [];
  return named.map((entry) => ({ name: entry.key, pointer: [...pointer, 'properties', entry.key], keyAt: entry.keyAt }));
}
/** `example` and the members of `examples`, whose values version 3 keeps one key deeper. */
function examplesOf(holder: Value, pointer: Pointer): readonly Placed[] {
  const one = valueOf(holder, 'example');
  const many = entriesOf(valueOf(holder, 'examples')).map((entry) => {
    const value = valueOf(entry.value, 'value');
    return value ? { value, pointer: [...pointer, 'examples', entry.key, 'value'] } : { value: entry.value, pointer: [...pointer, 'examples', entry.key] };
  });
  return [...(one ? [{ value: one, pointer: [...pointer, 'example'] }] : []), ...many];
}
function* shown(document: OpenApiDocument, example: Placed): Iterable<{ readonly at: At; readonly subject: string; readonly evidence: Evidence }> {
  const { value, pointer } = led(document, example);
  const texts = asText(value) === undefined ? entriesOf(value).map((entry) => ({ value: entry.value, pointer: [...pointer, entry.key] })) : [{ value, pointer }];
  const found = texts.find((text) => SHOWN.test((asText(text.value) ?? '').slice(0, 4000)));
  if (found) yield { at: found.value.at, subject: found.pointer.join('/'), evidence: { document, name: undefined, pointer: found.pointer, at: found.value.at } };
}
