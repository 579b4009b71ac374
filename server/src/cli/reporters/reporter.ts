import type { AppliedFix, Finding } from '../../core/findings/finding.js';
import type { RulePage } from '../../core/engine-types.js';
import type { FilePath, SourceFile, Span } from '../../core/text/source.js';

/** One run that is done: what there is to report. */
export interface Run {
  /** Sorted by file, place and rule; suppressed and accepted ones included. */
  readonly findings: readonly Finding[];
  /** Sorted by path. */
  readonly notAnalysed: readonly { readonly path: FilePath; readonly reason: string }[];
  /** Every file a place can lie in. */
  readonly files: ReadonlyMap<FilePath, SourceFile>;
  /** How many files were asked for and analysed. */
  readonly analysed: number;
  readonly version: string;
  readonly homepage: string | undefined;
  /** Every rule, sorted by id. */
  readonly rules: readonly RulePage[];
  /** The fixes of a finding, re-checked: dear, ask only when they are shown. */
  fixes(finding: Finding): readonly AppliedFix[];
  /** Where a file holds secrets, sorted and apart; asked of all findings, also of those that are not reported. */
  secrets(path: FilePath): readonly Span[];
  /** Somebody reads it on a terminal that shows colours. */
  readonly colours: boolean;
  /** As short as the form allows. */
  readonly quiet: boolean;
}
/** Findings to text; writing it somewhere is the business of the command. */
export interface Reporter {
  /** The word behind `--format`. */
  readonly id: string;
  /** The whole report, with a line end at its end unless it is empty. */
  render(run: Run): string;
}
