import { LOWER, type Explanation, type Severity } from '../../findings/finding.js';
import { broughtHoles, overridesFor, type BroughtHoles } from '../facts/brought.js';
import { holesOf, isAbandoned, isBreaking, isElsewhere, lockEntry, writtenWith, type Holes } from '../facts/dependency.js';
import type { Level } from '../facts/advisory.js';
import { rule, type Dependency } from '../rule.js';

type Evidence =
  | { readonly kind: 'own'; readonly dependency: Dependency; readonly holes: Holes }
  | { readonly kind: 'brought'; readonly dependency: Dependency; readonly all: readonly BroughtHoles[] };
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
    if (dependency.kind !== 'package') return;
    const holes = holesOf(dependency, context);
    const name = `${dependency.group}.${dependency.name}`;
    if (holes) {
      const severity = dependency.group === 'devDependencies' ? 'hint' : SEVERITIES[holes.worst.level];
      yield { at: dependency.valueAt, subject: name, evidence: { kind: 'own', dependency, holes }, severity, related: lockEntry(dependency, context) };
    }
    const all = broughtHoles(dependency, context);
    const worst = all[0]?.holes.worst.level;
    if (worst === undefined) return;
    const names = [...new Set(all.map(({ one }) => one.name))].sort().join(' ');
    const related = all.flatMap(({ one, holes: { worst: { id, short } }, cause }) => [
      ...(one.at ? [{ at: one.at, label: `${wayOf(one)}: ${id}, ${short}` }] : []), ...(cause ? [{ at: cause.at, label: `${one.name} is set to this version here` }] : []),
    ]);
    yield { at: dependency.keyAt, subject: `${name} > ${names}`, evidence: { kind: 'brought', dependency, all }, severity: LOWER[SEVERITIES[worst]], apart: true, related };
  },
  explain(evidence) {
    return evidence.kind === 'own' ? explainOwn(evidence.dependency, evidence.holes) : explainBrought(evidence.dependency, evidence.all);
  },
  *fix({ evidence }, context) {
    if (evidence.kind === 'brought') {
      const changes = overridesFor(evidence.dependency, evidence.all, context);
      if ('refused' in changes) yield changes;
      else yield { title: `Set ${[...new Set(evidence.all.map(({ one }) => one.name))].join(', ')} to repaired versions for all who need them`, safety: 'review', changes };
      return;
    }
    const { dependency, holes: { used, fixed } } = evidence;
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
      title: 'a hole in what a package brings in',
      bad: `
        //- package.json
        {
          "dependencies": {
            "body-parser": "^1.20.3",
            "express": "^4.20.0"
            ^^^^^^^^^ deps/vulnerable "express 4.20.0 brings in path-to-regexp 0.1.9 (by router 1.0.0) with a known hole (CVE-2024-45296: a crafted path blocks the process)"
          }
        }
        //- package-lock.json
        {
          "lockfileVersion": 3,
          "packages": {
            "": { "dependencies": { "body-parser": "^1.20.3", "express": "^4.20.0" } },
            "node_modules/body-parser": { "version": "1.20.3" },
            "node_modules/express": { "version": "4.20.0", "dependencies": { "body-parser": "1.20.3", "router": "^1.0.0" } },
            "node_modules/path-to-regexp": { "version": "0.1.9" },
            "node_modules/router": { "version": "1.0.0", "dependencies": { "path-to-regexp": "^0.1.0" } }
          }
        }
      `,
      fixed: `
        //- package.json
        {
          "dependencies": {
            "body-parser": "^1.20.3",
            "express": "^4.20.0"
          },
          "overrides": {
            "path-to-regexp": "^0.1.13"
          }
        }
      `,
    },
    {
      title: 'several packages, and one of them as resolutions set it',
      bad: `
        //- package.json
        {
          "name": "shop",
          "dependencies": {
            "engine": "^1.0.0",
            ^^^^^^^^ deps/vulnerable "engine 1.0.0 brings in socket.io-parser 4.0.4 with a known hole (CVE-2022-2421: a crafted packet puts functions into messages), and one more such package"
            "ware": "^2.0.0"
          },
          "resolutions": {
            "qs": "6.7.0"
          }
        }
        //- yarn.lock
        engine@^1.0.0:
          version "1.0.0"
          dependencies:
            qs "^6.5.0"
            socket.io-parser "~4.0.4"

        qs@6.7.0:
          version "6.7.0"

        socket.io-parser@~4.0.4:
          version "4.0.4"

        ware@^2.0.0:
          version "2.0.0"
          dependencies:
            qs "^6.7.0"
      `,
      fixed: `
        //- package.json
        {
          "name": "shop",
          "dependencies": {
            "engine": "^1.0.0",
            "ware": "^2.0.0"
          },
          "resolutions": {
            "qs": "^6.7.3",
            "socket.io-parser": "^4.2.3"
          }
        }
      `,
    },
    {
      title: 'no version without the hole, and a package of the workspace',
      bad: `
        //- package.json
        { "private": true }
        //- packages/api/package.json
        { "dependencies": { "upload": "^1.0.0" } }
                            ^^^^^^^^ deps/vulnerable "No version of dicer repairs it: upgrade or replace upload"
        //- pnpm-lock.yaml
        lockfileVersion: '9.0'

        importers:

          packages/api:
            dependencies:
              upload:
                specifier: ^1.0.0
                version: 1.0.0

        packages:

          dicer@0.3.1:
            resolution: {integrity: sha512-a}

          upload@1.0.0:
            resolution: {integrity: sha512-b}

        snapshots:

          dicer@0.3.1: {}

          upload@1.0.0:
            dependencies:
              dicer: 0.3.1
      `,
    },
    {
      title: 'what only developers install brings nothing into the product',
      good: `
        //- package.json
        { "dependencies": { "web": "^1.0.0" }, "devDependencies": { "runner": "^1.0.0" } }
        //- package-lock.json
        {
          "lockfileVersion": 3,
          "packages": {
            "node_modules/web": { "version": "1.0.0" },
            "node_modules/runner": { "version": "1.0.0", "dev": true, "dependencies": { "minimist": "1.2.5" } },
            "node_modules/minimist": { "version": "1.2.5", "dev": true }
          }
        }
      `,
    },
    {
      title: 'set aside since the lock file was written, for all or for one who needs it',
      good: `
        //- package.json
        { "dependencies": { "web": "^1.0.0" }, "overrides": { "qs": "^6.7.3", "web": { "minimist": "1.2.8" } } }
        //- package-lock.json
        {
          "lockfileVersion": 3,
          "packages": {
            "node_modules/web": { "version": "1.0.0", "dependencies": { "minimist": "^1.0.0", "qs": "^6.7.0" } },
            "node_modules/minimist": { "version": "1.2.5" },
            "node_modules/qs": { "version": "6.7.0" }
          }
        }
      `,
    },
    {
      title: 'a lock file of yesterday, and packages nobody needs',
      good: `
        //- package.json
        { "dependencies": { "web": "^2.0.0" } }
        //- package-lock.json
        {
          "lockfileVersion": 3,
          "packages": {
            "node_modules/web": { "version": "1.0.0", "dependencies": { "qs": "^6.7.0" } },
            "node_modules/qs": { "version": "6.7.0" },
            "node_modules/left": { "version": "1.0.0", "extraneous": true, "dependencies": { "qs": "^6.7.0" } }
          }
        }
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

function explainOwn({ real }: Dependency, { used, worst, others, fixed }: Holes): Explanation {
  const more = others === 0 ? '' : others === 1 ? ', and one more' : `, and ${others} more`;
  const remedy = fixed === undefined ? 'No version repairs it: replace it.' : `Upgrade to ${fixed} or later.`;
  return {
    message: `${real} ${used.shown} has a known hole (${worst.id}: ${worst.short}${more}). ${remedy}`,
    why: 'Known holes of packages are looked for by machines, and how to use them is public.',
    remedy: fixed === undefined ? 'Replace the package by one that is maintained.' : `Ask for ${fixed} or later, install it and run the tests.`,
  };
}
function explainBrought({ name }: Dependency, all: readonly BroughtHoles[]): Explanation {
  const [first] = all;
  const one = first?.one ?? { name, version: '', way: [] };
  const between = one.way.slice(1, -1);
  const by = between.length === 0 ? '' : ` (by ${between.map(shown).join(' > ')})`;
  const hole = first ? `${first.holes.worst.id}: ${first.holes.worst.short}` : '';
  const names = new Set(all.map((other) => `${other.one.name} ${other.one.version}`)).size - 1;
  const more = names === 0 ? '' : names === 1 ? ', and one more such package' : `, and ${names} more such packages`;
  const fixed = first?.holes.fixed;
  const remedy = fixed === undefined ? `No version of ${one.name} repairs it: upgrade or replace ${name}.`
    : first?.cause ? `The manifest sets ${one.name} to this version: set ${fixed} or later.`
    : isBreaking(one.version, fixed) ? `Upgrade or replace ${name}: it has to ask for ${one.name} ${fixed} or later.`
    : `Upgrade ${name}, or set ${one.name} to ${fixed} or later for all who need it.`;
  return {
    message: `${shown(one.way[0] ?? one)} brings in ${shown(one)}${by} with a known hole (${hole})${more}. ${remedy}`,
    why: 'What a package needs runs in the same process and is reached by the same requests, and how to use known holes is public.',
    remedy: `Look for a version of ${name} that asks for repaired ones; where there is none, set them aside in the manifest (overrides, resolutions), install and run the tests.`,
  };
}
function wayOf({ way }: BroughtHoles['one']): string {
  return way.map(shown).join(' > ');
}
function shown({ name, version }: { readonly name: string; readonly version: string }): string {
  return `${name} ${version}`;
}
