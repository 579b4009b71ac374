import * as vscode from 'vscode';
import { registerCommands } from './commands.js';
import { registerRulePages } from './rule-pages.js';
import { Session } from './session.js';
import { StatusItem } from './status-item.js';

let session: Session | undefined;

/** Registers everything at once and starts the server without waiting for it, so that the editor is never held up. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Unlatched', { log: true });
  const status = new StatusItem();
  const started = new Session(context, log, status);
  session = started;
  context.subscriptions.push(
    log,
    status,
    registerRulePages(context.extensionUri, started),
    ...registerCommands(context, started, log),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('unlatched.enable')) void started.follow();
    }),
  );
  setImmediate(() => void started.follow());
}

/** Stops the server; the editor waits for it. */
export async function deactivate(): Promise<void> {
  await session?.stop();
  session = undefined;
}
