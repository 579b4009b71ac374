import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { readRequirement } from '../../server/src/core/openapi/security.js';
import { isOpenApi } from '../../server/src/core/openapi/sniff.js';
import { asText, valueOf } from '../../server/src/core/openapi/values.js';
import { filePath } from '../../server/src/core/text/source.js';
import { document, spell } from './read.js';

/** Operations as `section METHOD path`. */
function operations(text: string, path?: string): readonly string[] {
  return (document(text, path).document?.operations ?? []).map((one) => `${one.section} ${one.method} ${one.path}`);
}

suite('which files are documents', () => {
  const table: readonly (readonly [string, string, boolean])[] = [
    ['a.yaml', 'openapi: 3.1.0\n', true],
    ['a.yml', `info: {}\n${'x: 1\n'.repeat(5000)}swagger: '2.0'\n`, true],
    ['a.yaml', '"openapi" : 3.0.0\n', true],
    ['a.yaml', '{ "openapi": "3.0.0" }', true],
    ['a.yaml', 'services:\n  openapi: 3\n', false],
    ['a.json', `{"paths":{${'"x":1,'.repeat(5000)}"y":1},"openapi": "3.0.0"}`, true],
    ['a.json', '{\n  "swagger"\n:\n "2.0" }', true],
    ['package.json', '{"dependencies":{"openapi-types":"1.0.0"}}', false],
    ['orval.json', '{"openapi": {"input": "x"}}', false],
    ['a.ts', 'openapi: 3.1.0', false],
  ];
  for (const [path, text, expected] of table) test(`${path} ${text.slice(0, 30)}`, () => assert.equal(isOpenApi(filePath(path), text), expected));
});
suite('versions', () => {
  const table: readonly (readonly [string, string | undefined])[] = [
    ['openapi: 3.0.3', '3.0'],
    ['openapi: "3.1.1"', '3.1'],
    ['openapi: 3.2.0', '3.2'],
    ['openapi: 3.1.0-rc1', '3.1'],
    ['openapi: 3.1', '3.1'],
    ['openapi: 3.0', '3.0'],
    ["swagger: '2.0'", '2.0'],
    ['swagger: 2.0', '2.0'],
  ];
  for (const [text, version] of table) test(text, () => assert.equal(document(`${text}\npaths: {}`).document?.version, version));
  for (const text of ['openapi: 4.0', 'openapi: 4.0.0', "swagger: '1.2'", 'openapi:', 'openapi: {}', 'openapi: 2.0'])
    test(`${text} is unsupported`, () => {
      const read = document(`${text}\npaths: {}`);
      assert.equal(read.document, undefined);
      assert.ok((read.unsupported ?? '').length > 10);
    });
  for (const text of ['paths: {}', 'openapi: ./spec.yaml', 'services: { openapi: 3.1.0 }', '- openapi: 3.1.0'])
    test(`${text} is another kind of file`, () => {
      const read = document(text);
      assert.deepEqual([read.document, read.unsupported], [undefined, undefined]);
    });
});

