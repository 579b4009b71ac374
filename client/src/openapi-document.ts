import * as vscode from 'vscode';
import type { InventoryAsParams, InventoryAsResult } from '../../server/src/lsp/protocol.js';
import { chosenFolder, exists } from './folder-files.js';
import { placeDocument, type Desk } from './new-document.js';
import type { Session } from './session.js';

const NAME = 'openapi.yaml';

/** Writes an OpenAPI document of the endpoints the code of a folder serves, and opens it. */
export async function createOpenApiDocument(session: Session): Promise<void> {
  const folder = await chosenFolder(vscode.l10n.t('Open a folder first: the document describes the endpoints of its code.'));
  if (!folder) return;
  await session.begin();
  const params: InventoryAsParams = { format: 'openapi', folder: folder.uri.toString() };
  const title = vscode.l10n.t('Unlatched: reading the endpoints');
  const result = await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title }, () =>
    session.request<InventoryAsResult | null>('unlatched/inventoryAs', params),
  );
  if (!result) {
    await vscode.window.showErrorMessage(vscode.l10n.t('The document could not be made. The output of Unlatched names the cause.'));
    return;
  }
  await placeDocument(result.text, deskOf(vscode.Uri.joinPath(folder.uri, NAME)));
}

function deskOf(uri: vscode.Uri): Desk {
  return {
    exists: () => exists(uri),
    async ask() {
      const replace = vscode.l10n.t('Replace It');
      const beside = vscode.l10n.t('Show the New One Unsaved');
      const question = vscode.l10n.t('There is an {0} in this folder. Replace it by a document made of the code?', NAME);
      const answer = await vscode.window.showWarningMessage(question, { modal: true }, replace, beside);
      return answer === replace ? 'replace' : answer === beside ? 'beside' : undefined;
    },
    async write(text) {
      await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
      await vscode.window.showTextDocument(uri, { preview: false });
    },
    async show(text) {
      const document = await vscode.workspace.openTextDocument({ content: text, language: 'yaml' });
      await vscode.window.showTextDocument(document, { preview: false });
    },
  };
}
