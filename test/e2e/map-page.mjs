// The page of the mind map in a browser, without the editor around it: same page, same policy, same script.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { root } from './lane.mjs';

const origin = 'https://map.example';
const nonce = '0123456789abcdef0123456789abcdef';

/** The colours of themes, as the editor gives them to a page. */
export const themes = {
  light: {
    kind: 'vscode-light',
    colours: {
      'editor-background': '#ffffff',
      'editor-foreground': '#3b3b3b',
      descriptionForeground: '#3b3b3b',
      'charts-red': '#e51400',
      'charts-orange': '#d18616',
      'charts-purple': '#652d90',
      'charts-green': '#388a34',
      focusBorder: '#005fb8',
      'widget-border': '#e5e5e5',
      'input-background': '#ffffff',
      'input-foreground': '#3b3b3b',
      'input-border': '#cecece',
      'input-placeholderForeground': '#767676',
      'button-secondaryBackground': '#e5e5e5',
      'button-secondaryForeground': '#3b3b3b',
      'button-secondaryHoverBackground': '#cccccc',
      'inputOption-activeBackground': '#bed6ed',
      'inputOption-activeForeground': '#000000',
      'list-hoverBackground': '#f2f2f2',
      'list-highlightForeground': '#0066bf',
    },
  },
  dark: {
    kind: 'vscode-dark',
    colours: {
      'editor-background': '#1f1f1f',
      'editor-foreground': '#cccccc',
      descriptionForeground: '#9d9d9d',
      'charts-red': '#f14c4c',
      'charts-yellow': '#cca700',
      'charts-purple': '#b180d7',
      'charts-green': '#89d185',
      focusBorder: '#0078d4',
      'widget-border': '#313131',
      'input-background': '#313131',
      'input-foreground': '#cccccc',
      'input-border': '#3c3c3c',
      'input-placeholderForeground': '#989898',
      'button-secondaryBackground': '#313131',
      'button-secondaryForeground': '#cccccc',
      'button-secondaryHoverBackground': '#3c3c3c',
      'inputOption-activeBackground': '#2489db82',
      'inputOption-activeForeground': '#ffffff',
      'list-hoverBackground': '#2a2d2e',
      'list-highlightForeground': '#2aaaff',
    },
  },
  contrast: {
    kind: 'vscode-high-contrast',
    colours: {
      'editor-background': '#000000',
      'editor-foreground': '#ffffff',
      descriptionForeground: '#ffffff',
      'charts-red': '#f48771',
      'charts-yellow': '#cca700',
      'charts-purple': '#b180d7',
      'charts-green': '#89d185',
      contrastBorder: '#6fc3df',
      contrastActiveBorder: '#f38518',
      focusBorder: '#f38518',
      'input-background': '#000000',
      'input-foreground': '#ffffff',
      'input-placeholderForeground': '#b3b3b3',
      'button-secondaryForeground': '#ffffff',
      'inputOption-activeBackground': '#00000000',
      'inputOption-activeForeground': '#ffffff',
      'list-highlightForeground': '#f38518',
    },
  },
};

/** The text of the page as the extension writes it. */
async function pageText() {
  const out = path.join(root, 'out', 'e2e', 'map');
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const outfile = path.join(out, 'page.mjs');
  await build({
    stdin: {
      contents: "export { pageOf } from './mind-map-page.ts';\nexport { mindMapTexts } from './mind-map-texts.ts';\n",
      resolveDir: path.join(root, 'client', 'src'),
    },
    outfile,
    bundle: true,
    platform: 'neutral',
    alias: { vscode: path.join(import.meta.dirname, 'map-texts.mjs') },
    logLevel: 'warning',
  });
  const { pageOf, mindMapTexts } = await import(pathToFileURL(outfile).href);
  const files = { script: `${origin}/mind-map.js`, style: `${origin}/mind-map.css` };
  return pageOf({ nonce, cspSource: origin, ...files, language: 'en', texts: mindMapTexts() });
}

