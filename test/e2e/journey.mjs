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
  const mapRow = (text) => page.locator('.part.sidebar .monaco-list-row', { hasText: text });
  const explorerRow = (name) => page.locator('.explorer-folders-view .monaco-list-row', { hasText: name }).first();
  // The editor shows spaces as no-break spaces.
  const shownLine = (text) =>
    editor.locator('.view-line').filter({ hasText: new RegExp(text.replace(/[.*()'/{]/g, '\\$&').replaceAll(' ', '\\s')) });

  return [
    [
      'the server starts by the files at the top of the folder, before one is opened',
      async () => {
        await page.locator('.part.statusbar [id*="unlatched"]').first().waitFor();
      },
    ],
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
      'a lens above each route names what a request meets, and lists the places',
      async () => {
        const lens = editor.locator('.codelens-decoration a', { hasText: 'PUT' });
        await lens.waitFor();
        assert.match(await lens.innerText(), /^PUT\s\/files \u00b7 cors\(\*\) \u2192 json \u2192 no authentication \u2192 handler$/);
        await settled(page);
        await shot('codelens', editorArea);
        await lens.click();
        const places = page.locator('.quick-input-list .monaco-list-row');
        await places.filter({ hasText: '1. cors(*)' }).waitFor();
        assert.match(await places.nth(2).innerText(), /3\. handler[^]*files\.js:16/);
        await look('walk');
        await page.keyboard.press('ArrowDown');
        await page.locator('.tabs-container .tab', { hasText: 'app.js' }).waitFor();
        await page.keyboard.press('Escape');
        await page.locator('.tabs-container .tab.active', { hasText: 'files.js' }).waitFor();
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
        await pointAt(page, squiggle);
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
        await editor.locator('.codelens-decoration a', { hasText: 'PUT' }).filter({ hasText: 'guarded by requireUser' }).waitFor();
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
      'the hover on a set-up call shows what responses carry, and what the repair changes',
      async () => {
        await explorerRow('app.js').dblclick();
        await page.locator('.tabs-container .tab.active', { hasText: 'app.js' }).waitFor();
        const line = shownLine("app.use(cors({ origin: '*' }));");
        await pointAt(page, line.locator('span', { hasText: /^cors$/ }).first());
        const hover = page.locator('.monaco-hover:not(.hidden)', { hasText: 'Responses carry' }).first();
        await hover.filter({ hasText: /Access-Control-Allow-Origin:\s\*/ }).waitFor();
        assert.match((await hover.innerText()).replaceAll('\u00a0', ' '), /After "Name [^"]+":[^]*- Access-Control-Allow-Origin: \*/);
        await settled(page);
        await shot('headers', editorArea);
        await page.keyboard.press('Escape');
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
      'the API map shows every endpoint by path, opens its source, and follows an edit',
      async () => {
        await runCommand(page, 'Unlatched: Show API Map');
        for (const path of ['/users/{id}', '/files']) await mapRow(path).first().click();
        await mapRow('DELETE').waitFor();
        assert.match(await mapRow('PUT').innerText(), /no authentication/);
        // What stands beside the names needs more room than a new window gives it.
        await widenSideBar(page, 150);
        await mapRow('PUT').locator('.monaco-tl-twistie').click();
        await mapRow('cors(*)').waitFor();
        await mapRow('PUT').locator('.label-name').click();
        await page.locator('.part.statusbar').getByText('Ln 16').first().waitFor();
        await editor.locator('.codelens-decoration a', { hasText: 'PUT' }).waitFor();
        await shownLine('res.json(store.filesOf(req.user.id));').click();
        await page.mouse.move(0, 0);
        await settled(page);
        await shot('api-map');
        // The method is selected: what is typed replaces it.
        await mapRow('PUT').locator('.label-name').click();
        await page.keyboard.press('Control+1');
        await page.keyboard.type('patch');
        await mapRow('PATCH').waitFor();
        // The document has the method still.
        const unserved = mapRow('PUT').filter({ hasText: 'not served' });
        await unserved.waitFor();
        await page.keyboard.press('Control+z');
        await unserved.waitFor({ state: 'detached' });
        await mapRow('PUT').waitFor();
      },
    ],
    [
      'the API map is narrowed by filters, and says so',
      async () => {
        await page.locator('.part.sidebar .composite.title, .part.sidebar .pane-header').first().hover();
        await page.locator('.part.sidebar a[aria-label^="Filter the API Map"]').first().click();
        await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Public writes' }).click();
        await page.keyboard.press('Enter');
        await mapRow('GET').first().waitFor({ state: 'detached' });
        await page.locator('.part.sidebar', { hasText: 'Only: Public writes' }).waitFor();
        await mapRow('PUT').waitFor();
        await look('api-map-filtered');
        await page.locator('.part.sidebar a[aria-label^="Clear the Filters"]').first().click();
        await mapRow('GET').first().waitFor();
      },
    ],
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

/** Drags the edge between side bar and editor. */
async function widenSideBar(page, by) {
  const bar = await page.locator('.part.sidebar').boundingBox();
  assert.ok(bar, 'the side bar is not shown');
  const [x, y] = [bar.x + bar.width + 1, bar.y + bar.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + by, y, { steps: 5 });
  await page.mouse.up();
}

/** Moves the pointer onto an element, once the lenses above it have taken their place. */
async function pointAt(page, element) {
  await element.waitFor();
  await settled(page);
  const at = await element.boundingBox();
  assert.ok(at, 'what is to be pointed at is not in view');
  await page.mouse.move(at.x + at.width / 2, at.y + at.height / 2, { steps: 5 });
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
