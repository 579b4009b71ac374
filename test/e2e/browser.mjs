// The browser the workbench is driven with: CHROMIUM, else an installed Chromium, Chrome or Edge.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge', 'microsoft-edge-stable'];
const elsewhere = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
];

/** What to print where no browser is found. */
export const noBrowser = 'no browser: install chromium (Debian: apt-get install chromium fonts-dejavu-core), or set CHROMIUM to one';

/** The path of a browser, or undefined. A CHROMIUM that names no file is an error, not a reason to look further. */
export function browserPath(env = process.env) {
  if (env.CHROMIUM) {
    if (!existsSync(env.CHROMIUM)) throw new Error(`CHROMIUM names no file: ${env.CHROMIUM}`);
    return env.CHROMIUM;
  }
  const folders = (env.PATH ?? '').split(path.delimiter).filter((folder) => folder !== '');
  const onPath = names.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return [...onPath, ...elsewhere].find((file) => existsSync(file));
}

/** A page in a new headless browser; close the browser when done. */
export async function openBrowser({ width = 1280, height = 800 } = {}) {
  const executablePath = browserPath();
  if (!executablePath) throw new Error(noBrowser);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
  const context = await browser.newContext({ viewport: { width, height } });
  return { browser, page: await context.newPage() };
}
