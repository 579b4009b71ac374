import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CancellationTokenSource } from 'vscode-languageserver/node';
import type { InventoryAsResult, InventoryEndpoint, InventoryResult, TeachGuardResult } from '../../server/src/lsp/protocol.js';
import { realDoor } from '../../server/src/lsp/real-door.js';
import { isRecord } from '../../server/src/lsp/settings.js';
import { startClient, type ClientOptions, type TestClient } from '../support/lsp-client.js';
import { mapHost } from './fake-engine.js';

const APP = 'file:///work/src/app.js';
const CODE = [
  "const express = require('express');",
  "const helmet = require('helmet');",
  "const { mystery } = require('./lib/mystery');",
  'const app = express();',
  'app.use(helmet());',
  'function requireUser(req, res, next) {',
  "  if (!req.user) return res.status(401).json({ error: 'no' });",
  '  next();',
  '}',
  'function list(req, res) { res.json([]); }',
  "app.get('/files', list);",
  "app.put('/files/:id', requireUser, list);",
  "app.post('/admin/:id', mystery, list);",
  "app.delete('/odd', req => (req.x ? 1 : 2), list);",
  'app.listen(3000);',
  '',
].join('\n');
const DOCUMENT = "openapi: 3.1.0\ninfo: { title: Files, version: '1' }\npaths:\n  /files:\n    get:\n      security: []\n      responses:\n        '200': { description: ok }\n";

async function start(files: Readonly<Record<string, string>>, more: Partial<ClientOptions> = {}): Promise<TestClient> {
  return startClient({ hostFactory: ({ uri }) => mapHost(new Map(Object.entries(files).flatMap(([path, text]) => (uri.endsWith('/work') ? [[path, text] as const] : [])))), door: realDoor, ...more });
}
function ask(client: TestClient, params: object = {}): Promise<InventoryResult> {
  return client.request('unlatched/inventory', params);
}
function named({ endpoints }: InventoryResult, name: string): InventoryEndpoint {
  const found = endpoints.find(({ method, path }) => `${method} ${path}` === name);
  assert.ok(found, `${name} in ${endpoints.map(({ method, path }) => `${method} ${path}`).join(', ')}`);
  return found;
}

test('the inventory says of each endpoint what a request meets, and where each of it stands', async () => {
  const client = await start({ 'src/app.js': CODE, 'openapi.yaml': `${DOCUMENT}  /odd:\n    delete: { responses: { '204': { description: gone } } }\n` });
  const result = await ask(client);
  assert.deepEqual(result.folders, [{ uri: 'file:///work', name: 'work' }]);
  assert.deepEqual(result.endpoints.map(({ method, path, authentication }) => `${method} ${path} ${authentication}`), [
    'POST /admin/{id} unknown', 'GET /files unguarded', 'PUT /files/{id} guarded', 'DELETE /odd unknown',
  ]);
  const put = named(result, 'PUT /files/{id}');
  assert.deepEqual(put.location, { uri: APP, range: { start: { line: 11, character: 4 }, end: { line: 11, character: 7 } } });
  assert.deepEqual(put.chain.map(({ name, state, protects }) => [name, state, protects]), [['helmet', 'passes', ['headers']], ['requireUser', 'guards', ['authentication']]]);
  assert.equal(put.by, 1);
  assert.equal(put.chain[0]?.location.range.start.line, 4);
  assert.equal(put.handler?.name, 'list');
  assert.equal(put.because, 'requireUser answers 401');
  assert.equal(put.framework, 'express');
  assert.equal(put.documented, 'no');
  const get = named(result, 'GET /files');
  assert.equal(get.documented, 'yes');
  assert.equal(get.operation?.uri, 'file:///work/openapi.yaml');
  assert.deepEqual(get.operation.range.start, { line: 4, character: 4 });
  assert.deepEqual([get.by, get.admin, get.public, get.complete], [null, false, false, true]);
  const admin = named(result, 'POST /admin/{id}');
  assert.deepEqual([admin.admin, admin.chain[1]?.state, admin.chain[1]?.because, admin.chain[1]?.teach], [true, 'unknown', 'nobody can tell what mystery does', 'guards']);
  assert.equal(admin.chain[0]?.teach, null, 'helmet is known');
  assert.equal(new Set(result.endpoints.map(({ id }) => id)).size, 4);
  await client.stop();
});

