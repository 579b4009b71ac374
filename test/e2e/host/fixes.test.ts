import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { actionsAt, apply, closeAll, edit, finding, findings, gone, openCors, openCorsRule, titled } from './editor.js';

const unsignedTokens = `import jwt from 'jsonwebtoken';

export function readAccess(token: string, key: string): unknown {
  return jwt.verify(token, key, { algorithms: ['HS256', 'none'] });
}

export function readRefresh(token: string, key: string): unknown {
  return jwt.verify(token, key, { algorithms: ['none', 'HS512'] });
}
`;

suite('fixes', () => {
  teardown(closeAll);

  test('the quick fix applies and removes the finding', async () => {
    const { document } = await edit('src/quick-fix.ts', openCors);
    const { range } = await finding(document.uri, openCorsRule);
    await apply(titled(await actionsAt(document.uri, range, vscode.CodeActionKind.QuickFix), /allow-list/i));
    await gone(document.uri, openCorsRule);
    assert.ok(!document.getText().includes('origin: true'), document.getText());
  });

  test('fix all repairs every safe finding of the file', async () => {
    const { document } = await edit('src/fix-all.ts', unsignedTokens);
    await finding(document.uri, 'jwt/none-algorithm');
    const whole = new vscode.Range(0, 0, document.lineCount, 0);
    const actions = await actionsAt(document.uri, whole, vscode.CodeActionKind.SourceFixAll.append('unlatched'));
    assert.equal(actions.length, 1, actions.map((each) => each.title).join(' | '));
    for (const action of actions) await apply(action);
    await gone(document.uri, 'jwt/none-algorithm');
    assert.equal(document.getText(), unsignedTokens.replace("['HS256', 'none']", "['HS256']").replace("['none', 'HS512']", "['HS512']"));
  });

  test('fix on save repairs what is safe and leaves what is not', async () => {
    const settings = vscode.workspace.getConfiguration('editor');
    await settings.update('codeActionsOnSave', { 'source.fixAll.unlatched': 'explicit' }, vscode.ConfigurationTarget.Workspace);
    try {
      const editor = await edit('src/on-save.ts', `${unsignedTokens}\n${openCors}`);
      await finding(editor.document.uri, 'jwt/none-algorithm');
      await finding(editor.document.uri, openCorsRule);
      await editor.edit((builder) => builder.insert(new vscode.Position(0, 0), '\n'));
      assert.ok(await editor.document.save());
      await gone(editor.document.uri, 'jwt/none-algorithm');
      assert.equal(findings(editor.document.uri, openCorsRule).length, 1);
    } finally {
      await settings.update('codeActionsOnSave', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  test('a suppression silences the finding once it has a reason', async () => {
    const editor = await edit('src/suppress.ts', openCors);
    const { document } = editor;
    const { range } = await finding(document.uri, openCorsRule);
    await apply(titled(await actionsAt(document.uri, range, vscode.CodeActionKind.QuickFix), /suppress/i));
    await gone(document.uri, openCorsRule);
    const line = document.getText().split('\n').find((each) => each.includes('unlatched-ignore'));
    assert.match(line ?? '', /^\/\/ unlatched-ignore cors\/credentials-any-origin -- \S/);
  });

  test('no fix is offered where there is no finding', async () => {
    const { document } = await edit('src/clean.ts', 'export const answer = 42;\n');
    const actions = await actionsAt(document.uri, new vscode.Range(0, 0, 0, 5), vscode.CodeActionKind.QuickFix);
    assert.deepEqual(
      actions.filter(({ title }) => /unlatched|suppress|allow-list/i.test(title)).map(({ title }) => title),
      [],
    );
  });
});
