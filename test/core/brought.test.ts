import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { broughtIn } from '../../server/src/core/project/locks/brought.js';
import { readLock } from '../../server/src/core/project/locks/lock.js';
import { filePath } from '../../server/src/core/text/source.js';

/** What is brought in by the names, each with its way and the text at its place. */
function brought(file: string, text: string, names: readonly (readonly [name: string, range: string])[], folder = ''): readonly string[] {
  const roots = names.map(([name, range]) => ({ folder, name, real: name, range }));
  return [...broughtIn(readLock(filePath(file), text), roots, ({ name }) => name !== 'left-pad')].flatMap(([name, list]) =>
    list.map(({ way, place }) => `${name}: ${way.map((one) => `${one.name} ${one.version}`).join(' > ')} at ${place ? text.slice(place.start, place.end) : 'no place'}`));
}
const tree3 = JSON.stringify({
  lockfileVersion: 3,
  packages: {
    '': { dependencies: { app: '^1.0.0', web: '^4.0.0' }, devDependencies: { tool: '^1.0.0' } },
    'node_modules/app': { version: '1.0.0', dependencies: { parser: '^1.0.0', own: '*', 'left-pad': '1' } },
    'node_modules/app/node_modules/parser': { version: '1.9.0', dependencies: { qs: '6.5.0', app: '^1.0.0' } },
    'node_modules/left-pad': { version: '1.3.0' },
    'node_modules/own': { resolved: 'packages/own', link: true },
    'node_modules/parser': { version: '2.0.0', dependencies: { qs: '6.7.0' } },
    'node_modules/qs': { version: '6.5.0' },
    'node_modules/parser/node_modules/qs': { version: '6.7.0' },
    'node_modules/tool': { version: '1.0.0', dependencies: { glob: '7' } },
    'node_modules/glob': { version: '7.0.0', dev: true },
    'node_modules/web': { version: '4.0.0', dependencies: { parser: '^2.0.0' }, optionalDependencies: { none: '1' } },
    'packages/own': { version: '1.0.0', dependencies: { glob: '7' } },
  },
});
const tree1 = JSON.stringify({
  lockfileVersion: 1,
  dependencies: {
    app: { version: '1.0.0', requires: { parser: '^1.0.0' }, dependencies: { parser: { version: '1.9.0', requires: { qs: '6.5.0' } } } },
    parser: { version: '2.0.0', requires: { qs: '6.7.0' }, dependencies: { qs: { version: '6.7.0' } } },
    qs: { version: '6.5.0' },
    jwt: { version: 'npm:jsonwebtoken@8.5.1', requires: true },
    web: { version: '4.0.0', requires: { parser: '^2.0.0', jwt: '1' } },
  },
});
const treeYarn1 = `app@^1.0.0:
  version "1.0.0"
  dependencies:
    parser "^1.0.0"
    "@a/qs" "6.5.0"

parser@^1.0.0:
  version "1.9.0"
  optionalDependencies:
    qs "6.1.0"

"@a/qs@6.5.0", "@a/qs@^6.5.0":
  version "6.5.0"
  dependencies:
    "@a/qs" "^6.5.0"

"qs@npm:other-qs@6.9.0":
  version "6.9.0"
`;
const treeBerry = `__metadata:
  version: 8

"app@npm:^1.0.0":
  version: 1.0.0
  resolution: "app@npm:1.0.0"
  dependencies:
    "@a/qs": "npm:6.5.0"
    own: "workspace:*"
    jwt: "npm:jsonwebtoken@^8.5.1"
  peerDependencies:
    react: "*"
  checksum: 10c0/aa

"@a/qs@npm:6.5.0, @a/qs@npm:^6.5.0":
  version: 6.5.0
  resolution: "@a/qs@npm:6.5.0"

"jwt@npm:jsonwebtoken@^8.5.1":
  version: 8.5.1
  resolution: "jsonwebtoken@npm:8.5.1"

"own@workspace:*, own@workspace:packages/own":
  version: 0.0.0-use.local
  resolution: "own@workspace:packages/own"
  dependencies:
    react: "npm:1"

"react@npm:1":
  version: 1.0.0
  resolution: "react@npm:1.0.0"
`;
const treePnpm9 = `lockfileVersion: '9.0'

importers:

  .:
    dependencies:
      app:
        specifier: ^1.0.0
        version: 1.0.0(web@4.0.0)

packages:

  '@a/qs@6.5.0':
    resolution: {integrity: sha512-a}
  app@1.0.0:
    resolution: {integrity: sha512-b}
    peerDependencies:
      web: '*'
  jsonwebtoken@8.5.1:
    resolution: {integrity: sha512-c}

snapshots:

  '@a/qs@6.5.0': {}

  app@1.0.0(web@4.0.0):
    dependencies:
      '@a/qs': 6.5.0
      jwt: jsonwebtoken@8.5.1
    transitivePeerDependencies:
      - web

  jsonwebtoken@8.5.1: {}
`;
const treePnpm5 = `lockfileVersion: 5.4

specifiers:
  app: ^1.0.0

dependencies:
  app: 1.0.0_web@4.0.0

packages:

  /@a/qs/6.5.0:
    resolution: {integrity: sha512-a}

  /app/1.0.0_web@4.0.0:
    resolution: {integrity: sha512-b}
    dependencies:
      '@a/qs': 6.5.0
      jwt: /jsonwebtoken/8.5.1
    dev: false

  /jsonwebtoken/8.5.1:
    resolution: {integrity: sha512-c}
`;
const treeBun = `{
  "workspaces": { "": { "dependencies": { "app": "^1.0.0" } }, "packages/own": { "name": "@my/own", "dependencies": { "app": "^1.0.0" } } },
  "packages": {
    "@my/own": ["@my/own@workspace:packages/own", { "dependencies": { "app": "1" } }],
    "app": ["app@1.0.0", "", { "dependencies": { "@a/qs": "6.5.0", "parser": "1", "@my/own": "*" } }, "sha512-a"],
    "@a/qs": ["@a/qs@6.7.0", "", {}, "sha512-b"],
    "app/@a/qs": ["@a/qs@6.5.0", "", {}, "sha512-c"],
    "parser": ["parser@1.0.0", "", { "dependencies": { "@a/qs": "*" } }, "sha512-d"],
  }
}
`;

