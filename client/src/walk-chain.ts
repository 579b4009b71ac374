import * as vscode from 'vscode';
import type { ChainWalk } from '../../server/src/lsp/protocol.js';

/** A place as the protocol writes it. */
export interface PlainLocation {
  readonly uri: string;
  readonly range: { readonly start: PlainPosition; readonly end: PlainPosition };
}
interface PlainPosition {
  readonly line: number;
  readonly character: number;
}

/** Shows a place and selects it. */
export async function openLocation(location: PlainLocation, options: { readonly preserveFocus?: boolean } = {}): Promise<void> {
  await vscode.window.showTextDocument(vscode.Uri.parse(location.uri), { ...options, preview: true, selection: rangeOf(location) });
}

/** The editor's own form of a range. */
export function rangeOf({ range: { start, end } }: PlainLocation): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}

type Stop = vscode.QuickPickItem & { readonly location?: PlainLocation };

/** A list of the places a request comes by: moving in it shows each, choosing one stays there, leaving it goes back. */
export function walkChain(walk: ChainWalk): void {
  const before = vscode.window.activeTextEditor;
  const back = before && { document: before.document, selection: before.selection, viewColumn: before.viewColumn };
  const pick = vscode.window.createQuickPick<Stop>();
  let isChosen = false;
  let isMoved = false;
  pick.title = walk.routes.map(({ title }) => title).join(', ');
  pick.placeholder = vscode.l10n.t('The places a request comes by, in this order');
  pick.matchOnDescription = true;
  pick.items = walk.routes.flatMap(({ title, stops }) => [
    ...(walk.routes.length > 1 ? [{ label: title, kind: vscode.QuickPickItemKind.Separator }] : []),
    ...stops.map(({ name, note, location }, index): Stop => ({
      label: `${index + 1}. ${name}`,
      description: note,
      detail: `${vscode.workspace.asRelativePath(vscode.Uri.parse(location.uri))}:${location.range.start.line + 1}`,
      location,
    })),
  ]);
  pick.onDidChangeActive(([active]) => {
    // The first item is active as soon as the list is shown: nothing is opened before somebody moves.
    if (!isMoved && active === pick.items.find(({ location }) => location !== undefined)) return;
    isMoved = true;
    if (active?.location) void openLocation(active.location, { preserveFocus: true });
  });
  pick.onDidAccept(() => {
    isChosen = true;
    const [chosen] = pick.selectedItems;
    pick.hide();
    if (chosen?.location) void openLocation(chosen.location);
  });
  pick.onDidHide(() => {
    pick.dispose();
    if (isChosen || !isMoved || !back) return;
    const { document, selection, viewColumn } = back;
    void vscode.window.showTextDocument(document, { selection, ...(viewColumn === undefined ? {} : { viewColumn }) });
  });
  pick.show();
}

/** Whether an argument of the command is what a code lens hands over. */
export function isChainWalk(argument: unknown): argument is ChainWalk {
  return typeof argument === 'object' && argument !== null && 'routes' in argument && Array.isArray(argument.routes);
}
