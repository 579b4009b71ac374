import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import { writeAllSettings, writeSettings, type SettingsChange } from '../../server/src/core/syntax/write/settings.js';
import { filePath, type TextEdit } from '../../server/src/core/text/source.js';

type Key = readonly (string | number)[];
function apply(text: string, edits: readonly TextEdit[]): string {
  return edits.toSorted((a, b) => b.span.start - a.span.start).reduce((whole, { span, text: insert }) => whole.slice(0, span.start) + insert + whole.slice(span.end), text);
}
function change(action: 'set' | 'append' | 'unset', key: Key, value?: unknown, path = 'a.yaml'): SettingsChange {
  return action === 'unset' ? { do: action, path: filePath(path), key } : { do: action, path: filePath(path), key, value };
}
function write(text: string, action: 'set' | 'append' | 'unset', key: Key, value?: unknown, path = 'a.yaml'): string | undefined {
  const edits = writeSettings({ path: filePath(path), text, revision: 1 }, change(action, key, value, path));
  return edits && apply(text, edits);
}

suite('YAML', () => {
  const table: readonly (readonly [string, string, 'set' | 'append' | 'unset', Key, unknown, string])[] = [
    ['a new entry goes behind the last one, comments stay', 'a:\n  b: 1 # one\n# tail\nc: 2\n', 'set', ['a', 'd'], 'x', 'a:\n  b: 1 # one\n  d: x\n# tail\nc: 2\n'],
    ['missing parents are made with the step of the file', 'a:\n    b: 1\n', 'set', ['x', 'w', 'z'], true, 'a:\n    b: 1\nx:\n    w:\n        z: true\n'],
    ['a list below a key follows the dashes of the file', 'a:\n- 1\n', 'set', ['b'], [{ k: [] }], 'a:\n- 1\nb:\n- k: []\n'],
    ['a list below a key is indented elsewhere', 'a:\n  - 1\n', 'set', ['b'], [{ k: 1, l: 2 }, 'x'], 'a:\n  - 1\nb:\n  - k: 1\n    l: 2\n  - x\n'],
    ['Windows line ends', 'a:\r\n  b: 1\r\n', 'set', ['a', 'c'], { d: 1 }, 'a:\r\n  b: 1\r\n  c:\r\n    d: 1\r\n'],
    ['no line end at the end', 'a: 1', 'set', ['b'], 2, 'a: 1\nb: 2'],
    ['a value is replaced with its comment kept', 'a: old # why\n', 'set', ['a'], 'new', 'a: new # why\n'],
    ['numerals as keys follow their neighbours', "r:\n  '200': x\n", 'set', ['r', '401'], 'z', "r:\n  '200': x\n  '401': z\n"],
    ['numerals as keys stay bare beside bare ones', 'r:\n  200: x\n  default: z\n', 'set', ['r', '401'], 'w', 'r:\n  200: x\n  default: z\n  401: w\n'],
    ['double quotes where the file has them', 'a: "x"\nb: "y"\n', 'set', ['c'], '#/z', 'a: "x"\nb: "y"\nc: "#/z"\n'],
    ['flow mappings stay flow', 'a: { b: 1 } # c\n', 'set', ['a', 'd'], [{ e: [] }], 'a: { b: 1, d: [{ e: [] }] } # c\n'],
    ['tight flow stays tight', 'a: {b: {x}}\n', 'set', ['a', 'd'], 1, 'a: {b: {x}, d: 1}\n'],
    ['an empty flow mapping', 'a: {}\n', 'set', ['a', 'b'], { c: 1 }, 'a: { b: { c: 1 } }\n'],
    ['flow over several lines', 'a: {\n  b: 1 # c\n  }\n', 'set', ['a', 'd'], 2, 'a: {\n  b: 1, # c\n  d: 2\n  }\n'],
    ['flow with a trailing comma', 'a: [\n  1,\n  ]\n', 'append', ['a'], 2, 'a: [\n  1,\n  2,\n  ]\n'],
    ['an empty value becomes a block', 'a:\n  b: # none\nc: 1\n', 'set', ['a', 'b', 'x'], 1, 'a:\n  b: # none\n    x: 1\nc: 1\n'],
    ['a block becomes a scalar', 'a:\n  - 1\n  - 2\nb: 1\n', 'set', ['a'], 'x', 'a: x\nb: 1\n'],
    ['an item of a list', 's:\n  - url: http://x\n    d: 1\n', 'set', ['s', 0, 'url'], 'https://x', 's:\n  - url: https://x\n    d: 1\n'],
    ['a new entry of an item', 's:\n  - url: x\n  - url: y\n', 'set', ['s', 0, 'd'], 1, 's:\n  - url: x\n    d: 1\n  - url: y\n'],
    ['append to a block', 'a:\n  - 1 # one\n\nb: 2\n', 'append', ['a'], { x: 1, z: 2 }, 'a:\n  - 1 # one\n  - x: 1\n    z: 2\n\nb: 2\n'],
    ['append to what is missing', 'a: 1\n', 'append', ['b'], 'x', 'a: 1\nb:\n  - x\n'],
    ['append to nothing', 'a:\nb: 1\n', 'append', ['a'], 'x', 'a:\n  - x\nb: 1\n'],
    ['append to an empty list', 'a: []\n', 'append', ['a'], 'x', 'a: [x]\n'],
    ['remove an entry with its line', 'a:\n  b: 1 # gone\n  c: 2\n', 'unset', ['a', 'b'], undefined, 'a:\n  c: 2\n'],
    ['remove the last line', 'a: 1\nb:\n  c: 1', 'unset', ['b'], undefined, 'a: 1'],
    ['remove the only entry', 'a:\n  b: 1\nc: 2\n', 'unset', ['a', 'b'], undefined, 'a: {}\nc: 2\n'],
    ['remove the entry behind a dash', 's:\n  - a: 1\n    b: 2\n', 'unset', ['s', 0, 'a'], undefined, 's:\n  - b: 2\n'],
    ['remove an item', 's:\n  - a\n  - b # x\n  - c\n', 'unset', ['s', 1], undefined, 's:\n  - a\n  - c\n'],
    ['remove the only item', 's:\n  - a\nt: 1\n', 'unset', ['s', 0], undefined, 's: []\nt: 1\n'],
    ['remove from flow, first', 's: [http, https]\n', 'unset', ['s', 0], undefined, 's: [https]\n'],
    ['remove from flow, last', 's: { a: 1, b: 2 }\n', 'unset', ['s', 'b'], undefined, 's: { a: 1 }\n'],
    ['remove from flow, only', 's: { a: 1 }\n', 'unset', ['s', 'a'], undefined, 's: {}\n'],
    ['what is so already stays', 'a: [ 1 ]\n', 'set', ['a'], [1], 'a: [ 1 ]\n'],
    ['what is not there is not removed', 'a: 1\n', 'unset', ['b', 'c'], undefined, 'a: 1\n'],
    ['a file that does not exist yet', '', 'set', ['methods', 'allow'], ['GET'], 'methods:\n  allow:\n    - GET\n'],
    ['a file with nothing but a comment', '# policy\n', 'set', ['a'], 1, '# policy\na: 1\n'],
    [
      'words that would read as something else are quoted',
      'a: 1\n',
      'set',
      ['b'],
      ['yes', '1', 'null', 'a: b', '', "it's", '2026-01-01', '*x', 'a #b', '- x'],
      "a: 1\nb:\n  - 'yes'\n  - '1'\n  - 'null'\n  - 'a: b'\n  - ''\n  - 'it''s'\n  - '2026-01-01'\n  - '*x'\n  - 'a #b'\n  - '- x'\n",
    ],
  ];
  for (const [title, before, action, key, value, after] of table) test(title, () => assert.equal(write(before, action, key, value), after));
  const refused: readonly (readonly [string, string, 'set' | 'append' | 'unset', Key])[] = [
    ['behind an alias', 'a: &x {p: 1}\nb: *x\n', 'set', ['b', 'q']],
    ['over a merged key', 'a: &x {p: {r: 1}}\nb:\n  <<: *x\n', 'set', ['b', 'p', 'q']],
    ['in a broken file', 'a: [1\nb: 2\n', 'set', ['c']],
    ['below a scalar', 'a: 1\n', 'set', ['a', 'b']],
    ['an item that is not there', 'a: [1]\n', 'set', ['a', 5]],
    ['one of two equal keys', 'a: 1\na: 2\n', 'unset', ['a']],
  ];
  for (const [title, text, action, key] of refused) test(`refused: ${title}`, () => assert.equal(write(text, action, key, 7), undefined));
});
suite('JSON', () => {
  const table: readonly (readonly [string, string, 'set' | 'append' | 'unset', Key, unknown, string])[] = [
    ['a new entry follows the indent', '{\n\t"a": 1\n}\n', 'set', ['b'], { c: [1] }, '{\n\t"a": 1,\n\t"b": {\n\t\t"c": [\n\t\t\t1\n\t\t]\n\t}\n}\n'],
    ['on one line it stays on one line', '{ "a": { "x": 1 } }', 'set', ['a', 'y'], { z: 2 }, '{ "a": { "x": 1, "y": { "z": 2 } } }'],
    ['minified stays minified', '{"a":{"x":1}}', 'set', ['a', 'y'], { z: [2] }, '{"a":{"x":1,"y":{"z":[2]}}}'],
    ['an empty object', '{\n  "a": {}\n}', 'set', ['a', 'b'], 1, '{\n  "a": {\n    "b": 1\n  }\n}'],
    ['comments stay', '{\n  "a": 1 // one\n}', 'set', ['b'], 2, '{\n  "a": 1, // one\n  "b": 2\n}'],
    ['remove', '{\r\n  "a": 1,\r\n  "b": [1, 2]\r\n}', 'unset', ['a'], undefined, '{\r\n  "b": [1, 2]\r\n}'],
    ['append', '{"b": [1, 2]}', 'append', ['b'], 'x', '{"b": [1, 2, "x"]}'],
    ['a new file', '', 'set', ['a', 'b'], 1, '{\n  "a": {\n    "b": 1\n  }\n}\n'],
  ];
  for (const [title, before, action, key, value, after] of table) test(title, () => assert.equal(write(before, action, key, value, 'a.json'), after));
});
test('several changes are made one on the other and given as edits of the first text', () => {
  const text = '# head\nopenapi: 3.1.0\npaths:\n  /a:\n    get:\n      responses:\n        200: { d: ok }\n';
  const changes = [
    change('set', ['components', 'securitySchemes', 'b'], { type: 'http' }),
    change('set', ['security'], [{ b: [] }]),
    change('set', ['paths', '/a', 'get', 'responses', '401'], { d: 'no' }),
    change('unset', ['openapi']),
    change('set', ['components', 'securitySchemes', 'b', 'scheme'], 'bearer'),
  ];
  const edits = writeAllSettings({ path: filePath('a.yaml'), text, revision: 1 }, changes);
  assert.equal(
    apply(text, edits ?? []),
    '# head\npaths:\n  /a:\n    get:\n      responses:\n        200: { d: ok }\n        401:\n          d: no\ncomponents:\n  securitySchemes:\n    b:\n      type: http\n      scheme: bearer\nsecurity:\n  - b: []\n'.replace(
      'd: no',
      "d: 'no'",
    ),
  );
});

