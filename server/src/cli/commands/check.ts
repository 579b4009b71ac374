import type { Confidence, Finding, Severity } from '../../core/findings/finding.js';
import { didYouMean, rulePages } from '../../core/engine.js';
import { emit } from '../output.js';
import { reporters } from '../reporters/index.js';
import type { NotAnalysed, Run } from '../reporters/reporter.js';
import { summaryOf } from '../reporters/count.js';
import { openSession, type Session } from '../session.js';
import { UsageError } from '../usage-error.js';
import { version } from '../version.js';

export interface CheckOptions {
  readonly format: string;
  readonly output?: string;
  readonly config?: string;
  readonly failOn: string;
  readonly rule?: readonly string[];
  readonly minConfidence: string;
  readonly stats?: boolean;
  readonly quiet?: boolean;
  readonly stdin?: boolean;
  readonly stdinFilename?: string;
}
const SEVERITIES: readonly Severity[] = ['error', 'warning', 'info', 'hint'];
const CONFIDENCES: readonly Confidence[] = ['low', 'medium', 'high'];

/** `unlatched check`: prints a report; 1 when an open finding is at or above `--fail-on`, else 0. */
export async function check(paths: readonly string[], options: CheckOptions): Promise<0 | 1> {
  const reporter = reporters.find((one) => one.id === options.format);
  if (!reporter) throw new UsageError(`unknown format "${options.format}"${didYouMean(options.format, reporters.map((one) => one.id))} Use one of ${reporters.map((one) => one.id).join(', ')}.`);
  const failing = failLevels(options.failOn);
  const wanted = wantedRules(options.rule);
  if (!CONFIDENCES.some((one) => one === options.minConfidence)) throw new UsageError(`unknown confidence "${options.minConfidence}". Use low, medium or high.`);
  if (options.stdin && options.stdinFilename === undefined) throw new UsageError('--stdin needs --stdin-filename NAME, which gives the text its language and place.');
  const started = performance.now();
  const stdin = options.stdin && options.stdinFilename !== undefined ? { name: options.stdinFilename, text: await readStdin() } : undefined;
  const session = await openSession({ paths: stdin ? [] : paths, config: options.config, ...(stdin ? { stdin } : {}) });
  const run = runOf(session, { wanted, minConfidence: options.minConfidence, colours: colours(options), quiet: options.quiet === true });
  await emit(reporter.render(run), options.output);
  if (options.stats) process.stderr.write(`${run.files.size} files in ${Math.round(performance.now() - started)} ms, ${Math.round(process.memoryUsage().rss / 1e6)} MB\n`);
  const sum = summaryOf(run);
  return failing.some((severity) => sum[severity] > 0) ? 1 : 0;
}

/** Severities at or above the level; none for `never`. */
export function failLevels(level: string): readonly Severity[] {
  if (level === 'never') return [];
  const index = SEVERITIES.findIndex((severity) => severity === level);
  if (index < 0) throw new UsageError(`unknown level "${level}" for --fail-on${didYouMean(level, [...SEVERITIES, 'never'])} Use error, warning, info, hint or never.`);
  return SEVERITIES.slice(0, index + 1);
}
function wantedRules(named: readonly string[] | undefined): ReadonlySet<string> | undefined {
  if (!named || named.length === 0) return undefined;
  const ids = rulePages().map((page) => page.id);
  for (const id of named) if (!ids.includes(id)) throw new UsageError(`unknown rule "${id}"${didYouMean(id, ids)} "unlatched rules" lists them.`);
  return new Set(named);
}

/** What a report shows of a session. */
export function runOf(session: Session, options: { readonly wanted: ReadonlySet<string> | undefined; readonly minConfidence: string; readonly colours: boolean; readonly quiet: boolean }): Run {
  const least = CONFIDENCES.findIndex((one) => one === options.minConfidence);
  const notAnalysed: NotAnalysed[] = [...session.notAnalysed];
  const findings: Finding[] = [];
  for (const path of session.files) for (const finding of session.engine.findings(path)) {
    if (finding.rule === 'unlatched/not-analysed') notAnalysed.push({ file: path, reason: finding.explanation.message });
    else if (CONFIDENCES.indexOf(finding.confidence) >= least && (options.wanted?.has(finding.rule) ?? true)) findings.push(finding);
  }
  const files = new Map(session.files.flatMap((path) => {
    const source = session.sources.get(path);
    return source ? [[path, source] as const] : [];
  }));
  return {
    findings, notAnalysed: notAnalysed.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0)), files, rules: rulePages(), version, homepage: undefined, colours: options.colours, quiet: options.quiet,
    fixOf: (finding) => session.engine.fixes(finding.at).find((one) => one.finding.fingerprint === finding.fingerprint)?.fix,
  };
}
function colours(options: CheckOptions): boolean {
  return options.output === undefined && process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined;
}

/** All of stdin as text. */
async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk)));
  return Buffer.concat(chunks).toString('utf8');
}
