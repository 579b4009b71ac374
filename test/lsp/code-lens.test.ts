import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CodeLens } from 'vscode-languageserver/node';
import { realDoor } from '../../server/src/lsp/real-door.js';
import { startClient, vscodeLike, type ClientOptions, type TestClient } from '../support/lsp-client.js';
import { mapHost } from './fake-engine.js';

const APP = 'file:///work/src/app.js';
const ROUTES = 'file:///work/src/files.js';
const APP_CODE = [
  "const express = require('express');",
  "const helmet = require('helmet');",
  "const { files } = require('./files');",
  'const app = express();',
  'app.use(helmet());',
  'app.use(express.json());',
  "app.use('/api', files);",
  'app.listen(3000);',
  '',
].join('\n');
const ROUTES_CODE = [
  "const { Router } = require('express');",
  "const { mystery } = require('./lib/mystery');",
  'const files = Router();',
  'function requireUser(req, res, next) {',
  "  if (!req.user) return res.status(401).json({ error: 'no' });",
  '  next();',
  '}',
  'function upload(req, res) { res.end(); }',
  "files.put('/files', upload);",
  "files.get('/files', requireUser, (req, res) => res.json([]));",
  "files.get('/odd', mystery, upload); files.post('/odd', upload);",
  'module.exports = { files };',
  '',
].join('\n');

async function start(more: Partial<ClientOptions> = {}, files: Readonly<Record<string, string>> = { 'src/app.js': APP_CODE, 'src/files.js': ROUTES_CODE }): Promise<TestClient> {
  const client = await startClient({ hostFactory: () => mapHost(new Map(Object.entries(files))), door: realDoor, initializationOptions: { commands: true }, ...more });
  await client.workspace();
  return client;
}
function lensesOf(client: TestClient, uri: string): Promise<CodeLens[]> {
  return client.request('textDocument/codeLens', { textDocument: { uri } });
}
/** Line and text of each lens. */
async function shown(client: TestClient, uri: string): Promise<readonly string[]> {
  const resolved = await Promise.all((await lensesOf(client, uri)).map((lens) => client.request<CodeLens>('codeLens/resolve', lens)));
  return resolved.map(({ range, command }) => `${range.start.line}: ${command?.title ?? 'none'}`);
}

test('a lens above each route names the chain in the order in which a request meets it', async () => {
  const client = await start();
  assert.deepEqual(client.result.capabilities.codeLensProvider, { resolveProvider: true });
  await client.open(ROUTES, ROUTES_CODE, 1, 'javascript');
  assert.deepEqual(await shown(client, ROUTES), [
    '8: PUT /api/files \u00b7 helmet \u2192 json \u2192 no authentication \u2192 upload',
    '9: GET /api/files \u00b7 helmet \u2192 json \u2192 guarded by requireUser \u2192 handler',
    '10: GET /api/odd \u00b7 helmet \u2192 json \u2192 mystery \u2192 authentication unknown (nobody can tell what mystery does) \u2192 upload \u00b7 and 1 more',
  ]);
  await client.open(APP, APP_CODE, 1, 'javascript');
  assert.deepEqual(await lensesOf(client, APP), [], 'a file that registers no route has no lens');
  assert.deepEqual(await lensesOf(client, 'file:///elsewhere/x.js'), []);
  await client.stop();
});

test('a lens is a place until it is resolved; then a click walks the chain where the client has the command', async () => {
  const client = await start();
  await client.open(ROUTES, ROUTES_CODE, 1, 'javascript');
  const [, second, third] = await lensesOf(client, ROUTES);
  assert.deepEqual([second?.command, second?.range], [undefined, { start: { line: 9, character: 6 }, end: { line: 9, character: 9 } }]);
  const { command } = await client.request<CodeLens>('codeLens/resolve', second);
  assert.equal(command?.command, 'unlatched.walkChain');
  const [walk] = command.arguments ?? [];
  assert.deepEqual(
    walk.routes[0].stops.map(({ name, note, location }: { name: string; note: string; location: { uri: string; range: { start: { line: number } } } }) => [name, note, location.uri, location.range.start.line]),
    [['helmet', 'module helmet', APP, 4], ['json', walk.routes[0].stops[1].note, APP, 5], ['requireUser', 'requireUser answers 401', ROUTES, 9], ['handler', '', ROUTES, 9]],
  );
  assert.deepEqual((await client.request<CodeLens>('codeLens/resolve', third)).command?.arguments?.[0].routes.map(({ title }: { title: string }) => title), ['GET /api/odd', 'POST /api/odd']);
  await client.stop();
  const plain = await start({ initializationOptions: {} });
  await plain.open(ROUTES, ROUTES_CODE, 1, 'javascript');
  const [lens] = await lensesOf(plain, ROUTES);
  assert.equal((await plain.request<CodeLens>('codeLens/resolve', lens)).command?.command, '');
  await plain.stop();
});

