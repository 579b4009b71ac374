import type { FileFacts } from '../project/facts.js';
import { ownRules } from '../rules/own.js';
import { indexLines } from '../text/lines.js';
import type { At, SourceRange } from '../text/source.js';
import type { Fix } from './changes.js';
import type { Finding } from './finding.js';
import { fingerprint, numberDuplicates } from './fingerprint.js';
import { nodeSuppressions } from './node-suppressions.js';
import { applySuppressions } from './suppressions.js';

export interface JudgeInput {
  readonly facts: FileFacts;
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
export function judge({ facts, findings, silenced, today, rangeOf, ruleIds, ran }: JudgeInput): Judgement {
  const { path, text } = facts.file;
  const lines = indexLines(text);
  const fixes = new Map<string, readonly Fix[]>();
  const spanOf = (at: At): SourceRange['span'] => rangeOf(at).span;
  const result = applySuppressions({
    path, text, findings, silenced, ruleIds, ran, today,
    lineOf: (offset) => lines.position(offset).line,
    notes: facts.notes.filter((note) => note.kind !== 'public').map((note) => ({ note, span: spanOf(note.at) })),
    nodes: facts.document ? nodeSuppressions(facts.document.root, spanOf) : [],
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
  return { findings: [...result.findings, ...own, ...unreadable(facts)], fixes };
}

/** A document that cannot be analysed is said, never passed over. */
function unreadable(facts: FileFacts): readonly Finding[] {
  const { path } = facts.file;
  if (facts.unsupported === undefined) return [];
  const rule = ownRules['unlatched/not-analysed'];
  return [{
    rule: 'unlatched/not-analysed', severity: rule.meta.severity, confidence: 'high', at: { path, span: { start: 0, end: Math.min(facts.file.text.length, 1) } }, related: [],
    explanation: { message: `This file is not analysed: ${facts.unsupported}.`, why: 'Silence about it would be taken for success.', remedy: 'Give a document a supported version (2.0, 3.0 to 3.2); exclude generated files in the policy.' },
    fingerprint: fingerprint('unlatched/not-analysed', path, facts.unsupported, 0), state: 'open', reason: undefined, fix: undefined,
  }];
}
