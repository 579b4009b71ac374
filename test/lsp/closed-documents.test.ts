import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startClient } from '../support/lsp-client.js';
import { fakeDoor, mapHost } from './fake-engine.js';

const APP = 'file:///work/src/app.ts';

test('a file that was pulled, closed and deleted is cleared even when the client has forgotten its result', async () => {
  const files = new Map([
    ['src/app.ts', 'BAD'],
    ['src/other.ts', 'fine'],
  ]);
  const client = await startClient({ hostFactory: () => mapHost(files), door: fakeDoor() });
  await client.open(APP, 'BAD');
  await client.notify('textDocument/didClose', { textDocument: { uri: APP } });
  assert.equal((await client.items(APP)).length, 1);
  await client.workspace();
  files.delete('src/app.ts');
  await client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: APP, type: 3 }] });
  const { items } = await client.workspace([]);
  assert.deepEqual(
    items.map((item) => [item.uri, item.kind === 'full' ? item.items.length : item.kind]),
    [[APP, 0]],
  );
  await client.stop();
});
