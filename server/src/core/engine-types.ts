import type { EffectiveHeaders } from './effective/effective.js';
import type { AppliedFix, Baseline, Finding, Severity } from './findings/finding.js';
import type { Protects } from './model/api.js';
import type { Policy } from './policy/policy.js';
import type { FilePath, SourceFile, SourceRange } from './text/source.js';

export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly file: FilePath;
}
/** One function a request to an endpoint passes before the handler. */
export interface InventoryStep {
  readonly name: string;
  readonly at: SourceRange;
  readonly protects: readonly Protects[];
  /** Whether it keeps strangers out: known or likely to, nobody can tell, or known not to. */
  readonly state: 'guards' | 'likely' | 'unknown' | 'passes';
  /** Why. */
  readonly because: string;
  /** What its options let through, in a word or two: `*` for CORS open to every site. */
  readonly detail: string | undefined;
}
/** `routes --format json`, with spans in place of lines and columns. */
export interface InventoryEntry {
  /** Unique in one inventory; stays while the path and the place among others of its method do. */
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly framework: string;
  readonly at: SourceRange;
  readonly chain: readonly InventoryStep[];
  readonly handler: { readonly name: string; readonly at: SourceRange } | undefined;
  readonly authentication: 'guarded' | 'unguarded' | 'unknown';
  readonly authorization: 'guarded' | 'unguarded' | 'unknown';
  /** Why authentication is what it is. */
  readonly because: string;
  readonly authorizationBecause: string;
  /** The step of the chain that decides about authentication, where one does. */
  readonly by: number | undefined;
  /** Guarded by what may let some strangers through: only its name is known, or its test cannot be judged. */
  readonly likely: boolean;
  readonly operation: SourceRange | undefined;
  /** Whether a document of its API has an operation for it; unknown where there is none, or nobody can tell. */
  readonly documented: 'yes' | 'no' | 'unknown';
  /** Meant for strangers: marked so in the code, named so in the policy, or a login, a health check and the like. */
  readonly public: boolean;
  /** A segment of the path names administration, internals or settings. */
  readonly admin: boolean;
  readonly findings: readonly string[];
  /** False: the chain or path holds an unknown piece. */
  readonly complete: boolean;
}
/** An operation of a document that no route serves. */
export interface InventoryOperation {
  readonly method: string;
  /** As code would serve it. */
  readonly path: string;
  readonly admin: boolean;
  /** The method in the document. */
  readonly at: SourceRange;
  /** Rules with an open finding exactly there. */
  readonly findings: readonly string[];
}
/** A place at which routes may be registered that the inventory does not have, and why nobody can tell. */
export interface InventoryGap {
  readonly at: SourceRange;
  readonly why: string;
}
/** A call that sets response headers up, and what it makes responses carry in the version that is installed. */
export interface Setup {
  /** What a person points at: `helmet` in `app.use(helmet())`. */
  readonly at: SourceRange;
  /** The whole call, and the options it is handed where they stand elsewhere in the file. */
  readonly parts: readonly SourceRange[];
  /** `helmet 8`. */
  readonly library: string;
  readonly headers: EffectiveHeaders;
}
/** A set-up call, and what the first fix of a finding in it would make of its headers. */
export interface Effect extends Setup {
  readonly after: { readonly title: string; readonly headers: EffectiveHeaders } | undefined;
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
  /** Other files that hold parts of the documents which the file is, or belongs to. */
  parts(path: FilePath): readonly FilePath[];
  /** Every finding of the file, suppressed ones included, in order of place. */
  findings(path: FilePath): readonly Finding[];
  /** Fixes, re-checked, for findings that touch the range. */
  fixes(at: SourceRange): readonly { readonly finding: Finding; readonly fix: AppliedFix }[];
  /** Why `fixes` offers none for the finding; undefined when it offers one, or the rule has no fix. */
  whyNoFix(finding: Finding): string | undefined;
  /** The first fix of each open finding of one rule in the file (undefined: of every rule, safe fixes only), joined; undefined when there is nothing to do. */
  fixAll(path: FilePath, rule: string | undefined): AppliedFix | undefined;
  /** The comment that suppresses the finding, its reason a slot. */
  suppress(finding: Finding): AppliedFix | undefined;
  /** Every endpoint; with a file, those whose method is written there. */
  inventory(file?: FilePath): readonly InventoryEntry[];
  /** What the inventory may lack, in order of place. */
  gaps(): readonly InventoryGap[];
  /** Operations of documents that no route serves, in order of path and method; none where that cannot be told. */
  missing(): readonly InventoryOperation[];
  /** Calls of the file that set response headers up, in order of place. */
  setups(path: FilePath): readonly Setup[];
  /** The set-up call at a place: at its name, or at a finding in it. */
  effect(at: SourceRange): Effect | undefined;
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
