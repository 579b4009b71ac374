import assert from 'node:assert/strict';
import { test } from 'node:test';
import { libraryDefaults } from '../../server/src/core/rules/defaults.js';

/** Proves one library default by running the real package; its sentence is the test's name. */
export function verify(id: string, check: () => void | Promise<void>): void {
  const fact = libraryDefaults.find((one) => one.id === id);
  test(fact === undefined ? id : `${fact.name} ${fact.version}: ${fact.says}`, async () => {
    assert.ok(fact, `${id} is not in server/src/core/rules/defaults`);
    await check();
  });
}
