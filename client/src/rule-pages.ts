import * as vscode from 'vscode';
import type { RulePageParams, RulePageResult } from '../../server/src/lsp/protocol.js';
import type { Session } from './session.js';

const scheme = 'unlatched-rule';
const pageName = /^\/([a-z0-9-]+\/[a-z0-9-]+)\.md$/;

/** The address of a rule's page. */
export function rulePageUri(id: string): vscode.Uri {
  return vscode.Uri.from({ scheme, path: `/${id}.md` });
}

/** Serves `unlatched-rule:/<id>.md`: the page shipped with the extension, else the one the server knows. */
export function registerRulePages(extensionUri: vscode.Uri, session: Session): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(scheme, {
    async provideTextDocumentContent(uri, token) {
      const id = pageName.exec(uri.path)?.[1];
      if (id === undefined) return vscode.l10n.t('There is no such rule.');
      const params: RulePageParams = { id };
      return (
        (await shippedPage(extensionUri, id)) ??
        (await session.request<RulePageResult | null>('unlatched/rulePage', params, token))?.markdown ??
        vscode.l10n.t('There is no rule {0}.', id)
      );
    },
  });
}

async function shippedPage(extensionUri: vscode.Uri, id: string): Promise<string | undefined> {
  try {
    const bytes = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(extensionUri, 'docs', 'rules', `${id}.md`));
    return new TextDecoder().decode(bytes);
  } catch {
    return undefined;
  }
}

/** Ids of all rules whose pages are shipped, in order. */
export async function ruleIds(extensionUri: vscode.Uri): Promise<readonly string[]> {
  const folder = vscode.Uri.joinPath(extensionUri, 'docs', 'rules');
  const groups = (await entries(folder)).filter(([, type]) => type === vscode.FileType.Directory);
  const pages = await Promise.all(
    groups.map(async ([group]) =>
      (await entries(vscode.Uri.joinPath(folder, group))).flatMap(([file]) =>
        file.endsWith('.md') ? [`${group}/${file.slice(0, -3)}`] : [],
      ),
    ),
  );
  return pages.flat().sort();
}

async function entries(folder: vscode.Uri): Promise<readonly [string, vscode.FileType][]> {
  try {
    return await vscode.workspace.fs.readDirectory(folder);
  } catch {
    return [];
  }
}
