import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { emptyBaseline, readBaseline } from '../core/findings/baseline.js';
import type { Baseline } from '../core/findings/finding.js';
import type { Policies } from './policies.js';
import { Problem, systemProblem } from './problem.js';
import type { Root } from './root.js';

const NAME = 'unlatched-baseline.json';

/**
 * The accepted findings of a run: those of the file named (relative to `cwd`), of none (`false`), or of the files the policies name or
 * that stand beside them. Throws a Problem where a file named is missing, or any cannot be read.
 */
export function loadBaseline(named: string | false | undefined, root: Root, policies: Policies, cwd: string): Baseline {
  if (named === false) return emptyBaseline;
  if (named !== undefined) {
    const baseline = load(resolve(cwd, named), named);
    if (baseline === undefined) throw new Problem(`no such baseline: ${named}; correct the path or leave out --baseline`);
    return baseline;
  }
  const files = new Set([
    ...policies.found.map(({ file, policy }) => resolve(dirname(file), policy.baseline ?? NAME)),
    join(root.folder, NAME),
  ]);
  return { version: 1, accepted: new Map([...files].flatMap((file) => [...(load(file, file)?.accepted ?? [])])) };
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
