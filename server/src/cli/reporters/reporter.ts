import type { RulePage } from '../../core/engine-types.js';
import type { AppliedFix, Finding } from '../../core/findings/finding.js';
import type { FilePath, SourceFile } from '../../core/text/source.js';

/** A file that was not analysed, and why. */
export interface NotAnalysed {
  readonly file: string;
  readonly reason: string;
}
/** All that a report may show. Findings are sorted by file, place and rule. */
export interface Run {
  readonly findings: readonly Finding[];
  readonly notAnalysed: readonly NotAnalysed[];
  readonly files: ReadonlyMap<FilePath, SourceFile>;
  readonly rules: readonly RulePage[];
  readonly version: string;
  /** The manifest's `homepage`, if it has one. */
  readonly homepage: string | undefined;
  readonly colours: boolean;
  readonly quiet: boolean;
  /** The first fix of a finding as it would be applied. */
  fixOf(finding: Finding): AppliedFix | undefined;
}
/** One file per output format: findings to text; writing it somewhere is the command's business. */
export interface Reporter {
  readonly id: string;
  render(run: Run): string;
}
