import type { OpenApiDocument, Operation } from '../../openapi/document.js';
import { documentRefusals, undocumentedRefusals } from '../../openapi/refusals.js';
import { habitAt, HABIT, MOST_COMPLETED, operationsNamed } from '../facts/habit.js';
import { rule } from '../rule.js';

type Status = '401' | '403';
interface Evidence {
  readonly document: OpenApiDocument;
  /** One, or all that lack the same where that is the habit of the document. */
  readonly lacking: readonly Lacking[];
}
interface Lacking {
  readonly operation: Operation;
  readonly missing: readonly Status[];
}

export default rule<'openapi', Evidence>({
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
  on: 'openapi',
  words: ['security'],
  *detect(document) {
    const lacking = new Map<Status, Lacking[]>([['401', []], ['403', []]]);
    for (const operation of document.operations) {
      if (operation.section !== 'paths' || !operation.complete) continue;
      const missing = undocumentedRefusals(operation, document);
      const [first] = missing;
      if (first) lacking.get(first)?.push({ operation, missing });
    }
    for (const [first, found] of lacking) {
      const severity = first === '401' ? 'info' : 'hint';
      if (found.length > HABIT) yield { at: habitAt(document), subject: `paths ${first}`, severity, evidence: { document, lacking: found } };
      else for (const one of found) yield { at: one.operation.responsesAt ?? one.operation.methodAt, subject: `${one.operation.method} ${one.operation.path}`, severity, evidence: { document, lacking: [one] } };
    }
  },
  explain: ({ lacking }) => {
    const who = `${operationsNamed(operationsOf(lacking))} ${lacking.length === 1 ? 'does' : 'do'} not say what happens`;
    return {
      message: statusesOf(lacking).includes('401') ? `${who} without valid credentials. Add a 401 response.` : `${who} to callers without the permission. Add a 403 response.`,
      why: 'What is not documented is not tested: neither clients nor test suites generated from the document ever try to be refused.',
      remedy: 'Document 401, and 403 where a role, scope or ownership is checked.',
    };
  },
  *fix({ evidence: { document, lacking } }) {
    if (lacking.length > MOST_COMPLETED) yield { refused: `${lacking.length} operations lack it: that is more than one edit should change.` };
    else {
      const title = `Document ${statusesOf(lacking).join(' and ')} for ${operationsNamed(operationsOf(lacking))}`;
      yield { title, safety: 'safe', changes: lacking.flatMap(({ operation, missing }) => documentRefusals(operation, document, missing)) };
    }
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

function operationsOf(lacking: readonly Lacking[]): readonly Operation[] {
  return lacking.map(({ operation }) => operation);
}
function statusesOf(lacking: readonly Lacking[]): readonly Status[] {
  return [...new Set(lacking.flatMap(({ missing }) => missing))].sort();
}
