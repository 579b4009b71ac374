import type { Finding } from '../findings/finding.js';
import { changedPart, shift } from '../text/edits.js';
import type { FilePath, Span, TextEdit } from '../text/source.js';
import type { Judged } from './judging.js';

/** What was found in a file when it last parsed. */
export interface Whole {
  readonly text: string;
  readonly judged: Judged;
}

/**
 * The findings of a file that does not parse at the moment: on the lines that changed since it did, what can be told now;
 * everywhere else what was found then, moved through the edit. So nothing blinks while a statement is typed, and nothing is
 * claimed absent because the parser lost it.
 */
export function whileBroken(path: FilePath, whole: Whole, now: Judged, text: string): Judged {
  const { start, end } = changedPart(whole.text, text);
  const edit: TextEdit = { span: { start, end }, text: text.slice(start, end + text.length - whole.text.length) };
  const lines = linesAround(text, { start, end: start + edit.text.length });
  const here = now.findings.filter((finding) => touches(finding.at.span, lines));
  const moved = whole.judged.findings
    .filter((finding) => !touches(finding.at.span, { start, end }))
    .map((finding): Finding => ({
      ...finding,
      at: { path, span: shift(finding.at.span, [edit]) },
      related: finding.related.map((one) => (one.at.path === path ? { ...one, at: { path, span: shift(one.at.span, [edit]) } } : one)),
    }));
  const known = new Set(now.findings.map(key));
  const kept = moved
    .filter((finding) => !touches(finding.at.span, lines) || known.has(key(finding)))
    // What cannot be seen now cannot be repaired now.
    .map((finding) => (known.has(key(finding)) ? finding : { ...finding, fix: undefined }));
  const taken = new Set(kept.map(key));
  const findings = [...kept, ...here.filter((finding) => !taken.has(key(finding)))];
  return { ...now, findings: findings.sort((a, b) => a.at.span.start - b.at.span.start || a.at.span.end - b.at.span.end || (a.rule < b.rule ? -1 : 1)) };
}

function key(finding: Finding): string {
  return `${finding.rule} ${finding.at.span.start} ${finding.at.span.end}`;
}
function touches(a: Span, b: Span): boolean {
  return a.start <= b.end && b.start <= a.end;
}
function linesAround(text: string, span: Span): Span {
  const end = text.indexOf('\n', span.end);
  return { start: text.lastIndexOf('\n', span.start - 1) + 1, end: end < 0 ? text.length : end };
}
