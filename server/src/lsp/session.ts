import type { Connection, InitializeParams, TextDocumentContentChangeEvent, WorkspaceFolder } from 'vscode-languageserver';
import { CancellationToken, LSPErrorCodes, ResponseError } from 'vscode-languageserver';
import type { RulePage } from '../core/engine-types.js';
import type { FilePath, SourceFile } from '../core/text/source.js';
import type { Host } from '../host/host.js';
import { readClient, type ClientFeatures } from './client.js';
import { clientHost } from './client-host.js';
import { canonicalUri, chooseEncoding, converter, type Converter, type Encoding } from './convert.js';
import { Documents, type OpenDocument } from './documents.js';
import type { HostFactory, HostWish, Surroundings } from './door.js';
import { Folder } from './folder.js';
import { looseScope, pathIn, type FolderScope } from './folder-scope.js';
import type { FileEventOf } from './reading.js';
import { defaultSettings, readSettings, type Settings } from './settings.js';
import { textsFor, type Texts } from './texts.js';

/** Milliseconds from the last keystroke to work on all other files, and the most it waits while the keys go on. */
const REST = 100;
const MOST_REST = 1000;
/** Milliseconds in which keystrokes are collected before a client that cannot pull is told. */
const SOON = 20;

/** A document and the folder that answers for it. */
export interface Place {
  readonly folder: Folder;
  readonly path: FilePath;
}

/** What the session tells its features. */
export interface SessionListener {
  settled(folder: Folder, touched: ReadonlySet<FilePath>): void;
  /** A folder is gone, or its settings changed so that all it showed must be shown anew. */
  reset(folder: Folder, gone: boolean): void;
}

/** The state behind one connection: the folders, the open documents, and nothing else between requests. */
export class Session {
  readonly documents = new Documents(() => this.encoding);
  readonly pages: ReadonlyMap<string, RulePage>;
  encoding: Encoding = 'utf-16';
  texts: Texts = textsFor(undefined);
  client: ClientFeatures = readClient({ processId: null, rootUri: null, capabilities: {}, workspaceFolders: null });
  private readonly roots = new Map<string, Folder>();
  private readonly loose = new Map<string, Folder>();
  private readonly listeners: SessionListener[] = [];
  private readonly converters = new WeakMap<SourceFile, Converter>();
  private readonly ruleIds: ReadonlySet<string>;
  private settings: Settings = defaultSettings;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private due: number | undefined;
  private soon: ReturnType<typeof setTimeout> | undefined;
  private configured: Promise<unknown> = Promise.resolve();

  constructor(
    readonly connection: Connection,
    readonly around: Surroundings,
  ) {
    this.pages = new Map(around.door.rulePages().map((page) => [page.id, page]));
    this.ruleIds = new Set(this.pages.keys());
  }

  /** Takes the client's word on itself and makes the folders; nothing is read yet. */
  initialize(params: InitializeParams): void {
    this.client = readClient(params);
    this.texts = textsFor(params.locale);
    this.encoding = chooseEncoding(params.capabilities.general?.positionEncodings);
    this.settings = readSettings(this.client.settings);
    const single = params.rootUri ? [{ uri: params.rootUri, name: '' }] : [];
    for (const folder of params.workspaceFolders ?? single) this.add(folder.uri);
  }

  listen(listener: SessionListener): void {
    this.listeners.push(listener);
  }

  folders(): readonly Folder[] {
    return [...this.roots.values(), ...this.loose.values()];
  }

  workspaceFolders(): readonly Folder[] {
    return [...this.roots.values()];
  }

  /** Folders came and went; open documents move to whoever answers for them now. */
  changeFolders(added: readonly WorkspaceFolder[], removed: readonly WorkspaceFolder[]): void {
    const before = new Map(this.documents.all().map((document) => [document.uri, this.place(document.uri)]));
    for (const { uri } of removed) {
      const folder = this.roots.get(canonicalUri(uri));
      if (!folder) continue;
      this.roots.delete(canonicalUri(uri));
      folder.dispose();
      for (const listener of this.listeners) listener.reset(folder, true);
    }
    for (const { uri } of added) this.add(uri);
    for (const document of this.documents.all()) {
      const was = before.get(document.uri);
      const now = this.place(document.uri) ?? this.makeLoose(document.uri, document.languageId);
      if (!now || now.folder === was?.folder) continue;
      if (was) this.leave(was);
      now.folder.set(now.path, document.text);
    }
    this.wake();
  }

