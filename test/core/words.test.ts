import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { rules } from '../../server/src/core/rules/index.js';
import { createWordFinder } from '../../server/src/core/text/words.js';

suite('words in a text', () => {
  test('what is found is what a search for each word finds', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '/', '\u00e4'), maxLength: 40 });
    const words = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c', '/'), minLength: 1, maxLength: 5 }), { maxLength: 12 });
    fc.assert(
      fc.property(words, letters, (some, text) => {
        assert.deepEqual([...createWordFinder(some)(text)].sort(), [...new Set(some)].filter((word) => text.includes(word)).sort());
      }),
      { seed: 20261128, numRuns: 2000 },
    );
  });
  test('every word of every rule is found: all are plain ASCII', () => {
    const words = rules.flatMap((rule) => rule.words);
    assert.ok(words.length > 100);
    assert.deepEqual([...createWordFinder(words)(words.join('\u00e4'))].sort(), [...new Set(words)].sort());
  });
});
