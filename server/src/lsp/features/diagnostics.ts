import type {
  CancellationToken,
  Diagnostic,
  DocumentDiagnosticParams,
  DocumentDiagnosticReport,
  ResultProgressReporter,
  WorkspaceDiagnosticParams,
  WorkspaceDiagnosticReport,
  WorkspaceDiagnosticReportPartialResult,
  WorkspaceDocumentDiagnosticReport,
} from 'vscode-languageserver';
import type { FilePath } from '../../core/text/source.js';
import { canonicalUri } from '../convert.js';
import type { Folder } from '../folder.js';
import type { StatusParams } from '../protocol.js';
import { cancelled, untilCancelled, type Session, type SessionListener } from '../session.js';
import { itemsOf, resultIdOf, type Items } from './items.js';

/** Reports sent in one partial result. */
const CHUNK = 100;
/** Milliseconds that changes in other files are collected before one refresh. */
const REFRESH_REST = 50;

interface Shown {
  readonly id: string;
  readonly findings: number;
  readonly related: ReadonlySet<FilePath>;
}
/** What the client was last told of a document. */
interface Told {
  readonly id: string;
  readonly version: number | null;
}

const NOTHING = resultIdOf([]);

/** Answers the pulls, pushes to those who cannot pull, and tells the client when to ask again. */
export class Diagnostics implements SessionListener {
  private readonly shown = new Map<Folder, Map<FilePath, Shown>>();
  private readonly pulled = new Map<string, Told>();
  private readonly pushed = new Map<string, Told>();
  /**
   * Documents that were ever answered with findings. A client forgets the result of a document whose editor it closes, goes on showing it, and
   * throws away what it pulls while closing, though it may hold the document open; so one that is clean is owed a line in a workspace report.
   */
  private readonly shownOnce = new Map<string, { readonly uri: string; owed: boolean }>();
  private waiters: (() => void)[] = [];
  private answered = false;
  private refreshTimer: ReturnType<typeof setTimeout> | undefined;
  private status = '';

  constructor(private readonly session: Session) {
    const { connection } = session;
    connection.languages.diagnostics.on((params, token) => session.fence<DocumentDiagnosticReport>('textDocument/diagnostic', { kind: 'full', items: [] }, () => this.document(params, token)));
    connection.languages.diagnostics.onWorkspace((params, token, _, partial) => session.fence<WorkspaceDiagnosticReport>('workspace/diagnostic', { items: [] }, () => this.workspace(params, token, partial)));
  }

  settled(folder: Folder, touched: ReadonlySet<FilePath>): void {
    const shown = this.shown.get(folder) ?? new Map<FilePath, Shown>();
    this.shown.set(folder, shown);
    const due = new Set(touched);
    for (const [path, { related }] of shown) if ([...related].some((each) => touched.has(each))) due.add(path);
    let changed = false;
    let refresh = false;
    for (const path of due) {
      const items = itemsOf(this.session, folder, path);
      const id = items.diagnostics.length === 0 ? NOTHING : resultIdOf(items.diagnostics);
      changed ||= id !== (shown.get(path)?.id ?? NOTHING);
      if (id === NOTHING) shown.delete(path);
      else shown.set(path, { id, findings: items.findings, related: items.related });
      if (!this.session.client.pull) this.push(folder, path, id, items.diagnostics);
      const told = this.pulled.get(canonicalUri(folder.uriOf(path)));
      changed ||= id === NOTHING && this.shownOnce.get(canonicalUri(folder.uriOf(path)))?.owed === true;
      refresh ||= told !== undefined && told.id !== id && told.version === folder.version(path) && folder.isOpen(path);
    }
    if (refresh) this.refresh();
    if (changed) this.wake();
    this.report();
  }

  reset(folder: Folder, gone: boolean): void {
    const before = this.shown.get(folder) ?? new Map<FilePath, Shown>();
    if (gone) {
      this.shown.delete(folder);
      for (const path of before.keys()) if (!this.session.client.pull) this.push(folder, path, NOTHING, []);
      this.wake();
      this.report();
      return;
    }
    this.settled(folder, new Set([...before.keys(), ...folder.engine.files()]));
  }

  /** Tells the status when it differs from what was told last. */
  report(): void {
    const folders = this.session.folders();
    const files = [...this.shown.values()].flatMap((each) => [...each.values()]).filter((each) => each.findings > 0);
    const broken = folders.flatMap((folder) => (folder.settings.enable ? folder.policies.broken().map((path) => folder.uriOf(path)) : []))[0];
    const status: StatusParams = {
      state: folders.some((folder) => folder.loading !== undefined) ? 'busy' : broken === undefined ? 'ready' : 'policy-error',
      findings: files.reduce((sum, each) => sum + each.findings, 0),
      files: files.length,
      notAnalysed: folders.reduce((sum, folder) => sum + folder.refused.size, 0),
      ...(broken === undefined ? {} : { file: broken }),
    };
    const text = JSON.stringify(status);
    if (text === this.status) return;
    this.status = text;
    void this.session.connection.sendNotification('unlatched/status', status);
  }

  dispose(): void {
    clearTimeout(this.refreshTimer);
    this.wake();
  }

