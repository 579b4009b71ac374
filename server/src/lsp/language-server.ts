import { TextDocumentSyncKind, type Connection, type InitializeResult, type ServerCapabilities } from 'vscode-languageserver';
import type { Surroundings } from './door.js';
import { Diagnostics } from './features/diagnostics.js';
import { CodeLenses } from './features/code-lens.js';
import { FIX_ALL, registerCodeActions } from './features/code-actions.js';
import { pullConfiguration, registerConfiguration, watchConfiguration } from './features/configuration.js';
import { registerCustom } from './features/custom.js';
import { registerHover } from './features/hover.js';
import { Inventories } from './features/inventory.js';
import { registerInventoryForms } from './features/inventory-forms.js';
import { registerLessons } from './features/lessons.js';
import { RENAMES, registerWatchedFiles, watch } from './features/watched-files.js';
import { loadFolders, registerWorkspaceFolders } from './features/workspace-folders.js';
import { Session } from './session.js';

/** Milliseconds the client may take to tell its settings. */
const PATIENCE = 2000;

/** Puts the language server on a connection and starts listening. Nothing here knows the platform: `around` brings it. */
export function serve(connection: Connection, around: Surroundings): void {
  const session = new Session(connection, around);
  const diagnostics = new Diagnostics(session);
  session.listen(diagnostics);
  const inventories = new Inventories(session);
  session.listen(inventories);
  registerInventoryForms(session);
  registerLessons(session);
  const lenses = new CodeLenses(session);
  session.listen(lenses);
  registerDocuments(session);
  registerCodeActions(session);
  registerHover(session);
  registerWatchedFiles(session);
  registerCustom(session);
  registerConfiguration(session, () => {
    void session.fence('reading folders', undefined, async () => {
      await loadFolders(session, session.workspaceFolders().filter((folder) => !folder.complete));
      diagnostics.report();
    });
  });

  connection.onInitialize((params): InitializeResult => {
    session.initialize(params);
    return { capabilities: capabilities(session), serverInfo: { name: 'unlatched', version: around.version } };
  });
  connection.onInitialized(() => {
    registerWorkspaceFolders(session, () => diagnostics.report());
    const start = async (): Promise<void> => {
      await session.fence('workspace/configuration', undefined, () => withinReason(pullConfiguration(session, session.folders())));
      // Not waited for: single documents are answered while their folder is still being read.
      void session.fence('reading folders', undefined, async () => {
        const loading = loadFolders(session, session.workspaceFolders());
        diagnostics.report();
        await loading;
        diagnostics.report();
      });
    };
    session.startWith(start());
    void session.fence('client/registerCapability', undefined, async () => {
      await watch(session);
      await watchConfiguration(session);
    });
  });
  connection.onShutdown(() => {
    diagnostics.dispose();
    inventories.dispose();
    lenses.dispose();
    session.dispose();
  });
  connection.listen();
}

/** A client that never answers must not keep everything else from being answered. */
function withinReason(promise: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, PATIENCE);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function registerDocuments(session: Session): void {
  const { connection } = session;
  connection.onDidOpenTextDocument(({ textDocument }) => {
    void session.fence('textDocument/didOpen', undefined, () => {
      const { uri, version, text, languageId } = textDocument;
      // A client in error must not put what is not text into the engine.
      if (typeof uri !== 'string' || typeof text !== 'string') throw new Error('no uri or no text');
      session.open(uri, version, text, languageId);
    });
  });
  connection.onDidChangeTextDocument(({ textDocument, contentChanges }) => {
    void session.fence('textDocument/didChange', undefined, () => {
      session.change(textDocument.uri, textDocument.version, contentChanges);
    });
  });
  connection.onDidCloseTextDocument(({ textDocument }) => {
    void session.fence('textDocument/didClose', undefined, () => session.close(textDocument.uri));
  });
  connection.onDidSaveTextDocument(({ textDocument }) => {
    // A save may lift what kept the file from being analysed, and clients without a watcher tell nothing else.
    void session.fence('textDocument/didSave', undefined, () => session.watched([{ uri: textDocument.uri, kind: 'changed' }]));
  });
}

function capabilities(session: Session): ServerCapabilities {
  const { client } = session;
  return {
    positionEncoding: session.encoding,
    textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: { includeText: false } },
    codeActionProvider: { codeActionKinds: ['quickfix', FIX_ALL, 'source.fixAll'], resolveProvider: client.resolveEdit },
    hoverProvider: true,
    codeLensProvider: { resolveProvider: true },
    ...(client.pull ? { diagnosticProvider: { identifier: 'unlatched', interFileDependencies: true, workspaceDiagnostics: true } } : {}),
    workspace: { workspaceFolders: { supported: true, changeNotifications: true }, ...(client.renames ? { fileOperations: { didRename: RENAMES } } : {}) },
  };
}
