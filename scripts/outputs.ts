import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { changedAt, filesBelow, root, textOf } from './project.js';

const skip = ['client/out', 'server/out'];
const outputs = ['client/out/extension.js', 'client/out/mind-map.js', 'client/out/mind-map.css', ...['server', 'cli'].flatMap((name) => [`server/out/${name}.js`, `server/out/${name}-main.js`])];

/** Builds the bundles when one is missing or older than a source; false when the build failed. */
export function buildIfNeeded(): boolean {
  const sources = [
    ...filesBelow('server', skip),
    ...filesBelow('client', skip),
    'esbuild.mjs',
    'scripts/parser-module.mjs',
    'package.json',
    'package-lock.json',
  ];
  if (outputs.every((path) => changedAt(path) >= newest(sources))) return true;
  console.error('Building ...');
  return spawnSync(process.execPath, ['esbuild.mjs'], { cwd: root, stdio: ['ignore', 2, 2] }).status === 0;
}
/** The packaged extension of this version, relative to the project. */
export function packagePath(): string {
  const version = /"version": "([^"]+)"/.exec(textOf('package.json') ?? '')?.[1] ?? '0.0.0';
  return `unlatched-${version}.vsix`;
}
/** The samples of secrets/known-token look like tokens of these kinds and open nothing; tokens of every other kind still stop the packaging. */
const samplesOfTokens = ['--allow-package-secrets', 'github', 'slack'];
/** Packages the extension when its file is missing or older than something in it; false when that failed. Builds first. */
export function packageIfNeeded(): boolean {
  if (!buildIfNeeded()) return false;
  const inside = [
    ...outputs,
    ...['images', 'l10n', 'syntaxes', 'docs'].flatMap((folder) => filesBelow(folder)),
    'README.md',
    'CHANGELOG.md',
    'package.json',
    '.vscodeignore',
  ];
  if (changedAt(packagePath()) >= newest(inside)) return true;
  console.error('Packaging the extension ...');
  const vsce = join(root, 'node_modules/@vscode/vsce/vsce');
  return (
    spawnSync(process.execPath, [vsce, 'package', '--no-dependencies', '--no-rewrite-relative-links', '--allow-missing-repository', ...samplesOfTokens], {
      cwd: root,
      stdio: ['ignore', 2, 2],
    }).status === 0
  );
}
function newest(paths: readonly string[]): number {
  return Math.max(...paths.map(changedAt));
}
