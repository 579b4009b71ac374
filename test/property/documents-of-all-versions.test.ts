import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { filePath, type FilePath } from '../../server/src/core/text/source.js';
import { engineOver } from '../support/analyse.js';
import { assertSound } from '../support/sound.js';
import { places, replaced } from '../support/plain-data.js';

const secret = { type: 'object', properties: { passwordHash: { type: 'string' } } };
/** What stands beside every broken part: it is checked all the same. */
const sentinel = { put: { security: [], responses: { 200: { description: 'done', content: { 'application/json': { schema: secret } } } } } };
const old = { put: { security: [], parameters: [{ in: 'body', name: 'role', schema: { type: 'object', properties: { role: { type: 'string' } } } }], responses: { 200: { description: 'done', schema: secret } } } };

/** Each with all that its version knows and the one before did not. */
const documents: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'OpenAPI 3.2': {
    openapi: '3.2.0',
    $self: 'https://api.acme.io/openapi.yaml',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: { title: 'Files', summary: 'all', version: '1.0.0' },
    servers: [{ url: 'https://{host}.acme.io', name: 'main', variables: { host: { default: 'api', enum: ['api'] } } }],
    security: [{ jwt: [] }],
    tags: [{ name: 'files', summary: 'Files', parent: 'all', kind: 'nav' }],
    paths: {
      '/first/{id}': {
        parameters: [{ name: 'id', in: 'path', required: true, schema: { $ref: '#id' } }, { $ref: '#/components/parameters/All' }],
        query: { requestBody: { content: { 'application/json': { schema: { $ref: 'https://api.acme.io/user' } } } }, responses: { 200: { $ref: '#/components/responses/Stream' } } },
        additionalOperations: { COPY: { security: [{ jwt: ['a'] }], responses: { default: { summary: 'any', description: 'any' } } } },
        get: { callbacks: { done: { '{$request.body#/url}': { post: { responses: { 200: { description: 'any' } } } } } }, 
          responses: { 200: { $ref: '#/components/responses/Stream' } }, servers: [{ url: 'https://get.acme.io' }] },
      },
      '/third': { $ref: '#/components/pathItems/Third' },
    },
    webhooks: { moved: { post: { requestBody: { content: { 'application/json': { schema: { $dynamicRef: 'tree#node' } } } }, responses: { 200: { description: 'any' } } } } },
    components: {
      securitySchemes: { jwt: { type: 'oauth2', oauth2MetadataUrl: 'https://id.acme.io', 
          flows: { deviceAuthorization: { deviceAuthorizationUrl: 'https://id.acme.io', tokenUrl: 'https://id.acme.io', scopes: { a: 'all' } } } } },
      schemas: {
        User: { $id: '/user', $anchor: 'user', type: ['object', 'null'], properties: { id: { $ref: '#/$defs/id' }, all: { $ref: '#' } }, $defs: { id: { $anchor: 'uid', type: 'string', const: 'x' } },
          discriminator: { propertyName: 'k', mapping: { a: '#/components/schemas/Tree' }, defaultMapping: 'Tree' } },
        Tree: { $id: 'tree', $dynamicAnchor: 'node', type: 'object', properties: { children: { type: 'array', items: { $dynamicRef: '#node' } } }, 
          unevaluatedProperties: false, patternProperties: { '^a': {} }, prefixItems: [{}], if: {}, then: {}, else: {}, xml: { nodeType: 'element' } },
        Id: { $anchor: 'id', type: 'string', maxLength: 9, examples: ['a'] },
      },
      parameters: { All: { name: 'all', in: 'querystring', content: { 'application/x-www-form-urlencoded': { schema: { type: 'object' } } } } },
      responses: { Stream: { description: 'all', content: { 'text/event-stream': { itemSchema: { $ref: 'tree#node' }, itemEncoding: {}, prefixEncoding: [{}] } },
          headers: { X: { schema: { type: 'string' } } }, links: { next: { operationId: 'x', server: { url: 'https://x.acme.io' } } } } },
      pathItems: { Third: { trace: { responses: { 200: { description: 'any' } } } } },
      mediaTypes: { Json: { schema: { $ref: '/user#user' }, examples: { a: { dataValue: {}, serializedValue: '{}' } } } },
    },
  },
  'Swagger 2.0': {
    swagger: '2.0',
    info: { title: 'Files', version: '1.0.0' },
    host: 'api.acme.io',
    basePath: '/v1',
    schemes: ['https'],
    consumes: ['application/json'],
    produces: ['application/json'],
    security: [{ key: [] }],
    securityDefinitions: { key: { type: 'apiKey', in: 'header', name: 'x' }, 
      login: { type: 'oauth2', flow: 'accessCode', authorizationUrl: 'https://id.acme.io', tokenUrl: 'https://id.acme.io', scopes: { a: 'all' } } },
    definitions: { User: { type: 'object', properties: { id: { type: 'string' } }, example: { id: 'a' } }, List: { type: 'array', items: { $ref: '#/definitions/User' } } },
    parameters: { Body: { in: 'body', name: 'body', schema: { $ref: '#/definitions/User' } } },
    responses: { Gone: { description: 'gone', schema: { $ref: '#/definitions/List' }, headers: { X: { type: 'string' } }, examples: { 'application/json': {} } } },
    paths: {
      '/first/{id}': {
        parameters: [{ name: 'id', in: 'path', required: true, type: 'string' }],
        post: { consumes: ['multipart/form-data'], schemes: ['https'], security: [{ login: ['a'] }],
          parameters: [{ in: 'formData', name: 'f', type: 'file' }, { $ref: '#/parameters/Body' }], responses: { 200: { $ref: '#/responses/Gone' } } },
      },
    },
  },
};
const wrong: readonly unknown[] = [5, null, 'x', [], {}];

