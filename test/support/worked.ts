import { createEngine, type Engine } from '../../server/src/core/engine.js';
import { filePath, type FilePath, type SourceFile } from '../../server/src/core/text/source.js';

/** Texts by path. */
export type Texts = Readonly<Record<string, string>>;

/** A file of the first revision. */
export function source(path: string, text: string): SourceFile {
  return { path: filePath(path), text, revision: 1 };
}
/** An engine without a policy that has judged these files. */
export function engineOver(texts: Texts): Engine {
  const engine = createEngine();
  set(engine, texts);
  return engine;
}
/** Gives an engine these texts and has it judge; the files whose findings may differ. */
export function set(engine: Engine, texts: Texts): ReadonlySet<FilePath> {
  engine.apply({ set: Object.entries(texts).map(([path, text]) => source(path, text)) });
  return work(engine);
}
/** Has an engine judge what is left; the files whose findings may differ. */
export function work(engine: Engine): ReadonlySet<FilePath> {
  const steps = engine.work();
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
/** The rules that speak in a file, each with the text it marks. */
export function found(engine: Engine, path: string): readonly string[] {
  const text = engine.source(filePath(path))?.text ?? '';
  return engine.findings(filePath(path)).map(({ rule, at }) => `${rule} ${text.slice(at.span.start, at.span.end)}`);
}
/** All that is said, with places. */
export function everything(engine: Engine): readonly string[] {
  return engine.files().flatMap((path) => engine.findings(path)).map((one) => JSON.stringify(one));
}
