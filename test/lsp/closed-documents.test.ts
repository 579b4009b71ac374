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

test('a client that throws away what it pulled while closing a document still learns that it is clean', async () => {
  const client = await startClient({ hostFactory: () => mapHost(new Map([['src/app.ts', 'fine']])), door: fakeDoor() });
  await client.workspace();
  await client.open(APP, 'BAD');
  assert.equal((await client.items(APP)).length, 1);
  const held = client.workspace((await client.workspace()).items.map(({ uri, resultId = '' }) => ({ uri, value: resultId })));
  // The text is reverted and the document closed: neither answer is taken.
  await client.change(APP, 2, 'fine');
  await client.items(APP);
  await client.notify('textDocument/didClose', { textDocument: { uri: APP } });
  assert.deepEqual((await held).items.map((item) => [item.uri, item.kind === 'full' ? item.items : item.kind]), [[APP, []]]);
  // This report came while the client still followed the document by itself, so that it was not taken either; then it pulls a last time.
  const next = client.workspace();
  assert.equal((await client.items(APP)).length, 0);
  assert.deepEqual((await next).items.map((item) => [item.uri, item.kind === 'full' ? item.items : item.kind]), [[APP, []]]);
  await client.stop();
});

test('an open document that was repaired does not end the next workspace pull', async () => {
  const files = new Map([['src/b.ts', 'fine']]);
  const client = await startClient({ hostFactory: () => mapHost(files), door: fakeDoor() });
  await client.workspace();
  await client.open(APP, 'BAD');
  await client.items(APP);
  const [report] = (await client.workspace()).items;
  await client.change(APP, 2, 'fine');
  await client.items(APP);
  const cleared = await client.workspace([{ uri: APP, value: report?.resultId ?? '' }]);
  assert.deepEqual(cleared.items.map((item) => [item.uri, item.kind === 'full' ? item.items : item.kind]), [[APP, []]]);
  const held = client.workspace();
  files.set('src/b.ts', 'BAD');
  await client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: 'file:///work/src/b.ts', type: 2 }] });
  assert.deepEqual((await held).items.map((item) => item.uri), ['file:///work/src/b.ts']);
  await client.stop();
});

test('a document the client holds open without showing it is cleared by the workspace report', async () => {
  const client = await startClient({ hostFactory: () => mapHost(new Map([['src/app.ts', 'fine']])), door: fakeDoor() });
  await client.workspace();
  await client.open(APP, 'BAD');
  assert.equal((await client.items(APP)).length, 1);
  await client.change(APP, 2, 'fine');
  // Pulled while its editor is closed, and thrown away; the document is never closed.
  assert.equal((await client.items(APP)).length, 0);
  const { items } = await client.workspace();
  assert.deepEqual(items.map((item) => [item.uri, item.kind === 'full' ? item.items : item.kind]), [[APP, []]]);
  await client.stop();
});
