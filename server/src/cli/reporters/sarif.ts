import type { Finding, Severity } from '../../core/findings/finding.js';
import type { SourceRange } from '../../core/text/source.js';
import { placer } from './places.js';
import type { Reporter, Run } from './reporter.js';

const LEVEL: Record<Severity, 'error' | 'warning' | 'note'> = { error: 'error', warning: 'warning', info: 'note', hint: 'note' };

/** SARIF 2.1.0 (OASIS), columns in UTF-16 code units, uris relative to the root. */
const sarif: Reporter = {
  id: 'sarif',
  render(run) {
    const place = placer(run.files);
    const region = (range: SourceRange): object => {
      const { line, column, endLine, endColumn } = place(range);
      return { startLine: line, startColumn: column, endLine, endColumn };
    };
    const location = (range: SourceRange): object => ({ physicalLocation: { artifactLocation: { uri: encodeURI(range.path), uriBaseId: '%SRCROOT%' }, region: region(range) } });
    const indexOf = new Map(run.rules.map((rule, index) => [rule.id, index]));
    const results = run.findings.map((finding) => {
      const fix = finding.state === 'open' ? run.fixOf(finding) : undefined;
      const ruleIndex = indexOf.get(finding.rule);
      return {
        ruleId: finding.rule, ...(ruleIndex === undefined ? {} : { ruleIndex }), level: LEVEL[finding.severity], message: { text: finding.explanation.message }, locations: [location(finding.at)],
        ...(finding.related.length > 0 ? { relatedLocations: finding.related.map((related, id) => ({ id, ...location(related.at), message: { text: related.label } })) } : {}),
        partialFingerprints: { 'unlatched/v1': finding.fingerprint },
        ...(fix ? { fixes: [{ description: { text: fix.title }, artifactChanges: [...fix.edits].map(([path, edits]) => ({ artifactLocation: { uri: encodeURI(path), uriBaseId: '%SRCROOT%' }, replacements: edits.map((edit) => ({ deletedRegion: region({ path, span: edit.span }), insertedContent: { text: edit.text } })) })) }] } : {}),
        suppressions: suppressionsOf(finding),
        properties: { confidence: finding.confidence },
      };
    });
    const log = {
      $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0',
      runs: [{
        tool: { driver: { name: 'unlatched', semanticVersion: run.version, ...(run.homepage === undefined ? {} : { informationUri: run.homepage }), rules: run.rules.map((rule) => ruleOf(rule, run)) } },
        columnKind: 'utf16CodeUnits',
        invocations: [{ executionSuccessful: true, toolExecutionNotifications: run.notAnalysed.map(({ file, reason }) => ({ level: 'note', message: { text: `${file} was not analysed: ${reason}` }, locations: [{ physicalLocation: { artifactLocation: { uri: encodeURI(file), uriBaseId: '%SRCROOT%' } } }] })) }],
        results,
      }],
    };
    return `${JSON.stringify(log, undefined, 2)}\n`;
  },
};
export default sarif;

function suppressionsOf(finding: Finding): object[] {
  if (finding.state === 'open') return [];
  return [{ kind: finding.state === 'suppressed' ? 'inSource' : 'external', status: 'accepted', ...(finding.reason === undefined ? {} : { justification: finding.reason }) }];
}
function ruleOf(rule: Run['rules'][number], run: Run): object {
  return {
    id: rule.id, name: rule.id.replace(/(^|[/-])(\w)/g, (_, __, letter: string) => letter.toUpperCase()), shortDescription: { text: rule.title }, help: { text: rule.title, markdown: rule.markdown },
    ...(run.homepage === undefined ? {} : { helpUri: `${run.homepage.replace(/#.*$/, '')}/blob/main/docs/rules/${rule.id}.md` }),
    defaultConfiguration: { level: LEVEL[rule.severity] },
    properties: { tags: ['security', ...rule.topics.map((topic) => `topic:${topic}`), ...rule.cwe.map((cwe) => `external/cwe/cwe-${String(cwe).padStart(3, '0')}`), ...rule.owasp.map((id) => `owasp:${id}`)], precision: rule.confidence },
  };
}
