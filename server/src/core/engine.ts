import type { Engine, EngineChange, InventoryEntry, Progress, RulePage } from './engine-types.js';
import type { AppliedFix, Finding } from './findings/finding.js';
import { emptyBaseline } from './findings/baseline.js';
import { createFixer } from './findings/fixer.js';
import { writeSuppression } from './findings/suppress.js';
import { createCorsDetails } from './holding/cors-details.js';
import { whileBroken, type Whole } from './holding/broken.js';
import { effectAt, setupsOf } from './holding/effects.js';
import { createFiles, type Files } from './holding/files.js';
import { createHeldHits } from './holding/document-hits.js';
import { givesData } from './holding/handers.js';
import { judge, note, type Judged } from './holding/judging.js';
import { createKeeper, type Keeper } from './holding/keeper.js';
import { createModel, type Model } from './holding/model.js';
import { tellsVersions } from './holding/versions.js';
import { defaultPolicy, type Policy } from './policy/policy.js';
import { gapsOf, inventoryOf, missingOf } from './project/inventory.js';
import type { ProjectModel } from './project/project.js';
import { pagesOf } from './rules/pages.js';
import { foldersUp } from './text/paths.js';
import type { At, FilePath, SourceRange } from './text/source.js';

export * from './engine-types.js';
export { defaultPolicy } from './policy/policy.js';
export { applySettings, readPolicy } from './policy/read.js';
export { didYouMean } from './findings/nearest.js';
export { applyEdits } from './text/edits.js';

/** A new engine with no files; one per workspace folder or command-line root. */
export function createEngine(): Engine {
  return engineOver({ files: createFiles(), surroundings: { policies: new Map(), baseline: emptyBaseline, today: '1970-01-01' } });
}

/** All rules with their pages, sorted by id. */
export function rulePages(): readonly RulePage[] {
  return pagesOf(createEngine);
}

interface Surroundings {
  readonly policies: ReadonlyMap<string, Policy>;
  readonly baseline: NonNullable<EngineChange['baseline']>;
  readonly today: string;
}
interface Start {
  readonly files: Files;
  readonly surroundings: Surroundings;
  readonly model?: (files: Files) => Model;
}
const NOTHING: Judged = { findings: [], fixes: new Map(), leansOn: new Set(), leansOnSurface: new Set(), answered: new Map(), runs: new Set() };

