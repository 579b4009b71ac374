import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { baselineOf, emptyBaseline, readBaseline, writeBaseline } from '../core/findings/baseline.js';
import type { Baseline, Finding } from '../core/findings/finding.js';
import { filePath, type FilePath } from '../core/text/source.js';
import type { Policies } from './policies.js';
import { Problem, systemProblem } from './problem.js';
import type { Root } from './root.js';

const NAME = 'unlatched-baseline.json';

/** The baselines of a run. */
export interface Baselines {
  /** Accepted findings of all files in use. */
  readonly accepted: Baseline;
  /** The file that `--update-baseline` writes, as an absolute path; undefined where none is wanted. */
  readonly target: string | undefined;
}

/**
 * The file named (relative to `cwd`), none (`false`), or the files the policies name or that stand beside them. Throws a Problem where a
 * file named is missing and is not to be made, or any cannot be read.
 */
export function loadBaselines(
  named: string | false | undefined,
  { root, policies, cwd, update }: { readonly root: Root; readonly policies: Policies; readonly cwd: string; readonly update: boolean },
): Baselines {
  if (named === false) return { accepted: emptyBaseline, target: undefined };
  if (named !== undefined) {
    const target = resolve(cwd, named);
    const accepted = load(target, named);
    if (accepted === undefined && !update) throw new Problem(`no such baseline: ${named}; correct the path or leave out --baseline`);
    return { accepted: accepted ?? emptyBaseline, target };
  }
  const own = join(root.folder, NAME);
  const beside = policies.found.map(({ file, folder, policy }) => ({ folder, file: resolve(dirname(file), policy.baseline ?? NAME) }));
  const files = new Set([...beside.map(({ file }) => file), own]);
  const accepted = new Map([...files].flatMap((file) => [...(load(file, shownFrom(cwd, file))?.accepted ?? [])]));
  return { accepted: { version: 1, accepted }, target: beside.find(({ folder }) => folder === '')?.file ?? own };
}
/** Accepts these findings of the files analysed. What other files had accepted stays, unless the whole folder of the baseline was analysed. */
export function saveBaseline(
  target: string,
  findings: readonly Finding[],
  { root, files, cwd }: { readonly root: Root; readonly files: readonly FilePath[]; readonly cwd: string },
): Baseline {
  const whole = root.include === undefined && dirname(target) === root.folder;
  const seen = new Set(files);
  const kept = whole ? [] : [...(load(target, shownFrom(cwd, target))?.accepted ?? [])].filter(([, { path }]) => !seen.has(path));
  const fresh = baselineOf(findings.filter(({ rule }) => !rule.startsWith('unlatched/')));
  const baseline: Baseline = { version: 1, accepted: new Map([...kept, ...fresh.accepted]) };
  try {
    writeFileSync(target, writeBaseline(baseline));
  } catch (error) {
    throw systemProblem(
      `the baseline ${shownFrom(cwd, target)} cannot be written`,
      error,
      'give --baseline a file in a folder that exists',
    );
  }
  return baseline;
}

/** No message names a place of the machine that was not asked for. */
function shownFrom(cwd: string, file: string): string {
  return filePath(relative(cwd, file));
}
function load(file: string, shown: string): Baseline | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw systemProblem(`the baseline ${shown} cannot be read`, error, 'correct the file or use --no-baseline');
  }
  const baseline = readBaseline(text);
  if (baseline === undefined) throw new Problem(`${shown} is no baseline of version 1; correct the file or use --no-baseline`);
  return baseline;
}
