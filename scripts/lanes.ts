import { spawnSync } from 'node:child_process';
import { rmSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { run } from 'node:test';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { generated, stale } from './generated.js';
import { buildIfNeeded, packageIfNeeded, packagePath } from './outputs.js';
import { filesBelow, root, textOf } from './project.js';

/** What a lane gives back; `lines` are shown under its name: failures in full, and the reason of each skip. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly lines: readonly string[];
}
export interface Lane {
  readonly id: string;
  readonly title: string;
  /** Needs a browser and a workbench: left out by `--fast`. */
  readonly slow?: true;
  run(filter: string | undefined): Promise<Outcome>;
}

const passed: Outcome = { passed: 1, failed: 0, skipped: 0, lines: [] };

/** Every lane of `npm test`, in the order of their cost. */
export const lanes: readonly Lane[] = [
  { id: 'build', title: 'the bundles build', run: async () => (buildIfNeeded() ? passed : failure(['the build failed'])) },
  {
    id: 'types',
    title: 'types: the project, the core without Node, the client, the page of the map',
    run: async () =>
      sum(['.', 'server/src/core', 'client', 'client/src/webview'].map((project) => tool('typescript/bin/tsc', ['-p', project, '--pretty', 'false']))),
  },
  { id: 'lint', title: 'lint', run: async () => tool('eslint/bin/eslint.js', ['.', '--max-warnings', '0']) },
  {
    id: 'walls',
    title: 'walls: who may import whom',
    run: async () => tool('dependency-cruiser/bin/dependency-cruise.mjs', ['--config', '.dependency-cruiser.cjs', 'server', 'client']),
  },
  {
    id: 'generated',
    title: 'generated files are fresh',
    run: async () => {
      const paths = stale(await generated());
      return paths.length === 0 ? passed : failure(paths.map((path) => `${path} is not what npm run generate writes`));
    },
  },
  { id: 'tests', title: 'tests', run: nodeTests },
  { id: 'package', title: 'the extension packages, in at most 3 MB', run: async () => packaged() },
  { id: 'map', title: 'the mind map in a browser', slow: true, run: () => external('test/e2e/map-lane.mjs') },
  { id: 'host', title: 'the extension in its extension host', slow: true, run: () => external('test/e2e/host-lane.mjs') },
  { id: 'journey', title: 'the extension in a real workbench', slow: true, run: () => external('test/e2e/journey-lane.mjs') },
];

export function sum(outcomes: readonly Outcome[]): Outcome {
  return outcomes.reduce(
    (total, one) => ({
      passed: total.passed + one.passed,
      failed: total.failed + one.failed,
      skipped: total.skipped + one.skipped,
      lines: [...total.lines, ...one.lines],
    }),
    { passed: 0, failed: 0, skipped: 0, lines: [] },
  );
}
export function failure(lines: readonly string[]): Outcome {
  return { passed: 0, failed: 1, skipped: 0, lines };
}
/** One tool run from node_modules, one test. */
function tool(script: string, args: readonly string[]): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'node_modules', script), ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  return status === 0 ? passed : failure(`${stdout}${stderr}`.trim().split('\n').slice(0, 200));
}
function packaged(): Outcome {
  if (!packageIfNeeded()) return failure(['vsce package failed; see above']);
  const megabytes = statSync(join(root, packagePath())).size / 1e6;
  return megabytes <= 3 ? passed : failure([`${packagePath()} has ${megabytes.toFixed(2)} MB`]);
}
/** A lane of its own file, so that a workbench is started only when it is asked for. */
async function external(path: string): Promise<Outcome> {
  if (textOf(path) === undefined) return failure([`${path} is missing`]);
  const lane: { run(): Promise<Outcome> } = await import(pathToFileURL(join(root, path)).href);
  return lane.run();
}

/** Bundles test/**\/*.test.ts and runs them by node:test; a suite is not counted, a test is. */
async function nodeTests(filter: string | undefined): Promise<Outcome> {
  const entryPoints = filesBelow('test', ['test/e2e']).filter(
    (path) => path.endsWith('.test.ts') && (filter === undefined || path.includes(filter)),
  );
  if (entryPoints.length === 0) return failure([`no test file matches ${filter ?? 'test/**/*.test.ts'}`]);
  const outdir = join(root, 'out/test');
  rmSync(outdir, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: [...entryPoints],
    outdir,
    outbase: 'test',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'error',
  });
  const files = entryPoints.map((path) => join(outdir, path.slice('test/'.length).replace(/\.ts$/, '.mjs')));
  return collect(files);
}
function collect(files: readonly string[]): Promise<Outcome> {
  const outcome = { passed: 0, failed: 0, skipped: 0, lines: new Array<string>() };
  const printed: string[] = [];
  // The test processes read it: stack traces then name the sources.
  process.env['NODE_OPTIONS'] = `${process.env['NODE_OPTIONS'] ?? ''} --enable-source-maps`.trim();
  return new Promise((resolve) => {
    // The names of the suites around the current test, by nesting, for each file.
    const around = new Map<string, string[]>();
    run({ files: [...files], concurrency: Math.max(1, Math.min(4, availableParallelism() - 1)), timeout: 600_000 })
      .on('test:start', ({ file = '', nesting, name }) => {
        const names = around.get(file) ?? [];
        names.length = nesting;
        names[nesting] = name;
        around.set(file, names);
      })
      .on('test:pass', ({ details, skip, todo, name, file = '' }) => {
        if (details.type === 'suite') return;
        if (isFile(name, file)) {
          outcome.failed++;
          outcome.lines.push(`FAILED ${shown(name)}: it holds no test`);
        } else if (skip === undefined && todo === undefined) outcome.passed++;
        else {
          outcome.skipped++;
          outcome.lines.push(`skipped ${shown(file)} > ${name}: ${String(skip ?? todo)}`);
        }
      })
      .on('test:fail', ({ details, name, file = '', nesting, todo }) => {
        const { error } = details;
        // A suite or a file fails with its tests; it counts only when it failed by itself.
        if ('failureType' in error && error.failureType === 'subtestsFailed') return;
        if (todo !== undefined) outcome.skipped++;
        else outcome.failed++;
        const path = [...(around.get(file) ?? []).slice(0, nesting), name];
        outcome.lines.push(`FAILED ${shown(file)} > ${path.join(' > ')}`, ...indented(messageOf(error)));
      })
      .on('test:stderr', ({ message }) => printed.push(message))
      .on('end', () => {
        if (outcome.failed > 0) outcome.lines.push(...printed.join('').split('\n').slice(0, 40));
        resolve(outcome);
      })
      .resume();
  });
}
/** A file without tests is reported as one test with the file's name. */
function isFile(name: string, file: string): boolean {
  return name === file || (name.endsWith('.mjs') && file.endsWith(name));
}
function shown(file: string): string {
  return file
    .slice(root.length + 1)
    .replace(/^out\/test\//, 'test/')
    .replace(/\.mjs$/, '.ts');
}
function messageOf(error: Error): string {
  const cause = error.cause instanceof Error ? error.cause : error;
  const lines = (cause.stack ?? cause.message).split('\n').filter((line) => !/^\s+at .*node:internal/.test(line));
  return lines.join('\n').slice(0, 4000);
}
function indented(text: string): readonly string[] {
  return text.split('\n').map((line) => `    ${line}`);
}
