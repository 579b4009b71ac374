import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isRecord } from '../../server/src/lsp/settings.js';
import { startClient, type ClientOptions, type TestClient } from '../support/lsp-client.js';
import { fakeDoor, mapHost } from './fake-engine.js';

const APP = 'file:///work/src/app.ts';

async function start(more: Partial<ClientOptions> = {}, files: Map<string, string> = new Map()): Promise<TestClient> {
  return startClient({ hostFactory: () => mapHost(files), door: fakeDoor(), ...more });
}

async function isAlive(client: TestClient): Promise<void> {
  const uri = 'file:///work/alive.ts';
  await client.open(uri, 'BAD');
  assert.equal((await client.items(uri)).length, 1);
}

test('a message that comes in pieces is one message', async () => {
  const client = await start();
  const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', method: 'textDocument/didOpen', params: { textDocument: { uri: APP, languageId: 'typescript', version: 1, text: "'\u{1F600}' BAD" } } }));
  const bytes = Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]);
  const half = bytes.length - 8;
  for (const [from, to] of [[0, 5], [5, 23], [23, half], [half, bytes.length]] as const) {
    client.raw.write(bytes.subarray(from, to));
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  assert.equal((await client.items(APP)).length, 1);
  await client.stop();
});

test('a message that is not JSON costs itself only', async () => {
  const client = await start();
  const send = (text: string): void => {
    client.raw.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  };
  send('{"jsonrpc": "2.0", "method": ');
  send('[]');
  await isAlive(client);
  await client.stop();
});

test('an engine that crashes costs one log line, and the file that crashes it costs no other file', async () => {
  const client = await start();
  const logged = client.next('window/logMessage', (params) => isRecord(params) && String(params['message']).includes('crash in the engine'));
  await client.open(APP, 'CRASH');
  await logged;
  assert.equal(client.count('window/showMessage'), 0);
  await client.change(APP, 2, 'BAD');
  assert.equal((await client.items(APP)).length, 1);
  await client.stop();
});

test('a host that cannot list or read costs one log line', async () => {
  const client = await start({ hostFactory: () => ({ list: () => Promise.reject(new Error('no such folder')), read: () => Promise.reject(new Error('no such file')), write: () => Promise.resolve() }) });
  assert.deepEqual(await client.workspace(), { items: [] });
  await client.seen('window/logMessage', (params) => isRecord(params) && String(params['message']).includes('no such folder'));
  await isAlive(client);
  await client.stop();
});

test('a host factory that throws costs its folder only', async () => {
  const client = await start({
    folders: ['file:///work', 'vscode-vfs://github/some/where'],
    hostFactory: ({ uri }) => {
      if (!uri.startsWith('file:')) throw new Error('only files');
      return mapHost(new Map([['a.ts', 'BAD']]));
    },
  });
  assert.equal((await client.workspace()).items.length, 1);
  await client.stop();
});

test('changes, saves and closings of documents nobody opened do nothing', async () => {
  const client = await start();
  await client.change(APP, 5, 'BAD');
  await client.notify('textDocument/didSave', { textDocument: { uri: APP } });
  await client.notify('textDocument/didClose', { textDocument: { uri: APP } });
  assert.deepEqual(await client.items(APP), []);
  await isAlive(client);
  await client.stop();
});

test('no notification or request, however wrong, ends the server', async () => {
  const client = await start({}, new Map([['src/app.ts', 'BAD']]));
  const method = fc.constantFrom(
    'textDocument/didOpen', 'textDocument/didChange', 'textDocument/didClose', 'textDocument/didSave', 'workspace/didChangeWatchedFiles', 'workspace/didChangeConfiguration',
    'workspace/didChangeWorkspaceFolders', 'window/workDoneProgress/cancel', '$/cancelRequest', '$/setTrace', 'unknown/thing',
  );
  const place = fc.record({ line: fc.integer({ min: -3, max: 9 }), character: fc.integer({ min: -3, max: 99 }) }, { requiredKeys: [] });
  const range = fc.record({ start: place, end: place }, { requiredKeys: [] });
  const uri = fc.constantFrom(APP, 'file:///work', 'file:///', 'untitled:a', 'x', '', 'file:///work/%E0%A4%A', 'file:///work/src/../../up.ts');
  const params = fc.record(
    {
      textDocument: fc.record({ uri: fc.oneof(uri, fc.anything({ maxDepth: 1 })), version: fc.oneof(fc.integer(), fc.constant(null)), text: fc.oneof(fc.constantFrom('BAD', ''), fc.string()), languageId: fc.string() }, { requiredKeys: [] }),
      contentChanges: fc.array(fc.record({ range, text: fc.string() }, { requiredKeys: [] }), { maxLength: 3 }),
      changes: fc.array(fc.record({ uri, type: fc.integer({ min: 0, max: 5 }) }, { requiredKeys: [] }), { maxLength: 3 }),
      event: fc.record({ added: fc.array(fc.record({ uri, name: fc.string() }), { maxLength: 2 }), removed: fc.constant([]) }, { requiredKeys: [] }),
      settings: fc.anything({ maxDepth: 3 }),
      range,
      position: place,
      context: fc.record({ diagnostics: fc.constant([]), only: fc.array(fc.string(), { maxLength: 1 }) }, { requiredKeys: [] }),
      data: fc.anything({ maxDepth: 2 }),
      id: fc.oneof(fc.string(), fc.integer()),
      token: fc.string(),
    },
    { requiredKeys: [] },
  );
  const request = fc.constantFrom(
    'textDocument/diagnostic', 'textDocument/codeAction', 'textDocument/hover', 'codeAction/resolve', 'textDocument/codeLens', 'codeLens/resolve',
    'unlatched/rulePage', 'unlatched/inventory', 'unlatched/inventoryAs', 'unknown/request',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(method, params), { maxLength: 6 }), request, params, async (notes, asked, given) => {
      for (const [name, each] of notes) await client.notify(name, each);
      await client.request(asked, given).catch((error: unknown) => {
        assert.ok(error instanceof Error);
      });
    }),
    { numRuns: 150, seed: 20261124 },
  );
  await isAlive(client);
  assert.equal(client.count('window/showMessage'), 0);
  assert.deepEqual(client.exits, []);
  await client.stop();
});

test('shutdown and exit end the server in good order', async () => {
  const client = await start();
  await client.open(APP, 'BAD');
  await client.request('shutdown', undefined);
  await client.notify('exit', undefined);
  while (client.exits.length === 0) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  assert.deepEqual(client.exits, [0]);
});
