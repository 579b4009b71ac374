import type { Engine, EngineChange, InventoryEntry, Progress, RulePage } from './engine-types.js';
import { atKey, applyPrecedence } from './findings/precedence.js';
import { baselined, emptyBaseline } from './findings/baseline.js';
import { detect, type Crash, type Raw } from './findings/detect.js';
import type { AppliedFix, Finding } from './findings/finding.js';
import { fingerprint, numberDuplicates } from './findings/fingerprint.js';
import { frameworks } from './frameworks/index.js';
import { defaultPolicy, type Policy } from './policy/policy.js';
import { classify } from './project/file-class.js';
import { createContext, type Holdings, type Manifest } from './project/context.js';
import { readFacts, type FileFacts } from './project/facts.js';
import { inventoryOf } from './project/inventory.js';
import { joinProject } from './project/join.js';
import type { ProjectModel } from './project/project.js';
import { candidates, resolveSpecifier } from './project/resolve.js';
import { rules } from './rules/index.js';
import { pagesOf } from './rules/pages.js';
import type { RuleContext } from './rules/rule.js';
import type { At, FilePath, SourceFile, SourceRange, Span } from './text/source.js';
import { createFixer } from './findings/fixer.js';
import type { Fix } from './findings/changes.js';
import { judge as judgeSuppressions } from './findings/judge.js';
import { writeSuppression } from './findings/suppress.js';

export * from './engine-types.js';
export { defaultPolicy } from './policy/policy.js';
export { applySettings, readPolicy } from './policy/read.js';
export { didYouMean } from './findings/nearest.js';

const CONFIDENCES: readonly Finding['confidence'][] = ['low', 'medium', 'high'];

/** Findings of one file together with the raw detections they were made of. */
interface Judged {
  readonly findings: readonly Finding[];
  /** What could be done about each, by fingerprint. */
  readonly fixes: ReadonlyMap<string, readonly Fix[]>;
}

/** A new engine with no files; one per workspace folder or command-line root. */
export function createEngine(): Engine {
  return engineOver(new Map());
}

/** All rules with their pages, sorted by id. */
export function rulePages(): readonly RulePage[] {
  return pagesOf(createEngine);
}

