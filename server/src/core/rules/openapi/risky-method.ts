import type { OpenApiDocument, Operation, Pointer } from '../../openapi/document.js';
import { ofDocument, ofOperation } from '../../openapi/kept.js';
import { requestSchemas } from '../../openapi/schemas.js';
import { effective, neighbours } from '../../openapi/security.js';
import { entriesOf, entryOf, valueOf } from '../../openapi/values.js';
import { changingRead } from '../facts/changing-reads.js';
import { debugSegment, isOffered, isTrade, segmentsOf } from '../facts/debug-paths.js';
import { pathMatches } from '../facts/paths.js';
import type { At } from '../../text/source.js';
import { rule, type Detection, type RuleContext } from '../rule.js';

interface Evidence {
  readonly document: OpenApiDocument;
  readonly name: string;
  readonly reason: string;
  readonly pointer: Pointer;
  /** A read that should be another method; undefined where the operation itself is the fault. */
  readonly read: { readonly at: At; readonly taken: boolean } | undefined;
}
const UNUSED: ReadonlyMap<string, string> = new Map([
  ['TRACE', 'it sends requests back with their cookies and keys, and no API needs it'],
  ...['TRACK', 'DEBUG', 'CONNECT'].map((method) => [method, 'it is for debugging and proxies, and shows or passes on what it gets'] as const),
  ...['PROPFIND', 'PROPPATCH', 'MKCOL', 'COPY', 'MOVE', 'LOCK', 'UNLOCK'].map((method) => [method, 'it belongs to WebDAV, and guards written for the usual methods may not know it'] as const),
  ...['PURGE', 'BAN', 'FLUSH', 'INVALIDATE'].map((method) => [method, 'it empties the cache for everybody, and guards written for the usual methods may not know it'] as const),
  ...['LINK', 'UNLINK'].map((method) => [method, 'it is obsolete, and guards written for the usual methods may not know it'] as const),
]);

/** What servers and guards know, and what searches. */
const REGISTERED: ReadonlySet<string> = new Set((
  'GET HEAD POST PUT PATCH DELETE OPTIONS QUERY SEARCH REPORT ACL BIND REBIND UNBIND CHECKIN CHECKOUT LABEL MERGE MKACTIVITY MKCALENDAR MKREDIRECTREF MKWORKSPACE ORDERPATCH UNCHECKOUT UPDATE'
).split(' '));
const CACHES = /^(PURGE|BAN|FLUSH|INVALIDATE)$/;
/** What Amazon's gateways call an operation that stands for all methods. */
const ANY = 'x-amazon-apigateway-any-method';