test('several settings that end at one place: the inner one comes first', () => {
  const text = 'a:\n  type: array\n  items:\n    type: string\nb: { c: 1 }\n';
  const changes = [change('set', ['a', 'maxItems'], 9), change('set', ['a', 'items', 'maxLength'], 8), change('set', ['b', 'd'], 7), change('set', ['b', 'e'], 6)];
  const edits = writeAllSettings({ path: filePath('a.yaml'), text, revision: 1 }, changes);
  assert.equal(apply(text, edits ?? []), 'a:\n  type: array\n  items:\n    type: string\n    maxLength: 8\n  maxItems: 9\nb: { c: 1, d: 7, e: 6 }\n');
});

const name = fc.constantFrom('a', 'b', 'c', '200', 'x-y', '/p/{id}');
const leaf = fc.constantFrom<unknown>(1, true, null, 'x', 'a b', '#/r', 'yes', '');
const { data } = fc.letrec<{ data: unknown }>((tie) => ({
  data: fc.oneof({ maxDepth: 3 }, leaf, fc.array(tie('data'), { maxLength: 3 }), fc.dictionary(name, tie('data'), { maxKeys: 3, noNullPrototype: true })),
}));
/** Writes data in one of the ways people do, with a comment behind every entry. */
function render(value: unknown, column: number, flow: boolean, newline: string): string {
  const text = (inner: unknown): string => JSON.stringify(inner);
  if (typeof value !== 'object' || value === null) return ` ${text(value)}`;
  const parts: readonly (readonly [string, unknown])[] = Array.isArray(value) ? value.map((item) => ['-', item]) : Object.entries(value).map(([key, item]) => [`${text(key)}:`, item]);
  if (flow || parts.length === 0)
    return Array.isArray(value) ? ` [${parts.map(([, item]) => render(item, 0, true, newline).trim()).join(', ')}]` : ` {${parts.map(([key, item]) => `${key}${render(item, 0, true, newline)}`).join(', ')}}`;
  return parts
    .map(([key, item], index) => {
      const inner = render(item, column + 2, index % 3 === 2, newline);
      return `${newline}${' '.repeat(column)}${key}${inner}${inner.includes(newline) ? '' : ' # note'}`;
    })
    .join('');
}
/** The data after the change, undefined where it has no place. */
function changed(value: unknown, key: Key, action: 'set' | 'append' | 'unset', to: unknown): { readonly data: unknown } | undefined {
  const [first, ...rest] = key;
  if (first === undefined) return action === 'append' ? (value === undefined || value === null ? { data: [to] } : Array.isArray(value) ? { data: [...value, to] } : undefined) : { data: to };
  if (Array.isArray(value)) {
    if (typeof first !== 'number' || first >= value.length) return undefined;
    if (rest.length === 0 && action === 'unset') return { data: value.filter((_, index) => index !== first) };
    const inner = changed(value[first], rest, action, to);
    return inner && { data: value.map((item, index) => (index === first ? inner.data : item)) };
  }
  if (typeof value !== 'object' && value !== undefined) return undefined;
  const map = new Map<string, unknown>(Object.entries(value ?? {}));
  if (rest.length === 0 && action === 'unset') {
    if (!map.delete(String(first))) return undefined;
  } else {
    const inner = changed(map.get(String(first)), rest, action, to);
    if (!inner) return undefined;
    map.set(String(first), inner.data);
  }
  return { data: Object.fromEntries(map) };
}