/** Prepares a browser page; `open` loads the map in it, anew each time, and gives what the map said to the editor. */
export async function mapIn(page) {
  const html = await pageText();
  const complaints = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  const served = (file, contentType) => (route) =>
    route.fulfill({ contentType, body: readFileSync(path.join(root, 'client', 'out', file)) });
  await page.route('**/*', (route) => route.abort());
  await page.route((url) => url.origin === origin && url.pathname === '/', (route) => route.fulfill({ contentType: 'text/html', body: html }));
  await page.route(`${origin}/mind-map.js`, served('mind-map.js', 'text/javascript'));
  await page.route(`${origin}/mind-map.css`, served('mind-map.css', 'text/css'));
  await page.addInitScript(() => {
    window.said = [];
    if (location.search === '?fresh') sessionStorage.clear();
    // The state outlives a reload of the page, as in the editor.
    window.acquireVsCodeApi = () => ({
      postMessage: (message) => window.said.push(message),
      getState: () => JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined,
      setState: (state) => sessionStorage.setItem('state', JSON.stringify(state)),
    });
  });
  const said = (type) => page.evaluate((wanted) => window.said.filter((message) => message.type === wanted), type);
  const tell = (message) => page.evaluate((sent) => window.postMessage(sent), message);
  return {
    complaints,
    said,
    tell,
    async open(content, { theme = 'dark', keep = false } = {}) {
      // The page that is left may still save its state: what it saved is cleared where the new one begins.
      await page.goto(`${origin}/${keep ? '' : '?fresh'}`);
      await page.evaluate(({ kind, colours }) => {
        document.body.classList.add(kind);
        for (const [name, colour] of Object.entries(colours)) document.documentElement.style.setProperty(`--vscode-${name}`, colour);
      }, themes[theme]);
      await tell({ type: 'content', content });
      if (content.items.length > 0) await page.locator('[role="treeitem"]').first().waitFor();
    },
  };
}

/** One endpoint, `PUT /files/{id}`, with what a test says of it. */
export function endpoint(method, apiPath, more = {}) {
  const place = { uri: 'file:///shop/src/app.js', line: 11, character: 6 };
  return {
    id: `file:///shop#${method} ${apiPath}`,
    folder: 'file:///shop',
    method,
    path: apiPath,
    framework: 'express',
    place,
    chain: [],
    authentication: 'guarded',
    documented: 'yes',
    public: false,
    admin: apiPath.startsWith('/admin'),
    complete: true,
    findings: [],
    ...more,
  };
}
/** A small shop with every kind of endpoint. */
export function shop() {
  const open = { authentication: 'unguarded' };
  const unknown = { authentication: 'unknown' };
  return {
    folders: [{ uri: 'file:///shop', name: 'shop' }],
    unserved: [],
    gaps: 0,
    items: [
      endpoint('GET', '/', open),
      endpoint('GET', '/api/v1/files'),
      endpoint('POST', '/api/v1/files'),
      endpoint('PUT', '/api/v1/files', { ...open, findings: ['methods/put-enabled', 'methods/unguarded-sibling'], documented: 'no' }),
      endpoint('GET', '/api/v1/files/{id}', open),
      endpoint('DELETE', '/api/v1/files/{id}', { ...open, findings: ['methods/unguarded-sibling'] }),
      endpoint('GET', '/api/v1/orders', unknown),
      endpoint('POST', '/api/v1/orders', unknown),
      endpoint('PATCH', '/api/v1/orders/{id}/lines/{line}'),
      endpoint('GET', '/api/v1/users/{id}/a-segment-with-a-name-that-is-far-too-long-to-be-drawn'),
      endpoint('GET', '/admin/users'),
      endpoint('DELETE', '/admin/users/{id}', { documented: 'no' }),
      endpoint('ALL', '/health', open),
    ],
  };
}
/** So many endpoints in so many areas. */
export function large(number) {
  const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'];
  const items = Array.from({ length: number }, (_, index) => {
    const resource = Math.floor(index / methods.length);
    const states = ['guarded', 'unguarded', 'unknown'];
    return endpoint(methods[index % methods.length], `/api/area-${Math.floor(resource / 20)}/resource-${resource % 20}/{id}`, {
      authentication: states[index % 3],
      place: { uri: 'file:///shop/src/app.js', line: index, character: 0 },
    });
  });
  return { folders: [{ uri: 'file:///shop', name: 'shop' }], items, unserved: [], gaps: 0 };
}
