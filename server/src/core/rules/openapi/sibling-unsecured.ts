import type { OpenApiDocument, Operation } from '../../openapi/document.js';
import { refusalsOnceSecured } from '../../openapi/refusals.js';
import { effective, isChanging, neighbours, schemeNames, securedSibling, type Alternative } from '../../openapi/security.js';
import { plain } from '../../openapi/values.js';
import { meantPublic } from '../facts/public-operation.js';
import { wantedScope, type WantedScope } from '../facts/scopes.js';
import { rule } from '../rule.js';

interface Evidence {
  readonly operation: Operation;
  readonly document: OpenApiDocument;
  readonly weaker: { readonly than: Operation; readonly needs: string } | WantedScope;
}

export default rule<'operation', Evidence>({
  meta: {
    id: 'openapi/sibling-unsecured',
    title: 'One method of this path is secured, another is not',
    owasp: ['API5:2019', 'API5:2023'],
    cwe: [862],
    severity: 'error',
    confidence: 'medium',
    topics: ['openapi-security', 'openapi-method'],
    since: '0.1.0',
    whenNotToUse: 'Where anybody may create something and only its owner may change it: mark the open operation x-public: true instead of switching the rule off.',
    references: ['https://owasp.org/API-Security/editions/2023/en/0xa5-broken-function-level-authorization/'],
  },
  on: 'operation',
  words: ['security'],
  *detect({ operation, document }, context) {
    if (operation.section !== 'paths' || !operation.complete || !isChanging(operation)) return;
    if (meantPublic(operation, document, context)) return;
    const subject = `${operation.method} ${operation.path}`;
    const sibling = securedSibling(operation, document);
    if (sibling) {
      const evidence = { operation, document, weaker: { than: sibling.operation, needs: schemeNames(sibling.alternatives[0]) } };
      yield { at: operation.methodAt, subject, evidence, related: [{ at: sibling.operation.methodAt, label: 'secured here' }] };
      return;
    }
    const wanted = wantedScope(operation, document);
    if (wanted) {
      yield { at: operation.methodAt, subject, evidence: { operation, document, weaker: wanted }, severity: 'warning' };
      return;
    }
    const wider = widerSibling(operation, document);
    if (!wider) return;
    const evidence = { operation, document, weaker: { than: wider.operation, needs: wider.needs } };
    yield { at: operation.methodAt, subject, evidence, severity: 'info', related: [{ at: wider.operation.methodAt, label: 'asks for more scopes here' }] };
  },
  explain: ({ operation, weaker }) => ({
    message: messageOf(operation, weaker),
    why: 'Who is refused by one method of a path tries the others: a POST that answers 403 beside a PUT that answers 200 protects nothing.',
    remedy: 'Copy the security requirement of the secured method, or move it to the root of the document.',
  }),
  *fix({ evidence: { operation, weaker, document } }) {
    const key = [...operation.pointer, 'security'];
    if (!('than' in weaker)) {
      yield { title: `Require '${weaker.scope}' for ${operation.method} ${operation.path}`, safety: 'review', changes: [{ do: 'set', path: document.path, key, value: [{ [weaker.scheme]: [weaker.scope] }] }] };
      return;
    }
    const secured = weaker.than;
    const title = `Give ${operation.method} ${operation.path} the security of ${secured.method}`;
    const refusals = refusalsOnceSecured([operation], document, 1);
    if (!secured.own) {
      yield { title, safety: 'review', changes: [{ do: 'unset', path: document.path, key }, ...refusals] };
      return;
    }
    const copy = plain(secured.own);
    if (copy) yield { title, safety: 'review', changes: [{ do: 'set', path: document.path, key, value: copy.data }, ...refusals] };
  },
  examples: [
    {
      title: 'a scope to read is enough to delete',
      bad: `
        #- openapi.yaml
        openapi: 3.0.3
        security: [{ id: ['wells:read'] }]
        paths:
          /wells/{no}:
            get: { responses: { default: { description: any } } }
            delete: { responses: { default: { description: any } } }
        #   ^^^^^^ openapi/sibling-unsecured "asks for 'wells:read', so whoever may look may also change"
        components:
          securitySchemes:
            id:
              type: oauth2
              flows: { clientCredentials: { tokenUrl: https://id.example.com/t, scopes: { 'wells:read': Look, 'wells:write': Change } } }
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.0.3
        security: [{ id: ['wells:read'] }]
        paths:
          /wells/{no}:
            get: { responses: { default: { description: any } } }
            delete: { responses: { default: { description: any } }, security: [{ id: [wells:write] }] }
        components:
          securitySchemes:
            id:
              type: oauth2
              flows: { clientCredentials: { tokenUrl: https://id.example.com/t, scopes: { 'wells:read': Look, 'wells:write': Change } } }
      `,
    },
    {
      title: 'operations of administrators, one of them for every user',
      bad: `
        #- swagger.json
        {
          "swagger": "2.0",
          "paths": {
            "/admin/pumps": { "post": { "security": [{ "id": ["admin"] }], "responses": { "default": { "description": "any" } } } },
            "/admin/logs": { "delete": { "security": [{ "id": [] }], "responses": { "default": { "description": "any" } } } }
                             ^^^^^^^^ openapi/sibling-unsecured "asks for no scope, so every user may call it"
          },
          "securityDefinitions": { "id": { "type": "oauth2", "flow": "application", "tokenUrl": "https://id.example.com/t", "scopes": { "admin": "All" } } }
        }
      `,
    },
    {
      title: 'creating needs a login, replacing does not',
      bad: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /files:
            post:
              security:
                - jwt: []
              responses:
                default: { description: Error }
            put:
        #   ^^^ openapi/sibling-unsecured "POST /files needs jwt, PUT does not"
              security: []
              responses:
                default: { description: Error }
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /files:
            post:
              security:
                - jwt: []
              responses:
                default: { description: Error }
            put:
              security: [{ jwt: [] }]
              responses:
                default: { description: Error }
      `,
    },
    {
      title: 'deleting drops what the root requires',
      bad: `
        #- openapi.yaml
        openapi: 3.0.3
        security:
          - jwt: []
        paths:
          /users/{id}:
            put:
              responses:
                default: { description: Error }
            delete:
        #   ^^^^^^ openapi/sibling-unsecured "PUT /users/{id} needs jwt, DELETE does not"
              security: []
              responses:
                default: { description: Error }
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.0.3
        security:
          - jwt: []
        paths:
          /users/{id}:
            put:
              responses:
                default: { description: Error }
            delete:
              responses:
                default: { description: Error }
      `,
    },
    {
      title: 'deleting asks for fewer scopes than changing',
      bad: `
        #- openapi.yaml
        openapi: 3.0.3
        paths:
          /users/{id}:
            put:
              security:
                - oauth: [users:read, users:write]
              responses:
                default: { description: Error }
            delete:
        #   ^^^^^^ openapi/sibling-unsecured "needs oauth with users:write"
              security:
                - oauth: [users:read]
              responses:
                default: { description: Error }
      `,
    },
    {
      title: 'reading may be open',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /files:
            get: { security: [], responses: {} }
            post: { security: [{ jwt: [] }], responses: {} }
            put: { security: [{ jwt: [] }], responses: {} }
      `,
    },
    {
      title: 'a public path',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /auth/session:
            post: { security: [], responses: {} }
            delete: { security: [{ jwt: [] }], responses: {} }
      `,
    },
    {
      title: 'the open method is marked public',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /comments:
            post: { x-public: true, security: [], responses: {} }
            delete: { security: [{ jwt: [] }], responses: {} }
      `,
    },
    {
      title: 'deleting asks for another scope, not for fewer',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /files:
            put: { security: [{ oauth: [files:write] }], responses: {} }
            delete: { security: [{ oauth: [files:erase] }], responses: {} }
      `,
    },
  ],
});

function messageOf({ method, path }: Operation, weaker: Evidence['weaker']): string {
  if ('than' in weaker) return `${weaker.than.method} ${path} needs ${weaker.needs}, ${method} does not: callers can use ${method} to go around it. Give both the same security.`;
  const [asks, who] = weaker.asks === undefined ? ['no scope', 'every user may call it'] : [`'${weaker.asks}'`, 'whoever may look may also change'];
  return `${method} ${path} asks for ${asks}, so ${who}. Require '${weaker.scope}'.`;
}
/** For a DELETE: a PUT or PATCH of the path that asks for all its scopes of the same single scheme, and more. */
function widerSibling(operation: Operation, document: OpenApiDocument): { readonly operation: Operation; readonly needs: string } | undefined {
  const own = operation.method === 'DELETE' ? only(operation, document) : undefined;
  if (!own) return undefined;
  for (const other of neighbours(operation, document)) {
    if (other.method !== 'PUT' && other.method !== 'PATCH') continue;
    const theirs = only(other, document);
    if (!theirs || theirs.scheme !== own.scheme || !own.scopes.every((scope) => theirs.scopes.includes(scope))) continue;
    const more = theirs.scopes.filter((scope) => !own.scopes.includes(scope));
    if (more.length > 0) return { operation: other, needs: `${theirs.scheme} with ${more.join(', ')}` };
  }
  return undefined;
}
function only(operation: Operation, document: OpenApiDocument): Alternative[number] | undefined {
  const needs = effective(operation, document);
  if (needs.kind !== 'required' || needs.alternatives.length !== 1) return undefined;
  const [alternative] = needs.alternatives;
  return alternative?.length === 1 ? alternative[0] : undefined;
}
