import { schemesKey } from '../../openapi/changes.js';
import type { OpenApiDocument } from '../../openapi/document.js';
import { requiredSchemes } from '../../openapi/security.js';
import { entriesOf, isTrue, valueAt, valueOf } from '../../openapi/values.js';
import { rule } from '../rule.js';

interface Evidence {
  readonly document: OpenApiDocument;
  readonly name: string;
}

export default rule<'openapi', Evidence>({
  meta: {
    id: 'openapi/unused-security-scheme',
    title: 'A scheme is defined and never required',
    owasp: ['API9:2019', 'API9:2023'],
    cwe: [1164],
    severity: 'hint',
    confidence: 'high',
    topics: ['openapi-security'],
    since: '0.1.0',
    whenNotToUse: 'A document that others take their schemes from.',
    references: ['https://spec.openapis.org/oas/v3.1.0#security-scheme-object'],
  },
  on: 'openapi',
  words: ['security'],
  *detect(document) {
    if (!document.complete) return;
    const required = requiredSchemes(document);
    if (required.size === 0) return;
    for (const { key, keyAt, value } of entriesOf(valueAt(document.root, ...schemesKey(document)))) {
      if (required.has(key) || key.startsWith('x-') || isTrue(valueOf(value, 'x-internal'))) continue;
      yield { at: keyAt, subject: key, evidence: { document, name: key } };
    }
  },
  explain: ({ name }) => ({
    message: `'${name}' is never required. Use it or remove it.`,
    why: 'A scheme that stands there and protects nothing is usually a requirement somebody forgot.',
    remedy: 'Require it where it was meant to be, or remove it.',
  }),
  *fix({ evidence: { document, name } }) {
    yield { title: `Remove '${name}'`, safety: 'review', changes: [{ do: 'unset', path: document.path, key: [...schemesKey(document), name] }] };
  },
  examples: [
    {
      title: 'one of two schemes is used',
      bad: `
        #- openapi.yaml
        openapi: 3.1.0
        security:
          - jwt: []
        paths: {}
        components:
          securitySchemes:
            jwt: { type: http, scheme: bearer }
            # for the old clients
            old: { type: apiKey, in: header, name: K }
        #   ^^^ openapi/unused-security-scheme "'old' is never required"
      `,
    },
    {
      title: 'in JSON',
      bad: `
        #- swagger.json
        {
          "swagger": "2.0",
          "security": [{ "jwt": [] }],
          "paths": {},
          "securityDefinitions": {
            "jwt": { "type": "apiKey", "in": "header", "name": "Authorization" },
            "key": { "type": "apiKey", "in": "header", "name": "X-Key" }
            ^^^^^ openapi/unused-security-scheme "'key' is never required"
          }
        }
      `,
      fixed: `
        #- swagger.json
        {
          "swagger": "2.0",
          "security": [{ "jwt": [] }],
          "paths": {},
          "securityDefinitions": {
            "jwt": { "type": "apiKey", "in": "header", "name": "Authorization" }
          }
        }
      `,
    },
    {
      title: 'required by one operation, marked as internal, or nothing is required at all',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        security: [{ jwt: [] }]
        paths:
          /jobs:
            get: { security: [{ key: [] }], responses: { default: { description: any } } }
        components:
          securitySchemes:
            jwt: { type: http, scheme: bearer }
            key: { type: apiKey, in: header, name: X-Key }
            ops: { type: apiKey, in: header, name: X-Ops, x-internal: true }
        #- schemes.yaml
        openapi: 3.1.0
        components: { securitySchemes: { jwt: { type: http, scheme: bearer } } }
      `,
    },
    {
      title: 'operations in other files may require it',
      good: `
        #- openapi.yaml
        openapi: 3.0.3
        security: [{ jwt: [] }]
        paths:
          /orders: { $ref: ./orders.yaml }
        components:
          securitySchemes:
            jwt: { type: http, scheme: bearer }
            key: { type: apiKey, in: header, name: X-Key }
      `,
    },
  ],
});
