import { ownRules, type OwnRuleId } from '../rules/own.js';
import type { At, Span } from '../text/source.js';
import type { Change, Fix } from './changes.js';
import { isDay, type Directive, type Piece } from './directive.js';
import type { Confidence, Explanation, FixSafety, Severity } from './finding.js';
import { didYouMean, nearest } from './nearest.js';
import type { NodeSuppression } from './node-suppressions.js';
import { listed } from '../rules/facts/prose.js';

/** A finding about a suppression, not yet addressed to a file: the engine adds path and fingerprint. */
export interface OwnFinding {
  readonly rule: OwnRuleId;
  readonly severity: Severity;
  readonly confidence: Confidence;
  /** The same place as the engine's `At` and as a span of the file. */
  readonly at: At;
  readonly span: Span;
  /** For the fingerprint: the directive without its position. */
  readonly subject: string;
  readonly explanation: Explanation;
  readonly fixes: readonly Fix[];
  readonly unnecessary?: true;
}

/** The comment has rules and no reason. */
export function withoutReason(d: Directive): OwnFinding {
  const change: Change = d.loose
    ? { do: 'insert', at: narrow(d, d.loose.part), where: 'before', code: ['-- '] }
    : d.dashes
      ? { do: 'insert', at: narrow(d, d.dashes), where: 'after', code: [' ', { slot: 'reason' }] }
      : { do: 'insert', at: narrow(d, d.ids.at(-1)?.part ?? d.word), where: 'after', code: [' -- ', { slot: 'reason' }] };
  const message = d.loose
    ? 'This comment suppresses nothing: two dashes must announce its reason. Write -- before the reason.'
    : 'This comment suppresses nothing: it gives no reason. Write -- and why this is right.';
  return make('unlatched/suppression-without-reason', d, whole(d), message, [fix(d.loose ? 'Mark the text as the reason' : 'Write the reason', d.loose ? 'review' : 'manual', change), removal(d, 'review')]);
}
/** The comment names a rule that does not exist or cannot be suppressed. */
export function unknownRule(d: Directive, id: Piece, ruleIds: ReadonlySet<string>): OwnFinding {
  const near = candidates(id.text, ruleIds);
  const fixes = near === undefined ? [] : [fix(`Change to ${near}`, 'review', { do: 'replace', at: narrow(d, id.part), code: [near] })];
  return make('unlatched/suppression-unknown-rule', d, id.part, unknownMessage(id.text, ruleIds), [...fixes, d.ids.length > 1 ? withoutId(d, id, [id], 'review') : removal(d, 'review')]);
}
/** The comment names no rule at all. */
export function noRule(d: Directive): OwnFinding {
  return make('unlatched/suppression-unknown-rule', d, d.word, 'This comment names no rule, so it suppresses nothing. Write the id of the rule after it.', [
    fix('Name the rule', 'manual', { do: 'insert', at: narrow(d, d.word), where: 'after', code: [' ', { slot: 'rule' }] }),
    removal(d, 'review'),
  ]);
}
/** The day after `until` is over or cannot be read. */
export function expired(d: Directive): OwnFinding {
  const until = d.until ?? { text: '', part: whole(d) };
  return make('unlatched/suppression-expired', d, until.part, expiredMessage(until.text), [
    removal(d, 'review'),
    fix('Set a new day', 'manual', { do: 'replace', at: narrow(d, until.part), code: [{ slot: 'YYYY-MM-DD' }] }),
  ]);
}
/** No rule of the comment found anything on its line. */
export function unused(d: Directive): OwnFinding {
  const message = `This comment suppresses nothing: ${listed(d.ids.map(({ text }) => text))} found nothing ${d.note.kind === 'ignore-file' ? 'in this file' : 'on the line meant'}. Remove it.`;
  return { ...make('unlatched/suppression-unused', d, whole(d), message, [removal(d, 'safe')]), unnecessary: true };
}
/** One rule of several found nothing; `dead` are all that did not. */
export function unusedRule(d: Directive, id: Piece, dead: readonly Piece[]): OwnFinding {
  const message = `${id.text} found nothing ${d.note.kind === 'ignore-file' ? 'in this file' : 'on the line meant'}. Remove it from this comment.`;
  return { ...make('unlatched/suppression-unused', d, id.part, message, [withoutId(d, id, dead, 'safe')]), unnecessary: true };
}
/** A file comment below code. */
export function misplaced(d: Directive): OwnFinding {
  return make('unlatched/suppression-unused', d, d.word, 'This comment suppresses nothing: it counts only before the first code of the file. Move it there, or ignore the next line alone.', [
    fix('Ignore the next line alone', 'review', { do: 'replace', at: narrow(d, d.word), code: ['unlatched-ignore'] }),
    removal(d, 'review'),
  ]);
}
/** An `x-unlatched-ignore` key without a reason. */
export function keyWithoutReason(node: NodeSuppression): OwnFinding {
  const fixes = node.reasonAt ? [fix('Write the reason', 'manual', { do: 'replace', at: node.reasonAt, code: [{ slot: 'reason' }] })] : [];
  return makeKey('unlatched/suppression-without-reason', node, 'This key suppresses nothing: it gives no reason. Write why this is right as the value of the rule.', fixes);
}
/** An `x-unlatched-ignore` key for a rule that does not exist. */
export function unknownRuleKey(node: NodeSuppression, ruleIds: ReadonlySet<string>): OwnFinding {
  const near = candidates(node.rule, ruleIds);
  const fixes = near === undefined ? [] : [fix(`Change to ${near}`, 'review', { do: 'replace', at: node.ruleAt, code: [near] })];
  return makeKey('unlatched/suppression-unknown-rule', node, unknownMessage(node.rule, ruleIds), [...fixes, keyRemoval(node, 'review')]);
}
/** An `x-unlatched-ignore` key past its day. */
export function expiredKey(node: NodeSuppression): OwnFinding {
  return makeKey('unlatched/suppression-expired', node, expiredMessage(node.until ?? ''), [keyRemoval(node, 'review')]);
}
/** An `x-unlatched-ignore` key whose rule found nothing below the node. */
export function unusedKey(node: NodeSuppression): OwnFinding {
  return { ...makeKey('unlatched/suppression-unused', node, `${node.rule} found nothing on this node. Remove it from x-unlatched-ignore.`, [keyRemoval(node, 'safe')]), unnecessary: true };
}

