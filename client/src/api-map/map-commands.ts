import * as vscode from 'vscode';
import type {
  InventoryAsParams,
  InventoryAsResult,
  InventoryFormat,
  TeachGuardParams,
  TeachGuardResult,
} from '../../../server/src/lsp/protocol.js';
import type { Session } from '../session.js';
import { walkChain } from '../walk-chain.js';
import { filters, type Filter } from './filters.js';
import { lessonOf, type MapNode } from './tree-model.js';
import { filterName, walkOf } from './tree-texts.js';
import type { ApiMapView } from './tree-view.js';

/** The language the editor knows a form by; what it does not know is shown as plain text. */
const languages: Readonly<Record<InventoryFormat, string>> = {
  openapi: 'yaml',
  mermaid: 'mermaid',
  markdown: 'markdown',
  http: 'http',
  json: 'json',
};

/** Registers the commands of the API map's view. */
export function registerMapCommands(session: Session, view: ApiMapView): readonly vscode.Disposable[] {
  const register = (name: string, run: (argument?: unknown) => unknown): vscode.Disposable =>
    vscode.commands.registerCommand(`unlatched.${name}`, run);
  return [
    register('showApiMap', () => vscode.commands.executeCommand('unlatched.apiMap.focus')),
    register('filterApiMap', () => chooseFilters(view)),
    register('clearApiMapFilters', () => view.narrow(new Set())),
    register('showChain', (argument) => (isEndpoint(argument) ? walkChain(walkOf(argument.endpoint)) : undefined)),
    register('teachGuard', (argument) => (isNode(argument) ? teach(session, argument) : undefined)),
    register('exportApiMapMermaid', () => exportAs(session, 'mermaid')),
    register('exportApiMapMarkdown', () => exportAs(session, 'markdown')),
    register('exportApiMapOpenApi', () => exportAs(session, 'openapi')),
    register('exportApiMapRequests', () => exportAs(session, 'http')),
  ];
}

type FilterItem = vscode.QuickPickItem & { readonly filter: Filter };

async function chooseFilters(view: ApiMapView): Promise<void> {
  const items = filters.map((filter): FilterItem => ({ filter, label: filterName(filter, vscode.l10n), picked: view.filters.has(filter) }));
  const chosen = await vscode.window.showQuickPick(items, {
    canPickMany: true,
    placeHolder: vscode.l10n.t('Show only routes that are all of these'),
  });
  if (chosen) await view.narrow(new Set(chosen.map(({ filter }) => filter)));
}

/** Opens the inventory as a text that is not saved anywhere. */
async function exportAs(session: Session, format: InventoryFormat): Promise<void> {
  await session.begin();
  const params: InventoryAsParams = { format };
  const result = await vscode.window.withProgress({ location: { viewId: 'unlatched.apiMap' } }, () =>
    session.request<InventoryAsResult | null>('unlatched/inventoryAs', params),
  );
  if (!result) {
    await vscode.window.showErrorMessage(vscode.l10n.t('The API map could not be exported. The output of Unlatched names the cause.'));
    return;
  }
  const known = new Set(await vscode.languages.getLanguages());
  const language = languages[format];
  const document = await vscode.workspace.openTextDocument({
    content: result.text,
    language: known.has(language) ? language : 'plaintext',
  });
  await vscode.window.showTextDocument(document, { preview: false });
}

/** Adds the name of a middleware to the policy, as the lightbulb does, and shows the policy. */
async function teach(session: Session, node: MapNode): Promise<void> {
  const lesson = lessonOf(node);
  if (!lesson) return;
  const params: TeachGuardParams = lesson;
  const result = await session.request<TeachGuardResult | null>('unlatched/teachGuard', params);
  if (result && (await session.applyEdit(result.edit)))
    await vscode.window.showTextDocument(vscode.Uri.parse(result.policy), { preview: false });
  else await vscode.window.showErrorMessage(vscode.l10n.t('The policy could not be changed: it has errors.'));
}

function isNode(argument: unknown): argument is MapNode {
  return typeof argument === 'object' && argument !== null && 'kind' in argument && 'endpoint' in argument;
}
function isEndpoint(argument: unknown): argument is Extract<MapNode, { kind: 'endpoint' }> {
  return isNode(argument) && argument.kind === 'endpoint';
}
