import { DidChangeConfigurationNotification } from 'vscode-languageserver';
import type { Folder } from '../folder.js';
import type { Session } from '../session.js';
import { isRecord, readSettings } from '../settings.js';

/** Registers the handler of changed settings: they are asked for where the client can be asked, else read from the message. */
export function registerConfiguration(session: Session, changed: () => void): void {
  session.connection.onDidChangeConfiguration(({ settings }: { readonly settings?: unknown }) => {
    void session.fence('workspace/didChangeConfiguration', undefined, async () => {
      if (session.client.configuration) await pullConfiguration(session, session.folders());
      else if (isRecord(settings)) session.configureAll(readSettings(settings['unlatched'], isRecord(settings['files']) ? settings['files']['exclude'] : undefined));
      changed();
    });
  });
}

/** Asks to be told of changes to the section, if the client wants to be asked. */
export async function watchConfiguration(session: Session): Promise<void> {
  if (!session.client.configurationRegistration) return;
  await session.connection.client.register(DidChangeConfigurationNotification.type, { section: ['unlatched', 'files.exclude'] });
}

/** Asks the client for the settings of each folder and puts them in force. */
export async function pullConfiguration(session: Session, folders: readonly Folder[]): Promise<void> {
  if (!session.client.configuration || folders.length === 0) return;
  const sections = ['unlatched', 'files.exclude'];
  const asked = folders.flatMap(({ uri }) => sections.map((section) => ({ scopeUri: uri, section })));
  const answers: unknown = await session.connection.workspace.getConfiguration(asked);
  if (!Array.isArray(answers)) return;
  for (const [index, folder] of folders.entries()) session.configure(folder, readSettings(answers[2 * index], answers[2 * index + 1]));
}