test('a change reads as asked and leaves every other byte and comment', () => {
  const keys = fc.array(fc.oneof(name, fc.nat({ max: 2 })), { minLength: 1, maxLength: 3 });
  let done = 0;
  fc.assert(
    fc.property(
      fc.dictionary(name, data, { minKeys: 1, maxKeys: 4, noNullPrototype: true }),
      keys,
      fc.constantFrom('set', 'append', 'unset'),
      data,
      fc.constantFrom('\n', '\r\n'),
      fc.constantFrom('block', 'flow', 'json'),
      (start, key, action, value, newline, form) => {
        const path = form === 'json' ? 'a.json' : 'a.yaml';
        const before =
          form === 'json'
            ? JSON.stringify(start, null, 2).replaceAll('\n', newline)
            : form === 'flow'
              ? `# top${newline}${render(start, 0, true, newline).trim()}${newline}`
              : `# top${render(start, 0, false, newline)}${newline}# tail${newline}`;
        const wanted = changed(start, key, action, value);
        const edits = writeSettings({ path: filePath(path), text: before, revision: 1 }, change(action, key, value, path));
        if (!edits) return;
        const after = apply(before, edits);
        if (!wanted) {
          assert.equal(after, before);
          return;
        }
        done++;
        assert.deepEqual(form === 'json' ? JSON.parse(after) : parse(after), wanted.data, after);
        assert.equal(/\r\n/.test(after) && /[^\r]\n/.test(after), false, 'one kind of line end');
        assert.ok(edits.length <= 2);
        if (action !== 'unset' && edits.every(({ span }) => span.start === span.end)) assert.equal(after.split('# note').length, before.split('# note').length);
      },
    ),
    { numRuns: 600 },
  );
  assert.ok(done > 100, `only ${done} changes were made`);
});
test('whatever the text, the writer does not throw', () => {
  const text = fc.array(fc.constantFrom('a', 'b: ', ': ', '\n', '  ', '- ', '[', ']', '{', '}', ',', '"', '#', '&x ', '*x', '|\n', '? ', '\t', '\r\n'), { maxLength: 30 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, fc.array(fc.constantFrom<string | number>('a', 'b', 0, 1), { maxLength: 3 }), fc.constantFrom('set', 'append', 'unset'), fc.constantFrom('a.yaml', 'a.json'), (before, key, action, path) => {
      const edits = writeSettings({ path: filePath(path), text: before, revision: 1 }, change(action, key, { k: [1] }, path));
      for (const { span } of edits ?? []) assert.ok(0 <= span.start && span.start <= span.end && span.end <= before.length);
    }),
    { numRuns: 600 },
  );
});