interface Said {
  /** The rules that speak of what is beside the broken part. */
  readonly beside: readonly string[];
  readonly passedOver: readonly string[];
}
function said(path: FilePath, text: string): Said {
  const files = new Map([[path, text]]);
  assertSound(files, { fixes: false });
  const found = engineOver(files).findings(path);
  const from = text.indexOf('/sentinel');
  return {
    beside: found.filter(({ rule, at }) => /write-without|sensitive-property|empty-security/.test(rule) && at.span.start > from).map(({ rule }) => rule),
    passedOver: found.filter(({ rule }) => rule === 'unlatched/not-analysed').map(({ explanation }) => explanation.message),
  };
}

for (const [version, whole] of Object.entries(documents)) {
  // Last: what stands behind the broken part is not hidden by it.
  const { paths, ...head } = whole;
  const textOf = (document: unknown): string => JSON.stringify(document, null, 1);
  const complete = { ...head, paths: { ...(typeof paths === 'object' ? paths : {}), '/sentinel': version === 'Swagger 2.0' ? old : sentinel } };
  suite(`${version}, with each node in turn of a wrong type`, () => {
    const clean = said(filePath('openapi.json'), textOf(complete));
    test('the whole document has findings beside, and nothing is passed over', () => {
      assert.ok(clean.beside.length >= 2, clean.beside.join());
      assert.deepEqual(clean.passedOver, []);
    });
    const all = places(complete).filter((place) => !place.includes('/sentinel') && !/^(openapi|swagger|paths)$/.test(place.join('.')) && place[0] !== 'security');
    for (const path of ['openapi.json', 'openapi.yaml'].map(filePath)) test(`${path}: nothing fails, what is beside is checked, and little is named`, () => {
      // YAML reads JSON with another reader: every third place is enough for it.
      for (const [index, place] of all.entries()) for (const value of path.endsWith('.yaml') && index % 3 > 0 ? [] : wrong) {
        const where = `${place.join('.')} = ${JSON.stringify(value)}`;
        const now = said(path, textOf(replaced(complete, place, value)));
        assert.deepEqual(now.beside, clean.beside, where);
        // Beside the part itself: what refers into it, once for each reason.
        assert.ok(now.passedOver.filter((one) => !one.startsWith('The reference ')).length <= 1, `${where}: ${now.passedOver.join(' ')}`);
        assert.equal(new Set(now.passedOver).size, now.passedOver.length, where);
      }
    });
    test('cut at any character', () => {
      const text = textOf(complete);
      for (let end = 0; end < text.length; end += 3) assertSound(new Map([[filePath('openapi.json'), text.slice(0, end)]]), { fixes: false });
    });
  });
}

suite('identities in circles, and many of them', () => {
  test('a chain of anchors and dynamic anchors', () => {
    const schemas = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`S${index}`, { $id: `s${index}`, $dynamicAnchor: 'node', $anchor: `a${index}`, 
      allOf: [{ $ref: `s${(index + 1) % 500}` }, { $ref: `s${(index + 7) % 500}#a${(index + 7) % 500}` }, { $dynamicRef: '#node' }] }]));
    const document = { openapi: '3.2.0', info: { title: 'x', version: '1.0.0' }, 
      paths: { '/a': { get: { responses: { 200: { description: 'x', content: { 'application/json': { schema: { $ref: 's0' } } } } } } }, '/sentinel': sentinel }, components: { schemas } };
    const now = said(filePath('openapi.json'), JSON.stringify(document, null, 1));
    assert.equal(now.passedOver.length, 1, now.passedOver.join(' '));
    assert.match(now.passedOver[0] ?? '', /499 others/);
  });
  test('keys that stand twice, aliases of identities, and levels of them', () => {
    const text = `openapi: 3.1.0\ninfo: { title: x, version: 1.0.0 }\npaths:\n  /a:\n    get: { responses: { '200': { description: x, content: { application/json: { schema: { $ref: '#u' } } } } } }\n`
      + `components:\n  schemas:\n    A: &a { $anchor: u, $anchor: v, $id: x, $id: y }\n    B: *a\n    C: { <<: *a, $id: '' }\n`;
    assertSound(new Map([[filePath('openapi.yaml'), text]]), { fixes: false });
    const deep = `${'{"$id":"a","properties":{"a":'.repeat(2500)}{}${'}}'.repeat(2500)}`;
    const now = said(filePath('openapi.json'), `{"openapi":"3.1.0","info":{"title":"x","version":"1.0.0"},"components":{"schemas":{"Deep":${deep}}},"paths":{"/sentinel":${JSON.stringify(sentinel)}}}`);
    assert.ok(now.beside.length >= 2);
    assert.equal(now.passedOver.length, 1, now.passedOver.join(' '));
  });
});
