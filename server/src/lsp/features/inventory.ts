import type { CancellationToken, Location } from 'vscode-languageserver';
import type { InventoryEntry, InventoryStep as Step } from '../../core/engine-types.js';
import type { Finding } from '../../core/findings/finding.js';
import type { FilePath, SourceRange } from '../../core/text/source.js';
import { canonicalUri } from '../convert.js';
import type { Folder } from '../folder.js';
import type { InventoryEndpoint, InventoryFinding, InventoryOperation, InventoryResult, InventoryStep } from '../protocol.js';
import { cancelled, type Session, type SessionListener } from '../session.js';
import { isRecord } from '../settings.js';
import { idOf } from '../text-id.js';
import { keyToTeach } from './lessons.js';

/** Milliseconds without a change before it is looked whether the answer is another one, and the most it waits while changes go on. */
const QUIET = 200;
const MOST_QUIET = 1000;
const NONE: InventoryResult = { folders: [], endpoints: [], missing: [], gaps: [] };

/** Answers `unlatched/inventory`, and tells whoever asked when the answer would be another one. */
export class Inventories implements SessionListener {
  /** What was last answered, by the folder asked for; told once when one of them is no longer true. */
  private readonly answered = new Map<string | undefined, string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private due: number | undefined;

  constructor(private readonly session: Session) {
    session.connection.onRequest('unlatched/inventory', (params: unknown, token) =>
      session.fence<InventoryResult>('unlatched/inventory', NONE, () => this.answer(isRecord(params) && typeof params['folder'] === 'string' ? params['folder'] : undefined, token)),
    );
  }

  settled(): void {
    if (this.answered.size === 0) return;
    clearTimeout(this.timer);
    const now = performance.now();
    this.due ??= now + MOST_QUIET;
    this.timer = setTimeout(() => {
      this.due = undefined;
      void this.session.fence('unlatched/inventoryChanged', undefined, () => this.compare());
    }, Math.max(0, Math.min(QUIET, this.due - now)));
  }

  reset(): void {
    this.settled();
  }

  dispose(): void {
    clearTimeout(this.timer);
  }

  private async answer(asked: string | undefined, token: CancellationToken): Promise<InventoryResult> {
    if (!(await this.session.settle(token))) throw cancelled();
    const result = inventoryOf(this.session, asked);
    this.answered.set(asked, idOf(JSON.stringify(result)));
    return result;
  }

  private async compare(): Promise<void> {
    if (!(await this.session.settle())) return;
    const isSame = [...this.answered].every(([asked, id]) => idOf(JSON.stringify(inventoryOf(this.session, asked))) === id);
    if (isSame || this.answered.size === 0) return;
    // Whoever still wants to know asks again; until then nothing is compared.
    this.answered.clear();
    void this.session.connection.sendNotification('unlatched/inventoryChanged');
  }
}

/** Folders of the workspace that are analysed; without a workspace, those of single documents. */
export function inventoryFolders(session: Session, asked: string | undefined): readonly Folder[] {
  const folders = session.workspaceFolders().length > 0 ? session.workspaceFolders() : session.folders();
  return folders.filter((folder) => folder.settings.enable && (asked === undefined || canonicalUri(folder.uri) === canonicalUri(asked)));
}

/** The last segment of the folder's URI, decoded. */
export function folderName({ uri }: Folder): string {
  const path = canonicalUri(uri);
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The inventory of the folders as it is known now. */
function inventoryOf(session: Session, asked: string | undefined): InventoryResult {
  const folders = inventoryFolders(session, asked);
  return {
    folders: folders.map((folder) => ({ uri: folder.uri, name: folderName(folder) })),
    endpoints: folders.flatMap((folder) => endpointsOf(session, folder)),
    missing: folders.flatMap((folder) => missingIn(session, folder)),
    gaps: folders.flatMap((folder) => folder.engine.gaps().map(({ at, why }) => ({ folder: folder.uri, location: locationIn(session, folder)(at), because: why }))),
  };
}

/** The endpoints of a folder, or of one of its files, as plain data. */
export function endpointsOf(session: Session, folder: Folder, file?: FilePath): readonly InventoryEndpoint[] {
  const locationOf = locationIn(session, folder);
  const severityOf = severitiesIn(folder);
  return folder.engine.inventory(file).map((entry): InventoryEndpoint => ({
    id: `${folder.uri}#${entry.id}`,
    folder: folder.uri,
    method: entry.method,
    path: entry.path,
    framework: entry.framework,
    location: locationOf(entry.at),
    chain: entry.chain.map((step) => stepOf(step, entry, locationOf)),
    handler: entry.handler ? { name: entry.handler.name, location: locationOf(entry.handler.at) } : null,
    authentication: entry.authentication,
    because: entry.because,
    likely: entry.likely,
    by: entry.by ?? null,
    authorization: entry.authorization,
    authorizationBecause: entry.authorizationBecause,
    operation: entry.operation ? locationOf(entry.operation) : null,
    documented: entry.documented,
    public: entry.public,
    admin: entry.admin,
    findings: entry.findings.map((rule): InventoryFinding => ({ rule, severity: severityOf(entry.at, rule) })),
    complete: entry.complete,
  }));
}

function missingIn(session: Session, folder: Folder): readonly InventoryOperation[] {
  const locationOf = locationIn(session, folder);
  const counts = new Map<string, number>();
  return folder.engine.missing().map(({ method, path, admin, at }) => {
    const name = `${folder.uri}#${at.path} ${method} ${path}`;
    const number = (counts.get(name) ?? 0) + 1;
    counts.set(name, number);
    return { id: `${name} ${number}`, folder: folder.uri, method, path, admin, location: locationOf(at) };
  });
}

function stepOf(step: Step, entry: InventoryEntry, locationOf: (at: SourceRange) => Location): InventoryStep {
  const { name, protects, state, because, detail = null } = step;
  return { name, location: locationOf(step.at), protects, state, because, detail, teach: (decides(step, entry) ? keyToTeach(entry, step) : undefined) ?? null };
}
/** Whether it would change what is known of the endpoint if more was known of the step. */
function decides({ state, protects }: Step, { authentication, authorization }: InventoryEntry): boolean {
  if (authentication === 'unknown') return state === 'unknown';
  return authentication === 'guarded' && authorization !== 'guarded' && (state === 'unknown' || protects.includes('authentication'));
}

function locationIn(session: Session, folder: Folder): (at: SourceRange) => Location {
  const nowhere = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
  return (at) => {
    const source = folder.source(at.path);
    return { uri: folder.uriOf(at.path), range: source ? session.convert(source).range(at.span) : nowhere };
  };
}

/** How grave the finding of a rule at a place is. */
function severitiesIn(folder: Folder): (at: SourceRange, rule: string) => Finding['severity'] {
  const files = new Map<FilePath, ReadonlyMap<string, Finding['severity']>>();
  const keyOf = (at: SourceRange, rule: string): string => `${at.span.start}:${at.span.end}:${rule}`;
  return (at, rule) => {
    const known = files.get(at.path) ?? new Map(folder.engine.findings(at.path).map((finding) => [keyOf(finding.at, finding.rule), finding.severity]));
    files.set(at.path, known);
    return known.get(keyOf(at, rule)) ?? 'warning';
  };
}