export default rule<'openapi', Evidence>({
  meta: {
    id: 'openapi/risky-method',
    title: 'A method that is unneeded, or wrong for what it does, is documented',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [650],
    severity: 'warning',
    confidence: 'low',
    topics: ['openapi-method'],
    since: '0.1.0',
    whenNotToUse: 'List methods that the API needs under `methods` of the policy.',
    references: ['https://spec.openapis.org/oas/v3.2.0#path-item-object', 'https://www.rfc-editor.org/rfc/rfc9110#section-9.3.8'],
  },
  on: 'openapi',
  words: ['paths'],
  *detect(document, context) {
    for (const path of entriesOf(valueOf(document.root, 'paths'))) {
      const any = entryOf(path.value, ANY);
      if (any) yield { at: any.keyAt, subject: `any ${path.key}`, evidence: { document, name: `ANY ${path.key}`, reason: 'every method gets through to the service', pointer: ['paths', path.key, ANY], read: undefined } };
    }
    for (const operation of document.operations) {
      if (operation.section !== 'paths') continue;
      const subject = `${operation.method} ${operation.path}`;
      const evidence = (reason: string): Evidence => ({ document, name: subject, reason, pointer: operation.pointer, read: undefined });
      const allowed = allowedFor(operation, context);
      const unused = UNUSED.get(operation.method);
      if (allowed?.includes(operation.method) ?? false) continue;
      if (unused !== undefined) yield { at: operation.methodAt, subject, evidence: evidence(unused), ...(CACHES.test(operation.method) ? { severity: 'info' } : {}) };
      else if (allowed) yield { at: operation.methodAt, subject, evidence: evidence(`the policy allows only ${allowed.join(', ')}`) };
      else if (operation.pointer.includes('additionalOperations') && !REGISTERED.has(operation.method))
        yield { at: operation.methodAt, subject, severity: 'info', evidence: evidence('it is no registered method, and guards written for the usual ones may not know it') };
      else if (isForDevelopers(operation, document) && !isProduct(operation, document)) yield { at: operation.methodAt, subject, severity: isOpen(operation, document) ? 'warning' : 'info', evidence: evidence(FOR_DEVELOPERS) };
      else if (isInternal(operation, document)) yield { at: operation.methodAt, subject, severity: 'hint', evidence: evidence('by its path it is internal, and the document tells everybody of it') };
      else if (operation.method === 'GET') yield* changingReads(operation, document);
      else if (repeatsPatch(operation, document)) yield { at: operation.methodAt, subject, severity: 'hint', evidence: evidence('PATCH takes the same body, so one of them is a second way to the same change') };
    }
  },
  explain: ({ name, reason, read }) => read
    ? {
        message: `${name} ${reason}; links, pictures and prefetching send GET without the user's intent. Use POST.`,
        why: 'Reads are repeated, cached and fetched in advance, and defences against forged requests leave them out.',
        remedy: 'Answer the change to POST, PUT, PATCH or DELETE.',
      }
    : {
        message: `${name}: ${reason}. Remove the operation.`,
        why: 'Each method is a door of its own: it has to be guarded, limited and tested like the others.',
        remedy: 'Document and serve the methods that clients need, and no more.',
      },
  *fix({ evidence: { document, name, pointer, read } }, context) {
    if (!read) yield { title: `Remove ${name}`, safety: 'review', changes: [{ do: 'unset', path: document.path, key: pointer }] };
    else if (read.taken) yield { refused: 'The path has a POST already.' };
    else {
      const quote = /^['"]/.exec(context.textOf(read.at))?.[0] ?? '';
      yield { title: 'Use POST', safety: 'review', changes: [{ do: 'replace', at: read.at, code: [`${quote}post${quote}`] }] };
    }
  },
  examples: [
    {
      title: 'operations for developers and for other services in what everybody reads',
      bad: `
        #- openapi.yaml
        openapi: 3.0.3
        paths:
          /orders: { get: { responses: { default: { description: any } } } }
          /orders/{id}: { get: { responses: { default: { description: any } } } }
          /v1/debug/queue:
            get: { responses: { default: { description: any } } }
        #   ^^^ openapi/risky-method "GET /v1/debug/queue: by its path it is made for developers"
          /test/fill-up:
            post: { security: [{ key: [] }], responses: { default: { description: any } } }
        #   ^^^^ openapi/risky-method "made for developers"
          /internal/orders/{id}/settle:
            post: { responses: { default: { description: any } } }
        #   ^^^^ openapi/risky-method "it is internal"
        components: { securitySchemes: { key: { type: apiKey, in: header, name: X-Key } } }
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.0.3
        paths:
          /orders: { get: { responses: { default: { description: any } } } }
          /orders/{id}: { get: { responses: { default: { description: any } } } }
          /v1/debug/queue: {}
          /test/fill-up:
            post: { security: [{ key: [] }], responses: { default: { description: any } } }
          /internal/orders/{id}/settle:
            post: { responses: { default: { description: any } } }
        components: { securitySchemes: { key: { type: apiKey, in: header, name: X-Key } } }
      `,
    },
    {
      title: 'tests of a laboratory, what monitors read, and a document of internal operations',
      good: `
        #- laboratory.yaml
        openapi: 3.0.3
        paths:
          /test: { get: { responses: { default: { description: any } } } }
          /test/{id}: { get: { responses: { default: { description: any } } } }
          /tests/results: { get: { responses: { default: { description: any } } } }
          /samples/{id}/test: { get: { responses: { default: { description: any } } } }
          /actuator/health: { get: { responses: { default: { description: any } } } }
          /exec/{execId}/resize: { post: { responses: { default: { description: any } } } }
          /sandbox/items/reset: { post: { security: [{ jwt: [] }], responses: { default: { description: any } } } }
        #- services.yaml
        openapi: 3.0.3
        paths:
          /internal/orders: { get: { responses: { default: { description: any } } } }
          /internal/users: { get: { responses: { default: { description: any } } } }
      `,
    },
    {
      title: 'TRACE is documented',
      bad: `
        #- openapi.yaml
        openapi: 3.0.3
        paths:
          /orders:
            get: { responses: { default: { description: any } } }
            trace: { responses: { default: { description: any } } }
        #   ^^^^^ openapi/risky-method "TRACE /orders: it sends requests back"
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.0.3
        paths:
          /orders:
            get: { responses: { default: { description: any } } }
      `,
    },
    {
      title: 'a gateway that passes every method',
      bad: `
        #- openapi.json
        {
          "openapi": "3.0.1",
          "paths": { "/orders": {
            "x-amazon-apigateway-any-method": {},
            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ openapi/risky-method "every method"
            "parameters": []
          } }
        }
      `,
      fixed: `
        #- openapi.json
        {
          "openapi": "3.0.1",
          "paths": { "/orders": {
            "parameters": []
          } }
        }
      `,
    },
    {
      title: 'a method of WebDAV',
      bad: `
        #- openapi.yaml
        openapi: 3.2.0
        paths:
          /files:
            get: { responses: { default: { description: any } } }
            additionalOperations:
              PROPFIND: { responses: { default: { description: any } } }
        #     ^^^^^^^^ openapi/risky-method "it belongs to WebDAV"
              PURGE: { responses: { default: { description: any } } }
        #     ^^^^^ openapi/risky-method "it empties the cache for everybody"
              SEARCH: { responses: { default: { description: any } } }
      `,
    },
    {
      title: 'a read that changes something',
      bad: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /gates/{id}/toggle:
            get:
        #   ^^^ openapi/risky-method "GET /gates/{id}/toggle changes something, as 'toggle' says"
              operationId: toggleGate
              security: [{ key: [] }]
              responses: { '204': { description: done } }
          /scans/close:
            'get':
        #   ^^^^^ openapi/risky-method "as 'close' says"
              summary: Closes all scans and sends the report
              responses: { '200': { description: ok } }
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /gates/{id}/toggle:
            post:
              operationId: toggleGate
              security: [{ key: [] }]
              responses: { '204': { description: done } }
          /scans/close:
            'get':
              summary: Closes all scans and sends the report
              responses: { '200': { description: ok } }
      `,
    },
    {
      title: 'reads under words that are names too, and links in mails',
      good: `
        #- openapi.json
        {
          "openapi": "3.0.3",
          "paths": {
            "/orders/open": { "get": { "operationId": "openOrders", "summary": "Lists open orders", "responses": { "200": { "description": "ok" } } } },
            "/apps/{id}/release": { "get": { "summary": "The newest release", "responses": { "200": { "description": "ok" } } } },
            "/teams/{id}/members/{user}": { "get": { "operationId": "teams/check-member", "responses": { "204": { "description": "is one" } } } },
            "/invite/{code}/accept": { "get": { "operationId": "acceptInvite", "responses": { "204": { "description": "joined" } } } }
          }
        }
      `,
    },
    {
      title: 'a method the policy does not allow',
      policy: { methods: { allow: ['GET', 'POST'], paths: new Map([['/files/**', ['get', 'put']]]) } },
      bad: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /orders:
            post: { responses: { default: { description: any } } }
            put: { responses: { default: { description: any } } }
        #   ^^^ openapi/risky-method "the policy allows only GET, POST"
          /files/{id}:
            put: { responses: { default: { description: any } } }
      `,
    },
    {
      title: 'PUT and PATCH with one body',
      bad: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /orders/{id}:
            put:
        #   ^^^ openapi/risky-method "PATCH takes the same body"
              requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/Order' } } } }
              responses: { default: { description: any } }
            patch:
              requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/Order' } } } }
              responses: { default: { description: any } }
        components: { schemas: { Order: { type: object } } }
      `,
    },
    {
      title: 'usual methods, QUERY of version 3.2, and PATCH with a body of its own',
      good: `
        #- openapi.yaml
        openapi: 3.2.0
        paths:
          /orders:
            get: { responses: { default: { description: any } } }
            query: { responses: { default: { description: any } } }
            put:
              requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/Order' } } } }
              responses: { default: { description: any } }
            patch:
              requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/Changes' } } } }
              responses: { default: { description: any } }
        components: { schemas: { Order: { type: object }, Changes: { type: object } } }
      `,
    },
    {
      title: 'a method the policy lists',
      policy: { methods: { allow: ['GET', 'TRACE'], paths: new Map() } },
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /orders:
            trace: { responses: { default: { description: any } } }
      `,
    },
  ],
});

function* changingReads(operation: Operation, document: OpenApiDocument): Iterable<Detection<Evidence>> {
  const change = changingRead(operation, document);
  if (!change) return;
  const taken = neighbours(operation, document).some((other) => other.method === 'POST');
  const subject = `${operation.method} ${operation.path}`;
  const evidence = { document, name: subject, reason: `changes something, as '${change.verb}' says`, pointer: operation.pointer, read: { at: operation.methodAt, taken } };
  yield { at: operation.methodAt, subject, evidence, ...(change.sure ? { confidence: 'medium' } : { severity: 'info', confidence: 'low' }) };
}
/** Its path names what developers and tests need: `/debug/heap`, `/test/reset`. */
function isForDevelopers(operation: Operation, document: OpenApiDocument): boolean {
  const { path } = operation;
  if (!isOfTools(operation, document)) return false;
  const segments = segmentsOf(path);
  const index = debugSegment(segments);
  if (/^tests$/i.test(segments[index]?.text ?? '') || /^(health|info|metrics|prometheus|readiness|liveness)$/i.test(segments.at(-1)?.text ?? '')) return false;
  return !isTrade(index, segments, () => document.operations.map((one) => segmentsOf(one.path)));
}
/** A sandbox or a test that callers need credentials for is one the API offers them. */
function isProduct(operation: Operation, document: OpenApiDocument): boolean {
  const segments = segmentsOf(operation.path);
  return !isOpen(operation, document) && isOffered(segments[debugSegment(segments)]?.text ?? '');
}
/** `/internal/...` beside operations for others: a document of internal ones has hardly any other. */
function isInternal({ path }: Operation, document: OpenApiDocument): boolean {
  return INTERNAL.test(path) && isForOthers(document);
}
const isForOthers = ofDocument((document) => {
  const paths = new Set(document.operations.filter(({ section }) => section === 'paths').map((one) => one.path));
  return [...paths].filter((one) => INTERNAL.test(one)).length * 3 <= paths.size;
});
const isOfTools = ofOperation(({ path }) => debugSegment(segmentsOf(path)) >= 0);
const FOR_DEVELOPERS = 'by its path it is made for developers, and shows or changes what nobody else should';
const INTERNAL = /^(\/(api|rest|v\d{1,3}))*\/_?internal(\/|$)/i;
/** Anybody may call it. */
function isOpen(operation: Operation, document: OpenApiDocument): boolean {
  const needs = effective(operation, document);
  return needs.kind === 'none' || needs.kind === 'optional' || needs.kind === 'absent';
}
function allowedFor(operation: Operation, context: RuleContext): readonly string[] | undefined {
  const { allow, paths } = context.policy('methods');
  const special = [...paths].find(([glob]) => pathMatches(glob, operation.path))?.[1] ?? allow;
  return special?.map((method) => method.toUpperCase());
}
const repeatsPatch = ofOperation((operation, document): boolean => {
  if (operation.method !== 'PUT') return false;
  const patch = neighbours(operation, document).find((other) => other.method === 'PATCH');
  const [own, others] = [operation, patch].map((one) => (one ? requestSchemas(document, one) : []));
  return own !== undefined && own.length > 0 && others !== undefined && own.length === others.length && own.every((schema) => others.some((other) => other.value === schema.value && other.media === schema.media));
});
