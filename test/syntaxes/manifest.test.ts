import { strict as assert } from 'node:assert';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const manifestText = readFileSync('package.json', 'utf8');
const manifest = JSON.parse(manifestText);
const english: Readonly<Record<string, string>> = JSON.parse(readFileSync('package.nls.json', 'utf8'));
const clientTexts = readdirSync('client/src').map((file) => readFileSync(path.join('client/src', file), 'utf8'));

function keys(file: string): readonly string[] {
  return Object.keys(JSON.parse(readFileSync(file, 'utf8'))).sort();
}

test('every text of the manifest exists, and none is left over', () => {
  const used = [...new Set([...manifestText.matchAll(/"%([\w.]+)%"/g)].map((match) => match[1] ?? ''))].sort();
  assert.deepEqual(used, Object.keys(english).sort());
});

test('the German texts of the manifest are complete', () => {
  assert.deepEqual(keys('package.nls.de.json'), keys('package.nls.json'));
});

test('the German texts of the client are complete', () => {
  const used = [...new Set(clientTexts.flatMap((text) => [...text.matchAll(/l10n\.t\('([^']+)'/g)].map((match) => match[1] ?? '')))].sort();
  assert.ok(used.length > 0);
  assert.deepEqual(keys('l10n/bundle.l10n.de.json'), used);
});

test('every translation keeps the placeholders of its text', () => {
  const bundle: Readonly<Record<string, string>> = JSON.parse(readFileSync('l10n/bundle.l10n.de.json', 'utf8'));
  const placeholders = (text: string): readonly string[] => [...text.matchAll(/\{\d\}/g)].map(String).sort();
  for (const [text, translated] of Object.entries(bundle)) assert.deepEqual(placeholders(translated), placeholders(text), text);
});

test('every contributed command is registered by the client', () => {
  const registered = new Set(
    clientTexts.flatMap((text) => [...text.matchAll(/register\('(\w+)'/g)].map((match) => `unlatched.${match[1] ?? ''}`)),
  );
  const contributed: readonly { readonly command: string; readonly category: string }[] = manifest.contributes.commands;
  for (const { command, category } of contributed) {
    assert.ok(registered.has(command), `${command} is contributed but not registered`);
    assert.equal(category, 'Unlatched');
  }
});

test('every setting is described, typed, scoped and has a default', () => {
  const settings: Readonly<Record<string, Readonly<Record<string, unknown>>>> = manifest.contributes.configuration.properties;
  for (const [name, setting] of Object.entries(settings)) {
    assert.ok(setting['description'] ?? setting['markdownDescription'], `${name} has no description`);
    for (const key of ['type', 'scope', 'default']) assert.ok(key in setting, `${name} has no ${key}`);
  }
});

test('the extension never asks to be activated for everything', () => {
  const events: readonly string[] = manifest.activationEvents;
  assert.ok(events.length > 0);
  assert.ok(!events.includes('*') && !events.includes('onStartupFinished'));
});

test('every file the manifest names is there and packaged', () => {
  const ignore = readFileSync('.vscodeignore', 'utf8');
  const grammars: readonly { readonly path: string }[] = manifest.contributes.grammars;
  for (const file of [manifest.icon, ...grammars.map((grammar) => grammar.path.replace('./', ''))]) {
    assert.ok(existsSync(file), `${file} is missing`);
    assert.match(ignore, new RegExp(`^!${path.dirname(file)}/`, 'm'));
  }
});
