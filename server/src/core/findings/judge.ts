import type { Value } from '../model/value.js';
import type { Remark } from '../openapi/document.js';
import type { FileFacts } from '../project/facts.js';
import { ownRules } from '../rules/own.js';
import { indexLines, type Lines } from '../text/lines.js';
import type { At, FilePath, SourceRange, Span } from '../text/source.js';
import type { Fix } from './changes.js';
import type { Finding } from './finding.js';
import { fingerprint, numberDuplicates } from './fingerprint.js';
import { nodeSuppressions } from './node-suppressions.js';
import { applySuppressions } from './suppressions.js';

export interface JudgeInput {
  readonly facts: FileFacts;
  /** The value of the file, where it is a document or a part of one; those of the comments of code. */
  readonly roots: readonly Value[];
  /** What was passed over in this file. */
  readonly remarks: readonly Remark[];
  readonly findings: readonly Finding[];
  readonly silenced: readonly Finding[];
  readonly today: string;
  rangeOf(at: At): SourceRange;
  readonly ruleIds: ReadonlySet<string>;
  /** Rules that ran on this file. */
  readonly ran: ReadonlySet<string>;
}
export interface Judgement {
  readonly findings: readonly Finding[];
  /** Fixes of the engine's own diagnostics, by fingerprint. */
  readonly fixes: ReadonlyMap<string, readonly Fix[]>;
}

/** Applies suppressions and adds the engine's own diagnostics on them, and on a document it cannot read. */
export function judge({ facts, roots, remarks, findings, silenced, today, rangeOf, ruleIds, ran }: JudgeInput): Judgement {
  const { path, text } = facts.file;
  let lines: Lines | undefined;
  const fixes = new Map<string, readonly Fix[]>();
  const spanOf = (at: At): SourceRange['span'] => rangeOf(at).span;
  const result = applySuppressions({
    path, text, findings, silenced, ruleIds, ran, today,
    lineOf: (offset) => (lines ??= indexLines(text)).position(offset).line,
    notes: facts.notes.filter((note) => note.kind !== 'public').map((note) => ({ note, span: spanOf(note.at) })),
    // A walk of the whole document, which most need not.
    nodes: text.includes('x-unlatched-ignore') ? roots.flatMap((root) => nodeSuppressions(root, spanOf)) : [],
  });
  const ordinals = numberDuplicates(result.own.map((one) => ({ rule: one.rule, path, subject: one.subject })));
  const own = result.own.map((one, index): Finding => {
    const mark = fingerprint(one.rule, path, one.subject, ordinals[index] ?? 0);
    fixes.set(mark, one.fixes);
    return {
      rule: one.rule, severity: one.severity, confidence: one.confidence, at: { path, span: one.span }, related: [], explanation: one.explanation, fingerprint: mark, state: 'open', reason: undefined, fix: one.fixes[0]?.safety,
      ...(one.unnecessary ? { unnecessary: true } : {}),
    };
  });
  return { findings: [...result.findings, ...own, ...unreadable(facts), ...passedOver(path, facts, roots.length > 0 && !facts.module, remarks, spanOf)], fixes };
}

/** A document that cannot be analysed is said, never passed over. */
function unreadable(facts: FileFacts): readonly Finding[] {
  const { file, unsupported } = facts;
  if (unsupported === undefined) return [];
  const message = `This file is not analysed: ${unsupported}.`;
  const remedy = 'Give a document a supported version (2.0, 3.0 to 3.2); exclude generated files in the policy.';
  return [notAnalysed({ path: file.path, span: { start: 0, end: Math.min(file.text.length, 1) } }, { message, why: 'Silence about it would be taken for success.', remedy }, fingerprint(NOT_ANALYSED, file.path, unsupported, 0))];
}
/** Parts of a document that could not be read, each once. */
function passedOver(path: FilePath, { unsupported, problems }: FileFacts, isDocument: boolean, remarks: readonly Remark[], spanOf: (at: At) => Span): readonly Finding[] {
  const [first] = isDocument && unsupported === undefined ? problems : [];
  const broken = first ? [{ span: first.span, message: `A part of this document could not be read: ${first.message.replace(/[.\s]+$/, '')}.` }] : [];
  const said = [...broken, ...remarks.map(({ at, message }) => ({ span: spanOf(at), message }))];
  const ordinals = numberDuplicates(said.map(({ message }) => ({ rule: NOT_ANALYSED, path, subject: message })));
  const rest = { why: 'The rest of the document is checked; silence about this part would be taken for success.', remedy: 'Write what is meant where it can be read, or accept that this part is not checked.' };
  return said.map(({ span, message }, index) => notAnalysed({ path, span }, { message, ...rest }, fingerprint(NOT_ANALYSED, path, message, ordinals[index] ?? 0)));
}
const NOT_ANALYSED = 'unlatched/not-analysed';
function notAnalysed(at: SourceRange, explanation: Finding['explanation'], mark: string): Finding {
  return { rule: NOT_ANALYSED, severity: ownRules[NOT_ANALYSED].meta.severity, confidence: 'high', at, related: [], explanation, fingerprint: mark, state: 'open', reason: undefined, fix: undefined };
}
