import assert from 'node:assert/strict';
import { rulePages, type Engine } from '../../server/src/core/engine.js';
import type { Finding } from '../../server/src/core/findings/finding.js';
import { applyEdits } from '../../server/src/core/text/edits.js';
import type { SourceRange } from '../../server/src/core/text/source.js';
import { engineOver, type Files } from './analyse.js';

const known = new Set(rulePages().map(({ id }) => id));

/** Analyses the files and asks everything an editor may ask: nothing may throw, no rule may fail, and every place must lie in its text. Gives the findings. */
export function assertSound(files: Files, { fixes = true } = {}): readonly Finding[] {
  const engine = engineOver(files);
  const found = engine.files().flatMap((path) => engine.findings(path));
  for (const finding of found) checkFinding(finding, files);
  for (const entry of engine.inventory())
    for (const at of [entry.at, ...entry.chain.map((layer) => layer.at), ...(entry.operation ? [entry.operation] : [])])
      checkPlace(at, files);
  const prints = found.map(({ fingerprint }) => fingerprint);
  assert.equal(new Set(prints).size, prints.length, 'two findings share a fingerprint');
  if (fixes) checkFixes(engine, found, files);
  return found;
}

function checkFinding({ rule, at, related, explanation: { message } }: Finding, files: Files): void {
  assert.ok(known.has(rule), rule);
  assert.doesNotMatch(message, /^The rule \S+ failed on this file/);
  checkPlace(at, files);
  for (const one of related) checkPlace(one.at, files);
}
function checkPlace({ path, span: { start, end } }: SourceRange, files: Files): void {
  const text = files.get(path);
  assert.ok(text !== undefined, `${path} is not held`);
  assert.ok(0 <= start && start <= end && end <= text.length, `${path}: ${start}-${end} is outside of 0-${text.length}`);
}
/** Only the outermost findings: all fixes of a large text would take minutes. */
function checkFixes(engine: Engine, found: readonly Finding[], files: Files): void {
  for (const finding of new Set([found.at(0), found.at(-1)])) {
    if (!finding) continue;
    const suppression = engine.suppress(finding);
    for (const fix of [...engine.fixes(finding.at).map((one) => one.fix), ...(suppression ? [suppression] : [])])
      for (const [path, edits] of fix.edits)
        assert.ok(applyEdits(files.get(path) ?? '', edits) !== undefined, `${fix.title}: edits overlap or leave the text`);
  }
}
