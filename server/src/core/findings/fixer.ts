import { isIgnoreFile, kindByName } from '../artifacts/names.js';
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
  /** The file is an OpenAPI document. */
  isDocument(path: FilePath): boolean;
  /** The findings of a file as it is. */
  findings(path: FilePath): readonly Finding[];
}
export interface Fixer {
  /** Fixes that were tried and hold: they parse, the finding is gone, and no new one appears. */
  fixes(finding: Finding, wanted: readonly Fix[]): readonly AppliedFix[];
  /** Why none of these fixes can be offered; undefined when one can, or there is none. */
  refusal(finding: Finding, wanted: readonly Fix[]): string | undefined;
  /** What was tried holds for the texts of one moment: to be called whenever one may have changed. */
  forget(): void;
  /** Several fixes as one; undefined when nothing is left. */
  join(fixes: readonly AppliedFix[], title: string): AppliedFix | undefined;
}

type Trial = AppliedFix | { readonly refused: string };
/** What a fix only brings to light: the more of a document is matched, the sooner the rest of it is known to be served by nobody; what asks for credentials has refusals to document. */
const SHOWS: ReadonlyMap<string, string> = new Map([
  ['spec/shadow-endpoint', 'spec/zombie-endpoint'],
  ['spec/undocumented-method', 'spec/zombie-endpoint'],
  ['openapi/no-security-defined', 'openapi/missing-auth-responses'],
]);

/** Realises fixes and re-checks each of them before it is offered (invariant 8). */
export function createFixer(input: FixerInput): Fixer {
  const sources = (path: FilePath): SourceFile | undefined => input.source(path);
  // A trial judges a copy of the file, and a hover asks several times for the same.
  const trials = new Map<readonly Fix[], readonly Trial[]>();
  return {
    fixes: (finding, wanted) => trialsOf(finding, wanted).flatMap((tried) => ('refused' in tried ? [] : [tried])),
    refusal(finding, wanted) {
      const tried = trialsOf(finding, wanted);
      const refused = tried.flatMap((one) => ('refused' in one ? [one.refused] : []));
      return refused.length === tried.length ? refused[0] : undefined;
    },
    forget: () => trials.clear(),
    join(fixes, title) {
      if (fixes.length === 0) return undefined;
      const { fix } = joinFixes(fixes, sources, title);
      return fix && [...fix.edits.values()].some((edits) => edits.length > 0) ? fix : undefined;
    },
  };

  function trialsOf(finding: Finding, wanted: readonly Fix[]): readonly Trial[] {
    const known = trials.get(wanted) ?? wanted.map((fix) => attempt(finding, fix));
    trials.set(wanted, known);
    return known;
  }
  function attempt(finding: Finding, fix: Fix): Trial {
    const applied = realise(fix, sources, (at) => input.spanOf(at), writeAllSettings);
    if ('refused' in applied) return applied;
    const fault = faultOf(finding, applied);
    return fault === undefined ? applied : { refused: fault };
  }
  /** What the fix would leave undone or break; undefined when it holds. */
  function faultOf(finding: Finding, applied: AppliedFix): string | undefined {
    const texts = new Map<FilePath, string>();
    for (const [path, edits] of applied.edits) {
      const before = input.source(path);
      const after = applyEdits(before?.text ?? '', edits);
      if (after === undefined) return 'The edits it needs overlap each other.';
      texts.set(path, after);
    }
    // A fix of the policy changes no analysed text here: it is judged by its edits alone.
    const judged = [...texts.keys()].filter((path) => path === finding.at.path || input.isDocument(path));
    if (judged.length === 0 && ![...texts.keys()].some((path) => isIgnoreFile(path) || kindByName(path) !== undefined)) return undefined;
    let isGone = applied.safety === 'manual';
    for (const path of new Set([finding.at.path, ...judged])) {
      const before = countByRule(input.findings(path));
      const now = countByRule(input.check(path, texts));
      const added = [...now].find(([rule, count]) => count > (before.get(rule) ?? 0) && rule !== SHOWS.get(finding.rule));
      if (added) return `On a copy of this code it made ${added[0]} speak.`;
      // A placeholder the author must fill may still be judged: a manual fix only has to add nothing.
      if (path === finding.at.path && (now.get(finding.rule) ?? 0) < (before.get(finding.rule) ?? 0)) isGone = true;
    }
    return isGone ? undefined : 'On a copy of this code it did not remove the finding.';
  }
}
function countByRule(findings: readonly Finding[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const finding of findings) if (finding.state === 'open') counts.set(finding.rule, (counts.get(finding.rule) ?? 0) + 1);
  return counts;
}
