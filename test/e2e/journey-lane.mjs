// The journey lane: the packaged extension in a browser workbench on a copy of the playground, used as a person would.
// UPDATE=1 writes the pictures to docs/images, else they go to out/e2e/shots. UNLATCHED_VSIX tests another package.
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { openBrowser } from './browser.mjs';
import { journey } from './journey.mjs';
import { missingForWorkbench, root, runByHand, skippedLane } from './lane.mjs';
import { packagedExtension, quietTypeScript, startWorkbench } from './workbench.mjs';

const stepLimitMs = 30_000;
const forPictures = {
  'editor.fontSize': 15,
  'editor.cursorBlinking': 'solid',
  'editor.stickyScroll.enabled': false,
  'editor.occurrencesHighlight': 'off',
  'breadcrumbs.enabled': false,
};

/** Runs the steps in order; a missing browser or workbench is one skipped line, a missing package a failure. */
export async function run() {
  const missing = missingForWorkbench();
  if (missing) return skippedLane(`journey: skipped: ${missing}`);
  let vsix;
  try {
    vsix = process.env.UNLATCHED_VSIX ?? packagedExtension(root);
  } catch (error) {
    return { passed: 0, failed: 1, skipped: 0, lines: [`journey: ${error.message}`] };
  }
  const shots = process.env.UPDATE === '1' ? path.join(root, 'docs', 'images') : path.join(root, 'out', 'e2e', 'shots');
  for (const folder of [shots, path.join(root, 'out', 'e2e', 'shots')]) mkdirSync(folder, { recursive: true });
  const scratch = mkdtempSync(path.join(tmpdir(), 'unlatched-journey-'));
  const workspace = path.join(scratch, 'playground');
  cpSync(path.join(root, 'playground'), workspace, { recursive: true });
  const bench = await startWorkbench({ vsix: [vsix], userSettings: { ...quietTypeScript, ...forPictures } });
  const { browser, page } = await openBrowser({ width: 1240, height: 800 });
  page.setDefaultTimeout(stepLimitMs);
  const shot = async (name, area) => {
    await (area ?? page).screenshot({ path: path.join(shots, `${name}.png`) });
  };
  const look = (name, area) => (area ?? page).screenshot({ path: path.join(root, 'out', 'e2e', 'shots', `${name}.png`) });
  const lines = [`journey: ${path.basename(vsix)} on ${path.basename(workspace)}`];
  let passed = 0;
  try {
    await page.goto(bench.url(workspace));
    for (const [claim, step] of journey({ page, shot, look })) {
      const began = Date.now();
      try {
        await step();
      } catch (error) {
        const failed = path.join(root, 'out', 'e2e', 'journey-failed.png');
        await page.screenshot({ path: failed }).catch(() => {});
        lines.push(`  FAIL ${claim}`, stripVTControlCharacters(String(error.stack ?? error)), `  picture: ${path.relative(root, failed)}`);
        return { passed, failed: 1, skipped: 0, lines };
      }
      passed++;
      lines.push(`  ok   ${claim} (${Date.now() - began} ms)`);
    }
    return { passed, failed: 0, skipped: 0, lines };
  } finally {
    await browser.close();
    await bench.stop();
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

await runByHand(import.meta.url, run);