test('what a document has and no route serves is named with the path code would serve it by, and is gone when a route comes', async () => {
  const code = "const app = require('express')();\napp.get('/api/files', list);\napp.post('/api/files', add);\napp.get('/api/files/:id', show);\napp.delete('/api/files/:id', drop);\napp.listen(3000);\n";
  const operation = "{ responses: { '200': { description: ok } } }";
  const document = [
    'openapi: 3.1.0', "info: { title: Files, version: '1' }", 'servers: [{ url: /api }]', 'paths:',
    `  /files: { get: ${operation}, post: ${operation} }`, `  /files/{id}: { get: ${operation}, delete: ${operation} }`, '  /admin/export:', `    get: ${operation}`, '',
  ].join('\n');
  const client = await start({ 'src/app.js': code, 'openapi.yaml': document });
  const { missing, endpoints } = await ask(client);
  assert.deepEqual(missing.map(({ id, ...rest }) => [typeof id, rest]), [
    ['string', { folder: 'file:///work', method: 'GET', path: '/api/admin/export', admin: true, location: { uri: 'file:///work/openapi.yaml', range: { start: { line: 7, character: 4 }, end: { line: 7, character: 7 } } } }],
  ]);
  assert.deepEqual(endpoints.map(({ documented }) => documented), ['yes', 'yes', 'yes', 'yes']);
  await client.open(APP, code.replace('app.listen', "app.get('/api/admin/export', list);\napp.listen"));
  assert.deepEqual((await ask(client)).missing, []);
  await client.stop();
});
test('a document of another API says nothing of what it does not have', async () => {
  const client = await start({ 'src/app.js': CODE, 'openapi.yaml': DOCUMENT.replace('/files:', '/invoices:') });
  const { endpoints, missing } = await ask(client);
  assert.deepEqual(endpoints.map(({ documented }) => documented), ['unknown', 'unknown', 'unknown', 'unknown']);
  assert.deepEqual(missing, []);
  await client.stop();
});

test('findings of an endpoint carry their severity; what the policy says is public or switches off counts', async () => {
  const open = { 'src/app.js': `${CODE}app.put('/files', list);\napp.post('/login', list);\n` };
  const client = await start(open);
  const put = named(await ask(client), 'PUT /files');
  assert.ok(put.findings.some(({ rule, severity }) => rule === 'methods/put-enabled' && severity === 'warning'), JSON.stringify(put.findings));
  assert.equal(put.public, false);
  assert.equal(named(await ask(client), 'POST /login').public, true);
  assert.equal(put.documented, 'unknown', 'there is no document');
  await client.open('file:///work/unlatched.yml', 'version: 1\nrules:\n  methods/put-enabled: off\nauth:\n  publicPaths: [/files]\n', 1, 'yaml');
  const after = named(await ask(client), 'PUT /files');
  assert.deepEqual(after.findings.filter(({ rule }) => rule === 'methods/put-enabled'), []);
  assert.equal(after.public, true);
  assert.equal(after.id, put.id);
  await client.stop();
});

