import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import {
  actionsAt,
  apply,
  closeAll,
  edit,
  eventually,
  finding,
  findings,
  gone,
  openCors,
  openCorsRule,
  save,
  titled,
  workspaceFile,
} from './editor.js';

const silentRefusals = `openapi: 3.1.0
info: { title: Files, version: '1' }
servers:
  - url: https://api.shop.example.com
paths:
  /files:
    get:
      security:
        - jwt: []
      responses:
        '200': { description: all files }
    post:
      security:
        - jwt: []
      responses:
        '201': { description: stored }
components:
  securitySchemes:
    jwt: { type: http, scheme: bearer }
`;
const tenants = `import express from 'express';
import helmet from 'helmet';

function requireUser(req, res, next) {
  if (!req.user) return res.status(401).end();
  next();
}
function tenant(req, res, next) {
  req.tenant = req.headers.host;
  next();
}
const app = express();
app.use(helmet());
app.post('/files', requireUser, (req, res) => res.status(201).end());
app.put('/files', tenant, (req, res) => res.status(204).end());
app.listen(3000);
`;
const sibling = 'methods/unguarded-sibling';
const silentRefusal = 'openapi/missing-auth-responses';
const plainServer = 'openapi/insecure-server-url';

/** The document after both operations document that they refuse. */
function repaired(text: string): boolean {
  return text.match(/'401':/g)?.length === 2;
}

suite('fixes', () => {
  teardown(closeAll);

  test('the quick fix applies and removes the finding', async () => {
    const { document } = await edit('src/quick-fix.ts', openCors);
    const { range } = await finding(document.uri, openCorsRule);
    await apply(titled(await actionsAt(document.uri, range, vscode.CodeActionKind.QuickFix), /allow-list/i));
    await gone(document.uri, openCorsRule);
    assert.ok(!document.getText().includes('origin: true'), document.getText());
  });

  test('fix all repairs every safe finding of the file, and a second time nothing', async () => {
    const { document } = await edit('fix-all/openapi.yaml', silentRefusals);
    await eventually('both operations are found', () => findings(document.uri, silentRefusal).length === 2);
    const fixAll = (): Promise<readonly vscode.CodeAction[]> =>
      actionsAt(document.uri, new vscode.Range(0, 0, document.lineCount, 0), vscode.CodeActionKind.SourceFixAll.append('unlatched'));
    const [action, ...others] = await fixAll();
    assert.ok(action && others.length === 0, `${others.length + (action ? 1 : 0)} actions`);
    await apply(action);
    await gone(document.uri, silentRefusal);
    assert.ok(repaired(document.getText()), document.getText());
    assert.deepEqual(await fixAll(), []);
  });

  test('"Fix all of this rule" repairs the rule in the whole file', async () => {
    const { document } = await edit('fix-rule/openapi.yaml', silentRefusals);
    const found = await eventually(
      'both operations are found',
      () => findings(document.uri, silentRefusal).length === 2 && findings(document.uri, silentRefusal),
    );
    const range = found[0]?.range;
    assert.ok(range);
    await apply(titled(await actionsAt(document.uri, range, vscode.CodeActionKind.QuickFix), /^Fix all of openapi/));
    await gone(document.uri, silentRefusal);
    assert.ok(repaired(document.getText()), document.getText());
  });

  test('fix on save repairs what is safe and leaves what is not', async () => {
    const settings = vscode.workspace.getConfiguration('editor');
    await settings.update('codeActionsOnSave', { 'source.fixAll.unlatched': 'explicit' }, vscode.ConfigurationTarget.Workspace);
    try {
      const editor = await edit('on-save/openapi.yaml', silentRefusals.replace('https:', 'http:'));
      await finding(editor.document.uri, silentRefusal);
      await finding(editor.document.uri, plainServer);
      await editor.edit((builder) => builder.insert(new vscode.Position(0, 0), '# edited\n'));
      await save(editor.document);
      await gone(editor.document.uri, silentRefusal);
      assert.ok(repaired(editor.document.getText()), editor.document.getText());
      assert.equal(findings(editor.document.uri, plainServer).length, 1);
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
    const line = document
      .getText()
      .split('\n')
      .find((each) => each.includes('unlatched-ignore'));
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

  test('a finding accepted in the baseline is silent, and the file is written', async () => {
    const baseline = workspaceFile('unlatched-baseline.json');
    const { document } = await edit('src/accept.ts', openCors);
    const { range } = await finding(document.uri, openCorsRule);
    await apply(titled(await actionsAt(document.uri, range, vscode.CodeActionKind.QuickFix), /^Accept cors/));
    await gone(document.uri, openCorsRule);
    const written = await vscode.workspace.openTextDocument(baseline);
    assert.ok(written.getText().includes('"path":"src/accept.ts"'), written.getText());
    await written.save();
    await vscode.workspace.fs.delete(baseline);
    await finding(document.uri, openCorsRule);
  });

  test('a guard that is taught stands in the policy, and its finding goes', async () => {
    const policy = workspaceFile('unlatched.yml');
    const { document } = await edit('src/teach.ts', tenants);
    const { range } = await finding(document.uri, sibling);
    await apply(titled(await actionsAt(document.uri, range, vscode.CodeActionKind.QuickFix), /^Teach Unlatched that tenant/));
    await gone(document.uri, sibling);
    const written = await vscode.workspace.openTextDocument(policy);
    assert.equal(written.getText(), 'version: 1\nauth:\n  guards:\n    - tenant\n');
    await written.save();
    await vscode.workspace.fs.delete(policy);
    await finding(document.uri, sibling);
  });
});
