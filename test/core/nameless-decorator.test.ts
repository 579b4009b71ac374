import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createTrees, parseJavaScript } from '../../server/src/core/syntax/javascript.js';
import { filePath, type SourceFile } from '../../server/src/core/text/source.js';

const file = (text: string): SourceFile => ({ path: filePath('app.ts'), text, revision: 1 });
const above = "import { Module } from '@nestjs/common';\n";
const below = '\n@Module({})\nclass AppModule {}\nawait start();\n';
const kinds = (text: string): readonly number[] => parseJavaScript(file(text)).value.statements.map(({ kind }) => kind);

suite('a decorator whose name is still to be typed', () => {
  test('is a hole, and what stands around it is read as without it', () => {
    for (const typed of ['@', '@  ', '@\r']) {
      const { problems, holes, value } = parseJavaScript(file(above + typed + below));
      assert.deepEqual(problems.map(({ span }) => span), [{ start: above.length, end: above.length + 1 }], JSON.stringify(typed));
      assert.equal(holes.length, 1);
      assert.deepEqual(kinds(above + typed + below), kinds(above + below));
      assert.equal(value.end, (above + typed + below).length);
    }
  });
  test('also where the text before is known', () => {
    const trees = createTrees(2);
    trees.parse(file(above + below));
    const typed = trees.parse(file(`${above}@${below}`));
    assert.equal(typed.problems.length, 1);
    assert.equal(typed.value.statements.length, 3);
    assert.deepEqual(trees.parse(file(`${above}@Injectable()${below}`)).problems, []);
  });
  test('an @ in a text of a file that parses is left as it is', () => {
    const { value, problems } = parseJavaScript(file('const at = `a@\nb`;\n'));
    assert.deepEqual(problems, []);
    assert.match(value.text, /a@\n/);
  });
});
