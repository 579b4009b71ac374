import * as vscode from 'vscode';
import { InventorySource } from './api-map/inventory-source.js';
import { registerMapCommands } from './api-map/map-commands.js';
import { ApiMapView } from './api-map/tree-view.js';
import { headLength, isApiFile, telling, tellingAtTop } from './api-file.js';
import { registerCommands } from './commands.js';
import { MindMapView } from './mind-map.js';
import { registerRulePages } from './rule-pages.js';
import { Session } from './session.js';
import { StatusItem } from './status-item.js';

let session: Session | undefined;

/** Registers everything at once. The server starts when an API file is seen, and nobody waits for it, so that the editor is never held up. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Unlatched', { log: true });
  const status = new StatusItem();
  const started = new Session(context, log, status);
  const inventory = new InventorySource(started);
  const mindMap = new MindMapView(context.extensionUri, started, inventory, log);
  session = started;
  const apiMap = new ApiMapView(started, inventory, context.workspaceState);
  context.subscriptions.push(
    log,
    status,
    started,
    inventory,
    mindMap,
    apiMap,
    ...registerMapCommands(started, apiMap),
    registerRulePages(context.extensionUri, started),
    ...registerCommands(context, started, log, mindMap),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('unlatched.enable')) void started.follow();
    }),
    onceApiFileIsSeen(() => void started.begin()),
  );
}

/** Calls back once: when a telling file is in the workspace, or an API file is open or opened. */
function onceApiFileIsSeen(seen: () => void): vscode.Disposable {
  const listeners: vscode.Disposable[] = [];
  let isSeen = false;
  const end = (): void => {
    if (isSeen) return;
    isSeen = true;
    for (const each of listeners) each.dispose();
    seen();
  };
  const look = (document: vscode.TextDocument): void => {
    const head = document.getText(new vscode.Range(document.positionAt(0), document.positionAt(headLength)));
    if (isApiFile({ languageId: document.languageId, path: document.uri.path, head })) end();
  };
  const search = async (): Promise<void> => {
    // By name first: a search may take long, and where no searching program is installed it finds nothing.
    const places = (vscode.workspace.workspaceFolders ?? []).flatMap(({ uri }) => tellingAtTop.map((name) => vscode.Uri.joinPath(uri, name)));
    const looked = await Promise.allSettled(places.map((place) => vscode.workspace.fs.stat(place)));
    if (looked.some(({ status }) => status === 'fulfilled')) {
      end();
      return;
    }
    // Not every file system can be searched; then the event that activated us must do.
    const found = await vscode.workspace.findFiles(telling, '**/node_modules/**', 1).then(
      ({ length }) => length > 0,
      () => true,
    );
    if (found) end();
  };
  listeners.push(
    vscode.workspace.onDidOpenTextDocument(look),
    // A document whose text becomes an OpenAPI document while it is typed.
    vscode.workspace.onDidSaveTextDocument(look),
    vscode.workspace.onDidChangeWorkspaceFolders(() => void search()),
  );
  setImmediate(() => {
    vscode.workspace.textDocuments.forEach(look);
    if (!isSeen) void search();
  });
  return new vscode.Disposable(() => {
    isSeen = true;
    for (const each of listeners) each.dispose();
  });
}

/** Stops the server; the editor waits for it. */
export async function deactivate(): Promise<void> {
  await session?.stop();
  session = undefined;
}
