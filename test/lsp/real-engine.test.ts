import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CodeAction } from 'vscode-languageserver/node';
import { realDoor } from '../../server/src/lsp/real-door.js';
import { startClient, type TestClient } from '../support/lsp-client.js';
import { mapHost } from './fake-engine.js';

const APP = 'file:///work/src/app.ts';
const CODE = "import express from 'express';\nimport cors from 'cors';\nconst app = express();\napp.use(cors({ origin: '*' }));\napp.listen(3000);\n";

async function start(files: Map<string, string> = new Map([['src/app.ts', CODE]])): Promise<TestClient> {
  return startClient({ hostFactory: () => mapHost(files), door: realDoor });
}

async function wildcards(client: TestClient): Promise<readonly string[]> {
  return (await client.items(APP)).filter((item) => item.code === 'cors/wildcard-origin').map(({ range: { start, end } }) => `${start.line}:${start.character}-${end.character}`);
}

test('a wildcard origin is underlined at the star, typed or on disk', async () => {
  const client = await start();
  const report = await client.workspace();
  assert.ok(report.items.some((item) => item.uri === APP && item.kind === 'full' && item.items.some((each) => each.code === 'cors/wildcard-origin')));
  await client.open(APP, CODE);
  assert.deepEqual(await wildcards(client), ['3:23-26']);
  await client.change(APP, 2, `// \u{1F600}\r\n${CODE.replaceAll('\n', '\r\n')}`);
  assert.deepEqual(await wildcards(client), ['4:23-26']);
  await client.change(APP, 3, CODE.replace("'*'", "'https://app.example.com'"));
  assert.deepEqual(await wildcards(client), []);
  await client.stop();
});

test('the hover and the light bulb on it explain and repair', async () => {
  const client = await start();
  await client.open(APP, CODE);
  const hover = await client.request<{ contents: { value: string } }>('textDocument/hover', { textDocument: { uri: APP }, position: { line: 3, character: 24 } });
  assert.match(hover.contents.value, /cors\/wildcard-origin/);
  assert.match(hover.contents.value, /CWE-942/);
  assert.match(hover.contents.value, /\*\*Wrong\*\*[^]*\*\*Right\*\*/);
  const place = { line: 3, character: 24 };
  const actions = await client.request<CodeAction[]>('textDocument/codeAction', { textDocument: { uri: APP }, range: { start: place, end: place }, context: { diagnostics: [] } });
  const suppress = actions.find((action) => action.title === 'Suppress cors/wildcard-origin with a reason...');
  assert.ok(suppress);
  const resolved = await client.request<CodeAction>('codeAction/resolve', suppress);
  assert.match(JSON.stringify(resolved.edit), /unlatched-ignore cors\/wildcard-origin -- /);
  await client.stop();
});

test('a policy that trusts any reader of some paths, or switches the rule off, applies while it is typed', async () => {
  const client = await start();
  await client.open(APP, CODE);
  const policy = 'file:///work/unlatched.yml';
  await client.open(policy, 'version: 1\n', 1, 'yaml');
  assert.equal((await wildcards(client)).length, 1);
  await client.change(policy, 2, 'version: 1\nrules:\n  cors/wildcard-origin: off\n');
  assert.deepEqual(await wildcards(client), []);
  await client.change(policy, 3, 'version: 1\nrules:\n  cors/wildcard-origin: offf\n');
  assert.deepEqual((await client.items(policy)).map((item) => item.code), ['unlatched/policy-invalid']);
  assert.deepEqual(await wildcards(client), []);
  await client.stop();
});

test('typing a file character by character never breaks the server', async () => {
  const client = await start(new Map());
  await client.open(APP, '');
  for (let length = 1; length <= CODE.length; length++) {
    await client.change(APP, length + 1, CODE.slice(0, length));
    if (length % 9 === 0) await client.items(APP);
  }
  assert.deepEqual(await wildcards(client), ['3:23-26']);
  await client.stop();
});

test('fix all on save takes safe fixes only, and a second time there is nothing to do', async () => {
  const client = await start(new Map());
  const uri = 'file:///work/openapi.yaml';
  const operation = (method: string): string => `    ${method}:\n      security: [{ jwt: [] }]\n      responses:\n        '200': { description: ok }\n`;
  const head = "openapi: 3.1.0\ninfo: { title: Files, version: '1' }\nservers: [{ url: 'http://api.shop.example.com' }]\npaths:\n  /files:\n";
  const before = `${head}${operation('get')}${operation('post')}components:\n  securitySchemes:\n    jwt: { type: http, scheme: bearer }\n`;
  await client.open(uri, before, 1, 'yaml');
  const codes = async (): Promise<readonly unknown[]> => (await client.items(uri)).map((item) => item.code);
  assert.deepEqual((await codes()).filter((code) => code === 'openapi/missing-auth-responses').length, 2);
  const fixAll = (): Promise<CodeAction[]> =>
    client.request('textDocument/codeAction', { textDocument: { uri }, range: { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } }, context: { diagnostics: [], only: ['source.fixAll'] } });
  const [action, ...others] = await fixAll();
  assert.deepEqual(others, []);
  const edits = (action?.edit?.documentChanges ?? []).flatMap((change) => ('textDocument' in change ? change.edits : []));
  assert.ok(edits.length > 0);
  const lines = before.split('\n');
  const offset = ({ line, character }: { line: number; character: number }): number => lines.slice(0, line).reduce((sum, each) => sum + each.length + 1, 0) + character;
  const after = [...edits].sort((left, right) => offset(right.range.start) - offset(left.range.start))
    .reduce((text, each) => text.slice(0, offset(each.range.start)) + ('newText' in each ? each.newText : '') + text.slice(offset(each.range.end)), before);
  await client.change(uri, 2, after);
  assert.deepEqual((await codes()).filter((code) => code === 'openapi/missing-auth-responses'), []);
  assert.ok((await codes()).includes('openapi/insecure-server-url'), 'what needs a decision stays');
  assert.deepEqual(await fixAll(), []);
  await client.stop();
});

