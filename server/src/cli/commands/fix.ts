import { applyEdits } from '../../core/engine.js';
import type { FilePath } from '../../core/text/source.js';
import { emit } from '../output.js';
import { summaryOf } from '../reporters/count.js';
import { openSession } from '../session.js';
import { failLevels, runOf } from './check.js';
import { unifiedDiff } from './diff-text.js';

/** `unlatched fix`: applies safe fixes, or prints them as a diff; 1 when findings at `--fail-on` remain. */
export async function fix(paths: readonly string[], options: { readonly dryRun?: boolean; readonly config?: string; readonly failOn: string }): Promise<0 | 1> {
  const failing = failLevels(options.failOn);
  const session = await openSession({ paths, config: options.config });
  const before = new Map<FilePath, string>();
  for (const path of session.files) {
    const applied = session.engine.fixAll(path, undefined);
    if (!applied) continue;
    for (const [file, edits] of applied.edits) {
      const source = session.engine.source(file);
      const text = source && applyEdits(source.text, edits);
      if (!source || text === undefined) continue;
      if (!before.has(file)) before.set(file, source.text);
      session.engine.apply({ set: [{ path: file, text, revision: source.revision + 1 }] });
    }
  }
  const changed = [...before].sort(([a], [b]) => (a < b ? -1 : 1));
  if (options.dryRun) await emit(changed.map(([path, text]) => unifiedDiff(path, text, session.engine.source(path)?.text ?? text)).join(''));
  else for (const [path] of changed) await session.host.write(path, session.engine.source(path)?.text ?? '');
  const sum = summaryOf(runOf(session, { wanted: undefined, minConfidence: 'low', colours: false, quiet: true }));
  const verb = options.dryRun ? 'would change' : 'changed';
  process.stderr.write(`${verb} ${changed.length} file${changed.length === 1 ? '' : 's'}; left: ${sum.error} errors, ${sum.warning} warnings, ${sum.info} info, ${sum.hint} hints\n`);
  return failing.some((severity) => sum[severity] > 0) ? 1 : 0;
}
