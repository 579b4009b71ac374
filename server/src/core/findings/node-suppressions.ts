import type { Entry, Value } from '../model/value.js';
import type { At, Span } from '../text/source.js';
import { readReason } from './directive.js';

/** One rule under an `x-unlatched-ignore` key of an OpenAPI node. */
export interface NodeSuppression {
  readonly rule: string;
  readonly reason: string;
  readonly until: string | undefined;
  readonly by: string | undefined;
  /** The rule's key, or the list item that names it. */
  readonly ruleAt: At;
  readonly ruleSpan: Span;
  readonly reasonAt: At | undefined;
  /** What to remove when it is dead: this rule's entry, or the whole key when it is the only one. */
  readonly removeAt: At;
  readonly removeAs: 'entry' | 'item';
  /** The node and its key: findings that start in here are meant. */
  readonly covers: Span;
}

const MOST_NODES = 400_000;

/** Every `x-unlatched-ignore` key of a document. `spanOf` gives the place of a mark; nodes an alias repeats are looked at once. */
export function nodeSuppressions(root: Value, spanOf: (at: At) => Span): readonly NodeSuppression[] {
  const found: NodeSuppression[] = [];
  const seen = new Set<Value>();
  const open: { readonly value: Value; readonly covers: Span }[] = [{ value: root, covers: spanOf(root.at) }];
  for (let next = open.pop(); next && seen.size < MOST_NODES; next = open.pop()) {
    if (seen.has(next.value)) continue;
    seen.add(next.value);
    if (next.value.kind === 'array') for (const item of next.value.items) open.push({ value: item.value, covers: spanOf(item.at) });
    if (next.value.kind !== 'object') continue;
    for (const entry of next.value.entries) {
      if (entry.key === 'x-unlatched-ignore') found.push(...readKey(entry, next.covers, spanOf));
      else if (entry.form === 'pair') open.push({ value: entry.value, covers: spanOf(entry.at) });
    }
  }
  return found.sort((a, b) => a.ruleSpan.start - b.ruleSpan.start);
}

function readKey(entry: Entry, covers: Span, spanOf: (at: At) => Span): readonly NodeSuppression[] {
  const { value } = entry;
  const named = (rule: string, at: At, removeAt: At, removeAs: 'entry' | 'item'): NodeSuppression => ({
    rule, reason: '', until: undefined, by: undefined, ruleAt: at, ruleSpan: spanOf(at), reasonAt: undefined, removeAt, removeAs, covers,
  });
  if (value.kind === 'literal' && typeof value.value === 'string') return [named(value.value, value.at, entry.at, 'entry')];
  if (value.kind === 'array')
    return value.items.flatMap(({ value: item, at }) => (item.kind === 'literal' && typeof item.value === 'string' ? [named(item.value, item.at, at, 'item')] : []));
  if (value.kind !== 'object') return [];
  const pairs = value.entries.filter((each) => each.form === 'pair');
  return pairs.map((each) => {
    const text = each.value.kind === 'literal' && typeof each.value.value === 'string' ? each.value.value : '';
    const { reason, until, by } = readReason(text, 0);
    return {
      rule: each.key ?? '', reason, until: until?.text, by,
      ruleAt: each.keyAt, ruleSpan: spanOf(each.keyAt), reasonAt: each.value.at,
      removeAt: pairs.length === 1 ? entry.at : each.at, removeAs: 'entry' as const, covers,
    };
  });
}
