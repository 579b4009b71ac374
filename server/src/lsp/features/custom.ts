import { WorkDoneProgress, type CancellationToken } from 'vscode-languageserver';
import type { CheckWorkspaceResult, RulePageResult } from '../protocol.js';
import { cancelled, type Session } from '../session.js';
import { isRecord } from '../settings.js';
import { findingsOf } from './items.js';
import { loadFolders, type Bar } from './workspace-folders.js';

/** Registers the requests about rules and about the whole workspace; params of a wrong shape count as absent. */
export function registerCustom(session: Session): void {
  const { connection } = session;
  connection.onRequest('unlatched/rulePage', (params: unknown) =>
    session.fence<RulePageResult | null>('unlatched/rulePage', null, () => {
      const page = isRecord(params) && typeof params['id'] === 'string' ? session.pages.get(params['id']) : undefined;
      return page ? { id: page.id, title: page.title, markdown: page.markdown } : null;
    }),
  );
  connection.onRequest('unlatched/checkWorkspace', (params: unknown, token) =>
    session.fence<CheckWorkspaceResult>('unlatched/checkWorkspace', { findings: 0, files: 0, notAnalysed: [] }, async () => {
      await loadFolders(session, session.workspaceFolders(), checkBar(session, params, token));
      if (!(await session.settle(token))) throw cancelled();
      const folders = session.workspaceFolders();
      return {
        findings: folders.reduce((sum, folder) => sum + folder.engine.files().reduce((count, path) => count + findingsOf(session, folder, path).filter((each) => each.severity !== 'hint').length, 0), 0),
        files: folders.reduce((sum, folder) => sum + folder.engine.files().length, 0),
        notAnalysed: folders.flatMap((folder) => [...folder.refused].map(([path, reason]) => ({ uri: folder.uriOf(path), reason }))),
      };
    }),
  );
}

/** The caller shows the progress, if it wants to, and ends the reading by cancelling its request. */
function checkBar({ connection }: Session, params: unknown, token: CancellationToken): Bar {
  const given = isRecord(params) ? params['workDoneToken'] : undefined;
  const report = typeof given === 'string' || typeof given === 'number' ? given : undefined;
  let last = -1;
  return {
    report({ done, total, file }) {
      const percentage = total > 0 ? Math.min(100, Math.floor((done / total) * 100)) : 0;
      if (report !== undefined && percentage !== last) void connection.sendProgress(WorkDoneProgress.type, report, { kind: 'report', percentage, message: file });
      last = percentage;
      return !token.isCancellationRequested;
    },
    done: () => undefined,
  };
}
