import * as vscode from 'vscode';
import { CloseAction, ErrorAction } from 'vscode-languageclient/node';
import type { ErrorHandler } from 'vscode-languageclient/node';
import { CrashLimit } from './crash-limit.js';

const crashLimit = 4;
const windowMs = 3 * 60 * 1000;
const errorLimit = 3;

/** Restarts a crashed server quietly, a few times; then stops with the one notice a user sees. */
export function crashHandler(log: vscode.LogOutputChannel): ErrorHandler {
  const crashes = new CrashLimit(crashLimit, windowMs);
  return {
    error: (error, _message, count) => {
      log.error(`The connection to the language server failed: ${error.message}`);
      return { action: (count ?? 0) <= errorLimit ? ErrorAction.Continue : ErrorAction.Shutdown, handled: true };
    },
    closed: () => {
      const count = crashes.next(Date.now());
      if (count !== undefined) {
        log.warn(`The language server ended unexpectedly (${count} of ${crashLimit}); it is started again.`);
        return { action: CloseAction.Restart, handled: true };
      }
      log.error('The language server keeps ending unexpectedly; it is not started again.');
      void offerRestart();
      return { action: CloseAction.DoNotRestart, handled: true };
    },
  };
}

async function offerRestart(): Promise<void> {
  const restart = vscode.l10n.t('Restart Server');
  const output = vscode.l10n.t('Show Output');
  const message = vscode.l10n.t('Unlatched has stopped: its server crashed several times in a row.');
  const chosen = await vscode.window.showErrorMessage(message, restart, output);
  if (chosen === restart) await vscode.commands.executeCommand('unlatched.restartServer');
  if (chosen === output) await vscode.commands.executeCommand('unlatched.showOutput');
}
