import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEngine } from '../../server/src/core/engine.js';
import { createFiles } from '../../server/src/core/holding/files.js';
import { filePath } from '../../server/src/core/text/source.js';
import { routesOf } from '../adapters/routes.js';

/** Settings and files of a project, and what a name in one of its files leads to. */
const NAMES: readonly { readonly name: string; readonly files: Readonly<Record<string, string>>; readonly from: string; readonly specifier: string; readonly leads: string | undefined }[] = [
  { name: 'a star', files: { 'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }', 'src/lib/auth.ts': '' }, from: 'src/app.ts', specifier: '@/lib/auth', leads: 'src/lib/auth.ts' },
  { name: 'comments and a comma at the end',
    files: { 'tsconfig.json': '{\n  // names\n  "compilerOptions": { "baseUrl": "src", "paths": { "@/*": ["*"], }, },\n}', 'src/lib/auth.ts': '' },
    from: 'src/app.ts', specifier: '@/lib/auth', leads: 'src/lib/auth.ts' },
  { name: 'jsconfig.json', files: { 'jsconfig.json': '{ "compilerOptions": { "paths": { "~/*": ["./*"] } } }', 'auth.js': '' }, from: 'pages/api/a.js', specifier: '~/auth', leads: 'auth.js' },
  { name: 'a name without a star', files: { 'tsconfig.json': '{ "compilerOptions": { "paths": { "db": ["./server/db.ts"] } } }', 'server/db.ts': '' }, from: 'a.ts', specifier: 'db', leads: 'server/db.ts' },
  { name: 'the longest pattern', files: { 'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./src/*"], "@/lib/*": ["./lib/*"] } } }', 'src/lib/a.ts': '', 'lib/a.ts': '' }, from: 'x.ts', specifier: '@/lib/a', leads: 'lib/a.ts' },
  { name: 'the second target', files: { 'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./a/*", "./b/*"] } } }', 'b/x.ts': '' }, from: 'x.ts', specifier: '@/x', leads: 'b/x.ts' },
  { name: 'the base alone', files: { 'tsconfig.json': '{ "compilerOptions": { "baseUrl": "." } }', 'lib/a.ts': '' }, from: 'pages/x.ts', specifier: 'lib/a', leads: 'lib/a.ts' },
  { name: 'settings above',
    files: { 'apps/web/tsconfig.json': '{ "extends": "../../tsconfig.base.json" }', 'tsconfig.base.json': '{ "compilerOptions": { "baseUrl": ".", "paths": { "@acme/db": ["packages/db/src/index.ts"] } } }', 'packages/db/src/index.ts': '' },
    from: 'apps/web/x.ts', specifier: '@acme/db', leads: 'packages/db/src/index.ts' },
  { name: 'settings of a package of the project',
    files: { 'apps/web/tsconfig.json': '{ "extends": "@acme/tsconfig/next.json", "compilerOptions": { "paths": { "@/*": ["./*"] } } }', 'apps/web/a.ts': '',
      'packages/tsconfig/package.json': '{ "name": "@acme/tsconfig" }', 'packages/tsconfig/next.json': '{}' },
    from: 'apps/web/x.ts', specifier: '@/a', leads: 'apps/web/a.ts' },
  { name: 'the settings nearest to the file',
    files: { 'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./*"] } } }', 'apps/web/tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }', 'a.ts': '', 'apps/web/src/a.ts': '' },
    from: 'apps/web/x.ts', specifier: '@/a', leads: 'apps/web/src/a.ts' },
  { name: 'a package of the project',
    files: { 'packages/db/package.json': '{ "name": "@acme/db", "main": "./dist/index.js" }', 'packages/db/src/index.ts': '' },
    from: 'apps/web/x.ts', specifier: '@acme/db', leads: 'packages/db/src/index.ts' },
  { name: 'a path below a package of the project',
    files: { 'packages/db/package.json': '{ "name": "@acme/db", "exports": { ".": "./index.ts", "./client": { "types": "./lib/client.ts" } } }', 'packages/db/lib/client.ts': '' },
    from: 'x.ts', specifier: '@acme/db/client', leads: 'packages/db/lib/client.ts' },
  { name: 'exports with a star', files: { 'packages/ui/package.json': '{ "name": "ui", "exports": { "./*": "./src/*.tsx" } }', 'packages/ui/src/button.tsx': '' }, from: 'x.ts', specifier: 'ui/button', leads: 'packages/ui/src/button.tsx' },
  { name: 'another package', files: { 'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }', 'src/express.ts': '' }, from: 'src/app.ts', specifier: 'express', leads: undefined },
  { name: 'settings that are no settings', files: { 'tsconfig.json': '[1', 'src/a.ts': '' }, from: 'src/app.ts', specifier: '@/a', leads: undefined },
  { name: 'settings above in a circle', files: { 'tsconfig.json': '{ "extends": "./tsconfig.json" }', 'src/a.ts': '' }, from: 'src/app.ts', specifier: '@/a', leads: undefined },
  { name: 'what people mean where no settings are held', files: { 'web/package.json': '{}', 'web/src/lib/a.ts': '' }, from: 'web/src/app/x.ts', specifier: '@/lib/a', leads: 'web/src/lib/a.ts' },
  { name: 'settings that say nothing of it', files: { 'tsconfig.json': '{}', 'lib/a.ts': '' }, from: 'app/x.ts', specifier: '@/lib/a', leads: undefined },
  { name: 'a target outside the project', files: { 'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["../../*"] } } }', 'a.ts': '' }, from: 'src/app.ts', specifier: '@/a', leads: undefined },
];
for (const { name, files, from, specifier, leads } of NAMES) {
  test(`a name that leads to a file: ${name}`, () => {
    const held = createFiles();
    for (const [path, text] of Object.entries(files)) held.set({ path: filePath(path), text, revision: 1 });
    assert.equal(held.resolve(specifier, filePath(from)), leads);
  });
}

const APP = "import express from 'express';\nimport { requireUser } from '@/auth';\nconst app = express();\napp.put('/x', requireUser, (req, res) => res.end());\napp.listen(1);\n";
const AUTH = 'export const requireUser = (req, res, next) => { if (!req.user) return res.sendStatus(401); next(); };';

test('a guard behind an alias is read', () => {
  const settings = '{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }';
  assert.deepEqual(routesOf({ 'src/app.ts': APP, 'src/auth.ts': AUTH, 'tsconfig.json': settings }), ['PUT /x guarded src/app.ts:4']);
});

test('an alias that is changed is followed anew', () => {
  const set = (path: string, text: string, revision = 1) => ({ path: filePath(path), text, revision });
  const engine = createEngine();
  const open = 'export const requireUser = (req, res, next) => next();';
  engine.apply({ set: [set('src/app.ts', APP), set('src/auth.ts', AUTH), set('other/auth.ts', open), set('tsconfig.json', '{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }')] });
  assert.equal(engine.inventory()[0]?.authentication, 'guarded');
  engine.apply({ set: [set('tsconfig.json', '{ "compilerOptions": { "paths": { "@/*": ["./other/*"] } } }', 2)] });
  assert.equal(engine.inventory()[0]?.authentication, 'unguarded');
});
