import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { bundle } from '../../server/src/core/openapi/bundle.js';
import { resolvedUri } from '../../server/src/core/openapi/uri.js';
import { filePath } from '../../server/src/core/text/source.js';
import { engineOver, everything, set, type Texts } from '../support/worked.js';
import { document } from '../openapi/read.js';

const LEAK = '{ type: object, properties: { passwordHash: { type: string, maxLength: 80 } } }';
/** A document that answers with one schema. */
function answering(schema: string, { version = '3.1.0', rest = '', self = '' } = {}): string {
  return `openapi: ${version}
${self}info: { title: Users, version: 1.0.0 }
security: [{ jwt: [] }]
paths:
  /users:
    get:
      responses:
        '200': { description: a user, content: { application/json: { schema: ${schema} } } }
        default: { description: an error }
components:
  securitySchemes: { jwt: { type: http, scheme: bearer } }
  schemas:
${rest}`;
}
/** Where the property stands that a response promises, and what is not followed. */
function said(texts: Texts): readonly string[] {
  return saidBy(engineOver(texts));
}
function saidBy(engine: ReturnType<typeof engineOver>): readonly string[] {
  return engine.files().flatMap((path) => engine.findings(path).flatMap(({ rule, explanation }) => {
    if (rule === 'openapi/sensitive-property-in-response') return [`leak in ${path}`];
    return rule === 'unlatched/not-analysed' ? [explanation.message] : [];
  }));
}
const HERE = ['leak in api/openapi.yaml'];

