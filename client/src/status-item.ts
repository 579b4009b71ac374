import * as vscode from 'vscode';
import type { StatusParams } from '../../server/src/lsp/protocol.js';

/** What the item shows: what the server says, or that it is not there. */
export type Status = ShownStatus | { readonly state: 'disabled' };
type ShownStatus = StatusParams | { readonly state: 'starting' | 'stopped' };

/** The one status bar item. */
export class StatusItem implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('unlatched.status', vscode.StatusBarAlignment.Right, 90);

  constructor() {
    this.item.name = 'Unlatched';
  }

  show(status: Status): void {
    if (status.state === 'disabled') {
      this.item.hide();
      return;
    }
    const { text, tooltip } = describe(status);
    this.item.text = text;
    this.item.tooltip = tooltip;
    this.item.command = commandOf(status);
    this.item.accessibilityInformation = { label: tooltip };
    const serious = status.state === 'policy-error' || status.state === 'stopped';
    this.item.backgroundColor = serious ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    this.item.show();
  }

  dispose(): void {
    this.item.dispose();
  }
}

/** What a click does: the cure where there is one, else the menu. */
function commandOf(status: ShownStatus): string | vscode.Command {
  if (status.state === 'stopped') return 'unlatched.restartServer';
  if (status.state !== 'policy-error' || status.file === undefined) return 'unlatched.showMenu';
  return { command: 'vscode.open', title: vscode.l10n.t('Open Policy File'), arguments: [vscode.Uri.parse(status.file)] };
}

function describe(status: ShownStatus): { readonly text: string; readonly tooltip: string } {
  switch (status.state) {
    case 'starting':
      return { text: '$(loading~spin) Unlatched', tooltip: vscode.l10n.t('Unlatched is starting') };
    case 'stopped':
      return { text: '$(error) Unlatched', tooltip: vscode.l10n.t('Unlatched is not running; click to restart it') };
    case 'busy':
      return { text: '$(loading~spin) Unlatched', tooltip: vscode.l10n.t('Unlatched is analysing the workspace') };
    case 'policy-error':
      return {
        text: `$(warning) Unlatched ${status.findings}`,
        tooltip: vscode.l10n.t('Unlatched: the policy file has an error, its last good version is used; click to open it'),
      };
    case 'ready':
      return { text: `$(shield) ${status.findings}`, tooltip: summary(status) };
  }
}

function summary({ findings, files, notAnalysed }: StatusParams): string {
  const found =
    findings === 0 ? vscode.l10n.t('Unlatched: no findings') : vscode.l10n.t('Unlatched: {0} findings in {1} files', findings, files);
  return notAnalysed === 0 ? found : `${found}, ${vscode.l10n.t('{0} files not analysed', notAnalysed)}`;
}
