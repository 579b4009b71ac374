import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filesBelow, textOf } from '../../scripts/project.js';
import { libraryDefaults } from '../../server/src/core/rules/defaults.js';
import { rules } from '../../server/src/core/rules/index.js';

const ids = libraryDefaults.map(({ id }) => id);

test('each library default is listed once, and proved once by a test', () => {
  assert.equal(new Set(ids).size, ids.length);
  const tests = filesBelow('test/defaults').filter((path) => path.endsWith('.test.ts')).map((path) => textOf(path) ?? '');
  assert.deepEqual(ids.filter((id) => tests.reduce((count, text) => count + text.split(`verify('${id}'`).length - 1, 0) !== 1), []);
});
test('the version of a library default is the pinned development dependency', () => {
  const { devDependencies }: { devDependencies: Record<string, string> } = JSON.parse(textOf('package.json') ?? '{}');
  const isPinned = ({ name, version, installed }: (typeof libraryDefaults)[number]): boolean => {
    if (installed === 'node') return name === 'Node.js';
    const wanted = installed === name ? version : `npm:${name}@${version}`;
    return devDependencies[installed] === wanted;
  };
  assert.deepEqual(libraryDefaults.filter((one) => !isPinned(one)).map(({ id, installed, version }) => `${id}: ${installed} ${version}`), []);
});
test('a rule leans on listed defaults, and each default has a rule that leans on it', () => {
  const leaned = rules.flatMap(({ meta }) => meta.leansOn ?? []);
  assert.deepEqual(leaned.filter((id) => !ids.includes(id)), []);
  assert.deepEqual(ids.filter((id) => !leaned.includes(id)), []);
});
