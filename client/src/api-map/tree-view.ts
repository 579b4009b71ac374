import * as vscode from 'vscode';
import type { InventoryResult } from '../../../server/src/lsp/protocol.js';
import type { Session } from '../session.js';
import { rangeOf } from '../walk-chain.js';
import { isKept, isOperationKept, readFilters, type Filter } from './filters.js';
import type { InventorySource } from './inventory-source.js';
import { childrenOf, contextOf, iconOf, idOf, topNodes, type MapNode } from './tree-model.js';
import { countText, descriptionOf, labelOf, messageOf, spokenOf, tooltipOf } from './tree-texts.js';

const view = 'unlatched.apiMap';
const stored = 'apiMap.filters';
const none: InventoryResult = { folders: [], endpoints: [], missing: [], gaps: [] };

/** The tree of endpoints. It asks for the inventory while somebody looks at it, and makes the nodes somebody opens. */
export class ApiMapView implements vscode.TreeDataProvider<MapNode>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly tree: vscode.TreeView<MapNode>;
  private readonly listeners: readonly vscode.Disposable[];
  private on: ReadonlySet<Filter>;
  /** Something changed while nobody looked. */
  private isStale = false;
  readonly onDidChangeTreeData = this.changed.event;

  constructor(
    private readonly session: Session,
    private readonly source: InventorySource,
    private readonly memory: vscode.Memento,
  ) {
    this.on = readFilters(memory.get(stored));
    this.tree = vscode.window.createTreeView(view, { treeDataProvider: this, showCollapseAll: true });
    this.tree.onDidChangeVisibility(({ visible }) => {
      if (!visible) return;
      void this.session.begin();
      if (this.isStale) this.refresh();
    });
    this.listeners = [source.onDidChange(() => this.refresh())];
    void vscode.commands.executeCommand('setContext', `${view}.filtered`, this.on.size > 0);
  }

  get filters(): ReadonlySet<Filter> {
    return this.on;
  }

  /** Narrows the tree; remembered for this workspace. */
  async narrow(on: ReadonlySet<Filter>): Promise<void> {
    this.on = on;
    await this.memory.update(stored, [...on]);
    await vscode.commands.executeCommand('setContext', `${view}.filtered`, on.size > 0);
    this.refresh();
  }

  async getChildren(node?: MapNode): Promise<MapNode[]> {
    if (node) return [...childrenOf(node)];
    // Whoever looks at the map wants the server to run, whatever is open.
    await this.session.begin();
    const inventory = await this.source.current();
    const nodes = topNodes(inventory ?? none, this.on);
    this.say(inventory);
    return [...nodes];
  }

  getTreeItem(node: MapNode): vscode.TreeItem {
    const { Collapsed, None } = vscode.TreeItemCollapsibleState;
    const isOpenable = node.kind === 'path' || (node.kind === 'endpoint' && childrenOf(node).length > 0);
    const item = new vscode.TreeItem(labelOf(node), isOpenable ? Collapsed : None);
    const { name, color } = iconOf(node);
    item.id = idOf(node);
    item.description = descriptionOf(node, vscode.l10n);
    item.iconPath = new vscode.ThemeIcon(name, color === undefined ? undefined : new vscode.ThemeColor(color));
    item.tooltip = new vscode.MarkdownString(tooltipOf(node, vscode.l10n));
    item.accessibilityInformation = { label: spokenOf(node, vscode.l10n) };
    item.contextValue = contextOf(node);
    const location =
      node.kind === 'endpoint'
        ? node.endpoint.location
        : node.kind === 'operation'
          ? node.operation.location
          : node.kind === 'step'
            ? node.step.location
            : node.kind === 'handler'
              ? node.handler.location
              : undefined;
    if (location)
      item.command = {
        command: 'vscode.open',
        title: vscode.l10n.t('Open the source'),
        arguments: [vscode.Uri.parse(location.uri), { selection: rangeOf(location), preview: true }],
      };
    return item;
  }

  dispose(): void {
    for (const each of this.listeners) each.dispose();
    this.tree.dispose();
    this.changed.dispose();
  }

  private refresh(): void {
    this.isStale = !this.tree.visible;
    if (this.tree.visible) this.changed.fire();
  }

  private say(inventory: InventoryResult | undefined): void {
    const { endpoints, missing, gaps } = inventory ?? none;
    const shown = endpoints.filter((endpoint) => isKept(endpoint, this.on)).length;
    const isAny = shown > 0 || missing.some((operation) => isOperationKept(operation, this.on));
    this.tree.description = inventory === undefined ? '' : countText(shown, endpoints.length, vscode.l10n);
    this.tree.message = inventory === undefined ? '' : messageOf({ gaps }, this.on, vscode.l10n);
    const state = inventory === undefined ? 'off' : endpoints.length === 0 ? 'empty' : isAny ? 'shown' : 'filtered';
    void vscode.commands.executeCommand('setContext', `${view}.state`, state);
  }
}
