import * as vscode from 'vscode';
import type { LanguageClient, WorkspaceEdit } from 'vscode-languageclient/node';
import type { ReportProgress } from './language-client.js';
import type { StatusItem } from './status-item.js';

/** The running server, if any: at most one, started, stopped and replaced in order. */
export class Session implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private queue: Promise<unknown> = Promise.resolve();
  private progressCount = 0;
  private begun = false;
  private readonly running = new vscode.EventEmitter<boolean>();
  private readonly inventory = new vscode.EventEmitter<void>();
  /** The server runs from now on, or no more; also when it was started again after a crash. */
  readonly onDidChangeRunning = this.running.event;
  /** What the server last answered to `unlatched/inventory` is no longer true. */
  readonly onDidChangeInventory = this.inventory.event;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly log: vscode.LogOutputChannel,
    private readonly status: StatusItem,
  ) {}

  /** There is something to analyse: from now on the server runs, if it is enabled. */
  begin(): Promise<void> {
    this.begun = true;
    return this.follow();
  }

  /** Starts or stops the server as `unlatched.enable` says; one folder where it is on is enough. */
  follow(): Promise<void> {
    if (!this.begun) return Promise.resolve();
    const folders = vscode.workspace.workspaceFolders ?? [undefined];
    const enabled = folders.some((folder) => vscode.workspace.getConfiguration('unlatched', folder).get<boolean>('enable', true));
    return enabled ? this.start() : this.stop();
  }

  /** Whether requests are answered. */
  isRunning(): boolean {
    return this.client?.isRunning() === true;
  }

  dispose(): void {
    this.running.dispose();
    this.inventory.dispose();
  }

  /** Does nothing when the server runs. A failure is logged and shown in the status item. */
  start(): Promise<void> {
    return this.inOrder(() => this.startNow());
  }

  /** Ends the server and removes its findings. */
  stop(): Promise<void> {
    return this.inOrder(() => this.stopNow());
  }

  /** A new server process, also after too many crashes. */
  restart(): Promise<void> {
    this.begun = true;
    return this.inOrder(async () => {
      await this.stopNow();
      await this.startNow();
    });
  }

  /** The answer of the server; undefined when it does not run, refuses or the request was cancelled. */
  async request<Result>(method: string, params: unknown, token?: vscode.CancellationToken): Promise<Result | undefined> {
    await this.queue;
    if (!this.client?.isRunning()) return undefined;
    try {
      return await this.client.sendRequest<Result>(method, params, token);
    } catch (error) {
      if (!token?.isCancellationRequested) this.log.error(`${method}: ${String(error)}`);
      return undefined;
    }
  }

  /** The same, with what the server reports on the way. */
  async requestWithProgress<Result>(method: string, token: vscode.CancellationToken, report: ReportProgress): Promise<Result | undefined> {
    if (!this.begun) await this.begin();
    await this.queue;
    if (!this.client) return undefined;
    const { onWorkDone } = await import('./language-client.js');
    const workDoneToken = `${method}-${++this.progressCount}`;
    const listening = onWorkDone(this.client, workDoneToken, report);
    try {
      return await this.request<Result>(method, { workDoneToken }, token);
    } finally {
      listening.dispose();
    }
  }

  /** Applies an edit as the server writes it; false when the editor refuses it. */
  async applyEdit(edit: WorkspaceEdit): Promise<boolean> {
    const converted = await this.client?.protocol2CodeConverter.asWorkspaceEdit(edit);
    return converted !== undefined && vscode.workspace.applyEdit(converted);
  }

  /** Name and version the server gave, for reports; undefined when it does not run. */
  serverVersion(): string | undefined {
    return this.client?.initializeResult?.serverInfo?.version;
  }

  private inOrder(step: () => Promise<void>): Promise<void> {
    const done = this.queue.then(step);
    this.queue = done.catch(() => undefined);
    return done;
  }

  private async startNow(): Promise<void> {
    if (this.client?.isRunning()) return;
    await this.stopNow();
    this.status.show({ state: 'starting' });
    try {
      // Loaded here, so that registering commands does not wait for the protocol library.
      const { createLanguageClient } = await import('./language-client.js');
      this.client = createLanguageClient(this.context, this.log, {
        status: (status) => this.status.show(status),
        running: (isRunning) => this.running.fire(isRunning),
        inventoryChanged: () => this.inventory.fire(),
      });
      await this.client.start();
    } catch (error) {
      this.log.error(`The language server did not start: ${String(error)}`);
      this.status.show({ state: 'stopped' });
    }
  }

  private async stopNow(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client) {
      // A server that does not answer in time is ended by the library all the same.
      await client.dispose().catch((error: unknown) => this.log.warn(`The language server did not end well: ${String(error)}`));
    }
    this.status.show({ state: 'disabled' });
  }
}
