import type { Engine } from '../engine-types.js';
import type { Explanation } from '../findings/finding.js';
import { defaultPolicy } from '../policy/policy.js';
import type { AnyRule, Example } from './rule.js';
import { libraryDefaults } from './defaults.js';
import { readSample } from './sample.js';

const levels = {
  error: 'exploitable as written, or a secret that must be rotated',
  warning: 'weak unless something outside this file makes up for it',
  info: 'hardening',
  hint: 'a style of risk; not shown in the Problems panel',
};
const confidences = {
  high: 'the text proves it',
  medium: 'one step rests on a naming or framework convention',
  low: 'worth a look; often right',
};
const languages: Readonly<Record<string, string>> = {
  ts: 'ts',
  tsx: 'tsx',
  js: 'js',
  jsx: 'jsx',
  mjs: 'js',
  cjs: 'js',
  mts: 'ts',
  cts: 'ts',
  yaml: 'yaml',
  yml: 'yaml',
  json: 'json',
  conf: 'nginx',
  env: 'shell',
  sh: 'shell',
};

/** What the rule says about its first wrong sample, asked of an engine without files; undefined when it says nothing. */
export function sampleExplanation(rule: AnyRule, engine: Engine): Explanation | undefined {
  for (const example of rule.examples) {
    if (!('bad' in example)) continue;
    const { files } = readSample(example.bad);
    engine.apply({
      set: [...files].map(([path, text]) => ({ path, text, revision: 1 })),
      policies: new Map([['', { ...defaultPolicy, ...example.policy }]]),
    });
    for (const path of files.keys()) {
      const finding = engine.findings(path).find((candidate) => candidate.rule === rule.meta.id);
      if (finding !== undefined) return finding.explanation;
    }
    return undefined;
  }
  return undefined;
}

/** The page of a rule in Markdown: for the documentation, `explain`, the hover's link and SARIF. `said` is what it says about its first wrong sample. */
export function rulePage(rule: AnyRule, said?: Explanation): string {
  const { meta } = rule;
  const bad = rule.examples.filter((example) => 'bad' in example);
  const good = rule.examples.filter((example) => 'good' in example);
  return (
    [
      `# ${meta.title}`,
      `\`${meta.id}\` | ${meta.severity} | confidence ${meta.confidence} | ${meta.topics.join(', ')} | since ${meta.since}`,
      ...explanation(said),
      ...(bad.length > 0 ? ['## Wrong', ...bad.flatMap(sample)] : []),
      ...(good.length > 0 ? ['## Right', ...good.flatMap(sample)] : []),
      ...defaults(rule),
      '## Fix',
      rule.fixable
        ? 'A quick fix is offered where it can be proven not to break the file. Safe fixes take part in "fix all"; fixes that change behaviour are shown first; fixes that need a value only you know leave a placeholder.'
        : 'There is no automatic fix: the repair depends on what the endpoint is for.',
      '## When not to use it',
      meta.whenNotToUse,
      '## How to suppress',
      suppression(meta.id),
      '## Levels',
      `- Severity \`${meta.severity}\`: ${levels[meta.severity]}.\n- Confidence \`${meta.confidence}\` or better: ${confidences[meta.confidence]}.`,
      '## Links',
      links(rule),
    ].join('\n\n') + '\n'
  );
}

function explanation(said: Explanation | undefined): readonly string[] {
  return said === undefined ? [] : [`> ${said.message}`, `**Why it matters.** ${said.why}`, `**What to do.** ${said.remedy}`];
}
function sample(example: Example): readonly string[] {
  const parts = [`### ${example.title}`];
  if ('good' in example) return [...parts, ...code(example.good)];
  parts.push(...code(example.bad));
  if (example.fixed !== undefined) parts.push('After the fix:', ...code(example.fixed));
  return parts;
}
function code(source: string): readonly string[] {
  const { files } = readSample(source);
  return [...files].map(([path, text]) => {
    const fence = text.includes('```') ? '~~~~' : '```';
    const name = files.size > 1 || path !== 'app.ts' ? `\`${path}\`\n\n` : '';
    return `${name}${fence}${languages[path.slice(path.lastIndexOf('.') + 1)] ?? ''}\n${text}${fence}`;
  });
}
/** The library defaults the verdict rests on, with the version that was run. */
function defaults({ meta }: AnyRule): readonly string[] {
  const facts = libraryDefaults.filter(({ id }) => meta.leansOn?.includes(id));
  return facts.length === 0 ? [] : ['## Library defaults it rests on', facts.map(({ name, version, says }) => `- ${name} ${version}: ${says}`).join('\n')];
}
function suppression(id: string): string {
  return [
    'Where this is right and stays, say why, on the line above or at the end of the line:',
    `\`\`\`ts\n// unlatched-ignore ${id} -- the reason (until 2027-03-01, by name)\n\`\`\``,
    'The part in brackets is optional. For the whole project set its level in `unlatched.yml`:',
    `\`\`\`yaml\nrules:\n  ${id}: off\n\`\`\``,
  ].join('\n\n');
}
function links({ meta }: AnyRule): string {
  const cwe = meta.cwe.map((id) => `- [CWE-${id}](https://cwe.mitre.org/data/definitions/${id}.html)`);
  const owasp = meta.owasp.map((id) => `- [OWASP ${id}](${owaspUrl(id)})`);
  return [...owasp, ...cwe, ...meta.references.map((url) => `- <${url}>`)].join('\n');
}
const owaspPages: Readonly<Record<string, string>> = {
  'API1:2023': '0xa1-broken-object-level-authorization',
  'API2:2023': '0xa2-broken-authentication',
  'API3:2023': '0xa3-broken-object-property-level-authorization',
  'API4:2023': '0xa4-unrestricted-resource-consumption',
  'API5:2023': '0xa5-broken-function-level-authorization',
  'API6:2023': '0xa6-unrestricted-access-to-sensitive-business-flows',
  'API7:2023': '0xa7-server-side-request-forgery',
  'API8:2023': '0xa8-security-misconfiguration',
  'API9:2023': '0xa9-improper-inventory-management',
  'API10:2023': '0xaa-unsafe-consumption-of-apis',
  'API1:2019': '0xa1-broken-object-level-authorization',
  'API2:2019': '0xa2-broken-user-authentication',
  'API3:2019': '0xa3-excessive-data-exposure',
  'API4:2019': '0xa4-lack-of-resources-and-rate-limiting',
  'API5:2019': '0xa5-broken-function-level-authorization',
  'API6:2019': '0xa6-mass-assignment',
  'API7:2019': '0xa7-security-misconfiguration',
  'API8:2019': '0xa8-injection',
  'API9:2019': '0xa9-improper-assets-management',
  'API10:2019': '0xaa-insufficient-logging-monitoring',
};
/** The page of the OWASP API list an id like `API8:2023` stands for. */
function owaspUrl(id: string): string {
  const page = owaspPages[id];
  const year = id.endsWith(':2019') ? '2019' : '2023';
  return page === undefined ? 'https://owasp.org/API-Security/' : `https://owasp.org/API-Security/editions/${year}/en/${page}/`;
}
