import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { closeAll, edit, eventually, finding, workspaceFile, write } from './editor.js';

const routes = `import cors from 'cors';
import express from 'express';
import { somebody } from 'partner-login';

const app = express();
app.use(cors());
app.get('/api/prices', (_request, response) => response.json([]));
app.put('/api/prices', somebody, (_request, response) => response.end());
app.listen(3002);
`;

/** Titles of our lenses of a document. */
async function lensTitles(uri: vscode.Uri): Promise<readonly string[]> {
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri, 20);
  return lenses.flatMap(({ command }) => (command === undefined ? [] : [command.title])).filter((title) => title.includes(' \u00b7 '));
}
/** Asks, each time through editor and server, until the titles are as wanted. */
async function lenses(
  uri: vscode.Uri,
  count: number,
  isWanted: (titles: readonly string[]) => boolean = () => true,
): Promise<readonly string[]> {
  for (let tries = 0; ; tries++) {
    const titles = await lensTitles(uri);
    if (titles.length === count && isWanted(titles)) return titles;
    assert.ok(tries < 1000, `${count} lenses; there are: ${titles.join(' | ')}`);
  }
}

suite('the API map', () => {
  teardown(closeAll);

  test('a lens above each route names the chain, and can be switched off', async () => {
    const { document } = await edit('src/lenses.ts', routes);
    const [first, second] = await lenses(document.uri, 2);
    assert.equal(first, 'GET /api/prices \u00b7 cors(*) \u2192 no authentication \u2192 handler');
    assert.match(second ?? '', /^PUT \/api\/prices \u00b7 cors\(\*\) \u2192 somebody \u2192 authentication unknown \(.+\) \u2192 handler$/);
    const settings = vscode.workspace.getConfiguration('unlatched');
    await settings.update('codeLens.enabled', false, vscode.ConfigurationTarget.Workspace);
    try {
      await lenses(document.uri, 0);
    } finally {
      await settings.update('codeLens.enabled', undefined, vscode.ConfigurationTarget.Workspace);
    }
    await lenses(document.uri, 2);
  });

  test('the map is exported as a document that is not saved', async () => {
    const uri = await write('src/exported.ts', routes.replaceAll('/api/prices', '/api/exported'));
    // The server knows of it.
    await finding(uri, 'cors/wildcard-origin');
    await vscode.commands.executeCommand('unlatched.showApiMap');
    const forms = {
      Markdown: /^## Endpoints of /,
      Mermaid: /^flowchart LR/,
      OpenApi: /^openapi: 3\.1\.0/,
      Requests: /^# .+: one request for each endpoint/,
    };
    for (const [name, start] of Object.entries(forms)) {
      await vscode.commands.executeCommand(`unlatched.exportApiMap${name}`);
      const document = await eventually(`${name} is shown`, () => {
        const shown = vscode.window.activeTextEditor?.document;
        return shown?.isUntitled === true && start.test(shown.getText()) ? shown : undefined;
      });
      assert.match(document.getText(), /api\/exported/);
    }
  });

  test('a guard known by its name only is taught to the policy', async () => {
    const uri = await write('src/taught.ts', routes.replaceAll('/api/prices', '/api/taught'));
    await vscode.window.showTextDocument(uri);
    const [, before] = await lenses(uri, 2);
    assert.match(before ?? '', /authentication unknown/);
    const policy = workspaceFile('unlatched.yml');
    const step = { name: 'somebody', teach: 'guards' };
    await vscode.commands.executeCommand('unlatched.teachGuard', {
      kind: 'step',
      index: 1,
      step,
      endpoint: { location: { uri: uri.toString() }, chain: [step] },
    });
    const document = await eventually(
      'the policy is shown',
      () => vscode.window.activeTextEditor?.document.uri.toString() === policy.toString() && vscode.window.activeTextEditor.document,
    );
    assert.match(document.getText(), /guards:\s*\n?.*somebody/);
    await lenses(uri, 2, ([, now]) => now?.includes('guarded by somebody') === true);
    await closeAll();
    await vscode.workspace.fs.delete(policy);
  });
});
