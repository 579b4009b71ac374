import { applyEdits, type Engine } from '../../core/engine.js';
import type { AppliedFix, Finding } from '../../core/findings/finding.js';
import type { FilePath, Span } from '../../core/text/source.js';
import type { FixCommand } from '../arguments.js';
import { mask, secretSpans } from '../masking.js';
import { systemProblem } from '../problem.js';
import { count } from '../reporters/totals.js';
import { compare, exitStatus, selected } from '../selection.js';
import { analyse, resultsOf, type Session } from '../session.js';
import { printable, type Terminal } from '../terminal.js';
import { unifiedDiff } from '../unified-diff.js';

/** Fixes applied to one file, one after the other; each makes the file shorter of a finding, so this is only a net. */
const MOST_IN_A_FILE = 1000;

/** A file as it was: undefined where a fix creates it. */
interface Original {
  readonly text: string | undefined;
  readonly secrets: readonly Span[];
}
type Originals = Map<FilePath, Original>;

/** Applies the safe fixes and writes the files, or prints what it would do. Gives the exit status, judged on the result. */
export async function fix(command: FixCommand, terminal: Terminal): Promise<0 | 1> {
  const session = await analyse(command, terminal);
  const { engine, host } = session;
  const open = (): readonly Finding[] =>
    selected(resultsOf(session).findings, command, (path) => session.policies.of(path)).filter(({ state }) => state === 'open');
  const found = open();
  const originals: Originals = new Map();
  let done = 0;
  for (const path of session.files) {
    terminal.progress(done++, session.files.length, path);
    repairFile(session, path, command, originals);
  }
  const changed = [...originals].filter(([path, { text }]) => engine.source(path)?.text !== text).sort((a, b) => compare(a[0], b[0]));
  const left = open();
  const number = found.length - left.length;
  if (command.dryRun) {
    for (const [path, before] of changed) terminal.out(diffOf(session, path, before));
    terminal.err(
      `${count(Math.max(0, number), 'finding')} can be repaired in ${count(changed.length, 'file')}; ${count(left.length, 'finding')} would stay\n`,
    );
    return exitStatus(left, command.failOn);
  }
  for (const [path] of changed) {
    try {
      await host.write(path, engine.source(path)?.text ?? '');
    } catch (error) {
      throw systemProblem(`${path} cannot be written`, error, 'check its permissions and run again');
    }
    terminal.out(`repaired ${printable(path)}\n`);
  }
  const rest = left.length === 0 ? 'none is left' : `${count(left.length, 'finding')} left, see 'unlatched check'`;
  terminal.out(`${count(Math.max(0, number), 'finding')} repaired in ${count(changed.length, 'file')}; ${rest}\n`);
  return exitStatus(left, command.failOn);
}

/** All at once where every finding counts, else one by one. */
function repairFile(session: Session, path: FilePath, command: FixCommand, originals: Originals): void {
  const { engine } = session;
  const tried = new Set<string>();
  for (let round = 0; round < MOST_IN_A_FILE; round++) {
    const all = engine.findings(path);
    const counted = selected(all, command, (of) => session.policies.of(of));
    const finding = counted.find(({ state, fix, fingerprint }) => state === 'open' && fix === 'safe' && !tried.has(fingerprint));
    if (finding === undefined) return;
    const everything = round === 0 && counted.length === all.length;
    const fix = (everything ? engine.fixAll(path, undefined) : undefined) ?? safeFixOf(session, finding);
    if (!everything) tried.add(finding.fingerprint);
    if (fix) apply(session, fix, originals);
  }
}
function safeFixOf({ engine }: Session, finding: Finding): AppliedFix | undefined {
  return engine.fixes(finding.at).find((one) => one.finding.fingerprint === finding.fingerprint && one.fix.safety === 'safe')?.fix;
}
function apply({ engine }: Session, { edits }: AppliedFix, originals: Originals): void {
  const set = [...edits].flatMap(([path, list]) => {
    const before = engine.source(path);
    const text = applyEdits(before?.text ?? '', list);
    if (text === undefined || text === before?.text) return [];
    if (!originals.has(path)) originals.set(path, { text: before?.text, secrets: secretsOf(engine, path) });
    return [{ path, text, revision: (before?.revision ?? 0) + 1 }];
  });
  if (set.length > 0) engine.apply({ set });
}

function diffOf({ engine }: Session, path: FilePath, before: Original): string {
  const old = before.text === undefined ? undefined : mask(before.text, before.secrets).text;
  return unifiedDiff(path, old, mask(engine.source(path)?.text ?? '', secretsOf(engine, path)).text);
}
function secretsOf(engine: Engine, path: FilePath): readonly Span[] {
  return secretSpans(engine.findings(path), path, engine.source(path)?.text ?? '');
}
