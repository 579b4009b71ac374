import type { Engine, RulePage } from '../engine-types.js';
import { rules } from './index.js';
import { ownPages } from './own.js';
import { rulePage, sampleExplanation } from './page.js';

/** All rules with their pages, those of the product's own diagnostics included, sorted by id. A page is made when it is read: it asks a new engine what the rule says about its first wrong sample. */
export function pagesOf(newEngine: () => Engine): readonly RulePage[] {
  const pages = rules.map((rule): RulePage => {
    const { id, title, severity, confidence, topics, cwe, owasp, since } = rule.meta;
    return {
      id,
      title,
      severity,
      confidence,
      topics,
      cwe,
      owasp,
      since,
      fixable: rule.fixable,
      get markdown() {
        return rulePage(rule, sampleExplanation(rule, newEngine()));
      },
    };
  });
  return [...pages, ...ownPages()].sort((a, b) => (a.id < b.id ? -1 : 1));
}
