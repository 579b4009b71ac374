import type { Severity } from '../../findings/finding.js';
import { holesOf, isAbandoned, isBreaking, isElsewhere, writtenWith, type Holes } from '../facts/dependency.js';
import type { Level } from '../facts/advisory.js';
import { rule, type Dependency } from '../rule.js';

interface Evidence {
  readonly dependency: Dependency;
  readonly holes: Holes;
}
const SEVERITIES: Readonly<Record<Level, Severity>> = { critical: 'error', high: 'error', moderate: 'warning', low: 'info' };

export default rule<'dependency', Evidence>({
  meta: {
    id: 'deps/vulnerable',
    title: 'A web dependency has a known hole',
    owasp: ['API7:2019', 'API8:2023'],
    cwe: [1395, 937],
    severity: 'error',
    confidence: 'high',
    topics: ['deps'],
    since: '0.1.0',
    whenNotToUse: 'Where another tool audits the packages on each build; this rule knows the best known advisories of server packages only, and needs no network.',
    references: ['https://docs.npmjs.com/cli/commands/npm-audit', 'https://cheatsheetseries.owasp.org/cheatsheets/Vulnerable_Dependency_Management_Cheat_Sheet.html'],
  },
  on: 'dependency',
  words: ['dependencies'],
  *detect(dependency, context) {
    const holes = dependency.kind === 'package' ? holesOf(dependency, context) : undefined;
    if (dependency.kind !== 'package' || !holes) return;
    const severity = dependency.group === 'devDependencies' ? 'hint' : SEVERITIES[holes.worst.level];
    yield { at: dependency.valueAt, subject: `${dependency.group}.${dependency.name}`, evidence: { dependency, holes }, severity };
  },
  explain({ dependency: { real }, holes: { used, worst, others, fixed } }) {
    const more = others === 0 ? '' : others === 1 ? ', and one more' : `, and ${others} more`;
    const remedy = fixed === undefined ? 'No version repairs it: replace it.' : `Upgrade to ${fixed} or later.`;
    return {
      message: `${real} ${used.shown} has a known hole (${worst.id}: ${worst.short}${more}). ${remedy}`,
      why: 'Known holes of packages are looked for by machines, and how to use them is public.',
      remedy: fixed === undefined ? 'Replace the package by one that is maintained.' : `Ask for ${fixed} or later, install it and run the tests.`,
    };
  },
  *fix({ evidence: { dependency, holes: { used, fixed } } }) {
    const { name, real, range, group, manifest } = dependency;
    if (fixed === undefined) yield { refused: 'There is no version without the hole.' };
    else if (isAbandoned(real, fixed)) yield { refused: 'The package gets no repairs any more: another one has to take its place.' };
    else if (isElsewhere(range)) yield { refused: 'The version is not written here, but where the range leads to.' };
    else {
      const written = writtenWith(dependency, fixed);
      const title = `Set ${name} to ${written}${isBreaking(used.version, fixed) ? ' (a breaking change: read its notes)' : ''}`;
      yield { title, safety: 'review', changes: [{ do: 'set', path: manifest, key: [group, name], value: written }] };
    }
  },
  examples: [
    {
      title: 'a package that verifies tokens and lets unsigned ones in',
      bad: `
        //- package.json
        { "dependencies": { "jsonwebtoken": "^8.5.1" } }
                                            ^^^^^^^^ deps/vulnerable "jsonwebtoken ^8.5.1 has a known hole (CVE-2022-23540"
      `,
      fixed: `
        //- package.json
        { "dependencies": { "jsonwebtoken": "^9.0.0" } }
      `,
    },
    {
      title: 'exact versions stay exact',
      bad: `
        //- package.json
        {
          "name": "shop",
          "dependencies": {
            "@koa/cors": "~4.0.0",
                         ^^^^^^^^ deps/vulnerable "Upgrade to 5.0.0 or later"
            "next": "14.1.0"
                    ^^^^^^^^ deps/vulnerable "one header skips the middleware"
          }
        }
      `,
      fixed: `
        //- package.json
        {
          "name": "shop",
          "dependencies": {
            "@koa/cors": "~5.0.0",
            "next": "14.1.0"
          }
        }
      `,
    },
    {
      title: 'the lock file says which version is used',
      bad: `
        //- package.json
        { "dependencies": { "express": "^4.17.1" } }
                                       ^^^^^^^^^ deps/vulnerable "express 4.17.3 has a known hole"
        //- package-lock.json
        { "lockfileVersion": 3, "packages": { "": {}, "node_modules/express": { "version": "4.17.3" } } }
      `,
      fixed: `
        //- package.json
        { "dependencies": { "express": "^4.20.0" } }
      `,
    },
    {
      title: 'what is installed counts before what is locked',
      bad: `
        //- package.json
        { "dependencies": { "ws": "^8.0.0" } }
                                  ^^^^^^^^ deps/vulnerable "ws 8.16.0 has a known hole"
        //- yarn.lock
        ws@^8.0.0:
          version "8.18.0"
        //- node_modules/ws/package.json
        { "name": "ws", "version": "8.16.0" }
      `,
    },
    {
      title: 'another name for the package',
      bad: `
        //- package.json
        { "optionalDependencies": { "jwt": "npm:jsonwebtoken@8.5.1" } }
                                           ^^^^^^^^^^^^^^^^^^^^^^^^ deps/vulnerable "jsonwebtoken 8.5.1"
      `,
      fixed: `
        //- package.json
        { "optionalDependencies": { "jwt": "npm:jsonwebtoken@9.0.0" } }
      `,
    },
    {
      title: 'a package nobody can repair',
      bad: `
        //- package.json
        { "dependencies": { "node-serialize": "0.0.4" } }
                                              ^^^^^^^ deps/vulnerable "No version repairs it"
      `,
    },
    {
      title: 'versions without the hole',
      good: `
        //- package.json
        { "dependencies": { "jsonwebtoken": "^9.0.2", "multer": "^2.0.2", "next": "^14.2.25", "fastify": "5.7.2" } }
      `,
    },
    {
      title: 'a range that lets the repaired version in, and nothing says which is used',
      good: `
        //- package.json
        { "dependencies": { "express": "^4.17.1", "lodash": "4.x" } }
      `,
    },
    {
      title: 'the lock file has the repaired version',
      good: `
        //- package.json
        { "dependencies": { "express": "^4.17.1" }, "workspaces": ["packages/*"] }
        //- packages/api/package.json
        { "dependencies": { "axios": "^1.0.0" } }
        //- package-lock.json
        { "lockfileVersion": 3, "packages": { "packages/api": {}, "node_modules/express": { "version": "4.22.0" }, "node_modules/axios": { "version": "1.15.0" } } }
      `,
    },
    {
      title: 'folders, workspaces and repositories have versions of their own',
      good: `
        //- package.json
        { "dependencies": { "express": "file:../express", "koa": "workspace:*", "ws": "github:websockets/ws#8.0.0", "axios": "link:./axios" } }
      `,
    },
    {
      title: 'a version that is set aside is not the one that is used',
      good: `
        //- package.json
        { "dependencies": { "multer": "^1.4.4" }, "overrides": { "multer": "2.1.0" } }
      `,
    },
  ],
});
