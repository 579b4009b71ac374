import type { RulePage } from '../engine-types.js';
import { rules } from './index.js';
import { rulePage } from './page.js';

/** All rules with their pages, sorted by id. */
export function rulePages(): readonly RulePage[] {
  return rules.map((rule) => ({
    id: rule.meta.id, title: rule.meta.title, severity: rule.meta.severity, confidence: rule.meta.confidence, topics: rule.meta.topics, cwe: rule.meta.cwe, owasp: rule.meta.owasp,
    fixable: rule.fixable, since: rule.meta.since, markdown: rulePage(rule),
  })).sort((a, b) => (a.id < b.id ? -1 : 1));
}
