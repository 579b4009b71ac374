import type { Value } from '../../model/value.js';
import { schemesKey } from '../../openapi/changes.js';
import type { OpenApiDocument, Pointer } from '../../openapi/document.js';
import { ofOperation } from '../../openapi/kept.js';
import { asText, valueOf } from '../../openapi/values.js';
import type { At } from '../../text/source.js';
import { wordsOf } from '../facts/names.js';
import { publicPath } from '../facts/paths.js';
import { urlCredentialName } from '../facts/credential-names.js';
import { rule, type Change } from '../rule.js';

interface Evidence {
  readonly document: OpenApiDocument;
  /** Scheme, or every parameter of the name. */
  readonly pointers: readonly Pointer[];
  readonly name: string;
  readonly part: 'query' | 'path';
  readonly scheme: boolean;
}

export default rule<'openapi', Evidence>({
  meta: {
    id: 'openapi/api-key-in-query',
    title: 'API key in the URL',
    owasp: ['API2:2019', 'API2:2023'],
    cwe: [598],
    severity: 'warning',
    confidence: 'high',
    topics: ['openapi-security'],
    since: '0.1.0',
    whenNotToUse: 'Callers that cannot set headers, and keys that are short-lived and good for one address.',
    references: ['https://cwe.mitre.org/data/definitions/598.html', 'https://datatracker.ietf.org/doc/html/rfc6750#section-5.3'],
  },
  on: 'openapi',
  words: ['query', 'path'],
  *detect(document) {
    for (const [key, scheme] of document.schemes) {
      const place = valueOf(scheme, 'in');
      if (asText(valueOf(scheme, 'type')) !== 'apiKey' || !place || asText(place) !== 'query') continue;
      const name = asText(valueOf(scheme, 'name')) ?? key;
      yield { at: place.at, subject: `scheme ${key}`, evidence: { document, pointers: [[...schemesKey(document), key]], name, part: 'query', scheme: true } };
    }
    for (const [subject, { name, part, places }] of credentialParameters(document)) {
      const [first, ...others] = places;
      if (!first) continue;
      const related = others.slice(0, 10).map(({ at }) => ({ at, label: 'here too' }));
      yield { at: first.at, subject, evidence: { document, pointers: places.map(({ pointer }) => pointer), name, part, scheme: false }, ...(related.length > 0 ? { related } : {}) };
    }
  },
  explain: ({ name, part }) => ({
    message: `'${name}' in the ${part === 'query' ? 'query string' : 'path'} ends up in logs and history. Send it in a header.`,
    why: 'Addresses are written down by servers, proxies and browsers and handed on in the Referer header; headers are not.',
    remedy: 'Take the key from a header, best through a security scheme.',
  }),
  *fix({ evidence: { document, pointers, name, part, scheme } }) {
    if (part === 'path') {
      yield { refused: 'The path itself holds the key: every caller has to change.' };
      return;
    }
    const renames = wordsOf(name).includes('key') || scheme;
    const changes = pointers.flatMap((pointer): readonly Change[] => {
      const set = (key: string, value: string): Change => ({ do: 'set', path: document.path, key: [...pointer, key], value });
      return [set('in', 'header'), ...(renames ? [set('name', 'X-API-Key')] : [])];
    });
    yield { title: 'Take it from a header', safety: 'review', changes };
  },
  examples: [
    {
      title: 'a scheme whose key is a query parameter',
      bad: `
        #- openapi.yaml
        openapi: 3.1.0
        paths: {}
        components:
          securitySchemes:
            key: { type: apiKey, in: query, name: api_key }
        #                            ^^^^^ openapi/api-key-in-query "'api_key' in the query string ends up in logs"
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.1.0
        paths: {}
        components:
          securitySchemes:
            key: { type: apiKey, in: header, name: X-API-Key }
      `,
    },
    {
      title: 'a token among the parameters of a path',
      bad: `
        #- swagger.json
        {
          "swagger": "2.0",
          "paths": { "/files": {
            "parameters": [{ "name": "access_token", "in": "query", "type": "string" }],
                                                           ^^^^^^^ openapi/api-key-in-query "'access_token'"
            "get": { "responses": { "default": { "description": "any" } } },
            "put": { "responses": { "default": { "description": "any" } } }
          } }
        }
      `,
      fixed: `
        #- swagger.json
        {
          "swagger": "2.0",
          "paths": { "/files": {
            "parameters": [{ "name": "access_token", "in": "header", "type": "string" }],
            "get": { "responses": { "default": { "description": "any" } } },
            "put": { "responses": { "default": { "description": "any" } } }
          } }
        }
      `,
    },
    {
      title: 'a password, even of a login',
      bad: `
        #- openapi.yaml
        openapi: 3.0.3
        paths:
          /login:
            get:
              parameters:
                - { name: name, in: query, schema: { type: string } }
                - { name: passwd, in: query, schema: { type: string } }
        #                             ^^^^^ openapi/api-key-in-query "'passwd' in the query string"
              responses: { default: { description: any } }
      `,
    },
    {
      title: 'the key is a part of the path',
      bad: `
        #- openapi.yaml
        openapi: 3.0.3
        paths:
          /{apiKey}/files:
            get:
              parameters:
                - $ref: '#/components/parameters/Key'
              responses: { default: { description: any } }
        components:
          parameters:
            Key: { name: apiKey, in: path, required: true, schema: { type: string } }
        #                            ^^^^ openapi/api-key-in-query "'apiKey' in the path"
      `,
    },
    {
      title: 'a header, a page, and tokens of links that are sent by mail',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /files:
            get:
              parameters:
                - { name: page_token, in: query, schema: { type: string } }
                - { name: key, in: query, schema: { type: string } }
              responses: { default: { description: any } }
          /reset-password:
            get:
              parameters:
                - { name: token, in: query, schema: { type: string } }
              responses: { default: { description: any } }
          /verify/{token}:
            get:
              parameters:
                - { name: token, in: path, required: true, schema: { type: string } }
              responses: { default: { description: any } }
        components:
          securitySchemes:
            key: { type: apiKey, in: header, name: X-API-Key }
      `,
    },
    {
      title: 'a cookie, in version 3.0',
      good: `
        #- openapi.yaml
        openapi: 3.0.3
        paths: {}
        components:
          securitySchemes:
            session: { type: apiKey, in: cookie, name: sid }
      `,
    },
  ],
});

interface Parameters {
  readonly name: string;
  readonly part: 'query' | 'path';
  readonly places: { readonly at: At; readonly pointer: Pointer }[];
}
const credentialsOf = ofOperation((operation) => operation.parameters.flatMap(({ value, pointer }) => {
  const place = valueOf(value, 'in');
  const part = asText(place);
  const name = asText(valueOf(value, 'name'));
  return place && name !== undefined && (part === 'query' || part === 'path') && isCredential(name, operation.path) ? [{ value, pointer, place, part, name } as const] : [];
}));
/** The parameters that carry a credential, those of one name together: a key is one decision, however many operations ask for it. */
function credentialParameters(document: OpenApiDocument): ReadonlyMap<string, Parameters> {
  const found = new Map<string, Parameters>();
  const seen = new Set<Value>();
  for (const operation of document.operations) {
    if (operation.section !== 'paths') continue;
    for (const { value, pointer, place, part, name } of credentialsOf(operation, document)) {
      if (seen.has(value)) continue;
      seen.add(value);
      const one = found.get(`${part} ${name}`) ?? { name, part, places: [] };
      one.places.push({ at: place.at, pointer });
      found.set(`${part} ${name}`, one);
    }
  }
  return found;
}
function isCredential(name: string, path: string): boolean {
  // A login is no reason: a password is worth more than the session it opens.
  if (/^((user|login|admin)_?)?(password|passwd|pwd|passphrase)$|^(card_?(number|pin)|cvv2?|cvc2?|ssn|jsessionid|phpsessid)$/i.test(name)) return true;
  if (name.toLowerCase() === 'token') return !publicPath(path);
  return urlCredentialName(name) && !publicPath(path);
}