/** `facts` may hold facts of the very same SourceFile objects: they are used again. */
function engineOver(facts: Map<FilePath, FileFacts>): Engine {
  const files = new Map<FilePath, SourceFile>();
  let policies: ReadonlyMap<string, Policy> = new Map();
  let baseline = emptyBaseline;
  let today = '1970-01-01';
  let project: ProjectModel | undefined;
  let judged = new Map<FilePath, Judged>();
  let contexts = new Map<FilePath, RuleContext>();
  let dirty = new Set<FilePath>();
  /** Worked off since `work` last came to its end: work that was dropped named nobody. */
  const unnamed = new Set<FilePath>();
  const asked = new Set<FilePath>();

  const policyOf = (path: FilePath): Policy => {
    for (let folder = folderOf(path); ; folder = folderOf(folder)) {
      const found = policies.get(folder);
      if (found) return found;
      if (folder === '') return defaultPolicy;
    }
  };
  const factsOf = (path: FilePath): FileFacts | undefined => {
    const file = files.get(path);
    if (!file) return undefined;
    const known = facts.get(path);
    if (known?.file === file) return known;
    const made = readFacts(file);
    facts.set(path, made);
    return made;
  };
  const resolve = (specifier: string, from: FilePath): FilePath | undefined => resolveSpecifier(specifier, from, (path) => files.has(path));
  const usesOf = (path: FilePath): ReadonlySet<string> => factsOf(path)?.uses ?? new Set();
  const manifestOf = (path: FilePath): Manifest | undefined => {
    for (let folder = folderOf(path); ; folder = folderOf(folder)) {
      const found = factsOf((folder === '' ? 'package.json' : `${folder}/package.json`) as FilePath)?.manifest;
      if (found) return found;
      if (folder === '') return undefined;
    }
  };
  const spanOf = (at: At): Span => {
    const spans = factsOf(at.path)?.spans;
    const index = (-at.mark - 1) * 2;
    const whole = { start: spans?.[index] ?? 0, end: spans?.[index + 1] ?? 0 };
    return at.part ? { start: Math.min(whole.start + at.part.start, whole.end), end: Math.min(whole.start + at.part.end, whole.end) } : whole;
  };
  const classOf = (path: FilePath): ReturnType<typeof classify> => classify(path, { openapi: factsOf(path)?.document !== undefined });
  const projectNow = (): ProjectModel => {
    if (project) return project;
    const modules = new Map([...files.keys()].sort().flatMap((path) => {
      const module = factsOf(path)?.module;
      return module ? [[path, module] as const] : [];
    }));
    const documents = [...files.keys()].sort().flatMap((path) => factsOf(path)?.document ?? []);
    project = { ...joinProject({ modules, adapters: frameworks, resolve, policyOf, usesOf }), documents };
    return project;
  };
  const contextOf = (path: FilePath): RuleContext => {
    const known = contexts.get(path);
    if (known) return known;
    const held: Holdings = {
      project: projectNow(), policyOf, spanOf, classOf, usesOf, manifestOf, resolveFile: resolve,
      textOf: (of) => files.get(of)?.text ?? '',
      projectUses: (what) => [...files.keys()].some((one) => usesOf(one).has(what)),
      module: (of) => factsOf(of)?.module,
      isStable: (of, binding) => !factsOf(of)?.unstable.has(binding),
    };
    const made = createContext(path, held);
    contexts.set(path, made);
    return made;
  };
  const rangeOf = (at: At): SourceRange => ({ path: at.path, span: spanOf(at) });

  function judge(path: FilePath): Judged {
    const known = judged.get(path);
    if (known) return known;
    const own = factsOf(path);
    const result = own ? judgeNow(own) : { findings: [], fixes: new Map<string, readonly Fix[]>() };
    judged.set(path, result);
    return result;
  }

  function judgeNow(own: FileFacts): Judged {
    const { path } = own.file;
    const policy = policyOf(path);
    const on = rules.filter((rule) => policy.rules.get(rule.meta.id) !== 'off');
    const { raw, crashes } = detect(own, on, projectNow(), contextOf(path), classOf(path));
    const ordered = [...raw].sort((a, b) => compareSpans(spanOf(a.hit.detection.at), spanOf(b.hit.detection.at)) || (a.rule.meta.id < b.rule.meta.id ? -1 : 1));
    const seen = new Set<string>();
    const unique = ordered.filter((one) => seen.size < seen.add(`${one.rule.meta.id} ${atKey(one.hit.detection.at)}`).size);
    const { kept, silenced } = applyPrecedence(unique.map((one) => ({ rule: one.rule.meta.id, node: atKey(one.hit.detection.at), grounds: one.grounds, one })));
    const spoken = [...kept, ...silenced].map(({ one }) => one);
    const ordinals = numberDuplicates(spoken.map((one) => ({ rule: one.rule.meta.id, path, subject: one.hit.detection.subject })));
    const fixes = new Map<string, readonly Fix[]>();
    const all = spoken.map((one, index): Finding => {
      const { detection, explanation } = one.hit;
      const mark = fingerprint(one.rule.meta.id, path, detection.subject, ordinals[index] ?? 0);
      const possible = fixesOf(one, contextOf(path));
      fixes.set(mark, possible);
      const level = policy.rules.get(one.rule.meta.id);
      return baselined({
        rule: one.rule.meta.id, severity: level === undefined || level === 'off' ? one.severity : level, confidence: one.confidence, at: rangeOf(detection.at),
        related: (detection.related ?? []).map((related) => ({ at: rangeOf(related.at), label: related.label })),
        explanation, fingerprint: mark, state: 'open', reason: undefined, fix: possible[0]?.safety,
      }, baseline);
    });
    const ids = new Set(rules.map((rule) => rule.meta.id));
    const ran = new Set(on.map((rule) => rule.meta.id));
    const result = judgeSuppressions({ facts: own, findings: all.slice(0, kept.length), silenced: all.slice(kept.length), today, rangeOf, ruleIds: ids, ran: own.problems.length > 0 ? new Set() : ran });
    for (const [mark, list] of result.fixes) fixes.set(mark, list);
    const findings = [...result.findings, ...crashes.map((crash) => crashed(path, crash))].filter((finding) => policy.rules.get(finding.rule) !== 'off');
    const least = CONFIDENCES.indexOf(policy.minConfidence);
    const heard = findings.filter((finding) => CONFIDENCES.indexOf(finding.confidence) >= least);
    return { findings: heard.sort((a, b) => compareSpans(a.at.span, b.at.span) || (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0)), fixes };
  }

  function invalidate(): void {
    project = undefined;
    judged = new Map();
    contexts = new Map();
    dirty = new Set(files.keys());
  }

  const engine: Engine = {
    apply(change: EngineChange) {
      for (const file of change.set ?? []) {
        if (files.get(file.path)?.text !== file.text) files.set(file.path, file);
        asked.add(file.path);
      }
      for (const path of change.remove ?? []) {
        files.delete(path);
        facts.delete(path);
        asked.delete(path);
      }
      if (change.policies) policies = change.policies;
      if (change.baseline) baseline = change.baseline;
      if (change.today !== undefined) today = change.today;
      invalidate();
    },
    *work(): Generator<Progress, ReadonlySet<FilePath>> {
      const todo = [...dirty].sort();
      let done = 0;
      for (const path of todo) {
        factsOf(path);
        yield { done: done++, total: todo.length * 2, file: path };
      }
      for (const path of todo) {
        judge(path);
        dirty.delete(path);
        unnamed.add(path);
        yield { done: done++, total: todo.length * 2, file: path };
      }
      const named = new Set(unnamed);
      unnamed.clear();
      return named;
    },
    wanted() {
      const wanted = new Set<FilePath>();
      for (const path of files.keys()) for (const one of factsOf(path)?.module?.imports ?? []) {
        if (one.typeOnly || resolve(one.from, path)) continue;
        for (const candidate of candidates(one.from, path)) if (!asked.has(candidate)) wanted.add(candidate);
      }
      // Each is asked for once: what the host does not have stays unknown.
      for (const path of wanted) asked.add(path);
      return [...wanted].sort();
    },
    findings: (path) => judge(path).findings,
    fixes(at) {
      const { findings, fixes } = judge(at.path);
      return findings.filter((one) => one.state === 'open' && one.at.span.start <= at.span.end && at.span.start <= one.at.span.end).flatMap((finding) => {
        return fixer.fixes(finding, fixes.get(finding.fingerprint) ?? []).map((fix) => ({ finding, fix }));
      });
    },
    fixAll(path, rule) {
      const { findings, fixes } = judge(path);
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
      const own = factsOf(finding.at.path);
      return own && writeSuppression(own.file, finding);
    },
    inventory: (): readonly InventoryEntry[] => inventoryOf(projectNow(), rangeOf, judge),
    files: () => [...files.keys()].sort(),
    source: (path) => files.get(path),
  };
  const fixer = createFixer({ source: (path) => files.get(path), spanOf, check: (path, texts) => recheck(path, texts), findings: (path) => judge(path).findings });
  return engine;

  /** Findings of a file as they would be with another text, by fingerprint, without touching this engine. */
  function recheck(path: FilePath, text: ReadonlyMap<FilePath, string>): readonly Finding[] {
    const other = engineOver(new Map(facts));
    const set = [...files.values()].map((file) => {
      const changed = text.get(file.path);
      return changed === undefined ? file : { ...file, text: changed, revision: file.revision + 1 };
    });
    other.apply({ set, policies, baseline, today });
    return other.findings(path);
  }
}

/** The fixes of a detection; a rule that fails here offers none. */
function fixesOf(raw: Raw, context: RuleContext): readonly Fix[] {
  try {
    return raw.hit.fixes(context);
  } catch {
    return [];
  }
}
/** A rule that failed costs its own findings only; the failure is said, and fails our tests. */
function crashed(path: FilePath, crash: Crash): Finding {
  return {
    rule: 'unlatched/not-analysed', severity: 'info', confidence: 'high', at: { path, span: { start: 0, end: 0 } }, related: [],
    explanation: { message: `The rule ${crash.rule} failed on this file: ${crash.error.slice(0, 200)}.`, why: 'Its findings are missing here.', remedy: 'Report this with the file, if you can share it.' },
    fingerprint: fingerprint('unlatched/not-analysed', path, crash.rule, 0), state: 'open', reason: undefined, fix: undefined,
  };
}
function compareSpans(a: Span, b: Span): number {
  return a.start - b.start || a.end - b.end;
}
function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}
export { applyEdits } from './text/edits.js';