function engineOver({ files, surroundings, model: modelOver }: Start): Engine {
  let { policies, baseline, today } = surroundings;
  const rangeOf = (at: At): SourceRange => ({ path: at.path, span: files.spanOf(at) });
  const policyOf = (path: FilePath): Policy => {
    for (const folder of foldersUp(path)) {
      const found = policies.get(folder);
      if (found) return found;
    }
    return defaultPolicy;
  };
  const model = modelOver?.(files) ?? createModel(files, policyOf);
  const judged = new Map<FilePath, Judged>();
  const hits = createHeldHits();
  /** Findings of files when they last parsed. */
  const whole = new Map<FilePath, Whole>();
  /** The file that is being edited, and from its second edit on what rules said of it. */
  let edited: { readonly path: FilePath; readonly keeper: Keeper | undefined } | undefined;
  /** Files to be judged, and those whose findings may differ from what was last told. */
  const dirty = new Set<FilePath>(files.paths());
  let untold = new Set<FilePath>();
  /** The marks of the files when the answers of judged files were last compared with them. */
  let answeredAt: number | undefined;

  function again(path: FilePath): void {
    judged.delete(path);
    dirty.add(path);
    untold.add(path);
  }
  function forget(path: FilePath): void {
    again(path);
    hits.forget(path);
    if (edited?.path === path) edited = undefined;
  }
  function forgetAll(): void {
    judged.clear();
    hits.forgetAll();
    for (const path of files.paths()) forget(path);
  }
  /** A file has another text, or is gone: whoever looked at it looks again. */
  function changed(path: FilePath): void {
    // What was said of its documents holds as long as they stay the same.
    again(path);
    edited = { path, keeper: edited?.path === path ? (edited.keeper ?? createKeeper()) : undefined };
    for (const [other, { leansOn }] of judged) if (leansOn.has(path)) forget(other);
  }
  /** Lock files or installed packages changed: whoever asked for a version asks again. */
  function otherVersions(): void {
    for (const [path, { leansOn }] of judged) for (const other of leansOn) if (tellsVersions(other)) forget(path);
  }
  function projectNow(): ProjectModel {
    return model.now((moved, reshaped) => {
      for (const path of moved) forget(path);
      const reached = files.reachedFrom(moved);
      for (const [path, { runs }] of judged) if ([...runs].some((one) => reached.has(one))) forget(path);
      // A file of data is asked about whoever imports it.
      for (const one of reshaped) for (const path of files.importsOf(one)) if (givesData(path, files)) forget(path);
      for (const [path, { leansOnSurface }] of judged) if (reshaped.some((one) => leansOnSurface.has(one))) forget(path);
      const version = files.marks.version();
      if (version === answeredAt) return;
      answeredAt = version;
      for (const [path, { answered }] of judged) for (const [what, answer] of answered) if (files.marks.answer(what) !== answer) forget(path);
    });
  }
  function judgedNow(path: FilePath): Judged {
    const alone = files.facts(path);
    if (!alone) return NOTHING;
    const project = projectNow();
    const known = judged.get(path);
    if (known) return known;
    const bench = { files, project, baseline, today };
    const told = (project.documentsIn.get(path) ?? []).map((document) => ({ document, hits: hits.of(document, { ...bench, policy: policyOf(document.path) }) }));
    const part = told.length > 0 && !alone.document ? files.part(path) : undefined;
    const own = part ? { ...alone, notes: part.notes, spans: part.spans, problems: part.problems } : alone;
    const under = { ...bench, policy: policyOf(path) };
    const kept = edited?.path === path ? edited.keeper?.begin(own, under) : undefined;
    const made = judge(own, under, told, kept);
    kept?.end();
    const failure = path === files.paths()[0] ? model.failure() : undefined;
    const parsed = own.problems.length === 0;
    const last = whole.get(path);
    const lasting = parsed || !last ? made : whileBroken(path, last, made, own.file.text);
    if (parsed) whole.set(path, { text: own.file.text, judged: made });
    const result = failure === undefined ? lasting : { ...lasting, findings: [note(path, 'join', `The files could not be joined: ${failure.slice(0, 200)}.`), ...lasting.findings] };
    judged.set(path, result);
    return result;
  }

  const engine: Engine = {
    apply(change: EngineChange) {
      fixer.forget();
      let isOther = false;
      for (const file of change.set ?? []) {
        const how = files.set(file);
        if (how === 'same') continue;
        if (how === 'versions') {
          otherVersions();
          continue;
        }
        if (how === 'added' || how === 'configured') model.reset();
        else model.touch(file.path);
        if (how === 'added' || how === 'configured') isOther = true;
        changed(file.path);
      }
      for (const path of change.remove ?? []) {
        if (!files.remove(path)) continue;
        if (tellsVersions(path)) {
          otherVersions();
          continue;
        }
        changed(path);
        dirty.delete(path);
        whole.delete(path);
        model.reset();
        isOther = true;
      }
      if (change.policies) {
        policies = change.policies;
        model.reset();
        isOther = true;
      }
      if (change.baseline && change.baseline !== baseline) {
        baseline = change.baseline;
        isOther = true;
      }
      if (change.today !== undefined && change.today !== today) {
        today = change.today;
        isOther = true;
      }
      if (isOther) forgetAll();
    },
    *work(): Generator<Progress, ReadonlySet<FilePath>> {
      const unread = files.paths().filter((path) => !files.isRead(path));
      let done = 0;
      for (const path of unread) {
        files.facts(path);
        yield { done: done++, total: unread.length + dirty.size, file: path };
      }
      projectNow();
      const todo = [...dirty].sort();
      for (const [index, path] of todo.entries()) {
        judgedNow(path);
        dirty.delete(path);
        yield { done: done + index, total: done + todo.length, file: path };
      }
      const told = untold;
      untold = new Set();
      return told;
    },
    prepare: (file) => files.prepare(file),
    wanted: () => files.wanted(),
    parts: (path) => [...new Set((projectNow().documentsIn.get(path) ?? []).flatMap((document) => [document.path, ...document.parts]))].filter((one) => one !== path).sort(),
    findings: (path) => judgedNow(path).findings,
    fixes(at) {
      const { findings, fixes } = judgedNow(at.path);
      return findings.filter((one) => one.state === 'open' && one.at.span.start <= at.span.end && at.span.start <= one.at.span.end).flatMap((finding) => {
        return fixer.fixes(finding, fixes.get(finding.fingerprint) ?? []).map((fix) => ({ finding, fix }));
      });
    },
    whyNoFix(finding) {
      const wanted = judgedNow(finding.at.path).fixes.get(finding.fingerprint) ?? [];
      return wanted.length === 0 ? finding.fixRefused : fixer.refusal(finding, wanted);
    },
    fixAll(path, rule) {
      const { findings, fixes } = judgedNow(path);
      const applied: AppliedFix[] = [];
      for (const finding of findings) {
        if (finding.state !== 'open' || (rule !== undefined && finding.rule !== rule)) continue;
        const wanted = (fixes.get(finding.fingerprint) ?? []).filter((candidate) => rule !== undefined || candidate.safety === 'safe');
        const fix = fixer.fixes(finding, wanted)[0];
        if (fix) applied.push(fix);
      }
      return fixer.join(applied, rule === undefined ? 'Fix all safe Unlatched findings' : `Fix all ${rule} in this file`);
    },
    suppress(finding) {
      const own = files.facts(finding.at.path);
      return own && writeSuppression(own.file, finding);
    },
    inventory: (file): readonly InventoryEntry[] => {
      const project = projectNow();
      const detailOf = createCorsDetails((path) => ({ files, project, policy: policyOf(path), baseline, today }));
      return inventoryOf({ project, rangeOf, judge: judgedNow, policyOf, detailOf }, file);
    },
    gaps: () => {
      const facts = files.paths().flatMap((path) => files.facts(path) ?? []);
      return gapsOf(projectNow(), rangeOf, facts);
    },
    missing: () => missingOf({ project: projectNow(), rangeOf, judge: judgedNow }),
    setups: (path) => setupsOf(path, { files, project: projectNow(), policy: policyOf(path), baseline, today }),
    effect: (at) => effectAt(at, { setups: () => engine.setups(at.path), isFound, fixes: firstFixes, textOf: (path) => files.get(path)?.text ?? '', tried: (texts) => withTexts(texts).setups(at.path) }),
    files: () => files.paths(),
    source: (path) => files.get(path),
  };
  const fixer = createFixer({ source: (path) => files.get(path), spanOf: (at) => files.spanOf(at), check: recheck, isDocument: (path) => projectNow().documentsIn.has(path), findings: (path) => judgedNow(path).findings });
  return engine;

  function isFound({ path, span }: SourceRange): boolean {
    return judgedNow(path).findings.some((one) => one.state === 'open' && one.at.span.start <= span.end && span.start <= one.at.span.end);
  }
  /** The first fix that holds of each open finding in the range. */
  function firstFixes({ path, span }: SourceRange): readonly { readonly finding: Finding; readonly fix: AppliedFix }[] {
    const { findings, fixes } = judgedNow(path);
    return findings.filter((one) => one.state === 'open' && one.at.span.start >= span.start && one.at.span.end <= span.end).flatMap((finding) => {
      const [fix] = fixer.fixes(finding, fixes.get(finding.fingerprint) ?? []);
      return fix ? [{ finding, fix }] : [];
    });
  }
  /** Findings of a file as they would be with other texts, without touching this engine. */
  function recheck(path: FilePath, texts: ReadonlyMap<FilePath, string>): readonly Finding[] {
    return withTexts(texts).findings(path);
  }
  function withTexts(texts: ReadonlyMap<FilePath, string>): Engine {
    const other = engineOver({ files: files.fork(), surroundings: { policies, baseline, today }, model: (forked) => model.fork(forked) });
    other.apply({ set: [...texts].map(([changedPath, text]) => ({ path: changedPath, text, revision: (files.get(changedPath)?.revision ?? 0) + 1 })) });
    return other;
  }
}