  /** The deepest folder that holds the document; undefined when none does. */
  place(uri: string): Place | undefined {
    let best: Place | undefined;
    for (const folder of this.folders()) {
      const path = folder.path(uri);
      if (path === undefined) continue;
      const better = best === undefined || (best.folder.loose && !folder.loose) || (best.folder.loose === folder.loose && path.length < best.path.length);
      if (better && (!folder.loose || !path.includes('/'))) best = { folder, path };
    }
    return best;
  }

  /** The language names a document that has no file name yet. */
  open(uri: string, version: number, text: string, languageId: string | undefined): void {
    this.take(this.documents.set(uri, version, text, languageId));
  }

  /** Does nothing for a document that is not open. */
  change(uri: string, version: number, changes: readonly TextDocumentContentChangeEvent[]): void {
    const document = this.documents.change(uri, version, changes);
    if (document) this.take(document);
  }

  private take({ uri, text, languageId }: OpenDocument): void {
    const place = this.place(uri) ?? this.makeLoose(uri, languageId);
    place?.folder.set(place.path, text);
    this.wake();
  }

  close(uri: string): void {
    this.documents.close(uri);
    const place = this.place(uri);
    if (place) this.leave(place);
    this.wake();
  }

  /** Events of the watcher, by folder. */
  watched(events: readonly { readonly uri: string; readonly kind: FileEventOf['kind'] }[]): void {
    const byFolder = new Map<Folder, FileEventOf[]>();
    for (const { uri, kind } of events) {
      const place = this.place(uri);
      if (!place || /(?:^|\/)(?:node_modules|\.git)\//.test(place.path)) continue;
      const list = byFolder.get(place.folder) ?? [];
      list.push({ path: place.path, kind });
      byFolder.set(place.folder, list);
    }
    for (const [folder, list] of byFolder) folder.watched(list);
    this.wake();
  }

  /** New settings for one folder; a folder switched on is read, one switched off shows nothing. */
  configure(folder: Folder, settings: Settings): void {
    const same = JSON.stringify({ ...settings, rules: [...settings.rules] }) === JSON.stringify({ ...folder.settings, rules: [...folder.settings.rules] });
    if (same) return;
    folder.configure(settings);
    for (const listener of this.listeners) listener.reset(folder, false);
    this.wake();
  }

  /** Settings for all folders, from a client that sends them rather than being asked. */
  configureAll(settings: Settings): void {
    this.settings = settings;
    for (const folder of this.folders()) this.configure(folder, settings);
  }

  /** Nothing is answered before this is done: the settings decide what may be shown. */
  startWith(configuring: Promise<unknown>): void {
    this.configured = configuring;
  }

  /** All that findings of this folder's files need, as far as it is read; throws when cancelled. */
  async upToDate(folder: Folder, token: CancellationToken): Promise<void> {
    if (!(await untilCancelled(this.configured, token))) throw cancelled();
    if (folder.settings.enable) await folder.ready(token);
    if (token.isCancellationRequested) throw cancelled();
  }

  /** Everything read and worked off, in every folder; false when cancelled. */
  async settle(token?: CancellationToken): Promise<boolean> {
    if (!(await untilCancelled(this.configured, token))) return false;
    for (const folder of this.folders()) {
      if (folder.loading && !(await untilCancelled(folder.loading, token))) return false;
      if (folder.settings.enable) await folder.settle(token);
      if (token?.isCancellationRequested) return false;
    }
    return true;
  }

  /** Works off what is due when the client has been quiet for a moment; clients that cannot ask are told of open files sooner. */
  wake(): void {
    clearTimeout(this.timer);
    const now = performance.now();
    this.due ??= now + MOST_REST;
    this.timer = setTimeout(() => {
      this.due = undefined;
      void this.fence('analysis', undefined, () => this.workOff());
    }, Math.max(0, Math.min(REST, this.due - now)));
    if (this.client.pull || this.soon !== undefined) return;
    this.soon = setTimeout(() => {
      this.soon = undefined;
      void this.fence('diagnostics', undefined, () => this.tellOpen());
    }, SOON);
  }

  private async workOff(): Promise<void> {
    await this.configured;
    for (const folder of this.folders()) if (folder.settings.enable) await folder.settle();
  }

  private async tellOpen(): Promise<void> {
    await this.configured;
    for (const folder of this.folders()) {
      if (!folder.settings.enable || folder.touchedOpen().size === 0) continue;
      await folder.ready(CancellationToken.None);
      for (const listener of this.listeners) listener.settled(folder, folder.touchedOpen());
    }
  }

  /** Places in a version of a file, to be used at once: one index for each version, that of the open document where it has the same text. */
  convert(source: SourceFile): Converter {
    const known = this.documents.places(source.text) ?? this.converters.get(source);
    if (known) return known;
    const made = converter(source.text, this.encoding);
    this.converters.set(source, made);
    return made;
  }

  log(line: string): void {
    this.connection.console.error(line.replace(/\s*\n\s*/g, ' | '));
  }

  /** Runs a handler so that whatever it throws costs one log line and the fallback as the answer. Cancellation passes. */
  async fence<T>(name: string, fallback: T, run: () => T | Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      if (error instanceof ResponseError) throw error;
      this.log(`${name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      return fallback;
    }
  }

  dispose(): void {
    clearTimeout(this.timer);
    clearTimeout(this.soon);
    for (const folder of this.folders()) folder.dispose();
  }

  private add(uri: string): void {
    const key = canonicalUri(uri);
    const bare = uri.length > 1 && uri.endsWith('/') ? uri.slice(0, -1) : uri;
    if (!this.roots.has(key)) this.roots.set(key, this.make({ uri: bare, loose: false }));
  }

  private makeLoose(uri: string, languageId: string | undefined): Place | undefined {
    const scope = looseScope(uri, languageId);
    const path = pathIn(scope, uri);
    if (path === undefined) return undefined;
    const key = canonicalUri(scope.uri);
    const folder = this.loose.get(key) ?? this.make(scope);
    this.loose.set(key, folder);
    return { folder, path };
  }

  private make(scope: FolderScope): Folder {
    const { uri, loose } = scope;
    const folder: Folder = new Folder(
      scope,
      lateHost((wish) => this.hostOf(wish), { uri, loose, excludes: () => folder.rules.excludes() }),
      this.documents,
      this.around,
      {
        settled: (settled, touched) => {
          for (const listener of this.listeners) listener.settled(settled, touched);
        },
        log: (line) => this.log(line),
      },
      this.ruleIds,
    );
    folder.configure(this.settings);
    return folder;
  }

  private hostOf(wish: HostWish): Host | Promise<Host> {
    const isOnDisk = wish.uri.startsWith('file:') || wish.uri.startsWith('untitled:');
    return this.client.files && !isOnDisk ? clientHost(this.connection, wish) : this.around.hostFactory(wish);
  }

  private leave(place: Place): void {
    place.folder.close(place.path);
    if (!place.folder.loose || this.documents.all().some((document) => this.place(document.uri)?.folder === place.folder)) return;
    this.loose.delete(canonicalUri(place.folder.uri));
    place.folder.dispose();
    for (const listener of this.listeners) listener.reset(place.folder, true);
  }
}

/** The answer to a request the client no longer waits for. */
export function cancelled(): ResponseError<never> {
  return new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
}

/** True when the promise is done, false when the token comes first. */
export function untilCancelled(promise: Promise<unknown>, token: CancellationToken | undefined): Promise<boolean> {
  if (token?.isCancellationRequested) return Promise.resolve(false);
  return new Promise((resolve, reject) => {
    const listening = token?.onCancellationRequested(() => resolve(false));
    promise.then(
      () => {
        listening?.dispose();
        resolve(true);
      },
      reject,
    );
  });
}

/** The host may be made asynchronously; whoever asks it waits for it. */
function lateHost(factory: HostFactory, wish: HostWish): Host {
  let made: Promise<Host> | undefined;
  const host = (): Promise<Host> => (made ??= Promise.resolve().then(() => factory(wish)));
  return {
    list: async () => (await host()).list(),
    read: async (path) => (await host()).read(path),
    write: async (path, text) => (await host()).write(path, text),
  };
}
