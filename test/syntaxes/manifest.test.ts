import { strict as assert } from 'node:assert';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const manifestText = readFileSync('package.json', 'utf8');
const manifest = JSON.parse(manifestText);
const english: Readonly<Record<string, string>> = JSON.parse(readFileSync('package.nls.json', 'utf8'));
const clientTexts = readdirSync('client/src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(path.join('client/src', file), 'utf8'));

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
  for (const event of events) assert.match(event, /^(?:onLanguage|workspaceContains|onWebviewPanel):/);
});

test('it works in folders that are not trusted and in folders on no disk', () => {
  assert.deepEqual(manifest.capabilities, { untrustedWorkspaces: { supported: true }, virtualWorkspaces: true });
});

test('commands are in title case and stand in one category', () => {
  const contributed: readonly { readonly title: string }[] = manifest.contributes.commands;
  for (const { title } of contributed) {
    const text = english[title.slice(1, -1)] ?? '';
    assert.match(text, /^[A-Z]\w*(?: (?:[A-Z]\w*|as|from|of|the))*$/, text);
  }
});

test('the icon is a PNG of at least 128 pixels, and the package is found as a linter', () => {
  const icon = readFileSync(manifest.icon);
  assert.equal(icon.subarray(1, 4).toString('latin1'), 'PNG');
  assert.ok(icon.readUInt32BE(16) >= 128 && icon.readUInt32BE(20) >= 128);
  assert.ok(manifest.categories.includes('Linters'));
  assert.ok(manifest.keywords.length > 3 && manifest.keywords.length <= 30);
  for (const file of ['LICENSE', 'CHANGELOG.md', 'README.md']) assert.ok(existsSync(file), file);
});

test('each step of the walkthrough has an action the manifest or the editor knows, and a picture', () => {
  const commands: readonly { readonly command: string }[] = manifest.contributes.commands;
  const known = new Set([...commands.map(({ command }) => command), 'editor.action.marker.nextInFiles']);
  const walkthroughs: readonly {
    readonly steps: readonly { readonly description: string; readonly media: { readonly image: string } }[];
  }[] = manifest.contributes.walkthroughs;
  for (const texts of [english, JSON.parse(readFileSync('package.nls.de.json', 'utf8'))]) {
    for (const { description, media } of walkthroughs.flatMap(({ steps }) => steps)) {
      const linked = /\]\(command:([\w.]+)\)/.exec(texts[description.slice(1, -1)] ?? '')?.[1] ?? '';
      assert.ok(known.has(linked), `${description}: ${linked}`);
      assert.ok(existsSync(media.image), media.image);
    }
  }
});

test('every file the manifest names is there and packaged', () => {
  const ignore = readFileSync('.vscodeignore', 'utf8');
  const grammars: readonly { readonly path: string }[] = manifest.contributes.grammars;
  const pictures = [...manifestText.matchAll(/"image": "([^"]+)"/g)].map((match) => match[1] ?? '');
  assert.equal(pictures.length, 4);
  for (const file of [manifest.icon, ...pictures, ...grammars.map((grammar) => grammar.path.replace('./', ''))]) {
    assert.ok(existsSync(file), `${file} is missing`);
    assert.match(ignore, new RegExp(`^!${path.dirname(file)}/`, 'm'));
  }
});
