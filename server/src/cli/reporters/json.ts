import { summaryOf } from './count.js';
import { placer } from './places.js';
import type { Reporter } from './reporter.js';

/** The stable machine format, version 1. */
const json: Reporter = {
  id: 'json',
  render(run) {
    const place = placer(run.files);
    const findings = run.findings.map((finding) => ({
      rule: finding.rule, severity: finding.severity, confidence: finding.confidence, message: finding.explanation.message, file: finding.at.path, ...place(finding.at),
      state: finding.state, reason: finding.reason ?? null, fingerprint: finding.fingerprint,
      related: finding.related.map((related) => {
        const { line, column } = place(related.at);
        return { file: related.at.path, line, column, message: related.label };
      }),
      fix: finding.fix ?? null,
    }));
    return `${JSON.stringify({ version: 1, findings, notAnalysed: run.notAnalysed, summary: summaryOf(run) }, undefined, 2)}\n`;
  },
};
export default json;