suite('what packages bring in', () => {
  const app = [['app', '^1.0.0']] as const;
  const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['npm 3: several versions, each below the name that leads to it', brought('package-lock.json', tree3, [...app, ['web', '^4.0.0']]), [
      'app: app 1.0.0 > parser 1.9.0 at "node_modules/app/node_modules/parser"',
      'app: app 1.0.0 > parser 1.9.0 > qs 6.5.0 at "node_modules/qs"',
      'web: web 4.0.0 > parser 2.0.0 at "node_modules/parser"',
      'web: web 4.0.0 > parser 2.0.0 > qs 6.7.0 at "node_modules/parser/node_modules/qs"',
    ]],
    ['npm 3: what the manifest names itself is not brought in', brought('package-lock.json', tree3, [['web', '^4.0.0'], ['parser', '^2.0.0'], ['qs', '^6.0.0']]), [
      'parser: parser 2.0.0 > qs 6.7.0 at "node_modules/parser/node_modules/qs"',
    ]],
    ['npm 3: in a workspace', brought('package-lock.json', tree3, [['glob', '7'], ['web', '^4.0.0']], 'packages/own').slice(0, 1), ['web: web 4.0.0 > parser 2.0.0 at "node_modules/parser"']],
    ['npm 1', brought('package-lock.json', tree1, [...app, ['web', '^4.0.0']]), [
      'app: app 1.0.0 > parser 1.9.0 at "parser"', 'app: app 1.0.0 > parser 1.9.0 > qs 6.5.0 at "qs"', 'web: web 4.0.0 > parser 2.0.0 at "parser"',
      'web: web 4.0.0 > jsonwebtoken 8.5.1 at "jwt"', 'web: web 4.0.0 > parser 2.0.0 > qs 6.7.0 at "qs"',
    ]],
    ['yarn 1: a range that was set aside leads to the one entry there is', brought('yarn.lock', treeYarn1, app), [
      'app: app 1.0.0 > parser 1.9.0 at parser@^1.0.0', 'app: app 1.0.0 > @a/qs 6.5.0 at "@a/qs@6.5.0", "@a/qs@^6.5.0"', 'app: app 1.0.0 > parser 1.9.0 > other-qs 6.9.0 at "qs@npm:other-qs@6.9.0"',
    ]],
    ['yarn 4: a package of the workspace speaks for itself', brought('yarn.lock', treeBerry, app), [
      'app: app 1.0.0 > @a/qs 6.5.0 at "@a/qs@npm:6.5.0, @a/qs@npm:^6.5.0"', 'app: app 1.0.0 > jsonwebtoken 8.5.1 at "jwt@npm:jsonwebtoken@^8.5.1"',
    ]],
    ['pnpm 9', brought('pnpm-lock.yaml', treePnpm9, app), ["app: app 1.0.0 > @a/qs 6.5.0 at '@a/qs@6.5.0'", 'app: app 1.0.0 > jsonwebtoken 8.5.1 at jsonwebtoken@8.5.1']],
    ['pnpm 5', brought('pnpm-lock.yaml', treePnpm5, app), ['app: app 1.0.0 > @a/qs 6.5.0 at /@a/qs/6.5.0', 'app: app 1.0.0 > jsonwebtoken 8.5.1 at /jsonwebtoken/8.5.1']],
    ['bun: the nearest of two', brought('bun.lock', treeBun, app), ['app: app 1.0.0 > @a/qs 6.5.0 at "app/@a/qs"', 'app: app 1.0.0 > parser 1.0.0 at "parser"', 'app: app 1.0.0 > parser 1.0.0 > @a/qs 6.7.0 at "@a/qs"']],
  ];
  for (const [title, is, should] of cases) test(title, () => assert.deepEqual(is, should));

  test('a large one is walked in a moment', () => {
    const packages: Record<string, unknown> = { '': {} };
    for (let index = 0; index < 30_000; index++) {
      const resolved = `https://registry.example/p${index}/-/p${index}-1.0.0.tgz`;
      packages[`node_modules/p${index}`] = { version: '1.0.0', resolved, integrity: 'sha512-'.padEnd(95, 'a'), dependencies: { [`p${(index * 7 + 1) % 30_000}`]: '1', [`p${index + 1}`]: '1' } };
    }
    const text = JSON.stringify({ lockfileVersion: 3, packages });
    assert.ok(text.length > 5_000_000);
    const found = broughtIn(readLock(filePath('package-lock.json'), text), [{ folder: '', name: 'p0', real: 'p0', range: '1' }], ({ name }) => name === 'p29999');
    assert.equal(found.get('p0')?.length, 1);
  });
});