test('a change is told once, after it is settled, to a client that asked, and only if the answer is another one', async () => {
  const client = await start({ 'src/app.js': CODE });
  const first = CODE.replace("app.get('/files', list);", "app.get('/first', list);");
  await client.open(APP, first);
  const before = await ask(client);
  // The text changes behind all that the inventory names; another server, told of a change later than this one, is through with it.
  await client.change(APP, 2, `${first}// more\n`);
  await client.workspace();
  const other = await start({ 'src/app.js': CODE });
  await ask(other);
  const otherTold = other.next('unlatched/inventoryChanged');
  await other.open(APP, first);
  await otherTold;
  await other.stop();
  assert.equal(client.count('unlatched/inventoryChanged'), 0);
  const told = client.next('unlatched/inventoryChanged');
  await client.change(APP, 3, CODE.replace("app.get('/files', list);", "app.get('/second', list);"));
  await client.change(APP, 4, CODE.replace("app.get('/files', list);", "app.get('/third', list);"));
  await told;
  await client.change(APP, 5, CODE);
  const after = await ask(client);
  assert.equal(client.count('unlatched/inventoryChanged'), 1);
  assert.deepEqual([before, after].map(({ endpoints }) => endpoints.map(({ path }) => path)[1]), ['/files/{id}', '/files']);
  const moved = client.next('unlatched/inventoryChanged');
  await client.change(APP, 6, `\n${CODE}`);
  await moved;
  assert.equal(named(await ask(client), 'GET /files').location.range.start.line, 11, 'places that moved are another answer');
  await client.stop();
});

test('several folders are one inventory, each can be asked for, and one that is switched off is left out', async () => {
  const hosts: Readonly<Record<string, string>> = { 'file:///a/shop': "require('express')().get('/shop', (q, s) => s.end());", 'file:///b/docs': "require('express')().get('/docs', (q, s) => s.end());" };
  const isOff = new Set<string>();
  const client = await startClient({
    hostFactory: ({ uri }) => mapHost(new Map([['app.js', hosts[uri] ?? '']])),
    door: realDoor, folders: Object.keys(hosts), settings: (scope) => ({ enable: !isOff.has(scope ?? '') }),
  });
  const pathsOf = (result: InventoryResult): readonly string[] => result.endpoints.map(({ folder, path }) => `${folder} ${path}`);
  const both = await ask(client);
  assert.deepEqual(both.folders.map(({ name }) => name), ['shop', 'docs']);
  assert.deepEqual(pathsOf(both), ['file:///a/shop /shop', 'file:///b/docs /docs']);
  assert.deepEqual(pathsOf(await ask(client, { folder: 'file:///b/docs/' })), ['file:///b/docs /docs']);
  assert.deepEqual(await ask(client, { folder: 'file:///c' }), { folders: [], endpoints: [], missing: [], gaps: [] });
  const told = client.next('unlatched/inventoryChanged');
  isOff.add('file:///a/shop');
  await client.notify('workspace/didChangeConfiguration', { settings: null });
  await told;
  assert.deepEqual(pathsOf(await ask(client)), ['file:///b/docs /docs']);
  await client.stop();
});

test('the inventory is written in each form; files of several folders are named below their folder', async () => {
  const client = await start({ 'src/app.js': CODE, 'package.json': '{ "name": "files-api", "version": "1.2.3" }' });
  const as = (format: string): Promise<InventoryAsResult | null> => client.request('unlatched/inventoryAs', { format });
  const forms = await Promise.all(['openapi', 'mermaid', 'markdown', 'http', 'json'].map(as));
  assert.deepEqual(forms.map((form) => form?.extension), ['yaml', 'mmd', 'md', 'http', 'json']);
  assert.match(forms[0]?.text ?? '', /title: files-api\n {2}version: 1\.2\.3/);
  for (const form of forms) assert.match(form?.text ?? '', /files/);
  assert.match(forms[2]?.text ?? '', /src\/app\.js:11/);
  const json: readonly { readonly line: number; readonly column: number; readonly file: string }[] = JSON.parse(forms[4]?.text ?? '');
  assert.deepEqual(json.map(({ file, line, column }) => `${file}:${line}:${column}`), ['src/app.js:13:5', 'src/app.js:11:5', 'src/app.js:12:5', 'src/app.js:14:5']);
  assert.equal(await as('pdf'), null);
  assert.equal(await client.request('unlatched/inventoryAs', 7), null);
  await client.stop();
  const text = "require('express')().get('/x', (q, s) => s.end());";
  const several = await startClient({ hostFactory: () => mapHost(new Map([['app.js', text]])), door: realDoor, folders: ['file:///a/api', 'file:///b/api'] });
  const both = await several.request<InventoryAsResult>('unlatched/inventoryAs', { format: 'markdown' });
  assert.match(both.text, /`api\/app\.js:1`[^]*`api-2\/app\.js:1`/);
  const one = await several.request<InventoryAsResult>('unlatched/inventoryAs', { format: 'markdown', folder: 'file:///b/api' });
  assert.match(one.text, /`app\.js:1`/);
  assert.doesNotMatch(one.text, /api-2/);
  await several.stop();
});

