import type { Progress } from '../../core/engine-types.js';
import type { Folder } from '../folder.js';
import type { Session } from '../session.js';
import { pullConfiguration } from './configuration.js';

/** Registers the handler of folders that come and go; `changed` follows. Clients without folders never send it. */
export function registerWorkspaceFolders(session: Session, changed: () => void): void {
  if (!session.client.folders) return;
  session.connection.workspace.onDidChangeWorkspaceFolders((event) => {
    void session.fence('workspace/didChangeWorkspaceFolders', undefined, async () => {
      session.changeFolders(event.added, event.removed);
      await pullConfiguration(session, session.workspaceFolders());
      changed();
      await loadFolders(session, session.workspaceFolders().filter((folder) => !folder.complete));
      changed();
    });
  });
}

/** Reads folders whole, with a progress the user may cancel; what was done by then stays. A caller with a view of its own brings it. */
export async function loadFolders(session: Session, folders: readonly Folder[], view?: Bar): Promise<void> {
  const due = folders.filter((folder) => folder.settings.enable && !folder.loading);
  if (due.length === 0) return;
  // Reading starts before the client has answered: the progress is only a view of it.
  const bar = view ?? (session.client.progress ? progressBar(session) : undefined);
  try {
    await Promise.all(due.map((folder) => folder.load((progress) => bar?.report(progress) ?? true)));
  } finally {
    bar?.done();
  }
}

/** Shows how far reading is. */
export interface Bar {
  /** False when the user cancelled. */
  report(progress: Progress): boolean;
  done(): void;
}

function progressBar(session: Session): Bar {
  let last = -1;
  let isCancelled = false;
  let isDone = false;
  const shown = session.connection.window.createWorkDoneProgress().then((progress) => {
    if (isDone) return undefined;
    progress.begin('Unlatched', 0, session.texts.reading, true);
    progress.token.onCancellationRequested(() => {
      isCancelled = true;
    });
    return progress;
  });
  shown.catch((error: unknown) => session.log(`progress: ${String(error)}`));
  return {
    report({ done, total, file }) {
      const percent = total > 0 ? Math.min(100, Math.floor((done / total) * 100)) : 0;
      if (percent !== last) {
        last = percent;
        void shown.then((progress) => (isDone ? undefined : progress?.report(percent, file))).catch(() => undefined);
      }
      return !isCancelled;
    },
    done() {
      isDone = true;
      void shown.then((progress) => progress?.done()).catch(() => undefined);
    },
  };
}
