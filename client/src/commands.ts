import * as vscode from 'vscode';
import type { CheckWorkspaceResult } from '../../server/src/lsp/protocol.js';
import type { MindMapView } from './mind-map.js';
import { createOpenApiDocument } from './openapi-document.js';
import { createPolicyFile } from './policy-file.js';
import { ruleIds, rulePageUri } from './rule-pages.js';
import type { Session } from './session.js';
import { isChainWalk, walkChain } from './walk-chain.js';

/** Registers the commands of the palette and the status item's menu. */
export function registerCommands(
  context: vscode.ExtensionContext,
  session: Session,
  log: vscode.LogOutputChannel,
  mindMap: MindMapView,
): readonly vscode.Disposable[] {
  const register = (name: string, run: (argument?: unknown) => unknown): vscode.Disposable =>
    vscode.commands.registerCommand(`unlatched.${name}`, run);
  return [
    register('checkWorkspace', () => checkWorkspace(session, log)),
    register('openMindMap', () => mindMap.open()),
    register('explainRule', (argument) => explainRule(context.extensionUri, argument)),
    register('createPolicyFile', createPolicyFile),
    register('createOpenApiDocument', () => createOpenApiDocument(session)),
    register('restartServer', () => session.restart()),
    register('showOutput', () => log.show()),
    register('copyVersionInformation', () => copyVersionInformation(context, session)),
    register('showMenu', showMenu),
    register('walkChain', (argument) => (isChainWalk(argument) ? walkChain(argument) : undefined)),
  ];
}

async function checkWorkspace(session: Session, log: vscode.LogOutputChannel): Promise<void> {
  const title = vscode.l10n.t('Unlatched: checking the workspace');
  const result = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, cancellable: true, title },
    async (progress, token) => {
      let shown = 0;
      const answer = await session.requestWithProgress<CheckWorkspaceResult>(
        'unlatched/checkWorkspace',
        token,
        (percentage = shown, message) => {
          progress.report({ increment: Math.max(0, percentage - shown), ...(message === undefined ? {} : { message }) });
          shown = Math.max(shown, percentage);
        },
      );
      return answer ?? (token.isCancellationRequested ? 'cancelled' : undefined);
    },
  );
  if (result === 'cancelled') return;
  if (result === undefined) {
    await vscode.window.showErrorMessage(vscode.l10n.t('The workspace could not be checked. The output of Unlatched names the cause.'));
    return;
  }
  log.info(`Checked the workspace: ${result.findings} findings in ${result.files} files, ${result.notAnalysed.length} files not analysed.`);
  for (const { uri, reason } of result.notAnalysed) log.warn(`Not analysed: ${uri}: ${reason}`);
  await vscode.commands.executeCommand('workbench.actions.view.problems');
}

/** Shows a rule's page: the rule named by the argument, else of the finding at the cursor, else one the user picks. */
async function explainRule(extensionUri: vscode.Uri, argument: unknown): Promise<void> {
  const id = typeof argument === 'string' ? argument : (ruleAtCursor() ?? (await pickRule(extensionUri)));
  if (id !== undefined) await vscode.commands.executeCommand('markdown.showPreview', rulePageUri(id));
}

function ruleAtCursor(): string | undefined {
  const editor = vscode.window.activeTextEditor;
  if (!editor) return undefined;
  const at = vscode.languages
    .getDiagnostics(editor.document.uri)
    .find((each) => each.source === 'unlatched' && each.range.contains(editor.selection.active));
  const code = at?.code;
  return typeof code === 'object' ? String(code.value) : typeof code === 'string' ? code : undefined;
}

async function pickRule(extensionUri: vscode.Uri): Promise<string | undefined> {
  return vscode.window.showQuickPick(ruleIds(extensionUri), { placeHolder: vscode.l10n.t('The rule to explain') });
}

async function copyVersionInformation(context: vscode.ExtensionContext, session: Session): Promise<void> {
  const manifest: { readonly version?: unknown } = context.extension.packageJSON;
  const lines = [
    `Unlatched ${String(manifest.version)}`,
    `Server ${session.serverVersion() ?? 'not running'}`,
    `${vscode.env.appName} ${vscode.version} (${vscode.env.appHost})`,
    `Node ${process.version}, ${process.platform} ${process.arch}`,
  ];
  await vscode.env.clipboard.writeText(`${lines.join('\n')}\n`);
  vscode.window.setStatusBarMessage(vscode.l10n.t('Unlatched: version information copied'), 3000);
}

async function showMenu(): Promise<void> {
  const items = [
    { label: `$(list-unordered) ${vscode.l10n.t('Show Problems')}`, command: 'workbench.actions.view.problems' },
    { label: `$(refresh) ${vscode.l10n.t('Check Workspace')}`, command: 'unlatched.checkWorkspace' },
    { label: `$(type-hierarchy-sub) ${vscode.l10n.t('Open Mind Map')}`, command: 'unlatched.openMindMap' },
    { label: `$(book) ${vscode.l10n.t('Explain Rule')}`, command: 'unlatched.explainRule' },
    { label: `$(law) ${vscode.l10n.t('Open Policy File')}`, command: 'unlatched.createPolicyFile' },
    { label: `$(new-file) ${vscode.l10n.t('Create OpenAPI Document from Code')}`, command: 'unlatched.createOpenApiDocument' },
    { label: `$(debug-restart) ${vscode.l10n.t('Restart Server')}`, command: 'unlatched.restartServer' },
    { label: `$(output) ${vscode.l10n.t('Show Output')}`, command: 'unlatched.showOutput' },
    { label: `$(copy) ${vscode.l10n.t('Copy Version Information')}`, command: 'unlatched.copyVersionInformation' },
  ];
  const chosen = await vscode.window.showQuickPick(items, { placeHolder: 'Unlatched' });
  if (chosen) await vscode.commands.executeCommand(chosen.command);
}
