// Runs scripts/<name>.ts. Needs nothing but Node: installs the packages when they are missing or not those of the lockfile.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) stop(`Node ${process.versions.node} is too old: install Node 20.19 or newer.`);

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [name = '', ...rest] = process.argv.slice(2);

/** The packages of the lockfile that are not installed in the version it names. */
function missingPackages() {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const hidden = join(root, 'node_modules/.package-lock.json');
  const installed = existsSync(hidden) ? JSON.parse(readFileSync(hidden, 'utf8')).packages : {};
  return Object.entries(lock).filter(([path, entry]) => path !== '' && !entry.optional && installed[path]?.version !== entry.version);
}
function install() {
  const missing = missingPackages();
  if (missing.length === 0) return;
  console.error(`Installing ${missing.length} packages (npm ci) ...`);
  // Arguments are constants, so the shell that Windows needs for npm.cmd sees nothing of the caller's.
  const windows = process.platform === 'win32';
  const result = spawnSync(windows ? 'npm.cmd' : 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: windows,
  });
  if (result.status !== 0) stop('npm ci failed; see above. A network or a filled npm cache is needed once.');
}
function stop(reason) {
  console.error(reason);
  process.exit(2);
}

const entry = join(root, 'scripts', `${name}.ts`);
if (!/^[a-z-]+$/.test(name) || !existsSync(entry)) stop(`usage: node scripts/run.mjs <name of a file in scripts/>, not "${name}"`);
process.chdir(root);
install();
const { build } = await import('esbuild');
const outfile = join(root, 'out/scripts', `${name}.mjs`);
await build({
  entryPoints: [entry],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  packages: 'external',
  sourcemap: 'inline',
  logLevel: 'warning',
});
process.argv = [process.argv[0], outfile, ...rest];
process.setSourceMapsEnabled(true);
const { main } = await import(pathToFileURL(outfile).href);
process.exitCode = await main(rest);
