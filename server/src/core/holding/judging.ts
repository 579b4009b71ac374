import { baselined } from '../findings/baseline.js';
import { detect, detectHanded, type Crash, type Raw } from '../findings/detect.js';
import type { Fix } from '../findings/changes.js';
import type { Finding } from '../findings/finding.js';
import { fingerprint, numberDuplicates } from '../findings/fingerprint.js';
import { judge as judgeSuppressions } from '../findings/judge.js';
import { applyPrecedence, rangeKey } from '../findings/precedence.js';
import type { OpenApiDocument } from '../openapi/document.js';
import { createContext } from '../project/context.js';
import type { FileFacts } from '../project/facts.js';
import { kept } from '../project/memo.js';
import { rules } from '../rules/index.js';
import type { AnyRule, FixAnswer } from '../rules/rule.js';
import { samePlace, type At, type FilePath, type SourceRange } from '../text/source.js';
import { bySpan, compareSpans, leansOf, mentionedIn, recorded, speaking, unique, type Bench, type Leans } from './bench.js';
import type { DocumentHits } from './document-hits.js';
import { handersOf } from './handers.js';
import type { Kept } from './keeper.js';

/** Findings of one file, and what they were made of. */
export interface Judged {
  readonly findings: readonly Finding[];
  /** What could be done about each, by fingerprint. */
  readonly fixes: ReadonlyMap<string, readonly Fix[]>;
  /** Other files whose text or places were looked at: when one changes, this file is judged again. */
  readonly leansOn: ReadonlySet<FilePath>;
  /** Other files of which only what they declare at their top was looked at. */
  readonly leansOnSurface: ReadonlySet<FilePath>;
  /** Whether any file of the project uses a thing, as it was answered. */
  readonly answered: ReadonlyMap<string, boolean | string>;
  /** Files of whose functions was asked what runs them. */
  readonly runs: ReadonlySet<FilePath>;
}
const idsOf = kept((some: readonly AnyRule[]): ReadonlySet<string> => new Set(some.map((rule) => rule.meta.id)));
const NO_WORDS: ReadonlySet<string> = new Set();
/** One file may hand on values of many. */
const mentionedBy = kept((facts: FileFacts) => mentionedIn(facts.file.text));
const CONFIDENCES: readonly Finding['confidence'][] = ['low', 'medium', 'high'];
const ruleIds: ReadonlySet<string> = new Set(rules.map((rule) => rule.meta.id));

