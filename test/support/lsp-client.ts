import { PassThrough } from 'node:stream';
import { createConnection } from 'vscode-languageserver';
import {
  createMessageConnection,
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type Diagnostic,
  type DocumentDiagnosticReport,
  type InitializeParams,
  type InitializeResult,
  type MessageConnection,
  type WorkspaceDiagnosticReport,
} from 'vscode-languageserver/node';
import type { Door, HostFactory } from '../../server/src/lsp/door.js';
import { serve } from '../../server/src/lsp/language-server.js';

/** One message the server sent of its own accord. */
export interface Received {
  readonly method: string;
  readonly params: unknown;
}

/** How a test wants its client. */
export interface ClientOptions {
  readonly hostFactory: HostFactory;
  readonly door: Door;
  readonly folders?: readonly string[];
  readonly capabilities?: InitializeParams['capabilities'];
  readonly initializationOptions?: unknown;
  /** Answers `workspace/configuration`, per scope. */
  readonly settings?: (scope: string | undefined) => unknown;
  /** The value of `files.exclude`. */
  readonly filesExclude?: () => unknown;
  readonly locale?: string;
  /** Answers other requests of the server by method; null without. */
  readonly answer?: (method: string, params: unknown) => unknown;
  readonly today?: () => string;
}

/** All that VS Code announces and the server looks at, save that it can pull. */
export const pushOnly: InitializeParams['capabilities'] = {
  general: { positionEncodings: ['utf-16'] },
  window: { workDoneProgress: true },
  workspace: {
    configuration: true,
    workspaceFolders: true,
    didChangeConfiguration: { dynamicRegistration: true },
    didChangeWatchedFiles: { dynamicRegistration: true },
    diagnostics: { refreshSupport: true },
    codeLens: { refreshSupport: true },
    workspaceEdit: { documentChanges: true, resourceOperations: ['create', 'rename', 'delete'], changeAnnotationSupport: { groupsOnLabel: true } },
  },
  textDocument: {
    synchronization: { dynamicRegistration: true, didSave: true },
    publishDiagnostics: { relatedInformation: true, versionSupport: true, codeDescriptionSupport: true, dataSupport: true, tagSupport: { valueSet: [1, 2] } },
    codeAction: {
      dataSupport: true,
      disabledSupport: true,
      isPreferredSupport: true,
      codeActionLiteralSupport: { codeActionKind: { valueSet: ['', 'quickfix', 'source', 'source.fixAll'] } },
      resolveSupport: { properties: ['edit'] },
    },
    hover: { contentFormat: ['markdown', 'plaintext'] },
  },
};

/** A client like VS Code. */
export const vscodeLike: InitializeParams['capabilities'] = { ...pushOnly, textDocument: { ...pushOnly.textDocument, diagnostic: { dynamicRegistration: true, relatedDocumentSupport: true } } };

/** A client on in-memory streams; whatever the server sends is kept and can be waited for. */
export class TestClient {
  readonly received: Received[] = [];
  result: InitializeResult = { capabilities: {} };
  private waiters: { readonly test: (message: Received) => boolean; readonly resolve: (message: Received) => void }[] = [];

  constructor(
    readonly connection: MessageConnection,
    /** Bytes written here reach the server as they are. */
    readonly raw: PassThrough,
    readonly exits: readonly number[],
  ) {}

  record(message: Received): void {
    this.received.push(message);
    for (const waiter of this.waiters.filter(({ test }) => test(message))) {
      this.waiters = this.waiters.filter((each) => each !== waiter);
      waiter.resolve(message);
    }
  }

  /** The next message of the method that satisfies the test, from now on. */
  next(method: string, test: (params: unknown) => boolean = () => true): Promise<unknown> {
    return new Promise((resolve) => {
      this.waiters.push({ test: (message) => message.method === method && test(message.params), resolve: (message) => resolve(message.params) });
    });
  }

  /** One already received, else the next. */
  async seen(method: string, test: (params: unknown) => boolean = () => true): Promise<unknown> {
    const found = this.received.find((message) => message.method === method && test(message.params));
    return found ? found.params : this.next(method, test);
  }

