import * as vscode from 'vscode';
import { LanguageClient, RevealOutputChannelOn, State, TransportKind, WorkDoneProgress } from 'vscode-languageclient/node';
import type { LanguageClientOptions } from 'vscode-languageclient/node';
import type { InitializationOptions, ListFilesParams, ReadFileParams, StatusParams } from '../../server/src/lsp/protocol.js';
import { crashHandler } from './crash-handler.js';
import { configurationFiles, listFiles, readFile } from './files.js';
import type { Status } from './status-item.js';
import { TraceChannel } from './trace-channel.js';

const languages = ['javascript', 'javascriptreact', 'typescript', 'typescriptreact', 'yaml', 'json', 'jsonc', 'dockercompose'];

/** What a client tells of its server. */
export interface ServerListener {
  status(status: Status): void;
  running(isRunning: boolean): void;
  inventoryChanged(): void;
}

/** A client for the bundled server, not yet started. The caller owns and disposes it. */
export function createLanguageClient(context: vscode.ExtensionContext, log: vscode.LogOutputChannel, told: ServerListener): LanguageClient {
  const module = context.asAbsolutePath('server/out/server.js');
  const trace = new TraceChannel(log);
  const said: InitializationOptions = { rulePages: 'virtual', commands: true, files: true };
  const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.scheme);
  const schemes = [...new Set(['file', 'untitled', 'vscode-vfs', ...folders])];
  const options: LanguageClientOptions = {
    documentSelector: schemes.flatMap((scheme) => [...languages.map((language) => ({ scheme, language })), { scheme, pattern: `**/{${configurationFiles.join(',')}}` }]),
    initializationOptions: said,
    outputChannel: log,
    traceOutputChannel: trace,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    errorHandler: crashHandler(log),
    // Hovers may open the page of a rule, and run nothing else.
    markdown: { isTrusted: { enabledCommands: ['unlatched.explainRule'] }, supportHtml: false },
    diagnosticPullOptions: { onChange: true, onSave: true, onFocus: true },
  };
  // Node 22.1 and newer keep what they compiled there, so that the next start is faster; older ones do not know the variable.
  const env = { NODE_COMPILE_CACHE: vscode.Uri.joinPath(context.globalStorageUri, 'compiled').fsPath };
  const client = new LanguageClient(
    'unlatched',
    'Unlatched',
    {
      run: { module, transport: TransportKind.stdio, options: { env } },
      debug: { module, transport: TransportKind.stdio, options: { env, execArgv: ['--nolazy', '--inspect=6009'] } },
    },
    options,
  );
  client.onRequest('unlatched/listFiles', (params: ListFilesParams, token) => listFiles(params, token));
  client.onRequest('unlatched/readFile', (params: ReadFileParams) => readFile(params));
  client.onNotification('unlatched/status', (params: StatusParams) => told.status(params));
  client.onNotification('unlatched/inventoryChanged', () => told.inventoryChanged());
  client.onDidChangeState(({ newState }) => {
    if (newState === State.Starting) told.status({ state: 'starting' });
    if (newState === State.Running) told.status({ state: 'ready', findings: 0, files: 0, notAnalysed: 0 });
    if (newState === State.Stopped || newState === State.StartFailed) told.status({ state: 'stopped' });
    told.running(newState === State.Running);
  });
  return client;
}

/** Takes how far something is, from 0 to 100, and what is being done. */
export type ReportProgress = (percentage: number | undefined, message: string | undefined) => void;

/** Listens to what the server reports under a token, until it is disposed. */
export function onWorkDone(client: LanguageClient, token: string, report: ReportProgress): vscode.Disposable {
  return client.onProgress(WorkDoneProgress.type, token, (value) => {
    if (value.kind === 'report') report(value.percentage, value.message);
  });
}
