import pc from 'picocolors';
import type { Finding, Severity } from '../../core/findings/finding.js';
import { summaryOf } from './count.js';
import { placer, type Place } from './places.js';
import type { Reporter, Run } from './reporter.js';

const MOST_FRAME = 160;

/** For people: grouped by file, with the line and the underlined range. */
const pretty: Reporter = {
  id: 'pretty',
  render(run) {
    const colour = pc.createColors(run.colours);
    const paint: Record<Severity, (text: string) => string> = { error: colour.red, warning: colour.yellow, info: colour.blue, hint: colour.dim };
    const place = placer(run.files);
    const out: string[] = [];
    let file = '';
    for (const finding of run.findings) {
      if (finding.state !== 'open') continue;
      if (finding.at.path !== file) {
        file = finding.at.path;
        out.push('', colour.underline(file));
      }
      const at = place(finding.at);
      out.push(`  ${at.line}:${at.column}  ${paint[finding.severity](finding.severity)}  ${finding.explanation.message}  ${colour.dim(finding.rule)}`);
      if (!run.quiet) out.push(...frame(run, finding, at).map((line) => `      ${colour.dim(line)}`));
    }
    for (const one of run.notAnalysed) out.push('', `${one.file}  ${colour.dim(`not analysed: ${one.reason}`)}`);
    out.push('', summary(run), '');
    return out.join('\n').replace(/^\n/, '');
  },
};
export default pretty;

/** The line of a finding and carets under its range; the inside of a secret is never shown. */
function frame(run: Run, finding: Finding, at: Place): string[] {
  const text = run.files.get(finding.at.path)?.text;
  if (text === undefined) return [];
  const start = text.lastIndexOf('\n', finding.at.span.start - 1) + 1;
  const next = text.indexOf('\n', finding.at.span.start);
  const end = next < 0 ? text.length : next;
  const length = at.line === at.endLine ? at.endColumn - at.column : end - finding.at.span.start;
  let line = text.slice(start, end).replace(/\r$/, '');
  if (finding.rule.startsWith('secrets/') && length > 2) line = `${line.slice(0, at.column)}${'\u2022'.repeat(3)}${line.slice(at.column - 1 + length - 1)}`;
  const width = finding.rule.startsWith('secrets/') && length > 2 ? 5 : Math.max(1, length);
  if (line.length > MOST_FRAME) return [];
  const tabs = line.slice(0, at.column - 1).replace(/[^\t]/g, ' ');
  return [line, `${tabs}${'^'.repeat(Math.min(width, Math.max(1, line.length - at.column + 1)))}`];
}

function summary(run: Run): string {
  const sum = summaryOf(run);
  const parts = [count(sum.error, 'error'), count(sum.warning, 'warning'), `${sum.info} info`, count(sum.hint, 'hint')];
  const more = [sum.suppressed > 0 ? `${sum.suppressed} suppressed` : '', sum.baselined > 0 ? `${sum.baselined} in the baseline` : '', sum.notAnalysed > 0 ? `${sum.notAnalysed} not analysed` : ''].filter((part) => part !== '');
  return `${count(sum.files, 'file')}: ${[...parts, ...more].join(', ')}`;
}
function count(n: number, word: string): string {
  return `${n} ${word}${n === 1 ? '' : 's'}`;
}
