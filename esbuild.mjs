// Builds the shipped bundles, and the code caches of those that Node runs. `--allow-missing` skips entries whose source is not there and says so.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { codeCaches } from './scripts/code-caches.mjs';
import { onlyTheParser } from './scripts/parser-module.mjs';

const root = dirname(fileURLToPath(import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const allowMissing = process.argv.includes('--allow-missing');

const node = { platform: 'node', target: 'node20', format: 'cjs' };
const browser = { platform: 'browser', target: 'es2023' };
const entries = [
  { from: 'client/src/extension.ts', to: 'client/out/extension.js', options: { ...node, external: ['vscode'] } },
  { from: 'server/src/start/server.ts', to: 'server/out/server.js', options: node },
  { from: 'server/src/lsp/main.ts', to: 'server/out/server-main.js', options: node },
  { from: 'server/src/start/cli.ts', to: 'server/out/cli.js', options: { ...node, banner: { js: '#!/usr/bin/env node' } } },
  { from: 'server/src/cli/main.ts', to: 'server/out/cli-main.js', options: node },
  // Runs at the end of the build only.
  { from: 'server/src/start/make-cache.ts', to: 'server/out/make-cache.js', options: node },
  // The browser edition: built when its sources are there.
  {
    from: 'client/src/browser.ts',
    to: 'client/out/browser.js',
    optional: true,
    options: { ...browser, format: 'cjs', external: ['vscode'] },
  },
  { from: 'server/src/lsp/browser.ts', to: 'server/out/browser-server.js', optional: true, options: { ...browser, format: 'iife' } },
  { from: 'client/src/webview/main.ts', to: 'client/out/mind-map.js', options: { ...browser, format: 'iife' } },
  { from: 'client/src/webview/mind-map.css', to: 'client/out/mind-map.css', options: browser },
];

const missing = entries.filter(({ from, optional }) => !optional && !existsSync(join(root, from)));
for (const { from } of missing) console.log(`skipped ${from}: no such file`);
if (missing.length > 0 && !allowMissing) process.exit(1);

const parser = onlyTheParser(join(root, 'server/src/core'));
const wanted = entries.filter(({ from }) => existsSync(join(root, from)));
const built = await Promise.allSettled(
  wanted.map(({ from, to, options }) =>
    build({
      absWorkingDir: root,
      entryPoints: [from],
      outfile: to,
      bundle: true,
      minify: true,
      legalComments: 'none',
      logLevel: 'warning',
      // The parser's own module is preferred: it has one copy of each package for both bundles.
      mainFields: options.platform === 'node' ? ['module', 'main'] : ['browser', 'module', 'main'],
      plugins: [parser],
      define: { 'process.env.UNLATCHED_VERSION': JSON.stringify(version) },
      ...options,
    }),
  ),
);
// esbuild has printed why.
if (built.some(({ status }) => status === 'rejected')) process.exit(1);
for (const bundle of wanted.some(({ to }) => to.endsWith('make-cache.js')) ? await codeCaches(root) : []) console.log(`no code cache of ${bundle}: it starts slower`);
for (const { to } of wanted) console.log(`${to} ${(statSync(join(root, to)).size / 1e6).toFixed(2)} MB`);
