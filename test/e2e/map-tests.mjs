// What the page of the mind map promises to somebody who has a mouse, a keyboard or a screen reader.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { endpoint, large, shop, themes } from './map-page.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Claims, each with what shows it. Every one opens the page anew. */
export function mapTests({ page, map, look }) {
  const items = page.getByRole('treeitem');
  const item = (name) => page.locator(`[role="treeitem"][aria-label^="${name}"]`).first();
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.id);
  const status = page.locator('#status');
  const plane = () => page.locator('#plane').getAttribute('transform');
  const press = async (...keys) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const enterTree = async () => {
    await page.locator('#export').focus();
    await press('Tab');
  };
  /** Waits until the state that the editor keeps holds it. */
  const remembered = (test) => page.waitForFunction(test, undefined, { polling: 50 });

  return [
    ...Object.keys(themes).map((theme) => [
      `axe finds nothing in the ${theme} theme`,
      async () => {
        await map.open(shop(), { theme });
        await enterTree();
        await page.locator('#filter-unknown').click();
        await page.locator('#filter-unknown').click();
        await look(`map-${theme}`);
        await page.evaluate(axe);
        const { violations, passes } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
        const said = violations.map(
          ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(' | ')}`,
        );
        assert.deepEqual(said, []);
        assert.ok(passes.length > 15, `only ${passes.length} of its rules applied`);
      },
    ]),
    [
      'the tree is told to a screen reader: names, levels, places, and what is open',
      async () => {
        await map.open(shop());
        const put = item('PUT /api/v1/files,');
        const label = 'PUT /api/v1/files, changes something without authentication, 2 findings, undocumented';
        const attributes = { label, level: '4', posinset: '3', setsize: '4' };
        for (const [name, value] of Object.entries(attributes)) assert.equal(await put.getAttribute(`aria-${name}`), value);
        assert.equal(await put.getAttribute('aria-expanded'), null);
        assert.equal(await item('shop,').getAttribute('aria-expanded'), 'true');
        assert.equal(await page.locator('[role="treeitem"][tabindex="0"]').count(), 1);
        assert.equal(await page.getByRole('tree', { name: 'Endpoints by path' }).count(), 1);
      },
    ],
    [
      'the whole map is reached and used by the keyboard alone',
      async () => {
        await map.open(shop());
        await enterTree();
        assert.match(await focused(), /^shop, 13 routes/);
        await press('ArrowDown', 'ArrowDown');
        assert.match(await focused(), /^\/api\/v1, 9 routes/);
        const before = await items.count();
        await press('ArrowLeft');
        assert.equal(await item('/api/v1,').getAttribute('aria-expanded'), 'false');
        assert.ok((await items.count()) < before);
        await press('ArrowRight', 'ArrowRight');
        assert.match(await focused(), /^\/api\/v1\/files, 5 routes/);
        await press(' ');
        assert.equal(await item('/api/v1/files,').getAttribute('aria-expanded'), 'false');
        await press(' ', 'End');
        assert.match(await focused(), /^ALL \/health/);
        await press('Home');
        assert.match(await focused(), /^shop/);
        await page.keyboard.type('adm');
        assert.match(await focused(), /^\/admin\/users/);
        await press('Enter');
        const [opened] = await map.said('open');
        assert.deepEqual(opened.place, shop().items.find(({ path }) => path === '/admin/users').place);
        await press('Shift+Tab');
        assert.equal(await focused(), 'export');
        await press('Tab');
        assert.match(await focused(), /^\/admin\/users/, 'Tab comes back to where one was');
      },
    ],
    [
      'keys zoom, pan and fit, and a node that gets the focus comes into view',
      async () => {
        await map.open(shop());
        await enterTree();
        const start = await plane();
        await press('+', '+');
        assert.match(await plane(), /scale\(1\.5625\)/);
        const zoomed = await plane();
        await press('Shift+ArrowRight');
        assert.notEqual(await plane(), zoomed);
        await press('0');
        assert.equal(await plane(), start);
        for (let round = 0; round < 20; round++) await press('Shift+ArrowLeft');
        await press('End');
        const box = await item('ALL /health').boundingBox();
        assert.ok(box && box.x > 0 && box.x + box.width < 1240, JSON.stringify(box));
      },
    ],
    [
      'the ring of the focus is seen, also in high contrast',
      async () => {
        for (const theme of Object.keys(themes)) {
          await map.open(shop(), { theme });
          await enterTree();
          const ring = await item('shop,')
            .locator('.back')
            .evaluate((back) => getComputedStyle(back).stroke);
          const wanted = themes[theme].colours.contrastActiveBorder ?? themes[theme].colours.focusBorder;
          const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(wanted.slice(at, at + 2), 16));
          assert.equal(ring, `rgb(${red}, ${green}, ${blue})`);
        }
      },
    ],
    [
      'the mouse opens and closes by the symbol, opens the source by the name, drags and zooms',
      async () => {
        await map.open(shop());
        await item('/api/v1/orders,').locator('.symbol').click();
        assert.equal(await item('/api/v1/orders,').getAttribute('aria-expanded'), 'false');
        assert.equal((await map.said('open')).length, 0);
        await item('PUT /api/v1/files,').locator('.name').click();
        assert.equal((await map.said('open')).length, 1);
        assert.match(await focused(), /^PUT \/api\/v1\/files/);
        const before = await plane();
        await page.mouse.move(100, 600);
        await page.mouse.down();
        await page.mouse.move(160, 560, { steps: 4 });
        await page.mouse.up();
        const dragged = await plane();
        assert.notEqual(dragged, before);
        await page.mouse.wheel(0, -200);
        await page.waitForFunction((old) => document.getElementById('plane').getAttribute('transform') !== old, dragged);
        await page.getByRole('button', { name: 'Fit to window' }).click();
        assert.match(await plane(), /scale\(1\)/);
        await page.getByRole('button', { name: 'Zoom out' }).click();
        assert.match(await plane(), /scale\(0\.8\)/);
      },
    ],
    [
      'beside its source the map is narrow: the focused node stays in view, and a node at the edge can be pressed',
      async () => {
        await map.open(shop());
        await item('PUT /api/v1/files,').focus();
        await page.setViewportSize({ width: 560, height: 500 });
        try {
          await page.waitForFunction(() => document.activeElement.getBoundingClientRect().right < 560);
          const symbol = item('/api/v1/files,').locator('.symbol');
          const box = await symbol.boundingBox();
          await page.mouse.move(200, 380);
          await page.mouse.down();
          await page.mouse.move(200 + 2 - box.x, 380, { steps: 3 });
          await page.mouse.up();
          assert.ok((await symbol.boundingBox()).x < 4);
          await symbol.click();
          assert.equal(await item('/api/v1/files,').getAttribute('aria-expanded'), 'false');
          assert.equal((await map.said('open')).length, 0);
        } finally {
          await page.setViewportSize({ width: 1240, height: 760 });
        }
      },
    ],
    [
      'search and filters narrow the map and say how much is left',
      async () => {
        await map.open(shop());
        assert.equal(await status.getAttribute('role'), 'status');
        const before = await plane();
        await page.locator('#query').fill('files put');
        assert.equal(await status.innerText(), '1 of 13 routes');
        assert.deepEqual(await page.locator('.hit').allTextContents(), ['files', 'PUT']);
        await press('Escape');
        assert.equal(await status.innerText(), '13 routes');
        await page.getByRole('button', { name: 'Public writes' }).click();
        assert.equal(await status.innerText(), '3 of 13 routes');
        assert.equal(await page.locator('#count-open-write').innerText(), '3');
        await page.getByRole('button', { name: 'Undocumented' }).click();
        assert.equal(await status.innerText(), '1 of 13 routes');
        await page.getByRole('button', { name: 'Unknown' }).click();
        assert.match(await status.innerText(), /^No route matches/);
        assert.equal(await page.locator('#empty').isVisible(), true);
        for (const name of ['Public writes', 'Undocumented', 'Unknown']) await page.getByRole('button', { name }).click();
        assert.equal(await plane(), before, 'one looks from where one looked before');
        assert.equal(await status.innerText(), '13 routes');
        assert.equal(await page.locator('#empty').isVisible(), false);
      },
    ],
    [
      'after a reload all is as it was: closed nodes, zoom, filters, search and focus',
      async () => {
        await map.open(shop());
        await item('/api/v1/orders,').locator('.symbol').click();
        await press('-', '-');
        await page.getByRole('button', { name: 'Public writes' }).click();
        await page.locator('#query').fill('files');
        await enterTree();
        await press('End');
        const [focus, view] = [await focused(), await plane()];
        assert.match(focus, /^DELETE \/api\/v1\/files\/\{id\}/);
        await remembered(() => JSON.parse(sessionStorage.getItem('state')).focus.includes('DELETE'));
        await map.open(shop(), { keep: true });
        assert.equal(await page.locator('#query').inputValue(), 'files');
        assert.equal(await page.locator('#filter-publicWrites').getAttribute('aria-pressed'), 'true');
        assert.equal(await plane(), view);
        await enterTree();
        assert.equal(await focused(), focus);
        await page.locator('#query').fill('');
        await page.getByRole('button', { name: 'Public writes' }).click();
        assert.equal(await item('/api/v1/orders,').getAttribute('aria-expanded'), 'false');
      },
    ],
    [
      'an update keeps focus, zoom and what is closed',
      async () => {
        await map.open(shop());
        await item('/api/v1/orders,').locator('.symbol').click();
        await item('PUT /api/v1/files,').focus();
        await press('+');
        const place = await item('PUT /api/v1/files,').boundingBox();
        const scale = /scale\(.+\)/.exec(await plane())[0];
        const content = shop();
        content.items.push(endpoint('GET', '/about'), endpoint('HEAD', '/api/v1/files'), endpoint('GET', '/api/v1/a/b'));
        await map.tell({ type: 'content', content });
        await item('HEAD /api/v1/files').waitFor();
        assert.match(await focused(), /^PUT \/api\/v1\/files/);
        assert.equal(/scale\(.+\)/.exec(await plane())[0], scale);
        assert.equal(await item('/api/v1/orders,').getAttribute('aria-expanded'), 'false');
        const now = await item('PUT /api/v1/files,').boundingBox();
        assert.ok(Math.abs(now.x - place.x) < 1 && Math.abs(now.y - place.y) < 1, 'the focused node does not jump');
        content.items = content.items.filter(({ method, path }) => method !== 'PUT' || path !== '/api/v1/files');
        await map.tell({ type: 'content', content });
        await item('PUT /api/v1/files,').waitFor({ state: 'detached' });
        assert.match(await focused(), /^\/api\/v1\/files,/, 'the focus goes to the parent of what vanished');
      },
    ],
    [
      'five thousand routes start closed, and only those in view are ever drawn',
      async () => {
        await map.open(large(5000));
        assert.equal(await status.innerText(), '5000 routes');
        const first = await items.count();
        assert.ok(first > 10 && first <= 300, `${first} nodes are drawn at first`);
        await enterTree();
        // Every level opened: thousands of nodes are there, but few are in view.
        await press('*', 'ArrowDown', 'ArrowDown');
        for (let level = 0; level < 3; level++) await press('*', 'ArrowDown');
        await press('End');
        assert.match(await focused(), /area-49/);
        await look('map-large');
        for (const key of ['0', 'Home', 'End', '+']) {
          await press(key);
          const drawn = await items.count();
          assert.ok(drawn > 0 && drawn < 600, `${drawn} nodes are drawn after ${key}`);
        }
        await page.locator('#query').fill('area-7 resource-3 put');
        assert.equal(await status.innerText(), '1 of 5000 routes');
        await item('PUT /api/area-7/resource-3/{id}').waitFor();
      },
    ],
    [
      'the picture for export has the colours of the theme and no script',
      async () => {
        for (const theme of ['light', 'dark']) {
          await map.open(shop(), { theme });
          await page.getByRole('button', { name: 'Export...' }).click();
          assert.equal((await map.said('export')).length, 1);
          await map.tell({ type: 'wantSvg' });
          await page.waitForFunction(() => window.said.some(({ type }) => type === 'svg'));
          const [{ text }] = await map.said('svg');
          const { colours } = themes[theme];
          for (const name of ['editor-background', 'editor-foreground', 'charts-red', 'charts-green'])
            assert.ok(text.includes(colours[name]), `${theme} ${name}`);
          assert.doesNotMatch(text, /<script|var\(|class=|\son\w+=/);
          const shown = await page.evaluate(
            (svg) => new DOMParser().parseFromString(svg, 'image/svg+xml').querySelectorAll('parsererror, g > title').length,
            text,
          );
          assert.equal(shown, await items.count());
        }
      },
    ],
    [
      'no message but those it knows moves the page, and what a route is called is text',
      async () => {
        const content = shop();
        content.items.push(endpoint('GET', '/<img src=x onerror=window.hit=1>', { findings: ['<b>'] }));
        await map.open(content);
        const before = await items.count();
        for (const message of [null, 'x', { type: 'content' }, { type: 'content', content: { folders: 1 } }, { type: 'eval', code: '1' }])
          await map.tell(message);
        await map.tell({ type: 'content', content: { folders: [], items: 'none' } });
        assert.equal(await items.count(), before);
        assert.equal(await page.evaluate(() => window.hit), undefined);
        assert.equal(await page.locator('img').count(), 0);
        await map.tell({ type: 'stopped' });
        await page.getByText('The language server is not running').first().waitFor();
      },
    ],
    [
      'where nothing was found the page says so, and nothing in the page moves by itself',
      async () => {
        await map.open({ folders: [{ uri: 'file:///shop', name: 'shop' }], items: [], unserved: [], gaps: 0 });
        await page.locator('#empty', { hasText: 'No routes were found' }).waitFor();
        await map.tell({ type: 'content', content: shop() });
        await item('shop,').waitFor();
        assert.equal(await page.locator('#empty').isVisible(), false);
        assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
      },
    ],
    [
      'a page without script from elsewhere: what is not ours does not run',
      async () => {
        await map.open(shop());
        const ran = await page.evaluate(async () => {
          const script = document.createElement('script');
          script.textContent = 'window.hit = 2';
          const refused = new Promise((resolve) =>
            document.addEventListener('securitypolicyviolation', ({ violatedDirective }) => resolve(violatedDirective)),
          );
          document.body.append(script);
          return [await refused, window.hit];
        });
        assert.deepEqual(ran, ['script-src-elem', undefined]);
        map.complaints.length = 0;
      },
    ],
  ];
}
