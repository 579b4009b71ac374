import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { unifiedDiff } from '../../server/src/cli/unified-diff.js';

/** Applies a diff to the text it was made of; undefined where its context does not fit. */
function patched(before: string, diff: string): string | undefined {
  const lines = before === '' ? [] : before.split(/(?<=\n)/).filter((line) => line !== '');
  const out: string[] = [];
  let at = 0;
  let last: { list: string[] } | undefined;
  for (const line of diff.split(/(?<=\n)/).slice(2)) {
    const header = /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@\n$/.exec(line);
    if (header) {
      const start = header[2] === '0' ? Number(header[1]) : Number(header[1]) - 1;
      out.push(...lines.slice(at, start));
      at = start;
    } else if (line.startsWith('\\')) last?.list.push('no end');
    else if (line.startsWith('+')) out.push(line.slice(1));
    else if (line.startsWith('-') || line.startsWith(' ')) {
      if ((lines[at] ?? '').replace(/\n$/, '') !== line.slice(1).replace(/\n$/, '')) return undefined;
      if (line.startsWith(' ')) out.push(lines[at] ?? '');
      at++;
    }
    last = undefined;
  }
  return [...out, ...lines.slice(at)].join('');
}

test('a diff, applied, gives the other text', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 30 }).map((lines) => lines.map((line) => `${line}\n`).join(''));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const diff = unifiedDiff('x.js', before, after);
      assert.equal(diff === '', before === after);
      assert.equal(diff === '' ? before : patched(before, diff), after, diff);
    }),
    { numRuns: 500 },
  );
});
test('only what changed is shown, with three lines around it', () => {
  const before = Array.from({ length: 40 }, (_, index) => `line ${index}\n`).join('');
  const after = before.replace('line 5\n', 'line five\n').replace('line 30\n', '');
  const shown = unifiedDiff('a/b.js', before, after);
  assert.deepEqual(
    shown.split('\n').filter((line) => /^(---|\+\+\+|@@|[-+])/.test(line)),
    ['--- a/a/b.js', '+++ b/a/b.js', '@@ -3,7 +3,7 @@', '-line 5', '+line five', '@@ -28,7 +28,6 @@', '-line 30'],
  );
});
test('a new file and a missing line end are told', () => {
  assert.equal(unifiedDiff('n.yml', undefined, 'a: 1\n'), '--- /dev/null\n+++ b/n.yml\n@@ -0,0 +1 @@\n+a: 1\n');
  assert.equal(
    unifiedDiff('n', 'a', 'b'),
    '--- a/n\n+++ b/n\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n',
  );
});
