import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root, textOf } from './project.js';

interface Kind {
  readonly folder: string;
  /** The file in the folder that says what a unit is. */
  readonly contract: string;
  readonly id: RegExp;
  readonly form: string;
  text(id: string, version: string): string;
  readonly next: string;
}
const kinds: Readonly<Record<string, Kind>> = {
  rule: {
    folder: 'server/src/core/rules',
    contract: 'rule',
    id: /^[a-z][a-z0-9]*(-[a-z0-9]+)*\/[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
    form: 'group/name, for example cors/wildcard-origin',
    text: ruleText,
    next: 'Write the examples first, then detect. `RULE=<id> npm test -- --file examples` runs them alone.',
  },
  framework: {
    folder: 'server/src/core/frameworks',
    contract: 'adapter',
    id: /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
    form: 'a name in kebab-case, for example express',
    text: frameworkText,
    next: 'Write test/cli/routes-<id>.scenario first: the application of test/cli/routes-forms.scenario in its spelling, with the same endpoints.',
  },
  reporter: {
    folder: 'server/src/cli/reporters',
    contract: 'reporter',
    id: /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
    form: 'a name in kebab-case, for example junit',
    text: reporterText,
    next: '`unlatched check --format <id>` is there after the build; add one scenario in test/cli/.',
  },
};

/** `npm run new -- rule|framework|reporter <id>`: writes a file that compiles and whose test fails until it is filled. */
export async function main([kind = '', id = '']: readonly string[]): Promise<number> {
  const { [kind]: chosen } = kinds;
  if (chosen === undefined) return fail(`usage: npm run new -- ${Object.keys(kinds).join('|')} <id>`);
  if (!chosen.id.test(id)) return fail(`"${id}" is no id of a ${kind}: ${chosen.form}`);
  const path = `${chosen.folder}/${id}.ts`;
  const contract = `${chosen.folder}/${chosen.contract}.ts`;
  if (textOf(contract) === undefined) return fail(`the kind "${kind}" has no contract yet: ${contract} is missing`);
  if (existsSync(join(root, path))) return fail(`${path} is there already`);
  const version = /"version": "([^"]+)"/.exec(textOf('package.json') ?? '')?.[1] ?? '0.0.0';
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), chosen.text(id, version));
  console.log(`wrote ${path}\n${chosen.next.replaceAll('<id>', id)}\nThen: npm run generate`);
  return 0;
}
function fail(reason: string): number {
  console.error(reason);
  return 2;
}

function ruleText(id: string, version: string): string {
  return `import { rule } from '../rule.js';

export default rule({
  meta: {
    id: '${id}',
    title: 'Say the fault in a few words',
    owasp: ['API8:2023'],
    cwe: [16],
    severity: 'warning',
    confidence: 'high',
    topics: ['other-config'],
    since: '${version}',
    whenNotToUse: 'Say when a careful team would switch this rule off.',
    references: [],
  },
  on: 'call',
  // Any of these stands in every text the rule can report in, lower case.
  words: [],
  *detect({ call }) {
    if (call.callee !== 'write.what.is.called') return;
    yield { at: call.nameAt, subject: call.callee, evidence: { name: call.name } };
  },
  explain: ({ name }) => ({
    message: \`Say what is wrong with \${name} and what an attacker gains. Say what to do.\`,
    why: 'Say the consequence in one sentence.',
    remedy: 'Say the repair in the imperative.',
  }),
  examples: [
    {
      title: 'the plainest wrong case',
      bad: \`
        app.put('/replace/this', handler);
        //  ^^^ ${id} "wrong"\`,
    },
    {
      title: 'the same in another spelling',
      bad: \`
        router.put('/replace/this', handler);
        //     ^^^ ${id}\`,
    },
    { title: 'the right way', good: \`app.get('/replace/this', handler);\` },
    { title: 'looks wrong and is fine', good: \`cache.put('/replace/this', value);\` },
  ],
});
`;
}
function frameworkText(id: string): string {
  return `import type { FrameworkAdapter } from './adapter.js';

/** ${id}: what its calls mean. A vocabulary: it evaluates nothing and sees one call at a time. */
const adapter: FrameworkAdapter = {
  id: '${id}',
  packages: ['${id}'],
  verbs: new Set(['use', 'get', 'post', 'put', 'patch', 'delete']),
  creates: () => undefined,
  events: () => [],
  returns: () => undefined,
  order: { fallThrough: false, caseSensitive: false },
};
export default adapter;
`;
}
function reporterText(id: string): string {
  return `import type { Reporter } from './reporter.js';

/** Findings in the form that ${id} reads. */
const reporter: Reporter = {
  id: '${id}',
  render: ({ findings }) => findings.map(({ rule, at, explanation }) => \`\${at.path} \${rule} \${explanation.message}\\n\`).join(''),
};
export default reporter;
`;
}
