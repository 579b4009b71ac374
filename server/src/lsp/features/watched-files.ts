import { DidChangeWatchedFilesNotification, FileChangeType, type FileEvent } from 'vscode-languageserver';
import type { FileEventOf } from '../reading.js';
import type { Session } from '../session.js';

/** What a client that can be asked to watch is asked to watch. */
export const WATCHED: readonly string[] = [
  '**/*.{js,cjs,mjs,jsx,ts,cts,mts,tsx,json,yaml,yml}',
  '**/unlatched.yml',
  '**/package.json',
  '**/{Dockerfile,Dockerfile.*,*.dockerfile,*.conf,.env,.env.*,.gitignore}',
];

/** Registers the handler of file events; `folder moves` of the client come as events as well. */
export function registerWatchedFiles(session: Session): void {
  session.connection.onDidChangeWatchedFiles(({ changes }) => {
    void session.fence('workspace/didChangeWatchedFiles', undefined, () => session.watched(changes.map((change) => ({ uri: change.uri, kind: kindOf(change) }))));
  });
}

/** Asks the client to watch, once it is initialized and if it can be asked. */
export async function watch(session: Session): Promise<void> {
  if (!session.client.watchRegistration) return;
  await session.connection.client.register(DidChangeWatchedFilesNotification.type, { watchers: WATCHED.map((globPattern) => ({ globPattern })) });
}

function kindOf(change: FileEvent): FileEventOf['kind'] {
  return change.type === FileChangeType.Created ? 'created' : change.type === FileChangeType.Deleted ? 'deleted' : 'changed';
}
