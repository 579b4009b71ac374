import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filesBelow, textOf } from '../../scripts/project.js';

const folders = ['server', 'client', 'scripts', 'test', 'bench'];
const sources = [
  ...folders.flatMap((folder) => filesBelow(folder, ['client/out', 'server/out', 'test/e2e/shots'])),
  'esbuild.mjs',
  'eslint.config.mjs',
  '.dependency-cruiser.cjs',
]
  .filter((path) => /\.(ts|mjs|cjs|js)$/.test(path))
  .filter((path) => !path.includes('/fixtures/'));

/** `path:line` of every source line for which a claim does not hold. */
function failing(claim: (line: string) => boolean, paths = sources): readonly string[] {
  return paths.flatMap((path) => (textOf(path) ?? '').split('\n').flatMap((line, index) => (claim(line) ? [] : [`${path}:${index + 1}`])));
}

test('sources are ASCII', () => {
  assert.ok(sources.length > 50, 'there are sources');
  assert.deepEqual(
    failing((line) => /^[\x00-\x7f]*$/.test(line)),
    [],
  );
});
test('nothing is left to do in a comment', () => {
  const unfinished = ['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX:'];
  assert.deepEqual(
    failing(
      (line) => !unfinished.some((word) => new RegExp(`(//|\\*).*\\b${word}`).test(line)),
      sources.filter((path) => !path.includes('/rules/')),
    ),
    [],
  );
});
test('lines fit on a screen; tables of facts may be wider', () => {
  assert.deepEqual(
    failing(
      (line) => line.length <= 240,
      sources.filter((path) => !path.includes('/rules/facts/')),
    ),
    [],
  );
});
test('a file holds one idea: at most 400 lines', () => {
  const long = sources.filter((path) => !path.endsWith('/index.ts') && (textOf(path) ?? '').split('\n').length > 401);
  assert.deepEqual(long, []);
});
test('file names are kebab-case', () => {
  assert.deepEqual(
    sources.filter((path) => !/(^|\/)\.?[a-z0-9]+([-.][a-z0-9]+)*$/.test(path.split('/').at(-1) ?? '')),
    [],
  );
});
test("no line names a place of somebody's machine", () => {
  const places = new RegExp(`/(${['home', 'Users', 'root'].join('|')})/[a-z]`);
  assert.deepEqual(
    failing(
      (line) => !places.test(line),
      sources.filter((path) => path !== 'test/house/sources.test.ts'),
    ),
    [],
  );
});
