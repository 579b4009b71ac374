import type { CancellationToken } from 'vscode-languageserver';
import type { Engine, EngineChange, Progress } from '../core/engine-types.js';
import { isLockFile, isReadBeside } from '../core/artifacts/names.js';
import type { FilePath, SourceFile } from '../core/text/source.js';
import type { Host } from '../host/host.js';
import { capOf, defaultCaps, isListed, tooLarge } from '../host/limits.js';
import { Ahead } from './ahead.js';
import type { Surroundings } from './door.js';
import type { Documents, OpenDocument } from './documents.js';
import { FolderRules, type RulesOwner } from './folder-rules.js';
import { pathIn, uriIn, type FolderScope } from './folder-scope.js';
import { policyCandidates, type Policies } from './policies.js';
import { atOrBelow, bringsFiles, isTooLarge, lastOfEach, mayBeFolder, readAll, withoutMark, type FileEventOf } from './reading.js';
import { defaultSettings, type Settings } from './settings.js';
import { Pump } from './pump.js';

/** What a folder tells the session. */
export interface FolderListener {
  /** Work is done: the findings of these files, or the places of them, may differ from before. */
  settled(folder: Folder, touched: ReadonlySet<FilePath>): void;
  log(line: string): void;
}
/** More new files than this at once are worked off in slices before a question is answered. */
const BULK = 8;

/** One root: its engine, its host, its policies, and which of its files are held. */
export class Folder {
  readonly uri: string;
  readonly loose: boolean;
  readonly engine: Engine;
  readonly rules: FolderRules;
  /** Files that cannot be analysed, with the reason. */
  readonly refused = new Map<FilePath, string>();
  settings: Settings = defaultSettings;
  /** Every file of the folder is held: claims about absence may be shown. */
  complete = false;
  private readonly pump: Pump;
  private listed: ReadonlySet<FilePath> = new Set();
  private readonly ignored = new Set<FilePath>();
  private readonly tried = new Set<FilePath>();
  private readonly openPaths = new Set<FilePath>();
  private touched = new Set<FilePath>();
  /** Many files came since the last time all was worked off: what is asked next would be computed in one long breath. */
  private bulk = false;
  private readonly ahead: Ahead;
  private readonly pendingEvents: FileEventOf[] = [];
  private revision = 0;
  private day: string | undefined;
  private loadingNow: Promise<void> | undefined;

  constructor(
    private readonly scope: FolderScope,
    private readonly host: Host,
    private readonly documents: Documents,
    private readonly around: Surroundings,
    private readonly listener: FolderListener,
    ruleIds: ReadonlySet<string>,
  ) {
    this.uri = scope.uri;
    this.loose = scope.loose;
    this.engine = around.door.createEngine();
    this.ahead = new Ahead(this.engine, () => ++this.revision);
    this.pump = new Pump(this.engine, {
      wanted: () => this.fetchWanted(),
      settled: (changed) => this.announce(changed),
      log: (line) => listener.log(line),
    });
    this.rules = new FolderRules(this.rulesOwner(), around.door, ruleIds);
    this.rules.applyPolicies();
  }

  get policies(): Policies { return this.rules.policies; }

  path(uri: string): FilePath | undefined {
    return pathIn(this.scope, uri);
  }

  /** The client's own spelling when the file is open. */
  uriOf(path: FilePath): string {
    const uri = uriIn(this.scope, path);
    return this.documents.get(uri)?.uri ?? uri;
  }

  /** Version of the open document; null when the file is not open. */
  version(path: FilePath): number | null {
    return this.document(path)?.version ?? null;
  }

  private document(path: FilePath): OpenDocument | undefined {
    return this.documents.get(this.uriOf(path));
  }

  isOpen(path: FilePath): boolean {
    return this.openPaths.has(path);
  }

  /** The text the engine has, or that of an open file it does not have. */
  source(path: FilePath): SourceFile | undefined {
    const held = this.engine.source(path);
    if (held) return held;
    const open = this.document(path);
    return open && { path, text: open.text, revision: 0 };
  }

