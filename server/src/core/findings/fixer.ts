import type { RuleContext } from '../rules/rule.js';
import type { At, FilePath, SourceFile, Span } from '../text/source.js';
import type { Raw } from './detect.js';
import type { AppliedFix, Finding } from './finding.js';

export interface FixerInput {
  source(path: FilePath): SourceFile | undefined;
  spanOf(at: At): Span;
  contextOf(path: FilePath): RuleContext;
  /** The findings of a file if these files had these texts. */
  check(path: FilePath, texts: ReadonlyMap<FilePath, string>): readonly Finding[];
}
export interface Fixer {
  fixes(finding: Finding, raw: Raw): readonly AppliedFix[];
  join(fixes: readonly AppliedFix[], title: string): AppliedFix | undefined;
}
export function createFixer(_input: FixerInput): Fixer {
  return { fixes: () => [], join: () => undefined };
}
