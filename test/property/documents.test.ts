import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { filePath, type FilePath } from '../../server/src/core/text/source.js';
import { engineOver } from '../support/analyse.js';
import { assertSound } from '../support/sound.js';
import { places, replaced } from '../support/plain-data.js';

/** Two paths that have nothing to do with each other: whatever is wrong in the first, the second is checked. */
const first = {
  parameters: [{ name: 'tenant', in: 'header', schema: { type: 'string', maxLength: 9 } }],
  put: {
    security: [{ jwt: [] }],
    servers: [{ url: 'https://put.acme.io' }],
    parameters: [{ name: 'dry', in: 'query', schema: { type: 'boolean' } }],
    requestBody: { content: { 'application/json': { schema: { type: 'object', additionalProperties: false, properties: { name: { type: 'string', maxLength: 9 } } } } } },
    responses: { 200: { description: 'done', content: { 'application/json': { schema: { type: 'object' } } } }, 401: { description: 'no' }, 403: { description: 'no' }, 500: { description: 'no' } },
    callbacks: { done: { '{$request.body#/url}': { post: { responses: { 200: { description: 'any' } } } } } },
  },
};
const second = {
  put: {
    security: [],
    requestBody: { content: { 'application/json': { schema: { type: 'object', properties: { role: { type: 'string' } } } } } },
    responses: { 200: { description: 'done', content: { 'application/json': { schema: { type: 'object', properties: { passwordHash: { type: 'string' } } } } } } },
  },
};
const whole = {
  openapi: '3.1.0',
  info: { title: 'Files', version: '1.0.0' },
  security: [{ jwt: [] }],
  components: { securitySchemes: { jwt: { type: 'http', scheme: 'bearer' } } },
  paths: { '/first': first, '/second': second },
};
const wrong: readonly unknown[] = [5, null, 'x', [], [1], {}, { a: [null] }, true, { $ref: '#/nowhere' }, { $ref: 7 }];

interface Said {
  /** What is said of the second path. */
  readonly second: readonly string[];
  readonly passedOver: readonly string[];
}
function said(path: FilePath, text: string): Said {
  const files = new Map([[path, text]]);
  assertSound(files, { fixes: false });
  const from = text.indexOf('/second');
  const found = engineOver(files).findings(path);
  return {
    second: found.filter(({ rule, at }) => at.span.start >= from && rule !== 'unlatched/not-analysed').map(({ rule, explanation }) => `${rule} ${explanation.message}`),
    passedOver: found.filter(({ rule }) => rule === 'unlatched/not-analysed').map(({ explanation }) => explanation.message),
  };
}

suite('the wrong type at any place', () => {
  const clean = said(filePath('openapi.json'), JSON.stringify(whole, null, 1));
  test('the sample says something of the second path, and nothing is passed over', () => {
    assert.ok(clean.second.length > 4, String(clean.second));
    assert.deepEqual(clean.passedOver, []);
  });
  for (const path of ['openapi.json', 'openapi.yaml'].map(filePath)) {
    test(`the other path is checked, and at most one part is named: ${path}`, () => {
      for (const place of places(first)) for (const value of wrong) {
        const text = JSON.stringify(replaced(whole, ['paths', '/first', ...place], value), null, 1);
        const now = said(path, text);
        const where = `${place.join('.')} = ${JSON.stringify(value)}`;
        assert.deepEqual(now.second, clean.second, where);
        assert.ok(now.passedOver.length <= 1, `${where}: ${now.passedOver.join(' ')}`);
      }
    });
  }
  const named: readonly (readonly [readonly string[], unknown])[] = [
    [['paths'], 5], [['paths'], []], [['security'], 'x'], [['security'], { jwt: [] }], [['components'], [1]], [['components', 'securitySchemes'], 'x'], [['components', 'securitySchemes', 'jwt'], 3], [['info'], 'x'],
    [['paths', '/first'], 5], [['paths', '/first', 'put'], 'x'], [['paths', '/first', 'put', 'responses'], null], [['paths', '/first', 'put', 'responses'], []], [['paths', '/first', 'put', 'responses', '200'], 'ok'],
    [['paths', '/first', 'put', 'security'], 'x'], [['paths', '/first', 'put', 'parameters'], {}], [['paths', '/first', 'put', 'requestBody'], []], [['paths', '/first', 'parameters', '0'], 'x'], [['paths', '/first', 'put', 'servers'], 'x'],
  ];
  for (const [place, value] of named) {
    test(`${place.join('.')} = ${JSON.stringify(value)} is named once`, () => {
      const { passedOver } = said(filePath('openapi.json'), JSON.stringify(replaced(whole, place, value)));
      assert.equal(passedOver.length, 1, passedOver.join(' '));
      assert.ok(passedOver[0]?.includes(`'${place.at(-1) === '0' ? 'parameters' : (place.at(-1) ?? '')}'`), passedOver[0]);
    });
  }
});

