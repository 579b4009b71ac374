import * as vscode from 'vscode';
import type { InventoryParams, InventoryResult } from '../../../server/src/lsp/protocol.js';
import type { Session } from '../session.js';

/** The inventory for everybody who shows it: asked for when somebody wants it, and kept until the server says that it changed. */
export class InventorySource implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly listeners: readonly vscode.Disposable[];
  private known: Promise<InventoryResult | undefined> | undefined;
  /** What was given last is out of date, or there is none any more: whoever shows it asks again when it is looked at. */
  readonly onDidChange = this.changed.event;

  constructor(private readonly session: Session) {
    this.listeners = [session.onDidChangeInventory(() => this.forget()), session.onDidChangeRunning(() => this.forget())];
  }

  /** The inventory of all folders; undefined while no server runs. Waits until the folders are read. */
  current(): Promise<InventoryResult | undefined> {
    if (this.known) return this.known;
    const params: InventoryParams = {};
    const asked = this.session.request<InventoryResult>('unlatched/inventory', params).then((result) => {
      // A request that failed is no answer to keep.
      if (result === undefined && this.known === asked) this.known = undefined;
      return result;
    });
    this.known = asked;
    return asked;
  }

  dispose(): void {
    for (const each of this.listeners) each.dispose();
    this.changed.dispose();
  }

  private forget(): void {
    this.known = undefined;
    this.changed.fire();
  }
}
