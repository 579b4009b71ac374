import type { Value } from '../../model/value.js';
import { withoutProperty } from '../../openapi/changes.js';
import type { OpenApiDocument, Placed, Pointer } from '../../openapi/document.js';
import { ofOperation } from '../../openapi/kept.js';
import { led, responseSchemas, responsesOf, schemasBelow, type SchemaPlace } from '../../openapi/schemas.js';
import { asText, entriesOf, valueOf } from '../../openapi/values.js';
import type { At } from '../../text/source.js';
import { REPEATED } from '../facts/habit.js';
import { groupedBy } from '../facts/names.js';
import { describesInternals, internalText } from '../facts/internal-texts.js';
import { snakeCase } from '../facts/names.js';
import { rule } from '../rule.js';

interface Evidence {
  readonly document: OpenApiDocument;
  /** The property, or undefined where an example shows it. */
  readonly name: string | undefined;
  readonly pointer: Pointer;
  readonly at: At;
  /** How many schemas of errors have it, where they are told together. */
  readonly count: number;
}
const SURE = new RegExp(
  '^(((error|exception|inner|raw|full|server|internal)_)?(stack|stack_?trace|call_?stack|back_?trace|trace_?back|stack_?frames?)|trace'
  + '|(\\w{1,30}_)?exception(_(class|type|name|message|text|details?))?|((failed|last|raw|executed)_)?sql(_(state|query|statement|text|error|message))?'
  + '|(db|database)_?(error|message|query|statement)|failed_(query|statement)|debug(_?(info|information|message|details?|data|dump|trace|output|log))?|debugging'
  + '|sys_?call|(internal|raw|original)_(error|message)|raw_(output|response|body)|frames|((heap|core|memory|server|system)_)?dump|env|env(ironment)?_?var(iable)?s'
  + '|(server|node|php|java|python|ruby|runtime)_version|internal_(ip|host(_?name)?|url|path|address)|(db|database|server)_(host|name|ip|url)|connection_string)$',
);
/** Everyday words, which mean internals only beside another of them, or where their description says so. */
const BESIDE = new RegExp(
  '^(query|statement|file(_?(name|path))?|source_(file|line|path)|line(_?(no|number))?|cause|inner_?error|class(_?name)?|thread(_name)?|errno|host(_?name)?|pid|process_id|machine(_name)?'
  + '|developer_(message|info)|upstream_(error|response|body))$',
);
/** What the log is searched by, and what readers are sent to. */
const POINTERS = /(^|_)(ids?|uuid|reference|ref|url|uri|link|href)$/;
/** Values of one example. */
const MOST_SHOWN = 300;

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
    const roots = operations.flatMap((operation) => errorSchemas(operation, document));
    const places = [...schemasBelow(document, roots)];
    // The same name in so many schemas is one decision, written out again.
    for (const group of groupedBy(places.flatMap(leaks), ({ name }) => name).values()) {
      const [first] = group;
      const told = group.length > REPEATED && first ? [{ ...first, count: group.length }] : group.map((one) => ({ ...one, count: 1 }));
      for (const { name, pointer, keyAt, count } of told) yield { at: keyAt, subject: count > 1 ? name : pointer.join('/'), evidence: { document, name, pointer, at: keyAt, count } };
    }
    for (const place of places) for (const example of examplesOf(place.schema, place.pointer)) yield* shown(document, example);
    const seen = new Set<Value>();
    for (const operation of operations) {
      for (const { response, examples } of shownErrors(operation, document)) {
        if (seen.has(response)) continue;
        seen.add(response);
        for (const example of examples) yield* shown(document, example);
      }
    }
  },
  explain: ({ name, count }) => ({
    message: name === undefined
      ? 'Error responses are documented with a stack trace or database text, which shows internals to callers. Return a code and a message.'
      : `Error responses are documented to carry '${name}'${count > 1 ? ` in ${count} schemas` : ''}, which shows internals to callers. Return a code and a message.`,
    why: 'Names of files, libraries and tables tell an attacker what to try next, and a schema that names them makes every server and client built from it pass them on.',
    remedy: 'Describe errors by a code, a message for people and an identifier under which the log holds the rest.',
  }),
  *fix({ evidence: { document, name, pointer, at: place, count } }) {
    if (count > 1) {
      yield { refused: `${count} schemas have it, and each needs a look.` };
      return;
    }
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
      title: 'the inside of the server under other names, as its descriptions say',
      bad: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /tides:
            get:
              responses:
                5XX:
                  description: Error
                  content:
                    application/problem+json:
                      schema:
                        type: object
                        properties:
                          title: { type: string }
                          callStack: { type: array, items: { type: string } }
        #                 ^^^^^^^^^ openapi/error-schema-leak "'callStack'"
                          dbMessage: { type: string }
        #                 ^^^^^^^^^ openapi/error-schema-leak "'dbMessage'"
                          origin: { type: string, description: Host name and process id of the worker }
        #                 ^^^^^^ openapi/error-schema-leak "'origin'"
                          reference: { type: string, description: Finds the stack trace in the log }
                          hint: { type: string, description: 'A text for people, never a stack trace' }
      `,
    },
    {
      title: 'an example that shows a statement, inside an object',
      bad: `
        #- swagger.json
        {
          "swagger": "2.0",
          "paths": { "/tides": { "get": { "responses": { "default": {
            "description": "Error",
            "examples": { "application/json": { "errors": [{ "text": "column \\"hight\\" does not exist in SELECT hight FROM tides" }] } }
                                                                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ openapi/error-schema-leak "database text"
          } } } } }
        }
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
                      schema: { type: object, properties: { code: { type: string }, traceId: { type: string }, file: { type: string }, debug: { type: boolean }, path: { type: string } } }
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
const errorSchemas = ofOperation((operation, document) => responseSchemas(document, operation, isError));
/** Responses to errors that show examples. */
const shownErrors = ofOperation((operation, document) => responsesOf(document, operation).flatMap((response): readonly { readonly response: Value; readonly examples: readonly Placed[] }[] => {
  if (!isError(response.entry.key)) return [];
  const holders = [response, ...entriesOf(valueOf(response.value, 'content')).map((media) => ({ value: media.value, pointer: [...response.pointer, 'content', media.key] }))];
  const examples = holders.flatMap((holder) => examplesOf(holder.value, holder.pointer));
  return examples.length === 0 ? [] : [{ response: response.value, examples }];
}));
function leaks({ schema, pointer }: SchemaPlace): readonly { readonly name: string; readonly pointer: Pointer; readonly keyAt: At }[] {
  const named = entriesOf(valueOf(schema, 'properties')).filter(({ value }) => asText(valueOf(value, 'type')) !== 'boolean').map((entry) => ({ entry, name: snakeCase(entry.key) }));
  const beside = named.filter(({ name }) => BESIDE.test(name));
  const sure = named.filter(({ entry, name }) => SURE.test(name) || (!POINTERS.test(name) && describesInternals(`${asText(valueOf(entry.value, 'title')) ?? ''} ${asText(valueOf(entry.value, 'description')) ?? ''}`)));
  const all = sure.length > 0 || beside.length > 1 ? named.filter((one) => sure.includes(one) || beside.includes(one)) : [];
  return all.map(({ entry }) => ({ name: entry.key, pointer: [...pointer, 'properties', entry.key], keyAt: entry.keyAt }));
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
  const found = textsIn({ value, pointer }).find((text) => internalText(asText(text.value) ?? ''));
  if (found) yield { at: found.value.at, subject: found.pointer.join('/'), evidence: { document, name: undefined, pointer: found.pointer, at: found.value.at, count: 1 } };
}
/** The first texts inside an example. */
function textsIn(example: Placed): readonly Placed[] {
  const all = [example];
  for (const { value, pointer } of all) {
    if (all.length > MOST_SHOWN) break;
    if (value.kind === 'object') all.push(...entriesOf(value).map((entry) => ({ value: entry.value, pointer: [...pointer, entry.key] })));
    else if (value.kind === 'array') all.push(...value.items.map((item, index) => ({ value: item.value, pointer: [...pointer, index] })));
  }
  return all.filter(({ value }) => value.kind === 'literal');
}
