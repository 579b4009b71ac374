import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CodeAction, Diagnostic, Position, WorkspaceEdit } from 'vscode-languageserver/node';
import { realDoor } from '../../server/src/lsp/real-door.js';
import { startClient, type TestClient } from '../support/lsp-client.js';
import { mapHost } from './fake-engine.js';

const APP = 'file:///work/src/app.js';
const POLICY = 'file:///work/unlatched.yml';
const BASELINE = 'file:///work/unlatched-baseline.json';
const CODE = `import express from 'express';
import helmet from 'helmet';
import { requireUser } from './auth.js';
import { tenant } from './tenant.js';
const app = express();
app.use(helmet());
app.post('/files', requireUser, (req, res) => res.json(save(req.body)));
app.put('/files', tenant, (req, res) => res.json(replace(req.body)));
app.listen(3000);
`;
const TENANT = 'export function tenant(req, res, next) {\n  req.tenant = req.headers.host;\n  next();\n}\n';
const AUTH = 'export function requireUser(req, res, next) {\n  if (!req.user) return res.status(401).end();\n  next();\n}\n';
const SIBLING = 'methods/unguarded-sibling';

async function start(more: readonly (readonly [string, string])[] = []): Promise<TestClient> {
  const files = new Map([['package.json', '{ "dependencies": { "express": "5" } }'], ['src/app.js', CODE], ['src/auth.js', AUTH], ['src/tenant.js', TENANT], ...more]);
  const client = await startClient({ hostFactory: () => mapHost(files), door: realDoor });
  await client.workspace();
  await client.open(APP, CODE, 4, 'javascript');
  return client;
}

async function sibling(client: TestClient): Promise<Diagnostic | undefined> {
  return (await client.items(APP)).find((item) => item.code === SIBLING);
}

async function chosen(client: TestClient, title: RegExp): Promise<CodeAction> {
  const found = await sibling(client);
  assert.ok(found, 'the finding is there');
  const actions = await client.request<CodeAction[]>('textDocument/codeAction', { textDocument: { uri: APP }, range: found.range, context: { diagnostics: [] } });
  const action = actions.find((each) => title.test(each.title));
  assert.ok(action, actions.map((each) => each.title).join(' | '));
  assert.equal(action.edit, undefined, 'it is computed when chosen');
  return client.request<CodeAction>('codeAction/resolve', action);
}

/** The one text a workspace edit makes of a text; names of created files are returned beside it. */
function made(edit: WorkspaceEdit | undefined, uri: string, text: string): { readonly text: string; readonly created: readonly string[] } {
  const changes = edit?.documentChanges ?? [];
  const offset = ({ line, character }: Position): number => text.split('\n').slice(0, line).reduce((sum, each) => sum + each.length + 1, 0) + character;
  const edits = changes.flatMap((change) => ('textDocument' in change && change.textDocument.uri === uri ? change.edits : []));
  const created = changes.flatMap((change) => ('kind' in change && change.kind === 'create' ? [change.uri] : []));
  const out = [...edits].sort((left, right) => offset(right.range.start) - offset(left.range.start))
    .reduce((now, each) => now.slice(0, offset(each.range.start)) + ('newText' in each ? each.newText : '') + now.slice(offset(each.range.end)), text);
  return { text: out, created };
}

test('a guard that is taught is written into a new policy, and the finding goes', async () => {
  const client = await start();
  const { edit } = await chosen(client, /^Teach Unlatched that tenant checks who calls$/);
  const { text, created } = made(edit, POLICY, '');
  assert.equal(text, 'version: 1\nauth:\n  guards:\n    - tenant\n');
  assert.deepEqual(created, [POLICY]);
  await client.open(POLICY, text, 1, 'yaml');
  assert.equal(await sibling(client), undefined);
  assert.deepEqual(await client.items(POLICY), []);
  await client.stop();
});

