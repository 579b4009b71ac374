// What both lanes share: what is missing on this machine, and running a lane by hand.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { browserPath, noBrowser } from './browser.mjs';
import { installWorkbench, whyNoWorkbench } from './workbench.mjs';

/** The project's folder. */
export const root = path.resolve(import.meta.dirname, '..', '..');

/** A lane that could not run: one printed line says what is missing and how to get it. */
export function skippedLane(line) {
  return { passed: 0, failed: 0, skipped: 1, lines: [line] };
}

/** Why the browser workbench cannot be used here, or undefined after it is installed. */
export function missingForWorkbench() {
  if (!browserPath()) return noBrowser;
  const none = whyNoWorkbench();
  if (none) return none;
  try {
    installWorkbench();
    return undefined;
  } catch (error) {
    return `the workbench could not be installed (a network is needed once): ${error.message.split('\n').join(' ')}`;
  }
}

/** The bundles a lane needs that are not built. */
export function missingBundles(extension = root) {
  return ['client/out/extension.js', 'server/out/server.js'].filter((file) => !existsSync(path.join(extension, file)));
}

/** Runs a lane when its file is the program: prints its lines and counts, exits 1 when something failed. */
export async function runByHand(url, run) {
  if (process.argv[1] !== fileURLToPath(url)) return;
  const { passed, failed, skipped, lines } = await run().catch((error) => ({ passed: 0, failed: 1, skipped: 0, lines: [error.message] }));
  console.log(lines.join('\n'));
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed > 0 ? 1 : 0;
}
