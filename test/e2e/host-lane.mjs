// The in-host lane: the mocha suite of host/*.ts inside the extension host of a real VS Code, started by
// @vscode/test-electron: VSCODE_EXECUTABLE, else `code`, else the browser workbench through stand-in.mjs.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import { desktopEditor } from './desktop.mjs';
import { missingBundles, missingForWorkbench, root, runByHand, skippedLane } from './lane.mjs';
import { oldestWorkbench, whyNoOldest } from './workbench.mjs';

const here = import.meta.dirname;
/** The extension under test: this project, or another folder for trying the lane itself. */
const extension = process.env.UNLATCHED_EXTENSION ?? root;
const bundled = path.join(root, 'out', 'e2e', 'host');

async function bundleSuite() {
  const sources = readdirSync(path.join(here, 'host')).filter((file) => file === 'index.ts' || file.endsWith('.test.ts'));
  rmSync(bundled, { recursive: true, force: true });
  mkdirSync(bundled, { recursive: true });
  await build({
    entryPoints: sources.map((file) => path.join(here, 'host', file)),
    outdir: bundled,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
}

/** Runs the suite in the newest editor, and in the oldest the manifest allows where that can be had; a missing editor or browser is one skipped line, a missing build a failure. */
export async function run() {
  const unbuilt = missingBundles(extension);
  if (unbuilt.length > 0) return { passed: 0, failed: 1, skipped: 0, lines: [`host: ${unbuilt.join(' and ')} missing: run npm run build`] };
  const desktop = desktopEditor();
  const missing = desktop ? undefined : missingForWorkbench();
  if (missing) return skippedLane(`host: skipped: ${missing}`);

  await bundleSuite();
  const newest = await runOn(desktop, {});
  const noOldest = desktop ? 'VSCODE_EXECUTABLE or code decides which VS Code runs' : whyNoOldest();
  const oldest = noOldest ? skippedLane(`host: skipped in VS Code 1.100: ${noOldest}`) : await runOn(undefined, oldestWorkbench);
  return {
    passed: newest.passed + oldest.passed,
    failed: newest.failed + oldest.failed,
    skipped: newest.skipped + oldest.skipped,
    lines: [...newest.lines, ...oldest.lines],
  };
}

/** One run, in a desktop editor or in the browser workbench that `env` chooses. */
async function runOn(desktop, env) {
  const scratch = mkdtempSync(path.join(tmpdir(), 'unlatched-host-'));
  const result = path.join(scratch, 'result.json');
  const workspace = path.join(scratch, 'workspace');
  cpSync(path.join(here, 'workspace'), workspace, { recursive: true });
  let ended;
  try {
    await runTests({
      vscodeExecutablePath: desktop ?? path.join(here, 'stand-in.mjs'),
      extensionDevelopmentPath: extension,
      extensionTestsPath: path.join(bundled, 'index.js'),
      extensionTestsEnv: { ...env, UNLATCHED_HOST_RESULT: result, UNLATCHED_FAILED_SHOT: path.join(root, 'out', 'e2e', 'host-failed.png') },
      launchArgs: [workspace, '--disable-extensions', '--disable-gpu', '--user-data-dir', path.join(scratch, 'profile')],
    });
  } catch (error) {
    ended = String(error);
  }
  try {
    if (!existsSync(result))
      return { passed: 0, failed: 1, skipped: 0, lines: [`host: the suite wrote no result: ${ended ?? 'the editor ended early'}`] };
    const { passed, failed, skipped, lines } = JSON.parse(readFileSync(result, 'utf8'));
    // A run that ended badly without a failed test of its own hung or broke off.
    const broke = ended !== undefined && failed === 0;
    return { passed, failed: broke ? 1 : failed, skipped, lines: broke ? [...lines, `host: the run broke off: ${ended}`] : lines };
  } finally {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

await runByHand(import.meta.url, run);
