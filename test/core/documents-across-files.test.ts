import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { applyEdits, createEngine } from '../../server/src/core/engine.js';
import { filePath } from '../../server/src/core/text/source.js';
import { engineOver, everything, found, set, source, work, type Texts } from '../support/worked.js';

const root = `openapi: 3.1.0
info: { title: Files, version: 1.0.0 }
security:
  - jwt: []
paths:
  /files: { $ref: ./paths/files.yaml }
  /users: { $ref: 'paths/users.json#/all' }
components:
  securitySchemes:
    jwt: { type: http, scheme: bearer }
  responses:
    Unauthorized: { description: Unauthorized }
    Forbidden: { description: Forbidden }
`;
const filesItem = `# the files of a user
get:
  responses:
    '200': { $ref: ../responses.yaml#/Files }
put:
  security: []
  responses:
    default: { description: any }
`;
const users = `{
  "all": {
    "post": {
      "requestBody": { "content": { "application/json": { "schema": { "$ref": "../schemas/user.yaml#/User" } } } },
      "responses": { "201": { "description": "created" } }
    }
  }
}
`;
const responses = `Files:
  description: all files
  content:
    application/json:
      schema:
        type: array
        items: { $ref: 'schemas/user.yaml#/User' }
`;
const schemas = `User:
  type: object
  properties:
    name: { type: string, maxLength: 80 }
    passwordHash: { type: string, maxLength: 80 }
    friends: { type: array, maxItems: 9, items: { $ref: '#/User' } }
    parent: { $ref: '../openapi.yaml#/paths/~1users/post/requestBody/content/application~1json/schema' }
`;
const start: Texts = { 'openapi.yaml': root, 'paths/files.yaml': filesItem, 'paths/users.json': users, 'responses.yaml': responses, 'schemas/user.yaml': schemas };

suite('a document in several files', () => {
  test('what stands in a part is found there', () => {
    const engine = engineOver(start);
    assert.deepEqual(found(engine, 'paths/files.yaml').filter((one) => one.startsWith('openapi/write')), ['openapi/write-without-security []']);
    assert.ok(found(engine, 'schemas/user.yaml').some((one) => one === 'openapi/sensitive-property-in-response passwordHash'), String(found(engine, 'schemas/user.yaml')));
    assert.ok(found(engine, 'paths/users.json').some((one) => one.startsWith('openapi/missing-auth-responses')), String(found(engine, 'paths/users.json')));
    assert.deepEqual(everything(engine).filter((one) => one.includes('not-analysed')), []);
  });
  test('a part that nothing refers to is silent', () => {
    const { 'openapi.yaml': own, ...parts } = start;
    const engine = engineOver({ ...parts, 'openapi.yaml': `openapi: 3.1.0\ninfo: { title: x, version: 1.0.0 }\npaths: {}\n` });
    assert.ok(own !== undefined);
    assert.deepEqual(Object.keys(parts).flatMap((path) => found(engine, path)), []);
  });
  test('a fix edits the file that holds the text, and refers back to the document', () => {
    const engine = engineOver(start);
    const missing = engine.findings(filePath('paths/users.json')).find(({ rule }) => rule === 'openapi/missing-auth-responses');
    assert.ok(missing);
    const [fix] = engine.fixes(missing.at).filter(({ finding }) => finding.rule === missing.rule);
    assert.deepEqual([...(fix?.fix.edits.keys() ?? [])], ['paths/users.json']);
    const after = applyEdits(users, fix?.fix.edits.get(filePath('paths/users.json')) ?? []);
    assert.ok(after?.includes('"$ref": "../openapi.yaml#/components/responses/Unauthorized"'), after);
  });
  test('a fix of a schema in a part', () => {
    const engine = engineOver(start);
    const leak = engine.findings(filePath('schemas/user.yaml')).find(({ rule }) => rule === 'openapi/sensitive-property-in-response');
    assert.ok(leak);
    const edits = engine.fixes(leak.at).filter(({ finding }) => finding.rule === leak.rule).map(({ fix }) => [...fix.edits.keys()].join());
    assert.ok(edits.length > 0 && edits.every((path) => path === 'schemas/user.yaml'), String(edits));
  });
  test('a comment in a part accepts what is found there', () => {
    const engine = engineOver({ ...start, 'paths/files.yaml': filesItem.replace('security: []', 'security: [] # unlatched-ignore openapi/write-without-security -- a public drop box') });
    const [one] = engine.findings(filePath('paths/files.yaml')).filter(({ rule }) => rule === 'openapi/write-without-security');
    assert.equal(one?.state, 'suppressed');
  });
  test('an edit of any file says what a new engine says', () => {
    const engine = engineOver(start);
    let texts = start;
    const steps: readonly (readonly [string, string])[] = [
      ['paths/files.yaml', filesItem.replace('security: []', 'security: [{ jwt: [] }]')],
      ['openapi.yaml', root.replace('security:\n  - jwt: []\n', '')],
      ['schemas/user.yaml', schemas.replace('passwordHash', 'nick')],
      ['openapi.yaml', root.replace('./paths/files.yaml', './paths/other.yaml')],
      ['paths/other.yaml', filesItem],
      ['paths/files.yaml', filesItem],
      ['openapi.yaml', root],
      ['paths/files.yaml', `openapi: 3.1.0\n${filesItem}`],
      ['schemas/user.yaml', schemas.replace('User:', 'User2:')],
      ['schemas/user.yaml', schemas],
      ['paths/files.yaml', filesItem],
    ];
    for (const [path, text] of steps) {
      texts = { ...texts, [path]: text };
      set(engine, { [path]: text });
      assert.deepEqual(everything(engine), everything(engineOver(texts)), path);
    }
    engine.apply({ remove: [filePath('schemas/user.yaml')] });
    work(engine);
    const { 'schemas/user.yaml': gone, ...rest } = texts;
    assert.ok(gone !== undefined);
    assert.deepEqual(everything(engine), everything(engineOver(rest)));
  });
  test('an edit of one file names all files of its document, and no others', () => {
    const engine = engineOver({ ...start, 'other.yaml': 'openapi: 3.1.0\npaths: {}\n' });
    engine.apply({ set: [source('schemas/user.yaml', schemas.replace('nick', 'x'))] });
    set(engine, { 'schemas/user.yaml': schemas.replace('passwordHash', 'hash') });
    const steps = set(engine, { 'schemas/user.yaml': schemas });
    assert.deepEqual([...steps].sort(), Object.keys(start).sort());
  });
});

