import { filePath, type FilePath } from '../text/source.js';
import type { Baseline, Finding } from './finding.js';
import { isRecord } from '../syntax/data.js';

/** A baseline that accepts nothing. */
export const emptyBaseline: Baseline = { version: 1, accepted: new Map() };

/** Reads a baseline file. Undefined: the text is no baseline of a version known here; entries without a fingerprint are left out. */
export function readBaseline(text: string): Baseline | undefined {
  const data = parse(text);
  if (!isRecord(data) || data['version'] !== 1 || !Array.isArray(data['accepted'])) return undefined;
  const accepted = new Map<string, { readonly rule: string; readonly path: FilePath }>();
  for (const entry of data['accepted']) {
    if (!isRecord(entry)) continue;
    const { fingerprint, rule, path } = entry;
    if (typeof fingerprint === 'string' && typeof rule === 'string' && typeof path === 'string') accepted.set(fingerprint, { rule, path: filePath(path) });
  }
  return { version: 1, accepted };
}

/** The text of a baseline file: one accepted finding a line, ordered by path, rule and fingerprint, so that merges stay small. */
export function writeBaseline(baseline: Baseline): string {
  const lines = [...baseline.accepted]
    .map(([fingerprint, { rule, path }]) => ({ fingerprint, rule, path }))
    .sort((a, b) => compare(a.path, b.path) || compare(a.rule, b.rule) || compare(a.fingerprint, b.fingerprint))
    .map((entry) => `    ${JSON.stringify(entry)}`);
  return `{\n  "version": 1,\n  "accepted": [${lines.length > 0 ? `\n${lines.join(',\n')}\n  ` : ''}]\n}\n`;
}

/** The baseline that accepts these findings, save those a comment suppresses already. */
export function baselineOf(findings: Iterable<Finding>): Baseline {
  const accepted = new Map<string, { readonly rule: string; readonly path: FilePath }>();
  for (const finding of findings) if (finding.state !== 'suppressed') accepted.set(finding.fingerprint, { rule: finding.rule, path: finding.at.path });
  return { version: 1, accepted };
}

/** The finding as the baseline leaves it: an open one that is accepted becomes baselined. Findings about suppressions and policy stay open. */
export function baselined(finding: Finding, baseline: Baseline): Finding {
  const accepted = finding.state === 'open' && !finding.rule.startsWith('unlatched/') && baseline.accepted.get(finding.fingerprint)?.rule === finding.rule;
  return accepted ? { ...finding, state: 'baselined', reason: 'accepted in the baseline' } : finding;
}

function parse(text: string): unknown {
  try {
    const data: unknown = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
    return data;
  } catch {
    return undefined;
  }
}
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
