import * as vscode from 'vscode';
import type { InventoryAsParams, InventoryAsResult } from '../../server/src/lsp/protocol.js';
import type { Session } from './session.js';

interface Form extends vscode.QuickPickItem {
  readonly format: 'svg' | InventoryAsParams['format'];
}

/** Asks for a form and a file, and writes the map into it; throws when that fails. `picture` draws what is shown; the other forms hold the whole inventory. */
export async function exportMap(session: Session, picture: () => Promise<string | undefined>): Promise<void> {
  const forms: readonly Form[] = [
    { format: 'svg', label: 'SVG', description: vscode.l10n.t('the picture as it is shown') },
    { format: 'mermaid', label: 'Mermaid', description: vscode.l10n.t('a flow chart for a Markdown page') },
    { format: 'markdown', label: 'Markdown', description: vscode.l10n.t('a table of all endpoints') },
    { format: 'openapi', label: 'OpenAPI', description: vscode.l10n.t('a document with a stub for each endpoint') },
  ];
  const form = await vscode.window.showQuickPick(forms, { placeHolder: vscode.l10n.t('Export the API map as') });
  if (!form) return;
  const written = await textIn(form.format, session, picture);
  if (!written) throw new Error(`neither page nor server gave ${form.label}`);
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const name = `api-map.${written.extension}`;
  const file = await vscode.window.showSaveDialog({
    filters: { [form.label]: [written.extension] },
    ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, name) } : {}),
  });
  if (!file) return;
  await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(written.text));
  vscode.window.setStatusBarMessage(
    vscode.l10n.t('Unlatched: the API map was written to {0}', vscode.workspace.asRelativePath(file)),
    5000,
  );
}

async function textIn(
  format: Form['format'],
  session: Session,
  picture: () => Promise<string | undefined>,
): Promise<InventoryAsResult | undefined> {
  if (format === 'svg') {
    const text = await picture();
    return text === undefined ? undefined : { text, extension: 'svg' };
  }
  const params: InventoryAsParams = { format };
  return (await session.request<InventoryAsResult | null>('unlatched/inventoryAs', params)) ?? undefined;
}
