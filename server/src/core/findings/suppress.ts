import type { SourceFile } from '../text/source.js';
import type { AppliedFix, Finding } from './finding.js';
import { commentStyle } from './target.js';

const REASON = 'reason';

/** The comment above the finding's line that suppresses it, its reason a slot; undefined where the file has no comments (JSON). */
export function writeSuppression(file: SourceFile, finding: Finding): AppliedFix | undefined {
  if (/\.json$/i.test(file.path) || finding.rule.startsWith('unlatched/')) return undefined;
  const start = file.text.lastIndexOf('\n', Math.max(0, finding.at.span.start - 1)) + 1;
  const indent = /^[ \t]*/.exec(file.text.slice(start, start + 200))?.[0] ?? '';
  const newline = file.text.includes('\r\n') ? '\r\n' : '\n';
  const opener = commentStyle(file.path) === 'slashes' ? '//' : '#';
  const head = `${indent}${opener} unlatched-ignore ${finding.rule} -- `;
  const from = start + head.length;
  return {
    title: `Suppress ${finding.rule} with a reason`, safety: 'manual',
    edits: new Map([[file.path, [{ span: { start, end: start }, text: `${head}${REASON}${newline}` }]]]),
    slots: [{ path: file.path, span: { start: from, end: from + REASON.length } }], installs: [],
  };
}
