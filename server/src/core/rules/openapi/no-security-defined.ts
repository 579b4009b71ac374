import { defineScheme } from '../../openapi/changes.js';
import type { OpenApiDocument } from '../../openapi/document.js';
import { markedPublic } from '../../openapi/public.js';
import { refusalsOnceSecured } from '../../openapi/refusals.js';
import { isChanging, mentionsNoSecurity } from '../../openapi/security.js';
import { isTrue } from '../../openapi/values.js';
import { MOST_COMPLETED } from '../facts/habit.js';
import { pathMatches, publicPath } from '../facts/paths.js';
import { rule, type Change } from '../rule.js';

export default rule<'openapi', OpenApiDocument>({
  meta: {
    id: 'openapi/no-security-defined',
    title: 'The document defines no authentication at all',
    owasp: ['API2:2019', 'API7:2019', 'API2:2023', 'API8:2023'],
    cwe: [306],
    severity: 'warning',
    confidence: 'high',
    topics: ['openapi-security'],
    since: '0.1.0',
    whenNotToUse: 'For an API that anybody may read and nobody may change: set x-public: true at the root of the document.',
    references: ['https://spec.openapis.org/oas/v3.1.0#security-scheme-object'],
  },
  on: 'openapi',
  words: ['openapi', 'swagger'],
  *detect(document, context) {
    if (!mentionsNoSecurity(document)) return;
    const paths = document.operations.filter((operation) => operation.section === 'paths');
    if (isTrue(document.extensions.get('x-public')) && !paths.some(isChanging)) return;
    const globs = context.policy('auth').publicPaths;
    const closed = paths.some((operation) => {
      const marked = markedPublic(operation, { ...document, extensions: new Map() });
      return !marked && !publicPath(operation.path) && !globs.some((glob) => pathMatches(glob, operation.path));
    });
    if (!closed) return;
    const unused = document.schemes.size > 0 && document.schemesAt;
    yield { at: unused || document.versionAt, subject: 'security', evidence: document };
  },
  explain: (document) => ({
    message: document.schemes.size > 0
      ? 'The security schemes of this document are defined but never required, so no operation requires credentials. Require one at the top level.'
      : 'No operation in this document requires credentials. Define a security scheme and require it at the top level.',
    why: 'Gateways, generated code and testers take an API without a requirement for one that is open to everybody.',
    remedy: 'Add a security scheme and a security requirement at the root; give the few public operations an empty one.',
  }),
  *fix({ evidence: document }) {
    const refusals = refusalsOnceSecured(document.operations, document, MOST_COMPLETED);
    const [first] = document.schemes.keys();
    const name = first ?? 'bearerAuth';
    const define: readonly Change[] = first !== undefined ? [] : [defineScheme(document, name)];
    yield {
      title: first === undefined ? `Define ${name} and require it for every operation` : `Require ${name} for every operation`,
      safety: 'review',
      changes: [...define, { do: 'set', path: document.path, key: ['security'], value: [{ [name]: [] }] }, ...refusals],
    };
  },
  examples: [
    {
      title: 'no scheme and no requirement',
      bad: `
        #- openapi.yaml
        openapi: 3.1.0
        ^^^^^^^ openapi/no-security-defined "No operation in this document requires credentials"
        paths:
          /orders:
            get:
              responses:
                default: { description: Error }
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /orders:
            get:
              responses:
                default: { description: Error }
        components:
          securitySchemes:
            bearerAuth:
              type: http
              scheme: bearer
              bearerFormat: JWT
        security:
          - bearerAuth: []
      `,
    },
    {
      title: 'a scheme that nothing requires',
      bad: `
        #- openapi.yaml
        openapi: 3.0.3
        paths:
          /orders:
            post:
              responses:
                default: { description: Error }
        components:
          securitySchemes:
        # ^^^^^^^^^^^^^^^ openapi/no-security-defined "defined but never required"
            jwt: { type: http, scheme: bearer }
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.0.3
        paths:
          /orders:
            post:
              responses:
                default: { description: Error }
        components:
          securitySchemes:
            jwt: { type: http, scheme: bearer }
        security:
          - jwt: []
      `,
    },
    {
      title: 'a version 2 document in JSON',
      bad: `
        #- swagger.json
        {
          "swagger": "2.0",
          ^^^^^^^^^ openapi/no-security-defined
          "paths": { "/orders": { "get": { "responses": { "default": { "description": "Error" } } } } }
        }
      `,
      fixed: `
        #- swagger.json
        {
          "swagger": "2.0",
          "paths": { "/orders": { "get": { "responses": { "default": { "description": "Error" } } } } },
          "securityDefinitions": {
            "bearerAuth": {
              "type": "apiKey",
              "in": "header",
              "name": "Authorization"
            }
          },
          "security": [
            {
              "bearerAuth": []
            }
          ]
        }
      `,
    },
    {
      title: 'a requirement for all operations',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        security: [{ bearerAuth: [] }]
        paths:
          /orders:
            get: { responses: {} }
        components:
          securitySchemes:
            bearerAuth: { type: http, scheme: bearer }
      `,
    },
    {
      title: 'a requirement for one operation: the others are open on purpose or reported by themselves',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /orders:
            get: { responses: {} }
            post: { security: [{ jwt: [] }], responses: {} }
      `,
    },
    {
      title: 'every operation is public by its path',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /health:
            get: { responses: {} }
          /login:
            post: { responses: {} }
      `,
    },
    {
      title: 'a readable API whose author says that it is public',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        x-public: true
        paths:
          /timetable:
            get: { responses: {} }
      `,
    },
    {
      title: 'a part of another document',
      good: `
        #- shared.yaml
        paths:
          /orders:
            get: { responses: {} }
      `,
    },
    {
      title: 'operations in other files may have requirements of their own',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /orders:
            $ref: ./orders.yaml
          /items:
            get: { responses: {} }
      `,
    },
  ],
});
