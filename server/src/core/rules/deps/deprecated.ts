import type { Severity } from '../../findings/finding.js';
import type { Abandoned } from '../facts/advisory.js';
import { abandonedRow, lockEntry, successor } from '../facts/dependency.js';
import { rule, type Dependency } from '../rule.js';

interface Evidence {
  readonly dependency: Dependency;
  readonly row: Abandoned;
}
const SEVERITIES: Readonly<Record<Abandoned['grade'], Severity>> = { risk: 'error', old: 'warning', weak: 'hint' };

export default rule<'dependency', Evidence>({
  meta: {
    id: 'deps/deprecated',
    title: 'A web dependency is no longer maintained',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [1104],
    severity: 'warning',
    confidence: 'high',
    topics: ['deps'],
    since: '0.1.0',
    whenNotToUse: 'Where somebody is paid for repairing the package.',
    references: ['https://docs.npmjs.com/deprecating-and-undeprecating-packages-or-package-versions', 'https://cheatsheetseries.owasp.org/cheatsheets/Vulnerable_Dependency_Management_Cheat_Sheet.html'],
  },
  on: 'dependency',
  words: ['dependencies'],
  *detect(dependency, context) {
    const row = dependency.kind === 'package' ? abandonedRow(dependency, context) : undefined;
    if (dependency.kind !== 'package' || !row) return;
    yield {
      at: dependency.keyAt,
      subject: `${dependency.group}.${dependency.name}`,
      evidence: { dependency, row },
      severity: dependency.group === 'devDependencies' ? 'hint' : SEVERITIES[row.grade],
      related: lockEntry(dependency, context),
    };
  },
  explain({ dependency: { real }, row: { range, grade, replacement } }) {
    const versions = range === '*' ? real : `${real} ${range}`;
    return {
      message: grade === 'risk' ? `Code has left the sandbox of ${versions} again and again. Replace it with ${replacement}.` : `${versions} gets no security fixes any more. Replace it with ${replacement}.`,
      why: 'The next hole that is found in it stays open, for everybody who knows of it.',
      remedy: `Use ${replacement} instead.`,
    };
  },
  *fix({ evidence: { dependency, row } }, context) {
    const { manifest: path, group, name } = dependency;
    const next = successor(dependency, row, context);
    if ('refused' in next) yield next;
    else yield { title: `Install ${next.other} under this name: imports stay as they are`, safety: 'review', changes: [{ do: 'set', path, key: [group, name], value: next.written }] };
  },
  examples: [
    {
      title: 'packages whose authors have given them up',
      bad: `
        //- package.json
        {
          "dependencies": {
            "csurf": "^1.11.0",
            ^^^^^^^ deps/deprecated "csurf gets no security fixes any more. Replace it with csrf-csrf"
            "request": "^2.88.2"
            ^^^^^^^^^ deps/deprecated "fetch or undici"
          }
        }
      `,
    },
    {
      title: 'packages that live on under another name',
      bad: `
        //- package.json
        { "dependencies": { "fastify-cors": "^6.0.0", "cookies": "npm:fastify-cookie@^5.0.0" } }
                            ^^^^^^^^^^^^^^ deps/deprecated "Replace it with @fastify/cors"
                                                      ^^^^^^^^^ deps/deprecated "fastify-cookie gets no security fixes"
      `,
      fixed: `
        //- package.json
        { "dependencies": { "fastify-cors": "npm:@fastify/cors@^7.0.0", "cookies": "npm:fastify-cookie@^5.0.0" } }
      `,
    },
    {
      title: 'a successor in its first version without a known hole',
      bad: `
        //- package.json
        { "dependencies": { "fastify-multipart": "5.4.0" } }
                            ^^^^^^^^^^^^^^^^^^^ deps/deprecated
      `,
      fixed: `
        //- package.json
        { "dependencies": { "fastify-multipart": "npm:@fastify/multipart@^6.0.1" } }
      `,
    },
    {
      title: 'old versions only',
      bad: `
        //- package.json
        { "dependencies": { "joi": "^14.3.1" } }
                            ^^^^^ deps/deprecated "joi <17.0.0 gets no security fixes"
      `,
    },
    {
      title: 'a sandbox that does not hold',
      bad: `
        //- package.json
        { "dependencies": { "vm2": "^3.9.19" } }
                            ^^^^^ deps/deprecated "sandbox"
      `,
    },
    {
      title: 'what only the developers run is a hint',
      bad: `
        //- package.json
        { "devDependencies": { "request": "^2.88.2" } }
                               ^^^^^^^^^ deps/deprecated
      `,
    },
    {
      title: 'their successors',
      good: `
        //- package.json
        { "dependencies": { "csrf-csrf": "^4.0.3", "undici": "^7.0.0", "@fastify/cors": "^11.0.0", "joi": "^17.13.0", "multer": "^2.1.0" } }
      `,
    },
    {
      title: 'a name that stands for another package, and packages of peers',
      good: `
        //- package.json
        { "dependencies": { "request": "npm:@cypress/request@^3.0.0" }, "peerDependencies": { "csurf": "*" } }
      `,
    },
    {
      title: 'one\'s own copy',
      good: `
        //- package.json
        { "dependencies": { "request": "file:vendor/request", "jade": "workspace:*" } }
      `,
    },
  ],
});
