import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import {
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type CodeAction,
  type DocumentDiagnosticReport,
  type InitializeResult,
  type MessageConnection,
  type WorkspaceDiagnosticReport,
} from 'vscode-languageserver/node';
import { vscodeLike } from '../support/lsp-client.js';

let base = '';
let bundle = '';

before(async () => {
  await mkdir('out', { recursive: true });
  base = await mkdtemp(join('out', 'stdio-'));
  bundle = join(base, 'server', 'out', 'server.js');
  await build({ entryPoints: ['server/src/lsp/main.ts'], bundle: true, platform: 'node', format: 'cjs', target: 'node20', mainFields: ['module', 'main'], outfile: bundle, logLevel: 'silent' });
});
after(() => rm(base, { recursive: true, force: true }));

interface Running {
  readonly connection: MessageConnection;
  readonly started: InitializeResult;
  /** The folder the server works on, and its URI. */
  readonly root: string;
  readonly uri: string;
  /** Ends it in good order; the exit status. */
  stop(): Promise<number | null>;
}

/** The bundled server as a process of its own, on a new folder that holds these files. */
async function run(name: string, files: Readonly<Record<string, string>>, node: readonly string[] = [], more: readonly string[] = ['--stdio']): Promise<Running> {
  const root = join(base, name);
  await mkdir(root);
  for (const [path, text] of Object.entries(files)) await writeFile(join(root, path), text);
  const uri = pathToFileURL(root).href;
  const child = spawn(process.execPath, [...node, bundle, ...more], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exit = new Promise<number | null>((ended) => {
    child.on('exit', ended);
  });
  const connection = createMessageConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
  connection.onRequest((method) => (method === 'workspace/configuration' ? [null] : null));
  connection.listen();
  const started = await connection.sendRequest<InitializeResult>('initialize', { processId: process.pid, rootUri: uri, capabilities: vscodeLike, workspaceFolders: [{ uri, name }] });
  await connection.sendNotification('initialized', {});
  const stop = async (): Promise<number | null> => {
    await connection.sendRequest('shutdown');
    await connection.sendNotification('exit');
    const status = await exit;
    connection.dispose();
    return status;
  };
  return { connection, started, root, uri, stop };
}

test('the bundled server speaks over standard streams, finds files on disk, and ends with 0 after shutdown and exit', async () => {
  const { connection, started, uri, stop } = await run('project', { 'unlatched.yml': '# \u00e9\nnonsense: true\n' });
  assert.equal(started.serverInfo?.name, 'unlatched');
  await connection.sendNotification('textDocument/didOpen', { textDocument: { uri: `${uri}/app.ts`, languageId: 'typescript', version: 1, text: 'export {};\n' } });
  const document = await connection.sendRequest<DocumentDiagnosticReport>('textDocument/diagnostic', { textDocument: { uri: `${uri}/app.ts` } });
  assert.equal(document.kind, 'full');
  const workspace = await connection.sendRequest<WorkspaceDiagnosticReport>('workspace/diagnostic', { previousResultIds: [] });
  assert.deepEqual(workspace.items.map((item) => [item.uri, item.kind === 'full' ? item.items.map((each) => each.code) : []]), [[`${uri}/unlatched.yml`, ['unlatched/policy-invalid']]]);
  assert.equal(await stop(), 0);
});

/** Loaded before the server: whatever would open a socket or ask for an address writes a line instead. */
const WATCH = `
const { appendFileSync } = require('node:fs');
const note = (what) => appendFileSync(process.env.SOCKET_LOG, what + '\\n');
const net = require('node:net');
const deny = (object, name) => { object[name] = () => { note(name); throw new Error('no network: ' + name); }; };
deny(net.Socket.prototype, 'connect');
deny(net.Server.prototype, 'listen');
deny(require('node:dgram'), 'createSocket');
for (const name of ['lookup', 'resolve', 'resolve4', 'resolve6']) deny(require('node:dns'), name);
for (const name of ['http', 'https']) for (const call of ['request', 'get']) deny(require('node:' + name), call);
deny(require('node:tls'), 'connect');
globalThis.fetch = () => { note('fetch'); throw new Error('no network: fetch'); };
appendFileSync(process.env.SOCKET_LOG, 'watching\\n');
`;

test('the server opens no socket, not even when its arguments name one', async () => {
  const watch = resolve(base, 'watch.cjs');
  await writeFile(watch, WATCH);
  const code = "import express from 'express';\nimport cors from 'cors';\nconst app = express();\napp.use(cors({ origin: '*' }));\nfetch('http://api.example.com');\napp.listen(3000);\n";
  for (const [index, transport] of [['--stdio'], ['--socket=1'], ['--pipe=nowhere']].entries()) {
    const log = resolve(base, `sockets-${index}.log`);
    process.env['SOCKET_LOG'] = log;
    const { connection, uri, stop } = await run(`watched-${index}`, { 'app.js': code, 'package.json': '{ "dependencies": { "express": "4.0.0" } }' }, ['--require', watch], transport);
    delete process.env['SOCKET_LOG'];
    const textDocument = { uri: `${uri}/app.js` };
    await connection.sendNotification('textDocument/didOpen', { textDocument: { ...textDocument, languageId: 'javascript', version: 1, text: code } });
    const report = await connection.sendRequest<DocumentDiagnosticReport>('textDocument/diagnostic', { textDocument });
    assert.ok(report.kind === 'full' && report.items.some((item) => item.code === 'cors/wildcard-origin'));
    const position = { line: 3, character: 24 };
    await connection.sendRequest('textDocument/hover', { textDocument, position });
    const actions = await connection.sendRequest<CodeAction[]>('textDocument/codeAction', { textDocument, range: { start: position, end: position }, context: { diagnostics: [] } });
    assert.ok(actions.length > 1);
    await connection.sendRequest('workspace/diagnostic', { previousResultIds: [] });
    await connection.sendRequest('unlatched/checkWorkspace', {});
    assert.equal(await stop(), 0);
    assert.equal(await readFile(log, 'utf8'), 'watching\n');
  }
});