suite('what is not followed', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['https://api.example.com/user.yaml#/User', /'https:\/\/api\.example\.com\/user\.yaml#\/User' is not followed: nothing is fetched/],
    ['//api.example.com/user.yaml', /nothing is fetched/],
    ['../../etc/secrets.yaml', /it leads out of the folder/],
    ['/etc/secrets.yaml', /it leads out of the folder/],
    ['C:\\secrets.yaml', /it leads out of the folder/],
    ['file:///etc/secrets.yaml', /it leads out of the folder/],
    ['./gone.yaml', /not there/],
    ['./part.yaml#/Gone', /no such part/],
    ['./part.ts', /neither a YAML nor a JSON file/],
  ];
  for (const [reference, words] of cases) {
    test(reference, () => {
      const text = `openapi: 3.1.0\ninfo: { title: x, version: 1.0.0 }\npaths: {}\ncomponents:\n  schemas:\n    User: { $ref: '${reference}' }\n`;
      const engine = engineOver({ 'openapi.yaml': text, 'part.yaml': 'User: { type: object }\n' });
      const said = engine.findings(filePath('openapi.yaml')).filter(({ rule }) => rule === 'unlatched/not-analysed');
      assert.deepEqual(said.map(({ at }) => text.slice(at.span.start, at.span.end)), [`'${reference}'`]);
      assert.match(said[0]?.explanation.message ?? '', words);
    });
  }
  test('many of one kind are said once', () => {
    const text = `openapi: 3.1.0\ninfo: { title: x, version: 1.0.0 }\npaths: {}\ncomponents:\n  schemas:\n${[1, 2, 3].map((n) => `    U${n}: { $ref: 'https://x.example/${n}.yaml' }\n`).join('')}`;
    const [one, ...others] = engineOver({ 'openapi.yaml': text }).findings(filePath('openapi.yaml'));
    assert.deepEqual([one?.explanation.message, others.length], ["The reference 'https://x.example/1.yaml' is not followed, nor are 2 others like it: nothing is fetched from other hosts.", 0]);
  });
  test('files are asked for, parts of parts too, and only inside the folder', () => {
    const engine = createEngine();
    engine.apply({ set: [source('api/openapi.yaml', `openapi: 3.1.0\npaths: { /a: { $ref: '../shared/a.yaml' }, /b: { $ref: '../../b.yaml' }, /c: { $ref: 'https://x.example/c.yaml' } }\n`)] });
    assert.deepEqual(engine.wanted(), ['shared/a.yaml']);
    engine.apply({ set: [source('shared/a.yaml', 'get: { responses: { 200: { $ref: r.json } } }\n')] });
    assert.deepEqual(engine.wanted(), ['shared/r.json']);
    assert.deepEqual(engine.wanted(), []);
  });
  test('circles end, and what stands beside them is judged', () => {
    const beside = "/b: { get: { responses: { '200': { description: any } } } }";
    const expected = ['openapi/missing-error-response responses'];
    const circle = engineOver({ 'openapi.yaml': `openapi: 3.1.0\npaths: { /a: { $ref: a.yaml }, ${beside} }\n`, 'a.yaml': '{ $ref: b.yaml }\n', 'b.yaml': '{ $ref: a.yaml }\n' });
    assert.deepEqual(['openapi.yaml', 'a.yaml', 'b.yaml'].map((path) => found(circle, path)), [expected, [], []]);
    const self = engineOver({ 'openapi.yaml': `openapi: 3.1.0\npaths: { /a: { $ref: './openapi.yaml#/paths/~1a' }, ${beside} }\n` });
    assert.deepEqual(found(self, 'openapi.yaml'), expected);
  });
});
