import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { closeAll, edit, eventually, finding, gone, openCors, openCorsRule, workspaceFile, write } from './editor.js';

const policy = 'unlatched.yml';

suite('policy and settings', () => {
  teardown(async () => {
    await closeAll();
    await vscode.workspace.fs.delete(workspaceFile(policy)).then(undefined, () => undefined);
    await vscode.workspace.getConfiguration('unlatched').update('rules', undefined, vscode.ConfigurationTarget.Workspace);
    await vscode.workspace.getConfiguration('unlatched').update('enable', undefined, vscode.ConfigurationTarget.Workspace);
  });

  test('a rule switched off in the policy goes, and comes back with the policy gone', async () => {
    const { document } = await edit('src/policy.ts', openCors);
    await finding(document.uri, openCorsRule);
    await write(policy, `version: 1\nrules:\n  ${openCorsRule}: off\n`);
    await gone(document.uri, openCorsRule);
    await vscode.workspace.fs.delete(workspaceFile(policy));
    await finding(document.uri, openCorsRule);
  });

  test('a level in the policy applies as it is typed, before it is saved', async () => {
    const { document } = await edit('src/level.ts', openCors);
    await finding(document.uri, openCorsRule);
    const editor = await edit(policy, 'version: 1\n');
    await editor.edit((builder) => builder.insert(new vscode.Position(1, 0), `rules:\n  ${openCorsRule}: warning\n`));
    await eventually('the finding is a warning', () =>
      vscode.languages
        .getDiagnostics(document.uri)
        .some((each) => each.source === 'unlatched' && each.severity === vscode.DiagnosticSeverity.Warning),
    );
  });

  test('an error in the policy is a finding in the policy file', async () => {
    const uri = await write(policy, 'version: 1\nrules:\n  cors/no-such-rule: error\n');
    await finding(uri, 'unlatched/policy-invalid');
  });

  test('a level in the settings applies', async () => {
    const { document } = await edit('src/setting.ts', openCors);
    await finding(document.uri, openCorsRule);
    await vscode.workspace.getConfiguration('unlatched').update('rules', { [openCorsRule]: 'off' }, vscode.ConfigurationTarget.Workspace);
    await gone(document.uri, openCorsRule);
  });

  test('switched off, the extension shows nothing', async () => {
    const { document } = await edit('src/enable.ts', openCors);
    await finding(document.uri, openCorsRule);
    await vscode.workspace.getConfiguration('unlatched').update('enable', false, vscode.ConfigurationTarget.Workspace);
    await eventually('no finding is left', () =>
      vscode.languages.getDiagnostics().every(([, all]) => all.every(({ source }) => source !== 'unlatched')),
    );
    await vscode.workspace.getConfiguration('unlatched').update('enable', undefined, vscode.ConfigurationTarget.Workspace);
    await finding(document.uri, openCorsRule);
  });

  test('Create Policy File writes a valid policy, opens it and keeps one that is there', async () => {
    await vscode.commands.executeCommand('unlatched.createPolicyFile');
    const uri = workspaceFile(policy);
    assert.equal(vscode.window.activeTextEditor?.document.uri.toString(), uri.toString());
    assert.match(vscode.window.activeTextEditor.document.getText(), /^version: 1$/m);
    await write(policy, 'version: 1\n# kept\n');
    await vscode.commands.executeCommand('unlatched.createPolicyFile');
    assert.match(new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)), /# kept/);
    assert.deepEqual(
      vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'unlatched'),
      [],
    );
  });
});
