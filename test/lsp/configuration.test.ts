import assert from 'node:assert/strict';
import { test } from 'node:test';
import picomatch from 'picomatch';
import { NAMED_KINDS } from '../../server/src/core/artifacts/names.js';
import { withIgnoreFile, isIgnored, noRules } from '../../server/src/core/text/ignore-files.js';
import { WATCHED } from '../../server/src/lsp/features/watched-files.js';
import { realDoor } from '../../server/src/lsp/real-door.js';
import { startClient, type TestClient } from '../support/lsp-client.js';
import { mapHost } from './fake-engine.js';

const ENV = 'file:///work/.env';
const IGNORE = 'file:///work/.gitignore';
const SECRETS = 'PORT=3000\nDB_PASSWORD=Tr0ub4dor&3\n';

/** A server over these files, whose host lists what their one ignore file leaves, as the disk does. */
async function start(files: Map<string, string>): Promise<TestClient> {
  const host = mapHost(files);
  const left = (path: string): boolean => path !== '.gitignore' && !isIgnored(withIgnoreFile(noRules(), '', files.get('.gitignore') ?? ''), path);
  return startClient({ hostFactory: () => ({ ...host, list: async () => (await host.list()).filter(left) }), door: realDoor });
}
async function codes(client: TestClient, uri: string): Promise<readonly unknown[]> {
  return (await client.items(uri)).map(({ code }) => code);
}
/** A file of the folder as something outside the editor writes it. */
async function write(client: TestClient, files: Map<string, string>, path: string, text: string): Promise<void> {
  const type = files.has(path) ? 2 : 1;
  files.set(path, text);
  await client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: `file:///work/${path}`, type }] });
}

test('a secrets file is told of until git hides it, and again when git does not', async () => {
  const files = new Map([['.env', SECRETS]]);
  const client = await start(files);
  await client.workspace();
  assert.deepEqual(await codes(client, ENV), ['config/env-file-committed']);
  await write(client, files, '.gitignore', '.env\n');
  assert.deepEqual(await codes(client, ENV), []);
  await write(client, files, '.gitignore', 'node_modules/\n');
  assert.deepEqual(await codes(client, ENV), ['config/env-file-committed']);
  await client.stop();
});

test('an open secrets file follows the ignore file, also while that is typed', async () => {
  const files = new Map([['.env', SECRETS], ['.gitignore', 'node_modules/\n']]);
  const client = await start(files);
  await client.workspace();
  await client.open(ENV, SECRETS, 1, 'dotenv');
  assert.deepEqual(await codes(client, ENV), ['config/env-file-committed']);
  await client.open(IGNORE, 'node_modules/\n', 1, 'ignore');
  await client.change(IGNORE, 2, 'node_modules/\n.env\n');
  assert.deepEqual(await codes(client, ENV), []);
  await client.change(IGNORE, 3, 'node_modules/\n');
  assert.deepEqual(await codes(client, ENV), ['config/env-file-committed']);
  await write(client, files, '.gitignore', '.env\n');
  await client.change(IGNORE, 4, '.env\n');
  assert.deepEqual(await codes(client, ENV), []);
  await client.stop();
});

test('a Dockerfile is analysed while it is typed, and so is what it leaves out', async () => {
  const text = 'FROM node:22\nENV NODE_ENV=production\nCOPY . .\nCMD ["node", "app.js"]\n';
  const files = new Map([['Dockerfile', text]]);
  const client = await start(files);
  await client.workspace();
  const uri = 'file:///work/Dockerfile';
  await client.open(uri, text, 1, 'dockerfile');
  assert.deepEqual(await codes(client, uri), ['config/docker', 'config/docker']);
  await client.change(uri, 2, text.replace('CMD', 'USER node\nCMD'));
  assert.deepEqual(await codes(client, uri), ['config/docker']);
  await write(client, files, '.dockerignore', '.env\n.git\n');
  assert.deepEqual(await codes(client, uri), []);
  await client.stop();
});

test('every kind of configuration file is watched', () => {
  const isWatched = picomatch([...WATCHED], { dot: true });
  for (const { sample } of NAMED_KINDS) for (const path of [sample, `packages/api/${sample}`]) assert.ok(isWatched(path), path);
  for (const path of ['.gitignore', 'api/.dockerignore']) assert.ok(isWatched(path), path);
});
