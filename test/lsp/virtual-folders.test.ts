import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRecord } from '../../server/src/lsp/settings.js';
import { startClient, type TestClient } from '../support/lsp-client.js';
import { fakeDoor, mapHost } from './fake-engine.js';

const ROOT = 'vscode-vfs://github/shop/api';

/** A client that holds the files of one folder on no disk. */
async function start(files: ReadonlyMap<string, string>, initializationOptions: object = { files: true }): Promise<TestClient> {
  return startClient({
    hostFactory: ({ uri }) => {
      assert.ok(uri.startsWith('file:') || uri.startsWith('untitled:') || !('files' in initializationOptions), uri);
      return mapHost(new Map());
    },
    door: fakeDoor(),
    folders: [ROOT],
    initializationOptions,
    answer: (method, params) => {
      if (!isRecord(params)) return null;
      if (method === 'unlatched/listFiles') return params['folder'] === ROOT ? [...files.keys()].map((path) => `${ROOT}/${path}`) : [];
      const uri = params['uri'];
      const text = typeof uri === 'string' ? files.get(uri.slice(ROOT.length + 1)) : undefined;
      if (text === undefined) return null;
      return text.length > 1000 ? { refused: 'larger than 5 MB' } : { text };
    },
  });
}

test('the files of a folder on no disk are asked of the client: findings, policies and what is refused', async () => {
  const files = new Map([['src/app.ts', 'BAD'], ['src/b.ts', 'ODD'], ['big.ts', 'BAD '.repeat(300)], ['picture.png', 'BAD'], ['unlatched.yml', 'test/odd: off']]);
  const client = await start(files);
  const { items } = await client.workspace();
  const told = items.map((item) => `${item.uri.slice(ROOT.length)} ${item.kind === 'full' ? item.items.map((each) => each.code).join(' ') : ''}`).sort();
  assert.deepEqual(told, ['/big.ts unlatched/not-analysed', '/src/app.ts test/bad']);
  await client.open(`${ROOT}/src/b.ts`, 'BAD');
  assert.equal((await client.items(`${ROOT}/src/b.ts`)).length, 1);
  await client.notify('textDocument/didClose', { textDocument: { uri: `${ROOT}/src/b.ts` } });
  assert.equal((await client.items(`${ROOT}/src/b.ts`)).length, 0);
  await client.stop();
});

test('a client that reads no files for the server is not asked', async () => {
  const client = await start(new Map([['src/app.ts', 'BAD']]), {});
  assert.deepEqual(await client.workspace(), { items: [] });
  assert.equal(client.count('unlatched/listFiles'), 0);
  await client.open(`${ROOT}/src/app.ts`, 'BAD');
  assert.equal((await client.items(`${ROOT}/src/app.ts`)).length, 1);
  await client.stop();
});
