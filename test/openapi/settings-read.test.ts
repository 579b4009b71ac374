import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { readOpenApi } from '../../server/src/core/openapi/read.js';
import { isOpenApi } from '../../server/src/core/openapi/sniff.js';
import { entryOf, valueAt } from '../../server/src/core/openapi/values.js';
import { filePath } from '../../server/src/core/text/source.js';
import { open, spell, weigh } from './read.js';

suite('clean YAML reads as the core schema has it', () => {
  const table: readonly (readonly [string, string])[] = [
    ['a: 1\nb: [x, "y", \'z\']\n', '{a:1,b:["x","y","z"]}'],
    ['a:\n  - b: true\n    c: ~\n  -\n', '{a:[{b:true,c:null},null]}'],
    ['a: 0x1F\nb: 1e3\nc: .inf\nd: 1.5\ne: 0o17', '{a:31,b:1000,c:null,d:1.5,e:15}'],
    ['200: ok\nnull: x\ntrue: y', '{200:"ok",null:"x",true:"y"}'],
    ['a: yes\nb: no\nc: 2026-11-24', '{a:"yes",b:"no",c:"2026-11-24"}'],
    ['a: !!str 1\nb: !Ref X\nc: !If [a, b]', '{a:"1",b:?tag !Ref,c:?tag !If}'],
    ['a: 1\na: 2', '{a:1,a:2}'],
    ['a: |\n  x\n  y\nb: >-\n  x\n  y\n', '{a:"x\\ny\\n",b:"x y"}'],
    ['a: &x {p: 1}\nb: *x\nc:\n  q: 2\n  <<: *x\n', '{a:{p:1},b:{p:1},c:{...{p:1},q:2}}'],
    ['a: &x {p: 1}\nb: &y {p: 2}\nc: {<<: [*x, *y]}', '{a:{p:1},b:{p:2},c:{...{p:2},...{p:1}}}'],
    ['"<<": 1', '{<<:1}'],
    ['{a, b: 1}', '{a:null,b:1}'],
    ['[a: 1, b]', '[{a:1},"b"]'],
    ['? [x]\n: 1', '{?:1,\u2026}'],
    ['---\n# nothing\n---\na: 1\n', '{a:1}'],
    ['a: 1\n---\nb: 2\n', '{a:1}'],
    ['\uFEFFa: 1\r\nb:\r\n  c: 2\r\n', '{a:1,b:{c:2}}'],
    ['', 'null'],
    ['# only words\n', 'null'],
    ['"\ud83d\ude00": "\\u0041"', '{\ud83d\ude00:"A"}'],
  ];
  for (const [text, expected] of table)
    test(JSON.stringify(text), () => {
      const opened = open(text);
      assert.equal(spell(opened.root), expected);
      assert.deepEqual(opened.parsed.problems, []);
    });
});
suite('JSON reads tolerantly', () => {
  const table: readonly (readonly [string, string, number])[] = [
    ['{"a": [1, true, null, "x\\n"], "a": {}}', '{a:[1,true,null,"x\\n"],a:{}}', 0],
    ['\uFEFF{"a": 1}', '{a:1}', 0],
    ['// note\n{"a": 1, /* x */ "b": 2,}', '{a:1,b:2}', 0],
    ['{"a": {"b": , "c": 1}, "d": 2}', '{a:{b:?no value,c:1,\u2026},d:2}', 1],
    ['{"a": {"b": 1 "c": 2}}', '{a:{b:1,c:2,\u2026}}', 1],
  ];
  for (const [text, expected, problems] of table)
    test(text, () => {
      const opened = open(text, 'a.json');
      assert.equal(spell(opened.root), expected);
      assert.equal(opened.parsed.problems.length, problems);
    });
});
test('places cover the token with its quotes, the key, the whole entry and the whole collection', () => {
  const opened = open('a: \'x y\' # c\n"b" : [1, {c: d} ]\ne: |\n  text\n\nf:\n  - g: 1\n    h: 2\ni:\nj: &k k\nl: *k\n');
  const seen = ['a', 'b', 'e', 'f', 'i', 'j', 'l'].map((key) => {
    const entry = entryOf(opened.root, key);
    return [opened.text(entry?.keyAt), opened.text(entry?.value.at), opened.text(entry?.at)];
  });
  assert.deepEqual(seen, [
    ['a', "'x y'", "a: 'x y'"],
    ['"b"', '[1, {c: d} ]', '"b" : [1, {c: d} ]'],
    ['e', '|\n  text', 'e: |\n  text'],
    ['f', '- g: 1\n    h: 2', 'f:\n  - g: 1\n    h: 2'],
    ['i', '', 'i:'],
    ['j', 'k', 'j: &k k'],
    ['l', '*k', 'l: *k'],
  ]);
});
test('directive comments become notes, the same words inside a text do not', () => {
  const opened = open(
    '# unlatched-ignore-file a/b -- generated\nx: "# unlatched-ignore c/d"\ny: 1 # unlatched-ignore e/f, g/h -- known (until 2027-03-01)\nz: |\n  # unlatched-ignore i/j\nw: a#unlatched-ignore k/l\n# unlatched-ignored m/n\n',
  );
  assert.deepEqual(
    opened.parsed.value.notes.map((note) => [note.kind, note.text, opened.text(note.at)]),
    [
      ['ignore-file', 'a/b -- generated', '# unlatched-ignore-file a/b -- generated'],
      ['ignore', 'e/f, g/h -- known (until 2027-03-01)', '# unlatched-ignore e/f, g/h -- known (until 2027-03-01)'],
    ],
  );
});