test('a name is taught to the policy of the file, which is made where there is none', async () => {
  const client = await start({ 'src/app.js': CODE });
  const teach = (params: unknown): Promise<TeachGuardResult | null> => client.request('unlatched/teachGuard', params);
  const taught = await teach({ uri: APP, name: 'mystery', key: 'guards' });
  assert.equal(taught?.policy, 'file:///work/unlatched.yml');
  const changes = taught.edit.documentChanges ?? [];
  assert.deepEqual(changes.map((change) => ('kind' in change ? change.kind : 'edit')), ['create', 'edit']);
  const text = changes.flatMap((change) => ('edits' in change ? change.edits.map((edit) => ('newText' in edit ? edit.newText : '')) : [])).join('');
  await client.open(taught.policy, text, 1, 'yaml');
  const admin = named(await ask(client), 'POST /admin/{id}');
  assert.deepEqual([admin.authentication, admin.by], ['guarded', 1]);
  for (const odd of [7, {}, { uri: APP, name: 'a b', key: 'guards' }, { uri: APP, name: 'a', key: 'other' }, { uri: 'file:///elsewhere/deep/x.js', name: 'a', key: 'guards' }]) assert.equal(await teach(odd), null);
  await client.stop();
});

test('CORS is named with the origins it lets in', async () => {
  const setups = ["cors()", "cors({ origin: 'https://a.example.com' })", 'cors({ origin: true, credentials: true })', "cors({ origin: ['https://a.example.com', 'https://b.example.com'] })", 'cors(options)', 'helmet()'];
  const text = ["const express = require('express');", "const cors = require('cors');", "const helmet = require('helmet');", "const options = require('./gone');", 'const app = express();',
    ...setups.map((setup, index) => `app.get('/${index}', ${setup}, (q, s) => s.end());`), ''].join('\n');
  const client = await start({ 'src/app.js': text });
  const { endpoints } = await ask(client);
  assert.deepEqual(endpoints.map(({ chain }) => chain[0]?.detail), ['*', 'https://a.example.com', 'any origin, credentials', '2 origins', null, null]);
  await client.stop();
});

test('places where routes may be missing are named', async () => {
  const client = await start({ 'src/app.js': `${CODE}require('./plugins')(app);\n` });
  const { gaps } = await ask(client);
  assert.deepEqual(gaps.map(({ folder, location }) => [folder, location.uri, location.range.start.line]), [['file:///work', APP, 15]]);
  assert.match(gaps[0]?.because ?? '', /./);
  await client.stop();
});

test('a request that is cancelled while the folder is read is answered as cancelled', async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const host = mapHost(new Map([['src/app.js', CODE]]));
  const client = await startClient({ hostFactory: () => ({ ...host, list: async () => (await held, host.list()) }), door: realDoor });
  const source = new CancellationTokenSource();
  const asked = client.connection.sendRequest('unlatched/inventory', {}, source.token);
  await client.request('unlatched/rulePage', { id: 'cors/wildcard-origin' });
  source.cancel();
  await assert.rejects(asked, (error: unknown) => isRecord(error) && error['code'] === -32800);
  release();
  assert.equal((await ask(client)).endpoints.length, 4);
  await client.stop();
});
