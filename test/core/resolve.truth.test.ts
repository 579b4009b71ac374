import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { test } from 'node:test';
import ts from 'typescript';
import { createFiles } from '../../server/src/core/holding/files.js';
import { filePath } from '../../server/src/core/text/source.js';

/** Numbers that come again: the same layouts in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
type Layout = ReadonlyMap<string, string>;
function some<T>(next: (below: number) => number, all: readonly T[], in100: number): readonly T[] {
  return all.filter(() => next(100) < in100);
}
function pick<T>(next: (below: number) => number, all: readonly T[]): T {
  const found = all[next(all.length)];
  assert.ok(found !== undefined);
  return found;
}
function ours(layout: Layout): ReturnType<typeof createFiles> {
  const files = createFiles();
  for (const [path, text] of layout) files.set({ path: filePath(path), text, revision: 1 });
  return files;
}

const NAMES = ['r', 'r.v1', 'r/index', 'r/s', 'lib/r', 'lib/index', 'src/r', 'src/s/index', 'index', 'src/index', 'node_modules/other/index'];
const TARGETS: readonly unknown[] = [
  './r.js', './lib/r.js', './src/r.js', null, { import: './lib/index.js', require: './r.js' }, { node: { import: './r.js' }, default: './lib/r.js' }, { browser: './src/r.js', default: { require: './lib/r.js', default: './index.js' } },
  { types: './r.d.ts', default: './src/index.js' }, ['./r.js', './lib/r.js'], { deno: './r.js' }, { import: null, default: './r.js' }, [{ browser: './r.js' }, './lib/r.js'], './../r.js',
];
const STARS: readonly unknown[] = ['./lib/*.js', './src/*.js', { require: './lib/*.js', import: './src/*.js' }, null, './*.js', { browser: './r.js' }];
function nodeLayout(next: (below: number) => number): Layout {
  const files = new Map<string, string>(some(next, NAMES.flatMap((name) => ['.js', '.json', '.mjs'].map((extension) => name + extension)), 45).map((path) => [path, path.endsWith('.json') ? '{}' : '']));
  const exports = Object.fromEntries([...some(next, ['.', './a', './r', './lib/a', './b.js'], 50).map((key) => [key, pick(next, TARGETS)]), ...some(next, ['./*', './f/*', './f/*.js', './f/g*', './f/r'], 50).map((key) => [key,
    pick(next, STARS)])]);
  const imports = Object.fromEntries([...some(next, ['#a', '#b/c', '#r'], 60).map((key) => [key, pick(next, TARGETS)]), ...some(next, ['#f/*', '#f/*.js', '#f/r', '#*'], 50).map((key) => [key, pick(next, STARS)])]);
  files.set('package.json', JSON.stringify({ name: 'me', exports, imports }));
  if (next(2) === 0) files.set('r/package.json', JSON.stringify({ main: pick(next, ['s', './s.js', 'none', '..', './', '../lib', 'index.js']) }));
  files.set('src/app.js', '');
  files.set('src/app.mjs', 'export const resolve = (name) => import.meta.resolve(name);\n');
  return files;
}
const RELATIVE = ['../r', '../r/', '../r.js', '../r.json', '../r.v1', '../lib', './r', './s', '.', './', '..', '../', '../r/index', '../r/s', '../lib/../r', './none', '../lib/r.js'];
const NAMED = ['me', 'me/a', 'me/r', 'me/lib/a', 'me/b.js', 'me/f/r', 'me/f/r.js', 'me/f/gr', 'me/f/g', 'me/s', 'me/none', '#a', '#b/c', '#r', '#f/r', '#f/r.js', '#f/s', '#x', '#none/y'];

test('names lead where Node leads them', async () => {
  // A main that is not there is said to be deprecated, at length.
  Reflect.set(process, 'noDeprecation', true);
  const next = numbers(20261128);
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'unlatched-resolve-')));
  const answers = { require: 0, import: 0, none: 0 };
  try {
    for (let i = 0; i < 60; i++) {
      const root = join(folder, `l${i}`);
      const layout = nodeLayout(next);
      for (const [path, text] of layout) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), text);
      }
      const held = ours(new Map([...layout].filter(([path]) => !path.startsWith('node_modules'))));
      const common = createRequire(join(root, 'src/app.js'));
      const module: { resolve(name: string): string } = await import(pathToFileURL(join(root, 'src/app.mjs')).href);
      // What asks is known by how a file loads modules.
      held.set({ path: filePath('src/app.js'), text: "require('x');", revision: 2 });
      held.set({ path: filePath('src/app.mjs'), text: "import 'x';", revision: 2 });
      for (const name of [...RELATIVE, ...NAMED]) {
        compare(name, 'src/app.js', found(root, () => common.resolve(name)), 'require');
        if (NAMED.includes(name)) compare(name, 'src/app.mjs', found(root, () => fileURLToPath(module.resolve(name))), 'import');
      }
      function compare(name: string, from: string, wanted: string | undefined, how: 'require' | 'import'): void {
        const got = held.resolve(name, filePath(from));
        answers[wanted === undefined ? 'none' : how]++;
        // Where Node finds nothing, what a build or another condition would find is no worse an answer.
        if (wanted === undefined && (got === undefined || !isClosed(layout, name))) return;
        assert.equal(got, wanted, `${how} ${name} in ${JSON.stringify([...layout])}`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  assert.ok(answers.require > 300 && answers.import > 100 && answers.none > 300, JSON.stringify(answers));
});
/** The path of what Node resolves, if it is there. */
function found(root: string, resolve: () => string): string | undefined {
  try {
    const path = resolve();
    return statSync(path).isFile() ? relative(root, path).replaceAll('\\', '/') : undefined;
  } catch {
    return undefined;
  }
}
/** No key of the map has the name, whatever the conditions: nothing may be found. */
function isClosed(layout: Layout, name: string): boolean {
  if (name.startsWith('.')) return false;
  const manifest: { exports: Record<string, unknown>; imports: Record<string, unknown> } = JSON.parse(layout.get('package.json') ?? '{}');
  const key = name.startsWith('#') ? name : `.${name.slice('me'.length)}`;
  const keys = Object.keys(name.startsWith('#') ? manifest.imports : manifest.exports);
  return !keys.some((one) => one === key || (one.includes('*') && key.length >= one.length && key.startsWith(one.slice(0, one.indexOf('*'))) && key.endsWith(one.slice(one.indexOf('*') + 1))));
}

