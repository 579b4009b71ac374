import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { closeAll, edit, eventually, openCors } from './editor.js';

/** Tabs that show the mind map. */
function maps(): readonly vscode.Tab[] {
  return vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith('unlatched.mindMap'));
}

suite('the mind map', () => {
  teardown(closeAll);

  test('the command opens one panel, and shows it again when it is there', async () => {
    await edit('src/map.ts', openCors);
    await vscode.commands.executeCommand('unlatched.openMindMap');
    await eventually('the panel is open', () => maps().some(({ isActive }) => isActive));
    await edit('src/other.ts', openCors);
    await eventually('another tab is in front', () => maps().every(({ isActive }) => !isActive));
    await vscode.commands.executeCommand('unlatched.openMindMap');
    await eventually('the panel is in front', () => maps().some(({ isActive }) => isActive));
    assert.equal(maps().length, 1);
    assert.equal(maps()[0]?.label, 'API Mind Map');
  });

  test('a panel that was closed is opened anew', async () => {
    await vscode.commands.executeCommand('unlatched.openMindMap');
    await eventually('the panel is open', () => maps().length === 1);
    await vscode.window.tabGroups.close(maps());
    await eventually('the panel is gone', () => maps().length === 0);
    await vscode.commands.executeCommand('unlatched.openMindMap');
    await eventually('the panel is open again', () => maps().length === 1);
  });
});
