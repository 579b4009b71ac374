import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { names, typeAll } from '../support/typed.js';

suite('while a statement is typed', () => {
  test('at the end of a file, no finding above goes and comes, or comes and goes', () => {
    const { looks, blinks, flashes } = typeAll(false);
    assert.ok(looks > 20, `${looks} looks`);
    assert.deepEqual(names(blinks), []);
    assert.deepEqual(names(flashes), []);
  });
});
