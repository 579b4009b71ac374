// The map lane: the mind map's page in a browser without an editor around it, used by mouse and by keyboard, and checked by axe-core.
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { browserPath, noBrowser, openBrowser } from './browser.mjs';
import { root, runByHand, skippedLane } from './lane.mjs';
import { mapIn } from './map-page.mjs';
import { mapTests } from './map-tests.mjs';

const stepLimitMs = 20_000;

/** Runs every claim on a page of its own state; a missing browser is one skipped line, a missing build a failure. */
export async function run() {
  if (!browserPath()) return skippedLane(`map: skipped: ${noBrowser}`);
  const unbuilt = ['mind-map.js', 'mind-map.css'].filter((file) => !existsSync(path.join(root, 'client', 'out', file)));
  if (unbuilt.length > 0) return { passed: 0, failed: 1, skipped: 0, lines: [`map: ${unbuilt.join(' and ')} missing: run npm run build`] };
  const shots = path.join(root, 'out', 'e2e', 'shots');
  mkdirSync(shots, { recursive: true });
  const { browser, page } = await openBrowser({ width: 1240, height: 760 });
  page.setDefaultTimeout(stepLimitMs);
  const lines = [];
  const counts = { passed: 0, failed: 0, skipped: 0 };
  try {
    const map = await mapIn(page);
    const look = (name) => page.screenshot({ path: path.join(shots, `${name}.png`) });
    for (const [claim, check] of mapTests({ page, map, look })) {
      map.complaints.length = 0;
      try {
        await check();
        if (map.complaints.length > 0) throw new Error(`the browser complains: ${map.complaints.join('; ')}`);
        counts.passed++;
        lines.push(`  ok   ${claim}`);
      } catch (error) {
        counts.failed++;
        await look(`map-failed-${counts.failed}`).catch(() => {});
        lines.push(`  FAIL ${claim}`, stripVTControlCharacters(String(error.stack ?? error)));
      }
    }
    return { ...counts, lines };
  } finally {
    await browser.close();
  }
}

await runByHand(import.meta.url, run);
