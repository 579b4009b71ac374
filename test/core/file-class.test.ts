import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { classify, isNeverFolder, type FileNature } from '../../server/src/core/project/file-class.js';
import type { FileClass } from '../../server/src/core/project/project.js';
import { filePath } from '../../server/src/core/text/source.js';

const table: Readonly<Record<FileClass, readonly string[]>> = {
  source: [
    'app.ts', 'src/app.ts', 'testing/app.ts', 'src/contest/app.ts', 'src/latest.ts', 'src/test.ts', 'bin.js', 'src/builder/a.ts', 'src/distance/a.ts', 'app.tests.ts',
    'routes/outside/x.ts', 'src/min.js', 'src/a.d.tsx', '', 'seedling/a.ts', 'src/openapi.test.yaml', 'mydocs/x.ts',
  ],
  test: [
    'test/a.ts', 'tests/a.ts', 'src/__tests__/a.ts', 'spec/a.js', 'specs/a.js', 'E2E/a.js', 'cypress/x/a.js', '__mocks__/a.js', 'src/fixtures/a.yaml',
    'src/a.test.ts', 'src/a.spec.tsx', 'a.e2e.mjs', 'a.stories.jsx', 'a.bench.cts', 'SRC/A.TEST.TS', 'examples/test/a.ts',
  ],
  example: ['example/a.ts', 'examples/a.ts', 'demo/a.ts', 'demos/a.js', 'sample/a.ts', 'samples/a.ts', 'doc/a.ts', 'docs/a.yaml', 'packages/x/Docs/a.ts', 'docs/scripts/a.ts'],
  seed: ['seed/a.ts', 'seeds/a.ts', 'db/seeders/a.ts', 'seeder/a.ts', 'migration/a.ts', 'db/migrations/001.js', 'scripts/seeds/a.ts'],
  script: ['script/a.ts', 'scripts/a.js', 'tool/a.ts', 'tools/a.ts', 'bin/www.js', 'scripts/openapi.yaml'],
  never: [
    'node_modules/a/index.js', 'a/node_modules/b/test/x.js', 'dist/a.js', 'build/a.js', 'coverage/a.js', '.next/a.js', 'out/a.js', 'vendor/a.js', 'Vendor/a.js',
    'public/a.min.js', 'a.min.mjs', 'types/a.d.ts', 'a.d.mts', 'test/a.d.cts',
  ],
};
for (const [expected, paths] of Object.entries(table))
  test(`class ${expected}`, () => {
    for (const path of paths) assert.equal(classify(filePath(path)), expected, path);
  });

test('what the content says changes the class', () => {
  const cases: readonly (readonly [string, FileNature, FileClass])[] = [
    ['docs/openapi.yaml', { openapi: true }, 'source'],
    ['src/docs/orders.js', { describes: true }, 'source'],
    ['docs/examples/orders.js', { describes: true }, 'example'],
    ['specs/openapi.yaml', { openapi: true }, 'source'],
    ['spec/v1/openapi.json', { openapi: true }, 'source'],
    ['fixtures/openapi.yaml', { openapi: true }, 'test'],
    ['tests/specs/openapi.yaml', { openapi: true }, 'test'],
    ['examples/openapi.yaml', { openapi: true }, 'example'],
    ['docs/examples/openapi.yaml', { openapi: true }, 'example'],
    ['dist/openapi.yaml', { openapi: true }, 'never'],
    ['scripts/openapi.yaml', { openapi: true }, 'script'],
    ['bin/www.js', { runs: true }, 'source'],
    ['scripts/server.ts', { runs: true }, 'source'],
    ['scripts/server.ts', { runs: false }, 'script'],
    ['tests/server.ts', { runs: true }, 'test'],
    ['scripts/openapi.yaml', { runs: true }, 'script'],
  ];
  for (const [path, nature, expected] of cases) assert.equal(classify(filePath(path), nature), expected, `${path} ${JSON.stringify(nature)}`);
});
test('the class is that of the patterns of the catalogue, letter case aside', () => {
  const patterns: readonly (readonly [FileClass, RegExp])[] = [
    ['never', /(^|\/)(node_modules|dist|build|coverage|\.next|out|vendor)\/|\.min\.[cm]?js$|\.d\.[cm]?ts$/i],
    ['test', /(^|\/)(tests?|__tests__|specs?|e2e|cypress|__mocks__|fixtures)\/|\.(test|spec|e2e|stories|bench)\.[cm]?[jt]sx?$/i],
    ['example', /(^|\/)(examples?|demos?|samples?|docs?)\//i],
    ['seed', /(^|\/)(seeds?|seeders?|migrations?)\//i],
    ['script', /(^|\/)(scripts?|tools?|bin)\//i],
  ];
  const segment = fc.constantFrom('src', 'test', 'TESTS', 'specs', 'docs', 'doc', 'sample', 'seeders', 'migration', 'bin', 'tools', 'out', '.next', 'outer', 'vendors', 'testy', 'e2e');
  const name = fc.constantFrom('a.ts', 'a.test.ts', 'a.spec.yaml', 'a.min.js', 'a.d.ts', 'a.D.CTS', 'a.e2e.mts', 'a.bench.jsx', 'test', 'x.spec.tsx', 'min.js');
  fc.assert(fc.property(fc.array(segment, { maxLength: 4 }), name, (folders, file) => {
    const path = [...folders, file].join('/');
    assert.equal(classify(filePath(path)), patterns.find(([, pattern]) => pattern.test(path))?.[0] ?? 'source', path);
  }), { numRuns: 500 });
});
test('folders that are never read are known without a file', () => {
  assert.equal(isNeverFolder('packages/a/Node_Modules'), true);
  assert.equal(isNeverFolder('packages/a'), false);
});
