import type { Note } from '../model/module.js';
import type { FilePath, Span } from '../text/source.js';
import { readDirective, isDay, type Directive } from './directive.js';
import type { Finding } from './finding.js';
import type { NodeSuppression } from './node-suppressions.js';
import * as own from './suppression-reports.js';
import type { OwnFinding } from './suppression-reports.js';
import { commentStyle, opensFile, targetOf } from './target.js';

export type { OwnFinding } from './suppression-reports.js';

/** Findings of one file, and what may suppress them. */
export interface SuppressionInput<F> {
  readonly path: FilePath;
  readonly text: string;
  /** The line of an offset, in any numbering. */
  lineOf(offset: number): number;
  /** The file's notes with the places they stand at. */
  readonly notes: readonly { readonly note: Note; readonly span: Span }[];
  readonly nodes?: readonly NodeSuppression[];
  readonly findings: readonly F[];
  /** Findings that precedence silenced: a suppression that names one is not unused. */
  readonly silenced?: readonly F[];
  /** Every rule id there is. */
  readonly ruleIds: ReadonlySet<string>;
  /** Rules that ran on this file and could see all of it; of others no suppression is called unused. */
  readonly ran: ReadonlySet<string>;
  /** YYYY-MM-DD; undefined: nothing expires. */
  readonly today: string | undefined;
}
/** What a finding has become. */
export interface Verdict {
  readonly state: Finding['state'];
  readonly reason: string | undefined;
}
export interface SuppressionResult<F> {
  readonly findings: readonly (F & Verdict)[];
  readonly own: readonly OwnFinding[];
}

/** One rule that one comment or key suppresses, as far as it is in order. */
interface Claim {
  readonly rule: string;
  readonly reason: string;
  covers(offset: number): boolean;
  used: boolean;
}

/**
 * Marks the findings that comments and `x-unlatched-ignore` keys suppress, in the order given, and reports what is wrong with those.
 * Own diagnostics among the findings stay open. A comment without reason, or past its day, suppresses nothing.
 */
export function applySuppressions<F extends Pick<Finding, 'rule' | 'at' | 'state' | 'reason'>>(input: SuppressionInput<F>): SuppressionResult<F> {
  const reports: OwnFinding[] = [];
  const claims: Claim[] = [];
  const pending: (() => readonly OwnFinding[])[] = [];
  const unused = (claim: Claim): boolean => !claim.used && input.ran.has(claim.rule);

  for (const { note, span } of input.notes) {
    const directive = readDirective(note, span, input.text);
    if (!directive) continue;
    const covers = coverage(directive, input);
    const known = directive.ids.filter(({ text }, index) => suppressible(text, input.ruleIds) && directive.ids.findIndex((other) => other.text === text) === index);
    for (const id of directive.ids) if (!suppressible(id.text, input.ruleIds)) reports.push(own.unknownRule(directive, id, input.ruleIds));
    if (directive.ids.length === 0) reports.push(own.noRule(directive));
    if (known.length === 0) continue;
    if (!accountable(directive.reason)) {
      reports.push(own.withoutReason(directive));
      continue;
    }
    if (expired(directive.until?.text, input.today)) {
      reports.push(own.expired(directive));
      continue;
    }
    if (covers === undefined) {
      reports.push(own.misplaced(directive));
      continue;
    }
    const made = known.map((id) => ({ id, claim: { rule: id.text, reason: directive.reason, covers, used: false } }));
    claims.push(...made.map(({ claim }) => claim));
    pending.push(() => {
      const dead = made.filter(({ claim }) => unused(claim)).map(({ id }) => id);
      if (dead.length === directive.ids.length) return [own.unused(directive)];
      return dead.map((id) => own.unusedRule(directive, id, dead));
    });
  }
  for (const node of input.nodes ?? []) {
    if (!suppressible(node.rule, input.ruleIds)) reports.push(own.unknownRuleKey(node, input.ruleIds));
    else if (!accountable(node.reason)) reports.push(own.keyWithoutReason(node));
    else if (expired(node.until, input.today)) reports.push(own.expiredKey(node));
    else {
      const claim = { rule: node.rule, reason: node.reason, covers: (offset: number) => offset >= node.covers.start && offset < node.covers.end, used: false };
      claims.push(claim);
      pending.push(() => (unused(claim) ? [own.unusedKey(node)] : []));
    }
  }

  const byRule = new Map<string, Claim[]>();
  for (const claim of claims) byRule.set(claim.rule, [...(byRule.get(claim.rule) ?? []), claim]);
  const covering = (finding: F): readonly Claim[] => {
    const offset = finding.at.span.start;
    const found = (byRule.get(finding.rule) ?? []).filter((claim) => claim.covers(offset));
    for (const claim of found) claim.used = true;
    return found;
  };
  const findings = input.findings.map((finding): F & Verdict => {
    const [claim] = covering(finding);
    return claim ? { ...finding, state: 'suppressed', reason: claim.reason } : finding;
  });
  input.silenced?.forEach(covering);
  for (const report of pending) reports.push(...report());
  return { findings, own: reports.sort((a, b) => a.span.start - b.span.start || (a.rule < b.rule ? -1 : 1)) };
}

/** Which offsets the comment means; undefined for a file comment that does not stand at the top. */
function coverage(directive: Directive, { path, text, lineOf }: Pick<SuppressionInput<unknown>, 'path' | 'text' | 'lineOf'>): ((offset: number) => boolean) | undefined {
  const style = commentStyle(path);
  if (directive.note.kind === 'ignore-file') return opensFile(text, directive.span.start, style) ? () => true : undefined;
  const target = targetOf(text, directive.span, style);
  if (target === undefined) return () => false;
  const line = lineOf(target);
  return (offset) => lineOf(offset) === line;
}
function suppressible(rule: string, ruleIds: ReadonlySet<string>): boolean {
  return ruleIds.has(rule) && !rule.startsWith('unlatched/');
}
/** A reason has at least one letter or digit. */
function accountable(reason: string): boolean {
  return /[\p{L}\p{N}]/u.test(reason);
}
/** A day that cannot be read has passed: else a slip of the pen would accept a risk for ever. */
function expired(until: string | undefined, today: string | undefined): boolean {
  if (until === undefined) return false;
  return !isDay(until) || (today !== undefined && today > until);
}
