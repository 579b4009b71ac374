import assert from 'node:assert/strict';
import { test } from 'node:test';
import { existsSync } from 'node:fs';
import { filesBelow, textOf } from '../../scripts/project.js';

const pages = [
  ...filesBelow('docs', ['docs/rules', 'docs/images']).filter((path) => path.endsWith('.md')),
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
];
const tops = ['server', 'client', 'scripts', 'test', 'docs', 'bench', 'playground', 'playground-fixed', 'syntaxes', '.ci', 'l10n'];

test('every path in backticks exists', () => {
  const dead = pages.flatMap((page) =>
    pathsIn(textOf(page) ?? '')
      .filter((path) => !existsSync(path))
      .map((path) => `${page}: ${path}`),
  );
  assert.deepEqual(dead, []);
});
test('every picture and page linked exists', () => {
  const dead = pages.flatMap((page) =>
    [...(textOf(page) ?? '').matchAll(/\]\(([^)#\s]+)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => !existsSync(page.startsWith('docs/') ? `docs/${target}` : target))
      .map((target) => `${page}: ${target}`),
  );
  assert.deepEqual(dead, []);
});
test('the newest entry of the changelog is the version of the manifest or a later one', () => {
  const top = /^## \[?(\d+)\.(\d+)\.(\d+)/m.exec(textOf('CHANGELOG.md') ?? '');
  const version = /"version": "(\d+)\.(\d+)\.(\d+)"/.exec(textOf('package.json') ?? '');
  assert.ok(top && version);
  const weight = (match: RegExpExecArray): number => Number(match[1]) * 1e6 + Number(match[2]) * 1e3 + Number(match[3]);
  assert.ok(weight(top) >= weight(version), `${top[0]} is older than ${version[0]}`);
});
test('every dependency has its line in the architecture page, and an exact version', () => {
  const {
    dependencies,
    devDependencies,
  }: Record<'dependencies' | 'devDependencies', Record<string, string>> = JSON.parse(textOf('package.json') ?? '{}');
  const page = textOf('docs/architecture.md') ?? '';
  assert.deepEqual(
    Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !page.includes(`\`${name}\``)),
    [],
  );
  assert.deepEqual(
    Object.entries({ ...dependencies, ...devDependencies }).filter(([, version]) => !/^(?:npm:(?:@[a-z]+\/)?[a-z]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)),
    [],
  );
});

/** Paths of the project in backticks; for a pattern (`<id>`, `*`) the folder before it; built files are left out. */
function pathsIn(text: string): readonly string[] {
  return [...text.matchAll(/`([^`\s]+)`/g)]
    .map(([, path = '']) => path)
    .filter((path) => path.includes('/') && tops.includes(path.split('/')[0] ?? '') && !/^(client|server)\/out\b/.test(path))
    .map((path) => path.split(/[<*{]/)[0] ?? '')
    .map((path) => (path.endsWith('/') || /\.\w+$/.test(path) ? path : path.replace(/:\d+$/, '')));
}
