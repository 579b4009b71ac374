import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { root, textOf } from '../../scripts/project.js';
import { plainEnvironment } from '../support/scenario.js';

const cli = join(root, 'server/out/cli.js');
const app = "const cors = require('cors');\nconst app = require('express')();\napp.use(cors({ origin: '*' }));\napp.listen(3000);\n";
const environment = { ...plainEnvironment(), UNLATCHED_TODAY: '2026-11-24' };

interface Answer {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}
function unlatched(cwd: string, ...args: readonly string[]): Answer {
  return spawnSync(process.execPath, [cli, ...args], { cwd, env: environment, encoding: 'utf8', maxBuffer: 1 << 26 });
}
/** Runs in a new folder with these files, which is gone afterwards. */
async function inFolder(files: Readonly<Record<string, string | Buffer>>, run: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'unlatched-cli-'));
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    await run(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
/** Closes the reading end after the first piece, as `head` does. */
function readFirst(cwd: string, ...args: readonly string[]): Promise<{ readonly code: number | null; readonly stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], { cwd, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stdout.once('data', () => child.stdout.destroy());
    child.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()));
    child.once('error', reject).once('close', (code) => resolve({ code, stderr }));
  });
}

test('a reader that closes early ends the run without a word', async () => {
  const lines = Array.from({ length: 40 }, (_, index) => `app.use('/${index}', cors({ origin: '*' }));\n`).join('');
  await inFolder({ 'src/app.js': app.replace('app.listen', `${lines}app.listen`) }, async (folder) => {
    const { code, stderr } = await readFirst(folder, 'check', '--format', 'json', '--fail-on', 'never');
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  });
});
test('a long report reaches a pipe whole, and the same input gives the same bytes', async () => {
  const lines = Array.from({ length: 40 }, (_, index) => `app.use('/${index}', cors({ origin: '*' }));\n`).join('');
  await inFolder({ 'src/app.js': app.replace('app.listen', `${lines}app.listen`) }, (folder) => {
    const first = unlatched(folder, 'check', '--format', 'sarif');
    assert.ok(first.stdout.length > 100_000 && first.stdout.endsWith('}\n'));
    assert.equal(unlatched(folder, 'check', '--format', 'sarif').stdout, first.stdout);
  });
});
test('without a terminal there is neither progress nor colour', () =>
  inFolder({ 'src/app.js': app }, (folder) => {
    const { stdout, stderr } = unlatched(folder, 'check');
    assert.equal(stderr, '');
    assert.ok(stdout.includes('cors/wildcard-origin') && !stdout.includes('\u001b'));
  }));
test('what is no text, too large or no file is named with its reason, and other findings stay', () =>
  inFolder(
    {
      'app.js': app,
      'binary.js': Buffer.from([0, 1, 2, 255]),
      'latin.js': Buffer.from([0x2f, 0x2f, 0xe9, 0x0a]),
      'large.js': Buffer.alloc(5_000_001, ' '),
      'large.yaml': Buffer.alloc(20_000_001, ' '),
      'package.json': JSON.stringify({ dependencies: { express: '^5.0.0' } }),
      'yarn.lock': Buffer.alloc(20_000_001, '#'),
      'broken.js': `${app}app.post('/x', (req, res) => {\n`,
      'broken.yaml': 'openapi: 3.0.0\n  info: [\n',
    },
    (folder) => {
      const { status, stdout } = unlatched(folder, 'check', '--format', 'json', '--rule', 'cors/wildcard-origin');
      const report: {
        findings: readonly { file: string }[];
        notAnalysed: readonly { file: string; reason: string }[];
        summary: { files: number; notAnalysed: number };
      } = JSON.parse(stdout);
      assert.equal(status, 0);
      assert.deepEqual(
        report.notAnalysed.map(({ file, reason }) => `${file}: ${reason}`),
        [
          'binary.js: not text', 'broken.yaml: A part of this document could not be read: bad indentation of a mapping entry.', 'large.js: larger than 5 MB', 'large.yaml: larger than 20 MB',
          'latin.js: not text', 'yarn.lock: larger than 20 MB',
        ],
      );
      assert.deepEqual(
        report.findings.map(({ file }) => file),
        ['app.js', 'broken.js'],
      );
      assert.deepEqual([report.summary.files, report.summary.notAnalysed], [4, 6]);
    },
  ));
test(
  'a link is read inside the folder and never followed out of it',
  { skip: process.platform === 'win32' && 'links need a privilege there' },
  () =>
    inFolder({ 'top/src/app.js': app, 'outside.js': app }, (folder) => {
      symlinkSync('src/app.js', join(folder, 'top/inside.js'));
      symlinkSync('../outside.js', join(folder, 'top/away.js'));
      symlinkSync('src', join(folder, 'top/again'));
      const top = join(folder, 'top');
      assert.equal(unlatched(top, 'check', '--quiet', 'away.js').stdout, 'away.js: not analysed: outside the folder\n');
      assert.match(unlatched(top, 'check', '--quiet', 'inside.js').stdout, /^inside\.js:/);
      assert.doesNotMatch(unlatched(top, 'check', '--quiet').stdout, /inside|again|away/);
    }),
);
test('columns count UTF-16 code units from 1, also behind a byte order mark', () =>
  inFolder(
    { 'app.js': `\ufeff${app.replace('app.use(', '/* \u{1f600} */ app.use(')}`, 'first.js': `\ufeff${app.replaceAll('\n', ' ')}` },
    (folder) => {
      const { stdout } = unlatched(folder, 'check', '--quiet', '--rule', 'cors/wildcard-origin');
      const at = app.replaceAll('\n', ' ').indexOf("'*'") + 1;
      assert.deepEqual(stdout.match(/^\S+/gm), ['app.js:3:33', `first.js:1:${at}`]);
    },
  ));
test('a report that cannot be written is status 2 and one line', { skip: !existsSync('/dev/full') && 'there is no full device here' }, () =>
  inFolder({ 'app.js': app }, (folder) => {
    const { status, stderr } = unlatched(folder, 'check', '--output', '/dev/full');
    assert.deepEqual({ status, lines: stderr.split('\n').length }, { status: 2, lines: 2 });
    assert.match(stderr, /cannot be written/);
  }),
);

test('explain prints the page that stands in docs, for every rule that rules lists', () => {
  const list: readonly Readonly<Record<string, unknown>>[] = JSON.parse(unlatched(root, 'rules', '--format', 'json').stdout);
  assert.ok(list.length > 20);
  const keys = ['id', 'topics', 'severity', 'confidence', 'title', 'cwe', 'owasp', 'since', 'helpUri', 'fixable'];
  for (const rule of list) assert.deepEqual(Object.keys(rule), keys);
  for (const rule of list.slice(0, 3))
    assert.equal(unlatched(root, 'explain', String(rule['id'])).stdout, textOf(`docs/rules/${String(rule['id'])}.md`));
  assert.equal(unlatched(root, 'rules').stdout.split('\n').length - 1, list.length);
});
test('the key of the sample API is in no output', () => {
  const key = /ADMIN_API_KEY = '([^']+)'/.exec(textOf('playground/src/config.js') ?? '')?.[1];
  assert.ok(key !== undefined && key.length > 8);
  for (const format of ['pretty', 'json', 'sarif', 'github', 'markdown'])
    assert.ok(!unlatched(root, 'check', 'playground', '--format', format).stdout.includes(key), format);
  assert.ok(!unlatched(root, 'routes', 'playground', '--format', 'json').stdout.includes(key));
  assert.ok(!unlatched(root, 'fix', 'playground', '--dry-run').stdout.includes(key));
});