suite('a broken document keeps what is whole', () => {
  const before = 'openapi: 3.1.0\npaths:\n  /a:\n    get:\n      x: 1\n';
  const after = '    post:\n      x: 2\n  /b:\n    put:\n      x: 3\n';
  const table: readonly (readonly [string, string])[] = [
    ['a half-typed key', '    del\n'],
    ['a half-typed key inside an operation', '      summ\n'],
    ['a tab', '\tz: 1\n'],
    ['an open quote', '      y: "abc\n'],
    ['an open bracket', '      y: [a, b\n'],
    ['two colons', '      y: a: b\n'],
    ['a stray bracket', '      y: ]\n'],
  ];
  for (const [title, line] of table)
    test(title, () => {
      const opened = open(before + line + after);
      assert.ok(opened.parsed.problems.length > 0);
      assert.ok(opened.parsed.holes.length > 0);
      const read = (...keys: readonly string[]): string => {
        const value = valueAt(opened.root, 'paths', ...keys, 'x');
        return value ? spell(value) : 'lost';
      };
      assert.deepEqual([read('/a', 'get'), read('/a', 'post'), read('/b', 'put')], ['1', '2', '3']);
    });
  test('only the collection at the column of a half-typed key may have lost entries', () => {
    const opened = open(`${before}    del\n${after}`);
    const openness = [[], ['paths'], ['paths', '/a'], ['paths', '/a', 'get'], ['paths', '/a', 'post'], ['paths', '/b']].map((keys) => {
      const value = valueAt(opened.root, ...keys);
      return value?.kind === 'object' && value.open;
    });
    assert.deepEqual(openness, [false, false, true, false, false, false]);
  });
  test('an empty value before a left-out line is unknown, not null', () => {
    const opened = open('a:\n  b:\n    c\n  d: 1\n');
    assert.equal(spell(valueAt(opened.root, 'a', 'd') ?? opened.root), '1');
    assert.doesNotMatch(spell(opened.root), /b:null/);
  });
});

suite('hostile input is bounded', () => {
  test('an alias bomb stays small', () => {
    const names = 'abcdefghijklmnop'.split('');
    const lines = names.map((name, i) => `${name}: &${name} [${Array.from({ length: 9 }, () => (i === 0 ? 'x' : `*${names[i - 1] ?? ''}`)).join(', ')}]`);
    const opened = open(`${lines.join('\n')}\n`);
    assert.ok(weigh(opened.root, 10_000_000) < 1_000_000);
    assert.match(spell(valueAt(opened.root, 'p') ?? opened.root).slice(0, 60), /aliases expand too far/);
  });
  test('an anchor that holds itself is no circle', () => {
    assert.equal(spell(open('a: &a [*a, 1]').root), '{a:[?alias without an anchor,1]}');
  });
  const deep: readonly (readonly [string, string, string])[] = [
    ['5,000 flow lists', 'a.yaml', `${'['.repeat(5000)}${']'.repeat(5000)}`],
    ['5,000 flow lists never closed', 'a.yaml', '['.repeat(5000)],
    ['3,000 block mappings', 'a.yaml', Array.from({ length: 3000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
    ['300 block mappings', 'a.yaml', Array.from({ length: 300 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
    ['200,000 JSON lists', 'a.json', '['.repeat(200_000)],
    ['600 JSON objects', 'a.json', `${'{"a":'.repeat(600)}1${'}'.repeat(600)}`],
    ['5,000 dashes', 'a.yaml', '- '.repeat(5000)],
  ];
  for (const [title, path, text] of deep)
    test(title, () => {
      const { root } = open(text, path);
      let depth = 0;
      for (let value: typeof root | undefined = root; value; depth++) value = value.kind === 'array' ? value.items[0]?.value : value.kind === 'object' ? value.entries[0]?.value : undefined;
      assert.ok(depth <= 201, String(depth));
    });
  test('a text that starts with a line break and breaks off is read to its end', () => {
    assert.ok(open('\n\t\n{a').parsed.problems.length > 0);
  });
  test('no text makes a reader throw, and every place lies inside the text', () => {
    const piece = fc.constantFrom(
      'a',
      ':',
      ' ',
      '\n',
      '  ',
      '- ',
      '[',
      ']',
      '{',
      '}',
      ',',
      '"',
      "'",
      '#',
      '&x ',
      '*x',
      '<<: ',
      '| \n',
      '>',
      '?',
      '!',
      '\t',
      '\r\n',
      '\u0000',
      '\uFEFF',
      '\ud83d',
      '%',
      '@',
      '---\n',
      'openapi: 3.1.0\n',
      'paths:\n',
      '"openapi":"3.0.0",',
      '$ref',
      '# unlatched-ignore x',
    );
    const texts = fc.oneof(
      fc.array(piece, { maxLength: 60 }).map((parts) => parts.join('')),
      fc.string({ unit: 'binary', maxLength: 60 }),
    );
    fc.assert(
      fc.property(texts, fc.constantFrom('a.yaml', 'a.json'), (text, path) => {
        const opened = open(text, path);
        for (const { start, end } of [...opened.spans, ...opened.parsed.holes, ...opened.parsed.problems.map((problem) => problem.span)])
          assert.ok(0 <= start && start <= end && end <= text.length, `${start} ${end} in ${JSON.stringify(text)}`);
        isOpenApi(filePath(path), text);
        readOpenApi({ path: filePath(path) }, opened.parsed.value);
      }),
      { numRuns: 400 },
    );
  });
});