suite('references by names and identities', () => {
  const inside: readonly (readonly [string, string, string])[] = [
    ['an anchor', "{ $ref: '#user' }", `    User: { $anchor: user, ${LEAK.slice(1)}`],
    ['a dynamic anchor', "{ $ref: '#user' }", `    User: { $dynamicAnchor: user, ${LEAK.slice(1)}`],
    ['a dynamic reference to the only anchor of its name', "{ $dynamicRef: '#user' }", `    User: { $dynamicAnchor: user, ${LEAK.slice(1)}`],
    ['a dynamic reference to a plain anchor', "{ $dynamicRef: '#user' }", `    User: { $anchor: user, ${LEAK.slice(1)}`],
    ['a dynamic reference to a key path', "{ $dynamicRef: '#/components/schemas/User' }", `    User: ${LEAK}`],
    ['an identity', '{ $ref: https://acme.example/user }', `    User: { $id: https://acme.example/user, ${LEAK.slice(1)}`],
    ['an identity relative to the file', '{ $ref: user }', `    User: { $id: user, ${LEAK.slice(1)}`],
    ['a key path of an identity', "{ $ref: 'https://acme.example/all#/$defs/user' }", `    All: { $id: https://acme.example/all, $defs: { user: ${LEAK} } }`],
    ['a key path inside an identity', '{ $ref: https://acme.example/all }', `    All: { $id: https://acme.example/all, type: object, properties: { one: { $ref: '#/$defs/user' } }, $defs: { user: ${LEAK} } }`],
    ['a key path of the file inside an identity', '{ $ref: https://acme.example/all }', `    User: ${LEAK}\n    All: { $id: https://acme.example/all, type: object, properties: { one: { $ref: '#/components/schemas/User' } } }`],
    ['an anchor of an identity', "{ $ref: 'https://acme.example/all#user' }", `    All: { $id: https://acme.example/all, $defs: { user: { $anchor: user, ${LEAK.slice(1)} } }`],
    ['an identity against the one it stands in', "{ $ref: 'https://acme.example/v1/user' }", `    All: { $id: https://acme.example/v1/all, $defs: { user: { $id: user, ${LEAK.slice(1)} } }`],
    [
      'a reference against the identity it stands in', '{ $ref: https://acme.example/v1/all }',
      `    All: { $id: https://acme.example/v1/all, type: object, properties: { one: { $ref: user } } }\n    User: { $id: https://acme.example/v1/user, ${LEAK.slice(1)}`,
    ],
    [
      'the top of an identity', "{ $ref: 'https://acme.example/all#/$defs/list' }",
      `    All: { $id: https://acme.example/all, type: object, properties: { passwordHash: { type: string, maxLength: 80 } }, $defs: { list: { type: array, maxItems: 5, items: { $ref: '#' } } } }`,
    ],
    ['an old anchor', "{ $ref: '#user' }", `    User: { $id: '#user', ${LEAK.slice(1)}`],
    ['a property that is called so', "{ $ref: '#user' }", `    User: { $anchor: user, type: object, properties: { $id: { type: string, maxLength: 9 }, passwordHash: { type: string, maxLength: 80 } } }`],
  ];
  for (const [title, schema, rest] of inside) test(title, () => assert.deepEqual(said({ 'api/openapi.yaml': answering(schema, { rest: `${rest}\n` }) }), HERE));

  const inner = '"$anchor": "user", "type": "object", "properties": { "passwordHash": { "type": "string", "maxLength": 80 } }';
  const user = `{ "User": { ${inner} } }`;
  const named = `{ "$id": "https://acme.example/user.json", ${inner} }`;
  const across: readonly (readonly [string, string, Texts, string?])[] = [
    ['an anchor of another file', "{ $ref: './user.json#user' }", { 'api/user.json': user }],
    ['the identity of another file', 'https://acme.example/user.json', { 'shared/any.json': named }],
    ['an anchor of a file found by its identity', 'https://acme.example/user.json#user', { 'shared/any.json': `{ "$id": "https://acme.example/user.json", "$defs": ${user} }` }],
    [
      'a part of another document, by its own address', "https://acme.example/users.yaml#/components/schemas/User",
      { 'other/users.yaml': `openapi: 3.2.0\n$self: https://acme.example/users.yaml\ninfo: { title: x, version: 1.0.0 }\ncomponents: { schemas: { User: ${LEAK} } }\n` },
    ],
    ['a file beside one with an address of its own', './user.json#/User', { 'api/user.json': user }, '$self: https://acme.example/api/openapi.yaml\n'],
    ['a file by the address of the document', './user.json#/User', { 'shared/any.json': `{ "$id": "https://acme.example/api/user.json", "User": { ${inner} } }` }, '$self: https://acme.example/api/openapi.yaml\n'],
    ['the document by its own address', 'https://acme.example/api/openapi.yaml#/components/schemas/User', {}, '$self: https://acme.example/api/openapi.yaml\n'],
    ['the document by an address relative to the file', '/v1/openapi.yaml#/components/schemas/User', {}, '$self: /v1/openapi.yaml\n'],
  ];
  for (const [title, reference, others, self = ''] of across) {
    test(title, () => {
      const schema = reference.startsWith('{') ? reference : `{ $ref: '${reference}' }`;
      const version = self === '' ? '3.1.0' : '3.2.0';
      const rest = Object.keys(others).length === 0 ? `    User: ${LEAK}\n` : '    Any: { type: string, maxLength: 9 }\n';
      const [file = 'api/openapi.yaml'] = Object.keys(others);
      assert.deepEqual(said({ 'api/openapi.yaml': answering(schema, { version, self, rest }), ...others }), [`leak in ${file}`]);
    });
  }

  const silent: readonly (readonly [string, string, string, RegExp, string?])[] = [
    ['an anchor nobody has', "{ $ref: '#gone' }", '', /'#gone' is not followed: the document has no such part/],
    ['an anchor of an identity is none of the document', "{ $ref: '#user' }", `    User: { $id: user, $anchor: user, ${LEAK.slice(1)}`, /no such part/],
    ['an anchor that stands twice', "{ $ref: '#user' }", `    A: { $anchor: user, ${LEAK.slice(1)}\n    B: { $anchor: user, ${LEAK.slice(1)}`, /more than one place is called so/],
    [
      'a dynamic reference with two ways', '{ $ref: list }',
      `    L: { $id: list, type: array, maxItems: 9, items: { $dynamicRef: '#item' }, $defs: { d: { $dynamicAnchor: item, ${LEAK.slice(1)} } }\n`
        + `    U: { $id: users, $ref: list, $defs: { d: { $dynamicAnchor: item, ${LEAK.slice(1)} } }`, /'#item' is not followed: where it leads depends/,
    ],
    ['a key path nobody has', "{ $ref: '#/components/schemas/Gone' }", '', /'#\/components\/schemas\/Gone' is not followed: the document has no such part/],
    ['an identity nobody has', '{ $ref: https://acme.example/gone }', '    A: { $id: https://acme.example/a, type: string, maxLength: 9 }', /nothing is fetched from other hosts/],
    ['an example is no schema', "{ $ref: '#user' }", `    A: { type: object, maxProperties: 4, example: { $anchor: user, passwordHash: x } }`, /no such part/],
    ['version 3.0 knows no anchors', "{ $ref: '#user' }", `    User: { $anchor: user, ${LEAK.slice(1)}`, /no such part/, '3.0.3'],
  ];
  for (const [title, schema, rest, words, version = '3.1.0'] of silent) {
    test(title, () => {
      const [one, ...others] = said({ 'api/openapi.yaml': answering(schema, { version, rest: `    Any: { type: string, maxLength: 9 }\n${rest}\n` }) });
      assert.match(one ?? '', words);
      assert.deepEqual(others, []);
    });
  }
  test('two files with one identity', () => {
    const [one, ...others] = said({ 'api/openapi.yaml': answering('{ $ref: https://acme.example/user.json }', { rest: '    Any: { type: string, maxLength: 9 }\n' }), 'a.json': named, 'b.json': named });
    assert.match(one ?? '', /more than one place is called so/);
    assert.deepEqual(others, []);
  });
  test('circles of identities end', () => {
    const rest = "    A: { $id: a, allOf: [{ $ref: b }], $anchor: x }\n    B: { $id: b, allOf: [{ $ref: a }, { $dynamicRef: 'a#x' }] }\n    C: { $id: c, $ref: '#' }\n";
    assert.deepEqual(said({ 'api/openapi.yaml': answering('{ allOf: [{ $ref: a }, { $ref: c }] }', { rest }) }), []);
  });
  test('an edit of any file says what a new engine says', () => {
    const own = answering('{ $ref: https://acme.example/user.json }', { rest: '    Any: { type: string, maxLength: 9 }\n' });
    let texts: Texts = { 'api/openapi.yaml': own, 'shared/any.json': '{}', 'shared/other.json': '{}' };
    const engine = engineOver(texts);
    const steps: readonly (readonly [string, string, string])[] = [
      ['shared/any.json', named, 'leak in shared/any.json'],
      ['shared/other.json', named, 'more than one place'],
      ['shared/any.json', named.replace('user.json', 'person.json'), 'leak in shared/other.json'],
      ['shared/other.json', '{}', 'nothing is fetched'],
      ['api/openapi.yaml', own.replace('user.json', 'person.json#user'), 'leak in shared/any.json'],
      ['shared/any.json', named.replace('user.json', 'person.json').replace('"user"', '"nobody"'), 'no such part'],
    ];
    for (const [path, text, words] of steps) {
      texts = { ...texts, [path]: text };
      set(engine, { [path]: text });
      assert.deepEqual(everything(engine), everything(engineOver(texts)), path);
      assert.ok(saidBy(engine).join().includes(words), `${words}: ${saidBy(engine).join()}`);
    }
  });
  test('a document without names is not looked through for them', () => {
    const read = document(answering(`${LEAK} `, { rest: '    Any: { type: string, maxLength: 9 }\n' })).document ?? assert.fail();
    const refuse = (): never => assert.fail('asked');
    const { root } = bundle(filePath('openapi.yaml'), read.root, { part: refuse, identities: () => undefined, named: refuse }, true);
    assert.deepEqual(root, { ...root, entries: read.root.kind === 'object' ? read.root.entries : [] });
  });
});

