import type { OpenApiDocument, Operation } from '../../openapi/document.js';
import { requireLogin } from '../../openapi/changes.js';
import { isChanging, readRequirement, type Requirement } from '../../openapi/security.js';
import { adminPath, sensitivePath } from '../facts/paths.js';
import { meantPublic } from '../facts/public-operation.js';
import { rule } from '../rule.js';

interface Evidence {
  readonly document: OpenApiDocument;
  /** Undefined where the requirement of the whole document can be left out. */
  readonly operation: Operation | undefined;
  readonly needs: Requirement;
  /** The document asks for credentials where an operation says nothing. */
  readonly inherits: boolean;
}
/** What shows the inside of the server. */
const DIAGNOSTICS = /(^|\/)_?(debug|diagnostics?|actuator|pprof|profil(er|ing)|heap(-?dumps?)?|(thread|memory|cache)-?dumps?|dumps?|env|phpinfo|server-(status|info))(\/|$)/i;
const READS = new Set(['GET', 'HEAD', 'QUERY']);

export default rule<'openapi', Evidence>({
  meta: {
    id: 'openapi/empty-security',
    title: 'Security is switched off for a reading operation',
    owasp: ['API2:2019', 'API2:2023'],
    cwe: [306],
    severity: 'warning',
    confidence: 'high',
    topics: ['openapi-security'],
    since: '0.1.0',
    whenNotToUse: 'Mark the operations that are meant for everybody `x-public: true`, or list their paths under `auth.publicPaths` of the policy.',
    references: ['https://spec.openapis.org/oas/v3.1.0#security-requirement-object'],
  },
  on: 'openapi',
  words: ['security'],
  *detect(document, context) {
    const root = document.security && readRequirement(document.security);
    const inherits = root?.kind === 'required';
    if (root?.kind === 'optional' && root.alternatives.length > 0) yield { at: root.empty.at, subject: 'security', evidence: { document, operation: undefined, needs: root, inherits } };
    for (const operation of document.operations) {
      if (operation.section !== 'paths' || !operation.own || (!READS.has(operation.method) && (operation.method !== 'POST' || isChanging(operation)))) continue;
      const needs = readRequirement(operation.own);
      if (needs.kind !== 'none' && needs.kind !== 'optional') continue;
      if (!sensitivePath(operation.path) && !adminPath(operation.path) && !DIAGNOSTICS.test(operation.path)) continue;
      if (meantPublic(operation, document, context)) continue;
      yield { at: needs.kind === 'none' ? needs.at.at : needs.empty.at, subject: `${operation.method} ${operation.path}`, evidence: { document, operation, needs, inherits } };
    }
  },
  explain: ({ operation, needs, inherits }) => {
    const why = 'What the document leaves open is left open by the gateways, servers and tests that are made from it, and read by anybody who finds it.';
    const remedy = 'Let the requirement of the document apply, or say with `x-public: true` that everybody may read this.';
    if (!operation) return { message: 'Credentials are optional for the whole API, so every operation answers strangers. Remove the empty requirement.', why, remedy };
    if (needs.kind === 'optional') return { message: `${operation.method} ${operation.path} answers callers without credentials too. Remove the empty requirement, or mark it x-public.`, why, remedy };
    return {
      message: inherits
        ? `${operation.method} ${operation.path} drops the API's security requirement. Remove 'security: []' or mark it x-public.`
        : `${operation.method} ${operation.path} can be read without credentials. Add a security requirement, or mark it x-public.`,
      why,
      remedy,
    };
  },
  *fix({ evidence: { document, operation, needs } }) {
    if (!operation) {
      if (needs.kind === 'optional') yield { title: 'Refuse anonymous callers of the API', safety: 'review', changes: [{ do: 'unset', path: document.path, key: ['security', needs.index] }] };
      return;
    }
    const change = requireLogin(operation, document, needs);
    if (change) yield { title: `${change.title} ${operation.method} ${operation.path}`, safety: 'review', changes: [change.change] };
    else yield { refused: 'The document defines no security scheme that could be required.' };
  },
  examples: [
    {
      title: 'the inside of the server',
      bad: `
        #- openapi.yaml
        openapi: 3.1.0
        security: [{ jwt: [] }]
        paths:
          /pprof/heap:
            get: { security: [], responses: { default: { description: any } } }
        #                    ^^ openapi/empty-security "drops the API's security requirement"
        components: { securitySchemes: { jwt: { type: http, scheme: bearer } } }
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.1.0
        security: [{ jwt: [] }]
        paths:
          /pprof/heap:
            get: { responses: { default: { description: any } } }
        components: { securitySchemes: { jwt: { type: http, scheme: bearer } } }
      `,
    },
    {
      title: 'a list of users without the login of the rest',
      bad: `
        #- openapi.yaml
        openapi: 3.1.0
        security:
          - jwt: []
        paths:
          /users:
            get:
              security: []
        #               ^^ openapi/empty-security "GET /users drops the API's security requirement"
              summary: list users
              responses: { default: { description: any } }
        components:
          securitySchemes:
            jwt: { type: http, scheme: bearer }
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.1.0
        security:
          - jwt: []
        paths:
          /users:
            get:
              summary: list users
              responses: { default: { description: any } }
        components:
          securitySchemes:
            jwt: { type: http, scheme: bearer }
      `,
    },
    {
      title: 'the whole API works without a login',
      bad: `
        #- openapi.yaml
        openapi: 3.0.3
        security:
          - {}
        #   ^^ openapi/empty-security "optional for the whole API"
          - jwt: []
        paths: {}
        components:
          securitySchemes:
            jwt: { type: http, scheme: bearer }
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.0.3
        security:
          - jwt: []
        paths: {}
        components:
          securitySchemes:
            jwt: { type: http, scheme: bearer }
      `,
    },
    {
      title: 'optional credentials on the settings',
      bad: `
        #- swagger.json
        {
          "swagger": "2.0",
          "securityDefinitions": { "key": { "type": "apiKey", "in": "header", "name": "X-API-Key" } },
          "paths": { "/admin/settings": { "get": {
            "security": [{ "key": [] }, {}],
                                        ^^ openapi/empty-security "answers callers without credentials too"
            "responses": { "default": { "description": "any" } }
          } } }
        }
      `,
      fixed: `
        #- swagger.json
        {
          "swagger": "2.0",
          "securityDefinitions": { "key": { "type": "apiKey", "in": "header", "name": "X-API-Key" } },
          "paths": { "/admin/settings": { "get": {
            "security": [{ "key": [] }],
            "responses": { "default": { "description": "any" } }
          } } }
        }
      `,
    },
    {
      title: 'no requirement to fall back on',
      bad: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /invoices:
            get:
              security: []
        #               ^^ openapi/empty-security "can be read without credentials"
              responses: { default: { description: any } }
          /orders:
            get:
              security: [{ jwt: [] }]
              responses: { default: { description: any } }
        components:
          securitySchemes:
            old: { type: apiKey, in: header, name: X-Key }
            jwt: { type: http, scheme: bearer }
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /invoices:
            get:
              security: [{ jwt: [] }]
              responses: { default: { description: any } }
          /orders:
            get:
              security: [{ jwt: [] }]
              responses: { default: { description: any } }
        components:
          securitySchemes:
            old: { type: apiKey, in: header, name: X-Key }
            jwt: { type: http, scheme: bearer }
      `,
    },
    {
      title: 'marked as public, public by its path, or nothing confidential',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        security: [{ jwt: [] }]
        paths:
          /users/count:
            get: { x-public: true, security: [], responses: { default: { description: any } } }
          /health:
            get: { security: [], responses: { default: { description: any } } }
          /weather:
            get: { security: [], responses: { default: { description: any } } }
          /orders:
            get: { security: [{ jwt: [] }], responses: { default: { description: any } } }
        components: { securitySchemes: { jwt: { type: http, scheme: bearer } } }
      `,
    },
    {
      title: 'changing operations are reported by their own rule',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        security: [{ jwt: [] }]
        paths:
          /users:
            post: { security: [], responses: { default: { description: any } } }
        components: { securitySchemes: { jwt: { type: http, scheme: bearer } } }
      `,
    },
  ],
});
