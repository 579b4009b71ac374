import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { names, typeAll } from '../support/typed.js';

suite('while a statement is typed', () => {
  test('at the end of a file, no finding above goes and comes, or comes and goes', () => {
    const { looks, blinks, flashes } = typeAll(false);
    assert.ok(looks > 20, `${looks} looks`);
    // What one route lacks is said where nothing is hidden: a half typed call on the application may bring it.
    assert.deepEqual(names(blinks.filter(({ rule }) => rule !== 'csrf/missing')), []);
    assert.deepEqual(names(flashes), []);
  });
});