const block = `openapi: 3.1.0
info: { title: Files, version: 1.0.0 }
security:
  - jwt: []
components:
  securitySchemes:
    jwt: { type: http, scheme: bearer }
paths:
  /first:
    put:
      description: first
#HERE
      responses:
        '200': { description: done, content: {} }
        4XX: { description: no }
        5XX: { description: no }
  /second:
    put:
      security: []
      requestBody:
        content:
          application/json:
            schema: { type: object, properties: { role: { type: string } } }
      responses:
        '200': { description: done, content: { application/json: { schema: { type: object, properties: { passwordHash: { type: string } } } } } }
`;
suite('half-typed and broken lines', () => {
  const clean = said(filePath('openapi.yaml'), block.replace('#HERE\n', ''));
  test('the sample says something of the second path, and nothing is passed over', () => {
    assert.ok(clean.second.length > 4, String(clean.second));
    assert.deepEqual(clean.passedOver, []);
  });
  const lines = [
    '      resp', '      resp:', '      "resp', "      'resp: x", '      - x', '      &', '      *nothing', '      x: *nothing', '      x: [a, b', '      key: value: x', '      x: @x', '      x: %',
    '\tx: 1', '      \tx: 1', '      x:\t- 1', '      ? ', '      : x',
    '      x: !!', '      <<: *gone', '      description: again', '      x: "a" b',
  ];
  for (const line of lines) {
    test(JSON.stringify(line), () => {
      const now = said(filePath('openapi.yaml'), block.replace('#HERE', line));
      assert.deepEqual(now.second, clean.second);
      assert.ok(now.passedOver.length <= 1, now.passedOver.join(' '));
    });
  }
});

suite('what is too much', () => {
  const deep = (depth: number): string => `${'{"properties":{"a":'.repeat(depth)}{}${'}}'.repeat(depth)}`;
  for (const path of ['openapi.json', 'openapi.yaml'].map(filePath)) {
    test(`5,000 levels in one schema are passed over, the rest is checked: ${path}`, () => {
      const clean = said(path, JSON.stringify(whole));
      const text = JSON.stringify({ ...whole, components: { ...whole.components, schemas: { Deep: 'DEEP' } } }).replace('"DEEP"', deep(2500));
      const now = said(path, text);
      assert.deepEqual(now.second, clean.second);
      assert.equal(now.passedOver.length, 1, now.passedOver.join(' '));
    });
  }
  test('5,000 levels of lines', () => {
    const text = block.replace('#HERE\n', `      x-deep:\n${Array.from({ length: 5000 }, (_, index) => `${' '.repeat(index + 8)}a:\n`).join('')}`);
    const now = said(filePath('openapi.yaml'), text);
    assert.deepEqual(now.second, said(filePath('openapi.yaml'), block.replace('#HERE\n', '')).second);
    assert.equal(now.passedOver.length, 1, now.passedOver.join(' '));
  });
  test('an alias bomb', () => {
    const bomb = `x-0: &a0 [x, x]\n${Array.from({ length: 40 }, (_, index) => `x-${index + 1}: &a${index + 1} [*a${index}, *a${index}]\n`).join('')}`;
    const now = said(filePath('openapi.yaml'), block.replace('#HERE\n', '').replace('info:', `${bomb}info:`));
    assert.deepEqual(now.second, said(filePath('openapi.yaml'), block.replace('#HERE\n', '')).second);
  });
});
