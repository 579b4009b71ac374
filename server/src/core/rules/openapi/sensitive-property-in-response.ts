import { withoutProperty } from '../../openapi/changes.js';
import type { OpenApiDocument, Operation, Pointer } from '../../openapi/document.js';
import { ofOperation } from '../../openapi/kept.js';
import { partsOf, requestSchemas, responseSchemas, schemasBelow, standsUnder, type SchemaPlace } from '../../openapi/schemas.js';
import { typesOf } from '../../openapi/types.js';
import { asArray, asText, entriesOf, entryOf, valueOf } from '../../openapi/values.js';
import { nameOfProperty, snakeCase } from '../facts/names.js';
import { publicPath } from '../facts/paths.js';
import { rule } from '../rule.js';

interface Evidence {
  readonly document: OpenApiDocument;
  readonly name: string;
  readonly pointer: Pointer;
  readonly reference: boolean;
}
const SENSITIVE = new RegExp(
  '(^|_)(password|passwd|pwd|passphrase|passcode|((password|client|totp|mfa|webhook|signing|shared|api|app|consumer)_?)?(secret|salt)|(private|secret|admin|master|signing|encryption|api)_?key|api_?token'
  + '|ssn|social_?security_?number|cvv2?|cvc2?|card_?number|pin|otp|(password_?)?reset_?token|recovery_?codes?|security_?answer|mnemonic|seed_?phrase)$',
);
/** What is kept of a secret. */
const KEPT = /(^|_)(password|passwd|pwd|passphrase|passcode|pin|secret)_?(hash(ed)?|digest|encrypted|cipher(text)?|crypt|bcrypt|md5|sha\d{0,3})$|^(hashed|encrypted|crypted)_?(password|passwd|pwd|pin|secret)$|^hash$/;
/** Words in front that make it no secret: `hasPassword`, `publicApiKey`. */
const TOLD = /^(has|is|needs?|requires?|must|can|should|allows?|shows?|hides?|uses?|with|without|no|changed?|force|expires?|min|max|masked|redacted|public|publishable|hidden|obfuscated|truncated|map|location|postal|gpio)_/;
/** Issuing the secret is what the operation is for. */
const ISSUES = /(^|\/)(api-?)?(keys?|tokens?|secrets?|credentials?|clients?|apps?|applications?|service-?accounts?|webhooks?|rotate|regenerate|mfa|2fa|totp|otp)(\/|$)/i;
/** A place on a map, or a postal code, where these stand beside it. */
const PLACE = /^(city|street|state|country|zip|postal_?code|address(_?line\d?)?|lat(itude)?|lng|lon(gitude)?|[xy]|coordinates|board|gpio|voltage)$/;

