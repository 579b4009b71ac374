import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter, type DocumentDiagnosticReport, type InitializeResult, type WorkspaceDiagnosticReport } from 'vscode-languageserver/node';
import { vscodeLike } from '../support/lsp-client.js';

test('the bundled server speaks over standard streams, finds files on disk, and ends with 0 after shutdown and exit', async () => {
  await mkdir('out', { recursive: true });
  const base = await mkdtemp(join('out', 'stdio-'));
  try {
    const outfile = join(base, 'server', 'out', 'server.js');
    await build({ entryPoints: ['server/src/lsp/main.ts'], bundle: true, platform: 'node', format: 'cjs', target: 'node20', mainFields: ['module', 'main'], outfile, logLevel: 'silent' });
    const root = join(base, 'project');
    await mkdir(root);
    await writeFile(join(root, 'unlatched.yml'), '# \u00e9\nnonsense: true\n');
    const uri = pathToFileURL(root).href;
    const child = spawn(process.execPath, [outfile, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const exit = new Promise<number | null>((resolve) => {
      child.on('exit', resolve);
    });
    const connection = createMessageConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
    connection.onRequest((method) => (method === 'workspace/configuration' ? [null] : null));
    connection.listen();
    const started = await connection.sendRequest<InitializeResult>('initialize', { processId: process.pid, rootUri: uri, capabilities: vscodeLike, workspaceFolders: [{ uri, name: 'project' }] });
    assert.equal(started.serverInfo?.name, 'unlatched');
    await connection.sendNotification('initialized', {});
    await connection.sendNotification('textDocument/didOpen', { textDocument: { uri: `${uri}/app.ts`, languageId: 'typescript', version: 1, text: 'export {};\n' } });
    const document = await connection.sendRequest<DocumentDiagnosticReport>('textDocument/diagnostic', { textDocument: { uri: `${uri}/app.ts` } });
    assert.equal(document.kind, 'full');
    const workspace = await connection.sendRequest<WorkspaceDiagnosticReport>('workspace/diagnostic', { previousResultIds: [] });
    assert.deepEqual(workspace.items.map((item) => [item.uri, item.kind === 'full' ? item.items.map((each) => each.code) : []]), [[`${uri}/unlatched.yml`, ['unlatched/policy-invalid']]]);
    await connection.sendRequest('shutdown');
    await connection.sendNotification('exit');
    assert.equal(await exit, 0);
    connection.dispose();
  } finally {
    await rm(base, { recursive: true, force: true });
  }
});