const SOURCES = ['src/r', 'src/lib/r', 'src/lib/index', 'src/lib/r/index', 'lib/r', 'lib/index', 'other/r', 'r', 'index', 'src/index'];
const PATHS: readonly (readonly [string, readonly string[]])[] = [
  ['@/*', ['./src/*']], ['@/*', ['./none/*', './lib/*']], ['@/lib/*', ['./lib/*']], ['@r', ['./src/r']], ['@r', ['./src/r.ts']], ['~lib', ['./lib']], ['*', ['./other/*']], ['#x/*', ['./src/lib/*']], ['@/*/r', ['./lib/*']],
    ['@lib/*', ['src/lib/*']],
];
const ASKED = ['@/r', '@/lib', '@/lib/r', '@/lib/r.js', '@r', '~lib', 'r', 'lib/r', 'lib', '#x/r', '@lib/r', '@lib/none', './r', './r.js', './lib', './lib/r', '../lib', '../r.js', '..', '.'];
test('names lead where TypeScript leads them', () => {
  const next = numbers(7);
  let answered = 0;
  for (let i = 0; i < 150; i++) {
    const layout = new Map<string, string>(some(next, SOURCES.flatMap((name) => [`${name}.ts`, `${name}.tsx`]), 40).map((path) => [path, '']));
    const options = (): object => ({ ...(next(3) > 0 ? { paths: Object.fromEntries(some(next, PATHS, 50)) } : {}), ...(next(3) === 0 ? { baseUrl: pick(next, ['.', './src', '..']) } : {}) });
    layout.set('tsconfig.json', JSON.stringify({ ...(next(2) === 0 ? { extends: pick<unknown>(next, ['./config/base.json', './config/base', ['./config/base', './config/more.json'], '../none.json']) } : {}),
      compilerOptions: options(), files: ['src/app.ts'] }));
    layout.set('config/base.json', JSON.stringify({ compilerOptions: options(), ...(next(3) === 0 ? { extends: './more' } : {}) }));
    layout.set('config/more.json', JSON.stringify({ compilerOptions: options() }));
    layout.set('src/app.ts', "import 'x';");
    const at = (path: string): string => path.replace(/^\/p\//, '');
    const host: ts.ParseConfigFileHost & ts.ModuleResolutionHost = {
      useCaseSensitiveFileNames: true, getCurrentDirectory: () => '/p', readDirectory: () => [], onUnRecoverableConfigFileDiagnostic: () => undefined,
      fileExists: (path) => layout.has(at(path)), readFile: (path) => layout.get(at(path)),
    };
    const parsed = ts.getParsedCommandLineOfConfigFile('/p/tsconfig.json', {}, host);
    assert.ok(parsed);
    const settings: ts.CompilerOptions = { ...parsed.options, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler };
    const held = ours(layout);
    for (const name of ASKED) {
      const file = ts.resolveModuleName(name, '/p/src/app.ts', settings, host).resolvedModule?.resolvedFileName;
      if (file !== undefined) answered++;
      assert.equal(held.resolve(name, filePath('src/app.ts')), file && at(file), `${name} in ${JSON.stringify([...layout])}`);
    }
  }
  assert.ok(answered > 800, `${answered} answers`);
});
