import type { OpenApiDocument, Operation } from '../../openapi/document.js';
import { documentRefusals, undocumentedRefusals } from '../../openapi/refusals.js';
import { rule } from '../rule.js';

interface Evidence {
  readonly operation: Operation;
  readonly document: OpenApiDocument;
  readonly missing: readonly ('401' | '403')[];
}

export default rule<'operation', Evidence>({
  meta: {
    id: 'openapi/missing-auth-responses',
    title: '401/403 are not documented for a secured operation',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [1059],
    severity: 'info',
    confidence: 'high',
    topics: ['openapi-error'],
    since: '0.1.0',
    whenNotToUse: 'Where refusals are documented once for the whole API outside the document.',
    references: ['https://spec.openapis.org/oas/v3.1.0#responses-object'],
  },
  on: 'operation',
  words: ['security'],
  *detect({ operation, document }) {
    if (operation.section !== 'paths' || !operation.complete) return;
    const missing = undocumentedRefusals(operation, document);
    if (missing.length === 0) return;
    yield {
      at: operation.responsesAt ?? operation.methodAt,
      subject: `${operation.method} ${operation.path}`,
      evidence: { operation, document, missing },
      ...(missing.includes('401') ? {} : { severity: 'hint' }),
    };
  },
  explain: ({ operation, missing }) => ({
    message: missing.includes('401')
      ? `${operation.method} ${operation.path} does not say what happens without valid credentials. Add a 401 response.`
      : `${operation.method} ${operation.path} does not say what happens to callers without the permission. Add a 403 response.`,
    why: 'What is not documented is not tested: neither clients nor test suites generated from the document ever try to be refused.',
    remedy: 'Document 401, and 403 where a role, scope or ownership is checked.',
  }),
  *fix({ evidence: { operation, document, missing } }) {
    yield { title: `Document ${missing.join(' and ')} for ${operation.method} ${operation.path}`, safety: 'safe', changes: documentRefusals(operation, document, missing) };
  },
  examples: [
    {
      title: 'a secured operation that only succeeds',
      bad: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /files:
            get:
              security:
                - jwt: []
              responses:
        #     ^^^^^^^^^ openapi/missing-auth-responses "GET /files does not say what happens without valid credentials"
                '200': { description: ok }
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /files:
            get:
              security:
                - jwt: []
              responses:
                '200': { description: ok }
                '401':
                  description: Unauthorized
      `,
    },
    {
      title: 'a deletion nobody may be refused',
      bad: `
        #- openapi.yaml
        openapi: 3.0.3
        security:
          - jwt: []
        paths:
          /files/{id}:
            delete:
              responses:
        #     ^^^^^^^^^ openapi/missing-auth-responses "Add a 401 response"
                '204': { description: gone }
                '404': { description: none }
        components:
          responses:
            Unauthorized: { description: Log in first. }
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.0.3
        security:
          - jwt: []
        paths:
          /files/{id}:
            delete:
              responses:
                '204': { description: gone }
                '404': { description: none }
                '401':
                  $ref: '#/components/responses/Unauthorized'
                '403':
                  description: Forbidden
        components:
          responses:
            Unauthorized: { description: Log in first. }
      `,
    },
    {
      title: 'a change that knows strangers but no missing permission',
      bad: `
        #- openapi.json
        {
          "openapi": "3.0.3",
          "paths": { "/files": { "put": {
            "security": [{ "jwt": [] }],
            "responses": { "401": { "description": "Unauthorized" } }
            ^^^^^^^^^^^ openapi/missing-auth-responses "Add a 403 response"
          } } }
        }
      `,
      fixed: `
        #- openapi.json
        {
          "openapi": "3.0.3",
          "paths": { "/files": { "put": {
            "security": [{ "jwt": [] }],
            "responses": { "401": { "description": "Unauthorized" }, "403": { "description": "Forbidden" } }
          } } }
        }
      `,
    },
    {
      title: 'the default answer covers refusals',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /files:
            put:
              security: [{ jwt: [] }]
              responses: { '200': { description: ok }, default: { description: Error } }
      `,
    },
    {
      title: 'reading needs no 403 where no scope is asked for',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /files:
            get:
              security: [{ jwt: [] }]
              responses: { '200': { description: ok }, '401': { description: Unauthorized } }
      `,
    },
    {
      title: 'a range of answers',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /files:
            put:
              security: [{ jwt: [] }]
              responses: { '200': { description: ok }, 4XX: { description: Refused } }
      `,
    },
    {
      title: 'an operation that asks for nothing',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        security: [{ jwt: [] }]
        paths:
          /health:
            get: { security: [], responses: { '200': { description: ok } } }
      `,
    },
  ],
});