  /** The client must ask again for what it shows; several wishes make one refresh. */
  refresh(): void {
    if (!this.session.client.pull || !this.session.client.refresh) return;
    this.refreshTimer ??= setTimeout(() => {
      this.refreshTimer = undefined;
      this.session.connection.languages.diagnostics.refresh().catch((error: unknown) => this.session.log(`refresh: ${String(error)}`));
    }, REFRESH_REST);
  }

  private async document({ textDocument, previousResultId }: DocumentDiagnosticParams, token: CancellationToken): Promise<DocumentDiagnosticReport> {
    const place = this.session.place(textDocument.uri);
    if (!place) return { kind: 'full', resultId: NOTHING, items: [] };
    const { folder, path } = place;
    await this.session.upToDate(folder, token);
    // A client pulls once more when it closes a document, and would go on showing the answer.
    const hidden = !folder.settings.workspaceDiagnostics && !folder.isOpen(path);
    const diagnostics = hidden ? [] : itemsOf(this.session, folder, path).diagnostics;
    const id = resultIdOf(diagnostics);
    this.noteAnswer(textDocument.uri, id);
    if (folder.isOpen(path)) this.pulled.set(canonicalUri(textDocument.uri), { id, version: folder.version(path) });
    else this.owe(textDocument.uri);
    return previousResultId === id ? { kind: 'unchanged', resultId: id } : { kind: 'full', resultId: id, items: [...diagnostics] };
  }

  /** Held open until something differs from what the client has; the very first is answered as soon as the folders are read. */
  private async workspace({ previousResultIds }: WorkspaceDiagnosticParams, token: CancellationToken, partial: ResultProgressReporter<WorkspaceDiagnosticReportPartialResult> | undefined): Promise<WorkspaceDiagnosticReport> {
    const known = new Map(previousResultIds.map(({ uri, value }) => [canonicalUri(uri), { uri, value }]));
    for (;;) {
      if (!(await this.session.settle(token))) throw cancelled();
      const items = this.difference(known);
      if (items.length > 0 || !this.answered) {
        this.answered = true;
        if (!partial) return { items };
        for (let at = 0; at < items.length; at += CHUNK) partial.report({ items: items.slice(at, at + CHUNK) });
        return { items: [] };
      }
      if (!(await untilCancelled(this.change(), token))) throw cancelled();
    }
  }

  private difference(known: ReadonlyMap<string, { readonly uri: string; readonly value: string }>): WorkspaceDocumentDiagnosticReport[] {
    const out: WorkspaceDocumentDiagnosticReport[] = [];
    const present = new Set<string>();
    for (const [folder, shown] of this.shown) {
      for (const [path, { id }] of shown) {
        if (!folder.settings.workspaceDiagnostics && !folder.isOpen(path)) continue;
        const uri = folder.uriOf(path);
        present.add(canonicalUri(uri));
        if (known.get(canonicalUri(uri))?.value === id) continue;
        const { diagnostics } = itemsOf(this.session, folder, path);
        out.push({ kind: 'full', uri, version: folder.version(path), resultId: resultIdOf(diagnostics), items: [...diagnostics] });
      }
    }
    const owed = [...this.shownOnce].filter(([key, each]) => each.owed && !known.has(key)).map(([key, { uri }]) => [key, { uri, value: '' }] as const);
    for (const [key, { uri, value }] of [...known, ...owed]) {
      if (present.has(key) || value === NOTHING) continue;
      const place = this.session.place(uri);
      out.push({ kind: 'full', uri, version: place ? place.folder.version(place.path) : null, resultId: NOTHING, items: [] });
    }
    for (const { uri, resultId = NOTHING } of out) {
      this.noteAnswer(uri, resultId);
      const reported = this.shownOnce.get(canonicalUri(uri));
      if (reported) reported.owed = resultId !== NOTHING;
    }
    return out;
  }

  private noteAnswer(uri: string, id: string): void {
    if (id !== NOTHING) this.shownOnce.set(canonicalUri(uri), { uri, owed: true });
  }

  /** The answer to a pull of a closed document may be thrown away: the next workspace report repeats it. */
  private owe(uri: string): void {
    const known = this.shownOnce.get(canonicalUri(uri));
    if (!known) return;
    known.owed = true;
    // After the answer is on its way.
    setTimeout(() => this.wake(), 0);
  }

  private push(folder: Folder, path: FilePath, id: string, diagnostics: Items['diagnostics']): void {
    const uri = folder.uriOf(path);
    const version = folder.version(path);
    const told = this.pushed.get(canonicalUri(uri));
    const hidden = !folder.settings.workspaceDiagnostics && version === null;
    const next = hidden ? NOTHING : id;
    if (next === (told?.id ?? NOTHING) && version === (told?.version ?? null)) return;
    if (next === NOTHING && version === null) this.pushed.delete(canonicalUri(uri));
    else this.pushed.set(canonicalUri(uri), { id: next, version });
    const params: { uri: string; diagnostics: Diagnostic[]; version?: number } = { uri, diagnostics: hidden ? [] : [...diagnostics] };
    if (version !== null && this.session.client.pushVersions) params.version = version;
    void this.session.connection.sendDiagnostics(params);
  }

  private change(): Promise<void> {
    return new Promise((resolve) => {
      this.waiters.push(resolve);
    });
  }

  private wake(): void {
    const waiters = this.waiters;
    this.waiters = [];
    for (const resolve of waiters) resolve();
  }
}