  count(method: string): number {
    return this.received.filter((message) => message.method === method).length;
  }

  notify(method: string, params: unknown): Promise<void> {
    return this.connection.sendNotification(method, params);
  }

  request<T>(method: string, params: unknown): Promise<T> {
    return this.connection.sendRequest<T>(method, params);
  }

  open(uri: string, text: string, version = 1, languageId = 'typescript'): Promise<void> {
    return this.notify('textDocument/didOpen', { textDocument: { uri, languageId, version, text } });
  }

  /** Replaces the whole text. */
  change(uri: string, version: number, text: string): Promise<void> {
    return this.notify('textDocument/didChange', { textDocument: { uri, version }, contentChanges: [{ text }] });
  }

  pull(uri: string, previousResultId?: string): Promise<DocumentDiagnosticReport> {
    return this.request('textDocument/diagnostic', previousResultId === undefined ? { textDocument: { uri } } : { textDocument: { uri }, previousResultId });
  }

  /** The diagnostics of one document; fails on `unchanged`. */
  async items(uri: string): Promise<readonly Diagnostic[]> {
    const report = await this.pull(uri);
    if (report.kind !== 'full') throw new Error('expected a full report');
    return report.items;
  }

  workspace(previousResultIds: readonly { readonly uri: string; readonly value: string }[] = [], more: object = {}): Promise<WorkspaceDiagnosticReport> {
    return this.request('workspace/diagnostic', { previousResultIds, ...more });
  }

  async stop(): Promise<void> {
    await this.request('shutdown', undefined);
    await this.notify('exit', undefined);
    this.connection.dispose();
  }
}

/** Starts a server and a client joined by streams, and shakes hands. */
export async function startClient(options: ClientOptions): Promise<TestClient> {
  const toServer = new PassThrough();
  const toClient = new PassThrough();
  const exits: number[] = [];
  const server = createConnection((logger) => createProtocolConnection(new StreamMessageReader(toServer), new StreamMessageWriter(toClient), logger), {
    shutdownReceived: false,
    initialize: () => undefined,
    exit: (code) => {
      exits.push(code);
    },
  });
  serve(server, {
    hostFactory: options.hostFactory,
    door: options.door,
    pageUri: (rule) => `file:///product/docs/rules/${rule}.md`,
    today: options.today ?? (() => '2026-11-24'),
    version: '0.0.0',
  });
  const connection = createMessageConnection(new StreamMessageReader(toClient), new StreamMessageWriter(toServer));
  const client = new TestClient(connection, toServer, exits);
  connection.onNotification((method, params) => client.record({ method, params: Array.isArray(params) ? params[0] : params }));
  connection.onRequest((method, params) => {
    const given: unknown = Array.isArray(params) ? params[0] : params;
    client.record({ method, params: given });
    return method === 'workspace/configuration' ? configurationAnswer(given, options) : (options.answer?.(method, given) ?? null);
  });
  connection.onUnhandledProgress((params) => client.record({ method: '$/progress', params }));
  connection.listen();
  const folders = options.folders ?? ['file:///work'];
  client.result = await client.request<InitializeResult>('initialize', {
    processId: null,
    rootUri: null,
    capabilities: options.capabilities ?? vscodeLike,
    workspaceFolders: folders.map((uri) => ({ uri, name: uri })),
    ...(options.locale === undefined ? {} : { locale: options.locale }),
    ...(options.initializationOptions === undefined ? {} : { initializationOptions: options.initializationOptions }),
  });
  await client.notify('initialized', {});
  return client;
}

function configurationAnswer(params: unknown, options: ClientOptions): unknown[] {
  if (typeof params !== 'object' || params === null || !('items' in params) || !Array.isArray(params.items)) return [];
  return params.items.map((item: unknown) => {
    if (typeof item !== 'object' || item === null) return null;
    if ('section' in item && item.section === 'files.exclude') return options.filesExclude?.() ?? null;
    const scope = 'scopeUri' in item && typeof item.scopeUri === 'string' ? item.scopeUri : undefined;
    return options.settings?.(scope) ?? null;
  });
}
