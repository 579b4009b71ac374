import type { AppliedFix, Finding, Severity } from '../../core/findings/finding.js';
import type { RulePage } from '../../core/engine-types.js';
import type { FilePath, SourceRange } from '../../core/text/source.js';
import { pageUri } from '../homepage.js';
import { placesIn, type Places } from './places.js';
import type { Reporter, Run } from './reporter.js';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';
const ROOT = '%SRCROOT%';
const NOT_ANALYSED = 'unlatched/not-analysed';
/** Shorter texts are found by chance in any edit. */
const SHORTEST_SECRET = 4;

const levels: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'note', hint: 'note' };

/** SARIF 2.1.0, for code scanning. Uris are relative to the folder that was analysed; it holds no snippets, so no secret. */
const reporter: Reporter = {
  id: 'sarif',
  render(run) {
    const places = placesIn((path) => run.files.get(path));
    const rules = run.rules.filter(({ id }) => id !== NOT_ANALYSED);
    const indexes = new Map(rules.map(({ id }, index) => [id, index]));
    const log = {
      $schema: SCHEMA,
      version: '2.1.0',
      runs: [
        {
          tool: {
            driver: {
              name: 'unlatched',
              semanticVersion: run.version,
              ...(run.homepage === undefined ? {} : { informationUri: run.homepage }),
              rules: rules.map((page) => descriptor(page, run)),
              notifications: run.rules.filter(({ id }) => id === NOT_ANALYSED).map((page) => descriptor(page, run)),
            },
          },
          originalUriBaseIds: { [ROOT]: { description: { text: 'The folder that was analysed.' } } },
          columnKind: 'utf16CodeUnits',
          invocations: [
            {
              executionSuccessful: true,
              toolExecutionNotifications: run.notAnalysed.map(({ path, reason }) => ({
                descriptor: { id: NOT_ANALYSED },
                level: 'note',
                message: { text: reason },
                locations: [{ physicalLocation: { artifactLocation: artifact(path) } }],
              })),
            },
          ],
          results: run.findings.map((finding) => result(finding, run, places, indexes.get(finding.rule))),
        },
      ],
    };
    return `${JSON.stringify(log, undefined, 2)}\n`;
  },
};
export default reporter;

function descriptor(page: RulePage, { homepage }: Run): object {
  const uri = homepage === undefined ? undefined : pageUri(homepage, page.id);
  return {
    id: page.id,
    name: page.id.replace(/(?:^|[/-])(\w)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: page.title },
    ...(uri === undefined ? {} : { helpUri: uri }),
    help: { text: page.title, markdown: page.markdown },
    defaultConfiguration: { level: levels[page.severity] },
    properties: {
      tags: [
        'security',
        ...page.topics.map((topic) => `topic:${topic}`),
        ...page.cwe.map((number) => `external/cwe/cwe-${String(number).padStart(3, '0')}`),
        ...page.owasp.map((id) => `owasp:${id}`),
      ],
      precision: page.confidence,
    },
  };
}
function result(finding: Finding, run: Run, places: Places, ruleIndex: number | undefined): object {
  const fixes =
    finding.fix === undefined || finding.state !== 'open'
      ? []
      : run.fixes(finding).filter((fix) => hasEdits(fix) && !leaksSecret(fix, run));
  return {
    ruleId: finding.rule,
    ...(ruleIndex === undefined ? {} : { ruleIndex }),
    level: levels[finding.severity],
    message: { text: finding.explanation.message },
    locations: [location(finding.at, places)],
    partialFingerprints: { 'unlatchedFingerprint/v1': finding.fingerprint },
    ...(finding.related.length === 0
      ? {}
      : {
          relatedLocations: finding.related.map(({ at, label }, index) => ({
            id: index + 1,
            ...location(at, places),
            message: { text: label },
          })),
        }),
    ...(fixes.length === 0 ? {} : { fixes: fixes.map((fix) => fixObject(fix, places)) }),
    suppressions: suppressions(finding),
    properties: { severity: finding.severity, precision: finding.confidence },
  };
}
/** An empty list says that suppressions were looked for and there is none. */
function suppressions({ state, reason }: Finding): readonly object[] {
  if (state === 'open') return [];
  return [
    {
      kind: state === 'suppressed' ? 'inSource' : 'external',
      status: 'accepted',
      ...(reason === undefined ? {} : { justification: reason }),
    },
  ];
}
function location(at: SourceRange, places: Places): object {
  return { physicalLocation: { artifactLocation: artifact(at.path), region: region(at, places) } };
}
function region(at: SourceRange, places: Places): object {
  const { line, column, endLine, endColumn } = places.of(at);
  return { startLine: line, startColumn: column, endLine, endColumn };
}
function artifact(path: FilePath): object {
  return { uri: path.split('/').map(encodeURIComponent).join('/'), uriBaseId: ROOT };
}
function fixObject({ title, safety, edits }: AppliedFix, places: Places): object {
  return {
    description: { text: safety === 'manual' ? `${title}, then fill in the placeholder` : title },
    artifactChanges: [...edits]
      .filter(([, list]) => list.length > 0)
      .map(([path, list]) => ({
        artifactLocation: artifact(path),
        replacements: list.map(({ span, text }) => ({ deletedRegion: region({ path, span }, places), insertedContent: { text } })),
      })),
    properties: { safety },
  };
}
function hasEdits({ edits }: AppliedFix): boolean {
  return [...edits.values()].some((list) => list.length > 0);
}
/** An edit that moves code could carry a secret along. */
function leaksSecret({ edits }: AppliedFix, run: Run): boolean {
  return [...edits].some(([path, list]) => {
    const source = run.files.get(path)?.text ?? '';
    const secrets = run.secrets(path).map(({ start, end }) => source.slice(start, end));
    return secrets.some((secret) => secret.length >= SHORTEST_SECRET && list.some(({ text }) => text.includes(secret)));
  });
}
