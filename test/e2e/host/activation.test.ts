import { strict as assert } from 'node:assert';
import path from 'node:path';
import * as vscode from 'vscode';
import { closeAll, edit, finding, openCors, openCorsRule } from './editor.js';

const id = 'unlatched.unlatched';
const loadLimitMs = 50;

function extension(): vscode.Extension<unknown> {
  const found = vscode.extensions.getExtension(id);
  assert.ok(found, `${id} is not installed`);
  return found;
}

suite('activation', () => {
  teardown(closeAll);

  test('a workspace with a package.json activates the extension', async () => {
    await extension().activate();
    assert.ok(extension().isActive);
  });

  test('every contributed command is there', async () => {
    const contributed: readonly { readonly command: string }[] = extension().packageJSON.contributes.commands;
    const known = new Set(await vscode.commands.getCommands(true));
    assert.ok(contributed.length > 0);
    assert.deepEqual(
      contributed.map(({ command }) => command).filter((command) => !known.has(command)),
      [],
    );
  });

  test(`the client loads in under ${loadLimitMs} ms`, () => {
    const file = path.join(extension().extensionPath, 'client', 'out', 'extension.js');
    // Time of the processor, so that what else the machine does is not counted.
    const times = [1, 2, 3, 4, 5].map(() => {
      delete require.cache[require.resolve(file)];
      const before = process.cpuUsage();
      require(file);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    });
    assert.ok(Math.min(...times) < loadLimitMs, `${times.map(Math.round).join(', ')} ms`);
  });

  test('the version information names extension, server and editor', async () => {
    await finding((await edit('src/version.ts', openCors)).document.uri, openCorsRule);
    await vscode.commands.executeCommand('unlatched.copyVersionInformation');
    const text = await vscode.env.clipboard.readText();
    assert.match(text, /^Unlatched \d+\.\d+\.\d+\nServer \d+\.\d+\.\d+\n/);
    assert.ok(text.includes(vscode.version));
  });

  test('after a restart of the server its findings are there again', async () => {
    const { document } = await edit('src/restart.ts', openCors);
    await finding(document.uri, openCorsRule);
    await vscode.commands.executeCommand('unlatched.restartServer');
    await finding(document.uri, openCorsRule);
  });
});
