import { createEngine, defaultPolicy, type Engine } from '../../server/src/core/engine.js';
import type { AppliedFix, Finding } from '../../server/src/core/findings/finding.js';
import type { Policy } from '../../server/src/core/policy/policy.js';
import type { FilePath } from '../../server/src/core/text/source.js';

export type Files = ReadonlyMap<FilePath, string>;

/** A new engine that holds these files under one policy. */
export function engineOver(files: Files, policy: Partial<Policy> = {}): Engine {
  const engine = createEngine();
  engine.apply({
    set: [...files].map(([path, text]) => ({ path, text, revision: 1 })),
    policies: new Map([['', { ...defaultPolicy, ...policy }]]),
    today: '2026-11-24',
  });
  return engine;
}
/** Every finding of every file, in order. */
export function allFindings(engine: Engine, files: Files): readonly Finding[] {
  return [...files.keys()].flatMap((path) => engine.findings(path));
}
/** The files after the fix; a file the fix creates is added. */
export function withFix(files: Files, fix: AppliedFix): Files {
  const after = new Map(files);
  for (const [path, edits] of fix.edits) {
    let text = files.get(path) ?? '';
    for (const { span, text: insert } of [...edits].sort((a, b) => b.span.start - a.span.start || b.span.end - a.span.end))
      text = text.slice(0, span.start) + insert + text.slice(span.end);
    after.set(path, text);
  }
  return after;
}