  /** Brings the engine up to date; false when cancelled before that. */
  async settle(token?: CancellationToken): Promise<boolean> {
    const today = this.around.today();
    if (today !== this.day) {
      this.day = today;
      this.apply({ today });
    }
    return this.pump.settle(token);
  }

  /** Whatever one file's findings need, so that they can be asked for without delay; many new files are worked off in slices first. */
  async ready(token: CancellationToken): Promise<void> {
    if (this.bulk) {
      await this.settle(token);
      return;
    }
    await this.pump.ready();
  }

  /** Open files that were touched and not yet told. */
  touchedOpen(): ReadonlySet<FilePath> {
    return new Set([...this.touched].filter((path) => this.openPaths.has(path)));
  }

  /** The reading of the whole folder that is under way, if any. */
  get loading(): Promise<void> | undefined {
    return this.loadingNow;
  }

  /** Nothing waits to be worked on. */
  get idle(): boolean {
    return this.pump.idle && this.loadingNow === undefined;
  }

  /** Takes the text of an open document into the engine. */
  set(path: FilePath, text: string): void {
    const first = !this.openPaths.has(path);
    this.openPaths.add(path);
    this.weigh(path, text);
    if (!this.ignored.has(path) && !this.refused.has(path)) this.put([{ path, text }]);
    else this.touched.add(path);
    if (first) {
      this.pump.task(() => this.admit(path));
      if (!this.complete) this.pump.task(() => this.refreshPolicies(policyCandidates(path)));
    }
    this.afterText([path]);
  }

  /** The document is closed: what is on disk holds again. */
  close(path: FilePath): void {
    this.openPaths.delete(path);
    this.touched.add(path);
    this.pump.task(async () => {
      if (this.openPaths.has(path)) return;
      if (this.loose || (this.complete && !this.listed.has(path))) this.drop([path]);
      else await this.readIn([path]);
      this.afterText([path]);
    });
  }

  /** Reads the whole folder; `report` is told how far it is and may stop it by returning false. */
  load(report: (progress: Progress) => boolean): Promise<void> {
    this.loadingNow ??= this.readFolder(report)
      .catch((error: unknown) => this.listener.log(`reading ${this.uri} failed: ${String(error)}`))
      .finally(() => {
        this.loadingNow = undefined;
      });
    return this.loadingNow;
  }

  /** Settings of the client changed. */
  configure(settings: Settings): void {
    const moved = settings.policyPath !== this.settings.policyPath;
    const hidden = JSON.stringify(settings.filesExclude) !== JSON.stringify(this.settings.filesExclude);
    this.settings = settings;
    if (moved) {
      this.policies.forget(() => true);
      this.pump.task(() => this.refreshPolicies(this.rules.candidates()));
    } else {
      this.rules.applyPolicies();
      if (hidden) this.pump.task(() => this.refreshPolicies([]));
    }
  }

  /** Files changed outside the editor. Events that come while others wait are taken together: a branch switch sends hundreds. */
  watched(events: readonly FileEventOf[]): void {
    const waiting = this.pendingEvents.length > 0;
    this.pendingEvents.push(...events);
    if (waiting) return;
    this.pump.task(async () => {
      const taken = lastOfEach(this.pendingEvents.splice(0));
      await this.follow(taken);
    });
  }

  private async follow(events: readonly FileEventOf[]): Promise<void> {
    const removed = events.filter((event) => event.kind === 'deleted').map((event) => event.path);
    if (removed.length > 0) {
      const isGone = atOrBelow(removed);
      this.drop([...new Set([...this.engine.files(), ...this.refused.keys(), ...removed.filter(isLockFile)])].filter((path) => !this.openPaths.has(path) && isGone(path)));
      // What comes again under the same name is new.
      this.listed = new Set([...this.listed].filter((path) => !isGone(path)));
      for (const path of removed) this.ignored.delete(path);
    }
    const present = events.filter((event) => event.kind !== 'deleted').map((event) => event.path);
    if (present.length > 0) this.tried.clear();
    const rules = present.concat(removed).filter((path) => path === '.gitignore' || path.endsWith('/.gitignore'));
    if (rules.length > 0) this.ignored.clear();
    const fresh = events.some(({ kind, path }) => kind === 'created' && bringsFiles(path) && !this.listed.has(path) && !this.ignored.has(path));
    const added = !this.loose && (fresh || rules.length > 0) ? await this.relist(present) : [];
    const known = present.filter((path) => this.listed.has(path) || this.engine.source(path) !== undefined || this.refused.has(path));
    await this.readIn([...new Set([...known, ...added, ...present.filter(isReadBeside)])].filter((path) => !this.openPaths.has(path)));
    if (rules.length > 0) for (const path of this.openPaths) await this.admit(path);
    await this.askAgain(present.filter((path) => this.openPaths.has(path) && this.refused.has(path)));
    this.afterText([...present, ...removed, ...added]);
  }