test('a lens is refreshed when another file changes what comes before its routes, and only then', async () => {
  const client = await start();
  await client.open(ROUTES, ROUTES_CODE, 1, 'javascript');
  await client.open(APP, APP_CODE, 1, 'javascript');
  assert.equal((await shown(client, ROUTES)).length, 3);
  await client.change(APP, 2, `${APP_CODE}// nothing that matters\n`);
  await client.workspace([{ uri: APP, value: 'none' }]);
  const refreshed = client.next('workspace/codeLens/refresh');
  await client.change(APP, 3, APP_CODE.replace('app.use(helmet());', ''));
  await refreshed;
  assert.equal(client.count('workspace/codeLens/refresh'), 1);
  assert.match((await shown(client, ROUTES))[0] ?? '', /PUT \/api\/files \u00b7 json/);
  await client.stop();
});

test('a lens that is resolved after an edit says what holds now', async () => {
  const client = await start();
  await client.open(ROUTES, ROUTES_CODE, 1, 'javascript');
  const [lens] = await lensesOf(client, ROUTES);
  await client.change(ROUTES, 2, ROUTES_CODE.replace("put('/files'", "put('/parts'"));
  assert.match((await client.request<CodeLens>('codeLens/resolve', lens)).command?.title ?? '', /^PUT \/api\/parts/);
  for (const data of [undefined, 7, { uri: 1 }, { uri: 'file:///elsewhere/x.js', line: 1 }]) {
    assert.equal((await client.request<CodeLens>('codeLens/resolve', { range: lens?.range, data })).command, undefined);
  }
  await client.stop();
});

test('a client that does not ask again for a text it changed is told', async () => {
  const client = await start();
  await client.open(ROUTES, ROUTES_CODE, 1, 'javascript');
  const [lens] = await lensesOf(client, ROUTES);
  const refreshed = client.next('workspace/codeLens/refresh');
  await client.change(ROUTES, 2, ROUTES_CODE.replace("put('/files', ", "put('/files', requireUser, "));
  await client.request<CodeLens>('codeLens/resolve', lens);
  await refreshed;
  assert.match((await shown(client, ROUTES))[0] ?? '', /guarded by requireUser/);
  await client.stop();
});

test('while the folder is read the answer is none at once, and a refresh follows', async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const host = mapHost(new Map(Object.entries({ 'src/app.js': APP_CODE, 'src/files.js': ROUTES_CODE })));
  const client = await startClient({ hostFactory: () => ({ ...host, list: async () => (await held, host.list()) }), door: realDoor });
  assert.deepEqual(await lensesOf(client, ROUTES), [], 'asked before the document is opened');
  await client.open(ROUTES, ROUTES_CODE, 1, 'javascript');
  const refreshed = client.next('workspace/codeLens/refresh');
  release();
  await refreshed;
  assert.equal((await lensesOf(client, ROUTES)).length, 3);
  await client.stop();
});

test('lenses can be switched off and on again for a folder', async () => {
  let codeLens: unknown = { enabled: false };
  const client = await start({ settings: () => ({ codeLens }) });
  await client.open(ROUTES, ROUTES_CODE, 1, 'javascript');
  assert.deepEqual(await lensesOf(client, ROUTES), []);
  const refreshed = client.next('workspace/codeLens/refresh');
  codeLens = undefined;
  await client.notify('workspace/didChangeConfiguration', { settings: null });
  await refreshed;
  assert.equal((await lensesOf(client, ROUTES)).length, 3);
  await client.stop();
  const deaf = await start({ capabilities: { ...vscodeLike, workspace: { ...vscodeLike.workspace, codeLens: {} } }, locale: 'de' });
  await deaf.open(ROUTES, ROUTES_CODE, 1, 'javascript');
  assert.match((await shown(deaf, ROUTES))[0] ?? '', /keine Authentifizierung/);
  await deaf.change(APP, 2, '');
  await deaf.stop();
  assert.equal(deaf.count('workspace/codeLens/refresh'), 0);
});

test('a router mounted twice has one lens a route; a long chain keeps its start and its end', async () => {
  const guards = Array.from({ length: 12 }, (_, index) => `app.use(function step${index}(q, s, next) { next(); });`);
  const text = ["const express = require('express');", 'const app = express();', ...guards, 'const r = express.Router();', "r.get('/x', (q, s) => s.end());", "app.use('/a', r);", "app.use('/b', r);", ''].join('\n');
  const client = await start({}, { 'src/app.js': text });
  await client.open(APP, text, 1, 'javascript');
  assert.deepEqual(await shown(client, APP), [
    '15: GET /a/x \u00b7 step0 \u2192 step1 \u2192 step2 \u2192 step3 \u2192 step4 \u2192 \u2026 \u2192 step10 \u2192 step11 \u2192 no authentication \u2192 handler \u00b7 and 1 more',
  ]);
  await client.stop();
});
