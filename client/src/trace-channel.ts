import * as vscode from 'vscode';

/**
 * The log as the protocol trace sees it: `unlatched.trace.server` alone decides whether the protocol is written.
 * The library would look at the log level of the output channel first, and the setting would do nothing.
 */
export class TraceChannel implements vscode.LogOutputChannel {
  private readonly levels = new vscode.EventEmitter<vscode.LogLevel>();
  private readonly listener: vscode.Disposable;
  readonly onDidChangeLogLevel = this.levels.event;

  constructor(private readonly log: vscode.LogOutputChannel) {
    this.listener = vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('unlatched.trace.server')) this.levels.fire(this.logLevel);
    });
  }

  get name(): string {
    return this.log.name;
  }
  get logLevel(): vscode.LogLevel {
    const wanted = vscode.workspace.getConfiguration('unlatched').get<string>('trace.server', 'off');
    return wanted === 'off' ? vscode.LogLevel.Info : vscode.LogLevel.Trace;
  }
  trace(message: string): void {
    this.log.info(message);
  }
  debug(message: string): void {
    this.log.debug(message);
  }
  info(message: string): void {
    this.log.info(message);
  }
  warn(message: string): void {
    this.log.warn(message);
  }
  error(error: string | Error): void {
    this.log.error(error);
  }
  append(value: string): void {
    this.log.append(value);
  }
  appendLine(value: string): void {
    this.log.appendLine(value);
  }
  replace(value: string): void {
    this.log.replace(value);
  }
  clear(): void {
    this.log.clear();
  }
  show(): void {
    this.log.show();
  }
  hide(): void {
    this.log.hide();
  }
  dispose(): void {
    this.listener.dispose();
    this.levels.dispose();
  }
}
