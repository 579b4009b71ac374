import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { rulePages } from '../../core/engine.js';
import type { FilePath, Span } from '../../core/text/source.js';
import type { CheckCommand } from '../arguments.js';
import { secretSpans } from '../masking.js';
import { Problem, systemProblem } from '../problem.js';
import { reporters } from '../reporters/index.js';
import type { Run } from '../reporters/reporter.js';
import { count } from '../reporters/totals.js';
import { compare, exitStatus, selected, sorted } from '../selection.js';
import { analyse, resultsOf, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';

/** Analyses and reports. Gives the exit status. */
export async function check(command: CheckCommand, terminal: Terminal): Promise<0 | 1> {
  const reporter = reporters.find(({ id }) => id === command.format);
  if (!reporter) throw new Problem(`--format does not know '${command.format}'; use one of ${reporters.map(({ id }) => id).join(', ')}`);
  const quietly = command.quiet ? { ...terminal, progress: () => undefined } : terminal;
  const started = terminal.now();
  const session = await analyse(command, quietly, command);
  const run = runOf(session, command, terminal);
  const analysed = terminal.now();
  const text = reporter.render(run);
  if (command.output === undefined) terminal.out(text);
  else await save(resolve(terminal.cwd, command.output), text, command.output);
  if (command.stats) terminal.err(statistics(session, run, { analysis: analysed - started, report: terminal.now() - analysed }));
  return exitStatus(run.findings, command.failOn);
}

function runOf(session: Session, command: CheckCommand, { version, homepage, colours }: Terminal): Run {
  const { engine, policies } = session;
  const { findings, notAnalysed } = resultsOf(session);
  const files = new Map(
    engine.files().flatMap((path) => {
      const source = engine.source(path);
      return source ? [[path, source] as const] : [];
    }),
  );
  const masks = new Map<FilePath, readonly Span[]>();
  return {
    findings: sorted(selected(findings, command, (path) => policies.of(path))),
    notAnalysed,
    files,
    analysed: session.files.length,
    version,
    homepage,
    rules: rulePages(),
    fixes: (finding) =>
      engine
        .fixes(finding.at)
        .filter((one) => one.finding.fingerprint === finding.fingerprint)
        .map(({ fix }) => fix),
    secrets: (path) => {
      const known = masks.get(path) ?? secretSpans(engine.findings(path), path, files.get(path)?.text ?? '');
      masks.set(path, known);
      return known;
    },
    colours: colours && command.output === undefined,
    quiet: command.quiet,
  };
}
async function save(path: string, text: string, shown: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    throw systemProblem(`${shown} cannot be written`, error, 'give --output a file in a folder that exists');
  }
}
/** For standard error only: times differ from run to run. */
function statistics(
  { engine }: Session,
  { findings, analysed, notAnalysed }: Run,
  times: { readonly analysis: number; readonly report: number },
): string {
  const byRule = new Map<string, number>();
  for (const { rule } of findings) byRule.set(rule, (byRule.get(rule) ?? 0) + 1);
  const rows = [...byRule]
    .sort((a, b) => b[1] - a[1] || compare(a[0], b[0]))
    .map(([rule, number]) => `  ${String(number).padStart(6)} ${rule}`);
  return [
    `${count(analysed, 'file')} analysed, ${engine.files().length - analysed} read for context, ${notAnalysed.length} not analysed`,
    `${count(engine.inventory().length, 'endpoint')}, ${count(findings.length, 'finding')}`,
    ...rows,
    `${Math.round(times.analysis)} ms analysis, ${Math.round(times.report)} ms report`,
  ]
    .map((line) => `${line}\n`)
    .join('');
}