function make(rule: OwnRuleId, d: Directive, part: Span, message: string, fixes: readonly Fix[]): OwnFinding {
  const span = { start: d.span.start + part.start, end: d.span.start + part.end };
  return frame(rule, narrow(d, part), span, `${d.note.kind} ${d.note.text}`, message, fixes);
}
function makeKey(rule: OwnRuleId, node: NodeSuppression, message: string, fixes: readonly Fix[]): OwnFinding {
  return frame(rule, node.ruleAt, node.ruleSpan, `x-unlatched-ignore ${node.rule}`, message, fixes);
}
function frame(rule: OwnRuleId, at: At, span: Span, subject: string, message: string, fixes: readonly Fix[]): OwnFinding {
  const { meta, why, remedy } = ownRules[rule];
  return { rule, severity: meta.severity, confidence: meta.confidence, at, span, subject, explanation: { message, why, remedy }, fixes };
}

function whole(d: Directive): Span {
  return { start: 0, end: d.span.end - d.span.start };
}
function narrow(d: Directive, part: Span): At {
  if (part.start === 0 && part.end === d.span.end - d.span.start) return d.note.at;
  const base = d.note.at.part?.start ?? 0;
  return { ...d.note.at, part: { start: base + part.start, end: base + part.end } };
}
function fix(title: string, safety: FixSafety, change: Change): Fix {
  return { title, safety, changes: [change] };
}
function removal(d: Directive, safety: FixSafety): Fix {
  return fix('Remove the comment', safety, { do: 'remove', at: d.note.at, as: 'text' });
}
function keyRemoval(node: NodeSuppression, safety: FixSafety): Fix {
  return fix('Remove it', safety, { do: 'remove', at: node.removeAt, as: node.removeAs });
}
/** Takes the id out with a comma: the one behind it if it stands before the first id that stays, so that several removals never meet. */
function withoutId(d: Directive, id: Piece, dead: readonly Piece[], safety: FixSafety): Fix {
  const index = d.ids.indexOf(id);
  const stays = d.ids.findIndex((each) => !dead.includes(each));
  const next = index < stays ? d.ids[index + 1] : undefined;
  const before = d.ids[index - 1];
  const part = next ? { start: id.part.start, end: next.part.start } : { start: before?.part.end ?? id.part.start, end: id.part.end };
  return fix(`Remove ${id.text} from the comment`, safety, { do: 'remove', at: narrow(d, part), as: 'text' });
}
function candidates(id: string, ruleIds: ReadonlySet<string>): string | undefined {
  return ruleIds.has(id) ? undefined : nearest(id, [...ruleIds].filter((each) => !each.startsWith('unlatched/')));
}
function unknownMessage(id: string, ruleIds: ReadonlySet<string>): string {
  if (ruleIds.has(id)) return `Findings of ${id} cannot be suppressed by a comment. Set its level in unlatched.yml, or repair what it names.`;
  const shown = id.length > 60 ? `${id.slice(0, 57)}...` : id;
  return `There is no rule "${shown}"${didYouMean(id, [...ruleIds].filter((each) => !each.startsWith('unlatched/'))) || '. Correct the id, or remove it.'}`;
}
function expiredMessage(until: string): string {
  if (!isDay(until)) return `The day "${until.slice(0, 30)}" cannot be read, so this suppresses nothing. Write it as YYYY-MM-DD.`;
  return `This held through ${until} and suppresses nothing now. Repair what is reported here, or have the risk accepted again.`;
}
