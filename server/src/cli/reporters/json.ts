import { placesIn } from './places.js';
import type { Reporter } from './reporter.js';
import { totalsOf } from './totals.js';

/** The report for programs, in the fixed shape of version 1. */
const reporter: Reporter = {
  id: 'json',
  render(run) {
    const places = placesIn((path) => run.files.get(path));
    const findings = run.findings.map(({ rule, severity, confidence, explanation, at, state, reason, fingerprint, related, fix }) => ({
      rule,
      severity,
      confidence,
      message: explanation.message,
      file: at.path,
      ...places.of(at),
      state,
      reason: reason ?? null,
      fingerprint,
      related: related.map((one) => {
        const { line, column } = places.of(one.at);
        return { file: one.at.path, line, column, message: one.label };
      }),
      fix: fix ?? null,
    }));
    const notAnalysed = run.notAnalysed.map(({ path, reason }) => ({ file: path, reason }));
    return `${JSON.stringify({ version: 1, findings, notAnalysed, summary: totalsOf(run) }, undefined, 2)}\n`;
  },
};
export default reporter;
