import { placer } from './places.js';
import type { Reporter } from './reporter.js';

const KIND = { error: 'error', warning: 'warning', info: 'notice', hint: 'notice' } as const;

/** Workflow commands that become annotations on a pull request. */
const github: Reporter = {
  id: 'github',
  render(run) {
    const place = placer(run.files);
    const lines = run.findings.filter((finding) => finding.state === 'open').map((finding) => {
      const at = place(finding.at);
      // Workflow commands count end columns inclusively; on one line only they are of use.
      const columns = at.line === at.endLine ? `,col=${at.column},endColumn=${Math.max(at.column, at.endColumn - 1)}` : '';
      return `::${KIND[finding.severity]} file=${property(finding.at.path)},line=${at.line},endLine=${at.endLine}${columns},title=${property(finding.rule)}::${data(finding.explanation.message)}`;
    });
    for (const { file, reason } of run.notAnalysed) lines.push(`::notice file=${property(file)},title=not analysed::${data(reason)}`);
    return lines.map((line) => `${line}\n`).join('');
  },
};
export default github;

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
