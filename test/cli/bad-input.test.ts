import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../scripts/project.js';
import { plainEnvironment } from '../support/scenario.js';

// Bytes no scenario can hold, and files too large to be written into one.
const app = `import express from 'express';\nimport cors from 'cors';\nexpress().use(cors({ origin: '*' }));\n`;

/** Runs the built command line over these files; what a file `links` to need not exist. */
function run(
  files: Readonly<Record<string, string | Uint8Array>>,
  args: readonly string[],
  links: Readonly<Record<string, string>> = {},
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const folder = mkdtempSync(join(tmpdir(), 'unlatched-bad-'));
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    for (const [path, target] of Object.entries(links)) symlinkSync(target, join(folder, path));
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'server/out/cli.js'), ...args], {
      cwd: folder,
      env: plainEnvironment(),
      encoding: 'utf8',
      timeout: 60_000,
    });
    return { status, stdout, stderr };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
function checked(
  files: Parameters<typeof run>[0],
  links?: Parameters<typeof run>[2],
): { readonly notAnalysed: unknown; readonly rules: readonly string[]; readonly status: number | null; readonly stderr: string } {
  const { status, stdout, stderr } = run(files, ['check', '--format', 'json'], links);
  const {
    findings,
    notAnalysed,
  }: { readonly findings: readonly { readonly rule: string; readonly file: string }[]; readonly notAnalysed: unknown } = JSON.parse(stdout);
  return { notAnalysed, rules: findings.map(({ rule, file }) => `${file} ${rule}`), status, stderr };
}

test('files that are no text or over the cap are named with their reason, and the others are still analysed', () => {
  const { notAnalysed, rules, status } = checked({
    'app.js': app,
    'bytes.js': new Uint8Array([0x61, 0x00, 0x62]),
    'latin.js': new Uint8Array([0x2f, 0x2f, 0xe9]),
    'large.js': `${'// xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n'.repeat(90_000)}`,
  });
  assert.deepEqual(notAnalysed, [
    { file: 'bytes.js', reason: 'not text' },
    { file: 'large.js', reason: 'larger than 5 MB' },
    { file: 'latin.js', reason: 'not text' },
  ]);
  assert.ok(rules.includes('app.js cors/wildcard-origin'), rules.join());
  // A warning alone does not fail a run.
  assert.equal(status, 0);
});
test('a link that leads nowhere or in a circle ends nothing', () => {
  const { rules, status } = checked({ 'app.js': app }, { 'gone.js': 'nowhere.js', 'circle.js': 'circle.js' });
  assert.ok(rules.includes('app.js cors/wildcard-origin'), rules.join());
  assert.equal(status, 0);
});
test('a file that does not parse keeps its other findings', () => {
  const { rules } = checked({ 'app.js': `${app}app.put('/x', (req, res => {\n` });
  assert.ok(rules.includes('app.js cors/wildcard-origin'), rules.join());
});
test('a document behind a byte order mark is read', () => {
  const { rules } = checked({ 'openapi.yaml': '\ufeffopenapi: 3.1.0\nservers:\n  - url: http://api.example.com\npaths: {}\n' });
  assert.ok(rules.includes('openapi.yaml openapi/insecure-server-url'), rules.join());
});
test('a file nested too deeply is named', () => {
  const { notAnalysed, rules, status, stderr } = checked({
    'deep.js': `const a = ${'('.repeat(9000)}1${')'.repeat(9000)};${'\n'.repeat(100)}`,
  });
  assert.match(JSON.stringify([notAnalysed, rules]), /deep\.js/);
  assert.equal(stderr, '');
  assert.equal(status, 0);
});
test('a policy of wrong bytes or wrong syntax is one clear error with its place', () => {
  const broken = run({ 'app.js': app, 'unlatched.yml': 'rules:\n  cors/wildcard-origin: [off\n' }, ['check']);
  assert.equal(broken.status, 2);
  assert.match(broken.stderr, /^unlatched: unlatched\.yml:\d+: .+\n$/);
  const bytes = run({ 'app.js': app, 'unlatched.yml': new Uint8Array([0x00, 0xff]) }, ['check']);
  assert.equal(bytes.status, 2);
  assert.match(bytes.stderr, /^unlatched: .*unlatched\.yml.*not text/);
});
