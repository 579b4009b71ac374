import { readSample, type Mark } from '../../server/src/core/rules/sample.js';
import type { FilePath, Span } from '../../server/src/core/text/source.js';

export type { Mark };
/** A fixture read: its files without mark lines, and the marks. */
export interface Marked {
  readonly files: ReadonlyMap<FilePath, string>;
  readonly marks: readonly Mark[];
}

/** Reads a fixture (see `docs/architecture.md`, "Marked sources"). Throws when a mark covers nothing. */
export function readMarked(source: string, defaultPath = 'app.ts'): Marked {
  const { files, marks, problems } = readSample(source, defaultPath);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return { files, marks };
}

/** Prints findings under their lines: the inverse of `readMarked`, and what a failing test shows to be pasted. */
export function printMarked(text: string, marks: readonly { readonly span: Span; readonly rule: string }[], path = 'app.ts'): string {
  const opener = openerOf(path);
  const sorted = [...marks].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end || (a.rule < b.rule ? -1 : 1));
  const out: string[] = [];
  let offset = 0;
  for (const line of (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n')) {
    out.push(line);
    const end = offset + line.length;
    for (const { span, rule } of sorted) {
      if (span.start < offset || span.start > end) continue;
      const column = span.start - offset;
      const length = Math.max(1, Math.min(span.end, end) - span.start);
      if (column < opener.length) out.push(`${' '.repeat(column)}${opener}<- ${rule}`);
      else out.push(`${opener}${' '.repeat(column - opener.length)}${'^'.repeat(length)} ${rule}`);
    }
    offset = end + 1;
  }
  return `${out.join('\n')}\n`;
}

/** What opens a comment in a file of this name; JSON has none. */
function openerOf(path: string): string {
  if (path.endsWith('.json')) return '';
  return /\.[cm]?[jt]sx?$/.test(path) ? '//' : '#';
}