export default rule<'openapi', Evidence>({
  meta: {
    id: 'openapi/sensitive-property-in-response',
    title: 'A response schema contains secrets',
    owasp: ['API3:2019', 'API3:2023'],
    cwe: [213, 200],
    severity: 'warning',
    confidence: 'medium',
    topics: ['openapi-data'],
    since: '0.1.0',
    whenNotToUse: 'Operations that issue the secret to its owner, once.',
    references: ['https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/'],
  },
  on: 'openapi',
  words: ['properties'],
  *detect(document) {
    const operations = document.operations.filter((operation) => operation.section === 'paths' && !issues(operation));
    // What a POST alone answers comes last: whatever is first met there was made by it.
    const roots = [...operations.filter(({ method }) => method !== 'POST'), ...operations.filter(({ method }) => method === 'POST')]
      .flatMap((operation) => responseSchemas(document, operation, (status) => /^(2(\d\d|XX)|default)$/i.test(status)));
    for (const place of schemasBelow(document, roots)) {
      const { property, parent } = place;
      if (!property || !parent) continue;
      if (!isSecret(place, parent, document) || standsUnder(place, 'writeOnly') || isMade(place, property.key, document) || isShownMasked(place)) continue;
      const pointer = [...parent.pointer, 'properties', property.key];
      yield { at: property.keyAt, subject: pointer.join('/'), evidence: { document, name: property.key, pointer, reference: entryOf(property.value, '$ref') !== undefined } };
    }
  },
  explain: ({ name }) => ({
    message: `'${name}' is promised to callers. Remove it from responses or mark it writeOnly.`,
    why: 'What the document promises the server sends: a hash can be cracked at leisure, and a key opens what it was made for.',
    remedy: 'Describe answers by a schema without secrets.',
  }),
  *fix({ evidence: { document, name, pointer, reference } }) {
    const old = document.version === '2.0';
    // Before 3.1 nothing may stand beside a reference, and version 2 has no writeOnly.
    if (old || (reference && document.version === '3.0')) yield { title: `Remove '${name}'`, safety: 'review', changes: withoutProperty(document, pointer, name) };
    else yield { title: `Mark '${name}' writeOnly`, safety: 'review', changes: [{ do: 'set', path: document.path, key: [...pointer, 'writeOnly'], value: true }] };
  },
  examples: [
    {
      title: 'users with the hash of their password',
      bad: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /users:
            get:
              responses:
                '200':
                  description: ok
                  content: { application/json: { schema: { type: array, items: { $ref: '#/components/schemas/User' } } } }
        components:
          schemas:
            User:
              type: object
              properties:
                id: { type: string }
                passwordHash: { type: string }
        #       ^^^^^^^^^^^^ openapi/sensitive-property-in-response "'passwordHash' is promised to callers"
      `,
      fixed: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /users:
            get:
              responses:
                '200':
                  description: ok
                  content: { application/json: { schema: { type: array, items: { $ref: '#/components/schemas/User' } } } }
        components:
          schemas:
            User:
              type: object
              properties:
                id: { type: string }
                passwordHash: { type: string, writeOnly: true }
      `,
    },
    {
      title: 'the key of the administrator among the settings, in version 2',
      bad: `
        #- swagger.json
        {
          "swagger": "2.0",
          "paths": { "/config": { "get": { "responses": { "200": { "description": "ok", "schema": { "$ref": "#/definitions/Config" } } } } } },
          "definitions": { "Config": { "type": "object", "required": ["adminKey"], "properties": { "theme": { "type": "string" }, "adminKey": { "type": "string" } } } }
                                                                                                                                  ^^^^^^^^^^ openapi/sensitive-property-in-response "'adminKey'"
        }
      `,
      fixed: `
        #- swagger.json
        {
          "swagger": "2.0",
          "paths": { "/config": { "get": { "responses": { "200": { "description": "ok", "schema": { "$ref": "#/definitions/Config" } } } } } },
          "definitions": { "Config": { "type": "object", "properties": { "theme": { "type": "string" } } } }
        }
      `,
    },
    {
      title: 'what is kept of a secret, a code behind another word, and what its format says',
      bad: `
        #- openapi.yaml
        openapi: 3.0.3
        paths:
          /lockers/{no}:
            get:
              responses:
                '200':
                  description: ok
                  content:
                    application/json:
                      schema:
                        type: object
                        properties:
                          doorPin: { type: string }
        #                 ^^^^^^^ openapi/sensitive-property-in-response "'doorPin'"
                          pin_digest: { type: string }
        #                 ^^^^^^^^^^ openapi/sensitive-property-in-response "'pin_digest'"
                          entry: { type: string, format: password }
        #                 ^^^^^ openapi/sensitive-property-in-response "'entry'"
                          hasPin: { type: boolean }
                          pinPolicy: { type: string, enum: [four, six] }
      `,
    },
    {
      title: 'postal codes, pins of a board, masked and public keys',
      good: `
        #- openapi.json
        {
          "openapi": "3.1.0",
          "paths": { "/depots": { "get": { "responses": { "200": { "description": "ok", "content": { "application/json": { "schema": { "type": "array", "items": {
            "type": "object", "properties": {
              "pin": { "type": "string" }, "city": { "type": "string" }, "sensorPin": { "type": "integer" }, "publicApiKey": { "type": "string" },
              "maskedCardNumber": { "type": "string" }, "seaSalt": { "type": "number" } }
          } } } } } } } } }
        }
      `,
    },
    {
      title: 'secrets that are only sent, keys that are issued, and the hash of a file',
      good: `
        #- openapi.yaml
        openapi: 3.1.0
        paths:
          /users:
            post:
              requestBody: { content: { application/json: { schema: { type: object, properties: { password: { type: string } } } } } }
              responses:
                '201': { description: ok, content: { application/json: { schema: { type: object, properties: { id: { type: string }, password: { type: string, writeOnly: true } } } } } }
          /login:
            post:
              responses:
                '200': { description: ok, content: { application/json: { schema: { type: object, properties: { accessToken: { type: string } } } } } }
          /keys:
            post:
              responses:
                '201': { description: ok, content: { application/json: { schema: { type: object, properties: { apiKey: { type: string } } } } } }
          /files/{id}:
            get:
              responses:
                '200': { description: ok, content: { application/json: { schema: { type: object, properties: { name: { type: string }, hash: { type: string } } } } } }
      `,
    },
    {
      title: 'a secret that was sent, and the hash of one that is answered',
      bad: `
        #- openapi.yaml
        openapi: 3.0.3
        paths:
          /drains:
            post:
              requestBody: { content: { application/json: { schema: { type: object, properties: { drainSecret: { type: string, writeOnly: true }, secret: { type: string } } } } } }
              responses:
                '201':
                  description: made
                  content:
                    application/json:
                      schema:
                        type: object
                        properties:
                          secret: { type: string }
        #                 ^^^^^^ openapi/sensitive-property-in-response "'secret' is promised to callers"
                          passwordHash: { type: string }
        #                 ^^^^^^^^^^^^ openapi/sensitive-property-in-response "'passwordHash'"
      `,
    },
    {
      title: 'a secret that is made for the caller, one that is covered up, one that was looked for, and where secrets are kept',
      good: `
        #- openapi.yaml
        openapi: 3.0.3
        paths:
          /users/{id}/second-factor:
            post:
              responses: { '200': { description: ok, content: { application/json: { schema: { type: object, properties: { secret: { type: string } } } } } } }
          /alerts:
            get:
              responses:
                '200':
                  description: ok
                  content:
                    application/json:
                      schema:
                        type: object
                        properties:
                          secret: { type: string, description: The secret that was detected. }
                          config: { type: object, properties: { secret: { type: string, example: '********' } } }
                          volume: { type: object, properties: { secret: { properties: { name: { type: string } } } } }
      `,
    },
    {
      title: 'what is sent, and errors',
      good: `
        #- swagger.yaml
        swagger: '2.0'
        paths:
          /users:
            put:
              parameters: [{ in: body, name: user, schema: { type: object, properties: { password: { type: string } } } }]
              responses:
                '200': { description: ok, schema: { type: object, properties: { name: { type: string }, hasPassword: { type: boolean } } } }
                '422': { description: invalid, schema: { type: object, properties: { password: { type: string } } } }
      `,
    },
  ],
});

