import { strict as assert } from 'node:assert';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { closeAll, edit, eventually, finding, findings, gone, openCors, openCorsRule, workspaceFile, write } from './editor.js';

/** Processes this extension host started that run our server. */
function servers(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const parent = /\) \S+ (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
        return Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('server/out/server.js');
      } catch {
        return false;
      }
    });
}

suite('the server', () => {
  teardown(closeAll);

  test('a server that crashes is started again, and its findings come back', async function () {
    // Processes are told apart by /proc, which other systems than Linux do not have.
    if (!existsSync('/proc/self/stat')) this.skip();
    const { document } = await edit('src/crash.ts', openCors);
    await finding(document.uri, openCorsRule);
    const [pid, ...others] = servers();
    assert.ok(pid !== undefined && others.length === 0, `servers: ${servers().join(', ')}`);
    process.kill(pid, 'SIGKILL');
    await eventually('another server runs', () => servers().some((each) => each !== pid));
    const second = await edit('src/after-crash.ts', openCors);
    await finding(second.document.uri, openCorsRule);
    await finding(document.uri, openCorsRule);
  });

  test('a document that was never saved has findings', async () => {
    const document = await vscode.workspace.openTextDocument({ language: 'typescript', content: openCors });
    await vscode.window.showTextDocument(document);
    assert.equal(document.uri.scheme, 'untitled');
    await finding(document.uri, openCorsRule);
  });

  test('what was typed and not saved is forgotten when the editor is closed', async () => {
    const editor = await edit('src/unsaved.ts', 'export {};\n');
    const { uri } = editor.document;
    await editor.edit((builder) => builder.insert(new vscode.Position(0, 0), openCors));
    await finding(uri, openCorsRule);
    await closeAll();
    await gone(uri, openCorsRule);
  });

  test('findings follow a folder that is renamed', async () => {
    const before = await write('moved/from/app.ts', openCors);
    await finding(before, openCorsRule);
    await vscode.workspace.fs.rename(workspaceFile('moved/from'), workspaceFile('moved/to'));
    await finding(workspaceFile('moved/to/app.ts'), openCorsRule);
    await eventually('the old name is clear', () => findings(before).length === 0);
  });

  test('a deleted folder takes its findings along', async () => {
    const uri = await write('deleted/deep/app.ts', openCors);
    await finding(uri, openCorsRule);
    await vscode.workspace.fs.delete(workspaceFile('deleted'), { recursive: true });
    await eventually('its findings are gone', () => findings(uri).length === 0);
  });

  test('a file that is ignored has no findings, until it is ignored no more', async () => {
    const uri = await write('ignored/app.ts', openCors);
    await finding(uri, openCorsRule);
    await write('.gitignore', 'ignored/\n');
    await gone(uri, openCorsRule);
    await vscode.workspace.fs.delete(workspaceFile('.gitignore'));
    await finding(uri, openCorsRule);
  });

  test('what files.exclude hides has no findings', async () => {
    const uri = await write('hidden/app.ts', openCors);
    await finding(uri, openCorsRule);
    const settings = vscode.workspace.getConfiguration('files');
    await settings.update('exclude', { hidden: true }, vscode.ConfigurationTarget.Workspace);
    try {
      await gone(uri, openCorsRule);
    } finally {
      await settings.update('exclude', undefined, vscode.ConfigurationTarget.Workspace);
    }
    await finding(uri, openCorsRule);
  });
});
