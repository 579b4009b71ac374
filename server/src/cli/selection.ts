import type { Confidence, Finding, Severity } from '../core/findings/finding.js';
import type { Policy } from '../core/policy/policy.js';
import type { FilePath } from '../core/text/source.js';
import type { Selection } from './arguments.js';

const severities: readonly Severity[] = ['hint', 'info', 'warning', 'error'];
const confidences: readonly Confidence[] = ['low', 'medium', 'high'];

/** Findings that speak of a rule asked for, as sure as asked for. */
export function selected(
  findings: readonly Finding[],
  { rules, minConfidence }: Selection,
  policyOf: (path: FilePath) => Policy,
): readonly Finding[] {
  return findings.filter((finding) => {
    const least = minConfidence ?? policyOf(finding.at.path).minConfidence;
    return (rules.length === 0 || rules.includes(finding.rule)) && confidences.indexOf(finding.confidence) >= confidences.indexOf(least);
  });
}

/** 1 where an open finding is at or above the severity, else 0. */
export function exitStatus(findings: readonly Finding[], failOn: Severity | 'never'): 0 | 1 {
  if (failOn === 'never') return 0;
  return findings.some(({ state, severity }) => state === 'open' && severities.indexOf(severity) >= severities.indexOf(failOn)) ? 1 : 0;
}

/** By file, place and rule: the order of every output. */
export function sorted(findings: readonly Finding[]): readonly Finding[] {
  return [...findings].sort(
    (a, b) =>
      compare(a.at.path, b.at.path) ||
      a.at.span.start - b.at.span.start ||
      compare(a.rule, b.rule) ||
      a.at.span.end - b.at.span.end ||
      compare(a.fingerprint, b.fingerprint),
  );
}
/** By UTF-16 code units, which no locale changes. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