test('a policy that is taught keeps every other byte: comments, order, line ends', async () => {
  for (const [before, after] of [
    ['# ours\r\nversion: 1\r\nauth:\r\n  guards: [session, requireUser] # who\r\n', '# ours\r\nversion: 1\r\nauth:\r\n  guards: [session, requireUser, tenant] # who\r\n'],
    [
      'version: 1\nauth:\n  # names\n  guards:\n    - requireUser   # the session\n\ntls:\n  internalHosts: allow\n',
      'version: 1\nauth:\n  # names\n  guards:\n    - requireUser   # the session\n    - tenant\n\ntls:\n  internalHosts: allow\n',
    ],
  ] as const) {
    const client = await start([['unlatched.yml', before]]);
    const { edit } = await chosen(client, /^Teach Unlatched that tenant/);
    assert.deepEqual(made(edit, POLICY, before), { text: after, created: [] });
    await client.stop();
  }
});

test('the nearest policy is taught, as it stands in the editor', async () => {
  const client = await start([['unlatched.yml', 'version: 1\n'], ['src/unlatched.yml', 'version: 1\n']]);
  const near = 'file:///work/src/unlatched.yml';
  await client.open(near, 'version: 1 # typed\n', 9, 'yaml');
  const { edit } = await chosen(client, /^Teach Unlatched that tenant/);
  assert.deepEqual(edit?.documentChanges?.map((change) => ('textDocument' in change ? change.textDocument : change.kind)), [{ uri: near, version: 9 }]);
  assert.equal(made(edit, near, 'version: 1 # typed\n').text, 'version: 1 # typed\nauth:\n  guards:\n    - tenant\n');
  await client.stop();
});

test('a policy with an error is not written to', async () => {
  const client = await start([['unlatched.yml', 'version: 1\nauth: [\n']]);
  assert.equal((await chosen(client, /^Teach/)).edit, undefined);
  await client.stop();
});

test('only middleware that is not known to protect something can be taught', async () => {
  const client = await start();
  const found = await sibling(client);
  assert.ok(found);
  const actions = await client.request<CodeAction[]>('textDocument/codeAction', { textDocument: { uri: APP }, range: found.range, context: { diagnostics: [] } });
  assert.deepEqual(actions.map((each) => each.title).filter((title) => title.startsWith('Teach')), ['Teach Unlatched that tenant checks who calls']);
  await client.stop();
});

test('a finding is accepted in the baseline, which is created, and is silent from then on', async () => {
  const client = await start();
  const { edit } = await chosen(client, /^Accept methods\/unguarded-sibling here/);
  const { text, created } = made(edit, BASELINE, '');
  assert.deepEqual(created, [BASELINE]);
  const written: unknown = JSON.parse(text);
  assert.match(JSON.stringify(written), /"version":1,"accepted":\[\{"fingerprint":"[^"]+","rule":"methods\/unguarded-sibling","path":"src\/app\.js"\}\]/);
  await client.open(BASELINE, text, 1, 'json');
  assert.equal(await sibling(client), undefined);
  await client.stop();
});

test('a baseline keeps what it accepts, and one that is none is left alone', async () => {
  const before = '{\n  "version": 1,\n  "accepted": [\n    {"fingerprint":"0","rule":"cors/wildcard-origin","path":"a.js"}\n  ]\n}\n';
  const client = await start([['unlatched-baseline.json', before]]);
  const { edit } = await chosen(client, /^Accept/);
  const { text, created } = made(edit, BASELINE, before);
  assert.deepEqual(created, []);
  assert.ok(text.includes('{"fingerprint":"0","rule":"cors/wildcard-origin","path":"a.js"}'), text);
  assert.equal(text.split('\n').length, before.split('\n').length + 1);
  await client.stop();
  const other = await start([['unlatched-baseline.json', 'not a baseline']]);
  assert.equal((await chosen(other, /^Accept/)).edit, undefined);
  await other.stop();
});
