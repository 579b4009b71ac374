import type { OpenApiDocument } from '../../openapi/document.js';
import { defineScheme, schemesKey } from '../../openapi/changes.js';
import { led } from '../../openapi/schemas.js';
import { schemeUses } from '../../openapi/security.js';
import { asText, entriesOf, entryOf, valueOf } from '../../openapi/values.js';
import type { Value } from '../../model/value.js';
import type { At } from '../../text/source.js';
import { rule, type Detection, type RuleContext } from '../rule.js';

type Fault = 'scheme' | 'scope' | 'role';
interface Evidence {
  readonly document: OpenApiDocument;
  readonly fault: Fault;
  readonly name: string;
  readonly scheme: string;
  /** A defined scheme that differs by letter case or one letter. */
  readonly near: string | undefined;
  /** The keys of this name, with the quotes they are written in. */
  readonly places: readonly { readonly at: At; readonly quote: string }[];
}

export default rule<'openapi', Evidence>({
  meta: {
    id: 'openapi/undefined-security-scheme',
    title: 'The required scheme does not exist',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [306],
    severity: 'error',
    confidence: 'high',
    topics: ['openapi-security'],
    since: '0.1.0',
    whenNotToUse: 'Where the schemes are put together from several files by a build step.',
    references: ['https://spec.openapis.org/oas/v3.1.0#security-requirement-object'],
  },
  on: 'openapi',
  words: ['security'],
  *detect(document, context) {
    if (!schemesKnown(document)) return;
    const missing = new Map<string, At[]>();
    const told = new Set<string>();
    for (const { entry, scopes } of schemeUses(document)) {
      const { key: name } = entry;
      // A requirement of version 3.2 may name a scheme by its address.
      if (document.version === '3.2' && /[/#]/.test(name)) continue;
      const scheme = document.schemes.get(name);
      if (!scheme) {
        missing.set(name, [...(missing.get(name) ?? []), entry.keyAt]);
        continue;
      }
      for (const item of scopes) {
        const scope = asText(item.value);
        const fault = scope === undefined ? undefined : scopeFault(scheme, scope, document);
        if (scope === undefined || !fault || told.has(`${name} ${fault === 'role' ? '' : scope}`)) continue;
        told.add(`${name} ${fault === 'role' ? '' : scope}`);
        yield { at: item.at, subject: `${name} ${scope}`, severity: fault === 'scope' ? 'warning' : 'hint', evidence: { document, fault, name: scope, scheme: name, near: undefined, places: [] } };
      }
    }
    for (const [name, places] of missing) yield* undefinedScheme(document, name, places, context);
  },
  explain: ({ document, fault, name, scheme, near }) => ({
    message: fault === 'scheme'
      ? `Security scheme '${name}' is not defined${near === undefined ? '' : `; did you mean '${near}'`}, so tools may apply none. Define it.`
      : fault === 'scope'
        ? `Scheme '${scheme}' does not define the scope '${name}', so no token can carry it and checks of it may be left out. Define it, or correct the name.`
        : `'${name}' has no meaning here: in OpenAPI ${document.version} only oauth2 and openIdConnect take scopes, so nothing checks it. Check the permission in code.`,
    why: 'Generators and gateways pass over a requirement whose scheme they do not know, and the operation stands open.',
    remedy: 'Every name in a security requirement is one of the security schemes of the document, every scope one of that scheme.',
  }),
  *fix({ evidence: { document, fault, name, near, places } }) {
    if (fault !== 'scheme') {
      yield { refused: fault === 'scope' ? 'Whether the scope or the list of scopes is wrong is for its author to say.' : 'The permission has to be checked in code.' };
      return;
    }
    if (near !== undefined) {
      const changes = places.map(({ at: place, quote }) => ({ do: 'replace' as const, at: place, code: [quote + near + quote] }));
      yield { title: `Require '${near}'`, safety: near.toLowerCase() === name.toLowerCase() ? 'safe' : 'review', changes };
    }
    yield { title: `Define '${name}'`, safety: 'review', changes: [defineScheme(document, name)] };
  },
  examples: [
    {
      title: 'another letter case',
      bad: `
        #- openapi.yaml
        openapi: 3.1.0
        security:
          - BearerAuth: []
        #   ^^^^^^^^^^ openapi/undefined-security-scheme "did you mean 'bearerAuth'"
        paths: {}
        components:
          securitySchemes:
            bearerAuth: { type: http, scheme: bearer }
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.1.0
        security:
          - bearerAuth: []
        paths: {}
        components:
          securitySchemes:
            bearerAuth: { type: http, scheme: bearer }
      `,
    },
    {
      title: 'required by two operations, defined nowhere',
      bad: `
        #- openapi.json
        {
          "openapi": "3.0.3",
          "paths": { "/files": {
            "get": { "security": [{ "jwt": [] }], "responses": { "default": { "description": "any" } } },
                                    ^^^^^ openapi/undefined-security-scheme "'jwt' is not defined, so tools may apply none"
            "put": { "security": [{ "jwt": [] }], "responses": { "default": { "description": "any" } } }
          } }
        }
      `,
      fixed: `
        #- openapi.json
        {
          "openapi": "3.0.3",
          "paths": { "/files": {
            "get": { "security": [{ "jwt": [] }], "responses": { "default": { "description": "any" } } },
            "put": { "security": [{ "jwt": [] }], "responses": { "default": { "description": "any" } } }
          } },
          "components": {
            "securitySchemes": {
              "jwt": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT"
              }
            }
          }
        }
      `,
    },
    {
      title: 'a scope that no flow defines',
      bad: `
        #- openapi.yaml
        openapi: 3.0.3
        paths:
          /orders/{id}:
            delete:
              security: [{ oauth: ['orders:write', 'orders:erase'] }]
        #                                          ^^^^^^^^^^^^^^ openapi/undefined-security-scheme "does not define the scope 'orders:erase'"
              responses: { default: { description: any } }
        components:
          securitySchemes:
            oauth:
              type: oauth2
              flows:
                clientCredentials: { tokenUrl: https://id.example.com/t, scopes: { 'orders:write': change orders } }
      `,
    },
    {
      title: 'a role beside a key, before version 3.1',
      bad: `
        #- swagger.yaml
        swagger: '2.0'
        securityDefinitions:
          key: { type: apiKey, in: header, name: X-API-Key }
        paths:
          /orders:
            get:
              security: [{ key: [admin] }]
        #                        ^^^^^ openapi/undefined-security-scheme "only oauth2 and openIdConnect take scopes"
              responses: { default: { description: any } }
      `,
    },
    {
      title: 'role names since version 3.1, scopes of OpenID Connect, and a scheme by its address in 3.2',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        security: [{ jwt: [admin] }, { oidc: ['anything'] }]
        paths: {}
        components:
          securitySchemes:
            jwt: { type: http, scheme: bearer }
            oidc: { type: openIdConnect, openIdConnectUrl: https://id.example.com/.well-known/openid-configuration }
        #- next.yaml
        openapi: 3.2.0
        security: [{ 'https://shared.example.com/schemes.yaml#/jwt': [] }]
        paths: {}
      `,
    },
    {
      title: 'schemes that stand in another file',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        security: [{ jwt: [] }]
        paths: {}
        components:
          securitySchemes:
            $ref: ./schemes.yaml
      `,
    },
  ],
});

function* undefinedScheme(document: OpenApiDocument, name: string, places: readonly At[], context: RuleContext): Iterable<Detection<Evidence>> {
  const [first, ...others] = places;
  if (first === undefined) return;
  const near = [...document.schemes.keys()].find((one) => one.toLowerCase() === name.toLowerCase()) ?? [...document.schemes.keys()].find((one) => name.length > 3 && within(one.toLowerCase(), name.toLowerCase()));
  const written = places.map((place) => ({ at: place, quote: /^['"]/.exec(context.textOf(place))?.[0] ?? '' }));
  const related = others.slice(0, 10).map((place) => ({ at: place, label: 'required here too' }));
  yield { at: first, subject: name, evidence: { document, fault: 'scheme', name, scheme: name, near, places: written }, ...(related.length > 0 ? { related } : {}) };
}
/** Whether one letter was left out, added or exchanged. */
function within(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  return Math.max(a.length, b.length) - start - end <= 1;
}
function schemesKnown(document: OpenApiDocument): boolean {
  let current: Value = document.root;
  for (const key of schemesKey(document)) {
    if (current.kind !== 'object' || current.open) return false;
    const next = valueOf(current, key);
    if (!next) return true;
    current = led(document, { value: next, pointer: [] }).value;
  }
  return current.kind === 'object' && !current.open && !entryOf(current, '$ref');
}
function scopeFault(scheme: Value, scope: string, document: OpenApiDocument): Fault | undefined {
  const type = asText(valueOf(scheme, 'type'));
  if (type === 'oauth2') {
    const holders = document.version === '2.0' ? [scheme] : entriesOf(valueOf(scheme, 'flows')).map((flow) => flow.value);
    const lists = holders.map((holder) => valueOf(holder, 'scopes'));
    if (lists.length === 0 || lists.some((list) => list?.kind !== 'object' || list.open || entryOf(list, '$ref'))) return undefined;
    return lists.some((list) => entryOf(list, scope)) ? undefined : 'scope';
  }
  if (document.version !== '2.0' && document.version !== '3.0') return undefined;
  return type === 'http' || type === 'apiKey' || type === 'basic' ? 'role' : undefined;
}
