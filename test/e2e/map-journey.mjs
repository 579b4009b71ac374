// The part of the journey that a person spends with the mind map, inside the real workbench.
import assert from 'node:assert/strict';

const waitMs = 30_000;

/** Steps as in journey.mjs; they leave the map closed and the files as they were. */
export function mapJourney({ page, shot, runCommand, settled }) {
  const editorArea = page.locator('.part.editor').first();
  const tab = (name) => page.locator('.tabs-container .tab', { hasText: name }).first();
  const quickRow = (name) => page.locator('.quick-input-list .label-name').getByText(name, { exact: true }).first();
  const code = page.locator('.editor-instance .monaco-editor .view-line').filter({ hasText: /files\.put\(/ });
  const node = async (label) => (await mapFrame(page)).locator(`[role="treeitem"][aria-label^="${label}"]`).first();

  return [
    [
      'the palette opens the mind map, with every endpoint and its risk',
      async () => {
        await runCommand(page, 'Unlatched: Open Mind Map');
        await (await node('PUT /files, changes something without authentication')).waitFor();
        const frame = await mapFrame(page);
        const routes = await frame.locator('.node.route').count();
        assert.ok(routes > 5, `${routes} routes`);
        assert.match(await frame.locator('#status').innerText(), new RegExp(`^${routes} routes`));
        const refused = await frame.evaluate(
          () =>
            new Promise((resolve) => {
              document.addEventListener('securitypolicyviolation', ({ violatedDirective }) => resolve(violatedDirective));
              const script = document.createElement('script');
              script.textContent = 'window.ran = true';
              document.body.append(script);
            }),
        );
        assert.equal(refused, 'script-src-elem');
        await settled(page);
        await shot('mind-map', editorArea);
      },
    ],
    [
      'a node of the map opens its source beside it',
      async () => {
        const put = await node('PUT /files,');
        await put.locator('.name').click();
        await code.first().waitFor();
        await put.waitFor();
      },
    ],
    [
      'the map follows what is typed and keeps what is closed',
      async () => {
        const frame = await mapFrame(page);
        await (await node('/files')).locator('.symbol').click();
        await (await node('PUT /files,')).waitFor({ state: 'detached' });
        await code.first().click();
        await page.keyboard.press('Control+End');
        const before = await frame.locator('#status').innerText();
        await page.keyboard.insertText("\nfiles.patch('/typed', (req, res) => res.end());\n");
        await frame.waitForFunction((old) => document.getElementById('status').textContent !== old, before, { timeout: waitMs });
        assert.equal(await (await node('/files')).getAttribute('aria-expanded'), 'false');
        await (await node('/files')).locator('.symbol').click();
        await (await node('PATCH /files/typed')).waitFor();
        await code.first().click();
        await runCommand(page, 'File: Revert File');
        await frame.waitForFunction((old) => document.getElementById('status').textContent === old, before, { timeout: waitMs });
      },
    ],
    [
      'the map is exported as a picture and as a table',
      async () => {
        for (const [form, file] of [
          ['SVG', 'api-map.svg'],
          ['Markdown', 'api-map.md'],
        ]) {
          const frame = await mapFrame(page);
          await frame.locator('#export').click();
          await quickRow(form).click();
          // The dialog of the browser's workbench asks for the path in its own input.
          const input = page.locator('.quick-input-widget input');
          await page.waitForFunction(
            (name) => [...document.querySelectorAll('.quick-input-widget input')].some(({ value }) => value.endsWith(name)),
            file,
          );
          await input.first().press('Enter');
          await page.locator('.explorer-folders-view .monaco-list-row', { hasText: file }).first().waitFor();
        }
      },
    ],
    [
      'after a reload of the window the map is there again, as it was left',
      async () => {
        await (await node('/files')).locator('.symbol').click();
        await (await node('PUT /files,')).waitFor({ state: 'detached' });
        await runCommand(page, 'Developer: Reload Window');
        await tab('API Mind Map').waitFor({ state: 'detached' });
        await tab('API Mind Map').waitFor();
        const files = await node('/files');
        await files.waitFor({ timeout: 2 * waitMs });
        assert.equal(await files.getAttribute('aria-expanded'), 'false');
        await runCommand(page, 'View: Close All Editors');
        await tab('API Mind Map').waitFor({ state: 'detached' });
      },
    ],
  ];
}

/** The frame that holds the map, once there is one. */
async function mapFrame(page) {
  const end = Date.now() + 2 * waitMs;
  for (;;) {
    for (const frame of page.frames()) {
      const count = await frame
        .locator('#map')
        .count()
        .catch(() => 0);
      if (count > 0) return frame;
    }
    if (Date.now() > end) throw new Error(`no frame shows the map: ${page.frames().map((frame) => frame.url())}`);
    await page.waitForTimeout(100);
  }
}