test('operations of every section and version, with their places', () => {
  const text = `openapi: 3.2.0
paths:
  /a/{id}:
    parameters: [{ name: id, in: path }, { name: x, in: query }]
    x-public: true
    get:
      parameters: [{ name: x, in: query, description: own }, { $ref: '#/components/parameters/P' }]
      responses: { 200: { $ref: '#/components/responses/R' }, x-note: 1 }
    query: {}
    additionalOperations:
      COPY: { security: [] }
    put:
      callbacks:
        done:
          '{$request.body#/url}': { post: { responses: {} } }
      requestBody: { $ref: '#/components/requestBodies/B' }
webhooks:
  moved: { post: {} }
components:
  parameters: { P: { name: p, in: header } }
  responses: { R: { description: fine } }
  requestBodies: { B: { content: {} } }
  securitySchemes: { jwt: { type: http }, other: { $ref: '#/components/securitySchemes/jwt' } }
security: [{ jwt: [] }]
`;
  const { document: read, opened } = document(text);
  assert.ok(read);
  assert.deepEqual(operations(text).toSorted(), ['callbacks POST {$request.body#/url}', 'paths COPY /a/{id}', 'paths GET /a/{id}', 'paths PUT /a/{id}', 'paths QUERY /a/{id}', 'webhooks POST moved']);
  const by = (key: string): (typeof read.operations)[number] => read.operations.find((one) => one.key === key) ?? assert.fail(key);
  const get = by('get');
  assert.deepEqual(
    get.parameters.map(({ value }) => `${asText(valueOf(value, 'name'))} ${asText(valueOf(value, 'description')) ?? ''}`),
    ['id ', 'x own', 'p '],
  );
  assert.deepEqual(
    [...get.responses].map(([code, value]) => `${code} ${spell(value)}`),
    ['200 {description:"fine"}'],
  );
  assert.deepEqual([opened.text(get.methodAt), opened.text(get.pathAt), opened.text(get.responsesAt)], ['get', '/a/{id}', 'responses']);
  assert.equal(get.own, undefined);
  assert.equal(spell(get.security ?? assert.fail()), '[{jwt:[]}]');
  assert.equal(spell(get.extensions.get('x-public') ?? assert.fail()), 'true');
  assert.deepEqual(get.pointer, ['paths', '/a/{id}', 'get']);
  assert.deepEqual(by('COPY').pointer, ['paths', '/a/{id}', 'additionalOperations', 'COPY']);
  assert.equal(spell(by('put').requestBody ?? assert.fail()), '{content:{}}');
  assert.deepEqual([...read.schemes.keys()], ['jwt', 'other']);
  assert.equal(spell(read.schemes.get('other') ?? assert.fail()), '{type:"http"}');
  assert.deepEqual([opened.text(read.versionAt), opened.text(read.pathsAt), opened.text(read.schemesAt), opened.text(read.securityAt)], ['openapi', 'paths', 'securitySchemes', 'security']);
  assert.equal(read.complete, true);
});
test('methods are those of the version', () => {
  const item = '\npaths: { /a: { get: {}, trace: {}, query: {}, additionalOperations: { COPY: {} }, GET: {}, x-y: {} } }';
  assert.deepEqual(operations(`swagger: '2.0'${item}`), ['paths GET /a']);
  assert.deepEqual(operations(`openapi: 3.1.0${item}`), ['paths GET /a', 'paths TRACE /a']);
  assert.deepEqual(operations(`openapi: 3.2.0${item}`), ['paths GET /a', 'paths TRACE /a', 'paths QUERY /a', 'paths COPY /a']);
});
test('a version 2 document gives servers and schemes as version 3 does', () => {
  const read = document('swagger: "2.0"\nhost: api.example.com\nbasePath: /v1\nschemes: [https, http]\nsecurityDefinitions: { key: { type: apiKey } }\npaths: {}').document;
  assert.deepEqual(
    read?.servers.map((server) => asText(valueOf(server, 'url'))),
    ['https://api.example.com/v1', 'http://api.example.com/v1'],
  );
  assert.deepEqual([...(read?.schemes.keys() ?? [])], ['key']);
  assert.deepEqual(
    document('swagger: "2.0"\nbasePath: /v1').document?.servers.map((server) => asText(valueOf(server, 'url'))),
    ['/v1'],
  );
});
test('a path item behind a local reference is read, its pointer leads to where it stands', () => {
  const read = document('openapi: 3.1.0\npaths: { /a: { $ref: "#/components/pathItems/A~1B" } }\ncomponents: { pathItems: { A/B: { put: {} } } }').document;
  assert.deepEqual(
    read?.operations.map((one) => [one.path, one.method, one.pointer]),
    [['/a', 'PUT', ['components', 'pathItems', 'A/B', 'put']]],
  );
  assert.equal(read?.complete, true);
});
test('what stands in another file, nowhere, or in a circle makes the document incomplete', () => {
  for (const item of ['{ $ref: ./a.yaml }', '{ $ref: "https://x.example/a" }', '{ $ref: "#/nowhere" }', '{ $ref: "#/paths/~1a" }', '{ $ref: 5 }']) {
    const read = document(`openapi: 3.1.0\npaths: { /a: ${item}, /b: { get: {} } }`).document;
    assert.deepEqual(
      read?.operations.map((one) => one.path),
      ['/b'],
      item,
    );
    assert.equal(read?.complete, false, item);
  }
});
test('path items shared by anchor or merge key are read', () => {
  assert.deepEqual(operations('openapi: 3.1.0\nx-a: &a { get: {} }\npaths:\n  /a: *a\n  /b:\n    <<: *a\n    put: {}\n'), ['paths GET /a', 'paths GET /b', 'paths PUT /b']);
});
test('wrong types anywhere are passed over', () => {
  const parts = [
    '5',
    'null',
    '"x"',
    '[]',
    '{}',
    '[5]',
    '{ a: 5 }',
    '{ /a: 5 }',
    '{ /a: { get: 5 } }',
    '{ /a: { get: { responses: null, security: x, parameters: 5, callbacks: [1] } } }',
    '{ /a: { parameters: x, put: { security: [5], requestBody: [], servers: 5 } } }',
  ];
  const part = fc.constantFrom(...parts);
  fc.assert(
    fc.property(part, part, part, part, part, (paths, servers, security, components, webhooks) => {
      const read = document(`openapi: 3.1.0\npaths: ${paths}\nservers: ${servers}\nsecurity: ${security}\ncomponents: { securitySchemes: ${components}, pathItems: ${components} }\nwebhooks: ${webhooks}\n`).document;
      assert.ok(read);
      for (const one of read.operations) assert.ok(one.method.length > 0);
    }),
    { numRuns: 150 },
  );
  const read = document('openapi: 3.1.0\npaths: { /a: 5, /b: { get: { responses: null }, put: null } }').document;
  assert.deepEqual(
    read?.operations.map((one) => `${one.method} ${one.complete}`),
    ['GET true', 'PUT false'],
  );
});
suite('what a security value asks', () => {
  const table: readonly (readonly [string, string])[] = [
    ['[]', 'none'],
    ['[{}]', 'optional'],
    ['[{}, { a: [] }]', 'optional'],
    ['[{ a: [] }]', 'required'],
    ['[{ a: [x], b: [] }]', 'required'],
    ['', 'unknown'],
    ['x', 'unknown'],
    ['[a]', 'unknown'],
    ['{ a: [] }', 'unknown'],
    ['5', 'unknown'],
  ];
  for (const [text, kind] of table)
    test(`security: ${text}`, () => {
      const security = document(`openapi: 3.1.0\nsecurity: ${text}\n`).document?.security;
      assert.equal(readRequirement(security ?? assert.fail()).kind, kind);
    });
});
