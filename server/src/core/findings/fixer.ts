import { writeAllSettings } from '../syntax/write/settings.js';
import { applyEdits } from '../text/edits.js';
import type { At, FilePath, SourceFile, Span } from '../text/source.js';
import type { Fix } from './changes.js';
import type { AppliedFix, Finding } from './finding.js';
import { joinFixes, realise } from './fixes.js';

export interface FixerInput {
  source(path: FilePath): SourceFile | undefined;
  spanOf(at: At): Span;
  /** The findings of a file if these files had these texts. */
  check(path: FilePath, texts: ReadonlyMap<FilePath, string>): readonly Finding[];
  /** The findings of a file as it is. */
  findings(path: FilePath): readonly Finding[];
}
export interface Fixer {
  /** Fixes that were tried and hold: they parse, the finding is gone, and no new one appears. */
  fixes(finding: Finding, wanted: readonly Fix[]): readonly AppliedFix[];
  /** Several fixes as one; undefined when nothing is left. */
  join(fixes: readonly AppliedFix[], title: string): AppliedFix | undefined;
}

/** Realises fixes and re-checks each of them before it is offered (invariant 8). */
export function createFixer(input: FixerInput): Fixer {
  const sources = (path: FilePath): SourceFile | undefined => input.source(path);
  return {
    fixes(finding, wanted) {
      return wanted.flatMap((fix) => {
        const applied = realise(fix, sources, (at) => input.spanOf(at), writeAllSettings);
        if ('refused' in applied || !holds(finding, applied)) return [];
        return [applied];
      });
    },
    join(fixes, title) {
      if (fixes.length === 0) return undefined;
      const { fix } = joinFixes(fixes, sources, title);
      return fix && [...fix.edits.values()].some((edits) => edits.length > 0) ? fix : undefined;
    },
  };

  function holds(finding: Finding, applied: AppliedFix): boolean {
    const texts = new Map<FilePath, string>();
    for (const [path, edits] of applied.edits) {
      const before = input.source(path);
      const after = applyEdits(before?.text ?? '', edits);
      if (after === undefined) return false;
      texts.set(path, after);
    }
    // A fix of the policy or of ignore files changes no analysed text here: it is judged by its edits alone.
    if (![...texts.keys()].some((path) => path === finding.at.path)) return true;
    const after = input.check(finding.at.path, texts);
    const before = countByRule(input.findings(finding.at.path));
    const now = countByRule(after);
    // A placeholder the author must fill may still be judged: a manual fix only has to add nothing.
    const gone = applied.safety === 'manual' || (now.get(finding.rule) ?? 0) < (before.get(finding.rule) ?? 0);
    return gone && [...now].every(([rule, count]) => count <= (before.get(rule) ?? 0));
  }
}
function countByRule(findings: readonly Finding[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const finding of findings) if (finding.state === 'open') counts.set(finding.rule, (counts.get(finding.rule) ?? 0) + 1);
  return counts;
}
