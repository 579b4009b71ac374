import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { cachePath, compiled, invoke, keepCache, runBundle } from '../../server/src/host/code-cache.js';

let base = '';
before(() => {
  mkdirSync('out', { recursive: true });
  base = resolve(mkdtempSync(join('out', 'code-cache-')));
});
after(() => {
  rmSync(base, { recursive: true, force: true });
});

/** A bundle that notes what it was given, and how to read the notes. */
function bundleOf(name: string, word = 'one'): { readonly path: string; readonly notes: () => unknown } {
  const path = join(base, `${name}-main.js`);
  writeFileSync(join(base, `${name}-notes.js`), 'module.exports = [];\n');
  writeFileSync(path, `#!/usr/bin/env node\nconst say = (word) => require('./${name}-notes.js').push([word, __filename, __dirname, typeof module.exports]);\nsay('${word}');\n`);
  const own = createRequire(path);
  return { path, notes: () => own(`./${name}-notes.js`) };
}
function keep(path: string): void {
  const script = compiled(path);
  invoke(script, path, createRequire(path));
  keepCache(path, script);
}
const said = (path: string, ...words: readonly string[]): readonly unknown[] => words.map((word) => [word, path, base, 'object']);

test('a bundle without a code cache is loaded as a module', () => {
  const { path, notes } = bundleOf('plain');
  runBundle(path);
  assert.deepEqual(notes(), said(path, 'one'));
});

test('a code cache is taken by V8, and the bundle gets what a module gets', () => {
  const { path, notes } = bundleOf('kept');
  keep(path);
  runBundle(path);
  // Once to make the cache, once from it; a module would run only once more, so the second pass tells that no module was loaded.
  runBundle(path);
  assert.deepEqual(notes(), said(path, 'one', 'one', 'one'));
});

test('a cache of another Node is not used, though V8 would take it', () => {
  const { path, notes } = bundleOf('other', 'first');
  keep(path);
  const kept = readFileSync(cachePath(path));
  // The same code, made by a Node of another patch: a bundle of the same length shows which of the two ran.
  writeFileSync(path, readFileSync(path, 'utf8').replace("say('first')", "say('later')"));
  writeFileSync(cachePath(path), kept);
  runBundle(path);
  writeFileSync(cachePath(path), Buffer.from(kept.toString('latin1').replace(process.version, `${process.version}x`), 'latin1'));
  runBundle(path);
  assert.deepEqual(notes(), said(path, 'first', 'first', 'later'));
});

test('a cache that is older than the bundle, cut off or of something else is not used', () => {
  const old = bundleOf('old');
  keep(old.path);
  writeFileSync(old.path, `require('./old-notes.js').push('new');\n`);
  utimesSync(cachePath(old.path), new Date(1000), new Date(1000));
  runBundle(old.path);
  assert.deepEqual(old.notes(), [...said(old.path, 'one'), 'new']);

  for (const [name, bytes] of [['short', Buffer.alloc(3)], ['noise', Buffer.from('not a cache at all, but long enough to be read as one'.repeat(20))], ['empty', Buffer.alloc(0)]] as const) {
    const { path, notes } = bundleOf(name);
    writeFileSync(cachePath(path), bytes);
    runBundle(path);
    assert.deepEqual(notes(), said(path, 'one'), name);
  }
});
