import { rulePages } from '../../core/engine.js';
import { pageUri } from '../homepage.js';
import type { Terminal } from '../terminal.js';

/** Lists every rule. Gives the exit status. */
export function rules(format: string, terminal: Terminal): 0 {
  const pages = rulePages();
  if (format === 'json') {
    const { homepage } = terminal;
    const list = pages.map(({ id, topics, severity, confidence, title, cwe, owasp, since, fixable }) => ({
      id,
      topics,
      severity,
      confidence,
      title,
      cwe: cwe.map((number) => `CWE-${number}`),
      owasp,
      since,
      helpUri: homepage === undefined ? null : pageUri(homepage, id),
      fixable,
    }));
    terminal.out(`${JSON.stringify(list, undefined, 2)}\n`);
    return 0;
  }
  const width = Math.max(0, ...pages.map(({ id }) => id.length));
  terminal.out(pages.map(({ id, severity, title }) => `${id.padEnd(width)}  ${severity.padEnd('warning'.length)}  ${title}\n`).join(''));
  return 0;
}
/** Prints the page of a rule that exists. Gives the exit status. */
export function explain(rule: string, terminal: Terminal): 0 {
  const page = rulePages().find(({ id }) => id === rule);
  if (page) terminal.out(page.markdown.endsWith('\n') ? page.markdown : `${page.markdown}\n`);
  return 0;
}
