import { DidChangeWatchedFilesNotification, DidRenameFilesNotification, FileChangeType, WatchKind, type FileEvent, type RenameFilesParams } from 'vscode-languageserver';
import type { FileEventOf } from '../reading.js';
import type { Session } from '../session.js';

/** What a client that can be asked to watch is asked to watch. */
export const WATCHED: readonly string[] = [
  '**/*.{js,cjs,mjs,jsx,ts,cts,mts,tsx,json,yaml,yml,prisma,sql}',
  '**/unlatched.yml',
  '**/package.json',
  '**/{Dockerfile,Dockerfile.*,*.Dockerfile,*.dockerfile,Containerfile,Procfile,Procfile.*,netlify.toml,firestore*.rules,storage*.rules,*.conf,*.conf.template,*.nginx,.env,.env.*,*.env,.npmrc,.gitignore,.dockerignore,yarn.lock,bun.lock}',
];

/** Registers the handlers of file events and of renames made in the editor, which for a folder brings no event of its files. */
export function registerWatchedFiles(session: Session): void {
  const { connection } = session;
  connection.onDidChangeWatchedFiles(({ changes }) => {
    void session.fence('workspace/didChangeWatchedFiles', undefined, () => session.watched(changes.map((change) => ({ uri: change.uri, kind: kindOf(change) }))));
  });
  connection.onNotification(DidRenameFilesNotification.type, ({ files }: RenameFilesParams) => {
    void session.fence('workspace/didRenameFiles', undefined, () =>
      session.watched(files.flatMap(({ oldUri, newUri }) => [{ uri: oldUri, kind: 'deleted' as const }, { uri: newUri, kind: 'created' as const }])),
    );
  });
}

/** Renames the client is asked to tell. */
export const RENAMES = { filters: [{ scheme: 'file', pattern: { glob: '**' } }] };

/** Asks the client to watch, once it is initialized and if it can be asked. A folder that goes or comes by a rename is one event that no pattern of file names fits. */
export async function watch(session: Session): Promise<void> {
  if (!session.client.watchRegistration) return;
  const watchers = [...WATCHED.map((globPattern) => ({ globPattern })), { globPattern: '**', kind: WatchKind.Create + WatchKind.Delete }];
  await session.connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
}

function kindOf(change: FileEvent): FileEventOf['kind'] {
  return change.type === FileChangeType.Created ? 'created' : change.type === FileChangeType.Deleted ? 'deleted' : 'changed';
}