function issues(operation: Operation): boolean {
  return (publicPath(operation.path) || ISSUES.test(operation.path)) && operation.method !== 'GET';
}
/** A secret that the caller of a POST did not send, and that no other answer holds: it is made for the caller, who has to learn it. */
function isMade({ root: { operation } }: SchemaPlace, name: string, document: OpenApiDocument): boolean {
  if (operation.method !== 'POST' || KEPT.test(snakeCase(name)) || !/(^|_)(secret|api_?key|api_?token|password|otp|recovery_?codes?)$/.test(snakeCase(name))) return false;
  return !asked(operation, document).has(name);
}
/** The names of what an operation takes in its body. */
const asked = ofOperation((operation, document): ReadonlySet<string> => new Set([...schemasBelow(document, requestSchemas(document, operation))].flatMap(({ property }) => property?.key ?? [])));
/** Its example shows that it is covered up, or its description that it was found somewhere, and is what the caller looks for. */
function isShownMasked({ schema, property }: SchemaPlace): boolean {
  const holders = [schema, property?.value];
  if (holders.some((holder) => /\b(detected|leaked|exposed|masked|redacted|obfuscated)\b/i.test(asText(valueOf(holder, 'description')) ?? ''))) return true;
  return holders.some((holder) => [valueOf(holder, 'example'), ...(asArray(valueOf(holder, 'examples'))?.items ?? []).map(({ value }) => value)].some((one) => /^"?[*\u2022]{3,}"?$/.test(asText(one) ?? '')));
}
/** Text that its name, or its format, says to be a secret or what is kept of one. */
function isSecret({ property, schema }: SchemaPlace, parent: SchemaPlace, document: OpenApiDocument): boolean {
  const name = property ? nameOfProperty(property) : '';
  const isNamed = SENSITIVE.test(name) || KEPT.test(name);
  const isHidden = asText(valueOf(schema, 'format')) === 'password';
  if ((!isNamed && !isHidden) || TOLD.test(name)) return false;
  const parts = [...partsOf(document, schema)];
  const types = parts.flatMap(typesOf);
  const isText = types.includes('string') || (types.length === 0 && !parts.some((part) => entryOf(part, 'properties')));
  if (parts.some((part) => entryOf(part, 'enum') ?? entryOf(part, 'const'))) return false;
  if (isHidden) return isText;
  // A hash is a check sum where it stands by itself, as of a file or a commit.
  if (name === 'hash') return isText && isAccount(parent);
  if (/(^|_)pin$/.test(name)) return isText ? name !== 'pin' || !isPlace(parent) : types.includes('integer') && isAccount(parent);
  return isText || (types.includes('integer') && /(cvv2?|cvc2?|otp|ssn|card_?number|passcode)$/.test(name));
}
function isPlace({ schema }: SchemaPlace): boolean {
  return entriesOf(valueOf(schema, 'properties')).some(({ key }) => PLACE.test(snakeCase(key)));
}
function isAccount({ schema }: SchemaPlace): boolean {
  const properties = entryOf(schema, 'properties')?.value;
  return ['salt', 'password', 'email', 'username', 'login', 'userName', 'cardNumber', 'card_number'].some((name) => entryOf(properties, name));
}
