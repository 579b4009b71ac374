import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import fc from 'fast-check';
import { filePath } from '../../server/src/core/text/source.js';
import { isIgnored, noRules, withIgnoreFile } from '../../server/src/core/text/ignore-files.js';
import { createNodeHost, findUp, repositoryTop } from '../../server/src/host/node.js';

/** A folder with these files, gone after the test. A value of `null` makes a folder. */
function folder(t: TestContext, files: Readonly<Record<string, string | Uint8Array | null>>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'unlatched-host-')));
  t.after(() => {
    rmSync(root, { recursive: true, force: true });
  });
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    if (content === null) mkdirSync(join(root, path), { recursive: true });
    else writeFileSync(join(root, path), content);
  }
  return root;
}

test('lists what can be analysed, sorted, and nothing else', async (t) => {
  const root = folder(t, {
    'b.ts': '',
    'a.js': '',
    'c.mjs': '',
    'd.cjs': '',
    'e.jsx': '',
    'f.mts': '',
    'g.cts': '',
    'h.tsx': '',
    'API.YML': '',
    'openapi.yaml': '',
    'data.json': '',
    'package.json': '',
    'tsconfig.json': '',
    'unlatched.yml': '',
    'package-lock.json': '',
    'pnpm-lock.yaml': '',
    'README.md': '',
    '.env': '',
    '.env.example': '',
    'compose.yaml': '',
    'x.d.ts': '',
    'x.min.js': '',
    'image.png': '',
    'node_modules/p/i.js': '',
    'dist/a.js': '',
    'packages/a/node_modules/p/i.js': '',
    '.git/hooks/x.js': '',
    '.github/workflows/ci.yml': '',
    'src/deep/er/z.ts': '',
    'test/t.ts': '',
  });
  assert.deepEqual(await createNodeHost({ root }).list(), [
    '.env',
    '.env.example',
    '.github/workflows/ci.yml',
    'API.YML',
    'a.js',
    'b.ts',
    'c.mjs',
    'compose.yaml',
    'd.cjs',
    'data.json',
    'e.jsx',
    'f.mts',
    'g.cts',
    'h.tsx',
    'openapi.yaml',
    'package.json',
    'src/deep/er/z.ts',
    'test/t.ts',
    'tsconfig.json',
    'unlatched.yml',
  ]);
});
test('ignore files are honoured, the deeper one last', async (t) => {
  const root = folder(t, {
    '.gitignore': '# generated\n*.gen.ts\n/secret/\nlogs\n!keep.gen.ts\n',
    'a.gen.ts': '',
    'keep.gen.ts': '',
    'secret/a.ts': '',
    'src/secret/a.ts': '',
    'src/logs/a.ts': '',
    'src/.gitignore': '!special.gen.ts\n/local.ts\nsub/x.ts\n',
    'src/special.gen.ts': '',
    'src/other.gen.ts': '',
    'src/local.ts': '',
    'src/a/local.ts': '',
    'src/sub/x.ts': '',
    'src/a/sub/x.ts': '',
  });
  assert.deepEqual(await createNodeHost({ root }).list(), ['keep.gen.ts', 'src/a/local.ts', 'src/a/sub/x.ts', 'src/secret/a.ts', 'src/special.gen.ts']);
});
test('ignore files of the parents count up to the top of the repository', async (t) => {
  const top = folder(t, {
    '.git': null,
    '.gitignore': 'old/\n/packages/api/gen.ts\n',
    'packages/.gitignore': '*.tmp.ts\n',
    'packages/api/a.ts': '',
    'packages/api/gen.ts': '',
    'packages/api/x.tmp.ts': '',
    'packages/api/old/a.ts': '',
  });
  assert.deepEqual(await createNodeHost({ root: join(top, 'packages/api') }).list(), ['a.ts']);
  assert.deepEqual(await createNodeHost({ root: top, include: ['packages/api'] }).list(), ['packages/api/a.ts']);
});
test('a root that is itself ignored is read as asked', async (t) => {
  const top = folder(t, { '.git': null, '.gitignore': '/sandbox/\n', 'sandbox/a.ts': '', 'sandbox/.gitignore': 'b.ts', 'sandbox/b.ts': '' });
  assert.deepEqual(await createNodeHost({ root: join(top, 'sandbox') }).list(), ['a.ts']);
});
test('named files are listed whatever they are; missing ones and those outside are not', async (t) => {
  const root = folder(t, { '.gitignore': 'a.ts\n', 'a.ts': '', 'dist/b.js': '', 'notes.txt': '', 'src/c.ts': '', 'src/d.ts': '', 'other/e.ts': '' });
  assert.deepEqual(await createNodeHost({ root, include: ['a.ts', './dist/b.js', 'notes.txt', 'src/', 'gone.ts', '../x.ts', '/etc/hosts'] }).list(), [
    'a.ts',
    'dist/b.js',
    'notes.txt',
    'src/c.ts',
    'src/d.ts',
  ]);
  assert.deepEqual(await createNodeHost({ root, include: ['.'] }).list(), ['other/e.ts', 'src/c.ts', 'src/d.ts']);
});
test('excluded globs are left out', async (t) => {
  const files = ['a.ts', 'legacy/a.ts', 'legacy/deep/a.ts', 'src/legacy/a.ts', 'src/a.gen.ts', 'src/x/a.ts', 'src/.hidden/a.ts'];
  const root = folder(t, Object.fromEntries(files.map((path) => [path, ''])));
  const cases: readonly (readonly [readonly string[], readonly string[]])[] = [
    [[], files],
    [['legacy/**'], files.filter((path) => !path.startsWith('legacy/'))],
    [['legacy'], files.filter((path) => !path.startsWith('legacy/'))],
    [['./legacy/'], files.filter((path) => !path.startsWith('legacy/'))],
    [['**/legacy/**'], files.filter((path) => !path.includes('legacy'))],
    [['**/*.gen.ts'], files.filter((path) => !path.includes('.gen.'))],
    [['src/*'], files.filter((path) => path !== 'src/a.gen.ts')],
    [['src/{x,.hidden}/**', 'a.ts'], files.filter((path) => !/^a\.ts|src\/(x|\.hidden)\//.test(path))],
    [['x'.repeat(70_000), ''], files],
  ];
  for (const [exclude, expected] of cases) assert.deepEqual(await createNodeHost({ root, exclude }).list(), [...expected].sort(), exclude.join(' ').slice(0, 60));
});
test('links are not followed when listing, and not out of the folder when reading', async (t) => {
  const outside = folder(t, { 'secret.ts': 'outside', 'dir/a.ts': 'outside' });
  const root = folder(t, { 'src/a.ts': 'inside' });
  symlinkSync(join(outside, 'secret.ts'), join(root, 'link.ts'));
  symlinkSync(join(outside, 'dir'), join(root, 'dir'));
  symlinkSync(join(root, 'src/a.ts'), join(root, 'own.ts'));
  symlinkSync(root, join(root, 'src/loop'));
  symlinkSync(join(root, 'nowhere.ts'), join(root, 'dead.ts'));
  symlinkSync(join(root, 'round.ts'), join(root, 'round.ts'));
  const host = createNodeHost({ root });
  assert.deepEqual(await host.list(), ['src/a.ts']);
  assert.deepEqual(await host.read(filePath('link.ts')), { refused: 'outside the folder' });
  assert.deepEqual(await host.read(filePath('dir/a.ts')), { refused: 'outside the folder' });
  assert.deepEqual(await host.read(filePath('own.ts')), { text: 'inside' });
  assert.equal(await host.read(filePath('dead.ts')), undefined);
  assert.deepEqual(await host.read(filePath('round.ts')), { refused: 'cannot be read: ELOOP' });
  await assert.rejects(host.write(filePath('link.ts'), 'x'), /outside/);
  await assert.rejects(host.write(filePath('dir/new.ts'), 'x'), /outside/);
  await host.write(filePath('own.ts'), 'changed');
  assert.equal(readFileSync(join(root, 'src/a.ts'), 'utf8'), 'changed');
  assert.equal(readFileSync(join(outside, 'secret.ts'), 'utf8'), 'outside');
  assert.deepEqual(readdirSync(join(outside, 'dir')), ['a.ts']);
});
test('a root reached through a link is one folder', async (t) => {
  const root = folder(t, { 'real/a.ts': 'x' });
  symlinkSync(join(root, 'real'), join(root, 'alias'));
  const host = createNodeHost({ root: join(root, 'alias') });
  assert.deepEqual(await host.list(), ['a.ts']);
  assert.deepEqual(await host.read(filePath('a.ts')), { text: 'x' });
});
test('reads the text as it is, and refuses with a plain reason', async (t) => {
  const root = folder(t, {
    'bom.ts': '\uFEFFa\r\n\u{1F600}',
    'empty.ts': '',
    'nul.ts': 'a\0b',
    'latin.ts': new Uint8Array([0x61, 0xe9, 0x62]),
    'utf16.ts': new Uint8Array([0xff, 0xfe, 0x61, 0x00]),
    'big.ts': 'x'.repeat(5_000_001),
    'just.ts': 'x'.repeat(5_000_000),
    'spec.yaml': 'x'.repeat(6_000_000),
    'big.json': 'x'.repeat(20_000_001),
    'dir/x.ts': '',
    '.env': 'A=1',
  });
  const host = createNodeHost({ root });
  const expected: Readonly<Record<string, unknown>> = {
    'bom.ts': { text: '\uFEFFa\r\n\u{1F600}' },
    'empty.ts': { text: '' },
    'nul.ts': { refused: 'not text' },
    'latin.ts': { refused: 'not text' },
    'utf16.ts': { refused: 'not text' },
    'big.ts': { refused: 'larger than 5 MB' },
    'big.json': { refused: 'larger than 20 MB' },
    dir: { refused: 'a folder' },
    'gone.ts': undefined,
    'bom.ts/x': undefined,
    'dir/gone/x.ts': undefined,
    '.env': { text: 'A=1' },
    '.env.gone': undefined,
    '../x.ts': { refused: 'outside the folder' },
    'a/../../x.ts': { refused: 'outside the folder' },
    '/etc/hosts': { refused: 'outside the folder' },
    'a\0b': { refused: 'cannot be read: ERR_INVALID_ARG_VALUE' },
  };
  for (const [path, result] of Object.entries(expected)) assert.deepEqual(await host.read(filePath(path)), result, JSON.stringify(path));
  for (const path of ['just.ts', 'spec.yaml']) {
    const found = await host.read(filePath(path));
    assert.ok(found && 'text' in found && found.text.length >= 5_000_000, path);
  }
  assert.deepEqual(await createNodeHost({ root, caps: { code: 2 } }).read(filePath('bom.ts')), { refused: 'larger than 2 bytes' });
});
test('pipes and unreadable files are refused at once', { skip: process.platform === 'win32' ? 'POSIX files' : false }, async (t) => {
  const root = folder(t, { 'locked.ts': 'x', 'shut/a.ts': 'x' });
  execFileSync('mkfifo', [join(root, 'pipe.ts')]);
  chmodSync(join(root, 'locked.ts'), 0);
  const host = createNodeHost({ root });
  assert.deepEqual(await host.list(), ['locked.ts', 'shut/a.ts']);
  assert.deepEqual(await host.read(filePath('pipe.ts')), { refused: 'not a regular file' });
  const everything = process.getuid?.() === 0;
  assert.deepEqual(await host.read(filePath('locked.ts')), everything ? { text: 'x' } : { refused: 'cannot be read: EACCES' });
});
test('writes whole files, keeps the mode, and leaves nothing behind', async (t) => {
  const root = folder(t, { 'a.ts': 'old', 'bin/run.js': 'old', 'dir/x.ts': '' });
  chmodSync(join(root, 'bin/run.js'), 0o755);
  const host = createNodeHost({ root });
  await host.write(filePath('a.ts'), '\uFEFFnew \u{1F600}');
  await host.write(filePath('bin/run.js'), 'new');
  await host.write(filePath('new/deep/c.yml'), 'c');
  assert.equal(readFileSync(join(root, 'a.ts'), 'utf8'), '\uFEFFnew \u{1F600}');
  assert.equal(statSync(join(root, 'bin/run.js')).mode & 0o777, 0o755);
  assert.equal(readFileSync(join(root, 'new/deep/c.yml'), 'utf8'), 'c');
  for (const path of ['../out.ts', '/out.ts', '', 'dir/../..']) await assert.rejects(host.write(filePath(path), 'x'), /outside/, path);
  await assert.rejects(host.write(filePath('dir'), 'x'));
  assert.deepEqual(readdirSync(root).sort(), ['a.ts', 'bin', 'dir', 'new']);
  assert.deepEqual(readdirSync(join(root, 'bin')), ['run.js']);
});
test('names are found upward, nearest first, not above the top', async (t) => {
  const above = folder(t, { 'unlatched.yml': '', 'repo/.git': null, 'repo/unlatched.yml': '', 'repo/package.json': '', 'repo/a/b/unlatched.yml': '', 'repo/a/package.json': null });
  const top = join(above, 'repo');
  assert.equal(await repositoryTop(join(top, 'a/b')), top);
  assert.equal(await repositoryTop(join(top, 'a/gone')), top);
  assert.deepEqual(await findUp(['unlatched.yml', 'package.json'], join(top, 'a/b'), top), [join(top, 'a/b/unlatched.yml'), join(top, 'unlatched.yml'), join(top, 'package.json')]);
  assert.deepEqual(await findUp(['unlatched.yml'], above, top), []);
});

test('ignore rules decide as git does', (t) => {
  const root = folder(t, { 'a/b/c/x.ts': '', 'a/b/x.ts': '', 'a/[z]/x.ts': '', 'a/y.js': '', 'b/c/y.js': '', 'x.ts': '', 'a b/x.ts': '' });
  const files = ['a/b/c/x.ts', 'a/b/x.ts', 'a/[z]/x.ts', 'a/y.js', 'b/c/y.js', 'x.ts', 'a b/x.ts'];
  const git = (args: readonly string[]): string => {
    try {
      return execFileSync('git', ['-C', root, '-c', 'core.excludesFile=/dev/null', '-c', 'core.quotePath=false', ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    } catch (error) {
      return error instanceof Error && 'status' in error && error.status === 1 ? '' : assert.fail(String(error));
    }
  };
  try {
    execFileSync('git', ['--version'], { stdio: 'ignore' });
  } catch {
    t.skip('git is not installed');
    return;
  }
  git(['init', '-q']);
  const pattern = fc.constantFrom(
    'x.ts',
    '/x.ts',
    'b/',
    'b',
    '!b/',
    '!b',
    'b/c',
    '/b/c/',
    '!x.ts',
    '*.ts',
    '!*.ts',
    'a/**',
    '**/c',
    'c/**',
    '!c/',
    '/a/b',
    '!/a/b/',
    '/*',
    '!/b',
    '*',
    '!*/',
    '[z]',
    '\\[z\\]',
    '# x',
    '',
    'y.js ',
    'a b',
    '!/x.ts',
    'a/*/x.ts',
    '**/b/**/x.ts',
    'b/x.ts',
    '/c',
    'c/x.ts',
  );
  const ignoreFile = fc.array(pattern, { maxLength: 4 }).map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(fc.record({ '': ignoreFile, a: ignoreFile, 'a/b': ignoreFile, 'a/[z]': ignoreFile }), (texts) => {
      for (const [at, text] of Object.entries(texts)) writeFileSync(join(root, at, '.gitignore'), text);
      const rulesOf = (at: string): ReturnType<typeof noRules> => {
        let rules = withIgnoreFile(noRules(), '', texts['']);
        for (const each of ['a', 'a/b', 'a/[z]'] as const) if (at === each || at.startsWith(`${each}/`)) rules = withIgnoreFile(rules, each, texts[each]);
        return rules;
      };
      const expected = new Set(
        git(['check-ignore', '--no-index', ...files])
          .split('\n')
          .filter((line) => line !== ''),
      );
      for (const file of files) assert.equal(isIgnored(rulesOf(dirname(file)), file), expected.has(file), `${file} ${JSON.stringify(texts)}`);
    }),
    { numRuns: 60 },
  );
});
