import type { InitializeParams } from 'vscode-languageserver';
import { isRecord } from './settings.js';

/** What the client said it can do, as plain answers. */
export interface ClientFeatures {
  readonly pull: boolean;
  readonly refresh: boolean;
  readonly lensRefresh: boolean;
  readonly configuration: boolean;
  readonly configurationRegistration: boolean;
  readonly folders: boolean;
  readonly watchRegistration: boolean;
  readonly renames: boolean;
  readonly relatedInformation: boolean;
  readonly pushVersions: boolean;
  readonly codeDescription: boolean;
  readonly tags: boolean;
  readonly data: boolean;
  readonly documentChanges: boolean;
  readonly createFiles: boolean;
  readonly annotations: boolean;
  readonly snippets: boolean;
  readonly resolveEdit: boolean;
  readonly disabledActions: boolean;
  readonly literals: boolean;
  readonly preferred: boolean;
  readonly markdown: boolean;
  readonly progress: boolean;
  /** The client has the `unlatched.*` commands. */
  readonly commands: boolean;
  readonly virtualPages: boolean;
  /** The client reads files of folders that are on no disk. */
  readonly files: boolean;
  readonly settings: unknown;
}

/** Reads the capabilities; absent ones are false. */
export function readClient(params: InitializeParams): ClientFeatures {
  const { workspace, textDocument, window } = params.capabilities;
  const options: unknown = params.initializationOptions;
  const stated = isRecord(options) ? options : {};
  const edit = workspace?.workspaceEdit;
  const action = textDocument?.codeAction;
  const pull = textDocument?.diagnostic;
  const shown = pull ?? textDocument?.publishDiagnostics;
  return {
    pull: pull !== undefined,
    refresh: workspace?.diagnostics?.refreshSupport === true,
    lensRefresh: workspace?.codeLens?.refreshSupport === true,
    configuration: workspace?.configuration === true,
    configurationRegistration: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    folders: workspace?.workspaceFolders === true,
    watchRegistration: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    renames: workspace?.fileOperations?.didRename === true,
    relatedInformation: shown?.relatedInformation === true || textDocument?.publishDiagnostics?.relatedInformation === true,
    pushVersions: textDocument?.publishDiagnostics?.versionSupport === true,
    codeDescription: shown?.codeDescriptionSupport === true || textDocument?.publishDiagnostics?.codeDescriptionSupport === true,
    tags: shown?.tagSupport !== undefined || textDocument?.publishDiagnostics?.tagSupport !== undefined,
    data: pull !== undefined || textDocument?.publishDiagnostics?.dataSupport === true,
    documentChanges: edit?.documentChanges === true,
    createFiles: edit?.resourceOperations?.includes('create') === true,
    annotations: edit?.changeAnnotationSupport !== undefined,
    snippets: edit?.snippetEditSupport === true,
    resolveEdit: action?.resolveSupport?.properties.includes('edit') === true && action.dataSupport !== false,
    disabledActions: action?.disabledSupport === true,
    literals: action?.codeActionLiteralSupport !== undefined,
    preferred: action?.isPreferredSupport === true,
    markdown: textDocument?.hover?.contentFormat?.[0] !== 'plaintext' || textDocument.hover.contentFormat.includes('markdown'),
    progress: window?.workDoneProgress === true,
    commands: stated['commands'] === true,
    virtualPages: stated['rulePages'] === 'virtual',
    files: stated['files'] === true,
    settings: stated['settings'],
  };
}
