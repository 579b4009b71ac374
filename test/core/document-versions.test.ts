import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { filePath } from '../../server/src/core/text/source.js';
import { engineOver } from '../support/analyse.js';

function found(text: string, name = 'openapi.yaml'): readonly string[] {
  const path = filePath(name);
  return engineOver(new Map([[path, text]])).findings(path).map(({ rule, at }) => `${rule} ${text.slice(at.span.start, at.span.end)}`);
}
const head = (version: string): string => `openapi: ${version}
info: { title: Files, version: 1.0.0 }
components:
  securitySchemes:
    jwt: { type: http, scheme: bearer }
`;
const any = 'responses: { default: { description: any } }';

suite('what version 3.2 adds', () => {
  test('a method of its own that changes something is a changing operation, a query is none', () => {
    const said = found(`${head('3.2.0')}security: [{ jwt: [] }]
paths:
  /files:
    query: { security: [], ${any} }
    additionalOperations:
      COPY: { security: [], ${any} }
      PROPFIND: { security: [], ${any} }
`).filter((one) => one.startsWith('openapi/write-without-security'));
    assert.deepEqual(said, ['openapi/write-without-security []']);
  });
  test('the body of a query is what callers send', () => {
    const said = found(`${head('3.2.0')}security: [{ jwt: [] }]
paths:
  /files:
    query:
      requestBody: { content: { application/json: { schema: { type: object, properties: { name: { type: string } } } } } }
      ${any}
`);
    assert.ok(said.some((one) => one.startsWith('openapi/unbounded-input')), String(said));
  });
  test('before it, neither is an operation', () => {
    const said = found(`${head('3.1.0')}security: [{ jwt: [] }]
paths:
  /files:
    additionalOperations:
      COPY: { security: [], ${any} }
`);
    assert.deepEqual(said.filter((one) => one.startsWith('openapi/write')), []);
  });
  test('the address of a device authorisation is one to which codes are sent', () => {
    const said = found(`openapi: 3.2.0
info: { title: Files, version: 1.0.0 }
security: [{ login: [read] }]
paths: {}
components:
  securitySchemes:
    login:
      type: oauth2
      flows:
        deviceAuthorization: { deviceAuthorizationUrl: 'http://login.acme.io/device', tokenUrl: 'https://login.acme.io/token', scopes: { read: files } }
`);
    assert.ok(said.includes('openapi/insecure-server-url http'), String(said));
    assert.ok(!said.some((one) => one.startsWith('openapi/undefined-security-scheme') || one.startsWith('openapi/oauth-weak-flow')), String(said));
  });
});

test('servers of a path and of an operation count', () => {
  const said = found(`${head('3.0.3')}security: [{ jwt: [] }]
servers: [{ url: https://api.acme.io }]
paths:
  /a:
    servers: [{ url: 'http://a.acme.io' }]
    get: { ${any} }
  /b:
    get: { servers: [{ url: 'http://b.acme.io' }], ${any} }
`).filter((one) => one.startsWith('openapi/insecure-server-url'));
  assert.equal(said.length, 2, String(said));
});

test('a security of an operation replaces that of the document', () => {
  const said = found(`${head('3.1.0')}security: []
paths:
  /a:
    put: { security: [{ jwt: [] }], responses: { default: { description: any } } }
  /b:
    put: { ${any} }
`).filter((one) => one.startsWith('openapi/write-without-security'));
  assert.deepEqual(said, ['openapi/write-without-security put']);
});

test('what silences a finding of one operation leaves the same method of other paths alone', () => {
  const said = found(`${head('3.1.0')}paths:
  /a:
    post: { security: [{ jwt: [] }], ${any} }
    put: { ${any} }
  /b:
    put: { ${any} }
`).filter((one) => /write-without|sibling/.test(one));
  assert.deepEqual(said, ['openapi/sibling-unsecured put', 'openapi/write-without-security put']);
});

suite('webhooks are calls the API makes', () => {
  for (const version of ['3.1.0', '3.2.0'])
    test(version, () => {
      const said = found(`${head(version)}security: [{ jwt: [] }]
webhooks:
  moved: { post: { security: [], requestBody: { content: { application/json: { schema: { type: object, properties: { passwordHash: { type: string } } } } } }, ${any} } }
`);
      assert.deepEqual(said.filter((one) => one.startsWith('openapi/write')), []);
    });
});

suite('schemas that are put together', () => {
  for (const way of ['allOf', 'oneOf', 'anyOf'])
    test(way, () => {
      const said = found(`${head('3.1.0')}    other: { type: http, scheme: bearer, x-internal: true }
  schemas:
    Base: { type: object, properties: { passwordHash: { type: string, maxLength: 9 } } }
security: [{ jwt: [] }]
paths:
  /users:
    get:
      responses:
        '200':
          description: all
          content: { application/json: { schema: { ${way}: [{ $ref: '#/components/schemas/Base' }, { type: object }] } } }
        default: { description: any }
`).filter((one) => one.startsWith('openapi/sensitive'));
      assert.deepEqual(said, ['openapi/sensitive-property-in-response passwordHash']);
    });
});

suite('a version nobody can read is said', () => {
  for (const version of ['3.3.0', '4.0.0', '1.2', 'latest', ''])
    test(version, () => assert.deepEqual(found(`openapi: ${version}\ninfo: { title: x, version: 1.0.0 }\npaths: {}\n`), ['unlatched/not-analysed o']));
  test('in JSON', () => assert.deepEqual(found('{ "swagger": "1.2", "paths": {} }', 'swagger.json'), ['unlatched/not-analysed {']));
});
