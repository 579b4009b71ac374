import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { closeAll, edit, eventually, finding, findings, gone, openCors, openCorsRule, workspaceFile, write } from './editor.js';

suite('findings', () => {
  teardown(closeAll);

  test('a file that was never opened has its findings in the Problems panel', async () => {
    const uri = workspaceFile('src/app.ts');
    const found = await finding(uri, openCorsRule);
    assert.equal(found.severity, vscode.DiagnosticSeverity.Error);
  });

  test('the underlined range is the telling token', async () => {
    const { document } = await edit('src/range.ts', openCors);
    const found = await finding(document.uri, openCorsRule);
    assert.equal(document.getText(found.range), 'true');
    assert.equal(found.range.start.line, 6);
  });

  test('the code of a finding is its rule and links to the rule page', async () => {
    const { document } = await edit('src/code.ts', openCors);
    const { code } = await finding(document.uri, openCorsRule);
    assert.ok(typeof code === 'object');
    assert.equal(code.value, openCorsRule);
    assert.equal(code.target.toString(true), `unlatched-rule:/${openCorsRule}.md`);
    const page = await vscode.workspace.openTextDocument(code.target);
    assert.match(page.getText(), /^# /);
    assert.ok(page.getText().includes(openCorsRule));
  });

  test('the hover on a finding names the rule and its remedy', async () => {
    const { document } = await edit('src/hover.ts', openCors);
    const { range } = await finding(document.uri, openCorsRule);
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, range.start);
    const text = hovers.flatMap(({ contents }) => contents.map((each) => (typeof each === 'string' ? each : each.value))).join('\n');
    assert.ok(text.includes(openCorsRule), text);
    assert.match(text, /CWE-942/);
    assert.match(text, /\(command:unlatched\.explainRule\?/);
    const trusted = hovers.flatMap(({ contents }) =>
      contents.flatMap((each) => (each instanceof vscode.MarkdownString ? [each.isTrusted] : [])),
    );
    assert.deepEqual(
      trusted.filter((each) => each === true),
      [],
      'a hover runs no command but that one',
    );
  });

  test('Explain Rule opens the page of the finding at the cursor', async () => {
    const editor = await edit('src/explain.ts', openCors);
    const { range } = await finding(editor.document.uri, openCorsRule);
    editor.selection = new vscode.Selection(range.start, range.start);
    await vscode.commands.executeCommand('unlatched.explainRule');
    const tab = await eventually('a preview is shown', () => {
      const active = vscode.window.tabGroups.activeTabGroup.activeTab;
      return active?.input instanceof vscode.TabInputWebview && active;
    });
    assert.ok(tab.label.includes('credentials-any-origin.md'), tab.label);
  });

  test('a repair by hand removes the finding while typing', async () => {
    const editor = await edit('src/typing.ts', openCors);
    const { range } = await finding(editor.document.uri, openCorsRule);
    await editor.edit((builder) => builder.replace(range, "['https://shop.example.com']"));
    await gone(editor.document.uri, openCorsRule);
  });

  test('a file that is deleted takes its findings along', async () => {
    const uri = await write('src/deleted.ts', openCors);
    // Not openTextDocument: it would hold the document open for minutes after its editor is closed.
    await vscode.commands.executeCommand('vscode.open', uri);
    await finding(uri, openCorsRule);
    await closeAll();
    await vscode.workspace.fs.delete(uri);
    await eventually('its findings are gone', () => findings(uri).length === 0);
  });
});
