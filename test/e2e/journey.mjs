// A person's way through the packaged extension, from the first squiggle to the repaired line.
import assert from 'node:assert/strict';
import { mapJourney } from './map-journey.mjs';

const rule = 'methods/unguarded-sibling';
const broken = "files.put('/', (req, res) => {";
const repaired = "files.put('/', requireUser, (req, res) => {";

const lightbulb = '.codicon-light-bulb, .codicon-lightbulb-autofix, [class*="codicon-gutter-lightbulb"]';

/**
 * The steps in order, each a claim and what shows it. `shot(name, area)` keeps a picture for the documentation, of the whole window or of one element; `look` one for whoever checks.
 * A step may rely on those before it; the first that fails ends the journey.
 */
export function journey({ page, shot, look }) {
  const editor = page.locator('.editor-instance .monaco-editor').first();
  const editorArea = page.locator('.part.editor').first();
  const squiggle = editor.locator('.squiggly-error').first();
  const rows = page.locator('.markers-panel .monaco-list-row');
  const row = rows.filter({ hasText: rule }).first();
  const filter = page
    .locator('.markers-panel-action-filter-container input, .markers-panel-action-filter input, .panel .viewpane-filter input')
    .first();
  const explorerRow = (name) => page.locator('.explorer-folders-view .monaco-list-row', { hasText: name }).first();
  // The editor shows spaces as no-break spaces.
  const shownLine = (text) =>
    editor.locator('.view-line').filter({ hasText: new RegExp(text.replace(/[.()'/{]/g, '\\$&').replaceAll(' ', '\\s')) });

  return [
    [
      'the method that its siblings guard is underlined',
      async () => {
        for (const folder of ['src', 'routes']) await explorerRow(folder).click();
        await explorerRow('files.js').dblclick();
        await shownLine(broken).waitFor();
        await squiggle.waitFor();
        await settled(page);
        await shot('squiggle', editorArea);
      },
    ],
    [
      'the Problems panel lists the whole workspace, with rule and source',
      async () => {
        await page.keyboard.press('Control+Shift+M');
        await rows.first().waitFor();
        await settled(page);
        const withRule = page.locator('a', { hasText: /^[a-z-]+\/[a-z-]+$/ });
        await rows.filter({ hasText: 'unlatched' }).filter({ has: withRule }).first().waitFor();
        const files = await rows.locator('.file-icon').allInnerTexts();
        assert.ok(new Set(files).size > 1, `only files with findings: ${files.join(', ')}`);
        await shot('problems');
        await filter.fill(rule);
        await row.waitFor();
      },
    ],
    [
      'the hover says what is wrong, why and what to do',
      async () => {
        await row.dblclick();
        await page.locator('.part.statusbar').getByText('selected').first().waitFor();
        await page.keyboard.press('Control+j');
        await page.locator('.markers-panel').waitFor({ state: 'hidden' });
        const at = await squiggle.boundingBox();
        assert.ok(at, 'the squiggle is not in view');
        await page.mouse.move(at.x + at.width / 2, at.y + at.height / 2, { steps: 5 });
        const hover = page.locator('.monaco-hover:not(.hidden)', { hasText: rule });
        await hover
          .filter({ hasText: 'What to do:' })
          .filter({ hasText: /CWE-\d+/ })
          .first()
          .waitFor();
        await settled(page);
        await shot('hover', editorArea);
        await page.keyboard.press('Escape');
      },
    ],
    [
      'the lightbulb offers the repair first',
      async () => {
        await editor.locator(lightbulb).first().waitFor();
        await page.keyboard.press('Control+.');
        const menu = page.locator('.action-widget:not(.action-list-submenu-panel)');
        const focused = menu.locator('.monaco-list-row.focused').first();
        await focused.waitFor();
        assert.match(await menu.innerText(), new RegExp(`Suppress ${rule}`));
        assert.doesNotMatch(await focused.innerText(), /Suppress|Open the page/);
        await settled(page);
        await shot('lightbulb', editorArea);
      },
    ],
    [
      'the repair changes the line, and the finding is gone from editor and panel',
      async () => {
        await page.keyboard.press('Enter');
        await shownLine(repaired).waitFor();
        await squiggle.waitFor({ state: 'detached' });
        await page.keyboard.press('Control+Shift+M');
        await row.waitFor({ state: 'detached' });
        await filter.fill('');
        await rows.first().waitFor();
        await settled(page);
        await shot('fixed');
      },
    ],
    [
      'undo brings the finding back, and its code opens the page of the rule',
      async () => {
        await filter.fill(rule);
        await shownLine(repaired).click();
        await page.keyboard.press('Control+z');
        await row.waitFor();
        await row
          .locator('a', { hasText: rule })
          .first()
          .click({ modifiers: ['Control'] });
        await page.locator('.tabs-container .tab', { hasText: 'unguarded-sibling.md' }).waitFor();
        await page.keyboard.press('Control+j');
        const body = page.frameLocator('iframe.webview').frameLocator('iframe').locator('h1');
        await body.first().waitFor();
        await settled(page);
        await shot('rule-page', editorArea);
      },
    ],
    [
      'the palette creates a policy file, which is open and has no findings',
      async () => {
        await runCommand(page, 'Unlatched: Create Policy File');
        await page.locator('.tabs-container .tab.active', { hasText: 'unlatched.yml' }).waitFor();
        await editor
          .locator('.view-line')
          .filter({ hasText: /Policy/ })
          .first()
          .waitFor();
        await settled(page);
        await shot('policy', editorArea);
      },
    ],
    ...mapJourney({ page, shot, runCommand, settled }),
    [
      'the walkthrough has four steps, each with a picture',
      async () => {
        await runCommand(page, 'Welcome: Open Walkthrough...');
        await page.keyboard.type('Get Started with Unlatched');
        await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Get Started with Unlatched' }).first().waitFor();
        await page.keyboard.press('Enter');
        const steps = page.locator('.gettingStartedContainer .getting-started-step');
        await steps.nth(3).waitFor();
        assert.equal(await steps.count(), 4);
        // Beside the folders there is no room for the picture.
        await page.keyboard.press('Control+b');
        await page.locator('.getting-started-media img').first().waitFor();
        await settled(page);
        await look('walkthrough');
      },
    ],
  ];
}

/** Runs a command as a person does, by its name in the palette. */
async function runCommand(page, name) {
  await page.keyboard.press('F1');
  await page.locator('.quick-input-widget input').waitFor();
  await page.keyboard.type(name);
  await page.locator('.quick-input-list .monaco-list-row', { hasText: name }).first().waitFor();
  await page.keyboard.press('Enter');
}

/** Waits until nothing has moved for a moment, so that pictures show what a person would see. */
async function settled(page) {
  let before;
  for (let round = 0; round < 20; round++) {
    const now = (await page.screenshot()).toString('base64');
    if (now === before) return;
    before = now;
    await page.waitForTimeout(150);
  }
}
