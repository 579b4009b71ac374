import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createMarks } from '../../server/src/core/holding/marks.js';
import { filePath, type FilePath } from '../../server/src/core/text/source.js';

const MARKS = ['express', 'keys users', 'keys orders', 'production', 'hides users'];

test('counted marks say what a walk over all files says, after any changes', () => {
  const change = fc.record({ path: fc.constantFrom('a.js', 'b.js', 'c.js').map(filePath), uses: fc.option(fc.uniqueArray(fc.constantFrom(...MARKS)), { nil: undefined }) });
  fc.assert(fc.property(fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 8 }), (rounds) => {
    const held = new Map<FilePath, ReadonlySet<string>>();
    const marks = createMarks([], (path) => held.get(path));
    let before = JSON.stringify(answers(marks.answer));
    let version = marks.version();
    for (const round of rounds) {
      for (const { path, uses } of round) {
        if (uses) held.set(path, new Set(uses));
        else held.delete(path);
        marks.touch(path);
      }
      const all = new Set([...held.values()].flatMap((uses) => [...uses]));
      const expected = answers((what) => (what.endsWith('*') ? [...all].filter((mark) => mark.startsWith(what.slice(0, -1))).map((mark) => mark.slice(what.length - 1)).sort().join('\n') : all.has(what)));
      const now = JSON.stringify(answers(marks.answer));
      assert.equal(now, JSON.stringify(expected));
      if (now !== before) assert.notEqual(marks.version(), version);
      [before, version] = [now, marks.version()];
    }
  }));
});

function answers(ask: (what: string) => boolean | string): readonly (boolean | string)[] {
  return [...MARKS, 'nothing', 'keys *', 'hides *', 'other *'].map(ask);
}