/** A document that the file belongs to, and what was said of it. */
export interface Told {
  readonly document: OpenApiDocument;
  readonly hits: DocumentHits;
}
/** Runs the rules on one file, as far as `keeping` does not tell: severities, precedence, suppressions and baseline applied. */
export function judge(own: FileFacts, bench: Bench, told: readonly Told[], keeping?: Kept): Judged {
  const { path } = own.file;
  const { files, policy } = bench;
  const leans: Leans = keeping?.leans ?? leansOf();
  const { leansOn, leansOnSurface, answered, runs } = leans;
  const held = recorded(bench, path, leans, keeping);
  const context = createContext(path, held);
  const rangeOf = (at: At): SourceRange => ({ path: at.path, span: held.spanOf(at) });
  const on = speaking(policy);
  const mentioned = told.length > 0 && !own.module && !own.artifact ? NO_WORDS : mentionedBy(own);
  const { raw, crashes: failed } = detect(own, { rules: on, mentioned, project: bench.project, context, fileClass: files.classOf(path), keeping });
  const crashes = [...failed];
  const handed = handersOf(path, files).flatMap((one) => {
    const module = held.module(one);
    const facts = files.facts(one);
    return module && facts ? detectHanded(path, module, { rules: on, mentioned: new Set([...mentioned, ...mentionedBy(facts)]), project: bench.project, context, fileClass: 'source' }).raw : [];
  });
  const placed = [...raw, ...handed].map((one) => ({ one, span: held.spanOf(one.hit.detection.at) })).sort(bySpan);
  const ranked = applyPrecedence(unique(placed).map(({ one, span }) => ({ rule: one.rule.meta.id, node: rangeKey({ path, span }), grounds: one.grounds, one })));
  // What other documents say of the same place is one finding.
  const of = (hits: readonly { readonly one: Raw }[], also: 'kept' | 'silenced'): readonly Raw[] => {
    const all = [...hits.map(({ one }) => one), ...told.flatMap((one) => one.hits[also].get(path) ?? [])];
    return told.length === 0 ? all : unique(all.map((one) => ({ one, span: held.spanOf(one.hit.detection.at) })).sort(bySpan)).map(({ one }) => one);
  };
  const kept = of(ranked.kept, 'kept');
  const spoken = [...kept, ...of(ranked.silenced, 'silenced')];
  for (const { document, hits } of told) {
    crashes.push(...(document.path === path ? hits.crashes : []));
    for (const one of hits.leansOn) if (one !== path) leansOn.add(one);
    for (const one of hits.leansOnSurface) leansOnSurface.add(one);
    for (const [what, answer] of hits.answered) answered.set(what, answer);
    for (const one of hits.runs) runs.add(one);
  }
  const ordinals = numberDuplicates(spoken.map((one) => ({ rule: one.rule.meta.id, path, subject: one.hit.detection.subject })));
  const fixes = new Map<string, readonly Fix[]>();
  const all = spoken.map((one, index): Finding => {
    const { detection, explanation } = one.hit;
    const mark = fingerprint(one.rule.meta.id, path, detection.subject, ordinals[index] ?? 0);
    const answers = fixesOf(one, context);
    const possible = answers.filter((answer): answer is Fix => !('refused' in answer));
    const refused = possible.length > 0 ? undefined : reasonOf(one, answers);
    for (const fix of possible) for (const other of filesOf(fix)) if (other !== path) leansOn.add(other);
    fixes.set(mark, possible);
    const level = policy.rules.get(one.rule.meta.id);
    return baselined({
      rule: one.rule.meta.id, severity: level === undefined || level === 'off' ? one.severity : level, confidence: one.confidence, at: rangeOf(detection.at),
      related: (detection.related ?? []).map((related) => ({ at: rangeOf(related.at), label: related.label })),
      explanation, fingerprint: mark, state: 'open', reason: undefined, fix: possible[0]?.safety,
      ...(refused === undefined ? {} : { fixRefused: refused }),
    }, bench.baseline);
  });
  const roots = own.module ? own.blocks.map((block) => block.root) : [own.document?.root ?? (told.length > 0 ? files.part(path)?.root : undefined)].flatMap((root) => root ?? []);
  const remarks = told.flatMap(({ document }) => document.remarks).filter(({ at }, index, all) => at.path === path && all.findIndex((one) => samePlace(one.at, at)) === index);
  const ran = idsOf(on);
  const result = judgeSuppressions({ facts: own, roots, remarks, findings: all.slice(0, kept.length), silenced: all.slice(kept.length), today: bench.today, rangeOf, ruleIds, ran: own.problems.length > 0 ? new Set() : ran });
  for (const [mark, list] of result.fixes) fixes.set(mark, list);
  const findings = [...result.findings, ...crashes.map((crash) => crashed(path, crash))].filter((finding) => policy.rules.get(finding.rule) !== 'off');
  const least = CONFIDENCES.indexOf(policy.minConfidence);
  const heard = findings.filter((finding) => CONFIDENCES.indexOf(finding.confidence) >= least);
  return { findings: heard.sort((a, b) => compareSpans(a.at.span, b.at.span) || (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0)), fixes, leansOn, leansOnSurface, answered, runs };
}

/** Why a detection of a rule that has fixes has none. */
function reasonOf(raw: Raw, answers: readonly FixAnswer[]): string | undefined {
  for (const answer of answers) if ('refused' in answer) return answer.refused;
  return raw.rule.fixable ? 'The code has a form that the fix of this rule does not know how to edit.' : undefined;
}
/** The fixes of a detection; a rule that fails here offers none. */
function fixesOf(raw: Raw, context: Parameters<Raw['hit']['fixes']>[0]): readonly FixAnswer[] {
  try {
    return raw.hit.fixes(context);
  } catch {
    return [];
  }
}
/** Files whose places a fix names. */
function filesOf(fix: Fix): ReadonlySet<FilePath> {
  const found = new Set<FilePath>();
  for (const change of fix.changes) {
    if ('path' in change) found.add(change.path);
    if ('at' in change) found.add(change.at.path);
    if ('code' in change) for (const piece of change.code) if (typeof piece === 'object' && 'copy' in piece) found.add(piece.copy.path);
  }
  return found;
}
/** A rule that failed costs its own findings only; the failure is said, and fails our tests. */
function crashed(path: FilePath, crash: Crash): Finding {
  return note(path, crash.rule, `The rule ${crash.rule} failed on this file: ${crash.error.slice(0, 200)}.`);
}
/** Something of the engine's own that went wrong while a file was looked at. */
export function note(path: FilePath, subject: string, message: string): Finding {
  return {
    rule: 'unlatched/not-analysed', severity: 'info', confidence: 'high', at: { path, span: { start: 0, end: 0 } }, related: [],
    explanation: { message, why: 'Findings are missing here.', remedy: 'Report this with the file, if you can share it.' },
    fingerprint: fingerprint('unlatched/not-analysed', path, subject, 0), state: 'open', reason: undefined, fix: undefined,
  };
}
