import * as vscode from 'vscode';
import type { InventorySource } from './api-map/inventory-source.js';
import { exportMap } from './mind-map-export.js';
import { pageOf } from './mind-map-page.js';
import { mindMapTexts } from './mind-map-texts.js';
import type { Session } from './session.js';
import { contentOf, type MapContent, type Place } from './webview/item.js';
import { fromPage, keyOf, placesOf, type ToPage } from './webview/messages.js';

const viewType = 'unlatched.mindMap';
/** A page that does not answer is asked for its picture no longer than this. */
const pictureMs = 10_000;

/** The mind map: at most one panel, restored with the window, which shows the inventory as it is. */
export class MindMapView implements vscode.WebviewPanelSerializer, vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  /** What the page shows: only places in it may be opened. */
  private sent: MapContent | undefined;
  private gotPicture: ((text: string | undefined) => void) | undefined;
  private readonly listeners: readonly vscode.Disposable[];

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly session: Session,
    private readonly inventory: InventorySource,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.listeners = [
      vscode.window.registerWebviewPanelSerializer(viewType, this),
      inventory.onDidChange(() => {
        // A page that is hidden asks again when it is shown.
        if (this.panel?.visible) void this.send();
      }),
    ];
  }

  /** Shows the panel that is there, else a new one. */
  open(): void {
    if (this.panel) this.panel.reveal();
    else this.show(vscode.window.createWebviewPanel(viewType, vscode.l10n.t('API Mind Map'), vscode.ViewColumn.Active));
  }
  /** The window was loaded again: the page has kept its own state. */
  deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    this.show(panel);
    return Promise.resolve();
  }
  dispose(): void {
    for (const each of this.listeners) each.dispose();
    this.panel?.dispose();
  }

  private show(panel: vscode.WebviewPanel): void {
    this.panel?.dispose();
    this.panel = panel;
    const folder = vscode.Uri.joinPath(this.extensionUri, 'client', 'out');
    const file = (name: string): string => panel.webview.asWebviewUri(vscode.Uri.joinPath(folder, name)).toString();
    panel.iconPath = vscode.Uri.joinPath(this.extensionUri, 'images', 'icon.png');
    panel.webview.options = { enableScripts: true, localResourceRoots: [folder] };
    panel.webview.onDidReceiveMessage((message: unknown) => this.heard(message));
    panel.onDidDispose(() => {
      if (this.panel === panel) this.panel = undefined;
      this.gotPicture?.(undefined);
    });
    panel.webview.html = pageOf({
      nonce: crypto.randomUUID().replaceAll('-', ''),
      cspSource: panel.webview.cspSource,
      script: file('mind-map.js'),
      style: file('mind-map.css'),
      language: vscode.env.language,
      texts: mindMapTexts(),
    });
  }

  private async heard(raw: unknown): Promise<void> {
    const message = fromPage(raw);
    switch (message?.type) {
      case 'ready':
        // Whoever looks at the map wants the server.
        await this.session.begin();
        return this.send();
      case 'open':
        return this.openSource(message.place);
      case 'export':
        return this.export();
      case 'svg':
        return this.gotPicture?.(message.text);
      default:
        this.log.warn('The mind map sent a message that is not known.');
    }
  }
  private async send(): Promise<void> {
    const result = await this.inventory.current();
    this.sent = result && contentOf(result);
    await this.tell(this.sent ? { type: 'content', content: this.sent } : { type: 'stopped' });
  }
  private async tell(message: ToPage): Promise<void> {
    await this.panel?.webview.postMessage(message);
  }

  private async openSource(place: Place): Promise<void> {
    if (!this.sent || !placesOf(this.sent).has(keyOf(place))) {
      this.log.warn(`The mind map asked for a place that is not on it: ${place.uri}`);
      return;
    }
    const at = new vscode.Position(place.line, place.character);
    // Beside the map, so that it stays in view.
    const beside = vscode.window.tabGroups.all.find(({ viewColumn }) => viewColumn !== this.panel?.viewColumn)?.viewColumn;
    try {
      const viewColumn = beside ?? vscode.ViewColumn.Beside;
      await vscode.window.showTextDocument(vscode.Uri.parse(place.uri), { selection: new vscode.Range(at, at), viewColumn });
    } catch (error) {
      this.log.error(`Opening ${place.uri}: ${String(error)}`);
      await vscode.window.showErrorMessage(vscode.l10n.t('The source could not be opened. The output of Unlatched names the cause.'));
    }
  }
  private async export(): Promise<void> {
    try {
      await exportMap(this.session, () => this.picture());
    } catch (error) {
      this.log.error(`Exporting the mind map: ${String(error)}`);
      await vscode.window.showErrorMessage(vscode.l10n.t('The map could not be exported. The output of Unlatched names the cause.'));
    }
  }
  /** The picture as the page draws it now; undefined when it does not answer. */
  private picture(): Promise<string | undefined> {
    return new Promise((resolve) => {
      const end = (text: string | undefined): void => {
        clearTimeout(timer);
        if (this.gotPicture === end) this.gotPicture = undefined;
        resolve(text);
      };
      const timer = setTimeout(() => end(undefined), pictureMs);
      this.gotPicture = end;
      void this.tell({ type: 'wantSvg' });
    });
  }
}
