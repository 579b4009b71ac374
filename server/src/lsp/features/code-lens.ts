import { CodeLensRefreshRequest, type CancellationToken, type CodeLens } from 'vscode-languageserver';
import { canonicalUri } from '../convert.js';
import type { Folder } from '../folder.js';
import { lensText, walkOf } from '../lens-text.js';
import type { InventoryEndpoint } from '../protocol.js';
import type { Place, Session, SessionListener } from '../session.js';
import { isRecord } from '../settings.js';
import { idOf } from '../text-id.js';
import { endpointsOf } from './inventory.js';

/** Milliseconds that changes are collected before one refresh. */
const REFRESH_REST = 50;
/** Milliseconds within which a client asks by itself for the lenses of a text it changed. */
const ASKED_WITHIN = 1500;

/** What was last answered for an open document. */
interface Told {
  readonly uri: string;
  readonly version: number | null;
  readonly id: string;
  /** The endpoints registered on each line. */
  readonly lines: Lines;
}
type Lines = ReadonlyMap<number, readonly InventoryEndpoint[]>;
const NO_LINES: Lines = new Map();

/** One lens above each line that registers a route, with the chain a request meets; its text is made when it is shown. */
export class CodeLenses implements SessionListener {
  private readonly told = new Map<string, Told>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private later: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly session: Session) {
    const { connection } = session;
    connection.onCodeLens(({ textDocument }, token) => session.fence<CodeLens[]>('textDocument/codeLens', [], () => this.lenses(textDocument.uri, token)));
    connection.onCodeLensResolve((lens, token) => session.fence<CodeLens>('codeLens/resolve', lens, () => this.resolve(lens, token)));
  }

  /** Documents whose text changed are asked for again by the client itself, if it was not put off by an answer that was cancelled; the others may show what another file has changed. */
  settled(folder: Folder): void {
    if (!this.session.client.lensRefresh) return;
    for (const [key, { uri, version, id }] of this.told) {
      const place = this.session.place(uri);
      // A client may ask before it tells that the document is open, and then does not ask again.
      const isSame = version === null || place?.folder.version(place.path) === version;
      if (!place || (version !== null && !place.folder.isOpen(place.path))) this.told.delete(key);
      else if (place.folder === folder && !isSame) this.lookLater();
      else if (place.folder === folder && isSame && this.idOf(this.linesOf(place)) !== id) this.refresh();
    }
  }

  reset(folder: Folder): void {
    this.settled(folder);
  }

  dispose(): void {
    clearTimeout(this.timer);
    clearTimeout(this.later);
  }

  private async lenses(uri: string, token: CancellationToken): Promise<CodeLens[]> {
    const place = this.session.place(uri);
    if (!place) return [];
    // VS Code waits before it asks again as long as it waited for answers: it is not kept waiting for a folder to be read.
    if (isRead(place)) await this.session.upToDate(place.folder, token);
    const told = this.note(uri, place);
    return [...told.lines].flatMap(([line, endpoints]) => {
      const range = endpoints[0]?.location.range;
      return range ? [{ range, data: { uri, line } }] : [];
    });
  }

  private async resolve(lens: CodeLens, token: CancellationToken): Promise<CodeLens> {
    const data: unknown = lens.data;
    if (!isRecord(data) || typeof data['uri'] !== 'string' || typeof data['line'] !== 'number') return lens;
    const place = this.session.place(data['uri']);
    if (!place) return lens;
    const known = this.told.get(canonicalUri(data['uri']));
    const isCurrent = known !== undefined && known.version === place.folder.version(place.path);
    if (!isCurrent) await this.session.upToDate(place.folder, token);
    // That one lens of an older answer is up to date does not make the others so.
    const endpoints = (isCurrent ? known.lines : this.linesOf(place)).get(data['line']) ?? [];
    const { texts, client } = this.session;
    const title = lensText(endpoints, texts);
    // A lens without a command is shown as one that could not be resolved.
    return { ...lens, command: client.commands && endpoints.length > 0 ? { title, command: 'unlatched.walkChain', arguments: [walkOf(endpoints, texts)] } : { title, command: '' } };
  }

  private note(uri: string, place: Place): Told {
    const lines = this.linesOf(place);
    const told = { uri, version: place.folder.version(place.path), id: this.idOf(lines), lines };
    this.told.set(canonicalUri(uri), told);
    return told;
  }

  /** Nothing while lenses are off, nor before the folder is read: what comes before a route is not known yet. */
  private linesOf({ folder, path }: Place): Lines {
    const { enable, codeLens } = folder.settings;
    if (!enable || !codeLens || !isRead({ folder, path })) return NO_LINES;
    const lines = new Map<number, InventoryEndpoint[]>();
    for (const endpoint of endpointsOf(this.session, folder, path)) {
      const { line } = endpoint.location.range.start;
      const same = lines.get(line);
      if (same) same.push(endpoint);
      else lines.set(line, [endpoint]);
    }
    return new Map([...lines].sort(([a], [b]) => a - b));
  }

  private idOf(lines: Lines): string {
    return lines.size === 0 ? '' : idOf(JSON.stringify([...lines]));
  }

  /** Once the client had time to ask: whoever still shows the lenses of an older text is told. */
  private lookLater(): void {
    this.later ??= setTimeout(() => {
      this.later = undefined;
      for (const { uri, version } of this.told.values()) {
        const place = this.session.place(uri);
        if (version !== null && place?.folder.isOpen(place.path) === true && place.folder.version(place.path) !== version) this.refresh();
      }
    }, ASKED_WITHIN);
  }
  private refresh(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.session.connection.sendRequest(CodeLensRefreshRequest.type).catch((error: unknown) => this.session.log(`refresh of lenses: ${String(error)}`));
    }, REFRESH_REST);
  }
}

/** All that may come before a route is known. */
function isRead({ folder }: Place): boolean {
  return folder.complete || folder.loose;
}
