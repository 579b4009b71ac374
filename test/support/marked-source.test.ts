import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { filePath } from '../../server/src/core/text/source.js';
import { printMarked, readMarked } from './marked-source.js';

test('a mark covers the characters above it, in every kind of file', () => {
  const { files, marks } = readMarked(`
    import cors from 'cors';
    app.use(cors({ origin: '*' }));
    //                     ^^^ cors/wildcard-origin "open"
    //- openapi.yaml
    servers:
      - url: http://api.example.com
    #        ^^^^^^^^^^^^^^^^^^^^^^ openapi/insecure-server-url
    //- package.json
    { "scripts": 1 }
      ^^^^^^^^^ deps/unpinned`);
  assert.deepEqual(
    marks.map(({ path, span, rule, words }) => [path, files.get(path)?.slice(span.start, span.end), rule, words]),
    [
      ['app.ts', "'*'", 'cors/wildcard-origin', 'open'],
      ['openapi.yaml', 'http://api.example.com', 'openapi/insecure-server-url', ''],
      ['package.json', '"scripts"', 'deps/unpinned', ''],
    ],
  );
  assert.equal(files.get(filePath('app.ts')), "import cors from 'cors';\napp.use(cors({ origin: '*' }));\n");
});
test('an arrow marks a column that a comment opener would cover', () => {
  const { marks } = readMarked('put();\n//<- methods/put-enabled');
  assert.deepEqual(
    marks.map(({ span }) => span),
    [{ start: 0, end: 1 }],
  );
});
test('a mark may not reach past its line', () => {
  assert.throws(() => readMarked('x\n//   ^^^^^ some/rule'), /past the end/);
});
test('code that only looks like a mark stays', () => {
  const text = 'const a = b ^ c;\n// ^ 2 is two\n# ^^^\n<-- x';
  const { files, marks } = readMarked(text);
  assert.equal(marks.length, 0);
  assert.equal(files.get(filePath('app.ts')), `${text}\n`);
});
test('print and read are inverse', () => {
  const word = fc.constantFrom('app', 'use', 'put', 'cors', 'x1');
  const lines = fc.array(
    fc.array(word, { minLength: 1, maxLength: 5 }).map((words) => words.join(' ')),
    { minLength: 1, maxLength: 6 },
  );
  fc.assert(
    fc.property(
      lines,
      fc.nat(),
      fc.nat(),
      fc.integer({ min: 1, max: 6 }),
      fc.constantFrom('app.ts', 'a.yaml', 'a.json'),
      (code, row, cell, length, path) => {
        const text = `${code.join('\n')}\n`;
        const line = code[row % code.length] ?? '';
        const start = code.slice(0, row % code.length).reduce((sum, before) => sum + before.length + 1, 0);
        const column = cell % line.length;
        const covered = column < (path === 'app.ts' ? 2 : path === 'a.yaml' ? 1 : 0);
        const span = { start: start + column, end: start + column + (covered ? 1 : Math.min(length, line.length - column)) };
        const back = readMarked(printMarked(text, [{ span, rule: 'some/rule' }], path), path);
        assert.deepEqual(
          back.marks.map((mark) => mark.span),
          [span],
        );
        assert.equal(back.files.get(filePath(path)), text);
      },
    ),
  );
});
test('print and read are inverse for many marks, of several rules, on lines of any text', () => {
  const line = fc.string({ unit: fc.constantFrom('a', ' ', '^', '/', '#', '"', '-', '(', '\u00e9', '\ud83d\ude00'), maxLength: 12 }).filter((text) => !/^\s*(\/\/|#)?-? *(\^|<-|\S+$)/.test(text));
  const mark = fc.record({ row: fc.nat(5), cell: fc.nat(12), length: fc.integer({ min: 1, max: 6 }), rule: fc.constantFrom('some/rule', 'other/rule') });
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), fc.array(mark, { maxLength: 4 }), (lines, wanted) => {
      // The first column holds code, so that no common indent is taken away.
      const code = ['x', ...lines].map((text) => `x${text}`);
      const text = `${code.join('\n')}\n`;
      const marks = wanted.flatMap(({ row, cell, length, rule }) => {
        const at = code[row % code.length] ?? '';
        const start = code.slice(0, row % code.length).reduce((sum, before) => sum + before.length + 1, 0);
        const column = cell % at.length;
        // An arrow covers one character.
        return [{ path: filePath('app.ts'), span: { start: start + column, end: start + (column < 2 ? column + 1 : Math.min(column + length, at.length)) }, rule }];
      });
      const back = readMarked(printMarked(text, marks));
      const key = (one: { readonly span: { readonly start: number; readonly end: number }; readonly rule: string }): string => `${one.span.start}-${one.span.end} ${one.rule}`;
      assert.equal(back.files.get(filePath('app.ts')), text);
      assert.deepEqual(back.marks.map(key).sort(), marks.map(key).sort());
    }),
    { seed: 20261124 },
  );
});
