import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { absence, names, provenPublic, typeAll, type State } from '../support/typed.js';

suite('while a statement is typed', () => {
  test('in the middle of a file, no finding above blinks but claims of absence, and most below stay', () => {
    const { looks, blinks, flashes } = typeAll(true);
    const above = (all: readonly State[]): readonly string[] => names(all.filter(({ rule, isAbove }) => isAbove && !absence.has(rule)));
    assert.deepEqual(above(blinks), []);
    assert.deepEqual(above(flashes.filter(({ rule }) => !provenPublic.has(rule))), []);
    // An open bracket takes what stands below into it, and what is imported is unknown while its name is typed.
    assert.ok(blinks.length <= looks * 0.2, `${blinks.length} of ${looks} blink`);
    assert.ok(flashes.length <= looks * 0.08, `${flashes.length} of ${looks} flash`);
  });
});
