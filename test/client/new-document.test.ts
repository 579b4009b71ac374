import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeDocument } from '../../client/src/new-document.js';

/** A folder that holds this text, and somebody who gives this answer. */
async function placed(before: string | undefined, answer?: 'replace' | 'beside'): Promise<readonly unknown[]> {
  let held = before;
  const told: string[] = [];
  const done = await placeDocument('new', {
    exists: () => Promise.resolve(held !== undefined),
    ask: () => (told.push('asked'), Promise.resolve(answer)),
    write: (text) => ((held = text), Promise.resolve()),
    show: (text) => (told.push(`shown ${text}`), Promise.resolve()),
  });
  return [done, held, told.join()];
}

test('a new document is written where there is none', async () => assert.deepEqual(await placed(undefined), ['written', 'new', '']));
test('one that is there is kept until somebody says otherwise', async () => {
  assert.deepEqual(await placed('old'), ['nothing', 'old', 'asked']);
  assert.deepEqual(await placed('old', 'beside'), ['shown', 'old', 'asked,shown new']);
  assert.deepEqual(await placed('old', 'replace'), ['written', 'new', 'asked']);
});
