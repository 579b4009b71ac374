import type { OpenApiDocument } from '../../openapi/document.js';
import { ofPath } from '../../openapi/kept.js';
import { led } from '../../openapi/schemas.js';
import { pathEntries } from '../../openapi/urls.js';
import { asArray, asText, entriesOf, entryOf, valueOf, type KeyedEntry } from '../../openapi/values.js';
import { assetPath } from '../facts/paths.js';
import { rule } from '../rule.js';

export default rule<'openapi', { readonly path: string }>({
  meta: {
    id: 'openapi/wildcard-path',
    title: 'The path matches anything',
    owasp: ['API9:2019', 'API9:2023'],
    cwe: [749],
    severity: 'warning',
    confidence: 'high',
    topics: ['openapi-method'],
    since: '0.1.0',
    whenNotToUse: 'Where the document configures a proxy and another one describes the API behind it.',
    references: ['https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/'],
  },
  on: 'openapi',
  words: ['paths'],
  *detect(document) {
    for (const path of pathEntries(document)) {
      const { entry } = path;
      if (isWild(path, document)) yield { at: entry.keyAt, subject: entry.key, evidence: { path: entry.key } };
    }
  },
  explain: () => ({
    message: 'This path forwards anything, so no inventory or rule applies to what lies behind. List the real paths.',
    why: 'Endpoints that nobody listed are neither reviewed nor limited nor switched off when they are old, and a gateway that lets every path through serves them all.',
    remedy: 'List the paths that clients use; answer 404 to the rest.',
  }),
  examples: [
    {
      title: 'a gateway that forwards every path',
      bad: `
        #- openapi.yaml
        openapi: 3.0.1
        paths:
          /{proxy+}:
        # ^^^^^^^^^ openapi/wildcard-path "This path forwards anything"
            x-amazon-apigateway-any-method: {}
          /api/{path*}:
        # ^^^^^^^^^^^^ openapi/wildcard-path "List the real paths"
            get: { responses: { default: { description: any } } }
          /**:
        # ^^^ openapi/wildcard-path "no inventory"
            get: { responses: { default: { description: any } } }
      `,
    },
    {
      title: 'a single parameter without a type',
      bad: `
        #- openapi.json
        {
          "openapi": "3.0.3",
          "paths": { "/{any}": { "get": { "parameters": [{ "name": "any", "in": "path", "required": true }], "responses": { "default": { "description": "any" } } } } }
                     ^^^^^^^^ openapi/wildcard-path "This path forwards anything"
        }
      `,
    },
    {
      title: 'parameters with a meaning, and files',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /files/{id}:
            get: { responses: { default: { description: any } } }
          /{code}:
            get:
              parameters: [{ name: code, in: path, required: true, schema: { type: string, pattern: '^[a-z0-9]{6}$' } }]
              responses: { default: { description: any } }
          /static/{path*}:
            get: { responses: { default: { description: any } } }
      `,
    },
    {
      title: 'files of a folder',
      good: `
        #- swagger.yaml
        swagger: '2.0'
        paths:
          /assets/{path+}:
            get: { responses: { default: { description: any } } }
      `,
    },
  ],
});

const isWild = ofPath(({ entry }, document) => entry.key.startsWith('/') && !assetPath(entry.key.replace(/[{*].*$/, '')) && (matchesAnything(entry.key) || isLoneParameter(entry, document)));
function matchesAnything(path: string): boolean {
  return /(^|\/)(\*{1,2}|\{[^{}/]{1,100}[+*]\}|\{\*[^{}/]{1,100}\})$/.test(path);
}
/** `/{any}` says nothing about what may stand there unless the parameter has a type or a pattern. */
function isLoneParameter(path: KeyedEntry, document: OpenApiDocument): boolean {
  const name = /^\/\{([^{}/]{1,100})\}$/.exec(path.key)?.[1];
  if (name === undefined) return false;
  const item = led(document, { value: path.value, pointer: [] }).value;
  const holders = [item, ...entriesOf(item).filter((entry) => entry.value.kind === 'object').map((entry) => entry.value)];
  const parameters = holders.flatMap((holder) => (asArray(valueOf(holder, 'parameters'))?.items ?? []).map((one) => led(document, { value: one.value, pointer: [] }).value));
  const own = parameters.filter((parameter) => asText(valueOf(parameter, 'name')) === name);
  if (own.length === 0) return false;
  return own.every((parameter) => ![parameter, valueOf(parameter, 'schema')].some((holder) => ['type', 'pattern', 'enum', '$ref', 'allOf', 'anyOf', 'oneOf', 'content'].some((key) => entryOf(holder, key))));
}