  dispose(): void {
    this.pump.stop();
  }

  private async readFolder(report: (progress: Progress) => boolean): Promise<void> {
    await this.pump.quiet(() => this.refreshPolicies(this.rules.candidates()));
    const before = this.listed;
    this.listed = new Set(await this.host.list());
    const gone = [...before].filter((path) => !this.listed.has(path) && !this.openPaths.has(path));
    const paths = [...this.listed].filter((path) => !this.openPaths.has(path));
    let stopped = false;
    const read = await readAll(this.host, paths, (done, path) => {
      stopped ||= !report({ done, total: paths.length * 2, file: path });
      return !stopped;
    });
    if (stopped || !(await this.ahead.read(read, () => this.pump.rest(), () => !stopped))) return;
    this.drop(gone);
    this.take(read);
    this.ahead.clear();
    // Nothing is left to be read: a question need not wait for the rest.
    this.bulk = false;
    this.complete = true;
    // What was held back in open files may be shown now.
    for (const path of this.openPaths) this.touched.add(path);
    this.pump.changed();
    await this.pump.quiet(() => this.refreshPolicies(this.rules.candidates()));
    for (const path of this.openPaths) await this.admit(path);
    const progress = ({ done, total, file }: Progress): void => {
      stopped ||= !report({ done: paths.length + (total > 0 ? Math.round((done / total) * paths.length) : 0), total: paths.length * 2, file });
      if (stopped) this.pump.stop();
    };
    await this.pump.settle(undefined, progress);
  }

  /** An open file that is on disk but not listed is ignored; one the host refuses is not analysed. */
  private async admit(path: FilePath): Promise<void> {
    if (this.loose || !this.openPaths.has(path)) return;
    if (!this.listed.has(path)) {
      if (this.listed.size === 0 && !this.complete) return;
      if ((await this.host.read(path)) !== undefined) await this.relist([path]);
    }
    if (this.listed.has(path)) this.ignored.delete(path);
    if (this.ignored.has(path) || this.refused.has(path)) this.drop([path], true);
    else this.putOpen(path);
  }

  /** The size of an open document is that of its text, not that of the file: it is refused while it is over the cap. */
  private weigh(path: FilePath, text: string): void {
    const reason = tooLarge(capOf(path, defaultCaps));
    if (!isTooLarge(path, text)) {
      if (this.refused.get(path) === reason) this.refused.delete(path);
    } else if (this.refused.get(path) !== reason) {
      this.drop([path]);
      this.refused.set(path, reason);
    }
  }

  private putOpen(path: FilePath): void {
    const open = this.document(path);
    if (open && this.openPaths.has(path)) this.put([{ path, text: open.text }]);
  }

  /** Open files the host refused before: after a save it may not any more. */
  private async askAgain(paths: readonly FilePath[]): Promise<void> {
    for (const path of paths) {
      const read = await this.host.read(path);
      if (read !== undefined && 'refused' in read) continue;
      this.refused.delete(path);
      this.weigh(path, this.document(path)?.text ?? '');
      if (!this.refused.has(path)) this.putOpen(path);
    }
  }

  private async relist(asked: readonly FilePath[]): Promise<readonly FilePath[]> {
    const before = this.listed;
    this.listed = new Set(await this.host.list());
    this.drop([...before].filter((path) => !this.listed.has(path) && !this.openPaths.has(path)));
    for (const path of asked) {
      if (this.listed.has(path)) this.ignored.delete(path);
      else if (!isReadBeside(path) && (isListed(path) || !mayBeFolder(path))) this.ignored.add(path);
    }
    return [...this.listed].filter((path) => !before.has(path));
  }

