import { placesIn } from './places.js';
import type { Reporter } from './reporter.js';
import { summaryLine } from './totals.js';

/** A summary for a pull request or a job: one table of the open findings. */
const reporter: Reporter = {
  id: 'markdown',
  render(run) {
    const places = placesIn((path) => run.files.get(path));
    const open = run.findings.filter(({ state }) => state === 'open');
    const rows = open.map(({ severity, at, explanation, rule }) => {
      const { line, column } = places.of(at);
      return `| ${severity} | ${code(`${at.path}:${line}:${column}`)} | ${cell(explanation.message)} | ${code(rule)} |`;
    });
    const table = rows.length === 0 ? [] : ['', '| Severity | Place | Finding | Rule |', '|---|---|---|---|', ...rows];
    const refused = run.notAnalysed.map(({ path, reason }) => `- ${code(path)}: ${cell(reason)}`);
    const lines = [
      '## Unlatched',
      '',
      `${summaryLine(run)}.`,
      ...table,
      ...(refused.length === 0 ? [] : ['', '### Not analysed', '', ...refused]),
    ];
    return `${lines.join('\n')}\n`;
  },
};
export default reporter;

/** Text that neither ends its cell nor turns into markup. */
function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\|<>`*_[\]]/g, '\\$&');
}
/** Text of a file or rule, in backticks it cannot close. */
function code(text: string): string {
  return `\`${text.replace(/[\r\n`]/g, '?').replaceAll('|', '\\|')}\``;
}
