import { didYouMean, rulePages } from '../../core/engine.js';
import { emit } from '../output.js';
import { UsageError } from '../usage-error.js';

/** `unlatched explain RULE`: the rule's page. */
export async function explain(id: string): Promise<0> {
  const pages = rulePages();
  const page = pages.find((one) => one.id === id);
  if (!page) throw new UsageError(`unknown rule "${id}"${didYouMean(id, pages.map((one) => one.id))} "unlatched rules" lists them.`);
  await emit(page.markdown.endsWith('\n') ? page.markdown : `${page.markdown}\n`);
  return 0;
}

/** `unlatched rules`: all rules, as a table or as JSON. */
export async function listRules(options: { readonly format: string }): Promise<0> {
  const pages = rulePages();
  if (options.format === 'json') {
    const data = pages.map((page) => ({ id: page.id, topics: page.topics, severity: page.severity, title: page.title, cwe: page.cwe.map((number) => `CWE-${number}`), owasp: page.owasp, helpUri: null, fixable: page.fixable, confidence: page.confidence, since: page.since }));
    await emit(`${JSON.stringify(data, undefined, 2)}\n`);
    return 0;
  }
  if (options.format !== 'table') throw new UsageError(`unknown format "${options.format}". Use table or json.`);
  const width = Math.max(...pages.map((page) => page.id.length));
  await emit(pages.map((page) => `${page.id.padEnd(width)}  ${page.severity.padEnd(7)}  ${page.fixable ? 'fix' : '   '}  ${page.title}\n`).join(''));
  return 0;
}