  private drop(paths: readonly FilePath[], keepReason = false): void {
    if (paths.length === 0) return;
    for (const path of paths) {
      this.touched.add(path);
      if (!keepReason) this.refused.delete(path);
    }
    this.apply({ remove: paths });
  }

  private async readIn(paths: readonly FilePath[]): Promise<void> {
    if (paths.length > 0) this.take(await readAll(this.host, paths, () => true));
  }

  private take(read: ReadonlyMap<FilePath, Awaited<ReturnType<Host['read']>>>): void {
    const set: { path: FilePath; text: string }[] = [];
    const remove: FilePath[] = [];
    for (const [path, result] of read) {
      if (this.openPaths.has(path)) continue;
      if (result === undefined || 'refused' in result) remove.push(path);
      else set.push({ path, text: withoutMark(result.text) });
      if (result !== undefined && 'refused' in result) this.refused.set(path, result.refused);
      else this.refused.delete(path);
    }
    for (const path of remove) this.touched.add(path);
    const held = remove.filter((path) => this.engine.source(path) !== undefined);
    if (held.length > 0) this.apply({ remove: held });
    this.put(set);
  }

  private put(files: readonly { readonly path: FilePath; readonly text: string }[]): void {
    const set = files
      .filter(({ path, text }) => this.engine.source(path)?.text !== text)
      .map(({ path, text }) => this.ahead.file(path, text) ?? { path, text, revision: ++this.revision });
    for (const { path } of files) this.touched.add(path);
    this.bulk ||= set.length > BULK;
    if (set.length > 0) this.apply({ set });
    else this.pump.changed();
  }

  private apply(change: EngineChange): void {
    this.engine.apply(change);
    this.pump.changed();
  }

  private async fetchWanted(): Promise<boolean> {
    const missing = this.engine.wanted().filter((path) => !this.tried.has(path) && this.engine.source(path) === undefined && !this.ignored.has(path));
    if (missing.length === 0) return false;
    for (const path of missing) this.tried.add(path);
    const read = await readAll(this.host, missing, () => true);
    // A folder, or a place outside: the model only asked whether there is a file. Of a lock file that is too large is told.
    const found = new Map([...read].filter(([path, result]) => result !== undefined && ('text' in result || isLockFile(path))));
    this.take(found);
    return [...found.values()].some((result) => result !== undefined && 'text' in result);
  }

  private announce(changed: ReadonlySet<FilePath>): void {
    if (this.pump.idle) this.bulk = false;
    const touched = new Set([...this.touched, ...changed]);
    this.touched = new Set();
    this.listener.settled(this, touched);
  }

  /** The text of any file below the folder, held or not: that of the open document, else that on disk. */
  async textOf(path: FilePath): Promise<string | undefined> {
    const open = this.document(path);
    if (open) return open.text;
    const read = await this.host.read(path);
    return read !== undefined && 'text' in read ? withoutMark(read.text) : undefined;
  }

  private afterText(paths: readonly FilePath[]): void {
    const policies = this.rules.touchedBy(paths);
    if (policies.length > 0) this.pump.task(() => this.refreshPolicies(policies));
    if (paths.includes(this.rules.baselinePath)) this.pump.task(() => this.rules.refreshBaseline());
  }

  private async refreshPolicies(paths: readonly FilePath[]): Promise<void> {
    if (!(await this.rules.refresh(paths)) || this.loose || !this.complete) return;
    await this.readIn(await this.relist([]));
    for (const path of this.openPaths) await this.admit(path);
  }

  private rulesOwner(): RulesOwner {
    return {
      uri: this.uri,
      settings: () => this.settings,
      text: (path) => this.textOf(path),
      openPaths: () => this.openPaths,
      listed: () => this.listed,
      apply: (change) => this.apply(change),
      touch: (path) => this.touched.add(path),
      log: (line) => this.listener.log(line),
    };
  }
}
