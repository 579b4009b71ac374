import type { Run } from './reporter.js';

export interface Summary {
  readonly files: number;
  readonly error: number;
  readonly warning: number;
  readonly info: number;
  readonly hint: number;
  readonly suppressed: number;
  readonly baselined: number;
  readonly notAnalysed: number;
}
/** Counts of a run; severities count open findings only. */
export function summaryOf(run: Pick<Run, 'findings' | 'files' | 'notAnalysed'>): Summary {
  const open = run.findings.filter((finding) => finding.state === 'open');
  const of = (severity: string): number => open.filter((finding) => finding.severity === severity).length;
  const state = (wanted: string): number => run.findings.filter((finding) => finding.state === wanted).length;
  return { files: run.files.size, error: of('error'), warning: of('warning'), info: of('info'), hint: of('hint'), suppressed: state('suppressed'), baselined: state('baselined'), notAnalysed: run.notAnalysed.length };
}
