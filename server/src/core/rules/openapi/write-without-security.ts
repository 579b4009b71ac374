import type { OpenApiDocument, Operation } from '../../openapi/document.js';
import { refusalsOnceSecured } from '../../openapi/refusals.js';
import { requireLogin } from '../../openapi/changes.js';
import { effective, isChanging, mentionsNoSecurity, securedSibling, type Requirement } from '../../openapi/security.js';
import type { At } from '../../text/source.js';
import { meantPublic } from '../facts/public-operation.js';
import { rule } from '../rule.js';

interface Evidence {
  readonly operation: Operation;
  readonly document: OpenApiDocument;
  readonly needs: Requirement | { readonly kind: 'absent' };
}

export default rule<'operation', Evidence>({
  meta: {
    id: 'openapi/write-without-security',
    title: 'A changing operation needs no login in the spec',
    owasp: ['API2:2019', 'API7:2019', 'API2:2023', 'API8:2023'],
    cwe: [306],
    severity: 'error',
    confidence: 'high',
    topics: ['openapi-security'],
    since: '0.1.0',
    whenNotToUse: 'Where a gateway adds authentication that the document deliberately leaves out, state the requirement there or switch this off for the file.',
    references: ['https://spec.openapis.org/oas/v3.1.0#security-requirement-object', 'https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/'],
  },
  on: 'operation',
  words: ['paths'],
  *detect({ operation, document }, context) {
    if (operation.section !== 'paths' || !operation.complete || !isChanging(operation)) return;
    if (meantPublic(operation, document, context)) return;
    const needs = effective(operation, document);
    if (needs.kind === 'required' || needs.kind === 'unknown') return;
    if (needs.kind === 'absent' && mentionsNoSecurity(document)) return;
    const inherited = operation.own === undefined && document.security !== undefined;
    yield {
      at: placeOf(operation, document, needs),
      subject: `${operation.method} ${operation.path}`,
      evidence: { operation, document, needs },
      ...(inherited && document.securityAt ? { related: [{ at: document.securityAt, label: 'inherited from here' }] } : {}),
    };
  },
  explain: ({ operation }) => ({
    message: `${operation.method} ${operation.path} can be called without credentials. Add a security requirement, or set x-public: true if that is intended.`,
    why: 'Gateways, generated servers and clients enforce what the document says: an operation without a requirement changes data for anybody who finds it.',
    remedy: 'Require one of the security schemes of the document for this operation, or at the root for all of them.',
  }),
  *fix({ evidence: { operation, document, needs } }) {
    const change = requireLogin(operation, document, needs);
    if (!change) return;
    yield {
      title: `${change.title} ${operation.method} ${operation.path}`,
      safety: 'review',
      changes: [change.change, ...refusalsOnceSecured([operation], document, 1)],
    };
  },
  examples: [
    {
      title: 'a requirement switched off for one operation',
      bad: `
        #- openapi.yaml
        openapi: 3.1.0
        security:
          - jwt: []
        paths:
          /files:
            put:
              security: []
              #         ^^ openapi/write-without-security "PUT /files can be called without credentials"
              responses:
                default: { description: Error }
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
          /files:
            put:
              responses:
                default: { description: Error }
        components:
          securitySchemes:
            jwt: { type: http, scheme: bearer }
      `,
    },
    {
      title: 'a login that is optional',
      bad: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /files:
            delete:
              security:
                - {}
                # ^^ openapi/write-without-security "DELETE /files"
                - jwt: []
              responses:
                default: { description: Error }
        components:
          securitySchemes:
            jwt: { type: http, scheme: bearer }
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /files:
            delete:
              security:
                - jwt: []
              responses:
                default: { description: Error }
        components:
          securitySchemes:
            jwt: { type: http, scheme: bearer }
      `,
    },
    {
      title: 'only the reading operation says who may call it',
      bad: `
        #- openapi.yaml
        openapi: 3.0.3
        paths:
          /files:
            get:
              security:
                - jwt: []
              responses:
                default: { description: Error }
            post:
        #   ^^^^ openapi/write-without-security "POST /files"
              responses:
                '201': { description: created }
        components:
          securitySchemes:
            jwt: { type: http, scheme: bearer }
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.0.3
        paths:
          /files:
            get:
              security:
                - jwt: []
              responses:
                default: { description: Error }
            post:
              responses:
                '201': { description: created }
                '401':
                  description: Unauthorized
                '403':
                  description: Forbidden
              security:
                - jwt: []
        components:
          securitySchemes:
            jwt: { type: http, scheme: bearer }
      `,
    },
    {
      title: 'the operation stands in another file',
      bad: `
        #- api/openapi.yaml
        openapi: 3.1.0
        security: [{ jwt: [] }]
        paths:
          /files: { $ref: ./paths/files.yaml }
        components:
          securitySchemes:
            jwt: { type: http, scheme: bearer }
        #- api/paths/files.yaml
        # what is stored
        put:
          security: []
        #           ^^ openapi/write-without-security "PUT /files"
          responses:
            default: { description: any }
      `,
      fixed: `
        #- api/openapi.yaml
        openapi: 3.1.0
        security: [{ jwt: [] }]
        paths:
          /files: { $ref: ./paths/files.yaml }
        components:
          securitySchemes:
            jwt: { type: http, scheme: bearer }
        #- api/paths/files.yaml
        # what is stored
        put:
          responses:
            default: { description: any }
      `,
    },
    {
      title: 'the document is put together of comments',
      bad: `
        //- docs.js
        import swaggerJsdoc from 'swagger-jsdoc';
        export const document = swaggerJsdoc({
          definition: { openapi: '3.0.3', info: { title: 'Files', version: '1.0.0' }, security: [{ jwt: [] }] },
          apis: ['./routes/*.js'],
        });
        //- routes/files.js
        /**
         * @openapi
         * /files:
         *   put:
         *     security: []
        //               ^^ openapi/write-without-security "PUT /files"
         *     responses:
         *       default:
         *         description: any
         */
        export function put(req, res) {}
      `,
      fixed: `
        //- docs.js
        import swaggerJsdoc from 'swagger-jsdoc';
        export const document = swaggerJsdoc({
          definition: { openapi: '3.0.3', info: { title: 'Files', version: '1.0.0' }, security: [{ jwt: [] }] },
          apis: ['./routes/*.js'],
        });
        //- routes/files.js
        /**
         * @openapi
         * /files:
         *   put:
         *     responses:
         *       default:
         *         description: any
         */
        export function put(req, res) {}
      `,
    },
    {
      title: 'the requirement of the root stands at the end of the file',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /files:
            put: { responses: { '200': { description: ok } } }
        security:
          - jwt: []
      `,
    },
    {
      title: 'a login has to be open',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        security: [{ jwt: [] }]
        paths:
          /login:
            post: { security: [], responses: {} }
      `,
    },
    {
      title: 'the author says that it is public',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        security: [{ jwt: [] }]
        paths:
          /votes:
            post: { x-public: true, security: [], responses: {} }
      `,
    },
    {
      title: 'webhooks and callbacks are calls this API makes',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        security: [{ jwt: [] }]
        paths:
          /orders:
            post:
              callbacks:
                paid:
                  '{$request.body#/url}':
                    post: { security: [], responses: {} }
              responses: {}
        webhooks:
          moved:
            post: { security: [], responses: {} }
      `,
    },
    {
      title: 'QUERY and SEARCH read, although they have a body',
      good: `
        #- openapi.yaml
        openapi: 3.2.0
        security: [{ jwt: [] }]
        paths:
          /files:
            query: { security: [], responses: {} }
            additionalOperations:
              SEARCH: { security: [], responses: {} }
      `,
    },
    {
      title: 'a call that reads, and what strangers do before they have an account',
      good: `
        #- openapi.yaml
        openapi: 3.0.3
        security: [{ jwt: [] }]
        paths:
          /categories/get: { post: { security: [], responses: { default: { description: any } } } }
          /registration: { post: { security: [], responses: { default: { description: any } } } }
          /users/ask-send-verify-email: { post: { security: [], responses: { default: { description: any } } } }
          /videos/{id}/views: { post: { security: [], responses: { default: { description: any } } } }
      `,
    },
    {
      title: 'a name that only resembles a read',
      bad: `
        #- openapi.yaml
        openapi: 3.0.3
        security: [{ jwt: [] }]
        paths:
          /lists/budget:
            post:
              security: []
        #               ^^ openapi/write-without-security "POST /lists/budget can be called"
              responses: { default: { description: any } }
      `,
    },
    {
      title: 'the policy lists the path as public',
      policy: { auth: { at: 'code', publicPaths: ['/catalog/**'], guards: [], roleGuards: [], trustedHeaders: [] } },
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        security: [{ jwt: [] }]
        paths:
          /catalog/votes:
            post: { security: [], responses: {} }
      `,
    },
  ],
});

/** The empty list or the empty alternative; the method where the fault is an absence, or where openapi/sibling-unsecured reports the method itself. */
function placeOf(operation: Operation, document: OpenApiDocument, needs: Requirement | { readonly kind: 'absent' }): At {
  if (!operation.own || securedSibling(operation, document)) return operation.methodAt;
  if (needs.kind === 'none') return needs.at.at;
  return needs.kind === 'optional' ? needs.empty.at : operation.methodAt;
}