test('a line of a megabyte is answered: source that is no source is named, a document is analysed', async () => {
  const client = await start(new Map());
  await client.open(APP, `${CODE}const blob = '${'x'.repeat(1_000_000)}';\n`);
  assert.deepEqual((await client.items(APP)).map((item) => item.code), ['unlatched/not-analysed']);
  const uri = 'file:///work/openapi.json';
  const document = { openapi: '3.1.0', info: { title: 'a', version: '1', description: 'x'.repeat(1_000_000) }, servers: [{ url: 'http://api.shop.example.com' }], paths: {} };
  const text = JSON.stringify(document);
  await client.open(uri, text, 1, 'json');
  const [found] = (await client.items(uri)).filter((item) => item.code === 'openapi/insecure-server-url');
  assert.ok(found && found.range.start.line === 0 && found.range.start.character > 1_000_000, JSON.stringify(found?.range));
  await client.stop();
});

test('a file that does not parse keeps its other findings', async () => {
  const client = await start(new Map());
  await client.open(APP, `${CODE}app.post('/x', (req, res => {\n`);
  assert.deepEqual(await wildcards(client), ['3:23-26']);
  await client.stop();
});

test('versions are those of the lock file and of what is installed, also after an installation', async () => {
  const manifest = 'file:///work/package.json';
  const text = '{ "dependencies": { "express": "^4.16.0" } }\n';
  const lock = (version: string): string => `express@^4.16.0:\n  version "${version}"\n`;
  const files = new Map([['package.json', text], ['yarn.lock', lock('4.17.3')]]);
  const client = await start(files);
  const said = async (): Promise<readonly string[]> => (await client.items(manifest)).filter(({ code }) => code === 'deps/vulnerable').map(({ message }) => (typeof message === 'string' ? message : message.value).split(' has ')[0] ?? '');
  const tell = (path: string, type: number): Promise<void> => client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: `file:///work/${path}`, type }] });
  await client.open(manifest, text, 1, 'json');
  assert.deepEqual(await said(), ['express 4.17.3']);
  files.set('node_modules/express/package.json', '{ "name": "express", "version": "4.18.3" }');
  files.set('yarn.lock', lock('4.18.3'));
  await tell('yarn.lock', 2);
  assert.deepEqual(await said(), ['express 4.18.3']);
  files.set('node_modules/express/package.json', '{ "name": "express", "version": "4.22.0" }');
  files.set('yarn.lock', lock('4.22.0'));
  await tell('yarn.lock', 2);
  assert.deepEqual(await said(), []);
  files.delete('node_modules/express/package.json');
  files.delete('yarn.lock');
  await tell('yarn.lock', 3);
  files.set('yarn.lock', lock('4.16.1'));
  await tell('yarn.lock', 1);
  assert.deepEqual(await said(), ['express 4.16.1']);
  await client.stop();
});

test('an edit of the document updates what is said of the code, and the other way round', async () => {
  const document = 'file:///work/openapi.yaml';
  const paths = "openapi: 3.0.3\npaths:\n  /orders: { get: { responses: { default: { description: any } } } }\n";
  const code = "import express from 'express';\nconst app = express();\napp.get('/orders', (req, res) => res.json([]));\napp.get('/refunds', (req, res) => res.json([]));\napp.listen(3000);\n";
  const client = await start(new Map([['src/app.ts', code], ['openapi.yaml', paths]]));
  const drift = async (uri: string): Promise<readonly unknown[]> => (await client.items(uri)).map((item) => item.code).filter((one) => String(one).startsWith('spec/'));
  await client.open(APP, code);
  await client.open(document, paths, 1, 'yaml');
  assert.deepEqual(await drift(APP), ['spec/shadow-endpoint']);
  await client.change(document, 2, `${paths}  /refunds: { get: { deprecated: true, responses: { default: { description: any } } } }\n`);
  assert.deepEqual([await drift(APP), await drift(document)], [['spec/zombie-endpoint'], ['spec/zombie-endpoint']]);
  await client.change(APP, 2, code.replace('/refunds', '/returns'));
  assert.deepEqual([await drift(APP), await drift(document)], [['spec/shadow-endpoint'], []]);
  await client.stop();
});