suite('references against a base', () => {
  // The examples of RFC 3986, section 5.4, without fragments.
  const base = 'http://a/b/c/d;p?q';
  const table: readonly (readonly [string, string])[] = [
    ['g:h', 'g:h'], ['g', 'http://a/b/c/g'], ['./g', 'http://a/b/c/g'], ['g/', 'http://a/b/c/g/'], ['/g', 'http://a/g'], ['//g', 'http://g'], ['?y', 'http://a/b/c/d;p?y'], ['g?y', 'http://a/b/c/g?y'],
    [';x', 'http://a/b/c/;x'], ['', 'http://a/b/c/d;p?q'], ['.', 'http://a/b/c/'], ['./', 'http://a/b/c/'], ['..', 'http://a/b/'], ['../g', 'http://a/b/g'], ['../..', 'http://a/'], ['../../g', 'http://a/g'],
    ['../../../g', 'http://a/g'], ['/./g', 'http://a/g'], ['/../g', 'http://a/g'], ['g.', 'http://a/b/c/g.'], ['..g', 'http://a/b/c/..g'], ['./../g', 'http://a/b/g'], ['g/./h', 'http://a/b/c/g/h'], ['g/../h', 'http://a/b/c/h'],
    ['HTTPS://Acme.Example/A', 'https://acme.example/A'], ['urn:acme:user', 'urn:acme:user'],
  ];
  for (const [reference, expected] of table) test(reference, () => assert.equal(resolvedUri(reference, base), expected));
});
