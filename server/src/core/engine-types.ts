import type { AppliedFix, Baseline, Finding, Severity } from './findings/finding.js';
import type { Protects } from './model/api.js';
import type { Policy } from './policy/policy.js';
import type { FilePath, SourceFile, SourceRange } from './text/source.js';

export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly file: FilePath;
}
/** `routes --format json`, with spans in place of lines and columns. */
export interface InventoryEntry {
  readonly method: string;
  readonly path: string;
  readonly framework: string;
  readonly at: SourceRange;
  readonly chain: readonly { readonly name: string; readonly at: SourceRange; readonly protects: readonly Protects[] }[];
  readonly authentication: 'guarded' | 'unguarded' | 'unknown';
  readonly authorization: 'guarded' | 'unguarded' | 'unknown';
  readonly because: string;
  /** Guarded by what may let some strangers through: only its name is known, or its test cannot be judged. */
  readonly likely: boolean;
  readonly operation: SourceRange | undefined;
  readonly findings: readonly string[];
  /** False: the chain or path holds an unknown piece. */
  readonly complete: boolean;
}
/** A place at which routes may be registered that the inventory does not have, and why nobody can tell. */
export interface InventoryGap {
  readonly at: SourceRange;
  readonly why: string;
}
export interface EngineChange {
  readonly set?: readonly SourceFile[];
  readonly remove?: readonly FilePath[];
  /** Policies by the folder that holds the file ('' is the root). Replaces all policies. */
  readonly policies?: ReadonlyMap<string, Policy>;
  readonly baseline?: Baseline;
  /** YYYY-MM-DD, from the shell: the core knows no clock. */
  readonly today?: string;
}
/** The only door, one per workspace folder (per root on the command line): plain data in and out, never throws. */
export interface Engine {
  /** Reads a file that is not held yet, so that nothing of it is left to be read when this very object is set: a shell that brings many files does so between other things. */
  prepare(file: SourceFile): void;
  /** Only records; cheap. */
  apply(change: EngineChange): void;
  /** One file a step; the shell drives it, yields to the event loop, drops it on cancel; a later call resumes. Returns the files whose findings may have changed. */
  work(): Iterator<Progress, ReadonlySet<FilePath>>;
  /** Files the model names but does not hold; the host reads them. */
  wanted(): readonly FilePath[];
  /** Every finding of the file, suppressed ones included, in order of place. */
  findings(path: FilePath): readonly Finding[];
  /** Fixes, re-checked, for findings that touch the range. */
  fixes(at: SourceRange): readonly { readonly finding: Finding; readonly fix: AppliedFix }[];
  /** The first fix of each open finding of one rule in the file (undefined: of every rule, safe fixes only), joined; undefined when there is nothing to do. */
  fixAll(path: FilePath, rule: string | undefined): AppliedFix | undefined;
  /** The comment that suppresses the finding, its reason a slot. */
  suppress(finding: Finding): AppliedFix | undefined;
  inventory(): readonly InventoryEntry[];
  /** What the inventory may lack, in order of place. */
  gaps(): readonly InventoryGap[];
  /** Files held, in order. */
  files(): readonly FilePath[];
  source(path: FilePath): SourceFile | undefined;
}
/** One rule for `explain`, `rules`, hovers and SARIF. */
export interface RulePage {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly confidence: 'high' | 'medium' | 'low';
  readonly topics: readonly string[];
  readonly cwe: readonly number[];
  readonly owasp: readonly string[];
  readonly fixable: boolean;
  readonly since: string;
  /** The whole page as Markdown. */
  readonly markdown: string;
}
