import type { Run } from './reporter.js';

/** The `summary` of the JSON report. */
export interface Totals {
  readonly files: number;
  readonly error: number;
  readonly warning: number;
  readonly info: number;
  readonly hint: number;
  readonly suppressed: number;
  readonly baselined: number;
  readonly notAnalysed: number;
}

/** Only open findings count by severity. */
export function totalsOf({ findings, notAnalysed, analysed }: Run): Totals {
  const totals = { files: analysed, error: 0, warning: 0, info: 0, hint: 0, suppressed: 0, baselined: 0, notAnalysed: notAnalysed.length };
  for (const { state, severity } of findings) totals[state === 'open' ? severity : state]++;
  return totals;
}
/** `3 errors and 1 hint in 12 files; 2 suppressed`. */
export function summaryLine(run: Run): string {
  const totals = totalsOf(run);
  const open = [
    totals.error > 0 ? count(totals.error, 'error') : '',
    totals.warning > 0 ? count(totals.warning, 'warning') : '',
    totals.info > 0 ? `${totals.info} info` : '',
    totals.hint > 0 ? count(totals.hint, 'hint') : '',
  ].filter((part) => part !== '');
  const rest = [
    totals.suppressed > 0 ? `${totals.suppressed} suppressed` : '',
    totals.baselined > 0 ? `${totals.baselined} in the baseline` : '',
    totals.notAnalysed > 0 ? `${totals.notAnalysed} not analysed` : '',
  ].filter((part) => part !== '');
  const found = open.length === 0 ? 'No open findings' : open.join(', ');
  return `${found} in ${count(totals.files, 'file')}${rest.length > 0 ? `; ${rest.join(', ')}` : ''}`;
}
/** `1 file`, `2 files`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
