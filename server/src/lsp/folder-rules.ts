import type { EngineChange } from '../core/engine-types.js';
import type { Baseline } from '../core/findings/finding.js';
import { filePath, type FilePath } from '../core/text/source.js';
import { converter } from './convert.js';
import type { Door } from './door.js';
import { Policies, isPolicyFile, policyCandidates, rootCandidates } from './policies.js';
import type { Settings } from './settings.js';

const EMPTY_BASELINE: Baseline = { version: 1, accepted: new Map() };

/** What policies and baseline need of their folder. */
export interface RulesOwner {
  readonly uri: string;
  settings(): Settings;
  /** Open documents win over the disk. */
  text(path: FilePath): Promise<string | undefined>;
  /** Files that may have a policy near them. */
  openPaths(): Iterable<FilePath>;
  listed(): Iterable<FilePath>;
  apply(change: EngineChange): void;
  /** What is shown of this file may differ. */
  touch(path: FilePath): void;
  log(line: string): void;
}

/** What decides how findings of one folder are judged: its policies and its baseline. Each is told to the engine only when it differs, since the engine begins anew with it. */
export class FolderRules {
  readonly policies: Policies;
  baselinePath = filePath('unlatched-baseline.json');
  private policyText = '';
  private excludeText: string;
  private baselineText: string | undefined;
  private said: ReadonlySet<string> = new Set();

  constructor(
    private readonly owner: RulesOwner,
    private readonly door: Door,
    ruleIds: ReadonlySet<string>,
  ) {
    this.policies = new Policies((path) => owner.text(path), ruleIds);
    this.excludeText = JSON.stringify(this.excludes());
  }

  /** Every place where a policy of this folder may stand. */
  candidates(): readonly FilePath[] {
    const stated = this.owner.settings().policyPath;
    if (stated !== undefined) return [filePath(stated)];
    const near = [...this.owner.openPaths()].flatMap((path) => policyCandidates(path));
    return [...new Set([...rootCandidates(), ...near, ...[...this.owner.listed()].filter(isPolicyFile)])];
  }

  /** The policy file that holds for this file; where there is none, the one it would be written to. */
  holding(path: FilePath): FilePath {
    const stated = this.owner.settings().policyPath;
    if (stated !== undefined) return filePath(stated);
    return policyCandidates(path).find((each) => this.policies.has(each)) ?? filePath('unlatched.yml');
  }

  /** Policy files to read again after these files changed. */
  touchedBy(paths: readonly FilePath[]): readonly FilePath[] {
    return paths.flatMap((path) => this.policies.touchedBy(path, this.owner.settings().policyPath));
  }

  /** Reads these policy files and the baseline again; true when other files are excluded than before. */
  async refresh(paths: readonly FilePath[]): Promise<boolean> {
    const stated = this.owner.settings().policyPath;
    for (const path of this.policies.broken()) this.owner.touch(path);
    for (const path of new Set(paths)) {
      if (stated !== undefined && path !== stated) continue;
      await this.policies.refresh(path, this.door);
      this.owner.touch(path);
    }
    for (const path of this.policies.broken()) this.owner.touch(path);
    this.report();
    this.applyPolicies();
    await this.refreshBaseline();
    const excludes = JSON.stringify(this.excludes());
    if (excludes === this.excludeText) return false;
    this.excludeText = excludes;
    return true;
  }

  /** Writes each mistake of a policy into the log once, save those in a document somebody is typing in: there they are underlined. */
  private report(): void {
    const open = new Set(this.owner.openPaths());
    const said = new Set<string>();
    for (const path of this.policies.broken()) {
      if (open.has(path)) continue;
      const places = converter(this.policies.source(path)?.text ?? '', 'utf-16');
      for (const { span, message } of this.policies.problems(path)) {
        const line = `${path}:${places.position(span.start).line + 1}: ${message}; the last good version of this policy stays in force`;
        if (!this.said.has(line)) this.owner.log(line);
        said.add(line);
      }
    }
    this.said = said;
  }

  /** Patterns of files that policies and editor leave out, relative to the folder. */
  excludes(): readonly string[] {
    const { uri } = this.owner;
    return [...this.policies.excludes(uri.slice(uri.lastIndexOf('/') + 1)), ...this.owner.settings().filesExclude];
  }

  applyPolicies(): void {
    const policies = this.policies.resolved(this.owner.settings(), this.door);
    this.baselinePath = filePath(policies.get('')?.baseline ?? 'unlatched-baseline.json');
    const text = JSON.stringify([...policies], (_, value: unknown) => (value instanceof Map || value instanceof Set ? [...value] : value));
    if (text === this.policyText) return;
    this.policyText = text;
    this.owner.apply({ policies });
  }

  async refreshBaseline(): Promise<void> {
    const path = this.baselinePath;
    const text = await this.owner.text(path);
    if (text === this.baselineText) return;
    this.baselineText = text;
    const baseline = text === undefined ? EMPTY_BASELINE : this.door.readBaseline(text);
    if (baseline === undefined) this.owner.log(`${path} is not a baseline and is not used`);
    else this.owner.apply({ baseline });
  }
}
